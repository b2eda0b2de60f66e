"""Formulas agree with their networks, are what is printed, and are found in data."""

import numpy as np
import pytest
from checks import agree, same
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import floats

import kan_numpy as kn
from kan_numpy import KAN, Penalty, Symbol
from kan_numpy.algebra.expressions import Variable, evaluate
from kan_numpy.algebra.number import Number, named
from kan_numpy.algebra.parsing import parse
from kan_numpy.algebra.printing import text
from kan_numpy.formulas.network_to_expression import SplineFunction, network_expressions
from kan_numpy.formulas.parameter_fit import (
    free_numbers,
    is_free,
    refit,
    value_and_slopes,
    with_numbers,
)
from kan_numpy.functions.scaling import Scaler
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.gradcheck import central_difference
from kan_numpy.networks.edges import layer_of, with_symbol
from kan_numpy.sparsity import sparsification as sparsity


def symbolic(widths, edges, **options):
    """Return a network whose edges are these symbols; those that are not named stay splines."""
    network = KAN(widths, rng=0, **options)
    for edge, (name, *affine) in edges.items():
        network = with_symbol(network, edge, SYMBOLS[name], np.array(affine, dtype=float))
    return network


def paper():
    """Return exp(sin(pi x) + y^2) as a network, its numbers spread over the edges."""
    edges = {
        (0, 0, 0): ("sin", -np.pi, 0.0, -2.0, 0.3),
        (0, 0, 1): ("x^2", 1.0, 0.0, 2.0, 0.1),
        (1, 0, 0): ("exp", 0.5, -0.2, 1.0, 0.0),
    }
    return symbolic([2, 1, 1], edges)


def odd():
    """Return a network of which no number has a name."""
    edges = {
        (0, 0, 0): ("sin", 1.2345678, 0.3456789, 0.8765432, 0.1),
        (0, 0, 1): ("tanh", 0.7654321, 0.0, 1.3456789, 0.0),
        (1, 0, 0): ("exp", 0.4321987, 0.0, 2.2345678, -0.7654987),
    }
    return symbolic([2, 1, 1], edges)


def inputs(n=2, N=200, seed=1):
    return np.random.default_rng(seed).uniform(-1.0, 1.0, (N, n))


def by_python(formula, x):
    """Return what Python makes of the text, (N, n_out)."""
    names = {name: symbol for name, symbol in SYMBOLS.items() if name.isidentifier()}
    names |= {"pi": np.pi, "e": np.e, "sqrt": np.sqrt} | dict(
        zip(formula.variables, x.T, strict=True)
    )
    lines = str(formula).splitlines()
    texts = [line.partition(" = ")[2] or line for line in lines]
    columns = [np.broadcast_to(eval(line, {}, names), len(x)) for line in texts]
    return np.stack(columns, axis=1)


# A network as a formula.


def test_the_formula_is_read_off_and_its_constants_are_recognized():
    formula = kn.formula(paper(), variables=["x", "y"])
    assert str(formula) == "exp(sin(pi*x) + y**2)"
    assert repr(formula) == "Formula('exp(sin(pi*x) + y**2)')"
    assert formula.latex() == r"e^{\sin\left(\pi x\right) + y^{2}}"
    assert formula.certificate.before.largest < 1e-14
    assert same(formula.network, paper())


@pytest.mark.parametrize("network", [paper(), odd()], ids=["paper", "odd"])
def test_text_and_callable_and_network_agree(network):
    x = inputs()
    formula = kn.formula(network, x=x)
    np.testing.assert_allclose(formula(x), network(x), rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(by_python(formula, x), formula(x), rtol=1e-14)
    again = evaluate(parse(str(formula)), {"x0": x[:, 0], "x1": x[:, 1]})
    assert np.array_equal(again, formula(x)[:, 0])


def test_the_certificate_is_measured():
    x, rng = inputs(), np.random.default_rng(2)
    network = odd()
    y = network(x) + 0.1 * rng.standard_normal((len(x), 1))
    formula = kn.formula(network, x=x, y=y, digits=2)
    off = formula(x) - network(x)
    after, before = formula.certificate.after, formula.certificate.before
    np.testing.assert_allclose(after.largest, np.abs(off).max(), rtol=1e-12)
    np.testing.assert_allclose(after.rms, np.sqrt(np.mean(off**2)), rtol=1e-12)
    np.testing.assert_allclose(after.rmse, np.sqrt(np.mean((formula(x) - y) ** 2)), rtol=1e-12)
    assert 1e-3 < after.rms <= after.largest
    assert before.largest < 1e-2 * after.largest
    np.testing.assert_allclose(before.rmse, np.sqrt(np.mean((network(x) - y) ** 2)), rtol=0.01)
    header, first, second = str(formula.certificate).splitlines()
    assert header.split() == ["largest", "rms", "rmse"]
    assert first.split() == ["before", "rounding", *(f"{value:.2e}" for value in before)]
    assert second.split() == ["after", "rounding", *(f"{value:.2e}" for value in after)]
    assert np.isnan(kn.formula(network, x=x).certificate.before.rmse)


def test_rounding_starts_from_the_exact_numbers():
    x = inputs()
    exact = kn.formula(odd(), x=x)
    assert exact.certificate.before == exact.certificate.after
    errors = [exact.round(digits).certificate.after.largest for digits in (2, 4, 6, 12)]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] > 1e-4
    assert errors[-1] < 1e-10
    twice = exact.round(2).round(6)
    assert str(twice) == str(exact.round(6)) != str(exact)
    assert twice.certificate == exact.round(6).certificate
    for number in free_numbers(exact.round(3).expressions[0]):
        assert float(f"{number:.2e}") == number
    assert str(kn.formula(odd(), x=x, digits=3)) == str(exact.round(3))
    with pytest.raises(ValueError, match="digits must be at least 1"):
        exact.round(0)


def test_names_are_used_and_every_output_has_a_line():
    edges = {
        (0, 0, 0): ("sin", 2.0, 0.0, 1.0, 0.0),
        (0, 1, 1): ("x^2", 1.0, 0.0, 1.0, 0.0),
        (0, 0, 1): ("0", 1.0, 0.0, 1.0, 0.0),
        (0, 1, 0): ("0", 1.0, 0.0, 1.0, 3.0),
    }
    network, x = symbolic([2, 2], edges), inputs()
    assert str(kn.formula(network)) == "y0 = sin(2*x0)\ny1 = x1**2 + 3"
    formula = kn.formula(network, variables=["phi", "r_1"], outputs=["u", "v"])
    assert str(formula) == "u = sin(2*phi)\nv = r_1**2 + 3"
    lines = formula.latex().split(" \\\\\n")
    assert lines == [r"u = \sin\left(2 \phi\right)", r"v = r_{1}^{2} + 3"]
    np.testing.assert_allclose(formula(x), network(x), rtol=1e-14)
    np.testing.assert_allclose(by_python(formula, x), network(x), rtol=1e-14)


def test_scalers_enter_the_formula():
    rng = np.random.default_rng(0)
    x = rng.uniform([2.0, -30.0], [4.0, 10.0], (300, 2))
    into, out = Scaler.fit(x), Scaler(np.array([7.0]), np.array([20.0]))
    network = odd()
    formula = kn.formula(network, x=x, input_scaler=into, output_scaler=out)
    want = out.inverse(network(into(x)))
    np.testing.assert_allclose(formula(x), want, rtol=1e-11)
    assert formula.certificate.before.largest < 1e-9
    alone = kn.formula(network, input_scaler=into)
    np.testing.assert_allclose(alone(x), network(into(x)), rtol=1e-11, atol=1e-12)
    half = Scaler(np.array([0.5, 0.0]), np.array([0.5, 1.0]))
    line = symbolic([2, 1], {(0, 0, 0): ("x", 1, 0, 3, 0), (0, 0, 1): ("x", 1, 0, 1, 0)})
    assert str(kn.formula(line, input_scaler=half)) == "6*x0 + x1 - 3"


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
    x = np.linspace(-1.5, 1.5, 31)
    phi = layer.edges(np.stack([np.zeros(31), x], axis=1))[:, 2, 1]
    np.testing.assert_allclose(function(x), phi, rtol=1e-14, atol=1e-15)
    want = np.diagonal(central_difference(function, x))
    np.testing.assert_allclose(function(x, 1), want, rtol=1e-6, atol=1e-8)
    assert function(x.reshape(31, 1)).shape == (31, 1)


def test_numbers_below_a_spline_are_fitted_too():
    x = inputs(1)
    values = {"x": x[:, 0]}
    wrong, right = (
        symbolic([1, 1, 1], {(0, 0, 0): ("sin", a, 0.0, 0.9, 0.0)}) for a in (1.98, 2.03)
    )
    (expression,) = network_expressions(wrong, [Variable("x")])
    fitted = refit(expression, values, right(x)[:, 0])
    np.testing.assert_allclose(evaluate(fitted, values), right(x)[:, 0], rtol=0, atol=1e-10)
    np.testing.assert_allclose(free_numbers(fitted), [0.9, 2.03], rtol=1e-6)


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


def test_where_the_formula_is_not_defined_it_says_so():
    network = symbolic([1, 1], {(0, 0, 0): ("log", 1.0, 0.0, 1.0, 0.0)})
    x = np.array([[0.5], [1.0], [2.0]])
    formula = kn.formula(network, x=x)
    assert str(formula) == "log(x0)"
    assert np.isnan(formula([[-1.0]])).all()
    with pytest.raises(ValueError, match=r"not defined at x\[1\]"):
        kn.formula(network, x=[[1.0], [-1.0]])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"network": kn.MLP([2, 1], rng=0)}, TypeError, "network must be a KAN, but is a MLP"),
        ({"variables": "xy"}, TypeError, "variables must be a list of names"),
        ({"variables": ["x"]}, ValueError, "variables must hold 2 different names"),
        ({"variables": ["x", "x"]}, ValueError, "variables must hold 2 different names"),
        ({"variables": ["x", "2y"]}, ValueError, "holds '2y'"),
        ({"variables": ["x", "lambda"]}, ValueError, "holds 'lambda'"),
        ({"outputs": ["u", "v"]}, ValueError, "outputs must hold 1 different names"),
        ({"x": np.zeros((5, 3))}, ValueError, "x must have shape"),
        ({"x": np.zeros((5, 2)), "y": np.zeros((4, 1))}, ValueError, "y must have shape"),
        ({"digits": 0}, ValueError, "digits must be at least 1"),
        (
            {"input_scaler": Scaler(np.zeros(2), np.ones(2), squash=True)},
            ValueError,
            "input_scaler must not squash",
        ),
        (
            {"output_scaler": Scaler(np.zeros(1), np.ones(1), squash=True)},
            ValueError,
            "output_scaler must not squash",
        ),
    ],
)
def test_what_makes_no_formula_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        kn.formula(**{"network": paper()} | arguments)


def test_a_formula_wants_as_many_inputs_as_it_has_variables():
    with pytest.raises(ValueError, match="x must have shape"):
        kn.formula(paper())(np.zeros((3, 1)))


# The numbers of expressions.

TEXTS = [
    "1.3*sin(2.7*x + 0.4) + 0.6*y**2",
    "exp(0.3*x)/(1.2*x + 0.3*y + 2.5)**1.5",
    "0.7/(1 + 0.4*x**2) - y/3.3",
    "sqrt(2.2 + 0.5*sin(1.5*x*y))",
    "1.5*tanh(0.3*x)**2*(0.2 + y)*(1.7 - 0.6*x)",
    "0.25*J0(3.1*x - 0.3)*2.5 + pi*x - 2*y",
]


@pytest.mark.gradient
@given(
    expression=st.sampled_from(TEXTS), factors=st.lists(floats(0.8, 1.2), min_size=9, max_size=9)
)
def test_the_slopes_by_the_numbers_are_those_of_central_differences(record, expression, factors):
    tree, x = parse(expression), inputs(N=7)
    values = {"x": x[:, 0], "y": x[:, 1]}

    def at(theta):
        return with_numbers(tree, map(Number, theta))

    theta = np.array(free_numbers(tree))
    theta = theta * factors[: len(theta)]
    assume((theta != np.round(theta)).all())  # whole numbers would not be free
    value, slopes = value_and_slopes(at(theta), values)
    np.testing.assert_allclose(value, evaluate(at(theta), values), rtol=1e-13)
    got = np.stack([np.broadcast_to(slope, len(x)) for slope in slopes], axis=1)
    want = central_difference(lambda theta: evaluate(at(theta), values), theta)
    record(agree(got, want))


def test_whole_and_named_numbers_and_exponents_are_not_free():
    tree = parse("2*x + pi*y + 1.5*x**2.5 + sqrt(3)*exp(0.1*x)")
    assert free_numbers(tree) == [1.5, 0.1]
    assert text(with_numbers(tree, map(Number, [2.5, 0.2]))) == (
        "2*x + pi*y + 2.5*x**2.5 + sqrt(3)*exp(0.2*x)"
    )
    assert [is_free(Number(2.0)), is_free(Number(2.1)), is_free(named("pi"))] == [0, 1, 0]


@pytest.mark.parametrize("expression", TEXTS[:4])
def test_numbers_are_fitted_to_data(expression):
    tree, x = parse(expression), inputs()
    values = {"x": x[:, 0], "y": x[:, 1]}
    target = evaluate(tree, values)
    right = np.array(free_numbers(tree))
    wrong = with_numbers(tree, map(Number, 1.03 * right))
    fitted = refit(wrong, values, target, steps=20)
    np.testing.assert_allclose(evaluate(fitted, values), target, rtol=0, atol=1e-9)
    np.testing.assert_allclose(free_numbers(fitted), right, rtol=1e-6)


def test_without_free_numbers_or_a_place_to_start_nothing_is_fitted():
    x = inputs()
    values = {"x": x[:, 0]}
    fixed, undefined = parse("sin(2*x)"), parse("log(1.5*x)")
    assert refit(fixed, values, x[:, 1]) is fixed
    assert refit(undefined, values, x[:, 1]) is undefined


# Sparse networks.


def edges_of(network):
    return [layer.active.tolist() for layer in network.layers]


def test_exactly_the_edges_stay_that_are_needed():
    x = inputs(N=500)
    y = np.exp(np.sin(np.pi * x[:, :1]) + x[:, 1:] ** 2)
    network = KAN([2, 5, 1], grid_size=3, rng=0)
    before = network.theta.copy()
    sparse = kn.sparsify(network, x, y)
    assert edges_of(sparse) == [[[True, True]], [[True]]]
    assert np.sqrt(np.mean((sparse(x) - y) ** 2)) < 0.01 * y.std()
    assert np.array_equal(network.theta, before)
    assert layer_of(sparse, (0, 0, 0)).basis.grid_size == 6


@pytest.mark.parametrize("units", [1e-4, 1.0, 1e4])
def test_inputs_without_use_lose_their_edges_in_any_units(units):
    x = inputs(4, N=300)
    y = units * (np.sin(2.0 * x[:, :1]) + x[:, 2:3] ** 2)
    sparse = kn.sparsify(KAN([4, 1], grid_size=4, rng=1), x, y, steps=30)
    assert edges_of(sparse) == [[[True, False, True, False]]]


def test_the_penalty_is_in_the_units_of_the_targets(monkeypatch):
    given = {}

    def recorded(**weights):
        given.update(weights)
        return Penalty(**weights)

    monkeypatch.setattr(sparsity, "Penalty", recorded)
    x = inputs(1, N=50)
    y = np.hstack([3.0 * x, 4.0 * x**2 + 1000.0])
    kn.sparsify(KAN([1, 2], rng=0), x, y, strength=0.02, steps=1)
    variance = y.var(axis=0).mean()
    np.testing.assert_allclose(given["l1"], 0.02 * np.sqrt(variance), rtol=1e-12)
    np.testing.assert_allclose(given["entropy"], 0.02 * variance, rtol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"strength": -1.0}, ValueError, "strength"),
        ({"threshold": np.nan}, ValueError, "threshold"),
        ({"threshold": 1e9, "steps": 1}, ValueError, "would leave no path"),
        ({"steps": 0}, ValueError, "steps must be at least 1"),
        ({"x": np.zeros((5, 3))}, ValueError, "x must have shape"),
        ({"network": kn.MLP([2, 1], rng=0)}, TypeError, "KAN"),
    ],
)
def test_orders_that_make_no_sense_are_refused(arguments, error, message):
    x = inputs(N=20)
    given = {"network": KAN([2, 1], rng=0), "x": x, "y": x[:, :1]} | arguments
    with pytest.raises(error, match=message):
        kn.sparsify(**given)


# The whole way.


def test_the_formula_of_the_paper_is_found(capsys):
    x = inputs(N=500)
    y = np.exp(np.sin(np.pi * x[:, :1]) + x[:, 1:] ** 2)
    network = KAN([2, 5, 1], grid_size=3, rng=1)
    found = kn.discover(network, x, y, variables=["x", "y"], progress=True)
    assert str(found) == "exp(sin(pi*x) + y**2)"
    assert found.certificate.after.rmse < 1e-12
    assert "formula: exp(sin(pi*x) + y**2)" in capsys.readouterr().err
    other = inputs(seed=9)
    want = np.exp(np.sin(np.pi * other[:, 0]) + other[:, 1] ** 2)
    np.testing.assert_allclose(found(other)[:, 0], want, rtol=1e-14)


def test_a_product_is_found(capsys):
    x = inputs(N=300)
    found = kn.discover(KAN([2, 3, 1], rng=0), x, x[:, :1] * x[:, 1:], ["x", "y"], progress=False)
    assert str(found) == "x*y"
    assert found.certificate.after.rmse < 1e-12
    assert capsys.readouterr().err == ""


def test_noise_is_not_described():
    rng = np.random.default_rng(4)
    x = inputs(1, N=200)
    y = np.sin(3.0 * x) + 0.02 * rng.standard_normal(x.shape)
    found = kn.discover(KAN([1, 1], rng=0), x, y, variables=["x"], functions=["sin", "x", "x^2"])
    assert "sin(" in str(found)
    assert len(free_numbers(found.exact[0])) <= 2
    np.testing.assert_allclose(found(x), np.sin(3.0 * x), rtol=0, atol=0.02)
    np.testing.assert_allclose(found.certificate.after.rmse, 0.02, rtol=0.1)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"y": np.ones((20, 1))}, ValueError, "y must vary"),
        ({"y": np.zeros((20, 2))}, ValueError, "y must have shape"),
        ({"x": np.zeros((20, 3))}, ValueError, "x must have shape"),
        ({"functions": ["sinus"]}, ValueError, r"functions\[0\] must be one of"),
        ({"loss": "l7"}, ValueError, "loss"),
        ({"network": kn.MLP([2, 1], rng=0)}, TypeError, "KAN"),
    ],
)
def test_data_that_make_no_sense_are_refused(arguments, error, message):
    x = inputs(N=20)
    given = {"network": KAN([2, 1], rng=0), "x": x, "y": x[:, :1]} | arguments
    with pytest.raises(error, match=message):
        kn.discover(**given)
