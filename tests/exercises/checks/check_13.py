"""Checks of exercise 13: labs."""

from fractions import Fraction

import numpy as np
import pytest
from exercises.expect import array, close, parts

TASKS = {"13.1": "groups", "13.2": "split", "13.3": "fractal_dimension"}
ALONE = set()

points = pytest.mark.points

# Kilogram, meter, second, kelvin of: mass, length, time, velocity, acceleration, energy,
# Boltzmann's constant, temperature.
PHYSICS = np.array(
    [
        [1, 0, 0, 0, 0, 1, 1, 0],
        [0, 1, 0, 1, 1, 2, 2, 0],
        [0, 0, 1, -1, -2, -2, -2, 0],
        [0, 0, 0, 0, 0, 0, -1, 1],
    ]
)


def rank(matrix):
    """Return the rank of a matrix of whole numbers, exactly."""
    rows = [[Fraction(int(entry)) for entry in row] for row in matrix]
    found = 0
    for column in range(matrix.shape[1]):
        below = [row for row in rows[found:] if row[column]]
        if below:
            pivot = below[0]
            rows.remove(pivot)
            rows.insert(found, pivot)
            for row in rows[found + 1 :]:
                factor = row[column] / pivot[column]
                row[:] = [a - factor * b for a, b in zip(row, pivot, strict=True)]
            found += 1
    return found


def compare_groups(task, units, case):
    """See whether the products have no units, and are all there are."""
    n = units.shape[1]
    m = n - rank(units)
    z = task(units)
    assert np.shape(z) == (n, m), f"{case}: the shape is {np.shape(z)}, not {(n, m)}"
    if m:
        z = array(z, (n, m), case, whole=True)
        exact = np.array([[int(entry) for entry in row] for row in z], dtype=object)
        assert not np.any(units.astype(object) @ exact), f"{case}: a product has a unit"
        assert rank(exact) == m, f"{case}: the products depend on each other"


@points(1, number="13.1")
def test_quantities_of_physics(task):
    for case, columns in [
        ("mass, length, time, acceleration", [0, 1, 2, 4]),
        ("mass, length, acceleration, Boltzmann's constant, temperature", [0, 1, 4, 6, 7]),
        ("all eight quantities", list(range(8))),
        ("in another order", [7, 3, 5, 0, 6, 2, 1, 4]),
    ]:
        compare_groups(task, PHYSICS[:, columns], case)


@points(1, number="13.1")
def test_without_units_and_without_products(task):
    compare_groups(task, np.array([[1, 0], [0, 1]]), "a length and a time: no product")
    compare_groups(task, np.array([[1, 0, 0], [0, 0, 1]]), "the second quantity has no unit")
    compare_groups(task, np.zeros((2, 3), dtype=int), "no quantity has a unit")
    compare_groups(task, np.array([[3]]), "a single quantity")
    compare_groups(task, np.array([[0, 2, 0, 2]]), "a single unit")


@points(1, number="13.1")
def test_exponents_that_are_no_halves(task):
    compare_groups(task, np.array([[2, 3]]), "exponents 3 and -2")
    compare_groups(task, np.array([[7, 11, 13]]), "exponents 7, 11, 13")
    compare_groups(task, np.array([[3, 5, 0, 1], [0, 7, 2, 4]]), "two units, four quantities")
    compare_groups(task, np.array([[12, 18, 30], [5, -7, 9]]), "exponents with common factors")
    compare_groups(task, np.array([[97, 101]]), "exponents 101 and -97")
    compare_groups(task, np.array([[97, 89, 101], [83, -79, 103]]), "exponents above 1000")


@points(1, number="13.1")
def test_random_exponents(task, rng):
    for n_units, n in [(2, 4), (3, 5), (4, 4), (3, 7)]:
        units = rng.integers(-3, 4, (n_units, n))
        compare_groups(task, units, f"{n_units} units, {n} quantities")
        doubled = np.vstack([units, units[0] - 2 * units[-1]])
        compare_groups(task, doubled, f"{n_units} units and one more that depends on them")


def families(rng, sizes, d):
    """Return rows that come in families, in random order, and the family of each."""
    heads = 0.01 * rng.permutation(500)[: len(sizes) * d].reshape(-1, d) + 0.5
    rows, family = [], []
    for number, (head, size) in enumerate(zip(heads, sizes, strict=True)):
        signs = rng.choice([-1.0, 1.0], (size, d))
        rows.append(signs * (head + 1e-9 * rng.normal(size=(size, d))))
        family += [number] * size
    order = rng.permutation(len(family))
    return np.concatenate(rows)[order], np.array(family)[order]


def divided(task, x, case):
    """Return the two sides after a look at what every division is."""
    train, test = (
        array(list(side), (len(side),), case, whole=len(side) > 0)
        for side in parts(task(x), 2, case)
    )
    assert len(train), f"{case}: nothing to train on"
    assert len(test), f"{case}: nothing to test on"
    assert sorted([*train, *test]) == list(range(len(x))), (
        f"{case}: a row is missing or twice there"
    )
    return train, test


def compare_families(task, rng, sizes, d, case):
    """See whether a family is on both sides."""
    x, family = families(rng, sizes, d)
    train, test = divided(task, x, case)
    torn = set(family[train]) & set(family[test])
    assert not torn, f"{case}: {len(torn)} families are on both sides"
    if max(sizes) <= len(x) / 20:
        share = len(test) / len(x)
        assert 0.05 <= share <= 0.5, f"{case}: {share:.0%} of the rows are for the test"


@points(1, number="13.2")
def test_small_families(task, rng):
    for sizes, d in [([2] * 40, 3), ([1, 2, 3] * 20, 2), ([1] * 60, 4), ([4] * 30, 1)]:
        compare_families(task, rng, sizes, d, f"{len(sizes)} families, {d} columns")


@points(1, number="13.2")
def test_large_families(task, rng):
    for sizes in ([30, 1, 1, 1], [1, 1, 1, 30], [20, 20], [3, 50, 2, 5], [1, 1]):
        compare_families(task, rng, sizes, 3, f"families of {', '.join(map(str, sizes))} rows")


@points(1, number="13.2")
def test_signs_and_columns(task, rng):
    x = np.array([[1.0, 2.0], [1.0, -2.0], [2.0, 1.0], [-2.0, -1.0], [1.0, 3.0], [1.0, 2.5]])
    family = np.array([0, 0, 1, 1, 2, 3])
    for n in range(6):
        order = rng.permutation(6)
        train, test = divided(task, x[order], f"six rows, order {n + 1}")
        torn = set(family[order][train]) & set(family[order][test])
        assert not torn, f"six rows, order {n + 1}: relatives are on both sides"


@points(1, number="13.3")
def test_states(task, rng):
    for N, n in [(2, 1), (5, 3), (100, 4), (16, 16)]:
        psi = rng.normal(size=(N, n)) ** 3
        p = psi**2 / np.sum(psi**2, axis=0)
        wanted = -np.log(np.sum(p * p, axis=0)) / np.log(N)
        close(task(psi), wanted, f"{n} states on {N} sites", rtol=1e-11, atol=1e-12)
    close(task(np.ones((5000, 1))), [1.0], "an even state on 5000 sites", rtol=1e-11)
    sites = np.eye(7)[:, :3]
    close(task(sites), np.zeros(3), "states on a single site", atol=1e-12)


@points(1, number="13.3")
def test_scale_and_sign(task, rng):
    psi = rng.normal(size=(30, 5)) * np.exp(-np.arange(30.0) / 5)[:, None]
    p = psi**2 / np.sum(psi**2, axis=0)
    wanted = -np.log(np.sum(p * p, axis=0)) / np.log(30)
    scales = np.array([1.0, -1.0, 1e-5, 1e5, 3.0])
    close(task(scales * psi), wanted, "states of several sizes")
    even = np.zeros((9, 2))
    even[:3, 0], even[:, 1] = [2.0, -2.0, 2.0], 0.1
    close(task(even), [0.5, 1.0], "states that are spread evenly")
