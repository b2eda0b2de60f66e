"""Derivatives by the inputs, forward and backward, are right; planted bugs are caught."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from checks import agree
from hypothesis import given
from hypothesis import strategies as st
from planting import Bug, with_bug
from strategies import _moved_between, inputs, knots, points, random_layer, seeds

import kan_numpy as kn
from kan_numpy import reference
from kan_numpy.derivatives import kan_jets as jet_layers
from kan_numpy.derivatives import network_jets as jets
from kan_numpy.derivatives import node_jets as jet_nodes
from kan_numpy.derivatives.jet import Jet, Pairs
from kan_numpy.derivatives.kan_jets import KANJets, TiedJets
from kan_numpy.derivatives.node_jets import DenseJets, as_jet_layer
from kan_numpy.derivatives.product_jets import ProductJets
from kan_numpy.functions.activations import ACTIVATIONS
from kan_numpy.functions.other_bases import BASES
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.gradcheck import assert_adjoint, central_difference
from kan_numpy.layers.product_layer import ProductLayer
from kan_numpy.layers.symbolic_edge import SymbolicEdge
from kan_numpy.layers.tied_layer import TiedLayer, plain_fields

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


# What is drawn


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
    locked = TiedLayer(**plain_fields(layer), locks=(edges,))
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


# What is right


def slow_jet(network, x, a, b):
    """The derivatives by x_a and x_b of one sample, edge by edge: lists (z, z_a, z_b, z_ab)."""
    z = [(float(v), float(i == a), float(i == b), 0.0) for i, v in enumerate(x)]
    for layer in network.layers:
        outputs = []
        for o in range(layer.n_out):
            sums = [float(layer.bias[o]), 0.0, 0.0, 0.0]
            for i, (v, v_a, v_b, v_ab) in enumerate(z):
                phi = [slow_edge(layer, o, i, v, d) for d in range(3)]
                sums[0] += phi[0]
                sums[1] += phi[1] * v_a
                sums[2] += phi[1] * v_b
                sums[3] += phi[2] * v_a * v_b + phi[1] * v_ab
            outputs.append(tuple(sums))
        z = outputs
    return z


def slow_edge(layer, o, i, x, d):
    base = float(layer.base(np.array([x]), d)[0]) if layer.has_base else 0.0
    terms = [
        c * reference.bspline(x, j, layer.degree, layer.knots[i].tolist(), d)
        for j, c in enumerate(layer.coef[o, i].tolist())
    ]
    return layer.w_base[o, i] * base + (sum(terms) if d <= layer.degree else 0.0)


def complex_jet(layers, x, pairs):
    """Send complex jets through layers, which the public door refuses."""
    chain = [as_jet_layer(layer) for layer in layers]
    first = chain[0].features(jets.seed(x, pairs), pairs)
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

    def backward(dy, x, theta):
        changed = network.with_theta(theta)
        return jets.backward(changed, as_jet(dy, like), jets.forward(changed, x, pairs)[1])

    def forward(x, theta):
        return as_vector(jets.forward(network.with_theta(theta), x, pairs)[0])

    # A random dy gathers many large terms, whose rounding errors central differences multiply.
    size = np.abs(as_vector(like)).max()
    return assert_adjoint(
        forward, backward, x, network.theta, rng=rng, atol=1e-8 * max(1.0, float(size))
    )


def check_backward_pass_exactly(network, x, rng, pairs=None):
    """<dy, J v> = <dx, v_x> + <dtheta, v_theta>, with J v by complex step."""
    y, cache = jets.forward(network, x, pairs)
    dy, v = random_jet(y, rng), rng.standard_normal(x.shape)
    v_theta = rng.standard_normal(network.size)
    layers = []
    for layer, along in zip(network.layers, network.with_theta(v_theta).layers, strict=True):
        splines = ("coef", "w_base")
        names = {KANJets: splines, TiedJets: splines, ProductJets: ()}
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
    chosen = jets.as_pairs(pairs, network.widths[0])
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


@pytest.mark.gradient
@given(drawn=kans(points), pair=st.tuples(st.integers(0, 3), st.integers(0, 3)))
def test_the_slow_twin_says_the_same(record, drawn, pair):
    network, x, _ = drawn
    splines = [layer for layer in network.layers if hasattr(layer, "coef")]
    n_in = network.widths[0]
    a, b = pair[0] % n_in, pair[1] % n_in
    plain = kn.KAN.from_layers(as_splines(layer) for layer in splines)
    jet = jets.jet(plain, x)
    H = jets.hessian(plain, x)
    for n, sample in enumerate(x):
        want = np.array(slow_jet(plain, sample, a, b)).T
        got = (jet.value[n], jet.gradient[n, :, a], jet.gradient[n, :, b], H[n, :, a, b])
        record(close(np.stack(got), want, want))


def as_splines(layer):
    """Return the layer with B-splines and nothing else."""
    if hasattr(layer.basis, "knots"):
        return replace(layer, symbols=())
    rng = np.random.default_rng(0)
    rows = np.tile(kn.uniform_knots(-2.0, 2.0, 2, 4), (layer.n_in, 1))
    return random_layer(rows, 4, layer.n_out, layer.base, rng)


@pytest.mark.gradient
@given(drawn=st.one_of(kans(points), mlps()))
def test_derivatives_by_the_inputs_are_exact_on_knots_too(record, drawn):
    record(check_by_complex_step(*drawn))


@pytest.mark.gradient
@given(drawn=networks())
def test_derivatives_by_the_inputs_are_what_central_differences_say(record, drawn):
    network, x, _ = drawn
    jet, H = jets.jet(network, x), jets.hessian(network, x)
    assert np.array_equal(jet.value, network(x))
    for n in range(len(x)):

        def gradient(at):
            return jets.jet(network, at[None]).gradient[0]

        record(agree(jet.gradient[n], central_difference(lambda at: network(at[None])[0], x[n])))
        size = max(1.0, float(np.abs(H).max()))
        record(agree(H[n], central_difference(gradient, x[n]), atol=1e-8 * size))


@pytest.mark.gradient
@given(drawn=networks(), data=st.data())
def test_the_backward_pass_to_theta_and_x_is_what_central_differences_say(record, drawn, data):
    network, x, rng = drawn
    record(check_backward_pass(network, x, rng, data.draw(pairs_of(network.widths[0]))))


@pytest.mark.gradient
@given(drawn=st.one_of(kans(points), mlps()), data=st.data())
def test_the_backward_pass_is_exact_on_knots_too(record, drawn, data):
    network, x, rng = drawn
    record(check_backward_pass_exactly(network, x, rng, data.draw(pairs_of(network.widths[0]))))


@pytest.mark.gradient
@given(drawn=networks(), data=st.data())
def test_the_jacobian_and_the_backward_pass_say_the_same(record, drawn, data):
    network, x, rng = drawn
    record(check_jacobian(network, x, rng, data.draw(pairs_of(network.widths[0]))))


@given(drawn=kans(points, depths=(1,)))
def test_a_sum_of_functions_of_one_input_has_no_mixed_derivatives(drawn):
    network, x, _ = drawn
    H = jets.hessian(kn.KAN.from_layers(network.layers[:1]), x)
    off = ~np.eye(x.shape[1], dtype=bool)
    assert not H[:, :, off].any()


@given(drawn=networks())
def test_permuted_samples_have_permuted_derivatives(drawn):
    network, x, rng = drawn
    order = rng.permutation(len(x))
    H = jets.hessian(network, x)
    close(jets.hessian(network, x[order]), H[order], H)


def test_polynomials_are_differentiated_like_polynomials():
    square = SymbolicEdge(0, 0, SYMBOLS["x^2"], np.array([1.0, 0.0, 1.0, 0.0]))
    cube = SymbolicEdge(1, 1, SYMBOLS["x^3"], np.array([1.0, 0.0, 2.0, 5.0]))
    layer = kn.KAN([2, 2], grid_size=1).layers[0]
    layer = replace(
        layer,
        coef=np.zeros_like(layer.coef),
        w_base=np.zeros((2, 2)),
        active=np.eye(2, dtype=bool),
        symbols=(square, cube),
    )
    network = kn.KAN.from_layers([layer, ProductLayer(2, ((0, 1),))])  # x^2 (2 y^3 + 5)
    x, y = 3.0, -2.0
    jet, H = jets.jet(network, [[x, y]]), jets.hessian(network, [[x, y]])
    assert jet.value.tolist() == [[x**2 * (2 * y**3 + 5)]]
    assert jet.gradient.tolist() == [[[2 * x * (2 * y**3 + 5), x**2 * 6 * y**2]]]
    assert jet.second.tolist() == [[[2 * (2 * y**3 + 5), x**2 * 12 * y]]]
    assert H[0, 0, 0, 1] == H[0, 0, 1, 0] == 2 * x * 6 * y**2


def jump_at_a_knot(degree):
    """How far d/dx of u'' differs on both sides of the point whose activation is a knot."""
    first, last = kn.KAN([1, 1, 1], grid_size=4, degree=degree, base="zero", rng=0).layers
    activation, _ = first.forward(np.array([[0.3]]))
    last = replace(last, basis=replace(last.basis, knots=last.knots + activation))
    network = kn.KAN.from_layers([first, last])
    _, cache = jets.forward(network, [[0.3 - 1e-9], [0.3 + 1e-9]])
    dy = Jet(np.zeros((2, 1)), np.zeros((2, 1, 1)), np.ones((2, 1, 1)))
    before, after = jets.backward(network, dy, cache)[0][:, 0]
    return abs(after - before)


def test_the_backward_pass_from_second_derivatives_jumps_at_knots_of_degree_3_but_not_4():
    assert jump_at_a_knot(3) > 1.0
    assert jump_at_a_knot(4) < 1e-5


BUG_PAIRS = [(0, 0), (1, 0), (1, 1)]


def a_square_kan():
    """Widths 2, 2, 2 of splines with a base, a symbol and an edge less."""
    rng = np.random.default_rng(1)
    rows = np.tile(kn.uniform_knots(-2.0, 2.0, 2, 4), (2, 1))
    layers = [random_layer(rows, 4, 2, ACTIVATIONS["silu"], rng, d) for d in (1.0, 1.0, 0.5)]
    layers[1] = with_symbol(layers[1], "sin", rng)
    return kn.KAN.from_layers(layers), rng.uniform(-1.5, 1.5, (3, 2)), rng


def a_square_mlp():
    rng = np.random.default_rng(2)
    net = kn.MLP([2, 2, 2, 2], activation="tanh", rng=rng)
    return net.with_theta(rng.uniform(-1.0, 1.0, net.size)), rng.uniform(-1.0, 1.0, (3, 2)), rng


def a_product():
    net = kn.KAN([2, (1, 1), 2], grid_size=1, degree=4, arity=3, rng=3)
    rng = np.random.default_rng(3)
    net = net.with_theta(rng.uniform(-1.0, 1.0, net.size))
    return net, rng.uniform(-1.0, 1.0, (3, 2)), rng


def the_derivatives():
    check_by_complex_step(*a_square_kan())


def the_derivatives_of_an_mlp():
    check_by_complex_step(*a_square_mlp())


def the_derivatives_of_a_product():
    check_by_complex_step(*a_product())


def the_backward_pass():
    check_backward_pass(*a_square_kan(), BUG_PAIRS)


def the_backward_pass_exactly():
    check_backward_pass_exactly(*a_square_kan(), BUG_PAIRS)


def the_backward_pass_of_an_mlp():
    check_backward_pass(*a_square_mlp(), BUG_PAIRS)


def the_backward_pass_of_a_product():
    check_backward_pass(*a_product(), BUG_PAIRS)


def the_backward_pass_of_a_lock():
    network, x, rng = a_square_kan()
    network = kn.KAN.from_layers(with_lock(layer) for layer in network.layers)
    check_backward_pass(network, x, rng, BUG_PAIRS)


def the_jacobian():
    check_jacobian(*a_square_kan(), BUG_PAIRS)


def the_jacobian_of_an_mlp():
    check_jacobian(*a_square_mlp(), BUG_PAIRS)


BUGS = [
    Bug(
        "the second derivatives forget how the gradient bends",
        KANJets, "output",
        "@ cache.p +", "@ cache.p * 0.0 +",
        the_derivatives,
    ),
    Bug(
        "the second derivatives forget those of the layer before",
        KANJets, "output",
        "+ slope @ z.second", "+ 0.0 * slope @ z.second",
        the_derivatives,
    ),
    Bug(
        "the gradient is multiplied with the transposed slopes, which fit because they are square",
        KANJets, "output",
        "slope @ z.gradient", "slope.transpose(0, 2, 1) @ z.gradient",
        the_derivatives,
    ),
    Bug(
        "the base function is missing from the slope of an edge",
        KANJets, "_edges",
        "if layer.has_base", "if False",
        the_derivatives,
    ),
    Bug(
        "the products of the gradient take the same input twice",
        Pairs, "products",
        "gradient[:, :, self.b]", "gradient[:, :, self.a]",
        the_derivatives,
    ),
    Bug(
        "in the backward pass a product hands its gradient to one factor only",
        Pairs, "backward",
        "dg[:, :, b] +=", "dg[:, :, b] += 0.0 *",
        the_backward_pass,
    ),
    Bug(
        "in the backward pass a product hands its gradient to the wrong factor",
        Pairs, "backward",
        "dg[:, :, a] += dp[:, :, q] * gradient[:, :, b]",
        "dg[:, :, a] += dp[:, :, q] * gradient[:, :, a]",
        the_backward_pass_exactly,
    ),
    Bug(
        "dtheta leaves out what the second derivatives say",
        KANJets, "_upstream",
        "return [slope, dy.second", "return [slope, 0.0 * dy.second",
        the_backward_pass,
    ),
    Bug(
        "dtheta leaves out the second derivatives of the layer before",
        KANJets, "_upstream",
        "slope += dy.second", "slope += 0.0 * dy.second",
        the_backward_pass_exactly,
    ),
    Bug(
        "dtheta takes the slopes of the basis where its bends belong",
        KANJets, "parameter_gradient",
        "cache.B[index]", "cache.B[0]",
        the_backward_pass,
    ),
    Bug(
        "the backward pass to the inputs uses the second derivative for the third",
        KANJets, "input_gradient",
        "index + 2", "2",
        the_backward_pass,
    ),
    Bug(
        "the backward pass to the inputs forgets the pairs",
        KANJets, "input_gradient",
        "gradient += cache", "gradient += 0.0 * cache",
        the_backward_pass_exactly,
    ),
    Bug(
        "the Jacobian takes the slopes of the base function where its bends belong",
        KANJets, "jacobian",
        "cache.b[index][:, i]", "cache.b[0][:, i]",
        the_jacobian,
    ),
    Bug(
        "the Jacobian gives the output node of another edge to an edge",
        KANJets, "jacobian",
        "dphi[:, o, i] *", "dphi[:, o[::-1], i] *",
        the_jacobian,
    ),
    Bug(
        "the slope of a symbol by its scale a lacks the product rule",
        jet_layers, "_slopes",
        "d * f +", "f +",
        the_backward_pass,
    ),
    Bug(
        "what comes back to a shared parameter goes to its neighbor",
        jets, "as_jet_layer",
        "layer.parameter_index", "np.roll(layer.parameter_index, 1)",
        the_backward_pass_of_a_lock,
    ),
    Bug(
        "an MLP forgets the bend of its activation",
        DenseJets, "features",
        "[:, :, None] * p +", "[:, :, None] * p * 0.0 +",
        the_derivatives_of_an_mlp,
    ),
    Bug(
        "an MLP leaves the third derivative of its activation out",
        DenseJets, "input_gradient",
        "self._factor(cache, 3) *", "0.0 *",
        the_backward_pass_of_an_mlp,
    ),
    Bug(
        "an MLP does not multiply the second derivatives in the backward pass",
        DenseJets, "input_gradient",
        "second *= cache.f[0]", "second *= 1.0 + 0.0 * cache.f[0]",
        the_backward_pass_of_an_mlp,
    ),
    Bug(
        "dw of an MLP leaves the second derivatives out",
        DenseJets, "parameter_gradient",
        "dw += np", "dw += 0.0 * np",
        the_backward_pass_of_an_mlp,
    ),
    Bug(
        "the Jacobian of an MLP is transposed, which fits because it is square",
        DenseJets, "jacobian",
        "dw.reshape", "dw.transpose(0, 2, 1).reshape",
        the_jacobian_of_an_mlp,
    ),
    Bug(
        "a product leaves out one of the two mixed terms",
        jet_nodes, "_times",
        "+ u.gradient[:, :, b]", "+ 0.0 * u.gradient[:, :, b]",
        the_derivatives_of_a_product,
    ),
    Bug(
        "a product forgets the second derivatives in its backward pass",
        jet_nodes, "_times_backward",
        "+ pairs.backward", "+ 0.0 * pairs.backward",
        the_backward_pass_of_a_product,
    ),
    Bug(
        "a product multiplies the upstream gradient by the factor it belongs to",
        ProductJets, "input_gradient",
        "jets[index - 1]", "v",
        the_backward_pass_of_a_product,
    ),
    Bug(
        "the layers are backpropagate without the first step back",
        jets, "backpropagate",
        "dy = layer", "_ = layer",
        the_backward_pass,
    ),
]  # fmt: skip


@pytest.mark.gradient
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught(monkeypatch, bug):
    bug.check()
    monkeypatch.setattr(bug.owner, bug.function, with_bug(bug))
    with pytest.raises(AssertionError, match=r"wrong in|Not equal to tolerance"):
        bug.check()


def test_what_is_not_asked_for_is_not_needed():
    slope_only = kn.KAN([2, 3, 1], base=(np.sin, np.cos), rng=0)
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (4, 2))
    y, _ = jets.forward(slope_only, x, pairs=[])
    assert y.second.shape == (4, 1, 0)
    dx, _ = slope_only.backward(np.ones((4, 1)), slope_only.forward(x)[1])
    np.testing.assert_allclose(y.gradient[:, 0], dx, rtol=1e-12)
    with pytest.raises(ValueError, match="derivative 2 of 'sin' is not known"):
        jets.jet(slope_only, x)


def test_bad_input_is_refused():
    net = kn.KAN([2, 3, 1], rng=0)
    x = np.zeros((4, 2))
    y, cache = jets.forward(net, x)
    with pytest.raises(ValueError, match=r"x must have shape \(N, 2\)"):
        jets.jet(net, np.zeros((4, 3)))
    with pytest.raises(ValueError, match=r"x\[1, 0\] is nan"):
        jets.hessian(net, [[0.0, 0.0], [np.nan, 0.0]])
    with pytest.raises(TypeError, match="must be a KAN or an MLP"):
        jets.jet(None, x)
    with pytest.raises(ValueError, match="pairs must name inputs from 0 to 1"):
        jets.forward(net, x, [(0, 2)])
    for wrong in (3, [0, 1], [(0, 1, 1)]):
        with pytest.raises(TypeError, match="pairs must be a list of pairs"):
            jets.forward(net, x, wrong)
    with pytest.raises(ValueError, match="pairs must be at least 0"):
        jets.forward(net, x, [(0, -1)])
    with pytest.raises(TypeError, match=r"dy must be a Jet"):
        jets.backward(net, y.value, cache)
    with pytest.raises(ValueError, match=r"dy.gradient must have shape \(4, 1, 2\)"):
        jets.jacobian(net, y._replace(gradient=y.value), cache)
    for wrong in (net.forward(x)[1], jets.forward(kn.KAN([1, 1], rng=0), [[0.0]])[1]):
        with pytest.raises(TypeError, match="cache must be what forward returned"):
            jets.backward(net, y, wrong)


def test_a_layer_without_jets_is_refused():
    class Other:
        n_in = n_out = 1

    with pytest.raises(TypeError, match="network has a Other, whose jets are not known"):
        jets.jet(kn.KAN.from_layers([Other()]), [[0.0]])
