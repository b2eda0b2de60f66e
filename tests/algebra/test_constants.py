"""Constants are found under every name they have, and random numbers are left alone."""

import math

import numpy as np
import pytest

from kan_numpy.algebra.constants import UNKNOWN, number_complexity, recognize
from kan_numpy.algebra.number import Number, named

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
    value = named(name).value
    found = recognize(value * (1.0 + error), 1e-6)
    assert found is not None
    assert found.text() == name
    assert found.value == pytest.approx(value, rel=1e-15)
    assert recognize(-value, 1e-6).text() == f"-{name}"


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: rng.normal(size=3000),
        lambda rng: rng.uniform(-10.0, 10.0, size=3000),
        lambda rng: np.exp(rng.uniform(-7.0, 7.0, size=3000)),
    ],
)
def test_random_numbers_are_not_recognized(draw):
    numbers = draw(np.random.default_rng(0))
    alarms = np.mean([recognize(number, 1e-6) is not None for number in numbers])
    assert alarms < 0.01


def test_the_looser_the_tolerance_the_simpler_a_constant_must_be():
    known = ["1", "pi", "2/7", "0.123"]
    found = {
        tolerance: [name for name in known if recognize(named(name).value, tolerance)]
        for tolerance in (1e-1, 1e-2, 1e-3, 1e-5)
    }
    assert found == {1e-1: [], 1e-2: ["1"], 1e-3: ["1", "pi"], 1e-5: known}


def test_the_simplest_of_several_is_taken():
    assert recognize(0.3333, 5e-4).text() == "1/3"
    assert recognize(0.333, 1e-6).text() == "0.333"
    assert recognize(3.14, 1e-6).text() == "3.14"
    assert recognize(0.0) == Number(0.0)


def test_cost():
    values = [0.0, 1.0, -1.0, 2.0, math.pi, 0.35, 0.123, 1.2345678]
    assert [number_complexity(value) for value in values] == [0, 0, 0, 1, 2, 3, 4, UNKNOWN]


@pytest.mark.parametrize(
    ("value", "tolerance", "message"),
    [(math.nan, 1e-6, "value must be finite"), (1.0, -1.0, r"tolerance must lie in \[0, 1\]")],
)
def test_bad_input(value, tolerance, message):
    with pytest.raises(ValueError, match=message):
        recognize(value, tolerance)
