"""The units of the data do not decide how well a network is trained."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from checks import assert_value
from small_fits import Networks, each, mean_squared_error, samples, small
from strategies import shaken

import kan_numpy as kn
from kan_numpy import KAN, LBFGS, MLP, Adam, Objective
from kan_numpy.functions.scaling import Scaler
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.networks.edges import with_symbol
from kan_numpy.training.losses import MeanSquaredError
from kan_numpy.training.units import ScaledObjective, Units, _Penalty, _scaler, in_own_units

UNITS = [1e-12, 1e-6, 7.0, 1e6, 1e12]


def unexplained(network, x, y):
    """Return 1 - R2 of the output that is explained worst."""
    return np.max(np.mean((network(x) - y) ** 2, axis=0) / y.var(axis=0))


def wave(x):
    return np.sin(3.0 * x[:, :1]) + x[:, :1] * x[:, 1:]


def data(n=200, seed=0):
    x = np.random.default_rng(seed).uniform(-1.0, 1.0, (n, 2))
    return x, wave(x)


# Outputs.

NETWORKS = {
    "bspline": KAN([2, 2, 1], rng=0),
    "gaussian": KAN([2, 2, 1], basis="gaussian", rng=0),
    "chebyshev": KAN([2, 2, 1], basis="chebyshev", rng=0),
    "fourier": KAN([2, 2, 1], basis="fourier", rng=0),
    "a product at the end": KAN([2, (0, 1)], rng=0),
    "locked": kn.lock(KAN([2, 2, 1], rng=0), 1, [(0, 0), (0, 1)]),
    "MLP": MLP([2, 8, 1], "tanh", rng=0),
}


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("kind", NETWORKS)
def test_the_unit_of_y_does_not_matter(kind, unit):
    x, y = data()
    one, two = (kn.fit(NETWORKS[kind], x, s * y, steps=15).network for s in (1.0, unit))
    assert unexplained(two, x, unit * y) == pytest.approx(unexplained(one, x, y), rel=1e-3)


@each
@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_the_unit_of_y_does_not_matter_to_any_optimizer(optimizer, unit):
    x, y = data()
    fits = [kn.fit(small(), x, s * y, optimizer, steps=20).network for s in (1.0, unit)]
    assert unexplained(fits[1], x, unit * y) == pytest.approx(unexplained(fits[0], x, y), rel=1e-3)


def test_the_unit_of_y_does_not_matter_to_mini_batches_validation_and_schedules():
    x, y = data()
    how = {"optimizer": Adam(0.02), "batch_size": 50, "steps": 20, "rng": 0}
    how |= {"adapt_at": [2], "refine_at": {10: 6}}
    one, two = (
        kn.fit(small(), x, s * y, validation=(x[:50], s * y[:50]), **how).network
        for s in (1.0, 1e6)
    )
    assert unexplained(two, x, 1e6 * y) == pytest.approx(unexplained(one, x, y), rel=1e-3)


def test_a_penalty_in_the_units_of_y_does_not_matter_either():
    x, y = data()
    one, two = (
        kn.fit(small(), x, s * y, steps=15, penalty=kn.Penalty(smoothness=1e-3 * s**p)).network
        for s, p in ((1.0, 0), (1e3, 0))
    )
    assert unexplained(two, x, 1e3 * y) < unexplained(one, x, y)  # it weighs a million times less
    assert unexplained(one, x, y) < 0.5


def test_an_offset_of_y_does_not_matter():
    x, y = data()
    one, two = (kn.fit(small(), x, y + m, steps=15).network for m in (0.0, 1e6))
    assert unexplained(two, x, y + 1e6) < 10.0 * unexplained(one, x, y) + 1e-8


def test_outputs_of_different_units_are_learned_as_well_as_alone():
    x, y = data()
    both = np.hstack([1e5 * y, 1e-3 * np.cos(2.0 * x[:, 1:])])
    network = kn.fit(KAN([2, 4, 2], rng=0), x, both).network
    alone = [kn.fit(KAN([2, 4, 1], rng=0), x, both[:, [o]]).network for o in (0, 1)]
    for o in (0, 1):
        together = np.mean((network(x) - both)[:, o] ** 2) / both[:, o].var()
        assert together < max(10.0 * unexplained(alone[o], x, both[:, [o]]), 1e-6)


@pytest.mark.parametrize("network", [KAN([2, 2, 2], rng=0), MLP([2, 8, 2], rng=0)])
def test_constant_outputs_are_learned(network):
    x, y = data(50)
    for constant in (0.0, 5.0, 1e-9, 1e12):
        both = np.hstack([y, np.full_like(y, constant)])
        found = kn.fit(network, x, both, steps=20).network(x)
        unit = abs(constant) or 1.0
        np.testing.assert_allclose(found[:, 1], constant, rtol=0, atol=0.01 * unit)
        assert np.mean((found[:, :1] - y) ** 2) < 0.5 * y.var()


@pytest.mark.parametrize("network", [small(), MLP([2, 4, 1], rng=0)])
def test_a_single_sample_is_learned(network):
    for value in (0.0, 3e7):
        found = kn.fit(network, [[1990.0, 2e-9]], [[value]], steps=5).network
        np.testing.assert_allclose(found([[1990.0, 2e-9]]), value, rtol=1e-6, atol=1e-6)


# What the user sees.


class Bowl:
    """The sum of squares of some linear functions of theta, with its curvature."""

    def __init__(self, size):
        self.A = np.random.default_rng(1).normal(size=(4, size))

    def __call__(self, network, x):
        r = self.A @ network.theta
        return float(r @ r) * np.mean(x**2), 2.0 * self.A.T @ r * np.mean(x**2)

    def curvature(self, _, x):
        return 2.0 * self.A.T @ self.A * np.mean(x**2)


def two_outputs(n, seed):
    x, y = samples(n, seed=seed)
    return x, np.hstack([1e4 * y + 1e5, 1e-3 * y**2])


@pytest.mark.parametrize("network", [KAN([2, 2, 2], 3, rng=0), MLP([2, 4, 2], rng=0)])
@pytest.mark.parametrize("penalty", [None, kn.Penalty(l1=1e-2)])
def test_losses_and_networks_are_told_in_the_units_of_the_data(network, penalty):
    if penalty is not None and isinstance(network, MLP):
        penalty = Bowl(network.size)
    (x, y), (x_check, y_check), networks = two_outputs(40, 0), two_outputs(20, 1), Networks()
    result = kn.fit(
        network, x, y, steps=6, penalty=penalty, validation=(x_check, y_check), callback=networks
    )
    for n, seen in enumerate(networks.seen):
        loss = mean_squared_error(seen, x, y) + (penalty(seen, x)[0] if penalty else 0.0)
        assert result.history["train_loss"][n] == pytest.approx(loss, rel=1e-9)
        loss = mean_squared_error(seen, x_check, y_check)
        assert result.history["validation_loss"][n] == pytest.approx(loss, rel=1e-9)


def test_the_expected_loss_is_in_the_units_of_the_data():
    x, y = samples(100, noise=0.1)
    one, two = (kn.fit(small(), x, s * y, steps=20) for s in (1.0, 1e3))
    assert two.expected_loss == pytest.approx(1e6 * one.expected_loss, rel=1e-3)
    assert two.stages[-1].train_loss == pytest.approx(1e6 * one.stages[-1].train_loss, rel=1e-3)


def with_random_theta(network):
    """Return a network that is not as drawn."""
    return network.with_theta(np.random.default_rng(0).normal(size=network.size))


DEEP = shaken(KAN([2, 3, 2], 3, rng=0), np.random.default_rng(0))  # with biases
GIVEN = {
    "deep": DEEP,
    "symbolic": with_symbol(DEEP, (1, 0, 1), SYMBOLS["sin"], np.array([0.5, 0.1, 2.0, 1.0])),
    "product": with_random_theta(KAN([2, 2, (1, 1)], 3, rng=0)),
    "locked": kn.lock(DEEP, 1, [(0, 0), (1, 1)]),
    "MLP": with_random_theta(MLP([2, 3, 2], "tanh", rng=0)),
}
each_given = pytest.mark.parametrize("name", GIVEN)


@each_given
def test_a_given_network_begins_as_the_same_function(name):
    network, (x, y) = GIVEN[name], two_outputs(30, 0)
    own, _ = in_own_units(Objective(network, x, y), None)
    assert own.for_the_user(own.network) is network
    back = own.units.restored(own.network)
    if name != "MLP":  # for which the means of the inputs are folded into the bias
        assert np.array_equal(back.theta, network.theta)
        assert np.array_equal(back(x), network(x))
    np.testing.assert_allclose(back(x), network(x), rtol=1e-12, atol=1e-12)
    outputs = own.network(own.x) * own.units.y.scale + own.units.y.center
    np.testing.assert_allclose(outputs, network(x), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", [*GIVEN, "drawn MLP"])
def test_the_objective_in_its_own_units_is_differentiated_right(name, record):
    network = GIVEN.get(name, MLP([2, 3, 2], "tanh", rng=0))
    x, y = samples(10)
    x, y = x + 0.5, np.hstack([3.0 * y + 1.0, 2.0 * y**2])
    own, _ = in_own_units(Objective(network, x, y, penalty=Bowl(network.size)), None)
    assert isinstance(own, ScaledObjective)
    theta, unit = own.network.theta, np.mean(own.units.y.scale**2)
    restored = own.for_the_user(own.network._with_theta(theta))
    error = ((restored(x) - y) / own.units.y.scale) ** 2
    want = error.mean() + Bowl(network.size)(restored, x)[0] / unit
    assert own.value(theta) == pytest.approx(want, rel=1e-9)
    record(
        kn.gradcheck.assert_adjoint(
            lambda theta: own.fun(theta)[0], lambda dy, theta: dy * own.fun(theta)[1], theta
        )
    )
    terms = own.penalty_terms
    record(
        kn.gradcheck.assert_adjoint(
            lambda theta: terms(theta).gradient,
            lambda dy, theta: terms(theta).curvature @ dy,
            theta,
        )
    )


def test_another_loss_sees_the_targets_as_they_are():
    class WatchedError(MeanSquaredError):
        def residuals(self, prediction, target):
            assert np.array_equal(target, y)
            return super().residuals(prediction, target)

    x, y = data(20)
    y *= 1e3
    kn.fit(small(), x, y, steps=2, loss=WatchedError())


# Inputs.


def raw_columns(n, seed):
    """Ages, incomes, 0 or 1, numbers of 1e-9, years and a constant."""
    g = np.random.default_rng(seed)
    columns = [g.integers(18, 90, n), g.lognormal(10.0, 0.7, n), g.integers(0, 2, n)]
    columns += [1e-9 * g.normal(size=n), g.uniform(1990, 2020, n), np.full(n, 7e8)]
    return np.column_stack(columns).astype(float)


def of_raw_columns(x):
    age, income, yes, small, year, _ = x.T
    y = np.log(income) + 0.02 * age * yes + np.sin(1e9 * small) + ((year - 2000.0) / 10.0) ** 2
    return y[:, None]


FITS = {
    "Levenberg-Marquardt": {"steps": 30},
    "L-BFGS": {"optimizer": LBFGS(), "steps": 150},
    "Adam": {"optimizer": Adam(0.02), "batch_size": 50, "steps": 60, "rng": 0},
}


@pytest.mark.parametrize("how", FITS)
@pytest.mark.parametrize("network", [KAN([6, 3, 1], rng=0), MLP([6, 20, 1], "tanh", rng=0)])
def test_raw_columns_are_learned(network, how):
    x = raw_columns(800, 0)
    found = kn.fit(network, x, of_raw_columns(x), **FITS[how]).network
    limit = 0.01 if how == "Levenberg-Marquardt" else 0.05
    assert unexplained(found, x, of_raw_columns(x)) < limit


def test_a_network_of_raw_columns_is_saved_and_trained_on(tmp_path):
    x = raw_columns(300, 0)
    y = of_raw_columns(x)
    found = kn.fit(KAN([6, 1], rng=0), x, y, steps=20).network
    found.save(tmp_path / "net.npz")
    loaded = KAN.load(tmp_path / "net.npz")
    assert np.array_equal(loaded(x), found(x))
    again = kn.fit(loaded, x, y, steps=5).network
    assert unexplained(again, x, y) <= unexplained(found, x, y) * (1.0 + 1e-9)


@pytest.mark.parametrize("basis", ["bspline", "gaussian", "chebyshev"])
def test_the_unit_of_x_does_not_matter(basis):
    x, y = data(100)
    network = KAN([2, 2, 1], basis=basis, rng=0)
    errors = [
        unexplained(kn.fit(network, s * x + m, y, steps=15).network, s * x + m, y)
        for s, m in ((100.0, 0.0), (1e-12, 0.0), (1e9, 3e9), (10.0, 2000.0))
    ]
    np.testing.assert_allclose(errors, errors[0], rtol=1e-2)


def test_inputs_in_their_grids_leave_them_alone():
    x, y = data(50)
    found = kn.fit(small(), x, y, steps=2).network.layers[0]
    assert np.array_equal(found.knots, small().layers[0].knots)
    assert found.center is found.scale is None


def test_the_base_function_sees_what_the_old_grid_saw():
    x = np.random.default_rng(0).uniform(1990.0, 2020.0, (200, 1))
    layer = kn.fit(KAN([1, 1], grid_range=(2.0, 6.0), rng=0), x, np.sin(x), steps=1).network.layers[
        0
    ]
    ends = (np.array([layer.basis.low, layer.basis.high]) - layer.center) / layer.scale
    np.testing.assert_allclose(ends, [[2.0], [6.0]], rtol=1e-12)


def test_classes_are_learned_from_raw_inputs():
    x, labels = kn.datasets.two_moons(100, rng=0)
    raw = x * [1e6, 1e-6] + [5e6, 0.0]
    found = kn.fit(KAN([2, 2], rng=0), raw, labels, loss="cross_entropy").network
    assert np.mean(found(raw).argmax(axis=1) == labels) > 0.97


def test_inputs_outside_the_grids_of_a_trained_network_are_told():
    x, y = data(100)
    found = kn.fit(small(), x, y, steps=5).network
    with pytest.warns(RuntimeWarning, match=r"of 100 samples lie outside .* adapt_at=\[0\]"):
        kn.fit(found, 100.0 * x, y, steps=2)
    with pytest.warns(RuntimeWarning, match=r"fill less than one interval .* adapt_at=\[0\]"):
        kn.fit(found, 1e-9 * x, y, steps=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kn.fit(found, 1.001 * x, y, steps=2)  # a few are no reason to warn
        kn.fit(found, 100.0 * x, y, steps=2, adapt_at=[0])


def test_grids_that_cannot_be_adapted_name_grid_range():
    x, y = data(100)
    tied = kn.lock(KAN([2, 2, 1], rng=0), 0, [(0, 0), (0, 1)])
    for network in (KAN([2, 2, 1], basis="fourier", rng=0), tied):
        with pytest.warns(RuntimeWarning, match="samples lie outside .* grid_range"):
            kn.fit(network, 100.0 * x, y, steps=2)


def test_what_is_given_stays_as_it_is():
    x, y = raw_columns(50, 0), of_raw_columns(raw_columns(50, 0))
    network, copies = KAN([6, 1], rng=0), (x.copy(), y.copy())
    theta = network.theta.copy()
    kn.fit(network, x, y, steps=2)
    assert np.array_equal(network.theta, theta)
    assert np.array_equal(x, copies[0])
    assert np.array_equal(y, copies[1])
    assert replace(network.layers[0]).center is None


def test_the_unit_of_a_column_is_its_spread_or_its_size_or_1():
    columns = np.array([[1.0, 5.0, 0.0, 7.0, 1e200, 0.1], [3.0, 5.0, 0.0, 7.0, -1e200, 0.5]])
    centered = np.array([True, True, True, False, True, True])
    scaler = _scaler(columns, centered)
    np.testing.assert_allclose(scaler.center, [2.0, 5.0, 0.0, 0.0, 0.0, 0.3])
    np.testing.assert_allclose(scaler.scale, [1.0, 5.0, 1.0, 7.0, 1e200, 0.2])


def test_units_undo_each_other():
    units = Units(Scaler(np.array([2.0]), np.array([4.0])), Scaler(np.array([-3.0]), np.ones(1)))
    assert_value(units, "x")
    assert_value(_Penalty(None, units), "units")
    x = np.array([[6.0], [0.0]])
    np.testing.assert_allclose(units.inverse.x(units.x(x)), x)
    np.testing.assert_allclose(units.inverse.y(units.y(x)), x)
