"""Every public module says in __all__ what it offers: all that it defines and describes."""

import ast
from importlib import import_module
from pathlib import Path

import pytest

import kan_numpy as kn

FOLDER = Path(kn.__file__).parent
MODULES = sorted(FOLDER.rglob("[!_]*.py"))

FOR_OTHER_CHAPTERS = {
    "symbols": {"FREE_NUMBERS", "OPEN", "REDUNDANT", "as_symbol", "as_symbols", *"GJMPQRST"}
    | {"HALF", "POS", "UNIT"},
    "network_jets": {"JetCache", "backpropagate", "propagate"},
}
"""What these two modules, `kn.symbols` and `kn.jets`, define for the library and not for users."""


def described(tree):
    """Yield what a module defines without an underscore: with a text in it, or below it."""
    for node, below in zip(tree.body, [*tree.body[1:], ast.Pass()], strict=True):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names = [node.name]
        elif isinstance(node, ast.Assign | ast.AnnAssign) and is_text(below):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [n.id for target in targets for n in ast.walk(target) if hasattr(n, "id")]
        else:
            continue
        yield from (name for name in names if name[0] != "_")


def is_text(node):
    return isinstance(node, ast.Expr) and isinstance(getattr(node.value, "value", None), str)


def test_the_modules_are_found():
    assert len(MODULES) > 100


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_names_what_it_defines(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = ".".join(path.relative_to(FOLDER.parent).with_suffix("").parts)
    exported = import_module(names).__all__
    wanted = set(described(tree)) - FOR_OTHER_CHAPTERS.get(path.stem, set())
    assert wanted
    assert sorted(exported) == sorted(wanted)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/__init__.py")), ids=lambda p: p.parent.name)
def test_a_chapter_exports_what_it_imports(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    imported = [alias.name for node in imports for alias in node.names]
    exported = getattr(import_module(f"kan_numpy.{path.parent.name}"), "__all__", [])
    assert sorted(exported) == sorted(imported)
