"""Checks of exercise 9: from a network to a formula."""

import numpy as np
import pytest
from exercises.expect import array, close, number, parts

TASKS = {"9.1": "penalty", "9.2": "score", "9.3": "fold"}
ALONE = set(TASKS)

points = pytest.mark.points


def price(phi):
    """Return the value and the gradient of task 9.1, edge by edge."""
    sizes = np.mean(np.abs(phi), axis=0)
    total, entropy = float(np.sum(sizes)), 0.0
    for size in sizes.ravel():
        entropy -= size / total * np.log(size / total) if size > 0 else 0.0
    slopes = np.zeros_like(sizes)
    for place, size in np.ndenumerate(sizes):
        if size > 0:
            slopes[place] = 1.0 - (np.log(size / total) + entropy) / total
    return total + entropy, slopes * np.sign(phi) / len(phi)


def compare_price(task, phi, case):
    """Compare the value and the gradient."""
    value, dphi = parts(task(phi), 2, case)
    wanted, gradient = price(phi)
    number(value, wanted, f"{case}, value", rtol=1e-10)
    close(dphi, gradient, f"{case}, dphi", rtol=1e-9)


@points(1, number="9.1")
def test_layers_of_several_shapes(task, rng):
    for shape in [(20, 3, 2), (7, 1, 4), (1, 2, 5), (50, 5, 1)]:
        compare_price(task, rng.normal(size=shape), f"phi {shape}")


@points(1, number="9.1")
def test_one_edge_and_unequal_edges(task, rng):
    compare_price(task, rng.normal(size=(9, 1, 1)), "a single edge")
    compare_price(task, rng.normal(size=(9, 2, 3)) * 10.0 ** -np.arange(3.0), "unequal edges")
    compare_price(task, 2.0 + rng.random((9, 2, 2)), "positive values")


@points(1, number="9.1")
def test_edges_that_send_nothing(task, rng):
    phi = rng.normal(size=(12, 2, 3))
    phi[:, 0, 1] = 0.0
    compare_price(task, phi, "one edge is zero")
    phi[:, 1] = 0.0
    compare_price(task, phi, "several edges are zero")
    phi = rng.normal(size=(12, 2, 3))
    phi[:5, 1, 2] = 0.0
    compare_price(task, phi, "an edge is zero at some samples")


@points(1, number="9.1")
def test_small_and_large_layers(task, rng):
    for scale in (1e-8, 1e-3, 1e3, 1e8):
        compare_price(task, scale * rng.normal(size=(15, 2, 2)), f"phi times {scale:g}")


def r_squared(f, phi):
    """Return r squared by its definition: what the best line leaves of the variance."""
    f, phi = f - np.mean(f), phi - np.mean(phi)
    return float(np.sum(f * phi) ** 2 / (np.sum(f * f) * np.sum(phi * phi)))


@points(1, number="9.2")
def test_curves_that_differ(task, rng):
    for N in (2, 3, 10, 200):
        f, phi = rng.normal(size=(2, N))
        number(task(f, phi), r_squared(f, phi), f"random values, N = {N}", rtol=1e-8, atol=1e-12)
    x = np.sort(rng.uniform(-2.0, 2.0, 80))
    for name, f, phi in [
        ("a sine and a line", np.sin(x), x),
        ("a parabola and a cubic", x**2, x**3),
        ("an exponential and its inverse", np.exp(x), np.exp(-x)),
    ]:
        number(task(f, phi), r_squared(f, phi), name, rtol=1e-8, atol=1e-12)


@points(1, number="9.2")
def test_curves_of_one_kind(task, rng):
    x = np.linspace(-3.0, 3.0, 60)
    for c, d in [(1.0, 0.0), (-2.0, 1.0), (1e-5, 3.0), (-1e5, 1e5), (7.0, -1e3)]:
        number(task(np.sin(x), c * np.sin(x) + d), 1.0, f"phi = {c:g} f + {d:g}", rtol=1e-8)
    for size in (0.1, 1e-3):
        noise = np.sin(x) + size * rng.normal(size=60)
        case = f"a sine with noise of size {size:g}"
        number(task(np.sin(x), noise), r_squared(np.sin(x), noise), case, rtol=1e-9)


@points(1, number="9.2")
def test_scale_and_shift_of_both(task, rng):
    f, phi = rng.normal(size=(2, 40))
    phi = f + 0.5 * phi
    wanted = r_squared(f, phi)
    for c, d in [(-1.0, 0.0), (1e6, 0.0), (1e-6, 0.0), (1.0, 1e5), (-3.0, -2.0)]:
        number(task(c * f + d, phi), wanted, f"f becomes {c:g} f + {d:g}", rtol=1e-7)
        number(task(f, c * phi + d), wanted, f"phi becomes {c:g} phi + {d:g}", rtol=1e-7)
    for size in (1e-30, 1e30):
        number(task(f, size * phi), wanted, f"phi times {size:g}", rtol=1e-9)
        number(task(size * f, phi), wanted, f"f times {size:g}", rtol=1e-9)
    value = float(array(task(f, phi), (), "f and phi"))
    assert -1e-12 <= value <= 1.0 + 1e-12, "r squared lies between 0 and 1"


def edges(rng):
    """Return the constants of three edges."""
    return rng.uniform(0.3, 2.0, (3, 4)) * rng.choice([-1.0, 1.0], (3, 4))


@points(1, number="9.3")
def test_the_formula_is_the_network(task, rng):
    for n, (f, g, h) in enumerate([(np.sin, np.square, np.exp), (np.tanh, np.abs, np.cos)] * 2):
        affines = edges(rng)
        (a1, b1, c1, d1), (a2, b2, c2, d2), (a3, b3, c3, d3) = affines
        A, B, E, C, D = array(task(affines), (5,), f"case {n + 1}")
        x1, x2 = rng.uniform(-1.0, 1.0, (2, 30))
        left, right = f(a1 * x1 + b1), g(a2 * x2 + b2)
        y = c3 * h(a3 * (c1 * left + d1 + c2 * right + d2) + b3) + d3
        close(C * h(A * left + B * right + E) + D, y, f"case {n + 1}, y")


@points(2, number="9.3")
def test_each_of_the_five(task, rng):
    for n in range(5):
        affines = edges(rng)
        (_, _, c1, d1), (_, _, c2, d2), (a3, b3, c3, d3) = affines
        wanted = [a3 * c1, a3 * c2, a3 * (d1 + d2) + b3, c3, d3]
        found = array(task(affines), (5,), f"case {n + 1}")
        for name, value, right in zip("ABECD", found, wanted, strict=True):
            number(value, right, f"case {n + 1}, the number {name}", rtol=1e-9, atol=1e-12)
