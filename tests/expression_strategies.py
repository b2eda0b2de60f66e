"""What hypothesis draws for formulas: expressions, and how much rounding their values may carry."""

import numpy as np
from hypothesis import strategies as st

from kan_numpy.algebra.expressions import Call, Power, Product, Sum, Variable, evaluate
from kan_numpy.algebra.number import Number, named
from kan_numpy.functions.symbols import SYMBOLS

EPS = np.finfo(float).eps
SMOOTH = ("exp", "log", "sin", "cos", "tanh", "arctan", "J0", "erf", "cosh", "gaussian", "abs")
NAMES = ("x", "y", "x10")

exponents = st.sampled_from([Number(p) for p in (-2, -1, 0.5, -0.5, 2, 3, 1.5, 0.7, 1)])


leaves = st.one_of(
    st.sampled_from([Variable(name) for name in NAMES]),
    st.integers(-4, 4).map(Number),
    st.floats(-3.0, 3.0, allow_subnormal=False).filter(lambda v: abs(v) > 0.01).map(Number),
    st.sampled_from(["pi", "-pi/2", "1/3", "2*pi/3", "sqrt(2)/2", "-3*pi", "log(2)"]).map(named),
)


def grow(inner):
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    functions = st.sampled_from([SYMBOLS[name] for name in SMOOTH])
    return st.one_of(
        several.map(Sum),
        several.map(Product),
        st.builds(Power, inner, st.one_of(exponents, st.just(named("1/3")))),
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
        case Number():
            return 4.0 * np.abs(u)
        case Call():
            slope = expression.function(evaluate(expression.argument, values), 1)
            return np.abs(slope) * rounding(expression.argument, values) + 4.0 * np.abs(u)
        case Power():
            base = evaluate(expression.base, values)
            slope = expression.exponent.value * u / base
            own = 4.0 + 4.0 * np.abs(expression.exponent.value * np.log(np.abs(base)))
            return np.abs(slope) * rounding(expression.base, values) + own * np.abs(u)
    parts = getattr(expression, inner)
    if isinstance(expression, Sum):
        return sum(
            rounding(part, values) + len(parts) * np.abs(evaluate(part, values)) for part in parts
        )
    relative = sum(rounding(part, values) / np.abs(evaluate(part, values)) for part in parts)
    return np.abs(u) * (relative + len(parts))
