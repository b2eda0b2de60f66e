r"""Differential equations on a box: conditions for u inside and on the faces.

A problem is a list of conditions. Each consists of an equation and the place where it holds, like

.. math::
    \Delta u - f = 0 \ \text{ inside}, \qquad u - g = 0 \ \text{ on the faces}.

The residual r of a condition is a function of x, u and the derivatives of u. Training needs its
partial derivatives too, by hand: an *equation* is a function::

    equation(x, u, gradient, second) -> (r, r_u, r_gradient, r_second)

of arrays with the shapes (N, n_in), (N,), (N, n_in) and (N, Q), to arrays with the shapes (N,),
(N,), (N, n_in) and (N, Q); None stands for partial derivatives that are zero.
`kan_numpy.pde.linear_equations` has linear equations, and `check` compares partial derivatives with
central differences. The Q second derivatives are the ``pairs`` of the problem, by default the n_in
pure ones.

A known solution is a function of x (N, n_in) that returns u (N,) and its gradient (N, n_in).
`kan_numpy.pde.solver.solve_pde` finds an approximate one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from kan_numpy._arguments import as_function, as_indices, as_instance, as_list, as_returned, as_rng
from kan_numpy._arrays import Array, Rng
from kan_numpy._validation import as_array, as_count, as_number, require_shape, shown
from kan_numpy.derivatives.jet import Jet, as_pairs
from kan_numpy.gradcheck import assert_adjoint

__all__ = ["PDE", "Condition", "Faces", "Residual", "check", "every_face"]

Equation = Callable[[Array, Array, Array, Array], tuple[Any, Any, Any, Any]]
Solution = Callable[[Array], tuple[Array, Array]]

Faces = Sequence[tuple[int, int]]
"""Pairs (input, end): (0, 0) is the face where the first input is lowest, (0, 1) highest."""


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

    def upstream(self, dr: Array) -> Jet:
        """Return the gradient of the jet of a network with one output, from dr (N,)."""
        column = dr[:, None]
        gradient, second = column * self.r_gradient, column * self.r_second
        return Jet(column * self.r_u[:, None], gradient[:, None], second[:, None])


@dataclass(frozen=True)
class Condition:
    """An equation, and the place where it holds.

    Parameters
    ----------
    equation : callable
        See `kan_numpy.pde.conditions`.
    faces : sequence of (int, int)
        The faces of the box where it holds, as (input, end) with end 0 or 1; inside if empty.
    weight : float
        The factor of its mean square in the loss, above 0.
    order : {0, 1, 2}
        The highest order of the derivatives in the equation. Higher ones are not computed: they are
        passed as arrays without columns, and are returned as such or as None.

    Raises
    ------
    ValueError
        If weight is not above 0, or order is not 0, 1 or 2.
    TypeError
        If equation is not callable, or weight is not a real number.

    Examples
    --------
    u' = u, with u(0) = 1:

    >>> import kan_numpy as kn
    >>> growth = kn.pde.Condition(kn.pde.linear(0.0, value=-1.0, gradient=1.0), order=1)
    >>> start = kn.pde.dirichlet(1.0, faces=[(0, 0)])
    >>> kn.pde.PDE([0.0], [1.0], [growth, start]).n_in
    1
    """

    equation: Equation
    faces: Faces = ()
    weight: float = 1.0
    order: int = 2

    def __post_init__(self) -> None:
        """Check the arguments."""
        as_function("equation", self.equation)
        for i, face in enumerate(as_list("faces", self.faces, "a list of faces (input, end)")):
            as_indices(f"faces[{i}]", face, "(input, end)")
        as_number("weight", self.weight, 0.0, include_low=False)
        if as_count("order", self.order, 0) > 2:
            raise ValueError(f"order must be 0, 1 or 2, but is {self.order}")

    def residual(self, x: Array, u: Array, gradient: Array, second: Array) -> Residual:
        """Evaluate the equation for x (N, n_in) and the jet of u, and check the shapes."""
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
            array = np.zeros(like.shape) if part is None else np.asarray(part)
            require_shape(f"{name}, which the equation returned,", array, like.shape)
            if array.dtype.kind not in "fiub":
                raise TypeError(f"{name}, which the equation returned, has dtype {array.dtype}")
            parts.append(array.astype(np.float64, copy=False))
        return Residual(*parts)


@dataclass(frozen=True)
class PDE:
    """A differential equation on a box, with its boundary and initial conditions.

    Parameters
    ----------
    low, high : sequence of float, length n_in
        The ends of the box.
    conditions : sequence of Condition
        The conditions for u. Time is an input like any other, and an initial condition is one on
        the face where it is lowest.
    pairs : sequence of pairs of int, optional
        The second derivatives in the equations, as in
        `kan_numpy.derivatives.network_jets.forward`.
    solution : callable, optional
        u and its gradient, if they are known: x (N, n_in) -> (N,), (N, n_in).

    Raises
    ------
    ValueError
        If low is not below high, there is no condition, or a face or pair does not exist.
    TypeError
        If a condition is not a `Condition`, or pairs is not a list of pairs of whole numbers.

    Examples
    --------
    u'' = 2 with u(0) = 0 and u(1) = 1, solved by u = x^2:

    >>> import kan_numpy as kn
    >>> inside = kn.pde.Condition(kn.pde.linear(2.0, second=1.0))
    >>> ends = kn.pde.dirichlet(lambda x: x[:, 0], faces=kn.pde.every_face(1))
    >>> problem = kn.pde.PDE([0.0], [1.0], [inside, ends], solution=lambda x: (x[:, 0] ** 2, 2 * x))
    >>> kn.pde_errors(kn.from_formula("x^2", ["x"]), problem)
    PDEErrors(l2=0.0, h1=0.0)
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
        if self.solution is not None:
            as_function("solution", self.solution)
        conditions = as_list("conditions", self.conditions, "a list of conditions")
        if not conditions:
            raise ValueError("conditions must hold at least one Condition")
        for index, condition in enumerate(conditions):
            as_instance(f"conditions[{index}]", condition, Condition, "a Condition")
            for face in condition.faces:
                if tuple(face) not in every_face(len(low)):
                    raise ValueError(
                        f"conditions[{index}] must hold on faces (input, end) with inputs from 0 to"
                        f" {len(low) - 1} and ends 0 or 1, but has {shown(face)}"
                    )

    @property
    def n_in(self) -> int:
        """The number of inputs."""
        return len(self.low)

    def known(self, x: Array) -> tuple[Array, Array]:
        """Return the solution (N,) at x (N, n_in) and its gradient (N, n_in)."""
        returned: Any = self.solution(x) if self.solution is not None else None
        if not isinstance(returned, tuple) or len(returned) != 2:
            raise TypeError(f"solution must return (u, gradient), but returned {shown(returned)}")
        return (
            as_returned("solution, u,", returned[0], (len(x),)),
            as_returned("solution, the gradient,", returned[1], x.shape),
        )


def every_face(n_in: int) -> list[tuple[int, int]]:
    """Return all faces of a box.

    Parameters
    ----------
    n_in : int
        The number of inputs, at least 1.

    Returns
    -------
    list of (int, int)
        Pairs (input, end).

    Raises
    ------
    ValueError
        If n_in is below 1.
    TypeError
        If n_in is not a whole number.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> kn.pde.every_face(2)
    [(0, 0), (0, 1), (1, 0), (1, 1)]
    """
    return list(product(range(as_count("n_in", n_in, 1)), (0, 1)))


def check(problem: PDE, n_points: int = 5, rng: Rng = 0) -> float:
    """Compare the partial derivatives of every equation with central differences.

    Parameters
    ----------
    problem : PDE
        The problem whose equations were differentiated by hand.
    n_points : int
        The number of random points in the box, with random numbers for u and its derivatives.
    rng : int, Generator or None
        What `numpy.random.default_rng` takes.

    Returns
    -------
    float
        The largest relative error.

    Raises
    ------
    AssertionError
        If one is wrong; arguments 0, 1 and 2 are u, its gradient and its second derivatives.
    ValueError
        If n_points is below 1, or an equation returns other shapes.
    TypeError
        If n_points is not a whole number, or an equation does not return four parts.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> kn.pde.check(kn.equations.burgers()) < 1e-6
    True
    """
    n_in = as_instance("problem", problem, PDE, "a PDE").n_in
    N, generator = as_count("n_points", n_points, 1, 10**5), as_rng(rng)
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
