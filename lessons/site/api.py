"""The API reference: a page for each chapter, made from the docstrings, in reading order."""

import inspect
import re
from importlib import import_module
from pathlib import Path
from textwrap import indent

from api_links import EXTENSIONS, SETTINGS, setup
from api_names import CALLS, ENTRIES, constants, inherited, members, thing, with_lessons

__all__ = ["EXTENSIONS", "SETTINGS", "setup", "write"]

ROW = r" +(?:\d+ +)?([\w/]+)  +(\S.*)"
"""A line of a table in a docstring: perhaps a number, a module, and what it is."""

PAGES = ("minimal", "reference", "gradcheck")
"""The modules that stand for themselves."""

TOP = ".."
"""The folder of the site, as seen from these pages."""

LONGEST_VALUE = 60
"""Longer values of constants are left out: they are in the source."""


def write(folder: Path) -> None:
    """Write the pages into a folder below that of the site's sources."""
    folder.mkdir(parents=True, exist_ok=True)
    contents, _, walks = docstring_of("kan_numpy").partition("Three walks. ")
    chapters = [name for name, _ in re.findall(rf"^{ROW}$", contents, re.MULTILINE)]
    texts = {"index": front(contents, walks, chapters)}
    texts |= {name: title(name, "=") + section(f"kan_numpy.{name}") for name in PAGES}
    texts |= {name: chapter(f"kan_numpy.{name}") for name in chapters}
    for name, text in texts.items():
        (folder / f"{name}.rst").write_text(text, encoding="utf-8")


def front(contents: str, walks: str, chapters: list[str]) -> str:
    """Return the page that leads to all others."""
    rows = [
        f"   * - :doc:`{name}`\n     - {names}"
        for name in (*PAGES, *chapters)
        if (names := called(f"kan_numpy.{name}", most=1))
    ]
    return "\n".join(
        [
            title("The library", "="),
            ".. py:module:: kan_numpy\n",
            with_tables(contents, "kan_numpy"),
            title("What users call", "-"),
            "After ``import kan_numpy as kn``:\n",
            ".. list-table::\n   :align: left\n",
            *rows,
            "\nThe pages show all that a file defines for others. What has no ``kn.`` before it",
            "is for those who read the library, and is imported from its file.\n",
            title("Three walks", "-"),
            with_tables(walks, "kan_numpy"),
            ".. toctree::\n   :hidden:\n",
            *(f"   {name}" for name in (*PAGES, *chapters)),
            "",
        ]
    )


def chapter(package: str) -> str:
    """Return the page of a chapter: its introduction, then file after file."""
    number, name, subject, rest = re.fullmatch(
        r"(Chapter \d+), ([\w ]+): (.+?)\n\n(.*)", docstring_of(package), re.DOTALL
    ).groups()
    files = [file for file, _ in re.findall(rf"^{ROW}$", rest, re.MULTILINE)]
    opening, table, more = rest.partition("::\n")
    users = called(package, most=2)
    return "\n".join(
        [
            title(f"{number}: {name}", "="),
            f".. py:module:: {package}\n",
            anchors(package),
            f"{name.capitalize()}: {subject}\n",
            with_tables(with_lessons(opening, r"\b") + table + more, package),
            f"Users call {users}.\n" if users else "",
            *(title(file, "-") + section(f"{package}.{file}") for file in files),
        ]
    )


def section(module: str) -> str:
    """Return what a file offers: its docstring, functions and classes, and then constants."""
    path = module.replace(".", "/")
    names = [full for full, file in ENTRIES.items() if file == module]
    given = constants(module)
    return "\n".join(
        [
            f"\n.. py:module:: {module}\n",
            anchors(module),
            f"`{path}.py <{TOP}/_modules/{path}.html>`__\n",
            with_lessons(docstring_of(module)) + "\n",
            *(entry(full) for full in names if full not in given),
            *(constant(full, *given[full]) for full in names if full in given),
        ]
    )


def entry(full: str) -> str:
    """Return the directive for a function, or for a class with its members."""
    value = thing(full)
    if not inspect.isclass(value):
        return f".. autofunction:: {full}\n"
    signature = "()" if getattr(value, "_is_protocol", False) else ""
    text = f".. autoclass:: {full}{signature}\n"
    if members(value):
        text += f"   :members: {', '.join(members(value))}\n"
    for parent, names in inherited(value).items():
        links = ", ".join(f":py:obj:`{name} <{parent}.{name}>`" for name in names)
        text += f"\n   From :py:obj:`{parent.rpartition('.')[2]} <{parent}>`: {links}.\n"
    return text


def constant(full: str, value: str, text: str) -> str:
    """Return the directive for a constant, with what stands below it in the file."""
    shown = f"   :value: {value}\n" if len(value) <= LONGEST_VALUE else ""
    return f".. py:data:: {full.rpartition('.')[2]}\n{shown}\n{indent(text, '   ')}\n"


def anchors(module: str) -> str:
    """Return the names of a module that users write as anchors."""
    spans = [f"<span id='{name}'></span>" for name in CALLS.get(module, [])]
    return f".. raw:: html\n\n   {''.join(spans)}\n" if spans else ""


def called(prefix: str, most: int) -> str:
    """Return what users call in a chapter, with links, up to so many dots in a name."""
    found = [
        names[0]
        for full, names in CALLS.items()
        if f"{full}.".startswith(f"{prefix}.") and names[0].count(".") <= most
    ]
    return ", ".join(f"`{name}`" for name in sorted(found, key=str.lower))


def with_tables(docstring: str, package: str) -> str:
    """Return a docstring in which lists of modules are tables with links."""

    def table(block: re.Match[str]) -> str:
        cells = [
            f"   * - :py:obj:`{name} <{package}.{name.replace('/', '.')}>`\n     - {what}"
            for name, what in re.findall(rf"^{ROW}$", block[1], re.MULTILINE)
        ]
        return "\n".join([":\n", ".. list-table::\n   :align: left\n", *cells, ""])

    return re.sub(r"::\n\n((?: +\S.*\n)+)", table, docstring + "\n")


def docstring_of(module: str) -> str:
    """Return the docstring of a module without its indentation."""
    return inspect.getdoc(import_module(module)) or ""


def title(text: str, line: str) -> str:
    """Return a heading."""
    return f"{text}\n{line * len(text)}\n"
