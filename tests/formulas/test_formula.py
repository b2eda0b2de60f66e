"""Formulas agree with their networks and with their text, and their certificates are measured."""

import numpy as np
import pytest
from builders import inputs, odd, symbolic
from checks import assert_value, same

import kan_numpy as kn
from kan_numpy.algebra.expressions import evaluate
from kan_numpy.algebra.parsing import parse
from kan_numpy.formulas.formula import _points, enough_digits
from kan_numpy.formulas.parameter_fit import free_numbers
from kan_numpy.functions.scaling import Scaler
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.networks.edges import scaled_outputs


def paper():
    """Return exp(sin(pi x) + y^2) as a network, its numbers spread over the edges."""
    edges = {
        (0, 0, 0): ("sin", -np.pi, 0.0, -2.0, 0.3),
        (0, 0, 1): ("x^2", 1.0, 0.0, 2.0, 0.1),
        (1, 0, 0): ("exp", 0.5, -0.2, 1.0, 0.0),
    }
    return symbolic([2, 1, 1], edges)


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
    header, first, second, _ = str(formula.certificate).splitlines()
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


def test_a_notebook_typesets_the_formula():
    one = kn.formula(symbolic([1, 1], {(0, 0, 0): ("sqrt", 1.0, 0.0, 1.0, 0.0)}), x=[[1.0]])
    assert one._repr_latex_() == "$$\\begin{aligned}\n\\sqrt{x_{0}}\n\\end{aligned}$$"
    edges = {(0, o, 0): ("sin", 1.0 + o, 0.0, 1.0, 0.0) for o in range(2)}
    two = kn.formula(symbolic([1, 2], edges), variables=["phi"], outputs=["y0", "rho_out"])
    assert two.latex().splitlines() == [
        r"y_{0} = \sin\left(\phi\right) \\",
        r"\rho_{\mathrm{out}} = \sin\left(2 \phi\right)",
    ]
    assert two._repr_latex_().splitlines() == [
        r"$$\begin{aligned}",
        r"y_{0} &= \sin\left(\phi\right) \\",
        r"\rho_{\mathrm{out}} &= \sin\left(2 \phi\right)",
        r"\end{aligned}$$",
    ]


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
        ({"network": kn.MLP([2, 1], rng=0)}, TypeError, "network must be a KAN, but is MLP"),
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
        (
            {"output_scaler": Scaler(np.zeros(2), np.ones(2))},
            ValueError,
            "output_scaler must scale 1 columns, as many as the network has, but scales 2",
        ),
        ({"input_scaler": Scaler([0.0], [1.0])}, ValueError, "input_scaler must scale 2 columns"),
    ],
)
def test_what_makes_no_formula_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        kn.formula(**{"network": paper()} | arguments)


def test_a_formula_wants_as_many_inputs_as_it_has_variables():
    with pytest.raises(ValueError, match="x must have shape"):
        kn.formula(paper())(np.zeros((3, 1)))


# How many digits data support.


def fewest(found, loss, limit):
    """Return the formula with the fewest digits whose loss is within the limit."""
    return next(found.round(d) for d in range(2, 16) if loss(found.round(d)) <= limit)


@pytest.mark.parametrize("noise", [0.0, 1e-4, 0.1])
@pytest.mark.parametrize("units", [1.0, 1e4])
def test_a_formula_has_no_more_digits_than_its_errors_allow(noise, units):
    network, x = scaled_outputs(odd(), np.array([units])), inputs(N=150)
    y = network(x)
    y = y + units * noise * np.random.default_rng(0).standard_normal(y.shape)
    found = kn.formula(network, x=x, y=y)

    def loss(formula):
        return np.mean((formula(x) - y) ** 2)

    limit = loss(found) * (1.0 + 0.25 * np.log(150) / 150) + 1e-24 * y.var()
    rounded = enough_digits(found, kn.Objective(network, x, y))
    assert str(rounded) == str(fewest(found, loss, limit))
    assert noise == 0.0 or len(str(rounded)) < len(str(found))


def test_of_classes_the_logarithm_of_the_likelihood_may_fall_by_half_a_number():
    network = symbolic([2, 2], {(0, k, i): ("x", 1.0, 0.0, 3.3 * (k - i) + 0.1234567, 0.0123456)
                                for k in (0, 1) for i in (0, 1)})  # fmt: skip
    x = inputs(N=150)
    labels = (x[:, 0] > x[:, 1]).astype(int)
    data = kn.Objective(network, x, labels, "cross_entropy")
    found = kn.formula(network, x=x)

    def loss(formula):
        scores = formula(x)
        return np.mean(np.logaddexp.reduce(scores, axis=1) - scores[np.arange(150), labels])

    limit = loss(found) + 0.5 * np.log(150) / 150
    assert str(enough_digits(found, data)) == str(fewest(found, loss, limit))


def test_without_inputs_a_thousand_fixed_points_on_the_grids_are_taken():
    network = kn.KAN([2, 1], grid_range=(0.0, 4.0), rng=0)
    z = np.random.default_rng(0).uniform(0.0, 4.0, (1000, 2))
    assert np.array_equal(_points(network, None), z)
    scaler = Scaler(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    np.testing.assert_allclose(scaler(_points(network, scaler)), z, rtol=0, atol=1e-14)


def test_a_formula_cannot_be_changed():
    assert_value(kn.formula(paper()), "expressions")


def test_a_formula_may_have_a_single_digit():
    rounded = kn.formula(odd()).round(1)
    assert all(len(str(abs(number)).replace(".", "").strip("0")) <= 1
               for number in free_numbers(rounded.expressions[0]))  # fmt: skip
    with pytest.raises(ValueError, match="digits must be at least 1"):
        rounded.round(0)
