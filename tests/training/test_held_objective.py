"""The prior comes into force after free steps, is measured again, and follows the loss."""

import numpy as np
import pytest

import kan_numpy as kn
from kan_numpy.training.held_objective import HeldObjective, Holder, bare, prior_at, with_prior


def few_samples():
    """Return an objective with fewer samples than coefficients."""
    x = np.linspace(-1.0, 1.0, 8)[:, None]
    return kn.Objective(kn.KAN([1, 1], grid_size=10, rng=0), x, np.sin(3.0 * x))


def in_words(holder, objective, steps, loss=1.0):
    """Return what becomes of the objective step by step."""
    plain, seen = objective, []
    for _ in range(steps):
        renewed = holder.renewed(objective, plain.network.theta, loss)
        kinds = {id(objective): "kept", id(plain): "bare"}
        seen.append(kinds.get(id(renewed), "measured"))
        objective = renewed
    return seen


def test_ten_steps_are_free_and_after_every_ten_more_the_prior_is_measured():
    holder = Holder(1.0, is_known=False)
    holder.restart(40)
    want = ["bare"] * 10 + ["measured"] + ["kept"] * 9 + ["measured"] + ["kept"] * 9 + ["measured"]
    assert in_words(holder, few_samples(), 31) == want


@pytest.mark.parametrize(("steps", "free"), [(40, 10), (20, 10), (18, 9), (7, 3), (1, 0)])
def test_at_most_half_of_the_steps_are_free(steps, free):
    holder = Holder(1.0, is_known=False)
    for _ in range(2):  # and so it is after grids have changed
        holder.restart(steps)
        assert in_words(holder, few_samples(), free + 1) == ["bare"] * free + ["measured"]


def test_where_nothing_is_left_to_wait_for_the_prior_begins():
    holder, objective = Holder(1.0, is_known=False), few_samples()
    holder.restart(40)
    held = holder.renewed(objective, objective.network.theta, 1.0, converged=True)
    assert isinstance(held, HeldObjective)


def test_without_a_strength_there_is_no_prior():
    holder, objective = Holder(0.0, is_known=False), few_samples()
    holder.restart(2)
    assert in_words(holder, objective, 5) == ["bare"] * 5


def test_the_prior_follows_a_loss_that_has_halved():
    holder, objective = Holder(1.0, is_known=False), few_samples()
    theta = objective.network.theta
    holder.restart(1)
    held = holder.renewed(objective, theta, 1.0)
    assert holder.renewed(held, theta, 0.51) is held
    lower = holder.renewed(held, theta, 0.49)
    assert lower.prior.loss == 0.49
    assert prior_at(lower, theta) == pytest.approx(0.49 * prior_at(held, theta))
    assert prior_at(objective, theta) == 0.0
    assert bare(lower) is bare(objective) is objective


def test_a_known_network_is_held_where_it_is():
    objective = few_samples()
    theta = objective.network.theta
    known, drawn = (with_prior(objective, theta, 1.0, 1.0, is_known) for is_known in (True, False))
    assert prior_at(known, theta) == 0.0
    assert prior_at(known, theta + 0.1) > 0.0
    assert prior_at(drawn, theta) > 0.0


def test_there_is_no_prior_for_a_loss_of_zero():
    objective = few_samples()
    held = with_prior(objective, objective.network.theta, 1.0, 1.0)
    assert isinstance(held, HeldObjective)
    assert held.at_loss(0.0) is objective
    constant = np.ones((10, 2))
    result = kn.fit(kn.KAN([2, 5, 1], rng=0), constant, constant[:, :1], steps=20)
    assert result.history["train_loss"][-1] < 1e-30
