"""Text is read as it stands; what cannot be read is named, and nothing is ever executed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from machine import within

from kan_numpy.algebra.expressions import evaluate
from kan_numpy.algebra.parsing import FUNCTIONS, parse
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
        ("x^y*2**-x", "x**y*2**(-x)"),
        ("-(x + 1)**(2*y)", "-(x + 1)**(2*y)"),
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
        ("1 + sin", r"at position 4: 'sin' is a function; write sin\(...\)"),
        ("2(x + 1)", "there is no function '2'; write . to multiply"),
        ("sin(x, y)", "'sin' takes one argument"),
        ("x % y", "an operator other than"),
        ("x < y", "at position 2: '<' is an operator other than"),
        ("x.real", "at position 1: '.' is not expected here"),
        ("ä + 'y'", 'at position 4: "\'" is not expected here'),
        ("x*1e999", "at position 2: .* is not a finite real constant"),
        ("x/0*(1/0)", r"at position 2: its inverse is not a finite real constant"),
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
    assert variables(parse("x**e", variables=["e", "x"])) == ("x", "e")
    assert text(parse("x**e")) == "x**e"


HOSTILE = {
    "comment": ("x # first\n + y", "'#' is refused, because a formula has no comments"),
    "comment at the end": ("x + y  # and so on", "'#' is refused"),
    "power": ("x**1e300", "exponent '1e300' is beyond 1024"),
    "large power": ("x**1e100", "exponent '1e100' is beyond 1024"),
    "negative power": ("x**-1025", "exponent '-1025' is beyond 1024"),
    "tower": ("x**9**9**9", "exponent|not a finite"),
    "tower of numbers": ("x + 9**9**9**9**9", "not a finite real constant"),
    "digits": ("x*" + "9" * 400, "is not a finite real constant"),
    "many digits": ("x*" + "9" * 10**6, "more than 300000 characters"),
    "ligature": ("\ufb01 + x", r"is not the name of a variable; write 'fi'"),
    "superscript": ("x\u00b2", r"is not the name of a variable; write 'x2'"),
    "fullwidth": ("\uff58 + 1", r"is not the name of a variable; write 'x'"),
    "cyrillic": ("s\u0456n(x)", r"there is no function 's\\u0456n'"),
    "bold function": ("\U0001d42c\U0001d422\U0001d427(x)", "there is no function"),
    "lambda": ("lambda: 0", "'lambda' is not the name of a variable"),
    "truth": ("True", "'True' is not the name of a variable"),
    "condition": ("x if x else y", "'if' is not expected here"),
    "comprehension": ("[x for x in y]", "is not expected here"),
    "attribute": ("x.__class__", "'.' is not expected here"),
    "import": ("__import__('os').system('true')", "there is no function '__import__'"),
    "method": ("exp.__self__(x)", "'exp' is a function"),
    "index": ("x[0]", "is not expected here"),
    "assignment": ("x := 1", "':' is not expected here"),
    "statement": ("x; y", "';' is not expected here"),
    "string": ("x + '" + "y" * 10000 + "'", "is not expected here"),
    "imaginary": ("x + 1j", "there is no operator before 'j'"),
    "underscores": ("x + 1_000", "there is no operator before '_000'"),
    "hexadecimal": ("x + 0x10", "there is no operator before 'x10'"),
    "floor": ("x // y", "'/' is not expected here"),
    "matrix": ("x @ y", "'@' is an operator other than"),
    "two arguments": ("exp(x, y)", "'exp' takes one argument"),
    "no argument": ("exp()", "'exp' takes one argument"),
    "tuple": ("(x, y)", "every function takes one argument"),
    "unclosed": ("sin(x", "a number, a name or a bracket is missing"),
    "closed twice": ("sin(x))", r"'\)' is not expected here"),
    "lonely": ("*x", r"'\*' is not expected here"),
    "zero": ("x/0", "its inverse is not a finite real constant"),
    "root": ("x*sqrt(-1)", "is not a finite real constant"),
    "logarithm": ("x + log(0)", "is not a finite real constant"),
    "control": ("x + \x00", "is not expected here"),
    "backslash": ("x + \\\n y", "is not expected here"),
    "long name": ("y" * 10**5, "'y+'... is not among the variables"),
    "long function": ("y" * 10**5 + "(x)", "there is no function 'y+'..."),
    "many terms": ("+".join("x" * 20000), "more than 30000 numbers, names and signs"),
    "brackets": ("(" * 10**5 + "x" + ")" * 10**5, "more than 30000|nested too deeply"),
    "signs": ("-" * 10**5 + "x", "more than 30000"),
    "spaces": (" " * 10**6 + "x", "more than 300000 characters"),
    "operators": ("x" + "**2" * 9999, "nested too deeply"),
    "quotients": ("/".join("x" * 9999), "nested too deeply"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_a_stranger_may_try_is_refused_by_name_at_once(name):
    text, message = HOSTILE[name]

    def refused():
        with pytest.raises(ValueError, match=message) as error:
            parse(text, variables=["x", "y"])
        return str(error.value)

    assert 20 < len(within(0.1, refused)) <= 300


PIECES = ["x", "y", "2", "0.5", "1e3", "pi", "sin", "exp(", "sqrt(", "(", ")", "+", "-", "*", "/"]


@given(st.lists(st.sampled_from([*PIECES, "**", "^", " ", "\n", ",", ".", "#", "é", "\ufb01"])))
def test_any_text_is_read_or_refused(pieces):
    try:
        expression = parse("".join(pieces), variables=["x", "y"])
    except ValueError as error:
        message = str(error)
        assert len(message) <= 300
    else:
        assert parse(text(expression), variables=["x", "y"]) is not None


SIGNS = st.sampled_from(["+", "-", "*", "/"])


@given(
    st.recursive(
        st.sampled_from(["x", "y", "2", "0.5", "pi", "x**-2", "y**3"]),
        lambda inner: st.one_of(
            st.tuples(inner, SIGNS, inner).map("".join),
            inner.map("({})".format),
            inner.map("-{}".format),
            inner.map("cos({})".format),
            inner.map("({})**2".format),
        ),
        max_leaves=12,
    )
)
def test_a_text_means_what_it_means_in_python(written):
    """Whatever brackets, signs and operators there are; evaluated by both, to the last bit."""
    names = {"x": 1.7, "y": -0.3, "pi": np.pi, "cos": np.cos}
    with np.errstate(all="ignore"):
        try:
            want = eval(written, {"__builtins__": {}}, {**names, "x": np.float64(1.7)})
            expression = parse(written, variables=["x", "y"])
        except (ValueError, ZeroDivisionError):
            return
    got = evaluate(expression, {"x": 1.7, "y": -0.3})
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("term", ["x{}", "sin(x{})", "0.25*x{}**2", "x{}*x0", "-exp(2*x{} + 1)"])
def test_two_thousand_terms_are_read_printed_and_read_back(term):
    names = [f"x{index}" for index in range(2000)]
    written = " + ".join(map(term.format, range(2000)))
    expression = parse(written, variables=names)
    assert len(expression.terms) == 2000
    assert parse(text(expression), variables=names) == expression
    assert variables(expression) == tuple(dict.fromkeys([*variables(expression)[:2], *names]))


def test_a_hundred_and_fifty_sines_are_read_printed_and_read_back():
    written = "sin(" * 150 + "x" + ")" * 150
    assert text(parse(written)) == written


def test_every_function_is_called_by_its_name():
    for name in FUNCTIONS:
        assert variables(parse(f"{name}(0.5*x)")) == ("x",)


def test_the_largest_exponent_is_that_of_the_largest_number():
    assert text(parse("x**1024")) == "x**1024"
    assert text(parse("x**-1024")) == "1/x**1024"
    for beyond in ("x**1025", "x**1024.5", "x**-1025"):
        with pytest.raises(ValueError, match="is beyond 1024"):
            parse(beyond)


def test_160_levels_are_read_and_no_more():
    assert parse("sin(" * 159 + "x" + ")" * 159)
    with pytest.raises(ValueError, match="nested too deeply, beyond 160 levels"):
        parse("sin(" * 160 + "x" + ")" * 160)
