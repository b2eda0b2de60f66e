"""Exercise 4: one layer.

Write the functions below; you may use `kan_numpy`. Arrays are NumPy arrays of float64, and no
function changes its arguments. Every task comes with an obvious test. It is not enough:
`make exercise N=4.1` has more to say.
"""

import numpy as np

import kan_numpy as kn


def layer(x, coef, w_base, scale, knots, degree):
    r"""Task 4.1 (3 points). Return the output of a layer whose edges have a scale of their own.

    .. math:: y_{no} = \sum_i s_{oi} \Big( w_{oi}\, b(x_{ni}) + \sum_j c_{oij} B_j(x_{ni}) \Big),
              \qquad b(x) = \frac{x}{1 + e^{-x}}

    Outside its grid a spline fades, as `kn.bspline_basis` does, and the base function goes on.

    Parameters
    ----------
    x : array, shape (N, n_in)
        From -20 to 20.
    coef : array, shape (n_out, n_in, G + k)
        c.
    w_base, scale : array, shape (n_out, n_in)
        w and s.
    knots : array, shape (n_in, G + 2k + 1)
        One row for each input.
    degree : int
        k, at least 0.

    Returns
    -------
    array, shape (N, n_out)
    """
    raise NotImplementedError("Task 4.1: the sum over the edges of a layer")


def obvious_4_1(layer):
    knots = np.array([kn.uniform_knots(-1.0, 1.0, 4, 2)] * 3)
    coef = np.arange(54.0).reshape(3, 3, 6)
    x = np.array([[0.1, -0.3, 0.5], [0.9, 0.0, -1.0]])
    w_base = scale = np.ones((3, 3))
    net = kn.KAN.from_arrays([{"knots": knots, "coef": coef, "w_base": w_base}], degree=2)
    np.testing.assert_allclose(layer(x, coef, w_base, scale, knots, 2), net(x))


def count_parameters(widths, grid_size, degree):
    """Task 4.2 (2 points). Return how many parameters a network has.

    Every edge has its coefficients and one base weight. There is no scale and no bias.

    Parameters
    ----------
    widths : list of int
        The number of nodes of each level, inputs first; at least two.
    grid_size, degree : int
        G, at least 1, and k, at least 0.

    Returns
    -------
    int
    """
    raise NotImplementedError("Task 4.2: the number of parameters of a network")


def obvious_4_2(count_parameters):
    assert count_parameters([2, 5, 1], 5, 3) == 135
