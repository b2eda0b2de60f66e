r"""Regression problems with a known answer: a formula, and the box of its inputs.

.. math:: x_i = low_i + (high_i - low_i)\,\frac{z_i + 1}{2}, \qquad z \in [-1, 1]^n

Networks are trained on z, because there all inputs share one range. The toy functions and the
tables of special functions and of Feynman's equations consist of such problems; two more are
defined here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_choice, as_function, as_list, as_returned, as_rng, as_text
from kan_numpy._arrays import Array, Rng
from kan_numpy._validation import as_array, as_count, as_number, as_samples, require_affordable
from kan_numpy.datasets.preprocessing import Split

__all__ = ["MULTILEVEL", "PEAKS", "PEAK_CENTERS", "ROTATION", "Benchmark", "draw", "peak_phases"]

_TABLES: dict[str, Benchmark] = {}

HOW = ("uniform", "half_stretched")


@dataclass(frozen=True)
class Benchmark:
    """A function of known formula on a box; call it with inputs (N, n) to get values (N, 1).

    Parameters
    ----------
    name : str
        A short name.
    formula : str
        The formula as text.
    function : callable
        Maps the n columns of the inputs to the values, all (N,).
    inputs : tuple of str
        The names of the n inputs in the formula.
    ranges : tuple of (float, float)
        The ends of the range of each input.
    widths : tuple of int
        The shape of the paper's network, if it tells one.

    Raises
    ------
    ValueError
        If there is not one range for each input, with its low end below the high one.
    TypeError
        If function is not callable, inputs are not texts, or widths are not whole numbers.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> area = kn.problems.Benchmark("area", "a b", lambda a, b: a * b, ("a", "b"), ((0, 4),) * 2)
    >>> area([[2.0, 3.0]])
    array([[6.]])
    >>> area.from_cube([[-1.0, 0.5]])  # from [-1, 1] to [0, 4]
    array([[0., 3.]])
    """

    name: str
    formula: str
    function: Callable[..., Array]
    inputs: tuple[str, ...]
    ranges: tuple[tuple[float, float], ...]
    widths: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Check the arguments."""
        as_text("name", self.name)
        as_text("formula", self.formula)
        as_function("function", self.function)
        inputs = as_list("inputs", self.inputs, "a list of names")
        for index, entry in enumerate(inputs):
            as_text(f"inputs[{index}]", entry)
        ends = as_array("ranges", self.ranges, (len(inputs), 2))
        if not np.all(ends[:, 0] < ends[:, 1]):
            raise ValueError("ranges must hold pairs (low, high) with low below high")
        for index, width in enumerate(as_list("widths", self.widths, "a list of whole numbers")):
            as_count(f"widths[{index}]", width, 1)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let the copy of a problem of the library be that problem, also in another process."""
        if _TABLES.get(self.name) is self:
            return _known, (self.name,)
        return Benchmark, tuple(getattr(self, field.name) for field in fields(self))

    def __call__(self, x: npt.ArrayLike) -> Array:
        """Return the values at the inputs x (N, n), as a column (N, 1)."""
        columns = as_samples("x", x, ("N", len(self.ranges))).T
        return as_returned("function", self.function(*columns), columns.shape[1:])[:, None]

    def from_cube(self, z: npt.ArrayLike) -> Array:
        """Return the inputs x (N, n) for z (N, n) in the cube from -1 to 1."""
        low, high = np.array(self.ranges).T
        return low + (high - low) * (as_samples("z", z, ("N", len(self.ranges))) + 1.0) / 2.0

    def split(
        self, n_train: int = 1000, n_test: int = 1000, rng: Rng = 0, how: str = "uniform"
    ) -> Split:
        """Draw training and test samples; the inputs are z, in the cube.

        Parameters
        ----------
        n_train, n_test : int
            The number of samples of each kind, at least 1.
        rng : int, Generator or None
            What `numpy.random.default_rng` takes.
        how : {"uniform", "half_stretched"}
            How the training inputs are drawn, see `draw`. The test inputs are always uniform.

        Returns
        -------
        Split
            Training and test samples.
        """
        n_train, n_test = as_count("n_train", n_train, 1), as_count("n_test", n_test, 1)
        generator = as_rng(rng)
        z_train = draw(n_train, len(self.ranges), generator, how)
        z_test = draw(n_test, len(self.ranges), generator)
        return Split(z_train, self(self.from_cube(z_train)), z_test, self(self.from_cube(z_test)))


def _table(problems: Iterable[Benchmark]) -> dict[str, Benchmark]:
    """Return problems by name, as a table of the library."""
    found = {problem.name: problem for problem in problems}
    _TABLES.update(found)
    return found


def _known(name: str) -> Benchmark:
    """Return a problem of one of the tables."""
    return _TABLES[name]


def draw(n_samples: int, n_inputs: int, rng: Rng = 0, how: str = "uniform") -> Array:
    r"""Draw inputs in the cube from -1 to 1.

    .. math:: z \sim U[-1, 1]^n \quad\text{or, for every second row,}\quad
        z_i = sign(u_i) |u_i|^{p_i}, \quad u \sim U[-1, 1]^n, \; \log_2 p_i \sim U[-3, 1]

    Parameters
    ----------
    n_samples : int
        N, the number of rows, at least 1.
    n_inputs : int
        n, the number of columns.
    rng : int, Generator or None
        What `numpy.random.default_rng` takes.
    how : {"uniform", "half_stretched"}
        The second moves every other sample outwards or inwards, alternately with one power p for
        the whole row and with one for each input. It reaches the faces, the corners and the center,
        where uniform samples are rare and the splines of a fine grid need some.

    Returns
    -------
    ndarray, shape (N, n)
        z.

    Raises
    ------
    ValueError
        If n_samples is below 1, or ``how`` is none of the two.
    TypeError
        If n_samples is not a whole number.

    Examples
    --------
    Every second row of "half_stretched" is drawn with powers. More of its samples are near the
    faces of the cube, :math:`|z| > 0.9`:

    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> uniform, stretched = (
    ...     kn.problems.draw(10_000, 1, how=how) for how in ("uniform", "half_stretched")
    ... )
    >>> [round(float(np.mean(np.abs(z) > 0.9)), 2) for z in (uniform, stretched)]
    [0.1, 0.16]
    """
    generator = as_rng(rng)
    shape = as_count("n_samples", n_samples, 1), as_count("n_inputs", n_inputs, 1)
    require_affordable("n_samples or n_inputs", *shape)
    z = generator.uniform(-1.0, 1.0, shape)
    if as_choice("how", how, HOW) == "half_stretched":
        p = 2.0 ** generator.uniform(-3.0, 1.0, z.shape)
        p[1::4] = p[1::4, :1]  # one power for the whole row
        z[1::2] = np.sign(z[1::2]) * np.abs(z[1::2]) ** p[1::2]
    return z


ROTATION = 0.175
"""The angle of `MULTILEVEL`, in radians."""


def _rotated(x: Array, y: Array) -> Array:
    u = np.cos(ROTATION) * x - np.sin(ROTATION) * y
    v = np.sin(ROTATION) * x + np.cos(ROTATION) * y
    waves = np.cos(4 * np.pi * u) + np.sin(np.pi * v) + np.sin(2 * np.pi * v)
    return waves + np.abs(np.sin(3 * np.pi * v**2))


MULTILEVEL = Benchmark(
    "multilevel",
    "cos(4 pi u) + sin(pi v) + sin(2 pi v) + |sin(3 pi v^2)|, (u, v) is (x, y) turned by 0.175",
    _rotated,
    ("x", "y"),
    ((0.0, 1.0), (0.0, 1.0)),
)
"""The example of arXiv 2603.04827, sec. 5: waves, and kinks that are not aligned with the axes."""

PEAK_CENTERS = (-0.8, -0.4, 0.0, 0.4, 0.8)
"""The centers of the peaks of `PEAKS`."""


def _five_peaks(x: Array) -> Array:
    centers = np.array(PEAK_CENTERS)
    return np.exp(-300.0 * (x[:, None] - centers) ** 2).sum(axis=1)


PEAKS = Benchmark(
    "peaks",
    "exp(-300 (x - c)^2), summed over c = -0.8, -0.4, 0, 0.4, 0.8",
    _five_peaks,
    ("x",),
    ((-1.0, 1.0),),
)
"""Five Gaussian peaks, to be learned one after the other (arXiv 2404.19756, fig. 3.4)."""


def peak_phases(n_each: int = 100, width: float = 0.2) -> list[tuple[Array, Array]]:
    """Return the data of `PEAKS` in the order in which they are learned, one peak at a time.

    Parameters
    ----------
    n_each : int
        The number of evenly spaced samples of a peak, at least 1.
    width : float
        The distance from the center of a peak to its first and last sample.

    Returns
    -------
    list of (x, y)
        x and y (n_each, 1) for each of `PEAK_CENTERS`, from left to right.

    Raises
    ------
    ValueError
        If n_each is below 1, or the width is negative.
    TypeError
        If n_each is not a whole number, or the width not a real one.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> phases = kn.problems.peak_phases(n_each=3)
    >>> x, y = phases[0]  # the first peak, at -0.8
    >>> len(phases), x[:, 0], y[:, 0].round(3)
    (5, array([-1. , -0.8, -0.6]), array([0., 1., 0.]))
    """
    count, reach = as_count("n_each", n_each, 1), as_number("width", width, 0.0)
    columns = [np.linspace(c - reach, c + reach, count)[:, None] for c in PEAK_CENTERS]
    return [(x, PEAKS(x)) for x in columns]
