"""Grids that follow the data or grow finer: the functions stay, and no grid ever collapses."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from checks import EXACT, assert_close, same
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import degrees, floats, grid_sizes, networks_with_inputs, seeds, shaken

import kan_numpy as kn
from kan_numpy import KAN, adapt_grid, fit, refine
from kan_numpy.splines.knot_placement import SMALLEST_GAP
from kan_numpy.training.grids import off_grid, on_data

DISCRETE = np.array([-1.0, -1.0, 0.0, 0.0, 0.0, 0.5])


def random_network(widths, seed=0, n_samples=50, **grid):
    """Return a network with random parameters, inputs (N, n_in), and the generator."""
    rng = np.random.default_rng(seed)
    network = shaken(KAN(widths, rng=rng, **grid), rng)
    return network, rng.uniform(-1.0, 1.0, (n_samples, widths[0])), rng


def grid_of(layer):
    """Return the knots between the ends of the grid, shape (n_in, G + 1)."""
    k = layer.degree
    return layer.knots[:, k : layer.knots.shape[1] - k]


def assert_sound(network):
    """Assert that every interval, inside the grid or outside, is a fair share of the mean one."""
    for layer in network.layers:
        grid = grid_of(layer)
        mean = (grid[:, -1] - grid[:, 0])[:, None] / (grid.shape[1] - 1)
        assert np.all(np.isfinite(layer.knots))
        assert np.all(mean > 0.0)
        assert np.all(np.diff(layer.knots, axis=1) > 0.9 * SMALLEST_GAP * mean)


def activations(network, x):
    """Return what enters each layer."""
    _, cache = network.forward(x)
    return [layer.x for layer in cache]


def root_mean_square(difference):
    return float(np.sqrt(np.mean(difference**2)))


# Refining.


@given(drawn=networks_with_inputs(), m=st.integers(1, 4))
def test_dividing_every_interval_leaves_the_network_unchanged(drawn, m):
    network, x, rng = drawn
    sizes = [m * layer.basis.grid_size for layer in network.layers]
    finer, change = refine(network, sizes, return_change=True)
    assert [layer.basis.grid_size for layer in finer.layers] == sizes
    assert change < EXACT
    far = np.concatenate([rng.uniform(-9.0, 9.0, (20, x.shape[1])), 1e6 * x])
    for points in (x, far):
        for old, new in zip(network.layers, finer.layers, strict=True):  # a sine far away is rough
            y, _ = old.forward(points)
            assert_close(new.forward(points)[0], y, atol=1e-12)
            points = y  # noqa: PLW2901


@pytest.mark.parametrize("k", range(6))
@pytest.mark.parametrize("m", [2, 3, 49])  # 49 * (1 / 49) is not 1
def test_dividing_uniform_intervals_leaves_the_network_unchanged_to_13_digits(k, m):
    network, _, rng = random_network([3, 4, 2], seed=k, grid_size=5, degree=k)
    finer = refine(network, 5 * m)
    for reach in (1.0, 3.0, 1e9):
        points = rng.uniform(-reach, reach, (200, 3))
        assert_close(finer(points), network(points))
    for layer, old in zip(finer.layers, network.layers, strict=True):
        assert np.array_equal(grid_of(layer)[:, ::m], grid_of(old))  # every old knot is one still
        assert_close(np.diff(grid_of(layer)), np.full((layer.n_in, 5 * m), 0.4 / m))


def test_a_grid_can_be_refined_again_and_again():
    network, x, _ = random_network([2, 3, 1])
    finer = network
    for G in (10, 20, 40, 80, 160):
        finer = refine(finer, G)
    assert_close(finer(x), network(x), atol=1e-12)


def test_every_layer_may_get_its_own_size():
    network, x, _ = random_network([2, 3, 1], grid_size=[2, 5])
    finer = refine(network, [6, 5])
    assert [layer.basis.grid_size for layer in finer.layers] == [6, 5]
    assert_close(finer.layers[1].coef, network.layers[1].coef)
    assert_close(finer(x), network(x))


def test_uneven_knots_are_refined_where_they_are():
    network, x, _ = random_network([1, 1], n_samples=200)
    uneven = adapt_grid(network, x**3, eps=0.0)
    finer = refine(uneven, 10)
    old, new = grid_of(uneven.layers[0])[0], grid_of(finer.layers[0])[0]
    assert np.array_equal(new[::2], old)
    assert_close(new[1::2], (old[:-1] + old[1:]) / 2.0)
    assert_close(finer(x), uneven(x))


def edge_changes(before, after):
    """Return the root mean square change (n_out, n_in) of every edge over its grid, densely."""
    shares = (np.arange(20000) + 0.5)[:, None] / 20000
    low, high = before.basis.low, before.basis.high
    x = low + (high - low) * shares
    return np.sqrt(np.mean((before.edges(x) - after.edges(x)) ** 2, axis=0))


@pytest.mark.parametrize(("G", "new_G"), [(5, 7), (5, 3), (4, 6), (3, 1)])
def test_any_other_size_changes_the_functions_and_tells_by_how_much(G, new_G):
    network, _, _ = random_network([2, 3, 1], grid_size=G)
    other, change = refine(network, new_G, return_change=True)
    layers = zip(network.layers, other.layers, strict=True)
    want = max(edge_changes(before, after).max() for before, after in layers)
    assert change == pytest.approx(want, rel=1e-3)
    assert change > 1e-3


def test_a_smooth_function_survives_a_size_that_does_not_fit():
    x = np.linspace(-1.0, 1.0, 200)[:, None]
    knots = kn.uniform_knots(-1.0, 1.0, 20, 3)
    coef = kn.fit_spline(x[:, 0], np.sin(3.0 * x[:, 0]), knots, 3)
    layer = {"knots": knots[None], "coef": coef[None, None], "w_base": [[0.0]]}
    network = KAN.from_arrays([layer], 3)
    other, change = refine(network, 31, return_change=True)
    assert change < 1e-5
    assert_close(other(x), network(x), atol=1e-4)


# Adapting.


@given(
    k=degrees,
    G=grid_sizes,
    eps=st.sampled_from([0.0, 1.0]) | floats(0.0, 1.0),
    margin=st.sampled_from([0.0, 0.01, 0.5]),
    kind=st.sampled_from(["normal", "discrete", "skewed", "few"]),
    seed=seeds,
)
def test_adapted_grids_hold_all_activations_and_are_sound(k, G, eps, margin, kind, seed):
    network, _, rng = random_network([2, 3, 1], seed=seed, grid_size=G, degree=k)
    x = {
        "normal": rng.standard_normal((40, 2)),
        "discrete": rng.choice(DISCRETE, (40, 2)),
        "skewed": rng.standard_normal((40, 2)) ** 5,
        "few": rng.standard_normal((2, 2)),
    }[kind]
    adapted = adapt_grid(network, x, eps=eps, margin=margin)
    assert_sound(adapted)
    for layer, z in zip(adapted.layers, activations(adapted, x), strict=True):
        spread = np.ptp(z, axis=0)
        wide = np.where(spread > 0.1, 1.0, 0.0)  # a smaller one may count as constant
        assert_close(wide * layer.basis.low, wide * (z.min(axis=0) - margin * spread))
        assert_close(wide * layer.basis.high, wide * (z.max(axis=0) + margin * spread))


@pytest.mark.parametrize("k", range(6))
@pytest.mark.parametrize("G", [4, 500])
def test_with_eps_1_the_knots_are_evenly_spaced(k, G):
    network, x, _ = random_network([2, 1], grid_size=G, degree=k)
    adapted = adapt_grid(network, x**3, eps=1.0)
    for i, knots in enumerate(adapted.layers[0].knots):
        low, high = adapted.layers[0].basis.low[i], adapted.layers[0].basis.high[i]
        rounding = 4.0 * np.spacing(np.abs(knots).max())
        want = kn.uniform_knots(low, high, G, k)
        np.testing.assert_allclose(knots, want, rtol=0, atol=rounding, strict=True)


def test_with_eps_0_every_interval_holds_the_same_number_of_samples():
    network, x, _ = random_network([2, 1], n_samples=100, grid_size=5)
    adapted = adapt_grid(network, np.exp(2.0 * x), eps=0.0)
    for i, grid in enumerate(grid_of(adapted.layers[0])):
        counts, _ = np.histogram(np.exp(2.0 * x[:, i]), grid)
        assert counts.tolist() == [20] * 5


def test_eps_leads_from_quantiles_to_even_knots_on_a_straight_line():
    network, x, _ = random_network([1, 1], n_samples=300)
    quantiles, halfway, even = (
        grid_of(adapt_grid(network, x**3, eps=eps).layers[0]) for eps in (0.0, 0.5, 1.0)
    )
    assert np.abs(quantiles - even).max() > 0.3
    assert_close(halfway, (quantiles + even) / 2.0)


@given(drawn=networks_with_inputs(), eps=floats(0.0, 1.0))
def test_adapting_again_to_the_same_data_changes_nothing(drawn, eps):
    network, x, _ = drawn
    # A step could fall between an activation and the knot under it, which rounding moves.
    assume(all(layer.degree > 0 for layer in network.layers))
    once = adapt_grid(network, x, eps=eps)
    twice, change = adapt_grid(once, x, eps=eps, return_change=True)
    assert change < 1e-9 * max(1.0, np.abs(once(x)).max())
    for layer, again in zip(once.layers, twice.layers, strict=True):
        np.testing.assert_allclose(again.knots, layer.knots, rtol=1e-9, atol=1e-9)


def test_the_change_that_is_told_is_true():
    network, x, _ = random_network([2, 3, 1])
    adapted, change = adapt_grid(network, 0.7 * x, return_change=True)
    assert change == pytest.approx(root_mean_square(adapted(0.7 * x) - network(0.7 * x)), rel=1e-12)
    assert 1e-4 < change < 0.5
    assert same(adapted, adapt_grid(network, 0.7 * x))


def test_a_network_of_polynomials_does_not_change_where_the_data_are():
    """A cubic is a spline on any knots of degree 3, so nothing is lost on the new grid."""
    network, x, _ = random_network([2, 1], base="zero")
    knots, cubic = network.layers[0].knots[0], np.array([0.3, -1.0, 0.5, 2.0])
    fitted = kn.fit_spline(
        np.linspace(-1, 1, 40), np.polyval(cubic, np.linspace(-1, 1, 40)), knots, 3
    )
    layers = [replace(network.layers[0], coef=np.tile(fitted, (1, 2, 1)))]
    network = KAN.from_layers(layers)
    adapted, change = adapt_grid(network, 0.9 * x, eps=0.3, return_change=True)
    assert change < 1e-12
    want = np.polyval(cubic, x).sum(axis=1, keepdims=True) + network.layers[0].bias
    assert_close(adapted(0.9 * x), network(0.9 * x), atol=1e-12)
    assert_close(network(x), want, atol=1e-12)


def test_grids_move_to_data_that_lie_elsewhere():
    network, x, _ = random_network([2, 3, 1])
    adapted = adapt_grid(network, 100.0 + 10.0 * x)
    assert np.all(adapted.layers[0].basis.low > 89.0)
    assert np.all(adapted.layers[0].basis.high < 111.0)
    assert_sound(adapted)


# What would make a grid collapse.


def with_dead_node(**grid):
    """Return a network whose hidden node 1 is a constant, whatever the input."""
    network, x, rng = random_network([2, 3, 1], **grid)
    first = network.layers[0]
    coef, w_base, active = first.coef.copy(), first.w_base.copy(), first.active.copy()
    coef[1], w_base[1], active[1] = 0.0, 0.0, False
    first = replace(first, coef=coef, w_base=w_base, active=active)
    return KAN.from_layers([first, network.layers[1]]), x, rng


@pytest.mark.parametrize("eps", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("margin", [0.0, 0.01])
@pytest.mark.parametrize("k", [0, 1, 3])
def test_a_hundred_updates_do_not_collapse_the_grid_of_a_dead_node(eps, margin, k):
    network, x, rng = with_dead_node(degree=k)
    dead = network.layers[0].bias[1]
    width = network.layers[1].basis.high[1] - network.layers[1].basis.low[1]
    for _ in range(100):
        network = adapt_grid(network, x, eps=eps, margin=margin)
        assert_sound(network)
    low, high = network.layers[1].basis.low[1], network.layers[1].basis.high[1]
    assert high - low == pytest.approx(width)
    assert (low + high) / 2.0 == pytest.approx(dead)
    assert np.diff(grid_of(network.layers[1])[1]) == pytest.approx(width / 5)  # whatever eps
    points = rng.uniform(-1.0, 1.0, (100, 2))
    assert np.all(np.isfinite(network(points)))


@pytest.mark.parametrize(
    "optimizer", [kn.Adam(), kn.LBFGS(), kn.LevenbergMarquardt()], ids=lambda o: type(o).__name__
)
def test_training_goes_on_when_a_node_is_dead_and_grids_follow_every_step(optimizer):
    network, x, _ = with_dead_node()
    y = np.sin(3.0 * x[:, :1]) * x[:, 1:]
    result = kn.fit(network, x, y, optimizer, steps=40, adapt_at=range(40))
    assert np.all(np.isfinite(result.history["train_loss"]))
    assert result.history["train_loss"][-1] < 0.5 * result.history["train_loss"][0]
    assert_sound(result.network)


def test_a_node_that_is_constant_up_to_rounding_is_constant():
    network, x, _ = random_network([1, 1])
    for spread in (0.0, 1e-300, 1e-16, 1e-10):
        adapted = adapt_grid(network, 0.5 + spread * x)
        assert_sound(adapted)
        width = adapted.layers[0].basis.high - adapted.layers[0].basis.low
        assert width[0] == pytest.approx(2.0)
        assert_close(adapted([[0.5]]), network([[0.5]]), atol=0.2)


@pytest.mark.parametrize("place", [0.0, 0.3, 1e6, -1e6])
@pytest.mark.parametrize("k", range(6))
def test_a_single_sample_is_enough(place, k):
    network, _, _ = random_network([2, 3, 1], degree=k)
    x = np.full((1, 2), place)
    adapted = adapt_grid(network, x)
    assert_sound(adapted)
    assert np.all(np.isfinite(adapted(x)))
    for layer, z in zip(adapted.layers, activations(adapted, x), strict=True):
        B = layer.basis(z)
        assert_close(B.sum(axis=2), np.ones(z.shape))  # every activation lies on its grid


def test_a_shrinking_spread_narrows_a_grid_step_by_step_and_not_to_nothing():
    network, x, _ = random_network([1, 1])
    for shrink in 10.0 ** -np.arange(1, 15):
        network = adapt_grid(network, 0.25 + shrink * x)
        assert_sound(network)
        assert np.all(np.isfinite(network(0.25 + shrink * x)))


# Values.


@given(drawn=networks_with_inputs())
def test_the_network_and_the_inputs_that_are_passed_in_stay_as_they_are(drawn):
    network, x, _ = drawn
    before = KAN.from_layers(
        replace(layer, coef=layer.coef.copy(), w_base=layer.w_base.copy())
        for layer in network.layers
    )
    x_before = x.copy()
    knots = [layer.knots.copy() for layer in network.layers]
    for changed in (adapt_grid(network, x), refine(network, 3)):
        for layer, old in zip(changed.layers, network.layers, strict=True):
            assert not np.shares_memory(layer.coef, old.coef)
            assert np.array_equal(layer.active, old.active)
            assert np.array_equal(layer.bias, old.bias)
            assert np.array_equal(layer.w_base, old.w_base)
            assert layer.base is old.base
    assert same(network, before)
    assert all(np.array_equal(a.knots, b) for a, b in zip(network.layers, knots, strict=True))
    assert np.array_equal(x, x_before)
    assert x.flags.writeable


@given(drawn=networks_with_inputs())
def test_edges_that_are_not_active_stay_nothing(drawn):
    network, x, _ = drawn
    for changed in (adapt_grid(network, x), refine(network, 7)):
        for layer in changed.layers:
            assert np.all(layer.coef[~layer.active] == 0.0)
        assert changed.size == sum(
            layer.n_edges * (layer.basis.size + layer.has_base) for layer in changed.layers
        )


def test_sizes_grow_and_theta_with_them():
    sizes = [refine(KAN([2, 5, 1], grid_size=3, rng=0), G).size for G in (3, 5, 10)]
    assert [after - before for before, after in pairwise(sizes)] == [15 * 2, 15 * 5]


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_ties_do_not_spoil_quantile_knots(share):
    """A column with many equal values is fitted as well with eps = 0 as with eps = 1, or nearly."""
    rng = np.random.default_rng(0)
    x = np.where(rng.random((600, 1)) < share, 0.0, rng.uniform(0.0, 4.0, (600, 1)))
    y = np.tanh(x) + np.sin(2.0 * x)
    errors = [
        fit(KAN([1, 1], grid_size=20, rng=1), x, y, adapt_at=[0], eps=eps).history["train_loss"][-1]
        for eps in (0.0, 1.0)
    ]
    assert np.sqrt(errors[0]) < 10.0 * np.sqrt(errors[1])  # in root mean squares


@pytest.mark.parametrize("eps", [1.0, 0.5, 0.0])
@pytest.mark.parametrize("outside", ["linear", "fade"])
def test_grids_of_few_samples_change_nothing_much(outside, eps):
    """Where no sample lies the adapted and refined edges go on as the old ones did."""
    for seed in range(3):
        rng = np.random.default_rng(seed)
        x = rng.lognormal(0.0, 1.5, (300, 1))
        y = np.sqrt(x) + 0.1 * rng.standard_normal(x.shape)
        t = np.linspace(x.min(), x.max(), 999)[:, None]
        start = KAN([1, 1], grid_size=10, outside=outside, rng=seed)
        network = fit(start, x, y, adapt_at=[0]).network
        for other in (adapt_grid(network, x, eps=eps), refine(network, 17), refine(network, 30)):
            assert np.abs(other(t) - network(t)).max() < 0.25 * np.ptp(y)


def test_a_grid_may_have_a_single_interval():
    network = KAN([2, 1], grid_size=3, rng=0)
    assert refine(network, 1).layers[0].grid_size == 1
    assert type(refine(network, 6)) is KAN
    with pytest.raises(ValueError, match="grid_size must be at least 1"):
        refine(network, 0)


def test_columns_off_their_grid_are_found():
    layer = KAN([3, 1], grid_size=4, grid_range=(-1.0, 1.0), rng=0).layers[0]  # intervals of 0.5
    x = np.array([[-1.0, 0.0, 0.3], [1.0, 0.49, 0.3], [1.1, 0.2, 0.3]])
    outside, narrow = off_grid(layer, x)
    assert outside.tolist() == [[False] * 3, [False] * 3, [True, False, False]]
    assert narrow.tolist() == [False, True, False]  # and a constant is no narrow column


@pytest.mark.parametrize("basis", ["bspline", "gaussian", "chebyshev"])
@pytest.mark.parametrize("width", [1e-9, 1.0, 1e9])
@pytest.mark.parametrize("size", [1e-12, 1e-3, 1.0, 1e12])
def test_grids_are_laid_on_data_of_any_size_and_base_functions_see_what_they_saw(
    basis, width, size
):
    network = KAN([2, 1], basis=basis, grid_range=(-width, width), rng=0)
    x = size * np.column_stack([np.linspace(1.0, 3.0, 50), np.full(50, 2.0)])
    layer = on_data(network, x).layers[0]
    np.testing.assert_allclose(layer.basis.low[0], 0.98 * size, rtol=1e-9)
    np.testing.assert_allclose(layer.basis.high[0], 3.02 * size, rtol=1e-9)
    constant = max(width, 1e-9 * 2.0 * size)  # it keeps its width, unless that is rounding
    half = 0.5 * (layer.basis.high - layer.basis.low)[1]
    np.testing.assert_allclose(half, constant, rtol=1e-6, atol=1e-15 * size)
    for end, seen in ((layer.basis.low, -width), (layer.basis.high, width)):
        u = (end - layer.center) / layer.scale
        np.testing.assert_allclose(u, seen, atol=1e-6 * width)


def test_of_the_knots_that_are_laid_on_data_half_are_even_and_half_at_quantiles():
    network, x = KAN([2, 1], rng=0), np.random.default_rng(0).lognormal(size=(50, 2))
    want = adapt_grid(network, x, eps=0.5, margin=0.01).layers[0].knots
    np.testing.assert_allclose(on_data(network, x).layers[0].knots, want, rtol=1e-12)
