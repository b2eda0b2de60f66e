"""Losses: the right value, the right gradient, no overflow, no target that broadcasts silently.

Huber's loss also in any units, and with outliers that spoil nothing.
"""

import numpy as np
import pytest
from checks import agree_exactly, check_loss, check_objective
from hypothesis import given
from hypothesis import strategies as st
from small_fits import ALL, samples, small
from strategies import seeds

import kan_numpy as kn
from kan_numpy import reference
from kan_numpy.training import objective as objective_module
from kan_numpy.training.losses import CrossEntropy, Huber, MeanSquaredError, as_loss


@given(shape=st.tuples(st.integers(1, 6), st.integers(1, 6)), seed=seeds)
def test_the_mean_squared_error_equals_its_slow_twin(shape, seed):
    prediction, target = np.random.default_rng(seed).standard_normal((2, *shape))
    loss = MeanSquaredError()
    value, _ = loss.value_and_gradient(prediction, loss.as_target(target, *shape))
    assert value == pytest.approx(reference.mean_squared_error(prediction, target), rel=1e-14)


@given(shape=st.tuples(st.integers(1, 6), st.integers(1, 6)), seed=seeds)
def test_the_squares_of_the_residuals_sum_to_the_mean_squared_error(shape, seed):
    prediction, target = np.random.default_rng(seed).standard_normal((2, *shape))
    residuals = MeanSquaredError().residuals(prediction, target)
    assert residuals.shape == (prediction.size,)
    want = reference.mean_squared_error(prediction, target)
    assert np.sum(residuals**2) == pytest.approx(want, rel=1e-14)


@given(shape=st.tuples(st.integers(1, 6), st.integers(2, 6)), seed=seeds)
def test_the_cross_entropy_equals_its_slow_twin(shape, seed):
    rng = np.random.default_rng(seed)
    logits, labels = rng.standard_normal(shape), rng.integers(shape[1], size=shape[0])
    loss = CrossEntropy()
    value, _ = loss.value_and_gradient(logits, loss.as_target(labels, *shape))
    assert value == pytest.approx(reference.cross_entropy(logits, labels), rel=1e-13)


@pytest.mark.gradient
@pytest.mark.parametrize("shape", [(1, 2), (5, 3), (4, 4)])
def test_the_gradient_of_each_loss_is_right(record, shape):
    rng = np.random.default_rng(0)
    prediction, target = rng.standard_normal((2, *shape))
    record(check_loss(MeanSquaredError(), prediction, target, rng))
    one_hot = CrossEntropy().as_target(rng.integers(shape[1], size=shape[0]), *shape)
    record(check_loss(CrossEntropy(), prediction, one_hot, rng))


def test_huge_logits_do_not_overflow():
    loss = CrossEntropy()
    logits = np.array([[1e4, 0.0, -1e4], [1e4, 0.0, -1e4]])
    value, gradient = loss.value_and_gradient(logits, loss.as_target([0, 2], 2, 3))
    assert value == 1e4  # right in the first sample, 2e4 too low in the second
    assert gradient.tolist() == [[0.0, 0.0, 0.0], [0.5, 0.0, -0.5]]


def test_adding_a_number_to_all_logits_of_a_sample_changes_nothing():
    rng = np.random.default_rng(0)
    logits, loss = rng.standard_normal((4, 3)), CrossEntropy()
    target = loss.as_target([0, 2, 1, 1], 4, 3)
    before, gradient = loss.value_and_gradient(logits, target)
    after, same = loss.value_and_gradient(logits + np.array([[1.0], [-2.0], [3.0], [50.0]]), target)
    assert after == pytest.approx(before, rel=1e-13)
    np.testing.assert_allclose(same, gradient, rtol=0, atol=1e-14)


def test_a_column_of_targets_is_not_confused_with_a_row():
    with pytest.raises(ValueError, match=r"y must have shape \(4, 1\), but has shape \(4,\)"):
        MeanSquaredError().as_target(np.zeros(4), 4, 1)
    with pytest.raises(ValueError, match=r"y must have shape \(4,\), but has shape \(4, 1\)"):
        CrossEntropy().as_target(np.zeros((4, 1)), 4, 2)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 1, 3], r"from 0 to 2, but y\[2\] is 3"),
        ([0, -1, 1], r"from 0 to 2, but y\[1\] is -1"),
        ([0.5, 1, 2], r"from 0 to 2, but y\[0\] is 0.5"),
        ([0, 1, np.nan], r"y must be finite, but y\[2\] is nan"),
    ],
)
def test_what_is_no_class_label_is_refused(labels, message):
    with pytest.raises(ValueError, match=message):
        CrossEntropy().as_target(labels, 3, 3)


def test_many_classes_need_no_table_of_all_pairs():
    target = CrossEntropy(0.5).as_target([1, 99_999], 2, 100_000)
    assert target.shape == (2, 100_000)
    assert np.flatnonzero(target[1] > 0.5).tolist() == [99_999]
    np.testing.assert_allclose(target.sum(axis=1), 1.0, rtol=1e-12)
    with pytest.raises(ValueError, match="n_out must be smaller: an array of 6 x 10000000"):
        CrossEntropy().as_target([0] * 6, 6, 10**7)


def test_classes_need_more_than_one_output():
    with pytest.raises(ValueError, match="one output for each class"):
        CrossEntropy().as_target([0, 0], 2, 1)


def test_a_loss_is_known_by_name_or_brings_its_own_methods():
    assert isinstance(as_loss("mse"), MeanSquaredError)
    assert isinstance(as_loss("cross_entropy"), CrossEntropy)
    own = MeanSquaredError()
    assert as_loss(own) is own
    with pytest.raises(ValueError, match="loss must be one of mse, huber, cross_entropy"):
        as_loss("rmse")
    with pytest.raises(TypeError, match="loss must be one of mse, huber, cross_entropy or have"):
        as_loss(np.square)


@pytest.mark.parametrize(
    "labels",
    [[0, 1, 1], [0.0, 1.0, 1.0], [False, True, True], np.array([0, 1, 1], dtype=np.uint8)],
    ids=["integers", "floats", "booleans", "bytes"],
)
def test_class_labels_may_be_numbers_of_any_kind(labels):
    assert CrossEntropy().as_target(labels, 3, 2).tolist() == [[1, 0], [0, 1], [0, 1]]


@pytest.mark.parametrize(
    ("labels", "error"),
    [(["no", "yes", "yes"], TypeError), ([-1, 1, 1], ValueError), ([1, 2, 2], ValueError)],
)
def test_other_class_labels_are_refused_with_the_way_out(labels, error):
    with pytest.raises(error, match=r"names, y = np.unique\(y, return_inverse=True\)"):
        CrossEntropy().as_target(labels, 3, 2)
    _, y = np.unique(labels, return_inverse=True)
    assert CrossEntropy().as_target(y, 3, 2)[:, 1].tolist() == [0, 1, 1]


@pytest.mark.parametrize("share", [1.0, 1.5, -0.1, np.nan])
def test_a_smoothing_that_leaves_no_label_is_refused(share):
    with pytest.raises(ValueError, match="label_smoothing must"):
        CrossEntropy(label_smoothing=share)


# Huber's loss.

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
    for again in (np.concatenate(blocks), objectives().jacobian(theta)):
        np.testing.assert_allclose(again, whole, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(objective.residuals(theta), r, rtol=1e-12)
    assert objective.penalty_terms(theta).value == pytest.approx(terms.value, rel=1e-12)


@pytest.mark.parametrize("n_outliers", [0, 10])
def test_the_variance_of_targets_with_outliers_is_that_of_most(n_outliers):
    y = np.random.default_rng(0).standard_normal((400, 2)) * [1.0, 100.0]
    y[:n_outliers] = 1e6
    x, net = np.zeros((400, 1)), kn.KAN([1, 2], rng=0)
    np.testing.assert_allclose(kn.Objective(net, x, y, "huber").variances, [1.0, 1e4], rtol=0.2)
    np.testing.assert_allclose(kn.Objective(net, x, y).variances, y.var(axis=0), rtol=1e-14)


@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_the_units_of_y_do_not_matter_with_outliers_either(unit):
    x, y, fresh, want = spoiled(15)
    net = kn.fit(kn.KAN([1, 1], rng=0), x, unit * y, loss="huber").network
    assert unexplained(net, fresh, unit * want) < 2e-3
