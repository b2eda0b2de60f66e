"""Splines to draw: knots with random coefficients, and points that reach all of them."""

import numpy as np
from hypothesis import strategies as st
from strategies import degrees, grid_sizes, knots, seeds

from kan_numpy import bspline_basis

NOT_REPEATED = ("uniform", "random", "clamped")


def spline(x, c, t, k):
    """Evaluate splines with coefficients (..., G + k) at x (N,), shape (N, ...)."""
    return bspline_basis(x, t, k) @ np.moveaxis(c, -1, 0)


def spread(t, k, count):
    """Return points inside every interval of the grid that is not empty, count in each."""
    ends = np.unique(t[k : len(t) - k])
    shares = (np.arange(count) + 0.5) / count
    return (ends[:-1, None] + np.diff(ends)[:, None] * shares).ravel()


def random_coefficients(t, k, seed, n_out=()):
    return np.random.default_rng(seed).uniform(-1.0, 1.0, (*n_out, len(t) - k - 1))


@st.composite
def splines(draw, **kinds):
    """Draw coefficients (G + k,), knots and the degree."""
    k = draw(degrees)
    t = draw(knots(k, draw(grid_sizes), **kinds))
    return random_coefficients(t, k, draw(seeds)), t, k
