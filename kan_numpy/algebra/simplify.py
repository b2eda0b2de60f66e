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
from kan_numpy.algebra.expressions import Call, Expression, Function, Power, Product, Sum
from kan_numpy.algebra.number import Number
from kan_numpy.algebra.ordering import factor_key, split_coefficient, term_key
from kan_numpy.functions.symbols import SYMBOLS

EPS = float(np.finfo(float).eps)
ZERO, ONE, MINUS_ONE = Number(0.0), Number(1.0), Number(-1.0)


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
    return map_numbers(expression, lambda number: number)


def map_numbers(expression: Expression, function: Callable[[Number], Number]) -> Expression:
    """Replace every number, exponents too, and simplify what that leaves.

    Parameters
    ----------
    expression : Expression
    function : callable
        From a `Number` to a `Number`, such as its rounded value or its recognized constant.

    Returns
    -------
    Expression
        Without terms that became zero and factors that became one.
    """
    match expression:
        case Number():
            return function(expression)
        case Sum():
            return add([map_numbers(term, function) for term in expression.terms])
        case Product():
            return multiply([map_numbers(factor, function) for factor in expression.factors])
        case Power():
            return power(map_numbers(expression.base, function), function(expression.exponent))
        case Call():
            return call(expression.function, map_numbers(expression.argument, function))
    return expression


def folded(value: float, *operands: Number) -> Number:
    """Return a computed number, with a name if one of its operands had one."""
    if any(operand.name for operand in operands):
        return recognize(value, 4.0 * EPS) or Number(value)
    return Number(value)


def scale(coefficient: Number, rest: Expression) -> Expression:
    """Put a number in front of what `split_coefficient` left."""
    if coefficient.value == 0.0:
        return ZERO
    if rest == ONE:
        return coefficient
    if coefficient.value == 1.0:
        return rest
    return Product((coefficient, *(rest.factors if isinstance(rest, Product) else (rest,))))


def terms_of(expression: Expression) -> tuple[Expression, ...]:
    """Return the terms of a sum, or the expression as the only one."""
    return expression.terms if isinstance(expression, Sum) else (expression,)


def add(terms: Iterable[Expression]) -> Expression:
    """Return the sum of expressions in normal form.

    Parameters
    ----------
    terms : iterable of Expression

    Returns
    -------
    Expression
        Like terms are one; what cancels down to rounding errors is zero.
    """
    parts = [part for term in terms for part in terms_of(term)]
    if len(parts) == 1:
        return parts[0]
    collected: dict[Expression, list[Number]] = {}
    for part in parts:
        coefficient, rest = split_coefficient(part)
        inner = [(coefficient, rest)]
        if isinstance(rest, Sum):
            pairs = map(split_coefficient, rest.terms)
            inner = [(times(coefficient, own), tail) for own, tail in pairs]
        for number, tail in inner:
            collected.setdefault(tail, []).append(number)
    results = [scale(_total(several), tail) for tail, several in collected.items()]
    kept = sorted((term for term in results if term != ZERO), key=term_key)
    start = next((i for i, term in enumerate(kept) if not _is_negative(term)), 0)
    ordered = (*kept[start : start + 1], *kept[:start], *kept[start + 1 :])
    if len(ordered) < 2:
        return ordered[0] if ordered else ZERO
    return Sum(ordered)


def times(left: Number, right: Number) -> Number:
    """Multiply two numbers, and keep the name of one that is only multiplied by 1 or -1."""
    if left.value == 1.0:
        return right
    if right.value == 1.0:
        return left
    if MINUS_ONE in (left, right):
        return -right if left == MINUS_ONE else -left
    return folded(left.value * right.value, left, right)


def _total(several: list[Number]) -> Number:
    several = [number for number in several if number.value != 0.0] or [ZERO]
    if len(several) == 1:
        return several[0]
    value = math.fsum(number.value for number in several)
    size = math.fsum(abs(number.value) for number in several)
    return folded(value, *several) if abs(value) > 4.0 * EPS * size else ZERO


def _is_negative(term: Expression) -> bool:
    return split_coefficient(term)[0].is_negative


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
    coefficient = ONE
    exponents: dict[Expression, list[Number]] = {}
    for factor in _flat(factors):
        if isinstance(factor, Number):
            coefficient = times(coefficient, factor)
        elif isinstance(factor, Power):
            exponents.setdefault(factor.base, []).append(factor.exponent)
        else:
            exponents.setdefault(factor, []).append(ONE)
    if coefficient.value == 0.0:
        return ZERO
    powers = [power(base, _whole(_total(several))) for base, several in exponents.items()]
    if any(len(several) > 1 for several in exponents.values()) and any(
        isinstance(item, Number | Product) or _base(item) not in exponents for item in powers
    ):
        return multiply([coefficient, *powers])
    powers = sorted((item for item in powers if item != ONE), key=factor_key)
    if len(powers) == 1 and isinstance(powers[0], Sum) and coefficient == MINUS_ONE:
        return add([_negated(term) for term in powers[0].terms])
    if len(powers) == 1:
        return scale(coefficient, powers[0])
    return scale(coefficient, Product(tuple(powers))) if powers else coefficient


def _flat(factors: Iterable[Expression]) -> Iterable[Expression]:
    for factor in factors:
        yield from factor.factors if isinstance(factor, Product) else (factor,)


def _whole(exponent: Number) -> Number:
    """Remove the rounding errors of adding exponents such as 1/3 and 2/3."""
    nearest = round(exponent.value)
    close = abs(exponent.value - nearest) <= 8.0 * EPS * max(1.0, abs(exponent.value))
    return Number(nearest) if close else exponent


def _negated(term: Expression) -> Expression:
    coefficient, rest = split_coefficient(term)
    return scale(-coefficient, rest)


def _base(factor: Expression) -> Expression:
    return factor.base if isinstance(factor, Power) else factor


def power(base: Expression, exponent: Number) -> Expression:
    """Return a power of an expression in normal form.

    Parameters
    ----------
    base : Expression
    exponent : Number

    Returns
    -------
    Expression
        A whole power of a product is taken factor by factor. A root is not: that of x**2 is |x|.
    """
    if exponent.value == 1.0:
        return base
    if exponent.value == 0.0:
        return ONE
    match base:
        case Number():
            return _number_power(base, exponent)
        case Product() if exponent.is_integer:
            return multiply([power(factor, exponent) for factor in base.factors])
        case Power():
            inner = base.exponent
            if exponent.is_integer or not (inner.is_integer and inner.value % 2.0 == 0.0):
                return power(base.base, _whole(times(inner, exponent)))
    return Power(base, exponent)


def _number_power(base: Number, exponent: Number) -> Expression:
    try:
        value = math.pow(base.value, exponent.value)
    except (OverflowError, ValueError):
        return Power(base, exponent)
    if not math.isfinite(value):
        return Power(base, exponent)
    if base.is_integer or base.name or exponent.name:
        return recognize(value, 4.0 * EPS) or Number(value)
    return Number(value)


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
        return ZERO
    if function == SYMBOLS["gaussian"]:
        return call(SYMBOLS["exp"], multiply([MINUS_ONE, power(argument, Number(2.0))]))
    if function == SYMBOLS["1/(1+x^2)"]:
        return power(add([power(argument, Number(2.0)), ONE]), MINUS_ONE)
    if isinstance(argument, Number):
        with np.errstate(all="ignore"):
            value = float(function(np.array(argument.value)))
        if math.isfinite(value):
            return recognize(value, 4.0 * EPS) or Number(value)
    return Call(function, argument)
