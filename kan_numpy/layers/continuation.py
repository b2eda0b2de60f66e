r"""Functions beyond the grid: each continues along its tangent at the end.

.. math::
    f(x) = f(e) + f'(e)\,(x - e), \qquad f'(x) = f'(e), \qquad f''(x) = f'''(x) = 0

where x lies beyond the end e of its grid. An edge is a sum of basis functions and the base function
with weights, so that continuing these continues the edge. B-splines by themselves fade to zero over
k intervals beyond the grid, which no data ask for; lesson 02b measures what that costs.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kan_numpy._arrays import Array, Indices

__all__ = ["CONTINUATIONS", "Beyond", "continue_beyond", "moved_inside"]

CONTINUATIONS = ("linear", "fade")
"""What ``outside`` may be: along the tangent, or whatever the functions do by themselves."""


class Beyond(NamedTuple):
    """The P points beyond an end of their grid."""

    at: Indices  # (P,) in the flattened x (N, n_in)
    inp: Indices  # (P,) the input node i
    end: Indices  # (P,) 0 for the lower end, 1 for the upper one
    distance: Array  # (P,) x - e


def moved_inside(x: Array, ends: Array) -> tuple[Array, Beyond | None]:
    """Return x (N, n_in) with points beyond an end moved to it, and what they were.

    The lower and the upper ends are (2, n_in), or (2, 1) if all grids are the same.
    """
    low, high = ends
    above = x.real > high  # points may be complex, for derivatives by complex steps
    outside = above | (x.real < low)
    if not outside.any():
        return x, None
    at = np.flatnonzero(outside)
    inp, end = at % x.shape[1], above.take(at).astype(np.intp)
    nearest = ends[end, inp % ends.shape[1]]
    inside = x.copy()
    inside.put(at, nearest)
    return inside, Beyond(at, inp, end, x.take(at) - nearest)


def continue_beyond(values: Any, slopes: Array, beyond: Beyond, derivative: int) -> None:
    """Make the values (N, n_in, ...) of functions or their derivatives at the ends those at x.

    Their slopes at the lower and the upper end of the grid are (2, n_in, ...). Values may also be
    those of a sparse matrix (N, n_in W), k + 1 for each point.
    """
    at, inp, end, distance = beyond
    if derivative == 1:
        return
    if isinstance(values, np.ndarray):
        rows, rates = values.reshape(-1, *values.shape[2:]), slopes[end, inp]  # (P, ...)
    else:
        some = values.data.size // (values.shape[0] * slopes.shape[1])  # k + 1
        rows, columns = values.data.reshape(-1, some), values.indices.reshape(-1, some)
        rates = slopes[end[:, None], inp[:, None], columns[at] % slopes.shape[2]]  # (P, k+1)
    if derivative:
        rows[at] = 0.0
    else:
        rows[at] += (rates.T * distance).T
