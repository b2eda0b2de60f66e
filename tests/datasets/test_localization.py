"""Localized or extended: the mobility edge, samples of states, and points of a boundary."""

import numpy as np
import pytest
from scipy.linalg import eigh

from kan_numpy.datasets.aubry_andre import (
    fractal_dimension,
)
from kan_numpy.datasets.localization import MODELS, boundary_points, mobility_edge, sample_states


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        ("generalized", (0.8, 0.5)),
        ("generalized", (0.8, -0.5)),
        ("generalized", (1.3, 0.6)),
        ("modified", (1.8, 1.0)),
        ("modified", (2.3, 1.5)),
    ],
)
def test_the_mobility_edge_parts_extended_from_localized_states(model, parameters):
    E, psi = eigh(MODELS[model].hamiltonian(377, *parameters, 0.3))
    g = mobility_edge(model, np.column_stack([E, np.tile((*parameters, 0.3), (377, 1))]))
    D = fractal_dimension(psi)
    assert 0.1 < np.mean(g > 0) < 0.9
    assert np.mean((D <= 0.5) == (g > 0)) > 0.99
    assert np.median(D[g < 0]) > 0.7
    assert np.median(D[g > 0]) < 0.35


def test_the_edge_has_the_values_worked_out_by_hand():
    x = np.array([[3.0, 0.5, 0.2, 9.0], [-1.0, 2.0, -0.5, 9.0]])
    np.testing.assert_allclose(mobility_edge("generalized", x), [-0.4, 2.5], rtol=0, atol=1e-15)
    x = np.array([[1.0, 2.0, np.log(2.0), 9.0]])  # cosh(log 2) = 5 / 4
    np.testing.assert_allclose(mobility_edge("modified", x), [-0.5], rtol=0, atol=1e-15)


def test_a_longer_chain_has_fewer_ambiguous_states():
    tables = [sample_states("generalized", 30, n, n, rng=3) for n in (89, 377)]
    short, long = (table.ambiguous.mean() for table in tables)
    assert 0.0 < long < 0.6 * short


@pytest.mark.parametrize("model", list(MODELS))
def test_samples_are_eigenstates_of_the_chains_they_name(model):
    table = sample_states(model, 4, 10, 89, rng=5)
    assert table.names == ("E", *MODELS[model].ranges)
    assert table.x.shape == (40, 4)
    low, high = np.array(list(MODELS[model].ranges.values())).T
    np.testing.assert_array_equal(table.chain, np.repeat(np.arange(4), 10))
    for chain in range(4):
        rows = table.x[table.chain == chain]
        assert np.all((rows[:, 1:] == rows[0, 1:]) & (rows[:, 1:] >= low) & (rows[:, 1:] <= high))
        # The same solver: nearly degenerate states are mixed as it happens to mix them.
        E, psi = eigh(MODELS[model].hamiltonian(89, *rows[0, 1:]), driver="evd")
        at = np.abs(rows[:, :1] - E).argmin(axis=1)
        np.testing.assert_allclose(rows[:, 0], E[at], rtol=0, atol=1e-11)
        assert len(set(at)) == 10
        np.testing.assert_allclose(
            table.dimension[table.chain == chain],
            fractal_dimension(psi[:, at]),
            rtol=0,
            atol=1e-9,
        )
    np.testing.assert_array_equal(table.localized, table.dimension <= 0.5)
    np.testing.assert_array_equal(table.ambiguous, np.abs(table.dimension - 0.5) < 0.1)


def test_a_seed_gives_the_same_states_and_another_one_others():
    one, same, other = (sample_states("modified", 3, 5, 34, rng=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.x, same.x)
    assert not np.any(one.x[:, 1] == other.x[:, 1])


def test_boundary_points_lie_on_the_boundary():
    x = np.random.default_rng(0).uniform(-1, 1, (400, 2)) * [1.0, 100.0]

    def decision(x):
        return x[:, 1] / 100 - x[:, 0] ** 2

    points = boundary_points(decision, x, n_points=60)
    assert points.shape == (60, 2)
    np.testing.assert_allclose(decision(points), 0.0, rtol=0, atol=1e-12)
    assert np.ptp(points[:, 0]) > 1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mobility_edge("mosaic", [[0.0] * 4]), "model must be one of"),
        (lambda: mobility_edge("modified", [[0.0] * 3]), "x must have shape"),
        (lambda: sample_states("modified", 1, 35, 34), "n_states must be at most"),
        (lambda: boundary_points(lambda x: x[:, 0] - 9.0, [[0.0], [1.0]]), "decided alike"),
        (lambda: boundary_points(lambda x: x[:, 0], [[-1.0, 2.0], [1.0, 2.0]]), "constant"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
