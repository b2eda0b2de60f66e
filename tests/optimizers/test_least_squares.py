"""A few numbers are fitted until the steps run out, or nothing is left to gain."""

import numpy as np
import pytest
from least_squares import linear, rosenbrock

from kan_numpy.optimizers.least_squares import LeastSquares


def line():
    """Return the squares of a straight line through four points, and its minimum."""
    problem, A, b = linear(4, 2)
    theta = np.linalg.lstsq(A, b)[0]
    return LeastSquares(problem.residuals, problem.jacobian), theta, np.sum((A @ theta - b) ** 2)


def test_a_linear_problem_is_solved_in_a_few_steps():
    squares, theta, loss = line()
    state = squares.minimize(np.zeros(2), 20, 1e-3)
    np.testing.assert_allclose(state.theta, theta, rtol=1e-7)
    assert state.loss == pytest.approx(loss, rel=1e-12)


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_no_more_steps_are_taken_than_allowed(steps):
    state = line()[0].minimize(np.full(2, 50.0), steps, 1e3)
    assert state.evaluations == 1 + steps


def test_it_ends_where_the_loss_is_small_enough_or_a_step_gains_too_little():
    squares, _, loss = line()
    start = np.full(2, 50.0)
    first = squares.minimize(start, 1, 1.0)
    assert squares.minimize(start, 20, 1.0, smallest_loss=1.001 * first.loss).evaluations == 2
    assert squares.minimize(start, 20, 1.0, smallest_loss=0.999 * first.loss).evaluations > 2
    gain = 1.0 - first.loss / squares.minimize(start, 0, 1.0).loss  # the share of the first step
    assert squares.minimize(start, 20, 1.0, smallest_gain=1.001 * gain).evaluations == 2
    assert squares.minimize(start, 20, 1.0, smallest_gain=0.999 * gain).evaluations > 2
    assert squares.minimize(start, 20, 1.0, smallest_gain=0.5).loss < 10.0 * loss


def test_where_there_is_no_value_nothing_is_tried():
    squares = LeastSquares(np.sqrt, lambda t: np.diag(0.5 / np.sqrt(t)))
    state = squares.minimize(np.array([-1.0]), 20, 1.0)
    assert state.evaluations == 1
    assert state.theta.tolist() == [-1.0]


def test_by_default_it_goes_on_to_the_last_digit():
    valley = rosenbrock()
    state = LeastSquares(valley.residuals, valley.jacobian).minimize(np.array([-1.2, 1.0]), 60, 1.0)
    assert state.loss < 1e-25
