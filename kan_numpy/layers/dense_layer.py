r"""One layer of an MLP in the form of a KAN layer: first the activation, then a linear map.

.. math:: y_o = \beta_o + \sum_i w_{o,i}\, f(x_i)

The fixed function f acts on the nodes; for the inputs of a network f(x) = x. This is a KAN layer
(`kan_numpy.layers.kan_layer`) in which all edges out of a node have the same shape, w f(x), and the
bias is trained. The forward and the backward pass are, with dX for dL/dX,

.. math::
    a = f(x), \qquad y = a\, w^T + \beta, \qquad
    dw = dy^T a, \qquad d\beta_o = \sum_n dy_{no}, \qquad dx = f'(x) \odot (dy\, w)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from kan_numpy._arrays import Array, Frozen
from kan_numpy.functions.activations import Activation

__all__ = ["DenseCache", "DenseLayer"]


class DenseCache(NamedTuple):
    """The quantities of the forward pass that the backward pass needs."""

    x: Array  # (N, n_in)
    a: Array  # (N, n_in) f(x)


@dataclass(frozen=True, eq=False)
class DenseLayer(Frozen):
    """A layer of an MLP as an immutable value, with the methods of `KANLayer`."""

    weights: Array  # w (n_out, n_in)
    bias: Array  # beta (n_out,), trained as well
    activation: Activation  # f, which acts on the inputs; the identity in a first layer

    @property
    def n_in(self) -> int:
        """The number of input nodes."""
        return self.weights.shape[1]

    @property
    def n_out(self) -> int:
        """The number of output nodes."""
        return self.weights.shape[0]

    @property
    def size(self) -> int:
        """The number of trainable parameters, n_out (n_in + 1)."""
        return self.weights.size + self.bias.size

    @property
    def piecewise_linear(self) -> bool:
        """Whether second derivatives are zero wherever they exist."""
        return self.activation.name == "relu"

    @property
    def theta(self) -> Array:
        """The trainable parameters as one vector: all weights, then the biases."""
        return np.concatenate([self.weights.ravel(), self.bias])

    def with_theta(self, theta: Array) -> DenseLayer:
        """Return the layer with other parameters, shape (size,)."""
        weights, bias = np.split(theta, [self.weights.size])
        return self._like(weights=weights.reshape(self.weights.shape), bias=bias)

    def forward(self, x: Array) -> tuple[Array, DenseCache]:
        """Return y (N, n_out) from x (N, n_in), and the cache for `backward`."""
        cache = self.features(x)
        return self.output(cache), cache

    def features(self, x: Array) -> DenseCache:
        """Evaluate all that does not depend on theta: the activation at x."""
        return DenseCache(x, self.activation(x))

    def output(self, cache: DenseCache) -> Array:
        """Return y (N, n_out)."""
        return cache.a @ self.weights.T + self.bias

    def backward(
        self, dy: Array, cache: DenseCache, input_gradient: bool = True
    ) -> tuple[Array | None, Array]:
        """Return dx (N, n_in), or None without ``input_gradient``, and dtheta (size,)."""
        dtheta = np.empty(self.size)
        self.parameter_gradient(dy, cache, dtheta)
        return self.input_gradient(dy, cache) if input_gradient else None, dtheta

    def parameter_gradient(self, dy: Array, cache: DenseCache, out: Array) -> None:
        """Write dtheta (size,) into ``out``, which may be a part of a longer vector."""
        out[: self.weights.size] = (dy.T @ cache.a).ravel()
        out[self.weights.size :] = dy.sum(axis=0)

    def input_gradient(self, dy: Array, cache: DenseCache) -> Array:
        """Return dx (N, n_in)."""
        return self.activation(cache.x, 1) * (dy @ self.weights)

    def jacobian(self, dy: Array, cache: DenseCache, out: Array) -> None:
        """Write the gradient of every sample into ``out`` (N, size)."""
        block = out[:, : self.weights.size].reshape(len(dy), self.n_out, self.n_in)  # a view
        np.multiply(dy[:, :, None], cache.a[:, None], out=block)
        out[:, self.weights.size :] = dy

    def feature_mean_squares(self, cache: DenseCache) -> Array:
        """Return the mean square of the factor of each parameter, a or 1, (size,)."""
        a = np.broadcast_to(np.mean(cache.a**2, axis=0), self.weights.shape).ravel()
        return np.concatenate([a, np.ones(self.n_out)])

    def fraction_outside_grid(self, x: Array) -> float:  # noqa: ARG002
        """Return 0: there is no grid."""
        return 0.0
