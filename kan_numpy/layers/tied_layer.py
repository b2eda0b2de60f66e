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

from kan_numpy._arrays import Array
from kan_numpy.layers.kan_layer import KANLayer, LayerCache, Mask

Lock = tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class TiedLayer(KANLayer):
    """Hold a layer with locks; made by `lock`, taken apart by `unlock`.

    Parameters
    ----------
    locks : tuple of tuple of (out, inp)
        The edges of each lock. Those that are pruned, or have become symbols, count no more.
    """

    locks: tuple[Lock, ...] = ()

    @property
    def active_ties(self) -> tuple[Lock, ...]:
        """The locks with the edges that are still splines, at least two of each."""
        splines = self.splines
        kept = [tuple(edge for edge in lock if splines[edge]) for lock in self.locks]
        return tuple(lock for lock in kept if len(lock) > 1)

    @property
    def parameter_index(self) -> npt.NDArray[np.intp]:
        """Which entry of theta each parameter of the unlocked layer takes, shape (size of all,)."""
        numbers = np.full(self.active.shape, -1)
        numbers[self.splines] = np.arange(self.n_splines)
        shared = np.arange(self.n_splines)
        for lock in self.active_ties:
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
        return int(self.parameter_index.max(initial=-1)) + 1

    @property
    def theta(self) -> Array:
        """The trainable parameters, each once."""
        parameter_index = self.parameter_index
        theta = np.empty(self.size)
        theta[parameter_index] = super().theta
        return theta

    def with_theta(self, theta: Array) -> KANLayer:
        """Return the layer with other parameters, shape (size,)."""
        return super().with_theta(theta[self.parameter_index])

    def parameter_gradient(self, dy: Array, cache: LayerCache, out: Array) -> None:
        """Write dtheta (size,) into ``out``."""
        parameter_index = self.parameter_index
        dtheta = np.empty(parameter_index.size)
        super().parameter_gradient(dy, cache, dtheta)
        out[:] = np.bincount(parameter_index, dtheta, minlength=len(out))

    def jacobian(self, dy: Array, cache: LayerCache, out: Array) -> None:
        """Write the gradient of every sample by itself into ``out`` (N, size)."""
        parameter_index = self.parameter_index
        J = np.empty((len(dy), parameter_index.size))
        super().jacobian(dy, cache, J)
        out[:] = 0.0
        np.add.at(out.T, parameter_index, J.T)

    def feature_mean_squares(self, cache: LayerCache) -> Array:
        """Return the mean square of what each parameter is multiplied with, added up."""
        squares = super().feature_mean_squares(cache)
        return np.bincount(self.parameter_index, squares, minlength=self.size).astype(float)


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
    if not isinstance(part, TiedLayer):
        return part
    kept = [[(int(out[o]), int(inp[i])) for o, i in lock if mask[o, i]] for lock in part.locks]
    locks = replace(part, locks=tuple(map(tuple, kept))).active_ties
    return replace(part, locks=locks) if locks else KANLayer(**plain_fields(part))
