"""The distributive law in both directions.

`expand` multiplies products and powers of sums out: 0.25 (x + y)^2 - 0.25 (x - y)^2 = x y. The
others gather: each yields equal forms of one node, a square or one with a common factor,
denominator or exponent.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from kan_numpy.algebra.constants import recognize
from kan_numpy.algebra.expressions import Call, Expression, Number, Power, Product, Sum
from kan_numpy.algebra.simplify import (
    EPS,
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

__all__ = ["FEW_TERMS", "common_bases", "common_denominators", "common_exponents"]
__all__ += ["common_factors", "even_roots", "expand", "perfect_squares", "without_coefficient"]
__all__ += ["without_fractions"]

HIGHEST_POWER, MOST_TERMS = 6, 1000

FEW_TERMS = 30
"""Longer sums are not searched for what their terms share."""


def expand(expression: Expression, tolerance: float = 1e-12) -> Expression:
    """Multiply out products of sums, and their powers up to the sixth.

    Products of more than 1000 terms and other powers are not multiplied out, but their parts are
    expanded. A term is dropped if it is at most ``tolerance`` times the terms that cancel in it.
    """
    return _expanded(simplify(expression), tolerance)


def _expanded(expression: Expression, tolerance: float) -> Expression:
    """Expand every node of a simplified expression, in postorder."""
    below = map_children(expression, lambda child: _expanded(child, tolerance))
    match below:
        case Sum() if not below.is_number:
            return add(below.terms, tolerance)
        case Product() if not below.is_number:
            return _multiplied_out(factors_of(below), tolerance)
        case Power(base=Sum() as base, exponent=p) if p.value in range(2, HIGHEST_POWER + 1):
            n = int(p.value)
            if math.comb(len(base.terms) + n - 1, n) <= MOST_TERMS:
                return _multiplied_out((base,) * n, tolerance)
    return normal(below)


def _multiplied_out(factors: tuple[Expression, ...], tolerance: float) -> Expression:
    """Multiply every term of each factor by every term of the others."""
    product = multiply(factor for factor in factors if not isinstance(factor, Sum))
    for factor in (factor for factor in factors if isinstance(factor, Sum)):
        left, right = terms_of(product), terms_of(factor)
        if len(left) * len(right) > MOST_TERMS:
            right = (factor,)
        product = add([multiply([a, b]) for a in left for b in right], tolerance)
    return product


def common_factors(total: Sum) -> Iterator[Expression]:
    """Yield x*(y + z) for x*y + x*z, and the same with a number in front."""
    if len(total.terms) > FEW_TERMS:
        return
    coefficients, tails = zip(*map(as_multiple, total.terms), strict=True)
    powers = [dict(map(as_power, factors_of(tail))) for tail in tails]
    shared: Expression = Number(1)
    for base, exponent in powers[0].items():
        several = [other[base] for other in powers if base in other]
        least = min(several, key=lambda p: abs(p.value))
        same_sign = all(p.value * exponent.value > 0.0 for p in several)
        if not base.is_number and len(several) == len(powers) and same_sign:
            shared = multiply([shared, power(base, least)])
    inverse = power(shared, Number(-1))
    inner = [multiply([tail, inverse]) for tail in tails]
    negative = all(c.value < 0.0 for c in coefficients)
    for k in dict.fromkeys([*coefficients, Number(1)]):
        size = -k if k.value < 0.0 and not negative else k
        values = [c.value / size.value for c in coefficients]
        ratios = [recognize(v, 4.0 * EPS) if math.isfinite(v) else None for v in values]
        if size.value == 1.0:
            ratios = list(coefficients)
        terms = [multiply([c, rest]) for c, rest in zip(ratios, inner, strict=True) if c]
        if len(terms) == len(inner):
            yield multiply([size, shared, add(terms)])


def perfect_squares(total: Sum, tolerance: float = 4.0 * EPS) -> Iterator[Expression]:
    """Yield k*(u + v)**2 for k*u**2 + 2*k*u*v + k*v**2, with other terms beside it or not.

    The square may be that of more terms. Coefficients need to fit to a relative ``tolerance``.
    """
    terms = total.terms if len(total.terms) <= FEW_TERMS else ()
    tails = {as_multiple(term)[1]: term for term in terms}
    squares = [(term, u) for term in terms if (u := _square_root(term))]
    for index, (first, _) in enumerate(squares):
        parts, used = _square_of(squares[index:], tails, tolerance)
        if len(parts) == 1:
            continue
        a, others = as_multiple(first)[0], [term for term in terms if term not in used]
        for k in dict.fromkeys([a, Number(math.copysign(1.0, a.value))]):
            numbers = [q * math.sqrt(a.value / k.value) for q, _ in parts]
            if all(0.0 < abs(number) < math.inf for number in numbers):
                pairs = zip(numbers, parts, strict=True)
                base = add([multiply([recognized(number), u]) for number, (_, u) in pairs])
                yield add([*others, multiply([k, power(base, Number(2))])])


def _square_of(
    squares: list[tuple[Expression, Expression]],
    tails: dict[Expression, Expression],
    tolerance: float,
) -> tuple[list[tuple[float, Expression]], list[Expression]]:
    """Return all q and u of a*(q*u + ...)**2, whose first q is 1, and the terms that it replaces.

    From the terms that are squares, with their roots u: the first is one of them, and others are if
    their products are there, among the ``tails`` of all terms.
    """
    (first, root), *rest = squares
    a, parts, used = as_multiple(first)[0].value, [(1.0, root)], [first]
    for term, v in rest:
        ratio = as_multiple(term)[0].value / a
        if term in used or not ratio > 0.0:
            continue
        # Each double term 2 a q w v tells what q must be.
        products = [as_multiple(multiply([w, v])) for _, w in parts]
        doubles = [tails.get(tail, term) for _, tail in products]
        triples = zip(doubles, products, parts, strict=True)
        found = [0.5 * as_multiple(t)[0].value / n.value / a / q for t, (n, _), (q, _) in triples]
        q = math.copysign(math.sqrt(ratio), found[0])
        fits = all(abs(number - q) <= tolerance * abs(q) for number in found)
        if fits and len({*used, term, *doubles}) == len(used) + 1 + len(doubles):
            parts, used = [*parts, (q, v)], [*used, term, *doubles]
    return parts, used


def _square_root(term: Expression) -> Expression | None:
    """Return the root of a term without its coefficient, if it has one: x*exp(y) of x^2 exp(2y)."""
    half, roots = power(Number(2), Number(-1)), []
    for base, p in map(as_power, factors_of(as_multiple(term)[1])):
        if isinstance(base, Call) and base.function == SYMBOLS["exp"]:
            roots.append(call(base.function, multiply([half, p, base.argument])))
        elif base.is_number or p.value % 2.0 == 0.0:
            roots.append(power(base, multiply([half, p])))
        else:
            return None
    return multiply(roots)


def common_denominators(total: Sum) -> Iterator[Expression]:
    """Yield (u*w + v)/w for u + v/w."""
    for term in total.terms if len(total.terms) <= FEW_TERMS else ():
        denominator = _denominator([term])
        if denominator.value != 1.0:
            others = add([other for other in total.terms if other is not term])
            expanded = _multiplied_out((others, denominator), 0.0)
            above = add([multiply([term, denominator]), expanded])
            yield multiply([above, power(denominator, Number(-1))])


def without_fractions(product: Expression) -> Iterator[Expression]:
    """Yield x/(x + y) for 1/(1 + y/x), whose denominator has a fraction."""
    for factor in factors_of(product):
        base, p = as_power(factor)
        if isinstance(base, Sum) and len(base.terms) <= FEW_TERMS and p.value.is_integer():
            denominator = _denominator(base.terms)
            if denominator.value != 1.0:
                cleared = add([multiply([term, denominator]) for term in base.terms])
                gained = power(multiply([cleared, power(denominator, Number(-1))]), p)
                yield multiply([product, power(factor, Number(-1)), gained])


def without_coefficient(product: Expression) -> Iterator[Expression]:
    """Yield x/(x + 3*y) for 2*x/(2*x + 6*y)."""
    coefficient, _ = as_multiple(product)
    for factor in factors_of(product):
        base, p = as_power(factor)
        if isinstance(base, Sum) and p.value in (1.0, -1.0) and coefficient.value != 1.0:
            k, inverse = power(coefficient, p), power(coefficient, Number(-1))
            divided = [multiply([k, term]) for term in base.terms]
            if 0.0 < abs(inverse.value) < math.inf and 0.0 < abs(k.value) < math.inf:
                rest = [product, inverse, power(factor, Number(-1))]
                yield multiply([*rest, power(add(divided), p)])


def _denominator(terms: Iterable[Expression]) -> Expression:
    """Return the least common multiple of the denominators of terms, without numbers."""
    highest: dict[Expression, float] = {}
    for term in terms:
        for base, p in map(as_power, factors_of(term)):
            if p.value < 0.0 and p.value.is_integer() and not base.is_number:
                highest[base] = max(highest.get(base, 0.0), -p.value)
    return multiply([power(base, Number(p)) for base, p in highest.items()])


def common_exponents(product: Expression) -> Iterator[Expression]:
    """Yield sqrt(x/y) for sqrt(x)/sqrt(y), with the number in front below the root or not.

    Only exponents that are no integers are gathered: their powers are defined for positive bases.
    """
    coefficient, tail = as_multiple(product)
    groups: dict[Expression, list[Power]] = {}
    for factor in factors_of(tail):
        if isinstance(factor, Power) and not factor.exponent.value.is_integer():
            p = factor.exponent
            groups.setdefault(-p if as_multiple(p)[0].value < 0.0 else p, []).append(factor)
    for p, group in groups.items():
        others = [part for part in factors_of(tail) if part not in group]
        signs = [Number(1 if factor.exponent == p else -1) for factor in group]
        inner = [power(f.base, sign) for f, sign in zip(group, signs, strict=True)]
        if len(group) > 1:
            yield multiply([coefficient, *others, power(multiply(inner), p)])
        if p.is_number and coefficient.value > 0.0 and coefficient.value != 1.0:
            below = power(coefficient, power(p, Number(-1)))
            if 0.0 < below.value < math.inf:
                yield multiply([*others, power(multiply([below, *inner]), p)])


def common_bases(product: Expression) -> Iterator[Expression]:
    """Yield x**(y + z) for x**y*x**z."""
    groups: dict[Expression, list[Expression]] = {}
    for factor in factors_of(product):
        base, p = factor.operands if isinstance(factor, Power) else (factor, Number(1))
        groups.setdefault(base, []).append(p)
    powers = [power(base, add(several)) for base, several in groups.items()]
    if any(len(several) > 1 for several in groups.values()):
        yield multiply(powers)


def even_roots(root: Expression) -> Iterator[Expression]:
    """Yield abs(x) for sqrt(x**2), and x**2 for sqrt(x**4) or abs(x)**2."""
    if not isinstance(root, Power) or not root.exponent.is_number:
        return
    if isinstance(root.base, Call) and root.base.function == SYMBOLS["abs"]:
        if root.exponent.value % 2.0 == 0.0:
            yield power(root.base.argument, root.exponent)
        return
    parts = [as_power(factor) for factor in factors_of(root.base)]
    if all(p.value % 2.0 == 0.0 for _, p in parts):
        result = []
        for base, p in parts:
            total = folded(p.value * root.exponent.value, p, root.exponent)
            even = total.value % 2.0 == 0.0
            result.append(power(base if even else call(SYMBOLS["abs"], base), total))
        yield multiply(result)
