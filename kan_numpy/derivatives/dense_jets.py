r"""Jets through a layer of an MLP: first the activation, then a linear map.

The equations of a KAN layer are derived in `kan_numpy.derivatives.kan_jets`. A layer of an MLP has
the edges :math:`w_{o,i} f`: these equations apply to f, followed by the multiplication with w.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy.derivatives.jet import Jet, Pairs
from kan_numpy.layers.dense_layer import DenseCache, DenseLayer

__all__ = ["DenseJetCache", "DenseJets"]


class DenseJetCache(NamedTuple):
    """The quantities of the forward pass that the backward pass needs."""

    z: Jet
    p: Array  # (N, n_in, Q)
    pairs: Pairs
    layer: DenseCache
    f: list[Array]  # f' and f'', as far as they are needed, each (N, n_in)
    a: Jet  # the jets of f(z), (N, n_in)


@dataclass(frozen=True)
class DenseJets:
    """The forward and backward pass of jets through a `DenseLayer`."""

    layer: DenseLayer

    @property
    def size(self) -> int:
        """The number of trainable parameters."""
        return self.layer.size

    def features(self, z: Jet, pairs: Pairs) -> DenseJetCache:
        """Evaluate the activation with its derivatives."""
        f = [self.layer.activation(z.value, d) for d in z.orders]
        p = pairs.products(z.gradient)
        layer, gradient, second = self.layer.features(z.value), z.gradient, z.second
        if len(f) > 0:
            gradient = f[0][:, :, None] * gradient
        if len(f) > 1:
            second = f[1][:, :, None] * p + f[0][:, :, None] * second
        return DenseJetCache(z, p, pairs, layer, f, Jet(layer.a, gradient, second))

    def output(self, cache: DenseJetCache) -> Jet:
        """Return the jets of the output nodes."""
        w, a = self.layer.weights, cache.a
        return Jet(self.layer.output(cache.layer), w @ a.gradient, w @ a.second)

    def parameter_gradient(self, dy: Jet, cache: DenseJetCache, out: Array) -> None:
        """Write dtheta (size,) into ``out``, which may be a part of a longer vector."""
        self.layer.parameter_gradient(dy.value, cache.layer, out)
        dw = np.tensordot(dy.gradient, cache.a.gradient, axes=([0, 2], [0, 2]))  # (n_out, n_in)
        dw += np.tensordot(dy.second, cache.a.second, axes=([0, 2], [0, 2]))
        out[: dw.size] += dw.ravel()

    def jacobian(self, dy: Jet, cache: DenseJetCache, out: Array) -> None:
        """Write dtheta of each sample into ``out`` (N, size)."""
        self.layer.jacobian(dy.value, cache.layer, out)
        dw = dy.gradient @ cache.a.gradient.transpose(0, 2, 1)  # (N, n_out, n_in)
        dw += dy.second @ cache.a.second.transpose(0, 2, 1)
        out[:, : self.layer.weights.size] += dw.reshape(len(dw), -1)

    def input_gradient(self, dy: Jet, cache: DenseJetCache) -> Jet:
        """Return dz, dg and dh."""
        z, w = cache.z, self.layer.weights.T
        value = self.layer.input_gradient(dy.value, cache.layer)
        gradient, second = w @ dy.gradient, w @ dy.second  # (N, n_in, D), (N, n_in, Q)
        if not cache.f:
            return Jet(value, gradient, second)
        along = (gradient * z.gradient).sum(axis=2) + (second * z.second).sum(axis=2)
        value += self._factor(cache, 2) * along
        gradient *= cache.f[0][:, :, None]
        if cache.p.size:
            value += self._factor(cache, 3) * (second * cache.p).sum(axis=2)
            gradient += cache.pairs.backward(cache.f[1][:, :, None] * second, z.gradient)
            second *= cache.f[0][:, :, None]
        return Jet(value, gradient, second)

    def _factor(self, cache: DenseJetCache, d: int) -> Array:
        """Return the d-th derivative of f, (N, n_in)."""
        return cache.f[d - 1] if d <= len(cache.f) else self.layer.activation(cache.z.value, d)
