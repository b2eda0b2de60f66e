r"""Networks, basis functions and training histories as figures.

A network is drawn with its inputs at the bottom and its outputs at the top. Every active edge has a
small frame, which shows :math:`\phi_{o,i}` over the values that its input node takes, in a scale of
its own. A wire comes in from the input node, another goes out to the output node, where a + stands
for the sum. A × stands for a product, with wires from its factors. The opacity of frame, curve and
wires is

.. math:: \alpha_{o,i} = \tanh\Big(\beta\, \frac{|\phi_{o,i}|_1}{\max |\phi|_1}\Big),

with the largest score of the layer in the denominator. The paper has :math:`\tanh(\beta A)` with
the bare magnitude A of the edge (arXiv 2404.19756, sec. 2.5.1); dividing makes the picture
independent of the units of the nodes.

All frames lie in one pair of axes, and all lines of one kind are one artist: this is what makes
large networks quick to draw. Figures know nothing of pyplot: no window opens, nothing has to be
closed, and `Figure.savefig` writes them as .pdf, .svg or .png.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from kan_numpy._validation import Array, as_count, as_knots, as_number
from kan_numpy.bsplines import bspline_basis
from kan_numpy.diagram import Edge, Place, edges_of, names_of, places_of, products_of, width_of
from kan_numpy.network import KAN
from kan_numpy.scores import checked_inputs

BLUE, ORANGE, GREEN, SHADE = "#0072b2", "#d55e00", "#009e73", "0.93"

WIDEST = 200.0
"""Inches of the widest figure: more would be more pixels than a .png can have."""

LETTER = 0.1
"""Inches that a letter of a name takes, about."""

LABELLED = 20
"""Up to so many basis functions are labelled."""

DRAWN = ("step", "train_loss", "validation_loss", "outside", "grid_change")
"""What of a history is drawn."""


def plot(
    network: KAN,
    x: npt.ArrayLike,
    beta: float = 3.0,
    inputs: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
    ranges: bool = False,
    title: str | None = None,
) -> Figure:
    r"""Draw a network as a diagram, with the function of every edge.

    .. math:: \alpha_{o,i} = \tanh(\beta\, |\phi_{o,i}|_1 / \max |\phi|_1)

    is the opacity of an edge, see `kan_numpy.plotting` (arXiv 2404.19756, sec. 2.5.1).

    Parameters
    ----------
    network : KAN
        The network.
    x : array_like, shape (N, n_in)
        Inputs; they decide over which range each function is drawn, and the scores.
    beta : float
        The larger, the more of the weak edges can be seen; above 0.
    inputs : sequence of str, optional
        Names of the inputs, which may hold mathtext; by default ``"$x_{1}$"`` and so on.
    outputs : sequence of str, optional
        Names of the outputs, likewise.
    ranges : bool
        Whether each frame shows where its axes begin and end.
    title : str, optional
        What to write on top.

    Returns
    -------
    matplotlib.figure.Figure
        Save it with ``figure.savefig("network.pdf")``.

    Raises
    ------
    ValueError, TypeError
        If an argument does not make sense; the message says which and why.

    Notes
    -----
    The collections with the gid "frames" and "curves" hold one line for each active edge: layer
    after layer, row after row of ``layer.active``. "wires" holds two for each, in and out.

    Examples
    --------
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> net, x = kn.KAN([2, 5, 1], rng=0), np.random.default_rng(0).uniform(-1, 1, (100, 2))
    >>> figure = kn.plot(net, x, inputs=["time", "mass"], title="Not yet trained")
    """
    points = checked_inputs(network, x)
    beta = as_number("beta", beta, 0.0, include_low=False)
    below = names_of("inputs", inputs, network.widths[0], "x")
    above = names_of("outputs", outputs, network.widths[-1], "y")
    places = places_of(network)
    figure, axes, unit = _canvas(places, below, above, title or "", ranges)
    edges = list(edges_of(network, points, beta, places))
    _draw_lines(axes, edges, unit)
    _draw_nodes(axes, network, places, unit)
    _draw_names(axes, places[0].inputs, below, unit, "top")
    _draw_names(axes, places[-1].outputs, above, unit, "bottom")
    if ranges:
        _draw_ranges(axes, edges, unit)
    return figure


def _canvas(
    places: list[Place], below: list[str], above: list[str], title: str, ranges: bool
) -> tuple[Figure, Axes, float]:
    """Return a figure with empty axes of its size, and the inches of a unit."""
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
    """Return how long names are, in inches, that do not fit side by side into the room, or 0."""
    plain = [re.sub(r"[${}_^]", "", re.sub(r"\\[a-zA-Z]+", "a", name)) for name in names]
    longest = LETTER * max(map(len, plain))
    return longest if len(names) > 1 and len(names) * (longest + LETTER) > room else 0.0


def _draw_lines(axes: Axes, edges: list[Edge], unit: float) -> None:
    wires = [wire for edge in edges for wire in edge.wires]
    alphas = [edge.alpha for edge in edges]
    for gid, lines, opacity, color, thickness in (
        ("wires", wires, np.repeat(alphas, 2), "black", 0.8),
        ("frames", [edge.frame for edge in edges], alphas, "black", 0.8),
        ("curves", [edge.curve for edge in edges], alphas, BLUE, 1.8),
    ):
        colors = [to_rgba(color, alpha) for alpha in opacity]
        widths = thickness * (0.4 + 0.6 * unit)
        drawn = LineCollection(lines, colors=colors, linewidths=widths, gid=gid)
        axes.add_collection(drawn, autolim=False)


def _draw_nodes(axes: Axes, network: KAN, places: list[Place], unit: float) -> None:
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


def _draw_names(axes: Axes, nodes: Array, names: list[str], unit: float, va: str) -> None:
    rotation = 90 if _turned(names, unit * width_of(nodes)) else 0
    away = 0.14 / unit if va == "bottom" else -0.14 / unit
    for (x, y), name in zip(nodes, names, strict=True):
        axes.text(x, y + away, name, ha="center", va=va, rotation=rotation, size=13)


def _draw_ranges(axes: Axes, edges: list[Edge], unit: float) -> None:
    """Write where the axes of each frame begin and end: x below it, y to its left."""
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


def plot_basis(knots: npt.ArrayLike, degree: int) -> Figure:
    r"""Draw all B-spline basis functions on one set of knots, and their sum.

    .. math:: B_{j,k}(x), \quad j = 0 \dots G + k - 1, \qquad \sum_j B_{j,k}(x)

    Parameters
    ----------
    knots : array_like, shape (G + 2k + 1,)
        Non-decreasing. The grid is shaded; a repeated knot has a taller stack of marks.
    degree : int
        k, at least 0.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError, TypeError
        If the knots decrease or enclose no grid, or an argument does not make sense.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> figure = kn.plot_basis(kn.uniform_knots(-1, 1, grid_size=5, degree=3), degree=3)
    """
    k = as_count("degree", degree, 0)
    t = as_knots("knots", knots, k, ("G+2k+1",))
    # Interval by interval, each without its right end, so that jumps are drawn where they are.
    x = np.concatenate([np.linspace(a, np.nextafter(b, a), 50) for a, b in pairwise(np.unique(t))])
    B = bspline_basis(x, t, k)  # (N, G+k)
    figure, (axes,) = _panels(1, (9, 4))
    axes.axvspan(t[k], t[-k - 1], color=SHADE, label="grid", gid="grid")
    axes.plot(x, B.sum(axis=1), ":", color="black", zorder=3, label=r"$\sum_j B_j$")
    for j, values in enumerate(B.T):
        shade = colormaps["viridis"](0.9 * j / B.shape[1])
        support = (x >= t[j]) & (x < t[j + k + 1])
        axes.plot(x[support], values[support], color=shade, gid=f"B_{j}")
        if B.shape[1] <= LABELLED:
            top = x[values == values.max()].mean()
            axes.text(top, values.max(), f"$B_{{{j}}}$", color=shade, ha="center", va="bottom")
    repeat = np.arange(len(t)) - np.searchsorted(t, t)  # (G+2k+1,) 0, 1, ... among equal knots
    heights = -0.03 * (repeat + 1)
    axes.plot(t, heights, "^", color=ORANGE, markersize=5, label="knots $t$", gid="knots")
    axes.set(xlabel="$x$", ylabel="$B_j(x)$")
    axes.margins(y=0.1)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def plot_history(history: Mapping[str, Sequence[float]]) -> Figure:
    """Draw the losses of a training run, and the share of activations outside the grids.

    Parameters
    ----------
    history : dict of list
        ``FitResult.history``, with at least one step. Dashed lines mark the steps before which the
        grids changed the outputs.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError, TypeError
        If this is no history, or an empty one.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> net = kn.KAN([1, 1], rng=0)
    >>> result = kn.fit(net, [[-1.0], [0.0], [1.0]], [[1.0], [0.0], [1.0]], steps=3)
    >>> figure = kn.plot_history(result.history)
    """
    step, train, check, outside, change = _history(history)
    figure, (above, below) = _panels(2, (9, 5.5))
    above.semilogy(step, train, color=BLUE, label="training")
    if np.isfinite(check).any():
        above.semilogy(step, check, color=ORANGE, label="validation")
    below.plot(step, 100 * outside, color=GREEN)
    for axes in (above, below):
        # The grids change before a step: between the loss before and the loss after it.
        for at, s in enumerate(step[change > 0]):
            label = "grids changed" if at == 0 else None
            axes.axvline(s - 0.5, color="0.5", linestyle="--", linewidth=1, label=label)
    above.set_ylabel("loss")
    above.legend()
    below.set(xlabel="step", ylabel="outside the grids (%)")
    below.set_ylim(bottom=0)
    return figure


def _history(history: object) -> list[Array]:
    """Return the columns of a history that are drawn."""
    if not isinstance(history, Mapping):
        raise TypeError(
            f"history must be a dict, as in fit(...).history, but is {type(history).__name__}"
        )
    missing = [name for name in DRAWN if name not in history]
    if missing:
        raise ValueError(f"history has no {missing[0]!r}; give the history of a FitResult")
    if not len(history["step"]):
        raise ValueError("history is empty: fit took no steps")
    return [np.asarray(history[name], dtype=np.float64) for name in DRAWN]


def _panels(count: int, size: tuple[float, float]) -> tuple[Figure, list[Axes]]:
    """Return a figure and its axes, one below the other, with one axis of x."""
    figure = Figure(figsize=size, layout="constrained")
    return figure, list(figure.subplots(count, 1, sharex=True, squeeze=False)[:, 0])
