"""A layer is the sum of its edges: what it computes, and that what is inactive stays nothing."""

import dataclasses

import numpy as np
from checks import assert_close, layer_by_hand
from hypothesis import given
from strategies import floats, layers_with_inputs, points_inside, seeds


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
