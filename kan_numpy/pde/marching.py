r"""Time marching: an equation solved in windows of time, each from the end of the one before.

Training on a long time at once looks at all times equally, so errors of early times stay while
later times settle on a wrong solution (arXiv 2203.07404). A short window has little time for that.
What a window inherits is the residual of each initial condition,

.. math:: r_c(u) = r_c(u_{before}) \quad \text{ at its beginning},

so u itself where u was given at first, and :math:`u_t` too where it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Any, Generic

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_choice, as_flag, as_instance, as_list, as_rng
from kan_numpy._arrays import Array, Rng
from kan_numpy._validation import as_array, as_count
from kan_numpy.derivatives import network_jets as jets
from kan_numpy.derivatives.jet import Jet
from kan_numpy.networks.kan import KAN
from kan_numpy.networks.network import Network, NetworkT
from kan_numpy.optimizers.optimizer import Optimizer
from kan_numpy.pde.collocation import MOST_POINTS, SAMPLINGS, face_points, places, sample
from kan_numpy.pde.conditions import PDE, Condition
from kan_numpy.pde.error_estimate import Correction, ErrorEstimate
from kan_numpy.pde.residual import Residual, jets_seen
from kan_numpy.pde.solver import PDEResult, solve_pde, verified, warn_of_errors

__all__ = ["MarchResult", "march"]


@dataclass(frozen=True)
class MarchResult(Generic[NetworkT]):
    """The solution of `march`: a network for each window of time.

    Parameters
    ----------
    results : tuple of PDEResult
        That of each window, in turn.
    edges : tuple of float
        Where the windows begin and end: one number more than there are windows.
    axis : int
        The input that is time.

    Examples
    --------
    u' = u with u(0) = 1, in two windows:

    >>> import kan_numpy as kn
    >>> growth = kn.pde.Condition(kn.pde.linear(0.0, value=-1.0, gradient=1.0), order=1)
    >>> problem = kn.pde.PDE([0.0], [2.0], [growth, kn.pde.dirichlet(1.0, [(0, 0)])])
    >>> net = kn.KAN([1, 1], grid_size=3, degree=4, rng=0)
    >>> found = kn.pde.march(net, problem, windows=2, points=20, steps=10)
    >>> found([[0.0], [1.0], [2.0]]).round(3), found.edges
    (array([[1.   ],
           [2.718],
           [7.389]]), (0.0, 1.0, 2.0))
    """

    results: tuple[PDEResult[NetworkT], ...]
    edges: tuple[float, ...]
    axis: int

    @property
    def estimate(self) -> ErrorEstimate:
        """The error of all windows together; the residuals are in ``results``."""
        every = [result.estimate or ErrorEstimate((), np.nan) for result in self.results]
        loss = float(np.mean([estimate.loss for estimate in every]))
        l2, size = (
            np.sqrt(np.mean([getattr(estimate, name) ** 2 for estimate in every]))
            for name in ("l2", "size")
        )
        return ErrorEstimate((), loss, float(l2), float(size))

    def __call__(self, x: npt.ArrayLike) -> Array:
        """Return u (N, n_out) at x (N, n_in)."""
        return self.jet(x, []).value

    def jet(self, x: npt.ArrayLike, pairs: list[tuple[int, int]] | None = None) -> Jet:
        """Return u with its gradient and second derivatives, see `jets.forward`."""
        points = as_array("x", x, ("N", self.results[0].network.widths[0]))
        window = np.searchsorted(self.edges[1:-1], points[:, self.axis], side="left")
        parts: list[Any] = [None] * 3
        for index in np.unique(window):
            rows = np.flatnonzero(window == index)
            y = jets.forward(self.results[index].network, points[rows], pairs)[0]
            for at, part in enumerate(y):
                if parts[at] is None:
                    parts[at] = np.empty((len(points), *part.shape[1:]))
                parts[at][rows] = part
        return Jet(*parts)


def march(
    network: NetworkT,
    problem: PDE,
    windows: int,
    axis: int | None = None,
    points: int = 1000,
    boundary_points: int = 400,
    sampling: str = "sobol",
    optimizer: Optimizer | None = None,
    steps: int = 100,
    adapt_at: Iterable[int] = (),
    refine_at: Mapping[int, int] | None = None,
    progress: bool | None = None,
    rng: Rng = None,
    resample_at: Iterable[int] = (),
    verify: bool = True,
) -> MarchResult[NetworkT]:
    """Solve a differential equation in windows of time, each from the end of the one before.

    Parameters
    ----------
    network : KAN or MLP
        The initial network of every window. Its grids are adapted to the window before step 0.
    problem : PDE
        The equation with its conditions, none of them at the end of time.
    windows : int
        The number of windows, all of the same length.
    axis : int, optional
        The input that is time; by default the last one.
    points : int
        The approximate number of points inside each window; there are others at its end, where the
        next one begins.
    boundary_points : int
        The approximate number of points on all faces of each window.
    sampling : {"sobol", "grid", "random", "latin"}
        How points are chosen, see `kan_numpy.pde.collocation.sample`.
    optimizer, steps, adapt_at, refine_at, progress : optional
        As in `solve_pde`, for each window.
    rng : int, Generator or None
        Draws the points, unless they are a grid; what `numpy.random.default_rng` takes.
    resample_at : iterable of int
        As in `solve_pde`, for each window.
    verify : bool
        Whether the error is estimated, as in `solve_pde`, from all windows together.

    Returns
    -------
    MarchResult
        A function of x that knows the networks of all windows.

    Raises
    ------
    ValueError
        If windows is below 1, there is no input axis, no condition holds at the beginning of time
        or one at its end, or as in `solve_pde`.
    TypeError
        If windows or axis is not a whole number, or as in `solve_pde`.

    Warns
    -----
    RuntimeWarning
        As in `solve_pde`.

    Examples
    --------
    The advection of a wave, u_t + u_x = 0, in two windows:

    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> def wave(x):
    ...     return np.sin(x[:, 0] - x[:, 1])
    >>> inside = kn.pde.Condition(kn.pde.linear(0.0, gradient=(1.0, 1.0)), order=1)
    >>> start = kn.pde.dirichlet(wave, faces=[(0, 0), (1, 0)])
    >>> problem = kn.pde.PDE([0.0, 0.0], [1.0, 2.0], [inside, start], pairs=[])
    >>> net = kn.KAN([2, 1, 1], grid_size=3, degree=4, rng=1)
    >>> found = kn.pde.march(net, problem, windows=2, points=100, steps=20)
    >>> abs(found([[0.5, 2.0]])[0, 0] - np.sin(-1.5)) < 1e-3
    np.True_
    """
    last = as_instance("problem", problem, PDE, "a PDE").n_in - 1
    along = last if axis is None else as_count("axis", axis, 0, last)
    n_windows = as_count("windows", windows, 1, 10**4)
    edges = np.linspace(problem.low[along], problem.high[along], n_windows + 1).tolist()
    n_faces = _require_start(problem, along)
    n_points = as_count("points", points, 1, MOST_POINTS)
    n_last = as_count("boundary_points", boundary_points, 1, MOST_POINTS) // n_faces + 1
    way, generator = as_choice("sampling", sampling, SAMPLINGS), as_rng(rng)
    first = [0] if as_count("steps", steps, 0) and isinstance(network, KAN) else []
    solve = partial(
        solve_pde,
        network,
        boundary_points=boundary_points,
        sampling=way,
        optimizer=optimizer,
        steps=steps,
        adapt_at=first + as_list("adapt_at", adapt_at, "a list of steps", ordered=False),
        refine_at=refine_at,
        progress=progress,
        rng=generator,
        resample_at=as_list("resample_at", resample_at, "a list of steps", ordered=False),
        verify=False,
    )

    def solved(window: PDE) -> PDEResult[NetworkT]:
        inside = sample(window.low, window.high, n_points, way, generator)
        end = face_points(window, (along, 1), n_last, way, generator)  # where the next one begins
        return solve(window, np.vstack([inside, end]))

    return _marched(solved, problem, along, edges, as_flag("verify", verify))


def _marched(
    solved: Callable[[PDE], PDEResult[NetworkT]],
    problem: PDE,
    axis: int,
    edges: list[float],
    is_verified: bool,
) -> MarchResult[NetworkT]:
    """Return the result of all windows, each solved in its turn."""
    results: list[PDEResult[NetworkT]] = []
    losses: list[float] = []
    before, error = None, None
    for low, high in pairwise(edges):
        result = solved(_window(problem, axis, low, high, before))
        if is_verified and not result.interrupted:
            # The error of a window includes what it inherits.
            result = verified(result, _window(problem, axis, low, high, before, error))
            losses += result.history["train_loss"][-1:]
            error = result.estimate.correction if result.estimate else None
        results.append(result)
        before = result.network
        if result.interrupted:
            break
    found = MarchResult(tuple(results), tuple(edges[: len(results) + 1]), axis)
    if losses and not results[-1].interrupted:
        warn_of_errors(float(np.mean(losses)), found.estimate)
    return found


def _require_start(problem: PDE, axis: int) -> int:
    """Return the number of faces, of which only the one at the lower end of the axis is given."""
    faces = [tuple(face) for condition in problem.conditions for face in condition.faces]
    if (axis, 0) not in faces or (axis, 1) in faces:
        raise ValueError(
            f"problem must have a condition on the face ({axis}, 0), where time begins, and none on"
            f" ({axis}, 1), where it ends; or name another axis"
        )
    return len(faces)


def _window(
    problem: PDE,
    axis: int,
    low: float,
    high: float,
    before: Network | None,
    error: Correction | None = None,
) -> PDE:
    """Return the problem of one window, which begins where the network of the one before ends."""
    ends = [np.array(end, dtype=np.float64) for end in (problem.low, problem.high)]
    ends[0][axis], ends[1][axis] = low, high
    conditions: list[Condition] = []
    for condition in problem.conditions:
        start = [face for face in condition.faces if tuple(face) == (axis, 0)]
        if not start or before is None:
            conditions.append(condition)
            continue
        equation = _Inherited(condition, problem, before, error)
        others = [face for face in condition.faces if face not in start]
        share = condition.weight / len(condition.faces)
        part = replace(condition, equation=equation, faces=start, weight=share * len(start))
        conditions.append(part)
        if others:
            conditions.append(replace(condition, faces=others, weight=share * len(others)))
    return replace(problem, low=ends[0].tolist(), high=ends[1].tolist(), conditions=conditions)


@dataclass(frozen=True, eq=False)
class _Inherited:
    """The equation of an initial condition of a later window: the same residual as before."""

    condition: Condition
    problem: PDE
    before: Network
    error: Correction | None  # to be added to the network before

    def __call__(self, x: Array, u: Array, gradient: Array, second: Array) -> Residual:
        """Return the residual, and its derivatives by u and its derivatives."""
        now = self.condition.residual(x, u, gradient, second)
        return now._replace(r=now.r - self._earlier(x))

    def _earlier(self, x: Array) -> Array:
        """Return the residual (N,) of the window before."""
        alone = replace(self.problem, conditions=[self.condition])
        place = places(self.before, alone, [x])[0]
        y, parts, _ = place.evaluate(self.before)
        if self.error is None:
            return parts.r
        points = self.condition.all_points(x)
        e = self.error.jet(points, place.pairs, self.condition.order > 0)
        corrected = Jet(*(part + change for part, change in zip(y, e, strict=True)))
        return self.condition.residual(x, *jets_seen(corrected, self.condition.n_points)).r
