"""The fifteen special functions of arXiv 2404.19756, table 1, each of two inputs.

The paper does not state the ranges of its inputs. Those chosen here show oscillations and steep
slopes, and stay away from every singularity. The values come from `scipy.special`.

>>> import kan_numpy as kn
>>> bessel = kn.special_functions.SPECIAL_FUNCTIONS["jv"]
>>> bessel([[0.0, 2.404825557695773]]).round(12)  # J_0 at its first zero
array([[0.]])
"""

from __future__ import annotations

from math import factorial, pi, sqrt

import numpy as np
from scipy import special

from kan_numpy._arrays import Array
from kan_numpy.datasets.benchmark import Benchmark, _table

__all__ = ["SPECIAL_FUNCTIONS"]


def _sn(u: Array, m: Array) -> Array:
    sn: Array = special.ellipj(u, m)[0]
    return sn


def _spherical_harmonic(order: int, degree: int, theta: Array, phi: Array) -> Array:
    """Return the real part of Y with azimuth theta and polar angle phi, both (N,)."""
    ratio = factorial(degree - order) / factorial(degree + order)
    scale = sqrt((2 * degree + 1) / (4 * pi) * ratio)
    values: Array = scale * special.lpmv(order, degree, np.cos(phi)) * np.cos(order * theta)
    return values


def _legendre(order: int) -> Benchmark:
    """Return the problem of the associated Legendre function of this order."""
    return Benchmark(
        f"lpmv_{order}",
        f"associated Legendre function of order {order}, P_v^{order}(x)",
        lambda v, x: special.lpmv(order, v, x),
        ("v", "x"),
        ((0.0, 3.0), (-0.9, 0.9)),
    )


def _harmonic(order: int, degree: int) -> Benchmark:
    """Return the problem of the spherical harmonic of this order and degree."""
    return Benchmark(
        f"sph_harm_{order}_{degree}",
        f"real part of the spherical harmonic Y_{degree}^{order}(theta, phi)",
        lambda theta, phi: _spherical_harmonic(order, degree, theta, phi),
        ("theta", "phi"),
        ((0.0, 2 * pi), (0.0, pi)),
    )


_PROBLEMS = (
    Benchmark("ellipj", "Jacobi elliptic function sn(u, m)", _sn, ("u", "m"), ((0, 4), (0, 0.9))),
    Benchmark(
        "ellipkinc",
        "incomplete elliptic integral of the first kind F(phi, m)",
        special.ellipkinc,
        ("phi", "m"),
        ((0.0, pi / 2), (0.0, 0.9)),
    ),
    Benchmark(
        "ellipeinc",
        "incomplete elliptic integral of the second kind E(phi, m)",
        special.ellipeinc,
        ("phi", "m"),
        ((0.0, pi / 2), (0.0, 0.9)),
    ),
    Benchmark("jv", "Bessel function J_v(x)", special.jv, ("v", "x"), ((0, 3), (0.5, 10))),
    Benchmark("yv", "Bessel function Y_v(x)", special.yv, ("v", "x"), ((0, 2), (1, 10))),
    Benchmark("kv", "modified Bessel function K_v(x)", special.kv, ("v", "x"), ((0, 2), (0.5, 3))),
    Benchmark("iv", "modified Bessel function I_v(x)", special.iv, ("v", "x"), ((0, 3), (0.5, 5))),
    _legendre(0),
    _legendre(1),
    _legendre(2),
    _harmonic(0, 1),
    _harmonic(1, 1),
    _harmonic(0, 2),
    _harmonic(1, 2),
    _harmonic(2, 2),
)
SPECIAL_FUNCTIONS = _table(_PROBLEMS)
"""The special functions of table 1, by name, in the order of the table."""
