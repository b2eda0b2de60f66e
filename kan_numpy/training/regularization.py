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
        caches = self._caches(network, x)
        dtheta, stop = np.empty(network.size), network.size
        value, dx = 0.0, None
        for l in reversed(range(len(network.layers))):
            layer, cache = network.layers[l], caches[l]
            part = dtheta[stop - layer.size : stop]
            stop -= layer.size
            if not isinstance(layer, KANLayer):
                layer.parameter_gradient(dx, cache, part)
                dx = layer.input_gradient(dx, cache) if dx is not None else None
                continue
            term, sizes = self._sizes(layer, cache)
            dphi = sizes.dA * np.sign(sizes.phi) / len(x)  # (N, n_out, n_in)
            if dx is not None:
                dphi += dx[:, :, None]
            roughness, dcoef = self._roughness(layer)
            dx = _edges_backward(layer, dphi, cache, dcoef, part, input_gradient=l > 0)
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
        for layer, cache in zip(network.layers, caches, strict=True):
            if isinstance(layer, KANLayer):
                l = start + layer.parameter_index
                np.add.at(H, np.ix_(l, l), self._layer_curvature(layer, cache))
            start += layer.size
        return H

    def _caches(self, network: Any, x: Array) -> list[Any]:
        """Return the caches of a forward pass, or refuse what has no such penalty."""
        if not isinstance(network, KAN):
            raise TypeError(
                f"penalty is about the edges of a KAN, but network is a {type(network).__name__}"
            )
        sizes = [layer.basis.size for layer in network.layers if isinstance(layer, KANLayer)]
        if self.smoothness and self.order >= min(sizes):
            raise ValueError(
                f"order {self.order} is too high: an edge has only {min(sizes)} coefficients"
            )
        return network._forward(as_array("x", x, ("N", network.widths[0])))[1]

    def _sizes(self, layer: KANLayer, cache: LayerCache) -> tuple[float, EdgeSizes]:
        """Return this layer's part of the penalty, and the symbols of its equations."""
        phi = edge_values(layer, cache)  # (N, n_out, n_in)
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

    def _layer_curvature(self, layer: KANLayer, cache: LayerCache) -> Array:
        """Return the curvature of one layer's penalty, edge by edge."""
        H = np.zeros((layer.parameter_index.size, layer.parameter_index.size))
        _, sizes = self._sizes(layer, cache)
        W, D = layer.basis.size, self._differences(layer)
        square = 2.0 * self.coef / W * np.eye(W) + 2.0 * self.smoothness / max(len(D), 1) * D.T @ D
        # The parabola bends upwards only where the penalty grows with the edge.
        smallest = SMALLEST_SHARE * (sizes.A.max() or 1.0)
        weight = np.maximum(sizes.dA, 0.0) / np.maximum(sizes.A, smallest)
        E = layer.n_splines
        for e, (o, i) in enumerate(np.argwhere(layer.splines)):
            own = [*range(e * W, (e + 1) * W)] + [E * W + e] * layer.has_base
            features = cache.B[:, i]  # (N, W)
            if cache.b is not None:
                features = np.column_stack([features, cache.b[:, i]])  # (N, W + 1)
            block = weight[o, i] * features.T @ features / len(features)
            block[:W, :W] += square
            H[np.ix_(own, own)] = block
        for s, edge in enumerate(layer.symbols):
            own = [len(H) - 4 * (len(layer.symbols) - s) + row for row in range(4)]
            features = edge.slopes(cache.x[:, edge.inp])  # (N, 4)
            block = weight[edge.out, edge.inp] * features.T @ features / len(features)
            H[np.ix_(own, own)] = block
        return H


def edge_values(layer: KANLayer, cache: LayerCache) -> Array:
    """Return what every edge sends, (N, n_out, n_in), from the cache of a forward pass.

    Parameters
    ----------
    layer : KANLayer
        The layer.
    cache : LayerCache
        From its `forward`.

    Returns
    -------
    ndarray, shape (N, n_out, n_in)
    """
    phi = np.empty((len(cache.x), layer.n_out, layer.n_in))
    for i in range(layer.n_in):
        np.matmul(cache.B[:, i], layer.coef[:, i].T, out=phi[:, :, i])
    if cache.b is not None:
        phi += cache.b[:, None] * layer.w_base
    for edge in layer.symbols:
        phi[:, edge.out, edge.inp] = edge(cache.x[:, edge.inp])
    return phi


def _edges_backward(
    layer: KANLayer,
    dphi: Array,
    cache: LayerCache,
    dcoef: Array,
    out: Array,
    input_gradient: bool,
) -> Array | None:
    """Carry the gradient of every edge back: `KANLayer.backward`, where edges differ.

    Write dtheta into ``out``, with ``dcoef`` (n_out, n_in, G+k) added, and return dx (N, n_in).
    """
    dB, dcoef = np.empty_like(cache.B), dcoef.copy()
    for i in range(layer.n_in):
        dcoef[:, i] += dphi[:, :, i].T @ cache.B[:, i]
        np.matmul(dphi[:, :, i], layer.coef[:, i], out=dB[:, i])
    parts = [dcoef[layer.splines].ravel()]
    if cache.b is not None:
        dw = np.einsum("noi,ni->oi", dphi, cache.b)  # (n_out, n_in)
        parts.append(dw[layer.splines])
    parts += [dphi[:, e.out, e.inp] @ e.slopes(cache.x[:, e.inp]) for e in layer.symbols]
    out[:] = np.bincount(layer.parameter_index, np.concatenate(parts), minlength=len(out))
    if not input_gradient:
        return None
    dx = layer.basis.backward(dB, cache.basis)  # (N, n_in)
    if cache.b is not None:
        dx += layer.base(cache.x, 1) * np.einsum("noi,oi->ni", dphi, layer.w_base)
    for edge in layer.symbols:
        x = cache.x[:, edge.inp]
        dx[:, edge.inp] += dphi[:, edge.out, edge.inp] * edge(x, 1)
    return dx
