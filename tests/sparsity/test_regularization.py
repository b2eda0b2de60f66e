"""Penalties: their values by the formulas, their gradients, and what optimizers do with them."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from checks import agree, agree_exactly, assert_value, check_objective
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import (
    floats,
    networks_with_inputs,
    seeds,
    symbolic_networks_with_inputs,
    with_symbols,
)

import kan_numpy as kn
from kan_numpy import KAN, Objective, Penalty, _arrays
from kan_numpy.functions.other_bases import BASES
from kan_numpy.gradcheck import assert_adjoint
from kan_numpy.layers.kan_layer import KANLayer

TERMS = ("l1", "entropy", "coef", "smoothness")

penalties = st.one_of(
    st.sampled_from([Penalty(**{term: 0.3}) for term in TERMS]),
    st.builds(Penalty, *[floats(0.0, 0.3)] * 4, order=st.integers(1, 3)),
)


def random_network(widths, seed=0, n_samples=40, **options):
    rng = np.random.default_rng(seed)
    network = KAN(widths, rng=rng, **options)
    network = network.with_theta(rng.uniform(-0.5, 0.5, network.size))
    return network, rng.uniform(-1.0, 1.0, (n_samples, widths[0])), rng


@st.composite
def other_networks_with_inputs(draw):
    """Draw a network with another basis or with products, and perhaps with symbols."""
    widths = draw(st.sampled_from([[2, 3, 2], [2, (0, 1), 1], [3, (1, 1), 2], [1, 2, (1, 1)]]))
    basis = draw(st.sampled_from(["bspline", *BASES]))
    network, x, rng = random_network(widths, draw(seeds), 4, grid_size=2, degree=2, basis=basis)
    share = draw(st.sampled_from([0.0, 0.4]))
    network = KAN.from_layers(
        with_symbols(layer, rng, share) if isinstance(layer, KANLayer) else layer
        for layer in network.layers
    )
    return network, x, rng


def fitting(penalty, network):
    """Return the penalty with an order that edges of so few coefficients still have."""
    sizes = [layer.basis.size for layer in network.layers if isinstance(layer, KANLayer)]
    if min(sizes) == 1:
        return replace(penalty, smoothness=0.0)
    return replace(penalty, order=min(penalty.order, min(sizes) - 1))


def off_the_kinks(network, x):
    """Say whether no edge sends a value at which central differences cross the kink of |phi|."""
    layers = zip(network.layers, network.forward(x)[1], strict=True)
    phi = [layer.edges(cache.x) for layer, cache in layers if isinstance(layer, KANLayer)]
    sizes = np.abs(np.concatenate([values.ravel() for values in phi]))
    return not np.any((sizes > 0.0) & (sizes < 1e-4))


def check_penalty(penalty, network, x):
    return assert_adjoint(
        lambda theta: penalty(network.with_theta(theta), x)[0],
        lambda dL, theta: dL * penalty(network.with_theta(theta), x)[1],
        network.theta,
    )


# Values.


def by_loops(penalty, network, x):
    """Return the penalty, term by term as in the paper."""
    total, activations = 0.0, x
    for layer in network.layers:
        if isinstance(layer, KANLayer):
            phi = layer.edges(activations)
            sizes = [np.mean(np.abs(phi[:, o, i])) for o, i in np.argwhere(layer.active)]
            A = sum(sizes)
            shares = [size / A for size in sizes if size > 0.0]
            total += penalty.l1 * A - penalty.entropy * sum(p * np.log(p) for p in shares)
            for o, i in np.argwhere(layer.splines):
                c = layer.coef[o, i]
                total += penalty.coef * np.mean(c**2)
                for _ in range(penalty.order):
                    c = np.array([right - left for left, right in pairwise(c)])
                total += penalty.smoothness * (np.mean(c**2) if len(c) else 0.0)
        activations, _ = layer.forward(activations)
    return total


@given(drawn=symbolic_networks_with_inputs() | other_networks_with_inputs(), penalty=penalties)
def test_the_value_is_that_of_the_formulas(drawn, penalty):
    network, x, _ = drawn
    penalty = fitting(penalty, network)
    want = by_loops(penalty, network, x)
    np.testing.assert_allclose(penalty(network, x)[0], want, rtol=1e-12, atol=1e-13)


@given(drawn=symbolic_networks_with_inputs())
def test_what_an_edge_sends_is_what_the_layer_says(drawn):
    network, x, _ = drawn
    for layer, cache in zip(network.layers, network.forward(x)[1], strict=True):
        phi = np.einsum("nij,oij->noi", cache.B, layer.coef)  # (N, n_out, n_in)
        phi += layer.w_base * (0.0 if cache.b is None else cache.b[:, None])
        for edge in layer.symbols:
            phi[:, edge.out, edge.inp] = edge(cache.x[:, edge.inp])
        agree_exactly(layer.edge_values(cache), phi, np.abs(phi))
        agree_exactly(layer.edges(cache.x), phi, np.abs(phi))


def uniform_layer():
    """Return [3, 4], all edges the same function, with the same inputs everywhere."""
    network, x, rng = random_network([3, 4])
    layer = network.layers[0]
    c, w = np.tile(rng.standard_normal(layer.basis.size), 12), np.full(12, 0.7)
    return network.with_theta(np.concatenate([c, w])), np.repeat(x[:, :1], 3, axis=1)


def test_the_entropy_of_a_uniform_layer_is_the_logarithm_of_its_edges():
    value, gradient = Penalty(entropy=1.0)(*uniform_layer())
    np.testing.assert_allclose(value, np.log(12.0), rtol=1e-14)
    np.testing.assert_allclose(gradient, 0.0, atol=1e-15)  # it can't be larger


def test_the_entropy_of_a_single_edge_is_zero():
    network, x, _ = random_network([3, 4])
    layer = network.layers[0]
    alone = np.zeros(layer.active.shape)
    alone[2, 1] = 1.0
    theta = np.concatenate(
        [(layer.coef * alone[:, :, None]).ravel(), (layer.w_base * alone).ravel()]
    )
    assert Penalty(entropy=1.0)(network.with_theta(theta), x)[0] == 0.0


@given(drawn=networks_with_inputs(), factor=floats(0.1, 10.0))
def test_the_entropy_looks_at_shares_and_l1_at_sizes(drawn, factor):
    network, x, _ = drawn
    network = KAN.from_layers(network.layers[:1])
    larger = network.with_theta(factor * network.theta)
    entropy, l1 = Penalty(entropy=1.0), Penalty(l1=1.0)
    (S, dS), (A, dA) = entropy(network, x), l1(network, x)
    assert -1e-15 <= S <= np.log(network.layers[0].n_edges) + 1e-12
    np.testing.assert_allclose(entropy(larger, x)[0], S, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(l1(larger, x)[0], factor * A, rtol=1e-12, atol=1e-14)
    # Euler: theta . gradient is the degree times the value.
    np.testing.assert_allclose(network.theta @ dA, A, rtol=1e-11, atol=1e-13)
    terms = np.abs(network.theta * dS).sum()
    np.testing.assert_allclose(network.theta @ dS, 0.0, atol=1e-12 * (1.0 + terms))


@pytest.mark.parametrize("order", [1, 2, 3])
def test_smoothness_costs_nothing_for_polynomials_below_its_order(order):
    network, x, _ = random_network([1, 1], grid_size=6, base="zero")
    j = np.linspace(-1.0, 1.0, network.size)
    for power in range(4):
        value, gradient = Penalty(smoothness=1.0, order=order)(network.with_theta(j**power), x)
        if power < order:
            assert value < 1e-30
            assert np.abs(gradient).max() < 1e-14
        else:
            assert value > 1e-6


def test_differences_need_enough_coefficients():
    network, x, _ = random_network([2, 1], grid_size=1, degree=1)
    for penalty in (Penalty(smoothness=1.0, order=2), Penalty(smoothness=1.0, order=5)):
        for question in (penalty, penalty.curvature):
            with pytest.raises(ValueError, match=r"is too high: an edge has only 2 coefficients"):
                question(network, x)
    c = network.layers[0].coef[0]
    value, _ = Penalty(smoothness=1.0, order=1)(network, x)
    np.testing.assert_allclose(value, np.sum((c[:, 1] - c[:, 0]) ** 2), rtol=1e-13)
    assert Penalty(coef=1.0, order=5)(network, x)[0] > 0.0  # not looked at without smoothness


# Gradients.


@pytest.mark.gradient
@given(drawn=symbolic_networks_with_inputs(), penalty=penalties)
def test_the_gradient_is_right_with_symbols_and_inactive_edges(record, drawn, penalty):
    network, x, _ = drawn
    assume(off_the_kinks(network, x))
    record(check_penalty(fitting(penalty, network), network, x))


@pytest.mark.gradient
@given(drawn=other_networks_with_inputs(), penalty=penalties)
def test_the_gradient_is_right_with_other_bases_and_products(record, drawn, penalty):
    network, x, _ = drawn
    assume(off_the_kinks(network, x))
    record(check_penalty(fitting(penalty, network), network, x))


@pytest.mark.gradient
def test_the_gradient_of_loss_and_penalty_is_right(record):
    network, x, rng = random_network([2, 3, 2])
    penalty = Penalty(0.1, 0.2, 0.3, 0.4)
    y = rng.standard_normal((len(x), 2))
    objective = Objective(network, x, y, penalty=penalty)
    record(check_objective(objective, network.theta, rng))
    labels = rng.integers(2, size=len(x))
    record(
        check_objective(Objective(network, x, labels, "cross_entropy", penalty), network.theta, rng)
    )
    plain = Objective(network, x, y).fun(network.theta)[0]
    both = objective.fun(network.theta)[0]
    np.testing.assert_allclose(both, plain + penalty(network, x)[0], rtol=1e-14)
    np.testing.assert_allclose(objective.value(network.theta), both, rtol=1e-14)


def test_an_edge_of_zeros_is_left_alone():
    network, x, _ = random_network([2, 3])
    layer = network.layers[0]
    coef, w_base = layer.coef.copy(), layer.w_base.copy()
    coef[1, 0], w_base[1, 0] = 0.0, 0.0
    network = network.with_theta(np.concatenate([coef.ravel(), w_base.ravel()]))
    _, gradient = Penalty(l1=1.0, entropy=1.0)(network, x)
    own = network.with_theta(gradient).layers[0]
    assert not own.coef[1, 0].any()
    assert own.w_base[1, 0] == 0.0
    assert np.abs(own.coef).sum(axis=2)[layer.active].astype(bool).sum() == 5
    H = Penalty(l1=1.0, entropy=1.0).curvature(network, x)
    assert np.isfinite(H).all()
    stiffness = network.with_theta(np.diagonal(H)).layers[0].w_base
    assert stiffness[1, 0] > 1e6 * np.delete(stiffness, 2).max()  # and it stays there


def test_the_curvature_of_l1_falls_as_edges_grow_and_so_does_that_of_an_edge_of_zeros():
    network, x, _ = random_network([2, 3])
    parts = network.theta * (np.arange(network.size) >= network.layers[0].basis.size)  # no c of one
    parts[-6] = 0.0  # and no w of it
    small, large = (network.with_theta(size * parts) for size in (1.0, 1000.0))
    assert np.flatnonzero(small.layers[0].edges(x).any(axis=0)).tolist() == [1, 2, 3, 4, 5]
    H, less = (Penalty(l1=1.0).curvature(net, x) for net in (small, large))
    np.testing.assert_allclose(1000.0 * less, H, rtol=1e-9)


def test_a_network_of_zeros_has_no_penalty_and_can_be_trained():
    network, x, _ = random_network([2, 3, 1])
    network = network.with_theta(np.zeros(network.size))
    penalty = Penalty(l1=1e-3, entropy=1e-3, coef=1e-3, smoothness=1e-3)
    value, gradient = penalty(network, x)
    assert value == 0.0
    assert not gradient.any()
    H = penalty.curvature(network, x)
    assert np.isfinite(H).all()
    result = kn.fit(network, x, x[:, :1], steps=3, penalty=penalty, progress=False)
    assert np.isfinite(result.history["train_loss"]).all()


# Curvature.


def by_columns(gradient, P):
    """Return the Hessian of a quadratic function, for which differences of gradients are exact."""
    start = gradient(np.zeros(P))
    return np.stack([gradient(unit) - start for unit in np.eye(P)], axis=1)


@pytest.mark.gradient
@given(
    drawn=symbolic_networks_with_inputs() | other_networks_with_inputs(),
    penalty=st.builds(
        Penalty, coef=floats(0.0, 1.0), smoothness=floats(0.0, 1.0), order=st.integers(1, 3)
    ),
)
def test_the_curvature_of_the_quadratic_terms_is_their_hessian(record, drawn, penalty):
    network, x, _ = drawn
    penalty = fitting(penalty, network)
    want = by_columns(lambda theta: penalty(network.with_theta(theta), x)[1], network.size)
    record(agree(penalty.curvature(network, x), want, rtol=1e-12, atol=1e-12))


@given(drawn=symbolic_networks_with_inputs() | other_networks_with_inputs(), penalty=penalties)
def test_the_curvature_is_symmetric_and_bends_upwards(drawn, penalty):
    network, x, _ = drawn
    H = fitting(penalty, network).curvature(network, x)
    scale = max(1.0, float(np.abs(H).max()))
    np.testing.assert_allclose(H, H.T, rtol=0, atol=1e-14 * scale)
    assert np.linalg.eigvalsh(H / scale).min() > -1e-12


@pytest.mark.gradient
@pytest.mark.parametrize("symbolic", [False, True])
def test_the_curvature_of_l1_is_that_of_a_parabola(record, symbolic):
    network, x, rng = random_network([1, 1])
    if symbolic:
        network = KAN.from_layers([with_symbols(network.layers[0], rng, share=1.0)])
    A = float(np.mean(np.abs(network(x))))
    J = network.jacobian(x)[:, 0]  # (N, P)
    want = 0.2 / A * J.T @ J / len(x)  # the Hessian of 0.2 (mean of phi^2) / (2 A), A held fixed
    record(agree(Penalty(l1=0.2).curvature(network, x), want, rtol=1e-12))


def test_the_curvature_of_different_edges_is_zero():
    network, x, _ = random_network([2, 2], n_samples=30)
    H = Penalty(1.0, 0.1, 1.0, 1.0).curvature(network, x)
    W = network.layers[0].basis.size
    edge = np.concatenate([np.repeat(np.arange(4), W), np.arange(4)])
    same = edge[:, None] == edge
    assert np.abs(H[same]).min() >= 0.0
    assert np.count_nonzero(H[same]) > 4 * W
    assert not H[~same].any()


# Many samples.


@given(drawn=symbolic_networks_with_inputs() | other_networks_with_inputs(), penalty=penalties)
def test_blocks_of_samples_change_nothing(drawn, penalty):
    network, x, _ = drawn
    penalty = fitting(penalty, network)
    whole = [*penalty(network, x), penalty.curvature(network, x)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_arrays, "ROWS_AT_ONCE", 2)
        parts = [*penalty(network, x), penalty.curvature(network, x)]
    for got, want in zip(parts, whole, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-12 * (1.0 + np.abs(want).max()))


def test_a_block_holds_no_more_values_than_it_may(monkeypatch):
    network, x, _ = random_network([2, 4, 3])
    edge_values, sizes = KANLayer.edge_values, []

    def measured(layer, cache):
        phi = edge_values(layer, cache)
        sizes.append(phi.size)
        return phi

    monkeypatch.setattr(KANLayer, "edge_values", measured)
    monkeypatch.setattr(_arrays, "VALUES_AT_ONCE", 24)
    Penalty(l1=1.0)(network, x)
    assert max(sizes) == 24  # two samples of the twelve edges of the second layer


# Training.


def noisy_data():
    rng = np.random.default_rng(3)
    x = rng.uniform(-1.0, 1.0, (120, 2))
    y = np.sin(3.0 * x[:, :1]) + x[:, 1:] ** 2 + 0.1 * rng.standard_normal((120, 1))
    return x, y


@pytest.mark.parametrize(
    "penalty", [Penalty(l1=0.01, entropy=0.01), Penalty(coef=0.01, smoothness=0.1), Penalty(0.1)]
)
def test_levenberg_marquardt_goes_down_loss_and_penalty_together(penalty):
    x, y = noisy_data()
    network = KAN([2, 3, 1], grid_size=4, rng=0)
    start = Objective(network, x, y, penalty=penalty).fun(network.theta)[0]
    result = kn.fit(network, x, y, steps=25, penalty=penalty, progress=False)
    losses = np.array([start, *result.history["train_loss"]])
    assert np.all(np.diff(losses) <= 0.0)
    assert losses[-1] < 0.5 * losses[0]
    end = Objective(result.network, x, y, penalty=penalty).fun(result.network.theta)[0]
    np.testing.assert_allclose(losses[-1], end, rtol=1e-13)


def test_where_the_problem_is_convex_the_end_is_the_minimum():
    x, y = noisy_data()
    network = KAN([2, 1], grid_size=6, rng=0)
    objective = Objective(network, x, y, penalty=Penalty(smoothness=0.05))
    # The minimum by one linear system: everything is quadratic.
    theta = network.theta
    J, (_, gradient) = objective.jacobian(theta), objective.fun(theta)
    H = 2.0 * J.T @ J + Penalty(smoothness=0.05).curvature(network, x)
    want = objective.network.with_theta(theta - np.linalg.lstsq(H, gradient, rcond=1e-12)[0])
    lowest = objective.fun(want.theta)[0]
    ends = [
        kn.train(objective, steps=60).network,
        kn.train(objective, kn.LBFGS(), steps=300).network,
    ]
    assert lowest > 0.005
    # Undamped, a single step goes all the way.
    quick = kn.train(objective, kn.LevenbergMarquardt(damping=1e-9), steps=1)
    ends.append(quick.network)
    for end in ends:
        np.testing.assert_allclose(objective.fun(end.theta)[0], lowest, rtol=1e-7)
        np.testing.assert_allclose(end(x), want(x), rtol=0, atol=1e-3)


@pytest.mark.parametrize(
    "optimizer", [kn.LevenbergMarquardt(), kn.LBFGS(), kn.Adam(0.01), kn.SGD(0.05)], ids=repr
)
def test_every_optimizer_makes_edges_smaller(optimizer):
    x, y = noisy_data()
    network = KAN([2, 3, 1], grid_size=3, rng=0)
    plain, sparse = (
        kn.fit(network, x, y, optimizer=optimizer, steps=40, penalty=penalty, progress=False)
        for penalty in (None, Penalty(l1=0.3))
    )
    sizes = [Penalty(l1=1.0)(result.network, x)[0] for result in (plain, sparse)]
    assert sizes[1] < 0.8 * sizes[0]


def test_entropy_leaves_few_edges():
    x, y = noisy_data()
    network = KAN([2, 4, 1], grid_size=3, rng=0)
    plain, sparse = (
        kn.fit(network, x, y, steps=40, penalty=penalty, progress=False).network
        for penalty in (Penalty(l1=0.01), Penalty(l1=0.01, entropy=0.01))
    )
    entropies = [Penalty(entropy=1.0)(end, x)[0] for end in (plain, sparse)]
    assert entropies[1] < 0.8 * entropies[0]


# What is refused.


def test_a_penalty_without_curvature_is_not_for_levenberg_marquardt():
    x, y = noisy_data()
    network = KAN([2, 1], rng=0)

    def ridge(network, _):
        return float(network.theta @ network.theta), 2.0 * network.theta

    with pytest.raises(ValueError, match="penalty has no method curvature"):
        kn.fit(network, x, y, kn.LevenbergMarquardt(), penalty=ridge, steps=1)
    end = kn.fit(network, x, y, steps=200, penalty=ridge).network
    gradient = Objective(end, x, y, penalty=ridge).fun(end.theta)[1]
    assert np.abs(gradient).max() < 1e-3


@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize(
    ("value", "error"),
    [(-1e-9, ValueError), (np.nan, ValueError), (np.inf, ValueError), ("1", TypeError)],
)
def test_weights_that_make_no_sense_are_refused(term, value, error):
    with pytest.raises(error, match=term):
        Penalty(**{term: value})


@pytest.mark.parametrize(("order", "error"), [(0, ValueError), (1.5, TypeError)])
def test_an_order_that_makes_no_sense_is_refused(order, error):
    with pytest.raises(error, match="order"):
        Penalty(smoothness=1.0, order=order)


def test_an_mlp_has_no_edges():
    x, y = noisy_data()
    network = kn.MLP([2, 3, 1], rng=0)
    with pytest.raises(TypeError, match="edges of a KAN, but network is a MLP"):
        Penalty(l1=1.0)(network, x)
    with pytest.raises(TypeError, match="edges of a KAN"):
        kn.fit(network, x, y, penalty=Penalty(l1=1.0), steps=1)


def test_a_penalty_cannot_be_changed():
    assert_value(Penalty(l1=0.1), "l1")
