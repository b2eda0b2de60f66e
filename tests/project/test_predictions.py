"""A lesson can be run so that it waits at each prediction: played through a pseudo-terminal."""

import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parents[2] / "lessons" / "_predict.py"
LESSON = """\
# %% [markdown]
# # Lesson 99: Small sums
#
# **Predict:** what is
# one and one?

# %%
total = 1 + 1
print(f"1. The sum is {total}")

# %% [markdown]
# **Answer:** it is two,
# because one follows one.
#
# **Predict:** and two and two?

# %%
print(f"2. The sum is {total + total}")

# %% [markdown]
# **Answer:** it is four.
"""


def in_front():
    """Let control-C reach this program: the terminal is its own, and the signal is not ignored."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a job in the background ignores it


class Terminal:
    """A program at a pseudo-terminal: wait for words, type a line."""

    def __init__(self, folder, *arguments):
        self.ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, str(PROGRAM), *map(str, arguments)],
            cwd=folder,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=in_front,  # noqa: PLW1509
        )
        os.close(theirs)
        self.text = ""

    def wait_for(self, words, seconds=60):
        end = time.monotonic() + seconds
        while words not in self.text:
            ready, _, _ = select.select([self.ours], [], [], 0.1)
            try:
                self.text += os.read(self.ours, 4096).decode() if ready else ""
            except OSError:  # the program has closed its end
                break
            assert time.monotonic() < end, self.text
        assert words in self.text
        before, _, self.text = self.text.partition(words)
        return before

    def type(self, keys):
        os.write(self.ours, keys.encode())


@pytest.fixture
def lesson(tmp_path):
    page = tmp_path / "99_sums.py"
    page.write_text(LESSON, encoding="utf-8")
    return page


def test_it_waits_for_a_prediction_and_shows_both_at_the_end(lesson, tmp_path):
    terminal = Terminal(tmp_path, lesson)
    assert "The sum is 2" not in terminal.wait_for("what is one and one?")
    terminal.type("three\n")
    terminal.wait_for("1. The sum is 2")
    assert "The sum is 4" not in terminal.wait_for("and two and two?")
    terminal.type("four\n")
    terminal.wait_for("2. The sum is 4")
    terminal.wait_for("it is four.")
    assert terminal.process.wait(60) == 0
    kept = (tmp_path / "build" / "predictions_99_sums.txt").read_text(encoding="utf-8")
    assert kept.split("\n\n") == [
        "Question:   what is one and one?\nPredicted:  three\n"
        "Answer:     it is two, because one follows one.",
        "Question:   and two and two?\nPredicted:  four\nAnswer:     it is four.\n",
    ]


@pytest.mark.parametrize("keys", ["\x03", "\x04"], ids=["control-C", "control-D"])
def test_who_leaves_early_keeps_the_predictions_made(lesson, tmp_path, keys):
    terminal = Terminal(tmp_path, lesson)
    terminal.wait_for("> ")
    terminal.type("two\n")
    terminal.wait_for("and two and two?")
    terminal.wait_for("> ")
    time.sleep(1.0)  # a control-C between the prompt and the reading is heard after the next line
    terminal.type(keys)
    terminal.wait_for("The lesson ends here.")
    assert terminal.process.wait(60) == 0
    kept = (tmp_path / "build" / "predictions_99_sums.txt").read_text(encoding="utf-8")
    assert "Predicted:  two\n" in kept
    assert "The sum is 4" not in kept


def test_a_traceback_points_into_the_lesson(lesson, tmp_path):
    lesson.write_text(LESSON.replace("1 + 1", "1 + one"), encoding="utf-8")
    terminal = Terminal(tmp_path, lesson)
    terminal.wait_for("> ")
    terminal.type("two\n")
    terminal.wait_for("line 8")
    terminal.wait_for("total = 1 + one")
    assert terminal.process.wait(60) == 1
