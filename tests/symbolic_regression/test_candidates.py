"""The candidates of a search: the simplest first, each more accurate, with the reason."""

from dataclasses import replace

import numpy as np
from builders import inputs

import kan_numpy as kn
from kan_numpy.algebra.constants import UNKNOWN
from kan_numpy.formulas.certificate import Measurement
from kan_numpy.symbolic_regression.candidates import complexity_of, front


def formula(text, y="x**3"):
    """Return a formula of x, compared with another."""
    x = inputs(1, N=60)
    target = kn.from_formula(y, ["x"])(x)
    found = kn.formula(kn.from_formula(text, ["x"]), ["x"], x=x)
    measure = Measurement(("x",), x, found.network(x), target)
    certificate = measure.certificate(found.exact, found.expressions)
    return replace(found, certificate=certificate, measure=measure)


def test_they_are_in_the_order_of_complexity_and_error():
    chosen = formula("x**3")
    others = [formula(t) for t in ("x**3 + 0.01*x**2", "0.6*x", "x/2 + x**3/2", "2*x")]
    found = front(chosen, "exact", others)
    assert [str(each.formula) for each in found] == ["x**3"] or found[0].complexity < 4
    assert [each.chosen for each in found][-1]
    for each in found:
        assert each.complexity == complexity_of(each.formula)
        assert each.error == each.formula.certificate.relative
    assert found[-1].why == "exact"
    errors = [each.error for each in found]
    assert errors == sorted(errors, reverse=True)


def test_the_simpler_are_less_accurate_and_the_more_complex_are_better():
    chosen, simple, long = map(formula, ("x**3 + 0.1*x", "x", "x**3 + 0.001*x**2 + 0.003*x"))
    found = front(chosen, "time is up", [long, simple, chosen])
    assert [str(each.formula) for each in found] == ["x", str(chosen), str(long)]
    assert [each.chosen for each in found] == [False, True, False]
    times = [each.error / found[1].error for each in found]
    assert found[0].why == f"simpler, {times[0]:.2g} times the error"
    assert found[2].why == f"more complex, {times[2]:.2g} times the error"
    assert found[1].why == "time is up"
    exact = front(formula("x**3"), "exact", [simple])
    assert [each.why for each in exact] == ["simpler, and not exact", "exact"]


def test_splines_are_complex():
    x, network = inputs(1, N=40), kn.KAN([1, 1], grid_size=4, rng=0)
    spline = kn.formula(network, ["x"], x=x, y=x)
    assert complexity_of(spline) == 2 + UNKNOWN * (1 + 7)
    found = front(formula("x"), "", [kn.formula(network, ["x"], x=x, y=network(x))])
    assert found[-1].why == "it has splines, 0 times the error"


def test_it_reads_as_a_line():
    (each,) = front(formula("x**3"), "exact", [])
    assert str(each).split() == ["*", str(each.complexity), "0.0e+00", "x**3", "(exact)"]


def test_a_search_keeps_them():
    x = inputs(N=200)
    y = np.exp(x[:, :1]) * x[:, 1:] + x[:, :1]
    found = kn.discover(kn.KAN([2, 1], rng=0), x, y, ["x", "y"], progress=False)
    sizes = [each.complexity for each in found.candidates]
    assert sizes == sorted(sizes)
    (chosen,) = [each for each in found.candidates if each.chosen]
    assert str(chosen.formula) == str(found)
    assert repr(found) == f"Formula({str(found)!r})"
    assert found.round(2).candidates == found.candidates
