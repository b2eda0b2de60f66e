"""Linear equations have the residual of their formula, with coefficients of every kind."""

import numpy as np
import pytest
from checks import assert_value

from kan_numpy.pde import dirichlet, linear

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
