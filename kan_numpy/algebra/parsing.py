r"""Read expressions from text, through Python's syntax trees; nothing is ever executed.

Understood are numbers, variables, pi, e, ``+ - * / **`` (also ``^``) and functions of one argument.
The tree is built as it is written: evaluating what was read does the operations of the text, in
its order. Use `simplify.simplify` to tidy it up.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from keyword import iskeyword

from kan_numpy.algebra.expressions import (
    Call,
    Expression,
    Function,
    Power,
    Product,
    Sum,
    Variable,
    quotient,
)
from kan_numpy.algebra.number import CONSTANTS, Number, constant_value, named
from kan_numpy.functions.symbols import SYMBOLS

FUNCTIONS: Mapping[str, Function] = {
    name: symbol for name, symbol in SYMBOLS.items() if name.isidentifier() and name != "x"
} | {"ln": SYMBOLS["log"], "sign": SYMBOLS["sgn"]}
"""The functions that `parse` knows by itself."""


def parse(
    text: str,
    functions: Mapping[str, Function] = FUNCTIONS,
    variables: Collection[str] | None = None,
) -> Expression:
    """Read an expression.

    Parameters
    ----------
    text : str
        Such as ``"exp(sin(pi*x) + y^2)"``.
    functions : mapping from str to Function
        The functions that it may use; ``sqrt`` and other powers become a `Power`.
    variables : collection of str, optional
        The variables that it may use, in which case one may be called ``e`` or ``pi``. By
        default, every name that is no constant and no function.

    Returns
    -------
    Expression
        Not simplified.

    Raises
    ------
    TypeError
        If it is no text.
    ValueError
        If something can't be read: the message says what and where.
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
    """What reading a text needs to know all along."""

    text: str
    functions: Mapping[str, Function]
    variables: Collection[str] | None

    @property
    def source(self) -> str:
        """The text as Python takes it: on one line, from the first column, ** instead of ^."""
        return " ".join(self.text.replace("^", "**").splitlines()).strip()

    def where(self, column: int) -> str:
        """Return the position in the text that a column of the source has come from."""
        index, column = 0, column + len(self.text) - len(self.text.lstrip())
        while column > 0 and index < len(self.text):
            column -= 2 if self.text[index] == "^" else 1
            index += 1
        return f" at position {index}"

    def error(self, node: ast.expr, problem: str) -> ValueError:
        column = len(self.source.encode()[: node.col_offset].decode())  # Python counts bytes.
        return ValueError(f"can't read {self.text!r}{self.where(column)}: {problem}")

    def read(self, node: ast.expr) -> Expression:
        match node:
            case ast.BinOp(op=ast.Mult() | ast.Div() | ast.Pow()) if self.is_constant(node):
                return self.constant(node)
            case ast.BinOp():
                return self.operation(node)
            case ast.UnaryOp(op=ast.USub()):
                return _negative(self.read(node.operand))
            case ast.UnaryOp(op=ast.UAdd()):
                return self.read(node.operand)
            case ast.Constant():
                return self.constant(node)
            case ast.Name():
                return self.name(node)
            case ast.Call():
                return self.call(node)
            case _:
                what = "neither number, variable, sum, product, power nor function"
                raise self.error(node, f"{ast.unparse(node)!r} is {what}")

    def is_constant(self, node: ast.expr) -> bool:
        """Whether it is a product, quotient, power or root of numbers: something with a name."""
        match node:
            case ast.Constant():
                return True
            case ast.Name():
                return node.id in CONSTANTS and node.id not in (self.variables or ())
            case ast.BinOp(op=ast.Mult() | ast.Div() | ast.Pow()):
                return self.is_constant(node.left) and self.is_constant(node.right)
            case ast.Call(func=ast.Name(id="sqrt" | "log" as name), args=[argument], keywords=[]):
                return self.functions.get(name) == SYMBOLS[name] and self.is_constant(argument)
        return False

    def constant(self, node: ast.expr) -> Number:
        try:
            constant_value(node)
            return named(ast.unparse(node))
        except ValueError as error:
            raise self.error(node, str(error)) from None

    def operation(self, node: ast.BinOp) -> Expression:
        if isinstance(node.op, ast.Pow):
            return Power(self.read(node.left), self.exponent(node.right))
        left, right = self.read(node.left), self.read(node.right)
        match node.op:
            case ast.Add() | ast.Sub():
                terms = left.terms if isinstance(left, Sum) else (left,)
                return Sum((*terms, _negative(right) if isinstance(node.op, ast.Sub) else right))
            case ast.Mult():
                return Product((*_open_factors(left), _closed(right)))
            case ast.Div():
                return Product((*_open_factors(left), Power(right, Number(-1.0))))
            case _:
                raise self.error(
                    node, f"{ast.unparse(node)!r} has an operator other than + - * / ** ^"
                )

    def exponent(self, node: ast.expr) -> Number:
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -self.exponent(node.operand)
        if self.is_constant(node):
            return self.constant(node)
        names = {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
        if not names & set(self.variables or ()):
            with suppress(ValueError):
                return Number(constant_value(node))
        problem = f"the exponent {ast.unparse(node)!r} must be a number"
        raise self.error(node, f"{problem}; write exp(y*log(x)) for x**y")

    def name(self, node: ast.Name) -> Expression:
        allowed = self.variables
        if allowed is not None and node.id in allowed:
            return Variable(node.id)
        if node.id in CONSTANTS:
            return named(node.id)
        if node.id in self.functions:
            raise self.error(node, f"{node.id!r} is a function; write {node.id}(...)")
        if allowed is not None:
            known = ", ".join(allowed)
            raise self.error(node, f"{node.id!r} is not among the variables {known}")
        return Variable(node.id)

    def call(self, node: ast.Call) -> Expression:
        name = ast.unparse(node.func)
        if not isinstance(node.func, ast.Name) or name not in self.functions:
            known = ", ".join(self.functions)
            hint = (
                "; write * to multiply" if isinstance(node.func, ast.Constant | ast.BinOp) else ""
            )
            raise self.error(node, f"there is no function {name!r}{hint}; known are {known}")
        if len(node.args) != 1 or node.keywords or isinstance(node.args[0], ast.Starred):
            raise self.error(node, f"{name!r} takes one argument")
        function = self.functions[name]
        if name in ("sqrt", "log") and self.is_constant(node.args[0]):
            return self.constant(node)
        argument = self.read(node.args[0])
        if function.power is not None:
            return Power(argument, Number(function.power))
        return Call(function, argument)


def _open_factors(left: Expression) -> tuple[Expression, ...]:
    """Return the factors that one more may join without a change in the order of operations."""
    if isinstance(left, Product) and not quotient(left).below:
        return left.factors
    return (_closed(left),)


def _closed(factor: Expression) -> Expression:
    """Keep a number such as 3/2 from being written as a factor above and a factor below a line."""
    return Product((factor,)) if isinstance(factor, Number) and factor.split() else factor


def _negative(expression: Expression) -> Expression:
    if isinstance(expression, Number):
        return -expression
    factors = expression.factors if isinstance(expression, Product) else (expression,)
    if isinstance(factors[0], Number):
        return Product((-factors[0], *factors[1:]))
    return Product((Number(-1.0), *factors))


def as_names(
    name: str, given: Iterable[str] | None, size: int | None = None, letter: str = "x"
) -> tuple[str, ...]:
    """Return the names of inputs or outputs, if formulas can use them.

    Parameters
    ----------
    name : str
        What the caller calls the argument.
    given : iterable of str, optional
        The names; by default the letter with numbers from 0.
    size : int, optional
        How many there must be.
    letter : str
        For names that are not given.

    Returns
    -------
    tuple of str

    Raises
    ------
    ValueError, TypeError
        If the number is wrong, one comes twice, or one means something else in a formula.
    """
    if given is None and size is not None:
        return tuple(f"{letter}{index}" for index in range(size))
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise TypeError(f"{name} must be a list of names, but is {given!r}")
    names = tuple(given)
    for entry in names:
        if not isinstance(entry, str) or not entry.isidentifier() or iskeyword(entry):
            raise ValueError(f"{name} must hold names such as x or x_1, but holds {entry!r}")
        if entry in FUNCTIONS:
            raise ValueError(f"{name} holds {entry!r}, which means something else in a formula")
    if not names or len(set(names)) < len(names) or size not in (None, len(names)):
        wanted = "at least one name" if size is None else f"{size} different names"
        raise ValueError(f"{name} must hold {wanted}, each once, but is {list(names)}")
    return names
