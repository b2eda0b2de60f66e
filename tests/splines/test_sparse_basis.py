"""With many functions B is sparse: the results are those of dense arrays, the memory is not."""

import tracemalloc

import numpy as np
import pytest
from checks import EXACT
from hypothesis import given
from hypothesis import strategies as st
from planting import Bug, assert_caught

import kan_numpy as kn
from kan_numpy.layers import kan_layer
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.splines import bsplines
from kan_numpy.splines.bsplines import BSplineBasis
from kan_numpy.splines.sparse_basis import FUNCTIONS_EACH, SAMPLES_EACH, is_sparse

degrees, seeds = st.integers(0, 5), st.integers(0, 2**32 - 1)
outsides = st.sampled_from(["linear", "fade"])


def a_layer(k, outside, seed, even=True, n_out=3):
    """Return a layer whose B is sparse, inputs of which a third lies outside, and dy."""
    rng, G = np.random.default_rng(seed), FUNCTIONS_EACH * (k + 1)
    network = kn.KAN([2, n_out], grid_size=G, degree=k, rng=rng, outside=outside)
    N = SAMPLES_EACH * (G + k)
    x = rng.uniform(-1.5, 1.5, (N, 2))
    x[:4] = [[-1.0, 1.0], [1.0, -1.0], [0.0, 9.0], [-9.0, 0.5]]
    network = network if even else kn.adapt_grid(network, x / 1.5, eps=0.2)
    return network.layers[0], x, rng.standard_normal((N, n_out))


def results(layer, x, dy):
    """Return all that is computed from B."""
    y, cache = layer.forward(x)
    dphi = np.repeat(dy[:, :, None], 2, axis=2)
    dtheta, jacobian = np.empty(layer.size), np.empty((len(x), layer.size))
    layer.jacobian(dy, cache, jacobian)
    edges = layer.edges_backward(dphi, cache, dtheta), dtheta, layer.edges(x)
    return y, *layer.backward(dy, cache), *edges, jacobian, layer.feature_mean_squares(cache)


def compare(layer, x, dy):
    """Assert that sparse and dense B give the same."""
    assert not isinstance(layer.features(x).B, np.ndarray)
    sparse = results(layer, x, dy)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bsplines, "is_sparse", lambda *_: False)
        assert isinstance(layer.features(x).B, np.ndarray)
        dense = results(layer, x, dy)
    for got, want in zip(sparse, dense, strict=True):
        scale = max(1.0, np.abs(want).max())
        np.testing.assert_allclose(got, want, rtol=0, atol=EXACT * scale, strict=True)


@given(k=degrees, outside=outsides, seed=seeds, even=st.booleans(), n_out=st.sampled_from([1, 3]))
def test_a_layer_with_a_sparse_basis_is_that_with_a_dense_one(k, outside, seed, even, n_out):
    compare(*a_layer(k, outside, seed, even, n_out))


@pytest.mark.parametrize("outside", ["linear", "fade"])
def test_its_derivative_is_the_complex_step(outside):
    layer, x, dy = a_layer(3, outside, 0)
    x[:4] = x[4:8]  # at an end there is no derivative
    dx, _ = layer.backward(dy, layer.forward(x)[1])
    for i in range(2):
        step = 1e-20j * (np.arange(2) == i)
        moved, _ = layer.forward(x + step)
        np.testing.assert_allclose((moved.imag * dy).sum(axis=1) / 1e-20, dx[:, i], atol=1e-11)


def test_from_where_on_a_basis_is_sparse():
    assert is_sparse(160, 3, 40)
    assert not is_sparse(160, 3, 39)
    assert not is_sparse(159, 3, 40)


def test_the_memory_of_a_step_does_not_grow_with_the_number_of_intervals():
    def peak(grid_size):
        network = kn.KAN([2, 5, 1], grid_size=grid_size, rng=0)
        x = np.random.default_rng(0).uniform(-1.0, 1.0, (2000, 2))
        objective = kn.Objective(network, x, x[:, :1])
        objective.fun(network.theta)
        tracemalloc.start()
        objective.batch(np.arange(2000)).fun(network.theta)
        largest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return largest

    assert peak(400) < 1.1 * peak(50)


def in_sparse_form():
    compare(*a_layer(3, "linear", 1))


def in_sparse_form_that_fades():
    compare(*a_layer(3, "fade", 1))


BUGS = [
    Bug(
        "the functions of a sparse B stand in reverse order",
        bsplines, "gathered",
        "range(some)", "reversed(range(some))",
        in_sparse_form,
    ),
    Bug(
        "a sparse B does not fold its window",
        bsplines, "gathered",
        "folded(row, window)", "row",
        in_sparse_form_that_fades,
    ),
    Bug(
        "dx of a sparse B does not fold the window of its slopes",
        BSplineBasis, "backward_sparse",
        "folded(_differences(cache.T), cache.window)", "_differences(cache.T)",
        in_sparse_form_that_fades,
    ),
    Bug(
        "dx of a sparse B is in units of the spacing",
        BSplineBasis, "backward_sparse",
        "self._rate(self.degree)", "self.degree",
        in_sparse_form,
    ),
    Bug(
        "dx of a sparse B takes the outputs in reverse order",
        bsplines, "slopes_of_edges",
        "dy[rows, :, None]", "dy[rows, ::-1, None]",
        in_sparse_form,
    ),
    Bug(
        "beyond the grid a sparse B continues with the slopes of other functions",
        kan_layer, "continue_beyond",
        "columns[at] %", "(columns[at] + 1) %",
        in_sparse_form,
    ),
    Bug(
        "dc of a sparse B sees the batch in reverse order",
        KANLayer, "parameter_gradient",
        "cache.B.T @ dy", "cache.B.T @ dy[::-1]",
        in_sparse_form,
    ),
]  # fmt: skip


@pytest.mark.gradient
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught(monkeypatch, bug):
    assert_caught(monkeypatch, bug)
