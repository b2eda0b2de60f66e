"""A bug planted on purpose: a piece of text in a function, and what stands there by mistake."""

import inspect
import sys
import textwrap
from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Bug:
    """A piece of text in a function of a module or class, and what stands there by mistake."""

    name: str
    owner: object
    function: str
    right: str
    wrong: str
    check: object


def with_bug(bug):
    """Return the function with the bug, compiled where the right one was."""
    function = getattr(bug.owner, bug.function)
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(bug.right) == 1, f"{bug.function} has changed: {bug.right!r} is not unique"
    namespace = dict(vars(sys.modules[function.__module__]))
    exec(source.replace(bug.right, bug.wrong), namespace)
    return namespace[bug.function]


def assert_caught(monkeypatch, bug):
    """Assert that the check accepts the function as it is, and rejects it with the bug."""
    bug.check()
    monkeypatch.setattr(bug.owner, bug.function, with_bug(bug))
    with pytest.raises(AssertionError, match=r"wrong in|Not equal to tolerance"):
        bug.check()
