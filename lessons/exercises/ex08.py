"""Exercise 8: grids.

Write the functions below. In task 8.1 neither `kan_numpy` nor `scipy` may be used. Arrays are NumPy
arrays of float64, and no function changes its arguments. Every task comes with an obvious test. It
is not enough: `make exercise N=8.1` has more to say.
"""

import numpy as np


def adapted_knots(u, grid_size, eps):
    """Task 8.1 (3 points). Return a grid that follows samples: even for eps = 1, crowded for 0.

    Parameters
    ----------
    u : array, shape (N,)
        The samples, in any order.
    grid_size : int
        G, at least 1.
    eps : float
        From 0 to 1. With 1 all intervals have the same width, and the grid reaches from the
        smallest to the largest sample. With 0 every interval holds the same number of samples, up
        to one more or less, if all of them differ. In between every knot lies between these two.

    Returns
    -------
    array, shape (G + 1,)
        The knots, strictly increasing whatever the samples are, also if many of them agree, or
        all. Every sample lies between the first and the last knot.
    """
    raise NotImplementedError("Task 8.1: a grid that follows samples")


def obvious_8_1(adapted_knots):
    u = np.linspace(-1.0, 1.0, 101)
    for eps in (0.0, 1.0):
        np.testing.assert_allclose(adapted_knots(u, 4, eps), [-1.0, -0.5, 0.0, 0.5, 1.0])


def refine(layer, grid_size):
    """Task 8.2 (3 points). Divide every interval of a layer without changing the layer.

    Parameters
    ----------
    layer : a layer of a `kn.KAN`
        It has `knots` (n_in, G + 2k + 1), `coef` (n_out, n_in, G + k) and `degree`. The intervals
        of its grids may be of different widths.
    grid_size : int
        The new G, a multiple of the present one: each interval is divided into equally many.

    Returns
    -------
    knots : array, shape (n_in, new G + 2k + 1)
    coef : array, shape (n_out, n_in, new G + k)
        With these, every spline of the layer is the same function on its whole grid.
    """
    raise NotImplementedError("Task 8.2: more knots, the same layer")


def obvious_8_2(refine):
    import kan_numpy as kn

    layer = kn.KAN([2, 3], grid_size=4, degree=3, rng=0).layers[0]
    knots, coef = refine(layer, 8)
    assert knots.shape == (2, 15)
    assert coef.shape == (3, 2, 11)
    x = np.random.default_rng(0).uniform(-1.0, 1.0, 1000)
    for i in range(2):
        before = kn.bspline_basis(x, layer.knots[i], 3) @ layer.coef[:, i].T
        np.testing.assert_allclose(
            kn.bspline_basis(x, knots[i], 3) @ coef[:, i].T, before, atol=0.1
        )


def finest(x, degree):
    """Task 8.3 (2 points). Return the largest grid on which every coefficient has three samples.

    Lay G intervals of equal width from the smallest to the largest sample, and k more knots at the
    same distance on either side. Every one of the G + k basis functions shall be positive at three
    samples at least; on the first and on the last knot of its support it is 0. A larger G may be
    possible where a smaller one is not, and G may be larger than N.

    Parameters
    ----------
    x : array, shape (N,)
        The samples, in any order, repeated ones among them; for at least one G it is possible.
    degree : int
        k, at least 1.

    Returns
    -------
    int
        The largest such G.
    """
    raise NotImplementedError("Task 8.3: the largest G that the samples support")


def obvious_8_3(finest):
    assert finest(np.linspace(0.0, 1.0, 1000), 3) > finest(np.linspace(0.0, 1.0, 100), 3)
