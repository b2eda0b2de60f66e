r"""Expand products and powers of sums: 0.25 (x + y)^2 - 0.25 (x - y)^2 is x y.

A polynomial is a mapping from monomials to coefficients. With each coefficient goes the sum of the
absolute values that were added up in it, so that what has cancelled can be told from what is small.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from kan_numpy.algebra.constants import recognize
from kan_numpy.algebra.expressions import Call, Expression, Power, Product, Sum, walk
from kan_numpy.algebra.number import Number
from kan_numpy.algebra.ordering import split_coefficient
from kan_numpy.algebra.simplify import ONE, add, call, multiply, power, scale, simplify

HIGHEST_POWER = 6
MOST_TERMS = 1000

_Coefficient = tuple[float, float]  # The value, and the size of what was added up.
_Polynomial = dict[Expression, _Coefficient]


def expand(expression: Expression, tolerance: float = 1e-12) -> Expression:
    """Multiply out products of sums and their powers up to the sixth.

    Parameters
    ----------
    expression : Expression
    tolerance : float
        A term is dropped if it is at most this part of the terms that cancelled in it.

    Returns
    -------
    Expression
        Arguments of functions and other powers are expanded too, but stay what they are. So do
        products of more than 1000 terms.
    """
    expression = simplify(expression)
    has_names = any(isinstance(node, Number) and node.name for node in walk(expression))
    terms = []
    for monomial, (value, size) in _polynomial(expression, tolerance).items():
        if abs(value) > tolerance * size:
            number = recognize(value, 1e-15) if has_names else None
            terms.append(scale(number or Number(value), monomial))
    return add(terms or [Number(0.0)])


def _polynomial(expression: Expression, tolerance: float) -> _Polynomial:
    match expression:
        case Sum():
            return _sum(_polynomial(term, tolerance) for term in expression.terms)
        case Product():
            result = _atom(ONE)
            for factor in expression.factors:
                other = _polynomial(factor, tolerance)
                if len(result) * len(other) > MOST_TERMS:
                    other = _atom(factor)
                result = _times(result, other)
            return result
        case Power(base=Sum()) if expression.exponent.value in range(2, HIGHEST_POWER + 1):
            exponent = int(expression.exponent.value)
            base = _polynomial(expression.base, tolerance)
            if math.comb(len(base) + exponent - 1, exponent) <= MOST_TERMS:
                result = base
                for _ in range(exponent - 1):
                    result = _times(result, base)
                return result
    if isinstance(expression, Power):
        return _atom(power(expand(expression.base, tolerance), expression.exponent))
    if isinstance(expression, Call):
        return _atom(call(expression.function, expand(expression.argument, tolerance)))
    return _atom(expression)


def _atom(expression: Expression) -> _Polynomial:
    coefficient, monomial = split_coefficient(expression)
    return {monomial: (coefficient.value, abs(coefficient.value))}


def _sum(parts: Iterable[_Polynomial]) -> _Polynomial:
    total: _Polynomial = {}
    for part in parts:
        for monomial, (value, size) in part.items():
            old_value, old_size = total.get(monomial, (0.0, 0.0))
            total[monomial] = old_value + value, old_size + size
    return total


def _times(left: _Polynomial, right: _Polynomial) -> _Polynomial:
    def pairs() -> Iterable[_Polynomial]:
        for a, (a_value, a_size) in left.items():
            for b, (b_value, b_size) in right.items():
                coefficient, monomial = split_coefficient(multiply([a, b]))
                factor = coefficient.value
                yield {monomial: (factor * a_value * b_value, abs(factor) * a_size * b_size)}

    return _sum(pairs())
