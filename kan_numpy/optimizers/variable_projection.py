r"""Variable projection: a least-squares fit of which most of the numbers are linear.

.. math::
    \min_\theta \min_C \| Q - A(\theta)\, C \|^2 = \min_\theta \| (I - U U^T)\, Q \|^2, \qquad
    A = U S V^T

so that Levenberg-Marquardt works on theta alone, and C follows from the pseudoinverse of A. Of the
Jacobian of the right side, the larger of two terms is sufficient,

.. math:: J_p = -(I - U U^T)\, \frac{\partial A}{\partial \theta_p}\, C

(G. Golub and V. Pereyra, SIAM J. Numer. Anal. 10, 413, 1973; L. Kaufman, BIT 15, 49, 1975).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy.optimizers.least_squares import LeastSquares

__all__ = ["DEPENDENT", "Projection", "project", "variable_projection"]

DEPENDENT = 1e-13
"""A singular value below this fraction of the largest is zero."""


class Projection(NamedTuple):
    """What is left of a target (N, R) by the columns of A (N, T)."""

    U: Array  # (N, rank)
    C: Array  # (T, R)
    left: Array  # (N, R)

    def off(self, B: Array) -> Array:
        """Return (I - U U^T) B, (..., N, R)."""
        return B - self.U @ (self.U.T @ B)


def project(A: Array, target: Array) -> Projection:
    """Fit a target (N, R) by the columns of A (N, T), which are brought to the same size."""
    size = np.linalg.norm(A, axis=0)
    size = np.where(size > 0.0, size, 1.0)
    U, s, Vt = np.linalg.svd(A / size, full_matrices=False)
    rank = int(np.sum(s > DEPENDENT * s[0]))
    U, s, Vt = U[:, :rank], s[:rank], Vt[:rank]
    part = U.T @ target  # (rank, R)
    return Projection(U, (Vt.T / s) @ part / size[:, None], target - U @ part)


def variable_projection(
    columns: Callable[[Array], Array],
    slopes: Callable[[Array], Array],
    target: Array,
    theta: Array,
    steps: int,
) -> tuple[Array, float]:
    """Return theta (P,) after so many steps, and the share of the target (N, R) that is left.

    ``columns`` gives A (N, T), not finite where there is no value, and ``slopes`` its derivatives
    (P, N, T). The share is a root mean square, infinite if there is no value at the start.
    """
    last: list[tuple[Array, Projection]] = []

    def at(theta: Array) -> Projection | None:
        if not last or not np.array_equal(last[0][0], theta):
            A = columns(theta)
            if not np.isfinite(A).all():
                return None
            last[:] = [(theta, project(A, target))]
        return last[0][1]

    def residuals(theta: Array) -> Array:
        there = at(theta)
        return np.full(target.size, np.inf) if there is None else there.left.ravel()

    def jacobian(theta: Array) -> Array:
        there = at(theta)
        if there is None:
            return np.zeros((target.size, len(theta)))
        return -there.off(slopes(theta) @ there.C).reshape(len(theta), -1).T

    size = float(np.sum(target**2))
    if at(theta) is None or size == 0.0:
        return theta, np.inf if size else 0.0
    if len(theta):
        search = LeastSquares(residuals, jacobian)
        theta = search.minimize(theta, steps, 1e-3, 1e-32 * size, 1e-4).theta
    return theta, float(np.linalg.norm(residuals(theta)) / np.sqrt(size))
