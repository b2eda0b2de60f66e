"""Simplifying keeps the values, and finds nothing more the second time."""

from expression_strategies import assert_same_function, expressions
from hypothesis import given

from kan_numpy.algebra.constants import recognize
from kan_numpy.algebra.parsing import parse
from kan_numpy.algebra.printing import text
from kan_numpy.algebra.simplify import map_numbers, simplify


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
