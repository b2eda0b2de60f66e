r"""Coefficients of splines: fitted to data, or projected onto other knots.

The same function :math:`s = \sum_j c_j B_j` has other coefficients on other knots. If the new knots
contain the old ones the change is exact, see `kan_numpy.splines.knot_insertion`; if not, the
nearest spline in the mean square is taken.
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
"""Singular values below this fraction of the largest count as zero."""


def fit_spline(x: npt.ArrayLike, y: npt.ArrayLike, knots: npt.ArrayLike, degree: int) -> Array:
    r"""Fit coefficients by least squares.

    .. math:: c = \arg\min_c \sum_n \Big(y_n - \sum_j c_j B_j(x_n)\Big)^2

    Parameters
    ----------
    x : array_like, shape (N,)
        Points on the grid.
    y : array_like, shape (N,) or (N, n_out)
        Values at these points, of one function or of several.
    knots : array_like, shape (G + 2k + 1,)
        Non-decreasing.
    degree : int
        k.

    Returns
    -------
    ndarray, shape (G + k,) or (n_out, G + k)
        c. With fewer points than coefficients, or an interval without points, the solution of
        smallest norm.

    Raises
    ------
    ValueError
        If a point lies outside the grid, the shapes do not fit, or the knots decrease.
    TypeError
        If degree is not a whole number, or an array does not hold real numbers.

    Examples
    --------
    A spline of degree 1 passes through the values at its knots; one of degree 2 is x^2 exactly:

    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> kn.fit_spline([0, 1, 2], [5.0, 7.0, 4.0], kn.uniform_knots(0, 2, 2, degree=1), degree=1)
    array([5., 7., 4.])
    >>> x, knots = np.linspace(-1, 1, 9), kn.uniform_knots(-1, 1, 4, degree=2)
    >>> coef = kn.fit_spline(x, x**2, knots, degree=2)
    >>> (kn.bspline_basis([0.3], knots, 2) @ coef).round(12)
    array([0.09])
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
    """Return the least-squares solution (W, m) of smallest norm of A c = b, (N, W) and (N, m)."""
    return np.asarray(lstsq(A, b, cond=RANK, check_finite=False, lapack_driver="gelsd")[0])


def project_spline(coef: Array, knots: Array, new_knots: Array, degree: int) -> tuple[Array, Array]:
    r"""Project splines onto other knots, in the mean square.

    .. math:: c' = \arg\min_{c'} \int \Big(\sum_j c'_j B'_j(x) - \sum_j c_j B_j(x)\Big)^2 dx

    over the new grid (arXiv 2404.19756, eq. 2.16, with x uniform). Between neighboring knots of
    both kinds the integrand is a polynomial, so k + 1 Gauss points per interval make the integral
    exact, and the minimum is a least-squares problem of full rank. Coefficients (n_out, G + k)
    become (n_out, G' + k); also returned is the root mean square (n_out,) of the change.
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
