"""The line search meets the strong Wolfe conditions, or returns the lowest point it saw."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import floats

from kan_numpy.optimizers.line_search import C1, C2, MOST_EVALUATIONS, Trial, between, wolfe_search


def along_a_line(f, slope):
    """Return fun(theta) for a function of one variable, and its start at 0."""

    def fun(theta):
        return float(f(theta[0])), np.array([slope(theta[0])])

    loss, gradient = fun(np.zeros(1))
    return fun, np.zeros(1), loss, gradient


def assert_wolfe(trial, loss, slope):
    assert trial.loss <= loss + C1 * trial.step * slope
    assert abs(trial.slope) <= C2 * abs(slope)


@given(
    a=st.lists(floats(-1.0, 1.0), min_size=2, max_size=6),
    bowl=floats(0.01, 1.0),
    first=st.sampled_from([1e-3, 0.1, 1.0, 30.0]),
)
def test_the_step_that_is_found_meets_the_strong_wolfe_conditions(a, bowl, first):
    """On a bowl with waves, which has many minima, searched downhill from 0."""
    waves = np.arange(1, len(a) + 1)
    a = np.array(a)

    def f(z):
        return bowl * z**2 + np.sum(a * np.sin(waves * z))

    def slope(z):
        return 2.0 * bowl * z + np.sum(a * waves * np.cos(waves * z))

    fun, theta, loss, gradient = along_a_line(f, slope)
    assume(abs(gradient[0]) > 1e-3)  # else the start is nearly a minimum
    trial, used = wolfe_search(fun, theta, loss, gradient, -gradient, first)
    assert used <= MOST_EVALUATIONS
    assert trial is not None
    assert trial.theta[0] == -trial.step * gradient[0]
    assert (trial.loss, trial.gradient[0]) == (f(trial.theta[0]), slope(trial.theta[0]))
    if used < MOST_EVALUATIONS:
        assert_wolfe(trial, loss, -(gradient[0] ** 2))


@pytest.mark.parametrize("first", [1e-4, 1.0, 1e4])
def test_the_first_step_may_be_far_too_short_or_too_long(first):
    fun, theta, loss, gradient = along_a_line(lambda z: (z - 3.0) ** 2, lambda z: 2.0 * (z - 3.0))
    trial, _ = wolfe_search(fun, theta, loss, gradient, -gradient, first)
    assert_wolfe(trial, loss, -(gradient[0] ** 2))
    assert 0.0 < trial.theta[0] < 6.0


def test_a_flat_place_that_is_hardly_lower_is_not_enough():
    """At 1 the slope is 0, but the loss only 1e-5 lower; on the way there it is far lower."""
    fun, theta, loss, gradient = along_a_line(
        lambda z: -z * (1.0 - z) ** 2 - 1e-5 * z**2 * (3.0 - 2.0 * z),
        lambda z: -(1.0 - z) * (1.0 - 3.0 * z) - 6e-5 * z * (1.0 - z),
    )
    trial, _ = wolfe_search(fun, theta, loss, gradient, -gradient, 1.0)
    assert_wolfe(trial, loss, -1.0)
    assert trial.loss < -0.05


@pytest.mark.parametrize("beyond", [np.inf, np.nan, -np.inf])
def test_where_the_loss_is_not_finite_counts_as_too_high(beyond):
    """The minimum of z^2 - 2z is at 1, and from 1.5 on there is nothing."""
    fun, theta, loss, gradient = along_a_line(
        lambda z: z**2 - 2.0 * z if z < 1.5 else beyond, lambda z: 2.0 * z - 2.0
    )
    trial, _ = wolfe_search(fun, theta, loss, gradient, -gradient, 100.0)
    assert_wolfe(trial, loss, -(gradient[0] ** 2))
    assert trial.theta[0] < 1.5


def test_a_finite_loss_with_an_infinite_gradient_counts_as_too_high():
    fun, theta, loss, gradient = along_a_line(
        lambda z: z**2 - 2.0 * z, lambda z: 2.0 * z - 2.0 if z < 1.5 else np.nan
    )
    trial, _ = wolfe_search(fun, theta, loss, gradient, -gradient, 0.9)
    assert_wolfe(trial, loss, -(gradient[0] ** 2))
    assert np.isfinite(trial.slope)


@pytest.mark.parametrize("direction", [1.0, 0.0, np.nan])
def test_a_direction_that_does_not_go_down_is_not_searched(direction):
    fun, theta, loss, gradient = along_a_line(lambda z: z**2 + z, lambda z: 2.0 * z + 1.0)
    assert wolfe_search(fun, theta, loss, gradient, np.array([direction]), 1.0) == (None, 0)


def test_without_a_point_that_is_lower_nothing_is_returned():
    """The gradient lies: it points uphill everywhere."""
    fun, theta, loss, gradient = along_a_line(lambda z: z**2, lambda z: 2.0 * z + 1.0)
    trial, used = wolfe_search(fun, theta, loss, gradient, np.array([-1.0]), 1.0)
    assert trial is None
    assert 0 < used <= MOST_EVALUATIONS


def test_a_loss_that_falls_for_ever_ends_with_the_lowest_point_that_was_seen():
    fun, theta, loss, gradient = along_a_line(lambda z: -z, lambda _: -1.0)
    trial, used = wolfe_search(fun, theta, loss, gradient, -gradient, 1.0)
    assert used == MOST_EVALUATIONS
    assert trial.loss == -trial.step == -(2.0 ** (MOST_EVALUATIONS - 1))


@given(
    a=floats(-1.0, 1.0),
    b=floats(-1.0, 1.0),
    c=floats(0.1, 1.0),
    place=floats(0.11, 0.89),
    reverse=st.booleans(),
)
def test_between_two_points_the_minimum_of_the_cubic_is_tried(a, b, c, place, reverse):
    """A cubic with its minimum in [0, 1], seen from both ends, or from behind."""
    low, high = ends_of(
        lambda z: a + b / 3.0 * (z - place) ** 3 + c * (z - place) ** 2,
        lambda z: b * (z - place) ** 2 + 2.0 * c * (z - place),
        reverse,
    )
    assert between(low, high) == pytest.approx(place, abs=1e-6)


def ends_of(f, slope, reverse=False):
    """Return the trials at 0 and 1, or at 1 and 0."""
    fun, *_ = along_a_line(f, slope)
    ends = []
    for z in (0.0, 1.0):
        value, gradient = fun(np.array([z]))
        ends.append(Trial(z, value, float(gradient[0]), np.array([z]), gradient))
    return ends[::-1] if reverse else ends


@pytest.mark.parametrize(("place", "tried"), [(0.02, 0.1), (0.97, 0.9)])
def test_a_minimum_near_an_end_is_tried_a_tenth_away_from_it(place, tried):
    for reverse in (False, True):
        ends = ends_of(lambda z: (z - place) ** 2, lambda z: 2.0 * (z - place), reverse)
        assert between(*ends) == pytest.approx(tried)


def test_a_straight_line_and_a_cubic_without_a_minimum_have_a_middle():
    assert between(*ends_of(lambda z: -z, lambda _: -1.0)) == 0.5
    # This one is flat at its end, which is tried as near as allowed.
    assert (
        between(*ends_of(lambda z: ((1.0 - z) ** 3 - 1.0) / 3.0, lambda z: -((1.0 - z) ** 2)))
        == 0.9
    )
    # -z - z^3 falls everywhere.
    assert between(*ends_of(lambda z: -z - z**3, lambda z: -1.0 - 3.0 * z**2)) == 0.5


@pytest.mark.parametrize("slope", [np.inf, 0.0])
def test_between_a_point_and_nowhere_the_middle_is_tried(slope):
    low = Trial(1.0, 0.0, -1.0, None, None)
    high = Trial(3.0, np.inf, slope, None, None)
    assert between(low, high) == 2.0


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
def test_an_interval_of_nothing_but_rounding_ends_the_search_in_any_unit(unit):
    """A slope down to 1 and a wall behind it, where no slope is flat."""
    fun, theta, loss, gradient = along_a_line(
        lambda z: -z / unit if z <= unit else 1e3 * (z / unit - 1.0) - 1.0,
        lambda z: (-1.0 if z <= unit else 1e3) / unit,
    )
    trial, used = wolfe_search(fun, theta, loss, gradient, np.ones(1), unit)
    assert trial.step == unit
    assert used in (14, 15)  # 2, and 12 or 13 that come nearer by a tenth each
    assert used < MOST_EVALUATIONS
