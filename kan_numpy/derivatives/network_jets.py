r"""Derivatives of a network with respect to its inputs, and their gradient with respect to theta.

A differential equation contains u and its derivatives, so training on one needs, for each sample,

.. math::
    u(x), \qquad \frac{\partial u}{\partial x_a}, \qquad
    \frac{\partial^2 u}{\partial x_a \partial x_b}

together a jet, and the gradient of a loss of jets with respect to theta. Jets are propagated layer
by layer: at the input the value is x, the gradient is the unit matrix, and the second derivatives
are 0. The jets of a layer, and its backward pass, are derived in `kan_numpy.derivatives.kan_jets`
and `kan_numpy.derivatives.dense_jets`; here the layers are chained. Both passes cost a few times
those of the network itself, whatever the number of parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array
from kan_numpy._validation import as_array, as_samples, shown
from kan_numpy.derivatives.jet import Jet, JetLayer, Pairs, as_pairs, seed
from kan_numpy.derivatives.layer_jets import as_jet_layer
from kan_numpy.networks.checks import as_network
from kan_numpy.networks.network import Network

__all__ = ["backward", "forward", "hessian", "jacobian", "jet"]


class JetCache(NamedTuple):
    """The intermediate results for the backward pass."""

    layers: list[JetLayer]
    caches: list[Any]  # one for each layer


def jet(network: Network, x: npt.ArrayLike) -> Jet:
    r"""Return value, gradient and pure second derivatives of every output.

    .. math:: u_o, \qquad \frac{\partial u_o}{\partial x_a}, \qquad
              \frac{\partial^2 u_o}{\partial x_a^2}

    Parameters
    ----------
    network : KAN or MLP
        u.
    x : array_like, shape (N, n_in)
        One sample a row.

    Returns
    -------
    Jet
        ``value`` (N, n_out), ``gradient`` (N, n_out, n_in) and ``second`` (N, n_out, n_in).

    Raises
    ------
    ValueError
        If x has another shape or is not finite, or a base function or activation has no second
        derivative.
    TypeError
        If network is not a network, or x does not hold real numbers.

    Notes
    -----
    Exact up to rounding between the knots of a spline of any degree. At a knot, a spline of degree
    k has k - 1 continuous derivatives; higher ones are derivatives from the right.

    Examples
    --------
    For u = x^2 y at (2, 3): u = 12, its gradient is (2 x y, x^2), its second derivatives (2 y, 0).

    >>> import kan_numpy as kn
    >>> net = kn.from_formula("x^2*y", ["x", "y"])
    >>> u = kn.jets.jet(net, [[2.0, 3.0]])
    >>> u.value, u.gradient, u.second
    (array([[12.]]), array([[[12.,  4.]]]), array([[[6., 0.]]]))
    """
    return forward(network, x)[0]


def hessian(network: Network, x: npt.ArrayLike) -> Array:
    r"""Return all second derivatives of every output.

    .. math:: H_{oab} = \frac{\partial^2 u_o}{\partial x_a \partial x_b}

    Parameters
    ----------
    network : KAN or MLP
        u.
    x : array_like, shape (N, n_in)
        One sample a row.

    Returns
    -------
    ndarray, shape (N, n_out, n_in, n_in)
        Symmetric in its last two axes. If u is a sum of a function of a and a function of b, their
        mixed entry is 0.

    Raises
    ------
    ValueError
        If x has another shape or is not finite, or a second derivative is not known.
    TypeError
        If network is not a network, or x does not hold real numbers.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> net = kn.from_formula("x^2*y", ["x", "y"])
    >>> kn.jets.hessian(net, [[2.0, 3.0]])[0, 0]  # 2 y, 2 x and 0
    array([[6., 4.],
           [4., 0.]])
    """
    n_in = as_network(network).widths[0]
    a, b = np.triu_indices(n_in)
    second = forward(network, x, list(zip(a.tolist(), b.tolist(), strict=True)))[0].second
    H = np.empty((*second.shape[:2], n_in, n_in))
    H[:, :, a, b] = H[:, :, b, a] = second
    return H


def forward(
    network: Network,
    x: npt.ArrayLike,
    pairs: Sequence[tuple[int, int]] | None = None,
) -> tuple[Jet, JetCache]:
    """Return the jets of the outputs, and the cache for `backward` and `jacobian`.

    Parameters
    ----------
    network : KAN or MLP
        u.
    x : array_like, shape (N, n_in)
        One sample a row.
    pairs : sequence of pairs of int, optional
        The second derivatives: ``[(0, 1)]`` is the mixed one by x_0 and x_1. By default the n_in
        pure ones; an empty list for none.

    Returns
    -------
    jet : Jet
        ``value`` (N, n_out), ``gradient`` (N, n_out, n_in) and ``second`` (N, n_out, Q).
    cache : JetCache
        For `backward` and `jacobian`.

    Raises
    ------
    ValueError
        If x has another shape or is not finite, or a pair is not one of inputs.
    TypeError
        If network is not a network, or pairs is not a list of pairs of whole numbers.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> net = kn.from_formula("x^2*y", ["x", "y"])
    >>> u, cache = kn.jets.forward(net, [[2.0, 3.0]], pairs=[(0, 1)])
    >>> u.second  # 2 x
    array([[[4.]]])
    """
    n_in = as_network(network).widths[0]
    points = as_array("x", x, ("N", n_in))
    layers = [as_jet_layer(layer) for layer in network.layers]
    chosen = as_pairs(pairs, n_in)
    return propagate(layers, layers[0].features(seed(points, chosen), chosen), chosen)


def backward(network: Network, dy: Jet, cache: JetCache) -> tuple[Array, Array]:
    """Backpropagate a gradient by values and derivatives to the inputs and the parameters.

    Parameters
    ----------
    network : KAN or MLP
        The network that `forward` was called with.
    dy : Jet
        dL/dvalue, dL/dgradient and dL/dsecond, in the shapes that `forward` returned.
    cache : JetCache
        From `forward`.

    Returns
    -------
    dx : ndarray, shape (N, n_in)
        dL/dx.
    dtheta : ndarray, shape (P,)
        dL/dtheta, in the order of ``network.theta``.

    Raises
    ------
    ValueError
        If dy has other shapes.
    TypeError
        If dy is not a `Jet`, or cache does not come from `forward`.

    Examples
    --------
    For u = x^2 y and L = u_xy = 2 x, the gradient of L by (x, y) is (2, 0):

    >>> import kan_numpy as kn
    >>> net = kn.from_formula("x^2*y", ["x", "y"])
    >>> u, cache = kn.jets.forward(net, [[2.0, 3.0]], pairs=[(0, 1)])
    >>> dy = u._replace(value=0 * u.value, gradient=0 * u.gradient, second=[[[1.0]]])
    >>> dx, dtheta = kn.jets.backward(net, dy, cache)
    >>> dx
    array([[2., 0.]])
    """
    upstream = _as_upstream(network, dy, cache)
    dtheta = np.empty(network.size)
    dx = backpropagate(cache, upstream, dtheta)
    return cache.layers[0].input_gradient(dx, cache.caches[0]).value, dtheta


def jacobian(network: Network, dy: Jet, cache: JetCache) -> Array:
    """Backpropagate the gradient of each sample separately: `backward` without the sum.

    If dy holds the partial derivatives of a residual at each sample, the result is its Jacobian.

    Parameters
    ----------
    network : KAN or MLP
        The network that `forward` was called with.
    dy : Jet
        As in `backward`.
    cache : JetCache
        From `forward`.

    Returns
    -------
    ndarray, shape (N, P)
        One row for each sample.

    Raises
    ------
    ValueError
        If dy has other shapes.
    TypeError
        If dy is not a `Jet`, or cache does not come from `forward`.

    Examples
    --------
    Its rows sum to the dtheta of `backward`:

    >>> import kan_numpy as kn
    >>> net = kn.KAN([2, 3, 1], rng=0)
    >>> u, cache = kn.jets.forward(net, [[0.1, 0.2], [0.3, 0.4]])
    >>> J, (_, dtheta) = kn.jets.jacobian(net, u, cache), kn.jets.backward(net, u, cache)
    >>> J.shape, bool(abs(J.sum(axis=0) - dtheta).max() < 1e-12)
    ((2, 81), True)
    """
    upstream = _as_upstream(network, dy, cache)
    J = np.empty((len(upstream.value), network.size))
    backpropagate(cache, upstream, J)
    return J


def propagate(layers: Sequence[JetLayer], first: Any, pairs: Pairs) -> tuple[Jet, JetCache]:
    """Return the jets of the outputs, from the cache of the first layer, without checks."""
    y, caches = layers[0].output(first), [first]
    for layer in layers[1:]:
        caches.append(layer.features(y, pairs))
        y = layer.output(caches[-1])
    return y, JetCache(list(layers), caches)


def backpropagate(cache: JetCache, dy: Jet, out: Array) -> Jet:
    """Write dtheta (P,), or that of each sample (N, P), and return dy of the first layer."""
    stop = out.shape[-1]
    for l in reversed(range(len(cache.layers))):
        layer = cache.layers[l]
        write = layer.parameter_gradient if out.ndim == 1 else layer.jacobian
        write(dy, cache.caches[l], out[..., stop - layer.size : stop])
        stop -= layer.size
        if l:
            dy = layer.input_gradient(dy, cache.caches[l])
    return dy


def _as_upstream(network: Network, dy: Jet, cache: JetCache) -> Jet:
    """Return dy as a `Jet` of arrays, if it and the cache fit the network."""
    if not isinstance(cache, JetCache) or [c.z.value.shape[1] for c in cache.caches] != [
        layer.n_in for layer in as_network(network).layers
    ]:
        raise TypeError("cache must be what forward returned: y, cache = kn.jets.forward(net, x)")
    if not isinstance(dy, tuple) or len(dy) != 3:
        raise TypeError(f"dy must be a Jet (value, gradient, second), but is {shown(dy)}")
    z, n_out = cache.caches[0].z, network.widths[-1]
    shapes = [(len(z.value), n_out, *part.shape[2:]) for part in z]
    named = zip(("dy.value", "dy.gradient", "dy.second"), dy, shapes, strict=True)
    return Jet(*(_as_part(name, part, shape) for name, part, shape in named))


def _as_part(name: str, part: npt.ArrayLike, shape: tuple[int, ...]) -> Array:
    """Return an array of the shape, which may be empty if there are no second derivatives."""
    return as_samples(name, part, shape) if 0 not in shape else np.zeros(shape)
