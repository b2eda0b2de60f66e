r"""Verification of derivatives that were worked out by hand.

Three methods:

* `central_difference`: :math:`f'(x) \approx (f(x + h) - f(x - h)) / 2h`, error :math:`O(h^2)` of
  truncation and :math:`O(\epsilon / h)` of rounding; at h = 1e-6 about 1e-10 in float64.
* `complex_step`: :math:`f'(x) = Im f(x + ih) / h`, no difference and so no cancellation: exact to
  machine precision, for a formula that takes complex numbers.
* `assert_adjoint`: a backward pass computes :math:`dx = J^T dy`. It is checked for a random
  upstream gradient dy, for every argument and every entry. A dy of ones is not enough: it misses a
  pass that ignores dy, averages instead of summing, or reverses the batch.

A check that could pass whatever it is given is refused: see `LARGEST_RTOL` and what follows it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_function, as_rng
from kan_numpy._arrays import Array, Rng
from kan_numpy._validation import as_array, as_number, as_samples, as_table, shown

__all__ = ["LARGEST_ATOL", "LARGEST_IMAGINARY_STEP", "LARGEST_RTOL", "STEPS", "assert_adjoint"]
__all__ += ["central_difference", "complex_step"]

H = 1e-6
RTOL = 1e-6
ATOL = 1e-8

LARGEST_RTOL = 1e-4
"""A gradient that is wrong by a factor of 1.001 must be found, with something to spare."""

LARGEST_ATOL = 1e-3
"""Relative to the largest entry of a gradient: what is smaller than that is not checked."""

STEPS = 1e-11, 1e-2
r"""The h whose own errors, h^2 and \epsilon / h for data of order 1, are below `LARGEST_RTOL`."""

LARGEST_IMAGINARY_STEP = 1e-8
r"""The largest h whose truncation, h^2, is below rounding."""


def central_difference(
    function: Callable[[Array], npt.ArrayLike], x: npt.ArrayLike, h: float = H
) -> Array:
    r"""Approximate the derivative of an array with respect to an array, one entry at a time.

    .. math:: \frac{\partial f_a}{\partial x_b} \approx \frac{f_a(x + h e_b) - f_a(x - h e_b)}{2h}

    Parameters
    ----------
    function : callable
        From an array like x to a number or an array.
    x : array_like, any shape
        The point.
    h : float
        The step, from 1e-11 to 1e-2, or to 1e-2 of the largest number in x if that is above 1.

    Returns
    -------
    ndarray, shape ``f(x).shape + x.shape``

    Raises
    ------
    ValueError
        If x is not finite, or h is not in its range.
    TypeError
        If x or h is not real.

    Notes
    -----
    At a knot a spline of degree 1 has a kink: the result is then off by O(1), for degree 2 by O(h).

    Examples
    --------
    The Jacobian of (x y, x + y) at (2, 3):

    >>> import kan_numpy as kn
    >>> kn.gradcheck.central_difference(lambda z: [z[0] * z[1], z[0] + z[1]], [2.0, 3.0]).round(6)
    array([[3., 2.],
           [1., 1.]])
    """
    point = as_samples("x", x)
    columns = list(_columns("function", as_function("function", function), point, h))
    return np.stack(columns, axis=-1).reshape(columns[0].shape + point.shape)


def _columns(
    name: str, function: Callable[[Array], npt.ArrayLike], point: Array, h: float
) -> Iterator[Array]:
    """Yield the derivative by each entry of the point, of the shape of the function."""
    step = as_number("h", h, STEPS[0], STEPS[1] * max(1.0, float(np.abs(point).max())))
    for b in range(point.size):
        ahead, behind = point.copy(), point.copy()
        ahead.flat[b] += step
        behind.flat[b] -= step
        width = ahead.flat[b] - behind.flat[b]  # 2h as rounded in floating point
        if not width:
            raise ValueError(f"h must be larger: x + h is x where x is {point.flat[b]:g}")
        yield (_result(name, function(ahead)) - _result(name, function(behind))) / width


def _result(name: str, value: Any) -> npt.NDArray[Any]:
    """Return what a function returned, if it is an array of numbers."""
    array = as_table(f"what {name} returns", value)
    if array.dtype.kind not in "fiuc":
        raise TypeError(f"{name} must return numbers, but returned {shown(value)}")
    return array


def complex_step(
    function: Callable[[Any], npt.ArrayLike], x: npt.ArrayLike, h: float = 1e-30
) -> Array:
    r"""Differentiate an elementwise formula exactly, by a step into the complex plane.

    .. math:: f'(x) = \frac{Im f(x + i h)}{h} + O(h^2)

    Parameters
    ----------
    function : callable
        Takes a complex array and works element by element; further axes may follow in the result.
    x : array_like, any shape
        The points.
    h : float
        The step, above 0 and at most 1e-8; it can be this small because nothing is subtracted.

    Returns
    -------
    ndarray, the shape of ``function(x)``

    Raises
    ------
    ValueError
        If x is not finite, or h is not in its range.
    TypeError
        If x or h is not real, or the function does not return complex numbers.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> kn.gradcheck.complex_step(lambda x: x**3, [1.0, 2.0])  # 3 x^2
    array([ 3., 12.])
    """
    step = as_number("h", h, 0.0, LARGEST_IMAGINARY_STEP, include_low=False)
    values = _result("function", as_function("function", function)(as_array("x", x) + 1j * step))
    if values.dtype.kind != "c":
        raise TypeError("function must take complex numbers and return them, but dropped them")
    return np.asarray(values.imag / step)


def assert_adjoint(
    forward: Callable[..., npt.ArrayLike],
    backward: Callable[..., Any],
    *arguments: npt.ArrayLike,
    rng: Rng = 0,
    h: float = H,
    rtol: float = RTOL,
    atol: float = ATOL,
) -> float:
    r"""Assert that a backward pass is the adjoint of its forward pass, entry by entry.

    .. math:: dx_b = \sum_a dy_a\, \frac{\partial f_a}{\partial x_b}, \qquad dy \sim N(0, 1)

    Parameters
    ----------
    forward : callable
        ``forward(*arguments)`` returns y, an array or a number.
    backward : callable
        ``backward(dy, *arguments)`` returns the gradient of each argument, as a tuple; for a single
        argument it may be the gradient itself. A gradient that is None is not checked; one must be.
    *arguments : array_like, any shape
        The point, at least one. Choose it at random, all sizes different, of the order of 1.
    rng : int, Generator or None
        Draws dy; what `numpy.random.default_rng` takes.
    h : float
        Step of the central differences.
    rtol, atol : float
        The largest error allowed is ``atol + rtol * abs(numerical)``. Both are above 0; rtol is at
        most 1e-4, and atol, unless it is at most 1e-8, a thousandth of the largest entry.

    Returns
    -------
    float
        The worst error, relative to ``abs(numerical) + atol / rtol``.

    Raises
    ------
    AssertionError
        If a gradient has the wrong shape or dtype, or a wrong entry, or there is none.
    ValueError
        If an argument is not finite, there is none, or h, rtol or atol is not in its range.
    TypeError
        If an argument does not hold real numbers.

    Examples
    --------
    The backward pass of y = x^2, and one that forgot the factor 2:

    >>> import kan_numpy as kn
    >>> x = [1.0, 2.0, 3.0]
    >>> error = kn.gradcheck.assert_adjoint(lambda x: x**2, lambda dy, x: 2 * x * dy, x)
    >>> error < 1e-6
    True
    >>> kn.gradcheck.assert_adjoint(lambda x: x**2, lambda dy, x: x * dy, x)
    Traceback (most recent call last):
    AssertionError: the gradient of argument 0 is wrong in 3 of 3 entries, ...
    """
    if not arguments:
        raise ValueError("arguments must hold at least one array: the point to check at")
    rtol = as_number("rtol", rtol, 0.0, LARGEST_RTOL, include_low=False)
    atol = as_number("atol", atol, 0.0, include_low=False)
    points = [as_samples(f"arguments[{a}]", value) for a, value in enumerate(arguments)]
    y = _result("forward", as_function("forward", forward)(*points))
    if not y.size:
        raise ValueError("forward must return at least one number: nothing would be checked")
    dy = as_rng(rng).standard_normal(y.shape)
    returned = as_function("backward", backward)(dy.copy(), *map(np.copy, points))
    gradients = copy.deepcopy(returned if isinstance(returned, tuple) else (returned,))
    if len(gradients) != len(points):
        raise AssertionError(
            f"backward returned {len(gradients)} gradients for {len(points)} arguments"
        )
    if all(gradient is None for gradient in gradients):
        raise AssertionError("backward returned no gradient at all: nothing was checked")
    worst = 0.0
    for a, gradient in enumerate(gradients):
        if gradient is not None:

            def at(value: Array, a: int = a) -> npt.ArrayLike:
                return forward(*points[:a], value, *points[a + 1 :])

            # Where y does not change, the difference is exactly zero, and its sum with dy exact.
            entries = [np.sum(dy * column) for column in _columns("forward", at, points[a], h)]
            numerical = np.reshape(entries, points[a].shape)
            worst = max(worst, _worst_error(f"argument {a}", gradient, numerical, rtol, atol))
    return worst


def _worst_error(name: str, claimed: Any, numerical: Array, rtol: float, atol: float) -> float:
    """Return the largest relative error of a gradient, or raise an AssertionError."""
    if not isinstance(claimed, np.ndarray | np.generic) or claimed.dtype != np.float64:
        kind = getattr(claimed, "dtype", type(claimed).__name__)
        raise AssertionError(f"the gradient of {name} must be float64, but is {kind}")
    if claimed.shape != numerical.shape:
        raise AssertionError(
            f"the gradient of {name} must have its shape {numerical.shape}, but has {claimed.shape}"
        )
    claimed, largest = np.asarray(claimed), float(np.abs(numerical).max())
    if atol > ATOL and not atol <= LARGEST_ATOL * largest:
        raise ValueError(
            f"atol must be small against the gradient of {name}, whose largest entry is"
            f" {largest:.3g}: at most {max(ATOL, LARGEST_ATOL * largest):.3g}, but is {atol:g}"
        )
    with np.errstate(over="ignore"):
        error = np.abs(claimed - numerical) / (rtol * np.abs(numerical) + atol)
    error = np.where(np.isfinite(error), error, np.inf)
    if error.max() > 1.0:
        index = np.unravel_index(int(np.argmax(error)), error.shape)
        place = tuple(map(int, index))
        raise AssertionError(
            f"the gradient of {name} is wrong in {int(np.sum(error > 1.0))} of {error.size}"
            f" entries, worst at {place}: by hand {claimed[index]:.12g}, by central difference"
            f" {numerical[index]:.12g}"
        )
    return float(rtol * error.max())
