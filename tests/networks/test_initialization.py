"""First weights have the variance that their rule promises."""

import math

import numpy as np
import pytest

from kan_numpy import KAN, MLP
from kan_numpy.layers.product_layer import ProductLayer


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


# KANs.


@pytest.mark.parametrize("basis", ["bspline", "chebyshev"])
@pytest.mark.parametrize("ends", [(-1.0, 1.0), (2.0, 5.0)])
def test_glorot_draws_with_the_variance_of_its_equation(basis, ends):
    n_in, n_out = 30, 20
    layer = KAN([n_in, n_out], grid_size=3, degree=2, grid_range=ends, basis=basis, rng=0).layers[0]
    x = np.linspace(*ends, 100_001)
    x = 0.5 * (x[1:] + x[:-1])
    one = layer.basis.select(np.array([0]))
    for share, functions, drawn in (
        (0.98, layer.base, layer.w_base),
        (0.02 / one.size, lambda x, d=0: one(x[:, None], d), layer.coef),
    ):
        mu_0, mu_1 = np.mean(functions(x) ** 2), np.mean(functions(x, 1) ** 2)
        variance = 2.0 * share / (n_in * mu_0 / np.var(x) + n_out * mu_1)
        assert abs(drawn.mean()) < 4.0 * math.sqrt(variance / drawn.size)
        np.testing.assert_allclose(drawn.var(), variance, rtol=0.15)


def test_glorot_takes_a_thousand_midpoints_for_its_means():
    layer = KAN([1, 1], grid_size=3, degree=2, grid_range=(2.0, 5.0), base="identity", rng=0)
    # Of the identity, with x uniform on [2, 5]: the mean square is 13, the variance 3/4.
    sigma = math.sqrt(2.0 * 0.98 / (13.0 / 0.75 + 1.0))
    rng = np.random.default_rng(0)
    rng.standard_normal((1, 1, 5))
    np.testing.assert_allclose(layer.layers[0].w_base, sigma * rng.standard_normal((1, 1)), 1e-6)


def test_without_a_base_function_all_is_for_the_splines():
    layer = KAN([30, 20], base="zero", rng=0).layers[0]
    assert not layer.w_base.any()
    with_base = KAN([30, 20], rng=0).layers[0]
    np.testing.assert_allclose(layer.coef.std() / with_base.coef.std(), math.sqrt(50.0), rtol=1e-9)


def test_the_paper_draws_coefficients_of_a_tenth():
    layer = KAN([30, 20], init="paper", rng=0).layers[0]
    np.testing.assert_allclose(layer.coef.std(), 0.1, rtol=0.03)
    np.testing.assert_allclose(layer.w_base.var(), 2.0 / 50, rtol=0.15)


def test_each_layer_has_its_own_grid_degree_and_range():
    network = KAN([2, (1, 1), 1], [3, 4], [1, 2], [(-1.0, 1.0), (0.0, 8.0)], arity=3, rng=0)
    first, product, last = network.layers
    assert product == ProductLayer(4, [[0], [1, 2, 3]])
    assert first.knots.shape == (2, 3 + 2 + 1)
    assert last.knots.tolist() == [[-4.0, -2.0, 0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0]] * 2
    assert first.active.all()
    assert not first.bias.any()
    assert KAN([2, 1], rng=0).layers[0].degree == 3
    assert KAN([2, 1], rng=0).layers[0].grid_size == 5
    assert KAN([1, 1], rng=0).layers[0].basis.low.tolist() == [-1.0]
    assert KAN([1, 1], rng=0).layers[0].basis.high.tolist() == [1.0]
    assert KAN([1, 1], rng=0).layers[0].outside == "linear"
    assert KAN([1, 1], grid_size=1, rng=0).layers[0].grid_size == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"grid_range": [(-1.0, 1.0)] * 3}, "grid_range must"),
        ({"grid_range": [-1.0, 0.0, 1.0]}, "grid_range must have shape"),
        ({"grid_range": (1.0, 1.0)}, "low must be below high"),
        ({"grid_size": [3, 4, 5]}, "grid_size must"),
        ({"grid_size": 0}, "grid_size must"),
        ({"degree": -1}, "degree must"),
        ({"init": "zeros"}, "init must"),
        ({"basis": "sine"}, "basis must"),
        ({"outside": "clip"}, "outside must"),
        ({"arity": 1}, "arity must"),
    ],
)
def test_options_that_make_no_network_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        KAN([2, 3, 1], **options, rng=0)
    assert KAN([2, 3, 1], degree=0, rng=0).layers[0].degree == 0
