"""The protocol of basis functions, as layers and grids use them.

B-splines (`kan_numpy.splines.bsplines`) and the families of `kan_numpy.functions.other_bases`
follow it, and any class of your own may. A basis is an immutable value.
"""

from __future__ import annotations

from typing import Any, Protocol

from kan_numpy._arrays import Array

__all__ = ["Basis"]


class Basis(Protocol):
    """The W basis functions of each of n_in input nodes."""

    @property
    def n_in(self) -> int:
        """The number of input nodes."""

    @property
    def size(self) -> int:
        """W, the number of basis functions of each input node."""

    @property
    def grid_size(self) -> int:
        """G, the number of intervals, or W if there are no intervals: the argument of `refined`."""

    @property
    def max_derivative(self) -> float:
        """The highest order of a derivative that is not zero everywhere; it may be infinite."""

    @property
    def low(self) -> Array:
        """The left end of the grid of each input, shape (n_in,)."""

    @property
    def high(self) -> Array:
        """The right end of the grid of each input, shape (n_in,)."""

    @property
    def centers(self) -> Array | None:
        """Where each coefficient acts, shape (n_in, W), or None if each acts everywhere."""

    @property
    def share_on_grid(self) -> Array:
        """The part of the area under each function that lies over the grid, shape (n_in, W)."""

    def __call__(self, x: Array, derivative: int = 0) -> Array:
        """Return the d-th derivative of all functions, (N, n_in) -> (N, n_in, W)."""

    def forward(self, x: Array) -> tuple[Array, Any]:
        """Return all functions (N, n_in, W), and the cache for `backward`."""

    def backward(self, dB: Array, cache: Any) -> Array:
        """Return dx (N, n_in) from dB (N, n_in, W)."""

    def select(self, inputs: Any) -> Any:
        """Return the basis of some inputs, given by a mask (n_in,) or by their indices."""

    def adapted(self, x: Array, eps: float, margin: float) -> Any:
        """Return the basis of the same size on grids around the activations x (N, n_in)."""

    def refined(self, grid_size: int) -> Any:
        """Return the basis with another `grid_size`."""

    def project(self, coef: Array, other: Any) -> tuple[Array, float]:
        """Project functions onto another basis of the same kind, in the mean square.

        Coefficients (n_out, n_in, W) become (n_out, n_in, W'); also returned is the largest change
        of an edge, as the root mean square over its new grid.
        """
