# %% [markdown]
# # Lesson 05a: Backward by hand
#
# **Question.** A layer has turned $x$ into $y$, and somebody hands you $\partial L / \partial y$.
# What are the gradients of $c$, $w$ and $x$?
#
# **You will learn:**
# - to derive the three gradients of a KAN layer on paper, and to write them in the same letters;
# - to check a gradient with ten lines that know nothing of your formula.
#
# **You need:** 03a (the slope of a spline), 04a (one layer), and the chain rule.
#
# **Time:** 20 minutes to read, 3 seconds to run.

# %%
from dataclasses import replace
from itertools import product

import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, show, table

import kan_numpy as kn

N, N_IN, N_OUT, G, k = 5, 4, 2, 6, 3  # all different, so that mixed-up axes cannot hide

rng = np.random.default_rng(5)

# %% [markdown]
# ## 1. On paper
#
# The layer of lesson 04a, for one sample $n$ and one output $o$:
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
# Two slopes are missing. $B'_j$ is the subject of lesson 03a. For silu, $b = x \sigma$ with
# $\sigma = 1 / (1 + e^{-x})$ and $\sigma' = \sigma (1 - \sigma)$, the product rule gives
#
# $$b' = \sigma + x\, \sigma' = \sigma\, \big(1 + x (1 - \sigma)\big).$$
#
# ## 2. Slow loops
#
# Every term of the three sums, one after the other. `kn.reference.bspline` gives $B_j$ and $B'_j$
# as single numbers. Some points lie outside the grid, where this layer fades.

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
# Read $(i, j)$ as one long index, as in lesson 04a. A sum over a repeated index is then a matrix
# product, and the shapes leave no choice: the index that is summed must meet itself.
#
# $$dc = dy^T B, \qquad dw = dy^T\, b(x), \qquad dB = dy\, c, \qquad
#   dx_{ni} = \sum_j dB_{nij}\, B'_j(x_{ni}) + b'(x_{ni}) \sum_o dy_{no}\, w_{oi}$$


# %%
def forward(x, c, w):
    """Return y, the two matrix products of lesson 04a."""
    B = kn.bspline_basis(x, knots, k)  # (N, n_in, G+k)
    return B.reshape(len(x), -1) @ c.reshape(len(c), -1).T + kn.activations.silu(x) @ w.T


def backward(dy, x, c, w):
    """Return dx, dc and dw of one layer."""
    B, slopes = (kn.bspline_basis(x, knots, k, derivative=d) for d in (0, 1))  # (N, n_in, G+k)
    dc = (dy.T @ B.reshape(len(x), -1)).reshape(c.shape)  # (n_out, n_in, G+k)
    dw = dy.T @ kn.activations.silu(x)  # (n_out, n_in)
    dB = (dy @ c.reshape(len(c), -1)).reshape(B.shape)  # (N, n_in, G+k)
    dx = (dB * slopes).sum(axis=2) + kn.activations.silu_derivative(x) * (dy @ w)  # (N, n_in)
    return dx, dc, dw


ours = backward(dy, x, c, w)
same = replace(layer, coef=c, w_base=w)
dx_library, dtheta = same.backward(dy, same.forward(x)[1])  # dtheta holds dc, then dw
library = [dx_library, dtheta[: c.size].reshape(c.shape), dtheta[c.size :].reshape(w.shape)]

print("3. Backward through one layer, three ways: largest differences")
rows, loops = [], (dx_loop, dc_loop, dw_loop)
for name, our, slow, fast in zip(("dx", "dc", "dw"), ours, loops, library, strict=True):
    rows.append((name, our.shape, *(float(np.abs(our - other).max()) for other in (slow, fast))))
    assert max(rows[-1][2:]) < 1e-13
table(["gradient", "shape", "from the loops", "from the library"], rows)

# %% [markdown]
# In the picture each box is a matrix, with its rows named at the left and its columns on top. Where
# two factors meet, the index is the same: it is summed, and is gone from the result.

# %%
LENGTHS = {"$n$": 1.6, "$o$": 0.8, "$(i, j)$": 3.0}
n, o, ij = LENGTHS
figure, ax = plt.subplots(figsize=(9, 7))
for middle, matrices in [
    (7.8, (("$y$", n, o), ("$B$", n, ij), ("$c^T$", ij, o))),
    (4.4, (("$dc$", o, ij), ("$dy^T$", o, n), ("$B$", n, ij))),
    (1.2, (("$dB$", n, ij), ("$dy$", n, o), ("$c$", o, ij))),
]:
    for center, sign, (name, row, column) in zip((0, 4.2, 8.2), " =·", matrices, strict=True):
        width, height = LENGTHS[column], LENGTHS[row]
        left, low = center - width / 2, middle - height / 2
        ax.add_patch(plt.Rectangle((left, low), width, height, fc="#e8f1f8", ec=BLUE, lw=2))
        ax.text(center, middle, name, ha="center", va="center", fontsize=18)
        ax.text(left - 0.1, middle, row, ha="right", va="center")
        ax.text(center, low + height + 0.1, column, ha="center")
        ax.text(left - 1.0, middle, sign, ha="center", va="center", fontsize=20)
ax.set(xlim=(-2, 10), ylim=(0, 9.8), aspect="equal")
ax.axis("off")
show(figure, "05a_shapes", "Three matrix products drawn as boxes, with the indices of their sides.")

# %% [markdown]
# ## 4. The check
#
# The library agrees with the loops. But both could rest on the same wrong formula, so ask a judge
# who knows nothing of it: move one number by $h$ up and down, and look at what
# $s = \sum_{no} dy_{no}\, y_{no}$ does. The gradient of $s$ is what backward returns.
#
# $$\text{numerical} = \frac{s(\dots + h \dots) - s(\dots - h \dots)}{2h}, \qquad
#   \text{relative error} = \frac{|\text{by hand} - \text{numerical}|}{|\text{numerical}| + 0.01}.$$
#
# The 0.01 is for tiny gradients, whose numerical value is mostly rounding. A right gradient stays
# below $10^{-6}$. Lesson 06a tells how far to trust this judge.
#
# **Predict:** transpose $w$ in backward, an easy mistake. When does that crash, when is it wrong,
# and in which gradient?


# %%
def worst_error(backward, *arguments, h=1e-6):
    """Return the largest relative error of the gradient of each argument."""
    arguments, worst = [argument.copy() for argument in arguments], []
    dy = rng.standard_normal(forward(*arguments).shape)
    for argument, gradient in zip(arguments, backward(dy, *arguments), strict=True):
        errors = []
        for entry in np.ndindex(argument.shape):
            kept, s = argument[entry], []
            for moved in (kept + h, kept - h):
                argument[entry] = moved
                s.append(np.sum(dy * forward(*arguments)))
            argument[entry] = kept
            numerical = (s[0] - s[1]) / (2.0 * h)
            errors.append(abs(gradient[entry] - numerical) / (abs(numerical) + 0.01))
        worst.append(float(max(errors)))
    return worst


square = x, rng.standard_normal((N_IN, N_IN, G + k)), rng.standard_normal((N_IN, N_IN))
print("4. Largest relative error of the gradients, by central differences")
right = worst_error(backward, x, c, w)
wrong = worst_error(lambda dy, x, c, w: backward(dy, x, c, w.T), *square)
table(["backward", "dx", "dc", "dw"], [("right", *right), ("w transposed, square layer", *wrong)])
assert max(right + wrong[1:]) < 1e-6 < 1e-2 < wrong[0]
assert kn.gradcheck.assert_adjoint(forward, backward, x, c, w) < 1e-6
with np.testing.assert_raises(ValueError):
    backward(dy, x, c, w.T)

# %% [markdown]
# **Answer:** with $n_{in} \ne n_{out}$ the shapes do not fit, and NumPy raises a ValueError. In a
# square layer all runs, and $dx$ is wrong: a check needs both kinds of layer.
#
# **Common mistake:** "the loss is a mean over samples, so backward must divide by $N$."


# %%
def divided(dy, *point):
    return tuple(gradient / len(dy) for gradient in backward(dy, *point))


target = rng.standard_normal((N, N_OUT))
dy = 2.0 * (forward(x, c, w) - target) / target.size  # the mean squared error has its mean here
numerical = kn.gradcheck.central_difference(lambda w: np.mean((forward(x, c, w) - target) ** 2), w)
np.testing.assert_allclose(backward(dy, x, c, w)[2], numerical, rtol=1e-6, atol=1e-8)
assert min(worst_error(divided, x, c, w)) > 0.1

# %% [markdown]
# The mean sits in $dy$, once, where the loss is differentiated. A layer knows nothing of losses.
#
# ## On your own
#
# Close this file and write `backward`, with a scale on every edge, from memory:
# `make exercise N=5.1`. Then repair three sick passes, one line each: `make exercise N=5.3`.
#
# *Open.* Derive the gradient of the knots $t_m$, for fixed coefficients. Is it worth training them?
# What goes wrong when two knots meet? (Drag them in the [explorer](explorer.html) of `make site`.)
#
# ## Further reading
#
# - Rumelhart, Hinton and Williams, *Learning representations by back-propagating errors*, 1986.
# - Parr and Howard, *The Matrix Calculus You Need For Deep Learning*, arXiv 1802.01528.
