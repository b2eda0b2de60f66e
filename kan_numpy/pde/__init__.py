"""Chapter 10, differential equations: networks whose derivatives satisfy an equation.

Covered in lesson 12b. Read the files in this order; each imports only those above it::

    residual          the residual of an equation with its partial derivatives
    conditions        equations for u inside a box, and on its faces
    linear_equations  linear equations; Dirichlet and periodic conditions
    equations         Poisson, heat, Burgers, Bratu, with known solutions
    collocation       the conditions at many points, as a sum of squares
    solver            solve_pde, and the error with respect to a known solution
"""

from kan_numpy.pde.conditions import PDE, Condition, Residual, check, every_face
from kan_numpy.pde.error_estimate import ErrorEstimate, estimate_error
from kan_numpy.pde.linear_equations import dirichlet, linear, periodic

__all__ = ["PDE", "Condition", "Residual", "check", "dirichlet", "every_face", "linear"]
__all__ += ["ErrorEstimate", "estimate_error", "periodic"]
