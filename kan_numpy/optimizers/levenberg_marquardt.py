r"""Levenberg-Marquardt: damped Gauss-Newton steps for sums of squares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from kan_numpy._arrays import Array
from kan_numpy._validation import as_count, as_number
from kan_numpy.optimizers.optimizer import ObjectiveLike, State


class Linearization(NamedTuple):
    """What Levenberg-Marquardt remembers: its damping, and the problem linearized at theta."""

    damping: float  # lambda
    growth: float  # the factor after the next failure
    J: Array  # (M, P)
    r: Array  # (M,)
    curvature: Array | None  # (P, P) of what is added to the squares


@dataclass(frozen=True)
class LevenbergMarquardt:
    r"""Minimize a sum of squares :math:`r \cdot r` by damped Gauss-Newton steps.

    Near theta, :math:`r(\theta + \delta) \approx r + J \delta`, so that the step solves a linear
    least-squares problem; the damping keeps it where that is true:

    .. math:: (J^T J + \lambda D)\, \delta = -J^T r, \qquad
              D = \sqrt{\bar d\, diag(J^T J)}

    Levenberg took D = I, which is blind to scales; Marquardt took the diagonal d, which lets basis
    functions that few samples see run away. This is the geometric mean of both, with
    :math:`\bar d` the mean of d (lesson 07 compares the three), and 1e-10 of its largest entry
    more for parameters that nothing depends on.

    If the step goes down, with :math:`\rho` the gain over the gain that the linear model predicts,
    :math:`\lambda` is multiplied by :math:`\max(1/3, 1 - (2 \rho - 1)^3)`: it shrinks if the model
    was good, :math:`\rho > 1/2`, and grows up to twofold if it was poor. If the step goes up,
    :math:`\lambda` grows by 2, 4, 8, ... and the step is tried again (H. B. Nielsen,
    IMM-REP-1999-05, eq. 2.21).

    From :math:`(J^T J + \lambda D) D^{-1} J^T = J^T (J D^{-1} J^T + \lambda I)` follows
    :math:`\delta = -D^{-1} J^T (J D^{-1} J^T + \lambda I)^{-1} r`, the smaller system if there are
    fewer residuals than parameters.

    A term R that is no sum of squares can be added to the loss, if it comes with a curvature H
    (`Penalty` does): :math:`J^T J + H/2` and :math:`J^T r + \nabla R/2` take the places of
    :math:`J^T J` and :math:`J^T r`, and gains are those of the whole.

    Parameters
    ----------
    damping : float
        :math:`\lambda` to begin with, above 0.
    tries : int
        How many values of :math:`\lambda` one step may try.
    """

    damping: float = 1.0
    tries: int = 20

    def __post_init__(self) -> None:
        """Check the numbers."""
        as_number("damping", self.damping, 0.0, include_low=False)
        as_count("tries", self.tries, 1)

    def start(self, objective: ObjectiveLike, theta: Array) -> State:
        """Evaluate the problem at theta and forget everything before."""
        r, extra = objective.residuals(theta), _addition(objective, theta)
        return _linearized(objective, theta, r, extra, 1, self.damping)

    def step(self, objective: ObjectiveLike, state: State) -> State:
        """Increase the damping until a step goes down."""
        damping, growth, J, r, curvature = state.memory
        solve = _damped_solver(J, r, state.gradient / 2.0, curvature)
        evaluations = state.evaluations
        for _ in range(self.tries):
            delta, predicted = solve(damping)
            if delta is not None:
                theta = state.theta + delta
                trial, extra = objective.residuals(theta), _addition(objective, theta)
                evaluations += 1
                gain = state.loss - float(trial @ trial) - extra.value
                if gain > 0.0:  # false for NaN
                    # Beyond 1 the factor is 1/3 anyway; rounding may leave nothing predicted.
                    ratio = 1.0 if gain >= predicted else gain / predicted
                    damping *= max(1.0 / 3.0, 1.0 - (2.0 * ratio - 1.0) ** 3)
                    damping = max(damping, 1e-15)
                    return _linearized(objective, theta, trial, extra, evaluations, damping)
            damping, growth = damping * growth, growth * 2.0
        return state._replace(evaluations=evaluations, converged=True)


class Addition(NamedTuple):
    """What is added to the squares, at one theta."""

    value: float
    gradient: Array | float  # (P,)
    curvature: Array | None  # (P, P)


def _addition(objective: Any, theta: Array) -> Addition:
    """Return what the problem adds to its squares; most problems add nothing."""
    if not hasattr(objective, "penalty_terms"):
        return NOTHING
    return Addition(*objective.penalty_terms(theta))


NOTHING = Addition(0.0, 0.0, None)


def _linearized(
    objective: ObjectiveLike,
    theta: Array,
    r: Array,
    extra: Addition,
    evaluations: int,
    damping: float,
) -> State:
    J = objective.jacobian(theta)
    loss, gradient = float(r @ r) + extra.value, 2.0 * (J.T @ r) + extra.gradient
    memory = Linearization(damping, 2.0, J, r, extra.curvature)
    return State(theta, loss, gradient, evaluations, memory)


def _damped_solver(
    J: Array, r: Array, half_gradient: Array, curvature: Array | None
) -> Callable[[float], tuple[Array | None, float]]:
    """Return a function of the damping that gives the step and the gain that it predicts."""
    M, P = J.shape
    small = M < P and curvature is None
    d = np.einsum("mp,mp->p", J, J)
    if curvature is not None:
        d += 0.5 * np.diagonal(curvature)
    D = np.sqrt(d * d.mean())
    D += 1e-10 * D.max() + 1e-300  # a parameter that nothing depends on stays where it is
    if small:
        scaled = J / np.sqrt(D)  # (M, P)
        gram = scaled @ scaled.T
    else:
        gram = J.T @ J if curvature is None else J.T @ J + 0.5 * curvature

    def solve(damping: float) -> tuple[Array | None, float]:
        damped = gram.copy()
        damped.flat[:: len(gram) + 1] += damping * (1.0 if small else D)
        try:
            factor = cho_factor(damped, lower=True, overwrite_a=True, check_finite=False)
        except LinAlgError:
            return None, 0.0
        if small:
            delta = -(scaled.T @ cho_solve(factor, r, check_finite=False)) / np.sqrt(D)
        else:
            delta = -cho_solve(factor, half_gradient, check_finite=False)
        # With h half the gradient and A = JTJ (and H/2), the model's gain is -2 delta.h -
        # delta.(A delta), and delta solves A delta = -h - damping D delta.
        predicted = float(delta @ (damping * D * delta - half_gradient))
        return delta, predicted

    return solve
