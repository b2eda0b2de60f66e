"""Variable projection: the linear numbers follow, the others converge."""

import numpy as np
import pytest

from kan_numpy.optimizers.variable_projection import project, variable_projection

X = np.linspace(0.0, 2.0, 30)


def columns(theta):
    return np.stack([np.exp(a * X) for a in theta], axis=1)


def slopes(theta):
    result = np.zeros((len(theta), len(X), len(theta)))
    for p, a in enumerate(theta):
        result[p, :, p] = X * np.exp(a * X)
    return result


TARGET = columns([-1.0, 0.7]) @ np.array([[2.0, 0.5], [-1.0, 3.0]])


def test_the_projection_is_the_least_squares_fit():
    rng = np.random.default_rng(0)
    A, Q = rng.standard_normal((20, 4)) * [1.0, 1e6, 1e-6, 1.0], rng.standard_normal((20, 3))
    got, want = project(A, Q), np.linalg.lstsq(A, Q, rcond=None)[0]
    np.testing.assert_allclose(got.C, want, rtol=1e-8)
    np.testing.assert_allclose(got.left, Q - A @ want, atol=1e-9)
    np.testing.assert_allclose(got.off(Q), got.left, atol=1e-12)


def test_dependent_and_empty_columns_count_once():
    x = np.linspace(1.0, 2.0, 10)[:, None]
    got = project(np.hstack([x, 3.0 * x, 0.0 * x]), x)
    assert got.U.shape == (10, 1)
    np.testing.assert_allclose(got.C[:, 0] @ [1.0, 3.0, 0.0], 1.0)
    assert got.C[2, 0] == 0.0
    assert project(np.hstack([x, x + 1e-9 * x**2]), x).U.shape == (10, 2)


@pytest.mark.parametrize("start", [[-0.5, 0.2], [-2.0, 1.5], [0.0, 1.0]])
def test_it_finds_the_numbers_inside(start):
    theta, error = variable_projection(columns, slopes, TARGET, np.array(start), 50)
    np.testing.assert_allclose(np.sort(theta), [-1.0, 0.7], rtol=1e-7)
    assert error < 1e-13


def test_the_share_that_is_left():
    start = np.array([-0.5, 0.2])
    theta, error = variable_projection(columns, slopes, TARGET, start, 0)
    A = columns(start)
    want = TARGET - A @ np.linalg.lstsq(A, TARGET, rcond=None)[0]
    np.testing.assert_array_equal(theta, start)
    assert error == pytest.approx(np.linalg.norm(want) / np.linalg.norm(TARGET), rel=1e-9)


def test_a_step_goes_downhill_as_the_true_gradient_does():
    """Kaufman's Jacobian has the gradient of the loss, whatever it leaves out."""
    theta, step = np.array([-0.5, 0.2]), 1e-6
    there = project(columns(theta), TARGET)
    J = -there.off(slopes(theta) @ there.C).reshape(2, -1).T
    gradient = 2.0 * J.T @ there.left.ravel()

    def loss(t):
        return np.sum(project(columns(t), TARGET).left ** 2)

    for p, shift in enumerate(step * np.eye(2)):
        want = (loss(theta + shift) - loss(theta - shift)) / (2.0 * step)
        assert gradient[p] == pytest.approx(want, rel=1e-5)


def test_where_there_is_no_value():
    def roots(theta):
        with np.errstate(invalid="ignore"):
            return np.sqrt(X + theta)[:, None]

    def rates(theta):
        return (0.5 / np.sqrt(X + theta))[None, :, None]

    target = np.sqrt(X + 0.01)[:, None]
    assert variable_projection(roots, rates, target, np.array([-1.0]), 9)[1] == np.inf
    theta, error = variable_projection(roots, rates, target, np.array([1.0]), 60)
    assert error < 1e-9
    assert theta[0] == pytest.approx(0.01, rel=1e-6)


def test_nothing_to_fit_or_to_search():
    theta, error = variable_projection(columns, slopes, np.zeros((30, 1)), np.array([1.0]), 9)
    assert (theta, error) == (np.array([1.0]), 0.0)
    line = np.stack([np.ones(30), X], axis=1)
    theta, error = variable_projection(lambda _: line, slopes, X[:, None] + 3.0, np.zeros(0), 9)
    assert len(theta) == 0
    assert error < 1e-14
