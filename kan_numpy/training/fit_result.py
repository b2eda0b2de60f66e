"""The result of training: the best network, the history of the run, and why it ended.

Ctrl-C ends a training that the user has called, and the best network so far is the result. Within a
search it ends the search: what calls `train` for its own purposes passes the result to
`uninterrupted`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, NamedTuple

import numpy as np

from kan_numpy.networks.network import NetworkT
from kan_numpy.optimizers.leave_one_out import LARGEST_SHARE, expectation
from kan_numpy.optimizers.optimizer import State
from kan_numpy.training.objective import NetworkObjective

__all__ = ["RISES", "FitResult", "Stage", "ended_stage", "interruption", "told", "uninterrupted"]

History = dict[str, list[float]]
Callback = Callable[[int, NetworkT, History], object]

HISTORY = ["step", "train_loss", "validation_loss", "seconds", "evaluations"]
HISTORY += ["outside", "grid_change"]


RISES = 1.1
"""Finer grids are reported not to help if the expected loss is so many times larger with them."""


class Stage(NamedTuple):
    """What training on the same grids has come to, by Levenberg-Marquardt."""

    step: int  # its last one
    grid_size: int  # the largest G of all layers; 0 without grids
    train_loss: float
    expected_loss: float  # on new samples; NaN if it cannot be told
    effective_parameters: float


@dataclass(frozen=True)
class FitResult(Generic[NetworkT]):
    """The result of `fit`, `train` or `solve_pde`.

    Parameters
    ----------
    network : KAN or MLP
        The network with the lowest loss, on the validation set if there is one.
    history : dict of list
        One entry for each step taken: ``step``, ``train_loss``, ``validation_loss`` (or NaN),
        ``seconds`` since the start, ``evaluations`` of the loss so far, ``outside`` (fraction of
        the activations outside their grids), ``grid_change`` (root mean square of the change of
        the outputs of at most 10,000 samples by new grids before this step). A converged optimizer
        skips to the next change of the grids.
    message : str
        Why training ended; how many parameters there are for how many samples, what loss is
        expected on new samples, and with which grids it would be lower.
    expected_loss : float
        The loss expected on new samples: that on the validation set if there is one, else estimated
        by `kan_numpy.optimizers.leave_one_out` after Levenberg-Marquardt. NaN if it is not known.
    stages : tuple of Stage
        The estimate before each change of the grids and at the end.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> result = kn.fit(kn.KAN([1, 1], rng=0), [[0.0], [1.0]], [[0.0], [1.0]], steps=3)
    >>> result.network, result.history["step"]
    (KAN([1, 1], 9 parameters), [1, 2, 3])
    >>> result.message
    'all 3 steps done; 9 parameters for 2 samples, which do not tell the loss on new ones'
    """

    network: NetworkT
    history: History
    message: str
    expected_loss: float = np.nan
    stages: tuple[Stage, ...] = ()

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C ended training."""
        return self.message.startswith(INTERRUPTED)


def ended_stage(
    objective: NetworkObjective[NetworkT],
    state: State,
    step: int,
    train_loss: float,
    before: list[Stage],
) -> Stage | None:
    """Return the stage that ends in a state after so many steps, None if nothing is known of it."""
    squares, effective = expectation(objective, state, len(objective.x))
    if np.isnan(effective):
        return None
    r = state.memory.model.r
    if max((stage.effective_parameters for stage in before), default=0) > LARGEST_SHARE * len(r):
        squares = np.nan  # what had too many parameters has them still
    # The loss may be in other units than r . r, and may contain a penalty.
    expected = train_loss * squares / (r @ r)
    G = max((layer.grid_size for _, layer in objective.network.kan_layers), default=0)
    return Stage(step, G, train_loss, float(expected), effective)


def told(
    why: str, n_parameters: int, n_samples: int, loss: tuple[float, float], stages: list[Stage]
) -> str:
    """Return the message, from why training ended and the loss in training and expected."""
    text = f"{why}; {n_parameters} parameters for {n_samples} samples"
    if np.isfinite(loss[1]):
        text += f"; expected loss on new samples {loss[1]:.2g} (training {loss[0]:.2g})"
    elif stages:
        text += ", which do not tell the loss on new ones"
    known = [stage for stage in stages if np.isfinite(stage.expected_loss)]
    best = min(known, key=lambda stage: stage.expected_loss, default=None)
    if best is None or stages[-1].grid_size <= best.grid_size:
        return text
    risen, G = stages[-1].expected_loss, stages[-1].grid_size
    if not risen <= RISES * best.expected_loss:  # true for NaN
        text += f"; refining helped up to G = {best.grid_size}, where {best.expected_loss:.2g} was"
        text += f" expected; with G = {G} it is {risen:.2g}" if np.isfinite(risen) else " expected"
    return text


INTERRUPTED = "interrupted"


def interruption(network: NetworkT, history: History | None = None) -> FitResult[NetworkT]:
    """Return the result of a training that Ctrl-C ended; by default before its first step."""
    lists = history or {name: [] for name in HISTORY}
    steps = min(map(len, lists.values()))  # the last one may have been half written
    complete = {name: values[:steps] for name, values in lists.items()}
    when = f"after step {complete['step'][-1]}" if steps else "before the first step"
    return FitResult(network, complete, f"{INTERRUPTED} {when}")


def uninterrupted(result: FitResult[NetworkT]) -> NetworkT:
    """Return the network of a training within a search, which Ctrl-C ends."""
    if result.interrupted:
        raise KeyboardInterrupt(result.message)
    return result.network
