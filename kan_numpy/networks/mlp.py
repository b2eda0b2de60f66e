r"""The baseline: a multi-layer perceptron as an immutable value, with the methods of `KAN`.

.. math:: MLP(x) = W_{L-1}\, f( \dots f(W_0\, x + \beta_0) \dots ) + \beta_{L-1}

The equations of a layer, forward and backward, are in `kan_numpy.layers.dense_layer`; the layers
are chained like those of a KAN, by `kan_numpy.networks.network`.

Initially the weights are normally distributed with mean 0, and the biases are 0. With "he" the
variance is :math:`2 / n_{in}`, which preserves the variance of the values through ReLUs (K. He et
al., arXiv 1502.01852, eq. 10). With "glorot" it is :math:`2 / (n_{in} + n_{out})`, a compromise
between values and gradients for functions that are nearly linear at 0 (X. Glorot, Y. Bengio, 2010).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_choice, as_list, as_rng, as_widths
from kan_numpy._arrays import Array, Rng
from kan_numpy._html import html_table
from kan_numpy._validation import as_array, as_count, require_affordable
from kan_numpy.functions.activations import ACTIVATIONS, Activation, Base, as_activation
from kan_numpy.layers.dense_layer import DenseLayer
from kan_numpy.networks.network import Network
from kan_numpy.networks.npz import (
    DAMAGED,
    load_arrays,
    refusing,
    require_floats,
    require_keys,
    save_arrays,
)

__all__ = ["MLP"]


@dataclass(frozen=True, init=False, eq=False, repr=False)
class MLP(Network):
    r"""A multi-layer perceptron as an immutable value, with random weights.

    Parameters
    ----------
    widths : sequence of int
        Nodes of each level, inputs first: ``[2, 64, 64, 1]``.
    activation : str, Activation or tuple of callable
        The function f on the hidden nodes: "silu", "relu", "tanh", another name in
        `kan_numpy.functions.activations.ACTIVATIONS`, or your own with its derivative, ``(f, f')``.
    init : {"he", "glorot"}
        The variance of the initial weights, see `kan_numpy.networks.mlp`.
    rng : int, Generator or None
        What `numpy.random.default_rng` takes.

    Attributes
    ----------
    layers : tuple of DenseLayer
        The layers, inputs first: ``layers[l].weights`` (n_out, n_in) and ``.bias`` (n_out,).

    Raises
    ------
    ValueError
        If widths are fewer than two or below 1, or activation or init is not a known name.
    TypeError
        If widths are not whole numbers, or activation is neither a name nor functions.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> kn.MLP([2, 64, 64, 1], rng=0).size  # (2 + 1) 64 + (64 + 1) 64 + (64 + 1)
    4417

    The absolute value as a sum of two ReLUs, of x and of -x:

    >>> hidden = {"weights": [[1], [-1]], "bias": [0, 0]}
    >>> output = {"weights": [[1, 1]], "bias": [0]}
    >>> kn.MLP.from_arrays([hidden, output], activation="relu")([[-2.0], [3.0]])
    array([[2.],
           [3.]])
    """

    layers: tuple[DenseLayer, ...]
    activation: Activation

    def __init__(
        self,
        widths: Sequence[int],
        activation: Base = "silu",
        init: str = "he",
        rng: Rng = None,
    ) -> None:
        sizes, generator = as_widths(widths), as_rng(rng)
        scheme = as_choice("init", init, ("he", "glorot"))
        maps = []
        for n_in, n_out in pairwise(sizes):
            require_affordable("widths", n_in, n_out)
            sigma = np.sqrt(2.0 / (n_in if scheme == "he" else n_in + n_out))
            maps.append((sigma * generator.standard_normal((n_out, n_in)), np.zeros(n_out)))
        self._set(maps, as_activation("activation", activation))
        object.__setattr__(self, "init", scheme)

    def _set(self, maps: Sequence[tuple[Array, Array]], activation: Activation) -> None:
        """Set the layers from weights (n_out, n_in) and biases (n_out,), inputs first."""
        before = [ACTIVATIONS["identity"], *[activation] * (len(maps) - 1)]
        layers = tuple(DenseLayer(*wb, f) for wb, f in zip(maps, before, strict=True))
        object.__setattr__(self, "layers", layers)
        object.__setattr__(self, "activation", activation)

    def redrawn(self, rng: Rng) -> MLP:
        """Return a network like this one as drawn, with other random numbers."""
        drawn = MLP(self.widths, self.activation, str(self.init), rng)
        return self._with_layers(drawn.layers, self.init)

    def _repr_html_(self) -> str:
        """Return a table of the layers, as a notebook displays it."""
        header = ("layer", "nodes", "activation of the inputs", "edges", "parameters")
        rows = [
            (l, f"{d.n_in} → {d.n_out}", d.activation.name, d.weights.size, d.size)
            for l, d in enumerate(self.layers)
        ]
        return html_table(repr(self), header, rows)

    @classmethod
    def from_arrays(
        cls, layers: Sequence[Mapping[str, npt.ArrayLike]], activation: Base = "silu"
    ) -> MLP:
        """Build a network from given weights and biases.

        Parameters
        ----------
        layers : sequence of dict
            For each layer ``weights`` (n_out, n_in) and ``bias`` (n_out,).
        activation : str, Activation or tuple of callable
            The function on the hidden nodes, as in `MLP`.

        Returns
        -------
        MLP
            With these layers.

        Raises
        ------
        ValueError
            If an array is missing, has the wrong shape or is not finite.
        TypeError
            If layers is not a list of dicts, or an array does not hold real numbers.
        """
        entries = as_list("layers", layers, "a list of dicts, one for each layer, and not empty")
        if not entries:
            raise TypeError("layers must be a list of dicts, one for each layer, and not empty")
        maps: list[tuple[Array, Array]] = []
        for l, given in enumerate(entries):
            name, n_in = f"layers[{l}]", len(maps[-1][1]) if maps else "n_in"
            if not isinstance(given, Mapping) or set(given) != {"weights", "bias"}:
                raise ValueError(f"{name} must be a dict with 'weights' and 'bias' and no more")
            weights = as_array(f"{name}['weights']", given["weights"], ("n_out", n_in))
            bias = as_array(f"{name}['bias']", given["bias"], (len(weights),))
            maps.append((weights, bias))
        network = object.__new__(cls)
        network._set(maps, as_activation("activation", activation))
        return network

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the network into one .npz file, exactly and without pickle; see `KAN.save`."""
        own = ACTIVATIONS.get(self.activation.name) is not self.activation
        meta = {"kind": "MLP", "activation": self.activation.name, "own_activation": own}
        meta["depth"] = len(self.layers)
        arrays = {f"{l}.weights": layer.weights for l, layer in enumerate(self.layers)}
        arrays |= {f"{l}.bias": layer.bias for l, layer in enumerate(self.layers)}
        save_arrays(path, meta, arrays)

    @classmethod
    def load(cls, path: str | os.PathLike[str], activation: Base | None = None) -> MLP:
        """Read a network that `save` wrote; an activation of your own must be given again."""
        meta, arrays = load_arrays(path, "MLP", _array_names)
        own = None if activation is None else as_activation("activation", activation)
        place, name = f"the network in path {str(path)!r}", f"{meta['activation']!r:.80}"
        if own is not None and not meta["own_activation"]:
            raise ValueError(f"activation must be left out: {place} was built with {name}")
        if own is None and meta["own_activation"]:
            raise ValueError(
                f"activation is needed: {place} was built with a function of your own, {name}; give"
                " activation=(function, derivative)"
            )
        with refusing(path, DAMAGED):
            maps: list[tuple[Array, Array]] = []
            for l in range(meta["depth"]):
                weights, bias = arrays[f"{l}.weights"], arrays[f"{l}.bias"]
                require_floats("weights", weights, ("n_out", len(maps[-1][1]) if maps else "n_in"))
                require_floats("bias", bias, (len(weights),))
                maps.append((weights, bias))
            function = own or as_activation("activation", meta["activation"])
        network = object.__new__(cls)
        network._set(maps, function)
        return network


def _array_names(meta: dict[str, Any]) -> Iterator[str]:
    """Check the description of a network, and yield the names of its arrays."""
    kinds = {"format": int, "kind": str, "activation": str, "own_activation": bool, "depth": int}
    require_keys("it", meta, kinds)
    as_count("depth", meta["depth"], 1)
    for l in range(meta["depth"]):
        yield from (f"{l}.weights", f"{l}.bias")
