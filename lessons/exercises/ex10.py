"""Exercise 10: KANs and MLPs.

Write the functions below. In task 10.2 neither `kan_numpy` nor `scipy` may be used. Arrays are
NumPy arrays of float64, and no function changes its arguments. Every task comes with an obvious
test. It is not enough: `make exercise N=10.1` has more to say. Task 10.3 is an essay: *Choose a
published table in which KANs beat MLPs. Say in one page whether the table supports the claim made
with it, and which single experiment you would ask for.*
"""

import numpy as np


def hinges(knots, coef):
    """Task 10.1 (3 points). Write a spline of degree 1 as a sum of ReLUs.

    The spline is s(x) = sum_j c_j B_j(x) with the values of `kn.bspline_basis`: it joins the
    coefficients by straight lines, fades to 0 over the first and over the last interval, and is 0
    beyond. Find numbers with

        s(x) = offset + slope x + sum_m weights_m max(x - shifts_m, 0)    for every real x.

    Parameters
    ----------
    knots : array, shape (G + 3,)
        Strictly increasing.
    coef : array, shape (G + 1,)

    Returns
    -------
    weights, shifts : array, shape (M,)
        As many as you need.
    slope, offset : float
        With these, the sum is s up to rounding, also far away from all knots.
    """
    raise NotImplementedError("Task 10.1: a spline of degree 1 as ReLUs")


def obvious_10_1(hinges):
    weights, shifts, slope, offset = hinges(np.array([-1.0, 0.0, 1.0, 2.0]), np.array([2.0, 5.0]))
    x = np.array([0.0, 0.5, 1.0])
    relus = np.maximum(x[:, None] - shifts, 0.0)
    np.testing.assert_allclose(relus @ weights + slope * x + offset, [2.0, 3.5, 5.0])


def cross_entropy(logits, labels):
    """Task 10.2 (3 points). Return the cross-entropy of classes, and its gradient.

    With the probabilities p = exp(z_c) / sum_c' exp(z_c') of a row z, its loss is -log p of the
    class that it belongs to.

    Parameters
    ----------
    logits : array, shape (N, C)
        Of any size: 10,000 and -10,000 are possible.
    labels : array of int, shape (N,)
        The class of each row, from 0 to C - 1.

    Returns
    -------
    loss : float
        The mean over the rows.
    gradient : array, shape (N, C)
        The derivative of that mean by the logits.
    """
    raise NotImplementedError("Task 10.2: the cross-entropy and its gradient")


def obvious_10_2(cross_entropy):
    loss, gradient = cross_entropy(np.zeros((1, 2)), np.array([1]))
    np.testing.assert_allclose(loss, np.log(2.0))
    np.testing.assert_allclose(gradient, [[0.5, -0.5]])
