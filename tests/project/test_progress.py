"""The line of progress is written over: a screen shows its last text, and nothing besides."""

import os
import re
import subprocess
import sys
from itertools import count

import pytest

from kan_numpy import _progress
from kan_numpy._progress import ProgressLine, is_wanted

SCRIPT = """
import numpy as np
import kan_numpy as kn

x = np.linspace(-1.0, 1.0, 50)[:, None]
kn.fit(kn.KAN([1, 1], rng=0), x, np.sin(3.0 * x), kn.Adam(0.1), steps=300)
"""


def screen(written):
    """Return what a terminal shows of a text: a carriage return goes back, and clears nothing."""
    lines = []
    for line in re.split(r"\r?\n", written):
        shown = ""
        for part in line.split("\r"):
            shown = part + shown[len(part) :]
        lines.append(shown.rstrip())
    return lines


@pytest.fixture
def clock(monkeypatch):
    """Let every look at the clock be a millisecond later."""
    ticks = count()
    monkeypatch.setattr(_progress.time, "perf_counter", lambda: next(ticks) / 1000)


def test_a_shorter_text_leaves_nothing_of_a_longer_one(capsys):
    line = ProgressLine()
    for text in ("validation 1.000e-10", "loss 1", "loss 20"):
        line.show(text)
    line.end()
    assert screen(capsys.readouterr().err) == ["loss 20", ""]


@pytest.mark.usefixtures("clock")
def test_fast_steps_are_shown_ten_times_a_second_and_the_last_one_always(capsys):
    line = ProgressLine()
    for step in range(2000):  # two seconds
        line.show(f"step {step}")
    line.end()
    written = capsys.readouterr().err
    assert 28 <= written.count("\r") <= 31  # the first ten, twenty later, and the last
    assert screen(written) == ["step 1999", ""]


def test_a_line_without_a_text_ends_too(capsys):
    ProgressLine().end()
    assert capsys.readouterr().err == "\n"


def test_without_stderr_nothing_is_wanted(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    assert not is_wanted(None)


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no pseudo-terminals")
def test_a_terminal_shows_one_line_without_being_asked(tmp_path):
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SCRIPT], cwd=tmp_path, stderr=theirs
    ) as process:
        os.close(theirs)
        written = b""
        while part := _read(ours):
            written += part
    os.close(ours)
    assert process.returncode == 0, written
    line, *rest = screen(written.decode())
    assert re.fullmatch(r"step 300/300  loss \S+  outside 0.0 %  \S+ s", line)
    assert rest == [""]


def _read(terminal):
    """Return the next bytes, and none when the program has closed its end."""
    try:
        return os.read(terminal, 4096)
    except OSError:  # what Linux says then
        return b""
