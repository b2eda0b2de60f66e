"""Checks of exercise 6: checks of gradients."""

import numpy as np
import pytest
from exercises.checks.check_02 import sick_1, sick_2, sick_3
from exercises.expect import close, refused

import kan_numpy as kn

TASKS = {"6.1": "central_difference", "6.2": "check", "6.3": "test_property"}
ALONE = set(TASKS)

points = pytest.mark.points


def wave(a):
    """Return a function of an array like a, and its gradient."""
    return lambda x: float(np.cos(np.sum(a * x))), lambda x: -a * np.sin(np.sum(a * x))


def bumps(a):
    """Return another one."""

    def f(x):
        return float(np.mean(np.sin(x + a) * (1.0 + np.tanh(a * x)))) / 8.0

    def gradient(x):
        t = np.tanh(a * x)
        return (np.cos(x + a) * (1.0 + t) + np.sin(x + a) * a * (1.0 - t**2)) / (8.0 * x.size)

    return f, gradient


def differentiated(central_difference, shape, rng):
    """Compare numerical gradients with those worked out by hand."""
    for name, function in [("a wave", wave), ("bumps", bumps)]:
        a, x = rng.uniform(0.5, 1.3, shape), rng.uniform(-1.0, 1.0, shape)
        f, gradient = function(a)
        case = f"{name} at a point of shape {shape}"
        close(central_difference(f, x), gradient(x), case, rtol=0.0, atol=1e-8)


@points(1, number="6.1")
def test_vectors_of_every_length(task, rng):
    for shape in [(1,), (2,), (5,), (30,)]:
        differentiated(task, shape, rng)


@points(1, number="6.1")
def test_arrays_of_every_shape(task, rng):
    for shape in [(2, 3), (1, 4), (4, 1), (2, 3, 2), (5, 5)]:
        differentiated(task, shape, rng)
    zeros = np.zeros((2, 2))
    close(task(lambda x: 1.0, zeros), zeros, "a constant at 0", atol=1e-8)
    f, gradient = bumps(np.ones((2, 2)))
    close(task(f, 1e-4 * np.eye(2)), gradient(1e-4 * np.eye(2)), "near 0", rtol=0.0, atol=1e-8)
    f, gradient = wave(np.ones((2, 2)))
    close(task(f, zeros + 3.0), gradient(zeros + 3.0), "far from 0", rtol=0.0, atol=1e-8)


def linear(x, w):
    return x @ w.T


def linear_backward(dy, x, w):
    return dy @ w, dy.T @ x


def right_passes(rng):
    """Return forward pass, backward pass and arguments of passes that are right, by name."""
    x, w = rng.uniform(-1.0, 1.0, (4, 3)), rng.standard_normal((2, 3))
    square = rng.standard_normal((3, 3))
    return {
        "a product of matrices": (linear, linear_backward, [x, w]),
        "a square product": (linear, linear_backward, [x, square]),
        "a sine": (np.sin, lambda dy, x: (dy * np.cos(x),), [x]),
        "a sine of size 1e-6": (
            lambda x: 1e-6 * np.sin(x),
            lambda dy, x: (1e-6 * dy * np.cos(x),),
            [x],
        ),
        "a sine of size 1e6": (
            lambda x: 1e6 * np.sin(x),
            lambda dy, x: (1e6 * dy * np.cos(x),),
            [x],
        ),
        "slopes of 0": (
            np.cos,
            lambda dy, x: (-dy * np.sin(x),),
            [np.array([0.0, np.pi, 0.3, -np.pi])],
        ),
        "an argument without influence": (
            lambda x, w: np.tanh(x),
            lambda dy, x, w: (dy * (1.0 - np.tanh(x) ** 2), np.zeros_like(w)),
            [x, w],
        ),
        "all gradients 0": (
            lambda x: np.ones(5),
            lambda dy, x: (np.zeros_like(x),),
            [x],
        ),
        "three arguments": (
            lambda x, w, b: np.tanh(x @ w.T + b),
            affine_backward,
            [x, w, rng.standard_normal(2)],
        ),
    }


def affine_backward(dy, x, w, b):
    dz = dy * (1.0 - np.tanh(x @ w.T + b) ** 2)
    return dz @ w, dz.T @ x, dz.sum(axis=0)


def accepts(check, rng):
    """See whether all right passes are accepted."""
    for name, (forward, backward, arguments) in right_passes(rng).items():
        said = refused(check, forward, backward, arguments)
        assert said is None, f"{name}, which is right, is refused"


def refuses(check, rng, name, wrong, *others):
    """See whether a pass is refused when its backward pass is spoilt."""
    forward, backward, arguments = right_passes(rng)[name]

    def spoilt(dy, *given):
        return wrong(backward, dy, *given)

    said = refused(check, forward, spoilt, arguments)
    assert said is not None, f"{name}: {' '.join(others)} is not noticed"


@points(1, number="6.2")
def test_gross_mistakes(task, rng):
    accepts(task, rng)
    refuses(task, rng, "a sine", lambda back, dy, x: (-back(dy, x)[0],), "a wrong sign")
    refuses(task, rng, "a sine", lambda back, dy, x: (0 * x,), "a gradient of 0")
    refuses(
        task,
        rng,
        "a square product",
        lambda back, dy, x, w: back(dy, x, w.T.copy()),
        "a transposed matrix",
    )


@points(1, number="6.2")
def test_what_happens_to_dy(task, rng):
    accepts(task, rng)
    name = "a product of matrices"
    refuses(task, rng, name, lambda back, dy, *a: back(np.ones_like(dy), *a), "a dy of ones")
    refuses(task, rng, name, lambda back, dy, *a: back(dy[::-1], *a), "a reversed batch")
    refuses(task, rng, name, lambda back, dy, *a: back(np.abs(dy), *a), "a dy without signs")
    mean = "a mean over outputs"
    refuses(task, rng, name, lambda back, dy, *a: back(0 * dy + dy.mean(1)[:, None], *a), mean)


@points(1, number="6.2")
def test_every_argument_and_every_entry(task, rng):
    accepts(task, rng)
    for number, argument in enumerate(right_passes(rng)["three arguments"][2]):
        for place in range(argument.size):

            def wrong(back, dy, *given, number=number, place=place):
                found = [gradient.copy() for gradient in back(dy, *given)]
                found[number].flat[place] += 0.01 * np.abs(found[number]).max()
                return tuple(found)

            words = f"a wrong entry {place} of gradient {number + 1}"
            refuses(task, rng, "three arguments", wrong, words)


@points(1, number="6.2")
def test_small_gradients(task, rng):
    accepts(task, rng)
    name = "a sine of size 1e-6"
    refuses(task, rng, name, lambda back, dy, x: (1.03 * back(dy, x)[0],), "a factor of 1.03")
    refuses(task, rng, name, lambda back, dy, x: (0.0 * x,), "a gradient of 0")
    name = "an argument without influence"
    refuses(task, rng, name, lambda back, dy, x, w: (back(dy, x, w)[0], 1e-3 + 0 * w), "not 0")


@points(1, number="6.2")
def test_small_mistakes(task, rng):
    accepts(task, rng)
    for name in ("a sine", "a sine of size 1e6", "a product of matrices"):
        refuses(
            task,
            rng,
            name,
            lambda back, dy, *a: tuple(1.003 * gradient for gradient in back(dy, *a)),
            "a factor of 1.003",
        )


def open_right_end(x, knots, degree):
    return sick_1(x, np.asarray(knots), degree)


def wiped_out(x, knots, degree):
    return sick_2(x, np.asarray(knots), degree)


def one_width(x, knots, degree):
    return sick_3(x, np.asarray(knots), degree)


def twice_on_knots(x, knots, degree):
    t = np.asarray(knots)
    B = kn.bspline_basis(x, t, degree)
    inner = t[(t > t[degree]) & (t < t[-degree - 1])]
    return np.where(np.isin(x, inner)[:, None], 2.0, 1.0) * B


def rounded(x, knots, degree):
    B = kn.bspline_basis(x, knots, degree)
    return B * (1.0 + 1e-14 * np.cos(np.arange(B.size).reshape(B.shape)))


def accepts_the_basis(test_property, right=kn.bspline_basis):
    """See whether a right implementation is accepted, after a thousand calls at most."""
    calls = 0

    def counted(x, t, k):
        nonlocal calls
        calls += 1
        return right(np.asarray(x), t, k)

    said = refused(test_property, counted)
    assert said is None, "a right implementation is refused"
    assert calls <= 1000, f"basis is called {calls} times"


def finds(test_property, wrong, name):
    """See whether a bug is found, and nothing where there is none."""
    accepts_the_basis(test_property)
    said = refused(test_property, lambda x, t, k: wrong(np.asarray(x), t, k))
    assert said is not None, f"{name} is not found"


@points(1, number="6.3")
def test_first_bug(task):
    accepts_the_basis(task, rounded)
    finds(task, open_right_end, "the first bug")


@points(1, number="6.3")
def test_second_bug(task):
    finds(task, wiped_out, "the second bug")


@points(1, number="6.3")
def test_third_bug(task):
    finds(task, one_width, "the third bug")


@points(1, number="6.3")
def test_fourth_bug(task):
    finds(task, twice_on_knots, "the fourth bug")
