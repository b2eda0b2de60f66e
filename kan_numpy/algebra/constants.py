r"""Recognition of constants, such as pi/2 in 1.5707963, by a significance test.

Among enough candidates c, one is close to any number v. Each candidate therefore has a level, lower
for simpler ones, and is accepted only if such a match is unlikely to be a coincidence: the expected
number of candidates of the same level or below that are as close,

.. math:: p = n \frac{|\log(v / c)|}{\log 2},

must not exceed 0.01, where n is their number from c/2 to 2c, an interval of logarithmic length
2 log 2.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy._validation import as_number
from kan_numpy.algebra.expressions import Constant, Expression, Number, Power, Product
from kan_numpy.algebra.parsing import parse
from kan_numpy.algebra.traversal import children

__all__ = ["SURPRISE", "UNKNOWN", "complexity", "number_complexity", "recognize"]

PI = Constant("pi")

SURPRISE = 0.01
"""The significance level: the largest p at which a constant is accepted."""

UNKNOWN = 8
"""The complexity of a number that is not recognized; recognized ones have levels 1 to 4."""

_KNOWN = {
    2: "pi 2*pi pi/2 e sqrt(2) 1/3 2/3 1/4 3/2 3/4",
    3: "sqrt(2) sqrt(3) sqrt(5) sqrt(6) sqrt(7) sqrt(2)/2 sqrt(3)/2 sqrt(5)/2 sqrt(2)/4 1/e log(2)"
    " 1/log(2) 1/pi 2/pi 1/(2*pi) 1/(4*pi) pi**2 sqrt(pi) 1/sqrt(pi) 2/sqrt(pi) sqrt(2*pi)"
    " 1/sqrt(2*pi) sqrt(2)/sqrt(pi)",
    4: "pi**2/2 pi**2/4 pi**2/6 2*pi**2 4*pi**2 pi**3 1/pi**2 3/pi 4/pi 5/pi 6/pi 8/pi e**2 2*e e/2"
    " sqrt(e) log(3) log(5) log(10) 2*log(2) log(2)/2 sqrt(pi)/2 2*sqrt(pi)",
}
"""Named constants, by level."""


def recognize(value: float, tolerance: float = 1e-6) -> Expression | None:
    """Return the simplest plausible constant for a finite value, or None.

    Candidates are integers, fractions, short decimals, multiples of pi, 1/pi, square roots, e and
    logarithms. ``tolerance``, from 0 to 1, is the relative accuracy of the value: the looser it is,
    the fewer constants are plausible.
    """
    if not math.isfinite(value):
        raise ValueError(f"value must be finite, but is {value}")
    tolerance = as_number("tolerance", tolerance, 0.0, 1.0)
    if value == 0.0:
        return Number(0)
    index = _find(abs(value), tolerance)
    if index is None:
        return None
    constant = _table()[2][index]
    return -constant if value < 0.0 else constant


def number_complexity(value: float, tolerance: float = 1e-6) -> int:
    """Return the complexity of a number: 0 for 0 and 1, 1 to 4 if recognized, else `UNKNOWN`."""
    if abs(value) <= tolerance or abs(abs(value) - 1.0) <= tolerance:
        return 0
    index = _find(abs(value), tolerance)
    return UNKNOWN if index is None else int(_table()[1][index])


def complexity(expression: Expression) -> int:
    """Return the number of nodes plus the complexity of their numbers, except integer exponents."""
    if expression.is_number:
        return 1 + number_complexity(expression.value)
    if isinstance(expression, Power) and expression.exponent.value.is_integer():
        return 2 + complexity(expression.base)
    return 1 + sum(map(complexity, children(expression)))


def _find(size: float, tolerance: float) -> int | None:
    """Return the index of the simplest plausible constant, of equally simple ones the closest."""
    values, levels, _ = _table()
    reach = max(tolerance, 4.0 * np.finfo(float).eps)
    first, last = np.searchsorted(values, (size * (1.0 - reach), size * (1.0 + reach)))
    distance = {i: abs(math.log(size / values[i])) for i in range(first, last)}
    # A match closer than the accuracy of the value is no further evidence.
    plausible = [i for i in distance if _chance(i, max(distance[i], tolerance / 10.0)) <= SURPRISE]
    return min(plausible, key=lambda i: (levels[i], distance[i]), default=None)


def _chance(index: int, distance: float) -> float:
    """Return p, the expected number of candidates as simple and as close as this one."""
    values, levels, _ = _table()
    first, last = np.searchsorted(values, values[index] * np.array([0.5, 2.0]))
    rivals = np.count_nonzero(levels[first:last] <= levels[index])
    return float(rivals * distance / math.log(2.0))


@lru_cache(maxsize=1)
def _table() -> tuple[Array, Array, tuple[Expression, ...]]:
    """Return values (n,) in ascending order, levels (n,) and constants, without duplicates."""
    found: dict[float, tuple[int, Expression]] = {}
    for level, constant in _candidates():
        found.setdefault(float(f"{constant.value:.12e}"), (level, constant))
    rows = sorted(found.values(), key=lambda row: row[1].value)
    levels, constants = zip(*rows, strict=True)
    return np.array([row.value for row in constants]), np.array(levels), constants


def _candidates() -> Iterator[tuple[int, Expression]]:
    """Yield level and constant, the simplest first."""
    yield from ((1, Number(n)) for n in range(1, 11))
    yield from _fractions(1, Number(1), 1, (2,))
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


def _fractions(
    level: int, unit: Expression, most: int, denominators: Iterable[int]
) -> Iterator[tuple[int, Expression]]:
    """Yield the multiples p/q of a unit in lowest terms, with p up to ``most``."""
    for q in denominators:
        below = [Power(Number(q), Number(-1))] if q > 1 else []
        for p in range(1, most + 1):
            # Fifths and tenths are written as decimals.
            if math.gcd(p, q) == 1 and (unit.value != 1.0 or q % 5 != 0):
                yield level, Product.of([Number(p), unit, *below])


def _decimals(level: int, digits: int, powers: Iterable[int]) -> Iterator[tuple[int, Expression]]:
    """Yield the numbers with so many significant digits, times powers of ten."""
    for power in powers:
        yield from ((level, Number(float(f"{m}e{power}"))) for m in range(1, 10**digits))
