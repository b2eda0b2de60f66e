"""Exercise 13: labs.

Write the functions below. Arrays are NumPy arrays of float64 unless the text says otherwise, and no
function changes its arguments. Every task comes with an obvious test. It is not enough:
`make exercise N=13.1` has more to say.
"""

import numpy as np


def groups(units):
    """Task 13.1 (4 points). Combine quantities into products without units.

    A product of powers of the quantities has no unit if its exponents z fulfill units @ z = 0.

    Parameters
    ----------
    units : array of int, shape (n_units, n_quantities)
        The exponents of the units (kilogram, meter, ...) in each quantity, one a column. Rows may
        depend on each other; a quantity may have no unit.

    Returns
    -------
    array of int, shape (n_quantities, n_groups)
        The exponents of independent products without units, one product a column, as many as there
        are: n_quantities minus the rank of units. Whole numbers, exactly: `fractions.Fraction`
        computes with fractions and never rounds.
    """
    raise NotImplementedError("Task 13.1: products without units")


def obvious_13_1(groups):
    units = np.array([[1, 0, 1], [0, 1, 1]])  # meter and second; a length, a time, their product
    z = np.asarray(groups(units))
    assert z.shape == (3, 1)
    np.testing.assert_allclose(units @ z, 0.0, atol=1e-9)


def split(x):
    """Task 13.2 (3 points). Divide rows for training and test, with all relatives on one side.

    Two rows are relatives if the absolute values of all their entries agree up to 1e-6, as those of
    a knot and its mirror image do; entries that differ by more than that differ by 1e-3 at least.

    Parameters
    ----------
    x : array, shape (N, d)
        Not all rows are relatives.

    Returns
    -------
    train, test : array of int
        The numbers of the rows, each row on one side. Neither is empty, and test has between a
        twentieth and a half of the rows where no family of relatives is larger than a twentieth.
    """
    raise NotImplementedError("Task 13.2: a division that keeps relatives together")


def obvious_13_2(split):
    x = np.random.default_rng(0).normal(size=(100, 3))
    train, test = split(x)
    assert sorted([*train, *test]) == list(range(100))


def fractal_dimension(psi):
    """Task 13.3 (2 points). Return the fractal dimension of quantum states on a chain.

    With the probabilities p_n of a state, which are proportional to the squares of its amplitudes
    and sum to 1, it is D = -log(sum p_n^2) / log N.

    Parameters
    ----------
    psi : array, shape (N, n_states)
        Real amplitudes, one state a column; at least two sites. States need not be normalized.

    Returns
    -------
    array, shape (n_states,)
        0 for a state on a single site, 1 for one that is spread evenly.
    """
    raise NotImplementedError("Task 13.3: how far a state is spread")


def obvious_13_3(fractal_dimension):
    np.testing.assert_allclose(fractal_dimension(np.full((4, 1), 0.5)), [1.0])
