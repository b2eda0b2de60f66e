"""The search for structures: what it starts from, when it ends, and which one it selects."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from builders import inputs

import kan_numpy as kn
from kan_numpy import KAN, Objective, SearchOptions
from kan_numpy._deadline import Deadline
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.networks.edges import with_symbol
from kan_numpy.sparsity.model_selection import SPLINE_LIMIT
from kan_numpy.symbolic_regression import structure_search
from kan_numpy.symbolic_regression.candidates import _centered, _without_outliers
from kan_numpy.symbolic_regression.structure_search import StructureSearch
from kan_numpy.symbolic_regression.structures import Structure, free_numbers, front, information


def search_of(network, loss="mse", N=200, log=lambda _: None, **options):
    """Return a search that begins with the network; data are drawn to fit it."""
    n_in, n_out = network.widths[0], network.widths[-1]
    x = inputs(n_in, N=N)
    y = np.sin(x.sum(axis=1, keepdims=True) + np.arange(n_out))
    y = y if loss != "cross_entropy" else np.arange(N) % n_out
    data = Objective(network, x, y, loss)
    units = np.ones(data.network.widths[-1])
    return StructureSearch(
        data, SearchOptions(**options), None, np.random.default_rng(0), log, units
    )


def structure(error, n_edges=1, symbolic=True):
    """Return a structure of so many edges, of which all are symbols, or none."""
    network = KAN([1, n_edges], rng=0)
    for out in range(n_edges if symbolic else 0):
        network = with_symbol(network, (0, out, 0), SYMBOLS["x"], np.ones(4))
    return Structure(network, error, error, error + n_edges)


# What it starts from.

LINE, PRODUCT, MIXED = [2, 2], [2, (0, 1), 2], [2, (1, 1), 2]


@pytest.mark.parametrize("loss", ["mse", "huber"])
@pytest.mark.parametrize("widths", [[2, 3, 2], [2, 3, 3, 2], PRODUCT])
def test_a_fine_sum_and_products_are_tried_beside_the_given_network(loss, widths):
    shapes = search_of(KAN(widths, rng=0), loss)._shapes()
    want = [(LINE, 4), (PRODUCT, 1), (widths, 1), (MIXED, 1), (widths, 2), (widths, 1)]
    assert shapes == want


def test_of_a_curve_there_are_few_structures():
    shapes = search_of(KAN([1, 5, 1], rng=0))._shapes()
    assert shapes == [([1, 1], 4), ([1, 5, 1], 1), ([1, (0, 1), 1], 1)]
    assert not search_of(KAN([1, 1], rng=0))._may_be_better(structure(1e-5))
    assert search_of(KAN([2, 1], rng=0))._may_be_better(structure(1e-5))
    assert not search_of(KAN([2, 1], rng=0))._may_be_better(structure(1e-2))
    assert not search_of(KAN([2, 1], rng=0))._may_be_better(structure(0.9e-5))
    assert search_of(KAN([2, 1], rng=0), smallest_term=1e-6)._may_be_better(structure(0.9e-5))


def test_a_given_sum_is_tried_with_two_grids():
    shapes = search_of(KAN([2, 2], rng=0))._shapes()
    assert shapes == [(LINE, 1), (PRODUCT, 1), (LINE, 4), (MIXED, 1)]


def test_the_given_network_is_taken_once_and_others_are_like_it():
    given = KAN([2, 2, 1], grid_size=4, degree=2, base="tanh", rng=0)
    search = search_of(given)
    assert search._start([2, 1], 4) is not given
    assert search._start([2, 2, 1], 2) is not given
    assert search._start([2, 2, 1], 1) is given
    other = search._start([2, 2, 1], 2)
    assert other.init is not None
    for _, layer in other.kan_layers:
        assert (layer.grid_size, layer.degree, layer.base.name) == (8, 2, "tanh")
    assert search._start([2, 2, 1], 1) is not given


def test_of_several_starts_the_best_is_taken(monkeypatch):
    losses, drawn = iter([0.3, 0.1, 0.2]), []

    class Data:
        def __init__(self, network):
            self.network = network

        def on(self, network):
            return Data(network)

        def value(self, _):
            drawn.append(self.network)
            return next(losses)

    search = search_of(KAN([2, 1], rng=0))
    fake = type("T", (), {"on": staticmethod(Data), "x": search.train.x})
    monkeypatch.setattr(search, "train", fake)
    trained = type("Result", (), {"interrupted": False})

    def train(data, steps, **_):
        assert steps == SearchOptions().ranked_after
        trained.network = data.network
        return trained

    monkeypatch.setattr(structure_search, "train", train)
    monkeypatch.setattr(structure_search, "adapt_grid", lambda network, _: network)
    taken = search._start([2, 2, 1], 1)
    assert len(drawn) == SearchOptions().starts == 3
    assert np.array_equal(taken.theta, drawn[1].theta)


def test_with_few_samples_and_noise_networks_with_one_interval_are_tried_first(monkeypatch):
    rng = np.random.default_rng(0)
    x = rng.uniform(-1.0, 1.0, (100, 4))
    noise = rng.standard_normal((100, 1))
    asked = []

    def structures(_, what, shapes, found=(), *__):
        asked.append((what, shapes))
        return [*found, structure(1e-9)]

    monkeypatch.setattr(StructureSearch, "_structures", structures)
    monkeypatch.setattr(StructureSearch, "_first_ideas", lambda _: [structure(2.0)])
    for widths, size in (([4, 1], 1.0), ([4, 5, 1], 1.0), ([4, 5, 1], 0.0)):
        network = KAN(widths, rng=0)
        data = Objective(network, x, np.sin(3.0 * x[:, :1]) + size * noise)
        units = np.ones(1)
        search = StructureSearch(data, SearchOptions(), None, rng, lambda _: None, units)
        asked.clear()
        search._selected()
        coarse = [shapes for what, shapes in asked if what == "networks with one interval"]
        assert coarse == (
            [[([4, 1], 0), ([4, (0, 1), 1], 0), ([4, (1, 1), 1], 0)]] * search.is_coarse
        )
        assert search.is_coarse is (len(widths) == 3 and size > 0.0)
    assert search._start([4, 1], 0).layers[0].grid_size == 1


@pytest.mark.parametrize(("spare", "coarse"), [(0, False), (-1, True)])
def test_as_many_samples_as_parameters_are_not_few(spare, coarse):
    network, rng = KAN([2, 2, 1], grid_size=3, rng=0), np.random.default_rng(0)
    N = next(n for n in range(1000) if n - n // 5 == network.size + spare)
    data = Objective(network, rng.uniform(-1.0, 1.0, (N, 2)), rng.standard_normal((N, 1)))
    search = StructureSearch(data, SearchOptions(), None, rng, lambda _: None, np.ones(1))
    assert search.train.target.size == network.size + spare
    assert search.is_coarse is coarse


def test_without_knots_the_others_are_cubic():
    given = KAN([2, 1], basis="chebyshev", rng=0)
    assert search_of(given)._start([2, 1], 2).layers[0].degree == 3


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


def test_it_is_exact_if_it_is_symbolic_and_leaves_nothing():
    assert structure(0.9e-8).is_exact
    assert not structure(1.1e-8).is_exact
    assert not structure(0.0, symbolic=False).is_exact


# When it ends.


def faked(monkeypatch, error, becomes):
    """Let every sparse network be a line with this error, and its symbolic form another."""
    taken, errors = [], iter(error) if isinstance(error, list) else None

    def sparse_stages(data, strength, threshold, **_):
        taken.append((data.network.shape, strength, threshold))
        yield KAN([1, 1, 1], rng=0), ""

    class Symbolification:
        def __init__(self, *_, **__):
            pass

        def stages(self, network):
            for layer in (0, 1):
                network = with_symbol(network, (layer, 0, 0), SYMBOLS["x"], np.ones(4))
            yield network, ""

    now = []

    def assessed(data, network):
        symbolic = Structure(network, 0.0).is_symbolic
        if errors and not symbolic and data.x.shape[0] > 100:  # first the training samples
            now.append(next(errors))
        sparse = now[-1] if errors and not symbolic else error
        return type("Assessed", (), {"error": becomes if symbolic else sparse, "n_parameters": 0})

    monkeypatch.setattr(
        structure_search, "information", lambda data, net: (assessed(data, net).error, 0.0)
    )
    for replacement in (sparse_stages, Symbolification):
        monkeypatch.setattr(structure_search, replacement.__name__, replacement)
    monkeypatch.setattr(structure_search, "assess", assessed)
    monkeypatch.setattr(StructureSearch, "_start", lambda _, shape, __: KAN([2, *shape[1:]], rng=0))
    return taken


@pytest.mark.parametrize(
    ("error", "becomes", "tried"),
    [
        (2.9e-3, 0.9e-8, 1),  # a tree with the error of splines that is exact as a formula
        (2.9e-3, 1.1e-8, 4),
        (3.1e-3, 0.9e-8, 3),  # several leave the same: noise, which is not turned into symbols
        ([3.1e-3, 4e-3, 5e-3, 6e-3], 0.9e-8, 4),
    ],
)
def test_the_first_exact_formula_or_noise_ends_the_search(monkeypatch, error, becomes, tried):
    taken = faked(monkeypatch, error, becomes)
    search = search_of(KAN([2, 1], rng=0))
    found = search._structures("networks", search._shapes())
    assert len(found) == len(taken) == tried
    first = error[0] if isinstance(error, list) else error
    assert found[0].error == (first if first > 3e-3 else becomes)
    assert taken[0] == ([2, 1], 0.01, 0.03)


def test_what_is_left_is_known(monkeypatch):
    faked(monkeypatch, [0.1, 0.2, 0.3, 0.4], 0.1)
    search, left = search_of(KAN([2, 1], rng=0)), []
    monkeypatch.setattr(search, "log", lambda _: left.append(search.untried))
    search._structures("networks", search._shapes())
    assert left == [f"{4 - n} of 4 networks" for n in range(4)]


def test_a_tenth_of_the_penalty_is_a_tenth_of_both(monkeypatch):
    taken = faked(monkeypatch, 0.1, 0.1)
    search = search_of(KAN([2, 1], rng=0), strength=0.5, threshold=0.25)
    search._structures("networks", search._shapes(), [], 0.1)
    assert {options[1:] for options in taken} == {(0.05, 0.025)}


def network_with(error, symbolic=False, widths=(1, 1, 1)):
    """Return the structure of a network that leaves this error, with splines or all symbols."""
    network = KAN(list(widths), rng=0)
    for layer in range((len(widths) - 1) * symbolic):
        network = with_symbol(network, (layer, 0, 0), SYMBOLS["x"], np.ones(4))
    return Structure(network, error, error)


@pytest.mark.parametrize(
    ("errors", "noise"),
    [
        ([0.1, 0.109, 0.105], True),
        ([0.1, 0.111, 0.105], False),  # only two are alike
        ([0.1, 0.1], False),
        ([1e-3, 1e-3, 1e-3], False),  # splines
        ([SPLINE_LIMIT] * 3, True),
        ([0.95, 0.95, 0.95], False),  # nothing is explained
    ],
)
def test_noise_is_what_several_networks_leave(errors, noise):
    found = [network_with(error) for error in errors]
    assert search_of(KAN([2, 1], rng=0))._is_noise(found) is noise


def test_all_ideas_but_a_polynomial_are_trained_further(monkeypatch):
    given, trained = KAN([2, 1], rng=0), []

    def recorded(data, steps, **_):
        trained.append(steps)
        return type("Result", (), {"network": data.network, "interrupted": False})

    ideas = [("y a polynomial", given), ("1/y a polynomial", given)]
    monkeypatch.setattr(structure_search, "formula_networks", lambda *_: ideas)
    monkeypatch.setattr(structure_search, "train", recorded)
    assert len(search_of(given)._first_ideas()) == 3
    assert trained == [0, 20]


def test_first_ideas_agree_as_one_and_sums_tell_nothing():
    search = search_of(KAN([2, 1], rng=0))
    ideas, networks = [network_with(0.1, True)] * 3, [network_with(0.1)] * 2
    assert not search._is_noise(ideas)
    assert not search._is_noise([*ideas, networks[0]])
    assert search._is_noise([*ideas, *networks])
    assert not search._is_noise([network_with(0.1, widths=(1, 1))] * 3)


def runs(monkeypatch, errors, loss="mse", symbolic=True, **options):
    """Run a search whose structures have these errors in turn; return how it was asked for more."""
    asked, errors = [], iter(errors)

    def structures(_, what, shapes, found=(), scale=1.0):
        asked.append((what, len(shapes), scale))
        return [*found, structure(next(errors), symbolic=symbolic)]

    def trained(data, steps, **_):
        asked.append((data.network.widths, steps))
        return type("Result", (), {"network": data.network, "interrupted": False})

    monkeypatch.setattr(StructureSearch, "_structures", structures)
    monkeypatch.setattr(StructureSearch, "_first_ideas", lambda _: [structure(2.0)])
    monkeypatch.setattr(StructureSearch, "_symbolic", lambda _, structure: structure)
    monkeypatch.setattr(structure_search, "train", trained)
    network = KAN([2, 2, 1 if loss != "cross_entropy" else 2], rng=0)
    search_of(network, loss, **options).run()
    return asked


DONE = ([1, 1], 100)


FIRST, SMALL = ("networks", 6, 1.0), ("networks with smaller terms", 4, 0.1)
FINE = ("networks with finer grids", 3, 1.0)


@pytest.mark.parametrize(
    ("errors", "symbolic", "asked"),
    [
        ([1e-9], True, [FIRST]),  # exact
        ([0.005] * 3, False, [FIRST, SMALL, FINE]),  # no formula
        ([1e-4] * 3, True, [FIRST, SMALL, FINE]),  # splines, perhaps of lost terms
        ([1e-4, 1e-9], True, [FIRST, SMALL]),
        ([0.02, 1e-9], True, [FIRST, FINE]),  # not good, so finer grids
    ],
)
def test_more_is_tried_where_the_first_structures_are_not_good_enough(
    monkeypatch, errors, symbolic, asked
):
    assert runs(monkeypatch, errors, symbolic=symbolic) == [*asked, DONE]


def test_noise_is_not_searched_twice(monkeypatch):
    same = [network_with(0.05) for _ in range(3)]
    asked = []

    def structures(_, what, *__):
        asked.append(what)
        return same

    monkeypatch.setattr(StructureSearch, "_structures", structures)
    monkeypatch.setattr(StructureSearch, "_first_ideas", lambda _: [structure(2.0)])
    monkeypatch.setattr(StructureSearch, "_symbolic", lambda *_: network_with(0.05, True))
    best, why = search_of(KAN([2, 1], rng=0))._selected()
    assert asked == ["networks"]
    assert best.is_symbolic
    assert why == "the simplest as accurate as noise allows"


def test_an_exact_first_idea_ends_the_search(monkeypatch):
    exact = structure(1e-12)
    monkeypatch.setattr(StructureSearch, "_first_ideas", lambda _: [structure(2.0), exact])
    assert search_of(KAN([1, 1], rng=0))._selected() == (exact, "exact")


def test_a_classifier_is_searched_once_and_trained_by_lbfgs(monkeypatch):
    assert runs(monkeypatch, [0.5], "cross_entropy") == [("networks", 2, 1.0), ([1, 1], 500)]


@pytest.mark.parametrize(("error", "warned"), [(0.89, False), (0.91, True)])
def test_what_nothing_explains_is_said(monkeypatch, error, warned):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        runs(monkeypatch, [error] * 6)
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
    best, why = search_of(KAN([1, 1], rng=0))._simplest(found)
    assert (best.n_edges, why) == (2, "exact")


def test_without_an_exact_formula_the_most_accurate_is_selected(monkeypatch):
    spline = structure(1e-5, 3, symbolic=False)
    search = search_of(KAN([1, 1], rng=0))
    monkeypatch.setattr(StructureSearch, "_symbolic", lambda _, structure: structure)
    found = [spline, structure(9e-5, 2), structure(5e-5, 4), structure(2e-4, 1)]
    assert search._simplest(found)[0].n_edges == 4  # of the formulas within ten times the smallest
    better = structure(0.9e-5, 5, symbolic=False)
    best, why = search._simplest([better, spline, structure(2e-4, 1)])
    assert best is spline
    assert why == "the smallest that is accurate, with splines"


def test_in_noise_the_formula_with_the_least_information_is_selected(monkeypatch):
    search = search_of(KAN([1, 1], rng=0))
    formulas = [structure(0.1, 4), structure(0.105, 2), structure(0.2, 1)]
    best, why = search._simplest(formulas)
    assert (best.n_edges, why) == (2, "a line is best")  # 0.105 + 2 is less than 0.1 + 4
    assert search._simplest([replace(formulas[0], criterion=0.0), formulas[1]])[0].n_edges == 4
    asked = []

    def symbolic(_, structure):
        asked.append(structure.error)
        return network_with(0.1, symbolic=True)

    monkeypatch.setattr(StructureSearch, "_symbolic", symbolic)
    splines = [network_with(error) for error in (0.11, 0.12, 0.16, 0.17)]
    best, why = search._simplest(splines)
    assert asked == [0.11]  # the others are less accurate than this formula, and no smaller
    assert (best.error, why) == (0.1, "the simplest as accurate as noise allows")
    monkeypatch.setattr(
        StructureSearch, "_symbolic", lambda _, each: asked.append(each.error) or each
    )
    asked.clear()
    best, why = search._simplest(splines)
    assert asked == [0.11, 0.12, 0.16]  # 0.17 is more than 1.5 times 0.11
    assert (best, why) == (splines[0], "the smallest that is accurate, with splines")


def test_the_same_edges_are_given_symbols_once(monkeypatch):
    calls = []

    def stages(_, network):
        calls.append(network)
        yield network, ""

    monkeypatch.setattr(structure_search.Symbolification, "stages", stages)
    monkeypatch.setattr(StructureSearch, "_judged", lambda _, network, __: Structure(network, 0.1))
    search = search_of(KAN([2, 1], rng=0))
    first = search._symbolic(Structure(KAN([2, 1], rng=0), 0.2))
    assert search._symbolic(Structure(KAN([2, 1], rng=1), 0.1)) is first
    search._symbolic(Structure(KAN([2, 1], rng=1), 0.09))  # more accurate
    search._symbolic(Structure(KAN([2, 1, 1], rng=1), 0.2))  # others
    one = KAN([2, 1], rng=0)
    one = one.with_layer(0, replace(one.layers[0], active=np.array([[True, False]])))
    search._symbolic(Structure(one, 0.2))
    assert len(calls) == 4


def test_numbers_that_the_data_do_not_distinguish_are_not_counted():
    x = inputs(1, N=50)
    network = KAN([1, 1, 1], rng=0)
    for layer, symbol in enumerate(("sin", "x")):
        network = with_symbol(
            network, (layer, 0, 0), SYMBOLS[symbol], np.array([2.0, 0.3, 1.5, 0.1])
        )
    data = Objective(network, x, network(x) + 0.01 * np.cos(40.0 * x))
    assert free_numbers(data, network) == 4  # of c sin(a x + b) + d
    noise, criterion = information(data, network)
    L = np.mean((network(x) - data.y) ** 2) / data.y.var()
    np.testing.assert_allclose(noise, np.sqrt(L * 50 / 46), rtol=1e-12)
    np.testing.assert_allclose(criterion, 50 * np.log(L) + (4 + 2 - 1) * np.log(50), rtol=1e-12)
    splines = KAN([1, 1], rng=0)
    assert information(data, splines)[1] > information(data, network)[1]
    few = Objective(splines, x[:5], data.y[:5])
    assert information(few, splines)[0] == np.inf


def test_a_line_has_straight_edges_only():
    assert structure(0.1, 2).is_line
    assert not structure(0.1, 2, symbolic=False).is_line
    assert not network_with(0.1, symbolic=True).is_line
    curved = with_symbol(KAN([1, 1], rng=0), (0, 0, 0), SYMBOLS["x^2"], np.ones(4))
    assert not Structure(curved, 0.1).is_line


# Classifiers become formulas.


def test_a_classifier_of_one_layer_becomes_a_formula_of_its_logits():
    x = inputs(N=200)
    likely = 1.0 / (1.0 + np.exp(1.2 - 4.0 * x[:, 0]))
    labels = (np.random.default_rng(1).uniform(size=200) < likely).astype(int)
    network = KAN([2, 2], grid_size=2, rng=0)
    found = kn.discover(network, x, labels, functions=["x"], loss="cross_entropy")
    logits = found(x)
    assert logits.shape == (200, 2)
    assert np.mean(logits.argmax(axis=1) == (likely > 0.5)) > 0.95
    assert abs(logits.mean()) < 0.05 * logits.std()  # zero up to the digits
    assert "x1" not in str(found)


@pytest.mark.parametrize("widths", [[2, 2], [2, 1, 2], [2, 2, 1, 2], [2, (1, 1)]])
def test_logits_have_the_mean_zero_unless_they_are_products(widths):
    network, x = KAN(widths, rng=0), inputs()
    centered = _centered(network, Objective(network, x, network(x)))
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


# It may be stopped.


def test_a_stopped_search_returns_the_best_it_has_seen(monkeypatch):
    def stopped(self, *_):
        self.untried = "3 of 5 networks"
        for error in (0.5, 0.1, 0.3):
            self.seen.append(structure(error, symbolic=error != 0.1))
        raise KeyboardInterrupt

    monkeypatch.setattr(StructureSearch, "_structures", stopped)
    monkeypatch.setattr(StructureSearch, "_first_ideas", lambda _: [structure(2.0)])
    with pytest.warns(RuntimeWarning, match="interrupted: .* not tried: 3 of 5 networks"):
        found = search_of(KAN([1, 1], rng=0)).run()
    assert found.why == "the smallest that is accurate, with splines when the search was stopped"
    assert [Structure(n, 0.0).is_symbolic for n in found.others] == [True]


@pytest.mark.parametrize("seen", [0, 1])
def test_a_line_is_not_worth_a_formula(monkeypatch, seen):
    def stopped(self):
        self.seen += [structure(0.5)] * seen
        raise KeyboardInterrupt

    monkeypatch.setattr(StructureSearch, "_first_ideas", stopped)
    with pytest.raises(KeyboardInterrupt):
        search_of(KAN([1, 1], rng=0)).run()


def test_what_was_symbolic_when_it_was_stopped_is_judged(monkeypatch):
    def stages(_, network):
        yield with_symbol(network, (0, 0, 0), SYMBOLS["x"], np.ones(4)), "more"
        raise KeyboardInterrupt

    monkeypatch.setattr(structure_search.Symbolification, "stages", stages)
    search = search_of(KAN([1, 1], rng=0))
    with pytest.raises(KeyboardInterrupt):
        search._symbolic(Structure(KAN([1, 1], rng=0), 0.1))
    assert [each.is_symbolic for each in search.seen] == [True]


def test_the_others_are_more_accurate_than_all_that_are_smaller():
    sizes = {(1, 0.5): True, (2, 0.6): True, (3, 0.1): True}
    sizes |= {(2, 0.01): False, (5, 0.001): False, (6, 0.0001): False}
    seen = [structure(e, n, symbolic) for (n, e), symbolic in sizes.items()]
    assert front(seen, seen[2]) == [seen[0].network, seen[5].network]
    assert front(seen, seen[5]) == [seen[0].network, seen[2].network]


def test_the_last_training_gets_half_of_the_time_that_is_left(monkeypatch):
    ends = []

    def trained(data, callback, **_):
        ends.append(callback.left)
        return type("Result", (), {"network": data.network, "interrupted": False})

    monkeypatch.setattr(structure_search, "train", trained)
    monkeypatch.setattr(StructureSearch, "_selected", lambda _: (structure(0.1), ""))
    network, x = KAN([2, 1], rng=0), inputs(N=40)
    data, rng = Objective(network, x, x[:, :1]), np.random.default_rng(0)
    finish = Deadline.after(100.0)
    search = StructureSearch(data, SearchOptions(), None, rng, lambda _: None, np.ones(1), finish)
    assert search.run().finish is finish
    assert 40.0 < ends[0] < 50.0
    assert 70.0 < search.deadline.left < 80.0  # the rest is for the formulas

    def stopped(self):
        self.seen += [structure(0.1)] * 2
        raise KeyboardInterrupt

    monkeypatch.setattr(StructureSearch, "_selected", stopped)
    with pytest.warns(RuntimeWarning, match="interrupted"):
        last = search.run().finish
    assert 0.2 < last.left <= 0.5
    assert ends[1] <= 0.25
