r"""Base functions and activations, each with its derivatives.

Every edge of a KAN is a spline plus a fixed base function b(x) with a weight (arXiv 2404.19756,
eq. 2.10); an MLP puts the same functions on its nodes. An `Activation` is the function and its
first derivatives, as many as are known, written out by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy._validation import as_choice

Function = Callable[[Array], Array]


@dataclass(frozen=True)
class Activation:
    r"""Hold a function of one variable and its derivatives :math:`f, f', f'', f'''`.

    Parameters
    ----------
    name : str
        What a saved network calls it.
    function : callable
        Elementwise, from an array to an array of the same shape.
    derivatives : tuple of callable
        :math:`(f', f'', \dots)`; training needs the first, differential equations the others.
    """

    name: str
    function: Function
    derivatives: tuple[Function, ...]

    def __post_init__(self) -> None:
        """Refuse what can't be called."""
        if not self.derivatives:
            raise ValueError(f"derivatives of {self.name!r} must hold at least the first one")
        for function in (self.function, *self.derivatives):
            if not callable(function):
                raise TypeError(f"{self.name!r} must be made of functions, but holds {function!r}")

    def __reduce__(self) -> tuple[Any, ...]:
        """Let a copy of one of `ACTIVATIONS` be that very one, also in another process."""
        if ACTIVATIONS.get(self.name) is self:
            return as_activation, ("name", self.name)
        return Activation, (self.name, self.function, self.derivatives)

    def __call__(self, x: Array, derivative: int = 0) -> Array:
        """Evaluate the function, or its derivative of the given order.

        Parameters
        ----------
        x : ndarray
            Any shape.
        derivative : int
            The order, 0 for the function itself.

        Returns
        -------
        ndarray, same shape as x

        Raises
        ------
        ValueError
            If that derivative is not known.
        """
        if not 0 <= derivative <= len(self.derivatives):
            raise ValueError(
                f"derivative {derivative} of {self.name!r} is not known, only the first"
                f" {len(self.derivatives)}; give {type(self).__name__} more"
            )
        return (self.function, *self.derivatives)[derivative](x)


def sigmoid(x: Array) -> Array:
    r""":math:`\sigma(x) = 1 / (1 + e^{-x})`, without overflow: below -700 it stays at 1e-304."""
    return 1.0 / (1.0 + np.exp(-np.maximum(x, -700.0)))


def sigmoid_derivative(x: Array) -> Array:
    r""":math:`\sigma' = \sigma (1 - \sigma)`."""
    s = sigmoid(x)
    return s * (1.0 - s)


def sigmoid_second(x: Array) -> Array:
    r""":math:`\sigma'' = \sigma' (1 - 2 \sigma)`."""
    s = sigmoid(x)
    return s * (1.0 - s) * (1.0 - 2.0 * s)


def sigmoid_third(x: Array) -> Array:
    r""":math:`\sigma''' = \sigma' (1 - 6 \sigma + 6 \sigma^2)`."""
    s = sigmoid(x)
    return s * (1.0 - s) * (1.0 - 6.0 * s + 6.0 * s * s)


def silu(x: Array) -> Array:
    r""":math:`b(x) = x \sigma(x)`, arXiv 2404.19756, eq. 2.11."""
    return x * sigmoid(x)


def silu_derivative(x: Array) -> Array:
    r""":math:`b' = \sigma + x \sigma' = \sigma (1 + x (1 - \sigma))`."""
    s = sigmoid(x)
    return s * (1.0 + x * (1.0 - s))


def silu_second(x: Array) -> Array:
    r""":math:`b'' = 2 \sigma' + x \sigma''`."""
    return 2.0 * sigmoid_derivative(x) + x * sigmoid_second(x)


def silu_third(x: Array) -> Array:
    r""":math:`b''' = 3 \sigma'' + x \sigma'''`."""
    return 3.0 * sigmoid_second(x) + x * sigmoid_third(x)


def tanh_derivative(x: Array) -> Array:
    r""":math:`\tanh' = 1 - \tanh^2`."""
    return 1.0 - np.tanh(x) ** 2


def tanh_second(x: Array) -> Array:
    r""":math:`\tanh'' = -2 \tanh (1 - \tanh^2)`."""
    t = np.tanh(x)
    return -2.0 * t * (1.0 - t * t)


def tanh_third(x: Array) -> Array:
    r""":math:`\tanh''' = (1 - \tanh^2) (6 \tanh^2 - 2)`."""
    t2 = np.tanh(x) ** 2
    return (1.0 - t2) * (6.0 * t2 - 2.0)


def relu(x: Array) -> Array:
    r""":math:`\max(x, 0)`."""
    return np.where(x > 0.0, x, 0.0)


def relu_derivative(x: Array) -> Array:
    """1 where x > 0, else 0: at the kink the derivative from the left."""
    return np.where(x > 0.0, 1.0, 0.0)


def identity(x: Array) -> Array:
    """Return x itself."""
    return x


def _one(x: Array) -> Array:
    return np.ones_like(x)


def _zero(x: Array) -> Array:
    return np.zeros_like(x)


ACTIVATIONS = {
    activation.name: activation
    for activation in (
        Activation("silu", silu, (silu_derivative, silu_second, silu_third)),
        Activation("identity", identity, (_one, _zero, _zero)),
        Activation("zero", _zero, (_zero, _zero, _zero)),
        Activation("sigmoid", sigmoid, (sigmoid_derivative, sigmoid_second, sigmoid_third)),
        Activation("tanh", np.tanh, (tanh_derivative, tanh_second, tanh_third)),
        Activation("relu", relu, (relu_derivative, _zero, _zero)),
    )
}
"""The functions that a network can name, and so save and load."""


Base = str | Activation | tuple[Function, ...]
"""What an argument that names a function takes."""


def as_activation(name: str, value: Base) -> Activation:
    """Return the activation that an argument stands for.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : str, Activation or tuple of callable
        One of the names in `ACTIVATIONS`, or your own: an `Activation`, or the tuple
        ``(function, derivative, ...)``.

    Returns
    -------
    Activation

    Raises
    ------
    TypeError
        If it is none of these.
    ValueError
        If there is no such name, or the derivative is missing.
    """
    if isinstance(value, Activation):
        return value
    if isinstance(value, str):
        return ACTIVATIONS[as_choice(name, value, tuple(ACTIVATIONS))]
    if isinstance(value, tuple) and len(value) >= 2:
        return Activation(getattr(value[0], "__name__", "own"), value[0], tuple(value[1:]))
    raise TypeError(
        f"{name} must be a name, an Activation or a tuple (function, derivative),"
        f" but is {value!r}; the derivative can't be left out"
    )
