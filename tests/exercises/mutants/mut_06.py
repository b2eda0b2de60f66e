"""Wrong solutions of exercise 6: the first line of each says what kind it is, and what is wrong."""

import numpy as np


def gradient_by(f, x, difference):
    """Return an array of the shape of x, one difference for each entry."""
    gradient = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[place] = 1.0
        gradient[place] = difference(f, x, step)
    return gradient


def central(h):
    """Return a central difference of step h."""
    return lambda f, x, e: (f(x + h * e) - f(x - h * e)) / (2 * h)


def central_difference__forward(f, x):
    """Value: a forward difference. Hint: what is its error, at the best h?"""
    return gradient_by(f, x, lambda f, x, e: (f(x + 1.5e-8 * e) - f(x)) / 1.5e-8)


def central_difference__large_step(f, x):
    """Scale: h = 0.001. Hint: the error is h^2 times the third derivative over 6."""
    return gradient_by(f, x, central(1e-3))


def central_difference__small_step(f, x):
    """Scale: h = 1e-12. Hint: how many digits has f(x + h) - f(x - h)?"""
    return gradient_by(f, x, central(1e-12))


def central_difference__without_the_two(f, x):
    """Scale: divided by h. Hint: how far apart are the two points?"""
    return 2 * gradient_by(f, x, central(1e-5))


def central_difference__sign(f, x):
    """Sign: behind minus ahead. Hint: try f(x) = x."""
    return -gradient_by(f, x, central(1e-5))


def central_difference__flat(f, x):
    """Shape: a vector, whatever x is. Hint: the gradient has the shape of x."""
    return gradient_by(f, x, central(1e-5)).ravel()


def central_difference__rows_only(f, x):
    """Shape: all entries of a row move together. Hint: x may have two axes."""
    gradient = np.zeros_like(x)
    for i in range(len(x)):
        step = np.zeros_like(x)
        step[i] = 1e-5
        gradient[i] = (f(x + step) - f(x - step)) / 2e-5
    return gradient


def central_difference__does_not_restore(f, x):
    """Value: x is moved, and not put back exactly. Hint: add h, subtract 2h, add h."""
    gradient, h = np.zeros_like(x), 1e-5
    for place in np.ndindex(x.shape):
        x[place] += h
        ahead = f(x)
        x[place] -= 2 * h
        gradient[place] = (ahead - f(x)) / (2 * h)
        x[place] += h
    return gradient


def central_difference__step_of_x(f, x):
    """Scale: the step is proportional to x. Hint: what is the step at 0?"""
    gradient = np.zeros_like(x)
    for place in np.argwhere(x):
        ahead, behind = x.copy(), x.copy()
        ahead[tuple(place)] *= 1.0 + 1e-5
        behind[tuple(place)] *= 1.0 - 1e-5
        step = ahead[tuple(place)] - behind[tuple(place)]
        gradient[tuple(place)] = (f(ahead) - f(behind)) / step
    return gradient


def central_difference__last_entry_missing(f, x):
    """End: the last entry stays 0. Hint: print the gradient of a sum."""
    gradient = gradient_by(f, x, central(1e-5))
    gradient.flat[max(3, x.size - 1) :] = 0.0
    return gradient


def numerical(forward, arguments, a, dy, h=1e-6):
    """Return the gradient of argument a by central differences."""
    gradient = np.zeros(arguments[a].shape)
    for place in np.ndindex(gradient.shape):
        values = []
        for step in (h, -h):
            moved = [b.copy() for b in arguments]
            moved[a][place] += step
            values.append(np.sum(dy * forward(*moved)))
        gradient[place] = (values[0] - values[1]) / (2 * h)
    return gradient


def compared(forward, backward, arguments, dy=None, only=None, **tolerances):
    """Compare the gradients of all arguments, or of some."""
    shape = np.shape(forward(*arguments))
    dy = np.random.default_rng(0).standard_normal(shape) if dy is None else dy(shape)
    gradients = backward(dy, *arguments)
    for a in range(len(arguments))[:only]:
        wanted = numerical(forward, arguments, a, dy)
        np.testing.assert_allclose(gradients[a], wanted, **tolerances)


FINE = {"rtol": 1e-5, "atol": 1e-9}


def check__dy_of_ones(forward, backward, arguments):
    """Value: dy is all ones. Hint: a pass that ignores dy gets ones again."""
    compared(forward, backward, arguments, dy=np.ones, **FINE)


def check__loose(forward, backward, arguments):
    """Scale: one percent is allowed. Hint: how exact is a central difference?"""
    compared(forward, backward, arguments, rtol=1e-2, atol=1e-8)


def check__absolute(forward, backward, arguments):
    """Scale: an absolute tolerance of 1e-5. Hint: gradients may be of size 1e-6."""
    compared(forward, backward, arguments, rtol=1e-6, atol=1e-5)


def check__relative(forward, backward, arguments):
    """Scale: a relative tolerance only. Hint: what if the gradient is 0?"""
    compared(forward, backward, arguments, rtol=1e-6, atol=0.0)


def check__first_argument(forward, backward, arguments):
    """End: only the first gradient is looked at. Hint: how many arguments are there?"""
    compared(forward, backward, arguments, only=1, **FINE)


def check__shapes(forward, backward, arguments):
    """Shape: only shapes are compared, and signs of the sum. Hint: numbers matter."""
    dy = np.random.default_rng(0).standard_normal(np.shape(forward(*arguments)))
    for a, gradient in enumerate(backward(dy, *arguments)):
        wanted = numerical(forward, arguments, a, dy)
        assert gradient.shape == wanted.shape
        assert np.sum(gradient) * np.sum(wanted) >= -1e-9


def check__sums(forward, backward, arguments):
    """Value: only the sum of each gradient is compared. Hint: two errors may cancel."""
    dy = np.random.default_rng(0).standard_normal(np.shape(forward(*arguments)))
    for a, gradient in enumerate(backward(dy, *arguments)):
        wanted = numerical(forward, arguments, a, dy)
        np.testing.assert_allclose(gradient.sum(), wanted.sum(), rtol=1e-4, atol=1e-4)


def check__one_entry(forward, backward, arguments):
    """End: only the first entry of each gradient. Hint: try all of them."""
    dy = np.random.default_rng(0).standard_normal(np.shape(forward(*arguments)))
    for a, gradient in enumerate(backward(dy, *arguments)):
        wanted = numerical(forward, arguments, a, dy)
        np.testing.assert_allclose(gradient.flat[0], wanted.flat[0], **FINE)


def check__first_and_last_entry(forward, backward, arguments):
    """End: the first and the last entry of each gradient. Hint: a bug may sit in the middle."""
    dy = np.random.default_rng(0).standard_normal(np.shape(forward(*arguments)))
    for a, gradient in enumerate(backward(dy, *arguments)):
        wanted = numerical(forward, arguments, a, dy)
        np.testing.assert_allclose(gradient.flat[[0, -1]], wanted.flat[[0, -1]], **FINE)


def check__one_direction(forward, backward, arguments):
    """Value: the slope in one direction only. Hint: how much of it is a single entry?"""
    rng = np.random.default_rng(0)
    dy = rng.standard_normal(np.shape(forward(*arguments)))
    for a, gradient in enumerate(backward(dy, *arguments)):
        wanted = numerical(forward, arguments, a, dy)
        along = rng.standard_normal(wanted.shape)
        error = abs(np.sum(along * (gradient - wanted)))
        assert error <= 1e-3 * np.linalg.norm(wanted) * np.linalg.norm(along) + 1e-9


def check__returns_false(forward, backward, arguments):
    """Order: the answer is returned, not raised. Hint: who looks at a return value?"""
    try:
        compared(forward, backward, arguments, **FINE)
    except AssertionError as error:
        if "100%" in str(error):
            raise
        return False
    return True


def check__float32(forward, backward, arguments):
    """Scale: differences of single precision. Hint: how many digits are left?"""
    compared(lambda *a: np.float32(forward(*a)), backward, arguments, rtol=1e-3, atol=1e-8)


def sums(basis, knots_and_points, tolerance=1e-9):
    """Assert that functions sum to one at points of several knots."""
    for t, x, k in knots_and_points:
        total = basis(np.asarray(x, dtype=float), np.asarray(t, dtype=float), k).sum(axis=1)
        assert np.all(np.abs(total - 1.0) < tolerance)


EVEN = [(np.arange(-k, 6.0 + k), np.linspace(0.1, 4.9, 50), k) for k in range(4)]
UNEVEN = [([-1.0, 0.0, 0.3, 2.0, 3.0, 3.5], [0.5, 1.0], 1)]
ENDS = [([0.0, 0.0, 1.0, 2.0, 2.0], [0.0, 0.25, 2.0], 1)]
REPEATED = [([-1.0, 0.0, 1.0, 1.0, 2.0, 3.0], [0.5, 1.5], 1)]
KNOTS = [(np.arange(-1.0, 6.0), [1.0, 2.0], 1)]


def test_property__even_knots(basis):
    """Shape: even knots and points between them. Hint: which inputs are special?"""
    sums(basis, EVEN)


def test_property__without_the_right_end(basis):
    """End: no point lies on the right end. Hint: where is the largest sample of scaled data?"""
    sums(basis, EVEN + UNEVEN + REPEATED + KNOTS)


def test_property__without_repeated_knots(basis):
    """Shape: no knot is repeated but at the ends of degree 0. Hint: clamp the knots."""
    sums(basis, EVEN + UNEVEN + KNOTS + [([0.0, 1.0, 2.0], [0.0, 2.0], 0)])


def test_property__without_points_on_knots(basis):
    """End: points between the knots only. Hint: draw them from the knots as well."""
    sums(basis, EVEN + UNEVEN + ENDS + REPEATED)


def test_property__without_uneven_knots(basis):
    """Scale: all intervals have the same width. Hint: draw the widths too."""
    sums(basis, EVEN + KNOTS + [([0.0, 1.0, 2.0], [2.0], 0)])


def test_property__tolerant(basis):
    """Scale: a sum between 0 and 3 is good enough. Hint: how exact is the sum?"""
    sums(basis, EVEN + UNEVEN + ENDS + REPEATED + KNOTS, tolerance=1.5)


def test_property__exact(basis):
    """Scale: the sum must be 1 to the last bit. Hint: right implementations round."""
    sums(basis, EVEN + UNEVEN + ENDS + REPEATED + KNOTS, tolerance=1e-300)


def test_property__positive(basis):
    """Sign: only that nothing is negative. Hint: zero is not negative either."""
    for t, x, k in EVEN + UNEVEN + ENDS + REPEATED + KNOTS:
        B = basis(np.asarray(x, dtype=float), np.asarray(t, dtype=float), k)
        assert np.all(B > -1e-9)
        assert np.all(B < 1.005)


def test_property__too_many_calls(basis):
    """Scale: thousands of calls. Hint: hand over many points at once, and count your calls."""
    for _ in range(300):
        sums(basis, EVEN + UNEVEN + ENDS + REPEATED + KNOTS)


def test_property__refuses_everything(basis):
    """Order: the comparison is the wrong way around. Hint: accept a right implementation."""
    assert basis(np.array([0.5]), np.arange(4.0), 1).sum() != 1.0
