"""Blanks fail, solutions pass, every wrong solution fails, and obvious tests are not enough."""

import importlib
import importlib.util
import inspect
import os
import re
import warnings
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from exercises.calling import careful, derandomize
from exercises.catalog import case_rng, tasks
from exercises.rules import violations
from hypothesis import settings

HERE = Path(__file__).parent
BLANKS = HERE.parents[1] / "lessons" / "exercises"
TASKS = tasks()
KINDS = {"End", "Shape", "Scale", "Order", "Sign", "Value"}

each_task = pytest.mark.parametrize("task", TASKS, ids=[task.number for task in TASKS])


@pytest.fixture(autouse=True, scope="module")
def as_in_grading():
    derandomize()
    yield
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@cache
def blank(lesson):
    """Return the module that a student gets."""
    path = BLANKS / f"ex{lesson}.py"
    spec = importlib.util.spec_from_file_location(f"blank_{lesson}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def variants(kind, task):
    """Return the functions for a task in a file of solutions or mutants, by name."""
    module = importlib.import_module(f"exercises.{kind}s.{kind[:3]}_{task.lesson}")
    named = vars(module).items()
    return {name: f for name, f in named if re.fullmatch(rf"{task.function}(__\w+)?", name)}


def complaints(task, function):
    """Yield what the checks of a task say about a function; nothing if all pass."""
    for check in task.checks:
        given = {"task": careful(function), "rng": case_rng(check.__name__)}
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                check(**{name: given[name] for name in inspect.signature(check).parameters})
        except Exception as error:
            yield f"{check.__name__}: {error!r}"


def passes_the_obvious_test(task, function):
    try:
        with np.errstate(all="ignore"):
            getattr(blank(task.lesson), f"obvious_{task.number.replace('.', '_')}")(function)
    except Exception:
        return False
    return True


@each_task
def test_blanks_fail(task):
    function = getattr(blank(task.lesson), task.function)
    with pytest.raises(NotImplementedError, match=rf"^Task {task.number}: \w"):
        function(*[None] * len(inspect.signature(function).parameters))
    assert len(list(complaints(task, function))) == len(task.checks)
    assert f"Task {task.number} ({task.max_score} points)" in inspect.getdoc(function)


@each_task
def test_solutions_pass(task):
    solutions = variants("solution", task)
    assert task.function in solutions
    for name, solution in solutions.items():
        assert list(complaints(task, solution)) == [], name
        assert passes_the_obvious_test(task, solution), name
        source = inspect.getsource(inspect.getmodule(solution))
        assert not task.alone or not violations(source, name), name


@each_task
def test_wrong_solutions_fail(task):
    mutants = variants("mutant", task)
    alive = [name for name, mutant in mutants.items() if not any(complaints(task, mutant))]
    assert not alive
    kinds = [inspect.getdoc(mutant).partition(":")[0] for mutant in mutants.values()]
    assert len(mutants) >= 3
    assert set(kinds) <= KINDS
    assert len(set(kinds)) >= 2
    assert all("Hint: " in inspect.getdoc(mutant) for mutant in mutants.values())


@each_task
def test_the_obvious_test_is_not_enough(task):
    mutants = variants("mutant", task).values()
    assert any(passes_the_obvious_test(task, mutant) for mutant in mutants)


@each_task
def test_the_blank_has_the_arguments_of_the_solution(task):
    function = getattr(blank(task.lesson), task.function)
    for solution in variants("solution", task).values():
        assert len(inspect.signature(function).parameters) == len(
            inspect.signature(solution).parameters
        )


@pytest.mark.parametrize("name", ["sick_1", "sick_2", "sick_3"])
def test_the_sick_implementations_of_a_student_are_those_of_the_check(name):
    check = importlib.import_module("exercises.checks.check_02")
    shown, used = (inspect.getsource(getattr(module, name)) for module in (blank("02"), check))
    assert shown == used
