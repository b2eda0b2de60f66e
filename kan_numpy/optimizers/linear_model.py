r"""A sum of squares near theta: residuals that are linear in the step, by blocks of rows.

Near theta, :math:`r(\theta + \delta) \approx r + J \delta`, and all that a step needs of J (M, P)
is one of two matrices, whichever is smaller: :math:`J^T J` (P, P), which is a sum over blocks of
rows, so that J as a whole is never in memory; or J itself, if it has fewer rows than columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import scipy

from kan_numpy._arrays import Array
from kan_numpy.optimizers.optimizer import Curvature, ObjectiveLike

__all__ = ["LARGEST", "LinearModel", "add_gram", "add_half", "jacobian_blocks", "require_memory"]

LARGEST = 2**32
"""The most bytes that Levenberg-Marquardt takes for its matrices: 4 GiB, or 16,000 parameters."""


class LinearModel(NamedTuple):
    """The residuals near theta."""

    r: Array  # (M,)
    slope: Array  # J^T r (P,)
    J: Any  # (M, P) if M < P, else None
    A: Any  # the lower triangle of J^T J (P, P) if J is None, else None

    @classmethod
    def at(cls, objective: ObjectiveLike, theta: Array, r: Array) -> LinearModel:
        """Differentiate the residuals at theta (P,), where they are r (M,)."""
        M, P = len(r), len(theta)
        blocks = jacobian_blocks(objective, theta)
        if M < P:
            parts = list(blocks)
            J = parts[0] if len(parts) == 1 else np.concatenate(parts)
            return cls(r, J.T @ r, J, None)
        A, slope, start = np.zeros((P, P), order="F"), np.zeros(P), 0
        for J in blocks:
            A = add_gram(A, J)
            slope += J.T @ r[start : start + len(J)]
            start += len(J)
        return cls(r, slope, None, A)

    @property
    def gram(self) -> Array:
        """The lower triangle of J^T J (P, P)."""
        if self.A is not None:
            return self.A
        P = len(self.slope)
        return add_gram(np.zeros((P, P), order="F"), self.J)

    @property
    def column_squares(self) -> Array:
        """The diagonal of J^T J, (P,)."""
        if self.A is not None:
            return self.A.diagonal().copy()
        return np.einsum("mp,mp->p", self.J, self.J)


def add_gram(A: Array, J: Any) -> Array:
    """Return the lower triangle of A + J^T J (P, P), in the memory of A."""
    return scipy.linalg.blas.dsyrk(1.0, J.T, beta=1.0, c=A, lower=True, overwrite_c=True)


def add_half(A: Array, curvature: Curvature | None) -> Array:
    """Return A + H/2 (P, P), in the memory of A."""
    if curvature is None:
        return A
    if isinstance(curvature, np.ndarray):
        A += 0.5 * curvature
        return A
    entries = curvature.tocoo()
    A[entries.row, entries.col] += 0.5 * entries.data
    return A


def jacobian_blocks(objective: ObjectiveLike, theta: Array) -> Iterator[Array]:
    """Yield dr/dtheta in blocks of rows (m, P); a bare sum of squares has one."""
    if hasattr(objective, "jacobian_blocks"):
        yield from objective.jacobian_blocks(theta)
    else:
        yield objective.jacobian(theta)


def require_memory(M: int, P: int) -> None:
    """Refuse a problem whose matrices would be too large, before they take the memory."""
    smaller = min(M, P)
    numbers = 2 * smaller * (M + P if M < P else P)  # the matrix of two steps or more
    if 8 * numbers > LARGEST:
        raise ValueError(
            f"LevenbergMarquardt would take {8e-9 * numbers:.1f} GB for {P} parameters and {M}"
            " residuals; use optimizer=LBFGS(), or Adam() with batch_size=256"
        )
