r"""From data to a network of symbols: structures are tried, the simplest that will do is kept.

A structure is a network made sparse (`kan_numpy.sparsity.sparsification`): the one that was given,
others of the same shape from other random starts, and small ones with a multiplication node. All
are trained on four fifths of the samples and judged on the rest. Those that come close to the best
of them have their turn in the order of their size, because a larger network says the same thing in
a more complicated way: their edges become symbols, until one of them is wholly symbolic and exact,
or as good as the noise allows.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy.functions.symbols import Symbol
from kan_numpy.layers.product_layer import Width
from kan_numpy.networks.edges import spline_edges
from kan_numpy.networks.kan import KAN
from kan_numpy.optimizers.defaults import default_steps
from kan_numpy.sparsity.model_selection import EXACT, SPLINE_LIMIT, assess
from kan_numpy.sparsity.sparsification import sparsify
from kan_numpy.symbolic_regression.symbolification import symbolify
from kan_numpy.training.grids import refine
from kan_numpy.training.losses import CrossEntropy, SquaresLoss
from kan_numpy.training.objective import Objective
from kan_numpy.training.training_loop import train

Log = Callable[[str], None]

NOTHING = 0.9
"""Whoever leaves so much of the spread of y unexplained knows nothing."""

ROWS, LAST_ROWS = 2000, 10_000
"""How many samples decide about structures and symbols, and how many about the last digits."""

LABEL_SMOOTHING = 0.01
"""The share of each label that goes to all classes alike. Without it, classes that can be separated
drive the outputs to infinity, and one mistake among the samples put aside outweighs all else."""

SHARP, FINEST = 1e-3, 80
"""Grids are refined down to this relative error, as far as this many intervals."""

GOOD = 0.01
"""If no structure reaches this relative error, all are tried again on finer grids."""

CLOSE, FAR, CLOSE_IN_NOISE = 10.0, 100.0, 1.1
"""Structures within the first factor of the smallest error are taken for possible, and up to the
second if their error is below `GOOD`: some functions are harder for splines than others. The third
holds where the smallest error is noise."""


@dataclass(frozen=True)
class Structure:
    """A network, and how well it does on samples that it has not seen."""

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
    """Find structures on a part of the data, and judge them on the rest.

    Parameters
    ----------
    network : KAN
        Where to start.
    x, y : ndarray
        Data.
    loss : str
        As in `fit`.
    functions : sequence of Symbol
        What edges may become.
    rng : Generator
        Divides the data and starts networks.
    say : callable
        Is told what happens.
    """

    def __init__(
        self,
        network: KAN,
        x: Array,
        y: Array,
        loss: str,
        functions: Sequence[Symbol] | None,
        rng: np.random.Generator,
        log: Log,
    ) -> None:
        # The outermost samples are for training: a function has to be defined there, too.
        ends = np.unique(np.concatenate([x.argmin(axis=0), x.argmax(axis=0)]))
        order = rng.permutation(len(x))
        rows = np.concatenate([order[~np.isin(order, ends)], ends])
        kept = rows[-ROWS:]
        first = max(len(kept) // 5, 1)
        self.network, self.functions, self.rng, self.log = network, functions, rng, log
        data = Objective(network, x, y, loss if loss == "mse" else CrossEntropy(LABEL_SMOOTHING))
        self.check, self.train = data.batch(kept[:first]), data.batch(kept[first:])
        self.all = data.batch(rows[-LAST_ROWS:])

    def run(self) -> KAN:
        """Return the network that explains the data best."""
        squares = isinstance(self.train.loss, SquaresLoss)
        found = self._structures(1, 1.0)
        if squares and min(structure.error for structure in found) > GOOD:
            found += self._structures(4, 1.0)
        best = self._simplest(found)
        if squares and best.error > EXACT and (best.error < SPLINE_LIMIT or not best.is_symbolic):
            # Small terms may have been taken for superfluous ones, or grids have been too coarse.
            more = [*self._structures(1, 0.1), *self._structures(4, 1.0)]
            best = self._simplest([*found, best, *more])
        if squares and best.error > NOTHING:
            warnings.warn(
                f"no network explains the data: the best leaves {best.error:.0%} of the spread of y"
                " unexplained on samples it has not seen",
                RuntimeWarning,
                stacklevel=3,
            )
        return self._polished(best.network)

    def _structures(self, grid_factor: int, sparsity_scale: float) -> list[Structure]:
        """Return what is left of networks that are made sparse; one suffices if it is exact."""
        found: list[Structure] = []
        for network in self._starts(grid_factor):
            sparse = sparsify(
                network,
                self.train.x,
                self.train.y,
                strength=sparsity_scale * 0.01,
                threshold=sparsity_scale * 0.03,
                loss=self.train.loss,
            )
            found.append(self._sharpened(self._judged(sparse, "sparse")))
            if found[-1].is_tree and found[-1].error < SPLINE_LIMIT:
                found.append(self._symbolic(found.pop()))
                if found[-1].is_symbolic and found[-1].error < EXACT:
                    return found[-1:]
        return found

    def _starts(self, grid_factor: int) -> Iterator[KAN]:
        """Yield the networks to make sparse."""
        given = self.network
        _, first = given.kan_layers[0]
        n_in, n_out = given.widths[0], given.widths[-1]
        degree = getattr(first.basis, "degree", 3)
        if grid_factor == 1:
            yield given
        same: list[Width] = given.shape
        product: list[Width] = [n_in, (0, 1), n_out]
        mixed: list[Width] = [n_in, (1, 1), n_out]
        shapes: list[list[Width]] = [[n_in, n_out], product, same, mixed, same, product, mixed]
        if not isinstance(self.train.loss, SquaresLoss):
            shapes = [same]
        elif len(same) == 2:
            shapes = [product, same, mixed, product, mixed]
        elif len(same) > 3:  # deep networks more often end in a poor minimum
            shapes = [same] * 5 + [product, mixed]
        for shape in shapes:
            yield KAN(shape, grid_factor * first.grid_size, degree, base=first.base, rng=self.rng)

    def _judged(self, network: KAN, what: str) -> Structure:
        structure = Structure(network, assess(self.check, network).error)
        self.log(
            f"{what}: {network.widths}, {structure.n_edges} edges, error {structure.error:.1e}"
        )
        return structure

    def _sharpened(self, structure: Structure) -> Structure:
        """Return the structure on finer grids, as long as that halves its error.

        It does if splines cause the error, and does not if noise or a wrong structure does.
        """
        while structure.error > SHARP:
            grid_factor = [2 * layer.grid_size for _, layer in structure.network.kan_layers]
            if max(grid_factor) > FINEST:
                break
            finer = self.train.on(refine(structure.network, grid_factor))
            steps = default_steps(15, finer.is_least_squares)
            network = train(finer, steps=steps, progress=False).network
            sharper = self._judged(network, "finer")
            if sharper.error > 0.5 * structure.error:
                break
            structure = sharper
        return structure

    def _symbolic(self, structure: Structure) -> Structure:
        """Return the structure with symbols for its edges."""
        network = symbolify(
            structure.network,
            self.train.x,
            self.train.y,
            functions=self.functions,
            loss=self.train.loss,
        )
        return self._judged(network, "symbolic")

    def _simplest(self, found: list[Structure]) -> Structure:
        """Return the smallest structure that becomes a formula, or else the best one."""
        floor = min(structure.error for structure in found)
        limit = max(CLOSE * floor, min(FAR * floor, GOOD))
        if floor >= SPLINE_LIMIT:
            limit = CLOSE_IN_NOISE * floor
        possible = [structure for structure in found if structure.error <= limit]
        results = []
        for structure in sorted(possible, key=lambda s: (s.n_edges, s.error)):
            result = structure if structure.is_symbolic else self._symbolic(structure)
            noisy = floor >= SPLINE_LIMIT and result.error <= CLOSE_IN_NOISE * floor
            if result.is_symbolic and (result.error < EXACT or noisy):
                return result
            results.append(result)
        symbolic = [result for result in results if result.is_symbolic and result.error <= limit]
        return min(symbolic or results, key=lambda s: s.error)

    def _polished(self, network: KAN) -> KAN:
        """Return the network trained to the end on all data."""
        steps = default_steps(100, self.all.is_least_squares)
        return train(self.all.on(network), steps=steps, progress=False).network
