"""Levenberg-Marquardt solves least squares to the last digits, and damps what goes up."""

from itertools import pairwise

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from least_squares import Squares, linear, rosenbrock, run
from strategies import floats, seeds

import kan_numpy as kn
from kan_numpy.optimizers.levenberg_marquardt import _damped_solver, damping_matrix
from kan_numpy.optimizers.linear_model import LinearModel
from kan_numpy.optimizers.optimizer import ObjectiveLike, PenaltyTerms, restarted, reweighted


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


def test_the_damping_follows_the_rule_of_nielsen():
    states = run(kn.LevenbergMarquardt(), rosenbrock(), [-1.2, 1.0], 30)
    factors = []
    for before, after in pairwise(states[:-1]):
        # Each failure has multiplied the damping by 2, 4, 8 ...
        failures = after.evaluations - before.evaluations - 1
        damping = before.memory.damping * 2.0 ** (failures * (failures + 1) / 2)
        _, predicted = _damped_solver(before.memory.model, before.gradient / 2.0, None)(damping)
        rho = (before.loss - after.loss) / predicted
        factors.append(max(1.0 / 3.0, 1.0 - (2.0 * min(rho, 1.0) - 1.0) ** 3))
        assert after.memory.damping == pytest.approx(damping * factors[-1], rel=1e-9)
        assert after.memory.time == pytest.approx(before.memory.time + 1.0 / damping, rel=1e-12)
        assert after.memory.growth == 2.0
    assert states[-1].evaluations > len(states)  # there were failures
    assert min(factors) == 1.0 / 3.0
    assert max(factors) > 0.5


def test_the_damping_does_not_fall_below_rounding():
    problem, _, _ = linear(4, 2)
    state = run(kn.LevenbergMarquardt(damping=2e-15), problem, np.ones(2), 1)[-1]
    assert state.memory.damping == 1e-15


@pytest.mark.parametrize(("optimizer", "tries"), [(kn.LevenbergMarquardt(), 20)] + [
    (kn.LevenbergMarquardt(tries=n), n) for n in (1, 3)
])  # fmt: skip
def test_so_many_dampings_are_tried_before_it_gives_up(optimizer, tries):
    kink = Squares(lambda t: 1.0 + np.abs(t), lambda _: np.ones((1, 1)))  # 0 is its minimum
    first, last = run(optimizer, kink, [0.0], 9)
    assert (first.evaluations, last.evaluations, last.converged) == (1, 1 + tries, True)
    assert last.theta.tolist() == [0.0]


@pytest.mark.parametrize("form", [np.asarray, scipy.sparse.csr_array])
@pytest.mark.parametrize("M", [2, 5])
def test_parameters_are_damped_by_the_geometric_mean_of_both_rules(M, form):
    problem, A, _ = linear(M, 3)
    A[:, 1] = 0.0
    model = LinearModel.at(problem, np.zeros(3), problem.residuals(np.zeros(3)))
    H = np.diag([2.0, 0.0, 4.0])
    squares = np.sum(A**2, axis=0)
    for d, curvature in ((squares, None), (squares + np.array([1.0, 0.0, 2.0]), form(H))):
        want = np.sqrt(d.mean() * d)
        want += 1e-10 * want.max()
        np.testing.assert_allclose(damping_matrix(model, curvature), want, rtol=1e-12)


class WithPenalty(Squares):
    """Squares with the term theta . H theta / 2, times a weight."""

    def __init__(self, M, P, H, weight=1.0):
        problem, self.A, self.b = linear(M, P)
        super().__init__(problem.residuals, problem.jacobian)
        self.H = weight * H

    def penalty_terms(self, theta):
        return PenaltyTerms(0.5 * theta @ self.H @ theta, self.H @ theta, self.H)


@pytest.mark.parametrize(("M", "P"), [(6, 3), (2, 4)])
def test_a_term_that_is_no_square_is_minimized_with_the_squares(M, P):
    H = np.diag(np.arange(1.0, P + 1.0)) + 0.5
    problem, heavier = WithPenalty(M, P, H), WithPenalty(M, P, H, 10.0)
    state = run(kn.LevenbergMarquardt(), problem, np.ones(P), 40)[-1]
    A, b = problem.A, problem.b
    want = np.linalg.solve(A.T @ A + H / 2.0, A.T @ b)
    np.testing.assert_allclose(state.theta, want, rtol=1e-6)
    assert state.loss == pytest.approx(np.sum((A @ want - b) ** 2) + 0.5 * want @ H @ want)
    early = run(kn.LevenbergMarquardt(), problem, np.ones(P), 2)[-1]
    r = A @ early.theta - b
    np.testing.assert_allclose(early.gradient, 2.0 * A.T @ r + H @ early.theta, rtol=1e-9)
    other = reweighted(kn.LevenbergMarquardt(), heavier, early)
    np.testing.assert_allclose(other.gradient, 2.0 * A.T @ r + 10.0 * H @ early.theta, rtol=1e-9)
    assert other.loss == pytest.approx(r @ r + 5.0 * early.theta @ H @ early.theta)
    assert (other.evaluations, other.memory.damping) == (early.evaluations, early.memory.damping)


def test_on_other_grids_the_damping_goes_on_if_it_has_fallen():
    method, (problem, _, _) = kn.LevenbergMarquardt(tries=3), linear(20, 5)
    state = run(method, problem, np.zeros(5), 3)[-1]
    for before, after in ((1e-3, 1e-3), (5.0, 1.0)):
        changed = state._replace(memory=state.memory._replace(damping=before))
        again = restarted(method, problem, np.ones(5), changed)
        assert (again.memory.damping, again.memory.time) == (after, 0.0)
        assert again.theta.tolist() == [1.0] * 5
        assert again.evaluations == state.evaluations + 1


def test_with_a_penalty_the_damping_begins_anew():
    method, problem = kn.LevenbergMarquardt(), WithPenalty(6, 3, np.eye(3))
    state = run(method, problem, np.ones(3), 3)[-1]
    assert state.memory.damping < 1.0
    assert restarted(method, problem, np.ones(3), state).memory.damping == 1.0


def test_so_fewer_steps_reach_the_same_loss(monkeypatch):
    x = np.random.default_rng(0).uniform(-1, 1, (1000, 2))
    y = np.exp(np.sin(np.pi * x[:, :1]) + x[:, 1:] ** 2)

    def steps():
        return sum(
            len(
                kn.fit(
                    kn.KAN([2, 5, 1], grid_size=3, rng=seed), x, y, steps=40, adapt_at=[5],
                    callback=lambda _, __, history: history["train_loss"][-1] < 1e-4,
                ).history["step"]
            )
            for seed in range(5)
        )  # fmt: skip

    kept = steps()
    anew = lambda self, objective, theta, _: self.start(objective, theta)  # noqa: E731
    monkeypatch.setattr(kn.LevenbergMarquardt, "restarted", anew)
    assert steps() > 1.2 * kept


@pytest.mark.parametrize(
    ("changed", "message"), [({"damping": 0.0}, "damping must"), ({"tries": 0}, "tries must")]
)
def test_numbers_that_make_no_sense_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        kn.LevenbergMarquardt(**changed)
    assert kn.LevenbergMarquardt() == kn.LevenbergMarquardt(damping=1.0, tries=20)
