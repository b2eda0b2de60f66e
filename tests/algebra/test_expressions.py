"""Expressions: what they hold, what they evaluate to, and functions of your own."""

import numpy as np
import pytest

from kan_numpy.algebra.canonical_form import canonicalize
from kan_numpy.algebra.expressions import Number, evaluate
from kan_numpy.algebra.parsing import parse
from kan_numpy.algebra.printing import latex, text
from kan_numpy.algebra.traversal import variables, walk
from kan_numpy.functions.symbols import Symbol


def test_what_an_expression_holds():
    expression = parse("-x**2 + 0.5*sin(2*y)/sqrt(3 + x)")
    assert variables(expression) == ("x", "y")
    numbers = sorted(node.value for node in walk(expression) if node.is_number)
    assert numbers == [-1.0, -1.0, 0.5, 0.5, 2.0, 2.0, 3.0]


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


@pytest.mark.parametrize(
    ("written", "want"),
    [
        ("x**3", [8.0, 27.0]),
        ("x**0.5", [2.0**0.5, 3.0**0.5]),
        ("sqrt(x)", [2.0**0.5, 3.0**0.5]),
        ("x**1.5", [2.0**1.5, 3.0**1.5]),
        ("x**-2", [1 / 4, 1 / 9]),
        ("-x**2/(4*y)", [-4 / 20, -9 / 28]),
        ("x - y", [-3.0, -4.0]),
        ("pi*x", [2.0 * np.pi, 3.0 * np.pi]),
        ("e + x", [np.e + 2.0, np.e + 3.0]),
        ("sin(x*y)", [np.sin(10.0), np.sin(21.0)]),
    ],
)
def test_each_operation_has_its_value(written, want):
    values = {"x": [2.0, 3.0], "y": [5.0, 7.0]}
    np.testing.assert_allclose(evaluate(parse(written), values), want, rtol=1e-15)


def test_the_square_root_of_a_square_is_taken_as_such():
    x = np.array([1e-200, 3.0])
    np.testing.assert_array_equal(evaluate(parse("x**0.5"), {"x": x}), np.sqrt(x))


def test_a_node_without_variables_has_a_value_if_it_is_finite():
    for written, value in (("2*pi", 2.0 * np.pi), ("sqrt(2) + 1", 2.0**0.5 + 1.0), ("e", np.e)):
        assert parse(written).value == pytest.approx(value, rel=1e-15)
    for written in ("x", "x + 1"):
        assert np.isnan(parse(written).value)


def test_a_product_is_written_as_sign_numerator_and_denominator():
    negative, above, below = parse("-2*sqrt(x)*y**3/(z*sqrt(x))").quotient()
    assert negative
    assert [text(factor) for factor in above] == ["2", "sqrt(x)", "y**3"]
    assert [text(factor) for factor in below] in (["z*sqrt(x)"], ["z", "sqrt(x)"])
