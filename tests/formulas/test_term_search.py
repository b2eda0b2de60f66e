"""Functions of one variable are found among products of compositions."""

import numpy as np
import pytest

from kan_numpy._deadline import Deadline, OutOfTime
from kan_numpy.algebra.expressions import Variable, evaluate
from kan_numpy.algebra.parsing import parse
from kan_numpy.algebra.printing import text
from kan_numpy.algebra.simplify import simplify
from kan_numpy.formulas.term_search import (
    DEGREES,
    KINDS,
    WEIGHT,
    Left,
    Starts,
    TermSet,
    term_sets,
    with_phases,
)
from kan_numpy.functions.compositions import Composition, Term, products
from kan_numpy.functions.symbols import SYMBOLS

X = np.random.default_rng(0).uniform(0.5, 2.0, 200)


def signals(*functions):
    """Return orthonormal combinations of functions of X, (N, R)."""
    return np.linalg.qr(np.stack(functions, axis=1))[0]


def term(f, h="x", numbers=(1.0, 0.0, 1.0, 0.0)):
    return Term((Composition(SYMBOLS[f], SYMBOLS[h]),), np.array([numbers]))


@pytest.mark.parametrize(
    ("functions", "forms"),
    [
        ([X**4 - 3.0 * X], []),
        ([np.sin(7.3 * X + 0.4)], [("sin", "x")]),
        ([np.exp(-((X - 0.7) ** 2))], [("gaussian", "x")]),
        ([1.0 / (np.exp(1.3 * X) - 1.0)], [("1/x", "exp")]),
        ([np.log(X**2 + 3.0 * X + 4.0) - 5.0], [("log", "x^2")]),
        ([X**3 + X + np.sin(2.0 * X)], [("sin", "x")]),
        ([np.exp(-0.4 * X) * np.cos(6.0 * X + 1.0) + 2.0], [("exp", "x"), ("sin", "x")]),
        ([np.sin(3.0 * X) + np.sin(X**2 - X)], [("sin", "x"), ("sin", "x^2")]),
    ],
)
def test_the_form_is_found(functions, forms):
    x, Q = X, signals(*functions)
    best = term_sets(x, Q, 1e-11)[0]
    found = [(f.outer.name, f.inner.name) for each in best.terms for f in each.factors]
    assert sorted(found) == sorted(forms)
    assert best.error < 1e-11
    A = best.columns(x)
    assert np.abs(Q - A @ np.linalg.lstsq(A, Q, rcond=1e-13)[0]).max() < 1e-9


def test_noise_in_the_signals_is_no_function():
    x = np.linspace(-1.0, 1.0, 200)
    rng = np.random.default_rng(0)
    assert term_sets(x, signals(rng.standard_normal(200)), 1e-3, kinds=1) == []
    y = np.sin(6.0 * x) + 1e-6 * rng.standard_normal(200)
    found = term_sets(x, signals(y), 1e-5)
    assert text(found[0].expressions("x")[1]).startswith("sin(6.")
    assert [each.size for each in found] == sorted(each.size for each in found)


def test_larger_forms_are_tried_only_if_wanted():
    Q = signals(np.sin(1.7 * X**2) * np.cos(0.6 * X))
    assert term_sets(X, Q, 1e-11, kinds=2) == []
    assert len(KINDS) == 3


def test_it_ends_when_time_is_up():
    with pytest.raises(OutOfTime):
        term_sets(X, signals(np.sin(3.0 * X)), 1e-11, Deadline(0.0))


@pytest.mark.parametrize("degree", DEGREES)
def test_the_share_left_is_that_of_least_squares(degree):
    x, rng = np.linspace(-1.0, 2.0, 40), np.random.default_rng(0)
    Q, F = rng.standard_normal((40, 2)), rng.standard_normal((5, 2, 40))
    left = Left(x, Q, degree)
    powers = [x**p for p in range(degree + 1)]
    beside = Q - _fit(powers, Q)

    def share(functions):
        return np.sum((Q - _fit([*powers, *functions], Q)) ** 2) / np.sum(beside**2)

    np.testing.assert_allclose(left(F), [share(each) for each in F], rtol=1e-7)
    for i, got in enumerate(left.of_products(F)):
        want = [share(products([F[i], each])) for each in F[i:]]
        np.testing.assert_allclose(got, want, rtol=1e-7)
    for i, got in enumerate(left.of_sums(F)):
        want = [share([*F[i], *each]) for each in F[i:]]
        np.testing.assert_allclose(got[1:], want[1:], rtol=1e-7)
        assert got[0] == pytest.approx(want[0], rel=1e-7)


def _fit(functions, Q):
    A = np.stack(functions, axis=1)
    return A @ np.linalg.lstsq(A, Q, rcond=None)[0]


def test_what_is_undefined_leaves_all():
    x, F = np.linspace(0.0, 1.0, 20), np.ones((3, 1, 20))
    F[0, 0, 4], F[1] = np.nan, np.inf
    F[2, 0] = np.sin(9.0 * x)
    got = Left(x, np.cos(9.0 * x)[:, None], 0)(F)
    assert got[:2].tolist() == [1.0, 1.0]
    assert got[2] < 1.0


def test_the_most_promising_come_first():
    start = Starts(X[:60], signals(np.sin(3.0 * X))[:60])
    left = Left(start.x, start.Q, 0)
    ((first,), *others) = start.one(left)
    assert (first.factors[0].outer.name, first.numbers[0, 0]) == ("sin", 3.0)
    assert len(others) > 100
    start = Starts(X[:60], (X * np.exp(2.0 * X**2))[:60, None])
    ((first,), *others) = start.times(Left(start.x, start.Q, 0))
    assert [f.outer.name for f in first.factors] == ["x", "exp"]
    assert len(others) == 59


@pytest.mark.parametrize(
    ("y", "count"),
    [(np.sin(2.0 * X) * np.log(X + 1.0), 1), (np.tanh(2.0 * X) + np.sin(np.pi * X**2), 2)],
)
def test_pairs_with_written_numbers_are_exact_at_once(y, count):
    start = Starts(X[:60], y[:60, None])
    pairs = start.pairs(Left(start.x, start.Q, 0))
    first = next(terms for terms in pairs if len(terms) == count)
    assert TermSet(0, first).fitted(X, y[:, None], 0).error < 1e-12


SET = TermSet(2, (term("sin", "x^2", (1.5, 0.0, 1.0, 0.3)), term("1/x", "exp", (1, 9, 0.5, 0))))


def test_the_columns_are_the_expressions():
    columns, expressions = SET.columns(X), SET.expressions("x")
    assert columns.shape == (200, 6)
    values = np.stack([evaluate(each, {"x": X}) for each in expressions], axis=1)
    np.testing.assert_allclose(values[:, :3], columns[:, :3], rtol=1e-14)
    np.testing.assert_allclose(values[:, 5], columns[:, 5], rtol=1e-12)
    # The phase of a square is left out, so that the sine and cosine are turned.
    phase = 1.5 * 0.3**2
    turn = np.array([[np.cos(phase), -np.sin(phase)], [np.sin(phase), np.cos(phase)]])
    np.testing.assert_allclose(values[:, 3:5] @ turn, columns[:, 3:5], atol=1e-12)
    assert text(expressions[3]).startswith("sin(1.5*x**2")


def test_the_slopes_are_differences():
    x, step = X[:9], 1e-6
    theta = np.concatenate([each.numbers[each.free] for each in SET.terms])
    got = SET.slopes(x)
    assert got.shape == (len(theta), 9, 6)

    def at(values):
        parts = np.split(values, [int(SET.terms[0].free.sum())])
        terms = [each.with_free(v) for each, v in zip(SET.terms, parts, strict=True)]
        return TermSet(2, tuple(terms)).columns(x)

    for slope, shift in zip(got, step * np.eye(len(theta)), strict=True):
        want = (at(theta + shift) - at(theta - shift)) / (2.0 * step)
        np.testing.assert_allclose(slope, want, atol=1e-7)


def test_a_set_is_undefined_where_a_term_is():
    bad = TermSet(1, (term("log", "x", (1.0, -1.0, 1.0, 0.0)),))
    assert np.isnan(bad.columns(X)).all()
    assert bad.fitted(X, X[:, None], 5).error == np.inf


def test_the_size_counts_symbols_and_free_numbers():
    assert TermSet(3, ()).size == 0
    sine = TermSet(0, (term("sin"),))
    assert sine.size == SYMBOLS["sin"].complexity + 1
    assert SET.size == sum(SYMBOLS[s].complexity for s in ("sin", "x^2", "1/x", "exp")) + 4
    small, large = sine._replace(error=1e-9), SET._replace(error=1e-10)
    assert small.rank(1e-8) < large.rank(1e-8)
    assert small.rank(1e-12) - small.rank(1e-8) == pytest.approx(-1.0)
    doubled = sine._replace(error=2e-5).rank(1e-8) - sine._replace(error=1e-5).rank(1e-8)
    assert doubled == pytest.approx(WEIGHT, rel=0.01)  # worth a unit of size


@pytest.mark.parametrize(
    ("given", "want"),
    [
        ("3*sin(2*x) + 4*cos(2*x)", "5*sin(2*x + 0.927295218002)"),
        ("y*cos(x) - y*sin(x) + 7", "1.414213562373*y*sin(x + 2.356194490192) + 7"),
        ("sin(x) + cos(y)", None),
        ("sin(x) + y*cos(x)", None),
        ("cos(x) + sin(2*x)", None),
        ("x + exp(x)*3 + 2", None),
    ],
)
def test_a_sine_and_a_cosine_are_one_wave(given, want):
    expression = simplify(parse(given))
    found = with_phases(expression)
    values = {"x": X, "y": X[::-1]}
    np.testing.assert_allclose(evaluate(found, values), evaluate(expression, values), atol=1e-12)
    if want is None:
        assert found == expression
    else:
        count = text(found).count("sin(") + text(found).count("cos(")
        assert count == 1
        other = simplify(parse(want))
        np.testing.assert_allclose(evaluate(found, values), evaluate(other, values), atol=1e-10)


def test_several_waves_are_all_found():
    expression = simplify(parse("sin(x)*y + cos(x)*y + sin(x) - cos(x)"))
    found = with_phases(expression)
    assert text(found).count("sin(") == 2
    assert "cos(" not in text(found)
    values = {"x": X, "y": X[::-1]}
    np.testing.assert_allclose(evaluate(found, values), evaluate(expression, values), atol=1e-12)
    assert with_phases(Variable("x")) == Variable("x")
