"""Wrong solutions of exercise 14: the first line of each says its kind, and what is wrong."""

import numpy as np

import kan_numpy as kn


def smallest(bias, error):
    """Return the G with the smallest error."""
    return min(sorted(bias), key=error)


def best_grid__without_noise(bias, sigma, n_samples, degree):
    """Value: the noise is ignored. Hint: is the finest grid always best?"""
    return smallest(bias, lambda G: bias[G])


def best_grid__noise_not_squared(bias, sigma, n_samples, degree):
    """Scale: sigma enters once. Hint: squared errors add up."""
    return smallest(bias, lambda G: bias[G] ** 2 + sigma * (G + degree) / n_samples)


def best_grid__bias_not_squared(bias, sigma, n_samples, degree):
    """Scale: the error without noise enters once. Hint: it is a root mean square."""
    return smallest(bias, lambda G: bias[G] + sigma**2 * (G + degree) / n_samples)


def best_grid__errors_added(bias, sigma, n_samples, degree):
    """Value: errors add up, not their squares. Hint: they are independent."""
    return smallest(bias, lambda G: bias[G] + sigma * np.sqrt((G + degree) / n_samples))


def best_grid__samples_squared(bias, sigma, n_samples, degree):
    """Scale: N squared. Hint: the variance of a mean."""
    return smallest(bias, lambda G: bias[G] ** 2 + sigma**2 * (G + degree) / n_samples**2)


def best_grid__times_degree(bias, sigma, n_samples, degree):
    """Value: G k coefficients. Hint: how many coefficients has an edge?"""
    return smallest(bias, lambda G: bias[G] ** 2 + sigma**2 * G * degree / n_samples)


def best_grid__the_largest(bias, sigma, n_samples, degree):
    """Order: the largest of equal ones. Hint: which one is simpler?"""
    errors = lambda G: bias[G] ** 2 + sigma**2 * (G + degree) / n_samples  # noqa: E731
    return min(sorted(bias, reverse=True), key=errors)


def best_grid__the_first_of_equal_ones(bias, sigma, n_samples, degree):
    """Order: of equal grids the first in the dictionary. Hint: write 8 before 4."""
    return min(bias, key=lambda G: bias[G] ** 2 + sigma**2 * (G + degree) / n_samples)


def best_grid__one_sample_less(bias, sigma, n_samples, degree):
    """Scale: N - 1 for N. Hint: two grids that are nearly equal."""
    return smallest(bias, lambda G: bias[G] ** 2 + sigma**2 * (G + degree) / (n_samples - 1))


def best_grid__its_error(bias, sigma, n_samples, degree):
    """Shape: the error, not the grid. Hint: a key of bias."""
    return min(bias[G] ** 2 + sigma**2 * (G + degree) / n_samples for G in bias)


def best_grid__first_that_rises(bias, sigma, n_samples, degree):
    """Order: stops where the error first rises. Hint: the dictionary has any order."""
    keys = list(bias)
    errors = [bias[G] ** 2 + sigma**2 * (G + degree) / n_samples for G in keys]
    for n in range(len(keys) - 1):
        if errors[n + 1] > errors[n]:
            return keys[n]
    return keys[-1]


def laid(low, high, degree, inner):
    """Return the knots of a grid with inner knots."""
    return np.array([low] * (degree + 1) + sorted(inner) + [high] * (degree + 1))


def repeated(places, times):
    """Return each place a number of times."""
    return [place for place in places for _ in range(times)]


def knots_for__single(kinks, jumps, low, high, degree):
    """Value: every place once. Hint: how smooth is a spline at a single knot?"""
    return laid(low, high, degree, [*set(kinks) | set(jumps)])


def knots_for__one_less(kinks, jumps, low, high, degree):
    """End: one repetition too few. Hint: k - 1 times leaves the slope continuous."""
    soft = [place for place in kinks if place not in jumps]
    return laid(low, high, degree, repeated(soft, max(1, degree - 1)) + repeated(jumps, degree))


def knots_for__kinks_as_jumps(kinks, jumps, low, high, degree):
    """Value: kinks are laid as jumps. Hint: no more knots than needed."""
    return laid(low, high, degree, repeated({*kinks, *jumps}, degree + 1))


def knots_for__both_added(kinks, jumps, low, high, degree):
    """Value: a place in both counts twice. Hint: 2k + 1 knots at one place?"""
    return laid(low, high, degree, repeated(kinks, degree) + repeated(jumps, degree + 1))


def knots_for__not_sorted(kinks, jumps, low, high, degree):
    """Order: kinks first, then jumps. Hint: knots do not decrease."""
    soft = [place for place in kinks if place not in jumps]
    inner = repeated(sorted(soft), degree) + repeated(sorted(jumps), degree + 1)
    return np.array([low] * (degree + 1) + inner + [high] * (degree + 1))


def knots_for__in_place(kinks, jumps, low, high, degree):
    """Order: it sorts the lists that it was given. Hint: print kinks before and after."""
    kinks.sort()
    jumps.sort()
    kept = [place for place in kinks if place not in jumps]
    inner = repeated(kept, degree) + repeated(jumps, degree + 1)
    return laid(low, high, degree, sorted(inner))


def knots_for__ends_once(kinks, jumps, low, high, degree):
    """End: the ends stand k times. Hint: count for a grid without kinks."""
    soft = [place for place in kinks if place not in jumps]
    inner = sorted(repeated(soft, degree) + repeated(jumps, degree + 1))
    return np.array([low] * degree + inner + [high] * degree)


def knots_for__extended(kinks, jumps, low, high, degree):
    """End: the outer knots are spread out. Hint: k + 1 times each."""
    soft = [place for place in kinks if place not in jumps]
    inner = sorted(repeated(soft, degree) + repeated(jumps, degree + 1))
    outer = np.arange(degree + 1)
    return np.concatenate([low - outer[::-1], inner, high + outer])


def inside(x, t, c, k):
    """Return the point of the grid nearest to x, and the spline there."""
    end = np.clip(x, t[k], t[-k - 1])
    return end, kn.bspline_basis(end, t, k) @ c


def continued__fading(x, knots, coef, degree):
    """Value: the functions fade. Hint: look at the value far away."""
    return kn.bspline_basis(x, knots, degree) @ coef


def continued__constant(x, knots, coef, degree):
    """Value: it stays at the value of the end. Hint: the slope, too."""
    return inside(x, knots, coef, degree)[1]


def continued__on_the_right_only(x, knots, coef, degree):
    """End: the left side is constant. Hint: two ends."""
    end, value = inside(x, knots, coef, degree)
    slope = kn.bspline_basis(end, knots, degree, 1) @ coef
    return value + np.maximum(x - end, 0.0) * slope


def continued__distance_without_sign(x, knots, coef, degree):
    """Sign: the distance is positive on both sides. Hint: to the left x - low is negative."""
    end, value = inside(x, knots, coef, degree)
    return value + np.abs(x - end) * (kn.bspline_basis(end, knots, degree, 1) @ coef)


def continued__one_slope_for_both(x, knots, coef, degree):
    """Order: the slope of the left end on both sides. Hint: each end has its own."""
    end, value = inside(x, knots, coef, degree)
    slope = kn.bspline_basis(knots[degree : degree + 1], knots, degree, 1) @ coef
    return value + (x - end) * slope


def continued__from_the_last_knot(x, knots, coef, degree):
    """End: the line begins at the last knot. Hint: where does the grid end?"""
    end = np.clip(x, knots[0], knots[-1])
    value = kn.bspline_basis(end, knots, degree) @ coef
    return value + (x - end) * (kn.bspline_basis(end, knots, degree, 1) @ coef)


def continued__slope_of_coefficients(x, knots, coef, degree):
    """Scale: the slope is the difference of two coefficients. Hint: divide by what?"""
    end, value = inside(x, knots, coef, degree)
    slope = np.where(x < end, coef[1] - coef[0], coef[-1] - coef[-2])
    return value + (x - end) * slope


def continued__a_column(x, knots, coef, degree):
    """Shape: a column. Hint: (N,)."""
    end, value = inside(x, knots, coef, degree)
    return (value + (x - end) * (kn.bspline_basis(end, knots, degree, 1) @ coef))[:, None]
