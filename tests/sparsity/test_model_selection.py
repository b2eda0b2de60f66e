"""An assessment knows error and free numbers, and says what is as good."""

from dataclasses import replace

import numpy as np
import pytest
from curves import trained, two_functions

from kan_numpy import KAN, Objective
from kan_numpy.functions.scaling import size_of_errors
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.networks.edges import with_symbol
from kan_numpy.sparsity.model_selection import Assessment, assess


def test_an_assessment_knows_error_and_free_numbers():
    network, x, y = trained(two_functions, (2, 1))
    judged = assess(Objective(network, x, y), network)
    want = np.sqrt(np.mean((network(x) - y) ** 2) / np.var(y))
    np.testing.assert_allclose(judged.error, want, rtol=1e-12)
    assert (judged.n_parameters, judged.samples) == (network.size, 300)
    changed = with_symbol(network, (0, 0, 0), SYMBOLS["x^2"], np.ones(4))  # 3 of 4 are free
    spline = network.layers[0].basis.size + 1
    assert assess(Objective(network, x, y), changed).n_parameters == network.size - spline + 3


def test_outputs_may_have_different_means():
    rng = np.random.default_rng(0)
    x = rng.uniform(-1.0, 1.0, (50, 1))
    y = np.hstack([x, x**2])
    network = KAN([1, 2], rng=0)
    near = assess(Objective(network, x, y), network)
    np.testing.assert_allclose(near.loss, np.mean((network(x) - y) ** 2) / y.var(axis=0).mean())
    shifted = KAN.from_layers([replace(network.layers[0], bias=np.array([0.0, 1000.0]))])
    far = assess(Objective(shifted, x, y + np.array([0.0, 1000.0])), shifted)
    np.testing.assert_allclose(far.loss, near.loss, rtol=1e-9)


@pytest.mark.parametrize(
    ("loss", "smaller", "numbers", "allowed"),
    [
        (0.01, 0.0099, 10, True),  # better
        (0.01, 0.0104, 10, True),  # 1000 log 1.04 = 39 is less than 10 log 1000 = 69
        (0.01, 0.0108, 10, False),  # 1000 log 1.08 = 77
        (1e-8, 8.9e-8, 1, True),  # splines: three times the error
        (1e-8, 9.1e-8, 1, False),
        (1e-4, 8.0e-4, 1, False),  # noise
        (1e-18, 0.9e-16, 1, True),  # both are exact
        (1e-18, 1.1e-16, 1, False),
        (1e-30, 1e-30, -3, True),  # the same error, that of rounding, with more numbers
    ],
)
def test_a_smaller_network_may_be_somewhat_worse(loss, smaller, numbers, allowed):
    large, small = Assessment(loss, 50, 1000), Assessment(smaller, 50 - numbers, 1000)
    assert large.accepts(small) is allowed


@pytest.mark.parametrize(
    ("loss", "smaller", "numbers", "allowed"),
    [
        (0.30, 0.334, 10, True),  # 2 * 1000 * 0.034 = 68 is less than 10 log 1000 = 69
        (0.30, 0.335, 10, False),  # 70
        (1e-8, 8.9e-8, 0, False),  # splines cause no such errors of probabilities
    ],
)
def test_a_smaller_classifier_may_be_less_likely_by_the_price_of_its_numbers(
    loss, smaller, numbers, allowed
):
    large, small = (
        Assessment(one, 50 - spared, 1000, squares=False)
        for one, spared in ((loss, 0), (smaller, numbers))
    )
    assert large.accepts(small) is allowed


def test_of_a_classifier_the_cross_entropy_is_assessed():
    x = np.linspace(-1.0, 1.0, 50)[:, None]
    network, labels = KAN([1, 2], rng=0), (x[:, 0] > 0.0).astype(int)
    data = Objective(network, x, labels, "cross_entropy")
    judged = assess(data, network)
    assert judged == (data.value(network.theta), network.size, 50, False)


def test_of_a_loss_with_weights_it_is_the_size_of_most_errors():
    x = np.linspace(-1.0, 1.0, 50)[:, None]
    network = KAN([1, 1], rng=0)
    y = network(x) + 0.1 * np.random.default_rng(0).standard_normal(x.shape)
    y[3] += 1000.0
    data = Objective(network, x, y, "huber")
    size = float(size_of_errors(network(x) - y)[0])
    assert 0.05 < size < 0.2
    assert assess(data, network).loss == pytest.approx(size**2 / data.variances.mean())


def test_of_constant_targets_the_loss_is_no_share_of_their_variance():
    network, x = KAN([1, 1], rng=0), np.linspace(-1.0, 1.0, 50)[:, None]
    data = Objective(network, x, np.full((50, 1), 3.0))
    assert assess(data, network).loss == pytest.approx(np.mean((network(x) - 3.0) ** 2))
