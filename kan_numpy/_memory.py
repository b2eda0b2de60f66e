"""Let the C library keep the memory that one training step frees for the next one.

By default glibc hands large freed blocks back to the system, and the next step pays a page fault
for each of their pages, which can take as long as the arithmetic. With the two settings below it
keeps blocks of up to 32 MiB, and up to 256 MiB in all, as long as the process lives.
``make bench`` against ``KAN_NUMPY_MALLOC=0 make bench`` tells what that is worth on a machine, and
its last line how much memory the process holds at the end.
"""

from __future__ import annotations

import os
import sys
from functools import cache

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # the numbers of these settings in malloc.h
LARGEST_BLOCK, LARGEST_REST = 2**25, 2**28  # bytes


@cache
def keep_freed_memory() -> bool:
    """Change how much freed memory the process keeps, and return whether that was done.

    No result of any computation depends on it. Training asks for it in its first step, and so does
    ``fun`` of an objective by itself. ``KAN_NUMPY_MALLOC=0`` in the environment forbids it, and C
    libraries other than that of Linux are left alone.
    """
    if sys.platform != "linux" or os.environ.get("KAN_NUMPY_MALLOC") == "0":
        return False
    try:
        import ctypes  # noqa: PLC0415  # some builds of Python have none

        mallopt = ctypes.CDLL(None).mallopt
    except (ImportError, OSError, AttributeError):
        return False
    settings = ((M_MMAP_THRESHOLD, LARGEST_BLOCK), (M_TRIM_THRESHOLD, LARGEST_REST))
    return all(mallopt(name, size) for name, size in settings)
