r"""The training loop: steps of an optimizer, with grids that are adapted and refined in between.

`train` repeats the step of an optimizer on any `NetworkObjective`, and records a history and the
best network. It stops for one of six reasons: all steps are done, no better step is found, there is
no progress on the validation set, the loss is not finite, the callback asks for it, or Ctrl-C is
pressed. In each case the best network so far is returned, with a message. `fit` and `solve_pde`
define an objective and train on it.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic

import numpy as np

from kan_numpy._arguments import as_function, as_instance, as_rng, level_outside
from kan_numpy._arrays import Rng, some_rows
from kan_numpy._memory import keep_freed_memory
from kan_numpy._progress import ProgressLine, is_wanted
from kan_numpy._threads import one_thread
from kan_numpy._validation import as_count, as_number
from kan_numpy.networks.checks import as_kan
from kan_numpy.networks.network import NetworkT
from kan_numpy.optimizers.defaults import as_optimizer, in_batches, largest_product
from kan_numpy.optimizers.optimizer import Optimizer, restarted, reweighted
from kan_numpy.training.fit_result import (
    HISTORY,
    Callback,
    FitResult,
    History,
    Stage,
    ended_stage,
    interruption,
    told,
)
from kan_numpy.training.grid_schedule import Changes, schedule
from kan_numpy.training.held_objective import Holder, prior_at
from kan_numpy.training.objective import NetworkObjective

__all__ = ["WATCHED_EVERY", "WATCHED_ROWS", "train"]

WATCHED_ROWS, WATCHED_EVERY = 10_000, 10
"""The number of samples for the fraction outside the grids, and the steps between evaluations."""


def train(
    objective: NetworkObjective[NetworkT],
    optimizer: Optimizer | None = None,
    steps: int = 50,
    batch_size: int | None = None,
    validation: NetworkObjective[NetworkT] | None = None,
    patience: int | None = None,
    adapt_at: Iterable[int] = (),
    refine_at: Mapping[int, int] | None = None,
    eps: float = 1.0,
    callback: Callback[NetworkT] | None = None,
    progress: bool | None = None,
    rng: Rng = None,
    hold: float = 0.0,
) -> FitResult[NetworkT]:
    """Minimize an objective, starting from its network, which is not changed.

    Parameters
    ----------
    objective : NetworkObjective
        The function to minimize, such as ``kn.Objective(network, x, y)``.
    optimizer : Optimizer, optional
        As in `fit`; Levenberg-Marquardt if ``objective.is_least_squares``, else L-BFGS.
    steps, batch_size, patience : int, optional
        As in `fit`.
    validation : NetworkObjective, optional
        The objective that determines which network is the best.
    adapt_at, refine_at, eps : optional
        As in `fit`. Grids are adapted to ``objective.x``.
    callback, progress, rng, hold : optional
        As in `fit`.

    Returns
    -------
    FitResult
        The best network, and the history of its training.

    Raises
    ------
    TypeError
        If objective is not an objective or has no mini-batches, or another argument is of a wrong
        type.
    ValueError
        If patience is given without validation, a number lies outside its range, or the optimizer
        cannot minimize the objective or use mini-batches.

    Warns
    -----
    RuntimeWarning
        If training stopped because the loss became NaN or infinite.

    Examples
    --------
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> x = np.linspace(-1, 1, 50)[:, None]
    >>> objective = kn.Objective(kn.KAN([1, 1], rng=0), x, np.sin(3 * x))
    >>> result = kn.train(objective, kn.Adam(0.1), steps=100)
    >>> result.message, bool(objective.value(result.network.theta) < 1e-3)
    ('all 100 steps done; 9 parameters for 50 samples', True)
    """
    wanted = "an objective such as kn.Objective(network, x, y)"
    as_instance("objective", objective, NetworkObjective, wanted)
    try:
        if patience is not None and validation is None:
            raise ValueError(
                "patience needs a validation set: validation=(x, y) in fit, an Objective in train"
            )
        if validation is not None:
            as_instance("validation", validation, NetworkObjective, wanted)
        if callback is not None:
            as_function("callback", callback)
        line = ProgressLine() if is_wanted(progress) else None
        method = as_optimizer(optimizer, objective.is_least_squares)
        chosen = in_batches(method, batch_size, as_rng(rng))
        total = as_count("steps", steps, 0)
        changes = schedule(adapt_at, refine_at, total, eps, objective.x)
        if changes:
            as_kan(objective.network)
        holder = Holder(as_number("hold", hold, 0.0), objective.network.init is None)
        wait = total if patience is None else as_count("patience", patience, 1)
        run = _Run(objective, validation, chosen, holder, dict(np.geterr()))
    except KeyboardInterrupt:
        return interruption(objective.for_the_user(objective.network))
    try:
        # The run detects a loss that overflows, so NumPy's warnings are switched off.
        with np.errstate(all="ignore"):
            return run.result(run.go(total, changes, wait, callback, line))
    except KeyboardInterrupt:
        return interruption(run.objective.for_the_user(run.best), run.history)


@dataclass
class _Run(Generic[NetworkT]):
    """One training run, the only mutable object here."""

    objective: NetworkObjective[NetworkT]
    check: NetworkObjective[NetworkT] | None
    optimizer: Optimizer
    holder: Holder
    user_warnings: dict[str, Any]
    history: History = field(default_factory=lambda: {name: [] for name in HISTORY})
    stages: list[Stage] = field(default_factory=list)
    expected_loss: float = np.nan

    def __post_init__(self) -> None:
        """Take the initial network as the best so far."""
        self.started = time.perf_counter()
        self.best, self.waiting = self.objective.network, 0

    def _start(self) -> None:
        """Evaluate the initial network."""
        keep_freed_memory()
        self.state = self.optimizer.start(self.objective, self.best.theta)
        self.best_score = self._score(self.best, self.state.loss)
        self.best_loss, self.best_grids = self.state.loss, self.best

    def go(
        self,
        steps: int,
        changes: Changes,
        wait: int,
        callback: Callback[NetworkT] | None,
        line: ProgressLine | None,
    ) -> str:
        """Train, and return why training ended."""
        step = 0
        try:
            with one_thread(largest_product(self.optimizer, self.objective)):
                self._start()
            while step < steps:
                with one_thread(largest_product(self.optimizer, self.objective)):
                    network = self._advance(step, steps, changes)
                step += 1
                if network is None:
                    return self._diverged(step)
                if line is not None:
                    line.show(self._told(step, steps))
                if callback is not None and self._asked_to_stop(callback, step, network):
                    return f"stopped by the callback after step {step}"
                if self.waiting >= wait and step < steps:
                    return f"no progress on the validation set for {wait} steps, after step {step}"
                if self.state.converged and not self._renew_prior(converged=True):
                    later = [change for change in changes if step <= change < steps]
                    if not later:
                        return f"no better step found after step {step}"
                    step = min(later)
        finally:
            if line is not None:
                line.end()
        return f"all {steps} steps done"

    def _advance(self, step: int, steps: int, changes: Changes) -> NetworkT | None:
        """Take a step, and return its network, or None if the loss is not finite."""
        if step in changes or step == 0:
            later = [change for change in changes if change > step]
            self.holder.restart(min(later, default=steps) - step)
        grid_change = self._change_grids(changes[step]) if step in changes else 0.0
        self._renew_prior()
        self.state = self.optimizer.step(self.objective, self.state)
        return self._record(step + 1, grid_change) if np.isfinite(self.state.loss) else None

    def _asked_to_stop(self, callback: Callback[NetworkT], step: int, network: NetworkT) -> bool:
        """Call the callback with the user's floating-point warnings; return whether to stop."""
        with np.errstate(**self.user_warnings):
            answer = callback(step, network, {name: v.copy() for name, v in self.history.items()})
        return isinstance(answer, bool | np.bool_) and bool(answer)

    def _train_loss(self) -> float:
        """Return the loss without the prior."""
        return self.state.loss - prior_at(self.objective, self.state.theta)

    def _renew_prior(self, converged: bool = False) -> bool:
        """Let the prior follow the network, and return whether that changed the objective."""
        before, theta = self.objective, self.state.theta
        loss = self._train_loss()
        self.objective = self.holder.renewed(before, theta, loss, converged)
        if self.objective is before:
            return False
        self.state = reweighted(self.optimizer, self.objective, self.state)
        if self.check is None:  # and if the best has other grids, the same function is near
            near = self.best.theta if self.best_grids is self.objective.network else theta
            self.best_score = self.best_loss + prior_at(self.objective, near)
        return True

    def _change_grids(self, change: Callable[[Any], Any]) -> float:
        """Change the grids, restart the optimizer, and return the change of the outputs."""
        self._end_stage()
        before = self._network()
        after = change(before)
        self.waiting = 0
        self.objective = self.objective.on(after)
        self.state = restarted(self.optimizer, self.objective, after.theta, self.state)
        x = some_rows(self.objective.x, WATCHED_ROWS)
        outputs = [self.objective.for_the_user(net)._forward(x)[0] for net in (before, after)]
        return float(np.sqrt(np.mean((outputs[0] - outputs[1]) ** 2)))

    def _end_stage(self) -> None:
        """Estimate the loss on new samples after training on the same grids."""
        step = int(max(self.history["step"], default=0))
        loss = self.objective.loss_for_the_user(self._train_loss(), self._network())
        stage = ended_stage(self.objective, self.state, step, loss, self.stages)
        if stage is not None:
            self.stages.append(stage)
            if self.best_grids is self.objective.network:
                self.expected_loss = stage.expected_loss

    def result(self, why: str) -> FitResult[NetworkT]:
        """Return the best network, and what is known about it."""
        best = self.objective.for_the_user(self.best)
        if not np.isfinite(self.state.loss):
            return FitResult(best, self.history, why)
        with one_thread(largest_product(self.optimizer, self.objective)):
            self._end_stage()
        loss = self.objective.loss_for_the_user(self.best_loss, self.best)
        expected = self.expected_loss
        if self.check is not None:
            expected = self.check.loss_for_the_user(self.best_score, self.best)
        message = told(why, best.size, len(self.objective.x), (loss, expected), self.stages)
        return FitResult(best, self.history, message, expected, tuple(self.stages))

    def _record(self, step: int, grid_change: float) -> NetworkT:
        """Append to the history, and store the network if it is the best so far."""
        network = self._network()
        score = self._score(network, self.state.loss)
        self.waiting += 1
        if score < self.best_score:
            self.best, self.best_score, self.waiting = network, score, 0
            self.best_loss, self.best_grids = self._train_loss(), self.objective.network
        if step % WATCHED_EVERY == 1 or grid_change or not self.history["outside"]:
            some = some_rows(self.objective.x, WATCHED_ROWS)
            self.outside = network.fraction_outside_grid(some)
        loss = self.objective.loss_for_the_user(self._train_loss(), network)
        check = np.nan if self.check is None else self.check.loss_for_the_user(score, network)
        seconds, used = time.perf_counter() - self.started, self.state.evaluations
        values = (step, loss, check, seconds, used, self.outside, grid_change)
        for name, value in zip(HISTORY, values, strict=True):
            self.history[name].append(value)
        return self.objective.for_the_user(network)

    def _score(self, network: NetworkT, train_loss: float) -> float:
        """Return the loss that determines which network is the best."""
        if self.check is None:
            return train_loss
        return self.check.on(network).value(network.theta)

    def _network(self) -> NetworkT:
        """Return the network at the present theta."""
        # A copy, because an optimizer of the user's own may change its theta in place.
        return self.objective.network._with_theta(self.state.theta.copy())

    def _diverged(self, step: int) -> str:
        """Warn that the loss is not finite, and return the message."""
        message = (
            f"the loss became {self.state.loss} at step {step}: the best network so far is"
            " returned; a smaller learning rate or scaled data may help"
        )
        warnings.warn(message, RuntimeWarning, stacklevel=level_outside())
        return message

    def _told(self, step: int, steps: int) -> str:
        """Return the line of progress."""
        now = {name: values[-1] for name, values in self.history.items()}
        line = f"step {step}/{steps}  loss {now['train_loss']:.3e}"
        if self.check is not None:
            line += f"  validation {now['validation_loss']:.3e}"
        return f"{line}  outside {100 * now['outside']:.1f} %  {now['seconds']:.1f} s"
