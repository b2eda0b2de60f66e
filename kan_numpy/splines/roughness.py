r"""How rough the coefficients of a spline are, and which of them few samples determine.

The roughness at j is how far a coefficient is from the straight line through its neighbors, which
on evenly spaced knots is the second difference :math:`c_{j-1} - 2 c_j + c_{j+1}`:

.. math::
    \Delta_j c = 2\, (a_j c_{j-1} + (1 - a_j)\, c_{j+1} - c_j), \qquad
    a_j = \frac{\xi_{j+1} - \xi_j}{\xi_{j+1} - \xi_{j-1}}, \qquad
    \xi_j = \frac{t_{j+1} + \dots + t_{j+k}}{k}

:math:`\xi_j` is where the coefficient stands: a straight line has :math:`c_j = \alpha + \beta
\xi_j`, and :math:`\Delta c = 0`. (C. de Boor, A Practical Guide to Splines, 2001, ch. XI, the
Greville abscissae.) A Gaussian stands at its center. With :math:`h = 1/G` for the width of an
interval, :math:`\Delta c \approx h^2 \phi''`, and :math:`G^3 \sum (\Delta c)^2` is
:math:`\int \phi''^2` over the grid, that of a smoothing spline: the same on coarse grids and on
fine ones.

The samples under a basis function are counted by

.. math:: n_j = \frac{\int B_j}{\int_{grid} B_j} \sum_n B_j(x_n),

where the quotient makes up for the part of it that lies outside the grid, where none can be. A
coefficient is to be held in so far as they are few, :math:`\max(0, 1 - n_j / n_0)`.
"""

from __future__ import annotations

import numpy as np

from kan_numpy._arrays import Array

__all__ = ["ENOUGH", "STRENGTH", "largest_of_three", "second_differences", "shortage"]

STRENGTH = 3e-4
"""kappa, the weight of the roughness: see `kan_numpy.training.smoothness`."""

ENOUGH = 10.0
"""n_0: with so many samples under a basis function its coefficient is free."""


def second_differences(centers: Array) -> Array:
    """Return Delta as matrices (n_in, W - 2, W), for coefficients that stand at (n_in, W)."""
    gaps = np.diff(centers, axis=1)
    both = gaps[:, :-1] + gaps[:, 1:]
    # One half where three coefficients stand in one place.
    a = np.divide(gaps[:, 1:], both, out=np.full_like(both, 0.5), where=both > 0.0)  # (n_in, W-2)
    D = np.zeros((*both.shape, centers.shape[1]))
    j = np.arange(both.shape[1])
    D[:, j, j], D[:, j, j + 1], D[:, j, j + 2] = 2.0 * a, -2.0, 2.0 * (1.0 - a)
    return D


def shortage(sums: Array, share_on_grid: Array) -> Array:
    """Return 1 - n / n_0 or 0, (..., W), from the sums of B over the samples (..., W)."""
    n = np.maximum(sums, 0.0) / share_on_grid
    return np.asarray(np.maximum(0.0, 1.0 - n / ENOUGH))


def largest_of_three(s: Array) -> Array:
    """Return the largest of s_{j-1}, s_j and s_{j+1}, (..., W) -> (..., W - 2)."""
    return np.asarray(np.maximum(np.maximum(s[..., :-2], s[..., 2:]), s[..., 1:-1]))
