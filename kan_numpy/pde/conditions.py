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

In a system of equations u is (N, n_out), its gradient (N, n_out, n_in), and so on; each equation of
the system is a condition. A condition that compares each point with another one, as a periodic one
does, sees both: u is (N, 2), or (N, 2, n_out). The partial derivatives have the same shapes.

A known solution is a function of x (N, n_in) that returns u (N,) and its gradient (N, n_in).
`kan_numpy.pde.solver.solve_pde` finds an approximate one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from kan_numpy._arguments import as_function, as_indices, as_instance, as_list, as_returned, as_rng
from kan_numpy._arrays import Array, Rng
from kan_numpy._validation import as_array, as_count, as_number, require_shape, shown
from kan_numpy.derivatives.jet import as_pairs
from kan_numpy.gradcheck import assert_adjoint
from kan_numpy.pde.residual import Residual

__all__ = ["PDE", "Condition", "Faces", "check", "every_face"]

Equation = Callable[[Array, Array, Array, Array], tuple[Any, Any, Any, Any]]
Solution = Callable[[Array], tuple[Array, Array]]

Faces = Sequence[tuple[int, int]]
"""Pairs (input, end): (0, 0) is the face where the first input is lowest, (0, 1) highest."""


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
    other_point : callable, optional
        A function of x (N, n_in) that returns the point (N, n_in) with which each is compared.

    Raises
    ------
    ValueError
        If weight is not above 0, or order is not 0, 1 or 2.
    TypeError
        If equation or other_point is not callable, or weight is not a real number.

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
    other_point: Callable[[Array], Array] | None = None

    def __post_init__(self) -> None:
        """Check the arguments."""
        as_function("equation", self.equation)
        if self.other_point is not None:
            as_function("other_point", self.other_point, "a function of x")
        for i, face in enumerate(as_list("faces", self.faces, "a list of faces (input, end)")):
            as_indices(f"faces[{i}]", face, "(input, end)")
        as_number("weight", self.weight, 0.0, include_low=False)
        if as_count("order", self.order, 0) > 2:
            raise ValueError(f"order must be 0, 1 or 2, but is {self.order}")

    @property
    def n_points(self) -> int:
        """The number of points that the equation sees at once, 1 or 2."""
        return 1 if self.other_point is None else 2

    def all_points(self, x: Array) -> Array:
        """Return x (N, n_in), and below it the points with which these are compared."""
        if self.other_point is None:
            return x
        return np.vstack([x, as_returned("other_point", self.other_point(x), x.shape)])

    def residual(self, x: Array, u: Array, gradient: Array, second: Array) -> Residual:
        """Evaluate the equation for x (N, n_in) and the jet of u, and check the shapes."""
        returned = self.equation(x, u, gradient, second)
        if not isinstance(returned, tuple) or len(returned) != 4:
            raise TypeError(
                f"equation must return a tuple (r, r_u, r_gradient, r_second), but returned"
                f" {returned!r:.200}"
            )
        parts = []
        likes = (u.reshape(len(u), -1)[:, 0], u, gradient, second)
        for name, part, like in zip(Residual._fields, returned, likes, strict=True):
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
        u and its gradient, if they are known: x (N, n_in) -> (N,), (N, n_in); of a system
        (N, n_out), (N, n_out, n_in).
    n_out : int
        The number of functions, above 1 for a system.

    Raises
    ------
    ValueError
        If low is not below high, there is no condition, a face or pair does not exist, or n_out is
        below 1.
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
    n_out: int = 1

    def __post_init__(self) -> None:
        """Check that the conditions fit the box."""
        as_count("n_out", self.n_out, 1)
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
        """Return the solution (N,) at x (N, n_in) and its gradient (N, n_in), or of a system."""
        returned: Any = self.solution(x) if self.solution is not None else None
        if not isinstance(returned, tuple) or len(returned) != 2:
            raise TypeError(f"solution must return (u, gradient), but returned {shown(returned)}")
        axes = () if self.n_out == 1 else (self.n_out,)
        return (
            as_returned("solution, u,", returned[0], (len(x), *axes)),
            as_returned("solution, the gradient,", returned[1], (len(x), *axes, self.n_in)),
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
    x = generator.uniform(problem.low, problem.high, (N, n_in))

    def worst_error(condition: Condition) -> float:
        axes = [length for length in (condition.n_points, problem.n_out) if length > 1]
        widths: list[tuple[int, ...]] = [(), (n_in,), (Q,)]
        u, u_a, u_q = (generator.standard_normal((N, *axes, *width)) for width in widths)

        def residual(u: Array, u_a: Array, u_q: Array = u_q) -> Residual:
            return condition.residual(x, u, u_a, u_q)

        def backward(dr: Array, *jet: Array) -> tuple[Array, ...]:
            parts = residual(*jet)[1:]
            return tuple((dr * part.T).T for part in parts)[: len(jet)]

        given = (u, u_a, u_q) if Q else (u, u_a)
        return assert_adjoint(lambda *jet: residual(*jet).r, backward, *given, rng=generator)

    return max(worst_error(condition) for condition in problem.conditions)
