"""What the property tests draw: knots of every kind, points in every place, random networks.

Central differences are wrong where a function has a kink, and rough where it bends sharply. The
data for them is built, not filtered: points keep away from knots where the spline is not smooth
(`smooth_points`), the grids of inner layers are moved until no activation is near a knot
(`_moved_between`). Rounding grows with the values and truncation with the third derivative, so the
grids lie around zero, parameters are at most 1, and intervals are at least `GAP` wide.
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import strategies as st

from kan_numpy import KAN, Activation, uniform_knots
from kan_numpy.functions.activations import ACTIVATIONS
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.layers.continuation import CONTINUATIONS
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.layers.symbolic_edge import SymbolicEdge
from kan_numpy.splines.bsplines import BSplineBasis

GAP = 0.5
KINDS = ("uniform", "random", "repeated", "clamped")

degrees = st.integers(0, 5)
grid_sizes = st.integers(1, 6)
seeds = st.integers(0, 2**32 - 1)
bases = st.sampled_from(
    [
        ACTIVATIONS["silu"],
        ACTIVATIONS["identity"],
        ACTIVATIONS["zero"],
        Activation("wave", np.sin, (np.cos,)),
    ]
)

# Symbols that have derivatives everywhere.
SMOOTH = ("sin", "x", "x^2", "tanh", "gaussian", "arctan", "J0", "0")


def floats(low, high):
    return st.floats(low, high, allow_subnormal=False)


@st.composite
def knots(draw, degree, grid_size, kinds=KINDS, gap=GAP):
    """Draw one row of knots (G + 2k + 1,); a repeated knot may fill the whole degree and more."""
    kind, middle = draw(st.sampled_from(kinds)), draw(floats(-0.5, 0.5))
    width = floats(gap, 2.0 * gap)
    if kind == "uniform":
        half = grid_size * draw(width) / 2.0
        return uniform_knots(middle - half, middle + half, grid_size, degree)
    gaps = draw(st.lists(width, min_size=grid_size + 2 * degree, max_size=grid_size + 2 * degree))
    gaps = np.array(gaps)
    if kind == "clamped":
        gaps[:degree] = gaps[degree + grid_size :] = 0.0
    if kind == "repeated":
        empty = draw(st.lists(st.booleans(), min_size=len(gaps), max_size=len(gaps)))
        empty[degree + draw(st.integers(0, grid_size - 1))] = False  # there must be a grid
        gaps[empty] = 0.0
    knots = np.concatenate([[0.0], np.cumsum(gaps)])
    return knots + (middle - (knots[degree] + knots[-degree - 1]) / 2.0)


def points(knots, degree):
    """Draw a point: inside, on a knot, a hair before one, at the ends, fading out, or far away."""
    low, high = float(knots[degree]), float(knots[-degree - 1])
    first, last = float(knots[0]), float(knots[-1])
    on_a_knot = st.sampled_from(knots.tolist())
    return st.one_of(
        points_inside(knots, degree),
        on_a_knot,
        on_a_knot.map(lambda t: float(np.nextafter(t, -np.inf))),
        floats(first, low),
        floats(high, last),
        floats(first - 1.0, first),
        floats(last, last + 1.0),
    )


def points_inside(knots, degree):
    """Draw a point of the closed grid, often exactly a knot or an end."""
    low, high = float(knots[degree]), float(knots[-degree - 1])
    inner = knots[degree : len(knots) - degree].tolist()
    return st.one_of(floats(low, high), st.sampled_from(inner), st.sampled_from([low, high]))


def smooth_points(knots, degree):
    """Draw a point where central differences hold: off the knots, or on one that is smooth enough.

    At a knot of multiplicity m the spline has k - m continuous derivatives; two are needed. At the
    ends of the grid, where it may go on along its tangent, there is only one.
    """
    distinct, multiplicity = np.unique(knots, return_counts=True)
    multiplicity[np.isin(distinct, [knots[degree], knots[-degree - 1]])] = degree
    places = np.concatenate([[distinct[0] - GAP], distinct, [distinct[-1] + GAP]]).tolist()
    between = st.tuples(st.integers(0, len(distinct)), floats(0.1, 0.9)).map(
        lambda drawn: places[drawn[0]] + drawn[1] * (places[drawn[0] + 1] - places[drawn[0]])
    )
    smooth_knots = distinct[multiplicity <= degree - 2].tolist()
    return st.one_of(between, st.sampled_from(smooth_knots)) if smooth_knots else between


@st.composite
def rows_of_knots(draw, n_in, degree, grid_size):
    """Draw the knots of a layer (n_in, G + 2k + 1): one row for all inputs, or each its own."""
    row = knots(degree, grid_size)
    if draw(st.booleans()):
        return np.tile(draw(row), (n_in, 1))
    kinds = st.sampled_from([("uniform",), KINDS])  # uniform rows of different widths, or a mix
    row = knots(degree, grid_size, draw(kinds))
    return np.stack([draw(row) for _ in range(n_in)])


@st.composite
def inputs(draw, rows, degree, n_samples, kind=points):
    """Draw inputs (N, n_in), column i from around the knots of input i."""
    columns = [kind(row, degree) for row in rows]
    return np.array([[draw(column) for column in columns] for _ in range(n_samples)])


@st.composite
def sizes(draw, degree, highest=6):
    """Draw N, n_in, n_out and G, all different and different from k; or square, n_in = n_out."""
    others = [size for size in range(1, highest + 1) if size != degree]
    N, n_in, n_out, G = draw(st.permutations(others))[:4]
    return N, n_in, n_in if draw(st.booleans()) else n_out, G


@st.composite
def bases_with_points(draw, kind=points):
    """Draw a basis, points (N, n_in), and a generator for the rest."""
    k = draw(degrees)
    N, n_in, _, G = draw(sizes(k))
    rows = draw(rows_of_knots(n_in, k, G))
    x = draw(inputs(rows, k, N, kind))
    return BSplineBasis(rows, k), x, np.random.default_rng(draw(seeds))


def random_layer(rows, degree, n_out, base, rng, density=1.0):
    """Build a layer with random parameters and bias; about a share of the edges is active.

    It goes on beyond its grid in one way or another, and its base functions have units or none.
    """
    n_in, W = len(rows), rows.shape[1] - degree - 1
    active = rng.random((n_out, n_in)) < density
    active[rng.integers(n_out), rng.integers(n_in)] = True
    most = 1.0 / np.sqrt(n_in)  # keeps the sum over the inputs on a scale of 1
    coef = rng.uniform(-most, most, (n_out, n_in, W)) * active[:, :, None]
    w_base = rng.uniform(-most, most, (n_out, n_in)) * active * (base.name != "zero")
    bias = rng.uniform(-1.0, 1.0, n_out)
    layer = KANLayer(BSplineBasis(rows, degree), coef, w_base, bias, active, base)
    if rng.random() < 0.5:
        layer = replace(
            layer, center=rng.uniform(-1.0, 1.0, n_in), scale=rng.uniform(0.7, 2.0, n_in)
        )
    return replace(layer, outside=CONTINUATIONS[rng.integers(2)])


@st.composite
def layers_with_inputs(draw, kind=points):
    """Draw a layer, inputs (N, n_in), and a generator for the rest."""
    k = draw(degrees)
    N, n_in, n_out, G = draw(sizes(k))
    rows = draw(rows_of_knots(n_in, k, G))
    x = draw(inputs(rows, k, N, kind))
    rng = np.random.default_rng(draw(seeds))
    layer = random_layer(rows, k, n_out, draw(bases), rng, draw(st.sampled_from([0.6, 1.0])))
    return layer, x, rng


@st.composite
def networks_with_inputs(draw, kind=points, outputs=None, most_layers=3):
    """Draw a network of one layer or more, inputs (N, n_in), and a generator for the rest.

    Every layer has its own degree and grid size. Widths are all different, or all the same.
    """
    depth = draw(st.integers(1, most_layers))
    widths = draw(st.permutations([1, 2, 3, 4]))[: depth + 1]
    if draw(st.booleans()):
        widths = [3] * (depth + 1)
    widths[-1] = outputs or widths[-1]
    rng, base = np.random.default_rng(draw(seeds)), draw(bases)
    density = draw(st.sampled_from([0.6, 1.0]))
    layers, x, z = [], None, None
    for n_in, n_out in pairwise(widths):
        k, G = draw(degrees), draw(st.integers(1, 4))
        rows = draw(rows_of_knots(n_in, k, G))
        if x is None:
            x = z = draw(inputs(rows, k, draw(st.integers(1, 5)), kind))
        else:
            rows = _moved_between(rows, k, z)
        layers.append(random_layer(rows, k, n_out, base, rng, density))
        z, _ = layers[-1].forward(z)
    return KAN.from_layers(layers), x, rng


def _moved_between(rows, degree, z):
    """Move grids onto the activations z (N, n_in), so that every activation is off every knot.

    A shift s puts sample n on knot j if s = z_n - t_j. That forbids at most N M points of
    [-1/2, 1/2], so some interval of at least 1 / (N M + 1) between them is free: take its middle.
    """
    middle = (rows[:, degree] + rows[:, -degree - 1]) / 2.0
    rows = rows + (z.mean(axis=0) - middle)[:, None]  # the activations lie around the grid's middle
    moved = []
    for t, values in zip(rows, z.T, strict=True):
        forbidden = np.clip((values[:, None] - t).ravel(), -0.5, 0.5)
        forbidden = np.sort([-0.5, *forbidden, 0.5])
        widest = int(np.argmax(np.diff(forbidden)))
        moved.append(t + (forbidden[widest] + forbidden[widest + 1]) / 2.0)
    return np.stack(moved)


def shaken(network, rng):
    """Return the network with random parameters and biases in place of the fresh ones."""
    network = network.with_theta(rng.uniform(-1.0, 1.0, network.size))
    return KAN.from_layers(
        replace(layer, bias=rng.uniform(-1.0, 1.0, layer.n_out)) for layer in network.layers
    )


def with_symbols(layer, rng, share=0.5):
    """Return the layer with about a share of its active edges turned into random symbols."""
    chosen = [edge for edge in np.argwhere(layer.active) if rng.random() < share]
    coef, w_base, symbols = layer.coef.copy(), layer.w_base.copy(), []
    for out, inp in chosen:
        coef[out, inp], w_base[out, inp] = 0.0, 0.0
        affine = rng.uniform(-1.0, 1.0, 4) / (1.0, 1.0, layer.n_in, layer.n_in)
        symbol = SYMBOLS[SMOOTH[rng.integers(len(SMOOTH))]]
        symbols.append(SymbolicEdge(int(out), int(inp), symbol, affine))
    return replace(layer, coef=coef, w_base=w_base, symbols=tuple(symbols))


@st.composite
def symbolic_networks_with_inputs(draw, kind=points, outputs=None):
    """Draw a network of which some edges are symbols, or all; inputs; and a generator.

    Two layers are enough, one before and one after: longer chains are drawn without symbols.
    """
    network, x, rng = draw(networks_with_inputs(kind, outputs, most_layers=2))
    share, layers, z = draw(st.sampled_from([0.5, 1.0])), [], x
    for layer in network.layers:
        if layers:
            rows = _moved_between(layer.knots, layer.degree, z)
            layer = replace(layer, basis=BSplineBasis(rows, layer.degree))  # noqa: PLW2901
        layers.append(with_symbols(layer, rng, share))
        z, _ = layers[-1].forward(z)
    return KAN.from_layers(layers), x, rng
