r"""The sigmoid and the SiLU, each with its derivatives.

Both work element by element: x may have any shape, and the result has the same shape. All come from
one exponential, which takes longer than the rest of the formula.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from kan_numpy._arrays import Array

__all__ = [
    "LOWEST",
    "sigmoid",
    "sigmoid_derivative",
    "sigmoid_second",
    "sigmoid_third",
    "silu",
    "silu_and_slope",
    "silu_derivative",
    "silu_second",
    "silu_third",
]

LOWEST = -700.0
"""A smaller x counts as this one, where the sigmoid is 1e-304: its exponential would overflow."""


def sigmoid(x: Array) -> Array:
    r"""Evaluate the sigmoid, :math:`\sigma(x) = 1 / (1 + e^{-x})`.

    Examples
    --------
    >>> sigmoid(np.log([1.0, 3.0]))
    array([0.5 , 0.75])
    """
    return _sigmoid_above(np.maximum(x, LOWEST))


def _sigmoid_above(x: Array) -> Array:
    """Return the sigmoid of x (...), of which nothing lies below `LOWEST`."""
    return 1.0 / (1.0 + np.exp(-x))


def sigmoid_derivative(x: Array) -> Array:
    r"""Evaluate :math:`\sigma' = \sigma (1 - \sigma)`.

    Examples
    --------
    >>> sigmoid_derivative(np.log([1.0, 3.0]))  # 1/2 * 1/2 and 3/4 * 1/4
    array([0.25  , 0.1875])
    """
    s = sigmoid(x)
    return s * (1.0 - s)


def sigmoid_second(x: Array) -> Array:
    r"""Evaluate :math:`\sigma'' = \sigma' (1 - 2 \sigma)`.

    Examples
    --------
    >>> sigmoid_second(np.log([3.0]))  # 3/16 * (1 - 3/2)
    array([-0.09375])
    """
    s = sigmoid(x)
    return s * (1.0 - s) * (1.0 - 2.0 * s)


def sigmoid_third(x: Array) -> Array:
    r"""Evaluate :math:`\sigma''' = \sigma' (1 - 6 \sigma + 6 \sigma^2)`.

    Examples
    --------
    >>> sigmoid_third(np.log([1.0]))  # 1/4 * (1 - 3 + 3/2)
    array([-0.125])
    """
    s = sigmoid(x)
    return s * (1.0 - s) * (1.0 - 6.0 * s + 6.0 * s * s)


def silu(x: Array) -> Array:
    r"""Evaluate the SiLU, :math:`b(x) = x \sigma(x)` (arXiv 2404.19756, eq. 2.11).

    Examples
    --------
    >>> silu(np.array([-1.0, 0.0, 1.0])).round(4)  # x = 1 minus x = -1 is 1
    array([-0.2689,  0.    ,  0.7311])
    """
    x = np.maximum(x, LOWEST)
    return x * _sigmoid_above(x)


def silu_derivative(x: Array) -> Array:
    r"""Evaluate :math:`b' = \sigma + x \sigma' = \sigma (1 + x (1 - \sigma))`.

    Examples
    --------
    >>> silu_derivative(np.array([0.0]))
    array([0.5])
    """
    x = np.maximum(x, LOWEST)
    s = _sigmoid_above(x)
    return s * (1.0 + x * (1.0 - s))


def silu_and_slope(x: Array) -> tuple[Array, Callable[[], Array]]:
    r"""Return the SiLU and its derivative from one sigmoid, :math:`b' = \sigma + b (1 - \sigma)`.

    Examples
    --------
    >>> b, slope = silu_and_slope(np.array([0.0]))
    >>> b, slope()
    (array([0.]), array([0.5]))
    """
    x = np.maximum(x, LOWEST)
    s = _sigmoid_above(x)
    b = x * s
    return b, partial(_silu_slope, b, s)


def _silu_slope(b: Array, s: Array) -> Array:
    """Return b' from b and the sigmoid, all (...); a function with a name can be pickled."""
    return s + b * (1.0 - s)


def silu_second(x: Array) -> Array:
    r"""Evaluate :math:`b'' = 2 \sigma' + x \sigma''`.

    Examples
    --------
    >>> silu_second(np.array([0.0]))
    array([0.5])
    """
    x = np.maximum(x, LOWEST)
    return 2.0 * sigmoid_derivative(x) + x * sigmoid_second(x)


def silu_third(x: Array) -> Array:
    r"""Evaluate :math:`b''' = 3 \sigma'' + x \sigma'''`, an odd function.

    Examples
    --------
    >>> silu_third(np.array([-1.0, 0.0, 1.0])).round(4)
    array([ 0.3079,  0.    , -0.3079])
    """
    x = np.maximum(x, LOWEST)
    return 3.0 * sigmoid_second(x) + x * sigmoid_third(x)
