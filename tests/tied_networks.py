"""Networks with tied edges: drawn, by hand, and with their ties taken away."""

import numpy as np
from hypothesis import strategies as st
from strategies import seeds, shaken

import kan_numpy as kn
from kan_numpy import KAN
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.networks.edges import with_symbol

SINE = np.array([1.0, 0.2, 0.7, -0.1])


def square(seed=0, **options):
    """Return a random network of widths 2, 2, 1, and inputs (N, 2)."""
    rng = np.random.default_rng(seed)
    return shaken(KAN([2, 2, 1], rng=rng, **options), rng), rng.uniform(-1.0, 1.0, (60, 2))


def locks_of(network, at):
    return network.layers[at].locks


def all_unlocked(network):
    for at in range(len(network.layers)):
        network = kn.unlock(network, at)
    return network


@st.composite
def tied_networks_with_inputs(draw):
    """Draw a network with locks, perhaps a symbol, an edge less and different grids."""
    rng = np.random.default_rng(draw(seeds))
    widths = draw(st.sampled_from([[3, 2], [2, 3, 2], [1, 3, 1], [3, 3, 3]]))
    base = draw(st.sampled_from(["silu", "zero"]))
    network = shaken(KAN(widths, draw(st.integers(1, 4)), 3, base=base, rng=rng), rng)
    x = rng.uniform(-1.2, 1.2, (draw(st.integers(1, 4)), widths[0]))
    if draw(st.booleans()):
        network = kn.adapt_grid(
            network, rng.uniform(-1.0, 1.0, (20, 1)) * np.arange(1, 1 + widths[0])
        )
    for at, layer in enumerate(network.layers):
        edges = [tuple(edge) for edge in rng.permutation(np.argwhere(layer.active)).tolist()]
        if draw(st.booleans()) and len(edges) > 4:
            network = with_symbol(network, (at, *edges.pop()), SYMBOLS["sin"], SINE)
        while len(edges) >= 2 and draw(st.integers(0, 3)):
            size = draw(st.integers(2, min(4, len(edges))))
            network = kn.lock(network, at, [edges.pop() for _ in range(size)])
    return network, x, rng
