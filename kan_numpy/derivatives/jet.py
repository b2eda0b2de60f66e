r"""Jets: the value and the derivatives of every node of a level, and the protocol of a layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from kan_numpy._arguments import as_indices, as_list
from kan_numpy._arrays import Array, Indices
from kan_numpy._validation import shown

__all__ = ["Jet", "JetLayer", "Pairs", "as_pairs", "seed"]


class Jet(NamedTuple):
    """Value and derivatives of every node of a level, or the gradients of a loss by them."""

    value: Array  # (N, m)
    gradient: Array  # (N, m, D), with D = n_in of the network, or 0
    second: Array  # (N, m, Q)

    @property
    def orders(self) -> range:
        """The orders of the derivatives of an edge that are needed: none, 1, or 1 and 2."""
        return range(1, 1 + (self.gradient.shape[2] > 0) + (self.second.shape[2] > 0))


class Pairs(NamedTuple):
    """The inputs a and b of each second derivative."""

    a: Indices  # (Q,)
    b: Indices  # (Q,)

    def products(self, gradient: Array) -> Array:
        """Return p = g_a g_b, from (N, m, D) to (N, m, Q)."""
        return gradient[:, :, self.a] * gradient[:, :, self.b]

    def backward(self, dp: Array, gradient: Array) -> Array:
        """Return dg (N, m, D) from dp (N, m, Q)."""
        dg = np.zeros_like(gradient)
        for q, (a, b) in enumerate(zip(self.a, self.b, strict=True)):
            dg[:, :, a] += dp[:, :, q] * gradient[:, :, b]
            dg[:, :, b] += dp[:, :, q] * gradient[:, :, a]
        return dg


class JetLayer(Protocol):
    """What a layer can do with jets: the methods of `network.Layer`, with jets for values."""

    @property
    def size(self) -> int:
        """The number of trainable parameters."""

    def features(self, z: Jet, pairs: Pairs) -> Any:
        """Return the cache for the jets z: all that does not depend on theta."""

    def output(self, cache: Any) -> Jet:
        """Return the jets of the output nodes."""

    def parameter_gradient(self, dy: Jet, cache: Any, out: Array) -> None:
        """Write dtheta (size,) into ``out``."""

    def input_gradient(self, dy: Jet, cache: Any) -> Jet:
        """Return dz, dg and dh."""

    def jacobian(self, dy: Jet, cache: Any, out: Array) -> None:
        """Write dtheta of each sample into ``out`` (N, size)."""


def as_pairs(pairs: Sequence[tuple[int, int]] | None, n_in: int) -> Pairs:
    """Return the pairs of inputs given as an argument, all (a, a) for None."""
    if pairs is None:
        return Pairs(np.arange(n_in), np.arange(n_in))
    entries = as_list("pairs", pairs, "a list of pairs such as [(0, 0), (0, 1)]")
    table = [as_indices("pairs", pair, "a list of pairs (a, b)") for pair in entries]
    if max(map(max, table), default=0) >= n_in:
        raise ValueError(f"pairs must name inputs from 0 to {n_in - 1}, but is {shown(entries)}")
    a, b = np.array(table, dtype=np.intp).reshape(-1, 2).T
    return Pairs(a, b)


def seed(x: Array, pairs: Pairs, gradient: bool = True) -> Jet:
    """Return the jets of the inputs x (N, n_in): x, the unit matrix (or no gradient), and 0."""
    N, n_in = x.shape
    unit = np.broadcast_to(np.eye(n_in, n_in if gradient else 0), (N, n_in, n_in * gradient))
    return Jet(x, unit, np.zeros((N, n_in, len(pairs.a))))
