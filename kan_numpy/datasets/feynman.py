"""The 27 dimensionless equations of Feynman's lectures in arXiv 2404.19756, table 2.

The names are those of the lectures: volume, chapter, equation. The paper does not state the ranges
of its inputs. Those chosen here are physically plausible and contain no singularity.

>>> import kan_numpy as kn
>>> velocity = kn.feynman.FEYNMAN_EQUATIONS["I.16.6"]  # the relativistic sum of two velocities
>>> velocity.formula, velocity([[0.5, 0.5]])
('(a + b) / (1 + a b)', array([[0.8]]))
"""

from __future__ import annotations

from numpy import arcsin, cos, exp, log, pi, sin, sinc, sqrt

from kan_numpy._arrays import Array
from kan_numpy.datasets.benchmark import Benchmark, _table

__all__ = ["FEYNMAN_EQUATIONS"]

_TURN = (0.0, 2 * pi)  # a full turn of an angle
_ONE = (0.0, 1.0)
_SIGNED = (-1.0, 1.0)
_RATIO = (0.5, 2.0)


def _gaussian(x: Array, sigma: Array) -> Array:
    bell: Array = exp(-(x**2) / (2 * sigma**2)) / sqrt(2 * pi * sigma**2)
    return bell


_PROBLEMS = (
    Benchmark(
        "I.6.2",
        "exp(-theta^2 / (2 sigma^2)) / sqrt(2 pi sigma^2)",
        _gaussian,
        ("theta", "sigma"),
        (_SIGNED, _RATIO),
    ),
    Benchmark(
        "I.6.2b",
        "exp(-(theta - theta1)^2 / (2 sigma^2)) / sqrt(2 pi sigma^2)",
        lambda theta, theta1, sigma: _gaussian(theta - theta1, sigma),
        ("theta", "theta1", "sigma"),
        ((-1.5, 1.5), (-1.5, 1.5), _RATIO),
    ),
    Benchmark(
        "I.9.18",
        "a / ((b - 1)^2 + (c - d)^2 + (e - f)^2)",
        lambda a, b, c, d, e, f: a / ((b - 1) ** 2 + (c - d) ** 2 + (e - f) ** 2),
        ("a", "b", "c", "d", "e", "f"),
        (_SIGNED, (-1.0, -0.5), (-1.0, -0.5), (0.5, 1.0), (-1.0, -0.5), (0.5, 1.0)),
    ),
    Benchmark(
        "I.12.11",
        "1 + a sin(theta)",
        lambda a, theta: 1 + a * sin(theta),
        ("a", "theta"),
        (_SIGNED, _TURN),
    ),
    Benchmark("I.13.12", "a (1 / b - 1)", lambda a, b: a * (1 / b - 1), ("a", "b"), (_ONE, _RATIO)),
    Benchmark(
        "I.15.3x",
        "(1 - a) / sqrt(1 - b^2)",
        lambda a, b: (1 - a) / sqrt(1 - b**2),
        ("a", "b"),
        (_SIGNED, (-0.9, 0.9)),
    ),
    Benchmark(
        "I.16.6",
        "(a + b) / (1 + a b)",
        lambda a, b: (a + b) / (1 + a * b),
        ("a", "b"),
        ((-0.8, 0.8), (-0.8, 0.8)),
    ),
    Benchmark(
        "I.18.4",
        "(1 + a b) / (1 + a)",
        lambda a, b: (1 + a * b) / (1 + a),
        ("a", "b"),
        (_RATIO, _SIGNED),
    ),
    Benchmark(
        "I.26.2",
        "arcsin(n sin(theta2))",
        lambda n, theta2: arcsin(n * sin(theta2)),
        ("n", "theta2"),
        ((0.0, 0.99), _TURN),
    ),
    Benchmark(
        "I.27.6", "1 / (1 + a b)", lambda a, b: 1 / (1 + a * b), ("a", "b"), (_RATIO, _RATIO)
    ),
    Benchmark(
        "I.29.16",
        "sqrt(1 + a^2 - 2 a cos(theta1 - theta2))",
        lambda a, theta1, theta2: sqrt(1 + a**2 - 2 * a * cos(theta1 - theta2)),
        ("a", "theta1", "theta2"),
        ((0.0, 0.9), _TURN, _TURN),
    ),
    Benchmark(
        "I.30.3",
        "sin(n theta / 2)^2 / sin(theta / 2)^2",
        lambda n, theta: sin(n * theta / 2) ** 2 / sin(theta / 2) ** 2,
        ("n", "theta"),
        ((0.0, 4.0), (0.4 * pi, 1.6 * pi)),
    ),
    Benchmark(
        "I.30.5", "arcsin(a / n)", lambda a, n: arcsin(a / n), ("a", "n"), (_SIGNED, (1.1, 2.0))
    ),
    Benchmark(
        "I.37.4",
        "1 + a + 2 sqrt(a) cos(delta)",
        lambda a, delta: 1 + a + 2 * sqrt(a) * cos(delta),
        ("a", "delta"),
        ((0.1, 1.0), _TURN),
    ),
    Benchmark("I.40.1", "n0 exp(-a)", lambda n0, a: n0 * exp(-a), ("n0", "a"), (_ONE, _SIGNED)),
    Benchmark("I.44.4", "n ln(a)", lambda n, a: n * log(a), ("n", "a"), (_ONE, (0.25, 4.0))),
    Benchmark(
        "I.50.26",
        "cos(a) + alpha cos(a)^2",
        lambda a, alpha: cos(a) + alpha * cos(a) ** 2,
        ("a", "alpha"),
        (_TURN, _ONE),
    ),
    Benchmark("II.2.42", "(a - 1) b", lambda a, b: (a - 1) * b, ("a", "b"), ((0.0, 2.0), _ONE)),
    Benchmark(
        "II.6.15a",
        "c sqrt(a^2 + b^2) / (4 pi)",
        lambda a, b, c: c * sqrt(a**2 + b**2) / (4 * pi),
        ("a", "b", "c"),
        ((0.1, 1.0), (0.1, 1.0), _ONE),
    ),
    Benchmark(
        "II.11.7",
        "n0 (1 + a cos(theta))",
        lambda n0, a, theta: n0 * (1 + a * cos(theta)),
        ("n0", "a", "theta"),
        (_ONE, _SIGNED, _TURN),
    ),
    Benchmark(
        "II.11.27",
        "n alpha / (1 - n alpha / 3)",
        lambda n, alpha: n * alpha / (1 - n * alpha / 3),
        ("n", "alpha"),
        (_ONE, (0.0, 2.0)),
    ),
    Benchmark(
        "II.35.18",
        "n0 / (exp(a) + exp(-a))",
        lambda n0, a: n0 / (exp(a) + exp(-a)),
        ("n0", "a"),
        (_ONE, (0.0, 2.0)),
    ),
    Benchmark(
        "II.36.38",
        "a + alpha b",
        lambda a, alpha, b: a + alpha * b,
        ("a", "alpha", "b"),
        (_SIGNED, _SIGNED, _SIGNED),
    ),
    Benchmark("II.38.3", "a / b", lambda a, b: a / b, ("a", "b"), (_ONE, _RATIO)),
    Benchmark(
        "III.9.52",
        "a sin((b - c) / 2)^2 / ((b - c) / 2)^2",
        # sinc(t) is sin(pi t) / (pi t), and 1 at t = 0
        lambda a, b, c: a * sinc((b - c) / (2 * pi)) ** 2,
        ("a", "b", "c"),
        (_ONE, _TURN, _TURN),
    ),
    Benchmark(
        "III.10.19",
        "sqrt(1 + a^2 + b^2)",
        lambda a, b: sqrt(1 + a**2 + b**2),
        ("a", "b"),
        (_SIGNED, _SIGNED),
    ),
    Benchmark(
        "III.17.37",
        "beta (1 + alpha cos(theta))",
        lambda beta, alpha, theta: beta * (1 + alpha * cos(theta)),
        ("beta", "alpha", "theta"),
        (_ONE, _ONE, _TURN),
    ),
)
FEYNMAN_EQUATIONS = _table(_PROBLEMS)
"""The equations of table 2, by name, in the order of the table."""
