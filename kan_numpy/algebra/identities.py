r"""Identities between functions, found in an expression by matching patterns.

In a pattern, u and v stand for any expression. An identity between products holds for their powers
too, one between sums for multiples: 3*y*sin(x)**2 + 3*y*cos(x)**2 is 3*y. The right side has the
value of the left one wherever that is defined, and may be defined beyond: log(u*v) is, where both
are negative.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import permutations
from typing import NamedTuple

from kan_numpy.algebra.canonical_form import split_exponential
from kan_numpy.algebra.constants import complexity
from kan_numpy.algebra.expressions import Call, Expression, Number, Power, Product, Sum, Variable
from kan_numpy.algebra.parsing import parse
from kan_numpy.algebra.simplify import add, call, multiply, normal, power, simplify
from kan_numpy.algebra.traversal import (
    as_multiple,
    as_power,
    factors_of,
    map_children,
    terms_of,
    walk,
)
from kan_numpy.functions.symbols import SYMBOLS

__all__ = ["IDENTITIES", "MOST_PARTS", "Identity", "equal_calls", "equal_products", "equal_sums"]

IDENTITIES = """
    sin(arcsin(u)) = u
    cos(arccos(u)) = u
    tan(arctan(u)) = u
    tanh(arctanh(u)) = u
    sinh(arcsinh(u)) = u
    arcsinh(sinh(u)) = u
    arctanh(tanh(u)) = u
    cos(arcsin(u)) = sqrt(1 - u**2)
    sin(arccos(u)) = sqrt(1 - u**2)
    sin(arctan(u)) = u/sqrt(u**2 + 1)
    cos(arctan(u)) = 1/sqrt(u**2 + 1)
    cosh(arcsinh(u)) = sqrt(u**2 + 1)
    abs(abs(u)) = abs(u)
    abs(exp(u)) = exp(u)
    sin(u)/cos(u) = tan(u)
    cos(u)*tan(u) = sin(u)
    sin(u)/tan(u) = cos(u)
    sin(u)*cos(u) = sin(2*u)/2
    sinh(u)/cosh(u) = tanh(u)
    cosh(u)*tanh(u) = sinh(u)
    sinh(u)/tanh(u) = cosh(u)
    sinh(u)*cosh(u) = sinh(2*u)/2
    sin(2*u)/cos(u) = 2*sin(u)
    sin(2*u)/sin(u) = 2*cos(u)
    sinh(2*u)/cosh(u) = 2*sinh(u)
    sinh(2*u)/sinh(u) = 2*cosh(u)
    abs(u)*sgn(u) = u
    abs(u)*abs(v) = abs(u*v)
    abs(u)/abs(v) = abs(u/v)
    exp(u)*sigmoid(-u) = sigmoid(u)
    exp(u)/(exp(u) + 1) = 1/(exp(-u) + 1)
    exp(u)/(exp(u) - 1) = 1/(1 - exp(-u))
    exp(u)/(1 - exp(u)) = 1/(exp(-u) - 1)
    (exp(u) - 1)/(exp(u) + 1) = tanh(u/2)
    (1 - exp(u))/(exp(u) + 1) = -tanh(u/2)
    tanh(u) + 1 = 2/(exp(-2*u) + 1)
    tanh(u) - 1 = -2/(exp(2*u) + 1)
    1/(exp(u) + 1) - 1/2 = -tanh(u/2)/2
    1/(exp(u) + 1) - 1 = -1/(exp(-u) + 1)
    1/(exp(u) - 1) + 1 = 1/(1 - exp(-u))
    1/(1 - exp(u)) - 1 = 1/(exp(-u) - 1)
    1 - sigmoid(u) = sigmoid(-u)
    cosh(u) + sinh(u) = exp(u)
    cosh(u) - sinh(u) = exp(-u)
    exp(u) + exp(-u) = 2*cosh(u)
    exp(u) - exp(-u) = 2*sinh(u)
    sin(u)**2 + cos(u)**2 = 1
    cos(u)**2 - sin(u)**2 = cos(2*u)
    1 - sin(u)**2 = cos(u)**2
    1 - cos(u)**2 = sin(u)**2
    1 - 2*sin(u)**2 = cos(2*u)
    2*cos(u)**2 - 1 = cos(2*u)
    1 - cos(u) = 2*sin(u/2)**2
    1 + cos(u) = 2*cos(u/2)**2
    cosh(u)**2 - sinh(u)**2 = 1
    cosh(u)**2 + sinh(u)**2 = cosh(2*u)
    cosh(u)**2 - 1 = sinh(u)**2
    sinh(u)**2 + 1 = cosh(u)**2
    sin(u)*cos(v) + cos(u)*sin(v) = sin(u + v)
    sin(u)*cos(v) - cos(u)*sin(v) = sin(u - v)
    cos(u)*cos(v) - sin(u)*sin(v) = cos(u + v)
    cos(u)*cos(v) + sin(u)*sin(v) = cos(u - v)
    log(u) + log(v) = log(u*v)
    log(u) - log(v) = log(u/v)
"""
"""Each as left = right."""

MOST_PARTS = 20
"""In longer sums and products no pairs are sought, because their number grows as the square."""

Bound = dict[str, Expression]


class Identity(NamedTuple):
    """A line of the table."""

    left: Expression
    right: Expression
    functions: frozenset[str]  # their names on the left


def equal_calls(expression: Expression, tolerance: float) -> Iterator[Expression]:
    """Yield what the table has for a function of a function."""
    for identity in _candidates(Call, expression):
        for bound in _matches(identity.left, expression, {}, tolerance):
            yield _substituted(identity.right, bound, tolerance)


def equal_products(expression: Expression, tolerance: float) -> Iterator[Expression]:
    """Yield a product with two of its factors replaced, to the power that they share."""
    factors = [as_power(factor) for factor in factors_of(expression)]
    for identity in _candidates(Product, expression):
        (f, p), (g, q) = map(as_power, factors_of(identity.left))
        for (one, a), (other, b) in permutations(factors, 2):
            powers = a.value / p.value, b.value / q.value
            if not powers[0] * powers[1] > 0.0:
                continue
            shared = min(powers, key=abs)
            unused = [power(base, c) for base, c in factors if base not in (one, other)]
            unused.append(power(one, Number(a.value - shared * p.value)))
            unused.append(power(other, Number(b.value - shared * q.value)))
            for half in _matches(f, one, {}, tolerance):
                for bound in _matches(g, other, half, tolerance):
                    right = _substituted(identity.right, bound, tolerance)
                    yield multiply([*unused, power(right, Number(shared))])


def equal_sums(expression: Expression, tolerance: float) -> Iterator[Expression]:
    """Yield a sum with two of its terms replaced, common factors included."""
    terms = terms_of(expression)
    for identity in _candidates(Sum, expression):
        patterns = list(map(as_multiple, terms_of(identity.left)))
        for first, second in permutations(terms, 2):
            (a, one), (b, other) = as_multiple(first), as_multiple(second)
            k = a.value / patterns[0][0].value
            if not _close(b.value, k * patterns[1][0].value, tolerance):
                continue
            sought = [_parts(pattern) for _, pattern in patterns]
            for bound, common in _shared(sought, _parts(one), _parts(other), tolerance):
                right = _substituted(identity.right, bound, tolerance)
                ratio = multiply([a, power(patterns[0][0], Number(-1))])
                replaced = multiply([ratio, *common, right])
                rest = [term for term in terms if term not in (first, second)]
                yield add([*rest, replaced])


def _shared(
    sought: list[list[Expression]],
    one: list[Expression],
    other: list[Expression],
    tolerance: float,
) -> Iterator[tuple[Bound, list[Expression]]]:
    """Yield how two patterns match two terms, and the common factors of these."""
    for chosen in permutations(one, len(sought[0])):
        common = [factor for factor in one if factor not in chosen]
        if all(factor in other for factor in common):
            remaining = [factor for factor in other if factor not in common]
            for bound in _match_all(sought[0], chosen, {}, tolerance):
                for complete in _match_all(sought[1], remaining, bound, tolerance):
                    yield complete, common


@lru_cache(maxsize=1)
def _identities() -> tuple[Identity, ...]:
    """Return the table."""
    rows = [map(parse, line.split(" = ")) for line in IDENTITIES.strip().splitlines()]
    return tuple(Identity(simplify(left), simplify(right), _calls(left)) for left, right in rows)


def _candidates(kind: type, expression: Expression) -> list[Identity]:
    """Return the identities of a kind with functions that an expression of few parts has."""
    parts = terms_of(expression) if kind is Sum else factors_of(expression)
    if len(parts) > MOST_PARTS:
        return []
    present = _calls(expression)
    return [row for row in _identities() if type(row.left) is kind and row.functions <= present]


def _calls(expression: Expression) -> frozenset[str]:
    """Return the names of the functions in an expression."""
    return frozenset(node.function.name for node in walk(expression) if isinstance(node, Call))


def _parts(term: Expression) -> list[Expression]:
    """Return the factors of a term without a coefficient."""
    return [] if term.is_number else list(factors_of(term))


def _close(left: float, right: float, tolerance: float) -> bool:
    """Return whether two numbers agree to a relative tolerance."""
    return abs(left - right) <= tolerance * abs(right)


def _matches(
    pattern: Expression, expression: Expression, bound: Bound, tolerance: float
) -> Iterator[Bound]:
    """Yield what u and v must be for a pattern to be an expression."""
    (k, tail), (c, rest) = as_multiple(pattern), as_multiple(expression)
    if isinstance(tail, Variable):
        u = multiply([power(k, Number(-1)), expression])
        if bound.setdefault(tail.name, u) == u:
            yield bound
    elif _close(c.value, k.value, tolerance):
        match tail, rest:
            case Call(), Call() if tail.function == rest.function:
                yield from _matches(tail.argument, rest.argument, bound, tolerance)
            case Power(), Power() if tail.exponent == rest.exponent:
                yield from _matches(tail.base, rest.base, bound, tolerance)
            case Sum(), Sum():
                yield from _match_all(tail.terms, rest.terms, bound, tolerance)
            case Number(), Number():
                yield bound


def _match_all(
    patterns: Sequence[Expression], parts: Sequence[Expression], bound: Bound, tolerance: float
) -> Iterator[Bound]:
    """Yield what u and v must be for patterns to be parts, as many, in any order."""
    if len(patterns) != len(parts):
        return
    if not patterns:
        yield bound
    for index, part in enumerate(parts):
        for found in _matches(patterns[0], part, dict(bound), tolerance):
            rest = [*parts[:index], *parts[index + 1 :]]
            yield from _match_all(patterns[1:], rest, found, tolerance)


def _substituted(pattern: Expression, bound: Bound, tolerance: float) -> Expression:
    """Return a pattern with expressions in place of u and v."""
    if isinstance(pattern, Variable):
        return bound[pattern.name]
    if pattern.is_number:
        return pattern
    result = map_children(pattern, lambda child: _substituted(child, bound, tolerance))
    if isinstance(result, Call) and result.function == SYMBOLS["exp"]:
        exponent = add([result.argument, Number(0)])  # multiplied out
        split = split_exponential(result.function, exponent, tolerance)
        return min(call(result.function, exponent), split, key=complexity)
    return normal(result)
