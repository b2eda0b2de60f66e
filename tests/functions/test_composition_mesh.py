"""The mesh of starting numbers: defined everywhere, close enough, independent of units."""

import numpy as np
import pytest

from kan_numpy.functions.composition_mesh import CENTERS, HUMAN, WAVES, mesh
from kan_numpy.functions.compositions import Composition
from kan_numpy.functions.symbols import SYMBOLS, as_symbols

X = np.linspace(0.5, 4.0, 40)


def form(f, h="x"):
    return Composition(SYMBOLS[f], SYMBOLS[h])


@pytest.mark.parametrize("few", [False, True])
@pytest.mark.parametrize("h", ["x", "x^2", "1/x", "sqrt", "exp", "log"])
def test_all_numbers_are_in_the_domain(h, few):
    for f in as_symbols(None):
        each = Composition(f, SYMBOLS[h])
        numbers = mesh(each, X - 1.0, few)
        assert numbers.shape[1] == 4
        assert each.defined(X - 1.0, numbers).all()
        assert not np.isnan(each(X - 1.0, numbers)).any()


def test_numbers_as_people_write_them_are_there():
    sines = mesh(form("sin"), X)
    assert set(HUMAN) <= set(sines[:, 0])
    assert sorted(mesh(form("sin"), X, few=True)[:, 0]) == sorted(HUMAN)
    assert {-3.0, -0.5, 0.5, 3.0} <= set(mesh(form("exp"), X)[:, 0])
    assert [1.0, 1.0, 1.0, 0.0] in mesh(form("log"), X).tolist()  # log(x + 1)
    assert [-1.0, 1.0, 2.0, 0.0] in mesh(form("1/x", "exp"), -X).tolist()  # 1/(1 - exp(2 x))
    shifts = mesh(form("sin", "x^2"), X, few=True)[:, 3]
    assert sorted(shifts) == [t for t in (-1.0, -0.5, 0.0, 0.5, 1.0) for _ in HUMAN]


def test_only_the_sign_of_a_power_is_chosen():
    assert set(mesh(form("sqrt"), X)[:, 0]) == {1.0, -1.0}
    assert set(mesh(form("x^2"), X)[:, 0]) == {1.0}  # u^2 and (-u)^2 are equal
    assert set(mesh(form("tanh"), X)[:, 0] > 0) == {True}  # tanh(-u) = -tanh(u)
    assert set(mesh(form("softplus"), X)[:, 0] > 0) == {True, False}
    assert (mesh(form("exp"), X)[:, 1] == 0.0).all()


def test_centers_are_where_the_points_are():
    numbers = mesh(form("tanh"), X)
    moved = numbers[numbers[:, 1] != 0.0]
    centers = (-moved[:, 1] / moved[:, 0] - X.mean()) / (0.5 * np.ptp(X))
    assert {round(c, 9) for c in centers} == {round(c, 9) for c in CENTERS}
    shifts = np.unique(mesh(form("exp", "x^2"), X)[:, 3])
    assert {round(-t, 9) for t in shifts} >= {0.5, 1.375, 2.25, 3.125, 4.0}


def test_poles_and_ends_lie_beside_the_points():
    numbers = mesh(form("log"), X)
    ends = -numbers[:, 1] / numbers[:, 0]
    assert ((ends < X.min()) | (ends > X.max())).all()
    distance = np.minimum(np.abs(ends - X.min()), np.abs(ends - X.max())) / (0.5 * np.ptp(X))
    assert 0.002 < distance.min() < 0.004
    assert distance.max() == pytest.approx(10.0)


def test_waves_are_so_close_that_one_is_near():
    assert np.array_equal(CENTERS, -CENTERS[::-1])
    assert np.diff(WAVES).max() <= 0.9
    assert np.diff(WAVES[WAVES > 3.5]).max() < 0.41
    assert abs(WAVES.max() - 20.0 * np.pi) < 0.2  # ten waves on each half


@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_scales_are_those_of_the_points(unit):
    for f in ("sin", "exp", "gaussian"):
        own, other = mesh(form(f), X), mesh(form(f), unit * X)
        a, b = set(np.round(own[:, 0], 9)), set(np.round(unit * other[:, 0], 9))
        assert len(a & b) >= 8


def test_constant_points_have_no_numbers():
    assert mesh(form("sin"), np.ones(5)).shape == (0, 4)
    assert len(mesh(form("sin", "1/x"), np.linspace(-1.0, 1.0, 5))) > 0  # shifted aside
