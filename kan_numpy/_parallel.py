"""Large batches in blocks of rows, which several threads take one after the other.

NumPy lets other threads run while it computes, so two blocks take little longer than one. Inside of
a block every product has one thread: several are worth more for all of a step than for its products
alone. The blocks depend on the sizes only, and their results come in their order. So a sum of them
has the same bits, however many threads there are and whichever is the fastest.

There are as many threads as OpenBLAS would take, or as ``KAN_NUMPY_THREADS`` says.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextvars import copy_context
from itertools import pairwise
from typing import Any, TypeVar

from kan_numpy._threads import one_thread, usual_threads

LEAST_ROWS, LEAST_VALUES = 256, 2**17
"""A block has so many rows, and so many values that enter the layers, or there is only one.

Two threads wait for each other between the short calls of a block. In `make bench` two blocks of
half these sizes take as long as one of all samples, and two of a quarter 1.3 times as long.
"""

ResultT = TypeVar("ResultT")


def blocks_of_rows(n_rows: int, width: int) -> list[slice]:
    """Divide a table of n rows, with so many values in each, into blocks of about one size."""
    count = max(1, n_rows // max(LEAST_ROWS, -(-LEAST_VALUES // max(width, 1))))
    ends = [n_rows * number // count for number in range(count + 1)]
    return [slice(start, stop) for start, stop in pairwise(ends)]


def in_threads(function: Callable[..., ResultT], *parts: Sequence[Any]) -> list[ResultT]:
    """Return what the function makes of the first of all parts, of the second ones, and so on."""
    calls = list(zip(*parts, strict=True))
    if len(calls) == 1:
        return [function(*calls[0])]
    number = row_threads()
    with one_thread(0.0):
        if number == 1:
            return [function(*call) for call in calls]
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  # takes time to import

        with ThreadPoolExecutor(number) as pool:
            # In a copy of the context NumPy warns, or not, as it does outside.
            jobs = [pool.submit(copy_context().run, function, *call) for call in calls]
            return [job.result() for job in jobs]


def row_threads() -> int:
    """Return how many threads take blocks."""
    chosen = os.environ.get("KAN_NUMPY_THREADS")
    if not chosen:
        return usual_threads()
    if not chosen.isdecimal():
        raise ValueError(f"KAN_NUMPY_THREADS must be a whole number such as 2, but is {chosen!r}")
    return max(int(chosen), 1)
