r"""Adaptive points: training in stages, before which points are drawn where the residual is large.

A point x is drawn with a probability proportional to

.. math:: p(x) = 1 + |r(x)|\, /\, \overline{|r|}

so one half of the points is spread evenly, and one half follows the residual (residual-based
adaptive distribution, arXiv 2207.10289, with k = c = 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from kan_numpy._arguments import as_function, as_list
from kan_numpy._arrays import Array
from kan_numpy._validation import as_count
from kan_numpy.networks.network import Network, NetworkT
from kan_numpy.optimizers.optimizer import Optimizer
from kan_numpy.pde.collocation import PDEObjective, places, sample
from kan_numpy.pde.conditions import PDE
from kan_numpy.training.fit_result import Callback, FitResult, History
from kan_numpy.training.grid_schedule import schedule
from kan_numpy.training.training_loop import train

__all__ = ["CANDIDATES", "resampled", "train_in_stages"]

CANDIDATES = 10
"""How many points are looked at for each one that is drawn."""


def train_in_stages(
    objective: PDEObjective[NetworkT],
    optimizer: Optimizer | None,
    steps: int,
    resample_at: Iterable[int],
    rng: np.random.Generator,
    adapt_at: Iterable[int],
    refine_at: Mapping[int, int] | None,
    callback: Callback[NetworkT] | None,
    progress: bool | None,
) -> tuple[FitResult[NetworkT], PDEObjective[NetworkT]]:
    """Return the result of `train`, with new points before some steps, and the last objective."""
    steps = as_count("steps", steps, 0)
    starts = _starts(resample_at, steps)
    adapted = as_list("adapt_at", adapt_at, "a list of steps such as [5]", ordered=False)
    schedule(adapted, refine_at, steps, 1.0, objective.x)  # whose errors name steps of the whole
    refined = refine_at or {}
    if callback is not None:
        as_function("callback", callback)
    found: FitResult[NetworkT] | None = None
    for start, end in pairwise([*starts, steps]):
        if found is not None:
            points = resampled(found.network, objective.problem, objective.points, rng)
            objective = PDEObjective(found.network, objective.problem, points)
        stage = train(
            objective,
            optimizer,
            end - start,
            adapt_at=[step - start for step in adapted if start <= step < end],
            refine_at={at - start: G for at, G in refined.items() if start <= at < end},
            callback=None if callback is None else _Later(callback, start, found),
            progress=progress,
        )
        found = _joined(found, stage, start)
        if not stage.message.startswith(("all ", "no better step")):
            break
    assert found is not None  # noqa: S101  # there is one stage at least
    return found, objective


def _starts(resample_at: Iterable[int], steps: int) -> list[int]:
    """Return the first step of every stage."""
    entries = as_list("resample_at", resample_at, "a list of steps such as [20]", ordered=False)
    chosen = {as_count("resample_at", step, 0) for step in entries}
    if late := [step for step in chosen if step >= steps]:
        raise ValueError(f"resample_at must lie below steps = {steps}, but holds {min(late)}")
    return sorted(chosen | {0})


def resampled(
    network: Network, problem: PDE, points: list[Array], rng: np.random.Generator
) -> list[Array]:
    """Return the points of each condition with new ones inside, as many as before."""
    where = [at for at, condition in enumerate(problem.conditions) if not condition.faces]
    if not where:
        return points
    n_points = len(points[where[0]])
    x = sample(problem.low, problem.high, CANDIDATES * n_points, "random", rng)
    inside = replace(problem, conditions=[problem.conditions[at] for at in where])
    squares = np.zeros(len(x))
    for place in places(network, inside, [x] * len(where)):
        squares += place.condition.weight * place.evaluate(network)[1].r ** 2
    r = np.sqrt(np.where(np.isfinite(squares), squares, 0.0))
    p = 1.0 + r / max(r.mean(), 1e-300)
    chosen = x[rng.choice(len(x), n_points, replace=False, p=p / p.sum())]
    return [chosen if at in where else old for at, old in enumerate(points)]


class _Later:
    """A callback that counts the steps of the stages before, and knows their history."""

    def __init__(self, callback: Callback[Any], start: int, before: FitResult[Any] | None) -> None:
        self.callback, self.start = callback, start
        self.history = {} if before is None else before.history

    def __call__(self, step: int, network: Any, history: History) -> object:
        whole = _joined_histories(self.history, history, self.start)
        return self.callback(step + self.start, network, whole)


def _joined(
    before: FitResult[NetworkT] | None, after: FitResult[NetworkT], start: int
) -> FitResult[NetworkT]:
    """Return the result of two stages, of which the second begins after so many steps."""
    if before is None:
        return after
    return replace(
        after,
        history=_joined_histories(before.history, after.history, start),
        message=f"new points before step {start + 1}, and then: {after.message}",
        stages=before.stages
        + tuple(stage._replace(step=stage.step + start) for stage in after.stages),
    )


def _joined_histories(before: History, after: History, start: int) -> History:
    """Return one history; steps, seconds and evaluations go on counting."""
    if not before:
        return after
    counted = {name: max(before[name], default=0) for name in ("seconds", "evaluations")}
    counted["step"] = start
    return {
        name: before[name] + [value + counted.get(name, 0) for value in values]
        for name, values in after.items()
    }
