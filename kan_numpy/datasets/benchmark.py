r"""Regression problems whose answer is known: a formula, and the box its inputs come from.

.. math:: x_i = low_i + (high_i - low_i)\,\frac{z_i + 1}{2}, \qquad z \in [-1, 1]^n

Networks are trained on z, because there all inputs share one range. The tables of special functions
and of Feynman's equations are made of such problems; two single ones stand here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array, Rng
from kan_numpy._validation import as_array, as_choice, as_count, as_number, as_rng
from kan_numpy.datasets.preprocessing import Split

HOW = ("uniform", "half_stretched")


@dataclass(frozen=True)
class Benchmark:
    """A function of known formula on a box; call it with inputs (N, n) to get values (N, 1)."""

    name: str
    formula: str
    function: Callable[..., Array]  # maps the n columns of the inputs to the values, all (N,)
    inputs: tuple[str, ...]  # the names of the n inputs, as the formula has them
    ranges: tuple[tuple[float, float], ...]  # the ends of the range of each input

    def __call__(self, x: npt.ArrayLike) -> Array:
        """Return the values at the inputs x (N, n), as a column (N, 1)."""
        values: Array = self.function(*as_array("x", x, ("N", len(self.ranges))).T)  # (N,)
        return values[:, None]

    def from_cube(self, z: npt.ArrayLike) -> Array:
        """Return the inputs x (N, n) for z (N, n) in the cube from -1 to 1."""
        low, high = np.array(self.ranges).T
        return low + (high - low) * (as_array("z", z, ("N", len(self.ranges))) + 1.0) / 2.0

    def split(
        self, n_train: int = 1000, n_test: int = 1000, rng: Rng = 0, how: str = "uniform"
    ) -> Split:
        """Draw samples to train on and to test with; the inputs are z, in the cube.

        Parameters
        ----------
        n_train, n_test : int
            How many samples of each kind, at least 1.
        rng : int, Generator or None
            Where the numbers come from.
        how : {"uniform", "half_stretched"}
            How the training inputs are drawn, see `draw`. The test inputs are always uniform.

        Returns
        -------
        Split
        """
        n_train, n_test = as_count("n_train", n_train, 1), as_count("n_test", n_test, 1)
        generator = as_rng(rng)
        z_train = draw(n_train, len(self.ranges), generator, how)
        z_test = draw(n_test, len(self.ranges), generator)
        return Split(z_train, self(self.from_cube(z_train)), z_test, self(self.from_cube(z_test)))


def draw(n_samples: int, n_inputs: int, rng: Rng = 0, how: str = "uniform") -> Array:
    r"""Draw inputs in the cube from -1 to 1.

    .. math:: z \sim U[-1, 1]^n \quad\text{or, for every second row,}\quad
        z_i = sign(u_i) |u_i|^{p_i}, \quad u \sim U[-1, 1]^n, \; \log_2 p_i \sim U[-3, 1]

    Parameters
    ----------
    n_samples : int
        N, how many.
    n_inputs : int
        n, how many columns.
    rng : int, Generator or None
        Where the numbers come from.
    how : {"uniform", "half_stretched"}
        The second stretches every other sample outwards or inwards, in turns with one power p for
        all its inputs and with one for each. So it reaches the faces, the corners and the center,
        where uniform samples are rare, and where the splines of a fine grid need some.

    Returns
    -------
    ndarray, shape (N, n)
    """
    generator = as_rng(rng)
    z = generator.uniform(-1.0, 1.0, (as_count("n_samples", n_samples, 1), n_inputs))
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
"""The example of arXiv 2603.04827, sec. 5: waves, and kinks that lie askew."""

PEAK_CENTERS = (-0.8, -0.4, 0.0, 0.4, 0.8)
"""Where the peaks of `peaks` stand."""


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
        How many evenly spaced samples a peak has.
    width : float
        How far they reach to both sides of its center.

    Returns
    -------
    list of (x, y)
        x and y (n_each, 1) for each of `PEAK_CENTERS`, from left to right.
    """
    count, reach = as_count("n_each", n_each, 1), as_number("width", width, 0.0)
    columns = [np.linspace(c - reach, c + reach, count)[:, None] for c in PEAK_CENTERS]
    return [(x, PEAKS(x)) for x in columns]
