"""Differential equations are solved, and what makes no sense is refused with its reason."""

import numpy as np
import pytest
from pde_problems import mixed

import kan_numpy as kn
from kan_numpy.pde import (
    PDE,
    Condition,
    dirichlet,
    equations,
    every_face,
    linear,
    resampling,
    solver,
)
from kan_numpy.pde import conditions as pde
from kan_numpy.pde.collocation import collocation_points, sample
from kan_numpy.pde.error_estimate import ErrorEstimate
from kan_numpy.training.fit_result import FitResult


def test_the_poisson_equation_is_solved_far_better_than_in_the_paper():
    # As in the paper: where an activation leaves its grid, a tangent would have no curvature.
    net = kn.KAN([2, 5, 1], grid_size=2, degree=5, base="zero", rng=1, outside="fade")
    problem = equations.poisson()
    result = kn.solve_pde(
        net, problem, 600, 160, steps=70, adapt_at=[15, 30, 50], refine_at={30: 4, 50: 6}
    )
    found = kn.pde_errors(result.network, problem)
    assert result.network.size == 165
    assert found.l2**2 < 5e-8
    assert found.h1**2 < 2e-5


@pytest.mark.parametrize(
    ("problem", "widths", "most"),
    [
        (equations.heat(), [2, 2, 1], 1e-3),
        (equations.burgers(), [2, 2, 1], 3e-3),
        (equations.bratu(2.0), [1, 1], 1e-5),
    ],
    ids=["heat", "burgers", "bratu"],
)
def test_equations_in_time_and_nonlinear_ones_are_solved(problem, widths, most):
    net = kn.KAN(widths, grid_size=5, degree=5, base="zero", rng=0)
    result = kn.solve_pde(net, problem, 200, 60, "latin", steps=40, adapt_at=[0, 15], rng=0)
    assert kn.pde_errors(result.network, problem).l2 < most


def test_an_mlp_and_lbfgs_go_down_too():
    problem = equations.bratu()
    net = kn.MLP([1, 8, 1], activation="tanh", rng=0)
    result = kn.solve_pde(net, problem, 30, optimizer=kn.LBFGS(), steps=60)
    before, after = (kn.pde_errors(n, problem).l2 for n in (net, result.network))
    assert after < 0.02 * before


def test_errors_are_root_mean_squares_over_the_box():
    def solution(x):
        return 3.0 * x[:, 0], np.tile([3.0, 0.0], (len(x), 1))

    problem = PDE((0, 0), (1, 2), [Condition(linear(0.0))], solution=solution)
    net = kn.MLP([2, 1], rng=0).with_theta([0.0, 0.0, 0.0])
    found = kn.pde_errors(net, problem)
    assert found.l2 == pytest.approx(np.sqrt(3.0), rel=1e-3)  # the mean of 9 x^2
    assert found.h1 == pytest.approx(np.sqrt(12.0), rel=1e-3)


def test_own_points_are_taken_and_nothing_given_is_changed():
    net, own = kn.KAN([1, 1], degree=4, rng=0), np.linspace(0.1, 0.9, 9)[:, None]
    before = net.theta.copy(), own.copy()
    kn.solve_pde(net, equations.bratu(), own, steps=2, verify=False)
    assert np.array_equal(collocation_points(equations.bratu(), own)[0], own)
    assert np.array_equal(net.theta, before[0])
    assert np.array_equal(own, before[1])


def one(equation, **options):
    return PDE((0,), (1,), [Condition(equation, **options)])


def test_an_equation_that_is_not_finite_is_refused_with_the_point():
    def root(x, *_):
        with np.errstate(invalid="ignore"):
            return np.sqrt(x[:, 0] - 0.3), None, None, None

    def slope(x, u, *_):
        return u, np.where(x[:, 0] > 0.8, np.inf, 1.0), None, None

    net = kn.KAN([1, 1], degree=4, rng=0)
    with pytest.raises(
        ValueError, match=r"conditions\[0\] is not finite at 3 of 10 .*\[0.05\].* nan"
    ):
        kn.solve_pde(net, one(root), 10)
    with pytest.raises(ValueError, match=r"at 2 of 10 .*x = \[0.85\].*its r_u is inf"):
        kn.solve_pde(net, one(slope), 10)


def test_a_step_to_where_the_equation_is_not_finite_is_not_taken():
    def logarithm(_, u, u_a, __):
        with np.errstate(all="ignore"):
            return u_a[:, 0] * np.log(u), u_a[:, 0] / u, np.log(u)[:, None], None

    start = kn.MLP([1, 1], rng=0).with_theta([1.0, 0.2])
    problem = PDE((0,), (1,), [Condition(logarithm), dirichlet(0.01, [(0, 0)], 100.0)])
    result = kn.solve_pde(start, problem, 10, steps=30)
    assert np.all(np.isfinite(result.history["train_loss"]))
    assert result.history["train_loss"][-1] < 0.1


def test_bad_equations_are_refused():
    net = kn.KAN([1, 1], degree=4, rng=0)
    with pytest.raises(TypeError, match="equation must return a tuple"):
        kn.solve_pde(net, one(lambda _, u, *__: u))
    with pytest.raises(ValueError, match=r"r_u, which the equation returned, must have shape"):
        kn.solve_pde(net, one(lambda _, u, *__: (u, 1.0, None, None)))
    with pytest.raises(ValueError, match=r"what source\(x\) returns must have shape \(1000,\)"):
        kn.solve_pde(net, one(linear(lambda x: x)))
    with pytest.raises(AssertionError, match="gradient of argument 0 is wrong"):
        pde.check(one(lambda _, u, *__: (u**2, u, None, None)))


def test_bad_arguments_are_refused():
    net, problem = kn.KAN([2, 1], degree=5, rng=0), equations.poisson()
    with pytest.raises(TypeError, match="problem must be a PDE"):
        kn.solve_pde(net, None)
    with pytest.raises(TypeError, match="network must be a KAN or an MLP"):
        kn.solve_pde(None, problem)
    with pytest.raises(ValueError, match="network must have 2 inputs and 1 output"):
        kn.solve_pde(kn.KAN([2, 3], degree=5, rng=0), problem)
    with pytest.raises(ValueError, match="splines of degree 3 at least, better 4"):
        kn.solve_pde(kn.KAN([2, 1], degree=2, rng=0), problem)
    with pytest.raises(ValueError, match="sampling must be one of grid, random, latin, sobol"):
        kn.solve_pde(net, problem, sampling="gauss")
    with pytest.raises(ValueError, match=r"points must have shape \(N, 2\)"):
        kn.solve_pde(net, problem, np.zeros((3, 1)))
    with pytest.raises(TypeError, match="callback must be a function"):
        kn.solve_pde(net, problem, callback=3)
    with pytest.raises(TypeError, match="must be a KAN to adapt or refine"):
        kn.solve_pde(kn.MLP([2, 3, 1], activation="tanh", rng=0), problem, adapt_at=[0])
    with pytest.raises(ValueError, match="problem must have a solution"):
        kn.pde_errors(net, mixed())
    for widths in ([1, 1], [2, 3]):
        with pytest.raises(ValueError, match="network must have 2 inputs and 1 output"):
            kn.pde_errors(kn.KAN(widths, rng=0), problem)
    assert every_face(2) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_by_default_a_hundred_steps_are_taken_on_a_grid_of_a_thousand_points(monkeypatch):
    given = {}

    def points(_problem, *arguments):
        given["points"] = arguments[:3]
        return collocation_points(problem, 5, 5)

    def train(objective, _optimizer, steps, **options):
        given.update(steps=steps, **options)
        return FitResult(objective.network, {}, "all 100 steps done")

    problem, network = equations.bratu(), kn.KAN([1, 1], degree=4, grid_range=(0, 1), rng=0)
    monkeypatch.setattr(solver, "collocation_points", points)
    monkeypatch.setattr(resampling, "train", train)
    solver.solve_pde(network, problem, verify=False)
    none = {"adapt_at": [], "refine_at": {}, "callback": None, "progress": None}
    assert given == {"points": (1000, 400, "grid"), "steps": 100, **none}


def estimate(relative, loss):
    return ErrorEstimate((), loss, relative, 1.0)


@pytest.mark.parametrize(
    ("relative", "loss", "told"),
    [
        (0.0101, 1.0, "1 % of u"),
        (0.52, 1.0, "52 % of u"),
        (0.0011, 101.0, "0.11 % of u"),
        (1.0, 1.0, "as large as u"),
        (np.nan, 101.0, "cannot be told"),
        (0.0099, np.nan, "0.99 % of u"),
    ],
)
def test_a_solution_that_is_not_to_be_trusted_is_told(relative, loss, told):
    with pytest.warns(RuntimeWarning, match=f"the loss is 1 at .* estimated error (is )?{told}"):
        solver.warn_of_errors(1.0, estimate(relative, loss))


@pytest.mark.parametrize(
    ("relative", "loss"), [(0.0099, 99.0), (0.0009, 1e9), (np.nan, 99.0), (0.0, 0.0)]
)
def test_of_a_good_solution_nothing_is_said(relative, loss):
    solver.warn_of_errors(1.0, estimate(relative, loss))


def test_too_few_points_for_fine_grids_are_told():
    """The equation holds at 15 points, and nowhere else."""
    source = linear(lambda x: np.pi**2 * np.sin(np.pi * x[:, 0]), second=1.0)
    problem = PDE((0,), (1,), [Condition(source), dirichlet(0.0, every_face(1))])
    net = kn.KAN([1, 1], grid_size=40, degree=4, grid_range=(0, 1), rng=0)
    with pytest.warns(RuntimeWarning, match="the estimated error is"):
        result = kn.solve_pde(net, problem, 15, steps=20)
    x = np.linspace(0, 1, 1001)[:, None]
    error = np.sqrt(np.mean((result.network(x) + np.sin(np.pi * x)) ** 2))
    assert result.history["train_loss"][-1] < 1e-6 * result.estimate.loss
    assert result.estimate.l2 == pytest.approx(error, rel=0.1)


def test_three_dimensions_get_points_that_no_spline_sees_twice():
    """Poisson's equation with 1400 points; on a grid each input would take 11 values."""

    def known(x):
        return np.sin(np.pi * x).prod(axis=1)

    source = linear(lambda x: -3 * np.pi**2 * known(x), second=1.0)
    walls = dirichlet(0.0, every_face(3))
    problem = PDE((-1,) * 3, (1,) * 3, [Condition(source, weight=0.01), walls])
    net = kn.KAN([3, 5, 1], grid_size=5, degree=5, base="zero", outside="fade", rng=1)
    result = kn.solve_pde(
        net, problem, 1400, 600, steps=80, adapt_at=[20, 40], refine_at={40: 10}, rng=1
    )
    x = sample(problem.low, problem.high, 8000)
    error = np.sqrt(np.mean((result.network(x)[:, 0] - known(x)) ** 2) / np.mean(known(x) ** 2))
    assert error < 0.01
    assert result.estimate.relative == pytest.approx(error, rel=0.25)


def test_a_system_with_periodic_conditions_is_solved():
    problem = equations.wave()
    net = kn.KAN([2, 4, 2], grid_size=4, degree=5, base="zero", outside="fade", rng=0)
    result = kn.solve_pde(net, problem, 400, 200, "sobol", steps=40, adapt_at=[0, 15], rng=0)
    assert kn.pde_errors(result.network, problem).l2 < 1e-2
    x = sample(problem.low, problem.high, 500)
    y, (u, gradient) = kn.jets.jet(result.network, x), problem.solution(x)
    found = kn.pde_errors(result.network, problem, 500)
    l2 = np.mean(np.sum((y.value - u) ** 2, axis=1))
    assert found.l2**2 == pytest.approx(l2)
    slopes = np.mean(np.sum((y.gradient - gradient) ** 2, axis=(1, 2)))
    assert found.h1**2 == pytest.approx(l2 + slopes)


def test_the_message_tells_the_residual_where_nothing_was_trained():
    net = kn.KAN([1, 1], grid_size=3, degree=5, grid_range=(0, 1), rng=0)
    result = kn.solve_pde(net, equations.bratu(), 30, steps=9)
    assert result.message.startswith("all 9 steps done; 9 parameters for 32 samples")
    loss, error = result.estimate.loss, 100 * result.estimate.relative
    told = f"; at other points the loss is {loss:.2g}, and the error is {error:.2g} % of u"
    assert result.message.endswith(told)


def test_a_system_needs_as_many_outputs():
    with pytest.raises(ValueError, match="2 inputs and 2 outputs, as the problem has"):
        kn.solve_pde(kn.KAN([2, 1], degree=5, rng=0), equations.wave())


def test_the_estimate_is_left_out_if_not_wanted_or_interrupted(monkeypatch):
    net, problem = kn.KAN([1, 1], degree=4, grid_range=(0, 1), rng=0), equations.bratu()
    assert kn.solve_pde(net, problem, 20, steps=1, verify=False).estimate is None

    def press(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(solver, "estimate_error", press)
    result = kn.solve_pde(net, problem, 20, steps=1)
    assert result.estimate is None
    assert result.message == "interrupted after step 1"
    assert result.history["step"] == [1]
    stopped = kn.solve_pde(net, problem, 20, steps=1, callback=press)
    assert stopped.interrupted
    assert stopped.estimate is None


def test_a_source_that_is_not_finite_elsewhere_does_not_lose_the_network():
    """The points of training avoid a pole that others do not."""
    source = linear(lambda x: np.where(x[:, 0] > 0.98, np.inf, 1.0), value=1.0)
    net, problem = kn.KAN([1, 1], degree=4, grid_range=(0, 1), rng=0), one(source)
    with pytest.warns(RuntimeWarning, match=r"cannot be told: what source\(x\) returns"):
        result = kn.solve_pde(net, problem, 10, steps=20)
    assert result.estimate is None
    assert result.network([[0.5]])[0, 0] == pytest.approx(1.0)


def test_the_loss_at_the_points_of_training_is_that_of_the_last_grids(monkeypatch):
    told = []
    monkeypatch.setattr(solver, "warn_of_errors", lambda loss, _: told.append(loss))
    net = kn.KAN([1, 1], grid_size=3, degree=5, grid_range=(0, 1), rng=0)
    result = kn.solve_pde(
        net, equations.bratu(2.0), 30, steps=20, adapt_at=[5], refine_at={10: 6}, resample_at=[15]
    )
    assert told == pytest.approx([result.history["train_loss"][-1]])


def test_the_thresholds_are_those_of_the_text():
    assert (solver.LARGEST_ERROR, solver.FAR, solver.NOTICED) == (0.01, 100.0, 0.001)
