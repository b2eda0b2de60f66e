r"""The nearest function in the mean square, of all that other basis functions can make.

.. math:: c' = \arg\min_{c'} \int \Big(\sum_j c'_j B'_j(x) - \sum_j c_j B_j(x)\Big)^2 dx

over the new grid (arXiv 2404.19756, eq. 2.16, with x uniform), the integral by Gauss points. What
lies outside the grid has no vote: no sample has ever seen it.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import lstsq

from kan_numpy._arrays import Array

RANK = 1e-12
"""Singular values below this share of the largest count as zero."""


def least_squares(A: Array, b: Array) -> Array:
    """Return the smallest c of those that bring A c nearest to b, whatever the rank of A.

    Parameters
    ----------
    A : ndarray, shape (N, W)
        The basis functions at the points.
    b : ndarray, shape (N,) or (N, m)
        The values.

    Returns
    -------
    ndarray, shape (W,) or (W, m)
    """
    return np.asarray(lstsq(A, b, cond=RANK, check_finite=False, lapack_driver="gelsd")[0])


def gauss_points(ends: Array, count: int) -> tuple[Array, Array]:
    """Return the points of Gauss in each interval, and their weights, whose sum is 1.

    Parameters
    ----------
    ends : ndarray, shape (m + 1,)
        The ends of m intervals side by side.
    count : int
        How many points in each; polynomials of degree 2 count - 1 are integrated exactly.

    Returns
    -------
    x, weights : ndarray, shape (m count,)
    """
    nodes, weights = np.polynomial.legendre.leggauss(count)
    half = 0.5 * np.diff(ends)[:, None]
    x = (ends[:-1, None] + half * (nodes + 1.0)).ravel()
    return x, (half * weights).ravel() / (ends[-1] - ends[0])


def nearest(coef: Array, before: Array, after: Array, weights: Array) -> tuple[Array, float]:
    """Return the coefficients of the nearest functions, and how far the worst is away.

    Parameters
    ----------
    coef : ndarray, shape (n_out, W)
        c of several functions.
    before, after : ndarray, shape (Q, W) and (Q, W')
        The basis functions B and B' at the points.
    weights : ndarray, shape (Q,)
        Of the points; their sum is 1.

    Returns
    -------
    coef : ndarray, shape (n_out, W')
        c'.
    change : float
        The largest change of a function, as root mean square.
    """
    root = np.sqrt(weights)[:, None]
    A, b = root * after, root * (before @ coef.T)  # (Q, W'), (Q, n_out)
    found = least_squares(A, b)  # (W', n_out)
    error = np.sqrt(np.sum((A @ found - b) ** 2, axis=0))  # (n_out,)
    return found.T.copy(), float(error.max())
