"""What a search compares, networks with their errors, and what it selects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from kan_numpy._deadline import Deadline
from kan_numpy.functions.scaling import Scaler
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.networks.edges import scaled_inputs, spline_edges
from kan_numpy.networks.kan import KAN
from kan_numpy.sparsity.model_selection import EXACT, assess
from kan_numpy.training.objective import Objective

__all__ = ["REDUNDANT", "Selection", "Structure", "free_numbers", "information"]

REDUNDANT = 1e-8
"""Parameters whose effects differ by less than this, relatively, are one: rounding of float32 size."""


@dataclass(frozen=True)
class Structure:
    """A network and its relative error on the validation samples."""

    network: KAN
    error: float  # relative
    noise: float = np.inf  # relative, estimated from the residuals of training
    criterion: float = np.inf  # by which formulas are compared in noise

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
    def is_line(self) -> bool:
        """Whether it is a straight line in every input."""
        lines = [edge.symbol is SYMBOLS["x"] for edge in self.network.layers[0].symbols]
        return self.is_symbolic and len(self.network.layers) == 1 and all(lines)

    @property
    def is_exact(self) -> bool:
        """Whether it is a formula without an error."""
        return self.is_symbolic and self.error < EXACT


def free_numbers(data: Objective[KAN], network: KAN) -> int:
    """Return how many of the parameters the data distinguish: the rank of the Jacobian (N, P).

    Of c f(a x + b) + d in a chain of edges, and of the factors of a product, some are redundant.
    """
    J = data.on(network).jacobian(network.theta)
    size = np.sqrt(np.einsum("np,np->p", J, J))
    J = J[:, size > 0.0] / size[size > 0.0]
    return int(np.linalg.matrix_rank(J, rtol=REDUNDANT)) if np.isfinite(J).all() else network.size


def information(data: Objective[KAN], network: KAN) -> tuple[float, float]:
    r"""Return the noise that a network leaves, relative, and its information criterion.

    .. math:: N \log L + (P + C) \log N

    with P distinguishable parameters. C is the complexity of its symbols beyond that of straight
    lines, which counts like parameters: there are the more formulas the more complex they are.
    """
    fitted, P = assess(data, network), free_numbers(data, network)
    symbols = [edge.symbol for _, layer in network.kan_layers for edge in layer.symbols]
    C = sum(symbol.complexity - SYMBOLS["x"].complexity for symbol in symbols)
    N = data.target.size
    noise = fitted.error * np.sqrt(N / (N - P)) if P < N else np.inf
    criterion = fitted.samples * fitted.deviance + (P + C) * np.log(fitted.samples)
    return float(noise), float(criterion)


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
