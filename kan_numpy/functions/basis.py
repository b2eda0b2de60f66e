"""What a layer, and whoever changes its grid, ask of basis functions.

Whatever has these methods is a basis: B-splines (`kan_numpy.splines.bsplines`), the families of
`kan_numpy.functions.other_bases`, or one of your own. A basis is an immutable value.
"""

from __future__ import annotations

from typing import Any, Protocol

from kan_numpy._arrays import Array


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
        """G, the number of intervals, or W where there are no intervals: what `refined` takes."""

    @property
    def max_derivative(self) -> float:
        """The highest order of a derivative that is not zero everywhere; perhaps infinite."""

    @property
    def low(self) -> Array:
        """Where the functions begin to describe each input, shape (n_in,)."""

    @property
    def high(self) -> Array:
        """Where they end."""

    def __call__(self, x: Array, derivative: int = 0) -> Array:
        """Return the d-th derivative of all functions, (N, n_in) -> (N, n_in, W)."""

    def forward(self, x: Array) -> tuple[Array, Any]:
        """Return all functions (N, n_in, W) and what `backward` needs."""

    def backward(self, dB: Array, cache: Any) -> Array:
        """Return dx (N, n_in) from dB (N, n_in, W)."""

    def select(self, inputs: Any) -> Any:
        """Return the basis of some inputs: a mask (n_in,), or their numbers."""

    def adapted(self, x: Array, eps: float, margin: float) -> Any:
        """Return as many functions on grids around the activations x (N, n_in)."""

    def refined(self, grid_size: int) -> Any:
        """Return the basis with another `grid_size`."""

    def project(self, coef: Array, other: Any) -> tuple[Array, float]:
        """Return the nearest functions in another basis of the same kind, and how far they are.

        From c (n_out, n_in, W) come c' (n_out, n_in, W'), and the largest change of an edge, as
        root mean square over its new grid.
        """
