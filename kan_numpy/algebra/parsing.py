r"""Expressions parsed from text with Python's syntax trees; the text is never executed.

The grammar has numbers, variables, pi, e, ``+ - * / **`` (also ``^``) and functions of one
argument. The result has the structure of the text, so that its evaluation performs the same
operations in the same order; `simplify.simplify` brings it to normal form.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from kan_numpy.algebra.expressions import (
    CONSTANTS,
    Call,
    Constant,
    Expression,
    Function,
    Number,
    Power,
    Product,
    Sum,
    Variable,
)
from kan_numpy.algebra.traversal import variables as variables_of
from kan_numpy.functions.symbols import SYMBOLS

FUNCTIONS: Mapping[str, Function] = {
    name: symbol for name, symbol in SYMBOLS.items() if name.isidentifier() and name != "x"
} | {"ln": SYMBOLS["log"], "sign": SYMBOLS["sgn"]}
"""The functions that `parse` knows by default."""


def parse(
    text: str,
    functions: Mapping[str, Function] = FUNCTIONS,
    variables: Collection[str] | None = None,
) -> Expression:
    """Parse an expression such as ``"exp(sin(pi*x) + y^2)"``, without simplifying it.

    ``functions`` are those it may use, by name; ``sqrt`` and other powers become a `Power`. The
    names in ``variables``, if given, are the only ones allowed, and may include ``e`` and ``pi``. A
    ValueError states the position of the error.
    """
    if not isinstance(text, str):
        raise TypeError(f"an expression must be text such as 'x**2 + y', but is {text!r}")
    reader = _Reader(text, functions, variables)
    try:
        return reader.read(ast.parse(reader.source, mode="eval").body)
    except SyntaxError as error:
        column = error.offset - 1 if error.offset else len(reader.source)
        raise ValueError(f"can't read {text!r}{reader.where(column)}: {error.msg}") from None
    except (RecursionError, MemoryError):
        raise ValueError(f"can't read {text[:60]!r}...: it is nested too deeply") from None


@dataclass
class _Reader:
    """The state of parsing one text."""

    text: str
    functions: Mapping[str, Function]
    variables: Collection[str] | None

    @property
    def source(self) -> str:
        """The text as Python source: one line, without leading spaces, ** for ^."""
        return " ".join(self.text.replace("^", "**").splitlines()).strip()

    def where(self, column: int) -> str:
        """Return the position in the text of a column of the source."""
        index, column = 0, column + len(self.text) - len(self.text.lstrip())
        while column > 0 and index < len(self.text):
            column -= 2 if self.text[index] == "^" else 1
            index += 1
        return f" at position {index}"

    def error(self, node: ast.expr, problem: str) -> ValueError:
        """Return the error to raise for a node."""
        column = len(self.source.encode()[: node.col_offset].decode())  # Python counts bytes.
        return ValueError(f"can't read {self.text!r}{self.where(column)}: {problem}")

    def read(self, node: ast.expr) -> Expression:
        """Convert a syntax tree to an expression."""
        match node:
            case ast.BinOp():
                result = self.operation(node)
            case ast.UnaryOp(op=ast.USub()):
                result = -self.read(node.operand)
            case ast.UnaryOp(op=ast.UAdd()):
                result = self.read(node.operand)
            case ast.Constant():
                result = self.number(node)
            case ast.Name():
                result = self.name(node)
            case ast.Call():
                result = self.call(node)
            case _:
                what = "neither number, variable, sum, product, power nor function"
                raise self.error(node, f"{ast.unparse(node)!r} is {what}")
        if not result.is_number and not variables_of(result):
            raise self.error(node, f"{ast.unparse(node)} is not a finite real constant")
        return result

    def number(self, node: ast.Constant) -> Number:
        """Convert a literal, which must be a finite real number."""
        if type(node.value) in (int, float) and abs(node.value) <= sys.float_info.max:  # type: ignore
            return Number(float(node.value))  # type: ignore[arg-type]
        raise self.error(node, f"{ast.unparse(node)} is not a finite real constant")

    def operation(self, node: ast.BinOp) -> Expression:
        """Convert a binary operation."""
        left, right = self.read(node.left), self.read(node.right)
        match node.op:
            case ast.Add() | ast.Sub():
                terms = left.terms if isinstance(left, Sum) else (left,)
                return Sum((*terms, -right if isinstance(node.op, ast.Sub) else right))
            case ast.Mult():
                return Product((*_open_factors(left), right))
            case ast.Div():
                return Product((*_open_factors(left), Power(right, Number(-1))))
            case ast.Pow() if right.is_number:
                return Power(left, right)
            case ast.Pow():
                problem = f"the exponent {ast.unparse(node.right)!r} must be a number"
                raise self.error(node.right, f"{problem}; write exp(y*log(x)) for x**y")
        raise self.error(node, f"{ast.unparse(node)!r} has an operator other than + - * / ** ^")

    def name(self, node: ast.Name) -> Expression:
        """Convert a name to a variable or constant."""
        if self.variables is not None and node.id in self.variables:
            return Variable(node.id)
        if node.id in CONSTANTS:
            return Constant(node.id)
        if node.id in self.functions:
            raise self.error(node, f"{node.id!r} is a function; write {node.id}(...)")
        if self.variables is not None:
            known = ", ".join(self.variables)
            raise self.error(node, f"{node.id!r} is not among the variables {known}")
        return Variable(node.id)

    def call(self, node: ast.Call) -> Expression:
        """Convert a call to a function of one argument, or to a power."""
        name = ast.unparse(node.func)
        if not isinstance(node.func, ast.Name) or name not in self.functions:
            times = isinstance(node.func, ast.Constant | ast.BinOp)
            hint = "; write * to multiply" if times else ""
            known = ", ".join(self.functions)
            raise self.error(node, f"there is no function {name!r}{hint}; known are {known}")
        if len(node.args) != 1 or node.keywords or isinstance(node.args[0], ast.Starred):
            raise self.error(node, f"{name!r} takes one argument")
        function, argument = self.functions[name], self.read(node.args[0])
        if function.power is not None:
            return Power(argument, Number(function.power))
        return Call(function, argument)


def _open_factors(left: Expression) -> tuple[Expression, ...]:
    """Return the factors that one more may follow without changing the order of operations."""
    if isinstance(left, Product) and not left.quotient().below:
        return left.factors
    return (left,)
