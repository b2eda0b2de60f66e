"""The known equations: their derivatives are right, and their solutions obey them."""

import numpy as np
import pytest
from checks import agree

from kan_numpy.derivatives.jet import as_pairs
from kan_numpy.gradcheck import central_difference
from kan_numpy.pde import conditions as pde
from kan_numpy.pde import equations
from kan_numpy.pde.collocation import collocation_points, sample

KNOWN = {
    "poisson": equations.poisson,
    "heat": equations.heat,
    "burgers": equations.burgers,
    "bratu": equations.bratu,
    "bratu, upper": lambda: equations.bratu(branch="upper"),
}

known = pytest.mark.parametrize("problem", [make() for make in KNOWN.values()], ids=list(KNOWN))


@pytest.mark.gradient
@known
def test_the_partial_derivatives_of_known_equations_are_right(record, problem):
    record(pde.check(problem))


def derivatives(problem, x, h=1e-4):
    """The jet of the known solution: u, its gradient, and central differences of that."""
    u, gradient = problem.solution(x)
    pairs = as_pairs(problem.pairs, problem.n_in)
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


def test_the_equations_weigh_as_in_the_paper_and_their_conditions_hold_where_they_should():
    for make, weight, faces in (
        (equations.poisson, 0.01, [(0, 0), (0, 1), (1, 0), (1, 1)]),
        (equations.heat, 0.1, [(0, 0), (0, 1), (1, 0)]),
        (equations.burgers, 0.1, [(0, 0), (0, 1), (1, 0)]),
        (equations.bratu, 1.0, [(0, 0), (0, 1)]),
    ):
        inside, given = make().conditions
        assert (inside.weight, list(inside.faces), inside.order) == (weight, [], 2)
        assert (given.weight, list(given.faces), given.order) == (1.0, faces, 0)
        assert make(weight=7.0).conditions[0].weight == 7.0


def test_the_boxes_are_those_of_the_text():
    boxes = [(list(p.low), list(p.high)) for p in (make() for make in KNOWN.values())]
    square, bar = ([-1, -1], [1, 1]), ([-1, 0], [1, 1])
    assert boxes == [square, bar, bar, ([0], [1]), ([0], [1])]


@pytest.mark.parametrize("nu", [0.1, 0.3])
def test_the_bar_cools_and_the_front_moves_as_the_text_says(nu):
    x = np.array([[0.5, 0.0], [0.5, 1.0], [-0.3, 0.4]])
    u = equations.heat(nu).solution(x)[0]
    np.testing.assert_allclose(u, np.sin(np.pi * x[:, 0]) * np.exp(-nu * np.pi**2 * x[:, 1]))
    u = equations.burgers(nu).solution(x)[0]
    np.testing.assert_allclose(u, 1.0 / (1.0 + np.exp((x[:, 0] - 0.5 * x[:, 1]) / (2.0 * nu))))
    assert equations.heat().solution(x)[0][1] == equations.heat(0.1).solution(x)[0][1]
    assert equations.burgers().solution(x)[0][1] == equations.burgers(0.1).solution(x)[0][1]


@pytest.mark.parametrize("strength", [0.5, 1.0, 3.5])
def test_both_branches_of_bratu_obey_the_equation_of_theta(strength):
    middles = []
    for branch in ("lower", "upper"):
        problem = equations.bratu(strength, branch)
        u, gradient = problem.solution(np.array([[0.5], [1.0], [0.0]]))
        theta = 4.0 * np.arccosh(np.exp(u[0] / 2.0))
        np.testing.assert_allclose(theta, np.sqrt(2.0 * strength) * np.exp(u[0] / 2.0), rtol=1e-9)
        np.testing.assert_allclose(u[1:], 0.0, atol=1e-12)
        slope = theta * np.tanh(theta / 4.0)
        np.testing.assert_allclose(gradient[:, 0], [0.0, -slope, slope], rtol=1e-9, atol=1e-12)
        middles.append(u[0])
    assert middles[0] < middles[1]


@pytest.mark.parametrize(
    ("make", "options"),
    [
        (equations.poisson, {"weight": 0.0}),
        (equations.heat, {"nu": 0.0}),
        (equations.burgers, {"nu": 0.0}),
        (equations.bratu, {"strength": 0.0}),
        (equations.bratu, {"strength": 3.51}),
        (equations.bratu, {"branch": "middle"}),
    ],
)
def test_numbers_without_a_solution_are_refused(make, options):
    with pytest.raises(ValueError, match=f"{next(iter(options))} must"):
        make(**options)
