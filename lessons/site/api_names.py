"""The names of the library: what users call a thing, and what a name in a docstring means."""

import ast
import inspect
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

import kan_numpy as kn

FOLDER = Path(kn.__file__).parent
FILES = [
    ".".join(path.relative_to(FOLDER.parent).with_suffix("").parts)
    for path in sorted(FOLDER.rglob("[!_]*.py"))
]
CHAPTERS = [f"kan_numpy.{path.parent.name}" for path in sorted(FOLDER.glob("*/__init__.py"))]
LESSONS = {path.stem.split("_")[0]: path.stem for path in FOLDER.parent.glob("lessons/[0-9]*.py")}


@cache
def tree_of(module: str) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(inspect.getsource(import_module(module)))


def described(body: list[ast.stmt]) -> Iterator[tuple[str, ast.stmt, str, int]]:
    """Yield name, statement, text and last line of everything that a module or class describes."""
    for node, below in zip(body, [*body[1:], ast.Pass()], strict=True):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, node, ast.get_docstring(node) or "", node.end_lineno or 0
        elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(below, ast.Expr):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            text = inspect.cleandoc(ast.literal_eval(below.value))
            for name in (n for target in targets for n in ast.walk(target)):
                if isinstance(name, ast.Name):
                    yield name.id, node, text, below.end_lineno or 0


ENTRIES = {
    f"{file}.{name}": file
    for file in FILES
    for name, *_ in described(tree_of(file).body)
    if name in import_module(file).__all__
}
"""Every public function, class and constant by its full name, file after file: its file."""


def thing(full: str) -> object:
    """Return the function, class or constant with a full name."""
    return getattr(import_module(ENTRIES[full]), full.rpartition(".")[2])


def constants(module: str) -> dict[str, tuple[str, str]]:
    """Return code and text of every constant of a module, by its full name."""
    return {
        f"{module}.{name}": (value_of(name, node), text)
        for name, node, text, _ in described(tree_of(module).body)
        if isinstance(node, ast.Assign | ast.AnnAssign)
    }


def value_of(name: str, node: ast.Assign | ast.AnnAssign) -> str:
    """Return the code of the value that a statement gives a name, perhaps one of several."""
    names, value = getattr(node, "targets", [None])[0], node.value
    if isinstance(names, ast.Tuple) and isinstance(value, ast.Tuple):
        value = value.elts[[ast.unparse(each) for each in names.elts].index(name)]
    return ast.unparse(value) if value else ""


def class_body(kind: type) -> list[ast.stmt]:
    """Return the statements of a class."""
    body = tree_of(kind.__module__).body
    return next(n.body for n in body if isinstance(n, ast.ClassDef) and n.name == kind.__name__)


def members(kind: type) -> list[str]:
    """Return the public attributes that a class describes itself, in the order of the file."""
    names = [name for name, _, text, _ in described(class_body(kind)) if text]
    return [name for name in dict.fromkeys(names) if name[0] != "_" or name == "__call__"]


def inherited(kind: type) -> dict[str, list[str]]:
    """Return the attributes that a class has from others of the library, by their full names."""
    seen, found = set(members(kind)), {}
    for parent in kind.__mro__[1:]:
        full = f"{parent.__module__}.{parent.__name__}"
        if full in ENTRIES:
            found[full] = [name for name in members(parent) if name not in seen]
            seen |= set(found[full])
    return {full: names for full, names in found.items() if names}


def places(module: str) -> dict[str, tuple[int, int]]:
    """Return first and last line of all that is described without being a function or class."""
    body = tree_of(module).body
    classes = [(f"{node.name}.", node.body) for node in body if isinstance(node, ast.ClassDef)]
    return {
        prefix + name: (node.lineno, last)
        for prefix, statements in [("", body), *classes]
        for name, node, _, last in described(statements)
        if isinstance(node, ast.Assign | ast.AnnAssign)
    }


def calls() -> dict[str, list[str]]:
    """Return what users write for a thing, by its full name: the shortest first."""
    full_name = {(full.rpartition(".")[2], id(thing(full))): full for full in ENTRIES}
    found = defaultdict(list)
    for name in kn.__all__:
        value = getattr(kn, name)
        if isinstance(value, ModuleType):
            found[value.__name__].append(f"kn.{name}")
            for inner in value.__all__:
                found[full_name[inner, id(getattr(value, inner))]].append(f"kn.{name}.{inner}")
        else:
            found[full_name[name, id(value)]].append(f"kn.{name}")
    return {full: sorted(names, key=lambda name: rank(name, full)) for full, names in found.items()}


def rank(name: str, full: str) -> tuple[int, int]:
    """Return what orders the names of a thing: a short one first, of two the one of its file."""
    return len(name), -len(set(name.split(".")) & set(full.split(".")))


CALLS = calls()


@cache
def meanings() -> dict[str, set[str]]:
    """Return the full names that every name may stand for, however many of its parts are given."""
    found = defaultdict(set)

    def add(name: str, full: str) -> None:
        parts = name.split(".")
        for start in range(len(parts)):
            found[".".join(parts[start:])].add(full)

    for full in [*FILES, *CHAPTERS, *ENTRIES]:
        for name in [full, *CALLS.get(full, [])]:
            add(name, full)
            if full in ENTRIES and inspect.isclass(kind := thing(full)):
                for owner, attributes in {**inherited(kind), full: members(kind)}.items():
                    for attribute in attributes:
                        add(f"{name}.{attribute}", f"{owner}.{attribute}")
    return found


def meaning(name: str, module: str, kind: str) -> str | None:
    """Return the full name that a docstring in a module, or class, means, None if it is not clear.

    The nearest is meant: of the same class, then file, then what users call so, then chapter.
    """
    chapter = module if module in CHAPTERS else module.rpartition(".")[0]

    def distance(full: str) -> tuple[bool, ...]:
        return (
            not full.startswith(f"{module}.{kind}."),
            not full.startswith(f"{module}."),
            f"kn.{name}" not in CALLS.get(full, []),
            not full.startswith(f"{chapter}."),
        )

    ranked = sorted(meanings().get(name, ()), key=distance)
    if not ranked or (len(ranked) > 1 and distance(ranked[0]) == distance(ranked[1])):
        return None
    return ranked[0]


@cache
def identifiers() -> set[str]:
    """Return every word of the library's code that names something."""
    return {
        getattr(node, field)
        for path in FOLDER.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for field in ("name", "id", "attr", "arg")
        if isinstance(getattr(node, field, None), str)
    }


def is_inner(name: str) -> bool:
    """Tell whether a name without an entry stands in the code of the library."""
    return name.rpartition(".")[2] in identifiers()


def with_lessons(text: str, before: str = r"(?<=[Ll]esson )") -> str:
    """Link the numbers of lessons in a text, if that stands before them."""
    return re.sub(
        rf"{before}(\d\d[a-z]?)\b",
        lambda found: f":doc:`{found[1]} </{LESSONS[found[1]]}>`",
        text,
    )
