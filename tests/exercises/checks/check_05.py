"""Checks of exercise 5: backward."""

import numpy as np
import pytest
from exercises.checks.check_04 import SHAPES, draw
from exercises.expect import close, parts, refused

import kan_numpy as kn

TASKS = {"5.1": "backward", "5.2": "chain", "5.3": "repairs", "5.4": "jacobian"}
ALONE = set()

points = pytest.mark.points


def library(dy, x, coef, w_base, scale, knots, degree):
    """Return the gradients from a network of the library, whose edges have no scale."""
    layers = [{"knots": knots, "coef": scale[:, :, None] * coef, "w_base": scale * w_base}]
    net = kn.KAN.from_arrays(layers, degree=degree)
    dx, dtheta = net.backward(dy, net.forward(x)[1])
    inner, base = dtheta[: coef.size].reshape(coef.shape), dtheta[coef.size :].reshape(scale.shape)
    through = np.einsum("oij,oij->oi", inner, coef) + base * w_base
    return {
        "dx": dx,
        "dcoef": inner * scale[:, :, None],
        "dw_base": base * scale,
        "dscale": through,
    }


def compare(backward, dy, arguments, case, names=("dx", "dcoef", "dw_base", "dscale")):
    """Compare gradients with the library."""
    wanted = library(dy, *arguments)
    found = parts(backward(dy, *arguments), 4, case)
    for (name, right), gradient in zip(wanted.items(), found, strict=True):
        if name in names:
            close(gradient, right, f"{name}, {case}", rtol=1e-9)


def every_shape(task, rng, name):
    """Compare one gradient for layers of all shapes, degrees and sizes."""
    for shape, G, k in zip(SHAPES, (1, 4, 3, 2, 5), (1, 2, 3, 5, 3), strict=True):
        arguments = draw(rng, shape, G, k, far=1.5)
        dy = rng.standard_normal((shape[0], shape[2]))
        case = f"N = {shape[0]}, n_in = {shape[1]}, n_out = {shape[2]}, G = {G}, k = {k}"
        compare(task, dy, arguments, case, [name])
    arguments = draw(rng, (6, 3, 3), 4, 3)
    dy = rng.standard_normal((6, 3))
    for size in (1e-6, 1e6):
        compare(task, size * dy, arguments, f"dy times {size:g}", [name])
    for part, changed in [(1, "coef"), (2, "w_base"), (3, "scale")]:
        others = [np.zeros_like(a) if i == part else a for i, a in enumerate(arguments)]
        compare(task, dy, others, f"without {changed}", [name])


@points(1, number="5.1")
def test_dx(task, rng):
    every_shape(task, rng, "dx")


@points(1, number="5.1")
def test_dcoef(task, rng):
    every_shape(task, rng, "dcoef")


@points(1, number="5.1")
def test_dw_base(task, rng):
    every_shape(task, rng, "dw_base")


@points(1, number="5.1")
def test_dscale(task, rng):
    every_shape(task, rng, "dscale")


@points(1, number="5.1")
def test_on_knots_and_outside(task, rng):
    for k in range(1, 5):
        arguments = list(draw(rng, (3, 2, 3), 4, k))
        dy, knots = rng.standard_normal((3, 3)), arguments[4]
        arguments[0] = np.array([knots[:, k], knots[:, -k - 1], knots[:, k + 1]])
        compare(task, dy, arguments, f"on knots and ends, degree {k}")
        arguments[0] = np.array([[-20.0, 20.0], [20.0, -20.0], [-7.5, 0.0]])
        compare(task, dy, arguments, f"far from the grid, degree {k}")


@points(1, number="5.1")
def test_the_derivative_by_every_argument(task, rng):
    *arguments, knots, k = draw(rng, (4, 2, 3), 3, 3, far=1.3)

    def forward(x, coef, w_base, scale):
        layers = [{"knots": knots, "coef": scale[:, :, None] * coef, "w_base": scale * w_base}]
        return kn.KAN.from_arrays(layers, degree=k)(x)

    def backward(dy, *given):
        return tuple(np.asarray(part) for part in parts(task(dy, *given, knots, k), 4, "a layer"))

    said = refused(kn.gradcheck.assert_adjoint, forward, backward, *arguments)
    # The message of the library holds the right number.
    assert said is None, f"against central differences, {said.partition(' entries')[0]}"


def network(rng, widths, **options):
    """Return a network with random parameters."""
    net = kn.KAN(widths, grid_size=4, degree=3, rng=0, **options)
    return net.with_theta(0.5 * rng.standard_normal(net.size))


def chained(chain, net, x, dy, case):
    """Compare the gradients of a network."""
    dx, dthetas = parts(chain(dy, net.layers, x), 2, case)
    wanted_dx, wanted = net.backward(dy, net.forward(x)[1])
    close(dx, wanted_dx, f"dx, {case}", rtol=1e-9)
    ends = np.cumsum([layer.size for layer in net.layers])[:-1]
    wanted = np.split(wanted, ends)
    found = parts(dthetas, len(net.layers), f"dthetas, {case}")
    for number, (right, dtheta) in enumerate(zip(wanted, found, strict=True), 1):
        close(dtheta, right, f"dtheta of layer {number}, {case}", rtol=1e-9)


@points(1, number="5.2")
def test_networks_of_every_depth(task, rng):
    for widths in ([3, 2], [2, 5, 1], [4, 3, 2, 5], [2, 2, 2, 2, 2]):
        for N in (1, 6):
            net, x = network(rng, widths), rng.uniform(-1.0, 1.0, (N, widths[0]))
            chained(task, net, x, rng.standard_normal((N, widths[-1])), f"widths {widths}, N = {N}")


@points(1, number="5.2")
def test_layers_of_other_kinds(task, rng):
    x = rng.uniform(-1.0, 1.0, (5, 3))
    dy = rng.standard_normal((5, 2))
    for options in ({"base": "zero"}, {"base": "identity"}, {"outside": "fade"}):
        chained(task, network(rng, [3, 4, 2], **options), 2.0 * x, dy, f"options {options}")


@points(1, number="5.2")
def test_gradients_of_any_size(task, rng):
    net, x = network(rng, [3, 4, 2]), rng.uniform(-1.0, 1.0, (5, 3))
    for size in (1e-6, 1e6, 0.0):
        chained(task, net, x, size * rng.standard_normal((5, 2)), f"dy times {size:g}")
    still = net.with_theta(np.zeros(net.size))
    chained(task, still, x, rng.standard_normal((5, 2)), "all parameters 0")


def forward_1(x, w):
    return kn.activations.silu(x) @ w.T


KNOTS = kn.uniform_knots(-2.0, 2.0, 5, 3)


def forward_2(x, coef):
    return sum(kn.bspline_basis(x[:, i].copy(), KNOTS, 3) @ coef for i in range(2))


def forward_3(x):
    return x - x.mean(axis=0)


def repaired(repairs, number, forward, *arguments):
    """See whether a repaired pass belongs to its forward pass."""
    case = f"pass {number + 1}"
    function = parts(repairs(), 3, "the repairs")[number]
    assert callable(function), f"{case} is no function"

    def backward(dy, *given):
        found = parts(function(dy, *given), len(arguments), case)
        return tuple(np.asarray(gradient) for gradient in found)

    said = refused(kn.gradcheck.assert_adjoint, forward, backward, *arguments)
    assert said is None, f"{case}: {said.partition(' entries')[0]}"


@points(1, number="5.3")
def test_first_repair(task, rng):
    for N, n_in, n_out in [(4, 3, 3), (5, 2, 3), (1, 4, 1)]:
        x, w = 2.0 * rng.standard_normal((N, n_in)), rng.standard_normal((n_out, n_in))
        repaired(task, 0, forward_1, x, w)


@points(1, number="5.3")
def test_second_repair(task, rng):
    for N in (1, 2, 7):
        repaired(task, 1, forward_2, rng.uniform(-2.5, 2.5, (N, 2)), rng.standard_normal(8))


@points(1, number="5.3")
def test_third_repair(task, rng):
    for shape in [(2, 2), (5, 3), (1, 4), (3, 1)]:
        repaired(task, 2, forward_3, rng.standard_normal(shape))


def tabulated(jacobian, arguments, case):
    """Compare with the Jacobian of the library."""
    x, coef, w_base, _, knots, degree = arguments
    layers = [{"knots": knots, "coef": coef, "w_base": w_base}]
    wanted = kn.KAN.from_arrays(layers, degree=degree).jacobian(x)
    close(jacobian(x, coef, w_base, knots, degree), wanted, case, rtol=1e-10)


@points(1, number="5.4")
def test_jacobians_of_one_output(task, rng):
    for N, n_in, G, k in [(1, 1, 1, 0), (5, 1, 4, 3), (4, 3, 3, 2), (2, 5, 2, 1)]:
        tabulated(task, draw(rng, (N, n_in, 1), G, k), f"N = {N}, n_in = {n_in}, G = {G}, k = {k}")


@points(1, number="5.4")
def test_jacobians_of_every_shape(task, rng):
    for shape in SHAPES:
        for G, k in [(1, 0), (4, 3), (2, 1)]:
            case = f"N = {shape[0]}, n_in = {shape[1]}, n_out = {shape[2]}, G = {G}, k = {k}"
            tabulated(task, draw(rng, shape, G, k), case)


@points(1, number="5.4")
def test_jacobians_outside_and_on_knots(task, rng):
    for k in range(4):
        arguments = list(draw(rng, (5, 2, 3), 4, k, far=2.0))
        tabulated(task, arguments, f"beside the grid, degree {k}")
        knots = arguments[4]
        arguments[0] = np.array([knots[:, k], knots[:, -k - 1], knots[:, k + 1], [-20.0, 20.0]])
        tabulated(task, arguments, f"on knots and far away, degree {k}")
