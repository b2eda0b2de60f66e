"""A complete Kolmogorov-Arnold network on one page, in plain NumPy: the first file to read.

Every edge carries a function of one variable, and every node adds up what arrives::

    y_no = sum_i phi_oi(x_ni),    phi_oi(x) = sum_j c_oij B_j(x) + w_oi b(x),    b(x) = x sigma(x).

There are N samples n, inputs i, outputs o; a grid of G intervals carries G + k basis functions B_j
of degree k on the knots t. dX is dL/dX and has the shape of X. The rest of kan_numpy does the same
faster, checks what it is given, and goes on from here; a test compares the two to 1e-13.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Layer", "backward", "bspline_basis", "forward", "parameters", "random_network", "train"]
__all__ += ["uniform_knots", "with_parameters"]

Array = npt.NDArray[np.float64]


def uniform_knots(low: float, high: float, G: int, k: int) -> Array:
    """Return the ends of G equal intervals from low to high, and k knots more on each side."""
    return low + (high - low) * (np.arange(-k, G + k + 1) / G)  # (G+2k+1,)


def bspline_basis(x: Array, t: Array, k: int) -> tuple[Array, Array]:
    """Return all B_j and B'_j (N, n_in, G+k) at x (N, n_in): Cox and de Boor's recursion."""
    x = x[:, :, None]  # (N, n_in, 1)
    left, right, high = t[:, :-1], t[:, 1:], t[:, [-k - 1]]
    # Degree 0: 1 in interval j, else 0. The right end of the grid belongs to its last interval.
    inside = np.where(x == high, (left < x) & (x <= right), (left <= x) & (x < right))
    B, slope = inside.astype(float), np.zeros(inside.shape)  # (N, n_in, G+2k)
    for q in range(1, k + 1):  # degree q from degree q - 1, one function fewer each time
        width = t[:, q:] - t[:, :-q]
        A = np.divide(B, width, out=np.zeros_like(B), where=width > 0)  # 0/0 := 0
        B = (x - t[:, : -q - 1]) * A[:, :, :-1] + (t[:, q + 1 :] - x) * A[:, :, 1:]
        slope = q * (A[:, :, :-1] - A[:, :, 1:])
    return B, slope


class Layer(NamedTuple):
    """The functions on all edges between two levels of nodes."""

    t: Array  # (n_in, G+2k+1)
    c: Array  # (n_out, n_in, G+k)
    w: Array  # (n_out, n_in)

    def forward(self, x: Array) -> tuple[Array, tuple[Array, ...]]:
        """Return y (N, n_out) for x (N, n_in), and what `backward` needs."""
        B, B_slope = bspline_basis(x, self.t, self.t.shape[1] - self.c.shape[2] - 1)
        sigma = 0.5 * (1.0 + np.tanh(0.5 * x))  # 1 / (1 + exp(-x)), without overflow
        b, b_slope = x * sigma, sigma * (1.0 + x * (1.0 - sigma))
        y = np.einsum("nij,oij->no", B, self.c) + np.einsum("ni,oi->no", b, self.w)
        return y, (B, B_slope, b, b_slope)

    def backward(self, dy: Array, cache: tuple[Array, ...]) -> tuple[Array, Array, Array]:
        """Return dx (N, n_in), dc and dw for dy (N, n_out): the letters of `forward`, swapped."""
        B, B_slope, b, b_slope = cache
        dc, dw = np.einsum("no,nij->oij", dy, B), np.einsum("no,ni->oi", dy, b)
        dB, db = np.einsum("no,oij->nij", dy, self.c), np.einsum("no,oi->ni", dy, self.w)
        return np.einsum("nij,nij->ni", dB, B_slope) + db * b_slope, dc, dw


def random_network(widths: list[int], G: int, k: int, rng: np.random.Generator) -> list[Layer]:
    """Return the layers of a network such as [2, 5, 1], on the grid [-1, 1], not yet trained."""
    net = []
    for n_in, n_out in pairwise(widths):
        t = np.tile(uniform_knots(-1.0, 1.0, G, k), (n_in, 1))
        c = 0.1 * rng.standard_normal((n_out, n_in, G + k))
        w = np.sqrt(2.0 / (n_in + n_out)) * rng.standard_normal((n_out, n_in))
        net.append(Layer(t, c, w))
    return net


def forward(net: list[Layer], x: Array) -> tuple[Array, list[tuple[Array, ...]]]:
    """Return y (N, n_out) for x (N, n_in), and the cache of every layer."""
    caches = []
    for layer in net:
        x, cache = layer.forward(x)
        caches.append(cache)
    return x, caches


def backward(net: list[Layer], dy: Array, caches: list[tuple[Array, ...]]) -> tuple[Array, Array]:
    """Return dx (N, n_in) and dtheta (P,) for dy (N, n_out): the chain rule, last layer first."""
    parts: list[Array] = []
    for layer, cache in zip(reversed(net), reversed(caches), strict=True):
        dy, dc, dw = layer.backward(dy, cache)
        parts = [dc.ravel(), dw.ravel(), *parts]
    return dy, np.concatenate(parts)


def parameters(net: list[Layer]) -> Array:
    """Return theta (P,): c and w of the first layer, then of the second, and so on."""
    return np.concatenate([np.concatenate([c.ravel(), w.ravel()]) for _, c, w in net])


def with_parameters(net: list[Layer], theta: Array) -> list[Layer]:
    """Return the network with its c and w taken from theta (P,)."""
    layers = []
    for t, c, w in net:
        new_c, new_w, theta = np.split(theta, [c.size, c.size + w.size])
        layers.append(Layer(t, new_c.reshape(c.shape), new_w.reshape(w.shape)))
    return layers


def train(
    net: list[Layer], x: Array, target: Array, steps: int, rate: float = 0.02
) -> tuple[list[Layer], list[float]]:
    """Return the network after steps of Adam, and the mean squared error before each of them."""
    theta, losses = parameters(net), []
    m, v = np.zeros_like(theta), np.zeros_like(theta)  # running means of g and g^2
    for step in range(1, steps + 1):
        y, caches = forward(net, x)
        error = y - target  # (N, n_out)
        losses.append(float(np.mean(error**2)))
        _, g = backward(net, 2.0 * error / error.size, caches)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        m_hat, v_hat = m / (1.0 - 0.9**step), v / (1.0 - 0.999**step)  # they began at 0
        theta = theta - rate * m_hat / (np.sqrt(v_hat) + 1e-8)
        net = with_parameters(net, theta)
    return net, losses
