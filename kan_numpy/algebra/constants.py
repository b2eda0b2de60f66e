r"""Recognition of constants, such as pi/2 in 1.5707963, by a significance test.

Among enough candidates c, one is close to any number v. Each candidate therefore has a level, lower
for simpler ones, and is accepted only if such a match is unlikely to be a coincidence: the expected
number of candidates of the same level or below that are as close,

.. math:: p = n \frac{|\log(v / c)|}{\log 2},

must not exceed that of the level in `SURPRISE`, where n is their number from c/2 to 2c, an
interval of logarithmic length 2 log 2. It is small for long names: of random numbers, whatever
their accuracy, fewer than 1 % are named.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy._validation import as_number
from kan_numpy.algebra.expressions import (
    Call,
    Constant,
    Expression,
    Number,
    Power,
    Product,
    Sum,
)
from kan_numpy.algebra.parsing import parse
from kan_numpy.algebra.traversal import as_multiple, factors_of, terms_of

__all__ = ["SURPRISE", "UNKNOWN", "complexity", "number_complexity", "recognize"]

PI = Constant("pi")

SURPRISE = (0.004, 0.007, 0.001, 0.002, 0.0005, 0.0005)
"""The significance of each level: the largest p at which one of its constants is accepted."""

UNKNOWN = 8
"""The complexity of a number that is not recognized; recognized ones have levels 1 to 6."""

_KNOWN = {
    2: "pi 2*pi pi/2 e sqrt(2) 2/3 3/2 3/4",
    3: "sqrt(3) sqrt(5) sqrt(6) sqrt(7) sqrt(2)/2 sqrt(3)/2 sqrt(5)/2 sqrt(2)/4 1/e log(2)"
    " 1/log(2) 1/pi 2/pi 1/(2*pi) 1/(4*pi) pi**2 sqrt(pi) 1/sqrt(pi) 2/sqrt(pi) sqrt(2*pi)"
    " 1/sqrt(2*pi) sqrt(2)/sqrt(pi) (1+sqrt(5))/2",
    4: "pi**2/2 pi**2/4 pi**2/6 2*pi**2 4*pi**2 pi**3 1/pi**2 3/pi 4/pi 5/pi 6/pi 8/pi e**2 2*e e/2"
    " sqrt(e) log(3) log(4) log(5) log(6) log(7) log(8) log(9) log(10) log(2)/2 sqrt(pi)/2"
    " 2*sqrt(pi) 2**(1/3) 3**(1/3) (sqrt(5)-1)/2 1/e**2 e**3",
    5: "2*log(3) 2/3*log(2) log(pi) log(100) log(1000) 1/log(3) 1/log(5) 1/log(10) 1/sqrt(e)"
    " pi**4/15 pi**4/90 2*pi**3 4*pi**3 8*pi**3 (3+sqrt(5))/2 1+sqrt(2) sqrt(2)-1"
    " 1+sqrt(3) sqrt(3)-1 2+sqrt(3) 2-sqrt(3) 1/24 1/120 1/720 1/5040 pi/180 180/pi pi*e e/pi pi/e",
    6: "2**(1/4) 3**(1/4) 5**(1/4) e**(1/3) e**(2/3) e**(3/2) e**(1/4) 1/e**(1/3) 1/e**(3/2)"
    " log(2)/log(10) log(3)/log(2) log(10)/log(2)",
}
"""Named constants, by level."""


def recognize(value: float, tolerance: float = 1e-6) -> Expression | None:
    """Return the simplest plausible constant for a finite value, or None.

    Candidates are integers, fractions, short decimals, the golden ratio, powers of e, logarithms,
    square and cube roots, and multiples of pi, 1/pi, sqrt(pi), e, square roots and logarithms.
    ``tolerance``, from 0 to 1, is the relative accuracy of the value: the looser it is, the fewer
    constants are plausible.
    """
    if not math.isfinite(value):
        raise ValueError(f"value must be finite, but is {value}")
    tolerance = as_number("tolerance", tolerance, 0.0, 1.0)
    if value == 0.0:
        return Number(0)
    index = _find(abs(value), tolerance)
    if index is None:
        return None
    constant = _table()[-1][index]
    return -constant if value < 0.0 else constant


def number_complexity(value: float, tolerance: float = 1e-6) -> int:
    """Return the complexity of a number: 0 for 0 and 1, 1 to 6 if recognized, else `UNKNOWN`."""
    if abs(value) <= tolerance or abs(abs(value) - 1.0) <= tolerance:
        return 0
    index = _find(abs(value), tolerance)
    return UNKNOWN if index is None else int(_table()[1][index])


@lru_cache(maxsize=65536)
def complexity(expression: Expression) -> int:
    """Return the length of an expression as it is written, plus the complexity of its numbers.

    The length is the number of names, numbers and operators; a constant such as 2*pi/3 counts as
    one number. To this each number adds its `number_complexity`, except integer exponents, and
    each function what the complexity of its `Symbol` has beyond that of a sine. A logarithm in an
    exponent counts as an unrecognized number, because exp(y*log(x)) is to be written as a power,
    and so does an arcsine in a cosine, which is a square root.
    """
    if expression.is_number:
        return 1 + number_complexity(expression.value)
    match expression:
        case Sum():
            first, *others = expression.terms
            signless = (-term if as_multiple(term)[0].value < 0.0 else term for term in others)
            return complexity(first) + sum(1 + complexity(term) for term in signless)
        case Call():
            rarity = getattr(expression.function, "complexity", 2) - 2
            return 1 + rarity + complexity(expression.argument) + UNKNOWN * _inverses(expression)
        case Power() if not expression.exponent.value < 0.0:
            if expression.exponent.value == 0.5:
                return 1 + complexity(expression.base)
            whole = expression.exponent.value.is_integer()
            return (
                1 + complexity(expression.base) + (1 if whole else complexity(expression.exponent))
            )
        case Product() | Power():
            return _complexity_of_quotient(expression)
    return 1


def _inverses(expression: Call) -> int:
    """Return in how many terms of an exponent a logarithm is a factor, or 1 for sin(arccos(u))."""
    argument, name = expression.argument, expression.function.name
    if isinstance(argument, Call) and name in ("sin", "cos", "tan"):
        return int(argument.function.name in ("arcsin", "arccos", "arctan"))
    if name not in ("exp", "sinh", "cosh", "tanh"):
        return 0
    terms = map(factors_of, terms_of(as_multiple(argument)[1]))
    return sum(any(isinstance(f, Call) and f.function.name == "log" for f in t) for t in terms)


def _complexity_of_quotient(expression: Expression) -> int:
    """Return the complexity of a product, with its numbers combined and written first."""
    coefficient, rest = as_multiple(expression)
    _, above, below = rest.quotient()
    parts = [complexity(part) for part in (*above, *below)]
    size = abs(coefficient.value)
    if size != 1.0 or not above:
        parts.append(complexity(Number(size)))
    return sum(parts) + len(parts) - 1 + (coefficient.value == -1.0)


def _find(size: float, tolerance: float) -> int | None:
    """Return the index of the simplest plausible constant, of equally simple ones the closest."""
    values, levels, rivals, _ = _table()
    reach = max(tolerance, 4.0 * np.finfo(float).eps)
    first, last = np.searchsorted(values, (size * (1.0 - reach), size * (1.0 + reach)))
    distance = {i: abs(math.log(size / values[i])) for i in range(first, last)}

    def chance(i: int) -> float:
        # A match closer than the accuracy of the value is no further evidence.
        return float(rivals[i]) * max(distance[i], tolerance / 20.0) / math.log(2.0)

    plausible = [i for i in distance if chance(i) <= SURPRISE[levels[i] - 1]]
    return min(plausible, key=lambda i: (levels[i], distance[i]), default=None)


@lru_cache(maxsize=1)
def _table() -> tuple[Array, Array, Array, tuple[Expression, ...]]:
    """Return values (n,) in ascending order, levels, rivals and constants, without duplicates.

    The rivals of a constant are those between its half and its double with no higher level.
    """
    found: dict[float, tuple[int, Expression]] = {}
    for level, constant in _candidates():
        found.setdefault(float(f"{constant.value:.12e}"), (level, constant))
    rows = sorted(found.values(), key=lambda row: row[1].value)
    of_each, constants = zip(*rows, strict=True)
    values, levels = np.array([row.value for row in constants]), np.array(of_each)
    rivals = np.empty(len(levels), dtype=int)
    for level in range(1, len(SURPRISE) + 1):
        simple, own = values[levels <= level], levels == level
        ends = np.searchsorted(simple, np.outer(values[own], [0.5, 2.0]))
        rivals[own] = ends[:, 1] - ends[:, 0]
    return values, levels, rivals, constants


def _candidates() -> Iterator[tuple[int, Expression]]:
    """Yield level and constant, the simplest first."""
    yield from ((1, Number(n)) for n in range(1, 11))
    yield from _fractions(1, Number(1), 1, (2, 3, 4))
    for level, texts in _KNOWN.items():
        yield from ((level, Product.of([parse(text)])) for text in texts.split())
    yield from ((2, Number(n)) for n in range(11, 21))
    yield from _decimals(2, 1, range(-1, 3))
    yield from _fractions(3, Number(1), 20, (2, 3, 4, 6, 8))
    yield from _fractions(3, PI, 10, (1, 2, 3, 4))
    yield from _decimals(3, 2, range(-2, 1))
    yield from _fractions(4, Number(1), 60, range(2, 13))
    yield from _fractions(4, PI, 24, range(1, 13))
    for n in (2, 3, 5, 6, 7, 10, 11, 13, 14, 15):
        yield from _fractions(4, Power(Number(n), Number(0.5)), 6, range(1, 7))
    yield from _decimals(4, 3, range(-6, 7))
    yield from _roots_logarithms_and_exponentials()
    for unit in ("1/pi", "pi**2", "1/pi**2", "sqrt(pi)", "1/sqrt(pi)", "sqrt(2*pi)", "pi*sqrt(2)"):
        yield from _fractions(5, parse(unit), 6, range(1, 13))
    for unit in ("pi*sqrt(3)", "1/sqrt(2*pi)", "e", "log(2)", "log(3)", "log(5)", "log(10)"):
        yield from _fractions(5, parse(unit), 6, range(1, 7))
    yield from _fractions(5, Number(1), 1, range(2, 201))
    yield from _fractions(6, parse("(1 + sqrt(5))/2"), 6, range(1, 7))
    yield from _fractions(6, Number(1), 120, range(2, 65))
    yield from _fractions(6, Number(1), 1, range(201, 1001))


def _roots_logarithms_and_exponentials() -> Iterator[tuple[int, Expression]]:
    """Yield the constants of level 5 and 6 that are a function of an integer or a fraction."""
    without_squares = [n for n in range(2, 100) if all(n % m**2 for m in range(2, 10))]
    yield from ((5, parse(f"sqrt({n})")) for n in without_squares)
    yield from ((5, parse(f"1/sqrt({n})")) for n in without_squares)
    yield from ((5, parse(f"log({n})")) for n in range(11, 51))
    for n in (2, 3, 4, 5, 6, 7, 9, 10):
        yield from ((5, parse(form)) for form in (f"{n}**(1/3)", f"{n}**(2/3)", f"1/{n}**(1/3)"))
    for n in range(2, 11):
        yield from ((5, parse(form)) for form in (f"e**{n}", f"1/e**{n}"))
        yield from ((6, parse(f"log({p}/{n})")) for p in range(n + 1, 21) if math.gcd(p, n) == 1)
        yield from (
            (6, parse(form)) for p in range(1, 7) for form in (f"{n}*e**{p}", f"{n}/e**{p}")
        )


def _fractions(
    level: int, unit: Expression, most: int, denominators: Iterable[int]
) -> Iterator[tuple[int, Expression]]:
    """Yield the multiples p/q of a unit in lowest terms, with p up to ``most``."""
    for q in denominators:
        below = [Power(Number(q), Number(-1))] if q > 1 else []
        for p in range(1, most + 1):
            # Fifths and tenths are written as decimals, and 5/2 and beyond as 2.5.
            decimal = unit.value == 1.0 and (q % 5 == 0 or (q == 2 and p > 3))
            if math.gcd(p, q) == 1 and not decimal:
                yield level, Product.of([Number(p), unit, *below])


def _decimals(level: int, digits: int, powers: Iterable[int]) -> Iterator[tuple[int, Expression]]:
    """Yield the numbers with so many significant digits, times powers of ten."""
    for power in powers:
        yield from ((level, Number(float(f"{m}e{power}"))) for m in range(1, 10**digits))
