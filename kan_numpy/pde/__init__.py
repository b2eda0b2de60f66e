"""Chapter 10, differential equations: networks whose derivatives fulfil an equation."""

from kan_numpy.pde.conditions import *  # noqa: F403
