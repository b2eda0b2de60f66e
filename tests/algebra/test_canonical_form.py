"""The canonical form keeps the values, and is what its table says."""

import re

import numpy as np
import pytest
from expression_strategies import FORMS, assert_same_function, expressions
from hypothesis import given

from kan_numpy.algebra import canonical_form
from kan_numpy.algebra.canonical_form import canonicalize
from kan_numpy.algebra.expressions import evaluate
from kan_numpy.algebra.parsing import parse
from kan_numpy.algebra.printing import text


@given(expressions)
def test_normal_forms_keep_the_values(expression):
    assert_same_function(expression, canonicalize(expression), factor=1e4)


@pytest.mark.parametrize(("written", "expected"), FORMS)
def test_normal_forms(written, expected):
    assert text(canonicalize(parse(written), 1e-9)) == expected


RULES = re.findall(r"^`(\w+)` +(\S.*?)  +(\S.*)$", canonical_form.__doc__, re.MULTILINE)


@pytest.mark.parametrize(("rule", "written", "expected"), RULES)
def test_the_rules_do_what_their_table_says(rule, written, expected):
    assert callable(getattr(canonical_form, rule))
    expression = parse(written)
    assert text(canonicalize(expression)) == expected != text(expression)
    values = {name: np.linspace(0.2, 0.9, 20) for name in "xy"}
    np.testing.assert_allclose(
        evaluate(parse(expected), values), evaluate(expression, values), rtol=1e-13
    )


def test_every_rule_is_in_the_table():
    functions = {canonical_form.join_exponentials, canonical_form.extract_factors}
    functions |= {canonical_form.mirror, *canonical_form.RULES.values()}
    assert {function.__name__ for function in functions} == {rule for rule, *_ in RULES}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("4*(3*x + 5*y)**2", "(6*x + 10*y)**2"),
        ("8*(3*x + 5*y)**3", "(6*x + 10*y)**3"),
        ("(3*x + 5*y)**-1/2", "1/(6*x + 10*y)"),
        ("(2*x + 2*y)**2", "4*(x + y)**2"),
        ("(-x - y)**3", "-(x + y)**3"),
        ("sqrt(4*x)", "2*sqrt(x)"),
        ("1e-310/(x + y)", "1e-310/(x + y)"),
        ("1e-200/sqrt(x + y)", "1e-200/sqrt(x + y)"),
        ("1e200*sqrt(x + y)", "1e+200*sqrt(x + y)"),
        ("1e200*x + 1e150", "1e+200*x + 1e+150"),
        ("exp(800 + x)", "exp(x + 800)"),
        ("exp(2*log(x) + 1)", "e*x**2"),
        ("log(3*x**3)", "3*log(x) + log(3)"),
        ("log(x**2)", "log(x**2)"),
        ("abs(-3*x)", "3*abs(x)"),
        ("sgn(-3*x)", "-sgn(x)"),
        ("tanh(-x)", "-tanh(x)"),
        ("cosh(-x)", "cosh(x)"),
        ("sin(-x + pi/2)", "cos(x)"),
        ("sin(x - pi/2)", "-cos(x)"),
        ("cos(x + pi/2)", "-sin(x)"),
        ("cos(x + 3*pi)", "-cos(x)"),
        ("sin(x + 0.3 + pi)", "-sin(x + 0.3)"),
        ("exp(x)**2*exp(-2*x + y)", "exp(y)"),
    ],
)
def test_numbers_and_signs_stand_where_they_are_simplest(written, expected):
    assert text(canonicalize(parse(written))) == expected
