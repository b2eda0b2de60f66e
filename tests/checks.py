"""What it means that a derivative is right, and that two networks are the same.

There is one function for each derivative, and it returns the worst error. `test_gradients.py` calls
them for the library, `test_planted_bugs.py` for the library with bugs. They know three judges:
central differences, entry by entry (rtol 1e-6, atol 1e-8); the complex step, which is exact to
rounding, and right on a knot too; and another way by hand to the same number.
"""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from kan_numpy import reference
from kan_numpy.functions import activations
from kan_numpy.gradcheck import ATOL, RTOL, assert_adjoint, central_difference, complex_step

EXACT = 1e-13
STEP = 1e-30


def agree(got, want, rtol=RTOL, atol=ATOL):
    """Assert equality, shape and dtype included, and return the worst relative error."""
    np.testing.assert_allclose(got, want, rtol=rtol, atol=atol, strict=True)
    return float(np.max(np.abs(got - want) / (np.abs(want) + atol / rtol)))


def assert_close(got, want, atol=EXACT):
    """Assert equality relative to the largest value, or to 1."""
    scale = max(1.0, float(np.abs(want).max(initial=0.0)))
    np.testing.assert_allclose(got, want, rtol=0, atol=atol * scale, strict=True)


def agree_exactly(got, want, scale):
    """Assert equality up to rounding, relative to a number that says how large the terms are."""
    return agree(got, want, rtol=EXACT, atol=EXACT * max(1.0, float(np.max(scale))))


def check_activation(activation, order, x):
    """The derivative of this order is the complex step of the one before."""
    want = complex_step(lambda z: activation(z, order - 1), x)
    return agree(activation(x, order), want, rtol=EXACT, atol=EXACT)


def check_loss(loss, prediction, target, rng):
    return assert_adjoint(
        lambda p: loss.value_and_gradient(p, target)[0],
        lambda dL, p: dL * loss.value_and_gradient(p, target)[1],
        prediction,
        rng=rng,
    )


def check_basis_derivative(basis, order, x):
    """The derivative of this order is the complex step of the one before."""
    want = complex_step(lambda z: basis(z, order - 1), x)
    return agree_exactly(basis(x, order), want, np.abs(want))


def check_basis_backward(basis, x, rng):
    def backward(dB, x):
        return basis.backward(dB, basis.forward(x)[1])

    return assert_adjoint(lambda x: basis.forward(x)[0], backward, x, rng=rng)


def check_basis_backward_exactly(basis, x, rng):
    """The same by complex step, so on every knot as well."""
    B, cache = basis.forward(x)
    dB = rng.standard_normal(B.shape)
    terms = dB * complex_step(lambda z: basis.forward(z)[0], x)  # (N, n_in, G+k)
    return agree_exactly(basis.backward(dB, cache), terms.sum(axis=-1), np.abs(terms))


def check_layer(layer, x, rng):
    """Dx and dtheta of one layer, that is of x, coef and w_base."""

    def backward(dy, x, theta):
        changed = layer.with_theta(theta)
        return changed.backward(dy, changed.forward(x)[1])

    return assert_adjoint(
        lambda x, theta: layer.with_theta(theta).forward(x)[0], backward, x, layer.theta, rng=rng
    )


def check_network_theta(network, x, rng):
    def backward(dy, theta):
        changed = network.with_theta(theta)
        return changed.backward(dy, changed.forward(x)[1])[1]

    return assert_adjoint(
        lambda theta: network.with_theta(theta)(x), backward, network.theta, rng=rng
    )


def check_network_input(network, x, rng):
    def backward(dy, x):
        return network.backward(dy, network.forward(x)[1])[0]

    return assert_adjoint(network, backward, x, rng=rng)


def check_network_exactly(network, x, rng):
    """<dy, J v> = <dx, v_x> + <dtheta, v_theta>, with J v by complex step in a random direction."""
    y, cache = network.forward(x)
    dy, v = rng.standard_normal(y.shape), rng.standard_normal(x.shape)
    v_theta = rng.standard_normal(network.size)
    z = x + 1j * STEP * v
    for layer, along in zip(network.layers, network.with_theta(v_theta).layers, strict=True):
        coef = layer.coef + 1j * STEP * along.coef
        w_base = layer.w_base + 1j * STEP * along.w_base * layer.has_base
        z, _ = replace(layer, coef=coef, w_base=w_base).forward(z)
    dx, dtheta = network.backward(dy, cache)
    parts = np.concatenate([(dx * v).ravel(), dtheta * v_theta])
    want = np.sum(dy * z.imag / STEP)
    return agree_exactly(parts.sum(), want, np.abs(parts).sum())


def check_jacobian(network, x):
    want = central_difference(lambda theta: network.with_theta(theta)(x), network.theta)
    return agree(network.jacobian(x), want)


def check_jacobian_adjoint(network, x, rng):
    """Summed over samples and outputs with dy, the Jacobian is what backward returns."""
    y, cache = network.forward(x)
    dy = rng.standard_normal(y.shape)
    terms = dy[:, :, None] * network.jacobian(x)  # (N, n_out, P)
    _, dtheta = network.backward(dy, cache)
    return agree_exactly(dtheta, terms.sum(axis=(0, 1)), np.abs(terms))


def check_objective(objective, theta, rng):
    return assert_adjoint(
        lambda theta: objective.fun(theta)[0],
        lambda dL, theta: dL * objective.fun(theta)[1],
        theta,
        rng=rng,
    )


def check_residuals(objective, theta):
    want = central_difference(objective.residuals, theta)
    return agree(objective.jacobian(theta), want)


def check_residuals_gradient(objective, theta):
    """L = r . r, hence the gradient of L is 2 J^T r."""
    terms = 2.0 * objective.jacobian(theta) * objective.residuals(theta)[:, None]  # (N n_out, P)
    return agree_exactly(objective.fun(theta)[1], terms.sum(axis=0), np.abs(terms))


def assert_value(one, field):
    """Assert that it cannot be changed, and is an object of its own that can be in a set."""
    with pytest.raises(FrozenInstanceError):
        setattr(one, field, None)
    assert one in {one}


def same(a, b):
    """Say whether two networks are equal bit for bit."""
    names = ("knots", "coef", "w_base", "bias", "active")
    return len(a.layers) == len(b.layers) and all(
        np.array_equal(getattr(one, name), getattr(two, name))
        and getattr(one, name).dtype == getattr(two, name).dtype
        and one.degree == two.degree
        and one.outside == two.outside
        and np.array_equal(one.center, two.center)
        and np.array_equal(one.scale, two.scale)
        for one, two in zip(a.layers, b.layers, strict=True)
        for name in names
    )


SLOW_BASES = {"silu": reference.silu, "identity": float, "zero": lambda x: 0.0 * x, "wave": np.sin}
SLOW_SLOPES = {
    "silu": activations.silu_derivative,
    "identity": lambda x: 1.0,  # noqa: ARG005
    "zero": lambda x: 0.0,  # noqa: ARG005
    "wave": np.cos,
}


def edge_by_hand(layer, o, i, x):
    """Evaluate one edge at one number."""
    m, s = (0.0, 1.0) if layer.center is None else (layer.center[i], layer.scale[i])
    base, slope = SLOW_BASES[layer.base.name], SLOW_SLOPES[layer.base.name]
    values = layer.coef[o, i], layer.w_base[o, i], layer.degree, layer.knots[i]
    functions = [lambda x: base((x - m) / s), lambda x: slope((x - m) / s) / s]
    if layer.outside == "fade":
        return reference.edge(x, *values, functions[0])
    return reference.continued_edge(x, *values, *functions)


def layer_by_hand(layer, x):
    """Evaluate a layer one number at a time."""
    return np.array(
        [
            [
                layer.bias[o] + sum(edge_by_hand(layer, o, i, z) for i, z in enumerate(sample))
                for o in range(layer.n_out)
            ]
            for sample in x
        ]
    )
