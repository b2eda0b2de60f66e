r"""Functions beyond the grid: each continues along its tangent at the end.

.. math::
    f(x) = f(e) + f'(e)\,(x - e), \qquad f'(x) = f'(e), \qquad f''(x) = f'''(x) = 0

where x lies beyond the end e of its grid. An edge is a sum of basis functions and the base function
with weights, so that continuing these continues the edge. B-splines by themselves fade to zero over
k intervals beyond the grid, which no data ask for; lesson 02b measures what that costs.
"""

from __future__ import annotations

import numpy as np

from kan_numpy._arrays import Array

__all__ = ["CONTINUATIONS", "continue_beyond", "moved_inside"]

CONTINUATIONS = ("linear", "fade")
"""What ``outside`` may be: along the tangent, or whatever the functions do by themselves."""


def moved_inside(x: Array, low: Array, high: Array) -> Array:
    """Return x (N, n_in) with points beyond an end (n_in,) moved to it; x itself if none is."""
    real = x.real  # points may be complex, for derivatives by complex steps
    if real.min() >= low.max() and real.max() <= high.min():
        return x
    nearest = np.minimum(np.maximum(real, low), high)
    beyond = nearest != real
    return np.where(beyond, nearest, x) if beyond.any() else x


def continue_beyond(values: Array, slopes: Array, x: Array, inside: Array, derivative: int) -> None:
    """Make the values (N, n_in, ...) of functions or their derivatives at ``inside`` those at x.

    Their slopes at the lower and the upper end of the grid are (2, n_in, ...).
    """
    if derivative == 1:
        return
    n, i = np.nonzero(inside != x)
    if derivative:
        values[n, i] = 0.0
        return
    distance = (x - inside)[n, i]
    end = np.where(distance.real < 0.0, 0, 1)
    values[n, i] += (slopes[end, i].T * distance).T
