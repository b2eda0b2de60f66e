# %% [markdown]
# # Lesson 11b: Three ways to forget
#
# **Question.** Splines remember because two tasks share next to no coefficient. When does a KAN
# forget after all?
#
# **You will learn:**
# - to see three ways in which a KAN forgets, and to derive what is forgotten;
# - to freeze, what that costs, and what holding, the default of `kn.fit`, does instead.
#
# **You need:** 07b (Levenberg-Marquardt), 11a (why it remembers).
#
# **Time:** 20 minutes to read, 12 seconds to run.

# %%
import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GRAY, GREEN, ORANGE, PINK, show, table

import kan_numpy as kn

CENTERS, STEPS = (-0.8, -0.4, 0.0, 0.4, 0.8), 40  # of the peaks; most steps in each phase


def rmse(net, x, y):
    return float(np.sqrt(np.mean((net(x) - y) ** 2)))


def from_zero(net):
    return net.with_theta(np.zeros(net.size))


def one_after_the_other(net, tasks, hold=0.0):
    """Return the network after each task, trained on the data of this task only."""
    after = []
    for x, y in tasks:
        after.append(kn.fit(after[-1] if after else net, x, y, steps=STEPS, hold=hold).network)
    return after


def peaks(x):
    return np.exp(-300.0 * (x - np.array(CENTERS)) ** 2).sum(axis=1, keepdims=True)


# %% [markdown]
# ## 1. One shared weight
#
# The tasks are the five peaks of lesson 11a, and a network [1, 1] with 203 spline coefficients.
# Give the edge its usual base function, $w\, b(x) + \sum_j c_j B_j(x)$ with $b = silu$. That is one
# parameter more, and it is shared by all tasks.
#
# Far from the samples of phase 2 no $c_j$ moves, as in lesson 11a. So there the network moves by
# exactly $(w_{new} - w_{old})\, b(x)$.
#
# **Predict:** how much can one parameter of 204 do?

# %%
spots = [np.linspace(m - 0.2, m + 0.2, 100)[:, None] for m in CENTERS]
phases = [(x, peaks(x)) for x in spots]
first = phases[0]
with_base = from_zero(kn.KAN([1, 1], grid_size=200, base="silu"))
stages = one_after_the_other(with_base, phases)
print("1. One shared weight: RMSE on the first peak after each phase, and w")
rows = [[f"phase {m + 1}", rmse(net, *first), net.theta[-1]] for m, net in enumerate(stages)]
table(["after", "first peak", "w"], rows)
clear = first[0][:80]  # without the bumps that phase 2 reaches, too
moved = (stages[1](clear) - stages[0](clear))[:, 0]
shift = (stages[1].theta[-1] - stages[0].theta[-1]) * kn.activations.silu(clear[:, 0])
np.testing.assert_allclose(moved, shift, rtol=0, atol=1e-9)
assert rows[0][1] < 4e-6 < 0.5 * np.sqrt(np.mean(first[1] ** 2)) < rows[-1][1]

# %% [markdown]
# **Answer:** The error is more than half of that of the answer 0. The weight takes a share of every
# new task. In its own region the spline makes up for what is too much. Elsewhere nobody does.
#
# ## 2. Depth, and a second input
#
# In [1, 5, 1] the inputs of the last layer are sums of splines. Peaks that are far apart in $x$
# send the same hidden values, and so meet in the same coefficients. And with two inputs even one
# layer will do: take four tasks, one for each quadrant of the square, and a target that [2, 1] can
# represent, $e^{x_1} + e^{x_2}$. Half of what a quadrant needs its neighbor needs, too.
#
# To be fair we also train each network on all tasks *at once*: an error that remains then is no
# forgetting. An MLP stands beside them: every sample depends on all of its parameters.
#
# **Common mistake:** "KANs do not forget."

# %%
signs = np.array([(-1, -1), (1, -1), (-1, 1), (1, 1)])
places = [sign * np.random.default_rng(11).uniform(0.0, 1.0, (300, 2)) for sign in signs]
quadrants = [(x, np.exp(x).sum(axis=1, keepdims=True)) for x in places]
CONTENDERS = {
    "KAN [1, 1], splines only": (from_zero(kn.KAN([1, 1], 200, base="zero")), phases),
    "KAN [1, 1], with silu": (with_base, phases),
    "KAN [1, 5, 1]": (kn.KAN([1, 5, 1], (40, 20), base="zero", rng=0), phases),
    "KAN [2, 1], quadrants": (from_zero(kn.KAN([2, 1], 10, base="zero")), quadrants),
    "MLP [1, 20, 20, 1]": (kn.MLP([1, 20, 20, 1], "tanh", "glorot", rng=0), phases),
}
runs, stories, rows, joint = {}, {}, [], {}
for name, (start, tasks) in CONTENDERS.items():
    everything = [np.concatenate(parts) for parts in zip(*tasks, strict=True)]
    at_once = kn.fit(start, *everything, steps=STEPS * len(tasks), hold=0.0).network
    joint[name], runs[name] = rmse(at_once, *everything), one_after_the_other(start, tasks)
    stories[name] = [rmse(net, *tasks[0]) for net in runs[name]]
    rows.append([name, joint[name], stories[name][0], stories[name][-1]])
print("2. Depth, and a second input: RMSE")
table(["", "all at once", "first task, learned", "at the end"], rows)
assert max(stories["KAN [1, 1], splines only"]) < 4e-6
for name in list(CONTENDERS)[1:]:
    assert max(joint[name], stories[name][0]) < 5e-3
    assert stories[name][-1] > 50 * max(joint[name], stories[name][0])

figure, ax = plt.subplots(figsize=(11, 5))
colors, marks, dashes = (BLUE, ORANGE, GREEN, PINK, GRAY), "os^Dv", ("-", "--", "-.", ":", "--")
for (name, story), color, mark, dash in zip(stories.items(), colors, marks, dashes, strict=True):
    done, style = range(1, len(story) + 1), {"marker": mark, "ls": dash, "color": color}
    ax.semilogy(done, story, ms=9, lw=2.5, label=name, **style)
ax.set(xlabel="tasks learned", ylabel="RMSE on the first task", xticks=range(1, 6))
figure.legend(loc="outside right upper")
show(
    figure,
    "11b_forgetting",
    "The error on the first task stays small for splines only, and jumps for all others.",
)

# %% [markdown]
# Each could have learned all tasks at once. What is shared is forgotten, unless both tasks want the
# same of it.
#
# ## 3. What the second input does
#
# After the first quadrant the left halves of $\phi_1$ and $\phi_2$ are right. The second one,
# $x_1 > 0$ and $x_2 < 0$, needs the right half of $\phi_1$ and nothing else.
#
# **Predict:** what does it do to $\phi_2$?

# %%
stages, (x, y) = runs["KAN [2, 1], quadrants"], quadrants[0]
before, after = (stage.layers[0].edges(x)[:, 0] for stage in stages[:2])  # (300, 2)
far = x[:, 0] < -0.6  # no bump reaches from here into the second quadrant
still, shift = np.abs(after - before)[far, 0].max(), (after - before)[:, 1]
print("3. What the second input does: the second task, seen from the first")
print(f"   phi_1 moves by {still:.0e} on x1 < -0.6, phi_2 by {shift.mean():.2f} on x2 < 0\n")
assert still < 1e-12
assert shift.std() < 0.01 * abs(shift.mean())
np.testing.assert_allclose(rmse(stages[1], x[far], y[far]), abs(shift.mean()), rtol=0.01)

# %% [markdown]
# **Answer:** It lifts it. The sum $\phi_1 + \phi_2$ needs a higher level, and the least change
# splits the bill: both rise. In the second quadrant that is right. In the first only $\phi_2$ has
# risen, and all that was learned there is wrong by the same constant.
#
# ## 4. Freezing, and holding
#
# A parameter that an old task has touched shall not change again. In a least-squares step this
# takes one line: its column of the Jacobian becomes zero, so $\delta_j = 0$ as in lesson 11a.
#
# **Predict:** does this save the plane? And [1, 5, 1]?


# %%
class Frozen(kn.Objective):
    """A problem some of whose parameters must not move."""

    def jacobian(self, theta):
        return np.where(self.frozen, 0.0, super().jacobian(theta))


def with_freezing(net, tasks):
    """Return the network after all tasks; no parameter is changed by two of them."""
    frozen, lm = np.zeros(net.size, dtype=bool), kn.LevenbergMarquardt()
    for x, y in tasks:
        problem = Frozen(net, x, y)
        problem.frozen = frozen
        state = lm.start(problem, net.theta)
        for _ in range(STEPS):
            state = lm.step(problem, state)
        net = net.with_theta(state.theta)
        frozen = frozen | np.any(net.jacobian(x)[:, 0] != 0.0, axis=0)
    return net


print("4. Freezing, and holding: RMSE on the first and the worst task in the end")
rows, ends = [], {}
for name, (start, tasks) in list(CONTENDERS.items())[1:]:
    held, frozen = one_after_the_other(start, tasks, hold=3e-4)[-1], with_freezing(start, tasks)
    for way, net in (("free", runs[name][-1]), ("frozen", frozen), ("held", held)):
        errors = [rmse(net, *task) for task in tasks]
        ends[name, way] = errors[0], max(errors)
        rows.append([f"{name}, {way}", *ends[name, way]])
table(["", "first", "worst"], rows)
assert max(ends["KAN [2, 1], quadrants", "frozen"]) < 1e-4
assert max(ends["KAN [2, 1], quadrants", "held"]) < 1e-3
assert 10 * joint["KAN [1, 5, 1]"] < ends["KAN [1, 5, 1]", "frozen"][1] < 0.02
first_task, worst = ends["MLP [1, 20, 20, 1]", "frozen"]
assert first_task < 5e-3 < 0.1 < worst
shared = ("KAN [1, 1], with silu", "KAN [1, 5, 1]", "MLP [1, 20, 20, 1]")
assert min(ends[name, "held"][0] for name in shared) > 0.01

# %% [markdown]
# **Answer:** The plane, fully: two quadrants fix both halves of $\phi_1$, a third the missing half
# of $\phi_2$, and the fourth asks for nothing new. [1, 5, 1] remembers, but learns later peaks
# worse: who may not change, cannot improve. The MLP keeps the first task and has no parameter left.
#
# Freezing asks what *old* tasks have touched. `kn.fit` by default asks how many *new* samples a
# coefficient has, and holds those with few where they are. That saves the plane as well, but not
# what all samples share: a base weight, a second layer.
#
# ## On your own
#
# Close this file and write the weights that freeze what an old task uses: `make exercise N=11.3`.
#
# 1. Is Levenberg-Marquardt to blame? Train [1, 1] with silu phase by phase with `kn.LBFGS()`.
# 2. (open) Keep a few old samples and mix them into every phase (*replay*). How many must it be for
#    each network, until nothing is forgotten?
#
# ## Further reading
#
# - R. Yu, W. Yu and X. Wang, *KAN or MLP: A Fairer Comparison*, arXiv 2407.16674.
# - J. Kirkpatrick et al., *Overcoming catastrophic forgetting in neural networks*, PNAS 114, 2017.
