r"""Base functions and activations, each with its derivatives.

Every edge of a KAN is a spline plus a fixed base function b(x) with a weight (arXiv 2404.19756,
eq. 2.10); an MLP has the same functions on its nodes. An `Activation` is a function with its first
derivatives, written out by hand. The functions work element by element: x may have any shape.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from kan_numpy._arguments import as_choice, as_function, as_list, as_returned, as_text
from kan_numpy._arrays import Array
from kan_numpy._validation import shown
from kan_numpy.functions.sigmoids import (
    sigmoid,
    sigmoid_derivative,
    sigmoid_second,
    sigmoid_third,
    silu,
    silu_and_slope,
    silu_derivative,
    silu_second,
    silu_third,
)

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "Base",
    "as_activation",
    "identity",
    "relu",
    "relu_derivative",
    "tanh_derivative",
    "tanh_second",
    "tanh_third",
]

Function = Callable[[Array], Array]


@dataclass(frozen=True)
class Activation:
    r"""A function of one variable with its derivatives :math:`f, f', f'', f'''`.

    Parameters
    ----------
    name : str
        The name in `ACTIVATIONS` and in saved networks.
    function : callable
        Elementwise, from an array to an array of the same shape.
    derivatives : tuple of callable
        :math:`(f', f'', \dots)`; training needs the first, differential equations the others.

    Raises
    ------
    ValueError
        If the name is empty, or there is no derivative.
    TypeError
        If the name is not a text, or one of the functions is not callable.

    Examples
    --------
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> square = kn.Activation("square", lambda x: x**2, (lambda x: 2 * x,))
    >>> x = np.array([1.0, 3.0])
    >>> square(x), square(x, derivative=1)
    (array([1., 9.]), array([2., 6.]))
    """

    name: str
    function: Function
    derivatives: tuple[Function, ...]

    def __post_init__(self) -> None:
        """Check the name, and that there is a derivative and all functions are callable."""
        if not as_text("name", self.name).strip():
            raise ValueError(f"name must be a text such as 'wave', but is {self.name!r:.60}")
        given = as_list("derivatives", self.derivatives, "a tuple of functions, (f', f'', ...)")
        if not given:
            raise ValueError(f"derivatives of {self.name!r} must hold at least the first one")
        points = np.array([[0.25], [0.5], [0.75]])
        for order, function in enumerate([self.function, *given]):
            name = f"derivatives[{order - 1}]" if order else f"function of {self.name!r:.40}"
            with np.errstate(all="ignore"):
                as_returned(name, as_function(name, function)(points.copy()), points.shape)
        object.__setattr__(self, "derivatives", tuple(given))

    def __reduce__(self) -> tuple[Any, ...]:
        """Let the copy of an entry of `ACTIVATIONS` be that entry, also in another process."""
        if ACTIVATIONS.get(self.name) is self:
            return as_activation, ("name", self.name)
        return Activation, (self.name, self.function, self.derivatives)

    def __call__(self, x: Array, derivative: int = 0) -> Array:
        """Evaluate the derivative of an order, 0 for the function itself, else a ValueError."""
        if not 0 <= derivative <= len(self.derivatives):
            raise ValueError(
                f"derivative {derivative} of {self.name!r} is not known, only the first"
                f" {len(self.derivatives)}; give {type(self).__name__} more"
            )
        return (self.function, *self.derivatives)[derivative](x)

    def with_slope(self, x: Array) -> tuple[Array, Callable[[], Array]]:
        """Return f(x), and a function that returns f'(x): training takes both, prediction one."""
        if self.function is silu:
            return silu_and_slope(x)
        if self.function is np.tanh:
            return _tanh_and_slope(x)
        return self(x), partial(self, x, 1)


def tanh_derivative(x: Array) -> Array:
    r"""Evaluate :math:`\tanh' = 1 - \tanh^2`.

    Examples
    --------
    >>> tanh_derivative(np.arctanh([0.0, 0.5]))
    array([1.  , 0.75])
    """
    return 1.0 - np.tanh(x) ** 2


def _tanh_and_slope(x: Array) -> tuple[Array, Callable[[], Array]]:
    """Return the tanh and its derivative from one tanh, each with the shape of x."""
    t = np.tanh(x)
    return t, partial(_tanh_slope, t)


def _tanh_slope(t: Array) -> Array:
    """Return the derivative of the tanh from its value t (...)."""
    return 1.0 - t * t


def tanh_second(x: Array) -> Array:
    r"""Evaluate :math:`\tanh'' = -2 \tanh (1 - \tanh^2)`.

    Examples
    --------
    >>> tanh_second(np.arctanh([0.5]))  # -2 * 1/2 * 3/4
    array([-0.75])
    """
    t = np.tanh(x)
    return -2.0 * t * (1.0 - t * t)


def tanh_third(x: Array) -> Array:
    r"""Evaluate :math:`\tanh''' = (1 - \tanh^2) (6 \tanh^2 - 2)`.

    Examples
    --------
    >>> tanh_third(np.arctanh([0.5]))  # 3/4 * (3/2 - 2)
    array([-0.375])
    """
    t2 = np.tanh(x) ** 2
    return (1.0 - t2) * (6.0 * t2 - 2.0)


def relu(x: Array) -> Array:
    r"""Evaluate :math:`\max(x, 0)`.

    Examples
    --------
    >>> relu(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 3.])
    """
    return np.where(x > 0.0, x, 0.0)


def relu_derivative(x: Array) -> Array:
    r"""Evaluate the derivative of the ReLU: 1 where x > 0, else 0, also at the kink.

    Examples
    --------
    >>> relu_derivative(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 1.])
    """
    return np.where(x > 0.0, 1.0, 0.0)


def identity(x: Array) -> Array:
    r"""Return x itself.

    Examples
    --------
    >>> identity(np.array([-2.0, 3.0]))
    array([-2.,  3.])
    """
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
"""The activations that have a name, which is what a saved network stores."""

Base = str | Activation | tuple[Function, ...]
"""The values that an argument ``base`` or ``activation`` takes."""


def as_activation(name: str, value: Base) -> Activation:
    """Return the activation given as an argument: by name, as functions, or as it is.

    Parameters
    ----------
    name : str
        The name of the argument, for error messages.
    value : str, Activation or tuple of callable
        A name in `ACTIVATIONS`, an `Activation`, or your own ``(function, derivative, ...)``.

    Returns
    -------
    Activation
        The entry of `ACTIVATIONS`, or a new one.

    Raises
    ------
    TypeError
        If the value is none of these, or the derivative is missing.
    ValueError
        If there is no such name.

    Examples
    --------
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> kn.activations.as_activation("base", "tanh").name
    'tanh'
    >>> kn.activations.as_activation("base", (np.sin, np.cos))(np.array([0.0]), derivative=1)
    array([1.])
    """
    as_text("name", name)
    if isinstance(value, Activation):
        return value
    if isinstance(value, str):
        return ACTIVATIONS[as_choice(name, value, tuple(ACTIVATIONS))]
    if isinstance(value, tuple) and len(value) >= 2:
        for index, function in enumerate(value):
            as_function(f"{name}[{index}]", function)
        return Activation(getattr(value[0], "__name__", "own"), value[0], tuple(value[1:]))
    raise TypeError(
        f"{name} must be a name, an Activation or a tuple (function, derivative),"
        f" but is {shown(value)}; the derivative can't be left out"
    )
