r"""A line of progress on stderr that is written over, in a terminal and in a notebook alike.

``\r`` takes both back to the beginning of the line, but neither clears it: what is shorter than the
line before is filled with spaces. In a notebook every write is a message, and too many of them are
refused; fast steps are shown ten times a second, after the first ten.
"""

from __future__ import annotations

import sys
import time

from kan_numpy._arguments import as_flag

PER_SECOND = 10
"""The number of writes a second: eyes follow no faster."""


def is_wanted(progress: bool | None) -> bool:
    """Return whether progress is shown: as asked for, or else in a terminal."""
    if progress is None:
        return sys.stderr is not None and sys.stderr.isatty()
    return as_flag("progress", progress)


class ProgressLine:
    """One line of text; what was shown last is on it when it ends."""

    def __init__(self) -> None:
        self._written = self._text = ""
        self._credit, self._time = float(PER_SECOND), time.perf_counter()

    def show(self, text: str) -> None:
        """Write the text over the line, unless there were enough writes of late."""
        self._text, now = text, time.perf_counter()
        self._credit = min(self._credit + PER_SECOND * (now - self._time), PER_SECOND)
        self._time = now
        if self._credit >= 1.0:
            self._credit -= 1.0
            self._write()

    def end(self) -> None:
        """Write the text that was shown last, if it is not there, and end the line."""
        if self._text != self._written:
            self._write()
        sys.stderr.write("\n")

    def _write(self) -> None:
        """Write the text over what stands there."""
        sys.stderr.write("\r" + self._text.ljust(len(self._written)))
        sys.stderr.flush()
        self._written = self._text
