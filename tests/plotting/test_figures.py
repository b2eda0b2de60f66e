"""Figures: the gallery and the history show what they say, and pyplot knows of none of them."""

import io
import subprocess
import sys

import numpy as np
import pytest
from figure_parts import found, samples
from matplotlib import colormaps
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

import kan_numpy as kn
from kan_numpy.training.training_loop import HISTORY


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


# What a figure is made of, by hand.


def test_the_gallery_has_its_colors_labels_and_marks():
    knots = [-1, 0, 1, 2, 2, 3]
    figure = kn.plot_basis(knots, 1)
    (axes,) = figure.axes
    assert figure.get_size_inches().tolist() == [9.0, 4.0]
    assert found(figure, "grid").get_facecolor()[:3] == (0.93, 0.93, 0.93)
    for j in range(4):
        line = found(figure, f"B_{j}")
        assert line.get_color() == colormaps["viridis"](0.9 * j / 4)
        # Fifty points in each interval of its support that is not empty.
        assert len(line.get_xdata()) == 50 * len(np.unique(knots[j : j + 3])) - 50
    labels = {text.get_text(): text.get_position() for text in axes.texts}
    assert list(labels) == ["$B_{0}$", "$B_{1}$", "$B_{2}$", "$B_{3}$"]
    np.testing.assert_allclose(labels["$B_{0}$"], [0.0, 1.0])
    np.testing.assert_allclose(labels["$B_{1}$"], [1.0, 1.0])
    marks = found(figure, "knots")
    np.testing.assert_allclose(marks.get_ydata(), [-0.03, -0.03, -0.03, -0.03, -0.06, -0.03])
    assert (marks.get_markersize(), marks.get_marker()) == (5.0, "^")
    (total,) = (line for line in axes.lines if line.get_label() == r"$\sum_j B_j$")
    x = total.get_xdata()
    np.testing.assert_allclose(total.get_ydata(), kn.bspline_basis(x, knots, 1).sum(axis=1))
    assert (total.get_zorder(), total.get_linestyle(), axes.margins()[1]) == (3, ":", 0.1)
    assert axes.get_legend().get_bbox_to_anchor().transformed(axes.transAxes.inverted()).x0 == 1.0


@pytest.mark.parametrize(("functions", "labeled"), [(20, 20), (21, 0)])
def test_up_to_20_functions_are_labeled(functions, labeled):
    figure = kn.plot_basis(kn.uniform_knots(0, 1, functions - 1, 1), 1)
    assert len(figure.axes[0].texts) == labeled


def test_lines_mark_where_the_grids_changed_between_two_steps():
    history = {
        "step": [1, 2, 3, 4],
        "train_loss": [0.4, 0.3, 0.2, 0.1],
        "validation_loss": [np.nan] * 4,
        "outside": [0.0, 0.5, 0.25, 0.0],
        "grid_change": [0.0, 1e-9, 0.0, 0.5],
    }
    figure = kn.plot_history(history)
    assert figure.get_size_inches().tolist() == [9.0, 5.5]
    above, below = figure.axes
    for axes in (above, below):
        marks = axes.lines[1:]
        assert [mark.get_xdata()[0] for mark in marks] == [1.5, 3.5]
        assert [mark.get_label()[0] for mark in marks] == ["g", "_"]  # one entry in the legend
        for mark in marks:
            style = (mark.get_color(), mark.get_linestyle(), mark.get_linewidth())
            assert style == ("0.5", "--", 1.0)
    assert below.lines[0].get_ydata().tolist() == [0.0, 50.0, 25.0, 0.0]
    assert below.get_ylim()[0] == 0.0
    assert (below.get_xlabel(), below.get_ylabel()) == ("step", "outside the grids (%)")
    assert [line.get_color() for line in (above.lines[0], below.lines[0])] == ["#0072b2", "#009e73"]
