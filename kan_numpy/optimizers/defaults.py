"""The default optimizer of a loss, the steps and batches that suit it, and its largest product."""

from __future__ import annotations

from typing import Any

import numpy as np

from kan_numpy._validation import as_count, shown
from kan_numpy.optimizers.first_order import FirstOrder, MiniBatches
from kan_numpy.optimizers.lbfgs import LBFGS
from kan_numpy.optimizers.levenberg_marquardt import LevenbergMarquardt
from kan_numpy.optimizers.optimizer import Optimizer

__all__ = ["LBFGS_STEPS", "as_optimizer", "default_steps", "in_batches", "largest_product"]

LBFGS_STEPS = 5
"""The number of steps of L-BFGS that replace one of Levenberg-Marquardt."""


def as_optimizer(value: Optimizer | None, least_squares: bool) -> Optimizer:
    """Return the optimizer given as an argument, or the default of the loss for None."""
    if value is None:
        return LevenbergMarquardt() if least_squares else LBFGS()
    methods = [getattr(value, name, None) for name in ("start", "step")]
    if isinstance(value, type) or not all(map(callable, methods)):
        raise TypeError(f"optimizer must be an optimizer such as Adam(), but is {shown(value)}")
    return value


def default_steps(steps: int, least_squares: bool) -> int:
    """Return the number of steps of the default optimizer for so many of Levenberg-Marquardt."""
    return steps if least_squares else LBFGS_STEPS * steps


def in_batches(optimizer: Optimizer, batch_size: int | None, rng: np.random.Generator) -> Optimizer:
    """Return the optimizer on mini-batches, which only first-order ones can use; None for all."""
    if batch_size is None:
        return optimizer
    if not isinstance(optimizer, FirstOrder):
        raise ValueError(
            f"batch_size does not go with {type(optimizer).__name__}, which needs the same samples"
            " in every step; use Adam or SGD, or leave batch_size out"
        )
    return MiniBatches(optimizer, as_count("batch_size", batch_size, 1), rng)


def largest_product(optimizer: Optimizer, objective: Any) -> int:
    """Return about how many multiplications the largest matrix product of a step has."""
    N, P, n_out = len(objective.x), objective.network.size, objective.network.widths[-1]
    if isinstance(optimizer, LevenbergMarquardt):
        return N * n_out * P * min(N * n_out, P)
    return P * (optimizer.size if isinstance(optimizer, MiniBatches) else N)
