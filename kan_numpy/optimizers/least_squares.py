"""A few numbers fitted by Levenberg-Marquardt: those of one curve, or of one formula."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy.optimizers.levenberg_marquardt import LevenbergMarquardt
from kan_numpy.optimizers.optimizer import ObjectiveLike, State

__all__ = ["LeastSquares"]


@dataclass(frozen=True)
class LeastSquares(ObjectiveLike):
    """The sum of the squares of residuals r (M,), infinite where there is no value."""

    r: Callable[[Array], Array]  # theta (P,) -> (M,)
    J: Callable[[Array], Array]  # theta (P,) -> (M, P)

    def residuals(self, theta: Array) -> Array:
        """Return r (M,)."""
        return self.r(theta)

    def jacobian(self, theta: Array) -> Array:
        """Return dr/dtheta (M, P)."""
        return self.J(theta)

    def minimize(
        self,
        theta: Array,
        steps: int,
        damping: float,
        smallest_loss: float = 0.0,
        smallest_gain: float = 0.0,
    ) -> State:
        """Go at most so many steps from theta, to this loss or until one gains a smaller share."""
        optimizer = LevenbergMarquardt(damping)
        with np.errstate(all="ignore"):
            state = optimizer.start(self, theta)
            for _ in range(steps):
                before = state.loss
                if not (np.isfinite(state.gradient).all() and before > smallest_loss):
                    break
                state = optimizer.step(self, state)
                if state.converged or before - state.loss < smallest_gain * before:
                    break
        return state
