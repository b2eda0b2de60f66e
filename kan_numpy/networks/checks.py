r"""Validation of networks as arguments, and of their inputs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_instance
from kan_numpy._arrays import Array
from kan_numpy._validation import as_count, as_samples
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.networks.kan import KAN
from kan_numpy.networks.network import Network, NetworkT

__all__ = ["as_kan", "as_network", "checked_inputs", "kan_layer", "require_defined"]


def require_defined(y: Array, x: Array) -> None:
    """Refuse outputs y (N, n_out) that are not finite, and name the first such sample of x."""
    wrong = ~np.isfinite(y).all(axis=1)
    if wrong.any():
        index = int(np.argmax(wrong))
        raise ValueError(
            f"network is not defined at x[{index}] = {x[index]}; give x without such samples"
        )


def checked_inputs(network: object, x: npt.ArrayLike) -> Array:
    """Return the inputs as an array (N, n_in), if the network is a KAN and they fit it."""
    kan = as_instance("network", network, KAN, "a KAN, with functions on its edges")
    return as_samples("x", x, ("N", kan.widths[0]))


def kan_layer(network: KAN, l: object) -> KANLayer:
    """Return KAN layer l of a network, or raise a ValueError or TypeError."""
    index = as_count("layer", l, 0)
    layers = dict(network.kan_layers)
    if index not in layers:
        raise ValueError(f"layer is {index}, but the network has no KAN layer of that number")
    return layers[index]


def as_kan(network: object) -> KAN:
    """Return the network if it is a KAN, which has grids, or raise a TypeError."""
    kan: KAN = as_instance("network", network, KAN, "a KAN to adapt or refine its grids")
    return kan


def as_network(network: NetworkT) -> NetworkT:
    """Return the network if it is a KAN or an MLP, or raise a TypeError."""
    as_instance("network", network, Network, "a KAN or an MLP")
    return network
