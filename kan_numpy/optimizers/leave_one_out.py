r"""The loss to expect on new samples, from the last linear model of Levenberg-Marquardt.

The loss on the training samples is too good: theta was chosen for them. Honest is the error
:math:`e_{-n}` at sample n of a fit that has not seen it, and no fit has to be repeated for it.
Where residuals are linear in theta, the fit of all minimizes

.. math:: |e + J \delta|^2 + \tfrac{1}{2} \delta^T H \delta + \tfrac{1}{t} \delta^T D \delta,
          \qquad A = J^T J + \tfrac{1}{2} H + \tfrac{1}{t} D

at :math:`\delta = 0`, so the gradient of the first term and that of the others cancel. Without
sample n it is :math:`J_n^T e_n` that is missing, and :math:`A - J_n^T J_n` is left of A:

.. math:: \delta_{-n} = (A - J_n^T J_n)^{-1} J_n^T e_n, \qquad
          e_{-n} = e_n + J_n \delta_{-n} = (1 - h_n)^{-1} e_n, \qquad h_n = J_n A^{-1} J_n^T,

because :math:`J_n (A - J_n^T J_n)^{-1} = (1 - h_n)^{-1} J_n A^{-1}` (Sherman and Morrison). The
leverage :math:`h_n` says how much of the fit at n is due to the sample n itself; for several
outputs it is a matrix. The mean of the :math:`e_{-n}^2` is the leave-one-out loss, and the sum of
the leverages, between 0 and P, is the effective number of parameters.

**D and t.** H is the curvature of penalties. D is the damping: training has not gone everywhere,
and a fit without sample n would not have either. Where the damping :math:`\lambda D` is larger
than the curvature, a step moves along the gradient for a time of :math:`1/\lambda`, so all steps
together for the time

.. math:: t = \sum_{steps} 1 / \lambda,

and least squares that follow the gradient for a time t are nearly those with the ridge 1/t
(A. Ali, J. Z. Kolter, R. J. Tibshirani, arXiv 1810.10082). Without this term all the directions
count in which nothing but rounding determines theta, of which a network has many: then the
estimate is often a million times the truth.

**A few samples.** Where one sample alone determines something, its leverage is near 1, and
:math:`e_{-n}` is what a linear model says of a fit far away. One such sample of a thousand would
decide the mean, so the largest `UNCERTAIN` of all :math:`e_{-n}^2` count as the next one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy

from kan_numpy._arrays import Array
from kan_numpy.optimizers.levenberg_marquardt import Linearization, damping_matrix
from kan_numpy.optimizers.linear_model import add_half, jacobian_blocks
from kan_numpy.optimizers.optimizer import ObjectiveLike, State

__all__ = ["FARTHEST", "LARGEST_SHARE", "UNCERTAIN", "Expectation", "expectation", "leverages"]

LARGEST_SHARE = 0.9
"""With more effective parameters than this share of the residuals, they tell nothing."""

FARTHEST = 1e4
"""A loss so many times larger than in training is not what a linear model can tell."""

UNCERTAIN = 0.005
"""This share of the samples may be mistaken: five of a thousand."""


class Expectation(NamedTuple):
    """The loss to expect on new samples, and how free the fit was."""

    loss: float = np.nan  # r . r without the terms added to it; NaN if it cannot be told
    effective_parameters: float = np.nan


def expectation(objective: ObjectiveLike, state: State, n_samples: int) -> Expectation:
    """Estimate the loss on new samples in a state of Levenberg-Marquardt.

    Parameters
    ----------
    objective : ObjectiveLike
        The objective; its residuals belong to the samples in turn.
    state : State
        After some steps of `LevenbergMarquardt`; of another optimizer nothing is known.
    n_samples : int
        N; each sample has M / N residuals.

    Returns
    -------
    Expectation
        The loss is NaN if it cannot be told, as with too many effective parameters.

    Examples
    --------
    The mean of 1, 2 and 6 is 3; without one of them it is 4, 7/2 and 3/2, and the mean of
    the squares of 3, 3/2 and 9/2 is 10.5:

    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> from kan_numpy.optimizers.leave_one_out import expectation
    >>> data, unit = np.array([1.0, 2.0, 6.0]), np.full((3, 1), 1 / np.sqrt(3))
    >>> mean = SimpleNamespace(
    ...     residuals=lambda theta: unit[:, 0] * (theta[0] - data), jacobian=lambda theta: unit
    ... )
    >>> method = kn.LevenbergMarquardt(damping=1e-9)
    >>> state = method.step(mean, method.start(mean, np.zeros(1)))
    >>> expected = expectation(mean, state, n_samples=3)
    >>> round(state.loss, 6), round(expected.loss, 6), round(expected.effective_parameters, 6)
    (4.666667, 10.5, 1.0)
    """
    memory = state.memory
    if not isinstance(memory, Linearization) or not memory.time:
        return Expectation()
    r = memory.model.r.reshape(n_samples, -1)  # (N, M / N)
    try:
        h = leverages(objective, state, r.shape[1])
        left_out = np.linalg.solve(np.eye(r.shape[1]) - h, r[:, :, None])
    except np.linalg.LinAlgError:
        return Expectation()
    squares = np.sort(np.sum(left_out**2, axis=(1, 2)))  # (N,)
    n = int(UNCERTAIN * n_samples)
    squares[n_samples - n :] = squares[n_samples - n - 1]
    loss, degrees = float(squares.sum()), float(np.trace(h, axis1=1, axis2=2).sum())
    known = degrees < LARGEST_SHARE * r.size and loss < FARTHEST * np.sum(r**2)
    return Expectation(loss if known else np.nan, degrees)


def leverages(objective: ObjectiveLike, state: State, size: int) -> Array:
    """Return h (N, size, size) of samples with so many residuals each."""
    _, _, time, model, curvature = state.memory
    D = damping_matrix(model, curvature) / time
    if model.J is not None and curvature is None:
        # J (J^T J + D)^-1 J^T = 1 - (J D^-1 J^T + 1)^-1, of which the diagonal blocks are wanted.
        scaled, M = model.J / np.sqrt(D), len(model.r)
        factor = scipy.linalg.cho_factor(
            scaled @ scaled.T + np.eye(M), lower=True, check_finite=False
        )
        rest = scipy.linalg.cho_solve(factor, np.eye(M), check_finite=False)
        rest = rest.reshape(M // size, size, M // size, size)
        return np.eye(size) - np.einsum("nanb->nab", rest)
    A = add_half(model.gram.copy(order="F"), curvature)
    A.flat[:: len(A) + 1] += D
    factor, _ = scipy.linalg.cho_factor(A, lower=True, overwrite_a=True, check_finite=False)
    blocks = [model.J] if model.J is not None else jacobian_blocks(objective, state.theta)
    h = []
    for J in blocks:
        T = scipy.linalg.solve_triangular(factor, J.T, lower=True, check_finite=False)  # (P, m)
        T = T.reshape(len(T), -1, size)  # (P, n, size)
        h.append(np.einsum("pna,pnb->nab", T, T))
    return np.concatenate(h)
