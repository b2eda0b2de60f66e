"""Symbols for edges: fits of single curves, suggestions, and networks that become symbolic."""

from dataclasses import replace

import numpy as np
import pytest
from checks import same
from hypothesis import given
from hypothesis import strategies as st
from strategies import seeds

import kan_numpy as kn
from kan_numpy import KAN, Objective, Symbol
from kan_numpy.functions.activations import ACTIVATIONS
from kan_numpy.functions.symbols import SYMBOLS, as_symbols
from kan_numpy.networks.edges import spline_edges, symbolic_edges, with_symbol
from kan_numpy.sparsity.model_selection import Assessment, assess
from kan_numpy.symbolic_regression.curve_fit import FIT_POINTS, fit_symbol, fit_symbols, normalized
from kan_numpy.symbolic_regression.suggestions import Suggestions, curve

EVERY = pytest.mark.parametrize("name", SYMBOLS)
UNITS = pytest.mark.parametrize("units", [(1e-6, 1e6), (1e6, 1e-6), (1e6, 1e6)])


def numbers_for(symbol):
    """Return (a, b, c, d) with which the symbol is defined on [-1, 1] and -a does as well as a."""
    if symbol.name == "J0":
        return np.array([4.3, 0.35, -2.1, 0.7])
    if symbol.domain == (-1.0, 1.0):
        return np.array([0.6, 0.25, -2.1, 0.7])
    if symbol.domain[0] == 0.0:
        return np.array([1.3, 1.9, -2.1, 0.7])
    return np.array([0.9, 0.35, -2.1, 0.7])


def values(symbol, affine, x):
    a, b, c, d = affine
    return c * symbol(a * x + b) + d


def canonical(symbol, affine):
    """Return the numbers in the form that is the same for all that make the same function."""
    a, b, c, d = normalized(symbol, affine)
    if a < 0.0 and symbol.parity:
        a, b, c = -a, -b, c * symbol.parity
    if a < 0.0 and symbol.name in ("sigmoid", "arccos"):  # f(-u) = f(0) * 2 - f(u)
        a, b, c, d = -a, -b, -c, d + 2.0 * c * float(symbol(np.zeros(1))[0])
    if symbol.name in ("sin", "cos"):
        b, c = (b, c) if c > 0.0 else (b + np.pi, -c)
        b %= 2.0 * np.pi
    return np.array([a, b, c, d])


# The fit of one symbol.


@EVERY
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_symbol_is_found_in_its_own_curve(name, sign):
    symbol = SYMBOLS[name]
    affine = numbers_for(symbol) * [sign, 1.0, 1.0, 1.0]
    x = np.linspace(-1.0, 1.0, 301)
    phi = values(symbol, affine, x)
    found = fit_symbol(symbol, x, phi)
    np.testing.assert_allclose(values(symbol, found.affine, x), phi, rtol=0, atol=1e-6)
    if name == "sgn":
        jump = -found.affine[1] / found.affine[0]
        assert abs(jump + affine[1] / affine[0]) < 2.0 / 300.0
    elif name != "0":
        assert found.error < 1e-6
        want, got = canonical(symbol, affine), canonical(symbol, found.affine)
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-4)
        # And it says so in normal form.
        np.testing.assert_allclose(normalized(symbol, found.affine), found.affine, rtol=1e-12)


@UNITS
@pytest.mark.parametrize("name", ["sin", "exp", "log", "1/x", "x^3", "sqrt", "tanh", "abs", "sgn"])
def test_the_units_of_the_curve_play_no_role(name, units):
    symbol, (of_x, of_y) = SYMBOLS[name], units
    x = np.random.default_rng(0).uniform(-1.0, 1.0, 200)
    phi = values(symbol, numbers_for(symbol), x)
    a, b, c, d = fit_symbol(symbol, x, phi).affine
    found = fit_symbol(symbol, of_x * x, of_y * phi)
    want = normalized(symbol, np.array([a / of_x, b, c * of_y, d * of_y]))
    np.testing.assert_allclose(found.affine, want, rtol=1e-6, atol=1e-9 * np.abs(want).max())
    assert found.error < 1e-9


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "1/x", "sin", "x^2"])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_curve_may_be_far_from_zero(name, sign):
    symbol = SYMBOLS[name]
    z = np.linspace(-1.0, 1.0, 200)
    phi = values(symbol, numbers_for(symbol), sign * z)
    found = fit_symbol(symbol, 1000.0 + z, phi)
    np.testing.assert_allclose(values(symbol, found.affine, 1000.0 + z), phi, rtol=0, atol=1e-8)


@pytest.mark.parametrize("name", ["x^3", "1/x^2", "1/sqrt(x)", "exp", "log", "x", "abs", "sgn"])
@pytest.mark.parametrize("a", [0.7, -0.7])
def test_the_normal_form_is_the_same_function(name, a):
    symbol = SYMBOLS[name]
    b = 2.0 if name != "x^3" else -0.4
    affine = np.array([a, b, -1.7, 0.3])
    x = np.linspace(-1.0, 1.0, 50)
    normal = normalized(symbol, affine)
    want = values(symbol, affine, x)
    np.testing.assert_allclose(values(symbol, normal, x), want, rtol=1e-13, atol=1e-13)
    assert abs(normal[0]) == 1.0 or normal[1] == 0.0


@pytest.mark.parametrize("name", ["exp", "log", "sin"])
def test_a_symbol_of_your_own_with_a_name_that_is_taken_is_itself(name):
    own = Symbol(name, np.arctan, (lambda u: 1.0 / (1.0 + u * u),))
    affine = np.array([2.0, -0.4, 3.0, 1.0])
    assert np.array_equal(normalized(own, affine), affine)
    x = np.linspace(-1.0, 1.0, 100)
    found = fit_symbol(own, x, values(SYMBOLS["arctan"], affine, x))
    assert found.symbol is own
    assert found.error < 1e-6
    want = values(SYMBOLS["arctan"], affine, x)
    np.testing.assert_allclose(values(own, found.affine, x), want, rtol=0, atol=1e-5)


@given(
    name=st.sampled_from([n for n, s in SYMBOLS.items() if np.isfinite(s.domain).any()]),
    seed=seeds,
    N=st.sampled_from([3, 50, 3 * FIT_POINTS]),
)
def test_a_fit_never_leaves_the_domain(name, seed, N):
    symbol, rng = SYMBOLS[name], np.random.default_rng(seed)
    x = rng.uniform(-1.0, 1.0, N) * 10.0 ** rng.uniform(-3.0, 3.0) + rng.uniform(-10.0, 10.0)
    z = (x - x.min()) / np.ptp(x)
    phi = np.polyval(rng.standard_normal(4), z) + rng.standard_normal() * np.sqrt(z)
    found = fit_symbol(symbol, x, phi)
    u = found.affine[0] * x + found.affine[1]
    assert symbol.defined(u.min(), u.max())
    assert np.isfinite(values(symbol, found.affine, x)).all()
    assert found.error <= 1.0 + 1e-12  # a constant would do as well


def test_many_points_are_thinned_and_both_ends_are_looked_at():
    x = np.append(np.random.default_rng(0).uniform(0.5, 1.0, 20_000), 0.0)
    phi = 3.0 * np.sqrt(x) + 1.0
    found = fit_symbol(SYMBOLS["sqrt"], x, phi)
    np.testing.assert_allclose(values(SYMBOLS["sqrt"], found.affine, x), phi, rtol=0, atol=1e-5)


def test_a_constant_is_no_curve_but_zero():
    x = np.linspace(-1.0, 1.0, 20)
    for points, phi in [(x, np.full(20, 2.0)), (np.full(20, 0.5), x)]:
        assert fit_symbol(SYMBOLS["sin"], points, phi) is None
    zero = fit_symbol(SYMBOLS["0"], x, x**2)
    np.testing.assert_allclose(values(zero.symbol, zero.affine, x), np.mean(x**2), rtol=1e-14)
    assert zero.error == 1.0


def test_of_many_symbols_the_right_one_is_among_the_finalists():
    x = np.linspace(-1.0, 1.0, 200)
    for name in ("exp", "1/x", "gaussian"):
        found = fit_symbols(
            as_symbols(None), x, values(SYMBOLS[name], numbers_for(SYMBOLS[name]), x)
        )
        errors = {fitted.symbol.name: fitted.error for fitted in found}
        assert len(errors) == len(found) == 10
        assert errors[name] < 1e-6


# Suggestions.


def trained(function, widths=(1, 1), low=-1.0, high=1.0, N=300, seed=0, **options):
    """Return a network fitted to a function of x (N, n_in), with x and y."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(low, high, (N, widths[0]))
    y = function(x)
    network = KAN(list(widths), grid_size=6, grid_range=(low, high), rng=0, **options)
    return kn.fit(network, x, y, steps=25, progress=False).network, x, y


def two_functions(x):
    return np.sin(3.0 * x[:, :1]) + x[:, 1:] ** 2


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
    assert header.split()[:3] == ["f", "error", "effort"]
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


NARROW = Symbol("narrow", np.sin, (np.cos,), domain=(5.0, 5.001))


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


# Networks that become symbolic.


def test_named_edges_become_what_they_are_told():
    network, x, y = trained(two_functions, (2, 1))
    before = network.theta.copy()
    symbolic = kn.symbolify(network, x, y, edges={(0, 0, 0): "sin", (0, 0, 1): SYMBOLS["x^2"]})
    sine, square = symbolic.layers[0].symbols
    assert (sine.inp, sine.symbol.name, square.inp, square.symbol.name) == (0, "sin", 1, "x^2")
    np.testing.assert_allclose(symbolic(x), y, rtol=0, atol=1e-9)
    assert not spline_edges(symbolic)
    assert np.array_equal(network.theta, before)
    assert not network.layers[0].symbols
    again = kn.symbolify(symbolic, x, y, edges={(0, 0, 1): "cosh"})
    assert [edge.symbol.name for edge in again.layers[0].symbols] == ["sin", "cosh"]
    assert np.sqrt(np.mean((again(x) - y) ** 2)) > 1e-6  # whatever it costs


def test_an_edge_may_be_told_to_be_zero():
    network, x, y = trained(two_functions, (2, 1))
    smaller = kn.symbolify(network, x, y, edges={(0, 0, 0): "0"})
    assert np.ptp(smaller.layers[0].edges(x)[:, 0, 0]) == 0.0
    left = smaller(x) - x[:, 1:] ** 2
    np.testing.assert_allclose(left.mean(), np.sin(3.0 * x[:, 0]).mean(), atol=1e-3)


def test_without_steps_a_named_edge_is_its_best_fit():
    network, x, y = trained(two_functions, (2, 1))
    symbolic = kn.symbolify(network, x, y, edges={(0, 0, 0): "sin"}, steps=0)
    (edge,) = symbolic.layers[0].symbols
    (best,) = kn.suggest_symbolic(network, x, 0, 0, 0, functions=["sin"])
    assert np.array_equal(edge.affine, best.affine)


def test_by_itself_it_finds_what_the_paper_finds():
    def target(x):
        return np.exp(np.sin(np.pi * x[:, :1]) + x[:, 1:] ** 2)

    network, x, y = trained(target, (2, 1, 1), N=500)
    network = kn.fit(kn.refine(network, 12), x, y, steps=25, progress=False).network
    symbolic = kn.symbolify(network, x, y)
    names = [{edge.symbol.name for edge in layer.symbols} for layer in symbolic.layers]
    assert names == [{"sin", "x^2"}, {"exp"}]
    other = np.random.default_rng(5).uniform(-1.0, 1.0, (100, 2))
    assert np.sqrt(np.mean((symbolic(other) - target(other)) ** 2)) < 1e-12


def test_where_no_function_will_do_the_spline_stays():
    network, x, y = trained(lambda x: np.sin(5.0 * x) + 0.3 * np.sin(11.0 * x))
    before = np.mean((network(x) - y) ** 2)
    after = kn.symbolify(network, x, y, functions=["x", "x^2", "exp"])
    assert spline_edges(after) == [(0, 0, 0)]
    assert np.mean((after(x) - y) ** 2) <= before


def test_a_constant_edge_stops_nothing_unless_it_is_named():
    network, x, y = trained(lambda x: np.sin(3.0 * x[:, :1]), (2, 1))
    layer = network.layers[0]
    coef, w_base = layer.coef.copy(), layer.w_base.copy()
    coef[0, 1], w_base[0, 1] = 0.0, 0.0
    network = KAN.from_layers([replace(layer, coef=coef, w_base=w_base)])
    symbolic = kn.symbolify(network, x, y)
    names = {edge.inp: edge.symbol.name for edge in symbolic.layers[0].symbols}
    assert names[0] == "sin"
    np.testing.assert_allclose(symbolic(x), y, rtol=0, atol=1e-8)
    with pytest.raises(ValueError, match=r"edge \(0, 0, 1\) is constant on x \(prune it\)"):
        kn.symbolify(network, x, y, edges={(0, 0, 1): "sin"})


def test_noise_does_not_become_a_more_complex_function():
    rng = np.random.default_rng(2)
    network, x, y = trained(lambda x: 2.0 * x**2 + 0.05 * rng.standard_normal(x.shape))
    symbolic = kn.symbolify(network, x, y)
    (edge,) = symbolic.layers[0].symbols
    assert edge.symbol.name == "x^2"
    np.testing.assert_allclose(edge.affine[2], 2.0, rtol=0.02)


def test_a_chain_of_two_symbols_becomes_one():
    x = np.linspace(-1.0, 1.0, 100)[:, None]
    network = with_symbol(KAN([1, 1, 1], rng=0), (0, 0, 0), SYMBOLS["exp"], np.ones(4))
    network = with_symbol(network, (1, 0, 0), SYMBOLS["x^2"], np.array([1.0, -1.0, 2.0, 0.0]))
    y = 2.0 * np.exp(2.0 * x + 2.0)
    np.testing.assert_allclose(network(x), y, rtol=1e-14)
    symbolic = kn.symbolify(network, x, y, steps=0)
    assert [layer.symbols[0].symbol.name for layer in symbolic.layers] == ["exp", "x"]
    np.testing.assert_allclose(symbolic(x), y, rtol=1e-10)


def test_a_simpler_symbol_takes_the_place_of_a_complex_one():
    network, x, y = trained(lambda x: 0.7 * x)
    network = with_symbol(network, (0, 0, 0), SYMBOLS["erf"], np.array([0.01, 0.0, 62.0, 0.0]))
    symbolic = kn.symbolify(network, x, y)
    assert [effort for _, effort in symbolic_edges(symbolic)] == [SYMBOLS["x"].total_complexity]


def test_of_many_samples_none_is_left_outside_the_domain():
    rng = np.random.default_rng(0)
    x = np.append(rng.uniform(0.5, 1.0, 4000), 0.0)[:, None]
    y = np.sqrt(np.abs(x - 0.45))  # on the samples but one it starts at 0.45
    network = kn.fit(KAN([1, 1], 10, grid_range=(0, 1), rng=0), x, y, progress=False).network
    symbolic = kn.symbolify(network, x, y, edges={(0, 0, 0): "sqrt"})
    assert np.isfinite(symbolic(x)).all()
    assert np.mean((symbolic(x) - y) ** 2) < 0.1 * np.var(y)


def test_training_does_not_lead_an_edge_out_of_its_domain():
    network, x, y = trained(lambda x: np.log(x + 0.02) + np.sqrt(x), low=0.0, high=1.0)
    for name in ("log", "sqrt"):
        symbolic = kn.symbolify(network, x, y, edges={(0, 0, 0): name}, steps=40)
        (edge,) = symbolic.layers[0].symbols
        u = edge.affine[0] * x + edge.affine[1]
        assert edge.symbol.defined(u.min(), u.max())


def test_a_classifier_becomes_symbolic():
    rng = np.random.default_rng(0)
    x = rng.uniform(-1.0, 1.0, (150, 1))
    labels = (x[:, 0] ** 2 + 0.2 * rng.standard_normal(150) > 0.3).astype(int)
    network = KAN([1, 2], grid_size=3, rng=0)
    network = kn.fit(network, x, labels, kn.LBFGS(), 40, "cross_entropy", progress=False).network
    before = Objective(network, x, labels, "cross_entropy").value(network.theta)
    edges = {(0, 0, 0): "x^2", (0, 1, 0): "x^2"}
    symbolic = kn.symbolify(network, x, labels, edges=edges, loss="cross_entropy")
    after = Objective(symbolic, x, labels, "cross_entropy").value(symbolic.theta)
    assert len(symbolic.layers[0].symbols) == 2
    assert after < 1.2 * before


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"edges": {(0, 0, 0): "sinus"}}, ValueError, r"edges\[\(0, 0, 0\)\] must be one of"),
        ({"edges": {(0, 0, 0): None}}, TypeError, r"edges\[\(0, 0, 0\)\] must be the name"),
        ({"edges": {(0, 0, 5): "sin"}}, ValueError, "has 1 outputs and 2 inputs"),
        ({"edges": {(0, 0): "sin"}}, TypeError, r"must be a tuple \(layer, out, inp\)"),
        ({"edges": {"sin": (0, 0, 0)}}, TypeError, r"must be a tuple \(layer, out, inp\)"),
        ({"edges": [(0, 0, 0)]}, TypeError, "edges must be a dict such as"),
        ({"edges": {(0, 0, 0): NARROW}}, ValueError, "none of the functions narrow is defined"),
        ({"functions": ["sinus"]}, ValueError, r"functions\[0\] must be one of"),
        ({"functions": []}, ValueError, "functions must hold at least one"),
        ({"top": 0}, ValueError, "top must be at least 1"),
        ({"steps": -1}, ValueError, "steps must be at least 0"),
        ({"complexity_weight": np.nan}, ValueError, "complexity_weight"),
        ({"x": np.zeros((20, 3))}, ValueError, "x must have shape"),
        ({"y": np.zeros((20, 2))}, ValueError, "y must have shape"),
        ({"y": np.full((20, 1), np.nan)}, ValueError, "y"),
        ({"loss": "l7"}, ValueError, "loss"),
        ({"network": kn.MLP([2, 1], rng=0)}, TypeError, "KAN"),
    ],
)
def test_orders_that_make_no_sense_are_refused(arguments, error, message):
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (20, 2))
    network = KAN([2, 1], rng=0)
    given = {"network": network, "x": x, "y": x[:, :1]} | arguments
    before = KAN([2, 1], rng=0)
    with pytest.raises(error, match=message):
        kn.symbolify(**given)
    assert same(network, before)


# What is as good.


def test_an_assessment_knows_error_and_free_numbers():
    network, x, y = trained(two_functions, (2, 1))
    judged = assess(Objective(network, x, y), network)
    want = np.sqrt(np.mean((network(x) - y) ** 2) / np.var(y))
    np.testing.assert_allclose(judged.error, want, rtol=1e-12)
    assert (judged.numbers, judged.samples) == (network.size, 300)
    changed = with_symbol(network, (0, 0, 0), SYMBOLS["x^2"], np.ones(4))  # 3 of 4 are free
    spline = network.layers[0].basis.size + 1
    assert assess(Objective(network, x, y), changed).numbers == network.size - spline + 3


def test_outputs_may_have_different_means():
    rng = np.random.default_rng(0)
    x = rng.uniform(-1.0, 1.0, (50, 1))
    y = np.hstack([x, x**2])
    network = KAN([1, 2], rng=0)
    near = assess(Objective(network, x, y), network)
    np.testing.assert_allclose(near.loss, np.mean((network(x) - y) ** 2) / y.var(axis=0).mean())
    shifted = KAN.from_layers([replace(network.layers[0], bias=np.array([0.0, 1000.0]))])
    far = assess(Objective(shifted, x, y + np.array([0.0, 1000.0])), shifted)
    np.testing.assert_allclose(far.loss, near.loss, rtol=1e-9)


@pytest.mark.parametrize(
    ("loss", "smaller", "numbers", "allowed"),
    [
        (0.01, 0.0099, 10, True),  # better
        (0.01, 0.0104, 10, True),  # 1000 log 1.04 = 39 is less than 10 log 1000 = 69
        (0.01, 0.0108, 10, False),  # 1000 log 1.08 = 77
        (1e-8, 8.9e-8, 1, True),  # splines: three times the error
        (1e-8, 9.1e-8, 1, False),
        (1e-4, 8.0e-4, 1, False),  # noise
    ],
)
def test_a_smaller_network_may_be_somewhat_worse(loss, smaller, numbers, allowed):
    large, small = Assessment(loss, 50, 1000), Assessment(smaller, 50 - numbers, 1000)
    assert large.accepts(small) is allowed
