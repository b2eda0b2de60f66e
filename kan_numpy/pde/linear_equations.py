r"""Linear equations, and Dirichlet conditions as the simplest of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_function
from kan_numpy._arrays import Array
from kan_numpy._validation import as_array
from kan_numpy.pde.conditions import Condition, Equation, Faces

__all__ = ["Coefficient", "LinearEquation", "dirichlet", "linear"]

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
        r = (a * u_q).sum(axis=1) + (b * u_a).sum(axis=1) + c * u - self._at("source", x, u.shape)
        return r, c, b, a

    def _at(self, name: str, x: Array, shape: tuple[int, ...]) -> Array:
        """Return a coefficient at x (N, n_in)."""
        coefficient = getattr(self, name)
        if not callable(coefficient):
            values = as_array(name, coefficient)
            if values.shape not in ((), shape[1:]):
                raise ValueError(f"{name} must be a number or {shape[1:]}, but has {values.shape}")
            return np.broadcast_to(values, shape)
        return as_array(f"what {name}(x) returns", coefficient(x), shape)


def dirichlet(source: Coefficient, faces: Faces, weight: float = 1.0) -> Condition:
    """Return a Dirichlet condition: given values of u on some faces.

    Parameters
    ----------
    source : float or callable
        The values; a function maps x (N, n_in) to (N,).
    faces : sequence of (int, int)
        The faces, as in `Condition`.
    weight : float
        Its factor in the loss.

    Returns
    -------
    Condition
        With the equation u = source.

    Examples
    --------
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> wall, none = kn.pde.dirichlet(1.0, faces=[(0, 0)]), np.zeros((1, 0))
    >>> wall.residual(np.array([[0.0]]), np.array([3.0]), none, none).r  # u - 1 at u = 3
    array([2.])
    """
    return Condition(linear(source, value=1.0), faces, weight, order=0)
