"""Discovery of a formula from data, in one call."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_choice, as_instance, as_names, as_rng
from kan_numpy._arrays import Rng
from kan_numpy._deadline import Deadline
from kan_numpy._progress import is_wanted
from kan_numpy.algebra.parsing import FUNCTIONS
from kan_numpy.functions.scaling import Scaler
from kan_numpy.functions.symbols import Symbol, as_symbols
from kan_numpy.networks.checks import checked_inputs
from kan_numpy.networks.edges import scaled_inputs, scaled_outputs
from kan_numpy.networks.kan import KAN
from kan_numpy.symbolic_regression.candidates import FoundFormula, Writer
from kan_numpy.symbolic_regression.search_options import SearchOptions
from kan_numpy.symbolic_regression.structure_search import StructureSearch
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
    seconds: float | None = None,
) -> FoundFormula:
    """Find a formula for data: sparse training, pruning, refinement, symbols, constants.

    The search for networks is described in `kan_numpy.symbolic_regression.structure_search`, the
    conversion to a formula in `kan_numpy.formulas.formula`.

    Parameters
    ----------
    network : KAN
        The initial network, larger than needed, which is not changed. Its grids are laid on the
        data, whose units do not matter. Other networks of its shape and small ones with a
        multiplication node are also tried.
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
    seconds : float, optional
        A limit on the time that this may take. Without one, it takes what it takes.

    Returns
    -------
    Formula
        ``.network`` is the symbolic network. Edges that no function fits remain splines, and appear
        as s_layer_out_inp. ``.certificate`` holds the errors on samples that were put aside before
        anything was fitted (a tenth of them, drawn by rng, see `SearchOptions`), and says whether
        the formula is exact. ``.candidates`` are formulas that were found on the way, the simplest
        first, each a `kan_numpy.symbolic_regression.candidates.Candidate` with ``formula``,
        ``complexity``, ``error`` on the same samples, ``chosen`` and ``why``.

    Raises
    ------
    ValueError
        If x or y has another shape or is not finite, there are too few samples, y is constant or
        lacks a class, or a name, function or loss is not known.
    TypeError
        If network is not a KAN, or a name or function is of a wrong type.
    KeyboardInterrupt
        After Ctrl-C, before there is more than a straight line.

    Warns
    -----
    RuntimeWarning
        If it was stopped by Ctrl-C or the limit on time: the best formula so far is returned, and
        the warning says what was not tried. Or if nothing explains the data.

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
    deadline = Deadline.after(seconds)
    points, steer = checked_inputs(network, x), SearchOptions() if options is None else options
    as_instance("options", steer, SearchOptions, "SearchOptions(...)")
    squares = as_choice("loss", loss, ("mse", "huber", "cross_entropy")) != "cross_entropy"
    data = Objective(network, points, y, loss)
    inputs = as_names("variables", variables, FUNCTIONS, network.widths[0], "x")
    names = as_names("outputs", outputs, FUNCTIONS, network.widths[-1], "y")
    _require_variety(data, steer.fewest_samples, squares)
    symbols = None if functions is None else as_symbols(functions)
    show = is_wanted(progress)

    def log(line: str) -> None:
        if show:
            sys.stderr.write(line + "\n")

    generator = as_rng(rng)
    rows, aside = steer.put_aside(data, generator)
    fitted, put_aside = data.batch(rows), bool(len(aside))
    other = data.batch(aside) if put_aside else fitted
    # The search has units of its own; outputs with unit variance have the same weight.
    spread = np.sqrt(fitted.variances) if squares else np.ones(len(names))
    units, start = steer.units(fitted.x), scaled_outputs(network, 1.0 / spread)
    if network.init is None:  # it is not as drawn, but a function of x
        start = scaled_inputs(start, Scaler(-units.center / units.scale, 1.0 / units.scale))
    y = fitted.y / spread if squares else fitted.y
    problem = Objective(start, units(fitted.x), y, loss)
    selection = StructureSearch(problem, steer, symbols, generator, log, spread, deadline).run()
    selection = selection.in_units(units)
    writer = Writer(fitted, other, put_aside, inputs, names, spread)
    found = writer.with_candidates(selection, steer.seconds_for_others)
    log(f"formula: {found}")
    return found


def _require_variety(data: Objective[KAN], least: int, squares: bool) -> None:
    """Refuse too few samples, and inputs or outputs that do not vary."""
    if len(data.x) < least:
        raise ValueError(f"x must hold at least {least} samples, but holds {len(data.x)}")
    if not np.ptp(data.x, axis=0).any():
        raise ValueError("x must vary, but all its columns are constant: y is no function of them")
    if (same := np.ptp(data.target, axis=0) == 0.0).any():
        what = "y must vary, but is constant in column" if squares else "y lacks the class"
        raise ValueError(f"{what} {int(np.argmax(same))}")
