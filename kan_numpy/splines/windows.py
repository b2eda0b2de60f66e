"""The positions of the k + 1 functions that may differ from zero at a point among all G + k."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kan_numpy._arrays import Array, Indices

__all__ = [
    "Window",
    "flattened",
    "folded",
    "row_starts",
    "scattered",
    "window_of",
]


class Window(NamedTuple):
    """The positions of the k + 1 functions that may differ from zero at each point."""

    start: Indices  # (N, n_in) the first of them, in the flattened (N, n_in, G+k) array
    outside: Indices | None  # the points outside the grid, if there are any, flattened
    shift: Indices | None  # how far their functions lie outside of 0 ... G + k - 1


def window_of(m: Indices, degree: int, size: int) -> Window:
    """Return the positions of the functions m - k ... m in the flattened array, m (N, n_in).

    Outside the grid some of these functions do not exist, those before 0 or after G + k - 1. There
    the window is shifted inside, and `folded` shifts the values accordingly.
    """
    start = m + np.arange(-degree, m.size * size - degree, size).reshape(m.shape)
    if m.min() >= degree and m.max() < size:
        return Window(start, None, None)
    shift = m - np.minimum(np.maximum(m, degree), size - 1)
    outside = np.flatnonzero(shift)
    return Window(start - shift, outside, shift.take(outside))


def row_starts(n_samples: int, n_in: int, size: int) -> Indices:
    """Return where the samples begin in the flattened (N, n_in, G+k) array, (N, 1)."""
    return np.arange(0, n_samples * n_in * size, n_in * size)[:, None]


def flattened(dB: Array, window: Window) -> tuple[Array, Indices]:
    """Return dB (N, n_in, G+k) as a vector, and where the window of each point starts in it."""
    if dB.strides[0]:
        return dB.reshape(-1), window.start
    # One row for all samples is a short vector, which fits the cache.
    return dB[:1].reshape(-1), window.start - row_starts(*dB.shape)


def scattered(row: list[Array], window: Window, size: int) -> Array:
    """Write the k + 1 values of each point into its row of G + k, (N, n_in, G + k)."""
    B = np.zeros((*row[0].shape, size), dtype=row[0].dtype)  # (N, n_in, G+k)
    flat = B.reshape(-1)
    for r, values in enumerate(folded(row, window)):
        flat[r:][window.start] = values  # at start + r
    return B


def folded(row: list[Array], window: Window) -> list[Array]:
    """Return the values shifted with their window, without those of functions that do not exist."""
    if window.outside is None or window.shift is None:
        return row
    out, k = window.outside, len(row) - 1
    padded = np.zeros((3 * k + 3, out.size), dtype=row[0].dtype)
    padded[k + 1 : 2 * k + 2] = [values.take(out) for values in row]
    columns, moved = np.arange(out.size), [values.copy() for values in row]
    for r, values in enumerate(moved):
        values.put(out, padded[k + 1 + r - window.shift, columns])
    return moved
