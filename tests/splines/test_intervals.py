"""The knot interval of a point is the right one, and on uniform knots it is found by a division."""

import numpy as np
import pytest
from checks import assert_value

from kan_numpy import uniform_knots
from kan_numpy.splines.bsplines import BSplineBasis
from kan_numpy.splines.intervals import Intervals

UNIFORM = uniform_knots(2.0, 4.0, 4, 2)
UNEVEN = np.array([0.0, 0.5, 1.5, 1.5, 2.0, 4.0])


@pytest.mark.parametrize("other", [UNIFORM, 10.0 * UNIFORM - 7.0], ids=["equal rows", "two rows"])
def test_between_uniform_knots_no_point_is_compared_with_a_knot(monkeypatch, other):
    compared = []

    def counting(self, x, *where):
        compared.append(x)
        return compare(self, x, *where)

    compare = Intervals._compare
    monkeypatch.setattr(Intervals, "_compare", counting)
    rows = np.stack([UNIFORM, other])
    h = rows[:, 1] - rows[:, 0]
    shares = np.random.default_rng(0).uniform(0.05, 0.95, 40)
    want = np.repeat(np.arange(8), 5)
    x = rows.T[want] + shares[:, None] * h
    m, left, right = Intervals(rows, 2).distances(x)
    assert not compared
    assert np.array_equal(m, np.stack([want, want], axis=1))
    for j in (1, 2):  # in units of h
        np.testing.assert_allclose(left[j - 1].T, [shares + (j - 1)] * 2, atol=1e-13)
        np.testing.assert_allclose(right[j - 1].T, [j - shares] * 2, atol=1e-13)
    Intervals(rows, 2).distances(np.append(x, rows[:, 3:4].T, axis=0))
    assert len(compared) == 1


def test_the_interval_of_a_knot_is_the_one_after_it_but_for_the_right_end():
    for knots in (UNIFORM, UNEVEN):
        m, _, _ = Intervals(knots[None], 1).distances(knots[:, None])
        want = np.searchsorted(knots, knots, side="right") - 1
        want[-2] = np.searchsorted(knots, knots[-2]) - 1
        assert np.array_equal(m[:, 0], want)


def test_before_all_knots_the_interval_is_minus_1_and_after_them_the_last_one():
    for knots in (UNIFORM, UNEVEN):
        m, _, _ = Intervals(knots[None], 1).distances(np.array([[-1e3], [1e3]]))
        assert m.tolist() == [[-1], [len(knots) - 1]]


@pytest.mark.parametrize(
    ("knots", "degree", "uniform"),
    [
        (UNIFORM, 2, True),
        (UNIFORM * (1.0 + 1e-15), 2, True),
        (UNIFORM + 1e-12 * np.arange(9) ** 2, 2, False),
        (UNEVEN, 1, False),
        (uniform_knots(0.0, 1e-60, 1, 4), 4, True),
        (uniform_knots(0.0, 1e-89, 1, 5), 5, True),
        (uniform_knots(0.0, 1e89, 1, 5), 5, True),
        (uniform_knots(-1.0, 1.0, 265, 3), 3, True),
        (uniform_knots(-1.0, 1.0, 266, 3), 3, False),
        (uniform_knots(1e3, 1e3 + 1.0, 7, 3), 3, False),  # they are rounded to 1e-12 of h
    ],
)
def test_knots_are_uniform_up_to_rounding(knots, degree, uniform):
    spacing = Intervals(knots[None], degree).spacing
    assert (spacing is not None) == uniform
    if uniform:
        np.testing.assert_allclose(spacing, knots[1] - knots[0], rtol=1e-12)


def test_the_rows_of_a_layer_are_uniform_together_or_not_at_all():
    assert Intervals(np.stack([UNEVEN, np.arange(6.0)]), 1).spacing is None
    np.testing.assert_allclose(
        Intervals(np.stack([UNIFORM, 3.0 * UNIFORM]), 2).spacing, [0.5, 1.5], rtol=1e-15
    )


def test_neither_intervals_nor_a_basis_can_be_changed():
    for one in (Intervals(UNIFORM[None], 2), BSplineBasis(UNIFORM[None], 2)):
        assert_value(one, "degree")
        with pytest.raises(ValueError, match="read-only"):
            one.knots[0, 0] = 1.0
    assert repr(BSplineBasis(np.array([[0.0, 1.0]]), 0)).count("Intervals") == 0


@pytest.mark.parametrize("knots", [UNIFORM, uniform_knots(-1.0, 1.0, 200, 3)])
def test_a_hair_beside_a_uniform_knot_the_interval_is_the_one_of_a_search(knots):
    k = 2 if knots is UNIFORM else 3
    hairs = [np.nextafter(knots, -np.inf), knots, np.nextafter(knots, np.inf)]
    x = np.concatenate([*hairs, *(knots + d for d in (-1e-10, 1e-10, -1e-12, 1e-12))])
    intervals = Intervals(knots[None], k)
    m, left, right = intervals.distances(x[:, None])
    want = np.searchsorted(knots, x, side="right") - 1
    want[x == knots[-k - 1]] -= 1  # the right end
    assert np.array_equal(m[:, 0], want)
    assert [intervals.distances(point)[0].item() for point in x.reshape(-1, 1, 1)] == want.tolist()
    assert min(left[0].min(), right[0].min()) >= 0.0
    inside = (want >= 0) & (want < len(knots) - 1)
    h = knots[1] - knots[0]
    s = (x[inside] - knots[want[inside]]) / h
    np.testing.assert_allclose(left[0][inside, 0], s, rtol=0, atol=1e-12)
