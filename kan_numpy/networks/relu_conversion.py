r"""Exact conversions between piecewise linear KANs and ReLU networks.

From k = 1 to ReLU. The spline on an edge consists of straight lines, with the slope
:math:`\sigma_m` before the kink :math:`t_m` and :math:`\sigma_{m+1}` after it. If it fades, it has
kinks at all G + 3 knots, and the slopes 0 before and after them; if it continues along its
tangents, it has kinks within the grid. With the line before the first kink, :math:`\ell`,

.. math::
    s(x) &= \ell(u) + \sum_{m<M} (\sigma_{m+1} - \sigma_m)\, relu(u - t_m)
          + \sigma_{M+1}\, relu(x - t_M), \\
    u &= \min(x, t_M) = t_M - relu(t_M - x).

One more hinge at the last kink :math:`t_M` could replace the minimum, but far to the right of the
kinks large terms would then cancel, with a loss of digits. Each KAN layer becomes two layers of
ReLUs: nodes that clip x at its last kink, then the hinges. All edges out of a node share them,
because they share the knots.

From ReLU to k = 1. A layer of an MLP, divided as in `kan_numpy.layers.dense_layer`, is already a
layer of edges :math:`w\, relu(x)`: straight lines with a kink at 0. So the KAN has the widths of
the MLP, one interval in its first layer, and two intervals that meet at 0 in all others. Grids are
finite: intervals that contain every activation follow from the box of the inputs, layer by layer,

.. math:: y_o \in \beta_o + \sum_i w_{o,i}\, [f(low_i), f(high_i)].

Both directions are the subject of N. Schoots, M. J. Villani, N. uit de Bos, Relating Piecewise
Linear Kolmogorov Arnold Networks to ReLU Networks, arXiv 2503.01702.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_instance
from kan_numpy._arrays import Array
from kan_numpy._validation import as_array, as_samples, shown
from kan_numpy.functions.activations import ACTIVATIONS
from kan_numpy.layers.dense_layer import DenseLayer
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.networks.kan import KAN
from kan_numpy.networks.mlp import MLP
from kan_numpy.splines.bsplines import BSplineBasis

__all__ = ["Affine", "to_kan", "to_relu"]

RELU, IDENTITY, ZERO = (ACTIVATIONS[name] for name in ("relu", "identity", "zero"))


class Affine(NamedTuple):
    """An affine map, y = W x + b."""

    weights: Array  # (n_out, n_in)
    bias: Array  # (n_out,)

    def after(self, other: Affine) -> Affine:
        """Return the composition with another map, which is applied first."""
        return Affine(self.weights @ other.weights, self.weights @ other.bias + self.bias)


def to_relu(network: KAN) -> MLP:
    r"""Convert a piecewise linear KAN into a ReLU network, the same function at every real x.

    Parameters
    ----------
    network : KAN
        With splines of degree 1 and the base function "zero" or "identity".

    Returns
    -------
    MLP
        With the activation "relu". Each KAN layer becomes two hidden layers, 2 n_in and
        n_in (G + 1) nodes wide: [2, 5, 1] with G = 5 becomes [2, 4, 12, 10, 30, 1]. If its splines
        fade, they are n_in and n_in (G + 2) nodes wide, and with the base function "identity"
        2 n_in and n_in (G + 4).

    Raises
    ------
    TypeError
        If network is not a KAN, or has products or another basis than B-splines.
    ValueError
        If network is not piecewise linear, or jumps at a repeated knot.

    Notes
    -----
    The two agree up to rounding, which grows with G, because the slopes do: on [2, 5, 1] with
    coefficients up to 1, the outputs differ by less than 1e-13 for G = 5, and 1e-12 for G = 20.

    Examples
    --------
    A spline through 0, 1, 3, 0 at the knots -1, 0, 1, 2: its slopes are 1, 2 and -3, and the ReLUs
    have the differences of the slopes as weights.

    >>> import kan_numpy as kn
    >>> layer = {"knots": [[-1, 0, 1, 2]], "coef": [[[1, 3]]], "w_base": [[0]]}
    >>> net = kn.to_relu(kn.KAN.from_arrays([layer], degree=1, base="zero"))
    >>> net.layers[-1].weights, net([[0.5]])
    (array([[ 1.,  1., -5.]]), array([[2.]]))
    """
    if not isinstance(network, KAN):
        raise TypeError(f"network must be a KAN, but is {type(network).__name__}")
    n_in = network.widths[0]
    maps, last = [], Affine(np.eye(n_in), np.zeros(n_in))
    products = set(range(len(network.layers))) - {l for l, _ in network.kan_layers}
    if products:
        raise TypeError(
            f"network.layers[{min(products)}] multiplies, and no ReLU network does that exactly"
        )
    for l, layer in network.kan_layers:
        _require_piecewise_linear(f"network.layers[{l}]", layer)
        stop, hinges, total = _hinged(layer)
        maps += [stop.after(last), hinges]
        last = total
    return MLP.from_arrays([affine._asdict() for affine in [*maps, last]], "relu")


def _require_piecewise_linear(name: str, layer: KANLayer) -> None:
    """Refuse a layer that ReLUs cannot represent exactly."""
    if not isinstance(layer.basis, BSplineBasis):
        raise TypeError(f"{name} must be made of B-splines, but has {type(layer.basis).__name__}")
    if layer.degree != 1:
        raise ValueError(
            f"{name} must be piecewise linear, but its splines have degree {layer.degree};"
            " build the network with degree=1"
        )
    if layer.base not in (ZERO, IDENTITY):
        raise ValueError(
            f"{name} must be piecewise linear, but its base function is {layer.base.name!r};"
            " build the network with base='zero' or 'identity'"
        )
    if layer.symbols:
        raise ValueError(
            f"{name} must be piecewise linear, but has symbols, as {layer.symbols[0].symbol.name!r}"
        )
    if np.any(np.diff(layer.knots) <= 0.0):
        raise ValueError(f"{name} repeats a knot: its splines jump there, and no ReLU can jump")


def _lines(layer: KANLayer) -> tuple[Array, Array, Array]:
    """Return kinks t (n_in, M+1), slopes (n_out, n_in, M+2), and l at the last kink (n_out, n_in).

    An end of the grid from which an edge goes on along its tangent is the last kink, though none.
    """
    if layer.outside == "fade":
        values = np.pad(layer.coef, [(0, 0), (0, 0), (1, 1)])  # (n_out, n_in, G+3)
        slopes = np.pad(np.diff(values) / np.diff(layer.knots), [(0, 0), (0, 0), (1, 1)])
        return layer.knots, slopes, np.zeros_like(layer.w_base)
    grid = layer.knots[:, 1:-1]  # (n_in, G+1)
    slopes = np.diff(layer.coef) / np.diff(grid)
    line = layer.coef[:, :, 0] + slopes[:, :, 0] * (grid[:, -1] - grid[:, 0])
    return grid[:, 1:], np.pad(slopes, [(0, 0), (0, 0), (0, 1)], mode="edge"), line


def _hinged(layer: KANLayer) -> tuple[Affine, Affine, Affine]:
    """Return the three maps of one layer: y = total(relu(hinges(relu(stop(x))))).

    Where edges have slopes beyond their kinks, relu(last - x) and relu(x - last) are passed
    through: their difference is last - x.
    """
    t, slopes, line = _lines(layer)
    last, one = t[:, -1], np.eye(layer.n_in)
    bends = np.diff(slopes)[:, :, :-1].reshape(layer.n_out, -1)  # (n_out, n_in M)
    spread = np.repeat(one, t.shape[1] - 1, axis=0)  # (n_in M, n_in)
    distances = (last[:, None] - t[:, :-1]).ravel()  # (n_in M,)
    stop, hinges = Affine(-one, last), Affine(-spread, distances)
    if layer.outside == "fade" and not layer.has_base:
        return stop, hinges, Affine(bends, layer.bias)
    stop = Affine(np.vstack([-one, one]), np.concatenate([last, -last]))
    none = np.zeros_like(spread)
    hinges = Affine(
        np.block([[-spread, none], [np.eye(2 * layer.n_in)]]),
        np.concatenate([distances, np.zeros(2 * layer.n_in)]),
    )
    center, scale = layer.units
    w = layer.w_base / scale * layer.has_base
    line = line + w * (last - center)
    total = np.hstack([bends, -slopes[:, :, 0] - w, slopes[:, :, -1] + w])
    return stop, hinges, Affine(total, layer.bias + line.sum(axis=1))


def to_kan(mlp: MLP, low: npt.ArrayLike, high: npt.ArrayLike) -> KAN:
    r"""Convert a ReLU network into a piecewise linear KAN, the same function on a box.

    Parameters
    ----------
    mlp : MLP
        With the activation "relu".
    low, high : float or array_like, shape (n_in,)
        The ends of the box, for all inputs or for each.

    Returns
    -------
    KAN
        Of degree 1, without base function, and with the widths of the MLP. An edge has 2
        coefficients in the first layer and 3 in the others, for one weight of the MLP.

    Raises
    ------
    TypeError
        If mlp is not an MLP, or low or high does not hold real numbers.
    ValueError
        If its activation is not "relu", or low is not below high.

    Notes
    -----
    The two agree on the box up to rounding. Outside the box, the KAN leaves its grids and decays.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> mlp = kn.MLP([1, 4, 1], activation="relu", rng=0)
    >>> kan = kn.to_kan(mlp, low=-1.0, high=1.0)
    >>> x = [[-0.5], [0.5]]
    >>> kan, bool(abs(kan(x) - mlp(x)).max() < 1e-15)
    (KAN([1, 4, 1], 20 parameters), True)
    """
    as_instance("mlp", mlp, MLP, "an MLP")
    if mlp.activation != RELU:
        raise ValueError(
            f"mlp must be piecewise linear, with activation='relu', but has {mlp.activation.name!r}"
        )
    lows, highs = _as_box(low, high, mlp.widths[0])
    layers = []
    for layer in mlp.layers:
        grid = _grid(layer, lows, highs)  # (n_in, G+1)
        coef = layer.weights[:, :, None] * layer.activation(grid)
        knots = np.hstack(
            [2.0 * grid[:, :1] - grid[:, -1:], grid, 2.0 * grid[:, -1:] - grid[:, :1]]
        )
        active = np.ones(layer.weights.shape, dtype=bool)
        none = np.zeros_like(layer.weights)
        layers.append(KANLayer(BSplineBasis(knots, 1), coef, none, layer.bias, active, ZERO))
        lows, highs = _reachable(layer, lows, highs)
    return KAN.from_layers(layers)


def _as_box(low: npt.ArrayLike, high: npt.ArrayLike, n_in: int) -> tuple[Array, Array]:
    """Return both ends of every input, (n_in,)."""
    ends = []
    for name, value in (("low", low), ("high", high)):
        end = as_samples(name, value)
        ends.append(np.full(n_in, end) if end.ndim == 0 else as_array(name, value, (n_in,)))
    if not np.all(ends[0] < ends[1]):
        raise ValueError(f"low must be below high, but they are {shown(low)} and {shown(high)}")
    return ends[0], ends[1]


def _grid(layer: DenseLayer, low: Array, high: Array) -> Array:
    """Return grids (n_in, G + 1): the ends, and between them the kink of a ReLU, or the middle."""
    if layer.activation == IDENTITY:
        return np.stack([low, high], axis=1)
    kink = np.where((low < 0.0) & (high > 0.0), 0.0, 0.5 * (low + high))
    return np.stack([low, kink, high], axis=1)


def _reachable(layer: DenseLayer, low: Array, high: Array) -> tuple[Array, Array]:
    """Return bounds (n_out,) of the outputs for inputs between the bounds (n_in,).

    A margin accounts for rounding, and gives a constant output an interval.
    """
    low, high, w = layer.activation(low), layer.activation(high), layer.weights
    up, down = np.maximum(w, 0.0), np.minimum(w, 0.0)
    lowest = up @ low + down @ high + layer.bias
    highest = up @ high + down @ low + layer.bias
    sizes = np.abs(w) @ np.maximum(np.abs(low), np.abs(high)) + np.abs(layer.bias)
    margin = 0.01 * (highest - lowest) + 1e-6 * sizes
    margin = np.where(margin > 0.0, margin, 1.0)
    return lowest - margin, highest + margin
