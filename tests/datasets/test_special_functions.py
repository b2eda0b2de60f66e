"""The special functions of table 1 have the values that are known."""

import numpy as np
import pytest

from kan_numpy.datasets.special_functions import SPECIAL_FUNCTIONS

PI = np.pi


# name: (inputs, value), by elementary formulas
SPECIAL_VALUES = {
    "ellipj": [((1.2, 0.0), np.sin(1.2)), ((1.2, 1.0), np.tanh(1.2))],
    "ellipkinc": [((0.7, 0.0), 0.7), ((PI / 6, 1.0), np.log(3) / 2)],
    "ellipeinc": [((0.7, 0.0), 0.7), ((0.7, 1.0), np.sin(0.7))],
    "jv": [((0.5, 2.0), np.sqrt(1 / PI) * np.sin(2)), ((0.0, 2.404825557695773), 0.0)],
    "yv": [((0.5, 2.0), -np.sqrt(1 / PI) * np.cos(2))],
    "kv": [((0.5, 2.0), np.sqrt(PI / 4) * np.exp(-2))],
    "iv": [((0.5, 2.0), np.sqrt(1 / PI) * np.sinh(2))],
    "lpmv_0": [((1.0, 0.3), 0.3), ((2.0, 0.5), -0.125)],
    "lpmv_1": [((1.0, 0.6), -0.8), ((2.0, 0.6), -1.44)],
    "lpmv_2": [((2.0, 0.6), 1.92), ((3.0, 0.6), 5.76)],
    "sph_harm_0_1": [((1.0, 0.0), np.sqrt(3 / PI) / 2)],
    "sph_harm_1_1": [((0.0, PI / 2), -np.sqrt(3 / (2 * PI)) / 2), ((PI / 2, PI / 2), 0.0)],
    "sph_harm_0_2": [((1.0, 0.0), np.sqrt(5 / PI) / 2), ((1.0, PI / 2), -np.sqrt(5 / PI) / 4)],
    "sph_harm_1_2": [((0.0, PI / 4), -np.sqrt(15 / (2 * PI)) / 4)],
    "sph_harm_2_2": [((0.0, PI / 2), np.sqrt(15 / (2 * PI)) / 4), ((PI / 4, PI / 2), 0.0)],
}


def test_the_special_functions_are_those_of_the_paper():
    assert list(SPECIAL_FUNCTIONS) == list(SPECIAL_VALUES)
    assert len(SPECIAL_FUNCTIONS) == 15
    assert all(problem.name == name for name, problem in SPECIAL_FUNCTIONS.items())


@pytest.mark.parametrize(
    ("name", "inputs", "value"),
    [(name, *pair) for name, pairs in SPECIAL_VALUES.items() for pair in pairs],
)
def test_special_functions_at_known_points(name, inputs, value):
    np.testing.assert_allclose(SPECIAL_FUNCTIONS[name]([inputs]), [[value]], rtol=1e-12, atol=1e-15)


RANGES = {
    "ellipj": "0 4, 0 0.9",
    "ellipkinc": "0 pi/2, 0 0.9",
    "ellipeinc": "0 pi/2, 0 0.9",
    "jv": "0 3, 0.5 10",
    "yv": "0 2, 1 10",
    "kv": "0 2, 0.5 3",
    "iv": "0 3, 0.5 5",
    "lpmv_0": "0 3, -0.9 0.9",
    "lpmv_1": "0 3, -0.9 0.9",
    "lpmv_2": "0 3, -0.9 0.9",
    "sph_harm_0_1": "0 2*pi, 0 pi",
    "sph_harm_1_1": "0 2*pi, 0 pi",
    "sph_harm_0_2": "0 2*pi, 0 pi",
    "sph_harm_1_2": "0 2*pi, 0 pi",
    "sph_harm_2_2": "0 2*pi, 0 pi",
}


@pytest.mark.parametrize("name", RANGES)
def test_the_inputs_have_the_ranges_of_the_results(name):
    """Reference results hold for these ranges: the low and the high end of each input."""
    ends = [[eval(end, {"pi": PI}) for end in pair.split()] for pair in RANGES[name].split(", ")]
    np.testing.assert_allclose(SPECIAL_FUNCTIONS[name].ranges, ends, rtol=1e-15)
