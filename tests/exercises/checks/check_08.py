"""Checks of exercise 8: grids."""

from itertools import pairwise

import numpy as np
import pytest
from exercises.expect import array, parts

import kan_numpy as kn

TASKS = {"8.1": "adapted_knots", "8.2": "refine", "8.3": "finest"}
ALONE = {"8.1"}

points = pytest.mark.points


def skewed(rng, N=240):
    """Yield names and samples that all differ."""
    yield "uniform samples", rng.uniform(-1.0, 1.0, N)
    yield "exponential samples", rng.exponential(size=N)
    yield "lognormal samples times 1e6", 1e6 * rng.lognormal(size=N)
    yield (
        "two clusters, widths of 1e-6",
        np.concatenate([rng.uniform(0.0, 1e-6, N // 2), rng.uniform(2e-6, 3e-6, N - N // 2)]),
    )
    yield "negative samples", -3.0 - rng.exponential(size=N)


def grid_of(task, u, G, eps, case):
    """Return a grid after a look at what every grid must be."""
    case = f"{case}, G = {G}, eps = {eps:g}"
    t = array(task(u, G, eps), (G + 1,), case)
    slack = 1e-12 * np.ptp(u) + 4 * np.spacing(np.max(np.abs(u)))
    assert np.all(np.diff(t) > 0), f"{case}: the knots do not increase"
    assert t[0] <= u.min() + slack, f"{case}: the smallest sample is outside"
    assert t[-1] >= u.max() - slack, f"{case}: the largest sample is outside"
    return t


@points(1, number="8.1")
def test_equal_widths(task, rng):
    for case, u in skewed(rng):
        for G in (1, 2, 7):
            t = grid_of(task, u, G, 1.0, case)
            off = np.max(np.abs(np.diff(t) * G / np.ptp(u) - 1.0))
            assert off < 1e-9, f"{case}, G = {G}, eps = 1: the widths differ, or are too large"


@points(1, number="8.1")
def test_equal_numbers(task, rng):
    for case, u in skewed(rng):
        for G in (1, 3, 8):
            t = grid_of(task, u, G, 0.0, case)
            # A sample on a knot may be counted in either interval.
            most = max(np.sum((u > a) & (u < b)) for a, b in pairwise(t))
            least = min(np.sum((u >= a) & (u <= b)) for a, b in pairwise(t))
            assert most <= len(u) / G + 1, f"{case}, G = {G}: {most} samples in one interval"
            assert least >= len(u) / G - 1, f"{case}, G = {G}: {least} samples in one interval"
    u = rng.exponential(size=300)
    even, crowded, between = (
        grid_of(task, u, 6, eps, "between the two") for eps in (1.0, 0.0, 0.5)
    )
    apart = np.abs(even - crowded) > 1e-3
    inner = (between - crowded) * (even - between) > 0
    assert np.all(inner[apart]), "eps = 0.5: a knot is not between those of eps = 0 and eps = 1"


@points(1, number="8.1")
def test_ties_and_constants(task, rng):
    mostly_zero = np.where(rng.random(200) < 0.9, 0.0, rng.exponential(size=200))
    whole = rng.integers(0, 4, 150).astype(float)
    for case, u in [
        ("nine of ten samples are 0", mostly_zero),
        ("samples 0 and 1", np.repeat([0.0, 1.0], [70, 30])),
        ("four different samples", whole),
        ("four different samples times 1e12", 1e12 * whole),
        ("four different samples times 1e-12", 1e-12 * whole),
        ("a constant", np.full(50, 0.7)),
        ("a constant 0", np.zeros(9)),
        ("a constant -3e9", np.full(9, -3e9)),
        ("a constant 1e-9", np.full(9, 1e-9)),
        ("a single sample", np.array([2.5])),
        ("two samples", np.array([1.0, -1.0])),
    ]:
        for G in (1, 5, 20):
            for eps in (0.0, 0.3, 1.0):
                grid_of(task, u, G, eps, case)


def layers(rng):
    """Yield cases and layers of which every function is another."""
    for (n_in, n_out), G, k in [((1, 1), 1, 1), ((2, 3), 4, 3), ((3, 2), 5, 2), ((2, 1), 3, 4)]:
        net = kn.KAN([n_in, n_out], grid_size=G, degree=k, grid_range=(-2.0, 1.0), rng=0)
        net = net.with_theta(rng.normal(size=net.size))
        yield f"[{n_in}, {n_out}], G = {G}, k = {k}, even knots", net.layers[0]
        arrays = [
            {
                "knots": np.sort(rng.uniform(-1.0, 1.0, (n_in, G + 2 * k + 1)), axis=1),
                "coef": rng.normal(size=(n_out, n_in, G + k)),
                "w_base": rng.normal(size=(n_out, n_in)),
            }
        ]
        uneven = kn.KAN.from_arrays(arrays, degree=k)
        yield f"[{n_in}, {n_out}], G = {G}, k = {k}, uneven knots", uneven.layers[0]


def refined(task, layer, times, case):
    """Return knots and coefficients after a look at their shapes."""
    n_out, n_in, G, k = *layer.coef.shape[:2], layer.coef.shape[2] - layer.degree, layer.degree
    case = f"{case}, {G} to {times * G} intervals"
    knots, coef = parts(task(layer, times * G), 2, case)
    knots = array(knots, (n_in, times * G + 2 * k + 1), f"{case}, knots")
    coef = array(coef, (n_out, n_in, times * G + k), f"{case}, coef")
    assert np.all(np.diff(knots, axis=1) >= 0), f"{case}: the knots decrease"
    return knots, coef, case


@points(1.5, number="8.2")
def test_the_layer_is_the_same_on_its_whole_grid(task, rng):
    for name, layer in layers(rng):
        k = layer.degree
        for times in (1, 2, 3):
            knots, coef, case = refined(task, layer, times, name)
            for i, (old, new) in enumerate(zip(layer.knots, knots, strict=True)):
                x = np.concatenate([rng.uniform(old[k], old[-k - 1], 200), old[k : -k - 1]])
                before = kn.bspline_basis(x, old, k) @ layer.coef[:, i].T
                after = kn.bspline_basis(x, new, k) @ coef[:, i].T
                off = np.max(np.abs(after - before)) / np.max(np.abs(before))
                assert off < 1e-7, f"{case}, input {i}: it moves by {off:.0e} of its size"


@points(1.5, number="8.2")
def test_every_interval_is_divided(task, rng):
    for name, layer in layers(rng):
        k = layer.degree
        for times in (1, 2, 5):
            knots, _, case = refined(task, layer, times, name)
            for old, new in zip(layer.knots, knots, strict=True):
                grid, finer = old[k : len(old) - k], new[k : len(new) - k]
                ends = np.abs(finer[[0, -1]] - grid[[0, -1]]) / np.ptp(grid)
                assert np.max(ends) < 1e-12, f"{case}: the grid has other ends"
                off = np.max(np.abs(finer[::times] - grid)) / np.ptp(grid)
                assert off < 1e-12, f"{case}: an old knot is missing"
                assert np.all(np.diff(finer) > 0), f"{case}: an interval of no width"


def possible(x, degree, slack):
    """Return the numbers G for which every function has three samples in its support."""
    ordered, found = np.sort(x), []
    for G in range(1, len(x) * (degree + 1) // 3 + 1):
        h = (ordered[-1] - ordered[0]) / G
        starts = ordered[0] + h * np.arange(-degree, G)
        begins = np.searchsorted(ordered, starts + slack * h)
        ends = np.searchsorted(ordered, starts + (degree + 1 - slack) * h)
        if np.min(ends - begins) >= 3:
            found.append(G)
    return found


def unambiguous(x, degree):
    """Return the numbers G, None if a sample at the end of a support would make a difference."""
    opened, closed = possible(x, degree, 1e-9), possible(x, degree, -1e-9)
    return opened if opened == closed else None


@points(1, number="8.3")
def test_samples_of_several_kinds(task, rng):
    count = 0
    while count < 6:
        N, degree = int(rng.integers(15, 50)), int(rng.integers(1, 5))
        x = (rng.uniform(-1.0, 1.0, N), rng.normal(size=N), 1e3 * rng.random(N) ** 2)[count % 3]
        if found := unambiguous(x, degree):
            compare(task, x, degree, found[-1], f"{N} samples, k = {degree}")
            count += 1


@points(0.5, number="8.3")
def test_repeated_samples(task, rng):
    for degree in (1, 2, 3):
        found = None
        while not found:
            x = np.repeat(rng.random(12), rng.integers(1, 4, 12))
            found = unambiguous(x, degree)
        compare(task, rng.permutation(x), degree, found[-1], f"repeated samples, k = {degree}")


@points(0.5, number="8.3")
def test_where_a_smaller_grid_is_impossible(task, rng):
    count = 0
    while count < 2:
        degree, centers = int(rng.integers(1, 3)), rng.permutation(np.linspace(0.0, 1.0, 9))
        x = np.concatenate([rng.normal(c, 0.01, 4) for c in centers[: int(rng.integers(5, 10))]])
        found = unambiguous(x, degree)
        if found and found[-1] != len(found):
            compare(task, x, degree, found[-1], f"{len(x)} samples in clusters, k = {degree}")
            count += 1


def compare(task, x, degree, wanted, case):
    """Compare a whole number."""
    assert int(array(task(x, degree), (), case, whole=True)) == wanted, f"{case}: another G"
