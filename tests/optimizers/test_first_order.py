"""Gradient descent and Adam take the steps of the textbook."""

from types import SimpleNamespace

import numpy as np
import pytest
from least_squares import linear, run

import kan_numpy as kn
from kan_numpy.optimizers.first_order import MiniBatches
from kan_numpy.optimizers.optimizer import reweighted


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


def test_the_numbers_of_adam_are_those_of_its_paper_but_for_the_learning_rate():
    assert kn.Adam() == kn.Adam(learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8)
    assert kn.SGD() == kn.SGD(learning_rate=0.1, momentum=0.9)


@pytest.mark.parametrize(
    ("method", "refused", "allowed"),
    [
        (kn.SGD, {"learning_rate": 0.0}, {"learning_rate": 1e-9}),
        (kn.SGD, {"momentum": 1.0}, {"momentum": 0.0}),
        (kn.SGD, {"momentum": -0.1}, {"momentum": 0.999}),
        (kn.Adam, {"learning_rate": 0.0}, {"learning_rate": 1e-9}),
        (kn.Adam, {"beta1": 1.0}, {"beta1": 0.0}),
        (kn.Adam, {"beta2": 1.0}, {"beta2": 0.0}),
        (kn.Adam, {"beta2": -0.1}, {"beta2": 0.9999}),
        (kn.Adam, {"epsilon": 0.0}, {"epsilon": 1e-300}),
    ],
)
def test_numbers_outside_their_ranges_are_refused(method, refused, allowed):
    (name,) = refused
    with pytest.raises(ValueError, match=f"{name} must"):
        method(**refused)
    assert getattr(method(**allowed), name) == allowed[name]


class Samples:
    """The mean of (theta - x)^2 over samples x, some or all; it writes down which were asked."""

    def __init__(self, x, asked):
        self.x, self.asked = x, asked

    def value(self, theta):
        return float(np.mean((theta - self.x) ** 2))

    def fun(self, theta):
        self.asked.append(self.x)
        return self.value(theta), np.array([2.0 * np.mean(theta - self.x)])

    def batch(self, rows):
        return Samples(self.x[rows], self.asked)


def test_an_epoch_takes_a_step_for_every_batch_and_uses_each_sample_once():
    samples = Samples(np.arange(10.0), [])
    batches = MiniBatches(kn.SGD(0.1, 0.5), 4, np.random.default_rng(0))
    first = batches.start(samples, np.array([7.0]))
    assert (first.loss, first.evaluations) == (samples.value(7.0), 1)
    state = batches.step(samples, first)
    assert [len(batch) for batch in samples.asked] == [4, 4, 2]
    assert sorted(np.concatenate(samples.asked)) == list(range(10))
    theta, v = 7.0, 0.0
    for batch in samples.asked:
        v = 0.5 * v + 2.0 * (theta - batch.mean())
        theta -= 0.1 * v
    np.testing.assert_allclose(state.theta, [theta], rtol=1e-14)
    assert (state.loss, state.evaluations) == (samples.value(state.theta), 1 + 3)
    again = batches.step(samples, state)
    assert [tuple(batch) for batch in samples.asked[3:]] != [tuple(b) for b in samples.asked[:3]]
    assert again.evaluations == 7
    other = batches.reweighted(Samples(np.zeros(3), []), again)
    assert (other.loss, other.evaluations) == (float(again.theta[0] ** 2), 8)
    assert other.memory is again.memory


def test_under_a_changed_objective_the_memory_stays_and_one_evaluation_is_counted():
    parabola = SimpleNamespace(fun=lambda theta: (float(theta @ theta), 2.0 * theta))
    wider = SimpleNamespace(fun=lambda theta: (0.5 * float(theta @ theta), theta))
    for method in (kn.SGD(), kn.Adam()):
        state = run(method, parabola, [3.0, -1.0], 4)[-1]
        other = reweighted(method, wider, state)
        assert (other.theta is state.theta, other.memory is state.memory) == (True, True)
        assert other.loss == pytest.approx(0.5 * state.loss)
        np.testing.assert_allclose(other.gradient, 0.5 * state.gradient)
        assert other.evaluations == 1 + 4 + 1
