r"""Expressions as Python-compatible text and as LaTeX.

Both use `expressions.Node.quotient` for products, and parentheses only where the precedence of
operators requires them.
"""

from __future__ import annotations

import re

from kan_numpy.algebra.expressions import Call, Constant, Expression, Number, Power, Sum, Variable

__all__ = ["digits", "latex", "text"]

_SUM, _PRODUCT, _POWER, _ATOM = range(4)

_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau"
    " upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
)
_LATEX_FUNCTIONS = "sin cos tan sinh cosh tanh arcsin arccos arctan log"


def _precedence(expression: Expression) -> int:
    """Return the precedence of the outermost operation as it is written."""
    match expression:
        case Sum():
            return _SUM
        case Power() if not expression.exponent.value <= 0.0:
            return _ATOM if expression.exponent.value == 0.5 else _POWER
        case Call() | Constant() | Variable():
            return _ATOM
        case Number() if expression.value >= 0.0:
            return _ATOM
    return _PRODUCT


def text(expression: Expression) -> str:
    """Return an expression as text that Python and `parsing.parse` can read.

    Powers are written with ``**``, square roots with ``sqrt``, and numbers with the fewest digits
    that read back as the same number.
    """
    match expression:
        case Number():
            return digits(expression.value)
        case Constant() | Variable():
            return expression.name
        case Call():
            return f"{expression.function.name}({text(expression.argument)})"
        case Sum():
            first, *others = expression.terms
            return _join([text(first), *(_bracket(term, _PRODUCT) for term in others)])
        case Power() if not expression.exponent.value < 0.0:
            if expression.exponent.value == 0.5:
                return f"sqrt({text(expression.base)})"
            return f"{_bracket(expression.base, _ATOM)}**{_bracket(expression.exponent, _ATOM)}"
    negative, above, below = expression.quotient()
    result = _product(above)
    if below:
        result += f"/({_product(below)})" if len(below) > 1 else f"/{_bracket(below[0], _POWER)}"
    if negative and result.startswith("-"):
        result = f"({result})"
    return f"-{result}" if negative else result


def digits(value: float) -> str:
    """Return the shortest decimal representation that reads back as the same number."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)


def _join(terms: list[str]) -> str:
    """Join terms with plus signs, or minus signs for negative terms."""
    rest = "".join(f" - {term[1:]}" if term[0] == "-" else f" + {term}" for term in terms[1:])
    return terms[0] + rest


def _product(factors: tuple[Expression, ...]) -> str:
    """Return the factors joined by ``*``, or 1 if there are none."""
    return "*".join(_bracket(f, _POWER if i else _PRODUCT) for i, f in enumerate(factors)) or "1"


def _bracket(expression: Expression, precedence: int) -> str:
    """Return the text, in parentheses if the precedence of the expression is lower."""
    inner = text(expression)
    return inner if _precedence(expression) >= precedence else f"({inner})"


def latex(expression: Expression) -> str:
    r"""Return an expression in LaTeX for math mode, with ``\frac``, ``\sqrt`` and ``\cdot``."""
    match expression:
        case Number():
            mantissa, _, exponent = digits(expression.value).partition("e")
            return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa
        case Constant() | Variable():
            return _latex_name(expression.name)
        case Call():
            return _latex_call(expression.function.name, latex(expression.argument))
        case Sum():
            first, *others = expression.terms
            rest = (_in_brackets(latex(t)) if isinstance(t, Sum) else latex(t) for t in others)
            return _join([latex(first), *rest])
        case Power() if not expression.exponent.value < 0.0:
            if expression.exponent.value == 0.5:
                return rf"\sqrt{{{latex(expression.base)}}}"
            return f"{_latex_base(expression.base)}^{{{latex(expression.exponent)}}}"
    negative, above, below = expression.quotient()
    result = _latex_product(above)
    if below:
        result = rf"\frac{{{result}}}{{{_latex_product(below)}}}"
    elif negative and (result.startswith("-") or (len(above) == 1 and isinstance(above[0], Sum))):
        result = _in_brackets(result)
    return f"-{result}" if negative else result


def _latex_call(name: str, argument: str) -> str:
    """Return a function of an argument in LaTeX."""
    if name == "exp":
        return f"e^{{{argument}}}"
    if name == "abs":
        return rf"\left|{argument}\right|"
    command = rf"\{name}" if name in _LATEX_FUNCTIONS.split() else _latex_name(name)
    return rf"{command}\left({argument}\right)"


def _latex_product(factors: tuple[Expression, ...]) -> str:
    """Return factors side by side; a single one needs no parentheses, even if it is a sum."""
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
    """Return the base of a power, in parentheses unless its extent is unambiguous."""
    inner = latex(base)
    pattern = r"[^^]*?\\left\(.*\\right\)" if isinstance(base, Call) else r"[\d.]+"
    bare = isinstance(base, Variable | Constant) or re.fullmatch(pattern, inner, re.DOTALL)
    return inner if bare else _in_brackets(inner)


def _in_brackets(inner: str) -> str:
    """Return LaTeX in parentheses."""
    return rf"\left({inner}\right)"


def _latex_name(name: str) -> str:
    """Return a name in LaTeX: x1 and x_1 with a subscript, Greek letters, long names upright."""
    stem, index = re.fullmatch(r"(.*?)_*(\d*|(?<=_)[^_]*)", name, re.DOTALL).groups()  # type: ignore[union-attr]
    if not stem:
        stem, index = name, ""
    if stem in _GREEK.split():
        stem = rf"\{stem}"
    elif len(stem) > 1:
        stem = rf"\mathrm{{{stem.replace('_', chr(92) + '_')}}}"
    if len(index) > 1 and not index.isdigit():
        index = rf"\mathrm{{{index}}}"
    return f"{stem}_{{{index}}}" if index else stem
