r"""The knot interval of a point, and its distances to the knots around it.

The recursion of Cox and de Boor in the interval :math:`[t_m, t_{m+1})` of x needs only

.. math:: l_j = x - t_{m+1-j}, \qquad r_j = t_{m+j} - x, \qquad j = 1 \dots k.

On evenly spaced knots all of them follow from one number s. In units of their spacing h,

.. math:: u = (x - low) / h, \qquad m = k + \lfloor u \rfloor, \qquad s = u - \lfloor u \rfloor,
          \qquad l_j = s + j - 1, \qquad r_j = j - s,

and x is compared with a knot only if it is next to one. Uneven knots are divided into even cells:
a table tells the last knot before each cell, and bisection among the few knots inside of it the
rest. The last interval of the grid is closed on the right. The interval of a point is never empty,
however often a knot is repeated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from kan_numpy._arrays import Array, Frozen, Indices, frozen

__all__ = ["BESIDE", "CELLS", "EVEN", "Intervals"]

EVEN = 5e-14
"""Knots are uniform if each is so near its place, in units of their spacing. Those of up to 265
intervals on [-1, 1] are; where there are more, most are rounded too much."""

BESIDE = 1e-9
"""Points so near a knot, in units of the spacing, are compared with it. Rounding moves u by less:
by a few times 1e-16 of G + k."""

CELLS = 4
"""So many cells for each knot: no cell holds two, unless they are nearer than a quarter of the mean
interval."""


@dataclass(frozen=True, eq=False)
class Intervals(Frozen):
    """The knots of all inputs in one table, prepared for look-ups."""

    knots: Array  # (n_in, M), non-decreasing along each row
    degree: int  # k, the number of distances on each side
    spacing: Array | None = field(init=False)  # h of each input if all are uniform, else None
    _table: Array = field(init=False)  # all knots, padded, in one long row
    _row: Indices = field(init=False)  # the index of t_0 of each input in the table
    _low: Array = field(init=False)  # the left end of each grid
    _high: Array = field(init=False)  # the right end of each grid
    _last: Indices = field(init=False)  # the last interval of each grid

    def __post_init__(self) -> None:
        """Prepare what does not depend on x."""
        k, knots = self.degree, self.knots
        if np.all(knots == knots[0]):
            knots = knots[:1]  # one row for all inputs, which broadcasts fast
        n, M = knots.shape
        # k + 1 more knots at each end, so that 2k knots surround every point; then infinity, so
        # that bisection needs no bounds.
        more = np.arange(1.0, k + 2)
        width = knots[:, -1:] - knots[:, :1]
        padded = np.hstack([knots[:, :1] - more[::-1] * width, knots, knots[:, -1:] + more * width])
        table = np.full((n, padded.shape[1] + 2 ** M.bit_length()), np.inf)
        table[:, : padded.shape[1]] = padded
        low, high = knots[:, k], knots[:, -k - 1]
        h = (high - low) / (M - 2 * k - 1)
        places = (knots - low[:, None]) / h[:, None] - np.arange(-k, M - k)
        uniform = bool(np.all(np.abs(places) <= EVEN))
        last = [np.searchsorted(t, end) - 1 for t, end in zip(knots, high, strict=True)]
        object.__setattr__(self, "spacing", h if uniform else None)
        object.__setattr__(self, "_table", table.ravel())
        object.__setattr__(self, "_row", np.arange(n) * table.shape[1] + k + 1)
        object.__setattr__(self, "_low", low)
        object.__setattr__(self, "_high", high)
        object.__setattr__(self, "_last", np.array(last, dtype=np.intp))
        super().__post_init__()

    def distances(self, x: Array) -> tuple[Indices, list[Array], list[Array]]:
        """Return the interval m of each point x, and the distances l_1 ... l_k and r_1 ... r_k.

        All are (N, n_in), like x, which may be complex; m is -1 before all knots, M - 1 after them.
        On uniform knots, the distances are in units of `spacing`.
        """
        js = range(1, self.degree + 1)
        if self.spacing is None:
            here = self._search(x.real)
            m = here - self._row
            x = self._near(x, m)
            here += 1 - self.degree  # the first of 2k knots, k on each side
            around = [self._table[r:].take(here) for r in range(2 * self.degree)]
            left = [x - around[self.degree - j] for j in js]
            right = [around[self.degree + j - 1] - x for j in js]
        else:
            m, s = self._divide(x, self.spacing)
            left = [s + (j - 1) if j > 1 else s for j in js]
            right = [j - s for j in js]
        return m, left, right

    def _divide(self, x: Array, h: Array) -> tuple[Indices, Array]:
        """Return m and s on uniform knots, each (N, n_in)."""
        k, G = self.degree, self.knots.shape[1] - 2 * self.degree - 1
        u = (x - self._low) / h  # the knots are at -k ... G + k
        floor = np.clip(np.floor(u.real), -k, G + k)
        s = u - floor
        # If one of them is not a number, this is false.
        if not (s.real.min() > BESIDE and s.real.max() < 1.0 - BESIDE):
            self._compare(x, u.real, floor, s)
        m = floor.astype(np.intp)
        m += k
        return m, s

    def _compare(self, x: Array, u: Array, floor: Array, s: Array) -> None:
        """Correct the floor of u and s (N, n_in) where a point is beside a knot, or beyond all."""
        k, G = self.degree, self.knots.shape[1] - 2 * self.degree - 1
        at = np.flatnonzero(~(np.abs(s.real - 0.5) < 0.5 - BESIDE))
        row = at % x.shape[1] if len(self._row) > 1 else np.zeros(1, np.intp)  # of the table
        points, h = x.take(at), np.asarray(self.spacing)[row]  # (P,)
        nearest = np.fmin(np.fmax(np.rint(u.take(at)), -k), G + k)
        t = self._table.take(self._row[row] + k + nearest.astype(np.intp))
        before = (points.real < t) | (points.real == self._high[row])  # else on the knot, or after
        corrected = nearest - before
        floor.put(at, corrected)
        # Beyond all knots any s will do, if its powers do not overflow.
        beyond = (corrected < -k) | (corrected >= G + k)
        s.put(at, np.where(beyond, 0.0, (points - t) / h + before))

    def _near(self, x: Array, m: Indices) -> Array:
        """Return x, with points outside all knots moved to the first knot.

        All basis functions are 0 there, and powers of the distances cannot overflow.
        """
        M = self.knots.shape[1]
        if m.min() >= 0 and m.max() < M - 1:
            return x
        return np.where((m < 0) | (m >= M - 1), self._table[self._row], x)

    @cached_property
    def _before(self) -> tuple[Indices, int]:
        """Where the last knot before each cell is in the table, and the bits of knots in a cell."""
        n, M = len(self._row), self.knots.shape[1]
        cells = self._cells(self.knots[:n].T).ravel()
        inside = np.bincount(cells, minlength=CELLS * M * n).reshape(n, -1)
        before = np.cumsum(inside, axis=1) - inside - 1 + self._row[:, None]  # (n, cells)
        return frozen(before.ravel()), int(inside.max()).bit_length()

    def _search(self, x: Array) -> Indices:
        """Return where t_m <= x < t_{m+1} is in the table; for a right end, the last interval."""
        before, bits = self._before
        here = before.take(self._cells(x))
        for bit in reversed(range(bits)):
            here += 2**bit * (self._table[2**bit :].take(here) <= x)
        if not np.all(x < self._high):
            in_last = (x == self._high) | np.isnan(x)  # any interval turns a NaN into a NaN
            most = self._row + self.knots.shape[1] - 1
            here = np.where(in_last, self._last + self._row, np.minimum(here, most))
        return here

    def _cells(self, x: Array) -> Indices:
        """Return the cell of each point (N, n_in); a larger x is in no cell before."""
        n, size = len(self._row), CELLS * self.knots.shape[1]  # of one row of knots
        first, last = self.knots[:n, 0], self.knots[:n, -1]
        cells = np.fmax((x - first) * (size / (last - first)), 0.0)  # a NaN becomes 0
        cells = np.fmin(cells, size - 1.0).astype(np.intp)
        return cells + size * np.arange(n)
