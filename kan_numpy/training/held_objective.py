r"""An objective with the smoothness prior added, and when the prior is measured again.

.. math:: L(\theta) + R(\theta)

R depends on the loss, on where the activations lie, and on the spread of the nodes. All three
change slowly, so R is kept for some steps, in which optimizers see one fixed function. It is
measured again after `MEASURED_EVERY` steps; in between it follows a loss that has halved.

At the beginning, and when grids have changed, the loss is not yet that of the noise: R would be
large, keep the loss large, and so confirm itself. Therefore the first `FREE` steps have no prior.

A network as drawn is held to straight lines. Any other is held where it was at the beginning, or
when grids last changed: that is the network of the objective.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kan_numpy._arrays import Array, Indices
from kan_numpy.networks.network import NetworkT
from kan_numpy.optimizers.optimizer import PenaltyTerms
from kan_numpy.training.objective import NetworkObjective
from kan_numpy.training.smoothness import SmoothnessPrior

__all__ = ["FOLLOWS_AT", "FREE", "MEASURED_EVERY", "HeldObjective", "Holder", "bare", "prior_at"]
__all__ += ["with_prior"]

FREE = 10
"""So many steps without a prior come first, or half of all if that is fewer."""

MEASURED_EVERY = 10
"""After so many steps s and Var(y) are measured again."""

FOLLOWS_AT = 0.5
"""The prior follows a loss that has fallen to this share."""


class HeldObjective(NetworkObjective[NetworkT]):
    """Any objective L with a prior R added, which is for its network."""

    def __init__(self, objective: NetworkObjective[NetworkT], prior: SmoothnessPrior) -> None:
        self.objective, self.prior = objective, prior
        self.network, self.x = objective.network, objective.x

    @property
    def is_least_squares(self) -> bool:
        """Whether Levenberg-Marquardt can minimize it."""
        return self.objective.is_least_squares

    def at_loss(self, loss: float) -> NetworkObjective[NetworkT]:
        """Return the objective with the prior for another L, which may be so small that it ends."""
        prior = self.prior.at_loss(loss)
        return self.objective if prior.is_empty else HeldObjective(self.objective, prior)

    def on(self, network: NetworkT) -> NetworkObjective[NetworkT]:
        """Return the objective for another network, without the prior, which is of this one."""
        return self.objective.on(network)

    def batch(self, rows: Indices) -> HeldObjective[NetworkT]:
        """Return the objective on some of its samples; the prior stays that of all."""
        return HeldObjective(self.objective.batch(rows), self.prior)

    def fun(self, theta: Array) -> tuple[float, Array]:
        """Return L + R at theta (P,), and its gradient (P,)."""
        loss, gradient = self.objective.fun(theta)
        extra, slope = self.prior(theta)
        return loss + extra, gradient + slope

    def value(self, theta: Array) -> float:
        """Return L + R alone."""
        return self.objective.value(theta) + self.prior(theta)[0]

    def residuals(self, theta: Array) -> Array:
        """Return r (M,) of the objective."""
        return self.objective.residuals(theta)

    def jacobian(self, theta: Array) -> Array:
        """Return dr/dtheta (M, P)."""
        return self.objective.jacobian(theta)

    def jacobian_blocks(self, theta: Array) -> Iterator[Array]:
        """Yield the rows of dr/dtheta in blocks."""
        return self.objective.jacobian_blocks(theta)

    def penalty_terms(self, theta: Array) -> PenaltyTerms:
        """Return what L + R holds besides r . r."""
        value, gradient, curvature = self.objective.penalty_terms(theta)
        extra, slope = self.prior(theta)
        H = self.prior.curvature if curvature is None else self.prior.curvature + curvature
        return PenaltyTerms(value + extra, gradient + slope, H)

    def for_the_user(self, network: NetworkT) -> NetworkT:
        """Return the network in the units of the data."""
        return self.objective.for_the_user(network)

    def loss_for_the_user(self, loss: float, network: NetworkT) -> float:
        """Return the loss in the units of the data."""
        return self.objective.loss_for_the_user(loss, network)

    def diagonal_scaling(self, theta: Array) -> Array:
        """Return how much each parameter matters, (P,)."""
        return self.objective.diagonal_scaling(theta)


def prior_at(objective: NetworkObjective[NetworkT], theta: Array) -> float:
    """Return R at theta (P,), which is 0 without a prior."""
    return objective.prior(theta)[0] if isinstance(objective, HeldObjective) else 0.0


def bare(objective: NetworkObjective[NetworkT]) -> NetworkObjective[NetworkT]:
    """Return the objective without a prior."""
    return objective.objective if isinstance(objective, HeldObjective) else objective


def with_prior(
    objective: NetworkObjective[NetworkT],
    theta: Array,
    loss: float,
    strength: float,
    is_known: bool = False,
) -> NetworkObjective[NetworkT]:
    """Return the objective with R measured at theta (P,), or without if nothing is held."""
    plain = bare(objective)
    network, known = plain.network._with_theta(theta), plain.network if is_known else None
    prior = SmoothnessPrior.of(network, plain.x, loss, strength, known)
    return plain if prior.is_empty else HeldObjective(plain, prior)


@dataclass
class Holder:
    """What renews the prior in the course of a training run."""

    strength: float  # kappa; with 0 there is no prior
    is_known: bool  # whether edges are held where they are, and not at straight lines
    _free: int = 0  # steps without a prior
    _age: int = 0  # steps since the start or since grids changed

    def restart(self, steps: int) -> None:
        """Begin with free steps, of so many until grids change or training ends."""
        self._free, self._age = min(FREE, steps // 2), -1

    def renewed(
        self,
        objective: NetworkObjective[NetworkT],
        theta: Array,
        loss: float,
        converged: bool = False,
    ) -> NetworkObjective[NetworkT]:
        """Return the objective for the next step, itself if the prior stays; L is ``loss``."""
        if not self.strength:
            return objective
        self._age += 1
        if converged:  # no step is left to wait for
            self._age = max(self._age, self._free)
        if self._age < self._free:
            return bare(objective)
        if (self._age - self._free) % MEASURED_EVERY == 0:
            return with_prior(objective, theta, loss, self.strength, self.is_known)
        if isinstance(objective, HeldObjective) and loss < FOLLOWS_AT * objective.prior.loss:
            return objective.at_loss(loss)
        return objective
