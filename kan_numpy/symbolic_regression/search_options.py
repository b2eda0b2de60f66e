"""The numbers that steer a search: what each means, and the experiment that fixed it."""

from __future__ import annotations

from dataclasses import dataclass, fields

from kan_numpy._validation import as_count, as_number


@dataclass(frozen=True)
class SearchOptions:
    r"""Steer `discover`: each value, what it means, and what it was fixed by.

    The experiments are those of ``tests/symbolic_regression/test_search_options.py``, and 31
    formulas that were tried with other values.

    Parameters
    ----------
    fewest_samples : int
        Fewer samples are refused: even short formulas explain them by chance.
    samples : int
        How many samples decide about structures and symbols, a fifth of them by being put aside.
        More take longer and decide the same.
    final_samples : int
        How many samples decide about the last digits, which one training has to see.
    strength, threshold : float
        As in `sparsify`, a tenth of both if that finds no exact formula. With a threshold of 0.5,
        the small term of :math:`x^2 + 0.02 \sin 3y` is lost.
    good : float
        If no structure reaches this relative error, all are tried on grids four times finer. At
        0, formulas that are found without would take longer.
    close : float
        Structures within this factor of the smallest error become formulas, in the order of their
        size. Splines approximate some functions worse than others, by this factor and not more.
    close_in_noise : float
        The same where the smallest error is noise. There the first one is taken: at 3, one with
        twice the error.
    label_smoothing : float
        The share of each label that goes to all classes alike. Without it, classes that can be
        separated drive the outputs to infinity, and one mistake among the samples put aside
        outweighs all else.
    unexplained : float
        If the best network leaves this share of the spread of y unexplained, a warning says so.
        Pure noise leaves about 1.

    Raises
    ------
    ValueError
        If a number is negative, or a count is below 1.
    TypeError
        If a value is no number, or a count is no whole number.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> kn.SearchOptions(samples=500).close
    10.0
    """

    fewest_samples: int = 20
    samples: int = 2000
    final_samples: int = 10_000
    strength: float = 0.01
    threshold: float = 0.03
    good: float = 0.01
    close: float = 10.0
    close_in_noise: float = 1.1
    label_smoothing: float = 0.01
    unexplained: float = 0.9

    def __post_init__(self) -> None:
        """Check the numbers."""
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(field.default, int):
                as_count(field.name, value, 1)
            else:
                as_number(field.name, value, 0.0)
