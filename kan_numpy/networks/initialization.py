r"""Initialization: random coefficients and base weights of a layer.

The sum at a node has n_in (G + k + 1) terms: a weight times a basis function, or times the base
function. If all weights are drawn independently around zero, the variance of the sum is the sum of
the variances. Let a term f, which is b or some B_j, contribute the fraction s of it. Then, with
:math:`\mu_0 = E[f(x)^2]`, :math:`\mu_1 = E[f'(x)^2]` and :math:`v = Var(x)`,

.. math::
    Var(y) = Var(x) \iff \sigma^2 = \frac{s v}{n_{in} \mu_0}, \qquad
    Var(dx) = Var(dy) \iff \sigma^2 = \frac{s}{n_{out} \mu_1}.

Both cannot hold at once. As Glorot did for matrices, "glorot" takes their harmonic mean,

.. math:: \sigma^2 = \frac{2 s}{n_{in} \mu_0 / v + n_{out} \mu_1},

with x uniform on the grid (the idea of arXiv 2509.03417). The base function gets `BASE_SHARE`, the
splines share the rest evenly: initial edges close to the base function preserve gradients in deep
networks (lesson 04b). "paper" is the choice of arXiv 2404.19756, sec. 2.2:
:math:`c \sim N(0, 0.1^2)` and :math:`w \sim N(0, 2 / (n_{in} + n_{out}))`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from kan_numpy._arguments import as_choice, as_rng, per_layer, require_length
from kan_numpy._arrays import Array, Rng
from kan_numpy._validation import (
    LARGEST_DEGREE,
    LARGEST_GRID,
    as_array,
    require_affordable,
    require_shape,
)
from kan_numpy.functions.activations import Activation, Base, as_activation
from kan_numpy.functions.basis import Basis
from kan_numpy.functions.other_bases import BASES
from kan_numpy.layers.continuation import CONTINUATIONS
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.layers.product_layer import ProductLayer, Width, as_levels
from kan_numpy.splines.bsplines import BSplineBasis
from kan_numpy.splines.knots import require_grid, uniform_knots

__all__ = ["BASE_SHARE", "initial_layers", "initial_weights"]

SCHEMES = ("glorot", "paper")

BASE_SHARE = 0.98
"""The fraction of the variance that "glorot" gives to the base function, if there is one."""


def initial_layers(
    widths: Sequence[Width],
    grid_size: int | Sequence[int],
    degree: int | Sequence[int],
    grid_range: Sequence[float] | Sequence[Sequence[float]],
    base: Base,
    init: str,
    rng: Rng,
    basis: str,
    arity: int,
    outside: str,
) -> tuple[KANLayer | ProductLayer, ...]:
    """Return the layers of an untrained network; see `KAN` for the arguments."""
    sizes, products = as_levels(widths, arity)
    depth = len(sizes) - 1
    sizes_G = per_layer("grid_size", grid_size, depth, 1, LARGEST_GRID)
    degrees = per_layer("degree", degree, depth, 0, LARGEST_DEGREE)
    ends = as_array("grid_range", grid_range)
    require_shape("grid_range", ends, ("n_layers", 2) if ends.ndim == 2 else (2,))
    if ends.ndim == 2:
        require_length("grid_range", list(ends), depth)
    ends = np.broadcast_to(ends, (depth, 2))
    activation, scheme, kind, continuation, generator = (
        as_activation("base", base),
        as_choice("init", init, SCHEMES),
        as_choice("basis", basis, ("bspline", *BASES)),
        as_choice("outside", outside, CONTINUATIONS),
        as_rng(rng),
    )
    layers: list[KANLayer | ProductLayer] = []
    for l, (n_in, n_out) in enumerate(pairwise(sizes)):
        product = products[l + 1]
        low, high = ends[l]
        require_grid("grid_range: low", float(low), float(high), sizes_G[l])
        require_affordable("widths or grid_size", n_in, n_out, sizes_G[l] + degrees[l])
        functions = _initial_basis(kind, n_in, low, high, sizes_G[l], degrees[l])
        n_sums = product.n_in if product else n_out
        coef, w_base = initial_weights(scheme, functions, n_sums, activation, generator)
        active = np.ones((n_sums, n_in), dtype=bool)
        layer = KANLayer(functions, coef, w_base, np.zeros(n_sums), active, activation)
        layers.append(replace(layer, outside=continuation))
        layers += [product] if product else []
    return tuple(layers)


def _initial_basis(kind: str, n_in: int, low: float, high: float, G: int, k: int) -> Basis:
    """Return a basis with the same functions for every input."""
    knots = uniform_knots(low, high, G, k)  # and low is below high
    if kind == "bspline":
        return BSplineBasis(np.tile(knots, (n_in, 1)), k)
    return BASES[kind](np.full(n_in, low), np.full(n_in, high), G)


def initial_weights(
    scheme: str, basis: Basis, n_out: int, base: Activation, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Draw the initial coef (n_out, n_in, size) and w_base (n_out, n_in) of a layer."""
    n_in, size = basis.n_in, basis.size
    if scheme == "paper":
        sigma_c, sigma_w = 0.1, np.sqrt(2.0 / (n_in + n_out))
    else:
        low, high = basis.low[0], basis.high[0]
        # 1000 midpoints of equal intervals approximate x uniform on the grid.
        x = low + (high - low) * (np.arange(1000) + 0.5)[:, None] / 1000
        one = basis.select(np.array([0]))

        def sigma(values: Array, derivatives: Array, share: float) -> float:
            mu_0, mu_1 = np.mean(values**2), np.mean(derivatives**2)
            return float(np.sqrt(2.0 * share / (n_in * mu_0 / np.var(x) + n_out * mu_1)))

        share = BASE_SHARE if np.any(base(x)) else 0.0
        sigma_c = sigma(one(x), one(x, 1), (1.0 - share) / size)
        sigma_w = sigma(base(x), base(x, 1), share) if share else 0.0
    coef = sigma_c * rng.standard_normal((n_out, n_in, size))
    return coef, sigma_w * rng.standard_normal((n_out, n_in))
