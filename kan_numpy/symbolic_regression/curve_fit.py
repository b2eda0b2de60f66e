r"""Fits of :math:`c f(a x + b) + d` to a curve: a global grid search, then local least squares.

With the points rescaled to :math:`z \in [-1, 1]`, the search evaluates :math:`f(u)` with
:math:`u = \alpha (z - z_0)` on a fixed mesh of scales :math:`\alpha` and centers :math:`z_0`, which
makes it independent of the units of x. Linear regression gives c and d, and the squared correlation

.. math:: r^2 = \frac{(\sum_n \tilde f_n \tilde\phi_n)^2}{\sum_n \tilde f_n^2 \sum_n \tilde\phi_n^2}

(a tilde denotes the deviation from the mean) ranks the mesh independently of the units of the
curve. Starting from the best points of the mesh, Levenberg-Marquardt fits all four numbers
together, within the domain of f.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy._deadline import NEVER, Deadline
from kan_numpy.functions.symbols import SYMBOLS, Symbol
from kan_numpy.layers.symbolic_edge import SymbolicEdge
from kan_numpy.optimizers.least_squares import LeastSquares

__all__ = ["FINALISTS", "FIRST_STEPS", "FIT_POINTS", "SEARCH_POINTS", "STARTS", "STEPS"]
__all__ += ["SymbolFit", "fit_symbol", "fit_symbols", "normalized", "subsample"]

SEARCH_POINTS, FIT_POINTS = 60, 500
"""The number of points of the curve used in the search and in the local fit."""

STARTS, STEPS = 3, 60
"""The number of local fits from points of the mesh, and of steps of each."""

FIRST_STEPS, FINALISTS = 6, 10
"""The number of steps of a preliminary fit, and of symbols then fitted to convergence."""

INSIDE = np.linspace(-1.5, 1.5, 31)
OUTSIDE = 1.0 + np.geomspace(1e-3, 30.0, 24)
CENTERS = np.concatenate([-OUTSIDE[::-1], INSIDE, OUTSIDE])
SCALES = np.geomspace(0.05, 20.0, 27)
WAVES = np.arange(0.3, 63.0, 0.3)
PHASES = np.linspace(0.0, np.pi, 8, endpoint=False)

ABS, EXP, LOG, SIGN = (SYMBOLS[name] for name in ("abs", "exp", "log", "sgn"))


class SymbolFit(NamedTuple):
    """A symbol fitted to a curve."""

    symbol: Symbol
    affine: Array  # (4,) a, b, c, d
    error: float  # root mean square of what is left, over the standard deviation of the curve

    def rank(self, complexity_weight: float, noise: float = 0.0) -> float:
        """Return the order of magnitude of the error, plus the weighted complexity.

        Errors far below ``noise`` are considered equal.
        """
        magnitude = float(np.log10(self.error + noise + 1e-15))
        return magnitude + complexity_weight * self.symbol.total_complexity


def fit_symbols(
    symbols: Sequence[Symbol],
    x: Array,
    phi: Array,
    complexity_weight: float = 0.0,
    most: int = FINALISTS,
    deadline: Deadline = NEVER,
) -> list[SymbolFit]:
    """Return fits of the ``most`` best symbols to a curve x, phi, both (N,), unordered.

    All symbols are fitted for a few steps, and the best by `SymbolFit.rank` to convergence.
    """

    def fits(tried: Iterable[Symbol], starts: int, steps: int) -> Iterator[SymbolFit]:
        for symbol in tried:
            deadline.check()
            fit = fit_symbol(symbol, x, phi, starts, steps)
            if fit is not None:
                yield fit

    first = sorted(fits(symbols, 1, FIRST_STEPS), key=lambda fit: fit.rank(complexity_weight))
    return list(fits([fit.symbol for fit in first[:most]], STARTS, STEPS))


def fit_symbol(
    symbol: Symbol, x: Array, phi: Array, starts: int = STARTS, steps: int = STEPS
) -> SymbolFit | None:
    """Return the best fit of a symbol to x, phi, both (N,), or None if it is undefined there.

    ``starts`` local fits of at most ``steps`` steps begin at the best points of the mesh.
    """
    x, phi = subsample(x, phi, FIT_POINTS)
    middle, half = 0.5 * (x.max() + x.min()), 0.5 * (x.max() - x.min())
    mean, spread = phi.mean(), phi.std()
    if symbol is SYMBOLS["0"]:
        return SymbolFit(symbol, np.array([1.0, 0.0, 1.0, mean]), 1.0)
    if half == 0.0 or spread == 0.0:
        return None
    z, target = (x - middle) / half, (phi - mean) / spread
    points = _search(symbol, z, target, starts)
    fits = [_local_fit(symbol, a, b, z, target, steps) for a, b in points]
    fits = [fit for fit in fits if np.isfinite(fit[0])]
    if not fits:
        return None
    loss, theta = min(fits, key=lambda fit: fit[0])
    a, b, c, d = theta
    affine = np.array([a / half, b - a * middle / half, c * spread, d * spread + mean])
    return SymbolFit(symbol, _inside(symbol, normalized(symbol, affine), x), float(np.sqrt(loss)))


def normalized(symbol: Symbol, affine: Array) -> Array:
    r"""Return an equivalent (a, b, c, d), (4,), with a = 1 or -1, or b = 0, where one is redundant.

    .. math:: c (ax+b)^p = c |a|^p (\pm x + b/|a|)^p, \quad c e^{ax+b} = c e^b e^{ax}, \quad
              c \log(ax+b) = c \log(\pm x + b/|a|) + c \log|a|

    and likewise for the absolute value, where p is 1, and the sign, where it is 0.
    """
    a, b, c, d = (float(number) for number in affine)
    p = {ABS: 1.0, SIGN: 0.0}.get(symbol, symbol.power)
    if symbol.power == 1.0:
        return np.array([1.0, 0.0, c * a, c * b + d])
    if symbol is EXP and abs(b) < 300.0:  # so that e^b is positive and finite
        return np.array([a, 0.0, c * np.exp(b), d])
    if symbol is LOG and a:
        return np.array([np.sign(a), b / abs(a), c, d + c * np.log(abs(a))])
    if p is not None and a:
        return np.array([np.sign(a), b / abs(a), c * abs(a) ** p, d])
    return np.array([a, b, c, d])


def _inside(symbol: Symbol, affine: Array, x: Array) -> Array:
    """Return (a, b, c, d) with b corrected if rounding puts an end of x (N,) outside."""
    a, b, c, d = affine
    u = a * x + b
    if symbol.defined(u.min(), u.max()):
        return affine
    below, above = symbol.domain[0] - u.min(), u.max() - symbol.domain[1]
    nudge = 2.0 * max(below, above, 0.0) + 1e-12 * (abs(b) + np.abs(a * x).max())
    return np.array([a, b + nudge if below > above else b - nudge, c, d])


def subsample(x: Array, phi: Array, most: int) -> tuple[Array, Array]:
    """Return at most so many of the points (N,), evenly spaced in the order of x, ends included."""
    order = np.argsort(x, kind="stable")
    if len(x) > most:
        order = order[np.linspace(0, len(x) - 1, most).round().astype(int)]
    return x[order], phi[order]


def _mesh(symbol: Symbol, z: Array) -> tuple[Array, Array]:
    """Return the pairs (a, b), both (M,), of the mesh, with u = a z + b."""
    if symbol is SIGN:  # its derivative is 0, so try every jump between points
        b = -0.5 * (z[1:] + z[:-1])
        return np.ones_like(b), b
    if symbol.power == 1.0:
        return np.array([1.0]), np.array([0.0])
    if symbol in (SYMBOLS["sin"], SYMBOLS["cos"]):
        a, b = np.meshgrid(np.concatenate([SCALES[:10], WAVES]), PHASES, indexing="ij")
        return a.ravel(), b.ravel()
    if symbol.power is not None or symbol in (LOG, ABS):
        scales = np.array([1.0])  # equivalent to another c or d
    else:
        scales = np.concatenate([SCALES, WAVES]) if symbol.waves and symbol is not EXP else SCALES
    mirrored = symbol.parity and symbol.domain[0] == -symbol.domain[1]
    signs = np.array([1.0] if mirrored else [1.0, -1.0])
    centers = np.array([0.0]) if symbol is EXP else CENTERS  # equivalent to another c
    a, center = np.meshgrid(np.outer(signs, scales).ravel(), centers, indexing="ij")
    return a.ravel(), (-a * center).ravel()


def _search(symbol: Symbol, z: Array, phi: Array, starts: int) -> list[tuple[float, float]]:
    """Return the best points (a, b) of the mesh, no two of them neighbors."""
    if symbol is not SIGN:
        z, phi = subsample(z, phi, SEARCH_POINTS)
    a, b = _mesh(symbol, z)
    fits = symbol.defined(b - np.abs(a), b + np.abs(a))
    a, b = a[fits], b[fits]
    f = symbol(a[:, None] * z + b[:, None])  # (mesh, n)
    with np.errstate(all="ignore"):
        f = f - f.mean(axis=1, keepdims=True)
        r2 = (f @ (phi - phi.mean())) ** 2 / (np.einsum("mn,mn->m", f, f) * len(z) * phi.var())
    r2 = np.where(np.isfinite(r2), r2, -1.0)
    chosen: list[tuple[float, float]] = []
    while len(chosen) < starts and len(a) and r2.max() >= 0.0:
        best = int(np.argmax(r2))
        chosen.append((float(a[best]), float(b[best])))
        near = (np.abs(a - a[best]) < 0.2 * abs(a[best])) & (np.abs(b - b[best]) < 0.3)
        r2[near | (np.arange(len(r2)) == best)] = -1.0
    return chosen


def _local_fit(
    symbol: Symbol, a: float, b: float, z: Array, phi: Array, steps: int
) -> tuple[float, Array]:
    """Return the loss and (a, b, c, d), (4,), fitted from given a and b, with optimal c and d."""
    f = np.nan_to_num(symbol(a * z + b), posinf=0.0, neginf=0.0)
    variance = float(np.var(f))
    c = float(np.mean((f - f.mean()) * phi)) / variance if variance > 0.0 else 0.0
    scale = 1.0 / np.sqrt(len(z))

    def residuals(theta: Array) -> Array:
        ends = theta[0] * np.array([z.min(), z.max()]) + theta[1]
        if not symbol.defined(ends.min(), ends.max()):
            return np.full_like(z, np.inf)
        return scale * (SymbolicEdge(0, 0, symbol, theta)(z) - phi)

    def jacobian(theta: Array) -> Array:
        return scale * SymbolicEdge(0, 0, symbol, theta).slopes(z)

    start = np.array([a, b, c, phi.mean() - c * f.mean()])
    curve = LeastSquares(residuals, jacobian)
    state = curve.minimize(start, steps, 1e-3, smallest_loss=1e-28, smallest_gain=1e-6)
    return state.loss, state.theta
