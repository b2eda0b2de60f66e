"""The prior holds what few samples determine, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest
from checks import assert_value
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import j0
from strategies import degrees, knots, seeds

import kan_numpy as kn
from kan_numpy.gradcheck import central_difference
from kan_numpy.layers.kan_layer import KANLayer
from kan_numpy.splines.bsplines import BSplineBasis
from kan_numpy.splines.roughness import ENOUGH, STRENGTH
from kan_numpy.training import held_objective, smoothness
from kan_numpy.training.held_objective import HeldObjective, Holder, with_prior
from kan_numpy.training.smoothness import KEPT, SmoothnessPrior


def slow_prior(network, x, loss, strength, known=None):
    """R by the formulas of the module, one number at a time."""
    total, activations = 0.0, x
    for l, layer in enumerate(network.layers):
        outputs = layer.forward(activations)[0]
        tau2 = outputs.var(axis=0) / strength
        if isinstance(layer, KANLayer):
            for o, i in np.argwhere(layer.splines):
                t, c, k = layer.knots[i], layer.coef[o, i], layer.degree
                basis = BSplineBasis(t[None], k)
                fine = np.linspace(t[k], t[-k - 1], 20_001)
                fine = 0.5 * (fine[1:] + fine[:-1])
                on_grid = basis(fine[:, None])[:, 0].mean(axis=0) * (t[-k - 1] - t[k])
                n = basis(activations[:, i : i + 1])[:, 0].sum(axis=0)
                count = [n[m] * (t[m + k + 1] - t[m]) / (k + 1) / on_grid[m] for m in range(len(c))]
                if known is not None:
                    c0 = known.layers[l].coef[o, i]
                    for j in range(len(c)):
                        s = max(0.0, 1.0 - count[j] / ENOUGH)
                        total += KEPT * s * (c[j] - c0[j]) ** 2 / tau2[o]
                    continue
                for j in range(1, len(c) - 1):
                    xi = [np.mean(t[m + 1 : m + k + 1]) for m in (j - 1, j, j + 1)]
                    s = max(0.0, 1.0 - min(count[j - 1 : j + 2]) / ENOUGH)
                    line = np.interp(xi[1], [xi[0], xi[2]], [c[j - 1], c[j + 1]])
                    rough = s * (2.0 * (line - c[j])) ** 2
                    total += layer.basis.grid_size**3 * rough / tau2[o]
        activations = outputs
    return total * loss / len(x)


def networks():
    """A deep network on few samples, one with products, one with locks, one with a symbol."""
    deep = kn.KAN([2, 3, 2], grid_size=6, rng=0)
    x = np.random.default_rng(1).uniform(-1, 1, (25, 2)) ** 3
    deep = kn.adapt_grid(deep, x, eps=0.3)
    products = kn.KAN([2, (1, 1), 1], grid_size=5, degree=2, rng=1)
    locked = kn.lock(kn.KAN([2, 2], grid_size=5, rng=2), 0, [(0, 0), (1, 1)])
    pruned = kn.KAN([2, 2, 1], grid_size=5, rng=3)
    active = np.array([[True, False], [True, True]])
    first = pruned.layers[0]
    first = replace(first, active=active, coef=first.coef * active[..., None])
    pruned = kn.KAN.from_layers([first, pruned.layers[1]])
    return x, {"deep": deep, "products": products, "locked": locked, "pruned": pruned}


@pytest.mark.parametrize("is_known", [False, True], ids=["as drawn", "known"])
@pytest.mark.parametrize("kind", ["deep", "products", "locked", "pruned"])
def test_value_is_the_formula_and_derivatives_are_its_own(kind, is_known):
    x, network = networks()[0], networks()[1][kind]
    known = None
    if is_known:
        known = network.with_theta(network.theta + np.sin(np.arange(network.size)))
    prior = SmoothnessPrior.of(network, x, 0.3, 2.0, known)
    value, gradient = prior(network.theta)
    assert value > 0.0
    np.testing.assert_allclose(value, slow_prior(network, x, 0.3, 2.0, known), rtol=1e-6)
    want = central_difference(lambda theta: prior(theta)[0], network.theta)
    np.testing.assert_allclose(gradient, want, rtol=1e-6, atol=1e-8 * abs(gradient).max())
    # R is a quadratic function: three terms of Taylor's series are all.
    step = np.random.default_rng(0).normal(size=network.size)
    moved = value + gradient @ step + 0.5 * step @ prior.curvature @ step
    np.testing.assert_allclose(prior(network.theta + step)[0], moved, rtol=1e-12)
    np.testing.assert_array_equal(prior.curvature.toarray(), prior.curvature.T.toarray())


@given(st.data(), degrees.filter(bool), seeds)
def test_straight_lines_are_not_rough(data, k, seed):
    t = data.draw(knots(k, 5))
    basis = BSplineBasis(t[None], k)
    network = kn.KAN.from_arrays(
        [{"knots": t[None], "coef": np.zeros((1, 1, 5 + k)), "w_base": [[1.0]]}], k
    )
    x = np.random.default_rng(seed).uniform(t[k], t[-k - 1], (3, 1))
    prior = SmoothnessPrior.of(network, x, 1.0)
    if prior.layers[0] is not None:
        a, b = np.random.default_rng(seed).normal(size=2)
        line = a + b * basis.centers
        assert np.abs(prior.layers[0].deviations(line[None])).max() < 1e-13


@given(st.data(), degrees)
def test_the_share_on_the_grid_is_an_integral(data, k):
    t = data.draw(knots(k, 4))
    basis = BSplineBasis(t[None], k)
    share = basis.share_on_grid
    x = np.linspace(t[k], t[-k - 1], 40_001)
    x = 0.5 * (x[1:] + x[:-1])
    area = basis(x[:, None])[:, 0].mean(axis=0) * (t[-k - 1] - t[k])
    whole = (t[k + 1 :] - t[: -k - 1]) / (k + 1)
    inside = area > 1e-6
    np.testing.assert_allclose(share[0, inside] * whole[inside], area[inside], atol=1e-4)


def test_nothing_is_held_where_samples_are_plenty():
    x = np.linspace(-1, 1, 1000)[:, None]
    network = kn.KAN([1, 1], grid_size=20, rng=0)
    assert SmoothnessPrior.of(network, x, 1.0).is_empty
    objective = kn.Objective(network, x, x)
    assert with_prior(objective, network.theta, 1.0, 10.0) is objective
    free, held = (kn.fit(network, x, np.sin(5 * x), hold=hold).network for hold in (0.0, 10.0))
    np.testing.assert_array_equal(free.theta, held.theta)


def test_units_of_x_and_y_do_not_matter():
    rng = np.random.default_rng(0)
    x, network = rng.normal(size=(20, 1)), kn.KAN([1, 1], base="zero", rng=0, outside="fade")
    prior = SmoothnessPrior.of(network, x, 0.5)
    layer = network.layers[0]
    other = kn.KAN.from_arrays(
        [{"knots": 1000 * layer.knots, "coef": 7 * layer.coef, "w_base": layer.w_base}], 3, "zero"
    )
    scaled = SmoothnessPrior.of(other, 1000 * x, 49 * 0.5)
    np.testing.assert_allclose(scaled(other.theta)[0], 49 * prior(network.theta)[0], rtol=1e-12)


def test_the_held_objective_adds_the_prior_everywhere():
    x, network = networks()[0], networks()[1]["deep"]
    y = np.random.default_rng(0).normal(size=(len(x), 2))
    penalty = kn.Penalty(l1=0.1, smoothness=0.1)
    bare = kn.Objective(network, x, y, penalty=penalty)
    theta = network.theta
    held = with_prior(bare, theta, bare.value(theta), 10.0)
    assert isinstance(held, HeldObjective)
    R = held.prior(theta)[0]
    loss, gradient = held.fun(theta)
    r, terms = held.residuals(theta), held.penalty_terms(theta)
    for total in (loss, held.value(theta), r @ r + terms.value):
        assert total == pytest.approx(bare.value(theta) + R, rel=1e-12)
    by_squares = 2 * held.jacobian(theta).T @ r + terms.gradient
    np.testing.assert_allclose(by_squares, gradient, rtol=1e-9, atol=1e-12)
    curvature = bare.penalty_terms(theta).curvature + held.prior.curvature
    np.testing.assert_array_equal(terms.curvature, curvature)
    rows = np.arange(5)
    assert held.batch(rows).fun(theta)[0] == pytest.approx(bare.batch(rows).fun(theta)[0] + R)
    assert held.on(network) is not held
    assert not isinstance(held.on(network), HeldObjective)


def leaps(x, network):
    """The largest error between the samples, as a share of the range of the curve."""
    t = np.linspace(x.min(), x.max(), 2001)[:, None]
    return np.abs(network(t) - np.sqrt(t)).max() / np.sqrt(x.max())


DRAWN = {
    "exponential": lambda rng: rng.exponential(size=(400, 1)),
    "lognormal": lambda rng: rng.lognormal(0, 0.8, size=(400, 1)),
    "half normal": lambda rng: np.abs(rng.normal(size=(400, 1))),
}


@pytest.mark.parametrize("kind", DRAWN)
@pytest.mark.parametrize("grid_size", [5, 10, 20])
def test_a_fit_does_not_leap_between_its_samples(kind, grid_size):
    """In 180 fits of this kind the worst error is 0.11, and without the prior 3e5."""
    free = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        x = DRAWN[kind](rng)
        y = np.sqrt(x) + 0.1 * rng.normal(size=x.shape)
        start = kn.KAN([1, 1], grid_size=grid_size, rng=seed)
        network = kn.fit(start, x, y, adapt_at=[0]).network
        assert leaps(x, network) < 0.5
        loose = kn.fit(start, x, y, adapt_at=[0], hold=0.0).network
        free.append(leaps(x, loose))
        errors = [np.mean((net(x) - y) ** 2) for net in (network, loose)]
        assert errors[0] < 1.1 * errors[1]
    assert grid_size < 20 or max(free) > 0.5


@pytest.mark.parametrize(
    ("optimizer", "steps", "batch_size"),
    [(kn.LBFGS(), 100, None), (kn.Adam(0.05), 100, 50)],
    ids=["LBFGS", "Adam with batches"],
)
def test_other_optimizers_hold_as_well(optimizer, steps, batch_size):
    rng = np.random.default_rng(3)
    x = DRAWN["lognormal"](rng)
    y = np.sqrt(x) + 0.1 * rng.normal(size=x.shape)
    start = kn.KAN([1, 1], grid_size=20, rng=0)
    result = kn.fit(start, x, y, optimizer, steps, "mse", batch_size, adapt_at=[0], rng=0)
    assert leaps(x, result.network) < 0.5
    loss = result.history["train_loss"][-1]
    assert loss == pytest.approx(np.mean((result.network(x) - y) ** 2), rel=0.2)


def test_first_steps_are_free_so_that_the_prior_does_not_confirm_itself(monkeypatch):
    """A prior from the first step keeps the loss large, and the loss keeps the prior large."""

    def error(hold):
        found = kn.fit(start, x, j0(20 * x), steps=60, hold=hold).network
        return np.sqrt(np.mean((found(t) - j0(20 * t)) ** 2))

    rng = np.random.default_rng(0)
    x, t = rng.uniform(-1, 1, (100, 1)), rng.uniform(-1, 1, (1000, 1))
    start = kn.KAN([1, 1], grid_size=20, base="zero", rng=0)
    held, free = error(STRENGTH), error(0.0)
    assert held < 0.02
    assert held < 1.5 * free
    monkeypatch.setattr(held_objective, "FREE", 0)
    assert error(STRENGTH) > 0.2


def test_a_prior_comes_into_force_after_the_free_steps():
    """Again after each change of the grids, and in time before the next or the end."""
    x = np.random.default_rng(0).exponential(size=(60, 1))
    objective = kn.Objective(kn.KAN([1, 1], grid_size=20, rng=0), x, np.sqrt(x))
    holder = Holder(STRENGTH, is_known=False)
    for steps, free in [(50, 10), (20, 10), (7, 3), (1, 0)]:
        holder.restart(steps)
        held = []
        for _ in range(12):
            objective = holder.renewed(objective, objective.network.theta, 1.0)
            held.append(isinstance(objective, HeldObjective))
        assert held == [False] * free + [True] * (12 - free)
    holder.restart(50)
    objective = holder.renewed(objective, objective.network.theta, 1.0, converged=True)
    assert isinstance(objective, HeldObjective)


def test_fit_holds_and_train_does_not():
    x = np.random.default_rng(0).exponential(size=(60, 1))
    y = np.sqrt(x) / np.std(np.sqrt(x))  # in the units that `fit` uses
    start = kn.fit(kn.KAN([1, 1], grid_size=20, rng=0), x, y, steps=1).network
    trained = kn.train(kn.Objective(start, x, y), steps=30).network
    free, held = (kn.fit(start, x, y, steps=30, **how) for how in ({"hold": 0.0}, {}))
    np.testing.assert_array_equal(trained.theta, free.network.theta)
    assert not np.array_equal(trained.theta, held.network.theta)


def bumps(x, centers):
    return np.exp(-100.0 * (x - np.array(centers)) ** 2).sum(axis=1, keepdims=True)


def test_what_new_data_do_not_show_is_kept():
    """Two bumps one after the other; a straight line would cut off the first one."""
    network = kn.KAN([1, 1], grid_size=40, base="zero", rng=0)
    x, t = np.linspace(-1, 0, 60)[:, None], np.linspace(-0.9, -0.1, 99)[:, None]
    first = kn.fit(network, x, bumps(x, [-0.5, 0.5])).network
    second = kn.fit(first, -x, bumps(-x, [-0.5, 0.5])).network
    assert np.abs(second(t) - bumps(t, [-0.5])).max() < 1e-2
    assert np.abs(second(t) - first(t)).max() < 1e-6
    assert np.abs(second(-t) - bumps(-t, [0.5])).max() < 1e-2


def test_few_noisy_data_do_not_make_a_trained_network_leap(monkeypatch):
    """The range is 2."""
    rng, t = np.random.default_rng(0), np.linspace(-1, 1, 1001)[:, None]
    x = rng.uniform(-1, 1, (2000, 1))
    trained = kn.fit(kn.KAN([1, 1], grid_size=20, rng=0), x, np.sin(3 * x)).network

    def worst(hold, kept):
        monkeypatch.setattr(smoothness, "KEPT", kept)
        errors = []
        for seed in range(5):
            few = np.random.default_rng(seed).uniform(-1, 1, (30, 1))
            y = np.sin(3 * few) + 0.1 * np.random.default_rng(seed).normal(size=few.shape)
            network = kn.fit(trained, few, y, hold=hold).network
            errors.append(np.abs(network(t) - np.sin(3 * t)).max())
        return max(errors)

    assert worst(STRENGTH, KEPT) == pytest.approx(2 / 8, rel=0.1)
    assert worst(STRENGTH, KEPT / 10) == pytest.approx(2 / 3, rel=0.1)
    assert worst(0.0, KEPT) > 1.0


def test_training_can_go_on_with_the_same_data():
    rng = np.random.default_rng(3)
    x = DRAWN["lognormal"](rng)
    y = np.sqrt(x) + 0.1 * rng.normal(size=x.shape)
    first = kn.fit(kn.KAN([1, 1], grid_size=20, rng=0), x, y, adapt_at=[0])
    loss, network = first.history["train_loss"][-1], first.network
    for _ in range(3):
        network = kn.fit(network, x, y).network
        assert np.mean((network(x) - y) ** 2) < 1.001 * loss
        assert leaps(x, network) < 0.5


def test_gaussians_are_held_and_global_functions_are_not():
    x = np.random.default_rng(0).uniform(-1, 1, (9, 1))
    for basis, held in [("gaussian", True), ("chebyshev", False), ("fourier", False)]:
        network = kn.KAN([1, 1], grid_size=9, basis=basis, rng=0)
        assert SmoothnessPrior.of(network, x, 1.0).is_empty is not held


def test_the_history_tells_the_loss_without_the_prior():
    rng = np.random.default_rng(0)
    x = rng.exponential(size=(60, 1))
    y = np.sqrt(x) + 0.1 * rng.normal(size=x.shape)
    losses = []

    def watch(step, network, history):  # noqa: ARG001
        losses.append(np.mean((network(x) - y) ** 2))

    start = kn.KAN([1, 1], grid_size=20, rng=0)
    history = kn.fit(start, x, y, adapt_at=[0], steps=25, callback=watch).history
    np.testing.assert_allclose(history["train_loss"], losses, rtol=1e-9)


def test_a_function_without_noise_is_learned_to_the_last_digit():
    rng = np.random.default_rng(0)
    x = np.sort(rng.exponential(size=(200, 1)), axis=0)
    start = kn.KAN([1, 1], grid_size=20, base="zero", rng=0)
    truth = kn.adapt_grid(start, x)
    result = kn.fit(start, x, truth(x), adapt_at=[0], steps=100)
    assert result.history["train_loss"][-1] < 1e-24


def test_wrong_strength_is_refused():
    with pytest.raises(ValueError, match="hold must lie in"):
        kn.fit(kn.KAN([1, 1], rng=0), np.zeros((3, 1)), np.zeros((3, 1)), hold=-1.0)


@pytest.mark.parametrize(("grid_size", "held"), [(1, False), (2, True)])
def test_three_coefficients_can_be_rough_and_two_cannot(grid_size, held):
    network = kn.KAN([1, 1], grid_size=grid_size, degree=1, rng=0)
    prior = SmoothnessPrior.of(network, np.array([[-0.9], [0.9]]), 1.0)
    assert prior.is_empty != held


def test_edges_that_do_not_exist_are_not_held():
    network = kn.KAN([2, 1], grid_size=8, rng=0)
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (6, 2))
    pruned = kn.prune(network, x, edges=[(0, 0, 0)])
    (prior,) = SmoothnessPrior.of(pruned, x[:, 1:] if pruned.widths[0] == 1 else x, 1.0).layers
    assert np.all((prior.weight > 0.0).any(axis=2) == pruned.layers[0].active)


def test_a_prior_cannot_be_changed():
    x = np.linspace(-1.0, 1.0, 8)[:, None]
    prior = SmoothnessPrior.of(kn.KAN([1, 1], grid_size=10, rng=0), x, 1.0)
    assert_value(prior, "loss")
    assert_value(prior.layers[0], "weight")
