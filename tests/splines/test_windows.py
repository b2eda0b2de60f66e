"""Where the k + 1 functions of a point are written; those that do not exist are dropped."""

import numpy as np

from kan_numpy.splines.windows import flattened, folded, row_starts, scattered, window_of


def test_where_samples_begin():
    assert row_starts(3, 2, 5).tolist() == [[0], [10], [20]]


def test_a_row_that_all_samples_share_is_kept_once():
    window = window_of(np.array([[2, 3], [4, 2]]), degree=2, size=5)
    row = np.arange(10.0).reshape(1, 2, 5)
    for dB, length in ((np.broadcast_to(row, (2, 2, 5)), 10), (np.repeat(row, 2, axis=0), 20)):
        flat, start = flattened(dB, window)
        assert len(flat) == length
        assert flat.take(start).tolist() == [[0.0, 6.0], [2.0, 5.0]]


def test_on_the_grid_no_window_is_shifted():
    m = np.array([[2, 3], [4, 2]])  # degree 2, five functions: the intervals of the grid are 2 to 4
    window = window_of(m, degree=2, size=5)
    assert (window.outside, window.shift) == (None, None)
    assert window.start.tolist() == [[0, 6], [12, 15]]
    row = [np.full((2, 2), r + 1.0) for r in range(3)]
    assert folded(row, window) is row
    B = scattered(row, window, 5)
    assert B[0].tolist() == [[1.0, 2.0, 3.0, 0.0, 0.0], [0.0, 1.0, 2.0, 3.0, 0.0]]
    assert B[1].tolist() == [[0.0, 0.0, 1.0, 2.0, 3.0], [1.0, 2.0, 3.0, 0.0, 0.0]]


def test_outside_only_the_functions_that_exist_are_written():
    m = np.array([[-1], [0], [1], [5], [6], [7]])
    window = window_of(m, degree=2, size=5)
    assert window.outside.tolist() == [0, 1, 2, 3, 4, 5]
    assert window.shift.tolist() == [-3, -2, -1, 1, 2, 3]
    B = scattered([np.full((6, 1), r + 1.0) for r in range(3)], window, 5)
    assert B[:, 0].tolist() == [
        [0.0, 0.0, 0.0, 0.0, 0.0],
        [3.0, 0.0, 0.0, 0.0, 0.0],
        [2.0, 3.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 1.0, 2.0],
        [0.0, 0.0, 0.0, 0.0, 1.0],
        [0.0, 0.0, 0.0, 0.0, 0.0],
    ]
