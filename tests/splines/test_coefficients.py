"""Coefficients: fitted as SciPy does, and projected to other knots."""

import numpy as np
import pytest
from checks import assert_close
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.interpolate import BSpline, make_lsq_spline
from spline_strategies import NOT_REPEATED, random_coefficients, spline, splines, spread
from strategies import degrees, floats, grid_sizes, knots, points_inside, seeds

from kan_numpy import bspline_basis, fit_spline, uniform_knots
from kan_numpy.splines.bsplines import BSplineBasis
from kan_numpy.splines.roughness import (
    STRENGTH,
    largest_of_three,
    second_differences,
    shortage,
)

# Fitting.


@given(drawn=splines(kinds=NOT_REPEATED))
def test_a_spline_on_the_same_knots_is_recovered(drawn):
    c, t, k = drawn
    x = spread(t, k, k + 2)
    assert_close(fit_spline(x, spline(x, c, t, k), t, k), c, atol=1e-10)


@given(drawn=splines())
def test_a_spline_on_repeated_knots_is_recovered_as_a_function(drawn):
    c, t, k = drawn
    x = spread(t, k, k + 2)
    found = fit_spline(x, spline(x, c, t, k), t, k)
    between = spread(t, k, k + 7)
    assert_close(spline(between, found, t, k), spline(between, c, t, k), atol=1e-10)


@given(drawn=splines(kinds=NOT_REPEATED), seed=seeds)
def test_noisy_data_are_fitted_like_scipy_does(drawn, seed):
    _, t, k = drawn
    x = spread(t, k, k + 3)
    y = np.random.default_rng(seed).standard_normal(len(x))
    want = make_lsq_spline(x, y, t, k).c
    assert_close(fit_spline(x, y, t, k, hold=0.0), want, atol=1e-9)


@given(drawn=splines(kinds=NOT_REPEATED), data=st.data(), seed=seeds)
def test_if_none_are_held_the_smallest_coefficients_of_the_best_are_found(drawn, data, seed):
    _, t, k = drawn
    x = np.sort(data.draw(st.lists(points_inside(t, k), min_size=1, max_size=4)))
    y = np.random.default_rng(seed).standard_normal(len(x))
    A = BSpline(t, np.eye(len(t) - k - 1), k)(x)
    singular = np.linalg.svd(A, compute_uv=False)
    # Two points that are almost one leave it open what the rank is.
    assume(np.all((singular > 1e-6) | (singular < 1e-15)))
    assert_close(fit_spline(x, y, t, k, hold=0.0), np.linalg.pinv(A, rcond=1e-10) @ y, atol=1e-8)


def test_an_interval_without_points_does_no_harm():
    t, k = uniform_knots(0.0, 10.0, 10, 3), 3
    x = np.linspace(0.0, 4.0, 100)
    c = fit_spline(x, np.cos(x), t, k, hold=0.0)
    assert np.max(np.abs(spline(x, c, t, k) - np.cos(x))) < 2e-3
    # B_7 and the functions after it begin at 4: nothing speaks for them, so they stay at zero.
    np.testing.assert_allclose(c[7:], 0.0, rtol=0, atol=1e-14)
    assert np.abs(c).max() < 2.0


@given(k=degrees, place=floats(-1.0, 1.0), y=st.lists(floats(-1.0, 1.0), min_size=1, max_size=20))
def test_of_many_values_in_one_place_the_mean_is_taken(k, place, y):
    t = uniform_knots(-1.0, 1.0, 5, k)
    B = bspline_basis([place], t, k)[0]
    c = fit_spline(np.full(len(y), place), y, t, k, hold=0.0)
    assert_close(c, np.mean(y) * B / (B @ B))


def test_two_values_in_one_place_give_their_mean_however_it_is_rounded():
    t = uniform_knots(-4.5, 4.5, 1, 4)
    for place in np.linspace(-4.5, 4.5, 19):
        B = bspline_basis([place], t, 4)[0]
        c = fit_spline([place, place], [0.125, -0.375], t, 4, hold=0.0)
        assert_close(c, -0.125 * B / (B @ B))


@given(drawn=splines(), n_out=st.integers(1, 3), seed=seeds)
def test_several_functions_are_fitted_each_by_itself(drawn, n_out, seed):
    _, t, k = drawn
    x = spread(t, k, k + 2)
    y = np.random.default_rng(seed).standard_normal((len(x), n_out))
    together = fit_spline(x, y, t, k)
    assert_close(together, np.stack([fit_spline(x, y[:, o], t, k) for o in range(n_out)]), 1e-12)


def test_the_order_of_the_points_does_not_matter():
    rng, t = np.random.default_rng(0), uniform_knots(-1.0, 1.0, 5, 3)
    x = rng.uniform(-1.0, 1.0, 50)
    order = rng.permutation(50)
    assert_close(fit_spline(x[order], np.sin(x[order]), t, 3), fit_spline(x, np.sin(x), t, 3))


def test_both_ends_of_the_grid_are_on_it_and_nothing_further():
    t = uniform_knots(-1.0, 1.0, 2, 3)
    x = np.linspace(-1.0, 1.0, 9)
    assert_close(spline(x, fit_spline(x, x**3, t, 3), t, 3), x**3, atol=1e-12)
    beyond = np.append(x, 1.0 + 1e-9)
    with pytest.raises(ValueError, match=r"x must lie on the grid \[-1, 1\], but x\[9\] is 1"):
        fit_spline(beyond, beyond**3, t, 3)


# Holding what few samples determine.


DRAWN = {
    "exponential": lambda rng: rng.exponential(size=400),
    "lognormal": lambda rng: rng.lognormal(0.0, 0.8, 400),
    "half normal": lambda rng: np.abs(rng.standard_normal(400)),
}


@pytest.mark.parametrize("kind", DRAWN)
@pytest.mark.parametrize("grid_size", [5, 10, 20])
def test_a_spline_does_not_leap_between_its_samples(kind, grid_size):
    free = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        x = DRAWN[kind](rng)
        y = np.sqrt(x) + 0.1 * rng.standard_normal(400)
        t, between = (
            uniform_knots(x.min(), x.max(), grid_size, 3),
            np.linspace(x.min(), x.max(), 999),
        )
        c, loose = (fit_spline(x, y, t, 3, hold) for hold in (STRENGTH, 0.0))
        assert np.abs(spline(between, c, t, 3) - np.sqrt(between)).max() < 0.3 * np.ptp(y)
        free.append(np.abs(spline(between, loose, t, 3) - np.sqrt(between)).max() / np.ptp(y))
        errors = [np.mean((spline(x, found, t, 3) - y) ** 2) for found in (c, loose)]
        assert errors[0] < 1.1 * errors[1]
    assert grid_size < 20 or max(free) > 1.0


@given(data=st.data(), k=degrees.filter(bool), G=grid_sizes, n=st.integers(2, 4), seed=seeds)
def test_two_points_of_a_straight_line_are_enough(data, k, G, n, seed):
    t = data.draw(knots(k, G, kinds=NOT_REPEATED))
    x = t[k] + (t[-k - 1] - t[k]) * np.linspace(0.1, 0.8, n)
    a, b = np.random.default_rng(seed).normal(size=2)
    between = spread(t, k, 5)
    found = spline(between, fit_spline(x, a + b * x, t, k), t, k)
    assert_close(found, a + b * between, atol=1e-6)


def test_a_few_samples_of_a_smooth_function_give_a_smooth_spline():
    t, between = uniform_knots(-1.0, 1.0, 20, 3), np.linspace(-1.0, 1.0, 999)
    x = np.append(np.random.default_rng(0).uniform(-1.0, 1.0, 12), [-1.0, 1.0])
    errors = {}
    for hold in (STRENGTH, 0.0):
        found = spline(between, fit_spline(x, np.sin(3.0 * x), t, 3, hold), t, 3)
        errors[hold] = np.abs(found - np.sin(3.0 * between)).max()
    assert errors[STRENGTH] < 0.1
    assert errors[0.0] > 0.3


def test_where_samples_are_plenty_nothing_is_held():
    rng, t = np.random.default_rng(0), uniform_knots(-1.0, 1.0, 10, 3)
    x = np.linspace(-1.0, 1.0, 500)
    y = rng.standard_normal(500)
    assert np.array_equal(fit_spline(x, y, t, 3), fit_spline(x, y, t, 3, hold=0.0))


@pytest.mark.parametrize("G", [50, 100, 200])
def test_fine_structure_without_noise_is_not_held_for_noise(G):
    t, x = uniform_knots(-1.0, 1.0, G, 3), np.linspace(-1.0, 1.0, 500)
    y = np.exp(-0.5 * ((x[:, None] - [-0.8, -0.4, 0.0, 0.4, 0.8]) / 0.04) ** 2).sum(axis=1)
    held, free = (fit_spline(x, y, t, 3, hold) for hold in (STRENGTH, 0.0))
    assert_close(spline(x, held, t, 3), spline(x, free, t, 3), atol=1e-4)


def test_a_constant_stays_one():
    t = uniform_knots(-1.0, 1.0, 10, 3)
    assert_close(fit_spline([-0.5, 0.1, 0.2], [2.0, 2.0, 2.0], t, 3), np.full(13, 2.0), atol=1e-6)


def test_what_is_held_solves_the_equations_of_the_chapter():
    rng, t, G = np.random.default_rng(0), uniform_knots(-1.0, 1.0, 12, 3), 12
    x = rng.uniform(-1.0, 1.0, 40)
    y = np.sin(4.0 * x) + 0.3 * rng.standard_normal(40)
    basis = BSplineBasis(t[None], 3)
    B = basis(x[:, None])[:, 0]
    s = largest_of_three(shortage(B.sum(axis=0), basis.share_on_grid[0]))
    D = second_differences(basis.centers)[0]
    c = fit_spline(x, y, t, 3, hold=0.1)
    # The gradient of the first sum is that of the second, times a factor with sigma^2 in it ...
    first, second = B.T @ (B @ c - y), D.T @ (s * (D @ c))
    factor = -(first @ second) / (second @ second)
    assert_close(first, -factor * second, atol=1e-9)
    noise, residual = factor * np.var(y) / (0.1 * G**3), np.mean((B @ c - y) ** 2)
    # ... which is the one of the round before, hardly more than that of the solution.
    assert 0.05 < residual < noise < residual / 0.9


@pytest.mark.parametrize(("noise", "held"), [(1e-8, True), (1e-12, False)])
def test_noise_below_rounding_is_none_and_the_smoothest_of_the_best_is_found(noise, held):
    rng, t = np.random.default_rng(0), uniform_knots(-1.0, 1.0, 6, 2)
    x = rng.uniform(-1.0, 1.0, 30)
    y = x**2 + noise * rng.standard_normal(30)
    free = fit_spline(x, y, t, 2, hold=0.0)
    assert np.array_equal(fit_spline(x, y, t, 2), free) != held


# Projecting.


def integrals(f, t, new, k):
    """Integrate f (N,) -> (N, ...) over the new grid, piece by piece, with 12 Gauss points."""
    low, high = new[k], new[-k - 1]
    ends = np.unique(np.clip(np.concatenate([t, new]), low, high))
    nodes, weights = np.polynomial.legendre.leggauss(12)
    half = 0.5 * np.diff(ends)[:, None]
    x = ends[:-1, None] + half * (nodes + 1.0)
    return np.tensordot((half * weights).ravel(), f(x.ravel()), axes=1)


def project(c, t, new, k):
    """Return the coefficients (n, G' + k) of the nearest splines, and how far the worst is away."""
    found, change = BSplineBasis(t[None], k).project(c[:, None], BSplineBasis(new[None], k))
    return found[:, 0], change


@st.composite
def projections(draw):
    """Draw a spline and other knots: elsewhere, wider or narrower, finer or coarser."""
    c, t, k = draw(splines(kinds=NOT_REPEATED))
    return c, t, draw(knots(k, draw(grid_sizes), kinds=NOT_REPEATED)), k


@given(drawn=projections())
def test_what_a_projection_loses_is_orthogonal_to_all_it_could_have_kept(drawn):
    c, t, new, k = drawn
    found, change = project(c[None], t, new, k)

    def loss(x):
        return spline(x, found[0], new, k) - spline(x, c, t, k)

    products = integrals(lambda x: loss(x)[:, None] * bspline_basis(x, new, k), t, new, k)
    np.testing.assert_allclose(products, 0.0, rtol=0, atol=1e-12)
    want = np.sqrt(integrals(lambda x: loss(x) ** 2, t, new, k) / (new[-k - 1] - new[k]))
    # An interval as narrow as rounding may hold a jump of 1: the root of 1e-16 is 1e-8.
    np.testing.assert_allclose(change, want, rtol=1e-6, atol=1e-7)


@given(drawn=projections(), seed=seeds)
def test_no_other_spline_on_the_new_knots_is_nearer(drawn, seed):
    c, t, new, k = drawn
    found, change = project(c[None], t, new, k)
    other = found[0] + 0.1 * np.random.default_rng(seed).standard_normal(found.shape[1])
    square = integrals(lambda x: (spline(x, other, new, k) - spline(x, c, t, k)) ** 2, t, new, k)
    assert square / (new[-k - 1] - new[k]) > change**2


@given(drawn=splines(kinds=NOT_REPEATED), m=st.integers(1, 4), stretch=st.sampled_from([0.0, 0.1]))
def test_on_nested_knots_a_projection_is_exact(drawn, m, stretch):
    c, t, k = drawn
    G = len(t) - 2 * k - 1
    inner = np.interp(np.arange(m * G + 1) / m, np.arange(G + 1), t[k : len(t) - k])
    # With other knots outside the grid it is no knot insertion.
    new = np.concatenate([t[:k] - stretch, inner, t[len(t) - k :] + stretch])
    x = spread(new, k, 3)
    found, change = project(c[None], t, new, k)
    assert_close(spline(x, found[0], new, k), spline(x, c, t, k), atol=1e-11)
    assert change < 1e-12


def test_five_intervals_do_not_fit_into_seven_and_the_loss_is_told():
    t, new = uniform_knots(-1.0, 1.0, 5, 3), uniform_knots(-1.0, 1.0, 7, 3)
    c = random_coefficients(t, 3, 0, (2,))
    found, change = project(c, t, new, 3)
    x = np.linspace(-1.0, 1.0, 20001)
    want = np.sqrt(np.mean((spline(x, found, new, 3) - spline(x, c, t, 3)) ** 2, axis=0))
    np.testing.assert_allclose(change, want.max(), rtol=1e-3)
    assert 1e-3 < change < 0.2
    for one, alone in zip(c, want, strict=True):
        np.testing.assert_allclose(project(one[None], t, new, 3)[1], alone, rtol=1e-3)
