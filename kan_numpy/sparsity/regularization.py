r"""Penalties that make a network sparse or smooth, with their gradients by hand.

The size of an edge is its mean absolute output; that of a layer is the sum over its edges, and the
entropy measures over how many edges it is spread (arXiv 2404.19756, eq. 2.17 to 2.20):

.. math::
    A_e = \frac{1}{N} \sum_n |\phi_{n,e}|, \qquad A = \sum_e A_e, \qquad
    S = -\sum_e p_e \log p_e, \quad p_e = A_e / A, \qquad
    R = \sum_{layers} (\mu_1 A + \mu_2 S)

The backward pass is, with 0 log 0 := 0,

.. math::
    \frac{\partial R}{\partial A_e} = \mu_1 - \mu_2 \frac{\log p_e + S}{A}, \qquad
    d\phi_{n,e} = \frac{\partial R}{\partial A_e}\, \frac{sign(\phi_{n,e})}{N},

and from each edge as in the layer: to its coefficients, and to its input, which is the output of
the layer before. Two more terms act on the coefficients c of the spline edges themselves,

.. math:: \mu_3 \sum_e \overline{c_e^2} + \mu_4 \sum_e \overline{(\Delta^m c_e)^2},

where the bar is the mean over j, and :math:`\Delta^m` the m-th difference between neighbors.

**Levenberg-Marquardt** needs a curvature. That of :math:`|\phi|` is zero or infinite, so that of a
parabola of the same size is used, :math:`\overline{\phi_e^2} / 2 A_e`, as in iteratively reweighted
least squares: the smaller an edge, the larger its curvature, and an edge that is exactly zero
hardly changes. Whether a step is accepted depends on R itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import scipy

from kan_numpy._arrays import Array, row_blocks
from kan_numpy._validation import as_array, as_count, as_number
from kan_numpy.layers.kan_layer import KANLayer, LayerCache
from kan_numpy.networks.kan import KAN

__all__ = ["SMALLEST_SHARE", "Block", "Blocks", "EdgeSizes", "Penalty"]

SMALLEST_SHARE = 1e-12
"""An edge below this share of its layer counts as that large in slopes and curvatures."""


class EdgeSizes(NamedTuple):
    """The symbols of the equations above, for one layer."""

    A: Array  # (n_out, n_in)
    dA: Array  # (n_out, n_in) dR/dA  # noqa: N815


class Block(NamedTuple):
    """The edges of a network at some of the samples."""

    caches: list[Any]  # of a forward pass
    phi: dict[int, Array]  # (rows, n_out, n_in) of each KAN layer


class Blocks:
    """The edges of a network on inputs x (N, n_in), block by block.

    They are needed twice, because a gradient needs A, the mean over all samples. A single block is
    kept, several are evaluated twice, to bound the memory.
    """

    def __init__(self, network: KAN, x: Array) -> None:
        self.network, self.x = network, x
        self.rows = row_blocks(len(x), max(layer.n_in * layer.n_out for layer in network.layers))
        self._only = self._evaluated(self.rows[0]) if len(self.rows) == 1 else None

    def __iter__(self) -> Iterator[Block]:
        """Yield the blocks."""
        for rows in self.rows:
            yield self._only or self._evaluated(rows)

    def _evaluated(self, rows: slice) -> Block:
        _, caches = self.network._forward(self.x[rows])
        kan_layers = self.network.kan_layers
        return Block(caches, {l: layer.edge_values(caches[l]) for l, layer in kan_layers})

    def magnitudes(self) -> dict[int, Array]:
        """Return A (n_out, n_in) of each KAN layer, eq. 2.17."""
        sums = [{l: np.abs(phi).sum(axis=0) for l, phi in block.phi.items()} for block in self]
        return {l: sum(part[l] for part in sums) / len(self.x) for l in sums[0]}


@dataclass(frozen=True)
class Penalty:
    r"""A penalty that makes a network sparse or smooth, as a term of the loss.

    .. math:: R = \sum_{layers} \Big( \mu_1 A + \mu_2 S
              + \mu_3 \sum_e \overline{c_e^2} + \mu_4 \sum_e \overline{(\Delta^m c_e)^2} \Big)

    Parameters
    ----------
    l1 : float
        :math:`\mu_1`, of the mean absolute activations (arXiv 2404.19756, eq. 2.18).
    entropy : float
        :math:`\mu_2`, of the entropy (eq. 2.19). In the paper (eq. 2.20) both are equal.
    coef : float
        :math:`\mu_3`, of the mean square of the coefficients of an edge.
    smoothness : float
        :math:`\mu_4`, of the mean square of their differences.
    order : int
        m: 1 makes edges constant, 2 makes them straight lines.

    Raises
    ------
    ValueError
        If a number is negative or not finite, or order is below 1.
    TypeError
        If a number is not real, or order is not a whole number.

    Examples
    --------
    Trained with a penalty on :math:`y = x_1^2`, the edge of the second input is negligible:

    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> x = np.random.default_rng(0).uniform(-1, 1, (100, 2))
    >>> net, penalty = kn.KAN([2, 1], grid_size=3, rng=0), kn.Penalty(l1=0.01, entropy=0.01)
    >>> sparse = kn.fit(net, x, x[:, :1] ** 2, steps=20, penalty=penalty).network
    >>> kn.edge_scores(sparse, x)[0].round(2)
    array([[0.27, 0.  ]])
    """

    l1: float = 0.0
    entropy: float = 0.0
    coef: float = 0.0
    smoothness: float = 0.0
    order: int = 2

    def __post_init__(self) -> None:
        """Check the numbers."""
        for name in ("l1", "entropy", "coef", "smoothness"):
            as_number(name, getattr(self, name), 0.0)
        as_count("order", self.order, 1)

    def __call__(self, network: Any, x: Array) -> tuple[float, Array]:
        """Return the penalty and its gradient.

        Parameters
        ----------
        network : KAN
            The network.
        x : ndarray, shape (N, n_in)
            Inputs.

        Returns
        -------
        value : float
        dtheta : ndarray, shape (P,)
        """
        blocks = self._blocks(network, x)
        magnitudes, slopes, start = blocks.magnitudes(), {}, 0
        value, dtheta = 0.0, np.zeros(network.size)
        for l, layer in network.kan_layers:  # all others have no parameters
            term, sizes = self._sizes(magnitudes[l])
            slopes[l] = sizes.dA / len(x)
            roughness, dcoef = self._roughness(layer)
            dtheta[start : start + layer.size] = layer.coef_gradient(dcoef)
            value, start = value + term + roughness, start + layer.size
        for block in blocks:
            dtheta += _gradient(network, block, slopes)
        return value, dtheta

    def curvature(self, network: Any, x: Array) -> Array:
        """Return the curvature that Levenberg-Marquardt uses; the top of the file says which.

        Parameters
        ----------
        network : KAN
            The network.
        x : ndarray, shape (N, n_in)
            Inputs.

        Returns
        -------
        ndarray, shape (P, P)
            Symmetric, without negative eigenvalues; zero between different edges.
        """
        blocks = self._blocks(network, x)
        magnitudes = blocks.magnitudes()
        H, start = np.zeros((network.size, network.size)), 0
        weights, parts = {}, {}
        for l, layer in network.kan_layers:  # all others have no parameters
            sizes = self._sizes(magnitudes[l])[1]
            # The parabola bends upwards only where the penalty grows with the edge.
            smallest = SMALLEST_SHARE * (sizes.A.max() or 1.0)
            weights[l] = np.maximum(sizes.dA, 0.0) / np.maximum(sizes.A, smallest) / len(x)
            parts[l] = H[start : start + layer.size, start : start + layer.size]
            start += layer.size
            self._add_curvature_of_coefficients(layer, parts[l])
        for block in blocks:
            for l, layer in network.kan_layers:
                _add_curvature(layer, block.caches[l], weights[l], parts[l])
        return H

    def _blocks(self, network: Any, x: Array) -> Blocks:
        """Return the edges at x (N, n_in), or refuse what has no such penalty."""
        if not isinstance(network, KAN):
            raise TypeError(
                f"penalty is about the edges of a KAN, but network is a {type(network).__name__}"
            )
        sizes = [layer.basis.size for _, layer in network.kan_layers]
        if self.smoothness and self.order >= min(sizes):
            raise ValueError(
                f"order {self.order} is too high: an edge has only {min(sizes)} coefficients"
            )
        return Blocks(network, as_array("x", x, ("N", network.widths[0])))

    def _sizes(self, A: Array) -> tuple[float, EdgeSizes]:
        """Return the part of a layer in the penalty, and the symbols of its equations."""
        total = A.sum() or 1.0  # eq. 2.18; without any activation, all shares are zero
        p = A / total
        S = -scipy.special.xlogy(p, p).sum()  # eq. 2.19
        slope = -(np.log(np.maximum(p, SMALLEST_SHARE)) + S) / total
        return self.l1 * A.sum() + self.entropy * S, EdgeSizes(A, self.l1 + self.entropy * slope)

    def _differences(self, layer: KANLayer) -> Array:
        """Return the matrix of the m-th difference, (W - m, W), with W = G + k."""
        return np.diff(np.eye(layer.basis.size), n=self.order, axis=0)

    def _roughness(self, layer: KANLayer) -> tuple[float, Array]:
        """Return the penalty on the coefficients, and its gradient."""
        c, D = layer.coef, self._differences(layer)
        rough, rows = c @ D.T, max(len(D), 1)  # (n_out, n_in, W - m)
        value = self.coef * np.sum(c**2) / c.shape[2] + self.smoothness * np.sum(rough**2) / rows
        slope = 2.0 * self.coef / c.shape[2] * c + 2.0 * self.smoothness / rows * rough @ D
        return float(value), slope

    def _add_curvature_of_coefficients(self, layer: KANLayer, H: Array) -> None:
        """Add the second derivatives of `_roughness` to the block of a layer in H."""
        W, D = layer.basis.size, self._differences(layer)
        square = 2.0 * self.coef / W * np.eye(W) + 2.0 * self.smoothness / max(len(D), 1) * D.T @ D
        for o, i in np.argwhere(layer.splines):
            own = layer.places.coef[o, i]
            H[np.ix_(own, own)] += square


def _gradient(network: KAN, block: Block, slopes: dict[int, Array]) -> Array:
    """Return dtheta (P,) at the samples of a block, from dR/d|phi| (n_out, n_in) of each layer."""
    kan_layers, dtheta, stop = dict(network.kan_layers), np.empty(network.size), network.size
    dx = None
    for l in reversed(range(len(network.layers))):
        if l not in kan_layers:  # a product, which has no parameters
            dx = None if dx is None else network.layers[l].input_gradient(dx, block.caches[l])
            continue
        layer = kan_layers[l]
        part = dtheta[stop - layer.size : stop]
        stop -= layer.size
        dphi = slopes[l] * np.sign(block.phi[l])  # (rows, n_out, n_in)
        if dx is not None:
            dphi += dx[:, :, None]
        dx = layer.edges_backward(dphi, block.caches[l], part, input_gradient=l > 0)
    return dtheta


def _add_curvature(layer: KANLayer, cache: LayerCache, weight: Array, H: Array) -> None:
    """Add the weighted curvature of each edge (n_out, n_in) to the block of a layer in H."""
    place = layer.places  # in theta
    for o, i in np.argwhere(layer.splines):
        own = np.append(place.coef[o, i], place.w_base[o : o + 1, i])
        features = cache.dense[:, i]  # (N, W)
        if cache.b is not None:
            features = np.column_stack([features, cache.b[:, i]])  # (N, W + 1)
        H[np.ix_(own, own)] += weight[o, i] * features.T @ features
    for edge, own in zip(layer.symbols, place.affine, strict=True):
        features = edge.slopes(cache.x[:, edge.inp])  # (N, 4)
        H[np.ix_(own, own)] += weight[edge.out, edge.inp] * features.T @ features
