"""Solutions of exercise 3; a name with __ is the same function in another style."""

from bisect import bisect_right

import numpy as np


def boxes(x, t, degree):
    """Return the functions of degree 0 (N, G + 2k), the last interval of the grid closed."""
    B = 1.0 * ((t[:-1] <= x[:, None]) & (x[:, None] < t[1:]))
    high = t[-degree - 1]
    B[x == high] = np.arange(len(t) - 1) == np.searchsorted(t, high) - 1
    return B


def over(numerator, denominator):
    """Return quotients, 0 where the denominator is 0."""
    return numerator / np.where(denominator > 0, denominator, np.inf)


def derivative(x, knots, degree, order):
    t, B, x = knots, boxes(x, knots, degree), x[:, None]
    for q in range(1, degree + 1):
        rise, fall = t[q:-1] - t[: -q - 1], t[q + 1 :] - t[1:-q]
        if q <= degree - order:
            B = over(x - t[: -q - 1], rise) * B[:, :-1] + over(t[q + 1 :] - x, fall) * B[:, 1:]
        else:
            B = q * (over(B[:, :-1], rise) - over(B[:, 1:], fall))
    return B


def derivative__recursive(x, knots, degree, order):
    t, box = knots, boxes(x, knots, degree)

    def one(j, q, d):
        if q == 0:
            return box[:, j]
        total = np.zeros(len(x))
        if t[j + q] > t[j]:
            factor = q if d else x - t[j]
            total = total + factor * one(j, q - 1, max(d - 1, 0)) / (t[j + q] - t[j])
        if t[j + q + 1] > t[j + 1]:
            factor = -q if d else t[j + q + 1] - x
            total = total + factor * one(j + 1, q - 1, max(d - 1, 0)) / (t[j + q + 1] - t[j + 1])
        return total

    return np.column_stack([one(j, degree, order) for j in range(len(t) - degree - 1)])


def fit(x, y, knots, degree):
    return np.linalg.lstsq(derivative(x, knots, degree, 0), y, rcond=None)[0]


def fit__pseudoinverse(x, y, knots, degree):
    return np.linalg.pinv(derivative__recursive(x, knots, degree, 0)) @ y


def fit__singular_values(x, y, knots, degree):
    U, s, Vt = np.linalg.svd(derivative(x, knots, degree, 0), full_matrices=False)
    return Vt.T @ np.array(
        [u / a if a > 1e-12 * s[0] else 0.0 for u, a in zip(U.T @ y, s, strict=True)]
    )


def insert_knot(knots, coef, degree, new):
    k, t = degree, knots
    m = np.searchsorted(t, new, side="right") - 1
    found = []
    for j in range(len(coef) + 1):
        if j <= m - k:
            share = 1.0
        elif j > m:
            share = 0.0
        else:
            share = (new - t[j]) / (t[j + k] - t[j])
        last = coef[j] if share > 0 and j < len(coef) else 0.0
        found.append(share * last + ((1.0 - share) * coef[j - 1] if share < 1 else 0.0))
    return np.insert(t, m + 1, new), np.array(found)


def insert_knot__vectorized(knots, coef, degree, new):
    at = bisect_right(knots.tolist(), new)
    j = np.arange(at - degree, at)
    share = (new - knots[j]) / (knots[j + degree] - knots[j])
    middle = share * coef[j] + (1 - share) * coef[j - 1]
    c = np.concatenate([coef[: at - degree], middle, coef[at - 1 :]])
    return [np.sort(np.append(knots, new)), c]


def insert_knot__on_the_control_polygon(knots, coef, degree, new):
    k, t = degree, np.sort(np.append(knots, new))
    if k == 0:
        return t, np.insert(coef, m := int(np.searchsorted(knots, new, side="right")), coef[m - 1])

    def centers(t):
        return np.mean([t[r : len(t) - k - 1 + r] for r in range(1, k + 1)], axis=0)

    return t, np.interp(centers(t), centers(knots), coef)


def slope_spline(knots, coef, degree):
    width = knots[degree + 1 : -1] - knots[1 : -degree - 1]
    return knots[1:-1], degree * over(np.diff(coef), width)


def slope_spline__in_a_loop(knots, coef, degree):
    slopes = []
    for j in range(1, len(coef)):
        width = knots[j + degree] - knots[j]
        slopes.append(0.0 if width == 0 else degree * (coef[j] - coef[j - 1]) / width)
    return list(knots[1:-1]), slopes
