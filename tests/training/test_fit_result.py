"""The result of a fit says what to expect of it."""

import numpy as np
import pytest

import kan_numpy as kn
from kan_numpy.training.fit_result import (
    HISTORY,
    FitResult,
    Stage,
    interruption,
    told,
    uninterrupted,
)


def samples(N, noise, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1.0, 1.0, (N, 2))
    y = np.exp(np.sin(np.pi * x[:, :1]) + x[:, 1:] ** 2)
    return x, y + noise * rng.standard_normal(y.shape)


def error(result, noise):
    x, y = samples(5000, noise, seed=100)
    return np.mean((result.network(x) - y) ** 2)


@pytest.mark.parametrize("network", [kn.KAN([2, 3, 1], rng=0), kn.MLP([2, 8, 1], rng=0)])
def test_the_message_tells_parameters_samples_and_the_expected_loss(network):
    x, y = samples(200, 0.1)
    adam = kn.fit(network, x, y, kn.Adam(), steps=5)
    assert adam.message == f"all 5 steps done; {network.size} parameters for 200 samples"
    assert np.isnan(adam.expected_loss)
    assert adam.stages == ()
    result = kn.fit(network, x, y, steps=15)
    first, second, third = result.message.split("; ")
    assert first == "all 15 steps done"
    assert second == f"{network.size} parameters for 200 samples"
    train = result.history["train_loss"][-1]
    assert third == (
        f"expected loss on new samples {result.expected_loss:.2g} (training {train:.2g})"
    )
    assert train < result.expected_loss < 3 * train
    (stage,) = result.stages
    assert stage.step == 15
    assert stage.train_loss == pytest.approx(train, rel=1e-12)
    assert 0 < stage.effective_parameters < network.size


def test_with_a_validation_set_that_is_what_is_expected():
    x, y = samples(200, 0.1)
    result = kn.fit(kn.KAN([2, 3, 1], rng=0), x, y, steps=15, validation=samples(50, 0.1, 1))
    assert result.expected_loss == min(result.history["validation_loss"])
    assert f"expected loss on new samples {result.expected_loss:.2g}" in result.message


def test_refining_stops_helping_where_the_expected_loss_rises():
    network, (x, y) = kn.KAN([2, 5, 1], grid_size=3, rng=0), samples(300, 0.1)
    schedule = {20: 5, 40: 10, 60: 20}
    result = kn.fit(network, x, y, steps=80, adapt_at=[5], refine_at=schedule)
    assert [stage.grid_size for stage in result.stages] == [3, 3, 5, 10, 20]
    assert [stage.step for stage in result.stages] == [5, 20, 40, 60, 80]
    best = min(result.stages[:-1], key=lambda stage: stage.expected_loss)
    assert best.grid_size <= 5
    assert f"; refining helped up to G = {best.grid_size}, where" in result.message
    short = kn.fit(network, x, y, steps=40, adapt_at=[5], refine_at={20: 5})
    assert short.expected_loss == pytest.approx(result.stages[2].expected_loss, rel=1e-6)
    assert error(short, 0.1) < 0.5 * error(result, 0.1)
    assert 1 / 2 < short.expected_loss / error(short, 0.1) < 2


def test_without_noise_refining_helps_to_the_end():
    network, (x, y) = kn.KAN([2, 5, 1], grid_size=3, rng=0), samples(1000, 0.0)
    schedule = {20: 5, 40: 10, 60: 20}
    result = kn.fit(network, x, y, steps=80, adapt_at=[5], refine_at=schedule)
    assert "refining" not in result.message
    assert 1 / 10 < result.expected_loss / error(result, 0.0) < 10


def test_once_the_parameters_are_too_many_nothing_is_expected():
    network, (x, y) = kn.KAN([2, 5, 1], grid_size=5, rng=0), samples(30, 0.1)
    result = kn.fit(network, x, y, steps=60, refine_at={50: 10}, hold=0.0)
    assert result.history["train_loss"][-1] < 1e-20
    assert np.isnan([stage.expected_loss for stage in result.stages]).all()
    told = "parameters for 30 samples, which do not tell the loss on new ones"
    assert result.message.endswith(f"; {result.network.size} {told}")


# The message, from numbers.


def stage(grid_size, expected, step=10):
    return Stage(step, grid_size, 0.1, expected, 7.0)


@pytest.mark.parametrize(
    ("expected", "stages", "message"),
    [
        (np.nan, [], "done; 9 parameters for 20 samples"),
        (np.nan, [(5, np.nan)], "done; 9 parameters for 20 samples, which do not tell the loss on"),
        (0.25, [(5, 0.25)], "; expected loss on new samples 0.25 (training 0.1)"),
        (0.21, [(5, 0.2), (10, 0.21)], "samples 0.21 (training 0.1)"),
        (
            0.23,
            [(5, 0.2), (10, 0.23)],
            "; refining helped up to G = 5, where 0.2 was expected; with G = 10 it is 0.23",
        ),
        (0.23, [(5, 0.23), (10, 0.2)], "samples 0.23 (training 0.1)"),
        (np.nan, [(5, 0.2), (10, np.nan)], "; refining helped up to G = 5, where 0.2 was expected"),
        (0.3, [(5, 0.2), (5, 0.3)], "samples 0.3 (training 0.1)"),
        (0.3, [(10, 0.2), (20, 0.25), (20, 0.3)], "up to G = 10, where 0.2 was expected; with G"),
    ],
)
def test_the_message_is_made_of_the_numbers_of_the_stages(expected, stages, message):
    text = told("done", 9, 20, (0.1, expected), [stage(*one) for one in stages])
    assert text.startswith("done; 9 parameters for 20 samples")
    assert text.endswith(message) or (message in text and message[-1] in "nG")
    assert ("refining" in text) == ("refining" in message or "up to" in message)


def test_an_interrupted_run_says_after_which_step_and_has_whole_entries():
    network = kn.KAN([1, 1], rng=0)
    result = interruption(network)
    assert (result.message, result.interrupted) == ("interrupted before the first step", True)
    assert set(result.history) == set(HISTORY)
    half = interruption(network, {"step": [1, 2, 3], "train_loss": [0.3, 0.2]})
    assert half.message == "interrupted after step 2"
    assert half.history == {"step": [1, 2], "train_loss": [0.3, 0.2]}
    with pytest.raises(KeyboardInterrupt, match="after step 2"):
        uninterrupted(half)
    done = FitResult(network, {}, "all 3 steps done")
    assert not done.interrupted
    assert uninterrupted(done) is network
