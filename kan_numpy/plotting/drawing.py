"""The diagram of a network as lines, markers and texts of Matplotlib.

All frames lie in one pair of axes, and all lines of one kind are one artist, which makes large
networks fast to draw. Figures are made without pyplot: no window opens, nothing has to be closed.
"""

from __future__ import annotations

import re
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from kan_numpy._arrays import Array
from kan_numpy.networks.kan import KAN
from kan_numpy.plotting.diagram import DrawnEdge, Place, gap_of, products_of, width_of

__all__ = ["COLORS", "LETTER", "WIDEST", "canvas_for", "draw_edges", "draw_names", "draw_nodes"]
__all__ += ["draw_ranges"]

BLUE, ORANGE, GREEN = "#0072b2", "#d55e00", "#009e73"

COLORS = {"spline": ("black", BLUE), "symbol": (ORANGE, ORANGE), "lock": (GREEN, GREEN)}
"""The colors of the frame and of the curve of each kind of edge."""

WIDEST = 200.0
"""The width of the widest figure in inches, limited by the pixels of a .png."""

LETTER = 0.1
"""The approximate width of a letter in inches."""


def canvas_for(
    places: list[Place], below: list[str], above: list[str], title: str, ranges: bool
) -> tuple[Figure, Axes, float]:
    """Return a figure, its axes, which are empty and fill it, and the inches of a unit."""
    width = width_of(places[0].inputs)
    height = places[-1].outputs[0, 1]
    unit = min(float(np.clip(12 / width, 0.8 if ranges else 0.55, 1.2)), WIDEST / width)
    foot, head = (0.55 + _turned(names, unit * width) for names in (below, above))
    head += 0.4 if title else 0.0
    size = (max(width * unit + 0.4, 4.0, 0.12 * len(title)), height * unit + foot + head)
    figure = Figure(figsize=size)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    left, bottom = (width - size[0] / unit) / 2, -foot / unit
    axes.set(xlim=(left, left + size[0] / unit), ylim=(bottom, bottom + size[1] / unit))
    if title:
        axes.text(width / 2, height + (head - 0.15) / unit, title, ha="center", va="top", size=14)
    return figure, axes, unit


def _turned(names: list[str], room: float) -> float:
    """Return the length of names in inches if they must be rotated to fit into the room, else 0."""
    plain = [re.sub(r"[${}_^]", "", re.sub(r"\\[a-zA-Z]+", "a", name)) for name in names]
    longest = LETTER * max(map(len, plain))
    return longest if len(names) > 1 and len(names) * (longest + LETTER) > room else 0.0


def draw_edges(
    axes: Axes, edges: list[DrawnEdge], places: list[Place], unit: float
) -> list[Artist]:
    """Draw wires, frames, curves, and the names of symbols and locks; return the artists."""
    alphas = [edge.alpha for edge in edges]
    frames, curves = zip(*(COLORS[edge.kind] for edge in edges), strict=True)
    drawn: list[Artist] = []
    for gid, lines, opacity, colors, thickness in (
        ("wires", [w for edge in edges for w in edge.wires], np.repeat(alphas, 2), ["black"], 0.8),
        ("frames", [edge.frame for edge in edges], alphas, frames, 0.8),
        ("curves", [edge.curve for edge in edges], alphas, curves, 1.8),
    ):
        shades = [to_rgba(color, alpha) for color, alpha in zip(cycle(colors), opacity)]
        widths = thickness * (0.4 + 0.6 * unit)
        collection = LineCollection(lines, colors=shades, linewidths=widths, gid=gid)
        drawn.append(axes.add_collection(collection, autolim=False))
    return drawn + _draw_edge_names(axes, edges, gap_of(places), unit)


def _draw_edge_names(axes: Axes, edges: list[DrawnEdge], gap: float, unit: float) -> list[Artist]:
    """Write the names of edges, with the opacity of the edges.

    They are placed to the right of the frames, rotated if there is no room for them, and above
    stacked frames, which have wires beside them.
    """
    named = [edge for edge in edges if edge.name]
    size, away = 5 + 5 * unit, 0.05 / unit
    drawn: list[Artist] = []
    for edge in named:
        middle, (right, top) = edge.frame[:4].mean(axis=0), edge.frame[2]
        at = right + away, top
        style: dict[str, Any] = {"size": size, "ha": "left", "va": "top"}
        if edge.stacked:
            at = middle[0], top + 0.4 * away
            style = {"size": 0.8 * size, "ha": "center", "va": "bottom"}
        elif 0.008 * size * len(edge.name) > gap * unit:
            at, style = (right + away, middle[1]), style | {"va": "center", "rotation": 90}
        math = re.fullmatch(r"[x\d/^().+-]+", edge.name) is not None
        name = "$" + re.sub(r"\^([\d.]+)", r"^{\1}", edge.name) + "$" if math else edge.name
        text = axes.text(*at, name, **style, parse_math=math, gid="edge names")
        text.set(color=COLORS[edge.kind][1], alpha=edge.alpha)
        drawn.append(text)
    return drawn


def draw_nodes(axes: Axes, network: KAN, places: list[Place], unit: float) -> None:
    """Draw the inputs, the sums and the products, and the wires from factors to products."""
    wires, products, passed = products_of(network, places)
    factors = LineCollection(wires, colors="black", linewidths=0.4 + 0.6 * unit, gid="factors")
    axes.add_collection(factors, autolim=False)
    sums = np.concatenate([place.outputs for place in places if place.rows])
    size = 4 + 8 * unit
    for gid, nodes, mark, color, share in (
        ("inputs", places[0].inputs, "o", "black", 0.6),
        ("passed", passed, "o", "black", 0.6),
        ("sums", sums, "o", "black", 1.0),
        ("signs", sums, "+", "white", 0.6),
        ("products", products, "o", "black", 1.0),
        ("crosses", products, "x", "white", 0.5),
    ):
        axes.plot(*nodes.T, mark, color=color, markersize=share * size, mew=1.2, zorder=3, gid=gid)


def draw_names(axes: Axes, nodes: Array, names: list[str], unit: float, va: str) -> None:
    """Write the names of the inputs below (va is "top") or of the outputs above their nodes."""
    rotation = 90 if _turned(names, unit * width_of(nodes)) else 0
    away = 0.14 / unit if va == "bottom" else -0.14 / unit
    for (x, y), name in zip(nodes, names, strict=True):
        axes.text(x, y + away, name, ha="center", va=va, rotation=rotation, size=13)


def draw_ranges(axes: Axes, edges: list[DrawnEdge], unit: float) -> None:
    """Write the ends of the axes of each frame: x below it, y to its left."""
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.4}
    style: dict[str, Any] = {"size": 4 + 3 * unit, "rotation_mode": "anchor", "bbox": paper}
    away = 0.035 / unit
    for edge in edges:
        corners = edge.frame[[0, 2]]  # lower left, upper right
        for (x, y), ha, across, up in zip(
            corners, ("left", "right"), edge.x_ends, edge.y_ends, strict=True
        ):
            axes.text(x, corners[0, 1] - away, across, ha=ha, va="top", **style)
            axes.text(corners[0, 0] - away, y, up, ha=ha, va="bottom", rotation=90, **style)
