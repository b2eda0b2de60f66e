"""The end of a search: a moment on a clock, passed down to everything that takes long.

Time that is up ends a search as Ctrl-C does, by a KeyboardInterrupt. What a search has found by
then are the stages that it has yielded, and `last_stage` returns the last of them with a warning.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from kan_numpy._arguments import level_outside
from kan_numpy._validation import as_number

clock = time.perf_counter

StageT = TypeVar("StageT")


class OutOfTime(KeyboardInterrupt):
    """Raised when time is up, and handled wherever Ctrl-C is."""


@dataclass(frozen=True)
class Deadline:
    """A moment, by default never. It is a callback of `train`, which it ends after any step."""

    moment: float = np.inf

    @classmethod
    def after(cls, seconds: float | None) -> Deadline:
        """Return the deadline in so many seconds, never if that is None."""
        if seconds is None:
            return cls()
        return cls(clock() + as_number("seconds", seconds, 0.0, include_low=False))

    @property
    def left(self) -> float:
        """The seconds that are left."""
        return self.moment - clock()

    @property
    def passed(self) -> bool:
        """Whether time is up."""
        return self.left <= 0.0

    def earlier(self, share: float) -> Deadline:
        """Return the deadline that leaves this share of the time."""
        return Deadline(self.moment - share * self.left) if np.isfinite(self.moment) else self

    def at_most(self, seconds: float) -> Deadline:
        """Return this deadline, or that in so many seconds if it is earlier."""
        return Deadline(min(self.moment, clock() + seconds))

    def check(self) -> None:
        """Raise `OutOfTime` if time is up."""
        if self.passed:
            raise OutOfTime("time is up")

    def __call__(self, *_: object) -> None:
        """Check it between the steps of training."""
        self.check()


NEVER = Deadline()


def last_stage(stages: Iterable[tuple[StageT, str]], start: StageT, deadline: Deadline) -> StageT:
    """Return the last stage of a search, which yields results and what it has not tried yet.

    If it is stopped, the last stage so far is returned with a warning. Without any stage, this is
    the start when time is up, and a KeyboardInterrupt after Ctrl-C.
    """
    last: tuple[StageT, str] | None = None
    try:
        for stage in stages:
            last = stage
    except KeyboardInterrupt:
        if last is None and not deadline.passed:
            raise
        warn_stopped(deadline, "everything" if last is None else last[1])
    return start if last is None else last[0]


def warn_stopped(deadline: Deadline, untried: str) -> None:
    """Warn that a search was stopped, and say what it has not tried."""
    why = "time is up" if deadline.passed else "interrupted"
    message = f"{why}: the best result so far is returned; not tried: {untried}"
    warnings.warn(message, RuntimeWarning, stacklevel=level_outside())
