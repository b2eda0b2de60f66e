r"""Expressions: what a formula is made of, and what it evaluates to.

Six kinds of immutable nodes: numbers, variables, sums, products, powers and functions of one
argument. A difference is a sum with a negative coefficient, a quotient a product with a negative
exponent, a square root a power 1/2. `quotient` says how such a product is written and computed;
the text, the LaTeX and `evaluate` all go by it, so that what is printed is what is computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array
from kan_numpy.algebra.number import Number


class Function(Protocol):
    """What a `Call` asks of its function, which must also be hashable: a `Symbol` will do."""

    @property
    def name(self) -> str:
        """What it is called in text."""

    @property
    def parity(self) -> int:
        """1 if f(-u) = f(u), -1 if f(-u) = -f(u), otherwise 0."""

    @property
    def power(self) -> float | None:
        """The p of f(u) = u^p, if it is a power."""

    def __call__(self, u: Array, /) -> Array:
        """Evaluate it elementwise."""


@dataclass(frozen=True)
class Variable:
    """Name an input.

    Parameters
    ----------
    name : str
        A Python identifier.
    """

    name: str


@dataclass(frozen=True)
class Sum:
    """Add terms, from left to right.

    Parameters
    ----------
    terms : tuple of Expression
        At least one.
    """

    terms: tuple[Expression, ...]


@dataclass(frozen=True)
class Product:
    """Multiply factors: see `quotient` for the order.

    Parameters
    ----------
    factors : tuple of Expression
        At least one.
    """

    factors: tuple[Expression, ...]


@dataclass(frozen=True)
class Power:
    """Raise an expression to a power that is a number.

    Parameters
    ----------
    base : Expression
    exponent : Number
    """

    base: Expression
    exponent: Number


@dataclass(frozen=True)
class Call:
    """Apply a function to an expression.

    Parameters
    ----------
    function : Function
    argument : Expression
    """

    function: Function
    argument: Expression


Expression = Number | Variable | Sum | Product | Power | Call


class Quotient(NamedTuple):
    """A product as it is written: sign, factors above and factors below the line."""

    negative: bool
    above: tuple[Expression, ...]
    below: tuple[Expression, ...]


def quotient(expression: Expression) -> Quotient:
    """Sort the factors of a product into numerator and denominator.

    Parameters
    ----------
    expression : Expression
        A product; anything else counts as a product of one factor.

    Returns
    -------
    Quotient
        Factors with a negative exponent stand below, with a positive one. So does the denominator
        of a number whose name is a fraction. Units are left out.
    """
    negative = False
    above: list[Expression] = []
    below: list[Expression] = []
    for factor in expression.factors if isinstance(expression, Product) else (expression,):
        if isinstance(factor, Number):
            negative ^= factor.is_negative
            size = -factor if factor.is_negative else factor
            parts = size.split() or (size, Number(1.0))
            above += [part for part in parts[:1] if part.value != 1.0]
            below += [part for part in parts[1:] if part.value != 1.0]
        elif isinstance(factor, Power) and factor.exponent.is_negative:
            lone = factor.exponent.value == -1.0
            below.append(factor.base if lone else Power(factor.base, -factor.exponent))
        else:
            above.append(factor)
    return Quotient(negative, tuple(above), tuple(below))


def evaluate(expression: Expression, values: Mapping[str, npt.ArrayLike]) -> Array:
    """Compute an expression, operation by operation as its text says.

    Parameters
    ----------
    expression : Expression
    values : mapping from str to array_like
        The values of each variable; their shapes are broadcast.

    Returns
    -------
    ndarray
        NaN or infinite where the expression is not defined.

    Raises
    ------
    ValueError
        If a variable has no values.
    """
    arrays = {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}
    missing = [name for name in variables(expression) if name not in arrays]
    if missing:
        known = ", ".join(arrays) or "none"
        raise ValueError(f"values must have an array for {missing[0]!r}, but has {known}")
    shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
    with np.errstate(all="ignore"):
        result = _evaluate(expression, arrays)
    return np.array(np.broadcast_to(result, shape))


def _evaluate(expression: Expression, values: Mapping[str, Array]) -> Array:
    match expression:
        case Number():
            return np.array(expression.value)
        case Variable():
            return values[expression.name]
        case Sum():
            total = _evaluate(expression.terms[0], values)
            for term in expression.terms[1:]:
                total = total + _evaluate(term, values)
            return total
        case Call():
            return expression.function(_evaluate(expression.argument, values))
        case Power() if not expression.exponent.is_negative:
            base = np.asarray(_evaluate(expression.base, values))  # Scalars round otherwise.
            root = expression.exponent.value == 0.5
            return np.sqrt(base) if root else base**expression.exponent.value
    negative, above, below = quotient(expression)
    result = _multiply(above, values)
    if below:
        result = result / _multiply(below, values)
    return -result if negative else result


def _multiply(factors: tuple[Expression, ...], values: Mapping[str, Array]) -> Array:
    result = np.array(1.0)
    for factor in factors:
        result = result * _evaluate(factor, values)
    return result


def children(expression: Expression) -> tuple[Expression, ...]:
    """Return the nodes right below a node, the exponent of a power included."""
    match expression:
        case Sum():
            return expression.terms
        case Product():
            return expression.factors
        case Power():
            return (expression.base, expression.exponent)
        case Call():
            return (expression.argument,)
    return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """Go through all nodes, a node before its children, from left to right."""
    yield expression
    for child in children(expression):
        yield from walk(child)


def variables(expression: Expression) -> tuple[str, ...]:
    """Return the names of the variables, each once, in the order in which they appear."""
    names = (node.name for node in walk(expression) if isinstance(node, Variable))
    return tuple(dict.fromkeys(names))


def complexity(expression: Expression) -> int:
    """Count the nodes."""
    return sum(1 for _ in walk(expression))


def numbers(expression: Expression) -> list[Number]:
    """Return the numbers that a fit could adjust, from left to right.

    Parameters
    ----------
    expression : Expression

    Returns
    -------
    list of Number
        All but whole exponents and the -1 that is only a sign.
    """
    found: list[Number] = []
    for node in walk(expression):
        below = children(node)
        if isinstance(node, Power) and node.exponent.is_integer:
            below = below[:1]
        if isinstance(node, Product):
            below = tuple(factor for factor in below if factor != Number(-1.0))
        found += [child for child in below if isinstance(child, Number)]
    return [expression] if isinstance(expression, Number) else found
