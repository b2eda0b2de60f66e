"""L-BFGS applies the matrix of the BFGS update, and finds minima in few steps."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from least_squares import Squares, linear, rosenbrock, run
from strategies import seeds

import kan_numpy as kn
from kan_numpy.optimizers.lbfgs import two_loop
from kan_numpy.optimizers.optimizer import ObjectiveLike


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


def test_lbfgs_that_finds_nothing_better_says_so_and_stays():
    problem, A, b = linear(6, 3)
    at_the_minimum = np.linalg.lstsq(A, b)[0]
    problem_lies = Squares(lambda t: A @ t - b, lambda t: A + 0.1 * np.sign(t))
    for lying in (problem, problem_lies):
        states = run(kn.LBFGS(), lying, at_the_minimum, 50)
        assert states[-1].converged
        assert states[-1].loss <= states[0].loss


def test_lbfgs_does_not_care_in_which_units_a_parameter_is_measured():
    class Problem(ObjectiveLike):
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
