r"""Coefficients of splines, fitted to data.

Coefficients that few samples determine are held near the straight line through their neighbors, as
in training (`kan_numpy.training.smoothness`):

.. math::
    c = \arg\min_c \sum_n \Big(y_n - \sum_j c_j B_j(x_n)\Big)^2
        + \kappa \frac{\sigma^2 G^3}{Var(y)} \sum_j s_j (\Delta_j c)^2, \qquad
    \sigma^2 = \frac{1}{N} \sum_n \Big(y_n - \sum_j c_j B_j(x_n)\Big)^2

The second equation is solved by iteration: :math:`\sigma^2` begins with Var(y), and follows the
residual as long as that falls. Without noise it falls to 0, and so does the weight of the second
sum: among the coefficients that fit equally well the smoothest are found.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy

from kan_numpy._arrays import Array
from kan_numpy._validation import LARGEST_DEGREE, as_count, as_number, as_samples, require_shape
from kan_numpy.splines.bsplines import BSplineBasis
from kan_numpy.splines.knots import as_knots
from kan_numpy.splines.projection import RANK, least_squares
from kan_numpy.splines.roughness import STRENGTH, largest_of_three, second_differences, shortage

__all__ = ["MOST_ROUNDS", "NONE", "SETTLED", "fit_spline"]

NONE = 1e-20
"""Noise of a smaller share of Var(y) is rounding error."""

SETTLED, MOST_ROUNDS = 0.9, 60
"""The noise is known when it does not fall below this share in one round."""


def fit_spline(
    x: npt.ArrayLike, y: npt.ArrayLike, knots: npt.ArrayLike, degree: int, hold: float = STRENGTH
) -> Array:
    r"""Fit coefficients by least squares.

    .. math:: c = \arg\min_c \sum_n \Big(y_n - \sum_j c_j B_j(x_n)\Big)^2 + R(c)

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
    hold : float
        :math:`\kappa`, the strength of the prior R on coefficients that few points determine, see
        `kan_numpy.splines.coefficients`. With 0 they are free, and of all best solutions the one
        of smallest norm is returned.

    Returns
    -------
    ndarray, shape (G + k,) or (n_out, G + k)
        c.

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
    k = as_count("degree", degree, 0, LARGEST_DEGREE)
    points = as_samples("x", x, ("N",))
    t = as_knots("knots", knots, k, ("G+2k+1",))
    values = as_samples("y", y)
    require_shape("y", values, (len(points), "n_out") if values.ndim == 2 else (len(points),))
    low, high = t[k], t[-k - 1]
    outside = np.flatnonzero((points < low) | (points > high))
    if outside.size:
        raise ValueError(
            f"x must lie on the grid [{low:g}, {high:g}], but x[{outside[0]}] is"
            f" {points[outside[0]]:g}; choose knots around all points"
        )
    strength = as_number("hold", hold, 0.0)
    basis = BSplineBasis(t[None], k)
    B = basis(points[:, None])[:, 0]  # (N, G+k)
    s = largest_of_three(shortage(B.sum(axis=0), basis.share_on_grid[0]))  # (G+k-2,)
    if strength == 0.0 or not s.any():
        return np.ascontiguousarray(least_squares(B, values).T)
    roughness = np.sqrt(s)[:, None] * second_differences(basis.centers)[0]  # (G+k-2, G+k)
    weight = strength * basis.grid_size**3
    fits = [_held(B, column, roughness, weight) for column in values.reshape(len(points), -1).T]
    return np.reshape(fits, (*values.shape[1:], basis.size))


def _held(B: Array, y: Array, roughness: Array, weight: float) -> Array:
    """Return c (W,) from B (N, W), y (N,), the roughness (W-2, W) and kappa G^3."""
    variance = float(np.var(y))
    noise, b = variance, np.append(y, np.zeros(len(roughness)))
    if len(y) > B.shape[1] and np.mean((B @ least_squares(B, y) - y) ** 2) <= NONE * variance:
        noise = 0.0  # chance does not meet more samples than it has coefficients
    for _ in range(MOST_ROUNDS):
        if noise <= NONE * variance:
            return _smoothest(B, y, roughness)
        factor = np.sqrt(weight * noise / variance)
        c = least_squares(np.vstack([B, factor * roughness]), b)
        before, noise = noise, float(np.mean((B @ c - y) ** 2))
        if noise > SETTLED * before:
            break
    return c


def _smoothest(B: Array, y: Array, roughness: Array) -> Array:
    """Return of all best fits c (W,) the smoothest one."""
    c = least_squares(B, y)
    free = scipy.linalg.null_space(
        np.linalg.qr(B, mode="r"), rcond=RANK
    )  # (W, number of free directions)
    return c - free @ least_squares(roughness @ free, roughness @ c) if free.size else c
