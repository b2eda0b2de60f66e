"""Layers of an MLP: bugs planted in their backward pass are caught."""

import numpy as np
import pytest
from checks import (
    assert_value,
    check_jacobian,
    check_network_input,
    check_network_theta,
)

from kan_numpy import (
    MLP,
)
from kan_numpy.layers.dense_layer import DenseLayer


def without_slope(self, dy, _):
    return dy @ self.weights


def with_transposed_weights(self, dy, cache):
    return self.activation(cache.x, 1) * (dy @ self.weights.T)


def with_slope_of_values(self, dy, cache):
    return self.activation(cache.a, 1) * (dy @ self.weights)


@pytest.mark.gradient
@pytest.mark.parametrize("bug", [without_slope, with_transposed_weights, with_slope_of_values])
def test_the_checks_reject_a_wrong_backward_pass(monkeypatch, bug):
    network = MLP([3, 3, 3], "tanh", rng=0)
    x, rng = np.random.default_rng(1).uniform(-1.0, 1.0, (5, 3)), np.random.default_rng(2)
    monkeypatch.setattr(DenseLayer, "input_gradient", bug)
    for check in (check_network_theta, check_network_input):
        with pytest.raises(AssertionError, match="is wrong in"):
            check(network, x, rng)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        check_jacobian(network, x)


def test_a_layer_is_its_formula_and_knows_its_numbers():
    network = MLP([2, 3, 1], "tanh", rng=0)
    layer = network.layers[1].with_theta(np.array([1.0, -2.0, 3.0, 0.5]))
    assert (layer.n_in, layer.n_out, layer.size, layer.piecewise_linear) == (3, 1, 4, False)
    assert MLP([2, 3, 1], "relu", rng=0).layers[1].piecewise_linear
    assert layer.theta.tolist() == [1.0, -2.0, 3.0, 0.5]
    x = np.array([[0.1, 0.2, 0.3], [0.4, -0.5, 0.6]])
    y, cache = layer.forward(x)
    a = np.tanh(x)
    np.testing.assert_allclose(y[:, 0], a @ [1.0, -2.0, 3.0] + 0.5, rtol=1e-15)
    dx, dtheta = layer.backward(np.array([[1.0], [10.0]]), cache)
    np.testing.assert_allclose(dtheta, [*(a[0] + 10.0 * a[1]), 11.0], rtol=1e-15)
    np.testing.assert_allclose(dx[1], 10.0 * (1.0 - a[1] ** 2) * [1.0, -2.0, 3.0], rtol=1e-14)
    assert layer.backward(np.ones((2, 1)), cache, input_gradient=False)[0] is None
    np.testing.assert_allclose(layer.feature_mean_squares(cache), [*np.mean(a**2, axis=0), 1.0])
    assert layer.fraction_outside_grid(x) == 0.0


def test_a_layer_cannot_be_changed():
    assert_value(MLP([2, 1], rng=0).layers[0], "bias")
