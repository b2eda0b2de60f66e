r"""Expressions as immutable trees, and their evaluation.

There are seven kinds of nodes: numbers, the constants pi and e, variables, sums, products, powers
and functions of one argument. A difference is a sum with a negative coefficient, a quotient a
product with a negative exponent, a square root a power 1/2. `Node.quotient` defines how such a
product is written and computed; text, LaTeX and `evaluate` all use it, so that what is printed is
what is computed. A node without variables, such as 2*pi/3, has a value, and the traversal of an
expression treats it as one number (`kan_numpy.algebra.traversal`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import reduce
from operator import add, mul
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array

__all__ = ["Call", "Constant", "Function", "Node", "Number", "Power", "Product", "Quotient", "Sum"]
__all__ += ["Variable", "evaluate", "written_factors"]


class Function(Protocol):
    """The interface of the function of a `Call`, such as a `Symbol`; it must be hashable."""

    @property
    def name(self) -> str:
        """The name in text."""

    @property
    def parity(self) -> int:
        """1 if f(-u) = f(u), -1 if f(-u) = -f(u), otherwise 0."""

    @property
    def power(self) -> float | None:
        """The exponent p if f(u) = u^p, otherwise None."""

    def __call__(self, u: Array, /) -> Array:
        """Evaluate it elementwise."""


class Node:
    """The base class of all nodes, with a value: NaN if it has variables or is not finite.

    The hash is stored too, or else that of a deep expression would take a walk through all of it.
    """

    value: float
    _hash: int

    def __post_init__(self) -> None:
        """Compute the value and the hash."""
        object.__setattr__(self, "value", _value(self))  # type: ignore[arg-type]
        object.__setattr__(self, "_hash", hash((type(self), self._content)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Build the copy anew, because hashes differ from process to process."""
        return type(self), tuple(getattr(self, field.name) for field in fields(self))  # type: ignore[arg-type]

    def __hash__(self) -> int:
        """Return the hash of the kind and the content."""
        return self._hash

    def __eq__(self, other: object) -> bool:
        """Compare kind and content."""
        if self is other:
            return True
        if type(self) is not type(other) or self._hash != hash(other):
            return False
        return self._content == other._content

    @property
    def _content(self) -> tuple[Any, ...]:
        """What distinguishes a node from another of the same kind."""
        match self:
            case Number():
                return (self.value,)
            case Constant() | Variable():
                return (self.name,)
            case Call():
                return (self.function, self.argument)
        return self.operands

    @property
    def is_number(self) -> bool:
        """Whether it has a value."""
        return not math.isnan(self.value)

    @property
    def is_exact(self) -> bool:
        """Whether it consists of integers, pi and e only, apart from exponents."""
        if isinstance(self, Number):
            return self.value.is_integer()
        parts = (self.base,) if isinstance(self, Power) else self.operands
        return all(part.is_exact for part in parts)

    @property
    def operands(self) -> tuple[Expression, ...]:
        """The child nodes."""
        match self:
            case Sum():
                return self.terms
            case Product():
                return self.factors
            case Power():
                return (self.base, self.exponent)
            case Call():
                return (self.argument,)
        return ()

    def quotient(self) -> Quotient:
        """Return the sign, the numerator and the denominator of a product, or of a single factor.

        The denominator has the factors with a negative exponent, made positive; ones are left out.
        """
        negative = False
        above: list[Expression] = []
        below: list[Expression] = []
        for factor in written_factors(self):  # type: ignore[arg-type]
            if isinstance(factor, Number):
                negative ^= factor.value < 0.0
                above += [Number(abs(factor.value))] if abs(factor.value) != 1.0 else []
            elif isinstance(factor, Power) and factor.exponent.value < 0.0:
                inverse = factor.exponent.value == -1.0
                below.append(factor.base if inverse else Power(factor.base, -factor.exponent))
            else:
                above.append(factor)
        return Quotient(negative, tuple(above), tuple(below))

    def __neg__(self) -> Expression:
        """Change the sign of the coefficient."""
        first, *others = written_factors(self)  # type: ignore[arg-type]
        if isinstance(first, Number):
            return Product.of([Number(-first.value), *others])
        return Product((Number(-1), first, *others))


@dataclass(frozen=True, eq=False)
class Number(Node):
    """A finite number in decimal digits."""

    value: float

    def __post_init__(self) -> None:
        """Convert the value to a finite float."""
        object.__setattr__(self, "value", float(self.value))
        object.__setattr__(self, "_hash", hash((Number, self.value)))
        if not math.isfinite(self.value):
            raise ValueError(f"a number of an expression must be finite, but is {self.value}")


@dataclass(frozen=True, eq=False)
class Constant(Node):
    """A named number: pi or e."""

    name: str


@dataclass(frozen=True, eq=False)
class Variable(Node):
    """An input; its name is a Python identifier."""

    name: str


@dataclass(frozen=True, eq=False)
class Sum(Node):
    """At least one term, added from left to right."""

    terms: tuple[Expression, ...]


@dataclass(frozen=True, eq=False)
class Product(Node):
    """At least one factor, multiplied in the order of `Node.quotient`."""

    factors: tuple[Expression, ...]

    @staticmethod
    def of(factors: Iterable[Expression]) -> Expression:
        """Return the product of factors, flat and without ones, or its only factor."""
        flat = (f for factor in factors for f in written_factors(factor))
        kept = tuple(factor for factor in flat if factor.value != 1.0)
        if len(kept) == 1:
            return kept[0]
        return Product(kept) if kept else Number(1)


@dataclass(frozen=True, eq=False)
class Power(Node):
    """A base to the power of a number, or of an expression: x**y is exp(y*log(x)) for x > 0."""

    base: Expression
    exponent: Expression


@dataclass(frozen=True, eq=False)
class Call(Node):
    """A function applied to an expression."""

    function: Function
    argument: Expression


Expression = Number | Constant | Variable | Sum | Product | Power | Call


CONSTANTS = {"pi": math.pi, "e": math.e}


class Quotient(NamedTuple):
    """A product as it is written: sign, numerator and denominator."""

    negative: bool
    above: tuple[Expression, ...]
    below: tuple[Expression, ...]


def written_factors(expression: Expression) -> tuple[Expression, ...]:
    """Return the factors of a product in the order written, or the expression alone."""
    return expression.factors if isinstance(expression, Product) else (expression,)


def evaluate(expression: Expression, values: Mapping[str, npt.ArrayLike]) -> Array:
    """Evaluate an expression at arrays of values (...), one for each variable, which broadcast.

    The operations are those of its text, in that order. The result is NaN or infinite where the
    expression is not defined.
    """
    arrays = {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}
    shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
    try:
        with np.errstate(all="ignore"):
            result = _evaluate(expression, arrays)
    except KeyError as missing:
        known = ", ".join(arrays) or "none"
        raise ValueError(f"values must have an array for {missing}, but has {known}") from None
    return np.array(np.broadcast_to(result, shape))


def _evaluate(expression: Expression, values: Mapping[str, Array]) -> Array:
    """Evaluate an expression at arrays of values (...), without checks."""
    match expression:
        case Number() | Constant():
            return np.array(expression.value)
        case Variable():
            return values[expression.name]
        case Sum():
            return reduce(add, (_evaluate(term, values) for term in expression.terms))
        case Call():
            return expression.function(_evaluate(expression.argument, values))
        case Power() if not expression.exponent.value < 0.0:
            base = np.asarray(_evaluate(expression.base, values))  # Scalars round differently.
            root = expression.exponent.value == 0.5
            return np.sqrt(base) if root else base ** _evaluate(expression.exponent, values)
    negative, above, below = expression.quotient()
    result = _multiply(above, values)
    if below:
        result = result / _multiply(below, values)
    return -result if negative else result


def _multiply(factors: tuple[Expression, ...], values: Mapping[str, Array]) -> Array:
    """Evaluate the product of factors at arrays of values (...)."""
    return reduce(mul, (_evaluate(factor, values) for factor in factors), np.array(1.0))


def _value(expression: Expression) -> float:
    """Return the value of a node without variables, or NaN."""
    if isinstance(expression, Constant):
        return CONSTANTS[expression.name]
    parts = expression.operands
    if not parts or any(math.isnan(part.value) for part in parts):
        return math.nan
    with np.errstate(all="ignore"):
        value = float(_evaluate(expression, {}))
    return value if math.isfinite(value) else math.nan
