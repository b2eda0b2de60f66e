"""Build the site into build/site: run every lesson, and let Sphinx make pages of the notebooks.

python lessons/site/build.py                  run every lesson and recipe, once
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
LESSONS = notebooks.LESSONS
RECIPES = sorted((HERE / "recipes").glob("*.py"))
# -W: a broken link, reference or formula ends the build; --keep-going: when all are listed.
OPTIONS = ["-E", "-W", "--keep-going", "-q", "-j", "2", "-c", str(HERE)]
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
    write_lessons()
    pages.write(SOURCE, FILES)
    exercises.write(SOURCE)
    api.write(SOURCE / "api")
    write_contents()
    if sphinx([*OPTIONS, "-d", str(BUILD / "site-doctrees"), str(SOURCE), str(SITE)]):
        sys.exit("=== FAILED: Sphinx did not build the site, see above")
    shutil.copytree(HERE / "explorer", SITE, dirs_exist_ok=True)
    if (BUILD / "lite").is_dir():
        shutil.copytree(BUILD / "lite", SITE / "lite")
    for path in SITE.glob("_static/**/*.[cj]s*"):  # the theme names maps of its sources
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"/[/*]# sourceMappingURL=\S+( \*/)?", "", text), encoding="utf-8")
    print(f"=== the site begins at {SITE.relative_to(ROOT)}/index.html")


def install_mathjax() -> None:
    """Install MathJax by npm, into build/mathjax."""
    npm = BUILD / "npm"
    font = npm / "node_modules" / "@mathjax" / "mathjax-newcm-font"
    if not font.is_dir():
        if not shutil.which("npm"):
            sys.exit("npm is missing, which brings MathJax; on Debian: apt-get install nodejs npm")
        npm.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / "package.json", npm)
        options = ["--loglevel=error", "--no-audit", "--no-fund", "--prefix", str(npm)]
        options += ["--fetch-timeout=90000", "--fetch-retries=5"]  # one that stalls starts anew
        if subprocess.run(["npm", "install", *options], check=False).returncode:
            sys.exit("npm could not install MathJax, see above; it needs the network once")
    shutil.copytree(font / "svg", BUILD / "mathjax" / "svg", dirs_exist_ok=True)
    shutil.copy(font / "tex-mml-svg-mathjax-newcm.js", BUILD / "mathjax")


def folder_of(script: Path) -> Path:
    """Return where the notebooks of a lesson or a recipe are."""
    return notebooks.NOTEBOOKS / ("recipes" if script in RECIPES else "")


def run(names: list[str] | None) -> None:
    """Make the notebooks of all lessons and recipes, or of those that are named."""
    begin = ("",) if names is None else tuple(names)
    for scripts in (LESSONS, RECIPES):
        folder = folder_of(scripts[0])
        chosen = [script for script in scripts if script.name.startswith(begin)]
        for script in set(scripts) - set(chosen):
            if not (folder / f"{script.stem}.ipynb").exists():
                sys.exit(f"{script.stem} has no notebook yet: leave out --run, or name it")
        try:
            asyncio.run(notebooks.write_all(chosen, folder))
        except notebooks.LessonError as error:
            sys.exit(f"=== FAILED: {error}")


def write_lessons() -> None:
    """Write the notebooks for Sphinx, what their figures show, and the files to take along."""
    figures: dict[str, str] = {}
    for script in [*LESSONS, *RECIPES]:
        name, folder = f"{script.stem}.ipynb", folder_of(script)
        lesson = nbformat.read(folder / name, as_version=4)
        figures |= descriptions(lesson)
        for cell in lesson.cells:
            if cell.cell_type == "markdown":
                cell.source = pages.with_links(cell.source, script.parent, SOURCE, FILES)
        nbformat.write(lesson, SOURCE / name)
        copies = {script: "scripts", folder / "plain" / name: "plain", folder / name: "executed"}
        for file, place in copies.items():
            (FILES / "files" / place).mkdir(parents=True, exist_ok=True)
            shutil.copy(file, FILES / "files" / place)
    (BUILD / "site-figures.json").write_text(json.dumps(figures), encoding="utf-8")


def descriptions(lesson: NotebookNode) -> dict[str, str]:
    """Return what the figures of a notebook show, by the name that MyST-NB gives to their files."""
    found = {}
    for cell in lesson.cells:
        for output in cell.get("outputs", []):
            for kind, facts in output.get("metadata", {}).items():
                image = base64.b64decode(output["data"][kind])
                found[hashlib.sha256(image).hexdigest()] = facts["alt"]
    return found


def write_contents() -> None:
    """Write below the first page what the site contains, in order."""
    changes = ["changelog"] if (SOURCE / "changelog.md").exists() else []
    contents = {
        "Lessons": [script.stem for script in LESSONS],
        "Exercises": ["exercises/index"],
        "Recipes": [script.stem for script in RECIPES],
        "The course": ["instructor", "reproduction"],
        "The library": ["api/index", "contributing", *changes],
    }
    with (SOURCE / "index.md").open("a", encoding="utf-8") as index:
        for caption, names in contents.items():
            index.write(CONTENTS.format(caption=caption, names="\n".join(names)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", nargs="*", help="the beginnings of names, such as 02a")
    main(parser.parse_args().run)
