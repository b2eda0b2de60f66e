"""The objective knows how strongly each parameter acts, and its parts add up to the loss."""

import numpy as np
import pytest

import kan_numpy as kn
from kan_numpy.layers.kan_layer import KANLayer


def test_the_metric_is_the_mean_square_of_what_a_parameter_is_multiplied_with():
    rng = np.random.default_rng(0)
    x = rng.uniform(-1.0, 1.0, (50, 1))
    net = kn.KAN([1, 1], grid_size=4, rng=0)
    J = net.jacobian(x)[:, 0]  # (N, P): one layer, so these are the factors themselves
    squares = np.mean(J**2, axis=0)
    metric = kn.Objective(net, x, np.sin(x)).diagonal_scaling(net.theta)
    np.testing.assert_allclose(metric, squares / squares.mean() + 1e-3, rtol=1e-12)


def test_parameters_that_act_on_nothing_are_all_alike():
    """Far from its grid, without a base function, a network that fades is zero."""
    network = kn.KAN([1, 1], grid_size=4, base="zero", outside="fade", rng=0)
    far = np.full((5, 1), 100.0)
    metric = kn.Objective(network, far, far).diagonal_scaling(network.theta)
    assert metric.tolist() == [1.0] * 7


def test_the_metric_of_small_factors_is_that_of_large_ones():
    network = kn.MLP([1, 1], rng=0)
    x = np.array([[0.001], [0.002]])
    metric = kn.Objective(network, x, x).diagonal_scaling(network.theta)
    squares = np.array([np.mean(x**2), 1.0])
    np.testing.assert_allclose(metric, squares / squares.mean() + 1e-3, rtol=1e-12)
    small = kn.KAN([1, 1], grid_size=1, degree=1, base="zero", rng=0)
    halves = kn.Objective(small, np.zeros((3, 1)), np.zeros((3, 1)))
    np.testing.assert_allclose(halves.diagonal_scaling(small.theta), [1.001, 1.001])


def test_nobody_computes_the_gradient_of_the_inputs(monkeypatch):
    computed, compute = [], KANLayer.input_gradient

    def counted(layer, dy, cache):
        computed.append(layer.n_in)
        return compute(layer, dy, cache)

    monkeypatch.setattr(KANLayer, "input_gradient", counted)
    network = kn.KAN([2, 3, 4, 1], rng=0)
    kn.Objective(network, np.zeros((5, 2)), np.ones((5, 1))).fun(network.theta)
    assert computed == [4, 3]


@pytest.mark.parametrize("loss", ["mse", "huber"])
@pytest.mark.parametrize("at_once", [10**9, 2000])
def test_an_accepted_step_evaluates_the_network_no_more_often_than_it_must(
    monkeypatch, loss, at_once
):
    monkeypatch.setattr("kan_numpy.training.objective.JACOBIAN_AT_ONCE", at_once)
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (100, 2))
    objective = kn.Objective(kn.KAN([2, 2, 1], rng=0), x, x[:, :1] * x[:, 1:], loss)
    method, seen = kn.LevenbergMarquardt(), 0
    state = method.start(objective, objective.network.theta)
    output = KANLayer.output

    def counted(layer, cache):
        nonlocal seen
        seen += len(cache.x) * (layer.n_out == 1)  # the last layer
        return output(layer, cache)

    monkeypatch.setattr(KANLayer, "output", counted)
    after = method.step(objective, state)
    assert after.evaluations == state.evaluations + 1
    in_blocks = len(objective._jacobian_rows) > 1
    assert in_blocks == (at_once == 2000)
    assert seen == len(x) * (2 if in_blocks else 1)  # blocks are not kept, or memory would grow


@pytest.mark.parametrize("penalty", [None, kn.Penalty(l1=0.1, smoothness=0.2)])
@pytest.mark.parametrize("loss", ["mse", "huber", kn.losses.Huber(delta=0.1)])
def test_squares_and_what_they_leave_out_are_the_loss_and_its_gradient(loss, penalty):
    rng = np.random.default_rng(0)
    net = kn.KAN([2, 3, 2], grid_size=4, rng=0)
    x, y = rng.uniform(-1.0, 1.0, (30, 2)), rng.standard_normal((30, 2))
    y[3] += 50.0
    objective = kn.Objective(net, x, y, loss, penalty)
    r, J = objective.residuals(net.theta), objective.jacobian(net.theta)
    rest, value = objective.penalty_terms(net.theta), objective.fun(net.theta)
    assert r @ r + rest.value == pytest.approx(value[0], rel=1e-13)
    np.testing.assert_allclose(2.0 * J.T @ r + rest.gradient, value[1], rtol=1e-9, atol=1e-12)
    assert objective.value(net.theta) == pytest.approx(value[0], rel=1e-13)
