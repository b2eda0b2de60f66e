r"""The schedule of the grids: the steps before which they are refined or adapted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from kan_numpy._arguments import as_instance, as_list
from kan_numpy._arrays import Array
from kan_numpy._validation import LARGEST_GRID, as_count, as_number
from kan_numpy.networks.kan import KAN
from kan_numpy.training.grids import adapt_grid, refine

__all__ = ["schedule"]

Changes = dict[int, Callable[[KAN], KAN]]


def schedule(
    adapt_at: Iterable[int],
    refine_at: Mapping[int, int] | None,
    steps: int,
    eps: float,
    x: Array,
) -> Changes:
    """Return the changes of the grids before each step, refine before adapt; see `fit`."""
    eps = as_number("eps", eps, 0.0, 1.0)
    entries = as_list("adapt_at", adapt_at, "a list of steps such as [5]", ordered=False)
    sizes: Mapping[int, int] = {} if refine_at is None else refine_at
    as_instance("refine_at", sizes, Mapping, "a dict such as {20: 5, 40: 10}")
    adapted = {as_count("adapt_at", step, 0) for step in entries}
    refined = {
        as_count("refine_at", step, 0): as_count(f"refine_at[{step}]", size, 1, LARGEST_GRID)
        for step, size in sizes.items()
    }
    for name, when in (("adapt_at", adapted), ("refine_at", set(refined))):
        if late := [step for step in when if step >= steps]:
            raise ValueError(f"{name} must lie below steps = {steps}, but holds {min(late)}")

    def change(network: KAN, step: int) -> KAN:
        if step in refined:
            network = refine(network, refined[step])
        return adapt_grid(network, x, eps) if step in adapted else network

    return {step: partial(change, step=step) for step in sorted(adapted | set(refined))}
