"""Exercise 3: slopes, fits and more knots.

Write the functions below; neither `kan_numpy` nor `scipy` may be used, in them or in what they
call. You will need your `basis` of exercise 2: copy it to this file. Arrays are NumPy arrays of
float64, and no function changes its arguments. Every task comes with an obvious test. It is not
enough: `make exercise N=3.1` has more to say.
"""

import numpy as np


def derivative(x, knots, degree, order):
    """Task 3.1 (4 points). Return the derivatives of all basis functions at all points.

    Everything is as in task 2.2: any knots that do not decrease, repeated ones included; at a knot
    the value from the right, at the right end of the grid from the left; outside the grid the
    derivatives of the fading functions, beyond all knots 0. The values are those of
    `kn.bspline_basis(x, knots, degree, derivative=order)`.

    Parameters
    ----------
    x : array, shape (N,)
    knots : array, shape (G + 2k + 1,)
    degree : int
        k, at least 0.
    order : int
        From 0, which means the functions themselves, to k.

    Returns
    -------
    array, shape (N, G + k)
    """
    raise NotImplementedError("Task 3.1: derivatives of any order of all basis functions")


def obvious_3_1(derivative):
    t = -1.0 + 0.4 * np.arange(-3, 9)  # 5 intervals on [-1, 1], degree 3
    slopes = derivative(np.linspace(-0.95, 0.95, 50), t, 3, 1)
    np.testing.assert_allclose(slopes.sum(axis=1), 0.0, atol=1e-12)


def fit(x, y, knots, degree):
    """Task 3.2 (2 points). Return the coefficients of the best spline through samples.

    They minimize the sum of squared errors. If several do, because some functions see no sample or
    there are fewer samples than coefficients, return those of smallest norm.

    Parameters
    ----------
    x : array, shape (N,)
        Points on the grid, in any order, its ends included.
    y : array, shape (N,)
    knots : array, shape (G + 2k + 1,)
    degree : int
        k, at least 0.

    Returns
    -------
    array, shape (G + k,)
    """
    raise NotImplementedError("Task 3.2: coefficients by least squares")


def obvious_3_2(fit):
    t = -1.0 + 0.4 * np.arange(-1, 7)  # 5 intervals on [-1, 1], degree 1
    x = np.linspace(-1.0, 0.99, 50)
    np.testing.assert_allclose(fit(x, 3.0 - 2.0 * x, t, 1), 3.0 - 2.0 * t[1:-1], rtol=1e-8)


def insert_knot(knots, coef, degree, new):
    """Task 3.3 (5 points). Insert one knot into a spline, by Boehm's rule.

    The new knot lies inside the grid, between knots[k] and knots[-k-1]; it may be equal to a knot
    that stands there up to k - 1 times. The function stays the same everywhere, outside the grid
    too.

    Parameters
    ----------
    knots : array, shape (G + 2k + 1,)
        Not decreasing; knots may be repeated.
    coef : array, shape (G + k,)
    degree : int
        k, at least 0.
    new : float

    Returns
    -------
    knots : array, shape (G + 2k + 2,)
        Sorted.
    coef : array, shape (G + k + 1,)
    """
    raise NotImplementedError("Task 3.3: the same spline with one knot more")


def obvious_3_3(insert_knot):
    t, c = insert_knot(np.arange(5.0), np.array([1.0, 2.0, 4.0]), 1, 1.5)
    np.testing.assert_allclose(t, [0.0, 1.0, 1.5, 2.0, 3.0, 4.0])
    np.testing.assert_allclose(c, [1.0, 1.5, 2.0, 4.0])


def slope_spline(knots, coef, degree):
    """Task 3.4 (3 points). Return the slope of a spline as a spline of one degree less.

    Parameters
    ----------
    knots : array, shape (G + 2k + 1,)
        Not decreasing; a knot may be repeated up to k times inside the grid, and k + 1 times at its
        ends.
    coef : array, shape (G + k,)
    degree : int
        k, at least 1.

    Returns
    -------
    knots : array, shape (G + 2k - 1,)
        The same grid, without the outermost knot at each end.
    coef : array, shape (G + k - 1,)
        On the grid the spline of degree k - 1 with these coefficients is the slope of the given
        one, from the right at a knot, from the left at the right end of the grid. A function of
        no width may have any finite coefficient.
    """
    raise NotImplementedError("Task 3.4: the slope as a spline of one degree less")


def obvious_3_4(slope_spline):
    t, c = slope_spline(np.arange(8.0), np.array([1.0, 3.0, 5.0, 7.0]), 3)
    np.testing.assert_allclose(t, np.arange(1.0, 7.0))
    np.testing.assert_allclose(c, [2.0, 2.0, 2.0])
