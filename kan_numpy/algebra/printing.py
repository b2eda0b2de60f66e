r"""Expressions as text that Python reads, and as LaTeX.

Both follow `expressions.quotient`, term by term and factor by factor, with brackets only where
the rules of precedence ask for them.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from kan_numpy.algebra.expressions import Call, Expression, Power, Sum, Variable, quotient
from kan_numpy.algebra.number import Number

# Precedence: how tightly the outermost operation of a text binds.
_SUM, _PRODUCT, _POWER, _ATOM = range(4)

_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau"
    " upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
)
_LATEX_FUNCTIONS = "sin cos tan sinh cosh tanh arcsin arccos arctan log"


def text(expression: Expression) -> str:
    """Write an expression so that a person, Python and `parsing.parse` can read it.

    Parameters
    ----------
    expression : Expression

    Returns
    -------
    str
        Powers with ``**``, square roots with ``sqrt``; numbers with as many digits as it takes
        to read back the same number.
    """
    match expression:
        case Number():
            return expression.text()
        case Variable():
            return expression.name
        case Call():
            return f"{expression.function.name}({text(expression.argument)})"
        case Sum():
            return _join(
                [
                    text(term) if i == 0 else _bracket(term, _PRODUCT)
                    for i, term in enumerate(expression.terms)
                ]
            )
        case Power() if not expression.exponent.is_negative:
            if expression.exponent.value == 0.5:
                return f"sqrt({text(expression.base)})"
            return f"{_bracket(expression.base, _ATOM)}**{_bracket(expression.exponent, _ATOM)}"
    negative, above, below = quotient(expression)
    result = "*".join(
        _bracket(factor, _PRODUCT if i == 0 else _POWER) for i, factor in enumerate(above)
    )
    result = result or "1"
    if below:
        several = len(below) > 1
        divisor = "*".join(
            _bracket(factor, _PRODUCT if several and i == 0 else _POWER)
            for i, factor in enumerate(below)
        )
        result += f"/({divisor})" if several else f"/{divisor}"
    if negative and result.startswith("-"):
        result = f"({result})"
    return f"-{result}" if negative else result


def _join(terms: list[str]) -> str:
    """Put plus signs between terms, and a minus sign where one starts with it."""
    rest = "".join(f" - {term[1:]}" if term[0] == "-" else f" + {term}" for term in terms[1:])
    return terms[0] + rest


def _bracket(expression: Expression, precedence: int) -> str:
    """Write an expression in brackets if its outermost operation binds less tightly."""
    inner = text(expression)
    return inner if _precedence(inner) >= precedence else f"({inner})"


@lru_cache(maxsize=4096)
def _precedence(inner: str) -> int:
    """Read off a text, also the name of somebody's function, how tightly it binds."""
    try:
        root = ast.parse(inner, mode="eval").body
    except SyntaxError:
        return _SUM
    if isinstance(root, ast.UnaryOp):
        return _PRODUCT
    if not isinstance(root, ast.BinOp):
        return _ATOM if isinstance(root, ast.Name | ast.Constant | ast.Call) else _SUM
    if isinstance(root.op, ast.Pow):
        return _POWER
    return _PRODUCT if isinstance(root.op, ast.Mult | ast.Div) else _SUM


def latex(expression: Expression) -> str:
    r"""Write an expression in LaTeX.

    Parameters
    ----------
    expression : Expression

    Returns
    -------
    str
        For mathematics mode, with ``\frac``, ``\sqrt``, and ``\cdot`` where digits would meet.
    """
    match expression:
        case Number():
            return expression.to_latex()
        case Variable():
            return _latex_name(expression.name)
        case Call():
            return _latex_call(expression.function.name, latex(expression.argument))
        case Sum():
            return _join(
                [_latex_term(term, first=i == 0) for i, term in enumerate(expression.terms)]
            )
        case Power() if not expression.exponent.is_negative:
            if expression.exponent.value == 0.5:
                return rf"\sqrt{{{latex(expression.base)}}}"
            return f"{_latex_base(expression.base)}^{{{latex(expression.exponent)}}}"
    negative, above, below = quotient(expression)
    result = _latex_product(above)
    if below:
        result = rf"\frac{{{result}}}{{{_latex_product(below)}}}"
    elif negative and (result.startswith("-") or (len(above) == 1 and isinstance(above[0], Sum))):
        result = _in_brackets(result)
    return f"-{result}" if negative else result


def _latex_call(name: str, argument: str) -> str:
    if name == "exp":
        return f"e^{{{argument}}}"
    if name == "abs":
        return rf"\left|{argument}\right|"
    command = rf"\{name}" if name in _LATEX_FUNCTIONS.split() else _latex_name(name)
    return rf"{command}\left({argument}\right)"


def _latex_term(term: Expression, *, first: bool) -> str:
    inner = latex(term)
    return _in_brackets(inner) if isinstance(term, Sum) and not first else inner


def _latex_product(factors: tuple[Expression, ...]) -> str:
    """Write factors side by side; alone, even a sum needs no brackets."""
    if len(factors) == 1:
        return latex(factors[0])
    result = ""
    for factor in factors:
        inner = latex(factor)
        if isinstance(factor, Sum) or (result and inner.startswith("-")):
            inner = _in_brackets(inner)
        link = r" \cdot " if inner[0].isdigit() else " "
        result += link + inner if result else inner
    return result or "1"


def _latex_base(base: Expression) -> str:
    """Write the base of a power: bare only if nothing in it could be taken for the exponent's."""
    inner = latex(base)
    match base:
        case Variable():
            bare = True
        case Number():
            bare = not base.is_negative and re.fullmatch(r"[\d.]+|\\pi|e", inner) is not None
        case Call():
            bare = inner.endswith(r"\right)") and "^" not in inner.partition(r"\left(")[0]
        case _:
            bare = False
    return inner if bare else _in_brackets(inner)


def _in_brackets(inner: str) -> str:
    return rf"\left({inner}\right)"


def _latex_name(name: str) -> str:
    """Write a variable: x1 and x_1 get an index, theta its letter, longer words are upright."""
    stem, index = re.fullmatch(r"(.*?)_*(\d*|(?<=_)[^_]*)", name, re.DOTALL).groups()  # type: ignore[union-attr]
    if not stem:
        stem, index = name, ""
    letter = rf"\{stem}" if stem in _GREEK.split() else stem
    if len(stem) > 1 and stem not in _GREEK.split():
        letter = rf"\mathrm{{{stem.replace('_', chr(92) + '_')}}}"
    if len(index) > 1 and not index.isdigit():
        index = rf"\mathrm{{{index}}}"
    return f"{letter}_{{{index}}}" if index else letter
