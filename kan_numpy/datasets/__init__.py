"""Chapter 6, datasets: functions of known formula, knots, quantum states, and how to split them."""

from kan_numpy.datasets.hyperbolic_knots import KnotTable, load_knots, signature_from_slope
from kan_numpy.datasets.moons import two_moons
from kan_numpy.datasets.preprocessing import Split, split
from kan_numpy.datasets.toy_functions import TOY_FUNCTIONS, ToyFunction, toy
from kan_numpy.functions.scaling import Scaler

__all__ = [
    "TOY_FUNCTIONS",
    "KnotTable",
    "Scaler",
    "Split",
    "ToyFunction",
    "load_knots",
    "signature_from_slope",
    "split",
    "toy",
    "two_moons",
]
