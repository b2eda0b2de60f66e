"""The symbols: derivatives, parity, powers, domains, free numbers, names and copies."""

import copy
import pickle
from dataclasses import fields, replace

import numpy as np
import pytest
from checks import agree, agree_exactly
from hypothesis import given
from hypothesis import strategies as st
from scipy import special
from strategies import floats

from kan_numpy.functions.symbols import REDUNDANT, SYMBOLS, Symbol, as_symbol, as_symbols
from kan_numpy.gradcheck import H, central_difference, complex_step
from kan_numpy.layers.symbolic_edge import SymbolicEdge

pytestmark = pytest.mark.gradient

EVERY = pytest.mark.parametrize("name", SYMBOLS)
KINKS = ("abs", "sgn")  # at 0
REAL = ("abs", "sgn", "softplus")  # functions that know no complex numbers


def inside(symbol, share):
    """Return a point of the domain, away from its ends and from a kink at 0."""
    low, high = np.maximum(symbol.domain[0], -3.0), np.minimum(symbol.domain[1], 3.0)
    if (low, high) == (-1.0, 1.0) or symbol.name == "tan":
        share = 0.05 + 0.9 * share
    u = low + share * (high - low)
    nearest = 0.1 if low == 0.0 or symbol.name in KINKS else 0.0
    return np.where(np.abs(u) < nearest, nearest, u)


def points(symbol, n=50):
    return np.array([inside(symbol, share) for share in np.linspace(0.0, 1.0, n)])


def bisection(share):
    return round(share * 2**20) / 2**20


def check_symbol(symbol, order, u):
    """The derivative of this order is that of the one before, by complex step if that is known."""
    got = symbol(u, order)
    if (symbol.name in REAL and order == 1) or symbol.name == "J0":
        ahead, behind = (symbol(u + h, order - 1) for h in (H, -H))
        return agree(got, (ahead - behind) / ((u + H) - (u - H)))
    if symbol.name in KINKS:
        return agree_exactly(got, np.zeros_like(u), 0.0)
    want = complex_step(lambda z: symbol(z, order - 1), u)
    return agree_exactly(got, want, np.abs(want))


@EVERY
def test_a_symbol_of_the_library_passes_the_checks_of_a_user_defined_one(name):
    symbol = SYMBOLS[name]
    assert Symbol(**{field.name: getattr(symbol, field.name) for field in fields(symbol)}) == symbol


@EVERY
@pytest.mark.parametrize("order", [1, 2, 3])
def test_every_derivative_is_that_of_the_one_before(record, name, order):
    record(check_symbol(SYMBOLS[name], order, points(SYMBOLS[name])))


@given(
    name=st.sampled_from(list(SYMBOLS)),
    order=st.integers(1, 3),
    shares=st.lists(floats(0.0, 1.0).map(bisection), min_size=1, max_size=4),
)
def test_it_is_so_at_any_point_of_the_domain(record, name, order, shares):
    u = np.array([inside(SYMBOLS[name], share) for share in shares])
    record(check_symbol(SYMBOLS[name], order, u))


@EVERY
def test_parity_is_what_the_function_has(name):
    symbol = SYMBOLS[name]
    u = points(symbol)
    u = u[(u > 0.1) & (u < 0.9)]
    f, mirrored = symbol(u), symbol(-u)
    signs = [sign for sign in (1, -1) if np.allclose(mirrored, sign * f, rtol=1e-13, atol=1e-15)]
    if name == "0":
        assert signs == [1, -1]
        assert symbol.parity == 1
    else:
        assert signs == [symbol.parity] * abs(symbol.parity)
    assert isinstance(symbol.parity, int)


@EVERY
def test_powers_are_powers_and_nothing_else_is(name):
    symbol = SYMBOLS[name]
    u = points(symbol)
    u = u[u > 0.1]
    # A power is a straight line in logarithms, whose slope u f'/f is p everywhere.
    with np.errstate(all="ignore"):
        slope = u * symbol(u, 1) / symbol(u)
    if symbol.power is None:
        assert name == "0" or np.ptp(slope) > 0.01 or name in KINKS
    else:
        np.testing.assert_allclose(slope, symbol.power, rtol=1e-13)
        np.testing.assert_allclose(symbol(u), u**symbol.power, rtol=1e-15)


@EVERY
def test_a_symbol_is_defined_in_its_domain_and_not_at_open_ends(name):
    symbol = SYMBOLS[name]
    assert np.isfinite(symbol(points(symbol))).all()
    for end, beyond in zip(symbol.domain, (-1e-3, 1e-3), strict=True):
        if np.isfinite(end):
            u = np.array([end])
            assert bool(symbol.defined(u, u)[0]) is not symbol.open
            assert bool(np.abs(symbol(u))[0] < 1e15) is not symbol.open  # tan(pi/2) is 1.6e16
            assert not symbol.defined(u + beyond, u + beyond)[0]
            if not (symbol.parity and symbol.open and name != "arctanh"):  # there are branches
                assert np.isnan(symbol(u + beyond)[0])
    ends = [(0.3, 0.4), (-0.3, 0.4), (-9.0, 9.0)]
    inner = [symbol.domain[0] < low and high < symbol.domain[1] for low, high in ends]
    assert symbol.defined(*np.array(ends).T).tolist() == inner


@EVERY
def test_so_many_of_the_four_numbers_are_free(name):
    symbol = SYMBOLS[name]
    x = points(symbol, 200)
    a, b = (1.0, 0.0) if np.isfinite(symbol.domain[1]) else (1.1, 0.2)
    edge = SymbolicEdge(0, 0, symbol, np.array([0.95 * a, b, 1.3, 0.4]))
    slopes = edge.slopes(x)
    slopes = slopes / (np.linalg.norm(slopes, axis=0) + 1e-300)
    rank = int(np.linalg.matrix_rank(slopes, tol=1e-8))
    # Where its sign jumps is the third number of sgn, but no slope tells.
    assert symbol.numbers == rank + (name == "sgn")


def test_the_total_complexity_grows_with_the_complexity_and_with_free_numbers():
    assert SYMBOLS["x"].total_complexity == 1 + 2
    assert SYMBOLS["exp"].total_complexity == 2 + 3
    assert SYMBOLS["sin"].total_complexity == 2 + 4
    assert SYMBOLS["x^5"].total_complexity == 3 + 3


# Those of pykan 0.2.8, and in the lines below them our own.
COMPLEXITY = {
    0: "0",
    1: "x",
    2: "x^2 1/x 1/x^2 sqrt x^0.5 1/sqrt(x) 1/x^0.5 exp log sin cos",
    3: "x^3 x^4 x^5 1/x^3 abs tan tanh sgn gaussian"
    " sigmoid sinh cosh 1/(1+x^2)",
    4: "1/x^4 x^1.5 arcsin arccos arctan arctanh"
    " J0 arcsinh softplus erf",
    5: "1/x^5",
}  # fmt: skip


@pytest.mark.parametrize("complexity", COMPLEXITY)
def test_the_complexity_is_that_of_pykan(complexity):
    names = {name for name, symbol in SYMBOLS.items() if symbol.complexity == complexity}
    assert names == set(COMPLEXITY[complexity].split())


@EVERY
def test_a_symbol_computes_what_its_name_says(name):
    u = np.linspace(0.1, 0.9, 9)
    known = {"0": 0.0 * u, "J0": special.j0(u), "gaussian": np.exp(-(u**2)), "sgn": np.sign(u)}
    known |= {"softplus": np.log(1.0 + np.exp(u)), "sigmoid": special.expit(u)}
    # The others are formulas of Python.
    formula = name.replace("^", "**")
    functions = {f: getattr(np, f) for f in dir(np)} | {"erf": special.erf}
    if name not in known:
        value = eval(formula, functions, {"x": u})
        known[name] = value(u) if callable(value) else value
    np.testing.assert_allclose(SYMBOLS[name](u), known[name], rtol=1e-14)


def test_the_default_of_a_symbol_is_a_function_of_medium_complexity_on_all_numbers():
    symbol = Symbol("wave", np.sin, (np.cos,))
    assert (symbol.complexity, symbol.domain, symbol.open) == (3, (-np.inf, np.inf), False)
    assert (symbol.parity, symbol.power, symbol.waves) == (0, None, True)


def test_powers_do_not_wave_and_all_others_may():
    for symbol in SYMBOLS.values():
        assert symbol.waves == (symbol.power is None)


def test_where_a_symbol_is_undefined_there_is_nan_and_no_warning():
    assert np.isnan(SYMBOLS["log"](np.array([-1.0]))).all()
    assert np.isinf(SYMBOLS["1/x"](np.array([0.0]))).all()
    assert np.isinf(SYMBOLS["exp"](np.array([1e4]))).all()


def test_pykans_names_and_others_are_known():
    names = "x x^2 x^3 x^4 x^5 1/x 1/x^2 1/x^3 1/x^4 1/x^5 sqrt x^0.5 x^1.5 1/sqrt(x) 1/x^0.5 exp"
    names += " log abs sin cos tan tanh sgn arcsin arccos arctan arctanh 0 gaussian"
    assert len(names.split()) == 29
    more = "J0 arcsinh softplus sigmoid erf sinh cosh 1/(1+x^2)"
    assert set(SYMBOLS) == set(f"{names} {more}".split())


def test_without_a_list_every_symbol_is_there_that_differs_from_the_others():
    chosen = as_symbols(None)
    assert {s.name for s in chosen} == set(SYMBOLS) - set(REDUNDANT)
    z = np.linspace(0.05, 0.95, 40)
    same = {"x^0.5": ("sqrt", z), "1/x^0.5": ("1/sqrt(x)", z), "cos": ("sin", z + np.pi / 2)}
    same |= {"arccos": ("arcsin", z), "sigmoid": ("tanh", z / 2)}
    for name, (other, u) in same.items():
        design = np.stack([SYMBOLS[other](u), np.ones_like(u)], axis=1)
        rest = np.linalg.lstsq(design, SYMBOLS[name](z))[1]
        assert rest[0] < 1e-25


# Names, copies, and symbols of the user's own.


def cube_root(u):
    return np.cbrt(u)


def cube_root_slope(u):
    return 1.0 / (3.0 * np.cbrt(u) ** 2)


def test_names_and_symbols_become_symbols():
    own = Symbol("cbrt", cube_root, (cube_root_slope,))
    assert as_symbol("function", "sin") is SYMBOLS["sin"]
    assert as_symbol("function", own) is own
    assert as_symbols(["sin", own, "0"]) == [SYMBOLS["sin"], own, SYMBOLS["0"]]


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ("sinus", ValueError, "function must be one of 0, x, x.2, .*, but is 'sinus'"),
        (np.sin, TypeError, "function must be the name of a function or a Symbol"),
        (3, TypeError, "but is 3; your own is kn.Symbol"),
    ],
)
def test_what_is_no_symbol_is_refused(value, error, message):
    with pytest.raises(error, match=message):
        as_symbol("function", value)


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ("sin", TypeError, "functions must be a list of names, but is 'sin'"),
        (7, TypeError, "functions must be a list of names, but is 7"),
        ([], ValueError, "functions must hold at least one name"),
        (["sin", "sinus"], ValueError, r"functions\[1\] must be one of"),
        ([None], TypeError, r"functions\[0\] must be the name"),
    ],
)
def test_what_is_no_list_of_symbols_is_refused(value, error, message):
    with pytest.raises(error, match=message):
        as_symbols(value)


@EVERY
def test_a_copy_of_a_symbol_is_that_symbol(name):
    symbol = SYMBOLS[name]
    for other in (copy.copy(symbol), copy.deepcopy(symbol), pickle.loads(pickle.dumps(symbol))):
        assert other is symbol
    assert repr(symbol) == f"Symbol({name!r})"


def test_a_symbol_of_your_own_can_be_called_and_copied():
    own = Symbol("cbrt", cube_root, (cube_root_slope,), parity=-1)
    assert own.numbers == 4
    agree(own(np.array([8.0]), 1), central_difference(own, 8.0)[None])
    other = pickle.loads(pickle.dumps(own))
    assert other == own
    assert other is not own
    assert hash(other) == hash(own)
    with pytest.raises(ValueError, match="derivative 2 of 'cbrt' is not known, only the first 1"):
        own(np.array([1.0]), 2)
    with pytest.raises(ValueError, match="derivative -1"):
        own(np.array([1.0]), -1)


def test_a_symbol_of_your_own_may_have_a_name_that_is_taken():
    own = Symbol("exp", np.sinh, (np.cosh,))
    assert own != SYMBOLS["exp"]
    assert own.numbers == 4
    assert pickle.loads(pickle.dumps(own)) == own


@pytest.mark.parametrize(
    ("derivatives", "error", "message"),
    [
        ((), ValueError, "derivatives of 'f' must hold at least the first"),
        ((3,), TypeError, "must be"),
    ],
)
def test_a_symbol_without_derivatives_is_refused(derivatives, error, message):
    with pytest.raises(error, match=message):
        Symbol("f", np.sin, derivatives)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"name": None}, TypeError, "name must be a text"),
        ({"name": 3}, TypeError, "name must be a text"),
        ({"name": ""}, ValueError, "name must be a text"),
        ({"function": None}, TypeError, "must be a function, but is None"),
        ({"derivatives": ()}, ValueError, "must hold at least the first"),
        ({"derivatives": np.cos}, TypeError, "must be a tuple of functions"),
        ({"complexity": -1}, ValueError, "complexity must lie in"),
        ({"complexity": np.nan}, ValueError, "complexity must be finite"),
        ({"complexity": "3"}, TypeError, "complexity must hold real numbers"),
        ({"domain": (1.0, 0.0)}, ValueError, "must rise"),
        ({"domain": (1.0, 1.0)}, ValueError, "must rise"),
        ({"domain": (np.nan, 1.0)}, ValueError, "must rise"),
        ({"domain": (0.0, 1.0, 2.0)}, TypeError, "domain must be a pair of numbers"),
        ({"domain": "01"}, TypeError, "domain must be a pair of numbers"),
        ({"domain": None}, TypeError, "domain must be a pair of numbers"),
        ({"domain": ("a", "b")}, TypeError, "domain must be a pair of numbers"),
        ({"parity": 2}, ValueError, "parity must be 1, -1 or 0"),
        ({"parity": np.nan}, ValueError, "parity must be finite"),
        ({"parity": "odd"}, TypeError, "parity must hold real numbers"),
        ({"power": np.inf}, ValueError, "power must be finite"),
        ({"power": "two"}, TypeError, "power must hold real numbers"),
        ({"open": 1.0}, TypeError, "open must be True or False"),
        ({"waves": "no"}, TypeError, "waves must be True or False"),
    ],
)
def test_what_no_symbol_can_be_is_refused(changes, error, message):
    given = {"name": "wave", "function": np.sin, "derivatives": (np.cos,)}
    assert Symbol(**given).parity == 0
    with pytest.raises(error, match=message):
        Symbol(**{**given, **changes})


def test_lists_in_a_symbol_become_tuples():
    symbol = Symbol("wave", np.sin, [np.cos], domain=[0.0, 1.0])
    assert symbol in {symbol}
    assert (symbol.derivatives, symbol.domain) == ((np.cos,), (0.0, 1.0))


@pytest.mark.parametrize("name", SYMBOLS)
def test_a_changed_symbol_of_the_library_can_be_pickled(name):
    changed = replace(SYMBOLS[name], complexity=9)
    copied, u = pickle.loads(pickle.dumps(changed)), np.linspace(0.1, 0.9, 9)
    assert pickle.loads(pickle.dumps(SYMBOLS[name])) is SYMBOLS[name]
    assert copied.complexity == 9
    for order in range(4):
        np.testing.assert_array_equal(copied(u, order), SYMBOLS[name](u, order))


def test_symbols_may_be_given_in_any_order():
    assert {symbol.name for symbol in as_symbols({"sin", "exp"})} == {"sin", "exp"}
    assert [symbol.name for symbol in as_symbols(["sin", "exp"])] == ["sin", "exp"]
