r"""Networks without their weak edges: smaller, and with the same means.

What an edge sends is its mean plus what varies. Only what varies is lost when the edge goes: the
mean moves into the bias of its output node. Further on, functions bend, and the mean of a bent
function moves although the mean of its argument does not. So every later bias is corrected as well.
With the value :math:`y_{no}` of node o before pruning, and :math:`\hat y_{no}` with its old bias
but the remaining edges, which read the nodes of the pruned network,

.. math:: \hat\beta_o = \beta_o + \frac{1}{N} \sum_n (y_{no} - \hat y_{no}).

If nothing before node o has changed and only its edge from i goes, the sum is the mean of
:math:`\phi_{o,i}`. A node without incoming edges is a constant, and so is what its outgoing edges
make of it: the same sum takes it up, and the node can go. Only a factor of a product stays, as the
constant that it has become, for a product must not lose a factor. Products have no bias: their
means may move, and the layer after them makes up for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array
from kan_numpy._validation import as_count, as_number
from kan_numpy.functions.other_bases import basis_part
from kan_numpy.layers.kan_layer import KANLayer, Mask
from kan_numpy.layers.product_layer import ProductLayer
from kan_numpy.layers.tied_layer import with_locks_left
from kan_numpy.networks.checks import checked_inputs
from kan_numpy.networks.kan import KAN
from kan_numpy.sparsity.edge_scores import edge_scores
from kan_numpy.training.losses import Loss


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
    r"""Remove edges by their scores or by name, and the hidden nodes that this leaves without use.

    The mean over x of every sum that stays, hidden or output, is what it was, up to rounding:

    .. math:: \hat\beta_o = \beta_o + \frac{1}{N} \sum_n (y_{no} - \hat y_{no}),

    see `kan_numpy.sparsity.pruning`. Nothing is promised for a single sample, for other inputs or
    for a product. A factor of a product that loses all its edges stays as a constant, its mean.

    Parameters
    ----------
    network : KAN
        Left as it is.
    x : array_like, shape (N, n_in)
        Inputs; they decide the scores and the means.
    threshold : float
        Edges that score less go, see `edge_scores`; a score below 0 counts as 0. At 0 nothing goes.
        With "l1", the nodes below the threshold of arXiv 2404.19756, eq. 2.21, lose all edges on
        one side, and so go too. Not looked at if there is a list, nor is ``kind``. A product never
        loses a factor, whatever its score.
    kind : {"l1", "std", "attribution", "ablation"}
        Which score. They are taken once, from the network as it is.
    edges : iterable of (layer, out, inp), optional
        These edges go: ``network.layers[layer]``, from its input node inp to its output node out.
    nodes : iterable of (level, index), optional
        These hidden nodes go, with all their edges. Levels are those of ``network.widths``, where
        0 stands for the inputs.
    inputs : iterable of int, optional
        No edge uses these inputs any more; x keeps its shape.
    y : array_like, optional
        Targets, for "ablation" only.
    loss : str or Loss
        Likewise.

    Returns
    -------
    KAN
        With fewer parameters. A hidden node that no input reaches, or that reaches no output, is
        gone from the arrays. If no edge goes, it is the network itself.

    Raises
    ------
    ValueError
        If no path from an input to an output would be left (so no layer is ever empty), an edge in
        a list does not exist or is not active, or another argument does not make sense.
    TypeError
        If the network is no KAN, or a list does not hold whole numbers.

    Examples
    --------
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> net, x = kn.KAN([2, 5, 1], rng=0), np.random.default_rng(0).uniform(-1, 1, (100, 2))
    >>> small = kn.prune(net, x, nodes=[(1, 0), (1, 4)], edges=[(0, 2, 1)])
    >>> small
    KAN([2, 3, 1], 72 parameters)
    >>> bool(np.isclose(small(x).mean(), net(x).mean(), rtol=0, atol=1e-14))
    True
    """
    points = checked_inputs(network, x)
    active = [layer.active for layer in network.layers]
    if edges is None and nodes is None and inputs is None:
        threshold = as_number("threshold", threshold, 0.0)
        scores = edge_scores(network, points, kind, y, loss)
        strengths = [
            np.where(layer.active, np.inf, 0.0) if isinstance(layer, ProductLayer) else score
            for layer, score in zip(network.layers, scores, strict=True)
        ]
        strengths = [np.maximum(strength, 0.0) for strength in strengths]
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
    living = _on_a_path(kept)
    if not living[0].any():
        emptied = [f"layers[{l}]" for l, mask in enumerate(kept) if not mask.any()]
        raise ValueError(hint + (f" ({', '.join(emptied)} would be empty)" if emptied else ""))
    return _restricted(network, living, points)


def _threshold_hint(threshold: float, strengths: list[Array]) -> str:
    """Say which threshold would leave a path: at most the best path's weakest edge."""
    widest = np.full(strengths[0].shape[1], np.inf)
    for strength in strengths:
        widest = np.minimum(strength, widest).max(axis=1)  # (n_out,)
    largest = [float(strength.max()) for strength in strengths]
    l = int(np.argmin(largest))
    # A little less, so that the three digits are not rounded up beyond it.
    return (
        f"threshold {threshold:g} would leave no path from an input to an output: the largest"
        f" score in layers[{l}] is {largest[l]:.3g}; threshold={0.99 * widest.max():.3g} would"
        " leave one"
    )


def _remove_edges(network: KAN, kept: list[Mask], edges: object) -> None:
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
        if isinstance(layer, ProductLayer):
            raise ValueError(
                f"{name} is {edge}, but layers[{l}] multiplies: take the edges of layers[{l - 1}]"
                " that make the factor, which then stays as a constant"
            )
        if not layer.active[out, inp]:
            raise ValueError(f"{name} is {edge}, but this edge is not active: leave it out")
        kept[l][out, inp] = False


def _remove_nodes(kept: list[Mask], active: list[Mask], nodes: object) -> None:
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
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise TypeError(f"{name} must be a list, each entry {form}, but is {values!r}")
    for index, value in enumerate(values):
        place = f"{name}[{index}]"
        entry = value if isinstance(value, Iterable) else [value]
        numbers = tuple(as_count(place, number, 0) for number in entry)
        if len(numbers) != form.count(",") + 1:
            raise ValueError(f"{place} must be {form}, but is {value!r}")
        yield place, numbers


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


def _restricted(network: KAN, living: list[Mask], x: Array) -> KAN:
    """Return the network with these edges only, all means kept, and no node without use."""
    layers: list[KANLayer | ProductLayer] = []
    before, after = x, x
    columns: Mask = np.ones(x.shape[1], dtype=bool)
    moved = ~columns
    for layer, mask, rows in zip(network.layers, living, _rows(network, living), strict=True):
        before, _ = layer.forward(before)  # (N, n_out)
        if isinstance(layer, ProductLayer):
            moved = _any(layer.active & moved, 1)  # (n_out,)
            layers.append(layer.part(rows, columns))
            after, _ = layers[-1].forward(after)
        else:
            # Where nothing has changed before a node, its bias collects no rounding errors.
            moved = _any((layer.active & ~mask) | (mask & moved), 1)  # (n_out,)
            smaller = _part(layer, mask, rows, columns)
            after, cache = smaller.forward(after)  # (N, rows that stay)
            shift = np.where(moved[rows], (before[:, rows] - after).mean(axis=0), 0.0)
            same_means = replace(smaller, bias=smaller.bias + shift)
            layers.append(same_means)
            after = same_means.output(cache)
        columns = rows
    return KAN.from_layers(layers)


def _rows(network: KAN, living: list[Mask]) -> list[Mask]:
    """Return which outputs of each layer stay: those of the network, and those that are used."""
    rows: list[Mask] = [np.ones(network.widths[-1], dtype=bool)]
    for layer, mask in zip(network.layers[:0:-1], living[:0:-1], strict=True):
        # A product needs all its factors, those too that have become constant.
        used = layer.active[rows[-1]] if isinstance(layer, ProductLayer) else mask
        rows.append(_any(used, 0))
    return rows[::-1]


def _part(layer: KANLayer, mask: Mask, rows: Mask, columns: Mask) -> KANLayer:
    """Return the layer with only the edges of the mask, these output and these input nodes."""
    chosen = np.ix_(rows, columns)
    out, inp = np.cumsum(rows) - 1, np.cumsum(columns) - 1
    part = replace(
        layer,
        basis=basis_part(layer.basis, columns),
        coef=np.where(mask[:, :, None], layer.coef, 0.0)[chosen],
        w_base=np.where(mask, layer.w_base, 0.0)[chosen],
        bias=layer.bias[rows],
        active=mask[chosen],
        symbols=tuple(
            replace(edge, out=int(out[edge.out]), inp=int(inp[edge.inp]))
            for edge in layer.symbols
            if mask[edge.out, edge.inp]
        ),
    )
    return with_locks_left(part, mask, out, inp)
