r"""Differential equations on a box: what u must obey inside, and what on the faces.

A problem is a list of conditions. Each says where it holds and what must vanish there, for example

.. math::
    \Delta u - f = 0 \ \text{ inside}, \qquad u - g = 0 \ \text{ on the faces}.

The residual r of a condition is a function of x, u and the derivatives of u. Training needs its
partial derivatives too, by hand: an *equation* is a function

    equation(x, u, gradient, second) -> (r, r_u, r_gradient, r_second)

of arrays with the shapes (N, n_in), (N,), (N, n_in) and (N, Q), to arrays with the shapes (N,),
(N,), (N, n_in) and (N, Q); None stands for partial derivatives that are zero. `linear` writes
linear equations, `check` compares yours with central differences. Which Q second derivatives there
are is said by `pairs` of the problem; without it they are the n_in pure ones.

A known solution is a function of x (N, n_in) that returns u (N,) and its gradient (N, n_in).
`solve_pde` finds one; it is in `kan_numpy.pde.solver`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array, Rng
from kan_numpy._validation import as_array, as_count, as_number, as_rng, require_shape
from kan_numpy.derivatives.jet import Jet
from kan_numpy.derivatives.network_jets import as_pairs
from kan_numpy.gradcheck import assert_adjoint

Equation = Callable[[Array, Array, Array, Array], tuple[Any, Any, Any, Any]]
Solution = Callable[[Array], tuple[Array, Array]]
Coefficient = npt.ArrayLike | Callable[[Array], npt.ArrayLike]
"""A number, or one for each input or pair, or a function of x (N, n_in) that returns N of these."""

Faces = Sequence[tuple[int, int]]
"""Each is (input, end): (0, 0) where the first input is lowest, (0, 1) where it is highest."""


class Residual(NamedTuple):
    """What an equation returns."""

    r: Array  # (N,)
    r_u: Array  # (N,)
    r_gradient: Array  # (N, n_in)
    r_second: Array  # (N, Q)

    def upstream(self, dr: Array) -> Jet:
        """Return the gradient of the jet of a network with one output, from dr (N,)."""
        column = dr[:, None]
        gradient, second = column * self.r_gradient, column * self.r_second
        return Jet(column * self.r_u[:, None], gradient[:, None], second[:, None])


@dataclass(frozen=True)
class Condition:
    """Hold one equation and the place where it holds.

    Parameters
    ----------
    equation : callable
        See `kan_numpy.pde.conditions`.
    faces : sequence of (int, int)
        The faces of the box where it holds, as (input, end) with end 0 or 1; without any, it holds
        inside.
    weight : float
        The factor of its mean square in the loss, above 0.
    order : {0, 1, 2}
        How many derivatives the equation looks at. Those beyond are not computed: they arrive as
        arrays without columns, and so must what is returned for them, or be None.
    """

    equation: Equation
    faces: Faces = ()
    weight: float = 1.0
    order: int = 2

    def __post_init__(self) -> None:
        """Check what can be checked without a problem."""
        if not callable(self.equation):
            raise TypeError(f"equation must be a function, but is {self.equation!r}")
        as_number("weight", self.weight, 0.0, include_low=False)
        if self.order not in (0, 1, 2):
            raise ValueError(f"order must be 0, 1 or 2, but is {self.order!r}")

    def residual(self, x: Array, u: Array, gradient: Array, second: Array) -> Residual:
        """Evaluate the equation, and check the shapes of what it returns."""
        returned = self.equation(x, u, gradient, second)
        if not isinstance(returned, tuple) or len(returned) != 4:
            raise TypeError(
                f"equation must return a tuple (r, r_u, r_gradient, r_second), but returned"
                f" {returned!r:.200}"
            )
        parts = []
        for name, part, like in zip(
            Residual._fields, returned, (u, u, gradient, second), strict=True
        ):
            array = np.zeros(like.shape) if part is None else np.asarray(part, dtype=np.float64)
            require_shape(f"{name}, which the equation returned,", array, like.shape)
            parts.append(array)
        return Residual(*parts)


@dataclass(frozen=True)
class PDE:
    """Hold a differential equation, its boundary and initial conditions, and where they hold.

    Parameters
    ----------
    low, high : sequence of float, length n_in
        The ends of the box.
    conditions : sequence of Condition
        What u must obey. Time is an input like any other, and an initial condition is one on the
        face where it is lowest.
    pairs : sequence of pairs of int, optional
        Which second derivatives the equations look at, as in
        `kan_numpy.derivatives.network_jets.forward`.
    solution : callable, optional
        u and its gradient, where they are known: x (N, n_in) -> (N,), (N, n_in).

    Raises
    ------
    ValueError, TypeError
        If an argument does not make sense; the message says which and why.
    """

    low: Sequence[float]
    high: Sequence[float]
    conditions: Sequence[Condition]
    pairs: Sequence[tuple[int, int]] | None = None
    solution: Solution | None = None

    def __post_init__(self) -> None:
        """Check that the conditions fit the box."""
        low = as_array("low", self.low, ("n_in",))
        high = as_array("high", self.high, (len(low),))
        if not np.all(low < high):
            raise ValueError(f"low must be below high, but they are {low} and {high}")
        as_pairs(self.pairs, len(low))
        if not self.conditions:
            raise ValueError("conditions must hold at least one Condition")
        for index, condition in enumerate(self.conditions):
            if not isinstance(condition, Condition):
                raise TypeError(f"conditions[{index}] must be a Condition, but is {condition!r}")
            for face in condition.faces:
                if not isinstance(face, Sequence) or tuple(face) not in every_face(len(low)):
                    raise ValueError(
                        f"conditions[{index}] must hold on faces (input, end) with inputs from 0 to"
                        f" {len(low) - 1} and ends 0 or 1, but has {face!r}"
                    )

    @property
    def n_in(self) -> int:
        """The number of inputs."""
        return len(self.low)


def every_face(n_in: int) -> list[tuple[int, int]]:
    """Return all faces of a box with so many inputs.

    Parameters
    ----------
    n_in : int
        The number of inputs.

    Returns
    -------
    list of (int, int)
    """
    return list(product(range(as_count("n_in", n_in, 1)), (0, 1)))


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
    gradient : sequence of float or callable
        b: a number for each input; a function returns (N, n_in).
    second : sequence of float or callable
        a: a number for each second derivative; a function returns (N, Q).

    Returns
    -------
    callable
        An equation, see `kan_numpy.pde.conditions`.
    """

    def coefficient_at(
        name: str, coefficient: Coefficient, x: Array, shape: tuple[int, ...]
    ) -> Array:
        if not callable(coefficient):
            return np.broadcast_to(np.asarray(coefficient, dtype=np.float64), shape)
        values = np.asarray(coefficient(x), dtype=np.float64)
        require_shape(f"what {name}(x) returns", values, shape)
        return values

    def equation(x: Array, u: Array, u_a: Array, u_q: Array) -> tuple[Array, Array, Array, Array]:
        c = coefficient_at("value", value, x, u.shape)
        b = coefficient_at("gradient", gradient, x, u_a.shape)
        a = coefficient_at("second", second, x, u_q.shape)
        r = (
            (a * u_q).sum(axis=1)
            + (b * u_a).sum(axis=1)
            + c * u
            - coefficient_at("source", source, x, u.shape)
        )
        return r, c, b, a

    return equation


def dirichlet(source: Coefficient, faces: Faces, weight: float = 1.0) -> Condition:
    """Return the condition that u is given on some faces.

    Parameters
    ----------
    source : float or callable
        The values; a function maps x (N, n_in) to (N,).
    faces : sequence of (int, int)
        Where, as in `Condition`.
    weight : float
        Its factor in the loss.

    Returns
    -------
    Condition
    """
    return Condition(linear(source, value=1.0), faces, weight, order=0)


def check(problem: PDE, n_points: int = 5, rng: Rng = 0) -> float:
    """Compare the partial derivatives of every equation with central differences.

    Parameters
    ----------
    problem : PDE
        The one whose equations were differentiated by hand.
    n_points : int
        How many random points in the box, with random numbers for u and its derivatives.
    rng : int, Generator or None
        Where they come from.

    Returns
    -------
    float
        The worst relative error.

    Raises
    ------
    AssertionError
        If one is wrong; arguments 0, 1 and 2 are u, its gradient and its second derivatives.
    """
    N, n_in, generator = as_count("n_points", n_points, 1), problem.n_in, as_rng(rng)
    Q = len(as_pairs(problem.pairs, n_in).a)
    u, u_a, u_q = (generator.standard_normal((N, *width)) for width in ((), (n_in,), (Q,)))
    x = generator.uniform(problem.low, problem.high, (N, n_in))

    def worst_error(condition: Condition) -> float:
        def residual(u: Array, u_a: Array, u_q: Array = u_q) -> Residual:
            return condition.residual(x, u, u_a, u_q)

        def backward(dr: Array, *jet: Array) -> tuple[Array, ...]:
            return tuple(part[:, 0] for part in residual(*jet).upstream(dr))[: len(jet)]

        given = (u, u_a, u_q) if Q else (u, u_a)
        return assert_adjoint(lambda *jet: residual(*jet).r, backward, *given, rng=generator)

    return max(worst_error(condition) for condition in problem.conditions)
