"""Every option of a search moves something."""

import numpy as np
import pytest
from builders import inputs

import kan_numpy as kn
from kan_numpy import KAN, Objective, SearchOptions
from kan_numpy._deadline import Deadline
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.networks.edges import with_symbol
from kan_numpy.symbolic_regression import candidates, structure_search
from kan_numpy.symbolic_regression.structure_search import StructureSearch
from kan_numpy.symbolic_regression.structures import Structure, is_noise


def search(loss="mse", N=100, **options):
    """Return a search on data that are not looked at."""
    x = inputs(N=N)
    y = x[:, :1] if loss == "mse" else (x[:, 0] > 0.0).astype(int)
    network = KAN([2, 1 if loss == "mse" else 2], rng=0)
    data = Objective(network, x, y, loss)
    rng = np.random.default_rng(0)
    units = np.ones(data.network.widths[-1])
    return StructureSearch(data, SearchOptions(**options), None, rng, lambda _: None, units)


def structure(error, n_edges=1, symbolic=True):
    """Return a structure of so many edges, of which all are symbols, or none."""
    network = KAN([1, n_edges], rng=0)
    for out in range(n_edges if symbolic else 0):
        network = with_symbol(network, (0, out, 0), SYMBOLS["x"], np.ones(4))
    return Structure(network, error, error, n_edges)


def test_so_many_samples_decide():
    found = search(samples=50, final_samples=80)
    assert [len(data.x) for data in (found.check, found.train, found.all)] == [10, 40, 80]
    assert np.array_equal(found.train.x.min(axis=0), inputs(N=100).min(axis=0))
    assert np.array_equal(found.train.x.max(axis=0), inputs(N=100).max(axis=0))
    assert [len(data.x) for data in (search().train, search().all)] == [80, 100]


def test_labels_are_smooth():
    assert search("cross_entropy", label_smoothing=0.2).train.target.min() == pytest.approx(0.1)
    assert search("cross_entropy").train.target.min() == pytest.approx(0.005)


@pytest.mark.parametrize(("factor", "n_edges"), [(1.0, 4), (1.1, 2), (3.0, 1)])
def test_in_noise_the_smallest_structure_is_taken_that_is_close(factor, n_edges):
    found = [structure(0.1, 4), structure(0.105, 2), structure(0.2, 1)]
    chosen, _ = search(close_in_noise=factor, near_in_noise=3.0)._simplest(found)
    assert chosen.n_edges == n_edges
    assert search()._simplest(found)[0].n_edges == 2


@pytest.mark.parametrize(("factor", "tried"), [(2.0, [3]), (10.0, [2, 3]), (100.0, [1, 2, 3])])
def test_without_noise_close_structures_become_formulas(monkeypatch, factor, tried):
    found = [structure(error, n, symbolic=False) for n, error in ((3, 1e-4), (2, 5e-4), (1, 2e-3))]
    seen = []

    def symbolic(_, structure):
        seen.append(structure.n_edges)
        return structure

    monkeypatch.setattr(StructureSearch, "_symbolic", symbolic)
    search(close=factor)._simplest(found)
    assert seen == tried


def told(monkeypatch, error, **options):
    """Return a search that is told the one structure there is, and what it asks for."""
    seen, steered = [], search(N=400, **options)
    network = steered.network
    for inp in (0, 1):
        network = with_symbol(network, (0, 0, inp), SYMBOLS["x"], np.array([1.0, 0.0, 0.5, 0.0]))

    def structures(_, what, __, found=(), ___=1.0):
        seen.append(what)
        return [*found, Structure(network, error)]

    monkeypatch.setattr(StructureSearch, "_structures", structures)
    monkeypatch.setattr(StructureSearch, "_first_ideas", lambda _: [Structure(network, 2.0)])
    monkeypatch.setattr(StructureSearch, "_is_noise", lambda _, found: len(found) > 1)
    return steered, seen


@pytest.mark.parametrize(("good", "finer"), [(0.01, True), (0.1, False)])
def test_where_no_structure_is_good_grids_become_finer(monkeypatch, good, finer):
    steered, seen = told(monkeypatch, 0.05, good=good)
    monkeypatch.setattr(StructureSearch, "_is_noise", lambda _, found: len(found) > 2)
    steered.run()
    assert seen[:2] == ["networks", "networks with finer grids"] if finer else ["networks"]


def test_what_stays_unexplained_is_said(monkeypatch):
    with pytest.warns(RuntimeWarning, match="no network explains the data: the best leaves 95%"):
        told(monkeypatch, 0.95)[0].run()
    told(monkeypatch, 0.95, unexplained=0.97)[0].run()


def test_so_many_structures_that_leave_the_same_tell_noise():
    found = [Structure(KAN([1, 1, 1], rng=0), error, error) for error in (0.1, 0.105)]
    assert not is_noise(found, SearchOptions())
    assert is_noise(found, SearchOptions(agreeing=2))
    assert not is_noise(found, SearchOptions(agreeing=2, close_in_noise=1.01))
    assert not is_noise(found, SearchOptions(agreeing=2, unexplained=0.09))


@pytest.mark.parametrize(
    ("factor", "tried"), [(1.5, [0.11, 0.16]), (1.2, [0.11]), (2.0, [0.11, 0.16, 0.2])]
)
def test_structures_that_leave_little_more_than_noise_become_formulas(monkeypatch, factor, tried):
    found = [structure(error, symbolic=False) for error in (0.11, 0.16, 0.2)]
    seen = []

    def symbolic(_, structure):
        seen.append(structure.error)
        return structure

    monkeypatch.setattr(StructureSearch, "_symbolic", symbolic)
    search(near_in_noise=factor)._simplest(found)
    assert seen == tried


def test_so_many_starts_are_ranked_after_so_many_steps(monkeypatch):
    steps, train = [], structure_search.train

    def recorded(data, **options):
        steps.append(options["steps"])
        return train(data, **options)

    monkeypatch.setattr(structure_search, "train", recorded)
    search(starts=2, ranked_after=3)._start([2, 1, 1], 1)
    search()._start([2, 1, 1], 1)
    assert steps == [3] * 2 + [5] * 3


def test_grids_are_finer_by_a_factor(monkeypatch):
    steered, asked = search(N=400, finer=3), []

    def structures(_, what, shapes, found=(), *__):
        asked.append((what, shapes))
        return [*found, structure(0.5, symbolic=False)]

    monkeypatch.setattr(StructureSearch, "_structures", structures)
    monkeypatch.setattr(StructureSearch, "_first_ideas", lambda _: [structure(2.0)])
    monkeypatch.setattr(StructureSearch, "_simplest", lambda *_: (structure(0.5), ""))
    steered._selected()
    assert ([2, 1], 3) in asked[0][1]
    assert asked[1] == (
        "networks with finer grids",
        [([2, (0, 1), 1], 3), ([2, 1], 3), ([2, (1, 1), 1], 3)],
    )


def test_smaller_terms_are_searched_for_unless_they_are_too_small():
    best = structure(1e-4)
    assert search()._may_be_better(best)
    assert not search(smallest_term=1e-3)._may_be_better(best)


def test_a_share_of_the_time_is_for_the_end():
    data, rng, end = search().all, np.random.default_rng(0), Deadline.after(100.0)
    for share, left in ((0.2, 80.0), (0.5, 50.0)):
        options = SearchOptions(finishing=share)
        made = StructureSearch(data, options, None, rng, lambda _: None, np.ones(1), end)
        assert left - 10.0 < made.deadline.left <= left


@pytest.mark.parametrize(("options", "last"), [({}, 0.5), ({"seconds_to_finish": 7.0}, 7.0)])
def test_so_much_time_is_left_after_an_interruption(monkeypatch, options, last):
    steered = search(**options)

    def stopped(self):
        self.seen += [Structure(self.network, 0.1)] * 2
        raise KeyboardInterrupt

    monkeypatch.setattr(StructureSearch, "_selected", stopped)
    with pytest.warns(RuntimeWarning, match="interrupted"):
        left = steered.run().finish.left
    assert last - 0.4 < left <= last


def test_other_candidates_get_so_many_seconds(monkeypatch):
    given, formula = [], candidates.Writer.formula

    def recorded(writer, network, deadline):
        given.append(deadline.left)
        return formula(writer, network, deadline)

    monkeypatch.setattr(candidates.Writer, "formula", recorded)
    monkeypatch.setattr(
        StructureSearch, "_selected", lambda self: (self._judged(self.network, ""), "")
    )
    monkeypatch.setattr(structure_search, "front", lambda *_: [KAN([1, 1], rng=1)])
    x = inputs(1, N=40)
    kn.discover(KAN([1, 1], rng=0), x, x**2, options=SearchOptions(seconds_for_others=3.0))
    assert given[0] == np.inf
    assert 2.0 < given[1] <= 3.0


def test_inputs_are_scaled_by_powers_of_two_and_keep_their_zero_unless_it_is_far():
    x = np.random.default_rng(0).uniform(1.0, 2.0, (100, 1)) * [1e9, 1e-7, 1.0] + [0.0, 0.0, 1e6]
    x = np.hstack([x, np.full((100, 1), 7.0)])
    units = SearchOptions().units(x)
    assert np.array_equal(np.frexp(units.scale)[0], [0.5] * 4)
    assert units.scale[3] == 1.0
    z = units(x)
    assert np.all((np.abs(z[:, :3]).max(axis=0) > 0.5) & (np.abs(z[:, :3]).max(axis=0) < 10.0))
    assert np.array_equal(units.center[:2], [0.0, 0.0])
    assert units.center[2] == pytest.approx(x[:, 2].mean(), rel=1e-12)
    assert not z[:, 3].any()
    assert np.array_equal(units.inverse(z)[:, :2], x[:, :2])
    assert SearchOptions(zero_is_far=5.0).units(x).center[0] == pytest.approx(x[:, 0].mean())
    assert SearchOptions(zero_is_far=1e8).units(x).center[2] == 0.0


def test_fewer_samples_may_be_allowed():
    x, network = inputs(1, N=12), KAN([1, 1], rng=0)
    with pytest.raises(ValueError, match="x must hold at least 20 samples, but holds 12"):
        kn.discover(network, x, x)
    options = SearchOptions(fewest_samples=10)
    assert str(kn.discover(network, x, 2.0 * x, ["x"], options=options)) == "2*x"


def aside(N, loss="mse", seed=0, **options):
    """Return the rows that are put aside, and the inputs."""
    x = inputs(N=N)
    y = x[:, :1] if loss == "mse" else np.where(np.arange(N) == 7, 1, 0)
    data = Objective(KAN([2, 1 if loss == "mse" else 2], rng=0), x, y, loss)
    rows, other = SearchOptions(**options).put_aside(data, np.random.default_rng(seed))
    assert np.array_equal(np.sort(np.concatenate([rows, other])), np.arange(N))
    return other, x


@pytest.mark.parametrize(
    ("N", "share", "count"),
    [
        (500, 0.1, 50),
        (500, 0.2, 100),
        (30, 0.1, 5),
        (12, 0.1, 3),
        (20_000, 0.1, 1000),
        (3, 0.1, 0),
        (500, 0.0, 0),
    ],
)
def test_a_share_is_put_aside(N, share, count):
    assert len(aside(N, aside=share)[0]) == count


def test_the_number_of_samples_put_aside_has_bounds():
    assert len(aside(500, least_aside=70)[0]) == 70
    assert len(aside(500, most_aside=40)[0]) == 40
    assert len(aside(500, least_aside=70, most_aside=40)[0]) == 70


def test_no_end_and_no_class_is_put_aside():
    for seed in range(20):
        rows, x = aside(20, "cross_entropy", seed, aside=0.5)
        assert 7 not in rows
        for end in (x.argmin(axis=0), x.argmax(axis=0)):
            assert not np.isin(end, rows).any()
    assert not np.array_equal(aside(100, seed=1)[0], aside(100, seed=2)[0])


def test_the_certificate_is_that_of_the_samples_put_aside():
    x = inputs(N=200)
    y = x[:, :1] * x[:, 1:]
    rows, _ = aside(200)
    spoiled = y.copy()
    spoiled[rows] += 5.0  # as if they were of another function
    found = kn.discover(KAN([2, 1], rng=0), x, spoiled, ["x", "y"])
    assert str(found) == "x*y"
    assert found.certificate.samples == len(rows)
    assert found.certificate.put_aside
    assert found.certificate.after.rmse == pytest.approx(5.0)
    none = kn.discover(KAN([2, 1], rng=0), x, y, options=SearchOptions(aside=0.0)).certificate
    assert (none.samples, none.put_aside, none.exact) == (200, False, True)


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"threshold": 0.5}])
def test_small_terms_are_found_unless_the_threshold_is_large(options):
    x = inputs(N=150)
    y = x[:, :1] ** 2 + 0.02 * np.sin(3.0 * x[:, 1:])
    functions = ["x", "x^2", "sin", "exp"]
    found = kn.discover(
        KAN([2, 1], grid_size=3, rng=0),
        *(x, y, ["x", "y"]),
        functions=functions,
        options=SearchOptions(**options),
    )
    assert ("sin(3*y)" in str(found)) is (not options)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"samples": 0}, ValueError, "samples must be at least 1"),
        ({"samples": 2.5}, TypeError, "samples must be a whole number"),
        ({"close": -1.0}, ValueError, "close must lie"),
        ({"threshold": np.nan}, ValueError, "threshold must be finite"),
        ({"aside": 0.6}, ValueError, "aside must lie"),
        ({"finishing": 1.1}, ValueError, "finishing must lie"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        SearchOptions(**options)


def test_options_are_options():
    x, network = inputs(N=20), KAN([2, 1], rng=0)
    with pytest.raises(TypeError, match=r"options must be SearchOptions.*{'close': 3}"):
        kn.discover(network, x, x[:, :1], options={"close": 3})


def test_the_defaults_are_those_of_the_experiments():
    assert SearchOptions() == SearchOptions(
        fewest_samples=20,
        aside=0.1,
        least_aside=5,
        most_aside=1000,
        samples=2000,
        final_samples=10_000,
        zero_is_far=10.0,
        strength=0.01,
        threshold=0.03,
        smallest_term=1e-5,
        starts=3,
        ranked_after=5,
        finer=4,
        good=0.01,
        close=10.0,
        close_in_noise=1.1,
        near_in_noise=1.5,
        agreeing=3,
        label_smoothing=0.01,
        unexplained=0.9,
        ideas=0.5,
        finishing=0.2,
        seconds_to_finish=0.5,
        seconds_for_others=1.0,
    )
    assert SearchOptions(samples=1, strength=0.0).samples == 1


def test_a_search_is_the_same_each_time_unless_it_is_told_otherwise(monkeypatch):
    drawn = []

    def selected(self):
        drawn.append(self.check.x)
        return Structure(self.network, 0.1), ""

    monkeypatch.setattr(StructureSearch, "_selected", selected)
    x, network = inputs(1, N=40), KAN([1, 1], rng=0)
    for options in ({}, {"rng": 0}, {"rng": 1}):
        kn.discover(network, x, x, **options)
    assert np.array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], drawn[2])
