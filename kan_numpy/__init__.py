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
    symbolic_regression/first_ideas       what is cheap: a line, polynomials, functions of sums
    sparsity/model_selection              whether a smaller network is as good: `assess`
    sparsity/sparsification               training with a penalty, pruning, training again
    symbolic_regression/symbolification   edges become symbols, one after the other
    symbolic_regression/suggestions       the functions that fit an edge, ranked
    symbolic_regression/curve_fit         c f(a x + b) + d fitted to a curve
    symbolic_regression/candidates        what was found, written as formulas
    formulas/network_to_expression        the symbols of a network composed
    formulas/formula                      the formula with a certificate
    formulas/constant_recognition         constants such as pi/2 recognized
"""

__version__ = "0.1.0"

from importlib import import_module
from pkgutil import iter_modules

_DEFINED = {
    "splines.knots": "uniform_knots",
    "splines.knot_insertion": "refine_spline",
    "splines.bsplines": "bspline_basis",
    "splines.coefficients": "fit_spline",
    "functions.activations": "Activation",
    "functions.symbols": "Symbol",
    "networks.kan": "KAN",
    "networks.weight_tying": "lock unlock",
    "networks.mlp": "MLP",
    "networks.relu_conversion": "to_kan to_relu",
    "optimizers.first_order": "Adam SGD",
    "optimizers.lbfgs": "LBFGS",
    "optimizers.levenberg_marquardt": "LevenbergMarquardt",
    "training.objective": "Objective",
    "training.grids": "adapt_grid refine",
    "training.fit_result": "FitResult",
    "training.training_loop": "train",
    "training.fitting": "fit",
    "sparsity.edge_scores": "edge_scores input_scores node_scores",
    "sparsity.regularization": "Penalty",
    "sparsity.pruning": "prune",
    "sparsity.sparsification": "sparsify",
    "derivatives.separability": "additive_groups multiplicative_groups symmetry",
    "pde.solver": "pde_errors solve_pde",
    "formulas.certificate": "Certificate",
    "formulas.formula": "Formula formula",
    "formulas.formula_to_network": "from_formula",
    "symbolic_regression.suggestions": "suggest_symbolic",
    "symbolic_regression.search_options": "SearchOptions",
    "symbolic_regression.symbolification": "symbolify",
    "symbolic_regression.discovery": "discover",
    "plotting.figures": "plot plot_basis plot_history",
    "plotting.movie": "plot_movie record",
}
"""The public functions and classes, by the file that defines them, in reading order."""

_MODULES = {
    "gradcheck": "gradcheck",
    "minimal": "minimal",
    "reference": "reference",
    "activations": "functions.activations",
    "symbols": "functions.symbols",
    "datasets": "datasets",
    "problems": "datasets.benchmark",
    "special_functions": "datasets.special_functions",
    "feynman": "datasets.feynman",
    "aubry_andre": "datasets.aubry_andre",
    "localization": "datasets.localization",
    "localisation": "datasets.localization",
    "contrastive": "datasets.contrastive",
    "losses": "training.losses",
    "jets": "derivatives.network_jets",
    "pde": "pde",
    "equations": "pde.equations",
}
"""The public modules, each under its short name."""

_HOMES = {name: module for module, names in _DEFINED.items() for name in names.split()}

__all__ = list(_HOMES | _MODULES)


def __getattr__(name: str) -> object:
    """Import what is public when it is asked for: all at once would take a second."""
    if name in _HOMES:
        return getattr(import_module(f"kan_numpy.{_HOMES[name]}"), name)
    if name in _MODULES:
        return import_module(f"kan_numpy.{_MODULES[name]}")
    if name not in {found.name for found in iter_modules(__path__) if found.ispkg}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    chapter = import_module(f"kan_numpy.{name}")
    for file in iter_modules(chapter.__path__):
        import_module(f"kan_numpy.{name}.{file.name}")
    return chapter


def __dir__() -> list[str]:
    """Name what is public, for the completion of editors."""
    return sorted({*globals(), *__all__})
