"""The order of terms and factors: polynomials first, of high degree before low, then by name."""

import pytest

from kan_numpy.algebra.ordering import degree, factor_key, is_negative, term_key
from kan_numpy.algebra.parsing import parse
from kan_numpy.algebra.printing import text


@pytest.mark.parametrize(
    "terms",
    [
        ["sin(x)", "x**2", "x", "3"],
        ["x1", "x2", "x10"],
        ["x", "1/x", "3"],
        ["x*y**2", "x**2", "y**2", "x*y"],
        ["sin(x)*x**2", "exp(y)", "x**3"],
    ],
)
def test_terms_are_sorted_by_kind_degree_and_name(terms):
    expressions = sorted(map(parse, terms), key=term_key)
    order = [text(term) for term in expressions]
    kinds = [2 if not any(c.isalpha() for c in term) else 0 if "(" in term else 1 for term in order]
    assert kinds == sorted(kinds)
    degrees = [degree(term) for term, kind in zip(expressions, kinds, strict=True) if kind == 1]
    assert degrees == sorted(degrees, reverse=True)


def test_names_are_sorted_by_their_numbers():
    names = sorted(["x10", "y", "x2", "x", "x1"], key=lambda name: term_key(parse(name)))
    assert names == ["x", "x1", "x2", "x10", "y"]


def test_factors_are_variables_then_sums_then_functions():
    factors = ["sin(x)", "(1 + x)**2", "y", "x**2"]
    assert sorted(factors, key=lambda factor: factor_key(parse(factor))) == [
        "x**2",
        "y",
        "(1 + x)**2",
        "sin(x)",
    ]


@pytest.mark.parametrize(
    ("written", "degree_of_it"),
    [
        ("5", 0), ("x", 1), ("x**3", 3), ("x*y**2", 3), ("x + y**2", 2), ("sin(x)", 0),
        ("(x + y**2)**2", 4), ("x*exp(y)", 1), ("1/x", -1),
    ],
)  # fmt: skip
def test_the_degree_of_an_expression(written, degree_of_it):
    assert degree(parse(written)) == degree_of_it


def test_a_term_is_negative_if_its_coefficient_is():
    assert [is_negative(parse(term)) for term in ("-x", "x", "-2*x*y", "-3", "3", "0*x")] == [
        True, False, True, True, False, False,
    ]  # fmt: skip
