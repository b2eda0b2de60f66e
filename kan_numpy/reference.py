r"""Reference implementation: the formulas of the forward pass for single numbers, without NumPy.

It is slow and imports nothing from the library, so that the two can be tested against each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

__all__ = ["bspline", "continued_edge", "cross_entropy", "edge", "layer", "mean_squared_error"]
__all__ += ["silu", "spline"]

Numbers = Sequence[float]


def bspline(x: float, j: int, degree: int, knots: Numbers, derivative: int = 0) -> float:
    r"""Evaluate one basis function, or its derivative, at one point by the Cox-de Boor recursion.

    .. math::
        B_{j,k}(x) &= \frac{x - t_j}{t_{j+k} - t_j} B_{j,k-1}(x)
                    + \frac{t_{j+k+1} - x}{t_{j+k+1} - t_{j+1}} B_{j+1,k-1}(x) \\
        B'_{j,k}(x) &= k \left(\frac{B_{j,k-1}(x)}{t_{j+k} - t_j}
                    - \frac{B_{j+1,k-1}(x)}{t_{j+k+1} - t_{j+1}}\right)

    Each of the two terms is left out if its denominator is zero (0/0 := 0).

    Parameters
    ----------
    x : float
        The point.
    j : int
        The index of the function, from 0 to G + k - 1.
    degree : int
        k.
    knots : sequence of float, length G + 2k + 1
        Non-decreasing.
    derivative : int
        d, from 0 to k.

    Returns
    -------
    float
        :math:`B_{j,k}(x)` or its d-th derivative.

    Notes
    -----
    The right end of the grid belongs to the last interval that is not empty.
    Source: C. de Boor, A Practical Guide to Splines (2001), ch. IX and X.

    Examples
    --------
    The hat function on the knots 0, 1, 2 rises with slope 1. The cubic on 0, 1, 2, 3, 4 has the
    values 1/6, 4/6 and 1/6 at its inner knots:

    >>> import kan_numpy as kn
    >>> kn.reference.bspline(0.25, 0, 1, [0, 1, 2]), kn.reference.bspline(0.25, 0, 1, [0, 1, 2], 1)
    (0.25, 1.0)
    >>> [round(6 * kn.reference.bspline(x, 0, 3, [0, 1, 2, 3, 4]), 12) for x in (1, 2, 3)]
    [1.0, 4.0, 1.0]
    """
    return _recursion(j, degree, derivative, x, _interval(x, degree, knots), knots)


def _interval(x: float, degree: int, knots: Numbers) -> int:
    """Return m with t_m <= x < t_{m+1}, or -1 outside all knots."""
    right_end = knots[len(knots) - degree - 1]
    for m in range(len(knots) - 1):
        if knots[m] <= x < knots[m + 1] or (x == right_end and knots[m] < x == knots[m + 1]):
            return m
    return -1


def _recursion(j: int, q: int, d: int, x: float, m: int, knots: Numbers) -> float:
    """Return the d-th derivative of B_{j,q}(x) for x in the interval m."""
    if q == 0:
        return 1.0 if j == m else 0.0
    total = 0.0
    width_left = knots[j + q] - knots[j]
    if width_left > 0.0:
        factor = q if d else x - knots[j]
        total += factor / width_left * _recursion(j, q - 1, max(d - 1, 0), x, m, knots)
    width_right = knots[j + q + 1] - knots[j + 1]
    if width_right > 0.0:
        factor = -q if d else knots[j + q + 1] - x
        total += factor / width_right * _recursion(j + 1, q - 1, max(d - 1, 0), x, m, knots)
    return total


def spline(x: float, coef: Numbers, degree: int, knots: Numbers) -> float:
    r"""Evaluate :math:`s(x) = \sum_j c_j B_{j,k}(x)`, arXiv 2404.19756, eq. 2.12.

    Parameters
    ----------
    x : float
        The point.
    coef : sequence of float, length G + k
        The coefficients.
    degree : int
        k.
    knots : sequence of float, length G + 2k + 1
        Non-decreasing.

    Returns
    -------
    float
        s(x).

    Examples
    --------
    A spline of degree 1 interpolates its coefficients: from 1 at x = 0 to 3 at x = 1.

    >>> import kan_numpy as kn
    >>> kn.reference.spline(0.25, [1, 3], 1, [-1, 0, 1, 2])
    1.5
    """
    return sum(c * bspline(x, j, degree, knots) for j, c in enumerate(coef))


def silu(x: float) -> float:
    r"""Evaluate :math:`b(x) = x / (1 + e^{-x})`, arXiv 2404.19756, eq. 2.11.

    Parameters
    ----------
    x : float
        The point.

    Returns
    -------
    float
        b(x).

    Examples
    --------
    >>> import kan_numpy as kn
    >>> round(kn.reference.silu(1.0), 4)  # 1 / (1 + 1/e)
    0.7311
    """
    return x / (1.0 + math.exp(-x)) if x > -700.0 else x * math.exp(x)


def edge(
    x: float,
    coef: Numbers,
    w_base: float,
    degree: int,
    knots: Numbers,
    base: Callable[[float], float] = silu,
) -> float:
    r"""Evaluate one edge, :math:`\phi(x) = w_b b(x) + \sum_j c_j B_j(x)`, eq. 2.10 to 2.12.

    Parameters
    ----------
    x : float
        The point.
    coef : sequence of float, length G + k
        The coefficients; the paper's w_s is absorbed into them.
    w_base : float
        The weight of the base function.
    degree : int
        k.
    knots : sequence of float, length G + 2k + 1
        Non-decreasing.
    base : callable
        The base function b.

    Returns
    -------
    float
        :math:`\phi(x)`.

    Examples
    --------
    Twice the base function b(x) = x, plus the spline from 1 at x = 0 to 3 at x = 1:

    >>> import kan_numpy as kn
    >>> kn.reference.edge(0.25, [1, 3], 2.0, 1, [-1, 0, 1, 2], base=lambda x: x)
    2.0
    """
    return w_base * base(x) + spline(x, coef, degree, knots)


def continued_edge(
    x: float,
    coef: Numbers,
    w_base: float,
    degree: int,
    knots: Numbers,
    base: Callable[[float], float],
    slope: Callable[[float], float],
) -> float:
    r"""Evaluate one edge that continues along its tangents, :math:`\phi(e) + \phi'(e)\, (x - e)`.

    Parameters
    ----------
    x, coef, w_base, degree, knots, base : as in `edge`
        The edge; e is the point of the grid next to x.
    slope : callable
        b'.

    Returns
    -------
    float
        The same as from `edge` on the grid.

    Examples
    --------
    The spline from 1 at x = 0 to 3 at x = 1 goes on with slope 2, and 4 b(x) = 4 x is added:

    >>> import kan_numpy as kn
    >>> kn.reference.continued_edge(2.5, [1, 3], 4.0, 1, [-1, 0, 1, 2], float, lambda x: 1.0)
    16.0
    """
    e = min(max(x, knots[degree]), knots[len(knots) - degree - 1])
    tangent = w_base * slope(e)
    if degree:
        tangent += sum(c * bspline(e, j, degree, knots, 1) for j, c in enumerate(coef))
    return edge(e, coef, w_base, degree, knots, base) + tangent * (x - e)


def layer(
    x: Numbers,
    coef: Sequence[Sequence[Numbers]],
    w_base: Sequence[Numbers],
    bias: Numbers,
    degree: int,
    knots: Sequence[Numbers],
    base: Callable[[float], float] = silu,
) -> list[float]:
    r"""Evaluate one layer for one sample, :math:`y_o = \beta_o + \sum_i \phi_{o,i}(x_i)`, eq. 2.5.

    Parameters
    ----------
    x : sequence of float, length n_in
        The sample.
    coef : nested sequence, (n_out, n_in, G + k)
        The coefficients.
    w_base : nested sequence, (n_out, n_in)
        The weights of the base function.
    bias : sequence of float, length n_out
        A constant for each output node.
    degree : int
        k.
    knots : nested sequence, (n_in, G + 2k + 1)
        The knots of each input node.
    base : callable
        The base function b.

    Returns
    -------
    list of float, length n_out
        y.

    Examples
    --------
    One output, two inputs without base functions: 10 + 1.5 + 1.

    >>> import kan_numpy as kn
    >>> knots = [-1, 0, 1, 2]
    >>> kn.reference.layer([0.25, 0.5], [[[1, 3], [0, 2]]], [[0, 0]], [10], 1, [knots, knots])
    [12.5]
    """
    y = list(bias)
    for o in range(len(coef)):
        for i in range(len(x)):
            y[o] += edge(x[i], coef[o][i], w_base[o][i], degree, knots[i], base)
    return y


def mean_squared_error(prediction: Sequence[Numbers], target: Sequence[Numbers]) -> float:
    r"""Evaluate :math:`L = \frac{1}{N n} \sum_{n,o} (\hat y_{no} - y_{no})^2`.

    Parameters
    ----------
    prediction, target : nested sequence, (N, n_out)
        The outputs of the network, and their targets.

    Returns
    -------
    float
        L.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> kn.reference.mean_squared_error([[1, 2], [3, 4]], [[1, 0], [3, 4]])  # (0 + 4 + 0 + 0) / 4
    1.0
    """
    rows = zip(prediction, target, strict=True)
    squares = [(p - t) ** 2 for row in rows for p, t in zip(*row, strict=True)]
    return sum(squares) / len(squares)


def cross_entropy(logits: Sequence[Numbers], labels: Sequence[int]) -> float:
    r"""Evaluate :math:`L = -\frac{1}{N} \sum_n \log(e^{z_{n c_n}} / \sum_o e^{z_{no}})`.

    Parameters
    ----------
    logits : nested sequence, (N, n_classes)
        The network's outputs z.
    labels : sequence of int, length N
        The class c of each sample.

    Returns
    -------
    float
        L.

    Examples
    --------
    Two equal logits give both classes the probability 1/2, and the loss is log 2:

    >>> import kan_numpy as kn
    >>> round(kn.reference.cross_entropy([[0.0, 0.0]], [1]), 4)
    0.6931
    """
    losses = []
    for z, c in zip(logits, labels, strict=True):
        losses.append(math.log(sum(math.exp(value) for value in z)) - z[c])
    return sum(losses) / len(losses)
