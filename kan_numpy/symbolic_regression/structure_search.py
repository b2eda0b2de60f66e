r"""Search for the smallest symbolic network that explains the data.

What is cheap comes first: `kan_numpy.symbolic_regression.first_ideas`. Then sparse networks
(`kan_numpy.sparsity.sparsification`) of several shapes: a sum with a fine grid, a product, the
given network, and others like them; of each shape that with the best start. All are trained on four
fifths of the samples and compared on the rest. If several leave the same error, it is noise, and
the search ends. Those with an error close to the smallest one are converted to symbols in the order
of their number of edges. The first that is entirely symbolic and exact is selected; in noise, that
with the smallest information criterion of those as accurate as the noise allows
(`kan_numpy.symbolic_regression.structures`).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

import numpy as np

from kan_numpy._arguments import level_outside
from kan_numpy._arrays import Array
from kan_numpy._deadline import NEVER, Deadline, warn_stopped
from kan_numpy.functions.symbols import Symbol, as_symbols
from kan_numpy.layers.product_layer import Width
from kan_numpy.networks.kan import KAN
from kan_numpy.optimizers.defaults import default_steps
from kan_numpy.sparsity.model_selection import SPLINE_LIMIT, assess
from kan_numpy.sparsity.sparsification import sparse_stages
from kan_numpy.symbolic_regression.first_ideas import formula_networks, line
from kan_numpy.symbolic_regression.search_options import SearchOptions
from kan_numpy.symbolic_regression.structures import (
    Selection,
    Structure,
    front,
    information,
    is_noise,
    limit_of,
)
from kan_numpy.symbolic_regression.symbolification import Symbolification
from kan_numpy.training.fit_result import uninterrupted
from kan_numpy.training.grids import adapt_grid
from kan_numpy.training.losses import CrossEntropy
from kan_numpy.training.objective import Objective
from kan_numpy.training.training_loop import train

__all__ = ["LINEAR", "StructureSearch"]

LINEAR = 4
"""So many steps of Levenberg-Marquardt solve a linear problem in spite of its damping."""


class StructureSearch:
    """A search on a training part of the data x (N, n_in), validated on the rest.

    It starts from the network of ``data``; ``functions`` are the candidates for its edges, and
    ``spread`` is the unit of its outputs. What it has judged is in ``seen``, of that what has been
    given symbols in ``tried``, and what it has still to try in ``untried``.
    """

    def __init__(
        self,
        data: Objective[KAN],
        options: SearchOptions,
        functions: Sequence[Symbol] | None,
        rng: np.random.Generator,
        log: Callable[[str], None],
        spread: Array,
        finish: Deadline = NEVER,
    ) -> None:
        self.network, self.options, self.functions = data.network, options, as_symbols(functions)
        self.all_functions, self.is_new = functions is None, True
        self.rng, self.log, self.finish, x = rng, log, finish, data.x
        self.deadline = finish.earlier(options.finishing)
        # The extreme samples are for training, so that every function is defined there.
        ends = np.unique(np.concatenate([x.argmin(axis=0), x.argmax(axis=0)]))
        order = rng.permutation(len(x))
        rows = np.concatenate([order[~np.isin(order, ends)], ends])
        kept = rows[-options.samples :]
        first = max(len(kept) // 5, 1)
        self.squares = data.is_least_squares
        self.spread = spread
        if not self.squares:
            data = Objective(data.network, x, data.y, CrossEntropy(options.label_smoothing))
        self.check, self.train = data.batch(kept[:first]), data.batch(kept[first:])
        self.all = data.batch(rows[-options.final_samples :])
        self.seen: list[Structure] = []
        self.tried: list[Structure] = []
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
            if not self.deadline.passed:
                finish = finish.at_most(self.options.seconds_to_finish)
            stopped = True
            best, why = self._best(self.seen)
            why += " when the search was stopped"
            warn_stopped(self.deadline, self.untried)
        steps, start = default_steps(100, self.all.is_least_squares), self.all.on(best.network)
        result = train(start, steps=steps, progress=False, callback=finish.earlier(0.5))
        if result.interrupted and not stopped:
            warn_stopped(finish, "further training")
        return Selection(result.network, why, front(self.seen, best), finish)

    def _selected(self) -> tuple[Structure, str]:
        """Return the selected structure, and why it is."""
        if not self.squares:
            return self._simplest(self._structures("networks", [(self.network.shape, 1)] * 2))
        found = self._first_ideas()
        if found[-1].is_exact:
            return found[-1], "exact"
        shapes = self._shapes()
        if self.is_coarse:
            coarse = [(shape, 0) for shape, _ in (shapes[0], shapes[1], shapes[3])]
            found = self._structures("networks with one interval", coarse, found)
        if not self._is_noise(found):
            found = self._structures("networks", shapes, found)
        fewer = [(shape, self.options.finer) for shape, _ in shapes[1:4]]
        good = min(each.error for each in found) <= self.options.good
        if not (good or self._is_noise(found)):
            found = self._structures("networks with finer grids", fewer, found)
        best, why = self._simplest(found)
        if not best.is_exact and not self._is_noise(found) and self._may_be_better(best):
            # Small terms may have been pruned, or the grids may have been too coarse.
            found = self._structures("networks with smaller terms", shapes[:4], [*found, best], 0.1)
            if not found[-1].is_exact:
                found = self._structures("networks with finer grids", fewer, found)
            best, why = self._simplest(found)
        if best.error > self.options.unexplained:
            left = f"{best.error:.0%} of the spread of y unexplained on samples it has not seen"
            message = f"no network explains the data: the best leaves {left}"
            warnings.warn(message, RuntimeWarning, stacklevel=level_outside())
        return best, why

    def _first_ideas(self) -> list[Structure]:
        """Return what needs no search for a structure; the last is exact, or none is."""
        found = [self._judged(line(self.train), "line")]
        if found[0].is_exact or not self.all_functions:
            return found
        data, deadline = self.train, self.deadline
        for what, network in formula_networks(data, self.spread, self.options, deadline):
            steps = 0 if what == "y a polynomial" else 20  # it is the best one as it is
            polish = train(data.on(network), steps=steps, progress=False, callback=deadline)
            found.append(self._judged(uninterrupted(polish), what))
            if found[-1].is_exact:
                break
        return found

    def _structures(
        self,
        what: str,
        shapes: Sequence[tuple[list[Width], int]],
        found: Sequence[Structure] = (),
        scale: float = 1.0,
    ) -> list[Structure]:
        """Return what was found and sparse networks, of which the last is exact if one is."""
        found = list(found)
        strength, threshold = scale * self.options.strength, scale * self.options.threshold
        for count, (shape, grid_factor) in enumerate(shapes):
            self.untried = f"{len(shapes) - count} of {len(shapes)} {what}"
            start = self._start(shape, grid_factor)
            data = self.train.on(start)
            if self.is_coarse and start is not self.network and start.size > data.target.size:
                continue
            sparse = sparse_stages(data, strength, threshold, deadline=self.deadline)
            structure = self._last(start, sparse, "sparse")
            if structure.is_tree and structure.error < SPLINE_LIMIT:
                structure = self._symbolic(structure)
            found.append(structure)
            if self.squares and (structure.is_exact or self._is_noise(found)):
                break
        return found

    def _may_be_better(self, best: Structure) -> bool:
        """Return whether another search may find more: not in one curve, which has no structure."""
        is_larger = best.error >= self.options.smallest_term
        is_open = best.error < SPLINE_LIMIT or not best.is_symbolic
        return len(self.train.x[0]) > 1 and is_larger and is_open

    def _is_noise(self, found: list[Structure]) -> bool:
        """Return whether what was found tells noise."""
        return is_noise(found, self.options)

    def _shapes(self) -> list[tuple[list[Width], int]]:
        """Return the shapes of networks, and how many times finer their grids are.

        A sum with a fine grid and a product, the given network, and then others like them.
        """
        same, n_in, n_out = self.network.shape, self.network.widths[0], self.network.widths[-1]
        line: list[Width] = [n_in, n_out]
        product: list[Width] = [n_in, (0, 1), n_out]
        mixed: list[Width] = [n_in, (1, 1), n_out]
        finer = self.options.finer
        if n_in == 1:
            return [(line, finer), (same, 1), (product, 1)]
        if same == line:
            return [(same, 1), (product, 1), (same, finer), (mixed, 1)]
        return [(line, finer), (product, 1), (same, 1), (mixed, 1), (same, 2), (same, 1)]

    def _start(self, shape: list[Width], grid_factor: int) -> KAN:
        """Return the given network if it has this shape for the first time, or the best of some."""
        given = self.network
        _, first = given.kan_layers[0]
        degree = getattr(first.basis, "degree", 3)
        if shape == given.shape and grid_factor == 1 and self.is_new:
            self.is_new = False
            return given
        G = max(1, grid_factor * first.grid_size)
        drawn = []
        for _ in range(self.options.starts):
            network = KAN(shape, G, degree, base=first.base, rng=self.rng)
            data, deadline = self.train.on(adapt_grid(network, self.train.x)), self.deadline
            result = train(data, steps=self.options.ranked_after, progress=False, callback=deadline)
            short = uninterrupted(result)
            drawn.append((data.on(short).value(short.theta), network))
        return min(drawn, key=lambda pair: pair[0])[1]

    @cached_property
    def is_coarse(self) -> bool:
        """Whether samples are too few for the given network, and for fine grids in a sum."""
        n_in, n_out = self.network.widths[0], self.network.widths[-1]
        if n_in == 1 or self.network.size <= self.train.target.size:
            return False
        bic = []
        for G in (1, self.options.finer * self.network.kan_layers[0][1].grid_size):
            data = self.train.on(adapt_grid(KAN([n_in, n_out], G, rng=0), self.train.x))
            fitted = uninterrupted(train(data, steps=LINEAR, progress=False))
            bic.append(assess(data, fitted).bic)
        return bic[0] < bic[1]

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
        noise, criterion = information(self.train, network)
        result = Structure(network, assess(self.check, network).error, noise, criterion)
        self.seen.append(result)
        self.log(f"{what}: {network.widths}, {result.n_edges} edges, error {result.error:.1e}")
        return result

    def _symbolic(self, structure: Structure) -> Structure:
        """Return the structure with its edges replaced by symbols where possible.

        One with the same edges that is as accurate has been through this before.
        """
        for other in self.tried:
            if other.has_edges_of(structure) and other.error <= structure.error:
                return other
        data = self.train.on(structure.network)
        stages = Symbolification(data, self.functions, deadline=self.deadline)
        result = self._last(structure.network, stages.stages(structure.network), "symbolic")
        self.tried.append(result)
        return result

    def _simplest(self, found: list[Structure]) -> tuple[Structure, str]:
        """Return the smallest accurate symbolic structure, or else the most accurate one."""
        limit = limit_of(found, self.options)
        if min(structure.error for structure in found) >= SPLINE_LIMIT:
            return self._in_noise(found)
        results = []
        for structure in sorted(found, key=lambda s: (s.n_edges, s.error)):
            if structure.error <= limit:
                self.untried = "the functions of other networks"
                result = structure if structure.is_symbolic else self._symbolic(structure)
                if result.is_exact:
                    return result, "exact"
                results.append(result)
        return self._best(results)

    def _in_noise(self, found: list[Structure]) -> tuple[Structure, str]:
        """Return the formula with the least information criterion, if it is accurate enough."""
        floor = min(structure.noise for structure in found)
        formulas: list[Structure] = []
        for structure in sorted(found, key=lambda s: (s.n_edges, s.error)):
            # The formulas before have no more edges.
            is_new = all(formula.noise > structure.noise for formula in formulas)
            if not is_new or structure.noise > self.options.near_in_noise * floor:
                continue
            self.untried = "the functions of other networks"
            result = structure if structure.is_symbolic else self._symbolic(structure)
            if result.is_symbolic:
                formulas.append(result)
        limit = limit_of([*found, *formulas], self.options)
        accurate = [formula for formula in formulas if formula.error <= limit]
        if not accurate:
            return self._best([*found, *formulas])
        best = min(accurate, key=lambda formula: formula.criterion)
        why = "a line is best" if best.is_line else "the simplest as accurate as noise allows"
        return best, why

    def _best(self, found: list[Structure]) -> tuple[Structure, str]:
        """Return the most accurate formula, or else the simplest network that is as accurate."""
        limit = limit_of(found, self.options)
        accurate = [each for each in found if each.error <= limit]
        symbolic = [each for each in accurate if each.is_symbolic]
        if symbolic:
            return min(symbolic, key=lambda s: s.error), "the most accurate"
        best = min(accurate, key=lambda s: (s.n_edges, s.n_splines, s.error))
        return best, "the smallest that is accurate, with splines"
