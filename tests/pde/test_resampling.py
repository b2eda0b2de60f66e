"""Points are drawn where the residual is large, and training in stages is one training."""

import numpy as np
import pytest
from pde_problems import mixed

import kan_numpy as kn
from kan_numpy.pde import PDE, Condition, dirichlet, equations, linear, resampling
from kan_numpy.pde.collocation import collocation_points, sample
from kan_numpy.pde.resampling import resampled


def test_half_of_the_points_follow_the_residual():
    """It is 1 on a tenth of the box, and 0 elsewhere: p is 1 + 10 there, and 1 elsewhere."""
    step = Condition(linear(lambda x: (x[:, 0] > 0.9).astype(float), value=1.0), order=0)
    problem, net = PDE((0, 0), (1, 1), [step]), kn.MLP([2, 1], rng=0).with_theta(np.zeros(3))
    points = [sample((0, 0), (1, 1), 1000)]
    (new,) = resampled(net, problem, points, np.random.default_rng(0))
    assert new.shape == points[0].shape
    # Without replacement the tenth of the candidates is used up a little.
    assert np.mean(new[:, 0] > 0.9) == pytest.approx(0.55, abs=0.07)
    even = np.mean(new[new[:, 0] <= 0.9], axis=0)
    assert even == pytest.approx([0.45, 0.5], abs=0.04)


def test_without_any_residual_points_are_spread_evenly():
    problem, net = PDE((0,), (1,), [Condition(linear(0.0))]), kn.MLP([1, 1], rng=0)
    (new,) = resampled(net, problem, [np.zeros((500, 1))], np.random.default_rng(0))
    assert np.mean(new) == pytest.approx(0.5, abs=0.05)


def test_the_residuals_of_all_equations_inside_are_added_with_their_weights():
    left = Condition(linear(lambda x: 1.0 * (x[:, 0] < 0.1), value=1.0), weight=9.0, order=0)
    right = Condition(linear(lambda x: 1.0 * (x[:, 0] > 0.9), value=1.0), weight=1.0, order=0)
    problem, net = PDE((0,), (1,), [left, right]), kn.MLP([1, 1], rng=0).with_theta(np.zeros(2))
    points = resampled(net, problem, [np.zeros((2000, 1))] * 2, np.random.default_rng(0))
    assert points[0] is points[1]
    x = points[0][:, 0]
    assert 2.0 < np.mean(x < 0.1) / np.mean(x > 0.9) < 2.7  # (1 + 7.5) / (1 + 2.5)


def test_the_boundary_keeps_its_points_and_may_be_all_there_is():
    problem, net = mixed(), kn.KAN([2, 2, 1], degree=4, rng=0)
    points = collocation_points(problem, 20, 12, "random", 0)
    new = resampled(net, problem, points, np.random.default_rng(0))
    assert new[1] is points[1]
    assert new[2] is points[2]
    assert not np.array_equal(new[0], points[0])
    walls = PDE((0, 0), (1, 1), [dirichlet(0.0, [(0, 0)])])
    assert resampled(net, walls, points[:1], np.random.default_rng(0)) == points[:1]


def test_ten_candidates_are_looked_at_for_each_point(monkeypatch):
    asked = []

    def sampled(low, high, n_points, *how):
        asked.append(n_points)
        return sample(low, high, n_points, *how)

    monkeypatch.setattr(resampling, "sample", sampled)
    problem, net = PDE((0,), (1,), [Condition(linear(0.0))]), kn.MLP([1, 1], rng=0)
    resampled(net, problem, [np.zeros((7, 1))], np.random.default_rng(0))
    assert asked == [70]


def test_where_a_residual_is_not_finite_no_more_points_are_drawn():
    def pole(x, u, *_):
        with np.errstate(divide="ignore"):
            return np.where(x[:, 0] > 0.5, np.inf, u), np.ones_like(u), None, None

    problem, net = PDE((0,), (1,), [Condition(pole)]), kn.MLP([1, 1], rng=0)
    (new,) = resampled(net, problem, [np.zeros((100, 1))], np.random.default_rng(0))
    assert np.isfinite(new).all()


def solve(**options):
    seen = []

    def watch(step, net, history):
        seen.append((step, list(history["step"]), net.layers[0].grid_size))

    net = kn.KAN([1, 1], grid_size=3, degree=5, grid_range=(0, 1), rng=0)
    result = kn.solve_pde(
        net, equations.bratu(2.0), 30, steps=12, callback=watch, rng=0, verify=False, **options
    )
    return result, seen


def test_stages_are_one_training():
    result, seen = solve(resample_at=[4, 8], refine_at={6: 6}, adapt_at=[0, 9])
    assert result.history["step"] == list(range(1, 13))
    assert np.all(np.diff(result.history["seconds"]) >= 0.0)
    assert np.all(np.diff(result.history["evaluations"]) > 0)
    assert [step for step, *_ in seen] == list(range(1, 13))
    assert all(steps == list(range(1, step + 1)) for step, steps, _ in seen)
    assert [size for *_, size in seen] == [3] * 6 + [6] * 6
    changed = np.flatnonzero(result.history["grid_change"])
    assert set(changed) <= {0, 6, 9}
    assert {0, 9} <= set(changed)
    assert result.message.startswith("new points before step 9, and then: all 4 steps done")
    assert [stage.step for stage in result.stages] == [4, 6, 8, 9, 12]


def test_the_points_change_at_these_steps_only(monkeypatch):
    steps = []

    def drawn(network, problem, points, rng):
        steps.append(network.size)
        return resampled(network, problem, points, rng)

    monkeypatch.setattr(resampling, "resampled", drawn)
    solve(resample_at=[4, 4, 8])
    assert len(steps) == 2
    steps.clear()
    solve()
    solve(resample_at=[0])
    assert not steps


def test_a_callback_stops_all_stages():
    net = kn.KAN([1, 1], grid_size=3, degree=5, grid_range=(0, 1), rng=0)
    result = kn.solve_pde(
        net, equations.bratu(), 30, steps=9, callback=lambda step, *_: step == 4,
        resample_at=[3, 6], verify=False,
    )  # fmt: skip
    assert result.history["step"] == [1, 2, 3, 4]
    assert "stopped by the callback" in result.message


def test_steps_beyond_the_last_are_refused():
    for name in ("resample_at", "adapt_at"):
        with pytest.raises(ValueError, match=f"{name} must lie below steps = 12, but holds 12"):
            solve(**{name: [3, 12]})
    with pytest.raises(TypeError, match="resample_at must be a list of steps"):
        solve(resample_at=3)
