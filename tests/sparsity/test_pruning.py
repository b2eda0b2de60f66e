"""Pruning keeps the means, never empties a layer, and says what it refuses."""

from dataclasses import replace

import numpy as np
import pytest
from builders import (
    inputs_of,
    levels,
    permuted,
    product_network,
    random_network,
    steps,
    two_edges_into_one,
    with_edges,
)
from checks import EXACT, agree, assert_close, same
from hypothesis import given
from hypothesis import strategies as st
from strategies import floats, networks_with_inputs, seeds

import kan_numpy as kn
from kan_numpy import KAN
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.layers.symbolic_edge import SymbolicEdge
from kan_numpy.sparsity.edge_scores import KINDS


def on_paths(masks):
    """Return for each level which nodes lie on a path, by counting paths."""
    counts = [mask.astype(int) for mask in masks]
    n_in, n_out = counts[0].shape[1], counts[-1].shape[0]
    from_inputs, to_outputs = [np.ones(n_in, dtype=int)], [np.ones(n_out, dtype=int)]
    for count in counts:
        from_inputs.append(count @ from_inputs[-1])
    for count in reversed(counts):
        to_outputs.append(count.T @ to_outputs[-1])
    return [a * b > 0 for a, b in zip(from_inputs, reversed(to_outputs), strict=True)]


# Pruning by a threshold.


@given(drawn=networks_with_inputs())
def test_at_threshold_0_nothing_changes(drawn):
    network, x, rng = drawn
    y = network(x) + rng.standard_normal((len(x), network.widths[-1]))
    for kind in KINDS:
        pruned = kn.prune(network, x, threshold=0, kind=kind, y=y)
        assert same(pruned, network)
        assert np.array_equal(pruned(x), network(x))


def test_a_threshold_takes_the_edges_below_it_and_no_other():
    network, x, _ = random_network([3, 4, 2])
    network = with_edges(network, 0, [[1, 1, 1], [1, 1, 1e-3], [1, 1, 1], [1e-3, 1, 1e-4]])
    network = with_edges(network, 1, [[1, 1, 1, 1], [1, 1, 0, 1]])
    scores = kn.edge_scores(network, x)
    pruned = kn.prune(network, x)
    assert pruned.size == network.size - 4 * 9
    for layer, score in zip(pruned.layers, scores, strict=True):
        assert np.array_equal(layer.active, score >= 1e-2)
    # An edge at the threshold stays.
    pruned = kn.prune(network, x, threshold=scores[0][3, 0])
    assert pruned.layers[0].active.tolist()[3] == [True, True, False]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_score_can_decide(kind):
    network, x, _ = random_network([2, 3, 1])
    network = with_edges(network, 0, [[1, 1], [1, 1e-5], [1, 1]])
    pruned = kn.prune(network, x, threshold=1e-4, kind=kind, y=network(x))
    assert pruned.layers[0].active.tolist() == [[True, True], [True, False], [True, True]]
    assert pruned.layers[1].active.all()


def test_nodes_below_the_threshold_of_the_paper_are_gone():
    network, x, rng = random_network([3, 8, 8, 2])
    for at in range(3):
        n_out, n_in = network.layers[at].active.shape
        network = with_edges(network, at, 10.0 ** rng.uniform(-1, 1, (n_out, n_in)))
    columns, rows = np.arange(8), np.arange(8)[:, None]
    network = with_edges(network, 1, np.where((columns < 2) | (rows < 3), 1e-7, 1.0))
    assert [int(np.sum(score >= 1e-2)) for score in kn.node_scores(network, x)] == [3, 6, 5, 2]
    assert kn.prune(network, x).widths == [3, 6, 5, 2]


def test_a_constant_edge_goes_and_its_3_stays():
    network, x, rng = random_network([2, 2, 1])
    layer = network.layers[0]
    coef, w_base = layer.coef.copy(), layer.w_base.copy()
    coef[1, 0], w_base[1, 0] = 3.0, 0.0  # splines add up to 1, so this edge is 3
    network = KAN.from_layers([replace(layer, coef=coef, w_base=w_base), network.layers[1]])
    score_l1, score_std = (kn.edge_scores(network, x, kind)[0][1, 0] for kind in ("l1", "std"))
    assert_close(score_l1, np.float64(3.0))
    assert score_std < EXACT
    pruned = kn.prune(network, x, threshold=1e-9, kind="std")
    assert pruned.layers[0].active.tolist() == [[True, True], [False, True]]
    assert_close(pruned.layers[0].bias, layer.bias + np.array([0.0, 3.0]))
    others = rng.uniform(-1.0, 1.0, (100, 2))
    assert_close(pruned(others), network(others))


def test_the_bias_of_a_node_takes_up_the_mean_of_its_edge_and_no_other_is_touched():
    network, x = two_edges_into_one()
    pruned = kn.prune(network, x, edges=[(0, 0, 0)])
    assert [layer.bias.tolist() for layer in pruned.layers] == [[3.0], [0.0]]
    deep, x, _ = random_network([2, 3, 3, 2])
    pruned = kn.prune(deep, x, edges=[(1, 1, 2)])
    mean = deep.layers[1].edges(levels(deep, x)[1])[:, 1, 2].mean()
    assert_close(pruned.layers[1].bias, deep.layers[1].bias + np.array([0.0, mean, 0.0]))
    changed = [a.bias != b.bias for a, b in zip(pruned.layers, deep.layers, strict=True)]
    assert [c.tolist() for c in changed] == [[False] * 3, [False, True, False], [True, True]]


@given(drawn=networks_with_inputs(), share=floats(0.05, 0.6))
def test_the_mean_of_every_node_that_stays_does_not_move_and_only_paths_stay(drawn, share):
    network, x, rng = drawn
    masks = [layer.active for layer in network.layers]
    gone = [mask & (rng.random(mask.shape) < share) for mask in masks]
    edges = [(at, *edge) for at, mask in enumerate(gone) for edge in np.argwhere(mask)]
    staying = on_paths([mask & ~off for mask, off in zip(masks, gone, strict=True)])
    if not edges:
        assert kn.prune(network, x, edges=edges) is network
    elif not staying[0].any():
        with pytest.raises(ValueError, match="would leave no path"):
            kn.prune(network, x, edges=edges)
    else:
        pruned = kn.prune(network, x, edges=edges)
        staying[0][:] = staying[-1][:] = True
        assert pruned.widths == [int(nodes.sum()) for nodes in staying]
        after = levels(pruned, x)
        for nodes, old, new in zip(staying, levels(network, x), after, strict=True):
            scale = max(1.0, *np.abs(new).ravel())
            assert_close(new.mean(axis=0), old.mean(axis=0)[nodes], atol=1e-12 * scale)


@given(seed=seeds, edge=st.tuples(st.just(0), st.integers(0, 3), st.integers(0, 1)))
def test_pruning_follows_the_order_of_nodes(seed, edge):
    network, x, rng = random_network([2, 4, 1], seed, n_samples=10)
    order = rng.permutation(4)
    at = int(np.flatnonzero(order == edge[1])[0])
    pruned = kn.prune(network, x, edges=[edge])
    shuffled = kn.prune(permuted(network, 0, order), x, edges=[(0, at, edge[2])])
    assert_close(shuffled(x), pruned(x), atol=1e-12)
    assert np.array_equal(shuffled.layers[0].active, pruned.layers[0].active[order])


# Pruning by lists, and nodes without use.


def test_lists_remove_what_they_name():
    network, x, rng = random_network([3, 4, 2])
    pruned = kn.prune(network, x, edges=[(0, 1, 2), (1, 0, 3)], nodes=[(1, 0)], inputs=[1])
    assert pruned.widths == [3, 3, 2]
    first = [[True, False, False], [True, False, True], [True, False, True]]
    assert pruned.layers[0].active.tolist() == first
    assert pruned.layers[1].active.tolist() == [[True, True, False], [True, True, True]]
    assert pruned.size == 9 * 10  # of 9 * 20
    for layer, old in zip(pruned.layers, network.layers, strict=True):
        assert np.all(layer.coef[~layer.active] == 0.0)
        assert np.all(layer.w_base[~layer.active] == 0.0)
        assert layer.degree == old.degree
    kept = network.layers[0].coef[1:][pruned.layers[0].active]
    assert np.array_equal(pruned.layers[0].coef[pruned.layers[0].active], kept)
    other = x.copy()
    other[:, 1] = rng.uniform(-1.0, 1.0, len(x))
    assert np.array_equal(pruned(other), pruned(x))
    assert not np.array_equal(network(other), network(x))


def test_lists_may_be_arrays_generators_and_sets():
    network, x, _ = random_network([3, 4, 2])
    want = kn.prune(network, x, edges=[(0, 1, 2), (0, 3, 0)], nodes=[(1, 2)], inputs=[1])
    lists = {"edges": np.array([[0, 1, 2], [0, 3, 0]]), "inputs": np.flatnonzero([0, 1, 0])}
    assert same(kn.prune(network, x, nodes=((1, n) for n in [2]), **lists), want)
    sets = {"edges": {(0, 1, 2), (0, 3, 0)}, "nodes": {(1, 2)}, "inputs": {1}}
    assert same(kn.prune(network, x, **sets), want)


def test_a_node_that_receives_or_sends_nothing_goes_and_the_function_stays():
    network, x, rng = random_network([2, 4, 3, 1])
    network = kn.adapt_grid(network, x)  # every node has knots of its own
    network = with_edges(network, 0, [[1, 1], [0, 0], [1, 1], [1, 1]])  # node 1 receives nothing
    network = with_edges(network, 1, np.where(np.arange(4) == 3, 0.0, np.ones((3, 4))))
    edges = [(0, 1, 0), (0, 1, 1), (1, 0, 3), (1, 1, 3), (1, 2, 3)]  # node 3 sends nothing
    pruned = kn.prune(network, x, edges=edges)
    assert pruned.widths == [2, 2, 3, 1]
    others = rng.uniform(-2.0, 2.0, (100, 2))
    assert_close(pruned(others), network(others))
    # What node 1 made of its bias is in the next biases.
    constant = network.layers[1].edges(network.layers[0].bias[None])[0, :, 1]
    assert_close(pruned.layers[1].bias, network.layers[1].bias + constant)


def test_the_end_of_one_node_may_be_the_end_of_others():
    network, x, _ = random_network([2, 2, 2, 1])
    # Hidden node (2, 0) loses its way out: then (1, 0), which speaks only to it, is of no use.
    pruned = kn.prune(network, x, edges=[(2, 0, 0), (1, 1, 0)])
    assert pruned.widths == [2, 1, 1, 1]
    assert_close(pruned(x).mean(), network(x).mean())


def test_an_output_may_become_a_constant():
    network, x, _ = random_network([2, 3, 2])
    pruned = kn.prune(network, x, edges=[(1, 0, 0), (1, 0, 1), (1, 0, 2)])
    assert pruned.widths == [2, 3, 2]
    assert_close(pruned(x)[:, 0], np.full(len(x), network(x)[:, 0].mean()))
    assert_close(pruned(x)[:, 1], network(x)[:, 1])


# What a pruned network is good for.


def test_a_pruned_network_trains_on():
    rng = np.random.default_rng(0)
    x = rng.uniform(-1.0, 1.0, (300, 2))
    y = np.exp(np.sin(np.pi * x[:, :1]) + x[:, 1:] ** 2)
    network = kn.fit(KAN([2, 3, 1], rng=0), x, y, steps=10).network
    pruned = kn.prune(network, x, nodes=[(1, 0), (1, 2)])
    assert (pruned.widths, pruned.size) == ([2, 1, 1], 27)
    result = kn.fit(pruned, x, y, steps=40, adapt_at=[5])
    before, after = np.mean((pruned(x) - y) ** 2), result.history["train_loss"][-1]
    assert after < 5e-2 * before
    assert after < 1e-3


def test_training_leaves_removed_edges_alone():
    network, x, rng = random_network([2, 3, 1])
    pruned = kn.prune(network, x, edges=[(0, 1, 1), (0, 2, 0)])
    trained = kn.fit(pruned, x, rng.standard_normal((len(x), 1)), steps=3).network
    assert not same(trained, pruned)
    off = ~pruned.layers[0].active
    assert off.sum() == 2
    assert np.all(trained.layers[0].edges(x)[:, off] == 0.0)
    assert np.array_equal(trained.layers[0].bias, pruned.layers[0].bias)


def test_a_pruned_network_can_be_refined_saved_and_pruned_again(tmp_path):
    network, x, _ = random_network([2, 4, 1])
    pruned = kn.prune(network, x, nodes=[(1, 1)], edges=[(0, 0, 1)])
    assert_close(kn.refine(pruned, 10)(x), pruned(x), atol=1e-12)
    pruned.save(tmp_path / "pruned.npz")
    loaded = KAN.load(tmp_path / "pruned.npz")
    assert same(loaded, pruned)
    assert kn.prune(loaded, x, nodes=[(1, 2)]).widths == [2, 2, 1]


def test_pruning_leaves_its_arguments_as_they_are():
    network, x, _ = random_network([2, 4, 1])
    theta, x_before, y = np.array(network.theta), x.copy(), network(x)
    pruned = kn.prune(network, x, nodes=[(1, 1)], edges=[(0, 0, 1)])
    kn.edge_scores(network, x, "ablation", y=y)
    assert np.array_equal(network.theta, theta)
    assert np.array_equal(network(x), y)
    assert np.array_equal(x, x_before)
    for layer in pruned.layers:
        for name in ("coef", "w_base", "bias", "active"):
            with pytest.raises(ValueError, match="read-only"):
                getattr(layer, name)[...] = 0


# What is refused.


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_a_threshold_that_takes_too_much_names_one_that_works(kind, seed):
    network, x, _ = random_network([2, 3, 3, 1], seed)
    y = network(x)
    largest = [score.max() for score in kn.edge_scores(network, x, kind, y)]
    text = f"largest score in layers\\[{np.argmin(largest)}\\] is {min(largest):.3g}; threshold="
    with pytest.raises(ValueError, match=text) as error:
        kn.prune(network, x, 2.0 * max(largest), kind, y=y)
    assert "layers[0], layers[1], layers[2] would be empty" in str(error.value)
    works = float(str(error.value).partition("; threshold=")[2].split()[0])
    pruned = kn.prune(network, x, works, kind, y=y)
    assert all(layer.active.any() for layer in pruned.layers)
    with pytest.raises(ValueError, match="would leave no path"):
        kn.prune(network, x, 1.02 * works, kind, y=y)  # it is the largest, to 2 %


def test_a_threshold_that_cuts_every_path_is_refused_even_if_no_layer_is_empty():
    network = steps(
        ([[-1, 1]], [[[5]], [[1]]]),
        ([[0, 9], [0, 9]], [[[2], [4]]]),
    )
    match = r"the largest score in layers\[1\] is 4; threshold=1.98 would leave one$"
    with pytest.raises(ValueError, match=match):
        kn.prune(network, [[0.0]], threshold=3.0)
    with pytest.raises(ValueError, match=r"no path from an input to an output: take fewer edges$"):
        kn.prune(network, [[0.0]], edges=[(0, 0, 0), (1, 0, 1)])
    with pytest.raises(ValueError, match=r"\(layers\[1\] would be empty\)"):
        kn.prune(network, [[0.0]], edges=[(1, 0, 0), (1, 0, 1)])


@pytest.mark.parametrize(
    ("lists", "message"),
    [
        ({"edges": [(0, 0, 1), (2, 0, 0)]}, r"edges\[1\] is \(2, 0, 0\), but the network has 2 "),
        ({"edges": [(0, 0, 2)]}, r"edges\[0\] is .*, but layers\[0\] has 3 outputs and 2 inputs"),
        ({"edges": [(0, 3, 0)]}, r"edges\[0\] is .*, but layers\[0\] has 3 outputs and 2 inputs"),
        ({"edges": [(0, 0, 0)]}, r"edges\[0\] is \(0, 0, 0\), but this edge is not active"),
        ({"edges": [(0, -1, 0)]}, r"edges\[0\] must be at least 0, but is -1"),
        ({"edges": [(0, 1)]}, r"edges\[0\] must be \(layer, out, inp\), but is \(0, 1\)"),
        ({"edges": (0, 1, 1)}, r"edges\[0\] must be \(layer, out, inp\), but is 0"),
        ({"edges": [(0, 1.5, 1)]}, r"edges\[0\] must be a whole number, but is 1.5"),
        ({"edges": "all"}, r"edges must be a list, each entry \(layer, out, inp\), but is 'all'"),
        ({"nodes": [(0, 1)]}, r"nodes\[0\] is \(0, 1\), but level 0 is not hidden.*list inputs"),
        ({"nodes": [(2, 0)]}, r"nodes\[0\] is \(2, 0\), but level 2 is not hidden"),
        ({"nodes": [(1, 3)]}, r"nodes\[0\] is \(1, 3\), but level 1 has 3 nodes"),
        ({"inputs": [2]}, r"inputs\[0\] is 2, but the network has 2 inputs"),
        ({"inputs": 1}, r"inputs must be a list"),
        ({"inputs": [0]}, r"inputs\[0\] is 0, but no active edge uses it"),
        ({"threshold": -1}, r"threshold must lie in \[0, inf\]"),
        ({"threshold": np.nan}, r"threshold must be finite"),
        ({"kind": "l2"}, r"kind must be one of l1, std, attribution, ablation"),
        ({"kind": "ablation"}, r"y is needed for kind=\"ablation\""),
        ({"kind": "ablation", "y": np.zeros(9)}, r"y must have shape \(40, 1\)"),
        ({"x": np.zeros((4, 3))}, r"x must have shape \(N, 2\)"),
    ],
)
def test_what_cannot_be_pruned_is_refused_with_its_reason(lists, message):
    network, x, _ = random_network([2, 3, 1])
    network = kn.prune(network, x, inputs=[0])
    with pytest.raises((ValueError, TypeError), match=message):
        kn.prune(**{"network": network, "x": x, **lists})


def test_a_node_without_edges_cannot_be_removed_again():
    network, x, _ = random_network([2, 3, 1])
    lonely = np.arange(3) == 1
    a, b = network.layers
    network = KAN.from_layers(
        [replace(a, active=a.active & ~lonely[:, None]), replace(b, active=b.active & ~lonely)]
    )
    with pytest.raises(ValueError, match=r"nodes\[0\] is \(1, 1\), but this node has no active"):
        kn.prune(network, x, nodes=[(1, 1)])


def test_only_a_network_of_splines_can_be_pruned():
    mlp, x = kn.MLP([2, 3, 1], rng=0), np.zeros((4, 2))
    for refuse in (kn.prune, kn.edge_scores, kn.node_scores):
        with pytest.raises(TypeError, match=r"network must be a KAN.*but is MLP"):
            refuse(mlp, x)


class OtherBasis:
    """Behaves like a basis of B-splines, and is none."""

    def __init__(self, splines):
        self.splines = splines

    def __call__(self, x, derivative=0):
        return self.splines(x, derivative)

    def __getattr__(self, name):
        return getattr(self.splines, name)


def test_a_node_of_a_basis_of_your_own_can_go():
    network, x, _ = random_network([2, 3, 1])
    layers = [replace(layer, basis=OtherBasis(layer.basis)) for layer in network.layers]
    other = KAN.from_layers(layers)
    for choice in ({"edges": [(0, 2, 1)]}, {"nodes": [(1, 0)]}):
        assert_close(kn.prune(other, x, **choice)(x), kn.prune(network, x, **choice)(x))


def test_symbols_stay_on_their_edges_when_nodes_before_them_go():
    network, x, _ = random_network([2, 3, 2])
    middle = network.layers[1]
    sine = SymbolicEdge(1, 2, SYMBOLS["sin"], np.array([2.0, 0.5, 1.5, -1.0]))
    gone = SymbolicEdge(0, 0, SYMBOLS["exp"], np.array([1.0, 0.0, 1.0, 0.0]))
    coef, w_base = middle.coef.copy(), middle.w_base.copy()
    for edge in (sine, gone):
        coef[edge.out, edge.inp] = w_base[edge.out, edge.inp] = 0.0
    symbolic = replace(middle, coef=coef, w_base=w_base, symbols=(sine, gone))
    network = KAN.from_layers([network.layers[0], symbolic])
    pruned = kn.prune(network, x, nodes=[(1, 0)])
    (edge,) = pruned.layers[1].symbols
    assert (edge.out, edge.inp, edge.symbol) == (1, 1, SYMBOLS["sin"])
    phi = symbolic.edges(network.forward(x)[1][1].x)[:, :, 0]  # (N, 2)
    assert_close(pruned(x), network(x) - phi + phi.mean(axis=0))
    assert_close(kn.refine(pruned, 2 * middle.basis.grid_size)(x), pruned(x), atol=1e-12)


def test_a_factor_that_loses_an_edge_keeps_its_mean_and_its_product_follows():
    network = KAN([2, (1, 2), 1], grid_size=3, rng=0)  # sums 0, and 1 * 2, and 3 * 4
    x = np.random.default_rng(1).uniform(-1.0, 1.0, (50, 2))
    pruned = kn.prune(network, x, edges=[(0, 1, 0)])
    first, products, last = network.layers
    sums = first.forward(x)[0]
    phi = first.edges(x)[:, 1, 0]
    changed = sums.copy()
    changed[:, 1] += phi.mean() - phi
    want = last.forward(products.forward(changed)[0])[0]
    want += (network(x) - want).mean(axis=0)  # the mean of the output stays as well
    assert_close(pruned(x), want)
    # Where nothing before a node has changed, not a single digit has.
    assert np.flatnonzero(pruned.layers[0].bias).tolist() == [1]


# Products.


@pytest.mark.parametrize("kind", ["l1", "std", "attribution"])
def test_at_threshold_0_nothing_is_pruned(kind):
    network = product_network([2, (1, 1), 1], np.random.default_rng(0))
    assert kn.prune(network, inputs_of(network), 0.0, kind) is network


def test_a_factor_without_edges_stays_as_its_mean():
    network = product_network([2, (0, 1), 1], np.random.default_rng(0))
    x = inputs_of(network)
    pruned = kn.prune(network, x, edges=[(0, 1, 0), (0, 1, 1)])
    assert pruned.widths == [2, 2, 1, 1]
    z = network.layers[0].forward(x)[0]  # (N, 2)
    product = pruned.layers[1].forward(pruned.layers[0].forward(x)[0])[0]
    agree(product, z[:, :1] * z[:, 1].mean(), rtol=1e-12)
    assert pruned(x).mean() == pytest.approx(network(x).mean(), abs=1e-14)
    assert pruned(x).std() > 0.01
    # Nothing else is to be pruned, and the constant is not forgotten the next time.
    assert kn.prune(pruned, x, 1e-9, kind="std") is pruned


@pytest.mark.parametrize("threshold", [0.1, 0.15, 0.17])
def test_a_threshold_never_takes_a_factor_from_a_product(threshold):
    network = product_network([3, (2, 2), 2, 1], np.random.default_rng(5), arity=3)
    x = inputs_of(network)
    pruned = kn.prune(network, x, threshold)
    assert pruned.size < network.size
    products = pruned.layers[1]
    assert {len(group) for group in products.groups} <= {1, 3}
    assert products.n_in == sum(len(group) for group in products.groups)
    assert pruned(x).mean() == pytest.approx(network(x).mean(), abs=1e-13)


def test_a_product_that_nobody_uses_goes_with_its_factors():
    network = product_network([2, (1, 2), 1], np.random.default_rng(0))
    x = inputs_of(network)
    pruned = kn.prune(network, x, nodes=[(2, 1)])
    assert repr(pruned) == "KAN([2, (1, 1), 1], 72 parameters)"
    assert np.array_equal(pruned.layers[0].coef, network.layers[0].coef[[0, 3, 4]])
    constant = network.layers[2].edges(network.forward(x)[1][2].x)[:, :, 1]  # (N, 1)
    agree(pruned(x), network(x) - constant + constant.mean(), rtol=1e-12)


def test_a_product_of_constants_becomes_a_bias():
    network = product_network([2, (1, 1), 1], np.random.default_rng(0))
    x = inputs_of(network)
    edges = [(0, out, inp) for out in (1, 2) for inp in (0, 1)]
    pruned = kn.prune(network, x, edges=edges)
    assert repr(pruned) == "KAN([2, (1, 0), 1], 27 parameters)"
    assert pruned(x).mean() == pytest.approx(network(x).mean(), abs=1e-14)


def test_outputs_that_are_products_stay():
    network = product_network([2, 3, (1, 1)], np.random.default_rng(0))
    pruned = kn.prune(network, inputs_of(network), nodes=[(1, 1)])
    assert repr(pruned) == "KAN([2, 2, (1, 1)], 90 parameters)"


def test_a_factor_is_no_edge_to_be_pruned():
    network = product_network([2, (0, 1), 1], np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"layers\[1\] multiplies: take the edges of layers\[0\]"):
        kn.prune(network, inputs_of(network), edges=[(1, 0, 0)])
    with pytest.raises(ValueError, match="would leave no path"):
        kn.prune(network, inputs_of(network), 1e9)


@pytest.mark.parametrize("seed", range(4))
def test_with_products_too_a_threshold_that_takes_too_much_names_one_that_works(seed):
    network = product_network([2, (1, 2), 2, 1], np.random.default_rng(seed))
    x = inputs_of(network)
    with pytest.raises(ValueError, match="would leave no path") as error:
        kn.prune(network, x, 1e9)
    works = float(str(error.value).partition("; threshold=")[2].split()[0])
    assert kn.prune(network, x, works).widths[-1] == 1
    with pytest.raises(ValueError, match="would leave no path"):
        kn.prune(network, x, 1.02 * works)
