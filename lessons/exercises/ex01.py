"""Exercise 1: the theorem.

Write the functions below; you may use `kan_numpy`. No function changes its arguments. Every task
comes with an obvious test. It is not enough: `make exercise N=1.1` has more to say.
"""

from fractions import Fraction

import numpy as np

import kan_numpy as kn


def max_layers():
    """Task 1.1 (3 points). Build max(x, y) as a network, exact for all x and y in [-1, 1].

    With degree 1 the function on the edge from input i to output o is a broken line: its value at
    knots[i, j + 1] is coef[o, i, j], and it is straight between these knots, whose intervals are
    the G of the grid. The first and the last knot only have to lie further out. What comes to an
    edge must not leave its grid. A base weight other than 0 would add a curve.

    Returns
    -------
    list of dicts, first layer first
        Each has the keys knots (n_in, G + 2k + 1), coef (n_out, n_in, G + k) and w_base
        (n_out, n_in), as `kn.KAN.from_arrays(layers, degree=1)` takes them: the degree is k = 1.
        The network has two inputs and one output, and all layers together at most 18 coefficients
        in coef.
    """
    raise NotImplementedError("Task 1.1: the layers of a network that is the maximum")


def obvious_1_1(max_layers):
    net = kn.KAN.from_arrays(max_layers(), degree=1)
    np.testing.assert_allclose(net([[0.5, 0.25], [-0.5, 0.75]]), [[0.5], [0.75]])


def psi(digits, base):
    r"""Task 1.2 (3 points). Return Köppen's inner function at 0.i_1 i_2 ... i_k, in any base.

    .. math::
        \psi(0.i_1 \dots i_k) = \begin{cases}
            i_1 / \gamma & k = 1 \\
            \psi(0.i_1 \dots i_{k-1}) + i_k\, \gamma^{-\beta(k)} & i_k < \gamma - 1 \\
            \frac12 \big(\psi(0.i_1 \dots i_k - \gamma^{-k}) + \psi(0.i_1 \dots i_k + \gamma^{-k})
            \big) & i_k = \gamma - 1 \end{cases}

    with the base :math:`\gamma` and :math:`\beta(k) = 2^k - 1`, for two variables. A digit 0 at
    the end changes nothing, and psi(1) = 1.

    Parameters
    ----------
    digits : list of int
        At least one; each from 0 to base - 1.
    base : int
        At least 3.

    Returns
    -------
    Fraction
        The exact value.
    """
    raise NotImplementedError("Task 1.2: Köppen's inner function as an exact fraction")


def obvious_1_2(psi):
    assert psi([5], 10) == Fraction(1, 2)
    assert psi([2, 5], 10) == Fraction(205, 1000)
