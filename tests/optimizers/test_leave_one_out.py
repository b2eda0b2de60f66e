"""The loss expected on new samples is that of fits which have not seen them."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from least_squares import linear, run
from strategies import seeds

import kan_numpy as kn
from kan_numpy.optimizers.leave_one_out import FARTHEST, expectation, leverages
from kan_numpy.optimizers.optimizer import ObjectiveLike, PenaltyTerms


class Ridge(ObjectiveLike):
    """|A theta - b|^2 / N + theta . H theta / 2, on some of its samples with several rows each."""

    def __init__(self, A, b, H):
        self.A, self.b, self.H = A, b, H

    def without(self, n):
        """Leave out a sample; those that remain count as before."""
        return Ridge(np.delete(self.A, n, axis=0), np.delete(self.b, n, axis=0), self.H)

    def residuals(self, theta):
        return (self.A @ theta - self.b).ravel()

    def jacobian(self, _):
        return self.A.reshape(-1, self.A.shape[2])

    def jacobian_blocks(self, theta):
        yield from np.array_split(self.jacobian(theta), [2 * self.A.shape[1]])

    def penalty_terms(self, theta):
        return PenaltyTerms(0.5 * theta @ self.H @ theta, self.H @ theta, self.H)

    def minimum(self):
        """Theta by NumPy."""
        J = self.jacobian(None)
        return np.linalg.solve(J.T @ J + self.H / 2, J.T @ self.b.ravel())


def solved(problem):
    """Return the state at the minimum, as after many steps."""
    state = kn.LevenbergMarquardt(damping=1e-14).start(problem, problem.minimum())
    return state._replace(memory=state.memory._replace(time=1e14))


@given(N=st.integers(3, 12), n_out=st.integers(1, 3), P=st.integers(1, 9), seed=seeds)
def test_for_a_linear_problem_it_is_real_leave_one_out(N, n_out, P, seed):
    rng = np.random.default_rng(seed)
    A, b = rng.standard_normal((N, n_out, P)), rng.standard_normal((N, n_out))
    problem = Ridge(A, b, np.eye(P) * rng.uniform(0.5, 2.0))
    state = solved(problem)
    left_out = [A[n] @ problem.without(n).minimum() - b[n] for n in range(N)]
    expected = expectation(problem, state, N)
    h = leverages(problem, state, n_out)
    J = problem.jacobian(None)
    hat = J @ np.linalg.solve(J.T @ J + problem.H / 2, J.T)
    np.testing.assert_allclose(
        h, [hat[n : n + n_out, n : n + n_out] for n in range(0, N * n_out, n_out)], atol=1e-9
    )
    assert expected.effective_parameters == pytest.approx(np.trace(hat), rel=1e-9)
    if expected.effective_parameters < 0.9 * N * n_out:
        assert expected.loss == pytest.approx(np.sum(np.square(left_out)), rel=1e-10)
    else:
        assert np.isnan(expected.loss)


@given(N=st.integers(2, 4), size=st.integers(1, 3), more=st.integers(1, 5), seed=seeds)
def test_with_fewer_residuals_than_parameters_the_smaller_matrix_says_the_same(N, size, more, seed):
    M = N * size
    problem, A, _ = linear(M, M + more, seed)
    state = run(kn.LevenbergMarquardt(damping=0.1), problem, np.zeros(M + more), 1)[-1]
    large = state._replace(memory=state.memory._replace(curvature=np.zeros((M + more,) * 2)))
    h = leverages(problem, state, size)
    np.testing.assert_allclose(h, leverages(problem, large, size), rtol=0, atol=1e-9)
    d = np.sum(A**2, axis=0)
    ridge = np.diag(0.1 * np.sqrt(d * d.mean()))  # one step with the damping 0.1
    hat = A @ np.linalg.solve(A.T @ A + ridge, A.T)
    want = [hat[n : n + size, n : n + size] for n in range(0, M, size)]
    np.testing.assert_allclose(h, want, rtol=0, atol=1e-8)


def noisy(N, seed):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1.0, 1.0, (N, 2))
    y = np.sin(2.0 * x[:, :1] + np.cos(3.0 * x[:, 1:])) + 0.1 * rng.standard_normal((N, 1))
    return x, y


@pytest.mark.parametrize("seed", range(2))
def test_for_a_network_it_is_near_to_fitting_again_without_each_sample(seed):
    x, y = noisy(60, seed)
    objective = kn.Objective(kn.KAN([2, 2, 1], grid_size=3, rng=seed), x, y)
    state = run(kn.LevenbergMarquardt(), objective, objective.network.theta, 25)[-1]
    errors = []
    for n in range(len(x)):
        others = objective.batch(np.delete(np.arange(len(x)), n))
        theta = run(kn.LevenbergMarquardt(), others, objective.network.theta, 25)[-1].theta
        errors.append(objective.network.with_theta(theta)(x[n : n + 1])[0, 0] - y[n, 0])
    expected = expectation(objective, state, len(x)).loss
    assert state.loss < 0.5 * expected
    assert 1 / 2 < expected / np.mean(np.square(errors)) < 2


def test_it_is_right_about_new_samples_where_the_training_loss_is_not():
    for grid_size, seed in ((3, 0), (5, 1), (10, 2)):
        x, y = noisy(300, seed)
        fresh, truth = noisy(5000, 100 + seed)
        result = kn.fit(kn.KAN([2, 4, 1], grid_size, rng=seed), x, y)
        error = np.mean((result.network(fresh) - truth) ** 2)
        assert result.history["train_loss"][-1] < 0.8 * error
        assert 1 / 3 < result.expected_loss / error < 3


def with_lonely_samples(count, N, far):
    """Return noise around a mean, and samples that only a parameter of their own brings near it."""
    A = np.eye(N, 1 + count, 1)[:, None, :]
    A[:, :, 0] = 1.0
    b = np.random.default_rng(0).standard_normal((N, 1)) + far * A[:, :, 1:].sum(axis=2)
    return Ridge(A, b, 1e-6 * np.eye(1 + count))


@pytest.mark.parametrize(("far", "is_told"), [(10.0, True), (1e4, False)])
def test_what_a_linear_model_cannot_tell_is_not_told(far, is_told):
    problem = with_lonely_samples(1, 40, far)
    state = solved(problem)
    loss = expectation(problem, state, 40).loss
    if is_told:
        assert 2.0 * state.loss < loss < FARTHEST * state.loss
    else:
        assert np.isnan(loss)


@pytest.mark.parametrize(("count", "is_told"), [(5, False), (6, True)])
def test_five_samples_of_a_thousand_do_not_decide_the_estimate(count, is_told):
    problem = with_lonely_samples(count, 1000, 100.0)
    state = solved(problem)
    assert np.all(leverages(problem, state, 1)[:count] > 0.99)
    loss = expectation(problem, state, 1000).loss
    assert loss > 2.0 * state.loss if is_told else loss < 1.1 * state.loss


def test_nothing_is_said_where_nothing_is_known():
    bare = SimpleNamespace(residuals=lambda t: t[:1] - 1.0, jacobian=lambda _: np.eye(1, 3))
    method = kn.LevenbergMarquardt()
    start = method.start(bare, np.zeros(3))
    assert np.isnan(expectation(bare, start, 1).effective_parameters)  # no step yet
    done = run(method, bare, np.zeros(3), 40)[-1]
    assert np.isnan(expectation(bare, done, 1).loss)  # one sample for one parameter
    assert expectation(bare, done, 1).effective_parameters == pytest.approx(1.0, rel=1e-3)
    valley = kn.Objective(kn.KAN([2, 1], rng=0), *noisy(20, 0))
    adam = run(kn.Adam(), valley, valley.network.theta, 3)[-1]
    assert np.isnan(expectation(valley, adam, 20).loss)


def one_for_all(ridge, b):
    """Return the problem of fitting all b with one number each, held by a ridge, at its minimum."""
    problem = Ridge(np.eye(len(b))[:, None], np.array(b)[:, None], ridge * np.eye(len(b)))
    state = kn.LevenbergMarquardt(damping=1e-14).start(problem, problem.minimum())
    return problem, state._replace(memory=state.memory._replace(time=1e14))


@pytest.mark.parametrize(("share", "known"), [(0.89, True), (0.91, False)])
def test_with_nearly_as_many_effective_parameters_as_residuals_nothing_is_said(share, known):
    # The leverage of each is 1 / (1 + ridge / 2).
    problem, state = one_for_all(2.0 / share - 2.0, [1.0, 2.0, 3.0])
    expected = expectation(problem, state, 3)
    assert expected.effective_parameters == pytest.approx(3.0 * share)
    assert np.isfinite(expected.loss) == known
    if known:
        assert expected.loss == pytest.approx(1.0 + 4.0 + 9.0)  # without itself, it is 0


@pytest.mark.parametrize(("times", "known"), [(0.9e4, True), (1.1e4, False)])
def test_a_loss_that_is_far_larger_than_in_training_is_not_believed(times, known):
    # Of 9 samples one decides alone: its error grows by 1 / (1 - h), with h = 1 / (1 + ridge).
    A = np.zeros((9, 1, 1))
    A[0] = 1.0
    b = np.zeros((9, 1))
    b[0] = 1.0
    ridge = 2.0 / (np.sqrt(times) - 1.0)
    problem = Ridge(A, b, np.array([[ridge]]))
    state = kn.LevenbergMarquardt(damping=1e-14).start(problem, problem.minimum())
    state = state._replace(memory=state.memory._replace(time=1e14))
    expected = expectation(problem, state, 9)
    assert np.isfinite(expected.loss) == known
    if known:
        assert expected.loss == pytest.approx(1.0, rel=1e-6)


@pytest.mark.parametrize(("N", "mistaken"), [(199, 0), (200, 1), (400, 2)])
def test_the_largest_of_200_errors_counts_as_the_next_one(N, mistaken):
    b = np.append(np.ones(N - 3), [10.0, 20.0, 30.0])
    problem, state = one_for_all(2.0, b)
    squares = np.sort(b**2)
    squares[N - mistaken :] = squares[N - mistaken - 1]
    assert expectation(problem, state, N).loss == pytest.approx(squares.sum())
