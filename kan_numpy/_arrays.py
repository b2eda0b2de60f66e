r"""What every array and every generator of the library is, and how a value keeps its arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
"""What every number in the library is stored in: a float64 array."""


Rng = int | np.random.Generator | np.random.SeedSequence | None
"""What the argument ``rng`` takes: see `numpy.random.default_rng`."""


def frozen(array: Array) -> Array:
    """Return the array, read-only, so that a value that holds it can't change under a caller."""
    array.flags.writeable = False
    return array


def some_rows(x: Array, most: int) -> Array:
    """Return at most so many samples, always the same ones, picked at random.

    Every n-th sample would not do: of the points of a mesh it may pick a single line.
    """
    if len(x) <= most:
        return x
    return x[np.random.default_rng(0).choice(len(x), most, replace=False)]


Integers = npt.NDArray[np.int64]


Indices = npt.NDArray[np.intp]
