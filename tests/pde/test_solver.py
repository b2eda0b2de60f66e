"""Differential equations: residuals and Jacobians are right, known solutions are found."""

import numpy as np
import pytest
from checks import agree, check_objective, check_residuals, check_residuals_gradient
from hypothesis import given
from hypothesis import strategies as st
from planting import Bug, with_bug
from strategies import seeds

import kan_numpy as kn
from kan_numpy.derivatives import network_jets as jets
from kan_numpy.gradcheck import central_difference
from kan_numpy.pde import PDE, Condition, Residual, dirichlet, equations, every_face, linear
from kan_numpy.pde import conditions as pde
from kan_numpy.pde.collocation import PDEObjective, collocation_points, sample

KNOWN = {
    "poisson": equations.poisson,
    "heat": equations.heat,
    "burgers": equations.burgers,
    "bratu": equations.bratu,
    "bratu, upper": lambda: equations.bratu(branch="upper"),
}

known = pytest.mark.parametrize("problem", [make() for make in KNOWN.values()], ids=list(KNOWN))


def mixed():
    """All derivatives of two inputs: the operator of Monge and Ampere, and nonlinear first ones."""

    def equation(x, u, u_a, u_q):
        xx, xy, yy = u_q.T
        r = xx * yy - xy**2 + u * u_a[:, 0] - x[:, 1] * u_a[:, 1] ** 2
        r_a = np.stack([u, -2.0 * x[:, 1] * u_a[:, 1]], axis=1)
        return r, u_a[:, 0], r_a, np.stack([yy, -2.0 * xy, xx], axis=1)

    def flux(_, u, u_a, __):
        return u_a[:, 0] - u**2, -2.0 * u, np.eye(2)[[0] * len(u)], None

    conditions = [
        Condition(equation, weight=0.3),
        Condition(flux, [(0, 0)], weight=2.0, order=1),
        dirichlet(lambda x: x[:, 0] ** 2, [(0, 1), (1, 0)]),
    ]
    return PDE((-1, 0), (1, 2), conditions, pairs=[(0, 0), (0, 1), (1, 1)])


@st.composite
def objectives(draw):
    """Draw a network with random parameters and one of the problems, at random points."""
    make = draw(st.sampled_from([equations.poisson, equations.burgers, equations.bratu, mixed]))
    problem, rng = make(), np.random.default_rng(draw(seeds))
    widths = [problem.n_in, draw(st.integers(1, 2)), 1]
    if draw(st.booleans()):
        degree = draw(st.sampled_from([4, 5]))
        net = kn.KAN(widths, grid_size=1, degree=degree, grid_range=(-2, 2), rng=rng)
    else:
        net = kn.MLP(widths, activation="tanh", rng=rng)
    net = net.with_theta(0.5 * rng.uniform(-1.0, 1.0, net.size))
    points = collocation_points(problem, 4, 6, draw(st.sampled_from(["random", "sobol"])), rng)
    return PDEObjective(net, problem, points), net.theta


@pytest.mark.gradient
@given(drawn=objectives())
def test_the_gradient_and_the_jacobian_of_an_equation_are_right(record, drawn):
    objective, theta = drawn
    record(check_residuals(objective, theta))
    record(check_residuals_gradient(objective, theta))
    assert objective.value(theta) == pytest.approx(objective.fun(theta)[0], rel=1e-12)


@pytest.mark.gradient
@known
def test_the_partial_derivatives_of_known_equations_are_right(record, problem):
    record(pde.check(problem))


@pytest.mark.gradient
def test_the_partial_derivatives_of_any_equation_can_be_checked(record):
    record(pde.check(mixed()))
    first_order = PDE((0,), (1,), [Condition(linear(0.0, 1.0, 2.0), order=1)], pairs=[])
    record(pde.check(first_order))


def derivatives(problem, x, h=1e-4):
    """The jet of the known solution: u, its gradient, and central differences of that."""
    u, gradient = problem.solution(x)
    pairs = jets.as_pairs(problem.pairs, problem.n_in)
    steps = h * np.eye(problem.n_in)
    second = [
        (problem.solution(x + steps[a])[1] - problem.solution(x - steps[a])[1])[:, b] / (2 * h)
        for a, b in zip(*pairs, strict=True)
    ]
    return u, gradient, np.stack(second, axis=1)


@known
def test_known_solutions_obey_all_conditions(problem):
    points = collocation_points(problem, 20, 12, "random", 0)
    for condition, x in zip(problem.conditions, points, strict=True):
        jet = derivatives(problem, x)
        residual = condition.residual(x, *jet)
        size = 1.0 + max(np.abs(part).max() for part in jet)
        np.testing.assert_allclose(residual.r / size, 0.0, atol=3e-7)


@pytest.mark.gradient
@known
def test_the_gradients_of_known_solutions_are_right(record, problem):
    for point in sample(problem.low, problem.high, 5, "random", 0):
        want = central_difference(lambda at: problem.solution(at[None])[0][0], point)
        record(agree(problem.solution(point[None])[1][0], want))


def test_the_poisson_equation_is_solved_far_better_than_in_the_paper():
    net = kn.KAN([2, 5, 1], grid_size=2, degree=5, base="zero", rng=1)
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


def test_the_loss_is_the_weighted_sum_of_the_mean_squares():
    problem, net = mixed(), kn.KAN([2, 2, 1], degree=4, rng=0)
    points = collocation_points(problem, 30, 30, "random", 1)
    loss = 0.0
    for condition, x in zip(problem.conditions, points, strict=True):
        jet, _ = jets.forward(net, x, problem.pairs)
        r = condition.residual(x, *(part[:, 0] for part in jet)).r
        loss += condition.weight * np.mean(r**2)
    objective = PDEObjective(net, problem, points)
    assert objective.value(net.theta) == pytest.approx(loss, rel=1e-12)


@given(
    sampling=st.sampled_from(["grid", "random", "latin", "sobol"]),
    n_points=st.integers(1, 40),
    seed=seeds,
)
def test_points_lie_where_they_belong(sampling, n_points, seed):
    problem = mixed()
    x = sample((-1, 3), (1, 3.5), n_points, sampling, seed)
    assert sampling == "grid" or len(x) == n_points
    assert np.all((x >= (-1, 3)) & (x <= (1, 3.5)))
    assert np.array_equal(x, sample((-1, 3), (1, 3.5), n_points, sampling, seed))
    inside, left, others = collocation_points(problem, n_points, 12, sampling, seed)
    assert np.all((inside >= (-1, 0)) & (inside <= (1, 2)))
    assert np.all(left[:, 0] == -1.0)
    assert np.all((others[:, 0] == 1.0) | (others[:, 1] == 0.0))
    assert len(left) == 4
    assert len(others) == 8


def test_samplings_are_what_they_are_called():
    grid = sample((0,), (1,), 4)
    np.testing.assert_allclose(grid[:, 0], [0.125, 0.375, 0.625, 0.875])
    latin = np.floor(sample((0, 0), (7, 7), 7, "latin", 0)).astype(int)
    assert sorted(latin[:, 0]) == sorted(latin[:, 1]) == list(range(7))
    halves = np.floor(sample((0, 0), (4, 4), 16, "sobol", 0)).astype(int)
    assert len(set(map(tuple, halves))) == 16  # one in each of 4 x 4 cells


def test_own_points_are_taken_and_nothing_given_is_changed():
    net, own = kn.KAN([1, 1], degree=4, rng=0), np.linspace(0.1, 0.9, 9)[:, None]
    before = net.theta.copy(), own.copy()
    kn.solve_pde(net, equations.bratu(), own, steps=2)
    assert np.array_equal(collocation_points(equations.bratu(), own)[0], own)
    assert np.array_equal(net.theta, before[0])
    assert np.array_equal(own, before[1])


def test_coefficients_may_be_functions():
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    u, u_a, u_q = np.array([1.0, 2.0]), np.array([[1.0, 0.0], [0.0, 1.0]]), 3.0 * np.eye(2)
    equation = linear(lambda x: x[:, 0], 5.0, lambda x: x, (1.0, 10.0))
    residual = Residual(*equation(x, u, u_a, u_q))
    assert residual.r.tolist() == [3.0 + 1.0 + 5.0 - 1.0, 30.0 + 4.0 + 10.0 - 3.0]
    assert residual.r_second.tolist() == [[1.0, 10.0]] * 2


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


def test_bad_problems_are_refused():
    equation = linear(0.0, 1.0)
    with pytest.raises(TypeError, match="equation must be a function"):
        Condition(3)
    with pytest.raises(ValueError, match="weight must lie in"):
        Condition(equation, weight=0.0)
    with pytest.raises(ValueError, match="order must be 0, 1 or 2"):
        Condition(equation, order=3)
    with pytest.raises(ValueError, match="low must be below high"):
        PDE((0, 1), (1, 1), [Condition(equation)])
    with pytest.raises(ValueError, match="at least one Condition"):
        PDE((0,), (1,), [])
    with pytest.raises(TypeError, match=r"conditions\[0\] must be a Condition"):
        PDE((0,), (1,), [equation])
    for face in ((1, 0), (0, 2), 0):
        with pytest.raises(ValueError, match=r"conditions\[0\] must hold on faces"):
            PDE((0,), (1,), [Condition(equation, [face])])
    with pytest.raises(ValueError, match="pairs must name inputs from 0 to 0"):
        PDE((0,), (1,), [Condition(equation)], pairs=[(0, 1)])


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
    assert every_face(2) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def an_objective():
    problem, rng = mixed(), np.random.default_rng(0)
    net = kn.KAN([2, 2, 1], grid_size=2, degree=4, grid_range=(-2, 2), rng=rng)
    return PDEObjective(net, problem, collocation_points(problem, 5, 9, "random", rng)), net.theta


def the_objective():
    objective, theta = an_objective()
    check_objective(objective, theta, np.random.default_rng(1))


def the_residuals():
    check_residuals(*an_objective())


def the_residuals_and_the_gradient():
    check_residuals_gradient(*an_objective())


BUGS = [
    Bug(
        "the gradient of the loss of an equation lacks its factor 2",
        PDEObjective, "fun",
        "2.0 * place.scale", "place.scale",
        the_objective,
    ),
    Bug(
        "the gradient forgets the scale of a condition",
        PDEObjective, "fun",
        "2.0 * place.scale * r", "2.0 * r",
        the_residuals_and_the_gradient,
    ),
    Bug(
        "the Jacobian forgets the scale of a condition",
        PDEObjective, "jacobian",
        "np.full(len(place.x), place.scale)", "np.ones(len(place.x))",
        the_residuals,
    ),
    Bug(
        "the backward pass leaves the gradient of u out",
        Residual, "upstream",
        "column * self.r_gradient", "0.0 * self.r_gradient",
        the_residuals,
    ),
    Bug(
        "the backward pass takes u for its partial derivative",
        Residual, "upstream",
        "column * self.r_u[", "column * self.r[",
        the_objective,
    ),
]  # fmt: skip


@pytest.mark.gradient
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught(monkeypatch, bug):
    bug.check()
    monkeypatch.setattr(bug.owner, bug.function, with_bug(bug))
    with pytest.raises(AssertionError, match=r"wrong in|Not equal to tolerance"):
        bug.check()
