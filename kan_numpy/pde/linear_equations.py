r"""Linear equations, and as the simplest of them Dirichlet and periodic conditions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_function
from kan_numpy._arrays import Array
from kan_numpy._validation import as_array, as_count, as_number, require_affordable
from kan_numpy.pde.conditions import Condition, Equation, Faces

__all__ = ["Coefficient", "LinearEquation", "dirichlet", "linear", "periodic"]

Coefficient = npt.ArrayLike | Callable[[Array], npt.ArrayLike]
"""A number, or one for each input or pair, or a function of x (N, n_in) that returns N of these."""


def linear(
    source: Coefficient,
    value: Coefficient = 0.0,
    gradient: Coefficient = 0.0,
    second: Coefficient = 0.0,
) -> Equation:
    r"""Return a linear equation.

    .. math:: r = \sum_q a_q\, \partial_q u + \sum_a b_a\, \partial_a u + c\, u - f

    Parameters
    ----------
    source : float or callable
        f; a function maps x (N, n_in) to (N,).
    value : float or callable
        c, likewise.
    gradient : float, sequence of float or callable
        b, one number or one for each input; a function returns (N, n_in).
    second : float, sequence of float or callable
        a, one number or one for each second derivative; a function returns (N, Q).

    Notes
    -----
    In a system the sum runs over the functions too, so c has the shape (n_out,), b (n_out, n_in)
    and a (n_out, Q); where two points are compared, over both: (2,), (2, n_in), (2, Q).

    Returns
    -------
    callable
        An equation, see `kan_numpy.pde.conditions`.

    Examples
    --------
    The residual of u'' - 2 = 0 for u = x^2, and its derivatives by u, u' and u'':

    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> x, equation = np.array([[3.0]]), kn.pde.linear(source=2.0, second=1.0)
    >>> equation(x, x[:, 0] ** 2, 2 * x, np.array([[2.0]]))
    (array([0.]), array([0.]), array([[0.]]), array([[1.]]))
    """
    return LinearEquation(source, value, gradient, second)


@dataclass(frozen=True, eq=False)
class LinearEquation:
    """The equation of `linear`; unlike a function inside of a function it can be pickled."""

    source: Coefficient  # f
    value: Coefficient  # c
    gradient: Coefficient  # b
    second: Coefficient  # a

    def __post_init__(self) -> None:
        """Check the coefficients that are numbers."""
        for name, coefficient in vars(self).items():
            if callable(coefficient):
                as_function(name, coefficient)
            else:
                as_array(name, coefficient)

    def __call__(
        self, x: Array, u: Array, u_a: Array, u_q: Array
    ) -> tuple[Array, Array, Array, Array]:
        """Return the residual at x (N, n_in), and its derivatives by u and its derivatives."""
        c = self._at("value", x, u.shape)
        b = self._at("gradient", x, u_a.shape)
        a = self._at("second", x, u_q.shape)
        products = a * u_q, b * u_a, c * u
        terms = [product.reshape(len(x), -1).sum(axis=1) for product in products]
        return sum(terms) - self._at("source", x, (len(x),)), c, b, a

    def _at(self, name: str, x: Array, shape: tuple[int, ...]) -> Array:
        """Return a coefficient at x (N, n_in)."""
        coefficient = getattr(self, name)
        if not callable(coefficient):
            values = as_array(name, coefficient)
            if values.shape not in ((), shape[1:]):
                raise ValueError(f"{name} must be a number or {shape[1:]}, but has {values.shape}")
            return np.broadcast_to(values, shape)
        return as_array(f"what {name}(x) returns", coefficient(x), shape)


def dirichlet(source: Coefficient, faces: Faces, weight: float = 1.0, output: int = 0) -> Condition:
    """Return a Dirichlet condition: given values of u on some faces.

    Parameters
    ----------
    source : float or callable
        The values; a function maps x (N, n_in) to (N,).
    faces : sequence of (int, int)
        The faces, as in `Condition`.
    weight : float
        Its factor in the loss.
    output : int
        Which function of a system has the values, from 0.

    Returns
    -------
    Condition
        With the equation u = source.

    Raises
    ------
    ValueError
        If weight is not above 0, or output is below 0.
    TypeError
        If an argument is of a wrong type.

    Examples
    --------
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> wall, none = kn.pde.dirichlet(1.0, faces=[(0, 0)]), np.zeros((1, 0))
    >>> wall.residual(np.array([[0.0]]), np.array([3.0]), none, none).r  # u - 1 at u = 3
    array([2.])
    """
    equation = _Values(linear(source), as_count("output", output, 0))
    return Condition(equation, faces, weight, order=0)


@dataclass(frozen=True, eq=False)
class _Values:
    """The equation of `dirichlet`."""

    source: Equation  # -f
    output: int

    def __call__(
        self, x: Array, u: Array, u_a: Array, u_q: Array
    ) -> tuple[Array, Array, None, None]:
        """Return the residual at x (N, n_in), and its derivative by u (N,) or (N, n_out)."""
        n_out = 1 if u.ndim == 1 else u.shape[1]
        if self.output >= n_out:
            raise ValueError(f"output must be one of {n_out}, from 0, but is {self.output}")
        unit = np.eye(n_out)[[self.output] * len(u)].reshape(u.shape)
        chosen = u.reshape(len(u), n_out)[:, self.output]
        return chosen + self.source(x, chosen, u_a, u_q)[0], unit, None, None


def periodic(
    axis: int, low: float, high: float, weight: float = 1.0, n_out: int = 1
) -> list[Condition]:
    """Return periodic conditions: u and its slope are the same on two opposite faces.

    Parameters
    ----------
    axis : int
        The periodic input.
    low, high : float
        The ends of the box along it.
    weight : float
        The factor of each condition in the loss.
    n_out : int
        The number of functions, above 1 for a system.

    Returns
    -------
    list of Condition
        For each function one for u and one for its derivative along the axis, which compare
        opposite points.

    Raises
    ------
    ValueError
        If axis is below 0, low is not below high, weight is not above 0, or n_out is below 1.
    TypeError
        If axis or n_out is not a whole number, or another argument is not a real number.

    Examples
    --------
    u on a circle; the first condition sees u(0) and u(2 pi):

    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> circle = kn.pde.periodic(0, 0.0, 2 * np.pi)
    >>> x, none = np.array([[0.0]]), np.zeros((1, 2, 0))
    >>> circle[0].all_points(x).round(4)
    array([[0.    ],
           [6.2832]])
    >>> circle[0].residual(x, np.array([[3.0, 1.0]]), none, none).r  # u(0) - u(2 pi)
    array([2.])
    """
    axis, ends = as_count("axis", axis, 0), [as_number("low", low), as_number("high", high)]
    if not ends[0] < ends[1]:
        raise ValueError(f"low must be below high, but they are {ends[0]} and {ends[1]}")
    faces, opposite = [(axis, 0), (axis, 1)], partial(_opposite, axis, sum(ends))
    conditions, n_out = [], as_count("n_out", n_out, 1)
    require_affordable("n_out", n_out, n_out)
    for unit in np.eye(n_out):
        c = np.outer([1.0, -1.0], unit)  # (2, n_out)
        c = c if n_out > 1 else c[:, 0]
        slopes = linear(0.0, gradient=partial(_along, axis, c))
        conditions.append(Condition(linear(0.0, value=c), faces, weight, 0, opposite))
        conditions.append(Condition(slopes, faces, weight, 1, opposite))
    return conditions


def _opposite(axis: int, total: float, x: Array) -> Array:
    """Return the points (N, n_in) on the opposite faces; low + high is the total."""
    opposite = x.copy()
    opposite[:, axis] = total - x[:, axis]
    return opposite


def _along(axis: int, c: Array, x: Array) -> Array:
    """Return coefficients of the gradient, (N, 2, n_in) or (N, 2, n_out, n_in): c of the axis."""
    b = np.zeros((len(x), *c.shape, x.shape[1]))
    b[..., axis] = c
    return b
