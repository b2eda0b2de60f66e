"""Notebooks are the lessons, with their figures, the same each time, and run anywhere."""

import ast
import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

import pytest

pytestmark = pytest.mark.site
ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted((ROOT / "lessons").glob("[0-9]*.py"))
QUICK = ROOT / "lessons" / "02b_ends.py"  # two seconds, two figures, and no time is printed

each_lesson = pytest.mark.parametrize("script", LESSONS, ids=[path.stem for path in LESSONS])


@pytest.fixture(scope="module")
def notebooks():
    """Import the program that makes notebooks."""
    sys.path.insert(0, str(ROOT / "lessons" / "site"))
    yield import_module("notebooks")
    sys.path.remove(str(ROOT / "lessons" / "site"))


def write(notebooks, *arguments):
    """Write notebooks in a thread: the browser of other tests has an event loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(notebooks.write_all(*arguments))).result()


def built(script, folder=""):
    """Return a notebook that was built."""
    import nbformat

    path = ROOT / "build" / "notebooks" / folder / f"{script.stem}.ipynb"
    assert path.exists(), "run make notebooks"
    return nbformat.read(path, as_version=4)


def pictures(cells):
    """Return the kind and the description of every picture in the outputs."""
    return [
        (kind, facts.get("alt"))
        for cell in cells
        for output in cell.get("outputs", [])
        for kind, facts in output.get("metadata", {}).items()
    ]


def as_script(cells):
    """Return the lines of a script in percent format with these cells, but for empty ones."""
    lines = []
    for cell in cells:
        is_text = cell.cell_type == "markdown"
        lines.append("# %% [markdown]" if is_text else "# %%")
        lines += [f"# {line}".rstrip() if is_text else line for line in cell.source.splitlines()]
    return [line for line in lines if line]


@each_lesson
def test_a_plain_notebook_is_the_page_and_then_the_lesson(script):
    page, *cells = built(script, "plain").cells
    assert page.source.startswith((ROOT / "lessons" / "_page.py").read_text(encoding="utf-8"))
    assert as_script(cells) == [
        line for line in script.read_text(encoding="utf-8").splitlines() if line
    ]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in [page, *cells])


@each_lesson
def test_figures_appear_where_they_are_shown(script):
    """As often as the lesson calls for one, below the cell that does, and described."""
    notebook = built(script)
    for cell in notebook.cells[1:]:
        tree = ast.parse(cell.source if cell.cell_type == "code" else "")
        calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        names = [call.id for call in calls if isinstance(call, ast.Name)]
        shown = pictures([cell])
        kinds = [kind for kind, _ in shown]
        assert kinds.count("image/png") == names.count("show")
        assert kinds.count("image/gif") == names.count("play")
        assert all(description and len(description) > 20 for _, description in shown)
    assert pictures(notebook.cells)


@each_lesson
def test_every_cell_has_run_and_left_nothing_but_text_and_pictures(script):
    numbers = []
    for cell in built(script).cells:
        if cell.cell_type == "code":
            numbers.append(cell.execution_count)
            kinds = {(output.output_type, output.get("name")) for output in cell.outputs}
            assert kinds <= {("stream", "stdout"), ("display_data", None), ("execute_result", None)}
            assert " at 0x" not in str(cell.outputs), "an address differs from run to run"
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_movie_plays_in_its_lesson():
    kinds = [kind for script in LESSONS for kind, _ in pictures(built(script).cells)]
    assert kinds.count("image/gif") == 1


@each_lesson
def test_a_lesson_leaves_the_names_of_its_first_cell_alone(notebooks, script):
    """A lesson that called something `display` could not show a figure after that."""
    first = ast.parse(notebooks.IN_A_NOTEBOOK)
    taken = {node.name for node in first.body if isinstance(node, ast.FunctionDef)}
    taken |= {"save_figure", "save_movie", "Image", "display", "pyplot", "BUILD"}
    tree = ast.parse(script.read_text(encoding="utf-8"))
    stored = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assert not taken & (stored | defined)


def test_a_notebook_executed_twice_is_the_same_to_the_byte(notebooks, tmp_path):
    files = []
    for run in ("first", "second"):
        folder = tmp_path / run
        folder.mkdir()
        write(notebooks, [QUICK], folder / "out", folder)
        files.append((folder / "out" / f"{QUICK.stem}.ipynb").read_bytes())
        assert len(list((folder / "build").glob("*.png"))) == 2, "figures lie where the kernel runs"
    assert files[0] == files[1]
    assert files[0] == (ROOT / "build" / "notebooks" / f"{QUICK.stem}.ipynb").read_bytes()


def test_a_lesson_that_fails_is_named_with_its_cell(notebooks, tmp_path):
    script = tmp_path / "99a_wrong.py"
    script.write_text("# %% [markdown]\n# # Wrong\n\n# %%\nx = 1\n\n# %%\nassert x == 2, 'no'\n")
    with pytest.raises(notebooks.LessonError, match=r"(?s)99a_wrong.*cell 3.*assert x == 2.*no"):
        write(notebooks, [script], tmp_path / "out", tmp_path)
    assert not (tmp_path / "out" / "99a_wrong.ipynb").exists()


def test_a_warning_is_an_error(notebooks, tmp_path):
    script = tmp_path / "99b_warns.py"
    script.write_text("# %%\nimport numpy as np\n\nnp.float64(1.0) / np.float64(0.0)\n")
    with pytest.raises(notebooks.LessonError, match=r"(?s)99b_warns, cell 1 warns.*divide by zero"):
        write(notebooks, [script], tmp_path / "out", tmp_path)
