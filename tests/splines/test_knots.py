"""Knots: uniform ones hit the ends of the grid, and a grid without room is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import degrees, floats

from kan_numpy import uniform_knots


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
