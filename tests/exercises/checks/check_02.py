"""Checks of exercise 2: knots and bumps."""

import time

import numpy as np
import pytest
from exercises.expect import close, parts

import kan_numpy as kn

TASKS = {"2.1": "knots", "2.2": "basis", "2.3": "witnesses"}
ALONE = set(TASKS)

MANY = 10_000

points = pytest.mark.points


def uneven(rng, grid_size, degree, repeated=0):
    """Return sorted random knots; some inner ones are repeated."""
    t = np.sort(rng.uniform(-1.0, 1.0, grid_size + 2 * degree + 1))
    for _ in range(repeated):
        j = int(rng.integers(degree + 1, degree + grid_size))
        t[j] = t[j - 1] if j > degree + 1 else t[j]
    return t


def clamped(grid, degree):
    """Return the knots of a grid with its ends repeated."""
    return np.concatenate([[grid[0]] * degree, grid, [grid[-1]] * degree])


def compare(basis, x, t, degree, case):
    """Compare with the library up to rounding."""
    close(basis(x, t, degree), kn.bspline_basis(x, t, degree), case, rtol=1e-10)


@points(1, number="2.1")
def test_grids_of_every_size(task, rng):
    for G, k in [(1, 0), (1, 3), (5, 3), (4, 0), (20, 1), (7, 5), (3, 2)]:
        low = float(rng.uniform(-3.0, 3.0))
        high = low + float(rng.uniform(0.5, 4.0))
        wanted = kn.uniform_knots(low, high, G, k)
        close(task(low, high, G, k), wanted, f"G = {G}, k = {k}", rtol=1e-12)


@points(1, number="2.1")
def test_grids_far_from_zero_and_of_any_width(task):
    for low, high in [(100.0, 101.0), (-7.0, -3.0), (0.0, 1e-6), (-1e6, 1e6), (2.0, 9.0)]:
        wanted = kn.uniform_knots(low, high, 6, 2)
        close(task(low, high, 6, 2), wanted, f"the grid [{low:g}, {high:g}]", rtol=1e-12)
    for G in range(1, 30):
        case = f"the grid [0, 1] in {G} intervals"
        close(task(0.0, 1.0, G, 3), kn.uniform_knots(0.0, 1.0, G, 3), case, rtol=1e-12)


@points(1, number="2.2")
def test_even_knots(task, rng):
    for G, k in [(1, 0), (5, 3), (4, 1), (3, 2), (6, 5), (1, 4)]:
        t = kn.uniform_knots(-1.0, 2.0, G, k)
        compare(task, rng.uniform(-1.0, 2.0, 40), t, k, f"even knots, G = {G}, k = {k}")
        compare(task, t[k : -k - 1], t, k, f"points on even knots, G = {G}, k = {k}")


@points(1, number="2.2")
def test_uneven_knots_of_any_scale(task, rng):
    for k in range(5):
        t = uneven(rng, 6, k)
        x = rng.uniform(t[k], t[-k - 1], 30)
        compare(task, x, t, k, f"uneven knots, degree {k}")
        compare(task, t[k : -k - 1], t, k, f"points on uneven knots, degree {k}")
        for scale in (1e-6, 1e6):
            compare(task, scale * x, scale * t, k, f"uneven knots times {scale:g}, degree {k}")
        compare(task, x + 50.0, t + 50.0, k, f"uneven knots plus 50, degree {k}")


@points(1, number="2.2")
def test_repeated_knots_and_both_ends(task, rng):
    for k in range(5):
        grid = np.array([-1.0, -0.2, 0.1, 0.5, 1.0])
        t = clamped(grid, k)
        x = np.concatenate([[-1.0, 1.0], rng.uniform(-1.0, 1.0, 20)])
        compare(task, x, t, k, f"repeated ends, degree {k}")
        compare(task, grid, t, k, f"points on all knots, the ends repeated, degree {k}")
        open_ends = kn.uniform_knots(-1.0, 1.0, 4, k)
        compare(task, np.array([-1.0, 1.0]), open_ends, k, f"both ends of even knots, degree {k}")
        for times in range(2, k + 2):
            middle = np.sort(np.concatenate([grid, [0.1] * (times - 1)]))
            t = np.concatenate([-1.0 - np.arange(k, 0, -1), middle, 1.0 + np.arange(1, k + 1)])
            x = np.concatenate([rng.uniform(-1.0, 1.0, 20), [0.1, 1.0, -1.0]])
            compare(task, x, t, k, f"an inner knot {times} times, degree {k}")
        over = np.concatenate([np.arange(-k - 1, 0), [0.0, 0.6] + [1.0] * (k + 1), [2.0]])
        x = np.array([1.0, 0.99, 0.6])
        compare(task, x, over, k, f"the right end {k + 1} times, a knot beyond it, degree {k}")
        for times in range(2, k + 2):
            beyond = np.concatenate([[1.0] * (times - 1), 1.0 + np.arange(1, k + 2 - times)])
            t = np.concatenate([-1.0 - np.arange(k, 0, -1), grid, beyond])
            x = np.array([1.0, 0.9, -1.0])
            compare(task, x, t, k, f"the right end {times} times, degree {k}")


@points(1, number="2.2")
def test_outside_the_grid(task, rng):
    for k in range(5):
        for name, t in [
            ("even", kn.uniform_knots(-1.0, 1.0, 4, k)),
            ("uneven", uneven(rng, 5, k)),
            ("repeated", clamped(np.array([-1.0, 0.3, 1.0]), k)),
        ]:
            width = t[-1] - t[0]
            x = np.concatenate(
                [rng.uniform(t[0], t[k], 9), rng.uniform(t[-k - 1], t[-1], 9), t[[0, -1]]]
            )
            compare(task, x, t, k, f"beside the grid, {name} knots, degree {k}")
            x = np.array([t[0] - width, t[0] - 1e-9, t[-1] + 1e-9, t[-1] + 1e3 * width])
            compare(task, x, t, k, f"beyond all knots, {name} knots, degree {k}")
            compare(task, t, t, k, f"on every knot, {name} knots, degree {k}")


@points(1, number="2.2")
def test_few_points_and_many(task, rng):
    t = uneven(rng, 5, 3)
    for N in (1, 2):
        x = rng.uniform(t[3], t[-4], N)
        compare(task, x, t, 3, f"{N} points")
    x = rng.uniform(t[3], t[-4], MANY)
    compare(task, x, t, 3, f"{MANY} points")
    for _ in range(2):  # the machine may be busy with something else
        ours, yours = seconds(kn.bspline_basis, x, t, 3), seconds(task, x, t, 3)
        if yours < max(0.2, 40.0 * ours):
            return
    raise AssertionError(f"{MANY} points take {yours:.1f} s, which is as slow as one by one")


def seconds(function, *arguments):
    """Return how long a call takes."""
    begin = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - begin


@points(1, number="2.3")
def test_first_witness(task):
    convict(task, 0, sick_1)


@points(1, number="2.3")
def test_second_witness(task):
    convict(task, 1, sick_2)


@points(1, number="2.3")
def test_third_witness(task):
    convict(task, 2, sick_3)


def convict(witnesses, number, sick):
    """See whether a witness is one."""
    case = f"witness {number + 1}"
    x, t, degree = parts(parts(witnesses(), 3, "the witnesses")[number], 3, case)
    assert isinstance(degree, int | np.integer), f"{case}: the degree is no whole number"
    assert 0 <= degree <= 5, f"{case}: the degree is {degree}"
    try:
        x, t = np.asarray(x, dtype=np.float64).ravel(), np.asarray(t, dtype=np.float64)
    except (TypeError, ValueError):
        raise AssertionError(f"{case}: the point and the knots are no numbers") from None
    assert x.size == 1, f"{case}: one point is wanted"
    try:
        healthy = kn.bspline_basis(x, t, int(degree))
    except (ValueError, TypeError) as error:
        raise AssertionError(f"{case}: {error}") from None
    with np.errstate(all="ignore"):
        said = sick(x, t, int(degree))
    assert np.max(np.abs(said - healthy)) > 1e-6, f"{case}: the sick implementation is right there"


# The same as in ex02.py, where a student may change them.


def sick_1(x, knots, degree):
    x = np.asarray(x)[:, None]
    B = 1.0 * ((knots[:-1] <= x) & (x < knots[1:]))
    for q in range(1, degree + 1):
        rise, fall = knots[q:-1] - knots[: -q - 1], knots[q + 1 :] - knots[1:-q]
        left = np.where(rise > 0, x - knots[: -q - 1], 0.0) / np.where(rise > 0, rise, 1.0)
        right = np.where(fall > 0, knots[q + 1 :] - x, 0.0) / np.where(fall > 0, fall, 1.0)
        B = left * B[:, :-1] + right * B[:, 1:]
    return B


def sick_2(x, knots, degree):
    x = np.asarray(x)[:, None]
    last = np.searchsorted(knots, knots[-degree - 1]) - 1
    B = 1.0 * ((knots[:-1] <= x) & (x < knots[1:]))
    B[x[:, 0] == knots[-degree - 1]] = np.arange(len(knots) - 1) == last
    with np.errstate(divide="ignore", invalid="ignore"):
        for q in range(1, degree + 1):
            left = (x - knots[: -q - 1]) / (knots[q:-1] - knots[: -q - 1])
            right = (knots[q + 1 :] - x) / (knots[q + 1 :] - knots[1:-q])
            B = np.nan_to_num(left * B[:, :-1] + right * B[:, 1:], posinf=0.0, neginf=0.0)
    return B


def sick_3(x, knots, degree):
    x = np.asarray(x)[:, None]
    h = (knots[-degree - 1] - knots[degree]) / (len(knots) - 2 * degree - 1)
    last = np.searchsorted(knots, knots[-degree - 1]) - 1
    B = 1.0 * ((knots[:-1] <= x) & (x < knots[1:]))
    B[x[:, 0] == knots[-degree - 1]] = np.arange(len(knots) - 1) == last
    for q in range(1, degree + 1):
        left, right = (x - knots[: -q - 1]) / (q * h), (knots[q + 1 :] - x) / (q * h)
        B = left * B[:, :-1] + right * B[:, 1:]
    return B
