"""Knots around data: increasing, around all of them, shared fairly by the distinct values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import floats, seeds

from kan_numpy.splines.knot_placement import (
    adapted_knots,
    grids_around,
    is_nested,
    refined_knots,
)

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


def test_a_grid_reaches_a_margin_beyond_the_data_and_stays_as_wide_around_a_constant():
    x = np.array([[0.0, 3.0, 1e12, -1e12], [1.0, 3.0, 1e12, -1e12]])
    low, high, constant = grids_around(x, np.full(4, 2.0), 0.1)
    np.testing.assert_allclose(low, [-0.1, 2.0, 1e12 - 1e3, -1e12 - 1e3], rtol=1e-15, atol=1e-15)
    np.testing.assert_allclose(high, [1.1, 4.0, 1e12 + 1e3, -1e12 + 1e3], rtol=1e-15)
    assert constant.tolist() == [False, True, True, True]


@pytest.mark.parametrize(("place", "width"), [(0.0, 2.0), (2.0, 1.0), (-2.0, 1.0)])
def test_data_are_constant_if_narrower_than_a_billionth_of_their_grid_or_their_size(place, width):
    x = place + np.array([[0.0, 0.0], [1.9e-9, 2.1e-9]])
    assert grids_around(x, np.full(2, width), 0.1)[2].tolist() == [True, False]


@pytest.mark.parametrize(
    ("eps", "want"), [(0.0, [0.5, 1.0, 7.0]), (1.0, [2.0, 4.0, 6.0]), (0.5, [1.25, 2.5, 6.5])]
)
def test_knots_lie_between_even_ones_and_quantiles(eps, want):
    x = np.array([[7.6], [0.0], [0.5], [1.0], [7.0], [0.5]])
    knots = adapted_knots(x, np.array([0.0]), np.array([8.0]), np.array([eps]), 4, 2)
    np.testing.assert_allclose(knots, [[-4.0, -2.0, 0.0, *want, 8.0, 10.0, 12.0]], atol=1e-12)


def test_the_smallest_interval_is_a_millionth_of_the_mean_one():
    x = np.append(1e-9 * np.arange(8), 4.0)[:, None]
    knots = adapted_knots(x, np.array([0.0]), np.array([4.0]), np.zeros(1), 4, 0)
    np.testing.assert_allclose(np.diff(knots[0]), [1e-6, 1e-6, 1e-6, 4.0], rtol=2e-6)
    # At the other end, too, the knots stay below the end of the grid.
    knots = adapted_knots(4.0 - x, np.array([0.0]), np.array([4.0]), np.zeros(1), 4, 0)
    np.testing.assert_allclose(np.diff(knots[0]), [4.0, 1e-6, 1e-6, 1e-6], rtol=2e-6)


def test_values_nearer_than_a_fraction_of_the_largest_are_one():
    for size in (1.0, -1.0):
        x = size * np.array([[0.0], [1.0], [2.0], [2.0 + 1.5e-11], [2.0 - 1.5e-11], [2.0 + 4e-11]])
        low, high = np.array([min(0.0, 3.0 * size)]), np.array([max(0.0, 3.0 * size)])
        knots = adapted_knots(x, low, high, np.zeros(1), 3, 0)
        np.testing.assert_allclose(np.sort(np.abs(knots)), [[0.0, 1.0, 2.0, 3.0]], atol=1e-10)


KNOTS = np.array([[-1.0, 0.0, 1.0, 3.0, 7.0]])


@pytest.mark.parametrize(
    ("size", "inner"),
    [(1, []), (2, [1.0]), (3, [2 / 3, 5 / 3]), (4, [0.5, 1.0, 2.0]), (5, [0.4, 0.8, 1.4, 2.2])],
)
def test_refined_knots_keep_the_outer_ones_and_divide_the_intervals(size, inner):
    knots = refined_knots(KNOTS, size, 1)
    np.testing.assert_allclose(knots, [[-1.0, 0.0, *inner, 3.0, 7.0]], rtol=1e-15)
    assert is_nested(KNOTS[0], knots[0], 1) == (size in (2, 4))


def test_knots_are_not_nested_if_one_is_elsewhere():
    for j in (0, 1, 3, 5, 6):
        knots = refined_knots(KNOTS, 4, 1)[0]
        knots[j] += 0.1
        assert not is_nested(KNOTS[0], knots, 1)


def test_a_refined_grid_has_the_old_knots_bit_for_bit():
    knots = np.array([[0.0, 0.1, 0.3, 0.7, 1.1, 1.3]])
    for size in (6, 9, 21):
        assert np.isin(knots[0], refined_knots(knots, size, 1)[0]).all()
