r"""An edge that is a known function: :math:`\phi(x) = c\, f(a x + b) + d`.

Its four numbers are trained like the coefficients of a spline. With u = a x + b,

.. math::
    \frac{\partial \phi}{\partial a} = c f'(u)\, x, \quad
    \frac{\partial \phi}{\partial b} = c f'(u), \quad
    \frac{\partial \phi}{\partial c} = f(u), \quad
    \frac{\partial \phi}{\partial d} = 1, \quad
    \phi^{(m)}(x) = c\, a^m f^{(m)}(u).

Where f has a vertical tangent, as the square root at 0, its slope counts as 0: a single sample
there must not make the gradient infinite.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kan_numpy._arrays import Array, Frozen
from kan_numpy.functions.symbols import Symbol

__all__ = ["SymbolicEdge"]


@dataclass(frozen=True, eq=False)
class SymbolicEdge(Frozen):
    """A symbolic edge of a layer as an immutable value."""

    out: int  # the output node
    inp: int  # the input node
    symbol: Symbol  # f
    affine: Array  # (4,) a, b, c, d

    def __call__(self, x: Array, derivative: int = 0) -> Array:
        """Evaluate the edge, or its derivative of the given order, at x of any shape."""
        a, b, c, d = self.affine
        u = a * x + b
        if not derivative:
            return c * self.symbol(u) + d
        return c * a**derivative * _finite(self.symbol(u, derivative))

    def slopes(self, x: Array, derivative: int = 0) -> Array:
        r"""Differentiate :math:`\phi^{(m)}(x)` with respect to a, b, c and d: (N,) -> (N, 4)."""
        a, b, c, _ = self.affine
        m, u = derivative, a * x + b
        f, slope = self.symbol(u, m), c * a**m * _finite(self.symbol(u, m + 1))
        by_a = slope * x + (m * c * a ** (m - 1) * f if m else 0.0)
        return np.stack([by_a, slope, a**m * f, np.full_like(x, m == 0)], axis=1)

    def with_affine(self, affine: Array) -> SymbolicEdge:
        """Return the edge with other numbers (a, b, c, d)."""
        return replace(self, affine=affine)


def _finite(slope: Array) -> Array:
    """Return the slopes with 0 in place of infinite ones."""
    return np.where(np.isinf(slope), 0.0, slope)
