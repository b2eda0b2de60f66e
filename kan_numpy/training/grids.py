r"""Adaptation and refinement of grids, as functions from networks to networks.

`adapt_grid` moves the knots to the activations; `refine` inserts more knots between them (grid
extension, arXiv 2404.19756, sec. 2.4). Both preserve the functions on the edges: exactly if the new
knots contain the old ones, else approximately, by projection. The grid of another basis than
B-splines has no inner knots, so only its ends are adapted.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_flag, level_outside, per_layer
from kan_numpy._arrays import Array
from kan_numpy._validation import LARGEST_GRID, as_number, as_samples
from kan_numpy.functions.basis import Basis
from kan_numpy.functions.other_bases import FourierBasis, ScaledBasis
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.layers.kan_parameters import Mask
from kan_numpy.layers.layer_projection import nearest_layer
from kan_numpy.networks.checks import as_kan
from kan_numpy.networks.kan import KAN
from kan_numpy.networks.network import Network, NetworkT, evaluate
from kan_numpy.splines.bsplines import BSplineBasis
from kan_numpy.splines.knot_placement import NARROWEST

__all__ = ["EPS", "MANY", "MARGIN", "adapt_grid", "grid_change", "off_grid", "on_data", "refine"]
__all__ += ["warn_if_off_grid"]

EPS, MARGIN = 0.5, 0.01
"""The grids of the first layer on the data, see `adapt_grid`: half of each kind of knots."""

MANY = 0.1
"""The share of samples outside the grids of a network that `fit` warns of."""


def adapt_grid(
    network: KAN,
    x: npt.ArrayLike,
    eps: float = 1.0,
    margin: float = 0.01,
    return_change: bool = False,
) -> Any:
    r"""Adapt the grid of every layer to its activations.

    .. math:: t = \epsilon\, t_{uniform} + (1 - \epsilon)\, t_{quantiles}

    Both kinds of knots extend from the smallest to the largest activation, plus a margin. The
    quantiles are those of the distinct activations, however often each is repeated. Layers are
    adapted from the input on, each to the outputs of the adapted layers before it.

    Parameters
    ----------
    network : KAN
        The network, which is not changed.
    x : array_like, shape (N, n_in)
        Inputs, which determine the activations.
    eps : float
        From 0, for the same number of distinct activations in each interval, to 1, for evenly
        spaced knots. For smooth functions the fine grids of lesson 08b are most accurate with 1.
        With heavy tails evenly spaced knots leave most data in one interval: take 0.2.
    margin : float
        The extension at each end, as a fraction of the range.
    return_change : bool
        Whether the change of the outputs is returned, too.

    Returns
    -------
    network : KAN
        With the nearest functions on the new knots.
    change : float
        Root mean square of the change of the outputs at x; only with ``return_change``.

    Raises
    ------
    ValueError
        If x has another shape or is not finite, eps is not between 0 and 1, or margin is negative.
    TypeError
        If network is not a KAN, or x does not hold real numbers.

    Notes
    -----
    The grid of a constant activation keeps its width and is centered on it, so a grid never
    collapses. For Gaussians and Chebyshev polynomials only the ends are adapted, whatever ``eps``;
    the period of Fourier modes and the grids of layers with tied edges are fixed.

    Examples
    --------
    Four intervals, evenly spaced or with one quarter of the inputs in each:

    >>> import kan_numpy as kn
    >>> net, x = kn.KAN([1, 1], grid_size=4, degree=0, rng=0), [[0], [1], [2], [4], [8]]
    >>> kn.adapt_grid(net, x, margin=0.0).layers[0].knots
    array([[0., 2., 4., 6., 8.]])
    >>> kn.adapt_grid(net, x, eps=0.0, margin=0.0).layers[0].knots
    array([[0., 1., 2., 4., 8.]])
    """
    kan_layers = dict(as_kan(network).kan_layers)
    inputs = as_samples("x", x, ("N", network.widths[0]))
    eps = as_number("eps", eps, 0.0, 1.0)
    margin, told = as_number("margin", margin, 0.0), as_flag("return_change", return_change)
    adapted, activations = network, inputs
    for l in range(len(network.layers)):
        if l in kan_layers and not kan_layers[l].locks:
            basis = kan_layers[l].basis.adapted(activations, eps, margin)
            adapted = adapted.with_layer(l, _on_basis(kan_layers[l], basis))
        activations = evaluate([adapted.layers[l]], activations)
    adapted = network._with_layers(adapted.layers, network.init)
    return (adapted, grid_change(network, adapted, inputs)) if told else adapted


def refine(network: KAN, grid_size: int | Sequence[int], return_change: bool = False) -> Any:
    """Change the number of grid intervals of every layer.

    A multiple of the present number divides each interval evenly: this is knot insertion, and does
    not change the function of the network, inside the grids and outside. For any other number the
    knots are distributed like the present ones, and the functions are projected onto them.

    Parameters
    ----------
    network : KAN
        The network, which is not changed.
    grid_size : int or sequence of int
        The new G, for all KAN layers or for each; for another basis than B-splines, the new number
        of functions.
    return_change : bool
        Whether the change of the functions on the edges is returned, too.

    Returns
    -------
    network : KAN
        With the new grids.
    change : float
        The largest change of an edge, as root mean square over its grid; only with
        ``return_change``. 0 for knot insertion, up to rounding.

    Raises
    ------
    ValueError
        If grid_size is below 1, or does not have one entry for each KAN layer.
    TypeError
        If network is not a KAN, or grid_size is not a whole number.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> net = kn.KAN([1, 1], grid_size=1, degree=1, grid_range=(0, 1), rng=0)
    >>> fine = kn.refine(net, grid_size=2)
    >>> net.layers[0].knots, fine.layers[0].knots
    (array([[-1.,  0.,  1.,  2.]]), array([[-1. ,  0. ,  0.5,  1. ,  2. ]]))
    >>> abs(fine([[0.3]]) - net([[0.3]])).max() < 1e-15
    np.True_
    """
    layers, told = as_kan(network).kan_layers, as_flag("return_change", return_change)
    sizes = per_layer("grid_size", grid_size, len(layers), 1, LARGEST_GRID)
    refined = network
    for (l, layer), G in zip(layers, sizes, strict=True):
        refined = refined.with_layer(l, _on_basis(layer, layer.basis.refined(G)))
    refined = network._with_layers(refined.layers, network.init)
    return (refined, grid_change(network, refined)) if told else refined


def _on_basis(layer: KANLayer, basis: Basis) -> KANLayer:
    """Return the layer with the nearest functions on another basis of the same kind."""
    return nearest_layer(layer, replace(layer, basis=basis))[0]


def grid_change(before: KAN, after: KAN, x: Array | None = None) -> float:
    """Return the root mean square of the change of a network by other grids.

    It is that of the outputs at x (N, n_in); without x, that of the edge that changes most when it
    is projected onto its new basis, over its new grid.
    """
    if x is not None:
        return float(np.sqrt(np.mean((after(x) - before(x)) ** 2)))
    layers = zip(before.kan_layers, after.kan_layers, strict=True)
    return max(nearest_layer(old, new)[1] for (_, old), (_, new) in layers)


def on_data(network: NetworkT, x: Array) -> NetworkT:
    """Return a network as drawn with grids of the first layer where the inputs x (N, n_in) are."""
    first = network.layers[0]
    # Tied edges share one grid, which is the user's.
    if not isinstance(first, KANLayer) or first.locks:
        return network
    if not any(where.any() for where in off_grid(first, x)):
        return network
    old, new = first.basis, _as_wide(first.basis, x).adapted(x, EPS, MARGIN)
    ratio = (new.high - new.low) / (old.high - old.low)  # (n_in,)
    center = 0.5 * (new.low + new.high) - ratio * 0.5 * (old.low + old.high)
    if first.center is not None and first.scale is not None:
        center, ratio = center + ratio * first.center, ratio * first.scale
    layer = replace(first, basis=new, center=center, scale=ratio)
    return network._with_layers([layer, *network.layers[1:]], network.init)


def _as_wide(basis: Basis, x: Array) -> Basis:
    """Return the basis on grids as wide as the data, next to which none of them are constant."""
    spread = np.ptp(x, axis=0)  # (n_in,)
    varies = spread > NARROWEST * np.abs(x).max(axis=0)
    ratio = np.where(varies, spread / (basis.high - basis.low), 1.0)
    if isinstance(basis, BSplineBasis):
        return BSplineBasis(ratio[:, None] * basis.knots, basis.degree)
    if isinstance(basis, ScaledBasis) and not isinstance(basis, FourierBasis):
        return replace(basis, low=ratio * basis.low, high=ratio * basis.high)
    return basis


def off_grid(layer: KANLayer, x: Array) -> tuple[Mask, Mask]:
    """Return which inputs lie outside, (N, n_in), and which columns fill no interval, (n_in,)."""
    basis, spread = layer.basis, np.ptp(x, axis=0)
    interval = (basis.high - basis.low) / basis.grid_size
    return (x < basis.low) | (x > basis.high), (spread > 0.0) & (spread < interval)


def warn_if_off_grid(network: Network, x: Array) -> None:
    """Warn if the grids of the first layer are not those of the inputs x (N, n_in)."""
    first = network.layers[0]
    if not isinstance(first, KANLayer):
        return
    basis, (outside, narrow) = first.basis, off_grid(first, x)
    columns = np.flatnonzero((outside.mean(axis=0) >= MANY) | narrow)
    if not columns.size:
        return
    i, count = columns[0], np.count_nonzero(outside.any(axis=1))
    where = f"{count} of {len(x)} samples lie outside"
    if not outside[:, i].any():
        where = "the samples fill less than one interval of"
    is_fixed = first.locks or isinstance(basis, FourierBasis)
    way = "give grid_range to KAN" if is_fixed else "adapt_at=[0] lays the grids on the data"
    warnings.warn(
        f"{where} the grids of the inputs: x[:, {i}] reaches from {x[:, i].min():.4g} to"
        f" {x[:, i].max():.4g}, its grid from {basis.low[i]:.4g} to {basis.high[i]:.4g}; {way}",
        RuntimeWarning,
        stacklevel=level_outside(),
    )
