"""Kolmogorov-Arnold networks in NumPy, every derivative by hand.

`minimal` is a complete network on one page: read it first. `reference` has the same formulas for
single numbers, to compare with, and `gradcheck` is what verifies the gradients. The rest is
fourteen chapters. Each imports only those before it, and says in which order to read its files::

     1  splines              B-spline bases, their derivatives, and curves fitted with them
     2  functions            the functions of one variable on the edges
     3  layers               the maps between two levels of nodes, forward and backward
     4  networks             compositions of layers, from random numbers, arrays or a file
     5  optimizers           minimization of a loss over a vector theta, independent of networks
     6  datasets             functions with known formulas, knots, quantum states, and data splits
     7  training             losses, grids adapted to the data, and fit
     8  sparsity             the importance of edges, and networks without unimportant ones
     9  derivatives          with respect to the inputs of a network, forward and backward
    10  pde                  networks whose derivatives satisfy a differential equation
    11  algebra              expression trees, printed, parsed and simplified
    12  formulas             networks converted to formulas with a certificate, and back
    13  symbolic_regression  splines replaced by known functions, in one call
    14  plotting             networks, histories and movies as figures

Three walks. From ``net(x)`` down to the recursion::

    networks/network   `Network.__call__` sends x from layer to layer
    layers/kan_layer   `KANLayer.features`, then `KANLayer.output`: two matrix products
    splines/bsplines   `BSplineBasis.forward`: the recursion of Cox and de Boor
    splines/intervals  `Intervals.distances`: from x to the knots around it

Then ``splines/windows`` puts the k + 1 values of each point among all G + k.

From ``fit`` down to the gradients of a layer::

    training/fitting                `fit` makes an objective of a network, inputs and targets
    training/training_loop          `train` repeats the step
    optimizers/levenberg_marquardt  `LevenbergMarquardt.step`, or that of another optimizer
    training/objective              `Objective.residuals`, `Objective.jacobian`; or `Objective.fun`
    networks/network                `Network.forward`, then the chain rule: `Network.jacobian`
    layers/kan_layer                one layer: `KANLayer.jacobian`, or `KANLayer.parameter_gradient`

From data to a formula, one after the other::

    symbolic_regression/discovery         `discover`, the complete search
    symbolic_regression/structure_search  the smallest network that is accurate enough
    sparsity/sparsification               training with a penalty, pruning, training again
    sparsity/model_selection              whether a smaller network is as good: `assess`
    symbolic_regression/symbolification   edges become symbols, one after the other
    symbolic_regression/suggestions       the functions that fit an edge, ranked
    symbolic_regression/curve_fit         c f(a x + b) + d fitted to a curve
    formulas/formula                      the network as a formula with a certificate
    formulas/network_to_expression        its symbols composed
    formulas/constant_recognition         constants such as pi/2 recognized
"""

from importlib import import_module
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from kan_numpy.plotting.figures import plot, plot_basis, plot_history
    from kan_numpy.plotting.movie import plot_movie, record
else:

    def __getattr__(name: str) -> object:
        """Import the plots when they are asked for: Matplotlib takes its time to load."""
        if name in ("plot", "plot_basis", "plot_history"):
            return getattr(import_module("kan_numpy.plotting.figures"), name)
        if name in ("plot_movie", "record"):
            return getattr(import_module("kan_numpy.plotting.movie"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        """Name the plots too, for the completion of editors."""
        return sorted({*globals(), *__all__})


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
