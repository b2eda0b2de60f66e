r"""Standardization of columns: mean 0 and standard deviation 1, optionally squashed by tanh."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array, Frozen
from kan_numpy._validation import as_array


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
        for name, values in (("center", center), ("scale", scale)):
            object.__setattr__(self, name, values)
        super().__post_init__()

    @classmethod
    def fit(cls, x: npt.ArrayLike, squash: bool = False) -> Scaler:
        """Return the scaler of each column's mean and standard deviation in x (N, n).

        Take the training samples for x. A constant column has scale 1, so it becomes 0.
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
