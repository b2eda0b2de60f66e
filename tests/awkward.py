"""Awkward values, each with the kinds of arguments that may take it; all others refuse it.

A kind is a word of an annotation: an argument ``int | None`` may take what fits "int" or "None". A
value is made anew for each call, some from the sensible value of the argument.
"""

import datetime
import re
from fractions import Fraction

import numpy as np

SAME = object()
"""Returned by a change that does not apply to the sensible value."""

ALIASES = {
    "Rng": "int None",
    "Base": "str tuple",
    "Coefficient": "float ArrayLike Callable",
    "Width": "int",
    "Faces": "Sequence",
    "Callback": "Callable",
    "Equation": "Callable",
    "Solution": "Callable",
    "Function": "Callable",
    "Loss": "",
    "PenaltyFunction": "Callable",
}


def kinds(annotation):
    """Return the words of an annotation."""
    words = set(re.findall(r"\w+", str(annotation)))
    return words.union(*(ALIASES.get(word, "").split() for word in words))


class Mystery:
    """Something that cannot be shown."""

    def __repr__(self):
        raise RuntimeError("no text")


class Spoilt:
    """Something that pretends to be an array."""

    def __array__(self, *args, **kwargs):
        raise RuntimeError("no array")


class Broken:
    """Something whose every conversion fails, and whose text would move the cursor."""

    def fails(self, *_):
        raise OwnError("of the user")

    __index__ = __float__ = __iter__ = __fspath__ = __array__ = fails

    def __repr__(self):
        return "\x1b[2J\n\u202e"


class Three:
    """A whole number of another library."""

    def __index__(self):
        return 3


def raises(*_, **__):
    raise OwnError("of the user")


class OwnError(Exception):
    """What a function of the user raises."""


def returns(value):
    return lambda *_, **__: value


def changed(change):
    """Return how an array, or a list of numbers, is spoilt; other values are left alone."""

    def change_array(valid):
        if not isinstance(valid, np.ndarray | list | tuple):
            return SAME
        try:
            array = np.array(valid, dtype=float)
        except (TypeError, ValueError):
            return SAME
        return change(array) if array.size > 1 else SAME

    return change_array


def put(value, dtype=float):
    def spoil(array):
        array = array.astype(dtype)
        array.flat[-1] = value
        return array

    return spoil


def masked(array):
    mask = np.zeros(array.shape, dtype=bool)
    mask.flat[0] = True
    return np.ma.array(array, mask=mask)


def with_masked(values):
    """Return nested lists whose first number is masked."""
    if not isinstance(values, list):
        return np.ma.masked
    return [with_masked(values[0]), *values[1:]]


ALWAYS = [
    # what it is, how it is made, and the kinds that may take it
    ("None", lambda: None, "None Any"),
    ("nan", lambda: np.nan, ""),
    ("inf", lambda: np.inf, ""),
    ("-inf", lambda: -np.inf, ""),
    ("-1", lambda: -1, "int float ArrayLike"),
    ("0", lambda: 0, "int float ArrayLike"),
    ("2.5", lambda: 2.5, "float ArrayLike"),
    ("1e300", lambda: 1e300, "float ArrayLike"),
    ("10**9", lambda: 10**9, "int float ArrayLike"),
    ("10**30", lambda: 10**30, "int float ArrayLike"),
    ("10**5000", lambda: 10**5000, "Rng"),
    ("True", lambda: True, "bool ArrayLike"),
    ("np.bool_", lambda: np.bool_(False), "bool ArrayLike"),
    ("text", lambda: "no", "str"),
    ("long text", lambda: "no" * 1000, "str"),
    ("bytes", lambda: b"no", "PathLike"),
    ("long texts", lambda: ["no" * 10**5, "b"], "Sequence tuple"),
    ("text for a number", lambda: "3", "str"),
    ("texts for numbers", lambda: ["1", "2"], "str"),
    ("fraction", lambda: Fraction(1, 3), "float"),
    ("empty list", list, "Iterable Sequence tuple"),
    ("empty array", lambda: np.array([]), "Iterable Sequence tuple"),
    ("0-d array", lambda: np.array(0.5), "float ArrayLike"),
    ("0-d array of text", lambda: np.array("no"), ""),
    ("array of texts", lambda: np.array(["a", "b"]), "Sequence tuple"),
    ("flag array", lambda: np.array([True, False]), "ArrayLike"),
    ("ragged list", lambda: [[1.0], [2.0, 3.0]], ""),
    ("nested list", lambda: [[[[1.0]]]], "ArrayLike"),
    ("dict", lambda: {"a": 1}, "Mapping"),
    ("empty dict", dict, "Mapping Iterable"),
    ("set", lambda: {1, 2}, "Iterable"),
    ("set of texts", lambda: {"a", "b"}, "Iterable"),
    ("object", object, ""),
    ("no repr", Mystery, ""),
    ("no array", Spoilt, ""),
    ("nothing works", Broken, ""),
    ("own whole number", Three, "int"),
    ("masked", lambda: np.ma.masked, ""),
    ("masked array", lambda: np.ma.array([1.0, 2.0], mask=[True, False]), ""),
    ("complex", lambda: 1.0 + 1.0j, ""),
    ("complex array", lambda: np.array([1.0j, 2.0]), ""),
    ("datetime", lambda: datetime.datetime(2020, 1, 1), ""),
    ("dates", lambda: np.array(["2020-01-01"], dtype="datetime64[D]"), ""),
    ("records", lambda: np.zeros(2, dtype=[("a", float)]), ""),
    ("generator", lambda: (i for i in (3,)), "Iterable Sequence tuple"),
    ("endless generator", lambda: iter(int, 1), ""),
    ("iterator of None", lambda: iter([None]), ""),
    ("list of None", lambda: [None, None], ""),
    ("list of objects", lambda: [object()], ""),
    ("range", lambda: range(3), "ArrayLike Iterable Sequence"),
    ("class", lambda: dict, ""),
    ("module", lambda: np, ""),
    ("slice", lambda: slice(None), ""),
    ("ellipsis", lambda: ..., ""),
    ("raises", lambda: raises, "Callable"),
    ("returns None", lambda: returns(None), "Callable"),
    ("returns text", lambda: returns("no"), "Callable"),
    ("returns another shape", lambda: returns(np.zeros((3, 5, 7))), "Callable"),
    ("returns no array", lambda: returns(Spoilt()), "Callable"),
    ("returns NaN", lambda: returns(np.nan), "Callable"),
]

FROM_VALID = [
    ("transposed", lambda a: a.T.copy() if a.ndim > 1 else SAME, ""),
    ("another axis", lambda a: a[..., None], ""),
    ("one axis less", lambda a: a[0], ""),
    ("one less", lambda a: a[:-1], "any"),
    ("no rows", lambda a: a[:0], "Iterable Sequence tuple"),
    ("with NaN", put(np.nan), ""),
    ("with inf", put(np.inf), ""),
    ("with 1e300", put(1e300), "any"),
    ("with the largest number", put(np.finfo(float).max), ""),
    ("with None", put(None, object), ""),
    ("as objects", lambda a: a.astype(object), ""),
    ("as texts", lambda a: a.astype(str), ""),
    ("as complex", lambda a: a + 0j, ""),
    ("masked", masked, ""),
    ("rows of masked arrays", lambda a: list(masked(a)) if a.ndim > 1 else SAME, ""),
    ("lists with a masked value", lambda a: with_masked(a.tolist()), ""),
    ("constant", np.ones_like, "any"),
    ("longdouble beyond float64", put(np.longdouble("1e4000"), np.longdouble), ""),
]


def awkward(valid, annotation):
    """Yield the name of each value, how it is made, and whether the argument may take it."""
    fitting = kinds(annotation) | {"any"}
    for name, make, takers in ALWAYS:
        yield name, make, bool(fitting & set(takers.split()))
    for name, change, takers in FROM_VALID:
        yield (
            name,
            lambda change=change: changed(change)(valid),
            bool(fitting & set(takers.split())),
        )
    if not isinstance(valid, type) and type(valid).__module__.startswith("kan_numpy"):
        yield "its class", lambda: type(valid), False
