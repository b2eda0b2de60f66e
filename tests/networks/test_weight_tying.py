"""Locked edges share one function: in theta once, with added gradients, whatever comes."""

from dataclasses import replace

import numpy as np
import pytest
from checks import (
    check_network_theta,
)
from hypothesis import given
from strategies import shaken
from tied_networks import SINE, all_unlocked, locks_of, square, tied_networks_with_inputs

import kan_numpy as kn
from kan_numpy import KAN, MLP
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.networks.edges import with_symbol

# Locking and unlocking.


def test_the_function_that_is_shared_is_the_mean():
    network, x = square()
    locked = kn.lock(network, 0, [(0, 0), (1, 1), (1, 0)])
    coef, w_base = network.layers[0].coef, network.layers[0].w_base
    for out, inp in [(0, 0), (1, 1), (1, 0)]:
        mean = (coef[0, 0] + coef[1, 1] + coef[1, 0]) / 3
        np.testing.assert_allclose(locked.layers[0].coef[out, inp], mean, rtol=1e-14, atol=1e-15)
        weight = (w_base[0, 0] + w_base[1, 1] + w_base[1, 0]) / 3
        assert locked.layers[0].w_base[out, inp] == pytest.approx(weight, rel=1e-14)
    assert np.array_equal(locked.layers[0].coef[0, 1], coef[0, 1])
    assert locked.size == network.size - 2 * 9
    phi = locked.layers[0].edges(np.column_stack([x[:, 0], x[:, 0]]))  # (N, 2, 2)
    assert np.array_equal(phi[:, 0, 0], phi[:, 1, 1])


@given(drawn=tied_networks_with_inputs())
def test_theta_comes_back_and_unlocking_leaves_the_function(drawn):
    network, x, rng = drawn
    theta = rng.standard_normal(network.size)
    moved = network.with_theta(theta)
    assert np.array_equal(moved.theta, theta)
    free = all_unlocked(moved)
    assert not any(layer.locks for layer in free.layers)
    assert np.array_equal(free(x), moved(x))
    for at, layer in enumerate(moved.layers):
        for lock in locks_of(moved, at):
            rows, columns = np.transpose(lock)
            assert np.ptp(layer.coef[rows, columns], axis=0).max() == 0.0
            assert np.ptp(layer.w_base[rows, columns]) == 0.0
            assert np.ptp(layer.knots[columns], axis=0).max() == 0.0


def test_one_lock_of_two_is_opened_by_one_of_its_edges():
    network, x = square()
    both = kn.lock(kn.lock(network, 0, [(0, 0), (1, 1)]), 0, [(0, 1), (1, 0)])
    one = kn.unlock(both, 0, [(1, 0)])
    assert one.layers[0].locks == (((0, 0), (1, 1)),)
    assert (both.size, one.size) == (network.size - 18, network.size - 9)
    assert np.array_equal(one(x), both(x))
    assert kn.unlock(one, 0, [(0, 0)]).layers[0].locks == ()


def spread_grids(network, x):
    """Return the network with grids that differ from input to input, fine enough to be exact."""
    return kn.adapt_grid(kn.refine(network, 160), x * np.array([1.0, 2.0, 3.0])[: x.shape[1]])


def test_inputs_with_different_grids_get_a_common_one():
    rng = np.random.default_rng(0)
    network = shaken(KAN([2, 2], rng=rng), rng)
    x = rng.uniform(-1.0, 1.0, (60, 2))
    network = spread_grids(network, x)
    low, high = network.layers[0].basis.low, network.layers[0].basis.high
    locked = kn.lock(network, 0, [(0, 0), (0, 1)]).layers[0]
    assert np.array_equal(locked.knots[0], locked.knots[1])
    assert (locked.basis.low[0], locked.basis.high[0]) == (low.min(), high.max())
    # The edges to the other output have kept their functions, but for the ends of the old grids.
    off = locked.edges(0.8 * x)[:, 1] - network.layers[0].edges(0.8 * x)[:, 1]
    assert np.abs(off).max() < 3e-3


def test_a_second_lock_takes_the_inputs_of_the_first_along_to_its_grid():
    rng = np.random.default_rng(0)
    network = shaken(KAN([3, 2], rng=rng), rng)
    x = rng.uniform(-1.0, 1.0, (60, 3))
    once = kn.lock(spread_grids(network, x), 0, [(0, 0), (0, 1)])
    twice = kn.lock(once, 0, [(1, 1), (1, 2)])
    layer = twice.layers[0]
    assert np.array_equal(layer.knots[[0, 0]], layer.knots[1:])
    assert np.array_equal(layer.coef[0, 0], layer.coef[0, 1])
    off = layer.edges(0.8 * x)[:, 0, :2] - once.layers[0].edges(0.8 * x)[:, 0, :2]
    assert np.abs(off).max() < 3e-3
    np.testing.assert_allclose(twice.with_theta(twice.theta)(x), twice(x), rtol=0, atol=1e-14)


# What networks are put through.


@pytest.mark.parametrize(
    "optimizer",
    [kn.LevenbergMarquardt(), kn.LBFGS(), kn.Adam(0.02)],
    ids=lambda o: type(o).__name__,
)
def test_training_keeps_them_equal(optimizer):
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (200, 2))
    y = np.cos(2.0 * x).sum(axis=1, keepdims=True)
    network = kn.lock(KAN([2, 1], rng=0), 0, [(0, 0), (0, 1)])
    result = kn.fit(network, x, y, steps=60, optimizer=optimizer)
    layer = result.network.layers[0]
    assert layer.locks == (((0, 0), (0, 1)),)
    assert np.array_equal(layer.coef[0, 0], layer.coef[0, 1])
    assert layer.w_base[0, 0] == layer.w_base[0, 1]
    others = np.random.default_rng(1).uniform(-1.0, 1.0, (50, 2))
    swapped = result.network(others[:, ::-1])
    np.testing.assert_allclose(swapped, result.network(others), rtol=0, atol=1e-13)
    loss = result.history["train_loss"]
    assert loss[-1] < (0.1 * loss[0] if isinstance(optimizer, kn.Adam) else 1e-8)


def test_a_schedule_of_grids_keeps_them_equal():
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (300, 2))
    y = np.exp(np.cos(2.0 * x).sum(axis=1, keepdims=True))
    network = kn.lock(KAN([2, 1, 1], 3, rng=0), 0, [(0, 0), (0, 1)])
    changes = {"adapt_at": [3], "refine_at": {20: 6, 40: 15}}
    result = kn.fit(network, x, y, steps=60, starts=6, rng=0, **changes)
    layer = result.network.layers[0]
    assert layer.basis.grid_size == 15
    np.testing.assert_allclose(layer.coef[0, 0], layer.coef[0, 1], rtol=0, atol=1e-13)
    assert result.history["train_loss"][-1] < 1e-6


def test_a_saved_network_is_loaded_bit_for_bit_locks_included(tmp_path):
    network, x = square()
    network = with_symbol(network, (0, 0, 1), SYMBOLS["sin"], SINE)
    network = kn.lock(kn.lock(network, 0, [(1, 0), (0, 0), (1, 1)]), 1, [(0, 1), (0, 0)])
    network.save(tmp_path / "net.npz")
    loaded = KAN.load(tmp_path / "net.npz")
    assert [locks_of(loaded, at) for at in (0, 1)] == [locks_of(network, at) for at in (0, 1)]
    assert np.array_equal(loaded.theta, network.theta)
    assert np.array_equal(loaded(x), network(x))


def test_pruning_gives_locked_edges_their_new_numbers():
    rng = np.random.default_rng(0)
    network, x = shaken(KAN([3, 4, 1], rng=rng), rng), rng.uniform(-1.0, 1.0, (60, 3))
    network = kn.lock(network, 0, [(1, 2), (3, 0), (0, 1), (3, 2)])
    network = kn.lock(network, 1, [(0, 1), (0, 3)])
    pruned = kn.prune(network, x, nodes=[(1, 0)], edges=[(0, 3, 2)])
    assert pruned.widths == [3, 3, 1]
    assert locks_of(pruned, 0) == (((0, 2), (2, 0)),)
    assert locks_of(pruned, 1) == (((0, 0), (0, 2)),)
    assert np.array_equal(pruned.layers[0].coef[0, 2], network.layers[0].coef[1, 2])
    assert pruned(x).mean() == pytest.approx(network(x).mean(), abs=1e-13)
    # What is left of a lock with one edge is an edge.
    single = kn.prune(pruned, x, edges=[(0, 0, 2)])
    assert single.layers[0].locks == ()
    assert single.layers[0].size == 7 * 9


@pytest.mark.parametrize("grid_size", [10, 7])
def test_refining_leaves_locks_and_functions(grid_size):
    network, x = square()
    network = kn.lock(network, 0, [(0, 0), (1, 1)])
    finer, change = kn.refine(network, grid_size, return_change=True)
    assert locks_of(finer, 0) == (((0, 0), (1, 1)),)
    layer = finer.layers[0]
    np.testing.assert_allclose(layer.coef[0, 0], layer.coef[1, 1], rtol=0, atol=1e-14)
    if grid_size == 10:
        assert change == 0.0
        np.testing.assert_allclose(finer(x), network(x), rtol=0, atol=1e-13)
    np.testing.assert_allclose(finer.with_theta(finer.theta)(x), finer(x), rtol=0, atol=1e-13)


def test_grids_of_locked_edges_stay_where_they_are():
    network, x = square()
    locked = kn.lock(network, 0, [(0, 0), (1, 1)])
    adapted = kn.adapt_grid(locked, 3.0 * x)
    assert np.array_equal(adapted.layers[0].knots, locked.layers[0].knots)
    assert locks_of(adapted, 0) == locks_of(locked, 0)
    inner = locked.forward(3.0 * x)[1][1].x
    low, high = adapted.layers[1].basis.low, adapted.layers[1].basis.high
    assert np.all(low < inner.min(axis=0))
    assert np.all(high > inner.max(axis=0))


def test_an_edge_that_becomes_a_symbol_leaves_its_lock():
    network, x = square()
    locked = kn.lock(network, 0, [(0, 0), (1, 1), (0, 1)])
    two = with_symbol(locked, (0, 0, 0), SYMBOLS["sin"], SINE)
    assert two.size == locked.size + 4
    assert np.array_equal(two.layers[0].coef[1, 1], two.layers[0].coef[0, 1])
    check_network_theta(two, x, np.random.default_rng(0))
    one = with_symbol(two, (0, 1, 1), SYMBOLS["sin"], SINE)
    assert one.size == 9 + 9 + 8 + 18  # two splines and two symbols, and the second layer
    assert np.array_equal(one.with_theta(one.theta)(x), one(x))
    # The one that is left is free for another lock.
    again = kn.lock(one, 0, [(0, 1), (1, 0)])
    assert again.layers[0].locks == (((0, 1), (1, 0)),)
    none = with_symbol(one, (0, 0, 1), SYMBOLS["x"], SINE)
    assert none.size == one.size - 5
    check_network_theta(none, x, np.random.default_rng(0))


def test_symbolify_takes_locked_edges():
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (200, 2))
    y = np.sin(2.0 * x).sum(axis=1, keepdims=True)
    network = kn.fit(kn.lock(KAN([2, 1], rng=0), 0, [(0, 0), (0, 1)]), x, y, steps=20).network
    half = kn.symbolify(network, x, y, edges={(0, 0, 0): "sin"})
    assert half.layers[0].size == 9 + 4
    whole = kn.symbolify(network, x, y, functions=["sin", "x", "x^2"])
    assert str(kn.formula(whole, digits=6)) == "sin(2*x0) + sin(2*x1)"


def test_as_relus_a_locked_network_is_the_same():
    network, x = square(degree=1, base="zero")
    locked = kn.lock(network, 0, [(0, 0), (1, 1)])
    np.testing.assert_allclose(kn.to_relu(locked)(x), locked(x), rtol=0, atol=1e-13)


# Errors.


def refusals():
    network, _ = square()
    symbolic = with_symbol(network, (0, 0, 0), SYMBOLS["sin"], SINE)
    locked = kn.lock(network, 0, [(0, 0), (1, 1)])
    layer = replace(network.layers[0], active=np.array([[True, False], [True, True]]))
    sparse = KAN.from_layers([layer, network.layers[1]])
    products = KAN([2, (0, 1), 1], rng=0)
    other = KAN([2, 1], basis="chebyshev", rng=0)
    pair = [(0, 0), (0, 1)]
    return [
        (network, 0, [(0, 0), (2, 0)], ValueError, r"holds \(2, 0\), which is no spline edge"),
        (network, 0, [(0, 0), (0, 2)], ValueError, r"holds \(0, 2\), which is no spline edge"),
        (symbolic, 0, pair, ValueError, r"holds \(0, 0\), which is no spline edge"),
        (sparse, 0, pair, ValueError, r"holds \(0, 1\), which is no spline edge"),
        (locked, 0, pair, ValueError, r"holds \(0, 0\), which is locked already; unlock it first"),
        (network, 0, [(0, 0)], ValueError, "at least two different edges"),
        (network, 0, [(0, 0), (0, 0)], ValueError, "at least two different edges"),
        (network, 0, [], ValueError, "at least two different edges"),
        (network, 0, [(0, 0), (0, -1)], ValueError, r"edges\[1\] must be at least 0, but is -1"),
        (
            network,
            0,
            [(0, 0), (0, 1, 0)],
            ValueError,
            r"edges\[1\] must be \(out, inp\), but is \(0, 1, 0\)",
        ),
        (network, 0, [0, 1], TypeError, r"edges\[0\] must be \(out, inp\), but is 0"),
        (network, 0, 3, TypeError, r"edges must be a list of pairs \(out, inp\), but is 3"),
        (network, 0, "ab", TypeError, "edges must be a list of pairs"),
        (network, 2, pair, ValueError, "layer is 2, but the network has no KAN layer"),
        (network, -1, pair, ValueError, "layer must be at least 0"),
        (products, 1, pair, ValueError, "layer is 1, but the network has no KAN layer"),
        (other, 0, pair, TypeError, "made of B-splines to lock edges, not .*Chebyshev"),
        (MLP([2, 1], rng=0), 0, pair, TypeError, "network must be a KAN, but is MLP"),
    ]


@pytest.mark.parametrize(("network", "layer", "edges", "error", "message"), refusals())
def test_what_can_not_be_locked(network, layer, edges, error, message):
    with pytest.raises(error, match=message):
        kn.lock(network, layer, edges)


def test_what_can_not_be_unlocked():
    network, x = square()
    locked = kn.lock(network, 0, [(0, 0), (1, 1)])
    assert np.array_equal(kn.unlock(network, 0)(x), network(x))
    with pytest.raises(ValueError, match=r"edges holds \(0, 1\), which is not locked"):
        kn.unlock(locked, 0, [(0, 0), (0, 1)])
    with pytest.raises(ValueError, match=r"edges holds \(0, 0\), which is not locked"):
        kn.unlock(network, 0, [(0, 0)])
    with pytest.raises(ValueError, match="layer is 2, but the network has no KAN layer"):
        kn.unlock(locked, 2)
    with pytest.raises(TypeError, match="edges must be a list of pairs"):
        kn.unlock(locked, 0, 5)
    with pytest.raises(TypeError, match=r"edges\[0\] must be \(out, inp\), but is 0"):
        kn.unlock(locked, 0, [0])
