"""A certificate says whether a formula is exact, on which samples, and where it is not."""

import numpy as np
import pytest
from builders import inputs

import kan_numpy as kn
from kan_numpy.formulas.certificate import EXACT_WITHIN


def certified(text, y, N=50, digits=None, names=("x", "y")):
    """Return the certificate of a formula, compared with another function of the same inputs."""
    x = inputs(len(names), N=N)
    network = kn.from_formula(text, names)
    return x, kn.formula(network, names, x=x, y=y(*x.T)[:, None], digits=digits).certificate


def test_what_differs_by_rounding_is_exact():
    _, certificate = certified("exp(x) + y**2", lambda x, y: np.exp(x) + y**2)
    assert certificate.exact
    assert certificate.samples == 50
    assert certificate.relative < 1e-15
    assert str(certificate).splitlines()[3] == "exact on 50 samples"


@pytest.mark.parametrize(
    ("off", "exact"), [(0.5 * EXACT_WITHIN, True), (2.0 * EXACT_WITHIN, False)]
)
def test_the_limit_is_relative_to_the_spread(off, exact):
    x = inputs(1, N=50)
    y, network = 1e6 * x, kn.from_formula("1e6*x", ["x"])
    shift = off * y.std() * np.where(np.arange(50) % 2 == 0, 1.0, -1.0)[:, None]
    assert kn.formula(network, ["x"], x=x, y=y + shift).certificate.exact is exact


def test_where_the_error_is_largest_is_said():
    x, certificate = certified("x + y", lambda x, y: x + y + 0.1 * np.exp(-((x - y) ** 2)))
    row = np.argmax(np.exp(-((x[:, 0] - x[:, 1]) ** 2)))
    assert certificate.worst == {"x": x[row, 0], "y": x[row, 1]}
    assert not certificate.exact
    want = np.sqrt(np.mean(0.01 * np.exp(-2 * (x[:, 0] - x[:, 1]) ** 2)))
    target = x.sum(axis=1) + 0.1 * np.exp(-((x[:, 0] - x[:, 1]) ** 2))
    np.testing.assert_allclose(certificate.relative, want / target.std(), rtol=1e-9)
    line = str(certificate).splitlines()[3]
    place = f"x = {x[row, 0]:.4g}, y = {x[row, 1]:.4g}"
    error = f"error {certificate.relative:.1e} of the spread"
    assert line == f"not exact on 50 samples; {error}; largest at {place}"


def test_of_several_outputs_the_worst_counts():
    x = inputs(1, N=40)
    network = kn.from_formula(["x", "1000*x"], ["x"])
    y = np.hstack([x + 0.01 * np.cos(50.0 * x), 1000.0 * x])
    certificate = kn.formula(network, ["x"], x=x, y=y).certificate
    off = 0.01 * np.cos(50.0 * x)
    want = np.sqrt(np.mean(off**2)) / y[:, 0].std()
    np.testing.assert_allclose(certificate.relative, want, rtol=1e-6)
    assert certificate.worst == {"x": x[np.argmax(np.abs(off)), 0]}


def test_a_spline_is_never_exact():
    x = inputs(1, N=40)
    network = kn.KAN([1, 1], rng=0)
    certificate = kn.formula(network, ["x"], x=x, y=network(x)).certificate
    assert certificate.splines == ("s_0_0_0",)
    assert certificate.relative == 0.0
    assert not certificate.exact
    assert str(certificate).endswith("s_0_0_0 is a spline")
    wide = kn.KAN([2, 2, 1], rng=0)
    many = kn.formula(wide, x=inputs(N=40), y=wide(inputs(N=40))).certificate
    assert len(many.splines) == 6
    assert str(many).endswith(" and 3 more are splines")


def test_without_data_nothing_is_exact():
    certificate = kn.formula(kn.from_formula("x**2", ["x"]), ["x"], x=[[0.0], [1.0]]).certificate
    assert np.isnan(certificate.relative)
    assert not certificate.exact
    assert str(certificate).splitlines()[3] == "not compared with data, on 2 samples"


def test_rounding_renews_it():
    x = inputs(1, N=40)
    found = kn.formula(kn.from_formula("1.23456*x", ["x"]), ["x"], x=x, y=1.23456 * x)
    assert found.certificate.exact
    rounded = found.round(3).certificate
    assert not rounded.exact
    np.testing.assert_allclose(
        rounded.relative, 0.00456 * np.sqrt(np.mean(x**2)) / (1.23456 * x.std())
    )
    assert rounded.before == found.certificate.before


def test_where_it_is_undefined_it_is_not_exact():
    x = inputs(1, N=40)
    found = kn.formula(kn.from_formula("sqrt(x + 1)", ["x"]), ["x"], x=x, y=np.sqrt(x + 1.0))
    measure = found.measure.__class__(("x",), x - 1.0, x, x)
    with np.errstate(invalid="ignore"):
        certificate = measure.certificate(found.expressions, found.expressions)
    assert certificate.relative == np.inf
    assert certificate.worst["x"] < -1.0
