"""The page `minimal.py` computes what the library computes, stays one page, and learns."""

import ast
import inspect
from itertools import pairwise

import numpy as np
import pytest
from checks import agree
from hypothesis import given
from hypothesis import strategies as st
from strategies import degrees, floats, inputs, rows_of_knots, seeds

import kan_numpy as kn
from kan_numpy import KAN, bspline_basis, minimal, uniform_knots
from kan_numpy.functions.activations import sigmoid, silu, silu_derivative
from kan_numpy.gradcheck import assert_adjoint

LINES_AT_MOST = 130
EXACT = 1e-13


@st.composite
def networks_with_inputs(draw):
    """Draw one to three layers of `minimal` of one degree, inputs (N, n_in), and a generator."""
    k, rng = draw(degrees), np.random.default_rng(draw(seeds))
    widths = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    net = []
    for n_in, n_out in pairwise(widths):
        t = draw(rows_of_knots(n_in, k, draw(st.integers(1, 4))))
        most = 1.0 / n_in  # keeps the sum over the inputs on a scale of 1
        c = rng.uniform(-most, most, (n_out, n_in, t.shape[1] - k - 1))
        net.append(minimal.Layer(t, c, rng.uniform(-most, most, (n_out, n_in))))
    x = draw(inputs(net[0].t, k, draw(st.integers(1, 5))))
    return net, k, x, rng


def in_the_library(net, k):
    """Return the same network as a `KAN`."""
    layers = [{"knots": layer.t, "coef": layer.c, "w_base": layer.w} for layer in net]
    return KAN.from_arrays(layers, degree=k)


def close(got, want, scale=1.0):
    """Assert equality to 1e-13 of each entry, and of the size of what was added up."""
    return agree(got, want, rtol=EXACT, atol=EXACT * max(1.0, scale))


@given(drawn=networks_with_inputs())
def test_outputs_and_gradients_are_those_of_the_library(drawn):
    net, k, x, rng = drawn
    y, caches = minimal.forward(net, x)
    dy = rng.uniform(-1.0, 1.0, y.shape)
    dx, dtheta = minimal.backward(net, dy, caches)
    twin = in_the_library(net, k)
    want, cache = twin.forward(x)
    want_dx, want_dtheta = twin.backward(dy, cache)
    assert np.array_equal(minimal.parameters(net), twin.theta)
    close(y, want)
    close(dtheta, want_dtheta, np.abs(want_dtheta).max())
    close(dx, want_dx, np.abs(want_dx).max())


@pytest.mark.parametrize("widths", [[1, 1], [2, 5, 3], [3, 2, 4, 1], [2, 2, 2]])
@pytest.mark.parametrize("degree", [0, 1, 2, 3, 5])
def test_fresh_networks_too_inside_their_grids_and_outside(widths, degree):
    rng = np.random.default_rng(7)
    net = minimal.random_network(widths, 4, degree, rng)
    x = np.concatenate([rng.uniform(-3.0, 3.0, (40, widths[0])), np.full((2, widths[0]), 1.0)])
    twin = in_the_library(net, degree)
    y, caches = minimal.forward(net, x)
    dy = rng.standard_normal(y.shape)
    want_y, cache = twin.forward(x)
    close(y, want_y)
    for got, want in zip(minimal.backward(net, dy, caches), twin.backward(dy, cache), strict=True):
        close(got, want, np.abs(want).max())


def test_the_same_seed_gives_the_same_network_and_the_same_training():
    x = np.linspace(-1.0, 1.0, 20)[:, None]
    runs = []
    for seed in (3, 3, 4):
        net = minimal.random_network([1, 2, 1], 3, 2, np.random.default_rng(seed))
        runs.append(minimal.parameters(minimal.train(net, x, x**2, 5)[0]))
    assert np.array_equal(runs[0], runs[1])
    assert not np.any(runs[0] == runs[2])


@given(degree=degrees, size=st.integers(1, 6), x=st.lists(floats(-3.0, 3.0), min_size=1))
def test_knots_and_basis_are_those_of_the_library(degree, size, x):
    t = minimal.uniform_knots(-1.0, 1.0, size, degree)
    close(t, uniform_knots(-1.0, 1.0, size, degree))
    points = np.array([*x, *t])
    B, slope = minimal.bspline_basis(points[:, None], t[None], degree)
    close(B[:, 0], bspline_basis(points, t, degree))
    if degree:
        close(slope[:, 0], bspline_basis(points, t, degree, derivative=1), size)
    assert np.all(slope == 0.0) or degree


@pytest.mark.gradient
def test_the_backward_pass_of_a_layer_is_what_central_differences_say(record):
    rng = np.random.default_rng(0)
    (layer,) = minimal.random_network([3, 2], 5, 3, rng)

    def backward(dy, x, c, w):
        changed = layer._replace(c=c, w=w)
        return changed.backward(dy, changed.forward(x)[1])

    x = rng.uniform(-1.5, 1.5, (6, 3))
    record(
        assert_adjoint(
            lambda x, c, w: layer._replace(c=c, w=w).forward(x)[0], backward, x, layer.c, layer.w
        )
    )


def test_far_away_only_the_base_function_is_left_and_nothing_overflows():
    (layer,) = minimal.random_network([1, 1], 5, 3, np.random.default_rng(0))
    x = np.array([[-1e4], [-40.0], [40.0], [1e4]])
    y, cache = layer.forward(x)
    close(y, layer.w * silu(x), 1e4)
    dx, dc, _ = layer.backward(np.ones_like(y), cache)
    close(dx, layer.w * silu_derivative(x))
    assert not dc.any()
    assert np.all(sigmoid(x) >= 0.0)


def test_parameters_go_in_and_out():
    net = minimal.random_network([2, 3, 1], 4, 3, np.random.default_rng(0))
    theta = np.arange(9.0 * 8)  # 9 edges, 4 + 3 coefficients and a weight each
    changed = minimal.with_parameters(net, theta)
    assert np.array_equal(minimal.parameters(changed), theta)
    assert np.array_equal(changed[0].w, [[42.0, 43.0], [44.0, 45.0], [46.0, 47.0]])
    assert all(one.t is two.t for one, two in zip(net, changed, strict=True))


def test_training_takes_the_steps_of_adam():
    rng = np.random.default_rng(0)
    net = minimal.random_network([2, 3, 1], 4, 3, rng)
    x = rng.uniform(-1.0, 1.0, (30, 2))
    y = x[:, :1] * x[:, 1:]
    trained, losses = minimal.train(net, x, y, steps=20, rate=0.01)
    state = kn.Adam(learning_rate=0.01).start(
        objective := kn.Objective(in_the_library(net, 3), x, y), minimal.parameters(net)
    )
    for loss in losses:
        assert loss == pytest.approx(state.loss, rel=1e-11)
        state = kn.Adam(learning_rate=0.01).step(objective, state)
    np.testing.assert_allclose(minimal.parameters(trained), state.theta, rtol=1e-9, atol=1e-11)


def test_it_learns_the_function_of_the_readme():
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (500, 2))
    y = np.exp(np.sin(np.pi * x[:, :1]) + x[:, 1:] ** 2)
    net = minimal.random_network([2, 5, 1], 5, 3, np.random.default_rng(0))
    before = minimal.parameters(net)
    trained, losses = minimal.train(net, x, y, steps=400)
    assert len(losses) == 400
    assert losses[0] > 0.1 * np.mean(y**2)
    assert np.sqrt(losses[-1]) < 0.03 * y.std()
    test = np.random.default_rng(1).uniform(-1.0, 1.0, (500, 2))
    want = np.exp(np.sin(np.pi * test[:, :1]) + test[:, 1:] ** 2)
    assert np.sqrt(np.mean((minimal.forward(trained, test)[0] - want) ** 2)) < 0.05 * want.std()
    assert np.array_equal(minimal.parameters(net), before)


def test_it_is_one_page_of_plain_numpy_with_a_line_on_each_function():
    source = inspect.getsource(minimal)
    assert len(source.splitlines()) <= LINES_AT_MOST
    tree = ast.parse(source)
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            modules.add(node.module)
        elif isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            assert len(ast.get_docstring(node).splitlines()) == 1, node.name
    assert modules == {"__future__", "itertools", "typing", "numpy", "numpy.typing"}
