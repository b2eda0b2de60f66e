"""B-spline basis functions: what they are, checked against slow twins, SciPy and their theory."""

import numpy as np
import pytest
from checks import EXACT, check_basis_derivative
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.interpolate import BSpline
from strategies import degrees, grid_sizes, knots, points, points_inside, rows_of_knots

from kan_numpy import bspline_basis, reference, uniform_knots
from kan_numpy.splines.bsplines import BSplineBasis


@st.composite
def grids_with_points(draw, kind=points):
    """Draw points (N,), knots (G + 2k + 1,) and the degree k.

    One point is in the middle of the grid: `assert_close` takes the size of rounding errors from
    the largest value, and near the outermost knots all values are small.
    """
    k = draw(degrees)
    t = draw(knots(k, draw(grid_sizes), gap=draw(st.sampled_from([0.01, 0.5]))))
    drawn = draw(st.lists(kind(t, k), min_size=1, max_size=8))
    return np.array([*drawn, (t[k] + t[-k - 1]) / 2]), t, k


def by_the_recursion(x, t, k, d=0):
    """Evaluate (N, G + k) one number at a time."""
    return np.array([[reference.bspline(p, j, k, t, d) for j in range(len(t) - k - 1)] for p in x])


def assert_close(got, want):
    """Assert equality to 1e-13 of the largest value."""
    np.testing.assert_allclose(got, want, rtol=0, atol=EXACT * np.abs(want).max(), strict=True)


@given(grids_with_points())
@example((np.array([np.nextafter(3.0, 0.0), 0.0]) / 256, np.arange(-3.0, 4.0) / 256, 1))
def test_the_basis_and_all_its_derivatives_equal_the_textbook_recursion(drawn):
    x, t, k = drawn
    for d in range(k + 1):
        assert_close(bspline_basis(x, t, k, d), by_the_recursion(x, t, k, d))


@given(grids_with_points(points_inside))
@example((np.array([0.0, 1.0, 2.0]), np.array([0.0, 0, 0, 0, 1, 1, 2, 2, 2, 2]), 3))
def test_inside_the_grid_the_basis_and_its_derivatives_equal_scipy(drawn):
    x, t, k = drawn
    if t[-k - 2] == t[-k - 1]:
        # At the right end SciPy takes the last interval; this one is empty, and it returns zeros.
        x = np.where(x == t[-k - 1], t[k], x)
    for d in range(k + 1):
        assert_close(bspline_basis(x, t, k, d), BSpline(t, np.eye(len(t) - k - 1), k)(x, d))


@given(grids_with_points(points_inside))
def test_inside_the_grid_the_functions_sum_to_one_and_their_derivatives_to_zero(drawn):
    x, t, k = drawn
    np.testing.assert_allclose(bspline_basis(x, t, k).sum(axis=1), 1.0, rtol=0, atol=EXACT)
    for d in range(1, k + 1):
        values = bspline_basis(x, t, k, d)
        assert np.all(np.abs(values.sum(axis=1)) <= EXACT * np.abs(values).max())


@given(grids_with_points())
def test_no_function_is_negative_and_at_most_k_plus_1_are_not_zero(drawn):
    x, t, k = drawn
    B = bspline_basis(x, t, k)
    assert B.min() >= 0.0
    assert np.count_nonzero(B, axis=1).max() <= k + 1


@given(grids_with_points())
def test_a_function_is_zero_outside_its_k_plus_2_knots(drawn):
    x, t, k = drawn
    B = bspline_basis(x, t, k)
    for j in range(B.shape[1]):
        outside = (x < t[j]) | (x > t[j + k + 1])
        assert np.all(B[outside, j] == 0.0)


@given(grids_with_points())
def test_every_derivative_is_the_complex_step_of_the_one_before(drawn):
    x, t, k = drawn
    for order in range(1, k + 1):
        check_basis_derivative(BSplineBasis(t[None].copy(), k), order, x[:, None])


@given(k=degrees, G=grid_sizes, data=st.data())
def test_the_fast_path_of_uniform_knots_agrees_with_the_general_one(k, G, data):
    t = data.draw(knots(k, G, kinds=("uniform",)))
    x = np.array(data.draw(st.lists(points(t, k), min_size=1, max_size=8)))
    dB = np.random.default_rng(0).standard_normal((len(x), 1, G + k))
    fast = BSplineBasis(t[None].copy(), k)
    # A second input with uneven knots sends both through the bisection.
    general = BSplineBasis(np.stack([t, np.sinh(t)]), k)
    x2, dB2 = np.stack([x, x], axis=1), np.concatenate([dB, dB], axis=1)
    for d in range(k + 1):
        assert_close(fast(x[:, None], d)[:, 0], general(x2, d)[:, 0])
    one, two = fast.forward(x[:, None]), general.forward(x2)
    assert_close(one[0][:, 0], two[0][:, 0])
    assert_close(fast.backward(dB, one[1])[:, 0], general.backward(dB2, two[1])[:, 0])


@given(k=degrees, G=grid_sizes, n_in=st.integers(1, 4), data=st.data())
def test_every_input_has_its_own_knots(k, G, n_in, data):
    rows = data.draw(rows_of_knots(n_in, k, G))
    x = np.array([[data.draw(points(t, k)) for t in rows] for _ in range(3)])
    for d in range(k + 1):
        together = bspline_basis(x, rows, k, d)  # (3, n_in, G+k)
        for i, t in enumerate(rows):
            assert_close(together[:, i], bspline_basis(x[:, i], t, k, d))


@given(drawn=grids_with_points())
def test_nothing_the_caller_passed_in_is_changed(drawn):
    x, t, k = drawn
    x_before, t_before = x.copy(), t.copy()
    bspline_basis(x, t, k)
    bspline_basis(x[:, None], t[None], k)
    assert np.array_equal(x, x_before)
    assert np.array_equal(t, t_before)
    assert x.flags.writeable
    assert t.flags.writeable


@pytest.mark.parametrize(("low", "high"), [(1000.0, 1001.0), (-1e-6, 1e-6), (-1e6, 1e6), (50, 51)])
@pytest.mark.parametrize("k", range(6))
def test_grids_far_from_zero_and_of_any_width_are_as_accurate(low, high, k):
    t = uniform_knots(low, high, 7, k)
    x = np.concatenate([t, np.random.default_rng(k).uniform(t[0], t[-1], 20)])
    for d in range(k + 1):
        assert_close(bspline_basis(x, t, k, d), by_the_recursion(x, t, k, d))


@pytest.mark.parametrize("far", [1e9, 1e300, -1e300])
def test_far_away_every_function_is_zero(far):
    for t in (uniform_knots(-1, 1, 4, 3), np.sinh(uniform_knots(-1, 1, 4, 3))):
        assert np.all(bspline_basis([far], t, 3) == 0.0)


def test_a_point_that_is_not_a_number_stays_one():
    for t in (uniform_knots(-1, 1, 4, 3), np.sinh(uniform_knots(-1, 1, 4, 3))):
        B, _ = BSplineBasis(t[None].copy(), 3).forward(np.array([[np.nan], [0.5]]))
        assert np.isnan(B[0, 0]).any()
        assert_close(B[1, 0], by_the_recursion([0.5], t, 3)[0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.5], [0, 1, 2, 3], 1, 2), "derivative must be at most the degree 1"),
        (([0.5], [0, 2, 1, 3], 1), r"knots must not decrease, but knots\[2\] = 1"),
        (([0.5], [0, 1, 2], 1), "at least 2 \\* degree \\+ 2 = 4 entries"),
        (([0.5], [0, 1, 1, 2], 1), "no grid"),
        (([np.nan], [0, 1, 2, 3], 1), r"x must be finite, but x\[0\] is nan"),
        (([0.5], [0, 1, 2, np.inf], 1), r"knots must be finite, but knots\[3\]"),
        (([0.5j], [0, 1, 2, 3], 1), "x must hold real numbers"),
        (([], [0, 1, 2, 3], 1), "x is empty"),
        (([[0.5, 0.5]], [[0, 1, 2, 3]], 1), "knots must have shape"),
        (([0.5], [0, 1, 2, 3], 1.5), "degree must be a whole number"),
        (([0.5], [0, 1, 2, 3], -1), "degree must be at least 0"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_reason(arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        bspline_basis(*arguments)


def test_of_a_basis_derivatives_of_a_higher_order_than_the_degree_are_zero():
    basis = BSplineBasis(uniform_knots(-1.0, 1.0, 4, 2)[None].copy(), 2)
    x = np.array([[-0.9], [0.3], [5.0]])
    assert basis.max_derivative == 2
    assert basis(x, 2).any()
    for d in (3, 4, 7):
        assert basis(x, d).shape == (3, 1, 6)
        assert not basis(x, d).any()


@given(k=degrees, G=grid_sizes, data=st.data())
def test_a_straight_line_has_its_values_at_the_centers_as_coefficients(k, G, data):
    t = data.draw(knots(max(k, 1), G))
    x = np.linspace(t[max(k, 1)], t[-max(k, 1) - 1], 9)
    basis = BSplineBasis(t[None], max(k, 1))
    assert_close(basis(x[:, None])[:, 0] @ basis.centers[0], x)


def test_a_step_has_its_center_in_its_middle():
    assert BSplineBasis(np.array([[0.0, 1.0, 3.0]]), 0).centers.tolist() == [[0.5, 2.0]]


@pytest.mark.parametrize(
    ("t", "k", "want"),
    [
        ([0, 1, 3], 0, [1, 1]),
        ([-1, 0, 1, 2, 3], 1, [1 / 2, 1, 1 / 2]),
        ([-2, -1, 0, 1, 2, 3, 4], 2, [1 / 6, 5 / 6, 5 / 6, 1 / 6]),
        ([0, 0, 1, 2, 2], 1, [1, 1, 1]),
        ([-3, 0, 1, 2, 2], 1, [1 / 4, 1, 1]),
        ([-2, 0, 0, 0, 1, 2], 1, [1, 1, 1, 1 / 2]),  # the first has no area on the grid
    ],
)
def test_the_share_on_the_grid_of_known_functions(t, k, want):
    share = BSplineBasis(np.array([t], dtype=float), k).share_on_grid
    np.testing.assert_allclose(share, [want], rtol=0, atol=1e-15)


def test_a_basis_knows_its_numbers():
    basis = BSplineBasis(np.array([[-2.0, -1.0, 0.0, 3.0, 4.0, 5.0], np.arange(6.0)]), 1)
    assert (basis.n_in, basis.grid_size, basis.size, basis.max_derivative) == (2, 3, 4, 1)
    assert basis.low.tolist() == [-1.0, 1.0]
    assert basis.high.tolist() == [4.0, 4.0]
    assert basis.select(np.array([False, True])).knots.tolist() == [[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]]
    assert basis.refined(6).grid_size == 6


def test_an_adapted_basis_is_even_around_a_constant_and_at_the_quantiles_of_the_rest():
    basis = BSplineBasis(np.array([np.arange(6.0), np.arange(6.0)]), 1)
    x = np.array([[7.0, 0.0], [7.0, 0.1], [7.0, 0.2], [7.0, 3.0]])
    want = [[5.5, 6.5, 7.5, 8.5], [-0.3, 0.1, 0.2, 3.3]]
    np.testing.assert_allclose(basis.adapted(x, 0.0, 0.1).knots[:, 1:-1], want, atol=1e-12)
