r"""From splines to symbols: which function an edge looks like, and networks whose edges are such.

`suggest_symbolic` looks at one edge and changes nothing. `symbolify` replaces edges by symbols and
trains the network again after each, with the data in view. By itself it takes the edge that looks
most like a symbol first, tries the best candidates one after the other, and keeps the simplest
after which the network, trained again, is as good as before; `kan_numpy.information` says what
that means. A symbol has fewer numbers than the spline it replaces, so it may cost a little error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from kan_numpy._validation import Array, as_count, as_number
from kan_numpy.information import verdict
from kan_numpy.layer import KANLayer
from kan_numpy.lbfgs import LBFGS
from kan_numpy.network import KAN
from kan_numpy.objective import Objective, some_rows
from kan_numpy.products import ProductLayer
from kan_numpy.scores import checked_inputs
from kan_numpy.symbolic_edges import SymbolicEdge
from kan_numpy.symbolic_fit import SymbolFit, fit_symbols
from kan_numpy.symbols import SYMBOLS, Symbol, as_symbol, as_symbols
from kan_numpy.training import fit

Edge = tuple[int, int, int]

ROWS = 2000
"""How many samples the search for symbols looks at."""

EXACT_PRICE = 0.5
"""What a unit of complexity costs in log L, where errors come from splines."""


class Suggestions(list[SymbolFit]):
    """A ranked list of `SymbolFit`, which prints as a table."""

    def __str__(self) -> str:
        """Return the table: function, error, complexity and the four numbers."""
        lines = [f"{'f':>10} {'error':>9} {'complexity':>10}   c f(a x + b) + d"]
        for symbol, (a, b, c, d), error in self:
            numbers = f"a = {a:.6g}, b = {b:.6g}, c = {c:.6g}, d = {d:.6g}"
            lines.append(f"{symbol.name:>10} {error:9.1e} {symbol.complexity:10}   {numbers}")
        return "\n".join(lines)


def suggest_symbolic(
    network: KAN,
    x: npt.ArrayLike,
    layer: int,
    out: int,
    inp: int,
    functions: Iterable[str | Symbol] | None = None,
    top: int = 5,
    simplicity: float = 0.1,
) -> Suggestions:
    r"""Rank the functions that one edge looks like; the network is left as it is.

    .. math:: \min_{a,b,c,d} \frac{1}{N} \sum_n (c f(a x_n + b) + d - \phi(x_n))^2

    Parameters
    ----------
    network : KAN
        The network.
    x : array_like, shape (N, n_in)
        Inputs; the activations that they cause are the points of the curve.
    layer, out, inp : int
        The edge of ``network.layers[layer]`` from input node inp to output node out.
    functions : iterable of str or Symbol, optional
        Which to try; by default all of `SYMBOLS` that differ from each other.
    top : int
        How many to return.
    simplicity : float
        How many orders of magnitude in the error one unit of complexity is worth.

    Returns
    -------
    Suggestions
        A list of (symbol, affine, error), best first; print it to see a table. The error is the
        root mean square of what is left, over the standard deviation of the edge.

    Raises
    ------
    ValueError, TypeError
        If there is no such edge, a function is not known, or none has a place in the curve's range.
    """
    points = checked_inputs(network, x)
    require_edge(network, (layer, out, inp))
    count = as_count("top", top, 1)
    price = as_number("simplicity", simplicity, 0.0)
    return _suggestions(network, points, (layer, out, inp), as_symbols(functions), price)[:count]


def _suggestions(
    network: KAN,
    x: Array,
    edge: Edge,
    symbols: Sequence[Symbol],
    price: float,
    noise: float = 0.0,
) -> Suggestions:
    activations, phi = _curve(network, some_rows(x, ROWS), edge)
    if np.ptp(activations) == 0.0 or np.ptp(phi) == 0.0:
        raise ValueError(f"edge {edge} is constant on x and looks like no function; prune it")
    found = fit_symbols(symbols, activations, phi)
    if not found:
        names = ", ".join(symbol.name for symbol in symbols)
        raise ValueError(
            f"functions {names}: none is defined where edge {edge} needs it, from"
            f" {activations.min():.3g} to {activations.max():.3g}"
        )
    return Suggestions(sorted(found, key=lambda s: _rank(s, price, noise)))


def _rank(suggestion: SymbolFit, price: float, noise: float = 0.0) -> float:
    """Return the order of magnitude of the error, plus what the complexity costs."""
    return float(np.log10(suggestion.error + noise + 1e-15)) + price * suggestion.symbol.effort


def _curve(network: KAN, x: Array, edge: Edge) -> tuple[Array, Array]:
    """Return the activations (N,) that enter an edge, and what it sends."""
    at, out, inp = edge
    _, caches = network._forward(x)
    activations = caches[at].x
    return activations[:, inp], network.layers[at].edges(activations)[:, out, inp]


def require_edge(network: KAN, edge: Edge) -> None:
    """Refuse an edge that does not exist.

    Parameters
    ----------
    network : KAN
        The network.
    edge : (layer, out, inp)
        The edge.

    Raises
    ------
    ValueError, TypeError
        If it is not there.
    """
    at, out, inp = (
        as_count(name, value, 0) for name, value in zip(("layer", "out", "inp"), edge, strict=True)
    )
    if at >= len(network.layers) or not isinstance(network.layers[at], KANLayer):
        raise ValueError(f"layer is {at}, but the network has no KAN layer of that number")
    n_out, n_in = network.layers[at].active.shape
    if out >= n_out or inp >= n_in:
        raise ValueError(f"edge {edge}: layers[{at}] has {n_out} outputs and {n_in} inputs")
    if not network.layers[at].active[out, inp]:
        raise ValueError(f"edge {edge} is not active, there is nothing to replace")


def with_symbol(network: KAN, edge: Edge, symbol: Symbol, affine: Array) -> KAN:
    """Return the network with one edge replaced by :math:`c f(a x + b) + d`.

    Parameters
    ----------
    network : KAN
        Left as it is.
    edge : (layer, out, inp)
        An active edge.
    symbol : Symbol
        f.
    affine : ndarray, shape (4,)
        (a, b, c, d).

    Returns
    -------
    KAN
    """
    at, out, inp = edge
    layer = network.layers[at]
    coef, w_base = layer.coef.copy(), layer.w_base.copy()
    coef[out, inp], w_base[out, inp] = 0.0, 0.0
    others = tuple(e for e in layer.symbols if (e.out, e.inp) != (out, inp))
    symbols = (*others, SymbolicEdge(out, inp, symbol, affine))
    layers = list(network.layers)
    layers[at] = replace(layer, coef=coef, w_base=w_base, symbols=symbols)
    return KAN.from_layers(layers)


def spline_edges(network: KAN) -> list[Edge]:
    """Return every edge (layer, out, inp) that is a spline.

    Parameters
    ----------
    network : KAN
        The network.

    Returns
    -------
    list of (layer, out, inp)
    """
    return [
        (at, int(out), int(inp))
        for at, layer in enumerate(network.layers)
        if isinstance(layer, KANLayer)
        for out, inp in np.argwhere(layer.splines)
    ]


def symbolic_edges(network: KAN) -> list[tuple[Edge, int]]:
    """Return every edge (layer, out, inp) that is a symbol, and the effort of the symbol.

    Parameters
    ----------
    network : KAN
        The network.

    Returns
    -------
    list of ((layer, out, inp), int)
    """
    return [
        ((at, edge.out, edge.inp), edge.symbol.effort)
        for at, layer in enumerate(network.layers)
        if isinstance(layer, KANLayer)
        for edge in layer.symbols
    ]


def chains(network: KAN) -> list[tuple[Edge, Edge]]:
    """Return the pairs of symbolic edges that are joined by a node without other edges.

    Parameters
    ----------
    network : KAN
        The network.

    Returns
    -------
    list of pairs of (layer, out, inp)
    """
    found: list[tuple[Edge, Edge]] = []
    for at, layer in enumerate(network.layers):
        for edge in layer.symbols if isinstance(layer, KANLayer) and at else ():
            before, node, source = network.layers[at - 1], edge.inp, at - 1
            if isinstance(before, ProductLayer):
                if len(before.groups[node]) > 1:
                    continue
                (node,), source, before = before.groups[node], at - 2, network.layers[at - 2]
            incoming = np.flatnonzero(before.active[node])
            if len(incoming) == 1 and layer.active[:, edge.inp].sum() == 1:
                first = (source, node, int(incoming[0]))
                found.append((first, (at, edge.out, edge.inp)))
    return [pair for pair in found if pair[0] not in spline_edges(network)]


def symbolify(
    network: KAN,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    edges: Mapping[Edge, str | Symbol] | None = None,
    functions: Iterable[str | Symbol] | None = None,
    top: int = 5,
    simplicity: float = 0.1,
    steps: int = 20,
    loss: str = "mse",
) -> KAN:
    """Replace edges by symbols, and train the network again after each.

    Parameters
    ----------
    network : KAN
        Left as it is.
    x : array_like, shape (N, n_in)
        Inputs.
    y : array_like, shape (N, n_out)
        Targets.
    edges : dict of (layer, out, inp) to str or Symbol, optional
        These edges become these functions, whatever that costs. Without it, `symbolify` decides
        by itself, edge by edge; an edge for which no function will do stays a spline.
    functions : iterable of str or Symbol, optional
        What it may choose from; by default all of `SYMBOLS` that differ from each other.
    top : int
        How many candidates it tries for each edge.
    simplicity : float
        How many orders of magnitude in the error one unit of complexity is worth.
    steps : int
        Of training after each replacement.
    loss : str
        "mse", with Levenberg-Marquardt; or "cross_entropy", with L-BFGS.

    Returns
    -------
    KAN

    Raises
    ------
    ValueError, TypeError
        If an edge does not exist, a function is not known, or not defined where the edge needs it.
    """
    points = checked_inputs(network, x)
    search = _Search(Objective(network, points, y, loss), as_count("steps", steps, 0))
    if edges is None:
        price = as_number("simplicity", simplicity, 0.0)
        return search.decide(network, as_symbols(functions), as_count("top", top, 1), price)
    if not isinstance(edges, Mapping):
        raise TypeError(f"edges must be a dict such as {{(0, 1, 0): 'sin'}}, but is {edges!r}")
    for edge, function in edges.items():
        require_edge(network, edge)
        symbol = as_symbol(f"edges[{edge}]", function)
        best = _suggestions(network, points, edge, [symbol], 0.0)[0]
        network = search.trained(with_symbol(network, edge, symbol, best.affine))
    return network


@dataclass
class _Search:
    """The data and the loss by which candidates are judged."""

    objective: Objective[KAN]
    steps: int

    def trained(self, network: KAN, steps: int | None = None) -> KAN:
        """Return the network after some steps of training."""
        data = self.objective
        squares = data.loss.name == "mse"
        count = self.steps if steps is None else steps
        return fit(
            network,
            data.x,
            data.target,
            optimizer=None if squares else LBFGS(),
            steps=count if squares else 5 * count,
            loss=data.loss,
            progress=False,
        ).network

    def decide(self, network: KAN, symbols: list[Symbol], top: int, price: float) -> KAN:
        """Replace every edge for which some symbol will do, the clearest cases first."""
        waiting = {
            edge: _rank(self.best(network, edge, symbols, price)[0], price)
            for edge in spline_edges(network)
        }
        for edge in sorted(waiting, key=lambda e: waiting[e]):
            candidates = self.best(network, edge, symbols, price)[:top]
            network = self.replaced(network, network, edge, candidates) or network
        network = self.trained(network, 10 * self.steps)
        network = self.merged(network, symbols, top, price)
        return self.simplified(network, symbols, top, price)

    def simplified(self, network: KAN, symbols: list[Symbol], top: int, price: float) -> KAN:
        """Return the network with simpler symbols where these do as well."""
        for edge, effort in symbolic_edges(network):
            simpler = [symbol for symbol in symbols if symbol.effort < effort]
            if simpler:
                candidates = self.best(network, edge, simpler, price)[:top]
                network = self.replaced(network, network, edge, candidates) or network
        return network

    def merged(self, network: KAN, symbols: list[Symbol], top: int, price: float) -> KAN:
        """Return the network with one symbol where two follow each other.

        A node with one edge in and one edge out does nothing: the first edge can become what both
        do together, and the second a straight line.
        """
        for first, second in chains(network):
            at, out, inp = second
            _, caches = network._forward(some_rows(self.objective.x, ROWS))
            both = network.layers[at].edges(caches[at].x)[:, out, inp]  # (N,)
            line = with_symbol(network, second, SYMBOLS["x"], np.array([1.0, 0.0, 1.0, 0.0]))
            found = fit_symbols(symbols, caches[first[0]].x[:, first[2]], both)
            candidates = sorted(found, key=lambda fitted: _rank(fitted, price))[:top]
            network = self.replaced(network, line, first, candidates) or network
        return network

    def best(self, network: KAN, edge: Edge, symbols: list[Symbol], price: float) -> Suggestions:
        """Return the suggestions for one edge."""
        now = verdict(self.objective, network)
        noise = 0.0 if now.spline_limited else now.error
        return _suggestions(network, self.objective.x, edge, symbols, price, noise)

    def replaced(
        self, network: KAN, changed: KAN, edge: Edge, candidates: Sequence[SymbolFit]
    ) -> KAN | None:
        """Return the changed network with the best candidate that is as good as the network."""
        before, accepted = verdict(self.objective, network), []
        price = EXACT_PRICE if before.spline_limited else np.log(before.samples) / before.samples
        for symbol, affine, _ in candidates:
            trial = with_symbol(changed, edge, symbol, affine)
            if not np.isfinite(self.objective.on(trial).value(trial.theta)):
                continue
            trial = self.trained(trial)
            after = verdict(self.objective, trial)
            if before.allows(after):
                accepted.append((np.log(after.loss) + price * symbol.effort, trial))
        return min(accepted, key=lambda pair: pair[0])[1] if accepted else None
