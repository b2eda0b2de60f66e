"""Chapter 10, differential equations: networks whose derivatives fulfil an equation."""

from kan_numpy.pde.conditions import PDE, Condition, Residual, check, dirichlet, every_face, linear

__all__ = ["PDE", "Condition", "Residual", "check", "dirichlet", "every_face", "linear"]
