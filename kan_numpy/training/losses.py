r"""Losses, each with its gradient with respect to the outputs of the network.

A loss checks the targets once (`Loss.as_target`) and then returns its value and gradient. For
Levenberg-Marquardt, a sum of squares also returns its residuals, and another loss its weights.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_choice
from kan_numpy._arrays import Array
from kan_numpy._validation import as_count, as_number, as_samples, require_affordable, shown
from kan_numpy.functions.scaling import BETA, K, size_of_errors

__all__ = ["LOSSES", "CrossEntropy", "Huber", "Loss", "MeanSquaredError", "SquaresLoss"]
__all__ += ["WeightedLoss", "as_loss"]


class Loss(Protocol):
    """Protocol of a loss, for a loss of your own.

    Examples
    --------
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> class AbsoluteError:
    ...     name = "absolute"
    ...     def as_target(self, y, n_samples, n_out):
    ...         return np.reshape(y, (n_samples, n_out))
    ...     def value_and_gradient(self, prediction, target):
    ...         error = prediction - target
    ...         return float(np.abs(error).sum()), np.sign(error)
    >>> loss = kn.losses.as_loss(AbsoluteError())
    >>> loss.value_and_gradient(np.array([[1.0, 5.0]]), loss.as_target([[2.0, 2.0]], 1, 2))
    (4.0, array([[-1.,  1.]]))
    """

    name: str

    def as_target(self, y: npt.ArrayLike, n_samples: int, n_out: int) -> Array:
        """Check the targets y and return them as (N, n_out), the form of the other methods."""

    def value_and_gradient(self, prediction: Array, target: Array) -> tuple[float, Array]:
        """Return the loss and its gradient dL/dprediction (N, n_out)."""


@runtime_checkable
class SquaresLoss(Loss, Protocol):
    """Protocol of a loss that is a sum of squares r . r, as Levenberg-Marquardt needs it.

    Examples
    --------
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> kn.losses.MeanSquaredError().residuals(np.array([[3.0, 1.0]]), np.array([[1.0, 1.0]]))
    array([1.41421356, 0.        ])
    """

    def residuals(self, prediction: Array, target: Array) -> Array:
        """Return r, shape (N * n_out,)."""

    def residual_scale(self, prediction: Array) -> float:
        """Return dr/dprediction, the same for every entry."""


@runtime_checkable
class WeightedLoss(Loss, Protocol):
    r"""Protocol of a loss that Levenberg-Marquardt minimizes by iteratively reweighted squares.

    .. math:: \frac{\partial L}{\partial \hat y_{no}} = 2\, w_{no} (\hat y_{no} - y_{no})

    Examples
    --------
    >>> import kan_numpy as kn
    >>> kn.losses.Huber(delta=1.0).weights(prediction=[[0.5], [2.0]], target=[[0.0], [0.0]])
    array([[0.5 ],
           [0.25]])
    """

    def weights(self, prediction: npt.ArrayLike, target: npt.ArrayLike) -> Array:
        """Return w (N, n_out) for outputs and targets (N, n_out)."""


def _as_table(y: npt.ArrayLike, n_samples: int, n_out: int) -> Array:
    """Return targets (N, n_out)."""
    shape = as_count("n_samples", n_samples, 1), as_count("n_out", n_out, 1)
    return as_samples("y", y, shape)


class MeanSquaredError:
    r"""Mean of the squared errors over samples and outputs.

    .. math::
        L = \frac{1}{N n} \sum_{n,o} (\hat y_{no} - y_{no})^2, \qquad
        \frac{\partial L}{\partial \hat y_{no}} = \frac{2}{N n} (\hat y_{no} - y_{no})

    Examples
    --------
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> loss = kn.losses.MeanSquaredError()
    >>> loss.value_and_gradient(np.array([[1.0, 2.0]]), np.array([[1.0, 0.0]]))  # (0 + 4) / 2
    (2.0, array([[0., 2.]]))
    """

    name = "mse"

    def as_target(self, y: npt.ArrayLike, n_samples: int, n_out: int) -> Array:
        """Return the targets y as an array (N, n_out); any other shape is a ValueError."""
        return _as_table(y, n_samples, n_out)

    def value_and_gradient(self, prediction: Array, target: Array) -> tuple[float, Array]:
        """Return the loss and its gradient (N, n_out) for outputs and targets (N, n_out)."""
        error = prediction - target  # (N, n_out)
        flat = error.ravel()
        return float(flat @ flat) / error.size, (2.0 / error.size) * error

    def residuals(self, prediction: Array, target: Array) -> Array:
        r"""Return :math:`r = (\hat y - y) / \sqrt{N n}`, shape (N * n_out,), with L = r . r."""
        return (prediction - target).ravel() * self.residual_scale(prediction)

    def residual_scale(self, prediction: Array) -> float:
        r"""Return :math:`1 / \sqrt{N n}`, which depends on the size of the prediction only."""
        return float(1.0 / np.sqrt(prediction.size))


class Huber:
    r"""Huber's loss: squares of small errors, absolute values of large ones.

    .. math::
        L = \frac{1}{N n} \sum_{n,o} \rho_\delta(\hat y_{no} - y_{no}), \qquad
        \rho_\delta(e) = e^2 \text{ if } |e| \le \delta, \text{ else } 2 \delta |e| - \delta^2

    A sample far off pulls the fit with the force of one at the distance delta, however far it is.
    Where no error exceeds delta, L is the mean squared error. By default delta is :math:`k \sigma`
    with k = 1.345 and the size :math:`\sigma` of the errors of each output, which is estimated
    together with the network: L is the mean over the outputs of

    .. math::
        L_o = \frac{1}{4 \beta} \min_\sigma S(\sigma)^2, \qquad
        S(\sigma) = \beta \sigma + \frac{1}{N} \sum_n \frac{\rho_{k \sigma}(e_n)}{\sigma}

    (P. Huber, Robust Statistics, 1981, sec. 7.7). At the minimum, the errors, cut off at
    :math:`k \sigma`, have the mean square :math:`\beta \sigma^2`, and :math:`\beta =
    \overline{\min(z^2, k^2)}` makes :math:`\sigma` the standard deviation of normal errors. The
    units of y do not matter, and up to a third of the samples may be wrong by any amount.

    Parameters
    ----------
    delta : float, optional
        In units of y, above 0; by default it follows the errors.

    Raises
    ------
    ValueError
        If delta is not above 0.
    TypeError
        If delta is not a real number.

    Examples
    --------
    With delta = 2, errors of 1 and 5 count as 1 and 2 * 2 * 5 - 4 = 16:

    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> kn.losses.Huber(delta=2.0).value_and_gradient(np.array([[1.0, 5.0]]), np.zeros((1, 2)))
    (8.5, array([[1., 2.]]))
    """

    name = "huber"

    def __init__(self, delta: float | None = None) -> None:
        self.delta = delta if delta is None else as_number("delta", delta, 0.0, include_low=False)

    def as_target(self, y: npt.ArrayLike, n_samples: int, n_out: int) -> Array:
        """Return the targets y as an array (N, n_out); any other shape is a ValueError."""
        return _as_table(y, n_samples, n_out)

    def value_and_gradient(self, prediction: Array, target: Array) -> tuple[float, Array]:
        """Return the loss and its gradient (N, n_out) for outputs and targets (N, n_out)."""
        error = prediction - target  # (N, n_out)
        values, weights = self._evaluated(error)
        return float(values.mean()), 2.0 * weights * error

    def weights(self, prediction: npt.ArrayLike, target: npt.ArrayLike) -> Array:
        """Return w (N, n_out) for outputs and targets (N, n_out)."""
        return self._evaluated(np.subtract(prediction, target))[1]

    def _evaluated(self, error: Array) -> tuple[Array, Array]:
        """Return L of each output (n_out,) and w (N, n_out) from the errors (N, n_out)."""
        sigma = size_of_errors(error) if self.delta is None else self.delta / K
        size, delta = np.abs(error), K * sigma
        cut = np.minimum(size, delta)
        w = np.divide(cut, size, out=np.ones_like(size), where=size > 0.0) / size.size
        rho = np.mean(cut * (2.0 * size - cut), axis=0)  # (n_out,)
        if self.delta is not None:
            return rho, w
        S = BETA * sigma + rho / sigma
        return S**2 / (4.0 * BETA), w * S / (2.0 * BETA * sigma)


class CrossEntropy:
    r"""Softmax cross-entropy of the outputs z (logits) and class labels c.

    .. math::
        L = \frac{1}{N} \sum_n \Big(\log \sum_o e^{z_{no}} - z_{n c_n}\Big), \qquad
        \frac{\partial L}{\partial z_{no}} = \frac{1}{N} (p_{no} - [o = c_n]), \qquad
        p_{no} = \frac{e^{z_{no}}}{\sum_{o'} e^{z_{no'}}}

    Parameters
    ----------
    label_smoothing : float
        The fraction of each label that is spread evenly over all classes, so that the best z is
        finite even for separable classes.

    Raises
    ------
    ValueError
        If label_smoothing is not at least 0 and below 1: at 1, no label would be left.
    TypeError
        If label_smoothing is not a real number.

    Examples
    --------
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> loss = kn.losses.CrossEntropy(label_smoothing=0.1)
    >>> target = loss.as_target([1], n_samples=1, n_out=2)
    >>> target, loss.value_and_gradient(np.zeros((1, 2)), target)
    (array([[0.05, 0.95]]), (0.6931471805599453, array([[ 0.45, -0.45]])))
    """

    name = "cross_entropy"

    def __init__(self, label_smoothing: float = 0.0) -> None:
        self.label_smoothing = as_number(
            "label_smoothing", label_smoothing, 0.0, 1.0, include_high=False
        )

    def as_target(self, y: npt.ArrayLike, n_samples: int, n_out: int) -> Array:
        """Return labels y (N,) from 0 to n_out - 1 as a smoothed one-hot table (N, n_out)."""
        numbering = "names, y = np.unique(y, return_inverse=True) numbers the classes"
        try:
            labels = as_samples("y", y, (as_count("n_samples", n_samples, 1),))
        except TypeError as error:
            raise TypeError(f"{error}; {numbering}") from None
        n_out = as_count("n_out", n_out, 1)
        if n_out < 2:
            raise ValueError(
                "n_out must be 2 or more: loss 'cross_entropy' needs a network with one output for"
                " each class"
            )
        wrong = (labels != np.floor(labels)) | (labels < 0) | (labels >= n_out)
        if wrong.any():
            n = int(np.argmax(wrong))
            raise ValueError(
                f"y must hold class labels from 0 to {n_out - 1}, but y[{n}] is {labels[n]:g};"
                f" {numbering}"
            )
        require_affordable("n_out", len(labels), n_out)
        target = np.full((len(labels), n_out), self.label_smoothing / n_out)
        target[np.arange(len(labels)), labels.astype(np.intp)] += 1.0 - self.label_smoothing
        return target

    def value_and_gradient(self, prediction: Array, target: Array) -> tuple[float, Array]:
        """Return the loss and its gradient (N, n_out) for logits and one-hot labels (N, n_out)."""
        # To subtract the largest z of each sample does not change L, and prevents overflow.
        z = prediction - prediction.max(axis=1, keepdims=True)
        e = np.exp(z)
        total = e.sum(axis=1, keepdims=True)  # (N, 1)
        loss = np.mean(np.log(total[:, 0]) - (z * target).sum(axis=1))
        return float(loss), (e / total - target) / len(z)


LOSSES: dict[str, Any] = {loss.name: loss for loss in (MeanSquaredError(), Huber(), CrossEntropy())}
"""The losses that have a name."""


def as_loss(value: str | Loss) -> Loss:
    """Return the loss given as an argument, by name or as it is.

    Parameters
    ----------
    value : {"mse", "huber", "cross_entropy"} or Loss
        A key of `LOSSES`, or a loss.

    Returns
    -------
    Loss
        The loss.

    Raises
    ------
    ValueError
        If there is no such name.
    TypeError
        If it is neither a name nor a `Loss`.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> kn.losses.as_loss("mse").name
    'mse'
    """
    if isinstance(value, str):
        loss: Loss = LOSSES[as_choice("loss", value, tuple(LOSSES))]
        return loss
    methods = [getattr(value, name, None) for name in ("as_target", "value_and_gradient")]
    if isinstance(value, type) or not all(map(callable, methods)):
        raise TypeError(
            f"loss must be one of {', '.join(LOSSES)} or have as_target and value_and_gradient,"
            f" but is {shown(value)}"
        )
    return value
