"""A piecewise linear KAN and a ReLU network can be written as each other, exactly."""

import bisect
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import floats, inputs, random_layer, rows_of_knots, seeds

from kan_numpy import KAN, MLP, to_kan, to_relu
from kan_numpy.functions.activations import ACTIVATIONS
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.layers.dense_layer import DenseLayer
from kan_numpy.layers.symbolic_edge import SymbolicEdge
from kan_numpy.networks.relu_conversion import _grid, _reachable
from kan_numpy.splines.bsplines import BSplineBasis

EXACT = 1e-12


def assert_close(got, want):
    """Assert equality to 1e-12 of the largest value, or of 1."""
    atol = EXACT * max(1.0, float(np.abs(want).max()))
    np.testing.assert_allclose(got, want, rtol=0, atol=atol, strict=True)


def edge_by_hand(x, knots, coef, outside):
    """Follow the straight lines between (t_m, v_m), v = (0, c_0, ..., c_G, 0); 0 elsewhere.

    Or only between the inner ones, and then the first and the last line to infinity.
    """
    values = [0.0, *coef, 0.0]
    m = bisect.bisect_right(knots, x) - 1
    if outside == "linear":
        m = min(max(m, 1), len(knots) - 3)
    if m < 0 or m >= len(knots) - 1:
        return 0.0
    share = (x - knots[m]) / (knots[m + 1] - knots[m])
    return (1.0 - share) * values[m] + share * values[m + 1]


def kan_by_hand(network, x):
    """Evaluate one sample of a piecewise linear KAN, one edge at a time."""
    values = list(x)
    for layer in network.layers:
        sums, (m, s) = list(layer.bias), layer.units
        for o in range(layer.n_out):
            for i, x in enumerate(values):
                sums[o] += edge_by_hand(x, layer.knots[i].tolist(), layer.coef[o, i], layer.outside)
                sums[o] += layer.w_base[o, i] * (x - m[i]) / s[i] * (layer.base.name == "identity")
        values = sums
    return values


def relu_by_hand(mlp, x):
    """Evaluate one sample of a ReLU network, one number at a time."""
    values = list(x)
    for at, layer in enumerate(mlp.layers):
        values = [max(value, 0.0) for value in values] if at else values
        values = [
            bias + sum(w * value for w, value in zip(weights, values, strict=True))
            for weights, bias in zip(layer.weights, layer.bias, strict=True)
        ]
    return values


def distinct(rows):
    """Pull repeated knots apart: a knot of degree 1 that is repeated would be a jump."""
    return np.cumsum(np.maximum(np.diff(rows, axis=1, prepend=rows[:, :1] - 3.0), 0.3), axis=1)


@st.composite
def piecewise_linear_kans(draw):
    """Draw a KAN of degree 1, with inputs inside the grids, on knots, outside, and far away."""
    depth = draw(st.integers(1, 3))
    widths = draw(st.permutations([1, 2, 3, 4]))[: depth + 1]
    base = ACTIVATIONS[draw(st.sampled_from(["zero", "identity"]))]
    density = draw(st.sampled_from([0.5, 1.0]))
    rng, layers, x = np.random.default_rng(draw(seeds)), [], None
    for n_in, n_out in pairwise(widths):
        rows = distinct(draw(rows_of_knots(n_in, 1, draw(st.integers(1, 5)))))
        rows -= rows.mean(axis=1, keepdims=True)
        if x is None:
            x = draw(inputs(rows, 1, draw(st.integers(1, 6))))
        layers.append(random_layer(rows, 1, n_out, base, rng, density))
    return KAN.from_layers(layers), x, rng


@st.composite
def relu_mlps(draw):
    """Draw a ReLU network with random parameters, a box, and inputs in it, corners included."""
    depth = draw(st.integers(1, 3))
    widths = draw(st.permutations([1, 2, 3, 4, 5]))[: depth + 1]
    rng = np.random.default_rng(draw(seeds))
    mlp = MLP(widths, "relu")
    mlp = mlp.with_theta(rng.uniform(-1.0, 1.0, mlp.size) * (rng.random(mlp.size) < 0.8))
    low = np.array([draw(floats(-3.0, 2.0)) for _ in range(widths[0])])
    high = low + np.array([draw(floats(0.1, 3.0)) for _ in range(widths[0])])
    shares = st.one_of(st.sampled_from([0.0, 1.0]), floats(0.0, 1.0))
    rows = draw(st.integers(1, 6))
    share = np.array([[draw(shares) for _ in range(widths[0])] for _ in range(rows)])
    return mlp, low, high, np.clip(low + share * (high - low), low, high)


# From KAN to ReLU.


@given(drawn=piecewise_linear_kans(), scale=st.sampled_from([1.0, 10.0, 1e6, 1e150, 1e300]))
def test_the_relu_network_of_a_kan_is_the_same_function_everywhere(drawn, scale):
    network, x, _ = drawn
    mlp = to_relu(network)
    want = np.array([kan_by_hand(network, sample) for sample in scale * x])
    assert_close(np.array([relu_by_hand(mlp, sample) for sample in scale * x]), want)
    assert_close(mlp(scale * x), want)
    assert_close(network(scale * x), want)


@given(drawn=piecewise_linear_kans())
def test_the_relu_network_of_a_kan_slopes_alike(drawn):
    network, x, rng = drawn
    mlp = to_relu(network)
    x = x + rng.uniform(0.001, 0.01, x.shape)  # off the kinks of the first layer
    y, cache = network.forward(x)
    for layer, at in zip(network.layers, cache, strict=True):
        assume(np.abs(at.x[:, :, None] - layer.knots).min() > 1e-6)  # at a kink both are right
    dy = rng.standard_normal(y.shape)
    assert_close(mlp.backward(dy, mlp.forward(x)[1])[0], network.backward(dy, cache)[0])


@pytest.mark.parametrize(
    ("outside", "base", "widths", "size"),
    [
        ("fade", "zero", [2, 2, 14, 5, 35, 1], 6 + 42 + 75 + 210 + 36),
        ("fade", "identity", [2, 4, 18, 10, 45, 1], 12 + 90 + 190 + 495 + 46),
        ("linear", "zero", [2, 4, 12, 10, 30, 1], 12 + 60 + 130 + 330 + 31),
        ("linear", "identity", [2, 4, 12, 10, 30, 1], 12 + 60 + 130 + 330 + 31),
    ],
)
def test_the_widths_are_what_the_docstring_says(outside, base, widths, size):
    mlp = to_relu(KAN([2, 5, 1], grid_size=5, degree=1, base=base, rng=0, outside=outside))
    assert mlp.widths == widths
    assert mlp.size == size


@pytest.mark.parametrize(("grid_size", "bound"), [(5, 1e-13), (20, 1e-12)])
@pytest.mark.parametrize("outside", ["fade", "linear"])
def test_rounding_grows_with_the_grid_as_the_docstring_says(outside, grid_size, bound):
    rng = np.random.default_rng(0)
    network = KAN([2, 5, 1], grid_size, degree=1, base="zero", rng=0, outside=outside)
    for _ in range(5):
        network = network.with_theta(rng.uniform(-1.0, 1.0, network.size))
        x = rng.uniform(-1.5, 1.5, (500, 2))
        assert 0.0 < np.abs(to_relu(network)(x) - network(x)).max() < bound


def test_pruned_edges_and_biases_come_along():
    network = KAN([2, 1], grid_size=2, degree=1, base="zero", rng=0, outside="fade")
    layer = network.layers[0]
    active = np.array([[True, False]])
    coef = np.array([[[1.0, 2.0, 4.0], [0.0, 0.0, 0.0]]])
    network = KAN.from_layers([replace(layer, coef=coef, active=active, bias=np.array([0.5]))])
    # the values 0, 1, 2, 4, 0 at the knots -2, -1, 0, 1, 2 of the first input, and 0.5
    x = np.array([[-3.0, 7.0], [-1.5, 0.0], [-0.5, 0.0], [0.5, -9.0], [1.75, 0.0], [2.0, 0.0]])
    want = np.array([[0.5], [1.0], [2.0], [3.5], [1.5], [0.5]])
    np.testing.assert_allclose(to_relu(network)(x), want, rtol=1e-15)


def with_a_repeated_knot():
    network = KAN([1, 1], grid_size=3, degree=1, base="zero", rng=0)
    knots = np.array([[-2.0, -1.0, 0.0, 0.0, 1.0, 2.0]])
    return KAN.from_layers([replace(network.layers[0], basis=BSplineBasis(knots, 1))])


@pytest.mark.parametrize(
    ("network", "error", "message"),
    [
        (MLP([2, 1], rng=0), TypeError, "network must be a KAN, but is MLP"),
        (KAN([2, 1], base="zero"), ValueError, r"layers\[0\] .*splines have degree 3"),
        (KAN([2, 1, 1], degree=[1, 2], base="zero"), ValueError, r"layers\[1\] .*degree 2"),
        (KAN([2, 1], degree=1), ValueError, r"layers\[0\] .*base function is 'silu'"),
        (with_a_repeated_knot(), ValueError, r"layers\[0\] repeats a knot"),
    ],
)
def test_what_is_not_piecewise_linear_and_continuous_is_refused(network, error, message):
    with pytest.raises(error, match=message):
        to_relu(network)


def test_another_basis_than_b_splines_is_refused():
    class Hats:
        size = 4

    network = KAN([2, 1], degree=1, grid_size=3, base="zero", rng=0)
    network = KAN.from_layers([replace(network.layers[0], basis=Hats())])
    with pytest.raises(TypeError, match=r"layers\[0\] must be made of B-splines, but has Hats"):
        to_relu(network)


def test_symbols_are_refused():
    layer = KAN([2, 1], degree=1, base="zero", rng=0).layers[0]
    sine = SymbolicEdge(0, 1, SYMBOLS["sin"], np.array([1.0, 0.0, 1.0, 0.0]))
    network = KAN.from_layers([replace(layer, symbols=(sine,))])
    with pytest.raises(ValueError, match=r"layers\[0\] must be piecewise.* has symbols, as 'sin'"):
        to_relu(network)


# From ReLU to KAN.


@given(drawn=relu_mlps())
def test_the_kan_of_a_relu_network_is_the_same_function_on_the_box(drawn):
    mlp, low, high, x = drawn
    network = to_kan(mlp, low, high)
    want = np.array([relu_by_hand(mlp, sample) for sample in x])
    assert_close(mlp(x), want)
    assert_close(np.array([kan_by_hand(network, sample) for sample in x]), want)
    assert_close(network(x), want)
    _, caches = network.forward(x)
    for layer, cache in zip(network.layers, caches, strict=True):
        assert layer.fraction_outside_grid(cache.x) == 0.0


@given(drawn=relu_mlps())
def test_there_and_back_again_nothing_is_lost_on_the_box(drawn):
    mlp, low, high, x = drawn
    assert_close(to_relu(to_kan(mlp, low, high))(x), mlp(x))


def test_the_kan_of_a_relu_network_has_its_widths_and_few_coefficients():
    network = to_kan(MLP([3, 4, 4, 2], "relu", rng=0), -1, 1)
    assert network.widths == [3, 4, 4, 2]
    assert [layer.coef.shape for layer in network.layers] == [(4, 3, 2), (4, 4, 3), (2, 4, 3)]
    for layer in network.layers[1:]:
        assert np.all(layer.coef[:, layer.knots[:, 2] == 0.0, 1] == 0.0)  # the kink at 0


def test_a_deep_network_in_a_large_box_is_exact_too():
    rng = np.random.default_rng(0)
    mlp = MLP([4, 64, 64, 64, 1], "relu", rng=0)
    x = rng.uniform(-100.0, 300.0, (200, 4))
    assert_close(to_kan(mlp, -100.0, 300.0)(x), mlp(x))


@pytest.mark.parametrize(("slope", "height"), [(1e-9, 2e-9), (1e9, 2e9), (1e-9, 1e6)])
def test_small_large_and_nearly_constant_nodes_are_exact_too(slope, height):
    layers = [
        {"weights": [[slope]], "bias": [height]},
        {"weights": [[1.0 / height]], "bias": [0.0]},
    ]
    x = np.linspace(-1.0, 1.0, 21)[:, None]
    network = to_kan(MLP.from_arrays(layers, "relu"), -1.0, 1.0)
    np.testing.assert_allclose(network(x), slope / height * x + 1.0, rtol=EXACT)
    basis = network.layers[1].basis
    assert basis.high - basis.low < 2.1 * slope + 3e-6 * height  # no wider than it need be


def test_the_corners_of_a_tiny_box_stay_in_the_grids_whatever_rounding_does():
    mlp, low, high = MLP([50, 50, 1], "relu", rng=0), 1000.0, 1000.0 + 2e-12
    weights = mlp.layers[0].weights
    x = np.concatenate([np.where(weights > 0.0, high, low), np.where(weights > 0.0, low, high)])
    network = to_kan(mlp, low, high)
    _, caches = network.forward(x)
    assert network.layers[1].fraction_outside_grid(caches[1].x) == 0.0
    assert_close(network(x), mlp(x))


def test_constant_activations_stay_in_their_grids_whatever_rounding_does():
    rng = np.random.default_rng(0)
    layers = [
        {
            "weights": rng.standard_normal((n_out, n_in)) * (0.0 if n_in == 3 else 1e9),
            "bias": rng.standard_normal(n_out),
        }
        for n_in, n_out in pairwise([3, 50, 50, 50, 1])
    ]
    mlp = MLP.from_arrays(layers, "relu")
    x = rng.uniform(-1.0, 1.0, (100, 3))
    network = to_kan(mlp, -1.0, 1.0)
    assert_close(network(x), mlp(x))
    _, caches = network.forward(x)
    for layer, cache in zip(network.layers, caches, strict=True):
        assert layer.fraction_outside_grid(cache.x) == 0.0


def test_dead_and_constant_nodes_get_a_grid():
    layers = [
        {"weights": np.zeros((3, 1)), "bias": [0.0, 2.0, -2.0]},
        {"weights": [[5.0, 7.0, 9.0]], "bias": [1.0]},
    ]
    network = to_kan(MLP.from_arrays(layers, "relu"), 0.0, 1.0)
    np.testing.assert_allclose(network([[0.0], [0.3], [1.0]]), 15.0, rtol=1e-14)
    assert np.all(np.diff(network.layers[1].knots) > 0.0)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((KAN([2, 1], rng=0), -1, 1), TypeError, "mlp must be an MLP, but is KAN"),
        ((MLP([2, 3, 1], "silu"), -1, 1), ValueError, "activation='relu', but has 'silu'"),
        ((MLP([2, 3, 1], "relu"), 1, 1), ValueError, "low must be below high"),
        ((MLP([2, 3, 1], "relu"), [-1, 2], 1), ValueError, "low must be below high"),
        ((MLP([2, 3, 1], "relu"), [-1], 1), ValueError, r"low must have shape \(2,\)"),
        ((MLP([2, 3, 1], "relu"), -1, np.inf), ValueError, "high must be finite"),
    ],
)
def test_what_has_no_kan_on_the_box_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        to_kan(*arguments)


def test_grids_reach_a_margin_beyond_what_a_layer_can_send():
    w, bias = np.array([[0.0], [1.0], [-2.0], [0.0]]), np.array([-3.0, -1.0, 0.5, 0.0])
    layer = DenseLayer(w, bias, ACTIVATIONS["identity"])
    low, high = _reachable(layer, np.array([-1.0]), np.array([2.0]))
    # A hundredth of what lies between, and a millionth of the sizes of the terms; or else 1.
    margin = np.array([3e-6, 0.03 + 3e-6, 0.06 + 4.5e-6, 1.0])
    np.testing.assert_allclose(low, np.array([-3.0, -2.0, -3.5, 0.0]) - margin, rtol=1e-12)
    np.testing.assert_allclose(high, np.array([-3.0, 1.0, 2.5, 0.0]) + margin, rtol=1e-12)
    relu = replace(layer, activation=ACTIVATIONS["relu"])
    np.testing.assert_allclose(_reachable(relu, np.array([-1.0]), np.array([2.0]))[0][1], -1.020003)


def test_a_grid_has_the_kink_of_a_relu_or_its_middle():
    relu = DenseLayer(np.ones((1, 2)), np.zeros(1), ACTIVATIONS["relu"])
    low, high = np.array([-1.0, 2.0]), np.array([3.0, 4.0])
    assert _grid(relu, low, high).tolist() == [[-1.0, 0.0, 3.0], [2.0, 3.0, 4.0]]
    first = replace(relu, activation=ACTIVATIONS["identity"])
    assert _grid(first, low, high).tolist() == [[-1.0, 3.0], [2.0, 4.0]]
