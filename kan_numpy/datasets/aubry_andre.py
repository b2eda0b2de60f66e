r"""Two quasiperiodic chains with localized and extended states, and measures that tell them apart.

An electron on a chain of N sites has N states of energy E and amplitudes :math:`\psi_n`. How far a
state extends over the chain is measured by (arXiv 2404.19756, eq. 4.2 and 4.3)

.. math::
    IPR = \frac{\sum_n |\psi_n|^4}{(\sum_n |\psi_n|^2)^2}, \qquad D = -\frac{\log IPR}{\log N},

the inverse participation ratio and the fractal dimension: a state that is spread evenly over m
sites has IPR = 1 / m. As N grows, D tends to 1 for an extended state and to 0 for a localized one.
The generalized and the modified Aubry-Andre model have states of both kinds in one chain.

The unit of energy is the hopping between neighbors. The chains are rings, so that there are no edge
states, and N is a Fibonacci number. With the one before it, :math:`b = F_{m-1} / F_m` is the best
rational approximation of the inverse golden ratio, and the potential is periodic around the ring.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kan_numpy._arrays import Array
from kan_numpy._validation import as_array, as_count, as_number

__all__ = ["MOST_SITES", "fractal_dimension", "generalized_hamiltonian", "golden_approximant"]
__all__ += ["inverse_participation_ratio", "modified_hamiltonian"]

MOST_SITES = 10**4
"""The largest N: a matrix (N, N) of 800 MB."""


def inverse_participation_ratio(psi: npt.ArrayLike) -> Array:
    r"""Return the inverse participation ratio: 1 on a single site, 1 / N if spread evenly.

    .. math:: IPR = \sum_n |\psi_n|^4 \Big/ \Big( \sum_n |\psi_n|^2 \Big)^2

    Parameters
    ----------
    psi : array_like, shape (N, n_states)
        Real amplitudes, one state a column, of any norm but 0.

    Returns
    -------
    ndarray, shape (n_states,)

    Raises
    ------
    ValueError
        If a state is zero everywhere, or psi is not finite or not two-dimensional.
    TypeError
        If psi is complex.

    Notes
    -----
    Source: arXiv 2404.19756, eq. 4.2.

    Examples
    --------
    A state on one of four sites, and one that is spread evenly over all of them:

    >>> import kan_numpy as kn
    >>> kn.aubry_andre.inverse_participation_ratio([[1, 1], [0, 1], [0, 1], [0, 1]])
    array([1.  , 0.25])
    """
    amplitudes = np.abs(as_array("psi", psi, ("N", "n_states")))
    largest = amplitudes.max(axis=0)
    if np.any(largest == 0.0):
        index = int(np.argmin(largest))
        raise ValueError(
            f"psi must not hold a state that is zero everywhere, as psi[:, {index}] is"
        )
    density = (amplitudes / largest) ** 2  # (N, n_states)
    # eq. 4.2
    return (density**2).sum(axis=0) / density.sum(axis=0) ** 2


def fractal_dimension(psi: npt.ArrayLike) -> Array:
    r"""Return the fractal dimension of states: 0 on a single site, 1 if spread evenly.

    .. math:: D = -\log IPR / \log N

    Parameters
    ----------
    psi : array_like, shape (N, n_states)
        Real amplitudes, one state a column, at least two sites.

    Returns
    -------
    ndarray, shape (n_states,)

    Raises
    ------
    ValueError
        If there is only one site, a state is zero everywhere, or psi is not finite.
    TypeError
        If psi is complex.

    Notes
    -----
    Source: arXiv 2404.19756, eq. 4.3.

    Examples
    --------
    Spread evenly over 2 of 16 sites, IPR = 1/2 and D = log 2 / log 16:

    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> psi = np.zeros((16, 1))
    >>> psi[:2] = 1.0
    >>> kn.aubry_andre.fractal_dimension(psi)
    array([0.25])
    """
    ipr = inverse_participation_ratio(psi)
    n_sites = as_count("psi: the number of sites", np.shape(psi)[0], 2)
    # eq. 4.3
    return -np.log(ipr) / np.log(n_sites)


def golden_approximant(n_sites: int) -> float:
    r"""Return :math:`b = F_{m-1} / F_m` for a chain of :math:`F_m` sites.

    Parameters
    ----------
    n_sites : int
        N, a Fibonacci number of at least 5: 5, 8, 13, ..., 144, 233, 377, 610, 987.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If N is below 5 or not a Fibonacci number; the message gives the nearest two.
    TypeError
        If N is not a whole number.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> kn.aubry_andre.golden_approximant(8)  # 5 / 8; the inverse golden ratio is 0.618...
    0.625
    """
    n_sites, before, last = as_count("n_sites", n_sites, 5, MOST_SITES), 3, 5
    while last < n_sites:
        before, last = last, before + last
    if last != n_sites:
        raise ValueError(
            f"n_sites must be a Fibonacci number, but is {n_sites};"
            f" the nearest are {before} and {last}"
        )
    return before / last


def generalized_hamiltonian(n_sites: int, lam: float, alpha: float, phi: float = 0.0) -> Array:
    r"""Return the Hamiltonian of the generalized Aubry-Andre model, with t = 1.

    .. math::
        H_{n,n \pm 1} = t, \qquad
        H_{n,n} = 2 \lambda\, \frac{\cos(2 \pi b n + \phi)}{1 - \alpha \cos(2 \pi b n + \phi)}

    Parameters
    ----------
    n_sites : int
        N, a Fibonacci number.
    lam : float
        :math:`\lambda`, the strength of the potential.
    alpha : float
        :math:`\alpha`, its shape, between -1 and 1, ends excluded; 0 is the Aubry-Andre model.
    phi : float
        :math:`\phi`, its phase.

    Returns
    -------
    ndarray, shape (N, N)

    Raises
    ------
    ValueError
        If N is not a Fibonacci number, alpha does not lie between -1 and 1, or lam or phi is not
        finite.
    TypeError
        If N is not a whole number, or another argument not a real one.

    Notes
    -----
    Source: arXiv 2404.19756, eq. 4.6 and 4.7; S. Ganeshan, J. Pixley, S. Das Sarma, Physical Review
    Letters 114, 146601 (2015). On an open chain the sign of t changes no energy and no
    :math:`|\psi_n|`: it only flips the sign of every second amplitude.

    Examples
    --------
    Without a potential, only the hopping between neighbors on a ring of five sites remains:

    >>> import kan_numpy as kn
    >>> kn.aubry_andre.generalized_hamiltonian(5, lam=0.0, alpha=0.0).astype(int)
    array([[0, 1, 0, 0, 1],
           [1, 0, 1, 0, 0],
           [0, 1, 0, 1, 0],
           [0, 0, 1, 0, 1],
           [1, 0, 0, 1, 0]])
    """
    lam, cosine = as_number("lam", lam), _cosine(n_sites, phi)
    alpha = as_number("alpha", alpha, -1.0, 1.0, include_low=False, include_high=False)
    H = (_distance(n_sites) == 1.0).astype(np.float64)  # (N, N)
    # eq. 4.7
    np.fill_diagonal(H, 2.0 * lam * cosine / (1.0 - alpha * cosine))
    return H


def modified_hamiltonian(n_sites: int, lam: float, p: float, phi: float = 0.0) -> Array:
    r"""Return the Hamiltonian of the modified Aubry-Andre model, with :math:`t = e^p`.

    .. math::
        H_{n,n'} = t\, e^{-p |n - n'|}, \qquad H_{n,n} = \lambda \cos(2 \pi b n + \phi)

    Parameters
    ----------
    n_sites : int
        N, a Fibonacci number.
    lam : float
        :math:`\lambda`, the strength of the potential.
    p : float
        How fast the hopping decays with the distance around the ring, above 0.
    phi : float
        :math:`\phi`, the phase of the potential.

    Returns
    -------
    ndarray, shape (N, N)

    Raises
    ------
    ValueError
        If N is not a Fibonacci number, p is not above 0, or lam or phi is not finite.
    TypeError
        If N is not a whole number, or another argument not a real one.

    Notes
    -----
    Source: arXiv 2404.19756, eq. 4.9 and 4.10, with the hopping between neighbors as the unit of
    energy; J. Biddle, S. Das Sarma, Physical Review Letters 104, 070601 (2010).

    Examples
    --------
    With p = log 2, hopping to the second neighbor is half of that to the first:

    >>> from math import log
    >>> import kan_numpy as kn
    >>> kn.aubry_andre.modified_hamiltonian(5, lam=0.0, p=log(2))[0]  # on a ring of five sites
    array([0. , 1. , 0.5, 0.5, 1. ])
    """
    lam, cosine = as_number("lam", lam), _cosine(n_sites, phi)
    p = as_number("p", p, 0.0, include_low=False)
    H = np.exp(p * (1.0 - np.maximum(_distance(n_sites), 1.0)))  # (N, N)
    # eq. 4.10
    np.fill_diagonal(H, lam * cosine)
    return H


def _cosine(n_sites: int, phi: float) -> Array:
    """Return cos(2 pi b n + phi) for every site, shape (N,)."""
    turns = golden_approximant(n_sites) * np.arange(n_sites)
    return np.cos(2.0 * np.pi * turns + as_number("phi", phi))


def _distance(n_sites: int) -> Array:
    """Return the distance around the ring between every two sites, shape (N, N)."""
    sites = np.arange(n_sites, dtype=np.float64)
    apart = np.abs(sites[:, None] - sites)
    return np.minimum(apart, n_sites - apart)
