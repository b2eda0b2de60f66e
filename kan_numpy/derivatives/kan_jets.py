r"""How derivatives with respect to the inputs pass one layer, and how they come back.

A jet holds, for each node m of a level, its value z_m, its gradient :math:`g_{ma} = \partial z_m /
\partial x_a` with respect to the network's inputs, and some second derivatives :math:`h_{mq} =
\partial^2 z_m / \partial x_a \partial x_b`, one for each pair q = (a, b). A layer
:math:`y_o = \sum_i \phi_{o,i}(z_i)` sends it on by the chain rule,

.. math::
    g_{oa} = \sum_i \phi'_{o,i}\, g_{ia}, \qquad
    h_{oq} = \sum_i \phi''_{o,i}\, g_{ia} g_{ib} + \phi'_{o,i}\, h_{iq},

which for each sample are products of matrices, :math:`g_{out} = \phi' g` and
:math:`h_{out} = \phi'' (g_a \odot g_b) + \phi' h`.

The backward pass. An edge is asked for three numbers now, and so three gradients arrive at it,

.. math::
    d\phi_{o,i} = dz_o, \qquad
    d\phi'_{o,i} = \sum_a dg_{oa} g_{ia} + \sum_q dh_{oq} h_{iq}, \qquad
    d\phi''_{o,i} = \sum_q dh_{oq}\, g_{ia} g_{ib},

from which everything follows, theta being any parameter of the edge:

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
`kan_numpy.derivatives.node_jets`.

The third derivative :math:`\phi'''` appears in the backward pass through all layers but the first.
That of a cubic spline jumps at every knot: use degree 4 or more if second derivatives are trained.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from kan_numpy._arrays import Array, Indices
from kan_numpy.derivatives.jet import Jet, Pairs
from kan_numpy.layers.kan_layer import KANLayer, LayerCache
from kan_numpy.layers.symbolic_edge import SymbolicEdge
from kan_numpy.splines.bsplines import BSplineBasis


class EdgeCache(NamedTuple):
    """The symbols of the equations above, as `KANJets.features` met them."""

    z: Jet
    p: Array  # (N, n_in, Q)
    pairs: Pairs
    layer: LayerCache
    B: list[Array]  # B' and B'', as far as they are needed, each (N, n_in, G+k)
    b: list[Array]  # b' and b'', each (N, n_in)


@dataclass(frozen=True)
class KANJets:
    """Send jets through a `KANLayer`; its own methods do the value, here is the rest."""

    layer: KANLayer

    @property
    def size(self) -> int:
        """The number of trainable parameters."""
        return self.layer.size

    def features(self, z: Jet, pairs: Pairs) -> EdgeCache:
        """Evaluate the basis and base functions with their derivatives."""
        B = [self._basis(z.value, d) for d in z.orders]
        b = [self.layer.base(z.value, d) for d in z.orders] if self.layer.has_base else []
        p = pairs.products(z.gradient)
        return EdgeCache(z, p, pairs, self.layer.features(z.value), B, b)

    def output(self, cache: EdgeCache) -> Jet:
        """Return the jets of the output nodes."""
        z, n_out = cache.z, self.layer.n_out
        value = self.layer.output(cache.layer)
        gradient = np.zeros((len(value), n_out, z.gradient.shape[2]), value.dtype)
        second = np.zeros((len(value), n_out, z.second.shape[2]), value.dtype)
        if cache.B:
            slope = self._edges(cache, 1)  # (N, n_out, n_in)
            gradient = slope @ z.gradient
        if cache.p.size:
            second = self._edges(cache, 2) @ cache.p + slope @ z.second
        return Jet(value, gradient, second)

    def parameter_gradient(self, dy: Jet, cache: EdgeCache, out: Array) -> None:
        """Write dtheta (size,) into ``out``, which may be a part of a longer vector."""
        layer = self.layer
        layer.parameter_gradient(dy.value, cache.layer, out)
        E, W, splines = layer.n_splines, layer.basis.size, layer.splines
        for index, dphi in enumerate(self._upstream(dy, cache)):
            dc = dphi.transpose(2, 1, 0) @ cache.B[index].transpose(1, 0, 2)  # (n_in, n_out, G+k)
            out[: E * W] += dc.transpose(1, 0, 2)[splines].ravel()
            if layer.has_base:
                out[E * W : E * W + E] += np.einsum("noi,ni->oi", dphi, cache.b[index])[splines]
            for edge, rows in self._symbols_part(out):
                four = _slopes(edge, cache.z.value[:, edge.inp], index + 1)
                rows += dphi[:, edge.out, edge.inp] @ four  # noqa: PLW2901  # in place

    def jacobian(self, dy: Jet, cache: EdgeCache, out: Array) -> None:
        """Write dtheta of each sample by itself into ``out`` (N, size)."""
        layer, N = self.layer, len(out)
        layer.jacobian(dy.value, cache.layer, out)
        E, W = layer.n_splines, layer.basis.size
        o, i = np.nonzero(layer.splines)
        full = len(o) == layer.active.size  # broadcasting is faster than picking edges
        edges = out[:, : E * W].reshape(N, E, W)  # a view
        for index, dphi in enumerate(self._upstream(dy, cache)):
            B = cache.B[index]
            some = dphi[..., None] * B[:, None] if full else dphi[:, o, i, None] * B[:, i]
            edges += some.reshape(N, E, W)
            if layer.has_base:
                out[:, E * W : E * W + E] += dphi[:, o, i] * cache.b[index][:, i]
            for edge, rows in self._symbols_part(out.T):
                four = _slopes(edge, cache.z.value[:, edge.inp], index + 1)
                rows += dphi[:, edge.out, edge.inp] * four.T  # noqa: PLW2901  # in place

    def input_gradient(self, dy: Jet, cache: EdgeCache) -> Jet:
        """Return dz, dg and dh."""
        value = self.layer.input_gradient(dy.value, cache.layer)
        if not cache.B:
            return Jet(value, np.zeros_like(cache.z.gradient), np.zeros_like(cache.z.second))
        for index, dphi in enumerate(self._upstream(dy, cache)):
            value += np.einsum("noi,noi->ni", dphi, self._edges(cache, index + 2))
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
            return [slope] if cache.B else []
        slope += dy.second @ z.second.transpose(0, 2, 1)
        return [slope, dy.second @ cache.p.transpose(0, 2, 1)]

    def _edges(self, cache: EdgeCache, d: int) -> Array:
        """Return the d-th derivative of every edge, (N, n_out, n_in), for d = 1, 2, 3."""
        layer, x, known = self.layer, cache.z.value, d <= len(cache.B)
        B = cache.B[d - 1] if known else self._basis(x, d)
        by_input = B.transpose(1, 0, 2) @ layer.coef.transpose(1, 2, 0)  # (n_in, N, n_out)
        phi = by_input.transpose(1, 2, 0)
        if layer.has_base:
            b = cache.b[d - 1] if known else layer.base(x, d)
            phi += layer.w_base * b[:, None]
        for edge in layer.symbols:
            phi[:, edge.out, edge.inp] = edge(x[:, edge.inp], d)
        return phi

    def _basis(self, x: Array, d: int) -> Array:
        """Return the d-th derivative of all basis functions; beyond their degree it is 0."""
        basis = self.layer.basis
        if isinstance(basis, BSplineBasis) and d > basis.degree:
            return np.zeros((*x.shape, basis.size), x.dtype)
        return basis(x, d)

    def _symbols_part(self, out: Array) -> Any:
        """Return each symbol with the four rows of ``out`` that are its own."""
        symbols = self.layer.symbols
        rows = out[len(out) - 4 * len(symbols) :].reshape(len(symbols), 4, *out.shape[1:])
        return zip(symbols, rows, strict=True)


@dataclass(frozen=True)
class TiedJets(KANJets):
    """Send jets through a layer some of whose parameters are one and the same in theta."""

    parameter_index: Indices  # which entry of theta each parameter of the layer takes

    @property
    def size(self) -> int:
        """The number of trainable parameters: those that are shared count once."""
        return int(self.parameter_index.max(initial=-1)) + 1

    def parameter_gradient(self, dy: Jet, cache: EdgeCache, out: Array) -> None:
        """Write dtheta (size,) into ``out``: gradients of the same parameter are added up."""
        dtheta = np.empty(self.parameter_index.size)
        super().parameter_gradient(dy, cache, dtheta)
        out[:] = np.bincount(self.parameter_index, dtheta, minlength=len(out))

    def jacobian(self, dy: Jet, cache: EdgeCache, out: Array) -> None:
        """Write dtheta of each sample by itself into ``out`` (N, size)."""
        J = np.empty((len(out), self.parameter_index.size))
        super().jacobian(dy, cache, J)
        out[:] = 0.0
        np.add.at(out.T, self.parameter_index, J.T)


def _slopes(edge: SymbolicEdge, x: Array, d: int) -> Array:
    r"""Differentiate :math:`\phi^{(d)} = c a^d f^{(d)}(u)`, u = a x + b, by a, b, c, d: (N, 4)."""
    a, b, c, _ = edge.affine
    u = a * x + b
    f, slope = edge.symbol(u, d), edge.symbol(u, d + 1)
    by_a = c * a ** (d - 1) * (d * f + a * x * slope)
    return np.stack([by_a, c * a**d * slope, a**d * f, np.zeros_like(x)], axis=1)
