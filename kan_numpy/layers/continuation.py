r"""Functions beyond the grid: each continues along its tangent at the end.

.. math::
    f(x) = f(e) + f'(e)\,(x - e), \qquad f'(x) = f'(e), \qquad f''(x) = f'''(x) = 0

where x lies beyond the end e of its grid. An edge is a sum of basis functions and the base function
with weights, so that continuing these continues the edge. B-splines by themselves fade to zero over
k intervals beyond the grid, which no data ask for; lesson 02 measures what that costs.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kan_numpy._arrays import Array

CONTINUATIONS = ("linear", "fade")
"""What ``outside`` may be: along the tangent, or whatever the functions do by themselves."""


def moved_inside(x: Array, low: Array, high: Array) -> Array:
    """Return x (N, n_in) with points beyond an end (n_in,) moved to it; x itself if none is."""
    real = x.real  # points may be complex, for derivatives by complex steps
    if real.min() >= low.max() and real.max() <= high.min():
        return x
    inside = np.where(real < low, low, np.where(real > high, high, x))
    return x if np.array_equal(inside, x) else inside


def continue_beyond(
    values: Array, function: Callable[[Array, int], Array], x: Array, inside: Array, derivative: int
) -> None:
    """Make the values (N, n_in, ...) of a function or its derivative at ``inside`` those at x."""
    if derivative > 1:
        values[inside != x] = 0.0
    elif derivative == 0:
        rows = np.flatnonzero(np.any(inside != x, axis=1))
        slopes = function(inside[rows], 1)
        distance = (x - inside)[rows]  # (n, n_in), 0 within the grid
        values[rows] += slopes * distance.reshape(*distance.shape, *[1] * (values.ndim - 2))
