"""Networks made from formulas compute them, are read back as them, and are networks like others."""

import re

import numpy as np
import pytest
from checks import check_jacobian, check_network_input, check_network_theta
from expression_strategies import NAMES, expressions, rounding
from hypothesis import assume, given
from machine import within

import kan_numpy as kn
from kan_numpy import KAN
from kan_numpy.algebra.expressions import Number, Power, Sum, Variable, evaluate
from kan_numpy.algebra.parsing import parse
from kan_numpy.algebra.simplify import simplify
from kan_numpy.datasets.feynman import FEYNMAN_EQUATIONS
from kan_numpy.functions.symbols import SYMBOLS, Symbol
from kan_numpy.layers.kan_layer import KANLayer

EPS = np.finfo(float).eps


def values_of(written, names, x):
    """Return the values (N,) of a text at x (N, n_in), computed as it is written."""
    return evaluate(parse(written, variables=names), dict(zip(names, x.T, strict=True)))


def kan_layers(network):
    return [layer for layer in network.layers if isinstance(layer, KANLayer)]


# Values.


@given(expressions)
def test_a_network_computes_its_formula(expression):
    x = np.random.default_rng(5).uniform(-2.0, 2.0, (40, len(NAMES)))
    values = dict(zip(NAMES, x.T, strict=True))
    with np.errstate(all="ignore"):
        want = evaluate(expression, values)
        bound = EPS * (rounding(expression, values) + np.abs(want))
        good = np.isfinite(want) & (np.abs(want) < 1e20)
        good &= (bound < 1e-6 * np.maximum(np.abs(want), 1e-30)) | (bound < 1e-9)
        assume(good.any())
        try:
            network = kn.from_formula(expression, NAMES, grid_range=(-2.0, 2.0))
        except ValueError as error:  # 1/0 and the like, or values beyond 1e50 on the way
            assert re.search("no finite value|no value at any", str(error))  # noqa: PT017
            assume(False)
        got = network(x)[:, 0]
    assert np.all(np.abs(got[good] - want[good]) <= 1e4 * bound[good] + 1e-300)
    for layer in kan_layers(network):
        places = {(edge.out, edge.inp) for edge in layer.symbols}
        assert places == set(map(tuple, np.argwhere(layer.active)))
        assert len(places) == len(layer.symbols)  # one edge between two nodes


@pytest.mark.parametrize("name", FEYNMAN_EQUATIONS)
def test_the_equations_of_feynman(name):
    problem = FEYNMAN_EQUATIONS[name]
    written = re.sub(r"(?<=[\w)]) (?=[\w(])", "*", problem.formula)  # a b is a*b
    network = kn.from_formula(written, problem.inputs, grid_range=problem.ranges)
    x = problem.from_cube(np.random.default_rng(0).uniform(-1.0, 1.0, (200, len(problem.inputs))))
    y = problem(x)
    np.testing.assert_allclose(network(x), y, rtol=0, atol=1e-14 * np.abs(y).max(), strict=True)
    formula = kn.formula(network, problem.inputs, x=x)
    np.testing.assert_allclose(formula(x), y, rtol=0, atol=1e-13 * np.abs(y).max(), strict=True)


# A formula, the network that it becomes, and its numbers.
SHAPES = (
    ("exp(sin(pi*x) + y**2)", [2, 1, 1], 12),
    ("x", [1, 1], 4),
    ("3", [1, 1], 4),
    ("2*x - 3*y + 1", [2, 1], 8),
    ("cos(2*x + 1)", [1, 1], 4),
    ("x*y", [2, (0, 1)], 8),
    ("-2*x*y*z", [3, (0, 1)], 12),
    ("x/y", [2, (0, 1)], 8),
    ("5*x*y + 1", [2, (0, 1), 1], 12),
    ("sin(2*x) + x*y", [2, (1, 1), 1], 20),
    # Two functions of the same node are added one layer further up.
    ("sin(x) + x", [1, 2, 1], 16),
    ("exp(x) + sin(x) + x**2", [1, 3, 1], 24),
    ("sin(x) + sin(y) + x**2 + y**2", [2, 2, 1], 24),
    # Common parts are computed once.
    ("exp(x + y)*sin(x + y)", [2, 1, (0, 1)], 16),
    ("sin(exp(x + y)) + x + y", [2, 1, 2, 1], 24),
    # What is needed further up is added up, or multiplied, and sent on as one number.
    ("exp(sin(exp(z))) + x + y", [3, 2, 2, 1], 28),
    ("x*y*exp(sin(exp(z)))", [3, (1, 1), 2, (0, 1)], 28),
    # Powers that no edge can be.
    ("x**6", [1, 1, 1], 8),
    ("x**7", [1, 2, (0, 1)], 16),
    ("1/x**7", [1, 2, (0, 1), 1], 20),
    ("x**2.5", [1, 1, 1], 8),
    ("x**-3.5", [1, 2, 2, (0, 1), 1], 28),
    ("x**0.7*y", [2, 2, (0, 1)], 16),
    ("exp(-3*x**2)", [1, 1, 1], 8),
)


@pytest.mark.parametrize(("written", "shape", "size"), SHAPES)
def test_what_a_formula_becomes(written, shape, size):
    names = [name for name in ("x", "y", "z") if name in re.findall(r"\w+", written)] or ["x"]
    network = kn.from_formula(written, names, grid_range=(0.2, 0.9))
    assert (network.shape, network.size) == (shape, size)
    x = np.random.default_rng(0).uniform(0.2, 0.9, (50, len(names)))
    want = values_of(written, names, x)
    np.testing.assert_allclose(network(x)[:, 0], want, rtol=1e-14, atol=1e-14, strict=True)
    if written not in ("x**-3.5", "x**0.7*y"):
        assert str(kn.formula(network, names)) == written


def test_exponents_that_no_edge_has_are_trained():
    x = np.linspace(0.1, 2.0, 50)[:, None]
    network = kn.from_formula("x**0.7", ["x"], grid_range=(0.1, 2.0))
    result = kn.fit(network, x, x**0.9, steps=30)
    exponent = np.prod([edge.affine[2 * (at == 1)] for at, edge in exponent_edges(result.network)])
    assert exponent == pytest.approx(0.9, abs=1e-6)


def exponent_edges(network):
    """Return the logarithm, whose c counts, and the exponential, whose a does."""
    return [(at == 0, layer.symbols[0]) for at, layer in enumerate(network.layers)]


# What a formula may be.


def test_several_outputs_of_any_kind_may_be_equal_or_constant():
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (20, 3))
    texts = ["x*z", "2", "sin(x)", "sin(x)", "-3*x*z", "x", "exp(x*z)"]
    network = kn.from_formula(texts, ["x", "y", "z"])
    want = np.stack([values_of(text, ["x", "y", "z"], x) for text in texts], axis=1)
    np.testing.assert_allclose(network(x), want, rtol=1e-15, atol=1e-15, strict=True)
    assert network.widths[0] == 3
    assert not network.layers[0].active[:, 1].any()
    names = [f"y{at}" for at in range(len(texts))]
    lines = [f"{name} = {text}" for name, text in zip(names, texts, strict=True)]
    assert str(kn.formula(network, ["x", "y", "z"])) == "\n".join(lines)


def test_formulas_and_expressions_are_taken_too():
    x = np.random.default_rng(0).uniform(0.0, 1.0, (20, 2))
    first = kn.from_formula(["a + b**2", "sin(a)*b"], ["b", "a"])
    again = kn.from_formula(kn.formula(first, ["b", "a"]))
    np.testing.assert_allclose(again(x), first(x), rtol=1e-15, atol=0, strict=True)
    assert again.shape == first.shape
    np.testing.assert_array_equal(kn.from_formula(Variable("a"), ["b", "a"])(x), x[:, 1:])


def test_functions_of_your_own(tmp_path):
    hat = Symbol("hat", lambda u: np.maximum(1.0 - np.abs(u), 0.0), (lambda u: -np.sign(u),))
    network = kn.from_formula("3*hat(2*x - 1) + y", ["x", "y"], functions=[hat])
    x = np.array([[0.5, 1.0], [0.25, 0.0], [2.0, 4.0]])
    np.testing.assert_allclose(network(x), [[4.0], [1.5], [4.0]], rtol=1e-15)
    network.save(tmp_path / "net.npz")
    loaded = KAN.load(tmp_path / "net.npz", functions=[hat])
    assert np.array_equal(loaded(x), network(x))


def test_a_variable_may_be_called_e():
    network = kn.from_formula("e*pi", ["pi", "e"])
    np.testing.assert_array_equal(network([[2.0, 3.0]]), [[6.0]])


# Grids.


def test_grids_lie_over_what_the_range_of_the_inputs_sends():
    ranges = [(0.5, 2.0), (-3.0, 1.0)]
    network = kn.from_formula(
        "exp(sin(x) + y**2/4)*y", ["x", "y"], grid_size=7, degree=2, grid_range=ranges
    )
    first = network.layers[0].basis
    np.testing.assert_array_equal(np.stack([first.low, first.high], axis=1), ranges)
    low, high = np.transpose(ranges)
    x = np.random.default_rng(1).uniform(low, high, (500, 2))
    for layer, cache in zip(network.layers, network.forward(x)[1], strict=True):
        assert layer.fraction_outside_grid(cache.x) < 0.01
        if isinstance(layer, KANLayer):
            assert (layer.basis.grid_size, layer.degree) == (7, 2)
            spread = (cache.x.max(axis=0) - cache.x.min(axis=0)) / (
                layer.basis.high - layer.basis.low
            )
            assert spread.min() > 0.95


def test_where_a_formula_has_no_value_there_is_no_grid():
    network = kn.from_formula("sqrt(log(x)) + y", ["x", "y"], grid_range=(-3.0, 3.0))
    low, high = network.layers[0].basis.low, network.layers[0].basis.high
    assert 1.0 < low[0] < 1.02
    assert high[0] == 3.0
    assert 0.0 < network.layers[1].basis.low[0] < 0.02
    assert str(kn.formula(network, ["x", "y"])) == "sqrt(log(x)) + y"


@pytest.mark.parametrize(
    "written", ["sin(exp(x/1e12 + 80))", "sin(x/1e60) + y", "exp(1/(x - x + 7))"]
)
def test_a_grid_never_collapses(written):
    for layer in kan_layers(kn.from_formula(written, ["x", "y"])):
        assert np.all(np.diff(layer.knots) > 0.0)


# A network like others.

SMOOTH = (
    "exp(sin(pi*x) + y**2)",
    "x*y + sin(2*x)",
    "sin(x) + sin(y) + x**2 + y**2",
    "x*y*exp(sin(exp(y)))",
    "tanh(arctanh(x) + arctanh(y))/(1 + x*y)",
    "sqrt(1 + x**2 - 2*x*cos(y))",
    "x**7/y**2.5 + x**0.3",
    "erf(x)*J0(3*y)*log(x + y) - softplus(x*y)",
)


@pytest.mark.gradient
@pytest.mark.parametrize("written", SMOOTH)
def test_it_goes_back(record, written):
    network = kn.from_formula(written, ["x", "y"], grid_range=(0.3, 0.8))
    rng = np.random.default_rng(0)
    network = network.with_theta(network.theta + rng.uniform(-0.02, 0.02, network.size))
    x = rng.uniform(0.4, 0.7, (4, 2))
    record(check_network_theta(network, x, rng))
    record(check_network_input(network, x, rng))
    record(check_jacobian(network, x))


def test_training_finds_its_numbers_again():
    rng = np.random.default_rng(0)
    x = rng.uniform(-1.0, 1.0, (300, 2))
    network = kn.from_formula("exp(sin(pi*x) + y**2) + x*y", ["x", "y"])
    moved = network.with_theta(network.theta * rng.uniform(0.9, 1.1, network.size))
    assert np.abs(moved(x) - network(x)).max() > 0.1
    result = kn.fit(moved, x, network(x), steps=60)
    assert np.abs(result.network(x) - network(x)).max() < 1e-9
    assert str(kn.formula(result.network, ["x", "y"])) == "exp(sin(pi*x) + y**2) + x*y"


def test_it_is_saved_drawn_pruned_and_refined(tmp_path):
    network = kn.from_formula(["x*y + sin(z)", "x*z"], ["x", "y", "z"])
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (100, 3))
    network.save(tmp_path / "net.npz")
    loaded = KAN.load(tmp_path / "net.npz")
    assert np.array_equal(loaded.theta, network.theta)
    assert np.array_equal(loaded(x), network(x))
    assert kn.plot(network, x).axes
    for changed in (kn.adapt_grid(network, x), kn.refine(network, 10), kn.prune(network, x, 0.0)):
        assert np.array_equal(changed(x), network(x))
    pruned = kn.prune(network, x, inputs=[2])
    np.testing.assert_allclose(
        pruned(x)[:, 0], x[:, 0] * x[:, 1] + np.sin(x[:, 2]).mean(), rtol=0, atol=1e-14
    )


# Errors.


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("x + z", ["x", "y"]), ValueError, "'z' is not among the variables x, y"),
        ((Variable("z"), ["x"]), ValueError, "holds 'z', which is not among the inputs x"),
        (("foo(x)", ["x"]), ValueError, "there is no function 'foo'"),
        (("", ["x"]), ValueError, "formula must not be empty, but holds ''"),
        ((["x", " "], ["x"]), ValueError, "formula must not be empty, but holds ' '"),
        (([], ["x"]), ValueError, "formula must hold at least one output"),
        ((3, ["x"]), TypeError, "formula must be text such as .* but is 3"),
        (("x",), TypeError, "variables must name the inputs in their order"),
        (("x", "x"), TypeError, "variables must be a list of names, but is 'x'"),
        (("x", ["x", "x"]), ValueError, r"variables must hold .* each once, but is \['x', 'x'\]"),
        (("x", []), ValueError, "variables must hold at least one name"),
        (("x", ["1"]), ValueError, "variables must hold names such as x or x_1, but holds '1'"),
        ((Power(Number(-1), Number(0.5)), ["x"]), ValueError, r"holds sqrt\(-1\), which has no"),
        (("x*(-1)**0.5", ["x"]), ValueError, r"at position 2: .* is not a finite real"),
        (("log(x - 5)", ["x"]), ValueError, "no value at any of 1000 inputs from grid_range"),
        (("sqrt(x - 1)", ["x"]), ValueError, "no value at any of 1000 inputs"),  # but at 1
        (("sqrt(-x - 1)", ["x"]), ValueError, "no value at any of 1000 inputs"),  # but at -1
        (("x", ["x"], 0), ValueError, "grid_size must be at least 1"),
        (("x", ["x"], 5, -1), ValueError, "degree must be at least 0"),
        (("x", ["x"], 5, 3, (1, 0)), ValueError, "low must be below high"),
        (("x", ["x"], 5, 3, [(0, 1), (0, 1)]), ValueError, r"must have shape \(1, 2\)"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        kn.from_formula(*arguments)


def test_a_formula_with_splines_is_no_formula_yet():
    with pytest.raises(TypeError, match="holds s_0_0_0, which is no Symbol"):
        kn.from_formula(kn.formula(KAN([1, 1], rng=0)))


def test_every_symbol_can_be_an_edge():
    for name, symbol in SYMBOLS.items():
        if name.isidentifier() and symbol.power is None and name != "gaussian":
            network = kn.from_formula(f"{name}(x) + 1", ["x"], grid_range=(0.1, 0.9))
            (edge,) = network.layers[0].symbols
            assert edge.symbol is symbol
            assert edge.affine.tolist() == [1.0, 0.0, 1.0, 1.0]


# Sizes.

TWO_THOUSAND = [f"x{index}" for index in range(2000)]
PAIRS = list(zip(TWO_THOUSAND[::2], TWO_THOUSAND[1::2], strict=True))


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("sin(" * 150 + "x" + ")" * 150, ["x"]),
        ("1/(1 + " * 40 + "x" + ")" * 40, ["x"]),
        (" + ".join(f"sin({k}.5*x)" for k in range(1000)), ["x"]),
        (" + ".join(f"x**{k}" for k in range(1, 300)), ["x"]),
        ("x**1024 + x**1021 + x**-1000 + y**0.123", ["x", "y"]),
        (" + ".join(TWO_THOUSAND), TWO_THOUSAND),
        (" - ".join(f"0.25*sin(3*{name} + 1)" for name in TWO_THOUSAND), TWO_THOUSAND),
        (" + ".join(f"{left}*{right}" for left, right in PAIRS), TWO_THOUSAND),
    ],
    ids=lambda value: f"{value[:20]}..." if isinstance(value, str) else "",
)
def test_what_is_read_is_a_network_within_two_seconds(written, names):
    x = np.random.default_rng(0).uniform(0.5, 1.0, (5, len(names)))
    y = within(2.0, lambda: kn.from_formula(written, names, grid_range=(0.5, 1.0))(x))
    np.testing.assert_allclose(y[:, 0], values_of(written, names, x), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("((x**1000)**1000)**1000", r"a power of 1e\+09, which is beyond 1024"),
        ("x**1000*x**1000", "a power of 2000, which is beyond 1024"),
        ("(" * 60 + "x" + ")**1000" * 60, "which is beyond 1024"),
        (" + ".join(f"x{k}*x{k + 1}" for k in range(0, 6000, 2)), "a layer with 6000 x 6002 edges"),
        (["x", "x**1e100"], "the exponent '1e100' is beyond 1024"),
        ("x0 + \ufb01", "not the name of a variable; write 'fi'"),
    ],
)
def test_what_would_be_too_large_is_refused_by_name(written, message):
    names = ["x", *(f"x{index}" for index in range(6001))]

    def refused():
        with pytest.raises(ValueError, match=message) as error:
            kn.from_formula(written, names)
        return str(error.value)

    assert len(within(5.0, refused)) <= 300


def test_a_tree_that_was_built_by_hand_has_limits_too():
    deep = Variable("x")
    for _ in range(100):
        deep = Sum((deep, deep))
    with pytest.raises(ValueError, match="formula is too large"):
        kn.from_formula(deep, ["x"])
    with pytest.raises(ValueError, match="a power of 5000, which is beyond 1024"):
        kn.from_formula(Power(Variable("x"), Number(5000)), ["x"])


def test_many_constants_are_recognized_together():
    names = TWO_THOUSAND[:200]
    written = " + ".join(f"sin({k % 9 + 1}*{name}/8)" for k, name in enumerate(names))
    found = kn.formula(kn.from_formula(written, names), names)
    assert str(found).startswith("sin(x0/8) + sin(x1/4) + sin(3*x2/8) + sin(x3/2) + sin(5*x4/8)")
    assert simplify(parse(str(found), variables=names)) == found.expressions[0]
