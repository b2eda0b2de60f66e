"""Let the C library keep the memory that one training step frees for the next one.

By default glibc hands large freed blocks back to the system, and the next step pays a page fault
for each of their pages, which can take longer than the arithmetic. The largest block freed so far,
up to 32 MiB, tells glibc from what size on to do so; hence one is taken and freed here. It is never
written to, so that no memory is used. Other C libraries do not mind.
"""

from __future__ import annotations

import numpy as np


def keep_freed_memory() -> None:
    """Take and free a block of just under 32 MiB."""
    np.empty(2**25 - 2**16, dtype=np.uint8)
