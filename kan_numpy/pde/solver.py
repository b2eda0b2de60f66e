r"""Solution of differential equations with networks, and comparison with known solutions.

`solve_pde` is `fit` without data: the objective is that of `kan_numpy.pde.collocation`, and
`kan_numpy.training.training_loop` minimizes it. What it finds is then judged at points where
nothing was trained, by `kan_numpy.pde.error_estimate`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_flag, as_instance, as_rng, level_outside
from kan_numpy._arrays import Rng
from kan_numpy._validation import as_count
from kan_numpy.derivatives import network_jets as jets
from kan_numpy.derivatives.jet import Jet
from kan_numpy.networks.network import Network, NetworkT
from kan_numpy.optimizers.optimizer import Optimizer
from kan_numpy.pde.collocation import (
    MOST_POINTS,
    PDEObjective,
    as_sampling,
    collocation_points,
    require_widths,
    sample,
)
from kan_numpy.pde.conditions import PDE
from kan_numpy.pde.error_estimate import NOTICED, ErrorEstimate, estimate_error
from kan_numpy.pde.resampling import train_in_stages
from kan_numpy.training.fit_result import Callback, FitResult, interruption

__all__ = ["FAR", "LARGEST_ERROR", "HasJet", "PDEErrors", "PDEResult", "pde_errors", "solve_pde"]
__all__ += ["verified", "warn_of_errors"]

LARGEST_ERROR = 0.01
"""The estimated error, relative to u, above which `solve_pde` warns."""

FAR = 100.0
"""It also warns of a loss so many times that of training at points where nothing was trained, if
the error is more than `NOTICED`."""


@dataclass(frozen=True)
class PDEResult(FitResult[NetworkT]):
    """The result of `solve_pde`: a `FitResult`, and what is known about its error.

    Parameters
    ----------
    network, history, message, expected_loss, stages : optional
        As in `FitResult`.
    estimate : ErrorEstimate, optional
        The residuals at points where nothing was trained, and the error of u that follows from
        them; None without ``verify`` and after Ctrl-C.

    Examples
    --------
    The parabola of `solve_pde` has three coefficients, and a spline of degree 4 is exact:

    >>> import kan_numpy as kn
    >>> inside = kn.pde.Condition(kn.pde.linear(2.0, second=1.0))
    >>> ends = kn.pde.dirichlet(lambda x: x[:, 0], faces=kn.pde.every_face(1))
    >>> net = kn.KAN([1, 1], grid_size=3, degree=4, grid_range=(0, 1), rng=0)
    >>> result = kn.solve_pde(net, kn.pde.PDE([0], [1], [inside, ends]), points=20, steps=20)
    >>> len(result.estimate.residuals), result.estimate.relative < 1e-6
    (2, True)
    """

    estimate: ErrorEstimate | None = None


def solve_pde(
    network: NetworkT,
    problem: PDE,
    points: int | npt.ArrayLike = 1000,
    boundary_points: int = 400,
    sampling: str | None = None,
    optimizer: Optimizer | None = None,
    steps: int = 100,
    adapt_at: Iterable[int] = (),
    refine_at: Mapping[int, int] | None = None,
    callback: Callback[NetworkT] | None = None,
    progress: bool | None = None,
    rng: Rng = None,
    resample_at: Iterable[int] = (),
    verify: bool = True,
) -> PDEResult[NetworkT]:
    r"""Train a network to satisfy a differential equation.

    .. math:: L(\theta) = \sum_c \frac{\alpha_c}{N_c} \sum_n r_c(x_{cn})^2

    with the residuals :math:`r_c` and the weights :math:`\alpha_c` of the conditions.

    Parameters
    ----------
    network : KAN or MLP
        The initial network, which is not changed; one output, or those of a system. Its splines
        should have degree 4 or more, see `kan_numpy.derivatives.kan_jets`.
    problem : PDE
        The equation with its conditions.
    points : int or array_like, shape (N, n_in)
        The approximate number of points inside, or the points themselves.
    boundary_points : int
        The approximate number of points on all faces together; at least one on each face that has a
        condition.
    sampling : {"grid", "random", "latin", "sobol"}, optional
        How points are chosen, see `kan_numpy.pde.collocation.sample`. By default a grid for one or
        two inputs, and "sobol" for more: on a grid of 1000 points in three dimensions each spline
        of the first layer would see 10 different inputs.
    optimizer : Optimizer, optional
        As in `fit`; Levenberg-Marquardt by default.
    steps : int
        The number of steps of the optimizer.
    adapt_at : iterable of int
        As in `fit`. Grids are adapted to the points inside and on the faces.
    refine_at : dict of int, optional
        As in `fit`.
    callback : callable, optional
        As in `fit`.
    progress : bool, optional
        As in `fit`.
    rng : int, Generator or None
        Draws the points, unless they are a grid; what `numpy.random.default_rng` takes.
    resample_at : iterable of int
        The steps before which the points inside are drawn anew, with probability
        :math:`(1 + |r| / \overline{|r|}) / 2`: one half of them where the residual is large
        (residual-based adaptive distribution, arXiv 2207.10289). The boundary keeps its points.
    verify : bool
        Whether the residual is evaluated at points where nothing was trained, and the error
        estimated from it, as `kan_numpy.pde.error_estimate.estimate_error` does.

    Returns
    -------
    PDEResult
        ``history["train_loss"]`` is L, ``estimate`` what is known about the error.

    Raises
    ------
    ValueError
        If the network does not have the inputs of the problem and one output, its splines have too
        low a degree, an equation is not finite at some point, or a number lies outside its range.
    TypeError
        If network is not a network, problem is not a PDE, or optimizer or callback is of a wrong
        type.

    Warns
    -----
    RuntimeWarning
        If the estimated error is above 1 % of u, or the loss is 100 times larger than at the points
        of training and the error above 0.1 %.

    Examples
    --------
    u'' = 2 with u(0) = 0 and u(1) = 1, solved by u = x^2:

    >>> import kan_numpy as kn
    >>> inside = kn.pde.Condition(kn.pde.linear(2.0, second=1.0))
    >>> ends = kn.pde.dirichlet(lambda x: x[:, 0], faces=kn.pde.every_face(1))
    >>> net = kn.KAN([1, 1], grid_size=3, degree=4, grid_range=(0, 1), rng=0)
    >>> result = kn.solve_pde(net, kn.pde.PDE([0], [1], [inside, ends]), points=20, steps=20)
    >>> result.network([[0.5]]).round(4)
    array([[0.25]])
    """
    generator, is_verified = as_rng(rng), as_flag("verify", verify)
    way = as_sampling(sampling, as_instance("problem", problem, PDE, "a PDE"))
    try:
        at = collocation_points(problem, points, boundary_points, way, generator)
        objective = PDEObjective(network, problem, at)
    except KeyboardInterrupt:
        return _as_result(interruption(network))
    found, objective = train_in_stages(
        objective,
        optimizer,
        steps,
        resample_at,
        generator,
        adapt_at=adapt_at,
        refine_at=refine_at,
        callback=callback,
        progress=progress,
    )
    result = _as_result(found)
    if is_verified and not result.interrupted:
        result = verified(result, problem)
    return result if result.estimate is None else _told(result, result.estimate, objective)


def _as_result(found: FitResult[NetworkT]) -> PDEResult[NetworkT]:
    """Return a result without an estimate."""
    return PDEResult(**vars(found))


def verified(result: PDEResult[NetworkT], problem: PDE) -> PDEResult[NetworkT]:
    """Return a result with its estimate, if there is one; Ctrl-C interrupts here too."""
    try:
        return replace(result, estimate=estimate_error(result.network, problem))
    except KeyboardInterrupt:
        return _as_result(interruption(result.network, result.history))
    except ValueError as error:  # of a function of the user's own, such as a source
        warnings.warn(
            f"the loss where nothing was trained cannot be told: {error}",
            RuntimeWarning,
            stacklevel=level_outside(),
        )
        return result


def _told(
    result: PDEResult[NetworkT], estimate: ErrorEstimate, objective: PDEObjective[NetworkT]
) -> PDEResult[NetworkT]:
    """Return a result whose message tells its estimate; Ctrl-C interrupts here too."""
    try:  # its grids may be others
        train_loss = objective.on(result.network).value(result.network.theta)
    except KeyboardInterrupt:
        return _as_result(interruption(result.network, result.history))
    warn_of_errors(train_loss, estimate)
    text = f"at other points the loss is {estimate.loss:.2g}, and the error {_size_of(estimate)}"
    return replace(result, message=f"{result.message}; {text}")


def _size_of(estimate: ErrorEstimate) -> str:
    """Return how large the error is, in words."""
    if np.isnan(estimate.relative):
        return "cannot be told"
    is_small = estimate.relative < 1.0
    return f"is {100.0 * estimate.relative:.2g} % of u" if is_small else "is as large as u"


def warn_of_errors(train_loss: float, estimate: ErrorEstimate) -> None:
    """Warn if a solution is not to be trusted."""
    error, is_far = estimate.relative, not estimate.loss <= FAR * train_loss
    if error > LARGEST_ERROR or (is_far and not error <= NOTICED):  # the error may be NaN
        warnings.warn(
            f"the loss is {train_loss:.2g} at the points of training and {estimate.loss:.2g} at"
            f" others, and the estimated error {_size_of(estimate)}: more steps, more points,"
            " finer grids (refine_at), adaptive points (resample_at) or windows of time"
            " (kn.pde.march) may help",
            RuntimeWarning,
            stacklevel=level_outside(),
        )


@runtime_checkable
class HasJet(Protocol):
    """What knows its own jets, such as the result of `kan_numpy.pde.marching.march`."""

    def jet(self, x: npt.ArrayLike, pairs: list[tuple[int, int]] | None = None) -> Jet:
        """Return u with its gradient and second derivatives."""


class PDEErrors(NamedTuple):
    """The distance of a network from the solution, as root mean squares over the box."""

    l2: float  # of u
    h1: float  # of u and its gradient together


def pde_errors(network: Network | HasJet, problem: PDE, n_points: int = 10_000) -> PDEErrors:
    r"""Compare a network with the known solution on a grid of points.

    .. math:: l2^2 = \overline{(u - u^*)^2}, \qquad
              h1^2 = l2^2 + \overline{|\nabla u - \nabla u^*|^2}

    Parameters
    ----------
    network : KAN, MLP or MarchResult
        u.
    problem : PDE
        With a solution.
    n_points : int
        The approximate number of points.

    Returns
    -------
    PDEErrors
        ``l2`` and ``h1``, not squared.

    Raises
    ------
    ValueError
        If the problem has no solution, n_points is below 1, or the network has other inputs.
    TypeError
        If network is not a network, or n_points is not a whole number.

    Examples
    --------
    A network that is 1 too large everywhere has the right gradient:

    >>> import kan_numpy as kn
    >>> start = kn.pde.dirichlet(0.0, faces=[(0, 0)])
    >>> problem = kn.pde.PDE([0], [1], [start], solution=lambda x: (x[:, 0] ** 2, 2 * x))
    >>> kn.pde_errors(kn.from_formula("x^2 + 1", ["x"]), problem)
    PDEErrors(l2=1.0, h1=1.0)
    """
    if as_instance("problem", problem, PDE, "a PDE").solution is None:
        raise ValueError("problem must have a solution to compare with")
    x = sample(problem.low, problem.high, as_count("n_points", n_points, 1, MOST_POINTS))
    if isinstance(network, Network):
        require_widths(network, problem)
    y = network.jet(x, []) if isinstance(network, HasJet) else jets.forward(network, x, [])[0]
    u, gradient = problem.known(x)
    l2 = np.sum((y.value - u.reshape(y.value.shape)) ** 2) / len(x)
    h1 = l2 + np.sum((y.gradient - gradient.reshape(y.gradient.shape)) ** 2) / len(x)
    return PDEErrors(float(np.sqrt(l2)), float(np.sqrt(h1)))
