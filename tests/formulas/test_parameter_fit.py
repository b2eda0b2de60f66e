"""The free numbers of an expression: which they are, their slopes, and their fit to data."""

import numpy as np
import pytest
from builders import inputs, symbolic
from checks import agree
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import floats

from kan_numpy.algebra.expressions import Number, Variable, evaluate
from kan_numpy.algebra.parsing import parse
from kan_numpy.algebra.printing import text
from kan_numpy.formulas.network_to_expression import network_expressions
from kan_numpy.formulas.parameter_fit import (
    free_numbers,
    refit,
    standard_errors,
    value_and_slopes,
    with_numbers,
)
from kan_numpy.gradcheck import central_difference


def test_numbers_below_a_spline_are_fitted_too():
    x = inputs(1)
    values = {"x": x[:, 0]}
    wrong, right = (
        symbolic([1, 1, 1], {(0, 0, 0): ("sin", a, 0.0, 0.9, 0.0)}) for a in (1.98, 2.03)
    )
    (expression,) = network_expressions(wrong, [Variable("x")])
    fitted = refit(expression, values, right(x)[:, 0])
    np.testing.assert_allclose(evaluate(fitted, values), right(x)[:, 0], rtol=0, atol=1e-10)
    np.testing.assert_allclose(free_numbers(fitted), [0.9, 2.03], rtol=1e-6)


TEXTS = [
    "1.3*sin(2.7*x + 0.4) + 0.6*y**2",
    "exp(0.3*x)/(1.2*x + 0.3*y + 2.5)**1.5",
    "0.7/(1 + 0.4*x**2) - y/3.3",
    "sqrt(2.2 + 0.5*sin(1.5*x*y))",
    "1.5*tanh(0.3*x)**2*(0.2 + y)*(1.7 - 0.6*x)",
    "0.25*J0(3.1*x - 0.3)*2.5 + pi*x - 2*y",
    "0.7*(1.5 + 0.3*x)**(0.4*y + 1.2)",
    "1.3*(2.5 + x)**0.7 + 1.7**(0.6*x)",
]


@pytest.mark.gradient
@given(
    expression=st.sampled_from(TEXTS), factors=st.lists(floats(0.8, 1.2), min_size=9, max_size=9)
)
def test_the_slopes_by_the_numbers_are_those_of_central_differences(record, expression, factors):
    tree, x = parse(expression), inputs(N=7)
    values = {"x": x[:, 0], "y": x[:, 1]}

    def at(theta):
        return with_numbers(tree, map(Number, theta))

    theta = np.array(free_numbers(tree))
    theta = theta * factors[: len(theta)]
    assume((theta != np.round(theta)).all())  # whole numbers would not be free
    value, slopes = value_and_slopes(at(theta), values)
    np.testing.assert_allclose(value, evaluate(at(theta), values), rtol=1e-13)
    got = np.stack([np.broadcast_to(slope, len(x)) for slope in slopes], axis=1)
    want = central_difference(lambda theta: evaluate(at(theta), values), theta)
    record(agree(got, want))


def test_whole_and_named_numbers_and_exponents_are_not_free():
    tree = parse("2*x + pi*y + 1.5*x**2.5 + sqrt(3)*exp(0.1*x)")
    assert free_numbers(tree) == [1.5, 0.1]
    assert text(with_numbers(tree, map(Number, [2.5, 0.2]))) == (
        "2*x + pi*y + 2.5*x**2.5 + sqrt(3)*exp(0.2*x)"
    )
    assert free_numbers(parse("2*x + (1.5 + pi)*y + x/4")) == [1.5 + np.pi]


@pytest.mark.parametrize("expression", TEXTS[:4])
def test_numbers_are_fitted_to_data(expression):
    tree, x = parse(expression), inputs()
    values = {"x": x[:, 0], "y": x[:, 1]}
    target = evaluate(tree, values)
    right = np.array(free_numbers(tree))
    wrong = with_numbers(tree, map(Number, 1.03 * right))
    fitted = refit(wrong, values, target, steps=20)
    np.testing.assert_allclose(evaluate(fitted, values), target, rtol=0, atol=1e-9)
    np.testing.assert_allclose(free_numbers(fitted), right, rtol=1e-6)


def test_without_free_numbers_or_a_place_to_start_nothing_is_fitted():
    x = inputs()
    values = {"x": x[:, 0]}
    fixed, undefined = parse("sin(2*x)"), parse("log(1.5*x)")
    assert refit(fixed, values, x[:, 1]) is fixed
    assert refit(undefined, values, x[:, 1]) is undefined


def test_exponents_are_free_unless_they_are_those_of_powers_and_roots():
    assert free_numbers(parse("x**0.7 + x**2 + sqrt(x) + x**1.5 + x**(1/3) + x**(1.2*y)")) == [
        0.7,
        1.2,
    ]
    x = np.linspace(0.5, 2.0, 30)
    fitted = refit(parse("1.1*x**0.6"), {"x": x}, 1.3 * x**0.7)
    np.testing.assert_allclose(free_numbers(fitted), [1.3, 0.7], rtol=1e-12)


def test_standard_errors_are_those_of_linear_regression():
    rng = np.random.default_rng(0)
    x = rng.uniform(0.0, 1.0, 50)
    y = 1.2 * x + 0.3 + 0.1 * rng.standard_normal(50)
    slope, covariance = np.polyfit(x, y, 1, cov=True)
    expression = parse("{:.17g}*x + {:.17g}".format(*slope))
    errors = standard_errors(expression, {"x": x}, y)
    np.testing.assert_allclose(errors, np.sqrt(np.diag(covariance)), rtol=1e-9)


def test_standard_errors_are_infinite_if_the_data_do_not_determine_a_number():
    x = np.linspace(0.5, 2.0, 20)
    for written in ("1.1*(1.5*x)", "1.5*(x - 1.1*x + 0.1*x) + 1.2*(x - x)"):
        errors = standard_errors(parse(written), {"x": x}, x)
        assert np.isinf(errors).all() or (errors > 1e3).all()
    undefined = standard_errors(parse("1.5*log(-1.1*x)"), {"x": x}, x)
    assert np.isinf(undefined).all()
