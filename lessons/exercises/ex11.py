"""Exercise 11: remembering.

Write the functions below. Arrays are NumPy arrays of float64, and no function changes its
arguments. Every task comes with an obvious test. It is not enough: `make exercise N=11.1` has more
to say.
"""

import numpy as np


def touched(x, knots, degree):
    """Task 11.1 (2 points). Return which coefficients of a spline some samples can change.

    A coefficient c_j has a gradient at a sample where B_j(x), as `kn.bspline_basis` gives it, is
    not zero, however little. This may be so outside the grid, too.

    Parameters
    ----------
    x : array, shape (N,)
    knots : array, shape (G + 2k + 1,)
        They do not decrease; some may be repeated.
    degree : int

    Returns
    -------
    array of int
        The numbers j of the coefficients, each once, in increasing order.
    """
    raise NotImplementedError("Task 11.1: the coefficients that samples touch")


def obvious_11_1(touched):
    assert list(touched(np.array([0.1]), np.linspace(-2.2, 2.2, 12), 3)) == [2, 3, 4, 5]


def least_change(coef, B, y):
    """Task 11.2 (2 points). Learn new samples with the smallest change of the coefficients.

    Among all c that are best for the new samples, those with the smallest sum of squares of
    B c - y, return the one with the smallest distance to the old coefficients.

    Parameters
    ----------
    coef : array, shape (m,)
        The old coefficients.
    B : array, shape (N, m)
        The basis at the new samples, with fewer or more rows than columns; rows may be repeated,
        and a column is zero where no sample touches its coefficient.
    y : array, shape (N,)
        The new targets.

    Returns
    -------
    array, shape (m,)
    """
    raise NotImplementedError("Task 11.2: the smallest change that learns new samples")


def obvious_11_2(least_change):
    B = np.array([[0.5, 0.5, 0.0]])
    np.testing.assert_allclose(least_change(np.zeros(3), B, np.array([1.0])), [1.0, 1.0, 0.0])


def freeze(J_old):
    """Task 11.3 (3 points). Freeze the parameters that an old task uses.

    Training multiplies every column of the new Jacobian with the weight of its parameter, so that a
    weight of 0 keeps a parameter where it is, and a weight of 1 leaves it free.

    Parameters
    ----------
    J_old : array, shape (N, P)
        The derivatives of the outputs at the old samples by the parameters.

    Returns
    -------
    array, shape (P,)
        0 for each parameter on which an output at an old sample depends, however little, else 1.
    """
    raise NotImplementedError("Task 11.3: weights that freeze what an old task uses")


def obvious_11_3(freeze):
    J_old = np.array([[0.5, 0.5, 0.0], [0.2, 0.8, 0.0]])
    np.testing.assert_array_equal(freeze(J_old), [0.0, 0.0, 1.0])
