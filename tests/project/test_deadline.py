"""A search ends at its limit or at Ctrl-C, with what it has and a warning of what is missing."""

import signal
import subprocess
import sys

import numpy as np
import pytest
from builders import inputs

import kan_numpy as kn
from kan_numpy import _deadline
from kan_numpy._deadline import NEVER, Deadline, OutOfTime, last_stage


@pytest.fixture
def ticking(monkeypatch):
    """Let every look at the clock take a second; return a list whose length is the time."""
    looks = []

    def clock():
        looks.append(None)
        return float(len(looks))

    monkeypatch.setattr(_deadline, "clock", clock)
    return looks


@pytest.mark.usefixtures("ticking")
def test_a_deadline_passes_when_its_time_is_up():
    deadline = Deadline.after(2.5)  # set at 1
    deadline.check()  # at 2
    assert not deadline.passed  # at 3
    with pytest.raises(OutOfTime):
        deadline(1, None, {})  # at 4
    assert isinstance(OutOfTime(), KeyboardInterrupt)
    assert not NEVER.passed
    assert Deadline.after(None) == NEVER


@pytest.mark.usefixtures("ticking")
def test_time_is_divided():
    deadline = Deadline(101.0)
    assert deadline.earlier(0.2).moment == 81.0  # at 1, of 100 seconds
    assert deadline.at_most(3.0).moment == 5.0  # at 2
    assert deadline.at_most(500.0).moment == 101.0
    assert NEVER.earlier(0.5) == NEVER


@pytest.mark.parametrize("seconds", [0.0, -1.0, np.nan, np.inf])
def test_a_limit_is_above_zero(seconds):
    x = inputs(N=20)
    for search in (kn.sparsify, kn.symbolify, kn.discover):
        with pytest.raises(ValueError, match="seconds must"):
            search(kn.KAN([2, 1], rng=0), x, x[:, :1], seconds=seconds)


def stages(count, stop=None):
    for n in range(count):
        yield f"stage {n}", f"{count - n - 1} more"
    if stop is not None:
        raise stop


def test_the_last_stage_is_the_result(recwarn):
    assert last_stage(stages(3), "start", NEVER) == "stage 2"
    assert last_stage(stages(0), "start", NEVER) == "start"
    assert not recwarn


def test_what_is_missing_is_said_when_it_is_stopped():
    with pytest.warns(RuntimeWarning, match="interrupted: .* not tried: 0 more"):
        assert last_stage(stages(2, KeyboardInterrupt()), "start", NEVER) == "stage 1"
    with pytest.warns(RuntimeWarning, match="time is up: .* not tried: everything"):
        assert last_stage(stages(0, OutOfTime()), "start", Deadline(0.0)) == "start"
    with pytest.raises(KeyboardInterrupt):
        last_stage(stages(0, KeyboardInterrupt()), "start", NEVER)
    with pytest.raises(ZeroDivisionError):
        last_stage(stages(2, ZeroDivisionError()), "start", Deadline(0.0))


def problem():
    x = inputs(N=60)
    return x, x[:, :1] + x[:, 1:] ** 2


def sparsified(seconds):
    return kn.sparsify(kn.KAN([2, 2, 1], 3, rng=0), *problem(), steps=4, seconds=seconds)


def symbolified(seconds):
    network = kn.KAN([2, 1], 3, rng=0)
    return kn.symbolify(network, *problem(), functions=["x", "x^2"], steps=2, seconds=seconds)


def discovered(seconds):
    network = kn.KAN([2, 1], 3, rng=0)
    options = {"functions": ["x", "x^2"], "progress": False}
    return kn.discover(network, *problem(), seconds=seconds, **options)


@pytest.mark.parametrize("search", [sparsified, symbolified, discovered])
def test_a_search_ends_soon_after_its_limit_wherever_that_is(ticking, search, recwarn):
    search(1e9)
    whole = len(ticking)
    assert not recwarn
    for part in (0.01, 0.2, 0.5, 0.8):
        ticking.clear()
        with pytest.warns(RuntimeWarning, match="time is up: .* not tried: "):
            found = search(part * whole)
        assert np.isfinite(found(problem()[0])).all()
        assert len(ticking) <= 1.2 * part * whole + 30


SIGNALS = """
import signal, time, warnings
import numpy as np
import kan_numpy as kn

x = np.random.default_rng(0).uniform(-1.0, 1.0, (500, 2))
y = np.sin(2.0 * x.sum(axis=1, keepdims=True)) + 0.1 * x[:, :1] * x[:, 1:]
start = kn.KAN([2, 3, 1], rng=0)
trained = kn.fit(start, x, y, steps=5).network
few = ["x", "x^2", "sin"]
pressed, answers, slowest = [], 0, 0.0

def handler(*_):
    pressed.append(time.process_time())
    raise KeyboardInterrupt

signal.signal(signal.SIGVTALRM, handler)  # after so much time of the processor
for search in (
    lambda: kn.sparsify(start, x, y),
    lambda: kn.symbolify(trained, x, y),
    lambda: kn.symbolify(trained, x, y, functions=few),
    lambda: kn.discover(start, x, y, progress=False),
    lambda: kn.discover(start, x, y, functions=few, progress=False),
):
    for delay in (0.02, 0.1, 0.3, 1.0, 3.0):
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            pressed.clear()
            signal.setitimer(signal.ITIMER_VIRTUAL, delay)
            try:
                result = search()
            except KeyboardInterrupt:
                result = None
            signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
        if pressed:
            slowest = max(slowest, time.process_time() - pressed[0])
            assert result is None or any("interrupted" in str(w.message) for w in said)
            answers += result is not None
print(answers >= 3, slowest < 2.0)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no timers of this kind")
def test_ctrl_c_at_any_time_ends_a_search():
    # In a process of its own, where the signal meets no code of the tests.
    command = [sys.executable, "-c", SIGNALS]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True True"
    assert done.stderr == ""
