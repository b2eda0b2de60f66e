"""Solutions of exercise 2; a name with __ is the same function in another style."""

import numpy as np


def knots(low, high, grid_size, degree):
    h = (high - low) / grid_size
    return low + h * np.arange(-degree, grid_size + degree + 1)


def knots__as_a_list(low, high, grid_size, degree):
    h = (high - low) / grid_size
    return [low + (j - degree) * h for j in range(grid_size + 2 * degree + 1)]


def knots__linspace(low, high, grid_size, degree):
    more = degree * (high - low) / grid_size
    return np.linspace(low - more, high + more, grid_size + 2 * degree + 1)


def basis(x, knots, degree):
    t, x = knots, x[:, None]
    B = np.where((t[:-1] <= x) & (x < t[1:]), 1.0, 0.0)
    high = t[-degree - 1]
    last = np.searchsorted(t, high) - 1  # the last interval of the grid is closed on the right
    B[x[:, 0] == high] = np.eye(len(t) - 1)[last]
    for q in range(1, degree + 1):
        rise, fall = t[q:-1] - t[: -q - 1], t[q + 1 :] - t[1:-q]
        left = (x - t[: -q - 1]) / np.where(rise > 0, rise, np.inf)
        right = (t[q + 1 :] - x) / np.where(fall > 0, fall, np.inf)
        B = left * B[:, :-1] + right * B[:, 1:]
    return B


def basis__triangle(x, knots, degree):
    k, W = degree, len(knots) - degree - 1
    low, high = knots[0], knots[-1]
    width = max(high - low, 1.0)
    t = np.concatenate(
        [low - width * np.arange(k + 1, 0, -1), knots, high + width * np.arange(1, k + 2)]
    )
    m = np.searchsorted(t, x, side="right") - 1
    closed = x == knots[-k - 1]
    m[closed] = np.searchsorted(t, knots[-k - 1], side="left") - 1
    m = np.clip(m, k, len(t) - k - 2)
    outside = (x < low) | (x > high)
    rows = [np.ones(len(x))]
    for q in range(1, k + 1):
        new = [np.zeros(len(x)) for _ in range(q + 1)]
        for r, value in enumerate(rows):
            j = m - q + 1 + r
            share = (x - t[j]) / (t[j + q] - t[j])
            new[r] = new[r] + (1.0 - share) * value
            new[r + 1] = new[r + 1] + share * value
        rows = new
    B = np.zeros((len(x), W + 4 * k + 8))
    for r, value in enumerate(rows):
        B[np.arange(len(x)), m - k + r] = np.where(outside, 0.0, value)
    return B[:, k + 1 : k + 1 + W]


def basis__column_by_column(x, knots, degree):
    t, M = knots, len(knots) - 1
    high = t[M - degree]
    filled = [j for j in range(M) if t[j] < t[j + 1] and t[j + 1] <= high]

    def fade(numerator, denominator):
        return numerator / denominator if denominator > 0 else 0.0 * numerator

    B = [((t[j] <= x) & (x < t[j + 1]) & (x != high)).astype(float) for j in range(M)]
    B[filled[-1]] = B[filled[-1]] + (x == high)
    for q in range(1, degree + 1):
        B = [
            fade(x - t[j], t[j + q] - t[j]) * B[j]
            + fade(t[j + q + 1] - x, t[j + q + 1] - t[j + 1]) * B[j + 1]
            for j in range(M - q)
        ]
    return np.stack(B, axis=1)


def witnesses():
    clamped = [-1.0, -1.0, 0.0, 1.0, 1.0]
    return [(1.0, np.array(clamped), 1), (-0.5, clamped, 1), (2.0, [-1.0, 0.0, 1.0, 3.0, 4.0], 1)]


def witnesses__of_higher_degree():
    ends = np.array([0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0])
    uneven = np.array([-3.0, -2.0, -1.0, 0.0, 0.5, 2.0, 3.0, 4.0, 5.0])
    return ((np.float64(1.0), ends, 3), (0.25, ends, 3), (np.array([0.25]), uneven, 3))
