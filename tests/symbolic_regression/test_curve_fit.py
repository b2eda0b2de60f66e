"""The fit of a symbol to a curve: the symbol is found in its own curve, in any units."""

from itertools import combinations

import numpy as np
import pytest
from curves import values
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import seeds

from kan_numpy import Symbol
from kan_numpy.functions.symbols import SYMBOLS, as_symbols
from kan_numpy.symbolic_regression.curve_fit import (
    CENTERS,
    FINALISTS,
    FIRST_STEPS,
    FIT_POINTS,
    PHASES,
    SCALES,
    SEARCH_POINTS,
    STARTS,
    STEPS,
    WAVES,
    SymbolFit,
    _inside,
    _local_fit,
    _mesh,
    _search,
    fit_symbol,
    fit_symbols,
    normalized,
    subsample,
)

EVERY = pytest.mark.parametrize("name", SYMBOLS)
UNITS = pytest.mark.parametrize("units", [(1e-6, 1e6), (1e6, 1e-6), (1e6, 1e6)])


def numbers_for(symbol):
    """Return (a, b, c, d) with which the symbol is defined on [-1, 1] and -a does as well as a."""
    if symbol.name == "J0":
        return np.array([4.3, 0.35, -2.1, 0.7])
    if symbol.domain == (-1.0, 1.0):
        return np.array([0.6, 0.25, -2.1, 0.7])
    if symbol.domain[0] == 0.0:
        return np.array([1.3, 1.9, -2.1, 0.7])
    return np.array([0.9, 0.35, -2.1, 0.7])


def canonical(symbol, affine):
    """Return the numbers in the form that is the same for all that make the same function."""
    a, b, c, d = normalized(symbol, affine)
    if a < 0.0 and symbol.parity:
        a, b, c = -a, -b, c * symbol.parity
    if a < 0.0 and symbol.name in ("sigmoid", "arccos"):  # f(-u) = f(0) * 2 - f(u)
        a, b, c, d = -a, -b, -c, d + 2.0 * c * float(symbol(np.zeros(1))[0])
    if symbol.name in ("sin", "cos"):
        b, c = (b, c) if c > 0.0 else (b + np.pi, -c)
        b %= 2.0 * np.pi
    return np.array([a, b, c, d])


@EVERY
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_symbol_is_found_in_its_own_curve(name, sign):
    symbol = SYMBOLS[name]
    affine = numbers_for(symbol) * [sign, 1.0, 1.0, 1.0]
    x = np.linspace(-1.0, 1.0, 301)
    phi = values(symbol, affine, x)
    found = fit_symbol(symbol, x, phi)
    np.testing.assert_allclose(values(symbol, found.affine, x), phi, rtol=0, atol=1e-6)
    if name == "sgn":
        jump = -found.affine[1] / found.affine[0]
        assert abs(jump + affine[1] / affine[0]) < 2.0 / 300.0
    elif name != "0":
        assert found.error < 1e-6
        want, got = canonical(symbol, affine), canonical(symbol, found.affine)
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-4)
        # And it says so in normal form.
        np.testing.assert_allclose(normalized(symbol, found.affine), found.affine, rtol=1e-12)


@UNITS
@pytest.mark.parametrize("name", ["sin", "exp", "log", "1/x", "x^3", "sqrt", "tanh", "abs", "sgn"])
def test_the_units_of_the_curve_play_no_role(name, units):
    symbol, (of_x, of_y) = SYMBOLS[name], units
    x = np.random.default_rng(0).uniform(-1.0, 1.0, 200)
    phi = values(symbol, numbers_for(symbol), x)
    a, b, c, d = fit_symbol(symbol, x, phi).affine
    found = fit_symbol(symbol, of_x * x, of_y * phi)
    want = normalized(symbol, np.array([a / of_x, b, c * of_y, d * of_y]))
    np.testing.assert_allclose(found.affine, want, rtol=1e-6, atol=1e-9 * np.abs(want).max())
    assert found.error < 1e-9


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "1/x", "sin", "x^2"])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_curve_may_be_far_from_zero(name, sign):
    symbol = SYMBOLS[name]
    z = np.linspace(-1.0, 1.0, 200)
    phi = values(symbol, numbers_for(symbol), sign * z)
    found = fit_symbol(symbol, 1000.0 + z, phi)
    np.testing.assert_allclose(values(symbol, found.affine, 1000.0 + z), phi, rtol=0, atol=1e-8)


@pytest.mark.parametrize("name", ["x^3", "1/x^2", "1/sqrt(x)", "exp", "log", "x", "abs", "sgn"])
@pytest.mark.parametrize("a", [0.7, -0.7])
def test_the_normal_form_is_the_same_function(name, a):
    symbol = SYMBOLS[name]
    b = 2.0 if name != "x^3" else -0.4
    affine = np.array([a, b, -1.7, 0.3])
    x = np.linspace(-1.0, 1.0, 50)
    normal = normalized(symbol, affine)
    want = values(symbol, affine, x)
    np.testing.assert_allclose(values(symbol, normal, x), want, rtol=1e-13, atol=1e-13)
    assert abs(normal[0]) == 1.0 or normal[1] == 0.0


@pytest.mark.parametrize("name", ["exp", "log", "sin"])
def test_a_symbol_of_your_own_with_a_name_that_is_taken_is_itself(name):
    own = Symbol(name, np.arctan, (lambda u: 1.0 / (1.0 + u * u),))
    affine = np.array([2.0, -0.4, 3.0, 1.0])
    assert np.array_equal(normalized(own, affine), affine)
    x = np.linspace(-1.0, 1.0, 100)
    found = fit_symbol(own, x, values(SYMBOLS["arctan"], affine, x))
    assert found.symbol is own
    assert found.error < 1e-6
    want = values(SYMBOLS["arctan"], affine, x)
    np.testing.assert_allclose(values(own, found.affine, x), want, rtol=0, atol=1e-5)


@example(name="log", seed=28, N=3)
@example(name="arctanh", seed=28, N=3)
@given(
    name=st.sampled_from([n for n, s in SYMBOLS.items() if np.isfinite(s.domain).any()]),
    seed=seeds,
    N=st.sampled_from([3, 50, 3 * FIT_POINTS]),
)
def test_a_fit_never_leaves_the_domain(name, seed, N):
    symbol, rng = SYMBOLS[name], np.random.default_rng(seed)
    x = rng.uniform(-1.0, 1.0, N) * 10.0 ** rng.uniform(-3.0, 3.0) + rng.uniform(-10.0, 10.0)
    z = (x - x.min()) / np.ptp(x)
    phi = np.polyval(rng.standard_normal(4), z) + rng.standard_normal() * np.sqrt(z)
    found = fit_symbol(symbol, x, phi)
    u = found.affine[0] * x + found.affine[1]
    assert symbol.defined(u.min(), u.max())
    assert np.isfinite(values(symbol, found.affine, x)).all()
    assert found.error <= 1.0 + 1e-12  # a constant would do as well


def test_many_points_are_thinned_and_both_ends_are_looked_at():
    x = np.append(np.random.default_rng(0).uniform(0.5, 1.0, 20_000), 0.0)
    phi = 3.0 * np.sqrt(x) + 1.0
    found = fit_symbol(SYMBOLS["sqrt"], x, phi)
    np.testing.assert_allclose(values(SYMBOLS["sqrt"], found.affine, x), phi, rtol=0, atol=1e-5)


def test_a_constant_is_no_curve_but_zero():
    x = np.linspace(-1.0, 1.0, 20)
    for points, phi in [(x, np.full(20, 2.0)), (np.full(20, 0.5), x)]:
        assert fit_symbol(SYMBOLS["sin"], points, phi) is None
    zero = fit_symbol(SYMBOLS["0"], x, x**2)
    np.testing.assert_allclose(values(zero.symbol, zero.affine, x), np.mean(x**2), rtol=1e-14)
    assert zero.error == 1.0


def test_of_many_symbols_the_right_one_is_among_the_finalists():
    x = np.linspace(-1.0, 1.0, 200)
    for name in ("exp", "1/x", "gaussian"):
        found = fit_symbols(
            as_symbols(None), x, values(SYMBOLS[name], numbers_for(SYMBOLS[name]), x)
        )
        errors = {fitted.symbol.name: fitted.error for fitted in found}
        assert len(errors) == len(found) == 10
        assert errors[name] < 1e-6


# The mesh of the search.


def test_the_mesh_is_as_fine_as_the_text_of_the_search_needs():
    """Scales from a twentieth to 20 in steps of a quarter, waves of a tenth of a period."""
    np.testing.assert_allclose(SCALES[[0, -1]], [0.05, 20.0])
    np.testing.assert_allclose(SCALES[1:] / SCALES[:-1], 400.0 ** (1 / 26))
    np.testing.assert_allclose(np.diff(WAVES), 0.3)
    np.testing.assert_allclose(WAVES[[0, -1]], [0.3, 63.0])
    np.testing.assert_allclose(PHASES, np.arange(8) * np.pi / 8)
    inside, outside = CENTERS[24:-24], CENTERS[-24:]
    np.testing.assert_allclose(inside, np.arange(-15, 16) / 10, atol=1e-15)
    np.testing.assert_allclose(CENTERS[:24], -outside[::-1])
    np.testing.assert_allclose((outside - 1.0)[[0, -1]], [1e-3, 30.0])
    np.testing.assert_allclose((outside[1:] - 1.0) / (outside[:-1] - 1.0), 3e4 ** (1 / 23))


@pytest.mark.parametrize(
    ("name", "size", "signs"),
    [
        ("x", 1, [1.0]),
        ("exp", 2 * 27, [-1.0, 1.0]),  # another center is another factor
        ("sin", (10 + 210) * 8, [1.0]),
        ("abs", 79, [1.0]),
        ("x^2", 79, [1.0]),
        ("log", 2 * 79, [-1.0, 1.0]),
        ("sqrt", 2 * 79, [-1.0, 1.0]),
        ("tanh", (27 + 210) * 79, [1.0]),
        ("sigmoid", 2 * (27 + 210) * 79, [-1.0, 1.0]),
        ("sgn", 19, [1.0]),
    ],
)
def test_each_symbol_has_its_mesh(name, size, signs):
    a, b = _mesh(SYMBOLS[name], np.linspace(-1.0, 1.0, 20))
    assert len(a) == len(b) == size
    assert sorted(set(np.sign(a))) == signs
    if name == "sgn":
        np.testing.assert_allclose(-b, np.arange(-18, 19, 2) / 19, atol=1e-15)
    elif name not in ("x", "sin", "exp"):
        centers = np.unique(np.round(-b / a, 9))
        np.testing.assert_allclose(centers, np.unique(np.round(CENTERS, 9)))


def test_the_best_points_of_the_mesh_are_no_neighbors():
    z = np.linspace(-1.0, 1.0, 60)
    found = _search(SYMBOLS["tanh"], z, np.tanh(3.0 * (z - 0.2)), 3)
    assert len(found) == 3
    a, b = found[0]
    np.testing.assert_allclose([a, -b / a], [3.0, 0.2], rtol=0.15)
    for one, two in combinations(found, 2):
        assert abs(one[0] - two[0]) >= 0.2 * abs(one[0]) or abs(one[1] - two[1]) >= 0.3


@EVERY
def test_the_search_keeps_to_the_domain_whatever_fits_best_beyond(name):
    symbol, z = SYMBOLS[name], np.linspace(-1.0, 1.0, 60)
    for phi in (1.0 / (z - 0.05), np.log(np.abs(z - 0.05)), z**3 - z):
        found = _search(symbol, z, phi, 3)
        assert found or name == "0"  # which has no mesh of its own
        assert all(symbol.defined(b - abs(a), b + abs(a)) for a, b in found)


def test_points_are_thinned_evenly_in_the_order_of_x():
    x = np.array([3.0, 1.0, 2.0, 0.0, 4.0])
    assert subsample(x, 10.0 * x, 3)[0].tolist() == [0.0, 2.0, 4.0]
    assert subsample(x, 10.0 * x, 5)[1].tolist() == [0.0, 10.0, 20.0, 30.0, 40.0]


def test_the_rank_is_the_order_of_magnitude_and_the_price_of_complexity():
    fitted = SymbolFit(SYMBOLS["sin"], np.ones(4), 1e-3)
    assert fitted.rank(0.1) == pytest.approx(-3.0 + 0.1 * 6)
    assert fitted.rank(0.0, noise=0.999) == pytest.approx(0.0, abs=1e-9)
    assert SymbolFit(SYMBOLS["x"], np.ones(4), 0.0).rank(0.1) == pytest.approx(-15.0 + 0.3)


def test_so_many_points_starts_and_steps_are_enough():
    assert (SEARCH_POINTS, FIT_POINTS, STARTS, STEPS) == (60, 500, 3, 60)
    assert (FIRST_STEPS, FINALISTS) == (6, 10)


@pytest.mark.parametrize(
    ("name", "affine", "moved"),
    [
        ("sqrt", [1.0, -1e-9, 1.0, 0.0], 1e-9 + 1e-12),  # b by twice what is missing, and a hair
        ("arcsin", [1.0, 1e-9, 1.0, 0.0], -1e-9 - 1e-12),
        ("sqrt", [1.0, 0.5, 1.0, 0.0], 0.5),
    ],
)
def test_an_end_that_rounding_put_outside_comes_back(name, affine, moved):
    x = np.array([0.0, 1.0])
    inside = _inside(SYMBOLS[name], np.array(affine), x)
    np.testing.assert_allclose(inside, [1.0, moved, 1.0, 0.0], rtol=1e-6)
    u = x + inside[1]
    assert SYMBOLS[name].defined(u.min(), u.max())


@pytest.mark.parametrize("name", ["sin", "x^2", "1/x^2"])
def test_a_local_fit_begins_with_the_best_factor_and_offset(name):
    """Where the symbol is infinite it counts as 0."""
    z = np.linspace(-1.0, 1.0, 21)
    phi = np.cos(2.0 * z) + z
    with np.errstate(all="ignore"):
        f = np.where(np.isfinite(SYMBOLS[name](2.0 * z)), SYMBOLS[name](2.0 * z), 0.0)
    _, theta = _local_fit(SYMBOLS[name], 2.0, 0.0, z, phi, 0)
    c, d = np.linalg.lstsq(np.stack([f, np.ones_like(f)], axis=1), phi)[0]
    np.testing.assert_allclose(theta, [2.0, 0.0, c, d], rtol=1e-9, atol=1e-12)


def test_an_exponential_keeps_a_shift_that_its_factor_cannot_hold():
    np.testing.assert_allclose(
        normalized(SYMBOLS["exp"], np.array([2.0, 299.0, 1.0, 0.5])), [2.0, 0.0, np.exp(299.0), 0.5]
    )
    far = np.array([2.0, 300.0, 1.0, 0.5])
    assert np.array_equal(normalized(SYMBOLS["exp"], far), far)
