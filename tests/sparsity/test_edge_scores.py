"""Scores of edges and nodes are their formulas, whatever the order of samples and nodes."""

from dataclasses import replace

import numpy as np
import pytest
from builders import (
    evaluated_edges,
    inputs_of,
    levels,
    permuted,
    product_network,
    random_network,
    steps,
    two_edges_into_one,
    with_edges,
)
from checks import agree, assert_close, edge_by_hand
from hypothesis import given
from hypothesis import strategies as st
from strategies import networks_with_inputs, seeds

import kan_numpy as kn
from kan_numpy import KAN, _arrays, reference
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.sparsity.edge_scores import KINDS


def switched_off(network, at, out, inp, constant):
    """Return the network with one edge replaced by a constant, all else as it is."""
    factor = np.ones(network.layers[at].active.shape)
    factor[out, inp] = 0.0
    layers = list(with_edges(network, at, factor).layers)
    bias = layers[at].bias + constant * (np.arange(layers[at].n_out) == out)
    layers[at] = replace(layers[at], bias=bias)
    return KAN.from_layers(layers)


def test_scores_worked_out_by_hand():
    network, x = two_edges_into_one()
    y = [[1.0], [4.0]]
    want = {
        "l1": [[[3.0, 1.0]], [[2.5]]],
        "std": [[[0.0, 1.0]], [[1.5]]],
        # The output spreads 1.5, and all of that comes through the second edge.
        "attribution": [[[0.0, 1.5]], [[1.5]]],
        # At their means: the hidden node 4 and 4, the output 4 and 4; the output 2.5 and 2.5.
        "ablation": [[[0.0, 4.5]], [[2.25]]],
    }
    assert set(want) == set(KINDS)
    for kind, values in want.items():
        scores = kn.edge_scores(network, x, kind, y=y if kind == "ablation" else None)
        for got, score in zip(scores, values, strict=True):
            assert_close(got, np.array(score))


@given(drawn=networks_with_inputs())
def test_simple_scores_equal_their_formulas_number_by_number(drawn):
    network, x, _ = drawn
    values = levels(network, x)
    l1, std = kn.edge_scores(network, x), kn.edge_scores(network, x, "std")
    for at, layer in enumerate(network.layers):
        for o, i in np.ndindex(layer.active.shape):
            phi = [edge_by_hand(layer, o, i, z) for z in values[at][:, i]]
            mean = sum(phi) / len(phi)
            assert_close(l1[at][o, i], np.float64(sum(map(abs, phi)) / len(phi)))
            variance = sum((p - mean) ** 2 for p in phi) / len(phi)
            # The root turns a rounding error of 1e-26 into one of 1e-13.
            assert_close(std[at][o, i], np.sqrt(variance), atol=1e-12)


@given(
    seed=seeds,
    degree=st.integers(1, 3),  # at a jump, a rounding error would count
    widths=st.sampled_from([[3, 2], [2, 3, 2], [1, 2, 2, 1]]),
)
def test_ablation_is_the_loss_with_the_edge_at_its_mean_less_the_loss(seed, degree, widths):
    network, x, rng = random_network(widths, seed, n_samples=5, degree=degree)
    y = network(x) + rng.standard_normal((5, widths[-1]))
    loss = np.mean((network(x) - y) ** 2)
    values, scores = levels(network, x), kn.edge_scores(network, x, "ablation", y=y)
    for at, layer in enumerate(network.layers):
        mean = layer.edges(values[at]).mean(axis=0)
        for o, i in np.ndindex(layer.active.shape):
            other = switched_off(network, at, o, i, mean[o, i])
            assert_close(scores[at][o, i], np.mean((other(x) - y) ** 2) - loss, atol=1e-11)


def test_ablation_knows_the_cross_entropy():
    network, x, rng = random_network([2, 3, 2])
    labels = rng.integers(0, 2, len(x))
    scores = kn.edge_scores(network, x, "ablation", y=labels, loss="cross_entropy")

    def loss(net):
        return reference.cross_entropy(net(x).tolist(), labels.tolist())

    mean = network.layers[0].edges(x).mean(axis=0)
    want = loss(switched_off(network, 0, 2, 1, mean[2, 1])) - loss(network)
    assert_close(scores[0][2, 1], np.float64(want))


@given(drawn=networks_with_inputs())
def test_an_edge_that_is_not_active_scores_nothing(drawn):
    network, x, _ = drawn
    y = network(x) + 1.0
    for kind in KINDS:
        for layer, score in zip(network.layers, kn.edge_scores(network, x, kind, y), strict=True):
            assert score.shape == layer.active.shape
            assert np.all(score[~layer.active] == 0.0)


@pytest.mark.parametrize("factor", [-3.0, 0.01])
def test_scores_of_an_output_scale_with_it(factor):
    network, x, rng = random_network([2, 3, 1])
    y = network(x) + rng.standard_normal((len(x), 1))
    larger = with_edges(network, 1, np.full((1, 3), factor))
    last = larger.layers[-1]
    larger = KAN.from_layers([larger.layers[0], replace(last, bias=factor * last.bias)])
    # The power with which the scores of the first and of the last layer grow.
    powers = {"l1": (0, 1), "std": (0, 1), "attribution": (1, 1), "ablation": (2, 2)}
    for kind, both in powers.items():
        before, after = (
            kn.edge_scores(net, x, kind, target)
            for net, target in ((network, y), (larger, factor * y))
        )
        for old, new, power in zip(before, after, both, strict=True):
            assert_close(new / old, np.full(old.shape, abs(factor) ** power), atol=1e-9)


@given(drawn=networks_with_inputs())
def test_attribution_never_falls_on_its_backward_pass(drawn):
    network, x, _ = drawn
    spread = network(x).std(axis=0)
    totals = [score.sum() for score in kn.edge_scores(network, x, "attribution")] + [spread.sum()]
    assert np.all(np.diff(totals) < 1e-9 * (1.0 + np.abs(totals[:-1])))


def test_attribution_hands_all_of_it_down_a_chain():
    network, x, _ = random_network([1, 1, 1, 1])
    scores = kn.edge_scores(network, x, "attribution")
    assert_close(np.ravel(scores), np.full(3, network(x).std()))


def test_attribution_has_no_bound_where_edges_cancel_and_ablation_stays_with_the_loss():
    x = np.linspace(-1.0, 1.0, 201)[:, None] * [1.0, 1.0]
    x[:, 1] += 1e-3 * np.sin(7.0 * x[:, 0])
    line = {"knots": [[-1.1, 1.1]] * 2, "coef": [[[0], [0]]], "w_base": [[1, -1]]}
    steep = {"knots": [[-1, 1]], "coef": [[[0]]], "w_base": [[1000]]}
    network = KAN.from_arrays([line, steep], degree=0, base="identity")
    (first, _) = kn.edge_scores(network, x, "attribution")
    share = first / network(x).std()
    assert_close(share, x.std(axis=0)[None] / (x[:, 0] - x[:, 1]).std(), atol=1e-9)
    assert np.all(share > 700.0)
    # Exactly cancelled, the node is constant: nothing to attribute, and no 0/0.
    assert np.all(kn.edge_scores(network, x[:, [0, 0]], "attribution")[0] == 0.0)
    line = {"knots": [[-1.1, 1.1]] * 3, "coef": np.zeros((1, 3, 1)), "w_base": [[0.1, 0.2, -0.3]]}
    network = KAN.from_arrays([line, steep], degree=0, base="identity")
    x = x[:, [0, 0, 0]]
    assert 0.0 < network(x).std() < 1e-12  # constant up to rounding
    assert np.all(kn.edge_scores(network, x, "attribution")[0] == 0.0)


@given(seed=seeds)
def test_scores_do_not_depend_on_the_order_of_samples_and_follow_that_of_nodes(seed):
    network, x, rng = random_network([2, 4, 2], seed, n_samples=10)
    y, order, nodes = rng.standard_normal((10, 2)), rng.permutation(10), rng.permutation(4)
    for kind in KINDS:
        first, second = kn.edge_scores(network, x, kind, y)
        shuffled = kn.edge_scores(permuted(network, 0, nodes), x[order], kind, y[order])
        assert_close(shuffled[0], first[nodes], atol=1e-10)
        assert_close(shuffled[1], second[:, nodes], atol=1e-10)


def test_a_node_is_as_strong_as_its_weaker_side():
    first = ([[-1, 1], [-1, 1]], [[[5], [1]], [[0.5], [-0.25]]])
    second = ([[0, 9], [0, 9]], [[[-2], [7]], [[3], [4]]])
    inputs, hidden, outputs = kn.node_scores(steps(first, second), [[0.0, 0.0]])
    assert inputs.tolist() == [5.0, 1.0]
    assert hidden.tolist() == [3.0, 0.5]  # min(5, 3), min(0.5, 7)
    assert outputs.tolist() == [7.0, 4.0]


def test_ablation_evaluates_only_what_an_edge_changes(monkeypatch):
    network, x = kn.KAN([3, 4, 2], rng=0), np.random.default_rng(0).uniform(-1.0, 1.0, (20, 3))
    forward, calls = KANLayer.forward, []

    def counting(self, x):
        calls.append(self)
        return forward(self, x)

    monkeypatch.setattr(KANLayer, "forward", counting)
    count = evaluated_edges(monkeypatch)
    kn.edge_scores(network, x, "ablation", y=np.zeros((20, 2)))
    # The edge itself, and twice the two edges from its node; nothing comes after the second layer.
    assert sum(count) == 12 * (1 + 2 * 2) + 8
    assert calls == list(network.layers)


def test_scores_of_many_samples_are_computed_in_blocks_and_stay_the_same(monkeypatch):
    network, x, rng = random_network([2, 4, 3])
    x, y = np.sort(x, axis=0), rng.standard_normal((len(x), 3))  # the means of blocks differ
    whole = {kind: kn.edge_scores(network, x, kind, y) for kind in KINDS}
    edges, sizes = KANLayer.edges, []

    def measured(layer, x):
        phi = edges(layer, x)
        sizes.append(phi.size)
        return phi

    monkeypatch.setattr(KANLayer, "edges", measured)
    monkeypatch.setattr(_arrays, "VALUES_AT_ONCE", 24)
    for kind in KINDS:
        for got, want in zip(kn.edge_scores(network, x, kind, y), whole[kind], strict=True):
            assert_close(got, want)
    assert max(sizes) == 24


# Products.


def test_every_factor_gets_the_score_of_its_product():
    network = product_network([3, (2, 1), 2], np.random.default_rng(0), arity=3)
    x = inputs_of(network)
    into, factors, out = kn.edge_scores(network, x, "attribution")
    nodes = out.sum(axis=0)  # (3,) two sums and a product
    assert np.array_equal(factors.sum(axis=0), nodes[[0, 1, 2, 2, 2]])
    assert np.array_equal(factors > 0, network.layers[1].active)
    z = network.layers[0].forward(x)[0]  # (N, 5)
    spread = network.layers[0].edges(x).std(axis=0) / z.std(axis=0)[:, None]
    agree(into, nodes[[0, 1, 2, 2, 2], None] * spread, rtol=1e-12)


def test_the_other_scores_of_a_factor_are_those_of_an_edge_that_sends_it_as_it_is():
    network = product_network([2, (1, 1), 1], np.random.default_rng(0))
    x, last = inputs_of(network), network.layers[2]
    y = x[:, :1]
    z = network.layers[0].forward(x)[0]  # (N, 3)
    one, two = np.abs(z).mean(axis=0), z.std(axis=0)
    agree(kn.edge_scores(network, x)[1], np.array([[one[0], 0, 0], [0, *one[1:]]]), rtol=1e-12)
    agree(kn.edge_scores(network, x, "std")[1], np.array([[two[0], 0, 0], [0, *two[1:]]]))
    ablation = kn.edge_scores(network, x, "ablation", y)[1]
    without = np.column_stack([z[:, 0], z[:, 1] * z[:, 2].mean()])
    want = np.mean((last.forward(without)[0] - y) ** 2) - np.mean((network(x) - y) ** 2)
    assert ablation[1, 2] == pytest.approx(want, rel=1e-12)
    assert [len(level) for level in kn.node_scores(network, x)] == [2, 3, 2, 1]
