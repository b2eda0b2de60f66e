r"""Grids that follow the data and grow finer: functions from networks to networks.

`adapt_grid` puts the knots where the activations are; `refine` puts more knots between them (grid
extension, arXiv 2404.19756, sec. 2.4). Both change the description of the functions on the edges
and keep the functions themselves: exactly if the knots are nested, else as well as the knots allow.
Where the basis is another than B-splines, its grid has no knots inside, and moves as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, overload

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array
from kan_numpy._validation import as_array, as_number, per_layer
from kan_numpy.functions.basis import Basis
from kan_numpy.functions.other_bases import ScaledBasis, project
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.layers.tied_layer import TiedLayer
from kan_numpy.networks.checks import as_kan
from kan_numpy.networks.kan import KAN
from kan_numpy.splines.bsplines import BSplineBasis
from kan_numpy.splines.coefficients import project_spline
from kan_numpy.splines.knot_insertion import refine_spline

NARROWEST = 1e-9
"""Activations that differ by less than this share of their grid, or of their size, are constant."""

SMALLEST_GAP = 0.01
"""No interval becomes smaller than this share of the mean one."""


@overload
def adapt_grid(
    network: KAN,
    x: npt.ArrayLike,
    eps: float = ...,
    margin: float = ...,
    return_change: Literal[False] = ...,
) -> KAN: ...


@overload
def adapt_grid(
    network: KAN,
    x: npt.ArrayLike,
    eps: float = ...,
    margin: float = ...,
    *,
    return_change: Literal[True],
) -> tuple[KAN, float]: ...


def adapt_grid(
    network: KAN,
    x: npt.ArrayLike,
    eps: float = 1.0,
    margin: float = 0.01,
    return_change: bool = False,
) -> KAN | tuple[KAN, float]:
    r"""Adapt the grid of every layer to its activations.

    .. math:: t = \epsilon\, t_{uniform} + (1 - \epsilon)\, t_{quantiles}

    Both kinds of knots extend from the smallest to the largest activation, plus a margin. Intervals
    below `SMALLEST_GAP` times the mean one are widened at the cost of all others. Layers are
    adapted from the input on, each to the outputs of the adapted layers before it.

    Parameters
    ----------
    network : KAN
        The network, which is not changed.
    x : array_like, shape (N, n_in)
        Inputs, which determine the activations.
    eps : float
        From 0, for the same number of activations in each interval, to 1, for evenly spaced knots.
        For smooth functions the fine grids of lesson 08 are most accurate with 1.
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
    inputs = as_array("x", x, ("N", as_kan(network).widths[0]))
    eps = as_number("eps", eps, 0.0, 1.0)
    margin = as_number("margin", margin, 0.0)
    layers, activations = [], inputs
    for layer in network.layers:
        if isinstance(layer, KANLayer) and not isinstance(layer, TiedLayer):
            layer, _ = _on(layer, _adapted(layer.basis, activations, eps, margin))  # noqa: PLW2901
        layers.append(layer)
        activations, _ = layer.forward(activations)
    result = KAN.from_layers(layers)
    if not return_change:
        return result
    return result, float(np.sqrt(np.mean((activations - network(inputs)) ** 2)))


def _adapted(basis: Basis, x: Array, eps: float, margin: float) -> Basis:
    """Return the basis around the activations x (N, n_in)."""
    low, high = x.min(axis=0), x.max(axis=0)
    width = basis.high - basis.low
    flat = high - low < NARROWEST * np.maximum(width, np.maximum(np.abs(low), np.abs(high)))
    middle = 0.5 * (low + high)
    half = np.where(
        flat, np.maximum(0.5 * width, NARROWEST * np.abs(middle)), (0.5 + margin) * (high - low)
    )
    low, high = middle - half, middle + half
    if isinstance(basis, ScaledBasis):
        return basis.moved(low, high)
    splines = _splines(basis)
    evenly = np.where(flat, 1.0, eps)  # (n_in,)
    return BSplineBasis(_adapted_knots(splines, x, low, high, evenly), splines.degree)


def _adapted_knots(basis: BSplineBasis, x: Array, low: Array, high: Array, eps: Array) -> Array:
    """Return knots (n_in, G + 2k + 1) between these ends, with an eps for each input."""
    G, k = basis.grid_size, basis.degree
    shares = np.linspace(0.0, 1.0, G + 1)
    uniform = low + (high - low) * shares[:, None]  # (G+1, n_in)
    quantiles = np.quantile(x, shares, axis=0)
    quantiles[0], quantiles[-1] = low, high
    h = (high - low) / G
    gaps = np.maximum(np.diff(eps * uniform + (1.0 - eps) * quantiles, axis=0), SMALLEST_GAP * h)
    inner = low + np.cumsum(gaps, axis=0)[:-1] * ((high - low) / gaps.sum(axis=0))
    outer = h * np.arange(1, k + 1)[:, None]  # (k, n_in)
    return np.vstack([low - outer[::-1], low, inner, high, high + outer]).T.copy()


@overload
def refine(
    network: KAN, grid_size: int | Sequence[int], return_change: Literal[False] = ...
) -> KAN: ...


@overload
def refine(
    network: KAN, grid_size: int | Sequence[int], return_change: Literal[True]
) -> tuple[KAN, float]: ...


def refine(
    network: KAN, grid_size: int | Sequence[int], return_change: bool = False
) -> KAN | tuple[KAN, float]:
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
    layers, change = [], 0.0
    depth = sum(isinstance(layer, KANLayer) for layer in as_kan(network).layers)
    sizes = iter(per_layer("grid_size", grid_size, depth, 1))
    for layer in network.layers:
        if isinstance(layer, KANLayer):
            layer, worst = _on(layer, _refined(layer.basis, next(sizes)))  # noqa: PLW2901
            change = max(change, worst)
        layers.append(layer)
    refined = KAN.from_layers(layers)
    return (refined, change) if return_change else refined


def _refined(basis: Basis, G: int) -> Basis:
    """Return the basis with G intervals, or with G functions."""
    if isinstance(basis, ScaledBasis):
        return replace(basis, size=G)
    splines = _splines(basis)
    return BSplineBasis(_refined_knots(splines, G), splines.degree)


def _refined_knots(basis: BSplineBasis, G: int) -> Array:
    """Return knots with G intervals, spread like the present ones; the outer k stay."""
    k, old = basis.degree, basis.grid_size
    inner = basis.knots[:, k : k + old + 1]  # (n_in, old+1)
    index = np.arange(G + 1) * (old / G)
    grid = np.stack([np.interp(index, np.arange(old + 1), row) for row in inner])  # (n_in, G+1)
    if G % old == 0:
        grid[:, :: G // old] = inner  # not even a rounding error
    grid[:, -1] = inner[:, -1]
    return np.hstack([basis.knots[:, :k], grid, basis.knots[:, k + old + 1 :]])


def _on(layer: KANLayer, new: Basis) -> tuple[KANLayer, float]:
    """Return the layer on another basis of the same kind, and the largest change of an edge."""
    old = layer.basis
    if isinstance(old, ScaledBasis) and isinstance(new, ScaledBasis):
        coef, change = project(layer.coef, old, new)
    else:
        coef, change = _on_knots(layer.coef, _splines(old), _splines(new))
    return replace(layer, basis=new, coef=coef), change


def _on_knots(coef: Array, old: BSplineBasis, new: BSplineBasis) -> tuple[Array, float]:
    """Return the coefficients (n_out, n_in, G + k) on other knots, and the largest change."""
    k, old_G, G = old.degree, old.grid_size, new.grid_size
    kept = np.r_[0:k, k : k + G + 1 : max(G // old_G, 1), k + G + 1 : G + 2 * k + 1]
    nested = G % old_G == 0 and np.array_equal(new.knots[:, kept], old.knots)
    found, change = np.empty((*coef.shape[:2], G + k)), 0.0
    for i in range(old.n_in):
        if nested:
            found[:, i] = refine_spline(coef[:, i], old.knots[i], new.knots[i], k)
        else:
            found[:, i], worst = project_spline(coef[:, i], old.knots[i], new.knots[i], k)
            change = max(change, float(worst.max()))
    return found, change


def _splines(basis: Basis) -> BSplineBasis:
    if not isinstance(basis, BSplineBasis):
        raise TypeError(
            "network must be made of B-splines, or of another basis of the library, to change its"
            f" grids, but has a {type(basis).__name__}"
        )
    return basis
