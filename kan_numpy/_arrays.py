r"""The types of arrays and generators in the library, read-only arrays, and blocks of rows."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
"""The array of the library: float64."""


ROWS_AT_ONCE, VALUES_AT_ONCE = 8192, 2**17
"""A block holds at most so many rows, and so many values unless a single row has more."""

Rng = int | np.random.Generator | np.random.SeedSequence | None
"""The values that an argument ``rng`` takes, see `numpy.random.default_rng`."""


FrozenT = TypeVar("FrozenT", bound="Frozen")

ArrayT = TypeVar("ArrayT", bound=npt.NDArray[Any])


def frozen(array: ArrayT) -> ArrayT:
    """Return the array itself, made read-only, so that an immutable value can hold it."""
    array.flags.writeable = False
    return array


class Frozen:
    """The base of an immutable value: its arrays are read-only, in a copy and from a pickle too."""

    def __post_init__(self) -> None:
        """Make all arrays read-only, also those in tuples, and copy what the caller can change."""
        for name, value in vars(self).items():
            if isinstance(value, np.ndarray) and value.flags.writeable:
                self.__dict__[name] = value.copy()
            _freeze(self.__dict__[name])

    def _like(self: FrozenT, **changes: Any) -> FrozenT:
        """Return a copy with other fields, in a fifth of the time of `dataclasses.replace`."""
        other, fields = object.__new__(type(self)), self.__dataclass_fields__  # type: ignore[attr-defined]
        other.__dict__.update({name: self.__dict__[name] for name in fields}, **changes)
        for value in changes.values():
            _freeze(value)
        return other

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore a copy."""
        vars(self).update(state)
        Frozen.__post_init__(self)


def _freeze(value: object) -> None:
    """Make an array read-only, or those in a tuple."""
    if isinstance(value, np.ndarray):
        value.flags.writeable = False
    elif isinstance(value, tuple):
        for part in value:
            _freeze(part)


def row_blocks(n_rows: int, width: int) -> list[slice]:
    """Return slices that divide a table of n rows into blocks, to bound the memory.

    A function that treats every sample by itself needs temporary arrays many times as large as its
    result. Block by block they are small, and stay in the cache of the processor.
    """
    height = max(1, min(ROWS_AT_ONCE, VALUES_AT_ONCE // width))
    return [slice(start, start + height) for start in range(0, max(n_rows, 1), height)]


def some_rows(x: Array, most: int) -> Array:
    """Return at most so many samples of x (N, n_in), a fixed random choice.

    Every n-th sample is not enough: of the points of a mesh they may lie on a single line.
    """
    if len(x) <= most:
        return x
    return x[np.random.default_rng(0).choice(len(x), most, replace=False)]


Integers = npt.NDArray[np.int64]


Indices = npt.NDArray[np.intp]
