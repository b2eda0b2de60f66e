"""The baseline computes what it should, and everything that takes a KAN takes it too."""

import dataclasses
import math

import numpy as np
import pytest
from checks import (
    EXACT,
    agree_exactly,
    check_jacobian,
    check_jacobian_adjoint,
    check_network_input,
    check_network_theta,
    check_objective,
    check_residuals,
    check_residuals_gradient,
)
from hypothesis import given
from hypothesis import strategies as st
from strategies import seeds

from kan_numpy import (
    KAN,
    LBFGS,
    MLP,
    Activation,
    Adam,
    LevenbergMarquardt,
    Objective,
    adapt_grid,
    fit,
    refine,
)
from kan_numpy.functions.activations import ACTIVATIONS
from kan_numpy.networks.npz import save_arrays

WAVE = Activation("wave", np.sin, (np.cos,))
SMOOTH = ("silu", "tanh", "sigmoid", "identity", WAVE)

SCALAR = {
    "silu": lambda x: x / (1.0 + math.exp(-x)),
    "tanh": math.tanh,
    "sigmoid": lambda x: 1.0 / (1.0 + math.exp(-x)),
    "identity": float,
    "relu": lambda x: max(x, 0.0),
    "wave": math.sin,
}


@st.composite
def mlps_with_inputs(draw, activations=SMOOTH, outputs=None):
    """Draw an MLP of one to three layers with random parameters, inputs, and a generator."""
    depth = draw(st.integers(1, 3))
    widths = draw(st.permutations([1, 2, 3, 4, 5]))[: depth + 1]
    if draw(st.booleans()):
        widths = [3] * (depth + 1)
    widths[-1] = outputs or widths[-1]
    rng = np.random.default_rng(draw(seeds))
    network = MLP(widths, draw(st.sampled_from(activations)))
    network = network.with_theta(rng.uniform(-1.0, 1.0, network.size))
    return network, rng.uniform(-2.0, 2.0, (draw(st.integers(1, 6)), widths[0])), rng


def by_hand(network, x):
    """Evaluate one sample, one number at a time: affine, then the function, in textbook order."""
    function, values = SCALAR[network.activation.name], list(x)
    for at, layer in enumerate(network.layers):
        sums = []
        for weights, bias in zip(layer.weights, layer.bias, strict=True):
            sums.append(bias + sum(w * value for w, value in zip(weights, values, strict=True)))
        last = at == len(network.layers) - 1
        values = sums if last else [function(value) for value in sums]
    return values


def same(a, b):
    """Say whether two MLPs are equal bit for bit."""
    return (
        a.widths == b.widths and a.activation == b.activation and np.array_equal(a.theta, b.theta)
    )


def toy(n_samples=40):
    """Return data (N, 2) and (N, 1) of a smooth function."""
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (n_samples, 2))
    return x, np.sin(2.0 * x[:, :1]) * x[:, 1:]


# What it computes.


@given(drawn=mlps_with_inputs((*SMOOTH, "relu")))
def test_an_mlp_equals_its_slow_twin(drawn):
    network, x, _ = drawn
    want = np.array([by_hand(network, sample) for sample in x])
    np.testing.assert_allclose(network(x), want, rtol=EXACT, atol=EXACT, strict=True)


@given(drawn=mlps_with_inputs())
def test_theta_is_the_weights_and_the_biases_layer_after_layer(drawn):
    network, x, rng = drawn
    parts = []
    for layer in network.layers:
        parts += [*layer.weights.ravel(), *layer.bias]
    assert network.theta.tolist() == parts
    theta = rng.standard_normal(network.size)
    changed = network.with_theta(theta)
    theta_before, theta[:] = theta.copy(), 7.0  # the caller's array stays the caller's
    assert np.array_equal(changed.theta, theta_before)
    assert same(changed.with_theta(network.theta), network)
    assert np.array_equal(changed.with_theta(network.theta)(x), network(x))


def test_the_same_seed_gives_the_same_network():
    assert same(MLP([2, 3, 1], rng=1), MLP([2, 3, 1], rng=1))
    assert not same(MLP([2, 3, 1], rng=1), MLP([2, 3, 1], rng=2))


# The backward pass.


@pytest.mark.gradient
@given(drawn=mlps_with_inputs())
def test_an_mlp_goes_back_to_its_parameters(record, drawn):
    record(check_network_theta(*drawn))


@pytest.mark.gradient
@given(drawn=mlps_with_inputs())
def test_an_mlp_goes_back_to_its_input(record, drawn):
    record(check_network_input(*drawn))


@pytest.mark.gradient
@given(drawn=mlps_with_inputs((*SMOOTH, "relu")))
def test_an_mlp_goes_back_exactly_whatever_bends_it(record, drawn):
    """By complex step, which is right for ReLUs too: a step that small meets no kink."""
    network, x, rng = drawn
    y, cache = network.forward(x)
    dy = rng.standard_normal(y.shape)
    dx, dtheta = network.backward(dy, cache)
    point, h = np.concatenate([x.ravel(), network.theta]), 1e-30
    want = np.empty_like(point)
    for at in range(point.size):
        moved = point + 1j * h * (np.arange(point.size) == at)
        z, _ = network._with_theta(moved[x.size :])._forward(moved[: x.size].reshape(x.shape))
        want[at] = np.sum(dy * z.imag / h)
    record(agree_exactly(np.concatenate([dx.ravel(), dtheta]), want, np.abs(want)))


@pytest.mark.gradient
@given(drawn=mlps_with_inputs())
def test_the_jacobian_of_an_mlp_is_what_central_differences_say(record, drawn):
    network, x, _ = drawn
    record(check_jacobian(network, x))


@pytest.mark.gradient
@given(drawn=mlps_with_inputs((*SMOOTH, "relu")))
def test_the_jacobian_of_an_mlp_and_its_backward_pass_say_the_same(record, drawn):
    record(check_jacobian_adjoint(*drawn))


@pytest.mark.gradient
@given(drawn=mlps_with_inputs())
def test_the_gradient_of_an_objective_with_an_mlp_is_right(record, drawn):
    network, x, rng = drawn
    y = network(x) + rng.standard_normal((len(x), network.widths[-1]))
    objective = Objective(network, x, y)
    record(check_objective(objective, network.theta, rng))
    record(check_residuals(objective, network.theta))
    record(check_residuals_gradient(objective, network.theta))


@pytest.mark.gradient
@given(drawn=mlps_with_inputs(outputs=3))
def test_the_gradient_of_a_classifying_mlp_is_right(record, drawn):
    network, x, rng = drawn
    labels = rng.integers(3, size=len(x))
    record(check_objective(Objective(network, x, labels, "cross_entropy"), network.theta, rng))


# Training.


@pytest.mark.parametrize(
    ("optimizer", "steps", "reached"),
    [(Adam(0.02), 400, 1e-3), (LBFGS(), 150, 1e-4), (LevenbergMarquardt(), 60, 1e-6)],
    ids=["Adam", "LBFGS", "LevenbergMarquardt"],
)
def test_every_optimizer_trains_an_mlp(optimizer, steps, reached):
    x, y = toy()
    start = MLP([2, 12, 1], "tanh", rng=0)
    theta = np.array(start.theta)
    result = fit(start, x, y, optimizer, steps=steps, rng=0)
    assert isinstance(result.network, MLP)
    assert np.mean((result.network(x) - y) ** 2) < reached < np.mean((start(x) - y) ** 2)
    assert set(result.history["outside"]) == {0.0}
    assert np.array_equal(start.theta, theta)


def test_an_mlp_overfits_a_tiny_set():
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-1.0, 1.0, (6, 3)), rng.standard_normal((6, 2))
    result = fit(MLP([3, 16, 2], "silu", rng=0), x, y, steps=30)
    np.testing.assert_allclose(result.network(x), y, rtol=0, atol=1e-9)


def test_an_mlp_learns_to_classify_in_batches_and_stops_early():
    rng = np.random.default_rng(0)
    x = rng.uniform(-1.0, 1.0, (200, 2))
    labels = (x[:, 0] * x[:, 1] > 0.0).astype(int)
    split = (x[150:], labels[150:])
    result = fit(
        MLP([2, 16, 2], "relu", rng=0),
        x[:150],
        labels[:150],
        Adam(0.02),
        steps=60,
        loss="cross_entropy",
        batch_size=25,
        validation=split,
        patience=30,
        rng=0,
    )
    assert np.mean(result.network(x[150:]).argmax(axis=1) == labels[150:]) > 0.9


def test_an_mlp_has_no_grids_to_change():
    x, y = toy()
    network = MLP([2, 3, 1], rng=0)

    def too_late(*_):
        raise AssertionError("there was a step before the error")

    message = "network must be a KAN to adapt or refine its grids, but is MLP"
    for change in (
        lambda: adapt_grid(network, x),
        lambda: refine(network, 10),
        lambda: fit(network, x, y, adapt_at=[2], callback=too_late),
        lambda: fit(network, x, y, refine_at={2: 10}, callback=too_late),
    ):
        with pytest.raises(TypeError, match=message):
            change()


# Values that nothing changes, in files too.


def test_nothing_can_be_written_into_an_mlp():
    for network in (MLP([2, 3, 1], rng=0), MLP([2, 3, 1], rng=0).with_theta(np.ones(13))):
        for array in (network.layers[0].weights, network.layers[1].bias, network.theta):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 1.0
        with pytest.raises(dataclasses.FrozenInstanceError):
            network.layers = ()
        with pytest.raises(dataclasses.FrozenInstanceError):
            network.layers[0].bias = np.ones(3)


@given(drawn=mlps_with_inputs((*SMOOTH, "relu")))
def test_a_saved_mlp_is_loaded_bit_for_bit(tmp_path_factory, drawn):
    network, x, _ = drawn
    path = tmp_path_factory.mktemp("networks") / "network.mlp"
    network.save(path)
    loaded = MLP.load(path, WAVE) if network.activation is WAVE else MLP.load(path)
    assert same(loaded, network)
    assert np.array_equal(loaded(x), network(x))


def test_an_activation_of_the_library_is_not_given_again(tmp_path):
    MLP([2, 3, 1], "tanh", rng=0).save(tmp_path / "net.npz")
    with pytest.raises(ValueError, match=r"activation must be left out: .* built with 'tanh'"):
        MLP.load(tmp_path / "net.npz", activation="relu")


def test_what_is_no_mlp_is_not_loaded(tmp_path):
    path = tmp_path / "net.npz"
    KAN([2, 1], rng=0).save(path)
    with pytest.raises(ValueError, match="holds a KAN, not a MLP"):
        MLP.load(path)
    MLP([2, 1], rng=0).save(path)
    with pytest.raises(ValueError, match="holds a MLP, not a KAN"):
        KAN.load(path)
    MLP([2, 1], WAVE, rng=0).save(path)
    with pytest.raises(ValueError, match=r"activation is needed: .*'wave'"):
        MLP.load(path)
    meta = {"kind": "MLP", "activation": "silu", "depth": 2}
    save_arrays(path, meta, {"0.weights": np.ones((1, 2)), "0.bias": np.ones(1)})
    with pytest.raises(ValueError, match="holds a damaged network"):
        MLP.load(path)


def test_an_mlp_built_from_arrays_computes_the_same():
    arrays = [
        {"weights": [[1.0, -1.0], [2.0, 0.0]], "bias": [0.0, -1.0]},
        {"weights": [[3.0, 4.0]], "bias": [5.0]},
    ]
    network = MLP.from_arrays(arrays, "relu")
    # relu(2 - 1) = 1 and relu(2 2 - 1) = 3; relu(-1) = 0 and relu(-1) = 0
    assert network([[2, 1], [0, 1]]).tolist() == [[3.0 + 12.0 + 5.0], [5.0]]
    assert repr(network) == "MLP([2, 2, 1], 9 parameters)"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"widths": [2]}, "widths must name inputs and outputs"),
        ({"widths": [2, 0]}, r"widths\[1\] must be at least 1"),
        ({"activation": "swish"}, "activation must be one of silu"),
        ({"activation": np.sin}, "activation must be a name"),
        ({"init": "paper"}, "init must be one of he, glorot"),
        ({"rng": -1}, "rng must be a seed"),
    ],
)
def test_what_makes_no_mlp_is_refused_with_its_reason(change, message):
    with pytest.raises((ValueError, TypeError), match=message):
        MLP(**{"widths": [2, 1], **change})


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([], "layers must be a list of dicts"),
        ([{"weights": np.ones((1, 2))}], r"layers\[0\] must be a dict with 'weights' and 'bias'"),
        ([{"weights": np.ones((1, 2)), "bias": [[0.0]]}], r"\['bias'\] must have shape \(1,\)"),
        ([{"weights": [[np.inf]], "bias": [0.0]}], r"layers\[0\]\['weights'\] must be finite"),
        (
            [{"weights": np.ones((3, 2)), "bias": np.ones(3)}] * 2,
            r"layers\[1\]\['weights'\] must have shape \(n_out, 3\)",
        ),
    ],
)
def test_arrays_that_make_no_mlp_are_refused_with_their_reason(layers, message):
    with pytest.raises((ValueError, TypeError), match=message):
        MLP.from_arrays(layers)


def test_inputs_that_make_no_sense_are_refused():
    network = MLP([2, 3], rng=0)
    y, cache = network.forward(np.zeros((4, 2)))
    for call, message in (
        (lambda: network([0.1, 0.2]), r"x must have shape \(N, 2\)"),
        (lambda: network([[0.1, np.nan]]), r"x must be finite"),
        (lambda: network.backward(y.T, cache), r"dy must have shape \(4, 3\)"),
        (lambda: network.with_theta(np.zeros(8)), r"theta must have shape \(9,\)"),
    ):
        with pytest.raises(ValueError, match=message):
            call()


def test_an_mlp_without_hidden_nodes_is_affine_whatever_its_activation():
    network, x = MLP([2, 1], "relu", rng=0), np.array([[-1.0, -2.0], [3.0, -4.0]])
    assert network.layers[0].activation is ACTIVATIONS["identity"]
    np.testing.assert_allclose(network(2.0 * x), 2.0 * network(x), rtol=EXACT)
