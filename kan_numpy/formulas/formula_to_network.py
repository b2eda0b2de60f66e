r"""Construction of a network from a formula: sums in nodes, products in layers, functions on edges.

Levels are built from the outputs to the inputs. The parts at a level are decomposed into edges
(`kan_numpy.formulas.edge_decomposition`), whose sources, without duplicates, are the nodes of the
level below. A part that is used more than one level later is passed on by identity edges.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_names
from kan_numpy._arrays import Array
from kan_numpy._validation import (
    LARGEST_DEGREE,
    LARGEST_GRID,
    as_array,
    as_count,
    require_shape,
    shown,
)
from kan_numpy.algebra.expressions import Expression, Variable
from kan_numpy.algebra.parsing import FUNCTIONS, parse
from kan_numpy.formulas.edge_decomposition import Term, as_parts, edges, factors, height, is_product
from kan_numpy.formulas.formula import Formula
from kan_numpy.functions.activations import ACTIVATIONS
from kan_numpy.functions.symbols import SYMBOLS, Symbol, as_symbols
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.layers.product_layer import ProductLayer
from kan_numpy.layers.symbolic_edge import SymbolicEdge
from kan_numpy.networks.kan import KAN
from kan_numpy.splines.bsplines import BSplineBasis
from kan_numpy.splines.knot_placement import NARROWEST
from kan_numpy.splines.knots import require_grid, uniform_knots

__all__ = ["LARGEST", "MOST_COEFFICIENTS", "POINTS", "from_formula"]

POINTS = 1000
"""The number of random inputs that determine the grids."""

MOST_COEFFICIENTS = 40_000_000
"""The coefficients of a layer, most of which belong to no edge: 320 MB."""

LARGEST = 1e50
"""Larger values count as undefined."""


def from_formula(
    formula: str | Expression | Formula | Sequence[str | Expression],
    variables: Sequence[str] | None = None,
    grid_size: int = 5,
    degree: int = 3,
    grid_range: npt.ArrayLike = (-1.0, 1.0),
    functions: Iterable[Symbol] | None = None,
) -> KAN:
    r"""Build a network that computes a formula, up to rounding.

    .. math:: \phi(x) = c\, f(a x + b) + d

    is the function of every edge, and products are layers. Its numbers a, b, c, d are trained like
    those of any other network.

    Parameters
    ----------
    formula : str, Expression or Formula, or a list of texts or Expressions
        Such as ``"exp(sin(pi*x) + y**2)"``; of a list, one for each output.
    variables : sequence of str, optional
        The names of the inputs in their order; needed unless the formula is a `Formula`. An input
        that does not occur in the formula has no edges.
    grid_size, degree : int
        G and k of the grids, for edges that may become splines later.
    grid_range : pair of float, or one for each input
        The range of the inputs. Each grid covers the activations of `POINTS` random inputs from it,
        and of its two ends, except where the formula is not defined.
    functions : iterable of Symbol, optional
        Functions of your own that occur in the formula, by their names.

    Returns
    -------
    KAN
        All of its edges are symbolic. Whole powers beyond the fifth are products or powers of
        powers, and :math:`x^p = e^{p \log x}` if 2p is not whole, such as :math:`x^y`: both are
        defined for positive x only.

    Raises
    ------
    ValueError
        If a formula cannot be parsed, has an unknown name, or is not defined anywhere on the range.
    TypeError
        If the formula is of another type, or contains a function that is not a `Symbol`.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> net = kn.from_formula("x*y + sin(2*x)", ["x", "y"])
    >>> net  # one sum, one product, and their sum
    KAN([2, (1, 1), 1], 20 parameters)
    >>> net([[0.0, 3.0], [2.0, 5.0]]).round(4)  # 0 and 10 + sin 4
    array([[0.    ],
           [9.2432]])
    """
    if variables is None:
        if not isinstance(formula, Formula):
            raise TypeError("variables must name the inputs in their order, such as ['x', 'y']")
        variables = formula.variables
    names = list(as_names("variables", variables, FUNCTIONS))
    outputs = _outputs(formula, names, [] if functions is None else as_symbols(functions))
    G = as_count("grid_size", grid_size, 1, LARGEST_GRID)
    k = as_count("degree", degree, 0, LARGEST_DEGREE)
    ends = as_array("grid_range", grid_range)
    require_shape("grid_range", ends, (len(names), 2) if ends.ndim == 2 else (2,))
    low, high = np.broadcast_to(ends, (len(names), 2)).T
    for one, other in zip(low, high, strict=True):
        require_grid("grid_range: low", float(one), float(other), G)
    network = _network(outputs, [Variable(name) for name in names], G, k)
    inner = np.random.default_rng(0).uniform(low, high, (POINTS, len(names)))
    return _on_grids(network, np.vstack([inner, low, high]), G, k)


def _outputs(formula: object, names: list[str], functions: list[Symbol]) -> list[Expression]:
    """Return an expression for each output, rewritten in terms of the symbols of edges."""
    if isinstance(formula, Formula):
        formula = formula.expressions
    entries = list(formula) if isinstance(formula, list | tuple) else [formula]
    if not entries:
        raise ValueError("formula must hold at least one output, but is empty")
    known = {**FUNCTIONS, **{symbol.name: symbol for symbol in functions}}

    def read(entry: object) -> Expression:
        if isinstance(entry, str) and not entry.strip():
            raise ValueError(f"formula must not be empty, but holds {entry!r:.60}")
        if not isinstance(entry, str | Expression):
            raise TypeError(f"formula must be text such as 'x**2 + y', but is {shown(entry)}")
        try:
            given = parse(entry, known, names) if isinstance(entry, str) else entry
        except ValueError as error:
            raise ValueError(f"formula: {error}") from None
        return as_parts(given, names)

    return list(map(read, entries))


def _network(outputs: list[Expression], inputs: list[Expression], G: int, k: int) -> KAN:
    """Build the layers from the outputs to the inputs, on provisional grids."""
    layers: list[KANLayer | ProductLayer] = []
    level = outputs
    for index in range(max(1, *map(height, outputs)), 0, -1):
        groups = [factors(part, index) for part in level]
        sums = [edges(factor, index) for group in groups for factor in group]
        if any(len(group) > 1 for group in groups):
            layers.append(_product_layer([len(group) for group in groups]))
        sources = dict.fromkeys(term.source for terms, _ in sums for term in terms)
        level = sorted(sources, key=is_product) if index > 1 else inputs
        layers.append(_kan_layer(sums, level, G, k))
    return KAN.from_layers(layers[::-1])


def _product_layer(arities: list[int]) -> ProductLayer:
    """Return the layer that multiplies consecutive inputs in groups of these sizes."""
    stops = np.cumsum(arities)
    groups = [range(stop - n, stop) for stop, n in zip(stops, arities, strict=True)]
    return ProductLayer(int(stops[-1]), tuple(tuple(group) for group in groups))


def _kan_layer(
    sums: list[tuple[list[Term], float]], sources: list[Expression], G: int, k: int
) -> KANLayer:
    """Return the layer of these sums, each a list of edges from the sources and a constant."""
    place = {source: index for index, source in enumerate(sources)}
    n_out, n_in = len(sums), len(sources)
    active, symbols = np.zeros((n_out, n_in), dtype=bool), []
    for out, (terms, constant) in enumerate(sums):
        edges_to = [(t.symbol, place[t.source], (t.a, t.b, t.c)) for t in terms]
        for symbol, inp, affine in edges_to or [(SYMBOLS["0"], 0, (1.0, 0.0, 1.0))]:
            d, constant = constant, 0.0  # noqa: PLW2901  # the first edge takes all of it
            symbols.append(SymbolicEdge(out, inp, symbol, np.array([*affine, d])))
            active[out, inp] = True
    basis = BSplineBasis(np.tile(uniform_knots(-1.0, 1.0, G, k), (n_in, 1)), k)
    if n_out * n_in * basis.size > MOST_COEFFICIENTS:
        raise ValueError(
            f"formula is too large: it needs a layer with {n_out} x {n_in} edges, each with"
            f" {basis.size} coefficients, above {MOST_COEFFICIENTS}"
        )
    coef, w_base = np.zeros((n_out, n_in, basis.size)), np.zeros((n_out, n_in))
    zero = ACTIVATIONS["zero"]
    layer = KANLayer(basis, coef, w_base, np.zeros(n_out), active, zero, tuple(symbols))
    return replace(layer, outside="linear")  # if an edge becomes a spline later


def _on_grids(network: KAN, x: Array, G: int, k: int) -> KAN:
    """Return the network with grids over the activations of x (N, n_in), where they are defined."""
    levels, good = [x], np.ones(len(x), dtype=bool)
    with np.errstate(all="ignore"):
        for layer in network.layers:
            levels.append(_values(layer, levels[-1]))
            good &= np.all(np.abs(levels[-1]) < LARGEST, axis=1)
    if not good[:POINTS].any():  # a value at an end alone is no function
        raise ValueError(
            f"formula has no value at any of {POINTS} inputs from grid_range; give the range of"
            " each input, such as grid_range=[(0, 1), (1, 2)]"
        )
    for l, layer in network.kan_layers:
        basis = _basis_over(levels[l][good], G, k)
        network = network.with_layer(l, replace(layer, basis=basis))
    return network


def _values(layer: KANLayer | ProductLayer, x: Array) -> Array:
    """Return y (N, n_out) from x (N, n_in), if all edges are symbols."""
    if isinstance(layer, ProductLayer):
        return layer.forward(x)[0]
    y = np.zeros((len(x), layer.n_out))
    for edge in layer.symbols:
        y[:, edge.out] += edge(x[:, edge.inp])
    return y


def _basis_over(x: Array, G: int, k: int) -> BSplineBasis:
    """Return splines with a grid over the range of each column of x (N, n_in)."""
    low, high = x.min(axis=0), x.max(axis=0)
    size = np.maximum(np.abs(low), np.abs(high))
    constant = high - low < np.maximum(NARROWEST * size, 1.0 / LARGEST)
    around = np.where(constant, np.maximum(size, 1.0), 0.0)  # a grid never collapses
    rows = [uniform_knots(*ends, G, k) for ends in zip(low - around, high + around, strict=True)]
    return BSplineBasis(np.stack(rows), k)
