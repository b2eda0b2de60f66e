"""Multiplication nodes: against plain loops, backwards, and in networks."""

from math import prod

import numpy as np
import pytest
from builders import inputs_of, product_network
from checks import (
    agree,
    agree_exactly,
    check_jacobian,
    check_jacobian_adjoint,
    check_network_input,
    check_network_theta,
    check_objective,
    check_residuals,
)
from hypothesis import given
from hypothesis import strategies as st
from strategies import floats, seeds

import kan_numpy as kn
from kan_numpy import KAN, Objective
from kan_numpy.gradcheck import assert_adjoint
from kan_numpy.layers.product_layer import ProductLayer


@st.composite
def product_layers(draw):
    """Draw groups of one to four inputs, in any order; some inputs may be in none."""
    n_in = draw(st.integers(1, 8))
    inputs, groups = list(draw(st.permutations(range(n_in)))), []
    while inputs and (not groups or draw(st.booleans())):
        arity = draw(st.integers(1, min(4, len(inputs))))
        groups.append([inputs.pop() for _ in range(arity)])
    return ProductLayer(n_in, groups)


@st.composite
def layers_with_inputs(draw):
    """Draw a layer, inputs (N, n_in) of which many are zero, and a generator for the rest."""
    layer = draw(product_layers())
    value = st.sampled_from([0.0, 0.0, 1.0, -2.0]) | floats(-2.0, 2.0)
    N = draw(st.integers(1, 4))
    x = draw(st.lists(value, min_size=N * layer.n_in, max_size=N * layer.n_in))
    return layer, np.reshape(x, (N, layer.n_in)), np.random.default_rng(draw(seeds))


WIDTHS = ([2, (0, 1), 1], [3, (2, 1), 2], [1, (1, 2), (0, 1), 2], [2, 3, (1, 1)])


@st.composite
def networks_with_inputs(draw):
    rng, widths = np.random.default_rng(draw(seeds)), draw(st.sampled_from(WIDTHS))
    G = draw(st.integers(1, 2))
    network = product_network(widths, rng, draw(st.integers(2, 3)), grid_size=G, degree=2)
    return network, rng.uniform(-1.5, 1.5, (draw(st.integers(1, 4)), widths[0])), rng


# The layer.


@given(drawn=layers_with_inputs())
def test_an_output_is_the_product_of_its_group(drawn):
    layer, x, _ = drawn
    y, _ = layer.forward(x)
    want = [[prod(sample[i] for i in group) for group in layer.groups] for sample in x]
    np.testing.assert_allclose(y, want, rtol=1e-15, atol=0, strict=True)


@given(drawn=layers_with_inputs())
def test_the_backward_pass_is_the_product_of_the_others_also_for_zeros(record, drawn):
    layer, x, rng = drawn
    y, cache = layer.forward(x)
    dy, want = rng.standard_normal(y.shape), np.zeros_like(x)
    for n, sample in enumerate(x):
        for o, group in enumerate(layer.groups):
            for i in group:
                want[n, i] = dy[n, o] * prod(sample[j] for j in group if j != i)
    record(agree_exactly(layer.input_gradient(dy, cache), want, np.abs(want)))


@given(drawn=layers_with_inputs())
def test_a_product_goes_back_as_central_differences_say(record, drawn):
    layer, x, rng = drawn

    def backward(dy, x):
        return layer.input_gradient(dy, layer.features(x))

    record(assert_adjoint(lambda x: layer.forward(x)[0], backward, x, rng=rng))


def test_a_layer_of_products_shows_its_groups_and_is_equal_to_one_with_the_same():
    layer = ProductLayer(4, [[0], [1, 3]])
    assert repr(layer) == "ProductLayer(n_in=4, groups=((0,), (1, 3)))"
    assert layer == ProductLayer(4, [[0], [1, 3]]) != ProductLayer(4, [[0], [3, 1]])
    assert (layer.n_out, layer.n_products, layer.size, layer.piecewise_linear) == (2, 1, 0, False)
    assert layer.active.tolist() == [[True, False, False, False], [False, True, False, True]]
    x = np.array([[5.0, 2.0, 9.0, 3.0]])
    assert layer.edges(x).tolist() == [[[5.0, 0.0, 0.0, 0.0], [0.0, 2.0, 0.0, 3.0]]]
    assert layer.fraction_outside_grid(x) == 0.0
    part = layer.part(np.array([False, True]), np.array([False, True, False, True]))
    assert part == ProductLayer(2, [[0, 1]])


@given(drawn=layers_with_inputs())
def test_a_permutation_of_inputs_and_groups_changes_nothing(drawn):
    layer, x, rng = drawn
    order = rng.permutation(layer.n_in)
    place = np.argsort(order)  # where an input has gone
    groups = [[int(place[i]) for i in group] for group in layer.groups]
    outputs = rng.permutation(layer.n_out)
    moved = ProductLayer(layer.n_in, [groups[o] for o in outputs])
    assert np.array_equal(moved.forward(x[:, order])[0], layer.forward(x)[0][:, outputs])
    assert np.array_equal(moved.active, layer.active[np.ix_(outputs, order)])


@pytest.mark.parametrize(
    ("n_in", "groups", "error", "message"),
    [
        (2, [], ValueError, "groups must each hold at least one input"),
        (2, [[0], []], ValueError, "groups must each hold at least one input"),
        (2, [[0], [0, 1]], ValueError, r"at most once, but are \(\(0,\), \(0, 1\)\)"),
        (2, [[0, 2]], ValueError, r"each of the inputs 0 \.\.\. 1"),
        (2, [[0, -1]], ValueError, "groups must be at least 0, but is -1"),
        (2, [[0.5]], TypeError, "groups must be a whole number"),
    ],
)
def test_groups_that_make_no_sense_are_refused(n_in, groups, error, message):
    with pytest.raises(error, match=message):
        ProductLayer(n_in, groups)


# Networks.


def test_a_pair_of_widths_adds_a_layer_of_products():
    network = KAN([2, (3, 2), 1], arity=3, rng=0)
    assert network.widths == [2, 9, 5, 1]
    assert network.layers[1] == ProductLayer(9, [[0], [1], [2], [3, 4, 5], [6, 7, 8]])
    assert network.size == (2 * 9 + 5 * 1) * (5 + 3 + 1)
    assert repr(network) == "KAN([2, (3, 2), 1], 207 parameters)"
    assert repr(KAN([1, (0, 1)], rng=0)) == "KAN([1, (0, 1)], 18 parameters)"


def test_a_pair_without_products_is_a_number():
    plain, pair = KAN([2, 3, 1], rng=0), KAN([2, (3, 0), 1], rng=0)
    assert pair.widths == [2, 3, 1]
    assert np.array_equal(pair.theta, plain.theta)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"widths": [(1, 1), 1]}, ValueError, r"widths\[0\] must be the number of inputs"),
        ({"widths": [1, (0, 0), 1]}, ValueError, r"widths\[1\] must be at least 1, but is 0"),
        ({"widths": [1, (1, -1), 1]}, ValueError, r"widths\[1\] must be at least 0, but is -1"),
        ({"widths": [1, (1, 1, 1)]}, ValueError, r"widths\[1\].*\(sums, products\), but is \(1,"),
        ({"widths": [1, (1, 0.5)]}, TypeError, r"widths\[1\] must be a whole number"),
        ({"widths": [1, (0, 1)], "arity": 1}, ValueError, "arity must be at least 2, but is 1"),
    ],
)
def test_widths_that_make_no_sense_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        KAN(**arguments)


@pytest.mark.gradient
@given(drawn=networks_with_inputs())
def test_a_network_with_products_goes_back(record, drawn):
    network, x, rng = drawn
    record(check_network_theta(network, x, rng))
    record(check_network_input(network, x, rng))


@pytest.mark.gradient
@given(drawn=networks_with_inputs())
def test_its_jacobian_is_right(record, drawn):
    network, x, rng = drawn
    record(check_jacobian(network, x))
    record(check_jacobian_adjoint(network, x, rng))


@pytest.mark.gradient
def test_its_objective_is_right(record):
    rng = np.random.default_rng(0)
    network = product_network([2, (1, 1), 1], rng)
    x, y = rng.uniform(-1.0, 1.0, (7, 2)), rng.uniform(-1.0, 1.0, (7, 1))
    objective = Objective(network, x, y)
    record(check_objective(objective, network.theta, rng))
    record(check_residuals(objective, network.theta))
    metric = objective.diagonal_scaling(network.theta)
    B = network.layers[2].basis(network.forward(x)[1][2].x)  # (N, 2, G+k)
    squares = np.mean(B**2, axis=0).ravel()
    last = metric[-18:-2] - 1e-3  # the coefficients of the last layer, before their base weights
    agree(last / last.sum(), squares / squares.sum())


def test_a_product_of_two_sums_learns_a_product_to_rounding():
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (200, 2))
    network = KAN([2, (0, 1), 1], grid_size=3, base="zero", rng=0)
    y = x[:, :1] * x[:, 1:]
    result = kn.fit(network, x, y, steps=100, adapt_at=(5, 20), starts=6, rng=1)
    others = np.random.default_rng(1).uniform(-0.9, 0.9, (200, 2))
    error = result.network(others)[:, 0] - others[:, 0] * others[:, 1]
    assert np.abs(error).max() < 1e-10


@pytest.mark.parametrize("widths", WIDTHS)
def test_refining_leaves_the_function_as_it_is(widths):
    network = product_network(widths, np.random.default_rng(0))
    sizes = [10 + 5 * at for at in range(len(widths) - 1)]  # one for each KAN layer
    finer, x = kn.refine(network, sizes), inputs_of(network)
    assert [layer.basis.grid_size for layer in finer.layers if hasattr(layer, "basis")] == sizes
    assert [layer for layer in finer.layers if isinstance(layer, ProductLayer)] == [
        layer for layer in network.layers if isinstance(layer, ProductLayer)
    ]
    np.testing.assert_allclose(finer(x), network(x), rtol=0, atol=1e-12)


@pytest.mark.parametrize("widths", WIDTHS)
def test_adapted_grids_cover_what_the_products_send(widths):
    network = product_network(
        widths, np.random.default_rng(0), grid_size=20, grid_range=(-4.0, 4.0)
    )
    x = inputs_of(network)
    adapted, change = kn.adapt_grid(network, x, return_change=True)
    caches = adapted.forward(x)[1]
    outside = [
        layer.fraction_outside_grid(c.x) for layer, c in zip(adapted.layers, caches, strict=True)
    ]
    assert outside == [0.0] * len(adapted.layers)
    assert change < 0.02 * network(x).std()


@pytest.mark.parametrize("widths", WIDTHS)
def test_a_saved_network_is_loaded_bit_for_bit(tmp_path, widths):
    network = product_network(widths, np.random.default_rng(0), arity=3)
    network.save(tmp_path / "net.npz")
    loaded, x = KAN.load(tmp_path / "net.npz"), inputs_of(network)
    assert repr(loaded) == repr(network)
    assert np.array_equal(loaded.theta, network.theta)
    assert np.array_equal(loaded(x), network(x))


def test_a_network_that_multiplies_is_no_relu_network():
    network = KAN([2, (0, 1), 1], degree=1, base="zero", rng=0)
    with pytest.raises(TypeError, match=r"network\.layers\[1\] multiplies"):
        kn.to_relu(network)


# The picture.


def found(figure, gid):
    (artist,) = figure.findobj(lambda artist: artist.get_gid() == gid)
    return artist


def test_products_are_drawn_with_wires_from_their_factors():
    network = product_network([2, (1, 2), 1], np.random.default_rng(0))
    figure = kn.plot(network, inputs_of(network))
    where = {
        gid: np.transpose(found(figure, gid).get_data())
        for gid in ("inputs", "sums", "passed", "products", "crosses")
    }
    assert {gid: len(places) for gid, places in where.items()} == {
        "inputs": 2,
        "sums": 6,  # five before the products, and the output
        "passed": 1,
        "products": 2,
        "crosses": 2,
    }
    ends = [where["passed"][0], *np.repeat(where["products"], 2, axis=0)]
    wires = found(figure, "factors").get_segments()
    for wire, factor, end in zip(wires, where["sums"][:5], ends, strict=True):
        np.testing.assert_allclose(wire, [factor, end])
    assert len(found(figure, "frames").get_segments()) == 2 * 5 + 3
