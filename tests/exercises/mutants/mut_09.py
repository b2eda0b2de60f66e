"""Wrong solutions of exercise 9: the first line of each says what kind it is, and what is wrong."""

import numpy as np


def shares(phi):
    """Return the sum of the sizes, the shares, their logarithms and the entropy."""
    A_e = np.abs(phi).mean(axis=0)
    A = A_e.sum()
    p = A_e / A
    log_p = np.log(np.where(p > 0, p, 1.0))
    return A, p, log_p, -(p * log_p).sum()


def penalty__entropy_with_plus(phi):
    """Sign: the entropy is subtracted. Hint: it must be smallest when one edge does all."""
    A, _, log_p, S = shares(phi)
    return A - S, (1.0 + (log_p + S) / A) * np.sign(phi) / len(phi)


def penalty__log_of_zero(phi):
    """Value: 0 log 0 is NaN. Hint: let one edge send nothing."""
    p = np.abs(phi).mean(axis=0)
    A = p.sum()
    p = p / A
    S = -(p * np.log(p)).sum()
    return A + S, (1.0 - (np.log(p) + S) / A) * np.sign(phi) / len(phi)


def penalty__a_little_added(phi):
    """Scale: 1e-4 is added inside the logarithm. Hint: multiply phi by 1e-8."""
    A_e = np.abs(phi).mean(axis=0) + 1e-9
    A = A_e.sum()
    p = A_e / A
    S = -(p * np.log(p)).sum()
    return A + S, (1.0 - (np.log(p) + S) / A) * np.sign(phi) / len(phi)


def penalty__sum_over_samples(phi):
    """Scale: sizes are sums, not means. Hint: what happens with twice as many samples?"""
    A, _, log_p, S = shares(phi * len(phi))
    return A + S, (1.0 - (log_p + S) / A) * np.sign(phi)


def penalty__mean_left_out_of_the_gradient(phi):
    """Scale: 1/N is missing in dphi. Hint: compare one entry with a difference."""
    A, _, log_p, S = shares(phi)
    return A + S, (1.0 - (log_p + S) / A) * np.sign(phi)


def penalty__entropy_without_gradient(phi):
    """Value: the gradient is that of the L1 term. Hint: it is the same for all edges?"""
    A, _, _, S = shares(phi)
    return A + S, np.sign(phi) / len(phi)


def penalty__total_held_fixed(phi):
    """Value: the gradient forgets that A changes, too. Hint: p_e depends on all edges."""
    A, _, log_p, S = shares(phi)
    return A + S, (1.0 - (log_p + 1.0) / A) * np.sign(phi) / len(phi)


def penalty__without_sign(phi):
    """Sign: the slope of |phi| is taken as 1. Hint: a negative phi becomes larger."""
    A, _, log_p, S = shares(phi)
    return A + S, np.broadcast_to((1.0 - (log_p + S) / A) / len(phi), phi.shape).copy()


def penalty__base_two(phi):
    """Scale: logarithms to base 2. Hint: log is the natural logarithm."""
    A, _, log_p, S = shares(phi)
    two = np.log(2.0)
    return A + S / two, (1.0 - (log_p + S) / A / two) * np.sign(phi) / len(phi)


def penalty__slope_of_one_at_zero(phi):
    """End: where phi is 0 the slope is 1. Hint: the text says what it is."""
    A, _, log_p, S = shares(phi)
    return A + S, (1.0 - (log_p + S) / A) * np.where(phi >= 0, 1.0, -1.0) / len(phi)


def penalty__entropy_of_each_output(phi):
    """Shape: shares within each output. Hint: the edges of a layer share one A."""
    A_e = np.abs(phi).mean(axis=0)
    p = A_e / np.maximum(A_e.sum(axis=1, keepdims=True), 1e-300)
    log_p = np.log(np.where(p > 0, p, 1.0))
    A, S = A_e.sum(), -(p * log_p).sum()
    return A + S, (1.0 - (log_p + S) / A) * np.sign(phi) / len(phi)


def penalty__gradient_of_edges(phi):
    """Shape: one slope an edge. Hint: phi has a row for every sample."""
    A, _, log_p, S = shares(phi)
    return A + S, 1.0 - (log_p + S) / A


def score__r(f, phi):
    """Value: r, not its square. Hint: try a falling line."""
    return np.corrcoef(f, phi)[0, 1]


def score__without_the_mean(f, phi):
    """Scale: means are not taken off. Hint: add 1000 to phi."""
    return (f @ phi) ** 2 / ((f @ f) * (phi @ phi))


def score__mean_of_one_only(f, phi):
    """Scale: only the mean of f is taken off. Hint: add 1000 to phi."""
    f = f - f.mean()
    return (f @ phi) ** 2 / ((f @ f) * (phi @ phi))


def score__one_minus_error(f, phi):
    """Value: phi is compared with f itself. Hint: multiply f by 3."""
    return max(0.0, 1.0 - np.sum((phi - f) ** 2) / np.sum((phi - phi.mean()) ** 2))


def score__a_little_added(f, phi):
    """Scale: a small number in the denominator. Hint: multiply f by 1e-6."""
    f, phi = f - f.mean(), phi - phi.mean()
    return (f @ phi) ** 2 / ((f @ f) * (phi @ phi) + 1e-12)


def score__zero_for_small_curves(f, phi):
    """Scale: a small variance counts as none. Hint: multiply phi by 1e-30."""
    f, phi = f - f.mean(), phi - phi.mean()
    small = min(f @ f, phi @ phi) < 1e-15
    return 0.0 if small else (f @ phi) ** 2 / ((f @ f) * (phi @ phi))


def score__nearly_one_is_one(f, phi):
    """Value: above 0.99999 it is 1. Hint: a sine with noise of size 0.001."""
    r2 = np.corrcoef(f, phi)[0, 1] ** 2
    return 1.0 if r2 > 0.99999 else r2


def score__absolute(f, phi):
    """Value: the absolute value of r. Hint: which of two numbers below 1 is smaller?"""
    return abs(np.corrcoef(f, phi)[0, 1])


def score__of_ranks(f, phi):
    """Order: only the order of the values counts. Hint: a parabola and an exponential agree?"""
    return np.corrcoef(np.argsort(np.argsort(f)), np.argsort(np.argsort(phi)))[0, 1] ** 2


def score__matrix(f, phi):
    """Shape: the whole matrix. Hint: one number is wanted."""
    return np.corrcoef(f, phi) ** 2


def folded(affines, **changes):
    """Return the five numbers, some of them replaced."""
    (_, _, c1, d1), (_, _, c2, d2), (a3, b3, c3, d3) = affines
    five = {"A": a3 * c1, "B": a3 * c2, "E": a3 * (d1 + d2) + b3, "C": c3, "D": d3}
    return np.array(list((five | changes).values()))


def fold__inner_factor(affines):
    """Scale: a1 is multiplied in. Hint: f is the value of f(a1 x1 + b1), a1 stays inside."""
    return folded(affines, A=affines[2, 0] * affines[0, 2] * affines[0, 0])


def fold__shifts_not_scaled(affines):
    """Scale: d1 + d2 without a3. Hint: what does h do with u first?"""
    return folded(affines, E=affines[0, 3] + affines[1, 3] + affines[2, 1])


def fold__shift_of_the_second_lost(affines):
    """Value: d2 is forgotten. Hint: put u into the second equation."""
    return folded(affines, E=affines[2, 0] * affines[0, 3] + affines[2, 1])


def fold__shift_of_h_lost(affines):
    """Value: b3 is forgotten. Hint: put u into the second equation."""
    return folded(affines, E=affines[2, 0] * (affines[0, 3] + affines[1, 3]))


def fold__outer_slope_lost(affines):
    """Scale: a3 multiplies only one of both. Hint: it multiplies all of u."""
    return folded(affines, B=affines[1, 2])


def fold__sign_of_the_shift(affines):
    """Sign: E has the wrong sign. Hint: nothing is moved to the other side."""
    (_, b3, _, _) = affines[2]
    return folded(affines, E=-affines[2, 0] * (affines[0, 3] + affines[1, 3]) - b3)


def fold__another_order(affines):
    """Order: C before E. Hint: read the order in the text."""
    return folded(affines)[[0, 1, 3, 2, 4]]


def fold__as_a_table(affines):
    """Shape: a row with five columns. Hint: five numbers."""
    return folded(affines)[None]
