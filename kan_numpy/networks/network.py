r"""A network as a composition of layers: forward pass, backward pass, and one parameter vector.

`KAN` and `MLP` share it, whatever their layers are. The backward pass is the chain rule: it starts
with dL/dy, and each layer turns the gradient by its outputs into those by its inputs and by its
parameters. All trainable numbers form one vector theta, layer after layer, for the optimizers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array, Rng, frozen, row_blocks
from kan_numpy._validation import as_array, as_samples
from kan_numpy.layers.kan_layer import KANLayer

__all__ = ["Layer", "Network", "NetworkT", "evaluate", "levels"]

NetworkT = TypeVar("NetworkT", bound="Network")
"""A kind of network: a function of a KAN returns a KAN."""


class Layer(Protocol):
    """Protocol of a layer, whose cache may be of any type."""

    @property
    def n_in(self) -> int:
        """The number of input nodes."""

    @property
    def n_out(self) -> int:
        """The number of output nodes."""

    @property
    def size(self) -> int:
        """The number of trainable parameters."""

    @property
    def theta(self) -> Array:
        """The trainable parameters, shape (size,)."""

    def with_theta(self, theta: Array) -> Any:
        """Return the layer with other parameters."""

    def forward(self, x: Array) -> tuple[Array, Any]:
        """Return y (N, n_out) and the cache: `features`, then `output`."""

    def features(self, x: Array) -> Any:
        """Return the cache for inputs x (N, n_in): all that does not depend on theta."""

    def output(self, cache: Any) -> Array:
        """Return y (N, n_out) from the cache."""

    def parameter_gradient(self, dy: Array, cache: Any, out: Array) -> None:
        """Write dtheta (size,) into ``out``."""

    def input_gradient(self, dy: Array, cache: Any) -> Array:
        """Return dx (N, n_in)."""

    def jacobian(self, dy: Array, cache: Any, out: Array) -> None:
        """Write dtheta of each sample by itself into ``out`` (N, size)."""

    def feature_mean_squares(self, cache: Any) -> Array:
        """Return the mean square of what each parameter is multiplied with, (size,)."""

    def fraction_outside_grid(self, x: Array) -> float:
        """Return the share of the inputs x that the layer's grids do not cover."""

    @property
    def piecewise_linear(self) -> bool:
        """Whether second derivatives are zero wherever they exist."""


def evaluate(layers: Sequence[Layer], x: Array) -> Array:
    """Return the outputs (N, n_out) of consecutive layers, block by block and without a cache."""
    y = np.empty((len(x), layers[-1].n_out))
    for rows in row_blocks(len(x), max(max(layer.n_in, layer.n_out) for layer in layers)):
        z = x[rows]
        for layer in layers:
            z, _ = layer.forward(z)
        y[rows] = z
    return y


def levels(layers: Sequence[Layer], x: Array) -> list[Array]:
    """Return the values (N, n) of every level of nodes, from the inputs x to the outputs."""
    values = [x]
    for layer in layers:
        values.append(evaluate([layer], values[-1]))
    return values


class Network:
    """A composition of layers as an immutable value."""

    layers: tuple[Layer, ...]
    init: str | None = None
    """How theta was drawn, and None as soon as it is anything else than drawn."""

    def __repr__(self) -> str:
        """Return kind, widths and size, as in ``KAN([2, 5, 1], 135 parameters)``."""
        return f"{type(self).__name__}({self.widths}, {self.size} parameters)"

    @property
    def widths(self) -> list[int]:
        """The nodes of each level, inputs first."""
        return [self.layers[0].n_in, *(layer.n_out for layer in self.layers)]

    @property
    def size(self) -> int:
        """P, the number of trainable parameters."""
        return sum(layer.size for layer in self.layers)

    @property
    def kan_layers(self) -> list[tuple[int, KANLayer]]:
        """The KAN layers, each with its number l in ``layers``; an MLP has none."""
        return [(l, layer) for l, layer in enumerate(self.layers) if isinstance(layer, KANLayer)]

    @property
    def theta(self) -> Array:
        """All trainable parameters as one read-only vector, shape (P,)."""
        return frozen(np.concatenate([layer.theta for layer in self.layers]))

    def with_theta(self: NetworkT, theta: npt.ArrayLike) -> NetworkT:
        """Return the same network with other parameters.

        Parameters
        ----------
        theta : array_like, shape (P,)
            In the order of `theta`; it is copied.

        Returns
        -------
        KAN or MLP

        Raises
        ------
        ValueError
            If the length is wrong or a value is not finite.
        """
        return self._with_theta(as_array("theta", theta, (self.size,)))

    def _with_theta(self: NetworkT, theta: Array) -> NetworkT:
        layers, start = [], 0
        for layer in self.layers:
            layers.append(layer.with_theta(theta[start : start + layer.size]))
            start += layer.size
        return self._with_layers(layers)

    def _with_layers(self: NetworkT, layers: Iterable[Any], init: str | None = None) -> NetworkT:
        """Return a network of the same kind with other layers."""
        network = object.__new__(type(self))
        network.__dict__.update(self.__dict__, layers=tuple(layers), init=init)
        return network

    def redrawn(self: NetworkT, rng: Rng) -> NetworkT:
        """Return a network like this one as drawn, with other random numbers."""
        raise NotImplementedError

    def with_layer(self: NetworkT, l: int, layer: Any) -> NetworkT:
        """Return the network with another layer l, without checks."""
        return self._with_layers([*self.layers[:l], layer, *self.layers[l + 1 :]])

    def __copy__(self: NetworkT) -> NetworkT:
        """Return the network itself, because it is immutable."""
        return self

    def __deepcopy__(self: NetworkT, memo: dict[int, Any]) -> NetworkT:
        """Return the network itself, because it is immutable."""
        return self

    def __call__(self, x: npt.ArrayLike) -> Array:
        """Evaluate the network.

        Parameters
        ----------
        x : array_like, shape (N, n_in)
            One sample a row.

        Returns
        -------
        ndarray, shape (N, n_out)

        Raises
        ------
        ValueError
            If the shape is wrong or a value is not finite.
        """
        return evaluate(self.layers, as_array("x", x, ("N", self.layers[0].n_in)))

    def _blocks(self, x: Array) -> list[slice]:
        """Divide the rows of x (N, n_in) into blocks that suit the widest level."""
        return row_blocks(len(x), max(self.widths))

    def forward(self, x: npt.ArrayLike) -> tuple[Array, list[Any]]:
        """Evaluate the network, and return the cache for `backward`.

        Parameters
        ----------
        x : array_like, shape (N, n_in)
            One sample a row.

        Returns
        -------
        y : ndarray, shape (N, n_out)
        cache : list
            One for each layer; ``cache[l].x`` are the activations that enter layer l.
        """
        return self._forward(as_array("x", x, ("N", self.layers[0].n_in)))

    def _forward(self, x: Array, first: Any = None) -> tuple[Array, list[Any]]:
        """Evaluate without checks; ``first`` is ``layers[0].features(x)``, if it is at hand."""
        cache = self.layers[0].features(x) if first is None else first
        y, caches = self.layers[0].output(cache), [cache]
        for layer in self.layers[1:]:
            y, cache = layer.forward(y)
            caches.append(cache)
        return y, caches

    def backward(self, dy: npt.ArrayLike, cache: list[Any]) -> tuple[Array, Array]:
        """Backpropagate an upstream gradient to the inputs and the parameters.

        Parameters
        ----------
        dy : array_like, shape (N, n_out)
            dL/dy.
        cache : list
            From `forward`.

        Returns
        -------
        dx : ndarray, shape (N, n_in)
            dL/dx.
        dtheta : ndarray, shape (P,)
            dL/dtheta, in the order of `theta`.
        """
        self._require_cache(cache)
        upstream = as_samples("dy", dy, (len(cache[0].x), self.layers[-1].n_out))
        dx, dtheta = self._backward(upstream, cache)
        assert dx is not None  # noqa: S101  # it was asked for
        return dx, dtheta

    def _require_cache(self, cache: list[Any]) -> None:
        """Refuse a cache that does not come from this network, or one like it."""
        fits = isinstance(cache, list) and [
            entry.x.shape[1] if hasattr(entry, "x") else None for entry in cache
        ] == [layer.n_in for layer in self.layers]
        if not fits:
            raise TypeError(
                f"cache must be what forward returned: y, cache = net.forward(x);"
                f" but is a {type(cache).__name__} of something else"
            )

    def _backward(
        self, dy: Array, cache: list[Any], input_gradient: bool = True
    ) -> tuple[Array | None, Array]:
        dtheta, stop = np.empty(self.size), self.size
        for l in reversed(range(len(self.layers))):
            layer = self.layers[l]
            layer.parameter_gradient(dy, cache[l], dtheta[stop - layer.size : stop])
            stop -= layer.size
            if l or input_gradient:
                dy = layer.input_gradient(dy, cache[l])
        return dy if input_gradient else None, dtheta

    def fraction_outside_grid(self, x: npt.ArrayLike) -> float:
        """Return the fraction of the activations, inputs included, that lie outside their grids.

        Parameters
        ----------
        x : array_like, shape (N, n_in)
            One sample a row.

        Returns
        -------
        float
            Between 0 and 1; layers without a grid count as covered.
        """
        points = as_array("x", x, ("N", self.layers[0].n_in))
        shares = np.zeros(len(self.layers))
        for rows in self._blocks(points):
            z = points[rows]
            for l, layer in enumerate(self.layers):
                shares[l] += len(z) / len(points) * layer.fraction_outside_grid(z)
                z, _ = layer.forward(z)
        return float(np.average(shares, weights=self.widths[:-1]))

    def jacobian(self, x: npt.ArrayLike) -> Array:
        r"""Differentiate every output of every sample with respect to every parameter.

        .. math:: J_{nop} = \partial y_{no} / \partial \theta_p

        Parameters
        ----------
        x : array_like, shape (N, n_in)
            One sample a row.

        Returns
        -------
        ndarray, shape (N, n_out, P)
        """
        y, cache = self.forward(x)
        return self._jacobian(y, cache)

    def _jacobian(self, y: Array, cache: list[Any]) -> Array:
        J = np.empty((*y.shape, self.size))  # (N, n_out, P)
        for o in range(y.shape[1]):
            dy = np.zeros_like(y)
            dy[:, o] = 1.0
            stop = self.size
            for l in reversed(range(len(self.layers))):
                layer = self.layers[l]
                layer.jacobian(dy, cache[l], J[:, o, stop - layer.size : stop])
                stop -= layer.size
                if l:
                    dy = layer.input_gradient(dy, cache[l])
        return J
