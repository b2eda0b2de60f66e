"""What a layer asks of its basis functions."""

from __future__ import annotations

from typing import Any, Protocol

from kan_numpy._arrays import Array


class Basis(Protocol):
    """Name what a layer asks of its basis functions."""

    @property
    def n_in(self) -> int:
        """The number of input nodes."""

    @property
    def size(self) -> int:
        """The number of basis functions of each input node."""

    @property
    def low(self) -> Array:
        """Where the functions begin to describe each input, shape (n_in,)."""

    @property
    def high(self) -> Array:
        """Where they end."""

    def __call__(self, x: Array, derivative: int = 0) -> Array:
        """Return the d-th derivative of all functions, (N, n_in) -> (N, n_in, size)."""

    def forward(self, x: Array) -> tuple[Array, Any]:
        """Return all functions (N, n_in, size) and what `backward` needs."""

    def backward(self, dB: Array, cache: Any) -> Array:
        """Return dx (N, n_in) from dB (N, n_in, size)."""
