"""Every identity of the table is true, and is found with other letters, factors and terms."""

import re

import numpy as np
import pytest

from kan_numpy.algebra import identities
from kan_numpy.algebra.expressions import Call, Product, Sum, evaluate
from kan_numpy.algebra.identities import equal_calls, equal_products, equal_sums
from kan_numpy.algebra.parsing import parse
from kan_numpy.algebra.printing import text
from kan_numpy.algebra.simplify import simplify

LINES = [line.split(" = ") for line in identities.IDENTITIES.strip().splitlines()]
TABLE = [(left.strip(), right) for left, right in LINES]
each = pytest.mark.parametrize(("left", "right"), TABLE)
RULES = {Call: equal_calls, Product: equal_products, Sum: equal_sums}


def forms(written, tolerance=1e-12):
    expression = simplify(parse(written))
    return {text(form) for form in RULES[type(expression)](expression, tolerance)}


@each
def test_both_sides_are_equal_wherever_the_left_one_is_defined(left, right):
    u, v = np.random.default_rng(3).uniform(-2.0, 2.0, size=(2, 400))
    expected = evaluate(parse(left), {"u": u, "v": v})
    got = evaluate(parse(right), {"u": u, "v": v})
    defined = np.isfinite(expected)
    assert defined.sum() > 50
    np.testing.assert_allclose(got[defined], expected[defined], rtol=1e-12, atol=1e-12)


@each
def test_it_is_found_with_other_letters(left, right):
    for letter, argument in (("u", "(a*b)"), ("v", "sqrt(c)")):
        left, right = (re.sub(rf"\b{letter}\b", argument, side) for side in (left, right))
    assert text(simplify(parse(right))) in forms(left)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("3*y*sin(x)**2 + z + 3*y*cos(x)**2", "3*y + z"),
        ("y/2 - cos(2*x)*y/2", "y*sin(x)**2"),
        ("exp(y)*tanh(x) - exp(y)", "-2*exp(y)/(exp(2*x) + 1)"),
        ("0.3*tanh(x) + 0.3 + y", "0.6/(exp(-2*x) + 1) + y"),
        ("2*log(x) - 2*log(y)", "2*log(x/y)"),
        ("-log(x) - log(y)", "-log(x*y)"),
    ],
)  # fmt: skip
def test_terms_may_have_common_factors_and_others_beside_them(written, expected):
    assert expected in forms(written)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("sin(x)**2*cos(x)**2", "sin(2*x)**2/4"),
        ("sin(x)**3/cos(x)", "sin(x)**2*tan(x)"),
        ("y*cos(x)**2/sin(x)**2", "y/tan(x)**2"),
        ("exp(-x)*z/(exp(-x) + 1)", "z/(exp(x) + 1)"),
        ("sqrt(sin(x))/sqrt(cos(x))", "sqrt(tan(x))"),
    ],
)
def test_factors_may_have_powers_and_others_beside_them(written, expected):
    assert expected in forms(written)


@pytest.mark.parametrize(
    "written",
    [
        "sin(x)**2 + cos(y)**2",
        "2*sin(x)**2 + 3*cos(x)**2",
        "y*sin(x)**2 + cos(x)**2",
        "tanh(x) + 2",
        "sin(x)/cos(y)",
        "sin(x)*tan(x)",
        "arcsin(sin(x))",
        "exp(x) + exp(-2*x)",
        "sin(x)*cos(y) + cos(x)*sin(z)",
        "0.3*tanh(x) + 0.3000001",
    ],
)
def test_what_is_no_identity_is_left_alone(written):
    assert forms(written) == set()


def test_numbers_are_equal_up_to_the_tolerance():
    assert forms("0.3*tanh(x) + 0.3000001", 1e-6) == {"0.6/(exp(-2*x) + 1)"}


def test_long_sums_and_products_are_left_alone():
    pair = "sin(x)**2 + cos(x)**2"
    several = " + ".join(f"x{i}" for i in range(identities.MOST_PARTS - 2))
    assert len(forms(f"{pair} + {several}")) == 1
    assert forms(f"{pair} + {several} + y") == set()
