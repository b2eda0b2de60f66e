"""Constants are found under every name they have, and random numbers are left alone."""

import math
from collections import namedtuple

import numpy as np
import pytest

from kan_numpy.algebra.constants import UNKNOWN, complexity, number_complexity, recognize
from kan_numpy.algebra.expressions import Call, Number, Variable
from kan_numpy.algebra.parsing import parse
from kan_numpy.algebra.printing import text
from kan_numpy.algebra.simplify import simplify

TYPICAL = (
    *("1", "2", "3", "7", "10", "12", "50", "100", "137", "1/2", "1/3", "2/3", "3/4", "5/6", "2/7"),
    *("7/12", "11/8", "3/2", "0.1", "0.2", "0.35", "2.5e-05", "0.123", "4.56", "pi", "2*pi"),
    *("4*pi", "pi/2", "pi/3", "3*pi/4", "5*pi/6", "20*pi", "1/pi", "2/pi", "pi**2", "pi**2/6"),
    *("sqrt(2)", "sqrt(3)", "sqrt(7)", "sqrt(2)/2", "sqrt(3)/2", "2*sqrt(3)/3", "e", "1/e", "e**2"),
    *("log(2)", "log(10)", "sqrt(pi)", "sqrt(2*pi)", "1/sqrt(2*pi)", "1/sqrt(pi)", "2/sqrt(pi)"),
)


@pytest.mark.parametrize("name", TYPICAL)
@pytest.mark.parametrize("error", [-0.9e-6, 0.0, 0.9e-6])
def test_typical_constants_are_found(name, error):
    value = parse(name).value
    found = recognize(value * (1.0 + error), 1e-6)
    assert found is not None
    assert text(found) == name
    assert found.value == pytest.approx(value, rel=1e-15)
    assert text(recognize(-value, 1e-6)) == f"-{name}"


@pytest.mark.parametrize("tolerance", [1e-2, 3e-3, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8])
@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: rng.normal(size=3000),
        lambda rng: rng.uniform(-10.0, 10.0, size=3000),
        lambda rng: np.exp(rng.uniform(-7.0, 7.0, size=3000)),
    ],
)
def test_random_numbers_are_not_recognized(draw, tolerance):
    numbers = draw(np.random.default_rng(0))
    alarms = np.mean([recognize(number, tolerance) is not None for number in numbers])
    assert alarms < 0.01


@pytest.mark.parametrize("digits", [5, 6, 8, 12])
def test_random_digits_are_not_recognized(digits):
    rng = np.random.default_rng(1)
    numbers = [float(f"{number:.{digits - 1}e}") for number in np.exp(rng.normal(size=1000))]
    half = 0.5 * 10.0 ** (1 - digits)  # of the last digit, relative to 1
    assert sum(recognize(number, half) is not None for number in numbers) < 10


@pytest.mark.parametrize(
    ("name", "tolerance"),
    [
        ("2", 3e-3),
        ("pi", 1e-3),
        ("sqrt(3)", 1e-4),
        ("log(9)", 1e-5),
        ("e**5", 1e-6),
        ("17/48", 1e-8),
    ],
)
def test_longer_names_need_more_accurate_numbers(name, tolerance):
    value = parse(name).value
    assert text(recognize(value, tolerance)) == name
    assert recognize(value * (1.0 + 30.0 * tolerance + 1e-12), 30.0 * tolerance) is None


def test_the_looser_the_tolerance_the_simpler_a_constant_must_be():
    known = ["1", "pi", "2/7", "0.123"]
    found = {
        tolerance: [name for name in known if recognize(parse(name).value, tolerance)]
        for tolerance in (1e-1, 2e-2, 1e-3, 1e-5)
    }
    assert found == {1e-1: [], 2e-2: ["1"], 1e-3: ["1", "pi"], 1e-5: known}


def test_the_simplest_of_several_is_taken():
    assert text(recognize(0.3333, 5e-4)) == "1/3"
    assert text(recognize(0.333, 1e-6)) == "0.333"
    assert text(recognize(3.14, 1e-6)) == "3.14"
    assert recognize(0.0) == Number(0.0)


def test_the_complexity_of_an_expression_is_that_of_its_nodes_and_numbers():
    assert complexity(parse("x")) == 1
    assert complexity(parse("x**2")) == complexity(parse("x**7")) == 3
    assert complexity(parse("sin(2*x) + 1")) == 6 + 1  # six nodes, and 2 is of level 1
    assert complexity(parse("sin(2*pi*x/3) + 1")) == 6 + 3
    assert complexity(parse("1.2345678*x**0.7")) == 5 + UNKNOWN + 2


@pytest.mark.parametrize(
    ("written", "length"),
    [
        ("-x", 2), ("x - y", 3), ("-x - y", 4), ("1/x", 3), ("x/y**2", 5), ("1/(2*x)", 3 + 1),
        ("-2*x", 3 + 1), ("3/x", 3 + 1), ("x*y*z", 5), ("x/(y*z)", 5), ("sqrt(x)", 2), ("x**y", 3),
        ("x**(-y)", 4), ("x**1.5", 3 + 2), ("1/sqrt(x)", 4), ("tanh(x)", 2 + 1), ("erf(x)", 2 + 2),
        ("sin(x)**2", 4), ("exp(x*y)", 4), ("exp(log(x)*y)", 5 + UNKNOWN), ("exp(sin(x))", 3),
        ("tanh(log(x)/2 + 1)", 7 + 1 + 1 + UNKNOWN), ("sin(log(x))", 3), ("exp(log(x)**2)", 5),
        ("cos(arcsin(x))", 5 + UNKNOWN), ("cos(2*arcsin(x))", 7 + 1),
        ("exp(2*(log(x) + log(y)))", 8 + 1 + 2 * UNKNOWN), ("cosh(log(x))", 4 + UNKNOWN),
    ],
)  # fmt: skip
def test_the_complexity_is_the_length_as_it_is_written(written, length):
    assert complexity(simplify(parse(written))) == length


def test_the_complexity_of_numbers():
    values = [0.0, 1.0, -1.0, 2.0, math.pi, 0.35, 0.123, 1.2345678]
    assert [number_complexity(value) for value in values] == [0, 0, 0, 1, 2, 3, 4, UNKNOWN]


@pytest.mark.parametrize(
    ("value", "tolerance", "message"),
    [(math.nan, 1e-6, "value must be finite"), (1.0, -1.0, r"tolerance must lie in \[0, 1\]")],
)
def test_bad_input(value, tolerance, message):
    with pytest.raises(ValueError, match=message):
        recognize(value, tolerance)


LEVELS = {
    0: "1",
    1: "2 10 1/2 1/3 1/4",
    2: "3/2 2/3 11 20 0.1 0.9 100 900 pi 2*pi sqrt(2)",
    3: "21 99 0.99 0.01 0.09 19/8 20/3 10*pi/3 sqrt(3) log(2) (1+sqrt(5))/2",
    4: "1000 110 350 0.009 0.035 1.23 21/8 59/3 60/7 11*pi/3 23*pi/12 6*sqrt(15)/5 log(5)"
    " 999e6 123e-6 log(9) 2**(1/3) 1/e**2",
    5: "log(11) log(50) sqrt(97) 1/sqrt(97) 10**(2/3) 1/10**(1/3) e**10 1/e**10 6/(11*pi)"
    " 6*sqrt(pi)/11 5*pi**2/12 6/(7*pi**2) 5/(12*sqrt(pi)) 5*sqrt(2*pi)/12 5*sqrt(2)*pi/12"
    " 5*sqrt(3)*pi/6 5/(6*sqrt(2*pi)) 5*e/6 5*log(2)/6 5*log(3)/6 5*log(5)/6 5*log(10)/6",
    6: "log(20/7) log(3/2) 10/e**6 9*e**6 61/7 113/64 5*(1+sqrt(5))/12 2**(1/4) e**(3/2)",
    UNKNOWN: "127/65 25*pi/12 7*sqrt(15)/5 999e7 123e-7 log(51) sqrt(101) e**11 11**(1/3)"
    " 7*log(2)/5 11*e**2 7*e**7 log(21/10) 5*pi**2/13 7*sqrt(pi)/2 5*e/7 5*sqrt(3)*pi/7",
}  # fmt: skip


@pytest.mark.parametrize("level", LEVELS)
def test_longer_fractions_and_decimals_are_more_complex(level):
    for constant in LEVELS[level].split():
        assert number_complexity(parse(constant).value, 1e-12) == level, constant


@pytest.mark.parametrize("n", range(2, 11))
def test_roots_logarithms_and_exponentials_of_integers_have_names(n):
    for value in (n ** (1 / 3), n ** (2 / 3), n ** (-1 / 3), math.log(n), math.exp(n), n**0.5):
        for own in (value, 1 / value if value > 20.0 else value):
            found = recognize(own, 1e-12)
            assert found is not None
            assert found.value == pytest.approx(own, rel=1e-15)


def test_a_function_that_says_nothing_of_its_complexity_counts_as_a_sine():
    plain = namedtuple("Plain", "name parity power")("plain", 0, None)
    assert complexity(Call(plain, Variable("x"))) == complexity(parse("sin(x)"))
