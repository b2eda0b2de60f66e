"""Two moons are half circles of radius 1, and noise moves both coordinates."""

import math

import numpy as np
import pytest

from kan_numpy.datasets.moons import two_moons

ROOT = math.sqrt(0.5)


def test_two_moons_are_two_half_circles_of_radius_1():
    x, labels = two_moons(1001, noise=0.0, rng=5)
    upper, lower = x[labels == 0], x[labels == 1]
    assert (len(upper), len(lower)) == (501, 500)
    np.testing.assert_allclose(np.hypot(*upper.T), 1.0, rtol=1e-14)
    np.testing.assert_allclose(np.hypot(*(lower - [1.0, 0.5]).T), 1.0, rtol=1e-14)
    assert np.all(upper[:, 1] >= 0.0)
    assert np.all(lower[:, 1] <= 0.5)
    for moon, center in [(upper, 0.0), (lower, 1.0)]:  # each reaches from end to end
        assert np.ptp(moon[:, 0]) == pytest.approx(2.0, abs=1e-3)
        assert moon[:, 0].mean() == pytest.approx(center, abs=5 * ROOT / math.sqrt(500))


def test_noise_moves_both_coordinates_of_the_moons():
    clean, labels = two_moons(10000, noise=0.0, rng=5)
    noisy, same_labels = two_moons(10000, noise=0.2, rng=5)
    np.testing.assert_array_equal(labels, same_labels)
    np.testing.assert_allclose((noisy - clean).std(axis=0), 0.2, rtol=0.035)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: two_moons(1), "n must be at least 2, but is 1"),
        (lambda: two_moons(noise=-1.0), r"noise must lie in \[0, inf\], but is -1.0"),
        (lambda: two_moons(rng=-1), "rng must be a seed of at least 0"),
    ],
)
def test_bad_values_are_refused_with_a_reason(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: two_moons("many"), "n must be a whole number, but is 'many'"),
    ],
)
def test_values_of_another_kind_are_refused_with_a_reason(call, message):
    with pytest.raises(TypeError, match=message):
        call()


def test_by_default_there_are_1000_points_with_some_noise_and_always_the_same():
    for one, two in zip(two_moons(), two_moons(1000, noise=0.1, rng=0), strict=True):
        np.testing.assert_array_equal(one, two)
    assert not np.array_equal(two_moons(rng=1)[0], two_moons()[0])
