r"""Which inputs a function keeps apart: tests for sums, products and inner combinations.

Derivatives here are in units of the spread of the inputs over the samples, so that units play no
role, and angle brackets are means over the samples:

.. math::
    f_i = s_i \frac{\partial f}{\partial x_i}, \qquad
    f_{ij} = s_i s_j \frac{\partial^2 f}{\partial x_i \partial x_j}, \qquad s_i = std(x_i).

Two inputs stand in different terms of a sum if :math:`f_{ij} = 0`, in different factors of a
product if this holds for log|f|, whose mixed derivative is :math:`(f f_{ij} - f_i f_j) / f^2`. The
scores

.. math::
    \frac{\langle |f_{ij}| \rangle}{std(f)}, \qquad
    \frac{\langle |f f_{ij} - f_i f_j| \rangle}{rms(f)\, std(f)}

need no logarithm and no division by f, so zeros of f do no harm.

A function depends on inputs A through one combination, :math:`f = F(h(x_A), x_B)`, if the direction
of :math:`\nabla_A f`, which is that of :math:`\nabla h`, does not turn when an input b outside A
changes. It turns by the angle :math:`|\nabla_A f \wedge \nabla_A f_b| / |\nabla_A f|^2`, where the
length of a wedge product is the area between two vectors. Where the gradient is small its direction
means little, so the angles are averaged with the weights :math:`|\nabla_A f|^2`:

.. math::
    \frac{\langle |\nabla_A f \wedge \nabla_A f_b| \rangle}{\langle |\nabla_A f|^2 \rangle},
    \qquad |u \wedge v|^2 = \sum_{i < j} (u_i v_j - u_j v_i)^2.

0/0 counts as 0. Derivatives tell about neighborhoods: if the samples fill a box, about the box.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse.csgraph import connected_components

from kan_numpy._arrays import Array, some_rows
from kan_numpy._validation import as_array, as_count, as_number
from kan_numpy.derivatives.network_jets import forward
from kan_numpy.layers.dense_layer import DenseLayer
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.networks.checks import as_network
from kan_numpy.networks.network import Network
from kan_numpy.splines.bsplines import BSplineBasis

ROWS, NUMBERS_AT_ONCE = 1000, 4_000_000
"""How many samples the tests look at, and how many numbers an array of jets may hold."""


@dataclass(frozen=True, eq=False)
class Separability:
    """Tell into which groups of inputs a function falls apart; print it to read it.

    Parameters
    ----------
    sign : str
        "+" if the function is a sum of functions of the groups, "*" if a product.
    groups : tuple of tuple of int
        Every input is in one group.
    scores : ndarray, shape (n_in, n_in)
        How much two inputs need each other, for the output where they need each other most.
    unused : tuple of int
        Inputs with less influence than the threshold: :math:`<|f_i|> / std(f)`.
    threshold : float
        Pairs that score more are in one group, and whatever hangs together by such pairs.
    """

    sign: str
    groups: tuple[tuple[int, ...], ...]
    scores: Array
    unused: tuple[int, ...]
    threshold: float

    def __str__(self) -> str:
        """Return the form of the function, and how clear the decision was."""
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
    """Tell whether a function needs only one combination of some inputs; print it to read it.

    Parameters
    ----------
    inputs : tuple of int
        A, the inputs in question.
    scores : ndarray, shape (n_in,)
        The angle, in radians, by which the gradient of the worst output turns if an input outside
        A moves by its spread; 0 for those in A.
    threshold : float
        The largest score that counts as none.
    """

    inputs: tuple[int, ...]
    scores: Array
    threshold: float

    @property
    def holds(self) -> bool:
        """Whether one combination is enough."""
        return bool(self.scores.max() <= self.threshold)

    def __str__(self) -> str:
        """Return the answer, and how clear it is."""
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
        Where to look, best a box; 1,000 samples at most are used.
    threshold : float
        Scores up to here count as none. Second derivatives of a trained network are less accurate
        than its values: look at the scores, too.

    Returns
    -------
    Separability

    Raises
    ------
    ValueError, TypeError
        If x does not fit, or the network is piecewise linear, which no second derivative shows.

    Examples
    --------
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> net, x = kn.KAN([3, 1], rng=0), np.random.default_rng(0).uniform(-1, 1, (100, 3))
    >>> kn.additive_groups(net, x).groups  # one layer can do nothing but add
    ((0,), (1,), (2,))
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
        A product plus a constant is no product.

    Raises
    ------
    ValueError, TypeError
        As `additive_groups`.
    """
    limit, found = _asked(network, x, threshold)
    f, first, second = found
    mixed = f[:, :, None, None] * second - first[:, :, :, None] * first[:, :, None, :]
    rms = np.sqrt(np.mean(f**2, axis=0))[:, None, None]
    return _grouped("*", _ratio(mixed, rms), found, limit)


def symmetry(
    network: Network, x: npt.ArrayLike, inputs: Iterable[int], threshold: float = 0.05
) -> Symmetry:
    r"""Ask whether one combination of some inputs is all that the network needs of them.

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
        Angles up to here count as none.

    Returns
    -------
    Symmetry
        ``.holds`` is the answer.

    Raises
    ------
    ValueError, TypeError
        As `additive_groups`, or if the inputs are no such set.
    """
    limit, (_, first, second) = _asked(network, x, threshold)
    n_in = first.shape[2]
    if isinstance(inputs, str) or not isinstance(inputs, Iterable):
        raise TypeError(f"inputs must be a list such as [0, 1], but is {inputs!r}")
    chosen = [as_count(f"inputs[{index}]", i, 0) for index, i in enumerate(inputs)]
    if not 2 <= len(set(chosen)) == len(chosen) < n_in or max(chosen) >= n_in:
        raise ValueError(
            f"inputs must name two or more different inputs of 0 to {n_in - 1}, not all: {chosen}"
        )
    gradient, change = first[:, :, chosen], second[:, :, chosen]  # (N, n_out, A), (..., A, n_in)
    i, j = np.triu_indices(len(chosen), 1)
    areas = gradient[:, :, i, None] * change[:, :, j] - gradient[:, :, j, None] * change[:, :, i]
    area = np.sqrt((areas**2).sum(axis=2)).mean(axis=0)  # (n_out, n_in)
    turns = _ratio(area, (gradient**2).sum(axis=2).mean(axis=0)[:, None])
    turns[:, chosen] = 0.0
    return Symmetry(tuple(chosen), turns.max(axis=0), limit)


class Derivatives(NamedTuple):
    """Values and derivatives at some samples, in units of the spread of the inputs."""

    f: Array  # (N, n_out)
    first: Array  # (N, n_out, n_in)
    second: Array  # (N, n_out, n_in, n_in)


def _asked(network: Network, x: npt.ArrayLike, threshold: float) -> tuple[float, Derivatives]:
    """Check the arguments, and differentiate the network at some of the samples."""
    n_in = as_network(network).widths[0]
    points = as_array("x", x, ("N", n_in))
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
        straight = isinstance(layer, DenseLayer) and layer.activation.name == "relu"
        if isinstance(layer, KANLayer) and isinstance(layer.basis, BSplineBasis):
            straight = layer.degree < 2 and layer.n_splines > 0
        if straight:
            raise ValueError(
                f"network must be smooth, but layers[{l}] is piecewise linear; take splines of"
                " degree 2 or more, or the activation silu or tanh"
            )


def _ratio(size: Array, unit: Array) -> Array:
    """Divide, with 0/0 := 0."""
    return np.divide(size, unit, out=np.zeros_like(size), where=unit > 0.0)


def _grouped(sign: str, mixed: Array, found: Derivatives, threshold: float) -> Separability:
    """Put the inputs that need each other into groups, in the order of their first members."""
    spread = found.f.std(axis=0)[:, None]
    influence = _ratio(np.abs(found.first).mean(axis=0), spread).max(axis=0)  # (n_in,)
    scores = _ratio(np.abs(mixed).mean(axis=0), spread[:, None]).max(axis=0)  # (n_in, n_in)
    np.fill_diagonal(scores, 0.0)
    count, label = connected_components(scores > threshold, directed=False)
    groups = (tuple(np.flatnonzero(label == index).tolist()) for index in range(count))
    unused = tuple(np.flatnonzero(influence <= threshold).tolist())
    return Separability(sign, tuple(sorted(groups)), scores, unused, threshold)


def _names(inputs: Iterable[int]) -> str:
    """Return the names of inputs as `formula` gives them."""
    return ", ".join(f"x{i}" for i in inputs)
