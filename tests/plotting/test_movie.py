"""Movies: frames share their axes, edges come and go, and files are written without pyplot."""

import numpy as np
import pytest
from figure_parts import found, lines, samples, texts, with_symbols
from matplotlib import pyplot as plt
from matplotlib.animation import AbstractMovieWriter

import kan_numpy as kn


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


def test_a_movie_has_the_page_of_a_figure_without_ranges():
    networks, x = [kn.KAN([20, 2], rng=seed) for seed in range(2)], samples(20)
    movie = kn.plot_movie(networks, x)
    movie._init_draw()  # one that was never drawn warns
    still = kn.plot(networks[0], x, ranges=False)
    np.testing.assert_array_equal(movie._fig.get_size_inches(), still.get_size_inches())


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


def test_a_recorder_takes_every_so_many_steps_and_a_movie_shows_ten_a_second():
    recorder = kn.record(every=3)
    for step in range(1, 10):
        recorder(step, step)
    assert (recorder.steps, recorder.networks) == ([3, 6, 9], [3, 6, 9])
    assert kn.record().every == 1
    networks, x = [kn.KAN([1, 1], rng=seed) for seed in (0, 1, 2)], samples(1)
    opacities = [colors[0, 3] for _, colors, _ in watched(networks, x)]
    np.testing.assert_allclose(opacities, np.tanh(3.0))
    movie, faster = kn.plot_movie(networks, x), kn.plot_movie(networks, x, interval=33.9)
    assert (movie._interval, movie._save_count, faster._interval) == (100, 3, 33)
    for each in (movie, faster):
        each._init_draw()  # one that was never drawn warns
