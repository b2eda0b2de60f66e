"""Wrong solutions of exercise 1: the first line of each says what kind it is, and what is wrong."""

from fractions import Fraction

import numpy as np


def two_layers(outer_knots, outer, inner_knots=(-3.0, -1.0, 1.0, 3.0)):
    """Return layers with the nodes x + y and x - y."""
    rise, fall = [-1.0, 1.0], [1.0, -1.0]
    return [
        {
            "knots": [inner_knots] * 2,
            "coef": [[rise, rise], [rise, fall]],
            "w_base": np.zeros((2, 2)),
        },
        {"knots": [outer_knots] * 2, "coef": [outer], "w_base": np.zeros((1, 2))},
    ]


EVEN = (-4.0, -2.0, 0.0, 2.0, 4.0)


def max_layers__minimum():
    """Sign: this is the minimum. Hint: which sign has |x - y|?"""
    return two_layers(EVEN, [[-1.0, 0.0, 1.0], [-1.0, 0.0, -1.0]])


def max_layers__twice():
    """Scale: this is twice the maximum. Hint: try x = y = 1."""
    return two_layers(EVEN, [[-2.0, 0.0, 2.0], [2.0, 0.0, 2.0]])


def max_layers__narrow_outer_grid():
    """End: x + y leaves the grid of the second layer. Hint: how large is x + y at most?"""
    knots = (-2.0, -1.0, 0.0, 1.0, 2.0)
    return two_layers(knots, [[-0.5, 0.0, 0.5], [0.5, 0.0, 0.5]])


def max_layers__without_a_knot_in_the_middle():
    """Value: |v| without a knot at 0. Hint: where is the kink?"""
    t = (-4.0, -2.0, -0.1, 2.0, 4.0)
    return two_layers(t, [[-1.0, -0.05, 1.0], [1.0, 0.05, 1.0]])


def max_layers__too_many():
    """Shape: 20 coefficients. Hint: a straight line needs two."""
    t = (-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0)
    layers = two_layers(t, [[-1.0, -0.5, 0.0, 0.5, 1.0], [1.0, 0.5, 0.0, 0.5, 1.0]])
    inner = layers[0]
    inner["knots"] = [[-2.0, -1.0, 0.0, 1.0, 2.0]] * 2
    rise, fall = [-1.0, 0.0, 1.0], [1.0, 0.0, -1.0]
    inner["coef"] = [[rise, rise], [rise, fall]]
    return layers


def max_layers__with_a_base():
    """Value: the base function is left on. Hint: what does w_base multiply?"""
    layers = two_layers(EVEN, [[-1.0, 0.0, 1.0], [1.0, 0.0, 1.0]])
    layers[1]["w_base"] = np.array([[0.0, 1e-6]])
    return layers


def max_layers__for_positive_numbers():
    """End: the grids begin at 0. Hint: try negative numbers."""
    return [
        {
            "knots": [[-1.0, 0.0, 1.0, 2.0]] * 2,
            "coef": [[[0.0, 1.0], [0.0, 1.0]], [[0.0, 1.0], [0.0, -1.0]]],
            "w_base": np.zeros((2, 2)),
        },
        {
            "knots": [EVEN] * 2,
            "coef": [[[-1.0, 0.0, 1.0], [1.0, 0.0, 1.0]]],
            "w_base": np.zeros((1, 2)),
        },
    ]


def psi__without_the_last_case(digits, base):
    """Value: the largest digit is treated like the others. Hint: try [9, 9] in base 10."""
    weights = [base ** (2**k - 1) for k in range(1, len(digits) + 1)]
    return sum((Fraction(d, w) for d, w in zip(digits, weights, strict=True)), Fraction(0))


def psi__in_base_10(digits, base):
    """Scale: the base is always 10. Hint: try base 3."""
    return with_exponents(digits, 10, lambda k: 2**k - 1)


def psi__plain_digits(digits, base):
    """Scale: the weights are those of a number, base^-k. Hint: what is beta(3)?"""
    return with_exponents(digits, base, lambda k: k if k != 2 else 3)


def psi__exponents_of_three_variables(digits, base):
    """Scale: beta belongs to three variables. Hint: how many variables are there?"""
    return with_exponents(digits, base, lambda k: (3**k - 1) // 2 if k > 2 else 2**k - 1)


def psi__as_a_float(digits, base):
    """Value: rounded to a float. Hint: is Fraction(0.1) a tenth?"""
    return float(with_exponents(digits, base, lambda k: 2**k - 1))


def psi__rounded(digits, base):
    """Value: a float, made into a fraction at the end. Hint: calculate in fractions throughout."""
    return Fraction(float(with_exponents(digits, base, lambda k: 2**k - 1)))


def psi__without_a_carry(digits, base):
    """End: the number above has a digit too large. Hint: what comes after 0.199?"""
    *head, last = digits
    if not head:
        return Fraction(last, base)
    weight = base ** (2 ** len(digits) - 1)
    below = psi__without_a_carry(head, base)
    if last < base - 1:
        return below + Fraction(last, weight)
    return (below + Fraction(last - 1, weight) + below + Fraction(base, weight)) / 2


def psi__backward(digits, base):
    """Order: the digits are read from the right. Hint: which digit weighs most?"""
    return with_exponents(digits[::-1], base, lambda k: 2**k - 1)


def psi__one_is_not_reached(digits, base):
    """End: after 0.99 comes 0.99 itself, not 1. Hint: try [9, 9] in base 10."""
    return with_exponents(digits, base, lambda k: 2**k - 1, one=Fraction(base - 1, base))


def with_exponents(digits, base, beta, one=1):
    """Return psi with other exponents."""

    def value(n, k):
        if k == 0:
            return one if n else 0
        if k == 1:
            return Fraction(n, base) if n < base else Fraction(one)
        if (n + 1) % base:
            return value(n // base, k - 1) + Fraction(n % base, base ** beta(k))
        return (value(n - 1, k) + value((n + 1) // base, k - 1)) / 2

    n = 0
    for digit in digits:
        n = base * n + digit
    return value(n, len(digits))
