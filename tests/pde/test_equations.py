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
