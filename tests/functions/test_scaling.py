"""Scalers give mean 0 and spread 1, go round, and never leave the grid when they squash."""

import numpy as np
import pytest
from checks import assert_value
from hypothesis import given
from hypothesis import strategies as st
from strategies import seeds

from kan_numpy.datasets.hyperbolic_knots import load_knots
from kan_numpy.functions.scaling import BETA, SMALLEST_SIZE, K, Scaler, size_of_errors


def test_scaler_gives_mean_0_and_standard_deviation_1():
    x = np.random.default_rng(0).normal([0.0, 1e3, -2.0], [1.0, 50.0, 1e-6], (500, 3))
    z = Scaler.fit(x)(x)
    np.testing.assert_allclose(z.mean(axis=0), 0.0, atol=1e-9)
    np.testing.assert_allclose(z.std(axis=0), 1.0, rtol=1e-9)


def test_scaler_uses_what_it_was_fitted_on():
    scaler = Scaler.fit([[1.0, 10.0], [3.0, 50.0]])
    assert scaler.center.tolist() == [2.0, 30.0]
    assert scaler.scale.tolist() == [1.0, 20.0]
    assert scaler([[4.0, 0.0]]).tolist() == [[2.0, -1.5]]
    assert scaler.inverse([[2.0, -1.5]]).tolist() == [[4.0, 0.0]]


@pytest.mark.parametrize("value", [0.1, 0.0, -7e5])
def test_a_constant_column_gets_scale_1(value):
    x = np.column_stack([np.full(7, value), np.arange(7.0)])
    scaler = Scaler.fit(x)
    assert scaler.scale.tolist() == [1.0, 2.0]
    np.testing.assert_array_equal(scaler(x)[:, 0], 0.0)
    np.testing.assert_array_equal(scaler.inverse(scaler(x))[:, 0], value)
    assert scaler([[value + 2.0, 3.0]])[0].tolist() == pytest.approx([2.0, 0.0], abs=1e-9)


@pytest.mark.parametrize("squash", [False, True])
def test_scaler_round_trip(squash):
    knots = load_knots()
    x = knots.columns("volume", "meridian_re", "longitude")
    scaler = Scaler.fit(x, squash=squash)
    np.testing.assert_allclose(scaler.inverse(scaler(x)), x, rtol=0, atol=1e-10)


def test_squashing_takes_the_tanh_and_never_leaves_the_grid():
    scaler = Scaler([5.0], [2.0], squash=True)
    z = scaler([[5.0], [7.0], [3.0], [1e12], [-1e12]])[:, 0]
    np.testing.assert_allclose(z[:3], [0.0, 0.7615941559557649, -0.7615941559557649], rtol=1e-15)
    assert z[3:].tolist() == [1.0, -1.0]


def test_scaler_copies_its_numbers_and_locks_them():
    center = np.zeros(2)
    scaler = Scaler(center, np.ones(2))
    center[0] = 9.0
    assert scaler.center.tolist() == [0.0, 0.0]
    for values in (scaler.center, scaler.scale):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 1.0
    assert_value(scaler, "squash")


# The size of errors.


def test_beta_is_the_mean_of_squares_that_are_cut_off():
    z = np.linspace(-9.0, 9.0, 200_001)
    density = np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi)
    mean = np.sum(np.minimum(z**2, K**2) * density) * (z[1] - z[0])
    np.testing.assert_allclose(BETA, mean, rtol=1e-9)
    # The variance of the mean of Huber's function against that of the plain mean: 95 % efficiency.
    inside = np.sum((np.abs(z) < K) * density) * (z[1] - z[0])
    np.testing.assert_allclose(inside**2 / mean, 0.95, atol=1e-4)


@given(seed=seeds, N=st.integers(1, 40), tail=st.integers(1, 5))
def test_the_size_solves_its_equation(seed, N, tail):
    errors = np.random.default_rng(seed).standard_t(tail, (N, 3))
    sigma = size_of_errors(errors)
    cut = np.minimum(errors**2, (K * sigma) ** 2)
    np.testing.assert_allclose(cut.mean(axis=0), BETA * sigma**2, rtol=1e-12)


def test_of_normal_errors_it_is_the_standard_deviation_and_a_quarter_of_outliers_does_little():
    errors = np.random.default_rng(0).normal(0.0, [1.0, 50.0], (4000, 2))
    np.testing.assert_allclose(size_of_errors(errors), [1.0, 50.0], rtol=0.03)
    np.testing.assert_allclose(size_of_errors(-1e6 * errors), 1e6 * size_of_errors(errors))
    errors[::4] = 1e9
    assert np.all(size_of_errors(errors) < [2.5, 125.0])


def test_the_size_is_never_too_small_to_divide_by():
    errors = np.zeros((5, 3))
    errors[0] = [0.0, 1.0, -1e3]
    np.testing.assert_allclose(
        size_of_errors(errors), [1e-150, SMALLEST_SIZE, 1e3 * SMALLEST_SIZE], rtol=1e-12
    )


NAN = float("nan")
ROWS = np.zeros((10, 2))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Scaler.fit([1.0, 2.0]), r"x must have shape \(N, n\)"),
        (lambda: Scaler.fit([[1.0], [NAN]]), r"x must be finite, but x\[1, 0\] is nan"),
        (lambda: Scaler.fit(np.zeros((0, 2))), "x is empty"),
        (lambda: Scaler([0.0, 0.0], [1.0]), r"scale must have shape \(2,\)"),
        (lambda: Scaler([0.0, 0.0], [1.0, 0.0]), "scale must be positive, .* entry is 0"),
        (lambda: Scaler.fit(ROWS)(ROWS[:, :1]), r"x must have shape \(N, 2\)"),
        (lambda: Scaler.fit(ROWS)([[0.0, NAN]]), r"x must be finite, but x\[0, 1\] is nan"),
        (lambda: Scaler.fit(ROWS).inverse(ROWS[0]), r"z must have shape \(N, 2\)"),
        (
            lambda: Scaler.fit(ROWS, squash=True).inverse([[0.0, -1.0]]),
            "z must lie between -1 and 1, ends excluded",
        ),
    ],
)
def test_bad_values_are_refused_with_a_reason(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Scaler.fit([["a"]]), "x must hold real numbers"),
    ],
)
def test_values_of_another_kind_are_refused_with_a_reason(call, message):
    with pytest.raises(TypeError, match=message):
        call()
