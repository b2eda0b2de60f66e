"""Checks of exercise 1: the theorem."""

from fractions import Fraction

import numpy as np
import pytest

import kan_numpy as kn

TASKS = {"1.1": "max_layers", "1.2": "psi"}
ALONE = set()

points = pytest.mark.points


def network(max_layers):
    """Return the network and its number of coefficients."""
    layers = max_layers()
    assert isinstance(layers, list | tuple), "the layers must be a list"
    assert all(isinstance(layer, dict) for layer in layers), "each layer must be a dict"
    try:
        net = kn.KAN.from_arrays(list(layers), degree=1)
    except (ValueError, TypeError) as error:
        raise AssertionError(f"from_arrays refuses the layers: {error}") from None
    assert (net.widths[0], net.widths[-1]) == (2, 1), "two inputs and one output are wanted"
    return net, sum(layer.coef.size for layer in net.layers)


def compare(max_layers, xy, case):
    """Compare with the maximum."""
    error = np.abs(network(max_layers)[0](xy)[:, 0] - np.max(xy, axis=1))
    assert error.max() < 1e-12, f"{case}: wrong at {np.round(xy[np.argmax(error)], 3)}"


@points(1, number="1.1")
def test_on_the_square_with_few_coefficients(task, rng):
    compare(task, rng.uniform(-1.0, 1.0, (500, 2)), "points of the square")
    _, size = network(task)
    assert size <= 18, f"{size} coefficients are more than 18"


@points(1, number="1.1")
def test_where_both_are_equal_or_nearly(task, rng):
    x = np.concatenate([np.linspace(-1.0, 1.0, 41), rng.uniform(-1.0, 1.0, 40)])
    for shift in (0.0, 1e-3, -1e-3):
        compare(task, np.clip(np.stack([x, x + shift], axis=1), -1, 1), f"y = x + {shift:g}")


@points(1, number="1.1")
def test_on_the_edge_of_the_square(task):
    line = np.linspace(-1.0, 1.0, 21)
    for end in (-1.0, 1.0):
        side = np.full_like(line, end)
        compare(task, np.stack([line, side], axis=1), f"y = {end:g}")
        compare(task, np.stack([side, line], axis=1), f"x = {end:g}")


def exact(psi, digits, base):
    """Return psi as an exact number."""
    value = psi(list(digits), base)
    assert isinstance(value, Fraction | int), f"a {type(value).__name__} is not exact"
    return Fraction(value)


def neighbors(digits, base):
    """Return the numbers one step below and above in the last digit; None stands for 1."""
    number = 0
    for digit in digits:
        number = number * base + digit
    found = []
    for n in (number - 1, number + 1):
        places = [n // base**r % base for r in reversed(range(len(digits)))]
        found.append(None if n == base ** len(digits) else places)
    return found


def obeys(psi, digits, base):
    """See whether psi obeys its definition at a number; its values nearby are asked from itself."""
    case = f"the digits {list(digits)} in base {base}"
    value, k = exact(psi, digits, base), len(digits)
    if k == 1:
        assert value == Fraction(digits[0], base), case
    elif digits[-1] < base - 1:
        step = value - exact(psi, digits[:-1], base)
        assert step == Fraction(digits[-1], base ** (2**k - 1)), case
    else:
        below, above = neighbors(digits, base)
        after = Fraction(1) if above is None else exact(psi, above, base)
        assert 2 * value == exact(psi, below, base) + after, case


@points(1, number="1.2")
def test_all_numbers_of_few_digits(task):
    for base, most in [(3, 3), (4, 2), (10, 1)]:
        for k in range(1, most + 1):
            for n in range(base**k):
                obeys(task, [n // base**r % base for r in reversed(range(k))], base)


@points(1, number="1.2")
def test_many_digits_and_bases(task, rng):
    for base in (3, 5, 8, 10, 16):
        for k in (2, 3, 4, 5):
            for last in (0, base - 2, base - 1):
                digits = [int(d) for d in rng.integers(0, base, k - 1)]
                obeys(task, [*digits, last], base)


@points(1, number="1.2")
def test_the_largest_digits(task, rng):
    for base in (3, 7, 10):
        largest = base - 1
        for k in (2, 3, 4):
            obeys(task, [largest] * k, base)
            obeys(task, [int(rng.integers(0, largest))] + [largest] * (k - 1), base)
            obeys(task, [0] * (k - 1) + [largest], base)
        assert exact(task, [1, largest, 0, 0], base) == exact(task, [1, largest], base), (
            f"zeros at the end, in base {base}"
        )
