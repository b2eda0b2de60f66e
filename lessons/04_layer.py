# %% [markdown]
# # Lesson 4: One KAN layer
#
# **Question.** What sits on an edge of a Kolmogorov-Arnold network, and how does a whole layer of
# such edges become two matrix products?
#
# **You will learn:**
# - to compute a layer three times: as a sum over edges, as one fast line, with the library;
# - to count the parameters of a network before you build it;
# - what the base function is for, and why the size of the first random weights matters.
#
# **You need:** lesson 2 (B-splines) and matrix products.
#
# **Time:** 25 minutes to read, about 3 seconds to run.

# %%
from itertools import pairwise, product
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import kan_numpy as kn

WIDTHS, G, k = [2, 5, 1], 5, 3  # nodes of each level, grid intervals, degree k
N = 100  # samples
DEPTH, STACK_WIDTHS, SEEDS = 8, (4, 8, 16, 32), 10  # the stacks of section 5
BLUE, ORANGE, GREEN, GRAY = "#0072B2", "#D55E00", "#009E73", "#777777"

rng = np.random.default_rng(4)
Path("build").mkdir(exist_ok=True)
plt.rcParams.update({"font.size": 12, "savefig.dpi": 150, "figure.constrained_layout.use": True})

# %% [markdown]
# ## 1. An edge carries a function
#
# In an MLP an edge carries a number. In a KAN it carries a function of one variable, and a node
# does nothing but add. On the edge from input $i$ to output $o$ sits
#
# $$\phi_{o,i}(x) = w_{o,i}\, b(x) + \sum_j c_{o,i,j} B_j(x), \qquad
#   b(x) = \mathrm{silu}(x) = \frac{x}{1 + e^{-x}},$$
#
# a base function that never changes, with one weight, and a spline with $G + k$ coefficients
# (arXiv 2404.19756, eq. 2.10 to 2.12). The paper writes a second weight $w_s$ before the sum and
# says itself that it is redundant: here it is part of $c$.

# %%
net = kn.KAN(WIDTHS, grid_size=G, degree=k, rng=rng)
net = net.with_theta(0.3 * rng.standard_normal(net.theta.size))
layer = net.layers[0]
n_in, n_out = layer.n_in, layer.n_out

line = np.linspace(-1.0, 1.0, 201)
phi = layer.edges(np.column_stack([line] * n_in))  # (201, n_out, n_in)
figure, axes = plt.subplots(n_in, n_out, figsize=(11, 5), sharex=True, sharey=True)
for i, o in product(range(n_in), range(n_out)):
    base_part = layer.w_base[o, i] * layer.base(line)
    ax, edge = axes[i, o], phi[:, o, i]
    ax.plot(line, edge, color=BLUE, lw=2.5, label=r"edge $\phi_{o,i}$")
    ax.plot(line, base_part, color=GRAY, ls="--", label="base part $w_{o,i}\\, b$")
    ax.plot(line, edge - base_part, color=ORANGE, ls=":", lw=2, label="spline part")
    ax.set(title=rf"$\phi_{{{o},{i}}}$", xticks=[-1, 0, 1])
    ax.grid(alpha=0.3)
    ax.set_ylabel(f"from input $x_{i}$" if o == 0 else "")
figure.supxlabel("$x_i$")
figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=3)
figure.savefig("build/04_edges.png")

# %% [markdown]
# ## 2. A layer is a sum of edges, and that is two matrix products
#
# Node $o$ adds what arrives, for every sample $n$: $y_{no} = \sum_i \phi_{o,i}(x_{ni})$. First as
# loops. `kn.reference.edge` is the formula above for one number; it loops over $j$.

# %%
x = rng.uniform(-1.0, 1.0, (N, n_in))
y_loop = np.zeros((N, n_out))
for n, o in product(range(N), range(n_out)):
    for i in range(n_in):
        coef, w_base, knots = layer.coef[o, i], layer.w_base[o, i], layer.knots[i]
        y_loop[n, o] += kn.reference.edge(x[n, i], coef, w_base, k, knots)

# %% [markdown]
# The loop evaluates $B_j(x_{ni})$ again for every output $o$, though it does not depend on $o$.
# So evaluate it once, for all samples, inputs and $j$. Then read the pair $(i, j)$ as one long
# index, and the sum over both is an ordinary matrix product:
#
# $$y = \underbrace{B}_{N \times n_{in}(G+k)} \; \underbrace{c^T}_{n_{in}(G+k) \times n_{out}}
#   \; + \; \underbrace{b(x)}_{N \times n_{in}} \; \underbrace{w^T}_{n_{in} \times n_{out}}$$

# %%
B = kn.bspline_basis(x, layer.knots, k)  # (N, n_in, G+k)
c, w = layer.coef, layer.w_base  # (n_out, n_in, G+k) and (n_out, n_in)
b = kn.activations.silu(x)  # (N, n_in)

y_fast = B.reshape(N, -1) @ c.reshape(n_out, -1).T + b @ w.T  # (N, n_out)
y_library, _ = layer.forward(x)

print("One layer, three ways")
for name, array in [("B (N, n_in, G+k)", B), ("c (n_out, n_in, G+k)", c), ("y (N, n_out)", y_fast)]:
    print(f"  {name:21} = {array.shape}")
worst = max(np.abs(y_loop - y_fast).max(), np.abs(y_loop - y_library).max())
print(f"  the loop, the fast line and the library differ by at most {worst:.0e}\n")
assert worst < 1e-13

# %% [markdown]
# ## 3. How many parameters?
#
# **Predict:** how many trainable numbers has the network [2, 5, 1] with $G = 5$ and $k = 3$? Is it
# $G$ for each edge, or more? Write your number down.

# %%
n_edges = sum(a * b for a, b in pairwise(WIDTHS))
print(f"The network {WIDTHS} with G = {G} and k = {k}: {net.theta.size} parameters")
print(f"  {n_edges} edges x ({G + k} coefficients + 1 base weight)\n")
assert net.theta.size == n_edges * (G + k + 1) == 135

# %% [markdown]
# It is 135. Every edge has $G + k$ coefficients, not $G$: $k + 1$ bumps overlap in each of the $G$
# intervals, so there are $k$ bumps more than intervals.
#
# ## 4. Take the base function away
#
# A spline lives on its grid, here $[-1, 1]$. Left to itself it fades over $k$ more intervals, up to
# $1 + 3 \cdot 0.4 = 2.2$, and then it is 0. The base function has no such end. Take three edges
# with the same spline and $w = 0.5$, but with silu, the identity, or zero as base. (Networks from
# given arrays fade, as in the paper. Those of `kn.KAN` continue along their tangents: lesson 2.)
#
# **Predict:** what are their slopes at $x = -4$ and at $x = 4$?

# %%
knots, bumpy = kn.uniform_knots(-1.0, 1.0, G, k), rng.standard_normal(G + k)
edges = {}
for base, weight in {"silu": 0.5, "identity": 0.5, "zero": 0.0}.items():
    arrays = {"knots": [knots], "coef": [[bumpy]], "w_base": [[weight]]}
    edges[base] = kn.KAN.from_arrays([arrays], degree=k, base=base)


def slope(edge, x):
    """Return dy/dx of a network with one input and one output; lesson 5 shows how."""
    return edge.backward(np.ones((len(x), 1)), edge.forward(x)[1])[0]


places = np.array([-4.0, 0.5, 1.5, 2.2, 4.0])[:, None]
print("Slope of an edge, inside the grid [-1, 1] and outside")
print("  base      " + "".join(f"  x = {at:4}" for at in places[:, 0]))
for base, edge in edges.items():
    print(f"  {base:10}" + "".join(f"{value:10.4f}" for value in slope(edge, places)[:, 0]))
print(f"  without a base function nothing is left from x = {knots[-1]} on\n")
outside = places[[0, 3, 4]]
assert np.all(slope(edges["zero"], outside) == 0.0)
np.testing.assert_allclose(slope(edges["identity"], outside), 0.5, rtol=1e-14)
np.testing.assert_allclose(slope(edges["silu"], outside)[0, 0], -0.026, atol=5e-4)

# %%
wide = np.linspace(-4.0, 4.0, 801)[:, None]
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2))
for (base, edge), style in zip(edges.items(), ("-", "--", "-."), strict=True):
    color = {"silu": BLUE, "identity": ORANGE, "zero": GREEN}[base]
    left.plot(wide, edge(wide), style, color=color, lw=2, label=f"$b$ = {base}")
    right.plot(wide, slope(edge, wide), style, color=color, lw=2)
for ax, label in ((left, r"edge $\phi(x)$"), (right, r"slope $\phi'(x)$")):
    ax.axvspan(-1, 1, color=GRAY, alpha=0.15, label="grid")
    ax.set(xlabel="$x$", ylabel=label)
    ax.grid(alpha=0.3)
left.legend()
figure.savefig("build/04_base.png")

# %% [markdown]
# On the left silu is almost flat: the slope at $x = -4$ is $-0.026$. Small is not zero. Where the
# slope is zero no gradient passes. Break a network on purpose: splines that fade, without a base,
# and data between 3 and 5, where the splines of the first layer are gone. Whatever $x$ is, the
# second layer sees 0. The network is a constant, and training (`kn.train`, lesson 7) finds the best
# one, the mean of the target, whose squared error is the variance. Three repairs: a base function
# opens the path again, and so does a tangent; a grid where the data are does far more, for it puts
# the splines to work (lesson 8). `kn.fit` lays such a grid by itself.

# %%
far = rng.uniform(3.0, 5.0, (N, 2))
target = np.sin(2.0 * far[:, :1]) + (far[:, 1:] - 4.0) ** 2  # (N, 1)
print("Data between 3 and 5, ten steps of training: loss / variance of the target")
shares = []
for base, first_grid, beyond in [
    ("zero", (-1, 1), "fade"),
    ("silu", (-1, 1), "fade"),
    ("zero", (-1, 1), "linear"),
    ("zero", (3, 5), "fade"),
]:
    start = kn.KAN(WIDTHS, G, k, [first_grid, (-1, 1)], base, rng=1, outside=beyond)
    loss = kn.train(kn.Objective(start, far, target), steps=10).history["train_loss"][-1]
    shares.append(loss / target.var())
    print(f"  base {base}, first grid {first_grid!s:7}, {beyond:6}   {shares[-1]:.6f}")
print("  1 means: nothing was learnt but the mean\n")
assert abs(shares[0] - 1.0) < 1e-6
assert shares[3] < 1e-3 < max(shares[1:3]) < 0.9

# %% [markdown]
# ## 5. The first weights, and what they do to a deep network
#
# Training starts from random $c$ and $w$. If they are too small, the signal shrinks in every layer,
# and the gradient in its backward pass; if they are too large, both grow. With the rule "paper",
# $c$ has standard deviation 0.1 and $w$ has $\sqrt{2 / (n_{in} + n_{out})}$. With "glorot", the
# default, both are scaled so that the variance changes little from layer to layer, forwards and
# backwards (derived at the head of `kan_numpy/networks/initialization.py`); the base function gets
# most of it. Stack eight layers of equal width, send samples up and a random gradient down.
#
# **Predict:** the 0.1 knows nothing of the width. What does it do to the gradient in a narrow
# stack, and what in a wide one?


# %%
def spreads(init, width, seed):
    """Return the standard deviation of activations and gradients at every level, (2, levels)."""
    own = np.random.default_rng(seed)
    stack = kn.KAN([width] * (DEPTH + 1), grid_size=G, degree=k, init=init, rng=own)
    y, cache = stack.forward(own.uniform(-1.0, 1.0, (N, width)))
    gradients = [own.standard_normal(y.shape)]
    for layer, entry in zip(stack.layers[::-1], cache[::-1], strict=True):
        gradients.insert(0, layer.backward(gradients[0], entry)[0])
    return [a.std() for a in [*(entry.x for entry in cache), y]], [g.std() for g in gradients]


figure, axes = plt.subplots(1, 3, figsize=(12, 4))
print("Eight layers: gradient at the bottom / gradient at the top")
print("  width     " + "".join(f"{width:8}" for width in STACK_WIDTHS))
arriving = {}
for init, color, mark in (("paper", ORANGE, "s-"), ("glorot", BLUE, "o-")):
    logs = [[np.log(spreads(init, w, seed)) for seed in range(SEEDS)] for w in STACK_WIDTHS]
    found = np.exp(np.mean(logs, axis=1))  # (widths, 2, levels), geometric means over the seeds
    arriving[init] = found[:, 1, 0] / found[:, 1, -1]  # (widths,)
    print(f"  {init:10}" + "".join(f"{factor:8.2f}" for factor in arriving[init]))
    axes[0].plot(found[1, 0], mark, label=init, color=color)
    axes[1].semilogy(found[1, 1], mark, color=color)
    axes[2].loglog(STACK_WIDTHS, arriving[init], mark, color=color)
at = f"at width {STACK_WIDTHS[1]}"
axes[0].set(title=f"activations {at}", xlabel="level (0 = input)", ylabel="std of $x$")
axes[1].set(title=f"gradients {at}", xlabel="level (0 = input)", ylabel="std of $dx$")
axes[2].set(title="std of $dx$, bottom / top", xlabel="width")
axes[2].set_xticks(STACK_WIDTHS, STACK_WIDTHS)
axes[2].set_xticks([], minor=True)
axes[0].set_ylim(bottom=0)
axes[1].set_ylim(0.1, 10)
axes[0].legend()
for ax in axes:
    ax.grid(alpha=0.3)
figure.savefig("build/04_initialization.png")
varies = {init: factors.max() / factors.min() for init, factors in arriving.items()}
print(f"  largest / smallest: paper {varies['paper']:.0f}, glorot {varies['glorot']:.1f}")
assert varies["paper"] > 100
assert arriving["paper"][0] < 0.1 < 3 < arriving["paper"][-1]
assert 1 / 3 < arriving["glorot"].min() < arriving["glorot"].max() < 3

# %% [markdown]
# With "paper" the gradient that arrives depends on the width, by more than a factor of a hundred:
# it fades in narrow stacks and grows in wide ones. With "glorot" it stays within a factor of three
# of the gradient at the top.
#
# ## On your own
#
# 1. *Easy.* Write the sum over $i$ and $j$ of section 2 as one `np.einsum` with the letters n, i,
#    o, j. Check it against the loop, and time all three ways for 10 000 samples.
# 2. *Medium.* Count the parameters of an MLP with two inputs, two hidden layers of equal size and
#    one output. Which size comes closest to 135?
# 3. *Open.* Repeat section 5 with `base="zero"` and with `base="identity"`. Which rule depends more
#    on the base function, and can you see why in its formula?
#
# ## Further reading
#
# - Liu et al., *KAN: Kolmogorov-Arnold Networks*, arXiv 2404.19756, section 2.2.
# - Glorot and Bengio, *Understanding the difficulty of training deep feedforward neural networks*,
#   AISTATS 2010.
# - Elfwing, Uchibe and Doya, *Sigmoid-weighted linear units for neural network function
#   approximation in reinforcement learning*, Neural Networks 107, 2018: silu.
