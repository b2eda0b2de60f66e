"""Simplifying keeps the values, and finds nothing more the second time."""

import pytest
from expression_strategies import assert_same_function, expressions
from hypothesis import given

from kan_numpy.algebra.constants import recognize
from kan_numpy.algebra.expressions import Number, Variable
from kan_numpy.algebra.parsing import parse
from kan_numpy.algebra.printing import text
from kan_numpy.algebra.simplify import call, map_numbers, simplify
from kan_numpy.functions.symbols import SYMBOLS


@given(expressions)
def test_simplifying_keeps_the_values(expression):
    assert_same_function(expression, simplify(expression))


@given(expressions)
def test_simplifying_twice_changes_nothing(expression):
    once = simplify(expression)
    assert simplify(once) == once


def test_numbers_are_replaced():
    learned = parse("2.0000003*x**1.9999999 + 1e-9*y + 3.1415927*sin(0.5*x)")

    def round_off(number):
        return recognize(round(number.value, 6), 1e-6) or number

    assert text(map_numbers(learned, round_off)) == "pi*sin(x/2) + 2*x**2"


@pytest.mark.parametrize(
    ("written", "normal_form"),
    [
        ("x + 2*x + y - y", "3*x"),
        ("x - x", "0"),
        ("1e-17*x + x - x", "0"),
        ("-(x - y)", "y - x"),
        ("-(x + y)*2", "-2*(x + y)"),
        ("-(x + y)*(x - y)", "-(x + y)*(x - y)"),
        ("x*x**2", "x**3"),
        ("x**(1/3)*x**(2/3)", "x"),
        ("x**2*x**-2", "1"),
        ("(x*y)**2", "x**2*y**2"),
        ("sqrt(x**2)", "sqrt(x**2)"),
        ("(x**3)**(1/3)", "x"),
        ("(x**2)**3", "x**6"),
        ("x**0 + x**1", "x + 1"),
        ("0*x + 1*y", "y"),
        ("-1*-1*x", "x"),
        ("2*3*x", "6*x"),
        ("2**3", "8"),
        ("gaussian(x)", "exp(-x**2)"),
        ("sqrt(2*x)*sqrt(2*x)", "2*x"),
        ("sqrt(x**2)*sqrt(x**2)*x", "x**3"),
        ("sqrt(2)*sqrt(2)*x", "2*x"),
        ("-1*3*x", "-3*x"),
        ("3*(-1)*x", "-3*x"),
    ],
)
def test_like_terms_and_like_factors_are_collected(written, normal_form):
    assert text(simplify(parse(written))) == normal_form


def test_functions_that_are_powers_become_powers():
    x = Variable("x")
    for name, normal_form in (("x^3", "x**3"), ("1/x^2", "1/x**2"), ("1/(1+x^2)", "1/(x**2 + 1)")):
        assert text(call(SYMBOLS[name], x)) == normal_form
    assert call(SYMBOLS["0"], x) == Number(0)
    assert text(call(SYMBOLS["exp"], Number(1))) == "e"
