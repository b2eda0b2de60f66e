r"""One KAN layer: a function on every edge, a sum at every node.

.. math::
    y_o = \beta_o + \sum_i \phi_{o,i}(x_i), \qquad
    \phi_{o,i}(x) = w_{o,i}\, b(x) + \sum_j c_{o,i,j} B_j(x)

(arXiv 2404.19756, eq. 2.5 and 2.10 to 2.12). The paper puts a second weight w_s before the sum and
calls it redundant; here it is absorbed into c. As two matrix products, with n for the sample:

.. math:: y = b(x)\, w^T + B\, c^T + \beta, \qquad B \in R^{N \times n_{in} (G+k)}

and backwards, dX standing for dL/dX:

.. math::
    dc = dy^T B, \qquad dw = dy^T b(x), \qquad dB = dy\, c, \qquad
    dx_{ni} = b'(x_{ni}) \sum_o dy_{no} w_{o,i} + \sum_j dB_{nij} B'_j(x_{ni})

The layer knows a basis, not B-splines: anything that has the methods of `Basis` will do. A few
edges may be symbols instead, :math:`c f(a x + b) + d`; see `kan_numpy.layers.symbolic_edge`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.interpolate import BSpline

from kan_numpy._arrays import Array, frozen
from kan_numpy.functions.activations import ACTIVATIONS, Activation
from kan_numpy.functions.basis import Basis
from kan_numpy.layers.symbolic_edge import SymbolicEdge

Mask = npt.NDArray[np.bool_]


class LayerCache(NamedTuple):
    """The symbols of the backward equations, as `KANLayer.forward` met them."""

    x: Array  # (N, n_in)
    b: Array | None  # (N, n_in) b(x), unless the base function is zero
    B: Array  # (N, n_in, G+k)
    basis: Any  # what the basis needs in its backward pass


@dataclass(frozen=True, eq=False)
class KANLayer:
    """Hold one layer as a value; every method leaves it as it is.

    Parameters
    ----------
    basis : Basis
        The basis functions of each input node, usually a `BSplineBasis`.
    coef : ndarray, shape (n_out, n_in, G + k)
        c, zero where an edge is not active, or a symbol.
    w_base : ndarray, shape (n_out, n_in)
        w, likewise.
    bias : ndarray, shape (n_out,)
        A constant, not trained: zero unless pruning folded something into it.
    active : ndarray of bool, shape (n_out, n_in)
        Which edges exist.
    base : Activation
        b and its derivatives.
    symbols : tuple of SymbolicEdge
        The active edges that are symbols, at most one for each pair of nodes.
    """

    basis: Basis
    coef: Array
    w_base: Array
    bias: Array
    active: Mask
    base: Activation
    symbols: tuple[SymbolicEdge, ...] = ()

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for array in (self.coef, self.w_base, self.bias):
            frozen(array)
        self.active.flags.writeable = False

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore a pickled layer, as read-only as it was."""
        self.__dict__.update(state)
        self.__post_init__()

    @property
    def n_in(self) -> int:
        """The number of input nodes."""
        return self.w_base.shape[1]

    @property
    def n_out(self) -> int:
        """The number of output nodes."""
        return self.w_base.shape[0]

    @property
    def knots(self) -> Array:
        """The knots of each input node, shape (n_in, G + 2k + 1)."""
        return self.basis.knots  # type: ignore[attr-defined]

    @property
    def degree(self) -> int:
        """The degree k of the splines."""
        return self.basis.degree  # type: ignore[attr-defined]

    @property
    def has_base(self) -> bool:
        """Whether there is a base function, and so a weight to train before it."""
        return self.base is not ACTIVATIONS["zero"]

    @property
    def splines(self) -> Mask:
        """Which edges are splines: active, and not symbols; shape (n_out, n_in)."""
        if not self.symbols:
            return self.active
        mask = self.active.copy()
        for edge in self.symbols:
            mask[edge.out, edge.inp] = False
        return mask

    @property
    def n_edges(self) -> int:
        """The number of active edges."""
        return int(np.count_nonzero(self.active))

    @property
    def n_splines(self) -> int:
        """The number of spline edges, E."""
        return self.n_edges - len(self.symbols)

    @property
    def size(self) -> int:
        """The trainable parameters: G + k a spline edge, 1 more with a base; 4 a symbol."""
        return self.n_splines * (self.basis.size + self.has_base) + 4 * len(self.symbols)

    @property
    def parameter_index(self) -> npt.NDArray[np.intp]:
        """Which entry of theta the parameters of all edges take: each its own, without locks."""
        return np.arange(self.size)

    @property
    def theta(self) -> Array:
        """The trainable parameters: c of the spline edges, then their w, then the symbols' four."""
        splines = self.splines
        parts = [self.coef[splines].ravel()]  # (E * (G+k),)
        if self.has_base:
            parts.append(self.w_base[splines])
        return np.concatenate(parts + [edge.affine for edge in self.symbols])

    def with_theta(self, theta: Array) -> KANLayer:
        """Return the layer with other parameters, shape (size,)."""
        E, W = self.n_splines, self.basis.size
        S = len(self.symbols)
        flat_coef, flat_w = theta[: E * W], theta[E * W : theta.size - 4 * S]
        if self.active.size == E:
            coef = flat_coef.reshape(self.coef.shape)
            w_base = flat_w.reshape(self.w_base.shape) if self.has_base else self.w_base
            return replace(self, coef=coef, w_base=w_base)
        splines = self.splines
        coef, w_base = np.zeros_like(self.coef), self.w_base
        coef[splines] = flat_coef.reshape(E, W)
        if self.has_base:
            w_base = np.zeros_like(w_base)
            w_base[splines] = flat_w
        affine = theta[theta.size - 4 * S :].reshape(S, 4)
        symbols = tuple(replace(e, affine=row) for e, row in zip(self.symbols, affine, strict=True))
        return replace(self, coef=coef, w_base=w_base, symbols=symbols)

    def forward(self, x: Array) -> tuple[Array, LayerCache]:
        """Return y (N, n_out) from x (N, n_in), and what `backward` needs."""
        cache = self.features(x)
        return self.output(cache), cache

    def features(self, x: Array) -> LayerCache:
        """Evaluate all that does not depend on theta: the basis and base functions at x."""
        B, basis_cache = self.basis.forward(x)  # (N, n_in, G+k)
        return LayerCache(x, self.base(x) if self.has_base else None, B, basis_cache)

    def output(self, cache: LayerCache) -> Array:
        """Return y (N, n_out): the two matrix products, and the symbols one by one."""
        y = cache.B.reshape(len(cache.x), -1) @ self.coef.reshape(self.n_out, -1).T  # (N, n_out)
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
        """Return dx (N, n_in), or None if it is not asked for, and dtheta (size,).

        Parameters
        ----------
        dy : ndarray, shape (N, n_out)
            The upstream gradient.
        cache : LayerCache
            From `forward`.
        input_gradient : bool
            Whether dx is wanted; a first layer in training has no use for it.

        Returns
        -------
        dx : ndarray, shape (N, n_in), or None
        dtheta : ndarray, shape (size,)
        """
        dtheta = np.empty(self.size)
        self.parameter_gradient(dy, cache, dtheta)
        return self.input_gradient(dy, cache) if input_gradient else None, dtheta

    def parameter_gradient(self, dy: Array, cache: LayerCache, out: Array) -> None:
        """Write dtheta (size,) into ``out``, which may be a part of a longer vector."""
        E, W = self.n_splines, self.basis.size
        B, splines = cache.B.reshape(len(dy), -1), self.splines  # (N, n_in * (G+k))
        if self.active.size == E:
            np.matmul(dy.T, B, out=out[: E * W].reshape(self.n_out, -1))
        else:
            out[: E * W] = (dy.T @ B).reshape(self.coef.shape)[splines].ravel()
        if cache.b is not None:
            out[E * W : E * W + E] = (dy.T @ cache.b)[splines]
        for edge, four in zip(self.symbols, self._symbols_part(out), strict=True):
            np.matmul(dy[:, edge.out], edge.slopes(cache.x[:, edge.inp]), out=four)

    def input_gradient(self, dy: Array, cache: LayerCache) -> Array:
        """Return dx (N, n_in)."""
        dB = (dy @ self.coef.reshape(self.n_out, -1)).reshape(cache.B.shape)  # (N, n_in, G+k)
        dx = self.basis.backward(dB, cache.basis)  # (N, n_in)
        if self.has_base:
            dx += self.base(cache.x, 1) * (dy @ self.w_base)
        for edge in self.symbols:
            dx[:, edge.inp] += dy[:, edge.out] * edge(cache.x[:, edge.inp], 1)
        return dx

    def jacobian(self, dy: Array, cache: LayerCache, out: Array) -> None:
        """Write the gradient of every sample by itself into ``out``: `backward` without the sum.

        Parameters
        ----------
        dy : ndarray, shape (N, n_out)
            The upstream gradient of each sample.
        cache : LayerCache
            From `forward`.
        out : ndarray, shape (N, size)
            Where the result goes; a block of a larger Jacobian, which need not be contiguous.
        """
        E, W = self.n_splines, self.basis.size
        o, i = np.nonzero(self.splines)
        if self.active.size == E:
            block = out[:, : E * W].reshape(len(dy), self.n_out, self.n_in, W)  # a view
            np.multiply(dy[:, :, None, None], cache.B[:, None], out=block)
        else:
            edges = out[:, : E * W].reshape(len(dy), E, W)
            np.multiply(dy[:, o, None], cache.B[:, i], out=edges)
        if cache.b is not None:
            np.multiply(dy[:, o], cache.b[:, i], out=out[:, E * W : E * W + E])
        for edge, four in zip(self.symbols, self._symbols_part(out.T), strict=True):
            np.multiply(dy[:, edge.out], edge.slopes(cache.x[:, edge.inp]).T, out=four)

    def _symbols_part(self, out: Array) -> Array:
        """Return the rows of ``out`` that belong to the symbols, four to each."""
        S = len(self.symbols)
        return out[len(out) - 4 * S :].reshape(S, 4, *out.shape[1:])

    def feature_mean_squares(self, cache: LayerCache) -> Array:
        """Return the mean square of what each parameter is multiplied with, B_j or b: (size,)."""
        splines = self.splines
        parts = [np.broadcast_to(np.mean(cache.B**2, axis=0), self.coef.shape)[splines].ravel()]
        if cache.b is not None:
            b = np.mean(cache.b**2, axis=0)
            parts.append(np.broadcast_to(b, self.w_base.shape)[splines])
        parts += [np.mean(e.slopes(cache.x[:, e.inp]) ** 2, axis=0) for e in self.symbols]
        return np.concatenate(parts)

    def edges(self, x: Array) -> Array:
        r"""Return :math:`\phi_{o,i}(x_i)`, the post-activation of every edge, (N, n_out, n_in)."""
        phi = np.einsum("nij,oij->noi", self.basis(x), self.coef)  # (N, n_out, n_in)
        if self.has_base:
            phi += self.w_base * self.base(x)[:, None]
        for edge in self.symbols:
            phi[:, edge.out, edge.inp] = edge(x[:, edge.inp])
        return phi

    def fraction_outside_grid(self, x: Array) -> float:
        """Return the share of the inputs x (N, n_in) that lie outside the grid."""
        return float(np.mean((x < self.basis.low) | (x > self.basis.high)))

    def to_scipy(self, out: int, inp: int) -> BSpline:
        """Return the spline part of one edge as a SciPy spline, NaN outside the grid.

        Parameters
        ----------
        out, inp : int
            The output node and the input node.

        Returns
        -------
        scipy.interpolate.BSpline
        """
        return BSpline(self.knots[inp], self.coef[out, inp], self.degree, extrapolate=False)
