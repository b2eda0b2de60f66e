"""Networks to differentiate by their inputs, and what it means that their jets are right."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from checks import agree
from hypothesis import strategies as st
from strategies import _moved_between, inputs, knots, random_layer, seeds

import kan_numpy as kn
from kan_numpy.derivatives import network_jets as jets
from kan_numpy.derivatives.dense_jets import DenseJets
from kan_numpy.derivatives.jet import Jet, Pairs, as_pairs, seed
from kan_numpy.derivatives.kan_jets import KANJets
from kan_numpy.derivatives.layer_jets import as_jet_layer
from kan_numpy.derivatives.product_jets import ProductJets
from kan_numpy.functions.activations import ACTIVATIONS
from kan_numpy.functions.other_bases import BASES
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.gradcheck import assert_adjoint
from kan_numpy.layers.product_layer import ProductLayer
from kan_numpy.layers.symbolic_edge import SymbolicEdge

STEP = 1e-30
WAVE = kn.Activation("wave", np.sin, (np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x)))
bases = st.sampled_from([*(ACTIVATIONS[name] for name in ("silu", "identity", "zero")), WAVE])
activations = st.sampled_from(["silu", "tanh", "sigmoid", WAVE])


def close(got, want, size):
    """Assert equality up to rounding, of numbers made of terms as large as ``size``."""
    scale = max(1.0, float(np.max(np.abs(size), initial=0.0)))
    return agree(got, want, rtol=1e-11, atol=1e-11 * scale)


def as_vector(jet):
    return np.concatenate([part.ravel() for part in jet])


def as_jet(vector, like):
    ends = np.cumsum([part.size for part in like])[:-1]
    parts = zip(np.split(vector, ends), like, strict=True)
    return Jet(*(part.reshape(other.shape) for part, other in parts))


def random_jet(like, rng):
    return Jet(*(rng.standard_normal(part.shape) for part in like))


def with_other_basis(layer, kind, z, rng):
    """Return the layer with other basis functions, on a grid that the activations do not leave."""
    half = 0.5 + 2.0 * np.abs(z).max(axis=0)
    basis = BASES[kind](-half, half, 4)
    coef = rng.uniform(-0.5, 0.5, (layer.n_out, layer.n_in, 4)) * layer.active[:, :, None]
    return replace(layer, basis=basis, coef=coef)


def with_symbol(layer, name, rng):
    """Return the layer with one active edge turned into a symbol."""
    o, i = (int(index[0]) for index in np.nonzero(layer.active))
    coef, w_base = layer.coef.copy(), layer.w_base.copy()
    coef[o, i], w_base[o, i] = 0.0, 0.0
    edge = SymbolicEdge(o, i, SYMBOLS[name], rng.uniform(0.2, 0.8, 4))
    return replace(layer, coef=coef, w_base=w_base, symbols=(edge,))


def with_lock(layer):
    """Return the layer with all its spline edges sharing one function."""
    edges = tuple((int(o), int(i)) for o, i in np.argwhere(layer.splines))
    locked = replace(layer, locks=(edges,))
    return locked.with_theta(locked.theta)


@st.composite
def kans(draw, kind=None, depths=(1, 2, 3)):
    """Draw a KAN of all kinds of layers, inputs (N, n_in), and a generator for the rest."""
    widths = draw(st.permutations([1, 2, 3, 4]))[: 1 + draw(st.sampled_from(depths))]
    if draw(st.booleans()):
        widths = [2] * len(widths)
    rng, base = np.random.default_rng(draw(seeds)), draw(bases)
    layers, x, z = [], None, None
    for n_in, n_out in pairwise(widths):
        k, G = draw(st.integers(0, 6)), draw(st.integers(1, 3))
        rows = np.stack([draw(knots(k, G, gap=1.0))] * n_in)
        N = draw(st.integers(1, 4))
        if x is None:
            x = z = draw(inputs(rows, k, N, kind)) if kind else rng.uniform(-2.0, 2.0, (N, n_in))
        if not (kind and z is x):
            rows = _moved_between(rows, k, z)
        layer = random_layer(rows, k, n_out, base, rng, draw(st.sampled_from([0.6, 1.0])))
        other = draw(st.sampled_from([None, None, *BASES]))
        if other:
            layer = with_other_basis(layer, other, z, rng)
        if draw(st.integers(0, 3)) == 0:
            layer = with_symbol(layer, draw(st.sampled_from(["sin", "exp", "x^3"])), rng)
        if draw(st.integers(0, 3)) == 0:
            layer = with_lock(layer)
        layers.append(layer)
        z, _ = layer.forward(z)
    if widths[-1] > 2:
        layers.append(ProductLayer(widths[-1], ((2, 0, 1), *((i,) for i in range(3, widths[-1])))))
    return kn.KAN.from_layers(layers), x, rng


@st.composite
def mlps(draw):
    widths = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    rng = np.random.default_rng(draw(seeds))
    net = kn.MLP(widths, activation=draw(activations))
    x = rng.uniform(-1.0, 1.0, (draw(st.integers(1, 4)), widths[0]))
    return net.with_theta(rng.uniform(-1.0, 1.0, net.size)), x, rng


def networks():
    return st.one_of(kans(), mlps())


@st.composite
def pairs_of(draw, n_in):
    """Draw which second derivatives are wanted: none, some, in any order, or the same twice."""
    index = st.integers(0, n_in - 1)
    return draw(st.lists(st.tuples(index, index), max_size=4))


def complex_jet(layers, x, pairs):
    """Send complex jets through layers, which the public door refuses."""
    chain = [as_jet_layer(layer) for layer in layers]
    first = chain[0].features(seed(x, pairs), pairs)
    return jets.propagate(chain, first, pairs)[0]


def check_by_complex_step(network, x, rng):
    """In a random direction v, value' = gradient v and gradient' = hessian v, also on knots."""
    n_in = network.widths[0]
    v = rng.standard_normal(x.shape)
    H, jet = jets.hessian(network, x), jets.jet(network, x)
    along = complex_jet(network.layers, x + 1j * STEP * v, Pairs(np.arange(n_in), np.arange(n_in)))
    terms = jet.gradient * v[:, None]
    worst = close(terms.sum(axis=2), along.value.imag / STEP, terms)
    terms = H * v[:, None, None]
    worst = max(worst, close(terms.sum(axis=3), along.gradient.imag / STEP, terms))
    return max(worst, close(jet.second, np.einsum("noaa->noa", H), H))


def check_backward_pass(network, x, rng, pairs=None):
    """Dx and dtheta of value, gradient and second derivatives, by central differences."""
    like, _ = jets.forward(network, x, pairs)
    # A random dy gathers many large terms, whose rounding errors central differences multiply.
    size = max(1.0, float(np.abs(as_vector(like)).max()))

    def backward(dy, x, theta):
        changed = network.with_theta(theta)
        return jets.backward(changed, as_jet(dy / size, like), jets.forward(changed, x, pairs)[1])

    def forward(x, theta):
        return as_vector(jets.forward(network.with_theta(theta), x, pairs)[0]) / size

    return assert_adjoint(forward, backward, x, network.theta, rng=rng)


def check_backward_pass_exactly(network, x, rng, pairs=None):
    """<dy, J v> = <dx, v_x> + <dtheta, v_theta>, with J v by complex step."""
    y, cache = jets.forward(network, x, pairs)
    dy, v = random_jet(y, rng), rng.standard_normal(x.shape)
    v_theta = rng.standard_normal(network.size)
    layers = []
    for layer, along in zip(network.layers, network.with_theta(v_theta).layers, strict=True):
        splines = ("coef", "w_base")
        names = {KANJets: splines, ProductJets: ()}
        names[DenseJets] = ("weights", "bias")
        moved = {
            name: getattr(layer, name) + 1j * STEP * getattr(along, name)
            for name in names[type(as_jet_layer(layer))]
            if name != "w_base" or layer.has_base
        }
        if getattr(layer, "symbols", ()):
            both = zip(layer.symbols, along.symbols, strict=True)
            moved["symbols"] = tuple(
                replace(edge, affine=edge.affine + 1j * STEP * other.affine) for edge, other in both
            )
        layers.append(replace(layer, **moved))
    chosen = as_pairs(pairs, network.widths[0])
    want = as_vector(dy) @ as_vector(complex_jet(layers, x + 1j * STEP * v, chosen)).imag / STEP
    dx, dtheta = jets.backward(network, dy, cache)
    parts = np.concatenate([(dx * v).ravel(), dtheta * v_theta])
    return close(parts.sum(), want, np.abs(parts).sum())


def check_jacobian(network, x, rng, pairs=None):
    """Summed over the samples, the Jacobian is dtheta; sample by sample, that of each alone."""
    y, cache = jets.forward(network, x, pairs)
    dy = random_jet(y, rng)
    J, dtheta = jets.jacobian(network, dy, cache), jets.backward(network, dy, cache)[1]
    worst = close(J.sum(axis=0), dtheta, np.abs(J).sum(axis=0))
    for n in range(len(x)):
        _, cache = jets.forward(network, x[n : n + 1], pairs)
        one = Jet(*(part[n : n + 1] for part in dy))
        dtheta = jets.backward(network, one, cache)[1]
        worst = max(worst, close(J[n], dtheta, J[n]))
    return worst


BUG_PAIRS = [(0, 0), (1, 0), (1, 1)]


def a_square_kan():
    """Widths 2, 2, 2 of splines with a base, a symbol and an edge less."""
    rng = np.random.default_rng(1)
    rows = np.tile(kn.uniform_knots(-2.0, 2.0, 2, 4), (2, 1))
    layers = [random_layer(rows, 4, 2, ACTIVATIONS["silu"], rng, d) for d in (1.0, 1.0, 0.5)]
    layers[1] = with_symbol(layers[1], "sin", rng)
    return kn.KAN.from_layers(layers), rng.uniform(-1.5, 1.5, (3, 2)), rng


def the_derivatives():
    check_by_complex_step(*a_square_kan())


def the_backward_pass():
    check_backward_pass(*a_square_kan(), BUG_PAIRS)


def the_backward_pass_exactly():
    check_backward_pass_exactly(*a_square_kan(), BUG_PAIRS)
