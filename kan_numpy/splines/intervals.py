r"""The knot interval of a point, and its distances to the knots around it.

The recursion of Cox and de Boor in the interval :math:`[t_m, t_{m+1})` of x needs only

.. math:: l_j = x - t_{m+1-j}, \qquad r_j = t_{m+j} - x, \qquad j = 1 \dots k.

The interval is found by a division if the knots are evenly spaced and by bisection if not, for all
points at once. The last interval of the grid is closed on the right. The interval of a point is
never empty, however often a knot is repeated.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from kan_numpy._arrays import Array, Frozen, Indices

__all__ = ["Intervals"]


@dataclass(frozen=True, eq=False)
class Intervals(Frozen):
    """The knots of all inputs in one table, prepared for look-ups."""

    knots: Array  # (n_in, M), non-decreasing along each row
    degree: int  # k, the number of distances on each side
    spacing: Array | None = field(init=False)  # h of each input if all are uniform, else None
    _table: Array = field(init=False)  # all knots, padded, in one long row
    _row: Indices = field(init=False)  # the index of t_0 of each input in the table
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
        high = knots[:, -k - 1]
        h = (high - knots[:, k]) / (M - 2 * k - 1)
        # The tolerance accepts knots whose steps differ only by rounding.
        uniform = np.all(np.abs(np.diff(knots, axis=1) - h[:, None]) <= 3e-14 * h[:, None])
        last = [np.searchsorted(t, end) - 1 for t, end in zip(knots, high, strict=True)]
        # The k-th power of h must not overflow.
        usable = uniform and np.all(k * np.abs(np.log10(h)) < 250.0)
        object.__setattr__(self, "spacing", h if usable else None)
        object.__setattr__(self, "_table", table.ravel())
        object.__setattr__(self, "_row", np.arange(n) * table.shape[1] + k + 1)
        object.__setattr__(self, "_high", high)
        object.__setattr__(self, "_last", np.array(last, dtype=np.intp))
        super().__post_init__()

    def distances(self, x: Array) -> tuple[Indices, list[Array], list[Array]]:
        """Return the interval m of each point x, and the distances l_1 ... l_k and r_1 ... r_k.

        All are (N, n_in), like x, which may be complex; m is -1 before all knots, M - 1 after them.
        """
        js = range(1, self.degree + 1)
        if self.spacing is None:
            m = self._search(x.real, self._row, self._high, self._last)
            here = m + self._row
            x = self._near(x, m, self._row)
            left = [x - self._table.take(here + (1 - j)) for j in js]
            right = [self._table.take(here + j) - x for j in js]
        else:
            m, l1, r1 = self._guess(x, self.spacing)
            left = [l1, *(l1 + (j - 1) * self.spacing for j in js[1:])]
            right = [r1, *(r1 + (j - 1) * self.spacing for j in js[1:])]
        return m, left, right

    def _guess(self, x: Array, h: Array) -> tuple[Indices, Array, Array]:
        """Return m, l_1 and r_1: m from a division, corrected by a comparison with the knots."""
        t, M = self._table, self.knots.shape[1]
        # fmin and fmax turn a NaN into a number.
        guess = np.fmin(np.fmax((x.real - t[self._row]) * (1.0 / h), 0.0), M - 2.0)
        m = guess.astype(np.intp)
        here = m + self._row
        l1, r1 = x - t.take(here), t[1:].take(here) - x
        nearest = np.minimum(l1.real, r1.real)
        if not nearest.min() > 0.0:  # on a knot, outside, or rounded into the wrong interval
            unsure = np.flatnonzero(nearest <= 0.0)
            i = unsure % x.shape[1] if len(self._row) > 1 else np.zeros_like(unsure)
            row, points = self._row[i], x.take(unsure)
            found = self._search(points.real, row, self._high[i], self._last[i])
            here, points = found + row, self._near(points, found, row)
            m.put(unsure, found)
            l1.put(unsure, points - t.take(here))
            r1.put(unsure, t.take(here + 1) - points)
        return m, l1, r1

    def _near(self, x: Array, m: Indices, row: Indices) -> Array:
        """Return x, with points outside all knots moved to the first knot.

        All basis functions are 0 there, and powers of the distances cannot overflow.
        """
        beyond = (m < 0) | (m >= self.knots.shape[1] - 1)
        return np.where(beyond, self._table[row], x) if beyond.any() else x

    def _search(self, x: Array, row: Indices, high: Array, last: Indices) -> Indices:
        """Return m with t_m <= x < t_{m+1}, bit by bit; at the right end, the last interval."""
        M = self.knots.shape[1]
        m = np.broadcast_to(row - 1, x.shape)
        for bit in reversed(range(M.bit_length())):
            m = m + 2**bit * (self._table.take(m + 2**bit) <= x)
        in_last = (x == high) | np.isnan(x)  # any interval turns a NaN into a NaN
        return np.where(in_last, last, np.minimum(m - row, M - 1))
