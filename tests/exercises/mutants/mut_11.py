"""Wrong solutions of exercise 11: the first line of each says its kind, and what is wrong."""

import numpy as np

import kan_numpy as kn


def touched__always_four(x, knots, degree):
    """End: a sample on a knot touches one function less. Hint: which functions are zero there?"""
    m = np.searchsorted(knots, x, side="right") - 1
    m = np.clip(m, degree, len(knots) - degree - 2)
    return np.unique(m[:, None] - np.arange(degree + 1))


def touched__inside_only(x, knots, degree):
    """End: samples outside the grid are left out. Hint: the functions fade."""
    inside = x[(x >= knots[degree]) & (x <= knots[-degree - 1])]
    return np.flatnonzero((kn.bspline_basis(inside, knots, degree) > 0).any(axis=0))


def touched__by_all_samples(x, knots, degree):
    """Value: touched by every sample. Hint: one sample is enough."""
    return np.flatnonzero((kn.bspline_basis(x, knots, degree) > 0).all(axis=0))


def touched__first_sample(x, knots, degree):
    """Value: only the first sample counts. Hint: take two far apart."""
    return np.flatnonzero(kn.bspline_basis(x[:1], knots, degree)[0] > 0)


def touched__from_first_to_last(x, knots, degree):
    """Order: everything between. Hint: two samples far apart leave a gap."""
    found = np.flatnonzero((kn.bspline_basis(x, knots, degree) > 0).any(axis=0))
    return np.arange(found[0], found[-1] + 1) if len(found) else found


def touched__with_repetitions(x, knots, degree):
    """Shape: a number for every sample. Hint: each once."""
    return np.nonzero(kn.bspline_basis(x, knots, degree))[1]


def touched__mask(x, knots, degree):
    """Shape: true and false. Hint: the numbers are wanted."""
    return (kn.bspline_basis(x, knots, degree) > 0).any(axis=0)


def touched__counted_from_one(x, knots, degree):
    """Order: the first coefficient has number 1. Hint: in Python it is 0."""
    return 1 + np.flatnonzero((kn.bspline_basis(x, knots, degree) > 0).any(axis=0))


def touched__large_ones(x, knots, degree):
    """Scale: functions below 0.05 do not count. Hint: not zero is not zero."""
    return np.flatnonzero((kn.bspline_basis(x, knots, degree) > 0.05).any(axis=0))


def least_change__from_scratch(coef, B, y):
    """Value: the smallest coefficients, not the smallest change. Hint: start from coef not 0."""
    return np.linalg.lstsq(B, y, rcond=None)[0]


def least_change__damped(coef, B, y):
    """Scale: a damping keeps the new samples from being met. Hint: look at B c - y."""
    return coef + B.T @ np.linalg.solve(B @ B.T + 1e-3 * np.eye(len(y)), y - B @ coef)


def least_change__small_directions_left_out(coef, B, y):
    """Scale: singular values below 1 % are left out. Hint: columns of different size."""
    return coef + np.linalg.lstsq(B, y - B @ coef, rcond=1e-2)[0]


def least_change__normal_equations(coef, B, y):
    """Value: needs more samples than coefficients. Hint: one sample, four coefficients."""
    return coef + np.linalg.solve(B.T @ B, B.T @ (y - B @ coef))


def least_change__rows_must_differ(coef, B, y):
    """Value: fails for repeated samples. Hint: take the same sample twice."""
    return coef + B.T @ np.linalg.solve(B @ B.T, y - B @ coef)


def least_change__gradient_step(coef, B, y):
    """Scale: one step down the gradient. Hint: is the loss 0 after it?"""
    return coef + B.T @ (y - B @ coef) / np.sum(B * B)


def least_change__the_other_way(coef, B, y):
    """Sign: the change has the wrong sign. Hint: the residual grows."""
    return coef - np.linalg.lstsq(B, y - B @ coef, rcond=None)[0]


def least_change__only_the_change(coef, B, y):
    """Shape: the change, not the coefficients. Hint: add the old ones."""
    return np.linalg.lstsq(B, y - B @ coef, rcond=None)[0]


def freeze__sum_of_derivatives(J_old):
    """Sign: positive and negative derivatives cancel. Hint: two samples of opposite sign."""
    return np.where(J_old.sum(axis=0) != 0, 0.0, 1.0)


def freeze__positive_only(J_old):
    """Sign: negative derivatives do not count. Hint: a sample with a derivative of -1."""
    return np.where((J_old > 0).any(axis=0), 0.0, 1.0)


def freeze__small_ones_are_free(J_old):
    """Scale: derivatives below 1e-8 count as 0. Hint: however little."""
    return np.where(np.allclose(J_old, 0) | (np.abs(J_old).max(axis=0) < 1e-8), 1.0, 0.0)


def freeze__squares(J_old):
    """Scale: squares of small numbers become 0. Hint: (1e-170) squared."""
    return np.where((J_old**2).sum(axis=0) > 1e-30, 0.0, 1.0)


def freeze__the_other_way(J_old):
    """Order: 1 for frozen. Hint: the weight multiplies the Jacobian."""
    return np.where((J_old != 0).any(axis=0), 1.0, 0.0)


def freeze__used_by_all(J_old):
    """Value: frozen only if every sample uses it. Hint: one sample is enough."""
    return np.where((J_old != 0).all(axis=0), 0.0, 1.0)


def freeze__by_degrees(J_old):
    """Value: weights between 0 and 1. Hint: 0 or 1."""
    return 1.0 / (1.0 + np.abs(J_old).max(axis=0))


def freeze__rows(J_old):
    """Shape: a weight for each sample. Hint: parameters are the columns."""
    return np.where((J_old != 0).any(axis=1), 0.0, 1.0)
