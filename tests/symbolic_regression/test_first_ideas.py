"""What is cheap is tried first, and becomes a network."""

import numpy as np
import pytest
from builders import inputs

from kan_numpy import KAN, Objective, SearchOptions
from kan_numpy._deadline import Deadline, OutOfTime
from kan_numpy.algebra.expressions import Number, evaluate
from kan_numpy.algebra.printing import text
from kan_numpy.algebra.simplify import map_numbers
from kan_numpy.algebra.traversal import terms_of
from kan_numpy.derivatives.separation import Separated
from kan_numpy.formulas.term_search import KINDS
from kan_numpy.networks.edges import spline_edges
from kan_numpy.symbolic_regression import first_ideas
from kan_numpy.symbolic_regression.first_ideas import (
    EXACT_IDEA,
    POOR,
    _plan,
    _promise,
    formula_networks,
    line,
    separations,
)

OPTIONS, NAMES = SearchOptions(), ["x", "y", "z"]


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
    "f",
    [lambda x, y: x * y, lambda x, y: 1e6 * x / (y**2 + 1.0), lambda x, y: np.sin(9.0 * x) * y],
)
def test_a_formula_becomes_a_network(f):
    data, spread = data_of(f)
    name, network = list(formula_networks(data, spread, OPTIONS))[-1]
    assert name == "formula"
    assert not spline_edges(network)
    np.testing.assert_allclose(network(data.x), data.target, rtol=1e-10, atol=1e-12)


def test_in_noise_there_are_short_polynomials():
    noise = 0.1 * np.random.default_rng(1).standard_normal(200)
    data, spread = data_of(lambda x, y: x * y + noise)
    found = list(formula_networks(data, spread, OPTIONS))
    assert found
    assert all(what != "formula" for what, _ in found)
    few = SearchOptions(fewest_samples=201)
    assert list(formula_networks(data, spread, few)) == []


def test_every_output_needs_a_formula():
    data, spread = data_of(lambda x, y: [x * y, 10.0 * np.sin(3.0 * x) / y], 2)
    ((_, network),) = list(formula_networks(data, spread, OPTIONS))
    np.testing.assert_allclose(network(data.x), data.target, rtol=1e-10, atol=1e-12)
    data, spread = data_of(lambda x, y: [x * y, np.sin(9.0 * x * y)], 2)
    assert list(formula_networks(data, spread, OPTIONS)) == []


def test_ideas_leave_time_to_networks():
    data, spread = data_of(lambda x, y: np.sin(9.0 * x * y))
    assert (
        list(formula_networks(data, spread, SearchOptions(ideas=1e-9), Deadline.after(1e3))) == []
    )
    with pytest.raises(OutOfTime):
        list(formula_networks(data, spread, OPTIONS, Deadline.after(1e-9)))


@pytest.mark.parametrize(
    ("f", "n_in", "what"),
    [
        (lambda x: np.exp(-0.5 * x) * np.sin(3.0 * x), 1, "y a sum"),
        (lambda x, y: 1.0 / (np.exp(x) + np.sin(y)), 2, "1/y a sum"),
        (lambda x, y: x**3 / (np.exp(y) - 1.0), 2, "y a sum of 1 products"),
        (lambda x, y: x - np.cos(y) / x, 2, "y a sum of 2 products"),
        (lambda x, y, z: x * np.sin(y) * np.exp(-z), 3, "y a sum of 1 products"),
    ],
)
def test_what_separates_is_named(f, n_in, what):
    rng = np.random.default_rng(0)
    x, other = rng.uniform(0.5, 2.0, (300, n_in)), rng.uniform(0.5, 2.0, (100, n_in))
    ((name, found),) = list(separations(x, f(*x.T), NAMES[:n_in]))
    assert name == what
    values = evaluate(found, dict(zip(NAMES, other.T, strict=False)))
    y = f(*other.T)
    assert np.abs(values - y).max() < 1e-11 * y.std()


def test_small_terms_are_not_lost_and_others_not_found():
    x = np.random.default_rng(0).uniform(0.5, 2.0, (300, 2))
    y = np.sin(3.0 * x[:, 0]) * x[:, 1] + 0.01 * np.cos(x[:, 1])
    ((_, found),) = list(separations(x, y, NAMES[:2]))
    assert text(found).replace("cos", "sin").count("sin") == 2
    terms = terms_of(map_numbers(found, lambda number: Number(round(number.value, 9))))
    assert len(terms) == 2


def test_what_does_not_separate_is_not_named():
    x = np.random.default_rng(0).uniform(0.5, 2.0, (200, 2))
    assert list(separations(x, 3.0 + np.sin(9.0 * x[:, 0] * x[:, 1]), NAMES[:2])) == []


def test_a_formula_is_exact_or_not_yielded(monkeypatch):
    x = np.random.default_rng(0).uniform(0.5, 2.0, (300, 2))
    y = np.sin(3.0 * x[:, 0]) * x[:, 1]
    monkeypatch.setattr(first_ideas, "_error", lambda *_: 2.0 * EXACT_IDEA)
    assert list(separations(x, y, NAMES[:2])) == []


def test_better_separations_with_fewer_products_come_first():
    def made(rank, error):
        return Separated(rank, [], error)

    found = [made(0, 1e-5), made(1, 1e-6), made(2, 1e-10), made(1, 1e-10), made(0, 0.0)]
    order = sorted(found, key=_promise)
    assert order == [found[4], found[3], found[2], found[0], found[1]]
    assert _promise(made(3, 1e-5)) > POOR > _promise(made(3, 1e-7))


def test_larger_forms_are_for_the_best_separation_only():
    tried = [(name, Separated(0, [], 0.0)) for name in ("y", "1/y", "log y")]
    most = len(KINDS)
    plan = [(name, kinds) for (name, _), kinds in _plan(tried, single=False)]
    assert plan == [("y", most), ("1/y", most - 1)]
    plan = [(name, kinds) for (name, _), kinds in _plan(tried, single=True)]
    assert plan == [("y", most), ("1/y", 1), ("log y", 1)]
    assert _plan([], single=False) == []


def test_it_ends_when_time_is_up():
    x = np.random.default_rng(0).uniform(0.5, 2.0, (300, 2))
    with pytest.raises(OutOfTime):
        list(separations(x, np.sin(3.0 * x[:, 0]) * x[:, 1], NAMES[:2], Deadline(0.0)))
