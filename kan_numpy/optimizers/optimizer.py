r"""The protocol of all optimizers: a state, and a step from it to the next.

Optimizers know a vector theta and a `ObjectiveLike`, not networks. They hold no state themselves:

    state = optimizer.start(objective, theta)
    state = optimizer.step(objective, state)        # as often as one likes

The others have files of their own: `kan_numpy.optimizers.lbfgs` and
`kan_numpy.optimizers.levenberg_marquardt`.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from kan_numpy._arrays import Array


class ObjectiveLike(Protocol):
    """Name what an optimizer asks of a problem; SciPy's optimizers ask the same."""

    def fun(self, theta: Array) -> tuple[float, Array]:
        """Return the loss and its gradient (P,)."""

    def residuals(self, theta: Array) -> Array:
        """Return r (M,) with loss = r . r; only for sums of squares."""

    def jacobian(self, theta: Array) -> Array:
        """Return dr/dtheta (M, P)."""


class State(NamedTuple):
    """Where an optimizer stands."""

    theta: Array  # (P,)
    loss: float  # at theta
    gradient: Array  # (P,) at theta
    evaluations: int  # of the loss so far, with or without its derivatives
    memory: Any  # what the method remembers
    converged: bool = False  # nothing better was found from here


class Optimizer(Protocol):
    """Name what `fit` asks of an optimizer."""

    def start(self, objective: ObjectiveLike, theta: Array) -> State:
        """Evaluate the problem at theta and forget everything before."""

    def step(self, objective: ObjectiveLike, state: State) -> State:
        """Go one step further."""


def as_optimizer(value: Optimizer | None, default: Optimizer) -> Optimizer:
    """Return the optimizer that an argument stands for."""
    if value is None:
        return default
    if isinstance(value, type) or not (hasattr(value, "start") and hasattr(value, "step")):
        raise TypeError(f"optimizer must be an optimizer such as Adam(), but is {value!r}")
    return value
