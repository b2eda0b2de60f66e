r"""How much an edge matters, in four ways, and how much a node does.

All scores are means over given inputs :math:`x_1 \dots x_N`. Let :math:`\phi_{no}` be what the edge
from i to o sends for sample n (the index i is left out), and :math:`\bar\phi_o` its mean.

.. math::
    \text{l1} = \frac{1}{N} \sum_n |\phi_{no}|, \qquad
    \text{std} = \Big(\frac{1}{N} \sum_n (\phi_{no} - \bar\phi_o)^2\Big)^{1/2}, \qquad
    \text{ablation} = L(\phi_o \to \bar\phi_o) - L

"l1" is arXiv 2404.19756, eq. 2.17; it counts a constant, "std" does not. Both look at the edge by
itself, in the units of the node that it enters. "ablation" asks the loss L: by how much does it
rise if the edge sends its mean instead? "attribution" follows the standard deviations (std)
backwards. Node o of the last level has the score :math:`A_o = std(y_o)`; then, layer after layer,

.. math::
    B_{o,i} = A_o\, \frac{std(\phi_{o,i})}{std(y_o)}, \qquad A_i = \sum_o B_{o,i},

with 0/0 := 0 for a constant node. B is the score of an edge, in the units of the outputs. It has no
upper bound: where large :math:`\phi_{o,i}` cancel, std(y_o) is small, and B is many times A. A sum
spreads at most as much as its terms do together; so the total of A over a level never falls from
the outputs back to the inputs, and keeps its value only where nothing cancels.

A factor of a product counts as an edge that sends it as it is. Its "attribution" is that of the
product: without any one of them there would be none (KAN 2.0, arXiv 2408.10205).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array
from kan_numpy._validation import as_choice
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.layers.product_layer import ProductLayer
from kan_numpy.networks.checks import checked_inputs
from kan_numpy.networks.kan import KAN
from kan_numpy.training.losses import Loss, as_loss

KINDS = ("l1", "std", "attribution", "ablation")

ROUNDING = 1e-12
"""A node that spreads less than this share of its edges is constant, up to rounding."""


def edge_scores(
    network: KAN,
    x: npt.ArrayLike,
    kind: str = "l1",
    y: npt.ArrayLike | None = None,
    loss: str | Loss = "mse",
) -> list[Array]:
    r"""Score every edge; the formulas are at the top of `kan_numpy.sparsity.edge_scores`.

    .. math:: |\phi|_1 = \frac{1}{N} \sum_n |\phi(x_n)| \qquad \text{(arXiv 2404.19756, eq. 2.17)}

    Parameters
    ----------
    network : KAN
        The network.
    x : array_like, shape (N, n_in)
        Inputs.
    kind : {"l1", "std", "attribution", "ablation"}
        Mean absolute value; standard deviation; standard deviations carried back from the outputs;
        rise of the loss when the edge is replaced by its mean.
    y : array_like, optional
        Targets, for "ablation" only.
    loss : str or Loss
        Likewise.

    Returns
    -------
    list of ndarray, shape (n_out, n_in)
        One for each of ``network.layers``. An edge that is not active scores 0. In the entry of a
        `ProductLayer` stand the scores of its factors.

    Raises
    ------
    ValueError, TypeError
        If an argument does not make sense, or "ablation" has no targets.

    Notes
    -----
    "attribution" has no upper bound where edges cancel each other. "ablation" is below 0 where the
    network does better without the edge; it evaluates the network once for every edge, and says
    nothing about removing several edges together.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> layer = {"knots": [[-1, 0, 1]] * 2, "coef": [[[3, 3], [0, 2]]], "w_base": [[0, 0]]}
    >>> net = kn.KAN.from_arrays([layer], degree=0, base="zero")
    >>> x = [[-0.5, -0.5], [0.5, 0.5]]  # the first edge sends 3 and 3, the second 0 and 2
    >>> kn.edge_scores(net, x)[0].tolist(), kn.edge_scores(net, x, "std")[0].tolist()
    ([[3.0, 1.0]], [[0.0, 1.0]])
    """
    inputs = checked_inputs(network, x)
    kind = as_choice("kind", kind, KINDS)
    if kind == "ablation":
        return _ablation(network, inputs, y, as_loss(loss))
    if kind == "attribution":
        return _attribution(network, inputs)
    if kind == "std":
        return [layer.edges(z).std(axis=0) for layer, z, _ in _walk(network, inputs)]
    # eq. 2.17
    return [np.abs(layer.edges(z)).mean(axis=0) for layer, z, _ in _walk(network, inputs)]


def node_scores(network: KAN, x: npt.ArrayLike) -> list[Array]:
    r"""Score every node by the weaker of its two sides.

    .. math:: \min\Big(\max_i |\phi_{o,i}|_1 \text{ coming in},\;
              \max_o |\phi_{o,i}|_1 \text{ going out}\Big)

    The paper keeps a hidden node if both maxima are above a threshold (arXiv 2404.19756,
    eq. 2.21), that is if this score is. Inputs have only the second, outputs only the first.

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
    """
    scores = edge_scores(network, x)
    # eq. 2.21
    coming = [np.full(network.widths[0], np.inf), *(score.max(axis=1) for score in scores)]
    going = [*(score.max(axis=0) for score in scores), np.full(network.widths[-1], np.inf)]
    return [np.minimum(i, o) for i, o in zip(coming, going, strict=True)]


def input_scores(network: KAN, x: npt.ArrayLike) -> Array:
    r"""Score every input by its share of what the outputs spread, following attribution back.

    .. math:: \frac{A_i}{\sum_o A_o}, \qquad A_i = \sum_o B_{o,i}

    B is "attribution" of the first layer, see `edge_scores`, and :math:`A_o = std(y_o)`.

    Parameters
    ----------
    network : KAN
        The network.
    x : array_like, shape (N, n_in)
        Inputs.

    Returns
    -------
    ndarray, shape (n_in,)
        Shares, whose sum is 1 or more: more where edges cancel. An input without active edges, and
        any input of a constant network, scores 0.

    Raises
    ------
    ValueError, TypeError
        As `edge_scores`.

    Notes
    -----
    A trained network scores what it uses, and one that was trained on few samples uses inputs that
    do not matter. Remove the clear cases with `prune`, train again, and score again.

    Examples
    --------
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> x = np.random.default_rng(0).uniform(-1, 1, (500, 3))
    >>> net = kn.fit(kn.KAN([3, 1], rng=0), x, 3 * x[:, :1] + x[:, 1:2] ** 2).network
    >>> kn.input_scores(net, x).round(2)
    array([0.99, 0.16, 0.  ])
    """
    points = checked_inputs(network, x)
    total = float(network(points).std(axis=0).sum())
    A = edge_scores(network, points, "attribution")[0].sum(axis=0)  # (n_in,)
    return A / total if A.any() else A


def _walk(network: KAN, x: Array) -> Iterator[tuple[KANLayer | ProductLayer, Array, Array]]:
    """Yield each layer with its inputs (N, n_in) and its outputs (N, n_out)."""
    for layer in network.layers:
        y, _ = layer.forward(x)
        yield layer, x, y
        x = y


def _attribution(network: KAN, x: Array) -> list[Array]:
    """Return B of every layer, the last one first worked out."""
    spreads = [
        (layer, layer.edges(z).std(axis=0), y.std(axis=0)) for layer, z, y in _walk(network, x)
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
    """Return by how much the loss rises if one edge at a time sends its mean."""
    if y is None:
        raise ValueError('y is needed for kind="ablation": give the targets of x')
    target = loss.as_target(y, len(x), network.widths[-1])

    def loss_from(level: int, values: Array) -> float:
        for layer in network.layers[level:]:
            values, _ = layer.forward(values)
        return loss.value_and_gradient(values, target)[0]

    before, scores = loss_from(0, x), []
    for l, (layer, inputs, outputs) in enumerate(_walk(network, x)):
        phi = layer.edges(inputs)  # (N, n_out, n_in)
        score = np.zeros(layer.active.shape)
        for o, i in np.argwhere(layer.active):
            if isinstance(layer, ProductLayer):
                fixed = inputs.copy()
                fixed[:, i] = fixed[:, i].mean()
                changed, _ = layer.forward(fixed)
            else:
                changed = outputs.copy()
                changed[:, o] -= phi[:, o, i] - phi[:, o, i].mean()
            score[o, i] = loss_from(l + 1, changed) - before
        scores.append(score)
    return scores
