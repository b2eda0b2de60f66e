r"""Model selection: whether a smaller network is as good as a larger one.

With L the unexplained fraction of the variance of N samples, and P trainable numbers, the smaller
network is as good if its Bayesian information criterion

.. math:: BIC = N \log L + P \log N

is not larger (G. Schwarz, Ann. Stat. 6, 461, 1978). If L is a cross-entropy, which is a negative
log-likelihood, it is :math:`2 N L + P \log N`. The criterion assumes noise. If L is so small that
it consists of the errors of splines, the samples are not independent; then the error of a simpler
network may be up to three times as large.

For "mse", L is the loss in units of the variance of the targets. For a loss with weights, both are
replaced by what `size_of_errors` tells, which does not depend on outliers. Of the four numbers of a
symbol, the free ones are counted in P.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kan_numpy.functions.scaling import size_of_errors
from kan_numpy.networks.network import NetworkT, evaluate
from kan_numpy.training.losses import SquaresLoss, WeightedLoss
from kan_numpy.training.objective import Objective

__all__ = ["EXACT", "SMALLEST_LOSS", "SPLINE_LIMIT", "Assessment", "assess"]

SPLINE_LIMIT = 3e-3
"""Relative errors below this are attributed to splines, larger ones to noise."""

EXACT = 1e-8
"""A relative error below this counts as exact: no wrong formula is that accurate."""

SMALLEST_LOSS = 1e-30
"""A fraction of the variance below this is due to rounding."""


class Assessment(NamedTuple):
    """The loss and the size of a network."""

    loss: float  # L
    n_parameters: int  # P
    samples: int  # N
    squares: bool = True  # whether L is a share of the variance, or else a cross-entropy

    @property
    def error(self) -> float:
        """The relative error, the root of L."""
        return float(np.sqrt(self.loss))

    @property
    def spline_limited(self) -> bool:
        """Whether the error is due to splines rather than noise."""
        return self.squares and self.error < SPLINE_LIMIT

    @property
    def deviance(self) -> float:
        """Minus twice the log-likelihood of a sample, up to a constant: log L, or 2 L."""
        return float(np.log(self.loss)) if self.squares else 2.0 * self.loss

    @property
    def bic(self) -> float:
        """Bayesian information criterion, which the smaller network must not exceed."""
        return float(self.samples * self.deviance + self.n_parameters * np.log(self.samples))

    def accepts(self, smaller: Assessment) -> bool:
        """Return whether a smaller network is as good as this one."""
        spline_errors = max(9.0 * self.loss, EXACT**2)
        if smaller.loss <= self.loss or (self.spline_limited and smaller.loss < spline_errors):
            return True
        return smaller.bic <= self.bic


def assess(objective: Objective[NetworkT], network: NetworkT) -> Assessment:
    """Return the loss and the size of a network on the data of an objective."""
    if isinstance(objective.loss, WeightedLoss):
        errors = evaluate(network.layers, objective.x) - objective.target
        loss = float(np.mean(size_of_errors(errors) ** 2))
    else:
        loss = objective.on(network).value(network.theta)
    samples, squares = len(objective.target), isinstance(objective.loss, SquaresLoss | WeightedLoss)
    if squares:
        variance = float(objective.variances.mean())
        loss = max(loss / (variance or 1.0), SMALLEST_LOSS)
    spare = sum(
        4 - edge.symbol.numbers for _, layer in network.kan_layers for edge in layer.symbols
    )
    return Assessment(loss, network.size - spare, samples, squares)
