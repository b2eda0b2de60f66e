"""Checks of exercise 7: four ways downhill."""

import numpy as np
import pytest
from exercises.expect import array, close, parts

import kan_numpy as kn
from kan_numpy.optimizers.first_order import Moments
from kan_numpy.optimizers.lbfgs import two_loop as library_two_loop

TASKS = {"7.1": "adamw_step", "7.2": "two_loop", "7.3": "lm_step", "7.4": "null_vectors"}
ALONE = set(TASKS)
GIVEN = {"7.4"}  # its argument is a network

points = pytest.mark.points


def stepped(adamw_step, arguments, case):
    """Compare a step with Adam of the library, and the decay beside it."""
    theta, gradient, m, v, step, rate, decay = arguments
    move, after = kn.Adam(learning_rate=rate).move(gradient, Moments(step - 1, m, v))
    wanted = theta + move - rate * decay * theta, after.m, after.v
    found = parts(adamw_step(*arguments), 3, case)
    for name, right, given in zip(("theta", "m", "v"), wanted, found, strict=True):
        close(given, right, f"{name}, {case}", rtol=1e-12)
    return tuple(np.asarray(given) for given in found)


@points(1, number="7.1")
def test_several_steps(task, rng):
    for rate, decay in [(0.01, 0.0), (0.01, 0.1), (0.3, 1.0)]:
        theta, m, v = rng.standard_normal(6), np.zeros(6), np.zeros(6)
        for step in range(1, 6):
            g = rng.standard_normal(6)
            case = f"step {step}, rate {rate}, decay {decay}"
            theta, m, v = stepped(task, (theta, g, m, v, step, rate, decay), case)


@points(1, number="7.1")
def test_late_steps_and_gradients_of_any_size(task, rng):
    theta, g, m = rng.standard_normal((3, 5))
    v = rng.uniform(0.1, 1.0, 5)
    for step in (1, 2, 10, 100, 10_000):
        stepped(task, (theta, g, m, v, step, 0.1, 0.01), f"step {step}")
    for size in (1e-9, 1e-6, 1e6):
        case = f"a gradient of size {size:g}"
        stepped(task, (theta, size * g, size * m, size**2 * v, 3, 0.1, 0.01), case)
    stepped(task, (theta, 0 * g, 0 * m, 0 * v, 1, 0.1, 0.5), "a gradient of 0")
    stepped(task, (theta[:1], g[:1], m[:1], v[:1], 4, 0.1, 0.5), "a single parameter")


def bowl(rng, P, how_many, size=1.0):
    """Return pairs of a quadratic function, whose curvature is between 0.1 and 10."""
    Q, _ = np.linalg.qr(rng.standard_normal((P, P)))
    H = Q * np.geomspace(0.1, 10.0, P) @ Q.T
    steps = rng.standard_normal((how_many, P))
    return [(s, size * (H @ s)) for s in steps]


def directed(two_loop, gradient, pairs, case):
    """Compare with the library."""
    close(two_loop(gradient, pairs), -library_two_loop(gradient, tuple(pairs)), case, rtol=1e-9)


@points(1, number="7.2")
def test_no_pair_and_one_pair(task, rng):
    for P in (1, 2, 7):
        g = rng.standard_normal(P)
        directed(task, g, [], f"no pair, P = {P}")
        directed(task, g, bowl(rng, P, 1), f"one pair, P = {P}")


@points(1, number="7.2")
def test_several_pairs(task, rng):
    for P, how_many in [(5, 2), (5, 3), (8, 5), (4, 9), (30, 12)]:
        case = f"{how_many} pairs, P = {P}"
        directed(task, rng.standard_normal(P), bowl(rng, P, how_many), case)


@points(1, number="7.2")
def test_curvature_of_any_size(task, rng):
    for size in (1e-6, 1e-2, 1e2, 1e6):
        g = rng.standard_normal(6)
        directed(task, g, bowl(rng, 6, 4, size), f"curvatures of size {size:g}")
        directed(task, size * g, bowl(rng, 6, 4), f"a gradient of size {size:g}")
    short = [(1e-8 * s, 1e-8 * y) for s, y in bowl(rng, 6, 4)]
    directed(task, g, short, "pairs of short steps, as near a minimum")


@points(1, number="7.2")
def test_the_newest_pair_and_more_parameters(task, rng):
    pairs = bowl(rng, 7, 4)
    s, y = pairs[-1]
    close(task(y, pairs), -s, "the gradient is the y of the newest pair", rtol=1e-9)
    P = 400
    pairs = [(s, s * rng.uniform(0.5, 2.0, P)) for s in rng.standard_normal((3, P))]
    directed(task, rng.standard_normal(P), pairs, f"P = {P}")


def solved(lm_step, r, J, damping, case):
    """See whether the step solves the equation of the docstring."""
    delta = array(lm_step(r, J, damping), (J.shape[1],), case)
    # In units in which every column of J has length 1: a step of the same size for all.
    d = np.sum(J**2, axis=0)
    root = np.sqrt(d * np.mean(d))
    D = root + 1e-10 * np.max(root)
    unit = np.where(d > 0.0, np.sqrt(np.where(d > 0.0, d, 1.0)), np.inf)
    A, b = J / unit, -(J.T @ r) / unit
    z = np.where(np.isfinite(unit), unit, 0.0) * delta
    held = np.where(d > 0.0, damping * D / np.where(d > 0.0, d, 1.0), 0.0)
    left = A.T @ (A @ z) + held * z - b
    size = np.max(np.abs(b), initial=0.0) + np.max((1.0 + held) * np.abs(z), initial=0.0)
    assert np.all(np.abs(left) <= 1e-8 * size), f"{case}: the equation does not hold"
    assert np.all(np.abs(delta[d == 0.0]) <= 1e-6 * np.max(np.abs(delta))), (
        f"{case}: a parameter without influence moves"
    )


@points(1, number="7.3")
def test_more_residuals_than_parameters(task, rng):
    for M, P in [(20, 4), (9, 3), (6, 6), (5, 1), (1, 1)]:
        for damping in (1e-3, 0.1, 1.0, 100.0):
            r, J = rng.standard_normal(M), rng.standard_normal((M, P)) * rng.uniform(0.3, 3.0, P)
            solved(task, r, J, damping, f"M = {M}, P = {P}, damping {damping:g}")


@points(1, number="7.3")
def test_fewer_residuals_than_parameters(task, rng):
    for M, P in [(3, 8), (1, 5), (5, 6), (4, 20)]:
        for damping in (1e-3, 1.0, 10.0):
            r, J = rng.standard_normal(M), rng.standard_normal((M, P)) * rng.uniform(0.3, 3.0, P)
            solved(task, r, J, damping, f"M = {M}, P = {P}, damping {damping:g}")


@points(1, number="7.3")
def test_columns_of_zero(task, rng):
    for M, P, none in [(9, 5, [1]), (9, 5, [0, 4]), (3, 6, [2, 3]), (4, 4, [3])]:
        for damping in (1e-3, 1.0, 30.0):
            r, J = rng.standard_normal(M), rng.standard_normal((M, P))
            J[:, none] = 0.0
            solved(task, r, J, damping, f"M = {M}, P = {P}, damping {damping:g}, columns of 0")


@points(1, number="7.3")
def test_units(task, rng):
    for size in (1e-6, 1e-3, 1e3, 1e6):
        r, J = rng.standard_normal(8), rng.standard_normal((8, 4))
        solved(task, r, size * J, 0.5, f"J times {size:g}")
        solved(task, size * r, J, 0.5, f"r times {size:g}")
    uneven = np.array([1.0, 1e-2, 10.0, 1e-1])
    solved(task, rng.standard_normal(8), rng.standard_normal((8, 4)) * uneven, 0.5, "other units")
    same = rng.standard_normal((8, 1)) * np.ones(4)
    solved(task, rng.standard_normal(8), same, 0.5, "equal columns")


def network(rng, grid_size, degree):
    """Return a network in which nothing but constants is without influence, at many points."""
    for _ in range(200):
        net = kn.KAN([2, 5, 1], grid_size=grid_size, degree=degree, rng=0)
        net = net.with_theta(1.5 * rng.standard_normal(net.size))
        J = net.jacobian(rng.uniform(-1.0, 1.0, (300, 2)))[:, 0]
        seen = np.sum(np.abs(J) > 1e-6 * np.max(np.abs(J)), axis=0)
        s = np.linalg.svd(J, compute_uv=False)
        if np.min(seen) > 9 and s[net.size - 10] > 1e-7 * s[0]:
            break
    return net


NETWORKS = [(5, 3), (3, 2), (4, 3)]


def directions(null_vectors, net, case):
    """Return the directions, each of length 1."""
    V = null_vectors(net)
    assert np.ndim(V) == 2, f"{case}: an array (P, m) is wanted"
    V = array(V, (net.size, np.shape(V)[1]), case)
    length = np.linalg.norm(V, axis=0)
    assert np.all(length > 0.0), f"{case}: a direction is 0"
    return V / length


@points(1, number="7.4")
def test_nothing_happens(task, rng):
    for G, k in NETWORKS:
        net, case = network(rng, G, k), f"G = {G}, k = {k}"
        V = directions(task, net, case)
        assert V.shape[1] >= 1, f"{case}: there is no direction"
        J = net.jacobian(rng.uniform(-1.0, 1.0, (300, 2)))[:, 0]
        assert np.max(np.abs(J @ V)) < 1e-8 * np.max(np.abs(J)), f"{case}: the output changes"


@points(1, number="7.4")
def test_all_of_them(task, rng):
    for G, k in NETWORKS:
        net, case = network(rng, G, k), f"G = {G}, k = {k}"
        V = directions(task, net, case)
        J = net.jacobian(rng.uniform(-1.0, 1.0, (300, 2)))[:, 0]
        null = V[:, np.max(np.abs(J @ V), axis=0) < 1e-8 * np.max(np.abs(J))]
        rank = np.linalg.matrix_rank(null, tol=1e-6)
        assert rank >= 9, f"{case}: {rank} independent directions are fewer than 9"


@points(1, number="7.4")
def test_independent_of_each_other(task, rng):
    for G, k in NETWORKS:
        net, case = network(rng, G, k), f"G = {G}, k = {k}"
        V = directions(task, net, case)
        J = net.jacobian(rng.uniform(-1.0, 1.0, (300, 2)))[:, 0]
        assert np.max(np.abs(J @ V)) < 1e-8 * np.max(np.abs(J)), f"{case}: the output changes"
        assert V.shape[1] >= 1, f"{case}: there is no direction"
        rank = np.linalg.matrix_rank(V, tol=1e-6)
        assert rank == V.shape[1], f"{case}: {V.shape[1]} directions, but {rank} independent ones"
