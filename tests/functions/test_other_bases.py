"""Gaussians, Chebyshev polynomials, Fourier modes: against formulas, backwards, and in networks."""

from dataclasses import replace

import numpy as np
import pytest
from checks import (
    agree,
    agree_exactly,
    assert_value,
    check_basis_backward,
    check_basis_backward_exactly,
    check_basis_derivative,
    check_jacobian,
    check_layer,
    check_network_exactly,
    check_network_input,
)
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial import chebyshev
from strategies import floats, seeds

import kan_numpy as kn
from kan_numpy import KAN
from kan_numpy.functions import other_bases
from kan_numpy.functions.other_bases import BASES, ChebyshevBasis, FourierBasis, GaussianBasis
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.splines.projection import gauss_points

KINDS = st.sampled_from(sorted(BASES))
EVERY = pytest.mark.parametrize("kind", sorted(BASES))


@st.composite
def bases_with_points(draw, beyond=1.0):
    """Draw a basis, points on its grids, at their ends and outside, and a generator."""
    N, n_in, size = draw(st.permutations([1, 2, 3, 4, 5, 6]))[:3]
    rng = np.random.default_rng(draw(seeds))
    low = rng.uniform(-2.0, 0.0, n_in)
    high = low + rng.uniform(0.5, 2.0, n_in)
    u = st.sampled_from([0.0, 1.0]) | floats(-beyond, 1.0 + beyond)
    shares = np.reshape(draw(st.lists(u, min_size=N * n_in, max_size=N * n_in)), (N, n_in))
    x = np.where(shares == 1.0, high, low + shares * (high - low))
    return BASES[draw(KINDS)](low, high, size), x, rng


def random_network(kind, widths, seed, size=4):
    rng = np.random.default_rng(seed)
    network = KAN(widths, grid_size=size, basis=kind, rng=rng)
    network = network.with_theta(rng.uniform(-0.5, 0.5, network.size))
    return network, rng.uniform(-1.0, 1.0, (200, widths[0])), rng


# The functions.


def on_the_unit_grid(kind, size, x, derivative=0):
    """Evaluate a basis with the grid [-1, 1] at points (N,)."""
    return BASES[kind](np.array([-1.0]), np.array([1.0]), size)(x[:, None], derivative)[:, 0]


INSIDE = np.linspace(-1.0, 1.0, 41)


@pytest.mark.parametrize("size", [1, 2, 7])
@pytest.mark.parametrize("derivative", [0, 1, 2, 3])
def test_chebyshev_polynomials_are_those_of_numpy(size, derivative):
    want = [
        chebyshev.chebval(INSIDE, chebyshev.chebder(np.eye(size)[j], derivative))
        for j in range(size)
    ]
    got = on_the_unit_grid("chebyshev", size, INSIDE, derivative)
    agree_exactly(got, np.stack(want, axis=1), np.abs(want))


def test_chebyshev_polynomials_are_cosines():
    j = np.arange(9)
    got = on_the_unit_grid("chebyshev", 9, INSIDE)
    np.testing.assert_allclose(got, np.cos(j * np.arccos(INSIDE)[:, None]), rtol=0, atol=1e-13)


def test_gaussians_stand_on_evenly_spaced_centers():
    z = np.array([(x - g) / 0.5 for x in INSIDE for g in (-1.0, -0.5, 0.0, 0.5, 1.0)])
    agree(on_the_unit_grid("gaussian", 5, INSIDE), np.exp(-z * z).reshape(-1, 5), rtol=1e-14)
    alone = on_the_unit_grid("gaussian", 1, INSIDE)
    agree(alone, np.exp(-(((INSIDE + 1.0) / 2.0) ** 2))[:, None], rtol=1e-14)


def test_fourier_modes_are_sines_and_cosines_of_one_period():
    basis = FourierBasis(np.array([1.0]), np.array([5.0]), 6)
    x = np.linspace(-3.0, 9.0, 31)
    angle = np.pi * (x - 3.0) / 2.0
    want = [np.ones_like(x)]
    want += [np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(2 * angle), np.cos(3 * angle)]
    B = basis(x[:, None])  # (N, 1, 6)
    np.testing.assert_allclose(B[:, 0], np.stack(want, axis=1), rtol=0, atol=1e-14)
    np.testing.assert_allclose(basis(x[:, None] + 4.0), B, rtol=0, atol=1e-13)


def test_outside_gaussians_fade_and_polynomials_go_on_along_their_tangents():
    far = np.array([-3.0, -1.5, 1.5, 3.0])
    assert on_the_unit_grid("gaussian", 5, far)[[0, 3]].max() < 1.2e-7
    got, end, j = on_the_unit_grid("chebyshev", 5, far), np.sign(far)[:, None], np.arange(5)
    # T_j(1) = 1 and T_j'(1) = j^2, and both alternate at -1.
    agree(got, end**j * (1.0 + j**2 * (np.abs(far) - 1.0)[:, None]), rtol=1e-14)
    assert not on_the_unit_grid("chebyshev", 5, far, 2).any()


@EVERY
def test_a_basis_knows_its_numbers(kind):
    basis = BASES[kind](np.array([-1.0, 0.0]), np.array([1.0, 4.0]), 5)
    assert (basis.n_in, basis.size, basis.grid_size) == (2, 5, 5)
    assert basis.max_derivative == np.inf
    assert basis.share_on_grid.tolist() == [[1.0] * 5] * 2
    assert basis.nested == (kind != "gaussian")
    centers = [[-1.0, -0.5, 0.0, 0.5, 1.0], [0.0, 1.0, 2.0, 3.0, 4.0]]
    if kind == "gaussian":
        np.testing.assert_allclose(basis.centers, centers, rtol=0, atol=1e-15)
    else:
        assert basis.centers is None
    assert basis.select(np.array([1])).high.tolist() == [4.0]


def test_a_chebyshev_polynomial_bends_up_to_the_ends_of_its_grid():
    # T_2'' = 4 inside and at the ends, where value and slope go on.
    got = on_the_unit_grid("chebyshev", 3, np.array([-1.0, 0.0, 1.0, 1.1]), 2)
    assert got[:, 2].tolist() == [4.0, 4.0, 4.0, 0.0]


@pytest.mark.gradient
@given(drawn=bases_with_points())
def test_every_derivative_is_that_of_the_one_before(record, drawn):
    basis, x, _ = drawn
    for order in (1, 2, 3):
        record(check_basis_derivative(basis, order, x))


@pytest.mark.gradient
@given(drawn=bases_with_points())
def test_a_basis_goes_back_exactly(record, drawn):
    record(check_basis_backward_exactly(*drawn))


@pytest.mark.gradient
@given(drawn=bases_with_points())
def test_a_basis_goes_back_as_central_differences_say(record, drawn):
    basis, x, rng = drawn
    u = 2.0 * (x - basis.low) / (basis.high - basis.low) - 1.0
    # At its ends a Chebyshev polynomial has no second derivative.
    inside = basis.low + 0.5 * (basis.high - basis.low) * (0.99 * u + 1.0)
    record(check_basis_backward(basis, inside, rng))


# Layers and networks.


@pytest.mark.gradient
@given(kind=KINDS, seed=seeds)
def test_a_layer_goes_back(record, kind, seed):
    network, x, rng = random_network(kind, [3, 2], seed)
    record(check_layer(network.layers[0], x[:4], rng))


@pytest.mark.gradient
@given(kind=KINDS, seed=seeds)
def test_a_network_goes_back(record, kind, seed):
    network, x, rng = random_network(kind, [2, 3, 1], seed)
    record(check_network_exactly(network, x[:5], rng))
    record(check_jacobian(network, x[:3]))
    record(check_network_input(network, x[:3], rng))


@EVERY
def test_the_grid_size_is_the_number_of_functions(kind):
    network = KAN([2, 3, 1], grid_size=[4, 6], grid_range=[(-1, 1), (0, 2)], basis=kind, rng=0)
    assert [type(layer.basis) for layer in network.layers] == [BASES[kind]] * 2
    assert network.size == 6 * (4 + 1) + 3 * (6 + 1)
    assert network.layers[1].basis.low.tolist() == [0.0] * 3
    assert network.layers[1].basis.high.tolist() == [2.0] * 3


@EVERY
def test_glorot_starts_with_outputs_as_wide_as_the_inputs(kind):
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (2000, 40))
    network = KAN([40, 40], basis=kind, base="zero", grid_size=6, rng=1)
    slopes = np.mean(network.layers[0].basis(x, 1) ** 2)
    values = np.mean(network.layers[0].basis(x) ** 2) / np.var(x)
    # The harmonic mean of both wishes leaves 2 / (1 + r) of the variance, with r their ratio.
    want = 2.0 / (1.0 + slopes / values)
    assert np.mean(network(x) ** 2) / np.var(x) == pytest.approx(want, rel=0.15)


def test_a_basis_without_knots_says_so():
    layer = KAN([2, 1], basis="gaussian", rng=0).layers[0]
    for name in ("knots", "degree"):
        with pytest.raises(
            AttributeError, match=f"'GaussianBasis' object has no attribute '{name}'"
        ):
            getattr(layer, name)
    with pytest.raises(TypeError, match=r"layers\[0\] must be made of B-splines, but has Gaussian"):
        kn.to_relu(KAN([2, 1], basis="gaussian", degree=1, base="zero", rng=0))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"basis": "wavelet"}, "basis must be one of bspline, gaussian, chebyshev, fourier, but"),
        ({"basis": "fourier", "grid_size": 0}, "grid_size must be at least 1"),
        ({"basis": "gaussian", "grid_range": (1, 1)}, "low must be below high"),
    ],
)
def test_what_makes_no_basis_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        KAN([2, 1], **arguments)


@pytest.mark.parametrize(
    ("kind", "share"), [("gaussian", 0.02), ("chebyshev", 0.001), ("fourier", 0.1)]
)
def test_a_small_network_learns(kind, share):
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (300, 2))
    y = np.exp(np.sin(np.pi * x[:, :1]) + x[:, 1:] ** 2)
    result = kn.fit(KAN([2, 3, 1], grid_size=8, basis=kind, rng=0), x, y, steps=40)
    assert np.sqrt(result.history["train_loss"][-1]) < share * y.std()


def test_fourier_modes_know_what_lies_beyond_the_samples():
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (100, 1))
    network = KAN([1, 1], grid_size=5, basis="fourier", base="zero", rng=0)
    result = kn.fit(network, x, np.sin(np.pi * x) + np.cos(2.0 * np.pi * x), steps=10)
    far = np.linspace(5.0, 9.0, 50)[:, None]
    want = np.sin(np.pi * far) + np.cos(2.0 * np.pi * far)
    np.testing.assert_allclose(result.network(far), want, rtol=0, atol=1e-10)


# Grids.


def test_polynomials_stay_the_same_on_another_grid():
    network, x, _ = random_network("chebyshev", [2, 2], 0)
    adapted, change = kn.adapt_grid(network, 0.5 * x, margin=0.0, return_change=True)
    basis = adapted.layers[0].basis
    agree(basis.low, 0.5 * x.min(axis=0))
    agree(basis.high, 0.5 * x.max(axis=0))
    agree(adapted(0.5 * x), network(0.5 * x), rtol=1e-12)
    assert change < 1e-13


@EVERY
def test_deep_networks_keep_their_functions_when_their_grids_move(kind):
    network, x, _ = random_network(kind, [2, 3, 1], 0, size=12)
    adapted = kn.adapt_grid(network, x)
    caches = adapted.forward(x)[1]
    outside = [
        layer.fraction_outside_grid(c.x) for layer, c in zip(adapted.layers, caches, strict=True)
    ]
    if kind == "fourier":
        assert np.array_equal(adapted.theta, network.theta)
        assert all(np.all(layer.basis.low == -1.0) for layer in adapted.layers)
    else:
        assert outside == [0.0, 0.0]
        assert np.sqrt(np.mean((adapted(x) - network(x)) ** 2)) < 0.1 * network(x).std()


def test_a_constant_activation_does_not_collapse_a_grid():
    network, x, _ = random_network("gaussian", [2, 1], 0)
    x[:, 1] = 7.0
    basis = kn.adapt_grid(network, x).layers[0].basis
    assert basis.low[1] == pytest.approx(6.0)
    assert basis.high[1] == pytest.approx(8.0)


@pytest.mark.parametrize("kind", ["chebyshev", "fourier"])
def test_more_polynomials_or_modes_change_nothing(kind):
    network, x, _ = random_network(kind, [2, 3, 1], 0)
    larger, change = kn.refine(network, [7, 4], return_change=True)
    assert [layer.basis.size for layer in larger.layers] == [7, 4]
    assert change == 0.0
    agree(larger(2.0 * x), network(2.0 * x), rtol=1e-12, atol=1e-13)


@EVERY
def test_another_number_of_functions_gives_the_nearest_ones(kind):
    network, _, rng = random_network(kind, [1, 1], 0, size=9)
    fewer, change = kn.refine(network, 5, return_change=True)
    x = np.linspace(-1.0, 1.0, 20001)[:, None]
    before, layer = network.layers[0].edges(x)[:, 0, 0], fewer.layers[0]
    error = layer.edges(x)[:, 0, 0] - before
    assert change == pytest.approx(np.sqrt(np.mean(error**2)), rel=1e-3)
    # No other coefficients do better: what is left is orthogonal to every function.
    assert np.abs(np.mean(layer.basis(x)[:, 0] * error[:, None], axis=0)).max() < 1e-3 * change
    coef = layer.coef + 0.01 * rng.standard_normal(layer.coef.shape)
    assert np.mean((replace(layer, coef=coef).edges(x)[:, 0, 0] - before) ** 2) > change**2


@pytest.mark.parametrize(("size", "wider"), [(40, 1.0), (5, 0.5), (5, 8.0), (300, 1.0)])
def test_there_are_enough_points_to_find_the_nearest_functions(monkeypatch, size, wider):
    counts = []

    def counting(ends, count):
        counts.append(count)
        return gauss_points(ends, count)

    monkeypatch.setattr(other_bases, "gauss_points", counting)
    old = FourierBasis(np.array([-1.0, -1.0]), np.array([1.0, 1.0]), size)
    new = replace(old, low=wider * old.low, size=3)
    coef = np.random.default_rng(0).standard_normal((1, 2, size))
    found, change = old.project(coef, new)
    # Four points for each function of the old ones on the new grid, and a few; at most 1000.
    share = max((1.0 + wider) / 2.0, 1.0)
    assert counts == [min(int(4 * size * share) + 4, 1000)]
    x = np.linspace(new.low, new.high, 100_001)
    error = np.einsum("nij,oij->noi", new(x), found) - np.einsum("nij,oij->noi", old(x), coef)
    np.testing.assert_allclose(np.sqrt(np.mean(error**2, axis=0)).max(), change, rtol=1e-2)


def test_more_gaussians_come_near_most_of_all_in_the_middle():
    network, _, _ = random_network("gaussian", [1, 1], 0)
    finer, change = kn.refine(network, 32, return_change=True)
    x = np.linspace(-1.0, 1.0, 201)[:, None]
    error = np.abs(finer(x) - network(x))[:, 0]
    assert 0.0 < change < 0.01 * np.abs(network(x)).mean()
    assert error[np.abs(x[:, 0]) < 0.5].max() < 0.02 * error.max()


# Pruning, files.


@EVERY
def test_a_node_of_any_basis_can_go(kind):
    network, x, _ = random_network(kind, [2, 3, 1], 0)
    first, last = network.layers
    grids = replace(last.basis, low=np.array([-1.0, -2.0, -3.0]), high=np.array([1.0, 2.0, 4.0]))
    network = KAN.from_layers([first, replace(last, basis=grids)])
    pruned = kn.prune(network, x, nodes=[(1, 1)])
    assert pruned.widths == [2, 2, 1]
    phi = network.layers[1].edges(network.forward(x)[1][1].x)[:, :, 1]  # (N, 1)
    agree(pruned(x), network(x) - phi + phi.mean(), rtol=1e-11)


@EVERY
def test_a_saved_network_is_loaded_bit_for_bit(tmp_path, kind):
    network, x, _ = random_network(kind, [2, (1, 1), 1], 0)
    network = kn.prune(network, x, edges=[(0, 1, 1)])
    network.save(tmp_path / "net.npz")
    loaded = KAN.load(tmp_path / "net.npz")
    assert type(loaded.layers[0].basis) is BASES[kind]
    assert np.array_equal(loaded.layers[0].active, network.layers[0].active)
    assert np.array_equal(loaded.theta, network.theta)
    assert np.array_equal(loaded(2.0 * x), network(2.0 * x))


def test_layers_of_all_kinds_live_in_one_network_and_one_file(tmp_path):
    parts = [KAN([2, 2], basis=kind, rng=0).layers[0] for kind in ("bspline", *BASES)]
    network, x = KAN.from_layers(parts), np.random.default_rng(0).uniform(-1.0, 1.0, (50, 2))
    network.save(tmp_path / "net.npz")
    assert np.array_equal(KAN.load(tmp_path / "net.npz")(x), network(x))
    assert [layer.basis.size for layer in kn.refine(network, [10, 9, 8, 7]).layers] == [13, 9, 8, 7]


class Hats(GaussianBasis):
    """A basis that no file knows."""


def test_a_basis_of_your_own_is_not_saved(tmp_path):
    layer = KAN([2, 1], basis="gaussian", rng=0).layers[0]
    own = Hats(layer.basis.low, layer.basis.high, layer.basis.size)
    with pytest.raises(TypeError, match="a basis of your own, a Hats"):
        KAN.from_layers([replace(layer, basis=own)]).save(tmp_path / "net.npz")


def test_a_basis_cannot_be_changed():
    assert_value(GaussianBasis(np.array([-1.0]), np.array([1.0]), 3), "size")


def test_the_arrays_of_a_basis_are_read_only():
    basis = ChebyshevBasis(np.zeros(2), np.ones(2), 3)
    with pytest.raises(ValueError, match="read-only"):
        basis.low[0] = 1.0
    assert isinstance(KAN([1, 1], basis="chebyshev").layers[0], KANLayer)
