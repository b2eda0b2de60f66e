r"""A line search with the strong Wolfe conditions.

Along :math:`\varphi(a) = L(\theta + a d)` it finds a step a with a sufficient decrease of the loss
and a sufficiently flat slope,

.. math::
    \varphi(a) \le \varphi(0) + c_1 a \varphi'(0), \qquad |\varphi'(a)| \le c_2 |\varphi'(0)|.

First the step grows until an interval must contain such a point, then the interval shrinks
around it (J. Nocedal, S. Wright, Numerical Optimization, 2006, algorithms 3.5 and 3.6).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from kan_numpy._arrays import Array

__all__ = ["Trial", "between", "evaluated", "wolfe_search"]

C1, C2 = 1e-4, 0.9
MOST_EVALUATIONS = 25


class Trial(NamedTuple):
    """One point on the line."""

    step: float  # a
    loss: float  # phi(a)
    slope: float  # phi'(a)
    theta: Array  # (P,)
    gradient: Array  # (P,)


def wolfe_search(
    fun: Callable[[Array], tuple[float, Array]],
    theta: Array,
    loss: float,
    gradient: Array,
    direction: Array,
    first: float,
) -> tuple[Trial | None, int]:
    """Return a point on theta + a direction, both (P,), or None; and the number of evaluations.

    ``first`` is the first step a that is tried. The point satisfies the strong Wolfe conditions, or
    is the lowest one found when the evaluations ran out; None means that no step decreases the
    loss. A loss that is not finite counts as infinite.
    """
    start = Trial(0.0, loss, float(gradient @ direction), theta, gradient)
    used = 0
    if not start.slope < 0.0:
        return None, used

    def too_high(trial: Trial, low: Trial) -> bool:
        return trial.loss > start.loss + C1 * trial.step * start.slope or trial.loss >= low.loss

    def flat(trial: Trial) -> bool:
        return abs(trial.slope) <= -C2 * start.slope

    # low is the best end of the interval; high, once found, the other end.
    low, high, step = start, None, first
    while used < MOST_EVALUATIONS:
        trial = evaluated(fun, theta, direction, step)
        used += 1
        if too_high(trial, low):
            high = trial
        elif flat(trial):
            return trial, used
        else:
            ahead = 1.0 if high is None else high.step - low.step
            if trial.slope * ahead >= 0.0:
                high = low
            low = trial
        if high is None:
            step = 2.0 * low.step
        elif abs(high.step - low.step) <= 1e-12 * max(low.step, high.step):
            break
        else:
            step = between(low, high)
    return (low if low.loss < start.loss else None), used


def evaluated(
    fun: Callable[[Array], tuple[float, Array]], theta: Array, direction: Array, step: float
) -> Trial:
    """Return the point theta + step * direction, (P,); a loss that is not finite is infinite."""
    point = theta + step * direction
    loss, gradient = fun(point)
    if not (np.isfinite(loss) and np.all(np.isfinite(gradient))):
        return Trial(step, np.inf, np.inf, point, gradient)
    return Trial(step, loss, float(gradient @ direction), point, gradient)


def between(low: Trial, high: Trial) -> float:
    """Return the minimum of the cubic through both ends of the interval (eq. 3.59).

    It is kept at least a tenth of the interval away from the ends. If the loss at ``high`` is
    infinite, or the cubic has no minimum, it is the middle.
    """
    width = high.step - low.step
    middle = low.step + 0.5 * width
    if not np.isfinite(high.loss):
        return middle
    d1 = low.slope + high.slope - 3.0 * (high.loss - low.loss) / width
    inside = d1 * d1 - low.slope * high.slope
    if not inside >= 0.0:
        return middle
    d2 = np.copysign(np.sqrt(inside), width)
    denominator = high.slope - low.slope + 2.0 * d2
    if denominator == 0.0:
        return middle
    share = 1.0 - (high.slope + d2 - d1) / denominator
    return float(low.step + width * min(max(share, 0.1), 0.9))
