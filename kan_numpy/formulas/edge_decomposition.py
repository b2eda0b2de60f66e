r"""Decomposition of a formula into edges :math:`c f(a u + b)`, sums and products.

A part is a subexpression with a node of its own. Its height is the number of KAN layers needed to
compute it. A variable has height 0, and with u for the part at the start of an edge,

.. math::
    h\Big(\sum_m c_m f_m(a_m u_m + b_m) + d\Big) = 1 + \max_m h(u_m), \qquad
    h(v\, w \dots) = \max(\hat h(v), \hat h(w), \dots),

where :math:`\hat h` is h, but 1 for a variable: the factors are outputs of a KAN layer, and their
product is computed directly after it. There is only one edge between two nodes. A sum with two
functions of the same u is therefore split into partial sums, which are added one layer later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeGuard

from kan_numpy.algebra.expressions import Call, Expression, Number, Power, Product, Sum, Variable
from kan_numpy.algebra.parsing import HIGHEST_POWER, require_size
from kan_numpy.algebra.printing import text
from kan_numpy.algebra.simplify import scale, simplify
from kan_numpy.algebra.traversal import as_multiple, map_children, variables, walk
from kan_numpy.functions.symbols import REDUNDANT, SYMBOLS, Symbol

__all__ = ["POWERS", "Term", "as_parts", "edges", "factors", "height", "is_product", "sum_height"]

STRAIGHT = SYMBOLS["x"]

POWERS = {
    symbol.power: symbol
    for name, symbol in SYMBOLS.items()
    if symbol.power is not None and name not in REDUNDANT
}
"""The powers among the symbols, by exponent."""


class Term(NamedTuple):
    """One edge, c f(a u + b), without the constant d, which is added once for each node."""

    symbol: Symbol  # f
    a: float
    b: float
    c: float
    source: Expression  # u
    rest: Expression  # f(a u + b)


def as_parts(expression: Expression, names: Collection[str]) -> Expression:
    r"""Rewrite an expression so that every power and every function is a symbol of an edge.

    Other powers become products and powers of powers, or :math:`x^p = e^{p \log x}`. ``names`` are
    the variables it may contain.
    """
    require_size(expression)
    if unknown := set(variables(expression)) - set(names):
        known = ", ".join(names)
        raise ValueError(
            f"formula holds {min(unknown)!r:.60}, which is not among the inputs {known:.100}"
        )
    simple = simplify(expression)
    if any(_is_exponential(node) for node in walk(simple)):
        simple = simplify(_with_exponentials(simple))
    return _split_powers(simple)


def _is_exponential(expression: Expression) -> TypeGuard[Power]:
    """Return whether an expression is a power x^p for which 2p is no integer, as in x^y."""
    return isinstance(expression, Power) and not (2.0 * expression.exponent.value).is_integer()


def _with_exponentials(expression: Expression) -> Expression:
    """Rewrite x^p as exp(p log x), unless 2p is an integer."""
    expression = map_children(expression, _with_exponentials)
    if _is_exponential(expression):
        logarithm = Call(SYMBOLS["log"], expression.base)
        return Call(SYMBOLS["exp"], Product.of((expression.exponent, logarithm)))
    return expression


def _split_powers(expression: Expression) -> Expression:
    """Decompose powers beyond the fifth, and their roots; refuse other functions."""
    if not expression.is_number and not variables(expression):
        raise ValueError(f"formula holds {text(expression)}, which has no finite value")
    expression = map_children(expression, _split_powers)
    if isinstance(expression, Call) and not isinstance(expression.function, Symbol):
        raise TypeError(
            f"formula holds {expression.function.name}, which is no Symbol: an edge that is still"
            " a spline must become one first, with kn.symbolify"
        )
    if isinstance(expression, Power):
        return _power(expression.base, expression.exponent.value)
    return expression


def _power(base: Expression, p: float) -> Expression:
    """Return base^p, for integer 2p, as a composition of the powers among the symbols."""
    if p in POWERS:
        return Power(base, Number(p))
    if abs(p) > HIGHEST_POWER:
        raise ValueError(f"formula holds a power of {p:g}, which is beyond {HIGHEST_POWER}")
    if not p.is_integer():
        return _power(_power(base, 0.5), 2.0 * p)
    if p < 0.0:
        return Power(_power(base, -p), Number(-1))
    for divisor in (5.0, 4.0, 3.0, 2.0):
        if p % divisor == 0.0:
            return Power(_power(base, p / divisor), Number(divisor))
    return Product.of([base, _power(base, p - 1.0)])


def is_product(expression: Expression) -> bool:
    """Return whether a part is a product of several parts."""
    return isinstance(as_multiple(expression)[1], Product)


@lru_cache(maxsize=4096)
def height(expression: Expression) -> int:
    """Return the number of KAN layers needed to compute a part."""
    if isinstance(expression, Variable):
        return 0
    _, rest = as_multiple(expression)
    return max(map(sum_height, rest.factors)) if isinstance(rest, Product) else sum_height(rest)


@lru_cache(maxsize=4096)
def sum_height(expression: Expression) -> int:
    """Return the number of KAN layers, at least 1, if the last of them adds up the part."""
    terms, _ = _terms(expression)
    return 1 + max((height(term.source) for term in _apart(terms)), default=0)


def factors(expression: Expression, level: int) -> list[Expression]:
    """Return the factors that a node multiplies at a level no lower than the height of the part.

    A sum, or a product computed at a lower level, is its own only factor. Factors available at
    lower levels are combined into one.
    """
    coefficient, rest = as_multiple(expression)
    if not isinstance(rest, Product) or height(rest) < level:
        return [expression]
    late = [factor for factor in rest.factors if sum_height(factor) == level]
    early = [factor for factor in rest.factors if sum_height(factor) < level]
    found = [Product(tuple(early)), *late] if len(early) > 1 else [*early, *late]
    first = next((i for i, factor in enumerate(found) if not isinstance(factor, Sum)), 0)
    found[first] = scale(coefficient, found[first])
    return found


def edges(expression: Expression, level: int) -> tuple[list[Term], float]:
    """Return the edges to a node that computes a part as a sum, and the constant to add.

    The level is at least its height as a sum. The edges start from different parts at lower levels.
    """
    terms, constant = _terms(expression)
    if len(terms) > 1 and sum_height(expression) < level:
        return [_together(terms)], constant
    terms = _apart(terms)
    early = [term for term in terms if height(term.source) < level - 1]
    late = [term for term in terms if height(term.source) == level - 1]
    if len(early) > 1 and late:
        fewer = [*late, _together(early)]
        if len({term.source for term in fewer}) == len(fewer):
            return fewer, constant
    return terms, constant


def _terms(expression: Expression) -> tuple[list[Term], float]:
    """Decompose a sum into edges and a constant."""
    if expression.is_number:
        return [], expression.value
    coefficient, rest = as_multiple(expression)
    if not isinstance(rest, Sum):
        return [_edge(rest)._replace(c=coefficient.value)], 0.0
    parts, c = [_terms(part) for part in rest.terms], coefficient.value
    terms = [term._replace(c=c * term.c) for several, _ in parts for term in several]
    return terms, sum(c * constant for _, constant in parts)


def _edge(rest: Expression) -> Term:
    """Return an expression as an edge: a symbol of one part, or the identity."""
    match rest:
        case Power():
            symbol, argument = POWERS[rest.exponent.value], rest.base
        case Call(function=Symbol() as symbol):
            argument = rest.argument
        case _:
            return Term(STRAIGHT, 1.0, 0.0, 1.0, rest, rest)
    a, source, b = _affine(argument)
    return Term(symbol, a, b, 1.0, source, rest)


def _affine(argument: Expression) -> tuple[float, Expression, float]:
    """Return a, u and b of an argument a u + b."""
    coefficient, rest = as_multiple(argument)
    if not isinstance(rest, Sum):
        return coefficient.value, rest, 0.0
    numbers = [term.value for term in rest.terms if term.is_number]
    others = [term for term in rest.terms if not term.is_number]
    a, source, b = (1.0, Sum(tuple(others)), 0.0) if len(others) > 1 else _affine(others[0])
    return coefficient.value * a, source, coefficient.value * (b + sum(numbers))


def _apart(terms: list[Term]) -> list[Term]:
    """Return terms from different sources; terms that share one are divided into partial sums."""
    groups: dict[int, list[Term]] = {}
    met: Counter[Expression] = Counter()
    for term in terms:
        groups.setdefault(met[term.source], []).append(term)
        met[term.source] += 1
    return terms if len(groups) < 2 else [_together(group) for group in groups.values()]


def _together(terms: Sequence[Term]) -> Term:
    """Return a linear edge from the sum of these terms."""
    if len(terms) == 1:
        c, rest = terms[0].c, terms[0].rest
        return Term(STRAIGHT, 1.0, 0.0, c, rest, rest)
    total = Sum(tuple(scale(Number(term.c), term.rest) for term in terms))
    return Term(STRAIGHT, 1.0, 0.0, 1.0, total, total)
