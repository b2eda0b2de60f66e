"""Build JupyterLite into build/lite: the lessons as notebooks that run in the browser.

    python lessons/site/lite.py

Its pages, the notebooks and the wheel of this library come from that folder. The kernel is Pyodide,
a Python for browsers: the browser gets it from its usual address, cdn.jsdelivr.net, and NumPy,
SciPy and Matplotlib with it. So the notebooks need the network, and the pages need a server:
`python -m http.server --directory build/lite`.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import notebooks
from nbformat.v4 import new_code_cell

ROOT = Path(__file__).resolve().parents[2]
LITE, WORK = ROOT / "build" / "lite", ROOT / "build" / "lite-work"
INSTALL = "%pip install --quiet kan-numpy"  # with NumPy, SciPy and Matplotlib, which it asks for


def main() -> None:
    """Write the notebooks, build the wheel, and put both into JupyterLite."""
    for folder in (LITE, WORK):
        shutil.rmtree(folder, ignore_errors=True)
    write_notebooks(WORK / "notebooks")
    run("build", "--outdir", WORK / "wheels", ROOT)
    (wheel,) = (WORK / "wheels").glob("*.whl")
    options = ["--apps", "lab", "--no-sourcemaps", "--no-unused-shared-packages"]
    contents = ["--contents", WORK / "notebooks", "--piplite-wheels", wheel]
    run("jupyterlite_core.app", "build", "--output-dir", LITE, *contents, *options)


def write_notebooks(folder: Path) -> None:
    """Write every lesson as a notebook without results that installs the library first."""
    folder.mkdir(parents=True)
    for script in notebooks.LESSONS:
        lesson = notebooks.notebook(script)
        lesson.cells.insert(0, new_code_cell(INSTALL, id="install"))
        nbformat.write(lesson, folder / f"{script.stem}.ipynb")


def run(*command: object) -> None:
    """Run a module of this Python in build/lite-work; what it says is shown if it fails."""
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        cwd=WORK,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\n=== FAILED: {command[0]}, see above")


if __name__ == "__main__":
    main()
    print(f"=== JupyterLite is in {LITE.relative_to(ROOT)}/; after make site, lessons link to it")
