r"""What is tried before networks are trained: a line, linear ideas, and separated functions.

Formulas that one linear solve finds come first (`kan_numpy.symbolic_regression.linear_ideas`).
Then, for T among the identity, 1/y, y^2, 1/y^2, log y and exp y, the outputs are separated
(`kan_numpy.derivatives.separation`),

.. math:: T(y) = \sum_i g_i(x_i) \qquad\text{or}\qquad T(y) = \sum_{r=1}^R \prod_i g_{ri}(x_i)

and if the functions of each input are found (`kan_numpy.formulas.term_search`), they are
put together, and all numbers fitted to the data. What is exact becomes a network.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice, product

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy._deadline import NEVER, Deadline, OutOfTime
from kan_numpy.algebra.constants import complexity
from kan_numpy.algebra.expressions import Expression, Number, evaluate
from kan_numpy.algebra.simplify import multiply
from kan_numpy.derivatives.separation import Separated, separated
from kan_numpy.formulas.formula_to_network import from_formula
from kan_numpy.formulas.parameter_fit import free_numbers, refit
from kan_numpy.formulas.term_search import KINDS, term_sets, with_phases
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.layers.product_layer import ProductLayer
from kan_numpy.networks.edges import with_symbol
from kan_numpy.networks.kan import KAN
from kan_numpy.sparsity.model_selection import SPLINE_LIMIT
from kan_numpy.symbolic_regression.linear_ideas import TRANSFORMS, Terms, ideas, polynomial
from kan_numpy.symbolic_regression.search_options import SearchOptions
from kan_numpy.training.fit_result import uninterrupted
from kan_numpy.training.objective import Objective
from kan_numpy.training.training_loop import train

__all__ = ["ALTERNATIVES", "EXACT_IDEA", "MARGIN", "MOST", "POOR", "SEPARATIONS", "SMALLEST"]
__all__ += ["STEPS", "formula_networks", "line", "separations"]

EXACT_IDEA = 1e-12
"""A formula that leaves a larger share of the spread is an approximation, such as Taylor's."""

MARGIN, SMALLEST = 30.0, 1e-11
"""A function is found if so many times the error of the separation is left, or rounding errors."""

POOR = 0.0
"""A separation with R products must leave less than 10^-2R."""

SEPARATIONS, ALTERNATIVES, MOST, STEPS = 2, 3, 9, 20
"""The most separations that are named, sets of terms for each input, formulas that are made of
them, and steps of their fits."""


def line(data: Objective[KAN]) -> KAN:
    """Return the network without hidden nodes whose edges are linear, trained."""
    d, n_out = data.network.widths[0], data.network.widths[-1]
    network = _linear(np.ones((n_out, d)))
    return uninterrupted(train(data.on(network), steps=20, progress=False))


def _linear(weights: Array) -> KAN:
    """Return the network of one layer whose edges are these multiples, (n_out, n_in)."""
    network = KAN(list(weights.shape[::-1]), rng=0)
    for (out, inp), weight in np.ndenumerate(weights):
        affine = np.array([1.0, 0.0, weight, 0.0])
        network = with_symbol(network, (0, out, inp), SYMBOLS["x"], affine)
    active = weights != 0.0
    return network.with_layer(0, replace(network.layers[0], active=active))


def formula_networks(
    data: Objective[KAN], spread: Array, options: SearchOptions, deadline: Deadline = NEVER
) -> Iterator[tuple[str, KAN]]:
    """Yield the network of a formula that is exact, and those of short ones in noise before.

    ``spread`` (n_out,) is the unit of the targets. Each output must have a formula. In noise there
    must be `SearchOptions.fewest_samples` for each of its numbers.
    """
    try:
        yield from _networks(data, spread, options, deadline.earlier(1.0 - options.ideas))
    except OutOfTime:
        deadline.check()


def _networks(
    data: Objective[KAN], spread: Array, options: SearchOptions, deadline: Deadline
) -> Iterator[tuple[str, KAN]]:
    """Yield the same until a deadline."""
    names = _names(data.x)
    found: list[Expression] = []
    for y, unit in zip((data.target * spread).T, spread, strict=True):
        best: Expression | None = None
        for what, idea in chain(
            ideas(data.x, y, names, deadline), separations(data.x, y, names, deadline)
        ):
            error = _error(idea, data.x, y, names)
            is_short = len(free_numbers(idea)) * options.fewest_samples <= len(y)
            if len(spread) == 1 and SPLINE_LIMIT < error < 1.0 and is_short:
                yield from _network(what, [_scaled(idea, unit)], data.x)
            if error <= EXACT_IDEA:
                best = idea
                break
        if best is None:
            return
        found.append(_scaled(best, unit))
    yield from _network("formula", found, data.x)


def separations(
    x: Array, y: Array, names: list[str], deadline: Deadline = NEVER
) -> Iterator[tuple[str, Expression]]:
    """Yield formulas for y (N,) as a function of x (N, n_in) that separates, and what they are."""
    values = dict(zip(names, x.T, strict=True))
    for transforms in (["y"], [name for name in TRANSFORMS if name != "y"]):
        tried = sorted(_separated(x, y, transforms), key=lambda pair: _promise(pair[1]))
        tried = [pair for pair in tried if _promise(pair[1]) < POOR]
        for (name, each), kinds in _plan(tried, single=x.shape[1] == 1):
            target = TRANSFORMS[name].apply(y)
            inner = islice(_named(each, x, target, names, kinds, deadline), MOST)
            found = [refit(TRANSFORMS[name].undo(idea), values, y, STEPS) for idea in inner]
            exact = [idea for idea in found if _error(idea, x, y, names) <= EXACT_IDEA]
            if exact:
                kind = f"a sum of {each.rank} products" if each.rank else "a sum"
                yield f"{name} {kind}", min(exact, key=complexity)
                return


def _separated(x: Array, y: Array, names: list[str]) -> Iterator[tuple[str, Separated]]:
    """Yield the separations of transforms of y (N,); one input is separated from the start."""
    for name in names:
        if TRANSFORMS[name].defined(y):
            with np.errstate(all="ignore"):
                target = TRANSFORMS[name].apply(y)
            if np.isfinite(target).all() and np.ptp(target) > 0.0:
                alone = [Separated(0, [target[:, None] - target.mean()], 0.0)]
                yield from ((name, s) for s in (alone if x.shape[1] == 1 else separated(x, target)))


def _plan(
    tried: list[tuple[str, Separated]], *, single: bool
) -> list[tuple[tuple[str, Separated], int]]:
    """Return which separations are named, in this order, and with how many kinds of forms.

    Larger forms take more time: they are for y itself, and for what separates best.
    """
    most = len(KINDS)
    if single:
        return [(each, most if each[0] == "y" else 1) for each in tried]
    return [(each, most - place) for place, each in enumerate(tried[:SEPARATIONS])]


def _promise(each: Separated) -> float:
    """Return the order of magnitude of the error, and two more for each product."""
    return float(np.log10(each.error + EXACT_IDEA)) + 2.0 * each.rank


def _named(
    each: Separated, x: Array, target: Array, names: list[str], kinds: int, deadline: Deadline
) -> Iterator[Expression]:
    """Yield formulas for the target (N,), if there are terms for the functions of each input."""
    sets, enough = [], max(MARGIN * each.error, SMALLEST)
    for column, functions in zip(x.T, each.functions, strict=True):
        Q = np.linalg.qr(functions)[0]
        sets.append(term_sets(column, Q, enough, deadline, kinds)[:ALTERNATIVES])
        if not sets[-1]:
            return
    for chosen in product(*sets):
        terms = [own.expressions(name) for own, name in zip(chosen, names, strict=True)]
        if each.rank == 0:
            yield _combined([e for own in terms for e in own], x, target, names, enough)
        elif each.rank == 1:
            pairs = zip(terms, each.functions, strict=True)
            yield multiply([_combined(own, x, g[:, 0], names, enough) for own, g in pairs])
        elif np.prod([len(own) for own in terms]) < len(x) / 2:
            both = [multiply(factors) for factors in product(*terms)]
            yield _combined(both, x, target, names, enough)


def _combined(
    expressions: list[Expression], x: Array, target: Array, names: list[str], error: float
) -> Expression:
    """Return the linear combination that a target (N,) with relative errors supports."""
    different, values = list(dict.fromkeys(expressions)), dict(zip(names, x.T, strict=True))
    columns = np.stack([evaluate(each, values) for each in different], axis=1)  # (N, T)
    return with_phases(polynomial(Terms(columns, different), target, rounding=error))


def _names(x: Array) -> list[str]:
    """Return a name for each input."""
    return [f"x{i}" for i in range(x.shape[1])]


def _scaled(idea: Expression, unit: float) -> Expression:
    """Return the expression in another unit."""
    return multiply([Number(1.0 / unit), idea])


def _error(idea: Expression, x: Array, y: Array, names: list[str]) -> float:
    """Return the share of the spread of y (N,) that an expression leaves, infinite if undefined."""
    with np.errstate(all="ignore"):
        rest = evaluate(idea, dict(zip(names, x.T, strict=True))) - y
    return float(np.nan_to_num(np.sqrt(np.mean(rest**2)) / y.std(), nan=np.inf))


def _network(what: str, expressions: list[Expression], x: Array) -> Iterator[tuple[str, KAN]]:
    """Yield the network of expressions, if it can be built."""
    low, high = x.min(axis=0), x.max(axis=0)
    high = np.where(high > low, high, low + 1.0)
    try:
        network = from_formula(expressions, _names(x), grid_range=np.stack([low, high], axis=1))
    except ValueError:
        return
    if isinstance(network.layers[-1], ProductLayer):  # outputs of a search have units
        network = network._with_layers([*network.layers, *_linear(np.eye(len(expressions))).layers])
    yield what, network
