"""Expansion of products and powers of sums: 0.25 (x + y)^2 - 0.25 (x - y)^2 = x y."""

from __future__ import annotations

import math

from kan_numpy.algebra.expressions import Expression, Number, Power, Product, Sum
from kan_numpy.algebra.simplify import add, multiply, normal, simplify
from kan_numpy.algebra.traversal import factors_of, map_children, terms_of

__all__ = ["expand"]

HIGHEST_POWER, MOST_TERMS = 6, 1000


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
    product: Expression = Number(1)
    for factor in factors:
        left, right = terms_of(product), terms_of(factor)
        if len(left) * len(right) > MOST_TERMS:
            right = (factor,)
        product = add([multiply([a, b]) for a in left for b in right], tolerance)
    return product
