"""Feynman's equations have known values at points that one can check."""

import numpy as np
import pytest

from kan_numpy.datasets.feynman import FEYNMAN_EQUATIONS

PI = np.pi

FEYNMAN_VALUES = {
    "I.6.2": ((0.0, 2.0), 1 / np.sqrt(8 * PI)),
    "I.6.2b": ((1.5, -0.5, 1.0), np.exp(-2) / np.sqrt(2 * PI)),
    "I.9.18": ((1.0, -0.5, -1.0, 1.0, -0.5, 0.5), 1 / 7.25),
    "I.12.11": ((0.5, PI / 6), 1.25),
    "I.13.12": ((0.5, 0.5), 0.5),
    "I.15.3x": ((-1.0, 0.6), 2.5),
    "I.16.6": ((0.5, 0.5), 0.8),
    "I.18.4": ((1.0, -1.0), 0.0),
    "I.26.2": ((0.5, PI / 2), PI / 6),
    "I.27.6": ((2.0, 0.5), 0.5),
    "I.29.16": ((0.5, 2.0, 2.0 + PI / 3), np.sqrt(0.75)),
    "I.30.3": ((2.0, 0.5 * PI), 2.0),
    "I.30.5": ((1.0, 2.0), PI / 6),
    "I.37.4": ((0.25, PI / 3), 1.75),
    "I.40.1": ((0.5, -1.0), np.e / 2),
    "I.44.4": ((0.5, 4.0), np.log(2)),
    "I.50.26": ((PI / 3, 1.0), 0.75),
    "II.2.42": ((1.5, 0.5), 0.25),
    "II.6.15a": ((0.6, 0.8, 1.0), 1 / (4 * PI)),
    "II.11.7": ((0.5, -1.0, PI / 3), 0.25),
    "II.11.27": ((1.0, 1.5), 3.0),
    "II.35.18": ((1.0, np.log(2)), 0.4),
    "II.36.38": ((0.5, -0.5, 0.5), 0.25),
    "II.38.3": ((1.0, 0.5), 2.0),
    "III.9.52": ((1.0, PI, 0.0), 4 / PI**2),
    "III.10.19": ((0.0, 0.0), 1.0),
    "III.17.37": ((1.0, 0.5, PI), 0.5),
}


def test_the_equations_are_those_of_the_paper():
    assert list(FEYNMAN_EQUATIONS) == list(FEYNMAN_VALUES)
    assert len(FEYNMAN_EQUATIONS) == 27
    assert all(problem.name == name for name, problem in FEYNMAN_EQUATIONS.items())


@pytest.mark.parametrize(("name", "inputs", "value"), [(n, *v) for n, v in FEYNMAN_VALUES.items()])
def test_equations_at_known_points(name, inputs, value):
    np.testing.assert_allclose(FEYNMAN_EQUATIONS[name]([inputs]), [[value]], rtol=1e-14, atol=1e-15)


RANGES = {
    "I.6.2": "-1 1, 0.5 2",
    "I.6.2b": "-1.5 1.5, -1.5 1.5, 0.5 2",
    "I.9.18": "-1 1, -1 -0.5, -1 -0.5, 0.5 1, -1 -0.5, 0.5 1",
    "I.12.11": "-1 1, 0 2*pi",
    "I.13.12": "0 1, 0.5 2",
    "I.15.3x": "-1 1, -0.9 0.9",
    "I.16.6": "-0.8 0.8, -0.8 0.8",
    "I.18.4": "0.5 2, -1 1",
    "I.26.2": "0 0.99, 0 2*pi",
    "I.27.6": "0.5 2, 0.5 2",
    "I.29.16": "0 0.9, 0 2*pi, 0 2*pi",
    "I.30.3": "0 4, 0.4*pi 1.6*pi",
    "I.30.5": "-1 1, 1.1 2",
    "I.37.4": "0.1 1, 0 2*pi",
    "I.40.1": "0 1, -1 1",
    "I.44.4": "0 1, 0.25 4",
    "I.50.26": "0 2*pi, 0 1",
    "II.2.42": "0 2, 0 1",
    "II.6.15a": "0.1 1, 0.1 1, 0 1",
    "II.11.7": "0 1, -1 1, 0 2*pi",
    "II.11.27": "0 1, 0 2",
    "II.35.18": "0 1, 0 2",
    "II.36.38": "-1 1, -1 1, -1 1",
    "II.38.3": "0 1, 0.5 2",
    "III.9.52": "0 1, 0 2*pi, 0 2*pi",
    "III.10.19": "-1 1, -1 1",
    "III.17.37": "0 1, 0 1, 0 2*pi",
}


@pytest.mark.parametrize("name", RANGES)
def test_the_inputs_have_the_ranges_of_the_results(name):
    """Reference results hold for these ranges: the low and the high end of each input."""
    ends = [[eval(end, {"pi": PI}) for end in pair.split()] for pair in RANGES[name].split(", ")]
    np.testing.assert_allclose(FEYNMAN_EQUATIONS[name].ranges, ends, rtol=1e-15)
