r"""Losses, each with its gradient with respect to the network's output.

A loss object checks the targets once (`as_target`), and then gives the loss with its gradient. One
that is a sum of squares also gives the residuals, which Levenberg-Marquardt needs.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array
from kan_numpy._validation import as_array, as_choice, as_number


class Loss(Protocol):
    """Name what training asks of a loss."""

    name: str

    def as_target(self, y: npt.ArrayLike, n_samples: int, n_out: int) -> Array:
        """Check the targets, given as the argument ``y``, and return them in the form used here."""

    def value_and_gradient(self, prediction: Array, target: Array) -> tuple[float, Array]:
        """Return the loss and its gradient dL/dprediction (N, n_out)."""


@runtime_checkable
class SquaresLoss(Loss, Protocol):
    """Name what Levenberg-Marquardt asks of a loss besides: residuals r with loss = r . r."""

    def residuals(self, prediction: Array, target: Array) -> Array:
        """Return r, shape (N * n_out,)."""

    def residual_scale(self, prediction: Array) -> float:
        """Return dr/dprediction, the same for every entry."""


class MeanSquaredError:
    r"""Mean of the squared errors over samples and outputs.

    .. math::
        L = \frac{1}{N n} \sum_{n,o} (\hat y_{no} - y_{no})^2, \qquad
        \frac{\partial L}{\partial \hat y_{no}} = \frac{2}{N n} (\hat y_{no} - y_{no})
    """

    name = "mse"

    def as_target(self, y: npt.ArrayLike, n_samples: int, n_out: int) -> Array:
        """Return y as (N, n_out); (N,) would broadcast silently and is refused.

        Parameters
        ----------
        y : array_like, shape (N, n_out)
            The targets.
        n_samples, n_out : int
            What the shape must be.

        Returns
        -------
        ndarray, shape (N, n_out)
        """
        return as_array("y", y, (n_samples, n_out))

    def value_and_gradient(self, prediction: Array, target: Array) -> tuple[float, Array]:
        """Return the loss and its gradient.

        Parameters
        ----------
        prediction, target : ndarray, shape (N, n_out)
            What the network says, and what it should say.

        Returns
        -------
        loss : float
        gradient : ndarray, shape (N, n_out)
        """
        error = prediction - target  # (N, n_out)
        flat = error.ravel()
        return float(flat @ flat) / error.size, (2.0 / error.size) * error

    def residuals(self, prediction: Array, target: Array) -> Array:
        r"""Return :math:`r = (\hat y - y) / \sqrt{N n}`, whose sum of squares is the loss.

        Parameters
        ----------
        prediction, target : ndarray, shape (N, n_out)
            What the network says, and what it should say.

        Returns
        -------
        ndarray, shape (N * n_out,)
        """
        return (prediction - target).ravel() * self.residual_scale(prediction)

    def residual_scale(self, prediction: Array) -> float:
        r"""Return :math:`1 / \sqrt{N n}`.

        Parameters
        ----------
        prediction : ndarray, shape (N, n_out)
            Only its size matters.

        Returns
        -------
        float
        """
        return float(1.0 / np.sqrt(prediction.size))


class CrossEntropy:
    r"""Softmax cross-entropy of the outputs z (logits) and class labels c.

    .. math::
        L = \frac{1}{N} \sum_n \Big(\log \sum_o e^{z_{no}} - z_{n c_n}\Big), \qquad
        \frac{\partial L}{\partial z_{no}} = \frac{1}{N} (p_{no} - [o = c_n]), \qquad
        p_{no} = \frac{e^{z_{no}}}{\sum_{o'} e^{z_{no'}}}

    The largest z of each sample is subtracted first, which changes nothing and cannot overflow.

    Parameters
    ----------
    label_smoothing : float
        The share of each label that is given to all classes alike, so that p never has to be 1 and
        z stays finite where classes can be separated.
    """

    name = "cross_entropy"

    def __init__(self, label_smoothing: float = 0.0) -> None:
        self.label_smoothing = as_number("label_smoothing", label_smoothing, 0.0, 1.0)

    def as_target(self, y: npt.ArrayLike, n_samples: int, n_out: int) -> Array:
        """Return the labels as a one-hot table (N, n_out).

        Parameters
        ----------
        y : array_like of int, shape (N,)
            The class of each sample, from 0 to n_out - 1.
        n_samples, n_out : int
            The number of samples and of classes.

        Returns
        -------
        ndarray, shape (N, n_out)

        Raises
        ------
        ValueError
            If a label is not one of 0 ... n_out - 1.
        """
        labels = as_array("y", y, (n_samples,))
        if n_out < 2:
            raise ValueError("loss 'cross_entropy' needs a network with one output for each class")
        wrong = (labels != np.floor(labels)) | (labels < 0) | (labels >= n_out)
        if wrong.any():
            n = int(np.argmax(wrong))
            raise ValueError(
                f"y must hold class labels from 0 to {n_out - 1}, but y[{n}] is {labels[n]:g}"
            )
        smoothing, one_hot = self.label_smoothing, np.eye(n_out)[labels.astype(np.intp)]
        return (1.0 - smoothing) * one_hot + smoothing / n_out

    def value_and_gradient(self, prediction: Array, target: Array) -> tuple[float, Array]:
        """Return the loss and its gradient.

        Parameters
        ----------
        prediction : ndarray, shape (N, n_out)
            The logits z.
        target : ndarray, shape (N, n_out)
            One-hot labels.

        Returns
        -------
        loss : float
        gradient : ndarray, shape (N, n_out)
        """
        z = prediction - prediction.max(axis=1, keepdims=True)
        e = np.exp(z)
        total = e.sum(axis=1, keepdims=True)  # (N, 1)
        loss = np.mean(np.log(total[:, 0]) - (z * target).sum(axis=1))
        return float(loss), (e / total - target) / len(z)


LOSSES: dict[str, Any] = {loss.name: loss for loss in (MeanSquaredError(), CrossEntropy())}


def as_loss(value: str | Loss) -> Loss:
    """Return the loss that an argument stands for, by name or itself."""
    if isinstance(value, str):
        loss: Loss = LOSSES[as_choice("loss", value, tuple(LOSSES))]
        return loss
    if not hasattr(value, "value_and_gradient") or not hasattr(value, "as_target"):
        raise TypeError(
            f"loss must be one of {', '.join(LOSSES)} or have as_target and value_and_gradient,"
            f" but is {value!r}"
        )
    return value
