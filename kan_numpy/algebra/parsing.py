r"""Expressions parsed from text by recursive descent; the text is never executed.

.. code-block:: text

    sum     = product, { ("+" | "-"), product }
    product = factor, { ("*" | "/"), factor }
    factor  = { "+" | "-" }, atom, [ ("**" | "^"), factor ]
    atom    = number | name | function, "(", sum, ")" | "(", sum, ")"

The precedence is Python's. The result has the structure of the text, so that its evaluation
performs the same operations in the same order; `simplify.simplify` brings it to normal form. What
is too long, too deep or too high a power is refused before it costs time.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from keyword import iskeyword
from typing import NamedTuple
from unicodedata import normalize

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
from kan_numpy.functions.symbols import SYMBOLS

__all__ = ["DEEPEST", "FUNCTIONS", "HIGHEST_POWER", "LONGEST", "MOST_NODES", "MOST_TOKENS", "parse"]
__all__ += ["require_size"]

FUNCTIONS: Mapping[str, Function] = {
    name: symbol for name, symbol in SYMBOLS.items() if name.isidentifier() and name != "x"
} | {"ln": SYMBOLS["log"], "sign": SYMBOLS["sgn"]}
"""The functions that `parse` knows by default."""

LONGEST, MOST_TOKENS = 300_000, 30_000
"""The characters, and the names, numbers and signs, of a text: two thousand terms of a network."""

DEEPEST = 160
"""The levels of an expression: each takes up to four calls, of the thousand that Python allows."""

MOST_NODES = 100_000
"""The parts of an expression."""

HIGHEST_POWER = 1024
"""The largest exponent: 2 to this power is above the largest number of float64."""

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<name>[^\W\d]\w*)|(?P<sign>\*\*|[-+*/^()])|(?P<other>\S)|(?P<end>$))"
)
_PIECE = re.compile(r"[\w.]+|\S")


def parse(
    text: str,
    functions: Mapping[str, Function] = FUNCTIONS,
    variables: Collection[str] | None = None,
) -> Expression:
    """Parse an expression such as ``"exp(sin(pi*x) + y^2)"``, without simplifying it.

    ``functions`` are those it may use, by name; ``sqrt`` and other powers become a `Power`. The
    names in ``variables``, if given, are the only ones allowed, and may include ``e`` and ``pi``. A
    ValueError of at most 300 characters states the position of the error.
    """
    if not isinstance(text, str):
        raise TypeError(f"an expression must be text such as 'x**2 + y', but is {text!r:.60}")
    if len(text) > LONGEST:
        raise _too_long(text, f"{LONGEST} characters")
    reader = _Reader(text, functions, variables, _tokens(text))
    try:
        result = reader.sum()
    except (RecursionError, MemoryError):
        raise ValueError(f"can't read {text[:40]!r}...: it is nested too deeply") from None
    if reader.token.kind != "end":
        raise reader.unexpected()
    require_size(result)
    return result


def require_size(expression: Expression) -> None:
    """Refuse an expression of more than `DEEPEST` levels, or more than `MOST_NODES` nodes."""
    level, levels, count = [expression], 0, 0
    while level:
        levels, count = levels + 1, count + len(level)
        if levels > DEEPEST or count > MOST_NODES:
            raise ValueError(
                f"formula is too large: it is nested too deeply, beyond {DEEPEST} levels, or has"
                f" more than {MOST_NODES} parts"
            )
        level = [part for node in level for part in node.operands]


class _Token(NamedTuple):
    """A number, a name, a sign, another character or the end."""

    kind: str
    text: str
    place: int


def _tokens(text: str) -> list[_Token]:
    """Divide a text."""
    if len(_PIECE.findall(text)) > MOST_TOKENS:
        raise _too_long(text, f"{MOST_TOKENS} numbers, names and signs")
    return [
        _Token(kind, match[kind], match.start(kind))
        for match in _TOKEN.finditer(text)
        if (kind := match.lastgroup) is not None
    ]


def _too_long(text: str, most: str) -> ValueError:
    """Return the error to raise for a text that has more than something."""
    return ValueError(f"can't read {text[:40]!r}...: it has more than {most}")


@dataclass
class _Reader:
    """The state of parsing one text."""

    text: str
    functions: Mapping[str, Function]
    variables: Collection[str] | None
    tokens: list[_Token]
    at: int = 0
    depth: int = 0

    @property
    def token(self) -> _Token:
        """The next token."""
        return self.tokens[self.at]

    def take(self, *signs: str) -> str:
        """Pass the next token and return it if it is one of these signs, otherwise return ""."""
        kind, text, _ = self.tokens[self.at]
        if kind != "sign" or text not in signs:
            return ""
        self.at += 1
        return text

    def error(self, place: int, problem: str) -> ValueError:
        """Return the error to raise for a place in the text, of at most 300 characters."""
        near = self.text
        if len(near) > 60:
            near = f"...{near[max(0, place - 20) : place + 20]}..."
        return ValueError(f"can't read {repr(near)[:90]} at position {place}: {problem}"[:300])

    def unexpected(self) -> ValueError:
        """Return the error to raise for a token that may not follow."""
        kind, text, place = self.token
        before = self.tokens[self.at - 1] if self.at else _Token("", "", 0)
        problem = f"{_short(text)} is not expected here"
        if kind == "end":
            place, problem = len(self.text), "a number, a name or a bracket is missing"
        elif text == "#":
            problem = "'#' is refused, because a formula has no comments"
        elif text == ",":
            problem = "',' is refused, because every function takes one argument"
        elif kind == "other" and text in "%@&|~<>=!":
            problem = f"{text!r} is an operator other than + - * / ** ^"
        elif text == "(":
            problem = f"there is no function {_short(before.text)}; write * to multiply"
        elif kind in ("number", "name") and (before.kind == "number" or before.text == ")"):
            problem = f"there is no operator before {_short(text)}; write * to multiply"
        return self.error(place, problem)

    def checked(self, result: Expression, parts: Iterable[Expression], place: int) -> Expression:
        """Return the result of an operation, unless it is an infinite or undefined number."""
        if not result.is_number and all(part.is_number for part in parts):
            written = self.text[place : self.token.place].strip()
            raise self.error(place, f"{_short(written)} is not a finite real constant")
        return result

    def sum(self) -> Expression:
        """Read terms, which are added from left to right."""
        place = self.token.place
        self.depth += 1  # and the calls that one level takes are this one, and the three below
        if self.depth > DEEPEST:
            raise self.error(place, f"it is nested too deeply, beyond {DEEPEST} levels")
        result = self.product()
        if self.token.text in ("+", "-"):
            terms: list[Expression] = list(result.terms) if isinstance(result, Sum) else [result]
            while sign := self.take("+", "-"):
                term = self.product()
                terms.append(-term if sign == "-" else term)
            result = self.checked(Sum(tuple(terms)), terms, place)
        self.depth -= 1
        return result

    def product(self) -> Expression:
        """Read factors, so that each is multiplied, or divided by, in the order of the text."""
        place, first = self.token.place, self.factor()
        if self.token.text not in ("*", "/"):
            return first
        is_open = isinstance(first, Product) and not first.quotient().below
        factors: list[Expression] = list(first.operands) if is_open else [first]
        quotients = 0
        while sign := self.take("*", "/"):
            if len(factors) > 1 and (_is_below(factors[0]) or _is_below(factors[-1])):
                factors = [Product(tuple(factors))]  # the quotient so far, which is computed first
                quotients += 1
                if quotients > DEEPEST:
                    raise self.error(place, f"it is nested too deeply, beyond {DEEPEST} levels")
            at, factor = self.token.place, self.factor()
            if sign == "/":
                inverse = Power(factor, Number(-1))
                if factor.is_number and not inverse.is_number:
                    raise self.error(at, "its inverse is not a finite real constant")
                factor = inverse
            factors.append(factor)
        return self.checked(Product(tuple(factors)), factors, place)

    def factor(self) -> Expression:
        """Read signs, and a number, a name, a call or a bracket, maybe to a power."""
        negative = False
        while sign := self.take("+", "-"):
            negative ^= sign == "-"
        place, result = self.token.place, self.atom()
        if self.take("**", "^"):
            at = self.token.place
            exponent = self.factor()
            written = _short(self.text[at : self.token.place].strip())
            if not result.is_number and abs(exponent.value) > HIGHEST_POWER:
                raise self.error(at, f"the exponent {written} is beyond {HIGHEST_POWER}")
            result = self.checked(Power(result, exponent), (result, exponent), place)
        return -result if negative else result

    def atom(self) -> Expression:
        """Read a number, a name, a call or a bracket."""
        kind, text, place = self.token
        function = None
        if kind == "number":
            self.at += 1
            result = self.checked(_number(text), (), place)
        elif kind == "name" and self.tokens[self.at + 1].text != "(":
            self.at += 1
            result = self.name(text, place)
        else:
            if kind == "name":
                self.at += 1
                function = self.function(text, place)
            if not self.take("("):
                raise self.unexpected()
            result = self.sum()
            if function and self.token.text == ",":
                raise self.error(place, f"{text!r} takes one argument")
            if not self.take(")"):
                raise self.unexpected()
        if function is not None and function.power is not None:
            result = self.checked(Power(result, Number(function.power)), [result], place)
        elif function is not None:
            result = self.checked(Call(function, result), [result], place)
        if self.token.text == "(":
            raise self.unexpected()
        return result

    def name(self, name: str, place: int) -> Expression:
        """Return the variable or the constant of a name."""
        plain = normalize("NFKC", name)
        if plain != name or not name.isidentifier() or iskeyword(name):
            problem = f"; write {plain!a:.40}" if plain != name else ""
            raise self.error(place, f"{_short(name)} is not the name of a variable{problem}")
        if self.variables is not None and name in self.variables:
            return Variable(name)
        if name in CONSTANTS:
            return Constant(name)
        if name in self.functions:
            raise self.error(place, f"{name!r} is a function; write {name}(...)")
        if self.variables is not None:
            known = _list(self.variables)
            raise self.error(place, f"{_short(name)} is not among the variables {known}")
        return Variable(name)

    def function(self, name: str, place: int) -> Function:
        """Return the function of a name, which has an argument."""
        if name not in self.functions:
            hint = "; write * to multiply" if name in (self.variables or ()) else ""
            known = _list(self.functions)
            raise self.error(place, f"there is no function {_short(name)}{hint}; known are {known}")
        if self.tokens[self.at + 1].text == ")":
            raise self.error(place, f"{name!r} takes one argument")
        return self.functions[name]


def _number(text: str) -> Expression:
    """Return a number, or one over zero if it is too large."""
    value = float(text)
    return Number(value) if math.isfinite(value) else Power(Number(0), Number(-1))


def _is_below(factor: Expression) -> bool:
    """Return whether a factor is written below the line."""
    return isinstance(factor, Power) and factor.exponent.value < 0.0


def _short(text: str) -> str:
    """Return what is quoted of a text, in ASCII, because letters may look like others."""
    return ascii(text) if len(text) <= 40 else f"{text[:40]!a}..."


def _list(names: Iterable[str]) -> str:
    """Return a list of names, cut to 100 characters."""
    listed = ", ".join(names)
    return listed if len(listed) <= 100 else f"{listed[:100]}..."
