"""Wrong solutions of exercise 13: the first line of each says its kind, and what is wrong."""

import math
from fractions import Fraction

import numpy as np
from exercises.solutions.sol_13 import groups as exact


def groups__real_numbers(units):
    """Value: a null space of real numbers. Hint: whole numbers are wanted."""
    _, s, Vt = np.linalg.svd(units.astype(float))
    return Vt[int(np.sum(s > 1e-9)) :].T


def groups__rounded(units):
    """Scale: divided by the smallest entry and rounded. Hint: is units @ z still 0?"""
    _, s, Vt = np.linalg.svd(units.astype(float))
    Z = Vt[int(np.sum(s > 1e-9)) :].T
    smallest = np.min(np.where(np.abs(Z) > 1e-9, np.abs(Z), np.inf), axis=0)
    return np.round(Z / smallest).astype(int)


def groups__as_rows(units):
    """Shape: a product a row. Hint: units @ z is a product of matrices."""
    return exact(units).T.copy()


def groups__the_first(units):
    """Shape: only one product. Hint: how many are independent?"""
    return exact(units)[:, :1]


def groups__rows_independent(units):
    """Value: takes the number of units for the rank. Hint: units may depend on each other."""
    return exact(units)[:, : max(0, units.shape[1] - len(units))]


def groups__halves_lost(units):
    """Scale: fractions are cut off. Hint: exponents of 3 and 2."""
    Z = exact(units)
    return Z // np.maximum(1, np.max(np.abs(Z), axis=0)) if Z.size else Z


def groups__small_denominators(units):
    """Scale: fractions with denominators up to 100. Hint: exponents of 97 and 101."""
    *_, right = np.linalg.svd(units.astype(float))
    rank = np.linalg.matrix_rank(units)
    columns = []
    for row in right[rank:]:
        z = row / np.abs(row).max()
        parts = [Fraction(entry).limit_denominator(100) for entry in z]
        scale = math.lcm(*(part.denominator for part in parts))
        columns.append([int(part * scale) for part in parts])
    return np.array(columns, dtype=int).reshape(-1, units.shape[1]).T


def groups__transposed_units(units):
    """Order: units and quantities are swapped. Hint: one quantity a column."""
    return exact(units.T.copy())


def groups__one_twice(units):
    """Value: a product is there twice. Hint: independent."""
    Z = exact(units)
    return Z[:, [0, *range(Z.shape[1] - 1)]] if Z.shape[1] > 1 else Z


def groups__a_sign(units):
    """Sign: the last exponent has the wrong sign. Hint: multiply out."""
    Z = exact(units)
    Z[-1] *= -1
    return Z


def rows_at_random(N):
    """Return a fifth of the rows."""
    order = np.random.default_rng(0).permutation(N)
    return order[N // 5 :], order[: max(1, N // 5)]


def split__rows_at_random(x):
    """Value: relatives are ignored. Hint: what has the network seen of the test?"""
    return rows_at_random(len(x))


def divided(keys, share=5):
    """Divide by families that share a key."""
    _, family = np.unique(keys, axis=0, return_inverse=True)
    family = family.ravel()
    chosen = np.random.default_rng(0).permutation(family.max() + 1)
    in_test = np.isin(family, chosen[: max(1, len(chosen) // share)])
    return np.flatnonzero(~in_test), np.flatnonzero(in_test)


def split__without_mirror_images(x):
    """Sign: only rows with the same signs are relatives. Hint: a knot and its mirror image."""
    return divided(np.round(x, 5))


def split__equal_rows_only(x):
    """Scale: rows must agree in every digit. Hint: up to 1e-6."""
    return divided(np.abs(x))


def split__rounded_too_far(x):
    """Scale: absolute values are cut to whole numbers. Hint: is test large enough?"""
    return divided(np.floor(np.abs(x)))


def split__first_column(x):
    """Shape: only the first column is compared. Hint: rows 1 2 and 1 3."""
    return divided(np.round(np.abs(x[:, :1]), 5), 50)


def split__test_without_relatives_of_itself(x):
    """Value: relatives of the test are dropped. Hint: every row is on one side."""
    train, test = rows_at_random(len(x))
    near = np.abs(np.abs(x[train])[:, None] - np.abs(x[test])[None]).max(axis=2) < 1e-5
    return train[~near.any(axis=1)], test


def split__test_first(x):
    """Order: a tenth of the families is for training. Hint: which side comes first?"""
    train, test = divided(np.round(np.abs(x), 5), 10)
    return test, train


def split__one_family(x):
    """Scale: a single family is for the test. Hint: how many rows are that?"""
    _, family = np.unique(np.round(np.abs(x), 5), axis=0, return_inverse=True)
    family = family.ravel()
    return np.flatnonzero(family != 0), np.flatnonzero(family == 0)


def split__masks(x):
    """Shape: true and false for each row. Hint: the numbers of the rows."""
    train, test = divided(np.round(np.abs(x), 5))
    rows = np.arange(len(x))
    return np.isin(rows, train), np.isin(rows, test)


def split__rows_themselves(x):
    """Shape: the rows, not their numbers. Hint: read what is returned."""
    train, test = divided(np.round(np.abs(x), 5))
    return x[train], x[test]


def fractal_dimension__not_normalized(psi):
    """Scale: amplitudes are taken as normalized. Hint: multiply a state by 3."""
    return -np.log((psi**4).sum(axis=0)) / np.log(len(psi))


def fractal_dimension__other_axis(psi):
    """Shape: one state a row. Hint: states are the columns."""
    p = psi**2 / (psi**2).sum(axis=1, keepdims=True)
    return -np.log((p**2).sum(axis=1)) / np.log(psi.shape[1])


def fractal_dimension__probabilities_of_amplitudes(psi):
    """Value: amplitudes, not their squares. Hint: amplitudes may be negative."""
    p = np.abs(psi) / np.abs(psi).sum(axis=0)
    return -np.log((p**2).sum(axis=0)) / np.log(len(psi))


def fractal_dimension__sign(psi):
    """Sign: negative. Hint: 1 for an even state."""
    p = psi**2 / (psi**2).sum(axis=0)
    return np.log((p**2).sum(axis=0)) / np.log(len(psi))


def fractal_dimension__number_of_states(psi):
    """Order: log of the number of states. Hint: N sites."""
    p = psi**2 / (psi**2).sum(axis=0)
    return -np.log((p**2).sum(axis=0)) / np.log(max(2, psi.shape[1]))


def fractal_dimension__base_two(psi):
    """Scale: logarithms of different bases. Hint: the base does not matter if it is the same."""
    p = psi**2 / (psi**2).sum(axis=0)
    return -np.log2((p**2).sum(axis=0)) / np.log(len(psi))


def fractal_dimension__entropy(psi):
    """Value: the Shannon entropy. Hint: the sum of squares."""
    p = psi**2 / (psi**2).sum(axis=0)
    return -(p * np.log(p + 1e-300)).sum(axis=0) / np.log(len(psi))
