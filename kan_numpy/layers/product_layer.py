r"""Multiplication nodes: a layer that multiplies some of its inputs, and passes the others on.

.. math:: y_o = \prod_{i \in I_o} x_i, \qquad
          dx_i = dy_o \prod_{j \in I_o,\, j \ne i} x_j

(KAN 2.0, arXiv 2408.10205). A KAN layer followed by this one is a MultKAN layer of the paper: its
first outputs are sums, and the others are multiplied in groups. There are no parameters. The
product of the other factors is computed from those before and those after, never as a quotient,
because a factor may be zero.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_list, as_widths
from kan_numpy._arrays import Array, Frozen, Indices
from kan_numpy._validation import LARGEST_WIDTH, as_count, shown

__all__ = ["ProductCache", "ProductLayer", "Width", "as_levels"]

Mask = npt.NDArray[np.bool_]

Width = int | tuple[int, int]
"""An entry of ``widths``: the nodes of a level, or its sums and its products."""


class ProductCache(NamedTuple):
    """The quantities of the forward pass that the backward pass needs."""

    x: Array  # (N, n_in)


@dataclass(frozen=True)
class ProductLayer(Frozen):
    """A layer of products as an immutable value.

    Examples
    --------
    >>> import numpy as np
    >>> y, _ = ProductLayer(3, [[0], [1, 2]]).forward(np.array([[5.0, 2.0, 3.0]]))
    >>> y.tolist()
    [[5.0, 6.0]]
    """

    n_in: int
    groups: tuple[tuple[int, ...], ...]  # I of each output; no input is in two groups
    _by_arity: tuple[tuple[Indices, Indices], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the groups, and collect those of the same size."""
        groups = tuple(tuple(as_count("groups", i, 0) for i in group) for group in self.groups)
        factors = [i for group in groups for i in group]
        if not groups or not all(groups):
            raise ValueError(f"groups must each hold at least one input, but are {groups}")
        if len(set(factors)) < len(factors) or max(factors) >= as_count("n_in", self.n_in, 1):
            raise ValueError(
                f"groups must hold each of the inputs 0 ... {self.n_in - 1} at most once,"
                f" but are {groups}"
            )
        arities = np.array([len(group) for group in groups])
        same = [np.flatnonzero(arities == arity) for arity in np.unique(arities)]
        pairs = tuple((outputs, np.array([groups[o] for o in outputs])) for outputs in same)
        object.__setattr__(self, "groups", groups)
        object.__setattr__(self, "_by_arity", pairs)
        super().__post_init__()

    @property
    def n_out(self) -> int:
        """The number of output nodes."""
        return len(self.groups)

    @property
    def active(self) -> Mask:
        """Which input is a factor of which output, shape (n_out, n_in)."""
        mask = np.zeros((self.n_out, self.n_in), dtype=bool)
        for o, group in enumerate(self.groups):
            mask[o, group] = True
        mask.flags.writeable = False
        return mask

    @property
    def n_products(self) -> int:
        """The number of outputs with more than one factor; the others are passed on."""
        return sum(len(group) > 1 for group in self.groups)

    @property
    def size(self) -> int:
        """The number of trainable parameters: none."""
        return 0

    @property
    def piecewise_linear(self) -> bool:
        """Whether second derivatives are zero wherever they exist: not those of a product."""
        return False

    @property
    def theta(self) -> Array:
        """The trainable parameters, shape (0,)."""
        return np.empty(0)

    def with_theta(self, theta: Array) -> ProductLayer:  # noqa: ARG002
        """Return the layer itself: there are no parameters."""
        return self

    def forward(self, x: Array) -> tuple[Array, ProductCache]:
        """Return y (N, n_out) from x (N, n_in), and the cache for `input_gradient`."""
        cache = self.features(x)
        return self.output(cache), cache

    def features(self, x: Array) -> ProductCache:
        """Return the cache for inputs x (N, n_in)."""
        return ProductCache(x)

    def output(self, cache: ProductCache) -> Array:
        """Return y (N, n_out)."""
        y = np.empty((len(cache.x), self.n_out), dtype=cache.x.dtype)
        for outputs, factors in self._by_arity:
            y[:, outputs] = cache.x[:, factors].prod(axis=2)
        return y

    def input_gradient(self, dy: Array, cache: ProductCache) -> Array:
        """Return dx (N, n_in)."""
        dx = np.zeros_like(cache.x)
        for outputs, factors in self._by_arity:
            others = _products_of_the_others(cache.x[:, factors])  # (N, groups, arity)
            dx[:, factors] = dy[:, outputs, None] * others
        return dx

    def parameter_gradient(self, dy: Array, cache: ProductCache, out: Array) -> None:
        """Write nothing: there are no parameters."""

    def jacobian(self, dy: Array, cache: ProductCache, out: Array) -> None:
        """Write nothing: there are no parameters."""

    def feature_mean_squares(self, cache: ProductCache) -> Array:  # noqa: ARG002
        """Return an empty array: there are no parameters."""
        return np.empty(0)

    def fraction_outside_grid(self, x: Array) -> float:  # noqa: ARG002
        """Return 0: there is no grid."""
        return 0.0

    def edges(self, x: Array) -> Array:
        """Return x_i where i is a factor of o, else 0: (N, n_in) -> (N, n_out, n_in)."""
        return x[:, None] * self.active

    def part(self, outputs: Mask, inputs: Mask) -> ProductLayer:
        """Return the layer of the outputs and inputs in the masks (n_out,) and (n_in,).

        The inputs must include all factors of these outputs.
        """
        place = np.cumsum(inputs) - 1
        groups = tuple(tuple(place[list(self.groups[o])]) for o in np.flatnonzero(outputs))
        return ProductLayer(int(inputs.sum()), groups)


def as_levels(widths: Any, arity: int) -> tuple[list[int], list[ProductLayer | None]]:
    """Return the size and the product layer (or None) of each level of ``[2, (1, 2), 1]``.

    A level of sums and products is the output of its product layer, which passes the first inputs
    on and multiplies the others in groups.
    """
    factors = as_count("arity", arity, 2, LARGEST_WIDTH)
    entries = as_list("widths", widths, "a list such as [2, 5, 1]")
    pairs = [_as_pair(f"widths[{index}]", width) for index, width in enumerate(entries)]
    if pairs and pairs[0]:
        raise ValueError(f"widths[0] must be the number of inputs, but is {shown(entries[0])}")
    plain = [sum(pair) if pair else width for pair, width in zip(pairs, entries, strict=True)]
    layers = [_product_layer(*pair, factors) if pair and pair[1] else None for pair in pairs]
    return as_widths(plain), layers


def _as_pair(name: str, width: object) -> tuple[int, int] | None:
    """Return a pair of whole numbers, or None if it is not a tuple."""
    if not isinstance(width, tuple):
        return None
    if len(width) != 2:
        raise ValueError(f"{name} must be a number or (sums, products), but is {shown(width)}")
    sums, products = (as_count(name, part, 0, LARGEST_WIDTH) for part in width)
    return sums, products


def _product_layer(sums: int, products: int, arity: int) -> ProductLayer:
    """Return the layer that passes the first inputs on, and multiplies the others in groups."""
    inputs = np.arange(sums + products * arity)
    groups = [*inputs[:sums, None], *inputs[sums:].reshape(products, arity)]
    return ProductLayer(len(inputs), tuple(map(tuple, groups)))


def _products_of_the_others(factors: Array) -> Array:
    """Return for each factor (..., arity) the product of all others."""
    before, after = np.ones_like(factors), np.ones_like(factors)
    before[..., 1:] = np.cumprod(factors[..., :-1], axis=-1)
    after[..., :-1] = np.cumprod(factors[..., :0:-1], axis=-1)[..., ::-1]
    return before * after
