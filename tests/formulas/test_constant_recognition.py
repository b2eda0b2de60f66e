"""Numbers become constants, or zero, where the data support it, and nowhere else."""

import numpy as np
import pytest

from kan_numpy.algebra.expressions import Number
from kan_numpy.algebra.parsing import parse
from kan_numpy.algebra.printing import text
from kan_numpy.algebra.traversal import variables
from kan_numpy.formulas.constant_recognition import ConstantRecognizer
from kan_numpy.formulas.simplest_form import simplest

HILL = "x/(x + 3*y)"
X = {name: np.random.default_rng(i).uniform(0.5, 1.5, 200) for i, name in enumerate("xy")}


def recognizer(truth, noise=0.0):
    names = variables(parse(truth))
    values = {name: X[name] for name in names}
    exact = eval(truth, {"sin": np.sin, "exp": np.exp, "pi": np.pi} | values)
    errors = np.random.default_rng(9).standard_normal(200)
    return ConstantRecognizer(values, exact + noise * errors)


@pytest.mark.parametrize(
    ("truth", "learned", "noise", "found"),
    [
        ("sin(pi*x)", "1.0000000000001*sin(3.14159265358979*x)", 0.0, "sin(pi*x)"),
        ("x**2 + y", "x**2 + 1e-13*x + y", 0.0, "x**2 + y"),
        ("2*x + y", "2.00003*x + 0.99998*y + 0.00002", 1e-3, "2*x + y"),
        ("2*x + y/3", "2.003*x + 0.3331*y", 1e-2, "2*x + y/3"),
        ("2.0123*x", "2.0123*x", 0.0, "2.0123*x"),
        ("x**y", "exp(1.0000000000001*y*log(x))", 0.0, "x**y"),
        ("x**y", "exp(1.0001*y*log(x) - 0.00003)", 1e-3, "x**y"),
        ("x**(1/3)*y", "exp(0.3332*log(x) + 1.0001*log(y))", 1e-3, "x**(1/3)*y"),
        ("x/(x + 3*y)", "0.499 - 0.501*tanh(0.501*log(y) - 0.499*log(x) + 0.549)", 1e-4, HILL),
        ("1/(1 + exp(-2*x))", "0.5001*tanh(0.9998*x) + 0.4999", 1e-4, "1/(exp(-2*x) + 1)"),
        ("(1 + 5**0.5)/2*x", "1.61803398874989*x", 0.0, "(1 + sqrt(5))*x/2"),
    ],
)
def test_numbers_become_the_constants_that_the_data_support(truth, learned, noise, found):
    assert text(recognizer(truth, noise).simplify(parse(learned))) == found


def test_a_number_without_a_name_keeps_its_digits():
    truth = "sin(1.2345678912*x) + 2.0123456789*x"
    learned = parse(truth)
    assert recognizer(truth).simplify(learned) == learned


def test_the_loss_is_the_mean_square_and_infinite_where_nothing_is_defined():
    data = recognizer("x")
    assert data.loss(parse("x + 0.1")) == pytest.approx(0.01)
    assert data.loss(parse("log(-x)")) == np.inf


def test_a_constant_is_new_if_it_is_not_its_digits_and_no_variable():
    data = ConstantRecognizer({"x": np.ones(3), "e": np.ones(3)}, np.ones(3))
    assert data.is_new(parse("pi"), np.pi)
    assert not data.is_new(Number(2), 2.0)
    assert not data.is_new(parse("e"), np.e)  # here e is a variable


def test_proposals_are_zero_for_what_is_small_and_the_constant_of_each_number():
    expression = parse("3.0000001*x + 1e-10*y + 1.2345678")
    data = ConstantRecognizer(X, np.std(X["x"]) * np.ones(200))
    proposed = [text(guess) for guess in data.proposals(expression, 1e-10 / 10.0 * 1.0000001)]
    assert proposed == ["3.0000001*x + 1.2345678"]
    proposed = [text(guess) for guess in data.proposals(expression, 0.9e-11)]
    assert proposed == []


def test_all_numbers_are_replaced_at_once():
    expression = parse("3.14159265358979*x + 1.2345678*y + 0.333333333333333")
    replaced, count = ConstantRecognizer(X, X["x"]).all_at_once(expression)
    assert (text(replaced), count) == ("pi*x + 1.2345678*y + 1/3", 2)


CONSTANTS = ("pi/3", "sqrt(7)", "log(5)", "5/7", "e/2")


@pytest.mark.parametrize(("terms", "at_once"), [(20, False), (21, True)])
def test_more_than_20_constants_are_recognized_at_once(monkeypatch, terms, at_once):
    # Each term has one number that is a constant, and no factor makes others simpler.
    names = [f"x{i}" for i in range(terms)]
    values = {name: np.random.default_rng(i).uniform(size=50) for i, name in enumerate(names)}
    truth = " + ".join(f"({CONSTANTS[i % 5]})*{name}" for i, name in enumerate(names))
    digits = " + ".join(f"{parse(CONSTANTS[i % 5]).value!r}*{name}" for i, name in enumerate(names))
    target = sum(parse(CONSTANTS[i % 5]).value * values[name] for i, name in enumerate(names))
    # One after the other is not possible here.
    monkeypatch.setattr(ConstantRecognizer, "proposals", lambda *_: iter(()))
    found = ConstantRecognizer(values, target).simplify(parse(digits))
    assert (text(found) == text(simplest(parse(truth)))) == at_once


def test_numbers_that_hardly_differ_are_one_where_the_data_allow_it():
    rng = np.random.default_rng(1)
    exact = 0.7321 / (1.0 + np.exp(-X["x"]))
    for noise, merged in ((1e-3, True), (1e-7, False)):
        data = ConstantRecognizer(X, exact + noise * rng.standard_normal(200))
        learned = parse("0.366*tanh(x/2) + 0.3663")
        loss = data.loss(parse("0.7321/(1 + exp(-x))"))
        form = data.with_equal_numbers(learned, 2e-3, 1.1 * loss, 0.0)
        assert (text(form) != text(learned)) == merged or data.loss(form) <= 1.1 * loss
    data = ConstantRecognizer(X, 0.366 * np.tanh(X["x"] / 2.0) + 0.3663)
    assert data.with_equal_numbers(learned, 2e-3, 1e-12, 1e-12) == learned


def test_the_tolerances_are_three_standard_errors():
    rng = np.random.default_rng(2)
    y = 2.0 * X["x"] + 1e-3 * rng.standard_normal(200)
    slope = float(X["x"] @ y / (X["x"] @ X["x"]))
    expression = parse(f"{slope!r}*x")
    error = np.sqrt(np.sum((y - slope * X["x"]) ** 2) / 199.0 / (X["x"] @ X["x"]))
    found = ConstantRecognizer(X, y).tolerances(expression, [slope])
    np.testing.assert_allclose(found, [3.0 * error / slope], rtol=1e-9)
    exact = ConstantRecognizer(X, slope * X["x"]).tolerances(expression, [slope])
    np.testing.assert_array_equal(exact, [1e-10])
