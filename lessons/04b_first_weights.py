# %% [markdown]
# # Lesson 04b: Base function and first weights
#
# **Question.** What must be on the edges before training starts, so that signals go up and
# gradients come down through many layers?
#
# **You will learn:**
# - what the base function does outside the grid, and where a gradient dies;
# - to derive how large the first random weights should be, and what a wrong size does.
#
# **You need:** 03a (the slope of a spline), 04a (one layer), mean and variance.
#
# **Time:** 20 minutes to read, 3 seconds to run.

# %%
import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GRAY, ORANGE, show, table

import kan_numpy as kn

G, k = 5, 3  # grid intervals, degree
W = G + k  # bumps of an edge
N, DEPTH, WIDTHS, SEEDS = 100, 8, (4, 8, 16, 32), 10  # samples, and the networks of section 4

knots = kn.uniform_knots(-1.0, 1.0, G, k)  # the grid is [-1, 1]

# %% [markdown]
# ## 1. Take the base function away
#
# A spline lives on its grid, here $[-1, 1]$. Left to itself it fades over $k$ more intervals, up to
# $1 + 3 \cdot 0.4 = 2.2$, and then it is 0. The base function silu has no such end. With
# $\sigma = 1 / (1 + e^{-x})$ and $\sigma' = \sigma (1 - \sigma)$, the product rule gives its slope:
# $(x \sigma)' = \sigma + x\, \sigma (1 - \sigma)$. Take one spline, with $w = 0.5$ and with
# $w = 0$.
#
# **Predict:** what are the slopes of both edges at $x = -4$ and at $x = 4$?


# %%
def silu(x, derivative=0):
    sigma = 1.0 / (1.0 + np.exp(-x))
    return sigma + x * sigma * (1.0 - sigma) if derivative else x * sigma


def functions(x, derivative=0):
    """Return the bumps and, last, silu; or their slopes, (N, n) -> (N, n, W+1)."""
    bumps = kn.bspline_basis(x, np.tile(knots, (x.shape[1], 1)), k, derivative=derivative)
    return np.dstack([bumps, silu(x, derivative)])


c, far = np.random.default_rng(4).standard_normal(W), np.array([[-4.0], [4.0]])
wide = np.linspace(-4.0, 4.0, 801)[:, None]
print("1. Slopes of an edge at x = -4 and x = 4, far from the grid [-1, 1]")
figure, ax = plt.subplots(figsize=(9, 4))
for w, style, color, expected in ((0.5, "-", BLUE, [-0.026, 0.526]), (0.0, "--", ORANGE, [0, 0])):
    theta = np.append(c, w)  # (W+1,)
    ax.plot(wide, functions(wide)[:, 0] @ theta, style, color=color, lw=2.5, label=f"w = {w}")
    slopes = functions(far, 1)[:, 0] @ theta
    print(f"   w = {w}: {slopes[0]:6.3f} and {slopes[1]:.3f}")
    np.testing.assert_allclose(slopes, expected, atol=5e-4)
ax.axvspan(-1, 1, color=GRAY, alpha=0.15, label="grid")
ax.set(xlabel="$x$", ylabel=r"edge $\phi(x)$")
ax.legend()
show(figure, "04b_base", "Beyond the grid the edge with silu rises on the right; the other is 0.")

# %% [markdown]
# **Answer:** without a base function there is nothing left beyond 2.2 and before $-2.2$. With it
# the slope is $w$ times the slope of silu: 0.526 on the right and $-0.026$ on the left.
#
# **Common mistake:** "silu is 0 for negative $x$, as ReLU is, so it kills negative signals."

# %%
negative = np.linspace(-8.0, -0.01, 800)
lowest = negative[np.argmin(silu(negative))]
np.testing.assert_allclose([silu(-1.0), lowest, silu(lowest)], [-0.27, -1.28, -0.278], atol=5e-3)
assert np.count_nonzero(np.diff(np.sign(silu(negative, derivative=1)))) == 1

# %% [markdown]
# Silu has its minimum $-0.278$ at $-1.28$ and creeps back to 0. Only there its slope is 0. A small
# slope passes a small gradient, but it passes one.
#
# ## 2. Where no gradient passes
#
# Every gradient in a layer has one of three factors (lesson 05a): $B_j(x)$ for a coefficient,
# $b(x)$ for a base weight, and the slope of an edge for $x$. Where all are zero, the edge is dead.
#
# **Common mistake:** "gradients always flow; what has not learned yet just needs more steps."

# %%
at = np.array([[3.0]])
print("2. Without a base function, at x = 3:", np.count_nonzero(functions(at)[..., :W]), "bumps\n")
for outside, alive in (("fade", False), ("linear", True)):
    net = kn.KAN([1, 1], G, k, base="zero", rng=0, outside=outside)
    dx, dtheta = net.backward(np.ones((1, 1)), net.forward(at)[1])
    assert (dx.any(), dtheta.any()) == (alive, alive)

# %% [markdown]
# Without a base every factor is zero, and no number of steps changes anything. Three repairs: a
# base function opens a path; so does a spline that continues along its tangent (networks of
# `kn.KAN` do, those of the paper fade); a grid where the data are puts the bumps to work (lesson
# 08a).
#
# ## 3. How large?
#
# Training starts from random $c$ and $w$. If they are too small, signals and gradients shrink from
# layer to layer; if they are too large, they grow. Which size keeps both? Call the functions on an
# edge $f$: $W = G + k$ bumps and the base function, each with its own weight $\theta_{oif}$. Draw
# all weights independently with mean 0 and variance $\sigma_f^2$. Then
#
# $$y_o = \sum_{i,f} \theta_{oif}\, f(x_i), \qquad
#   \mathrm{Var}(y_o) = n_{in} \sum_f \sigma_f^2 \mu_0(f), \qquad \mu_0(f) = E[f(x)^2],$$
#
# because $E[\theta \theta'] = 0$ for two different weights: all mixed terms vanish. Let $f$ bring
# the share $s_f$ of the variance, with $\sum_f s_f = 1$. Then
# $\mathrm{Var}(y) = \mathrm{Var}(x) = v$ if
#
# $$\sigma_f^2 = \frac{s_f\, v}{n_{in}\, \mu_0(f)}. \tag{forward}$$
#
# A gradient comes down as $dx_i = \sum_o dy_o \sum_f \theta_{oif} f'(x_i)$: the chain rule, summed
# over all outputs. By the same argument $\mathrm{Var}(dx) = \mathrm{Var}(dy)$ if
#
# $$\sigma_f^2 = \frac{s_f}{n_{out}\, \mu_1(f)}, \qquad \mu_1(f) = E[f'(x)^2]. \tag{backward}$$
#
# Both cannot hold at once. Glorot took the harmonic mean of both for matrices; so do we:
#
# $$\sigma_f^2 = \frac{2 s_f}{n_{in}\, \mu_0(f) / v + n_{out}\, \mu_1(f)}.$$
#
# For $f(x) = x$ alone, $\mu_0 = v$ and $\mu_1 = 1$, and this is Glorot's $2 / (n_{in} + n_{out})$.
# The paper takes just that for $w$, and $\sigma = 0.1$ for every $c$. The means, for $x$ uniform on
# the grid:

# %%
x = -1.0 + 2.0 * (np.arange(1000)[:, None] + 0.5) / 1000  # midpoints of 1000 equal intervals
v = x.var()
mu_0, mu_1 = (np.mean(functions(x, d)[:, 0] ** 2, axis=0) for d in (0, 1))  # (W+1,)
mu_0[:W], mu_1[:W] = mu_0[:W].mean(), mu_1[:W].mean()  # one number for all bumps
share = np.append(np.full(W, 0.02 / W), 0.98)  # the base function gets most


def glorot(n_in, n_out):
    """Return the standard deviation of every kind of weight, (W+1,)."""
    return np.sqrt(2.0 * share / (n_in * mu_0 / v + n_out * mu_1))


def paper(n_in, n_out):
    return np.append(np.full(W, 0.1), np.sqrt(2.0 / (n_in + n_out)))


print(f"3. Mean square of the slope: of bumps {mu_1[0]:.3f}, of silu {mu_1[W]:.3f}\n")
np.testing.assert_allclose([mu_1[0], mu_1[W]], [0.521, 0.319], atol=5e-4)
for rule in (glorot, paper):
    layer = kn.KAN([3, 7], G, k, init=rule.__name__, rng=0).layers[0]
    draw = np.random.default_rng(0).standard_normal
    for found, sigma in ((layer.coef, rule(3, 7)[0]), (layer.w_base, rule(3, 7)[W])):
        np.testing.assert_allclose(found, sigma * draw(found.shape), rtol=1e-9)

# %% [markdown]
# ## 4. Eight layers
#
# Per layer, the variance of a gradient is multiplied by $n_{out} \sum_f \sigma_f^2 \mu_1(f)$. For
# "paper" in a stack of width $n$ that is $0.319 + 8 \cdot 0.01 \cdot 0.521\, n = 0.319 + 0.0417 n$.
#
# **Predict:** what does this rule do to the gradient in a narrow stack, and what in a wide one? At
# which width is it just right?


# %%
def arriving(rule, n, seed):
    """Return the std of the gradient at the bottom of a stack, divided by that at its top."""
    rng, xs = np.random.default_rng(seed), []
    thetas = [rule(n, n) * rng.standard_normal((n, n, W + 1)) for _ in range(DEPTH)]
    x, dy = rng.uniform(-1.0, 1.0, (N, n)), rng.standard_normal((N, n))
    for theta in thetas:
        xs.append(x)
        x = np.einsum("nif,oif->no", functions(x), theta, optimize=True)
    dx = dy
    for theta, x in zip(thetas[::-1], xs[::-1], strict=True):
        dx = np.einsum("no,oif,nif->ni", dx, theta, functions(x, 1), optimize=True)
    return dx.std() / dy.std()


figure, ax = plt.subplots(figsize=(8, 4.2))
print("4. Eight layers: std of the gradient at the bottom / at the top")
measured, rows = {}, []
for rule, color, mark, style in ((paper, ORANGE, "s", "--"), (glorot, BLUE, "o", "-")):
    logs = [[np.log(arriving(rule, n, seed)) for seed in range(SEEDS)] for n in WIDTHS]
    ratio = measured[rule.__name__] = np.exp(np.mean(logs, axis=1))  # (widths,)
    computed = [(n * np.sum(rule(n, n) ** 2 * mu_1)) ** (DEPTH / 2) for n in WIDTHS]
    rows.append((rule.__name__, *map(float, ratio)))
    ax.loglog(WIDTHS, ratio, mark, color=color, label=f'"{rule.__name__}", measured')
    ax.loglog(WIDTHS, computed, style, color=color, label="computed")
table(["width", *map(str, WIDTHS)], rows)
ax.set(xlabel="width", ylabel="std of $dx$: bottom / top")
ax.set_xticks(WIDTHS, WIDTHS)
ax.minorticks_off()
ax.legend()
show(figure, "04b_stack", "The ratio of the paper's rule rises with the width from 0.02 to 7.")
assert measured["paper"][-1] > 100 * measured["paper"][0]
assert 1 / 3 < measured["glorot"].min() < measured["glorot"].max() < 3
assert abs(16 * np.sum(paper(16, 16) ** 2 * mu_1) - 1) < 0.02

# %% [markdown]
# **Answer:** the factor is below 1 in narrow stacks and above 1 in wide ones: between both, the
# arriving gradients differ by more than a factor of a hundred. It is 1 at
# $n = 0.681 / 0.0417 \approx 16$ and nowhere else. With "glorot" the gradient stays within a factor
# of three. (The computed numbers take $x$ as uniform on the grid, which is true in the first layer
# only.)
#
# ## On your own
#
# Close this file and write the layer with its base function, from memory: `make exercise N=4.1`.
#
# *Open.* Repeat section 4 with the base function $b(x) = x$, and with none. Which rule depends more
# on the base function, and can you see why in its formula?
#
# ## Further reading
#
# - X. Glorot, Y. Bengio, AISTATS 2010: the same argument for matrices.
# - S. Rigas et al., arXiv 2509.03417: rules for the first weights of a KAN, compared.
