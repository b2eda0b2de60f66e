"""Levenberg-Marquardt solves least squares to the last digits, and damps what goes up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from least_squares import Squares, linear, rosenbrock, run
from strategies import floats, seeds

import kan_numpy as kn
from kan_numpy.optimizers.levenberg_marquardt import _damped_solver
from kan_numpy.optimizers.linear_model import LinearModel
from kan_numpy.optimizers.optimizer import ObjectiveLike


@pytest.mark.parametrize(("M", "P"), [(20, 5), (5, 5)])
def test_linear_least_squares_are_solved_to_the_last_digits(M, P):
    problem, A, b = linear(M, P)
    state = run(kn.LevenbergMarquardt(), problem, np.zeros(P), 60)[-1]
    want = np.linalg.lstsq(A, b)[0]
    # Where the loss is flat its last digit is gone long before that of theta.
    np.testing.assert_allclose(state.theta, want, rtol=0, atol=1e-7)
    assert state.loss == pytest.approx(np.sum((A @ want - b) ** 2), rel=1e-13, abs=1e-25)


def test_with_fewer_residuals_than_parameters_all_of_them_vanish():
    problem, _, _ = linear(5, 20)
    assert run(kn.LevenbergMarquardt(), problem, np.zeros(20), 60)[-1].loss < 1e-25


def test_levenberg_marquardt_finds_the_way_through_the_valley_of_rosenbrock():
    states = run(kn.LevenbergMarquardt(), rosenbrock(), [-1.2, 1.0], 60)
    assert states[-1].loss < 1e-25
    np.testing.assert_allclose(states[-1].theta, [1.0, 1.0], rtol=0, atol=1e-11)


@given(M=st.integers(1, 5), P=st.integers(1, 8), damping=floats(0.01, 10.0), seed=seeds)
def test_both_ways_to_solve_for_the_step_give_the_same_step(M, P, damping, seed):
    """Residuals that are always zero change nothing but the shape of the Jacobian."""
    narrow, A, b = linear(M, P, seed)
    zeros = np.zeros((P, P))
    tall = Squares(
        lambda theta: np.concatenate([A @ theta - b, np.zeros(P)]),
        lambda _: np.concatenate([A, zeros]),
    )
    theta = np.random.default_rng(seed).standard_normal(P)
    optimizer = kn.LevenbergMarquardt(damping=damping)
    one, two = (run(optimizer, problem, theta, 1)[-1] for problem in (narrow, tall))
    scale = np.abs(one.theta).max()
    np.testing.assert_allclose(one.theta, two.theta, rtol=0, atol=1e-8 * scale)
    assert one.loss == pytest.approx(two.loss, rel=1e-7, abs=1e-12)
    assert one.evaluations == two.evaluations == 2


@given(M=st.integers(1, 8), P=st.integers(1, 8), damping=floats(0.01, 10.0), seed=seeds)
def test_the_predicted_gain_is_the_gain_of_the_linear_model(M, P, damping, seed):
    problem, A, _ = linear(M, P, seed)
    theta = np.random.default_rng(seed).standard_normal(P)
    r = problem.residuals(theta)
    model = LinearModel.at(problem, theta, r)
    delta, predicted = _damped_solver(model, A.T @ r, None)(damping)
    after = r + A @ delta
    assert predicted == pytest.approx(r @ r - after @ after, rel=1e-7, abs=1e-10)
    assert predicted > 0.0


@given(M=st.integers(1, 8), P=st.integers(1, 8), seed=seeds)
def test_more_damping_means_a_shorter_step_that_turns_downhill(M, P, seed):
    problem, A, _ = linear(M, P, seed)
    theta = np.random.default_rng(seed).standard_normal(P)
    r = problem.residuals(theta)
    solve = _damped_solver(LinearModel.at(problem, theta, r), A.T @ r, None)
    steps = [solve(damping)[0] for damping in (1e-3, 1.0, 1e3)]
    gains = [float(r @ r - np.sum((r + A @ step) ** 2)) for step in steps]
    assert np.all(np.diff(gains) <= 1e-12 * (r @ r))
    for step in steps:
        assert step @ (A.T @ r) < 0.0


def test_a_step_that_would_go_up_is_tried_again_with_more_damping():
    """On arctan, the undamped step from 10 overshoots to -138."""
    problem = Squares(np.arctan, lambda t: np.array([[1.0 / (1.0 + t[0] ** 2)]]))
    states = run(kn.LevenbergMarquardt(damping=1e-9), problem, [10.0], 60)
    assert len(problem.asked) > len(states)  # there were trials that failed
    assert np.all(np.diff([state.loss for state in states]) <= 0.0)
    assert states[-1].loss < 1e-20
    assert [state.evaluations for state in states][-1] == len(problem.asked)


@pytest.mark.parametrize("beyond", [np.inf, np.nan])
def test_a_trial_that_is_not_finite_is_not_taken(beyond):
    problem = Squares(
        lambda t: t - 1.0 if t[0] > 0.5 else np.array([beyond]), lambda _: np.array([[0.01]])
    )
    states = run(kn.LevenbergMarquardt(damping=1e-9), problem, [2.0], 60)
    assert np.all(np.isfinite([state.loss for state in states]))
    assert all(np.all(np.isfinite(state.theta)) for state in states)


def test_a_parameter_that_nothing_depends_on_stays_where_it_is():
    A = np.array([[1.0, 0.0, 2.0], [0.5, 0.0, -1.0], [3.0, 0.0, 1.0], [1.0, 0.0, 1.0]])
    for rows in (A, A[:2]):
        problem = Squares(lambda t, rows=rows: rows @ t - 1.0, lambda _, rows=rows: rows)
        states = run(kn.LevenbergMarquardt(), problem, [0.0, 7.0, 0.0], 50)
        assert states[-1].theta[1] == pytest.approx(7.0, abs=1e-6)
        np.testing.assert_allclose(rows.T @ problem.residuals(states[-1].theta), 0.0, atol=1e-6)


def test_a_jacobian_of_zeros_is_the_end():
    problem = Squares(lambda _: np.ones(3), lambda _: np.zeros((3, 2)))
    states = run(kn.LevenbergMarquardt(), problem, [1.0, 2.0], 5)
    assert states[-1].converged
    assert states[-1].theta.tolist() == [1.0, 2.0]


def test_levenberg_marquardt_survives_a_gain_that_was_not_predicted():
    class Cliff(ObjectiveLike):
        """Flat to the last digit where it starts, and far lower a hair further."""

        def residuals(self, theta):
            return np.array([1.0 if theta[0] == 0.0 else 0.5])

        def jacobian(self, _):
            return np.array([[1e-220]])

    first = kn.LevenbergMarquardt().start(Cliff(), np.zeros(1))
    state = kn.LevenbergMarquardt().step(Cliff(), first)
    assert state.loss == 0.25
    assert state.memory.damping == pytest.approx(1.0 / 3.0)
