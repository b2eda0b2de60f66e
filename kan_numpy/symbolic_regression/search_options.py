"""The numbers that steer a search: what each means, and the experiment that fixed it."""

from __future__ import annotations

from dataclasses import dataclass, fields

from kan_numpy._validation import as_count, as_number


@dataclass(frozen=True)
class SearchOptions:
    """Steer `discover`.

    Parameters
    ----------
    fewest_samples : int
        Fewer samples are refused: too many formulas explain them.
    samples : int
        How many samples decide about structures and symbols.
    final_samples : int
        How many decide about the last digits.
    strength, threshold : float
        As in `sparsify`.
    steps : int
        How long a network is trained after a change: five times as long at the end.
    top : int
        How many candidates are tried for each edge.
    complexity_weight : float
        How many orders of magnitude in the error one unit of complexity is worth.
    good : float
        If no structure reaches this relative error, all are tried again on finer grids.
    close : float
        Structures within this factor of the smallest error are taken for possible.
    close_in_noise : float
        The same where the smallest error is noise.
    label_smoothing : float
        The share of each label that goes to all classes alike.
    unexplained : float
        A warning says so if the best network leaves this share of the spread of y unexplained.
    """

    fewest_samples: int = 20
    samples: int = 2000
    final_samples: int = 10_000
    strength: float = 0.01
    threshold: float = 0.03
    steps: int = 20
    top: int = 5
    complexity_weight: float = 0.1
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
