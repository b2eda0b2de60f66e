"""A differential equation that uses everything a condition may use."""

import numpy as np

from kan_numpy.pde import PDE, Condition, dirichlet


def mixed():
    """All derivatives of two inputs: the operator of Monge and Ampere, and nonlinear first ones."""

    def equation(x, u, u_a, u_q):
        xx, xy, yy = u_q.T
        r = xx * yy - xy**2 + u * u_a[:, 0] - x[:, 1] * u_a[:, 1] ** 2
        r_a = np.stack([u, -2.0 * x[:, 1] * u_a[:, 1]], axis=1)
        return r, u_a[:, 0], r_a, np.stack([yy, -2.0 * xy, xx], axis=1)

    def flux(_, u, u_a, __):
        return u_a[:, 0] - u**2, -2.0 * u, np.eye(2)[[0] * len(u)], None

    conditions = [
        Condition(equation, weight=0.3),
        Condition(flux, [(0, 0)], weight=2.0, order=1),
        dirichlet(lambda x: x[:, 0] ** 2, [(0, 1), (1, 0)]),
    ]
    return PDE((-1, 0), (1, 2), conditions, pairs=[(0, 0), (0, 1), (1, 1)])
