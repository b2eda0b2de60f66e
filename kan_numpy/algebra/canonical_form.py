r"""Choose among the ways to write the same function the one that is easiest to read.

What a network learns is not unique: :math:`e^{c+u} = e^c e^u`,
:math:`\log k u = \log k + \log u`, :math:`(k u)^p = k^p u^p`, and a sine may be shifted by whole
turns or become a cosine. Here the numbers that can go leave the arguments. Where a common factor is
free, the one is taken that leaves the numbers which cost the least (`constants.number_complexity`).
"""

from __future__ import annotations

import math

from kan_numpy.algebra.constants import number_complexity, recognize
from kan_numpy.algebra.expressions import Call, Expression, Function, Power, Product, Sum
from kan_numpy.algebra.number import Number
from kan_numpy.algebra.ordering import split_coefficient, term_key
from kan_numpy.algebra.simplify import (
    EPS,
    MINUS_ONE,
    ONE,
    add,
    call,
    folded,
    multiply,
    power,
    scale,
    simplify,
    terms_of,
    times,
)
from kan_numpy.functions.symbols import SYMBOLS

EXP, LOG, SIN, COS = (SYMBOLS[name] for name in ("exp", "log", "sin", "cos"))
ABS, SIGN = SYMBOLS["abs"], SYMBOLS["sgn"]
MOST_PASSES = 10


def canonicalize(expression: Expression, tolerance: float = 1e-12) -> Expression:
    """Bring an expression to its normal form.

    Parameters
    ----------
    expression : Expression
    tolerance : float
        How accurate the numbers are, relative to their size. A phase is taken for zero within it,
        and constants are recognized with it to decide which common factor is the simplest.

    Returns
    -------
    Expression
        The same function, wherever the argument is defined, up to the tolerance.
    """
    expression = simplify(expression)
    for _ in range(MOST_PASSES):
        result = _canonical(expression, tolerance)
        if result == expression:
            break
        expression = result
    return expression


def _canonical(expression: Expression, tolerance: float) -> Expression:
    match expression:
        case Sum():
            return add([_canonical(term, tolerance) for term in expression.terms])
        case Product():
            return _product(
                multiply([_canonical(f, tolerance) for f in expression.factors]), tolerance
            )
        case Power():
            return _product(
                power(_canonical(expression.base, tolerance), expression.exponent), tolerance
            )
        case Call():
            return _call(expression.function, _canonical(expression.argument, tolerance), tolerance)
    return expression


def _product(expression: Expression, tolerance: float) -> Expression:
    """Move common factors of sums, and the numbers in roots, to the front; join exponentials."""
    coefficient, rest = split_coefficient(expression)
    if expression == rest and isinstance(rest, Sum):
        return expression
    factors: list[Expression] = []
    exponents: list[Expression] = []
    for factor in rest.factors if isinstance(rest, Product) else (rest,):
        base, p = (factor.base, factor.exponent) if isinstance(factor, Power) else (factor, ONE)
        if isinstance(base, Call) and base.function == EXP:
            exponents.append(multiply([p, base.argument]))
            continue
        if isinstance(base, Sum):
            common = _common_factor(base, p, coefficient, tolerance)
        elif isinstance(base, Product):
            common = _size(split_coefficient(base)[0])
        else:
            common = ONE
        if common != ONE:
            gained = power(common, p)
            if isinstance(gained, Number):
                coefficient = times(coefficient, gained)
                base = _divided(base, common)
        factors.append(power(base, p))
    if exponents:
        factors.append(call(EXP, add(exponents)))
    return multiply([coefficient, *factors])


def _size(number: Number) -> Number:
    return -number if number.is_negative else number


def _divided(expression: Expression, common: Number) -> Expression:
    parts = map(split_coefficient, terms_of(expression))
    return add([scale(_over(number, common), rest) for number, rest in parts])


def _over(number: Number, common: Number) -> Number:
    if common == MINUS_ONE:
        return -number
    return folded(number.value / common.value, number, common)


def _common_factor(base: Sum, p: Number, coefficient: Number, tolerance: float) -> Number:
    """Return the k of (k u)^p for which the numbers in u and in front of it cost the least.

    Its sign, which is free if p is whole, leaves as few minus signs as possible.
    """
    numbers = [split_coefficient(term)[0] for term in base.terms]
    candidates = [ONE, *map(_size, numbers)]
    absorbing = power(_size(coefficient), folded(-1.0 / p.value, p))
    if isinstance(absorbing, Number) and math.isfinite(1.0 / absorbing.value):
        candidates.append(absorbing)

    def price(k: Number) -> int:
        outside = power(k, p)
        if not isinstance(outside, Number) or outside.value == 0.0:
            return 1000
        inside = sum(number_complexity(number.value / k.value, tolerance) for number in numbers)
        return inside + number_complexity(coefficient.value * outside.value, tolerance)

    best = min(candidates, key=price)
    if not p.is_integer:
        return best
    odd = p.value % 2.0 == 1.0
    minus = sum(number.is_negative for number in numbers)
    kept = minus + coefficient.is_negative
    flipped = len(numbers) - minus + (coefficient.is_negative ^ odd)
    return -best if flipped < kept or (flipped == kept and _leads_negative(base)) else best


def _leads_negative(expression: Expression) -> bool:
    leading = min(terms_of(expression), key=term_key)
    return split_coefficient(leading)[0].is_negative


def _mostly_negative(expression: Expression) -> bool:
    """Whether minus signs are in the majority, or even and one stands first in the order."""
    terms = terms_of(expression)
    balance = sum(-1 if split_coefficient(term)[0].is_negative else 1 for term in terms)
    return balance < 0 or (balance == 0 and _leads_negative(expression))


def _call(function: Function, argument: Expression, tolerance: float) -> Expression:
    if isinstance(argument, Number):
        return call(function, argument)
    if function == EXP:
        return _exponential(argument)
    if function == LOG:
        return _logarithm(argument, tolerance)
    if function in (SIN, COS):
        return _wave(function, argument, tolerance)
    front = ONE
    if function.parity and _mostly_negative(argument):
        argument = multiply([MINUS_ONE, argument])
        front = Number(function.parity)
    if function in (ABS, SIGN):
        common = _front_number(argument, tolerance)
        front = times(front, common) if function == ABS else front
        argument = _divided(argument, common)
    return multiply([front, call(function, argument)])


def _front_number(argument: Expression, tolerance: float) -> Number:
    """Return the positive number that can be taken out of an argument."""
    if not isinstance(argument, Sum):
        return _size(split_coefficient(argument)[0])
    sizes = [_size(split_coefficient(term)[0]) for term in argument.terms]

    def price(k: Number) -> int:
        return sum(number_complexity(size.value / k.value, tolerance) for size in sizes)

    return min([ONE, *sizes], key=price)


def _exponential(argument: Expression) -> Expression:
    """Return e^c w^k e^u instead of exp(c + k log w + u)."""
    factors: list[Expression] = []
    rest: list[Expression] = []
    for term in terms_of(argument):
        coefficient, tail = split_coefficient(term)
        if isinstance(tail, Call) and tail.function == LOG:
            factors.append(power(tail.argument, coefficient))
        elif isinstance(term, Number) and 0.0 < abs(term.value) < 700.0:
            factors.append(call(EXP, term))
        else:
            rest.append(term)
    if rest:
        factors.append(call(EXP, add(rest)))
    return multiply(factors)


def _logarithm(argument: Expression, tolerance: float) -> Expression:
    """Return log k + p log u instead of log(k u^p); the root of an even power would be |u|."""
    common = _front_number(argument, tolerance)
    inner = _divided(argument, common)
    outside = call(LOG, common)
    if isinstance(inner, Call) and inner.function == EXP:
        return add([outside, inner.argument])
    if isinstance(inner, Power) and inner.exponent.value % 2.0 != 0.0:
        return add([outside, multiply([inner.exponent, call(LOG, inner.base)])])
    return add([outside, call(LOG, inner)])


def _wave(function: Function, argument: Expression, tolerance: float) -> Expression:
    """Return a sine or cosine with the simplest phase, after whole or quarter turns."""
    terms = terms_of(argument)
    turning = add([term for term in terms if not isinstance(term, Number)])
    constants = [term for term in terms if isinstance(term, Number)]
    phase = constants[0] if constants else Number(0.0)
    sign = ONE
    if _mostly_negative(turning):
        turning, phase = multiply([MINUS_ONE, turning]), -phase
        sign = Number(function.parity)
    if phase.value == 0.0:
        return multiply([sign, call(function, turning)])
    options = []
    for quarters in range(4):
        left = math.remainder(phase.value - quarters * math.pi / 2.0, math.tau)
        left = 0.0 if abs(left) <= tolerance else left
        same = quarters % 2 == 0
        options.append(
            (
                (number_complexity(left, tolerance) if left else -1, not same, abs(left)),
                quarters,
                left,
            )
        )
    _, quarters, left = min(options)
    # sin, cos, -sin, -cos: each a quarter turn ahead of the one before.
    place = (quarters + (function == COS)) % 4
    sign = times(sign, MINUS_ONE if place >= 2 else ONE)
    remaining = phase if left == phase.value else recognize(left, 4.0 * EPS) or Number(left)
    wave = call(COS if place % 2 else SIN, add([turning, remaining]))
    return multiply([sign, wave])
