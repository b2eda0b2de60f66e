"""The search for structures: what it starts from, when it ends, and which one it selects."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from builders import inputs

import kan_numpy as kn
from kan_numpy import KAN, Objective, SearchOptions
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.networks.edges import with_symbol
from kan_numpy.symbolic_regression import structure_search
from kan_numpy.symbolic_regression.discovery import _centered, _without_outliers
from kan_numpy.symbolic_regression.structure_search import Structure, StructureSearch


def search_of(network, loss="mse", N=60, log=lambda _: None, **options):
    """Return a search that begins with the network; data are drawn to fit it."""
    n_in, n_out = network.widths[0], network.widths[-1]
    x = inputs(n_in, N=N)
    y = np.sin(x.sum(axis=1, keepdims=True) + np.arange(n_out))
    y = y if loss != "cross_entropy" else np.arange(N) % n_out
    data = Objective(network, x, y, loss)
    return StructureSearch(data, SearchOptions(**options), None, np.random.default_rng(0), log)


def structure(error, n_edges=1, symbolic=True):
    """Return a structure of so many edges, of which all are symbols, or none."""
    network = KAN([1, n_edges], rng=0)
    for out in range(n_edges if symbolic else 0):
        network = with_symbol(network, (0, out, 0), SYMBOLS["x"], np.ones(4))
    return Structure(network, error)


# What it starts from.

LINE, PRODUCT, MIXED = [2, 2], [2, (0, 1), 2], [2, (1, 1), 2]


@pytest.mark.parametrize("loss", ["mse", "huber"])
@pytest.mark.parametrize(
    ("widths", "others"),
    [
        ([2, 2], [PRODUCT, [2, 2], MIXED, PRODUCT, MIXED]),
        ([2, 3, 2], [LINE, PRODUCT, [2, 3, 2], MIXED, [2, 3, 2], PRODUCT, MIXED]),
        ([2, 3, 3, 2], [[2, 3, 3, 2]] * 5 + [PRODUCT, MIXED]),
        (PRODUCT, [LINE, PRODUCT, PRODUCT, MIXED, PRODUCT, PRODUCT, MIXED]),
    ],
)
def test_other_networks_of_its_shape_and_small_ones_are_tried(loss, widths, others):
    given = KAN(widths, grid_size=4, degree=2, base="tanh", rng=0)
    search = search_of(given, loss)
    first, *starts = search._starts(1)
    assert first is given
    assert [network.shape for network in starts] == others
    finer = list(search._starts(4))
    assert [network.shape for network in finer] == others
    for networks, grid_size in ((starts, 4), (finer, 16)):
        for network in networks:
            for _, layer in network.kan_layers:
                assert (layer.grid_size, layer.degree, layer.base.name) == (grid_size, 2, "tanh")
    assert not np.array_equal(starts[0].theta, starts[3].theta)


@pytest.mark.parametrize("widths", [[2, 2], [2, 3, 2], [2, 3, 3, 2]])
def test_of_classifiers_only_the_given_network_and_one_more_are_tried(widths):
    given = KAN(widths, rng=0)
    networks = list(search_of(given, "cross_entropy")._starts(1))
    assert [network.shape for network in networks] == [widths, widths]
    assert networks[0] is given
    assert not np.array_equal(networks[1].theta, given.theta)


def test_without_knots_the_others_are_cubic():
    given = KAN([2, 1], basis="chebyshev", rng=0)
    assert [network.layers[0].degree for network in search_of(given)._starts(4)] == [3] * 5


# The data.


def test_a_fifth_of_the_samples_is_for_validation_and_the_ends_are_not():
    search = search_of(KAN([2, 1], rng=0), N=104)
    assert [len(part.x) for part in (search.check, search.train, search.all)] == [20, 84, 104]
    both = np.concatenate([search.check.x, search.train.x])
    assert len(np.unique(both, axis=0)) == 104
    for end in (np.min, np.max):
        assert np.array_equal(end(search.train.x, axis=0), end(both, axis=0))
        assert not np.any(end(search.check.x, axis=0) == end(both, axis=0))
    few = search_of(KAN([2, 1], rng=0), N=9, fewest_samples=1, samples=4)
    assert [len(part.x) for part in (few.check, few.train, few.all)] == [1, 3, 9]


# What a structure is.


def test_a_tree_has_one_edge_from_each_node():
    network = KAN([2, 2, 1], rng=0)
    assert not Structure(network, 0.0).is_tree
    first = replace(network.layers[0], active=np.eye(2, dtype=bool))
    tree = Structure(network.with_layer(0, first), 0.0)
    assert tree.is_tree
    assert (tree.n_edges, Structure(network, 0.0).n_edges) == (4, 6)


def test_it_is_symbolic_if_no_edge_is_a_spline():
    assert structure(0.1, 2).is_symbolic
    assert not structure(0.1, 2, symbolic=False).is_symbolic


# When it ends.


def faked(monkeypatch, error, becomes):
    """Let every sparse network be a line with this error, and its symbolic form another."""
    taken = []

    def sparsify(network, _x, _y, strength, threshold, **_):
        taken.append((network.shape, strength, threshold))
        return KAN([1, 1], rng=0)

    def symbolify(network, *_, **__):
        return with_symbol(network, (0, 0, 0), SYMBOLS["x"], np.ones(4))

    def assessed(_, network):
        symbolic = Structure(network, 0.0).is_symbolic
        return type("Assessed", (), {"error": becomes if symbolic else error})

    for function in (sparsify, symbolify):
        monkeypatch.setattr(structure_search, function.__name__, function)
    monkeypatch.setattr(structure_search, "assess", assessed)
    return taken


@pytest.mark.parametrize(
    ("error", "becomes", "tried"),
    [
        (2.9e-3, 0.9e-8, 1),  # a tree with the error of splines that is exact as a formula
        (2.9e-3, 1.1e-8, 6),
        (3.1e-3, 0.9e-8, 6),  # noise is not turned into symbols at once
    ],
)
def test_the_first_exact_formula_ends_the_search(monkeypatch, error, becomes, tried):
    taken = faked(monkeypatch, error, becomes)
    found = search_of(KAN([2, 1], rng=0))._structures()
    assert len(found) == len(taken) == tried
    assert found[0].error == (error if error > 3e-3 else becomes)
    assert taken[0] == ([2, 1], 0.01, 0.03)


def test_a_tenth_of_the_penalty_is_a_tenth_of_both(monkeypatch):
    taken = faked(monkeypatch, 0.1, 0.1)
    search_of(KAN([2, 1], rng=0), strength=0.5, threshold=0.25)._structures(scale=0.1)
    assert {options[1:] for options in taken} == {(0.05, 0.025)}


def runs(monkeypatch, errors, loss="mse", symbolic=True, **options):
    """Run a search whose structures have these errors in turn; return how it was asked for more."""
    asked, errors = [], iter(errors)

    def structures(_, grid_factor=1, scale=1.0):
        asked.append((grid_factor, scale))
        return [structure(next(errors), symbolic=symbolic)]

    def trained(data, steps, progress):
        assert not progress
        asked.append((data.network.widths, steps))
        return type("Result", (), {"network": data.network, "interrupted": False})

    monkeypatch.setattr(StructureSearch, "_structures", structures)
    monkeypatch.setattr(StructureSearch, "_symbolic", lambda _, structure: structure)
    monkeypatch.setattr(structure_search, "train", trained)
    search_of(KAN([1, 1 if loss != "cross_entropy" else 2], rng=0), loss, **options).run()
    return asked


DONE = ([1, 1], 100)


@pytest.mark.parametrize(
    ("errors", "symbolic", "asked"),
    [
        ([1e-9], True, [(1, 1.0)]),  # exact
        ([0.005], True, [(1, 1.0)]),  # noise, and a formula
        ([0.005] * 3, False, [(1, 1.0), (1, 0.1), (4, 1.0)]),  # no formula
        ([1e-4] * 3, True, [(1, 1.0), (1, 0.1), (4, 1.0)]),  # splines, perhaps of lost terms
        ([0.02, 0.02], True, [(1, 1.0), (4, 1.0)]),  # not good, so finer grids
        ([0.02, 1e-9], True, [(1, 1.0), (4, 1.0)]),
    ],
)
def test_more_is_tried_where_the_first_structures_are_not_good_enough(
    monkeypatch, errors, symbolic, asked
):
    assert runs(monkeypatch, errors, symbolic=symbolic) == [*asked, DONE]


def test_a_classifier_is_searched_once_and_trained_by_lbfgs(monkeypatch):
    assert runs(monkeypatch, [0.5], "cross_entropy") == [(1, 1.0), ([1, 1], 500)]


@pytest.mark.parametrize(("error", "warned"), [(0.89, False), (0.91, True)])
def test_what_nothing_explains_is_said(monkeypatch, error, warned):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        runs(monkeypatch, [error] * 4)
    said = [str(warning.message) for warning in caught]
    want = "no network explains the data: the best leaves 91% of the spread of y unexplained on"
    assert len(said) == warned
    assert all(message.startswith(want) for message in said)


def test_the_search_says_what_it_has_judged():
    lines = []
    search = search_of(KAN([2, 3, 1], rng=0), log=lines.append)
    judged = search._judged(KAN([2, 3, 1], rng=0), "sparse")
    assert lines == [f"sparse: [2, 3, 1], 9 edges, error {judged.error:.1e}"]
    check = search.check
    rest = check.target - judged.network(check.x)
    assert judged.error == pytest.approx(np.sqrt(np.mean(rest**2) / check.target.var()))


# Which one is selected.


def test_the_smallest_exact_formula_is_selected():
    found = [structure(1e-9, 3), structure(2e-9, 2), structure(5e-4, 1)]
    assert search_of(KAN([1, 1], rng=0))._simplest(found).n_edges == 2


def test_without_an_exact_formula_the_most_accurate_is_selected(monkeypatch):
    spline = structure(1e-5, 3, symbolic=False)
    search = search_of(KAN([1, 1], rng=0))
    monkeypatch.setattr(StructureSearch, "_symbolic", lambda _, structure: structure)
    found = [spline, structure(9e-5, 2), structure(5e-5, 4), structure(2e-4, 1)]
    assert search._simplest(found).n_edges == 4  # of the formulas within ten times the smallest
    assert search._simplest([spline, structure(2e-4, 1)]) is spline


# Classifiers become formulas.


def test_a_classifier_of_one_layer_becomes_a_formula_of_its_logits():
    x = inputs(N=60)
    labels = (x[:, 0] > 0.3).astype(int)
    network = KAN([2, 2], grid_size=2, rng=0)
    found = kn.discover(network, x, labels, functions=["x"], loss="cross_entropy")
    logits = found(x)
    assert logits.shape == (60, 2)
    assert np.mean(logits.argmax(axis=1) == labels) > 0.95
    assert abs(logits.mean()) < 0.05 * logits.std()  # zero up to the digits
    assert "x1" not in str(found)


@pytest.mark.parametrize("widths", [[2, 2], [2, 1, 2], [2, 2, 1, 2], [2, (1, 1)]])
def test_logits_have_the_mean_zero_unless_they_are_products(widths):
    network, x = KAN(widths, rng=0), inputs()
    centered = _centered(network, x)
    moved = network(x) - network(x).mean() if widths[-1] == 2 else network(x)
    np.testing.assert_allclose(centered(x), moved, rtol=0, atol=1e-14)


def test_outliers_move_to_the_network_in_so_far_as_they_have_less_weight():
    network, x = KAN([2, 1], rng=0), inputs()
    y = network(x) + 0.1 * np.random.default_rng(0).standard_normal((len(x), 1))
    y[3] += 50.0
    data = Objective(network, x, y, "huber")
    moved = _without_outliers(data, network)
    weights = data.loss.weights(network(x), data.target)
    share = (moved - network(x)) / (y - network(x))
    np.testing.assert_allclose(share, weights / weights.max(), rtol=1e-9)
    assert abs(moved[3] - network(x)[3]) < 1.0
    plain = Objective(network, x, y)
    assert _without_outliers(plain, network) is plain.target
