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

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.special import xlogy

from kan_numpy._arrays import Array
from kan_numpy._validation import as_array, as_count, as_number
from kan_numpy.layers.kan_layer import KANLayer, LayerCache
from kan_numpy.networks.kan import KAN

SMALLEST_SHARE = 1e-12
"""An edge below this share of its layer counts as that large in slopes and curvatures."""


class EdgeSizes(NamedTuple):
    """The symbols of the equations above, for one layer."""

    phi: Array  # (N, n_out, n_in)
    A: Array  # (n_out, n_in)
    dA: Array  # (n_out, n_in) dR/dA  # noqa: N815


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
    array([[0.35, 0.  ]])
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
        caches, kan_layers = self._caches(network, x), dict(network.kan_layers)
        dtheta, stop = np.empty(network.size), network.size
        value, dx = 0.0, None
        for l in reversed(range(len(network.layers))):
            if l not in kan_layers:  # a product, which has no parameters
                dx = None if dx is None else network.layers[l].input_gradient(dx, caches[l])
                continue
            layer = kan_layers[l]
            part = dtheta[stop - layer.size : stop]
            stop -= layer.size
            term, sizes = self._sizes(layer, caches[l])
            dphi = sizes.dA * np.sign(sizes.phi) / len(x)  # (N, n_out, n_in)
            if dx is not None:
                dphi += dx[:, :, None]
            dx = layer.edges_backward(dphi, caches[l], part, input_gradient=l > 0)
            roughness, dcoef = self._roughness(layer)
            part += layer.coef_gradient(dcoef)
            value += term + roughness
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
        caches = self._caches(network, x)
        H, start = np.zeros((network.size, network.size)), 0
        for l, layer in network.kan_layers:  # all others have no parameters
            stop = start + layer.size
            self._add_curvature(layer, caches[l], H[start:stop, start:stop])
            start = stop
        return H

    def _caches(self, network: Any, x: Array) -> list[Any]:
        """Return the caches of a forward pass, or refuse what has no such penalty."""
        if not isinstance(network, KAN):
            raise TypeError(
                f"penalty is about the edges of a KAN, but network is a {type(network).__name__}"
            )
        sizes = [layer.basis.size for _, layer in network.kan_layers]
        if self.smoothness and self.order >= min(sizes):
            raise ValueError(
                f"order {self.order} is too high: an edge has only {min(sizes)} coefficients"
            )
        return network._forward(as_array("x", x, ("N", network.widths[0])))[1]

    def _sizes(self, layer: KANLayer, cache: LayerCache) -> tuple[float, EdgeSizes]:
        """Return this layer's part of the penalty, and the symbols of its equations."""
        phi = layer.edge_values(cache)  # (N, n_out, n_in)
        A = np.mean(np.abs(phi), axis=0)  # (n_out, n_in), eq. 2.17
        total = A.sum() or 1.0  # eq. 2.18; without any activation, all shares are zero
        p = A / total
        S = -xlogy(p, p).sum()  # eq. 2.19
        slope = -(np.log(np.maximum(p, SMALLEST_SHARE)) + S) / total
        dA = np.where(layer.active, self.l1 + self.entropy * slope, 0.0)
        return self.l1 * A.sum() + self.entropy * S, EdgeSizes(phi, A, dA)

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

    def _add_curvature(self, layer: KANLayer, cache: LayerCache, H: Array) -> None:
        """Add the curvature of one layer's penalty to its block of H, edge by edge."""
        _, sizes = self._sizes(layer, cache)
        W, D = layer.basis.size, self._differences(layer)
        square = 2.0 * self.coef / W * np.eye(W) + 2.0 * self.smoothness / max(len(D), 1) * D.T @ D
        # The parabola bends upwards only where the penalty grows with the edge.
        smallest = SMALLEST_SHARE * (sizes.A.max() or 1.0)
        weight = np.maximum(sizes.dA, 0.0) / np.maximum(sizes.A, smallest)
        place = layer.places  # in theta
        for o, i in np.argwhere(layer.splines):
            own = np.append(place.coef[o, i], place.w_base[o : o + 1, i])
            features = cache.B[:, i]  # (N, W)
            if cache.b is not None:
                features = np.column_stack([features, cache.b[:, i]])  # (N, W + 1)
            block = weight[o, i] * features.T @ features / len(features)
            block[:W, :W] += square
            H[np.ix_(own, own)] += block
        for edge, own in zip(layer.symbols, place.affine, strict=True):
            features = edge.slopes(cache.x[:, edge.inp])  # (N, 4)
            block = weight[edge.out, edge.inp] * features.T @ features / len(features)
            H[np.ix_(own, own)] += block
