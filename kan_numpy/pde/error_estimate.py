r"""An estimate of the error of a solution, from its residuals where nothing was trained.

A small residual does not prove a small error: the equation may amplify it, and between the points
of training it may be large. The error e of u obeys, up to terms of second order, the linearized
conditions

.. math:: \frac{\partial r}{\partial u}\, e + \frac{\partial r}{\partial \nabla u} \cdot \nabla e
          + \frac{\partial r}{\partial u_q} \cdot e_q = -r(u)

with the residual r of the network at points of their own. They are solved by least squares among
`kan_numpy.pde.tensor_splines`, which know nothing of the network: one step of Newton's method with
another discretization.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import scipy

from kan_numpy._arguments import as_instance
from kan_numpy._arrays import Array
from kan_numpy.derivatives.jet import Jet, Pairs, as_pairs
from kan_numpy.networks.network import Network
from kan_numpy.pde.collocation import Place, collocation_points, places, sample
from kan_numpy.pde.conditions import PDE
from kan_numpy.pde.residual import Residual
from kan_numpy.pde.tensor_splines import TensorSplines

__all__ = ["FACE_POINTS_EACH", "FRESH", "GRIDS", "MOST_COEFFICIENTS", "NOTICED", "POINTS_ALONE"]
__all__ += ["POINTS_EACH", "RIDGE", "TINY", "UNEXPLAINED"]
__all__ += ["Correction", "ErrorEstimate", "estimate_error"]

GRIDS = {1: (64, 1024), 2: (32, 96), 3: (6, 12)}
"""The intervals along each input, by the number of inputs: first the coarse grid.

Of the error of a front that is 1/100 of the box wide, 96 intervals find 85 %."""

UNEXPLAINED, NOTICED = 0.1, 1e-3
"""The finer grid is taken if the error leaves more than the first share of the residual, and is
more than the second share of u."""

MOST_COEFFICIENTS = 10_000
"""The size of the largest system; its band matrix takes up to 100 MB."""

POINTS_EACH, FACE_POINTS_EACH = 2, 4
"""The points for each coefficient, inside and on a face."""

POINTS_ALONE = 4000, 500
"""The points inside and on a face where only residuals are told."""

RIDGE, TINY = 1e-12, 1e-300
"""What is added to the diagonal, as a share of its mean: rounding is 1e-16; and what is not 0."""

FRESH = 7919
"""The seed of the points, so that the estimate of a network is always the same."""


@dataclass(frozen=True)
class ErrorEstimate:
    """The residuals of a network at fresh points, and the error that follows from them.

    Parameters
    ----------
    residuals : tuple of float
        The root mean square of the residual of each condition.
    loss : float
        The loss at these points, the weighted sum of their squares.
    l2 : float
        The estimated root mean square of the error of u over the box; NaN if it cannot be told.
    size : float
        The root mean square of u with its error removed.
    unexplained : float
        The share of the residuals that no estimated error explains: where it is large, the residual
        oscillates between the points of training, or is finer than the grid of the estimate.
    correction : callable, optional
        The negative error, which would have to be added to the network: its value (N, n_out) at x
        (N, n_in).

    Examples
    --------
    u' = u with u(0) = 1 is solved by e^x; the first terms of its series are not far from it:

    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> growth = kn.pde.Condition(kn.pde.linear(0.0, value=-1.0, gradient=1.0), order=1)
    >>> problem = kn.pde.PDE([0.0], [1.0], [growth, kn.pde.dirichlet(1.0, [(0, 0)])])
    >>> series, x = kn.from_formula("1 + x + x^2/2", ["x"]), np.linspace(0, 1, 1001)[:, None]
    >>> error = np.sqrt(np.mean((series(x) - np.exp(x)) ** 2))
    >>> round(kn.pde.estimate_error(series, problem).l2, 3), round(float(error), 3)
    (0.08, 0.08)
    """

    residuals: tuple[float, ...]
    loss: float
    l2: float = np.nan
    size: float = np.nan
    unexplained: float = np.nan
    correction: Correction | None = field(default=None, repr=False)

    @property
    def relative(self) -> float:
        """The error relative to u, ``l2 / size``."""
        return self.l2 / max(self.size, TINY)


@dataclass(frozen=True)
class Correction:
    """A function of tensor products of splines: the negative of an estimated error."""

    space: TensorSplines
    coef: Array  # (n_out, size)

    def __call__(self, x: Array) -> Array:
        """Return its value (N, n_out) at x (N, n_in)."""
        return self.jet(x, as_pairs([], x.shape[1]), gradient=False).value

    def jet(self, x: Array, pairs: Pairs, gradient: bool = True) -> Jet:
        """Return its jets (N, n_out, ...) at x (N, n_in)."""
        return self.space.at(x, pairs, gradient).jet(self.coef)


def estimate_error(network: Network, problem: PDE) -> ErrorEstimate:
    """Estimate the error of a network as the solution of a differential equation.

    Parameters
    ----------
    network : KAN or MLP
        u.
    problem : PDE
        The equation with its conditions; its solution is not used.

    Returns
    -------
    ErrorEstimate
        The error is estimated for one to three inputs, and NaN for more.

    Raises
    ------
    ValueError
        If the network does not fit the problem.
    TypeError
        If network is not a network, or problem is not a PDE.

    Notes
    -----
    The estimate is as good as the linearization, so of a network that is far from any solution it
    only says that it is. Where conditions do not determine u, it does not see what they leave open.

    Examples
    --------
    A solution of u'' = 2 that misses u(1) = 1 by 0.3. The error is 0.3 x, its mean square 0.03:

    >>> import kan_numpy as kn
    >>> inside = kn.pde.Condition(kn.pde.linear(2.0, second=1.0))
    >>> ends = kn.pde.dirichlet(lambda x: x[:, 0], faces=kn.pde.every_face(1))
    >>> problem = kn.pde.PDE([0], [1], [inside, ends])
    >>> found = kn.pde.estimate_error(kn.from_formula("x^2 + 0.3*x", ["x"]), problem)
    >>> round(found.l2**2, 4), round(found.residuals[0], 4), round(found.residuals[1], 4)
    (0.03, 0.0, 0.2121)
    """
    as_instance("problem", problem, PDE, "a PDE")
    if problem.n_in not in GRIDS:
        fresh = _fresh(network, problem, *POINTS_ALONE)
        return _measured([(place, place.evaluate(network)[1]) for place in fresh])
    coarse, fine = (TensorSplines(problem.low, problem.high, G) for G in GRIDS[problem.n_in])
    found = _on(coarse, network, problem)
    too_coarse = found.unexplained > UNEXPLAINED and found.relative > NOTICED
    if too_coarse and fine.size * problem.n_out <= MOST_COEFFICIENTS:
        return _on(fine, network, problem)
    return found


def _fresh(network: Network, problem: PDE, n_points: int, each: int) -> list[Place]:
    """Return the conditions at points where nothing was trained, so many on each face."""
    n_faces = sum(len(condition.faces) for condition in problem.conditions)
    rng = np.random.default_rng(FRESH)
    points = collocation_points(problem, n_points, max(1, n_faces * each), "sobol", rng)
    return places(network, problem, points)


def _measured(at: list[tuple[Place, Residual]]) -> ErrorEstimate:
    """Return the sizes of the residuals, without an error."""
    residuals = tuple(float(np.sqrt(np.mean(parts.r**2))) for _, parts in at)
    weights = [place.condition.weight for place, _ in at]
    loss = sum(weight * size**2 for weight, size in zip(weights, residuals, strict=True))
    return ErrorEstimate(residuals, loss)


def _on(space: TensorSplines, network: Network, problem: PDE) -> ErrorEstimate:
    """Return the estimate among the functions of a space."""
    n_points = POINTS_EACH * space.size
    each = FACE_POINTS_EACH * (space.grid_size + space.degree) ** (problem.n_in - 1)
    with np.errstate(all="ignore"):
        fresh = _fresh(network, problem, n_points, each)
        at = [(place, place.evaluate(network)[1]) for place in fresh]
    found, blocks = _measured(at), [_rows(space, problem.n_out, *pair) for pair in at]
    A, b = scipy.sparse.vstack([A for A, _ in blocks]), np.concatenate([b for _, b in blocks])
    coef = _least_squares(A, -b)
    if coef is None:
        return found
    correction = Correction(space, coef.reshape(problem.n_out, -1))
    x = sample(problem.low, problem.high, n_points)
    e, u = correction(x), network(x)
    l2, size = (float(np.sqrt(np.mean(np.sum(part**2, axis=1)))) for part in (e, u + e))
    rest = float(np.linalg.norm(A @ coef + b)) / max(float(np.linalg.norm(b)), TINY)
    return replace(found, l2=l2, size=size, unexplained=rest, correction=correction)


def _rows(
    space: TensorSplines, n_out: int, place: Place, parts: Residual
) -> tuple[scipy.sparse.csr_array, Array]:
    """Return A (N, n_out size) and b (N,) of one linearized condition A c + b = 0.

    Rows that are not finite are left out, and the others scaled to a mean square of 1 / N, so that
    the conditions weigh the same whatever their units.
    """
    condition, N = place.condition, len(place.x)
    dr = parts.upstream(np.ones(N), condition.n_points)  # (n_points N, n_out, ...)
    local = space.at(condition.all_points(place.x), place.pairs, condition.order > 0)
    entries = dr.value[:, :, None] * local.value[:, None]  # (n_points N, n_out, m)
    entries += dr.gradient @ local.gradient.swapaxes(1, 2) + dr.second @ local.second.swapaxes(1, 2)
    numbers = local.columns[:, None] + space.size * np.arange(n_out)[:, None]
    values, columns = (
        part.reshape(condition.n_points, N, -1).swapaxes(0, 1).reshape(N, -1)
        for part in (entries, numbers)
    )
    finite = np.isfinite(values).all(axis=1) & np.isfinite(parts.r)
    values, columns, r = values[finite], columns[finite], parts.r[finite]
    scale = 1.0 / np.sqrt(max(np.sum(values**2), TINY))
    start, shape = columns.shape[1] * np.arange(len(r) + 1), (len(r), n_out * space.size)
    A = scipy.sparse.csr_array(((scale * values).ravel(), columns.ravel(), start), shape)
    return A, scale * r


def _least_squares(A: scipy.sparse.csr_array, b: Array) -> Array | None:
    """Return c (P,) with the least |A c - b|, or None if rounding leaves nothing of it."""
    gram = (A.T @ A).tocsr()
    order = scipy.sparse.csgraph.reverse_cuthill_mckee(gram, symmetric_mode=True)
    lower = scipy.sparse.tril(gram[order][:, order]).tocoo()
    below = lower.row - lower.col
    band = np.zeros((int(below.max()) + 1, len(order)))
    band[below, lower.col] = lower.data
    band[0] += RIDGE * band[0].mean() + TINY
    try:
        solved = scipy.linalg.solveh_banded(band, (A.T @ b)[order], lower=True)
    except (np.linalg.LinAlgError, ValueError):
        return None
    c = np.empty_like(solved)
    c[order] = solved
    return c
