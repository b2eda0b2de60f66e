"""Chapter 10, differential equations: networks whose derivatives fulfil an equation."""

from kan_numpy.pde.conditions import PDE, Condition, Residual, check, every_face
from kan_numpy.pde.linear_equations import dirichlet, linear

__all__ = ["PDE", "Condition", "Residual", "check", "dirichlet", "every_face", "linear"]
