r"""Placement of knots: around data, or between the present ones.

.. math:: t = \epsilon\, t_{uniform} + (1 - \epsilon)\, t_{quantiles}

The quantiles are those of the distinct values of an input. A repeated value asks for no more knots
than any other: a column of zeros and a few other numbers keeps its intervals for these. Values that
differ by rounding alone are one value.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array

__all__ = ["NARROWEST", "ROUNDING", "SMALLEST_GAP", "adapted_knots", "grids_around", "is_nested"]
__all__ += ["refined_knots"]

NARROWEST = 1e-9
"""Data that differ by less than this fraction of their grid, or of their size, are constant."""

SMALLEST_GAP = 1e-6
"""The smallest interval, as a fraction of the mean one: it only keeps knots apart."""

ROUNDING = 1e-11
"""Values that differ by no more than this fraction of the largest one are the same."""


def grids_around(
    x: Array, width: Array, margin: float
) -> tuple[Array, Array, npt.NDArray[np.bool_]]:
    """Return ends (n_in,) of grids around data x (N, n_in), and which data (n_in,) are constant."""
    low, high = x.min(axis=0), x.max(axis=0)
    constant = high - low < NARROWEST * np.maximum(width, np.maximum(np.abs(low), np.abs(high)))
    middle = 0.5 * (low + high)
    at_least = np.maximum(0.5 * width, NARROWEST * np.abs(middle))
    half = np.where(constant, at_least, (0.5 + margin) * (high - low))
    return middle - half, middle + half, constant


def adapted_knots(
    x: Array, low: Array, high: Array, eps: Array, grid_size: int, degree: int
) -> Array:
    """Return knots (n_in, G + 2k + 1), uniform for eps = 1, at quantiles of x for eps = 0."""
    shares = np.linspace(0.0, 1.0, grid_size + 1)
    uniform = low + (high - low) * shares[:, None]  # (G+1, n_in)
    columns = [np.quantile(_distinct(values), shares) for values in x.T]
    quantiles = np.stack(columns, axis=1)  # (G+1, n_in)
    quantiles[0], quantiles[-1] = low, high
    h = (high - low) / grid_size
    gaps = np.maximum(np.diff(eps * uniform + (1.0 - eps) * quantiles, axis=0), SMALLEST_GAP * h)
    inner = low + np.cumsum(gaps, axis=0)[:-1] * ((high - low) / gaps.sum(axis=0))
    outer = h * np.arange(1, degree + 1)[:, None]  # (k, n_in)
    return np.vstack([low - outer[::-1], low, inner, high, high + outer]).T.copy()


def _distinct(values: Array) -> Array:
    """Return the distinct values of (N,), increasing."""
    ordered = np.sort(values)
    smallest = ROUNDING * max(abs(ordered[0]), abs(ordered[-1]))
    return np.asarray(ordered[np.diff(ordered, prepend=-np.inf) > smallest])


def refined_knots(knots: Array, grid_size: int, degree: int) -> Array:
    """Return knots (n_in, G' + 2k + 1), distributed like the present ones; the outer k remain."""
    k, G, old = degree, grid_size, knots.shape[1] - 2 * degree - 1
    inner = knots[:, k : k + old + 1]  # (n_in, old+1)
    index = np.arange(G + 1) * (old / G)
    grid = np.stack([np.interp(index, np.arange(old + 1), row) for row in inner])  # (n_in, G+1)
    if G % old == 0:
        grid[:, :: G // old] = inner  # not even a rounding error
    grid[:, -1] = inner[:, -1]
    return np.hstack([knots[:, :k], grid, knots[:, k + old + 1 :]])


def is_nested(knots: Array, new_knots: Array, degree: int) -> bool:
    """Return whether every interval is divided into equally many, with the same outer knots."""
    k, old, G = degree, len(knots) - 2 * degree - 1, len(new_knots) - 2 * degree - 1
    kept = np.r_[0:k, k : k + G + 1 : max(G // old, 1), k + G + 1 : G + 2 * k + 1]
    return G % old == 0 and np.array_equal(new_knots[kept], knots)
