r"""The schedule of the grids: the steps before which they are refined or adapted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from kan_numpy._arrays import Array
from kan_numpy._validation import as_count, as_number
from kan_numpy.networks.kan import KAN
from kan_numpy.training.grids import adapt_grid, refine

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
    if not isinstance(adapt_at, Iterable):
        raise TypeError(f"adapt_at must be a list of steps such as [5], but is {adapt_at!r}")
    if not isinstance(refine_at, Mapping | None):
        raise TypeError(f"refine_at must be a dict such as {{20: 5, 40: 10}}, but is {refine_at!r}")
    adapted = {as_count("adapt_at", step, 0) for step in adapt_at}
    refined = {
        as_count("refine_at", step, 0): as_count(f"refine_at[{step}]", size, 1)
        for step, size in (refine_at or {}).items()
    }
    for name, when in (("adapt_at", adapted), ("refine_at", set(refined))):
        if late := [step for step in when if step >= steps]:
            raise ValueError(f"{name} must lie below steps = {steps}, but holds {min(late)}")

    def change(network: KAN, step: int) -> KAN:
        if step in refined:
            network = refine(network, refined[step])
        return adapt_grid(network, x, eps) if step in adapted else network

    return {step: partial(change, step=step) for step in sorted(adapted | set(refined))}
