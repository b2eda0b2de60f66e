"""Solutions of exercise 1; a name with __ is the same function in another style."""

from fractions import Fraction

import numpy as np


def max_layers():
    # max(x, y) = (x + y) / 2 + |x - y| / 2, by the nodes x + y and x - y.
    rise = [-1.0, 1.0]
    first = {
        "knots": [[-3.0, -1.0, 1.0, 3.0]] * 2,
        "coef": [[rise, rise], [rise, [1.0, -1.0]]],
        "w_base": np.zeros((2, 2)),
    }
    second = {
        "knots": [[-4.0, -2.0, 0.0, 2.0, 4.0]] * 2,
        "coef": [[[-1.0, 0.0, 1.0], [1.0, 0.0, 1.0]]],
        "w_base": np.zeros((1, 2)),
    }
    return [first, second]


def max_layers__by_a_positive_part():
    # max(x, y) = y + max(x - y, 0), by the nodes y and x - y.
    first = {
        "knots": np.array([[-1.0, -1.0, 1.0, 1.0]] * 2),
        "coef": np.array([[[0.0, 0.0], [-1.0, 1.0]], [[-1.0, 1.0], [1.0, -1.0]]]),
        "w_base": np.zeros((2, 2)),
    }
    second = {
        "knots": np.array([[-2.0, -2.0, 0.0, 2.0, 2.0]] * 2),
        "coef": np.array([[[-2.0, 0.0, 2.0], [0.0, 0.0, 2.0]]]),
        "w_base": np.zeros((1, 2)),
    }
    return (first, second)


def psi(digits, base):
    *head, last = digits
    if not head:
        return Fraction(last, base)
    if last < base - 1:
        return psi(head, base) + Fraction(last, base ** (2 ** len(digits) - 1))
    return (psi([*head, last - 1], base) + after(head, base)) / 2


def after(digits, base):
    """Return psi at the next number of as many digits."""
    if not digits:
        return Fraction(1)
    *head, last = digits
    return after(head, base) if last == base - 1 else psi([*head, last + 1], base)


def psi__by_whole_numbers(digits, base):
    k, n = len(digits), 0
    for digit in digits:
        n = base * n + digit

    def value(n, k):
        if n == base**k or k == 0:
            return 1 if n else 0
        if k == 1:
            return Fraction(n, base)
        if (n + 1) % base:
            return value(n // base, k - 1) + Fraction(n % base, base ** (2**k - 1))
        return Fraction(1, 2) * (value(n - 1, k) + value((n + 1) // base, k - 1))

    return value(n, k)
