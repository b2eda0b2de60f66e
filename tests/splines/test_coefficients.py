"""Coefficients: fitted as SciPy does, carried exactly to finer knots, projected to other ones."""

import numpy as np
import pytest
from checks import assert_close
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.interpolate import BSpline, insert, make_lsq_spline
from strategies import degrees, floats, grid_sizes, knots, points, points_inside, seeds

from kan_numpy import bspline_basis, fit_spline, refine_spline, uniform_knots
from kan_numpy.splines.coefficients import project_spline

SMOOTH = ("uniform", "random", "clamped")


def spline(x, c, t, k):
    """Evaluate splines with coefficients (..., G + k) at x (N,), shape (N, ...)."""
    return bspline_basis(x, t, k) @ np.moveaxis(c, -1, 0)


def spread(t, k, count):
    """Return points inside every interval of the grid that is not empty, count in each."""
    ends = np.unique(t[k : len(t) - k])
    shares = (np.arange(count) + 0.5) / count
    return (ends[:-1, None] + np.diff(ends)[:, None] * shares).ravel()


def random_coefficients(t, k, seed, n_out=()):
    return np.random.default_rng(seed).uniform(-1.0, 1.0, (*n_out, len(t) - k - 1))


@st.composite
def splines(draw, **kinds):
    """Draw coefficients (G + k,), knots and the degree."""
    k = draw(degrees)
    t = draw(knots(k, draw(grid_sizes), **kinds))
    return random_coefficients(t, k, draw(seeds)), t, k


# Fitting.


@given(drawn=splines(kinds=SMOOTH))
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


@given(drawn=splines(kinds=SMOOTH), seed=seeds)
def test_noisy_data_are_fitted_like_scipy_does(drawn, seed):
    _, t, k = drawn
    x = spread(t, k, k + 3)
    y = np.random.default_rng(seed).standard_normal(len(x))
    want = make_lsq_spline(x, y, t, k).c
    assert_close(fit_spline(x, y, t, k), want, atol=1e-9)


@given(drawn=splines(kinds=SMOOTH), data=st.data(), seed=seeds)
def test_with_too_few_points_the_smallest_coefficients_of_the_best_are_found(drawn, data, seed):
    _, t, k = drawn
    x = np.sort(data.draw(st.lists(points_inside(t, k), min_size=1, max_size=4)))
    y = np.random.default_rng(seed).standard_normal(len(x))
    A = BSpline(t, np.eye(len(t) - k - 1), k)(x)
    singular = np.linalg.svd(A, compute_uv=False)
    # Two points that are almost one leave it open what the rank is.
    assume(np.all((singular > 1e-6) | (singular < 1e-15)))
    assert_close(fit_spline(x, y, t, k), np.linalg.pinv(A, rcond=1e-10) @ y, atol=1e-8)


def test_an_interval_without_points_does_no_harm():
    t, k = uniform_knots(0.0, 10.0, 10, 3), 3
    x = np.linspace(0.0, 4.0, 100)
    c = fit_spline(x, np.cos(x), t, k)
    assert np.max(np.abs(spline(x, c, t, k) - np.cos(x))) < 2e-3
    # B_7 and the functions after it begin at 4: nothing speaks for them, so they stay at zero.
    np.testing.assert_allclose(c[7:], 0.0, rtol=0, atol=1e-14)
    assert np.abs(c).max() < 2.0


@given(k=degrees, place=floats(-1.0, 1.0), y=st.lists(floats(-1.0, 1.0), min_size=1, max_size=20))
def test_of_many_values_in_one_place_the_mean_is_taken(k, place, y):
    t = uniform_knots(-1.0, 1.0, 5, k)
    B = bspline_basis([place], t, k)[0]
    c = fit_spline(np.full(len(y), place), y, t, k)
    assert_close(c, np.mean(y) * B / (B @ B))


def test_two_values_in_one_place_give_their_mean_however_it_is_rounded():
    t = uniform_knots(-4.5, 4.5, 1, 4)
    for place in np.linspace(-4.5, 4.5, 19):
        B = bspline_basis([place], t, 4)[0]
        c = fit_spline([place, place], [0.125, -0.375], t, 4)
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


# Inserting knots.


@st.composite
def insertions(draw, **kinds):
    """Draw a spline, and knots that contain its own and up to six more, old and new ones.

    Two knots are the same or at least 1e-6 apart: nearer than 1e-12, they count as the same.
    """
    c, t, k = draw(splines(**kinds))
    new = t
    for knot in draw(st.lists(points_inside(t, k), max_size=6)):
        nearest = new[np.argmin(np.abs(new - knot))]
        new = np.sort(np.append(new, nearest if abs(nearest - knot) < 1e-6 else knot))
    return c, t, new, k


@given(drawn=insertions(), data=st.data())
def test_inserting_knots_leaves_the_function_unchanged_on_the_grid(drawn, data):
    c, t, new, k = drawn
    x = np.append(spread(new, k, 3), data.draw(st.lists(points_inside(t, k), max_size=5)))
    finer = refine_spline(c, t, new, k)
    assert finer.shape == (len(new) - k - 1,)
    assert_close(spline(x, finer, new, k), spline(x, c, t, k))


@given(drawn=insertions(kinds=SMOOTH), data=st.data())
def test_inserting_knots_leaves_the_function_unchanged_everywhere(drawn, data):
    c, t, new, k = drawn
    x = np.array(data.draw(st.lists(points(t, k), min_size=1, max_size=8)))
    assert_close(spline(x, refine_spline(c, t, new, k), new, k), spline(x, c, t, k))


@given(drawn=insertions(), stretch=st.sampled_from([0.0, 0.3, 4.0]))
def test_other_knots_outside_the_grid_leave_the_function_on_it_unchanged(drawn, stretch):
    c, t, new, k = drawn
    inside = slice(k, len(new) - k)
    moved = np.where(new < t[k], t[k] + stretch * (new - t[k]), new)
    moved = np.where(new > t[-k - 1], t[-k - 1] + stretch * (new - t[-k - 1]), moved)
    assert np.array_equal(moved[inside], new[inside])
    x = spread(new, k, 3)
    assert_close(spline(x, refine_spline(c, t, moved, k), moved, k), spline(x, c, t, k))


def test_a_new_function_that_is_zero_everywhere_gets_a_finite_coefficient():
    t, new = [-2, -2, -1, 0, 1, 2, 3], [-5, -5, -1, 0, 0, 0, 0, 1, 5, 9]  # four times 0, k = 2
    c, x = np.array([1.0, -2.0, 3.0, 0.5]), np.linspace(-0.95, 0.95, 12)
    finer = refine_spline(c, t, new, 2)
    assert np.all(np.isfinite(finer))
    assert_close(spline(x, finer, new, 2), spline(x, c, t, 2))


@pytest.mark.parametrize("k", range(1, 6))
@pytest.mark.parametrize("end", ["left", "right"])
def test_an_empty_interval_at_the_end_of_the_grid_does_not_change_what_is_outside(k, end):
    t = np.arange(-k, k + 4.0)  # the grid is [0, 3]
    t = np.where(t == 1.0, 0.0, t) if end == "left" else np.where(t == 2.0, 3.0, t)
    new = np.sort(np.append(t, 1.5))
    c = random_coefficients(t, k, k)
    x = np.linspace(-k - 0.5, k + 3.5, 97)
    assert_close(spline(x, refine_spline(c, t, new, k), new, k), spline(x, c, t, k))


@pytest.mark.parametrize("k", range(6))
@pytest.mark.parametrize("inserted", [[], [0.5], [1.5], [0.5, 1.5]])
def test_inserting_knots_keeps_a_jump(k, inserted):
    t = np.sort(np.concatenate([np.arange(-k, k + 3.0), np.ones(k)]))  # k + 1 times the knot 1
    new = np.sort(np.append(t, inserted))
    c = random_coefficients(t, k, k)
    x = spread(new, k, 3)
    assert abs(np.diff(spline(np.array([1.0 - 1e-12, 1.0]), c, t, k))[0]) > 0.01
    assert_close(spline(x, refine_spline(c, t, new, k), new, k), spline(x, c, t, k))


@given(drawn=splines(kinds=SMOOTH), share=floats(0.01, 0.99))
def test_one_knot_is_inserted_like_scipy_does(drawn, share):
    c, t, k = drawn
    assume(k > 0)  # SciPy knows no steps here
    knot = t[k] + share * (t[-k - 1] - t[k])
    new, want, _ = insert(knot, (t, c, k))
    new = np.sort(np.append(t, knot))
    assert_close(refine_spline(c, t, new, k), np.asarray(want)[: len(new) - k - 1])


@given(k=degrees, G=grid_sizes, m=st.integers(1, 7), low=floats(-1.0, 1.0), width=floats(0.1, 3.0))
def test_uniform_intervals_are_divided_evenly(k, G, m, low, width):
    t, new = (uniform_knots(low, low + width, size, k) for size in (G, m * G))
    c = random_coefficients(t, k, G + 10 * m)
    x = spread(new, k, 3)
    assert_close(spline(x, refine_spline(c, t, new, k), new, k), spline(x, c, t, k))


def test_in_the_middle_of_an_interval_a_parabola_is_halved_by_the_known_rule():
    t, new = uniform_knots(0.0, 4.0, 4, 2), uniform_knots(0.0, 4.0, 8, 2)
    c = np.array([1.0, -2.0, 5.0, 0.0, 3.0, 7.0])
    # Chaikin's corner cutting: 3/4 of the near one and 1/4 of the far one.
    want = np.stack([0.75 * c[:-1] + 0.25 * c[1:], 0.25 * c[:-1] + 0.75 * c[1:]], axis=1).ravel()
    assert_close(refine_spline(c, t, new, 2), want)


def test_many_splines_are_refined_at_once():
    t, new = uniform_knots(0.0, 1.0, 4, 3), uniform_knots(0.0, 1.0, 12, 3)
    c = random_coefficients(t, 3, 0, (2, 5))
    finer = refine_spline(c, t, new, 3)
    assert finer.shape == (2, 5, 15)
    for o in range(2):
        for i in range(5):
            assert_close(finer[o, i], refine_spline(c[o, i], t, new, 3))


def test_refining_twice_is_refining_once():
    t, half, quarter = (uniform_knots(0.0, 1.0, G, 3) for G in (5, 10, 20))
    c = random_coefficients(t, 3, 1)
    twice = refine_spline(refine_spline(c, t, half, 3), half, quarter, 3)
    assert_close(twice, refine_spline(c, t, quarter, 3))


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ([-1, 0, 0.4, 1, 2], "new_knots must contain all knots, but 0.5 is missing"),
        ([-1, 0, 0.25, 1, 2], "new_knots must contain all knots, but 0.5 is missing"),
        ([-1, 0, 1, 2], "new_knots must contain all knots, but 0.5 is missing"),
        ([-1, 0, 0.5, 1.5, 2], r"must have the grid \[0, 1\] of knots, but has \[0, 1.5\]"),
        ([-1, 0.25, 0.5, 1, 2], r"must have the grid \[0, 1\] of knots, but has \[0.25, 1\]"),
    ],
)
def test_knots_that_do_not_contain_the_old_ones_are_refused(new, message):
    with pytest.raises(ValueError, match=message):
        refine_spline([1.0, 2.0, 3.0], [-1, 0, 0.5, 1, 2], new, 1)


def test_a_knot_must_stay_as_often_as_it_was_repeated():
    with pytest.raises(ValueError, match=r"0\.5 is missing or repeated less often"):
        refine_spline(np.ones(4), [-1, 0, 0.5, 0.5, 1, 2], [-1, 0, 0.25, 0.5, 1, 2], 1)


# Projecting.


def integrals(f, t, new, k):
    """Integrate f (N,) -> (N, ...) over the new grid, piece by piece, with 12 Gauss points."""
    low, high = new[k], new[-k - 1]
    ends = np.unique(np.clip(np.concatenate([t, new]), low, high))
    nodes, weights = np.polynomial.legendre.leggauss(12)
    half = 0.5 * np.diff(ends)[:, None]
    x = ends[:-1, None] + half * (nodes + 1.0)
    return np.tensordot((half * weights).ravel(), f(x.ravel()), axes=1)


@st.composite
def projections(draw):
    """Draw a spline and other knots: elsewhere, wider or narrower, finer or coarser."""
    c, t, k = draw(splines(kinds=SMOOTH))
    return c, t, draw(knots(k, draw(grid_sizes), kinds=SMOOTH)), k


@given(drawn=projections())
def test_what_a_projection_loses_is_orthogonal_to_all_it_could_have_kept(drawn):
    c, t, new, k = drawn
    found, change = project_spline(c[None], t, new, k)

    def loss(x):
        return spline(x, found[0], new, k) - spline(x, c, t, k)

    products = integrals(lambda x: loss(x)[:, None] * bspline_basis(x, new, k), t, new, k)
    np.testing.assert_allclose(products, 0.0, rtol=0, atol=1e-12)
    want = np.sqrt(integrals(lambda x: loss(x) ** 2, t, new, k) / (new[-k - 1] - new[k]))
    # An interval as narrow as rounding may hold a jump of 1: the root of 1e-16 is 1e-8.
    np.testing.assert_allclose(change, [want], rtol=1e-6, atol=1e-7)


@given(drawn=projections(), seed=seeds)
def test_no_other_spline_on_the_new_knots_is_nearer(drawn, seed):
    c, t, new, k = drawn
    found, change = project_spline(c[None], t, new, k)
    other = found[0] + 0.1 * np.random.default_rng(seed).standard_normal(found.shape[1])
    square = integrals(lambda x: (spline(x, other, new, k) - spline(x, c, t, k)) ** 2, t, new, k)
    assert square / (new[-k - 1] - new[k]) > change[0] ** 2


@given(drawn=splines(kinds=SMOOTH), m=st.integers(1, 4))
def test_on_nested_knots_a_projection_is_exact(drawn, m):
    c, t, k = drawn
    G = len(t) - 2 * k - 1
    inner = np.interp(np.arange(m * G + 1) / m, np.arange(G + 1), t[k : len(t) - k])
    new = np.concatenate([t[:k], inner, t[len(t) - k :]])
    x = spread(new, k, 3)
    found, change = project_spline(c[None], t, new, k)
    assert_close(spline(x, found[0], new, k), spline(x, c, t, k), atol=1e-11)
    assert change[0] < 1e-12


def test_five_intervals_do_not_fit_into_seven_and_the_loss_is_told():
    t, new = uniform_knots(-1.0, 1.0, 5, 3), uniform_knots(-1.0, 1.0, 7, 3)
    c = random_coefficients(t, 3, 0, (2,))
    found, change = project_spline(c, t, new, 3)
    x = np.linspace(-1.0, 1.0, 20001)
    want = np.sqrt(np.mean((spline(x, found, new, 3) - spline(x, c, t, 3)) ** 2, axis=0))
    np.testing.assert_allclose(change, want, rtol=1e-3)
    assert np.all(change > 1e-3)
    assert np.all(change < 0.2)
