"""Validation of arguments: the one place where their error messages are written.

Every message states the argument, what was expected, what was given and, if there is one, a remedy.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Container, Iterable, Sequence
from keyword import iskeyword
from typing import Any
from unicodedata import normalize

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array, Rng


def as_array(name: str, value: npt.ArrayLike, shape: Sequence[int | str] | None = None) -> Array:
    """Return a float64 copy of ``value``, which must be real, finite, not empty and of the shape.

    Lists, integers and float32 are converted. In ``shape``, a text such as ``"N"`` stands for any
    size of at least 1.
    """
    try:
        raw = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must be a regular array, but its rows differ in length") from None
    if raw.dtype.kind not in "fiub":
        hint = "; take its real part" if raw.dtype.kind == "c" else ""
        raise TypeError(f"{name} must hold real numbers, but has dtype {raw.dtype}{hint}")
    array = np.array(raw, dtype=np.float64)
    if shape is not None:
        require_shape(name, array, shape)
    if array.size == 0:
        raise ValueError(f"{name} is empty: it has shape {array.shape}")
    require_finite(name, array)
    return array


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
    """Refuse NaN and infinity, with the index of the first one."""
    bad = ~np.isfinite(array)
    if bad.any():
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        place = f"{name}[{', '.join(map(str, first))}]" if first else name
        raise ValueError(
            f"{name} must be finite, but {place} is {array[first]}"
            f" ({int(bad.sum())} of {bad.size} values are not finite)"
        )


def as_count(name: str, value: Any, minimum: int) -> int:
    """Return a whole number that is at least ``minimum``."""
    if isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be a whole number, but is {value!r}")
    try:
        count = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be a whole number, but is {value!r}") from None
    if count < minimum:
        raise ValueError(f"{name} must be at least {minimum}, but is {count}")
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
    number = float(as_array(name, value, ()))
    above = number > low or (include_low and number == low)
    below = number < high or (include_high and number == high)
    if not (above and below):
        opening, closing = "[" if include_low else "(", "]" if include_high else ")"
        raise ValueError(
            f"{name} must lie in {opening}{low:g}, {high:g}{closing}, but is {number!r}"
        )
    return number


def per_layer(name: str, value: Any, depth: int, minimum: int) -> list[int]:
    """Return one whole number for each of ``depth`` layers, from one number or one for each."""
    if not isinstance(value, Iterable) or isinstance(value, str):
        return [as_count(name, value, minimum)] * depth
    numbers = [as_count(f"{name}[{index}]", item, minimum) for index, item in enumerate(value)]
    require_length(name, numbers, depth)
    return numbers


def require_length(name: str, values: Sequence[Any], depth: int) -> None:
    """Refuse a list that does not have one entry for each layer."""
    if len(values) != depth:
        raise ValueError(
            f"{name} must have one entry for each of the {depth} layers, but has {len(values)}"
        )


def as_widths(widths: Sequence[int]) -> list[int]:
    """Return the nodes of each level, at least inputs and outputs."""
    if isinstance(widths, str) or not isinstance(widths, Iterable):
        raise TypeError(f"widths must be a list such as [2, 5, 1], but is {widths!r}")
    sizes = [as_count(f"widths[{index}]", size, 1) for index, size in enumerate(widths)]
    if len(sizes) < 2:
        raise ValueError(f"widths must name inputs and outputs at least, but is {sizes}")
    return sizes


def as_choice(name: str, value: Any, choices: Sequence[str]) -> str:
    """Return ``value`` if it is one of the choices."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, but is {value!r}")
    return str(value)


def as_rng(rng: Rng) -> np.random.Generator:
    """Return the generator for a seed; a generator is returned as it is."""
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"rng must be a seed of at least 0, a numpy Generator or None, but is {rng!r}"
        ) from None


def as_names(
    name: str,
    given: Iterable[str] | None,
    reserved: Container[str],
    size: int | None = None,
    letter: str = "x",
) -> tuple[str, ...]:
    """Return so many different names, none reserved; by default a letter with numbers from 0."""
    if given is None and size is not None:
        return tuple(f"{letter}{index}" for index in range(size))
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise TypeError(f"{name} must be a list of names, but is {given!r}")
    names = tuple(given)
    for entry in names:
        if not isinstance(entry, str) or not entry.isidentifier() or iskeyword(entry):
            raise ValueError(f"{name} must hold names such as x or x_1, but holds {entry!r:.60}")
        if normalize("NFKC", entry) != entry:  # as a ligature, which Python takes for two letters
            raise ValueError(f"{name} must hold plain letters, but holds {entry!a:.60}")
        if entry in reserved:
            raise ValueError(f"{name} holds {entry!r}, which means something else in a formula")
    if not names or len(set(names)) < len(names) or size not in (None, len(names)):
        wanted = "at least one name" if size is None else f"{size} different names"
        raise ValueError(f"{name} must hold {wanted}, each once, but is {list(names)!s:.100}")
    return names


def level_outside() -> int:
    """Return the ``stacklevel`` at which a warning names the line that called this library."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals["__name__"].startswith("kan_numpy."):
        frame, level = frame.f_back, level + 1
    return level
