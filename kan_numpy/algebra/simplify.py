r"""Simplify expressions: flat sums and products, numbers folded, like terms and factors collected.

`add`, `multiply`, `power` and `call` build a node in normal form from children in normal form.
Terms are ordered by degree, the highest first and the constant last, but a positive term starts;
what holds functions comes before the polynomials.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np

from kan_numpy.algebra.constants import recognize
from kan_numpy.algebra.expressions import Call, Expression, Function, Number, Power, Product, Sum
from kan_numpy.algebra.ordering import factor_key, is_negative, term_key
from kan_numpy.algebra.traversal import as_multiple, as_power, factors_of, map_children, terms_of
from kan_numpy.functions.symbols import SYMBOLS

EPS = float(np.finfo(float).eps)


def simplify(expression: Expression) -> Expression:
    """Bring every node of an expression to normal form.

    Parameters
    ----------
    expression : Expression

    Returns
    -------
    Expression
        The same function, wherever the argument is defined.
    """
    return map_numbers(expression, _shortest)


def map_numbers(expression: Expression, function: Callable[[Expression], Expression]) -> Expression:
    """Replace every number, exponents too, and simplify what that leaves.

    Parameters
    ----------
    expression : Expression
    function : callable
        From a number to a number, such as its rounded value or its recognized constant.

    Returns
    -------
    Expression
        Without terms that became zero and factors that became one.
    """
    if expression.is_number:
        return function(expression)
    return normal(map_children(expression, lambda child: map_numbers(child, function)))


def normal(node: Expression) -> Expression:
    """Bring a node to normal form whose children are in normal form."""
    match node:
        case Sum():
            return add(node.terms)
        case Product():
            return multiply(node.factors)
        case Power():
            return power(node.base, node.exponent)
        case Call():
            return call(node.function, node.argument)
    return node


def _shortest(number: Expression) -> Expression:
    """Return a number as a simple constant; else digits, unless as it is written it is exact."""
    if isinstance(number, Number):
        return number
    if constant := recognize(number.value, 4.0 * EPS):
        return constant
    return number if number.is_exact else Number(number.value)


def folded(value: float, *operands: Expression) -> Expression:
    """Return a computed number, as a constant if one of its operands was one."""
    if all(isinstance(operand, Number) for operand in operands):
        return Number(value)
    return recognized(value)


def recognized(value: float) -> Expression:
    """Return a number that has been computed from constants as a constant, or else its digits."""
    return recognize(value, 4.0 * EPS) or Number(value)


def scale(coefficient: Expression, rest: Expression) -> Expression:
    """Put a number in front of what `as_multiple` left."""
    if coefficient.value == 0.0:
        return Number(0)
    return Product.of([coefficient, rest])


def add(terms: Iterable[Expression], tolerance: float = 4.0 * EPS) -> Expression:
    """Return the sum of expressions in normal form.

    Parameters
    ----------
    terms : iterable of Expression
    tolerance : float
        A number is dropped if it is at most this part of the numbers that cancelled in it.

    Returns
    -------
    Expression
        Like terms are one.
    """
    parts = [part for term in terms for part in terms_of(term)]
    if len(parts) == 1:
        return parts[0]
    collected: dict[Expression, list[Expression]] = {}
    for part in parts:
        coefficient, rest = as_multiple(part)
        for number, tail in map(as_multiple, terms_of(rest)):
            collected.setdefault(tail, []).append(times(coefficient, number))
    results = [scale(_total(several, tolerance), tail) for tail, several in collected.items()]
    kept = sorted((term for term in results if term.value != 0.0), key=term_key)
    if len(kept) < 2:
        return kept[0] if kept else Number(0)
    start = next((i for i, term in enumerate(kept) if not is_negative(term)), 0)
    return Sum((kept[start], *kept[:start], *kept[start + 1 :]))


def times(left: Expression, right: Expression) -> Expression:
    """Multiply two numbers; one that is only multiplied by 1 or -1 stays as it is written."""
    if 1.0 in (left.value, right.value):
        return right if left.value == 1.0 else left
    if -1.0 in (left.value, right.value):
        return -(right if left.value == -1.0 else left)
    return folded(left.value * right.value, left, right)


def _total(several: list[Expression], tolerance: float = 4.0 * EPS) -> Expression:
    several = [number for number in several if number.value != 0.0] or [Number(0)]
    if len(several) == 1:
        return several[0]
    value = math.fsum(number.value for number in several)
    size = math.fsum(abs(number.value) for number in several)
    return folded(value, *several) if abs(value) > tolerance * size else Number(0)


def multiply(factors: Iterable[Expression]) -> Expression:
    """Return the product of expressions in normal form.

    Parameters
    ----------
    factors : iterable of Expression

    Returns
    -------
    Expression
        Like factors are one power, and all numbers one number, which comes first.
    """
    coefficient: Expression = Number(1)
    exponents: dict[Expression, list[Expression]] = {}
    for factor in (part for product in factors for part in factors_of(product)):
        if factor.is_number:
            coefficient = times(coefficient, factor)
        else:
            base, exponent = as_power(factor)
            exponents.setdefault(base, []).append(exponent)
    if coefficient.value == 0.0:
        return Number(0)
    powers = [power(base, _whole(_total(several))) for base, several in exponents.items()]
    if any(len(several) > 1 for several in exponents.values()) and any(
        item.is_number or isinstance(item, Product) or as_power(item)[0] not in exponents
        for item in powers
    ):
        return multiply([coefficient, *powers])
    powers = sorted((item for item in powers if item.value != 1.0), key=factor_key)
    if len(powers) == 1 and isinstance(powers[0], Sum) and coefficient.value == -1.0:
        return add([-term for term in powers[0].terms])
    return scale(coefficient, Product.of(powers))


def _whole(exponent: Expression) -> Expression:
    """Remove the rounding errors of adding exponents such as 1/3 and 2/3."""
    nearest = round(exponent.value)
    close = abs(exponent.value - nearest) <= 8.0 * EPS * max(1.0, abs(exponent.value))
    return Number(nearest) if close else exponent


def power(base: Expression, exponent: Expression) -> Expression:
    """Return a power of an expression in normal form.

    Parameters
    ----------
    base : Expression
    exponent : Expression
        A number.

    Returns
    -------
    Expression
        A whole power of a product is taken factor by factor. A root is not: that of x**2 is |x|.
    """
    p = exponent.value
    if p in (0.0, 1.0):
        return base if p else Number(1)
    if base.is_number:
        return _number_power(base, exponent)
    match base:
        case Product() if p.is_integer():
            return multiply([power(factor, exponent) for factor in factors_of(base)])
        case Power() if p.is_integer() or base.exponent.value % 2.0 != 0.0:
            return power(base.base, _whole(times(base.exponent, exponent)))
    return Power(base, exponent)


def _number_power(base: Expression, exponent: Expression) -> Expression:
    try:
        value = Number(math.pow(base.value, exponent.value))
    except (OverflowError, ValueError):
        return Power(base, exponent)
    if base.is_exact or not isinstance(exponent, Number):
        return recognized(value.value)
    return value


def call(function: Function, argument: Expression) -> Expression:
    """Return a function of an expression in normal form.

    Parameters
    ----------
    function : Function
        Powers become a `Power`; so do a Gaussian and 1/(1+x^2) by what they are made of.
    argument : Expression

    Returns
    -------
    Expression
    """
    if function.power is not None:
        return power(argument, Number(function.power))
    if function == SYMBOLS["0"]:
        return Number(0)
    if function == SYMBOLS["gaussian"]:
        return call(SYMBOLS["exp"], multiply([Number(-1), power(argument, Number(2.0))]))
    if function == SYMBOLS["1/(1+x^2)"]:
        return power(add([power(argument, Number(2.0)), Number(1)]), Number(-1))
    result = Call(function, argument)
    return recognized(result.value) if result.is_number else result
