"""Exercise 7: four ways downhill.

Write the functions below; neither `kan_numpy` nor `scipy` may be used, in them or in what they
call. Arrays are NumPy arrays of float64, and no function changes its arguments. Every task comes
with an obvious test. It is not enough: `make exercise N=7.1` has more to say.
"""

import numpy as np

import kan_numpy as kn  # for the obvious tests only


def adamw_step(theta, gradient, m, v, step, rate, decay):
    r"""Task 7.1 (2 points). Take a step of AdamW: Adam with a decay of its own.

    .. math::
        m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad
        v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \qquad
        \theta \leftarrow \theta - \eta \left( \frac{m / (1 - \beta_1^\tau)}
            {\sqrt{v / (1 - \beta_2^\tau)} + \epsilon} + \kappa\, \theta \right)

    with :math:`\beta_1 = 0.9`, :math:`\beta_2 = 0.999`, :math:`\epsilon = 10^{-8}`. The decay
    takes hold of theta itself and is no part of the gradient.

    Parameters
    ----------
    theta, gradient, m, v : array, shape (P,)
        Before the step; in the first one m and v are 0.
    step : int
        tau, the number of this step; the first is 1.
    rate, decay : float
        eta and kappa.

    Returns
    -------
    theta, m, v : arrays, shape (P,)
        After the step.
    """
    raise NotImplementedError("Task 7.1: a step of AdamW")


def obvious_7_1(adamw_step):
    zero, theta = np.zeros(2), np.array([1.0, -2.0])
    found = adamw_step(theta, np.array([3.0, -0.5]), zero, zero, 1, 0.1, 0.0)
    np.testing.assert_allclose(found[0], [0.9, -1.9], rtol=1e-6)


def two_loop(gradient, pairs):
    r"""Task 7.2 (4 points). Return the direction of L-BFGS, in which the loss falls.

    It is -K g. Each pair (s, y), the oldest first, changes the guess K of the inverse Hessian to

    .. math:: V^T K V + \frac{s s^T}{s \cdot y}, \qquad V = I - \frac{y s^T}{s \cdot y},

    and the first guess is :math:`K_0 = \frac{s \cdot y}{y \cdot y} I` with s and y of the newest
    pair; without any pair it is I.

    Parameters
    ----------
    gradient : array, shape (P,)
        g.
    pairs : list of (s, y)
        Arrays of shape (P,), with s . y > 0, oldest first. It may be empty.

    Returns
    -------
    array, shape (P,)
    """
    raise NotImplementedError("Task 7.2: the two-loop recursion")


def obvious_7_2(two_loop):
    np.testing.assert_allclose(two_loop(np.array([1.0, -2.0]), []), [-1.0, 2.0])
    s, y = np.array([1.0, 0.0]), np.array([2.0, 0.0])
    np.testing.assert_allclose(two_loop(y, [(s, y)]), [-1.0, 0.0])


def lm_step(residuals, jacobian, damping):
    r"""Task 7.3 (4 points). Return a step of Levenberg-Marquardt.

    .. math:: (J^T J + \lambda\, diag(D))\, \delta = -J^T r

    With d = diag(J^T J) and its mean, D is the square root of d mean(d), plus 1e-10 of the largest
    entry of that root: parameters without influence do not move, and nothing is divided by 0.

    Parameters
    ----------
    residuals : array, shape (M,)
        r.
    jacobian : array, shape (M, P)
        J; M may be larger or smaller than P, and columns may be 0.
    damping : float
        lambda > 0.

    Returns
    -------
    array, shape (P,)
        delta.
    """
    raise NotImplementedError("Task 7.3: a damped step")


def obvious_7_3(lm_step):
    r, J = np.array([1.0, -2.0, 0.5]), np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]])
    delta = lm_step(r, J, 0.1)
    assert np.sum((r + J @ delta) ** 2) < np.sum(r**2)


def null_vectors(net):
    """Task 7.4 (3 points). Return the directions in which parameters move and nothing happens.

    The basis functions of an edge sum to one, so a constant may move from one edge of a node to
    another: the output is the same for every input on the grid. That is true whatever the
    parameters are, and there are 9 such directions, independent of each other.

    Parameters
    ----------
    net : KAN
        Of widths [2, 5, 1]. Its parameters `net.theta` (P,) are, layer by layer, all of coef
        (n_out, n_in, G + k), then all of w_base (n_out, n_in), each as `ravel()` lines them up.
        The arrays are in `net.layers[l].coef` and `net.layers[l].w_base`.

    Returns
    -------
    array, shape (P, m)
        A direction in each column, none a combination of the others: at least the 9, and nothing
        that changes the output. `net.jacobian(x)` (N, 1, P) times this array is 0.
    """
    raise NotImplementedError("Task 7.4: directions that change nothing")


def obvious_7_4(null_vectors):
    net = kn.KAN([2, 5, 1], grid_size=5, degree=3, rng=0)
    V = null_vectors(net)
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (50, 2))
    np.testing.assert_allclose(net.jacobian(x)[:, 0] @ V, 0.0, atol=1e-10)
