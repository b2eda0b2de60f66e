"""Learning without targets: what is shuffled, the Gaussian head, and a relation that is found."""

import math

import numpy as np
import pytest
from checks import check_loss
from hypothesis import given
from hypothesis import strategies as st
from strategies import seeds

import kan_numpy as kn
from kan_numpy.datasets.contrastive import GaussianHead, contrast


@given(n=st.integers(2, 40), d=st.integers(1, 5), seed=seeds)
def test_real_rows_come_first_and_shuffled_columns_keep_their_values(n, d, seed):
    x = np.random.default_rng(seed).standard_normal((n, d))
    rows, labels = contrast(x, rng=seed)
    np.testing.assert_array_equal(rows[:n], x)
    np.testing.assert_array_equal(np.sort(rows[n:], axis=0), np.sort(x, axis=0))
    assert labels.tolist() == [1.0] * n + [0.0] * n


def test_every_column_is_shuffled_by_itself():
    x = np.repeat(np.arange(1000.0)[:, None], 3, axis=1)
    rows, _ = contrast(x, rng=0)
    shuffled = rows[1000:]
    correlations = np.corrcoef(np.column_stack([x[:, 0], shuffled]).T)
    # Five standard errors of the correlation of 1000 independent pairs.
    assert np.abs(correlations[np.triu_indices(4, 1)]).max() < 5 / math.sqrt(1000)
    assert np.array_equal(contrast(x, rng=0)[0], rows)
    assert not np.array_equal(contrast(x, rng=1)[0], rows)


def slow_loss(f, y, w):
    squares = [(math.exp(-(a**2) / (2 * w**2)) - b) ** 2 for a, b in zip(f, y, strict=True)]
    return sum(squares) / len(f)


@given(n=st.integers(1, 8), width=st.floats(0.1, 10.0), seed=seeds)
def test_the_loss_equals_its_slow_twin(n, width, seed):
    rng = np.random.default_rng(seed)
    f, y = width * rng.standard_normal((n, 1)), rng.integers(2, size=n)
    head = GaussianHead(width)
    loss, _ = head.value_and_gradient(f, head.as_target(y, n, 1))
    assert loss == pytest.approx(slow_loss(f[:, 0], y, width), rel=1e-12, abs=1e-15)


@pytest.mark.gradient
@pytest.mark.parametrize("width", [0.5, 1.0, 3.0])
def test_the_gradient_of_the_gaussian_head_is_right(record, width):
    rng = np.random.default_rng(0)
    head = GaussianHead(width)
    target = head.as_target(rng.integers(2, size=12), 12, 1)
    record(check_loss(head, width * rng.standard_normal((12, 1)), target, rng))


@pytest.mark.gradient
def test_a_wrong_width_in_the_gradient_is_noticed():
    class Planted(GaussianHead):
        def value_and_gradient(self, prediction, target):
            loss, gradient = super().value_and_gradient(prediction, target)
            return loss, gradient * self.width

    rng = np.random.default_rng(0)
    with pytest.raises(AssertionError):
        check_loss(Planted(1.001), rng.standard_normal((5, 1)), np.ones((5, 1)), rng)


def test_the_head_is_a_gaussian_of_its_width_and_does_not_overflow():
    head = GaussianHead(2.0)
    got = head([0.0, 2.0, -4.0, 1e150])
    np.testing.assert_allclose(got, [1.0, math.exp(-0.5), math.exp(-2.0), 0.0], rtol=1e-14)
    loss, gradient = head.value_and_gradient(np.array([[1e9]]), np.ones((1, 1)))
    assert (loss, gradient.tolist()) == (1.0, [[0.0]])


def test_the_product_of_two_columns_is_found_and_a_third_left_alone():
    rng = np.random.default_rng(2)
    a, b, other = rng.uniform(0.5, 2.0, (3, 600))
    x = np.column_stack([a, b, a * b, other])
    rows, labels = contrast(kn.datasets.Scaler.fit(x, squash=True)(x), rng=rng)
    start = kn.KAN([4, 1], rng=1)
    result = kn.fit(start, rows, labels, steps=150, loss=GaussianHead())
    spread = kn.edge_scores(result.network, rows[:600], "std")[0][0]
    assert spread[:3].min() > 20 * spread[3]
    phi = result.network.layers[0].edges(rows[:600])[:, 0]  # (600, 4)
    # log a + log b - log ab = 0, up to a factor: the edges are logarithms.
    slopes = [np.polyfit(np.log(x[:, i]), phi[:, i], 1)[0] for i in range(3)]
    np.testing.assert_allclose(slopes, slopes[0] * np.array([1.0, 1.0, -1.0]), rtol=0.05)
    g = GaussianHead()(result.network(rows))[:, 0]
    assert g[:600].mean() > 0.8
    assert g[600:].mean() < 0.25


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: contrast([[1.0, 2.0]]), "x must have at least 2 rows"),
        (lambda: contrast([1.0, 2.0]), r"x must have shape \(N, d\)"),
        (lambda: contrast([[1.0], [np.nan]]), "x must be finite"),
        (lambda: GaussianHead(0.0), "width must lie in"),
        (lambda: GaussianHead(np.inf), "width must be finite"),
        (lambda: GaussianHead().as_target([0, 1, 2], 3, 1), r"but y\[2\] is 2"),
        (lambda: GaussianHead().as_target([[0], [1]], 2, 1), r"y must have shape \(2,\)"),
        (lambda: GaussianHead().as_target([0, 1], 2, 3), "one output, not 3"),
        (lambda: GaussianHead()([0.0, np.nan]), "f must be finite"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_levenberg_marquardt_has_no_residuals_of_the_head():
    rows, labels = contrast([[0.0], [1.0]], rng=0)
    with pytest.raises(ValueError, match="'gaussian_head' is not a sum of squares"):
        kn.fit(kn.KAN([1, 1], rng=0), rows, labels, kn.LevenbergMarquardt(), loss=GaussianHead())
