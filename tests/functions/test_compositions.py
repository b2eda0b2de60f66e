"""Compositions of symbols and their products, with derivatives by their numbers."""

import math

import numpy as np
import pytest

from kan_numpy.functions.compositions import Composition, Term, products
from kan_numpy.functions.symbols import SYMBOLS

X = np.linspace(0.3, 0.9, 7)
NUMBERS = np.array([0.35, 0.1, 0.7, 0.2])
FORMS = [
    Composition(SYMBOLS[f], SYMBOLS[h])
    for f in ("sin", "exp", "log", "sqrt", "1/x", "tanh", "gaussian", "arcsin", "x^2")
    for h in ("x", "x^2", "1/x", "sqrt", "exp", "log", "sin")
    if (f, h) not in (("log", "log"), ("sqrt", "log"), ("arcsin", "1/x"), ("1/x", "log"))
]


def form(f, h="x"):
    return Composition(SYMBOLS[f], SYMBOLS[h])


def test_one_value_by_hand():
    got = form("exp", "x^2")(np.array([2.0]), np.array([0.5, 0.25, 3.0, -1.0]))
    assert got.shape == (1, 1)
    assert got[0, 0] == pytest.approx(math.exp(0.5 * 5.0**2 + 0.25), rel=1e-15)


def test_a_sine_has_its_cosine_beside_it():
    got = form("sin", "x^3")(X, NUMBERS)
    u = 0.35 * (0.7 * X + 0.2) ** 3 + 0.1
    np.testing.assert_allclose(got, [np.sin(u), np.cos(u)], rtol=1e-14)
    assert form("sin").size == 2
    assert form("exp", "sin").size == 1


@pytest.mark.parametrize("each", FORMS, ids=lambda f: f"{f.outer.name} {f.inner.name}")
def test_slopes_are_differences_of_values(each):
    step, free = 1e-6, np.flatnonzero(each.free)
    got = each.slopes(X, NUMBERS)
    assert got.shape == (len(free), each.size, len(X))
    for slope, index in zip(got, free, strict=True):
        shift = step * np.eye(4)[index]
        want = (each(X, NUMBERS + shift) - each(X, NUMBERS - shift)) / (2.0 * step)
        np.testing.assert_allclose(slope, want, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("each", FORMS, ids=lambda f: f"{f.outer.name} {f.inner.name}")
def test_many_numbers_at_once(each):
    numbers = NUMBERS + 0.05 * np.arange(3.0)[:, None]
    many = each(X, numbers)
    assert many.shape == (3, each.size, len(X))
    for row, own in zip(many, numbers, strict=True):
        np.testing.assert_array_equal(row, each(X, own))
    assert each.defined(X, numbers).tolist() == [bool(each.defined(X, own)) for own in numbers]


@pytest.mark.parametrize(
    ("f", "h", "free"),
    [
        ("tanh", "x", (True, True, False, False)),
        ("sin", "x^2", (True, False, False, True)),
        ("exp", "exp", (True, False, True, False)),
        ("log", "sin", (False, True, True, True)),
        ("1/x", "log", (False, True, False, True)),
    ],
)
def test_which_numbers_are_free(f, h, free):
    assert form(f, h).free == free


@pytest.mark.parametrize("each", FORMS, ids=lambda f: f"{f.outer.name} {f.inner.name}")
def test_numbers_that_are_not_free_are_redundant(each):
    """Changed by anything, they are made up for by the others, a factor and a constant."""
    step = 1e-6
    for index in np.flatnonzero(~np.array(each.free)):
        shift = step * np.eye(4)[index]
        change = (each(X, NUMBERS + shift) - each(X, NUMBERS - shift)) / (2.0 * step)
        own = each(X, NUMBERS)
        known = np.concatenate([own, np.ones((1, len(X))), *each.slopes(X, NUMBERS)])
        left = change.T - known.T @ np.linalg.lstsq(known.T, change.T, rcond=1e-10)[0]
        assert np.abs(left).max() < 1e-5 * max(np.abs(change).max(), 1.0)


def test_where_they_are_defined():
    x = np.array([-1.0, 1.0])
    assert form("log", "x^2").defined(x, np.array([1.0, 1e-9, 1.0, 0.0]))
    assert not form("log", "x").defined(x, np.array([1.0, 0.9, 1.0, 0.0]))
    assert form("log", "x").defined(x, np.array([1.0, 1.1, 1.0, 0.0]))
    assert not form("exp", "1/x").defined(x, np.array([1.0, 0.0, 1.0, 0.0]))  # a pole between
    assert np.isnan(form("sqrt")(x, np.array([1.0, 0.0, 1.0, 0.0]))[0, 0])


def test_products_are_all_products():
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 5)), rng.standard_normal((4, 3, 5))
    got = products([a, b])
    assert got.shape == (4, 6, 5)
    for m in range(4):
        want = [a[i] * b[m, j] for i in range(2) for j in range(3)]
        np.testing.assert_array_equal(got[m], want)


TERM = Term(
    (form("sin", "x^2"), form("exp"), form("sin")),
    np.array([[0.8, 0.0, 1.0, 0.3], [-0.5, 0.0, 1.0, 0.0], [2.0, 0.0, 1.0, 0.0]]),
)


def test_a_term_is_the_product_of_its_factors():
    assert TERM.size == 4
    u, v, decay = 0.8 * (X + 0.3) ** 2, 2.0 * X, np.exp(-0.5 * X)
    parts = [f(u) * decay * g(v) for f in (np.sin, np.cos) for g in (np.sin, np.cos)]
    np.testing.assert_allclose(TERM(X), parts, rtol=1e-14)


def test_the_slopes_of_a_term_are_differences():
    theta = TERM.numbers[TERM.free]
    assert theta.tolist() == [0.8, 0.3, -0.5, 2.0]
    got, step = TERM.slopes(X), 1e-6
    assert got.shape == (4, 4, len(X))
    for slope, shift in zip(got, step * np.eye(4), strict=True):
        want = (TERM.with_free(theta + shift)(X) - TERM.with_free(theta - shift)(X)) / (2 * step)
        np.testing.assert_allclose(slope, want, atol=1e-9)


def test_other_numbers_leave_a_term_as_it_is():
    other = TERM.with_free(np.arange(4.0))
    assert other.numbers[other.free].tolist() == [0.0, 1.0, 2.0, 3.0]
    assert TERM.numbers[0, 0] == 0.8
    np.testing.assert_array_equal(other.numbers[~TERM.free], TERM.numbers[~TERM.free])


def test_a_term_is_defined_where_its_factors_are():
    both = Term((form("sin"), form("log")), np.array([[1.0, 0, 1, 0], [1.0, 0.5, 1, 0]]))
    assert both.defined(np.array([-0.4, 1.0]))
    assert not both.defined(np.array([-0.6, 1.0]))
