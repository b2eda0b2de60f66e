"""What is cheap is tried first, and becomes a network."""

import numpy as np
import pytest
from builders import inputs

from kan_numpy import KAN, Objective
from kan_numpy.functions.symbols import as_symbols
from kan_numpy.networks.edges import spline_edges
from kan_numpy.symbolic_regression.first_ideas import line, linear_networks, sums


def data_of(f, n_out=1, N=200, low=0.5, high=2.0):
    x = np.random.default_rng(0).uniform(low, high, (N, 2))
    y = np.reshape(f(*x.T), (n_out, N)).T
    spread = y.std(axis=0)
    return Objective(KAN([2, n_out], rng=0), x, y / spread), spread


def test_a_line_is_fitted():
    x = inputs(N=50)
    data = Objective(KAN([2, 2], rng=0), x, x @ np.array([[1.0, 0.0], [2.0, -3.0]]) + 4.0)
    network = line(data)
    assert not spline_edges(network)
    np.testing.assert_allclose(network(x), data.target, atol=1e-9)


@pytest.mark.parametrize(
    ("f", "what"),
    [
        (lambda x, y: x * y, "linear"),
        (lambda x, y: 1e6 * x / (y**2 + 1.0), "linear"),
        (lambda x, y: x * y + 0.1 * np.sin(99.0 * x), "exp y a polynomial"),
    ],
)
def test_a_formula_of_one_solve_becomes_a_network(f, what):
    data, spread = data_of(f)
    name, network = list(linear_networks(data, spread, 20))[-1]
    assert name == what
    assert not spline_edges(network)
    if what == "linear":
        np.testing.assert_allclose(network(data.x), data.target, rtol=1e-10)


def test_in_noise_short_formulas_become_networks():
    data, spread = data_of(lambda x, y: np.sqrt(x) * y)
    noise = 0.01 * np.random.default_rng(1).standard_normal(data.target.shape)
    noisy = Objective(data.network, data.x, data.target + noise)
    found = dict(linear_networks(noisy, spread, 20))
    assert {"y a polynomial", "log y a polynomial"} <= set(found)
    for network in found.values():
        assert np.sqrt(np.mean((network(data.x) - data.target) ** 2)) < 0.02
    assert set(dict(linear_networks(noisy, spread, 66))) < set(found)  # three numbers have as many
    assert not list(linear_networks(noisy, spread, 201))


def test_every_output_needs_a_formula():
    data, spread = data_of(lambda x, y: [x * y, 10.0 * x / y], 2)
    ((_, network),) = list(linear_networks(data, spread, 20))
    np.testing.assert_allclose(network(data.x), data.target, rtol=1e-10)
    data, spread = data_of(lambda x, y: [x * y, np.sin(5.0 * x * y)], 2)
    assert list(linear_networks(data, spread, 20)) == []


@pytest.mark.parametrize(
    ("f", "what"),
    [
        (lambda x, y: 1.0 / (np.exp(x) + np.sin(y)), "1/y a sum"),
        (lambda x, y: np.exp(np.sin(2.0 * x) + y**2), "log y a sum"),
    ],
)
def test_a_function_of_a_sum_is_found(f, what):
    data, spread = data_of(f)
    name, network = next(sums(data, spread, as_symbols(["x", "x^2", "exp", "sin"])))
    assert name == what
    assert np.abs(network(data.x) - data.target).max() < 1e-7


def test_what_is_no_sum_is_not_trained():
    data, spread = data_of(lambda x, y: 3.0 + np.sin(4.0 * x * y))
    assert list(sums(data, spread, as_symbols(["x"]))) == []
