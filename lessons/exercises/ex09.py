"""Exercise 9: from a network to a formula.

Write the functions below; neither `kan_numpy` nor `scipy` may be used, in them or in what they
call. Arrays are NumPy arrays of float64, and no function changes its arguments. Every task comes
with an obvious test. It is not enough: `make exercise N=9.1` has more to say.
"""

import numpy as np


def penalty(phi):
    """Task 9.1 (4 points). Return the price of the edges of one layer, and its gradient.

    The size of an edge is the mean over the samples of the absolute value that it sends, A_e. The
    price is their sum A plus their entropy S, the sum over the edges of -p_e log p_e with
    p_e = A_e / A. Where p_e is zero, so is p_e log p_e.

    Parameters
    ----------
    phi : array, shape (N, n_out, n_in)
        What every edge sends for every sample; at least one edge sends something.

    Returns
    -------
    value : float
        A + S.
    dphi : array, shape (N, n_out, n_in)
        Its derivative by every entry of phi; 0 where phi is 0.
    """
    raise NotImplementedError("Task 9.1: L1 and entropy, with their gradient")


def obvious_9_1(penalty):
    value, dphi = penalty(np.ones((4, 1, 2)))
    np.testing.assert_allclose(value, 2.0 + np.log(2.0))
    np.testing.assert_allclose(dphi, np.full((4, 1, 2), 0.25))


def score(f, phi):
    """Task 9.2 (3 points). Return r squared: how well c f + d describes an edge at its best.

    Parameters
    ----------
    f, phi : array, shape (N,)
        A known function and an edge at the same points; neither is constant.

    Returns
    -------
    float
        In [0, 1]; 1 if c and d exist with phi = c f + d. The same for 3 f + 2 and 5 phi - 7, and
        for values of any size.
    """
    raise NotImplementedError("Task 9.2: r squared of an edge and a function")


def obvious_9_2(score):
    f = np.sin(np.linspace(-3.0, 3.0, 50))
    np.testing.assert_allclose(score(f, 2.0 * f), 1.0)


def fold(affines):
    """Task 9.3 (3 points). Fold the constants of three edges into the five that remain.

    A network [2, 1, 1] has named its edges f, g and h. Each carries c f(a t + b) + d, so that

        u = c1 f(a1 x1 + b1) + d1  +  c2 g(a2 x2 + b2) + d2
        y = c3 h(a3 u + b3) + d3.

    With f and g for the values of the inner symbols, whatever the three are, this is

        y = C h(A f + B g + E) + D.

    Parameters
    ----------
    affines : array, shape (3, 4)
        The rows (a, b, c, d) of f, g and h.

    Returns
    -------
    array, shape (5,)
        The numbers A, B, E, C, D, in this order.
    """
    raise NotImplementedError("Task 9.3: five constants instead of eight")


def obvious_9_3(fold):
    affines = np.array([[2.0, 0.0, 3.0, 0.0], [2.0, 0.0, 5.0, 0.0], [1.0, 0.0, 1.0, 0.0]])
    np.testing.assert_allclose(fold(affines), [3.0, 5.0, 0.0, 1.0, 0.0], atol=1e-15)
