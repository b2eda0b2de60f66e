"""What stands in a figure: artists by their names, their lines and texts."""

import numpy as np

from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.networks.edges import with_symbol


def samples(n_in, seed=0):
    return np.random.default_rng(seed).uniform(-1.5, 1, (60, n_in))


def found(figure, gid):
    """Return the one artist with this name."""
    (artist,) = figure.findobj(lambda artist: artist.get_gid() == gid)
    return artist


def lines(figure, gid):
    return found(figure, gid).get_segments()


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def with_symbols(network, names):
    """Return the network with the symbols of these edges, all with (a, b, c, d) = (1, 3, 1, 0)."""
    for edge, symbol in names.items():
        chosen = SYMBOLS[symbol] if isinstance(symbol, str) else symbol
        network = with_symbol(network, edge, chosen, np.array([1.0, 3.0, 1.0, 0.0]))
    return network
