"""Exercise 14: limits.

Write the functions below. Arrays are NumPy arrays of float64, and no function changes its
arguments. Every task comes with an obvious test. It is not enough: `make exercise N=14.1` has more
to say. Task 14.4 is an essay: *"We trained a KAN on 300 samples of a physical quantity. It reaches
R2 = 0.9999, and the formula read off its edges is therefore the law."* Write the report, half a
page.
"""

import numpy as np


def best_grid(bias, sigma, n_samples, degree):
    """Task 14.1 (3 points). Return the number of intervals with the smallest expected error.

    A spline fitted to N noisy samples has the expected squared error

        (its error without noise)^2 + sigma^2 (G + k) / N.

    Parameters
    ----------
    bias : dict
        The error without noise for each possible G, as root mean square, in any order.
    sigma : float
        The standard deviation of the noise.
    n_samples, degree : int
        N and k.

    Returns
    -------
    int
        One of the keys of bias; if several are best, the smallest.
    """
    raise NotImplementedError("Task 14.1: the best grid for noisy samples")


def obvious_14_1(best_grid):
    assert best_grid({5: 0.1, 10: 0.01, 20: 0.001}, 0.0, 1000, 3) == 20


def knots_for(kinks, jumps, low, high, degree):
    """Task 14.2 (2 points). Lay knots for a function that has kinks and jumps.

    On the knots a spline can be continuous with a kink at every place in kinks, and jump at every
    place in jumps; everywhere else inside the grid it is as smooth as polynomials are. There are
    no more knots than this needs.

    Parameters
    ----------
    kinks, jumps : list of float
        Places between low and high, in any order; a place in both is a jump.
    low, high : float
        The ends of the grid.
    degree : int
        k, at least 1.

    Returns
    -------
    array, shape (G + 2k + 1,)
        Not decreasing, with low and high k + 1 times each at the ends.
    """
    raise NotImplementedError("Task 14.2: knots for kinks and jumps")


def obvious_14_2(knots_for):
    np.testing.assert_allclose(knots_for([0.0], [], -1.0, 1.0, 1), [-1.0, -1.0, 0.0, 1.0, 1.0])


def continued(x, knots, coef, degree):
    """Task 14.3 (3 points). Evaluate a spline that goes on along its tangents.

    On the grid, from knots[k] to knots[-k-1], it is sum_j c_j B_j(x). To the left and to the right
    of it, it is the straight line with the value and the slope at that end.

    Parameters
    ----------
    x : array, shape (N,)
    knots : array, shape (G + 2k + 1,)
        Strictly increasing.
    coef : array, shape (G + k,)
    degree : int
        k, at least 1.

    Returns
    -------
    array, shape (N,)
    """
    raise NotImplementedError("Task 14.3: a spline and its tangents")


def obvious_14_3(continued):
    knots = -1.0 + 0.4 * np.arange(-3, 9)
    coef = -1.0 + 0.4 * np.arange(-1, 7)  # on these knots, of s(x) = x
    x = np.array([-1.5, 0.0, 1.5])
    np.testing.assert_allclose(continued(x, knots, coef, 3), x, atol=1e-12)
