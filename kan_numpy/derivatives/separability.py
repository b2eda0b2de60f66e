r"""Separability of a function: tests for sums, products and combinations of inputs.

Derivatives here are in units of the standard deviations of the inputs over the samples, so that
they do not depend on units, and angle brackets are means over the samples:

.. math::
    f_i = s_i \frac{\partial f}{\partial x_i}, \qquad
    f_{ij} = s_i s_j \frac{\partial^2 f}{\partial x_i \partial x_j}, \qquad s_i = std(x_i).

Two inputs belong to different terms of a sum if :math:`f_{ij} = 0`, in different factors of a
product if this holds for log|f|, whose mixed derivative is :math:`(f f_{ij} - f_i f_j) / f^2`. The
scores

.. math::
    \frac{\langle |f_{ij}| \rangle}{std(f)}, \qquad
    \frac{\langle |f f_{ij} - f_i f_j| \rangle}{rms(f)\, std(f)}

need no logarithm and no division by f, so f may have zeros.

A function depends on inputs A through one combination, :math:`f = F(h(x_A), x_B)`, if the direction
of :math:`\nabla_A f`, which is that of :math:`\nabla h`, does not turn when an input b outside A
changes. It turns by the angle :math:`|\nabla_A f \wedge \nabla_A f_b| / |\nabla_A f|^2`, where the
length of a wedge product is the area of the parallelogram of two vectors. The direction of a small
gradient is inaccurate, so the angles are averaged with the weights :math:`|\nabla_A f|^2`:

.. math::
    \frac{\langle |\nabla_A f \wedge \nabla_A f_b| \rangle}{\langle |\nabla_A f|^2 \rangle},
    \qquad |u \wedge v|^2 = \sum_{i < j} (u_i v_j - u_j v_i)^2.

0/0 counts as 0. The samples should fill a box: the scores describe f only where the samples are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy

from kan_numpy._arguments import as_list
from kan_numpy._arrays import Array, some_rows
from kan_numpy._validation import as_count, as_number, as_samples, shown
from kan_numpy.derivatives.network_jets import forward
from kan_numpy.networks.checks import as_network
from kan_numpy.networks.network import Network

__all__ = ["NUMBERS_AT_ONCE", "ROWS", "Derivatives", "Separability", "Symmetry", "additive_groups"]
__all__ += ["multiplicative_groups", "symmetry"]

ROWS, NUMBERS_AT_ONCE = 1000, 4_000_000
"""The number of samples that are tested, and the largest number of entries of an array of jets."""


@dataclass(frozen=True, eq=False)
class Separability:
    """The groups of inputs into which a function separates; print it to read it."""

    sign: str  # "+" if the function is a sum of functions of the groups, "*" if a product
    groups: tuple[tuple[int, ...], ...]  # every input is in one group
    scores: Array  # (n_in, n_in), of each pair of inputs, for the output with the largest score
    unused: tuple[int, ...]  # inputs whose influence <|f_i|> / std(f) is below the threshold
    threshold: float  # pairs with a larger score, and chains of such pairs, are in one group

    def __str__(self) -> str:
        """Return the form of the function, and the scores on both sides of the threshold."""
        used = [group for group in self.groups if not set(group) <= set(self.unused)]
        terms = [f"f{index}({_names(group)})" for index, group in enumerate(used, start=1)]
        lines = ["f = " + (f" {self.sign} ".join(terms) or "constant")]
        if self.unused:
            lines.append(f"next to no influence: {_names(self.unused)}")
        ties = self.scores[self.scores > self.threshold]
        parts = [f"threshold {self.threshold:g}"]
        if len(self.groups) > 1:
            parts.append(f"between groups at most {self.between:.1e}")
        if ties.size:
            parts.append(f"ties at least {ties.min():.1e}")
        return "\n".join([*lines, "scores: " + ", ".join(parts)])

    @property
    def between(self) -> float:
        """The largest score of two inputs in different groups."""
        apart = self.scores.copy()
        for group in self.groups:
            apart[np.ix_(group, group)] = 0.0
        return float(apart.max())


@dataclass(frozen=True, eq=False)
class Symmetry:
    """Whether a function depends on some inputs through one combination; print it to read it."""

    inputs: tuple[int, ...]  # A
    scores: Array  # (n_in,), in radians: how far the gradient turns with each input outside A
    threshold: float  # the largest score that counts as 0

    @property
    def holds(self) -> bool:
        """Whether one combination is sufficient."""
        return bool(self.scores.max() <= self.threshold)

    def __str__(self) -> str:
        """Return the answer, and the largest score."""
        others = [i for i in range(len(self.scores)) if i not in self.inputs]
        worst = max(others, key=lambda i: float(self.scores[i]))
        answer = f"f = F(h({_names(self.inputs)}), {_names(others)})"
        if not self.holds:
            answer = f"f needs more of {_names(self.inputs)} than one combination"
        turn = f"turns by {self.scores[worst]:.1e} at most, with x{worst}"
        return f"{answer}\ndirection of the gradient: {turn}, threshold {self.threshold:g}"


def additive_groups(network: Network, x: npt.ArrayLike, threshold: float = 0.05) -> Separability:
    r"""Find the groups of inputs whose functions add up to the network.

    .. math:: f(x) = \sum_g f_g(x_g) \quad\Leftrightarrow\quad
              \frac{\partial^2 f}{\partial x_i \partial x_j} = 0
              \text{ for } i, j \text{ in different groups}

    Parameters
    ----------
    network : KAN or MLP
        f, smooth.
    x : array_like, shape (N, n_in)
        Samples, which should fill a box; at most 1,000 of them are used.
    threshold : float
        The largest score that counts as 0; compare it with the scores.

    Returns
    -------
    Separability
        ``.groups`` are the groups.

    Raises
    ------
    ValueError
        If x has another shape or is not finite, threshold is negative, or the network is piecewise
        linear, so that its second derivatives are 0.
    TypeError
        If network is not a network.

    Examples
    --------
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> net = kn.from_formula("sin(x) + y*z", ["x", "y", "z"])
    >>> x = np.random.default_rng(0).uniform(-1, 1, (100, 3))
    >>> kn.additive_groups(net, x).groups
    ((0,), (1, 2))
    """
    limit, found = _asked(network, x, threshold)
    return _grouped("+", found.second, found, limit)


def multiplicative_groups(
    network: Network, x: npt.ArrayLike, threshold: float = 0.05
) -> Separability:
    r"""Find the groups of inputs whose functions multiply to the network.

    .. math:: f(x) = \prod_g f_g(x_g) \quad\Leftrightarrow\quad
              f \frac{\partial^2 f}{\partial x_i \partial x_j}
              = \frac{\partial f}{\partial x_i} \frac{\partial f}{\partial x_j}
              \text{ for } i, j \text{ in different groups}

    Parameters
    ----------
    network : KAN or MLP
        f, smooth. It may have zeros.
    x : array_like, shape (N, n_in)
        As in `additive_groups`.
    threshold : float
        As in `additive_groups`.

    Returns
    -------
    Separability
        ``.groups`` are the groups. A product plus a constant is not a product.

    Raises
    ------
    ValueError
        As in `additive_groups`.
    TypeError
        If network is not a network.

    Examples
    --------
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> net = kn.from_formula("exp(x) * sin(y + z)", ["x", "y", "z"])
    >>> x = np.random.default_rng(0).uniform(-1, 1, (100, 3))
    >>> kn.multiplicative_groups(net, x).groups
    ((0,), (1, 2))
    """
    limit, found = _asked(network, x, threshold)
    f, first, second = found
    mixed = f[:, :, None, None] * second - first[:, :, :, None] * first[:, :, None, :]
    rms = np.sqrt(np.mean(f**2, axis=0))[:, None, None]
    return _grouped("*", _ratio(mixed, rms), found, limit)


def symmetry(
    network: Network, x: npt.ArrayLike, inputs: Iterable[int], threshold: float = 0.05
) -> Symmetry:
    r"""Test whether a network depends on some inputs through one combination only.

    .. math:: f(x) = F(h(x_A), x_B) \quad\Leftrightarrow\quad
              \frac{\nabla_A f}{|\nabla_A f|} \text{ does not depend on } x_B
              \text{, but for its sign}

    Parameters
    ----------
    network : KAN or MLP
        f, smooth.
    x : array_like, shape (N, n_in)
        As in `additive_groups`.
    inputs : iterable of int
        A: two inputs or more, but not all of them, for f itself is a combination of all.
    threshold : float
        The largest angle that counts as 0.

    Returns
    -------
    Symmetry
        ``.holds`` is the answer.

    Raises
    ------
    ValueError
        As in `additive_groups`, or if inputs are fewer than two, all, repeated or do not exist.
    TypeError
        If network is not a network, or inputs is not a list of whole numbers.

    Examples
    --------
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> net = kn.from_formula("exp(x) * sin(y + z)", ["x", "y", "z"])
    >>> x = np.random.default_rng(0).uniform(-1, 1, (100, 3))
    >>> kn.symmetry(net, x, [1, 2]).holds, kn.symmetry(net, x, [0, 1]).holds
    (True, False)
    """
    limit, (_, first, second) = _asked(network, x, threshold)
    n_in = first.shape[2]
    entries = as_list("inputs", inputs, "a list such as [0, 1]", ordered=False)
    chosen = [as_count(f"inputs[{index}]", i, 0) for index, i in enumerate(entries)]
    if not 2 <= len(set(chosen)) == len(chosen) < n_in or max(chosen) >= n_in:
        raise ValueError(
            f"inputs must name two or more different inputs of 0 to {n_in - 1}, not all:"
            f" {shown(chosen)}"
        )
    gradient, change = first[:, :, chosen], second[:, :, chosen]  # (N, n_out, A), (..., A, n_in)
    i, j = np.triu_indices(len(chosen), 1)
    areas = gradient[:, :, i, None] * change[:, :, j] - gradient[:, :, j, None] * change[:, :, i]
    area = np.sqrt((areas**2).sum(axis=2)).mean(axis=0)  # (n_out, n_in)
    turns = _ratio(area, (gradient**2).sum(axis=2).mean(axis=0)[:, None])
    turns[:, chosen] = 0.0
    return Symmetry(tuple(chosen), turns.max(axis=0), limit)


class Derivatives(NamedTuple):
    """Values and derivatives at some samples, in units of the inputs' standard deviations."""

    f: Array  # (N, n_out)
    first: Array  # (N, n_out, n_in)
    second: Array  # (N, n_out, n_in, n_in)


def _asked(network: Network, x: npt.ArrayLike, threshold: float) -> tuple[float, Derivatives]:
    """Check the arguments, and differentiate the network at some of the samples."""
    n_in = as_network(network).widths[0]
    points = as_samples("x", x, ("N", n_in))
    limit = as_number("threshold", threshold, 0.0)
    _require_smooth(network)
    spread, rows = points.std(axis=0), some_rows(points, ROWS)
    a, b = np.triu_indices(n_in)
    pairs = np.column_stack([a, b]).tolist()
    step = max(1, NUMBERS_AT_ONCE // (max(network.widths) * len(a)))
    parts = [forward(network, rows[n : n + step], pairs)[0] for n in range(0, len(rows), step)]
    f, g, h = (np.concatenate(part) for part in zip(*parts, strict=True))
    second = np.empty((*g.shape, n_in))
    second[:, :, a, b] = second[:, :, b, a] = h * (spread[a] * spread[b])
    return limit, Derivatives(f, g * spread, second)


def _require_smooth(network: Network) -> None:
    """Refuse a network whose second derivatives are zero between its kinks."""
    for l, layer in enumerate(network.layers):
        if layer.piecewise_linear:
            raise ValueError(
                f"network must be smooth, but layers[{l}] is piecewise linear; take splines of"
                " degree 2 or more, or the activation silu or tanh"
            )


def _ratio(size: Array, unit: Array) -> Array:
    """Divide, with 0/0 := 0."""
    return np.divide(size, unit, out=np.zeros_like(size), where=unit > 0.0)


def _grouped(sign: str, mixed: Array, found: Derivatives, threshold: float) -> Separability:
    """Return the connected groups of inputs, in the order of their first members."""
    spread = found.f.std(axis=0)[:, None]
    influence = _ratio(np.abs(found.first).mean(axis=0), spread).max(axis=0)  # (n_in,)
    scores = _ratio(np.abs(mixed).mean(axis=0), spread[:, None]).max(axis=0)  # (n_in, n_in)
    np.fill_diagonal(scores, 0.0)
    count, label = scipy.sparse.csgraph.connected_components(scores > threshold)
    groups = (tuple(np.flatnonzero(label == index).tolist()) for index in range(count))
    unused = tuple(np.flatnonzero(influence <= threshold).tolist())
    return Separability(sign, tuple(sorted(groups)), scores, unused, threshold)


def _names(inputs: Iterable[int]) -> str:
    """Return the names of inputs as in `formula`."""
    return ", ".join(f"x{i}" for i in inputs)
