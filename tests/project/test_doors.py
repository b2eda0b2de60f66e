"""Every public door refuses what makes no sense, names the argument, and says what would."""

import inspect
import re
import time
import warnings
from collections import Counter

import matplotlib.pyplot as plt
import numpy as np
import pytest
from awkward import SAME, OwnError, awkward
from doors import X, Y, also_fits, doors, instances, is_set, value_for

import kan_numpy as kn

LONGEST_SECONDS = 2.0
SHORTEST, LONGEST = 25, 300  # of a message
NAMED = 0.95  # share of the refusals that name the argument

DOORS = doors()

MEANT = {"losses.as_loss": "loss"}
"""The arguments that messages name where a door is one for others."""

ARRAYS = {"x", "y", "coef", "knots", "center", "scale", "low", "high", "layers", "meridian_im"}
"""Arguments whose shapes depend on each other."""

FEW = {"functions": ["x"], "steps": 1, "boundary_points": 8, "interval": 1.0, "verify": False}
"""Defaults that are replaced, so that what is accepted takes little time."""


def arguments(door):
    """Return sensible arguments: the positional ones, and the rest by name."""
    given = {}
    for name, parameter in door.parameters.items():
        if is_set(door, name) or parameter.default is parameter.empty or name in FEW:
            value = FEW.get(name, value_for(door, name))
            if value is inspect.Parameter.empty:
                pytest.fail(f"{door.name}: add a sensible value of {name!r} to `sensible`")
            given[name] = value
    return given


def called(door, given):
    """Call a door; an argument ``*name`` is passed by position."""
    star = [p.name for p in door.parameters.values() if p.kind is p.VAR_POSITIONAL]
    first = list(door.parameters)[: list(door.parameters).index(star[0]) + 1] if star else []
    given = dict(given)
    result = door.call(*[given.pop(name) for name in first], **given)
    if hasattr(result, "_draw_was_started"):
        result._draw_was_started = True  # a movie that was never drawn warns when it is forgotten
    return result


def names(message, door, name):
    """Return whether a message names an argument, or another if the shapes of two do not fit."""
    others = [p for p in door.parameters if "shape" in message and p in ARRAYS]
    return re.search(rf"\b({'|'.join([MEANT.get(door.name, name), *others])})\b", message)


def outcome(door, given, name, may_pass):
    """Return what is wrong with the answer to a value, or "named", "not named", "accepted"."""
    started = time.process_time()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            result = called(door, given)
        except (OwnError, OSError):
            answer = "accepted" if may_pass else "raises an error of its own"
        except (TypeError, ValueError) as error:
            message = str(error)
            answer = "named" if names(message, door, name) else f"not named: {message}"
            if not SHORTEST <= len(message) <= LONGEST or not message.isprintable():
                answer = f"{len(message)} characters: {message[:200]}"
        except Exception as error:
            is_answer = may_pass and door.name == "gradcheck.assert_adjoint"
            answer = "accepted" if is_answer and isinstance(error, AssertionError) else ""
            answer = answer or f"{type(error).__name__}: {str(error)[:200]}"
        else:
            answer = "accepted" if may_pass else f"passes, as a {type(result).__name__}"
    if time.process_time() - started > 2.0 * LONGEST_SECONDS:  # others may use the machine
        return f"took {time.process_time() - started:.1f} s, {answer}"
    alien = [
        w for w in seen if not re.match(r"\d+ of|the loss|x |time is up|Animation", str(w.message))
    ]
    return f"warns: {alien[0].message}, {answer}" if alien else answer


def snapshot(value):
    """Return the numbers in a value."""
    if isinstance(value, np.ndarray):
        return value.tobytes()
    if isinstance(value, list | tuple):
        return [snapshot(part) for part in value]
    if isinstance(value, dict):
        return {key: snapshot(part) for key, part in value.items()}
    return snapshot(value.theta) if hasattr(value, "theta") else value


def tried(door):
    """Yield argument, value and outcome for every argument of a door and every awkward value."""
    base = arguments(door)
    before = snapshot(base)
    for name, parameter in door.parameters.items():
        for what, make, may_pass in awkward(value_for(door, name), parameter.annotation):
            value = make()
            if value is not SAME:
                fits = may_pass or what in also_fits(door, name)
                yield name, what, outcome(door, base | {name: value}, name, fits)
    assert snapshot(base) == before, "changed what it was given"
    plt.close("all")


SLOW = {"discover"}


@pytest.mark.parametrize(
    "door",
    [pytest.param(d, id=d.name, marks=[pytest.mark.slow] if d.name in SLOW else []) for d in DOORS],
)
def test_awkward_values_are_refused_by_name(door, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    instances()["KAN"].save("kan.npz")
    instances()["MLP"].save("mlp.npz")
    called(door, arguments(door))
    plt.close("all")
    outcomes = list(tried(door))
    kinds = Counter(answer.partition(":")[0] for *_, answer in outcomes)
    wrong = [triple for triple in outcomes if triple[2] not in ("named", "accepted")]
    not_named = [triple for triple in wrong if triple[2].startswith("not named")]
    assert wrong == not_named, "\n".join(map(str, wrong))
    assert kinds["named"] >= NAMED * (kinds["named"] + kinds["not named"]), wrong


@pytest.mark.parametrize("method", ["fun", "value", "residuals", "jacobian", "penalty_terms"])
@pytest.mark.parametrize(
    "theta", [None, "no", [], 1.0, [[1.0]], [None], {}, np.ones(3), 1j, object]
)
def test_an_objective_refuses_what_is_no_theta(method, theta):
    objective = kn.Objective(instances()["KAN"], X, Y, penalty=kn.Penalty(l1=0.1))
    with pytest.raises((TypeError, ValueError), match=r"^theta .{19,293}$"):
        getattr(objective, method)(theta)
