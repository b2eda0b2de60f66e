r"""The invariants of 12,954 hyperbolic knots, and the known formula for their signature."""

from __future__ import annotations

from dataclasses import dataclass, fields
from importlib import resources

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_choice
from kan_numpy._arrays import Array, Frozen, Integers
from kan_numpy._validation import LARGEST_COUNT, as_array, as_samples

__all__ = ["KnotTable", "load_knots", "signature_from_slope"]


@dataclass(frozen=True, eq=False)
class KnotTable(Frozen):
    """The invariants of N knots, each a read-only column; see ``data/README.md``.

    Parameters
    ----------
    names : tuple of str
        The names of the knots.
    crossings, signature : ndarray of int, shape (N,)
        Number of crossings, and signature.
    volume, chern_simons : ndarray, shape (N,)
        Volume of the complement, and Chern-Simons invariant.
    meridian_re, meridian_im : ndarray, shape (N,)
        Real and imaginary part of the meridian on the maximal cusp.
    longitude, cusp_volume : ndarray, shape (N,)
        Longitude on the maximal cusp, a real number, and the volume of the cusp.

    Examples
    --------
    The figure-eight knot, whose volume is 2.0299, is the first one:

    >>> import kan_numpy as kn
    >>> knots = kn.datasets.load_knots()
    >>> knots.names[0], knots.columns("crossings", "volume")[0].round(4)
    ('K4a1', array([4.    , 2.0299]))
    """

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
        """Return the named invariants side by side, shape (N, len(names))."""
        if not names:
            raise ValueError(f"names is empty; there are {', '.join(_INVARIANTS)}")
        chosen = [getattr(self, as_choice("names", name, _INVARIANTS)) for name in names]
        return np.stack(chosen, axis=1).astype(np.float64)


_INVARIANTS = tuple(field.name for field in fields(KnotTable) if field.name != "names")


def load_knots() -> KnotTable:
    """Read the invariants of 12,954 hyperbolic knots of 4 to 13 crossings.

    Returns
    -------
    KnotTable
        One knot a row, with fewer crossings first.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> knots = kn.datasets.load_knots()
    >>> len(knots.names), int(knots.crossings.max())
    (12954, 13)
    """
    whole = {"crossings": "i8", "signature": "i8"}
    types = [("names", "U16")] + [(name, whole.get(name, "f8")) for name in _INVARIANTS]
    path = resources.files("kan_numpy.datasets") / "data" / "knots.csv"
    with path.open(encoding="utf-8") as file:
        rows = np.loadtxt(file, dtype=types, delimiter=",", skiprows=1)
    return KnotTable(tuple(rows["names"].tolist()), *(rows[name] for name in _INVARIANTS))


def signature_from_slope(
    meridian_re: npt.ArrayLike, meridian_im: npt.ArrayLike, longitude: npt.ArrayLike
) -> Integers:
    r"""Predict the signature of hyperbolic knots: minus half the slope, rounded to an even number.

    .. math:: \sigma \approx -\tfrac12 \, \mathrm{Re}(\lambda / \mu)

    Parameters
    ----------
    meridian_re, meridian_im, longitude : array_like, all of one shape
        The translations mu and lambda on the maximal cusp, with the orientations of `load_knots`.

    Returns
    -------
    ndarray of int, the same shape
        Even numbers.

    Raises
    ------
    ValueError
        If the shapes differ, a meridian is 0, or a number is not finite.
    TypeError
        If an argument does not hold real numbers.

    Notes
    -----
    A tie goes to the multiple of 4. Source: A. Davies et al., Nature 600 (2021), 70-74.

    Examples
    --------
    For lambda = 10 and mu = 1 + 2i, Re(lambda / mu) = 10 / 5 = 2, and -1 is rounded to 0. The
    formula predicts 74% of the signatures in the table:

    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> predict = kn.datasets.signature_from_slope
    >>> predict([1.0], [2.0], [10.0])
    array([0])
    >>> knots = kn.datasets.load_knots()
    >>> guess = predict(knots.meridian_re, knots.meridian_im, knots.longitude)
    >>> round(float(np.mean(guess == knots.signature)), 2)
    0.74
    """
    real = as_array("meridian_re", meridian_re)
    meridian = real + 1j * as_array("meridian_im", meridian_im, real.shape)
    if np.any(meridian == 0.0):
        raise ValueError("meridian_re and meridian_im must not both be 0: no meridian is so short")
    with np.errstate(all="ignore"):
        slope = np.real(as_samples("longitude", longitude, real.shape) / meridian)
    if not np.all(np.abs(slope) <= LARGEST_COUNT):
        raise ValueError(f"longitude must be at most {LARGEST_COUNT} meridians long: choose others")
    return 2 * np.rint(-slope / 4.0).astype(np.int64)
