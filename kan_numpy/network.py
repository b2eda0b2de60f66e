r"""Layers composed: a Kolmogorov-Arnold network as an immutable value.

.. math:: KAN(x) = (\Phi_{L-1} \circ \dots \circ \Phi_0)\, x

(arXiv 2404.19756, eq. 2.7). The way back is the chain rule: start with dL/dy at the top, and let
each layer turn the gradient of its output into that of its input and of its own parameters. All
trainable numbers form one vector theta, layer after layer: an optimiser need know nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kan_numpy._validation import Array, Rng, as_array, frozen
from kan_numpy.activations import Base
from kan_numpy.initialization import initial_layers
from kan_numpy.layer import KANLayer, LayerCache
from kan_numpy.storage import layers_from_arrays, load_layers, save_layers


@dataclass(frozen=True, init=False, eq=False, repr=False)
class KAN:
    r"""Build a Kolmogorov-Arnold network with random coefficients.

    Parameters
    ----------
    widths : sequence of int
        Nodes of each level, inputs first: ``[2, 5, 1]`` (eq. 2.3).
    grid_size : int or sequence of int
        G, intervals of the grid; one number, or one for each layer.
    degree : int or sequence of int
        k, degree of the splines; likewise.
    grid_range : pair of float, or sequence of pairs
        The ends of the grid; likewise.
    base : str, Activation or tuple of callable
        The base function b: "silu", "identity", "zero", another name in
        `kan_numpy.activations.ACTIVATIONS`, or your own with its derivative, ``(f, f')``.
    init : {"glorot", "paper"}
        How to start, see `kan_numpy.initialization`.
    rng : int, Generator or None
        What `numpy.random.default_rng` takes.

    Attributes
    ----------
    layers : tuple of KANLayer
        The layers, inputs first.

    Raises
    ------
    ValueError, TypeError
        If an argument does not make sense; the message says which and why.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> net = kn.KAN([2, 5, 1], grid_size=5, degree=3, rng=0)
    >>> net([[0.1, 0.2], [0.3, 0.4]]).shape
    (2, 1)
    >>> net.theta.size  # 15 edges, each with 5 + 3 coefficients and a base weight
    135
    """

    layers: tuple[KANLayer, ...]

    def __init__(
        self,
        widths: Sequence[int],
        grid_size: int | Sequence[int] = 5,
        degree: int | Sequence[int] = 3,
        grid_range: Sequence[float] | Sequence[Sequence[float]] = (-1.0, 1.0),
        base: Base = "silu",
        init: str = "glorot",
        rng: Rng = None,
    ) -> None:
        layers = initial_layers(widths, grid_size, degree, grid_range, base, init, rng)
        object.__setattr__(self, "layers", layers)

    @classmethod
    def from_layers(cls, layers: Iterable[KANLayer]) -> KAN:
        """Compose layers that exist; the inner door, nothing is checked.

        Parameters
        ----------
        layers : iterable of KANLayer
            Inputs first.

        Returns
        -------
        KAN
        """
        network = object.__new__(cls)
        object.__setattr__(network, "layers", tuple(layers))
        return network

    @classmethod
    def from_arrays(
        cls,
        layers: Sequence[Mapping[str, npt.ArrayLike]],
        degree: int | Sequence[int],
        base: Base = "silu",
    ) -> KAN:
        """Build a network from weights that were trained elsewhere.

        Parameters
        ----------
        layers : sequence of dict
            For each layer ``knots`` (n_in, G + 2k + 1), ``coef`` (n_out, n_in, G + k), ``w_base``
            (n_out, n_in) and, if there is one, ``bias`` (n_out,). Multiply a spline weight w_s
            of the other library into ``coef``.
        degree : int or sequence of int
            k, for all layers or for each.
        base : str, Activation or tuple of callable
            The base function, as in `KAN`.

        Returns
        -------
        KAN

        Raises
        ------
        ValueError, TypeError
            If something is missing, has the wrong shape or is not finite.
        """
        return cls.from_layers(layers_from_arrays(layers, degree, base))

    def __repr__(self) -> str:
        """Return the widths and the size, as in ``KAN([2, 5, 1], 135 parameters)``."""
        return f"KAN({self.widths}, {self.size} parameters)"

    @property
    def widths(self) -> list[int]:
        """The nodes of each level, inputs first."""
        return [self.layers[0].n_in, *(layer.n_out for layer in self.layers)]

    @property
    def size(self) -> int:
        """P, the number of trainable parameters."""
        return sum(layer.size for layer in self.layers)

    @property
    def theta(self) -> Array:
        """All trainable parameters as one read-only vector, shape (P,)."""
        return frozen(np.concatenate([layer.theta for layer in self.layers]))

    def with_theta(self, theta: npt.ArrayLike) -> KAN:
        """Return the same network with other parameters.

        Parameters
        ----------
        theta : array_like, shape (P,)
            In the order of `theta`; it is copied.

        Returns
        -------
        KAN

        Raises
        ------
        ValueError
            If the length is wrong or a value is not finite.
        """
        return self._with_theta(as_array("theta", theta, (self.size,)))

    def _with_theta(self, theta: Array) -> KAN:
        layers, start = [], 0
        for layer in self.layers:
            layers.append(layer.with_theta(theta[start : start + layer.size]))
            start += layer.size
        return KAN.from_layers(layers)

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
        return self.forward(x)[0]

    def forward(self, x: npt.ArrayLike) -> tuple[Array, list[LayerCache]]:
        """Evaluate the network and keep what `backward` needs.

        Parameters
        ----------
        x : array_like, shape (N, n_in)
            One sample a row.

        Returns
        -------
        y : ndarray, shape (N, n_out)
        cache : list of LayerCache
            One for each layer; ``cache[l].x`` are the activations that enter layer l.
        """
        return self._forward(as_array("x", x, ("N", self.layers[0].n_in)))

    def _forward(self, x: Array, first: LayerCache | None = None) -> tuple[Array, list[LayerCache]]:
        """Evaluate without checks; ``first`` is ``layers[0].prepare(x)``, if it is at hand."""
        cache = self.layers[0].prepare(x) if first is None else first
        y, caches = self.layers[0].combine(cache), [cache]
        for layer in self.layers[1:]:
            y, cache = layer.forward(y)
            caches.append(cache)
        return y, caches

    def backward(self, dy: npt.ArrayLike, cache: list[LayerCache]) -> tuple[Array, Array]:
        """Carry an upstream gradient back to the input and to the parameters.

        Parameters
        ----------
        dy : array_like, shape (N, n_out)
            dL/dy.
        cache : list of LayerCache
            From `forward`.

        Returns
        -------
        dx : ndarray, shape (N, n_in)
            dL/dx.
        dtheta : ndarray, shape (P,)
            dL/dtheta, in the order of `theta`.
        """
        upstream = as_array("dy", dy, (len(cache[0].x), self.layers[-1].n_out))
        dx, dtheta = self._backward(upstream, cache)
        assert dx is not None  # noqa: S101  # it was asked for
        return dx, dtheta

    def _backward(
        self, dy: Array, cache: list[LayerCache], input_gradient: bool = True
    ) -> tuple[Array | None, Array]:
        gradients = []
        upstream: Array | None = dy
        for at in reversed(range(len(self.layers))):
            wanted = input_gradient or at > 0
            upstream, dtheta = self.layers[at].backward(upstream, cache[at], wanted)  # type: ignore[arg-type]
            gradients.append(dtheta)
        return upstream, np.concatenate(gradients[::-1])

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

    def _jacobian(self, y: Array, cache: list[LayerCache]) -> Array:
        J = np.empty((*y.shape, self.size))  # (N, n_out, P)
        for o in range(y.shape[1]):
            dy = np.zeros_like(y)
            dy[:, o] = 1.0
            stop = self.size
            for at in reversed(range(len(self.layers))):
                layer = self.layers[at]
                layer.jacobian(dy, cache[at], J[:, o, stop - layer.size : stop])
                stop -= layer.size
                if at:
                    dy = layer.input_gradient(dy, cache[at])
        return J

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the network into one .npz file, bit for bit, without pickle.

        Parameters
        ----------
        path : path-like
            Where; nothing is appended to the name.

        Notes
        -----
        A base function of your own is saved by its name only: give it to `load` again.
        """
        save_layers(path, self.layers)

    @classmethod
    def load(cls, path: str | os.PathLike[str], base: Base | None = None) -> KAN:
        """Read a network that `save` wrote.

        Parameters
        ----------
        path : path-like
            The file.
        base : Activation or tuple of callable, optional
            The base function, if the network was built with one of your own.

        Returns
        -------
        KAN

        Raises
        ------
        ValueError
            If the file is no such network, or its base function is missing.
        """
        return cls.from_layers(load_layers(path, base))
