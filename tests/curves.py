"""Curves of symbols, and networks that were trained on functions."""

import numpy as np

import kan_numpy as kn
from kan_numpy import KAN, Symbol


def values(symbol, affine, x):
    a, b, c, d = affine
    return c * symbol(a * x + b) + d


def trained(function, widths=(1, 1), low=-1.0, high=1.0, N=300, seed=0, **options):
    """Return a network fitted to a function of x (N, n_in), with x and y."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(low, high, (N, widths[0]))
    y = function(x)
    network = KAN(list(widths), grid_size=6, grid_range=(low, high), rng=0, **options)
    return kn.fit(network, x, y, steps=25, progress=False).network, x, y


def two_functions(x):
    return np.sin(3.0 * x[:, :1]) + x[:, 1:] ** 2


NARROW = Symbol("narrow", np.sin, (np.cos,), domain=(5.0, 5.001))
