r"""The knot interval of a point, and its distances to the knots around it.

The recursion of Cox and de Boor in the interval :math:`[t_m, t_{m+1})` of x needs only

.. math:: l_j = x - t_{m+1-j}, \qquad r_j = t_{m+j} - x, \qquad j = 1 \dots k.

On evenly spaced knots all of them follow from one number s. In units of their spacing h,

.. math:: u = (x - low) / h, \qquad m = k + \lfloor u \rfloor, \qquad s = u - \lfloor u \rfloor,
          \qquad l_j = s + j - 1, \qquad r_j = j - s,

and x is compared with a knot only if it is next to one. Between uneven knots the interval is found
by bisection, for all points at once. The last interval of the grid is closed on the right. The
interval of a point is never empty, however often a knot is repeated.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from kan_numpy._arrays import Array, Frozen, Indices

__all__ = ["BESIDE", "EVEN", "Intervals"]

EVEN = 5e-14
"""Knots are uniform if each is so near its place, in units of their spacing."""

BESIDE = 1e-9
"""Points so near a knot, in units of the spacing, are compared with it. Rounding in u is less."""


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
        # k + 1 more knots at each end, so that 2k knots surround every point; then infinity up to a
        # power of two, so that bisection needs no bounds.
        more = np.arange(1.0, k + 2)
        width = knots[:, -1:] - knots[:, :1]
        padded = np.hstack([knots[:, :1] - more[::-1] * width, knots, knots[:, -1:] + more * width])
        table = np.full((n, k + 1 + max(2 ** M.bit_length(), M + k + 1)), np.inf)
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
            m = self._search(x.real)
            here = m + self._row
            x = self._near(x, m)
            left = [x - self._table.take(here + (1 - j)) for j in js]
            right = [self._table.take(here + j) - x for j in js]
        else:
            m, s = self._divide(x, self.spacing)
            left = [s + (j - 1) if j > 1 else s for j in js]
            right = [j - s for j in js]
        return m, left, right

    def _divide(self, x: Array, h: Array) -> tuple[Indices, Array]:
        """Return m and s on uniform knots, each (N, n_in)."""
        k, G = self.degree, self.knots.shape[1] - 2 * self.degree - 1
        u = (x - self._low) / h  # the knots are at -k ... G + k
        floor = np.floor(u.real)
        s = u - floor
        # If one of them is not a number, this is false.
        within = floor.min() >= -k and floor.max() < G + k
        if not (within and s.real.min() > BESIDE and s.real.max() < 1.0 - BESIDE):
            self._compare(x, u.real, floor, s, h)
        return floor.astype(np.intp) + k, s

    def _compare(self, x: Array, u: Array, floor: Array, s: Array, h: Array) -> None:
        """Correct the floor of u and s (N, n_in) where a point is beside a knot, or beyond all."""
        k, G = self.degree, self.knots.shape[1] - 2 * self.degree - 1
        clear = (np.abs(s.real - 0.5) < 0.5 - BESIDE) & (u > -k) & (u < G + k)
        n, i = np.nonzero(~clear)
        points, row = x[n, i], i % len(self._row)  # a single row is that of all inputs
        nearest = np.fmin(np.fmax(np.rint(u[n, i]), -k), G + k)
        t = self._table[self._row[row] + k + nearest.astype(np.intp)]
        before = (points.real < t) | (points.real == self._high[row])  # else on the knot, or after
        floor[n, i] = nearest - before
        inside = (floor[n, i] >= -k) & (floor[n, i] < G + k)
        # Outside all knots any s will do, if its powers do not overflow.
        s[n, i] = np.where(inside | np.isnan(points), (points - t) / h[row] + before, 0.0)

    def _near(self, x: Array, m: Indices) -> Array:
        """Return x, with points outside all knots moved to the first knot.

        All basis functions are 0 there, and powers of the distances cannot overflow.
        """
        beyond = (m < 0) | (m >= self.knots.shape[1] - 1)
        return np.where(beyond, self._table[self._row], x) if beyond.any() else x

    def _search(self, x: Array) -> Indices:
        """Return m with t_m <= x < t_{m+1}, bit by bit; at the right end, the last interval."""
        M = self.knots.shape[1]
        m = np.broadcast_to(self._row - 1, x.shape)
        for bit in reversed(range(M.bit_length())):
            m = m + 2**bit * (self._table.take(m + 2**bit) <= x)
        in_last = (x == self._high) | np.isnan(x)  # any interval turns a NaN into a NaN
        return np.where(in_last, self._last, np.minimum(m - self._row, M - 1))
