# %% [markdown]
# # Lesson 5: Backward by hand
#
# **Question.** A layer has turned $x$ into $y$, and somebody hands you $\partial L / \partial y$.
# What are the gradients of $c$, $w$ and $x$?
#
# **You will learn:**
# - to derive the three gradients of a KAN layer on paper, and to write them in the same letters;
# - to chain layers, and to read the Jacobian as a backward pass without its sum;
# - to see a wrong gradient with a check that takes one line.
#
# **You need:** lessons 3 (the slope of a spline) and 4 (one layer), and the chain rule.
#
# **Time:** 35 minutes to read, about 3 seconds to run.

# %%
from dataclasses import replace
from itertools import product
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import kan_numpy as kn

N, N_IN, N_OUT, G, k = 5, 4, 2, 6, 3  # all different, so that mixed-up axes cannot hide
BLUE, ORANGE, GREEN, GRAY = "#0072B2", "#D55E00", "#009E73", "#777777"

rng = np.random.default_rng(5)
Path("build").mkdir(exist_ok=True)
plt.rcParams.update({"font.size": 12, "savefig.dpi": 150, "figure.constrained_layout.use": True})

# %% [markdown]
# ## 1. On paper
#
# The layer of lesson 4, for one sample $n$ and one output $o$:
#
# $$y_{no} = \sum_i \Big( w_{oi}\, b(x_{ni}) + \sum_j c_{oij}\, B_j(x_{ni}) \Big).$$
#
# $L$ is a number that depends on all $y_{no}$. We write $dy$ for $\partial L / \partial y$, and in
# general $dX$ for $\partial L / \partial X$: it always has the shape of $X$. The chain rule says:
# follow every path from a variable to $L$, multiply along the path, add up over all paths.
#
# *The coefficient $c_{oij}$* reaches $L$ through node $o$ only, but in every sample. Its factor in
# $y_{no}$ is $B_j(x_{ni})$, so we add over $n$. The same holds for $w_{oi}$, with its factor $b$:
#
# $$dc_{oij} = \sum_n dy_{no}\, B_j(x_{ni}), \qquad dw_{oi} = \sum_n dy_{no}\, b(x_{ni}).$$
#
# *The input $x_{ni}$* belongs to one sample, but feeds every output. So we add over $o$:
#
# $$dx_{ni} = \sum_o dy_{no} \frac{\partial y_{no}}{\partial x_{ni}}
#           = \sum_o dy_{no} \Big( w_{oi}\, b'(x_{ni}) + \sum_j c_{oij}\, B'_j(x_{ni}) \Big).$$
#
# Two slopes are missing. $B'_j$ is the subject of lesson 3. For silu, $b = x \sigma$ with
# $\sigma = 1 / (1 + e^{-x})$ and $\sigma' = \sigma (1 - \sigma)$, the product rule gives
#
# $$b' = \sigma + x\, \sigma' = \sigma\, \big(1 + x (1 - \sigma)\big).$$
#
# ## 2. Slow loops
#
# Every term of the three sums, one after the other. The slow twin `kn.reference.bspline` gives
# $B_j$ and $B'_j$ as single numbers. Some points lie outside the grid; there, too, the edges are
# what the formula says, and fade. (Along a tangent all slopes are those at the end of the grid.)

# %%
layer = kn.KAN([N_IN, N_OUT], grid_size=G, degree=k, rng=rng, outside="fade").layers[0]
knots = layer.knots
x = rng.uniform(-1.3, 1.3, (N, N_IN))  # some points lie outside the grid
c = rng.standard_normal((N_OUT, N_IN, G + k))
w = rng.standard_normal((N_OUT, N_IN))
dy = rng.standard_normal((N, N_OUT))

dx_loop, dc_loop, dw_loop = np.zeros_like(x), np.zeros_like(c), np.zeros_like(w)
for n, o, i in product(range(N), range(N_OUT), range(N_IN)):
    sigma = 1.0 / (1.0 + np.exp(-x[n, i]))
    dw_loop[o, i] += dy[n, o] * x[n, i] * sigma
    dx_loop[n, i] += dy[n, o] * w[o, i] * sigma * (1.0 + x[n, i] * (1.0 - sigma))
    for j in range(G + k):
        B_j, slope = (kn.reference.bspline(x[n, i], j, k, knots[i], d) for d in (0, 1))
        dc_loop[o, i, j] += dy[n, o] * B_j
        dx_loop[n, i] += dy[n, o] * c[o, i, j] * slope

# %% [markdown]
# ## 3. Matrix products
#
# Read $(i, j)$ as one long index, as in lesson 4. A sum over a repeated index is then a matrix
# product, and the shapes leave no choice: the index that is summed must meet itself.
#
# $$dc = dy^T B, \qquad dw = dy^T\, b(x), \qquad dB = dy\, c, \qquad
#   dx_{ni} = \sum_j dB_{nij}\, B'_j(x_{ni}) + b'(x_{ni}) \sum_o dy_{no}\, w_{oi}$$


# %%
def backward(dy, x, c, w):
    """Return dx, dc and dw of one layer."""
    B, slopes = (kn.bspline_basis(x, knots, k, derivative=d) for d in (0, 1))  # (N, n_in, G+k)
    dc = (dy.T @ B.reshape(len(x), -1)).reshape(c.shape)  # (n_out, n_in, G+k)
    dw = dy.T @ kn.activations.silu(x)  # (n_out, n_in)
    dB = (dy @ c.reshape(len(c), -1)).reshape(B.shape)  # (N, n_in, G+k)
    dx = (dB * slopes).sum(axis=2) + kn.activations.silu_derivative(x) * (dy @ w)  # (N, n_in)
    return dx, dc, dw


dx, dc, dw = backward(dy, x, c, w)
same = replace(layer, coef=c, w_base=w)
dx_library, dtheta = same.backward(dy, same.forward(x)[1])  # dtheta holds dc, then dw
loops = [dx_loop, dc_loop, dw_loop]
library = [dx_library, dtheta[: c.size].reshape(c.shape), dtheta[c.size :].reshape(w.shape)]

print("Backward through one layer, three ways")
print("  gradient   shape       against the loops   against the library")
names, ours = ("dx", "dc", "dw"), (dx, dc, dw)
for name, gradient, slow, fast in zip(names, ours, loops, library, strict=True):
    errors = [np.abs(gradient - other).max() for other in (slow, fast)]
    print(f"  {name:8}   {gradient.shape!s:9}   {errors[0]:17.0e}   {errors[1]:19.0e}")
    assert max(errors) < 1e-13
assert (dx.shape, dc.shape, dw.shape) == (x.shape, c.shape, w.shape)
print()

# %% [markdown]
# In the picture each box is a matrix and each color an index. The first factor ends with the
# color with which the second begins: this index is summed, and is gone from the result.

# %%
LENGTHS = {"n": (1.6, BLUE, f"$N$ = {N}"), "o": (0.8, ORANGE, rf"$n_{{out}}$ = {N_OUT}")}
LENGTHS["ij"] = (3.0, GREEN, rf"$n_{{in}} (G+k)$ = {N_IN * (G + k)}")
figure, ax = plt.subplots(figsize=(9, 7))
for middle, matrices in [
    (7.4, (("$y$", "n", "o"), ("$B$", "n", "ij"), ("$c^T$", "ij", "o"))),
    (4.2, (("$dc$", "o", "ij"), ("$dy^T$", "o", "n"), ("$B$", "n", "ij"))),
    (1.2, (("$dB$", "n", "ij"), ("$dy$", "n", "o"), ("$c$", "o", "ij"))),
]:
    for center, (name, row, column) in zip((0, 4.2, 8), matrices, strict=True):
        (height, side, _), (width, lid, _) = LENGTHS[row], LENGTHS[column]
        low, high = middle - height / 2, middle + height / 2
        left, right = center - width / 2, center + width / 2
        ax.fill_between([left, right], low, high, color="#eeeeee")
        ax.plot([left, left], [low, high], color=side, lw=5)
        ax.plot([left, right], [high, high], color=lid, lw=5)
        ax.text(center, middle, name, ha="center", va="center", fontsize=18)
    ax.text(2.1, middle, "=", ha="center", va="center", fontsize=20)
for _, color, label in LENGTHS.values():
    ax.plot([], [], color=color, lw=5, label=label)
figure.legend(loc="outside upper center", ncols=3, title="index")
ax.set_aspect("equal")
ax.axis("off")
figure.savefig("build/05_shapes.png")

# %% [markdown]
# ## 4. The check, and two broken gradients
#
# The library agrees with the loops. But both could rest on the same wrong formula, so ask a judge
# who knows nothing of it: move one number by $h$ in both directions and look at what
# $\sum_{no} dy_{no}\, y_{no}$ does. `kn.gradcheck.assert_adjoint` does this for every entry of
# every argument, with a random $dy$, and returns the worst relative error. Lesson 6 asks how far to
# trust it.
#
# Then break the gradient on purpose, in two ways that come easily: forget the base function on the
# way to $x$, and transpose $w$.
#
# **Predict:** which mistake crashes, which gives wrong numbers, and of which argument?


# %%
def forward(x, c, w):
    """Return y, the two matrix products of lesson 4."""
    B = kn.bspline_basis(x, knots, k)  # (N, n_in, G+k)
    return B.reshape(len(x), -1) @ c.reshape(len(c), -1).T + kn.activations.silu(x) @ w.T


def without_base(dy, x, c, w):
    return backward(dy, x, c, 0.0 * w)


def transposed(dy, x, c, w):
    return backward(dy, x, c, w.T)


worst = kn.gradcheck.assert_adjoint(forward, backward, x, c, w)
print("Against central differences; argument 0 is x, 1 is c, 2 is w")
print(f"  right: worst relative error {worst:.0e} of {x.size + c.size + w.size} entries")
assert worst < 1e-6

c_square = rng.standard_normal((N_IN, N_IN, G + k))
w_square = rng.standard_normal((N_IN, N_IN))
for name, wrong, arguments, expected in [
    ("no base function", without_base, (x, c, w), "argument 0 is wrong"),
    ("w transposed, n_out != n_in", transposed, (x, c, w), "ValueError"),
    ("w transposed, n_out == n_in", transposed, (x, c_square, w_square), "argument 0 is wrong"),
]:
    outcome = "passes"
    try:
        kn.gradcheck.assert_adjoint(forward, wrong, *arguments)
    except (AssertionError, ValueError) as error:
        outcome = f"{type(error).__name__}: {error}".partition(", ")[0].partition(" entries")[0]
    print(f"  {name}: {outcome}")
    assert expected in outcome
print()

# %% [markdown]
# A transposed weight crashes as long as the sizes differ. In a square layer it fits, runs, and is
# wrong: a check needs both kinds of layer.
#
# ## 5. Two layers: the chain
#
# In a network, $x$ of one layer is $y$ of the layer below. So the $dx$ that a layer returns is the
# $dy$ that the layer below is waiting for. Begin at the loss and pass it down; that is all of
# backpropagation. For the mean squared error with target $t$, $dy = 2\, (y - t) / (N n_{out})$.

# %%
net = kn.KAN([N_IN, 3, N_OUT], grid_size=G, degree=k, rng=rng)
net = net.with_theta(0.3 * rng.standard_normal(net.theta.size))
target = rng.standard_normal((N, N_OUT))
y, cache = net.forward(x)

dy = 2.0 * (y - target) / y.size  # (N, n_out)
dh, dtheta_1 = net.layers[1].backward(dy, cache[1])  # (N, 3)
dx, dtheta_0 = net.layers[0].backward(dh, cache[0])  # (N, n_in)
dtheta = np.concatenate([dtheta_0, dtheta_1])  # (P,)

dx_library, dtheta_library = net.backward(dy, cache)
np.testing.assert_allclose(dx, dx_library, rtol=1e-12, atol=1e-15)
np.testing.assert_allclose(dtheta, dtheta_library, rtol=1e-12, atol=1e-15)
worst = kn.gradcheck.assert_adjoint(
    lambda theta: np.mean((net.with_theta(theta)(x) - target) ** 2),
    lambda dL, _: dL * dtheta,
    net.theta,
)
print(f"Two layers and a loss, {dtheta.size} parameters: worst relative error {worst:.0e}\n")
assert worst < 1e-6

# %% [markdown]
# What if two edges share one function? Then a coefficient reaches $L$ on two paths, and its
# gradient is the sum of both. `kn.lock` ties edges of a layer together, and `kn.unlock` parts them
# again: the function stays the same, but each edge has parameters of its own.

# %%
tied = kn.lock(net, 0, [(0, 0), (1, 2)])  # (out, inp)
free = kn.unlock(tied, 0)
np.testing.assert_allclose(tied(x), free(x), rtol=1e-13)
d_tied, d_free = (some.backward(dy, some.forward(x)[1])[1] for some in (tied, free))
d_coef = d_free[: net.layers[0].coef.size].reshape(3, N_IN, G + k)  # of every edge
worst = np.abs(d_tied[: G + k] - (d_coef[0, 0] + d_coef[1, 2])).max()
print(f"One function on two edges: {free.size} parameters become {tied.size}, and its gradient is")
print(f"  the sum of two, up to {worst:.0e}\n")
assert free.size - tied.size == G + k + 1
assert worst < 1e-13

# %% [markdown]
# ## 6. The Jacobian: backward without the sum
#
# The gradient of a parameter adds up what every sample and every output contributes. Keep the terms
# apart, and you have the Jacobian $J_{nop} = \partial y_{no} / \partial \theta_p$, which
# Levenberg-Marquardt needs in lesson 7. In one layer a term is just a product, $B_j(x_{ni})$ for
# $c_{oij}$. Put the sum back, and the gradient returns:
#
# $$d\theta_p = \sum_n \sum_o dy_{no}\, J_{nop}.$$
#
# **Predict:** which share of the entries that belong to coefficients of the first layer can differ
# from zero, if all $x$ are inside the grid?

# %%
J = net.jacobian(x)  # (N, n_out, P)
worst = np.abs(np.einsum("no,nop->p", dy, J) - dtheta).max()
print(f"The Jacobian {J.shape}, summed with dy, is dtheta up to {worst:.0e}")
assert worst < 1e-13

many = np.sort(rng.uniform(-1.0, 1.0, (60, N_IN)), axis=0)
J = net.jacobian(many)[:, 0]  # (60, P), of the first output
n_coef = net.layers[0].coef.size
share = np.count_nonzero(J[:, :n_coef]) / J[:, :n_coef].size
print(f"  first layer, coefficients: {share:.3f} of its entries are not zero")
print(f"  k + 1 of G + k functions:  {(k + 1) / (G + k):.3f}")
assert share == (k + 1) / (G + k)

# %%
figure, ax = plt.subplots(figsize=(11, 4))
size = np.abs(J).max()
image = ax.imshow(J, aspect="auto", cmap="RdBu_r", vmin=-size / 2, vmax=size / 2)
ax.axvline(net.layers[0].size - 0.5, color="black")
ax.set(xlabel="parameter $p$ (first layer, then second layer)", ylabel="sample $n$, sorted")
figure.colorbar(image, label=r"$\partial y_{n0} / \partial \theta_p$", extend="both")
figure.savefig("build/05_jacobian.png")

# %% [markdown]
# The stripes are the bumps: as $x_i$ grows from sample to sample, one function after the other
# wakes up. Exactly 4 of 9 are awake at any time.
#
# ## On your own
#
# 1. *Easy.* Derive the gradient of a bias $\beta_o$ that is added to $y_{no}$. Over which index is
#    it summed?
# 2. *Medium.* Take the identity as base function. Which lines of `backward` change? Change them,
#    and let the check judge.
# 3. *Open.* Derive the gradient of the knots $t_m$, for fixed coefficients. Is it worth training
#    them? What could go wrong when two knots meet?
#
# ## Further reading
#
# - Rumelhart, Hinton and Williams, *Learning representations by back-propagating errors*, Nature
#   323, 1986.
# - Griewank and Walther, *Evaluating Derivatives*, SIAM, 2008: the same idea for any program.
# - Parr and Howard, *The Matrix Calculus You Need For Deep Learning*, arXiv 1802.01528.
