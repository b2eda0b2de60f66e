"""Quasiperiodic chains: matrices entry by entry, known energies, and the transition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import eigh, eigh_tridiagonal

from kan_numpy.datasets.aubry_andre import (
    fractal_dimension,
    generalized_hamiltonian,
    golden_approximant,
    inverse_participation_ratio,
    modified_hamiltonian,
)
from kan_numpy.datasets.localization import MODELS


def dimensions(H):
    return fractal_dimension(eigh(H)[1])


@given(st.integers(1, 40), st.integers(40, 60), st.floats(1e-200, 1e200))
def test_a_state_on_m_sites_alike_has_ipr_one_over_m(m, n_sites, size):
    psi = np.zeros((n_sites, 1))
    psi[:m] = size
    np.testing.assert_allclose(inverse_participation_ratio(psi), [1 / m], rtol=1e-13)
    np.testing.assert_allclose(
        fractal_dimension(psi), [np.log(m) / np.log(n_sites)], rtol=1e-12, atol=1e-13
    )


def test_the_ratio_agrees_with_sums_in_a_loop_for_unnormalized_states():
    psi = np.random.default_rng(0).normal(size=(7, 3))
    loop = [sum(a**4 for a in state) / sum(a**2 for a in state) ** 2 for state in psi.T]
    np.testing.assert_allclose(inverse_participation_ratio(psi), loop, rtol=1e-13, strict=True)


def test_golden_approximants_come_near_the_inverse_golden_ratio():
    golden = (np.sqrt(5) - 1) / 2
    errors = [abs(golden_approximant(n) - golden) for n in (5, 8, 13, 233)]
    assert golden_approximant(5) == 0.6
    assert golden_approximant(233) == 144 / 233
    # |b - F_{m-1} / F_m| is about 1 / (sqrt(5) F_m^2).
    np.testing.assert_allclose(errors[-1], 1 / (np.sqrt(5) * 233**2), rtol=1e-3)
    assert sorted(errors, reverse=True) == errors


def potential(model, n_sites, first, second, phi):
    """Return the on-site energies, one site at a time, from the formulas of the paper."""
    b, energies = golden_approximant(n_sites), []
    for n in range(n_sites):
        c = np.cos(2 * np.pi * b * n + phi)
        energies.append(2 * first * c / (1 - second * c) if model == "generalized" else first * c)
    return energies


@pytest.mark.parametrize("model", list(MODELS))
def test_hamiltonians_agree_with_their_formulas_entry_by_entry(model):
    first, second, phi = 0.7, 0.6, 0.4
    H = MODELS[model].hamiltonian(13, first, second, phi)
    on_site = potential(model, 13, first, second, phi)
    want = np.empty((13, 13))
    for n in range(13):
        for m in range(13):
            d = min(abs(n - m), 13 - abs(n - m))
            if model == "generalized":
                want[n, m] = on_site[n] if d == 0 else float(d == 1)
            else:
                want[n, m] = on_site[n] if d == 0 else np.exp(second) * np.exp(-second * d)
    np.testing.assert_allclose(H, want, rtol=1e-12, atol=1e-14, strict=True)


def test_an_open_chain_has_the_energies_of_the_tridiagonal_solver():
    H = generalized_hamiltonian(55, 0.9, -0.4, 0.3)
    assert H[0, -1] == H[-1, 0] == 1.0
    H[0, -1] = H[-1, 0] = 0.0
    E, psi = eigh(H)
    on_site = potential("generalized", 55, 0.9, -0.4, 0.3)
    E_minus, psi_minus = eigh_tridiagonal(on_site, -np.ones(54))  # the other sign of t
    np.testing.assert_allclose(E, E_minus, rtol=0, atol=1e-12)
    np.testing.assert_allclose(
        fractal_dimension(psi), fractal_dimension(psi_minus), rtol=0, atol=1e-8
    )


def test_without_potential_the_energies_are_those_of_plane_waves():
    k = 2 * np.pi * np.arange(34) / 34
    free = eigh(generalized_hamiltonian(34, 0.0, 0.5), eigvals_only=True)
    np.testing.assert_allclose(free, np.sort(2 * np.cos(k)), rtol=0, atol=1e-12)
    # The hopping summed over all distances, a geometric series as long as the ring is.
    p, free = 2.0, eigh(modified_hamiltonian(34, 0.0, 2.0), eigvals_only=True)
    waves = [sum(2 * np.exp(-p * (d - 1)) * np.cos(q * d) for d in range(1, 17)) for q in k]
    waves += np.exp(-p * 16) * np.cos(17 * k)
    np.testing.assert_allclose(free, np.sort(waves), rtol=0, atol=1e-12)


def test_both_models_become_the_aubry_andre_model():
    # Far decay leaves neighbors only, and lam there is 2 lam here.
    np.testing.assert_allclose(
        modified_hamiltonian(21, 1.4, 40.0, 0.2),
        generalized_hamiltonian(21, 0.7, 0.0, 0.2),
        rtol=0,
        atol=1e-12,
    )


def test_the_aubry_andre_transition_is_at_lam_equal_to_t():
    below, above = (dimensions(generalized_hamiltonian(377, lam, 0.0, 0.3)) for lam in (0.9, 1.1))
    assert below.min() > 0.6
    assert above.max() < 0.55
    assert np.median(below) - np.median(above) > 0.4


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: golden_approximant(100), "nearest are 89 and 144"),
        (lambda: generalized_hamiltonian(34, 1.0, 1.0), "alpha must lie in"),
        (lambda: modified_hamiltonian(34, 1.0, 0.0), "p must lie in"),
        (lambda: inverse_participation_ratio([[0.0, 1.0], [0.0, 1.0]]), r"psi\[:, 0\]"),
        (lambda: fractal_dimension([[1.0]]), "number of sites must be at least 2"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
