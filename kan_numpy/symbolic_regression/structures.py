"""What a search compares, networks with their errors, and what it selects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from kan_numpy._deadline import Deadline
from kan_numpy.functions.scaling import Scaler
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.networks.edges import scaled_inputs, spline_edges
from kan_numpy.networks.kan import KAN
from kan_numpy.sparsity.model_selection import EXACT, SPLINE_LIMIT, assess
from kan_numpy.symbolic_regression.search_options import SearchOptions
from kan_numpy.training.objective import Objective

__all__ = ["REDUNDANT", "Selection", "Structure", "free_numbers", "front", "information"]
__all__ += ["is_noise", "limit_of"]

REDUNDANT = 1e-8
"""Parameters whose effects differ by less than this, relatively, are one."""


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
    def n_splines(self) -> int:
        """The number of edges that are splines."""
        return len(spline_edges(self.network))

    def has_edges_of(self, other: Structure) -> bool:
        """Return whether both have the same edges."""
        pairs = list(zip(self.network.layers, other.network.layers, strict=False))
        same = all(np.array_equal(one.active, two.active) for one, two in pairs)
        return self.network.shape == other.network.shape and same

    @property
    def is_tree(self) -> bool:
        """Whether every node has one outgoing edge: no smaller network uses the same inputs."""
        return all(layer.active.sum(axis=0).max() == 1 for _, layer in self.network.kan_layers)

    @property
    def is_symbolic(self) -> bool:
        """Whether no edge is a spline."""
        return self.n_splines == 0

    @property
    def is_line(self) -> bool:
        """Whether it is a straight line in every input."""
        _, first = self.network.kan_layers[0]
        lines = [edge.symbol is SYMBOLS["x"] for edge in first.symbols]
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
    fitted, P = assess(data, network), network.size
    if data.is_least_squares and not spline_edges(network):
        P = free_numbers(data, network)
    symbols = [edge.symbol for _, layer in network.kan_layers for edge in layer.symbols]
    C = sum(symbol.complexity - SYMBOLS["x"].complexity for symbol in symbols)
    N = data.target.size
    noise = fitted.error * np.sqrt(N / (N - P)) if P < N else np.inf
    criterion = fitted.samples * fitted.deviance + (P + C) * np.log(fitted.samples)
    return float(noise), float(criterion)


def limit_of(found: Sequence[Structure], options: SearchOptions) -> float:
    """Return the error up to which structures count as accurate."""
    floor = min(structure.error for structure in found)
    return floor * (options.close_in_noise if floor >= SPLINE_LIMIT else options.close)


def is_noise(found: Sequence[Structure], options: SearchOptions) -> bool:
    """Return whether several networks leave the same, which splines cannot be the cause of.

    All first ideas count as one: they may be expansions of the same formula. A sum alone tells
    nothing, since what it leaves may be a product.
    """
    floor = min(structure.noise for structure in found)
    alike = [each for each in found if each.noise <= options.close_in_noise * floor]
    ideas = [each for each in alike if each.is_symbolic]
    is_known = SPLINE_LIMIT <= floor <= options.unexplained
    has_nodes = any(len(each.network.layers) > 1 for each in alike)
    count = len(alike) - len(ideas) + bool(ideas)
    return is_known and has_nodes and count >= options.agreeing


def front(seen: Sequence[Structure], best: Structure) -> list[KAN]:
    """Return the networks that are more accurate than all with fewer edges, but for the best.

    Of those with splines, only the most accurate one is of interest.
    """
    kept: list[Structure] = []
    for each in sorted(seen, key=lambda s: (not s.is_symbolic, s.n_edges, s.error)):
        if not kept or each.error < kept[-1].error:
            if kept and not kept[-1].is_symbolic:
                kept.pop()
            kept.append(each)
    return [each.network for each in kept if each is not best]


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
