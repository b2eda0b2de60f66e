"""First weights have the variance that their rule promises."""

import math

import numpy as np
import pytest

from kan_numpy import (
    MLP,
)


@pytest.mark.parametrize(("init", "variance"), [("he", 2.0 / 300), ("glorot", 2.0 / 500)])
def test_the_first_weights_have_the_variance_that_the_rule_says(init, variance):
    layer = MLP([300, 200], init=init, rng=0).layers[0]
    assert abs(layer.weights.mean()) < 4.0 * math.sqrt(variance / 60000)
    np.testing.assert_allclose(layer.weights.var(), variance, rtol=0.03)
    assert not layer.bias.any()


def test_he_keeps_the_size_of_values_through_many_relus():
    network = MLP([500] * 11, "relu", init="he", rng=0)
    x = np.random.default_rng(1).standard_normal((200, 500))
    _, caches = network.forward(x)
    sizes = [np.mean(cache.x**2) for cache in caches[1:]]
    assert 0.5 < sizes[-1] / sizes[0] < 2.0
    _, caches = MLP([500] * 11, "relu", init="glorot", rng=0).forward(x)
    assert np.mean(caches[-1].x ** 2) < 0.01  # half of it is lost in each layer
