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


def quiet_seconds(call):
    """Return the result of a call, and its processor time divided by how slow the machine is."""
    before, begin = loop(), time.process_time()
    result = call()
    seconds = time.process_time() - begin
    return result, seconds / max(1.0, (before + loop()) / 2.0 / LOOP_SECONDS)
