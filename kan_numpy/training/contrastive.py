r"""Learning without targets: what real rows obey and shuffled ones do not.

A relation among d quantities is a function f that is zero on every row of a table (arXiv
2404.19756, eq. 4.1), and far from zero elsewhere:

.. math:: f(x_1, \dots, x_d) \approx 0, \qquad
    g = \sigma \circ f, \qquad \sigma(f) = \exp\Big(-\frac{f^2}{2 w^2}\Big)

So g is to be 1 on the rows of the table. Alone this would teach nothing, as f = 0 everywhere does
it best. Therefore g is to be 0 on other rows, which `contrast` makes: each column keeps its
values, but shuffled by itself, and whatever held between the columns is gone. f is an ordinary
network, and the head :math:`\sigma` is part of the loss, `GaussianHead`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array, Rng
from kan_numpy._validation import as_array, as_number, as_rng


def contrast(x: npt.ArrayLike, rng: Rng = None) -> tuple[Array, Array]:
    """Put shuffled rows below the real ones, and label which is which.

    Parameters
    ----------
    x : array_like, shape (N, d)
        A table, at least two rows.
    rng : int, Generator or None
        Shuffles each column by itself.

    Returns
    -------
    rows : ndarray, shape (2 N, d)
        First those of x, in their order.
    labels : ndarray, shape (2 N,)
        1 for a row of x, 0 for a shuffled one.

    Raises
    ------
    ValueError
        If x has no two rows, or is no table of finite numbers.

    Examples
    --------
    >>> from kan_numpy.training.contrastive import contrast
    >>> rows, labels = contrast([[1, 10], [2, 20], [3, 30]], rng=3)
    >>> rows[:, 0].tolist(), labels.tolist()
    ([1.0, 2.0, 3.0, 3.0, 2.0, 1.0], [1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
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

    It is a loss for `fit`, which takes L-BFGS for it. Where f is many widths away from zero it is
    flat; a network that begins near zero does not begin there.

    Parameters
    ----------
    width : float
        w > 0. Twice the width for twice f is the same, unless a penalty looks at f.

    Examples
    --------
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> from kan_numpy.training.contrastive import GaussianHead, contrast
    >>> a, b = np.random.default_rng(0).uniform(-1, 1, (2, 500))
    >>> rows, labels = contrast(np.column_stack([a, a**2, b]), rng=0)  # b has nothing to do with it
    >>> net = kn.KAN([3, 1], grid_size=3, rng=1)
    >>> net = kn.fit(net, rows, labels, loss=GaussianHead()).network
    >>> bool(kn.edge_scores(net, rows, "std")[0].argmin() == 2)
    True
    """

    width: float = 1.0
    name = "gaussian_head"

    def __post_init__(self) -> None:
        """Check the number."""
        as_number("width", self.width, 0.0, include_low=False)

    def __call__(self, f: npt.ArrayLike) -> Array:
        """Return g, between 0 and 1, the same shape as f."""
        # eq. 4.1
        return np.exp(-0.5 * (as_array("f", f) / self.width) ** 2)

    def as_target(self, y: npt.ArrayLike, n_samples: int, n_out: int) -> Array:
        """Return the labels as a column.

        Parameters
        ----------
        y : array_like, shape (N,)
            1 for a real row, 0 for one that is not.
        n_samples, n_out : int
            N, and the number of outputs, which must be 1.

        Returns
        -------
        ndarray, shape (N, 1)

        Raises
        ------
        ValueError
            If a label is something else, or the network has several outputs.
        """
        labels = as_array("y", y, (n_samples,))
        if n_out != 1:
            raise ValueError(f"loss {self.name!r} needs a network with one output, not {n_out}")
        wrong = (labels != 0.0) & (labels != 1.0)
        if wrong.any():
            index = int(np.argmax(wrong))
            raise ValueError(f"y must hold labels 0 and 1, but y[{index}] is {labels[index]:g}")
        return labels[:, None]

    def value_and_gradient(self, prediction: Array, target: Array) -> tuple[float, Array]:
        """Return the loss and its gradient.

        Parameters
        ----------
        prediction : ndarray, shape (N, 1)
            f.
        target : ndarray, shape (N, 1)
            The labels y.

        Returns
        -------
        loss : float
        gradient : ndarray, shape (N, 1)
        """
        scaled = prediction / self.width  # (N, 1)
        g = np.exp(-0.5 * scaled**2)
        error = g - target
        flat = error.ravel()
        gradient = (-2.0 / (error.size * self.width)) * error * scaled * g
        return float(flat @ flat) / error.size, gradient
