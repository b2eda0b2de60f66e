"""A split keeps every row once, and rows together."""

import numpy as np
import pytest

from kan_numpy.datasets.preprocessing import split


def test_split_keeps_every_row_once_and_rows_together():
    x = np.arange(60.0).reshape(20, 3)
    labels = np.arange(20)
    names = [f"K{i}" for i in labels]
    (x_train, l_train, n_train), (x_test, l_test, n_test) = split(x, labels, names, test_share=0.3)
    assert (len(x_train), len(x_test)) == (14, 6)
    assert sorted([*l_train, *l_test]) == list(range(20))
    assert l_train.tolist() != sorted(l_train)
    for part, part_labels, part_names in [(x_train, l_train, n_train), (x_test, l_test, n_test)]:
        np.testing.assert_array_equal(part, x[part_labels])
        assert part_names.tolist() == [f"K{i}" for i in part_labels]
    assert l_train.dtype == labels.dtype
    x_train[:] = -1.0
    assert x.min() == 0.0


@pytest.mark.parametrize(("share", "n_test"), [(0.2, 2), (0.5, 5), (0.94, 9), (0.06, 1)])
def test_split_rounds_the_test_share(share, n_test):
    (train,), (test,) = split(np.arange(10), test_share=share)
    assert (len(train), len(test)) == (10 - n_test, n_test)


ROWS = np.zeros((10, 2))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (split, "arrays must share .* shapes are none at all"),
        (lambda: split(ROWS, ROWS[1:]), r"their number of rows.* \(10, 2\), \(9, 2\)"),
        (lambda: split(ROWS, 3.0), r"their number of rows.* \(10, 2\), \(\)"),
        (lambda: split(3.0), "arrays must have rows, but have none: 3.0"),
        (lambda: split(ROWS, test_share=0.04), "test_share must leave .* 0.04 of 10 rows is 0"),
        (lambda: split(ROWS, test_share=1.0), "test_share must leave .* 1 of 10 rows is 10"),
        (lambda: split(ROWS, test_share=20), r"test_share must lie in \[0, 1\], but is 20"),
        (lambda: split(ROWS, rng=-1), "rng must be a seed of at least 0"),
    ],
)
def test_bad_values_are_refused_with_a_reason(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_by_default_a_fifth_is_for_testing_and_always_the_same():
    rows = np.arange(50.0)[:, None]
    for one, two in zip(split(rows), split(rows, test_share=0.2, rng=0), strict=True):
        np.testing.assert_array_equal(one[0], two[0])
    assert [len(part[0]) for part in split(rows)] == [40, 10]
