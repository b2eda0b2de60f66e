"""Knots around data: increasing, around all of them, shared fairly by the distinct values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import floats, seeds

from kan_numpy.splines.knot_placement import adapted_knots, grids_around

G, DEGREE = 12, 3

KINDS = {
    "uniform": lambda rng: rng.uniform(-1.0, 1.0, 500),
    "heavy tails": lambda rng: rng.standard_cauchy(500),
    "lognormal": lambda rng: rng.lognormal(0.0, 2.0, 500),
    "mostly zeros": lambda rng: np.where(rng.random(500) < 0.6, 0.0, rng.exponential(size=500)),
    "integers": lambda rng: rng.integers(0, 40, 500).astype(float),
    "two clusters": lambda rng: np.repeat([0.0, 5.0], 250) + rng.normal(0.0, 1e-3, 500),
    "one outlier": lambda rng: np.append(rng.uniform(-1.0, 1.0, 499), 1e4),
    "zeros and ones": lambda rng: rng.integers(0, 2, 500).astype(float),
}


def grid(values, eps):
    """Return the G + 1 knots of a grid around one column of values."""
    x = values[:, None]
    low, high, _ = grids_around(x, np.array([2.0]), 0.01)
    knots = adapted_knots(x, low, high, np.array([eps]), G, DEGREE)
    assert knots.shape == (1, G + 2 * DEGREE + 1)
    return knots[0, DEGREE:-DEGREE]


@pytest.mark.parametrize("kind", KINDS)
@given(seed=seeds, eps=floats(0.0, 1.0) | st.sampled_from([0.0, 1.0]))
def test_knots_increase_and_contain_the_data(kind, seed, eps):
    values = KINDS[kind](np.random.default_rng(seed))
    knots = grid(values, eps)
    assert np.all(np.diff(knots) > 0.0)
    assert knots[0] < values.min() <= values.max() < knots[-1]


@pytest.mark.parametrize("kind", KINDS)
@given(seed=seeds)
def test_no_interval_has_more_than_twice_its_share_of_the_distinct_values(kind, seed):
    values = KINDS[kind](np.random.default_rng(seed))
    distinct = np.unique(values)
    counts, _ = np.histogram(distinct, grid(values, 0.0))
    assert counts.max() <= max(2.0 * len(distinct) / G, 1)


@given(seed=seeds, eps=floats(0.0, 1.0))
def test_repeated_rows_change_nothing(seed, eps):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=60)
    repeated = np.repeat(values, rng.integers(1, 5, 60))
    np.testing.assert_array_equal(grid(repeated, eps), grid(values, eps))


@given(seed=seeds, eps=floats(0.0, 1.0))
def test_other_units_move_the_knots_and_nothing_else(seed, eps):
    values = np.random.default_rng(seed).exponential(size=60)
    knots = grid(values, eps)
    np.testing.assert_allclose(grid(1e3 * values - 7.0, eps), 1e3 * knots - 7.0, rtol=1e-9)


def test_values_that_differ_by_rounding_are_one_value():
    x = np.linspace(-1.0, 2.0, 7)[:, None]
    near = np.vstack([x, x[:3] + 1e-15, x[:3] - 1e-15, x[:1] + 2e-15])
    low, high = np.array([-1.1]), np.array([2.1])
    knots, same = (adapted_knots(a, low, high, np.array([0.0]), 5, DEGREE) for a in (x, near))
    np.testing.assert_allclose(same, knots, rtol=0, atol=1e-13)
