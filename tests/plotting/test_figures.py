"""Figures: curves are the functions, opacities are the scores, and pyplot knows of none of them."""

import io
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.animation import AbstractMovieWriter
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import kan_numpy as kn
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.networks.edges import with_symbol
from kan_numpy.training.fitting import HISTORY

BLUE, ORANGE, GREEN, BLACK = "#0072b2", "#d55e00", "#009e73", "#000000"


def samples(n_in, seed=0):
    return np.random.default_rng(seed).uniform(-1.5, 1, (60, n_in))


def found(figure, gid):
    """Return the one artist with this name."""
    (artist,) = figure.findobj(lambda artist: artist.get_gid() == gid)
    return artist


def lines(figure, gid):
    return found(figure, gid).get_segments()


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def active_edges(network):
    """Return (layer, out, inp) in the order in which the edges are drawn."""
    return [
        (at, o, i)
        for at, layer in enumerate(network.layers)
        for o, i in np.argwhere(layer.active).tolist()
    ]


@pytest.mark.parametrize("widths", [[2, 5, 1], [3, 12, 2], [1, 1]])
def test_the_curves_are_the_functions_of_the_edges(widths):
    network, x = kn.KAN(widths, rng=0), samples(widths[0])
    figure = kn.plot(network, x)
    caches, curves, frames = network.forward(x)[1], lines(figure, "curves"), lines(figure, "frames")
    drawn = active_edges(network)
    assert len(curves) == len(frames) == len(drawn)
    for (at, o, i), curve, frame in zip(drawn, curves, frames, strict=True):
        (left, bottom), (right, top) = frame.min(axis=0), frame.max(axis=0)
        across = (curve[:, 0] - left) / (right - left)
        low, high = caches[at].x[:, i].min(), caches[at].x[:, i].max()
        inputs = np.zeros((len(curve), network.widths[at]))
        inputs[:, i] = low + (high - low) * across
        phi = network.layers[at].edges(inputs)[:, o, i]
        share = (phi - phi.min()) / np.ptp(phi)
        drawn_share = (curve[:, 1] - curve[:, 1].min()) / np.ptp(curve[:, 1])
        np.testing.assert_allclose(drawn_share, share, rtol=0, atol=1e-9)
        assert across[0] == pytest.approx(0, abs=1e-12)
        assert across[-1] == pytest.approx(1, abs=1e-12)
        assert bottom < curve[:, 1].min() < (bottom + top) / 2 < curve[:, 1].max() < top


@pytest.mark.parametrize("beta", [3.0, 0.5])
def test_the_opacity_is_tanh_of_the_score(beta):
    network, x = kn.KAN([3, 4, 2], rng=1), samples(3)
    figure = kn.plot(network, x, beta=beta)
    caches = network.forward(x)[1]
    want = []
    for layer, cache in zip(network.layers, caches, strict=True):
        score = np.abs(layer.edges(cache.x)).mean(axis=0)
        want += np.tanh(beta * score / score.max()).ravel().tolist()
    assert max(want) == pytest.approx(np.tanh(beta))
    for gid, each in (("frames", 1), ("curves", 1), ("wires", 2)):
        opacity = found(figure, gid).get_colors()[:, 3]
        np.testing.assert_allclose(opacity, np.repeat(want, each), rtol=1e-12)


@pytest.mark.parametrize("widths", [[2, 5, 1], [6, 7, 2]])
def test_the_wires_lead_from_the_input_through_the_frame_to_the_output(widths):
    network = kn.KAN(widths, rng=0)
    figure = kn.plot(network, samples(widths[0]))
    inputs, sums = (np.transpose(found(figure, gid).get_data()) for gid in ("inputs", "sums"))
    nodes, starts = np.concatenate([inputs, sums]), np.cumsum([0, *widths])
    wires, frames = lines(figure, "wires"), lines(figure, "frames")
    for at, (layer, o, i) in enumerate(active_edges(network)):
        way_in, way_out, (low, high) = (
            *wires[2 * at : 2 * at + 2],
            np.sort(frames[at], axis=0)[[0, -1]],
        )
        np.testing.assert_allclose(way_in[0], nodes[starts[layer] + i])
        np.testing.assert_allclose(way_out[-1], nodes[starts[layer + 1] + o])
        for end in (way_in[-1], way_out[0]):
            assert np.isclose(end, low).any() or np.isclose(end, high).any()  # on its border
            assert np.all((end >= low - 1e-12) & (end <= high + 1e-12))


@pytest.mark.parametrize("widths", [[2, 5, 1], [10, 10, 5], [4, 5, 5, 3, 1], [25, 3], [1, 50]])
def test_frames_and_wires_keep_out_of_each_others_way(widths):
    network = kn.KAN(widths, rng=0)
    figure = kn.plot(network, samples(widths[0]))
    frames = np.array(lines(figure, "frames"))
    low, high = frames.min(axis=1), frames.max(axis=1)  # (E, 2)
    for one in range(len(frames)):
        overlap = np.all((low[one] < high) & (high[one] > low), axis=1)
        assert np.flatnonzero(overlap).tolist() == [one]
    for wire in lines(figure, "wires"):
        for start, end in pairwise(wire):
            inside = start + np.linspace(0.01, 0.99, 99)[:, None] * (end - start)
            hits = np.all((inside[:, None] > low) & (inside[:, None] < high), axis=2)
            assert not hits.any()
    width, height = figure.get_size_inches()
    (left, right), (bottom, top) = figure.axes[0].get_xlim(), figure.axes[0].get_ylim()
    assert (right - left) / width == pytest.approx((top - bottom) / height)  # squares stay squares
    assert left < low[:, 0].min() < high[:, 0].max() < right


def test_a_pruned_edge_is_not_drawn():
    network, x = kn.KAN([2, 3, 1], rng=0), samples(2)
    before, after = kn.plot(network, x), kn.plot(kn.prune(network, x, edges=[(0, 1, 0)]), x)
    frames = lines(before, "frames")
    gone = active_edges(network).index((0, 1, 0))
    del frames[gone]
    np.testing.assert_allclose(lines(after, "frames"), frames)
    assert len(lines(after, "wires")) == 2 * len(frames)
    assert len(lines(after, "curves")) == len(frames)


def test_an_edge_that_sends_a_constant_is_a_flat_line():
    layer = {"knots": [[-5, -4, 0, 4, 5]], "coef": [[[2, 2, 2]]], "w_base": [[0]]}
    network = kn.KAN.from_arrays([layer, layer], degree=1)
    figure = kn.plot(network, samples(1), ranges=True)
    for curve, frame in zip(lines(figure, "curves"), lines(figure, "frames"), strict=True):
        np.testing.assert_allclose(curve[:, 1], frame[:4, 1].mean(), rtol=1e-12)
    # The second edge always gets a 2, and is shown from one half below to one half above.
    assert {"1.5", "2.5"} < set(texts(figure))


def with_symbols(network, names):
    """Return the network with the symbols of these edges, all with (a, b, c, d) = (1, 3, 1, 0)."""
    for edge, symbol in names.items():
        chosen = SYMBOLS[symbol] if isinstance(symbol, str) else symbol
        network = with_symbol(network, edge, chosen, np.array([1.0, 3.0, 1.0, 0.0]))
    return network


def edge_names(figure):
    return [text for text in figure.axes[0].texts if text.get_gid() == "edge names"]


def colors(figure, gid):
    return [to_hex(color) for color in found(figure, gid).get_colors()]


@pytest.mark.parametrize("widths", [[2, 1, 1], [2, 5, 1], [10, 5, 3]])
@pytest.mark.parametrize("function", ["sin", "1/(1+x^2)"])
def test_a_symbol_is_orange_and_has_its_name_beside_it(widths, function):
    edges = [(0, 0, 1), (1, 0, 0)]
    network = with_symbols(kn.KAN(widths, rng=0), dict.fromkeys(edges, function))
    figure = kn.plot(network, samples(widths[0]), beta=100.0)
    drawn = active_edges(network)
    symbolic = [edge in edges for edge in drawn]
    assert colors(figure, "curves") == [ORANGE if on else BLUE for on in symbolic]
    assert colors(figure, "frames") == [ORANGE if on else BLACK for on in symbolic]
    assert set(colors(figure, "wires")) == {BLACK}

    figure.draw_without_rendering()
    frames = [figure.axes[0].transData.transform(frame) for frame in lines(figure, "frames")]
    names = edge_names(figure)
    assert len(names) == len(edges)
    for name, edge in zip(names, edges, strict=True):
        assert to_hex(name.get_color()) == ORANGE
        box = name.get_window_extent()
        away = []
        for frame in frames:
            low, high = frame.min(axis=0), frame.max(axis=0)
            gaps = np.maximum(low - (box.x1, box.y1), np.subtract((box.x0, box.y0), high))
            assert gaps.max() > 0  # it touches no frame
            away.append(gaps.max())
        assert np.argmin(away) == drawn.index(edge)
        assert figure.bbox.contains(box.x1, box.y1)


def test_the_names_of_symbols_are_set_like_mathematics_and_as_faint_as_their_edges():
    own = kn.Symbol("f$_0", np.exp, (np.exp,))
    edges = {(0, 0, 0): "x^2", (0, 1, 0): "1/(1+x^2)", (1, 0, 0): "arctan", (1, 0, 1): own}
    network = with_symbols(kn.KAN([1, 2, 1], rng=0), edges)
    figure = kn.plot(network, samples(1))
    names = edge_names(figure)
    shown = [(name.get_text(), name.get_parse_math()) for name in names]
    assert shown[:2] == [("$x^{2}$", True), ("$1/(1+x^{2})$", True)]
    assert shown[2:] == [("arctan", False), ("f$_0", False)]
    opacity = found(figure, "curves").get_colors()[:, 3]
    assert [name.get_alpha() for name in names] == opacity.tolist()
    figure.draw_without_rendering()


def test_locked_edges_are_green_and_say_which_lock():
    network = kn.lock(kn.KAN([2, 3, 1], rng=0), 0, [(0, 0), (1, 1)])
    network = kn.lock(network, 0, [(2, 0), (2, 1), (0, 1)])
    network = with_symbols(network, {(0, 2, 0): "sin"})
    figure = kn.plot(network, samples(2), beta=100.0)
    want = {(0, 0, 0): "lock 1", (0, 1, 1): "lock 1", (0, 2, 0): "sin"}
    want |= {(0, 2, 1): "lock 2", (0, 0, 1): "lock 2"}
    of_name = {"": BLUE, "sin": ORANGE, "lock 1": GREEN, "lock 2": GREEN}
    names = [want.get(edge, "") for edge in active_edges(network)]
    assert colors(figure, "curves") == [of_name[name] for name in names]
    assert [text.get_text() for text in edge_names(figure)] == [name for name in names if name]


def test_a_network_that_is_zero_everywhere_is_transparent():
    network = kn.KAN([2, 1], rng=0)
    figure = kn.plot(network.with_theta(np.zeros(network.size)), samples(2))
    assert found(figure, "curves").get_colors()[:, 3].tolist() == [0.0, 0.0]


def test_names_and_title_are_shown():
    network = kn.KAN([2, 3, 1], rng=0)
    figure = kn.plot(network, samples(2), inputs=["$\\alpha$", "mass"], outputs=["$f$"], title="T")
    assert sorted(texts(figure)) == ["$\\alpha$", "$f$", "T", "mass"]
    at = {text.get_text(): text.get_position() for text in figure.axes[0].texts}
    assert at["$\\alpha$"][0] < at["mass"][0]
    assert at["mass"][1] < at["$f$"][1] < at["T"][1]
    assert texts(kn.plot(network, samples(2))) == ["$x_{1}$", "$x_{2}$", "$y$"]


def test_long_names_are_turned_and_stay_inside_the_figure():
    network, names = kn.KAN([11, 1], rng=0), [f"a rather long name {i}" for i in range(11)]
    figure = kn.plot(network, samples(11), inputs=np.array(names))
    figure.draw_without_rendering()
    shown = [text for text in figure.axes[0].texts if text.get_text() in names]
    assert [text.get_rotation() for text in shown] == [90] * 11
    boxes = [text.get_window_extent() for text in shown]
    assert all(one.x1 < other.x0 for one, other in pairwise(boxes))
    assert all(figure.bbox.contains(box.x0, box.y0) for box in boxes)


def test_ranges_are_shown_on_demand():
    x = np.array([[-1.0], [0.25], [1.0]])
    layer = {"knots": [[-1, 0, 1]], "coef": [[[0, 0]]], "w_base": [[30]]}
    network = kn.KAN.from_arrays([layer], degree=0, base="identity")
    shown = texts(kn.plot(network, x, ranges=True))
    assert sorted(shown) == sorted(["$x$", "$y$", "-1", "1", "-30", "30"])


def test_a_large_network_takes_no_more_artists_than_a_small_one():
    counts = []
    for widths in ([2, 5, 1], [10, 10, 5]):
        axes = kn.plot(kn.KAN(widths, rng=0), samples(widths[0])).axes[0]
        counts.append(len(axes.get_children()) - len(axes.texts))
        assert len(axes.texts) == widths[0] + widths[-1]
    assert counts[0] == counts[1] < 25


class Watcher(AbstractMovieWriter):
    """Note what is drawn in each frame of a movie, instead of writing it."""

    def __init__(self):
        super().__init__()
        self.frames = []

    def setup(self, fig, *_, **__):
        self.fig = fig

    def grab_frame(self, **_):
        curves = found(self.fig, "curves")
        self.frames.append((curves.get_segments(), curves.get_colors(), texts(self.fig)))

    def finish(self):
        pass


def watched(networks, x, **options):
    watcher = Watcher()
    kn.plot_movie(networks, x, **options).save("nowhere", writer=watcher)
    return watcher.frames


def test_the_frames_of_a_movie_share_their_axes():
    layer = {"knots": [[-4, 0, 4]], "coef": [[[0, 0]]], "w_base": [[1]]}
    first = kn.KAN.from_arrays([layer, layer], degree=0, base="identity")
    second = first.with_theta(np.where(first.theta == 1, [2.0, 2, 2, 3, 3, 3], 0.0))
    x = np.array([[-0.5], [1.0]])
    frames = watched([first, second, first], x, titles=["one", "two", "three"])
    extents = np.array([[np.ptp(curve, axis=0) for curve in curves] for curves, _, _ in frames])
    # In the second network the first edge is 2 times as steep. So the second one, itself 3 times
    # as steep, reads values from a range 2 times as long, and sends some from one 6 times as long.
    np.testing.assert_allclose(extents[1] / extents[0], [[1, 2], [2, 6]], rtol=1e-12)
    np.testing.assert_array_equal(extents[0], extents[2])
    assert [shown[0] for _, _, shown in frames] == ["one", "two", "three"]
    (alone,) = watched([second], x)
    still = kn.plot(second, x)
    np.testing.assert_allclose(alone[0], lines(still, "curves"), rtol=0, atol=1e-12)
    assert alone[2] == texts(still)


def test_edges_may_come_and_go_in_a_movie():
    full, x = kn.KAN([2, 3, 1], rng=0), samples(2)
    fewer = kn.prune(full, x, edges=[(0, 0, 1), (0, 1, 0)])
    last = with_symbols(fewer, {(0, 0, 0): "sin"})
    frames = watched([full, fewer, last], x, beta=0.5)
    assert [len(curves) for curves, _, _ in frames] == [9, 7, 7]
    assert ["sin" in shown for _, _, shown in frames] == [False, False, True]
    for network, (_, shades, _) in zip([full, fewer, last], frames, strict=True):
        opacity = found(kn.plot(network, x, beta=0.5), "curves").get_colors()[:, 3]
        np.testing.assert_array_equal(shades[:, 3], opacity)


def test_a_recorder_keeps_every_network_that_it_is_asked_for():
    x, taken, all_of_them = samples(1), kn.record(every=3), []

    def both(step, network, history):
        taken(step, network, history)
        all_of_them.append(network)

    for steps in (7, 4):
        kn.fit(kn.KAN([1, 2, 1], rng=0), x, x**2, kn.Adam(), steps=steps, callback=both)
    assert taken.steps == [3, 6, 3]
    wanted = [all_of_them[at] for at in (2, 5, 9)]
    assert all(one is other for one, other in zip(taken.networks, wanted, strict=True))
    assert kn.record().every == 1


def test_a_movie_is_saved_without_pyplot(tmp_path):
    networks = [kn.KAN([2, 1], rng=seed) for seed in range(3)]
    movie = kn.plot_movie(networks, samples(2), titles=["a", "b", "c"])
    movie.save(tmp_path / "movie.gif", writer="pillow", dpi=30)
    movie.save(tmp_path / "movie.html", writer="html", dpi=30)
    assert (tmp_path / "movie.gif").read_bytes().startswith(b"GIF89a")
    assert len(list((tmp_path / "movie_frames").glob("*.png"))) == len(networks)
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"networks": kn.KAN([2, 1], rng=0)}, TypeError, "networks must be a list of KANs"),
        ({"networks": []}, ValueError, "networks must hold at least one"),
        ({"networks": [kn.KAN([2, 1], rng=0), 3]}, TypeError, r"networks\[1\] must be a KAN"),
        (
            {"networks": [kn.KAN([2, 1], rng=0), kn.KAN([2, 2, 1], rng=0)]},
            ValueError,
            r"must all have the same nodes, but networks\[0\] is KAN\(\[2, 1\]",
        ),
        ({"x": np.zeros((4, 3))}, ValueError, r"x must have shape \(N, 2\)"),
        ({"titles": ["a", "b"]}, ValueError, "titles must have 1 entries"),
        ({"interval": 0}, ValueError, "interval must lie in"),
    ],
)
def test_bad_arguments_of_a_movie_are_refused(changes, error, message):
    arguments = {"networks": [kn.KAN([2, 1], rng=0)], "x": samples(2)} | changes
    with pytest.raises(error, match=message):
        kn.plot_movie(**arguments)
    with pytest.raises(ValueError, match="every must be"):
        kn.record(every=0)


def all_figures():
    network, x = kn.KAN([2, 3, 1], rng=0), samples(2)
    result = kn.fit(network, x, x[:, :1], steps=3, refine_at={2: 7}, validation=(x, x[:, :1]))
    return [
        kn.plot(network, x, ranges=True, title="A title"),
        kn.plot_basis(kn.uniform_knots(-1, 1, 4, 2), 2),
        kn.plot_history(result.history),
    ]


@pytest.mark.parametrize(
    ("kind", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")]
)
def test_figures_are_saved_without_warnings_and_without_pyplot(kind, start):
    # A setting that many have, and that would complain about axes placed by hand.
    with plt.rc_context({"figure.constrained_layout.use": kind == "svg"}):
        for figure in all_figures():
            assert isinstance(figure, Figure)
            file = io.BytesIO()
            figure.savefig(file, format=kind)
            assert file.getvalue().startswith(start)
    assert plt.get_fignums() == []


def test_matplotlib_is_loaded_only_when_a_plot_is_asked_for():
    code = (
        "import sys, kan_numpy as kn\n"
        "print('matplotlib' in sys.modules, set(kn.__all__) <= set(dir(kn)))\n"
        "kn.plot, kn.plot_movie\n"
        "print('matplotlib' in sys.modules, 'matplotlib.pyplot' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "True", "False"]
    with pytest.raises(AttributeError, match="has no attribute 'plto'"):
        kn.plto  # noqa: B018


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"x": np.zeros((4, 3))}, ValueError, r"x must have shape \(N, 2\)"),
        ({"x": np.full((4, 2), np.nan)}, ValueError, "x must be finite"),
        ({"network": "a KAN"}, TypeError, "network must be a KAN"),
        ({"beta": 0.0}, ValueError, "beta must lie in"),
        ({"inputs": ["a"]}, ValueError, "inputs must have 2 entries, one for each, but has 1"),
        ({"outputs": ["a", "b"]}, ValueError, "outputs must have 1 entries"),
        ({"inputs": "xy"}, TypeError, "inputs must be a list of names, but is 'xy'"),
        ({"inputs": ["a", 2]}, TypeError, r"inputs\[1\] must be a text, but is 2"),
    ],
)
def test_bad_arguments_are_refused(changes, error, message):
    arguments = {"network": kn.KAN([2, 1], rng=0), "x": samples(2)} | changes
    with pytest.raises(error, match=message):
        kn.plot(**arguments)


@pytest.mark.parametrize("degree", [0, 1, 3])
def test_the_gallery_shows_the_basis_functions(degree):
    knots = kn.uniform_knots(-1, 2, 5, degree)
    figure = kn.plot_basis(knots, degree)
    for j in range(5 + degree):
        x, values = found(figure, f"B_{j}").get_data()
        assert x[0] == knots[j]
        assert knots[j + degree + 1] - 1e-12 < x[-1] < knots[j + degree + 1]
        np.testing.assert_array_equal(values, kn.bspline_basis(x, knots, degree)[:, j])
    marks, _ = found(figure, "knots").get_data()
    assert list(marks) == list(knots)


def test_the_gallery_marks_repeated_knots_and_the_grid():
    knots = [0, 0, 1, 2, 2, 3, 3]
    figure = kn.plot_basis(knots, 1)
    marks, heights = found(figure, "knots").get_data()
    assert list(marks) == knots
    assert len(set(zip(marks, heights, strict=True))) == len(knots)  # none hides another
    grid = found(kn.plot_basis(kn.uniform_knots(-1, 2, 5, 3), 3), "grid")
    assert (grid.get_x(), grid.get_x() + grid.get_width()) == (-1, 2)
    with pytest.raises(ValueError, match="knots must not decrease"):
        kn.plot_basis([0, 2, 1], 0)


def test_the_history_is_drawn_as_it_is():
    x = samples(1)
    result = kn.fit(
        kn.KAN([1, 2, 1], rng=0), x, np.sin(3 * x), steps=8, adapt_at=[3], validation=(x, np.sin(x))
    )
    history = result.history
    above, below = kn.plot_history(history).axes
    drawn = {line.get_label(): line for line in above.lines}
    assert above.get_yscale() == "log"
    for label, name in (("training", "train_loss"), ("validation", "validation_loss")):
        assert list(drawn[label].get_xdata()) == history["step"]
        assert list(drawn[label].get_ydata()) == history[name]
    # Adapted before step 3, counted from 0, which is the 4th.
    assert list(drawn["grids changed"].get_xdata()) == [3.5, 3.5]
    np.testing.assert_allclose(below.lines[0].get_ydata(), 100 * np.array(history["outside"]))


def test_the_history_without_validation_set_or_change_of_grids_has_one_line():
    x = samples(2)
    for network in (kn.KAN([2, 1], rng=0), kn.MLP([2, 3, 1], rng=0)):
        history = kn.fit(network, x, x[:, :1], optimizer=kn.Adam(), steps=3).history
        above, _ = kn.plot_history(history).axes
        assert [line.get_label() for line in above.lines] == ["training"]


@pytest.mark.parametrize(
    ("history", "error", "message"),
    [
        ([1.0, 2.0], TypeError, "history must be a dict"),
        ({"step": [1]}, ValueError, "history has no 'train_loss'"),
        (dict.fromkeys(HISTORY, ()), ValueError, "history is empty"),
    ],
)
def test_what_is_no_history_is_refused(history, error, message):
    with pytest.raises(error, match=message):
        kn.plot_history(history)
