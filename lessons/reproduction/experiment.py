"""A part of the reproduction, and a row of its table."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One line of the table; None where there is nothing to say."""

    part: str
    item: str
    paper: float | None  # the published figure
    ours: float
    parameters: int | None = None
    seconds: float | None = None
    seeds: int = 1
    spread: float | None = None  # the largest result of the seeds over the smallest

    @property
    def ratio(self) -> float | None:
        """Ours over the paper's."""
        return self.ours / self.paper if self.paper else None

    def belongs_to(self, item: str) -> bool:
        """Say whether the row is one of those that ``run(item)`` returns."""
        return self.item == item or self.item.startswith(f"{item} (")


@dataclass(frozen=True)
class Experiment:
    """One part: what it compares with the paper, and the functions that compute and draw it."""

    title: str  # the heading on the page
    about: str  # a paragraph for the page: what is compared, and with which data
    items: tuple[str, ...]  # the names of what can be computed by itself
    run: Callable[[str], list[Row]]  # computes one item: rows named "jv", "jv (MLP)"
    figure: Callable[[list[Row], Path], None]  # draws the rows of the part into a file
    larger_is_better: bool = False  # the numbers are accuracies, not errors
    read_off: bool = False  # the published figures were read off plots, which is good to 10 %
