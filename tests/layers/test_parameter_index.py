"""What edges share stands once in theta, and its gradients are added up; bugs are caught."""

from dataclasses import replace

import numpy as np
import pytest
from checks import (
    agree_exactly,
    check_jacobian,
    check_jacobian_adjoint,
    check_network_input,
    check_network_theta,
    check_objective,
)
from hypothesis import given
from planting import Bug, assert_caught
from tied_networks import all_unlocked, locks_of, square, tied_networks_with_inputs

import kan_numpy as kn
from kan_numpy import Objective, Penalty
from kan_numpy.gradcheck import assert_adjoint
from kan_numpy.layers.parameter_index import ParameterIndex, active_ties


def sharing(network):
    """Return S (parameters of all edges, P), built edge by edge from the names of parameters."""
    names, column = [], {}
    for at, layer in enumerate(network.layers):
        first = {edge: lock[0] for lock in locks_of(network, at) for edge in lock}
        edges = [tuple(edge) for edge in np.argwhere(layer.splines).tolist()]
        owners = [first.get(edge, edge) for edge in edges]
        names += [(at, owner, j) for owner in owners for j in range(layer.basis.size)]
        names += [(at, owner, "w") for owner in owners if layer.has_base]
        names += [(at, (e.out, e.inp), letter) for e in layer.symbols for letter in "abcd"]
    for name in names:
        column.setdefault(name, len(column))
    S = np.zeros((len(names), len(column)))
    for row, name in enumerate(names):
        S[row, column[name]] = 1.0
    return S


@pytest.mark.gradient
@given(drawn=tied_networks_with_inputs())
def test_a_network_with_locks_goes_back(record, drawn):
    network, x, rng = drawn
    record(check_network_theta(network, x, rng))
    record(check_network_input(network, x, rng))


@pytest.mark.gradient
@given(drawn=tied_networks_with_inputs())
def test_its_jacobian_is_right(record, drawn):
    network, x, rng = drawn
    record(check_jacobian(network, x))
    record(check_jacobian_adjoint(network, x, rng))


@pytest.mark.gradient
@given(drawn=tied_networks_with_inputs())
def test_what_is_shared_is_added_up(record, drawn):
    network, x, rng = drawn
    free, S = all_unlocked(network), sharing(network)
    assert S.shape == (free.size, network.size)
    np.testing.assert_allclose(S @ network.theta, free.theta, rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(free(x), network(x), rtol=1e-13, atol=1e-13)
    dy = rng.standard_normal(network(x).shape)
    dtheta, all_of_it = (net.backward(dy, net.forward(x)[1])[1] for net in (network, free))
    record(agree_exactly(dtheta, S.T @ all_of_it, np.abs(S.T) @ np.abs(all_of_it)))
    J = free.jacobian(x)
    record(agree_exactly(network.jacobian(x), J @ S, np.abs(J) @ S))
    caches = zip(network.layers, free.layers, network.forward(x)[1], strict=True)
    pairs = [
        (layer.feature_mean_squares(c), other.feature_mean_squares(c)) for layer, other, c in caches
    ]
    squares, each = (np.concatenate(part) for part in zip(*pairs, strict=True))
    record(agree_exactly(squares, S.T @ each, S.T @ each))


@pytest.mark.gradient
@given(drawn=tied_networks_with_inputs())
def test_a_penalty_goes_through_locks(record, drawn):
    network, x, _ = drawn
    penalty = Penalty(l1=0.3, entropy=0.2, coef=0.1, smoothness=0.4)
    free, S = all_unlocked(network), sharing(network)
    (value, dtheta), (of_all, slopes) = penalty(network, x), penalty(free, x)
    assert value == pytest.approx(of_all, rel=1e-12)
    record(agree_exactly(dtheta, S.T @ slopes, S.T @ np.abs(slopes)))
    H = penalty.curvature(free, x)
    scale = S.T @ np.abs(H) @ S
    record(agree_exactly(penalty.curvature(network, x), S.T @ H @ S, scale))


@pytest.mark.gradient
def test_a_penalty_on_locked_edges_goes_back_as_central_differences_say(record):
    network, x = square()
    network = kn.lock(network, 0, [(0, 0), (1, 1)])
    penalty = Penalty(l1=0.3, entropy=0.2, coef=0.1, smoothness=0.4)
    error = assert_adjoint(
        lambda theta: penalty(network.with_theta(theta), x)[0],
        lambda dL, theta: dL * penalty(network.with_theta(theta), x)[1],
        network.theta,
        rng=np.random.default_rng(0),
    )
    record(error)
    objective = Objective(network, x, np.sin(x[:, :1]), penalty=penalty)
    record(check_objective(objective, network.theta, np.random.default_rng(1)))


BUGS = [
    Bug(
        "only the first edge of a lock has a say",
        ParameterIndex, "add_up",
        "np.add.at(out.T, self.index[self.others], gradient.T[self.others])", "pass",
        None,
    ),
    Bug(
        "the last edge of a lock overwrites the others",
        ParameterIndex, "add_up",
        "np.add.at(out.T, self.index[self.others], gradient.T[self.others])",
        "out.T[self.index[self.others]] = gradient.T[self.others]",
        None,
    ),
    Bug(
        "what comes back to a shared parameter goes to its neighbor",
        ParameterIndex, "add_up",
        "self.index[self.others]", "self.index[self.others] - 1",
        None,
    ),
    Bug(
        "the parameters are handed out in reverse order",
        ParameterIndex, "spread",
        "[self.index]", "[self.index[::-1]]",
        None,
    ),
]  # fmt: skip


@pytest.mark.gradient
@pytest.mark.parametrize("judge", ["backward", "jacobian"])
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught(monkeypatch, bug, judge):
    network, x = square()
    network = kn.lock(network, 0, [(0, 0), (1, 1)])

    def check():
        if judge == "jacobian":
            check_jacobian(network, x)
        else:
            check_network_theta(network, x, np.random.default_rng(0))

    assert_caught(monkeypatch, replace(bug, check=check))


def test_a_lock_of_which_one_spline_is_left_is_none():
    splines = np.array([[True, True], [False, True]])
    locks = (((0, 0), (1, 0)), ((0, 1), (1, 1), (1, 0)), ((1, 0),))
    assert active_ties(locks, splines) == (((0, 1), (1, 1)),)
