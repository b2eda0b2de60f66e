r"""A layer some of whose edges share one function.

Locked edges have one set of parameters between them, which stands in theta once. With the matrix S
of zeros and ones that hands the shared parameters out, :math:`\theta_{all} = S\, \theta`,

.. math:: d\theta = S^T d\theta_{all}, \qquad J = J_{all} S:

the gradients of all that share a parameter are added up.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from kan_numpy._validation import Array
from kan_numpy.layers.kan_layer import KANLayer, LayerCache, Mask

Lock = tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class LockedLayer(KANLayer):
    """Hold a layer with locks; made by `lock`, taken apart by `unlock`.

    Parameters
    ----------
    locks : tuple of tuple of (out, inp)
        The edges of each lock. Those that are pruned, or have become symbols, count no more.
    """

    locks: tuple[Lock, ...] = ()

    @property
    def living_locks(self) -> tuple[Lock, ...]:
        """The locks with the edges that are still splines, at least two of each."""
        splines = self.splines
        kept = [tuple(edge for edge in lock if splines[edge]) for lock in self.locks]
        return tuple(lock for lock in kept if len(lock) > 1)

    @property
    def owners(self) -> npt.NDArray[np.intp]:
        """Which entry of theta each parameter of the unlocked layer takes, shape (size of all,)."""
        numbers = np.full(self.active.shape, -1)
        numbers[self.splines] = np.arange(self.n_splines)
        shared = np.arange(self.n_splines)
        for lock in self.living_locks:
            members = [numbers[edge] for edge in lock]
            shared[members] = min(members)
        E, W = self.n_splines, self.basis.size
        of_coef = shared[:, None] * W + np.arange(W)  # (E, W)
        parts = [of_coef.ravel(), E * W + shared] if self.has_base else [of_coef.ravel()]
        first = E * (W + self.has_base)
        parts.append(np.arange(first, first + 4 * len(self.symbols)))
        return np.unique(np.concatenate(parts), return_inverse=True)[1]

    @property
    def size(self) -> int:
        """The trainable parameters: those that are shared count once."""
        return int(self.owners.max(initial=-1)) + 1

    @property
    def theta(self) -> Array:
        """The trainable parameters, each once."""
        owners = self.owners
        theta = np.empty(self.size)
        theta[owners] = super().theta
        return theta

    def with_theta(self, theta: Array) -> KANLayer:
        """Return the layer with other parameters, shape (size,)."""
        return super().with_theta(theta[self.owners])

    def parameter_gradient(self, dy: Array, cache: LayerCache, out: Array) -> None:
        """Write dtheta (size,) into ``out``."""
        owners = self.owners
        dtheta = np.empty(owners.size)
        super().parameter_gradient(dy, cache, dtheta)
        out[:] = np.bincount(owners, dtheta, minlength=len(out))

    def jacobian(self, dy: Array, cache: LayerCache, out: Array) -> None:
        """Write the gradient of every sample by itself into ``out`` (N, size)."""
        owners = self.owners
        J = np.empty((len(dy), owners.size))
        super().jacobian(dy, cache, J)
        out[:] = 0.0
        np.add.at(out.T, owners, J.T)

    def mean_squares(self, cache: LayerCache) -> Array:
        """Return the mean square of what each parameter is multiplied with, added up."""
        squares = super().mean_squares(cache)
        return np.bincount(self.owners, squares, minlength=self.size).astype(float)


def plain_fields(layer: KANLayer) -> dict[str, Any]:
    """Return the fields that every layer has, to build one with or without locks.

    Parameters
    ----------
    layer : KANLayer
        The layer.

    Returns
    -------
    dict of str to object
    """
    return {field.name: getattr(layer, field.name) for field in fields(KANLayer)}


def with_locks_left(
    part: KANLayer, mask: Mask, out: npt.NDArray[np.intp], inp: npt.NDArray[np.intp]
) -> KANLayer:
    """Return a part of a layer with the locks that are left of its own.

    Parameters
    ----------
    part : KANLayer
        What is left of the layer; it still has all locks, if there were any.
    mask : ndarray of bool, shape (n_out, n_in)
        The edges that stay.
    out, inp : ndarray of int
        The new numbers of the nodes.

    Returns
    -------
    KANLayer
    """
    if not isinstance(part, LockedLayer):
        return part
    kept = [[(int(out[o]), int(inp[i])) for o, i in lock if mask[o, i]] for lock in part.locks]
    locks = replace(part, locks=tuple(map(tuple, kept))).living_locks
    return replace(part, locks=locks) if locks else KANLayer(**plain_fields(part))
