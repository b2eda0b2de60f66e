r"""Knot insertion: the coefficients of the same spline on more knots.

If the new knots contain the old ones the change is exact. Onto other knots a spline is projected,
see `kan_numpy.splines.projection`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array
from kan_numpy._validation import LARGEST_DEGREE, as_array, as_count, require_shape
from kan_numpy.splines.knots import as_knots

__all__ = ["SAME", "refine_spline"]

SAME = 1e-12
"""Knots that differ by less than this fraction of the grid count as equal."""


def refine_spline(
    coef: npt.ArrayLike, knots: npt.ArrayLike, new_knots: npt.ArrayLike, degree: int
) -> Array:
    r"""Insert knots into splines, which changes their coefficients but not the functions.

    On the interval :math:`[t_m, t_{m+1})` a spline is a polynomial, and a polynomial p of degree k
    has a polar form: the unique function :math:`P(u_1, \dots, u_k)` that is symmetric, affine in
    each argument and equal to p on the diagonal, :math:`P(x, \dots, x) = p(x)`. Every coefficient
    is a value of it,

    .. math:: c_j = P(t_{j+1}, \dots, t_{j+k}),

    for any interval on which B_j is not zero. So the new coefficient is the old polar form at the
    new knots, computed by de Boor's algorithm with a different argument in each of its k rounds:

    .. math:: c_j^{(q)} = \frac{(t_{j+k+1-q} - u_q)\, c_{j-1}^{(q-1)} + (u_q - t_j)\, c_j^{(q-1)}}
                               {t_{j+k+1-q} - t_j}

    Parameters
    ----------
    coef : array_like, shape (..., G + k)
        Coefficients of any number of splines on the same knots.
    knots : array_like, shape (G + 2k + 1,)
        Their knots.
    new_knots : array_like, shape (G' + 2k + 1,)
        The same grid with more knots in it. The k knots outside at each end may differ; then the
        function differs outside the grid.
    degree : int
        k.

    Returns
    -------
    ndarray, shape (..., G' + k)
        The new coefficients.

    Raises
    ------
    ValueError
        If the ends of the grids differ, a knot of the old grid is missing in the new one, or the
        shapes do not fit.
    TypeError
        If degree is not a whole number, or an array does not hold real numbers.

    Notes
    -----
    Source: L. Ramshaw, Blossoms are polar forms, Computer Aided Geometric Design 6 (1989).

    Examples
    --------
    A straight line from 1 to 3, on four intervals instead of one:

    >>> import kan_numpy as kn
    >>> old, new = (kn.uniform_knots(0, 2, grid_size=G, degree=1) for G in (1, 4))
    >>> kn.refine_spline([1.0, 3.0], old, new, degree=1)
    array([1. , 1.5, 2. , 2.5, 3. ])
    """
    k = as_count("degree", degree, 0, LARGEST_DEGREE)
    t = as_knots("knots", knots, k, ("G+2k+1",))
    new = as_knots("new_knots", new_knots, k, ("G'+2k+1",))
    c = as_array("coef", coef)
    require_shape("coef", c, (*c.shape[:-1], len(t) - k - 1))
    _require_nested(t, new, k)
    m = _intervals_of_functions(t, new, k)
    # The functions that the recursion misses at the ends are zero, and their knots are arbitrary.
    more = np.arange(1.0, k + 1)
    t = np.concatenate([t[0] - more[::-1], t, t[-1] + more])
    c = np.pad(c, [(0, 0)] * (c.ndim - 1) + [(k, k)])
    c = np.stack([c[..., m + r] for r in range(k + 1)])  # (k+1, ..., G'+k)
    for q in range(1, k + 1):
        u = new[q : q + len(m)]  # (G'+k,)
        rows = []
        for r in range(q, k + 1):
            low, high = t[m + r], t[m + r + k + 1 - q]
            rows.append(((high - u) * c[r - q] + (u - low) * c[r - q + 1]) / (high - low))
        c = np.stack(rows)  # (k+1-q, ..., G'+k)
    return np.asarray(c[0])


def _intervals_of_functions(t: Array, new: Array, k: int) -> npt.NDArray[np.intp]:
    """Return for each new function an old interval (G' + k,) on which it is not zero.

    It is the one nearest to the middle of the function's support in the grid, and lies outside the
    grid only if knots at the end of the grid are repeated so often that there is no other.
    """
    W = len(new) - k - 1
    p = np.flatnonzero(new[:-1] < new[1:])
    distance = np.abs(p - (np.arange(W)[:, None] + 0.5 * k))  # (G'+k, number of intervals)
    distance = np.where(distance <= 0.5 * k, distance, np.inf)
    nearest = p[np.argmin(distance + len(new) * ((p < k) | (p >= W)), axis=1)]
    center = 0.5 * (new[nearest] + new[nearest + 1])
    old = np.flatnonzero(t[:-1] < t[1:])
    return old[np.maximum(np.searchsorted(t[old], center) - 1, 0)]


def _require_nested(t: Array, new: Array, k: int) -> None:
    """Refuse new knots that lack an old one between the ends of the grid, counting repetitions."""
    same = SAME * (t[-k - 1] - t[k])
    if abs(t[k] - new[k]) > same or abs(t[-k - 1] - new[-k - 1]) > same:
        raise ValueError(
            f"new_knots must have the grid [{t[k]:g}, {t[-k - 1]:g}] of knots, but has"
            f" [{new[k]:g}, {new[-k - 1]:g}]"
        )
    for knot in t[k + 1 : -k - 1]:
        if np.sum(np.abs(t - knot) <= same) > np.sum(np.abs(new - knot) <= same):
            raise ValueError(
                f"new_knots must contain all knots, but {knot:g} is missing or repeated less often"
            )
