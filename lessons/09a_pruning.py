# %% [markdown]
# # Lesson 09a: A price on edges
#
# **Question.** How does a network become so small that one can look at it?
#
# **You will learn:**
# - to put a price on edges, to derive its gradient, and to see what that gradient does;
# - to prune where the scores have a gap, and to train again;
# - why a small score need not mean a useless edge.
#
# **You need:** 05a (backward through a layer), 07b (Levenberg-Marquardt), 08a (grids).
#
# **Time:** 20 minutes to read, 6 seconds to run.

# %%
import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GRAY, ORANGE, play, show, table

import kan_numpy as kn

G, STEPS = 5, 40  # grid intervals; steps of Levenberg-Marquardt with a price
PRICE, THRESHOLD = 0.01, 0.05  # mu, the price of size and of spread; below this score edges go
NAMES = {"inputs": ["$x$", "$y$"], "outputs": ["$f$"]}
x, y, x_test, y_test = kn.datasets.toy("exp_sin", 1000, 1000, rng=0)


def rmse(net):
    return float(np.sqrt(np.mean((net(x_test) - y_test) ** 2)))


# %% [markdown]
# ## 1. Size and spread
#
# Pretend that we do not know the target, $e^{\sin(\pi x) + y^2}$. We start with a network that is
# larger than needed, [2, 5, 1] with 15 edges, and put a price on them. The size $A_e$ of an edge is
# the mean of what it sends, that of a layer is the sum over its edges, and the entropy S says over
# how many edges it is spread (arXiv 2404.19756, eq. 2.17 to 2.20):
#
# $$A_e = \frac1N \sum_n |\phi_e(x_n)|, \quad A = \sum_e A_e, \quad p_e = \frac{A_e}{A}, \quad
#   S = -\sum_e p_e \log p_e, \quad R = \sum_{layers} (\mu_1 A + \mu_2 S).$$
#
# If one edge does everything, S = 0; if n edges share evenly, S = log n.


# %%
def penalty(net, x, l1, entropy):
    R = 0.0
    for layer, cache in zip(net.layers, net.forward(x)[1], strict=True):
        A_e = np.abs(layer.edges(cache.x)).mean(axis=0)  # (n_out, n_in)
        p = A_e / A_e.sum()
        R += l1 * A_e.sum() - entropy * np.sum(p * np.log(p))
    return R


start = kn.KAN([2, 5, 1], grid_size=G, rng=2)
value, gradient = kn.Penalty(l1=0.3, entropy=0.7)(start, x)
np.testing.assert_allclose(value, penalty(start, x, 0.3, 0.7), rtol=1e-12)

# %% [markdown]
# ## 2. Which way the price pushes
#
# The derivative of the first term by a size is $\mu_1$: the same push for all edges. For the
# entropy write $S = \log A - \frac1A \sum_e A_e \log A_e$. Then, since A depends on each $A_e$,
#
# $$\frac{\partial S}{\partial A_e} = \frac1A - \frac{\log A_e + 1}{A}
#   + \frac{1}{A^2} \sum_{e'} A_{e'} \log A_{e'} = -\frac{\log p_e + S}{A},$$
#
# where the last sum was replaced by $A \log A - A S$. One step leads from the size to the edge,
# $d\phi_e(x_n) = (\partial R / \partial A_e)\, sign(\phi_e(x_n)) / N$, and the pass of lesson 05a
# leads from there to the coefficients.
#
# **Predict:** four edges have the sizes 0.1, 0.2, 0.3 and 1. Which of them does the entropy push
# down, and which up?


# %%
def entropy_slope(A_e):
    p = A_e / A_e.sum()
    S = -np.sum(p * np.log(p))
    return -(np.log(p) + S) / A_e.sum()


sizes = np.array([0.1, 0.2, 0.3, 1.0])
slope = entropy_slope(sizes)
print("2. Which way the price pushes")
table(["size of the edge", *map(str, sizes)], [["dS/dA", *slope]])
assert list(slope > 0) == [True, True, True, False]
np.testing.assert_allclose(slope @ sizes, 0.0, atol=1e-14)

h = 1e-6  # the whole gradient, three numbers of theta by central differences (lesson 06a)
for at in (0, 40, 130):
    step = h * (np.arange(start.size) == at)
    up, down = (penalty(start.with_theta(start.theta + s), x, 0.3, 0.7) for s in (step, -step))
    np.testing.assert_allclose(gradient[at], (up - down) / (2 * h), rtol=1e-5, atol=1e-9)

shares = np.linspace(0.002, 0.998, 500)
figure, ax = plt.subplots(figsize=(9, 4.5))
pairs = np.array([entropy_slope(np.array([p, 1 - p])) for p in shares])
ax.plot(shares, pairs[:, 0], color=BLUE, lw=3, label="entropy, for one of two edges")
ax.axhline(1, color=ORANGE, ls="--", lw=2.5, label="L1: the same for all")
ax.axhline(0, color=GRAY, lw=1)
ax.set(xlabel="share $p$ of the edge", ylabel="slope by its size", ylim=(-1, 4))
ax.annotate("pushed down", (0.1, 2.0), (0.25, 2.5), arrowprops={"arrowstyle": "->"})
ax.annotate("pushed up", (0.6, -0.1), (0.7, -0.6), arrowprops={"arrowstyle": "->"})
ax.legend()
show(figure, "09a_slope", "The slope of the entropy is large for small shares, negative above 1/2.")

# %% [markdown]
# **Answer:** It makes the large edge larger and the others smaller, those at most that have least:
# the border is at $p_e = e^{-S}$. As $\sum_e A_e\, \partial S / \partial A_e = 0$, a common factor
# costs nothing: the entropy moves size from the weak to the strong, and L1 makes all of it less.
#
# ## 3. Training with a price
#
# `kn.fit` adds a `kn.Penalty` to the loss. Levenberg-Marquardt needs squares, and $|\phi|$ is none;
# it takes the parabola $\phi^2 / 2 A_e$ instead (`kan_numpy/sparsity/regularization.py`).
#
# **Common mistake:** "L1 makes a network sparse."

# %%
both = kn.Penalty(l1=PRICE, entropy=PRICE)
PRICES = {"no price": None, "L1": kn.Penalty(l1=PRICE), "L1 and entropy": both}
trained, scores, film = {}, {}, kn.record(every=8)
for name, price in PRICES.items():
    options = {"penalty": price, "callback": film if price is both else None}
    trained[name] = kn.fit(start, x, y, steps=STEPS, adapt_at=(5, 15), **options).network
    scores[name] = np.sort(kn.edge_scores(trained[name], x)[1][0])[::-1]
print("3. Training with a price: the sizes of the five outer edges, and the test RMSE")
rows = [[n, *(f"{a:.4f}" for a in scores[n]), rmse(trained[n])] for n in PRICES]
table(["", *("size" for _ in range(5)), "RMSE"], rows)
assert scores["L1"][1] > 0.1 * scores["L1"][0]
assert scores["L1 and entropy"][1] < 0.005 * scores["L1 and entropy"][0]

# %% [markdown]
# Two edges of half the size cost L1 as much as one of the whole. It makes sums small; the entropy
# decides who is left. Prices distort: the error is larger with them. That does not matter now.

# %%
sparse = trained["L1 and entropy"]
show(
    kn.plot(trained["no price"], x, **NAMES),
    "09a_dense",
    "A network of fifteen edges, most of them dark: all of them send something.",
)
show(
    kn.plot(sparse, x, **NAMES),
    "09a_sparse",
    "Three dark edges meet in one node, the others are faint.",
)
movie = kn.plot_movie([start, *film.networks], x, interval=400, **NAMES)
play(movie, "09a_training", "Faint edges fade until three are left.")
assert {text.get_text() for text in movie._fig.findobj(plt.Text)} >= {"$x$", "$y$", "$f$"}

# %% [markdown]
# ## 4. Pruning
#
# Look for a gap in the scores. Everything below it goes, then we train again without a price, on a
# finer grid. A hidden node stays if it hears something and is heard: if both its strongest edge in
# and its strongest edge out are above the threshold.
#
# **Predict:** how many hidden nodes are left, and does the error rise when the others go?

# %%
every = np.sort(np.concatenate([score.ravel() for score in kn.edge_scores(sparse, x)]))[::-1]
into, out = kn.edge_scores(sparse, x)
node = np.minimum(into.max(axis=1), out.max(axis=0))  # (5,) the weaker side of each
pruned = kn.prune(sparse, x, threshold=THRESHOLD)
small = kn.fit(pruned, x, y, steps=30, adapt_at=(0,), refine_at={10: 2 * G}).network
print("4. Pruning: the sizes of all edges, largest first")
print("   " + "  ".join(f"{score:.3f}" for score in every[:8]) + "  ...")
print(f"   threshold {THRESHOLD}: {sparse} becomes {pruned}")
steps = {"with a price": sparse, "pruned": pruned, "trained again": small}
table(["", "test RMSE"], [[name, rmse(net)] for name, net in steps.items()])
np.testing.assert_allclose(kn.node_scores(sparse, x)[1], node, rtol=1e-12)
assert pruned.widths == [2, 1, 1]
assert np.sum(node >= THRESHOLD) == 1
assert every[2] > 2 * THRESHOLD > 10 * every[3]
assert abs(rmse(pruned) / rmse(sparse) - 1) < 0.05
assert rmse(small) < 5e-4

# %% [markdown]
# **Answer:** One, and the error stays where it was: what went had said nothing. Training on the
# finer grid then takes away the distortion.
#
# **Common mistake:** "An edge with a small score does little."

# %%
spline = kn.KAN([2, 1, 1], grid_size=2 * G, base="zero", outside="fade", rng=0)
spline = kn.train(kn.Objective(spline, x, y), steps=30, adapt_at=(5, 15)).network
inner, outer = spline.layers
quiet = [
    {"knots": inner.knots, "coef": inner.coef / 1000, "w_base": inner.w_base},
    {"knots": outer.knots / 1000, "coef": outer.coef, "w_base": outer.w_base},
]
quiet = kn.KAN.from_arrays(quiet, degree=3, base="zero")
assert np.abs(quiet(x) - spline(x)).max() < 1e-10
for kind in ("l1", "attribution"):
    loud, soft = (kn.edge_scores(net, x, kind)[0][0] for net in (spline, quiet))
    print(f"   {kind:12} x and y to the node: {loud.round(2)}, in other units {soft.round(5)}")
    assert np.allclose(loud, soft) == (kind == "attribution")
assert soft.min() > 0.1 > THRESHOLD > kn.edge_scores(quiet, x)[0].max()

# %% [markdown]
# The hidden node may send a thousandth of what it sends, if the next edge reads it that way: the
# same function, and scores below any threshold. The price itself made ours comparable, for small
# is cheap in every layer. `kind="attribution"` measures an edge by what arrives at the output.
#
# ## On your own
#
# Close this file and write the penalty and its gradient from memory: `make exercise N=9.1`.
#
# 1. Set PRICE to 0.0001 and to 1. What do scores and gap look like, and what is left?
# 2. (open) Learn $e^{\sin(\pi x) + y^2} + 0.01\, y$. Which step loses the last term, and which
#    number could have told you? Can a threshold keep it?
#
# ## Further reading
#
# - Z. Liu et al., *KAN: Kolmogorov-Arnold Networks*, arXiv 2404.19756, section 2.5.
# - Z. Liu et al., *KAN 2.0*, arXiv 2408.10205: attribution scores.
