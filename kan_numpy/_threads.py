"""One thread for matrix products that are too small to be divided among several.

OpenBLAS, which comes with NumPy and SciPy, divides a product among all processors from some 100,000
multiplications on, and then its threads wait for each other: for J^T J of 1000 samples and 360
parameters two threads take twice as long as one, and ten times as long if another process needs a
processor too. So training sets the number of threads to one, and back after each step, unless the
products of the network are so large that several threads pay. In a loop of the user's own, the
number is the user's.

``KAN_NUMPY_THREADS=0`` in the environment leaves the number alone, and so does a NumPy whose matrix
products are not those of OpenBLAS. What is worth several threads is a large batch, block by block:
see `kan_numpy._parallel`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from itertools import product
from pathlib import Path
from threading import Lock
from typing import NamedTuple

WORTH_THREADS = 2**33
"""From so many multiplications on, half a second on one thread, a product is divided.

With other processes on the same two processors, Levenberg-Marquardt with 390, 840 and 1680
parameters (3e8, 3e9 and 1e10) took 10, 4 and 3 times as long on two threads as on one.
"""

EXTENSIONS = ("numpy._core._multiarray_umath", "scipy.linalg._fblas")
"""The modules with the matrix products of NumPy and of SciPy, each with an OpenBLAS of its own."""

PREFIXES, ENDS = ("scipy_openblas", "openblas"), ("_num_threads64_", "_num_threads")
"""What comes before and after the verb in the names of functions; in wheels, the first ones."""


class Threads(NamedTuple):
    """The number of threads of one library."""

    get: Callable[[], int]
    set_to: Callable[[int], object]


_lock, _trainings, _before = Lock(), set[object](), list[tuple[Threads, int]]()
"""The number belongs to the process: the first training lowers it, the last one sets it back."""


@contextmanager
def one_thread(multiplications: float) -> Iterator[None]:
    """Use one thread, unless the largest product has so many multiplications that several pay."""
    if multiplications >= WORTH_THREADS or os.environ.get("KAN_NUMPY_THREADS") == "0":
        yield
        return
    training = object()
    try:
        _lower(training)
        yield
    finally:
        _restore(training)


def usual_threads() -> int:
    """Return the number of threads that NumPy's products have if nothing lowers it."""
    threads = _threads(EXTENSIONS[0])
    with _lock:
        before = [number for library, number in _before if library is threads]
    return before[0] if before else threads.get() if threads else 1


def _lower(training: object) -> None:
    with _lock:
        _trainings.add(training)
        for module in EXTENSIONS:
            threads = _threads(module) if module in sys.modules else None
            if threads is not None and threads.get() > 1:
                _before.append((threads, threads.get()))
                threads.set_to(1)


def _restore(training: object) -> None:
    with _lock:
        _trainings.discard(training)
        if not _trainings:
            for threads, number in _before:
                threads.set_to(number)
            _before.clear()


@cache
def _threads(module: str) -> Threads | None:
    """Return the number of threads of the OpenBLAS that an extension module uses, if it does."""
    try:
        import ctypes  # noqa: PLC0415  # some builds of Python have none
    except ImportError:
        return None
    extension = Path(str(sys.modules[module].__file__))
    package = module.partition(".")[0]
    # Windows does not look for a name in the libraries that the extension has loaded.
    folder = next(p for p in extension.parents if p.name == package).parent / f"{package}.libs"
    for path in (extension, *folder.glob("*openblas*")):
        for prefix, end in product(PREFIXES, ENDS):
            with suppress(OSError, AttributeError):
                library = ctypes.CDLL(str(path))
                both = (getattr(library, f"{prefix}_{verb}{end}") for verb in ("get", "set"))
                return Threads(*both)
    return None
