"""Kolmogorov-Arnold networks in NumPy, every derivative by hand: the public names."""

from kan_numpy import activations, datasets, gradcheck, losses, reference
from kan_numpy.activations import Activation
from kan_numpy.bsplines import bspline_basis, uniform_knots
from kan_numpy.coefficients import fit_spline, refine_spline
from kan_numpy.grids import adapt_grid, refine
from kan_numpy.lbfgs import LBFGS
from kan_numpy.levenberg_marquardt import LevenbergMarquardt
from kan_numpy.network import KAN
from kan_numpy.objective import Objective
from kan_numpy.optimizers import SGD, Adam
from kan_numpy.training import FitResult, fit

__all__ = [
    "KAN",
    "LBFGS",
    "SGD",
    "Activation",
    "Adam",
    "FitResult",
    "LevenbergMarquardt",
    "Objective",
    "activations",
    "adapt_grid",
    "bspline_basis",
    "datasets",
    "fit",
    "fit_spline",
    "gradcheck",
    "losses",
    "reference",
    "refine",
    "refine_spline",
    "uniform_knots",
]
