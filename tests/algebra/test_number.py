"""Numbers: digits are read back as the same number, and named ones know their names."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kan_numpy.algebra.number import Number, named


@given(st.floats(-1e300, 1e300, allow_subnormal=False))
def test_digits_are_read_back_as_the_same_number(value):
    assert float(Number(value).text()) == value
    assert (-Number(value)).value == -value


@pytest.mark.parametrize(
    ("name", "value", "latex"),
    [
        ("2*pi/3", 2.0 * math.pi / 3.0, r"\frac{2 \pi}{3}"),
        ("1/sqrt(2*pi)", 1.0 / math.sqrt(2.0 * math.pi), r"\frac{1}{\sqrt{2 \pi}}"),
        ("-sqrt(2)/2", -math.sqrt(2.0) / 2.0, r"-\frac{\sqrt{2}}{2}"),
        ("e**2", math.e * math.e, "e^{2}"),
        ("log(2)", math.log(2.0), r"\log\left(2\right)"),
        ("2*10**3", 2000.0, r"2 \cdot 10^{3}"),
        ("(1/2)**2", 0.25, r"\left(\frac{1}{2}\right)^{2}"),
    ],
)
def test_named_numbers(name, value, latex):
    number = named(name)
    assert (number.text(), number.value, number.to_latex()) == (name, value, latex)
    opposite = -number
    assert (opposite.value, (-opposite).text()) == (-value, name)


@pytest.mark.parametrize("name", ["x", "1/0", "log(-1)", "exp(2)", "10**1000", "True", "1 < 2"])
def test_what_is_no_constant_has_no_number(name):
    with pytest.raises(ValueError, match="is not a finite real constant"):
        named(name)


def test_a_number_is_finite():
    with pytest.raises(ValueError, match="must be finite, but is inf"):
        Number(math.inf)
