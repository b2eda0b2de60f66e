"""Wrong solutions of exercise 2: the first line of each says what kind it is, and what is wrong."""

import numpy as np


def knots__too_few(low, high, grid_size, degree):
    """Shape: one knot is missing. Hint: G intervals have G + 1 ends; count for G = 1."""
    h = (high - low) / grid_size
    return low + h * np.arange(-degree, grid_size + degree)


def knots__linspace_of_points(low, high, grid_size, degree):
    """Scale: the width is that of G - 1 intervals. Hint: G points are not G intervals."""
    h = (high - low) / max(grid_size - 1, 1)
    return low + h * np.arange(-degree, grid_size + degree + 1)


def knots__repeated_ends(low, high, grid_size, degree):
    """End: the outer knots lie on the ends. Hint: clamped knots are another convention."""
    inner = np.linspace(low, high, grid_size + 1)
    return np.pad(inner, degree, mode="edge")


def knots__degree_ahead(low, high, grid_size, degree):
    """Order: all knots are moved by one. Hint: entry k is the left end of the grid."""
    h = (high - low) / grid_size
    return low + h * np.arange(1 - degree, grid_size + degree + 2)


def knots__by_arange(low, high, grid_size, degree):
    """End: rounding decides how many there are. Hint: count in whole numbers, then multiply."""
    h = (high - low) / grid_size
    return np.arange(low - degree * h, high + (degree + 1) * h, h)


def knots__only_for_minus_one_to_one(low, high, grid_size, degree):
    """Scale: the grid is taken as symmetric. Hint: try the grid from 2 to 9."""
    h = 2.0 * high / grid_size
    return -high + h * np.arange(-degree, grid_size + degree + 1)


def recursion(x, t, degree, boxes):
    """Return the recursion of Cox and de Boor with both terms guarded."""
    B, x = boxes, x[:, None]
    for q in range(1, degree + 1):
        rise, fall = t[q:-1] - t[: -q - 1], t[q + 1 :] - t[1:-q]
        left = (x - t[: -q - 1]) / np.where(rise > 0, rise, np.inf)
        right = (t[q + 1 :] - x) / np.where(fall > 0, fall, np.inf)
        B = left * B[:, :-1] + right * B[:, 1:]
    return B


def boxes(x, t, degree):
    """Return the functions of degree 0, with the last interval of the grid closed."""
    B = np.where((t[:-1] <= x[:, None]) & (x[:, None] < t[1:]), 1.0, 0.0)
    high = t[-degree - 1]
    B[x == high] = np.eye(len(t) - 1)[np.searchsorted(t, high) - 1]
    return B


def basis__open_right_end(x, knots, degree):
    """End: the right end belongs to no interval. Hint: evaluate clamped knots at the end."""
    B = np.where((knots[:-1] <= x[:, None]) & (x[:, None] < knots[1:]), 1.0, 0.0)
    return recursion(x, knots, degree, B)


def basis__all_closed(x, knots, degree):
    """End: every interval is closed on both sides. Hint: how many boxes hold an inner knot?"""
    B = np.where((knots[:-1] <= x[:, None]) & (x[:, None] <= knots[1:]), 1.0, 0.0)
    return recursion(x, knots, degree, B)


def basis__last_knot_closed(x, knots, degree):
    """End: the last knot is closed, not the grid's end. Hint: which knot ends the grid?"""
    B = np.where((knots[:-1] <= x[:, None]) & (x[:, None] < knots[1:]), 1.0, 0.0)
    B[x == knots[-1], np.flatnonzero(np.diff(knots))[-1]] = 1.0
    return recursion(x, knots, degree, B)


def basis__nan_to_num(x, knots, degree):
    """Value: a vanishing term wipes out its neighbor. Hint: guard each term on its own."""
    B, t, x = boxes(x, knots, degree), knots, x[:, None]
    for q in range(1, degree + 1):
        left = (x - t[: -q - 1]) / (t[q:-1] - t[: -q - 1])
        right = (t[q + 1 :] - x) / (t[q + 1 :] - t[1:-q])
        B = np.nan_to_num(left * B[:, :-1] + right * B[:, 1:], posinf=0.0, neginf=0.0)
    return B


def basis__tiny_denominators(x, knots, degree):
    """Scale: small intervals count as empty. Hint: knots may be measured in micrometers."""
    B, t, x = boxes(x, knots, degree), knots, x[:, None]
    for q in range(1, degree + 1):
        left = (x - t[: -q - 1]) / (t[q:-1] - t[: -q - 1] + 1e-9)
        right = (t[q + 1 :] - x) / (t[q + 1 :] - t[1:-q] + 1e-9)
        B = left * B[:, :-1] + right * B[:, 1:]
    return B


def basis__even_knots_only(x, knots, degree):
    """Scale: one width for all intervals. Hint: take three unequal intervals."""
    k = degree
    h = (knots[-k - 1] - knots[k]) / (len(knots) - 2 * k - 1)
    B, t, x = boxes(x, knots, degree), knots, x[:, None]
    for q in range(1, k + 1):
        B = ((x - t[: -q - 1]) * B[:, :-1] + (t[q + 1 :] - x) * B[:, 1:]) / (q * h)
    return B


def basis__clipped(x, knots, degree):
    """Value: points are moved to the grid. Hint: the functions fade outside, look at a picture."""
    inside = np.clip(x, knots[degree], knots[-degree - 1])
    return recursion(inside, knots, degree, boxes(inside, knots, degree))


def basis__zero_outside(x, knots, degree):
    """Value: cut off at the grid. Hint: the sum does not jump to 0 at the end of the grid."""
    B = recursion(x, knots, degree, boxes(x, knots, degree))
    inside = (x >= knots[degree]) & (x <= knots[-degree - 1])
    return B * inside[:, None]


def basis__transposed(x, knots, degree):
    """Shape: one function a row. Hint: samples come first, everywhere."""
    return recursion(x, knots, degree, boxes(x, knots, degree)).T.copy()


def basis__backward(x, knots, degree):
    """Order: the functions are numbered from the right. Hint: evaluate at the left end."""
    return recursion(x, knots, degree, boxes(x, knots, degree))[:, ::-1].copy()


def basis__swapped_terms(x, knots, degree):
    """Order: the fading factors belong to the wrong functions. Hint: draw degree 1."""
    B, t, x = boxes(x, knots, degree), knots, x[:, None]
    for q in range(1, degree + 1):
        rise, fall = t[q:-1] - t[: -q - 1], t[q + 1 :] - t[1:-q]
        left = (t[q:-1] - x) / np.where(rise > 0, rise, np.inf)
        right = (x - t[1:-q]) / np.where(fall > 0, fall, np.inf)
        B = left * B[:, :-1] + right * B[:, 1:]
    return B


def basis__single_precision(x, knots, degree):
    """Scale: computed in float32. Hint: what is the type of your arrays?"""
    B = recursion(np.float32(x), np.float32(knots), degree, boxes(x, knots, degree))
    return B.astype(np.float64)


def basis__point_by_point(x, knots, degree):
    """Shape: a recursion for every point. Hint: let NumPy do all points at once."""
    t, high = knots.tolist(), float(knots[-degree - 1])
    last = int(np.searchsorted(knots, high)) - 1

    def bump(x, j, q):
        if q == 0:
            return 1.0 * (j == last if x == high else t[j] <= x < t[j + 1])
        rise, fall = t[j + q] - t[j], t[j + q + 1] - t[j + 1]
        left = (x - t[j]) / rise * bump(x, j, q - 1) if rise > 0 else 0.0
        right = (t[j + q + 1] - x) / fall * bump(x, j + 1, q - 1) if fall > 0 else 0.0
        return left + right

    return np.array([[bump(p, j, degree) for j in range(len(t) - degree - 1)] for p in x.tolist()])


def witnesses__only_the_end():
    """Order: one witness for all. Hint: the diseases differ."""
    clamped = np.array([-1.0, -1.0, 0.0, 1.0, 1.0])
    return [(1.0, clamped, 1)] * 3


def witnesses__in_another_order():
    """Order: the witnesses are right and in the wrong order. Hint: read the text again."""
    clamped, uneven = [-1.0, -1.0, 0.0, 1.0, 1.0], [-1.0, 0.0, 1.0, 3.0, 4.0]
    return [(2.0, uneven, 1), (-0.5, clamped, 1), (1.0, clamped, 1)]


def witnesses__decreasing():
    """Shape: knots that nobody allows. Hint: the knots must not decrease."""
    return [(1.0, [-1.0, -1.0, 0.0, 1.0, 1.0], 1), (0.2, [0.0, -1.0, 1.0, 0.5], 1)] * 2


def witnesses__too_close():
    """Value: at an inner point of even knots. Hint: there all implementations are right."""
    even = np.linspace(-1.6, 1.6, 9)
    return [(0.1, even, 2), (0.1, even, 2), (0.1, even, 2)]
