r"""The expression that a network computes: its symbols composed, layer by layer.

.. math:: y_o = \beta_o + \sum_i \big(c_{o,i}\, f_{o,i}(a_{o,i}\, x_i + b_{o,i}) + d_{o,i}\big)

An edge that is still a spline appears as a function named by its indices: s_1_0_2 is the edge of
``layers[1]`` from node 2 to node 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy.algebra.expressions import Call, Expression, Number
from kan_numpy.algebra.simplify import add, call, multiply
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.layers.product_layer import ProductLayer
from kan_numpy.layers.symbolic_edge import SymbolicEdge
from kan_numpy.networks.kan import KAN

__all__ = ["SplineFunction", "affine", "edge_expression", "network_expressions"]


@dataclass(frozen=True)
class SplineFunction:
    """A spline edge as a named function of an expression."""

    layer: KANLayer
    place: tuple[int, int, int]
    parity: int = 0
    power: float | None = None

    @property
    def name(self) -> str:
        """The name in formulas."""
        return "s_{}_{}_{}".format(*self.place)

    def __call__(self, u: Array, derivative: int = 0) -> Array:
        """Evaluate the edge, or a derivative of it, elementwise at u (...)."""
        points = np.reshape(u, (-1, 1))  # (N, 1)
        phi = self._edge.edge_values(self._edge.features(points, derivative))  # (N, 1, 1)
        return phi.reshape(np.shape(u))

    @cached_property
    def _edge(self) -> KANLayer:
        """The layer of this edge alone."""
        _, out, inp = self.place
        outputs, inputs = np.arange(self.layer.n_out) == out, np.arange(self.layer.n_in) == inp
        return self.layer.part(np.outer(outputs, inputs), outputs, inputs)


def network_expressions(network: KAN, inputs: Sequence[Expression]) -> list[Expression]:
    """Return an expression for each output, given one for each input; zeros and ones are folded."""
    nodes = list(inputs)
    for l, layer in enumerate(network.layers):
        if isinstance(layer, ProductLayer):
            nodes = [multiply([nodes[i] for i in group]) for group in layer.groups]
            continue
        sums: list[list[Expression]] = [[Number(bias)] for bias in layer.bias]
        for edge in layer.symbols:
            sums[edge.out].append(edge_expression(edge, nodes[edge.inp]))
        for out, inp in np.argwhere(layer.splines):
            spline = SplineFunction(layer, (l, int(out), int(inp)))
            sums[out].append(Call(spline, nodes[inp]))
        nodes = [add(terms) for terms in sums]
    return nodes


def edge_expression(edge: SymbolicEdge, argument: Expression) -> Expression:
    """Return :math:`c f(a u + b) + d` for an argument u, with f as `call` writes it."""
    symbol, (a, b, c, d) = edge.symbol, edge.affine
    if SYMBOLS.get(symbol.name, symbol) is not symbol:
        raise ValueError(
            f"your own symbol {symbol.name!r} has the name of another function of the library;"
            " a formula could not tell them apart"
        )
    return affine(c, call(symbol, affine(a, argument, b)), d)


def affine(a: float, argument: Expression, b: float) -> Expression:
    """Return a u + b."""
    return add([multiply([Number(a), argument]), Number(b)])
