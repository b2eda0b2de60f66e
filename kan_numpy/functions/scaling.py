r"""Standardization of columns, optionally squashed by tanh, and their size in spite of outliers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_flag
from kan_numpy._arrays import Array, Frozen
from kan_numpy._validation import as_array, as_samples

__all__ = ["BETA", "SMALLEST_SIZE", "K", "Scaler", "size_of_errors"]


@dataclass(frozen=True, eq=False)
class Scaler(Frozen):
    r"""Scale every column to mean 0 and standard deviation 1, or squash it into a grid on [-1, 1].

    .. math:: z = (x - center) / scale, \qquad
        \text{or, squashed, } z = \tanh((x - center) / scale)

    Squashed, no x lies outside the grid; one scale from the center becomes tanh 1 = 0.76.

    Parameters
    ----------
    center : ndarray, shape (n,)
        The value of each column that becomes 0.
    scale : ndarray, shape (n,)
        The unit of each column, positive.
    squash : bool
        Whether the tanh is taken.

    Raises
    ------
    ValueError
        If the shapes differ, a scale is not positive, or a number is not finite.
    TypeError
        If an array does not hold real numbers.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> scaler = kn.datasets.Scaler.fit([[1.0, 10.0], [3.0, 30.0]])
    >>> scaler.center, scaler.scale
    (array([ 2., 20.]), array([ 1., 10.]))
    >>> scaler([[3.0, 0.0]]), scaler.inverse([[1.0, -2.0]])
    (array([[ 1., -2.]]), array([[3., 0.]]))
    """

    center: Array
    scale: Array
    squash: bool = False

    def __post_init__(self) -> None:
        """Check, and keep read-only copies."""
        center = as_array("center", self.center, ("n",))
        scale = as_array("scale", self.scale, center.shape)
        if np.any(scale <= 0.0):
            raise ValueError(f"scale must be positive, but its smallest entry is {scale.min():g}")
        object.__setattr__(self, "squash", as_flag("squash", self.squash))
        for name, values in (("center", center), ("scale", scale)):
            object.__setattr__(self, name, values)
        super().__post_init__()

    @classmethod
    def fit(cls, x: npt.ArrayLike, squash: bool = False) -> Scaler:
        """Return the scaler of each column's mean and standard deviation in x (N, n).

        Take the training samples for x. A constant column has scale 1, so it becomes 0.
        """
        table = as_samples("x", x, ("N", "n"))
        constant = np.all(table == table[0], axis=0)  # (n,)
        center = np.where(constant, table[0], table.mean(axis=0))
        return cls(center, np.where(constant, 1.0, table.std(axis=0)), squash)

    def __call__(self, x: npt.ArrayLike) -> Array:
        """Return z (N, n) for x (N, n)."""
        z = (as_samples("x", x, ("N", self.center.size)) - self.center) / self.scale
        return np.tanh(z) if self.squash else z

    def inverse(self, z: npt.ArrayLike) -> Array:
        """Return x (N, n) for z (N, n)."""
        values = as_samples("z", z, ("N", self.center.size))
        if self.squash:
            if np.any(np.abs(values) >= 1.0):
                raise ValueError("z must lie between -1 and 1, ends excluded: it was squashed")
            values = np.arctanh(values)
        return self.center + self.scale * values


K = 1.345
"""k: errors are cut off at so many standard deviations, for 95 % efficiency if all are normal."""

BETA = (
    math.erf(K / math.sqrt(2.0))
    - math.sqrt(2.0 / math.pi) * K * math.exp(-(K**2) / 2.0)
    + K**2 * math.erfc(K / math.sqrt(2.0))
)
"""beta, the mean of min(z^2, k^2) for normal z of variance 1."""

SMALLEST_SIZE = 1e-16
"""sigma is at least this share of the largest error."""


def size_of_errors(errors: Array) -> Array:
    r"""Return the standard deviation of each column of errors in spite of outliers.

    .. math:: \frac{1}{N} \sum_n \min(e_n^2,\, k^2 \sigma^2) = \beta \sigma^2

    With normal errors, this is the standard deviation; up to a third of them may be wrong by any
    amount (P. Huber, Robust Statistics, 1981, sec. 6.4, "Proposal 2"). If more than that are zero,
    so is the size.

    Parameters
    ----------
    errors : ndarray, shape (N, n)
        One sample a row, with center 0.

    Returns
    -------
    ndarray, shape (n,)
        :math:`\sigma`, at least `SMALLEST_SIZE` of the largest error, so that quotients are finite.

    Examples
    --------
    >>> import numpy as np
    >>> errors = np.tile([[1.0], [-1.0]], (50, 1))
    >>> errors[0] = 1e6
    >>> size_of_errors(errors).round(2)
    array([1.2])
    """
    N, squares = len(errors), np.sort(errors**2, axis=0)  # (N, n)
    # With the m smallest errors below k sigma, their squares + (N - m) (k sigma)^2 sum to
    # N beta sigma^2; and e is one of them if the first sum is not smaller at sigma = |e| / k.
    sums, larger = np.cumsum(squares, axis=0), N - np.arange(1.0, N + 1.0)[:, None]
    below = sums + larger * squares >= N * BETA / K**2 * squares
    m = np.maximum(below.sum(axis=0), 1)  # (n,)
    total = np.take_along_axis(sums, m[None] - 1, axis=0)[0]
    sigma = np.sqrt(total / (N * BETA - (N - m) * K**2))
    # The last number keeps squares of quotients above the smallest float64.
    return np.maximum(sigma, SMALLEST_SIZE * np.sqrt(squares[-1]) + 1e-150)
