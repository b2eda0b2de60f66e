r"""Jets through products of nodes, by the rule of Leibniz.

A product of two nodes, :math:`y = u v`, transforms jets (`kan_numpy.derivatives.jet`) by

.. math::
    \partial_a y = u\, \partial_a v + v\, \partial_a u, \qquad
    \partial_{ab} y = u\, \partial_{ab} v + v\, \partial_{ab} u
                    + \partial_a u\, \partial_b v + \partial_b u\, \partial_a v,

and the gradients by u are, with dy, :math:`dg_a` and :math:`dh_{ab}` those by the jet of y,

.. math::
    du = v\, dy + \sum_a \partial_a v\, dg_a + \sum_{ab} \partial_{ab} v\, dh_{ab}, \qquad
    d\partial_a u = v\, dg_a + \sum_b \partial_b v\, (dh_{ab} + dh_{ba}), \qquad
    d\partial_{ab} u = v\, dh_{ab},

with sums over the given pairs. More factors are multiplied one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from kan_numpy._arrays import Array, Indices
from kan_numpy.derivatives.jet import Jet, Pairs
from kan_numpy.layers.product_layer import ProductLayer

__all__ = ["ProductJetCache", "ProductJets"]


class ProductJetCache(NamedTuple):
    """The quantities of the forward pass that the backward pass needs."""

    z: Jet
    pairs: Pairs
    partial: list[list[Jet]]  # for outputs with equally many factors: the product of the first n


@dataclass(frozen=True)
class ProductJets:
    """The forward and backward pass of jets through a `ProductLayer`, factor by factor."""

    layer: ProductLayer

    @property
    def size(self) -> int:
        """The number of trainable parameters: none."""
        return 0

    def features(self, z: Jet, pairs: Pairs) -> ProductJetCache:
        """Return the products of the first n factors, for all n."""
        partial = []
        for _, factors in self.layer._by_arity:
            jets = [_nodes(z, factors[:, 0])]
            for index in range(1, factors.shape[1]):
                jets.append(_times(jets[-1], _nodes(z, factors[:, index]), pairs))
            partial.append(jets)
        return ProductJetCache(z, pairs, partial)

    def output(self, cache: ProductJetCache) -> Jet:
        """Return the jets of the output nodes."""
        outputs = np.concatenate([outputs for outputs, _ in self.layer._by_arity])
        last = zip(*(jets[-1] for jets in cache.partial), strict=True)
        return _nodes(Jet(*(np.concatenate(part, axis=1) for part in last)), np.argsort(outputs))

    def parameter_gradient(self, dy: Jet, cache: ProductJetCache, out: Array) -> None:
        """Write nothing: there are no parameters."""

    def jacobian(self, dy: Jet, cache: ProductJetCache, out: Array) -> None:
        """Write nothing: there are no parameters."""

    def input_gradient(self, dy: Jet, cache: ProductJetCache) -> Jet:
        """Return dz, dg and dh."""
        dz = Jet(*(np.zeros_like(part) for part in cache.z))
        for (outputs, factors), jets in zip(self.layer._by_arity, cache.partial, strict=True):
            upstream = _nodes(dy, outputs)
            for index in reversed(range(1, factors.shape[1])):
                v = _nodes(cache.z, factors[:, index])
                _put(dz, factors[:, index], _times_backward(upstream, jets[index - 1], cache.pairs))
                upstream = _times_backward(upstream, v, cache.pairs)
            _put(dz, factors[:, 0], upstream)
        return dz


def _nodes(jet: Jet, nodes: Indices) -> Jet:
    """Return the jets of some nodes."""
    return Jet(*(part[:, nodes] for part in jet))


def _put(jet: Jet, nodes: Indices, values: Jet) -> None:
    """Write the jets of some nodes."""
    for part, value in zip(jet, values, strict=True):
        part[:, nodes] = value


def _times(u: Jet, v: Jet, pairs: Pairs) -> Jet:
    """Multiply jets node by node."""
    a, b = pairs
    uu, vv = u.value[:, :, None], v.value[:, :, None]
    mixed = u.gradient[:, :, a] * v.gradient[:, :, b] + u.gradient[:, :, b] * v.gradient[:, :, a]
    return Jet(
        u.value * v.value,
        uu * v.gradient + vv * u.gradient,
        uu * v.second + vv * u.second + mixed,
    )


def _times_backward(dy: Jet, v: Jet, pairs: Pairs) -> Jet:
    """Return the gradient by the jet of u, where y = u v."""
    value = v.value * dy.value
    value += (v.gradient * dy.gradient).sum(axis=2) + (v.second * dy.second).sum(axis=2)
    vv = v.value[:, :, None]
    gradient = vv * dy.gradient + pairs.backward(dy.second, v.gradient)
    return Jet(value, gradient, vv * dy.second)
