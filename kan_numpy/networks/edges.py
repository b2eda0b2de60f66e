"""The edges of a network by their place (layer, out, inp): find them, make symbols of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy._validation import as_count
from kan_numpy.functions.symbols import Symbol
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.layers.product_layer import ProductLayer
from kan_numpy.layers.symbolic_edge import SymbolicEdge
from kan_numpy.networks.kan import KAN

Edge = tuple[int, int, int]


def layer_of(network: KAN, edge: Edge) -> KANLayer:
    """Return the layer of an edge, or refuse an edge that does not exist.

    Parameters
    ----------
    network : KAN
        The network.
    edge : (layer, out, inp)
        The edge.

    Returns
    -------
    KANLayer

    Raises
    ------
    ValueError, TypeError
        If it is not there.
    """
    if not isinstance(edge, tuple) or len(edge) != 3:
        raise TypeError(f"an edge must be a tuple (layer, out, inp), but is {edge!r}")
    l, out, inp = (
        as_count(name, value, 0) for name, value in zip(("layer", "out", "inp"), edge, strict=True)
    )
    layer = network.layers[l] if l < len(network.layers) else None
    if not isinstance(layer, KANLayer):
        raise ValueError(f"layer is {l}, but the network has no KAN layer of that number")
    n_out, n_in = layer.active.shape
    if out >= n_out or inp >= n_in:
        raise ValueError(f"edge {edge}: layers[{l}] has {n_out} outputs and {n_in} inputs")
    if not layer.active[out, inp]:
        raise ValueError(f"edge {edge} is not active, there is nothing to replace")
    return layer


def with_symbol(network: KAN, edge: Edge, symbol: Symbol, affine: Array) -> KAN:
    """Return the network with one edge replaced by :math:`c f(a x + b) + d`.

    Parameters
    ----------
    network : KAN
        Left as it is.
    edge : (layer, out, inp)
        An active edge.
    symbol : Symbol
        f.
    affine : ndarray, shape (4,)
        (a, b, c, d).

    Returns
    -------
    KAN
    """
    l, out, inp = edge
    layer = layer_of(network, edge)
    coef, w_base = layer.coef.copy(), layer.w_base.copy()
    coef[out, inp], w_base[out, inp] = 0.0, 0.0
    others = tuple(e for e in layer.symbols if (e.out, e.inp) != (out, inp))
    symbols = (*others, SymbolicEdge(out, inp, symbol, affine))
    layers = list(network.layers)
    layers[l] = replace(layer, coef=coef, w_base=w_base, symbols=symbols)
    return KAN.from_layers(layers)


def spline_edges(network: KAN) -> list[Edge]:
    """Return every edge (layer, out, inp) that is a spline.

    Parameters
    ----------
    network : KAN
        The network.

    Returns
    -------
    list of (layer, out, inp)
    """
    return [
        (l, int(out), int(inp))
        for l, layer in enumerate(network.layers)
        if isinstance(layer, KANLayer)
        for out, inp in np.argwhere(layer.splines)
    ]


def symbolic_edges(network: KAN) -> list[tuple[Edge, int]]:
    """Return every edge (layer, out, inp) that is a symbol, and its complexity.

    Parameters
    ----------
    network : KAN
        The network.

    Returns
    -------
    list of ((layer, out, inp), int)
    """
    return [
        ((l, edge.out, edge.inp), edge.symbol.total_complexity)
        for l, layer in enumerate(network.layers)
        if isinstance(layer, KANLayer)
        for edge in layer.symbols
    ]


def chains(network: KAN) -> list[tuple[Edge, Edge]]:
    """Return the pairs of symbolic edges that are joined by a node without other edges.

    Parameters
    ----------
    network : KAN
        The network.

    Returns
    -------
    list of pairs of (layer, out, inp)
    """
    found: list[tuple[Edge, Edge]] = []
    for l, layer in enumerate(network.layers):
        for edge in layer.symbols if isinstance(layer, KANLayer) and l else ():
            before, node, source = network.layers[l - 1], edge.inp, l - 1
            if isinstance(before, ProductLayer):
                if len(before.groups[node]) > 1:
                    continue
                (node,), source, before = before.groups[node], l - 2, network.layers[l - 2]
            incoming = np.flatnonzero(before.active[node])
            if len(incoming) == 1 and layer.active[:, edge.inp].sum() == 1:
                first = (source, node, int(incoming[0]))
                found.append((first, (l, edge.out, edge.inp)))
    return [pair for pair in found if pair[0] not in spline_edges(network)]


def scaled_outputs(network: KAN, factors: Array) -> KAN:
    """Return the network with each output times a factor.

    Parameters
    ----------
    network : KAN
        Left as it is.
    factors : ndarray, shape (n_out,)
        One for each output.

    Returns
    -------
    KAN
        The network itself if its last layer multiplies: a product has no factor of its own.
    """
    last = network.layers[-1]
    if not isinstance(last, KANLayer):
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
    return KAN.from_layers([*network.layers[:-1], scaled])
