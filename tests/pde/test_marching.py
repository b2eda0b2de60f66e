"""Windows of time: what they inherit, what is known of their error, and what is refused."""

import numpy as np
import pytest

import kan_numpy as kn
from kan_numpy.derivatives.jet import Jet
from kan_numpy.pde import PDE, Condition, dirichlet, equations, linear, march, marching, solver
from kan_numpy.pde import conditions as pde
from kan_numpy.pde.collocation import sample


def growth(high=2.0):
    """u' = u with u(0) = 1."""
    equation = Condition(linear(0.0, value=-1.0, gradient=1.0), order=1)
    return PDE([0.0], [high], [equation, dirichlet(1.0, [(0, 0)])], pairs=[])


def oscillator(high=6.0):
    """u'' = -u with u(0) = 0 and u'(0) = 1, solved by sin(t)."""
    equation = Condition(linear(0.0, value=1.0, second=1.0))
    speed = Condition(linear(1.0, gradient=1.0), [(0, 0)], order=1)
    known = lambda x: (np.sin(x[:, 0]), np.cos(x))  # noqa: E731
    return PDE([0.0], [high], [equation, dirichlet(0.0, [(0, 0)]), speed], solution=known)


def spline(**options):
    return kn.KAN([1, 1], **{"grid_size": 5, "degree": 5, "rng": 0, **options})


def test_a_window_inherits_the_value_and_the_speed():
    found = march(spline(), oscillator(), 3, points=30, steps=15)
    assert found.edges == (0.0, 2.0, 4.0, 6.0)
    assert len(found.results) == 3
    assert kn.pde_errors(found, oscillator()).h1 < 1e-4
    assert found.estimate.relative < 1e-4


def test_the_estimate_contains_what_a_window_inherits():
    """The later windows are almost exact, and still wrong by what the first one ended with."""
    start = kn.from_formula("exp(t) + 0.1*t", ["t"])
    nets = [start, kn.from_formula(f"exp(t)*{(np.e + 0.1) / np.e}", ["t"])]
    solved, losses = iter(nets), iter([0.001, 0.003])

    def known(_window):
        return kn.pde.PDEResult(next(solved), {"train_loss": [7.0, next(losses)]}, "known")

    message = "the loss is 0.002 at the points of training and .* the estimated error is 3.6 %"
    with pytest.warns(RuntimeWarning, match=message):
        found = marching._marched(known, growth(), 0, [0.0, 1.0, 2.0], True)
    x = sample((0,), (2,), 10_000)
    assert found.estimate.l2 == pytest.approx(
        np.sqrt(np.mean((found(x) - np.exp(x)) ** 2)), rel=1e-3
    )
    assert found.estimate.size == pytest.approx(np.sqrt(np.mean(np.exp(x) ** 2)), rel=1e-3)
    later = found.results[1].estimate
    assert later.l2 == pytest.approx(0.1 * np.sqrt(np.mean(np.exp(2 * x[5000:] - 2))), rel=1e-2)


@pytest.mark.gradient
def test_the_partial_derivatives_of_inherited_conditions_are_right(record):
    net = kn.KAN([2, 2, 2], grid_size=2, degree=4, rng=0)
    problem = equations.wave()
    for error in (None, kn.pde.estimate_error(net, problem).correction):
        record(pde.check(marching._window(problem, 1, 0.5, 1.0, net, error)))


def test_an_inherited_residual_is_zero_for_the_window_before():
    """And for its correction, if there is one."""
    problem, x = oscillator(), np.zeros((1, 1)) + 3.0
    net = kn.from_formula("t^2", ["t"])
    window = marching._window(problem, 0, 3.0, 6.0, net)
    u, gradient, second = np.array([9.0]), np.array([[6.0]]), np.array([[2.0]])
    for condition in window.conditions[1:]:
        assert condition.residual(x, u, gradient, second).r.tolist() == [0.0]
        assert condition.residual(x, u + 1.0, gradient + 1.0, second).r.tolist() == [1.0]
    error = kn.pde.estimate_error(net, problem).correction
    corrected = marching._window(problem, 0, 3.0, 6.0, net, error).conditions[1]
    want = u[0] + error(x)[0, 0]
    assert corrected.residual(x, np.array([want]), gradient, second).r == pytest.approx([0.0])


def test_only_the_beginning_of_a_condition_is_inherited_and_weights_are_shared():
    problem, net = equations.heat(), kn.KAN([2, 1], degree=4, rng=0)
    first = marching._window(problem, 1, 0.0, 0.25, None)
    assert first.conditions == list(problem.conditions)
    assert (first.low, first.high) == ([-1.0, 0.0], [1.0, 0.25])
    inside, start, walls = marching._window(problem, 1, 0.25, 0.5, net).conditions
    assert inside is problem.conditions[0]
    assert (start.faces, walls.faces) == ([(1, 0)], [(0, 0), (0, 1)])
    assert (start.weight, walls.weight) == pytest.approx((1 / 3, 2 / 3))
    assert walls.equation is problem.conditions[1].equation


def test_a_wave_that_is_too_fast_for_one_window_is_caught_in_four():
    def wave(x):
        return np.sin(x[:, 0] - 10.0 * x[:, 1])

    equation = Condition(linear(0.0, gradient=(10.0, 1.0)), weight=0.1, order=1)
    circle = kn.pde.periodic(0, 0.0, 2 * np.pi)[:1]
    start = dirichlet(wave, [(1, 0)])
    problem = PDE((0, 0), (2 * np.pi, 1), [equation, start, *circle], pairs=[])
    net = kn.KAN([2, 3, 1], grid_size=6, degree=4, base="zero", rng=0)
    options = {"points": 400, "boundary_points": 120, "steps": 40, "adapt_at": [10], "rng": 0}
    with pytest.warns(RuntimeWarning, match="the estimated error is"):
        failed = march(net, problem, 1, **options)
    assert failed.estimate.relative > 0.05
    found, x = march(net, problem, 4, **options), sample(problem.low, problem.high, 5000)
    assert np.sqrt(np.mean((found(x)[:, 0] - wave(x)) ** 2)) < 0.01


def test_the_result_takes_each_point_from_its_window():
    nets = [kn.from_formula(f"t + {a}", ["t"]) for a in (0, 10, 20)]
    results = tuple(kn.pde.PDEResult(net, {}, "") for net in nets)
    found = kn.pde.MarchResult(results, (0.0, 1.0, 2.0, 3.0), 0)
    x = np.array([[2.5], [0.5], [1.0], [1.5], [-1.0], [9.0]])
    assert found(x)[:, 0].tolist() == [22.5, 0.5, 1.0, 11.5, -1.0, 29.0]
    jet = found.jet(x)
    assert isinstance(jet, Jet)
    assert jet.gradient[:, 0, 0].tolist() == [1.0] * 6
    assert jet.second.shape == (6, 1, 1)
    assert np.isnan(found.estimate.l2)


def test_time_may_be_another_input_and_options_reach_every_window(monkeypatch):
    seen = []

    def solve_pde(network, window, points, **options):
        seen.append((window, points, options))
        return kn.pde.PDEResult(network, {"train_loss": [0.0]}, "all done")

    monkeypatch.setattr(marching, "solve_pde", solve_pde)
    start = dirichlet(0.0, [(0, 0), (1, 0)])
    problem = PDE((0, 0), (2, 1), [Condition(linear(0.0, gradient=1.0), order=1), start])
    found = march(kn.MLP([2, 1], rng=0), problem, 2, axis=0, verify=False, rng=0)
    assert found.axis == 0
    for (window, points, options), low in zip(seen, (0.0, 1.0), strict=True):
        assert (window.low, window.high) == ([low, 0.0], [low + 1.0, 1.0])
        assert len(points) == 1000 + 201  # and at the end as many as on each of two faces
        assert np.all(points[1000:, 0] == low + 1.0)
        assert np.all((points[:1000, 0] > low) & (points[:1000, 0] < low + 1.0))
        assert options["sampling"] == "sobol"
        assert (options["steps"], options["boundary_points"]) == (100, 400)
        assert not options["verify"]
        assert options["adapt_at"] == []
        assert (options["resample_at"], options["refine_at"]) == ([], None)
    assert not np.array_equal(seen[0][1][:, 1], seen[1][1][:, 1])
    seen.clear()
    march(kn.KAN([2, 1], rng=0), problem, 1, adapt_at=[7], resample_at=[9], verify=False)
    assert seen[0][0].low == [0.0, 0.0]
    assert seen[0][2]["adapt_at"] == [0, 7]
    assert seen[0][2]["resample_at"] == [9]


def test_ctrl_c_ends_all_windows():
    def press(_window):
        return kn.pde.PDEResult(spline(), {"train_loss": []}, "interrupted before the first step")

    found = marching._marched(press, growth(), 0, [0.0, 1.0, 2.0], True)
    assert found.edges == (0.0, 1.0)
    assert len(found.results) == 1
    assert found.results[0].estimate is None


def test_ctrl_c_during_an_estimate_ends_all_windows(monkeypatch):
    def press(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(solver, "estimate_error", press)
    found = march(spline(), growth(), 2, points=5, steps=2)
    assert [result.message for result in found.results] == ["interrupted after step 2"]


def test_what_has_no_beginning_or_an_end_is_refused():
    ends = PDE([0.0], [1.0], [Condition(linear(2.0, second=1.0)), dirichlet(0.0, [(0, 0), (0, 1)])])
    for problem in (ends, PDE([0.0], [1.0], [Condition(linear(0.0, 1.0))])):
        with pytest.raises(ValueError, match=r"condition on the face \(0, 0\), where time begins"):
            march(spline(), problem, 2)
    for windows in (0, 10_001):
        with pytest.raises(ValueError, match="windows must"):
            march(spline(), growth(), windows)
    with pytest.raises(ValueError, match="axis must"):
        march(spline(), growth(), 2, axis=1)
    assert march(spline(), growth(0.1), 1, points=5, steps=0, verify=False).edges == (0.0, 0.1)
