r"""Formulas that one linear solve finds: polynomials, ratios of them, and simple functions of both.

Before networks are trained, what is cheap is tried. For T among the identity, 1/y, y^2, 1/y^2,
log y and exp y,

.. math:: T(y) = \sum_\alpha c_\alpha x^\alpha \qquad\text{or}\qquad
          \sum_\alpha p_\alpha x^\alpha - y \sum_\alpha q_\alpha x^\alpha = 0

are linear in their numbers. The first is solved by least squares, with the weight 1/T'(y), so that
the errors of y count. After that, the terms that the Bayesian information criterion does not
support are removed one after the other; for log y there are also the terms :math:`\log x_i` and
:math:`x_j \log x_i`, which make powers. The second is solved by the singular vector of the smallest
singular value, for the lowest degrees for which it vanishes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations_with_replacement
from typing import NamedTuple

import numpy as np
from scipy.linalg import qr, solve_triangular

from kan_numpy._arrays import Array
from kan_numpy._deadline import NEVER, Deadline
from kan_numpy.algebra.expressions import Expression, Number, Variable
from kan_numpy.algebra.simplify import add, call, multiply, power
from kan_numpy.functions.symbols import SYMBOLS

__all__ = [
    "HIGHEST",
    "MOST_TERMS",
    "RATIONAL",
    "ROUNDING",
    "VANISHES",
    "Terms",
    "Transform",
    "ideas",
    "monomials",
    "polynomial",
    "ratio",
]

MOST_TERMS, HIGHEST = 66, 9
"""The number of terms to select from, such as all products of ten variables, and the degree."""

RATIONAL = ((1, 1), (2, 1), (1, 2), (2, 2), (3, 2), (2, 3), (3, 3), (4, 2), (4, 4))
"""The degrees of numerators and denominators, in the order in which they are tried."""

VANISHES = 1e-11
"""A singular value below this fraction of the largest is zero."""

ROUNDING = 1e-13
"""The relative error of the data."""


class Transform(NamedTuple):
    """A function T of the outputs, what undoes it, and 1/T', which makes its errors those of y."""

    apply: Callable[[Array], Array]
    defined: Callable[[Array], bool]
    undo: Callable[[Expression], Expression]
    weight: Callable[[Array], Array]


TRANSFORMS = {
    "y": Transform(lambda y: y, lambda y: True, lambda e: e, np.ones_like),  # noqa: ARG005
    "1/y": Transform(
        lambda y: 1.0 / y,
        lambda y: bool((y != 0.0).all()),
        lambda e: power(e, Number(-1)),
        np.square,
    ),
    "y^2": Transform(
        lambda y: y**2,
        lambda y: bool((y >= 0.0).all()),
        lambda e: power(e, Number(0.5)),
        lambda y: 1.0 / (y + 1e-3 * y.max()),  # where y is zero, its errors are not small
    ),
    "1/y^2": Transform(
        lambda y: y**-2.0,
        lambda y: bool((y > 0.0).all()),
        lambda e: power(e, Number(-0.5)),
        lambda y: y**3,
    ),
    "log y": Transform(
        np.log, lambda y: bool((y > 0.0).all()), lambda e: call(SYMBOLS["exp"], e), lambda y: y
    ),
    "exp y": Transform(
        np.exp,
        lambda y: bool(np.abs(y).max() < 30.0),
        lambda e: call(SYMBOLS["log"], e),
        lambda y: np.exp(-y),
    ),
}


class Terms(NamedTuple):
    """Functions of the inputs: as columns (N, T), and as expressions."""

    columns: Array
    expressions: list[Expression]


def ideas(
    x: Array, y: Array, names: list[str], deadline: Deadline = NEVER
) -> Iterator[tuple[str, Expression]]:
    """Yield formulas for y (N,) as a function of x (N, n_in), and what they are."""
    for name, transform in TRANSFORMS.items():
        if transform.defined(y):
            terms = monomials(x, names, _degree(x.shape[1]))
            if name == "log y":
                terms = _with_logarithms(x, names, terms)
            with np.errstate(all="ignore"):
                target = transform.apply(y)
            if np.isfinite(target).all() and len(terms.expressions) < len(x) / 2:
                weight = transform.weight(y)  # (N,)
                weighted = Terms(weight[:, None] * terms.columns, terms.expressions)
                idea = polynomial(weighted, weight * target, deadline)
                yield f"{name} a polynomial", transform.undo(idea)
    for numerator, denominator in RATIONAL:
        deadline.check()
        found = ratio(x, y, names, numerator, denominator)
        if found is not None:
            yield "a ratio of polynomials", found
            return


def _degree(n_in: int) -> int:
    """Return the highest degree with no more than so many terms."""
    degree = 1
    while degree < HIGHEST and _count(n_in, degree + 1) <= MOST_TERMS:
        degree += 1
    return degree


def _count(n_in: int, degree: int) -> int:
    """Return the number of monomials up to a degree."""
    return sum(1 for d in range(degree + 1) for _ in combinations_with_replacement(range(n_in), d))


def monomials(x: Array, names: list[str], degree: int) -> Terms:
    """Return all monomials up to a degree, the constant first."""
    columns, expressions = [], []
    for d in range(degree + 1):
        for factors in combinations_with_replacement(range(x.shape[1]), d):
            powers = [(i, factors.count(i)) for i in dict.fromkeys(factors)]
            columns.append(np.prod([x[:, i] ** p for i, p in powers], axis=0) * np.ones(len(x)))
            parts = [power(Variable(names[i]), Number(p)) for i, p in powers]
            expressions.append(multiply(parts) if parts else Number(1))
    return Terms(np.stack(columns, axis=1), expressions)


def _with_logarithms(x: Array, names: list[str], terms: Terms) -> Terms:
    """Return terms of at most the second degree, with the logarithms of positive inputs."""
    keep = [n for n, e in enumerate(terms.expressions) if n <= _count(x.shape[1], 2) - 1]
    columns = [terms.columns[:, n] for n in keep]
    expressions = [terms.expressions[n] for n in keep]
    for i in np.flatnonzero((x > 0.0).all(axis=0)):
        logarithm, column = call(SYMBOLS["log"], Variable(names[i])), np.log(x[:, i])
        for j in (None, *range(x.shape[1])):
            columns.append(column if j is None else x[:, j] * column)
            factor = [] if j is None else [Variable(names[j])]
            expressions.append(multiply([*factor, logarithm]))
    return Terms(np.stack(columns, axis=1), expressions)


def polynomial(
    terms: Terms, target: Array, deadline: Deadline = NEVER, rounding: float = ROUNDING
) -> Expression:
    r"""Return the linear combination of the terms that data with relative errors support.

    Term j is removed if the loss increases too little, by :math:`c_j^2 / (A^T A)^{-1}_{jj}`:

    .. math:: N \log \frac{L_{without}}{L} < \log N + 2 \log T

    (J. Chen and Z. Chen, Biometrika 95, 759, 2008, with T terms to choose from).
    Constants and single inputs are no choice, and cost log N only.
    """
    size = np.sqrt(np.mean(terms.columns**2, axis=0))
    N, T = terms.columns.shape
    A = np.column_stack([terms.columns / np.where(size > 0.0, size, 1.0), target])
    R = qr(A, mode="r")[0][: T + 1]  # with the same normal equations as A
    floor = N * (rounding * float(np.abs(target).max())) ** 2 + 1e-300
    left, c = np.flatnonzero(size > 0.0), np.zeros(0)
    products = [not isinstance(each, Number | Variable) for each in terms.expressions]
    price = np.where(products, 2.0 * np.log(T), 0.0)
    while len(left):
        deadline.check()
        r = qr(R[:, [*left, T]], mode="r")[0][: len(left) + 1]
        r, b, loss = r[:-1, :-1], r[:-1, -1], float(r[-1, -1] ** 2) + floor
        r[np.diag_indices(len(left))] += np.where(np.abs(np.diag(r)) < 1e-14, 1e-14, 0.0)
        c, inverse = solve_triangular(r, b), solve_triangular(r, np.eye(len(left)))
        increase = c**2 / np.sum(inverse**2, axis=1)
        weakest = int(np.argmin(N * np.log1p(increase / loss) - price[left]))
        if N * np.log1p(increase[weakest] / loss) >= np.log(N) + price[left][weakest]:
            break
        left, c = np.delete(left, weakest), np.delete(c, weakest)
    pairs = zip(c / size[left], left, strict=True)
    return add([multiply([Number(float(v)), terms.expressions[j]]) for v, j in pairs])


def ratio(
    x: Array, y: Array, names: list[str], numerator: int, denominator: int
) -> Expression | None:
    """Return y (N,) as a ratio of polynomials of these degrees, or None if it is none."""
    top, bottom = monomials(x, names, numerator), monomials(x, names, denominator)
    n = len(top.expressions)
    A = np.hstack([top.columns, -y[:, None] * bottom.columns])
    size = np.sqrt(np.mean(A**2, axis=0))
    used = np.flatnonzero(size > 0.0)
    if len(used) > min(len(x) / 2, 2 * MOST_TERMS):
        return None
    v = _null_vector(A[:, used] / size[used])
    if v is None:
        return None
    used = used[np.abs(v) > 1e-8 * np.abs(v).max()]
    v = _null_vector(A[:, used] / size[used])
    if v is None or not (used < n).any() or not (used >= n).any():
        return None
    numbers = v / size[used]
    numbers /= numbers[used >= n][0]
    both = [*top.expressions, *bottom.expressions]
    parts = [multiply([Number(float(c)), both[j]]) for c, j in zip(numbers, used, strict=True)]
    first = int((used < n).sum())
    return multiply([add(parts[:first]), power(add(parts[first:]), Number(-1))])


def _null_vector(A: Array) -> Array | None:
    """Return the vector v (T,) with A v = 0 if there is one; if there are several, the last."""
    _, s, vt = np.linalg.svd(A, full_matrices=False)
    return vt[-1] if s[-1] <= VANISHES * s[0] else None
