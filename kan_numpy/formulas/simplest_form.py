r"""The simplest form: of the equal forms of an expression, the one that is shortest to write.

The measure is `constants.complexity`: names, numbers and operators are counted. From the inside
out, every node is replaced by the simplest of its equal forms, until none is simpler; at a tie, a
form in which an identity was used is preferred. What is tried are the identities of
`kan_numpy.algebra.identities`, the distributive law (`kan_numpy.algebra.expansion`), and

======================  ============================  ============================
rule                    from                          to
======================  ============================  ============================
`numbers_inside`        7.38905609893065*exp(x)       exp(x + 2)
`numbers_inside`        log(x) + log(9)               log(9*x)
`logarithms_inside`     tanh(log(x)/2)                (x - 1)/(x + 1)
`logarithms_inside`     cosh(log(x))                  (x + 1/x)/2
======================  ============================  ============================

The function is the same wherever the argument is defined, and may be defined beyond.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

from kan_numpy.algebra.canonical_form import canonicalize, split_exponential
from kan_numpy.algebra.constants import complexity
from kan_numpy.algebra.expansion import (
    common_bases,
    common_denominators,
    common_exponents,
    common_factors,
    even_roots,
    perfect_squares,
    without_coefficient,
    without_fractions,
)
from kan_numpy.algebra.expressions import Call, Expression, Number, Power, Product, Sum
from kan_numpy.algebra.identities import equal_calls, equal_products, equal_sums
from kan_numpy.algebra.simplify import add, call, multiply, normal, power, recognized, simplify
from kan_numpy.algebra.traversal import as_multiple, factors_of, map_children
from kan_numpy.functions.symbols import SYMBOLS

__all__ = ["MOST_ROUNDS", "MOST_STEPS", "logarithms_inside", "numbers_inside", "simplest"]

MOST_STEPS, MOST_ROUNDS = 20, 5
"""The most forms of a node that replace each other, and the most times that all are considered."""

EXP, LOG = SYMBOLS["exp"], SYMBOLS["log"]


def simplest(expression: Expression, tolerance: float = 1e-12) -> Expression:
    """Return the simplest of the equal forms of an expression.

    Numbers that agree to a relative ``tolerance`` are taken to be equal.
    """
    found = simplify(expression)
    for _ in range(MOST_ROUNDS):
        form = _simplest(canonicalize(found, tolerance), tolerance)
        if form == found or complexity(form) > complexity(found):
            break
        found = form
    return found


@lru_cache(maxsize=4096)
def _simplest(node: Expression, tolerance: float) -> Expression:
    """Replace every node of a canonical form by the simplest that is found."""

    def below(form: Expression) -> Expression:
        return normal(map_children(form, lambda child: _simplest(child, tolerance)))

    best = below(node)
    met = {best}
    for _ in range(MOST_STEPS):
        preferred, others = _equal_forms(best, tolerance)
        least = complexity(best)
        forms = [form for form in preferred if complexity(form) <= least]
        forms += [form for form in others if complexity(form) < least]
        shorter = min(forms, key=complexity, default=best)
        if shorter in met:
            break
        met.add(shorter)
        best = below(shorter)
    return best


def _equal_forms(node: Expression, tolerance: float) -> tuple[list[Expression], list[Expression]]:
    """Return the forms of a node by identities between functions, and by other rules."""
    match node:
        case _ if node.is_number:
            return [], []
        case Sum():
            sums = (common_factors, common_denominators, numbers_inside)
            others = [form for rule in sums for form in rule(node)]
            others += perfect_squares(node, tolerance)
            return list(equal_sums(node, tolerance)), others
        case Product() | Power():
            fractions = (without_fractions, without_coefficient, common_exponents, even_roots)
            others = [form for rule in (*fractions, numbers_inside) for form in rule(node)]
            return [*equal_products(node, tolerance), *common_bases(node)], others
        case Call():
            return list(equal_calls(node, tolerance)), list(logarithms_inside(node, tolerance))
    return [], []


def numbers_inside(node: Expression) -> Iterator[Expression]:
    """Yield exp(u + log k) for k exp(u), and log(e^k u) for k + log(u)."""
    if isinstance(node, Sum):
        numbers = [term for term in node.terms if term.is_number]
        others = [term for term in node.terms if not term.is_number]
        for index, term in enumerate(others):
            c, tail = as_multiple(term)
            if numbers and isinstance(tail, Call) and tail.function == LOG:
                k = call(EXP, recognized(numbers[0].value / c.value))
                if 0.0 < k.value < math.inf:
                    inside = multiply([c, call(LOG, multiply([k, tail.argument]))])
                    yield add([*others[:index], inside, *others[index + 1 :]])
        return
    k, tail = as_multiple(node)
    for factor in factors_of(tail):
        if k.value != 1.0 and isinstance(factor, Call) and factor.function == EXP:
            size = recognized(math.log(abs(k.value)))
            sign = Number(math.copysign(1.0, k.value))
            inside = call(EXP, add([factor.argument, size]))
            yield multiply([sign, *(f for f in factors_of(tail) if f is not factor), inside])


def logarithms_inside(node: Call, tolerance: float) -> Iterator[Expression]:
    """Yield a quotient for a hyperbolic function of logarithms."""
    if node.function.name not in ("sinh", "cosh", "tanh"):
        return
    twice = multiply([Number(2), node.argument])
    argument = twice if node.function.name == "tanh" else node.argument
    _, above, below = split_exponential(EXP, argument, tolerance).quotient()
    p, q = multiply(above), multiply(below)  # e^u is p/q
    difference, total = add([p, -q]), add([p, q])
    if node.function.name == "tanh":
        yield multiply([difference, power(total, Number(-1))])
    else:
        r = multiply([p, power(q, Number(-1))])
        sign = Number(-1 if node.function.name == "sinh" else 1)
        yield multiply(
            [power(Number(2), Number(-1)), add([r, multiply([sign, power(r, Number(-1))])])]
        )
