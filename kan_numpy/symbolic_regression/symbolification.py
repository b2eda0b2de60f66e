r"""Replacement of spline edges by symbols, with training after each replacement.

By default, `symbolify` starts with the edge that a symbol fits best. It tries the best candidates,
trains the network with each of them, and keeps the simplest that is accepted by the criterion of
`kan_numpy.sparsity.model_selection`: a symbol has fewer parameters than a spline, so a slightly
larger error is accepted. Then consecutive symbols are merged where one is sufficient, and symbols
are replaced by simpler ones under the same criterion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_instance
from kan_numpy._deadline import NEVER, Deadline, last_stage
from kan_numpy._validation import as_count, as_number
from kan_numpy.functions.symbols import SYMBOLS, Symbol, as_symbol, as_symbols
from kan_numpy.networks.checks import checked_inputs, require_defined
from kan_numpy.networks.edges import (
    Curves,
    Edge,
    chains,
    layer_of,
    spline_edges,
    symbolic_edges,
    with_symbol,
)
from kan_numpy.networks.kan import KAN
from kan_numpy.optimizers.defaults import default_steps
from kan_numpy.sparsity.model_selection import Assessment, assess
from kan_numpy.symbolic_regression.curve_fit import SymbolFit, fit_symbol, fit_symbols
from kan_numpy.symbolic_regression.suggestions import curve, suggestions
from kan_numpy.training.fit_result import uninterrupted
from kan_numpy.training.losses import Loss
from kan_numpy.training.objective import Objective
from kan_numpy.training.training_loop import train

__all__ = ["SIMPLEST", "Symbolification", "symbolify"]

SIMPLEST = (SYMBOLS["x"], SYMBOLS["x^2"])
"""The functions that are always tried, even with a poor fit, as x^2 y + 0.3 x requires."""


def symbolify(
    network: KAN,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    edges: Mapping[Edge, str | Symbol] | None = None,
    functions: Iterable[str | Symbol] | None = None,
    top: int = 5,
    complexity_weight: float = 0.1,
    steps: int = 20,
    loss: str | Loss = "mse",
    seconds: float | None = None,
) -> KAN:
    """Replace edges by symbols, and train the network again after each.

    Parameters
    ----------
    network : KAN
        The network, which is not changed.
    x : array_like, shape (N, n_in)
        Inputs.
    y : array_like, shape (N, n_out)
        Targets; labels (N,) for "cross_entropy".
    edges : dict of (layer, out, inp) to str or Symbol, optional
        The functions of these edges, whatever the loss. By default the functions are chosen, edge
        by edge; an edge that no function fits remains a spline.
    functions : iterable of str or Symbol, optional
        The functions to choose from; by default all of `SYMBOLS` that differ from each other.
    top : int
        The number of candidates for each edge.
    complexity_weight : float
        How many orders of magnitude in the error one unit of complexity is worth.
    steps : int
        The number of training steps after each replacement.
    loss : str or Loss
        "mse", with Levenberg-Marquardt; or "cross_entropy", with L-BFGS.
    seconds : float, optional
        A limit on the time that this may take.

    Returns
    -------
    KAN
        With symbolic edges.

    Raises
    ------
    ValueError
        If an edge does not exist, x or y has another shape or is not finite, or a function is not
        known or not defined on the range of its edge.
    TypeError
        If network is not a KAN, edges is not a dict, or functions is not a list of names and
        symbols.
    KeyboardInterrupt
        After Ctrl-C before the first symbol.

    Warns
    -----
    RuntimeWarning
        If it was stopped by Ctrl-C or the limit on time. The best network so far is returned, and
        the warning says what was not tried.

    Examples
    --------
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> x = np.linspace(-1, 1, 50)[:, None]
    >>> net = kn.fit(kn.KAN([1, 1], rng=0), x, np.sin(2 * x), steps=20).network
    >>> print(kn.formula(kn.symbolify(net, x, np.sin(2 * x), edges={(0, 0, 0): "sin"})))
    sin(2*x0)
    """
    points, deadline = checked_inputs(network, x), Deadline.after(seconds)
    require_defined(network(points), points)
    objective, symbols = Objective(network, points, y, loss), as_symbols(functions)
    weight = as_number("complexity_weight", complexity_weight, 0.0)
    count, steps = as_count("top", top, 1), as_count("steps", steps, 0)
    run = Symbolification(objective, symbols, count, weight, steps, deadline)
    if edges is None:
        return last_stage(run.stages(network), network, deadline)
    as_instance("edges", edges, Mapping, "a dict such as {(0, 1, 0): 'sin'}")
    for edge in edges:
        layer_of(network, edge)
    chosen = {edge: as_symbol(f"edges[{edge}]", name) for edge, name in edges.items()}
    return last_stage(run.given(network, chosen), network, deadline)


@dataclass(frozen=True)
class Symbolification:
    """The candidates, the data by which they are compared, and the time that there is."""

    objective: Objective[KAN]
    symbols: list[Symbol]
    top: int = 5
    complexity_weight: float = 0.1
    steps: int = 20
    deadline: Deadline = NEVER

    def given(self, network: KAN, symbols: Mapping[Edge, Symbol]) -> Iterator[tuple[KAN, str]]:
        """Yield the network after each of these edges has become this symbol, and what is left."""
        left = list(symbols)
        for edge, symbol in symbols.items():
            fits = suggestions(curve(network, self.objective.x, edge), [symbol], 0.0)
            best = fits.required(edge, [symbol])[0]
            network = self.trained(with_symbol(network, edge, symbol, best.affine))
            left = left[1:]
            yield network, _names(left)

    def stages(self, network: KAN) -> Iterator[tuple[KAN, str]]:
        """Yield the network after each replacement of an edge, the best fits first."""
        before = None
        while network is not before:  # an edge rejected before may be accepted after the others
            before = network
            for after, left in self.replaced_once(before):
                network = after
                if network is not before or not left:
                    yield network, left or "simpler symbols"
        network = self.trained(network, 10 * self.steps)
        yield network, "simpler symbols"
        network = self.merged(network)
        yield network, "simpler symbols"
        yield self.simplified(network), "nothing"

    def replaced_once(self, network: KAN) -> Iterator[tuple[KAN, str]]:
        """Yield the network after each of its spline edges has been tried, and the edges left."""
        measured = self.measured(network)
        found = {edge: self.best(measured, edge, self.symbols) for edge in spline_edges(network)}
        clear = {e: fits[0].rank(self.complexity_weight) for e, fits in found.items() if fits}
        start, left = network, sorted(clear, key=lambda edge: clear[edge])
        while left:
            edge, *left = left
            if network is start:
                candidates = found[edge]
            else:
                candidates = self.best(self.measured(network), edge, self.symbols)
            network = self.replaced(network, network, edge, candidates)
            yield network, _names(left)

    def merged(self, network: KAN) -> KAN:
        """Return the network with two consecutive symbols merged into one where possible.

        A node with one edge in and one edge out is redundant: the first edge can be replaced by the
        composition of both, and the second by the identity.
        """
        for first, second in chains(network):
            curves = Curves(network, self.objective.x)
            (activations, _), (_, both) = curves(first), curves(second)  # (N,) each
            line = with_symbol(network, second, SYMBOLS["x"], np.array([1.0, 0.0, 1.0, 0.0]))
            candidates = fit_symbols(self.symbols, activations, both, deadline=self.deadline)
            candidates.sort(key=lambda fit: fit.rank(self.complexity_weight))
            network = self.replaced(network, line, first, candidates[: self.top])
        return network

    def simplified(self, network: KAN) -> KAN:
        """Return the network with simpler symbols where they are accepted."""
        for edge, complexity in symbolic_edges(network):
            simpler = [s for s in self.symbols if s.total_complexity < complexity]
            if simpler:
                candidates = self.best(self.measured(network), edge, simpler)
                network = self.replaced(network, network, edge, candidates)
        return network

    def measured(self, network: KAN) -> tuple[Curves, Assessment]:
        """Evaluate a network once, for the suggestions of all its edges."""
        return Curves(network, self.objective.x), assess(self.objective, network)

    def best(
        self, measured: tuple[Curves, Assessment], edge: Edge, symbols: list[Symbol]
    ) -> list[SymbolFit]:
        """Return the best suggestions for one edge, and the fits of the simplest functions.

        Other edges can compensate for a difference, so that even a poor fit may be accepted.
        """
        curves, now = measured
        points, noise = curves(edge), 0.0 if now.spline_limited else now.error
        weight, deadline = self.complexity_weight, self.deadline
        found = suggestions(points, symbols, weight, noise, deadline=deadline)[: self.top]
        known = [fit.symbol for fit in found]
        others = [symbol for symbol in symbols if symbol in SIMPLEST and symbol not in known]
        fits = [fit_symbol(symbol, *points) for symbol in others]
        return found + [fit for fit in fits if fit]

    def replaced(
        self, network: KAN, changed: KAN, edge: Edge, candidates: Sequence[SymbolFit]
    ) -> KAN:
        """Return the changed network with the best accepted candidate, or else the network.

        One unit of complexity costs as much of log L as in the ranking if splines cause the error;
        in noise, it costs as much as one parameter.
        """
        before, accepted = assess(self.objective, network), [(np.inf, network)]
        exact, N = before.spline_limited, before.samples
        weight = 2.0 * np.log(10.0) * self.complexity_weight if exact else np.log(N) / N
        for symbol, affine, _ in candidates:
            trial = with_symbol(changed, edge, symbol, affine)
            if not np.isfinite(self.objective.on(trial).value(trial.theta)):
                continue
            trial = self.trained(trial)
            after = assess(self.objective, trial)
            if before.accepts(after):
                accepted.append((after.deviance + weight * symbol.total_complexity, trial))
        return min(accepted, key=lambda pair: pair[0])[1]

    def trained(self, network: KAN, steps: int | None = None) -> KAN:
        """Return the network after further training."""
        count = default_steps(steps or self.steps, self.objective.is_least_squares)
        start, deadline = self.objective.on(network), self.deadline
        return uninterrupted(train(start, steps=count, progress=False, callback=deadline))


def _names(edges: Sequence[Edge]) -> str:
    """Return the text for edges that are left to try, none if there are none."""
    return f"edges {', '.join(map(str, edges))}" if edges else ""
