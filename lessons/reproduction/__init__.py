"""The figures of the KAN papers, computed again: ``make reproduce``, ``make reproduce PART=toy``.

A part is a module of this package with an `EXPERIMENT`. A new part needs such a module, and its
name in `ORDER`. Rows that are there already are not computed again, unless one asks for it with
``REDO=1``.
"""

from importlib import import_module

from .experiment import Experiment

ORDER = (
    "toy",
    "scaling",
    "special",
    "feynman",
    "poisson",
    "continual",
    "multilevel",
    "knots",
    "localisation",
    "search",
)
"""The parts, as they follow each other on the page."""


def parts() -> dict[str, Experiment]:
    """Return the parts by name and in order."""
    return {name: import_module(f"{__name__}.{name}").EXPERIMENT for name in ORDER}
