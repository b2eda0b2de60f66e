r"""Unsupervised learning of a relation, by contrast with shuffled data.

A relation among d quantities is a function f that is zero on every row of a table (arXiv
2404.19756, eq. 4.1), and far from zero elsewhere:

.. math:: f(x_1, \dots, x_d) \approx 0, \qquad
    g = \sigma \circ f, \qquad \sigma(f) = \exp\Big(-\frac{f^2}{2 w^2}\Big)

So g should be 1 on the rows of the table. This alone is satisfied by f = 0 everywhere. Therefore g
should be 0 on other rows, which `contrast` generates: each column is shuffled independently, so it
keeps its values, but every relation between the columns is destroyed. f is an ordinary network, and
the head :math:`\sigma` is part of the loss, `GaussianHead`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_rng
from kan_numpy._arrays import Array, Rng
from kan_numpy._validation import as_array, as_count, as_number

__all__ = ["GaussianHead", "contrast"]


def contrast(x: npt.ArrayLike, rng: Rng = None) -> tuple[Array, Array]:
    """Append shuffled rows to the real ones, and label both.

    Parameters
    ----------
    x : array_like, shape (N, d)
        A table with at least two rows.
    rng : int, Generator or None
        Shuffles each column; what `numpy.random.default_rng` takes.

    Returns
    -------
    rows : ndarray, shape (2 N, d)
        First those of x, in their order.
    labels : ndarray, shape (2 N,)
        1 for a row of x, 0 for a shuffled one.

    Raises
    ------
    ValueError
        If x has fewer than two rows, is not two-dimensional or is not finite.
    TypeError
        If x does not hold real numbers, or rng is not a seed.

    Examples
    --------
    In the real rows the second column is ten times the first, in the shuffled ones it is not:

    >>> import kan_numpy as kn
    >>> rows, labels = kn.contrastive.contrast([[1, 10], [2, 20], [3, 30]], rng=3)
    >>> (rows[:, 1] / rows[:, 0]).round(2), labels
    (array([10.  , 10.  , 10.  ,  3.33, 15.  , 20.  ]), array([1., 1., 1., 0., 0., 0.]))
    """
    real, generator = as_array("x", x, ("N", "d")), as_rng(rng)
    if len(real) < 2:
        raise ValueError("x must have at least 2 rows: a single one cannot be shuffled")
    shuffled = generator.permuted(real, axis=0)  # (N, d) every column has its own order
    labels = np.repeat([1.0, 0.0], len(real))  # (2N,)
    return np.concatenate([real, shuffled]), labels


@dataclass(frozen=True)
class GaussianHead:
    r"""Squared error of a Gaussian of the network's output f, for labels y of 0 and 1.

    .. math::
        g_n = \exp\Big(-\frac{f_n^2}{2 w^2}\Big), \qquad
        L = \frac{1}{N} \sum_n (g_n - y_n)^2, \qquad
        \frac{\partial L}{\partial f_n} = -\frac{2}{N} (g_n - y_n)\, \frac{f_n}{w^2}\, g_n

    It is a loss for `fit`, which takes L-BFGS for it. Its gradient vanishes many widths away from
    f = 0, so the initial outputs should be near zero.

    Parameters
    ----------
    width : float
        w > 0. Doubling both the width and f changes nothing, except for a penalty.

    Raises
    ------
    ValueError
        If width is not above 0.
    TypeError
        If width is not a real number.

    Examples
    --------
    In a table of a, a^2 and an independent b, the relation that is found does not contain b:

    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> a, b = np.random.default_rng(0).uniform(-1, 1, (2, 500))
    >>> rows, labels = kn.contrastive.contrast(np.column_stack([a, a**2, b]), rng=0)
    >>> net, head = kn.KAN([3, 1], grid_size=3, rng=1), kn.contrastive.GaussianHead()
    >>> net = kn.fit(net, rows, labels, loss=head).network
    >>> kn.edge_scores(net, rows, "std")[0].argmin()
    np.int64(2)
    """

    width: float = 1.0
    name = "gaussian_head"

    def __post_init__(self) -> None:
        """Check the number."""
        as_number("width", self.width, 0.0, include_low=False)

    def __call__(self, f: npt.ArrayLike) -> Array:
        """Return g, between 0 and 1, the same shape as f."""
        # eq. 4.1
        with np.errstate(over="ignore"):  # far from 0, g is 0
            return np.exp(-0.5 * (as_array("f", f) / self.width) ** 2)

    def as_target(self, y: npt.ArrayLike, n_samples: int, n_out: int) -> Array:
        """Return the labels y (N,), 1 for a real row and 0 for a shuffled one, as (N, 1)."""
        labels = as_array("y", y, (as_count("n_samples", n_samples, 1),))
        if as_count("n_out", n_out, 1) != 1:
            raise ValueError(
                f"n_out must be 1, but is {n_out}: loss {self.name!r} needs a network"
                f" with one output, not {n_out}"
            )
        wrong = (labels != 0.0) & (labels != 1.0)
        if wrong.any():
            index = int(np.argmax(wrong))
            raise ValueError(f"y must hold labels 0 and 1, but y[{index}] is {labels[index]:g}")
        return labels[:, None]

    def value_and_gradient(self, prediction: Array, target: Array) -> tuple[float, Array]:
        """Return the loss and its gradient (N, 1) for outputs f and labels y, both (N, 1)."""
        scaled = prediction / self.width  # (N, 1)
        g = np.exp(-0.5 * scaled**2)
        error = g - target
        flat = error.ravel()
        gradient = (-2.0 / (error.size * self.width)) * error * scaled * g
        return float(flat @ flat) / error.size, gradient
