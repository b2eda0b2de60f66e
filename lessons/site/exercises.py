"""The tasks as pages: what a student is asked, the obvious test, and nothing of the solution."""

import ast
import re
from pathlib import Path

from numpydoc.docscrape_sphinx import SphinxDocString

FOLDER = Path(__file__).resolve().parents[1] / "exercises"
INDEX = """\
Exercises
=========

Every lesson ends with tasks. Write the functions in the files below; ``make exercise N=2.2`` checks
what you wrote, and names the case that fails. A wrong solution provably fails.

.. toctree::

"""


def write(source: Path) -> None:
    """Write a page for every file of tasks, and one that lists them."""
    folder = source / "exercises"
    folder.mkdir()
    files = sorted(FOLDER.glob("ex*.py"))
    names = "".join(f"   {path.stem}\n" for path in files)
    (folder / "index.rst").write_text(INDEX + names, encoding="utf-8")
    for path in files:
        (folder / f"{path.stem}.rst").write_text(page(path), encoding="utf-8")


def page(path: Path) -> str:
    """Return a file of tasks as reStructuredText."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    title, _, introduction = (ast.get_docstring(tree) or "").partition("\n")
    parts = [heading(title.rstrip("."), "="), as_code(introduction)]
    parts.append(f"The file to edit is ``lessons/exercises/{path.name}``.\n")
    code: list[str] = []  # of neighbors, in one block
    for node in tree.body[1:]:
        docstring = ast.get_docstring(node) if isinstance(node, ast.FunctionDef) else None
        task = re.match(r"(Task [\d.]+ \(\d+ points?\))\. ", docstring or "")
        if task:
            parts += block(code)
            code.clear()
            described = SphinxDocString(as_code(docstring.removeprefix(task[0])))
            parts += [
                heading(task[1], "-"),
                f".. py:function:: {node.name}({ast.unparse(node.args)})",
            ]
            parts += ["   :no-index:\n", indented(str(described))]
        elif not isinstance(node, ast.Import | ast.ImportFrom):
            code.append(ast.get_source_segment(text, node))
    return "\n".join(parts + block(code))


def block(code: list[str]) -> list[str]:
    return [".. code-block:: python\n", indented("\n\n".join(code))] if code else []


def heading(title: str, line: str) -> str:
    return f"{title}\n{line * len(title)}\n"


def indented(text: str) -> str:
    return re.sub(r"^(?=.)", "   ", text, flags=re.MULTILINE) + "\n"


def as_code(text: str) -> str:
    """Set what stands in single backquotes as code, and stars as they are."""
    special = r"(?P<formula>:math:`[^`]*`)|`(?P<code>[^`]+)`|(?<=[(, ])(?P<star>\*+)"

    def restructured(found: re.Match[str]) -> str:
        if found["code"]:
            return f"``{found['code']}``"
        return found["formula"] or found["star"].replace("*", r"\*")

    return re.sub(special, restructured, text)
