"""Formulas are found in data, and noise is not described."""

import numpy as np
import pytest
from builders import inputs

import kan_numpy as kn
from kan_numpy import KAN
from kan_numpy.formulas.parameter_fit import (
    free_numbers,
)


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
    x = inputs(1, N=2000)
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


def test_an_outlier_does_not_spoil_a_robust_search():
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (100, 1))
    y = np.sin(3.0 * x) + 0.5
    y[5] = 1000.0
    net = kn.KAN([1, 1], grid_size=5, rng=0)
    found = kn.discover(net, x, y, ["x"], functions=["sin"], loss="huber")
    assert str(found) == "sin(3*x) + 1/2"
    assert np.abs(found(x) - y).argmax() == 5
