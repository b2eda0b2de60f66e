"""Losses: the right value, the right gradient, no overflow, no target that broadcasts silently."""

import numpy as np
import pytest
from checks import check_loss
from hypothesis import given
from hypothesis import strategies as st
from strategies import seeds

from kan_numpy import reference
from kan_numpy.training.losses import CrossEntropy, MeanSquaredError, as_loss


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
