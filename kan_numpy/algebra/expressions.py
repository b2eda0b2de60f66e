r"""Expressions: what a formula is made of, and what it evaluates to.

Seven kinds of immutable nodes: numbers, the constants pi and e, variables, sums, products, powers
and functions of one argument. A difference is a sum with a negative coefficient, a quotient a
product with a negative exponent, a square root a power 1/2. `Node.quotient` says how such a product
is written and computed; the text, the LaTeX and `evaluate` all go by it, so that what is printed is
what is computed. What has no variables, such as 2*pi/3, has a value, and is one number to all that
walks through an expression (`kan_numpy.algebra.traversal`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add, mul
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array


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


class Node:
    """What all nodes have: a value, NaN if there is a variable in it or it is not finite."""

    value: float

    def __post_init__(self) -> None:
        """Compute the value, as the text says."""
        object.__setattr__(self, "value", _value(self))  # type: ignore[arg-type]

    @property
    def is_number(self) -> bool:
        """Whether it has a value."""
        return not math.isnan(self.value)

    @property
    def is_exact(self) -> bool:
        """Whether a number is made of whole numbers, pi and e only, but for exponents."""
        if isinstance(self, Number):
            return self.value.is_integer()
        parts = (self.base,) if isinstance(self, Power) else self.operands
        return all(part.is_exact for part in parts)

    @property
    def operands(self) -> tuple[Expression, ...]:
        """What a node is made of."""
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
        """Sort the factors of a product, or of one factor, into numerator and denominator.

        Factors with a negative exponent stand below, with a positive one. Ones are left out.
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
        """Change the sign of the number in front."""
        first, *others = written_factors(self)  # type: ignore[arg-type]
        if isinstance(first, Number):
            return Product.of([Number(-first.value), *others])
        return Product((Number(-1), first, *others))


@dataclass(frozen=True)
class Number(Node):
    """A number in digits, which must be finite."""

    value: float

    def __post_init__(self) -> None:
        """Make the value a float, and refuse one that has no digits."""
        object.__setattr__(self, "value", float(self.value))
        if not math.isfinite(self.value):
            raise ValueError(f"a number of an expression must be finite, but is {self.value}")


@dataclass(frozen=True)
class Constant(Node):
    """A number with a name: pi or e."""

    name: str


@dataclass(frozen=True)
class Variable(Node):
    """An input, by a name that is a Python identifier."""

    name: str


@dataclass(frozen=True)
class Sum(Node):
    """At least one term, added from left to right."""

    terms: tuple[Expression, ...]


@dataclass(frozen=True)
class Product(Node):
    """At least one factor: see `Node.quotient` for the order."""

    factors: tuple[Expression, ...]

    @staticmethod
    def of(factors: Iterable[Expression]) -> Expression:
        """Return the flat product of these factors without ones, or its only factor."""
        flat = (f for factor in factors for f in written_factors(factor))
        kept = tuple(factor for factor in flat if factor.value != 1.0)
        if len(kept) == 1:
            return kept[0]
        return Product(kept) if kept else Number(1)


@dataclass(frozen=True)
class Power(Node):
    """A base to a power whose exponent has a value."""

    base: Expression
    exponent: Expression


@dataclass(frozen=True)
class Call(Node):
    """A function of an expression."""

    function: Function
    argument: Expression


Expression = Number | Constant | Variable | Sum | Product | Power | Call


CONSTANTS = {"pi": math.pi, "e": math.e}


class Quotient(NamedTuple):
    """A product as it is written: sign, factors above and factors below the line."""

    negative: bool
    above: tuple[Expression, ...]
    below: tuple[Expression, ...]


def written_factors(expression: Expression) -> tuple[Expression, ...]:
    """Return the factors of a product as they are written, or the expression as the only one."""
    return expression.factors if isinstance(expression, Product) else (expression,)


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
    shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
    try:
        with np.errstate(all="ignore"):
            result = _evaluate(expression, arrays)
    except KeyError as missing:
        known = ", ".join(arrays) or "none"
        raise ValueError(f"values must have an array for {missing}, but has {known}") from None
    return np.array(np.broadcast_to(result, shape))


def _evaluate(expression: Expression, values: Mapping[str, Array]) -> Array:
    match expression:
        case Number() | Constant():
            return np.array(expression.value)
        case Variable():
            return values[expression.name]
        case Sum():
            return reduce(add, (_evaluate(term, values) for term in expression.terms))
        case Call():
            return expression.function(_evaluate(expression.argument, values))
        case Power() if expression.exponent.value >= 0.0:
            base = np.asarray(_evaluate(expression.base, values))  # Scalars round otherwise.
            root = expression.exponent.value == 0.5
            return np.sqrt(base) if root else base**expression.exponent.value
    negative, above, below = expression.quotient()
    result = _multiply(above, values)
    if below:
        result = result / _multiply(below, values)
    return -result if negative else result


def _multiply(factors: tuple[Expression, ...], values: Mapping[str, Array]) -> Array:
    return reduce(mul, (_evaluate(factor, values) for factor in factors), np.array(1.0))


def _value(expression: Expression) -> float:
    if isinstance(expression, Constant):
        return CONSTANTS[expression.name]
    parts = expression.operands
    if not parts or any(math.isnan(part.value) for part in parts):
        return math.nan
    with np.errstate(all="ignore"):
        value = float(_evaluate(expression, {}))
    return value if math.isfinite(value) else math.nan
