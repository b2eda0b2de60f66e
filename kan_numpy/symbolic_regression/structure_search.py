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
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from kan_numpy._arguments import level_outside
from kan_numpy._deadline import NEVER, Deadline, warn_stopped
from kan_numpy.functions.symbols import SYMBOLS, Symbol, as_symbols
from kan_numpy.layers.product_layer import Width
from kan_numpy.networks.edges import spline_edges, with_symbol
from kan_numpy.networks.kan import KAN
from kan_numpy.optimizers.defaults import default_steps
from kan_numpy.sparsity.model_selection import EXACT, SPLINE_LIMIT, assess
from kan_numpy.sparsity.sparsification import sparse_stages
from kan_numpy.symbolic_regression.search_options import SearchOptions
from kan_numpy.symbolic_regression.symbolification import Symbolification
from kan_numpy.training.fit_result import uninterrupted
from kan_numpy.training.losses import CrossEntropy
from kan_numpy.training.objective import Objective
from kan_numpy.training.training_loop import train

__all__ = ["FINISHING", "LAST_SECONDS", "Selection", "Structure", "StructureSearch"]

FINISHING = 0.2
"""The share of the time that is kept for the last training and for writing formulas."""

LAST_SECONDS = 0.5
"""The time for both after Ctrl-C."""


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


class Selection(NamedTuple):
    """What a search has selected."""

    network: KAN
    why: str
    others: list[KAN]  # each more accurate than all that are smaller
    finish: Deadline  # for what is still to be done


class StructureSearch:
    """A search on a training part of the data x (N, n_in), validated on the rest.

    It starts from the network of ``data``; ``functions`` are the candidates for its edges. What it
    has judged is in ``seen``, and what it has still to try in ``untried``.
    """

    def __init__(
        self,
        data: Objective[KAN],
        options: SearchOptions,
        functions: Sequence[Symbol] | None,
        rng: np.random.Generator,
        log: Callable[[str], None],
        finish: Deadline = NEVER,
    ) -> None:
        self.network, self.options, self.functions = data.network, options, as_symbols(functions)
        self.rng, self.log, self.finish, x = rng, log, finish, data.x
        self.deadline = finish.earlier(FINISHING)
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
        self.seen: list[Structure] = []
        self.untried = "everything"

    def run(self) -> Selection:
        """Return the selected network, trained on all samples.

        If the search is stopped, it is the best so far; after Ctrl-C, a line is not enough.
        """
        finish, stopped = self.finish, False
        try:
            best, why = self._selected()
        except KeyboardInterrupt:
            if not self.seen or (len(self.seen) == 1 and not self.deadline.passed):
                raise
            finish, stopped = finish.at_most(LAST_SECONDS + finish.left * FINISHING), True
            best, why = self._best(self.seen)
            why += " when the search was stopped"
            warn_stopped(self.deadline, self.untried)
        steps, start = default_steps(100, self.all.is_least_squares), self.all.on(best.network)
        result = train(start, steps=steps, progress=False, callback=finish.earlier(0.5))
        if result.interrupted and not stopped:
            warn_stopped(finish, "further training")
        return Selection(result.network, why, self._front(best), finish)

    def _selected(self) -> tuple[Structure, str]:
        """Return the selected structure, and why it is."""
        if not self.squares:
            return self._simplest(self._structures("networks of its shape"))
        self._judged(self._line(), "line")
        found = self._structures("other networks")
        if min(structure.error for structure in found) > self.options.good:
            found += self._structures("finer grids", grid_factor=4)
        best, why = self._simplest(found)
        if best.error > EXACT and (best.error < SPLINE_LIMIT or not best.is_symbolic):
            # Small terms may have been pruned, or the grids may have been too coarse.
            found += [best, *self._structures("smaller terms", scale=0.1)]
            found += self._structures("finer grids", grid_factor=4)
            best, why = self._simplest(found)
        if best.error > self.options.unexplained:
            left = f"{best.error:.0%} of the spread of y unexplained on samples it has not seen"
            message = f"no network explains the data: the best leaves {left}"
            warnings.warn(message, RuntimeWarning, stacklevel=level_outside())
        return best, why

    def _line(self) -> KAN:
        """Return the network that is linear, trained."""
        d, n_out = self.network.widths[0], self.network.widths[-1]
        network = KAN([d, n_out], rng=0)
        for out, inp in np.ndindex(n_out, d):
            network = with_symbol(network, (0, out, inp), SYMBOLS["x"], np.array([1.0, 0, 0, 0]))
        return uninterrupted(train(self.train.on(network), steps=20, progress=False))

    def _structures(self, what: str, grid_factor: int = 1, scale: float = 1.0) -> list[Structure]:
        """Return the sparse networks, or only the first that is symbolic and exact."""
        found: list[Structure] = []
        strength, threshold = scale * self.options.strength, scale * self.options.threshold
        starts = list(self._starts(grid_factor))
        for count, start in enumerate(starts):
            self.untried = f"{len(starts) - count} of {len(starts)} {what}"
            data = self.train.on(start)
            sparse = sparse_stages(data, strength, threshold, deadline=self.deadline)
            structure = self._last(start, sparse, "sparse")
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

    def _last(self, network: KAN, stages: Iterable[tuple[KAN, str]], what: str) -> Structure:
        """Return the last of several stages; if they are stopped, what there is has been judged."""
        try:
            for stage in stages:
                network = stage[0]
        finally:
            structure = self._judged(network, what)
        return structure

    def _judged(self, network: KAN, what: str) -> Structure:
        """Return the network with its validation error."""
        result = Structure(network, assess(self.check, network).error)
        self.seen.append(result)
        self.log(f"{what}: {network.widths}, {result.n_edges} edges, error {result.error:.1e}")
        return result

    def _symbolic(self, structure: Structure) -> Structure:
        """Return the structure with its edges replaced by symbols where possible."""
        data = self.train.on(structure.network)
        stages = Symbolification(data, self.functions, deadline=self.deadline)
        return self._last(structure.network, stages.stages(structure.network), "symbolic")

    def _simplest(self, found: list[Structure]) -> tuple[Structure, str]:
        """Return the smallest accurate symbolic structure, or else the most accurate one."""
        limit, is_noise = self._limit(found)
        enough = limit if is_noise else EXACT
        results = []
        for structure in sorted(found, key=lambda s: (s.n_edges, s.error)):
            if structure.error <= limit:
                self.untried = "the functions of other networks"
                result = structure if structure.is_symbolic else self._symbolic(structure)
                if result.is_symbolic and result.error <= enough:
                    return (
                        result,
                        "the smallest as accurate as noise allows" if is_noise else "exact",
                    )
                results.append(result)
        return self._best(results)

    def _best(self, found: list[Structure]) -> tuple[Structure, str]:
        """Return the most accurate formula, or else the most accurate network."""
        limit, _ = self._limit(found)
        symbolic = [each for each in found if each.is_symbolic and each.error <= limit]
        best = min(symbolic or found, key=lambda s: s.error)
        return best, "the most accurate" + ("" if symbolic else ", with splines")

    def _limit(self, found: list[Structure]) -> tuple[float, bool]:
        """Return the error up to which structures count as accurate, and whether it is noise."""
        floor = min(structure.error for structure in found)
        is_noise = floor >= SPLINE_LIMIT
        return floor * (self.options.close_in_noise if is_noise else self.options.close), is_noise

    def _front(self, best: Structure) -> list[KAN]:
        """Return the networks that are more accurate than all with fewer edges, but for the best.

        Of those with splines, only the most accurate one is of interest.
        """
        front: list[Structure] = []
        least = np.inf
        order = sorted(self.seen, key=lambda s: (not s.is_symbolic, s.n_edges, s.error))
        for structure in order:
            if structure.error < least:
                least = structure.error
                front.append(structure)
        splines = [s for s in front if not s.is_symbolic][-1:]
        others = [s for s in front if s.is_symbolic] + splines
        return [s.network for s in others if s is not best]
