"""Validation of arguments that are no arrays: flags, names, functions, lists, files.

Each kind has one function, which returns the argument or raises an error with a message in the
words of `kan_numpy._validation`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Container, Iterable, Mapping, Sequence, Set
from itertools import islice
from keyword import iskeyword
from pathlib import Path
from typing import Any
from unicodedata import normalize

import numpy as np

from kan_numpy._arrays import Array, Rng
from kan_numpy._validation import LARGEST_WIDTH, as_count, is_single, listed, shown

LONGEST_LIST = 10**6
"""The most entries of a list; an endless generator has more."""


def as_flag(name: str, value: Any) -> bool:
    """Return True or False."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, but is {shown(value)}")
    return bool(value)


def as_choice(name: str, value: Any, choices: Iterable[str]) -> str:
    """Return ``value`` if it is one of the choices."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be one of {listed(choices)}, but is {shown(value)}")
    if value not in choices:
        raise ValueError(f"{name} must be one of {listed(choices)}, but is {shown(value)}")
    return value


def as_text(name: str, value: Any) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a text, but is {shown(value)}")
    return value


def as_path(name: str, value: Any) -> Path:
    """Return the path of a file; a number, which would be an open file, is refused."""
    try:
        path = Path(value)
        is_name = path.name and b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        is_name = False
    except Exception:  # a `__fspath__` of the user's own can fail in any way
        raise TypeError(f"{name} must name a file, but is {shown(value)}, no text") from None
    if not is_name:
        raise ValueError(f"{name} must name a file, but is {shown(value)}")
    return path


def as_rng(rng: Rng) -> np.random.Generator:
    """Return the generator for a seed; a generator is returned as it is."""
    wanted = "a seed of at least 0, a numpy Generator or None"
    seeds = int, np.integer, np.random.Generator, np.random.BitGenerator, np.random.SeedSequence
    if rng is not None and (isinstance(rng, bool | np.timedelta64) or not isinstance(rng, seeds)):
        raise TypeError(f"rng must be {wanted}, but is {shown(rng)}")
    try:
        return np.random.default_rng(rng)
    except ValueError:
        raise ValueError(f"rng must be {wanted}, but is {shown(rng)}") from None


def as_instance(name: str, value: Any, kind: Any, wanted: str) -> Any:
    """Return an instance of a class."""
    if not isinstance(value, kind):
        kind_of = "" if isinstance(value, type) else f"{type(value).__name__:.40}: "
        raise TypeError(f"{name} must be {wanted}, but is {kind_of}{shown(value)}")
    return value


def as_function(name: str, value: Any, wanted: str = "a function") -> Any:
    """Return a function, or an object that can be called; not a class."""
    if not callable(value) or isinstance(value, type):
        raise TypeError(f"{name} must be {wanted}, but is {shown(value)}")
    return value


def as_returned(name: str, value: object, shape: tuple[int, ...]) -> Array:
    """Return what the user's own function ``name`` returned: real numbers of this shape."""
    try:
        array = np.asarray(value)
    except Exception:  # rows of different lengths, or a `__array__` of the user's own
        array = np.asarray("")
    if array.shape != shape or array.dtype.kind not in "fiub":
        raise TypeError(
            f"{name} must return real numbers of shape {shape}, but returned {shown(value)}"
        )
    return array.astype(np.float64, copy=False)


def as_value_and_gradient(name: str, returned: Any, size: int) -> tuple[float, Array]:
    """Return what the user's own function ``name`` returned: a number and its gradient (P,)."""
    if not isinstance(returned, tuple) or len(returned) != 2:
        raise TypeError(f"{name} must return (value, gradient), but returned {shown(returned)}")
    value = float(as_returned(f"{name}, its value,", returned[0], ()))
    return value, as_returned(f"{name}, its gradient,", returned[1], (size,))


def as_list(name: str, value: Any, wanted: str, *, ordered: bool = True) -> list[Any]:
    """Return the entries of an iterable, which is no text; a set only if order does not matter."""
    unfit = (str, bytes, bytearray, memoryview, Mapping, np.ma.MaskedArray)
    try:
        if isinstance(value, unfit) or (ordered and isinstance(value, Set)):
            raise TypeError
        entries = list(islice(value, LONGEST_LIST + 1))
    except Exception as error:  # an iterator of the user's own can fail in any way
        cause = None if isinstance(error, TypeError) else error
        raise TypeError(f"{name} must be {wanted}, but is {shown(value)}") from cause
    if len(entries) > LONGEST_LIST:
        raise ValueError(f"{name} must be {wanted}, but has more than {LONGEST_LIST} entries")
    return entries


def as_indices(name: str, value: Any, form: str) -> tuple[int, ...]:
    """Return the whole numbers of an entry such as "(layer, out, inp)"."""
    length = form.count(",") + 1
    numbers = [value] if length == 1 else as_list(name, value, form)
    if len(numbers) != length:
        raise ValueError(f"{name} must be {form}, but is {shown(value)}")
    return tuple(as_count(name, number, 0) for number in numbers)


def require_length(name: str, values: Sequence[Any], depth: int) -> None:
    """Refuse a list that does not have one entry for each layer."""
    if len(values) != depth:
        raise ValueError(
            f"{name} must have one entry for each of the {depth} layers, but has {len(values)}"
        )


def per_layer(name: str, value: Any, depth: int, minimum: int, maximum: int) -> list[int]:
    """Return one whole number for each of ``depth`` layers, from one number or one for each."""
    if not isinstance(value, Iterable) or isinstance(value, str | bytes) or is_single(value):
        return [as_count(name, value, minimum, maximum)] * depth
    entries = as_list(name, value, "a whole number, or a list with one for each layer")
    require_length(name, entries, depth)
    return [as_count(f"{name}[{i}]", entry, minimum, maximum) for i, entry in enumerate(entries)]


def as_widths(widths: Sequence[int]) -> list[int]:
    """Return the nodes of each level, at least inputs and outputs."""
    entries = as_list("widths", widths, "a list such as [2, 5, 1]")
    sizes = [as_count(f"widths[{i}]", size, 1, LARGEST_WIDTH) for i, size in enumerate(entries)]
    if len(sizes) < 2:
        raise ValueError(f"widths must name inputs and outputs at least, but is {shown(sizes)}")
    return sizes


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
    names = tuple(as_list(name, given, "a list of names"))
    for entry in names:
        if not isinstance(entry, str) or not entry.isidentifier() or iskeyword(entry):
            raise ValueError(f"{name} must hold names such as x or x_1, but holds {shown(entry)}")
        if normalize("NFKC", entry) != entry:  # as a ligature, which Python takes for two letters
            raise ValueError(f"{name} must hold plain letters, but holds {entry!a:.60}")
        if entry in reserved:
            raise ValueError(f"{name} holds {entry!r}, which means something else in a formula")
    if not names or len(set(names)) < len(names) or size not in (None, len(names)):
        wanted = "at least one name" if size is None else f"{size} different names"
        raise ValueError(f"{name} must hold {wanted}, each once, but is {shown(list(names))}")
    return names


def level_outside() -> int:
    """Return the ``stacklevel`` at which a warning names the line that called this library."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals["__name__"].startswith("kan_numpy."):
        frame, level = frame.f_back, level + 1
    return level
