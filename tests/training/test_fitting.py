"""Training: what is reported is true, the best is kept, and whatever happens it ends well."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from checks import same
from small_fits import Networks, each, mean_squared_error, samples, small
from strategies import shaken

import kan_numpy as kn
from kan_numpy import KAN, LBFGS, SGD, Adam, LevenbergMarquardt, fit
from kan_numpy.optimizers.optimizer import State
from kan_numpy.training.losses import CrossEntropy
from kan_numpy.training.losses import MeanSquaredError as Squares


class Watching(Squares):
    """The mean squared error that writes down the targets of every call."""

    def __init__(self):
        self.targets = []

    def value_and_gradient(self, prediction, target):
        self.targets.append(target[:, 0].tolist())
        return super().value_and_gradient(prediction, target)

    def residuals(self, prediction, target):
        self.targets.append(target[:, 0].tolist())
        return super().residuals(prediction, target)


# What it does.


@each
def test_a_tiny_set_is_learned_by_heart(optimizer):
    x, y = samples(5, noise=0.5)
    start = small(grid_size=5)
    result = fit(start, x, y, optimizer, steps=400)
    assert mean_squared_error(start, x, y) > 0.05
    assert mean_squared_error(result.network, x, y) < 1e-3


def test_by_default_a_smooth_function_is_learned_to_three_digits():
    x, y = samples(200)
    result = fit(KAN([2, 3, 1], rng=0), x, y)
    fresh, want = samples(200, seed=1)
    assert np.sqrt(mean_squared_error(result.network, fresh, want)) < 5e-3


def test_classes_are_learned_too():
    x, labels = kn.datasets.two_moons(100, rng=0)
    network = KAN([2, 2], grid_range=(-1.5, 2.5), rng=0)
    result = fit(network, x, labels, Adam(0.05), steps=200, loss="cross_entropy")
    assert np.mean(np.argmax(result.network(x), axis=1) == labels) > 0.97
    assert result.history["train_loss"][-1] < 0.1


@each
def test_the_arguments_stay_as_they_are(optimizer):
    network = small()
    x, y = samples()
    x_check, y_check = samples(seed=1)
    theta, knots = network.theta.copy(), network.layers[0].knots.copy()
    given = [x, y, x_check, y_check]
    copies = [array.copy() for array in given]
    changes = {2: 6}
    fit(
        network,
        x,
        y,
        optimizer,
        steps=4,
        validation=(x_check, y_check),
        adapt_at=[1],
        refine_at=changes,
    )
    assert np.array_equal(network.theta, theta)
    assert np.array_equal(network.layers[0].knots, knots)
    assert changes == {2: 6}
    for array, copy in zip(given, copies, strict=True):
        assert np.array_equal(array, copy)
        assert array.flags.writeable


@each
def test_later_changes_of_the_data_do_not_reach_what_was_found(optimizer):
    x, y = samples()
    result = fit(small(), x, y, optimizer, steps=3)
    before = result.network([[0.1, 0.2]])
    x[:] = y[:] = 9.0
    assert np.array_equal(result.network([[0.1, 0.2]]), before)


def test_no_steps_are_no_training():
    network = small()
    result = fit(network, *samples(), steps=0)
    assert same(result.network, network)
    assert all(values == [] for values in result.history.values())
    assert result.message.partition(";")[0] == "all 0 steps done"


def test_edges_that_are_not_active_are_not_trained():
    network = small()
    off = network.layers[0]
    active = np.array([[True, False], [True, True]])
    off = replace(
        off, coef=off.coef * active[:, :, None], w_base=off.w_base * active, active=active
    )
    network = KAN.from_layers([off, network.layers[1]])
    trained = fit(network, *samples(), steps=5, refine_at={2: 6}, adapt_at=[3]).network
    assert np.all(trained.layers[0].coef[0, 1] == 0.0)
    assert trained.layers[0].w_base[0, 1] == 0.0
    assert np.array_equal(trained.layers[0].active, active)


def test_the_bias_is_not_trained():
    network = shaken(small(), np.random.default_rng(0))
    trained = fit(network, *samples(), steps=5).network
    for before, after in zip(network.layers, trained.layers, strict=True):
        assert np.array_equal(after.bias, before.bias)


# The history.


@each
def test_the_history_tells_what_happened_step_by_step(optimizer):
    x, y = samples()
    x_check, y_check = samples(seed=1)
    networks = Networks()
    result = fit(
        small(), x, y, optimizer, steps=6, validation=(x_check, y_check), callback=networks
    )
    history = result.history
    assert {name: len(values) for name, values in history.items()} == dict.fromkeys(
        (
            "step",
            "train_loss",
            "validation_loss",
            "seconds",
            "evaluations",
            "outside",
            "grid_change",
        ),
        6,
    )
    assert history["step"] == [1, 2, 3, 4, 5, 6]
    losses = [mean_squared_error(network, x, y) for network in networks.seen]
    assert history["train_loss"] == pytest.approx(losses, rel=1e-12)
    losses = [mean_squared_error(network, x_check, y_check) for network in networks.seen]
    assert history["validation_loss"] == pytest.approx(losses, rel=1e-12)
    assert history["grid_change"] == [0.0] * 6
    assert history["seconds"][0] > 0.0
    assert np.all(np.diff(history["seconds"]) > 0.0)
    assert np.all(np.diff(history["evaluations"]) >= 1)
    assert result.message.partition(";")[0] == "all 6 steps done"


def test_the_loss_of_a_mini_batch_epoch_is_that_of_all_samples():
    x, y = samples()
    networks = Networks()
    result = fit(small(), x, y, Adam(), steps=3, batch_size=7, callback=networks, rng=0)
    losses = [mean_squared_error(network, x, y) for network in networks.seen]
    assert result.history["train_loss"] == pytest.approx(losses, rel=1e-12)


def test_the_cross_entropy_is_reported_as_it_is():
    x, labels = kn.datasets.two_moons(50, rng=0)
    result = fit(KAN([2, 2], rng=0), x, labels, Adam(), steps=3, loss="cross_entropy")
    loss = CrossEntropy()
    want, _ = loss.value_and_gradient(result.network(x), loss.as_target(labels, 50, 2))
    assert result.history["train_loss"][-1] == pytest.approx(want, rel=1e-12)


def test_without_a_validation_set_its_loss_is_not_a_number():
    history = fit(small(), *samples(), steps=2).history
    assert np.all(np.isnan(history["validation_loss"]))


@each
def test_every_evaluation_of_the_loss_is_counted(optimizer):
    loss = Watching()
    result = fit(small(), *samples(), optimizer, steps=5, loss=loss)
    assert result.history["evaluations"][-1] == len(loss.targets)


def test_evaluations_are_counted_across_changes_of_the_grids():
    loss = Watching()
    schedule = {"refine_at": {2: 6}, "adapt_at": [4]}
    result = fit(small(), *samples(), Adam(), steps=5, loss=loss, hold=0.0, **schedule)
    assert result.history["evaluations"][-1] == len(loss.targets) == 1 + 5 + 2


def test_the_share_outside_is_what_can_be_counted():
    """4 of 10 inputs lie outside [-1, 1], 2 of their halves, and 1 of their quarters."""
    x = np.array([-5.0, -1.5, -1.0, -0.5, 0.0, 0.2, 0.9, 1.0, 1.1, 3.0])[:, None]
    knots = [kn.uniform_knots(-1.0, 1.0, 5, 3)]
    layers = [
        {"knots": knots, "coef": np.zeros((2, 1, 8)), "w_base": [[0.5], [0.25]]},
        {"knots": 2 * knots, "coef": np.zeros((1, 2, 8)), "w_base": [[1.0, 1.0]]},
    ]
    network = KAN.from_arrays(layers, 3, base="identity")
    gently = SGD(1e-12, 0.0)
    outside = kn.train(kn.Objective(network, x, x), gently, steps=1).history["outside"][0]
    assert outside == pytest.approx((4 + 2 + 1) / 30, rel=1e-12)
    wide = np.linspace(-6.0, 6.0, 10001)[:, None]  # too many to look at all of them
    outside = kn.train(kn.Objective(network, wide, wide), gently, steps=1).history["outside"][0]
    assert outside == pytest.approx((5 / 6 + 4 / 6 + 2 / 6) / 3, abs=0.01)


# Mini-batches.


def test_an_epoch_uses_every_sample_once_in_batches_of_the_size():
    x, _ = samples(10)
    y = np.arange(10.0)[:, None]
    loss = Watching()
    fit(small(), x, y, SGD(1e-6), steps=3, loss=loss, batch_size=4, rng=0)
    batches = [targets for targets in loss.targets if len(targets) < 10]
    assert [len(batch) for batch in batches] == [4, 4, 2] * 3
    epochs = [[*batches[at], *batches[at + 1], *batches[at + 2]] for at in (0, 3, 6)]
    assert all(sorted(epoch) == list(range(10)) for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2]  # in another order each time


def test_inputs_and_targets_of_a_batch_belong_together():
    """With a step for each sample, SGD by hand ends at the same theta."""
    x, y = samples(6)
    loss, network = Watching(), small()
    result = fit(network, x, y, SGD(0.1, 0.0), 1, loss, batch_size=1, rng=3, hold=0.0)
    for (target,) in [targets for targets in loss.targets if len(targets) == 1]:
        n = int(np.argmin(np.abs(y[:, 0] - target)))
        _, gradient = kn.Objective(network, x[n : n + 1], y[n : n + 1]).fun(network.theta)
        network = network.with_theta(network.theta - 0.1 * gradient)
    np.testing.assert_allclose(result.network.theta, network.theta, rtol=0, atol=1e-14)


@pytest.mark.parametrize("batch_size", [40, 1000])
def test_one_batch_of_everything_is_a_step_with_everything(batch_size):
    x, y = samples(40)
    whole = fit(small(), x, y, Adam(), steps=5)
    batch = fit(small(), x, y, Adam(), steps=5, batch_size=batch_size, rng=0)
    np.testing.assert_allclose(batch.network.theta, whole.network.theta, rtol=0, atol=1e-9)


@pytest.mark.parametrize("optimizer", [LBFGS(), LevenbergMarquardt()], ids=["LBFGS", "LM"])
def test_mini_batches_are_refused_where_they_do_harm(optimizer):
    with pytest.raises(ValueError, match=r"batch_size does not go with .* use Adam or SGD"):
        fit(small(), *samples(), optimizer, batch_size=10)
    with pytest.raises(ValueError, match="batch_size does not go with LevenbergMarquardt"):
        fit(small(), *samples(), batch_size=10)


def test_the_same_seed_gives_bitwise_the_same_result_and_another_one_does_not():
    x, y = samples()

    def train(rng):
        return fit(small(), x, y, Adam(), steps=5, batch_size=8, rng=rng)

    one, two, other = train(1), train(np.random.default_rng(1)), train(2)
    assert same(one.network, two.network)
    assert one.history["train_loss"] == two.history["train_loss"]
    assert not same(one.network, other.network)


@each
def test_without_mini_batches_nothing_is_random(optimizer):
    one, two = (fit(small(), *samples(), optimizer, steps=5, rng=rng) for rng in (1, 2))
    assert same(one.network, two.network)


# Which network is the best, and when to stop.


def noisy():
    """Twelve samples with much noise and a fine grid: who learns them by heart gets worse."""
    x, y = samples(12, noise=0.5)
    return KAN([2, 2, 1], grid_size=10, rng=1), x, y, samples(100, seed=1)


def test_the_network_with_the_lowest_validation_loss_is_returned():
    network, x, y, validation = noisy()
    networks = Networks()
    result = fit(network, x, y, steps=25, validation=validation, callback=networks)
    losses = result.history["validation_loss"]
    best = int(np.argmin(losses))
    assert losses[-1] > 1.05 * losses[best]  # it did overfit
    assert result.history["train_loss"][-1] < result.history["train_loss"][best]
    assert same(result.network, networks.seen[best])
    assert mean_squared_error(result.network, *validation) == pytest.approx(min(losses), rel=1e-12)


def test_without_progress_training_stops_after_so_many_steps():
    network, x, y, validation = noisy()
    result = fit(network, x, y, Adam(0.05), steps=1000, validation=validation, patience=7)
    losses = result.history["validation_loss"]
    assert len(losses) < 1000
    assert int(np.argmin(losses)) == len(losses) - 1 - 7
    assert result.message.startswith("no progress on the validation set for 7 steps")
    assert str(len(losses)) in result.message


def test_the_network_to_begin_with_counts_too():
    x, y = samples()
    network = fit(small(), x, y, steps=30).network
    spoilt = fit(network, x, y + 5.0, Adam(0.1), steps=5, validation=(x, y), patience=3)
    assert same(spoilt.network, network)
    assert spoilt.history["step"] == [1, 2, 3]


class Wandering:
    """An optimizer that goes to given places, whatever the problem says."""

    def __init__(self, places):
        self.places = places

    def start(self, problem, theta):
        return State(theta, *problem.fun(theta), 1, 0)

    def step(self, problem, state):
        theta = self.places[state.memory]
        return State(theta, *problem.fun(theta), state.evaluations + 1, state.memory + 1)


def test_without_validation_the_lowest_training_loss_decides():
    x, y = samples()
    network = small()
    objective = kn.Objective(network, x, y)
    good = kn.train(objective, steps=10).network
    places = [share * good.theta for share in (0.2, 1.0, 0.8, 1.3)]
    result = kn.train(objective, Wandering(places), steps=4)
    losses = result.history["train_loss"]
    assert np.argmin(losses) == 1
    assert same(result.network, good)


def test_a_network_that_only_gets_worse_is_returned_as_it_was():
    x, y = samples()
    network = fit(small(), x, y, steps=10).network
    result = fit(network, x, y, Wandering([1.2 * network.theta]), steps=1)
    assert same(result.network, network)


def test_training_ends_when_nothing_better_is_found():
    x, y = samples()
    result = fit(KAN([2, 1], rng=0), x, y, steps=500, hold=0.0)
    assert len(result.history["step"]) < 100
    assert result.message.startswith("no better step found after step")
    gradient = kn.Objective(result.network, x, y).fun(result.network.theta)[1]
    assert np.abs(gradient).max() < 1e-6


# The callback, and Ctrl-C.


def test_the_callback_is_called_after_every_step_and_can_stop():
    calls = []

    def callback(step, network, history):
        calls.append((step, len(history["step"]), network.widths))
        return step == 3

    result = fit(small(), *samples(), steps=10, callback=callback)
    assert calls == [(1, 1, [2, 2, 1]), (2, 2, [2, 2, 1]), (3, 3, [2, 2, 1])]
    assert result.message.partition(";")[0] == "stopped by the callback after step 3"


def test_only_true_stops():
    result = fit(small(), *samples(), steps=4, callback=lambda *_: "nearly")
    assert result.message.partition(";")[0] == "all 4 steps done"


@each
def test_ctrl_c_returns_the_best_network_so_far(optimizer):
    networks = Networks()

    def interrupt(step, network, history):
        networks(step, network, history)
        if step == 3:
            raise KeyboardInterrupt

    result = fit(small(), *samples(), optimizer, steps=10, callback=interrupt)
    assert result.message == "interrupted after step 3"
    assert result.history["step"] == [1, 2, 3]
    assert same(result.network, networks.seen[int(np.argmin(result.history["train_loss"]))])


@each
def test_ctrl_c_in_the_middle_of_a_step_does_no_harm(optimizer):
    class Interrupting(Watching):
        def value_and_gradient(self, prediction, target):
            if len(self.targets) == 6:
                raise KeyboardInterrupt
            return super().value_and_gradient(prediction, target)

        def residuals(self, prediction, target):
            if len(self.targets) == 6:
                raise KeyboardInterrupt
            return super().residuals(prediction, target)

    x, y = samples()
    result = fit(small(), x, y, optimizer, steps=50, loss=Interrupting())
    done = len(result.history["step"])
    assert result.message == f"interrupted after step {done}"
    assert 0 < done < 6
    assert mean_squared_error(result.network, x, y) == pytest.approx(
        min(result.history["train_loss"]), rel=1e-12
    )


def test_other_errors_of_the_callback_are_not_swallowed():
    def broken(*_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fit(small(), *samples(), steps=2, callback=broken)


# When the loss is not finite.


@pytest.mark.parametrize("batch_size", [None, 10])
def test_a_loss_that_is_not_finite_ends_training_with_a_warning(batch_size):
    x, y = samples()
    with pytest.warns(RuntimeWarning, match=r"the loss became (inf|nan) at step \d+") as caught:
        result = fit(small(), x, y, SGD(1e30), steps=100, batch_size=batch_size, rng=0)
    (warning,) = caught
    done = len(result.history["step"])
    assert str(warning.message) == result.message
    assert f"at step {done + 1}:" in result.message
    assert "smaller learning rate" in result.message
    assert warning.filename == __file__
    assert np.all(np.isfinite(result.history["train_loss"]))
    assert np.all(np.isfinite(result.network.theta))
    assert mean_squared_error(result.network, x, y) <= mean_squared_error(small(), x, y)


@pytest.mark.parametrize("optimizer", [LBFGS(), LevenbergMarquardt()], ids=["LBFGS", "LM"])
def test_second_order_methods_step_back_where_the_loss_is_not_finite(optimizer):
    class Cliff(Squares):
        """Not a number unless all predictions lie within 0.3."""

        def value_and_gradient(self, prediction, target):
            value, gradient = super().value_and_gradient(prediction, target)
            return (value if np.abs(prediction).max() < 0.3 else np.nan), gradient

        def residuals(self, prediction, target):
            r = super().residuals(prediction, target)
            return r if np.abs(prediction).max() < 0.3 else np.nan * r

    x, y = samples()
    network = small().with_theta(0.01 * small().theta)
    result = fit(network, x, y, optimizer, steps=30, loss=Cliff())
    assert np.all(np.isfinite(result.history["train_loss"]))
    assert mean_squared_error(result.network, x, y) < mean_squared_error(network, x, y)
    assert np.abs(result.network(x)).max() < 0.3


def test_data_that_overflow_at_once_are_said_to():
    x, y = samples()
    with pytest.raises(ValueError, match="y must hold numbers below 1e"):
        kn.Objective(small(), x, 1e200 * y)
    objective = kn.Objective(small(), x, y, penalty=lambda net, _: (np.inf, np.zeros(net.size)))
    with pytest.warns(RuntimeWarning, match=r"the loss became (inf|nan) at step 1: .*scaled data"):
        result = kn.train(objective, Adam(), steps=5)
    assert np.all(np.isfinite(result.network.theta))


def test_large_data_are_no_reason_to_warn():
    x, y = samples()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(small(grid_range=(-1e6, 1e6)), 1e6 * x, 1e6 * y, steps=3)


# Starts.


def hard(n=300, seed=0):
    x = np.random.default_rng(seed).uniform(-1.0, 1.0, (n, 2))
    return x, np.exp(np.sin(np.pi * x[:, :1]) + x[:, 1:] ** 2)


def relative(network, x, y):
    return np.sqrt(mean_squared_error(network, x, y) / y.var())


@pytest.mark.parametrize(("starts", "poor"), [(1, 3), (6, 0)])
def test_starts_make_poor_ones_rare(starts, poor):
    """[2, 1, 1] has few good minima; these are the poor starts of the first 20, and a good one."""
    x, y = hard()
    nets = [fit(KAN([2, 1, 1], rng=n), x, y, starts=starts, rng=n).network for n in (0, 7, 9, 18)]
    assert sum(relative(network, x, y) > 0.05 for network in nets) == poor


@pytest.mark.parametrize("widths", [[2, (0, 1), 1], [2, (1, 1), 1]])
def test_starts_help_products_too(widths):
    x, _ = hard()
    y = x[:, :1] * x[:, 1:]
    for seed in range(4):
        found = fit(KAN(widths, rng=seed), x, y, starts=6, rng=seed).network
        assert relative(found, x, y) < 0.05


STARTS = {
    "batches": {"optimizer": Adam(0.05), "batch_size": 20},
    "L-BFGS": {"optimizer": LBFGS(), "patience": 3, "validation": samples(20, seed=1)},
    "SGD": {"optimizer": SGD(0.05), "penalty": kn.Penalty(l1=1e-3)},
    "grids": {"adapt_at": [0], "refine_at": {3: 5}},
}


@pytest.mark.parametrize("how", STARTS)
@pytest.mark.parametrize("init", ["glorot", "paper"])
def test_starts_are_drawn_alike_and_reproducible(how, init):
    x, y = samples()
    one, two = (
        fit(KAN([2, 2, 1], 3, init=init, rng=0), x, y, steps=6, starts=3, rng=1, **STARTS[how])
        for _ in range(2)
    )
    assert same(one.network, two.network)
    assert one.history["step"] == list(range(1, len(one.history["step"]) + 1))


def test_the_best_start_is_trained_from_its_beginning():
    x, y = samples()
    rng = np.random.default_rng(3)
    drawn = [small(), *(small().redrawn(rng) for _ in range(3))]
    after = [min(fit(network, x, y, steps=5).history["train_loss"]) for network in drawn]
    best = fit(drawn[int(np.argmin(after))], x, y, steps=12)
    found = fit(small(), x, y, steps=12, starts=4, rng=3)
    assert same(found.network, best.network)
    assert found.history["train_loss"] == best.history["train_loss"]


def test_starts_of_classes_and_of_an_mlp():
    x, labels = kn.datasets.two_moons(60, rng=0)
    found = fit(KAN([2, 2], rng=0), x, labels, loss="cross_entropy", steps=20, starts=3, rng=0)
    assert np.mean(found.network(x).argmax(axis=1) == labels) > 0.95
    x, y = samples()
    start = kn.MLP([2, 4, 1], "tanh", init="glorot", rng=0)
    assert start.redrawn(np.random.default_rng(0)).init == "glorot"
    found = fit(start, x, y, steps=20, starts=3, rng=0).network
    assert found.layers[1].activation.name == "tanh"


def test_starts_of_tied_edges_stay_tied():
    x, y = samples()
    tied = kn.lock(small(), 0, [(0, 0), (1, 1)])
    redrawn = tied.redrawn(np.random.default_rng(0))
    assert not np.array_equal(redrawn.theta, tied.theta)
    for layer in (redrawn.layers[0], fit(tied, x, y, steps=3, starts=2, rng=0).network.layers[0]):
        assert np.array_equal(layer.coef[0, 0], layer.coef[1, 1])


def test_only_a_network_as_drawn_has_other_starts():
    x, y = samples()
    trained = fit(small(), x, y, steps=2).network
    with pytest.raises(ValueError, match=r"starts needs a network as drawn.*leave starts out"):
        fit(trained, x, y, starts=2)
    with pytest.raises(ValueError, match="starts must be at least 1"):
        fit(small(), x, y, starts=0)


def test_ctrl_c_while_starts_are_ranked_returns_the_best_of_them():
    class Interrupting(Watching):
        def residuals(self, prediction, target):
            if len(self.targets) in (15, 16):
                raise KeyboardInterrupt
            return super().residuals(prediction, target)

    x, y = samples()
    result = fit(small(), x, y, steps=50, loss=Interrupting(), starts=6, rng=0)
    assert result.interrupted
    assert mean_squared_error(result.network, x, y) < 0.5 * y.var()


# What is shown.


def test_progress_is_one_line_on_stderr(capsys):
    fit(small(), *samples(), steps=3, validation=samples(seed=1), progress=True)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert shown.err.endswith("\n")
    lines = [line for line in shown.err.strip("\n").split("\r") if line]
    assert [line.split()[1] for line in lines] == ["1/3", "2/3", "3/3"]
    assert all("loss" in line and "validation" in line for line in lines)


@pytest.mark.parametrize("progress", [False, None])
def test_without_progress_or_a_terminal_nothing_is_shown(capsys, progress):
    fit(small(), *samples(), steps=3, progress=progress)
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "")


def test_the_line_ends_even_after_ctrl_c(capsys):
    def interrupt(*_):
        raise KeyboardInterrupt

    fit(small(), *samples(), steps=3, progress=True, callback=interrupt)
    assert capsys.readouterr().err.endswith("\n")


# What does not go together.


def test_levenberg_marquardt_refuses_a_loss_that_is_no_sum_of_squares():
    x, labels = kn.datasets.two_moons(20, rng=0)
    with pytest.raises(ValueError, match=r"'cross_entropy' is not a sum .* use LBFGS, Adam or SGD"):
        fit(KAN([2, 2], rng=0), x, labels, LevenbergMarquardt(), loss="cross_entropy")


def test_patience_needs_a_validation_set():
    with pytest.raises(ValueError, match="patience needs a validation set"):
        fit(small(), *samples(), patience=3)


def test_a_result_cannot_be_changed():
    result = fit(small(), *samples(), steps=1)
    with pytest.raises(AttributeError):
        result.network = None


def test_a_callback_may_answer_with_numpys_true():
    x, y = samples()
    result = fit(small(), x, y, steps=5, callback=lambda *_: np.True_)
    assert result.history["step"] == [1]


def test_an_optimizer_that_writes_into_its_theta_does_no_harm():
    class InPlace(SGD):
        def step(self, problem, state):
            state.theta.flags.writeable = True
            state.theta[:] += 1.0
            loss, gradient = problem.fun(state.theta)
            return state._replace(loss=loss, gradient=gradient)

    class Writable(InPlace):
        def start(self, problem, theta):
            return super().start(problem, theta.copy())

    x, y = samples()
    seen = []
    fit(small(), x, y, Writable(), steps=2, callback=lambda _, net, __: seen.append(net))
    assert not np.array_equal(seen[0].theta, seen[1].theta)


@pytest.mark.parametrize("optimizer", [LBFGS(), Adam(0.01)])
def test_a_penalty_is_added_to_the_loss_and_pulls(optimizer):
    def decay(network, _):
        return float(network.theta @ network.theta), 2.0 * network.theta

    x, y = samples()
    free = fit(small(), x, y, optimizer, steps=50)
    bound = fit(small(), x, y, optimizer, steps=50, penalty=decay, hold=0.0)
    assert np.linalg.norm(bound.network.theta) < 0.9 * np.linalg.norm(free.network.theta)
    network = bound.network
    total = np.mean((network(x) - y) ** 2) + decay(network, x)[0]
    assert min(bound.history["train_loss"]) == pytest.approx(total, rel=1e-12)
    problem = kn.Objective(small(), x, y, penalty=decay)
    kn.gradcheck.assert_adjoint(
        lambda theta: problem.fun(theta)[0],
        lambda dy, theta: dy * problem.fun(theta)[1],
        small().theta,
    )


def test_levenberg_marquardt_refuses_a_penalty_and_names_the_way_out():
    x, y = samples()
    with pytest.raises(ValueError, match=r"penalty has no method curvature.*use kn.Penalty.*LBFGS"):
        fit(small(), x, y, LevenbergMarquardt(), penalty=lambda net, _: (0.0, 0.0 * net.theta))


def test_a_single_start_is_the_given_one(monkeypatch):
    def refuse(*_):
        raise AssertionError("another start")

    monkeypatch.setattr(KAN, "redrawn", refuse)
    x = np.linspace(-1.0, 1.0, 9)[:, None]
    network = KAN([1, 1], rng=0)
    found = kn.fit(network, x, x, steps=2, starts=1)
    assert np.array_equal(found.network.theta, kn.fit(network, x, x, steps=2).network.theta)
    with pytest.raises(ValueError, match="starts must be at least 1"):
        kn.fit(network, x, x, steps=2, starts=0)
