"""Expanding and gathering keep the values, and stop where they should."""

import pytest
from expression_strategies import assert_same_function, expressions
from hypothesis import given
from machine import within

from kan_numpy.algebra.constants import complexity, recognize
from kan_numpy.algebra.expansion import (
    FEW_TERMS,
    common_bases,
    common_denominators,
    common_exponents,
    common_factors,
    even_roots,
    expand,
    perfect_squares,
    without_coefficient,
    without_fractions,
)
from kan_numpy.algebra.expressions import Number, Sum
from kan_numpy.algebra.parsing import parse
from kan_numpy.algebra.printing import text
from kan_numpy.algebra.simplify import add, map_numbers, multiply, power, simplify

SUM_RULES = (common_factors, common_denominators, perfect_squares)
PRODUCT_RULES = (without_fractions, without_coefficient, common_bases, common_exponents, even_roots)


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


def test_a_wide_product_is_expanded_in_linear_time():
    wide = parse("*".join(f"x{i}" for i in range(1500)))
    assert within(2.0, lambda: expand(wide)) == wide


def test_powers_are_multiplied_out_up_to_the_sixth():
    for n in range(2, 7):
        terms = expand(parse(f"(x + 1)**{n}")).terms
        assert len(terms) == n + 1
    assert text(expand(parse("(x + 1)**7"))) == "(x + 1)**7"


FACTORED = {"2*x**2*(x*y + 2)", "4*x**2*(x*y/2 + 1)", "x**2*(2*x*y + 4)"}


@pytest.mark.parametrize(
    ("rule", "written", "expected"),
    [
        (common_factors, "x*y + x*z", {"x*(y + z)"}),
        (common_factors, "2*x**3*y + 4*x**2", FACTORED),
        (common_factors, "x/y**2 - z/y", {"(x/y - z)/y"}),
        (common_factors, "-2*x - 4*y", {"-2*(x + 2*y)", "-4*(x/2 + y)"}),
        (common_factors, "0.3*x + 0.6*y", {"0.3*(x + 2*y)", "0.6*(x/2 + y)"}),
        (common_factors, "x*y + y/x", {"y*(x + 1/x)"}),
        (common_denominators, "1 - y/(x + y)", {"x/(x + y)"}),
        (common_denominators, "u + v/w**2", {"(u*w**2 + v)/w**2"}),
        (common_denominators, "x + y", set()),
        (perfect_squares, "x**2 + 2*x*y + y**2", {"(x + y)**2"}),
        (perfect_squares, "z - x**2 + 2*x - 1", {"z - (x - 1)**2"}),
        (perfect_squares, "4*x**2 - 12*x + 9", {"(2*x - 3)**2", "4*(x - 3/2)**2"}),
        (perfect_squares, "exp(2*x) - 2*y*exp(x) + y**2", {"(exp(x) - y)**2"}),
        (
            perfect_squares,
            "x**2 + y**2 + z**2 - 2*x*y + 2*x*z - 2*y*z",
            {"(x - y + z)**2", "x**2 - 2*x*y + 2*x*z + (y - z)**2"},
        ),
        (perfect_squares, "x**2 + y**2 + z**2 - 2*x*y - 2*x*z", {"(x - y)**2 - 2*x*z + z**2"}),
        (perfect_squares, "x**2 + 2*x*y - y**2", set()),
        (perfect_squares, "x**2 + 3*x*y + y**2", set()),
        (perfect_squares, "x**2 + 2*x + 2", set()),
        (perfect_squares, "x**3 + 2*x**2*y + x*y**2", set()),
        (without_fractions, "1/(1 + 2.5*y/x)", {"x/(x + 2.5*y)"}),
        (without_fractions, "z/(1/x + 1/y**2)**2", {"x**2*y**4*z/(y**2 + x)**2"}),
        (without_fractions, "1/(x + y)", set()),
        (without_coefficient, "2*x/(2*x + 6*y)", {"x/(x + 3*y)"}),
        (without_coefficient, "3*z*(x - y/3)", {"z*(3*x - y)"}),
        (without_coefficient, "-3/(x + y)", {"1/(-x/3 - y/3)"}),
        (without_coefficient, "3*x/y", set()),
        (without_coefficient, "2*(x + y)**2", set()),
        (common_exponents, "sqrt(x)*sqrt(y)", {"sqrt(x*y)"}),
        (common_exponents, "z*x**1.5/y**1.5", {"z*(x/y)**1.5"}),
        (common_exponents, "3*sqrt(x)", {"sqrt(9*x)"}),
        (common_exponents, "3/sqrt(x)", {"sqrt(9/x)"}),
        (common_exponents, "x**z*y**-z", {"(x/y)**z"}),
        (common_exponents, "x**2*y**2", set()),
        (common_exponents, "-3*sqrt(x)", set()),
        (common_exponents, "sqrt(x)*y**1.5", set()),
        (common_bases, "x**y*x**-z", {"x**(y - z)"}),
        (common_bases, "x**2*x**y*z", {"z*x**(y + 2)"}),
        (common_bases, "x**2*y**z", set()),
        (even_roots, "sqrt(x**2)", {"abs(x)"}),
        (even_roots, "sqrt(x**4)", {"x**2"}),
        (even_roots, "sqrt(x**2*y**4)", {"y**2*abs(x)"}),
        (even_roots, "(x**2)**1.5", {"abs(x)**3"}),
        (even_roots, "abs(x)**2", {"x**2"}),
        (even_roots, "abs(x)**3", set()),
        (even_roots, "sqrt(x**2*y)", set()),
        (even_roots, "x*y", set()),
    ],
)
def test_what_parts_share_is_gathered(rule, written, expected):
    expression = simplify(parse(written))
    assert {text(form) for form in rule(expression)} - {text(expression)} == expected


@given(expressions)
def test_gathering_keeps_the_values(expression):
    node = simplify(expression)
    rules = SUM_RULES if isinstance(node, Sum) else PRODUCT_RULES
    for form in (form for rule in rules for form in rule(node)):
        assert_same_function(node, form, factor=1e4)


@given(u=expressions, v=expressions)
def test_squares_keep_the_values(u, v):
    node = simplify(add([power(u, Number(2)), multiply([Number(-2), u, v]), power(v, Number(2))]))
    for form in perfect_squares(node) if isinstance(node, Sum) else ():
        assert_same_function(node, form, factor=1e4)


def test_coefficients_of_a_square_fit_to_the_tolerance():
    learned = simplify(parse("1.3*x**2 - 2.6000000001*x + 1.3"))
    assert not list(perfect_squares(learned))
    assert "1.3*(x - 1)**2" in map(text, perfect_squares(learned, 1e-9))
    assert not list(perfect_squares(learned, 1e-11))


def test_long_sums_are_left_alone():
    several = " + ".join(f"x{i}*y" for i in range(FEW_TERMS - 1))
    for rule, last in ((common_factors, "y*z"), (common_denominators, "y/z")):
        assert list(rule(simplify(parse(f"{several} + {last}"))))
        assert not list(rule(simplify(parse(f"{several} + {last} + y"))))
    square = " + ".join(["x**2 + 2*x*y + y**2", *(f"x{i}" for i in range(FEW_TERMS - 3))])
    assert list(perfect_squares(simplify(parse(square))))
    assert not list(perfect_squares(simplify(parse(f"{square} + z"))))
    assert list(without_fractions(parse(f"1/({several} + y/z)")))
    assert not list(without_fractions(parse(f"1/({several} + y/z + y)")))
