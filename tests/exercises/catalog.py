"""The tasks: found in the files of the folder checks/, one file for each lesson.

Task 2.2 stands in four files: in lessons/exercises/ex02.py the blank, with its contract as the
docstring, and `obvious_2_2(basis)` beside it; in checks/check_02.py its name in TASKS, perhaps in
ALONE (and in GIVEN, if its arguments are networks), and functions `test_...(task, rng)` with
points; in solutions/sol_02.py the function `basis`, and `basis__in_another_style`; in
mutants/mut_02.py `basis__with_a_mistake`, whose docstring says "Kind: what is wrong. Hint: what to
say to the student."

A check calls `task` like the function, though it runs in another process while grading: arguments
and results are numbers, arrays, texts, fractions, functions, and lists, tuples and dictionaries of
these; arguments may also be networks and layers. That arguments stay unchanged is always checked.
"""

import importlib
import os
import zlib
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent

SEED = "KAN_GRADING_SEED"
"""The environment variable that makes other cases: a whole number, 0 if it is not set."""


@dataclass(frozen=True)
class Task:
    """One task: a function that a student writes, and what checks it."""

    number: str  # lesson and task, say "2.2"
    function: str
    alone: bool  # without kan_numpy and scipy
    library: bool  # whether these are there when it runs
    checks: tuple = field(compare=False)  # functions of (task, rng)
    points: tuple = field(compare=False)  # of each check

    @property
    def lesson(self):
        """The number of the lesson in two digits."""
        return f"{int(self.number.partition('.')[0]):02d}"

    @property
    def file(self):
        """The file that holds the function."""
        return f"ex{self.lesson}.py"

    @property
    def title(self):
        """What the report calls the task."""
        return f"Task {self.number}: {self.function}"

    @property
    def max_score(self):
        """The sum of the points."""
        return plain(sum(self.points))


def plain(points):
    """Return a number of points as a whole number where it is one."""
    return int(points) if points == int(points) else round(float(points), 3)


def marked(check):
    """Return number and points of a check, or None."""
    marks = [mark for mark in getattr(check, "pytestmark", []) if mark.name == "points"]
    return (marks[0].kwargs["number"], Fraction(str(marks[0].args[0]))) if marks else None


def case_rng(check):
    """Return the random numbers of a check, which the seed changes."""
    return np.random.default_rng([int(os.environ.get(SEED) or 0), zlib.crc32(check.encode())])


def order(number):
    """Return the key that sorts "2.10" behind "2.9"."""
    return [int(part) for part in number.split(".")]


@cache
def all_tasks():
    """Return all tasks in order."""
    found = []
    for path in sorted((HERE / "checks").glob("check_*.py")):
        module = importlib.import_module(f"exercises.checks.{path.stem}")
        checks = {}
        for value in vars(module).values():
            if mark := marked(value):
                checks.setdefault(mark[0], []).append((value, mark[1]))
        assert set(checks) == set(module.TASKS), f"{path.name}: a task without checks"
        for number, function in module.TASKS.items():
            functions, points = zip(*checks[number], strict=True)
            alone, given = number in module.ALONE, number in getattr(module, "GIVEN", ())
            found.append(Task(number, function, alone, given or not alone, functions, points))
    return sorted(found, key=lambda task: order(task.number))


def tasks(wanted=None):
    """Return all tasks in order, or those of one lesson ("02", "2") or one number ("2.2")."""
    if not wanted:
        return all_tasks()
    lesson, dot, rest = wanted.partition(".")
    number = f"{int(lesson)}{dot}{rest}"
    return [task for task in all_tasks() if number in (task.number, task.number.partition(".")[0])]
