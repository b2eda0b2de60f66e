"""Activations: right values, right derivatives up to the third, no overflow, clear errors."""

import copy
import math
import pickle

import numpy as np
import pytest
from checks import agree, check_activation
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from strategies import floats

from kan_numpy import Activation, reference
from kan_numpy.functions.activations import ACTIVATIONS, as_activation
from kan_numpy.gradcheck import central_difference

points = st.lists(floats(-30.0, 30.0), min_size=1).map(np.array)


@given(x=points)
def test_sigmoid_and_silu_have_the_values_of_scipy(x):
    np.testing.assert_allclose(ACTIVATIONS["sigmoid"](x), expit(x), rtol=1e-14, strict=True)
    np.testing.assert_allclose(ACTIVATIONS["silu"](x), x * expit(x), rtol=1e-14, strict=True)


@given(x=points)
def test_silu_equals_its_slow_twin(x):
    want = np.array([reference.silu(p) for p in x])
    np.testing.assert_allclose(ACTIVATIONS["silu"](x), want, rtol=1e-14, strict=True)


@given(x=points)
def test_the_others_have_the_values_of_their_names(x):
    assert np.array_equal(ACTIVATIONS["identity"](x), x)
    assert np.array_equal(ACTIVATIONS["zero"](x), 0.0 * x)
    assert np.array_equal(ACTIVATIONS["relu"](x), np.array([max(p, 0.0) for p in x]))
    want = np.array([math.tanh(p) for p in x])
    np.testing.assert_allclose(ACTIVATIONS["tanh"](x), want, rtol=1e-14, strict=True)


@given(x=points, order=st.integers(1, 3))
@pytest.mark.gradient
@pytest.mark.parametrize("name", ["silu", "sigmoid", "tanh", "identity", "zero"])
def test_every_derivative_is_the_complex_step_of_the_one_before(record, name, order, x):
    record(check_activation(ACTIVATIONS[name], order, x))


@given(x=st.lists(floats(0.01, 3.0) | floats(-3.0, -0.01), min_size=1, max_size=5))
@pytest.mark.gradient
@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_every_derivative_is_what_central_differences_say(record, name, x):
    f, x = ACTIVATIONS[name], np.array(x)
    for order in (1, 2, 3):
        J = central_difference(lambda z, d=order: f(z, d - 1), x)  # diagonal
        record(agree(f(x, order), np.diagonal(J)))


@given(x=points)
@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_value_and_slope_together_are_those_apart(name, x):
    f = ACTIVATIONS[name]
    value, slope = f.with_slope(x)
    assert np.array_equal(value, f(x))
    np.testing.assert_allclose(slope(), f(x, 1), rtol=1e-13, atol=1e-15, strict=True)


def test_relu_has_the_derivative_from_the_left_at_its_kink():
    assert ACTIVATIONS["relu"](np.array([-1.0, 0.0, 1.0]), 1).tolist() == [0.0, 0.0, 1.0]


@pytest.mark.parametrize("large", [1e4, 1e300])
@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_extreme_inputs_give_the_limits_without_a_warning(name, large):
    f, x = ACTIVATIONS[name], np.array([-large, large])
    limits = {
        "silu": ([0, large], [0, 1]),
        "identity": ([-large, large], [1, 1]),
        "zero": ([0, 0], [0, 0]),
        "sigmoid": ([0, 1], [0, 0]),
        "tanh": ([-1, 1], [0, 0]),
        "relu": ([0, large], [0, 1]),
    }
    for order, want in enumerate([*limits[name], [0, 0], [0, 0]]):
        np.testing.assert_allclose(f(x, order), want, rtol=1e-14, atol=1e-290)


def test_an_activation_of_your_own_is_a_function_with_its_derivatives():
    own = as_activation("base", (np.sin, np.cos))
    x = np.linspace(-1.0, 1.0, 5)
    assert own.name == "sin"
    assert np.array_equal(own(x), np.sin(x))
    assert np.array_equal(own(x, 1), np.cos(x))
    assert as_activation("base", own) is own


def test_a_name_stands_for_the_activation_of_that_name():
    assert as_activation("base", "tanh") is ACTIVATIONS["tanh"]


def test_a_derivative_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="derivative 2 of 'sin' is not known"):
        Activation("sin", np.sin, (np.cos,))(np.ones(2), 2)


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ("swish", ValueError, "base must be one of silu, identity"),
        (np.sin, TypeError, "the derivative can't be left out"),
        ((np.sin,), TypeError, "the derivative can't be left out"),
        ((np.sin, "cos"), TypeError, "must be a function, but is 'cos'"),
        (None, TypeError, "base must be a name, an Activation or a tuple"),
    ],
)
def test_what_is_no_activation_is_refused_with_its_reason(value, error, message):
    with pytest.raises(error, match=message):
        as_activation("base", value)


def test_an_activation_without_derivatives_is_refused():
    with pytest.raises(ValueError, match="must hold at least the first"):
        Activation("sin", np.sin, ())


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_copy_of_an_activation_is_that_activation(name):
    for copied in (copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))):
        assert copied(ACTIVATIONS[name]) is ACTIVATIONS[name]


def test_a_copy_of_ones_own_is_another_of_the_same_functions():
    own = Activation("silu", np.sin, (np.cos,))
    copied = pickle.loads(pickle.dumps(own))
    assert copied == own
    assert copied is not own
    assert copied.function is np.sin


def test_a_function_that_is_defined_between_0_and_1_only_is_accepted():
    log_of_odds = Activation("log odds", np.vectorize(log_odds), (lambda x: 1 / (x * (1 - x)),))
    assert log_of_odds(np.array([0.5])) == 0.0


def log_odds(p):
    """Raise an error outside."""
    return math.log(p / (1 - p))
