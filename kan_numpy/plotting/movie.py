"""A movie of training: networks recorded during training, and drawn one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy.typing as npt
from matplotlib.animation import FuncAnimation
from matplotlib.artist import Artist

from kan_numpy._arguments import as_instance, as_list
from kan_numpy._validation import as_count, as_number
from kan_numpy.networks.checks import checked_inputs
from kan_numpy.networks.kan import KAN
from kan_numpy.plotting.diagram import common_limits, edges_of, names_of, places_of
from kan_numpy.plotting.drawing import canvas_for, draw_edges, draw_names, draw_nodes

__all__ = ["Recorder", "plot_movie", "record"]


@dataclass(frozen=True)
class Recorder:
    """A callback of `fit` that records networks, from `record`."""

    every: int  # record after each step that this divides
    networks: list[KAN] = field(default_factory=list)  # in the order of training
    steps: list[int] = field(default_factory=list)  # the step after which each was recorded

    def __call__(self, step: int, network: KAN, _: object = None) -> None:
        """Record the network after every so many steps; `fit` calls this after each step."""
        if step % self.every == 0:
            self.networks.append(network)
            self.steps.append(step)


def record(every: int = 1) -> Recorder:
    """Return a callback for `fit` that records networks during training.

    Networks are immutable, so a list of them is all that a movie needs. The same recorder may be
    passed to several calls of `fit`, and appends to its lists.

    Parameters
    ----------
    every : int
        The network is recorded after each step that this divides; at least 1.

    Returns
    -------
    Recorder
        With the lists ``.networks`` and ``.steps``, initially empty.

    Raises
    ------
    ValueError
        If ``every`` is below 1.
    TypeError
        If ``every`` is not a whole number.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> recorder, x = kn.record(every=2), [[-1.0], [0.0], [1.0]]
    >>> result = kn.fit(kn.KAN([1, 2, 1], rng=0), x, x, kn.Adam(), steps=6, callback=recorder)
    >>> recorder.steps, recorder.networks[-1]
    ([2, 4, 6], KAN([1, 2, 1], 36 parameters))
    """
    return Recorder(as_count("every", every, 1))


def plot_movie(
    networks: Iterable[KAN],
    x: npt.ArrayLike,
    titles: Sequence[str] | None = None,
    beta: float = 3.0,
    inputs: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
    interval: float = 100.0,
) -> FuncAnimation:
    """Draw networks one after the other, as the frames of a movie.

    Each is drawn as by `plot`, but with the same axes in the frame of an edge for all networks, so
    that activations and curves can be seen to move and grow.

    Parameters
    ----------
    networks : iterable of KAN
        At least one, all with the same nodes; edges may differ.
    x : array_like, shape (N, n_in)
        Inputs, as for `plot`.
    titles : sequence of str, optional
        The titles, one for each network.
    beta : float
        As for `plot`.
    inputs, outputs : sequence of str, optional
        As for `plot`.
    interval : float
        Milliseconds from one network to the next, above 0.

    Returns
    -------
    matplotlib.animation.FuncAnimation
        ``movie.save("training.gif", writer="pillow")`` writes an animated picture, and
        ``movie.save("training.html", writer="html")`` a page, with a .png for each network in the
        folder training_frames beside it. A notebook shows ``HTML(movie.to_jshtml())``.

    Raises
    ------
    ValueError
        If there is no network, networks have different nodes, x has another shape or is not finite,
        beta or interval is not above 0, or a list of names or titles has another length.
    TypeError
        If networks does not hold KANs, x does not hold real numbers, or a name is not a text.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> networks = [kn.KAN([1, 1], rng=seed) for seed in (0, 1)]
    >>> movie = kn.plot_movie(networks, [[-1.0], [1.0]], titles=["first", "second"])
    >>> movie.to_jshtml().count("data:image/png")  # one picture for each network
    2
    """
    chosen = _with_same_nodes(networks)
    points = checked_inputs(chosen[0], x)
    beta = as_number("beta", beta, 0.0, include_low=False)
    below = names_of("inputs", inputs, chosen[0].widths[0], "x")
    above = names_of("outputs", outputs, chosen[0].widths[-1], "y")
    words = [""] * len(chosen) if titles is None else names_of("titles", titles, len(chosen), "")
    pause = as_number("interval", interval, 0.0, include_low=False)
    places, limits = places_of(chosen[0]), common_limits(chosen, points)
    figure, axes, unit = canvas_for(places, below, above, max(words, key=len), ranges=False)
    heading = list(axes.texts)
    draw_nodes(axes, chosen[0], places, unit)
    draw_names(axes, places[0].inputs, below, unit, "top")
    draw_names(axes, places[-1].outputs, above, unit, "bottom")
    drawn: list[Artist] = []

    def show(index: int) -> list[Artist]:
        for artist in drawn:
            artist.remove()
        edges = list(edges_of(chosen[index], points, beta, places, limits))
        drawn[:] = draw_edges(axes, edges, places, unit)
        for text in heading:
            text.set_text(words[index])
        return drawn

    return FuncAnimation(
        figure, show, frames=len(chosen), interval=int(pause), blit=False, cache_frame_data=False
    )


def _with_same_nodes(networks: object) -> list[KAN]:
    """Return the networks as a list, if they are KANs with the same nodes."""
    chosen = as_list("networks", networks, "a list of KANs")
    if not chosen:
        raise ValueError("networks must hold at least one network, but is empty")
    for index, network in enumerate(chosen):
        as_instance(f"networks[{index}]", network, KAN, "a KAN")
        if network.shape != chosen[0].shape:
            raise ValueError(
                f"networks must all have the same nodes, but networks[0] is {chosen[0]!r} and"
                f" networks[{index}] is {network!r}; draw each shape in a movie of its own"
            )
    return chosen
