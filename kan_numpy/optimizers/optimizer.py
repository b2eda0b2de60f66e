r"""The protocol of optimizers: a state, and a step from one state to the next.

An optimizer knows a vector theta and an `ObjectiveLike`, not networks. It holds no state itself::

    state = optimizer.start(objective, theta)
    state = optimizer.step(objective, state)        # repeated

Start with `kan_numpy.optimizers.first_order`; `kan_numpy.optimizers.lbfgs` and
`kan_numpy.optimizers.levenberg_marquardt` follow the same protocol. The default is chosen in
`kan_numpy.optimizers.defaults`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol, TypeAlias, runtime_checkable

import scipy

from kan_numpy._arrays import Array

__all__ = ["Curvature", "ObjectiveLike", "Optimizer", "PenaltyTerms", "Restartable"]
__all__ += ["Reweightable", "State", "reevaluated", "restarted", "reweighted"]

Curvature: TypeAlias = "Array | scipy.sparse.sparray"
"""A matrix of second derivatives (P, P)."""


class PenaltyTerms(NamedTuple):
    """The terms added to a sum of squares, at one theta."""

    value: float = 0.0
    gradient: Array | float = 0.0  # (P,)
    curvature: Curvature | None = None  # (P, P)


class ObjectiveLike(Protocol):
    """Protocol of an objective, a function of theta; base class of all objectives.

    An objective defines `fun` or, if it is a sum of squares, `residuals` and `jacobian`, which
    Levenberg-Marquardt requires. The other methods have defaults; an object that does not inherit
    from here, such as one made for SciPy, may lack them.
    """

    def fun(self, theta: Array) -> tuple[float, Array]:
        """Return the loss at theta (P,) and its gradient (P,), as SciPy's optimizers take it."""
        r, terms = self.residuals(theta), self.penalty_terms(theta)
        gradient = 2.0 * (self.jacobian(theta).T @ r) + terms.gradient
        return float(r @ r) + terms.value, gradient

    def residuals(self, theta: Array) -> Array:
        """Return the residuals r (M,); the loss is r . r plus the value of `penalty_terms`."""

    def jacobian(self, theta: Array) -> Array:
        """Return dr/dtheta (M, P)."""

    def jacobian_blocks(self, theta: Array) -> Iterator[Array]:
        """Yield the rows of dr/dtheta in blocks (m, P), which may be smaller in memory."""
        yield self.jacobian(theta)

    def penalty_terms(self, theta: Array) -> PenaltyTerms:  # noqa: ARG002
        """Return the terms added to r . r; zero by default."""
        return PenaltyTerms()

    def diagonal_scaling(self, theta: Array) -> Array | float:  # noqa: ARG002
        """Return the relative scale d (P,) of the Hessian's diagonal, which `LBFGS` uses."""
        return 1.0


class State(NamedTuple):
    """The state of an optimization after some steps."""

    theta: Array  # (P,)
    loss: float  # at theta
    gradient: Array  # (P,) at theta
    evaluations: int  # of the loss so far, with or without its derivatives
    memory: Any  # of the method: momentum, curvature, damping
    converged: bool = False  # whether no step from theta decreases the loss


class Optimizer(Protocol):
    """Protocol of an optimizer, as training uses it."""

    def start(self, objective: ObjectiveLike, theta: Array) -> State:
        """Evaluate the objective at theta (P,) and begin with an empty memory."""

    def step(self, objective: ObjectiveLike, state: State) -> State:
        """Take one step."""


@runtime_checkable
class Reweightable(Protocol):
    """What an optimizer has that keeps its memory when penalty terms change."""

    def reweighted(self, objective: ObjectiveLike, state: State) -> State:
        """Evaluate the objective again at the same theta."""


@runtime_checkable
class Restartable(Protocol):
    """What an optimizer has that keeps a part of its memory when grids change."""

    def restarted(self, objective: ObjectiveLike, theta: Array, state: State) -> State:
        """Begin at theta (P,), where the function is about that of the state."""


def reevaluated(objective: ObjectiveLike, state: State) -> State:
    """Return the state with loss and gradient of another objective, and the same memory."""
    loss, gradient = objective.fun(state.theta)
    return State(state.theta, loss, gradient, state.evaluations + 1, state.memory)


def reweighted(optimizer: Optimizer, objective: ObjectiveLike, state: State) -> State:
    """Return the state under an objective that has changed in its penalty terms only.

    Parameters
    ----------
    optimizer : Optimizer
        If it has a method ``reweighted(objective, state)``, its memory is kept; else it starts
        anew.
    objective : ObjectiveLike
        With other penalty terms than before.
    state : State
        Where the optimizer stands.

    Returns
    -------
    State
    """
    if isinstance(optimizer, Reweightable):
        return optimizer.reweighted(objective, state)
    started = optimizer.start(objective, state.theta)
    return started._replace(evaluations=state.evaluations + started.evaluations)


def restarted(optimizer: Optimizer, objective: ObjectiveLike, theta: Array, state: State) -> State:
    """Return the state of an optimizer that goes on with about the same function on other grids.

    Parameters
    ----------
    optimizer : Optimizer
        If it has a method ``restarted(objective, theta, state)``, that decides what is kept; else
        it starts anew.
    objective : ObjectiveLike
        With other parameters than before.
    theta : ndarray, shape (P,)
        Where to begin.
    state : State
        Where the optimizer stood before.

    Returns
    -------
    State
    """
    if isinstance(optimizer, Restartable):
        started = optimizer.restarted(objective, theta, state)
    else:
        started = optimizer.start(objective, theta)
    return started._replace(evaluations=state.evaluations + started.evaluations)
