r"""Sparsification: reduction of a large network to the edges that it needs.

Four steps: training with a penalty on the edges (`Penalty`), which leaves a few large edges and
many small ones; pruning of the small ones; training without penalty on a finer grid, unless noise
or few samples speak against it; and finally backward elimination: the weakest edges are removed and
the rest is trained again. If the smaller network is as good
(`kan_numpy.sparsity.model_selection`), they stay removed, and twice as many are tried next; if not,
one.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array
from kan_numpy._deadline import NEVER, Deadline, last_stage
from kan_numpy._validation import as_count, as_number
from kan_numpy.networks.checks import checked_inputs, require_defined
from kan_numpy.networks.edges import Edge
from kan_numpy.networks.kan import KAN
from kan_numpy.optimizers.defaults import default_steps
from kan_numpy.sparsity.edge_scores import edge_scores
from kan_numpy.sparsity.model_selection import assess
from kan_numpy.sparsity.pruning import prune
from kan_numpy.sparsity.regularization import Penalty
from kan_numpy.training.fit_result import uninterrupted
from kan_numpy.training.grids import adapt_grid, refine
from kan_numpy.training.losses import Loss
from kan_numpy.training.objective import Objective
from kan_numpy.training.training_loop import train

__all__ = ["GRID_GROWTH", "sparse_stages", "sparsify"]

GRID_GROWTH = 2
"""The factor by which the grid is refined after pruning."""


def sparsify(
    network: KAN,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    strength: float = 0.01,
    threshold: float = 0.03,
    steps: int = 60,
    loss: str | Loss = "mse",
    seconds: float | None = None,
) -> KAN:
    r"""Train with a penalty, prune, refine, and remove every edge that is not needed.

    .. math:: L + \lambda s \sum_l |\Phi_l|_1 + \lambda s^2 \sum_l S(\Phi_l)

    (arXiv 2404.19756, eq. 2.20), with the standard deviation s of the targets, so that the result
    does not depend on the units of y.

    Parameters
    ----------
    network : KAN
        The initial network, larger than needed, which is not changed.
    x : array_like, shape (N, n_in)
        Inputs.
    y : array_like, shape (N, n_out) or (N,)
        Targets (N, n_out) for "mse", labels (N,) for "cross_entropy".
    strength : float
        :math:`\lambda`, at least 0.
    threshold : float
        Edges are pruned if their attribution is below this fraction of the largest standard
        deviation of an output.
    steps : int
        The number of steps with the penalty: of Levenberg-Marquardt, or five times as many of
        L-BFGS if the loss is no sum of squares.
    loss : str or Loss
        As in `fit`.
    seconds : float, optional
        A limit on the time that this may take.

    Returns
    -------
    KAN
        Trained, on a grid `GRID_GROWTH` times finer.

    Raises
    ------
    ValueError
        If x or y has another shape or is not finite, a number is negative, steps is below 1, or no
        path from an input to an output would remain.
    TypeError
        If network is not a KAN, or an array does not hold real numbers.
    KeyboardInterrupt
        After Ctrl-C before the first step.

    Warns
    -----
    RuntimeWarning
        If it was stopped by Ctrl-C or the limit on time. The best network so far is returned, and
        the warning says what was not tried.

    Examples
    --------
    Of two inputs, :math:`y = x_1^2` needs the first one:

    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> x = np.random.default_rng(0).uniform(-1, 1, (100, 2))
    >>> small = kn.sparsify(kn.KAN([2, 1], grid_size=2, rng=0), x, x[:, :1] ** 2, steps=10)
    >>> small.layers[0].active
    array([[ True, False]])
    """
    points = checked_inputs(network, x)
    require_defined(network(points), points)
    deadline = Deadline.after(seconds)
    objective = Objective(network, points, y, loss)
    strength = as_number("strength", strength, 0.0)
    threshold = as_number("threshold", threshold, 0.0)
    stages = sparse_stages(objective, strength, threshold, as_count("steps", steps, 1), deadline)
    return last_stage(stages, network, deadline)


def sparse_stages(
    data: Objective[KAN],
    strength: float,
    threshold: float,
    steps: int = 60,
    deadline: Deadline = NEVER,
) -> Iterator[tuple[KAN, str]]:
    """Yield ever sparser networks, and what is left to do."""
    start: KAN = adapt_grid(data.network, data.x)
    objective, pace = data.on(start), default_steps(1, data.is_least_squares)
    variance = float(objective.variances.mean())
    scale = np.sqrt(variance) if objective.is_least_squares else 1.0
    penalty = Penalty(l1=strength * scale, entropy=strength * scale**2)
    penalized = Objective(start, data.x, data.y, data.loss, penalty)
    adapt_at = [pace * step for step in (5, 15) if step < steps]
    count = pace * steps
    result = train(penalized, steps=count, adapt_at=adapt_at, progress=False, callback=deadline)
    if result.history["step"]:
        yield result.network, "pruning"
    sparse = uninterrupted(result)
    spread = float(np.std(sparse(data.x), axis=0).max())
    small = prune(sparse, data.x, threshold * spread, "attribution")
    count = pace * max(steps // 2, 1)
    result = train(
        objective.on(small), steps=count, adapt_at=[0], progress=False, callback=deadline
    )
    yield result.network, "a finer grid"
    small = uninterrupted(result)
    finer = [GRID_GROWTH * layer.grid_size for _, layer in small.kan_layers]
    count, fine, coarse = pace * (steps // 3), refine(small, finer), assess(objective, small)
    if fine.size < objective.target.size:
        result = train(objective.on(fine), steps=count, progress=False, callback=deadline)
        yield result.network, "the removal of edges"
        fine = uninterrupted(result)
        if not coarse.squares or coarse.spline_limited or assess(objective, fine).bic < coarse.bic:
            small = fine
    yield from _without_needless_edges(objective, small, count, deadline)


def _without_needless_edges(
    objective: Objective[KAN], network: KAN, steps: int, deadline: Deadline
) -> Iterator[tuple[KAN, str]]:
    """Yield the network after each backward elimination of edges, the weakest first.

    The weakest that are needed are passed over until no other can go, and then tried once more.
    """
    best, needed, together, removed = assess(objective, network), 0, 1, False
    while True:
        deadline.check()
        waiting = _weakest_first(network, objective.x)[needed:]
        yield network, f"the removal of {len(waiting)} more edges"
        if not waiting and not removed:
            return
        if not waiting:
            needed, removed = 0, False
            continue
        smaller = _without(objective, network, waiting[:together], steps, deadline)
        judged = None if smaller is None else assess(objective, smaller)
        if smaller is not None and judged is not None and best.accepts(judged):
            # Where splines cause the errors, many small steps must not add up to a large one.
            lowest = min(best.loss, judged.loss) if judged.spline_limited else judged.loss
            network, best, removed = smaller, judged._replace(loss=lowest), True
            together *= 2
        else:
            needed += together == 1
            together = 1


def _weakest_first(network: KAN, x: Array) -> list[Edge]:
    """Return the edges, those with the smallest attribution at x (N, n_in) first."""
    scores = edge_scores(network, x, "attribution")
    edges = [
        (float(scores[l][out, inp]), (l, int(out), int(inp)))
        for l, layer in network.kan_layers
        for out, inp in np.argwhere(layer.active)
    ]
    return [edge for _, edge in sorted(edges)]


def _without(
    objective: Objective[KAN], network: KAN, edges: list[Edge], steps: int, deadline: Deadline
) -> KAN | None:
    """Return the network trained without these edges, or None if no path would be left."""
    try:
        smaller = prune(network, objective.x, edges=edges)
    except ValueError:
        return None
    trial = objective.on(smaller)
    return uninterrupted(train(trial, steps=steps, progress=False, callback=deadline))
