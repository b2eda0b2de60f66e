r"""A Kolmogorov-Arnold network: a composition of KAN layers, optionally with products between them.

.. math:: KAN(x) = (\Phi_{L-1} \circ \dots \circ \Phi_0)\, x

(arXiv 2404.19756, eq. 2.7). The forward and the backward pass are in `kan_numpy.networks.network`
and `kan_numpy.layers.kan_layer`; here a network is constructed: at random, from layers, from arrays
or from a file.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy.typing as npt

from kan_numpy._arguments import as_list, as_rng
from kan_numpy._arrays import Rng
from kan_numpy._html import html_table
from kan_numpy._validation import shown
from kan_numpy.functions.activations import Base
from kan_numpy.functions.symbols import Symbol
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.layers.product_layer import ProductLayer, Width
from kan_numpy.networks.initialization import initial_layers, initial_weights
from kan_numpy.networks.kan_arrays import KINDS, layers_from_arrays, load_layers, save_layers
from kan_numpy.networks.network import Network

__all__ = ["KAN"]


@dataclass(frozen=True, init=False, eq=False, repr=False)
class KAN(Network):
    r"""A Kolmogorov-Arnold network as an immutable value, with random coefficients.

    .. math:: KAN(x) = (\Phi_{L-1} \circ \dots \circ \Phi_0)\, x, \qquad
              \Phi(x)_o = \beta_o + \sum_i \phi_{o,i}(x_i)

    Parameters
    ----------
    widths : sequence of int or (int, int)
        Nodes of each level, inputs first: ``[2, 5, 1]`` (eq. 2.3). A pair is (sums, products):
        ``[2, (3, 1), 1]`` has three nodes that add and one that multiplies ``arity`` sums.
    grid_size : int or sequence of int
        G, the number of grid intervals, for all KAN layers or for each. For another basis than
        "bspline" it is the number of functions.
    degree : int or sequence of int
        k, the degree of the splines, for all KAN layers or for each. Ignored for another basis.
    grid_range : pair of float, or sequence of pairs
        The ends of the grid, for all KAN layers or for each.
    base : str, Activation or tuple of callable
        The base function b: "silu", "identity", "zero", another name in
        `kan_numpy.functions.activations.ACTIVATIONS`, or your own with its derivative, ``(f, f')``.
    init : {"glorot", "paper"}
        The initialization, see `kan_numpy.networks.initialization`.
    rng : int, Generator or None
        What `numpy.random.default_rng` takes.
    basis : {"bspline", "gaussian", "chebyshev", "fourier"}
        The basis functions of the edges, see `kan_numpy.functions.other_bases`.
    arity : int
        The number of factors of each product.
    outside : {"linear", "fade"}
        How edges continue beyond their grids: along their tangents, or, as in the paper, with
        splines that fade to zero over k intervals. Lesson 02b compares the two. A tangent has no
        curvature, which an equation with second derivatives may need: there "fade" is better.
        Fourier modes are periodic in any case.

    Attributes
    ----------
    layers : tuple of KANLayer and ProductLayer
        The layers, inputs first. A level with products takes two: a KAN layer that ends in sums,
        and a `kan_numpy.layers.product_layer.ProductLayer`, which has no parameters.

    Raises
    ------
    ValueError
        If widths are fewer than two or below 1, grid_size or arity is below 1, degree is below 0,
        grid_range is not increasing, a list does not have one entry for each KAN layer, or base,
        init, basis or outside is not a known name.
    TypeError
        If widths, grid_size, degree or arity are not whole numbers, or base is neither a name nor
        functions.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> net = kn.KAN([2, 5, 1], grid_size=5, degree=3, rng=0)
    >>> net  # 15 edges, each with 5 + 3 coefficients and a base weight
    KAN([2, 5, 1], 135 parameters)
    >>> y = net([[0.1, 0.2], [0.3, 0.4]])
    >>> y.shape
    (2, 1)
    >>> other = net.with_theta(net.theta + 1.0)  # another network; the first is unchanged
    >>> bool((net([[0.1, 0.2], [0.3, 0.4]]) == y).all())
    True
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
        outside: str = "linear",
    ) -> None:
        layers = initial_layers(
            widths, grid_size, degree, grid_range, base, init, rng, basis, arity, outside
        )
        object.__setattr__(self, "layers", layers)
        object.__setattr__(self, "init", init)

    def __repr__(self) -> str:
        """Return the shape and the number of parameters."""
        return f"KAN({self.shape}, {self.size} parameters)"

    def _repr_html_(self) -> str:
        """Return a table of the layers, as a notebook displays it."""
        header = ("layer", "nodes", "edges", "parameters", "grids")
        rows = [
            (l, f"{layer.n_in} → {layer.n_out}", *_edges_and_grids(layer))
            for l, layer in enumerate(self.layers)
        ]
        return html_table(repr(self), header, rows)

    @property
    def shape(self) -> list[Width]:
        """The nodes of each level as in the argument ``widths``: sums, or (sums, products)."""
        levels: list[Width] = [self.widths[0]]
        for layer in self.layers:
            if isinstance(layer, ProductLayer):
                levels[-1] = (layer.n_out - layer.n_products, layer.n_products)
            else:
                levels.append(layer.n_out)
        return levels

    def redrawn(self, rng: Rng) -> KAN:
        """Return a network like this one as drawn, with other random numbers."""
        layers, generator = list(self.layers), as_rng(rng)
        for l, layer in self.kan_layers:
            basis, base = layer.basis, layer.base
            weights = initial_weights(str(self.init), basis, layer.n_out, base, generator)
            other = replace(layer, coef=weights[0], w_base=weights[1])
            layers[l] = other.with_theta(other.theta)  # tied edges get the same numbers
        return self._with_layers(layers, self.init)

    @classmethod
    def from_layers(cls, layers: Iterable[KANLayer | ProductLayer]) -> KAN:
        """Build a network from layers that fit together, inputs first."""
        chosen = as_list("layers", layers, "a list of layers")
        for l, layer in enumerate(chosen):
            if isinstance(layer, type) or not (hasattr(layer, "n_in") and hasattr(layer, "n_out")):
                raise TypeError(f"layers[{l}] must be a layer, but is {shown(layer)}")
        if not chosen or any(a.n_out != b.n_in for a, b in pairwise(chosen)):
            raise ValueError("layers must fit together, and make a network of one layer at least")
        network = object.__new__(cls)
        object.__setattr__(network, "layers", tuple(chosen))
        return network

    @classmethod
    def from_arrays(
        cls,
        layers: Sequence[Mapping[str, npt.ArrayLike]],
        degree: int | Sequence[int],
        base: Base = "silu",
    ) -> KAN:
        """Build a network from given knots and coefficients.

        Parameters
        ----------
        layers : sequence of dict
            For each layer ``knots`` (n_in, G + 2k + 1), ``coef`` (n_out, n_in, G + k), ``w_base``
            (n_out, n_in) and optionally ``bias`` (n_out,). The weight w_s of a spline in another
            library must be multiplied into ``coef``.
        degree : int or sequence of int
            k, for all layers or for each.
        base : str, Activation or tuple of callable
            The base function, as in `KAN`.

        Returns
        -------
        KAN
            With these layers, whose splines fade beyond their grids.

        Raises
        ------
        ValueError
            If an array is missing, has the wrong shape or is not finite.
        TypeError
            If layers is not a list of dicts, or an array does not hold real numbers.
        """
        return cls.from_layers(layers_from_arrays(layers, degree, base))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the network into one .npz file, exactly and without pickle.

        Parameters
        ----------
        path : path-like
            The file; nothing is appended to its name.

        Notes
        -----
        A base function of your own is saved by its name only, and so are symbols of your own: pass
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
            The symbols on its edges that are your own.

        Returns
        -------
        KAN
            Equal to the saved one.

        Raises
        ------
        ValueError
            If the file does not hold such a network, or a function of your own is missing.
        """
        return cls.from_layers(load_layers(path, base, functions))


def _edges_and_grids(layer: KANLayer | ProductLayer) -> tuple[str, int, str]:
    """Return the edges of a layer, its number of parameters, and its grids, in words."""
    if isinstance(layer, ProductLayer):
        return f"products: {layer.n_products}", layer.size, ""
    symbols = Counter(edge.symbol.name for edge in layer.symbols)
    counts = {"splines": layer.n_splines} if layer.n_splines or not symbols else {}
    edges = ", ".join(f"{name}: {count}" for name, count in (counts | symbols).items())
    if not layer.n_splines:
        return edges, layer.size, ""
    basis = layer.basis
    kind = KINDS.get(type(basis), type(basis).__name__)
    size = (
        f"G = {layer.grid_size}, k = {layer.degree}" if kind == "bspline" else f"W = {basis.size}"
    )
    ends = f"[{basis.low.min():.3g}, {basis.high.max():.3g}]"
    return edges, layer.size, f"{kind}, {size}, {ends}"
