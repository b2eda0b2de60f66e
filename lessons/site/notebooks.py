"""Turn scripts in percent format into notebooks: plain ones, and executed ones with their figures.

    python lessons/site/notebooks.py          every lesson, into build/notebooks
    python lessons/site/notebooks.py 02a 05   the lessons whose names begin so

A notebook of a lesson is one file that runs anywhere kan_numpy is installed. Its first cell is
`_page.py`, so that it need not lie beside that file; the other cells are the lesson, unchanged.
"""

import argparse
import asyncio
import os
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, CellExecutionError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted((ROOT / "lessons").glob("[0-9]*.py"))
NOTEBOOKS = ROOT / "build" / "notebooks"
AT_A_TIME = 2  # lessons, each on a core of its own
SECONDS_AT_MOST = 600  # for a cell: the longest takes 40 on a quiet machine

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
FIRST_CELL = {"jupyter": {"source_hidden": True}, "tags": ["remove-cell"]}
IN_A_NOTEBOOK = '''

# In a notebook a figure also appears below its cell, and a movie plays there.
import sys

from IPython.display import Image, display
from matplotlib import pyplot

save_figure, save_movie = show, play


def show(figure, name, description):
    """Save a figure, and show it here."""
    save_figure(figure, name, description)
    display(Image(filename=str(BUILD / f"{name}.png"), alt=description, retina=True))
    pyplot.close(figure)  # it is shown: Jupyter shows all figures that are open after a cell


def play(movie, name, description):
    """Save a movie, and play it here."""
    save_movie(movie, name, description)
    display(Image(filename=str(BUILD / f"{name}.gif"), alt=description))


sys.modules["_page"] = sys.modules["__main__"]  # so `from _page import show` finds this cell
'''


class LessonError(Exception):
    """A cell of a lesson failed; the message names both."""


def notebook(script: Path) -> NotebookNode:
    """Return a script as a notebook without outputs."""
    page = (ROOT / "lessons" / "_page.py").read_text(encoding="utf-8") + IN_A_NOTEBOOK
    cells = [new_code_cell(page.strip(), id="page", metadata=FIRST_CELL)]
    parts = re.split(r"^# %%(.*)\n", script.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for number, (mark, text) in enumerate(zip(parts[1::2], parts[2::2], strict=True), start=1):
        if "[markdown]" in mark:
            prose = re.sub(r"^# ?", "", text, flags=re.MULTILINE)
            cells.append(new_markdown_cell(prose.strip(), id=f"cell-{number}"))
        else:
            cells.append(new_code_cell(text.strip(), id=f"cell-{number}"))
    return new_notebook(cells=cells, metadata=METADATA)


async def execute(plain: NotebookNode, name: str, folder: Path) -> NotebookNode:
    """Run a notebook in a kernel of its own, whose figures go to folder/build."""
    executed = nbformat.from_dict(plain)
    client = NotebookClient(
        executed,
        timeout=SECONDS_AT_MOST,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
        coalesce_streams=True,
        record_timing=False,
    )
    # One thread for the linear algebra, as in make lessons. Matplotlib is Jupyter's to set up.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    environment.pop("MPLBACKEND", None)
    try:
        await client.async_execute(env=environment)
    except (CellControlSignal, CellExecutionError, DeadKernelError) as error:
        raise LessonError(f"{name} {where_it_ended(executed)}\n{plain_text(error)}") from None
    for number, cell in enumerate(executed.cells):
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                raise LessonError(f"{name}, cell {number} warns:\n{plain_text(output.text)}")
    executed.metadata = nbformat.from_dict(METADATA)  # the kernel adds the version of its Python
    return executed


def where_it_ended(executed: NotebookNode) -> str:
    """Return the number and the first line of the last cell that began."""
    begun = [(n, cell) for n, cell in enumerate(executed.cells) if cell.get("execution_count")]
    number, cell = begun[-1] if begun else (0, executed.cells[0])
    return f"failed in cell {number} of {len(executed.cells) - 1}: {cell.source.splitlines()[0]}"


def plain_text(error: object) -> str:
    """Return a message without the colors of a terminal."""
    return re.sub(r"\x1b\[[0-9;]*m", "", str(error))


async def write_all(scripts: list[Path], out: Path, folder: Path = ROOT) -> None:
    """Write out/plain/NAME.ipynb and out/NAME.ipynb of every script; stop at the first failure."""
    (out / "plain").mkdir(parents=True, exist_ok=True)
    free = asyncio.Semaphore(AT_A_TIME)

    async def write(script: Path) -> None:
        plain = notebook(script)
        nbformat.write(plain, out / "plain" / f"{script.stem}.ipynb")
        async with free:
            print(f"=== {script.stem}", flush=True)
            executed = await execute(plain, script.stem, folder)
        nbformat.write(executed, out / f"{script.stem}.ipynb")

    await asyncio.gather(*map(write, scripts))


def chosen(names: list[str]) -> list[Path]:
    """Return the lessons whose names begin with one of these, or all."""
    found = [path for path in LESSONS if not names or path.name.startswith(tuple(names))]
    if not found:
        sys.exit(f"There is no lesson {' '.join(names)}; see the folder lessons/.")
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*", help="the beginnings of names, such as 02a")
    try:
        asyncio.run(write_all(chosen(parser.parse_args().lessons), NOTEBOOKS))
    except LessonError as error:
        sys.exit(f"=== FAILED: {error}")
    print(f"=== the notebooks are in {NOTEBOOKS.relative_to(ROOT)}/ and, plain, in its plain/")
