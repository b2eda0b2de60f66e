"""Checks of exercise 11: remembering."""

import numpy as np
import pytest
from exercises.expect import array, close

import kan_numpy as kn

TASKS = {"11.1": "touched", "11.2": "least_change", "11.3": "freeze"}
ALONE = set()

points = pytest.mark.points


def compare_touched(task, x, t, k, case):
    """Compare the numbers of the coefficients."""
    wanted = np.flatnonzero(np.any(kn.bspline_basis(x, t, k) != 0.0, axis=0))
    found = array(list(task(x, t, k)), wanted.shape, case, whole=len(wanted) > 0)
    assert np.array_equal(found, wanted), f"{case}: other coefficients"


@points(1, number="11.1")
def test_few_samples_and_many(task, rng):
    for G, k in [(5, 3), (8, 1), (4, 0), (6, 2)]:
        t = kn.uniform_knots(-1.0, 1.0, G, k)
        for N in (1, 2, 3):
            compare_touched(task, rng.uniform(-1.0, 1.0, N), t, k, f"{N} samples, G = {G}, k = {k}")
        compare_touched(task, rng.uniform(-1.0, 1.0, 200), t, k, f"200 samples, G = {G}, k = {k}")
        uneven = np.sort(rng.uniform(-1.0, 1.0, G + 2 * k + 1))
        x = rng.uniform(uneven[k], uneven[-k - 1], 2)
        compare_touched(task, x, uneven, k, f"uneven knots, G = {G}, k = {k}")


@points(1, number="11.1")
def test_knots_ends_and_the_outside(task):
    for G, k in [(5, 3), (8, 1), (6, 2), (4, 0)]:
        t = kn.uniform_knots(-1.0, 1.0, G, k)
        case = f"G = {G}, k = {k}"
        h = t[1] - t[0]
        compare_touched(task, t[k + 2 : k + 3], t, k, f"a sample on a knot, {case}")
        for side in (-1e-3, 1e-3):
            compare_touched(task, t[k + 2 : k + 3] + side * h, t, k, f"close to a knot, {case}")
        compare_touched(task, np.array([t[-k - 1]]), t, k, f"a sample at the right end, {case}")
        compare_touched(task, np.array([1.0 + 0.5 * h]), t, k, f"half an interval outside, {case}")
        compare_touched(task, np.array([t[-1] + 0.5 * h, 0.1]), t, k, f"beyond all knots, {case}")
        compare_touched(task, np.array([-1.0 - 0.3 * h]), t, k, f"left of the grid, {case}")
        clamped = np.clip(t, -1.0, 1.0)
        compare_touched(task, np.array([1.0]), clamped, k, f"the end of repeated knots, {case}")
        double = np.sort(np.append(np.delete(t, k + 1), t[k + 2]))
        compare_touched(task, t[k + 2 : k + 3], double, k, f"on a knot that stands twice, {case}")
    t = kn.uniform_knots(-1.0, 1.0, 5, 3)
    compare_touched(task, np.array([9.0]), t, 3, "a sample that touches nothing")


def smallest(coef, B, y):
    """Return the answer from the singular value decomposition."""
    U, s, Vt = np.linalg.svd(B, full_matrices=False)
    kept = s > 1e-10 * s[0]
    return coef + Vt[kept].T @ ((U[:, kept].T @ (y - B @ coef)) / s[kept])


@points(1, number="11.2")
def test_fewer_samples_than_coefficients(task, rng):
    for N, m in [(1, 4), (3, 8), (6, 7)]:
        coef, B, y = rng.normal(size=m), rng.normal(size=(N, m)), rng.normal(size=N)
        close(task(coef, B, y), smallest(coef, B, y), f"{N} samples, {m} coefficients", rtol=1e-7)
    t = kn.uniform_knots(-1.0, 1.0, 10, 3)
    coef, x = rng.normal(size=13), rng.uniform(0.3, 1.0, 4)
    B, y = kn.bspline_basis(x, t, 3), rng.normal(size=4)
    close(task(coef, B, y), smallest(coef, B, y), "bumps on a part of the grid", rtol=1e-7)


@points(1, number="11.2")
def test_more_samples_and_repeated_ones(task, rng):
    for N, m in [(9, 4), (30, 6)]:
        coef, B, y = rng.normal(size=m), rng.normal(size=(N, m)), rng.normal(size=N)
        close(task(coef, B, y), smallest(coef, B, y), f"{N} samples, {m} coefficients", rtol=1e-7)
    coef, B, y = (
        rng.normal(size=5),
        rng.normal(size=(9, 5)) * 10.0 ** -np.arange(5.0),
        rng.random(9),
    )
    close(task(coef, B, y), smallest(coef, B, y), "columns of sizes 1 to 1e-4", rtol=1e-6)
    coef, row = rng.normal(size=5), rng.normal(size=(2, 5))
    B, y = np.repeat(row, 3, axis=0), rng.normal(size=6)
    close(task(coef, B, y), smallest(coef, B, y), "every sample three times", rtol=1e-7)
    B = rng.normal(size=(8, 6))
    B[:, [1, 4]] = 0.0
    coef, y = 10.0 * rng.normal(size=6), rng.normal(size=8)
    close(task(coef, B, y), smallest(coef, B, y), "coefficients that nothing touches", rtol=1e-7)


def compare_weights(task, J, case):
    """Compare weights of 0 and 1, which may come as integers or truth values."""
    close(1.0 * np.asarray(task(J)), np.where(np.any(J != 0.0, axis=0), 0.0, 1.0), case)


@points(1, number="11.3")
def test_networks(task, rng):
    for widths in ([1, 1], [2, 1], [1, 3, 1]):
        net = kn.KAN(widths, grid_size=8, base="zero", rng=0)
        net = net.with_theta(rng.normal(size=net.size))
        x = rng.uniform(-1.0, -0.3, (20, widths[0]))
        compare_weights(task, net.jacobian(x)[:, 0], f"a network {widths}")


@points(1, number="11.3")
def test_signs_and_single_samples(task, rng):
    J = rng.integers(1, 9, (10, 7)).astype(float)
    J[:, 2] = 0.0
    J[5:, 0] = -J[:5, 0]
    compare_weights(task, J, "derivatives whose sum is zero")
    compare_weights(task, -np.abs(J), "negative derivatives")
    single = np.zeros((10, 5))
    single[7, 3] = 2.0
    compare_weights(task, single, "one sample depends on one parameter")
    compare_weights(task, np.zeros((4, 3)), "no derivative at all")
    compare_weights(task, np.ones((1, 6)), "a single sample")


@points(1, number="11.3")
def test_small_derivatives(task, rng):
    J = rng.normal(size=(6, 6)) * 10.0 ** -np.array([0.0, 5.0, 9.0, 14.0, 40.0, 140.0])
    compare_weights(task, J, "derivatives down to 1e-140")
    J[:, 1] = 0.0
    compare_weights(task, 1e9 * J, "large and small derivatives")
