r"""Training: steps of an optimizer, with grids that adapt and grow on the way.

`fit` repeats an optimizer's step, keeps a history and the best network, and stops for one of six
reasons, which it says: all steps done, no better step found, no progress on the validation set, a
loss that is not finite, the callback's wish, or Ctrl-C. In each case the best network so far is
returned.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Rng, some_rows
from kan_numpy._validation import as_count, as_rng
from kan_numpy.networks.checks import as_kan
from kan_numpy.networks.network import NetworkT
from kan_numpy.optimizers.first_order import FirstOrder, as_batch_size
from kan_numpy.optimizers.levenberg_marquardt import LevenbergMarquardt
from kan_numpy.optimizers.optimizer import Optimizer, State, as_optimizer
from kan_numpy.training.grid_schedule import Changes, schedule
from kan_numpy.training.losses import Loss
from kan_numpy.training.objective import Objective, Penalty

History = dict[str, list[float]]
Callback = Callable[[int, NetworkT, History], object]

HISTORY = ["step", "train_loss", "validation_loss", "seconds", "evaluations"]
HISTORY += ["outside", "grid_change"]

WATCHED_ROWS, WATCHED_EVERY = 10_000, 10
"""How many samples, and at which distance of steps, tell the share outside the grids."""


@dataclass(frozen=True)
class FitResult(Generic[NetworkT]):
    """The result of `fit`.

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


def fit(
    network: NetworkT,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    optimizer: Optimizer | None = None,
    steps: int = 50,
    loss: str | Loss = "mse",
    batch_size: int | None = None,
    penalty: Penalty | None = None,
    validation: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    patience: int | None = None,
    adapt_at: Iterable[int] = (),
    refine_at: Mapping[int, int] | None = None,
    eps: float = 1.0,
    callback: Callback[NetworkT] | None = None,
    progress: bool | None = None,
    rng: Rng = None,
) -> FitResult[NetworkT]:
    """Train a network on data.

    Parameters
    ----------
    network : KAN or MLP
        The initial network, which is not changed.
    x : array_like, shape (N, n_in)
        Inputs.
    y : array_like, shape (N, n_out) or (N,)
        Targets (N, n_out) for "mse", labels (N,) for "cross_entropy".
    optimizer : Optimizer, optional
        `SGD`, `Adam`, `LBFGS` or `LevenbergMarquardt`, which is the default.
    steps : int
        Steps of the optimizer, or epochs with a batch size.
    loss : str or Loss
        "mse", "cross_entropy", or a `kan_numpy.training.losses.Loss`.
    batch_size : int, optional
        Samples in a mini-batch, for SGD and Adam; by default all.
    penalty : callable, optional
        A `Penalty`, or your own ``penalty(network, x)`` that returns a number, which is added to
        the training loss, and its gradient (P,). Levenberg-Marquardt needs its ``curvature`` too.
    validation : (x, y), optional
        Data that determine which network is the best.
    patience : int, optional
        Stop after so many steps without a new best on the validation set.
    adapt_at : iterable of int
        Before these steps (the first is 0) the grids are adapted, see `adapt_grid`.
    refine_at : dict of int to int, optional
        Before these steps the grids get so many intervals, see `refine`. The optimizer starts again
        after each change of the grids, because its memory belongs to the old coefficients.
    eps : float
        For `adapt_grid`.
    callback : callable, optional
        ``callback(step, network, history)`` after each step; if it returns True, training stops.
    progress : bool, optional
        Whether a line of progress is written to stderr; by default only in a terminal.
    rng : int, Generator or None
        Shuffles the mini-batches; what `numpy.random.default_rng` takes.

    Returns
    -------
    FitResult
        The best network, and the history of its training.

    Raises
    ------
    ValueError
        If x or y has another shape or is not finite, a number lies outside its range, patience has
        no validation set, or the optimizer cannot use the batch size, loss or penalty.
    TypeError
        If an argument is of a wrong type, or the grids of an MLP are to be changed.

    Warns
    -----
    RuntimeWarning
        If training stopped because the loss became NaN or infinite.

    Examples
    --------
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> x = np.linspace(-1, 1, 50)[:, None]
    >>> result = kn.fit(kn.KAN([1, 1], rng=0), x, x**2, steps=20)
    >>> result.network([[0.5]]).round(3)
    array([[0.25]])
    """
    objective = Objective(network, x, y, loss, penalty)
    check = None if validation is None else _validation_objective(network, validation, loss)
    if patience is not None and check is None:
        raise ValueError("patience needs a validation set: give validation=(x, y)")
    if not (callback is None or callable(callback)):
        raise TypeError(f"callback must be a function, but is {callback!r}")
    chosen = as_optimizer(optimizer, LevenbergMarquardt())
    size, generator = as_batch_size(batch_size, chosen), as_rng(rng)
    total = as_count("steps", steps, 0)
    changes = schedule(adapt_at, refine_at, total, eps, objective.x)
    if changes:
        as_kan(network)
    wait = total if patience is None else as_count("patience", patience, 1)
    show = sys.stderr.isatty() if progress is None else progress
    # A loss that overflows is noticed by the run; NumPy need not warn as well.
    user_warnings = dict(np.geterr())
    with np.errstate(all="ignore"):
        run = _Run(objective, check, chosen, size, generator, user_warnings)
        message = run.go(total, changes, wait, callback, show)
    return FitResult(run.best, run.history, message)


@dataclass
class _Run(Generic[NetworkT]):
    """One training run, the only mutable object here."""

    objective: Objective[NetworkT]
    check: Objective[NetworkT] | None
    optimizer: Optimizer
    batch_size: int | None
    rng: np.random.Generator
    user_warnings: dict[str, Any]
    history: History = field(default_factory=lambda: {name: [] for name in HISTORY})

    def __post_init__(self) -> None:
        """Score the network that training starts with."""
        self.started = time.perf_counter()
        self.state = self.optimizer.start(self.objective, self.objective.network.theta)
        self.best, self.waiting = self.objective.network, 0
        self.best_score = self._score(self.best, self.state.loss)

    def go(
        self,
        steps: int,
        changes: Changes,
        wait: int,
        callback: Callback[NetworkT] | None,
        show: bool,
    ) -> str:
        """Train, and return why training ended."""
        step = 0
        try:
            while step < steps:
                grid_change = self._change_grids(changes[step]) if step in changes else 0.0
                self._advance()
                step += 1
                if not np.isfinite(self.state.loss):
                    return self._diverged(step)
                network = self._record(step, grid_change)
                if show:
                    self._show(step, steps)
                if callback is not None and self._asked_to_stop(callback, step, network):
                    return f"stopped by the callback after step {step}"
                if self.waiting >= wait and step < steps:
                    return f"no progress on the validation set for {wait} steps, after step {step}"
                if self.state.converged:
                    later = [change for change in changes if step <= change < steps]
                    if not later:
                        return f"no better step found after step {step}"
                    step = min(later)
        except KeyboardInterrupt:
            return f"interrupted after step {step}"
        finally:
            if show:
                sys.stderr.write("\n")
        return f"all {steps} steps done"

    def _asked_to_stop(self, callback: Callback[NetworkT], step: int, network: NetworkT) -> bool:
        """Call the user's function, with the user's own floating-point warnings."""
        with np.errstate(**self.user_warnings):
            answer = callback(step, network, self.history)
        return isinstance(answer, bool | np.bool_) and bool(answer)

    def _advance(self) -> None:
        """Take one step, or one epoch of mini-batches."""
        if self.batch_size is None or not isinstance(self.optimizer, FirstOrder):
            self.state = self.optimizer.step(self.objective, self.state)
            return
        theta, _, _, used, memory, _ = self.state
        order = self.rng.permutation(len(self.objective.x))
        for start in range(0, len(order), self.batch_size):
            rows = order[start : start + self.batch_size]
            gradient = self.objective.batch(rows).fun(theta)[1]
            move, memory = self.optimizer.move(gradient, memory)
            theta, used = theta + move, used + 1
        self.state = State(theta, self.objective.value(theta), gradient, used, memory)

    def _change_grids(self, change: Callable[[Any], Any]) -> float:
        """Change the grids, start the optimizer anew, and return how far the outputs moved."""
        before = self._network()
        after = change(before)
        self.waiting = 0
        self.objective = self.objective.on(after)
        used = self.state.evaluations
        state = self.optimizer.start(self.objective, after.theta)
        self.state = state._replace(evaluations=used + state.evaluations)
        x = some_rows(self.objective.x, WATCHED_ROWS)
        return float(np.sqrt(np.mean((before._forward(x)[0] - after._forward(x)[0]) ** 2)))

    def _record(self, step: int, grid_change: float) -> NetworkT:
        """Write the history, and keep the network if it is the best so far."""
        network = self._network()
        score = self._score(network, self.state.loss)
        self.waiting += 1
        if score < self.best_score:
            self.best, self.best_score, self.waiting = network, score, 0
        if step % WATCHED_EVERY == 1 or grid_change or not self.history["outside"]:
            self.outside = self._outside_share(network)
        values = (
            step,
            self.state.loss,
            np.nan if self.check is None else score,
            time.perf_counter() - self.started,
            self.state.evaluations,
            self.outside,
            grid_change,
        )
        for name, value in zip(HISTORY, values, strict=True):
            self.history[name].append(value)
        return network

    def _outside_share(self, network: NetworkT) -> float:
        """Return the share of the activations, of some samples, that no grid covers."""
        _, caches = network._forward(some_rows(self.objective.x, WATCHED_ROWS))
        shares = [
            layer.fraction_outside_grid(cache.x)
            for layer, cache in zip(network.layers, caches, strict=True)
        ]
        return float(np.average(shares, weights=[cache.x.size for cache in caches]))

    def _score(self, network: NetworkT, train_loss: float) -> float:
        """Return the loss that decides which network is the best."""
        if self.check is None:
            return train_loss
        return self.check.on(network).value(network.theta)

    def _network(self) -> NetworkT:
        # A copy, because an optimizer of the user's own may go on writing into its theta.
        return self.objective.network._with_theta(self.state.theta.copy())

    def _diverged(self, step: int) -> str:
        message = (
            f"the loss became {self.state.loss} at step {step}: the best network so far is"
            " returned; a smaller learning rate or scaled data may help"
        )
        warnings.warn(message, RuntimeWarning, stacklevel=4)
        return message

    def _show(self, step: int, steps: int) -> None:
        now = {name: values[-1] for name, values in self.history.items()}
        line = f"\rstep {step}/{steps}  loss {now['train_loss']:.3e}"
        if self.check is not None:
            line += f"  validation {now['validation_loss']:.3e}"
        line += f"  outside {100 * now['outside']:.1f} %  {now['seconds']:.1f} s "
        sys.stderr.write(line)
        sys.stderr.flush()


def _validation_objective(
    network: NetworkT, validation: tuple[npt.ArrayLike, npt.ArrayLike], loss: str | Loss
) -> Objective[NetworkT]:
    try:
        x, y = validation
    except (TypeError, ValueError):
        raise ValueError("validation must be a pair (x, y)") from None
    try:
        return Objective(network, x, y, loss)
    except (TypeError, ValueError) as error:
        raise type(error)(f"validation: {error}") from None
