r"""Projection of functions onto other basis functions, in the mean square.

.. math:: c' = \arg\min_{c'} \int \Big(\sum_j c'_j B'_j(x) - \sum_j c_j B_j(x)\Big)^2 dx

over the new grid (arXiv 2404.19756, eq. 2.16, with x uniform), the integral by Gauss points. Points
outside the grid do not count, because no sample lies there.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import scipy

from kan_numpy._arrays import Array, frozen

__all__ = ["RANK", "gauss_points", "least_squares", "nearest"]

RANK = 1e-12
"""Singular values below this fraction of the largest count as zero."""


def least_squares(A: Array, b: Array) -> Array:
    """Return the least-squares solution (W, m) of smallest norm of A c = b, (N, W) and (N, m)."""
    found = scipy.linalg.lstsq(A, b, cond=RANK, check_finite=False, lapack_driver="gelsd")
    return np.asarray(found[0])


def gauss_points(ends: Array, count: int) -> tuple[Array, Array]:
    """Return the Gauss points in each interval between the ends (m + 1,), and weights of sum 1."""
    nodes, weights = _legendre(count)
    half = 0.5 * np.diff(ends)[:, None]
    x = (ends[:-1, None] + half * (nodes + 1.0)).ravel()
    return x, (half * weights).ravel() / (ends[-1] - ends[0])


@cache
def _legendre(count: int) -> tuple[Array, Array]:
    """Return the Gauss points (count,) in [-1, 1], and weights of sum 2."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return frozen(nodes), frozen(weights)


def nearest(coef: Array, before: Array, after: Array, weights: Array) -> tuple[Array, float]:
    """Return c' (n_out, W') from c (n_out, W), B (Q, W) and B' (Q, W'), and the largest change."""
    root = np.sqrt(weights)[:, None]
    A, b = root * after, root * (before @ coef.T)  # (Q, W'), (Q, n_out)
    found = least_squares(A, b)  # (W', n_out)
    error = np.sqrt(np.sum((A @ found - b) ** 2, axis=0))  # (n_out,)
    return found.T.copy(), float(error.max())
