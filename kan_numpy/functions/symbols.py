r"""The library of symbolic functions, with their derivatives, domains and complexities.

A `Symbol` is a named function of one variable. `SYMBOLS` contains the 29 of pykan 0.2.8 (two of
them under a second name), and J0, arcsinh, softplus, sigmoid, erf, sinh, cosh and 1/(1+x^2).
User-defined symbols are accepted wherever functions are listed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from math import inf
from numbers import Real
from typing import Any

import numpy as np
import scipy

from kan_numpy._arguments import as_flag, as_list
from kan_numpy._arrays import Array
from kan_numpy._validation import as_number, listed, shown
from kan_numpy.functions.activations import ACTIVATIONS, Activation, Function
from kan_numpy.functions.sigmoids import sigmoid

__all__ = ["SYMBOLS", "Symbol"]

FREE_NUMBERS = {"0": 1, "x": 2, "exp": 3, "log": 3, "abs": 3, "sgn": 3}
"""The number of independent parameters of c f(a x + b) + d if not four; powers have three."""


@dataclass(frozen=True)
class Symbol(Activation):
    r"""A function f for a symbolic edge, with the properties that a search needs.

    Parameters
    ----------
    name : str
        Its name in formulas and tables.
    function : callable
        f, elementwise.
    derivatives : tuple of callable
        :math:`(f', f'', f''')`; refitting needs the first, differential equations the others.
    complexity : int
        The penalty that is weighed against the error: 0 for a constant, 1 for x, 2 for sin.
    domain : pair of float
        The interval to which a fit restricts the arguments: one branch of a function with poles or
        periods; its symmetry gives the others.
    open : bool
        Whether the finite ends of the domain are excluded.
    parity : {1, -1, 0}
        :math:`f(-u) = \pm f(u)`, or neither.
    power : float, optional
        p, if :math:`f(u) = u^p`.
    waves : bool
        Whether f may have many maxima; its scale is then searched in small steps.

    Raises
    ------
    ValueError
        If the name is empty, there is no derivative, the complexity is negative, the domain is not
        increasing, the parity is none of 1, -1 and 0, or the power is not finite.
    TypeError
        If the name is not a text, one of the functions is not callable, or another argument is of
        the wrong type.

    Examples
    --------
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> sinc = kn.Symbol("sinc", np.sinc, (lambda u: np.cos(np.pi * u),), parity=1)
    >>> sinc, sinc(np.array([0.0, 1.0])).round(12)
    (Symbol('sinc'), array([1., 0.]))
    """

    complexity: int = 3
    domain: tuple[float, float] = (-inf, inf)
    open: bool = False
    parity: int = 0
    power: float | None = None
    waves: bool = True

    def __post_init__(self) -> None:
        """Check the functions and the domain."""
        super().__post_init__()
        as_number("complexity", self.complexity, 0.0)
        ends = as_list("domain", self.domain, "a pair of numbers")
        if [isinstance(end, Real) and not isinstance(end, bool) for end in ends] != [True, True]:
            raise TypeError(f"domain must be a pair of numbers, but is {shown(self.domain)}")
        if not ends[0] < ends[1]:
            raise ValueError(f"domain must rise from low to high, but is {shown(self.domain)}")
        object.__setattr__(self, "domain", tuple(ends))
        if as_number("parity", self.parity) not in (-1.0, 0.0, 1.0):
            raise ValueError(f"parity must be 1, -1 or 0, but is {shown(self.parity)}")
        if self.power is not None:
            as_number("power", self.power)
        as_flag("open", self.open)
        as_flag("waves", self.waves)

    def __repr__(self) -> str:
        """Return the name as in ``Symbol('sin')``."""
        return f"Symbol({self.name!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and unpickle a member of `SYMBOLS` as that same object."""
        if SYMBOLS.get(self.name) is self:
            return as_symbol, ("name", self.name)
        return object.__reduce__(self)  # type: ignore[return-value]

    def __call__(self, x: Array, derivative: int = 0) -> Array:
        """Evaluate f, or its derivative of the given order, with NaN where it is not defined."""
        with np.errstate(all="ignore"):
            return super().__call__(x, derivative)

    @property
    def numbers(self) -> int:
        """The number of independent ones among a, b, c, d: 3 if f(a u) is c f(u) + d, else 4."""
        if SYMBOLS.get(self.name) is self and self.name in FREE_NUMBERS:
            return FREE_NUMBERS[self.name]
        return 4 if self.power is None else 3

    @property
    def total_complexity(self) -> int:
        """The complexity of a fitted symbol: its own plus the number of free parameters."""
        return self.complexity + self.numbers

    def defined(self, low: Array, high: Array) -> Any:
        """Return whether the intervals from low to high, both (...), are in the domain."""
        if self.open:
            return (low > self.domain[0]) & (high < self.domain[1])
        return (low >= self.domain[0]) & (high <= self.domain[1])


def _zero(u: Array) -> Array:
    """Return zeros of the shape (...) of u."""
    return np.zeros_like(u)


def P(k: float, p: float) -> Function:
    r"""Return the power :math:`k u^p`."""
    return partial(_multiple_of_power, k, p)


def M(f: Function) -> Function:
    r"""Return minus a function, :math:`-f(u)`."""
    return partial(_negated, f)


def T(*coef: float) -> Function:
    r"""Return :math:`\sum_i c_i \tan^i u`; the derivative of tan is 1 + tan^2."""
    return partial(_in_tan, coef)


def G(*coef: float) -> Function:
    r"""Return :math:`e^{-u^2} \sum_i c_i u^i`."""
    return partial(_times_gaussian, coef)


def Q(sign: int, p: float, *coef: float) -> Function:
    r"""Return :math:`(1 \pm u^2)^{-p} \sum_i c_i u^i`."""
    return partial(_over_square, sign, p, coef)


def J(d: int) -> Function:
    r"""Return :math:`J_0^{(d)}`; the recurrence :math:`2 J_n' = J_{n-1} - J_{n+1}` by SciPy."""
    return partial(_special, "jvp", 0, n=d) if d else partial(_special, "j0")


def S(u: Array) -> Array:
    r"""Return the softplus :math:`\log(1 + e^u)` without overflow."""
    return np.logaddexp(0.0, u)


# Functions that can be pickled, as those inside of functions cannot.


def _multiple_of_power(k: float, p: float, u: Array) -> Array:
    """Return k u^p (...)."""
    return k * u**p if k else np.zeros_like(u)


def _negated(f: Function, u: Array) -> Array:
    """Return -f(u) (...)."""
    return -f(u)


def _in_tan(coef: tuple[float, ...], u: Array) -> Array:
    """Return a polynomial in tan u (...)."""
    return _polynomial(coef, np.tan(u))


def _times_gaussian(coef: tuple[float, ...], u: Array) -> Array:
    """Return a polynomial times exp(-u^2) (...)."""
    return np.exp(-u * u) * _polynomial(coef, u)


def _over_square(sign: int, p: float, coef: tuple[float, ...], u: Array) -> Array:
    """Return a polynomial over (1 +- u^2)^p (...)."""
    return (1.0 + sign * u * u) ** -p * _polynomial(coef, u)


def _special(name: str, *arguments: Any, **options: Any) -> Array:
    """Call a function of `scipy.special`, which takes its time to load, as late as possible."""
    return getattr(scipy.special, name)(*arguments, **options)


def _polynomial(coef: tuple[float, ...], u: Array) -> Array:
    """Return the polynomial in u (...) with ascending coefficients, by Horner's method."""
    result = coef[-1] * np.ones_like(u)
    for c in coef[-2::-1]:
        result = result * u + c
    return result


def _power(name: str, p: float, complexity: int) -> Symbol:
    r"""Return :math:`u^p`, whose d-th derivative is :math:`p (p-1) \dots (p-d+1)\, u^{p-d}`."""
    f, *derivatives = map(P, np.cumprod([1.0, p, p - 1.0, p - 2.0]), (p, p - 1.0, p - 2.0, p - 3.0))
    whole = p.is_integer()
    domain = (-inf, inf) if whole and p > 0.0 else (0.0, inf)
    parity = (-1) ** abs(int(p)) if whole else 0
    return Symbol(name, f, tuple(derivatives), complexity, domain, p < 0.0, parity, p, waves=False)


sigmoid1, sigmoid2, sigmoid3 = ACTIVATIONS["sigmoid"].derivatives
tanh1, tanh2, tanh3 = ACTIVATIONS["tanh"].derivatives
K, ERF = 2.0 / np.sqrt(np.pi), partial(_special, "erf")
R, POS = (-inf, inf, False), (0.0, inf, True)
UNIT, OPEN, HALF = (-1.0, 1.0, False), (-1.0, 1.0, True), (-np.pi / 2.0, np.pi / 2.0, True)
"""Domains: all numbers, positive ones, [-1, 1], (-1, 1), (-pi/2, pi/2)."""

# fmt: off
_POWERS = (
    # name, p, complexity
    ("x",         1.0, 1), ("x^2",       2.0, 2), ("x^3",     3.0, 3),
    ("x^4",       4.0, 3), ("x^5",       5.0, 3),
    ("1/x",      -1.0, 2), ("1/x^2",    -2.0, 2), ("1/x^3",  -3.0, 3),
    ("1/x^4",    -4.0, 4), ("1/x^5",    -5.0, 5),
    ("sqrt",      0.5, 2), ("x^0.5",     0.5, 2), ("x^1.5",   1.5, 4),
    ("1/sqrt(x)", -0.5, 2), ("1/x^0.5", -0.5, 2),
)

_TABLE: tuple[tuple[Any, ...], ...] = (
    # name       f           f'           f''              f'''             parity domain complexity
    ("0",        _zero,      _zero,       _zero,           _zero,               1, R,    0),
    ("exp",      np.exp,     np.exp,      np.exp,          np.exp,              0, R,    2),
    ("log",      np.log,     P(1,-1.),    P(-1,-2.),       P(2,-3.),            0, POS,  2),
    ("sin",      np.sin,     np.cos,      M(np.sin),       M(np.cos),          -1, R,    2),
    ("cos",      np.cos,     M(np.sin),   M(np.cos),       np.sin,              1, R,    2),
    ("abs",      np.abs,     np.sign,     _zero,           _zero,               1, R,    3),
    ("tan",      np.tan,     T(1,0,1),    T(0,2,0,2),      T(2,0,8,0,6),       -1, HALF, 3),
    ("tanh",     np.tanh,    tanh1,       tanh2,           tanh3,              -1, R,    3),
    ("sgn",      np.sign,    _zero,       _zero,           _zero,              -1, R,    3),
    ("gaussian", G(1),       G(0,-2),     G(-2,0,4),       G(0,12,0,-8),        1, R,    3),
    ("arcsin",   np.arcsin,  Q(-1,.5,1),  Q(-1,1.5,0,1),   Q(-1,2.5,1,0,2),    -1, UNIT, 4),
    ("arccos",   np.arccos,  Q(-1,.5,-1), Q(-1,1.5,0,-1),  Q(-1,2.5,-1,0,-2),   0, UNIT, 4),
    ("arctan",   np.arctan,  Q(1,1,1),    Q(1,2,0,-2),     Q(1,3,-2,0,6),      -1, R,    4),
    ("arctanh",  np.arctanh, Q(-1,1,1),   Q(-1,2,0,2),     Q(-1,3,2,0,6),      -1, OPEN, 4),
    ("J0",       J(0),       J(1),        J(2),            J(3),                1, R,    4),
    ("arcsinh",  np.arcsinh, Q(1,.5,1),   Q(1,1.5,0,-1),   Q(1,2.5,-1,0,2),    -1, R,    4),
    ("softplus", S,          sigmoid,     sigmoid1,        sigmoid2,            0, R,    4),
    ("sigmoid",  sigmoid,    sigmoid1,    sigmoid2,        sigmoid3,            0, R,    3),
    ("erf",      ERF,        G(K),        G(0,-2*K),       G(-2*K,0,4*K),      -1, R,    4),
    ("sinh",     np.sinh,    np.cosh,     np.sinh,         np.cosh,            -1, R,    3),
    ("cosh",     np.cosh,    np.sinh,     np.cosh,         np.sinh,             1, R,    3),
    ("1/(1+x^2)", Q(1,1,1),  Q(1,2,0,-2), Q(1,3,-2,0,6),   Q(1,4,0,24,0,-24),   1, R,    3),
)
# fmt: on


def _tabulated(name: str, *functions: Function, **properties: Any) -> Symbol:
    """Return a symbol without the checks, which would call functions of SciPy and so load it."""
    symbol = object.__new__(Symbol)
    symbol.__dict__.update(properties, name=name, function=functions[0], derivatives=functions[1:])
    return symbol


def _library() -> Iterable[Symbol]:
    """Yield every symbol, zero and the powers first."""
    others = [
        _tabulated(*row, parity=parity, domain=(low, high), open=is_open, complexity=complexity)
        for *row, parity, (low, high, is_open), complexity in _TABLE
    ]
    yield others[0]
    yield from (_power(*row) for row in _POWERS)
    yield from others[1:]


SYMBOLS = {symbol.name: symbol for symbol in _library()}
"""Every symbol by its name."""

REDUNDANT = ("0", "x^0.5", "1/x^0.5", "cos", "arccos", "sigmoid")
"""Not tried by default: pruning finds zero edges, two are duplicates under a second name, and up to
a, b, c and d, cos is sin, arccos is arcsin and sigmoid is tanh."""


def as_symbol(name: str, value: object) -> Symbol:
    """Return the symbol given as the argument ``name``, by its name in `SYMBOLS` or as it is."""
    if isinstance(value, Symbol):
        return value
    if not isinstance(value, str):
        raise TypeError(
            f"{name} must be the name of a function or a Symbol, but is {shown(value)}; your own is"
            " kn.Symbol(name, function, (first derivative, ...))"
        )
    if value not in SYMBOLS:
        raise ValueError(f"{name} must be one of {listed(SYMBOLS)}, but is {shown(value)}")
    return SYMBOLS[value]


def as_symbols(value: Iterable[str | Symbol] | None) -> list[Symbol]:
    """Return the symbols of a list of names and symbols; by default all but `REDUNDANT`."""
    if value is None:
        return [s for s in SYMBOLS.values() if s.name not in REDUNDANT]
    entries = as_list("functions", value, "a list of names", ordered=False)
    chosen = [as_symbol(f"functions[{index}]", entry) for index, entry in enumerate(entries)]
    if not chosen:
        raise ValueError("functions must hold at least one name, but is empty")
    return chosen
