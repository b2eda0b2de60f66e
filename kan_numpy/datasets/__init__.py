"""Chapter 6, datasets: functions with known formulas, knots, quantum states, and data splits.

The lessons train on them; each of lessons 13a to 13d is about one. Read the files in this order;
each imports only those above it::

    preprocessing      rows split into training and test samples
    benchmark          problems with a known solution: a formula on a box
    toy_functions      the functions of the lessons
    moons              two classes that are not linearly separable
    hyperbolic_knots   the invariants of 12,954 knots
    special_functions  fifteen special functions
    feynman            27 equations of Feynman's lectures
    aubry_andre        two quasiperiodic chains, and the localization of their states
    localization       these states, labeled localized or extended
    contrastive        relations that hold for real rows, not for shuffled ones
"""

from kan_numpy.datasets.benchmark import Benchmark
from kan_numpy.datasets.hyperbolic_knots import KnotTable, load_knots, signature_from_slope
from kan_numpy.datasets.moons import two_moons
from kan_numpy.datasets.preprocessing import Split, split
from kan_numpy.datasets.toy_functions import TOY_FUNCTIONS, toy
from kan_numpy.functions.scaling import Scaler

__all__ = [
    "TOY_FUNCTIONS",
    "Benchmark",
    "KnotTable",
    "Scaler",
    "Split",
    "load_knots",
    "signature_from_slope",
    "split",
    "toy",
    "two_moons",
]
