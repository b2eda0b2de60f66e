"""Suggestions are ranked, in any units, and leave the network as it is."""

from dataclasses import replace

import numpy as np
import pytest
from builders import evaluated_edges
from curves import NARROW, trained, two_functions, values

import kan_numpy as kn
from kan_numpy import KAN, Symbol
from kan_numpy.functions.activations import ACTIVATIONS
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.symbolic_regression.suggestions import Suggestions, curve, suggestions


def test_suggestions_are_ranked_and_print_as_a_table():
    network, x, _ = trained(two_functions, (2, 1))
    before = network.theta.copy()
    found = kn.suggest_symbolic(network, x, 0, 0, 0, top=4)
    assert isinstance(found, Suggestions)
    assert len(found) == 4
    assert found[0].symbol.name == "sin"
    assert abs(abs(found[0].affine[0]) - 3.0) < 0.05
    assert kn.suggest_symbolic(network, x, 0, 0, 1)[0].symbol.name == "x^2"
    header, *rows = str(found).splitlines()
    assert header.split()[:3] == ["f", "error", "complexity"]
    assert [row.split()[0] for row in rows] == [fitted.symbol.name for fitted in found]
    assert f"a = {found[0].affine[0]:.6g}, b = " in rows[0]
    assert np.array_equal(network.theta, before)
    assert not network.layers[0].symbols


def test_the_error_of_a_suggestion_is_what_is_left_of_the_edge():
    network, x, _ = trained(lambda x: np.exp(x) + np.sin(4.0 * x), (1, 2, 1))
    for edge in ((0, 1, 0), (1, 0, 1)):
        activations, phi = curve(network, x, edge)
        assert np.array_equal(activations, network.forward(x)[1][edge[0]].x[:, edge[2]])
        for symbol, affine, error in kn.suggest_symbolic(network, x, *edge, top=10):
            left = values(symbol, affine, activations) - phi
            want = np.sqrt(np.mean(left**2)) / phi.std()
            np.testing.assert_allclose(error, want, rtol=1e-6, atol=1e-12)


def test_the_units_of_the_network_play_no_role():
    network, x, _ = trained(two_functions, (2, 1))
    layer = network.layers[0]
    small = replace(layer.basis, knots=1e-6 * layer.knots)
    coef, none = 1e9 * layer.coef, np.zeros_like(layer.w_base)
    zero = ACTIVATIONS["zero"]
    scaled = replace(layer, basis=small, coef=coef, w_base=none, base=zero)
    plain = replace(layer, w_base=none, base=zero)
    want, got = (
        kn.suggest_symbolic(KAN.from_layers([one]), points, 0, 0, 0)[0]
        for one, points in ((plain, x), (scaled, 1e-6 * x))
    )
    assert got.symbol == want.symbol
    np.testing.assert_allclose(got.error, want.error, rtol=1e-6)


def test_simplicity_is_what_complexity_costs():
    network, x, _ = trained(lambda x: np.exp(0.2 * x))
    names = ["x", "exp", "tanh"]
    exact = kn.suggest_symbolic(network, x, 0, 0, 0, functions=names, complexity_weight=0)
    assert [fitted.error for fitted in exact] == sorted(fitted.error for fitted in exact)
    assert [exact[0].symbol.name, exact[-1].symbol.name] == ["exp", "x"]
    simple = kn.suggest_symbolic(network, x, 0, 0, 0, functions=names, complexity_weight=3)
    assert simple[0].symbol.name == "x"


def test_your_own_functions_are_tried_and_no_others():
    network, x, _ = trained(lambda x: np.cbrt(x + 2.0))
    own = Symbol("cbrt", np.cbrt, (lambda u: np.cbrt(u) ** -2 / 3.0,), domain=(0.0, np.inf))
    found = kn.suggest_symbolic(network, x, 0, 0, 0, functions=[own, "x", "0"], complexity_weight=0)
    assert [fitted.symbol.name for fitted in found] == ["cbrt", "x", "0"]
    assert found[0].error < 1e-4
    np.testing.assert_allclose(found[2].error, 1.0, rtol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"layer": 3}, ValueError, "layer is 3, but the network has no KAN layer"),
        ({"out": 1}, ValueError, r"layers\[0\] has 1 outputs and 2 inputs"),
        ({"inp": 2}, ValueError, r"layers\[0\] has 1 outputs and 2 inputs"),
        ({"inp": 0.5}, TypeError, "inp must be a whole number"),
        ({"functions": ["sinus"]}, ValueError, r"functions\[0\] must be one of"),
        ({"functions": "sin"}, TypeError, "functions must be a list of names"),
        ({"functions": [NARROW]}, ValueError, "none of the functions narrow is defined"),
        ({"top": 0}, ValueError, "top must be at least 1"),
        ({"complexity_weight": -1.0}, ValueError, "complexity_weight"),
        ({"x": np.zeros((5, 3))}, ValueError, "x must have shape"),
        ({"x": np.zeros((5, 2))}, ValueError, r"edge \(0, 0, 0\) is constant on x"),
        ({"network": kn.MLP([2, 1], rng=0)}, TypeError, "KAN"),
    ],
)
def test_questions_that_make_no_sense_are_refused(arguments, error, message):
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (20, 2))
    given = {"network": KAN([2, 1], rng=0), "x": x, "layer": 0, "out": 0, "inp": 0} | arguments
    with pytest.raises(error, match=message):
        kn.suggest_symbolic(**given)


# What is evaluated.


def test_only_the_edge_in_question_is_evaluated(monkeypatch):
    network, x = kn.KAN([4, 5, 3], rng=0), np.random.default_rng(0).uniform(-1.0, 1.0, (30, 4))
    phi = network.layers[1].edges(network.forward(x)[1][1].x)[:, 2, 3]
    count = evaluated_edges(monkeypatch)
    np.testing.assert_allclose(curve(network, x, (1, 2, 3))[1], phi, rtol=1e-14, atol=1e-15)
    assert sum(count) == 1
    kn.suggest_symbolic(network, x, 0, 2, 1, ["sin"])
    assert sum(count) == 2


@pytest.mark.parametrize("n_in", [2, 8])
def test_symbolify_evaluates_a_fixed_number_of_curves_for_each_edge(monkeypatch, n_in):
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (100, n_in))
    y = (x**2).sum(axis=1, keepdims=True)
    network = kn.fit(kn.KAN([n_in, 1], rng=0), x, y, steps=10).network
    with monkeypatch.context() as patched:
        count = evaluated_edges(patched)
        symbolic = kn.symbolify(network, x, y, functions=["x", "x^2"], steps=2)
    assert [edge.symbol.name for edge in symbolic.layers[0].symbols] == ["x^2"] * n_in
    # All edges once; all but the first again, after a replacement; all once more, for simpler ones.
    assert sum(count) == n_in + (n_in - 1) + n_in


def test_as_many_are_suggested_as_are_asked_for():
    x = np.linspace(-1.0, 1.0, 60)[:, None]
    network = kn.fit(kn.KAN([1, 1], rng=0), x, np.sin(3.0 * x), steps=10).network
    for top in (1, 5, 12):
        assert len(kn.suggest_symbolic(network, x, 0, 0, 0, top=top)) == top
    assert len(kn.suggest_symbolic(network, x, 0, 0, 0)) == 5


@pytest.mark.parametrize(("variation", "known"), [(0.5e-12, False), (2e-12, True)])
def test_what_varies_by_rounding_alone_is_a_constant(variation, known):
    z = np.linspace(0.0, 1.0, 30)
    line = [SYMBOLS["x"]]
    assert bool(suggestions((z, 1.0 - variation * z), line, 0.0)) == known
    assert bool(suggestions((1.0 - variation * z, z), line, 0.0)) == known
