r"""Whether a smaller network is as good as a larger one.

With L the share of the variance that N samples leave unexplained, and P trainable numbers, the
smaller network is as good if the information

.. math:: N \log L + P \log N

does not grow (G. Schwarz, Ann. Stat. 6, 461, 1978); if L is a cross-entropy, which is a likelihood
already, it is :math:`2 N L + P \log N`. This weighs noise. Where L is so small that it is made of
the errors of splines, N samples say no more than a few; there, a simpler network may triple the
error.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.networks.network import NetworkT
from kan_numpy.training.losses import SquaresLoss
from kan_numpy.training.objective import Objective

SPLINE_LIMIT = 3e-3
"""Relative errors below this are put down to splines, above it to noise."""

EXACT = 1e-8
"""A relative error below this is taken for exact: no wrong formula comes so close."""

SMALLEST_LOSS = 1e-30
"""Below this share of the variance there is nothing but rounding."""


class Assessment(NamedTuple):
    """How good a network is, and how large."""

    loss: float  # L
    numbers: int  # P
    samples: int  # N
    squares: bool = True  # whether L is a share of the variance, or else a cross-entropy

    @property
    def error(self) -> float:
        """The relative error, the root of L."""
        return float(np.sqrt(self.loss))

    @property
    def spline_limited(self) -> bool:
        """Whether splines rather than noise are the cause of the errors."""
        return self.squares and self.error < SPLINE_LIMIT

    @property
    def deviance(self) -> float:
        """Minus twice the log-likelihood of a sample, up to a constant: log L, or 2 L."""
        return float(np.log(self.loss)) if self.squares else 2.0 * self.loss

    @property
    def bic(self) -> float:
        """What must not grow."""
        return float(self.samples * self.deviance + self.numbers * np.log(self.samples))

    def accepts(self, smaller: Assessment) -> bool:
        """Return whether a smaller network is as good as this one."""
        spline_errors = max(9.0 * self.loss, EXACT**2)
        if smaller.loss <= self.loss or (self.spline_limited and smaller.loss < spline_errors):
            return True
        return smaller.bic <= self.bic


def assess(objective: Objective[NetworkT], network: NetworkT) -> Assessment:
    """Judge a network on the data of an objective.

    Parameters
    ----------
    objective : Objective
        Data and loss.
    network : KAN or MLP
        The network.

    Returns
    -------
    Assessment
        Of "mse", the loss in units of the variance of the targets. Cross-entropy counts as it is.
        Of the four numbers of a symbol, those that are free are counted.
    """
    loss = objective.on(network).value(network.theta)
    samples, squares = len(objective.target), isinstance(objective.loss, SquaresLoss)
    if squares:
        loss = max(loss / (float(np.var(objective.target, axis=0).mean()) or 1.0), SMALLEST_LOSS)
    spare = sum(
        4 - edge.symbol.numbers
        for layer in network.layers
        if isinstance(layer, KANLayer)
        for edge in layer.symbols
    )
    return Assessment(loss, network.size - spare, samples, squares)
