"""Benchmarks: formulas, ranges without singularities, samples of the cube, the peaks one by one."""

import re
from dataclasses import FrozenInstanceError
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kan_numpy.datasets.benchmark import (
    MULTILEVEL,
    PEAK_CENTERS,
    PEAKS,
    ROTATION,
    Benchmark,
    draw,
    peak_phases,
)
from kan_numpy.datasets.feynman import FEYNMAN_EQUATIONS
from kan_numpy.datasets.special_functions import SPECIAL_FUNCTIONS
from kan_numpy.datasets.toy_functions import TOY_FUNCTIONS

PROBLEMS = {**SPECIAL_FUNCTIONS, **FEYNMAN_EQUATIONS, "multilevel": MULTILEVEL, "peaks": PEAKS}
PI = np.pi
each_problem = pytest.mark.parametrize("name", PROBLEMS)


def as_python(formula, variables):
    """Write a formula for Python: a sign wherever one factor follows the other without any."""
    tokens = re.findall(r"[a-z]\w*|[\d.]+|\S", formula.replace("^", "@"))
    text = tokens[0]
    for before, token in pairwise(tokens):
        ends = before in variables | {"pi", ")"} or before[0].isdigit()
        text += ("*" if ends and re.match(r"[\w(]", token) else "") + token
    return text.replace("@", "**")


WRITTEN = [TOY_FUNCTIONS[name] for name in ("exp_sin", "product", "four_variables")]
WRITTEN += FEYNMAN_EQUATIONS.values()


@pytest.mark.parametrize("problem", WRITTEN, ids=lambda problem: problem.name)
def test_a_function_is_what_its_formula_says(problem):
    x = problem.from_cube(draw(50, len(problem.inputs), rng=0))
    known = {key: getattr(np, key) for key in ("exp", "sqrt", "sin", "cos", "arcsin", "log", "pi")}
    known |= {"ln": np.log, **dict(zip(problem.inputs, x.T, strict=True))}
    values = eval(as_python(problem.formula, set(problem.inputs)), {"__builtins__": {}}, known)
    np.testing.assert_allclose(problem(x)[:, 0], values, rtol=1e-12, atol=1e-14)


@each_problem
def test_the_ranges_are_free_of_singularities(name):
    problem = PROBLEMS[name]
    low, high = np.array(problem.ranges).T
    assert len(problem.inputs) == len(set(problem.inputs)) == len(low)
    assert np.all(np.isfinite([low, high]))
    assert np.all(low < high)
    z = draw(4000, len(low), rng=1, how="half_stretched")
    corners = np.array(np.meshgrid(*[[-1.0, 0.0, 1.0]] * len(low))).reshape(len(low), -1).T
    y = problem(problem.from_cube(np.vstack([z, corners])))
    assert y.shape == (len(z) + len(corners), 1)
    assert np.all(np.isfinite(y))
    assert np.abs(y).max() < 30
    assert y.std() > 0.02


@each_problem
def test_values_hang_together(name):
    problem = PROBLEMS[name]
    z = draw(500, len(problem.ranges), rng=2)
    near = np.clip(z + 1e-7, -1, 1)
    step = problem(problem.from_cube(near)) - problem(problem.from_cube(z))
    assert np.abs(step).max() < 1e-5


def test_the_cube_becomes_the_box():
    problem = Benchmark("p", "a + b", lambda a, b: a + b, ("a", "b"), ((0.0, 2.0), (-3.0, 1.0)))
    x = problem.from_cube([[-1.0, -1.0], [1.0, 1.0], [0.0, 0.5]])
    np.testing.assert_array_equal(x, [[0.0, -3.0], [2.0, 1.0], [1.0, 0.0]])
    np.testing.assert_array_equal(problem(x), [[-3.0], [3.0], [1.0]])


def test_a_split_trains_and_tests_on_the_cube():
    problem = FEYNMAN_EQUATIONS["II.38.3"]
    data = problem.split(30, 20, rng=3)
    again = problem.split(30, 20, rng=3)
    assert data.x_train.shape == (30, 2)
    assert data.y_test.shape == (20, 1)
    for found, twin in zip(data, again, strict=True):
        np.testing.assert_array_equal(found, twin)
    for x, y in (data[:2], data[2:]):
        a, b = (x[:, 0] + 1) / 2, 0.5 + 1.5 * (x[:, 1] + 1) / 2
        np.testing.assert_allclose(y[:, 0], a / b, rtol=1e-14)


@given(n=st.integers(1, 5), seed=st.integers(0, 1000))
def test_stretched_samples_stay_in_the_cube_and_leave_every_other_one(n, seed):
    even, stretched = draw(200, n, seed), draw(200, n, seed, "half_stretched")
    np.testing.assert_array_equal(stretched[::2], even[::2])
    assert np.all(np.abs(stretched) <= 1)
    np.testing.assert_array_equal(np.sign(stretched), np.sign(even))
    p = np.log(np.abs(stretched[1::2])) / np.log(np.abs(even[1::2]))
    assert np.all((p > 0.125 - 1e-6) & (p < 2 + 1e-6))
    np.testing.assert_allclose(p[::2], p[::2, :1] + 0 * p[::2], rtol=1e-6)


def test_stretched_samples_reach_the_corners():
    def in_corners(how):
        return np.sum(np.all(np.abs(draw(10_000, 3, 0, how)) > 0.95, axis=1))

    assert in_corners("uniform") < 10
    assert in_corners("half_stretched") > 20


def test_the_multilevel_example_is_turned():
    x, y = 0.3, 0.8
    c, s = np.cos(ROTATION), np.sin(ROTATION)
    turned = [[c * x + s * y, c * y - s * x]]
    waves = np.cos(4 * PI * x) + np.sin(PI * y) + np.sin(2 * PI * y)
    want = waves + abs(np.sin(3 * PI * y**2))
    np.testing.assert_allclose(MULTILEVEL(turned), [[want]], rtol=1e-13)


def test_the_phases_show_one_peak_each():
    phases = peak_phases(n_each=101, width=0.2)
    assert len(phases) == 5
    for center, (x, y) in zip(PEAK_CENTERS, phases, strict=True):
        assert x.shape == y.shape == (101, 1)
        np.testing.assert_allclose(x[[0, 50, 100], 0], [center - 0.2, center, center + 0.2])
        np.testing.assert_allclose(y[50], 1.0, atol=1e-14)
        np.testing.assert_allclose(y[0], PEAKS(x[:1])[0])
        assert y[0] < 2e-5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw(0, 2), "n_samples must be at least 1, but is 0"),
        (lambda: draw(3, 2, how="evenly"), "how must be one of uniform, half_stretched"),
        (lambda: PEAKS.split(0), "n_train must be at least 1"),
        (lambda: PEAKS.split(5, 0), "n_test must be at least 1"),
        (lambda: PEAKS([[0.0, 1.0]]), r"x must have shape \(N, 1\)"),
        (lambda: MULTILEVEL.from_cube([[0.0]]), r"z must have shape \(N, 2\)"),
        (lambda: peak_phases(0), "n_each must be at least 1"),
        (lambda: peak_phases(width=-1.0), "width must lie in"),
    ],
)
def test_bad_values_are_refused_with_a_reason(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_defaults_are_those_of_the_text_and_always_give_the_same():
    same = (MULTILEVEL.split(), MULTILEVEL.split(1000, 1000, rng=0, how="uniform"))
    for name in ("x_train", "y_train", "x_test", "y_test"):
        one, two = (getattr(split, name) for split in same)
        assert one.shape[0] == 1000
        np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(draw(5, 2), draw(5, 2, rng=0, how="uniform"))
    for one, two in zip(peak_phases(), peak_phases(n_each=100, width=0.2), strict=True):
        np.testing.assert_array_equal(one, two)
    assert TOY_FUNCTIONS["product"].widths == (2, 2, 1)
    assert Benchmark("p", "a", lambda a: a, ("a",), ((0.0, 1.0),)).widths == ()


def test_a_benchmark_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        PEAKS.name = "other"
