"""What an equation sees of jets, and how its partial derivatives come back to the network."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import seeds

from kan_numpy.derivatives.jet import Jet
from kan_numpy.pde.residual import Residual, jets_seen


@given(n_points=st.integers(1, 2), n_out=st.integers(1, 3), Q=st.integers(0, 2), seed=seeds)
def test_the_backward_pass_is_the_adjoint_of_what_is_seen(n_points, n_out, Q, seed):
    rng, N = np.random.default_rng(seed), 4
    shapes = [(n_points * N, n_out, *width) for width in ((), (3,), (Q,))]
    y = Jet(*(rng.standard_normal(shape) for shape in shapes))
    seen = jets_seen(y, n_points)
    parts = [rng.standard_normal(part.shape) for part in seen]
    dr = rng.standard_normal(N)
    dy = Residual(dr, *parts).upstream(dr, n_points)
    assert [part.shape for part in dy] == shapes
    products = [(a * b).reshape(N, -1).sum(axis=1) for a, b in zip(parts, seen, strict=True)]
    there = sum(dr @ product for product in products)
    back = sum((a * b).sum() for a, b in zip(dy, y, strict=True))
    assert back == pytest.approx(there, rel=1e-12, abs=1e-12)


def test_axes_of_length_one_are_left_out():
    def shapes(n_points, n_out):
        y = Jet(*(np.zeros((n_points * 5, n_out, *width)) for width in ((), (2,), (1,))))
        return [part.shape for part in jets_seen(y, n_points)]

    assert shapes(1, 1) == [(5,), (5, 2), (5, 1)]
    assert shapes(2, 1) == [(5, 2), (5, 2, 2), (5, 2, 1)]
    assert shapes(1, 3) == [(5, 3), (5, 3, 2), (5, 3, 1)]
    assert shapes(2, 3) == [(5, 2, 3), (5, 2, 3, 2), (5, 2, 3, 1)]


def test_points_stand_below_those_that_they_are_compared_with():
    y = Jet(np.arange(6.0)[:, None], np.zeros((6, 1, 0)), np.zeros((6, 1, 0)))
    assert jets_seen(y, 2)[0].tolist() == [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]]
