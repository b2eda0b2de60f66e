"""The objective of an equation: points, loss, gradient and Jacobian; planted bugs are caught."""

import numpy as np
import pytest
from checks import check_objective, check_residuals, check_residuals_gradient
from hypothesis import given
from hypothesis import strategies as st
from pde_problems import compared, mixed
from planting import Bug, assert_caught
from strategies import seeds

import kan_numpy as kn
from kan_numpy.derivatives import network_jets as jets
from kan_numpy.pde import PDE, Condition, dirichlet, equations, linear
from kan_numpy.pde.collocation import (
    PDEObjective,
    Place,
    as_sampling,
    collocation_points,
    sample,
)
from kan_numpy.pde.residual import Residual, jets_seen


@st.composite
def objectives(draw):
    """Draw a network with random parameters and one of the problems, at random points."""
    known = [equations.poisson, equations.burgers, equations.bratu, equations.wave]
    make = draw(st.sampled_from([*known, mixed, compared]))
    problem, rng = make(), np.random.default_rng(draw(seeds))
    widths = [problem.n_in, draw(st.integers(1, 2)), problem.n_out]
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


@pytest.mark.parametrize("make", [mixed, compared])
def test_the_loss_is_the_weighted_sum_of_the_mean_squares(make):
    problem = make()
    net = kn.KAN([2, 2, problem.n_out], degree=4, rng=0)
    points = collocation_points(problem, 30, 30, "random", 1)
    loss = 0.0
    for condition, x in zip(problem.conditions, points, strict=True):
        jet, _ = jets.forward(net, condition.all_points(x), problem.pairs)
        r = condition.residual(x, *jets_seen(jet, condition.n_points)).r
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


def an_objective():
    problem, rng = mixed(), np.random.default_rng(0)
    net = kn.KAN([2, 2, 1], grid_size=2, degree=4, grid_range=(-2, 2), rng=rng)
    return PDEObjective(net, problem, collocation_points(problem, 5, 9, "random", rng)), net.theta


def two_points():
    problem, rng = compared(), np.random.default_rng(0)
    net = kn.KAN([2, 2, 2], grid_size=2, degree=4, grid_range=(-2, 2), rng=rng)
    points = collocation_points(problem, 5, 9, "random", rng)
    check_residuals(PDEObjective(net, problem, points), net.theta)


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
    Bug(
        "the Jacobian leaves the other point out",
        Place, "jacobian",
        "both[len(out) :]", "0.0",
        two_points,
    ),
    Bug(
        "the backward pass takes one point for the other",
        Residual, "upstream",
        ".swapaxes(0, 1)", "",
        two_points,
    ),
]  # fmt: skip


@pytest.mark.gradient
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught(monkeypatch, bug):
    assert_caught(monkeypatch, bug)


def test_a_grid_holds_the_centers_of_equal_cells():
    assert sample((0, 0), (1, 4), 4).tolist() == [
        [0.25, 1.0],
        [0.25, 3.0],
        [0.75, 1.0],
        [0.75, 3.0],
    ]
    for n_points, m in ((1, 1), (2, 1), (3, 2), (6, 2), (7, 3), (12, 3), (13, 4)):
        assert len(sample((0, 0), (1, 1), n_points)) == m**2
    assert sample((), (), 5).shape == (1, 0)


def test_random_points_are_those_of_the_generator():
    unit = np.random.default_rng(3).random((5, 2))
    np.testing.assert_allclose(
        sample((1, -1), (2, 3), 5, "random", 3), unit * [1, 4] + [1, -1], rtol=1e-14
    )


@pytest.mark.parametrize(("n_points", "power"), [(1, 0), (2, 1), (3, 2), (8, 3), (9, 4)])
def test_a_sobol_sequence_is_the_beginning_of_a_power_of_two(n_points, power):
    from scipy.stats import qmc

    whole = qmc.Sobol(2, seed=np.random.default_rng(0)).random_base2(power)
    assert np.array_equal(sample((0, 0), (1, 1), n_points, "sobol", 0), whole[:n_points])


def test_every_face_has_its_share_of_the_points_and_at_least_one():
    problem = mixed()  # one face, then two
    for boundary_points, each in ((1, 1), (5, 1), (6, 2), (30, 10)):
        inside, left, others = collocation_points(problem, 50, boundary_points, "random", 0)
        assert (len(inside), len(left), len(others)) == (50, each, 2 * each)
    one_face = PDE((0, 0), (1, 1), [Condition(linear(0.0)), dirichlet(0.0, [(0, 0)])])
    assert [len(points) for points in collocation_points(one_face)] == [32**2, 400]
    own = np.array([[0.0, 1.0]])
    assert collocation_points(problem, own)[0].tolist() == own.tolist()


def test_the_objective_is_a_sum_of_squares_of_as_many_residuals_as_points():
    problem, net = mixed(), kn.KAN([2, 2, 1], degree=4, rng=0)
    objective = PDEObjective(net, problem, collocation_points(problem, 30, 30, "random", 1))
    r = objective.residuals(net.theta)
    assert r.shape == (30 + 30,)
    assert objective.value(net.theta) == pytest.approx(r @ r)
    assert objective.jacobian(net.theta).shape == (60, net.size)
    assert objective.is_least_squares
    assert objective.on(net).points is objective.points


def test_no_more_than_a_million_points_are_taken():
    for options in ({"points": 10**6 + 1}, {"boundary_points": 10**6 + 1}):
        with pytest.raises(ValueError, match=next(iter(options))):
            collocation_points(mixed(), **options)


def test_a_grid_is_the_default_for_two_inputs_at_most():
    for n_in, default in ((1, "grid"), (2, "grid"), (3, "sobol"), (4, "sobol")):
        problem = PDE([0.0] * n_in, [1.0] * n_in, [Condition(linear(0.0))])
        assert as_sampling(None, problem) == default
        assert as_sampling("latin", problem) == "latin"
