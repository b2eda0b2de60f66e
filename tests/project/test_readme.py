"""What the README claims is true: its length, picture, hours, chapters and letters."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LINES_AT_MOST = 190
BYTES_OF_A_PICTURE = 100_000


def rows(title):
    """Return the cells of the table in a section, row by row, without its head."""
    section = README.split(f"\n## {title}\n", 1)[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_it_is_short():
    assert len(README.splitlines()) <= LINES_AT_MOST


def test_its_picture_is_small():
    (picture,) = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)
    assert (ROOT / picture).stat().st_size < BYTES_OF_A_PICTURE


def test_the_hours_are_those_of_the_lessons():
    minutes = 0
    for path in (ROOT / "lessons").glob("[0-9][0-9]*.py"):
        text = path.read_text(encoding="utf-8")
        minutes += int(re.search(r"\*\*Time:\*\* (\d+) minutes to read", text)[1])
    words = {9: "nine", 10: "ten", 11: "eleven", 12: "twelve", 13: "thirteen", 14: "fourteen"}
    assert f"about {words[round(minutes / 60)]} hours of reading" in " ".join(README.split())


def test_a_row_a_number_in_the_table_of_lessons():
    numbers = [re.match(r"\[?(\d\d)", row[0])[1] for row in rows("Lessons")]
    assert numbers == sorted({p.name[:2] for p in (ROOT / "lessons").glob("[0-9][0-9]*.py")})


def test_the_chapters_are_those_of_the_package():
    listed = re.findall(r"^\d+\. \[(\w+)\]\(kan_numpy/(\w+)\): \w", README, re.MULTILINE)
    docstring = ast.get_docstring(
        ast.parse((ROOT / "kan_numpy" / "__init__.py").read_text(encoding="utf-8"))
    )
    assert [name for name, _ in listed] == [folder for _, folder in listed]
    assert [name for name, _ in listed] == re.findall(r"^ +\d+  (\w+)", docstring, re.MULTILINE)


def test_a_letter_has_one_meaning():
    letters = [letter for row in rows("Conventions") for letter in re.split("[,;] ", row[0])]
    shared = {"b", "c"}  # of a symbol, whose four numbers stand together
    assert {letter for letter in letters if letters.count(letter) > 1} == shared


def test_what_the_letters_are_called_in_code_is_what_they_are_called():
    names = set()
    for path in (ROOT / "kan_numpy").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for field in ("id", "attr", "arg", "name"):
                names.add(getattr(node, field, None))
    called = {name for row in rows("Conventions") for name in re.findall(r"`(\w+)`", row[2])}
    assert len(called) > 10
    assert called <= names


@pytest.mark.parametrize("claim", ["pure NumPy", "functions, not weights", "asserts every number"])
def test_what_is_not_true_is_not_claimed(claim):
    for path in (ROOT / "README.md", ROOT / "pyproject.toml", ROOT / "kan_numpy" / "__init__.py"):
        assert claim not in " ".join(path.read_text(encoding="utf-8").split())
