"""A sum of squares by blocks of rows is the same as at once, in less memory."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from least_squares import Squares, run
from scipy.sparse import coo_array
from strategies import seeds

import kan_numpy as kn
from kan_numpy.optimizers import linear_model
from kan_numpy.optimizers.linear_model import LinearModel, add_half, require_memory
from kan_numpy.training import objective as objectives


class Blocks(Squares):
    """A problem whose Jacobian comes in blocks of so many rows."""

    def __init__(self, A, b, height):
        super().__init__(lambda theta: A @ theta - b, lambda _: A)
        self.blocks = [A[start : start + height] for start in range(0, len(A), height)]

    def jacobian_blocks(self, _):
        yield from self.blocks


@given(M=st.integers(1, 9), P=st.integers(1, 9), height=st.integers(1, 9), seed=seeds)
def test_blocks_add_up(M, P, height, seed):
    rng = np.random.default_rng(seed)
    A, b = rng.standard_normal((M, P)), rng.standard_normal(M)
    model = LinearModel.at(Blocks(A, b, height), np.zeros(P), -b)
    np.testing.assert_allclose(np.tril(model.gram), np.tril(A.T @ A), rtol=0, atol=1e-13)
    np.testing.assert_allclose(model.slope, -A.T @ b, rtol=0, atol=1e-13)
    np.testing.assert_allclose(model.column_squares, np.sum(A**2, axis=0), rtol=1e-13)
    assert (model.J is None) == (M >= P)


def test_a_sparse_curvature_is_added_like_a_dense_one():
    rng = np.random.default_rng(0)
    H = rng.standard_normal((5, 5)) * (rng.random((5, 5)) < 0.5)
    A = rng.standard_normal((5, 5))
    np.testing.assert_array_equal(add_half(A.copy(), coo_array(H)), add_half(A.copy(), H))


def data(n_out=1):
    rng = np.random.default_rng(0)
    x = rng.uniform(-1.0, 1.0, (60, 2))
    return x, np.column_stack([np.sin((o + 2) * x[:, 0] * x[:, 1]) for o in range(n_out)])


@pytest.mark.parametrize("loss", ["mse", "huber"])
def test_the_jacobian_of_a_network_comes_in_blocks_of_whole_samples(monkeypatch, loss):
    network = kn.KAN([2, 2, 2], grid_size=3, rng=0)
    objective = kn.Objective(network, *data(2), loss=loss)
    J, r = objective.jacobian(network.theta), objective.residuals(network.theta)
    (whole,) = objective.jacobian_blocks(network.theta)
    np.testing.assert_array_equal(whole, J)
    monkeypatch.setattr(objectives, "JACOBIAN_AT_ONCE", 7 * 2 * network.size)
    blocks = list(objective.jacobian_blocks(network.theta))
    assert [len(block) for block in blocks] == [14] * 8 + [8]
    np.testing.assert_allclose(np.concatenate(blocks), J, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(objective.residuals(network.theta), r, rtol=1e-12, atol=1e-14)


def test_a_fit_in_blocks_is_the_same_fit(monkeypatch):
    network, (x, y) = kn.KAN([2, 1, 1], grid_size=3, rng=0), data()
    whole = kn.fit(network, x, y, steps=5)
    monkeypatch.setattr(objectives, "JACOBIAN_AT_ONCE", 7 * network.size)
    blocks = kn.fit(network, x, y, steps=5)
    np.testing.assert_allclose(blocks.network.theta, whole.network.theta, rtol=1e-6, atol=1e-8)
    assert blocks.expected_loss == pytest.approx(whole.expected_loss, rel=1e-6)


def test_the_forward_pass_of_the_residuals_is_that_of_the_jacobian():
    x, y = data()
    network = kn.KAN([2, 2, 1], grid_size=3, rng=0)
    objective = kn.Objective(network, x, y)
    theta = network.theta.copy()
    objective.residuals(theta)
    fresh = kn.Objective(network, x, y)
    np.testing.assert_array_equal(objective.jacobian(theta), fresh.jacobian(theta))
    objective.residuals(theta)
    theta += 0.1  # in place
    np.testing.assert_array_equal(objective.jacobian(theta), fresh.jacobian(theta))
    objective.residuals(theta)
    some = np.arange(10)
    few = objective.batch(some).jacobian(theta)
    np.testing.assert_allclose(few, fresh.jacobian(theta)[some] * np.sqrt(6.0), rtol=1e-12)


def test_matrices_that_are_too_large_are_refused_before_they_take_memory():
    large = Squares(lambda theta: theta[:100_000], lambda _: pytest.fail("it is too large"))
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"Adam\(\) with batch_size=256") as caught:
            run(kn.LevenbergMarquardt(), large, np.zeros(100_000), 1)
        assert tracemalloc.get_traced_memory()[1] < 1e7
    finally:
        tracemalloc.stop()
    assert "160.0 GB for 100000 parameters and 100000 residuals" in str(caught.value)
    require_memory(200_000, 990)
    require_memory(20_000, 7200)
    require_memory(100, 100_000)


def test_the_limit_is_about_16_000_parameters():
    root = int(np.sqrt(linear_model.LARGEST / 16))
    assert root == 16384
    require_memory(10**6, root)
    with pytest.raises(ValueError, match="LevenbergMarquardt would take"):
        require_memory(10**6, root + 1)
