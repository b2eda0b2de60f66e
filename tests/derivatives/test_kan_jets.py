"""Jets through layers of edges: edge by edge, at knots; planted bugs are caught."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jet_checks import (
    BUG_PAIRS,
    a_square_kan,
    check_backward_pass,
    check_jacobian,
    close,
    kans,
    the_backward_pass,
    the_backward_pass_exactly,
    the_derivatives,
    with_lock,
)
from planting import Bug, assert_caught
from strategies import points, random_layer

import kan_numpy as kn
from kan_numpy import reference
from kan_numpy.derivatives import network_jets as jets
from kan_numpy.derivatives.jet import Jet
from kan_numpy.derivatives.kan_jets import KANJets
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.layers.parameter_index import ParameterIndex
from kan_numpy.layers.symbolic_edge import SymbolicEdge


def slow_jet(network, x, a, b):
    """The derivatives by x_a and x_b of one sample, edge by edge: lists (z, z_a, z_b, z_ab)."""
    z = [(float(v), float(i == a), float(i == b), 0.0) for i, v in enumerate(x)]
    for layer in network.layers:
        outputs = []
        for o in range(layer.n_out):
            sums = [float(layer.bias[o]), 0.0, 0.0, 0.0]
            for i, (v, v_a, v_b, v_ab) in enumerate(z):
                phi = [slow_edge(layer, o, i, v, d) for d in range(3)]
                sums[0] += phi[0]
                sums[1] += phi[1] * v_a
                sums[2] += phi[1] * v_b
                sums[3] += phi[2] * v_a * v_b + phi[1] * v_ab
            outputs.append(tuple(sums))
        z = outputs
    return z


def slow_edge(layer, o, i, x, d):
    low, high = layer.knots[i, layer.degree], layer.knots[i, -layer.degree - 1]
    if layer.outside == "linear" and not low <= x <= high:
        e = min(max(x, low), high)
        on_grid = replace(layer, outside="fade")
        slope = slow_edge(on_grid, o, i, e, 1)
        return (slow_edge(on_grid, o, i, e, 0) + slope * (x - e), slope, 0.0)[d]
    m, s = (0.0, 1.0) if layer.center is None else (layer.center[i], layer.scale[i])
    base = float(layer.base(np.array([(x - m) / s]), d)[0]) / s**d if layer.has_base else 0.0
    terms = [
        c * reference.bspline(x, j, layer.degree, layer.knots[i].tolist(), d)
        for j, c in enumerate(layer.coef[o, i].tolist())
    ]
    return layer.w_base[o, i] * base + (sum(terms) if d <= layer.degree else 0.0)


@pytest.mark.gradient
@given(drawn=kans(points), pair=st.tuples(st.integers(0, 3), st.integers(0, 3)))
def test_the_slow_twin_says_the_same(record, drawn, pair):
    network, x, _ = drawn
    splines = [layer for layer in network.layers if hasattr(layer, "coef")]
    n_in = network.widths[0]
    a, b = pair[0] % n_in, pair[1] % n_in
    plain = kn.KAN.from_layers(as_splines(layer) for layer in splines)
    jet = jets.jet(plain, x)
    H = jets.hessian(plain, x)
    for n, sample in enumerate(x):
        want = np.array(slow_jet(plain, sample, a, b)).T
        got = (jet.value[n], jet.gradient[n, :, a], jet.gradient[n, :, b], H[n, :, a, b])
        record(close(np.stack(got), want, want))


def as_splines(layer):
    """Return the layer with B-splines and nothing else."""
    if hasattr(layer.basis, "knots"):
        return replace(layer, symbols=())
    rng = np.random.default_rng(0)
    rows = np.tile(kn.uniform_knots(-2.0, 2.0, 2, 4), (layer.n_in, 1))
    return random_layer(rows, 4, layer.n_out, layer.base, rng)


@given(drawn=kans(points, depths=(1,)))
def test_a_sum_of_functions_of_one_input_has_no_mixed_derivatives(drawn):
    network, x, _ = drawn
    H = jets.hessian(kn.KAN.from_layers(network.layers[:1]), x)
    off = ~np.eye(x.shape[1], dtype=bool)
    assert not H[:, :, off].any()


def jump_at_a_knot(degree):
    """How far d/dx of u'' differs on both sides of the point whose activation is a knot."""
    first, last = kn.KAN([1, 1, 1], grid_size=4, degree=degree, base="zero", rng=0).layers
    activation, _ = first.forward(np.array([[0.3]]))
    last = replace(last, basis=replace(last.basis, knots=last.knots + activation))
    network = kn.KAN.from_layers([first, last])
    _, cache = jets.forward(network, [[0.3 - 1e-9], [0.3 + 1e-9]])
    dy = Jet(np.zeros((2, 1)), np.zeros((2, 1, 1)), np.ones((2, 1, 1)))
    before, after = jets.backward(network, dy, cache)[0][:, 0]
    return abs(after - before)


def test_the_backward_pass_from_second_derivatives_jumps_at_knots_of_degree_3_but_not_4():
    assert jump_at_a_knot(3) > 1.0
    assert jump_at_a_knot(4) < 1e-5


def the_backward_pass_of_a_lock():
    network, x, rng = a_square_kan()
    network = kn.KAN.from_layers(with_lock(layer) for layer in network.layers)
    check_backward_pass(network, x, rng, BUG_PAIRS)


def the_jacobian():
    check_jacobian(*a_square_kan(), BUG_PAIRS)


BUGS = [
    Bug(
        "the second derivatives forget how the gradient bends",
        KANJets, "output",
        "@ cache.p +", "@ cache.p * 0.0 +",
        the_derivatives,
    ),
    Bug(
        "the second derivatives forget those of the layer before",
        KANJets, "output",
        "+ slope @ z.second", "+ 0.0 * slope @ z.second",
        the_derivatives,
    ),
    Bug(
        "the gradient is multiplied with the transposed slopes, which fit because they are square",
        KANJets, "output",
        "slope @ z.gradient", "slope.transpose(0, 2, 1) @ z.gradient",
        the_derivatives,
    ),
    Bug(
        "the base function is missing from the slope of an edge",
        KANLayer, "edge_values",
        "if cache.b is not None", "if False",
        the_derivatives,
    ),
    Bug(
        "dtheta leaves out what the second derivatives say",
        KANJets, "_upstream",
        "return [slope, dy.second", "return [slope, 0.0 * dy.second",
        the_backward_pass,
    ),
    Bug(
        "dtheta leaves out the second derivatives of the layer before",
        KANJets, "_upstream",
        "slope += dy.second", "slope += 0.0 * dy.second",
        the_backward_pass_exactly,
    ),
    Bug(
        "dtheta takes the slopes of the basis where its bends belong",
        KANJets, "parameter_gradient",
        "cache.layer[order]", "cache.layer[order]._replace(B=cache.layer[1].B)",
        the_backward_pass,
    ),
    Bug(
        "the backward pass to the inputs uses the second derivative for the third",
        KANJets, "input_gradient",
        "order + 1", "2",
        the_backward_pass,
    ),
    Bug(
        "the backward pass to the inputs forgets the pairs",
        KANJets, "input_gradient",
        "gradient += cache", "gradient += 0.0 * cache",
        the_backward_pass_exactly,
    ),
    Bug(
        "the Jacobian takes the slopes of the base function where its bends belong",
        KANJets, "jacobian",
        "cache.layer[order]", "cache.layer[order]._replace(b=cache.layer[1].b)",
        the_jacobian,
    ),
    Bug(
        "the Jacobian gives the output node of another edge to an edge",
        KANJets, "jacobian",
        "(dphi, cache", "(dphi[:, ::-1], cache",
        the_jacobian,
    ),
    Bug(
        "the slope of a symbol by its scale a lacks the product rule",
        SymbolicEdge, "slopes",
        "(m * c", "(c",
        the_backward_pass,
    ),
    Bug(
        "what comes back to a shared parameter goes to its neighbor",
        ParameterIndex, "add_up",
        "self.index[self.others]", "(self.index[self.others] + 1) % self.size",
        the_backward_pass_of_a_lock,
    ),
]  # fmt: skip


@pytest.mark.gradient
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught(monkeypatch, bug):
    assert_caught(monkeypatch, bug)
