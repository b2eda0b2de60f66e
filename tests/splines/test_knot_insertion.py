"""Knot insertion leaves a spline unchanged, and needs knots that contain the old ones."""

import numpy as np
import pytest
from checks import assert_close
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.interpolate import insert
from spline_strategies import NOT_REPEATED, random_coefficients, spline, splines, spread
from strategies import degrees, floats, grid_sizes, points, points_inside

from kan_numpy import refine_spline, uniform_knots


@st.composite
def insertions(draw, **kinds):
    """Draw a spline, and knots that contain its own and up to six more, old and new ones.

    Two knots are the same or at least 1e-6 apart: nearer than 1e-12, they count as the same.
    """
    c, t, k = draw(splines(**kinds))
    new = t
    for knot in draw(st.lists(points_inside(t, k), max_size=6)):
        nearest = new[np.argmin(np.abs(new - knot))]
        new = np.sort(np.append(new, nearest if abs(nearest - knot) < 1e-6 else knot))
    return c, t, new, k


@given(drawn=insertions(), data=st.data())
def test_inserting_knots_leaves_the_function_unchanged_on_the_grid(drawn, data):
    c, t, new, k = drawn
    x = np.append(spread(new, k, 3), data.draw(st.lists(points_inside(t, k), max_size=5)))
    finer = refine_spline(c, t, new, k)
    assert finer.shape == (len(new) - k - 1,)
    assert_close(spline(x, finer, new, k), spline(x, c, t, k))


@given(drawn=insertions(kinds=NOT_REPEATED), data=st.data())
def test_inserting_knots_leaves_the_function_unchanged_everywhere(drawn, data):
    c, t, new, k = drawn
    x = np.array(data.draw(st.lists(points(t, k), min_size=1, max_size=8)))
    assert_close(spline(x, refine_spline(c, t, new, k), new, k), spline(x, c, t, k))


@given(drawn=insertions(), stretch=st.sampled_from([0.0, 0.3, 4.0]))
def test_other_knots_outside_the_grid_leave_the_function_on_it_unchanged(drawn, stretch):
    c, t, new, k = drawn
    inside = slice(k, len(new) - k)
    moved = np.where(new < t[k], t[k] + stretch * (new - t[k]), new)
    moved = np.where(new > t[-k - 1], t[-k - 1] + stretch * (new - t[-k - 1]), moved)
    assert np.array_equal(moved[inside], new[inside])
    x = spread(new, k, 3)
    assert_close(spline(x, refine_spline(c, t, moved, k), moved, k), spline(x, c, t, k))


def test_a_new_function_that_is_zero_everywhere_gets_a_finite_coefficient():
    t, new = [-2, -2, -1, 0, 1, 2, 3], [-5, -5, -1, 0, 0, 0, 0, 1, 5, 9]  # four times 0, k = 2
    c, x = np.array([1.0, -2.0, 3.0, 0.5]), np.linspace(-0.95, 0.95, 12)
    finer = refine_spline(c, t, new, 2)
    assert np.all(np.isfinite(finer))
    assert_close(spline(x, finer, new, 2), spline(x, c, t, 2))


@pytest.mark.parametrize("k", range(1, 6))
@pytest.mark.parametrize("end", ["left", "right"])
def test_an_empty_interval_at_the_end_of_the_grid_does_not_change_what_is_outside(k, end):
    t = np.arange(-k, k + 4.0)  # the grid is [0, 3]
    t = np.where(t == 1.0, 0.0, t) if end == "left" else np.where(t == 2.0, 3.0, t)
    new = np.sort(np.append(t, 1.5))
    c = random_coefficients(t, k, k)
    x = np.linspace(-k - 0.5, k + 3.5, 97)
    assert_close(spline(x, refine_spline(c, t, new, k), new, k), spline(x, c, t, k))


@pytest.mark.parametrize("k", range(6))
@pytest.mark.parametrize("inserted", [[], [0.5], [1.5], [0.5, 1.5]])
def test_inserting_knots_keeps_a_jump(k, inserted):
    t = np.sort(np.concatenate([np.arange(-k, k + 3.0), np.ones(k)]))  # k + 1 times the knot 1
    new = np.sort(np.append(t, inserted))
    c = random_coefficients(t, k, k)
    x = spread(new, k, 3)
    assert abs(np.diff(spline(np.array([1.0 - 1e-12, 1.0]), c, t, k))[0]) > 0.01
    assert_close(spline(x, refine_spline(c, t, new, k), new, k), spline(x, c, t, k))


@given(drawn=splines(kinds=NOT_REPEATED), share=floats(0.01, 0.99))
def test_one_knot_is_inserted_like_scipy_does(drawn, share):
    c, t, k = drawn
    assume(k > 0)  # SciPy knows no steps here
    knot = t[k] + share * (t[-k - 1] - t[k])
    new, want, _ = insert(knot, (t, c, k))
    new = np.sort(np.append(t, knot))
    assert_close(refine_spline(c, t, new, k), np.asarray(want)[: len(new) - k - 1])


@given(k=degrees, G=grid_sizes, m=st.integers(1, 7), low=floats(-1.0, 1.0), width=floats(0.1, 3.0))
def test_uniform_intervals_are_divided_evenly(k, G, m, low, width):
    t, new = (uniform_knots(low, low + width, size, k) for size in (G, m * G))
    c = random_coefficients(t, k, G + 10 * m)
    x = spread(new, k, 3)
    assert_close(spline(x, refine_spline(c, t, new, k), new, k), spline(x, c, t, k))


def test_in_the_middle_of_an_interval_a_parabola_is_halved_by_the_known_rule():
    t, new = uniform_knots(0.0, 4.0, 4, 2), uniform_knots(0.0, 4.0, 8, 2)
    c = np.array([1.0, -2.0, 5.0, 0.0, 3.0, 7.0])
    # Chaikin's corner cutting: 3/4 of the near one and 1/4 of the far one.
    want = np.stack([0.75 * c[:-1] + 0.25 * c[1:], 0.25 * c[:-1] + 0.75 * c[1:]], axis=1).ravel()
    assert_close(refine_spline(c, t, new, 2), want)


def test_many_splines_are_refined_at_once():
    t, new = uniform_knots(0.0, 1.0, 4, 3), uniform_knots(0.0, 1.0, 12, 3)
    c = random_coefficients(t, 3, 0, (2, 5))
    finer = refine_spline(c, t, new, 3)
    assert finer.shape == (2, 5, 15)
    for o in range(2):
        for i in range(5):
            assert_close(finer[o, i], refine_spline(c[o, i], t, new, 3))


def test_refining_twice_is_refining_once():
    t, half, quarter = (uniform_knots(0.0, 1.0, G, 3) for G in (5, 10, 20))
    c = random_coefficients(t, 3, 1)
    twice = refine_spline(refine_spline(c, t, half, 3), half, quarter, 3)
    assert_close(twice, refine_spline(c, t, quarter, 3))


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ([-1, 0, 0.4, 1, 2], "new_knots must contain all knots, but 0.5 is missing"),
        ([-1, 0, 0.25, 1, 2], "new_knots must contain all knots, but 0.5 is missing"),
        ([-1, 0, 1, 2], "new_knots must contain all knots, but 0.5 is missing"),
        ([-1, 0, 0.5, 1.5, 2], r"must have the grid \[0, 1\] of knots, but has \[0, 1.5\]"),
        ([-1, 0.25, 0.5, 1, 2], r"must have the grid \[0, 1\] of knots, but has \[0.25, 1\]"),
    ],
)
def test_knots_that_do_not_contain_the_old_ones_are_refused(new, message):
    with pytest.raises(ValueError, match=message):
        refine_spline([1.0, 2.0, 3.0], [-1, 0, 0.5, 1, 2], new, 1)


def test_a_knot_must_stay_as_often_as_it_was_repeated():
    with pytest.raises(ValueError, match=r"0\.5 is missing or repeated less often"):
        refine_spline(np.ones(4), [-1, 0, 0.5, 0.5, 1, 2], [-1, 0, 0.25, 0.5, 1, 2], 1)


@pytest.mark.parametrize(("off", "same"), [(1.5e-12, True), (2.5e-12, False)])
@pytest.mark.parametrize("j", [1, 2, 3])
def test_knots_are_the_same_up_to_a_fraction_of_the_grid(j, off, same):
    t = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])  # a grid of width 2
    new = t.copy()
    new[j] += off
    if same:
        assert_close(refine_spline([1.0, 2.0, 3.0], t, new, 1), [1.0, 2.0, 3.0], atol=1e-11)
    else:
        with pytest.raises(ValueError, match="new_knots must"):
            refine_spline([1.0, 2.0, 3.0], t, new, 1)
