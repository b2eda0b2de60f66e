"""Traversal of expressions, in which a constant such as 2*pi/3 is a single leaf."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kan_numpy.algebra.expressions import Call, Expression, Number, Power, Product, Sum, Variable

__all__ = ["as_multiple", "as_power", "children", "factors_of", "map_children", "terms_of"]
__all__ += ["variables", "walk"]


def children(expression: Expression) -> tuple[Expression, ...]:
    """Return the child nodes; a number has none."""
    if expression.is_number:
        return ()
    return factors_of(expression) if isinstance(expression, Product) else expression.operands


def factors_of(expression: Expression) -> tuple[Expression, ...]:
    """Return the factors of a product, its numbers combined, or the expression alone."""
    if expression.is_number or not isinstance(expression, Product):
        return (expression,)
    numbers = tuple(factor for factor in expression.factors if factor.is_number)
    others = tuple(factor for factor in expression.factors if not factor.is_number)
    if len(numbers) > 1 and (joined := Product(numbers)).is_number:  # and not infinite
        return (joined, *others)
    return (*numbers, *others)


def terms_of(expression: Expression) -> tuple[Expression, ...]:
    """Return the terms of a sum, or the expression alone."""
    if isinstance(expression, Sum) and not expression.is_number:
        return expression.terms
    return (expression,)


def map_children(
    expression: Expression, function: Callable[[Expression], Expression]
) -> Expression:
    """Return a node with each child replaced by a function of it."""
    parts = tuple(map(function, children(expression)))
    match expression:
        case _ if not parts:
            return expression
        case Sum():
            return Sum(parts)
        case Product():
            return Product.of(parts)
        case Power():
            return Power(*parts)
        case Call():
            return Call(expression.function, *parts)
    return expression


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield all nodes in preorder."""
    yield expression
    for child in children(expression):
        yield from walk(child)


def variables(expression: Expression) -> tuple[str, ...]:
    """Return the names of the variables, without duplicates, in the order of appearance."""
    names = (node.name for node in walk(expression) if isinstance(node, Variable))
    return tuple(dict.fromkeys(names))


def as_power(factor: Expression) -> tuple[Expression, Expression]:
    """Return base and exponent of a power of a number, or the factor itself and 1."""
    if isinstance(factor, Power) and factor.exponent.is_number:
        return factor.base, factor.exponent
    return factor, Number(1)


def as_multiple(term: Expression) -> tuple[Expression, Expression]:
    """Return the coefficient of a term, and the term without it."""
    if term.is_number:
        return term, Number(1)
    first, *others = factors_of(term)
    return (first, Product.of(others)) if first.is_number else (Number(1), term)
