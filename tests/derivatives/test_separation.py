"""Samples as sums, and sums of products, of functions of one input."""

import numpy as np
import pytest

from kan_numpy.derivatives.separation import EXACTLY, SEPARATES, separated


def box(n_in, N=300, low=-1.0, high=1.0):
    return np.random.default_rng(0).uniform(low, high, (N, n_in))


def rebuilt(each):
    """Return the values of a separation, by its definition."""
    N = len(each.functions[0])
    if each.rank == 0:
        return np.array([sum(float(g[n, 0]) for g in each.functions) for n in range(N)])
    terms = [
        sum(float(np.prod([g[n, r] for g in each.functions])) for r in range(each.rank))
        for n in range(N)
    ]
    return np.array(terms)


@pytest.mark.parametrize(
    ("f", "n_in", "rank"),
    [
        (lambda x, y: np.sin(3.0 * x) + np.exp(y) + 5.0, 2, 0),
        (lambda x, y: np.sin(25.0 * x) + y, 2, 0),
        (lambda x, y, z: x**2 + np.cos(y) - z, 3, 0),
        (lambda x, y: 1e6 * np.sin(3.0 * x) * np.exp(y), 2, 1),
        (lambda x, y, z, v: np.sin(x) * np.exp(y) * (2.0 + z) * np.cos(v), 4, 1),
        (lambda x, y: np.sin(3.0 * x + y), 2, 2),
        (lambda x, y, z: x * z * np.exp(y) + np.cos(3.0 * z) * np.sin(2.0 * y), 3, 2),
        (lambda x, y: np.sin(3.0 * x + y) + np.exp(x * 2.0) / (y + 3.0), 2, 3),
    ],
)
def test_what_separates_is_separated(f, n_in, rank):
    x = box(n_in)
    y = f(*x.T)
    first = separated(x, y)[0]
    assert first.rank == rank
    assert first.error < EXACTLY
    assert [g.shape for g in first.functions] == [(300, max(rank, 1))] * n_in
    values = rebuilt(first) + (y.mean() if rank == 0 else 0.0)
    assert np.abs(values - y).max() < 1e-7 * y.std()


def test_a_function_is_one_of_its_input():
    x = box(2)
    (each,) = separated(x, np.sin(3.0 * x[:, 0]) * np.exp(x[:, 1]))
    for g, want in zip(each.functions, (np.sin(3.0 * x[:, 0]), np.exp(x[:, 1])), strict=True):
        ratio = g[:, 0] @ want / (want @ want)
        np.testing.assert_allclose(g[:, 0], ratio * want, atol=1e-8 * np.abs(g).max())


def test_the_functions_of_a_sum_have_zero_mean():
    x = box(2)
    (each,) = separated(x, x[:, 0] + x[:, 1] ** 2 + 100.0)
    assert max(abs(g.mean()) for g in each.functions) < 1e-12
    np.testing.assert_allclose(each.functions[0][:, 0], x[:, 0] - x[:, 0].mean(), atol=1e-10)


@pytest.mark.parametrize(
    "f",
    [
        lambda x, y: np.sin(6.0 * x * y) + np.exp(x * y),
        lambda x, y: x * y + 1e-3 * np.random.default_rng(1).standard_normal(len(x)),
    ],
)
def test_what_does_not_separate_is_not(f):
    x = box(2)
    assert separated(x, f(*x.T)) == []


def test_the_error_is_that_on_samples_put_aside():
    x = box(2)
    y = np.sin(3.0 * x[:, 0]) * x[:, 1]
    y[:60] += 1e-5 * np.random.default_rng(1).standard_normal(60)  # a fifth is put aside
    (each, *_) = separated(x, y)
    assert each.error == pytest.approx(1e-5 / y.std(), rel=0.2)
    assert each.error < SEPARATES
    y[:60] = np.sin(3.0 * x[:60, 0]) * x[:60, 1]
    y[59] += 1e-4  # the last of them
    assert separated(x, y)[0].error == pytest.approx(1e-4 / np.sqrt(60.0) / y.std(), rel=1e-4)
    y[60:] += 1e-2 * np.random.default_rng(2).standard_normal(240)
    assert separated(x, y) == []


def test_an_input_that_is_constant_does_no_harm():
    x = box(2)
    x[:, 1] = 7.0
    (each, *_) = separated(x, np.sin(3.0 * x[:, 0]))
    assert each.error < EXACTLY


@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_units_do_not_matter(unit):
    x = box(2)
    y = np.sin(3.0 * x[:, 0]) * np.exp(x[:, 1])
    (each,) = separated(unit * x, y / unit)
    assert each.rank == 1
    assert each.error < EXACTLY


def test_few_samples_are_not_enough():
    x = box(3)[:20]
    assert separated(x, x.prod(axis=1)) == []
    x = box(2)[:32]  # 26 of them for the 2 x 9 numbers of two polynomials
    assert [each.rank for each in separated(x, x[:, 0] ** 2)] == [0]
    assert separated(x[:31], x[:31, 0] ** 2) == []  # 25
