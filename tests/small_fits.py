"""A small network, data that it can learn, and a callback that keeps every network."""

import numpy as np
import pytest

from kan_numpy import KAN, LBFGS, SGD, Adam, LevenbergMarquardt

ALL = [SGD(0.05), Adam(), LBFGS(), LevenbergMarquardt()]
each = pytest.mark.parametrize("optimizer", ALL, ids=lambda o: type(o).__name__)


def samples(n_samples=40, n_in=2, noise=0.0, seed=0):
    """Return x (N, n_in) and y (N, 1)."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1.0, 1.0, (n_samples, n_in))
    y = np.sin(2.0 * x.sum(axis=1, keepdims=True))
    return x, y + noise * rng.standard_normal(y.shape)


def small(**grid):
    return KAN([2, 2, 1], **{"grid_size": 3, "rng": 0, **grid})


def mean_squared_error(network, x, y):
    return float(np.mean((network(x) - y) ** 2))


class Networks:
    """A callback that keeps every network."""

    def __init__(self):
        self.seen = []

    def __call__(self, step, network, history):
        assert step == history["step"][-1]
        self.seen.append(network)
