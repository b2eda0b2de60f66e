"""The objective knows how strongly each parameter acts."""

import numpy as np

import kan_numpy as kn


def test_the_metric_is_the_mean_square_of_what_a_parameter_is_multiplied_with():
    rng = np.random.default_rng(0)
    x = rng.uniform(-1.0, 1.0, (50, 1))
    net = kn.KAN([1, 1], grid_size=4, rng=0)
    J = net.jacobian(x)[:, 0]  # (N, P): one layer, so these are the factors themselves
    squares = np.mean(J**2, axis=0)
    metric = kn.Objective(net, x, np.sin(x)).diagonal_scaling(net.theta)
    np.testing.assert_allclose(metric, squares / squares.mean() + 1e-3, rtol=1e-12)
