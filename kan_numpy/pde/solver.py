r"""Solution of differential equations with networks, and comparison with known solutions.

`solve_pde` is `fit` without data: the objective is that of `kan_numpy.pde.collocation`, and
`kan_numpy.training.training_loop` minimizes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_instance, as_rng
from kan_numpy._arrays import Rng
from kan_numpy._validation import as_count
from kan_numpy.derivatives import network_jets as jets
from kan_numpy.networks.network import Network, NetworkT
from kan_numpy.optimizers.optimizer import Optimizer
from kan_numpy.pde.collocation import MOST_POINTS, PDEObjective, collocation_points, sample
from kan_numpy.pde.conditions import PDE
from kan_numpy.training.fit_result import Callback, FitResult, interruption
from kan_numpy.training.training_loop import train

__all__ = ["PDEErrors", "pde_errors", "solve_pde"]


def solve_pde(
    network: NetworkT,
    problem: PDE,
    points: int | npt.ArrayLike = 1000,
    boundary_points: int = 400,
    sampling: str = "grid",
    optimizer: Optimizer | None = None,
    steps: int = 100,
    adapt_at: Iterable[int] = (),
    refine_at: Mapping[int, int] | None = None,
    callback: Callback[NetworkT] | None = None,
    progress: bool | None = None,
    rng: Rng = None,
) -> FitResult[NetworkT]:
    r"""Train a network to satisfy a differential equation.

    .. math:: L(\theta) = \sum_c \frac{\alpha_c}{N_c} \sum_n r_c(x_{cn})^2

    with the residuals :math:`r_c` and the weights :math:`\alpha_c` of the conditions.

    Parameters
    ----------
    network : KAN or MLP
        The initial network, which is not changed; one output. Its splines should have degree 4 or
        more, see `kan_numpy.derivatives.kan_jets`.
    problem : PDE
        The equation with its conditions.
    points : int or array_like, shape (N, n_in)
        The approximate number of points inside, or the points themselves.
    boundary_points : int
        The approximate number of points on all faces together; at least one on each face that has a
        condition.
    sampling : {"grid", "random", "latin", "sobol"}
        How points are chosen, see `kan_numpy.pde.collocation.sample`.
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

    Returns
    -------
    FitResult
        ``history["train_loss"]`` is L.

    Raises
    ------
    ValueError
        If the network does not have the inputs of the problem and one output, its splines have too
        low a degree, an equation is not finite at some point, or a number lies outside its range.
    TypeError
        If network is not a network, problem is not a PDE, or optimizer or callback is of a wrong
        type.

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
    generator = as_rng(rng)
    try:
        places = collocation_points(problem, points, boundary_points, sampling, generator)
        objective = PDEObjective(network, problem, places)
    except KeyboardInterrupt:
        return interruption(network)
    return train(
        objective,
        optimizer,
        steps,
        adapt_at=adapt_at,
        refine_at=refine_at,
        callback=callback,
        progress=progress,
    )


class PDEErrors(NamedTuple):
    """The distance of a network from the solution, as root mean squares over the box."""

    l2: float  # of u
    h1: float  # of u and its gradient together


def pde_errors(network: Network, problem: PDE, n_points: int = 10_000) -> PDEErrors:
    r"""Compare a network with the known solution on a grid of points.

    .. math:: l2^2 = \overline{(u - u^*)^2}, \qquad
              h1^2 = l2^2 + \overline{|\nabla u - \nabla u^*|^2}

    Parameters
    ----------
    network : KAN or MLP
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
    y, (u, gradient) = jets.forward(network, x, [])[0], problem.known(x)
    l2 = np.mean((y.value[:, 0] - u) ** 2)
    h1 = l2 + np.mean(np.sum((y.gradient[:, 0] - gradient) ** 2, axis=1))
    return PDEErrors(float(np.sqrt(l2)), float(np.sqrt(h1)))
