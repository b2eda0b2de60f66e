# %% [markdown]
# # Lesson 04a: One KAN layer
#
# **Question.** What sits on an edge of a Kolmogorov-Arnold network, and how does a whole layer of
# such edges become two matrix products?
#
# **You will learn:**
# - to compute a layer three times: as a sum over edges, as one fast line, with the library;
# - to count the parameters of a network before you build it.
#
# **You need:** 02a (B-splines) and matrix products.
#
# **Time:** 15 minutes to read, 3 seconds to run.

# %%
from itertools import pairwise, product

import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GRAY, ORANGE, show, table

import kan_numpy as kn

WIDTHS, G, k = [2, 5, 1], 5, 3  # nodes of each level, grid intervals, degree
N = 100  # samples

rng = np.random.default_rng(4)

# %% [markdown]
# ## 1. An edge carries a function
#
# In an MLP, the usual network of neurons, an edge carries a number. In a KAN it carries a function
# of one variable, and a node does nothing but add. On the edge from input $i$ to output $o$ sits
#
# $$\phi_{o,i}(x) = w_{o,i}\, b(x) + \sum_j c_{o,i,j} B_j(x), \qquad
#   b(x) = \mathrm{silu}(x) = \frac{x}{1 + e^{-x}}.$$
#
# The first part is a *base function* that never changes, times one weight. The second part is a
# spline: bumps $B_j$, each times a coefficient (arXiv 2404.19756, eq. 2.10 to 2.12). The paper
# writes a second weight $w_s$ before the sum and says itself that it is redundant: here it is part
# of $c$. All edges that leave input $i$ share its knots, so $B_j(x_i)$ depends on $i$, not on $o$.
#
# Here is the first layer of the network [2, 5, 1], with random numbers in place of learned ones.

# %%
net = kn.KAN(WIDTHS, grid_size=G, degree=k, rng=rng)
net = net.with_theta(0.3 * rng.standard_normal(net.theta.size))
layer = net.layers[0]
knots, c, w = layer.knots, layer.coef, layer.w_base
n_out, n_in = w.shape

print("1. One layer: the numbers that are learned, and the knots")
shapes = [("c", c, "(n_out, n_in, G+k)"), ("w", w, "(n_out, n_in)"), ("t", knots, "(n_in, G+2k+1)")]
table(["letter", "shape", "meaning"], [(name, a.shape, meaning) for name, a, meaning in shapes])
assert c.shape == (n_out, n_in, G + k)
assert w.shape == (n_out, n_in)
assert knots.shape == (n_in, G + 2 * k + 1)


# %%
def silu(x):
    return x / (1.0 + np.exp(-x))


line = np.linspace(-1.0, 1.0, 201)
figure, axes = plt.subplots(n_in, n_out, figsize=(12, 5.4), sharex=True, sharey=True)
for i, o in product(range(n_in), range(n_out)):
    base_part = w[o, i] * silu(line)
    spline_part = kn.bspline_basis(line, knots[i], k) @ c[o, i]
    ax = axes[i, o]
    ax.plot(line, base_part + spline_part, color=BLUE, lw=2.5, label=r"edge $\phi_{o,i}$")
    ax.plot(line, base_part, color=GRAY, ls="--", lw=2, label="base part $w_{o,i}\\, b$")
    ax.plot(line, spline_part, color=ORANGE, ls=":", lw=2.5, label="spline part")
    ax.set(title=rf"$\phi_{{{o},{i}}}$", xticks=[-1, 0, 1])
    ax.grid(alpha=0.3)
    ax.set_ylabel(f"from input $x_{i}$" if o == 0 else "")
figure.supxlabel("$x_i$")
figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=3)
show(
    figure,
    "04a_edges",
    "Ten small panels, one for each edge of the layer: a solid curve is the sum of a gently rising"
    " dashed base part and a dotted, wavy spline part; every edge has another shape.",
)

# %% [markdown]
# ## 2. A layer is a sum of edges
#
# Node $o$ adds what arrives, for every sample $n$: $y_{no} = \sum_i \phi_{o,i}(x_{ni})$. Here it is
# word by word. `kn.reference.bspline` is the recursion of lesson 02a for one number. We count how
# often it is called.
#
# **Predict:** the loop needs $B_j(x_{ni})$ for each $n$, $i$, $j$. How many values is that, and how
# many times will the loop compute one?

# %%
x = rng.uniform(-1.0, 1.0, (N, n_in))
y_loop, calls = np.zeros((N, n_out)), 0
for n, o, i in product(range(N), range(n_out), range(n_in)):
    y_loop[n, o] += w[o, i] * silu(x[n, i])
    for j in range(G + k):
        y_loop[n, o] += c[o, i, j] * kn.reference.bspline(x[n, i], j, k, knots[i])
        calls += 1

different = N * n_in * (G + k)
print(f"2. The loop computes {calls} values of bumps, of which {different} are different\n")
assert calls == n_out * different == 8000

# %% [markdown]
# **Answer:** there are $N\, n_{in} (G+k) = 100 \cdot 2 \cdot 8 = 1600$ values, and the loop
# computes 8000: each one $n_{out} = 5$ times, because $B_j(x_{ni})$ does not depend on $o$.
#
# ## 3. A layer is two matrix products
#
# So evaluate the bumps once, for all samples, inputs and $j$. Then read the pair $(i, j)$ as one
# long index. Numbered row by row, the pair $(i, j)$ has the number $i (G+k) + j$, which is how
# NumPy stores an array: `reshape` moves nothing. The double sum has become an ordinary matrix
# product:
#
# $$y = \underbrace{B}_{N \times n_{in}(G+k)} \; \underbrace{c^T}_{n_{in}(G+k) \times n_{out}}
#   \; + \; \underbrace{b(x)}_{N \times n_{in}} \; \underbrace{w^T}_{n_{in} \times n_{out}}$$

# %%
B = kn.bspline_basis(x, knots, k)  # (N, n_in, G+k)
y_fast = B.reshape(N, -1) @ c.reshape(n_out, -1).T + silu(x) @ w.T  # (N, n_out)

y_library, _ = layer.forward(x)
print("3. One layer, three ways: largest difference from the loop")
ways = {"two matrix products": y_fast, "the library": y_library}
table(["way", "difference"], [(way, float(np.abs(y - y_loop).max())) for way, y in ways.items()])
for y in ways.values():
    np.testing.assert_allclose(y, y_loop, rtol=0, atol=1e-13)

# %%
order = np.argsort(x[:, 0])
figure, ax = plt.subplots(figsize=(9, 4.6))
image = ax.imshow(
    B[order].reshape(N, -1), aspect="auto", cmap="Greys", vmin=0, interpolation="none"
)
ax.axvline(G + k - 0.5, color=ORANGE, lw=2.5)
ax.set(xlabel="long index $(i, j)$", ylabel="sample $n$, sorted by $x_0$")
ax.set_xticks(range(n_in * (G + k)), [f"{i},{j}" for i, j in np.ndindex(n_in, G + k)], fontsize=10)
figure.colorbar(image, label="$B_j(x_{ni})$")
show(
    figure,
    "04a_matrix",
    "The matrix B as gray cells, white for zero: on the left, where samples are sorted by their"
    " first input, a dark band steps from bump to bump; on the right the same cells are scattered;"
    " each half has four cells in a row that are not white.",
)
awake = np.count_nonzero(B, axis=2)
assert np.all(awake == k + 1)

# %% [markdown]
# Each sample wakes $k + 1 = 4$ bumps of each input; the rest of the row is zero. The left half of
# the picture is sorted, so its band shows how one bump hands over to the next.
#
# ## 4. How many parameters?
#
# **Predict:** how many trainable numbers has the network [2, 5, 1] with $G = 5$ and $k = 3$? Write
# your number down.

# %%
n_edges = sum(a * b for a, b in pairwise(WIDTHS))
print(f"4. The network {WIDTHS} with G = {G} and k = {k} has {net.size} parameters:")
print(f"   {n_edges} edges x ({G + k} coefficients + 1 base weight)\n")
assert net.size == n_edges * (G + k + 1) == 135

# %% [markdown]
# **Answer:** $2 \cdot 5 + 5 \cdot 1 = 15$ edges with $8 + 1$ numbers each: 135.
#
# **Common mistake:** "a grid of $G$ intervals has $G$ numbers for each edge, so with its base
# weight an edge has $G + 1$, and the network 90."

# %%
at = np.array([0.3])  # anywhere in the middle of an interval
for degree in (1, 2, 3, 4):
    bumps = kn.bspline_basis(at, kn.uniform_knots(-1.0, 1.0, G, degree), degree)  # (1, G+degree)
    assert bumps.size == G + degree
    assert np.count_nonzero(bumps) == degree + 1
assert n_edges * (G + 1) == 90 != net.size

# %% [markdown]
# A bump of degree $k$ is $k + 1$ intervals wide. So $k + 1$ bumps overlap in every interval, also
# in the first and in the last: $k$ of them begin before the grid. There are $k$ bumps more than
# intervals.
#
# ## On your own
#
# Close this file and write the layer, with a scale on every edge, from memory:
# `make exercise N=4.1`. Then count the parameters of any network, before it is built:
# `make exercise N=4.2`.
#
# 1. *Medium.* Write the sum over $i$ and $j$ of section 3 as one `np.einsum` with the letters n, i,
#    o, j. Check it against the loop, and time all three ways for 10 000 samples.
# 2. *Open.* An MLP with two inputs, two hidden layers of equal size and one output: which size
#    comes closest to 135 parameters? In which sense are the two networks of the same size?
# 3. `make site` builds an [explorer](explorer.html): bend an edge of its network, and watch y.
#
# ## Further reading
#
# - Liu et al., *KAN: Kolmogorov-Arnold Networks*, arXiv 2404.19756, section 2.2.
# - Elfwing, Uchibe and Doya, *Sigmoid-weighted linear units for neural network function
#   approximation in reinforcement learning*, Neural Networks 107, 2018: silu.
