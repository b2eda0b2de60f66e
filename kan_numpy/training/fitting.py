r"""Training on data: `fit` gives a network, inputs and targets to the training loop."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_list, as_rng
from kan_numpy._arrays import Rng
from kan_numpy._validation import as_count, shown
from kan_numpy.networks.network import NetworkT
from kan_numpy.optimizers.optimizer import Optimizer
from kan_numpy.splines.roughness import STRENGTH
from kan_numpy.training.fit_result import Callback, FitResult, interruption
from kan_numpy.training.grids import warn_if_off_grid
from kan_numpy.training.losses import Loss
from kan_numpy.training.objective import Objective, PenaltyFunction
from kan_numpy.training.training_loop import train
from kan_numpy.training.units import in_own_units

__all__ = ["RANKED_AFTER", "fit"]

RANKED_AFTER = 5
"""Steps after which starts are ranked: enough for a poor one to fall behind."""


def fit(
    network: NetworkT,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    optimizer: Optimizer | None = None,
    steps: int = 50,
    loss: str | Loss = "mse",
    batch_size: int | None = None,
    penalty: PenaltyFunction | None = None,
    validation: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    patience: int | None = None,
    adapt_at: Iterable[int] = (),
    refine_at: Mapping[int, int] | None = None,
    eps: float = 1.0,
    callback: Callback[NetworkT] | None = None,
    progress: bool | None = None,
    rng: Rng = None,
    hold: float = STRENGTH,
    starts: int = 1,
) -> FitResult[NetworkT]:
    r"""Train a network on data.

    Parameters
    ----------
    network : KAN or MLP
        The initial network, which is not changed.
    x : array_like, shape (N, n_in)
        Inputs.
    y : array_like, shape (N, n_out) or (N,)
        Targets (N, n_out) for "mse" and "huber", labels (N,) for "cross_entropy".
    optimizer : Optimizer, optional
        `SGD`, `Adam`, `LBFGS` or `LevenbergMarquardt`. By default Levenberg-Marquardt for "mse",
        "huber" and other sums of squares, if a penalty has a ``curvature``; else L-BFGS.
    steps : int
        Steps of the optimizer, or epochs with a batch size.
    loss : str or Loss
        "mse"; "huber", which outliers do not spoil; "cross_entropy"; or a
        `kan_numpy.training.losses.Loss`.
    batch_size : int, optional
        Samples in a mini-batch, for SGD and Adam; by default all.
    penalty : callable, optional
        A `Penalty`, or your own ``penalty(network, x)`` that returns a number, which is added to
        the training loss, and its gradient (P,). Levenberg-Marquardt needs a ``curvature`` too,
        which `Penalty` has.
    validation : (x, y), optional
        Data that determine which network is the best.
    patience : int, optional
        Stop after so many steps without a new best on the validation set.
    adapt_at : iterable of int
        Before these steps (the first is 0) the grids are adapted, see `adapt_grid`.
    refine_at : dict of int to int, optional
        Before these steps the grids get so many intervals, see `refine`; with ``{20: 10}`` twenty
        steps are taken first. The optimizer starts anew after each change of the grids, because
        what it remembers belongs to other coefficients; only the damping of Levenberg-Marquardt
        stays if it has fallen.
    eps : float
        For `adapt_grid`; data with heavy tails need less than 1.
    callback : callable, optional
        ``callback(step, network, history)`` after each step, with a copy of the history; if it
        returns True, training stops.
    progress : bool, optional
        Whether a line of progress is written to stderr, in a terminal or a notebook; by default
        only in a terminal.
    rng : int, Generator or None
        Draws the starts and shuffles the mini-batches; what `numpy.random.default_rng` takes.
    hold : float
        :math:`\kappa`, the strength of the prior on coefficients that few samples determine, see
        `kan_numpy.training.smoothness`: a network as drawn is held to straight lines there, any
        other where it is. 0 leaves them free.
    starts : int
        Of so many networks, the given one and others drawn like it, the one with the lowest loss
        after 5 steps is trained. 6 make poor starts rare.

    Returns
    -------
    FitResult
        The best network, and the history of its training. Ctrl-C ends training at any moment, and
        the best network so far is returned.

    Raises
    ------
    ValueError
        If x or y has another shape or is not finite, a number lies outside its range, patience has
        no validation set, the optimizer cannot use the batch size, loss or penalty, or starts are
        to be drawn like a network that was trained.
    TypeError
        If an argument is of a wrong type, or the grids of an MLP are to be changed.

    Warns
    -----
    RuntimeWarning
        If the loss became NaN or infinite, and training stopped for that; or if many inputs lie
        outside the grids of a trained network, or fill less than an interval of them.

    Notes
    -----
    Units of inputs and outputs do not matter, see `kan_numpy.training.units`.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> x, labels = kn.datasets.two_moons(100, rng=0)
    >>> net = kn.KAN([2, 2], grid_range=(-1.5, 2.5), rng=0)
    >>> found = kn.fit(net, x, labels, loss="cross_entropy").network  # by L-BFGS
    >>> bool((found(x).argmax(axis=1) == labels).all())
    True
    """
    try:
        generator = as_rng(rng)
        objective, steps = Objective(network, x, y, loss, penalty), as_count("steps", steps, 0)
        held_out = None if validation is None else _validation_objective(network, validation, loss)
        if as_count("starts", starts, 1) > 1:
            short = min(steps, RANKED_AFTER)
            objective, ranked = _best_start(
                objective, starts, optimizer, short, batch_size, generator
            )
            if ranked.interrupted:
                return ranked
        own, own_held_out = in_own_units(objective, held_out) if steps else (objective, held_out)
    except KeyboardInterrupt:
        return interruption(network)
    others = (patience, adapt_at, refine_at, eps, callback, progress, generator, hold)
    result = train(own, optimizer, steps, batch_size, own_held_out, *others)
    warn_if_off_grid(result.network, objective.x)
    return result


def _best_start(
    objective: Objective[NetworkT],
    count: int,
    optimizer: Optimizer | None,
    steps: int,
    batch_size: int | None,
    rng: np.random.Generator,
) -> tuple[Objective[NetworkT], FitResult[NetworkT]]:
    """Return the best start of so many, as an objective, and what the ranking found from there."""
    network = objective.network
    if network.init is None:
        raise ValueError(
            "starts needs a network as drawn, such as KAN([2, 5, 1]), to draw others like it, but"
            " this one was trained or changed: leave starts out, or draw a new one"
        )
    found = []
    for n in range(count):
        start = objective.on(network.redrawn(rng) if n else network)
        own, _ = in_own_units(start, None)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a start that diverges is no best one
            result = train(own, optimizer, steps, batch_size, progress=False, rng=rng)
        found.append((own.loss_of(result.network), n, start, result))
        if result.interrupted:
            break
    _, _, start, best = min(found)
    return start, replace(best, message=result.message)


def _validation_objective(
    network: NetworkT, validation: tuple[npt.ArrayLike, npt.ArrayLike], loss: str | Loss
) -> Objective[NetworkT]:
    try:
        x, y = as_list("validation", validation, "a pair (x, y)")
    except (TypeError, ValueError):
        raise ValueError(f"validation must be a pair (x, y), but is {shown(validation)}") from None
    try:
        return Objective(network, x, y, loss)
    except (TypeError, ValueError) as error:
        raise type(error)(f"validation: {error}") from None
