# %% [markdown]
# # Lesson 08b: The staircase
#
# **Question.** How does a trained network whose splines have 3 intervals become one with 100,
# without losing what it has learned?
#
# **You will learn:**
# - to give a network more knots without changing it as a function;
# - to recognize a lost start, and why steps do not save it;
# - to train in stages, from coarse grids to fine ones.
#
# **You need:** 03c (more knots), 07b (Levenberg-Marquardt), 08a (grids that follow the data).
#
# **Time:** 20 minutes to read, 10 seconds to run.

# %%
import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GRAY, ORANGE, show, table

import kan_numpy as kn

DEGREE = 3  # k, degree of the splines
SIZES = (3, 5, 10, 20, 50, 100)  # G, intervals of the grid, one stage of training for each
STEPS = 40  # of Levenberg-Marquardt in each stage
N_STARTS = 20  # random starts
x, y, x_test, y_test = kn.datasets.toy("exp_sin", 2000, 2000, rng=0)


def rmse(net):
    return float(np.sqrt(np.mean((net(x_test) - y_test) ** 2)))


# %% [markdown]
# ## 1. More knots, the same function
#
# Keep the old knots and put new ones between them. A cubic spline on the old knots is also one on
# all knots: it has two continuous derivatives everywhere, also at the new knots, where it need not
# bend. So the finer grid can say all that the coarse one says, and the spline nearest at many
# points (arXiv 2404.19756, eq. 2.16) is the same function:
#
# $$c' = \arg\min_{c'} \sum_n \Big(\sum_j c'_j B'_j(u_n) - \sum_j c_j B_j(u_n)\Big)^2,
#   \quad \text{minimum 0 if all old knots are kept.}$$
#
# The k knots beyond each end stay too, and with them the function off the grid. `kn.refine` finds
# the same $c'$ by knot insertion (lesson 03c).


# %%
def refined(knots, coef, times):
    """Divide each interval of the grid by a whole number; knots (G+2k+1,), coef (G+k,)."""
    inner = knots[DEGREE:-DEGREE]  # (G+1,)
    shares = np.arange(times * (len(inner) - 1) + 1) / times  # 0, 1/2, 1, 3/2, ..., G
    inner = np.interp(shares, np.arange(len(inner)), inner)
    fine = np.concatenate([knots[:DEGREE], inner, knots[-DEGREE:]])
    points = np.linspace(knots[0], knots[-1], 20 * len(fine))
    values = kn.bspline_basis(points, knots, DEGREE) @ coef
    return fine, np.linalg.lstsq(kn.bspline_basis(points, fine, DEGREE), values, rcond=None)[0]


start = kn.KAN([2, 1, 1], grid_size=5, degree=DEGREE, rng=2)
young = kn.fit(start, x, y, steps=10, adapt_at=(5,)).network
coarse, fine = young.layers[1], kn.refine(young, 10).layers[1]
knots, coef = refined(coarse.knots[0], coarse.coef[0, 0], 2)
np.testing.assert_allclose(fine.knots[0], knots, rtol=0, atol=1e-12)
np.testing.assert_allclose(fine.coef[0, 0], coef, rtol=0, atol=1e-11)

# %% [markdown]
# **Predict:** from G = 5, is it better to go to 7 intervals or to 10?

# %%
print("1. More knots: how far the outputs move on the way from G = 5")
everywhere = np.random.default_rng(8).uniform(-1.5, 1.5, (1000, 2))
moves = {}
for G in (7, 8, 10, 20):
    net = kn.refine(young, G)
    on_data = np.sqrt(np.mean((net(x) - young(x)) ** 2))
    moves[G] = [on_data, np.abs(net(everywhere) - young(everywhere)).max()]
table(
    ["to G =", "RMS on the data", "most, also outside"],
    [[str(G), *row] for G, row in moves.items()],
)
assert max(moves[10] + moves[20]) < 1e-12
assert min(moves[7] + moves[8]) > 1e-3

# %% [markdown]
# **Answer:** To 10. Ten intervals keep all the knots of five. Seven lose the four inner ones, and a
# finer grid that does not contain the coarse one cannot say the same.
#
# ## 2. Twenty starts
#
# So the plan is simple. Train with G = 3, and adapt the grids while they are coarse and easy to
# move. Then only refine. But a single hidden node has little room to walk around an obstacle.
#
# **Predict:** does training find its way from every random start?

# %%
starts = [
    kn.fit(kn.KAN([2, 1, 1], 3, DEGREE, rng=seed), x, y, steps=30, adapt_at=(2, 10))
    for seed in range(N_STARTS)
]
errors = np.sqrt([min(start.history["train_loss"]) for start in starts])
lost = [start.network for start, error in zip(starts, errors, strict=True) if error > 0.1]
good = errors[errors < 0.1]
print(f"2. {N_STARTS} random starts, 30 steps at G = 3: train RMSE")
for row in np.split(errors, 2):
    print("   " + "  ".join(f"{error:.3f}" for error in row))
print(f"   {len(lost)} are lost: {errors[errors > 0.1].min():.2f} or more\n")
assert 3 <= len(lost) <= 7
assert errors[errors > 0.1].min() > 30 * good.max()

# %% [markdown]
# **Answer:** From about three in four. One sees the others at the train loss, without any test
# data: good starts agree with each other, and a lost one has more than thirty times their error.
#
# **Common mistake:** "A lost start needs more steps, or a finer grid."

# %%
later = [rmse(kn.fit(kn.refine(net, 9), x, y, steps=100).network) for net in lost]
print("   every lost one, after 100 steps more with G = 9: test RMSE")
print("   " + "  ".join(f"{error:.2f}" for error in later))
assert min(later) > 0.3


# %% [markdown]
# None of them is saved. Why? The output is $\Phi(u)$ with $u = \phi_1(x_1) + \phi_2(x_2)$. The
# right $\Phi$ is an exponential, which only rises. A lost one rises *and* falls: places $x$ with
# the same output send different $u$, from both sides of a hill. To mend that, one of the two has to
# cross the hill, and on the way the error is larger. That is what a local minimum is. (First the
# best start as `kn.plot_history` shows it: dashed lines where grids were adapted, lesson 08a.)


# %%
def hill(net):
    """Return u, the outer edge there, and the share of its range by which it rises and falls."""
    knots = net.layers[1].knots[0]
    u = np.linspace(knots[DEGREE], knots[-DEGREE - 1], 200)
    phi = net.layers[1].edges(u[:, None])[:, 0, 0]
    falls = np.max(np.maximum.accumulate(phi) - phi)
    rises = np.max(phi - np.minimum.accumulate(phi))
    return u, phi, min(falls, rises) / np.ptp(phi)


winner = min(starts, key=lambda start: min(start.history["train_loss"]))
best, description = winner.network, "The loss of the best start, and its activations off the grids."
show(kn.plot_history(winner.history), "08b_history", description)
figure, ax = plt.subplots(figsize=(9, 4.5))
for net, style, name in ((best, "-", "the best start"), (lost[0], "--", "a lost one")):
    u, phi, _ = hill(net)
    ax.plot(u, phi, style, color=BLUE if net is best else ORANGE, lw=3, label=name)
ax.set(xlabel="$u$", ylabel=r"$\Phi(u)$")
ax.legend()
show(
    figure,
    "08b_lost",
    "The outer edge of the best start only rises; that of a lost one has a hill.",
)
assert hill(best)[2] < 0.01
assert min(hill(net)[2] for net in lost) > 0.2

# %% [markdown]
# What helps is another start: of several, keep the best by train loss (`kn.fit(..., starts=6)`).
#
# ## 3. The staircase
#
# **Predict:** from the best start we refine to 5, 10, 20, 50 and 100. At which of these steps does
# the loss jump up?

# %%
refine_at = {STEPS * m: G for m, G in enumerate(SIZES) if m > 0}
tests = []


def keep(_step, net, _history):
    tests.append(rmse(net))


grown = kn.fit(best, x, y, steps=STEPS * len(SIZES), refine_at=refine_at, callback=keep)
history = {name: np.array(values) for name, values in grown.history.items()}
trains, rows = np.sqrt(history["train_loss"]), []
for at, G in refine_at.items():
    moved = history["grid_change"][history["step"] == at + 1][0]
    before, after = (trains[history["step"] <= end][-1] for end in (at, at + STEPS))
    rows.append([f"{at} -> G = {G}", moved, before, after])
    assert moved < 1e-12 if G in (10, 20, 100) else moved > 1e-7
    assert after < 0.6 * before
print("3. The staircase: what refining did, and what the next stage made of it")
table(["after step", "an edge moved by", "RMSE before", "after the stage"], rows)

figure, ax = plt.subplots(figsize=(10, 5.5))
post = {"drawstyle": "steps-post"}  # a stage that found its minimum early waits for the next
ax.semilogy(history["step"], trains, color=BLUE, lw=2.5, label="train RMSE", **post)
ax.semilogy(history["step"], tests, color=ORANGE, lw=2, ls="--", label="test RMSE", **post)
for m, G in enumerate(SIZES):
    ax.axvline(m * STEPS, color=GRAY, lw=1 if G in (3, 10, 20, 100) else 2.5)
    ax.text((m + 0.5) * STEPS, 0.2, f"G = {G}", ha="center")
ax.set(xlabel="step of Levenberg-Marquardt", ylabel="RMSE", ylim=(5e-9, 1))
ax.legend(loc="lower left")
show(figure, "08b_staircase", "Train and test RMSE fall in six stairs, from 1e-2 to below 1e-7.")

# %% [markdown]
# **Answer:** At none but, by a hair, the first. Where old knots are kept nothing moves at all. The
# two others (thick lines) cost less than the next step wins. Each stage starts where one ended.
#
# ## On your own
#
# Close this file and write `refine` from memory, for a whole layer and unchanged off the data too:
# `make exercise N=8.2`.
#
# 1. Start with G = 100 at once, from the same twenty seeds. How many are lost, and how good are the
#    others after as many steps?
# 2. (open) With five hidden nodes, [2, 5, 1], is a start ever lost? What do they buy, and when?
#
# ## Further reading
#
# - Z. Liu et al., *KAN: Kolmogorov-Arnold Networks*, arXiv 2404.19756, section 2.4.
