"""Exercise 12: differential equations.

Write the functions below. Arrays are NumPy arrays of float64, and no function changes its
arguments. Every task comes with an obvious test. It is not enough: `make exercise N=12.1` has more
to say.
"""

import numpy as np


def jet(net, x):
    """Task 12.1 (4 points). Return value, gradient and second derivatives of a network at a point.

    The edges of a layer are phi = w_base b + sum_j coef_j B_j. Where its `has_base` is true, its
    `base_function(z, order)` returns b or a derivative of it at z (N, n_in). Beyond a grid phi goes
    on along its tangent if `outside` is "linear"; if it is "fade", B_j fades and b goes on.

    Parameters
    ----------
    net : kn.KAN
        With layers of splines; the point may lead to activations outside a grid.
    x : array, shape (n_in,)
        One point.

    Returns
    -------
    value : array, shape (n_out,)
    gradient : array, shape (n_out, n_in)
        The derivatives of each output by each input.
    second : array, shape (n_out, n_in)
        The second derivatives of each output, twice by the same input.
    """
    raise NotImplementedError("Task 12.1: value, gradient and second derivatives of a network")


def obvious_12_1(jet):
    import kan_numpy as kn

    net = kn.KAN([2, 1], rng=0)
    value, gradient, second = jet(net, np.array([0.1, 0.2]))
    np.testing.assert_allclose(value, net([[0.1, 0.2]])[0])
    assert np.shape(gradient) == np.shape(second) == (1, 2)


def bratu(x, u, g, h):
    """Task 12.2 (3 points). Return the residual of the Bratu equation and its derivatives.

    In any number of dimensions the equation is: the sum of the second derivatives of u, plus e^u,
    equals 0. Its residual is the left side.

    Parameters
    ----------
    x : array, shape (N, d)
        The points.
    u : array, shape (N,)
        The values of u there.
    g : array, shape (N, d)
        The first derivatives.
    h : array, shape (N, d)
        The second derivatives, twice by the same coordinate.

    Returns
    -------
    residual : array, shape (N,)
    by_u : array, shape (N,)
    by_g, by_h : array, shape (N, d)
        The derivatives of each residual by u, g and h of its point.
    """
    raise NotImplementedError("Task 12.2: the residual of the Bratu equation")


def obvious_12_2(bratu):
    one = np.ones((1, 1))
    residual, by_u, _, _ = bratu(one, np.zeros(1), one, -one)
    np.testing.assert_allclose(residual, [0.0])
    np.testing.assert_allclose(by_u, [1.0])
