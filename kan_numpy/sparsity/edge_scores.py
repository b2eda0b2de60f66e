r"""Scores of the importance of edges, of four kinds, and of nodes.

All scores are means over given inputs :math:`x_1 \dots x_N`. Let :math:`\phi_{no}` be the output of
the edge from i to o for sample n (the index i is omitted), and :math:`\bar\phi_o` its mean.

.. math::
    \text{l1} = \frac{1}{N} \sum_n |\phi_{no}|, \qquad
    \text{std} = \Big(\frac{1}{N} \sum_n (\phi_{no} - \bar\phi_o)^2\Big)^{1/2}, \qquad
    \text{ablation} = L(\phi_o \to \bar\phi_o) - L

"l1" is arXiv 2404.19756, eq. 2.17; it counts a constant edge, "std" does not. Both measure an edge
by itself, in the units of the node that it enters. "ablation" is the increase of the loss L if the
output of the edge is replaced by its mean. "attribution" propagates standard deviations (std)
backward. Node o of the last level has the score :math:`A_o = std(y_o)`; then, layer by layer,

.. math::
    B_{o,i} = A_o\, \frac{std(\phi_{o,i})}{std(y_o)}, \qquad A_i = \sum_o B_{o,i},

with 0/0 := 0 for a constant node. B is the score of an edge, in the units of the outputs. It has no
upper bound: where large :math:`\phi_{o,i}` cancel, std(y_o) is small, and B is many times A. The
standard deviation of a sum is at most the sum of those of its terms. So the total of A over a level
never decreases from the outputs to the inputs, and is constant only if nothing cancels.

A factor of a product counts as an edge with the identity function. Its "attribution" is that of the
product, because the product needs every factor (KAN 2.0, arXiv 2408.10205).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_choice
from kan_numpy._arrays import Array, row_blocks
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.layers.product_layer import ProductLayer
from kan_numpy.networks.checks import checked_inputs
from kan_numpy.networks.edges import edge_outputs
from kan_numpy.networks.kan import KAN
from kan_numpy.networks.network import evaluate, levels
from kan_numpy.training.losses import Loss, as_loss

__all__ = ["ROUNDING", "edge_scores", "input_scores", "node_scores", "require_targets"]

KINDS = ("l1", "std", "attribution", "ablation")

ROUNDING = 1e-12
"""A node whose std is below this fraction of that of its edges is constant, up to rounding."""


def edge_scores(
    network: KAN,
    x: npt.ArrayLike,
    kind: str = "l1",
    y: npt.ArrayLike | None = None,
    loss: str | Loss = "mse",
) -> list[Array]:
    r"""Score every edge; the formulas are in `kan_numpy.sparsity.edge_scores`.

    .. math:: |\phi|_1 = \frac{1}{N} \sum_n |\phi(x_n)| \qquad \text{(arXiv 2404.19756, eq. 2.17)}

    Parameters
    ----------
    network : KAN
        The network.
    x : array_like, shape (N, n_in)
        Inputs.
    kind : {"l1", "std", "attribution", "ablation"}
        Mean absolute value; standard deviation; standard deviations propagated from the outputs;
        increase of the loss if the edge is replaced by its mean.
    y : array_like, shape (N, n_out), optional
        Targets, for "ablation" only; labels (N,) for cross-entropy.
    loss : str or Loss
        As in `fit`, for "ablation" only.

    Returns
    -------
    list of ndarray, shape (n_out, n_in)
        One for each of ``network.layers``. An edge that is not active scores 0. The entry of a
        `ProductLayer` holds the scores of its factors.

    Raises
    ------
    ValueError
        If x or y has another shape or is not finite, kind or loss is not a known name, or
        "ablation" has no targets.
    TypeError
        If network is not a KAN, or x does not hold real numbers.

    Notes
    -----
    "attribution" has no upper bound where edges cancel each other. "ablation" is negative where the
    loss is smaller without the edge, and does not predict the effect of removing several edges
    together. For every edge it evaluates the layers after it, and of the next one only the edges
    from the node that changes.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> layer = {"knots": [[-1, 0, 1]] * 2, "coef": [[[3, 3], [0, 2]]], "w_base": [[0, 0]]}
    >>> net = kn.KAN.from_arrays([layer], degree=0, base="zero")
    >>> x = [[-0.5, -0.5], [0.5, 0.5]]  # the outputs of the edges are 3 and 3, and 0 and 2
    >>> kn.edge_scores(net, x)[0].tolist(), kn.edge_scores(net, x, "std")[0].tolist()
    ([[3.0, 1.0]], [[0.0, 1.0]])
    """
    inputs = checked_inputs(network, x)
    kind, measure = as_choice("kind", kind, KINDS), require_targets(network, inputs, y, loss)
    if kind == "ablation":
        return _ablation(network, inputs, y, measure)
    if kind == "attribution":
        return _attribution(network, inputs)
    if kind == "std":
        return [_std(layer, z) for layer, z, _ in _walk(network, inputs)]
    return [_l1(layer, z) for layer, z, _ in _walk(network, inputs)]


def require_targets(network: KAN, x: Array, y: npt.ArrayLike | None, loss: str | Loss) -> Loss:
    """Return the loss, if the targets y of the inputs x (N, n_in) fit it or are left out."""
    measure = as_loss(loss)
    if y is not None:
        measure.as_target(y, len(x), network.widths[-1])
    return measure


def node_scores(network: KAN, x: npt.ArrayLike) -> list[Array]:
    r"""Score every node by the weaker of its incoming and its outgoing edges.

    .. math:: \min\Big(\max_i |\phi_{o,i}|_1 \text{ coming in},\;
              \max_o |\phi_{o,i}|_1 \text{ going out}\Big)

    The paper keeps a hidden node if both maxima are above a threshold (arXiv 2404.19756,
    eq. 2.21), that is if this score is. Inputs only have outgoing edges, outputs only incoming
    ones.

    Parameters
    ----------
    network : KAN
        The network.
    x : array_like, shape (N, n_in)
        Inputs.

    Returns
    -------
    list of ndarray, shape (n,)
        One for each level, inputs first, as in ``network.widths``.

    Raises
    ------
    ValueError
        If x has another shape or is not finite.
    TypeError
        If network is not a KAN, or x does not hold real numbers.

    Examples
    --------
    Two inputs with edges of the scores 3 and 1, and an output with both:

    >>> import kan_numpy as kn
    >>> net = kn.from_formula("3*x + y", ["x", "y"])
    >>> kn.node_scores(net, [[1.0, 1.0], [-1.0, -1.0]])
    [array([3., 1.]), array([3.])]
    """
    scores = edge_scores(network, x)
    # eq. 2.21
    coming = [np.full(network.widths[0], np.inf), *(score.max(axis=1) for score in scores)]
    going = [*(score.max(axis=0) for score in scores), np.full(network.widths[-1], np.inf)]
    return [np.minimum(i, o) for i, o in zip(coming, going, strict=True)]


def input_scores(network: KAN, x: npt.ArrayLike) -> Array:
    r"""Score every input by its attribution, relative to the standard deviation of the outputs.

    .. math:: \frac{A_i}{\sum_o A_o}, \qquad A_i = \sum_o B_{o,i}

    B is the "attribution" of the first layer, see `edge_scores`, and :math:`A_o = std(y_o)`.

    Parameters
    ----------
    network : KAN
        The network.
    x : array_like, shape (N, n_in)
        Inputs.

    Returns
    -------
    ndarray, shape (n_in,)
        Fractions, whose sum is 1 or, where edges cancel, more. An input without active edges, and
        every input of a constant network, scores 0.

    Raises
    ------
    ValueError
        If x has another shape or is not finite.
    TypeError
        If network is not a KAN, or x does not hold real numbers.

    Notes
    -----
    The scores describe the network, not the data: a network that was trained on few samples uses
    irrelevant inputs, too. Remove the clear cases with `prune`, train again, and score again.

    Examples
    --------
    For y = 3 a + 4 b with independent a and b of the same standard deviation s, std(y) is 5 s:

    >>> import kan_numpy as kn
    >>> net = kn.from_formula("3*a + 4*b", ["a", "b", "c"])
    >>> kn.input_scores(net, [[1, 1, 0], [1, -1, 1], [-1, 1, 0], [-1, -1, 1]])
    array([0.6, 0.8, 0. ])
    """
    points = checked_inputs(network, x)
    total = float(network(points).std(axis=0).sum())
    A = edge_scores(network, points, "attribution")[0].sum(axis=0)  # (n_in,)
    return A / total if A.any() else A


def _walk(network: KAN, x: Array) -> Iterator[tuple[KANLayer | ProductLayer, Array, Array]]:
    """Yield each layer with its inputs (N, n_in) and its outputs (N, n_out)."""
    values = levels(network.layers, x)
    yield from zip(network.layers, values[:-1], values[1:], strict=True)


def _blocks(layer: KANLayer | ProductLayer, x: Array) -> Iterator[Array]:
    """Yield the outputs of all edges (rows, n_out, n_in), for one block of rows after the other."""
    for rows in row_blocks(len(x), layer.n_out * layer.n_in):
        yield layer.edges(x[rows])


def _l1(layer: KANLayer | ProductLayer, x: Array) -> Array:
    """Return the mean absolute value of every edge (n_out, n_in) on inputs x (N, n_in)."""
    # eq. 2.17
    parts = [(len(phi), np.abs(phi).mean(axis=0)) for phi in _blocks(layer, x)]
    sizes, means = map(np.array, zip(*parts, strict=True))
    return np.average(means, axis=0, weights=sizes)


def _std(layer: KANLayer | ProductLayer, x: Array) -> Array:
    """Return the standard deviation of every edge (n_out, n_in) on inputs x (N, n_in)."""
    parts = [(len(phi), phi.mean(axis=0), phi.var(axis=0)) for phi in _blocks(layer, x)]
    sizes, means, variances = map(np.array, zip(*parts, strict=True))
    between = (means - np.average(means, axis=0, weights=sizes)) ** 2  # of the means of the blocks
    return np.sqrt(np.average(variances + between, axis=0, weights=sizes))


def _attribution(network: KAN, x: Array) -> list[Array]:
    """Return B of every layer, computed from the last layer to the first."""
    spreads = [
        (layer, _std(layer, z), y.std(axis=0)) for layer, z, y in _walk(network, x)
    ]  # (n_out, n_in) and (n_out,) of each layer
    scores, A = [], spreads[-1][2]
    for layer, of_edges, of_nodes in reversed(spreads):
        if isinstance(layer, ProductLayer):
            B = A[:, None] * layer.active
        else:
            varies = of_nodes > ROUNDING * of_edges.sum(axis=1)
            factor = np.divide(A, of_nodes, out=np.zeros_like(A), where=varies)
            B = factor[:, None] * of_edges  # (n_out, n_in)
        A = B.sum(axis=0)  # (n_in,)
        scores.append(B)
    return scores[::-1]


def _ablation(network: KAN, x: Array, y: npt.ArrayLike | None, loss: Loss) -> list[Array]:
    """Return the increase of the loss if one edge at a time is replaced by its mean."""
    if y is None:
        raise ValueError('y is needed for kind="ablation": give the targets of x')
    target = loss.as_target(y, len(x), network.widths[-1])
    values = levels(network.layers, x)

    def loss_with(level: int, o: int, column: Array) -> float:
        """Return the loss if node o of a level has the values in the column (N,)."""
        return loss.value_and_gradient(_outputs_with(network, values, level, o, column), target)[0]

    before, scores = loss.value_and_gradient(values[-1], target)[0], []
    for l, layer in enumerate(network.layers):
        score = np.zeros(layer.active.shape)
        for o, i in np.argwhere(layer.active):
            changed = _without_edge(layer, o, i, values[l], values[l + 1][:, o])
            score[o, i] = loss_with(l + 1, o, changed) - before
        scores.append(score)
    return scores


def _without_edge(layer: KANLayer | ProductLayer, o: int, i: int, x: Array, y: Array) -> Array:
    """Return output o (N,) of a layer if its edge from i, or its factor i, is its mean."""
    if isinstance(layer, ProductLayer):
        fixed = x[:, layer.groups[o]]  # (N, factors)
        fixed[:, layer.groups[o].index(i)] = x[:, i].mean()
        return fixed.prod(axis=1)
    phi = edge_outputs(layer, o, i, x[:, i])  # (N,)
    return y - (phi - phi.mean())


def _outputs_with(network: KAN, values: list[Array], level: int, node: int, column: Array) -> Array:
    """Return the outputs (N, n_out) if one node has the values in the column (N,).

    Of the next layer only the edges from this node are evaluated again.
    """
    layers = network.layers[level:]
    if layers and isinstance(layers[0], KANLayer):
        new, old = (
            edge_outputs(layers[0], slice(None), node, z) for z in (column, values[level][:, node])
        )
        changed, layers = values[level + 1] + (new - old), layers[1:]
    else:
        changed = values[level].copy()
        changed[:, node] = column
    return evaluate(layers, changed) if layers else changed
