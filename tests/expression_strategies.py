"""What hypothesis draws for formulas: expressions, and how much rounding their values may carry."""

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from kan_numpy.algebra.expressions import (
    Call,
    Number,
    Power,
    Product,
    Sum,
    Variable,
    evaluate,
)
from kan_numpy.algebra.parsing import parse
from kan_numpy.algebra.printing import text
from kan_numpy.functions.symbols import SYMBOLS

EPS = np.finfo(float).eps
SMOOTH = ("exp", "log", "sin", "cos", "tanh", "arctan", "J0", "erf", "cosh", "gaussian", "abs")
SMOOTH += ("sinh", "softplus")
NAMES = ("x", "y", "x10")

exponents = st.sampled_from([Number(p) for p in (-2, -1, 0.5, -0.5, 2, 3, 1.5, 0.7, 1)])

leaves = st.one_of(
    st.sampled_from([Variable(name) for name in NAMES]),
    st.integers(-4, 4).map(Number),
    st.floats(-3.0, 3.0, allow_subnormal=False).filter(lambda v: abs(v) > 0.01).map(Number),
    st.sampled_from(["pi", "-pi/2", "1/3", "2*pi/3", "sqrt(2)/2", "-3*pi", "log(2)"]).map(parse),
)


def grow(inner):
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    functions = st.sampled_from([SYMBOLS[name] for name in SMOOTH])
    return st.one_of(
        several.map(Sum),
        several.map(Product),
        st.builds(Power, inner, st.one_of(exponents, st.just(parse("1/3")))),
        st.builds(Power, inner, inner),
        st.builds(Call, functions, inner),
    )


expressions = st.recursive(leaves, grow, max_leaves=8)


def rounding(expression, values):
    """Return a bound on the rounding error of a value, operation by operation, in units of EPS."""
    u = evaluate(expression, values)
    inner = {Sum: "terms", Product: "factors"}.get(type(expression))
    match expression:
        case Variable():
            return np.zeros_like(u)
        case _ if expression.is_number:
            return 4.0 * np.abs(u)
        case Call():
            slope = expression.function(evaluate(expression.argument, values), 1)
            return np.abs(slope) * rounding(expression.argument, values) + 4.0 * np.abs(u)
        case Power():
            base, p = evaluate(expression.base, values), evaluate(expression.exponent, values)
            by_exponent = np.abs(np.log(np.abs(base))) * rounding(expression.exponent, values)
            own = 4.0 + 4.0 * np.abs(p * np.log(np.abs(base))) + by_exponent
            return np.abs(p * u / base) * rounding(expression.base, values) + own * np.abs(u)
    parts = getattr(expression, inner)
    if isinstance(expression, Sum):
        return sum(
            rounding(part, values) + len(parts) * np.abs(evaluate(part, values)) for part in parts
        )
    relative = sum(rounding(part, values) / np.abs(evaluate(part, values)) for part in parts)
    return np.abs(u) * (relative + len(parts))


def points():
    rng = np.random.default_rng(5)
    return {name: rng.uniform(-2.0, 2.0, size=40) for name in NAMES}


def assert_same_function(left, right, factor=20.0):
    """Compare wherever the left one is defined, as closely as rounding errors allow."""
    values = points()
    with np.errstate(all="ignore"):
        expected, got = evaluate(left, values), evaluate(right, values)
        bound = EPS * (rounding(left, values) + rounding(right, values))
        told = np.isfinite(expected) & (np.abs(expected) < 1e100)
        told &= (bound < 1e-6 * np.maximum(np.abs(expected), 1e-30)) | (bound < 1e-9)
    assume(told.any())
    miss = np.abs(got[told] - expected[told])
    assert np.all(miss <= factor * bound[told] + 1e-300), (text(left), text(right))


# What is read, and what its normal form is written as.
FORMS = (
    ("exp(sin(pi*x)+y^2)", "exp(sin(pi*x) + y**2)"),
    ("2*x + 3*x", "5*x"),
    ("x*x*y/x", "x*y"),
    ("sqrt(x**2+y**2)", "sqrt(x**2 + y**2)"),
    ("0.7*sqrt(4*x**2 + 4*y**2)", "1.4*sqrt(x**2 + y**2)"),
    ("0.31*x/(0.31 + 0.31*y**2)", "x/(y**2 + 1)"),
    ("tanh(arctanh(u) + arctanh(v))", "tanh(arctanh(u) + arctanh(v))"),
    ("tanh(-arctanh(u) - arctanh(v))", "-tanh(arctanh(u) + arctanh(v))"),
    ("sin(2*(log(x) + log(y)))", "sin(2*(log(x) + log(y)))"),
    ("exp(2*log(x) - log(y) + z)", "x**2*exp(z)/y"),
    ("exp(1 + x)", "e*exp(x)"),
    ("log(exp(x + 1))", "x + 1"),
    ("log(3*x + 3*y)", "log(x + y) + log(3)"),
    ("log(x**2)", "log(x**2)"),
    ("sin(x + pi/2)", "cos(x)"),
    ("sin(x + pi)", "-sin(x)"),
    ("cos(pi/2 - x)", "sin(x)"),
    ("-cos(pi - 2*x)", "cos(2*x)"),
    ("sin(1 - x)", "-sin(x - 1)"),
    ("cos(x + 9*pi/4)", "cos(x + pi/4)"),
    ("erf(-x)*J0(-20*x)", "-J0(20*x)*erf(x)"),
    ("abs(-3*x)", "3*abs(x)"),
    ("sgn(-2*x + 1)", "-sgn(2*x - 1)"),
    ("gaussian(2*x)", "exp(-4*x**2)"),
    ("sqrt(9*x)/(2*y)", "3*sqrt(x)/(2*y)"),
    ("2*(0.25 - 0.5*x)**-1", "8/(1 - 2*x)"),
    ("(x - y)*-1", "y - x"),
    ("1 + x10 + x2", "x2 + x10 + 1"),
    ("-x**2 + x + 1", "x - x**2 + 1"),
    ("y - 2 + cos(x) + x*y", "cos(x) + x*y + y - 2"),
    ("x**(1/3)*x**(2/3)", "x"),
    ("(x**2)**0.5", "sqrt(x**2)"),
    ("x/3 + y/3 + x/3", "2*x/3 + y/3"),
    ("x**-0.5*2", "2/sqrt(x)"),
    ("sin(x) + 0*y", "sin(x)"),
    ("x - x", "0"),
    ("0.1*x + 0.2*x - 0.3*x", "0"),
    ("sqrt(x*y)", "sqrt(x*y)"),
    ("sgn(-4*x)", "-sgn(x)"),
    ("-3*(y - x)**2", "-3*(x - y)**2"),
    ("-3*(y - x)**3", "3*(x - y)**3"),
    ("1/(1 - x**2)", "1/(1 - x**2)"),
    ("exp(y*log(x) + log(z))", "z*x**y"),
    ("exp(-y*log(x)/2)", "x**(-y/2)"),
    ("exp(x*log(2))*z**y", "2**x*z**y"),
    ("(x**y)**2*x**y", "x**(2*y)*x**y"),
    ("exp(z - 2*softplus(x))", "exp(z)/(exp(x) + 1)**2"),
    ("exp(x)*sin(y)", "exp(x)*sin(y)"),
)
