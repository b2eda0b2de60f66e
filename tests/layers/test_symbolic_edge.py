"""Layers with symbolic edges: against plain loops, backwards, and with bugs that must be found."""

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest
from builders import square_network
from checks import (
    agree,
    agree_exactly,
    check_jacobian,
    check_jacobian_adjoint,
    check_layer,
    check_network_input,
    check_network_theta,
    check_objective,
    check_residuals,
    check_residuals_gradient,
)
from hypothesis import given
from planting import Bug, assert_caught
from strategies import smooth_points, symbolic_networks_with_inputs

from kan_numpy import Objective
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.gradcheck import assert_adjoint, central_difference
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.layers.parameter_index import ParameterIndex
from kan_numpy.layers.symbolic_edge import SymbolicEdge
from kan_numpy.networks.network import Network

pytestmark = pytest.mark.gradient


def edge_value(edge, x):
    """Return c f(a x + b) + d for one number."""
    a, b, c, d = edge.affine
    return c * float(edge.symbol(np.array(a * x + b))) + d


# Values.


@given(drawn=symbolic_networks_with_inputs())
def test_a_layer_is_the_sum_of_its_splines_and_symbols(drawn):
    network, x, _ = drawn
    layer = network.layers[0]
    without = replace(layer, symbols=(), active=layer.splines)
    want = without.forward(x)[0]
    for n, sample in enumerate(x):
        for edge in layer.symbols:
            want[n, edge.out] += edge_value(edge, sample[edge.inp])
    np.testing.assert_allclose(layer.forward(x)[0], want, rtol=1e-13, atol=1e-13)
    phi = layer.edges(x)  # (N, n_out, n_in)
    np.testing.assert_allclose(phi.sum(axis=2) + layer.bias, want, rtol=1e-12, atol=1e-12)
    for edge in layer.symbols:
        values = [edge_value(edge, sample[edge.inp]) for sample in x]
        np.testing.assert_allclose(phi[:, edge.out, edge.inp], values, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_the_derivatives_of_an_edge_have_the_powers_of_its_scale(record, order):
    edge = SymbolicEdge(0, 0, SYMBOLS["sin"], np.array([1.7, 0.3, -0.6, 0.4]))
    x = np.linspace(-2.0, 2.0, 21)
    want = np.diagonal(central_difference(lambda z: edge(z, order - 1), x))
    record(agree(edge(x, order), np.array(want)))


@given(drawn=symbolic_networks_with_inputs())
def test_theta_holds_four_numbers_for_every_symbol_and_comes_back(drawn):
    network, x, rng = drawn
    for layer in network.layers:
        S, E = len(layer.symbols), int(layer.splines.sum())
        assert layer.n_edges == E + S == int(layer.active.sum())
        assert layer.size == layer.theta.size == E * (layer.basis.size + layer.has_base) + 4 * S
        four = np.reshape([edge.affine for edge in layer.symbols], (S, 4))
        assert np.array_equal(layer.theta[layer.size - 4 * S :].reshape(S, 4), four)
    theta = rng.standard_normal(network.size)
    changed = network.with_theta(theta)
    assert np.array_equal(changed.theta, theta)
    assert np.array_equal(changed.with_theta(network.theta)(x), network(x))
    for old, new in zip(network.layers, changed.layers, strict=True):
        assert [(e.out, e.inp, e.symbol) for e in new.symbols] == [
            (e.out, e.inp, e.symbol) for e in old.symbols
        ]
        assert not new.coef[~new.splines].any()
        assert not new.w_base[~new.splines].any()


def test_the_numbers_of_an_edge_are_read_only_in_copies_too():
    edge = SymbolicEdge(0, 0, SYMBOLS["sin"], np.ones(4))
    for one in (edge, copy.deepcopy(edge), pickle.loads(pickle.dumps(edge))):
        with pytest.raises(ValueError, match="read-only"):
            one.affine[0] = 2.0


def test_a_vertical_tangent_does_not_stop_the_others():
    edge = SymbolicEdge(0, 0, SYMBOLS["sqrt"], np.array([1.0, 0.0, 2.0, 0.5]))
    slopes = edge.slopes(np.array([0.0, 4.0]))
    np.testing.assert_array_equal(slopes, [[0.0, 0.0, 0.0, 1.0], [2.0, 0.5, 2.0, 1.0]])
    assert edge(np.array([0.0, 4.0]), 1).tolist() == [0.0, 0.5]
    assert edge(np.array([0.0, 4.0])).tolist() == [0.5, 4.5]
    assert np.isnan(edge(np.array([-1.0]), 1)).all()


# Gradients.


def check_slopes(edge, x, rng):
    return assert_adjoint(
        lambda affine: edge.with_affine(affine)(x),
        lambda dy, affine: dy @ edge.with_affine(affine).slopes(x),
        edge.affine,
        rng=rng,
    )


@given(drawn=symbolic_networks_with_inputs())
def test_an_edge_knows_its_slopes(record, drawn):
    network, x, rng = drawn
    for edge in network.layers[0].symbols:
        record(check_slopes(edge, x[:, edge.inp], rng))


@given(drawn=symbolic_networks_with_inputs(smooth_points))
def test_a_layer_goes_back_to_its_input_and_its_parameters(record, drawn):
    network, x, rng = drawn
    record(check_layer(network.layers[0], x, rng))


@given(drawn=symbolic_networks_with_inputs())
def test_a_network_goes_back_to_its_parameters(record, drawn):
    record(check_network_theta(*drawn))


@given(drawn=symbolic_networks_with_inputs(smooth_points))
def test_a_network_goes_back_to_its_input(record, drawn):
    record(check_network_input(*drawn))


@given(drawn=symbolic_networks_with_inputs())
def test_the_jacobian_is_right(record, drawn):
    network, x, rng = drawn
    record(check_jacobian(network, x))
    record(check_jacobian_adjoint(network, x, rng))


def check_mean_squares(layer, x):
    """The mean square of the Jacobian of each parameter, for an upstream gradient of one."""
    cache = layer.features(x)
    J = np.empty((len(x), layer.size))
    layer.jacobian(np.ones((len(x), layer.n_out)), cache, J)
    want = np.mean(J**2, axis=0)
    return agree_exactly(layer.feature_mean_squares(cache), want, want)


@given(drawn=symbolic_networks_with_inputs())
def test_mean_squares_are_those_of_the_jacobian(record, drawn):
    network, x, _ = drawn
    for layer, cache in zip(network.layers, network.forward(x)[1], strict=True):
        record(check_mean_squares(layer, cache.x))


def test_a_squared_objective_is_right(record):
    network, x, rng = square_network()
    objective = Objective(network, x, rng.standard_normal((5, 3)))
    record(check_objective(objective, network.theta, rng))
    record(check_residuals(objective, network.theta))
    record(check_residuals_gradient(objective, network.theta))


def the_layer():
    network, x, rng = square_network()
    check_layer(network.layers[0], x, rng)


def the_network():
    check_network_theta(*square_network())


def the_jacobian():
    network, x, rng = square_network()
    check_jacobian(network, x)
    check_jacobian_adjoint(network, x, rng)


def the_mean_squares():
    network, x, _ = square_network()
    check_mean_squares(network.layers[0], x)


def the_edge():
    network, x, rng = square_network()
    for edge in network.layers[0].symbols:
        check_slopes(edge, x[:, edge.inp], rng)


BUGS = [
    Bug(
        "the slope by the scale a lacks x",
        SymbolicEdge, "slopes",
        "slope * x", "slope",
        the_edge,
    ),
    Bug(
        "the slope by the shift b has the factor a",
        SymbolicEdge, "slopes",
        "by_a, slope,", "by_a, slope * a,",
        the_edge,
    ),
    Bug(
        "the slopes lack the factor c",
        SymbolicEdge, "slopes",
        "c * a**m * _finite(", "a**m * _finite(",
        the_edge,
    ),
    Bug(
        "the slope by c is that of f at x instead of a x + b",
        SymbolicEdge, "slopes",
        "self.symbol(u, m), c", "self.symbol(x, m), c",
        the_edge,
    ),
    Bug(
        "the slope of an edge by x lacks the factor a",
        SymbolicEdge, "__call__",
        "c * a**derivative", "c",
        the_layer,
    ),
    Bug(
        "the derivative of an edge keeps the constant d",
        SymbolicEdge, "__call__",
        "_finite(self.symbol(u, derivative))", "_finite(self.symbol(u, derivative)) + d",
        the_layer,
    ),
    Bug(
        "dx takes the value of a symbol instead of its slope",
        KANLayer, "input_gradient",
        "edge(cache.x[:, edge.inp], 1)", "edge(cache.x[:, edge.inp])",
        the_layer,
    ),
    Bug(
        "dx of a symbol goes to the input with the number of its output",
        KANLayer, "input_gradient",
        "dx[:, edge.inp] +=", "dx[:, edge.out] +=",
        the_network,
    ),
    Bug(
        "dtheta of a symbol takes the upstream gradient of its input node",
        KANLayer, "parameter_gradient",
        "dy[:, edge.out]", "dy[:, edge.inp]",
        the_layer,
    ),
    Bug(
        "dtheta of the symbols stands in reverse order",
        KANLayer, "parameter_gradient",
        "d.affine", "d.affine[::-1]",
        the_network,
    ),
    Bug(
        "the Jacobian of a symbol ignores the upstream gradient",
        KANLayer, "edges_jacobian",
        "dphi[:, edge.out, edge.inp, None], slopes", "1.0, slopes",
        the_jacobian,
    ),
    Bug(
        "the Jacobian reads the parameters of the edges in reverse order",
        ParameterIndex, "add_up",
        "self.first, axis", "self.first[::-1], axis",
        the_jacobian,
    ),
    Bug(
        "the mean squares of symbols are means",
        KANLayer, "feature_mean_squares",
        "cache.x[:, edge.inp]) ** 2", "cache.x[:, edge.inp])",
        the_mean_squares,
    ),
    Bug(
        "theta is read with the symbols in front",
        KANLayer, "_unpack",
        "vector[..., symbols:]", "vector[..., : 4 * len(self.symbols)]",
        the_network,
    ),
    Bug(
        "the network forgets dx of its symbols",
        Network, "_backward",
        "dy = layer.input_gradient(dy, cache[l])",
        "dy = __import__('dataclasses').replace(layer, symbols=()).input_gradient(dy, cache[l])",
        the_network,
    ),
]  # fmt: skip


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught(monkeypatch, bug):
    assert_caught(monkeypatch, bug)


@pytest.mark.parametrize("m", [0, 1, 2])
def test_the_slopes_of_a_derivative_by_the_four_numbers(m):
    edge = SymbolicEdge(0, 0, SYMBOLS["sin"], np.array([1.7, 0.3, -2.0, 0.5]))
    x, h = np.linspace(-1.0, 1.0, 7), 1e-6
    for p, unit in enumerate(np.eye(4)):
        ahead, behind = (edge.with_affine(edge.affine + step * unit)(x, m) for step in (h, -h))
        np.testing.assert_allclose(
            edge.slopes(x, m)[:, p], (ahead - behind) / (2.0 * h), rtol=1e-7, atol=1e-8
        )
