"""Chapter 10, differential equations: networks whose derivatives satisfy an equation.

Covered in lessons 12b and 12c. Read the files in this order; each imports only those above it::

    residual          the residual of an equation with its partial derivatives
    conditions        equations for u inside a box, and on its faces
    linear_equations  linear equations; Dirichlet and periodic conditions
    equations         Poisson, heat, Burgers, Bratu and a wave, with known solutions
    collocation       the conditions at many points, as a sum of squares
    tensor_splines    products of B-splines on a box
    error_estimate    the error that follows from the residual at other points
    resampling        points where the residual is large
    solver            solve_pde, and the error with respect to a known solution
    marching          windows of time, each from the end of the one before
"""

from kan_numpy.pde.conditions import PDE, Condition, check, every_face
from kan_numpy.pde.error_estimate import ErrorEstimate, estimate_error
from kan_numpy.pde.linear_equations import dirichlet, linear, periodic
from kan_numpy.pde.marching import MarchResult, march
from kan_numpy.pde.residual import Residual
from kan_numpy.pde.solver import PDEResult

__all__ = ["PDE", "Condition", "ErrorEstimate", "MarchResult", "PDEResult", "Residual", "check"]
__all__ += ["dirichlet", "estimate_error", "every_face", "linear", "march", "periodic"]
