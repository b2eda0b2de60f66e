r"""Jets through a KAN layer: derivatives by the inputs of the network, and their backward pass.

A jet holds, for each node m of a level, its value z_m, its gradient :math:`g_{ma} = \partial z_m /
\partial x_a` with respect to the network's inputs, and some second derivatives :math:`h_{mq} =
\partial^2 z_m / \partial x_a \partial x_b`, one for each pair q = (a, b). A layer
:math:`y_o = \sum_i \phi_{o,i}(z_i)` transforms it by the chain rule,

.. math::
    g_{oa} = \sum_i \phi'_{o,i}\, g_{ia}, \qquad
    h_{oq} = \sum_i \phi''_{o,i}\, g_{ia} g_{ib} + \phi'_{o,i}\, h_{iq},

which for each sample are products of matrices, :math:`g_{out} = \phi' g` and
:math:`h_{out} = \phi'' (g_a \odot g_b) + \phi' h`.

In the backward pass, an edge has contributed three numbers, so it receives three gradients,

.. math::
    d\phi_{o,i} = dz_o, \qquad
    d\phi'_{o,i} = \sum_a dg_{oa} g_{ia} + \sum_q dh_{oq} h_{iq}, \qquad
    d\phi''_{o,i} = \sum_q dh_{oq}\, g_{ia} g_{ib},

from which the others follow, with theta for any parameter of the edge:

.. math::
    d\theta &= d\phi\, \partial_\theta \phi + d\phi'\, \partial_\theta \phi'
             + d\phi''\, \partial_\theta \phi'' \\
    dz_i &= \sum_o d\phi_{o,i}\, \phi'_{o,i} + d\phi'_{o,i}\, \phi''_{o,i}
          + d\phi''_{o,i}\, \phi'''_{o,i} \\
    dp_{iq} &= \sum_o \phi''_{o,i}\, dh_{oq}, \qquad
    dg_{ia} = \sum_o \phi'_{o,i}\, dg_{oa} + \sum_{q = (a, b)} dp_{iq}\, g_{ib}
            + \sum_{q = (b, a)} dp_{iq}\, g_{ib}, \qquad
    dh_{iq} = \sum_o \phi'_{o,i}\, dh_{oq}

with p for the products :math:`g_a \odot g_b`. The other kinds of layers are in
`kan_numpy.derivatives.dense_jets` and `kan_numpy.derivatives.product_jets`.

The third derivative :math:`\phi'''` appears in the backward pass through all layers but the first.
That of a cubic spline jumps at every knot: use degree 4 or more if second derivatives are trained.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy.derivatives.jet import Jet, Pairs
from kan_numpy.layers.kan_layer import KANLayer, LayerCache

__all__ = ["EdgeCache", "KANJets"]


class EdgeCache(NamedTuple):
    """The quantities of the forward pass that the backward pass needs."""

    z: Jet
    p: Array  # (N, n_in, Q)
    pairs: Pairs
    layer: list[LayerCache]  # of the functions and their derivatives, as far as they are needed


@dataclass(frozen=True)
class KANJets:
    """The forward and backward pass of jets through a `KANLayer`."""

    layer: KANLayer

    @property
    def size(self) -> int:
        """The number of trainable parameters."""
        return self.layer.size

    def features(self, z: Jet, pairs: Pairs) -> EdgeCache:
        """Evaluate the basis and base functions with their derivatives."""
        layer = [self.layer.features(z.value, d) for d in (0, *z.orders)]
        return EdgeCache(z, pairs.products(z.gradient), pairs, layer)

    def output(self, cache: EdgeCache) -> Jet:
        """Return the jets of the output nodes."""
        z, n_out = cache.z, self.layer.n_out
        value = self.layer.output(cache.layer[0])
        gradient = np.zeros((len(value), n_out, z.gradient.shape[2]), value.dtype)
        second = np.zeros((len(value), n_out, z.second.shape[2]), value.dtype)
        if z.orders:
            slope = self._edges(cache, 1)  # (N, n_out, n_in)
            gradient = slope @ z.gradient
        if cache.p.size:
            second = self._edges(cache, 2) @ cache.p + slope @ z.second
        return Jet(value, gradient, second)

    def parameter_gradient(self, dy: Jet, cache: EdgeCache, out: Array) -> None:
        """Write dtheta (size,) into ``out``, which may be a part of a longer vector."""
        self.layer.parameter_gradient(dy.value, cache.layer[0], out)
        part = np.empty_like(out)
        for order, dphi in enumerate(self._upstream(dy, cache), 1):
            self.layer.edges_gradient(dphi, cache.layer[order], part)
            out += part

    def jacobian(self, dy: Jet, cache: EdgeCache, out: Array) -> None:
        """Write dtheta of each sample into ``out`` (N, size)."""
        self.layer.jacobian(dy.value, cache.layer[0], out)
        part = np.empty_like(out)
        for order, dphi in enumerate(self._upstream(dy, cache), 1):
            self.layer.edges_jacobian(dphi, cache.layer[order], part)
            out += part

    def input_gradient(self, dy: Jet, cache: EdgeCache) -> Jet:
        """Return dz, dg and dh."""
        value = self.layer.input_gradient(dy.value, cache.layer[0])
        if not cache.z.orders:
            return Jet(value, np.zeros_like(cache.z.gradient), np.zeros_like(cache.z.second))
        for order, dphi in enumerate(self._upstream(dy, cache), 1):
            value += np.einsum("noi,noi->ni", dphi, self._edges(cache, order + 1))
        back = self._edges(cache, 1).transpose(0, 2, 1)  # (N, n_in, n_out)
        gradient, second = back @ dy.gradient, back @ dy.second
        if cache.p.size:
            dp = self._edges(cache, 2).transpose(0, 2, 1) @ dy.second
            gradient += cache.pairs.backward(dp, cache.z.gradient)
        return Jet(value, gradient, second)

    def _upstream(self, dy: Jet, cache: EdgeCache) -> list[Array]:
        """Return dphi' and dphi'' (N, n_out, n_in), as far as there are such derivatives."""
        z = cache.z
        slope = dy.gradient @ z.gradient.transpose(0, 2, 1)
        if not cache.p.size:
            return [slope] if z.orders else []
        slope += dy.second @ z.second.transpose(0, 2, 1)
        return [slope, dy.second @ cache.p.transpose(0, 2, 1)]

    def _edges(self, cache: EdgeCache, d: int) -> Array:
        """Return the d-th derivative of every edge, (N, n_out, n_in), for d = 1, 2, 3."""
        known = d < len(cache.layer)
        return self.layer.edge_values(
            cache.layer[d] if known else self.layer.features(cache.z.value, d)
        )
