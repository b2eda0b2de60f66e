# %% [markdown]
# # Lesson 08a: Grids that follow the data
#
# **Question.** The activations of a hidden node go where training sends them. Where should the
# knots of its grid lie?
#
# **You will learn:**
# - to place knots evenly, at quantiles, or in between, and to carry a curve over to new knots;
# - what it costs to move a grid, and what it costs not to.
#
# **You need:** 02b (the ends of a grid), 03b (least squares), 07b (Levenberg-Marquardt).
#
# **Time:** 20 minutes to read, 5 seconds to run.

# %%
import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GRAY, ORANGE, show, table

import kan_numpy as kn

DEGREE = 3  # k, degree of the splines
STEPS = 60  # of Levenberg-Marquardt, after the first five
x, y, x_test, y_test = kn.datasets.toy("exp_sin", 3000, 3000, rng=0)


def rmse(net):
    return float(np.sqrt(np.mean((net(x_test) - y_test) ** 2)))


def hidden(net):
    return net.forward(x)[1][1].x[:, 0]  # (N,) what enters the second layer


def hidden_grid(net):
    return net.layers[1].knots[0, DEGREE:-DEGREE]  # (G+1,)


# %% [markdown]
# ## 1. Off the grid
#
# We learn $f(x) = \exp(\sin(\pi x_1) + x_2^2)$ with a network [2, 1, 1]: its inner edges can become
# $\sin(\pi x_1)$ and $x_2^2$, the outer one $\exp(u)$. The inputs lie in [-1, 1], where every grid
# begins. But the hidden node sends what it likes. Splines shall fade beyond their grids as in the
# paper, unless we say otherwise; and `kn.train` takes y as it is, while `kn.fit` would scale it.
#
# **Predict:** after five steps of training, what share of the hidden activations is off the grid?


# %%
def after_five_steps(outside):
    start = kn.KAN([2, 1, 1], grid_size=5, degree=DEGREE, outside=outside, rng=2)
    return kn.train(kn.Objective(start, x, y), steps=5).network


young = after_five_steps("fade")
u = hidden(young)  # (N,)
share = np.mean(np.abs(u) > 1)
print("1. Off the grid, after five steps")
print(f"   activations from {u.min():.2f} to {u.max():.2f}, {100 * share:.0f} % off the grid\n")
assert 0.25 < share < 0.35

# %% [markdown]
# **Answer:** More than a quarter. There the spline fades away, and one base weight is left.
#
# ## 2. Where to put knots
#
# Two choices are natural: spread evenly from the smallest activation to the largest, or at the
# quantiles, so that each interval holds the same number of samples. The library mixes them:
#
# $$t = \epsilon\, t_{uniform} + (1 - \epsilon)\, t_{quantiles}.$$
#
# For the samples 0, 1, 2, 9 and G = 3 the even knots are 0, 3, 6, 9, and the quantiles 0, 1, 2, 9:
# quantile m has a share m / G of the sorted samples on its left, and is interpolated between two.


# %%
def adapted_knots(u, G, eps):
    u, knots = np.sort(u), []
    for m in range(G + 1):
        uniform = u[0] + (u[-1] - u[0]) * m / G
        place = (len(u) - 1) * m / G  # among the sorted samples, counted from 0
        n = min(int(place), len(u) - 2)
        quantile = u[n] + (place - n) * (u[n + 1] - u[n])
        knots.append(eps * uniform + (1 - eps) * quantile)
    return np.array(knots)


np.testing.assert_array_equal(adapted_knots([0, 1, 2, 9], 3, 0.5), [0, 2, 4, 9])
for eps in (1.0, 0.5, 0.0):
    net = kn.adapt_grid(young, x, eps=eps, margin=0.0)
    np.testing.assert_allclose(hidden_grid(net), adapted_knots(hidden(net), 5, eps), atol=1e-12)

# %% [markdown]
# `kn.adapt_grid` does this for every input of every layer, from the first layer on, because the
# second has to look at what the *adapted* first one sends. It leaves a margin of 1 % at each end.
#
# A coefficient belongs to its knots, so new knots need new coefficients. Take the spline nearest to
# the old one over the new grid, from $t_k$ to $t_{G+k}$:
#
# $$c' = \arg\min_{c'} \int \Big(\sum_j c'_j B'_j(u) - \sum_j c_j B_j(u)\Big)^2 du.$$
#
# With many points for the integral this is the least-squares problem of lesson 03b:

# %%
moved = kn.adapt_grid(young, x, margin=0.0)
old, new = young.layers[1], moved.layers[1]
ends = np.linspace(*hidden_grid(moved)[[0, -1]], 20_001)
points = (ends[1:] + ends[:-1]) / 2  # the midpoints of 20,000 small steps
values = kn.bspline_basis(points, old.knots[0], DEGREE) @ old.coef[0, 0]
B_new = kn.bspline_basis(points, new.knots[0], DEGREE)  # (20000, G+k)
c_new = np.linalg.lstsq(B_new, values, rcond=None)[0]
np.testing.assert_allclose(new.coef[0, 0], c_new, rtol=0, atol=1e-6)

# %% [markdown]
# **Predict:** five intervals, and five others in their place. Do the outputs of the network change?

# %%
adapted, rows = {}, []
print("2. Where to put knots: the hidden node's grid, samples in its intervals, and the price")
for eps in (1.0, 0.5, 0.0):
    net, change = kn.adapt_grid(young, x, eps=eps, return_change=True)
    counts, _ = np.histogram(hidden(net), hidden_grid(net))
    knots, samples = " ".join(f"{t:5.2f}" for t in hidden_grid(net)), " ".join(map(str, counts))
    rows.append([f"eps = {eps}", knots, samples, f"{change:.4f}"])
    adapted[rows[-1][0]] = net
    assert counts.sum() == len(x)  # none is off the grid
    assert 0.003 < change < 0.03
table(["", "knots", "samples", "outputs move"], rows)
assert np.ptp(counts) <= 2  # eps = 0: equal shares

figure, ax = plt.subplots(figsize=(9, 5))
ax.hist(u, 60, color=GRAY, alpha=0.6)
for place, (name, net) in enumerate({"before": young, **adapted}.items(), start=1):
    color = ORANGE if net is young else BLUE
    ax.plot(hidden_grid(net), np.full(6, -22 * place), "|-", ms=14, mew=3, lw=1, color=color)
    ax.text(-1.65, -22 * place, name, va="center")
ax.set(xlabel="hidden activation $u$ (lower half: the knots)", ylabel="samples")
ax.set(xlim=(-1.7, 2.2), yticks=(0, 50, 100))
description = (
    "The hidden activations run from -0.7 to 2: the old knots end at 1, the new ones at 2."
)
show(figure, "08a_adapt", description)

# %% [markdown]
# **Answer:** Yes, a little. Splines with bends in other places cannot say quite the same. Even
# knots cost least here: quantiles leave one wide interval where the samples are rare.
#
# ## 3. What it is worth
#
# Give the young network and its adapted twin 50 intervals (lesson 08b shows how), and train on. A
# third one is not adapted either, but its edges go on beyond their grids along their tangents,
# which is the default of `kn.KAN`.
#
# **Predict:** by what factor are those that were not adapted worse?

# %%
near = adapted["eps = 1.0"]
twins = {"fade, not adapted": young, "fade, adapted": near, "tangent": after_five_steps("linear")}
errors = {}
for name, net in twins.items():
    problem = kn.Objective(kn.refine(net, 50), x, y)
    errors[name] = rmse(kn.train(problem, steps=STEPS).network)
print(f"3. What it is worth: test RMSE {STEPS} steps later, with G = 50")
table(["", "RMSE"], errors.items())
lost, followed, tangent = errors.values()
assert lost > 20 * followed
assert followed < tangent

# %% [markdown]
# **Answer:** By more than 20 where splines fade: what lies off the grid has one number to be
# learned with. With tangents the loss is small, but a grid on the activations is still better.
#
# **Common mistake:** "I make the grid wide enough for everything, once and for all."

# %%
wide = kn.refine(kn.adapt_grid(young, x, margin=4.5), 50)  # ten times as wide as the activations
wide = rmse(kn.train(kn.Objective(wide, x, y), steps=STEPS).network)
print(f"   with grids ten times as wide: {wide:.0e}\n")
assert wide > 1000 * followed

# %% [markdown]
# Five of 50 intervals are left to work with. `kn.fit` and `kn.train` adapt on the way at the steps
# `adapt_at`, and their history tells which share of all activations was off the grids.
#
# ## 4. A node that is silent
#
# **Predict:** training has silenced a node: it sends the same value for every sample. What do the
# formula of section 2 and the recursion of the B-splines make of it?

# %%
inner = np.arange(near.size) < near.layers[0].size  # the first layer's theta
silent = near.with_theta(np.where(inner, 0.0, near.theta))
naive = adapted_knots(hidden(silent), 5, 0.5)
with np.errstate(invalid="ignore"):
    weight = (hidden(silent)[0] - naive[0]) / (naive[1] - naive[0])
saved = hidden_grid(kn.adapt_grid(silent, x))
print("4. A node that is silent, u = 0 always")
print(f"   by the formula: {naive}, so (u - t_0) / (t_1 - t_0) = {weight}")
print(f"   kn.adapt_grid:  {np.round(saved, 2)}")
assert np.isnan(weight)
np.testing.assert_allclose(np.ptp(saved), np.ptp(hidden_grid(silent)), rtol=1e-12)

# %% [markdown]
# **Answer:** All knots fall on one spot, and 0/0 is not a number. The library keeps the width and
# centers it on the value. If the node ever wakes up, a sensible grid waits for it.
#
# ## On your own
#
# Close this file and write `adapted_knots` from memory: `make exercise N=8.1`. There the knots must
# increase strictly, also if values are repeated or all the same.
#
# 1. Repeat section 3 with `eps=0.0`. Is the error larger or smaller? Where does it sit?
# 2. (open) Adapt after every step. What does that do to the loss, and why?
# 3. Bend an edge to $h_1$ in the [explorer](explorer.html) of `make site`. Does the next grid fit?
#
# ## Further reading
#
# - Z. Liu et al., *KAN: Kolmogorov-Arnold Networks*, arXiv 2404.19756, section 2.2 (grid updates).
# - C. de Boor, *A Practical Guide to Splines*, Springer 2001, chapter XII: knots placed well.
