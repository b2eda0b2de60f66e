r"""Differential equations with known solutions, to test a solver with.

======================= ============================================== =========================
`poisson`               :math:`\Delta u = f`                           the paper's example
`heat`                  :math:`u_t = \nu\, u_{xx}`                     time is an input
`burgers`               :math:`u_t + u\, u_x = \nu\, u_{xx}`           nonlinear, a moving front
`bratu`                 :math:`u'' + \lambda e^u = 0`                  nonlinear, two solutions
`wave`                  :math:`u_t + c\, v_x = v_t + c\, u_x = 0`      a system, periodic
======================= ============================================== =========================
"""

from __future__ import annotations

from functools import partial

import numpy as np

from kan_numpy._arguments import as_choice
from kan_numpy._arrays import Array
from kan_numpy._validation import as_number
from kan_numpy.pde.conditions import PDE, Condition, Equation, Solution, every_face
from kan_numpy.pde.linear_equations import dirichlet, linear, periodic

__all__ = ["bratu", "burgers", "heat", "poisson", "wave"]


def poisson(weight: float = 0.01) -> PDE:
    r"""Return the Poisson equation of arXiv 2404.19756, sec. 3.4.

    .. math:: \Delta u = f \text{ on } [-1, 1]^2, \qquad u = 0 \text{ on its edges}, \qquad
              u^* = \sin(\pi x)\, \sin(\pi y^2)

    Parameters
    ----------
    weight : float
        :math:`\alpha`, the weight of the equation; that of the boundary is 1.

    Returns
    -------
    PDE
        With its solution.

    Raises
    ------
    ValueError
        If weight is not above 0.
    TypeError
        If weight is not a real number.

    Examples
    --------
    At (1/2, 1), the solution is sin(pi / 2) sin(pi) = 0, and its y-derivative 2 pi cos(pi):

    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> u, gradient = kn.equations.poisson().solution(np.array([[0.5, 1.0]]))
    >>> u.round(12), (gradient / np.pi).round(12)
    (array([0.]), array([[ 0., -2.]]))
    """
    inside = Condition(linear(_poisson_source, second=1.0), weight=weight)
    walls = dirichlet(0.0, every_face(2))
    return PDE((-1, -1), (1, 1), [inside, walls], solution=_poisson_solution)


def _poisson_solution(x: Array) -> tuple[Array, Array]:
    """Return u* (N,) and its gradient (N, 2)."""
    a, b = np.pi * x[:, 0], np.pi * x[:, 1] ** 2
    by_x, by_y = np.cos(a) * np.sin(b), 2.0 * x[:, 1] * np.sin(a) * np.cos(b)
    return np.sin(a) * np.sin(b), np.pi * np.stack([by_x, by_y], axis=1)


def _poisson_source(x: Array) -> Array:
    """Return f (N,)."""
    a, b, y2 = np.pi * x[:, 0], np.pi * x[:, 1] ** 2, x[:, 1] ** 2
    bracket = 2.0 * np.pi * np.cos(b) - np.pi**2 * (1.0 + 4.0 * y2) * np.sin(b)
    return np.sin(a) * bracket


def heat(nu: float = 0.1, weight: float = 0.1) -> PDE:
    r"""Return the heat equation for a bar with ends at temperature 0.

    .. math:: u_t = \nu\, u_{xx} \text{ on } [-1, 1] \times [0, 1], \qquad
              u^* = \sin(\pi x)\, e^{-\nu \pi^2 t}

    The inputs are (x, t). Values are given on three faces: at t = 0 and at both ends of the bar.

    Parameters
    ----------
    nu : float
        :math:`\nu > 0`, the conductivity.
    weight : float
        The weight of the equation; that of the initial and the boundary values is 1.

    Returns
    -------
    PDE
        With its solution.

    Raises
    ------
    ValueError
        If nu or weight is not above 0.
    TypeError
        If nu or weight is not a real number.

    Examples
    --------
    In the time log(2) / (nu pi^2), the temperature falls to one half:

    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> half_life = np.log(2) / (0.1 * np.pi**2)
    >>> kn.equations.heat(nu=0.1).solution(np.array([[0.5, 0.0], [0.5, half_life]]))[0]
    array([1. , 0.5])
    """
    nu = as_number("nu", nu, 0.0, include_low=False)
    solution = partial(_heat_solution, nu)
    equation = linear(0.0, gradient=(0.0, 1.0), second=(-nu,))
    return _evolution(equation, weight, solution)


def _heat_solution(nu: float, x: Array) -> tuple[Array, Array]:
    """Return u* (N,) and its gradient (N, 2)."""
    a, decay = np.pi * x[:, 0], np.exp(-nu * np.pi**2 * x[:, 1])
    u = np.sin(a) * decay
    return u, np.stack([np.pi * np.cos(a) * decay, -nu * np.pi**2 * u], axis=1)


def _evolution(equation: Equation, weight: float, solution: Solution) -> PDE:
    """Return an equation on [-1, 1] x [0, 1], with values at the start and at both ends."""
    given = dirichlet(partial(_value, solution), [(0, 0), (0, 1), (1, 0)])
    inside = Condition(equation, weight=weight)
    return PDE((-1, 0), (1, 1), [inside, given], [(0, 0)], solution=solution)


def _value(solution: Solution, x: Array, output: int | None = None) -> Array:
    """Return u* (N,) without its gradient, or one function of a system."""
    u = solution(x)[0]
    return u if output is None else u[:, output]


def burgers(nu: float = 0.1, weight: float = 0.1) -> PDE:
    r"""Return the viscous Burgers equation with a front that moves at speed 1/2.

    .. math:: u_t + u\, u_x = \nu\, u_{xx} \text{ on } [-1, 1] \times [0, 1], \qquad
              u^* = \frac{1}{1 + e^{s}}, \qquad s = \frac{x - t/2}{2 \nu}

    Parameters
    ----------
    nu : float
        :math:`\nu > 0`, the viscosity; the front is about :math:`8 \nu` wide.
    weight : float
        As in `heat`.

    Returns
    -------
    PDE
        With its solution.

    Raises
    ------
    ValueError
        If nu or weight is not above 0.
    TypeError
        If nu or weight is not a real number.

    Examples
    --------
    The middle of the front, u = 1/2, is at x = 0 for t = 0 and at x = 1/2 for t = 1:

    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> kn.equations.burgers().solution(np.array([[0.0, 0.0], [0.5, 1.0]]))[0]
    array([0.5, 0.5])
    """
    nu = as_number("nu", nu, 0.0, include_low=False)
    return _evolution(partial(_burgers, nu), weight, partial(_burgers_solution, nu))


def _burgers_solution(nu: float, x: Array) -> tuple[Array, Array]:
    """Return u* (N,) and its gradient (N, 2)."""
    u = 0.5 - 0.5 * np.tanh((x[:, 0] - 0.5 * x[:, 1]) / (4.0 * nu))
    u_x = -u * (1.0 - u) / (2.0 * nu)
    return u, np.stack([u_x, -0.5 * u_x], axis=1)


def _burgers(
    nu: float, _: Array, u: Array, u_a: Array, u_q: Array
) -> tuple[Array, Array, Array, Array]:
    """Return the residual, and its derivatives by u and by its derivatives."""
    r = u_a[:, 1] + u * u_a[:, 0] - nu * u_q[:, 0]
    return r, u_a[:, 0], np.stack([u, np.ones_like(u)], axis=1), np.full_like(u_q, -nu)


def bratu(strength: float = 1.0, branch: str = "lower", weight: float = 1.0) -> PDE:
    r"""Return the Bratu equation, which has two solutions.

    .. math:: u'' + \lambda e^u &= 0 \text{ on } [0, 1], \qquad u(0) = u(1) = 0, \\
              u^* &= -2 \log \frac{\cosh((x - 1/2)\, \theta / 2)}{\cosh(\theta / 4)}, \qquad
              \theta = \sqrt{2 \lambda} \cosh(\theta / 4)

    The equation for :math:`\theta` has two solutions too, if :math:`\lambda < 3.5138`. Its right
    side is convex, so Newton's method converges to the smaller one from 0, and to the larger one
    from a larger start.

    Parameters
    ----------
    strength : float
        :math:`\lambda`, above 0 and at most 3.5.
    branch : {"lower", "upper"}
        The solution to compare with; the equation is the same.
    weight : float
        The weight of the equation; that of the ends is 1.

    Returns
    -------
    PDE
        With its solution.

    Raises
    ------
    ValueError
        If strength lies outside its range, branch is neither "lower" nor "upper", or weight is not
        above 0.
    TypeError
        If strength or weight is not a real number.

    Examples
    --------
    Both solutions at x = 1/2:

    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> lower, upper = (kn.equations.bratu(branch=branch) for branch in ("lower", "upper"))
    >>> [round(float(b.solution(np.array([[0.5]]))[0][0]), 4) for b in (lower, upper)]
    [0.1405, 4.0915]
    """
    lam = as_number("strength", strength, 0.0, 3.5, include_low=False)
    theta = 0.0 if as_choice("branch", branch, ("lower", "upper")) == "lower" else 100.0
    for _ in range(200):
        root = np.sqrt(2.0 * lam)
        theta -= (root * np.cosh(theta / 4.0) - theta) / (root * np.sinh(theta / 4.0) / 4.0 - 1.0)
    inside = Condition(partial(_bratu, lam), weight=weight)
    ends = dirichlet(0.0, every_face(1))
    return PDE((0,), (1,), [inside, ends], solution=partial(_bratu_solution, theta))


def _bratu_solution(theta: float, x: Array) -> tuple[Array, Array]:
    """Return u* (N,) and its gradient (N, 1)."""
    s = (x[:, 0] - 0.5) * theta / 2.0
    u = -2.0 * np.log(np.cosh(s) / np.cosh(theta / 4.0))
    return u, (-theta * np.tanh(s))[:, None]


def _bratu(
    lam: float, _: Array, u: Array, __: Array, u_q: Array
) -> tuple[Array, Array, None, Array]:
    """Return the residual, and its derivatives by u and by its second derivative."""
    e = lam * np.exp(u)
    return u_q[:, 0] + e, e, None, np.ones_like(u_q)


def wave(speed: float = 1.0, weight: float = 0.1) -> PDE:
    r"""Return the wave equation as a system of two equations, on a circle.

    .. math:: u_t + c\, v_x &= 0, \quad v_t + c\, u_x = 0 \text{ on } [-1, 1] \times [0, 1], \\
              u^* &= \sin(\pi x) \cos(c \pi t), \quad v^* = -\cos(\pi x) \sin(c \pi t)

    The outputs are the pressure u and the velocity v of sound, both periodic in x and given at
    t = 0. The network needs two outputs.

    Parameters
    ----------
    speed : float
        c, above 0.
    weight : float
        The weight of both equations; that of the conditions is 1.

    Returns
    -------
    PDE
        With its solution.

    Raises
    ------
    ValueError
        If speed or weight is not above 0.
    TypeError
        If speed or weight is not a real number.

    Examples
    --------
    At t = 0 the air is at rest; at t = 1/2 the pressure is even, and the air moves:

    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> kn.equations.wave().solution(np.array([[0.5, 0.0], [0.0, 0.5]]))[0].round(12)
    array([[ 1., -0.],
           [ 0., -1.]])
    """
    c, solution = as_number("speed", speed, 0.0, include_low=False), partial(_wave_solution, speed)
    pressure, velocity = [[0.0, 1.0], [c, 0.0]], [[c, 0.0], [0.0, 1.0]]  # of u and v, by x and t
    inside = [Condition(linear(0.0, 0.0, b), (), weight, 1) for b in (pressure, velocity)]
    start = [dirichlet(partial(_value, solution, output=o), [(1, 0)], output=o) for o in (0, 1)]
    conditions = [*inside, *start, *periodic(0, -1.0, 1.0, n_out=2)]
    return PDE((-1, 0), (1, 1), conditions, [], solution, n_out=2)


def _wave_solution(c: float, x: Array) -> tuple[Array, Array]:
    """Return u* and v* (N, 2), and their gradients (N, 2, 2)."""
    a, b = np.pi * x[:, 0], c * np.pi * x[:, 1]
    u, v = np.sin(a) * np.cos(b), -np.cos(a) * np.sin(b)
    u_x, u_t = np.cos(a) * np.cos(b), -c * np.sin(a) * np.sin(b)
    v_x, v_t = np.sin(a) * np.sin(b), -c * np.cos(a) * np.cos(b)
    gradient = np.pi * np.stack([u_x, u_t, v_x, v_t], axis=1)
    return np.stack([u, v], axis=1), gradient.reshape(-1, 2, 2)
