r"""The functions that an edge may become, each with its derivatives, domain and complexity.

A `Symbol` is a function of one variable with a name. `SYMBOLS` holds those that the library knows:
the 29 of pykan 0.2.8 (two of them under a second name), and J0, arcsinh, softplus, sigmoid, erf,
sinh, cosh and 1/(1+x^2). Your own is a `Symbol` too, wherever a list of functions is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from scipy import special

from kan_numpy._arrays import Array
from kan_numpy.functions import activations
from kan_numpy.functions.activations import ACTIVATIONS, Activation, Function

__all__ = ["SYMBOLS", "Symbol"]

INF = float("inf")

FREE_NUMBERS = {"0": 1, "x": 2, "exp": 3, "log": 3, "abs": 3, "sgn": 3}
"""Where fewer than four numbers tell c f(a x + b) + d; in powers it is three."""


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
        The price that is weighed against the error: 0 for a constant, 1 for x, 2 for sin.
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
        If there is no derivative, or the domain is not increasing.
    TypeError
        If one of the functions is not callable.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> sinc = kn.Symbol("sinc", np.sinc, (lambda u: np.cos(np.pi * u),), parity=1)
    >>> sinc, sinc(np.array([0.0, 1.0])).round(12)
    (Symbol('sinc'), array([1., 0.]))
    """

    complexity: int = 3
    domain: tuple[float, float] = (-INF, INF)
    open: bool = False
    parity: int = 0
    power: float | None = None
    waves: bool = True

    def __post_init__(self) -> None:
        """Check the functions and the domain."""
        super().__post_init__()
        low, high = self.domain
        if not low < high:
            raise ValueError(f"domain of {self.name!r} must rise, but is {self.domain}")

    def __repr__(self) -> str:
        """Return the name as in ``Symbol('sin')``."""
        return f"Symbol({self.name!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Let a copy of one of `SYMBOLS` be that very one, also in another process."""
        if SYMBOLS.get(self.name) is self:
            return as_symbol, ("name", self.name)
        return object.__reduce__(self)  # type: ignore[return-value]

    def __call__(self, x: Array, derivative: int = 0) -> Array:
        """Evaluate f, or its derivative of the given order, with NaN where it is not defined."""
        with np.errstate(all="ignore"):
            return super().__call__(x, derivative)

    @property
    def numbers(self) -> int:
        """The number of free ones among a, b, c and d: 3 if f(a u) is c f(u) + d, else 4."""
        if SYMBOLS.get(self.name) is self and self.name in FREE_NUMBERS:
            return FREE_NUMBERS[self.name]
        return 4 if self.power is None else 3

    @property
    def total_complexity(self) -> int:
        """The complexity of a fitted symbol: its own, and the number of free numbers."""
        return self.complexity + self.numbers

    def defined(self, low: Array, high: Array) -> Any:
        """Return whether the interval from low to high lies in the domain, elementwise."""
        if self.open:
            return (low > self.domain[0]) & (high < self.domain[1])
        return (low >= self.domain[0]) & (high <= self.domain[1])


def _power(p: float, name: str, complexity: int) -> Symbol:
    r"""Return :math:`u^p`, whose d-th derivative is :math:`p (p-1) \dots (p-d+1)\, u^{p-d}`."""
    factors = np.cumprod([1.0, p, p - 1.0, p - 2.0])

    def derivative(u: Array, d: int) -> Array:
        return factors[d] * u ** (p - d) if factors[d] else np.zeros_like(u)

    whole = float(p).is_integer()
    return Symbol(
        name,
        partial(derivative, d=0),
        tuple(partial(derivative, d=d) for d in (1, 2, 3)),
        complexity,
        domain=(-INF, INF) if whole and p > 0 else (0.0, INF),
        open=p < 0,
        parity=(-1) ** abs(int(p)) if whole else 0,
        power=p,
        waves=False,
    )


def _zero(u: Array) -> Array:
    return np.zeros_like(u)


def _sine(u: Array, d: int) -> Array:
    """Return the d-th derivative of the sine: each turns it by a quarter."""
    return (-1) ** (d // 2) * (np.cos(u) if d % 2 else np.sin(u))


def _tan(u: Array, d: int) -> Array:
    r""":math:`t' = 1 + t^2,\; t'' = 2 t t',\; t''' = 2 (1 + 3 t^2) t'` with :math:`t = \tan u`."""
    t = np.tan(u)
    slope = 1.0 + t * t
    return slope * (1.0, 2.0 * t, 2.0 * (1.0 + 3.0 * t * t))[d - 1]


def _gaussian(u: Array, d: int) -> Array:
    r""":math:`e^{-u^2}` times the Hermite polynomials :math:`1, -2u, 4u^2 - 2, -8u^3 + 12u`."""
    return np.exp(-u * u) * (1.0, -2.0 * u, 4.0 * u * u - 2.0, (12.0 - 8.0 * u * u) * u)[d]


def _erf(u: Array, d: int) -> Array:
    r""":math:`erf' = 2 e^{-u^2} / \sqrt\pi`."""
    return 2.0 / np.sqrt(np.pi) * _gaussian(u, d - 1)


def _lorentzian(u: Array, d: int) -> Array:
    r"""With :math:`q = 1/(1+u^2)`: :math:`q, -2uq^2, (6u^2-2)q^3, 24u(1-u^2)q^4`."""
    q = 1.0 / (1.0 + u * u)
    s = u * u
    return q * (1.0, -2.0 * u * q, (6.0 * s - 2.0) * q * q, 24.0 * u * (1.0 - s) * q**3)[d]


def _arctan(u: Array, d: int) -> Array:
    r""":math:`arctan' = 1/(1+u^2)`."""
    return _lorentzian(u, d - 1)


def _arcsin(u: Array, d: int) -> Array:
    r"""With :math:`q = 1/(1-u^2)`: :math:`q^{1/2}, u q^{3/2}, (1 + 2u^2) q^{5/2}`."""
    q = 1.0 / (1.0 - u * u)
    return np.sqrt(q) * (1.0, u * q, (1.0 + 2.0 * u * u) * q * q)[d - 1]


def _arccos(u: Array, d: int) -> Array:
    return -_arcsin(u, d)


def _arctanh(u: Array, d: int) -> Array:
    r"""With :math:`q = 1/(1-u^2)`: :math:`q, 2uq^2, (2 + 6u^2) q^3`."""
    q = 1.0 / (1.0 - u * u)
    return q * (1.0, 2.0 * u * q, (2.0 + 6.0 * u * u) * q * q)[d - 1]


def _arcsinh(u: Array, d: int) -> Array:
    r"""With :math:`q = 1/(1+u^2)`: :math:`q^{1/2}, -u q^{3/2}, (2u^2 - 1) q^{5/2}`."""
    q = 1.0 / (1.0 + u * u)
    return np.sqrt(q) * (1.0, -u * q, (2.0 * u * u - 1.0) * q * q)[d - 1]


def _bessel(u: Array, d: int) -> Array:
    r""":math:`J_0^{(d)}`; the recurrence :math:`2 J_n' = J_{n-1} - J_{n+1}` by SciPy."""
    return np.asarray(special.jvp(0, u, d))


def _softplus(u: Array) -> Array:
    r""":math:`\log(1 + e^u)` without overflow."""
    return np.logaddexp(0.0, u)


def _orders(derivative: Callable[..., Array]) -> tuple[Function, ...]:
    """Return the first three derivatives of a function that takes the order as ``d``."""
    return tuple(partial(derivative, d=d) for d in (1, 2, 3))


def _library() -> Iterable[Symbol]:
    """Yield every symbol, simple ones first."""
    yield Symbol("0", _zero, (_zero, _zero, _zero), 0, parity=1)
    yield _power(1.0, "x", 1)
    for p in (2, 3, 4, 5):
        yield _power(p, f"x^{p}", 2 if p == 2 else 3)
    yield _power(-1.0, "1/x", 2)
    for p in (2, 3, 4, 5):
        yield _power(-p, f"1/x^{p}", p)
    for name in ("sqrt", "x^0.5"):
        yield _power(0.5, name, 2)
    yield _power(1.5, "x^1.5", 4)
    for name in ("1/sqrt(x)", "1/x^0.5"):
        yield _power(-0.5, name, 2)
    yield Symbol("exp", np.exp, (np.exp, np.exp, np.exp), 2)
    inverse = _power(-1.0, "1/x", 2)
    yield Symbol("log", np.log, (inverse, *inverse.derivatives[:2]), 2, (0.0, INF), open=True)
    yield Symbol("sin", np.sin, _orders(_sine), 2, parity=-1)
    yield Symbol("cos", np.cos, tuple(partial(_sine, d=d) for d in (2, 3, 4)), 2, parity=1)
    yield Symbol("abs", np.abs, (np.sign, _zero, _zero), 3, parity=1)
    half = np.pi / 2
    yield Symbol("tan", np.tan, _orders(_tan), 3, (-half, half), open=True, parity=-1)
    tanh = ACTIVATIONS["tanh"]
    yield Symbol("tanh", tanh.function, tanh.derivatives, 3, parity=-1)
    yield Symbol("sgn", np.sign, (_zero, _zero, _zero), 3, parity=-1)
    yield Symbol("gaussian", partial(_gaussian, d=0), _orders(_gaussian), 3, parity=1)
    yield Symbol("arcsin", np.arcsin, _orders(_arcsin), 4, (-1.0, 1.0), parity=-1)
    yield Symbol("arccos", np.arccos, _orders(_arccos), 4, (-1.0, 1.0))
    yield Symbol("arctan", np.arctan, _orders(_arctan), 4, parity=-1)
    yield Symbol("arctanh", np.arctanh, _orders(_arctanh), 4, (-1.0, 1.0), open=True, parity=-1)
    yield Symbol("J0", special.j0, _orders(_bessel), 4, parity=1)
    yield Symbol("arcsinh", np.arcsinh, _orders(_arcsinh), 4, parity=-1)
    logistic = (activations.sigmoid_derivative, activations.sigmoid_second)
    yield Symbol("softplus", _softplus, (activations.sigmoid, *logistic), 4)
    yield Symbol("sigmoid", activations.sigmoid, (*logistic, activations.sigmoid_third), 3)
    yield Symbol("erf", special.erf, _orders(_erf), 4, parity=-1)
    yield Symbol("sinh", np.sinh, (np.cosh, np.sinh, np.cosh), 3, parity=-1)
    yield Symbol("cosh", np.cosh, (np.sinh, np.cosh, np.sinh), 3, parity=1)
    yield Symbol("1/(1+x^2)", partial(_lorentzian, d=0), _orders(_lorentzian), 3, parity=1)


SYMBOLS = {symbol.name: symbol for symbol in _library()}
"""Every symbol by its name."""


REDUNDANT = ("0", "x^0.5", "1/x^0.5", "cos", "arccos", "sigmoid")
"""The symbols that an edge does not become by default.

An edge is 0 by its size, not by its shape; two names are repeated; and with a, b, c and d, cos is a
sin, arccos an arcsin and sigmoid a tanh.
"""


def as_symbol(name: str, value: object) -> Symbol:
    """Return the symbol given as the argument ``name``: by its name in `SYMBOLS`, or as it is."""
    if isinstance(value, Symbol):
        return value
    if not isinstance(value, str):
        raise TypeError(
            f"{name} must be the name of a function or a Symbol, but is {value!r}; your own is"
            " kn.Symbol(name, function, (first derivative, ...))"
        )
    if value not in SYMBOLS:
        raise ValueError(f"{name} must be one of {', '.join(SYMBOLS)}, but is {value!r}")
    return SYMBOLS[value]


def as_symbols(value: Iterable[str | Symbol] | None) -> list[Symbol]:
    """Return the symbols of a list of names and symbols; by default all but `REDUNDANT`."""
    if value is None:
        return [s for s in SYMBOLS.values() if s.name not in REDUNDANT]
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise TypeError(f"functions must be a list of names, but is {value!r}")
    chosen = [as_symbol(f"functions[{index}]", entry) for index, entry in enumerate(value)]
    if not chosen:
        raise ValueError("functions must hold at least one name, but is empty")
    return chosen
