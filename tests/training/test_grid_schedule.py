"""Grids grow and follow the data while training goes on, at the steps that were asked for."""

import numpy as np
import pytest
from checks import same
from small_fits import Networks, each, mean_squared_error, samples, small
from strategies import shaken

import kan_numpy as kn
from kan_numpy import KAN, SGD, LevenbergMarquardt, fit
from kan_numpy._arrays import some_rows
from kan_numpy.training.grid_schedule import schedule


@each
def test_grids_are_refined_before_the_steps_that_were_asked_for(optimizer):
    networks = Networks()
    x, y = samples()
    result = fit(small(), x, y, optimizer, steps=6, refine_at={2: 6, 4: 7}, callback=networks)
    sizes = [network.layers[0].basis.grid_size for network in networks.seen]
    assert sizes == [3, 3, 6, 6, 7, 7]
    changes = result.history["grid_change"]
    assert changes[2] < 1e-13  # 6 is a multiple of 3
    assert changes[4] > 1e-6  # 7 is none of 6
    assert [changes[at] for at in (0, 1, 3, 5)] == [0.0] * 4


def test_refining_before_the_first_step_is_refining_first():
    x, y = samples()
    one = fit(small(), x, y, steps=3, refine_at={0: 6})
    two = fit(kn.refine(small(), 6), x, y, steps=3)
    assert same(one.network, two.network)


def test_grids_are_adapted_before_the_steps_that_were_asked_for():
    networks = Networks()
    x, y = samples()
    fit(small(), 0.5 * x, y, steps=4, adapt_at=[2], eps=1.0, callback=networks)
    first = [network.layers[0].knots for network in networks.seen]
    assert np.array_equal(first[0], first[1])
    want = kn.adapt_grid(networks.seen[1], 0.5 * x, eps=1.0)
    assert np.array_equal(first[2], want.layers[0].knots)
    assert np.array_equal(first[3], first[2])
    assert np.abs(first[0] - first[2]).max() > 0.3


def test_both_at_once_refine_first():
    x, y = samples()
    networks = Networks()
    fit(small(), x, y, steps=1, adapt_at=[0], refine_at={0: 5}, eps=0.2, callback=networks)
    want = kn.adapt_grid(kn.refine(small(), 5), x, eps=0.2)
    for got, layer in zip(networks.seen[0].layers, want.layers, strict=True):
        assert np.array_equal(got.knots, layer.knots)


def test_the_change_of_the_outputs_is_told():
    x, y = samples()
    network = shaken(small(), np.random.default_rng(0))
    result = fit(network, 0.5 * x, y, SGD(1e-9), steps=1, adapt_at=[0], eps=0.5)
    _, want = kn.adapt_grid(network, 0.5 * x, eps=0.5, return_change=True)
    assert want > 1e-4
    assert result.history["grid_change"][0] == pytest.approx(want, rel=1e-9)


@each
def test_an_optimizer_forgets_when_the_grid_changes(optimizer):
    """Its memory belongs to other coefficients, so the optimizer starts again."""
    x, y = samples()
    one, two = Networks(), Networks()
    objective = kn.Objective(small(), x, y)
    kn.train(objective, optimizer, steps=5, refine_at={3: 6}, callback=one)
    kn.train(objective.on(kn.refine(one.seen[2], 6)), optimizer, steps=2, callback=two)
    assert same(one.seen[3], two.seen[0])
    assert same(one.seen[4], two.seen[1])


def test_when_no_better_step_is_found_the_next_refinement_comes_at_once():
    x, y = samples(noise=0.1)
    changes = {200: 4, 350: 8}
    start = KAN([2, 1], grid_size=2, rng=0)
    result = fit(start, x, y, steps=500, refine_at=changes, hold=0.0)
    steps, losses = result.history["step"], np.array(result.history["train_loss"])
    first = [step for step in steps if step <= 200]
    second = [step for step in steps if 200 < step <= 350]
    third = [step for step in steps if step > 350]
    assert steps == first + second + third
    assert (second[0], third[0]) == (201, 351)
    assert max(len(first), len(second), len(third)) < 100
    assert result.network.layers[0].basis.grid_size == 8
    ends = losses[[len(first) - 1, len(first + second) - 1, -1]]
    assert np.all(ends[1:] < 0.95 * ends[:-1])


class Standing(SGD):
    """An optimizer that goes nowhere, and says so as long as theta is short."""

    def step(self, _, state):
        return state._replace(evaluations=state.evaluations + 1, converged=state.theta.size < 50)


def test_steps_that_were_skipped_try_nobodys_patience():
    x, y = samples()
    network = small()
    assert network.size < 50 < kn.refine(network, 6).size
    stopping = {"validation": (x, y), "patience": 5, "hold": 0.0}
    result = fit(network, x, y, Standing(), steps=40, refine_at={20: 6}, **stopping)
    assert result.history["step"][:5] == [1, 21, 22, 23, 24]
    assert result.message.startswith("no progress")


def test_finer_grids_make_training_more_accurate():
    x, _ = samples(300, n_in=1)
    y = np.sin(6.0 * x)
    coarse = fit(KAN([1, 1], grid_size=3, rng=0), x, y, steps=30).network
    fine = fit(KAN([1, 1], grid_size=3, rng=0), x, y, steps=30, refine_at={15: 12}).network
    assert mean_squared_error(fine, x, y) < 1e-3 * mean_squared_error(coarse, x, y)


def test_a_mesh_is_not_watched_along_a_single_line():
    line = np.linspace(-1.0, 1.0, 256)
    x = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1).reshape(-1, 2)
    rows = some_rows(x, 256)
    assert len(np.unique(rows[:, 0])) > 100
    assert len(np.unique(rows[:, 1])) > 100
    assert np.array_equal(rows, some_rows(x, 256))


def test_patience_begins_again_when_the_grids_change():
    x, y = samples()
    network = fit(small(), x, y, steps=200).network  # as good as it gets on these grids
    schedule = {"refine_at": {30: 7}, "patience": 5, "validation": (x, y)}
    result = fit(network, x, y, LevenbergMarquardt(tries=1), steps=40, **schedule)
    assert result.history["step"][-1] > 31


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"adapt_at": [2, 5]}, ValueError, "adapt_at must lie below steps = 5, but holds 5"),
        ({"refine_at": {5: 9}}, ValueError, "refine_at must lie below steps = 5, but holds 5"),
        ({"adapt_at": [-1]}, ValueError, "adapt_at must be at least 0"),
        ({"refine_at": {2: 0}}, ValueError, r"refine_at\[2\] must be at least 1"),
        ({"adapt_at": 3}, TypeError, r"adapt_at must be a list of steps such as \[5\]"),
        ({"refine_at": [3]}, TypeError, "refine_at must be a dict"),
        ({"eps": 1.1}, ValueError, "eps must lie in"),
        ({"eps": -0.1}, ValueError, "eps must lie in"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(changes, error, message):
    given = {"adapt_at": [4, 0], "refine_at": {4: 9, 2: 7}, "steps": 5, "eps": 0.0, "x": np.eye(2)}
    assert list(schedule(**given)) == [0, 2, 4]
    assert list(schedule(**{**given, "refine_at": None})) == [0, 4]
    with pytest.raises(error, match=message):
        schedule(**{**given, **changes})


def test_the_changes_of_a_schedule_refine_then_adapt():
    network = kn.KAN([2, 1], grid_size=3, rng=0)
    x = np.random.default_rng(0).uniform(0.0, 4.0, (50, 2))
    changes = schedule([1, 4], {2: 6, 4: 9}, 5, 0.5, x)
    sizes = {step: change(network).layers[0].grid_size for step, change in changes.items()}
    assert sizes == {1: 3, 2: 6, 4: 9}
    adapted = {
        step: change(network).layers[0].basis.high[0] > 3.0 for step, change in changes.items()
    }
    assert adapted == {1: True, 2: False, 4: True}


PLANE = {
    "product": (lambda x: x[:, :1] * x[:, 1:], 1),
    "ring": (lambda x: np.hypot(x[:, :1], x[:, 1:]), 0),
    "quotient": (lambda x: x[:, :1] / (1.5 + x[:, 1:]), 1),
}


@pytest.mark.parametrize("name", PLANE)
def test_refining_and_adapting_in_one_step_is_no_worse_than_either_alone(name):
    """Where hidden nodes stay in the range of the samples; beyond, in a corner, chance decides."""
    function, seed = PLANE[name]
    rng = np.random.default_rng(seed)
    x, new = rng.uniform(-1.0, 1.0, (600, 2)), rng.uniform(-1.0, 1.0, (4000, 2))

    def error(**changes):
        net = fit(KAN([2, 3, 1], rng=seed), x, function(x), steps=40, **changes).network
        seen, hidden = (net.layers[0].forward(rows)[0] for rows in (x, new))
        within = np.all((hidden >= seen.min(axis=0)) & (hidden <= seen.max(axis=0)), axis=1)
        assert np.mean(within) > 0.98
        return np.sqrt(mean_squared_error(net, new[within], function(new[within])))

    refined, adapted = error(refine_at={20: 20}), error(adapt_at=[20])
    assert error(refine_at={20: 20}, adapt_at=[20]) < 1.2 * min(refined, adapted)


@pytest.mark.parametrize("seed", range(3))
def test_grids_that_follow_heavy_tails_are_more_accurate(seed):
    x = np.random.default_rng(seed).standard_t(2, (400, 1))
    y = np.sqrt(np.abs(x)) + 0.1 * np.random.default_rng(100 + seed).normal(size=x.shape)
    even, following = (
        fit(KAN([1, 1], 10, rng=0), x, y, adapt_at=[0], eps=eps).network for eps in (1.0, 0.2)
    )
    truth = np.sqrt(np.abs(x))
    assert mean_squared_error(following, x, truth) < 0.5 * mean_squared_error(even, x, truth)
