"""The picture of a network: curves are the functions, opacities are the scores."""

from itertools import pairwise

import numpy as np
import pytest
from figure_parts import found, lines, samples, texts, with_symbols
from matplotlib.colors import to_hex

import kan_numpy as kn
from kan_numpy.plotting.diagram import (
    _ends,
    _rounded,
    _stretched,
    _wires,
    edges_of,
    gap_of,
    limits_of,
    names_of,
    places_of,
    products_of,
    width_of,
)

BLUE, ORANGE, GREEN, BLACK = "#0072b2", "#d55e00", "#009e73", "#000000"


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


# The layout by hand, in units: a frame takes one, and half a unit separates those of two inputs.


def test_the_frames_of_an_input_stand_side_by_side_over_it():
    first, last = places_of(kn.KAN([2, 5, 1], rng=0))
    # Over each of the 2 inputs 5 frames and a gap: 11 units. The fans are 0.5 + 0.05 * 11 high.
    assert (first.rows, last.rows) == (1, 1)
    np.testing.assert_allclose(first.inputs, [[2.75, 0.0], [8.25, 0.0]])
    np.testing.assert_allclose(first.outputs[:, 0], np.arange(1.1, 11.0, 2.2))
    np.testing.assert_allclose(first.outputs[:, 1], 1.0 + 2 * 1.05)
    np.testing.assert_allclose(last.outputs, [[5.5, 2 * 3.1]])
    np.testing.assert_allclose(first.centers[:, 0, 0], 2.75 + np.arange(-2, 3))
    np.testing.assert_allclose(first.centers[..., 1], 1.05 + 0.5)
    np.testing.assert_allclose(last.centers[0], [[x, 4.65] for x in first.outputs[:, 0]])


def test_where_there_is_room_frames_are_up_to_half_a_unit_further_apart():
    first, last = places_of(kn.KAN([1, 3, 6], rng=0))
    # The last layer needs 3 * 6.5 units, and the fans are 0.5 + 0.05 * 19.5 high.
    np.testing.assert_allclose(first.inputs, [[9.75, 0.0]])
    np.testing.assert_allclose(first.outputs[:, 1], 3.95)
    np.testing.assert_allclose(first.centers[:, 0, 0], 9.75 + 1.5 * np.arange(-1, 2))
    np.testing.assert_allclose(np.diff(last.centers[:, 0, 0]), 1.0)


def test_many_frames_are_stacked():
    (place,) = places_of(kn.KAN([3, 12], rng=0))
    # 20 // 3 = 6 frames side by side, in 2 rows, and lanes for the wires beside them: 1.3 each.
    assert place.rows == 2
    width = 3 * (6 * 1.3 + 0.5)
    np.testing.assert_allclose(place.inputs[:, 0], width * np.array([1, 3, 5]) / 6)
    fan = 1.6  # 0.5 + 0.05 * 24.9 would be more
    np.testing.assert_allclose(place.outputs[:, 1], 2 + 2 * fan)
    x = place.inputs[0, 0] + 1.3 * (np.arange(12) // 2 - 2.5)
    np.testing.assert_allclose(place.centers[:, 0, 0], x)
    np.testing.assert_allclose(place.centers[:, 0, 1], fan + 0.5 + np.arange(12) % 2)
    # The wires of a frame run left and right of its stack, the lower frame's in further inside.
    for o, (inner, outer) in ((0, (0.48, 0.565)), (1, (0.565, 0.48))):
        (x, y), way_in, way_out = place.centers[o, 0], *_wires(place, o, 0)
        bottom, top = fan, fan + 2
        np.testing.assert_allclose(
            way_in, [place.inputs[0], [x - inner, bottom], [x - inner, y], [x - 0.34, y]]
        )
        np.testing.assert_allclose(
            way_out, [[x + 0.34, y], [x + outer, y], [x + outer, top], place.outputs[o]]
        )


def test_products_take_a_fan_and_their_factors_wires():
    network = kn.KAN([2, (1, 1), 1], rng=0)
    places = places_of(network)
    assert [place.rows for place in places] == [1, 0, 1]
    fan = places[1].outputs[0, 1] - places[1].inputs[0, 1]
    assert fan == pytest.approx(min(0.5 + 0.05 * 2 * 3.5, 1.6))
    wires, products, passed = products_of(network, places)
    inputs, outputs = places[1].inputs, places[1].outputs
    want = [[inputs[0], outputs[0]], [inputs[1], outputs[1]], [inputs[2], outputs[1]]]
    np.testing.assert_allclose(wires, want)
    np.testing.assert_allclose(passed, outputs[:1])
    np.testing.assert_allclose(products, outputs[1:])
    plain = products_of(kn.KAN([2, 1], rng=0), places_of(kn.KAN([2, 1], rng=0)))
    assert [len(part) for part in plain] == [0, 0, 0]


def test_the_gap_between_frames_is_half_a_unit_at_most():
    assert gap_of(places_of(kn.KAN([2, 5, 1], rng=0))) == pytest.approx(1.0 - 0.68)
    assert gap_of(places_of(kn.KAN([1, 1], rng=0))) == 0.5
    assert width_of(places_of(kn.KAN([2, 5, 1], rng=0))[0].inputs) == 11.0


@pytest.mark.parametrize(
    ("low", "high", "ends"),
    [
        (-1.0, 1.0, ["-1", "1"]),
        (0.12345, 0.6789, ["0.12", "0.68"]),
        (1000.4, 1234.6, ["1000", "1230"]),
        (-0.001, 12.0, ["0", "12"]),
        (2.5, 2.5, ["2.5", "2.5"]),
        (0.0, 0.0, ["0", "0"]),
    ],
)
def test_the_ends_of_an_axis_have_two_digits_of_its_length(low, high, ends):
    assert _rounded(low, high) == ends


def test_a_constant_has_an_axis_of_length_1_and_a_curve_in_the_middle():
    low, high = _ends(np.array([[3.0, -1.0, 1e6], [3.0, 2.0, 1e6 + 1e-7]]))
    assert low.tolist() == [2.5, -1.0, 1e6 - 0.5]
    assert high.tolist() == [3.5, 2.0, 1e6 + 1e-7 + 0.5]
    assert _stretched(np.array([1.0, 2.0, 5.0]), 1.0, 5.0).tolist() == [-1.0, -0.5, 1.0]
    assert _stretched(np.array([7.0, 7.0]), 7.0, 7.0).tolist() == [0.0, 0.0]


def test_nodes_without_names_are_numbered():
    assert names_of("inputs", None, 2, "x") == ["$x_{1}$", "$x_{2}$"]
    assert names_of("inputs", None, 1, "x") == ["$x$"]
    assert names_of("inputs", ["a", "b"], 2, "x") == ["a", "b"]


def test_a_frame_is_a_square_around_its_curve():
    network, x = kn.KAN([1, 1], rng=0), samples(1)
    places = places_of(network)
    (edge,) = edges_of(network, x, 3.0, places, limits_of(network, x))
    (center,) = places[0].centers[0]
    corners = 0.34 * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])
    np.testing.assert_allclose(edge.frame, center + corners)
    assert edge.curve.shape == (201, 2)
    np.testing.assert_allclose(np.abs(edge.curve[:, 0] - center[0]).max(), 0.34)
    np.testing.assert_allclose(np.abs(edge.curve[:, 1] - center[1]).max(), 0.85 * 0.34)
    assert edge.alpha == pytest.approx(np.tanh(3.0))
