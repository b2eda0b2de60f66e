r"""Solve differential equations with networks, and compare with solutions that are known.

`solve_pde` is `fit` without data: the loss is that of `kan_numpy.pde.collocation`, steps, schedules
of the grids and the history are those of `kan_numpy.training.fitting`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Rng
from kan_numpy._validation import as_count, as_rng
from kan_numpy.derivatives import network_jets as jets
from kan_numpy.networks.checks import as_kan
from kan_numpy.networks.network import Network, NetworkT
from kan_numpy.optimizers.levenberg_marquardt import LevenbergMarquardt
from kan_numpy.optimizers.optimizer import Optimizer, as_optimizer
from kan_numpy.pde.collocation import PDEObjective, collocation_points, sample
from kan_numpy.pde.conditions import PDE
from kan_numpy.training.fitting import Callback, FitResult, _Run
from kan_numpy.training.grid_schedule import schedule


def solve_pde(
    network: NetworkT,
    problem: PDE,
    points: int | npt.ArrayLike = 1000,
    boundary_points: int = 400,
    sampling: str = "grid",
    optimizer: Optimizer | None = None,
    steps: int = 100,
    adapt_at: Iterable[int] = (),
    refine_at: Mapping[int, int] | None = None,
    callback: Callback[NetworkT] | None = None,
    progress: bool | None = None,
    rng: Rng = None,
) -> FitResult[NetworkT]:
    """Train a network to obey a differential equation, and leave the one that was given as it is.

    Parameters
    ----------
    network : KAN or MLP
        Where to start; one output. Splines of degree 4 or more, see
        `kan_numpy.derivatives.kan_jets`.
    problem : PDE
        What it must obey.
    points : int or array_like of shape (N, n_in)
        How many points inside, about, or the points themselves.
    boundary_points : int
        How many on all faces together, about; at least one on each face that has a condition.
    sampling : {"grid", "random", "latin", "sobol"}
        How points are chosen, see `sample`.
    optimizer : Optimizer, optional
        As in `fit`; Levenberg-Marquardt by default.
    steps : int
        Steps of the optimizer.
    adapt_at, refine_at, callback, progress
        As in `fit`. Grids adapt to the points inside and on the faces.
    rng : int, Generator or None
        For the points, unless they are a grid.

    Returns
    -------
    FitResult
        ``history["train_loss"]`` is L.

    Raises
    ------
    ValueError, TypeError
        If an argument does not make sense, or an equation is not finite at some point; the message
        says which and why.
    """
    if not (callback is None or callable(callback)):
        raise TypeError(f"callback must be a function, but is {callback!r}")
    generator = as_rng(rng)
    places = collocation_points(problem, points, boundary_points, sampling, generator)
    objective = PDEObjective(network, problem, places)
    total = as_count("steps", steps, 0)
    changes = schedule(adapt_at, refine_at, total, 1.0, objective.x)
    if changes:
        as_kan(network)
    chosen = as_optimizer(optimizer, LevenbergMarquardt())
    show = sys.stderr.isatty() if progress is None else progress
    user_warnings = dict(np.geterr())
    with np.errstate(all="ignore"):
        run = _Run(objective, None, chosen, None, generator, user_warnings)
        message = run.go(total, changes, total, callback, show)
    return FitResult(run.best, run.history, message)


class Errors(NamedTuple):
    """How far a network is from the solution, as root mean squares over the box."""

    l2: float  # of u
    h1: float  # of u and its gradient together


def pde_errors(network: Network, problem: PDE, n_points: int = 10_000) -> Errors:
    r"""Compare a network with the known solution on a grid of points.

    .. math:: l2^2 = \overline{(u - u^*)^2}, \qquad
              h1^2 = l2^2 + \overline{|\nabla u - \nabla u^*|^2}

    Parameters
    ----------
    network : KAN or MLP
        u.
    problem : PDE
        With a solution.
    n_points : int
        How many points, about.

    Returns
    -------
    Errors
        ``l2`` and ``h1``, not squared.
    """
    if problem.solution is None:
        raise ValueError("problem must have a solution to compare with")
    x = sample(problem.low, problem.high, as_count("n_points", n_points, 1))
    y, (u, gradient) = jets.forward(network, x, [])[0], problem.solution(x)
    l2 = np.mean((y.value[:, 0] - u) ** 2)
    h1 = l2 + np.mean(np.sum((y.gradient[:, 0] - gradient) ** 2, axis=1))
    return Errors(float(np.sqrt(l2)), float(np.sqrt(h1)))
