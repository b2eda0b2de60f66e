r"""B-spline basis functions by the Cox-de Boor recursion, as fast arrays.

A spline of degree k on the knots :math:`t_0 \le t_1 \le \dots` is a linear combination of basis
functions, :math:`s(x) = \sum_j c_j B_{j,k}(x)` (arXiv 2404.19756, eq. 2.12), and these obey

.. math::
    B_{j,0}(x) &= 1 \text{ if } t_j \le x < t_{j+1} \text{ else } 0 \\
    B_{j,q}(x) &= \frac{x - t_j}{t_{j+q} - t_j} B_{j,q-1}(x)
                + \frac{t_{j+q+1} - x}{t_{j+q+1} - t_{j+1}} B_{j+1,q-1}(x)

(C. de Boor, A Practical Guide to Splines, 2001, ch. IX). `kan_numpy.reference` transcribes this.
Here the same recursion runs as a triangle over the k + 1 functions that are not zero in the
interval :math:`[t_m, t_{m+1})` of x. With the distances :math:`l_j = x - t_{m+1-j}` and
:math:`r_j = t_{m+j} - x` of `kan_numpy.splines.intervals`, entry a of the row of degree q - 1 is
divided once, by the width of its support,

.. math:: T_a = B_{m-q+1+a,\,q-1}(x) / (r_{a+1} + l_{q-a}), \qquad a = 0 \dots q - 1,

and then, with :math:`T_{-1} = T_q = 0`, both the next row and the derivative are one line:

.. math:: B_{m-q+a,\,q} = l_{q-a+1} T_{a-1} + r_{a+1} T_a, \qquad
          B'_{m-q+a,\,q} = q\,(T_{a-1} - T_a), \qquad a = 0 \dots q.

The denominators span the interval of x, which is never empty, so 0/0 does not arise, however often
a knot is repeated. On uniform knots with spacing h they are just q h. In the code lists count from
0: ``left[j - 1]`` is :math:`l_j`, and ``right[j - 1]`` is :math:`r_j`.

Grid: G intervals between ``knots[k]`` and ``knots[-k-1]``. Over the k additional knots at each end
the functions decay to zero. The last interval of the grid is closed on the right.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import factorial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array, Frozen
from kan_numpy._validation import LARGEST_DEGREE, as_array, as_count
from kan_numpy.splines.intervals import Intervals
from kan_numpy.splines.knot_insertion import refine_spline
from kan_numpy.splines.knot_placement import adapted_knots, grids_around, is_nested, refined_knots
from kan_numpy.splines.knots import as_knots
from kan_numpy.splines.projection import gauss_points, nearest
from kan_numpy.splines.sparse_basis import gathered, is_sparse, slopes_of_edges
from kan_numpy.splines.windows import Window, flattened, folded, scattered, window_of

__all__ = ["NO_SHARE", "BSplineBasis", "BasisCache", "bspline_basis"]

NO_SHARE = 1e-12
"""A smaller part of the area under a function is rounding error."""


def bspline_basis(
    x: npt.ArrayLike, knots: npt.ArrayLike, degree: int, derivative: int = 0
) -> Array:
    r"""Evaluate every B-spline basis function, or its d-th derivative, at every point.

    .. math:: B^{(d)}_{j,k}(x), \qquad j = 0 \dots G + k - 1

    Parameters
    ----------
    x : array_like, shape (N,) or (N, n_in)
        Points. Between the grid and the outermost knots the functions decay, beyond they are 0.
    knots : array_like, shape (G + 2k + 1,) or (n_in, G + 2k + 1)
        Non-decreasing; knots may be repeated.
    degree : int
        k, at least 0.
    derivative : int
        d, from 0 to k.

    Returns
    -------
    ndarray, shape (N, G + k) or (N, n_in, G + k)
        One basis function a column.

    Raises
    ------
    ValueError
        If the knots decrease or enclose no grid, the shapes do not fit, a number is not finite, or
        d > k.
    TypeError
        If degree or derivative is not a whole number, or an array does not hold real numbers.

    Notes
    -----
    At a knot this is the value from the right; at the right end of the grid, from the left.
    `kan_numpy.reference.bspline` is the same recursion without arrays.

    Examples
    --------
    Two hat functions, and cubics at a knot, where they are 1/6, 4/6 and 1/6:

    >>> import kan_numpy as kn
    >>> kn.bspline_basis([0.25, 1.0], knots=[-1, 0, 1, 2], degree=1)
    array([[0.75, 0.25],
           [0.  , 1.  ]])
    >>> 6 * kn.bspline_basis([0.0], kn.uniform_knots(-1, 1, grid_size=2, degree=3), degree=3)
    array([[0., 1., 4., 1., 0.]])
    """
    k = as_count("degree", degree, 0, LARGEST_DEGREE)
    d = as_count("derivative", derivative, 0)
    if d > k:
        raise ValueError(
            f"derivative must be at most the degree {k}, but is {d}:"
            " a piecewise polynomial has no more than that"
        )
    points = as_array("x", x)
    if points.ndim == 1:
        basis = BSplineBasis(as_knots("knots", knots, k, ("G+2k+1",))[None], k)
        return basis(points[:, None], d)[:, 0]
    points = as_array("x", x, ("N", "n_in"))
    rows = as_knots("knots", knots, k, (points.shape[1], "G+2k+1"))
    return BSplineBasis(rows, k)(points, d)


class BasisCache(NamedTuple):
    """The intermediate results for the backward pass."""

    window: Window
    T: list[Array]  # k arrays (N, n_in): the divided row of degree k - 1


@dataclass(frozen=True, eq=False)
class BSplineBasis(Frozen):
    """The B-splines of all input nodes of a layer: a `kan_numpy.functions.basis.Basis`.

    Arguments are not checked. Points may be complex, which `kan_numpy.gradcheck.complex_step`
    needs.
    """

    knots: Array  # (n_in, G+2k+1), non-decreasing along each row
    degree: int  # k
    _intervals: Intervals = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Prepare what does not depend on x."""
        object.__setattr__(self, "_intervals", Intervals(self.knots, self.degree))
        super().__post_init__()

    @property
    def n_in(self) -> int:
        """The number of input nodes."""
        return self.knots.shape[0]

    @property
    def grid_size(self) -> int:
        """G, the number of grid intervals."""
        return self.knots.shape[1] - 2 * self.degree - 1

    @property
    def size(self) -> int:
        """G + k, the number of basis functions."""
        return self.knots.shape[1] - self.degree - 1

    @property
    def max_derivative(self) -> int:
        """k: all derivatives of a higher order are zero."""
        return self.degree

    @property
    def low(self) -> Array:
        """The left end of each grid, shape (n_in,)."""
        return self.knots[:, self.degree]

    @property
    def high(self) -> Array:
        """The right end of each grid, shape (n_in,)."""
        return self.knots[:, -self.degree - 1]

    @property
    def centers(self) -> Array:
        """The Greville abscissae, shape (n_in, G + k): a line has their values as coefficients."""
        k, W = self.degree, self.size
        # A function of degree 0 stands in the middle of its interval.
        inner = range(1, k + 1) if k else (0, 1)
        return np.asarray(np.mean([self.knots[:, r : r + W] for r in inner], axis=0))

    @property
    def share_on_grid(self) -> Array:
        r"""The part of the area under each function over the grid, (n_in, G + k), 1 if none.

        Up to x lies the part :math:`\sum_{m \ge j} B_{m,k+1}(x)` (de Boor, ch. X).
        """
        longer = np.pad(self.knots, [(0, 0), (1, 1)], mode="edge")
        ends = BSplineBasis(longer, self.degree + 1)(np.stack([self.low, self.high]))
        gained = ends[1] - ends[0]  # (n_in, G+k+1), the first begins before all others
        share = np.cumsum(gained[:, :0:-1], axis=1)[:, ::-1]  # (n_in, G+k)
        return np.where(share > NO_SHARE, share, 1.0)

    def __call__(self, x: Array, derivative: int = 0) -> Array:
        """Return the d-th derivative of all functions, (N, n_in) -> (N, n_in, G + k)."""
        k = self.degree
        if derivative > k:
            return np.zeros((*x.shape, self.size), x.dtype)
        m, left, right = self._intervals.distances(x)
        row = self._row_of_degree_0(x)
        for q in range(1, k + 1):
            T = self._divided(row, left, right)
            row = _raised(T, left, right) if q <= k - derivative else self._differentiated(T)
        return scattered(row, window_of(m, k, self.size), self.size)

    def forward(self, x: Array) -> tuple[Any, BasisCache]:
        """Return the basis functions B (N, n_in, G + k), and the cache for `backward`.

        If k + 1 of many functions differ from zero, B is a sparse matrix (N, n_in (G + k)).
        """
        m, left, right = self._intervals.distances(x)
        row, T = self._row_of_degree_0(x), []
        for _ in range(self.degree):
            T = self._divided(row, left, right)
            row = _raised(T, left, right)
        window = window_of(m, self.degree, self.size)
        write = gathered if is_sparse(len(x), self.degree, self.size) else scattered
        return write(row, window, self.size), BasisCache(window, T)

    def backward(self, dB: Array, cache: BasisCache) -> Array:
        r"""Return :math:`dx_{ni} = \sum_j dB_{nij} B'_j(x_{ni})`, (N, n_in, G + k) -> (N, n_in)."""
        if self.degree == 0:
            return np.zeros(dB.shape[:2])
        slopes = folded(_differences(cache.T), cache.window)
        flat, start = flattened(dB, cache.window)
        dx = slopes[0] * flat.take(start)  # (N, n_in)
        for r in range(1, self.degree + 1):
            dx += slopes[r] * flat[r:].take(start)
        dx *= self._rate(self.degree)
        return dx

    def backward_sparse(self, dy: Array, c: Array, B: Any, cache: BasisCache) -> Array:
        r"""Return :math:`dx_{ni} = \sum_o dy_{no} \sum_j c_{oij} B'_j(x_{ni})`, for a sparse B.

        From dy (N, n_out) and c (n_out, n_in (G + k)); the cost does not depend on G.
        """
        if self.degree == 0:
            return np.zeros((len(dy), self.n_in))
        slopes = folded(_differences(cache.T), cache.window)
        return self._rate(self.degree) * slopes_of_edges(dy, c, B, slopes)

    def select(self, inputs: npt.NDArray[Any]) -> BSplineBasis:
        """Return the basis of some inputs: a mask (n_in,), or their numbers."""
        return BSplineBasis(self.knots[inputs], self.degree)

    def adapted(self, x: Array, eps: float, margin: float) -> BSplineBasis:
        """Return as many intervals around the activations x (N, n_in); see `adapt_grid`."""
        low, high, constant = grids_around(x, self.high - self.low, margin)
        evenly = np.where(constant, 1.0, eps)  # (n_in,)
        knots = adapted_knots(x, low, high, evenly, self.grid_size, self.degree)
        return BSplineBasis(knots, self.degree)

    def refined(self, grid_size: int) -> BSplineBasis:
        """Return the basis with another number of intervals, spread like the present ones."""
        return BSplineBasis(refined_knots(self.knots, grid_size, self.degree), self.degree)

    def project(self, coef: Array, other: BSplineBasis) -> tuple[Array, float]:
        """Return the nearest splines on other knots, (n_out, n_in, G' + k), and the largest change.

        If these divide each interval evenly, they are the same splines. Else the integrand is a
        polynomial between neighboring knots of both kinds, so k + 1 Gauss points per interval make
        the integral exact, and the minimum is a least-squares problem of full rank.
        """
        k, worst = self.degree, 0.0
        found = np.empty((*coef.shape[:2], other.size))
        for i, (old, new) in enumerate(zip(self.knots, other.knots, strict=True)):
            if is_nested(old, new, k):
                found[:, i] = refine_spline(coef[:, i], old, new, k)
                continue
            ends = np.unique(np.concatenate([old, new]))
            ends = ends[(ends >= other.low[i]) & (ends <= other.high[i])]
            x, weights = gauss_points(ends, k + 1)
            before, after = (
                basis.select(np.array([i]))(x[:, None])[:, 0] for basis in (self, other)
            )
            found[:, i], change = nearest(coef[:, i], before, after, weights)
            worst = max(worst, change)
        return found, worst

    def _row_of_degree_0(self, x: Array) -> list[Array]:
        """Return the only nonzero function of degree 0, scaled for `_divided`."""
        uniform = self._intervals.spacing is not None
        one = np.array(1.0 / factorial(self.degree) if uniform else 1.0, x.dtype)
        return [np.full(x.shape, one)]

    def _divided(self, row: list[Array], left: list[Array], right: list[Array]) -> list[Array]:
        """Return T, the row of degree q - 1 divided by the widths of its supports.

        On uniform knots with spacing 1 all these widths are q. Dividing by 1, 2, ... k in turn is
        dividing by k!, which `_row_of_degree_0` has done: the rows in between are too small by a
        factor, and the last one is correct.
        """
        if self._intervals.spacing is not None:
            return row
        q = len(row)
        return [row[a] / (right[a] + left[q - a - 1]) for a in range(q)]

    def _differentiated(self, T: list[Array]) -> list[Array]:
        """Return the derivatives of the row of degree q from the divided row T of degree q - 1."""
        return [self._rate(len(T)) * difference for difference in _differences(T)]

    def _rate(self, q: int) -> float | Array:
        """Return the factor q of a derivative, which on uniform knots is one by u."""
        h = self._intervals.spacing
        return q if h is None else q / h


def _raised(T: list[Array], left: list[Array], right: list[Array]) -> list[Array]:
    """Return the row of degree q from the divided row T of degree q - 1."""
    q = len(T)
    row = [right[0] * T[0], *(left[q - a] * T[a - 1] for a in range(1, q + 1))]
    for a in range(1, q):
        row[a] += right[a] * T[a]
    return row


def _differences(T: list[Array]) -> list[Array]:
    """Return the derivatives of the row of degree q, divided by q, from the divided row T."""
    q = len(T)
    return [-T[0], *(T[a - 1] - T[a] for a in range(1, q)), T[-1]]
