r"""Other basis functions than B-splines: Gaussians, Chebyshev polynomials, Fourier modes.

Each is a family :math:`f_0 \dots f_{W-1}` on [-1, 1], brought to the grid [low, high] of an input:

.. math:: B_j(x) = f_j(u), \qquad u = \frac{2 (x - low)}{high - low} - 1, \qquad
          B_j^{(d)}(x) = \Big(\frac{2}{high - low}\Big)^d f_j^{(d)}(u).

======================= ============================================== ==========================
`GaussianBasis`         :math:`e^{-z^2}`, z = (u - g_j) / h            outside: decays to zero
`ChebyshevBasis`        :math:`T_j(u)`, polynomials of degree j        continued by its tangent
`FourierBasis`          1, cos πu, sin πu, cos 2πu, ...                periodic
======================= ============================================== ==========================

The coefficient of a Gaussian changes the edge only near its center; that of a polynomial or of a
mode changes it everywhere. Other families can be derived from `ScaledBasis`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array, Frozen
from kan_numpy.splines.knot_placement import grids_around
from kan_numpy.splines.projection import gauss_points, nearest

__all__ = ["BASES", "MOST_NODES", "ChebyshevBasis", "FourierBasis", "GaussianBasis", "ScaledBasis"]

MOST_NODES = 1000
"""The largest number of Gauss points of a projection."""


@dataclass(frozen=True, eq=False)
class ScaledBasis(Frozen):
    """Functions of u on the grid of every input node, as a `Basis`.

    As in `BSplineBasis`, arguments are not checked, and points may be complex.
    """

    low: Array  # (n_in,)
    high: Array  # (n_in,)
    size: int  # W, the number of functions, at least 1

    nested: ClassVar[bool] = False
    """Whether a larger family begins with the smaller one."""

    @property
    def n_in(self) -> int:
        """The number of input nodes."""
        return len(self.low)

    @property
    def grid_size(self) -> int:
        """W, because there are no intervals."""
        return self.size

    @property
    def max_derivative(self) -> float:
        """Infinity: all derivatives may differ from zero."""
        return math.inf

    @property
    def centers(self) -> Array | None:
        """None, because each coefficient acts everywhere."""
        return None

    @property
    def share_on_grid(self) -> Array:
        """One for each function, shape (n_in, W)."""
        return np.ones((self.n_in, self.size))

    def functions(self, u: Array, derivative: int) -> Array:
        """Return the d-th derivative of all functions of u, (N, n_in) -> (N, n_in, W)."""
        raise NotImplementedError

    def __call__(self, x: Array, derivative: int = 0) -> Array:
        """Return the d-th derivative of every function, (N, n_in) -> (N, n_in, W)."""
        scale = 2.0 / (self.high - self.low)  # (n_in,)
        values = self.functions((x - self.low) * scale - 1.0, derivative)
        return values * scale[:, None] ** derivative if derivative else values

    def forward(self, x: Array) -> tuple[Array, Array]:
        """Return all functions (N, n_in, W) and what `backward` needs, which is x."""
        return self(x), x

    def backward(self, dB: Array, cache: Array) -> Array:
        r"""Return :math:`dx_{ni} = \sum_j dB_{nij} B'_j(x_{ni})`, (N, n_in, W) -> (N, n_in)."""
        return np.einsum("nij,nij->ni", dB, self(cache, 1))

    def select(self, inputs: npt.NDArray[Any]) -> ScaledBasis:
        """Return the basis of some inputs, given by a mask (n_in,) or by their indices."""
        return replace(self, low=self.low[inputs], high=self.high[inputs])

    def adapted(self, x: Array, eps: float, margin: float) -> ScaledBasis:  # noqa: ARG002
        """Return the functions on grids around the activations x (N, n_in); see `adapt_grid`."""
        low, high, _ = grids_around(x, self.high - self.low, margin)
        return replace(self, low=low, high=high)

    def refined(self, grid_size: int) -> ScaledBasis:
        """Return the basis with another number of functions."""
        return replace(self, size=grid_size)

    def project(self, coef: Array, other: ScaledBasis) -> tuple[Array, float]:
        """Project functions onto another basis, exactly if it contains this one; see `Basis`."""
        same_grid = np.array_equal(self.low, other.low) and np.array_equal(self.high, other.high)
        if self.nested and same_grid and other.size >= self.size:
            return np.pad(coef, [(0, 0), (0, 0), (0, other.size - self.size)]), 0.0
        # Enough points to resolve the old functions too, which may be the narrower ones.
        ratio = float(np.max((other.high - other.low) / (self.high - self.low)))
        count = min(int(4 * max(self.size * max(ratio, 1.0), other.size)) + 4, MOST_NODES)
        u, weights = gauss_points(np.array([-1.0, 1.0]), count)
        x = other.low + 0.5 * (other.high - other.low) * (u[:, None] + 1.0)  # (Q, n_in)
        before, after = self(x), other(x)  # (Q, n_in, W), (Q, n_in, W')
        parts = [nearest(coef[:, i], before[:, i], after[:, i], weights) for i in range(self.n_in)]
        return np.stack([c for c, _ in parts], axis=1), max(change for _, change in parts)


class GaussianBasis(ScaledBasis):
    r"""Gaussians :math:`e^{-z^2}` at evenly spaced centers :math:`g_j`, with z = (u - g_j) / h.

    The first and the last center are the ends of the grid, and h is the distance between centers
    (FastKAN, arXiv 2405.06721). Outside, the Gaussians decay and the base function remains, as with
    B-splines. Unlike B-splines they do not sum to one, and a refined basis represents the functions
    of the old one only approximately, worst at the ends of the grid.
    """

    @property
    def centers(self) -> Array:
        """The centers of the Gaussians, shape (n_in, W)."""
        return np.linspace(self.low, self.high, self.size, axis=1)

    def functions(self, u: Array, derivative: int) -> Array:
        r"""Evaluate :math:`f^{(d+1)} = -2 (z f^{(d)} + d f^{(d-1)})`, differentiated by z."""
        h = 2.0 / max(self.size - 1, 1)
        z = (u[..., None] - np.linspace(-1.0, 1.0, self.size)) / h  # (N, n_in, W)
        before, now = np.zeros_like(z), np.exp(-z * z)
        for d in range(derivative):
            before, now = now, -2.0 * (z * now + d * before)
        return now / h**derivative if derivative else now


class ChebyshevBasis(ScaledBasis):
    r"""Chebyshev polynomials :math:`T_0 \dots T_{W-1}` (arXiv 2405.07200).

    Outside [-1, 1] polynomials grow rapidly, and clipping u there would make the gradient vanish.
    So each is continued by its tangent at the end, whose slope is :math:`\pm j^2`: value and first
    derivative are continuous, higher derivatives are 0 outside.
    """

    nested = True

    def functions(self, u: Array, derivative: int) -> Array:
        r"""Evaluate :math:`T_{j+1} = 2 u T_j - T_{j-1}`, differentiated d times."""
        end = np.sign(u.real)
        outside = np.abs(u.real) > 1.0  # (N, n_in)
        inner = np.where(outside, end, u)
        T = _chebyshev(inner, self.size, derivative)
        if derivative == 0 and outside.any():
            # Where u is inside, the second summand is 0.
            return T + (u - inner)[..., None] * _chebyshev(inner, self.size, 1)
        return np.where(outside[..., None], 0.0, T) if derivative > 1 else T


class FourierBasis(ScaledBasis):
    r"""The constant and the modes of one period: 1, cos πu, sin πu, cos 2πu, sin 2πu ...

    The grid is one period, so the learned function is periodic, except for the base function. The
    period is given by ``grid_range``: it is a property of the problem, and is not adapted to data.
    """

    nested = True

    def adapted(self, x: Array, eps: float, margin: float) -> FourierBasis:  # noqa: ARG002
        """Return the basis itself: its period is fixed."""
        return self

    def functions(self, u: Array, derivative: int) -> Array:
        r"""Evaluate :math:`\cos(\omega_j u - \varphi_j)` with :math:`\omega_j = m \pi`.

        Each derivative multiplies by :math:`\omega_j` and shifts the phase by a quarter turn.
        """
        j = np.arange(self.size)
        omega = np.pi * ((j + 1) // 2)  # (W,) modes 0, 1, 1, 2, 2 ...
        quarters = derivative - ((j % 2 == 0) & (j > 0))  # sin is cos, a quarter turn behind
        turned = np.cos(u[..., None] * omega + 0.5 * np.pi * quarters)  # (N, n_in, W)
        return turned * omega**derivative if derivative else turned


BASES: dict[str, type[ScaledBasis]] = {
    "gaussian": GaussianBasis,
    "chebyshev": ChebyshevBasis,
    "fourier": FourierBasis,
}
"""The names in ``KAN(..., basis=...)`` and in files; "bspline" is `BSplineBasis`."""


def _chebyshev(u: Array, size: int, derivative: int) -> Array:
    """Return the d-th derivative of the first polynomials, (N, n_in) -> (N, n_in, size)."""
    T = np.zeros((*u.shape, size), dtype=u.dtype)  # of order 0, then 1, ...
    for d in range(derivative + 1):
        lower, T = T, np.zeros_like(T)
        T[..., 0] = d == 0
        if size > 1:
            T[..., 1] = (u, 1.0, 0.0)[min(d, 2)]
        for j in range(1, size - 1):
            T[..., j + 1] = 2.0 * (u * T[..., j] + d * lower[..., j]) - T[..., j - 1]
    return T
