"""Suggestions of symbolic functions for an edge, ranked by error and complexity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array
from kan_numpy._deadline import NEVER, Deadline
from kan_numpy._validation import as_count, as_number, listed
from kan_numpy.functions.symbols import Symbol, as_symbols
from kan_numpy.networks.checks import checked_inputs
from kan_numpy.networks.edges import Edge, edge_outputs, layer_of
from kan_numpy.networks.kan import KAN
from kan_numpy.networks.network import levels
from kan_numpy.symbolic_regression.curve_fit import FINALISTS, SymbolFit, fit_symbols

__all__ = ["CONSTANT", "Suggestions", "curve", "suggest_symbolic", "suggestions"]

CONSTANT = 1e-12
"""The relative variation below which a curve counts as constant."""


class Suggestions(list[SymbolFit]):
    """A ranked list of `SymbolFit`, which prints as a table."""

    @property
    def symbols(self) -> list[Symbol]:
        """The functions, the best first."""
        return [fitted.symbol for fitted in self]

    def __str__(self) -> str:
        """Return the table: function, error, complexity and the four numbers."""
        lines = [f"{'f':>10} {'error':>9} {'complexity':>10}   c f(a x + b) + d"]
        for symbol, (a, b, c, d), error in self:
            numbers = f"a = {a:.6g}, b = {b:.6g}, c = {c:.6g}, d = {d:.6g}"
            lines.append(f"{symbol.name:>10} {error:9.1e} {symbol.total_complexity:10}   {numbers}")
        return "\n".join(lines)

    def required(self, edge: Edge, symbols: Sequence[Symbol]) -> Suggestions:
        """Return the suggestions, or raise a ValueError if there are none."""
        if not self:
            names = listed(symbol.name for symbol in symbols)
            raise ValueError(
                f"edge {edge} is constant on x (prune it), or none of the functions {names} is"
                " defined where it needs one"
            )
        return self


def suggest_symbolic(
    network: KAN,
    x: npt.ArrayLike,
    layer: int,
    out: int,
    inp: int,
    functions: Iterable[str | Symbol] | None = None,
    top: int = 5,
    complexity_weight: float = 0.1,
) -> Suggestions:
    r"""Rank the functions that fit one edge, without changing the network.

    .. math:: \min_{a,b,c,d} \frac{1}{N} \sum_n (c f(a x_n + b) + d - \phi(x_n))^2

    Parameters
    ----------
    network : KAN
        The network.
    x : array_like, shape (N, n_in)
        Inputs, whose activations are the points of the curve.
    layer, out, inp : int
        The edge of ``network.layers[layer]`` from input node inp to output node out.
    functions : iterable of str or Symbol, optional
        The functions to try; by default all of `SYMBOLS` that differ from each other.
    top : int
        The number of suggestions, at least 1.
    complexity_weight : float
        How many orders of magnitude in the error one unit of complexity is worth;
        the free numbers count, see `Symbol`.

    Returns
    -------
    Suggestions
        A list of (symbol, affine, error), best first; print it to see a table. The error is the
        root mean square of the residual over the standard deviation of the edge,
        :math:`\sqrt{1 - r^2}`. Of many candidates only the best are fitted to convergence.

    Raises
    ------
    ValueError
        If there is no such edge, x has another shape or is not finite, a function is not known, or
        none is defined on the range of the curve.
    TypeError
        If network is not a KAN, or functions is not a list of names and symbols.

    Examples
    --------
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> x = np.linspace(-1, 1, 50)[:, None]
    >>> net = kn.fit(kn.KAN([1, 1], rng=0), x, 3 * np.sin(2 * x)).network
    >>> kn.suggest_symbolic(net, x, layer=0, out=0, inp=0, functions=["exp", "sin"]).symbols
    [Symbol('sin'), Symbol('exp')]
    """
    points, edge = checked_inputs(network, x), (layer, out, inp)
    layer_of(network, edge)
    count, symbols = as_count("top", top, 1), as_symbols(functions)
    weight = as_number("complexity_weight", complexity_weight, 0.0)
    found = suggestions(curve(network, points, edge), symbols, weight, most=max(count, FINALISTS))
    return Suggestions(found.required(edge, symbols)[:count])


def suggestions(
    points: tuple[Array, Array],
    symbols: Sequence[Symbol],
    complexity_weight: float,
    noise: float = 0.0,
    most: int = FINALISTS,
    deadline: Deadline = NEVER,
) -> Suggestions:
    """Return the fits to the curve of an edge, its points x and phi, both (N,), the best first.

    There are none if the curve is constant, or no candidate is defined on its range. ``most`` are
    fitted to convergence, and errors far below ``noise`` are considered equal.
    """
    if any(np.ptp(v) <= CONSTANT * np.abs(v).max() for v in points):
        return Suggestions()
    found = fit_symbols(symbols, *points, complexity_weight, most, deadline)
    return Suggestions(sorted(found, key=lambda fit: fit.rank(complexity_weight, noise)))


def curve(network: KAN, x: Array, edge: Edge) -> tuple[Array, Array]:
    """Return the input and output of an edge, both (N,), for the network inputs x (N, n_in)."""
    l, out, inp = edge
    activations = levels(network.layers[:l], x)[-1][:, inp]
    return activations, edge_outputs(layer_of(network, edge), out, inp, activations)
