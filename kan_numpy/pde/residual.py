r"""The residual of an equation at one point or two, and the jets that the equation sees.

A network gives jets of the shapes (N, n_out), (N, n_out, n_in) and (N, n_out, Q). A condition that
compares each point with another one sees both, along an axis of length 2 before that of the
outputs: (N, 2, n_out) for the values. An axis of length 1 is left out, so the values of one
function at one point are (N,).
"""

from __future__ import annotations

from typing import NamedTuple

from kan_numpy._arrays import Array
from kan_numpy.derivatives.jet import Jet

__all__ = ["Residual", "jets_seen"]


class Residual(NamedTuple):
    """The residual of an equation with its partial derivatives.

    Parameters
    ----------
    r : ndarray, shape (N,)
        The residual at each point.
    r_u : ndarray, shape (N,)
        Its derivative by u.
    r_gradient : ndarray, shape (N, n_in)
        Its derivatives by the gradient of u.
    r_second : ndarray, shape (N, Q)
        Its derivatives by the second derivatives of u.

    Notes
    -----
    Of a system or at two points, the partial derivatives have the axes of what the equation sees:
    (N, n_out), (N, 2) or (N, 2, n_out) for r_u.

    Examples
    --------
    The residual of u^2 - 5 at u = 3:

    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> square = kn.pde.Condition(lambda x, u, *_: (u**2 - 5, 2 * u, None, None))
    >>> zero = np.zeros((1, 1))
    >>> part = square.residual(zero, np.array([3.0]), zero, zero)
    >>> part.r, part.r_u, part.r_gradient
    (array([4.]), array([6.]), array([[0.]]))
    """

    r: Array
    r_u: Array
    r_gradient: Array
    r_second: Array

    def upstream(self, dr: Array, n_points: int = 1) -> Jet:
        """Return the gradient of the jet of a network, from dr (N,), point after point."""
        N, n_out = len(dr), self.r_u[0].size // n_points
        column = dr.reshape(N, *[1] * self.r_u.ndim)
        gradient, second = column * self.r_gradient, column * self.r_second
        value = column * self.r_u[..., None]

        def of_network(part: Array) -> Array:
            split = part.reshape(N, n_points, n_out, part.shape[-1]).swapaxes(0, 1)
            return split.reshape(n_points * N, n_out, part.shape[-1])

        return Jet(of_network(value)[..., 0], of_network(gradient), of_network(second))


def jets_seen(y: Jet, n_points: int = 1) -> tuple[Array, ...]:
    """Return what an equation sees of jets (n_points N, n_out, ...), point after point."""
    N, n_out = len(y.value) // n_points, y.value.shape[1]
    axes = [length for length in (n_points, n_out) if length > 1]
    split = [part.reshape(n_points, N, *part.shape[1:]).swapaxes(0, 1) for part in y]
    return tuple(part.reshape(N, *axes, *part.shape[3:]) for part in split)
