"""Every backward pass of the library is right: random sizes, degrees, knots, points, parameters."""

import numpy as np
import pytest
from checks import (
    check_activation,
    check_basis_backward,
    check_basis_backward_exactly,
    check_basis_derivative,
    check_jacobian,
    check_jacobian_adjoint,
    check_layer,
    check_loss,
    check_network_exactly,
    check_network_input,
    check_network_theta,
    check_objective,
    check_residuals,
    check_residuals_gradient,
)
from hypothesis import given
from hypothesis import strategies as st
from strategies import (
    bases_with_points,
    floats,
    layers_with_inputs,
    networks_with_inputs,
    seeds,
    smooth_points,
)

from kan_numpy import Objective
from kan_numpy.functions.activations import ACTIVATIONS
from kan_numpy.training.losses import CrossEntropy, MeanSquaredError

pytestmark = pytest.mark.gradient


@given(
    name=st.sampled_from([name for name in ACTIVATIONS if name != "relu"]),
    order=st.integers(1, 3),
    x=st.lists(floats(-30.0, 30.0), min_size=1),
)
def test_every_derivative_of_an_activation_is_that_of_the_one_before(record, name, order, x):
    record(check_activation(ACTIVATIONS[name], order, np.array(x)))


@given(drawn=bases_with_points())
def test_every_derivative_of_the_basis_is_that_of_the_one_before_on_knots_too(record, drawn):
    basis, x, _ = drawn
    for order in range(1, basis.degree + 1):
        record(check_basis_derivative(basis, order, x))


@given(drawn=bases_with_points())
def test_the_basis_goes_back_exactly_on_knots_too(record, drawn):
    record(check_basis_backward_exactly(*drawn))


@given(drawn=bases_with_points(smooth_points))
def test_the_basis_goes_back_as_central_differences_say(record, drawn):
    record(check_basis_backward(*drawn))


@given(drawn=layers_with_inputs(smooth_points))
def test_a_layer_goes_back_to_its_input_and_its_parameters(record, drawn):
    record(check_layer(*drawn))


@given(drawn=networks_with_inputs())
def test_a_network_goes_back_to_its_parameters(record, drawn):
    record(check_network_theta(*drawn))


@given(drawn=networks_with_inputs(smooth_points))
def test_a_network_goes_back_to_its_input(record, drawn):
    record(check_network_input(*drawn))


@given(drawn=networks_with_inputs())
def test_a_network_goes_back_exactly_in_a_random_direction(record, drawn):
    record(check_network_exactly(*drawn))


@given(drawn=networks_with_inputs())
def test_the_jacobian_is_what_central_differences_say(record, drawn):
    network, x, _ = drawn
    record(check_jacobian(network, x))


@given(drawn=networks_with_inputs())
def test_the_jacobian_and_the_backward_pass_say_the_same(record, drawn):
    record(check_jacobian_adjoint(*drawn))


@given(shape=st.tuples(st.integers(1, 6), st.integers(1, 6)), seed=seeds)
def test_the_gradient_of_the_mean_squared_error_is_right(record, shape, seed):
    rng = np.random.default_rng(seed)
    prediction, target = rng.standard_normal((2, *shape))
    record(check_loss(MeanSquaredError(), prediction, target, rng))


@given(shape=st.tuples(st.integers(1, 6), st.integers(2, 6)), seed=seeds)
def test_the_gradient_of_the_cross_entropy_is_right(record, shape, seed):
    rng = np.random.default_rng(seed)
    loss = CrossEntropy()
    target = loss.as_target(rng.integers(shape[1], size=shape[0]), *shape)
    record(check_loss(loss, rng.standard_normal(shape), target, rng))


@given(drawn=networks_with_inputs())
def test_the_gradient_of_a_squared_objective_is_right(record, drawn):
    network, x, rng = drawn
    y = network(x) + rng.standard_normal((len(x), network.widths[-1]))  # a loss of about 1
    record(check_objective(Objective(network, x, y), network.theta, rng))


@given(drawn=networks_with_inputs(outputs=3))
def test_the_gradient_of_a_classifying_objective_is_right(record, drawn):
    network, x, rng = drawn
    labels = rng.integers(3, size=len(x))
    record(check_objective(Objective(network, x, labels, "cross_entropy"), network.theta, rng))


@given(drawn=networks_with_inputs())
def test_the_jacobian_of_the_residuals_is_right(record, drawn):
    network, x, rng = drawn
    y = network(x) + rng.standard_normal((len(x), network.widths[-1]))  # a loss of about 1
    objective = Objective(network, x, y)
    record(check_residuals(objective, network.theta))
    record(check_residuals_gradient(objective, network.theta))
