r"""The index in theta of the parameters of all edges, which tied edges share.

With the matrix S of zeros and ones that hands out the parameters, :math:`\theta_{all} = S \theta`,

.. math:: d\theta = S^T d\theta_{all}, \qquad J = J_{all} S.

A row of S has a single one, or none if the edge is not a spline; a column has several if edges are
tied, that is, share one function: their gradients are added. In the code S is an index,
:math:`\theta_{all} = \theta[index]`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array, Frozen, Indices

__all__ = ["Lock", "ParameterIndex", "active_ties", "parameter_index"]

Lock = tuple[tuple[int, int], ...]
"""The edges (out, inp) that share one function."""


@dataclass(frozen=True, eq=False)
class ParameterIndex(Frozen):
    """The matrix S."""

    index: Indices  # (n_all,) the place in theta of each parameter of all edges, or ``size``
    size: int  # the length of theta
    first: Indices = field(init=False)  # (size,) the first parameter at each place
    others: Indices = field(init=False)  # those that share their place with an earlier one

    def __post_init__(self) -> None:
        """Find the first parameter at each place, and the others."""
        first = np.unique(self.index, return_index=True)[1][: self.size]
        is_other = self.index < self.size
        is_other[first] = False
        object.__setattr__(self, "first", first)
        object.__setattr__(self, "others", np.flatnonzero(is_other))
        super().__post_init__()

    def spread(self, theta: Array) -> Array:
        """Return S theta, (size,) -> (n_all,)."""
        return np.append(theta, 0.0)[self.index]

    def add_up(self, gradient: Array, out: Array) -> None:
        """Write gradient S, (..., n_all) -> (..., size), into ``out``."""
        np.take(gradient, self.first, axis=-1, out=out, mode="clip")  # several times faster
        if self.others.size:
            np.add.at(out.T, self.index[self.others], gradient.T[self.others])


def parameter_index(
    splines: npt.NDArray[np.bool_], ties: tuple[Lock, ...], W: int, has_base: bool, n_symbols: int
) -> ParameterIndex:
    """Return the index of c, w and the numbers of the symbols, for splines (n_out, n_in)."""
    number = np.arange(splines.size).reshape(splines.shape)
    for tie in ties:
        members = tuple(np.transpose(tie))
        number[members] = number[members].min()
    functions, place = np.unique(number[splines], return_inverse=True)
    E = len(functions)
    affine = E * (W + has_base) + np.arange(4 * n_symbols)
    size = len(affine) + E * (W + has_base)
    coef = np.full((*splines.shape, W), size)
    coef[splines] = place[:, None] * W + np.arange(W)
    parts = [coef.ravel()]
    if has_base:
        w_base = np.full(splines.shape, size)
        w_base[splines] = E * W + place
        parts.append(w_base.ravel())
    return ParameterIndex(np.concatenate([*parts, affine]), size)


def active_ties(locks: tuple[Lock, ...], splines: npt.NDArray[np.bool_]) -> tuple[Lock, ...]:
    """Return the locks restricted to spline edges (n_out, n_in), with at least two edges each."""
    kept = [tuple(edge for edge in lock if splines[edge]) for lock in locks]
    return tuple(lock for lock in kept if len(lock) > 1)
