"""The candidates of a search, written as formulas, and why one of them was chosen."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, fields, replace

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy._deadline import NEVER, Deadline, warn_stopped
from kan_numpy.algebra.constants import UNKNOWN, complexity
from kan_numpy.algebra.expressions import Call, Expression, Variable
from kan_numpy.algebra.traversal import walk
from kan_numpy.formulas.certificate import Measurement
from kan_numpy.formulas.formula import Formula, enough_digits, recognized
from kan_numpy.formulas.network_to_expression import SplineFunction, network_expressions
from kan_numpy.networks.edges import scaled_outputs
from kan_numpy.networks.kan import KAN
from kan_numpy.symbolic_regression.structures import Selection
from kan_numpy.training.losses import WeightedLoss
from kan_numpy.training.objective import Objective

__all__ = ["Candidate", "FoundFormula", "Writer", "complexity_of", "front"]


@dataclass(frozen=True, eq=False)
class Candidate:
    """A formula that a search has tried; print it to read it."""

    formula: Formula
    complexity: int  # see `complexity_of`
    error: float  # `Certificate.relative`, on the samples put aside
    chosen: bool
    why: str  # it was chosen, or not

    def __str__(self) -> str:
        """Return complexity, error, formula and reason in one line."""
        mark = "*" if self.chosen else " "
        text = str(self.formula).replace("\n", ", ")
        return f"{mark}{self.complexity:5} {self.error:9.1e}   {text}   ({self.why})"


@dataclass(frozen=True, eq=False)
class FoundFormula(Formula):
    """A `Formula` that was found by a search, with all its candidates."""

    candidates: tuple[Candidate, ...] = ()  # the simplest first

    def __repr__(self) -> str:
        """Return the text, as any formula does."""
        return f"Formula({str(self)!r})"


@dataclass(frozen=True, eq=False)
class Writer:
    """What is needed to write networks of a search as formulas in the units of the data."""

    fitted: Objective[KAN]  # the samples to which constants are fitted
    aside: Objective[KAN]  # the samples on which the certificate is measured
    put_aside: bool  # whether these are others
    variables: tuple[str, ...]
    outputs: tuple[str, ...]
    spread: Array  # (n_out,), the units of the outputs of networks

    def formula(self, network: KAN, deadline: Deadline = NEVER) -> Formula:
        """Return the formula of a network, with constants recognized as far as there is time."""
        squares = self.fitted.is_least_squares
        found = scaled_outputs(network, self.spread) if squares else _centered(network, self.fitted)
        expressions = network_expressions(found, list(map(Variable, self.variables)))
        x, target = self.fitted.x, _without_outliers(self.fitted, found) if squares else None
        data = Measurement(self.variables, x, found(x), target)
        x, target = self.aside.x, self.aside.target if squares else None
        measure = Measurement(self.variables, x, found(x), target, self.put_aside)
        exact = recognized(expressions, self.outputs, found, data, measure, deadline)
        return enough_digits(exact, self.fitted, deadline)

    def with_candidates(self, selection: Selection, seconds: float = np.inf) -> FoundFormula:
        """Return the selected formula, with those of other networks written while there is time.

        The constants of each of these are recognized for at most so many seconds.
        """
        finish, others = selection.finish, []
        try:
            chosen = self.formula(selection.network, finish)
        except KeyboardInterrupt:
            finish = finish.at_most(0.0)
            warn_stopped(finish, "constants, fewer digits")
            chosen = self.formula(selection.network, finish)
        with suppress(KeyboardInterrupt):  # then there are fewer
            for network in selection.others:
                finish.check()
                others.append(self.formula(network, finish.at_most(seconds)))
        own = {field.name: getattr(chosen, field.name) for field in fields(Formula)}
        return FoundFormula(**own, candidates=front(chosen, selection.why, others))


def front(chosen: Formula, why: str, others: Iterable[Formula]) -> tuple[Candidate, ...]:
    """Return the chosen formula among the others that are more accurate than all simpler ones."""
    first = _candidate(chosen, why, chosen=True)
    texts = {str(each): each for each in others if str(each) != str(chosen)}
    found = [first, *(_candidate(each, "", chosen=False) for each in texts.values())]
    kept: list[Candidate] = []
    least = np.inf
    for each in sorted(found, key=lambda c: (c.complexity, c.error)):
        if each.chosen:
            kept.append(each)
        elif each.error < least:
            kept.append(replace(each, why=_why_not(first, each)))
        least = min(least, each.error)
    return tuple(kept)


def _candidate(formula: Formula, why: str, *, chosen: bool) -> Candidate:
    """Return a formula as a candidate."""
    size, error = complexity_of(formula), formula.certificate.relative
    return Candidate(formula, size, error, chosen, why)


def complexity_of(formula: Formula) -> int:
    """Return the complexity of all its expressions; each number of a spline is unrecognized."""
    return sum(complexity(each) + _spline_numbers(each) for each in formula.expressions)


def _spline_numbers(expression: Expression) -> int:
    """Return the complexity of the coefficients of the splines in an expression."""
    calls = [node.function for node in walk(expression) if isinstance(node, Call)]
    splines = {each.place: each for each in calls if isinstance(each, SplineFunction)}
    return sum(UNKNOWN * (1 + each.layer.coef.shape[2]) for each in splines.values())


def _why_not(chosen: Candidate, other: Candidate) -> str:
    """Return why another candidate was not chosen."""
    splines, simpler = other.formula.certificate.splines, other.complexity < chosen.complexity
    what = "it has splines" if splines else "simpler" if simpler else "more complex"
    if chosen.formula.certificate.exact:
        return f"{what}, and {'no better' if other.formula.certificate.exact else 'not exact'}"
    return f"{what}, {other.error / chosen.error:.2g} times the error"


def _without_outliers(data: Objective[KAN], network: KAN) -> Array:
    """Return the targets (N, n_out), moved towards the network in so far as they have less weight.

    So constants do not follow outliers either (P. Huber, Robust Statistics, 1981, sec. 7.8).
    """
    if not isinstance(data.loss, WeightedLoss):
        return data.target
    y = network(data.x)
    w = data.loss.weights(y, data.target)
    return y + w / w.max(axis=0) * (data.target - y)


def _centered(network: KAN, data: Objective[KAN]) -> KAN:
    """Return the network with logits of zero mean on the data, the classes unchanged."""
    l, last = network.kan_layers[-1]
    if l < len(network.layers) - 1:
        return network
    return network.with_layer(l, replace(last, bias=last.bias - network(data.x).mean()))
