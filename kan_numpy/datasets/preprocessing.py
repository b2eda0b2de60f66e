r"""Samples to train on and samples to test with: how rows are split."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array, Rng
from kan_numpy._validation import as_number, as_rng

Rows = tuple[npt.NDArray[Any], ...]


class Split(NamedTuple):
    """Samples to train on, and samples to test with."""

    x_train: Array  # (n_train, n)
    y_train: Array  # (n_train, 1)
    x_test: Array  # (n_test, n)
    y_test: Array  # (n_test, 1)


def split(*arrays: npt.ArrayLike, test_share: float = 0.2, rng: Rng = 0) -> tuple[Rows, Rows]:
    """Split rows at random: ``(x_train, y_train), (x_test, y_test) = split(x, y)``.

    Parameters
    ----------
    *arrays : array_like, shape (N, ...)
        At least one, of any dtype; rows that belong together stay together.
    test_share : float
        The share of the rows that is kept for testing, between 0 and 1.
    rng : int, Generator or None
        Decides which.

    Returns
    -------
    train, test : tuple of ndarray
        Copies, one for each array.

    Raises
    ------
    ValueError
        If the arrays differ in length, or no row is left for training or for testing.
    """
    tables = [np.asarray(array) for array in arrays]
    lengths = {len(table) if table.ndim else 0 for table in tables}
    if len(lengths) != 1:
        shapes = ", ".join(str(table.shape) for table in tables) or "none at all"
        raise ValueError(f"arrays must share their number of rows, but their shapes are {shapes}")
    (n_rows,), share = lengths, as_number("test_share", test_share, 0.0, 1.0)
    n_test = round(share * n_rows)
    if not 0 < n_test < n_rows:
        raise ValueError(
            f"test_share must leave rows for both, but {share:g} of {n_rows} rows is {n_test}"
        )
    order = as_rng(rng).permutation(n_rows)
    test, train = order[:n_test], order[n_test:]
    return tuple(table[train] for table in tables), tuple(table[test] for table in tables)
