"""The arrays of a KAN layer, and its trainable numbers as one vector theta."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array, Frozen
from kan_numpy.functions.activations import ACTIVATIONS, Activation
from kan_numpy.functions.basis import Basis
from kan_numpy.layers.parameter_index import Lock, ParameterIndex, active_ties, parameter_index
from kan_numpy.layers.symbolic_edge import SymbolicEdge

__all__ = ["KANParameters", "Parameters"]

Mask = npt.NDArray[np.bool_]

KANParametersT = TypeVar("KANParametersT", bound="KANParameters")


class Parameters(NamedTuple):
    """The parameters of all edges, or their gradients, or one row of these for each sample."""

    coef: npt.NDArray[Any]  # (..., n_out, n_in, G+k)
    w_base: npt.NDArray[Any]  # (..., n_out, n_in); (..., 0, n_in) without a base function
    affine: npt.NDArray[Any]  # (..., S, 4)


@dataclass(frozen=True, eq=False)
class KANParameters(Frozen):
    """The arrays of a `KANLayer`, as an immutable value."""

    basis: Basis  # of each input node, usually a `BSplineBasis`
    coef: Array  # c (n_out, n_in, G+k), zero where an edge is not active, or a symbol
    w_base: Array  # w (n_out, n_in), likewise
    bias: Array  # (n_out,), not trained: zero, or the means of pruned edges
    active: Mask  # (n_out, n_in) which edges exist
    base: Activation  # b and its derivatives
    symbols: tuple[SymbolicEdge, ...] = ()  # active edges, at most one for each pair of nodes
    locks: tuple[Lock, ...] = ()  # edges that share one function, if they are spline edges
    outside: str = "fade"  # how edges continue beyond the grid: one of `CONTINUATIONS`
    center: Array | None = None  # m (n_in,), as in b((x - m) / s), or None for b(x)
    scale: Array | None = None  # s (n_in,), likewise

    @property
    def n_in(self) -> int:
        """The number of input nodes."""
        return self.w_base.shape[1]

    @property
    def n_out(self) -> int:
        """The number of output nodes."""
        return self.w_base.shape[0]

    @property
    def grid_size(self) -> int:
        """G, the number of intervals, or of functions if the basis has no intervals."""
        return self.basis.grid_size

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
        """Whether there is a base function with a trainable weight."""
        return self.base is not ACTIVATIONS["zero"]

    @property
    def units(self) -> Array:
        """The center m and the scale s of every input in the base function, shape (2, n_in)."""
        if self.center is None or self.scale is None:
            return np.array([np.zeros(self.n_in), np.ones(self.n_in)])
        return np.stack([self.center, self.scale])

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
    def ties(self) -> tuple[Lock, ...]:
        """The locks restricted to spline edges, with at least two edges each."""
        return active_ties(self.locks, self.splines)

    @property
    def piecewise_linear(self) -> bool:
        """Whether second derivatives are zero wherever they exist."""
        return self.basis.max_derivative < 2 and self.n_splines > 0

    @cached_property
    def index(self) -> ParameterIndex | None:
        """The index in theta of the parameters of all edges; None if they are theta itself."""
        if not self.locks and self.n_splines == self.active.size:
            return None
        W, S = self.basis.size, len(self.symbols)
        return parameter_index(self.splines, self.ties, W, self.has_base, S)

    @cached_property
    def size(self) -> int:
        """The trainable parameters: G + k a spline edge, 1 more with a base; 4 a symbol.

        Those that edges share count once.
        """
        return self._size_of_all if self.index is None else self.index.size

    @property
    def theta(self) -> Array:
        """The trainable parameters: c of the spline edges, then their w, then the symbols' four."""
        parts = [self.coef.ravel()]
        if self.has_base:
            parts.append(self.w_base.ravel())
        theta = np.concatenate(parts + [edge.affine for edge in self.symbols])
        return theta if self.index is None else theta[self.index.first]

    @property
    def places(self) -> Parameters:
        """The index in theta of the parameters of all edges, ``size`` where there is no spline."""
        index = np.arange(self.size) if self.index is None else self.index.index
        return self._unpack(index)

    def with_theta(self: KANParametersT, theta: Array) -> KANParametersT:
        """Return the layer with other parameters, shape (size,)."""
        new = self._unpack(theta if self.index is None else self.index.spread(theta))
        symbols = tuple(
            edge.with_affine(row) for edge, row in zip(self.symbols, new.affine, strict=True)
        )
        w_base = new.w_base if self.has_base else self.w_base
        layer = self._like(coef=new.coef, w_base=w_base, symbols=symbols)
        layer.__dict__.update(index=self.index, size=self.size)  # they do not depend on theta
        return layer

    def part(self: KANParametersT, edges: Mask, outputs: Mask, inputs: Mask) -> KANParametersT:
        """Return the layer of edges (n_out, n_in), outputs (n_out,) and inputs (n_in,) in masks.

        The nodes must include those of all these edges.
        """
        chosen = np.ix_(outputs, inputs)
        out, inp = np.cumsum(outputs) - 1, np.cumsum(inputs) - 1  # the new numbers
        part = self._like(
            basis=self.basis if inputs.all() else self.basis.select(inputs),
            coef=np.where(edges[:, :, None], self.coef, 0.0)[chosen],
            w_base=np.where(edges, self.w_base, 0.0)[chosen],
            bias=self.bias[outputs],
            active=edges[chosen],
            center=None if self.center is None else self.center[inputs],
            scale=None if self.scale is None else self.scale[inputs],
            symbols=tuple(
                replace(edge, out=int(out[edge.out]), inp=int(inp[edge.inp]))
                for edge in self.symbols
                if edges[edge.out, edge.inp]
            ),
            locks=tuple(
                tuple((int(out[o]), int(inp[i])) for o, i in lock if edges[o, i])
                for lock in self.locks
            ),
        )
        return part._like(locks=part.ties)

    @property
    def _size_of_all(self) -> int:
        """The number of parameters if every edge had its own, and every symbol a spline too."""
        return self.coef.size + self.w_base.size * self.has_base + 4 * len(self.symbols)

    def _unpack(self, vector: npt.NDArray[Any]) -> Parameters:
        """Return the parameters of all edges, (..., size of all), as views of their arrays."""
        stop, symbols = self.coef.size, vector.shape[-1] - 4 * len(self.symbols)
        return Parameters(
            vector[..., :stop].reshape(*vector.shape[:-1], *self.coef.shape),
            vector[..., stop:symbols].reshape(
                *vector.shape[:-1], self.n_out * self.has_base, self.n_in
            ),
            vector[..., symbols:].reshape(*vector.shape[:-1], len(self.symbols), 4),
        )

    def coef_gradient(self, dcoef: Array) -> Array:
        """Return dtheta (size,) of what depends on c alone, from dc (n_out, n_in, G+k)."""
        dtheta = np.zeros(self.size)
        vector = self._room(dtheta)
        vector[:] = 0.0
        self._unpack(vector).coef[:] = dcoef
        self._pack(vector, dtheta)
        return dtheta

    def _room(self, out: Array) -> Array:
        """Return an array for derivatives by the parameters of all edges: ``out``, if it fits."""
        return out if self.index is None else np.empty((*out.shape[:-1], self._size_of_all))

    def _pack(self, vector: Array, out: Array) -> None:
        """Write the derivatives by theta, from those by the parameters of all edges."""
        if self.index is not None:
            self.index.add_up(vector, out)
