"""Checks of exercise 10: KANs and MLPs."""

import numpy as np
import pytest
from exercises.expect import array, close, number, parts

import kan_numpy as kn

TASKS = {"10.1": "hinges", "10.2": "cross_entropy"}
ALONE = {"10.2"}

points = pytest.mark.points


def splines(rng):
    """Yield cases, knots and coefficients."""
    for G in (1, 2, 5, 12):
        yield f"even knots, G = {G}", kn.uniform_knots(-1.0, 1.0, G, 1), rng.normal(size=G + 1)
        widths = rng.uniform(0.05, 1.0, G + 2)
        uneven = np.cumsum([rng.uniform(-2.0, 2.0), *widths])
        yield f"uneven knots, G = {G}", uneven, rng.normal(size=G + 1)


def compare(task, knots, coef, x, case):
    """Compare the sum of the ReLUs with the spline."""
    weights, shifts, slope, offset = parts(task(knots, coef), 4, case)
    shifts = array(shifts, np.shape(shifts), f"{case}, shifts")
    assert shifts.ndim == 1, f"{case}: shifts has {shifts.ndim} axes"
    weights = array(weights, shifts.shape, f"{case}, weights")
    slope, offset = (
        float(array(value, (), f"{case}, {name}"))
        for value, name in [(slope, "slope"), (offset, "offset")]
    )
    assert len(shifts) <= 100 * len(knots), f"{case}: too many ReLUs"
    found = offset + slope * x + np.maximum(x[:, None] - shifts, 0.0) @ weights
    bends = np.max(np.abs(np.diff(coef, prepend=0.0, append=0.0) / np.diff(knots)))
    size = bends * np.max(np.abs(x[:, None] - knots))
    wrong = np.abs(found - kn.bspline_basis(x, knots, 1) @ coef) > 1e-11 * size
    assert not wrong.any(), f"{case}: the sum is wrong at x = {x[wrong][0]:.6g}"


@points(1, number="10.1")
def test_on_the_grid(task, rng):
    for case, t, c in splines(rng):
        compare(task, t, c, np.concatenate([rng.uniform(t[1], t[-2], 50), t[1:-1]]), case)


@points(1, number="10.1")
def test_beside_the_grid(task, rng):
    for case, t, c in splines(rng):
        left, right = rng.uniform(t[0], t[1], 20), rng.uniform(t[-2], t[-1], 20)
        compare(task, t, c, np.concatenate([left, right, t[[0, -1]]]), f"{case}, beside the grid")


@points(1, number="10.1")
def test_far_away(task, rng):
    for case, t, c in splines(rng):
        for far in (1.0, 100.0, 1e6):
            x = np.array([t[0] - far, t[-1] + far])
            compare(task, t, c, x, f"{case}, {far:g} beyond the knots")
    for scale in (1e-6, 1e6):
        t = scale * np.array([-2.0, -1.0, 0.5, 1.0, 3.0])
        x = scale * rng.uniform(-4.0, 5.0, 60)
        compare(task, t, np.array([1.0, -2.0, 0.5]), x, f"knots of size {scale:g}")
        compare(task, t, 1e-9 * np.array([1.0, -2.0, 0.5]), x, "coefficients of size 1e-9")


def exact(logits, labels):
    """Return loss and gradient, row by row."""
    losses, rows = [], []
    for z, c in zip(logits, labels, strict=True):
        p = np.exp(z - z.max())
        losses.append(np.log(p.sum()) + z.max() - z[c])
        rows.append((p / p.sum() - (np.arange(len(z)) == c)) / len(logits))
    return np.mean(losses), np.array(rows)


def compare_losses(task, logits, labels, case):
    """Compare the loss and the gradient."""
    loss, gradient = parts(task(logits, labels), 2, case)
    wanted, rows = exact(logits, labels)
    number(loss, wanted, f"{case}, loss", rtol=1e-9, atol=1e-13)
    close(gradient, rows, f"{case}, gradient", rtol=1e-9, atol=1e-15)


@points(1, number="10.2")
def test_classes_of_any_number(task, rng):
    for N, C in [(1, 2), (8, 2), (5, 3), (3, 5), (20, 7), (4, 4)]:
        logits, labels = rng.normal(size=(N, C)), rng.integers(0, C, N)
        compare_losses(task, logits, labels, f"{N} rows, {C} classes")


@points(1, number="10.2")
def test_mean_and_shift(task, rng):
    logits, labels = 3.0 * rng.normal(size=(6, 3)), rng.integers(0, 3, 6)
    compare_losses(task, np.tile(logits, (3, 1)), np.tile(labels, 3), "rows three times")
    compare_losses(task, logits + rng.normal(size=(6, 1)), labels, "a number added to every row")
    compare_losses(task, logits, np.zeros(6, dtype=int), "all in the first class")
    compare_losses(task, logits, np.full(6, 2, dtype=np.int32), "all in the last class")


@points(1, number="10.2")
def test_large_logits(task, rng):
    for size in (50.0, 800.0, 1e4):
        logits, labels = size * rng.normal(size=(9, 4)), rng.integers(0, 4, 9)
        compare_losses(task, logits, labels, f"logits of size {size:g}")
        compare_losses(task, logits - 1e4, labels, f"logits of size {size:g}, minus 10,000")
    logits = np.array([[1e4, -1e4], [-1e4, 1e4], [1e4, 1e4], [-1e4, -1e4]])
    compare_losses(task, logits, np.array([0, 0, 1, 1]), "logits of 10,000 and -10,000")
    rising = np.array([[0.0, 1e4, 20.0], [-1e4, 0.0, 20.0]])
    compare_losses(task, rising, np.array([1, 2]), "rows whose largest entries differ")
