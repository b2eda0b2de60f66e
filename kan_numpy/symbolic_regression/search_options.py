"""The parameters of a search: their meaning, and the experiments that determined them."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from kan_numpy._arrays import Indices
from kan_numpy._validation import as_count, as_number
from kan_numpy.networks.kan import KAN
from kan_numpy.training.objective import Objective

LEAST_ASIDE, MOST_ASIDE = 5, 1000
"""Fewer samples tell nothing about an error, and more tell it no better."""

__all__ = ["LEAST_ASIDE", "MOST_ASIDE", "SearchOptions"]


@dataclass(frozen=True)
class SearchOptions:
    r"""The parameters of `discover`, with what each of them affects.

    The defaults were determined by the experiments in
    ``tests/symbolic_regression/test_search_options.py``, and by trying other values on 31 formulas.

    Parameters
    ----------
    fewest_samples : int
        Fewer samples are refused: even short formulas explain them by chance.
    aside : float
        The fraction of the samples, from 0 to 0.5, that is put aside before anything is fitted, and
        on which the certificate is measured; at most `MOST_ASIDE` of them, and at least
        `LEAST_ASIDE`. With more, less is left to find the formula in.
    samples : int
        The number of samples used to select structures and symbols, a fifth of them for validation.
        More samples take longer and lead to the same selection.
    final_samples : int
        The number of samples used in the final training, which determines the last digits.
    strength, threshold : float
        As in `sparsify`; a tenth of both is tried if they lead to no exact formula. With a
        threshold of 0.5, the small term of :math:`x^2 + 0.02 \sin 3y` is lost.
    good : float
        If no structure reaches this relative error, all are tried on grids four times finer. With
        0, formulas that need no finer grid take longer.
    close : float
        Structures within this factor of the smallest error are converted to formulas, the smallest
        first. The spline approximation errors of different functions differ by up to this factor.
    close_in_noise : float
        The same factor if the smallest error is noise. The first formula is then selected; with a
        factor of 3, one with twice the error.
    label_smoothing : float
        The fraction of each label that is distributed evenly over all classes. Without it, the
        logits of separable classes diverge, and a single misclassified validation sample dominates
        the loss.
    unexplained : float
        A warning is issued if the relative error of the best network exceeds this. For pure noise
        it is about 1.

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
    aside: float = 0.1
    samples: int = 2000
    final_samples: int = 10_000
    strength: float = 0.01
    threshold: float = 0.03
    good: float = 0.01
    close: float = 10.0
    close_in_noise: float = 1.1
    near_in_noise: float = 1.5
    label_smoothing: float = 0.01
    unexplained: float = 0.9

    def __post_init__(self) -> None:
        """Check the numbers."""
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(field.default, int):
                as_count(field.name, value, 1)
            else:
                as_number(field.name, value, 0.0, 0.5 if field.name == "aside" else np.inf)

    def put_aside(self, data: Objective[KAN], rng: np.random.Generator) -> tuple[Indices, Indices]:
        """Return the rows to fit and the rows to put aside, drawn at random.

        Rows with the smallest or largest value of an input are for fitting, so that every function
        is defined there; so is one row of each class.
        """
        N, x = len(data.x), data.x
        needed = [x.argmin(axis=0), x.argmax(axis=0)]
        if not data.is_least_squares:
            needed.append(np.unique(data.y, return_index=True)[1])
        free = np.setdiff1d(np.arange(N), np.concatenate(needed))
        count = int(np.clip(self.aside * N, min(LEAST_ASIDE, N // 4), MOST_ASIDE))
        aside = np.sort(rng.permutation(free)[: count if self.aside else 0])
        return np.setdiff1d(np.arange(N), aside), aside
