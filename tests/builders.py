"""Networks that tests build: with values worked out by hand, random, with changed edges."""

from dataclasses import replace

import numpy as np
from strategies import shaken, with_symbols

from kan_numpy import KAN
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.networks.edges import with_symbol


def steps(*layers):
    """Build a network of steps: each layer is knots (n_in, G + 1) and values (n_out, n_in, G)."""
    given = [
        {"knots": knots, "coef": values, "w_base": np.zeros(np.shape(values)[:2])}
        for knots, values in layers
    ]
    return KAN.from_arrays(given, degree=0, base="zero")


def two_edges_into_one():
    """Return [2, 1, 1], with the hidden node at 3 and 5, the output at 1 and 4."""
    first = ([[-1, 0, 1], [-1, 0, 1]], [[[3, 3], [0, 2]]])
    second = ([[0, 4, 8]], [[[1, 4]]])
    return steps(first, second), np.array([[-0.5, -0.5], [0.5, 0.5]])


def random_network(widths, seed=0, n_samples=40, **grid):
    """Return a network with random parameters, inputs (N, n_in), and the generator."""
    rng = np.random.default_rng(seed)
    network = shaken(KAN(widths, rng=rng, **grid), rng)
    return network, rng.uniform(-1.0, 1.0, (n_samples, widths[0])), rng


def product_network(widths, rng, arity=2, **options):
    """Return a network with products and random parameters, which keep its values near 1."""
    network = KAN(widths, arity=arity, rng=rng, **options)
    network = network.with_theta(rng.uniform(-0.5, 0.5, network.size))
    return KAN.from_layers(
        replace(layer, bias=rng.uniform(-0.5, 0.5, layer.n_out))
        if isinstance(layer, KANLayer)
        else layer
        for layer in network.layers
    )


def inputs_of(network, seed=0, samples=300):
    """Return inputs (N, n_in) of a network."""
    return np.random.default_rng(seed).uniform(-1.0, 1.0, (samples, network.widths[0]))


def with_edges(network, at, factor):
    """Return the network with the edges of one layer multiplied, (n_out, n_in)."""
    layers = list(network.layers)
    factor = np.broadcast_to(np.asarray(factor, dtype=float), layers[at].active.shape)
    coef, w_base = layers[at].coef * factor[:, :, None], layers[at].w_base * factor
    layers[at] = replace(layers[at], coef=coef, w_base=w_base)
    return KAN.from_layers(layers)


def permuted(network, at, order):
    """Return the network with the nodes between layers ``at`` and ``at + 1`` in another order."""
    layers = list(network.layers)
    a, b = layers[at], layers[at + 1]
    names = ("coef", "w_base", "bias", "active")
    layers[at] = replace(a, **{name: getattr(a, name)[order] for name in names})
    columns = {name: getattr(b, name)[:, order] for name in ("coef", "w_base", "active")}
    layers[at + 1] = replace(b, basis=type(b.basis)(b.knots[order], b.degree), **columns)
    return KAN.from_layers(layers)


def levels(network, x):
    """Return the values of the nodes of every level, inputs first."""
    y, cache = network.forward(x)
    return [*(layer.x for layer in cache), y]


def square_network():
    """Widths 3, 3, 3, half of the edges symbols: what is transposed is wrong, and never a crash."""
    rng = np.random.default_rng(7)
    network = shaken(KAN([3, 3, 3], grid_size=4, rng=rng), rng)
    network = KAN.from_layers(with_symbols(layer, rng) for layer in network.layers)
    return network, rng.uniform(-1.8, 1.8, (5, 3)), rng


def symbolic(widths, edges, **options):
    """Return a network whose edges are these symbols; those that are not named stay splines."""
    network = KAN(widths, rng=0, **options)
    for edge, (name, *affine) in edges.items():
        network = with_symbol(network, edge, SYMBOLS[name], np.array(affine, dtype=float))
    return network


def odd():
    """Return a network of which no number has a name."""
    edges = {
        (0, 0, 0): ("sin", 1.2345678, 0.3456789, 0.8765432, 0.1),
        (0, 0, 1): ("tanh", 0.7654321, 0.0, 1.3456789, 0.0),
        (1, 0, 0): ("exp", 0.4321987, 0.0, 2.2345678, -0.7654987),
    }
    return symbolic([2, 1, 1], edges)


def inputs(n=2, N=200, seed=1):
    return np.random.default_rng(seed).uniform(-1.0, 1.0, (N, n))


def evaluated_edges(monkeypatch):
    """Return a list to which every evaluation of single edges adds their number."""
    numbers, edge_values = [], KANLayer.edge_values

    def counting(self, cache):
        numbers.append(self.n_edges)
        return edge_values(self, cache)

    monkeypatch.setattr(KANLayer, "edge_values", counting)
    return numbers
