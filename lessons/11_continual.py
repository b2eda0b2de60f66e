# %% [markdown]
# # Lesson 11: Remember, forget
#
# **Question.** A network learns one task after the other, and never sees old data again. When does
# it keep what it knew?
#
# **You will learn:**
# - to predict from the support of the basis functions which parameters a task can change;
# - to see three ways in which a KAN forgets after all, each with its number;
# - to fix one of them by freezing, and to say what freezing costs.
#
# **You need:** lessons 2 (supports) and 7 (Levenberg-Marquardt).
#
# **Time:** 30 minutes to read, about 10 seconds to run.

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import kan_numpy as kn
from kan_numpy.optimizers.optimizer import ObjectiveLike

CENTERS = (-0.8, -0.4, 0.0, 0.4, 0.8)  # of the peaks
G, DEGREE = 200, 3  # grid intervals and degree of the splines in the network [1, 1]
STEPS = 40  # of Levenberg-Marquardt in each phase, at most
SEEDS = (0, 1, 2)  # for the networks whose start matters
BLUE, ORANGE, GREEN, PINK, GRAY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#777777"

build = Path("build")
build.mkdir(exist_ok=True)
plt.rcParams.update({"font.size": 13, "savefig.dpi": 150, "figure.constrained_layout.use": True})


def rmse(net, x, y):
    return float(np.sqrt(np.mean((net(x) - y) ** 2)))


def from_zero(net):
    return net.with_theta(np.zeros(net.size))


# %% [markdown]
# ## 1. Five peaks, one after the other
#
# The target is a row of five peaks. Each phase shows 100 samples around one of them, and the phases
# before are gone (arXiv 2404.19756, figure 3.4):
#
# $$f(x) = \sum_c e^{-300 (x - c)^2}, \qquad \text{phase } p:\ x \in [c_p - 0.2,\ c_p + 0.2].$$
#
# The network is the smallest there is: [1, 1], one edge, $y = \sum_j c_j B_j(x)$, splines only. It
# is linear in $c$, so a phase is a least-squares problem. But 100 samples in a fifth of the grid do
# not decide 203 coefficients. Which solution do we want? The one that *changes* least:
#
# $$c \leftarrow c + \delta, \qquad \delta = \arg\min |\delta|
#   \ \text{ among all } \delta \text{ that minimize } |B \delta - (y - B c)|.$$
#
# `np.linalg.lstsq` gives just that. It would also give the *smallest* $c$ instead, if asked
# carelessly, for $y$ itself. On the samples of the phase, both fit equally well.
#
# **Predict:** what does the careless version know of the first peak when it has seen the last?


# %%
def peaks(x):
    """Return the target at x (N, 1), as a column."""
    return np.exp(-300.0 * (x - np.array(CENTERS)) ** 2).sum(axis=1, keepdims=True)


phases = [(x, peaks(x)) for x in (np.linspace(m - 0.2, m + 0.2, 100)[:, None] for m in CENTERS)]
x_all, y_all = (np.concatenate(parts) for parts in zip(*phases, strict=True))
net = from_zero(kn.KAN([1, 1], grid_size=G, degree=DEGREE, base="zero"))

c, careless, by_hand = net.theta, net.theta, []
for x, y in phases:
    B = kn.bspline_basis(x, net.layers[0].knots, DEGREE)[:, 0]  # (100, G+k)
    c = c + np.linalg.lstsq(B, y[:, 0] - B @ c, rcond=None)[0]
    careless = np.linalg.lstsq(B, y[:, 0], rcond=None)[0]
    by_hand.append(c)

first, last = phases[0], phases[-1]
print("1. By hand: RMSE on the last peak and, without having seen it since, on the first")
for name, theta in (("least change", c), ("least coefficients", careless)):
    errors = [rmse(net.with_theta(theta), *phase) for phase in (last, first)]
    print(f"   {name:20} {errors[0]:.2e}   {errors[1]:.2e}")
assert rmse(net.with_theta(c), *first) < 4e-6
assert rmse(net.with_theta(careless), *last) < 4e-6
forgotten = rmse(net.with_theta(careless), *first)
np.testing.assert_allclose(forgotten, np.sqrt(np.mean(first[1] ** 2)), rtol=1e-6)
print(f"   careless: {forgotten:.2f} is the RMSE of the answer 0; the first peak is gone\n")

# %% [markdown]
# It matters what one keeps small. Weight decay has the same effect: it pulls every coefficient to 0
# that the samples do not hold.
#
# Levenberg-Marquardt keeps the change small, because damping is a price on $\delta$. A coefficient
# whose column of $J$ is zero does not move at all. So `kn.fit`, called phase by phase, will do.
# (With `hold=0` the damping is all there is; what `fit` does by default comes in section 5.)


# %%
def one_after_the_other(net, phases, hold=0.0):
    """Return the network after each phase, trained on the data of this phase only."""
    after = []
    for x, y in phases:
        net = kn.fit(net, x, y, steps=STEPS, hold=hold).network
        after.append(net)
    return after


trained = one_after_the_other(net, phases)
print("2. kn.fit, phase by phase: RMSE on each peak")
for at, stage in enumerate(trained):
    errors = [rmse(stage, *phase) for phase in phases]
    print(f"   after phase {at + 1}   " + "   ".join(f"{error:.2e}" for error in errors))
    assert max(errors[: at + 1]) <= 4e-6
    assert rmse(stage, x_all[: 100 * (at + 1)], y_all[: 100 * (at + 1)]) <= 4e-6
    np.testing.assert_allclose(stage.theta, by_hand[at], rtol=0, atol=1e-9)

best = kn.fit_spline(x_all[:, 0], y_all[:, 0], net.layers[0].knots[0], DEGREE)
at_once, in_phases = (rmse(net.with_theta(c), x_all, y_all) for c in (best, trained[-1].theta))
print(f"   all five peaks: {in_phases:.4e}; the best spline, fitted at once: {at_once:.4e}\n")
assert in_phases / at_once - 1 < 1e-4

# %% [markdown]
# Nothing is forgotten: no spline on these knots does better, even if it sees everything at once.
#
# ## 2. Why: the support of a bump
#
# $B_j$ is zero outside $k + 1$ neighboring intervals. A sample at $x$ depends on $k + 1$
# coefficients, so it can only change those, and only they decide what the network says at $x$.
#
# **Predict:** a phase covers 40 of the 200 intervals. How many coefficients move? How many of them
# had a phase before moved already?

# %%
thetas = [net.theta, *(stage.theta for stage in trained)]
changes = np.abs(np.diff(thetas, axis=0))  # (5, G+k)
seen = np.array([np.any(net.jacobian(x)[:, 0] > 1e-12, axis=0) for x, _ in phases])  # (5, G+k)
counts, both = seen.sum(axis=1), seen.astype(int) @ seen.T
print("3. Coefficients that each phase can move:", *counts, f"of {net.size}")
print("   shared by phase 1 and phases 2 to 5:  ", *both[0, 1:])
assert np.all(counts == 40 + DEGREE)
assert list(both[0]) == [43, DEGREE, 0, 0, 0]
assert changes[~seen].max() < 1e-12
print("   all others stay where they are, exactly")
shared = changes[1:][seen[:-1] & seen[1:]].max()
print(f"   the shared ones, once learned, moved by {shared:.0e}: both phases want the same\n")
assert shared < 1e-4

# %%
line = np.linspace(-1.0, 1.0, 1001)[:, None]
figure, axes = plt.subplots(2, 5, figsize=(14, 5.5), sharex="row", sharey="row")
for at, (curve, bars) in enumerate(axes.T):
    curve.axvspan(CENTERS[at] - 0.2, CENTERS[at] + 0.2, color=ORANGE, alpha=0.2, lw=0)
    curve.plot(line, peaks(line), color=GRAY, ls=":", lw=1.5)
    curve.plot(line, trained[at](line), color=BLUE, lw=2)
    curve.set(title=f"after phase {at + 1}", xlabel="$x$", xticks=[-1, 0, 1])
    bars.vlines(np.flatnonzero(seen[at]), 1e-10, changes[at][seen[at]], color=ORANGE, lw=1.5)
    bars.set(xlabel="$j$", xlim=(-5, net.size + 4), yscale="log", ylim=(1e-10, 3))
axes[0, 0].set_ylabel("network (data: shaded)")
axes[1, 0].set_ylabel(r"change $|\delta_j|$")
figure.savefig(build / "11_peaks.png")
plt.close(figure)

# %% [markdown]
# The network began at zero, and stays there until data come. A random start would change nothing in
# the table above, but would show noise wherever nobody has taught it yet.
#
# ## 3. Three ways to forget
#
# All of this hangs on one property: two tasks share next to no parameter. Let us break it, first as
# gently as we can.
#
# **Predict:** give the edge its usual base function, $w\, silu(x) + \sum_j c_j B_j(x)$. That is one
# shared parameter more, the 204th. How much can it do?

# %%
with_base = from_zero(kn.KAN([1, 1], grid_size=G, degree=DEGREE, base="silu"))
stages = one_after_the_other(with_base, phases)
print("4. One base weight more: RMSE on the first peak after each phase, and w")
for at, stage in enumerate(stages):
    print(f"   after phase {at + 1}   {rmse(stage, *first):.1e}   w = {stage.theta[-1]:+.3f}")
base_error = rmse(stages[-1], x_all, y_all)
print(f"   all five peaks at the end: {base_error:.3f}")
assert rmse(stages[0], *first) <= 4e-6
np.testing.assert_allclose(base_error, 0.142, atol=0.01)

moved = (stages[1](first[0]) - stages[0](first[0]))[:80]  # without the bumps shared with phase 2
silu = kn.activations.silu(first[0])[:80]
np.testing.assert_allclose(moved, (stages[1].theta[-1] - stages[0].theta[-1]) * silu, atol=1e-9)
print("   in phase 2 the first peak moves by exactly (new w - old w) silu(x)\n")

# %% [markdown]
# The weight takes a share of every new task. In its own region, the spline makes up for what is too
# much. Elsewhere nobody does. The cure is known from section 1: do not train it.
#
# **Second, depth.** In [1, 5, 1] the inputs of the last layer are sums of splines. Peaks that are
# far apart in $x$ send the same hidden values, and so meet in the same coefficients.
#
# **Third, two inputs.** Even one layer will do. Four tasks, one for each quadrant of the square,
# and a target that [2, 1] can represent: $e^{x_1} + e^{x_2}$. Half of what a quadrant needs is
# also needed by its neighbor.
#
# For comparison, an MLP. Its parameters have no support: every sample depends on all of them. To be
# fair we also train each network on all tasks *at once*, with as many steps as all phases have
# together: an error that remains then is no forgetting.


# %%
def exponentials(x):
    return np.exp(x).sum(axis=1, keepdims=True)


def shared_share(net, phases):
    """Return the share of the parameters under the second task that the first one touched too."""
    one, two = (np.any(np.abs(net.jacobian(x)[:, 0]) > 1e-12, axis=0) for x, _ in phases[:2])
    return (one & two).sum() / two.sum()


signs = np.array([(-1, -1), (1, -1), (-1, 1), (1, 1)])
corners = [sign * np.random.default_rng(11).uniform(0.0, 1.0, (400, 2)) for sign in signs]
quadrants = [(x, exponentials(x)) for x in corners]
plane = from_zero(kn.KAN([2, 1], grid_size=10, degree=DEGREE, base="zero"))

contenders = {
    "KAN [1, 1], splines only": ([net], phases),
    "KAN [1, 1], with silu": ([with_base], phases),
    "KAN [1, 5, 1]": (
        [kn.KAN([1, 5, 1], (40, 20), DEGREE, base="zero", rng=s) for s in SEEDS],
        phases,
    ),
    "KAN [2, 1], quadrants": ([plane], quadrants),
    "MLP [1, 20, 20, 1]": (
        [kn.MLP([1, 20, 20, 1], "tanh", init="glorot", rng=s) for s in SEEDS],
        phases,
    ),
}
print("5. RMSE, medians over the starts; the first task is looked at again after all others")
print("                            shared    all tasks    first task    first task")
print("                            with next   at once     when learned   at the end")
results, stories = {}, {}
for name, (starts, tasks) in contenders.items():
    everything = [np.concatenate(parts) for parts in zip(*tasks, strict=True)]
    rows = []
    for start in starts:
        stages = one_after_the_other(start, tasks)
        joint = kn.fit(start, *everything, steps=STEPS * len(tasks), hold=0.0).network
        story = [rmse(stage, *tasks[0]) for stage in stages]
        rows.append([shared_share(stages[0], tasks), rmse(joint, *everything), *story])
    share, joint, *stories[name] = np.median(rows, axis=0)
    results[name] = share, joint, stories[name][0], stories[name][-1]
    print(f"   {name:26}{100 * share:5.0f} % {joint:11.1e}", end="")
    print(f"{stories[name][0]:14.1e}{stories[name][-1]:14.1e}")
print("   What is shared is forgotten, unless both tasks want the same of it, as on the splines of")
print("   the first row. Each of these networks could have learned all tasks at once.\n")
splines, silu_weight, deep, planar, mlp = results.values()
assert max(splines[1:]) <= 4e-6
for share, joint, learned, kept in (silu_weight, deep, planar, mlp):
    assert share > splines[0]
    assert max(joint, learned) < 5e-3
    assert kept > 50 * max(joint, learned)
assert max(silu_weight[1], deep[1], planar[1]) < 1e-4
assert mlp[0] > 0.99
for row, low, high in ((silu_weight, 0.2, 0.24), (deep, 0.02, 0.4), (planar, 0.8, 0.9)):
    assert low < row[3] < high

# %%
figure, ax = plt.subplots(figsize=(11, 5))
for (name, story), color in zip(stories.items(), (BLUE, ORANGE, GREEN, PINK, GRAY), strict=True):
    ax.semilogy(np.arange(1, len(story) + 1), story, "o-", color=color, lw=2, label=name)
ax.set(xlabel="tasks learned", ylabel="RMSE on the first task", xticks=range(1, 6))
ax.grid(alpha=0.3)
figure.legend(loc="outside right upper")
figure.savefig(build / "11_forgetting.png")
plt.close(figure)

# %% [markdown]
# ## 4. What the second input does
#
# The plane deserves a closer look, because its target is no trouble: after the first quadrant the
# left halves of $\phi_1$ and $\phi_2$ are right. The second quadrant, $x_1 > 0$ and $x_2 < 0$,
# needs the right half of $\phi_1$ and nothing else.
#
# **Predict:** what does it do to $\phi_2$?

# %%
stages = one_after_the_other(plane, quadrants)
x, y = quadrants[0]
before, after = (stage.layers[0].edges(x)[:, 0] for stage in stages[:2])  # (400, 2)
shift = (after - before)[:, 1]
far = x[:, 0] < -0.6  # no bump reaches from here into the second quadrant
print("6. Two inputs: the second task, seen from the first")
print(f"   phi_1 on x1 < -0.6: moves by {np.abs(after - before)[far, 0].max():.0e}")
print(
    f"   phi_2 on x2 < 0: moves by {shift.mean():.2f}, up to {shift.std():.0e} the same everywhere"
)
print(f"   RMSE on the first task there: {rmse(stages[1], x[far], y[far]):.2f}\n")
assert np.abs(after - before)[far, 0].max() < 1e-12
assert shift.std() < 0.01 * abs(shift.mean())
np.testing.assert_allclose(rmse(stages[1], x[far], y[far]), abs(shift.mean()), rtol=0.01)

# %% [markdown]
# The sum $\phi_1 + \phi_2$ needs a higher level, and the least change splits the bill: both rise.
# In the second quadrant that is right. In the first one only $\phi_2$ has risen, and all that was
# learned there is wrong by the same constant.
#
# **Fixed: freeze.** A parameter that a task has touched is not changed again. In a least-squares
# step this takes one line: its column of the Jacobian becomes zero, and Levenberg-Marquardt leaves
# alone what has no influence.


# %%
class Frozen(ObjectiveLike):
    """A problem some of whose parameters must not move."""

    def __init__(self, problem, frozen):
        self.problem, self.frozen = problem, frozen

    def residuals(self, theta):
        return self.problem.residuals(theta)

    def jacobian(self, theta):
        return np.where(self.frozen, 0.0, self.problem.jacobian(theta))


def with_freezing(net, tasks):
    """Return the network after each task; no parameter is touched by two of them."""
    after, frozen, lm = [], np.zeros(net.size, dtype=bool), kn.LevenbergMarquardt()
    for x, y in tasks:
        problem = Frozen(kn.Objective(net, x, y), frozen)
        state = lm.start(problem, net.theta)
        for _ in range(STEPS):
            state = lm.step(problem, state)
        net = net.with_theta(state.theta)
        frozen = frozen | np.any(net.jacobian(x)[:, 0] != 0.0, axis=0)
        after.append(net)
    return after


frozen = with_freezing(plane, quadrants)
print("7. RMSE on all four quadrants after each task, and on the first one alone")
print("               free                frozen")
print("               all    first        all    first")
for at, pair in enumerate(zip(stages, frozen, strict=True)):
    every = np.mean([[rmse(net, *task) ** 2 for task in quadrants] for net in pair], axis=1) ** 0.5
    row = [f"{e:9.1e}{rmse(net, *quadrants[0]):9.1e}" for e, net in zip(every, pair, strict=True)]
    print(f"   task {at + 1} {row[0]}  {row[1]}")
    assert rmse(frozen[at], x, y) < 2e-6
everywhere = [rmse(frozen[2], *task) for task in quadrants]
print(f"   the fourth task was known before it came: RMSE {everywhere[3]:.0e} after the third\n")
assert max(everywhere) < 3e-5
assert rmse(stages[2], *quadrants[3]) > 0.5

# %%
line = np.linspace(-1.0, 1.0, 201)
curves = {
    "after task 1": (stages[0], GRAY, ":"),
    "after task 2, free": (stages[1], ORANGE, "-"),
    "after task 2, frozen": (frozen[1], BLUE, "--"),
}
figure, axes = plt.subplots(1, 2, figsize=(11, 4.5), sharey=True)
for i, ax in enumerate(axes):
    for name, (stage, color, style) in curves.items():
        phi = stage.layers[0].edges(np.stack([line, line], axis=1))[:, 0, i]  # (201,)
        ax.plot(line, phi, color=color, ls=style, lw=2.5, label=name)
    ax.set(
        xlabel=f"$x_{i + 1}$", ylabel=rf"$\phi_{i + 1}(x_{i + 1})$", xticks=[-1, -0.5, 0, 0.5, 1]
    )
    ax.grid(alpha=0.3)
axes[1].legend(loc="upper right")
figure.savefig(build / "11_plane.png")
plt.close(figure)

# %% [markdown]
# Two quadrants fix both halves of $\phi_1$, a third the missing half of $\phi_2$, and the fourth
# needs nothing any more. It came for free, because the target is additive and so is the network.
#
# **Predict:** will freezing save [1, 5, 1] too? And the MLP?

# %%
print("8. Five peaks with freezing: RMSE at the end, from the first to the last peak")
ends = {}
for name in ("KAN [1, 5, 1]", "MLP [1, 20, 20, 1]"):
    start = contenders[name][0][0]
    stages = with_freezing(start, phases)
    ends[name] = [rmse(stages[-1], *phase) for phase in phases]
    print(f"   {name:20}" + "".join(f"{error:10.1e}" for error in ends[name]))
    np.testing.assert_allclose(ends[name][0], rmse(stages[0], *first), rtol=1e-6)
price = max(ends["KAN [1, 5, 1]"]) / results["KAN [1, 5, 1]"][1]
print(f"   The KAN remembers, but its worst peak is {price:.0f} times worse than learned at once.")
print("   The MLP remembers the first, and has no parameter left to learn another.")
assert max(ends["KAN [1, 5, 1]"]) < 0.02
assert price > 10
assert min(ends["MLP [1, 20, 20, 1]"][1:]) > 0.1

# %% [markdown]
# This is the price of freezing: who may not change, cannot improve. Locality leaves room for the
# next task, and that is what splines are good for here. It is a property of the basis and of the
# shape, not of KANs as such: a KAN with a base weight, a second layer or a second input forgets.
#
# ## 5. Holding
#
# Freezing asks what *old* tasks have touched. `kn.fit` asks how many *new* samples a coefficient
# has (lesson 8). A network as drawn knows nothing, and where samples are few it is held to straight
# lines. Any other network may know something, and there it is held where it is.
#
# **Predict:** which of the networks of section 3 does this help?

# %%
print("9. RMSE on the first task at the end, if coefficients with few new samples are held")
print("                             free       held")
held = {}
for name, (starts, tasks) in contenders.items():
    ends = [one_after_the_other(start, tasks, hold=3e-4)[-1] for start in starts]
    held[name] = np.median([rmse(end, *tasks[0]) for end in ends])
    print(f"   {name:26}{results[name][-1]:7.1e}{held[name]:11.1e}")
assert held["KAN [1, 1], splines only"] <= 4e-6
assert held["KAN [2, 1], quadrants"] < 1e-3
for name in ("KAN [1, 1], with silu", "KAN [1, 5, 1]", "MLP [1, 20, 20, 1]"):
    assert held[name] > 0.02

# %% [markdown]
# The splines lose nothing, and the plane is saved: a few coefficients at the border of a quadrant
# stay, and with them the level. What all samples share, a base weight or a second layer, has
# samples enough and is free to forget. An MLP has no coefficients to hold.
#
# ## On your own
#
# 1. *Easy.* Is Levenberg-Marquardt to blame? Train [1, 1] with silu phase by phase with
#    `kn.LBFGS()`, 100 steps each. What is the RMSE on the first peak at the end?
# 2. *Medium.* Freeze less. Keep the columns in `Frozen`, but scale them down instead of setting
#    them to zero, the more the more a parameter meant for the old tasks. Which scale is best for
#    [1, 5, 1], judged on all five peaks?
# 3. *Open.* Keep a few old samples and mix them into every phase (*replay*). How many must it be
#    for each network of section 3, until nothing is forgotten? Which samples would you keep?
#
# ## Further reading
#
# - Z. Liu et al., *KAN: Kolmogorov-Arnold Networks*, arXiv 2404.19756: the five peaks.
# - R. Yu, W. Yu and X. Wang, *KAN or MLP: A Fairer Comparison*, arXiv 2407.16674, where KANs forget
#   more than MLPs when classes come one after the other.
# - J. Kirkpatrick et al., *Overcoming catastrophic forgetting in neural networks*, PNAS 114, 2017:
#   freezing by degrees.
# - R. M. French, *Catastrophic forgetting in connectionist networks*, Trends in Cognitive Sciences
#   3, 1999.
