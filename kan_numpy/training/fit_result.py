"""The result of training: the best network, the history of the run, and why it ended.

Ctrl-C ends a training that the user has called, and the best network so far is the result. Within a
search it ends the search: what calls `train` for its own purposes passes the result to
`uninterrupted`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from kan_numpy.networks.network import NetworkT

History = dict[str, list[float]]
Callback = Callable[[int, NetworkT, History], object]

HISTORY = ["step", "train_loss", "validation_loss", "seconds", "evaluations"]
HISTORY += ["outside", "grid_change"]


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
        Why training ended.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> result = kn.fit(kn.KAN([1, 1], rng=0), [[0.0], [1.0]], [[0.0], [1.0]], steps=3)
    >>> result.network, result.history["step"], result.message
    (KAN([1, 1], 9 parameters), [1, 2, 3], 'all 3 steps done')
    """

    network: NetworkT
    history: History
    message: str

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C ended training."""
        return self.message.startswith(INTERRUPTED)


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
