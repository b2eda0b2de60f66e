"""The parameters of a search: their meaning, and the experiments that determined them."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from kan_numpy._arrays import Array, Indices
from kan_numpy._validation import as_count, as_number
from kan_numpy.functions.scaling import Scaler
from kan_numpy.networks.kan import KAN
from kan_numpy.training.objective import Objective

__all__ = ["LARGEST", "SearchOptions"]

LARGEST = {"aside": 0.5, "ideas": 1.0, "finishing": 1.0}
"""The largest values of fractions: half of the samples, all of the time."""


@dataclass(frozen=True)
class SearchOptions:
    r"""The parameters of `discover`, with what each of them affects.

    The defaults were determined by the experiments in
    ``tests/symbolic_regression/test_search_options.py``, and by trying other values on 31 formulas.

    Parameters
    ----------
    fewest_samples : int
        Fewer samples are refused: even short formulas explain them by chance. In noise a polynomial
        needs as many for each of its numbers.
    aside : float
        The fraction of the samples, from 0 to 0.5, that is put aside before anything is fitted, and
        on which the certificate is measured. With more, less is left to find the formula in.
    least_aside, most_aside : int
        Fewer samples put aside tell nothing about an error, and more tell it no better.
    samples : int
        The number of samples used to select structures and symbols, a fifth of them for validation.
        More samples take longer and lead to the same selection.
    final_samples : int
        The number of samples used in the final training, which determines the last digits.
    zero_is_far : float
        Inputs whose mean is more than so many standard deviations away from zero are centered.
        Others keep their zero, where functions such as the logarithm end.
    strength, threshold : float
        As in `sparsify`; a tenth of both is tried if they lead to no exact formula. With a
        threshold of 0.5, the small term of :math:`x^2 + 0.02 \sin 3y` is lost.
    smallest_term : float
        If the relative error is below this, smaller terms are not searched for.
    starts, ranked_after : int
        Of so many networks of a shape, the one with the smallest loss after so many steps is
        trained. A single one may be too poor to become good.
    finer : int
        The factor by which grids are finer in a sum, which has few edges, and where no structure is
        good.
    good : float
        If no structure reaches this relative error, all are tried on such finer grids. With 0,
        formulas that need no finer grid take longer.
    close : float
        Structures within this factor of the smallest error are converted to formulas, the smallest
        first. The spline approximation errors of different functions differ by up to this factor.
    close_in_noise : float
        The same factor if the smallest error is noise, for formulas, of which that with the
        smallest information criterion is selected; and for structures that leave the same.
    near_in_noise : float
        Structures that leave so many times the noise still become formulas, which have fewer
        numbers to follow the noise. With 1.1, formulas with several edges are missed.
    agreeing : int
        So many structures that leave the same error tell noise, and end the search for others. With
        2, two that are wrong in the same way.
    label_smoothing : float
        The fraction of each label that is distributed evenly over all classes. Without it, the
        logits of separable classes diverge, and a single misclassified validation sample dominates
        the loss.
    unexplained : float
        A warning is issued if the relative error of the best network exceeds this, and structures
        that agree on more do not tell noise. For pure noise it is about 1.
    ideas : float
        The share of the time, if that is limited, after which first ideas are given up for
        networks.
    finishing : float
        The share of the time, if that is limited, that is kept for the last training, which gets
        half of it, and for writing formulas.
    seconds_to_finish : float
        The time for both after Ctrl-C.
    seconds_for_others : float
        The time to recognize the constants of each candidate that was not selected.

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
    least_aside: int = 5
    most_aside: int = 1000
    samples: int = 2000
    final_samples: int = 10_000
    zero_is_far: float = 10.0
    strength: float = 0.01
    threshold: float = 0.03
    smallest_term: float = 1e-5
    starts: int = 3
    ranked_after: int = 5
    finer: int = 4
    good: float = 0.01
    close: float = 10.0
    close_in_noise: float = 1.1
    near_in_noise: float = 1.5
    agreeing: int = 3
    label_smoothing: float = 0.01
    unexplained: float = 0.9
    ideas: float = 0.5
    finishing: float = 0.2
    seconds_to_finish: float = 0.5
    seconds_for_others: float = 1.0

    def __post_init__(self) -> None:
        """Check the numbers."""
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(field.default, int):
                as_count(field.name, value, 1)
            else:
                as_number(field.name, value, 0.0, LARGEST.get(field.name, np.inf))

    def units(self, x: Array) -> Scaler:
        """Return the units of inputs x (N, n_in): powers of 2, so that nothing is rounded."""
        mean, spread = x.mean(axis=0), x.std(axis=0)
        constant = np.ptp(x, axis=0) == 0.0
        far = np.abs(mean) > self.zero_is_far * spread
        center = np.where(constant, x[0], np.where(far, mean, 0.0))
        return Scaler(center, np.exp2(np.round(np.log2(np.where(constant, 1.0, spread)))))

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
        least = min(self.least_aside, N // 4)
        count = int(np.clip(self.aside * N, least, max(least, self.most_aside)))
        aside = np.sort(rng.permutation(free)[: count if self.aside else 0])
        return np.setdiff1d(np.arange(N), aside), aside
