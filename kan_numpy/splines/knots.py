r"""Knots: the points where a spline changes its polynomial, evenly spaced or given."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array
from kan_numpy._validation import LARGEST_DEGREE, LARGEST_GRID, as_array, as_count, as_number

__all__ = ["LARGEST", "SMALLEST", "as_knots", "require_grid", "uniform_knots"]

SMALLEST, LARGEST = 1e-90, 1e90
"""Intervals and ends between which the third derivatives of splines are finite numbers."""


def uniform_knots(low: float, high: float, grid_size: int, degree: int) -> Array:
    r"""Return evenly spaced knots for a grid of G intervals, extended by k knots at each end.

    .. math:: t_j = low + (j - k) h, \qquad h = (high - low) / G, \qquad j = 0 \dots G + 2k

    Parameters
    ----------
    low, high : float
        The ends of the grid: ``knots[k] == low`` and ``knots[-k - 1] == high``, exactly.
    grid_size : int
        G, the number of intervals, at least 1.
    degree : int
        k, at least 0.

    Returns
    -------
    ndarray, shape (G + 2k + 1,)
        t, increasing.

    Raises
    ------
    ValueError
        If low is not below high, grid_size is below 1, or degree is below 0.
    TypeError
        If grid_size or degree is not a whole number.

    Examples
    --------
    Two intervals on [0, 1], and one knot more at each end for degree 1:

    >>> import kan_numpy as kn
    >>> kn.uniform_knots(0.0, 1.0, grid_size=2, degree=1)
    array([-0.5,  0. ,  0.5,  1. ,  1.5])
    """
    G = as_count("grid_size", grid_size, 1, LARGEST_GRID)
    k = as_count("degree", degree, 0, LARGEST_DEGREE)
    low, high = as_number("low", low), as_number("high", high)
    require_grid("low", low, high, G)
    knots = np.asarray(low + (high - low) / G * np.arange(-k, G + k + 1), dtype=np.float64)
    knots[k], knots[-k - 1] = low, high
    return knots


def require_grid(name: str, low: float, high: float, grid_size: int) -> None:
    """Refuse ends that leave no room for the intervals, or whose third powers are not finite."""
    h = high / grid_size - low / grid_size
    largest = max(abs(low), abs(high))
    if not (h > max(4.0 * np.spacing(largest), SMALLEST) and largest < LARGEST):
        raise ValueError(
            f"{name} must be below high, by enough for {grid_size} intervals, and no number above"
            f" {LARGEST:g}, but they are {low!r} and {high!r}"
        )


def as_knots(name: str, value: npt.ArrayLike, degree: int, shape: Sequence[int | str]) -> Array:
    """Return knots (..., G + 2k + 1), non-decreasing along the last axis, around a grid."""
    knots = as_array(name, value, shape)
    size = knots.shape[-1]
    if size < 2 * degree + 2:
        raise ValueError(
            f"{name} must have at least 2 * degree + 2 = {2 * degree + 2} entries (one interval,"
            f" and {degree} knots more at each end), but has {size}"
        )
    steps = np.diff(knots)
    falls = np.argwhere(steps < 0)
    if falls.size:
        *row, j = (int(i) for i in falls[0])
        place = (*row, j)
        after = (*row, j + 1)
        raise ValueError(
            f"{name} must not decrease, but {name}[{', '.join(map(str, after))}] ="
            f" {knots[after]:g} comes after {knots[place]:g}; sort them"
        )
    if np.any((steps > 0) & (steps < SMALLEST)):
        raise ValueError(
            f"{name} must be equal or at least {SMALLEST:g} apart, but two differ by"
            f" {steps[steps > 0].min():.3g}; choose other units"
        )
    if np.any(knots[..., degree] >= knots[..., -degree - 1]):
        raise ValueError(
            f"{name} has no grid: knots[degree] and knots[-degree - 1] must differ,"
            f" but with degree {degree} both are {np.ravel(knots[..., degree])[0]:g}"
        )
    return knots
