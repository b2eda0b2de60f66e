r"""Where knots go: around data, or between the present ones.

.. math:: t = \epsilon\, t_{uniform} + (1 - \epsilon)\, t_{quantiles}
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array

NARROWEST = 1e-9
"""Data that differ by less than this share of their grid, or of their size, are constant."""

SMALLEST_GAP = 0.01
"""No interval becomes smaller than this share of the mean one."""


def grids_around(
    x: Array, width: Array, margin: float
) -> tuple[Array, Array, npt.NDArray[np.bool_]]:
    """Return the ends (n_in,) of grids around data, and which data are constant.

    Parameters
    ----------
    x : ndarray, shape (N, n_in)
        The data of each input.
    width : ndarray, shape (n_in,)
        What a grid around constant data measures, so that none ever collapses.
    margin : float
        What is added at each end, as a share of the range.

    Returns
    -------
    low, high : ndarray, shape (n_in,)
    constant : ndarray of bool, shape (n_in,)
    """
    low, high = x.min(axis=0), x.max(axis=0)
    constant = high - low < NARROWEST * np.maximum(width, np.maximum(np.abs(low), np.abs(high)))
    middle = 0.5 * (low + high)
    at_least = np.maximum(0.5 * width, NARROWEST * np.abs(middle))
    half = np.where(constant, at_least, (0.5 + margin) * (high - low))
    return middle - half, middle + half, constant


def adapted_knots(
    x: Array, low: Array, high: Array, eps: Array, grid_size: int, degree: int
) -> Array:
    """Return knots between uniform ones and quantiles of data.

    Parameters
    ----------
    x : ndarray, shape (N, n_in)
        The data of each input.
    low, high : ndarray, shape (n_in,)
        The ends of the grids.
    eps : ndarray, shape (n_in,)
        1 for evenly spaced knots, 0 for as many data in each interval.
    grid_size, degree : int
        G and k.

    Returns
    -------
    ndarray, shape (n_in, G + 2k + 1)
    """
    shares = np.linspace(0.0, 1.0, grid_size + 1)
    uniform = low + (high - low) * shares[:, None]  # (G+1, n_in)
    quantiles = np.quantile(x, shares, axis=0)
    quantiles[0], quantiles[-1] = low, high
    h = (high - low) / grid_size
    gaps = np.maximum(np.diff(eps * uniform + (1.0 - eps) * quantiles, axis=0), SMALLEST_GAP * h)
    inner = low + np.cumsum(gaps, axis=0)[:-1] * ((high - low) / gaps.sum(axis=0))
    outer = h * np.arange(1, degree + 1)[:, None]  # (k, n_in)
    return np.vstack([low - outer[::-1], low, inner, high, high + outer]).T.copy()


def refined_knots(knots: Array, grid_size: int, degree: int) -> Array:
    """Return knots with another number of intervals, spread like the present ones.

    Parameters
    ----------
    knots : ndarray, shape (n_in, G + 2k + 1)
        The present ones; the outer k stay.
    grid_size : int
        G', the new number.
    degree : int
        k.

    Returns
    -------
    ndarray, shape (n_in, G' + 2k + 1)
    """
    k, G, old = degree, grid_size, knots.shape[1] - 2 * degree - 1
    inner = knots[:, k : k + old + 1]  # (n_in, old+1)
    index = np.arange(G + 1) * (old / G)
    grid = np.stack([np.interp(index, np.arange(old + 1), row) for row in inner])  # (n_in, G+1)
    if G % old == 0:
        grid[:, :: G // old] = inner  # not even a rounding error
    grid[:, -1] = inner[:, -1]
    return np.hstack([knots[:, :k], grid, knots[:, k + old + 1 :]])


def is_nested(knots: Array, new_knots: Array, degree: int) -> bool:
    """Say whether all intervals are divided into equally many, and the outer knots stay.

    Parameters
    ----------
    knots : ndarray, shape (G + 2k + 1,)
        Knots.
    new_knots : ndarray, shape (G' + 2k + 1,)
        Other knots.
    degree : int
        k.

    Returns
    -------
    bool
    """
    k, old, G = degree, len(knots) - 2 * degree - 1, len(new_knots) - 2 * degree - 1
    kept = np.r_[0:k, k : k + G + 1 : max(G // old, 1), k + G + 1 : G + 2 * k + 1]
    return G % old == 0 and np.array_equal(new_knots[kept], knots)
