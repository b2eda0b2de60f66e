"""Many basis functions in a sparse matrix, of which k + 1 for each point are stored.

The cost of a step, and its memory, then do not depend on G.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy

from kan_numpy._arrays import Array, row_blocks
from kan_numpy.splines.windows import Window, folded, row_starts

__all__ = ["FUNCTIONS_EACH", "SAMPLES_EACH", "gathered", "is_sparse", "slopes_of_edges"]

FUNCTIONS_EACH, SAMPLES_EACH = 10, 4
"""B is sparse if there are so many functions for each that is not zero, and so many samples for
each function. With fewer, products of dense matrices are faster in spite of all their zeros: a
table of ``make bench`` shows it."""


def is_sparse(n_samples: int, degree: int, size: int) -> bool:
    """Return whether B (N, n_in (G + k)) should be a sparse matrix, which `gathered` makes."""
    return size >= FUNCTIONS_EACH * (degree + 1) and n_samples >= SAMPLES_EACH * size


def gathered(row: list[Array], window: Window, size: int) -> Any:
    """Return B (N, n_in (G + k)) with the k + 1 values of each point, as a sparse matrix."""
    values = np.stack(folded(row, window), axis=-1)  # (N, n_in, k+1)
    N, n_in, some = values.shape
    first = window.start - row_starts(N, n_in, size)  # (N, n_in)
    columns = np.stack([first + r for r in range(some)], axis=-1)  # (N, n_in, k+1)
    ends = np.arange(0, values.size + 1, n_in * some)
    return scipy.sparse.csr_array((values.ravel(), columns.ravel(), ends), (N, n_in * size))


def slopes_of_edges(dy: Array, c: Array, B: Any, slopes: list[Array]) -> Array:
    r"""Return :math:`\sum_o dy_{no} \sum_j c_{oij} B'_j(x_{ni})` (N, n_in), for a sparse B.

    From dy (N, n_out), c (n_out, n_in (G + k)) and the k + 1 slopes (N, n_in) of each point.
    """
    values = np.stack(slopes, axis=-1)  # (N, n_in, k+1)
    _, n_in, some = values.shape
    columns, C, dx = B.indices.reshape(values.shape), c.T.copy(), np.empty(values.shape[:2])
    for rows in row_blocks(len(dy), n_in * len(c)):
        part = values[rows]
        ends = np.arange(0, part.size + 1, some)
        matrix = scipy.sparse.csr_array(
            (part.ravel(), columns[rows].ravel(), ends), (len(ends) - 1, len(C))
        )
        edges = (matrix @ C).reshape(-1, n_in, len(c))  # (n, n_in, n_out)
        dx[rows] = (edges @ dy[rows, :, None])[..., 0]
    return dx
