r"""Two interleaved half circles: two classes that no straight line separates."""

from __future__ import annotations

import numpy as np
from numpy import pi, sin

from kan_numpy._arguments import as_rng
from kan_numpy._arrays import Array, Integers, Rng
from kan_numpy._validation import as_count, as_number

__all__ = ["two_moons"]


def two_moons(n: int = 1000, noise: float = 0.1, rng: Rng = 0) -> tuple[Array, Integers]:
    r"""Draw points of two interleaved half circles, which no straight line separates.

    .. math:: (\cos t, \sin t) \text{ for label } 0, \qquad
        (1 - \cos t, \tfrac12 - \sin t) \text{ for label } 1, \qquad t \sim U[0, \pi]

    Parameters
    ----------
    n : int
        N, the number of points, at least 2. Labels alternate, so the classes are balanced.
    noise : float
        The standard deviation of the Gaussian noise on both coordinates; the radius is 1.
    rng : int, Generator or None
        What `numpy.random.default_rng` takes. The angles of a seed do not depend on the noise.

    Returns
    -------
    x : ndarray, shape (N, 2)
        The points.
    labels : ndarray of int, shape (N,)
        Their classes, 0 or 1.

    Raises
    ------
    ValueError
        If n is below 2 or the noise is negative.
    TypeError
        If n is not a whole number, or the noise not a real one.

    Examples
    --------
    Without noise every point lies on a circle of radius 1, around (0, 0) or around (1, 1/2):

    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> x, labels = kn.datasets.two_moons(4, noise=0.0)
    >>> labels
    array([0, 1, 0, 1])
    >>> np.hypot(*x[labels == 0].T), np.hypot(*(x[labels == 1] - [1, 0.5]).T)
    (array([1., 1.]), array([1., 1.]))
    """
    n, noise, generator = as_count("n", n, 2), as_number("noise", noise, 0.0), as_rng(rng)
    labels = np.arange(n, dtype=np.int64) % 2
    t = generator.uniform(0.0, pi, n)
    circle = np.stack([np.cos(t), sin(t)], axis=1)  # (N, 2)
    x = np.where(labels[:, None] == 0, circle, np.array([1.0, 0.5]) - circle)
    return x + noise * generator.standard_normal(x.shape), labels
