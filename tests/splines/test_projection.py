"""The least-squares problem of a projection: points, weights, rank, and how far it is away."""

import numpy as np
import pytest

from kan_numpy.splines.projection import gauss_points, least_squares, nearest


def test_gauss_points_integrate_polynomials_up_to_twice_their_number_minus_1():
    x, weights = gauss_points(np.array([-1.0, 0.5, 1.0, 3.0]), 3)
    assert x.shape == weights.shape == (9,)
    for power in range(6):
        mean = (3.0 ** (power + 1) - (-1.0) ** (power + 1)) / (power + 1) / 4.0
        np.testing.assert_allclose(weights @ x**power, mean, rtol=1e-14)


@pytest.mark.parametrize(("small", "want"), [(2e-12, 1.0), (0.5e-12, 0.0)])
def test_directions_below_the_rank_get_nothing(small, want):
    found = least_squares(np.diag([1.0, small]), np.array([[1.0], [small]]))
    np.testing.assert_allclose(found, [[1.0], [want]], atol=1e-3)


def test_the_change_is_the_largest_root_mean_square():
    # One constant in place of two: of (0, 2) it is 1 and 1 away, of (3, 3) nothing.
    before, after, weights = np.eye(2), np.ones((2, 1)), np.array([0.5, 0.5])
    coef, change = nearest(np.array([[0.0, 2.0], [3.0, 3.0]]), before, after, weights)
    np.testing.assert_allclose(coef, [[1.0], [3.0]], rtol=1e-14)
    np.testing.assert_allclose(change, 1.0, rtol=1e-14)
