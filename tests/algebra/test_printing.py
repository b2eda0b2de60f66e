"""What is printed is read by Python, by LaTeX, and by the parser as the same operations."""

import math

import numpy as np
import pytest
from expression_strategies import FORMS, expressions, points
from hypothesis import assume, given
from matplotlib.mathtext import MathTextParser

from kan_numpy.algebra.canonical_form import canonicalize
from kan_numpy.algebra.expressions import Number, Power, Product, Sum, evaluate
from kan_numpy.algebra.parsing import FUNCTIONS, parse
from kan_numpy.algebra.printing import latex, text
from kan_numpy.algebra.simplify import simplify
from kan_numpy.algebra.traversal import variables, walk

JOINED = (Sum, Product)


@given(expressions)
def test_the_text_is_read_back_as_the_same_operations(expression):
    values = points()
    for written in (expression, simplify(expression), canonicalize(expression)):
        constants = [evaluate(node, {}) for node in walk(written) if not variables(node)]
        assume(np.isfinite(constants).all())  # 1/0 is refused.
        # No text tells a sum or a product of a single part from the part itself.
        assume(all(len(node.operands) > 1 for node in walk(written) if isinstance(node, JOINED)))
        again = parse(text(written))
        np.testing.assert_array_equal(
            evaluate(again, values), evaluate(written, values), text(written), strict=True
        )


PYTHON = {name: function for name, function in FUNCTIONS.items() if name.isidentifier()}
PYTHON |= {"pi": math.pi, "e": math.e, "sqrt": np.sqrt}


@pytest.mark.parametrize(("written", "expected"), FORMS)
def test_python_reads_the_text_too(written, expected):
    rng = np.random.default_rng(1)
    values = {
        name: rng.uniform(0.2, 0.9, size=20) for name in ("x", "y", "z", "u", "v", "x2", "x10")
    }
    value = np.broadcast_to(eval(expected, {}, PYTHON | values), 20)
    np.testing.assert_allclose(value, evaluate(parse(written), values), rtol=1e-12, atol=1e-15)


LATEX = (
    ("exp(sin(pi*x) + y**2)", r"e^{\sin\left(\pi x\right) + y^{2}}"),
    ("x/(y**2 + 1)", r"\frac{x}{y^{2} + 1}"),
    ("pi*x/2 - 1", r"\frac{\pi x}{2} - 1"),
    ("2*x*3", r"2 x \cdot 3"),
    ("-(x + y)", r"-\left(x + y\right)"),
    ("x*(y - 1)", r"x \left(y - 1\right)"),
    ("x - (y - 1)", r"x - \left(y - 1\right)"),
    ("(x + y)**2*z/2", r"\frac{\left(x + y\right)^{2} z}{2}"),
    ("sin(x)**2", r"\sin\left(x\right)^{2}"),
    ("exp(x)**2", r"\left(e^{x}\right)^{2}"),
    ("sqrt(x_1)*abs(theta)", r"\sqrt{x_{1}} \left|\theta\right|"),
    (
        "J0(20*x) - arctanh(v_max)",
        r"J_{0}\left(20 x\right) - \mathrm{arctanh}\left(v_{\mathrm{max}}\right)",
    ),
    ("ab*a2*rho_0", r"\mathrm{ab} a_{2} \rho_{0}"),
    ("1e-7*x*speed", r"1 \cdot 10^{-7} x \mathrm{speed}"),
    ("2*x**(2*y)/z**-x", r"\frac{2 x^{2 y}}{z^{-x}}"),
    ("sqrt(x**y) - (x + 1)**-y", r"\sqrt{x^{y}} - \left(x + 1\right)^{-y}"),
    ("x**(1/3)/sqrt(2*pi)", r"\frac{x^{\frac{1}{3}}}{\sqrt{2 \pi}}"),
    ("-0.5*x**-1.5", r"-\frac{0.5}{x^{1.5}}"),
)


@pytest.mark.parametrize(("written", "expected"), LATEX)
def test_latex(written, expected):
    assert latex(parse(written)) == expected


@pytest.mark.parametrize("written", [*(row[0] for row in LATEX), *(row[0] for row in FORMS)])
def test_latex_is_well_formed(written):
    for form in (parse(written), canonicalize(parse(written))):
        MathTextParser("path").parse(f"${latex(form)}$")


@given(expressions)
def test_latex_of_anything_is_well_formed(expression):
    MathTextParser("path").parse(f"${latex(expression)}$")


def test_only_negative_numbers_have_brackets():
    for number, written in ((0.5, "0.5**3"), (2.0, "2**3"), (0.0, "0**3"), (-0.5, "(-0.5)**3")):
        assert text(Power(Number(number), Number(3))) == written
