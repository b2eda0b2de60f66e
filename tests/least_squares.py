"""Small problems for optimizers, least squares and a curved valley, and their steps."""

import numpy as np

from kan_numpy.optimizers.optimizer import ObjectiveLike


class Squares(ObjectiveLike):
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
