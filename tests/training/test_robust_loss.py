"""Huber's loss: the right value and gradient, in any units, and outliers that spoil nothing."""

import numpy as np
import pytest
from checks import agree_exactly, check_loss, check_objective
from hypothesis import given
from hypothesis import strategies as st
from small_fits import ALL, samples, small
from strategies import seeds

import kan_numpy as kn
from kan_numpy.training import objective as objective_module
from kan_numpy.training.losses import Huber, MeanSquaredError

K = 1.345


def clipped(error, delta):
    """Return the loss of one error: its square, or beyond delta the tangent of the parabola."""
    return error**2 if abs(error) <= delta else delta**2 + 2.0 * delta * (abs(error) - delta)


def beta(points=200_001):
    """Return the mean of min(z^2, k^2) for normal z, by the trapezoidal rule."""
    z = np.linspace(-12.0, 12.0, points)
    density = np.exp(-(z**2) / 2.0) / np.sqrt(2.0 * np.pi)
    return float(np.sum(np.minimum(z**2, K**2) * density) * (z[1] - z[0]))


def slow_twin(errors, share):
    """Return the loss of one output, with sigma by bisection: share is beta."""
    low, high = 0.0, 10.0 * max(map(abs, errors))
    for _ in range(200):
        sigma = 0.5 * (low + high)
        cut = sum(min(e**2, (K * sigma) ** 2) for e in errors) / len(errors)
        low, high = (sigma, high) if cut > share * sigma**2 else (low, sigma)
    S = share * sigma + sum(clipped(e, K * sigma) for e in errors) / len(errors) / sigma
    return S**2 / (4.0 * share)


def with_outliers(shape, seed, factor=50.0):
    """Return predictions and targets, a tenth of which are far off."""
    rng = np.random.default_rng(seed)
    prediction, target = rng.standard_normal((2, *shape))
    return prediction, target + factor * (rng.random(shape) < 0.1), rng


shapes = st.tuples(st.integers(1, 40), st.integers(1, 3))


@given(shape=shapes, seed=seeds)
def test_it_equals_its_slow_twins(shape, seed):
    prediction, target, _ = with_outliers(shape, seed)
    errors = (prediction - target).T.tolist()
    value, _ = Huber(0.7).value_and_gradient(prediction, target)
    want = np.mean([[clipped(e, 0.7) for e in column] for column in errors])
    assert value == pytest.approx(want, rel=1e-13)
    value, _ = Huber().value_and_gradient(prediction, target)
    assert value == pytest.approx(np.mean([slow_twin(c, beta()) for c in errors]), rel=1e-9)


@given(shape=shapes, seed=seeds, size=st.floats(1e-3, 1e3))
def test_sigma_minimizes_it(shape, seed, size):
    prediction, target, _ = with_outliers((shape[0], 1), seed)
    errors, share = (prediction - target)[:, 0], beta()
    least, _ = Huber().value_and_gradient(prediction, target)
    S = share * size + np.mean([clipped(e, K * size) for e in errors]) / size
    assert S**2 / (4.0 * share) >= least * (1.0 - 1e-9)


@pytest.mark.gradient
@given(shape=shapes, seed=seeds, delta=st.none() | st.floats(0.1, 10.0))
def test_its_gradient_is_right(record, shape, seed, delta):
    prediction, target, rng = with_outliers(shape, seed, factor=5.0)
    record(check_loss(Huber(delta), prediction, target, rng))


@given(shape=shapes, seed=seeds, delta=st.none() | st.floats(0.1, 10.0))
def test_its_gradient_is_that_of_weighted_squares(shape, seed, delta):
    prediction, target, _ = with_outliers(shape, seed)
    loss = Huber(delta)
    _, gradient = loss.value_and_gradient(prediction, target)
    want = 2.0 * loss.weights(prediction, target) * (prediction - target)
    np.testing.assert_allclose(gradient, want, rtol=1e-13)


@given(shape=shapes, seed=seeds)
def test_without_large_errors_it_is_the_mean_squared_error(shape, seed):
    signs = np.sign(np.random.default_rng(seed).standard_normal(shape))
    target = np.zeros(shape)
    value, gradient = Huber().value_and_gradient(3.0 * signs, target)
    want, slope = MeanSquaredError().value_and_gradient(3.0 * signs, target)
    assert value == pytest.approx(want, rel=1e-13)
    np.testing.assert_allclose(gradient, slope, rtol=1e-12)


@given(shape=shapes, seed=seeds, exponent=st.integers(-6, 6))
def test_the_units_of_the_errors_do_not_matter(shape, seed, exponent):
    prediction, target, _ = with_outliers(shape, seed)
    unit = 10.0**exponent
    value, gradient = Huber().value_and_gradient(prediction, target)
    scaled, slope = Huber().value_and_gradient(unit * prediction, unit * target)
    assert scaled == pytest.approx(unit**2 * value, rel=1e-12)
    np.testing.assert_allclose(slope, unit * gradient, rtol=1e-11)


def test_each_output_has_its_own_size():
    prediction, target, _ = with_outliers((50, 2), 0)
    units = np.array([1e5, 1e-3])
    whole, _ = Huber().value_and_gradient(units * prediction, units * target)
    parts = [
        Huber().value_and_gradient(u * prediction[:, [o]], u * target[:, [o]])[0]
        for o, u in enumerate(units)
    ]
    assert whole == pytest.approx(np.mean(parts), rel=1e-13)


@pytest.mark.parametrize("n_zero", [5, 10])
def test_errors_of_zero_are_no_trouble(n_zero):
    prediction = np.zeros((10, 1))
    prediction[n_zero:] = np.linspace(-1.0, 2.0, 10 - n_zero)[:, None]
    with np.errstate(all="raise"):
        value, gradient = Huber().value_and_gradient(prediction, np.zeros((10, 1)))
        weights = Huber().weights(prediction, np.zeros((10, 1)))
    assert np.isfinite(value)
    assert (value > 1e-290) == (n_zero < 10)
    assert np.isfinite(gradient).all()
    assert np.isfinite(weights).all()
    assert not gradient[:n_zero].any()


@pytest.mark.parametrize(
    ("delta", "error"),
    [(0.0, ValueError), (-1.0, ValueError), (np.inf, ValueError), ("1", TypeError)],
)
def test_a_delta_that_makes_no_sense_is_refused(delta, error):
    with pytest.raises(error, match="delta"):
        Huber(delta)


# In training.


def spoiled(n_outliers, n_samples=300, noise=0.1, seed=0):
    """Return x, y with some samples a thousand standard deviations off, and clean data."""
    rng = np.random.default_rng(seed)
    x, fresh = rng.uniform(-1.0, 1.0, (2, n_samples, 1))
    y = np.sin(3.0 * x) + noise * rng.standard_normal(x.shape)
    y[rng.choice(n_samples, n_outliers, replace=False)] = 1000.0 * np.std(y)
    return x, y, fresh, np.sin(3.0 * fresh)


def unexplained(network, x, y):
    return float(np.mean((network(x) - y) ** 2) / np.var(y))


@pytest.mark.parametrize("n_outliers", [1, 15])
@pytest.mark.parametrize("optimizer", [None, kn.LBFGS()], ids=["default", "LBFGS"])
def test_gross_outliers_do_not_spoil_the_fit(n_outliers, optimizer):
    x, y, fresh, want = spoiled(n_outliers)
    errors = {
        loss: unexplained(
            kn.fit(kn.KAN([1, 1], rng=0), x, y, optimizer, 60, loss=loss).network, fresh, want
        )
        for loss in ("mse", "huber")
    }
    assert errors["mse"] > 1.0
    assert errors["huber"] < 2e-3


def test_adam_with_mini_batches_and_validation_withstands_them_too():
    x, y, fresh, want = spoiled(15)
    result = kn.fit(
        kn.KAN([1, 1], rng=0), x, y, kn.Adam(0.02), 60, "huber", batch_size=50,
        validation=spoiled(15, seed=1)[:2], rng=0,
    )  # fmt: skip
    assert unexplained(result.network, fresh, want) < 1e-2
    assert np.isfinite(result.history["validation_loss"]).all()


def test_the_sample_with_the_largest_error_is_the_outlier():
    x, y, _, _ = spoiled(0)
    y[123] += 100.0
    net = kn.fit(kn.KAN([1, 1], rng=0), x, y, loss="huber").network
    assert np.abs(net(x) - y).argmax() == 123


def test_with_normal_errors_little_is_lost():
    rng, x = np.random.default_rng(0), np.linspace(-1.0, 1.0, 200)[:, None]
    errors = []
    for _ in range(30):
        y = np.sin(3.0 * x) + 0.1 * rng.standard_normal(x.shape)
        fits = (
            kn.fit(kn.KAN([1, 1], rng=0), x, y, loss=loss, steps=20, hold=0.0).network
            for loss in ("mse", "huber")
        )
        errors.append([unexplained(fit, x, np.sin(3.0 * x)) for fit in fits])
    squares, huber = np.mean(errors, axis=0)
    assert 0.9 < squares / huber < 1.02


def test_a_function_without_noise_is_learned_as_well_as_with_squares():
    x, y, fresh, want = spoiled(0, noise=0.0)
    errors = [
        unexplained(kn.fit(kn.KAN([1, 1], rng=0), x, y, loss=loss).network, fresh, want)
        for loss in ("mse", "huber")
    ]
    assert errors[1] < 1.5 * errors[0]


@pytest.mark.parametrize("optimizer", ALL, ids=lambda o: type(o).__name__)
def test_every_optimizer_goes_down(optimizer):
    x, y = samples(40, noise=0.1)
    y[3] += 50.0
    start, objective = small(), kn.Objective(small(), x, y, "huber")
    result = kn.fit(start, x, y, optimizer, 20, loss="huber", hold=0.0)
    assert objective.value(result.network.theta) < 0.8 * objective.value(start.theta)


def objectives(penalty=None):
    x, _ = samples(40)
    y = np.column_stack([np.sin(2.0 * x[:, 0]), 3.0 * x[:, 1]])
    y[3] += [5.0, 0.0]
    return kn.Objective(kn.KAN([2, 2, 2], grid_size=3, rng=0), x, y, "huber", penalty)


@pytest.mark.gradient
@pytest.mark.parametrize("penalty", [None, kn.Penalty(l1=0.1)])
def test_residuals_and_terms_add_up_to_the_loss_and_its_gradient(record, penalty):
    objective = objectives(penalty)
    theta = objective.network.theta
    r, J, terms = (
        objective.residuals(theta),
        objective.jacobian(theta),
        objective.penalty_terms(theta),
    )
    loss, gradient = objective.fun(theta)
    assert float(r @ r) + terms.value == pytest.approx(loss, rel=1e-13)
    assert objective.value(theta) == pytest.approx(loss, rel=1e-13)
    parts = 2.0 * J * r[:, None]  # (N n_out, P)
    record(agree_exactly(gradient - terms.gradient, parts.sum(axis=0), np.abs(parts)))
    record(check_objective(objective, theta, np.random.default_rng(0)))


def test_blocks_of_rows_have_the_weights_of_all_samples(monkeypatch):
    objective = objectives()
    theta = objective.network.theta
    whole, r = objective.jacobian(theta), objective.residuals(theta)
    terms = objective.penalty_terms(theta)
    monkeypatch.setattr(objective_module, "JACOBIAN_AT_ONCE", 7 * 2 * objective.network.size)
    blocks = list(objective.jacobian_blocks(theta))
    assert [len(block) for block in blocks] == [14] * 5 + [10]
    np.testing.assert_allclose(np.concatenate(blocks), whole, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(objective.residuals(theta), r, rtol=1e-12)
    assert objective.penalty_terms(theta).value == pytest.approx(terms.value, rel=1e-12)
