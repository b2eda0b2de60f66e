"""Layers of an MLP: bugs planted in their backward pass are caught."""

import numpy as np
import pytest
from checks import (
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
