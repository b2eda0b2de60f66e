"""The default optimizer of each kind of loss, its number of steps, and who takes mini-batches."""

import numpy as np
import pytest

import kan_numpy as kn
from kan_numpy.optimizers.defaults import (
    as_optimizer,
    default_steps,
    in_batches,
    largest_product,
)
from kan_numpy.optimizers.first_order import MiniBatches


def test_sums_of_squares_have_levenberg_marquardt_and_others_lbfgs_with_five_times_the_steps():
    assert as_optimizer(None, least_squares=True) == kn.LevenbergMarquardt()
    assert as_optimizer(None, least_squares=False) == kn.LBFGS()
    assert (default_steps(7, least_squares=True), default_steps(7, least_squares=False)) == (7, 35)
    adam = kn.Adam()
    assert as_optimizer(adam, least_squares=True) is adam


@pytest.mark.parametrize("value", [kn.Adam, "adam", 3])
def test_what_is_no_optimizer_is_refused(value):
    with pytest.raises(TypeError, match=r"optimizer must be an optimizer such as Adam\(\)"):
        as_optimizer(value, least_squares=True)


def test_only_first_order_methods_take_mini_batches():
    rng, adam = np.random.default_rng(0), kn.Adam()
    assert in_batches(adam, None, rng) is adam
    batches = in_batches(adam, 8, rng)
    assert isinstance(batches, MiniBatches)
    assert (batches.method, batches.size, batches.rng) == (adam, 8, rng)
    with pytest.raises(ValueError, match="batch_size must be at least 1"):
        in_batches(adam, 0, rng)
    with pytest.raises(ValueError, match="batch_size does not go with LBFGS"):
        in_batches(kn.LBFGS(), 8, rng)


def test_the_largest_product_is_jtj_or_the_outputs_of_a_batch():
    rng = np.random.default_rng(0)
    network = kn.KAN([3, 2], rng=0)
    for N in (10, 1000):
        x = rng.uniform(-1.0, 1.0, (N, 3))
        objective = kn.Objective(network, x, x[:, :2])
        M, P = objective.jacobian(network.theta).shape
        assert largest_product(kn.LevenbergMarquardt(), objective) == M * P * min(M, P)
        assert largest_product(kn.LBFGS(), objective) == N * P
        assert largest_product(in_batches(kn.Adam(), 7, rng), objective) == 7 * P
