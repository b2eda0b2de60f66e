"""Products of splines are the products of the splines, with their derivatives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import seeds

import kan_numpy as kn
from kan_numpy.derivatives.jet import as_pairs
from kan_numpy.pde.collocation import sample
from kan_numpy.pde.tensor_splines import TensorSplines

LOW, HIGH, G = (-1.0, 0.0, 2.0), (1.0, 3.0, 2.5), 4


def along(x, i, d):
    """The d-th derivatives of all splines along one input, (N, G+k)."""
    knots = kn.uniform_knots(LOW[i], HIGH[i], G, 3)
    return kn.bspline_basis(x[:, i], knots, 3, derivative=d)


def product(x, orders):
    """All products of these derivatives, (N, size)."""
    value = np.ones((len(x), 1))
    for i, d in enumerate(orders):
        value = (value[:, :, None] * along(x, i, d)[:, None]).reshape(len(x), -1)
    return value


@given(n_in=st.integers(1, 3), seed=seeds)
def test_functions_and_derivatives_are_sums_of_products(n_in, seed):
    rng = np.random.default_rng(seed)
    space = TensorSplines(LOW[:n_in], HIGH[:n_in], G)
    assert space.size == (G + 3) ** n_in
    x = sample(space.low, space.high, 5, "random", rng)
    x[0], x[1] = space.low, space.high  # the corners belong to the box
    pairs = as_pairs([(0, 0), (0, n_in - 1)], n_in)
    coef = rng.standard_normal((2, space.size))
    jet = space.at(x, pairs).jet(coef)
    unit = np.eye(n_in, dtype=int)

    def assert_is(got, orders):
        np.testing.assert_allclose(got, product(x, orders) @ coef.T, rtol=1e-10, atol=1e-10)

    assert_is(jet.value, [0] * n_in)
    for a in range(n_in):
        assert_is(jet.gradient[:, :, a], unit[a])
    for q, (a, b) in enumerate([(0, 0), (0, n_in - 1)]):
        assert_is(jet.second[:, :, q], unit[a] + unit[b])


def test_only_what_is_not_zero_is_kept_and_derivatives_only_if_wanted():
    space, x = TensorSplines(LOW[:2], HIGH[:2], G), np.array([[0.0, 1.0], [0.5, 2.9]])
    basis = space.at(x, as_pairs([], 2), gradient=False)
    assert basis.columns.shape == basis.value.shape == (2, 16)
    assert basis.gradient.shape == basis.second.shape == (2, 16, 0)
    np.testing.assert_allclose(basis.value.sum(axis=1), 1.0, rtol=1e-14)


@pytest.mark.parametrize("degree", [2, 3])
def test_the_degree_is_that_of_the_splines(degree):
    space = TensorSplines((0.0,), (1.0,), 5, degree)
    assert space.size == 5 + degree
    assert space.at(np.array([[0.3]]), as_pairs(None, 1)).value.shape == (1, degree + 1)
    assert TensorSplines((0.0,), (1.0,), 5).degree == 3
