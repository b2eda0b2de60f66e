"""The known equations: their derivatives are right, and their solutions obey them."""

import numpy as np
import pytest
from checks import agree

from kan_numpy.derivatives.jet import Jet, as_pairs
from kan_numpy.gradcheck import central_difference
from kan_numpy.pde import conditions as pde
from kan_numpy.pde import equations
from kan_numpy.pde.collocation import collocation_points, sample
from kan_numpy.pde.residual import jets_seen

KNOWN = {
    "poisson": equations.poisson,
    "heat": equations.heat,
    "burgers": equations.burgers,
    "bratu": equations.bratu,
    "bratu, upper": lambda: equations.bratu(branch="upper"),
    "wave": lambda: equations.wave(speed=1.3),
}

known = pytest.mark.parametrize("problem", [make() for make in KNOWN.values()], ids=list(KNOWN))


@pytest.mark.gradient
@known
def test_the_partial_derivatives_of_known_equations_are_right(record, problem):
    record(pde.check(problem))


def derivatives(problem, condition, x, h=1e-4):
    """What a condition sees of the known solution, with central differences of its gradient."""
    points = condition.all_points(x)
    u, gradient = problem.solution(points)
    pairs = as_pairs(problem.pairs, problem.n_in)
    steps, second = h * np.eye(problem.n_in), np.zeros((len(points), problem.n_out, len(pairs.a)))
    for q, (a, b) in enumerate(zip(*pairs, strict=True)):
        ahead, behind = (problem.solution(points + sign * steps[a])[1] for sign in (1, -1))
        second[:, :, q] = ((ahead - behind)[..., b] / (2 * h)).reshape(len(points), -1)
    shape = len(points), problem.n_out
    jet = Jet(u.reshape(shape), gradient.reshape(*shape, -1), second)
    return jets_seen(jet, condition.n_points)


@known
def test_known_solutions_obey_all_conditions(problem):
    points = collocation_points(problem, 20, 12, "random", 0)
    for condition, x in zip(problem.conditions, points, strict=True):
        jet = derivatives(problem, condition, x)
        residual = condition.residual(x, *jet)
        size = 1.0 + max(np.abs(part).max(initial=0.0) for part in jet)
        np.testing.assert_allclose(residual.r / size, 0.0, atol=3e-7)


@pytest.mark.gradient
@known
def test_the_gradients_of_known_solutions_are_right(record, problem):
    for point in sample(problem.low, problem.high, 5, "random", 0):
        for o in range(problem.n_out):
            want = central_difference(
                lambda at, o=o: problem.solution(at[None])[0].reshape(-1)[o], point
            )
            got = problem.solution(point[None])[1].reshape(problem.n_out, -1)[o]
            record(agree(got, want))


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
    assert boxes == [square, bar, bar, ([0], [1]), ([0], [1]), bar]


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
        (equations.wave, {"speed": 0.0}),
    ],
)
def test_numbers_without_a_solution_are_refused(make, options):
    with pytest.raises(ValueError, match=f"{next(iter(options))} must"):
        make(**options)


@pytest.mark.parametrize("speed", [1.0, 2.0])
def test_the_sound_wave_is_that_of_the_text(speed):
    x = np.array([[0.5, 0.0], [-0.3, 0.4]])
    a, b = np.pi * x.T
    u = equations.wave(speed).solution(x)[0]
    np.testing.assert_allclose(u[:, 0], np.sin(a) * np.cos(speed * b), atol=1e-15)
    np.testing.assert_allclose(u[:, 1], -np.cos(a) * np.sin(speed * b), atol=1e-15)
    assert equations.wave().solution(x)[0].tolist() == equations.wave(1.0).solution(x)[0].tolist()
    assert [c.weight for c in equations.wave().conditions] == [0.1, 0.1, *[1.0] * 6]
    assert [c.weight for c in equations.wave(weight=0.3).conditions][:3] == [0.3, 0.3, 1.0]
