r"""The canonical form of an expression: of several equivalent forms, the simplest.

The parameters of a network are not unique: factors and constants can move from edge to edge. The
rules below move them out of the arguments of functions where an identity allows it. Where a common
factor is free, it is chosen to minimize the total complexity of the numbers that remain
(`constants.number_complexity`).

======================  ============================  ============================
rule                    from                          to
======================  ============================  ============================
`join_exponentials`     exp(x)*exp(y)**2              exp(x + 2*y)
`extract_factors`       (0.3*x + 0.3)**2              0.09*(x + 1)**2
`extract_factors`       -2*(y - x)**3                 2*(x - y)**3
`extract_factors`       sqrt(9*x)                     3*sqrt(x)
`split_exponential`     exp(2*log(x) + y + 1)         e*x**2*exp(y)
`split_exponential`     exp(y*log(x))                 x**y
`split_exponential`     exp(2*softplus(x))            (exp(x) + 1)**2
`split_logarithm`       log(3*x**3)                   3*log(x) + log(3)
`split_logarithm`       log(y*exp(x)/2)               log(y) + x - log(2)
`turn_wave`             sin(x + 5*pi/2)               cos(x)
`turn_wave`             cos(1 - x)                    cos(x - 1)
`mirror`                tanh(-x - y)                  -tanh(x + y)
`scale_absolute`        abs(3*x)                      3*abs(x)
`scale_absolute`        sgn(2*x)                      sgn(x)
======================  ============================  ============================
"""

from __future__ import annotations

import math
from collections.abc import Callable

from kan_numpy.algebra.constants import number_complexity
from kan_numpy.algebra.expressions import (
    Call,
    Expression,
    Function,
    Number,
    Power,
    Product,
    Sum,
    written_factors,
)
from kan_numpy.algebra.ordering import is_negative, term_key
from kan_numpy.algebra.simplify import (
    add,
    call,
    folded,
    multiply,
    normal,
    power,
    recognized,
    simplify,
)
from kan_numpy.algebra.traversal import as_multiple, as_power, factors_of, map_children, terms_of
from kan_numpy.functions.symbols import SYMBOLS

__all__ = ["RULES", "canonicalize", "extract_factors", "join_exponentials", "mirror"]
__all__ += ["scale_absolute", "split_exponential", "split_logarithm", "turn_wave"]

EXP, LOG, SIN, COS, ABS = (SYMBOLS[name] for name in ("exp", "log", "sin", "cos", "abs"))
SOFTPLUS = SYMBOLS["softplus"]


def canonicalize(expression: Expression, tolerance: float = 1e-12) -> Expression:
    """Apply the rules to every node until nothing changes.

    The numbers are taken to be accurate to a relative ``tolerance``: phases within it are zero, and
    constants are recognized to that accuracy. The function is the same wherever the argument is
    defined.
    """
    expression, before = simplify(expression), None
    for _ in range(10):  # rounding errors could make it cycle
        before, expression = expression, _rewrite(expression, tolerance)
        if expression == before:
            break
    return expression


def _rewrite(expression: Expression, tolerance: float) -> Expression:
    """Apply the rules to every node once, in postorder."""
    if expression.is_number:
        return expression
    expression = normal(map_children(expression, lambda child: _rewrite(child, tolerance)))
    if isinstance(expression, Product | Power):
        return extract_factors(join_exponentials(expression), tolerance)
    if isinstance(expression, Call) and not expression.argument.is_number:
        rule = RULES.get(expression.function, mirror)
        return rule(expression.function, expression.argument, tolerance)
    return expression


def join_exponentials(expression: Expression) -> Expression:
    """Combine a product or power of exponentials into one exponential."""
    exponents: list[Expression] = []
    others: list[Expression] = []
    for factor in factors_of(expression):
        base, p = as_power(factor)
        if isinstance(base, Call) and base.function == EXP:
            exponents.append(multiply([p, base.argument]))
        else:
            others.append(factor)
    return multiply([*others, call(EXP, add(exponents))]) if exponents else expression


def extract_factors(expression: Expression, tolerance: float) -> Expression:
    """Rewrite (k u)^p as k^p u^p, with the k that minimizes the complexity of the numbers."""
    coefficient, rest = as_multiple(expression)
    factors: list[Expression] = []
    for factor in factors_of(rest):
        base, p = as_power(factor)
        common: Expression = Number(1)
        if isinstance(base, Sum):
            common = _common_factor(base, p, coefficient, tolerance)
        elif isinstance(base, Product):
            common = _size(base)
        gained = power(common, p)
        if common.value != 1.0 and gained.is_number:
            coefficient, base = multiply([coefficient, gained]), _divided(base, common)
        factors.append(power(base, p))
    return multiply([coefficient, *factors])


def _size(term: Expression) -> Expression:
    """Return the absolute value of the coefficient of a term."""
    number, _ = as_multiple(term)
    return -number if number.value < 0.0 else number


def _divided(expression: Expression, common: Expression) -> Expression:
    """Divide every term of a sum by a number."""
    if common.value == -1.0:
        return add([-term for term in terms_of(expression)])
    parts = map(as_multiple, terms_of(expression))
    return add([multiply([folded(n.value / common.value, n, common), rest]) for n, rest in parts])


def _common_factor(
    base: Sum, p: Expression, coefficient: Expression, tolerance: float
) -> Expression:
    """Return the k of (k u)^p that minimizes the complexity of the numbers in u and in front of it.

    If p is an integer, the sign of k is free; it is chosen to leave as few minus signs as possible.
    """
    absorbing = power(_size(coefficient), folded(-1.0 / p.value, p))
    candidates = [Number(1), *map(_size, base.terms), absorbing]

    def complexity_with(k: Expression) -> float:
        outside = power(k, p).value
        if not abs(outside) > 0.0:
            return math.inf
        inside = _complexity_inside(base, k, tolerance)
        return inside + number_complexity(coefficient.value * outside, tolerance)

    best = min(candidates, key=complexity_with)
    others = (coefficient,) if p.value % 2.0 == 1.0 else ()
    flip = p.value.is_integer() and _mostly_negative(base, *others)
    return -best if flip else best


def _complexity_inside(expression: Expression, k: Expression, tolerance: float) -> int:
    """Return the total complexity of the coefficients of a sum divided by k."""
    sizes = map(_size, terms_of(expression))
    return sum(number_complexity(size.value / k.value, tolerance) for size in sizes)


def _mostly_negative(expression: Expression, *others: Expression) -> bool:
    """Return whether most terms are negative; a tie is decided by the leading term."""
    terms = terms_of(expression)
    signs = [is_negative(term) for term in (*terms, *others)]
    leads = is_negative(min(terms, key=term_key))
    return 2 * sum(signs) > len(signs) - leads


def _front_number(argument: Expression, tolerance: float) -> Expression:
    """Return the positive common factor to move out of an argument."""
    candidates = [Number(1), *map(_size, terms_of(argument))]
    return min(candidates, key=lambda k: _complexity_inside(argument, k, tolerance))


def split_exponential(_: Function, argument: Expression, __: float) -> Expression:
    """Rewrite exp(c + k log w + u) as e^c w^k e^u, also if k has variables, and log w none."""
    factors: list[Expression] = []
    rest: list[Expression] = []
    for term in _without_overflow(argument):
        coefficient, tail = as_multiple(term)
        parts = [*written_factors(coefficient), *factors_of(tail)]
        logarithms = [part for part in parts if isinstance(part, Call) and part.function == LOG]
        if logarithms and not term.is_number:
            parts.remove(logarithms[-1])
            factors.append(power(logarithms[-1].argument, multiply(parts)))
        elif isinstance(tail, Call) and tail.function == SOFTPLUS:
            factors.append(power(add([call(EXP, tail.argument), Number(1)]), coefficient))
        elif 0.0 < abs(term.value) < 700.0:  # and e^c is neither 0 nor infinite
            factors.append(call(EXP, term))
        else:
            rest.append(term)
    return multiply([*factors, call(EXP, add(rest))])


def _without_overflow(argument: Expression) -> tuple[Expression, ...]:
    """Return the terms of an exponent, with softplus(-w) for softplus(w) - w.

    Of the equal forms exp(w)/(1 + exp(w)) and 1/(1 + exp(-w)), the second has a value for any w.
    """
    argument = add([argument, Number(0)])  # multiplied out
    for term in terms_of(argument):
        k, tail = as_multiple(term)
        if isinstance(tail, Call) and tail.function == SOFTPLUS:
            mirrored = call(SOFTPLUS, multiply([Number(-1), tail.argument]))
            other = add([argument, -term, multiply([k, mirrored]), multiply([k, tail.argument])])
            if len(terms_of(other)) < len(terms_of(argument)):
                return terms_of(other)
    return terms_of(argument)


def split_logarithm(_: Function, argument: Expression, tolerance: float) -> Expression:
    """Rewrite log(k u^p) as log k + p log u, unless p is even: that would be p ``log |u|``."""
    common = _front_number(argument, tolerance)
    inner = _divided(argument, common)
    outside = call(LOG, common)
    factors = factors_of(inner)
    exponents = [f.argument for f in factors if isinstance(f, Call) and f.function == EXP]
    if exponents:
        others = [f for f in factors if not (isinstance(f, Call) and f.function == EXP)]
        return add([outside, *exponents, call(LOG, multiply(others))])
    base, p = as_power(inner)
    if isinstance(inner, Power) and p.value % 2.0 != 0.0:
        return add([outside, multiply([p, call(LOG, base)])])
    return add([outside, call(LOG, inner)])


def turn_wave(function: Function, argument: Expression, tolerance: float) -> Expression:
    """Rewrite a sine or cosine with the simplest phase, shifted by multiples of pi/2."""
    terms = terms_of(argument)
    turning = add([term for term in terms if not term.is_number])
    constant = next((term for term in terms if term.is_number), Number(0))
    sign: Expression = Number(1)
    if _mostly_negative(turning):
        turning, constant = multiply([Number(-1), turning]), -constant
        sign = Number(function.parity)

    candidates = []
    for quarters in range(4):
        phase = math.remainder(constant.value - quarters * math.pi / 2.0, math.tau)
        phase = 0.0 if abs(phase) <= tolerance else phase
        size = number_complexity(phase, tolerance) if phase else -1
        candidates.append((size, quarters % 2, abs(phase), quarters, phase))
    *_, quarters, phase = min(candidates)
    remaining = constant if phase == constant.value else recognized(phase)
    # sin, cos, -sin, -cos: each a quarter turn ahead of the one before.
    place = (quarters + (function == COS)) % 4
    inner = add([turning, remaining]) if phase else turning
    wave = call(COS if place % 2 else SIN, inner)
    return multiply([sign, Number(-1) if place >= 2 else Number(1), wave])


def mirror(function: Function, argument: Expression, _: float) -> Expression:
    """Rewrite f(-u) as f(u) if f is even, as -f(u) if it is odd."""
    if function.parity and _mostly_negative(argument):
        mirrored = call(function, multiply([Number(-1), argument]))
        return multiply([Number(function.parity), mirrored])
    return call(function, argument)


def scale_absolute(function: Function, argument: Expression, tolerance: float) -> Expression:
    """Rewrite ``|k u|`` as ``k |u|``, and sgn(k u) as sgn(u), for positive k."""
    common = _front_number(argument, tolerance)
    inner = mirror(function, _divided(argument, common), tolerance)
    return multiply([common, inner]) if function == ABS else inner


RULES: dict[Function, Callable[[Function, Expression, float], Expression]] = {
    EXP: split_exponential,
    LOG: split_logarithm,
    SIN: turn_wave,
    COS: turn_wave,
    ABS: scale_absolute,
    SYMBOLS["sgn"]: scale_absolute,
}
"""The rule for each function; the default is `mirror`."""
