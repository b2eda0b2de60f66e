r"""Tensor products of B-splines on a box, among which linear equations are linear algebra.

.. math:: e(x) = \sum_{j_1 \dots j_d} c_{j_1 \dots j_d}\, B_{j_1}(x_1) \cdots B_{j_d}(x_d)

Only (k+1)^d of the products are not zero at a point, so the equations at many points are a sparse
matrix.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from kan_numpy._arrays import Array, Indices
from kan_numpy.derivatives.jet import Jet, Pairs
from kan_numpy.splines.bsplines import bspline_basis
from kan_numpy.splines.knots import uniform_knots

__all__ = ["LocalBasis", "TensorSplines"]


class LocalBasis(NamedTuple):
    """The products that are not zero at each point, m of them, with their derivatives."""

    columns: Indices  # (N, m), their numbers
    value: Array  # (N, m)
    gradient: Array  # (N, m, D)
    second: Array  # (N, m, Q)

    def jet(self, coef: Array) -> Jet:
        """Return the jets (N, n_out, ...) of the functions with the coefficients (n_out, size)."""
        c = coef[:, self.columns].swapaxes(0, 1)  # (N, n_out, m)
        return Jet((c @ self.value[:, :, None])[:, :, 0], c @ self.gradient, c @ self.second)


@dataclass(frozen=True)
class TensorSplines:
    """The products of B-splines on evenly spaced knots, G intervals along each input of a box."""

    low: Sequence[float]
    high: Sequence[float]
    grid_size: int
    degree: int = 3

    @property
    def size(self) -> int:
        """The number of products."""
        return int((self.grid_size + self.degree) ** len(self.low))

    def at(self, x: Array, pairs: Pairs, gradient: bool = True) -> LocalBasis:
        """Evaluate the products at x (N, n_in), with their derivatives."""
        n_in, orders = x.shape[1], 1 + 2 * gradient
        columns, factors = np.zeros((len(x), 1), dtype=np.intp), []
        for i in range(n_in):
            first, local = self._along(i, x[:, i], orders)
            here = first[:, None] + np.arange(self.degree + 1)
            columns = columns[:, :, None] * (self.grid_size + self.degree) + here[:, None]
            columns = columns.reshape(len(x), -1)
            factors.append(local)
        unit: Indices = np.eye(n_in, dtype=np.intp)

        def product(order: Iterable[int]) -> Array:
            value = np.ones((len(x), 1))
            for i, d in enumerate(order):
                value = (value[:, :, None] * factors[i][d][:, None]).reshape(len(x), -1)
            return value

        value, m = product([0] * n_in), columns.shape[1]
        slopes, curvatures = np.empty((len(x), m, n_in * gradient)), np.empty((len(x), m, 0))
        if gradient:
            slopes = np.stack([product(one) for one in unit], axis=2)
        if pairs.a.size:
            curvatures = np.stack(
                [product(unit[a] + unit[b]) for a, b in zip(*pairs, strict=True)], axis=2
            )
        return LocalBasis(columns, value, slopes, curvatures)

    def _along(self, i: int, x: Array, orders: int) -> tuple[Indices, list[Array]]:
        """Return the first function that is not zero at x (N,), and the k+1 with derivatives."""
        k, G = self.degree, self.grid_size
        knots = uniform_knots(self.low[i], self.high[i], G, k)
        first = np.clip(np.searchsorted(knots, x, side="right") - 1 - k, 0, G - 1)
        here = first[:, None] + np.arange(k + 1)
        every = [bspline_basis(x, knots, k, derivative=d) for d in range(orders)]
        return first, [np.take_along_axis(B, here, axis=1) for B in every]
