"""Blocks of rows in threads: the same bits on any number of them, and one block if it is small."""

import threading
import warnings

import numpy as np
import pytest

import kan_numpy as kn
from kan_numpy import _parallel, _threads
from kan_numpy._parallel import LEAST_ROWS, LEAST_VALUES, blocks_of_rows, in_threads, row_threads
from kan_numpy._threads import one_thread, usual_threads


def lengths(n_rows, width):
    blocks = blocks_of_rows(n_rows, width)
    assert [*range(n_rows)] == [row for rows in blocks for row in range(n_rows)[rows]]
    return [rows.stop - rows.start for rows in blocks]


def test_blocks_have_many_values_and_many_rows():
    assert (LEAST_ROWS, LEAST_VALUES) == (256, 131072)  # measured by `make bench`
    assert lengths(32_767, 8) == [32_767]  # 16,384 rows of 8 values are a block
    assert lengths(32_768, 8) == [16_384, 16_384]
    assert lengths(37_449, 7) == [37_449]  # 18,725 rows of 7
    assert lengths(37_450, 7) == [18_725, 18_725]
    assert lengths(511, 1000) == [511]
    assert lengths(512, 1000) == [256, 256]
    assert lengths(850, 1000) == [283, 283, 284]
    assert lengths(40_000, 0) == [40_000]


@pytest.mark.parametrize("kind", ["KAN", "MLP"])
def test_the_gradient_has_the_same_bits_on_any_number_of_threads(monkeypatch, kind):
    net = getattr(kn, kind)([4, 16, 2], rng=0)
    x = np.random.default_rng(1).uniform(-1, 1, (3 * LEAST_VALUES // 20, 4))
    monkeypatch.setattr(_parallel, "LEAST_VALUES", LEAST_VALUES if kind == "KAN" else 512)
    y = np.stack([x[:, 0], x[:, 1] * x[:, 2]], axis=1)
    objective, results = kn.Objective(net, x, y), []
    for number in ("1", "2", "3", "8"):
        monkeypatch.setenv("KAN_NUMPY_THREADS", number)
        results.append(objective.on(net).fun(net.theta))
    assert len(objective._blocks) == 2 if kind == "KAN" else len(objective._blocks) > 2
    assert len({loss for loss, _ in results}) == 1
    assert len({gradient.tobytes() for _, gradient in results}) == 1
    outputs, cache = net.forward(x)
    _, dtheta = net.backward((outputs - y) / y.size, cache)
    np.testing.assert_allclose(
        results[0][1] / np.abs(dtheta).max(), 2 * dtheta / np.abs(dtheta).max(), atol=1e-13
    )


def test_threads_are_as_many_as_chosen_and_results_in_order(monkeypatch):
    monkeypatch.setenv("KAN_NUMPY_THREADS", "3")
    all_here = threading.Barrier(3, timeout=10.0)
    assert in_threads(lambda a, b: (all_here.wait() >= 0, a, b), [1, 2, 3], "abc") == [
        (True, 1, "a"),
        (True, 2, "b"),
        (True, 3, "c"),
    ]


@pytest.mark.parametrize("number", ["0", "1"])
def test_one_thread_is_that_of_the_caller(monkeypatch, number):
    monkeypatch.setenv("KAN_NUMPY_THREADS", number)
    caller = threading.get_ident()
    assert in_threads(lambda _: threading.get_ident(), [1, 2]) == [caller, caller]


def test_a_single_block_needs_no_threads_and_leaves_their_number(monkeypatch):
    monkeypatch.setattr(_parallel, "row_threads", lambda: pytest.fail("asked for threads"))
    assert in_threads(lambda part: part + 1, [1]) == [2]


def test_products_of_a_block_have_one_thread(monkeypatch):
    numbers = [4]
    library = _threads.Threads(lambda: numbers[-1], numbers.append)
    monkeypatch.setattr(_threads, "_threads", lambda _: library)
    monkeypatch.setenv("KAN_NUMPY_THREADS", "2")
    assert in_threads(lambda _: numbers[-1], [1, 2]) == [1, 1]
    assert numbers[-1] == 4


def test_warnings_of_numpy_are_off_in_threads_if_they_are_off_outside(monkeypatch):
    monkeypatch.setenv("KAN_NUMPY_THREADS", "2")
    zeros = [np.zeros(3), np.zeros(3)]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("error")
        assert np.isnan(in_threads(lambda x: x / x, zeros)).all()
    with np.errstate(all="raise"), pytest.raises(FloatingPointError):
        in_threads(lambda x: x / x, zeros)


def test_as_many_threads_as_the_products_have_unless_told_otherwise(monkeypatch):
    library = _threads.Threads(lambda: 5, lambda _: None)
    monkeypatch.setattr(_threads, "_threads", lambda _: library)
    for chosen, number in (("", 5), ("0", 1), ("1", 1), ("7", 7)):
        monkeypatch.setenv("KAN_NUMPY_THREADS", chosen)
        assert row_threads() == number
    monkeypatch.setenv("KAN_NUMPY_THREADS", "two")
    with pytest.raises(ValueError, match="KAN_NUMPY_THREADS must be a whole number such as 2"):
        row_threads()


def test_a_training_that_lowers_the_number_does_not_count(monkeypatch):
    numbers = [4]
    library = _threads.Threads(lambda: numbers[-1], numbers.append)
    monkeypatch.setattr(_threads, "_threads", lambda _: library)
    monkeypatch.delenv("KAN_NUMPY_THREADS", raising=False)
    with one_thread(0):
        assert (numbers[-1], usual_threads()) == (1, 4)
    assert usual_threads() == 4
    monkeypatch.setattr(_threads, "_threads", lambda _: None)
    assert usual_threads() == 1
