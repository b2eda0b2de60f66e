r"""Training and test samples: random splits of the rows of arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy.typing as npt

from kan_numpy._arguments import as_rng
from kan_numpy._arrays import Array, Rng
from kan_numpy._validation import as_number, as_table, shown

__all__ = ["Split", "split"]

Rows = tuple[npt.NDArray[Any], ...]


class Split(NamedTuple):
    """Training and test samples, one sample a row.

    Parameters
    ----------
    x_train : ndarray, shape (n_train, n)
        Inputs to train on.
    y_train : ndarray, shape (n_train, 1)
        Their targets.
    x_test : ndarray, shape (n_test, n)
        Inputs to test with.
    y_test : ndarray, shape (n_test, 1)
        Their targets.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> x_train, y_train, x_test, y_test = kn.datasets.toy("product", n_train=100, n_test=10)
    >>> bool((y_test[:, 0] == x_test[:, 0] * x_test[:, 1]).all())
    True
    """

    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array


def split(*arrays: npt.ArrayLike, test_share: float = 0.2, rng: Rng = 0) -> tuple[Rows, Rows]:
    """Split rows at random: ``(x_train, y_train), (x_test, y_test) = split(x, y)``.

    Parameters
    ----------
    *arrays : array_like, shape (N, ...)
        At least one, of any dtype. All are split at the same rows.
    test_share : float
        The share of the rows that is used for testing, between 0 and 1.
    rng : int, Generator or None
        What `numpy.random.default_rng` takes.

    Returns
    -------
    train, test : tuple of ndarray
        Copies, one for each array.

    Raises
    ------
    ValueError
        If the arrays differ in length, or no row is left for training or for testing.
    TypeError
        If test_share is not a real number, or rng is not a seed.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> x, y = [1, 2, 3, 4, 5], [10, 20, 30, 40, 50]
    >>> (x_train, y_train), (x_test, y_test) = kn.datasets.split(x, y, test_share=0.4)
    >>> x_train, y_train, x_test, y_test
    (array([4, 1, 2]), array([40, 10, 20]), array([3, 5]), array([30, 50]))
    """
    tables = [as_table(f"arrays[{index}]", array) for index, array in enumerate(arrays)]
    lengths = {len(table) if table.ndim else 0 for table in tables}
    if len(lengths) != 1:
        shapes = ", ".join(str(table.shape) for table in tables) or "none at all"
        raise ValueError(f"arrays must share their number of rows, but their shapes are {shapes}")
    if lengths == {0}:
        raise ValueError(f"arrays must have rows, but have none: {shown(arrays[0])}")
    (n_rows,), share = lengths, as_number("test_share", test_share, 0.0, 1.0)
    n_test = round(share * n_rows)
    if not 0 < n_test < n_rows:
        raise ValueError(
            f"test_share must leave rows for both, but {share:g} of {n_rows} rows is {n_test};"
            " choose another share, or arrays with more rows"
        )
    order = as_rng(rng).permutation(n_rows)
    test, train = order[:n_test], order[n_test:]
    return tuple(table[train] for table in tables), tuple(table[test] for table in tables)
