r"""Weight tying: edges that share one function, as functions from networks to networks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from kan_numpy._arguments import as_indices, as_instance, as_list
from kan_numpy._arrays import Array
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.layers.layer_projection import nearest_layer
from kan_numpy.layers.parameter_index import Lock
from kan_numpy.networks.checks import kan_layer
from kan_numpy.networks.kan import KAN
from kan_numpy.splines.bsplines import BSplineBasis
from kan_numpy.splines.knots import uniform_knots

__all__ = ["lock", "unlock"]


def lock(network: KAN, layer: int, edges: Iterable[Sequence[int]]) -> KAN:
    r"""Tie edges of one layer, so that they share one function and its parameters.

    .. math:: \phi_{o,i} = \phi_{o',i'} = \dots, \qquad c \leftarrow \overline{c}

    The function is the mean of theirs. Inputs with different grids first get a common one, from the
    lowest to the highest knot, with the same number of intervals, and common units; this slightly
    changes the functions on these inputs, and inputs tied to them get it too.

    Parameters
    ----------
    network : KAN
        The network, which is not changed.
    layer : int
        The index in ``network.layers``.
    edges : iterable of (out, inp)
        At least two spline edges, none of them tied already.

    Returns
    -------
    KAN
        With fewer parameters. `adapt_grid` does not change its grids in this layer; an edge that
        becomes a symbol is no longer tied.

    Raises
    ------
    ValueError
        If there is no such layer or edge, edges are fewer than two, or an edge is not a spline or
        is tied already.
    TypeError
        If network is not a KAN of B-splines, layer is not a whole number, or edges is not a list of
        pairs.

    Examples
    --------
    Straight lines to 1 and to 3 become lines to 2, with half as many parameters:

    >>> import kan_numpy as kn
    >>> knots, coef = [[-1, 0, 1, 2]] * 2, [[[0, 1], [0, 3]]]
    >>> layer = {"knots": knots, "coef": coef, "w_base": [[0, 0]]}
    >>> net = kn.KAN.from_arrays([layer], degree=1, base="zero")
    >>> tied = kn.lock(net, layer=0, edges=[(0, 0), (0, 1)])
    >>> net.theta, tied.theta
    (array([0., 1., 0., 3.]), array([0., 2.]))
    """
    old = _kan_layer(network, layer)
    chosen = _chosen(old, edges)
    locks = old.ties
    taken = {edge for other in locks for edge in other}
    if again := taken & set(chosen):
        raise ValueError(f"edges holds {min(again)}, which is locked already; unlock it first")
    shared, locks = _on_one_grid(old, _inputs(chosen, locks)), (*locks, chosen)
    coef, w_base = shared.coef.copy(), shared.w_base.copy()
    for members in locks:
        rows, columns = np.array(members).T
        coef[rows, columns] = coef[rows, columns].mean(axis=0)
        w_base[rows, columns] = w_base[rows, columns].mean()
    tied = network.with_layer(layer, replace(shared, coef=coef, w_base=w_base, locks=locks))
    return network._with_layers(tied.layers, network.init)


def unlock(network: KAN, layer: int, edges: Iterable[Sequence[int]] | None = None) -> KAN:
    """Give tied edges parameters of their own again, which does not change the function.

    Parameters
    ----------
    network : KAN
        The network, which is not changed.
    layer : int
        The index in ``network.layers``.
    edges : iterable of (out, inp), optional
        All edges tied to one of these are untied; by default all edges of the layer.

    Returns
    -------
    KAN
        With more parameters.

    Raises
    ------
    ValueError
        If there is no such layer, or an edge is not tied.
    TypeError
        If network is not a KAN, layer is not a whole number, or edges is not a list of pairs.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> net = kn.KAN([2, 1], rng=0)
    >>> tied = kn.lock(net, 0, [(0, 0), (0, 1)])
    >>> net.size, tied.size, kn.unlock(tied, 0).size
    (18, 9, 18)
    """
    old = _kan_layer(network, layer)
    locks = old.ties
    chosen = {edge for other in locks for edge in other} if edges is None else set(_pairs(edges))
    if loose := chosen - {edge for other in locks for edge in other}:
        raise ValueError(f"edges holds {min(loose)}, which is not locked: leave it out")
    kept = tuple(other for other in locks if not chosen & set(other))
    return network.with_layer(layer, replace(old, locks=kept))


def _kan_layer(network: KAN, l: int) -> KANLayer:
    """Return a KAN layer of what should be a KAN."""
    return kan_layer(as_instance("network", network, KAN, "a KAN"), l)


def _pairs(edges: object) -> Lock:
    """Return the entries of a list of edges, each once."""
    entries = as_list("edges", edges, "a list of pairs (out, inp)", ordered=False)
    pairs = [as_indices(f"edges[{i}]", pair, "(out, inp)") for i, pair in enumerate(entries)]
    return tuple((out, inp) for out, inp in dict.fromkeys(pairs))


def _chosen(layer: KANLayer, edges: Iterable[Sequence[int]]) -> Lock:
    """Return the edges, if they are spline edges of the layer."""
    chosen = _pairs(edges)
    if len(chosen) < 2:
        raise ValueError(f"edges must hold at least two different edges, but holds {chosen}")
    for out, inp in chosen:
        if out >= layer.n_out or inp >= layer.n_in or not layer.splines[out, inp]:
            raise ValueError(f"edges holds {(out, inp)}, which is no spline edge of the layer")
    return chosen


def _inputs(chosen: Lock, locks: tuple[Lock, ...]) -> list[int]:
    """Return the inputs that need one grid: those of the edges, and of locks that use the same."""
    inputs: set[int] = set()
    more = {inp for _, inp in chosen}
    while more:
        inputs |= more
        others = [{inp for _, inp in lock} for lock in locks]
        more = {inp for other in others if other & inputs for inp in other} - inputs
    return sorted(inputs)


def _on_one_grid(layer: KANLayer, inputs: list[int]) -> KANLayer:
    """Return the layer with the same knots, and the same units, for all of these inputs."""
    basis = layer.basis
    if not isinstance(basis, BSplineBasis):
        raise TypeError(f"network must be made of B-splines to lock edges, not {type(basis)}")
    units = layer.units
    units[:, inputs] = units[:, inputs[:1]]
    same_units = np.array_equal(units, layer.units)
    if same_units and all(np.array_equal(basis.knots[i], basis.knots[inputs[0]]) for i in inputs):
        return layer
    k, G = basis.degree, basis.grid_size
    ends = basis.low[inputs].min(), basis.high[inputs].max()
    new: Array = uniform_knots(*ends, G, k)  # (G + 2k + 1,)
    knots = basis.knots.copy()
    knots[inputs] = new
    common = replace(layer, basis=BSplineBasis(knots, k))
    if not same_units:
        common = replace(common, center=units[0], scale=units[1])
    return nearest_layer(layer, common)[0]
