"""Checks of exercise 4: one layer."""

import numpy as np
import pytest
from exercises.expect import close, number

import kan_numpy as kn

TASKS = {"4.1": "layer", "4.2": "count_parameters"}
ALONE = set()

points = pytest.mark.points

SHAPES = [(1, 1, 1), (2, 3, 2), (7, 2, 5), (5, 4, 4), (1, 6, 1)]  # N, n_in, n_out


def draw(rng, shape, grid_size, degree, far=1.0):
    """Return the arguments of a layer, with other knots for every input."""
    N, n_in, n_out = shape
    low = rng.uniform(-2.0, -0.5, n_in)
    knots = np.array(
        [kn.uniform_knots(a, a + float(rng.uniform(1.0, 3.0)), grid_size, degree) for a in low]
    )
    share = rng.uniform(0.5 - far / 2, 0.5 + far / 2, (N, n_in))
    x = knots[:, degree] + share * (knots[:, -degree - 1] - knots[:, degree])
    coef = rng.standard_normal((n_out, n_in, grid_size + degree))
    w_base, scale = rng.standard_normal((2, n_out, n_in))
    return x, coef, w_base, scale, knots, degree


def compare(layer, arguments, case):
    """Compare with a network of the library, whose edges have no scale."""
    x, coef, w_base, scale, knots, degree = arguments
    layers = [{"knots": knots, "coef": scale[:, :, None] * coef, "w_base": scale * w_base}]
    wanted = kn.KAN.from_arrays(layers, degree=degree)(x)
    close(layer(*arguments), wanted, case, rtol=1e-10)


@points(1, number="4.1")
def test_layers_of_every_shape(task, rng):
    for shape in SHAPES:
        for G, k in [(1, 0), (4, 1), (3, 2), (5, 3), (2, 5)]:
            case = f"N = {shape[0]}, n_in = {shape[1]}, n_out = {shape[2]}, G = {G}, k = {k}"
            compare(task, draw(rng, shape, G, k), case)


@points(1, number="4.1")
def test_each_part_on_its_own(task, rng):
    for name, part in [("coef", 1), ("w_base", 2), ("scale", 3)]:
        arguments = list(draw(rng, (6, 3, 3), 4, 3))
        arguments[part] = np.zeros_like(arguments[part])
        compare(task, arguments, f"without {name}")
        arguments = list(draw(rng, (6, 3, 3), 4, 3))
        for size in (1e-6, 1e6):
            arguments[part] = size * arguments[part]
            compare(task, arguments, f"{name} times {size:g}")


@points(1, number="4.1")
def test_outside_the_grid_and_on_its_ends(task, rng):
    for k in range(4):
        compare(task, draw(rng, (9, 3, 2), 4, k, far=2.0), f"beside the grid, degree {k}")
        arguments = list(draw(rng, (5, 2, 3), 4, k))
        knots = arguments[4]
        arguments[0] = np.array([knots[:, k], knots[:, -k - 1], knots[:, k + 1]])
        compare(task, arguments, f"on knots and ends, degree {k}")
        arguments[0] = np.array([[-20.0, 20.0], [20.0, -20.0], [-7.5, 0.0]])
        compare(task, arguments, f"far from the grid, degree {k}")
    arguments = list(draw(rng, (5, 2, 3), 4, 2))
    arguments[4] = np.sort(np.clip(arguments[4], -1.5, 0.5), axis=1)
    arguments[4][:, :3], arguments[4][:, -3:] = -1.5, 0.5
    compare(task, arguments, "repeated ends")


def counted(count_parameters, widths, G, k):
    """Compare with the size of a network."""
    wanted = kn.KAN(widths, grid_size=G, degree=k, rng=0).size
    number(
        count_parameters(list(widths), G, k), wanted, f"widths {widths}, G = {G}, k = {k}", 1e-15
    )


@points(1, number="4.2")
def test_one_and_two_layers(task):
    for widths in ([1, 1], [3, 2], [2, 5, 1], [4, 1, 3], [1, 7, 2]):
        for G, k in [(1, 0), (5, 3), (4, 1), (20, 2)]:
            counted(task, widths, G, k)


@points(1, number="4.2")
def test_deep_networks(task, rng):
    for depth in (3, 4, 6):
        for _ in range(3):
            widths = [int(n) for n in rng.integers(1, 6, depth + 1)]
            counted(task, widths, int(rng.integers(1, 9)), int(rng.integers(0, 6)))
