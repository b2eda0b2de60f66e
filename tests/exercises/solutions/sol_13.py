"""Solutions of exercise 13; a name with __ is the same function in another style."""

import math
from fractions import Fraction

import numpy as np


def groups(units):
    rows = [[Fraction(int(entry)) for entry in row] for row in units]
    n, pivots = units.shape[1], []
    for column in range(n):
        free = [row for row in rows[len(pivots) :] if row[column]]
        if not free:
            continue
        pivot = [entry / free[0][column] for entry in free[0]]
        rows.remove(free[0])
        rows = [[a - row[column] * b for a, b in zip(row, pivot)] for row in rows]
        rows.insert(len(pivots), pivot)
        pivots.append(column)
    found = []
    for column in set(range(n)) - set(pivots):
        z = [Fraction(int(j == column)) for j in range(n)]
        for row, pivot in zip(rows, pivots):
            z[pivot] = -row[column]
        scale = math.lcm(*(entry.denominator for entry in z))
        found.append([int(entry * scale) for entry in z])
    return np.array(found, dtype=int).reshape(len(found), n).T


def groups__by_column_steps(units):
    n = units.shape[1]
    A, Z = units.astype(object).copy(), np.eye(n, dtype=int).astype(object)
    done = 0
    for row in range(len(A)):
        while np.count_nonzero(A[row, done:]) > 1:
            order = done + np.argsort(
                [abs(a) if a else 10**9 for a in A[row, done:]], kind="stable"
            )
            first, second = order[0], order[1]
            factor = A[row, second] // A[row, first]
            A[:, second] -= factor * A[:, first]
            Z[:, second] -= factor * Z[:, first]
        if np.any(A[row, done:]):
            at = done + int(np.flatnonzero(A[row, done:])[0])
            for M in (A, Z):
                M[:, [done, at]] = M[:, [at, done]]
            done += 1
    return Z[:, done:].astype(int)


def split(x):
    _, family = np.unique(np.round(np.abs(x), 5), axis=0, return_inverse=True)
    family = family.ravel()
    chosen = np.random.default_rng(0).permutation(family.max() + 1)
    in_test = np.isin(family, chosen[: max(1, len(chosen) // 5)])
    return np.flatnonzero(~in_test), np.flatnonzero(in_test)


def split__pair_by_pair(x):
    family = list(range(len(x)))
    for n in range(len(x)):
        for m in range(n):
            if all(abs(abs(a) - abs(b)) < 1e-5 for a, b in zip(x[n], x[m])):
                family[n] = family[m]
                break
    names = sorted(set(family), key=family.count)
    test, size = [], 0
    for name in names[:-1]:
        if size < 0.2 * len(x):
            test.append(name)
            size += family.count(name)
    rows = range(len(x))
    return [n for n in rows if family[n] not in test], [n for n in rows if family[n] in test]


def fractal_dimension(psi):
    p = psi**2 / (psi**2).sum(axis=0)
    return -np.log((p**2).sum(axis=0)) / np.log(len(psi))


def fractal_dimension__by_moments(psi):
    fourth, second = (np.einsum("ns->s", psi**order) for order in (4, 2))
    return np.log(second**2 / fourth) / math.log(psi.shape[0])
