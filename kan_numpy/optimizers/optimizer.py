r"""The protocol of optimizers: a state, and a step from one state to the next.

An optimizer knows a vector theta and an `ObjectiveLike`, not networks. It holds no state itself:

    state = optimizer.start(objective, theta)
    state = optimizer.step(objective, state)        # repeated

Start with `kan_numpy.optimizers.first_order`; `kan_numpy.optimizers.lbfgs` and
`kan_numpy.optimizers.levenberg_marquardt` follow the same protocol. The default is chosen in
`kan_numpy.optimizers.defaults`.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from kan_numpy._arrays import Array


class PenaltyTerms(NamedTuple):
    """The terms added to a sum of squares, at one theta."""

    value: float = 0.0
    gradient: Array | float = 0.0  # (P,)
    curvature: Array | None = None  # (P, P)


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
