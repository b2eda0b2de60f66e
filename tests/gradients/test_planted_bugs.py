"""The verification is verified: typical bugs, planted in the library's source, are all caught.

Each bug replaces one piece of text in one function. The check that guards this function, the same
that `test_gradients.py` runs, must pass before and fail after, on the same data.
"""

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
from planting import Bug, assert_caught
from strategies import shaken

from kan_numpy import KAN, Activation, Objective, uniform_knots
from kan_numpy.functions import sigmoids
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.splines import bsplines
from kan_numpy.splines.bsplines import BSplineBasis
from kan_numpy.training import losses
from kan_numpy.training.losses import CrossEntropy, Huber, MeanSquaredError

pytestmark = pytest.mark.gradient


def square_network():
    """Widths 3, 3, 3: a transposed weight is a wrong number here, and nothing crashes."""
    rng = np.random.default_rng(1)
    network = shaken(KAN([3, 3, 3], grid_size=4, degree=3, rng=rng), rng)
    return network, rng.uniform(-1.8, 1.8, (5, 3)), rng  # some points outside the grid


def layer():
    network, x, rng = square_network()
    return network.layers[0], x, rng


def basis(knots=None):
    rng = np.random.default_rng(2)
    t = uniform_knots(-1.0, 1.0, 4, 3) if knots is None else knots
    return BSplineBasis(np.stack([t, 1.5 * t]), 3), rng.uniform(-2.0, 2.0, (6, 2)), rng


def squares():
    network, x, rng = square_network()
    return Objective(network, x, rng.standard_normal((5, 3))), network.theta


def labeled():
    rng, loss = np.random.default_rng(3), CrossEntropy()
    return loss, rng.standard_normal((5, 3)), loss.as_target([0, 2, 1, 1, 0], 5, 3), rng


def measured():
    rng = np.random.default_rng(4)
    return MeanSquaredError(), *rng.standard_normal((2, 5, 3)), rng


def silu_as_it_is_now():
    derivatives = (sigmoids.silu_derivative, sigmoids.silu_second, sigmoids.silu_third)
    return Activation("silu", sigmoids.silu, derivatives)


def the_layer():
    check_layer(*layer())


def the_layer_of_one_output():
    rng = np.random.default_rng(6)
    check_layer(shaken(KAN([3, 1], grid_size=4, rng=rng), rng).layers[0], *layer()[1:])


def the_network():
    check_network_theta(*square_network())


def the_network_and_its_input():
    check_network_input(*square_network())


def the_network_exactly():
    check_network_exactly(*square_network())


def the_jacobian():
    network, x, _ = square_network()
    check_jacobian(network, x)


def the_jacobian_against_backward():
    check_jacobian_adjoint(*square_network())


def the_basis():
    check_basis_backward(*basis())


def the_basis_on_uneven_knots_exactly():
    check_basis_backward_exactly(*basis(np.sinh(uniform_knots(-1.0, 1.0, 4, 3))))


def the_second_derivative_of_the_basis():
    some, x, _ = basis()
    check_basis_derivative(some, 2, x)


def the_objective():
    objective, theta = squares()
    check_objective(objective, theta, np.random.default_rng(5))


def the_residuals():
    check_residuals(*squares())


def the_residuals_and_the_gradient():
    check_residuals_gradient(*squares())


def the_squared_error():
    check_loss(*measured())


def the_robust_loss():
    _, prediction, target, rng = measured()
    check_loss(Huber(), prediction, target + 10.0 * np.eye(5, 3), rng)


def the_cross_entropy():
    check_loss(*labeled())


def the_slope_of_silu():
    check_activation(silu_as_it_is_now(), 1, np.linspace(-3.0, 3.0, 13))


def the_bend_of_silu():
    check_activation(silu_as_it_is_now(), 2, np.linspace(-3.0, 3.0, 13))


BUGS = [
    # layer: parameters
    Bug(
        "dcoef is averaged over the batch instead of summed",
        KANLayer, "parameter_gradient",
        "matmul(dy.T, cache.matrix", "matmul(dy.T / len(dy), cache.matrix",
        the_layer,
    ),
    Bug(
        "dcoef sees the batch in reverse order",
        KANLayer, "parameter_gradient",
        "matmul(dy.T, cache.matrix", "matmul(dy[::-1].T, cache.matrix",
        the_layer,
    ),
    Bug(
        "dcoef ignores the upstream gradient",
        KANLayer, "parameter_gradient",
        "matmul(dy.T, cache.matrix", "matmul(np.ones_like(dy).T, cache.matrix",
        the_network,
    ),
    Bug(
        "dw_base is transposed, which fits because it is square",
        KANLayer, "parameter_gradient",
        "dy.T, cache.b", "cache.b.T, dy",
        the_layer,
    ),
    Bug(
        "dw_base uses the input x instead of b(x)",
        KANLayer, "parameter_gradient",
        "dy.T, cache.b", "dy.T, cache.x",
        the_layer,
    ),
    Bug(
        "the base weights of a layer are packed in the wrong order",
        KANLayer, "parameter_gradient",
        "out=d.w_base", "out=d.w_base[::-1]",
        the_layer,
    ),
    # layer: input
    Bug(
        "dx uses the transposed base weights, which fit because they are square",
        KANLayer, "input_gradient",
        "dy @ self.w_base", "dy @ self.w_base.T",
        the_layer,
    ),
    Bug(
        "dx forgets the base function",
        KANLayer, "input_gradient",
        "if cache.slope is not None", "if False",
        the_layer,
    ),
    Bug(
        "dx uses the base function b instead of its derivative",
        KANLayer, "input_gradient",
        "cache.slope()", "cache.b",
        the_layer,
    ),
    Bug(
        "dx subtracts the base function",
        KANLayer, "input_gradient",
        "dx +=", "dx -=",
        the_network_and_its_input,
    ),
    Bug(
        "dx permutes the output nodes before the coefficients",
        KANLayer, "input_gradient",
        "(dy @ c)", "(dy[:, ::-1] @ c)",
        the_network_exactly,
    ),
    Bug(
        "dx of a single output forgets dy",
        KANLayer, "input_gradient",
        "dy * self.basis", "self.basis",
        the_layer_of_one_output,
    ),
    # basis
    Bug(
        "a single row of dB is read one function too far to the left",
        bsplines, "flattened",
        "row_starts(*dB.shape)", "row_starts(*dB.shape) - 1",
        the_layer_of_one_output,
    ),
    Bug(
        "the basis is shifted by one function",
        BSplineBasis, "backward",
        "flat[r:]", "flat[r - 1 :]",
        the_basis,
    ),
    Bug(
        "the basis does not fold the window of points outside the grid",
        BSplineBasis, "backward",
        "folded(_differences(cache.T), cache.window)", "_differences(cache.T)",
        the_basis,
    ),
    Bug(
        "the basis goes back with the function instead of its derivative",
        BSplineBasis, "backward",
        "_differences(cache.T)", "[cache.T[0], *cache.T]",
        the_basis_on_uneven_knots_exactly,
    ),
    Bug(
        "the derivative of the basis has the factor of the wrong degree",
        BSplineBasis, "_rate",
        "q / h", "(q - 1) / h",
        the_basis,
    ),
    Bug(
        "the derivative of the basis forgets the units of uniform knots",
        BSplineBasis, "_rate",
        "q / h", "q",
        the_basis,
    ),
    Bug(
        "the derivative of the basis has no factor on uneven knots",
        BSplineBasis, "_rate",
        "return q if", "return 1 if",
        the_basis_on_uneven_knots_exactly,
    ),
    Bug(
        "the derivative of the basis has the wrong sign in its first function",
        bsplines, "_differences",
        "[-T[0]", "[T[0]",
        the_basis_on_uneven_knots_exactly,
    ),
    Bug(
        "the second derivative of the basis differentiates once too often",
        BSplineBasis, "__call__",
        "if q <= k - derivative", "if q <= k - derivative - (derivative > 1)",
        the_second_derivative_of_the_basis,
    ),
    # network
    Bug(
        "the network skips a layer in its backward pass",
        KAN, "_backward",
        "dy = layer.input_gradient", "_ = layer.input_gradient",
        the_network,
    ),
    Bug(
        "the network packs the gradients of its layers in reverse",
        KAN, "_backward",
        "else None, dtheta", "else None, np.roll(dtheta, self.layers[0].size)",
        the_network,
    ),
    Bug(
        "the Jacobian skips a layer in its backward pass",
        KAN, "_jacobian",
        "dy = layer.input_gradient(dy, cache[l])", "pass",
        the_jacobian,
    ),
    Bug(
        "the Jacobian of the base weights takes the input node for the output node",
        KANLayer, "edges_jacobian",
        "np.multiply(dphi[:, :, i], cache.b", "np.multiply(dphi[:, i], cache.b",
        the_jacobian_against_backward,
    ),
    # losses and objective
    Bug(
        "the squared error forgets the factor 2",
        MeanSquaredError, "value_and_gradient",
        "(2.0 / error.size)", "(1.0 / error.size)",
        the_squared_error,
    ),
    Bug(
        "the squared error is averaged over samples only",
        MeanSquaredError, "value_and_gradient",
        "(2.0 / error.size)", "(2.0 / len(error))",
        the_objective,
    ),
    Bug(
        "Huber's loss cuts off squares, not errors",
        Huber, "_evaluated",
        "cut * (2.0 * size - cut)", "cut**2",
        the_robust_loss,
    ),
    Bug(
        "the weights of Huber's loss forget that sigma follows the errors",
        Huber, "_evaluated",
        "w * S / (2.0 * BETA * sigma)", "w",
        the_robust_loss,
    ),
    Bug(
        "the sigma of Huber's loss does not count what is cut off",
        losses, "size_of_errors",
        "N * BETA - (N - m) * K**2", "N * BETA",
        the_robust_loss,
    ),
    Bug(
        "the cross-entropy is not divided by N",
        CrossEntropy, "value_and_gradient",
        "(e / total - target) / len(z)", "e / total - target",
        the_cross_entropy,
    ),
    Bug(
        "the cross-entropy forgets the right class",
        CrossEntropy, "value_and_gradient",
        "(e / total - target)", "(e / total)",
        the_cross_entropy,
    ),
    Bug(
        "the Jacobian of the residuals has another sign than they",
        Objective, "jacobian",
        "J *= self", "J *= -self",
        the_residuals,
    ),
    Bug(
        "the Jacobian of the residuals is divided by N instead of its root",
        Objective, "jacobian",
        "self._scale(y)", "self._scale(y) ** 2",
        the_residuals_and_the_gradient,
    ),
    # activations
    Bug(
        "the derivative of silu lacks its second term",
        sigmoids, "silu_derivative",
        "s * (1.0 + x * (1.0 - s))", "s",
        the_slope_of_silu,
    ),
    Bug(
        "the second derivative of silu lacks its factor 2",
        sigmoids, "silu_second",
        "2.0 * sigmoid_derivative(x)", "sigmoid_derivative(x)",
        the_bend_of_silu,
    ),
]  # fmt: skip


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught(monkeypatch, bug):
    assert_caught(monkeypatch, bug)
