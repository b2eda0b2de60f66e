"""Networks as expressions: splines are functions by their place, products are products."""

import numpy as np
import pytest
from builders import inputs, odd, symbolic

import kan_numpy as kn
from kan_numpy import KAN, Symbol
from kan_numpy.formulas.network_to_expression import SplineFunction
from kan_numpy.gradcheck import central_difference
from kan_numpy.networks.edges import with_symbol


def test_splines_appear_as_functions_by_their_place():
    network, x = symbolic([2, 2, 1], {(0, 0, 1): ("sin", 2.0, 0.0, 1.0, 0.0)}), inputs()
    formula = kn.formula(network, x=x)
    for name in ("s_0_0_0(x0)", "s_0_1_1(x1)", "s_1_0_1(", "sin(2*x1)"):
        assert name in str(formula)
    assert "s_0_0_1" not in str(formula)
    np.testing.assert_allclose(formula(x), network(x), rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("base", ["silu", "zero"])
def test_a_spline_function_is_its_edge_with_its_slope(base):
    network = KAN([2, 3], grid_size=4, base=base, rng=0)
    layer = network.layers[0]
    function = SplineFunction(layer, (0, 2, 1))
    assert (function.parity, function.power) == (0, None)
    x = np.linspace(-1.53, 1.53, 31)  # none at an end of the grid, where the second slope jumps
    phi = layer.edges(np.stack([np.zeros(31), x], axis=1))[:, 2, 1]
    np.testing.assert_allclose(function(x), phi, rtol=1e-14, atol=1e-15)
    want = np.diagonal(central_difference(function, x))
    np.testing.assert_allclose(function(x, 1), want, rtol=1e-6, atol=1e-8)
    assert function(x.reshape(31, 1)).shape == (31, 1)


def test_products_are_products():
    edges = {
        (0, 0, 0): ("x", 1.0, 0.0, 2.0, 0.0),
        (0, 0, 1): ("0", 1.0, 0.0, 1.0, 0.0),
        (0, 1, 0): ("0", 1.0, 0.0, 1.0, 0.0),
        (0, 1, 1): ("sin", 1.0, 0.0, 1.0, 0.0),
        (2, 0, 0): ("x", 1.0, 0.0, 0.5, 0.0),
    }
    network, x = symbolic([2, (0, 1), 1], edges), inputs()
    formula = kn.formula(network, variables=["x", "y"], x=x)
    assert str(formula) == "x*sin(y)"
    np.testing.assert_allclose(formula(x), network(x), rtol=1e-14)


def test_edges_that_are_pruned_are_absent():
    x = inputs()
    pruned = kn.prune(odd(), x, edges=[(0, 0, 0)])
    formula = kn.formula(pruned, x=x)
    assert "x0" not in str(formula)
    np.testing.assert_allclose(formula(x), pruned(x), rtol=1e-13)


def test_a_symbol_of_your_own_is_called_by_its_name():
    own = Symbol("cbrt", np.cbrt, (lambda u: np.cbrt(u) ** -2 / 3.0,))
    network = with_symbol(KAN([1, 1], rng=0), (0, 0, 0), own, np.array([2.0, 0.0, 1.0, 0.0]))
    assert str(kn.formula(network, ["x"])) == "cbrt(2*x)"
