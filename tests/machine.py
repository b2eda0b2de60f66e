"""Processor time as on a machine that has nothing else to do, for limits that users notice."""

import time

LOOP_SECONDS = 0.0075
"""Of `loop`, on the idle machine that the limits are from."""


def loop():
    """Return the processor time of a hundred thousand small steps in Python."""
    begin, table = time.process_time(), {}
    for number in range(100_000):
        table[number % 97] = (number,)
    return time.process_time() - begin


def within(limit, call):
    """Return the result of a call that takes less than so many seconds, in one of three attempts.

    They are its processor time, divided by how much slower than when idle the machine is.
    """
    for _ in range(3):
        before, begin = loop(), time.process_time()
        result = call()
        seconds = time.process_time() - begin
        seconds /= max(1.0, (before + loop()) / 2.0 / LOOP_SECONDS)
        if seconds < limit:
            return result
    raise AssertionError(f"{seconds:.3g} s, not {limit}")
