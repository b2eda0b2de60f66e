r"""Levenberg-Marquardt: damped Gauss-Newton steps for sums of squares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy

from kan_numpy._arrays import Array
from kan_numpy._validation import as_count, as_number
from kan_numpy.optimizers.linear_model import LinearModel, add_half, require_memory
from kan_numpy.optimizers.optimizer import Curvature, ObjectiveLike, PenaltyTerms, State

__all__ = ["LevenbergMarquardt", "Linearization", "damping_matrix"]


class Linearization(NamedTuple):
    """The memory of Levenberg-Marquardt: its damping, and the objective linearized at theta."""

    damping: float  # lambda
    growth: float  # the factor after the next failure
    time: float  # the sum of 1/lambda over the steps taken, see leave_one_out
    model: LinearModel  # of the residuals at theta
    curvature: Curvature | None  # H (P, P) of the terms added to the sum of squares


@dataclass(frozen=True)
class LevenbergMarquardt:
    r"""Levenberg-Marquardt: damped Gauss-Newton steps for a sum of squares, r . r.

    Near theta, :math:`r(\theta + \delta) \approx r + J \delta`, so the step solves a linear
    least-squares problem; damping keeps it within the region where this linear model holds:

    .. math:: (J^T J + \lambda D)\, \delta = -J^T r, \qquad
              D = \sqrt{\bar d\, diag(J^T J)}

    Levenberg took D = I, which ignores the scales of the parameters; Marquardt took the diagonal d,
    which hardly damps the coefficients of basis functions with few samples. D is the geometric mean
    of both, with :math:`\bar d` the mean of d (lesson 07b compares the three), plus 1e-10 of its
    largest entry for parameters without influence.

    If the loss decreases, let :math:`\rho` be the decrease divided by the one that the linear model
    predicts. Then :math:`\lambda` is multiplied by :math:`\max(1/3, 1 - (2 \rho - 1)^3)`: it
    shrinks if the model was good, :math:`\rho > 1/2`, and grows up to twofold if it was poor. If
    the loss increases, :math:`\lambda` is multiplied by 2, 4, 8, ... and the step is tried again
    (H. B. Nielsen, IMM-REP-1999-05, eq. 2.21).

    From :math:`(J^T J + \lambda D) D^{-1} J^T = J^T (J D^{-1} J^T + \lambda I)` follows
    :math:`\delta = -D^{-1} J^T (J D^{-1} J^T + \lambda I)^{-1} r`, the smaller system if there are
    fewer residuals than parameters.

    A term R that is not a sum of squares can be added to the loss if it has a curvature H, as
    `Penalty` has: :math:`J^T J + H/2` and :math:`J^T r + \nabla R/2` replace :math:`J^T J` and
    :math:`J^T r`, and the decrease is that of the whole loss.

    J (M, P) is made in blocks of rows if it is large, and the memory needed is that of a few
    matrices (P, P), whatever M is.

    Parameters
    ----------
    damping : float
        The initial :math:`\lambda`, above 0; when grids change, the most it begins with again.
    tries : int
        How many values of :math:`\lambda` one step may try, at least 1.

    Raises
    ------
    ValueError
        If ``damping`` is not above 0, or ``tries`` is below 1.
    TypeError
        If ``damping`` is not a real number, or ``tries`` not a whole number.

    Examples
    --------
    Rosenbrock's valley is a sum of two squares. With the Jacobian of both, 25 steps reach its
    minimum at (1, 1):

    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> valley = SimpleNamespace(
    ...     residuals=lambda theta: np.array([10 * (theta[1] - theta[0] ** 2), 1 - theta[0]]),
    ...     jacobian=lambda theta: np.array([[-20 * theta[0], 10.0], [-1.0, 0.0]]),
    ... )
    >>> method = kn.LevenbergMarquardt()
    >>> state = method.start(valley, np.array([-1.2, 1.0]))
    >>> for _ in range(25):
    ...     state = method.step(valley, state)
    >>> state.theta.round(6)
    array([1., 1.])
    """

    damping: float = 1.0
    tries: int = 20

    def __post_init__(self) -> None:
        """Check the numbers."""
        as_number("damping", self.damping, 0.0, include_low=False)
        as_count("tries", self.tries, 1)

    def start(self, objective: ObjectiveLike, theta: Array) -> State:
        """Evaluate the objective at theta (P,) and begin with the initial damping."""
        r = objective.residuals(theta)
        require_memory(len(r), len(theta))
        extra = _penalty_terms(objective, theta)
        return _state(theta, LinearModel.at(objective, theta, r), extra, 1, self.damping, 0.0)

    def step(self, objective: ObjectiveLike, state: State) -> State:
        """Increase the damping until a step decreases the loss."""
        damping, growth, time, model, curvature = state.memory
        solve = _damped_solver(model, state.gradient / 2.0, curvature)
        evaluations = state.evaluations
        for _ in range(self.tries):
            delta, predicted = solve(damping)
            if delta is not None:
                theta = state.theta + delta
                trial, extra = objective.residuals(theta), _penalty_terms(objective, theta)
                evaluations += 1
                gain = state.loss - float(trial @ trial) - extra.value
                if gain > 0.0:  # false for NaN
                    time += 1.0 / damping
                    # Beyond 1 the factor is 1/3 anyway; rounding may leave nothing predicted.
                    ratio = 1.0 if gain >= predicted else gain / predicted
                    damping *= max(1.0 / 3.0, 1.0 - (2.0 * ratio - 1.0) ** 3)
                    damping = max(damping, 1e-15)
                    there = LinearModel.at(objective, theta, trial)
                    return _state(theta, there, extra, evaluations, damping, time)
            damping, growth = damping * growth, growth * 2.0
        return state._replace(evaluations=evaluations, converged=True)

    def restarted(self, objective: ObjectiveLike, theta: Array, state: State) -> State:
        """Keep the damping if it has fallen: the function is the same, and so is how it bends.

        Not with a penalty: it is to change the function, and long steps leave more edges than it
        needs.
        """
        started, damping = self.start(objective, theta), min(self.damping, state.memory.damping)
        if started.memory.curvature is not None:
            return started
        return started._replace(memory=started.memory._replace(damping=damping))

    def reweighted(self, objective: ObjectiveLike, state: State) -> State:
        """Keep damping, residuals and Jacobian: only the penalty terms are others."""
        damping, _, time, model, _ = state.memory
        extra = objective.penalty_terms(state.theta)
        return _state(state.theta, model, extra, state.evaluations, damping, time)


def _penalty_terms(objective: ObjectiveLike, theta: Array) -> PenaltyTerms:
    """Return the terms added to r . r at theta (P,); a bare sum of squares has none."""
    if not hasattr(objective, "penalty_terms"):
        return PenaltyTerms()
    return objective.penalty_terms(theta)


def _state(
    theta: Array,
    model: LinearModel,
    extra: PenaltyTerms,
    evaluations: int,
    damping: float,
    time: float,
) -> State:
    loss, gradient = float(model.r @ model.r) + extra.value, 2.0 * model.slope + extra.gradient
    memory = Linearization(damping, 2.0, time, model, extra.curvature)
    return State(theta, loss, gradient, evaluations, memory)


def damping_matrix(model: LinearModel, curvature: Curvature | None) -> Array:
    """Return the diagonal of D, (P,)."""
    d = model.column_squares
    if curvature is not None:
        d += 0.5 * curvature.diagonal()
    D = np.sqrt(d * d.mean())
    return D + (1e-10 * D.max() + 1e-300)  # a parameter without influence stays where it is


def _damped_solver(
    model: LinearModel, half_gradient: Array, curvature: Curvature | None
) -> Callable[[float], tuple[Array | None, float]]:
    """Return a function of the damping that gives the step (P,) and the predicted decrease."""
    D, small = damping_matrix(model, curvature), model.J is not None and curvature is None
    if small:
        scaled = model.J / np.sqrt(D)  # (M, P)
        gram = scaled @ scaled.T
    else:
        gram = model.gram
    # Cholesky's factor and its use, without the checks of SciPy that take as long.
    potrf, potrs = scipy.linalg.lapack.dpotrf, scipy.linalg.lapack.dpotrs

    def solve(damping: float) -> tuple[Array | None, float]:
        damped = add_half(gram.copy(order="F"), curvature)
        damped.flat[:: len(gram) + 1] += damping * (1.0 if small else D)
        factor, failed = potrf(damped, lower=True, overwrite_a=True)
        if failed:
            return None, 0.0
        if small:
            delta = -(scaled.T @ potrs(factor, model.r, lower=True)[0]) / np.sqrt(D)
        else:
            delta = -potrs(factor, half_gradient, lower=True)[0]
        # With h half the gradient and A = JTJ (and H/2), the predicted decrease is -2 delta.h -
        # delta.(A delta), and delta solves A delta = -h - damping D delta.
        predicted = float(delta @ (damping * D * delta - half_gradient))
        return delta, predicted

    return solve
