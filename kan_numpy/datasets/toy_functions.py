"""The data of the lessons: toy functions, two moons and knots, and how to split and scale them.

What is drawn comes from the generator that ``rng`` stands for: a seed gives the same numbers every
time. Inputs are (N, n), one row a sample, and targets (N, 1), as a network takes them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numpy import exp, pi, sin
from scipy.special import j0

from kan_numpy._validation import Array, Rng, as_array, as_choice, as_count, as_number, as_rng

Integers = npt.NDArray[np.int64]
Rows = tuple[npt.NDArray[Any], ...]


@dataclass(frozen=True)
class ToyFunction:
    """A function of known formula; call it with inputs (N, n) to get values (N, 1)."""

    name: str
    formula: str
    function: Callable[..., Array]  # maps the n columns of the inputs to the values, all (N,)
    widths: tuple[int, ...]  # the shape of the paper's network; widths[0] is n
    low: float = -1.0  # the ends of the range of every input
    high: float = 1.0

    def __call__(self, x: npt.ArrayLike) -> Array:
        """Return the values at the inputs x (N, n), as a column (N, 1)."""
        values: Array = self.function(*as_array("x", x, ("N", self.widths[0])).T)  # (N,)
        return values[:, None]


_TOYS = (
    ToyFunction("bessel", "J0(20 x)", lambda x: j0(20 * x), (1, 1)),
    ToyFunction(
        "exp_sin", "exp(sin(pi x1) + x2^2)", lambda x1, x2: exp(sin(pi * x1) + x2**2), (2, 1, 1)
    ),
    ToyFunction("product", "x1 x2", lambda x1, x2: x1 * x2, (2, 2, 1)),
    ToyFunction(
        "high_dimensional",
        "exp((sin(pi x1 / 2)^2 + ... + sin(pi x100 / 2)^2) / 100)",
        lambda *x: exp(sum(sin(pi * xi / 2) ** 2 for xi in x) / 100),
        (100, 1, 1),
    ),
    ToyFunction(
        "four_variables",
        "exp((sin(pi (x1^2 + x2^2)) + sin(pi (x3^2 + x4^2))) / 2)",
        lambda x1, x2, x3, x4: exp((sin(pi * (x1**2 + x2**2)) + sin(pi * (x3**2 + x4**2))) / 2),
        (4, 4, 2, 1),
    ),
)
TOY_FUNCTIONS = {f.name: f for f in _TOYS}
"""The five examples of arXiv 2404.19756, sec. 3.1 and fig. 3.1, by name."""


class Split(NamedTuple):
    """Samples to train on, and samples to test with."""

    x_train: Array  # (n_train, n)
    y_train: Array  # (n_train, 1)
    x_test: Array  # (n_test, n)
    y_test: Array  # (n_test, 1)


def toy(
    name: str, n_train: int = 1000, n_test: int = 1000, noise: float = 0.0, rng: Rng = 0
) -> Split:
    r"""Draw samples of a toy function f, with noise on the training targets only.

    .. math:: y_{train} = f(x) + noise \cdot \mathrm{std}(f(x)) \, \varepsilon, \qquad
        x \sim U[low, high]^n, \quad \varepsilon \sim N(0, 1)

    Parameters
    ----------
    name : str
        A key of `TOY_FUNCTIONS`.
    n_train, n_test : int
        How many samples of each kind, at least 1.
    noise : float
        The standard deviation of the noise, relative to that of the targets it is added to.
    rng : int, Generator or None
        The inputs that a seed gives do not depend on the noise.

    Returns
    -------
    Split

    Raises
    ------
    ValueError
        If there is no such function, or a number is too small.
    """
    f = TOY_FUNCTIONS[as_choice("name", name, tuple(TOY_FUNCTIONS))]
    n_train, n_test = as_count("n_train", n_train, 1), as_count("n_test", n_test, 1)
    noise, generator = as_number("noise", noise, 0.0), as_rng(rng)
    x_train = generator.uniform(f.low, f.high, (n_train, f.widths[0]))
    x_test = generator.uniform(f.low, f.high, (n_test, f.widths[0]))
    y_train = f(x_train)
    y_train += noise * y_train.std() * generator.standard_normal(y_train.shape)
    return Split(x_train, y_train, x_test, f(x_test))


def two_moons(n: int = 1000, noise: float = 0.1, rng: Rng = 0) -> tuple[Array, Integers]:
    r"""Draw points of two interleaved half circles, which no straight line separates.

    .. math:: (\cos t, \sin t) \text{ for label } 0, \qquad
        (1 - \cos t, \tfrac12 - \sin t) \text{ for label } 1, \qquad t \sim U[0, \pi]

    Parameters
    ----------
    n : int
        N, the number of points, at least 2. Labels alternate, which balances the classes.
    noise : float
        The standard deviation of the Gaussian noise on both coordinates; the radius is 1.
    rng : int, Generator or None
        The angles that a seed gives do not depend on the noise.

    Returns
    -------
    x : ndarray, shape (N, 2)
    labels : ndarray of int, shape (N,)

    Raises
    ------
    ValueError
        If n is below 2 or the noise is negative.
    """
    n, noise, generator = as_count("n", n, 2), as_number("noise", noise, 0.0), as_rng(rng)
    labels = np.arange(n, dtype=np.int64) % 2
    t = generator.uniform(0.0, pi, n)
    circle = np.stack([np.cos(t), sin(t)], axis=1)  # (N, 2)
    x = np.where(labels[:, None] == 0, circle, np.array([1.0, 0.5]) - circle)
    return x + noise * generator.standard_normal(x.shape), labels


@dataclass(frozen=True, eq=False)
class KnotTable:
    """The invariants of N knots, a read-only column (N,) for each; see ``data/README.md``."""

    names: tuple[str, ...]
    crossings: Integers
    signature: Integers
    volume: Array
    chern_simons: Array
    meridian_re: Array
    meridian_im: Array
    longitude: Array
    cusp_volume: Array

    def columns(self, *names: str) -> Array:
        """Return the named invariants side by side, shape (N, len(names)); unknown ones raise."""
        if not names:
            raise ValueError(f"names is empty; there are {', '.join(_INVARIANTS)}")
        chosen = [getattr(self, as_choice("names", name, _INVARIANTS)) for name in names]
        return np.stack(chosen, axis=1).astype(np.float64)


_INVARIANTS = tuple(field.name for field in fields(KnotTable) if field.name != "names")


def load_knots() -> KnotTable:
    """Read the invariants of 12,954 hyperbolic knots of 4 to 13 crossings."""
    whole = {"crossings": "i8", "signature": "i8"}
    types = [("names", "U16")] + [(name, whole.get(name, "f8")) for name in _INVARIANTS]
    path = resources.files("kan_numpy.datasets") / "data" / "knots.csv"
    with path.open(encoding="utf-8") as file:
        rows = np.loadtxt(file, dtype=types, delimiter=",", skiprows=1)
    rows.flags.writeable = False
    return KnotTable(tuple(rows["names"].tolist()), *(rows[name] for name in _INVARIANTS))


def signature_from_slope(
    meridian_re: npt.ArrayLike, meridian_im: npt.ArrayLike, longitude: npt.ArrayLike
) -> Integers:
    r"""Guess the signature of hyperbolic knots: minus half the slope, rounded to an even number.

    .. math:: \sigma \approx -\tfrac12 \, \mathrm{Re}(\lambda / \mu)

    Parameters
    ----------
    meridian_re, meridian_im, longitude : array_like, all of one shape
        The translations mu and lambda on the maximal cusp, with the orientations of `load_knots`.

    Returns
    -------
    ndarray of int, the same shape

    Raises
    ------
    ValueError
        If the shapes differ, or a meridian is 0.

    Notes
    -----
    A tie goes to the multiple of 4. Source: A. Davies et al., Nature 600 (2021), 70-74.
    """
    real = as_array("meridian_re", meridian_re)
    meridian = real + 1j * as_array("meridian_im", meridian_im, real.shape)
    if np.any(meridian == 0.0):
        raise ValueError("meridian_re and meridian_im must not both be 0: no meridian is so short")
    slope = np.real(as_array("longitude", longitude, real.shape) / meridian)
    return 2 * np.rint(-slope / 4.0).astype(np.int64)


def split(*arrays: npt.ArrayLike, test_share: float = 0.2, rng: Rng = 0) -> tuple[Rows, Rows]:
    """Split rows at random: ``(x_train, y_train), (x_test, y_test) = split(x, y)``.

    Parameters
    ----------
    *arrays : array_like, shape (N, ...)
        At least one, of any dtype; rows that belong together stay together.
    test_share : float
        The share of the rows that is kept for testing, between 0 and 1.
    rng : int, Generator or None
        Decides which.

    Returns
    -------
    train, test : tuple of ndarray
        Copies, one for each array.

    Raises
    ------
    ValueError
        If the arrays differ in length, or no row is left for training or for testing.
    """
    tables = [np.asarray(array) for array in arrays]
    lengths = {len(table) if table.ndim else 0 for table in tables}
    if len(lengths) != 1:
        shapes = ", ".join(str(table.shape) for table in tables) or "none at all"
        raise ValueError(f"arrays must share their number of rows, but their shapes are {shapes}")
    (n_rows,), share = lengths, as_number("test_share", test_share, 0.0, 1.0)
    n_test = round(share * n_rows)
    if not 0 < n_test < n_rows:
        raise ValueError(
            f"test_share must leave rows for both, but {share:g} of {n_rows} rows is {n_test}"
        )
    order = as_rng(rng).permutation(n_rows)
    test, train = order[:n_test], order[n_test:]
    return tuple(table[train] for table in tables), tuple(table[test] for table in tables)


@dataclass(frozen=True, eq=False)
class Scaler:
    r"""Bring every column to mean 0 and standard deviation 1, or squash it into a grid on [-1, 1].

    .. math:: z = (x - center) / scale, \qquad
        \text{or, squashed, } z = \tanh((x - center) / scale)

    Squashed, no x leaves the grid, however far out, and one scale from the center is 0.76.
    """

    center: Array  # (n,)
    scale: Array  # (n,), positive
    squash: bool = False

    def __post_init__(self) -> None:
        """Check, and keep read-only copies."""
        center = as_array("center", self.center, ("n",))
        scale = as_array("scale", self.scale, center.shape)
        if np.any(scale <= 0.0):
            raise ValueError(f"scale must be positive, but its smallest entry is {scale.min():g}")
        for name, values in (("center", center), ("scale", scale)):
            values.flags.writeable = False
            object.__setattr__(self, name, values)

    @classmethod
    def fit(cls, x: npt.ArrayLike, squash: bool = False) -> Scaler:
        """Take mean and standard deviation of each column of x (N, n), usually the training part.

        A constant column gets scale 1, and so becomes 0.
        """
        table = as_array("x", x, ("N", "n"))
        constant = np.all(table == table[0], axis=0)  # (n,)
        center = np.where(constant, table[0], table.mean(axis=0))
        return cls(center, np.where(constant, 1.0, table.std(axis=0)), squash)

    def __call__(self, x: npt.ArrayLike) -> Array:
        """Return z (N, n) for x (N, n)."""
        z = (as_array("x", x, ("N", self.center.size)) - self.center) / self.scale
        return np.tanh(z) if self.squash else z

    def inverse(self, z: npt.ArrayLike) -> Array:
        """Return x (N, n) for z (N, n)."""
        values = as_array("z", z, ("N", self.center.size))
        if self.squash:
            if np.any(np.abs(values) >= 1.0):
                raise ValueError("z must lie between -1 and 1, ends excluded: it was squashed")
            values = np.arctanh(values)
        return self.center + self.scale * values
