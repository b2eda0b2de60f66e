r"""A layer on other grids, or with its base functions in other units: the nearest edges.

.. math:: c' = \arg\min_{c'} \int \big(\phi'(x) - \phi(x)\big)^2 dx

over the new grid, where the new edge :math:`\phi'` keeps the weight w of the old one. Where nothing
but the basis changes, this is `kan_numpy.functions.basis.Basis.project`, which is exact if the new
functions contain the old ones. But a grid that grows takes over what has been a tangent beyond its
end: also that of the base function, whose bend there the spline makes up for.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array
from kan_numpy.functions.basis import Basis
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.splines.projection import gauss_points, nearest

__all__ = ["nearest_layer"]


def nearest_layer(old: KANLayer, new: KANLayer) -> tuple[KANLayer, float]:
    """Return the new layer with the coefficients that are nearest, and the largest change.

    The new one differs from the old one in its basis, which is of the same kind, or in its units.
    The change of an edge is the root mean square over its new grid.
    """
    coef, change = np.empty((old.n_out, old.n_in, new.basis.size)), 0.0
    more = _changes_more(old, new)
    if not more.all():
        before, after = old.basis.select(~more), new.basis.select(~more)
        coef[:, ~more], change = before.project(old.coef[:, ~more], after)
    if more.any():
        points = [_gauss_points(old.basis, new.basis, i) for i in range(old.n_in)]
        most = max(len(x) for x, _ in points)
        x = np.stack([np.pad(x, (0, most - len(x)), mode="edge") for x, _ in points], axis=1)
        (before, b), (after, b_new) = _functions(old, x), _functions(new, x)
    for i in np.flatnonzero(more):
        weights = points[i][1]  # (Q_i,)
        Q = len(weights)
        c = np.column_stack([old.coef[:, i], old.w_base[:, i]])  # (n_out, W+1)
        functions = np.column_stack([before[:Q, i], (b - b_new)[:Q, i]])
        coef[:, i], largest = nearest(c, functions, after[:Q, i], weights)
        change = max(change, largest)
    return replace(new, coef=coef), change


def _changes_more(old: KANLayer, new: KANLayer) -> npt.NDArray[np.bool_]:
    """Return for which inputs (n_in,) more changes than the basis: units, or what was a tangent."""
    ends = np.stack([new.basis.low, new.basis.high])  # (2, n_in)
    return np.any((old.inside(ends) != ends) | (old.units != new.units), axis=0)


def _gauss_points(old: Basis, new: Basis, i: int) -> tuple[Array, Array]:
    """Return points x on the new grid of input i, and weights, each (Q,)."""
    ends = np.unique(np.concatenate([_ends(basis, i) for basis in (old, new)]))
    ends = ends[(ends >= new.low[i]) & (ends <= new.high[i])]
    # k + 1 points make the integral of the squared difference of two splines exact.
    return gauss_points(ends, getattr(old, "degree", 4) + 1)


def _ends(basis: Basis, i: int) -> Array:
    """Return points between which the functions of input i are smooth."""
    knots = getattr(basis, "knots", None)
    return np.linspace(basis.low[i], basis.high[i], basis.size + 1) if knots is None else knots[i]


def _functions(layer: KANLayer, x: Array) -> tuple[Array, Array]:
    """Return B (Q, n_in, W) and b (Q, n_in) at x (Q, n_in)."""
    cache = layer.features(x)
    return cache.dense, np.zeros_like(x) if cache.b is None else cache.b
