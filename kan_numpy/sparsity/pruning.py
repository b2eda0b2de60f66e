r"""Pruning: removal of weak edges, with the means of all nodes preserved.

The output of an edge is its mean plus a variation. Only the variation is lost when the edge is
removed: the mean is added to the bias of its output node. Later functions are nonlinear, so their
means change although the means of their arguments do not. So every later bias is corrected as well.
With the value :math:`y_{no}` of node o before pruning, and :math:`\hat y_{no}` with its old bias
but only the remaining edges, evaluated in the pruned network,

.. math:: \hat\beta_o = \beta_o + \frac{1}{N} \sum_n (y_{no} - \hat y_{no}).

If nothing before node o has changed and only its edge from i is removed, the sum is the mean of
:math:`\phi_{o,i}`. A node without incoming edges is constant, and so are the outputs of its
outgoing edges: the same sum includes them, and the node is removed. Only a factor of a product
remains, as a constant, because a product must not lose a factor. Products have no bias: their means
may change, and the next layer corrects it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_choice, as_indices, as_list
from kan_numpy._arrays import Array
from kan_numpy._validation import as_number
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.layers.kan_parameters import Mask
from kan_numpy.layers.product_layer import ProductLayer
from kan_numpy.networks.checks import checked_inputs
from kan_numpy.networks.kan import KAN
from kan_numpy.networks.network import evaluate
from kan_numpy.sparsity.edge_scores import KINDS, edge_scores, require_targets
from kan_numpy.training.losses import Loss

__all__ = ["prune"]


def prune(
    network: KAN,
    x: npt.ArrayLike,
    threshold: float = 1e-2,
    kind: str = "l1",
    edges: Iterable[Sequence[int]] | None = None,
    nodes: Iterable[Sequence[int]] | None = None,
    inputs: Iterable[int] | None = None,
    y: npt.ArrayLike | None = None,
    loss: str | Loss = "mse",
) -> KAN:
    r"""Remove edges by their scores or by index, and the hidden nodes that are then unused.

    The mean over x of every remaining sum, hidden or output, is unchanged, up to rounding:

    .. math:: \hat\beta_o = \beta_o + \frac{1}{N} \sum_n (y_{no} - \hat y_{no}),

    see `kan_numpy.sparsity.pruning`. This does not hold for a single sample, for other inputs or
    for a product. A factor of a product that loses all its edges remains as a constant, its mean.

    Parameters
    ----------
    network : KAN
        The network, which is not changed.
    x : array_like, shape (N, n_in)
        Inputs, which determine the scores and the means.
    threshold : float
        Edges with a smaller score are removed, see `edge_scores`; a negative score counts as 0. At
        0 no edge is removed. With "l1", the nodes below the threshold of arXiv 2404.19756, eq.
        2.21, lose all edges on one side, so they are removed, too. A product never loses a factor,
        whatever its score. Ignored, as is ``kind``, if there is a list.
    kind : {"l1", "std", "attribution", "ablation"}
        The score, which is computed once, from the given network.
    edges : iterable of (layer, out, inp), optional
        Edges to remove: in ``network.layers[layer]``, from input node inp to output node out.
    nodes : iterable of (level, index), optional
        Hidden nodes to remove, with all their edges. Levels are those of ``network.widths``, where
        0 denotes the inputs.
    inputs : iterable of int, optional
        Inputs whose edges are all removed; x keeps its shape.
    y : array_like, shape (N, n_out), optional
        Targets, for "ablation" only; labels (N,) for cross-entropy.
    loss : str or Loss
        As in `fit`, for "ablation" only.

    Returns
    -------
    KAN
        With fewer parameters. Hidden nodes that no input reaches, or that reach no output, are
        removed from the arrays. If no edge is removed, it is the network itself.

    Raises
    ------
    ValueError
        If no path from an input to an output would remain, an edge or node in a list does not exist
        or is not active, threshold is negative, or x or y has another shape or is not finite.
    TypeError
        If network is not a KAN, or a list does not hold whole numbers.

    Examples
    --------
    Without its edge from b, which is 1.5 on average, the network is 3 a + 1.5:

    >>> import kan_numpy as kn
    >>> net = kn.from_formula("3*a + b", ["a", "b"])
    >>> kn.prune(net, [[0.0, 1.0], [0.0, 2.0]], edges=[(0, 0, 1)])([[1.0, 100.0]])
    array([[4.5]])

    Without two of its five hidden nodes:

    >>> kn.prune(kn.KAN([2, 5, 1], rng=0), [[0.1, 0.2]], nodes=[(1, 0), (1, 4)])
    KAN([2, 3, 1], 81 parameters)
    """
    points = checked_inputs(network, x)
    active = [layer.active for layer in network.layers]
    threshold, kind = as_number("threshold", threshold, 0.0), as_choice("kind", kind, KINDS)
    require_targets(network, points, y, loss)
    if edges is None and nodes is None and inputs is None:
        scores = edge_scores(network, points, kind, y, loss)
        strengths = [np.where(on, np.inf, 0.0) for on in active]  # a product loses no factor
        for l, _ in network.kan_layers:
            strengths[l] = np.maximum(scores[l], 0.0)
        kept = [on & (s >= threshold) for on, s in zip(active, strengths, strict=True)]
        hint = _threshold_hint(threshold, strengths)
    else:
        kept = [on.copy() for on in active]
        _remove_edges(network, kept, edges)
        _remove_nodes(kept, active, nodes)
        _remove_inputs(kept, active, inputs)
        hint = "the lists would leave no path from an input to an output: take fewer edges"
    if all(np.array_equal(k, on) for k, on in zip(kept, active, strict=True)):
        return network
    remaining = _on_a_path(kept)
    if not remaining[0].any():
        emptied = [f"layers[{l}]" for l, mask in enumerate(kept) if not mask.any()]
        raise ValueError(hint + (f" ({', '.join(emptied)} would be empty)" if emptied else ""))
    return _restricted(network, remaining, points)


def _threshold_hint(threshold: float, strengths: list[Array]) -> str:
    """Return a message with a threshold that leaves a path: the weakest edge of the best path."""
    widest = np.full(strengths[0].shape[1], np.inf)
    for strength in strengths:
        widest = np.minimum(strength, widest).max(axis=1)  # (n_out,)
    largest = [float(strength.max()) for strength in strengths]
    l = int(np.argmin(largest))
    # Slightly less, so that rounding to three digits does not exceed it.
    return (
        f"threshold {threshold:g} would leave no path from an input to an output: the largest"
        f" score in layers[{l}] is {largest[l]:.3g}; threshold={0.99 * widest.max():.3g} would"
        " leave one"
    )


def _remove_edges(network: KAN, kept: list[Mask], edges: object) -> None:
    """Remove the listed edges from the masks (n_out, n_in) of the layers."""
    kan_layers = dict(network.kan_layers)
    for name, edge in _entries("edges", edges, "(layer, out, inp)"):
        l, out, inp = edge
        if l >= len(kept):
            raise ValueError(f"{name} is {edge}, but the network has {len(kept)} layers")
        layer = network.layers[l]
        if out >= layer.n_out or inp >= layer.n_in:
            raise ValueError(
                f"{name} is {edge}, but layers[{l}] has {layer.n_out} outputs and"
                f" {layer.n_in} inputs"
            )
        if l not in kan_layers:
            raise ValueError(
                f"{name} is {edge}, but layers[{l}] multiplies: take the edges of layers[{l - 1}]"
                " that make the factor, which then stays as a constant"
            )
        if not layer.active[out, inp]:
            raise ValueError(f"{name} is {edge}, but this edge is not active: leave it out")
        kept[l][out, inp] = False


def _remove_nodes(kept: list[Mask], active: list[Mask], nodes: object) -> None:
    """Remove the incoming edges of the listed nodes from the masks (n_out, n_in) of the layers."""
    for name, node in _entries("nodes", nodes, "(level, index)"):
        level, index = node
        if not 0 < level < len(active):
            raise ValueError(
                f"{name} is {node}, but level {level} is not hidden: levels count from 0, the"
                " inputs (which go into the list inputs), and outputs can't be removed"
            )
        coming, going = active[level - 1], active[level]
        if index >= len(coming):
            raise ValueError(f"{name} is {node}, but level {level} has {len(coming)} nodes")
        if not (coming[index].any() or going[:, index].any()):
            raise ValueError(f"{name} is {node}, but this node has no active edge: leave it out")
        kept[level - 1][index] = False  # no path leads through it any more, so all of it goes


def _remove_inputs(kept: list[Mask], active: list[Mask], inputs: object) -> None:
    """Remove the edges of the listed inputs from the mask (n_out, n_in) of the first layer."""
    n_in = active[0].shape[1]
    for name, (inp,) in _entries("inputs", inputs, "index"):
        if inp >= n_in:
            raise ValueError(f"{name} is {inp}, but the network has {n_in} inputs")
        if not active[0][:, inp].any():
            raise ValueError(f"{name} is {inp}, but no active edge uses it: leave it out")
        kept[0][:, inp] = False


def _entries(name: str, values: object, form: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the name and the whole numbers of each entry of a list."""
    if values is None:
        return
    entries = as_list(name, values, f"a list, each entry {form}", ordered=False)
    for index, value in enumerate(entries):
        yield f"{name}[{index}]", as_indices(f"{name}[{index}]", value, form)


def _on_a_path(kept: list[Mask]) -> list[Mask]:
    """Return which edges lie on a path from an input to an output."""
    forwards: list[Mask] = []
    backwards: list[Mask] = []
    for mask in kept:
        forwards.append(mask & _any(forwards[-1], 1) if forwards else mask)
    for mask in reversed(forwards):
        backwards.append(mask & _any(backwards[-1], 0)[:, None] if backwards else mask)
    return backwards[::-1]


def _any(mask: Mask, axis: int) -> Mask:
    """Return which nodes have an edge: 1 for edges coming in, 0 for edges going out."""
    return np.asarray(mask.any(axis=axis))


def _restricted(network: KAN, remaining: list[Mask], x: Array) -> KAN:
    """Return the network with these edges only, the same means, and no unused nodes."""
    layers: list[KANLayer | ProductLayer] = []
    before, after = x, x
    columns: Mask = np.ones(x.shape[1], dtype=bool)
    moved = ~columns
    for layer, mask, rows in zip(network.layers, remaining, _rows(network, remaining), strict=True):
        before = evaluate([layer], before)  # (N, n_out)
        if isinstance(layer, ProductLayer):
            moved = _any(layer.active & moved, 1)  # (n_out,)
            layers.append(layer.part(rows, columns))
            after = evaluate([layers[-1]], after)
        else:
            # Where nothing before a node has changed, its bias must not collect rounding errors.
            moved = _any((layer.active & ~mask) | (mask & moved), 1)  # (n_out,)
            smaller = layer.part(mask, rows, columns)
            after = evaluate([smaller], after)  # (N, rows that stay)
            shift = np.where(moved[rows], (before[:, rows] - after).mean(axis=0), 0.0)
            layers.append(replace(smaller, bias=smaller.bias + shift))
            after = after + shift
        columns = rows
    return network._with_layers(layers)


def _rows(network: KAN, remaining: list[Mask]) -> list[Mask]:
    """Return which outputs of each layer remain: those of the network, and those in use."""
    rows: list[Mask] = [np.ones(network.widths[-1], dtype=bool)]
    kan_layers = dict(network.kan_layers)
    for l in reversed(range(1, len(network.layers))):
        # A product needs all its factors, including constant ones.
        used = remaining[l] if l in kan_layers else network.layers[l].active[rows[-1]]
        rows.append(_any(used, 0))
    return rows[::-1]
