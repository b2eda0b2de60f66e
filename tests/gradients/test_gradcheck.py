"""The judges are judged: right gradients pass, typical wrong ones do not, and the message helps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kan_numpy.gradcheck import assert_adjoint, central_difference, complex_step


def forward(x, w):
    """Y (N, n_out) from x (N, n_in) and w (n_out, n_in)."""
    return np.sin(x) @ w.T


def backward(dy, x, w):
    return np.cos(x) * (dy @ w), dy.T @ np.sin(x)


def data(n_samples=5, n_in=3, n_out=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n_samples, n_in)), rng.standard_normal((n_out, n_in))


@given(
    shape=st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(1, 5)),
    scale=st.sampled_from([1e-3, 1.0, 1e3]),
    seed=st.integers(0, 100),
)
def test_a_right_gradient_is_accepted_whatever_its_scale(shape, scale, seed):
    x, w = data(*shape, seed)

    def scaled(dy, x, w):
        dx, dw = backward(dy, x, w)
        return scale * dx, scale * dw

    # Rounding grows with the values, so the absolute tolerance must grow with them.
    error = assert_adjoint(
        lambda x, w: scale * forward(x, w), scaled, x, w, rng=seed, atol=1e-8 * scale
    )
    assert error < 1e-6


@pytest.mark.parametrize("argument", [0, 1])
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda g: 1.001 * g, id="scaled by 1.001"),
        pytest.param(lambda g: g + 1e-3 * np.abs(g).max(), id="shifted by a constant"),
        pytest.param(lambda g: -g, id="wrong sign"),
        pytest.param(lambda g: g[::-1].copy(), id="reversed batch"),
        pytest.param(lambda g: np.roll(g, 1, axis=1), id="shifted by one index"),
        pytest.param(lambda g: 0.0 * g, id="zero"),
        pytest.param(lambda g: np.where(np.arange(g.size).reshape(g.shape), g, np.nan), id="NaN"),
    ],
)
@pytest.mark.parametrize("scale", [1e-2, 1.0, 1e3])
def test_a_wrong_gradient_is_rejected_and_its_argument_named(argument, spoil, scale):
    def wrong(dy, x, w):
        gradients = [scale * gradient for gradient in backward(dy, x, w)]
        gradients[argument] = spoil(gradients[argument])
        return tuple(gradients)

    with pytest.raises(AssertionError, match=f"the gradient of argument {argument} is wrong in"):
        assert_adjoint(lambda x, w: scale * forward(x, w), wrong, *data())


def test_a_transposed_gradient_is_rejected_even_if_it_is_square():
    with pytest.raises(AssertionError, match="the gradient of argument 1 is wrong in"):
        assert_adjoint(forward, lambda dy, x, w: (None, backward(dy, x, w)[1].T.copy()), *data())


def test_a_gradient_that_ignores_the_upstream_gradient_is_rejected():
    def deaf(dy, x, w):
        return backward(np.ones_like(dy), x, w)

    with pytest.raises(AssertionError, match="the gradient of argument 0 is wrong in"):
        assert_adjoint(forward, deaf, *data())


def test_a_gradient_that_averages_over_the_batch_is_rejected():
    def average(dy, x, w):
        dx, dw = backward(dy, x, w)
        return dx, dw / len(x)

    with pytest.raises(AssertionError, match="the gradient of argument 1 is wrong in"):
        assert_adjoint(forward, average, *data())


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param(
            lambda g: g.astype(np.float32),
            "argument 1 must be float64, but is float32",
            id="float32",
        ),
        pytest.param(
            lambda g: g + 0j, "argument 1 must be float64, but is complex128", id="complex"
        ),
        pytest.param(lambda g: g.tolist(), "argument 1 must be float64, but is list", id="list"),
        pytest.param(
            lambda g: g.ravel(),
            r"argument 1 must have its shape \(4, 3\), but has \(12,\)",
            id="flattened",
        ),
        pytest.param(
            lambda g: g.T,
            r"argument 1 must have its shape \(4, 3\), but has \(3, 4\)",
            id="transposed",
        ),
        pytest.param(
            lambda g: g[:1],
            r"argument 1 must have its shape \(4, 3\), but has \(1, 3\)",
            id="one row",
        ),
    ],
)
def test_another_type_or_shape_is_rejected_because_it_would_broadcast(spoil, message):
    with pytest.raises(AssertionError, match=message):
        assert_adjoint(
            forward, lambda dy, x, w: (None, spoil(backward(dy, x, w)[1])), *data(n_out=4)
        )


def test_a_missing_gradient_is_rejected_unless_it_is_said_to_be_missing():
    with pytest.raises(AssertionError, match="returned 1 gradients for 2 arguments"):
        assert_adjoint(forward, lambda dy, x, w: backward(dy, x, w)[0], *data())
    assert_adjoint(forward, lambda dy, x, w: (backward(dy, x, w)[0], None), *data())


def test_the_message_says_where_and_by_how_much():
    def wrong(dy, x, w):
        dx, _ = backward(dy, x, w)
        dx[3, 1] = 7.0
        return dx, None

    with pytest.raises(AssertionError, match=r"in 1 of 15 entries, worst at \(3, 1\): by hand 7,"):
        assert_adjoint(forward, wrong, *data())


def test_the_check_leaves_its_arguments_as_they_are():
    x, w = data()
    x_before, w_before = x.copy(), w.copy()
    assert_adjoint(forward, backward, x, w)
    assert np.array_equal(x, x_before)
    assert np.array_equal(w, w_before)


def test_central_differences_give_every_entry_of_a_jacobian():
    A = np.random.default_rng(0).standard_normal((4, 2, 3))
    J = central_difference(lambda x: A @ x, np.array([0.3, -0.2, 0.5]))
    np.testing.assert_allclose(J, A, rtol=0, atol=1e-9, strict=True)


def test_a_number_can_be_differentiated_with_respect_to_a_number():
    assert central_difference(np.exp, 0.5) == pytest.approx(np.exp(0.5), rel=1e-9)
    assert_adjoint(np.exp, lambda dy, x: dy * np.exp(x), 0.5)


def test_the_error_of_central_differences_falls_like_h_squared_then_rises_like_eps_over_h():
    def error(h):
        x = np.linspace(0.5, 1.5, 50)
        J = central_difference(np.exp, x, h)
        return np.max(np.abs(np.diagonal(J) - np.exp(x)))

    h = np.array([1e-2, 1e-3, 1e-4])
    truncation = [error(step) for step in h]
    np.testing.assert_allclose(truncation, np.exp(1.5) * h**2 / 6.0, rtol=1e-2)
    eps = np.finfo(float).eps
    for step in (1e-7, 1e-8, 1e-9, 1e-10):
        assert 0.1 * eps / step < error(step) < 10.0 * eps / step
    assert error(1e-6) < min(error(1e-3), error(1e-9))


def test_central_differences_are_wrong_at_a_kink_and_the_complex_step_takes_the_right_side():
    def kink(x):
        return np.where(x.real < 0.0, 0.0, 2.0 * x)

    assert central_difference(kink, [0.0]) == pytest.approx(1.0)
    assert complex_step(kink, [0.0]) == 2.0


@given(x=st.lists(st.floats(-5.0, 5.0, allow_subnormal=False), min_size=1))
def test_the_complex_step_is_exact_to_the_last_digits(x):
    def f(x):
        return np.exp(np.sin(x)) / (1.0 + x * x)

    x = np.array(x)
    want = f(x) * (np.cos(x) - 2.0 * x / (1.0 + x * x))
    np.testing.assert_allclose(complex_step(f, x), want, rtol=1e-13, atol=1e-15, strict=True)


@pytest.mark.parametrize("drops", [np.abs, np.real, lambda z: np.maximum(z.real, 0.0)])
def test_the_complex_step_refuses_a_function_that_drops_the_imaginary_part(drops):
    with pytest.raises(TypeError, match="must take complex numbers and return them"):
        complex_step(drops, [0.5])


AWKWARD = [0.0, -1e-6, np.nan, np.inf, -np.inf, 1e9, 0.5, 1e-300]


@pytest.mark.parametrize("h", AWKWARD)
def test_a_step_that_is_no_step_is_refused(h):
    with pytest.raises(ValueError, match="h must"):
        central_difference(np.sin, [0.5], h)
    with pytest.raises(ValueError, match="h must"):
        assert_adjoint(forward, backward, *data(), h=h)
    if h != 1e-300:
        with pytest.raises(ValueError, match="h must"):
            complex_step(np.sin, [0.5], h)


def test_the_step_may_grow_with_the_data():
    x = np.array([1e6, 2e6])
    np.testing.assert_allclose(np.diag(central_difference(np.square, x, 100.0)), 2.0 * x, rtol=1e-9)
    with pytest.raises(ValueError, match=r"h must lie in \[1e-11, 20000\]"):
        central_difference(np.square, x, 1e5)


def test_a_step_that_vanishes_in_rounding_is_refused():
    with pytest.raises(ValueError, match="h must be larger: x \\+ h is x where x is 1e\\+12"):
        central_difference(np.square, [1.0, 1e12])
    with pytest.raises(ValueError, match="h must be larger"):
        assert_adjoint(np.square, lambda dy, x: 2.0 * x * dy, [1e12])


def test_a_function_that_returns_no_numbers_is_refused():
    for wrong in (lambda x: x > 0.0, lambda x: x.astype(str), lambda _: None):
        with pytest.raises(TypeError, match="forward must return numbers, but returned"):
            assert_adjoint(wrong, lambda dy, _: dy, [0.5])


@pytest.mark.parametrize("name", ["rtol", "atol"])
@pytest.mark.parametrize("value", [*AWKWARD[:-1], "1e-6", None, [1e-6, 1e-6]])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e3])
def test_the_check_cannot_be_switched_off_by_its_tolerances(name, value, scale):
    """Neither for a wrong gradient nor for a right one."""
    for factor in (0.0, 1.0):

        def scaled(dy, x, w, factor=factor):
            return tuple(factor * scale * gradient for gradient in backward(dy, x, w))

        def check(scaled=scaled):
            assert_adjoint(lambda x, w: scale * forward(x, w), scaled, *data(), **{name: value})

        if name == "atol" and value == 0.5 and scale == 1e3:  # small against these gradients
            if factor == 0.0:
                with pytest.raises(AssertionError):
                    check()
            else:
                check()
            continue
        with pytest.raises((ValueError, TypeError), match=f"{name} (must|is)"):
            check()


@pytest.mark.parametrize("rtol", [5e-324, 1e-320, 1e-300])
@pytest.mark.parametrize("atol", [5e-324, 1e-300, 1e-8])
def test_the_check_cannot_be_switched_off_by_tolerances_next_to_zero(rtol, atol):
    def wrong(dy, x, w):
        return tuple(1.001 * gradient for gradient in backward(dy, x, w))

    with pytest.raises(AssertionError, match="is wrong in"):
        assert_adjoint(forward, wrong, *data(), rtol=rtol, atol=atol)


def test_the_check_cannot_be_switched_off_by_what_it_is_not_given():
    with pytest.raises(ValueError, match="forward must return at least one number"):
        assert_adjoint(lambda _: [], lambda _, x: 0.0 * x, [0.5])
    with pytest.raises(ValueError, match="arguments must hold at least one"):
        assert_adjoint(lambda: 0.0, lambda _: ())
    with pytest.raises(AssertionError, match="nothing was checked"):
        assert_adjoint(forward, lambda *_: (None, None), *data())


def test_the_check_cannot_be_switched_off_by_changing_its_arrays():
    """A backward pass that moves the point, and one that returns what it changes later."""

    def moving(dy, x, w):
        x[...] = 0.0
        return backward(dy, x, w)

    with pytest.raises(AssertionError, match="is wrong in"):
        assert_adjoint(forward, moving, *data())
    x, w = data()
    buffer = np.zeros_like(x)

    def learning(*_):
        return buffer, None

    def telling(x, w):
        buffer[...] = 1.0
        return forward(x, w)

    with pytest.raises(AssertionError, match="is wrong in"):
        assert_adjoint(telling, learning, x, w)


def wrong_by(change):
    """Return a change of one entry of a gradient, chosen at random, as a function of the entry."""

    def spoil(g, rng):
        large = np.argwhere(np.abs(g) > 0.5)
        place = tuple(large[rng.integers(len(large))])
        g[place] = change(g[place])
        return place

    return spoil


def taken_from_a_neighbor(g, rng):
    n, i = rng.integers(1, 99, 2)
    g[n, i] = g[n, i + 1]
    return n, i


def added_twice(g, rng):
    n, i = rng.integers(0, 99, 2)
    g[n, i] += g[n, i + 1]
    return n, i


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(wrong_by(lambda g: -g), id="wrong sign"),
        pytest.param(wrong_by(lambda g: 1.001 * g), id="factor 1.001"),
        pytest.param(wrong_by(lambda g: g * (1.0 + 1e-5)), id="factor 1.00001"),
        pytest.param(wrong_by(lambda _: 0.0), id="zero"),
        pytest.param(wrong_by(lambda g: 2.0 * g), id="twice"),
        pytest.param(wrong_by(lambda g: 0.5 * g), id="half"),
        pytest.param(wrong_by(lambda g: g + 1e-4), id="shifted"),
        pytest.param(wrong_by(lambda _: np.nan), id="NaN"),
        pytest.param(wrong_by(lambda _: np.inf), id="infinite"),
        pytest.param(wrong_by(lambda g: float(np.float16(g))), id="half precision"),
        taken_from_a_neighbor,
        added_twice,
    ],
)
def test_one_wrong_entry_among_ten_thousand_is_found(spoil):
    rng = np.random.default_rng(0)
    x, places = rng.standard_normal((100, 100)), []

    def wrong(dy, x):
        gradient = 2.0 * x * dy
        places.append(spoil(gradient, rng))
        return gradient

    with pytest.raises(AssertionError, match="is wrong in 1 of 10000 entries") as error:
        assert_adjoint(np.square, wrong, x)
    assert f"worst at {tuple(map(int, places[0]))}:" in str(error.value)
