"""Numbers: digits are read back, constants are computed as they are written, and are leaves."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kan_numpy.algebra.expressions import Number
from kan_numpy.algebra.parsing import parse
from kan_numpy.algebra.printing import latex, text
from kan_numpy.algebra.simplify import simplify
from kan_numpy.algebra.traversal import as_multiple, children, walk


@given(st.floats(-1e300, 1e300, allow_subnormal=False))
def test_digits_are_read_back_as_the_same_number(value):
    assert float(text(Number(value))) == value
    assert (-Number(value)).value == -value


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("2*pi/3", 2.0 * math.pi / 3.0, r"\frac{2 \pi}{3}"),
        ("1/sqrt(2*pi)", 1.0 / math.sqrt(2.0 * math.pi), r"\frac{1}{\sqrt{2 \pi}}"),
        ("-sqrt(2)/2", -math.sqrt(2.0) / 2.0, r"-\frac{\sqrt{2}}{2}"),
        ("e**2", math.e * math.e, "e^{2}"),
        ("log(2)", math.log(2.0), r"\log\left(2\right)"),
        ("2*10**3", 2000.0, r"2 \cdot 10^{3}"),
        ("(1/2)**2", 0.25, r"\left(\frac{1}{2}\right)^{2}"),
        ("exp(1) + 1/3", math.exp(1.0) + 1.0 / 3.0, r"e^{1} + \frac{1}{3}"),
    ],
)
def test_numbers_are_what_their_text_computes(name, value, written):
    number = parse(name)
    assert (text(number), number.value, latex(number)) == (name, value, written)
    assert (-number).value == -value
    opposite = -number
    assert text(-opposite) == name


@pytest.mark.parametrize("name", ["1/0", "log(-1)", "(-1)**0.5", "10**1000", "exp(1000)"])
def test_what_has_no_finite_value_is_no_number(name):
    with pytest.raises(ValueError, match="is not a finite real constant"):
        parse(name)


@given(st.sampled_from(["1/3", "2*pi/3", "-sqrt(2)/2", "17*sqrt(11)", "1.5", "1.5*pi", "log(2)"]))
def test_a_number_is_a_leaf(name):
    number = parse(name)
    assert number.is_number
    assert list(walk(number)) == [number]
    assert number.is_exact == ("." not in name)
    assert as_multiple(simplify(parse(f"x*({name})*sin(x)")))[0].value == number.value
    assert not parse(f"{name} + x").is_number


def test_a_number_is_finite():
    with pytest.raises(ValueError, match="must be finite, but is inf"):
        Number(math.inf)


def test_the_numbers_of_a_product_are_one_child():
    assert [text(child) for child in children(parse("2*pi*x*y"))] == ["2*pi", "x", "y"]
    assert [text(child) for child in children(parse("2*x"))] == ["2", "x"]
    assert children(parse("2*pi")) == ()
    assert [text(child) for child in children(parse("x + 2*y"))] == ["x", "2*y"]
