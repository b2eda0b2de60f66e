r"""Separation of samples into functions of one input each, without a network.

.. math:: y = c + \sum_i g_i(x_i) \qquad\text{or}\qquad y = \sum_{r=1}^R \prod_i g_{ri}(x_i)

with Chebyshev polynomials g. The first is one linear solve. The second, the canonical polyadic
decomposition, is linear in the functions of each input, and solved by alternating least squares
(J. Carroll and J. Chang, Psychometrika 35, 283, 1970). The samples put aside tell the degree of the
polynomials, and whether y separates at all.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.polynomial.chebyshev import chebvander
from scipy.linalg import lstsq

from kan_numpy._arrays import Array, Indices

__all__ = ["DEGREES", "RANKS", "SEPARATES", "Separated", "separated"]

DEGREES, LONG = (8, 12, 16, 24, 32), (48, 64)
"""The degrees of the polynomials, and more for sums, which have fewer numbers."""

RANKS = (1, 2, 3)
"""The numbers R of products."""

SWEEPS, SLOW, STARTS = 60, 0.01, 2
"""The number of alternating solves of all inputs, ended when the error decreases by less than this
share, and of random starts."""

SEPARATES, EXACTLY = 1e-4, 1e-9
"""Errors below which y separates, and below which more products are not tried."""

FILLED = 0.7
"""The largest number of coefficients for each sample."""


Rows = tuple[Indices, Indices]  # to fit, and put aside


class Separated(NamedTuple):
    """Functions of each input, as their values on the samples."""

    rank: int  # R, or 0 for a sum
    functions: list[Array]  # (N, R) of each input, (N, 1) for a sum
    error: float  # on samples put aside, in units of the spread


def separated(x: Array, y: Array) -> list[Separated]:
    """Return the separations of y (N,) as a function of x (N, n_in), those with R = 0, 1, ..."""
    low, span = x.min(axis=0), np.ptp(x, axis=0)
    z = 2.0 * (x - low) / np.where(span > 0.0, span, 1.0) - 1.0
    aside, fitted = np.split(np.arange(len(x)), [len(x) // 5])
    rows = fitted, aside
    results = []
    for rank in (0, *RANKS):
        best = Separated(rank, [], np.inf)
        for degree in DEGREES if rank else (*DEGREES, *LONG):
            if max(rank, 1) * (degree + 1) * x.shape[1] > FILLED * len(fitted):
                break
            columns = [chebvander(column, degree) for column in z.T]  # (N, degree + 1)
            found = _products(columns, y, rank, rows) if rank else _sum(columns, y, rows)
            best = min(best, found, key=lambda each: each.error)
        results += [best] if best.error < SEPARATES else []
        if best.error < EXACTLY:
            break
    return results


def _sum(columns: list[Array], y: Array, rows: Rows) -> Separated:
    """Return the sum of functions of each input, each of zero mean."""
    A = np.concatenate([np.ones((len(y), 1)), *(each[:, 1:] for each in columns)], axis=1)
    fitted, aside = rows
    c = lstsq(A[fitted], y[fitted], 1e-13)[0]
    parts = np.split(c[1:, None], len(columns))
    functions = [each[:, 1:] @ part for each, part in zip(columns, parts, strict=True)]
    return Separated(0, [g - g.mean() for g in functions], _error(A @ c, y, aside))


def _products(columns: list[Array], y: Array, rank: int, rows: Rows) -> Separated:
    """Return the best of several sums of so many products."""
    (fitted, aside), rng = rows, np.random.default_rng(0)
    best = Separated(rank, [], np.inf)
    for _ in range(STARTS):
        c = _alternating([each[fitted] for each in columns], y[fitted], rank, rng)
        functions = [each @ part for each, part in zip(columns, c, strict=True)]  # (N, R)
        error = _error(np.prod(functions, axis=0).sum(axis=1), y, aside)
        best = min(best, Separated(rank, functions, error), key=lambda each: each.error)
        if error < SEPARATES:
            break
    return best


def _alternating(
    columns: list[Array], y: Array, rank: int, rng: np.random.Generator
) -> list[Array]:
    """Return coefficients (K, R) of each input, found by solving for one input after the other."""
    decay = 0.5 ** np.arange(columns[0].shape[1])[:, None]
    c = [decay * rng.standard_normal((len(decay), rank)) for _ in columns]
    g = [each @ part for each, part in zip(columns, c, strict=True)]  # (N, R)
    before = np.inf
    for _ in range(SWEEPS):
        for i, each in enumerate(columns):
            others = np.prod([*g[:i], *g[i + 1 :]], axis=0)
            A = (each[:, :, None] * others[:, None, :]).reshape(len(y), -1)
            c[i] = lstsq(A, y, 1e-12, lapack_driver="gelsy")[0].reshape(-1, rank)
            left = float(np.linalg.norm(A @ c[i].ravel() - y))
            if i < len(columns) - 1:  # the last one has the sizes of all
                c[i] /= np.linalg.norm(c[i], axis=0)
            g[i] = each @ c[i]
        if before - left < SLOW * left:
            break
        before = left
    return c


def _error(values: Array, y: Array, rows: Indices) -> float:
    """Return the error on some rows, in units of the spread of all."""
    return float(np.sqrt(np.mean((values - y)[rows] ** 2)) / y.std())
