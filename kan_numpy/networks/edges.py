"""The edges of a network, given as (layer, out, inp): queries, and replacement by symbols."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from kan_numpy._arrays import Array, row_blocks
from kan_numpy._validation import as_count, shown
from kan_numpy.functions.other_bases import ScaledBasis
from kan_numpy.functions.scaling import Scaler
from kan_numpy.functions.symbols import Symbol
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.layers.symbolic_edge import SymbolicEdge
from kan_numpy.networks.checks import kan_layer
from kan_numpy.networks.kan import KAN
from kan_numpy.networks.network import levels
from kan_numpy.splines.bsplines import BSplineBasis

__all__ = ["Curves", "chains", "edge_outputs", "layer_of", "scaled_inputs", "scaled_outputs"]
__all__ += ["spline_edges", "symbolic_edges", "with_symbol"]

Edge = tuple[int, int, int]


def layer_of(network: KAN, edge: Edge) -> KANLayer:
    """Return the layer of an active edge; a ValueError or TypeError for any other edge."""
    if not isinstance(edge, tuple) or len(edge) != 3:
        raise TypeError(f"edges: each must be a tuple (layer, out, inp), but one is {shown(edge)}")
    l, out, inp = (
        as_count(name, value, 0) for name, value in zip(("layer", "out", "inp"), edge, strict=True)
    )
    layer = kan_layer(network, l)
    n_out, n_in = layer.active.shape
    if out >= n_out or inp >= n_in:
        raise ValueError(
            f"edges hold (layer, out, inp) = {(l, out, inp)}, but layers[{l}] has {n_out} outputs"
            f" and {n_in} inputs: use smaller numbers"
        )
    if not layer.active[out, inp]:
        raise ValueError(f"edges hold {edge}, which is not active: there is nothing to replace")
    return layer


def edge_outputs(layer: KANLayer, out: int | slice, inp: int, x: Array) -> Array:
    """Evaluate one edge alone, (N,) -> (N,).

    With a slice of all outputs, evaluate the edges from one input node, (N,) -> (N, n_out).
    """
    n_out, n_in = layer.active.shape
    edges, outputs, inputs = (
        np.zeros((n_out, n_in), bool),
        np.zeros(n_out, bool),
        np.arange(n_in) == inp,
    )
    edges[out, inp], outputs[out] = layer.active[out, inp], True
    part = layer.part(edges, outputs, inputs)
    blocks = [part.edges(x[rows, None])[:, :, 0] for rows in row_blocks(len(x), part.n_out)]
    phi = np.concatenate(blocks)  # (N, n_out)
    return phi if isinstance(out, slice) else phi[:, 0]


class Curves:
    """The curves of the edges of a network, each evaluated when it is asked for."""

    def __init__(self, network: KAN, x: Array) -> None:
        """Evaluate the nodes of the network on inputs x (N, n_in)."""
        self.network, self.levels = network, levels(network.layers, x)

    def __call__(self, edge: Edge) -> tuple[Array, Array]:
        """Return the input and the output of an edge, both (N,)."""
        l, out, inp = edge
        activations = self.levels[l][:, inp]
        return activations, edge_outputs(layer_of(self.network, edge), out, inp, activations)


def with_symbol(network: KAN, edge: Edge, symbol: Symbol, affine: Array) -> KAN:
    """Return the network with one edge replaced by :math:`c f(a x + b) + d`, affine (4,)."""
    l, out, inp = edge
    layer = layer_of(network, edge)
    coef, w_base = layer.coef.copy(), layer.w_base.copy()
    coef[out, inp], w_base[out, inp] = 0.0, 0.0
    others = tuple(e for e in layer.symbols if (e.out, e.inp) != (out, inp))
    symbols = (*others, SymbolicEdge(out, inp, symbol, affine))
    return network.with_layer(l, replace(layer, coef=coef, w_base=w_base, symbols=symbols))


def spline_edges(network: KAN) -> list[Edge]:
    """Return every edge (layer, out, inp) that is a spline."""
    return [
        (l, int(out), int(inp))
        for l, layer in network.kan_layers
        for out, inp in np.argwhere(layer.splines)
    ]


def symbolic_edges(network: KAN) -> list[tuple[Edge, int]]:
    """Return every symbolic edge (layer, out, inp), and the complexity of its symbol."""
    return [
        ((l, edge.out, edge.inp), edge.symbol.total_complexity)
        for l, layer in network.kan_layers
        for edge in layer.symbols
    ]


def chains(network: KAN) -> list[tuple[Edge, Edge]]:
    """Return the pairs of symbolic edges that are joined by a node without other edges."""
    found: list[tuple[Edge, Edge]] = []
    for (source, before), (l, layer) in pairwise(network.kan_layers):
        for edge in layer.symbols:
            sums = np.array([edge.inp])
            for products in network.layers[source + 1 : l]:
                sums = np.flatnonzero(products.active[edge.inp])  # its factors
            incoming = np.argwhere(before.active[sums])
            if len(sums) == len(incoming) == layer.active[:, edge.inp].sum() == 1:
                first = (source, int(sums[0]), int(incoming[0, 1]))
                found.append((first, (l, edge.out, edge.inp)))
    return [pair for pair in found if pair[0] not in spline_edges(network)]


def scaled_outputs(network: KAN, factors: Array) -> KAN:
    """Return the network with each output times a factor (n_out,); unchanged after products."""
    l, last = network.kan_layers[-1]
    if l < len(network.layers) - 1:
        return network
    symbols = tuple(
        replace(edge, affine=edge.affine * np.array([1.0, 1.0, *[factors[edge.out]] * 2]))
        for edge in last.symbols
    )
    scaled = replace(
        last,
        coef=last.coef * factors[:, None, None],
        w_base=last.w_base * factors[:, None],
        bias=last.bias * factors,
        symbols=symbols,
    )
    return network.with_layer(l, scaled)


def scaled_inputs(network: KAN, scaler: Scaler) -> KAN:
    """Return the network of x, from one of z = (x - center) / scale."""
    m, s, (_, first) = scaler.center, scaler.scale, network.kan_layers[0]
    symbols = []
    for edge in first.symbols:
        a, b, c, d = edge.affine
        a, b = a / s[edge.inp], b - a / s[edge.inp] * m[edge.inp]
        symbols.append(edge.with_affine(np.array([a, b, c, d])))
    basis = first.basis
    if isinstance(basis, BSplineBasis):
        basis = BSplineBasis(m[:, None] + s[:, None] * basis.knots, basis.degree)
    elif isinstance(basis, ScaledBasis):
        basis = replace(basis, low=m + s * basis.low, high=m + s * basis.high)
    center, scale = m, s
    if first.center is not None and first.scale is not None:
        center, scale = m + s * first.center, s * first.scale
    layer = replace(first, basis=basis, center=center, scale=scale, symbols=tuple(symbols))
    return network.with_layer(0, layer)
