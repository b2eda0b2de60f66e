r"""Units: how well `fit` trains does not depend on the units of the data.

Optimizers assume that parameters, inputs and outputs are numbers of about 1. Data are years and
incomes. So `fit` trains in units of its own, and returns a network in the units of the data. This
is all there is to know about it:

**Outputs.** With the mean m and the standard deviation s of each output,

.. math:: \tilde y = (y - m) / s, \qquad
          c = s\, \tilde c, \quad w = s\, \tilde w, \quad \beta = s\, \tilde\beta + m,

in the last layer, where training has the quantities with a tilde. s is rounded to a power of 2, so
that these products are exact. Several outputs count alike, each in its own unit. A penalty remains
that of the network in the units of the data, and so do the losses in the history and the networks
that a callback gets. A product has the unit s in its first factor, and no m.

**Inputs.** A network as drawn (`Network.init`) has no units yet. If a column of inputs leaves its
grid, or fills less than one interval of it, the grids of the first layer are laid on the data,

.. math:: u = (x - center) / scale, \qquad \phi(x) = w\, b(u) + \sum_j c_j B_j(x),

where u is what x was on the old grid: B-splines have their units in the knots, and the base
function gets the two arrays ``center`` and ``scale`` of the layer. They are the only trace of units
in a network: its d-th derivative is :math:`b^{(d)}(u) / scale^d`, its formula has
:math:`b((x - center) / scale)`, its file two more arrays. The inputs of an MLP, drawn or not, are
scaled by mean and standard deviation, and
:math:`W u + \beta = (W / scale)\, x + (\beta - W\, center / scale)` leaves no trace at all.

A network that was trained or given has units: it begins as the same function, and its grids stay.
Only `fit` does all this; `train`, `solve_pde` and `sparsify` take numbers as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_value_and_gradient
from kan_numpy._arrays import Array
from kan_numpy.functions.scaling import Scaler
from kan_numpy.layers.dense_layer import DenseLayer
from kan_numpy.layers.product_layer import ProductLayer
from kan_numpy.networks.network import Network, NetworkT
from kan_numpy.splines.knot_placement import NARROWEST
from kan_numpy.training.grids import on_data
from kan_numpy.training.losses import Huber, MeanSquaredError
from kan_numpy.training.objective import CurvedPenalty, Objective

__all__ = ["ScaledObjective", "Units", "in_own_units"]


@dataclass(frozen=True, eq=False)
class Units:
    """The units in which a network is trained: of its inputs, if it is an MLP, and its outputs."""

    x: Scaler
    y: Scaler

    @classmethod
    def of(cls, objective: Objective[Any]) -> Units:
        """Measure the units of the inputs and the targets of a network."""
        network = objective.network
        inputs, outputs = (_as_they_are(network.widths[level]) for level in (0, -1))
        if isinstance(network.layers[0], DenseLayer):
            inputs = _scaler(objective.x, np.ones(network.widths[0], dtype=bool))
        # Any other loss may depend on the size of the errors.
        if type(objective.loss) is MeanSquaredError:
            outputs = _output_scaler(network, objective.target)
        elif isinstance(objective.loss, Huber) and objective.loss.delta is None:
            middle, size = np.median(objective.target, axis=0), np.sqrt(objective.variances)
            bounded = np.clip(objective.target, middle - 2.0 * size, middle + 2.0 * size)
            outputs = _output_scaler(network, bounded)
        return cls(inputs, outputs)

    @property
    def inverse(self) -> Units:
        """The units that undo these."""
        scalers = (self.x, self.y)
        return Units(*(Scaler(-one.center / one.scale, 1.0 / one.scale) for one in scalers))

    def restored(self, network: NetworkT) -> NetworkT:
        """Return the network of x and y, from one of the scaled x and y."""
        layers: list[Any] = list(network.layers)
        l, sums = _last_sums(network)
        m, s = np.zeros(layers[l].n_out), np.ones(layers[l].n_out)
        m[sums], s[sums] = self.y.center, self.y.scale
        layers[l] = _scaled(layers[l], m, s)
        if isinstance(layers[0], DenseLayer):
            weights = layers[0].weights / self.x.scale
            bias = layers[0].bias - weights @ self.x.center
            layers[0] = replace(layers[0], weights=weights, bias=bias)
        return network._with_layers(layers)

    def gradient(self, network: Network, gradient: Array) -> Array:
        """Return the gradient (..., P) by theta, from that by theta of the restored network."""
        scales = Units(_without_center(self.x), _without_center(self.y))
        own = gradient * scales.restored(network._with_theta(np.ones(network.size))).theta
        first = network.layers[0]
        if isinstance(first, DenseLayer):
            weights = own[..., : first.weights.size].reshape(*own.shape[:-1], *first.weights.shape)
            dbias = own[..., first.weights.size : first.size, None]
            weights -= dbias * (self.x.center / self.x.scale)
        return own


class ScaledObjective(Objective[NetworkT]):
    """An objective of the user, with a network, inputs and targets in other units."""

    units: Units
    plain: Objective[NetworkT]  # that of the user
    start: NetworkT  # the network of the user in these units

    @classmethod
    def of(
        cls, plain: Objective[NetworkT], units: Units, start: NetworkT
    ) -> ScaledObjective[NetworkT]:
        """Return an objective in other units."""
        scaled = object.__new__(cls)
        scaled.__dict__.update(plain.__dict__, units=units, plain=plain, start=start, network=start)
        scaled.target = units.y(plain.target)
        if isinstance(start.layers[0], DenseLayer):
            scaled.x = units.x(plain.x)
        if plain.penalty is not None:
            kind = _CurvedPenalty if isinstance(plain.penalty, CurvedPenalty) else _Penalty
            scaled.penalty = kind(plain.penalty, units)
        return scaled

    def for_the_user(self, network: NetworkT) -> NetworkT:
        """Return the network in the units of the data."""
        if network is self.start and self.plain.network.init is None:
            return self.plain.network
        return self.units.restored(network)

    def loss_of(self, network: NetworkT) -> float:
        """Return the loss in these units of a network in those of the data."""
        scaled = self.units.inverse.restored(network)
        return self.on(scaled).value(scaled.theta)

    def loss_for_the_user(self, loss: float, network: NetworkT) -> float:
        """Return the loss of a network in these units as that of the data."""
        s = self.units.y.scale
        if np.all(s == s[0]):
            return float(loss * s[0] * s[0])
        restored = self.for_the_user(network)
        return self.plain.on(restored).value(restored.theta)


@dataclass(frozen=True, eq=False)
class _Penalty:
    """The penalty of the user on the restored network, in the unit of the loss."""

    penalty: Any
    units: Units

    def __call__(self, network: Network, x: Array) -> tuple[float, Array]:
        """Return the penalty and its gradient (P,)."""
        returned = self.penalty(self.units.restored(network), self.units.x.inverse(x))
        value, gradient = as_value_and_gradient("penalty", returned, network.size)
        return value / self.unit, self.units.gradient(network, gradient) / self.unit

    @property
    def unit(self) -> float:
        """The unit of the loss: the mean square of those of the outputs."""
        return float(np.mean(self.units.y.scale**2))


class _CurvedPenalty(_Penalty):
    """One that has a curvature."""

    def curvature(self, network: Network, x: Array) -> Array:
        """Return the second derivatives (P, P)."""
        H = self.penalty.curvature(self.units.restored(network), self.units.x.inverse(x))
        rows = self.units.gradient(network, H)
        return self.units.gradient(network, rows.T) / self.unit


def in_own_units(
    objective: Objective[NetworkT], validation: Objective[NetworkT] | None
) -> tuple[ScaledObjective[NetworkT], ScaledObjective[NetworkT] | None]:
    """Return both in the units of the first, which its network is brought to."""
    units, network = Units.of(objective), objective.network
    is_drawn = network.init is not None
    start = on_data(network, objective.x) if is_drawn else units.inverse.restored(network)
    return (
        ScaledObjective.of(objective, units, start),
        None if validation is None else ScaledObjective.of(validation, units, start),
    )


def _as_they_are(n: int) -> Scaler:
    """Return the scaler of n columns that changes nothing."""
    return Scaler(np.zeros(n), np.ones(n))


def _without_center(scaler: Scaler) -> Scaler:
    """Return the scaler by the same units from zero."""
    return Scaler(np.zeros_like(scaler.center), scaler.scale)


def _scaler(values: Array, centered: npt.NDArray[np.bool_]) -> Scaler:
    """Return mean and standard deviation of columns (N, n).

    A column that is not to be centered (n,) keeps its zero; a constant one has its size as unit.
    """
    center = np.where(centered, values.mean(axis=0), 0.0)
    distance, size = np.abs(values - center), np.abs(values).max(axis=0)
    largest = distance.max(axis=0)
    # Divided first, so that no square overflows.
    parts = distance / np.where(largest > 0.0, largest, 1.0)
    spread = largest * np.sqrt(np.mean(parts**2, axis=0))
    spread = np.where(spread > NARROWEST * size, spread, size)
    return Scaler(center, np.where(spread > 0.0, spread, 1.0))


def _output_scaler(network: Network, y: Array) -> Scaler:
    """Return the units of the targets y (N, n_out)."""
    l, sums = _last_sums(network)
    is_sum = np.ones(len(sums), dtype=bool)
    if isinstance(network.layers[-1], ProductLayer):
        is_sum[:] = [len(group) == 1 for group in network.layers[-1].groups]
    scaler = _scaler(y, is_sum)
    ties = getattr(network.layers[l], "ties", ())
    if any(len({out for out, _ in tie}) > 1 for tie in ties):  # outputs share coefficients
        common = np.exp(np.log(scaler.scale).mean()) if is_sum.all() else 1.0
        scaler = replace(scaler, scale=np.full(len(sums), common))
    if network.init is not None:
        return scaler
    # So that what is not trained, as a bias, comes back as it was.
    return Scaler(np.zeros(len(sums)), np.exp2(np.round(np.log2(scaler.scale))))


def _last_sums(network: Network) -> tuple[int, list[int]]:
    """Return the last layer of sums, and the sum that has the unit of each output, (n_out,)."""
    l, last = len(network.layers) - 1, network.layers[-1]
    if isinstance(last, ProductLayer):
        return l - 1, [group[0] for group in last.groups]
    return l, list(range(last.n_out))


def _scaled(layer: Any, m: Array, s: Array) -> Any:
    """Return the layer whose outputs are s y + m, for its outputs y (N, n_out)."""
    bias, w = s * layer.bias + m, s[:, None]
    if isinstance(layer, DenseLayer):
        return replace(layer, weights=w * layer.weights, bias=bias)
    unit = np.ones((layer.n_out, 4))
    unit[:, 2:] = w
    symbols = tuple(edge.with_affine(unit[edge.out] * edge.affine) for edge in layer.symbols)
    return replace(
        layer, coef=w[:, :, None] * layer.coef, w_base=w * layer.w_base, bias=bias, symbols=symbols
    )
