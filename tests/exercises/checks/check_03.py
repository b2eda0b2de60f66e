"""Checks of exercise 3: slopes, fits and more knots."""

import numpy as np
import pytest
from exercises.expect import array, close, parts

import kan_numpy as kn

TASKS = {"3.1": "derivative", "3.2": "fit", "3.3": "insert_knot", "3.4": "slope_spline"}
ALONE = set(TASKS)

points = pytest.mark.points


def uneven(rng, grid_size, degree):
    """Return knots whose intervals differ by up to a factor of five."""
    gaps = rng.uniform(0.2, 1.0, grid_size + 2 * degree)
    return np.concatenate([[0.0], np.cumsum(gaps)]) - rng.uniform(0.0, 2.0)


def repeated(degree, times):
    """Return knots with an inner knot and both ends repeated."""
    grid = [-1.0, -0.4, *[0.1] * times, 0.5, 1.0]
    return np.array([-1.0] * degree + grid + [1.0] * degree)


def slopes(derivative, x, t, degree, case):
    """Compare all derivatives with the library."""
    for order in range(degree + 1):
        wanted = kn.bspline_basis(x, t, degree, derivative=order)
        found = derivative(x, t, degree, order)
        close(found, wanted, f"{case}, degree {degree}, order {order}", rtol=1e-9)


@points(1, number="3.1")
def test_between_the_knots_of_any_grid(task, rng):
    for k in range(5):
        even = kn.uniform_knots(-1.0, 2.0, 4, k)
        slopes(task, rng.uniform(-1.0, 2.0, 20), even, k, "even knots")
        t = uneven(rng, 5, k)
        x = rng.uniform(t[k], t[-k - 1], 20)
        slopes(task, x, t, k, "uneven knots")
        slopes(task, x[:1], t, k, "a single point")
        for scale in (1e-6, 1e3):
            slopes(task, scale * x, scale * t, k, f"uneven knots times {scale:g}")


@points(1, number="3.1")
def test_on_the_knots_and_at_both_ends(task, rng):
    for k in range(5):
        for name, t in [("even", kn.uniform_knots(-1.0, 1.0, 4, k)), ("uneven", uneven(rng, 5, k))]:
            slopes(task, t[k : -k - 1], t, k, f"on the {name} knots")
            slopes(task, t[[k, -k - 1]], t, k, f"both ends of {name} knots")


@points(1, number="3.1")
def test_repeated_knots(task, rng):
    for k in range(5):
        for times in range(1, k + 2):
            t = repeated(k, times)
            slopes(task, rng.uniform(-1.0, 1.0, 20), t, k, f"an inner knot {times} times")
            slopes(
                task,
                np.array([-1.0, 0.1, 1.0, 0.5]),
                t,
                k,
                f"on a knot that is there {times} times",
            )


@points(1, number="3.1")
def test_outside_the_grid(task, rng):
    for k in range(5):
        for name, t in [("even", kn.uniform_knots(-1.0, 1.0, 4, k)), ("uneven", uneven(rng, 5, k))]:
            x = np.concatenate([rng.uniform(t[0], t[k], 9), rng.uniform(t[-k - 1], t[-1], 9)])
            slopes(task, x, t, k, f"beside the grid of {name} knots")
            slopes(task, t, t, k, f"on every one of the {name} knots")
            slopes(task, np.array([t[0] - 0.1, t[-1] + 0.1, 50.0]), t, k, "beyond all knots")


def fitted(fit, x, y, t, degree, case):
    """Compare with the fit of the library that leaves free coefficients small."""
    wanted = kn.fit_spline(x, y, t, degree, hold=0.0)
    close(fit(x, y, t, degree), wanted, f"{case}, degree {degree}", rtol=1e-7)


@points(0.5, number="3.2")
def test_more_samples_than_coefficients(task, rng):
    for k in range(4):
        t = uneven(rng, 5, k)
        x = np.concatenate([t[[k, -k - 1]], rng.uniform(t[k], t[-k - 1], 80)])
        y = rng.standard_normal(82)
        fitted(task, x, y, t, k, "noise")
        for scale in (1e-6, 1e6):
            fitted(task, x, scale * y, t, k, f"noise times {scale:g}")


@points(0.5, number="3.2")
def test_a_spline_is_found_again(task, rng):
    for k in range(4):
        t = kn.uniform_knots(-2.0, 1.0, 4, k)
        x = np.linspace(-2.0, 1.0, 60)[::-1].copy()
        coef = rng.standard_normal(4 + k)
        found = task(x, kn.bspline_basis(x, t, k) @ coef, t, k)
        close(found, coef, f"a spline of degree {k}", rtol=1e-7)


@points(0.5, number="3.2")
def test_functions_that_see_no_sample(task, rng):
    for k in range(4):
        t = kn.uniform_knots(0.0, 8.0, 8, k)
        x = rng.uniform(0.0, 3.0, 60)
        fitted(task, x, np.sin(x) + 2.0, t, k, "the left part of the grid")
        x = np.concatenate([rng.uniform(0.0, 1.0, 30), rng.uniform(7.0, 8.0, 30)])
        fitted(task, x, np.cos(x), t, k, "both ends of the grid")


@points(0.5, number="3.2")
def test_fewer_samples_than_coefficients(task, rng):
    for k in range(4):
        t = kn.uniform_knots(0.0, 8.0, 8, k)
        fitted(task, np.arange(8.0) + 0.5, rng.standard_normal(8), t, k, "one sample an interval")
        fitted(task, np.array([1.25, 6.5, 8.0]), rng.standard_normal(3), t, k, "three samples")
        fitted(task, np.array([4.25]), np.array([2.0]), t, k, "one sample")


def inserted(insert_knot, t, coef, degree, new, case):
    """See whether the function is the same after an insertion."""
    case = f"{case}, degree {degree}"
    knots, found = parts(insert_knot(t, coef, degree, new), 2, case)
    close(knots, np.sort(np.append(t, new)), f"{case}: the knots", rtol=1e-15)
    knots, found = np.asarray(knots), array(found, (len(coef) + 1,), f"{case}: the coefficients")
    ends = np.unique(np.append(t, new))
    x = np.concatenate([(ends[:-1] + ends[1:]) / 2, 0.9 * ends[:-1] + 0.1 * ends[1:], ends])
    before = kn.bspline_basis(x, t, degree) @ coef
    after = kn.bspline_basis(x, knots, degree) @ found
    close(after, before, f"{case}: the function", rtol=1e-9)


@points(1, number="3.3")
def test_a_knot_in_every_interval_of_even_knots(task, rng):
    for k in range(6):
        t = kn.uniform_knots(-1.0, 1.0, 5, k)
        coef = rng.standard_normal(5 + k)
        for j in range(k, k + 5):
            inserted(task, t, coef, k, t[j] + 0.3 * (t[j + 1] - t[j]), f"interval {j - k} of 5")
        t = kn.uniform_knots(0.0, 1.0, 1, k)
        inserted(task, t, rng.standard_normal(1 + k), k, 0.25, "the only interval")


@points(1, number="3.3")
def test_uneven_knots_of_any_scale(task, rng):
    for k in range(6):
        t = uneven(rng, 4, k)
        for scale in (1.0, 1e-6, 1e6):
            coef = rng.standard_normal(4 + k) / scale
            new = float(rng.uniform(t[k], t[-k - 1]))
            inserted(task, scale * t, coef, k, scale * new, f"uneven knots times {scale:g}")


@points(1, number="3.3")
def test_on_an_old_knot(task, rng):
    for k in range(1, 6):
        t = uneven(rng, 4, k)
        coef = rng.standard_normal(4 + k)
        for j in (k + 1, k + 2, k + 3):
            inserted(task, t, coef, k, float(t[j]), f"on inner knot {j - k}")


@points(1, number="3.3")
def test_again_and_again_at_one_place(task, rng):
    for k in range(1, 5):
        t, coef = kn.uniform_knots(-1.0, 1.0, 4, k), rng.standard_normal(4 + k)
        for times in range(1, k + 1):
            case = f"the knot 0.25 for the {times}. time"
            inserted(task, t, coef, k, 0.25, case)
            t, coef = (np.asarray(part) for part in parts(task(t, coef, k, 0.25), 2, case))
    for k in range(2, 5):
        t = repeated(k, k - 1)
        inserted(task, t, rng.standard_normal(len(t) - k - 1), k, 0.1, "beside repeated knots")


@points(1, number="3.3")
def test_repeated_ends(task, rng):
    for k in range(5):
        t = repeated(k, 1)
        coef = rng.standard_normal(len(t) - k - 1)
        for new in (-0.99, -0.7, 0.3, 0.8, 0.99):
            inserted(task, t, coef, k, new, f"repeated ends, new = {new}")


def sloped(slope_spline, t, coef, degree, case):
    """Compare with the slope of the given spline."""
    case = f"{case}, degree {degree}"
    knots, found = parts(slope_spline(t, coef, degree), 2, case)
    close(knots, t[1:-1], f"{case}: the knots", rtol=1e-15)
    found = array(found, (len(coef) - 1,), f"{case}: the coefficients")
    grid = np.unique(t[degree : len(t) - degree])
    x = np.concatenate([grid, (grid[:-1] + grid[1:]) / 2, 0.9 * grid[:-1] + 0.1 * grid[1:]])
    wanted = kn.bspline_basis(x, t, degree, derivative=1) @ coef
    close(kn.bspline_basis(x, t[1:-1], degree - 1) @ found, wanted, f"{case}: the slope")


@points(1, number="3.4")
def test_slope_on_even_knots(task, rng):
    for G, k in [(1, 1), (5, 1), (4, 2), (5, 3), (3, 5)]:
        coef = rng.standard_normal(G + k)
        sloped(task, kn.uniform_knots(-1.0, 2.0, G, k), coef, k, f"G = {G}")
        sloped(task, kn.uniform_knots(0.0, 1e-6, G, k), 1e-6 * coef, k, f"G = {G}, a small grid")


@points(1, number="3.4")
def test_slope_on_uneven_knots(task, rng):
    for k in range(1, 6):
        sloped(task, uneven(rng, 5, k), rng.standard_normal(5 + k), k, "uneven knots")


@points(1, number="3.4")
def test_slope_on_repeated_knots(task, rng):
    for k in range(1, 5):
        for times in range(1, k + 1):
            t = repeated(k, times)
            coef = rng.standard_normal(len(t) - k - 1)
            sloped(task, t, coef, k, f"ends repeated, an inner knot {times} times")
        ends = [[-2.0], *[[-1.0]] * (k + 1), [0.2], *[[1.0]] * (k + 1), [2.0]]
        t, coef = np.concatenate(ends), rng.standard_normal(k + 4)
        sloped(task, t, coef, k, "ends repeated, and a knot beyond each")
