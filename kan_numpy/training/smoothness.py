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
Greville abscissae.) It is held in so far as samples are few,

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

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy.functions.other_bases import GaussianBasis
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.networks.network import Network
from kan_numpy.splines.bsplines import BSplineBasis

Bumps = BSplineBasis | GaussianBasis
"""The bases whose coefficients act in one place each, and so can be held by their neighbors."""

STRENGTH = 3e-4
"""kappa."""

ENOUGH = 10.0
"""n_0: with so many samples under a basis function its coefficient is free."""

ROWS_AT_ONCE = 8192
"""How many samples are evaluated at a time, to bound the memory."""


@dataclass(frozen=True, eq=False)
class LayerPrior:
    """The prior of one layer.

    Parameters
    ----------
    a : ndarray, shape (n_in, W - 2)
        The share of the left neighbor in the straight line.
    weight : ndarray, shape (n_out, n_in, W - 2)
        What the squares of the roughness are multiplied with.
    """

    a: Array
    weight: Array

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
    """R as a function of theta, with its gradient and its curvature.

    Parameters
    ----------
    network : Network
        Its grids, and which edges it has; its theta does not matter.
    loss : float
        L.
    layers : tuple of LayerPrior or None
        None for a layer in which nothing is held.
    """

    network: Network
    loss: float
    layers: tuple[LayerPrior | None, ...]

    @classmethod
    def of(
        cls, network: Network, x: Array, loss: float, strength: float = STRENGTH
    ) -> SmoothnessPrior:
        """Measure s and Var(y) on a network.

        Parameters
        ----------
        network : Network
            The network.
        x : ndarray, shape (N, n_in)
            The samples.
        loss : float
            L.
        strength : float
            kappa.

        Returns
        -------
        SmoothnessPrior
        """
        layers: list[LayerPrior | None] = []
        if not any(_has_bumps(layer) for layer in network.layers):
            return cls(network, loss, (None,) * len(network.layers))
        for layer, (counts, variance) in zip(network.layers, _statistics(network, x), strict=True):
            if not _has_bumps(layer):
                layers.append(None)
                continue
            n = np.maximum(counts, 0.0) / share_on_grid(layer.basis)  # (n_in, W)
            fewest = np.minimum(np.minimum(n[:, :-2], n[:, 2:]), n[:, 1:-1])
            s = np.maximum(0.0, 1.0 - fewest / ENOUGH)  # (n_in, W-2)
            certain = variance > np.finfo(float).tiny
            per_output = np.where(certain, 1.0 / np.where(certain, variance, 1.0), 0.0)  # (n_out,)
            factor = strength * loss / len(x) * n_intervals(layer.basis) ** 3
            edges = factor * per_output[:, None] * layer.splines  # (n_out, n_in)
            held = LayerPrior(_left_shares(layer.basis), edges[:, :, None] * s)
            layers.append(held if held.weight.any() else None)
        return cls(network, loss, tuple(layers))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is held."""
        return all(layer is None for layer in self.layers)

    def at_loss(self, loss: float) -> SmoothnessPrior:
        """Return the same prior for another L."""
        factor = loss / self.loss
        layers = tuple(p and replace(p, weight=p.weight * factor) for p in self.layers)
        return SmoothnessPrior(self.network, loss, layers)

    def __call__(self, theta: Array) -> tuple[float, Array]:
        """Return R and its gradient (P,) at theta (P,)."""
        value, gradient, start = 0.0, np.zeros_like(theta), 0
        network = self.network._with_theta(theta)
        for layer, prior in zip(network.layers, self.layers, strict=True):
            if prior is not None:
                value += float(np.sum(prior.weight * prior.roughness(layer.coef) ** 2))
                dcoef = prior.gradient(layer.coef)  # (n_out, n_in, W)
                gradient[start : start + layer.size] = layer.coef_gradient(dcoef)
            start += layer.size
        return value, gradient

    @cached_property
    def curvature(self) -> Array:
        """The second derivatives of R, (P, P): a few diagonals for each edge."""
        H, start = np.zeros((self.network.size, self.network.size)), 0
        for layer, prior in zip(self.network.layers, self.layers, strict=True):
            if prior is not None:
                unit = np.eye(layer.basis.size)[:, None]  # (W, 1, W)
                D = prior.roughness(unit).transpose(1, 2, 0)  # (n_in, W-2, W)
                places = start + layer.places.coef  # (n_out, n_in, W)
                for o, i in np.argwhere(layer.splines):
                    if prior.weight[o, i].any():
                        own = places[o, i]
                        root = np.sqrt(2.0 * prior.weight[o, i])[:, None] * D[i]  # (W-2, W)
                        np.add.at(H, np.ix_(own, own), root.T @ root)
            start += layer.size
        return H


def coefficient_centers(basis: Bumps) -> Array:
    """Return where each coefficient stands, (n_in, W)."""
    if isinstance(basis, BSplineBasis):
        k, W = basis.degree, basis.size
        # xi_j; a function of degree 0 stands in the middle of its interval.
        first, count = (1, k) if k else (0, 2)
        return np.mean([basis.knots[:, r : r + W] for r in range(first, first + count)], axis=0)
    return np.linspace(basis.low, basis.high, basis.size, axis=1)


def n_intervals(basis: Bumps) -> int:
    """Return G; between Gaussians lie one less than there are."""
    return basis.grid_size if isinstance(basis, BSplineBasis) else basis.size - 1


def share_on_grid(basis: Bumps) -> Array | float:
    """Return which part of the area under each function lies over the grid, (n_in, W) or 1."""
    if not isinstance(basis, BSplineBasis):
        return 1.0
    k, t, G = basis.degree, basis.knots, basis.grid_size
    # Gauss points in each interval: exact for polynomials of degree k.
    nodes, weights = np.polynomial.legendre.leggauss(k // 2 + 1)
    half = 0.5 * np.diff(t[:, k : k + G + 1])[:, :, None]  # (n_in, G, 1)
    points = (t[:, k : k + G, None] + half * (nodes + 1.0)).reshape(basis.n_in, -1)  # (n_in, Q)
    measure = (half * weights).reshape(basis.n_in, -1)
    B = basis(np.ascontiguousarray(points.T))  # (Q, n_in, W)
    area = np.einsum("qij,iq->ij", B, measure)
    whole = (t[:, k + 1 :] - t[:, : -k - 1]) / (k + 1)  # de Boor, ch. X
    return np.divide(area, whole, out=np.ones_like(area), where=area > 0.0)


def _has_bumps(layer: Any) -> bool:
    """Say whether coefficients of the layer act in one place each, and are three at least."""
    return (
        isinstance(layer, KANLayer)
        and isinstance(layer.basis, BSplineBasis | GaussianBasis)
        and layer.basis.size > 2
    )


def _left_shares(basis: Bumps) -> Array:
    """Return a (n_in, W - 2); one half where three coefficients stand in one place."""
    gaps = np.diff(coefficient_centers(basis), axis=1)
    both = gaps[:, :-1] + gaps[:, 1:]
    return np.divide(gaps[:, 1:], both, out=np.full_like(both, 0.5), where=both > 0.0)


def _statistics(network: Network, x: Array) -> list[tuple[Any, Array]]:
    """Return the sums of B (n_in, W) and the variances of the outputs (n_out,) of each layer."""
    counts: list[Any] = [0.0] * len(network.layers)
    outputs: list[list[Array]] = [[] for _ in network.layers]
    for start in range(0, len(x), ROWS_AT_ONCE):
        y, caches = network._forward(x[start : start + ROWS_AT_ONCE])
        levels = [*(cache.x for cache in caches[1:]), y]
        for l, layer in enumerate(network.layers):
            outputs[l].append(levels[l])
            if isinstance(layer, KANLayer):
                counts[l] = counts[l] + caches[l].B.sum(axis=0)
    return [(c, np.concatenate(y).var(axis=0)) for c, y in zip(counts, outputs, strict=True)]
