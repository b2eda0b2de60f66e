"""Memory: what treats every sample by itself needs little more than its inputs and results."""

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest

import kan_numpy as kn
from kan_numpy.training.objective import JACOBIAN_AT_ONCE

N, BLOCKS = 100_000, 40e6
"""Samples, and the bytes that the temporary arrays of a block may take."""


def peak(function):
    """Return the most bytes that a call holds at a time."""
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def wide(**grid):
    return kn.KAN([10, 10, 1], rng=0, **grid)


def with_products():
    return kn.KAN([10, (4, 3), 1], rng=0)


def with_symbols():
    names = [f"a{i}" for i in range(10)]
    terms = [f"exp({a})*sin({b})" for a, b in pairwise(names)]
    return kn.from_formula(" + ".join(terms), names)


KINDS = {
    "splines": wide,
    "gaussians": lambda: wide(basis="gaussian"),
    "Fourier": lambda: wide(basis="fourier"),
    "products": with_products,
    "symbols": with_symbols,
    "locked": lambda: kn.lock(wide(), 0, [(0, 0), (1, 0)]),
    "ReLU": lambda: kn.to_relu(kn.KAN([10, 3, 1], degree=1, base="zero", rng=0)),
    "MLP": lambda: kn.MLP([10, 30, 30, 1], rng=0),
    "many inputs": lambda: kn.KAN([60, 2, 1], rng=0),
}


def inputs(network, n_samples=N, rng=0):
    return np.random.default_rng(rng).uniform(-1.0, 1.0, (n_samples, network.widths[0]))


def levels_of(network, n_samples=N):
    """Return the bytes of the values of all nodes."""
    return 8 * n_samples * sum(network.widths)


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_needs_no_more_for_many_samples_than_inputs_and_outputs(kind):
    network = KINDS[kind]()
    x = inputs(network, 50_000)
    copies = 2 * x.nbytes + 8 * len(x) * network.widths[-1]
    assert peak(lambda: network(x)) < copies + BLOCKS
    assert peak(lambda: network.fraction_outside_grid(x)) < copies + BLOCKS


@pytest.mark.parametrize("kind", KINDS)
def test_blocks_change_nothing(kind):
    network = KINDS[kind]()
    x = 1.2 * inputs(network, 10_000)
    whole, caches = network.forward(x)
    np.testing.assert_allclose(network(x), whole, rtol=1e-12, atol=1e-13)
    shares = [
        layer.fraction_outside_grid(cache.x)
        for layer, cache in zip(network.layers, caches, strict=True)
    ]
    want = np.average(shares, weights=[cache.x.size for cache in caches])
    assert network.fraction_outside_grid(x) == pytest.approx(want, rel=1e-12, abs=1e-15)


MANY = {
    "edge scores": lambda net, x, _: kn.edge_scores(net, x),
    "standard deviations": lambda net, x, _: kn.edge_scores(net, x, "std"),
    "attribution": lambda net, x, _: kn.edge_scores(net, x, "attribution"),
    "node scores": lambda net, x, _: kn.node_scores(net, x),
    "input scores": lambda net, x, _: kn.input_scores(net, x),
    "pruning": lambda net, x, _: kn.prune(net, x, edges=[(0, 1, 0), (1, 0, 2)]),
    "suggestions": lambda net, x, _: kn.suggest_symbolic(net, x, 1, 0, 2, ["sin", "x"]),
    "l1 and entropy": lambda net, x, _: kn.Penalty(1.0, 1.0)(net, x),
    "curvature": lambda net, x, _: kn.Penalty(1.0, 1.0).curvature(net, x),
    "adaptation": lambda net, x, _: kn.adapt_grid(net, x, return_change=True),
    "loss": lambda net, x, y: kn.Objective(net, x, y).value(net.theta),
    "formula": lambda net, x, _: kn.formula(kn.prune(net, x, nodes=[(1, i) for i in range(9)]))(x),
}


@pytest.mark.parametrize("name", MANY)
def test_what_takes_many_samples_needs_no_more_than_the_nodes_for_them(name):
    network = wide()
    x, y = inputs(network), inputs(network, rng=1)[:, :1]
    assert peak(lambda: MANY[name](network, x, y)) < 3 * levels_of(network) + BLOCKS


def test_ablation_needs_no_more_either():
    network = kn.KAN([3, 4, 1], grid_size=3, rng=0)
    x = inputs(network)
    most = 3 * levels_of(network) + BLOCKS
    assert peak(lambda: kn.edge_scores(network, x, "ablation", y=x[:, :1])) < most


@pytest.mark.parametrize("optimizer", [kn.Adam(), kn.SGD()], ids=["Adam", "SGD"])
def test_mini_batches_never_see_all_samples_at_once(optimizer):
    network = wide()
    x, y = inputs(network), inputs(network, rng=1)[:, :1]
    most = 5 * x.nbytes + BLOCKS  # copies of x, of its finite values, and of a permutation
    assert peak(lambda: kn.fit(network, x, y, optimizer, 1, batch_size=1000, rng=0)) < most


def test_levenberg_marquardt_never_holds_the_jacobian_of_many_samples():
    network = kn.KAN([4, 8, 1], rng=0)
    x = inputs(network)
    y = x[:, :1] * x[:, 1:2]
    J, block, matrix = (8 * n for n in (N * network.size, JACOBIAN_AT_ONCE, network.size**2))
    most = 3 * levels_of(network) + 5 * matrix + 4.5 * block
    assert most < 0.7 * J
    assert peak(lambda: kn.fit(network, x, y, steps=1)) < most


@pytest.mark.slow
def test_levenberg_marquardt_on_many_samples_takes_less_than_a_gigabyte():
    network = wide()
    x = inputs(network, 200_000)
    y = x[:, :1] * x[:, 1:2]
    assert 8 * x.shape[0] * network.size > 1.5e9
    assert peak(lambda: kn.fit(network, x, y, steps=1)) < 0.5e9


@pytest.mark.slow
def test_a_million_samples_take_less_than_half_a_gigabyte():
    network = wide()
    x = inputs(network, 1_000_000)
    y = x[:, :1] * x[:, 1:2]
    assert peak(lambda: network(x)) < 0.5e9
    assert peak(lambda: kn.fit(network, x, y, kn.Adam(), 1, batch_size=1000, rng=0)) < 0.5e9
