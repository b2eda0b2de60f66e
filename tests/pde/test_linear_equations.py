"""Linear equations have the residual of their formula, with coefficients of every kind."""

import numpy as np
import pytest
from checks import assert_value

from kan_numpy.pde import dirichlet, linear, periodic

X = np.array([[1.0, 2.0], [3.0, 4.0]])
U, GRADIENT, SECOND = np.array([1.0, -2.0]), np.array([[1.0, 0.5], [0.0, 1.0]]), 3.0 * np.eye(2)


@pytest.mark.parametrize(
    ("coefficients", "r"),
    [
        ({"source": 7.0}, [-7.0, -7.0]),
        ({"source": lambda x: x[:, 0]}, [-1.0, -3.0]),
        ({"source": 0.0, "value": 2.0}, [2.0, -4.0]),
        ({"source": 0.0, "gradient": 2.0}, [3.0, 2.0]),
        ({"source": 0.0, "gradient": (1.0, 10.0)}, [6.0, 10.0]),
        ({"source": 0.0, "second": 2.0}, [6.0, 6.0]),
        ({"source": 0.0, "second": lambda x: x}, [3.0, 12.0]),
    ],
)
def test_the_residual_is_that_of_the_formula(coefficients, r):
    residual, by_u, by_gradient, by_second = linear(**coefficients)(X, U, GRADIENT, SECOND)
    assert residual.tolist() == r
    for name, part, like in (
        ("value", by_u, U),
        ("gradient", by_gradient, GRADIENT),
        ("second", by_second, SECOND),
    ):
        given = coefficients.get(name, 0.0)
        want = given(X) if callable(given) else np.broadcast_to(given, like.shape)
        assert part.tolist() == want.tolist()


def test_a_dirichlet_condition_asks_for_values_alone():
    wall = dirichlet(3.0, [(0, 1)], weight=5.0)
    assert (wall.faces, wall.weight, wall.order) == ([(0, 1)], 5.0, 0)
    none = np.zeros((2, 0))
    assert wall.residual(X, U, none, none).r.tolist() == [-2.0, -5.0]
    assert wall.residual(X, U, none, none).r_u.tolist() == [1.0, 1.0]
    assert dirichlet(0.0, []).weight == 1.0


def test_an_equation_cannot_be_changed():
    assert_value(linear(lambda x: x[:, 0], gradient=np.array([1.0, 2.0])), "source")


def test_a_dirichlet_condition_of_a_system_is_for_one_function():
    wall, u, none = dirichlet(3.0, [(0, 1)], output=1), np.array([[1.0, 5.0]]), np.zeros((1, 2, 0))
    assert wall.residual(X[:1], u, none, none).r.tolist() == [2.0]
    assert wall.residual(X[:1], u, none, none).r_u.tolist() == [[0.0, 1.0]]
    first = dirichlet(3.0, [(0, 1)]).residual(X[:1], u, none, none)
    assert (first.r.tolist(), first.r_u.tolist()) == ([-2.0], [[1.0, 0.0]])
    with pytest.raises(ValueError, match="output must be one of 1, from 0, but is 1"):
        wall.residual(X, U, np.zeros((2, 0)), np.zeros((2, 0)))


def test_a_linear_equation_of_a_system_runs_over_its_functions():
    u, gradient, second = np.array([[1.0, 2.0]]), np.ones((1, 2, 2)), np.ones((1, 2, 1))
    b = [[1.0, 2.0], [4.0, 8.0]]
    equation = linear(1.0, value=(10.0, 1.0), gradient=b, second=[[3.0], [5.0]])
    r, by_u, by_gradient, by_second = equation(X[:1], u, gradient, second)
    assert r.tolist() == [12.0 + 15.0 + 8.0 - 1.0]
    assert by_u.tolist() == [[10.0, 1.0]]
    assert (by_gradient.shape, by_second.shape) == (gradient.shape, second.shape)


def test_a_periodic_condition_compares_values_and_slopes_on_opposite_faces():
    value, slope = periodic(1, -2.0, 3.0, weight=0.5)
    for condition, order in ((value, 0), (slope, 1)):
        assert (condition.faces, condition.weight) == ([(1, 0), (1, 1)], 0.5)
        assert (condition.order, condition.n_points) == (order, 2)
    x = np.array([[7.0, -2.0], [8.0, 3.0]])
    assert value.all_points(x).tolist() == [*x.tolist(), [7.0, 3.0], [8.0, -2.0]]
    u, gradient = np.array([[5.0, 3.0], [1.0, 1.0]]), np.array([[[0, 1], [2, 7]], [[4, 5], [6, 9]]])
    none = np.zeros((2, 2, 0))
    assert value.residual(x, u, none, none).r.tolist() == [2.0, 0.0]
    assert slope.residual(x, u, gradient, none).r.tolist() == [-6.0, -4.0]
    assert periodic(0, 0.0, 1.0)[0].weight == 1.0


def test_periodic_conditions_of_a_system_are_two_for_each_function():
    conditions = periodic(0, 0.0, 1.0, n_out=2)
    assert [condition.order for condition in conditions] == [0, 1, 0, 1]
    u, none = np.array([[[5.0, 1.0], [2.0, 8.0]]]), np.zeros((1, 2, 2, 0))
    parts = [condition.residual(X[:1], u, none, none).r.tolist() for condition in conditions[::2]]
    assert parts == [[3.0], [-7.0]]


def test_what_is_not_periodic_is_refused():
    with pytest.raises(ValueError, match=r"low must be below high, but they are 1.0 and 1.0"):
        periodic(0, 1.0, 1.0)
    for bad in ({"axis": -1}, {"n_out": 0}, {"n_out": 10**7}, {"weight": 0.0}):
        with pytest.raises(ValueError, match=f"{next(iter(bad))} must"):
            periodic(**{"axis": 0, "low": 0.0, "high": 1.0, **bad})
