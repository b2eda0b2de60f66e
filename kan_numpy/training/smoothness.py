r"""A prior that holds the coefficients which few samples determine.

A coefficient of a spline acts only where its basis function :math:`B_j` is not zero. Where no
sample lies it is free, and where one or two lie, noise decides: the curve may leap far away between
two samples, and the loss does not notice. So training adds to the loss L

.. math::
    R = \kappa \frac{L}{N} \sum_{o,i,j} \frac{s_{i,j}\, G^3}{Var(y_o)}\, (\Delta_j c_{o,i})^2,
    \qquad s_j = \max(0,\, 1 - \min(n_{j-1}, n_j, n_{j+1}) / n_0)

over the edges of all layers. :math:`\Delta c` is the roughness and :math:`n_j` the number of
samples under a basis function (`kan_numpy.splines.roughness`): where samples are few an edge stays
close to a straight line. With :math:`G^3` the sum is :math:`\int s\, \phi''^2 / Var(y)` over the
grid.

This is Bayes' rule. With noise of variance :math:`\sigma^2` and a prior :math:`\Delta c \sim
N(0, \tau^2)`, what is most probable minimizes :math:`L + (\sigma^2 / N) \sum (\Delta c / \tau)^2`.
The noise is estimated by the loss, :math:`\sigma^2 = L`, and the scale by the spread of the node
that the edge leads to, :math:`\tau_o^2 = Var(y_o) / \kappa G^3`. So R vanishes together with the
loss, and a function without noise is learned to any accuracy; and since both terms have the unit of
the loss, and :math:`\Delta c / \tau` has none, the units of x and y do not matter.

A network that was trained before, or given, may know what the data do not show. It is not drawn to
straight lines but held where it is, at the coefficients :math:`c^0` that it comes with:

.. math::
    R = \kappa\, m\, \frac{L}{N}
        \sum_{o,i,j} \frac{s_{i,j}}{Var(y_o)}\, (c_{o,i,j} - c^0_{o,i,j})^2,
    \qquad s_j = \max(0,\, 1 - n_j / n_0).

With m = 3e4 and the usual strength, :math:`c \sim N(c^0, Var(y_o) / 9)`: a few samples may change
the function by a third of the spread of y.

L, s and Var(y) are numbers here, measured on a network and kept for some steps
(`kan_numpy.training.held_objective`); R is a quadratic function of theta.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import scipy

from kan_numpy._arrays import Array, frozen, row_blocks
from kan_numpy.functions.basis import Basis
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.networks.network import Network, levels
from kan_numpy.optimizers.optimizer import Curvature
from kan_numpy.splines.roughness import (
    STRENGTH,
    largest_of_three,
    second_differences,
    shortage,
)

__all__ = ["KEPT", "LayerPrior", "SmoothnessPrior"]

KEPT = 3e4
"""m: 30 noisy samples move a trained network by an eighth of its range, with m = 3e3 by a third."""


@dataclass(frozen=True, eq=False)
class LayerPrior:
    """The prior of one layer: a weighted sum of the squares of D (c - c0)."""

    D: Array  # (n_in, M, W)
    weight: Array  # (n_out, n_in, M)
    c0: Array | float  # (n_out, n_in, W)

    def deviations(self, coef: Array) -> Array:
        """Return D (c - c0), (n_out, n_in, W) -> (n_out, n_in, M)."""
        moved = np.swapaxes(coef - self.c0, 0, 1)  # (n_in, n_out, W)
        return np.swapaxes(moved @ np.swapaxes(self.D, 1, 2), 0, 1)

    def gradient(self, coef: Array) -> Array:
        """Return dR/dc (n_out, n_in, W)."""
        slope = 2.0 * self.weight * self.deviations(coef)  # (n_out, n_in, M)
        return np.swapaxes(np.swapaxes(slope, 0, 1) @ self.D, 0, 1)


@dataclass(frozen=True, eq=False)
class SmoothnessPrior:
    """R as a function of theta, with its gradient and its curvature."""

    network: Network  # its grids, and which edges it has; its theta does not matter
    loss: float  # L
    layers: tuple[LayerPrior | None, ...]  # of each KAN layer, None where nothing is held
    _latest: list[Any] = field(default_factory=list)  # theta, and what there is

    @classmethod
    def of(
        cls,
        network: Network,
        x: Array,
        loss: float,
        strength: float = STRENGTH,
        known: Network | None = None,
    ) -> SmoothnessPrior:
        """Measure s and Var(y) on a network at the samples x (N, n_in).

        Edges are held at those of the network ``known``, or at straight lines without one.
        """
        kans = [layer for _, layer in network.kan_layers]
        if not any(_is_local(layer.basis) for layer in kans):
            return cls(network, loss, (None,) * len(kans))
        factor = strength * loss / len(x)
        held = kans if known is None else [layer for _, layer in known.kan_layers]
        layers = [
            _layer_prior(layer, *measured, factor, known is not None)
            for layer, measured in zip(held, _statistics(network, x), strict=True)
        ]
        return cls(network, loss, tuple(layers))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is held."""
        return not any(prior is not None and prior.weight.any() for prior in self.layers)

    def at_loss(self, loss: float) -> SmoothnessPrior:
        """Return the same prior for another L."""
        factor = loss / self.loss
        layers = tuple(p and replace(p, weight=p.weight * factor) for p in self.layers)
        return SmoothnessPrior(self.network, loss, layers)

    def __call__(self, theta: Array) -> tuple[float, Array]:
        """Return R and its gradient (P,) at theta (P,), without computing them twice in a row."""
        if self._latest and np.array_equal(self._latest[0], theta):
            return self._latest[1]
        value, gradient = 0.0, np.zeros_like(theta)
        for start, layer, prior in self._held(self.network._with_theta(theta)):
            value += float(np.sum(prior.weight * prior.deviations(layer.coef) ** 2))
            dcoef = prior.gradient(layer.coef)  # (n_out, n_in, W)
            gradient[start : start + layer.size] = layer.coef_gradient(dcoef)
        self._latest[:] = theta.copy(), (value, frozen(gradient))
        return value, gradient

    @cached_property
    def curvature(self) -> Curvature:
        """The second derivatives of R, (P, P): sparse, a few diagonals for each edge."""
        rows, columns, values = [], [], []
        for start, layer, prior in self._held(self.network):
            for o, i in np.argwhere(prior.weight.any(axis=2)):
                own = start + layer.places.coef[o, i]  # (W,)
                root = np.sqrt(2.0 * prior.weight[o, i])[:, None] * prior.D[i]  # (M, W)
                block = root.T @ root
                at = np.nonzero(block)
                rows.append(own[at[0]])
                columns.append(own[at[1]])
                values.append(block[at])
        P, place = self.network.size, (np.concatenate(rows), np.concatenate(columns))
        H = scipy.sparse.coo_array((np.concatenate(values), place), shape=(P, P))
        H.sum_duplicates()  # of edges that share their coefficients
        return H

    def _held(self, network: Network) -> Iterator[tuple[int, KANLayer, LayerPrior]]:
        """Yield the layers that are held, each with its start in theta and its prior."""
        starts = np.cumsum([0, *(layer.size for layer in network.layers)])
        for (l, layer), prior in zip(network.kan_layers, self.layers, strict=True):
            if prior is not None:
                yield int(starts[l]), layer, prior


def _layer_prior(
    layer: KANLayer, sums: Array, variance: Array, factor: float, is_known: bool
) -> LayerPrior | None:
    """Return the prior from the sums of B (n_in, W) and Var(y) (n_out,), None if it is zero."""
    basis = layer.basis
    if not _is_local(basis):
        return None
    s = shortage(sums, basis.share_on_grid)  # (n_in, W)
    if is_known:
        D, scale = np.tile(np.eye(basis.size), (basis.n_in, 1, 1)), KEPT
    else:
        D, s = second_differences(np.asarray(basis.centers)), largest_of_three(s)  # (n_in, W-2)
        scale = min(basis.grid_size, basis.size - 1) ** 3  # between W Gaussians lie W - 1 intervals
    certain = variance > np.finfo(float).tiny
    per_output = np.where(certain, 1.0 / np.where(certain, variance, 1.0), 0.0)  # (n_out,)
    edges = factor * scale * per_output[:, None] * layer.splines  # (n_out, n_in)
    weight = edges[:, :, None] * s  # (n_out, n_in, M)
    return LayerPrior(D, weight, layer.coef if is_known else 0.0) if weight.any() else None


def _is_local(basis: Basis) -> bool:
    """Return whether coefficients are local and at least three."""
    return basis.centers is not None and basis.size > 2


def _statistics(network: Network, x: Array) -> Iterator[tuple[Array, Array]]:
    """Yield the sums of B (n_in, W) and the variances of y (n_out,) of each KAN layer."""
    values = levels(network.layers, x)
    for l, layer in network.kan_layers:
        inside = layer.inside(values[l])  # a sample beyond the grid counts as one at its end
        blocks = row_blocks(len(x), layer.n_in * layer.basis.size)
        sums = sum(layer.basis(inside[rows]).sum(axis=0) for rows in blocks)
        yield np.asarray(sums), values[l + 1].var(axis=0)
