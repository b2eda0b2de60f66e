"""The order of terms and factors in a sum or product.

Terms with functions come first, then polynomials by descending degree, and the constant last.
Factors are ordered as variables, sums, powers, exponentials, functions. Names are in alphabetical
order, x2 before x10.
"""

from __future__ import annotations

import re
from typing import Any

from kan_numpy.algebra.expressions import Call, Expression, Power, Product, Sum, Variable
from kan_numpy.algebra.printing import text
from kan_numpy.algebra.traversal import as_multiple, variables, walk

__all__ = ["degree", "factor_key", "is_negative", "term_key"]


def term_key(term: Expression) -> tuple[Any, ...]:
    """Return the sort key of a term, which does not depend on its coefficient."""
    rest = as_multiple(term)[1]
    if rest.value == 1.0:
        return (2,)
    polynomial = not any(isinstance(node, Call) or _is_exponential(node) for node in walk(rest))
    names = sorted(map(_natural, variables(rest)))
    return (polynomial, -degree(rest), names, _natural(text(rest)))


def _is_exponential(expression: Expression) -> bool:
    """Return whether an expression is a power with variables in the exponent."""
    return isinstance(expression, Power) and not expression.exponent.is_number


def is_negative(term: Expression) -> bool:
    """Return whether the coefficient of a term is negative."""
    return as_multiple(term)[0].value < 0.0


def degree(expression: Expression) -> float:
    """Return the total degree of a polynomial; a function counts as a constant."""
    match expression:
        case Variable():
            return 1.0
        case Sum():
            return max(map(degree, expression.terms))
        case Product():
            return sum(map(degree, expression.factors))
        case Power() if expression.exponent.is_number:
            return degree(expression.base) * expression.exponent.value
    return 0.0


def factor_key(factor: Expression) -> tuple[Any, ...]:
    """Return the sort key of a factor."""
    base = factor.base if isinstance(factor, Power) else factor
    if isinstance(base, Call):
        rank = 3 if base.function.name == "exp" else 4
    else:
        rank = 2 if _is_exponential(factor) else 0 if isinstance(base, Variable) else 1
    return (rank, _natural(text(base)))


def _natural(name: str) -> list[Any]:
    """Return the sort key of a name, by which x2 comes before x10."""
    return [
        (0, int(part), "") if part.isdigit() else (1, 0, part)
        for part in re.split(r"(\d+)", name)
        if part
    ]
