"""What is public, as type checkers and editors see it; `__init__.py` imports it when it is used."""

__version__: str

from kan_numpy import datasets, gradcheck, minimal, pde, reference
from kan_numpy.datasets import aubry_andre, contrastive, feynman, localization, special_functions
from kan_numpy.datasets import benchmark as problems
from kan_numpy.datasets import localization as localisation
from kan_numpy.derivatives import network_jets as jets
from kan_numpy.derivatives.separability import additive_groups, multiplicative_groups, symmetry
from kan_numpy.formulas.certificate import Certificate
from kan_numpy.formulas.formula import Formula, formula
from kan_numpy.formulas.formula_to_network import from_formula
from kan_numpy.functions import activations, symbols
from kan_numpy.functions.activations import Activation
from kan_numpy.functions.symbols import Symbol
from kan_numpy.networks.kan import KAN
from kan_numpy.networks.mlp import MLP
from kan_numpy.networks.relu_conversion import to_kan, to_relu
from kan_numpy.networks.weight_tying import lock, unlock
from kan_numpy.optimizers.first_order import SGD, Adam
from kan_numpy.optimizers.lbfgs import LBFGS
from kan_numpy.optimizers.levenberg_marquardt import LevenbergMarquardt
from kan_numpy.pde import equations
from kan_numpy.pde.solver import pde_errors, solve_pde
from kan_numpy.plotting.figures import plot, plot_basis, plot_history
from kan_numpy.plotting.movie import plot_movie, record
from kan_numpy.sparsity.edge_scores import edge_scores, input_scores, node_scores
from kan_numpy.sparsity.pruning import prune
from kan_numpy.sparsity.regularization import Penalty
from kan_numpy.sparsity.sparsification import sparsify
from kan_numpy.splines.bsplines import bspline_basis
from kan_numpy.splines.coefficients import fit_spline
from kan_numpy.splines.knot_insertion import refine_spline
from kan_numpy.splines.knots import uniform_knots
from kan_numpy.symbolic_regression.discovery import discover
from kan_numpy.symbolic_regression.search_options import SearchOptions
from kan_numpy.symbolic_regression.suggestions import suggest_symbolic
from kan_numpy.symbolic_regression.symbolification import symbolify
from kan_numpy.training import losses
from kan_numpy.training.fit_result import FitResult
from kan_numpy.training.fitting import fit
from kan_numpy.training.grids import adapt_grid, refine
from kan_numpy.training.objective import Objective
from kan_numpy.training.training_loop import train

__all__ = [
    "KAN",
    "LBFGS",
    "MLP",
    "SGD",
    "Activation",
    "Adam",
    "Certificate",
    "FitResult",
    "Formula",
    "LevenbergMarquardt",
    "Objective",
    "Penalty",
    "SearchOptions",
    "Symbol",
    "activations",
    "adapt_grid",
    "additive_groups",
    "aubry_andre",
    "bspline_basis",
    "contrastive",
    "datasets",
    "discover",
    "edge_scores",
    "equations",
    "feynman",
    "fit",
    "fit_spline",
    "formula",
    "from_formula",
    "gradcheck",
    "input_scores",
    "jets",
    "localisation",
    "localization",
    "lock",
    "losses",
    "minimal",
    "multiplicative_groups",
    "node_scores",
    "pde",
    "pde_errors",
    "plot",
    "plot_basis",
    "plot_history",
    "plot_movie",
    "problems",
    "prune",
    "record",
    "reference",
    "refine",
    "refine_spline",
    "solve_pde",
    "sparsify",
    "special_functions",
    "suggest_symbolic",
    "symbolify",
    "symbols",
    "symmetry",
    "to_kan",
    "to_relu",
    "train",
    "uniform_knots",
    "unlock",
]
