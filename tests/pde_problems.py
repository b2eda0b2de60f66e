"""Differential equations that use everything a condition may use."""

import numpy as np

from kan_numpy.pde import PDE, Condition, dirichlet, periodic


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


def compared():
    """Two functions, each compared at two points, with everything that such a condition sees."""

    def mirrored(x):
        return x * [1.0, -1.0] + [0.0, 2.0]

    def inside(_, u, u_a, u_q):
        # u (N, 2, 2) by point and function, u_a (N, 2, 2, 2), u_q (N, 2, 2, 1)
        r = u[:, 0, 0] * u[:, 1, 1] + u_a[:, 0, 1, 0] * u_a[:, 1, 0, 1] - u_q[:, 1, 0, 0] ** 2
        r_u, r_a, r_q = np.zeros_like(u), np.zeros_like(u_a), np.zeros_like(u_q)
        r_u[:, 0, 0], r_u[:, 1, 1] = u[:, 1, 1], u[:, 0, 0]
        r_a[:, 0, 1, 0], r_a[:, 1, 0, 1] = u_a[:, 1, 0, 1], u_a[:, 0, 1, 0]
        r_q[:, 1, 0, 0] = -2.0 * u_q[:, 1, 0, 0]
        return r, r_u, r_a, r_q

    conditions = [
        Condition(inside, weight=0.3, other_point=mirrored),
        *periodic(0, -1.0, 1.0, weight=2.0, n_out=2),
        dirichlet(lambda x: x[:, 0] ** 2, [(1, 0)], output=1),
    ]
    return PDE((-1, 0), (1, 2), conditions, pairs=[(0, 1)], n_out=2)
