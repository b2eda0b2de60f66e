"""Exercise 6: checks of gradients.

Write the functions below; neither `kan_numpy` nor `scipy` may be used, in them or in what they
call; `hypothesis` may. Arrays are NumPy arrays of float64, and no function changes its arguments.
Every task comes with an obvious test. It is not enough: `make exercise N=6.1` has more to say.
"""

import numpy as np

import kan_numpy as kn  # for the obvious tests only


def central_difference(f, x):
    """Task 6.1 (2 points). Return the gradient of a function by central differences.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of x and returns a number. It is smooth; its values, and its
        derivatives up to the third, are of size 1.
    x : array of any shape
        As it is before the call it must be after it, to the last bit.

    Returns
    -------
    array, shape of x
        Every entry correct within 1e-8.
    """
    raise NotImplementedError("Task 6.1: a numerical gradient of the shape of x")


def obvious_6_1(central_difference):
    gradient = central_difference(lambda x: np.sum(x**2), np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(gradient, [2.0, 4.0, 6.0], rtol=1e-5)


def check(forward, backward, arguments):
    """Task 6.2 (5 points). Refuse a wrong backward pass by an AssertionError.

    It accepts every right pass of a smooth function, also if its gradients are of size 1e-6 or
    1e6, or 0. It refuses a pass with a single entry, of any gradient, that is wrong by more than a
    thousandth of the largest entry of that gradient.

    Parameters
    ----------
    forward : callable
        forward(*arguments) returns y, an array.
    backward : callable
        backward(dy, *arguments) returns a tuple of gradients, one for each argument and of its
        shape. dy has the shape of y.
    arguments : list of arrays
        Where to check; at least one.

    Returns
    -------
    None
    """
    raise NotImplementedError("Task 6.2: a check of a backward pass")


def obvious_6_2(check):
    x = np.array([0.1, -0.7, 1.2])
    check(np.sin, lambda dy, x: (dy * np.cos(x),), [x])
    try:
        check(np.sin, lambda dy, x: (-dy * np.cos(x),), [x])
    except AssertionError:
        return
    raise AssertionError("a wrong sign is accepted")


def test_property(basis):
    """Task 6.3 (4 points). Refuse a wrong implementation of task 2.2 by an AssertionError.

    A property holds for all inputs: draw knots and points, and see whether the basis functions sum
    to one on the grid. Implementations with four different bugs will be tried; each shows for
    special knots or points only, which you have to draw on purpose. Right implementations must be
    accepted. You may call `basis` up to a thousand times.

    Parameters
    ----------
    basis : callable
        basis(x, knots, degree) takes arrays x (N,) with N at least 1 and knots (G + 2k + 1,),
        which do not decrease and have knots[k] < knots[-k-1], and returns an array (N, G + k).

    Returns
    -------
    None
    """
    raise NotImplementedError("Task 6.3: a property test that finds four bugs")


def obvious_6_3(test_property):
    test_property(kn.bspline_basis)
    try:
        test_property(lambda x, t, k: 1.01 * kn.bspline_basis(x, t, k))
    except AssertionError:
        return
    raise AssertionError("functions that are too large are accepted")
