r"""Coefficients of splines: fitted to data, carried over exactly to more knots, or projected.

The same function :math:`s = \sum_j c_j B_j` has other coefficients on other knots. If the new knots
contain the old ones the change is exact; if not, the nearest spline in the mean square is taken.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg import lstsq

from kan_numpy._arrays import Array
from kan_numpy._validation import as_array, as_count, require_shape
from kan_numpy.splines.bsplines import BSplineBasis
from kan_numpy.splines.knots import as_knots

RANK = 1e-12
"""Singular values below this share of the largest count as zero."""


def fit_spline(x: npt.ArrayLike, y: npt.ArrayLike, knots: npt.ArrayLike, degree: int) -> Array:
    r"""Fit coefficients by least squares.

    .. math:: c = \arg\min_c \sum_n \Big(y_n - \sum_j c_j B_j(x_n)\Big)^2

    Parameters
    ----------
    x : array_like, shape (N,)
        Points on the grid.
    y : array_like, shape (N,) or (N, n_out)
        Values there, of one function or of several.
    knots : array_like, shape (G + 2k + 1,)
        Non-decreasing.
    degree : int
        k.

    Returns
    -------
    ndarray, shape (G + k,) or (n_out, G + k)
        With fewer points than coefficients, or an interval without points, the smallest of all
        that fit best.

    Raises
    ------
    ValueError
        If a point lies outside the grid, or shapes do not fit.
    """
    k = as_count("degree", degree, 0)
    points = as_array("x", x, ("N",))
    t = as_knots("knots", knots, k, ("G+2k+1",))
    values = as_array("y", y)
    require_shape("y", values, (len(points), "n_out") if values.ndim == 2 else (len(points),))
    low, high = t[k], t[-k - 1]
    outside = np.flatnonzero((points < low) | (points > high))
    if outside.size:
        raise ValueError(
            f"x must lie on the grid [{low:g}, {high:g}], but x[{outside[0]}] is"
            f" {points[outside[0]]:g}; choose knots around all points"
        )
    B = BSplineBasis(t[None], k)(points[:, None])[:, 0]  # (N, G+k)
    return np.ascontiguousarray(least_squares(B, values).T)


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


def project_spline(coef: Array, knots: Array, new_knots: Array, degree: int) -> tuple[Array, Array]:
    r"""Find the nearest splines on other knots.

    .. math:: c' = \arg\min_{c'} \int \Big(\sum_j c'_j B'_j(x) - \sum_j c_j B_j(x)\Big)^2 dx

    over the new grid (arXiv 2404.19756, eq. 2.16, with x uniform). Between neighboring knots of
    both kinds the integrand is a polynomial, so that k + 1 Gauss points there make the integral
    exact, and the minimum a least-squares problem of full rank. What lies outside the grid has no
    vote: no sample has ever seen it.

    Parameters
    ----------
    coef : ndarray, shape (n_out, G + k)
        Coefficients of splines on the same knots.
    knots : ndarray, shape (G + 2k + 1,)
        Their knots.
    new_knots : ndarray, shape (G' + 2k + 1,)
        The other knots.
    degree : int
        k.

    Returns
    -------
    coef : ndarray, shape (n_out, G' + k)
    change : ndarray, shape (n_out,)
        Root mean square of the change on the new grid.
    """
    low, high = new_knots[degree], new_knots[-degree - 1]
    ends = np.unique(np.concatenate([knots, new_knots]))
    ends = ends[(ends >= low) & (ends <= high)]
    nodes, weights = np.polynomial.legendre.leggauss(degree + 1)
    half = 0.5 * np.diff(ends)[:, None]
    x = (ends[:-1, None] + half * (nodes + 1.0)).ravel()
    root = np.sqrt((half * weights).ravel())  # (Q,)
    old = BSplineBasis(knots[None], degree)(x[:, None])[:, 0] @ coef.T  # (Q, n_out)
    B = BSplineBasis(new_knots[None], degree)(x[:, None])[:, 0]  # (Q, G'+k)
    found = least_squares(root[:, None] * B, root[:, None] * old)  # (G'+k, n_out)
    error = root[:, None] * (B @ found - old)
    return found.T.copy(), np.sqrt(np.sum(error**2, axis=0) / (high - low))
