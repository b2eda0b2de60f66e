"""Wrong solutions of exercise 3: the first line of each says what kind it is, and what is wrong."""

import numpy as np


def boxes(x, t, degree, closed=True):
    """Return the functions of degree 0, the last interval of the grid closed."""
    B = 1.0 * ((t[:-1] <= x[:, None]) & (x[:, None] < t[1:]))
    high = t[-degree - 1]
    if closed:
        B[x == high] = np.arange(len(t) - 1) == np.searchsorted(t, high) - 1
    return B


def over(numerator, denominator):
    """Return quotients, 0 where the denominator is 0."""
    return numerator / np.where(denominator > 0, denominator, np.inf)


def raised(x, t, B, q):
    """Return the functions of degree q from those of degree q - 1."""
    rise, fall, x = t[q:-1] - t[: -q - 1], t[q + 1 :] - t[1:-q], x[:, None]
    return over(x - t[: -q - 1], rise) * B[:, :-1] + over(t[q + 1 :] - x, fall) * B[:, 1:]


def differences(t, B, q, factor):
    """Return the slopes of the functions of degree q from the functions of degree q - 1."""
    rise, fall = t[q:-1] - t[: -q - 1], t[q + 1 :] - t[1:-q]
    return factor * (over(B[:, :-1], rise) - over(B[:, 1:], fall))


def general(x, t, degree, order, factor=lambda q, k: q, closed=True):
    """Return derivatives with a factor of one's own."""
    B = boxes(x, t, degree, closed)
    for q in range(1, degree + 1):
        if q <= degree - order:
            B = raised(x, t, B, q)
        else:
            B = differences(t, B, q, factor(q, degree))
    return B


def derivative__sign(x, knots, degree, order):
    """Sign: the difference is taken the wrong way around. Hint: a function rises on its left."""
    return general(x, knots, degree, order, lambda q, k: -q)


def derivative__without_the_factor(x, knots, degree, order):
    """Scale: the factor q is missing. Hint: what is the slope of a hat of degree 1, 2, 3?"""
    return general(x, knots, degree, order, lambda q, k: 1)


def derivative__factor_of_the_first_order(x, knots, degree, order):
    """Scale: the factor is k at every order. Hint: the second derivative has k (k - 1)."""
    return general(x, knots, degree, order, lambda q, k: k)


def derivative__open_right_end(x, knots, degree, order):
    """End: nothing is left at the right end. Hint: the last interval is closed."""
    return general(x, knots, degree, order, closed=False)


def derivative__from_the_left(x, knots, degree, order):
    """End: at a knot the slope from the left. Hint: which interval holds a knot?"""
    t = knots
    B = 1.0 * ((t[:-1] < x[:, None]) & (x[:, None] <= t[1:]))
    B[x == t[degree]] = np.arange(len(t) - 1) == np.searchsorted(t, t[degree], side="right") - 1
    for q in range(1, degree + 1):
        if q <= degree - order:
            B = raised(x, t, B, q)
        else:
            B = differences(t, B, q, q)
    return B


def derivative__by_the_basis_of_lower_degree(x, knots, degree, order):
    """End: the lower degree closes its own last interval. Hint: whose grid ends where?"""
    low = degree - order
    B = boxes(x, knots, low)
    for q in range(1, degree + 1):
        B = raised(x, knots, B, q) if q <= low else differences(knots, B, q, q)
    return B


def derivative__first_order_only(x, knots, degree, order):
    """Order: every order above 0 is the first. Hint: the order is an argument."""
    return general(x, knots, degree, min(order, 1))


def derivative__not_of_order_zero(x, knots, degree, order):
    """Order: order 0 is taken as 1. Hint: order 0 is the function itself."""
    return general(x, knots, degree, max(order, min(1, degree)))


def derivative__even_knots(x, knots, degree, order):
    """Scale: one width for all intervals. Hint: take unequal intervals."""
    k = degree
    h = (knots[-k - 1] - knots[k]) / (len(knots) - 2 * k - 1)
    B = boxes(x, knots, k)
    for q in range(1, k + 1):
        B = raised(x, knots, B, q) if q <= k - order else (B[:, :-1] - B[:, 1:]) / h
    return B


def derivative__by_differences(x, knots, degree, order):
    """Value: a difference quotient. Hint: how many digits does it have?"""
    if order == 0:
        return general(x, knots, degree, 0)
    h = 1e-6
    ahead, behind = (derivative__by_differences(x + s, knots, degree, order - 1) for s in (h, -h))
    return (ahead - behind) / (2 * h)


def derivative__zero_outside(x, knots, degree, order):
    """Value: cut off at the ends of the grid. Hint: the functions fade, with a slope."""
    inside = (x >= knots[degree]) & (x <= knots[-degree - 1])
    return general(x, knots, degree, order) * inside[:, None]


def derivative__small_widths_are_empty(x, knots, degree, order):
    """Scale: a width below 1e-6 counts as 0. Hint: knots may be measured in micrometers."""
    found = general(x, knots, degree, order)
    small = knots[degree + 1 :] - knots[: -degree - 1] < 1e-6 * (degree + 1)
    return np.where(small, 0.0, found) if order else found


def derivative__transposed(x, knots, degree, order):
    """Shape: one function a row. Hint: samples come first, everywhere."""
    return general(x, knots, degree, order).T.copy()


def basis(x, t, degree):
    """Return the basis functions."""
    return general(x, t, degree, 0)


def fit__normal_equations(x, y, knots, degree):
    """Value: B^T B is singular where nothing is seen. Hint: leave a part of the grid empty."""
    B = basis(x, knots, degree)
    return np.linalg.solve(B.T @ B, B.T @ y)


def fit__ridge(x, y, knots, degree):
    """Scale: a small number on the diagonal changes the answer. Hint: compare to ten digits."""
    B = basis(x, knots, degree)
    return np.linalg.solve(B.T @ B + 1e-6 * np.eye(B.shape[1]), B.T @ y)


def fit__not_the_smallest(x, y, knots, degree):
    """Value: what is free is 1. Hint: which of all solutions is the smallest?"""
    B = basis(x, knots, degree)
    c = np.linalg.lstsq(B, y, rcond=None)[0]
    return np.where(B.any(axis=0), c, 1.0)


def fit__right_end_lost(x, y, knots, degree):
    """End: a sample at the right end sees no function. Hint: is the last interval closed?"""
    B = general(x, knots, degree, 0, closed=False)
    return np.linalg.lstsq(B, y, rcond=None)[0]


def fit__weighted(x, y, knots, degree):
    """Scale: functions are weighed by how many samples they see. Hint: minimize the errors only."""
    B = basis(x, knots, degree)
    seen = np.where(B.any(axis=0), B.sum(axis=0), 1.0)
    return np.linalg.lstsq(B / seen, y, rcond=None)[0] / seen


def fit__moving_average(x, y, knots, degree):
    """Value: each coefficient is an average of samples. Hint: that is no least-squares fit."""
    B = basis(x, knots, degree)
    total = B.sum(axis=0)
    return (B.T @ y) / np.where(total > 0, total, 1.0)


def fit__coarse_rank(x, y, knots, degree):
    """Scale: small singular values are dropped. Hint: what does rcond mean?"""
    return np.linalg.lstsq(basis(x, knots, degree), y, rcond=0.2)[0]


def fit__column(x, y, knots, degree):
    """Shape: the coefficients are a column. Hint: y has one axis, and so has c."""
    return np.linalg.lstsq(basis(x, knots, degree), y[:, None], rcond=None)[0]


def boehm(knots, coef, degree, new, flip=False):
    """Return Boehm's rule with a mistake to choose."""
    k, t = degree, knots
    m = int(np.searchsorted(t, new, side="right")) - 1
    found = []
    for j in range(len(coef) + 1):
        if j <= m - k:
            found.append(coef[j])
        elif j > m:
            found.append(coef[j - 1])
        else:
            share = (new - t[j]) / (t[j + k] - t[j])
            share = 1.0 - share if flip else share
            found.append(share * coef[j] + (1.0 - share) * coef[j - 1])
    return np.sort(np.append(t, new)), np.array(found)


def insert_knot__shares_swapped(knots, coef, degree, new):
    """Order: the shares of the two neighbors are swapped. Hint: put the knot near an end."""
    return boehm(knots, coef, degree, new, flip=True)


def insert_knot__not_on_an_old_knot(knots, coef, degree, new):
    """End: a knot that is there already is moved a little. Hint: knots may be repeated."""
    again = new + 1e-7 * np.ptp(knots) if new in knots else new
    return boehm(knots, coef, degree, again)


def insert_knot__of_degree_three(knots, coef, degree, new):
    """Order: the rule for cubics. Hint: the degree is an argument."""
    if degree in (1, 3):
        return boehm(knots, coef, degree, new)
    return boehm(knots, coef, min(3, degree), new)


def insert_knot__unsorted(knots, coef, degree, new):
    """Order: the new knot stands at the end. Hint: knots must not decrease."""
    return np.append(knots, new), boehm(knots, coef, degree, new)[1]


def insert_knot__values_as_coefficients(knots, coef, degree, new):
    """Value: the new coefficient is the value there. Hint: is c_j the value at a knot?"""
    j = int(np.searchsorted(knots, new, side="right")) - degree
    value = (basis(np.array([new]), knots, degree) @ coef)[0]
    return np.sort(np.append(knots, new)), np.insert(coef, j, value)


def insert_knot__halfway(knots, coef, degree, new):
    """Value: neighbors are averaged, wherever the knot is. Hint: right in the middle only."""
    t, k = np.sort(np.append(knots, new)), degree
    m = int(np.searchsorted(knots, new, side="right")) - 1
    middle = (coef[m - k + 1 : m + 1] + coef[m - k : m]) / 2
    return t, np.concatenate([coef[: m - k + 1], middle, coef[m:]])


def insert_knot__even_knots(knots, coef, degree, new):
    """Scale: one width for all intervals. Hint: take unequal intervals."""
    k, t = degree, knots
    h = (t[-k - 1] - t[k]) / (len(t) - 2 * k - 1)
    m = int(np.searchsorted(t, new, side="right")) - 1
    c = list(coef[: m - k + 1])
    for j in range(m - k + 1, m + 1):
        share = (new - t[j]) / (k * h)
        c.append(share * coef[j] + (1.0 - share) * coef[j - 1])
    return np.sort(np.append(t, new)), np.array([*c, *coef[m:]])


def insert_knot__changes_its_argument(knots, coef, degree, new):
    """Value: coef is changed in place. Hint: look at your coefficients afterwards."""
    t, c = boehm(knots, coef, degree, new)
    coef[:] = c[:-1]
    return t, c


def insert_knot__one_coefficient_short(knots, coef, degree, new):
    """Shape: no coefficient is added. Hint: how many does a grid of G + 1 intervals have?"""
    t, c = boehm(knots, coef, degree, new)
    return t, c[:-1]


def slope_spline__without_the_degree(knots, coef, degree):
    """Scale: the factor k is missing. Hint: a parabola has twice its difference quotient."""
    width = knots[degree + 1 : -1] - knots[1 : -degree - 1]
    return knots[1:-1], 3 * over(np.diff(coef), width)


def slope_spline__even_knots(knots, coef, degree):
    """Scale: one width for all intervals. Hint: take unequal intervals."""
    h = (knots[-degree - 1] - knots[degree]) / (len(knots) - 2 * degree - 1)
    return knots[1:-1], np.diff(coef) / h


def slope_spline__next_interval(knots, coef, degree):
    """Order: the widths belong to the next knot. Hint: over which knots does B_j reach?"""
    width = knots[degree + 2 :] - knots[2:-degree]
    width = np.append(width, width[-1:])[: len(coef) - 1]
    return knots[1:-1], degree * over(np.diff(coef), width)


def slope_spline__nan(knots, coef, degree):
    """End: 0/0 at repeated ends. Hint: what is the slope of a function of no width?"""
    width = knots[degree + 1 : -1] - knots[1 : -degree - 1]
    return knots[1:-1], degree * np.diff(coef) / width


def slope_spline__sign(knots, coef, degree):
    """Sign: falling where it should rise, on the left half. Hint: test more than the end."""
    t, c = slope_spline__without_the_degree(knots, coef, degree)
    return t, c * degree / 3 * np.where(np.arange(len(c)) < len(c) - 3, -1.0, 1.0)


def slope_spline__all_knots(knots, coef, degree):
    """Shape: the knots stay as they were. Hint: how many knots has a lower degree?"""
    width = knots[degree + 1 : -1] - knots[1 : -degree - 1]
    return knots, degree * over(np.diff(coef), width)
