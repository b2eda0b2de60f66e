"""Solutions of exercise 8; a name with __ is the same function in another style."""

import numpy as np

import kan_numpy as kn


def adapted_knots(u, grid_size, eps):
    values = np.unique(u)
    if len(values) == 1:
        half = max(abs(values[0]), 1.0)
        return np.linspace(values[0] - half, values[0] + half, grid_size + 1)
    even = np.linspace(values[0], values[-1], grid_size + 1)
    crowded = np.quantile(values, np.linspace(0.0, 1.0, grid_size + 1))
    return even + (1.0 - eps) * (crowded - even)


def adapted_knots__by_interpolation(u, grid_size, eps):
    values = sorted(set(u.tolist()))
    low, high = values[0], values[-1]
    if low == high:
        low, high = low - 1.0 - abs(low), high + 1.0 + abs(high)
        return [low + (high - low) * j / grid_size for j in range(grid_size + 1)]
    places = np.linspace(0.0, len(values) - 1.0, grid_size + 1)
    crowded = np.interp(places, range(len(values)), values)
    crowded[[0, -1]] = low, high
    even = low + (high - low) * np.arange(grid_size + 1) / grid_size
    t = eps * even + (1.0 - eps) * crowded
    t[0], t[-1] = low, high
    return t


def refine(layer, grid_size):
    n_out, n_in, width = layer.coef.shape
    k = layer.degree
    times = grid_size // (width - k)
    knots, coef = [], []
    for i in range(n_in):
        old = layer.knots[i]
        t, c = old, layer.coef[:, i]  # (n_out, G+k)
        for a, b in zip(old[k : -k - 1], old[k + 1 : len(old) - k], strict=True):
            for new in np.linspace(a, b, times + 1)[1:-1]:
                t, c = insert(t, c, k, new)
        # Insertion leaves the outer knots, and each keeps k of them.
        knots.append(t)
        coef.append(c)
    return np.array(knots), np.stack(coef, axis=1)


def insert(t, c, k, new):
    """Insert a knot into splines c (n_out, G+k) by Boehm's rule."""
    m = np.searchsorted(t, new, side="right") - 1
    a = np.ones(c.shape[1] + 1)
    a[m + 1 :] = 0.0
    for j in range(m - k + 1, m + 1):
        a[j] = (new - t[j]) / (t[j + k] - t[j])
    left = np.pad(c, ((0, 0), (0, 1)))
    right = np.pad(c, ((0, 0), (1, 0)))
    return np.insert(t, m + 1, new), a * left + (1.0 - a) * right


def refine__by_the_library(layer, grid_size):
    finer = kn.refine(kn.KAN.from_layers([layer]), grid_size).layers[0]
    return finer.knots, finer.coef


def refine__by_least_squares(layer, grid_size):
    k, G = layer.degree, layer.coef.shape[2] - layer.degree
    times = grid_size // G
    knots, coef = [], []
    for i, old in enumerate(layer.knots):
        grid = old[k : len(old) - k]
        inner = [np.linspace(a, b, times, endpoint=False) for a, b in zip(grid, grid[1:])]
        t = np.concatenate([old[:k], *inner, old[len(old) - k - 1 :]])
        filled = zip(t[k:], t[k + 1 : len(t) - k])
        x = np.concatenate([np.linspace(a, b, 2 * k + 3) for a, b in filled])
        values = kn.bspline_basis(x, old, k) @ layer.coef[:, i].T
        coef.append(np.linalg.lstsq(kn.bspline_basis(x, t, k), values, rcond=None)[0].T)
        knots.append(t)
    return np.array(knots), np.stack(coef, axis=1)


def finest(x, degree):
    for G in range(len(x) * (degree + 1) // 3, 0, -1):
        knots = kn.uniform_knots(x.min(), x.max(), G, degree)
        if ((kn.bspline_basis(x, knots, degree) > 0).sum(axis=0) >= 3).all():
            return G
    return 0


def finest__by_counting(x, degree):
    best, ordered = 0, np.sort(x)
    for G in range(1, 2 * len(x)):
        starts = ordered[0] + (ordered[-1] - ordered[0]) / G * np.arange(-degree, G)
        ends = np.append(starts, ordered[-1])[degree + 1 :].tolist() + [np.inf] * degree
        begins = np.searchsorted(ordered, starts, side="right")
        inside = np.searchsorted(ordered, ends, side="left") - begins
        best = G if min(inside) >= 3 else best
    return np.int64(best)
