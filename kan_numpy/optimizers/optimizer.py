r"""The protocol of optimizers: a state, and a step from one state to the next.

An optimizer knows a vector theta and an `ObjectiveLike`, not networks. It holds no state itself:

    state = optimizer.start(objective, theta)
    state = optimizer.step(objective, state)        # repeated

Start with `kan_numpy.optimizers.first_order`; `kan_numpy.optimizers.lbfgs` and
`kan_numpy.optimizers.levenberg_marquardt` follow the same protocol.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from kan_numpy._arrays import Array


class ObjectiveLike(Protocol):
    """Protocol of an objective; SciPy's optimizers take the same methods."""

    def fun(self, theta: Array) -> tuple[float, Array]:
        """Return the loss and its gradient (P,)."""

    def residuals(self, theta: Array) -> Array:
        """Return the residuals r (M,) with loss = r . r; only for sums of squares."""

    def jacobian(self, theta: Array) -> Array:
        """Return dr/dtheta (M, P)."""


class State(NamedTuple):
    """The state of an optimization after some steps."""

    theta: Array  # (P,)
    loss: float  # at theta
    gradient: Array  # (P,) at theta
    evaluations: int  # of the loss so far, with or without its derivatives
    memory: Any  # of the method: momentum, curvature, damping
    converged: bool = False  # whether no step from theta decreases the loss


class Optimizer(Protocol):
    """Protocol of an optimizer, as `fit` uses it."""

    def start(self, objective: ObjectiveLike, theta: Array) -> State:
        """Evaluate the objective at theta (P,) and begin with an empty memory."""

    def step(self, objective: ObjectiveLike, state: State) -> State:
        """Take one step."""


def as_optimizer(value: Optimizer | None, default: Optimizer) -> Optimizer:
    """Return the optimizer given as an argument, or the default for None."""
    if value is None:
        return default
    if isinstance(value, type) or not (hasattr(value, "start") and hasattr(value, "step")):
        raise TypeError(f"optimizer must be an optimizer such as Adam(), but is {value!r}")
    return value
