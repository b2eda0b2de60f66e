"""Polynomials, ratios and simple functions of them are found by one solve."""

import numpy as np
import pytest
from builders import inputs

from kan_numpy._deadline import Deadline, OutOfTime
from kan_numpy.algebra.expressions import Number, Variable, evaluate
from kan_numpy.algebra.printing import text
from kan_numpy.algebra.simplify import map_numbers
from kan_numpy.formulas.parameter_fit import free_numbers
from kan_numpy.symbolic_regression.linear_ideas import (
    HIGHEST,
    MOST_TERMS,
    RATIONAL,
    TRANSFORMS,
    Terms,
    _count,
    _degree,
    _null_vector,
    _with_logarithms,
    ideas,
    monomials,
    polynomial,
    ratio,
)

NAMES = ["x", "y"]


def values(x):
    return dict(zip(NAMES, x.T, strict=False))


def positive(N=200, seed=0):
    return np.random.default_rng(seed).uniform(0.5, 2.0, (N, 2))


def test_ratios_are_tried_once_each_and_lower_degrees_first():
    assert len(set(RATIONAL)) == len(RATIONAL)
    assert [sum(degrees) for degrees in RATIONAL] == sorted(sum(degrees) for degrees in RATIONAL)


@pytest.mark.parametrize(
    ("f", "what"),
    [
        (lambda x, y: x**5 - 2.5 * x * y + 3.0, "y a polynomial"),
        (lambda x, y: 8.0 / (2.0 + x**2 + y**2), "1/y a polynomial"),
        (lambda x, y: np.sqrt(x**3 + y), "y^2 a polynomial"),
        (lambda x, y: 1.0 / np.sqrt(9.0 - x * y), "1/y^2 a polynomial"),
        (lambda x, y: x**y * np.exp(-x), "log y a polynomial"),
        (lambda x, y: 3.0 * x**1.7 / y**0.3, "log y a polynomial"),
        (lambda x, y: np.log(x + x**2 * y), "exp y a polynomial"),
        (lambda x, y: x / (x + 2.5 * y), "a ratio of polynomials"),
        (lambda x, y: 20.0 - x - x * y / (1.0 + x**2 / 2.0), "a ratio of polynomials"),
    ],
)
def test_the_idea_that_fits_is_exact(f, what):
    x, other = positive(), positive(seed=1)
    found = dict(ideas(x, f(*x.T), NAMES))
    want = f(*other.T)
    error = np.abs(evaluate(found[what], values(other)) - want).max() / want.std()
    assert error < 1e-11


def test_terms_without_support_are_removed():
    right = 0
    for seed in range(20):
        x, rng = inputs(N=300, seed=seed), np.random.default_rng(100 + seed)
        y = x[:, 0] ** 2 + x[:, 0] * x[:, 1] + 0.05 * rng.standard_normal(300)
        found = polynomial(monomials(x, NAMES, 6), y)
        terms = map_numbers(found, lambda number: Number(round(number.value)))
        right += text(terms) in ("x**2 + x*y", "x*y + x**2")
        noise = polynomial(monomials(x, NAMES, 6), rng.standard_normal(300))
        right += len(free_numbers(noise)) == 0
    assert right >= 36  # of 40


def test_a_column_of_zeros_is_no_term():
    x = inputs(N=50)
    x[:, 1] = 0.0
    found = polynomial(monomials(x, NAMES, 2), 2.0 * x[:, 0])
    assert text(map_numbers(found, lambda number: Number(round(number.value, 9)))) == "2*x"


@pytest.mark.parametrize(
    ("f", "what", "numbers"),
    [
        (lambda x, y: 8.0 / (2.0 + x**2 + y**2), "1/y a polynomial", 3),
        (lambda x, y: 1.0 / np.sqrt(0.5 + x**2 + y**2), "1/y^2 a polynomial", 3),
        (lambda x, y: np.sqrt(4.2 + x * y), "y^2 a polynomial", 2),
        (lambda x, y: np.log(1.0 + x**2 + y**2), "exp y a polynomial", 3),
    ],
)
def test_in_noise_the_errors_of_y_count(f, what, numbers):
    for seed in range(3):
        rng = np.random.default_rng(seed)
        x = rng.uniform(-2.0, 2.0, (400, 2))
        y = f(*x.T) + 0.01 * f(*x.T).std() * rng.standard_normal(400)
        assert len(free_numbers(dict(ideas(x, y, NAMES))[what])) == numbers


@pytest.mark.parametrize("name", TRANSFORMS)
def test_the_weight_of_a_transform_is_one_over_its_slope(name):
    y, h = np.linspace(0.5, 3.0, 50), 1e-6
    transform = TRANSFORMS[name]
    slope = (transform.apply(y + h) - transform.apply(y - h)) / (2.0 * h)
    rtol = 0.01 if name == "y^2" else 1e-8
    ratio = transform.weight(y) * np.abs(slope)
    np.testing.assert_allclose(ratio / ratio[-1], 1.0, rtol=rtol)
    assert np.isfinite(TRANSFORMS["y^2"].weight(np.array([0.0, 1.0]))).all()


def test_where_y_is_zero_a_root_has_no_infinite_weight():
    np.testing.assert_allclose(TRANSFORMS["y^2"].weight(np.array([0.0, 4.0])), [250.0, 1 / 4.004])


def test_exponentials_beyond_the_precision_of_numbers_are_not_tried():
    defined = TRANSFORMS["exp y"].defined
    assert defined(np.array([-29.9, 29.9]))
    assert not defined(np.array([0.0, 30.0]))


def test_single_inputs_cost_less_than_products():
    A, *_ = np.linalg.qr(np.random.default_rng(0).standard_normal((200, 7)))
    noise, columns = A[:, 6], A[:, :6]
    for term, kept in ((1, True), (4, False)):
        terms = Terms(columns, monomials(columns[:, :2], NAMES, 2).expressions)
        # It is worth 7: log N is 5.3, and 2 log 6 are 3.6 more.
        target = noise + np.sqrt(np.expm1(7.0 / 200)) * columns[:, term]
        assert (len(free_numbers(polynomial(terms, target))) > 0) is kept


@pytest.mark.parametrize(
    ("n_in", "degree"), [(1, HIGHEST), (2, 9), (3, 5), (8, 2), (10, 2), (60, 1)]
)
def test_the_degree_leaves_few_terms(n_in, degree):
    assert _degree(n_in) == degree
    if 1 < degree < HIGHEST:
        assert _count(n_in, degree) <= MOST_TERMS < _count(n_in, degree + 1)
    x = np.ones((3, n_in))
    terms = monomials(x, [f"x{i}" for i in range(n_in)], min(degree, 2))
    assert terms.columns.shape == (3, len(terms.expressions)) == (3, _count(n_in, min(degree, 2)))


def test_what_is_no_ratio_is_none():
    x = positive()
    assert ratio(x, np.sin(3.0 * x[:, 0] * x[:, 1]), NAMES, 2, 2) is None
    noisy = x[:, 0] / x[:, 1] + 1e-6 * np.random.default_rng(0).standard_normal(200)
    assert ratio(x, noisy, NAMES, 1, 1) is None
    assert ratio(x[:8], x[:8, 0], NAMES, 2, 2) is None  # more numbers than samples tell


@pytest.mark.parametrize("name", TRANSFORMS)
def test_a_transform_is_undone(name):
    y = np.array([0.3, 1.0, 2.5])
    transform = TRANSFORMS[name]
    assert transform.defined(y)
    back = evaluate(transform.undo(Variable("u")), {"u": transform.apply(y)})
    np.testing.assert_allclose(back, y, rtol=1e-14)
    assert transform.defined(-y) == (name in ("y", "1/y", "exp y"))
    assert transform.defined(np.array([0.0, 1.0])) == (name in ("y", "y^2", "exp y"))


def test_it_ends_when_time_is_up():
    with pytest.raises(OutOfTime):
        list(ideas(positive(), np.ones(200), NAMES, Deadline(0.0)))


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_a_null_vector_does_not_depend_on_the_unit(unit):
    A = inputs(3, N=30).copy()
    A[:, 2] = A[:, 0] - 2.0 * A[:, 1]
    v = _null_vector(unit * A)
    np.testing.assert_allclose(v / v[0], [1.0, -2.0, -1.0], rtol=1e-9)
    A[:, 2] += 1e-6 * A[:, 0] ** 2
    assert _null_vector(unit * A) is None


def test_a_ratio_needs_two_samples_for_each_number():
    x = positive()[:26]
    found = ratio(x, x[:, 0] / (1.0 + x[:, 1] ** 2), NAMES, 2, 2)  # 12 numbers
    rounded = map_numbers(found, lambda number: Number(round(number.value, 9)))
    assert text(rounded) == "x/(y**2 + 1)"
    assert ratio(x[:23], x[:23, 0] / (1.0 + x[:23, 1] ** 2), NAMES, 2, 2) is None


def test_an_input_that_is_zero_somewhere_has_no_logarithm():
    x = positive()
    x[3, 0] = 0.0
    found = _with_logarithms(x, NAMES, monomials(x, NAMES, 2))
    logarithms = [text(e) for e in found.expressions if "log" in text(e)]
    assert sorted(logarithms) == ["log(y)", "x*log(y)", "y*log(y)"]
    assert np.isfinite(found.columns).all()
