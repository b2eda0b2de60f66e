r"""The normal form: flat sums and products, constants folded, like terms and factors collected.

`add`, `multiply`, `power` and `call` build a node in normal form from children in normal form.
Terms are in the order of `kan_numpy.algebra.ordering`, except that the first positive term leads.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np

from kan_numpy.algebra.constants import recognize
from kan_numpy.algebra.expressions import (
    Call,
    Constant,
    Expression,
    Function,
    Number,
    Power,
    Product,
    Sum,
)
from kan_numpy.algebra.ordering import factor_key, is_negative, term_key
from kan_numpy.algebra.traversal import as_multiple, as_power, factors_of, map_children, terms_of
from kan_numpy.functions.symbols import SYMBOLS

__all__ = ["add", "call", "folded", "map_numbers", "multiply", "normal", "power", "recognized"]
__all__ += ["scale", "simplify", "times"]

EPS = float(np.finfo(float).eps)


def simplify(expression: Expression) -> Expression:
    """Bring every node to normal form, an equal function wherever the argument is defined."""
    return map_numbers(expression, _shortest)


def map_numbers(expression: Expression, function: Callable[[Expression], Expression]) -> Expression:
    """Replace every number by a function of it, exponents included, and simplify the result.

    Terms that become zero and factors that become one disappear.
    """
    if expression.is_number:
        return function(expression)
    return normal(map_children(expression, lambda child: map_numbers(child, function)))


def normal(node: Expression) -> Expression:
    """Bring a node with children in normal form to normal form."""
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
    """Return a number as a recognized constant, as written if that is exact, or in digits."""
    if isinstance(number, Number):
        return number
    if constant := recognize(number.value, 4.0 * EPS):
        return constant
    return number if number.is_exact else Number(number.value)


def folded(value: float, *operands: Expression) -> Expression:
    """Return a computed value, recognized as a constant if one of its operands is one."""
    if all(isinstance(operand, Number) for operand in operands):
        return Number(value)
    return recognized(value)


def recognized(value: float) -> Expression:
    """Return a value as a recognized constant, or in digits."""
    return recognize(value, 4.0 * EPS) or Number(value)


def scale(coefficient: Expression, rest: Expression) -> Expression:
    """Return the product of a coefficient and a term without one."""
    if coefficient.value == 0.0:
        return Number(0)
    return Product.of([coefficient, rest])


def add(terms: Iterable[Expression], tolerance: float = 4.0 * EPS) -> Expression:
    """Return the sum of expressions in normal form, like terms collected.

    A coefficient is zero if it is at most ``tolerance`` times the numbers that cancel in it.
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
    """Return the product of two numbers; a factor of 1 or -1 leaves the other as it is written."""
    if 1.0 in (left.value, right.value):
        return right if left.value == 1.0 else left
    if -1.0 in (left.value, right.value):
        return -(right if left.value == -1.0 else left)
    return folded(left.value * right.value, left, right)


def _total(several: list[Expression], tolerance: float = 4.0 * EPS) -> Expression:
    """Return the sum of numbers, zero if they cancel up to the relative tolerance."""
    several = [number for number in several if number.value != 0.0] or [Number(0)]
    if len(several) == 1:
        return several[0]
    value = math.fsum(number.value for number in several)
    size = math.fsum(abs(number.value) for number in several)
    return folded(value, *several) if abs(value) > tolerance * size else Number(0)


def multiply(factors: Iterable[Expression]) -> Expression:
    """Return the product of expressions in normal form, like factors collected."""
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
        item.is_number or isinstance(item, Product) or as_power(item)[0] != base
        for base, item in zip(exponents, powers, strict=True)
    ):
        return multiply([coefficient, *powers])
    powers = sorted((item for item in powers if item.value != 1.0), key=factor_key)
    if len(powers) == 1 and isinstance(powers[0], Sum) and coefficient.value == -1.0:
        return add([-term for term in powers[0].terms])
    return scale(coefficient, Product.of(powers))


def _whole(exponent: Expression) -> Expression:
    """Round an exponent that is an integer up to rounding errors, such as 1/3 + 2/3."""
    nearest = round(exponent.value)
    close = abs(exponent.value - nearest) <= 8.0 * EPS * max(1.0, abs(exponent.value))
    return Number(nearest) if close else exponent


def power(base: Expression, exponent: Expression) -> Expression:
    """Return an expression in normal form to the power of another.

    An integer power of a product is distributed over its factors; a root is not: that of x**2 is
    the absolute value of x.
    """
    p = exponent.value
    if not exponent.is_number:
        return call(SYMBOLS["exp"], exponent) if base == Constant("e") else Power(base, exponent)
    if p in (0.0, 1.0):
        return base if p else Number(1)
    if base.is_number:
        return _number_power(base, exponent)
    match base:
        case Product() if p.is_integer():
            return multiply([power(factor, exponent) for factor in factors_of(base)])
        case Call() if base.function == SYMBOLS["exp"]:
            return call(base.function, multiply([exponent, base.argument]))
        case Power() if not base.exponent.is_number:
            if p.is_integer():
                return power(base.base, multiply([exponent, base.exponent]))
        case Power() if p.is_integer() or base.exponent.value % 2.0 != 0.0:
            return power(base.base, _whole(times(base.exponent, exponent)))
    return Power(base, exponent)


def _number_power(base: Expression, exponent: Expression) -> Expression:
    """Return a power of a number, left as it is if it has no finite value."""
    try:
        value = Number(math.pow(base.value, exponent.value))
    except (OverflowError, ValueError):
        return Power(base, exponent)
    if base.is_exact or not isinstance(exponent, Number):
        return recognized(value.value)
    return value


def call(function: Function, argument: Expression) -> Expression:
    """Return a function of an expression in normal form.

    Powers become a `Power`, a Gaussian an exponential, 1/(1+x^2) a power of a sum.
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
