r"""L-BFGS: an approximate Newton step, with the curvature estimated from the last gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from kan_numpy._arguments import as_flag
from kan_numpy._arrays import Array
from kan_numpy._validation import as_count
from kan_numpy.optimizers.line_search import wolfe_search
from kan_numpy.optimizers.optimizer import ObjectiveLike, State, reevaluated

__all__ = ["LBFGS", "Memory", "two_loop"]

Pairs = tuple[tuple[Array, Array], ...]


class Memory(NamedTuple):
    """The memory of L-BFGS."""

    pairs: Pairs  # the last (s, y), oldest first
    d: Array | float  # the diagonal scaling, shape (P,)


@dataclass(frozen=True)
class LBFGS:
    r"""L-BFGS: the quasi-Newton method with limited memory.

    Newton's direction is :math:`-H^{-1} g`. The m last pairs :math:`s = \theta' - \theta`,
    :math:`y = g' - g` tell how H acts along the path, and the two-loop recursion applies the
    inverse that they define without ever forming it. A line search with the strong Wolfe conditions
    ensures that :math:`s \cdot y > 0`, hence that every direction is a descent direction.

    In all other directions the initial guess :math:`H^{-1} \approx \gamma\, diag(1 / d)` remains.
    In the textbook d = 1; here d is the ``diagonal_scaling`` of the objective, for a network the
    mean square of the factor that each parameter is multiplied by. This is the same as measuring
    every parameter in its own unit: with :math:`\theta_p = z_p / \sqrt{d_p}`, the guess
    :math:`\gamma I` for z is this one for theta (lesson 07c measures the gain).

    (J. Nocedal, S. Wright, Numerical Optimization, 2006, algorithms 7.4, 3.5 and 3.6.)

    Parameters
    ----------
    memory : int
        m, the number of pairs kept.
    scaled : bool
        False for d = 1.

    Raises
    ------
    ValueError
        If ``memory`` is below 1.
    TypeError
        If ``memory`` is not a whole number.

    Examples
    --------
    Rosenbrock's curved valley, from the usual start to its minimum at (1, 1):

    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> def rosenbrock(theta):
    ...     x, y = theta
    ...     loss = 100 * (y - x**2) ** 2 + (1 - x) ** 2
    ...     return loss, np.array([-400 * x * (y - x**2) - 2 * (1 - x), 200 * (y - x**2)])
    >>> valley, lbfgs = SimpleNamespace(fun=rosenbrock), kn.LBFGS(memory=5)
    >>> state = lbfgs.start(valley, np.array([-1.2, 1.0]))
    >>> for _ in range(40):
    ...     state = lbfgs.step(valley, state)
    >>> state.theta.round(6)
    array([1., 1.])
    """

    memory: int = 100
    scaled: bool = True

    def __post_init__(self) -> None:
        """Check the arguments."""
        as_count("memory", self.memory, 1)
        as_flag("scaled", self.scaled)

    def start(self, objective: ObjectiveLike, theta: Array) -> State:
        """Evaluate the objective at theta (P,) and begin with an empty memory."""
        loss, gradient = objective.fun(theta)
        scaled = self.scaled and hasattr(objective, "diagonal_scaling")
        d = objective.diagonal_scaling(theta) if scaled else 1.0
        return State(theta, loss, gradient, 1, Memory((), d))

    def step(self, objective: ObjectiveLike, state: State) -> State:
        """Search along the quasi-Newton direction; if that fails, along the negative gradient."""
        theta, loss, g, evaluations, (memory, d), _ = state
        for pairs in (memory, ()) if memory else ((),):
            direction = -two_loop(g, pairs, d)
            # Without pairs gamma is unknown: start with a step of length at most 1, scaled by d.
            first = 1.0 if pairs else 1.0 / max(1.0, float(np.sqrt(-(g @ direction))))
            found, used = wolfe_search(objective.fun, theta, loss, g, direction, first)
            evaluations += used
            if found is not None:
                s, y = found.theta - theta, found.gradient - g
                kept = (*pairs, (s, y))[-self.memory :] if s @ y > 0.0 else pairs
                memory_now = Memory(kept, d)
                return State(found.theta, found.loss, found.gradient, evaluations, memory_now)
        return State(theta, loss, g, evaluations, Memory((), d), converged=True)

    def reweighted(self, objective: ObjectiveLike, state: State) -> State:
        """Keep the pairs where the objective has changed a little."""
        return reevaluated(objective, state)


def two_loop(gradient: Array, pairs: Pairs, d: Array | float = 1.0) -> Array:
    r"""Apply the inverse Hessian of L-BFGS to a gradient, (P,) -> (P,) (algorithm 7.4).

    Each pair changes the guess K of the inverse to
    :math:`V^T K V + s s^T / (s \cdot y)` with :math:`V = I - y s^T / (s \cdot y)`. Applied to g,
    the V's come first, the newest pair before the older ones: :math:`V q = q - \alpha y` with
    :math:`\alpha = s \cdot q / (s \cdot y)`. Then the first guess

    .. math:: K_0 = \gamma\, diag(1/d), \qquad \gamma = \frac{s \cdot y}{y \cdot (y / d)}

    with the newest s and y (eq. 7.20 has d = 1). Then the :math:`V^T`'s, the oldest pair first,
    each with its own :math:`s (s \cdot g) / (s \cdot y)`: together
    :math:`q + (\alpha - \beta) s` with :math:`\beta = y \cdot q / (s \cdot y)`. The pairs (s, y)
    are given oldest first; d is the diagonal scaling, (P,) or 1.
    """
    q, alphas = gradient.copy(), []
    for s, y in reversed(pairs):
        alpha = (s @ q) / (s @ y)
        q -= alpha * y
        alphas.append(alpha)
    q = q / d
    if pairs:
        s, y = pairs[-1]
        q *= (s @ y) / (y @ (y / d))
    for (s, y), alpha in zip(pairs, reversed(alphas), strict=True):
        beta = (y @ q) / (s @ y)
        q += (alpha - beta) * s
    return q
