"""Solutions of exercise 6; a name with __ is the same function in another style."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st


def central_difference(f, x):
    h, gradient = 1e-5, np.zeros_like(x)
    for place in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[place] = h
        gradient[place] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient


def central_difference__in_place(f, x):
    gradient = np.empty(x.shape)
    for place, value in np.ndenumerate(x):
        x[place] = value + 1e-4
        ahead = f(x)
        x[place] = value - 1e-4
        behind = f(x)
        x[place] = value
        gradient[place] = (ahead - behind) / 2e-4
    return gradient


def central_difference__fourth_order(f, x):
    def along(e):
        D = [(f(x + h * e) - f(x - h * e)) / (2 * h) for h in (1e-3, 5e-4)]
        return (4 * D[1] - D[0]) / 3

    return np.array([along(e.reshape(x.shape)) for e in np.eye(x.size)]).reshape(x.shape)


def check(forward, backward, arguments):
    rng = np.random.default_rng(0)
    dy = rng.standard_normal(np.shape(forward(*arguments)))
    for number, gradient in enumerate(backward(dy, *arguments)):

        def loss(argument, number=number):
            changed = [*arguments[:number], argument, *arguments[number + 1 :]]
            return np.sum(dy * forward(*changed))

        numerical = central_difference(loss, arguments[number])
        np.testing.assert_allclose(gradient, numerical, rtol=1e-5, atol=1e-9)


def check__entry_by_entry(forward, backward, arguments):
    y = np.asarray(forward(*arguments))
    dy = np.random.default_rng().normal(size=y.shape)
    gradients = backward(dy, *arguments)
    assert len(gradients) == len(arguments)
    h = 1e-6
    for a, (argument, gradient) in enumerate(zip(arguments, gradients, strict=True)):
        assert gradient.shape == argument.shape
        for i in range(argument.size):
            moved = [[b.copy() for b in arguments] for _ in range(2)]
            moved[0][a].flat[i] += h
            moved[1][a].flat[i] -= h
            slope = (np.asarray(forward(*moved[0])) - np.asarray(forward(*moved[1]))) / (2 * h)
            wanted, found = (dy * slope).sum(), gradient.flat[i]
            error = abs(found - wanted)
            assert error <= 1e-8 + 1e-5 * abs(wanted), f"argument {a}, entry {i}"


def check__relative_to_the_largest(forward, backward, arguments):
    dy = np.cos(1.0 + np.arange(np.size(forward(*arguments))) ** 2)
    dy = dy.reshape(np.shape(forward(*arguments)))
    gradients = backward(dy, *arguments)
    for a in range(len(arguments)):
        other = list(arguments)
        numerical = np.zeros(arguments[a].shape)
        for place in np.ndindex(numerical.shape):
            values = []
            for h in (1e-5, -1e-5):
                other[a] = arguments[a].copy()
                other[a][place] += h
                values.append(np.vdot(dy, forward(*other)))
            numerical[place] = (values[0] - values[1]) / 2e-5
        size = np.max(np.abs(numerical))
        if np.max(np.abs(gradients[a] - numerical)) > 1e-6 * size + 1e-9:
            raise AssertionError(f"the gradient of argument {a} is wrong")


def test_property(basis):
    rng = np.random.default_rng(0)
    for trial in range(100):
        k = trial % 4
        inner = np.sort(rng.uniform(-1.0, 1.0, 4))
        if trial % 3 == 0:
            inner[1] = inner[2]  # a repeated knot
        grid = np.concatenate([[-1.0], inner, [1.0]])
        outer = rng.uniform(0.1, 1.0, k).cumsum() if trial % 2 else np.zeros(k)
        t = np.concatenate([-1.0 - outer[::-1], grid, 1.0 + outer])
        x = np.concatenate([rng.uniform(-1.0, 1.0, 5), grid])
        np.testing.assert_allclose(basis(x, t, k).sum(axis=1), 1.0, atol=1e-9)


def test_property__hypothesis(basis):
    @settings(max_examples=50, deadline=None, database=None, derandomize=True)
    @given(k=st.integers(0, 3), seed=st.integers(0, 2**32 - 1))
    def sums_to_one(k, seed):
        rng = np.random.default_rng(seed)
        t = np.concatenate([[0.0], np.cumsum(rng.choice([0.0, 0.1, 0.5, 1.0], 9))])
        low, high = t[k], t[-k - 1]
        if low == high:
            return
        x = np.array([low, high, rng.uniform(low, high), rng.choice(t[k : len(t) - k])])
        values = basis(x, t, k)
        assert values.shape == (4, len(t) - k - 1)
        assert values.min() >= -1e-9
        assert np.abs(values.sum(axis=1) - 1.0).max() < 1e-9

    sums_to_one()


def test_property__against_an_implementation(basis):
    def slow(x, j, q, t, last):
        if q == 0:
            return float(j == last if x == t[last + 1] else t[j] <= x < t[j + 1])
        total = 0.0
        if t[j + q] > t[j]:
            total += (x - t[j]) / (t[j + q] - t[j]) * slow(x, j, q - 1, t, last)
        if t[j + q + 1] > t[j + 1]:
            fall = (t[j + q + 1] - x) / (t[j + q + 1] - t[j + 1])
            total += fall * slow(x, j + 1, q - 1, t, last)
        return total

    for knots, k in [
        ([0, 0, 0, 1, 3, 3, 4, 4, 4], 2),
        ([0, 1, 2, 3, 4, 5], 1),
        ([0, 0, 0.5, 0.5, 2, 2], 1),
    ]:
        t = np.array(knots, dtype=float)
        last = max(j for j in range(len(t) - 1) if t[j] < t[j + 1] <= t[-k - 1])
        x = np.unique(np.concatenate([t[k : len(t) - k], [0.3, 1.7]]))
        x = x[(x >= t[k]) & (x <= t[-k - 1]) & ((x < t[last + 1]) | (x == t[-k - 1]))]
        wanted = [[slow(p, j, k, t, last) for j in range(len(t) - k - 1)] for p in x]
        assert np.allclose(basis(x, t, k), wanted, atol=1e-10)
