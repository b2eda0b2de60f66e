r"""Recognize constants, such as pi/2 in 1.5707963.

Among enough candidates every number is close to one. So each candidate has a level, the simpler the
lower, and counts as found only if it would be a surprise to come that close to one of its level or
below: the expected number of candidates as simple and as close,

.. math:: p = n \frac{|\log(v / c)|}{\log 2},

must stay below 0.01, where n is how many there are from c/2 to 2c, on a scale of length 2 log 2.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy._validation import as_number
from kan_numpy.algebra.number import Number, named

SURPRISE = 0.01
"""The largest p with which a constant counts as recognized."""

UNKNOWN = 8
"""What a number without a name costs, measured against the levels 1 to 4 of those with one."""

_NAMES = {
    2: "pi 2*pi pi/2 e sqrt(2) 1/3 2/3 1/4 3/2 3/4",
    3: "sqrt(2) sqrt(3) sqrt(5) sqrt(6) sqrt(7) sqrt(2)/2 sqrt(3)/2 sqrt(5)/2 sqrt(2)/4 1/e log(2)"
    " 1/log(2) 1/pi 2/pi 1/(2*pi) 1/(4*pi) pi**2 sqrt(pi) 1/sqrt(pi) 2/sqrt(pi) sqrt(2*pi)"
    " 1/sqrt(2*pi) sqrt(2)/sqrt(pi)",
    4: "pi**2/2 pi**2/4 pi**2/6 2*pi**2 4*pi**2 pi**3 1/pi**2 3/pi 4/pi 5/pi 6/pi 8/pi e**2 2*e e/2"
    " sqrt(e) log(3) log(5) log(10) 2*log(2) log(2)/2 sqrt(pi)/2 2*sqrt(pi)",
}
"""Constants with a name, by their level."""


class _Table(NamedTuple):
    """The positive candidates, sorted by value."""

    value: Array
    level: Array
    names: tuple[str, ...]


def recognize(value: float, tolerance: float = 1e-6) -> Number | None:
    """Find the simple constant that a number stands for.

    Parameters
    ----------
    value : float
        Finite.
    tolerance : float
        The relative accuracy of the value. The looser it is, the fewer constants are plausible.

    Returns
    -------
    Number or None
        The simplest of integers, fractions, short decimals, multiples of pi, 1/pi, square roots, e
        and logarithms that is close enough without this being a coincidence.

    Raises
    ------
    ValueError
        If the value is not finite, or the tolerance not between 0 and 1.
    """
    value = as_number("value", value)
    tolerance = as_number("tolerance", tolerance, 0.0, 1.0)
    if value == 0.0:
        return Number(0.0)
    index = _find(abs(value), tolerance)
    if index is None:
        return None
    number = named(_table().names[index])
    return -number if value < 0.0 else number


def number_complexity(value: float, tolerance: float = 1e-6) -> int:
    """Say how much a reader must take in for a number.

    Parameters
    ----------
    value : float
    tolerance : float
        As in `recognize`.

    Returns
    -------
    int
        0 for zero and one, 1 to 4 for a constant that is recognized, otherwise `UNKNOWN`.
    """
    if abs(value) <= tolerance or abs(abs(value) - 1.0) <= tolerance:
        return 0
    index = _find(abs(value), tolerance)
    return UNKNOWN if index is None else int(_table().level[index])


def _find(size: float, tolerance: float) -> int | None:
    """Return the place in the table of the simplest plausible constant, the closest of them."""
    table = _table()
    reach = max(tolerance, 4.0 * np.finfo(float).eps)
    first, last = np.searchsorted(table.value, (size * (1.0 - reach), size * (1.0 + reach)))
    best = None
    for index in range(first, last):
        distance = abs(math.log(size / table.value[index]))
        rank = (table.level[index], distance)
        # Coming closer than the value is accurate would be luck, and proves nothing.
        chance = _chance(index, max(distance, tolerance / 10.0))
        if (best is None or rank < best[0]) and chance <= SURPRISE:
            best = rank, index
    return None if best is None else best[1]


def _chance(index: int, distance: float) -> float:
    """Return the expected number of candidates as simple and as close as this one."""
    table = _table()
    first, last = np.searchsorted(table.value, table.value[index] * np.array([0.5, 2.0]))
    rivals = np.count_nonzero(table.level[first:last] <= table.level[index])
    return float(rivals * distance / math.log(2.0))


@lru_cache(maxsize=1)
def _table() -> _Table:
    found: dict[float, tuple[int, float, str]] = {}
    for level, name in _candidates():
        value = named(name).value
        found.setdefault(float(f"{value:.12e}"), (level, value, name))
    rows = sorted(found.values(), key=lambda row: row[1])
    levels, values, names = zip(*rows, strict=True)
    return _Table(np.array(values), np.array(levels), names)


def _candidates() -> Iterator[tuple[int, str]]:
    """Go through level and name; where two have the same value, the first is kept."""
    yield from ((1, str(n)) for n in range(1, 11))
    yield 1, "1/2"
    for level, names in _NAMES.items():
        yield from ((level, name) for name in names.split())
    yield from ((2, str(n)) for n in range(11, 21))
    yield from _decimals(2, 1, range(-1, 3))
    yield from _fractions(3, "", 20, (2, 3, 4, 6, 8))
    yield from _fractions(3, "pi", 10, (1, 2, 3, 4))
    yield from _decimals(3, 2, range(-2, 1))
    yield from _fractions(4, "", 60, range(2, 13))
    yield from _fractions(4, "pi", 24, range(1, 13))
    for n in (2, 3, 5, 6, 7, 10, 11, 13, 14, 15):
        yield from _fractions(4, f"sqrt({n})", 6, range(1, 7))
    yield from _decimals(4, 3, range(-6, 7))


def _fractions(
    level: int, unit: str, most: int, denominators: Iterable[int]
) -> Iterator[tuple[int, str]]:
    """Go through the multiples of a unit up to the most, over each denominator, in lowest terms."""
    for q in denominators:
        for p in range(1, most + 1):
            # Of fifths and tenths, decimals do better.
            if math.gcd(p, q) == 1 and (unit or q % 5 != 0):
                multiple = str(p) if not unit else unit if p == 1 else f"{p}*{unit}"
                yield level, multiple if q == 1 else f"{multiple}/{q}"


def _decimals(level: int, digits: int, powers: Iterable[int]) -> Iterator[tuple[int, str]]:
    """Go through the numbers of so many digits times powers of ten, as they are printed."""
    for power in powers:
        for m in range(1, 10**digits):
            yield level, Number(float(f"{m}e{power}")).text()
