"""Solutions of exercise 14; a name with __ is the same function in another style."""

import numpy as np
from scipy.interpolate import BSpline

import kan_numpy as kn


def best_grid(bias, sigma, n_samples, degree):
    return min(sorted(bias), key=lambda G: bias[G] ** 2 + sigma**2 * (G + degree) / n_samples)


def best_grid__in_a_loop(bias, sigma, n_samples, degree):
    best, smallest = None, np.inf
    for G, error in sorted(bias.items()):
        expected = np.hypot(error, sigma * np.sqrt((G + degree) / n_samples))
        if expected < smallest:
            best, smallest = G, expected
    return np.int64(best)


def knots_for(kinks, jumps, low, high, degree):
    inner = [t for t in set(kinks) - set(jumps) for _ in range(degree)]
    inner += [t for t in set(jumps) for _ in range(degree + 1)]
    return np.array([low] * (degree + 1) + sorted(inner) + [high] * (degree + 1))


def knots_for__by_repeat(kinks, jumps, low, high, degree):
    soft = np.array([t for t in kinks if t not in jumps], dtype=float)
    hard = np.array([low, *jumps, high])
    return np.sort(np.concatenate([np.repeat(soft, degree), np.repeat(hard, degree + 1)])).tolist()


def continued(x, knots, coef, degree):
    low, high = knots[degree], knots[-degree - 1]
    end = np.clip(x, low, high)
    value = kn.bspline_basis(end, knots, degree) @ coef
    return value + (x - end) * (kn.bspline_basis(end, knots, degree, 1) @ coef)


def continued__by_scipy(x, knots, coef, degree):
    s = BSpline(knots, coef, degree)
    low, high = float(knots[degree]), float(knots[-degree - 1])
    slopes = [end_slope(knots, coef, degree, end) for end in (low, high)]
    found = np.empty(len(x))
    for n, at in enumerate(x):
        if at < low:
            found[n] = s(low) + slopes[0] * (at - low)
        elif at > high:
            found[n] = kn.bspline_basis([high], knots, degree)[0] @ coef + slopes[1] * (at - high)
        else:
            found[n] = kn.bspline_basis([at], knots, degree)[0] @ coef
    return found


def end_slope(t, c, k, end):
    """Return the slope at an end by de Boor's rule for derivatives."""
    lower = np.array([k * (c[j] - c[j - 1]) / (t[j + k] - t[j]) for j in range(1, len(c))])
    return kn.bspline_basis([end], t[1:-1], k - 1)[0] @ lower
