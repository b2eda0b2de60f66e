"""The reference of the toy functions: splines fitted edge by edge, where the edges are known."""

import numpy as np

import kan_numpy as kn


def sine_of_pi(x):
    """Return sin(pi x)."""
    return np.sin(np.pi * x)


def half_sine(x):
    """Return sin(pi x) / 2."""
    return np.sin(np.pi * x) / 2


def hundredth(x):
    """Return sin(pi x / 2)^2 / 100."""
    return np.sin(np.pi * x / 2) ** 2 / 100


def bessel(x):
    """Return J0(20 x)."""
    return kn.datasets.TOY_FUNCTIONS["bessel"](x[:, None])[:, 0]


# For each layer, for each output node, for each input: the function on the edge, None for none.
EDGES = {
    "bessel": [[[bessel]]],
    "exp_sin": [[[sine_of_pi, np.square]], [[np.exp]]],
    "high_dimensional": [[[hundredth] * 100], [[np.exp]]],
    "four_variables": [
        [[np.square, np.square, None, None], [None, None, np.square, np.square]],
        [[half_sine, half_sine]],
        [[np.exp]],
    ],
}


def composed(name, grid_size, degree, x):
    """Return the network whose splines were fitted to the known edges, on the range that x needs.

    Each spline is the best for its own edge. Training, which looks for those that are best for the
    sum, may do better.
    """
    layers, inputs = [], x
    for edges in EDGES[name]:
        low, high = inputs.min(axis=0), inputs.max(axis=0)
        knots = [kn.uniform_knots(*ends, grid_size, degree) for ends in zip(low, high, strict=True)]
        coef = np.zeros((len(edges), len(low), grid_size + degree))
        for o, row in enumerate(edges):
            for i, edge in enumerate(row):
                if edge is not None:
                    at = np.linspace(low[i], high[i], 50 * (grid_size + degree))
                    coef[o, i] = kn.fit_spline(at, edge(at), knots[i], degree)
        layers.append({"knots": knots, "coef": coef, "w_base": np.zeros(coef.shape[:2])})
        network = kn.KAN.from_arrays(layers, degree, base="zero")
        inputs = network(x)
    return network


def with_degree(network, grid_size, degree):
    """Return the network with splines of another degree, fitted to the ones that it has."""
    layers = []
    for layer in network.layers:
        ends = list(zip(layer.basis.low, layer.basis.high, strict=True))
        knots = [kn.uniform_knots(*pair, grid_size, degree) for pair in ends]
        at = np.linspace(*np.array(ends).T, 50 * (grid_size + degree))  # (points, n_in)
        phi = layer.edges(at)  # (points, n_out, n_in)
        coef = [kn.fit_spline(at[:, i], phi[:, :, i], t, degree) for i, t in enumerate(knots)]
        coef = np.stack(coef, axis=1)  # (n_out, n_in, G+k)
        layers.append({"knots": knots, "coef": coef, "w_base": np.zeros(coef.shape[:2])})
    return kn.KAN.from_arrays(layers, degree, base="zero")
