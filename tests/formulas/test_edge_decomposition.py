"""Powers become compositions of those that an edge has, and sums become edges."""

import pytest

from kan_numpy.algebra.expressions import Variable
from kan_numpy.algebra.parsing import parse
from kan_numpy.algebra.printing import text
from kan_numpy.formulas.edge_decomposition import _power, edges, height, is_product

X = Variable("x")


@pytest.mark.parametrize(
    ("p", "written"),
    [
        (5.0, "x**5"),
        (6.0, "(x**2)**3"),
        (7.0, "x*(x**2)**3"),
        (8.0, "(x**2)**4"),
        (9.0, "(x**3)**3"),
        (10.0, "(x**2)**5"),
        (14.0, "(x*(x**2)**3)**2"),
        (-6.0, "1/(x**2)**3"),
        (2.5, "sqrt(x)**5"),
    ],
)
def test_a_power_is_divided_by_the_largest_that_an_edge_has(p, written):
    assert text(_power(X, p)) == written


def test_the_height_is_the_number_of_layers_of_sums():
    for written, layers in (
        ("x", 0),
        ("sin(x)", 1),
        ("sin(x + y)", 2),
        ("x*y", 1),
        ("exp(x*y)", 2),
    ):
        assert height(parse(written)) == layers, written
    assert [is_product(parse(one)) for one in ("x*y", "2*x", "-3*x*y", "x + y")] == [
        True, False, True, False,
    ]  # fmt: skip


def test_the_terms_of_a_sum_are_its_edges():
    terms, constant = edges(parse("2*sin(3*x + 0.5) - y + 7"), 1)
    assert constant == 7.0
    assert [(t.symbol.name, t.a, t.b, t.c, text(t.source)) for t in terms] == [
        ("sin", 3.0, 0.5, 2.0, "x"),
        ("x", 1.0, 0.0, -1.0, "y"),
    ]
