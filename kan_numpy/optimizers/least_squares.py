"""A few numbers fitted by Levenberg-Marquardt: those of one curve, or of one formula."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy.optimizers.levenberg_marquardt import LevenbergMarquardt
from kan_numpy.optimizers.optimizer import State


@dataclass(frozen=True)
class LeastSquares:
    """The sum of the squares of residuals r (M,), infinite where there is no value."""

    residuals: Callable[[Array], Array]  # theta (P,) -> (M,)
    jacobian: Callable[[Array], Array]  # theta (P,) -> (M, P)

    def fun(self, theta: Array) -> tuple[float, Array]:
        """Return r . r and its gradient (P,)."""
        r = self.residuals(theta)
        return float(r @ r), 2.0 * self.jacobian(theta).T @ r

    def minimize(
        self,
        theta: Array,
        steps: int,
        damping: float,
        smallest_loss: float = 0.0,
        smallest_gain: float = 0.0,
    ) -> State:
        """Go at most so many steps from theta, or until one gains less than this share."""
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
