"""Gradient descent and Adam take the steps of the textbook."""

import numpy as np
from least_squares import linear, run

import kan_numpy as kn


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
