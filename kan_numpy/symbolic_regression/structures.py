"""What a search compares, networks with their errors, and what it selects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from kan_numpy._deadline import Deadline
from kan_numpy.functions.scaling import Scaler
from kan_numpy.networks.edges import scaled_inputs, spline_edges
from kan_numpy.networks.kan import KAN
from kan_numpy.sparsity.model_selection import EXACT

__all__ = ["Selection", "Structure"]


@dataclass(frozen=True)
class Structure:
    """A network and its relative error on the validation samples."""

    network: KAN
    error: float  # relative
    noise: float = np.inf  # relative, estimated from the residuals of training

    @property
    def n_edges(self) -> int:
        """The number of edges."""
        return sum(layer.n_edges for _, layer in self.network.kan_layers)

    @property
    def is_tree(self) -> bool:
        """Whether every node has one outgoing edge: no smaller network uses the same inputs."""
        return all(layer.active.sum(axis=0).max() == 1 for _, layer in self.network.kan_layers)

    @property
    def is_symbolic(self) -> bool:
        """Whether no edge is a spline."""
        return not spline_edges(self.network)

    @property
    def is_exact(self) -> bool:
        """Whether it is a formula without an error."""
        return self.is_symbolic and self.error < EXACT


class Selection(NamedTuple):
    """What a search has selected."""

    network: KAN
    why: str
    others: list[KAN]  # each more accurate than all that are smaller
    finish: Deadline  # for what is still to be done

    def in_units(self, units: Scaler) -> Selection:
        """Return it with networks of x, from those of x in other units."""
        others = [scaled_inputs(network, units) for network in self.others]
        return self._replace(network=scaled_inputs(self.network, units), others=others)
