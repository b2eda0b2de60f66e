"""Derivatives by the inputs, forward and backward, are right; planted bugs are caught."""

import numpy as np
import pytest
from checks import agree
from hypothesis import given
from hypothesis import strategies as st
from jet_checks import (
    check_backward_pass,
    check_backward_pass_exactly,
    check_by_complex_step,
    check_jacobian,
    close,
    kans,
    mlps,
    networks,
    pairs_of,
    the_backward_pass,
)
from planting import Bug, assert_caught
from strategies import points

import kan_numpy as kn
from kan_numpy.derivatives import network_jets as jets
from kan_numpy.gradcheck import central_difference


@pytest.mark.gradient
@given(drawn=st.one_of(kans(points), mlps()))
def test_derivatives_by_the_inputs_are_exact_on_knots_too(record, drawn):
    record(check_by_complex_step(*drawn))


@pytest.mark.gradient
@given(drawn=networks())
def test_derivatives_by_the_inputs_are_what_central_differences_say(record, drawn):
    network, x, _ = drawn
    jet, H = jets.jet(network, x), jets.hessian(network, x)
    assert np.array_equal(jet.value, network(x))
    for n in range(len(x)):

        def gradient(at):
            return jets.jet(network, at[None]).gradient[0]

        record(agree(jet.gradient[n], central_difference(lambda at: network(at[None])[0], x[n])))
        size = max(1.0, float(np.abs(H).max()))
        record(agree(H[n], central_difference(gradient, x[n]), atol=1e-8 * size))


@pytest.mark.gradient
@given(drawn=networks(), data=st.data())
def test_the_backward_pass_to_theta_and_x_is_what_central_differences_say(record, drawn, data):
    network, x, rng = drawn
    record(check_backward_pass(network, x, rng, data.draw(pairs_of(network.widths[0]))))


@pytest.mark.gradient
@given(drawn=st.one_of(kans(points), mlps()), data=st.data())
def test_the_backward_pass_is_exact_on_knots_too(record, drawn, data):
    network, x, rng = drawn
    record(check_backward_pass_exactly(network, x, rng, data.draw(pairs_of(network.widths[0]))))


@pytest.mark.gradient
@given(drawn=networks(), data=st.data())
def test_the_jacobian_and_the_backward_pass_say_the_same(record, drawn, data):
    network, x, rng = drawn
    record(check_jacobian(network, x, rng, data.draw(pairs_of(network.widths[0]))))


@given(drawn=networks())
def test_permuted_samples_have_permuted_derivatives(drawn):
    network, x, rng = drawn
    order = rng.permutation(len(x))
    H = jets.hessian(network, x)
    close(jets.hessian(network, x[order]), H[order], H)


BUGS = [
    Bug(
        "the layers are backpropagate without the first step back",
        jets, "backpropagate",
        "dy = layer", "_ = layer",
        the_backward_pass,
    ),
]  # fmt: skip


@pytest.mark.gradient
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught(monkeypatch, bug):
    assert_caught(monkeypatch, bug)


def test_what_is_not_asked_for_is_not_needed():
    slope_only = kn.KAN([2, 3, 1], base=(np.sin, np.cos), rng=0)
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (4, 2))
    y, _ = jets.forward(slope_only, x, pairs=[])
    assert y.second.shape == (4, 1, 0)
    dx, _ = slope_only.backward(np.ones((4, 1)), slope_only.forward(x)[1])
    np.testing.assert_allclose(y.gradient[:, 0], dx, rtol=1e-12)
    with pytest.raises(ValueError, match="derivative 2 of 'sin' is not known"):
        jets.jet(slope_only, x)


def test_bad_input_is_refused():
    net = kn.KAN([2, 3, 1], rng=0)
    x = np.zeros((4, 2))
    y, cache = jets.forward(net, x)
    with pytest.raises(ValueError, match=r"x must have shape \(N, 2\)"):
        jets.jet(net, np.zeros((4, 3)))
    with pytest.raises(ValueError, match=r"x\[1, 0\] is nan"):
        jets.hessian(net, [[0.0, 0.0], [np.nan, 0.0]])
    with pytest.raises(TypeError, match="must be a KAN or an MLP"):
        jets.jet(None, x)
    with pytest.raises(ValueError, match="pairs must name inputs from 0 to 1"):
        jets.forward(net, x, [(0, 2)])
    for wrong in (3, [0, 1], [(0, 1, 1)]):
        with pytest.raises((TypeError, ValueError), match="pairs must be a list of pairs"):
            jets.forward(net, x, wrong)
    with pytest.raises(ValueError, match="pairs must be at least 0"):
        jets.forward(net, x, [(0, -1)])
    with pytest.raises(TypeError, match=r"dy must be a Jet"):
        jets.backward(net, y.value, cache)
    with pytest.raises(ValueError, match=r"dy.gradient must have shape \(4, 1, 2\)"):
        jets.jacobian(net, y._replace(gradient=y.value), cache)
    for wrong in (net.forward(x)[1], jets.forward(kn.KAN([1, 1], rng=0), [[0.0]])[1]):
        with pytest.raises(TypeError, match="cache must be what forward returned"):
            jets.backward(net, y, wrong)
