"""Checks of exercise 12: differential equations."""

import numpy as np
import pytest
from exercises.expect import close, parts

import kan_numpy as kn

TASKS = {"12.1": "jet", "12.2": "bratu"}
ALONE = set()

points = pytest.mark.points


def network(rng, widths, degree=4, **options):
    """Return a network with random parameters."""
    net = kn.KAN(widths, grid_size=4, degree=degree, rng=0, **options)
    return net.with_theta(0.7 * rng.normal(size=net.size))


def compare_jets(task, net, x, case):
    """Compare with the jets of the library."""
    value, gradient, second = parts(task(net, x), 3, case)
    right = kn.jets.jet(net, x[None])
    close(value, right.value[0], f"{case}, value", rtol=1e-9)
    close(gradient, right.gradient[0], f"{case}, gradient", rtol=1e-5)
    # Second differences of a right solution have errors, too.
    close(second, right.second[0], f"{case}, second", rtol=1e-3, atol=1e-4)


@points(1, number="12.1")
def test_one_layer(task, rng):
    for widths in ([1, 1], [2, 1], [3, 2]):
        net = network(rng, widths)
        compare_jets(task, net, rng.uniform(-0.9, 0.9, widths[0]), f"a network {widths}")


@points(1, number="12.1")
def test_several_layers(task, rng):
    for widths in ([1, 2, 1], [2, 3, 1], [3, 2, 2], [2, 2, 2, 1]):
        net = network(rng, widths)
        compare_jets(task, net, rng.uniform(-0.9, 0.9, widths[0]), f"a network {widths}")


@points(1, number="12.1")
def test_degrees_and_base_functions(task, rng):
    for degree, base in [(3, "silu"), (5, "zero"), (4, "identity")]:
        net = network(rng, [2, 2, 1], degree, base=base)
        x = rng.uniform(-0.9, 0.9, 2)
        compare_jets(task, net, x, f"degree {degree}, base function {base}")


@points(1, number="12.1")
def test_outputs_and_activations_outside(task, rng):
    net = network(rng, [2, 3, 3])
    compare_jets(task, net, rng.uniform(-0.9, 0.9, 2), "three outputs")
    for outside in ("linear", "fade"):
        net = network(rng, [2, 3, 2], outside=outside)
        net = net.with_theta(3.0 * net.theta)  # the hidden activations leave the grid
        compare_jets(task, net, rng.uniform(-0.9, 0.9, 2), f"outside the grid, {outside}")
        compare_jets(task, net, np.array([1.2, -1.3]), f"a point outside the grid, {outside}")


def compare_bratu(task, N, d, rng, case):
    """Compare the four results."""
    x, u, g, h = rng.random((N, d)), rng.normal(size=N), *rng.normal(size=(2, N, d))
    residual, by_u, by_g, by_h = parts(task(x, u, g, h), 4, case)
    close(residual, np.sum(h, axis=1) + np.exp(u), f"{case}, residual", rtol=1e-11)
    close(by_u, np.exp(u), f"{case}, by u", rtol=1e-11)
    close(by_g, np.zeros((N, d)), f"{case}, by g")
    close(by_h, np.ones((N, d)), f"{case}, by h")


@points(1, number="12.2")
def test_in_one_dimension(task, rng):
    for N in (1, 2, 20):
        compare_bratu(task, N, 1, rng, f"{N} points on a line")


@points(1, number="12.2")
def test_in_two_dimensions(task, rng):
    for N in (1, 2, 15):
        compare_bratu(task, N, 2, rng, f"{N} points in the plane")


@points(1, number="12.2")
def test_in_more_dimensions(task, rng):
    for N, d in [(3, 3), (4, 5), (3, 7)]:
        compare_bratu(task, N, d, rng, f"{N} points, {d} dimensions")
