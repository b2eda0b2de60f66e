"""Exercise 2: knots and bumps.

Write the functions below; neither `kan_numpy` nor `scipy` may be used, in them or in what they
call. Arrays are NumPy arrays of float64, and no function changes its arguments. Every task comes
with an obvious test. It is not enough: `make exercise N=2.2` has more to say.
"""

import numpy as np


def knots(low, high, grid_size, degree):
    """Task 2.1 (2 points). Return the knots of a grid of G intervals of equal width.

    Parameters
    ----------
    low, high : float
        The ends of the grid, low < high.
    grid_size, degree : int
        G, at least 1, and k, at least 0.

    Returns
    -------
    array, shape (G + 2k + 1,)
        Increasing, all at the same distance; entry k is low and entry G + k is high. Errors of
        1e-12, relative to the largest knot, are allowed.
    """
    raise NotImplementedError("Task 2.1: knots of equal width, k more at each end")


def obvious_2_1(knots):
    t = knots(-1.0, 1.0, 4, 2)
    np.testing.assert_allclose(t[2:-2], [-1.0, -0.5, 0.0, 0.5, 1.0])


def basis(x, knots, degree):
    """Task 2.2 (5 points). Return all basis functions at all points.

    Any knots that do not decrease are allowed: unequal intervals, repeated knots at the ends and
    inside. Let the grid be the interval from knots[k] to knots[-k-1], which is never empty. At a
    knot a function has its value from the right; at the right end of the grid, from the left.
    Outside the grid the functions fade over the outer knots, and beyond the last knot they are 0.
    The values are those of `kn.bspline_basis`.

    Parameters
    ----------
    x : array, shape (N,)
    knots : array, shape (G + 2k + 1,)
    degree : int
        k, at least 0.

    Returns
    -------
    array, shape (N, G + k)
        One basis function a column. Loop over degrees and functions if you like, but not over
        points, and start no recursion anew for every point: 5,000 points take less than 0.3 s.
    """
    raise NotImplementedError("Task 2.2: all basis functions at all points")


def obvious_2_2(basis):
    t = -1.0 + 0.4 * np.arange(-3, 9)  # 5 intervals on [-1, 1], degree 3
    B = basis(np.linspace(-1.0, 0.99, 50), t, 3)
    np.testing.assert_allclose(B.sum(axis=1), 1.0)


def witnesses():
    """Task 2.3 (3 points). Convict three sick implementations of the basis functions.

    `sick_1`, `sick_2` and `sick_3` below take the arguments of `basis`, and each has a disease of
    its own. Find for each of them a point and knots where it is wrong by more than 1e-6.

    Returns
    -------
    list of three (x, knots, degree)
        x is a float, knots a list or array as `basis` takes them, degree from 0 to 5. The first
        is for `sick_1`, and so on.
    """
    raise NotImplementedError("Task 2.3: a point and knots for each sick implementation")


def obvious_2_3(witnesses):
    assert len(witnesses()) == 3
    assert all(len(witness) == 3 for witness in witnesses())


def sick_1(x, knots, degree):
    x = np.asarray(x)[:, None]
    B = 1.0 * ((knots[:-1] <= x) & (x < knots[1:]))
    for q in range(1, degree + 1):
        rise, fall = knots[q:-1] - knots[: -q - 1], knots[q + 1 :] - knots[1:-q]
        left = np.where(rise > 0, x - knots[: -q - 1], 0.0) / np.where(rise > 0, rise, 1.0)
        right = np.where(fall > 0, knots[q + 1 :] - x, 0.0) / np.where(fall > 0, fall, 1.0)
        B = left * B[:, :-1] + right * B[:, 1:]
    return B


def sick_2(x, knots, degree):
    x = np.asarray(x)[:, None]
    last = np.searchsorted(knots, knots[-degree - 1]) - 1
    B = 1.0 * ((knots[:-1] <= x) & (x < knots[1:]))
    B[x[:, 0] == knots[-degree - 1]] = np.arange(len(knots) - 1) == last
    with np.errstate(divide="ignore", invalid="ignore"):
        for q in range(1, degree + 1):
            left = (x - knots[: -q - 1]) / (knots[q:-1] - knots[: -q - 1])
            right = (knots[q + 1 :] - x) / (knots[q + 1 :] - knots[1:-q])
            B = np.nan_to_num(left * B[:, :-1] + right * B[:, 1:], posinf=0.0, neginf=0.0)
    return B


def sick_3(x, knots, degree):
    x = np.asarray(x)[:, None]
    h = (knots[-degree - 1] - knots[degree]) / (len(knots) - 2 * degree - 1)
    last = np.searchsorted(knots, knots[-degree - 1]) - 1
    B = 1.0 * ((knots[:-1] <= x) & (x < knots[1:]))
    B[x[:, 0] == knots[-degree - 1]] = np.arange(len(knots) - 1) == last
    for q in range(1, degree + 1):
        left, right = (x - knots[: -q - 1]) / (q * h), (knots[q + 1 :] - x) / (q * h)
        B = left * B[:, :-1] + right * B[:, 1:]
    return B
