"""Sums, products and inner combinations are recognized, and which inputs matter."""

from itertools import combinations

import numpy as np
import pytest
from checks import assert_value
from hypothesis import given
from hypothesis import strategies as st
from strategies import seeds

import kan_numpy as kn
from kan_numpy.derivatives import separability
from kan_numpy.derivatives.separability import additive_groups, multiplicative_groups, symmetry

NAMES = ("x0", "x1", "x2")


def box(seed=0, n_in=3, n_samples=200):
    return np.random.default_rng(seed).uniform(-1.0, 1.0, (n_samples, n_in))


def exact(text):
    return kn.from_formula(text, NAMES)


# The scores, by hand.


def test_the_score_of_a_sum_is_the_mixed_derivative_in_units_of_the_spreads():
    x = box() * [1.0, 3.0, 0.2]
    f, s = x[:, 0] * x[:, 1] + np.sin(x[:, 2]), x.std(axis=0)
    found = additive_groups(exact("x0*x1 + sin(x2)"), x)
    want = np.zeros((3, 3))
    want[0, 1] = want[1, 0] = s[0] * s[1] / f.std()
    np.testing.assert_allclose(found.scores, want, rtol=1e-12, atol=1e-14)


def test_the_score_of_a_product_is_that_of_the_logarithm_without_its_division():
    x = box()
    f, s = x[:, 0] + np.exp(x[:, 1]), x.std(axis=0)
    found = multiplicative_groups(exact("x0 + exp(x1)"), x)
    # f f_01 - f_0 f_1 = 0 - exp(x_1)
    want = np.exp(x[:, 1]).mean() * s[0] * s[1] / (np.sqrt(np.mean(f**2)) * f.std())
    np.testing.assert_allclose(found.scores[0, 1], want, rtol=1e-12)
    assert found.unused == (2,)


def test_the_score_of_a_symmetry_is_a_weighted_angle():
    x = box()
    s = x.std(axis=0)
    found = symmetry(exact("x0 + x1*x2"), x, [0, 1])
    gradient = np.column_stack([np.full(len(x), s[0]), s[1] * x[:, 2]])
    length = np.linalg.norm(gradient, axis=1)
    step = 1e-6
    ahead = gradient + np.array([0.0, s[1] * s[2] * step])  # x_2 moves by a part of its spread
    turn = np.arctan2(ahead[:, 1], ahead[:, 0]) - np.arctan2(gradient[:, 1], gradient[:, 0])
    want = np.average(np.abs(turn) / step, weights=length**2)
    np.testing.assert_allclose(found.scores[2], want, rtol=1e-5)
    assert found.scores[0] == found.scores[1] == 0.0


# Formulas, whose structure can be seen.


@pytest.mark.parametrize(
    ("text", "sums", "products", "symmetric"),
    [
        ("x0*x1 + sin(x2)", [[0, 1], [2]], [[0, 1, 2]], [(0, 1)]),
        ("x0 + exp(x1) + x2**2", [[0], [1], [2]], [[0, 1, 2]], [(0, 1), (0, 2), (1, 2)]),
        ("exp(x0*x2)*sin(x1)", [[0, 1, 2]], [[0, 2], [1]], [(0, 2)]),
        ("(x0 + 2)*x1*(x2 + 3)", [[0, 1, 2]], [[0], [1], [2]], [(0, 1), (0, 2), (1, 2)]),
        ("sin(x0*x1 + x2)", [[0, 1, 2]], [[0, 1, 2]], [(0, 1)]),
        ("(x0 + x1)*x2 + x1", [[0, 1, 2]], [[0, 1, 2]], []),
    ],
)
def test_the_structure_of_a_formula_is_found(text, sums, products, symmetric):
    network, x = exact(text), box()
    assert list(map(list, additive_groups(network, x).groups)) == sums
    assert list(map(list, multiplicative_groups(network, x).groups)) == products
    pairs = [pair for pair in combinations(range(3), 2) if symmetry(network, x, pair).holds]
    assert pairs == symmetric


def test_a_chain_of_pairs_is_one_group():
    found = additive_groups(kn.from_formula("a*b + b*c + d", list("abcd")), box(n_in=4))
    assert found.groups == ((0, 1, 2), (3,))
    assert found.scores[0, 2] < 1e-12


def test_of_several_outputs_the_most_tangled_one_decides():
    x = box()
    network = kn.from_formula(["x0 + x1 + x2", "1e-3*x0*x1"], NAMES)
    assert additive_groups(network, x).groups == ((0, 1), (2,))
    tangled = kn.from_formula(["x0 + x1 + x2", "1e-3*(x0 + x1*x2)"], NAMES)
    assert not symmetry(tangled, x, [0, 1]).holds


@given(seed=seeds, factors=st.lists(st.sampled_from([1e-3, 0.1, 7.0, 1e3]), min_size=4, max_size=4))
def test_units_play_no_role(seed, factors):
    x, (*scale, unit) = box(seed), factors
    a, b, c = (f"({1.0 / factor!r}*{name})" for factor, name in zip(scale, NAMES, strict=True))
    plain, rescaled = (
        kn.from_formula(f"{u!r}*({p}*{q} + sin({q} + {r}))", NAMES, grid_range=ends)
        for u, p, q, r, ends in [
            (1.0, *NAMES, (-1.0, 1.0)),
            (unit, a, b, c, [(-s, s) for s in scale]),
        ]
    )
    for test in (additive_groups, multiplicative_groups, lambda f, x: symmetry(f, x, [0, 2])):
        want, got = test(plain, x).scores, test(rescaled, x * scale).scores
        np.testing.assert_allclose(got, want, rtol=1e-8, atol=1e-12)


@given(seed=seeds)
def test_a_network_is_what_its_wires_say(seed):
    """Node 0 reads the inputs 0 and 1, node 1 the others: sums on top, then a function of them."""
    rng, x = np.random.default_rng(seed), box(seed, 4, 50)
    cut = [(0, 0, 2), (0, 0, 3), (0, 1, 0), (0, 1, 1)]
    added = kn.prune(kn.KAN([4, 2, 1], base="zero", rng=rng), x, edges=cut)
    bent = kn.prune(kn.KAN([4, 2, 1, 1], base="zero", rng=rng), x, edges=cut)
    for network in (added, bent):
        for inputs in ([0, 1], [2, 3]):
            assert symmetry(network, x, inputs).scores.max() < 1e-12
    scores = additive_groups(added, x).scores
    assert scores[:2, 2:].max() < 1e-12
    assert scores[0, 1] > 1e-3
    assert scores[2, 3] > 1e-3
    assert additive_groups(bent, x).scores[:2, 2:].max() > 1e-3


# Trained networks.


@pytest.mark.parametrize(
    "start", [kn.KAN([3, 5, 1], rng=0), kn.MLP([3, 12, 12, 1], rng=0)], ids=["KAN", "MLP"]
)
def test_a_trained_network_has_the_structure_of_its_data(start):
    x = box(n_samples=1000)
    y = np.exp(x[:, :1] * x[:, 1:2]) * np.sin(2.0 * x[:, 2:])
    network = kn.fit(start, x, y, steps=40).network
    assert additive_groups(network, x).groups == ((0, 1, 2),)
    product = multiplicative_groups(network, x)
    assert product.groups == ((0, 1), (2,))
    assert product.between < 0.03
    assert symmetry(network, x, [0, 1]).scores.max() < 0.03
    assert symmetry(network, x, [0, 2]).scores.max() > 0.1


# What is printed, limits and errors.


def test_the_results_print_what_they_found():
    x = box()
    lines = str(additive_groups(exact("x0*x1 + 1e-9*x2"), x)).splitlines()
    assert lines[:2] == ["f = f1(x0, x1)", "next to no influence: x2"]
    assert lines[2].startswith("scores: threshold 0.05, between groups at most 0.0e+00, ties at ")
    assert str(multiplicative_groups(exact("x0*exp(x1*x2)"), x)).startswith(
        "f = f1(x0) * f2(x1, x2)\n"
    )
    assert str(symmetry(exact("sin(x0 + x1)*x2"), x, [1, 0])).startswith("f = F(h(x1, x0), x2)\n")
    turned = str(symmetry(exact("x0 + x1*x2"), x, [0, 1]))
    assert turned.startswith("f needs more of x0, x1 than one combination\n")
    assert "with x2" in turned


def test_a_constant_has_no_structure_and_no_nan():
    x = box()
    network = kn.KAN([3, 2, 1], rng=0)
    constant = network.with_theta(np.zeros(network.size))
    for test in (additive_groups, multiplicative_groups):
        found = test(constant, x)
        assert found.unused == (0, 1, 2)
        assert np.all(found.scores == 0.0)
        assert str(found).startswith("f = constant\n")
    assert symmetry(constant, x, [0, 1]).holds


def test_blocks_of_samples_change_nothing(monkeypatch):
    network, x = kn.KAN([3, 4, 2], rng=0), box()
    whole = multiplicative_groups(network, x).scores
    blocks, forward = [], separability.forward

    def counting(network, rows, pairs):
        blocks.append(len(rows))
        return forward(network, rows, pairs)

    monkeypatch.setattr(separability, "forward", counting)
    for numbers, size in ((1, 1), (24 * 75, 75), (24 * 76 - 1, 75)):  # 4 nodes, 6 pairs
        monkeypatch.setattr(separability, "NUMBERS_AT_ONCE", numbers)
        blocks.clear()
        np.testing.assert_allclose(multiplicative_groups(network, x).scores, whole, rtol=1e-12)
        assert blocks == [size] * (200 // size) + [200 % size] * (200 % size > 0)


@pytest.mark.parametrize(
    "network",
    [
        kn.KAN([3, 2, 1], degree=1, rng=0),
        kn.MLP([3, 5, 1], "relu", rng=0),
    ],
    ids=["degree 1", "relu"],
)
def test_a_piecewise_linear_network_is_refused(network):
    with pytest.raises(ValueError, match="network must be smooth, but layers"):
        additive_groups(network, box())


@pytest.mark.parametrize(
    ("inputs", "error", "message"),
    [
        ([0], ValueError, r"two or more different inputs of 0 to 2, not all: \[0\]"),
        ([0, 1, 2], ValueError, "not all"),
        ([0, 0], ValueError, "different inputs"),
        ([0, 3], ValueError, "of 0 to 2"),
        ([0, -1], ValueError, r"inputs\[1\] must be at least 0"),
        ("01", TypeError, "inputs must be a list"),
        (1, TypeError, "inputs must be a list"),
    ],
)
def test_inputs_that_make_no_sense_are_refused(inputs, error, message):
    with pytest.raises(error, match=message):
        symmetry(kn.KAN([3, 1], rng=0), box(), inputs)


def test_bad_arguments_are_refused():
    network = kn.KAN([3, 1], rng=0)
    with pytest.raises(ValueError, match=r"x must have shape \(N, 3\)"):
        additive_groups(network, box(n_in=2))
    with pytest.raises(ValueError, match="threshold must lie in"):
        multiplicative_groups(network, box(), threshold=-1.0)
    with pytest.raises(TypeError, match="network must be"):
        additive_groups("net", box())


# Inputs that matter.


@given(seed=seeds)
def test_input_scores_are_attribution_as_shares(seed):
    rng = np.random.default_rng(seed)
    network, x = kn.KAN([3, 4, 2], rng=rng), box(seed)
    first = kn.edge_scores(network, x, "attribution")[0]
    scores = kn.input_scores(network, x)
    np.testing.assert_allclose(scores * network(x).std(axis=0).sum(), first.sum(axis=0), rtol=1e-12)
    assert scores.sum() > 1.0 - 1e-12
    theta = 1e3 * network.theta[-4 * 2 * 9 :]  # of the last layer: the outputs in other units
    larger = network.with_theta(np.concatenate([network.theta[: -len(theta)], theta]))
    np.testing.assert_allclose(kn.input_scores(larger, x), scores, rtol=1e-9)


def test_input_scores_of_a_sum_are_the_spreads_of_its_terms():
    x = box()
    scores = kn.input_scores(exact("3*x0 + x1**2"), x)
    terms = np.column_stack([3.0 * x[:, 0], x[:, 1] ** 2, 0.0 * x[:, 2]])
    np.testing.assert_allclose(scores, terms.std(axis=0) / terms.sum(axis=1).std(), rtol=1e-12)
    network = kn.KAN([3, 1], rng=0)
    assert np.all(kn.input_scores(network.with_theta(np.zeros(network.size)), x) == 0.0)


@pytest.mark.parametrize("seed", [0, 7])
def test_four_inputs_of_a_hundred_are_found_and_the_rest_is_pruned(seed):
    rng = np.random.default_rng(seed)
    matter = rng.choice(100, 4, replace=False)
    x = rng.uniform(-1.0, 1.0, (2000, 100))
    a, b, c, d = x[:, matter].T
    y = (np.sin(np.pi * a) + b**2 + (1.0 + c) * (1.0 + d))[:, None]
    network = kn.fit(kn.KAN([100, 2, 1], grid_size=3, rng=seed), x, y, kn.LBFGS(), 60).network
    small = kn.prune(network, x, inputs=np.flatnonzero(kn.input_scores(network, x) < 0.12))
    small = kn.fit(small, x, y, steps=15, adapt_at=[0]).network
    assert sorted(np.flatnonzero(kn.input_scores(small, x) > 0.05)) == sorted(matter)
    assert np.sqrt(np.mean((small(x) - y) ** 2)) < 0.02 * y.std()


def test_what_was_found_cannot_be_changed():
    x = box()
    assert_value(additive_groups(exact("x0 + x1*x2"), x), "groups")
    assert_value(symmetry(exact("x0 + x1*x2"), x, [0, 1]), "scores")
