r"""Fit the numbers in an expression to data, with their derivatives by the chain rule.

Going through the expression once, every node returns its value v and its derivatives s with respect
to the numbers below it:

.. math::
    s\Big(\sum_m v_m\Big) = \sum_m s_m, \qquad
    s\Big(\prod_m v_m\Big) = \sum_m s_m \prod_{l \ne m} v_l, \qquad
    s(f(v)) = f'(v)\, s, \qquad
    s(v^p) = p\, v^{p-1} s.

Numbers with a name, whole numbers and exponents are known, and stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy.algebra.expressions import Call, Expression, Power, Product, Sum, Variable
from kan_numpy.algebra.number import Number
from kan_numpy.optimizers.levenberg_marquardt import LevenbergMarquardt
from kan_numpy.optimizers.optimizer import ObjectiveLike

Values = Mapping[str, Array]
Slopes = list[Array]


def is_free(number: Number) -> bool:
    """Return whether a number may be fitted.

    Parameters
    ----------
    number : Number
        A number of an expression.

    Returns
    -------
    bool
        False for constants with a name and for whole numbers.
    """
    return number.name is None and not number.is_integer


def free_numbers(expression: Expression) -> list[float]:
    """Return the numbers that may be fitted, from left to right.

    Parameters
    ----------
    expression : Expression

    Returns
    -------
    list of float
    """
    match expression:
        case Number():
            return [expression.value] if is_free(expression) else []
        case Sum():
            return [number for term in expression.terms for number in free_numbers(term)]
        case Product():
            return [number for factor in expression.factors for number in free_numbers(factor)]
        case Power():
            return free_numbers(expression.base)
        case Call():
            return free_numbers(expression.argument)
    return []


def with_numbers(expression: Expression, replacements: Iterator[Number]) -> Expression:
    """Replace the free numbers, from left to right; nothing is simplified.

    Parameters
    ----------
    expression : Expression
    replacements : iterator of Number
        One for each of `free_numbers`.

    Returns
    -------
    Expression
    """
    match expression:
        case Number():
            return next(replacements) if is_free(expression) else expression
        case Sum():
            return Sum(tuple(with_numbers(term, replacements) for term in expression.terms))
        case Product():
            return Product(tuple(with_numbers(f, replacements) for f in expression.factors))
        case Power():
            return Power(with_numbers(expression.base, replacements), expression.exponent)
        case Call():
            return Call(expression.function, with_numbers(expression.argument, replacements))
    return expression


def value_and_slopes(expression: Expression, values: Values) -> tuple[Array, Slopes]:
    """Return an expression's value and its derivatives with respect to its free numbers.

    Parameters
    ----------
    expression : Expression
    values : mapping from str to ndarray, shape (N,)
        The variables.

    Returns
    -------
    value : ndarray, shape (N,) or ()
    slopes : list of ndarray
        One for each of `free_numbers`.
    """
    match expression:
        case Number():
            return np.array(expression.value), [np.array(1.0)] if is_free(expression) else []
        case Variable():
            return values[expression.name], []
        case Sum():
            parts = [value_and_slopes(term, values) for term in expression.terms]
            total = np.array(sum(value for value, _ in parts))
            return total, [slope for _, slopes in parts for slope in slopes]
        case Product():
            parts = [value_and_slopes(factor, values) for factor in expression.factors]
            found = []
            for index, (_, slopes) in enumerate(parts):
                others = [value for other, (value, _) in enumerate(parts) if other != index]
                found += [slope * _product(others) for slope in slopes]
            return _product([value for value, _ in parts]), found
        case Power():
            base, slopes = value_and_slopes(expression.base, values)
            p = expression.exponent.value
            return base**p, [p * base ** (p - 1.0) * slope for slope in slopes]
        case Call():
            inner, slopes = value_and_slopes(expression.argument, values)
            function = expression.function
            rate = function(inner, 1) if slopes else 0.0  # type: ignore[call-arg]
            return function(inner), [rate * slope for slope in slopes]


def _product(factors: list[Array]) -> Array:
    result = np.array(1.0)
    for factor in factors:
        result = result * factor
    return result


class _NumbersProblem(ObjectiveLike):
    """The free numbers of an expression as a least-squares problem."""

    def __init__(self, expression: Expression, values: Values, target: Array) -> None:
        self.expression, self.values, self.target = expression, values, target
        self.share = 1.0 / np.sqrt(len(target))

    def evaluate_at(self, theta: Array) -> tuple[Array, Slopes]:
        """Return value and slopes with other numbers."""
        return value_and_slopes(with_numbers(self.expression, map(_unrounded, theta)), self.values)

    def residuals(self, theta: Array) -> Array:
        """Return r with r . r the mean square."""
        return self.share * (self.evaluate_at(theta)[0] - self.target)

    def jacobian(self, theta: Array) -> Array:
        """Return dr/dtheta."""
        _, slopes = self.evaluate_at(theta)
        columns = [np.broadcast_to(slope, self.target.shape) for slope in slopes]
        return self.share * np.stack(columns, axis=1)

    def fun(self, theta: Array) -> tuple[float, Array]:
        """Return r . r and its gradient."""
        r = self.residuals(theta)
        return float(r @ r), 2.0 * self.jacobian(theta).T @ r


def _unrounded(value: float) -> Number:
    """Return a number that counts as free, whatever its value."""
    return Number(value if not float(value).is_integer() else np.nextafter(value, np.inf))


def refit(expression: Expression, values: Values, target: Array, steps: int = 10) -> Expression:
    """Return the expression with its free numbers fitted by Levenberg-Marquardt.

    Parameters
    ----------
    expression : Expression
    values : mapping from str to ndarray, shape (N,)
        The variables.
    target : ndarray, shape (N,)
        What its value should be.
    steps : int
        How many at most.

    Returns
    -------
    Expression
        Not simplified; the same if no number is free, or nothing better is found.
    """
    start = np.array(free_numbers(expression))
    if not len(start):
        return expression
    problem, optimizer = _NumbersProblem(expression, values, target), LevenbergMarquardt(1e-6)
    with np.errstate(all="ignore"):
        state = optimizer.start(problem, start)
        for _ in range(steps):
            if state.converged or not np.isfinite(state.gradient).all():
                break
            state = optimizer.step(problem, state)
    if not np.isfinite(state.loss):
        return expression
    return with_numbers(expression, map(_unrounded, state.theta))
