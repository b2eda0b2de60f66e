"""Validation of arguments: the one place where their error messages are written.

Every message states the argument, what was expected, what was given and, if there is one, a remedy.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from numbers import Real
from reprlib import Repr
from typing import Any

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array

LARGEST_COUNT = 10**7
"""The largest whole number that makes sense as a number of samples, nodes, intervals or steps."""

LARGEST_NUMBER = 1e100
"""The largest number of samples or an argument; its cube is finite."""

LARGEST_FLOAT = 1e303
"""The largest number of any array; a hundred thousand times as much is finite."""

LARGEST_WIDTH, LARGEST_GRID, LARGEST_DEGREE = 10**5, 10**4, 50
"""What nobody trains: more nodes of a level, more intervals, a higher degree."""

LARGEST_MODEL = 5 * 10**7
"""The most numbers in one array of a model: 400 MB."""

MOST_AXES = 3
"""The axes of the coefficients of a layer; no other array has more."""


SHORT = Repr()
SHORT.maxstring = SHORT.maxother = 76
"""It leaves out the middle of long values, and so is fast."""


def shown(value: object) -> str:
    """Return a value as a message shows it, in one line of at most 80 characters."""
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of shape {value.shape} and dtype {value.dtype!s:.20}"
    try:
        text = " ".join(SHORT.repr(value).split())
    except Exception:  # a repr of the user's own, or of a number with thousands of digits
        text = f"a {type(value).__name__:.40}"
    text = "".join(character for character in text if character.isprintable())
    return text if len(text) <= 80 else f"{text[:76]} ..."


def listed(names: Iterable[str]) -> str:
    """Return names as a message lists them, in at most 150 characters."""
    text = ", ".join(names)
    return text if len(text) <= 150 else f"{text[:146]} ..."


def as_array(name: str, value: npt.ArrayLike, shape: Sequence[int | str] | None = None) -> Array:
    """Return a float64 copy of ``value``, which must be real, finite, not empty and of the shape.

    Lists, integers and float32 are converted. In ``shape``, a text such as ``"N"`` stands for any
    size of at least 1.
    """
    array = as_real(name, value)
    if shape is not None:
        require_shape(name, array, shape)
    if array.size == 0:
        raise ValueError(f"{name} is empty: it has shape {array.shape}, but at least one is needed")
    require_finite(name, array)
    return array


def as_samples(name: str, value: npt.ArrayLike, shape: Sequence[int | str] | None = None) -> Array:
    """Return `as_array` of numbers whose squares and cubes are finite, as training needs them."""
    array = as_array(name, value, shape)
    require_moderate(name, array)
    return array


def as_real(name: str, value: object) -> Array:
    """Return a float64 copy of what holds real numbers, none of them masked; of any shape."""
    require_unmasked(name, value)
    if isinstance(value, bytes | bytearray | memoryview):
        raise TypeError(f"{name} must hold real numbers, but is {shown(value)}")
    try:
        raw = np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name} must be a regular array, but its rows differ in length; make them equally long"
        ) from None
    except Exception as error:
        raise TypeError(f"{name} must be an array, but is {shown(value)}") from error
    if raw.dtype.kind not in "fiub":
        raise TypeError(f"{name} must hold real numbers, but {_instead(name, raw, value)}")
    with np.errstate(over="ignore"):  # what is too large becomes infinite, which is refused
        return np.array(raw, dtype=np.float64)


def as_table(name: str, value: object) -> npt.NDArray[Any]:
    """Return an array of any type, as it is."""
    require_unmasked(name, value)
    try:
        return np.asarray(value)
    except Exception as error:
        raise TypeError(f"{name} must be a regular array, but is {shown(value)}") from error


def _instead(name: str, raw: npt.NDArray[Any], value: object) -> str:
    """Return what an array holds instead of real numbers, and how to convert it."""
    if not isinstance(value, np.ndarray | Sequence) or isinstance(value, str | bytes):
        return f"is {shown(value)}"
    hint = f"{name} = np.asarray({name}).astype(float) converts it, if they are numbers"
    if raw.dtype.kind == "c":
        hint = f"take its real part, np.real({name})"
    if raw.dtype.kind in "mM":
        hint = f"({name} - {name}.min()) / np.timedelta64(1, 's') makes seconds of times"
    return f"has dtype {raw.dtype!s:.40}; {hint}"


def require_unmasked(name: str, value: object) -> None:
    """Refuse a masked array, or lists of them, with masked values: they would be used."""
    if masked := _masked(value, MOST_AXES):
        raise ValueError(
            f"{name} must not have masked values, but {masked} are masked; leave these samples"
            f" out, or replace them: {name}.filled(value)"
        )


def _masked(value: object, axes: int) -> int:
    """Return the number of masked values in an array, or in lists nested up to so many axes."""
    if isinstance(value, np.ma.MaskedArray):
        return int(np.ma.getmaskarray(value).sum())
    if axes and isinstance(value, list | tuple):
        return sum(_masked(part, axes - 1) for part in value)
    return 0


def require_shape(name: str, array: npt.NDArray[Any], shape: Sequence[int | str]) -> None:
    """Refuse an array of another shape, above all one that would broadcast silently."""

    def fits(got: tuple[int, ...]) -> bool:
        return len(got) == len(shape) and all(
            isinstance(want, str) or want == size for want, size in zip(shape, got, strict=True)
        )

    if fits(array.shape):
        return
    wanted = "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"
    hint = ""
    if array.ndim == 1 and len(shape) == 2:
        hint = f"; a single column is {name}[:, None], a single row {name}[None, :]"
    elif len(shape) == 1 and array.ndim == 2 and array.shape[1] == 1:
        hint = f"; {name}[:, 0] makes a vector of the column"
    elif fits(array.shape[::-1]):
        hint = f"; did you mean {name}.T?"
    raise ValueError(f"{name} must have shape {wanted}, but has shape {array.shape}{hint}")


def require_finite(name: str, array: Array) -> None:
    """Refuse NaN, infinity and what is next to it, with the index of the first one."""
    bad = ~((array >= -LARGEST_FLOAT) & (array <= LARGEST_FLOAT))  # a NaN is neither
    if bad.any():
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        place = f"{name}[{', '.join(map(str, first))}]" if first else name
        raise ValueError(
            f"{name} must be finite, but {place} is {array[first]} ({int(bad.sum())} of {bad.size}"
            f" values are NaN, infinite or above {LARGEST_FLOAT:g})"
        )


def require_moderate(name: str, array: Array) -> None:
    """Refuse numbers whose squares and cubes are too large for float64."""
    largest = float(np.abs(array).max())
    if largest > LARGEST_NUMBER:
        raise ValueError(
            f"{name} must hold numbers below {LARGEST_NUMBER:g}, but holds {largest:g}; choose"
            " other units"
        )


def is_single(value: Any) -> bool:
    """Return whether it is an array without an axis, which cannot be iterated over."""
    return isinstance(value, np.ndarray) and value.ndim == 0


def as_count(name: str, value: Any, minimum: int, maximum: int = LARGEST_COUNT) -> int:
    """Return a whole number from ``minimum`` to ``maximum``."""
    try:
        if isinstance(value, bool | np.bool_ | np.ma.MaskedArray):
            raise TypeError
        count = operator.index(value)
    except Exception:  # an `__index__` of the user's own can fail in any way
        raise TypeError(f"{name} must be a whole number, but is {shown(value)}") from None
    if count < minimum:
        raise ValueError(f"{name} must be at least {minimum}, but is {shown(count)}")
    if count > maximum:
        raise ValueError(f"{name} must be at most {maximum}, but is {shown(count)}")
    return count


def as_number(
    name: str,
    value: Any,
    low: float = -np.inf,
    high: float = np.inf,
    *,
    include_low: bool = True,
    include_high: bool = True,
) -> float:
    """Return a finite real number between ``low`` and ``high``."""
    if isinstance(value, Real) and not isinstance(value, bool | np.timedelta64):
        try:
            value = float(value)
        except OverflowError:  # an int may be of any size
            value = np.inf
    if isinstance(value, bool | np.bool_) or (is_single(value) and value.dtype.kind == "b"):
        raise TypeError(f"{name} must be a real number, but is {shown(value)}")
    number = float(as_samples(name, value, ()))
    above = number > low or (include_low and number == low)
    below = number < high or (include_high and number == high)
    if not (above and below):
        opening, closing = "[" if include_low else "(", "]" if include_high else ")"
        raise ValueError(
            f"{name} must lie in {opening}{low:g}, {high:g}{closing}, but is {number!r}"
        )
    return number


def require_affordable(name: str, *sizes: int) -> None:
    """Refuse sizes whose product is the number of entries of an array too large to make."""
    if math.prod(sizes) > LARGEST_MODEL:
        raise ValueError(
            f"{name} must be smaller: an array of {' x '.join(map(str, sizes))} numbers is more"
            f" than the {LARGEST_MODEL} that are allowed"
        )
