"""Formulas keep their values however they are written, and text is read back as what it was."""

import math

import numpy as np
import pytest
from expression_strategies import EPS, NAMES, expressions, rounding
from hypothesis import assume, given
from matplotlib.mathtext import MathTextParser

from kan_numpy.algebra.canonical_form import canonicalize
from kan_numpy.algebra.constants import recognize
from kan_numpy.algebra.expansion import expand
from kan_numpy.algebra.expressions import complexity, evaluate, numbers, variables, walk
from kan_numpy.algebra.number import Number
from kan_numpy.algebra.parsing import FUNCTIONS, parse
from kan_numpy.algebra.printing import latex, text
from kan_numpy.algebra.simplify import map_numbers, simplify
from kan_numpy.functions.symbols import Symbol


def points():
    rng = np.random.default_rng(5)
    return {name: rng.uniform(-2.0, 2.0, size=40) for name in NAMES}


def assert_same_function(left, right, factor=20.0):
    """Compare wherever the left one is defined, as closely as rounding errors allow."""
    values = points()
    with np.errstate(all="ignore"):
        expected, got = evaluate(left, values), evaluate(right, values)
        bound = EPS * (rounding(left, values) + rounding(right, values))
        told = np.isfinite(expected) & (np.abs(expected) < 1e100)
        told &= (bound < 1e-6 * np.maximum(np.abs(expected), 1e-30)) | (bound < 1e-9)
    assume(told.any())
    miss = np.abs(got[told] - expected[told])
    assert np.all(miss <= factor * bound[told] + 1e-300), (text(left), text(right))


@given(expressions)
def test_simplifying_keeps_the_values(expression):
    assert_same_function(expression, simplify(expression))


@given(expressions)
def test_normal_forms_keep_the_values(expression):
    assert_same_function(expression, canonicalize(expression), factor=1e4)


@given(expressions)
def test_expanding_keeps_the_values(expression):
    assert_same_function(expression, expand(expression), factor=1e4)


@given(expressions)
def test_simplifying_twice_changes_nothing(expression):
    once = simplify(expression)
    assert simplify(once) == once


@given(expressions)
def test_the_text_is_read_back_as_the_same_operations(expression):
    values = points()
    for written in (expression, simplify(expression), canonicalize(expression)):
        constants = [evaluate(node, {}) for node in walk(written) if not variables(node)]
        assume(np.isfinite(constants).all())  # 1/0 is refused.
        again = parse(text(written))
        np.testing.assert_array_equal(
            evaluate(again, values), evaluate(written, values), text(written), strict=True
        )


# What is read, and what its normal form is written as.
FORMS = (
    ("exp(sin(pi*x)+y^2)", "exp(sin(pi*x) + y**2)"),
    ("2*x + 3*x", "5*x"),
    ("x*x*y/x", "x*y"),
    ("sqrt(x**2+y**2)", "sqrt(x**2 + y**2)"),
    ("0.7*sqrt(4*x**2 + 4*y**2)", "1.4*sqrt(x**2 + y**2)"),
    ("0.31*x/(0.31 + 0.31*y**2)", "x/(y**2 + 1)"),
    ("tanh(arctanh(u) + arctanh(v))", "tanh(arctanh(u) + arctanh(v))"),
    ("tanh(-arctanh(u) - arctanh(v))", "-tanh(arctanh(u) + arctanh(v))"),
    ("sin(2*(log(x) + log(y)))", "sin(2*(log(x) + log(y)))"),
    ("exp(2*log(x) - log(y) + z)", "x**2*exp(z)/y"),
    ("exp(1 + x)", "e*exp(x)"),
    ("log(exp(x + 1))", "x + 1"),
    ("log(3*x + 3*y)", "log(x + y) + log(3)"),
    ("log(x**2)", "log(x**2)"),
    ("sin(x + pi/2)", "cos(x)"),
    ("sin(x + pi)", "-sin(x)"),
    ("cos(pi/2 - x)", "sin(x)"),
    ("-cos(pi - 2*x)", "cos(2*x)"),
    ("sin(1 - x)", "-sin(x - 1)"),
    ("cos(x + 9*pi/4)", "cos(x + pi/4)"),
    ("erf(-x)*J0(-20*x)", "-J0(20*x)*erf(x)"),
    ("abs(-3*x)", "3*abs(x)"),
    ("sgn(-2*x + 1)", "-sgn(2*x - 1)"),
    ("gaussian(2*x)", "exp(-4*x**2)"),
    ("sqrt(9*x)/(2*y)", "3*sqrt(x)/(2*y)"),
    ("2*(0.25 - 0.5*x)**-1", "8/(1 - 2*x)"),
    ("(x - y)*-1", "y - x"),
    ("1 + x10 + x2", "x2 + x10 + 1"),
    ("-x**2 + x + 1", "x - x**2 + 1"),
    ("y - 2 + cos(x) + x*y", "cos(x) + x*y + y - 2"),
    ("x**(1/3)*x**(2/3)", "x"),
    ("(x**2)**0.5", "sqrt(x**2)"),
    ("x/3 + y/3 + x/3", "2*x/3 + y/3"),
    ("x**-0.5*2", "2/sqrt(x)"),
    ("sin(x) + 0*y", "sin(x)"),
    ("x - x", "0"),
    ("0.1*x + 0.2*x - 0.3*x", "0"),
    ("sqrt(x*y)", "sqrt(x*y)"),
    ("sgn(-4*x)", "-sgn(x)"),
    ("-3*(y - x)**2", "-3*(x - y)**2"),
    ("-3*(y - x)**3", "3*(x - y)**3"),
    ("1/(1 - x**2)", "1/(1 - x**2)"),
)


@pytest.mark.parametrize(("written", "expected"), FORMS)
def test_normal_forms(written, expected):
    assert text(canonicalize(parse(written), 1e-9)) == expected


PYTHON = {name: function for name, function in FUNCTIONS.items() if name.isidentifier()}
PYTHON |= {"pi": math.pi, "e": math.e, "sqrt": np.sqrt}


@pytest.mark.parametrize(("written", "expected"), FORMS)
def test_python_reads_the_text_too(written, expected):
    rng = np.random.default_rng(1)
    values = {
        name: rng.uniform(0.2, 0.9, size=20) for name in ("x", "y", "z", "u", "v", "x2", "x10")
    }
    value = np.broadcast_to(eval(expected, {}, PYTHON | values), 20)
    np.testing.assert_allclose(value, evaluate(parse(written), values), rtol=1e-12, atol=1e-15)


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


def test_numbers_are_replaced():
    learned = parse("2.0000003*x**1.9999999 + 1e-9*y + 3.1415927*sin(0.5*x)")

    def round_off(number):
        return recognize(round(number.value, 6), 1e-6) or number

    assert text(map_numbers(learned, round_off)) == "pi*sin(x/2) + 2*x**2"


def test_what_an_expression_holds():
    expression = parse("-x**2 + 0.5*sin(2*y)/sqrt(3 + x)")
    assert variables(expression) == ("x", "y")
    assert sorted(number.value for number in numbers(expression)) == [0.5, 0.5, 2.0, 3.0]
    assert complexity(parse("x")) == 1
    assert complexity(parse("sin(2*x) + 1")) == 6


LATEX = (
    ("exp(sin(pi*x) + y**2)", r"e^{\sin\left(\pi x\right) + y^{2}}"),
    ("x/(y**2 + 1)", r"\frac{x}{y^{2} + 1}"),
    ("pi*x/2 - 1", r"\frac{\pi x}{2} - 1"),
    ("2*x*3", r"2 x \cdot 3"),
    ("-(x + y)", r"-\left(x + y\right)"),
    ("x*(y - 1)", r"x \left(y - 1\right)"),
    ("x - (y - 1)", r"x - \left(y - 1\right)"),
    ("(x + y)**2*z/2", r"\frac{\left(x + y\right)^{2} z}{2}"),
    ("sin(x)**2", r"\sin\left(x\right)^{2}"),
    ("exp(x)**2", r"\left(e^{x}\right)^{2}"),
    ("sqrt(x_1)*abs(theta)", r"\sqrt{x_{1}} \left|\theta\right|"),
    (
        "J0(20*x) - arctanh(v_max)",
        r"J_{0}\left(20 x\right) - \mathrm{arctanh}\left(v_{\mathrm{max}}\right)",
    ),
    ("1e-7*x*speed", r"1 \cdot 10^{-7} x \mathrm{speed}"),
    ("x**(1/3)/sqrt(2*pi)", r"\frac{x^{\frac{1}{3}}}{\sqrt{2 \pi}}"),
    ("-0.5*x**-1.5", r"-\frac{0.5}{x^{1.5}}"),
)


@pytest.mark.parametrize(("written", "expected"), LATEX)
def test_latex(written, expected):
    assert latex(parse(written)) == expected


@pytest.mark.parametrize("written", [*(row[0] for row in LATEX), *(row[0] for row in FORMS)])
def test_latex_is_well_formed(written):
    for form in (parse(written), canonicalize(parse(written))):
        MathTextParser("path").parse(f"${latex(form)}$")


@given(expressions)
def test_latex_of_anything_is_well_formed(expression):
    MathTextParser("path").parse(f"${latex(expression)}$")


@pytest.mark.parametrize(
    ("written", "raw"),
    [
        (" 2*x^2 - -y ", "2*x**2 + y"),
        ("pi/2*x", "pi/2*x"),
        ("x/y/z", "x/y/z"),
        ("x/(y/z)", "x/(y/z)"),
        ("x - (y + z) - u", "x - (y + z) - u"),
        ("(-x)**2 + +y", "(-x)**2 + y"),
        ("(-2)**2*x", "(-2)**2*x"),
        ("x**-(1/2)", "1/sqrt(x)"),
        ("ln(x)", "log(x)"),
        ("x\n + y", "x + y"),
    ],
)
def test_what_is_read_stays_as_it_is(written, raw):
    assert text(parse(written)) == raw


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("x +", "at position 3"),
        ("", "at position 0"),
        ("  x^2 + foo(3)", "at position 8: there is no function 'foo'; known are .*sin"),
        ("x**y", r"at position 3: the exponent 'y' must be a number; write exp\(y\*log\(x\)\)"),
        ("1 + sin", r"at position 4: 'sin' is a function; write sin\(...\)"),
        ("2(x + 1)", "there is no function '2'; write . to multiply"),
        ("sin(x, y)", "'sin' takes one argument"),
        ("x % y", "an operator other than"),
        ("x < y", "at position 0: 'x < y' is neither number, variable"),
        ("x.real", "'x.real' is neither"),
        ("ä + 'y'", "at position 4: 'y' is not a finite real constant"),
        ("x*1e999", "at position 2: .* is not a finite real constant"),
        ("x/0*(1/0)", r"at position 5: 1 / 0 is not a finite real constant"),
        ("-" * 100000 + "x", "nested too deeply"),
    ],
)
def test_what_cannot_be_read_is_named(written, message):
    with pytest.raises(ValueError, match=message):
        parse(written)


def test_reading_never_executes():
    with pytest.raises(ValueError, match="there is no function '__import__'"):
        parse("__import__('os') + x")
    with pytest.raises(TypeError, match="must be text"):
        parse(b"x")


def test_variables_can_be_fixed():
    assert variables(parse("e*x**2", variables=["e", "x"])) == ("e", "x")
    assert variables(parse("e*x**2")) == ("x",)
    with pytest.raises(ValueError, match="'z' is not among the variables x, y"):
        parse("x + z", variables=["x", "y"])
    with pytest.raises(ValueError, match="exponent 'e' must be a number"):
        parse("x**e", variables=["e", "x"])
    assert text(parse("x**e")) == "x**e"


def test_your_own_function():
    hat = Symbol(
        "hat", lambda u: np.maximum(0.0, 1.0 - np.abs(u)), (lambda u: -np.sign(u),), parity=1
    )
    expression = canonicalize(parse("3*hat(-2*x)", {"hat": hat}))
    assert text(expression) == "3*hat(2*x)"
    assert latex(expression) == r"3 \mathrm{hat}\left(2 x\right)"
    np.testing.assert_array_equal(evaluate(expression, {"x": [0.0, 0.25, 1.0]}), [3.0, 1.5, 0.0])


def test_evaluating():
    expression = parse("x/y + 2")
    np.testing.assert_array_equal(
        evaluate(expression, {"x": [[1.0], [2.0]], "y": [1.0, 0.0]}), [[3.0, np.inf], [4.0, np.inf]]
    )
    assert evaluate(Number(2.0), {"x": np.ones(3)}).tolist() == [2.0, 2.0, 2.0]
    with pytest.raises(ValueError, match="must have an array for 'y', but has x"):
        evaluate(expression, {"x": np.ones(3)})
