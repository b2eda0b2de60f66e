"""Threads: training takes one for small products, and gives back what it found, come what may."""

import os
import subprocess
import sys
import threading
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.linalg  # noqa: F401  # loaded, as after a step

import kan_numpy as kn
from kan_numpy import _threads
from kan_numpy._threads import WORTH_THREADS, one_thread


class Library:
    """Stands for a library with so many threads, and remembers what it was told."""

    def __init__(self, number):
        self.number, self.told = number, []

    def get(self):
        return self.number

    def set_to(self, number):
        self.number = number
        self.told.append(number)


@pytest.fixture
def libraries(monkeypatch):
    """Stand in for the libraries of NumPy and of SciPy."""
    both = {"numpy": Library(4), "scipy": Library(8)}
    monkeypatch.setattr(_threads, "_threads", lambda module: both[module.partition(".")[0]])
    monkeypatch.delenv("KAN_NUMPY_THREADS", raising=False)
    return list(both.values())


def numbers(libraries):
    return [library.number for library in libraries]


def test_small_products_have_one_thread_and_then_there_are_as_many_as_before(libraries):
    with one_thread(0):
        assert numbers(libraries) == [1, 1]
    assert numbers(libraries) == [4, 8]


def test_large_products_have_as_many_threads_as_there_are(libraries):
    with one_thread(WORTH_THREADS):
        assert numbers(libraries) == [4, 8]
    with one_thread(WORTH_THREADS - 1):
        assert numbers(libraries) == [1, 1]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_does_not_keep_the_threads(libraries, error):
    with pytest.raises(error), one_thread(0):
        raise error
    assert numbers(libraries) == [4, 8]


def test_the_environment_forbids_it(libraries, monkeypatch):
    monkeypatch.setenv("KAN_NUMPY_THREADS", "0")
    with one_thread(0):
        assert numbers(libraries) == [4, 8]
    assert [library.told for library in libraries] == [[], []]


def test_a_library_that_is_not_loaded_is_not_loaded_for_this(libraries, monkeypatch):
    monkeypatch.delitem(sys.modules, _threads.EXTENSIONS[1])
    with one_thread(0):
        assert numbers(libraries) == [1, 8]
    assert numbers(libraries) == [4, 8]


def test_one_thread_that_was_chosen_is_left_alone(libraries):
    libraries[0].number = 1
    with one_thread(0):
        assert numbers(libraries) == [1, 1]
    assert numbers(libraries) == [1, 8]
    assert libraries[0].told == []


def test_of_trainings_at_the_same_time_the_last_one_gives_the_threads_back(libraries):
    inner_is_in, outer_is_out = threading.Event(), threading.Event()

    def inner():
        with one_thread(0):
            inner_is_in.set()
            outer_is_out.wait(10.0)

    other = threading.Thread(target=inner)
    with one_thread(0):
        other.start()
        assert inner_is_in.wait(10.0)
    assert numbers(libraries) == [1, 1]
    outer_is_out.set()
    other.join()
    assert numbers(libraries) == [4, 8]


def test_a_training_inside_of_a_step_changes_nothing(libraries):
    with one_thread(0):
        with one_thread(0), one_thread(WORTH_THREADS):
            pass
        assert numbers(libraries) == [1, 1]
    assert numbers(libraries) == [4, 8]


@pytest.mark.parametrize("lacks", ["ctypes", "functions", "file"])
def test_without_openblas_nothing_happens(monkeypatch, lacks):
    def no_file(_):
        raise OSError

    library = no_file if lacks == "file" else lambda _: object()
    ctypes = None if lacks == "ctypes" else SimpleNamespace(CDLL=library)
    monkeypatch.setitem(sys.modules, "ctypes", ctypes)
    assert _threads._threads.__wrapped__(_threads.EXTENSIONS[0]) is None


class Watched(kn.LevenbergMarquardt):
    """Levenberg-Marquardt that writes down the number of threads, and may fail or be stopped."""

    def __init__(self, libraries, error=None):
        super().__init__()
        self.__dict__.update(libraries=libraries, error=error, seen=[])

    def step(self, objective, state):
        self.seen.append(numbers(self.libraries))
        if self.error is not None:
            raise self.error
        return super().step(objective, state)


X = np.random.default_rng(0).uniform(-1.0, 1.0, (30, 1))


def test_steps_have_one_thread_and_a_callback_has_all(libraries):
    seen, method = [], Watched(libraries)

    def callback(*_):
        seen.append(numbers(libraries))

    kn.fit(kn.KAN([1, 1], rng=0), X, X**2, method, steps=3, refine_at={2: 8}, callback=callback)
    assert method.seen == [[1, 1]] * 3
    assert seen == [[4, 8]] * 3
    assert numbers(libraries) == [4, 8]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_training_that_ends_early_gives_the_threads_back(libraries, error):
    network, method = kn.KAN([1, 1], rng=0), Watched(libraries, error)
    if error is RuntimeError:
        with pytest.raises(error):
            kn.fit(network, X, X**2, method)
    else:
        assert kn.fit(network, X, X**2, method).interrupted
    assert method.seen == [[1, 1]]
    assert numbers(libraries) == [4, 8]


def test_the_openblas_of_numpy_and_that_of_scipy_are_found():
    code = (
        "import numpy as np, scipy.linalg; from kan_numpy._threads import *;"
        "from kan_numpy._threads import _threads;"
        "found = [_threads(module) for module in EXTENSIONS];"
        "print(*[f and f.get() for f in found]);"
        "context = one_thread(0); context.__enter__(); print(*[f and f.get() for f in found]);"
        "context.__exit__(None, None, None); print(*[f and f.get() for f in found])"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import os; os.environ['OPENBLAS_NUM_THREADS'] = '2'; {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    before, inside, after = done.stdout.splitlines()
    assert before == after
    configured = np.show_config("dicts")["Build Dependencies"]["blas"]["name"]
    if "openblas" in configured:
        affinity = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count()))
        processors = min(2, len(affinity(0)))
        assert (before, inside) == (f"{processors} {processors}", "1 1")
    else:
        assert inside in {"None None", "None 1"}
