r"""The layout of the diagram of a network: positions of nodes, frames, curves and wires.

Levels lie one above the other, inputs at the bottom. The frames of the edges from input node i lie
above it, ordered by their output nodes; where a layer has more than `ROW` frames they are stacked,
and the wires run between the stacks. A factor and its product are joined by a wire only. Lengths
are in units of the square that each frame occupies.

A curve is drawn over the values of its input node. The `Limits` of its frame are the range of the
curve, or a common range if several networks are compared.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from kan_numpy._arguments import as_list, as_text
from kan_numpy._arrays import Array
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.layers.product_layer import ProductLayer
from kan_numpy.networks.kan import KAN
from kan_numpy.sparsity.edge_scores import edge_scores

__all__ = ["FRAME", "LANES", "POINTS", "ROUNDING", "ROW", "DrawnEdge", "Limits", "Place"]
__all__ += ["common_limits", "edges_of", "gap_of", "limits_of", "names_of", "places_of"]
__all__ += ["products_of", "width_of"]

POINTS = 201
"""The number of points of a curve."""

FRAME = 0.34
"""Half the side of a frame, in units."""

LANES = (0.48, 0.65)
"""The distances of the wires from the middle of a stack, in units."""

ROW = 20
"""The number of frames side by side in a layer, or one for each input if there are more."""

ROUNDING = 1e-12
"""Values that vary by less than this fraction of their size are constant, up to rounding."""


class Place(NamedTuple):
    """The positions of the nodes and the frames of one layer, in units."""

    inputs: Array  # (n_in, 2)
    outputs: Array  # (n_out, 2)
    centers: Array  # (n_out, n_in, 2) of the frames; empty if the layer multiplies
    rows: int  # of the stack of frames over each input; 0 if the layer multiplies


class Limits(NamedTuple):
    """The axes of the frames of one layer."""

    left: Array  # (n_in,)
    right: Array  # (n_in,)
    bottom: Array  # (n_out, n_in)
    top: Array  # (n_out, n_in)


class DrawnEdge(NamedTuple):
    """One active edge as lines, in units, and the texts beside its frame."""

    wires: tuple[Array, Array]  # in and out, (points, 2) each
    frame: Array  # (5, 2)
    curve: Array  # (POINTS, 2)
    alpha: float
    kind: str  # spline, symbol or lock
    name: str  # of its symbol or its lock
    stacked: bool  # whether other frames lie above or below its own
    x_ends: list[str]  # left, right
    y_ends: list[str]  # bottom, top


def places_of(network: KAN) -> list[Place]:
    """Return the layout of a network, as wide as its widest layer."""
    widths, layers = network.widths, list(pairwise(network.widths))
    rows = [0] * len(network.layers)
    for l, layer in network.kan_layers:
        rows[l] = -(-layer.n_out // max(1, ROW // layer.n_in))
    columns = [-(-n_out // r) if r else 1 for (_, n_out), r in zip(layers, rows, strict=True)]
    steps = [1.0 if r <= 1 else 2 * LANES[1] for r in rows]
    # Half a unit between the frames of one input and those of the next.
    groups = [c * step + 0.5 for c, step in zip(columns, steps, strict=True)]
    width = max(*(n * group for n, group in zip(widths, groups, strict=False)), *widths)
    fan = min(0.5 + 0.05 * width, 1.6)  # room for the wires to spread
    tops = np.cumsum([0.0, *(r + 2 * fan if r else fan for r in rows)])
    levels = [
        np.column_stack([(np.arange(n) + 0.5) * width / n, np.full(n, top)])
        for n, top in zip(widths, tops, strict=True)
    ]
    places = []
    for index, (below, above) in enumerate(pairwise(levels)):
        o, r = np.arange(len(above))[:, None], rows[index]
        if r == 0:
            places.append(Place(below, above, np.empty((0, 0, 2)), 0))
            continue
        step = steps[index] * min(width / len(below) / groups[index], 1.5)
        across = below[:, 0] + (o // r - (columns[index] - 1) / 2) * step  # (n_out, n_in)
        up = np.broadcast_to(below[0, 1] + fan + 0.5 + o % r, across.shape)
        places.append(Place(below, above, np.stack([across, up], axis=-1), r))
    return places


def limits_of(network: KAN, x: Array) -> list[Limits | None]:
    """Return the axes of the frames of each layer for inputs x (N, n_in); None for products."""
    return [
        None
        if curves is None
        else Limits(*curves[:2], curves[2].min(axis=0), curves[2].max(axis=0))
        for curves in _curves(network, x)
    ]


def common_limits(networks: Iterable[KAN], x: Array) -> list[Limits | None]:
    """Return axes of the frames that fit all of these networks, for inputs x (N, n_in)."""

    def both(one: Limits | None, other: Limits | None) -> Limits | None:
        if one is None or other is None:
            return None
        extremes = (np.minimum, np.maximum, np.minimum, np.maximum)
        return Limits(*(f(a, b) for f, a, b in zip(extremes, one, other, strict=True)))

    first, *others = (limits_of(network, x) for network in networks)
    for limits in others:
        first = [both(one, other) for one, other in zip(first, limits, strict=True)]
    return first


def edges_of(
    network: KAN, x: Array, beta: float, places: list[Place], limits: list[Limits | None]
) -> Iterator[DrawnEdge]:
    """Yield the active edges, each with its curve over the values of its node for x (N, n_in)."""
    square = FRAME * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])
    parts = zip(
        network.layers, places, edge_scores(network, x), _curves(network, x), limits, strict=True
    )
    for layer, place, score, curves, shown in parts:
        if isinstance(layer, ProductLayer) or curves is None or shown is None:
            continue
        alpha = np.tanh(beta * score / (score.max() or 1.0))  # (n_out, n_in)
        names = _names(layer)
        low, high, phi = curves
        for o, i in np.argwhere(layer.active):
            ends = shown.left[i], shown.right[i]
            across = FRAME * _stretched(np.linspace(low[i], high[i], POINTS), *ends)
            up = 0.85 * FRAME * _stretched(phi[:, o, i], shown.bottom[o, i], shown.top[o, i])
            kind, name = names.get((o, i), ("spline", ""))
            yield DrawnEdge(
                wires=_wires(place, o, i),
                frame=place.centers[o, i] + square,
                curve=place.centers[o, i] + np.column_stack([across, up]),
                alpha=float(alpha[o, i]),
                kind=kind,
                name=name,
                stacked=place.rows > 1,
                x_ends=_rounded(*ends),
                y_ends=_rounded(shown.bottom[o, i], shown.top[o, i]),
            )


def products_of(network: KAN, places: list[Place]) -> tuple[list[Array], Array, Array]:
    """Return the wires (2, 2) from factors, the products (n, 2) and the nodes passed on (n, 2)."""
    wires, products, passed = [], [np.empty((0, 2))], [np.empty((0, 2))]
    for layer, place in zip(network.layers, places, strict=True):
        if place.rows == 0:
            wires += [
                np.array([place.inputs[i], place.outputs[o]]) for o, i in np.argwhere(layer.active)
            ]
            several = layer.active.sum(axis=1) > 1  # (n_out,)
            products.append(place.outputs[several])
            passed.append(place.outputs[~several])
    return wires, np.concatenate(products), np.concatenate(passed)


def _curves(network: KAN, x: Array) -> Iterator[tuple[Array, Array, Array] | None]:
    """Yield the ends of the curves, (n_in,) each, and their points (POINTS, n_out, n_in)."""
    kan_layers = dict(network.kan_layers)
    for l, cache in enumerate(network.forward(x)[1]):
        if l not in kan_layers:
            yield None
            continue
        low, high = _ends(cache.x)
        yield low, high, kan_layers[l].edges(np.linspace(low, high, POINTS))


def _names(layer: KANLayer) -> dict[tuple[int, int], tuple[str, str]]:
    """Return (kind, name) of the edges (out, inp) that are not plain splines."""
    names = {(edge.out, edge.inp): ("symbol", edge.symbol.name) for edge in layer.symbols}
    for index, lock in enumerate(layer.locks):
        names |= {edge: ("lock", f"lock {index + 1}") for edge in lock if layer.splines[edge]}
    return names


def _ends(x: Array) -> tuple[Array, Array]:
    """Return the range (n_in,) of each column of x (N, n_in), of length 1 around a constant."""
    low, high = x.min(axis=0), x.max(axis=0)
    widen = 0.5 * (high - low <= ROUNDING * np.maximum(np.abs(low), np.abs(high)))
    return low - widen, high + widen


def _stretched(values: Array, low: float, high: float) -> Array:
    """Return the values scaled from low ... high to -1 ... 1, or zeros if these are equal."""
    middle, half = (high + low) / 2, (high - low) / 2
    constant = half <= ROUNDING * max(abs(low), abs(high))
    return np.zeros_like(values) if constant else (values - middle) / half


def _wires(place: Place, o: int, i: int) -> tuple[Array, Array]:
    """Return both wires of an edge, (points, 2); in a stack they run beside the other frames."""
    start, end, (x, y) = place.inputs[i], place.outputs[o], place.centers[o, i]
    if place.rows == 1:
        return np.array([start, [x, y - FRAME]]), np.array([[x, y + FRAME], end])
    row = o % place.rows
    bottom, top = y - row - 0.5, y - row + place.rows - 0.5
    lanes = np.linspace(*LANES, place.rows + 1)
    # The more frames a wire passes, the further out it runs, so that wires do not cross there.
    left, right = x - lanes[row], x + lanes[place.rows - 1 - row]
    way_in = [start, [left, bottom], [left, y], [x - FRAME, y]]
    return np.array(way_in), np.array([[x + FRAME, y], [right, y], [right, top], end])


def _rounded(low: float, high: float) -> list[str]:
    """Return both ends of an axis as text, rounded to two digits of its length."""
    length = high - low or abs(low) or 1.0
    digits = 1 - math.floor(math.log10(length))
    return [f"{round(float(end), digits) + 0.0:.6g}" for end in (low, high)]


def gap_of(places: list[Place]) -> float:
    """Return the smallest distance between frames side by side, at most half a unit."""
    gaps = [0.5]
    for place in places:
        if place.rows == 1:
            gaps += [*np.diff(np.sort(place.centers[..., 0], axis=None)) - 2 * FRAME]
    return float(min(gaps))


def width_of(nodes: Array) -> float:
    """Return the width of the diagram, in units; nodes (n, 2) are centered in it."""
    return float(2 * nodes[:, 0].mean())


def names_of(name: str, names: object, count: int, letter: str) -> list[str]:
    """Return the names of ``count`` nodes, by default $x_1$, $x_2$, ..."""
    if names is None:
        numbered = [f"${letter}_{{{index}}}$" for index in range(1, count + 1)]
        return numbered if count > 1 else [f"${letter}$"]
    given = as_list(name, names, "a list of names")
    for index, text in enumerate(given):
        as_text(f"{name}[{index}]", text)
    if len(given) != count:
        raise ValueError(f"{name} must have {count} entries, one for each, but has {len(given)}")
    return given
