r"""A network, data and a loss as a function of theta, for our optimizers and for SciPy's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, partial, reduce
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_function, as_value_and_gradient
from kan_numpy._arrays import Array, Indices, frozen, some_rows
from kan_numpy._memory import keep_freed_memory
from kan_numpy._parallel import blocks_of_rows, in_threads
from kan_numpy._validation import as_array, as_samples, require_shape
from kan_numpy.functions.scaling import size_of_errors
from kan_numpy.networks.checks import as_network
from kan_numpy.networks.network import NetworkT, evaluate
from kan_numpy.optimizers.optimizer import ObjectiveLike, PenaltyTerms
from kan_numpy.training.losses import Loss, SquaresLoss, WeightedLoss, as_loss

__all__ = ["JACOBIAN_AT_ONCE", "SCALING_ROWS", "CurvedPenalty", "NetworkObjective", "Objective"]
__all__ += ["PenaltyFunction"]

PenaltyFunction = Callable[[Any, Array], tuple[float, Array]]
"""From a network and its inputs (N, n_in) to a number and its gradient (P,)."""

JACOBIAN_AT_ONCE = 2**22
"""The number of entries of a block of the Jacobian: 32 MiB."""

SCALING_ROWS = 1000
"""The number of samples that `NetworkObjective.diagonal_scaling` uses."""


@runtime_checkable
class CurvedPenalty(Protocol):
    """Protocol of a penalty that Levenberg-Marquardt can minimize, such as `Penalty`."""

    def __call__(self, network: Any, x: Array) -> tuple[float, Array]:
        """Return the penalty and its gradient (P,)."""

    def curvature(self, network: Any, x: Array) -> Array:
        """Return an approximation of the second derivatives (P, P)."""


@runtime_checkable
class NetworkObjective(ObjectiveLike, Protocol[NetworkT]):
    """Protocol of the loss of a network as a function of its theta, as training uses it."""

    network: NetworkT  # its theta is the starting point
    x: Array  # (N, n_in) inputs, to which grids adapt

    @property
    def is_least_squares(self) -> bool:
        """Whether Levenberg-Marquardt can minimize it."""

    def on(self, network: NetworkT) -> NetworkObjective[NetworkT]:
        """Return the same objective for another network, as when grids change."""

    def value(self, theta: Array) -> float:
        """Return the loss alone."""

    def batch(self, rows: Indices) -> NetworkObjective[NetworkT]:  # noqa: ARG002
        """Return the objective on some of its samples."""
        raise TypeError(
            f"objective must be an Objective for mini-batches, but is a {type(self).__name__};"
            " leave batch_size out"
        )

    def for_the_user(self, network: NetworkT) -> NetworkT:
        """Return the network in the units of the data, if training has others."""
        return network

    def loss_for_the_user(self, loss: float, network: NetworkT) -> float:  # noqa: ARG002
        """Return the loss of the network in the units of the data, if training has others."""
        return loss

    def diagonal_scaling(self, theta: Array) -> Array:
        r"""Return d (P,), the mean square of the factor of each parameter, divided by their mean.

        .. math:: d_p = \frac{m_p}{\bar m} + 0.001, \qquad m_p = \frac{1}{N} \sum_n f_p(x_n)^2

        where f_p is a basis function :math:`B_j` or the base function b. The coefficient of a basis
        function with few samples needs a long step for the same effect; 0.001 limits the step if
        there is no sample.
        """
        network = self.network._with_theta(theta)
        _, caches = network._forward(some_rows(self.x, SCALING_ROWS))
        pairs = zip(network.layers, caches, strict=True)
        m = np.concatenate([layer.feature_mean_squares(cache) for layer, cache in pairs])
        mean = float(m.mean())
        return m / mean + 1e-3 if np.isfinite(mean) and mean > 0.0 else np.ones_like(m)


class Objective(NetworkObjective[NetworkT]):
    r"""The loss :math:`L(\theta)` of a network on given data.

    Parameters
    ----------
    network : KAN or MLP
        The network, whose theta is not used.
    x : array_like, shape (N, n_in)
        Inputs.
    y : array_like, shape (N, n_out) or (N,)
        Targets (N, n_out) for "mse" and "huber", labels (N,) for "cross_entropy".
    loss : str or Loss
        "mse", "huber", "cross_entropy", or an object like those in `kan_numpy.training.losses`.
    penalty : callable, optional
        ``penalty(network, x)`` returns a number, which is added to the loss, and its gradient (P,),
        as `Penalty` does.

    Attributes
    ----------
    target, y : ndarray, shape (N, n_out) or (N,)
        The targets in the form of the loss, as a one-hot table for labels, and as they were given.

    Raises
    ------
    ValueError
        If x or y has another shape or is not finite, or loss is not a known name.
    TypeError
        If network is not a network, or penalty is not callable.

    Examples
    --------
    A straight line from 1 to 3, with the targets 1 and 1; SciPy's optimizer finds them:

    >>> import scipy.optimize
    >>> import kan_numpy as kn
    >>> layer = {"knots": [[-1, 0, 1, 2]], "coef": [[[1, 3]]], "w_base": [[0]]}
    >>> net = kn.KAN.from_arrays([layer], degree=1, base="zero")
    >>> objective = kn.Objective(net, [[0.0], [1.0]], [[1.0], [1.0]])
    >>> objective.fun(net.theta)  # (0 + 4) / 2
    (2.0, array([0., 2.]))
    >>> scipy.optimize.minimize(objective.fun, net.theta, jac=True).x.round(6)
    array([1., 1.])
    """

    def __init__(
        self,
        network: NetworkT,
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        loss: str | Loss = "mse",
        penalty: PenaltyFunction | None = None,
    ) -> None:
        if penalty is not None:
            as_function("penalty", penalty, "a function of (network, x)")
        self.network = as_network(network)
        self.loss = as_loss(loss)
        self.penalty = penalty
        self.x = as_samples("x", x, ("N", network.widths[0]))
        self.target = self.loss.as_target(y, len(self.x), network.widths[-1])
        self.y = frozen(np.array(y))

    @property
    def is_least_squares(self) -> bool:
        """Whether the loss is a sum of squares, and the penalty, if any, has a curvature."""
        curved = self.penalty is None or isinstance(self.penalty, CurvedPenalty)
        return curved and isinstance(self.loss, SquaresLoss | WeightedLoss)

    @property
    def variances(self) -> Array:
        """The variance of each target (n_out,), in spite of outliers if the loss has weights."""
        if isinstance(self.loss, WeightedLoss):
            return size_of_errors(self.target - np.median(self.target, axis=0)) ** 2
        return np.var(self.target, axis=0)

    def on(self, network: NetworkT) -> Objective[NetworkT]:
        """Return the objective of another network with the same inputs and outputs."""
        return self._like(network=network)

    def batch(self, rows: Indices) -> Objective[NetworkT]:
        """Return the objective on some of the samples, given by their indices."""
        return self._like(x=self.x[rows], target=self.target[rows], y=self.y[rows])

    def _like(self, **changes: Any) -> Objective[NetworkT]:
        """Return the objective with other attributes, and nothing computed yet."""
        kept = {name: value for name, value in self.__dict__.items() if name[0] != "_"}
        other: Objective[NetworkT] = object.__new__(type(self))
        other.__dict__.update(kept, **changes)
        return other

    _latest: tuple[Array, tuple[NetworkT, Array, list[Any]]] | None = None

    @cached_property
    def _first(self) -> Any:
        """The part of the first layer that does not depend on theta, computed once."""
        return self.network.layers[0].features(self.x)

    @cached_property
    def _blocks(self) -> list[slice]:
        """The samples of each block of `fun`."""
        return blocks_of_rows(len(self.x), sum(l.n_in for _, l in self.network.kan_layers))

    @cached_property
    def _parts(self) -> list[Any]:
        """What `_first` is, for each of the `_blocks`."""
        return in_threads(self.network.layers[0].features, [self.x[rows] for rows in self._blocks])

    def _at(self, theta: Array) -> NetworkT:
        """Return the network at theta (P,), which may be infinite in a step that goes too far."""
        if not isinstance(theta, np.ndarray) or theta.dtype != np.float64:
            theta = as_array("theta", theta)
        require_shape("theta", theta, (self.network.size,))
        return self.network._with_theta(theta)

    def fun(self, theta: Array) -> tuple[float, Array]:
        """Return the loss at theta (P,), and its gradient (P,), by blocks of samples."""
        network = self._at(theta)
        keep_freed_memory()
        y, caches = zip(*in_threads(partial(network._forward, self.x), self._parts), strict=True)
        loss, dy = self.loss.value_and_gradient(np.concatenate(y), self.target)
        backward = partial(network._backward, input_gradient=False)
        gradients = in_threads(backward, [dy[rows] for rows in self._blocks], caches)
        dtheta = reduce(np.add, [dtheta for _, dtheta in gradients])
        if self.penalty is not None:
            extra, gradient = self._penalized(network)
            loss, dtheta = loss + extra, dtheta + gradient
        return loss, dtheta

    def value(self, theta: Array) -> float:
        """Return the loss alone at theta (P,), with less memory than `fun`."""
        network = self._at(theta)
        loss, _ = self.loss.value_and_gradient(evaluate(network.layers, self.x), self.target)
        return loss if self.penalty is None else loss + self._penalized(network)[0]

    def residuals(self, theta: Array) -> Array:
        """Return r (N * n_out,) at theta (P,); r . r is the loss without `penalty_terms`."""
        y = self._forward_once(theta)[1]
        if self._weighted is not None:
            return np.ravel(self._scale(y)) * (y - self.target).ravel()
        return self._squares.residuals(y, self.target)

    def _scale(self, y: Array) -> float | Array:
        """Return dr/dy at outputs y (N, n_out), one number or (N * n_out, 1); weights are fixed."""
        if self._weighted is not None:
            return np.sqrt(self._weighted.weights(y, self.target)).reshape(-1, 1)
        return self._squares.residual_scale(y)

    def jacobian(self, theta: Array) -> Array:
        """Return dr/dtheta (N * n_out, P) at theta (P,)."""
        network, y, cache = self._forward_once(theta)
        self._latest = None  # the cache is large
        J = network._jacobian(y, cache or network._forward(self.x)[1]).reshape(y.size, -1)
        J *= self._scale(y)
        return J

    def jacobian_blocks(self, theta: Array) -> Iterator[Array]:
        """Yield the rows of dr/dtheta in blocks of some samples, in the order of `residuals`."""
        if len(self._jacobian_rows) == 1:
            yield self.jacobian(theta)
            return
        network, y, _ = self._forward_once(theta)
        scales = np.broadcast_to(self._scale(y), (y.size, 1)).reshape(*y.shape, 1)
        for rows in self._jacobian_rows:
            y, cache = network._forward(self.x[rows])
            J = network._jacobian(y, cache).reshape(y.size, -1)  # (m * n_out, P)
            J *= scales[rows].reshape(-1, 1)
            yield J

    @property
    def _jacobian_rows(self) -> list[slice]:
        """The samples of each block of the Jacobian."""
        height = max(1, JACOBIAN_AT_ONCE // (self.network.size * self.target.shape[1]))
        return [slice(start, start + height) for start in range(0, len(self.x), height)]

    def _forward_once(self, theta: Array) -> tuple[NetworkT, Array, list[Any]]:
        """Return `_forward` once for the same theta, with an empty cache if that were large."""
        if self._latest is None or not np.array_equal(self._latest[0], theta):
            theta = np.array(theta)  # a copy: an optimizer of the user's own may change it
            network = self._at(theta)
            if len(self._jacobian_rows) == 1:
                y, cache = network._forward(self.x, self._first)
            else:
                y, cache = evaluate(network.layers, self.x), []
            self._latest = theta, (network, y, cache)
        return self._latest[1]

    def penalty_terms(self, theta: Array) -> PenaltyTerms:
        """Return the loss and the penalty without r . r at theta (P,).

        The loss differs from r . r only if it has weights; then its gradient does not.
        """
        rest = 0.0
        if self._weighted is not None:
            y, r = self._forward_once(theta)[1], self.residuals(theta)
            rest = self.loss.value_and_gradient(y, self.target)[0] - float(r @ r)
        if self.penalty is None:
            return PenaltyTerms(rest)
        if not isinstance(self.penalty, CurvedPenalty):
            raise ValueError(
                "penalty has no method curvature(network, x), which Levenberg-Marquardt needs;"
                " use kn.Penalty with it, or the optimizers LBFGS, Adam or SGD"
            )
        network = self._at(theta)
        value, gradient = self._penalized(network)
        return PenaltyTerms(value + rest, gradient, self.penalty.curvature(network, self.x))

    def _penalized(self, network: NetworkT) -> tuple[float, Array]:
        """Return the penalty and its gradient (P,), which may be the user's own."""
        assert self.penalty is not None  # noqa: S101  # the callers know
        returned = self.penalty(network, self.x)
        return as_value_and_gradient("penalty", returned, network.size)

    @cached_property
    def _weighted(self) -> WeightedLoss | None:
        """The loss, if it has weights; to ask that of a protocol takes as long as the residuals."""
        return self.loss if isinstance(self.loss, WeightedLoss) else None

    @cached_property
    def _squares(self) -> SquaresLoss:
        """The loss, if it is a sum of squares."""
        if isinstance(self.loss, SquaresLoss):
            return self.loss
        raise ValueError(
            f"loss {self.loss.name!r} is not a sum of squares and has no residuals;"
            " use LBFGS, Adam or SGD with it"
        )
