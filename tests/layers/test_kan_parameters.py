"""The arrays of a KAN layer: how many numbers, where they are in theta, and what a part keeps."""

from dataclasses import replace

import numpy as np
import pytest
from checks import assert_close, assert_value

from kan_numpy import uniform_knots
from kan_numpy.functions.activations import ACTIVATIONS
from kan_numpy.functions.other_bases import ChebyshevBasis
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.layers.symbolic_edge import SymbolicEdge
from kan_numpy.splines.bsplines import BSplineBasis


def layer_of_all_kinds(base="silu"):
    """Return 3 inputs, 2 outputs: a symbol, an edge that does not exist, and two that share."""
    rng, active = np.random.default_rng(0), np.array([[True, True, True], [True, False, True]])
    rows = np.stack([uniform_knots(-1.0 - i, 1.0 + i, 4, 2) for i in range(3)])
    coef, w_base = rng.normal(size=(2, 3, 6)), rng.normal(size=(2, 3)) * (base != "zero")
    symbol = SymbolicEdge(1, 2, SYMBOLS["sin"], np.array([1.0, 0.5, 2.0, -1.0]))
    coef[1, 0], w_base[1, 0] = coef[0, 1], w_base[0, 1]  # locked
    for none in ((1, 1), (1, 2)):
        coef[none], w_base[none] = 0.0, 0.0
    return KANLayer(
        BSplineBasis(rows, 2),
        coef,
        w_base,
        np.array([0.5, -0.5]),
        active,
        ACTIVATIONS[base],
        symbols=(symbol,),
        locks=(((0, 1), (1, 0)), ((0, 2), (1, 2))),
        center=np.array([0.0, 0.1, 0.2]),
        scale=np.array([1.0, 2.0, 3.0]),
    )


X = np.random.default_rng(1).uniform(-1.0, 1.0, (7, 3))


def test_a_layer_knows_its_numbers():
    layer = layer_of_all_kinds()
    assert (layer.n_in, layer.n_out, layer.grid_size, layer.degree) == (3, 2, 4, 2)
    assert (layer.n_edges, layer.n_splines) == (5, 4)
    assert layer.splines.tolist() == [[True, True, True], [True, False, False]]
    assert layer.ties == (((0, 1), (1, 0)),)  # of the second lock only one edge is a spline
    assert layer.size == 3 * (6 + 1) + 4
    assert layer_of_all_kinds("zero").size == 3 * 6 + 4
    assert layer.units.tolist() == [[0.0, 0.1, 0.2], [1.0, 2.0, 3.0]]
    assert replace(layer, center=None, scale=None).units.tolist() == [[0.0] * 3, [1.0] * 3]


def test_theta_has_first_all_coefficients_then_the_weights_then_the_symbols():
    layer = layer_of_all_kinds()
    splines = [(0, 0), (0, 1), (0, 2)]
    want = [*(layer.coef[edge] for edge in splines), [layer.w_base[edge] for edge in splines]]
    assert np.array_equal(layer.theta, np.concatenate([*want, [1.0, 0.5, 2.0, -1.0]]))
    places = layer.places
    assert places.coef[0, 2].tolist() == list(range(12, 18))
    assert places.coef[1].tolist() == [list(range(6, 12)), [25] * 6, [25] * 6]  # none is 25
    assert places.w_base.tolist() == [[18, 19, 20], [19, 25, 25]]
    assert places.affine.tolist() == [[21, 22, 23, 24]]
    again = layer.with_theta(layer.theta)
    assert np.array_equal(again.coef, layer.coef)
    assert np.array_equal(again.w_base, layer.w_base)


@pytest.mark.parametrize("base", ["silu", "zero"])
def test_a_part_computes_what_its_edges_did(base):
    layer = layer_of_all_kinds(base)
    outputs, inputs = np.array([False, True]), np.array([True, False, True])
    edges = layer.active & outputs[:, None] & inputs
    part = layer.part(edges, outputs, inputs)
    assert_close(part.forward(X[:, inputs])[0][:, 0], layer.edges(X)[:, 1].sum(axis=1) - 0.5)
    assert (part.n_in, part.n_out, part.locks) == (2, 1, ())
    assert [(edge.out, edge.inp) for edge in part.symbols] == [(0, 1)]


def test_a_part_keeps_the_locks_of_its_edges_and_drops_the_edges_that_are_not_named():
    layer = layer_of_all_kinds()
    inputs = np.array([True, True, False])
    edges = layer.active & inputs
    edges[0, 0] = False
    part = layer.part(edges, np.ones(2, dtype=bool), inputs)
    assert part.locks == (((0, 1), (1, 0)),)
    assert part.active.tolist() == [[False, True], [True, False]]
    assert_close(part.edges(X[:, :2]), np.where(edges, layer.edges(X), 0.0)[:, :, :2])


def test_only_splines_of_degree_1_and_less_are_piecewise_linear():
    layer = layer_of_all_kinds()
    for degree in (0, 1, 2):
        basis = BSplineBasis(np.tile(uniform_knots(-1, 1, 6 - degree, degree), (3, 1)), degree)
        assert replace(layer, basis=basis).piecewise_linear == (degree < 2)
    assert not replace(layer, basis=ChebyshevBasis(-np.ones(3), np.ones(3), 6)).piecewise_linear
    symbols = tuple(SymbolicEdge(0, i, SYMBOLS["x"], np.ones(4)) for i in range(3))
    line = BSplineBasis(np.tile(uniform_knots(-1, 1, 5, 1), (3, 1)), 1)
    alone = replace(layer, basis=line, symbols=symbols, active=np.array([[True] * 3, [False] * 3]))
    assert not alone.piecewise_linear  # it has no spline
    assert replace(alone, symbols=symbols[1:]).piecewise_linear  # and here one


def test_what_depends_on_the_coefficients_alone_has_no_gradient_elsewhere():
    layer = layer_of_all_kinds()
    dcoef = np.random.default_rng(2).normal(size=layer.coef.shape)
    gradient = layer.coef_gradient(dcoef)
    want = np.concatenate([dcoef[0, 0], dcoef[0, 1] + dcoef[1, 0], dcoef[0, 2], np.zeros(3 + 4)])
    assert_close(gradient, want)


@pytest.mark.parametrize("name", ["degree", "coef", "outside"])
def test_a_layer_cannot_be_changed(name):
    layer = layer_of_all_kinds()
    assert_value(layer, name)
    assert_value(layer.symbols[0], "out")
    assert_value(layer.index, "size")
    for array in (layer.coef, layer.w_base, layer.bias, layer.active, layer.center):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0.0
