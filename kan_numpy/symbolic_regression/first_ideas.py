"""What is tried before networks are trained: a line, linear ideas, and functions of sums.

A formula that one linear solve finds (`kan_numpy.symbolic_regression.linear_ideas`) becomes a
network. So does a function of a sum: if the outputs, transformed by one of `TRANSFORMS`, are a sum
of functions of one input each, then each of them is a curve to be named, which needs no search for
a structure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy._deadline import NEVER, Deadline
from kan_numpy.algebra.expressions import Expression, Number, Variable, evaluate
from kan_numpy.algebra.simplify import multiply
from kan_numpy.formulas.formula_to_network import from_formula
from kan_numpy.formulas.network_to_expression import network_expressions
from kan_numpy.formulas.parameter_fit import free_numbers
from kan_numpy.functions.symbols import SYMBOLS, Symbol
from kan_numpy.layers.product_layer import ProductLayer
from kan_numpy.networks.edges import spline_edges, with_symbol
from kan_numpy.networks.kan import KAN
from kan_numpy.sparsity.model_selection import SPLINE_LIMIT, assess
from kan_numpy.sparsity.sparsification import sparse_stages
from kan_numpy.symbolic_regression.linear_ideas import TRANSFORMS, ideas
from kan_numpy.symbolic_regression.symbolification import Symbolification
from kan_numpy.training.fit_result import uninterrupted
from kan_numpy.training.objective import Objective
from kan_numpy.training.training_loop import train

__all__ = ["EXACT_IDEA", "FINE", "line", "linear_networks", "sums"]

EXACT_IDEA = 1e-12
"""A formula that leaves a larger share of the spread is an approximation, such as Taylor's."""

FINE = 20
"""The number of intervals of a sum: one linear solve, so they cost little."""


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


def linear_networks(
    data: Objective[KAN], spread: Array, fewest: int, deadline: Deadline = NEVER
) -> Iterator[tuple[str, KAN]]:
    """Yield networks of formulas that one solve finds: what is exact, or short ones in noise.

    ``spread`` (n_out,) is the unit of the targets. Each output must have a formula. In noise there
    must be at least ``fewest`` samples for each of its numbers.
    """
    names = _names(data.x)
    found: list[Expression] = []
    for y, unit in zip((data.target * spread).T, spread, strict=True):
        best: Expression | None = None
        for what, idea in ideas(data.x, y, names, deadline):
            error = _error(idea, data.x, y, names)
            numbers = len(free_numbers(idea))
            if len(spread) == 1 and SPLINE_LIMIT < error < 1.0 and numbers * fewest <= len(y):
                yield from _network(what, [_scaled(idea, unit)], data.x)
            if error <= EXACT_IDEA:
                best = idea
                break
        if best is None:
            return
        found.append(_scaled(best, unit))
    yield from _network("linear", found, data.x)


def sums(
    data: Objective[KAN], spread: Array, functions: list[Symbol], deadline: Deadline = NEVER
) -> Iterator[tuple[str, KAN]]:
    """Yield networks of functions of sums of functions of one input, if there is one output."""
    if data.target.shape[1] > 1:
        return
    y = data.target * spread
    for what, transform in TRANSFORMS.items():
        if what == "y" or not transform.defined(y):
            continue
        with np.errstate(all="ignore"):
            target = transform.apply(y)
        if not np.isfinite(target).all() or target.std() == 0.0:
            continue
        network = KAN([data.x.shape[1], 1], FINE, rng=0)
        other = Objective(network, data.x, target / target.std())
        fitted = uninterrupted(train(other, steps=4, adapt_at=[0], progress=False))
        deadline.check()
        if assess(other, fitted).error > SPLINE_LIMIT:
            continue
        *_, (sparse, _) = sparse_stages(other, 0.01, 0.03, 20, deadline)
        named = Symbolification(other.on(sparse), functions, deadline=deadline)
        *_, (symbolic, _) = named.stages(sparse)
        if spline_edges(symbolic):
            continue
        names = _names(data.x)
        (inner,) = network_expressions(symbolic, list(map(Variable, names)))
        idea = transform.undo(multiply([Number(float(target.std())), inner]))
        yield from _network(f"{what} a sum", [_scaled(idea, float(spread[0]))], data.x)


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
