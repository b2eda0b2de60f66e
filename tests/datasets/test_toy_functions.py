"""The toy functions: values worked out by hand, and seeds that reproduce."""

import math
import random
import re

import numpy as np
import pytest

from kan_numpy.datasets.moons import two_moons
from kan_numpy.datasets.preprocessing import split
from kan_numpy.datasets.toy_functions import TOY_FUNCTIONS, toy

E = math.e
ROOT = math.sqrt(0.5)


def fifty_ones() -> list[float]:
    return [1.0] * 50 + [0.0] * 50


@pytest.mark.parametrize(
    ("name", "x", "value"),
    [
        ("bessel", [0.0], 1.0),
        ("bessel", [2.404825557695773 / 20], 0.0),  # the first zero of J0
        ("bessel", [-0.5], -0.2459357644513483),  # J0(10), Abramowitz and Stegun, table 9.1
        ("bessel", [1.0], 0.1670246643405832),  # J0(20)
        ("exp_sin", [0.5, -1.0], E**2),
        ("exp_sin", [-0.5, 0.0], 1 / E),
        ("exp_sin", [1 / 6, 0.5], E**0.75),
        ("product", [0.5, -0.25], -0.125),
        ("product", [-1.0, -1.0], 1.0),
        ("high_dimensional", [0.0] * 100, 1.0),
        ("high_dimensional", [-1.0] * 100, E),
        ("high_dimensional", [0.5] * 100, E**0.5),
        ("high_dimensional", fifty_ones(), E**0.5),
        ("high_dimensional", fifty_ones()[::-1], E**0.5),
        ("four_variables", [0.5, -0.5, 0.0, 0.0], E**0.5),
        ("four_variables", [0.0, ROOT, 0.5, 0.5], E),
        ("four_variables", [1.0, ROOT, 0.0, 0.0], E**-0.5),
        ("four_variables", [0.5, 0.0, 0.0, 0.5], E**ROOT),
    ],
)
def test_toy_functions_have_the_values_worked_out_by_hand(name, x, value):
    other = np.full(len(x), 0.3)
    got = TOY_FUNCTIONS[name]([other, x])
    assert got.shape == (2, 1)
    np.testing.assert_allclose(got[1, 0], value, rtol=1e-14, atol=1e-15)


def test_toy_functions_have_the_names_and_shapes_of_the_paper():
    assert {name: f.widths for name, f in TOY_FUNCTIONS.items()} == {
        "bessel": (1, 1),
        "exp_sin": (2, 1, 1),
        "product": (2, 2, 1),
        "high_dimensional": (100, 1, 1),
        "four_variables": (4, 4, 2, 1),
    }
    for name, f in TOY_FUNCTIONS.items():
        assert f.name == name
        assert f.ranges == ((-1.0, 1.0),) * f.widths[0]
        assert all(re.search(rf"\b{i}\b", f.formula) for i in (f.inputs[0], f.inputs[-1]))
        assert len(set(f.inputs)) == f.widths[0]


@pytest.mark.parametrize("name", list(TOY_FUNCTIONS))
def test_toy_draws_uniform_inputs_and_the_targets_that_belong_to_them(name):
    data, f = toy(name, n_train=3000, n_test=2000, rng=4), TOY_FUNCTIONS[name]
    n = f.widths[0]
    for x, y, size in [(data.x_train, data.y_train, 3000), (data.x_test, data.y_test, 2000)]:
        assert x.shape == (size, n)
        assert y.shape == (size, 1)
        np.testing.assert_array_equal(y, f(x))
        assert np.all(np.abs(x) <= 1.0)
        # Five standard errors of the mean (0) and of the second moment (1/3) of U[-1, 1].
        assert np.all(np.abs(x.mean(axis=0)) < 5 * math.sqrt(1 / 3 / size))
        assert np.all(np.abs((x**2).mean(axis=0) - 1 / 3) < 5 * math.sqrt(4 / 45 / size))
    assert not np.isin(data.x_test[:, 0], data.x_train[:, 0]).any()


def drawn(seed):
    """Return everything that a seed decides."""
    rows = np.arange(40.0)
    (train,), (test,) = split(rows, rng=seed)
    return [*toy("product", 20, 30, noise=0.1, rng=seed), *two_moons(20, rng=seed), train, test]


def test_a_seed_reproduces_every_bit():
    for first, second in zip(drawn(7), drawn(7), strict=True):
        np.testing.assert_array_equal(first, second)


def test_another_seed_draws_other_numbers():
    names = ["x_train", "y_train", "x_test", "y_test", "moons", "labels", "train", "test"]
    pairs = zip(names, drawn(7), drawn(8), strict=True)
    assert [name for name, a, b in pairs if np.array_equal(a, b)] == ["labels"]


def test_a_generator_goes_on_where_it_stands():
    generator = np.random.default_rng(7)
    first, second = (toy("product", 20, 30, rng=generator) for _ in range(2))
    np.testing.assert_array_equal(first.x_train, toy("product", 20, 30, rng=7).x_train)
    assert not np.array_equal(first.x_train, second.x_train)


def test_the_global_random_states_stay_as_they_were():
    def states():
        state = np.random.get_bit_generator().state
        return state["state"]["key"].tolist(), state["state"]["pos"], random.getstate()

    before = states()
    drawn(None)
    assert states() == before


@pytest.mark.parametrize("noise", [0.05, 0.5])
def test_noise_is_in_the_training_targets_only_and_of_the_stated_size(noise):
    clean, noisy = (toy("exp_sin", 20000, 500, noise=s, rng=3) for s in (0.0, noise))
    for field in ("x_train", "x_test", "y_test"):
        np.testing.assert_array_equal(getattr(clean, field), getattr(noisy, field))
    z = (noisy.y_train - clean.y_train) / clean.y_train.std()
    # A standard deviation from 20,000 samples has a relative standard error of 0.5 %.
    assert z.std() == pytest.approx(noise, rel=0.025)
    assert abs(z.mean()) < 5 * noise / math.sqrt(20000)
    assert abs(np.corrcoef(z[:, 0], clean.y_train[:, 0])[0, 1]) < 5 / math.sqrt(20000)


NAN = float("nan")
ROWS = np.zeros((10, 2))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: toy("besel"), r"name must be one of bessel, .*four_variables, but is 'besel'"),
        (lambda: toy("product", n_train=0), "n_train must be at least 1, but is 0"),
        (lambda: toy("product", n_test=-5), "n_test must be at least 1, but is -5"),
        (lambda: toy("product", noise=-0.1), r"noise must lie in \[0, inf\], but is -0.1"),
        (lambda: toy("product", noise=NAN), "noise must be finite"),
        (lambda: toy("product", rng=-1), "rng must be a seed of at least 0"),
        (lambda: TOY_FUNCTIONS["product"](ROWS[:, :1]), r"x must have shape \(N, 2\)"),
        (lambda: TOY_FUNCTIONS["bessel"]([0.0, 1.0]), r"a single column is x\[:, None\]"),
        (lambda: TOY_FUNCTIONS["bessel"]([[0.0], [NAN]]), r"x must be finite, but x\[1, 0\]"),
    ],
)
def test_bad_values_are_refused_with_a_reason(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: toy("product", n_train=10.0), "n_train must be a whole number, but is 10.0"),
        (lambda: TOY_FUNCTIONS["bessel"]([[1.0 + 1.0j]]), "x must hold real numbers"),
        (lambda: toy("product", rng="seed"), "rng must be a seed"),
    ],
)
def test_values_of_another_kind_are_refused_with_a_reason(call, message):
    with pytest.raises(TypeError, match=message):
        call()


def test_the_defaults_are_a_thousand_samples_of_each_kind_without_noise():
    one, two = toy("product"), toy("product", n_train=1000, n_test=1000, noise=0.0, rng=0)
    for name in ("x_train", "y_train", "x_test", "y_test"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    np.testing.assert_array_equal(one.y_train, TOY_FUNCTIONS["product"](one.x_train))
