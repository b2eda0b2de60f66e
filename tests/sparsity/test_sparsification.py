"""Sparsifying leaves exactly the edges that are needed, in any units."""

import numpy as np
import pytest
from builders import inputs

import kan_numpy as kn
from kan_numpy import KAN, Penalty
from kan_numpy.networks.edges import layer_of
from kan_numpy.sparsity import sparsification as sparsity


def edges_of(network):
    return [layer.active.tolist() for layer in network.layers]


def test_exactly_the_edges_stay_that_are_needed():
    x = inputs(N=500)
    y = np.exp(np.sin(np.pi * x[:, :1]) + x[:, 1:] ** 2)
    network = KAN([2, 5, 1], grid_size=3, rng=0)
    before = network.theta.copy()
    sparse = kn.sparsify(network, x, y)
    assert edges_of(sparse) == [[[True, True]], [[True]]]
    assert np.sqrt(np.mean((sparse(x) - y) ** 2)) < 0.01 * y.std()
    assert np.array_equal(network.theta, before)
    assert layer_of(sparse, (0, 0, 0)).basis.grid_size == 6


@pytest.mark.parametrize("units", [1e-4, 1.0, 1e4])
def test_inputs_without_use_lose_their_edges_in_any_units(units):
    x = inputs(4, N=300)
    y = units * (np.sin(2.0 * x[:, :1]) + x[:, 2:3] ** 2)
    sparse = kn.sparsify(KAN([4, 1], grid_size=4, rng=1), x, y, steps=30)
    assert edges_of(sparse) == [[[True, False, True, False]]]


def test_the_penalty_is_in_the_units_of_the_targets(monkeypatch):
    given = {}

    def recorded(**weights):
        given.update(weights)
        return Penalty(**weights)

    monkeypatch.setattr(sparsity, "Penalty", recorded)
    x = inputs(1, N=50)
    y = np.hstack([3.0 * x, 4.0 * x**2 + 1000.0])
    kn.sparsify(KAN([1, 2], rng=0), x, y, strength=0.02, steps=1)
    variance = y.var(axis=0).mean()
    np.testing.assert_allclose(given["l1"], 0.02 * np.sqrt(variance), rtol=1e-12)
    np.testing.assert_allclose(given["entropy"], 0.02 * variance, rtol=1e-12)


@pytest.mark.parametrize(
    ("steps", "loss", "stages"),
    [
        (60, "mse", [(60, [5, 15]), (30, [0]), (20, [])]),
        (15, "mse", [(15, [5]), (7, [0]), (5, [])]),
        (1, "mse", [(1, []), (1, [0]), (0, [])]),
        (6, "cross_entropy", [(30, [25]), (15, [0]), (10, [])]),
    ],
)
def test_half_of_the_steps_follow_pruning_and_a_third_refining(monkeypatch, steps, loss, stages):
    taken, train = [], sparsity.train

    def recorded(objective, steps, adapt_at=(), **options):
        assert options["progress"] is False
        taken.append((steps, list(adapt_at)))
        return train(objective, steps=min(steps, 2), **options)

    monkeypatch.setattr(sparsity, "train", recorded)
    x = inputs(1, N=30)
    y = x if loss == "mse" else (x[:, 0] > 0.0).astype(int)
    sparse = kn.sparsify(
        KAN([1, 1 if loss == "mse" else 2], 2, rng=0), x, y, steps=steps, loss=loss
    )
    assert taken[:3] == stages
    assert all(later == stages[2] for later in taken[3:])  # one for each edge that may go
    assert sparse.layers[0].grid_size == (2 if steps == 1 else 4)  # too short to tell


@pytest.mark.parametrize(
    ("noise", "N", "G"),
    [(0.0, 200, 8), (0.3, 200, 4), (0.0, 13, 8), (0.0, 12, 4), (0.0, 9, 4)],  # G = 8 has 12 numbers
)
def test_grids_become_finer_unless_there_is_noise_or_few_samples(noise, N, G):
    x = inputs(1, N=N)
    y = np.sin(2.0 * x) + noise * np.random.default_rng(0).standard_normal(x.shape)
    assert kn.sparsify(KAN([1, 1], 4, rng=0), x, y).layers[0].grid_size == G


def test_many_needless_edges_go_together(monkeypatch):
    counts, prune = [], sparsity.prune

    def recorded(network, x, *threshold, edges=None):
        if edges is not None:
            counts.append(len(edges))
        return prune(network, x, *threshold, edges=edges)

    monkeypatch.setattr(sparsity, "prune", recorded)
    x = inputs(8, N=400)
    noise = 0.1 * np.random.default_rng(0).standard_normal((400, 1))
    sparse = kn.sparsify(KAN([8, 1], 2, rng=0), x, x[:, 3:4] ** 2 + noise, 0.0, 0.0, steps=6)
    assert edges_of(sparse) == [[[i == 3 for i in range(8)]]]
    assert counts[:3] == [1, 2, 4]
    assert len(counts) < 8


def test_an_edge_that_was_needed_is_tried_again_when_others_have_gone(monkeypatch):
    class Equal:
        loss, spline_limited = 0.0, False

        def accepts(self, _):
            return True

        def _replace(self, **_):
            return self

    def by_number(network, _):
        return [(0, 0, int(i)) for i in np.flatnonzero(network.layers[0].active)]

    def removed(objective, network, edges, *_):
        """Edge 0 can go after edge 1, and edge 2 never."""
        if (0, 0, 2) in edges or ((0, 0, 0) in edges and network.layers[0].active[0, 1]):
            return None
        return kn.prune(network, objective.x, edges=edges)

    monkeypatch.setattr(sparsity, "_without", removed)
    monkeypatch.setattr(sparsity, "assess", lambda *_: Equal())
    monkeypatch.setattr(sparsity, "_weakest_first", by_number)
    objective = kn.Objective(KAN([3, 1], 2, rng=0), inputs(3, N=20), np.zeros((20, 1)))
    stages = sparsity._without_needless_edges(objective, objective.network, 1, sparsity.NEVER)
    assert edges_of(list(stages)[-1][0]) == [[[False, False, True]]]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"strength": -1.0}, ValueError, "strength"),
        ({"threshold": np.nan}, ValueError, "threshold"),
        ({"threshold": 1e9, "steps": 1}, ValueError, "would leave no path"),
        ({"steps": 0}, ValueError, "steps must be at least 1"),
        ({"x": np.zeros((5, 3))}, ValueError, "x must have shape"),
        ({"network": kn.MLP([2, 1], rng=0)}, TypeError, "KAN"),
    ],
)
def test_orders_that_make_no_sense_are_refused(arguments, error, message):
    x = inputs(N=20)
    given = {"network": KAN([2, 1], rng=0), "x": x, "y": x[:, :1]} | arguments
    with pytest.raises(error, match=message):
        kn.sparsify(**given)
