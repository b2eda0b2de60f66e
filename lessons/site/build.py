"""Build the site into build/site: run every lesson, and let Sphinx make pages of the notebooks.

python lessons/site/build.py                  run every lesson and recipe
python lessons/site/build.py --run            run none: take the notebooks that are there
python lessons/site/build.py --run 02a 07d    run these, take the others as they are
"""

import argparse
import asyncio
import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import api
import exercises
import nbformat
import notebooks
import pages
from nbformat import NotebookNode
from sphinx.cmd.build import main as sphinx

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build"
SOURCE, FILES, SITE = BUILD / "site-source", BUILD / "site-files", BUILD / "site"
NOTEBOOKS = notebooks.NOTEBOOKS
RECIPES = sorted((HERE / "recipes").glob("*.py"))
CONTENTS = """

```{{toctree}}
:hidden:
:caption: {caption}

{names}
```
"""


def main(names: list[str] | None) -> None:
    """Run the lessons, write what Sphinx reads, and let it build."""
    install_mathjax()
    run(names)
    for folder in (SOURCE, FILES, SITE):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    write_source()
    copy_files()
    # -W: a broken link, reference or formula ends the build; --keep-going: after all are listed.
    options = [
        "-W",
        "--keep-going",
        "-q",
        "-j",
        "2",
        "-c",
        str(HERE),
        "-d",
        str(BUILD / "doctrees"),
    ]
    if sphinx(["-E", *options, str(SOURCE), str(SITE)]):
        sys.exit("=== FAILED: Sphinx does not build the site, see above")
    for path in SITE.rglob("*.[cj]s*"):  # maps of sources that are not here
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"/[/*]# sourceMappingURL=\S+( \*/)?", "", text), encoding="utf-8")
    print(f"=== the site begins at {SITE.relative_to(ROOT)}/index.html")


def install_mathjax() -> None:
    """Install MathJax by npm, into build/mathjax."""
    if not shutil.which("npm"):
        sys.exit("npm is missing, which brings MathJax; on Debian: apt-get install nodejs npm")
    npm = BUILD / "npm"
    npm.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "package.json", npm)
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(npm)]
    subprocess.run(command, check=True)
    font = npm / "node_modules" / "@mathjax" / "mathjax-newcm-font"
    (BUILD / "mathjax").mkdir(exist_ok=True)
    shutil.copy(font / "tex-mml-svg-mathjax-newcm.js", BUILD / "mathjax")
    shutil.copytree(font / "svg", BUILD / "mathjax" / "svg", dirs_exist_ok=True)


def run(names: list[str] | None) -> None:
    """Make the notebooks of the lessons that are named, or of all, and of the recipes."""
    lessons = notebooks.LESSONS if names is None else notebooks.chosen(names) if names else []
    recipes = RECIPES if names is None else []
    for script in set(notebooks.LESSONS) - set(lessons):  # never run: without results
        if not (NOTEBOOKS / f"{script.stem}.ipynb").exists():
            nbformat.write(notebooks.notebook(script), NOTEBOOKS / f"{script.stem}.ipynb")
    try:
        asyncio.run(notebooks.write_all(lessons, NOTEBOOKS))
        asyncio.run(notebooks.write_all(recipes, NOTEBOOKS / "recipes"))
    except notebooks.LessonError as error:
        sys.exit(f"=== FAILED: {error}")


def write_source() -> None:
    """Write the notebooks, the Markdown pages, the exercises and the reference for Sphinx."""
    alts: dict[str, str] = {}
    for script in notebooks.LESSONS:
        lesson = nbformat.read(NOTEBOOKS / f"{script.stem}.ipynb", as_version=4)
        alts |= descriptions(lesson)
        for cell in lesson.cells:
            if cell.cell_type == "markdown":
                cell.source = pages.with_links(cell.source, script.parent, SOURCE, FILES)
        nbformat.write(lesson, SOURCE / f"{script.stem}.ipynb")
    (BUILD / "site-alts.json").write_text(json.dumps(alts), encoding="utf-8")
    pages.write(SOURCE, FILES)
    exercises.write(SOURCE)
    api.write(SOURCE / "api")
    changelog = ["changelog"] if (ROOT / "CHANGELOG.md").exists() else []
    contents = {
        "Lessons": [script.stem for script in notebooks.LESSONS],
        "Exercises": ["exercises/index"],
        "Teaching": ["instructor", "reproduction"],
        "The library": ["api/index", "contributing", *changelog],
    }
    with (SOURCE / "index.md").open("a", encoding="utf-8") as index:
        for caption, names in contents.items():
            index.write(CONTENTS.format(caption=caption, names="\n".join(names)))


def descriptions(lesson: NotebookNode) -> dict[str, str]:
    """Return what the figures of a notebook show, by the name that MyST-NB gives to their files."""
    found = {}
    for cell in lesson.cells:
        for output in cell.get("outputs", []):
            for kind, facts in output.get("metadata", {}).items():
                if "alt" in facts:
                    image = base64.b64decode(output["data"][kind])
                    found[hashlib.sha256(image).hexdigest()] = facts["alt"]
    return found


def copy_files() -> None:
    """Copy what pages link to: scripts, notebooks, the explorer."""
    for script in notebooks.LESSONS:
        for name in (f"{script.stem}.ipynb", f"plain/{script.stem}.ipynb"):
            (FILES / "notebooks" / "plain").mkdir(parents=True, exist_ok=True)
            shutil.copy(NOTEBOOKS / name, FILES / "notebooks" / name)
        (FILES / "lessons").mkdir(exist_ok=True)
        shutil.copy(script, FILES / "lessons")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", nargs="*", help="the beginnings of names of lessons, such as 02a")
    main(parser.parse_args().run)
