"""Edges by their places: of which kind they are, and which of them form a chain."""

from dataclasses import replace

import numpy as np
import pytest
from builders import square_network

from kan_numpy import KAN
from kan_numpy.functions.scaling import Scaler
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.networks.edges import (
    chains,
    layer_of,
    scaled_inputs,
    spline_edges,
    symbolic_edges,
    with_symbol,
)


def test_edges_are_found_by_their_kind():
    network, x, _ = square_network()
    symbolic, splines = symbolic_edges(network), spline_edges(network)
    assert len(symbolic) + len(splines) == 18
    for (at, out, inp), complexity in symbolic:
        (edge,) = (e for e in network.layers[at].symbols if (e.out, e.inp) == (out, inp))
        assert complexity == edge.symbol.total_complexity
        assert (at, out, inp) not in splines
    phi = network.layers[0].edges(x)
    edge = next(edge for edge in splines if edge[0] == 0)
    affine = np.array([0.5, 0.1, 2.0, -1.0])
    changed = with_symbol(network, edge, SYMBOLS["exp"], affine)
    phi[:, edge[1], edge[2]] = 2.0 * np.exp(0.5 * x[:, edge[2]] + 0.1) - 1.0
    np.testing.assert_allclose(changed.layers[0].edges(x), phi, rtol=1e-14, atol=1e-15)
    assert changed.layers[0].w_base[edge[1:]] == 0.0
    assert not changed.layers[0].coef[edge[1:]].any()
    again = with_symbol(changed, edge, SYMBOLS["sin"], affine)
    assert len(again.layers[0].symbols) == len(changed.layers[0].symbols)
    assert len(symbolic_edges(again)) == len(symbolic) + 1
    assert edge in spline_edges(network)


@pytest.mark.parametrize(
    ("edge", "error", "message"),
    [
        ((2, 0, 0), ValueError, "no KAN layer of that number"),
        ((1, 0, 0), ValueError, "layer is 1, but the network has no KAN layer"),
        ((0, 2, 0), ValueError, r"layers\[0\] has 2 outputs and 2 inputs"),
        ((0, 0, 2), ValueError, r"layers\[0\] has 2 outputs and 2 inputs"),
        ((0, 1, 0), ValueError, "is not active"),
        ((0, 0, -1), ValueError, "inp must be at least 0, but is -1"),
        ((0, 0.5, 0), TypeError, "out must be a whole number"),
        ((0, 0), TypeError, r"must be a tuple \(layer, out, inp\)"),
        (3, TypeError, r"must be a tuple \(layer, out, inp\)"),
        ("abc", TypeError, r"must be a tuple \(layer, out, inp\)"),
    ],
)
def test_an_edge_that_does_not_exist_is_refused(edge, error, message):
    network = KAN([2, (0, 1)], rng=0)
    active = np.array([[True, True], [False, True]])
    network = KAN.from_layers([replace(network.layers[0], active=active), network.layers[1]])
    with pytest.raises(error, match=message):
        layer_of(network, edge)


def test_chains_are_symbols_joined_by_a_node_that_does_nothing():
    network = KAN([1, 2, 1, 1], rng=0)
    affine = np.ones(4)
    for edge in [(0, 0, 0), (0, 1, 0), (1, 0, 0), (2, 0, 0)]:
        network = with_symbol(network, edge, SYMBOLS["sin"], affine)
    # The node before the last edge has two edges in; (1, 0, 1) is a spline.
    assert chains(network) == [((0, 0, 0), (1, 0, 0))]
    passing = with_symbol(KAN([1, (1, 0), 1], rng=0), (0, 0, 0), SYMBOLS["sin"], affine)
    assert chains(passing) == []
    both = with_symbol(passing, (1, 0, 0), SYMBOLS["exp"], affine)
    assert chains(both) == [((0, 0, 0), (1, 0, 0))]


def test_a_chain_leads_through_a_product_of_one_factor_and_no_other():
    network = KAN([2, (1, 1), 1], rng=0)
    edges = [edge for edge in spline_edges(network) if edge[0] == 2 or edge[2] == 0]
    for edge in edges:
        network = with_symbol(network, edge, SYMBOLS["sin"], np.ones(4))
    first = network.layers[0]
    active = np.array([[True, False], [True, False], [True, False]])
    coef, w_base = first.coef * active[:, :, None], first.w_base * active
    first = replace(first, active=active, coef=coef, w_base=w_base)
    network = KAN.from_layers([first, *network.layers[1:]])
    assert chains(network) == [((0, 0, 0), (2, 0, 0))]


@pytest.mark.parametrize("basis", ["bspline", "chebyshev", "gaussian", "fourier"])
def test_inputs_may_have_other_units(basis):
    network, scaler = KAN([2, 3, 1], basis=basis, rng=0), Scaler([3.0, -1e9], [4.0, 2.0**30])
    network = with_symbol(network, (0, 1, 0), SYMBOLS["sin"], np.array([2.0, 0.3, 0.5, 1.0]))
    z = np.random.default_rng(0).uniform(-1.5, 1.5, (50, 2))  # beyond the grids, too
    x = scaler.inverse(z)
    of_x = scaled_inputs(network, scaler)
    np.testing.assert_allclose(of_x(x), network(scaler(x)), rtol=0, atol=1e-13)
    again = scaled_inputs(of_x, Scaler([1.0, 2.0], [0.5, 8.0]))
    y = np.array([[1.0, 2.0]]) + np.array([[0.5, 8.0]]) * x
    np.testing.assert_allclose(again(y), network(scaler(x)), rtol=0, atol=1e-12)
