"""Jets through products: against polynomials by hand; planted bugs are caught."""

from dataclasses import replace

import numpy as np
import pytest
from checks import assert_value
from jet_checks import BUG_PAIRS, check_backward_pass, check_by_complex_step
from planting import Bug, assert_caught

import kan_numpy as kn
from kan_numpy.derivatives import network_jets as jets
from kan_numpy.derivatives import product_jets
from kan_numpy.derivatives.dense_jets import DenseJets
from kan_numpy.derivatives.kan_jets import KANJets
from kan_numpy.derivatives.product_jets import ProductJets
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.layers.product_layer import ProductLayer
from kan_numpy.layers.symbolic_edge import SymbolicEdge


def test_polynomials_are_differentiated_like_polynomials():
    square = SymbolicEdge(0, 0, SYMBOLS["x^2"], np.array([1.0, 0.0, 1.0, 0.0]))
    cube = SymbolicEdge(1, 1, SYMBOLS["x^3"], np.array([1.0, 0.0, 2.0, 5.0]))
    layer = kn.KAN([2, 2], grid_size=1).layers[0]
    layer = replace(
        layer,
        coef=np.zeros_like(layer.coef),
        w_base=np.zeros((2, 2)),
        active=np.eye(2, dtype=bool),
        symbols=(square, cube),
    )
    network = kn.KAN.from_layers([layer, ProductLayer(2, ((0, 1),))])  # x^2 (2 y^3 + 5)
    x, y = 3.0, -2.0
    jet, H = jets.jet(network, [[x, y]]), jets.hessian(network, [[x, y]])
    assert jet.value.tolist() == [[x**2 * (2 * y**3 + 5)]]
    assert jet.gradient.tolist() == [[[2 * x * (2 * y**3 + 5), x**2 * 6 * y**2]]]
    assert jet.second.tolist() == [[[2 * (2 * y**3 + 5), x**2 * 12 * y]]]
    assert H[0, 0, 0, 1] == H[0, 0, 1, 0] == 2 * x * 6 * y**2


def a_product():
    net = kn.KAN([2, (1, 1), 2], grid_size=1, degree=4, arity=3, rng=3)
    rng = np.random.default_rng(3)
    net = net.with_theta(rng.uniform(-1.0, 1.0, net.size))
    return net, rng.uniform(-1.0, 1.0, (3, 2)), rng


def the_derivatives_of_a_product():
    check_by_complex_step(*a_product())


def the_backward_pass_of_a_product():
    check_backward_pass(*a_product(), BUG_PAIRS)


BUGS = [
    Bug(
        "a product leaves out one of the two mixed terms",
        product_jets, "_times",
        "+ u.gradient[:, :, b]", "+ 0.0 * u.gradient[:, :, b]",
        the_derivatives_of_a_product,
    ),
    Bug(
        "a product forgets the second derivatives in its backward pass",
        product_jets, "_times_backward",
        "+ pairs.backward", "+ 0.0 * pairs.backward",
        the_backward_pass_of_a_product,
    ),
    Bug(
        "a product multiplies the upstream gradient by the factor it belongs to",
        ProductJets, "input_gradient",
        "jets[index - 1]", "v",
        the_backward_pass_of_a_product,
    ),
]  # fmt: skip


@pytest.mark.gradient
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught(monkeypatch, bug):
    assert_caught(monkeypatch, bug)


@pytest.mark.parametrize("kind", [DenseJets, KANJets, ProductJets])
def test_the_layer_of_jets_cannot_be_exchanged(kind):
    assert_value(kind(None), "layer")
