r"""Labeled states of Aubry-Andre chains: localized or extended, and the edge between them.

A curve :math:`g = 0`, the mobility edge, separates the two kinds, and g > 0 means localized:

.. math::
    g = \alpha E - 2 (t - \lambda) \text{ (eq. 4.8)}, \qquad
    g = \lambda \cosh p - E - t \text{ (eq. 4.11)}

for the generalized and the modified model (arXiv 2404.19756). The unit of energy is the hopping
between neighbors: t = 1 in the first model, :math:`t e^{-p} = 1` in the second. The labels come
from the fractal dimension, not from g: exact diagonalization, then a threshold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy

from kan_numpy._arguments import as_choice, as_function, as_returned, as_rng
from kan_numpy._arrays import Array, Rng
from kan_numpy._validation import as_array, as_count, as_samples
from kan_numpy.datasets.aubry_andre import (
    MOST_SITES,
    fractal_dimension,
    generalized_hamiltonian,
    modified_hamiltonian,
)

__all__ = ["AMBIGUOUS", "MODELS", "THRESHOLD", "Model", "StateTable", "boundary_points"]
__all__ += ["mobility_edge", "sample_states"]

THRESHOLD = 0.5
"""States with a fractal dimension up to this value are labeled localized."""

AMBIGUOUS = 0.1
"""Within this distance of the threshold, N is too small for a certain label."""


class Model(NamedTuple):
    """A chain whose parameters are drawn at random.

    Parameters
    ----------
    hamiltonian : callable
        Maps N and the parameters, of which phi is the last, to an array (N, N).
    edge : callable
        Maps E (M,) and the parameters without phi to g (M,), positive for localized states.
    ranges : dict of (float, float)
        The range that each parameter is drawn from, by name.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> model = kn.localization.MODELS["generalized"]
    >>> model.edge(1.0, 1.5, 0.5)  # alpha E - 2 (1 - lambda) = 0.5 + 1
    1.5
    """

    hamiltonian: Callable[..., Array]
    edge: Callable[..., Array]
    ranges: dict[str, tuple[float, float]]


def _generalized_edge(E: Array, lam: Array, alpha: Array) -> Array:
    """Return g (M,)."""
    # eq. 4.8
    return alpha * E - 2.0 * (1.0 - lam)


def _modified_edge(E: Array, lam: Array, p: Array) -> Array:
    """Return g (M,)."""
    # eq. 4.11
    return lam * np.cosh(p) - E - np.exp(p)


MODELS = {
    "generalized": Model(
        generalized_hamiltonian,
        _generalized_edge,
        {"lam": (0.2, 1.8), "alpha": (-0.8, 0.8), "phi": (0.0, 2.0 * np.pi)},
    ),
    "modified": Model(
        modified_hamiltonian,
        _modified_edge,
        {"lam": (0.5, 3.5), "p": (0.5, 2.5), "phi": (0.0, 2.0 * np.pi)},
    ),
}
"""The generalized and the modified Aubry-Andre model, by name."""


def mobility_edge(model: str, x: npt.ArrayLike) -> Array:
    r"""Return g, which is positive for the states that are localized in theory.

    .. math::
        g = \alpha E - 2 (1 - \lambda) \text{ for "generalized"}, \qquad
        g = \lambda \cosh p - E - e^p \text{ for "modified"}

    Parameters
    ----------
    model : {"generalized", "modified"}
        A key of `MODELS`.
    x : array_like, shape (M, 4)
        States with the columns of `StateTable.x`; the last one, phi, does not matter.

    Returns
    -------
    ndarray, shape (M,)

    Raises
    ------
    ValueError
        If there is no such model, or x has another shape or is not finite.
    TypeError
        If x does not hold real numbers.

    Notes
    -----
    Source: arXiv 2404.19756, eq. 4.8 and 4.11.

    Examples
    --------
    At E = 1 and alpha = 0.5, a strong potential localizes a state and a weak one does not:

    >>> import kan_numpy as kn
    >>> kn.localization.mobility_edge("generalized", [[1, 1.5, 0.5, 0], [1, 0.5, 0.5, 0]])
    array([ 1.5, -0.5])
    """
    edge = MODELS[as_choice("model", model, tuple(MODELS))].edge
    return edge(*as_array("x", x, ("M", 4)).T[:3])


@dataclass(frozen=True, eq=False)
class StateTable:
    """A table of M states of many chains, one state a row.

    Parameters
    ----------
    names : tuple of str
        The columns of x: E, lam, alpha or p, phi.
    x : ndarray, shape (M, 4)
        Energy and parameters of each state.
    dimension : ndarray, shape (M,)
        D of each state.
    chain : ndarray of int, shape (M,)
        The chain of each state, counted from 0.

    Examples
    --------
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> x, D = np.zeros((3, 4)), np.array([0.1, 0.55, 0.9])
    >>> table = kn.localization.StateTable(("E", "lam", "alpha", "phi"), x, D, np.zeros(3, int))
    >>> table.localized, table.ambiguous
    (array([1, 0, 0]), array([False,  True, False]))
    """

    names: tuple[str, ...]
    x: Array
    dimension: Array
    chain: npt.NDArray[np.int64]

    @property
    def localized(self) -> npt.NDArray[np.int64]:
        """Labels: 1 where D is at most `THRESHOLD`, else 0, shape (M,)."""
        return (self.dimension <= THRESHOLD).astype(np.int64)

    @property
    def ambiguous(self) -> npt.NDArray[np.bool_]:
        """Whether D is within `AMBIGUOUS` of the threshold, shape (M,): a larger N may differ."""
        return np.abs(self.dimension - THRESHOLD) < AMBIGUOUS


def sample_states(
    model: str, n_chains: int, n_states: int, n_sites: int = 377, rng: Rng = 0
) -> StateTable:
    """Draw the parameters of many chains, diagonalize them, and select some states of each.

    Parameters
    ----------
    model : {"generalized", "modified"}
        A key of `MODELS`.
    n_chains : int
        The number of chains, each with parameters drawn uniformly from `MODELS[model].ranges`.
    n_states : int
        The number of states of each, from 1 to N, chosen at random, in the order of their energies.
    n_sites : int
        N, a Fibonacci number.
    rng : int, Generator or None
        What `numpy.random.default_rng` takes.

    Returns
    -------
    StateTable
        M = n_chains * n_states states, chain by chain. To test on states of unseen chains, draw a
        second table with another seed.

    Raises
    ------
    ValueError
        If there is no such model, n_chains or n_states is below 1, n_states exceeds N, or N is not
        a Fibonacci number.
    TypeError
        If a count is not a whole number, or rng is not a seed.

    Notes
    -----
    Far from the edge, extended states occur in pairs of nearly equal energy: waves in both
    directions around the ring. Any combination of the two is a state as well, so their D, far above
    the threshold, depends slightly on the solver.

    Examples
    --------
    The labels, from diagonalization, agree with the sign of g in theory:

    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> table = kn.localization.sample_states("generalized", n_chains=20, n_states=5, n_sites=89)
    >>> g = kn.localization.mobility_edge("generalized", table.x)
    >>> float(np.mean((g > 0) == table.localized))
    0.99
    """
    hamiltonian, _, ranges = MODELS[as_choice("model", model, tuple(MODELS))]
    n_chains, generator = as_count("n_chains", n_chains, 1), as_rng(rng)
    n_states, n_sites = (
        as_count("n_states", n_states, 1),
        as_count("n_sites", n_sites, 1, MOST_SITES),
    )
    if n_states > n_sites:
        raise ValueError(f"n_states must be at most n_sites = {n_sites}, but is {n_states}")
    low, high = np.array(list(ranges.values())).T
    drawn = generator.uniform(low, high, (n_chains, len(low)))
    tables, dimensions = [], []
    for parameters in drawn:
        H = hamiltonian(n_sites, *parameters)
        E, psi = scipy.linalg.eigh(H, overwrite_a=True, driver="evd")
        picked = np.sort(generator.choice(n_sites, n_states, replace=False))
        tables.append(np.column_stack([E[picked], np.tile(parameters, (n_states, 1))]))
        dimensions.append(fractal_dimension(psi[:, picked]))
    chain = np.repeat(np.arange(n_chains, dtype=np.int64), n_states)
    return StateTable(("E", *ranges), np.vstack(tables), np.concatenate(dimensions), chain)


def boundary_points(
    decision: Callable[[Array], Array], x: npt.ArrayLike, n_points: int = 1000
) -> Array:
    """Return points where a decision function changes its sign: a learned edge, for regression.

    Each state below 0 is paired with the nearest one above, with distances measured in standard
    deviations of the columns, and the line between the two is bisected 50 times.

    Parameters
    ----------
    decision : callable
        Maps states (M, n) to numbers (M,), positive for one class.
    x : array_like, shape (M, n)
        States of both classes.
    n_points : int
        The number of pairs, the closest first; fewer if fewer states lie below 0.

    Returns
    -------
    ndarray, shape (n_points, n)

    Raises
    ------
    ValueError
        If all states are in one class, a column is constant, n_points is below 1, or x is not
        finite.
    TypeError
        If n_points is not a whole number, or x does not hold real numbers.

    Examples
    --------
    The boundary of the disk of radius 1/2, from points inside and outside of it:

    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> x = np.random.default_rng(0).uniform(-1, 1, (200, 2))
    >>> points = kn.localization.boundary_points(lambda z: 0.25 - (z**2).sum(axis=1), x, 3)
    >>> np.hypot(*points.T)
    array([0.5, 0.5, 0.5])
    """
    states, n_points = as_samples("x", x, ("M", "n")), as_count("n_points", n_points, 1)
    as_function("decision", decision)

    def positive_at(x: Array) -> npt.NDArray[np.bool_]:
        """Return the class of each state, (M,), from states x (M, n)."""
        return as_returned("decision", decision(x), (len(x),)) > 0.0

    positive = positive_at(states)
    if positive.all() or not positive.any():
        raise ValueError("x must hold states of both classes, but all are decided alike")
    spread = states.std(axis=0)
    if np.any(spread == 0.0):
        raise ValueError(f"x must vary, but x[:, {int(np.argmin(spread))}] is constant")
    a, b = states[~positive], states[positive]
    apart, nearest = scipy.spatial.KDTree(b / spread).query(a / spread)
    closest = np.argsort(apart, kind="stable")[:n_points]
    a, b = a[closest], b[nearest[closest]]
    for _ in range(50):
        middle = 0.5 * (a + b)
        above = positive_at(middle)[:, None]
        a, b = np.where(above, a, middle), np.where(above, middle, b)
    return 0.5 * (a + b)
