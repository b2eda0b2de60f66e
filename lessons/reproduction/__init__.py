"""The figures of the KAN papers, computed again: ``make reproduce``, ``make reproduce PART=toy``.

A part is a module of this package with

``TITLE``
    a heading for the page;
``ABOUT``
    a paragraph for the page: what is compared, and with which data;
``ITEMS``
    the names of what can be computed by itself;
``run(item)``
    which computes one of them and returns a list of `table.Row`. Each row is named after the item,
    with more in brackets if there are several: "jv", "jv (MLP)";
``LARGER_IS_BETTER``
    True if the numbers are accuracies, not errors; it may be left out;
``READ_OFF``
    True if the published figures were read off plots, which is good to 10 %; it may be left out;
``figure(rows, path)``
    which draws the rows of the part into a file; it may be left out.

A new part needs such a module, and its name in `ORDER`. Rows that are there already are not
computed again, unless one asks for it with ``REDO=1``.
"""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

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
)
"""The parts, as they follow each other on the page."""


def parts() -> dict[str, ModuleType]:
    """Return the parts that there are, by name and in order."""
    there = [name for name in ORDER if find_spec(f"{__name__}.{name}")]
    return {name: import_module(f"{__name__}.{name}") for name in there}
