r"""Derivatives of a network with respect to its inputs, and the backward pass from them to theta.

A differential equation speaks of u and its derivatives, so training on one needs, for each sample,

.. math::
    u(x), \qquad \frac{\partial u}{\partial x_a}, \qquad
    \frac{\partial^2 u}{\partial x_a \partial x_b}

and the gradient of anything made of them with respect to theta. The three together are a jet. Jets
go forwards through the network, layer after layer: at the input the value is x, the gradient the
unit matrix, and the second derivatives are 0. What a layer makes of them, and what it hands back,
is derived in `kan_numpy.derivatives.kan_jets` and `kan_numpy.derivatives.node_jets`; here the
layers are backpropagate, as in `kan_numpy.networks.network`.

One forward and one backward pass cost a few times what `forward` and `backward` cost, whatever the
number of parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array
from kan_numpy._validation import as_array, as_count
from kan_numpy.derivatives.jet import Jet, JetLayer, Pairs
from kan_numpy.derivatives.node_jets import as_jet_layer
from kan_numpy.networks.checks import as_network
from kan_numpy.networks.network import Network


class JetCache(NamedTuple):
    """What the backward pass needs."""

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
    ValueError, TypeError
        If x does not fit, or a base function or activation does not know its second derivative.

    Notes
    -----
    Exact up to rounding, and inside the intervals of a spline of any degree. At a knot, a spline of
    degree k has k - 1 continuous derivatives; beyond that these are the derivatives from the right.
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
        Symmetric in its last two axes. If u is a sum of functions of a and of b, their mixed entry
        is 0.
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
    """Return the jets of the outputs, and what `backward` and `jacobian` need.

    Parameters
    ----------
    network : KAN or MLP
        u.
    x : array_like, shape (N, n_in)
        One sample a row.
    pairs : sequence of pairs of int, optional
        Which second derivatives are wanted; ``[(0, 0), (0, 1)]`` are the second one by x_0 and the
        mixed one by x_0 and x_1. Without it, the n_in pure ones; an empty list for none.

    Returns
    -------
    jet : Jet
        ``value`` (N, n_out), ``gradient`` (N, n_out, n_in) and ``second`` (N, n_out, Q).
    cache : JetCache
    """
    n_in = as_network(network).widths[0]
    points = as_array("x", x, ("N", n_in))
    layers = [as_jet_layer(layer) for layer in network.layers]
    chosen = as_pairs(pairs, n_in)
    return propagate(layers, layers[0].features(seed(points, chosen), chosen), chosen)


def backward(network: Network, dy: Jet, cache: JetCache) -> tuple[Array, Array]:
    """Carry an upstream gradient, of values and derivatives, back to input and parameters.

    Parameters
    ----------
    network : KAN or MLP
        The one that `forward` was given.
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
    ValueError, TypeError
        If dy does not have those shapes, or the cache is something else.
    """
    upstream = _as_upstream(network, dy, cache)
    dtheta = np.empty(network.size)
    dx = backpropagate(cache, upstream, dtheta)
    return cache.layers[0].input_gradient(dx, cache.caches[0]).value, dtheta


def jacobian(network: Network, dy: Jet, cache: JetCache) -> Array:
    """Carry the upstream gradient of each sample back by itself: `backward` without the sum.

    If r is a function of the jet of a sample, and dy holds its partial derivatives at each sample,
    the result is the Jacobian of these residuals.

    Parameters
    ----------
    network : KAN or MLP
        The one that `forward` was given.
    dy : Jet
        As in `backward`.
    cache : JetCache
        From `forward`.

    Returns
    -------
    ndarray, shape (N, P)

    Raises
    ------
    ValueError, TypeError
        As `backward`.
    """
    upstream = _as_upstream(network, dy, cache)
    J = np.empty((len(upstream.value), network.size))
    backpropagate(cache, upstream, J)
    return J


def as_pairs(pairs: Sequence[tuple[int, int]] | None, n_in: int) -> Pairs:
    """Return the pairs of inputs, all (a, a) if none are given."""
    if pairs is None:
        return Pairs(np.arange(n_in), np.arange(n_in))
    try:
        table = np.array(pairs, dtype=object).reshape(len(pairs), 2)
    except (TypeError, ValueError):
        raise TypeError(
            f"pairs must be a list of pairs such as [(0, 0), (0, 1)], but is {pairs!r}"
        ) from None
    a, b = ([as_count("pairs", item, 0) for item in column] for column in table.T)
    if max(a + b, default=0) >= n_in:
        raise ValueError(f"pairs must name inputs from 0 to {n_in - 1}, but is {pairs!r}")
    return Pairs(np.array(a, dtype=np.intp), np.array(b, dtype=np.intp))


def seed(x: Array, pairs: Pairs, gradient: bool = True) -> Jet:
    """Return the jets of the inputs x (N, n_in): x, the unit matrix, 0; or no gradient at all."""
    N, n_in = x.shape
    unit = np.broadcast_to(np.eye(n_in, n_in if gradient else 0), (N, n_in, n_in * gradient))
    return Jet(x, unit, np.zeros((N, n_in, len(pairs.a))))


def propagate(layers: Sequence[JetLayer], first: Any, pairs: Pairs) -> tuple[Jet, JetCache]:
    """Evaluate without checks; ``first`` is what the first layer has prepared."""
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
    """Check what comes back to a network."""
    if not isinstance(cache, JetCache) or [c.z.value.shape[1] for c in cache.caches] != [
        layer.n_in for layer in as_network(network).layers
    ]:
        raise TypeError("cache must be what forward returned: y, cache = kn.jets.forward(net, x)")
    if not isinstance(dy, tuple) or len(dy) != 3:
        raise TypeError(f"dy must be a Jet (value, gradient, second), but is {dy!r}")
    z, n_out = cache.caches[0].z, network.widths[-1]
    shapes = [(len(z.value), n_out, *part.shape[2:]) for part in z]
    named = zip(("dy.value", "dy.gradient", "dy.second"), dy, shapes, strict=True)
    return Jet(*(_as_part(name, part, shape) for name, part, shape in named))


def _as_part(name: str, part: npt.ArrayLike, shape: tuple[int, ...]) -> Array:
    """Return an array of the shape; there may be no second derivatives, which is no mistake."""
    return as_array(name, part, shape) if 0 not in shape else np.zeros(shape)
