r"""A Kolmogorov-Arnold network: KAN layers composed, and perhaps products between them.

.. math:: KAN(x) = (\Phi_{L-1} \circ \dots \circ \Phi_0)\, x

(arXiv 2404.19756, eq. 2.7). What it computes, forwards and backwards, is in
`kan_numpy.networks.network` and `kan_numpy.layers.kan_layer`; here are its ways into the world:
random, from arrays, from a file.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy.typing as npt

from kan_numpy._arrays import Rng
from kan_numpy.functions.activations import Base
from kan_numpy.functions.symbols import Symbol
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.layers.product_layer import ProductLayer, Width
from kan_numpy.networks.initialization import initial_layers
from kan_numpy.networks.kan_arrays import layers_from_arrays, load_layers, save_layers
from kan_numpy.networks.network import Network


@dataclass(frozen=True, init=False, eq=False, repr=False)
class KAN(Network):
    r"""Build a Kolmogorov-Arnold network with random coefficients.

    Parameters
    ----------
    widths : sequence of int or (int, int)
        Nodes of each level, inputs first: ``[2, 5, 1]`` (eq. 2.3). A pair is (sums, products):
        ``[2, (3, 1), 1]`` has three nodes that add and one that multiplies ``arity`` sums.
    grid_size : int or sequence of int
        G, intervals of the grid; one number, or one for each KAN layer. Of another basis than
        "bspline" it is the number of functions.
    degree : int or sequence of int
        k, degree of the splines; likewise. Another basis has none, and does not look at it.
    grid_range : pair of float, or sequence of pairs
        The ends of the grid; likewise.
    base : str, Activation or tuple of callable
        The base function b: "silu", "identity", "zero", another name in
        `kan_numpy.functions.activations.ACTIVATIONS`, or your own with its derivative, ``(f, f')``.
    init : {"glorot", "paper"}
        How to start, see `kan_numpy.networks.initialization`.
    rng : int, Generator or None
        What `numpy.random.default_rng` takes.
    basis : {"bspline", "gaussian", "chebyshev", "fourier"}
        Which functions the edges are made of, see `kan_numpy.functions.other_bases`.
    arity : int
        How many factors each product has.

    Attributes
    ----------
    layers : tuple of KANLayer and ProductLayer
        The layers, inputs first. A level with products takes two: a KAN layer that ends in sums,
        and a `kan_numpy.layers.product_layer.ProductLayer`, which has no parameters.

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

    layers: tuple[KANLayer | ProductLayer, ...]

    def __init__(
        self,
        widths: Sequence[Width],
        grid_size: int | Sequence[int] = 5,
        degree: int | Sequence[int] = 3,
        grid_range: Sequence[float] | Sequence[Sequence[float]] = (-1.0, 1.0),
        base: Base = "silu",
        init: str = "glorot",
        rng: Rng = None,
        basis: str = "bspline",
        arity: int = 2,
    ) -> None:
        layers = initial_layers(
            widths, grid_size, degree, grid_range, base, init, rng, basis, arity
        )
        object.__setattr__(self, "layers", layers)

    def __repr__(self) -> str:
        """Return shape and size, as in ``KAN([2, (3, 1), 1], 126 parameters)``."""
        return f"KAN({self.shape}, {self.size} parameters)"

    @property
    def shape(self) -> list[Width]:
        """The nodes of each level as `KAN` is given them: products together with sums."""
        levels: list[Width] = [self.widths[0]]
        for layer in self.layers:
            if isinstance(layer, ProductLayer):
                levels[-1] = (layer.n_out - layer.n_products, layer.n_products)
            else:
                levels.append(layer.n_out)
        return levels

    @classmethod
    def from_layers(cls, layers: Iterable[KANLayer | ProductLayer]) -> KAN:
        """Compose layers that exist; nothing is checked.

        Parameters
        ----------
        layers : iterable of KANLayer and ProductLayer
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

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the network into one .npz file, bit for bit, without pickle.

        Parameters
        ----------
        path : path-like
            Where; nothing is appended to the name.

        Notes
        -----
        A base function of your own is saved by its name only, and so are symbols of your own: give
        them to `load` again.
        """
        save_layers(path, self.layers)

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str],
        base: Base | None = None,
        functions: Iterable[Symbol] | None = None,
    ) -> KAN:
        """Read a network that `save` wrote.

        Parameters
        ----------
        path : path-like
            The file.
        base : Activation or tuple of callable, optional
            The base function, if the network was built with one of your own.
        functions : iterable of Symbol, optional
            The symbols on its edges that are your own, at least.

        Returns
        -------
        KAN

        Raises
        ------
        ValueError
            If the file is no such network, or a function of your own is missing.
        """
        return cls.from_layers(load_layers(path, base, functions))
