"""Optimizers are values: SciPy agrees with them, and they remember nothing themselves."""

import dataclasses

import numpy as np
import pytest
import scipy.optimize
from checks import check_objective
from hypothesis import given
from hypothesis import strategies as st
from least_squares import linear, rosenbrock, run
from strategies import floats

import kan_numpy as kn
from kan_numpy.optimizers.optimizer import ObjectiveLike, PenaltyTerms, restarted, reweighted

ALL = [kn.SGD(), kn.Adam(), kn.LBFGS(), kn.LevenbergMarquardt()]
each = pytest.mark.parametrize("optimizer", ALL, ids=lambda o: type(o).__name__)


# SciPy in their place.


def noisy_line(widths=(1, 1)):
    """A network that is linear in theta, with data it cannot fit exactly."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-1.0, 1.0, (200, 1))
    y = np.sin(4.0 * x) + 0.1 * rng.standard_normal((200, 1))
    return kn.Objective(kn.KAN(widths, grid_size=4, rng=0), x, y)


def least_loss(objective):
    """The minimum of a problem that is linear in theta, by NumPy."""
    start = objective.network.theta
    J, r = objective.jacobian(start), objective.residuals(start)
    delta = np.linalg.lstsq(J, -r, rcond=1e-12)[0]
    return float(np.sum((r + J @ delta) ** 2))


def test_our_optimizers_and_those_of_scipy_find_the_same_minimum():
    objective = noisy_line()
    theta, want = objective.network.theta, least_loss(objective)
    assert want > 5e-3
    by_scipy = scipy.optimize.minimize(
        objective.fun, theta, jac=True, method="BFGS", options={"gtol": 1e-9}
    )
    squares = scipy.optimize.least_squares(objective.residuals, theta, jac=objective.jacobian)
    ours = run(kn.LBFGS(), objective, theta, 200)[-1]
    squares_by_us = run(kn.LevenbergMarquardt(), objective, theta, 50)[-1]
    adam = run(kn.Adam(0.05), objective, theta, 2000)[-1]
    sgd = run(kn.SGD(0.5, 0.9), objective, theta, 3000)[-1]
    assert by_scipy.fun == pytest.approx(want, rel=1e-6)
    assert 2.0 * squares.cost == pytest.approx(want, rel=1e-6)
    assert ours.loss == pytest.approx(want, rel=1e-6)
    assert squares_by_us.loss == pytest.approx(want, rel=1e-9)
    assert adam.loss == pytest.approx(want, rel=1e-2)
    assert sgd.loss == pytest.approx(want, rel=1e-2)


def test_scipy_trains_a_deeper_network_as_far_as_ours_do():
    rng = np.random.default_rng(1)
    x = rng.uniform(-1.0, 1.0, (200, 2))
    y = np.exp(np.sin(np.pi * x[:, :1]) + x[:, 1:] ** 2)
    network = kn.KAN([2, 2, 1], grid_size=3, rng=0)
    objective = kn.Objective(network, x, y)
    by_scipy = scipy.optimize.minimize(
        objective.fun, network.theta, jac=True, method="L-BFGS-B", options={"maxiter": 100}
    )
    squares = scipy.optimize.least_squares(
        objective.residuals, network.theta, jac=objective.jacobian, method="lm", max_nfev=30
    )
    ours = run(kn.LBFGS(), objective, network.theta, 100)[-1]
    squares_by_us = run(kn.LevenbergMarquardt(), objective, network.theta, 30)[-1]
    assert objective.fun(network.theta)[0] > 0.5
    for loss in (by_scipy.fun, 2.0 * squares.cost, ours.loss, squares_by_us.loss):
        assert loss < 5e-3


# Optimizers are values.


@each
def test_an_optimizer_cannot_be_changed(optimizer):
    field = dataclasses.fields(optimizer)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(optimizer, field, 1)
    assert optimizer == dataclasses.replace(optimizer)
    assert hash(optimizer) == hash(dataclasses.replace(optimizer))


@each
def test_two_runs_at_once_do_not_disturb_each_other(optimizer):
    (one, *_), (two, *_) = linear(6, 3, seed=1), linear(4, 5, seed=2)
    starts = (np.full(3, 0.5), np.full(5, -0.5))
    alone = [run(optimizer, p, s, 6)[-1] for p, s in zip((one, two), starts, strict=True)]
    states = [optimizer.start(p, s) for p, s in zip((one, two), starts, strict=True)]
    for _ in range(6):
        for at, problem in enumerate((one, two)):
            if not states[at].converged:
                states[at] = optimizer.step(problem, states[at])
    for state, want in zip(states, alone, strict=True):
        assert np.array_equal(state.theta, want.theta)
        assert state.loss == want.loss
        assert state.evaluations == want.evaluations


@each
def test_a_step_can_be_taken_twice_from_the_same_state(optimizer):
    problem, _, _ = linear(6, 3)
    state = run(optimizer, problem, np.ones(3), 2)[-1]
    theta, gradient = state.theta.copy(), state.gradient.copy()
    one, two = optimizer.step(problem, state), optimizer.step(problem, state)
    assert np.array_equal(one.theta, two.theta)
    assert np.array_equal(state.theta, theta)
    assert np.array_equal(state.gradient, gradient)


@each
def test_a_state_tells_loss_gradient_and_evaluations_truly(optimizer):
    problem, A, b = linear(6, 3)
    for state in run(optimizer, problem, np.ones(3), 4):
        r = A @ state.theta - b
        assert state.loss == pytest.approx(r @ r, rel=1e-12)
        np.testing.assert_allclose(state.gradient, 2.0 * A.T @ r, rtol=1e-9, atol=1e-12)
    assert state.evaluations == len(problem.asked)


@pytest.mark.parametrize("optimizer", [kn.LBFGS(), kn.LevenbergMarquardt()], ids=["LBFGS", "LM"])
def test_these_never_go_up(optimizer):
    losses = [state.loss for state in run(optimizer, rosenbrock(), [-1.2, 1.0], 30)]
    assert np.all(np.diff(losses) <= 0.0)


class Residuals(ObjectiveLike):
    """Only what Levenberg-Marquardt needs: residuals of which the loss is made, and a penalty."""

    def residuals(self, theta):
        return np.array([theta[0] - 1.0, 3.0 * theta[0] * theta[1]])

    def jacobian(self, theta):
        return np.array([[1.0, 0.0], [3.0 * theta[1], 3.0 * theta[0]]])

    def penalty_terms(self, theta):
        return PenaltyTerms(0.1 * float(theta @ theta), 0.2 * theta, 0.2 * np.eye(2))


@pytest.mark.gradient
@given(theta=st.tuples(floats(-2.0, 2.0), floats(-2.0, 2.0)))
def test_the_loss_of_residuals_and_its_gradient_need_not_be_written(record, theta):
    record(check_objective(Residuals(), np.array(theta), np.random.default_rng(0)))


@each
def test_residuals_are_enough_for_every_optimizer(optimizer):
    """The minimum is at (10/11, 0): there 0.1 u^2 + (u - 1)^2 is lowest."""
    state = run(optimizer, Residuals(), [0.5, 0.5], 2000)[-1]
    np.testing.assert_allclose(state.theta, [10.0 / 11.0, 0.0], atol=1e-4)


def test_an_optimizer_that_does_not_keep_its_memory_begins_again_and_evaluations_add_up():
    class Forgetful:
        start = staticmethod(kn.Adam().start)
        step = staticmethod(kn.Adam().step)

    problem, _, _ = linear(6, 3)
    state = run(kn.Adam(), problem, np.ones(3), 4)[-1]
    again = reweighted(Forgetful(), problem, state)
    assert np.array_equal(again.theta, state.theta)
    assert again.memory.step == 0
    assert (state.evaluations, again.evaluations) == (5, 6)
    elsewhere = restarted(Forgetful(), problem, 2.0 * np.ones(3), state)
    assert (elsewhere.theta.tolist(), elsewhere.memory.step) == ([2.0, 2.0, 2.0], 0)
    assert elsewhere.evaluations == 6


def test_without_terms_of_its_own_an_objective_is_its_squares():
    problem = Residuals()
    terms = ObjectiveLike.penalty_terms(problem, np.ones(2))
    assert terms == PenaltyTerms(0.0, 0.0, None)
    assert ObjectiveLike.diagonal_scaling(problem, np.ones(2)) == 1.0
    (block,) = ObjectiveLike.jacobian_blocks(problem, np.ones(2))
    assert np.array_equal(block, problem.jacobian(np.ones(2)))
