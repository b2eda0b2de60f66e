"""Conditions: derivatives that can be checked, coefficients, and what is refused."""

import numpy as np
import pytest
from pde_problems import compared, mixed

from kan_numpy.pde import PDE, Condition, Residual, linear
from kan_numpy.pde import conditions as pde


@pytest.mark.gradient
def test_the_partial_derivatives_of_any_equation_can_be_checked(record):
    record(pde.check(mixed()))
    record(pde.check(compared()))
    first_order = PDE((0,), (1,), [Condition(linear(0.0, 1.0, 2.0), order=1)], pairs=[])
    record(pde.check(first_order))


def test_coefficients_may_be_functions():
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    u, u_a, u_q = np.array([1.0, 2.0]), np.array([[1.0, 0.0], [0.0, 1.0]]), 3.0 * np.eye(2)
    equation = linear(lambda x: x[:, 0], 5.0, lambda x: x, (1.0, 10.0))
    residual = Residual(*equation(x, u, u_a, u_q))
    assert residual.r.tolist() == [3.0 + 1.0 + 5.0 - 1.0, 30.0 + 4.0 + 10.0 - 3.0]
    assert residual.r_second.tolist() == [[1.0, 10.0]] * 2


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
    for face in ((1, 0), (0, 2)):
        with pytest.raises(ValueError, match=r"conditions\[0\] must hold on faces"):
            PDE((0,), (1,), [Condition(equation, [face])])
    with pytest.raises(TypeError, match=r"faces\[0\] must be \(input, end\), but is 0"):
        Condition(equation, [0])
    with pytest.raises(ValueError, match="pairs must name inputs from 0 to 0"):
        PDE((0,), (1,), [Condition(equation)], pairs=[(0, 1)])


@pytest.mark.parametrize("name", ["source", "value", "gradient", "second"])
@pytest.mark.parametrize(
    ("bad", "error", "message"),
    [
        (1.0 + 2.0j, TypeError, "must hold real numbers"),
        (np.array([1j]), TypeError, "must hold real numbers"),
        (np.nan, ValueError, "must be finite"),
        ("2", TypeError, "must hold real numbers"),
        (None, TypeError, "must hold real numbers"),
    ],
)
def test_a_coefficient_that_is_no_number_is_refused(name, bad, error, message):
    """Whether it is given, or returned by a function."""
    with pytest.raises(error, match=f"{name} {message}"):
        linear(**{"source": 0.0, name: bad})
    shape = {"source": (2,), "value": (2,), "gradient": (2, 1), "second": (2, 1)}[name]
    equation = linear(**{"source": 0.0, name: lambda _: np.full(shape, bad)})
    x = np.ones((2, 1))
    with pytest.raises(error, match=rf"what {name}\(x\) returns {message}"):
        equation(x, x[:, 0], x, x)


def test_coefficients_have_one_number_for_each_derivative():
    x = np.ones((2, 2))
    with pytest.raises(ValueError, match=r"gradient must be a number or \(2,\), but has \(3,\)"):
        linear(0.0, gradient=(1.0, 2.0, 3.0))(x, x[:, 0], x, x)


def test_an_equation_that_returns_complex_numbers_is_refused():
    """Their imaginary parts would be lost."""
    condition, x = Condition(lambda _, u, *__: (u * 1j, u, None, None)), np.ones((2, 1))
    with pytest.raises(TypeError, match="r, which the equation returned, has dtype complex128"):
        condition.residual(x, x[:, 0], x, x)


def test_what_an_equation_does_not_return_is_zero():
    """And of order 2 with weight 1 inside, unless it is told otherwise."""
    square = Condition(lambda _, u, *__: (u**2, 2 * u, None, None))
    assert (square.faces, square.weight, square.order) == ((), 1.0, 2)
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    residual = square.residual(x, x[:, 0], x, x[:, :1])
    assert residual.r.tolist() == [1.0, 9.0]
    assert residual.r_gradient.tolist() == [[0.0, 0.0]] * 2
    assert residual.r_second.tolist() == [[0.0]] * 2
    jet = residual.upstream(np.array([1.0, 10.0]))
    assert jet.value.tolist() == [[2.0], [60.0]]
    assert (jet.gradient.shape, jet.second.shape) == ((2, 1, 2), (2, 1, 1))
    with pytest.raises(TypeError, match="must return a tuple"):
        Condition(lambda _, u, *__: (u, u, None)).residual(x, x[:, 0], x, x)


def test_the_check_takes_so_many_points():
    seen = []

    def square(x, u, *_):
        seen.append(len(x))
        return u**2, 2 * u, None, None

    for n_points in (1, 5):
        pde.check(PDE((0,), (1,), [Condition(square)]), n_points)
        assert set(seen) == {n_points}
        seen.clear()
    pde.check(PDE((0,), (1,), [Condition(square)]))
    assert set(seen) == {5}


def test_a_condition_sees_another_point_if_it_is_told_one():
    x = np.array([[1.0], [2.0]])
    alone, both = Condition(linear(0.0)), Condition(linear(0.0), other_point=lambda x: -x)
    assert (alone.n_points, both.n_points) == (1, 2)
    assert alone.all_points(x) is x
    assert both.all_points(x).tolist() == [[1.0], [2.0], [-1.0], [-2.0]]
    with pytest.raises(TypeError, match=r"other_point must return real numbers of shape \(2, 1\)"):
        Condition(linear(0.0), other_point=lambda x: x[:1]).all_points(x)
    with pytest.raises(TypeError, match="other_point must be a function of x"):
        Condition(linear(0.0), other_point=3)


def test_a_problem_has_one_function_unless_it_is_told_otherwise():
    assert PDE((0,), (1,), [Condition(linear(0.0))]).n_out == 1
    with pytest.raises(ValueError, match="n_out must"):
        PDE((0,), (1,), [Condition(linear(0.0))], n_out=0)
    system = PDE((0,), (1,), [Condition(linear(0.0))], solution=lambda x: (x[:, 0], x), n_out=2)
    with pytest.raises(TypeError, match=r"solution, u, must return real numbers of shape \(3, 2\)"):
        system.known(np.zeros((3, 1)))
