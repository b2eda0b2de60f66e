"""A layer is the sum of its edges: what it computes, and that what is inactive stays nothing."""

import dataclasses
import tracemalloc

import numpy as np
from checks import assert_close, layer_by_hand
from hypothesis import given
from strategies import floats, layers_with_inputs, points_inside, seeds

from kan_numpy import KAN, uniform_knots
from kan_numpy.functions.activations import ACTIVATIONS
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.splines.bsplines import BSplineBasis

SILU = ACTIVATIONS["silu"]


@given(drawn=layers_with_inputs())
def test_a_layer_equals_its_slow_twin(drawn):
    layer, x, _ = drawn
    y, _ = layer.forward(x)
    assert_close(y, layer_by_hand(layer, x))


@given(drawn=layers_with_inputs())
def test_the_output_of_a_layer_is_the_sum_of_its_edges_and_the_bias(drawn):
    layer, x, _ = drawn
    y, _ = layer.forward(x)
    assert_close(y, layer.edges(x).sum(axis=2) + layer.bias)


def test_with_one_output_the_gradient_by_the_inputs_needs_no_array_of_the_size_of_B():
    rng, peaks = np.random.default_rng(0), []
    x = rng.uniform(-1.2, 1.2, (500, 2))
    for n_out in (1, 2):
        layer = KAN([2, n_out], grid_size=30, rng=0).layers[0]
        _, cache = layer.forward(x)
        dy = rng.standard_normal((500, n_out))
        tracemalloc.start()
        dx = layer.input_gradient(dy, cache)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        by_edges = layer.edges_backward(
            np.repeat(dy[:, :, None], 2, 2), cache, np.empty(layer.size)
        )
        assert_close(dx, by_edges)
    assert peaks[0] < cache.B.nbytes / 2 < cache.B.nbytes < peaks[1]


@given(drawn=layers_with_inputs(), a=floats(-2.0, 2.0), b=floats(-2.0, 2.0))
def test_a_layer_without_bias_is_linear_in_its_parameters(drawn, a, b):
    layer, x, rng = drawn
    layer = dataclasses.replace(layer, bias=np.zeros(layer.n_out))
    theta, other = rng.uniform(-1.0, 1.0, (2, layer.size))
    y, _ = layer.with_theta(a * theta + b * other).forward(x)
    y_theta, _ = layer.with_theta(theta).forward(x)
    y_other, _ = layer.with_theta(other).forward(x)
    assert_close(y, a * y_theta + b * y_other)


@given(drawn=layers_with_inputs(points_inside))
def test_inside_the_grid_an_exported_edge_is_the_spline_of_the_edge(drawn):
    layer, x, _ = drawn
    spline = layer.edges(x) - layer.w_base * layer.base_function(x)[:, None, :]
    for o in range(layer.n_out):
        for i, t in enumerate(layer.knots):
            # At the right end SciPy takes the last interval, even if it is empty: zeros.
            well_defined = (x[:, i] < t[-layer.degree - 1]) | (t[-layer.degree - 2] < x[:, i])
            points = x[well_defined, i]
            if points.size:
                assert_close(layer.to_scipy(o, i)(points), spline[well_defined, o, i])


@given(drawn=layers_with_inputs(), seed=seeds)
def test_an_edge_that_is_not_active_stays_nothing_whatever_theta_is(drawn, seed):
    layer, x, rng = drawn
    off = ~layer.active
    changed = layer.with_theta(np.random.default_rng(seed).standard_normal(layer.size))
    assert np.all(changed.coef[off] == 0.0)
    assert np.all(changed.edges(x)[:, off] == 0.0)
    dy = rng.standard_normal((len(x), layer.n_out))
    _, dtheta = changed.backward(dy, changed.forward(x)[1])
    assert dtheta.shape == (layer.n_edges * (layer.basis.size + layer.has_base),)


@given(drawn=layers_with_inputs())
def test_both_backward_passes_give_the_same_and_dx_only_if_asked(drawn):
    layer, x, rng = drawn
    dy = rng.standard_normal((len(x), layer.n_out))
    _, cache = layer.forward(x)
    dx, dtheta = layer.backward(dy, cache)
    assert dx is not None
    assert layer.backward(dy, cache, input_gradient=False)[0] is None
    out = np.empty(layer.size)
    dphi = np.broadcast_to(dy[:, :, None], (*dy.shape, layer.n_in))
    other = layer.edges_backward(dphi, cache, out)
    assert layer.edges_backward(dphi, cache, np.empty(layer.size), input_gradient=False) is None
    assert_close(other, dx)
    assert_close(out, dtheta)
    jacobian = np.empty((len(x), layer.size))
    layer.jacobian(dy, cache, jacobian)
    assert_close(jacobian.sum(axis=0), dtheta)
    ones = np.empty((len(x), layer.size))
    layer.jacobian(np.ones_like(dy), cache, ones)
    assert_close(layer.feature_mean_squares(cache), np.mean(ones**2, axis=0))


@given(drawn=layers_with_inputs())
def test_slopes_at_the_ends_are_computed_once_for_all_theta(drawn):
    layer, _, rng = drawn
    other = layer.with_theta(rng.standard_normal(layer.size))
    assert ("end_slopes" in other.__dict__) == (layer.outside != "fade")
    for got, want in zip(other.end_slopes, layer.end_slopes, strict=True):
        assert np.array_equal(got, want)


def test_the_share_of_inputs_outside_the_grid_counts_no_end():
    basis = BSplineBasis(
        np.stack([uniform_knots(0.0, 1.0, 2, 1), uniform_knots(0.0, 9.0, 2, 1)]), 1
    )
    layer = KANLayer(
        basis, np.ones((1, 2, 3)), np.ones((1, 2)), np.zeros(1), np.ones((1, 2), bool), SILU
    )
    x = np.array([[0.0, 0.0], [1.0, 9.0], [1.1, 9.0], [-0.1, -0.1]])
    assert layer.fraction_outside_grid(x) == 3 / 8
