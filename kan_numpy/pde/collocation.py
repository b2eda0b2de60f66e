r"""The loss of a differential equation: the residuals of its conditions at many points.

.. math:: L(\theta) = \sum_c \frac{\alpha_c}{N_c} \sum_n r_c(x_{cn})^2

with a weight :math:`\alpha_c` and :math:`N_c` points for each condition c of a `PDE` (arXiv
2404.19756, sec. 3.4). This is a sum of squares, of :math:`\sqrt{\alpha_c / N_c}\, r_c`, and the
backward pass of `kan_numpy.derivatives.network_jets` gives its Jacobian, as Levenberg-Marquardt
needs it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy

from kan_numpy._arguments import as_choice, as_instance, as_rng
from kan_numpy._arrays import Array, Rng
from kan_numpy._validation import as_array, as_count
from kan_numpy.derivatives import network_jets as jets
from kan_numpy.derivatives.jet import Jet, Pairs, as_pairs, seed
from kan_numpy.derivatives.layer_jets import as_jet_layer
from kan_numpy.networks.checks import as_network
from kan_numpy.networks.network import Network, NetworkT
from kan_numpy.pde.conditions import PDE, Condition
from kan_numpy.pde.residual import Residual, jets_seen
from kan_numpy.training.objective import NetworkObjective

__all__ = ["MOST_POINTS", "SAMPLINGS", "PDEObjective", "Place", "as_sampling", "collocation_points"]
__all__ += ["face_points", "places", "require_widths", "sample"]

MOST_POINTS = 10**6
"""The most points of each kind: their derivatives are arrays many times as large."""

SAMPLINGS = ("grid", "random", "latin", "sobol")
"""The ways to choose points, see `sample`."""


def collocation_points(
    problem: PDE,
    points: int | npt.ArrayLike = 1000,
    boundary_points: int = 400,
    sampling: str = "grid",
    rng: Rng = None,
) -> list[Array]:
    """Return the points (N, n_in) of each condition of a problem; see `solve_pde`."""
    as_instance("problem", problem, PDE, "a PDE")
    low, high = np.asarray(problem.low, float), np.asarray(problem.high, float)
    generator = as_rng(rng)
    if not isinstance(points, np.ndarray | list | tuple):
        inside = sample(low, high, as_count("points", points, 1, MOST_POINTS), sampling, generator)
    else:
        inside = as_array("points", points, ("N", problem.n_in))
    n_faces = max(1, sum(len(condition.faces) for condition in problem.conditions))
    each = max(1, as_count("boundary_points", boundary_points, 1, MOST_POINTS) // n_faces)

    def on(face: tuple[int, int]) -> Array:
        return face_points(problem, face, each, sampling, generator)

    return [
        np.vstack([on(face) for face in condition.faces]) if condition.faces else inside
        for condition in problem.conditions
    ]


def as_sampling(sampling: str | None, problem: PDE) -> str:
    """Return how to draw points: by default a grid for up to two inputs, and "sobol" for more."""
    default = "grid" if problem.n_in < 3 else "sobol"
    return as_choice("sampling", default if sampling is None else sampling, SAMPLINGS)


def face_points(
    problem: PDE, face: tuple[int, int], n_points: int, sampling: str, rng: np.random.Generator
) -> Array:
    """Return points (n_points, n_in) of a face, about so many if they are a grid."""
    low, high, (i, end) = np.asarray(problem.low, float), np.asarray(problem.high, float), face
    others = np.arange(problem.n_in) != i
    here = sample(low[others], high[others], n_points, sampling, rng)
    return np.insert(here, i, (low, high)[end][i], axis=1)


def sample(
    low: npt.ArrayLike, high: npt.ArrayLike, n_points: int, sampling: str = "grid", rng: Rng = None
) -> Array:
    """Return points (N, d) of a box with the ends (d,).

    They are the centers of m^d equal cells for "grid", with m^d near n_points; independent uniform
    numbers for "random"; a Latin hypercube, with one point in each of N slices of each input; or
    the beginning of a scrambled Sobol sequence, which leaves no large gaps. The last two are those
    of `scipy.stats.qmc`.
    """
    low, high = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    kind, generator, d = as_choice("sampling", sampling, SAMPLINGS), as_rng(rng), len(low)
    if d == 0:
        return np.empty((1, 0))
    if kind == "grid":
        m = max(1, round(n_points ** (1.0 / d)))
        centers = [(np.arange(m) + 0.5) / m] * d
        unit = np.stack(np.meshgrid(*centers, indexing="ij"), axis=-1).reshape(-1, d)
    elif kind == "random":
        unit = generator.random((n_points, d))
    else:
        unit = _quasi_random(kind, n_points, d, generator)
    return low + (high - low) * unit


def _quasi_random(kind: str, n_points: int, d: int, rng: np.random.Generator) -> Array:
    """Return points (N, d) of the unit cube, more evenly distributed than independent ones."""
    if kind == "latin":
        return np.asarray(scipy.stats.qmc.LatinHypercube(d, seed=rng).random(n_points))
    power = (n_points - 1).bit_length()  # a Sobol sequence is even over powers of two
    return np.asarray(scipy.stats.qmc.Sobol(d, seed=rng).random_base2(power)[:n_points])


class PDEObjective(NetworkObjective[NetworkT]):
    r"""The loss :math:`L(\theta)` of a network for a differential equation.

    The points (N, n_in) of each condition are those of `collocation_points`. A ValueError is raised
    if the network does not fit the problem, or an equation is not finite at some point.
    """

    def __init__(self, network: NetworkT, problem: PDE, points: list[Array]) -> None:
        self.network, self.problem, self.points = network, problem, points
        self.x = np.vstack(points)
        self._places = places(network, problem, points)
        for place in self._places:
            place.require_finite(*place.evaluate(network)[:2])

    @property
    def is_least_squares(self) -> bool:
        """Always: the loss is a sum of squares."""
        return True

    def on(self, network: NetworkT) -> PDEObjective[NetworkT]:
        """Return the objective of another network with the same inputs."""
        return PDEObjective(network, self.problem, self.points)

    def fun(self, theta: Array) -> tuple[float, Array]:
        """Return the loss at theta (P,), and its gradient (P,)."""
        network, loss, dtheta = self.network._with_theta(theta), 0.0, np.zeros(theta.size)
        for place in self._places:
            _, parts, cache = place.evaluate(network)
            r, part = place.scale * parts.r, np.empty(theta.size)
            jets.backpropagate(cache, place.upstream(parts, 2.0 * place.scale * r), part)
            loss += float(r @ r)
            dtheta += part
        return loss, dtheta

    def value(self, theta: Array) -> float:
        """Return the loss alone at theta (P,)."""
        r = self.residuals(theta)
        return float(r @ r)

    def residuals(self, theta: Array) -> Array:
        """Return r (M,) of all conditions in turn at theta (P,); r . r is the loss."""
        network = self.network._with_theta(theta)
        return np.concatenate(
            [place.scale * place.evaluate(network)[1].r for place in self._places]
        )

    def jacobian(self, theta: Array) -> Array:
        """Return dr/dtheta (M, P) at theta (P,)."""
        network, at = self.network._with_theta(theta), 0
        J = np.empty((len(self.x), theta.size))
        for place in self._places:
            y, parts, cache = place.evaluate(network)
            place.require_finite(y, parts)
            dr, rows = np.full(len(place.x), place.scale), slice(at, at + len(place.x))
            place.jacobian(cache, place.upstream(parts, dr), J[rows])
            at = rows.stop
        return J


class Place:
    """One condition at its points, with the part of the first layer without theta."""

    def __init__(self, name: str, condition: Condition, x: Array, pairs: Pairs, layer: object):
        self.name, self.condition, self.x = name, condition, x
        self.pairs = pairs if condition.order == 2 else as_pairs([], x.shape[1])
        self.scale = float(np.sqrt(condition.weight / len(x)))
        first = seed(condition.all_points(x), self.pairs, condition.order > 0)
        self.first = as_jet_layer(layer).features(first, self.pairs)

    def evaluate(self, network: Network) -> tuple[Jet, Residual, jets.JetCache]:
        """Return the jet of u, the residual with its partial derivatives, and the cache."""
        layers = [as_jet_layer(layer) for layer in network.layers]
        y, cache = jets.propagate(layers, self.first, self.pairs)
        return y, self.condition.residual(self.x, *jets_seen(y, self.condition.n_points)), cache

    def upstream(self, parts: Residual, dr: Array) -> Jet:
        """Return the gradient of the jet of u from dr (N,)."""
        return parts.upstream(dr, self.condition.n_points)

    def jacobian(self, cache: jets.JetCache, upstream: Jet, out: Array) -> None:
        """Write the Jacobian (N, P); a residual that sees two points has the sum of their rows."""
        if self.condition.n_points == 1:
            jets.backpropagate(cache, upstream, out)
            return
        both = np.empty((2 * len(out), out.shape[1]))
        jets.backpropagate(cache, upstream, both)
        np.add(both[: len(out)], both[len(out) :], out=out)

    def require_finite(self, y: Jet, parts: Residual) -> None:
        """Raise a ValueError at the first point where the equation is not finite."""
        for name, part in zip(Residual._fields, parts, strict=True):
            bad = np.flatnonzero(~np.isfinite(part.reshape(len(part), -1)).all(axis=1))
            if bad.size:
                n = int(bad[0])
                u = ", ".join(f"{value:g}" for value in y.value[n])
                raise ValueError(
                    f"{self.name} is not finite at {bad.size} of {len(part)} points:"
                    f" at x = {self.x[n].tolist()}, where u = {u}, its {name} is"
                    f" {part[n].tolist()}"
                )


def places(network: Network, problem: PDE, points: list[Array]) -> list[Place]:
    """Return the conditions of a problem at their points, if the network fits it."""
    _require_fit(network, problem)
    pairs, layer = as_pairs(problem.pairs, problem.n_in), network.layers[0]
    return [
        Place(f"conditions[{at}]", condition, x, pairs, layer)
        for at, (condition, x) in enumerate(zip(problem.conditions, points, strict=True))
    ]


def require_widths(network: Network, problem: PDE) -> None:
    """Refuse a network with other inputs or outputs."""
    widths = as_network(network).widths
    if (widths[0], widths[-1]) != (problem.n_in, problem.n_out):
        raise ValueError(
            f"network must have {problem.n_in} inputs and {problem.n_out}"
            f" output{'s' * (problem.n_out > 1)}, as the problem has, but its widths are {widths}"
        )


def _require_fit(network: Network, problem: PDE) -> None:
    """Refuse a network with other inputs or outputs, or with splines of too low a degree."""
    require_widths(network, problem)
    need = max(condition.order for condition in problem.conditions) + 1
    for l, layer in network.kan_layers:
        if layer.basis.max_derivative < need:
            raise ValueError(
                f"network must have splines of degree {need} at least, better {need + 1}, for"
                f" derivatives of order {need - 1}, but layers[{l}] has degree {layer.degree}"
            )
