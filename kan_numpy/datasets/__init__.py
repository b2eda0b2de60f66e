"""Chapter 6, datasets: functions of known formula, knots, quantum states, and how to split them."""

from kan_numpy.datasets.toy_functions import *  # noqa: F403
