r"""Numbers as they are written: in digits, or by a name such as pi/2.

A `Number` is the leaf of an expression. One that has been recognized carries the text of its name
and the LaTeX of it, and its value is what the operations in that text give, bit for bit.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

CONSTANTS = {"pi": math.pi, "e": math.e}
"""The names that stand for numbers."""


def _power(base: float, exponent: float) -> float:
    """Raise to a power as NumPy does, whose square is a product and not that of `math.pow`."""
    with np.errstate(all="ignore"):
        return float(np.array(base) ** exponent)


_OPERATIONS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: _power,
}
_FUNCTIONS: dict[str, Callable[[float], float]] = {"sqrt": math.sqrt, "log": np.log}


@dataclass(frozen=True)
class Number:
    r"""Hold one number of an expression.

    Parameters
    ----------
    value : float
        Finite.
    name : str, optional
        How it is written, such as ``"sqrt(2)/2"``; otherwise its digits are.
    latex : str, optional
        The name in LaTeX, such as ``"\\frac{\\sqrt{2}}{2}"``.

    Raises
    ------
    ValueError
        If the value is NaN or infinite.

    Notes
    -----
    Two numbers are equal if their values are: the name is only how one is written.
    """

    value: float
    name: str | None = field(default=None, compare=False)
    latex: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Make the value a float, and refuse one that has no digits."""
        object.__setattr__(self, "value", float(self.value))
        if not math.isfinite(self.value):
            raise ValueError(f"a number of an expression must be finite, but is {self.value}")

    @property
    def is_negative(self) -> bool:
        """Whether it is written with a minus sign."""
        return self.name.startswith("-") if self.name else self.value < 0.0

    @property
    def is_integer(self) -> bool:
        """Whether it is a whole number."""
        return self.value.is_integer()

    def __neg__(self) -> Number:
        """Change the sign, in the name too."""
        if self.name is None:
            return Number(-self.value)
        if self.is_negative:
            return Number(-self.value, self.name[1:], (self.latex or "")[1:] or None)
        return Number(-self.value, f"-{self.name}", f"-{self.latex}" if self.latex else None)

    def text(self) -> str:
        """Return the name, or else the shortest digits that are read back as the same number."""
        return self.name or _digits(self.value)

    def to_latex(self) -> str:
        """Return the same in LaTeX."""
        if self.name:
            return self.latex or rf"\mathrm{{{self.name}}}"
        mantissa, _, exponent = _digits(self.value).partition("e")
        return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa

    def split(self) -> tuple[Number, Number] | None:
        """Return numerator and denominator of a name that is a fraction, else None."""
        if self.name is None or "/" not in self.name:
            return None
        root = ast.parse(self.name, mode="eval").body
        if not (isinstance(root, ast.BinOp) and isinstance(root.op, ast.Div)):
            return None
        return named(ast.unparse(root.left)), named(ast.unparse(root.right))


def _digits(value: float) -> str:
    if value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    return repr(value)


@lru_cache(maxsize=4096)
def named(name: str) -> Number:
    """Return the number that a name stands for.

    Parameters
    ----------
    name : str
        Numbers, ``pi`` and ``e`` under ``+ - * / **``, ``sqrt`` and ``log``: ``"2*pi/3"``.

    Returns
    -------
    Number
        Without a name if these are just its digits.

    Raises
    ------
    ValueError
        If it is no constant, or has no finite value.
    """
    name = name.replace(" ", "")
    tree = ast.parse(name, mode="eval").body
    value = constant_value(tree)
    return Number(value) if isinstance(tree, ast.Constant) else Number(value, name, _latex(tree))


def constant_value(node: ast.expr) -> float:
    """Compute a constant from its syntax tree, in the order in which Python does.

    Raises
    ------
    ValueError
        If something in it is not a constant, or the result is not a finite real number.
    """
    try:
        return _value(node)
    except (ArithmeticError, ValueError):
        raise ValueError(f"{ast.unparse(node)} is not a finite real constant") from None


def _value(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        value = float(node.value)  # type: ignore[arg-type]
        if math.isfinite(value):
            return value
    elif isinstance(node, ast.Name) and node.id in CONSTANTS:
        return CONSTANTS[node.id]
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        value = _value(node.operand)
        return -value if isinstance(node.op, ast.USub) else value
    elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        value = _OPERATIONS[type(node.op)](_value(node.left), _value(node.right))
        if math.isfinite(value):
            return value
    elif isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        function = _FUNCTIONS.get(ast.unparse(node.func), _refuse)
        value = _value(node.args[0])
        if value > 0.0 or function is math.sqrt:
            return float(function(value))
    raise ValueError


def _refuse(_: float) -> float:
    raise ValueError


def _latex(node: ast.expr) -> str:
    """Write the tree of a constant that `constant_value` has accepted."""
    if isinstance(node, ast.UnaryOp):
        return "-" * isinstance(node.op, ast.USub) + _latex(node.operand)
    if isinstance(node, ast.Call):
        inner = _latex(node.args[0])
        is_root = ast.unparse(node.func) == "sqrt"
        return rf"\sqrt{{{inner}}}" if is_root else rf"\log\left({inner}\right)"
    if not isinstance(node, ast.BinOp):
        text = ast.unparse(node)
        return {"pi": r"\pi", "e": "e"}.get(text) or Number(float(text)).to_latex()
    left, right = _latex(node.left), _latex(node.right)
    if isinstance(node.op, ast.Div):
        if left.startswith("-"):
            return rf"-\frac{{{left[1:]}}}{{{right}}}"
        return rf"\frac{{{left}}}{{{right}}}"
    if isinstance(node.op, ast.Pow):
        bare = not isinstance(node.left, ast.BinOp | ast.UnaryOp)
        return rf"{left}^{{{right}}}" if bare else rf"\left({left}\right)^{{{right}}}"
    if isinstance(node.op, ast.Mult):
        return rf"{left} \cdot {right}" if right[:1].isdigit() else f"{left} {right}"
    return rf"\left({left} {'+' if isinstance(node.op, ast.Add) else '-'} {right}\right)"
