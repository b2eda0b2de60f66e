"""What lessons/INSTRUCTOR.md says is computed from the lessons and the tasks, or is run."""

import re

import instructor
import pytest
from exercises.catalog import SEED, tasks

TEXT = instructor.PAGE.read_text(encoding="utf-8")
TRACKS = {
    title: body.partition("\n## ")[0]
    for title, body in re.findall(r"^### (.*)\n((?:(?!^##).*\n)*)", TEXT, re.MULTILINE)
    if "| Hour |" in body or "| Week |" in body
}


def test_minutes_points_and_wrong_answers_are_current():
    assert instructor.current(TEXT) == TEXT, "run: python tests/instructor.py"


def test_every_lesson_and_every_task_has_an_objective():
    _, _, table = TEXT.partition("## What a student can do afterwards")
    rows = [row for row in table.partition("\n## ")[0].splitlines() if row.startswith("| ")][1:]
    lessons = re.findall(r"\b\d\d[a-e]?\b", " ".join(row.split("|")[1] for row in rows))
    written = [path.name.split("_")[0] for path in sorted(instructor.LESSONS.glob("[0-9]*.py"))]
    assert lessons == written
    numbers = re.findall(r"\d+\.\d+", " ".join(row.split("|")[3] for row in rows))
    assert sorted(numbers) == sorted(task.number for task in tasks())


def test_there_are_four_tracks():
    assert len(TRACKS) == 4


@pytest.mark.parametrize("track", TRACKS)
def test_a_track_needs_nothing_that_it_has_not_taught(track):
    rows = [row.split("|") for row in TRACKS[track].splitlines() if row.startswith("| ")][1:]
    order = re.findall(r"\b\d\d[a-e]?\b", " ".join(row[2] for row in rows))
    assert len(set(order)) == len(order)
    for row in rows:
        taught = set(order[: order.index(re.findall(r"\d\d[a-e]?", row[2])[-1]) + 1])
        for number in re.findall(r"\d+\.\d+", row[3]):
            chapter = f"{int(number.partition('.')[0]):02d}"
            assert any(lesson.startswith(chapter) for lesson in taught), f"task {number} too early"


def test_board_computations_are_right():
    names = {}
    blocks = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert len(blocks) == 4
    for block in blocks:
        assert "assert" in block
        exec(block, names)


def test_each_essay_has_a_rubric_and_three_samples_whose_points_add_up():
    essays = re.findall(r"^### Task .*?(?=^##)", TEXT, re.MULTILINE | re.DOTALL)
    assert len(essays) == 2
    for essay in essays:
        assert essay.count("**A sample of") == 3
        for low, high, body in re.findall(
            r"\*\*A sample of (\d+) to (\d+) points\.\*\*(.*?)(?=\*\*A sample|\Z)", essay, re.DOTALL
        ):
            total, _, parts = re.search(r"\*(\d+)(:?)([^*]*)\*", body).groups()
            assert int(low) <= int(total) <= int(high)
            given = [int(n) for n in re.findall(r"(?:[a-z]) (\d)\b", parts)]
            assert not given or sum(given) == int(total)


def test_the_seed_of_hidden_cases_has_the_name_that_the_grader_reads():
    assert f"`{SEED}=4711 make grade ...`" in TEXT
