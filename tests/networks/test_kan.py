"""Networks are values: what they compute, how theta is laid out, and that nothing changes them."""

import dataclasses
from xml.etree import ElementTree

import numpy as np
import pytest
from checks import assert_close, assert_value, layer_by_hand, same
from hypothesis import given
from strategies import networks_with_inputs

import kan_numpy as kn
from kan_numpy import KAN, MLP


@given(drawn=networks_with_inputs())
def test_a_network_is_its_layers_one_after_the_other(drawn):
    network, x, _ = drawn
    y = x
    for layer in network.layers:
        y = layer_by_hand(layer, y)
    assert_close(network(x), y)


@given(drawn=networks_with_inputs())
def test_permuting_the_samples_permutes_the_outputs(drawn):
    network, x, rng = drawn
    order = rng.permutation(len(x))
    assert_close(network(x[order]), network(x)[order])


@given(drawn=networks_with_inputs())
def test_samples_do_not_see_each_other_and_their_gradients_add_up(drawn):
    network, x, rng = drawn
    y, cache = network.forward(x)
    dy = rng.standard_normal(y.shape)
    dx, dtheta = network.backward(dy, cache)
    total = np.zeros(network.size)
    for n in range(len(x)):
        y_n, cache_n = network.forward(x[n : n + 1])
        dx_n, dtheta_n = network.backward(dy[n : n + 1], cache_n)
        assert_close(y_n, y[n : n + 1])
        assert_close(dx_n, dx[n : n + 1])
        total += dtheta_n
    assert_close(total, dtheta)


@given(drawn=networks_with_inputs())
def test_the_backward_pass_can_be_walked_twice(drawn):
    network, x, rng = drawn
    y, cache = network.forward(x)
    dy = rng.standard_normal(y.shape)
    before = dy.copy()
    dx, dtheta = network.backward(dy, cache)
    dx_again, dtheta_again = network.backward(dy, cache)
    assert np.array_equal(dx_again, dx)
    assert np.array_equal(dtheta_again, dtheta)
    assert np.array_equal(dy, before)


# The parameters are one vector.


@given(drawn=networks_with_inputs())
def test_theta_goes_round(drawn):
    network, x, rng = drawn
    theta = rng.standard_normal(network.size)
    changed = network.with_theta(theta)
    assert np.array_equal(changed.theta, theta)
    assert same(changed.with_theta(network.theta), network)
    assert np.array_equal(changed.with_theta(network.theta)(x), network(x))


@given(drawn=networks_with_inputs())
def test_theta_is_all_coefficients_then_all_base_weights_of_every_active_edge(drawn):
    network, _, _ = drawn
    parts = []
    for layer in network.layers:
        edges = list(zip(*np.nonzero(layer.active), strict=True))
        parts += [c for o, i in edges for c in layer.coef[o, i]]
        parts += [layer.w_base[o, i] for o, i in edges if layer.base.name != "zero"]
    assert network.theta.tolist() == parts
    assert network.size == len(parts)


@given(drawn=networks_with_inputs())
def test_with_theta_copies(drawn):
    network, x, _ = drawn
    theta = np.array(network.theta)
    changed = network.with_theta(theta)
    theta[:] = 7.0
    assert theta.flags.writeable
    assert np.array_equal(changed.theta, network.theta)
    assert np.array_equal(changed(x), network(x))


def test_a_theta_of_another_length_is_refused():
    network = KAN([2, 1], rng=0)
    with pytest.raises(ValueError, match=r"theta must have shape \(18,\), but has shape \(19,\)"):
        network.with_theta(np.zeros(19))
    with pytest.raises(ValueError, match=r"theta must be finite, but theta\[3\] is nan"):
        network.with_theta(np.where(np.arange(18) == 3, np.nan, 0.0))


# The same seed gives the same network, and a network never changes.


def test_the_same_seed_gives_the_same_network():
    assert same(KAN([2, 3, 1], rng=1), KAN([2, 3, 1], rng=1))
    assert not same(KAN([2, 3, 1], rng=1), KAN([2, 3, 1], rng=2))
    rng = np.random.default_rng(1)
    assert same(KAN([2, 3, 1], rng=rng), KAN([2, 3, 1], rng=1))
    assert not same(KAN([2, 3, 1], rng=rng), KAN([2, 3, 1], rng=1))  # the generator went on


@pytest.mark.parametrize("name", ["coef", "w_base", "bias", "active", "knots"])
def test_the_arrays_of_a_network_cannot_be_written_to(name):
    network = KAN([2, 3, 1], rng=0)
    for some in (network, network.with_theta(np.ones(network.size))):
        for layer in some.layers:
            with pytest.raises(ValueError, match="read-only"):
                getattr(layer, name)[...] = 0
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(layer, "bias" if name == "knots" else name, 0)


def test_the_layers_of_a_network_cannot_be_exchanged():
    network = KAN([2, 3, 1], rng=0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        network.layers = ()
    with pytest.raises(TypeError):
        network.layers[0] = network.layers[1]
    with pytest.raises(dataclasses.FrozenInstanceError):
        network.layers[0].basis.knots = np.zeros((2, 12))
    with pytest.raises(ValueError, match="read-only"):
        network.theta[0] = 1.0


def test_a_layer_does_not_share_the_array_that_it_is_made_of():
    layer, coef = KAN([2, 1], rng=0).layers[0], np.ones((1, 2, 8))
    other = dataclasses.replace(layer, coef=coef)
    coef[...] = 2.0  # it can still be written to
    assert np.all(other.coef == 1.0)
    assert other.bias is layer.bias  # what nobody can change is not copied


@given(drawn=networks_with_inputs())
def test_evaluating_a_network_leaves_it_and_its_input_as_they_are(drawn):
    network, x, _ = drawn
    theta, x_before = np.array(network.theta), x.copy()
    y, cache = network.forward(x)
    network.backward(np.ones_like(y), cache)
    network.jacobian(x)
    assert np.array_equal(network.theta, theta)
    assert np.array_equal(x, x_before)
    assert x.flags.writeable


# What the constructor refuses, and the errors of evaluation.


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"widths": [2]}, "widths must name inputs and outputs"),
        ({"widths": [2, 0]}, r"widths\[1\] must be at least 1, but is 0"),
        ({"widths": [2, 1.5]}, r"widths\[1\] must be a whole number"),
        ({"widths": "21"}, "widths must be a list"),
        ({"grid_size": 0}, "grid_size must be at least 1"),
        ({"grid_size": [3, 4]}, "grid_size must have one entry for each of the 1 layers"),
        ({"degree": -1}, "degree must be at least 0"),
        ({"grid_range": (1, -1)}, "low must be below high"),
        ({"grid_range": (0, np.inf)}, "grid_range must be finite"),
        ({"base": "swish"}, "base must be one of silu"),
        ({"init": "zeros"}, "init must be one of"),
        ({"rng": -1}, "rng must be a seed of at least 0"),
    ],
)
def test_what_makes_no_network_is_refused_with_its_reason(arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        KAN(**{"widths": [2, 1], **arguments})


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([0.1, 0.2], r"x must have shape \(N, 2\), but has shape \(2,\); a single column is"),
        ([[0.1, 0.2, 0.3]], r"x must have shape \(N, 2\), but has shape \(1, 3\)"),
        ([[0.1, np.nan]], r"x must be finite, but x\[0, 1\] is nan"),
        (np.zeros((0, 2)), r"x is empty"),
        ([[0.1, 0.2], [0.3]], "x must be a regular array"),
        ([[0.1, 0.2j]], "x must hold real numbers.*take its real part"),
        ([["a", "b"]], "x must hold real numbers"),
    ],
)
def test_an_input_that_makes_no_sense_is_refused_with_its_reason(x, message):
    with pytest.raises((ValueError, TypeError), match=message):
        KAN([2, 1], rng=0)(x)


def test_integers_and_lists_and_float32_are_converted():
    network = KAN([2, 1], rng=0)
    want = network(np.array([[1.0, 0.0]]))
    for x in ([[1, 0]], np.array([[1, 0]]), np.array([[1, 0]], dtype=np.float32)):
        np.testing.assert_array_equal(network(x), want, strict=True)


def test_an_upstream_gradient_of_another_shape_is_refused():
    network = KAN([2, 3], rng=0)
    _, cache = network.forward(np.zeros((4, 2)))
    with pytest.raises(ValueError, match=r"dy must have shape \(4, 3\), but has shape \(3, 4\)"):
        network.backward(np.zeros((3, 4)), cache)


def test_every_layer_may_have_its_own_degree_grid_and_range():
    network = KAN([2, 3, 1], grid_size=[4, 6], degree=[2, 3], grid_range=[(-1, 1), (-2, 3)], rng=0)
    assert [layer.degree for layer in network.layers] == [2, 3]
    for layer, (low, high, G) in zip(network.layers, [(-1, 1, 4), (-2, 3, 6)], strict=True):
        for t in layer.knots:
            assert np.array_equal(t, kn.uniform_knots(low, high, G, layer.degree))


@pytest.mark.parametrize("network", [KAN([2, 3, 1], rng=0), kn.MLP([2, 3, 1], rng=0)])
def test_a_network_knows_that_it_is_as_drawn_until_its_parameters_change(network):
    assert network.init == {KAN: "glorot", kn.MLP: "he"}[type(network)]
    assert network.with_theta(network.theta).init is None
    assert network.with_layer(1, network.layers[1]).init is None


def test_a_network_as_drawn_stays_so_on_other_grids():
    network, x = KAN([2, 3, 1], init="paper", rng=0), np.array([[0.0, 0.1], [2.0, 3.0]])
    assert kn.adapt_grid(network, x).init == kn.refine(network, 10).init == "paper"
    assert KAN.from_layers(network.layers).init is None


def test_the_fraction_outside_is_that_of_all_activations():
    lines = {"knots": [[-1, 0, 1, 2]] * 2, "coef": [[[1, 3], [0, 0]]], "w_base": [[0, 0]]}
    last = {"knots": [[-1, 0, 2, 4]], "coef": [[[1, 3]]], "w_base": [[0]]}
    network = KAN.from_arrays([lines, last], degree=1, base="zero")
    # Of the inputs one in eight is outside [0, 1], of the hidden values those above 2.
    x = np.array([[0.0, 0.5], [0.9, 0.5], [1.0, 1.0], [0.2, 1.5]])
    assert network(x).shape == (4, 1)
    assert network.fraction_outside_grid(x) == pytest.approx((1 + 2) / (8 + 4))


def test_a_network_drawn_again_has_other_numbers_of_the_same_size():
    network = KAN([30, 20, 1], grid_size=4, rng=0)
    other = network.redrawn(np.random.default_rng(1))
    for layer, again in zip(network.layers, other.layers, strict=True):
        for name in ("coef", "w_base"):
            one, two = getattr(layer, name), getattr(again, name)
            assert one.shape == two.shape
            assert not np.any(one == two)
            assert 0.5 < two.std() / one.std() < 2.0
    assert other.init == network.init == "glorot"
    same = KAN([30, 20, 1], grid_size=4, rng=1)
    assert np.array_equal(other.theta, same.theta)


@pytest.mark.parametrize("network", [KAN([2, 1], rng=0), MLP([2, 1], rng=0)])
def test_a_network_cannot_be_changed(network):
    assert_value(network, "layers")


# What a notebook displays.


def rows_of_table(network):
    """Return caption and rows of the table of a network, read as XML."""
    table = ElementTree.fromstring(network._repr_html_())
    rows = [["".join(cell.itertext()) for cell in row] for row in table.iter("tr")]
    return table.find("caption").text, rows[1:]


def test_a_table_tells_nodes_edges_parameters_and_grids():
    network = KAN([2, (3, 1), 1], grid_size=[4, 2], degree=2, grid_range=(-1.5, 2), rng=0)
    caption, rows = rows_of_table(network)
    assert caption == repr(network)
    assert rows == [
        ["0", "2 → 5", "splines: 10", "70", "bspline, G = 4, k = 2, [-1.5, 2]"],
        ["1", "5 → 4", "products: 1", "0", ""],
        ["2", "4 → 1", "splines: 4", "20", "bspline, G = 2, k = 2, [-1.5, 2]"],
    ]
    assert sum(int(row[3]) for row in rows) == network.size


def test_a_table_tells_symbols_and_other_bases():
    _, rows = rows_of_table(kn.from_formula("sin(x) + y**2 + sin(z)", ["x", "y", "z"]))
    assert rows[0][1:] == ["3 → 1", "sin: 2, x^2: 1", "12", ""]
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (50, 2))
    named = {(0, 0, 1): "sin"}
    mixed = kn.symbolify(KAN([2, 1], basis="fourier", rng=0), x, x[:, :1], named, steps=1)
    assert rows_of_table(mixed)[1][0][2::2] == ["splines: 1, sin: 1", "fourier, W = 5, [-1, 1]"]


def test_a_table_of_an_mlp_tells_activations():
    caption, rows = rows_of_table(MLP([2, 3, 1], "tanh", rng=0))
    assert caption == "MLP([2, 3, 1], 13 parameters)"
    assert rows == [["0", "2 → 3", "identity", "6", "9"], ["1", "3 → 1", "tanh", "3", "4"]]


def test_no_name_in_a_table_is_read_as_html():
    name = "<script>alert('&')</script>"
    silu = kn.activations.ACTIVATIONS["silu"]
    own = kn.Activation(name, silu.function, silu.derivatives)
    assert rows_of_table(MLP([1, 2, 1], own, rng=0))[1][1][2] == name
