"""Write what lessons/INSTRUCTOR.md knows from the lessons and the tasks: minutes, points, mistakes.

python tests/instructor.py
"""

import importlib
import inspect
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from exercises.catalog import tasks  # noqa: E402 - the folder of the tests has no name of its own

LESSONS = HERE.parent / "lessons"
PAGE = LESSONS / "INSTRUCTOR.md"
BEGIN = "<!-- wrong answers: written by tests/instructor.py -->\n"
END = "<!-- end of wrong answers -->"


def minutes_of(lesson):
    """Return the minutes that a lesson says it takes to read."""
    (path,) = LESSONS.glob(f"{lesson}_*.py")
    return int(re.search(r"\*\*Time:\*\* (\d+) minutes", path.read_text(encoding="utf-8"))[1])


def points_of(number):
    """Return the points of a task."""
    (task,) = [task for task in tasks() if task.number == number]
    return task.max_score


def completed(line, columns):
    """Return a row of a table with its minutes and points computed."""
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    lessons = re.findall(r"\d\d[a-e]?", cells[columns.index("Lessons")])
    numbers = re.findall(r"\d+\.\d+", cells[columns.index("Tasks")])
    cells[columns.index("Minutes")] = str(sum(map(minutes_of, lessons)))
    cells[columns.index("Points")] = str(sum(map(points_of, numbers)))
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")


def wrong_answers():
    """Return the table of the wrong solutions and of what to say first."""
    rows = ["\n| Task | Kind | What is wrong | Hint |", "|---|---|---|---|"]
    for task in tasks():
        module = importlib.import_module(f"exercises.mutants.mut_{task.lesson}")
        for name in vars(module):
            if not name.startswith(f"{task.function}__"):
                continue
            text = " ".join(inspect.getdoc(vars(module)[name]).split())
            kind, wrong, hint = re.match(r"(\w+): (.*?)\.? Hint: (.*)", text).groups()
            # Between bars of a table, a bar and a dollar are written with a backslash.
            cells = [re.sub(r"([|$])", r"\\\1", cell) for cell in (kind.lower(), wrong, hint)]
            rows.append(f"| {' | '.join([task.number, *cells])} |")
    return "\n".join(rows) + "\n\n"


def current(text):
    """Return the page with everything that is computed."""
    columns, lines = [], []
    for line in text.partition(BEGIN)[0].splitlines():
        if not line.startswith("|"):
            columns = []
        elif not columns:
            columns = [cell.strip() for cell in line.strip("|").split("|")]
        elif {"Lessons", "Minutes"} <= set(columns) and not line.startswith("|---"):
            line = completed(line, columns)  # noqa: PLW2901
        lines.append(line)
    return "\n".join(lines) + "\n" + BEGIN + wrong_answers() + END + text.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(current(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
