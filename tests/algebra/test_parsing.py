"""Text is read as it stands; what cannot be read is named, and nothing is ever executed."""

import pytest

from kan_numpy.algebra.parsing import parse
from kan_numpy.algebra.printing import text
from kan_numpy.algebra.traversal import variables


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
        ("x < y", "at position 2: '<' is an operator other than"),
        ("x.real", "at position 1: '.' is not expected here"),
        ("ä + 'y'", 'at position 4: "\'" is not expected here'),
        ("x*1e999", "at position 2: .* is not a finite real constant"),
        ("x/0*(1/0)", r"at position 2: it divides by zero"),
        ("x*(1e300*1e300)", r"at position 3: '1e300\*1e300' is not a finite real constant"),
        ("(" * 1000 + "x" + ")" * 1000, "at position 160: it is nested too deeply, beyond 160"),
        ("x" + "**2" * 1000, "nested too deeply"),
        ("/".join("x" * 1000), "nested too deeply"),
        ("sin(" * 160 + "x" + ")" * 160, "nested too deeply"),
        ("-" * 100000 + "x", "more than 30000 numbers, names and signs"),
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
