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
    for i in np.flatnonzero(more):
        coef[:, i], largest = _nearest_edges(old, new, int(i))
        change = max(change, largest)
    return replace(new, coef=coef), change


def _changes_more(old: KANLayer, new: KANLayer) -> npt.NDArray[np.bool_]:
    """Return for which inputs (n_in,) more changes than the basis: units, or what was a tangent."""
    ends = np.stack([new.basis.low, new.basis.high])  # (2, n_in)
    return np.any((old.inside(ends) != ends) | (old.units != new.units), axis=0)


def _nearest_edges(old: KANLayer, new: KANLayer, i: int) -> tuple[Array, float]:
    """Return c' of all edges from input i, (n_out, W'), and the largest change."""
    ends = np.unique(np.concatenate([_ends(basis, i) for basis in (old.basis, new.basis)]))
    ends = ends[(ends >= new.basis.low[i]) & (ends <= new.basis.high[i])]
    # k + 1 points make the integral of the squared difference of two splines exact.
    x, weights = gauss_points(ends, getattr(old.basis, "degree", 4) + 1)  # (Q,)
    (before, b), (after, b_new) = _functions(old, i, x), _functions(new, i, x)
    coef = np.column_stack([old.coef[:, i], old.w_base[:, i]])  # (n_out, W+1)
    return nearest(coef, np.column_stack([before, b - b_new]), after, weights)


def _ends(basis: Basis, i: int) -> Array:
    """Return points between which the functions of input i are smooth."""
    knots = getattr(basis, "knots", None)
    return np.linspace(basis.low[i], basis.high[i], basis.size + 1) if knots is None else knots[i]


def _functions(layer: KANLayer, i: int, x: Array) -> tuple[Array, Array]:
    """Return B (Q, W) and b (Q,) of input i at x (Q,)."""
    inputs = np.arange(layer.n_in) == i
    alone = layer.part(layer.active & inputs, np.ones(layer.n_out, dtype=bool), inputs)
    cache = alone.features(x[:, None])
    return cache.dense[:, 0], np.zeros_like(x) if cache.b is None else cache.b[:, 0]
