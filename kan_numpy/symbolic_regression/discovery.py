"""Discovery of a formula from data, in one call."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_choice, as_instance, as_names, as_rng
from kan_numpy._arrays import Array, Rng
from kan_numpy._progress import is_wanted
from kan_numpy.algebra.parsing import FUNCTIONS
from kan_numpy.formulas.formula import Formula, enough_digits, formula
from kan_numpy.functions.symbols import Symbol, as_symbols
from kan_numpy.networks.checks import checked_inputs
from kan_numpy.networks.edges import scaled_outputs
from kan_numpy.networks.kan import KAN
from kan_numpy.symbolic_regression.search_options import SearchOptions
from kan_numpy.symbolic_regression.structure_search import StructureSearch
from kan_numpy.training.losses import WeightedLoss
from kan_numpy.training.objective import Objective

__all__ = ["discover"]


def discover(
    network: KAN,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    variables: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
    functions: Iterable[str | Symbol] | None = None,
    loss: str = "mse",
    progress: bool | None = None,
    rng: Rng = 0,
    options: SearchOptions | None = None,
) -> Formula:
    """Find a formula for data: sparse training, pruning, refinement, symbols, constants.

    The search for networks is described in `kan_numpy.symbolic_regression.structure_search`, the
    conversion to a formula in `kan_numpy.formulas.formula`.

    Parameters
    ----------
    network : KAN
        The initial network, larger than needed, which is not changed. Other networks of its shape
        and small ones with a multiplication node are also tried.
    x : array_like, shape (N, n_in)
        Inputs.
    y : array_like, shape (N, n_out) or (N,)
        Targets (N, n_out) for "mse" and "huber", labels (N,) for "cross_entropy".
    variables, outputs : sequence of str, optional
        Names of the inputs and outputs in the formula.
    functions : iterable of str or Symbol, optional
        The functions of edges; by default all of `SYMBOLS` that differ from each other.
    loss : {"mse", "huber", "cross_entropy"}
        With "huber", outliers do not spoil the search. For "cross_entropy" the formula is that of
        the logits.
    progress : bool, optional
        Whether lines of progress are written to stderr; by default only in a terminal.
    rng : int, Generator or None
        Splits the data and initializes networks; what `numpy.random.default_rng` takes.
    options : SearchOptions, optional
        The parameters of the search.

    Returns
    -------
    Formula
        ``.network`` is the symbolic network, ``.certificate`` holds the errors. Edges that no
        function fits remain splines, and appear as s_layer_out_inp.

    Raises
    ------
    ValueError
        If x or y has another shape or is not finite, there are too few samples, y is constant or
        lacks a class, or a name, function or loss is not known.
    TypeError
        If network is not a KAN, or a name or function is of a wrong type.

    Examples
    --------
    With few functions to choose from the search is fast:

    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> x = np.linspace(-1, 1, 50)[:, None]
    >>> net = kn.KAN([1, 1], grid_size=3, rng=0)
    >>> print(kn.discover(net, x, np.sin(2 * x) + 1, variables=["x"], functions=["sin"]))
    sin(2*x) + 1
    """
    points, steer = checked_inputs(network, x), SearchOptions() if options is None else options
    as_instance("options", steer, SearchOptions, "SearchOptions(...)")
    squares = as_choice("loss", loss, ("mse", "huber", "cross_entropy")) != "cross_entropy"
    data = Objective(network, points, y, loss)
    inputs = as_names("variables", variables, FUNCTIONS, network.widths[0], "x")
    names = as_names("outputs", outputs, FUNCTIONS, network.widths[-1], "y")
    if len(points) < (least := steer.fewest_samples):
        raise ValueError(f"x must hold at least {least} samples, but holds {len(points)}")
    if not np.ptp(points, axis=0).any():
        raise ValueError("x must vary, but all its columns are constant: y is no function of them")
    if (same := np.ptp(data.target, axis=0) == 0.0).any():
        what = "y must vary, but is constant in column" if squares else "y lacks the class"
        raise ValueError(f"{what} {int(np.argmax(same))}")
    symbols = None if functions is None else as_symbols(functions)
    show = is_wanted(progress)

    def log(line: str) -> None:
        if show:
            sys.stderr.write(line + "\n")

    # Outputs are scaled to unit variance, so that all have the same weight.
    spread = np.sqrt(data.variances) if squares else np.ones(len(names))
    start, scaled = scaled_outputs(network, 1.0 / spread), data.y / spread if squares else data.y
    problem = Objective(start, points, scaled, loss)
    found = StructureSearch(problem, steer, symbols, as_rng(rng), log).run()
    found = scaled_outputs(found, spread) if squares else _centered(found, points)
    exact = formula(
        found, inputs, names, points, _without_outliers(data, found) if squares else None
    )
    log(f"formula: {exact}")
    return enough_digits(exact, data)


def _without_outliers(data: Objective[KAN], network: KAN) -> Array:
    """Return the targets (N, n_out), moved towards the network in so far as they have less weight.

    So constants do not follow outliers either (P. Huber, Robust Statistics, 1981, sec. 7.8).
    """
    if not isinstance(data.loss, WeightedLoss):
        return data.target
    y = network(data.x)
    w = data.loss.weights(y, data.target)
    return y + w / w.max(axis=0) * (data.target - y)


def _centered(network: KAN, x: Array) -> KAN:
    """Return the network with logits of zero mean on x (N, n_in), the classes unchanged."""
    l, last = network.kan_layers[-1]
    if l < len(network.layers) - 1:
        return network
    return network.with_layer(l, replace(last, bias=last.bias - network(x).mean()))
