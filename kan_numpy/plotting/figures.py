r"""Networks, basis functions and training histories as figures.

A network is drawn with its inputs at the bottom and its outputs at the top. Every active edge has a
small frame that shows :math:`\phi_{o,i}` over the values of its input node, each with its own
scale. One wire leads to it from the input node, another from it to the output node, where a +
denotes the sum. A × denotes a product, with wires from its factors. Splines are blue. A symbolic
edge is orange, with the name of its function beside it. Tied edges are green, with the number of
their lock. The opacity of frame, curve and wires is

.. math:: \alpha_{o,i} = \tanh\Big(\beta\, \frac{|\phi_{o,i}|_1}{\max |\phi|_1}\Big),

with the largest score of the layer in the denominator. The paper has :math:`\tanh(\beta A)` with
the magnitude A of the edge (arXiv 2404.19756, sec. 2.5.1); dividing makes the picture independent
of the units of the nodes.

Figures are made without pyplot: no window opens, nothing has to be closed, and ``savefig``
writes them as .pdf, .svg or .png.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kan_numpy._arguments import as_flag, as_instance, as_text
from kan_numpy._arrays import Array
from kan_numpy._validation import as_count, as_number
from kan_numpy.networks.checks import checked_inputs
from kan_numpy.networks.kan import KAN
from kan_numpy.plotting.diagram import edges_of, limits_of, names_of, places_of
from kan_numpy.plotting.drawing import (
    BLUE,
    GREEN,
    ORANGE,
    canvas_for,
    draw_edges,
    draw_names,
    draw_nodes,
    draw_ranges,
)
from kan_numpy.splines.bsplines import bspline_basis
from kan_numpy.splines.knots import as_knots

__all__ = ["DRAWN", "LABELED", "plot", "plot_basis", "plot_history"]

SHADE = "0.93"

LABELED = 20
"""The largest number of basis functions that are labeled."""

DRAWN = ("step", "train_loss", "validation_loss", "outside", "grid_change")
"""The columns of a history that are drawn."""


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

    is the opacity of an edge, see `kan_numpy.plotting.figures` (arXiv 2404.19756, sec. 2.5.1).

    Parameters
    ----------
    network : KAN
        The network.
    x : array_like, shape (N, n_in)
        Inputs, which determine the range of each curve, and the scores.
    beta : float
        Above 0; the larger, the more visible are the weak edges.
    inputs : sequence of str, optional
        Names of the inputs, which may hold mathtext; by default ``"$x_{1}$"`` and so on.
    outputs : sequence of str, optional
        Names of the outputs, likewise; by default ``"$y_{1}$"`` and so on.
    ranges : bool
        Whether the ends of the axes of each frame are written.
    title : str, optional
        The title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
        Save it with ``figure.savefig("network.pdf")``.

    Raises
    ------
    ValueError
        If x has another shape or is not finite, beta is not above 0, or a list of names has another
        length.
    TypeError
        If network is not a KAN, x does not hold real numbers, or a name is not a text.

    Notes
    -----
    The collections with the gid "frames" and "curves" hold one line for each active edge: layer
    after layer, row after row of ``layer.active``. "wires" holds two for each, in and out. The
    texts with the gid "edge names" are those of symbols and locks.

    Examples
    --------
    The names of a figure: of the symbolic edges, of the inputs and of the output.

    >>> import kan_numpy as kn
    >>> net = kn.from_formula("sin(x) + exp(y)", ["x", "y"])
    >>> figure = kn.plot(net, [[-1.0, -1.0], [1.0, 1.0]], inputs=["time", "mass"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['sin', 'exp', 'time', 'mass', '$y$']
    """
    points = checked_inputs(network, x)
    beta = as_number("beta", beta, 0.0, include_low=False)
    below = names_of("inputs", inputs, network.widths[0], "x")
    above = names_of("outputs", outputs, network.widths[-1], "y")
    heading = "" if title is None else as_text("title", title)
    ranges, places = as_flag("ranges", ranges), places_of(network)
    figure, axes, unit = canvas_for(places, below, above, heading, ranges)
    edges = list(edges_of(network, points, beta, places, limits_of(network, points)))
    draw_edges(axes, edges, places, unit)
    draw_nodes(axes, network, places, unit)
    draw_names(axes, places[0].inputs, below, unit, "top")
    draw_names(axes, places[-1].outputs, above, unit, "bottom")
    if ranges:
        draw_ranges(axes, edges, unit)
    return figure


def plot_basis(knots: npt.ArrayLike, degree: int) -> Figure:
    r"""Draw all B-spline basis functions on given knots, and their sum.

    .. math:: B_{j,k}(x), \quad j = 0 \dots G + k - 1, \qquad \sum_j B_{j,k}(x)

    Parameters
    ----------
    knots : array_like, shape (G + 2k + 1,)
        Non-decreasing. The grid is shaded; a repeated knot has one mark for each repetition.
    degree : int
        k, at least 0.

    Returns
    -------
    matplotlib.figure.Figure
        With a line for each basis function, whose gid is ``"B_0"`` and so on.

    Raises
    ------
    ValueError
        If the knots decrease, are not finite or enclose no grid, or degree is below 0.
    TypeError
        If degree is not a whole number, or knots does not hold real numbers.

    Examples
    --------
    Hat functions on two intervals:

    >>> import kan_numpy as kn
    >>> figure = kn.plot_basis(kn.uniform_knots(-1, 1, grid_size=2, degree=1), degree=1)
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['$B_{0}$', '$B_{1}$', '$B_{2}$']
    """
    k = as_count("degree", degree, 0)
    t = as_knots("knots", knots, k, ("G+2k+1",))
    # Interval by interval, each without its right end, so that jumps are drawn at the knots.
    x = np.concatenate([np.linspace(a, np.nextafter(b, a), 50) for a, b in pairwise(np.unique(t))])
    B = bspline_basis(x, t, k)  # (N, G+k)
    figure, (axes,) = _panels(1, (9, 4))
    axes.axvspan(t[k], t[-k - 1], color=SHADE, label="grid", gid="grid")
    axes.plot(x, B.sum(axis=1), ":", color="black", zorder=3, label=r"$\sum_j B_j$")
    for j, values in enumerate(B.T):
        shade = colormaps["viridis"](0.9 * j / B.shape[1])
        support = (x >= t[j]) & (x < t[j + k + 1])
        axes.plot(x[support], values[support], color=shade, gid=f"B_{j}")
        if B.shape[1] <= LABELED:
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
    """Draw the losses of a training run, and the fraction of activations outside the grids.

    Parameters
    ----------
    history : dict of list
        ``FitResult.history``, with at least one step. Dashed lines mark the steps before which the
        grids changed the outputs.

    Returns
    -------
    matplotlib.figure.Figure
        With two axes, one below the other.

    Raises
    ------
    ValueError
        If a column is missing, or the history is empty.
    TypeError
        If history is not a dict.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> net = kn.KAN([1, 1], rng=0)
    >>> result = kn.fit(net, [[-1.0], [0.0], [1.0]], [[1.0], [0.0], [1.0]], steps=3)
    >>> figure = kn.plot_history(result.history)
    >>> [axes.get_ylabel() for axes in figure.axes]
    ['loss', 'outside the grids (%)']
    """
    step, train, check, outside, change = _history(history)
    figure, (above, below) = _panels(2, (9, 5.5))
    above.semilogy(step, train, color=BLUE, label="training")
    if np.isfinite(check).any():
        above.semilogy(step, check, color=ORANGE, label="validation")
    below.plot(step, 100 * outside, color=GREEN)
    for axes in (above, below):
        # The grids change before a step: between the loss before and the loss after it.
        for index, s in enumerate(step[change > 0]):
            label = "grids changed" if index == 0 else None
            axes.axvline(s - 0.5, color="0.5", linestyle="--", linewidth=1, label=label)
    above.set_ylabel("loss")
    above.legend()
    below.set(xlabel="step", ylabel="outside the grids (%)")
    below.set_ylim(bottom=0)
    return figure


def _history(history: object) -> list[Array]:
    """Return the columns of a history that are drawn."""
    columns = as_instance("history", history, Mapping, "a dict, as in fit(...).history")
    missing = [name for name in DRAWN if name not in columns]
    if missing:
        raise ValueError(f"history has no {missing[0]!r}; give the history of a FitResult")
    if not len(columns["step"]):
        raise ValueError("history is empty: fit took no steps")
    return [np.asarray(columns[name], dtype=np.float64) for name in DRAWN]


def _panels(count: int, size: tuple[float, float]) -> tuple[Figure, list[Axes]]:
    """Return a figure and its axes, one below the other, with a common axis of x."""
    figure = Figure(figsize=size, layout="constrained")
    return figure, list(figure.subplots(count, 1, sharex=True, squeeze=False)[:, 0])
