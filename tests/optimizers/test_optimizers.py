"""Optimizers: every step is the textbook's, SciPy agrees, and they remember nothing themselves."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
import scipy.optimize
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import floats, seeds

import kan_numpy as kn
from kan_numpy.optimizers.lbfgs import two_loop
from kan_numpy.optimizers.levenberg_marquardt import _damped_solver
from kan_numpy.optimizers.line_search import C1, C2, MOST_EVALUATIONS, Trial, between, wolfe_search

ALL = [kn.SGD(), kn.Adam(), kn.LBFGS(), kn.LevenbergMarquardt()]
each = pytest.mark.parametrize("optimizer", ALL, ids=lambda o: type(o).__name__)


class Squares:
    """Be a problem of the form r . r, and write down every theta that it is asked for."""

    def __init__(self, residuals, jacobian):
        self._residuals, self._jacobian, self.asked = residuals, jacobian, []

    def residuals(self, theta):
        self.asked.append(theta.copy())
        return self._residuals(theta)

    def jacobian(self, theta):
        return self._jacobian(theta)

    def fun(self, theta):
        r = self.residuals(theta)
        return float(r @ r), 2.0 * self._jacobian(theta).T @ r


def linear(M, P, seed=0):
    """R = A theta - b with random A (M, P) and b."""
    rng = np.random.default_rng(seed)
    A, b = rng.standard_normal((M, P)), rng.standard_normal(M)
    return Squares(lambda theta: A @ theta - b, lambda _: A), A, b


def rosenbrock():
    """(1 - u)^2 + 100 (v - u^2)^2, a curved valley with its minimum 0 at (1, 1)."""
    return Squares(
        lambda t: np.array([1.0 - t[0], 10.0 * (t[1] - t[0] ** 2)]),
        lambda t: np.array([[-1.0, 0.0], [-20.0 * t[0], 10.0]]),
    )


def run(optimizer, problem, theta, steps):
    """Return every state, the first included; stop when nothing better is found."""
    states = [optimizer.start(problem, np.asarray(theta, dtype=float))]
    while len(states) <= steps and not states[-1].converged:
        states.append(optimizer.step(problem, states[-1]))
    return states


# SGD and Adam.


def test_sgd_takes_the_steps_of_the_formula():
    problem, A, b = linear(5, 3)
    eta, mu = 0.02, 0.7
    theta, v = np.array([1.0, -2.0, 0.5]), np.zeros(3)
    for state in run(kn.SGD(eta, mu), problem, theta, 4):
        np.testing.assert_allclose(state.theta, theta, rtol=1e-14)
        g = 2.0 * A.T @ (A @ theta - b)
        np.testing.assert_allclose(state.gradient, g, rtol=1e-12)
        v = mu * v + g
        theta = theta - eta * v


def test_adam_takes_the_steps_of_algorithm_1():
    problem, A, b = linear(5, 3)
    eta, beta1, beta2, epsilon = 0.05, 0.8, 0.95, 1e-3
    theta, m, v = np.array([1.0, -2.0, 0.5]), np.zeros(3), np.zeros(3)
    for t, state in enumerate(run(kn.Adam(eta, beta1, beta2, epsilon), problem, theta, 5), 1):
        np.testing.assert_allclose(state.theta, theta, rtol=1e-13)
        g = 2.0 * A.T @ (A @ theta - b)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        theta = theta - eta * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + epsilon)


def test_the_first_step_of_adam_is_the_learning_rate_in_every_direction():
    problem, A, b = linear(5, 3)
    theta = np.array([1.0, -2.0, 0.5])
    first, second = run(kn.Adam(0.1, epsilon=1e-12), problem, theta, 1)
    sign = np.sign(A.T @ (A @ theta - b))
    np.testing.assert_allclose(second.theta - first.theta, -0.1 * sign, rtol=1e-9)


# L-BFGS.


def curvature_pairs(count, size, seed):
    """Return pairs s, y of a random quadratic function, so that all s . y > 0."""
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((size, size))
    H = root @ root.T + 0.1 * np.eye(size)
    steps = rng.standard_normal((count, size))
    return tuple((s, H @ s) for s in steps), rng.standard_normal(size)


@given(count=st.integers(0, 8), size=st.integers(1, 6), seed=seeds)
def test_the_two_loops_apply_the_matrix_of_the_bfgs_update(count, size, seed):
    pairs, g = curvature_pairs(count, size, seed)
    H = np.eye(size)
    if pairs:
        s, y = pairs[-1]
        H *= (s @ y) / (y @ y)
    for s, y in pairs:  # Nocedal and Wright, eq. 6.17
        rho = 1.0 / (y @ s)
        V = np.eye(size) - rho * np.outer(y, s)
        H = V.T @ H @ V + rho * np.outer(s, s)
    before = g.copy()
    direction = two_loop(g, pairs)
    np.testing.assert_allclose(direction, H @ g, rtol=1e-6, atol=1e-6 * np.abs(H).max())
    assert np.array_equal(g, before)


@given(count=st.integers(1, 8), size=st.integers(1, 6), seed=seeds)
def test_the_latest_pair_is_reproduced(count, size, seed):
    """The secant equation: applied to y, the inverse Hessian gives s."""
    pairs, _ = curvature_pairs(count, size, seed)
    s, y = pairs[-1]
    np.testing.assert_allclose(two_loop(y, pairs), s, rtol=1e-6, atol=1e-6 * np.abs(s).max())


def test_lbfgs_solves_a_quadratic_problem_in_few_steps():
    problem, A, b = linear(30, 10)
    want = np.linalg.lstsq(A, b)[0]
    states = run(kn.LBFGS(), problem, np.zeros(10), 25)
    np.testing.assert_allclose(states[-1].theta, want, rtol=0, atol=1e-6)


def test_lbfgs_finds_the_way_through_the_valley_of_rosenbrock():
    states = run(kn.LBFGS(), rosenbrock(), [-1.2, 1.0], 60)
    assert states[-1].loss < 1e-20
    np.testing.assert_allclose(states[-1].theta, [1.0, 1.0], rtol=0, atol=1e-9)
    assert states[-1].evaluations < 120


def test_lbfgs_keeps_no_more_pairs_than_it_was_told_to_and_the_latest():
    states = run(kn.LBFGS(memory=3), rosenbrock(), [-1.2, 1.0], 10)
    assert [len(state.memory.pairs) for state in states[:6]] == [0, 1, 2, 3, 3, 3]
    for before, after in pairwise(states[:8]):
        s, y = after.memory.pairs[-1]
        assert np.array_equal(s, after.theta - before.theta)
        assert np.array_equal(y, after.gradient - before.gradient)


# The line search.


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


@given(a=floats(-1.0, 1.0), b=floats(-1.0, 1.0), c=floats(0.1, 1.0), reverse=st.booleans())
def test_between_two_points_the_minimum_of_the_cubic_is_tried(a, b, c, reverse):
    """A cubic with its minimum at 0.5, seen from both ends of [0, 1], or of [1, 0]."""
    fun, *_ = along_a_line(
        lambda z: a + b / 3.0 * (z - 0.5) ** 3 + c * (z - 0.5) ** 2,
        lambda z: b * (z - 0.5) ** 2 + 2.0 * c * (z - 0.5),
    )
    ends = []
    for z in (0.0, 1.0):
        value, gradient = fun(np.array([z]))
        ends.append(Trial(z, value, float(gradient[0]), np.array([z]), gradient))
    low, high = ends[::-1] if reverse else ends
    assert between(low, high) == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize("slope", [np.inf, 0.0])
def test_between_a_point_and_nowhere_the_middle_is_tried(slope):
    low = Trial(1.0, 0.0, -1.0, None, None)
    high = Trial(3.0, np.inf, slope, None, None)
    assert between(low, high) == 2.0


def test_lbfgs_that_finds_nothing_better_says_so_and_stays():
    problem, A, b = linear(6, 3)
    at_the_minimum = np.linalg.lstsq(A, b)[0]
    problem_lies = Squares(lambda t: A @ t - b, lambda t: A + 0.1 * np.sign(t))
    for lying in (problem, problem_lies):
        states = run(kn.LBFGS(), lying, at_the_minimum, 50)
        assert states[-1].converged
        assert states[-1].loss <= states[0].loss


# Levenberg-Marquardt.


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
    delta, predicted = _damped_solver(A, r, A.T @ r, None)(damping)
    after = r + A @ delta
    assert predicted == pytest.approx(r @ r - after @ after, rel=1e-7, abs=1e-10)
    assert predicted > 0.0


@given(M=st.integers(1, 8), P=st.integers(1, 8), seed=seeds)
def test_more_damping_means_a_shorter_step_that_turns_downhill(M, P, seed):
    problem, A, _ = linear(M, P, seed)
    r = problem.residuals(np.random.default_rng(seed).standard_normal(P))
    solve = _damped_solver(A, r, A.T @ r, None)
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


def test_lbfgs_does_not_care_in_which_units_a_parameter_is_measured():
    class Problem:
        """Rosenbrock's valley in the coordinates z = w theta."""

        def __init__(self, w):
            self.w, self.inner = np.asarray(w), rosenbrock()

        def fun(self, z):
            loss, gradient = self.inner.fun(z / self.w)
            return loss, gradient / self.w

        def diagonal_scaling(self, _):
            return 1.0 / self.w**2

    w = [1.0, 1000.0]
    plain = run(kn.LBFGS(), Problem([1.0, 1.0]), [-1.2, 1.0], 20)
    stretched = run(kn.LBFGS(), Problem(w), [-1.2, 1000.0], 20)
    blind = run(kn.LBFGS(scaled=False), Problem(w), [-1.2, 1000.0], 20)
    losses = [[state.loss for state in states] for states in (plain, stretched)]
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-6, atol=1e-12)
    assert blind[-1].loss > 5.0 * stretched[-1].loss


def test_the_metric_is_the_mean_square_of_what_a_parameter_is_multiplied_with():
    rng = np.random.default_rng(0)
    x = rng.uniform(-1.0, 1.0, (50, 1))
    net = kn.KAN([1, 1], grid_size=4, rng=0)
    J = net.jacobian(x)[:, 0]  # (N, P): one layer, so these are the factors themselves
    squares = np.mean(J**2, axis=0)
    metric = kn.Objective(net, x, np.sin(x)).diagonal_scaling(net.theta)
    np.testing.assert_allclose(metric, squares / squares.mean() + 1e-3, rtol=1e-12)


def test_levenberg_marquardt_survives_a_gain_that_was_not_predicted():
    class Cliff:
        """Flat to the last digit where it starts, and far lower a hair further."""

        def residuals(self, theta):
            return np.array([1.0 if theta[0] == 0.0 else 0.5])

        def jacobian(self, _):
            return np.array([[1e-220]])

    first = kn.LevenbergMarquardt().start(Cliff(), np.zeros(1))
    state = kn.LevenbergMarquardt().step(Cliff(), first)
    assert state.loss == 0.25
    assert state.memory.damping == pytest.approx(1.0 / 3.0)
