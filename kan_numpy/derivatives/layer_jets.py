"""The jets of a layer, by the type of the layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kan_numpy.derivatives.dense_jets import DenseJets
from kan_numpy.derivatives.jet import JetLayer
from kan_numpy.derivatives.kan_jets import KANJets
from kan_numpy.derivatives.product_jets import ProductJets
from kan_numpy.layers.dense_layer import DenseLayer
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.layers.product_layer import ProductLayer

__all__ = ["JETS", "as_jet_layer"]

JETS: dict[type, Callable[[Any], JetLayer]] = {
    KANLayer: KANJets,
    DenseLayer: DenseJets,
    ProductLayer: ProductJets,
}
"""The jet layer of each type of layer."""


def as_jet_layer(layer: object) -> JetLayer:
    """Return the jet layer of a layer, or raise a TypeError if there is none."""
    if type(layer) not in JETS:
        raise TypeError(f"network has a {type(layer).__name__}, whose jets are not known")
    return JETS[type(layer)](layer)
