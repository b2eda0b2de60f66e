"""Beyond the grid an edge is its tangent; units of the base function are units; bugs are caught."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from checks import assert_close, check_layer, check_network_input, same
from hypothesis import given
from hypothesis import strategies as st
from jet_checks import check_by_complex_step, with_other_basis
from planting import Bug, assert_caught
from strategies import layers_with_inputs, networks_with_inputs, points_inside, random_layer

import kan_numpy as kn
from kan_numpy.functions.activations import ACTIVATIONS
from kan_numpy.functions.other_bases import BASES
from kan_numpy.layers import kan_layer
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.layers.layer_projection import nearest_layer
from kan_numpy.splines.bsplines import BSplineBasis


def slopes(layer, x):
    return layer.edge_values(layer.features(x, 1))


@given(drawn=layers_with_inputs(), kind=st.sampled_from(["bspline", "gaussian", "chebyshev"]))
def test_beyond_the_grid_an_edge_is_its_tangent_at_the_end(drawn, kind):
    layer, x, rng = drawn
    if kind != "bspline":
        layer = with_other_basis(layer, kind, 0.3 * x, rng)
    fading, layer = (replace(layer, outside=outside) for outside in ("fade", "linear"))
    ends = np.clip(x, layer.basis.low, layer.basis.high)
    tangents = fading.edges(ends) + slopes(fading, ends) * (x - ends)[:, None]
    assert_close(layer.edges(x), tangents)
    assert_close(slopes(layer, x), slopes(fading, ends))
    if layer.basis.max_derivative >= 2 and layer.base.name != "wave":  # it has one derivative
        bends = layer.edge_values(layer.features(x, 2))
        assert np.all(bends.transpose(0, 2, 1)[ends != x] == 0.0)


@given(drawn=layers_with_inputs(points_inside))
def test_on_the_grid_it_does_not_matter_what_is_beyond(drawn):
    layer, x, _ = drawn
    fading, linear = (replace(layer, outside=outside) for outside in ("fade", "linear"))
    assert linear.inside(x) is x
    for derivative in (0, 1):
        a, b = (one.edge_values(one.features(x, derivative)) for one in (fading, linear))
        assert np.array_equal(a, b)


@given(drawn=layers_with_inputs(), same_grids=st.booleans())
def test_points_beyond_an_end_are_moved_to_it(drawn, same_grids):
    layer, x, _ = drawn
    if same_grids:
        layer = replace(layer, basis=BSplineBasis(layer.knots[[0] * layer.n_in], layer.degree))
    ends = np.stack([layer.basis.low, layer.basis.high])
    assert layer.ends.shape == (2, 1 if np.all(ends == ends[:, :1]) else layer.n_in)
    assert np.array_equal(np.broadcast_to(layer.ends, ends.shape), ends)
    assert np.array_equal(replace(layer, outside="linear").inside(x), np.clip(x, *ends))


@pytest.mark.parametrize("basis", ["bspline", *BASES])
def test_polynomials_have_tangents_of_their_own_and_modes_repeat(basis):
    """Without a base function, nothing changes for either."""
    net = kn.KAN([2, 3], basis=basis, base="zero", rng=0)
    fading = kn.KAN([2, 3], basis=basis, base="zero", rng=0, outside="fade")
    x = np.random.default_rng(0).uniform(-3.0, 3.0, (20, 2))
    assert np.allclose(net(x), fading(x), rtol=0, atol=1e-13) == (basis in ("chebyshev", "fourier"))
    net = kn.KAN([2, 3], basis="fourier", rng=0)
    assert np.array_equal(net(x), kn.KAN([2, 3], basis="fourier", rng=0, outside="fade")(x))


def test_a_step_goes_on_as_a_constant_and_a_symbol_sees_x():
    x = np.array([[-3.0], [-1.0], [1.0], [3.0]])
    net = kn.KAN([1, 1], degree=0, base="zero", rng=0)
    assert net(x)[0] == net(x)[1]
    assert net(x)[2] == net(x)[3]
    sine = kn.from_formula("sin(2*x)", ["x"])
    assert sine.layers[0].outside == "linear"
    np.testing.assert_allclose(sine(x), np.sin(2.0 * x), rtol=1e-14)


@given(drawn=layers_with_inputs())
def test_units_are_those_of_the_input(drawn):
    """b in units of x, and knots in units of x: the same as both in the units of (x - m) / s."""
    layer, u, rng = drawn
    m, s = rng.uniform(-1.0, 1.0, layer.n_in), rng.uniform(0.5, 2.0, layer.n_in)
    plain = replace(layer, center=None, scale=None)
    basis = BSplineBasis(m[:, None] + s[:, None] * layer.knots, layer.degree)
    layer = replace(plain, basis=basis, center=m, scale=s)
    u = np.clip(u, layer.basis.low, layer.basis.high) + 0.01  # on knots rounding decides
    x = m + s * u
    if layer.degree:
        assert_close(layer.edges(x), plain.edges(u), 1e-12)
    for derivative in (1, 2) if layer.base.name != "wave" else (1,):
        want = plain.base(u, derivative) / s**derivative
        assert_close(layer.base_function(x, derivative), want, 1e-12)


@given(drawn=networks_with_inputs())
def test_what_is_beyond_and_units_are_kept(drawn):
    net, x, _ = drawn
    if net.layers[0].base.name != "wave":
        assert same(pickle.loads(pickle.dumps(net)), net)
    for changed in (net.with_theta(net.theta), kn.refine(net, 4), kn.adapt_grid(net, x)):
        for old, new in zip(net.layers, changed.layers, strict=True):
            assert new.outside == old.outside
            assert np.array_equal(new.units, old.units)
    layer = net.layers[0]
    inputs = np.arange(layer.n_in) == 0
    part = layer.part(layer.active & inputs, np.ones(layer.n_out, dtype=bool), inputs)
    assert_close(part.edges(x[:, :1]), layer.edges(x)[:, :, :1])


def test_a_formula_says_the_same_beyond_the_grid():
    net, x = kn.KAN([2, 2, 1], rng=0), np.random.default_rng(0).uniform(-3.0, 3.0, (50, 2))
    layer = replace(net.layers[0], center=np.array([0.5, -1.0]), scale=np.array([2.0, 3.0]))
    net = net.with_layer(0, layer)
    np.testing.assert_allclose(kn.formula(net, x=x)(x), net(x), rtol=0, atol=1e-14)


# Other grids.


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
def test_knot_insertion_changes_nothing_on_the_grid_and_beyond(degree):
    net = kn.KAN([2, 3, 1], grid_size=3, degree=degree, rng=0)
    x = np.random.default_rng(0).uniform(-4.0, 4.0, (100, 2))
    assert_close(kn.refine(net, 12)(x), net(x), 1e-12)


@pytest.mark.parametrize("basis", ["bspline", "gaussian", "chebyshev"])
def test_on_a_grid_that_grows_the_edges_are_the_nearest_in_the_mean_square(basis):
    """What they differ in is orthogonal to all functions of the new grid."""
    layer = kn.KAN([2, 2], basis=basis, grid_size=8, rng=0).layers[0]
    wide = layer.basis.adapted(np.array([[-1.7, -0.8], [1.5, 2.2]]), 1.0, 0.0)
    new, change = nearest_layer(layer, replace(layer, basis=wide))
    shares = (np.arange(20000)[:, None] + 0.5) / 20000
    x = wide.low + (wide.high - wide.low) * shares  # (N, n_in)
    off = new.edges(x) - layer.edges(x)  # (N, n_out, n_in)
    products = np.einsum("noi,nij->oij", off, new.features(x).B) / len(x)
    assert np.abs(products).max() < 1e-5 * change
    np.testing.assert_allclose(np.sqrt(np.mean(off**2, axis=0)).max(), change, rtol=1e-4)


def test_a_grid_that_grows_keeps_straight_lines_exactly():
    """Base functions x, and hats: a grid of the same intervals, and two more at each end."""
    net = kn.KAN([2, 3], grid_size=4, degree=1, base="identity", rng=0)
    layer = net.layers[0]
    wide = BSplineBasis(np.tile(kn.uniform_knots(-2.0, 2.0, 8, 1), (2, 1)), 1)
    new, change = nearest_layer(layer, replace(layer, basis=wide))
    x = np.random.default_rng(0).uniform(-5.0, 5.0, (100, 2))
    assert change < 1e-14
    assert_close(new.forward(x)[0], layer.forward(x)[0])


def test_edges_of_inputs_in_different_units_share_one_function():
    """Two straight lines, made of spline and base: tied, they are their mean."""
    net = kn.KAN([2, 1], base="identity", rng=0)
    layer = net.layers[0]
    basis = BSplineBasis(np.stack([kn.uniform_knots(-1, 1, 5, 3), kn.uniform_knots(0, 9, 5, 3)]), 3)
    coef = np.array([[2.0], [-1.0]]) * basis.centers
    layer = replace(
        layer, basis=basis, coef=coef[None], center=np.array([0.0, 5.0]), scale=np.array([1.0, 3.0])
    )
    tied = kn.lock(net.with_layer(0, layer), 0, [(0, 0), (0, 1)]).layers[0]
    x = np.random.default_rng(0).uniform(-2.0, 12.0, (50, 1))
    both = np.hstack([x, x])
    phi = tied.edges(both)
    np.testing.assert_allclose(phi[:, 0, 0], phi[:, 0, 1], rtol=0, atol=1e-12)
    assert_close(phi[:, 0, 0], layer.edges(both).mean(axis=2)[:, 0], 1e-12)


# Bugs.


def a_layer_in_units():
    rng = np.random.default_rng(1)
    rows = np.tile(kn.uniform_knots(-1.0, 1.0, 3, 4), (3, 1))
    layer = random_layer(rows, 4, 3, ACTIVATIONS["silu"], rng)
    m, s = rng.uniform(-1.0, 1.0, 3), rng.uniform(0.5, 2.0, 3)
    layer = replace(layer, outside="linear", center=m, scale=s)
    return layer, rng.uniform(-1.8, 1.8, (5, 3)), rng


def the_layer():
    check_layer(*a_layer_in_units())


def the_network_and_its_input():
    layer, x, rng = a_layer_in_units()
    check_network_input(kn.KAN.from_layers([layer, layer]), x, rng)


def the_jets():
    layer, x, rng = a_layer_in_units()
    check_by_complex_step(kn.KAN.from_layers([layer, layer]), x, rng)


BUGS = [
    Bug(
        "the values stop at the end of the grid, their slopes do not",
        kan_layer, "continue_beyond",
        "derivative == 1", "derivative < 2",
        the_layer,
    ),
    Bug(
        "the tangent is that of the other end",
        kan_layer, "continue_beyond",
        "slopes[end, inp]", "slopes[1 - end, inp]",
        the_layer,
    ),
    Bug(
        "a tangent bends",
        kan_layer, "continue_beyond",
        "= 0.0", "*= 1.0",
        the_jets,
    ),
    Bug(
        "only the basis continues",
        KANLayer, "features",
        "if b is not None", "if b is None",
        the_network_and_its_input,
    ),
    Bug(
        "dx takes the slope of the base function beyond the grid",
        KANLayer, "features",
        "self.base_with_slope(inside)", "self.base_with_slope(x)",
        the_layer,
    ),
    Bug(
        "b has units, and its slope has not",
        KANLayer, "base_with_slope",
        "partial(_scaled, slope, scale)", "slope",
        the_layer,
    ),
    Bug(
        "b has the center of its units where it is 0 only",
        KANLayer, "base_with_slope",
        "(x - self.center)", "(x - self.center * (x < 0.0))",
        the_layer,
    ),
    Bug(
        "derivatives of b have units, and their own center",
        KANLayer, "base_function",
        "(x - self.center)", "(x - self.center * (derivative < 1))",
        the_jets,
    ),
    Bug(
        "the second derivative of b has the units of the first",
        KANLayer, "base_function",
        "**derivative", "**min(derivative, 1)",
        the_jets,
    ),
]  # fmt: skip


@pytest.mark.gradient
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught(monkeypatch, bug):
    assert_caught(monkeypatch, bug)
