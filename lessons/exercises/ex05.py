"""Exercise 5: backward.

Write the functions below; you may use `kan_numpy`. Arrays are NumPy arrays of float64, and no
function changes its arguments. As everywhere, dX is the derivative of a loss L by X and has the
shape of X. Every task comes with an obvious test. It is not enough: `make exercise N=5.1` has more
to say.
"""

import numpy as np

import kan_numpy as kn


def backward(dy, x, coef, w_base, scale, knots, degree):
    r"""Task 5.1 (6 points). Return the gradients of the layer of task 4.1.

    .. math:: y_{no} = \sum_i s_{oi} \Big( w_{oi}\, b(x_{ni}) + \sum_j c_{oij} B_j(x_{ni}) \Big),
              \qquad b(x) = \frac{x}{1 + e^{-x}}

    At a knot, and outside the grid, the slopes of the splines are those of
    `kn.bspline_basis(x, knots, degree, derivative=1)`.

    Parameters
    ----------
    dy : array, shape (N, n_out)
    x : array, shape (N, n_in)
        From -20 to 20.
    coef : array, shape (n_out, n_in, G + k)
    w_base, scale : array, shape (n_out, n_in)
    knots : array, shape (n_in, G + 2k + 1)
    degree : int
        k, at least 1.

    Returns
    -------
    dx, dcoef, dw_base, dscale : arrays
    """
    raise NotImplementedError("Task 5.1: the gradients of a layer with scales")


def obvious_5_1(backward):
    knots = np.array([kn.uniform_knots(-1.0, 1.0, 4, 2)] * 3)
    coef = np.arange(54.0).reshape(3, 3, 6)
    x = np.array([[0.1, -0.3, 0.5], [0.9, 0.0, -1.0]])
    w_base, scale, dy = np.full((3, 3), 2.0), np.ones((3, 3)), np.ones((2, 3))
    found = backward(dy, x, coef, w_base, scale, knots, 2)
    layers = [{"knots": knots, "coef": coef, "w_base": w_base}]
    net = kn.KAN.from_arrays(layers, degree=2)
    dx, dtheta = net.backward(dy, net.forward(x)[1])
    np.testing.assert_allclose(found[0], dx)
    np.testing.assert_allclose(np.concatenate([found[1].ravel(), found[2].ravel()]), dtheta)
    assert found[3].shape == scale.shape


def chain(dy, layers, x):
    """Task 5.2 (3 points). Return the gradients of a whole network, layer by layer.

    Parameters
    ----------
    dy : array, shape (N, n_out)
        For the output of the last layer.
    layers : sequence of layers, first layer first
        As in `KAN.layers`. A layer has two functions: `layer.forward(x)` returns y and a cache,
        `layer.backward(dy, cache)` returns dx and dtheta.
    x : array, shape (N, n_in)
        The input of the first layer.

    Returns
    -------
    dx : array, shape (N, n_in)
    dthetas : list of arrays, one of shape (P,) for each layer
        First layer first.
    """
    raise NotImplementedError("Task 5.2: the backward passes of all layers")


def obvious_5_2(chain):
    net = kn.KAN([2, 3], grid_size=4, degree=3, rng=0)
    x, dy = np.array([[0.1, 0.2], [-0.5, 0.9]]), np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    dx, dthetas = chain(dy, net.layers, x)
    wanted = net.backward(dy, net.forward(x)[1])
    np.testing.assert_allclose(dx, wanted[0])
    np.testing.assert_allclose(np.concatenate(dthetas), wanted[1])


def repairs():
    """Task 5.3 (3 points). Repair three sick backward passes.

    `sick_1`, `sick_2` and `sick_3` below should be the backward passes of `forward_1`, `forward_2`
    and `forward_3`. In each of them one line is wrong.

    Returns
    -------
    list of three functions
        With the arguments of `sick_1`, `sick_2` and `sick_3`, and the right gradients.
    """
    raise NotImplementedError("Task 5.3: three healthy backward passes")


def obvious_5_3(repairs):
    first, second, third = repairs()
    dx, dw = first(np.zeros((2, 3)), np.ones((2, 4)), np.ones((3, 4)))
    assert (dx.shape, dw.shape) == ((2, 4), (3, 4))
    dx, dcoef = second(np.ones(2), np.zeros((2, 2)), np.ones(8))
    assert (dx.shape, dcoef.shape) == ((2, 2), (8,))
    np.testing.assert_allclose(third(np.array([[1.0], [-1.0]]), np.ones((2, 1)))[0], [[1], [-1]])


def forward_1(x, w):
    """Return y (N, n_out) from x (N, n_in) and w (n_out, n_in): base functions only."""
    return kn.activations.silu(x) @ w.T


def sick_1(dy, x, w):
    dx = (dy @ w) * kn.activations.silu(x)
    dw = dy.T @ kn.activations.silu(x)
    return dx, dw


KNOTS = kn.uniform_knots(-2.0, 2.0, 5, 3)


def forward_2(x, coef):
    """Return y (N,) from x (N, 2) and coef (8,): the same spline on two edges."""
    return sum(kn.bspline_basis(x[:, i].copy(), KNOTS, 3) @ coef for i in range(2))


def sick_2(dy, x, coef):
    dx, dcoef = np.zeros_like(x), np.zeros_like(coef)
    for i in range(2):
        B, slopes = (kn.bspline_basis(x[:, i].copy(), KNOTS, 3, derivative=d) for d in (0, 1))
        dx[:, i] = dy * (slopes @ coef)
        dcoef = dy @ B
    return dx, dcoef


def forward_3(x):
    """Return y (N, n), x without the mean of each column."""
    return x - x.mean(axis=0)


def sick_3(dy, x):
    dx = dy
    return (dx,)


def jacobian(x, coef, w_base, knots, degree):
    r"""Task 5.4 (3 points). Return the derivative of every output by every parameter of a layer.

    The layer is that of lesson 04a, without scales:

    .. math:: y_{no} = \sum_i \Big( w_{oi}\, b(x_{ni}) + \sum_j c_{oij} B_j(x_{ni}) \Big)

    Parameters
    ----------
    x : array, shape (N, n_in)
        From -20 to 20.
    coef : array, shape (n_out, n_in, G + k)
    w_base : array, shape (n_out, n_in)
    knots : array, shape (n_in, G + 2k + 1)
    degree : int
        k, at least 0.

    Returns
    -------
    array, shape (N, n_out, P)
        The parameters stand in the order of `layer.theta`: all of coef, then all of w_base, each
        as `ravel()` lines them up.
    """
    raise NotImplementedError("Task 5.4: the Jacobian of a layer")


def obvious_5_4(jacobian):
    knots = np.array([kn.uniform_knots(-1.0, 1.0, 4, 2)] * 2)
    J = jacobian(np.array([[0.1, -0.3]]), np.ones((1, 2, 6)), np.ones((1, 2)), knots, 2)
    net = kn.KAN.from_arrays(
        [{"knots": knots, "coef": np.ones((1, 2, 6)), "w_base": np.ones((1, 2))}], degree=2
    )
    np.testing.assert_allclose(J, net.jacobian([[0.1, -0.3]]))
