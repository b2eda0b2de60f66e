"""The roughness of coefficients, and how much the samples say about them, by hand."""

import numpy as np
import pytest

from kan_numpy.splines.roughness import largest_of_three, second_differences, shortage


@pytest.mark.parametrize(
    ("centers", "want"),
    [
        ([0.0, 1.0, 2.0], [1.0, -2.0, 1.0]),
        ([0.0, 1.0, 4.0], [1.5, -2.0, 0.5]),  # the nearer neighbor counts for more
        ([0.0, 0.0, 4.0], [2.0, -2.0, 0.0]),
        ([1.0, 1.0, 1.0], [1.0, -2.0, 1.0]),
    ],
)
def test_the_second_difference_is_twice_the_way_to_the_line_through_the_neighbors(centers, want):
    assert second_differences(np.array([centers])).tolist() == [[want]]


def test_of_many_coefficients_every_three_neighbors_have_one():
    D = second_differences(np.array([[0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 4.0, 13.0]]))
    assert D.tolist() == [
        [[1.0, -2.0, 1.0, 0.0], [0.0, 1.0, -2.0, 1.0]],
        [[1.5, -2.0, 0.5, 0.0], [0.0, 1.5, -2.0, 0.5]],
    ]


def test_ten_samples_under_a_function_are_enough_and_half_a_function_needs_five():
    sums = np.array([-1e-18, 0.0, 2.0, 2.0, 5.0, 9.0, 10.0, 50.0])
    share = np.array([1.0, 1.0, 1.0, 0.5, 0.5, 1.0, 1.0, 1.0])
    np.testing.assert_allclose(
        shortage(sums, share), [1.0, 1.0, 0.8, 0.6, 0.0, 0.1, 0.0, 0.0], atol=1e-15
    )


def test_a_difference_is_held_like_the_one_of_its_three_coefficients_that_needs_it_most():
    assert largest_of_three(np.array([0.0, 0.5, 0.1, 0.2, 0.9])).tolist() == [0.5, 0.5, 0.9]
    assert largest_of_three(np.array([[0.7, 0.5, 0.1]])).tolist() == [[0.7]]
