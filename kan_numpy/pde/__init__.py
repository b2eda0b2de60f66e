"""Chapter 10, differential equations: networks whose derivatives satisfy an equation.

Lesson 12 tells it. Read the files in this order; each imports only those above it::

    conditions        what u must obey inside a box, and what on its faces
    linear_equations  linear equations, and given values on the faces
    equations         Poisson, heat, Burgers, Bratu, with known solutions
    collocation       the conditions at many points, as a sum of squares
    solver            solve_pde, and errors against a known solution
"""

from kan_numpy.pde.conditions import PDE, Condition, Residual, check, every_face
from kan_numpy.pde.linear_equations import dirichlet, linear

__all__ = ["PDE", "Condition", "Residual", "check", "dirichlet", "every_face", "linear"]
