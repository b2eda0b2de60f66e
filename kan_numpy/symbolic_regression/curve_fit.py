r"""Fitting :math:`c f(a x + b) + d` to a curve: a global search, then local least squares.

With :math:`z \in [-1, 1]` the points in units of half their range, the search looks at
:math:`u = \alpha (z - z_0)` on a fixed mesh of scales :math:`\alpha` and centers :math:`z_0`, so
that the units of x play no role; c and d follow by linear regression, and the squared correlation

.. math:: r^2 = \frac{(\sum_n \tilde f_n \tilde\phi_n)^2}{\sum_n \tilde f_n^2 \sum_n \tilde\phi_n^2}

(a tilde for the distance from the mean) ranks the mesh, so that the units of the curve play none
either. From the best points of the mesh all four numbers go on together by Levenberg-Marquardt,
which may leave the mesh but not the domain of f.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy.functions.symbols import SYMBOLS, Symbol
from kan_numpy.layers.symbolic_edge import SymbolicEdge
from kan_numpy.optimizers.levenberg_marquardt import LevenbergMarquardt
from kan_numpy.optimizers.optimizer import ObjectiveLike

SEARCH_POINTS, FIT_POINTS = 60, 500
"""How many points of the curve the search looks at, and the local fit."""

STARTS, STEPS = 3, 60
"""How many points of the mesh go on to the local fit, and how far."""

FIRST_STEPS, FINALISTS = 6, 10
"""How far each symbol goes from its best point before the best of them are fitted to the end."""

SMALLEST_LOSS, SMALLEST_GAIN = 1e-28, 1e-6
"""A local fit ends below this loss, or when a step gains less than this share of it."""

LARGEST_EXPONENT = 300.0
"""A factor of exp beyond this one stays in the exponent, where it neither over- nor underflows."""

INSIDE = np.linspace(-1.5, 1.5, 31)
OUTSIDE = 1.0 + np.geomspace(1e-3, 30.0, 24)
CENTERS = np.concatenate([-OUTSIDE[::-1], INSIDE, OUTSIDE])
SCALES = np.geomspace(0.05, 20.0, 27)
WAVES = np.arange(0.3, 63.0, 0.3)
PHASES = np.linspace(0.0, np.pi, 8, endpoint=False)


class SymbolFit(NamedTuple):
    """A symbol fitted to a curve."""

    symbol: Symbol
    affine: Array  # (4,) a, b, c, d
    error: float  # root mean square of what is left, over the standard deviation of the curve


class _Curve(ObjectiveLike):
    """A curve to fit, as a problem in (a, b, c, d) for Levenberg-Marquardt."""

    def __init__(self, symbol: Symbol, z: Array, phi: Array) -> None:
        self.symbol, self.z, self.phi = symbol, z, phi
        self.share = 1.0 / np.sqrt(len(z))

    def residuals(self, theta: Array) -> Array:
        """Return r with r . r the mean square; infinite outside the domain."""
        ends = theta[0] * np.array([self.z.min(), self.z.max()]) + theta[1]
        if not self.symbol.defined(ends.min(), ends.max()):
            return np.full_like(self.z, np.inf)
        return self.share * (SymbolicEdge(0, 0, self.symbol, theta)(self.z) - self.phi)

    def jacobian(self, theta: Array) -> Array:
        """Return dr/dtheta."""
        return self.share * SymbolicEdge(0, 0, self.symbol, theta).slopes(self.z)

    def fun(self, theta: Array) -> tuple[float, Array]:
        """Return r . r and its gradient."""
        r = self.residuals(theta)
        return float(r @ r), 2.0 * self.jacobian(theta).T @ r


def rank(fitted: SymbolFit, complexity_weight: float, noise: float = 0.0) -> float:
    """Return the order of magnitude of the error, plus what the effort costs.

    Parameters
    ----------
    fitted : SymbolFit
        A candidate.
    price : float
        How many orders of magnitude one unit of effort is worth.
    noise : float
        Errors far below this one are all alike.

    Returns
    -------
    float
    """
    return (
        float(np.log10(fitted.error + noise + 1e-15))
        + complexity_weight * fitted.symbol.total_complexity
    )


def fit_symbols(
    symbols: Sequence[Symbol],
    x: Array,
    phi: Array,
    complexity_weight: float = 0.0,
    most: int = FINALISTS,
) -> list[SymbolFit]:
    """Fit many symbols to a curve: all of them a little, and the best of them to the end.

    Parameters
    ----------
    symbols : sequence of Symbol
        Candidates.
    x, phi : ndarray, shape (N,)
        The points of the curve.
    price : float
        As in `rank`, which decides who are the best.
    most : int
        How many.

    Returns
    -------
    list of SymbolFit
        The finalists, in no particular order.
    """
    first = [(s, fit_symbol(s, x, phi, starts=1, steps=FIRST_STEPS)) for s in symbols]
    ranks = sorted(
        (rank(fitted, complexity_weight), index)
        for index, (_, fitted) in enumerate(first)
        if fitted
    )
    finalists = [symbols[index] for _, index in ranks[:most]]
    return [fitted for s in finalists if (fitted := fit_symbol(s, x, phi)) is not None]


def fit_symbol(
    symbol: Symbol, x: Array, phi: Array, starts: int = STARTS, steps: int = STEPS
) -> SymbolFit | None:
    """Fit one symbol to a curve.

    Parameters
    ----------
    symbol : Symbol
        f.
    x, phi : ndarray, shape (N,)
        The points of the curve.
    starts, steps : int
        How many points of the mesh go on to the local fit, and how far.

    Returns
    -------
    SymbolFit or None
        None if f has no place in the curve's range.
    """
    x, phi = subsample(x, phi, FIT_POINTS)
    middle, half = 0.5 * (x.max() + x.min()), 0.5 * (x.max() - x.min())
    mean, spread = phi.mean(), phi.std()
    if symbol is SYMBOLS["0"]:
        return SymbolFit(symbol, np.array([1.0, 0.0, 1.0, mean]), 1.0)
    if half == 0.0 or spread == 0.0:
        return None
    z, target = (x - middle) / half, (phi - mean) / spread
    best: tuple[float, Array] | None = None
    for a, b in _search(symbol, z, target, starts):
        theta = _regression(symbol, a, b, z, target)
        loss, theta = _local_fit(_Curve(symbol, z, target), theta, steps)
        if np.isfinite(loss) and (best is None or loss < best[0]):
            best = loss, theta
    if best is None:
        return None
    a, b, c, d = best[1]
    affine = np.array([a / half, b - a * middle / half, c * spread, d * spread + mean])
    affine = _inside(symbol, normalized(symbol, affine), x)
    return SymbolFit(symbol, affine, float(np.sqrt(best[0])))


def normalized(symbol: Symbol, affine: Array) -> Array:
    r"""Return the same function with a = 1 or -1, or b = 0, where one number is redundant.

    .. math:: c (ax+b)^p = c |a|^p (\pm x + b/|a|)^p, \quad c e^{ax+b} = c e^b e^{ax}, \quad
              c \log(ax+b) = c \log(\pm x + b/|a|) + c \log|a|

    and likewise for the absolute value and the sign.

    Parameters
    ----------
    symbol : Symbol
        f.
    affine : ndarray, shape (4,)
        (a, b, c, d).

    Returns
    -------
    ndarray, shape (4,)
    """
    a, b, c, d = (float(number) for number in affine)
    if symbol.power == 1.0:
        return np.array([1.0, 0.0, c * a, c * b + d])
    if symbol is SYMBOLS["exp"] and abs(b) < LARGEST_EXPONENT:
        return np.array([a, 0.0, c * np.exp(b), d])
    if symbol is SYMBOLS["log"] and a:
        return np.array([np.sign(a), b / abs(a), c, d + c * np.log(abs(a))])
    if symbol is SYMBOLS["sgn"] and a:
        return np.array([np.sign(a), b / abs(a), c, d])
    p = 1.0 if symbol is SYMBOLS["abs"] else symbol.power
    if p is not None and a:
        return np.array([np.sign(a), b / abs(a), c * abs(a) ** p, d])
    return np.array([a, b, c, d])


def _inside(symbol: Symbol, affine: Array, x: Array) -> Array:
    """Return the numbers with b moved a little, if rounding has put an end of x outside."""
    a, b, c, d = affine
    u = a * x + b
    if symbol.defined(u.min(), u.max()):
        return affine
    nudge = 1e-12 * (abs(b) + np.abs(a * x).max())
    return np.array([a, b + (nudge if u.min() < symbol.domain[0] else -nudge), c, d])


def subsample(x: Array, phi: Array, most: int) -> tuple[Array, Array]:
    """Return at most so many points, evenly chosen in the order of x, both ends included.

    Parameters
    ----------
    x, phi : ndarray, shape (N,)
        The points of a curve.
    most : int
        How many at most.

    Returns
    -------
    x, phi : ndarray
    """
    order = np.argsort(x, kind="stable")
    if len(x) > most:
        order = order[np.linspace(0, len(x) - 1, most).round().astype(int)]
    return x[order], phi[order]


def _mesh(symbol: Symbol, z: Array) -> tuple[Array, Array]:
    """Return the pairs (a, b) to look at, with u = a z + b."""
    if symbol is SYMBOLS["sgn"]:  # no slope leads to the jump, so look between all points
        b = -0.5 * (z[1:] + z[:-1])
        return np.ones_like(b), b
    mirrored = symbol.parity and symbol.domain[0] == -symbol.domain[1]
    signs = np.array([1.0] if mirrored else [1.0, -1.0])
    if symbol.power == 1.0:
        return np.array([1.0]), np.array([0.0])
    if symbol is SYMBOLS["exp"]:
        a = np.outer(signs, SCALES).ravel()
        return a, np.zeros_like(a)
    if symbol in (SYMBOLS["sin"], SYMBOLS["cos"]):
        pairs = np.meshgrid(np.concatenate([SCALES[:10], WAVES]), PHASES, indexing="ij")
        return pairs[0].ravel(), pairs[1].ravel()
    if symbol.power is not None or symbol in (SYMBOLS["log"], SYMBOLS["abs"]):
        scales = np.array([1.0])  # c makes up for it
    else:
        scales = np.concatenate([SCALES, WAVES]) if symbol.waves else SCALES
    a, center = np.meshgrid(np.outer(signs, scales).ravel(), CENTERS, indexing="ij")
    return a.ravel(), (-a * center).ravel()


def _search(symbol: Symbol, z: Array, phi: Array, starts: int) -> list[tuple[float, float]]:
    """Return the best points (a, b) of the mesh, no two of them side by side."""
    if symbol is not SYMBOLS["sgn"]:
        z, phi = subsample(z, phi, SEARCH_POINTS)
    a, b = _mesh(symbol, z)
    fits = symbol.defined(b - np.abs(a), b + np.abs(a))
    a, b = a[fits], b[fits]
    if not len(a):
        return []
    f = symbol(a[:, None] * z + b[:, None])  # (mesh, n)
    with np.errstate(all="ignore"):
        f = f - f.mean(axis=1, keepdims=True)
        r2 = (f @ (phi - phi.mean())) ** 2 / (np.einsum("mn,mn->m", f, f) * len(z) * phi.var())
    r2 = np.where(np.isfinite(r2), r2, -1.0)
    chosen: list[tuple[float, float]] = []
    for _ in range(starts):
        best = int(np.argmax(r2))
        if r2[best] < 0.0:
            break
        chosen.append((float(a[best]), float(b[best])))
        near = (np.abs(a - a[best]) < 0.2 * abs(a[best])) & (np.abs(b - b[best]) < 0.3)
        r2[near | (np.arange(len(r2)) == best)] = -1.0
    return chosen


def _regression(symbol: Symbol, a: float, b: float, z: Array, phi: Array) -> Array:
    """Return (a, b, c, d) with the best c and d for this a and b."""
    f = symbol(a * z + b)
    f = np.where(np.isfinite(f), f, 0.0)
    variance = float(np.var(f))
    c = float(np.mean((f - f.mean()) * phi)) / variance if variance > 0.0 else 0.0
    return np.array([a, b, c, phi.mean() - c * f.mean()])


def _local_fit(curve: _Curve, theta: Array, steps: int) -> tuple[float, Array]:
    """Return the loss and the numbers after some steps of Levenberg-Marquardt."""
    optimizer = LevenbergMarquardt(damping=1e-3)
    with np.errstate(all="ignore"):
        state = optimizer.start(curve, theta)
        for _ in range(steps):
            before = state.loss
            if not (np.isfinite(state.gradient).all() and before > SMALLEST_LOSS):
                break
            state = optimizer.step(curve, state)
            if state.converged or before - state.loss < SMALLEST_GAIN * before:
                break
    return state.loss, state.theta
