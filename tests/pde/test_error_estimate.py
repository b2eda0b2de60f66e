"""The estimated error is the error, and its parts are what their names say."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import scipy

import kan_numpy as kn
from kan_numpy.pde import PDE, Condition, dirichlet, equations, error_estimate, every_face, linear
from kan_numpy.pde.collocation import sample
from kan_numpy.pde.error_estimate import ErrorEstimate, estimate_error


def laplace(n_in):
    """The equation of Laplace in a unit box, solved by u = 0, with the weights 0.5 and 2."""
    inside = Condition(linear(0.0, second=1.0), weight=0.5)
    return PDE([0.0] * n_in, [1.0] * n_in, [inside, dirichlet(0.0, every_face(n_in), 2.0)])


def rms(values):
    return np.sqrt(np.mean(values**2))


@pytest.mark.parametrize(
    ("formula", "variables"),
    [("x + x^2", ["x"]), ("x*y + 2*y^2", ["x", "y"]), ("x*y + z^2", ["x", "y", "z"])],
)
def test_the_error_of_a_linear_equation_is_found(formula, variables):
    """Where the solution is 0, a network is its own error."""
    net, problem = kn.from_formula(formula, variables), laplace(len(variables))
    found, x = estimate_error(net, problem), sample(problem.low, problem.high, 10_000)
    assert found.l2 == pytest.approx(rms(net(x)), rel=0.01)
    assert found.size < 1e-3 * found.l2
    assert rms(found.correction(x) + net(x)) < 0.02 * found.l2
    assert found.unexplained < 0.02
    r = rms(kn.jets.jet(net, x).second[:, 0].sum(axis=1))
    assert found.residuals[0] == pytest.approx(r, rel=1e-3)
    loss = 0.5 * found.residuals[0] ** 2 + 2.0 * found.residuals[1] ** 2
    assert found.loss == pytest.approx(loss, rel=1e-12)


@pytest.mark.parametrize(
    ("problem", "widths"),
    [
        (equations.poisson(), [2, 5, 1]),
        (equations.heat(), [2, 2, 1]),
        (equations.burgers(), [2, 2, 1]),
        (equations.bratu(2.0), [1, 1]),
        (equations.wave(), [2, 5, 2]),
    ],
    ids=["poisson", "heat", "burgers", "bratu", "wave"],
)
def test_the_estimate_is_near_the_error_of_a_half_trained_network(problem, widths):
    """Nonlinear equations, systems and periodic conditions included."""
    net = kn.KAN(widths, grid_size=5, degree=5, base="zero", outside="fade", rng=0)
    result = kn.solve_pde(net, problem, 500, 200, steps=12, adapt_at=[0, 3], verify=False)
    found, error = estimate_error(result.network, problem), kn.pde_errors(result.network, problem)
    assert error.l2 > 1e-7
    assert found.l2 == pytest.approx(error.l2, rel=0.05)
    x = sample(problem.low, problem.high, 10_000)
    size = np.sqrt(np.sum(problem.solution(x)[0] ** 2) / len(x))
    assert found.size == pytest.approx(size, rel=0.01)
    assert found.relative == pytest.approx(found.l2 / found.size)


def test_the_estimate_of_a_network_is_always_the_same():
    net, problem = kn.KAN([2, 2, 1], degree=4, rng=0), equations.poisson()
    assert estimate_error(net, problem).l2 == estimate_error(net, problem).l2


def test_points_and_coefficients_are_as_many_as_the_constants_say(monkeypatch):
    """35 = 32 + 3 splines along each of two inputs, 67 for one, 9 for three."""
    asked, right = [], error_estimate.collocation_points

    def collocation_points(problem, *arguments):
        asked.append(arguments)
        return right(problem, *arguments)

    monkeypatch.setattr(error_estimate, "collocation_points", collocation_points)
    for n_in, per_axis in ((1, 67), (2, 35), (3, 9)):
        found = estimate_error(kn.MLP([n_in, 1], rng=0), laplace(n_in))
        assert found.correction.coef.shape == (1, per_axis**n_in)
        faces = 2 * n_in * 4 * per_axis ** (n_in - 1)
        assert asked.pop()[:3] == (2 * per_axis**n_in, faces, "sobol")
    estimate_error(kn.MLP([4, 1], rng=0), laplace(4))
    assert asked.pop()[:3] == (4000, 8 * 500, "sobol")
    assert not asked


@pytest.mark.parametrize(
    ("unexplained", "relative", "n_out", "sizes"),
    [
        (0.11, 0.0011, 1, [32, 96]),
        (0.09, 0.0011, 1, [32]),
        (0.11, 0.0009, 1, [32]),
        (np.nan, np.nan, 1, [32]),
        (0.11, 0.0011, 2, [32]),
    ],
)
def test_the_finer_grid_is_taken_if_it_matters_and_fits(
    monkeypatch, unexplained, relative, n_out, sizes
):
    taken = []

    def on(space, _network, _problem):
        taken.append(space.grid_size)
        return ErrorEstimate((), 0.0, relative, 1.0, unexplained)

    monkeypatch.setattr(error_estimate, "_on", on)
    problem = PDE((0, 0), (1, 1), [Condition(linear(0.0))], n_out=n_out)
    estimate_error(kn.MLP([2, n_out], rng=0), problem)
    assert taken == sizes


def test_the_grids_and_the_largest_system():
    assert error_estimate.GRIDS == {1: (64, 1024), 2: (32, 96), 3: (6, 12)}
    assert (96 + 3) ** 2 <= error_estimate.MOST_COEFFICIENTS == 10_000


def test_a_narrow_layer_needs_the_finer_grid():
    """The residual of a step of width 0.02 that does not move with the flow."""
    inside = Condition(linear(0.0, gradient=(1.0, 1.0)), order=1)
    net = kn.from_formula("tanh((x - 0.5)/0.02)", ["x", "t"])
    start = dirichlet(lambda x: np.tanh((x[:, 0] - 0.5) / 0.02), [(1, 0)])
    inflow = dirichlet(-1.0, [(0, 0)])
    problem = PDE((0, 0), (1, 0.3), [inside, start, inflow], pairs=[])
    found, x = estimate_error(net, problem), sample((0, 0), (1, 0.3), 40_000)
    assert found.correction.space.grid_size == 96
    error = net(x)[:, 0] - np.tanh((x[:, 0] - x[:, 1] - 0.5) / 0.02)
    assert found.l2 == pytest.approx(rms(error), rel=0.05)


def test_of_more_than_three_inputs_only_the_residuals_are_told():
    found = estimate_error(kn.from_formula("a^2 + b*c*d", list("abcd")), laplace(4))
    assert found.residuals[0] == pytest.approx(2.0)
    assert np.isnan(found.l2)
    assert np.isnan(found.relative)
    assert found.correction is None


def test_where_an_equation_is_not_finite_its_rows_are_left_out():
    def root(x, u, *_):
        with np.errstate(invalid="ignore"):
            return u - np.sqrt(x[:, 0] - 0.25), np.ones_like(u), None, None

    net, problem = kn.from_formula("x^0.5", ["x"]), PDE([0.0], [1.0], [Condition(root)])
    found, x = estimate_error(net, problem), np.linspace(0.3, 1.0, 50)[:, None]
    assert np.isnan(found.loss)
    want = np.sqrt(x - 0.25) - np.sqrt(x)
    np.testing.assert_allclose(found.correction(x), want, atol=0.01)


def test_least_squares_are_those_of_a_dense_solver():
    rng = np.random.default_rng(0)
    A = scipy.sparse.csr_array(np.where(rng.random((40, 12)) < 0.3, rng.random((40, 12)), 0.0))
    b = rng.standard_normal(40)
    c = error_estimate._least_squares(A, b)
    np.testing.assert_allclose(c, np.linalg.lstsq(A.toarray(), b, rcond=None)[0], rtol=1e-7)


def test_what_cannot_be_solved_is_not_told(monkeypatch):
    A = scipy.sparse.csr_array(np.eye(3))
    assert error_estimate._least_squares(A * np.inf, np.ones(3)) is None
    monkeypatch.setattr(error_estimate, "RIDGE", -2.0)
    assert error_estimate._least_squares(A, np.ones(3)) is None
    found = estimate_error(kn.MLP([1, 1], rng=0), laplace(1))
    assert found.residuals[0] == 0.0
    assert np.isnan(found.l2)


def test_columns_without_rows_stay_zero():
    A = scipy.sparse.csr_array(np.diag([1.0, 0.0, 1.0]))
    assert error_estimate._least_squares(A, np.ones(3)).round(9).tolist() == [1.0, 0.0, 1.0]
    assert error_estimate.RIDGE == 1e-12


def test_an_estimate_and_its_correction_are_values():
    problem = PDE([0.0], [1.0], [Condition(linear(0.0, value=-1.0, gradient=1.0), order=1)])
    found = estimate_error(kn.KAN([1, 1], grid_size=3, degree=4, rng=0), problem)
    for value, name in ((found, "l2"), (found.correction, "coef")):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, 0.0)
