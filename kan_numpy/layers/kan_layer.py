r"""One KAN layer: a function on every edge, a sum at every node.

.. math::
    y_o = \beta_o + \sum_i \phi_{o,i}(x_i), \qquad
    \phi_{o,i}(x) = w_{o,i}\, b(x) + \sum_j c_{o,i,j} B_j(x)

(arXiv 2404.19756, eq. 2.5 and 2.10 to 2.12). The paper has a second weight w_s before the sum and
calls it redundant; here it is absorbed into c. As two matrix products, with n for the sample:

.. math:: y = b(x)\, w^T + B\, c^T + \beta, \qquad B \in R^{N \times n_{in} (G+k)}

and the backward pass, with dX for dL/dX:

.. math::
    dc = dy^T B, \qquad dw = dy^T b(x), \qquad dB = dy\, c, \qquad
    dx_{ni} = b'(x_{ni}) \sum_o dy_{no} w_{o,i} + \sum_j dB_{nij} B'_j(x_{ni})

The basis may be any `Basis`, of which B-splines are the most important one. The base function may
be that of other units of each input, :math:`b((x_i - m_i) / s_i)`, with the d-th derivative
:math:`s_i^{-d} b^{(d)}`. Beyond the grid an edge continues along its tangent, or fades: see
`kan_numpy.layers.continuation`. Single edges may be symbols instead, :math:`c f(a x + b) + d`,
which see every x alike: `kan_numpy.layers.symbolic_edge`.

If each edge has a gradient of its own, :math:`d\phi_{n,o,i}`, as from a penalty, it replaces
:math:`dy_{no}` in these equations: `KANLayer.edges` and `KANLayer.edges_backward`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np
import scipy

from kan_numpy._arrays import Array, frozen
from kan_numpy.functions.other_bases import FourierBasis
from kan_numpy.layers.continuation import Beyond, continue_beyond, moved_inside
from kan_numpy.layers.kan_parameters import KANParameters

__all__ = ["KANLayer", "LayerCache"]


class LayerCache(NamedTuple):
    """The quantities of the forward pass, or those of the d-th derivatives of all functions."""

    x: Array  # (N, n_in)
    b: Array | None  # (N, n_in) b(x), unless the base function is zero
    slope: Callable[[], Array] | None  # returns b'(x) (N, n_in), unless d > 0
    B: Any  # (N, n_in, G+k), or a sparse matrix (N, n_in (G+k))
    basis: Any  # the cache of the basis
    derivative: int = 0  # d

    @property
    def dense(self) -> Array:
        """B as an array (N, n_in, G+k)."""
        if isinstance(self.B, np.ndarray):
            return self.B
        return np.asarray(self.B.toarray()).reshape(*self.x.shape, -1)

    @property
    def matrix(self) -> Any:
        """B as a matrix (N, n_in (G+k)), which may be sparse."""
        return self.B.reshape(len(self.x), -1)


@dataclass(frozen=True, eq=False)
class KANLayer(KANParameters):
    """A KAN layer as an immutable value: the arrays of `KANParameters`, and their computations."""

    def forward(self, x: Array) -> tuple[Array, LayerCache]:
        """Return y (N, n_out) from x (N, n_in), and the cache for `backward`."""
        cache = self.features(x)
        return self.output(cache), cache

    def features(self, x: Array, derivative: int = 0) -> LayerCache:
        """Evaluate all that does not depend on theta: the basis and base functions at x."""
        inside, beyond = self._moved_inside(x)
        b, slope = None, None
        if derivative:
            B, basis_cache = self.basis(inside, derivative), None
            if self.has_base:
                b = self.base_function(inside, derivative)
        else:
            B, basis_cache = self.basis.forward(inside)  # (N, n_in, G+k)
            if self.has_base:
                b, slope = self.base_with_slope(inside)
        if beyond is not None:
            continue_beyond(B, self.end_slopes[0], beyond, derivative)
            if b is not None:
                b = b.copy()  # that of the identity is ``inside``
                continue_beyond(b, self.end_slopes[1], beyond, derivative)
        return LayerCache(x, b, slope, B, basis_cache, derivative)

    def base_function(self, x: Array, derivative: int = 0) -> Array:
        """Return b, in the units of each input, or its derivative, (N, n_in) -> (N, n_in)."""
        if self.center is None or self.scale is None:
            return self.base(x, derivative)
        b = self.base((x - self.center) / self.scale, derivative)
        return b / self.scale**derivative if derivative else b

    def base_with_slope(self, x: Array) -> tuple[Array, Callable[[], Array]]:
        """Return b, in the units of each input, and a function that returns b', (N, n_in)."""
        scale = self.scale
        if self.center is None or scale is None:
            return self.base.with_slope(x)
        b, slope = self.base.with_slope((x - self.center) / scale)
        return b, partial(_scaled, slope, scale)

    @cached_property
    def ends(self) -> Array:
        """The lower and the upper end of each grid, (2, n_in), or (2, 1) if all are the same."""
        ends = np.stack([self.basis.low, self.basis.high])
        return frozen(ends[:, :1] if np.all(ends == ends[:, :1]) else ends)

    @cached_property
    def end_slopes(self) -> tuple[Array, Array]:
        """B' (2, n_in, G+k) and b' (2, n_in) at the lower and the upper end of each grid."""
        ends = np.broadcast_to(self.ends, (2, self.n_in))
        return frozen(self.basis(ends, 1)), frozen(self.base_function(ends, 1))

    def with_theta(self, theta: Array) -> KANLayer:
        """Return the layer with other parameters, shape (size,)."""
        layer = super().with_theta(theta)
        if self.outside != "fade":
            # They do not depend on theta.
            layer.__dict__.update(ends=self.ends, end_slopes=self.end_slopes)
        return layer

    def inside(self, x: Array) -> Array:
        """Return x (N, n_in), moved to the end of the grid where edges continue along tangents."""
        return self._moved_inside(x)[0]

    def _moved_inside(self, x: Array) -> tuple[Array, Beyond | None]:
        """Return `inside`, and the points that were moved."""
        if self.outside == "fade" or isinstance(self.basis, FourierBasis):  # it is periodic
            return x, None
        return moved_inside(x, self.ends)

    def output(self, cache: LayerCache) -> Array:
        """Return y (N, n_out): two matrix products, and the symbols one by one."""
        y = cache.matrix @ self.coef.reshape(self.n_out, -1).T  # (N, n_out)
        if cache.b is not None:
            y += cache.b @ self.w_base.T
        for edge in self.symbols:
            y[:, edge.out] += edge(cache.x[:, edge.inp])
        if self.bias.any():
            y += self.bias
        return y

    def backward(
        self, dy: Array, cache: LayerCache, input_gradient: bool = True
    ) -> tuple[Array | None, Array]:
        """Return dx (N, n_in), or None without ``input_gradient``, and dtheta (size,)."""
        dtheta = np.empty(self.size)
        self.parameter_gradient(dy, cache, dtheta)
        return self.input_gradient(dy, cache) if input_gradient else None, dtheta

    def parameter_gradient(self, dy: Array, cache: LayerCache, out: Array) -> None:
        """Write dtheta (size,) into ``out``, which may be a part of a longer vector."""
        vector = self._room(out)
        d = self._unpack(vector)
        dc = d.coef.reshape(self.n_out, -1)
        if isinstance(cache.B, np.ndarray):
            np.matmul(dy.T, cache.matrix, out=dc)
        else:
            dc[:] = (cache.B.T @ dy).T
        if cache.b is not None:
            np.matmul(dy.T, cache.b, out=d.w_base)
        for edge, four in zip(self.symbols, d.affine, strict=True):
            np.matmul(dy[:, edge.out], edge.slopes(cache.x[:, edge.inp]), out=four)
        self._pack(vector, out)

    def input_gradient(self, dy: Array, cache: LayerCache) -> Array:
        """Return dx (N, n_in)."""
        c = self.coef.reshape(self.n_out, -1)
        if self.n_out == 1:  # dB = dy c, and dy can stand before the sum
            edges = np.broadcast_to(self.coef, (len(dy), *self.coef.shape[1:]))
            dx = dy * self.basis.backward(edges, cache.basis)  # (N, n_in)
        elif isinstance(cache.B, np.ndarray):
            dB = (dy @ c).reshape(cache.B.shape)  # (N, n_in, G+k)
            dx = self.basis.backward(dB, cache.basis)
        else:
            dx = self.basis.backward_sparse(dy, c, cache.B, cache.basis)  # type: ignore[attr-defined]
        if cache.slope is not None:
            dx += cache.slope() * (dy @ self.w_base)
        for edge in self.symbols:
            dx[:, edge.inp] += dy[:, edge.out] * edge(cache.x[:, edge.inp], 1)
        return dx

    def jacobian(self, dy: Array, cache: LayerCache, out: Array) -> None:
        """Write the gradient of every sample into ``out`` (N, size)."""
        self.edges_jacobian(np.broadcast_to(dy[:, :, None], (*dy.shape, self.n_in)), cache, out)

    def edges(self, x: Array) -> Array:
        r"""Return :math:`\phi_{o,i}(x_i)`, the post-activation of every edge, (N, n_out, n_in)."""
        return self.edge_values(self.features(x))

    def edge_values(self, cache: LayerCache) -> Array:
        """Return the output of every edge (N, n_out, n_in), or its derivative, from `features`."""
        B = cache.dense
        dtype = np.result_type(B, self.coef)
        phi = np.empty((len(cache.x), self.n_out, self.n_in), dtype)
        for i in range(self.n_in):
            np.matmul(B[:, i], self.coef[:, i].T, out=phi[:, :, i])
        if cache.b is not None:
            phi += self.w_base * cache.b[:, None]
        for edge in self.symbols:
            phi[:, edge.out, edge.inp] = edge(cache.x[:, edge.inp], cache.derivative)
        return phi

    def edges_backward(
        self, dphi: Array, cache: LayerCache, out: Array, input_gradient: bool = True
    ) -> Array | None:
        """Write dtheta (size,) into ``out`` and return dx (N, n_in), from dphi (N, n_out, n_in)."""
        self.edges_gradient(dphi, cache, out)
        if not input_gradient:
            return None
        dB = np.empty((*cache.x.shape, self.basis.size))
        for i in range(self.n_in):
            np.matmul(dphi[:, :, i], self.coef[:, i], out=dB[:, i])
        dx = self.basis.backward(dB, cache.basis)  # (N, n_in)
        if cache.slope is not None:
            dx += cache.slope() * np.einsum("noi,oi->ni", dphi, self.w_base)
        for edge in self.symbols:
            dx[:, edge.inp] += dphi[:, edge.out, edge.inp] * edge(cache.x[:, edge.inp], 1)
        return dx

    def edges_gradient(self, dphi: Array, cache: LayerCache, out: Array) -> None:
        """Write dtheta (size,) into ``out``, from the gradient of every edge (N, n_out, n_in)."""
        vector, B = self._room(out), cache.dense
        d = self._unpack(vector)
        for i in range(self.n_in):
            np.matmul(dphi[:, :, i].T, B[:, i], out=d.coef[:, i])
        if cache.b is not None:
            np.einsum("noi,ni->oi", dphi, cache.b, out=d.w_base)
        for edge, four in zip(self.symbols, d.affine, strict=True):
            slopes = edge.slopes(cache.x[:, edge.inp], cache.derivative)  # (N, 4)
            np.matmul(dphi[:, edge.out, edge.inp], slopes, out=four)
        self._pack(vector, out)

    def edges_jacobian(self, dphi: Array, cache: LayerCache, out: Array) -> None:
        """Write dtheta of each sample (N, size) into ``out``: `edges_gradient` without the sum."""
        matrix = self._room(out)
        d = self._unpack(matrix)
        np.multiply(dphi[..., None], cache.dense[:, None], out=d.coef)
        if cache.b is not None:
            for i in range(self.n_in):  # faster than all at once
                np.multiply(dphi[:, :, i], cache.b[:, i, None], out=d.w_base[:, :, i])
        for s, edge in enumerate(self.symbols):
            slopes = edge.slopes(cache.x[:, edge.inp], cache.derivative)  # (N, 4)
            np.multiply(dphi[:, edge.out, edge.inp, None], slopes, out=d.affine[:, s])
        self._pack(matrix, out)

    def feature_mean_squares(self, cache: LayerCache) -> Array:
        """Return the mean square of the factor of each parameter, B_j or b, (size,)."""
        squares = np.empty(self.size)
        vector = self._room(squares)
        d = self._unpack(vector)
        d.coef[:] = np.mean(cache.dense**2, axis=0)
        if cache.b is not None:
            d.w_base[:] = np.mean(cache.b**2, axis=0)
        for edge, four in zip(self.symbols, d.affine, strict=True):
            four[:] = np.mean(edge.slopes(cache.x[:, edge.inp]) ** 2, axis=0)
        self._pack(vector, squares)
        return squares

    def fraction_outside_grid(self, x: Array) -> float:
        """Return the fraction of the inputs x (N, n_in) outside the grid."""
        return float(np.mean((x < self.basis.low) | (x > self.basis.high)))

    def to_scipy(self, out: int, inp: int) -> scipy.interpolate.BSpline:
        """Return the spline part of one edge as a SciPy spline, NaN outside the grid."""
        knots, coef = self.knots[inp], self.coef[out, inp]
        return scipy.interpolate.BSpline(knots, coef, self.degree, extrapolate=False)


def _scaled(slope: Callable[[], Array], scale: Array) -> Array:
    """Return the slope (N, n_in) in the units of x, which are `scale` (n_in,) times wider."""
    return slope() / scale
