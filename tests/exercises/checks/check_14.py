"""Checks of exercise 14: limits."""

import numpy as np
import pytest
from exercises.expect import array, close

import kan_numpy as kn

TASKS = {"14.1": "best_grid", "14.2": "knots_for", "14.3": "continued"}
ALONE = set()

points = pytest.mark.points


def compare_grid(task, bias, sigma, N, k, case):
    """Compare the best G, if the second best is worse by more than rounding."""
    errors = {G: error**2 + sigma**2 * (G + k) / N for G, error in bias.items()}
    best = min(errors, key=lambda G: (errors[G], G))
    others = [error for G, error in errors.items() if best != G]
    if min(others, default=np.inf) > errors[best] * (1 + 1e-9):
        found = int(array(task(bias, sigma, N, k), (), case, whole=True))
        assert found == best, f"{case}: not the best grid"


@points(1, number="14.1")
def test_errors_that_fall_like_a_power(task, rng):
    for n in range(60):
        N, k = int(10 ** rng.uniform(1.5, 4)), int(rng.integers(1, 6))
        sigma, front = 10 ** rng.uniform(-4, 0), 10 ** rng.uniform(0, 3)
        bias = {G: front * G ** -(k + 1.0) for G in (2, 3, 5, 8, 12, 20, 30, 50, 80, 120)}
        compare_grid(
            task, bias, sigma, N, k, f"case {n + 1}, k = {k}, N = {N}, sigma = {sigma:.1e}"
        )


@points(1, number="14.1")
def test_errors_in_any_order(task, rng):
    for n in range(60):
        N, k, sigma = int(rng.integers(20, 500)), int(rng.integers(1, 6)), 10 ** rng.uniform(-1, 1)
        bias = {int(G): 10 ** rng.uniform(-1, 0.5) for G in rng.permutation(40)[:6] + 1}
        compare_grid(task, bias, sigma, N, k, f"random errors {n + 1}, k = {k}, N = {N}")


@points(0.5, number="14.1")
def test_without_noise_and_with_much(task):
    bias = {40: 1e-4, 5: 0.2, 10: 0.03, 20: 1e-3}
    compare_grid(task, bias, 0.0, 100, 3, "no noise")
    compare_grid(task, bias, 1e3, 100, 3, "nothing but noise")
    compare_grid(task, bias, 0.1, 10**9, 3, "a billion samples")
    compare_grid(task, {7: 0.5}, 0.1, 50, 3, "a single grid")
    # The degree counts only where grids differ in nothing else: not here.
    for equal in ({4: 0.1, 8: 0.1}, {8: 0.1, 4: 0.1}, {20: 0.2, 8: 0.1, 4: 0.1, 5: 0.1}):
        found = int(array(task(equal, 0.0, 100, 3), (), "equal grids", whole=True))
        assert found == 4, "equal grids: the smallest is wanted"


@points(0.5, number="14.1")
def test_two_grids_that_are_nearly_equal(task, rng):
    for n in range(20):
        (G, more), N, sigma = rng.integers(1, 50, 2), int(rng.integers(10, 500)), rng.random() + 0.1
        fine, price = 0.1 * sigma * rng.random(), sigma**2 * more / N
        for share in (0.999, 1.001):  # of the price of the finer grid, which it gains
            bias = {int(G + more): fine, int(G): np.sqrt(fine**2 + share * price)}
            compare_grid(task, bias, sigma, N, 3, f"two grids, draw {n + 1}, N = {N}")


def compare_knots(task, kinks, jumps, low, high, k, case):
    """Compare the knots one by one."""
    inner = [place for place in set(kinks) - set(jumps) for _ in range(k)]
    inner += [place for place in set(jumps) for _ in range(k + 1)]
    wanted = [low] * (k + 1) + sorted(inner) + [high] * (k + 1)
    close(task(kinks, jumps, low, high, k), wanted, f"{case}, k = {k}", rtol=1e-13)


@points(1, number="14.2")
def test_kinks_and_jumps(task, rng):
    for k in (1, 2, 3, 5):
        compare_knots(task, [0.3], [], -1.0, 1.0, k, "a kink")
        compare_knots(task, [], [-0.2], -1.0, 1.0, k, "a jump")
        compare_knots(task, [], [], 0.0, 2.0, k, "neither")
        places = rng.uniform(-2.0, 3.0, 5).tolist()
        compare_knots(task, places[:3], places[3:], -2.0, 3.0, k, "three kinks and two jumps")


@points(1, number="14.2")
def test_places_in_any_order(task):
    for k in (1, 2, 4):
        compare_knots(task, [0.5, -0.5, 0.0], [0.7, 0.1], -1.0, 1.0, k, "unordered places")
        compare_knots(task, [0.5, 0.2], [0.2], -1.0, 1.0, k, "a place in both")
        compare_knots(task, [5.5], [7.0, 6.0], 5.0, 9.0, k, "a grid far from zero")


def both_sides(knots, coef, k):
    """Return the ends of the grid, with value and slope there."""
    low, high = knots[k], knots[-k - 1]
    ends = np.array([low, high])
    return [
        (end, value, slope)
        for end, value, slope in zip(
            ends,
            kn.bspline_basis(ends, knots, k) @ coef,
            kn.bspline_basis(ends, knots, k, 1) @ coef,
            strict=True,
        )
    ]


def compare_continued(task, x, knots, coef, k, case):
    """Compare with the spline and its two tangents."""
    (low, left, rise), (high, right, fall) = both_sides(knots, coef, k)
    wanted = kn.bspline_basis(np.clip(x, low, high), knots, k) @ coef
    wanted = np.where(x < low, left + rise * (x - low), wanted)
    wanted = np.where(x > high, right + fall * (x - high), wanted)
    # Slopes by differences have errors, too.
    close(task(x, knots, coef, k), wanted, f"{case}, k = {k}", rtol=1e-5)


def splines(rng):
    """Yield cases, knots, coefficients and degree."""
    for G, k in [(1, 1), (5, 1), (4, 2), (5, 3), (1, 3), (6, 5)]:
        even = kn.uniform_knots(-1.0, 2.0, G, k)
        yield f"even knots, G = {G}", even, rng.normal(size=G + k), k
        uneven = np.cumsum(rng.uniform(0.2, 1.0, G + 2 * k + 1))
        yield f"uneven knots, G = {G}", uneven, rng.normal(size=G + k), k


@points(1, number="14.3")
def test_on_the_grid(task, rng):
    for case, t, c, k in splines(rng):
        x = np.concatenate([rng.uniform(t[k], t[-k - 1], 30), t[[k, -k - 1]]])
        compare_continued(task, x, t, c, k, case)


@points(1, number="14.3")
def test_beside_the_grid(task, rng):
    for case, t, c, k in splines(rng):
        width = t[-k - 1] - t[k]
        left, right = t[k] - width * rng.random(15), t[-k - 1] + width * rng.random(15)
        compare_continued(task, left, t, c, k, f"{case}, to the left")
        compare_continued(task, right, t, c, k, f"{case}, to the right")
        inside = rng.uniform(t[k], t[-k - 1], 15)
        x = rng.permutation(np.concatenate([left, right, inside]))
        compare_continued(task, x, t, c, k, f"{case}, everywhere")


@points(1, number="14.3")
def test_far_from_the_grid(task, rng):
    for case, t, c, k in splines(rng):
        compare_continued(task, np.array([-1e3, 1e3, 0.0]), t, c, k, f"{case}, far away")
        compare_continued(task, t[-1:] + 2.0, t, c, k, f"{case}, one point")
