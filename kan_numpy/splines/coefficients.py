"""Coefficients of splines, fitted to data."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array
from kan_numpy._validation import as_array, as_count, require_shape
from kan_numpy.splines.bsplines import BSplineBasis
from kan_numpy.splines.knots import as_knots
from kan_numpy.splines.projection import least_squares


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
