"""Knots: uniform ones hit the ends of the grid, and a grid without room is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import degrees, floats

from kan_numpy import uniform_knots
from kan_numpy.splines.knots import as_knots


@given(low=floats(-100.0, 100.0), width=floats(0.01, 100.0), k=degrees, G=st.integers(1, 50))
def test_uniform_knots_hit_the_ends_exactly_and_are_evenly_spaced(low, width, k, G):
    t = uniform_knots(low, low + width, G, k)
    assert t.shape == (G + 2 * k + 1,)
    assert t[k] == low
    assert t[-k - 1] == low + width
    rounding = 4.0 * np.spacing(np.abs(t).max())
    np.testing.assert_allclose(np.diff(t), width / G, rtol=0, atol=rounding)


@pytest.mark.parametrize(
    ("low", "high", "G"), [(1, 1, 5), (1, 0, 5), (0, 1, 0), (0, np.inf, 5), (1e16, 1e16 + 4, 5)]
)
def test_a_grid_without_room_is_refused(low, high, G):
    with pytest.raises(ValueError, match="must be"):
        uniform_knots(low, high, G, 3)


@pytest.mark.parametrize(("low", "steps"), [(1.0, 5), (-2.0, 10), (1.0, -5)])
def test_an_interval_must_be_wider_than_four_of_the_steps_between_numbers(low, steps):
    step = np.spacing(1.0)
    with pytest.raises(ValueError, match="low must be below high, by enough for 2 intervals"):
        uniform_knots(low, low + steps * step, 2, 1)
    assert np.all(np.diff(uniform_knots(low, low + 2 * abs(steps) * step, 1, 1)) > 0.0)


@pytest.mark.parametrize(
    ("knots", "message"),
    [
        ([0, 1, 2, 1.5], r"knots\[3\] = 1.5 comes after 2"),
        ([[0, 1, 2, 3], [0, 1, 2, 1.5]], r"knots\[1, 3\] = 1.5 comes after 2"),
        ([0, 1, 2], r"at least 2 \* degree \+ 2 = 4 entries"),
        ([0, 1, 1, 2], "with degree 1 both are 1"),
        ([0, 1, 2, 1.01e303], r"knots must be finite, but knots\[3\] is 1.01e\+303"),
        ([-1, 0, 0.99e-90, 1], "at least 1e-90 apart, but two differ by 9.9e-91"),
        ([[0, 1, 2, 3], [0, 1, 1, 2]], "no grid"),
    ],
)
def test_knots_that_decrease_or_enclose_no_grid_are_refused(knots, message):
    shape = ("G+2k+1",) if np.ndim(knots) == 1 else (2, "G+2k+1")
    with pytest.raises(ValueError, match=message):
        as_knots("knots", knots, 1, shape)


def test_knots_may_be_repeated_and_the_smallest_grid_has_one_interval():
    assert as_knots("knots", [0, 0, 1, 1], 1, ("G+2k+1",)).tolist() == [0.0, 0.0, 1.0, 1.0]
    narrow = [-1e303, 0.0, 1e-90, 1e303]
    assert as_knots("knots", narrow, 1, ("G+2k+1",)).tolist() == narrow
