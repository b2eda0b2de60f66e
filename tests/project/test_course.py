"""The lessons are one course: each asks one question, answers what it asks, and leads to a task."""

import ast
import math
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "lessons"
PAGES = [path for path in sorted(FOLDER.glob("[0-9]*.py")) if "from _page" in path.read_text()]
WORDS_A_MINUTE, LINES_A_MINUTE = 120, 10  # of text and of code, read to be understood

each_page = pytest.mark.parametrize("page", PAGES, ids=[path.stem for path in PAGES])


def cells(page):
    """Return (is it Markdown, text without the comment signs) of every cell of a page."""
    _, *parts = re.split(r"^# %%", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for part in parts:
        text = part.partition("\n")[2]
        if part.startswith(" [markdown]"):
            yield True, re.sub(r"^# ?", "", text, flags=re.MULTILINE)
        else:
            yield False, text


def text_of(page):
    return "\n".join(text for is_text, text in cells(page) if is_text)


def code_of(page):
    return "\n".join(text for is_text, text in cells(page) if not is_text)


def calls(page, *names):
    tree = ast.parse(page.read_text(encoding="utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [node for node in found if getattr(node.func, "id", "") in names]


@each_page
def test_a_lesson_can_be_read_in_one_sitting(page):
    assert 120 <= len(page.read_text(encoding="utf-8").splitlines()) <= 220
    assert 1 <= len(calls(page, "show")) <= 3, "figures"
    assert 1 <= text_of(page).count("**Predict:**") <= 5


@each_page
def test_minutes_are_those_of_its_words_and_lines(page):
    words = len(text_of(page).split())
    lines = sum(bool(line.strip()) for line in code_of(page).splitlines())
    minutes = words / WORDS_A_MINUTE + lines / LINES_A_MINUTE
    stated = re.search(r"\*\*Time:\*\* (\d+) minutes to read, (\d+) seconds? to run", text_of(page))
    assert stated, "**Time:** N minutes to read, M seconds to run."
    assert int(stated[1]) == 5 * math.ceil(minutes / 5), f"{minutes:.1f} minutes"


@each_page
def test_it_needs_earlier_lessons_only(page):
    need = re.search(r"\*\*You need:\*\* (.*?)\n\n", text_of(page), re.DOTALL)[1]
    numbers = re.findall(r"\b\d\d[a-e]?\b", need)
    earlier = {path.name.split("_")[0] for path in PAGES if path.name < page.name}
    assert set(numbers) <= earlier | {"00"}


@each_page
def test_every_prediction_is_answered_before_the_next(page):
    marks = re.findall(r"^\*\*(Predict|Answer):\*\*", text_of(page), re.MULTILINE)
    assert marks == ["Predict", "Answer"] * (len(marks) // 2)
    for is_text, text in cells(page):
        assert not is_text or not re.search(r"\*\*Predict:.*\*\*Answer:", text, re.DOTALL), (
            "between a prediction and its answer there is a cell of code"
        )


@each_page
def test_a_common_mistake_is_refuted_by_code_that_runs(page):
    contents = list(cells(page))
    mistakes = [i for i, (is_text, text) in enumerate(contents) if "**Common mistake:**" in text]
    assert mistakes
    for i in mistakes:
        is_text, code = contents[i + 1]
        assert not is_text
        assert re.search(r"\bassert\b|assert_", code), "the cell after it refutes it"


@each_page
def test_printed_numbers_carry_the_number_of_their_section(page):
    sections = [int(number) for number in re.findall(r"^## (\d+)\. ", text_of(page), re.MULTILINE)]
    assert sections == list(range(1, len(sections) + 1))
    printed = [int(number) for number in re.findall(r"print\(\s*f?[\"'](\d+)\. ", code_of(page))]
    assert printed == sorted(set(printed))
    assert set(printed) <= set(sections)
    assert len(printed) >= len(sections) / 2


@each_page
def test_a_lesson_leads_to_a_task(page):
    last = [text for is_text, text in cells(page) if is_text][-1]
    task = re.search(r"Close this file.*`make exercise N=([\d.]+)`", last, re.DOTALL)
    assert task
    assert task[1].split(".")[0].zfill(2) == page.name[:2] or page.name.startswith("00")


def test_every_task_is_named_by_a_lesson_of_its_number():
    blanks = "\n".join(path.read_text("utf-8") for path in (FOLDER / "exercises").glob("ex*.py"))
    tasks = set(re.findall(r'NotImplementedError\("Task ([\d.]+):', blanks))
    named = {number for page in PAGES for number in re.findall(r"N=(\d+\.\d+)`", text_of(page))}
    assert tasks
    assert tasks <= named


@each_page
def test_figures_are_described_and_stay_open(page):
    for call in calls(page, "show"):
        name, description = call.args[1], call.args[2]
        assert ast.unparse(name).strip("f'\"").startswith(page.name.split("_")[0])
        assert not isinstance(description, ast.Constant) or len(description.value) > 40
    text = page.read_text(encoding="utf-8")
    assert "plt.close" not in text
    assert "__file__" not in text
    assert "savefig(BUILD" not in text
