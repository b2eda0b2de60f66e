"""Expanding keeps the values, and stops where it should."""

from expression_strategies import assert_same_function, expressions
from hypothesis import given

from kan_numpy.algebra.constants import complexity, recognize
from kan_numpy.algebra.expansion import expand
from kan_numpy.algebra.parsing import parse
from kan_numpy.algebra.printing import text
from kan_numpy.algebra.simplify import map_numbers


@given(expressions)
def test_expanding_keeps_the_values(expression):
    assert_same_function(expression, expand(expression), factor=1e4)


def test_the_product_comes_out_of_quarter_squares():
    squares = parse("0.25*(x + y)**2 - 0.25*(x - y)**2")
    assert text(expand(squares)) == "x*y"
    learned = parse("0.25000001*(x + y)**2 - 0.25*(x - y)**2")
    assert complexity(expand(learned)) > 3
    rounded = map_numbers(expand(learned, 1e-6), lambda number: recognize(number.value, 1e-6))
    assert text(rounded) == "x*y"


def test_expanding_stops_where_it_should():
    assert text(expand(parse("(x + y)**3"))) == "x**3 + 3*x**2*y + 3*x*y**2 + y**3"
    assert text(expand(parse("sin(x*(x + 1))/(x*(y + 1))"))) == "sin(x**2 + x)/(x*(y + 1))"
    assert text(expand(parse("(x + y)**7"))) == "(x + y)**7"
    assert text(expand(parse("pi*(x + pi*y)"))) == "pi*x + pi**2*y"
    many = "(" + " + ".join(f"x{i}" for i in range(12)) + ")**6"
    assert text(expand(parse(many))) == many


def test_powers_are_multiplied_out_up_to_the_sixth():
    for power in range(2, 7):
        terms = expand(parse(f"(x + 1)**{power}")).terms
        assert len(terms) == power + 1
    assert text(expand(parse("(x + 1)**7"))) == "(x + 1)**7"
