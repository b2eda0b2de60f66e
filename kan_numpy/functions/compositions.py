r"""Products of compositions of two symbols, with the derivatives by their numbers.

.. math::
    u = a\, h(v) + b, \quad v = s x + t, \qquad
    \frac{\partial f(u)}{\partial (a, b, s, t)}
    = f'(u)\, \big(h(v),\ 1,\ a\, h'(v)\, x,\ a\, h'(v)\big)

Numbers that a factor and a constant beside f make redundant are not free: a of a power, b of the
exponential. A sine comes with its derivative, of which a phase is a linear combination,
:math:`\sin(u + b) = \cos b \sin u + \sin b \cos u`; so a product of two sines has four functions.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy.functions.symbols import SYMBOLS, Symbol

__all__ = ["Composition", "Term", "products"]

IDENTITY, EXP, LOG, SIN = (SYMBOLS[name] for name in ("x", "exp", "log", "sin"))


class Composition(NamedTuple):
    """The functions f(a h(s x + t) + b), and f' of it if f is the sine, without their numbers."""

    outer: Symbol  # f
    inner: Symbol  # h

    @property
    def size(self) -> int:
        """The number of functions, K."""
        return 2 if self.outer is SIN else 1

    @property
    def free(self) -> tuple[bool, bool, bool, bool]:
        """Whether a, b, s and t are free beside a factor and a constant."""
        f, h = self
        a = f.power is None and f is not LOG
        b = f is not EXP and f is not SIN
        s = h.power is None and h is not LOG
        return a, b, s, h is not IDENTITY and h is not EXP

    def __call__(self, x: Array, numbers: Array) -> Array:
        """Return the functions (..., K, n) at x (n,) for a, b, s, t (..., 4), NaN if undefined."""
        u, _, _ = self._arguments(x, numbers)
        return np.stack([self.outer(u, d) for d in range(self.size)], axis=-2)

    def slopes(self, x: Array, numbers: Array) -> Array:
        """Return the derivatives (P, K, n) by the P free ones of the numbers (4,)."""
        u, h, v = self._arguments(x, numbers)
        with np.errstate(all="ignore"):
            below = numbers[0] * self.inner(v, 1)
            rates = np.stack([h, np.ones_like(x), below * x, below])[list(self.free)]  # (P, n)
            outer = np.stack([self.outer(u, d + 1) for d in range(self.size)])  # (K, n)
            return rates[:, None, :] * outer

    def defined(self, x: Array, numbers: Array) -> Array:
        """Return whether the functions are defined between all x (n,), for numbers (..., 4)."""
        u, _, v = self._arguments(x, numbers)
        inside = self.inner.defined(v.min(axis=-1), v.max(axis=-1))
        return inside & self.outer.defined(u.min(axis=-1), u.max(axis=-1))

    def _arguments(self, x: Array, numbers: Array) -> tuple[Array, Array, Array]:
        """Return u, h(v) and v, each (..., n)."""
        a, b, s, t = (numbers[..., i, None] for i in range(4))
        v = s * x + t
        h = self.inner(v)
        with np.errstate(all="ignore"):
            return a * h + b, h, v


class Term(NamedTuple):
    """A product of compositions with their numbers."""

    factors: tuple[Composition, ...]
    numbers: Array  # (F, 4)

    @property
    def free(self) -> Array:
        """Which of the numbers are free, (F, 4)."""
        return np.array([factor.free for factor in self.factors])

    @property
    def size(self) -> int:
        """The number of functions, K."""
        return int(np.prod([factor.size for factor in self.factors]))

    def with_free(self, values: Array) -> Term:
        """Return the term with other free numbers (P,)."""
        numbers = self.numbers.copy()
        numbers[self.free] = values
        return Term(self.factors, numbers)

    def defined(self, x: Array) -> bool:
        """Return whether it is defined between all x (n,)."""
        return all(f.defined(x, v) for f, v in zip(self.factors, self.numbers, strict=True))

    def __call__(self, x: Array) -> Array:
        """Return the functions (K, n) at x (n,)."""
        return products([f(x, v) for f, v in zip(self.factors, self.numbers, strict=True)])

    def slopes(self, x: Array) -> Array:
        """Return the derivatives (P, K, n) by the free numbers."""
        pairs = list(zip(self.factors, self.numbers, strict=True))
        values = [f(x, v) for f, v in pairs]
        parts = [
            products([*values[:m], slope, *values[m + 1 :]])
            for m, (f, v) in enumerate(pairs)
            for slope in f.slopes(x, v)
        ]
        return np.array(parts).reshape(len(parts), self.size, len(x))


def products(parts: list[Array]) -> Array:
    """Return all products of one function of each part (..., K_m, n), as (..., K, n)."""
    result = parts[0]
    with np.errstate(all="ignore"):
        for part in parts[1:]:
            both = result[..., :, None, :] * part[..., None, :, :]
            result = both.reshape(*both.shape[:-3], -1, both.shape[-1])
    return result
