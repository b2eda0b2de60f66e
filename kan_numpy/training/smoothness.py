r"""A prior that holds the coefficients which few samples determine.

A coefficient of a spline acts only where its basis function :math:`B_j` is not zero. Where no
sample lies it is free, and where one or two lie, noise decides: the curve may leap far away between
two samples, and the loss does not notice. So training adds to the loss L

.. math::
    R = \kappa \frac{L}{N} \sum_{o,i,j} \frac{s_{i,j}\, G^3}{Var(y_o)}\, (\Delta_j c_{o,i})^2

over the edges of all layers. The roughness of an edge at j is how far its coefficient is from the
straight line through its neighbors, which on evenly spaced knots is the second difference
:math:`c_{j-1} - 2 c_j + c_{j+1}`:

.. math::
    \Delta_j c = 2\, (a_j c_{j-1} + (1 - a_j)\, c_{j+1} - c_j), \qquad
    a_j = \frac{\xi_{j+1} - \xi_j}{\xi_{j+1} - \xi_{j-1}}, \qquad
    \xi_j = \frac{t_{j+1} + \dots + t_{j+k}}{k}

:math:`\xi_j` is where the coefficient stands: a straight line has :math:`c_j = \alpha + \beta
\xi_j`, and :math:`\Delta c = 0`. (C. de Boor, A Practical Guide to Splines, 2001, ch. XI, the
Greville abscissae.) A Gaussian stands at its center. A coefficient is held in so far as samples are
few,

.. math::
    s_j = \max(0,\, 1 - \min(n_{j-1}, n_j, n_{j+1}) / n_0), \qquad
    n_j = \frac{\int B_j}{\int_{grid} B_j} \sum_n B_j(x_n),

where :math:`n_j` counts the samples under a basis function, and the quotient makes up for the part
of it that lies outside the grid, where none can be.

With :math:`h = 1/G` for the width of an interval, :math:`\Delta c \approx h^2 \phi''`, and the sum
is :math:`\int s\, \phi''^2 / Var(y)` over the grid, that of a smoothing spline: the same on coarse
grids and on fine ones.

This is Bayes' rule. With noise of variance :math:`\sigma^2` and a prior :math:`\Delta c \sim
N(0, \tau^2)`, what is most probable minimizes :math:`L + (\sigma^2 / N) \sum (\Delta c / \tau)^2`.
The noise is estimated by the loss, :math:`\sigma^2 = L`, and the scale by the spread of the node
that the edge leads to, :math:`\tau_o^2 = Var(y_o) / \kappa G^3`. So R vanishes together with the
loss, and a function without noise is learned to any accuracy; and since both terms have the unit of
the loss, and :math:`\Delta c / \tau` has none, the units of x and y do not matter.

L, s and Var(y) are numbers here, measured on a network and kept for some steps
(`kan_numpy.training.held_objective`); R is a quadratic function of theta.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.sparse import coo_array

from kan_numpy._arrays import Array
from kan_numpy.functions.basis import Basis
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.networks.network import Network
from kan_numpy.optimizers.optimizer import Curvature

STRENGTH = 3e-4
"""kappa."""

ENOUGH = 10.0
"""n_0: with so many samples under a basis function its coefficient is free."""

ROWS_AT_ONCE = 8192
"""How many samples are evaluated at a time, to bound the memory."""


@dataclass(frozen=True, eq=False)
class LayerPrior:
    """The prior of one layer."""

    a: Array  # (n_in, W-2)
    weight: Array  # (n_out, n_in, W-2), what the squares of the roughness are multiplied with

    def roughness(self, coef: Array) -> Array:
        """Return Delta c, (..., n_in, W) -> (..., n_in, W - 2)."""
        return 2.0 * (self.a * coef[..., :-2] + (1.0 - self.a) * coef[..., 2:] - coef[..., 1:-1])

    def gradient(self, coef: Array) -> Array:
        """Return dR/dc (n_out, n_in, W), the transpose of `roughness` at work."""
        slope = 4.0 * self.weight * self.roughness(coef)  # (n_out, n_in, W-2)
        dcoef = np.zeros_like(coef)
        dcoef[..., :-2] += self.a * slope
        dcoef[..., 2:] += (1.0 - self.a) * slope
        dcoef[..., 1:-1] -= slope
        return dcoef


@dataclass(frozen=True, eq=False)
class SmoothnessPrior:
    """R as a function of theta, with its gradient and its curvature."""

    network: Network  # its grids, and which edges it has; its theta does not matter
    loss: float  # L
    layers: tuple[LayerPrior | None, ...]  # of each KAN layer, None where nothing is held

    @classmethod
    def of(
        cls, network: Network, x: Array, loss: float, strength: float = STRENGTH
    ) -> SmoothnessPrior:
        """Measure s and Var(y) on a network at the samples x (N, n_in)."""
        kans = [layer for _, layer in network.kan_layers]
        if not any(_is_local(layer.basis) for layer in kans):
            return cls(network, loss, (None,) * len(kans))
        factor = strength * loss / len(x)
        statistics = zip(kans, *_statistics(network, x), strict=True)
        return cls(network, loss, tuple(_layer_prior(*measured, factor) for measured in statistics))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is held."""
        return all(prior is None for prior in self.layers)

    def at_loss(self, loss: float) -> SmoothnessPrior:
        """Return the same prior for another L."""
        factor = loss / self.loss
        layers = tuple(p and replace(p, weight=p.weight * factor) for p in self.layers)
        return SmoothnessPrior(self.network, loss, layers)

    def __call__(self, theta: Array) -> tuple[float, Array]:
        """Return R and its gradient (P,) at theta (P,)."""
        value, gradient = 0.0, np.zeros_like(theta)
        for start, layer, prior in self._held(self.network._with_theta(theta)):
            value += float(np.sum(prior.weight * prior.roughness(layer.coef) ** 2))
            dcoef = prior.gradient(layer.coef)  # (n_out, n_in, W)
            gradient[start : start + layer.size] = layer.coef_gradient(dcoef)
        return value, gradient

    @cached_property
    def curvature(self) -> Curvature:
        """The second derivatives of R, (P, P): sparse, a few diagonals for each edge."""
        rows, columns, values = [], [], []
        for start, layer, prior in self._held(self.network):
            unit = np.eye(layer.basis.size)[:, None]  # (W, 1, W)
            D = prior.roughness(unit).transpose(1, 2, 0)  # (n_in, W-2, W)
            for o, i in np.argwhere(prior.weight.any(axis=2)):
                own = start + layer.places.coef[o, i]  # (W,)
                root = np.sqrt(2.0 * prior.weight[o, i])[:, None] * D[i]  # (W-2, W)
                block = root.T @ root
                at = np.nonzero(block)
                rows.append(own[at[0]])
                columns.append(own[at[1]])
                values.append(block[at])
        P, place = self.network.size, (np.concatenate(rows), np.concatenate(columns))
        H = coo_array((np.concatenate(values), place), shape=(P, P))
        H.sum_duplicates()  # of edges that share their coefficients
        return H

    def _held(self, network: Network) -> Iterator[tuple[int, KANLayer, LayerPrior]]:
        """Yield the layers that are held, each with its start in theta and its prior."""
        starts = np.cumsum([0, *(layer.size for layer in network.layers)])
        for (l, layer), prior in zip(network.kan_layers, self.layers, strict=True):
            if prior is not None:
                yield int(starts[l]), layer, prior


def _layer_prior(
    layer: KANLayer, counts: Array, variance: Array, factor: float
) -> LayerPrior | None:
    """Return the prior from the sums of B (n_in, W) and Var(y) (n_out,), None if it is zero."""
    basis = layer.basis
    if not _is_local(basis):
        return None
    n = np.maximum(counts, 0.0) / basis.share_on_grid  # (n_in, W)
    fewest = np.minimum(np.minimum(n[:, :-2], n[:, 2:]), n[:, 1:-1])
    s = np.maximum(0.0, 1.0 - fewest / ENOUGH)  # (n_in, W-2)
    certain = variance > np.finfo(float).tiny
    per_output = np.where(certain, 1.0 / np.where(certain, variance, 1.0), 0.0)  # (n_out,)
    # Between W Gaussians lie W - 1 intervals.
    G = min(basis.grid_size, basis.size - 1)
    edges = factor * G**3 * per_output[:, None] * layer.splines  # (n_out, n_in)
    weight = edges[:, :, None] * s  # (n_out, n_in, W-2)
    return LayerPrior(_left_shares(basis), weight) if weight.any() else None


def _is_local(basis: Basis) -> bool:
    """Return whether coefficients are local and at least three."""
    return basis.centers is not None and basis.size > 2


def _left_shares(basis: Basis) -> Array:
    """Return a (n_in, W - 2); one half where three coefficients stand in one place."""
    gaps = np.diff(np.asarray(basis.centers), axis=1)
    both = gaps[:, :-1] + gaps[:, 1:]
    return np.divide(gaps[:, 1:], both, out=np.full_like(both, 0.5), where=both > 0.0)


def _statistics(network: Network, x: Array) -> tuple[list[Array], list[Array]]:
    """Return the sums of B (n_in, W) and the variances of y (n_out,), of each KAN layer."""
    kans = network.kan_layers
    counts = [np.zeros((layer.n_in, layer.basis.size)) for _, layer in kans]
    outputs: list[list[Array]] = [[] for _ in kans]
    for start in range(0, len(x), ROWS_AT_ONCE):
        y, caches = network._forward(x[start : start + ROWS_AT_ONCE])
        levels = [*(cache.x for cache in caches[1:]), y]
        for n, (l, _) in enumerate(kans):
            counts[n] += caches[l].B.sum(axis=0)
            outputs[n].append(levels[l])
    return counts, [np.concatenate(parts).var(axis=0) for parts in outputs]
