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

__all__ = ["DEGREES", "EXACTLY", "FILLED", "LONG", "RANKS", "SEPARATES", "SLOW", "STARTS", "SWEEPS"]
__all__ += ["Separated", "separated"]

DEGREES, LONG = (8, 12, 16, 24, 32), (48, 64)
"""The degrees of the polynomials, and more for sums, which have fewer numbers."""

RANKS = (1, 2, 3)
"""The numbers R of products."""

SWEEPS, SLOW, STARTS = 100, 1e-3, 3
"""The number of alternating solves of all inputs, ended when the error decreases by less than this
share, and of random starts with the lowest degree, from the best of which the others go on."""

SEPARATES, EXACTLY = 1e-4, 1e-9
"""Errors below which y separates, and below which more products are not tried."""

FILLED = 0.7
"""The largest number of coefficients for each sample."""


class Separated(NamedTuple):
    """Functions of each input, as their values on the samples."""

    rank: int  # R, or 0 for a sum
    functions: list[Array]  # (N, R) of each input, (N, 1) for a sum
    error: float  # on samples put aside, in units of the spread


def separated(x: Array, y: Array) -> list[Separated]:
    """Return the separations of y (N,) by two or more inputs x (N, n_in), with R = 0, 1, ..."""
    low, span = x.min(axis=0), np.ptp(x, axis=0)
    z = 2.0 * (x - low) / np.where(span > 0.0, span, 1.0) - 1.0
    aside, fitted = np.split(np.arange(len(x)), [len(x) // 5])
    results = []
    for rank in (0, *RANKS):
        best, c = Separated(rank, [], np.inf), None
        for degree in DEGREES if rank else (*DEGREES, *LONG):
            if max(rank, 1) * (degree + 1) * x.shape[1] > FILLED * len(fitted):
                break
            columns = [chebvander(column, degree) for column in z.T]  # (N, degree + 1)
            if rank:
                c = _coefficients([each[fitted] for each in columns], y[fitted], rank, c)
                g = [each @ part for each, part in zip(columns, c, strict=True)]  # (N, R)
                values = np.prod(g, axis=0).sum(axis=1)
            else:
                g, values = _sum(columns, y, fitted)
            error = float(np.sqrt(np.mean((values - y)[aside] ** 2)) / y.std())
            best = min(best, Separated(rank, g, error), key=lambda each: each.error)
        results += [best] if best.error < SEPARATES else []
        if best.error < EXACTLY:
            break
    return results


def _sum(columns: list[Array], y: Array, fitted: Indices) -> tuple[list[Array], Array]:
    """Return functions of each input (N, 1), of zero mean, and their sum (N,) with a constant."""
    A = np.concatenate([np.ones((len(y), 1)), *(each[:, 1:] for each in columns)], axis=1)
    c = lstsq(A[fitted], y[fitted], 1e-13)[0]
    parts = np.split(c[1:, None], len(columns))
    functions = [each[:, 1:] @ part for each, part in zip(columns, parts, strict=True)]
    return [g - g.mean() for g in functions], A @ c


def _coefficients(
    columns: list[Array], y: Array, rank: int, before: list[Array] | None
) -> list[Array]:
    """Return coefficients (K, R) of each input, from those of a lower degree or random ones."""
    K, rng = columns[0].shape[1], np.random.default_rng(0)
    if before is not None:
        more = K - len(before[0])
        return _alternating(columns, y, [np.pad(c, ((0, more), (0, 0))) for c in before])[0]
    decay = 0.5 ** np.arange(K)[:, None]
    starts = [[decay * rng.standard_normal((K, rank)) for _ in columns] for _ in range(STARTS)]
    return min((_alternating(columns, y, c) for c in starts), key=lambda found: found[1])[0]


def _alternating(columns: list[Array], y: Array, c: list[Array]) -> tuple[list[Array], float]:
    """Return coefficients (K, R) solved for one input after the other, and the error left."""
    c = list(c)
    g = [each @ part for each, part in zip(columns, c, strict=True)]  # (N, R)
    before = np.inf
    for _ in range(SWEEPS):
        for i, each in enumerate(columns):
            others = np.prod([*g[:i], *g[i + 1 :]], axis=0)
            A = (each[:, :, None] * others[:, None, :]).reshape(len(y), -1)
            c[i] = lstsq(A, y, 1e-12, lapack_driver="gelsy")[0].reshape(c[i].shape)
            left = float(np.linalg.norm(A @ c[i].ravel() - y))
            if i < len(columns) - 1:  # the last one has the sizes of all
                c[i] /= np.linalg.norm(c[i], axis=0)
            g[i] = each @ c[i]
        if before - left < SLOW * left:
            break
        before = left
    return c, left
