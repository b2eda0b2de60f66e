r"""Starting numbers for fits of compositions f(a h(s x + t) + b): a mesh.

With m the middle and w the half-width of h on the points, scales a are multiples of 1/w, and
centers, where :math:`a h + b = 0`, are :math:`m + c w`, which makes both independent of units.
Numbers as people write them are there too.
"""

from __future__ import annotations

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy.functions.compositions import EXP, IDENTITY, SIN, Composition

__all__ = ["CENTERS", "EDGES", "HUMAN", "INSIDE", "SCALES", "WAVES", "mesh"]

HUMAN = np.array([0.5, 1.0, 2.0, 3.0, np.pi, 2.0 * np.pi])
"""Scales as people write them."""

SCALES = np.geomspace(0.3, 10.0, 8)
"""Scales a w of functions with one feature: from a slight bend to a sharp step."""

WAVES = np.concatenate([np.geomspace(0.3, 3.0, 8), np.arange(3.3, 63.0, 0.4)])
"""Those of waves, up to ten on each half; they are closer than 1/2, so that one stays in phase."""

CENTERS, INSIDE = np.array([-1.3, -0.9, -0.5, 0.0, 0.5, 0.9, 1.3]), np.linspace(-1.0, 1.0, 5)
"""Centers of f and of h, in units of the half-width, from the middle."""

EDGES = np.geomspace(3e-3, 10.0, 7)
"""Distances of the end of a domain from the points, in the same units."""


def mesh(form: Composition, x: Array, few: bool = False) -> Array:
    """Return numbers a, b, s, t (M, 4) for which the form is defined between all x (n,)."""
    rows = [np.zeros((0, 4))]
    for s, t in _inner(form, x, few):
        h = form.inner(s * x + t)
        middle, half = 0.5 * (h.max() + h.min()), 0.5 * (h.max() - h.min())
        if np.isfinite(half) and half > 0.0:
            a, b = _outer(form, float(middle), float(half), few)
            rows.append(np.stack([a, b, np.full_like(a, s), np.full_like(a, t)], axis=1))
    numbers = np.concatenate(rows)
    return numbers[form.defined(x, numbers)]


def _inner(form: Composition, x: Array, few: bool) -> list[tuple[float, float]]:
    """Return pairs of s and t."""
    low, half = float(x.min()), 0.5 * float(x.max() - x.min())
    if form.inner is IDENTITY:
        return [(1.0, 0.0)]
    if form.inner is EXP:
        return [(s, 0.0) for s in (*HUMAN[:4], *-HUMAN[:4])]
    shifts = [0.0, 0.5, -0.5, 1.0, -1.0]
    if not few:
        has_end = form.inner.domain[0] == 0.0
        shifts += [*((half * EDGES if has_end else -half * (1.0 + INSIDE)) - low)]
    return [(1.0, t) for t in shifts]


def _outer(form: Composition, middle: float, half: float, few: bool) -> tuple[Array, Array]:
    """Return pairs of a and b, both (M,)."""
    f, (a_is_free, b_is_free, _, _) = form.outer, form.free
    scales = HUMAN if f is SIN else HUMAN[:4]
    if not few:
        scales = np.concatenate([HUMAN, (WAVES if f is SIN else SCALES) / half])
    if not a_is_free:
        scales = np.ones(1)
    mirrored = f is SIN or (f.parity != 0 and f.domain[0] == -f.domain[1])
    a = scales if mirrored else np.concatenate([scales, -scales])
    b = np.zeros((len(a), 1))
    if not a_is_free:
        edges = half - middle * a[:, None] + half * EDGES
        b = np.concatenate([b, b + 1.0, *([] if few else [edges])], axis=1)
    elif b_is_free and not few:
        b = np.concatenate([b, -a[:, None] * (middle + half * CENTERS)], axis=1)
    return np.repeat(a, b.shape[1]), b.ravel()
