"""Networks become symbolic: named edges as told, the others by what is as good."""

from dataclasses import FrozenInstanceError, fields, replace
from inspect import signature

import numpy as np
import pytest
from builders import inputs, symbolic
from checks import same
from curves import NARROW, trained, two_functions

import kan_numpy as kn
from kan_numpy import KAN, Objective
from kan_numpy._deadline import NEVER
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.networks.edges import spline_edges, symbolic_edges, with_symbol
from kan_numpy.sparsity.model_selection import Assessment
from kan_numpy.symbolic_regression import symbolification
from kan_numpy.symbolic_regression.curve_fit import SymbolFit
from kan_numpy.training.fit_result import FitResult


def test_named_edges_become_what_they_are_told():
    network, x, y = trained(two_functions, (2, 1))
    before = network.theta.copy()
    symbolic = kn.symbolify(network, x, y, edges={(0, 0, 0): "sin", (0, 0, 1): SYMBOLS["x^2"]})
    sine, square = symbolic.layers[0].symbols
    assert (sine.inp, sine.symbol.name, square.inp, square.symbol.name) == (0, "sin", 1, "x^2")
    np.testing.assert_allclose(symbolic(x), y, rtol=0, atol=1e-9)
    assert not spline_edges(symbolic)
    assert np.array_equal(network.theta, before)
    assert not network.layers[0].symbols
    again = kn.symbolify(symbolic, x, y, edges={(0, 0, 1): "cosh"})
    assert [edge.symbol.name for edge in again.layers[0].symbols] == ["sin", "cosh"]
    assert np.sqrt(np.mean((again(x) - y) ** 2)) > 1e-6  # whatever it costs


def test_an_edge_may_be_told_to_be_zero():
    network, x, y = trained(two_functions, (2, 1))
    smaller = kn.symbolify(network, x, y, edges={(0, 0, 0): "0"})
    assert np.ptp(smaller.layers[0].edges(x)[:, 0, 0]) == 0.0
    left = smaller(x) - x[:, 1:] ** 2
    np.testing.assert_allclose(left.mean(), np.sin(3.0 * x[:, 0]).mean(), atol=1e-3)


def test_without_steps_a_named_edge_is_its_best_fit():
    network, x, y = trained(two_functions, (2, 1))
    symbolic = kn.symbolify(network, x, y, edges={(0, 0, 0): "sin"}, steps=0)
    (edge,) = symbolic.layers[0].symbols
    (best,) = kn.suggest_symbolic(network, x, 0, 0, 0, functions=["sin"])
    assert np.array_equal(edge.affine, best.affine)


def test_by_itself_it_finds_what_the_paper_finds():
    def target(x):
        return np.exp(np.sin(np.pi * x[:, :1]) + x[:, 1:] ** 2)

    network, x, y = trained(target, (2, 1, 1), N=500)
    network = kn.fit(kn.refine(network, 12), x, y, steps=25, progress=False).network
    symbolic = kn.symbolify(network, x, y)
    names = [{edge.symbol.name for edge in layer.symbols} for layer in symbolic.layers]
    assert names == [{"sin", "x^2"}, {"exp"}]
    other = np.random.default_rng(5).uniform(-1.0, 1.0, (100, 2))
    assert np.sqrt(np.mean((symbolic(other) - target(other)) ** 2)) < 1e-12


def test_where_no_function_will_do_the_spline_stays():
    network, x, y = trained(lambda x: np.sin(5.0 * x) + 0.3 * np.sin(11.0 * x))
    before = np.mean((network(x) - y) ** 2)
    after = kn.symbolify(network, x, y, functions=["x", "x^2", "exp"])
    assert spline_edges(after) == [(0, 0, 0)]
    assert np.mean((after(x) - y) ** 2) <= before


def test_a_constant_edge_stops_nothing_unless_it_is_named():
    network, x, y = trained(lambda x: np.sin(3.0 * x[:, :1]), (2, 1))
    layer = network.layers[0]
    coef, w_base = layer.coef.copy(), layer.w_base.copy()
    coef[0, 1], w_base[0, 1] = 0.0, 0.0
    network = KAN.from_layers([replace(layer, coef=coef, w_base=w_base)])
    symbolic = kn.symbolify(network, x, y)
    names = {edge.inp: edge.symbol.name for edge in symbolic.layers[0].symbols}
    assert names[0] == "sin"
    np.testing.assert_allclose(symbolic(x), y, rtol=0, atol=1e-8)
    with pytest.raises(ValueError, match=r"edge \(0, 0, 1\) is constant on x \(prune it\)"):
        kn.symbolify(network, x, y, edges={(0, 0, 1): "sin"})


def test_noise_does_not_become_a_more_complex_function():
    rng = np.random.default_rng(2)
    network, x, y = trained(lambda x: 2.0 * x**2 + 0.05 * rng.standard_normal(x.shape))
    symbolic = kn.symbolify(network, x, y)
    (edge,) = symbolic.layers[0].symbols
    assert edge.symbol.name == "x^2"
    np.testing.assert_allclose(edge.affine[2], 2.0, rtol=0.02)


def test_a_chain_of_two_symbols_becomes_one():
    x = np.linspace(-1.0, 1.0, 100)[:, None]
    network = with_symbol(KAN([1, 1, 1], rng=0), (0, 0, 0), SYMBOLS["exp"], np.ones(4))
    network = with_symbol(network, (1, 0, 0), SYMBOLS["x^2"], np.array([1.0, -1.0, 2.0, 0.0]))
    y = 2.0 * np.exp(2.0 * x + 2.0)
    np.testing.assert_allclose(network(x), y, rtol=1e-14)
    symbolic = kn.symbolify(network, x, y, steps=0)
    assert [layer.symbols[0].symbol.name for layer in symbolic.layers] == ["exp", "x"]
    np.testing.assert_allclose(symbolic(x), y, rtol=1e-10)


def test_a_simpler_symbol_takes_the_place_of_a_complex_one():
    network, x, y = trained(lambda x: 0.7 * x)
    network = with_symbol(network, (0, 0, 0), SYMBOLS["erf"], np.array([0.01, 0.0, 62.0, 0.0]))
    symbolic = kn.symbolify(network, x, y)
    ((_, complexity),) = symbolic_edges(symbolic)
    assert complexity == SYMBOLS["x"].total_complexity


def test_of_many_samples_none_is_left_outside_the_domain():
    rng = np.random.default_rng(0)
    x = np.append(rng.uniform(0.5, 1.0, 4000), 0.0)[:, None]
    y = np.sqrt(np.abs(x - 0.45))  # on the samples but one it starts at 0.45
    network = kn.fit(KAN([1, 1], 10, grid_range=(0, 1), rng=0), x, y, progress=False).network
    symbolic = kn.symbolify(network, x, y, edges={(0, 0, 0): "sqrt"})
    assert np.isfinite(symbolic(x)).all()
    assert np.mean((symbolic(x) - y) ** 2) < 0.1 * np.var(y)


def test_training_does_not_lead_an_edge_out_of_its_domain():
    network, x, y = trained(lambda x: np.log(x + 0.02) + np.sqrt(x), low=0.0, high=1.0)
    for name in ("log", "sqrt"):
        symbolic = kn.symbolify(network, x, y, edges={(0, 0, 0): name}, steps=40)
        (edge,) = symbolic.layers[0].symbols
        u = edge.affine[0] * x + edge.affine[1]
        assert edge.symbol.defined(u.min(), u.max())


def test_a_classifier_becomes_symbolic():
    rng = np.random.default_rng(0)
    x = rng.uniform(-1.0, 1.0, (150, 1))
    labels = (x[:, 0] ** 2 + 0.2 * rng.standard_normal(150) > 0.3).astype(int)
    network = KAN([1, 2], grid_size=3, rng=0)
    network = kn.fit(network, x, labels, kn.LBFGS(), 40, "cross_entropy", progress=False).network
    before = Objective(network, x, labels, "cross_entropy").value(network.theta)
    edges = {(0, 0, 0): "x^2", (0, 1, 0): "x^2"}
    symbolic = kn.symbolify(network, x, labels, edges=edges, loss="cross_entropy")
    after = Objective(symbolic, x, labels, "cross_entropy").value(symbolic.theta)
    assert len(symbolic.layers[0].symbols) == 2
    assert after < 1.2 * before


@pytest.mark.slow
def test_where_edges_make_up_for_each_other_the_simplest_functions_are_tried():
    x = np.random.default_rng(1).uniform(-1.0, 1.0, (200, 2))
    y = x[:, :1] ** 2 * x[:, 1:] + 0.3 * x[:, :1]
    network = kn.fit(KAN([2, (1, 1), 1], 5, rng=0), x, y, steps=40, progress=False).network
    symbolic = kn.symbolify(network, x, y)
    assert np.sqrt(np.mean((symbolic(x) - y) ** 2)) < 1e-12


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"edges": {(0, 0, 0): "sinus"}}, ValueError, r"edges\[\(0, 0, 0\)\] must be one of"),
        ({"edges": {(0, 0, 0): None}}, TypeError, r"edges\[\(0, 0, 0\)\] must be the name"),
        ({"edges": {(0, 0, 5): "sin"}}, ValueError, "has 1 outputs and 2 inputs"),
        ({"edges": {(0, 0): "sin"}}, TypeError, r"must be a tuple \(layer, out, inp\)"),
        ({"edges": {"sin": (0, 0, 0)}}, TypeError, r"must be a tuple \(layer, out, inp\)"),
        ({"edges": [(0, 0, 0)]}, TypeError, "edges must be a dict such as"),
        ({"edges": {(0, 0, 0): NARROW}}, ValueError, "none of the functions narrow is defined"),
        ({"functions": ["sinus"]}, ValueError, r"functions\[0\] must be one of"),
        ({"functions": []}, ValueError, "functions must hold at least one"),
        ({"top": 0}, ValueError, "top must be at least 1"),
        ({"steps": -1}, ValueError, "steps must be at least 0"),
        ({"complexity_weight": np.nan}, ValueError, "complexity_weight"),
        ({"x": np.zeros((20, 3))}, ValueError, "x must have shape"),
        ({"y": np.zeros((20, 2))}, ValueError, "y must have shape"),
        ({"y": np.full((20, 1), np.nan)}, ValueError, "y"),
        ({"loss": "l7"}, ValueError, "loss"),
        ({"network": kn.MLP([2, 1], rng=0)}, TypeError, "KAN"),
    ],
)
def test_orders_that_make_no_sense_are_refused(arguments, error, message):
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (20, 2))
    network = KAN([2, 1], rng=0)
    given = {"network": network, "x": x, "y": x[:, :1]} | arguments
    before = KAN([2, 1], rng=0)
    with pytest.raises(error, match=message):
        kn.symbolify(**given)
    assert same(network, before)


# The rules by themselves.


def rules(monkeypatch=None, losses=None, before=0.0, **changes):
    """Return the rules on [1, 1] and 100 samples; perhaps the loss of each symbol is given."""
    x = inputs(1, N=100)
    network = KAN([1, 1], rng=0)
    objective = kn.Objective(network, x, np.sin(3.0 * x))
    symbols = [SYMBOLS[name] for name in ("sin", "x", "x^2")]
    options = {"top": 5, "complexity_weight": 0.1, "steps": 20} | changes
    run = symbolification.Symbolification(objective, symbols, **options)
    if losses is not None:

        def assessed(_, network):
            names = [edge.symbol.name for edge in network.layers[0].symbols]
            return Assessment(losses[names[0]] if names else before, 9, 100)

        monkeypatch.setattr(symbolification, "assess", assessed)
        monkeypatch.setattr(symbolification.Symbolification, "trained", lambda _, network: network)
    return run, network


@pytest.mark.parametrize(
    ("before", "times", "chosen"),
    [
        (1e-6, 3.9, "x"),  # splines: 3 more in complexity cost 0.3 orders of magnitude of the error
        (1e-6, 4.1, "sin"),
        (0.01, 1.14, "x"),  # noise: 3 more parameters cost 3 log(100) / 100 of log L
        (0.01, 1.16, "sin"),
    ],
)
def test_a_more_complex_symbol_must_be_worth_its_price(monkeypatch, before, times, chosen):
    losses = {"sin": 0.01 * before, "x": 0.01 * before * times}
    run, network = rules(monkeypatch, losses, before)
    fits = [SymbolFit(SYMBOLS[name], np.ones(4), 0.1) for name in losses]
    for candidates in (fits, fits[::-1]):
        replaced = run.replaced(network, network, (0, 0, 0), candidates)
        assert replaced.layers[0].symbols[0].symbol.name == chosen


def test_what_is_worse_or_nowhere_defined_is_not_accepted(monkeypatch):
    run, network = rules(monkeypatch, {"x": 0.1, "log": 0.0}, 0.01)
    fits = [SymbolFit(SYMBOLS[name], np.ones(4), 0.1) for name in ("x", "log")]
    undefined = [fits[0], SymbolFit(SYMBOLS["log"], np.array([1.0, -5.0, 1.0, 0.0]), 0.1)]
    assert run.replaced(network, network, (0, 0, 0), undefined) is network


@pytest.mark.parametrize(
    ("top", "names"), [(1, ["sin", "x", "x^2"]), (2, ["sin", "x", "x^2"]), (3, ["sin", "x", "x^2"])]
)
def test_the_simplest_functions_are_tried_in_any_case_and_once(top, names):
    run, _ = rules(top=top)
    x = run.objective.x
    network = kn.fit(KAN([1, 1], rng=0), x, np.sin(3.0 * x), steps=5).network
    found = run.best(run.measured(network), (0, 0, 0), run.symbols)
    assert found[0].symbol.name == "sin"
    assert sorted(fit.symbol.name for fit in found) == sorted(names)


def test_the_search_names_edges_as_symbolify_does_by_itself():
    ours = {part.name: part.default for part in fields(symbolification.Symbolification)}
    theirs = signature(kn.symbolify).parameters
    for name in ("top", "complexity_weight", "steps"):
        assert ours[name] == theirs[name].default


@pytest.mark.parametrize(("loss", "times"), [("mse", 1), ("cross_entropy", 5)])
def test_after_each_change_so_many_steps_are_taken_and_ten_times_more_at_the_end(
    monkeypatch, loss, times
):
    taken = []

    def train(objective, steps, progress, callback):
        assert callback == NEVER
        taken.append((steps, progress))
        return FitResult(objective.network, {}, "done")

    monkeypatch.setattr(symbolification, "train", train)
    x = inputs(1, N=30)
    line = ("x", 1.0, 0.0, 1.0, 0.0)
    network = symbolic([1, 1], {(0, 0, 0): line})
    y = x
    if loss == "cross_entropy":
        network = symbolic([1, 2], {(0, 0, 0): line, (0, 1, 0): line})
        y = (x[:, 0] > 0.0).astype(int)
    objective = kn.Objective(network, x, y, loss)
    run = symbolification.Symbolification(objective, [], top=5, complexity_weight=0.1, steps=7)
    assert run.trained(network) is network
    list(run.stages(network))
    assert taken == [(7 * times, False), (70 * times, False)]
    with pytest.raises(FrozenInstanceError):
        run.top = 3
