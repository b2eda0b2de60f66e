"""The sizes of a figure: those of its page, its letters and its markers, by hand."""

import numpy as np
import pytest
from figure_parts import found, samples, with_symbols

import kan_numpy as kn
from kan_numpy.plotting.diagram import places_of
from kan_numpy.plotting.drawing import WIDEST, _turned, canvas_for


def page(widths, title="", ranges=False, below=("x",), above=("y",)):
    """Return the size of the page in inches, the inches of a unit, and the axes."""
    places = places_of(kn.KAN(widths, rng=0))
    figure, axes, unit = canvas_for(places, list(below), list(above), title, ranges)
    return figure.get_size_inches(), unit, axes, places


def test_a_small_network_has_large_units_and_a_page_of_at_least_four_inches():
    # A network [1, 1] is 1.5 units wide, and its fans are 0.575 high: 2.15 units in all.
    size, unit, axes, _ = page([1, 1])
    assert unit == 1.2
    np.testing.assert_allclose(size, [4.0, 2.15 * 1.2 + 2 * 0.55])
    np.testing.assert_allclose(axes.get_xlim(), [0.75 - 2.0 / 1.2, 0.75 + 2.0 / 1.2])
    np.testing.assert_allclose(axes.get_ylim(), [-0.55 / 1.2, 2.15 + 0.55 / 1.2])


def test_a_wide_network_is_12_inches_wide_as_long_as_its_frames_are_not_too_small():
    # [2, 5, 1] is 11 units wide; with 0.2 inches at each side.
    size, unit, *_ = page([2, 5, 1])
    assert unit == pytest.approx(12 / 11)
    assert size[0] == pytest.approx(12.4)
    assert page([20, 2], ranges=False)[1] == 0.55
    assert page([20, 2], ranges=True)[1] == 0.8
    size, unit, _, places = page([300, 1])
    width = 2 * places[0].inputs[:, 0].mean()
    assert unit == pytest.approx(WIDEST / width)
    assert size[0] == pytest.approx(200.4)


def test_a_title_has_a_line_above_the_names():
    plain, titled = page([1, 1]), page([1, 1], title="a" * 50)
    assert titled[0][1] - plain[0][1] == pytest.approx(0.4)
    assert titled[0][0] == pytest.approx(0.12 * 50)
    (title,) = titled[2].texts
    assert title.get_text() == "a" * 50
    assert (title.get_size(), title.get_ha(), title.get_va()) == (14.0, "center", "top")
    np.testing.assert_allclose(title.get_position(), [0.75, 2.15 + 0.8 / 1.2])


def test_names_are_turned_if_they_would_touch():
    assert _turned(["abc", "de"], 0.79) == pytest.approx(0.3)  # letters of a tenth, and a gap
    assert _turned(["abc", "de"], 0.81) == 0.0
    assert _turned(["abcdefgh"], 0.1) == 0.0  # a single one is not
    assert _turned([r"$\alpha_{1}$", "$x_2$"], 0.1) == pytest.approx(0.2)  # the letters that show
    plain, turned = page([2, 1]), page([2, 1], below=["a" * 30, "b"])
    assert turned[0][1] - plain[0][1] == pytest.approx(3.0)
    # [2, 5, 1] is 12 inches wide: room for two names of 5.9 inches with a gap.
    assert page([2, 5, 1], below=["a" * 58, "b"])[0][1] == page([2, 5, 1])[0][1]
    assert page([2, 5, 1], below=["a" * 60, "b"])[0][1] > page([2, 5, 1])[0][1] + 5.0


def test_markers_and_lines_grow_with_the_units():
    network = kn.KAN([2, (1, 1), 1], rng=0)
    figure = kn.plot(network, samples(2))
    unit = page([2, (1, 1), 1])[1]
    size = 4 + 8 * unit
    shares = {"inputs": 0.6, "passed": 0.6, "sums": 1.0, "signs": 0.6, "products": 1.0}
    for gid, share in {**shares, "crosses": 0.5}.items():
        marker = found(figure, gid)
        assert marker.get_markersize() == pytest.approx(share * size)
        assert (marker.get_markeredgewidth(), marker.get_zorder()) == (1.2, 3)
    for gid, thickness in {"wires": 0.8, "frames": 0.8, "curves": 1.8, "factors": 1.0}.items():
        want = thickness * (0.4 + 0.6 * unit)
        np.testing.assert_allclose(found(figure, gid).get_linewidths(), want)


def test_names_stand_a_little_away_from_their_nodes():
    figure = kn.plot(kn.KAN([2, 1], rng=0), samples(2), inputs=["a", "b"], outputs=["c"])
    unit, places = page([2, 1])[1], places_of(kn.KAN([2, 1], rng=0))
    at = {text.get_text(): text for text in figure.axes[0].texts}
    for name, (x, y), away, va in (
        ("a", places[0].inputs[0], -0.14, "top"),
        ("b", places[0].inputs[1], -0.14, "top"),
        ("c", places[0].outputs[0], 0.14, "bottom"),
    ):
        np.testing.assert_allclose(at[name].get_position(), [x, y + away / unit])
        assert (at[name].get_va(), at[name].get_ha(), at[name].get_size()) == (va, "center", 13.0)
        assert at[name].get_rotation() == 0.0


def test_the_name_of_a_symbol_is_right_of_its_frame_and_turned_where_it_has_no_room():
    network = with_symbols(kn.KAN([1, 1], rng=0), {(0, 0, 0): "sin"})
    frame, (center,) = 0.34, places_of(network)[0].centers[0]
    figure = kn.plot(network, samples(1))
    (text,) = (t for t in figure.axes[0].texts if t.get_gid() == "edge names")
    np.testing.assert_allclose(text.get_position(), center + np.array([frame + 0.05 / 1.2, frame]))
    assert (text.get_size(), text.get_rotation()) == (11.0, 0.0)
    assert (text.get_ha(), text.get_va()) == ("left", "top")
    long = with_symbols(kn.KAN([4, 4], rng=0), {(0, 0, 0): "1/(1+x^2)"})
    figure, unit = kn.plot(long, samples(4)), page([4, 4])[1]
    center = places_of(long)[0].centers[0, 0]
    (text,) = (t for t in figure.axes[0].texts if t.get_gid() == "edge names")
    np.testing.assert_allclose(text.get_position(), center + np.array([frame + 0.05 / unit, 0.0]))
    assert (text.get_rotation(), text.get_va()) == (90.0, "center")


def test_the_ends_of_the_axes_stand_below_and_left_of_a_frame():
    network, x = kn.KAN([1, 1], rng=0), samples(1)
    figure = kn.plot(network, x, ranges=True)
    left, bottom = places_of(network)[0].centers[0, 0] - 0.34
    away, across, up = 0.035 / 1.2, [], []
    for text in figure.axes[0].texts:
        if text.get_rotation() == 90.0:
            up.append((text.get_ha(), *text.get_position()))
        elif text.get_size() == pytest.approx(4 + 3 * 1.2):
            across.append((text.get_ha(), *text.get_position()))
    for found_ends, ends in (
        (across, [("left", left, bottom - away), ("right", left + 0.68, bottom - away)]),
        (up, [("left", left - away, bottom), ("right", left - away, bottom + 0.68)]),
    ):
        assert [end[0] for end in found_ends] == [end[0] for end in ends]
        np.testing.assert_allclose([e[1:] for e in found_ends], [e[1:] for e in ends])


def test_the_axes_fill_the_page():
    figure = kn.plot(kn.KAN([1, 1], rng=0), samples(1))
    assert figure.axes[0].get_position().bounds == (0.0, 0.0, 1.0, 1.0)


def test_the_name_of_a_symbol_in_a_stack_is_above_its_frame():
    network = with_symbols(kn.KAN([3, 12], rng=0), {(0, 4, 1): "sin"})
    figure, unit = kn.plot(network, samples(3)), page([3, 12])[1]
    center = places_of(network)[0].centers[4, 1]
    (text,) = (t for t in figure.axes[0].texts if t.get_gid() == "edge names")
    np.testing.assert_allclose(text.get_position(), center + np.array([0.0, 0.34 + 0.02 / unit]))
    assert (text.get_ha(), text.get_va()) == ("center", "bottom")
    assert text.get_size() == pytest.approx(0.8 * (5 + 5 * unit))
