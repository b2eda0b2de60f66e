"""Jets through the layers of an MLP: planted bugs are caught, other layers are refused."""

import numpy as np
import pytest
from jet_checks import (
    BUG_PAIRS,
    check_backward_pass,
    check_by_complex_step,
    check_jacobian,
)
from planting import Bug, assert_caught

import kan_numpy as kn
from kan_numpy.derivatives import network_jets as jets
from kan_numpy.derivatives.dense_jets import DenseJets


def a_square_mlp():
    rng = np.random.default_rng(2)
    net = kn.MLP([2, 2, 2, 2], activation="tanh", rng=rng)
    return net.with_theta(rng.uniform(-1.0, 1.0, net.size)), rng.uniform(-1.0, 1.0, (3, 2)), rng


def the_derivatives_of_an_mlp():
    check_by_complex_step(*a_square_mlp())


def the_backward_pass_of_an_mlp():
    check_backward_pass(*a_square_mlp(), BUG_PAIRS)


def the_jacobian_of_an_mlp():
    check_jacobian(*a_square_mlp(), BUG_PAIRS)


BUGS = [
    Bug(
        "an MLP forgets the bend of its activation",
        DenseJets, "features",
        "[:, :, None] * p +", "[:, :, None] * p * 0.0 +",
        the_derivatives_of_an_mlp,
    ),
    Bug(
        "an MLP leaves the third derivative of its activation out",
        DenseJets, "input_gradient",
        "self._factor(cache, 3) *", "0.0 *",
        the_backward_pass_of_an_mlp,
    ),
    Bug(
        "an MLP does not multiply the second derivatives in the backward pass",
        DenseJets, "input_gradient",
        "second *= cache.f[0]", "second *= 1.0 + 0.0 * cache.f[0]",
        the_backward_pass_of_an_mlp,
    ),
    Bug(
        "dw of an MLP leaves the second derivatives out",
        DenseJets, "parameter_gradient",
        "dw += np", "dw += 0.0 * np",
        the_backward_pass_of_an_mlp,
    ),
    Bug(
        "the Jacobian of an MLP is transposed, which fits because it is square",
        DenseJets, "jacobian",
        "dw.reshape", "dw.transpose(0, 2, 1).reshape",
        the_jacobian_of_an_mlp,
    ),
]  # fmt: skip


@pytest.mark.gradient
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught(monkeypatch, bug):
    assert_caught(monkeypatch, bug)


def test_a_layer_without_jets_is_refused():
    class Other:
        n_in = n_out = 1

    with pytest.raises(TypeError, match="network has a Other, whose jets are not known"):
        jets.jet(kn.KAN.from_layers([Other()]), [[0.0]])


def test_only_the_derivatives_that_are_asked_for_are_computed():
    network, x = kn.MLP([2, 3, 1], "tanh", rng=0), np.array([[0.3, -0.2]])
    (_, gradient, second), _ = jets.forward(network, x, [])
    assert second.shape == (1, 1, 0)
    w, v = (layer.weights for layer in network.layers)
    slope = 1.0 - np.tanh(x @ w.T) ** 2
    np.testing.assert_allclose(gradient[0], (v * slope) @ w, rtol=1e-14)
