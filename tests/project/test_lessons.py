"""Every lesson runs to its end, keeps its promises, and is built like the others."""

import ast
import os
import re
import sys
from pathlib import Path

import pytest
from commands import run

FOLDER = Path(__file__).resolve().parents[2] / "lessons"
LESSONS = sorted(FOLDER.glob("[0-9]*.py"))
SECONDS_AT_MOST = 300

each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=[path.stem for path in LESSONS])


def test_lessons_are_numbered():
    numbers = [re.match(r"(\d\d[a-z]?)_\w+\.py$", path.name) for path in LESSONS]
    assert LESSONS
    assert all(numbers)
    assert len({number[1] for number in numbers}) == len(LESSONS)


@pytest.mark.lesson
@each_lesson
def test_lesson_runs(lesson, tmp_path):
    environment = {**os.environ, "MPLBACKEND": "Agg"}
    command = [sys.executable, "-W", "error", lesson]
    run(*command, cwd=tmp_path, env=environment, timeout=SECONDS_AT_MOST)
    assert [path.name for path in tmp_path.iterdir()] == ["build"], "figures belong into build/"
    assert list((tmp_path / "build").iterdir()), "a lesson draws at least one figure"


def cells(lesson):
    """Return (is it Markdown, text) of every cell of a percent-format script."""
    head, *parts = re.split(r"^# %%", lesson.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert head == "", "the first line of a lesson opens its first cell"
    return [(part.startswith(" [markdown]"), part.partition("\n")[2]) for part in parts]


@each_lesson
def test_header_states_question_needs_and_time(lesson):
    is_markdown, header = cells(lesson)[0]
    text = re.sub(r"^# ?", "", header, flags=re.MULTILINE)
    assert is_markdown
    assert re.match(rf"# Lesson {lesson.name.partition('_')[0]}: \w", text)
    for marker in ("**Question.**", "**You need:**", "**Time:**"):
        assert re.search(rf"{re.escape(marker)}\s+(?!\*\*)\S", text), marker


@each_lesson
def test_text_and_code_alternate_in_cells(lesson):
    contents = cells(lesson)
    markdown = [text for is_markdown, text in contents if is_markdown]
    assert all(re.match(r"#( |$)", line) for text in markdown for line in text.splitlines() if line)
    assert len(markdown) > 1
    assert len(contents) > len(markdown) + 1
    assert any(re.search(r"^# ## On your own", text, re.MULTILINE) for text in markdown)


@each_lesson
def test_lessons_are_called_by_their_numbers(lesson):
    text = lesson.read_text(encoding="utf-8")
    numbers = {path.name.split("_")[0] for path in LESSONS}
    named = set(re.findall(r"\b[Ll]essons? (\d+[a-z]?)\b", text.partition("\n# **Question")[2]))
    assert named <= numbers


@each_lesson
def test_claims_are_asserted(lesson):
    checks = 0
    for node in ast.walk(ast.parse(lesson.read_text(encoding="utf-8"), str(lesson))):
        called = node.func if isinstance(node, ast.Call) else None
        name = getattr(called, "attr", getattr(called, "id", ""))
        checks += isinstance(node, ast.Assert) or name.startswith("assert_")
    assert checks >= 3
