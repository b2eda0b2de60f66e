r"""Optimizers that follow the gradient: SGD and Adam, with all samples or in mini-batches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy._validation import as_number
from kan_numpy.optimizers.optimizer import ObjectiveLike, State, reevaluated

__all__ = ["SGD", "Adam", "FirstOrder", "MiniBatches", "Moments"]


class FirstOrder:
    """What SGD and Adam have in common: a step is a function of the gradient."""

    def start(self, objective: ObjectiveLike, theta: Array) -> State:
        """Evaluate the objective at theta (P,) and begin with an empty memory."""
        loss, gradient = objective.fun(theta)
        return State(theta, loss, gradient, 1, self.no_memory(theta))

    def step(self, objective: ObjectiveLike, state: State) -> State:
        """Take one step and evaluate the objective at the new point."""
        move, memory = self.move(state.gradient, state.memory)
        theta = state.theta + move
        loss, gradient = objective.fun(theta)
        return State(theta, loss, gradient, state.evaluations + 1, memory)

    def reweighted(self, objective: ObjectiveLike, state: State) -> State:
        """Keep the memory where the objective has changed a little."""
        return reevaluated(objective, state)

    def no_memory(self, theta: Array) -> Any:
        """Return the initial memory of the method."""
        raise NotImplementedError

    def move(self, gradient: Array, memory: Any) -> tuple[Array, Any]:
        """Return what to add to theta (P,), and the updated memory."""
        raise NotImplementedError


@dataclass(frozen=True)
class SGD(FirstOrder):
    r"""Gradient descent with momentum.

    .. math:: v \leftarrow \mu v + g, \qquad \theta \leftarrow \theta - \eta v

    Parameters
    ----------
    learning_rate : float
        :math:`\eta > 0`.
    momentum : float
        :math:`0 \le \mu < 1`.

    Raises
    ------
    ValueError
        If a parameter lies outside its range.
    TypeError
        If a parameter is not a real number.

    Examples
    --------
    Two steps down :math:`L = \theta^2` from 1, where v = 2 and then v = 0.5 * 2 + 2 * 0.8 = 2.6:

    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> parabola = SimpleNamespace(fun=lambda theta: (float(theta @ theta), 2.0 * theta))
    >>> sgd = kn.SGD(learning_rate=0.1, momentum=0.5)
    >>> first = sgd.step(parabola, sgd.start(parabola, np.array([1.0])))
    >>> second = sgd.step(parabola, first)
    >>> first.theta, second.theta
    (array([0.8]), array([0.54]))
    """

    learning_rate: float = 0.1
    momentum: float = 0.9

    def __post_init__(self) -> None:
        """Check the numbers."""
        as_number("learning_rate", self.learning_rate, 0.0, include_low=False)
        as_number("momentum", self.momentum, 0.0, 1.0, include_high=False)

    def no_memory(self, theta: Array) -> Array:
        """Return v = 0."""
        return np.zeros_like(theta)

    def move(self, gradient: Array, memory: Array) -> tuple[Array, Array]:
        """Return the move and the new v."""
        v = self.momentum * memory + gradient
        return -self.learning_rate * v, v


class Moments(NamedTuple):
    """The memory of Adam."""

    step: int  # how many so far
    m: Array  # (P,) running mean of g
    v: Array  # (P,) running mean of g^2


@dataclass(frozen=True)
class Adam(FirstOrder):
    r"""Adam: momentum, with each component divided by the typical size of its gradient.

    .. math::
        m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad
        v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \qquad
        \theta \leftarrow \theta - \eta\,
            \frac{m / (1 - \beta_1^\tau)}{\sqrt{v / (1 - \beta_2^\tau)} + \epsilon}

    with :math:`\tau` the number of the step (D. Kingma, J. Ba, arXiv 1412.6980v9, algorithm 1).

    Parameters
    ----------
    learning_rate : float
        :math:`\eta > 0`.
    beta1, beta2 : float
        Decay rates of the two running means, at least 0 and below 1.
    epsilon : float
        A positive number that keeps the quotient finite.

    Raises
    ------
    ValueError
        If a parameter lies outside its range.
    TypeError
        If a parameter is not a real number.

    Examples
    --------
    In the first step m / sqrt(v) is the sign of the gradient, whatever its size: both components
    move by the learning rate, although one gradient is 1000 times the other.

    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> g = np.array([2.0, -0.002])
    >>> plane = SimpleNamespace(fun=lambda theta: (float(g @ theta), g))
    >>> adam = kn.Adam(learning_rate=0.01)
    >>> adam.step(plane, adam.start(plane, np.zeros(2))).theta.round(4)
    array([-0.01,  0.01])
    """

    learning_rate: float = 0.01
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        """Check the numbers."""
        as_number("learning_rate", self.learning_rate, 0.0, include_low=False)
        as_number("beta1", self.beta1, 0.0, 1.0, include_high=False)
        as_number("beta2", self.beta2, 0.0, 1.0, include_high=False)
        as_number("epsilon", self.epsilon, 0.0, include_low=False)

    def no_memory(self, theta: Array) -> Moments:
        """Return step 0 and both means 0."""
        return Moments(0, np.zeros_like(theta), np.zeros_like(theta))

    def move(self, gradient: Array, memory: Moments) -> tuple[Array, Moments]:
        """Return the move and the new means."""
        step = memory.step + 1
        m = self.beta1 * memory.m + (1.0 - self.beta1) * gradient
        v = self.beta2 * memory.v + (1.0 - self.beta2) * gradient**2
        # The means started at 0; the two divisions correct that bias.
        m_hat = m / (1.0 - self.beta1**step)
        v_hat = v / (1.0 - self.beta2**step)
        return -self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon), Moments(step, m, v)


@dataclass
class MiniBatches:
    """Epochs of SGD or Adam: each step moves once for every mini-batch, in a new random order.

    Of all samples together only the loss is evaluated, before the first and after each epoch, never
    the gradient. The objective must have ``x`` (one sample a row), ``value(theta)``, the loss, and
    ``batch(rows)``, the objective on some of the samples.
    """

    method: FirstOrder
    size: int  # samples in a mini-batch
    rng: np.random.Generator

    def start(self, objective: Any, theta: Array) -> State:
        """Evaluate the loss at theta (P,) and begin with an empty memory."""
        loss, unknown = objective.value(theta), np.full_like(theta, np.nan)
        return State(theta, loss, unknown, 1, self.method.no_memory(theta))

    def step(self, objective: Any, state: State) -> State:
        """Use every sample once."""
        theta, _, gradient, evaluations, memory, _ = state
        order = self.rng.permutation(len(objective.x))
        for start in range(0, len(order), self.size):
            _, gradient = objective.batch(order[start : start + self.size]).fun(theta)
            move, memory = self.method.move(gradient, memory)
            theta, evaluations = theta + move, evaluations + 1
        return State(theta, objective.value(theta), gradient, evaluations, memory)

    def reweighted(self, objective: Any, state: State) -> State:
        """Keep the memory where the objective has changed a little."""
        loss = objective.value(state.theta)
        return state._replace(loss=loss, evaluations=state.evaluations + 1)
