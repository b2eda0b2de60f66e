r"""The whole way from data to a formula in one call."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array, Rng
from kan_numpy._validation import as_choice, as_names, as_rng
from kan_numpy.algebra.parsing import FUNCTIONS
from kan_numpy.formulas.formula import Formula, enough_digits, formula
from kan_numpy.functions.symbols import Symbol, as_symbols
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.networks.checks import checked_inputs
from kan_numpy.networks.edges import scaled_outputs
from kan_numpy.networks.kan import KAN
from kan_numpy.symbolic_regression.search_options import SearchOptions
from kan_numpy.symbolic_regression.structure_search import StructureSearch
from kan_numpy.training.objective import Objective


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

    `kan_numpy.symbolic_regression.structure_search` tells how networks are searched, and
    `kan_numpy.formulas.formula` how a network is read.

    Parameters
    ----------
    network : KAN
        Where to start, larger than needed; left as it is. Others of its shape are tried too, and
        small ones with a multiplication node.
    x : array_like, shape (N, n_in)
        Inputs.
    y : array_like
        Targets: (N, n_out) for "mse", labels (N,) for "cross_entropy".
    variables, outputs : sequence of str, optional
        Names for the formula.
    functions : iterable of str or Symbol, optional
        What edges may become; by default all of `SYMBOLS` that differ from each other.
    loss : {"mse", "cross_entropy"}
        The formula of a classifier gives its logits.
    progress : bool, optional
        True for lines on stderr, False for silence; by default only in a terminal.
    rng : int, Generator or None
        Divides the data and starts networks.
    options : SearchOptions, optional
        What steers the search.

    Returns
    -------
    Formula
        ``.network`` is the symbolic network, ``.certificate`` tells how far the formula can be
        trusted. Edges that look like no function stay splines, and appear as s_layer_out_inp.

    Raises
    ------
    ValueError, TypeError
        If an argument does not make sense.

    Examples
    --------
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> x = np.random.default_rng(0).uniform(-1, 1, (1000, 2))
    >>> y = np.exp(np.sin(np.pi * x[:, :1]) + x[:, 1:] ** 2)
    >>> net = kn.KAN([2, 5, 1], grid_size=5, rng=0)
    >>> print(kn.discover(net, x, y, variables=["x", "y"]))
    exp(sin(pi*x) + y**2)
    """
    points, steer = checked_inputs(network, x), options or SearchOptions()
    if not isinstance(steer, SearchOptions):
        raise TypeError(f"options must be SearchOptions(...), but is {options!r}")
    squares = as_choice("loss", loss, ("mse", "cross_entropy")) == "mse"
    data = Objective(network, points, y, loss)
    inputs = as_names("variables", variables, FUNCTIONS, network.widths[0], "x")
    names = as_names("outputs", outputs, FUNCTIONS, network.widths[-1], "y")
    if len(points) < (least := steer.fewest_samples):
        raise ValueError(f"x must hold at least {least} samples, but holds {len(points)}")
    if (same := np.ptp(data.target, axis=0) == 0.0).any():
        what = "y must vary, but is constant in column" if squares else "y lacks the class"
        raise ValueError(f"{what} {int(np.argmax(same))}")
    symbols = None if functions is None else as_symbols(functions)
    show = sys.stderr.isatty() if progress is None else progress

    def log(line: str) -> None:
        if show:
            sys.stderr.write(line + "\n")

    # In units of its own spread, no output drowns in the others.
    spread = data.target.std(axis=0) if squares else np.ones(len(names))
    start, scaled = scaled_outputs(network, 1.0 / spread), data.y / spread if squares else data.y
    problem = Objective(start, points, scaled, loss)
    found = StructureSearch(problem, steer, symbols, as_rng(rng), log).run()
    found = scaled_outputs(found, spread) if squares else _centered(found, points)
    exact = formula(found, inputs, names, points, data.target if squares else None)
    log(f"formula: {exact}")
    return enough_digits(exact, data)


def _centered(network: KAN, x: Array) -> KAN:
    """Return the network with outputs whose common mean is 0, which changes no class."""
    last = network.layers[-1]
    if not isinstance(last, KANLayer):
        return network
    centered = replace(last, bias=last.bias - network(x).mean())
    return KAN.from_layers([*network.layers[:-1], centered])
