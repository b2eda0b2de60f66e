r"""Least-squares fits of the numbers in an expression, with derivatives by the chain rule.

In one traversal of the expression, every node returns its value v and its derivatives s with
respect to the numbers below it:

.. math::
    s\Big(\sum_m v_m\Big) = \sum_m s_m, \qquad
    s\Big(\prod_m v_m\Big) = \sum_m s_m \prod_{l \ne m} v_l, \qquad
    s(f(v)) = f'(v)\, s, \qquad
    s(v^p) = p\, v^{p-1} s,

and :math:`s(v^w) = w\, v^{w-1} s(v) + v^w \log v\, s(w)` for other exponents. Numbers that consist
of integers, pi and e are held fixed, and the exponents p of powers and roots, for which 2p is an
integer. Others come from :math:`e^{p \log v}`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from operator import add, mul

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy.algebra.expressions import Call, Expression, Number, Power, Product, Sum, Variable
from kan_numpy.algebra.traversal import children, map_children
from kan_numpy.optimizers.least_squares import LeastSquares

__all__ = [
    "free_numbers",
    "map_free",
    "refit",
    "standard_errors",
    "value_and_slopes",
    "with_numbers",
]

Values = Mapping[str, Array]
Slopes = list[Array]


def map_free(expression: Expression, function: Callable[[Expression], Expression]) -> Expression:
    """Replace the free numbers from left to right by a function of them, without simplification."""
    if expression.is_number:
        return expression if expression.is_exact else function(expression)
    if isinstance(expression, Power) and _is_fixed(expression.exponent):
        return Power(map_free(expression.base, function), expression.exponent)
    return map_children(expression, lambda child: map_free(child, function))


def _is_fixed(exponent: Expression) -> bool:
    """Return whether an exponent is that of a power or a root, or no fitted number."""
    return exponent.is_number and (exponent.is_exact or (2.0 * exponent.value).is_integer())


def free_numbers(expression: Expression) -> list[float]:
    """Return the values of the free numbers from left to right."""
    found: list[float] = []

    def record(number: Expression) -> Expression:
        found.append(number.value)
        return number

    map_free(expression, record)
    return found


def with_numbers(expression: Expression, replacements: Iterator[Expression]) -> Expression:
    """Replace the free numbers from left to right by the given ones."""
    return map_free(expression, lambda _: next(replacements))


def value_and_slopes(expression: Expression, values: Values) -> tuple[Array, Slopes]:
    """Return the value (N,) or (), and its derivative of that shape by each of `free_numbers`."""
    if expression.is_number:
        return np.array(expression.value), [] if expression.is_exact else [np.array(1.0)]
    below = children(expression)
    if isinstance(expression, Power) and _is_fixed(expression.exponent):
        below = (expression.base,)
    parts = [value_and_slopes(child, values) for child in below]
    v, slopes = [value for value, _ in parts], [slope for _, slope in parts]
    rates: list[Array | float] = [1.0] * len(v)  # the derivative by each child
    match expression:
        case Variable():
            value = values[expression.name]
        case Sum():
            value = reduce(add, v)
        case Product():
            value = reduce(mul, v)
            rates = [reduce(mul, v[:m] + v[m + 1 :], 1.0) for m in range(len(v))]
        case Power():
            p = v[1] if len(v) > 1 else expression.exponent.value
            value = v[0] ** p
            rates = [p * v[0] ** (p - 1.0), *(value * np.log(base) for base in v[:-1])]
        case Call():
            value = expression.function(v[0])
            rates = [expression.function(v[0], 1) if slopes[0] else 0.0]  # type: ignore[call-arg]
    return value, [rate * slope for rate, of in zip(rates, slopes, strict=True) for slope in of]


def standard_errors(expression: Expression, values: Values, target: Array) -> Array:
    r"""Return the standard errors of the free numbers (P,), fitted to the target (N,).

    They are :math:`\sigma\sqrt{((J^T J)^{-1})_{pp}}` with the variance :math:`\sigma^2` of the
    residuals; infinite if the data do not determine the numbers.
    """
    fitted, slopes = value_and_slopes(expression, values)
    J = np.stack([np.broadcast_to(s, target.shape) for s in slopes], axis=1)  # (N, P)
    size = np.sqrt((J**2).sum(axis=0))
    if not (np.isfinite(size).all() and (size > 0.0).all()):
        return np.full(len(slopes), np.inf)
    _, s, Vt = np.linalg.svd(J / size, full_matrices=False)
    s = np.where(s > s[0] * len(J) * np.finfo(float).eps, s, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.nansum((Vt / s[:, None]) ** 2, axis=0)  # (P,)
    freedom = max(1, len(target) - len(slopes))
    noise = float(((fitted - target) ** 2).sum()) / freedom
    return np.sqrt(noise * variance) / size


def _unrounded(value: float) -> Expression:
    """Return a number that is free even if its value is an integer."""
    return Number(value if not float(value).is_integer() else np.nextafter(value, np.inf))


def refit(expression: Expression, values: Values, target: Array, steps: int = 10) -> Expression:
    """Return the expression with its free numbers fitted to the target (N,) by Levenberg-Marquardt.

    It is unchanged if no number is free or the loss is not finite; the variables have shape (N,).
    """
    start = np.array(free_numbers(expression))
    if not len(start):
        return expression

    def at(theta: Array) -> Expression:
        return with_numbers(expression, map(_unrounded, theta))

    def residuals(theta: Array) -> Array:
        return value_and_slopes(at(theta), values)[0] - target

    def jacobian(theta: Array) -> Array:
        slopes = value_and_slopes(at(theta), values)[1]
        return np.stack([np.broadcast_to(s, target.shape) for s in slopes], axis=1)

    state = LeastSquares(residuals, jacobian).minimize(start, steps, damping=1e-6)
    return at(state.theta) if np.isfinite(state.loss) else expression
