r"""Search for the smallest symbolic network that explains the data.

The candidates are sparse networks (`kan_numpy.sparsity.sparsification`): the given one, others of
the same shape with other initial parameters, and small ones with a multiplication node. All are
trained on four fifths of the samples and compared on the rest. Those with an error close to the
smallest one are converted to symbols in the order of their number of edges, because of two networks
with the same error the smaller one gives the simpler formula. The first that is entirely symbolic
and exact, or as accurate as the noise allows, is selected.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from kan_numpy.functions.symbols import Symbol
from kan_numpy.layers.product_layer import Width
from kan_numpy.networks.edges import spline_edges
from kan_numpy.networks.kan import KAN
from kan_numpy.optimizers.defaults import default_steps
from kan_numpy.sparsity.model_selection import EXACT, SPLINE_LIMIT, assess
from kan_numpy.sparsity.sparsification import sparsify
from kan_numpy.symbolic_regression.search_options import SearchOptions
from kan_numpy.symbolic_regression.symbolification import symbolify
from kan_numpy.training.fit_result import uninterrupted
from kan_numpy.training.losses import CrossEntropy
from kan_numpy.training.objective import Objective
from kan_numpy.training.training_loop import train

__all__ = ["Structure", "StructureSearch"]


@dataclass(frozen=True)
class Structure:
    """A network and its relative error on the validation samples."""

    network: KAN
    error: float  # relative

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


class StructureSearch:
    """A search on a training part of the data x (N, n_in), validated on the rest.

    It starts from the network of ``data``; ``functions`` are the candidates for its edges.
    """

    def __init__(
        self,
        data: Objective[KAN],
        options: SearchOptions,
        functions: Sequence[Symbol] | None,
        rng: np.random.Generator,
        log: Callable[[str], None],
    ) -> None:
        self.network, self.options, self.functions = data.network, options, functions
        self.rng, self.log, x = rng, log, data.x
        # The extreme samples are for training, so that every function is defined there.
        ends = np.unique(np.concatenate([x.argmin(axis=0), x.argmax(axis=0)]))
        order = rng.permutation(len(x))
        rows = np.concatenate([order[~np.isin(order, ends)], ends])
        kept = rows[-options.samples :]
        first = max(len(kept) // 5, 1)
        self.squares = data.is_least_squares
        if not self.squares:
            data = Objective(data.network, x, data.y, CrossEntropy(options.label_smoothing))
        self.check, self.train = data.batch(kept[:first]), data.batch(kept[first:])
        self.all = data.batch(rows[-options.final_samples :])

    def run(self) -> KAN:
        """Return the selected network, trained on all samples."""
        found, squares = self._structures(), self.squares
        if squares and min(structure.error for structure in found) > self.options.good:
            found += self._structures(grid_factor=4)
        best = self._simplest(found)
        if squares and best.error > EXACT and (best.error < SPLINE_LIMIT or not best.is_symbolic):
            # Small terms may have been pruned, or the grids may have been too coarse.
            more = [*self._structures(scale=0.1), *self._structures(grid_factor=4)]
            best = self._simplest([*found, best, *more])
        if squares and best.error > self.options.unexplained:
            left = f"{best.error:.0%} of the spread of y unexplained on samples it has not seen"
            message = f"no network explains the data: the best leaves {left}"
            warnings.warn(message, RuntimeWarning, stacklevel=3)
        steps = default_steps(100, self.all.is_least_squares)
        return uninterrupted(train(self.all.on(best.network), steps=steps, progress=False))

    def _structures(self, grid_factor: int = 1, scale: float = 1.0) -> list[Structure]:
        """Return the sparse networks, or only the first that is symbolic and exact."""
        found: list[Structure] = []
        x, y, loss = self.train.x, self.train.y, self.train.loss
        strength, threshold = scale * self.options.strength, scale * self.options.threshold
        for network in self._starts(grid_factor):
            sparse = sparsify(network, x, y, strength, threshold, loss=loss)
            structure = self._judged(sparse, "sparse")
            if structure.is_tree and structure.error < SPLINE_LIMIT:
                structure = self._symbolic(structure)
                if structure.is_symbolic and structure.error < EXACT:
                    return [structure]
            found.append(structure)
        return found

    def _starts(self, grid_factor: int) -> Iterator[KAN]:
        """Yield the networks to be made sparse."""
        given = self.network
        _, first = given.kan_layers[0]
        degree = getattr(first.basis, "degree", 3)
        if grid_factor == 1:
            yield given
        same, n_in, n_out = given.shape, given.widths[0], given.widths[-1]
        small: list[list[Width]] = [[n_in, n_out], [n_in, (0, 1), n_out], [n_in, (1, 1), n_out]]
        line, product, mixed = small
        shapes = [line, product, same, mixed, same, product, mixed]
        if not self.squares:
            shapes = [same]
        elif len(same) == 2:
            shapes = [product, same, mixed, product, mixed]
        elif len(same) > 3:  # deep networks end in a poor minimum more often
            shapes = [same] * 5 + [product, mixed]
        for shape in shapes:
            yield KAN(shape, grid_factor * first.grid_size, degree, base=first.base, rng=self.rng)

    def _judged(self, network: KAN, what: str) -> Structure:
        """Return the network with its validation error."""
        result = Structure(network, assess(self.check, network).error)
        self.log(f"{what}: {network.widths}, {result.n_edges} edges, error {result.error:.1e}")
        return result

    def _symbolic(self, structure: Structure) -> Structure:
        """Return the structure with its edges replaced by symbols where possible."""
        x, y, loss = self.train.x, self.train.y, self.train.loss
        network = symbolify(structure.network, x, y, functions=self.functions, loss=loss)
        return self._judged(network, "symbolic")

    def _simplest(self, found: list[Structure]) -> Structure:
        """Return the smallest accurate symbolic structure, or else the most accurate one."""
        floor = min(structure.error for structure in found)
        is_noise = floor >= SPLINE_LIMIT
        limit = floor * (self.options.close_in_noise if is_noise else self.options.close)
        enough = limit if is_noise else EXACT
        results = []
        for structure in sorted(found, key=lambda s: (s.n_edges, s.error)):
            if structure.error <= limit:
                result = structure if structure.is_symbolic else self._symbolic(structure)
                if result.is_symbolic and result.error <= enough:
                    return result
                results.append(result)
        symbolic = [result for result in results if result.is_symbolic and result.error <= limit]
        return min(symbolic or results, key=lambda s: s.error)
