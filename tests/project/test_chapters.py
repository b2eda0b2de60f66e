"""The chapters tell the truth about themselves: their files, in which order to read them, walks."""

import ast
import re
import sys
from pathlib import Path

import numpy as np
import pytest

import kan_numpy as kn

FOLDER = Path(kn.__file__).parent


def table(docstring, after):
    """Return the first words of the lines of the indented block that follows some text."""
    start = re.search(r"\s+".join(map(re.escape, after.split())), docstring)
    block = docstring[start.end() :].partition("\n\n")[2].split("\n\n")[0]
    rows = [re.match(r" +(?:\d+ +)?([\w/]+)  +\S", line) for line in block.splitlines()]
    assert all(rows), block
    return [row[1] for row in rows]


def docstring_of(folder):
    tree = ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))
    return ast.get_docstring(tree, clean=False)


CHAPTERS = table(docstring_of(FOLDER), "Each imports only")
each_chapter = pytest.mark.parametrize("chapter", CHAPTERS)


def reading_order(chapter):
    return table(docstring_of(FOLDER / chapter), "Read the files in this order")


def imported(chapter, name):
    """Return the files of the same chapter that a file imports."""
    tree = ast.parse((FOLDER / chapter / f"{name}.py").read_text(encoding="utf-8"))
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            modules |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
    files = {path.stem for path in (FOLDER / chapter).glob("[!_]*.py")}
    return {name for name in files if f"kan_numpy.{chapter}.{name}" in modules}


def test_the_docstring_of_the_package_is_the_table_of_contents():
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir() and path.name[0] != "_"}
    assert set(CHAPTERS) == folders
    assert len(CHAPTERS) == len(folders) == 14


@each_chapter
def test_a_chapter_lists_its_files_once_each(chapter):
    files = sorted(path.stem for path in (FOLDER / chapter).glob("[!_]*.py"))
    assert sorted(reading_order(chapter)) == files


@each_chapter
def test_a_file_imports_only_files_that_were_read_before(chapter):
    order = reading_order(chapter)
    for place, name in enumerate(order):
        assert imported(chapter, name) <= set(order[:place]), name


@each_chapter
def test_a_chapter_says_its_number_and_a_lesson_that_tells_it(chapter):
    text = docstring_of(FOLDER / chapter)
    assert re.match(rf"Chapter {CHAPTERS.index(chapter) + 1}, \w[\w ]+: \w.*\.\n", text)
    numbers = re.findall(r"\b\d\d[a-z]?\b", text.split("::")[0].split("\n\n")[1])
    lessons = {
        path.name.split("_")[0] for path in (FOLDER.parent / "lessons").glob("[0-9][0-9]*.py")
    }
    assert set(numbers) <= lessons
    assert numbers or "lessons train on them" in text


WALKS = [
    "From ``net(x)`` down to the recursion",
    "From ``fit`` down to the gradients of a layer",
    "From data to a formula, one after the other",
]


def watched(watch, call):
    """Run a function, and hand every call of Python that it makes to another one."""
    before = sys.getprofile()
    sys.setprofile(lambda frame, event, _: watch(frame) if event == "call" else None)
    try:
        call()
    finally:
        sys.setprofile(before)


def files_of(names):
    """Return which of these files are of the library, as the walks call them, each once."""
    ours = [Path(name) for name in dict.fromkeys(names) if Path(name).is_relative_to(FOLDER)]
    return [path.relative_to(FOLDER).with_suffix("").as_posix() for path in ours]


def deepest(stops, call):
    """Return the stops that stand in the call stack, outermost first, when the last is reached."""
    last, best = str(FOLDER / f"{stops[-1]}.py"), []

    def watch(frame):
        nonlocal best
        if frame.f_code.co_filename == last and len(best) < len(stops):
            stack = []
            while frame is not None:
                stack.append(frame.f_code.co_filename)
                frame = frame.f_back
            here = [name for name in files_of(reversed(stack)) if name in stops]
            best = max(best, here, key=len)

    watched(watch, call)
    return best


def walk(title):
    return table(docstring_of(FOLDER), title)


@pytest.fixture
def example():
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (30, 1))
    return kn.KAN([1, 1], rng=0), x


def test_the_walk_down_to_the_recursion_is_the_call_stack(example):
    net, x = example
    stops = walk(WALKS[0])
    assert len(stops) >= 3
    assert deepest(stops, lambda: net(x)) == stops


def test_the_walk_down_to_the_gradients_is_the_call_stack(example):
    net, x = example
    stops = walk(WALKS[1])
    assert len(stops) >= 4
    assert deepest(stops, lambda: kn.fit(net, x, x**2, steps=1)) == stops


def test_the_walk_to_a_formula_is_the_order_in_which_files_are_met(example):
    net, x = example
    stops, met, discover = walk(WALKS[2]), {}, kn.discover  # its imports are no part of the walk
    assert len(stops) >= 5

    def watch(frame):
        met.setdefault(frame.f_code.co_filename)

    watched(watch, lambda: discover(net, x, x**2, functions=["x^2"]))
    assert [name for name in files_of(met) if name in stops] == stops


def test_what_the_walks_name_exists():
    names = set(re.findall(r"`(\w+\.\w+)`", docstring_of(FOLDER)))
    defined = set()
    for path in {FOLDER / f"{stop}.py" for title in WALKS for stop in walk(title)}:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                defined |= {f"{node.name}.{getattr(item, 'name', '')}" for item in node.body}
    assert names
    assert names <= defined
