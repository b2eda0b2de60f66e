# %% [markdown]
# # Lesson 12a: Jets
#
# **Question.** A differential equation asks a network for $u$, for its slopes and for its second
# derivatives. How do these pass through the layers, and how do their gradients come back?
#
# **You will learn:**
# - to send a value with its first and second derivatives, a *jet*, through a network;
# - to derive the whole backward pass of a jet, and to say which degree a spline needs for it.
#
# **You need:** lessons 03a (derivatives of splines), 05b (the chain) and 06b (gradient checks).
#
# **Time:** 15 minutes to read, 3 seconds to run.

# %%
import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GREEN, ORANGE, show

import kan_numpy as kn

net = kn.KAN([2, 3, 1], grid_size=4, degree=5, base="zero", outside="fade", rng=4)
x = np.random.default_rng(4).uniform(-1.0, 1.0, (50, 2))  # (N, 2)

# %% [markdown]
# ## 1. Forward
#
# A layer is $y_o = \sum_i \phi_{o,i}(z_i)$. Each node $z_i$ depends on the inputs $x_a$ of the
# network. Let $g_{ia} = \partial z_i / \partial x_a$ and
# $h_{ia} = \partial^2 z_i / \partial x_a^2$. The chain rule says
# $\partial_a\, \phi(z) = \phi'(z)\, g_a$. Differentiate this product once more:
# $\partial_a^2\, \phi(z) = \phi''(z)\, g_a \cdot g_a + \phi'(z)\, h_a$. Summed over i,
#
# $$g_{oa} = \sum_i \phi'_{o,i}\, g_{ia}, \qquad
#   h_{oa} = \sum_i \left(\phi''_{o,i}\, g_{ia}^2 + \phi'_{o,i}\, h_{ia}\right).$$
#
# At the input of the network $g$ is the unit matrix, and $h$ is 0. As a loop, for one sample:


# %%
def edge(layer, o, i, z, d):
    knots, c = layer.knots[i].tolist(), layer.coef[o, i]  # of an edge without base function
    return sum(c[j] * kn.reference.bspline(z, j, layer.degree, knots, d) for j in range(len(c)))


def slow_jet(net, x):
    z, g, h = x, np.eye(len(x)), np.zeros((len(x), len(x)))
    for layer in net.layers:
        y, (g_out, h_out) = np.zeros(layer.n_out), np.zeros((2, layer.n_out, len(x)))
        for o in range(layer.n_out):
            for i in range(layer.n_in):
                phi, slope, bend = (edge(layer, o, i, z[i], d) for d in range(3))
                y[o] += phi
                g_out[o] += slope * g[i]
                h_out[o] += bend * g[i] ** 2 + slope * h[i]
        z, g, h = y, g_out, h_out
    return z, g, h


jet = kn.jets.jet(net, x)
print("1. The jet of a [2, 3, 1] network at one point")
for name, slow, fast in zip(("u", "u_a", "u_aa"), slow_jet(net, x[0]), jet, strict=True):
    print(f"   {name:5} loop {slow.ravel().round(6)}   kn.jets.jet {fast[0].ravel().round(6)}")
    np.testing.assert_allclose(fast[0], slow.reshape(fast[0].shape), rtol=1e-10)

# %% [markdown]
# **Common mistake:** a network is a function, so $(u(x + s) - 2 u(x) + u(x - s)) / s^2$ gives its
# second derivative as exactly as one likes, if only the step s is small enough.

# %%
u_xx, misses = jet.second[:, 0, 0], {}
for s in (1e-2, 1e-3, 1e-4, 1e-6, 1e-8):
    right, left = (net(x + np.array([move, 0.0])) for move in (s, -s))
    quotient = (right - 2 * net(x) + left)[:, 0] / s**2
    misses[s] = np.abs(quotient - u_xx).max() / np.abs(u_xx).max()
    print(f"   u_xx by differences with s = {s:.0e}: off by {misses[s]:.0e}")
assert min(misses, key=misses.get) == 1e-4
assert misses[1e-8] > 0.1 > misses[1e-4] > 1e-9

# %% [markdown]
# The numerator is a difference of nearly equal numbers, rounded to about $10^{-16}$. Division by
# $s^2$ makes $10^{-16} / s^2$ of it. A large s is wrong too, by about $s^2$. A jet has no s.
#
# ## 2. Backward
#
# Let $dy_o$, $dg_{oa}$, $dh_{oa}$ be the derivatives of a loss by $y_o$, $g_{oa}$, $h_{oa}$. Which
# are those by what the layer got? Collect where each number occurs in the sums of section 1.
#
# **The edge.** It contributes three numbers, so three gradients come back to it:
#
# $$d\phi_{o,i} = dy_o, \qquad
#   d\phi'_{o,i} = \sum_a \left(dg_{oa}\, g_{ia} + dh_{oa}\, h_{ia}\right), \qquad
#   d\phi''_{o,i} = \sum_a dh_{oa}\, g_{ia}^2.$$
#
# **Its coefficients.** $\phi = \sum_j c_j B_j$, $\phi' = \sum_j c_j B'_j$ and
# $\phi'' = \sum_j c_j B''_j$ all contain $c_j$:
#
# $$dc_j = d\phi\, B_j + d\phi'\, B'_j + d\phi''\, B''_j \quad \text{(summed over the samples)}.$$
#
# **The node.** It moves $\phi$ by $\phi'$, $\phi'$ by $\phi''$, and $\phi''$ by $\phi'''$:
#
# $$dz_i = \sum_o \left(d\phi_{o,i}\, \phi'_{o,i} + d\phi'_{o,i}\, \phi''_{o,i}
#        + d\phi''_{o,i}\, \phi'''_{o,i}\right).$$
#
# **Its derivatives.** $g_{ia}$ occurs in $g_{oa}$, and squared in $h_{oa}$; $h_{ia}$ in $h_{oa}$:
#
# $$dg_{ia} = \sum_o \left(\phi'_{o,i}\, dg_{oa} + 2\, \phi''_{o,i}\, g_{ia}\, dh_{oa}\right),
#   \qquad dh_{ia} = \sum_o \phi'_{o,i}\, dh_{oa}.$$
#
# These are what the layer before gets as its $dy$, $dg$ and $dh$.


# %%
def bumps(layer, z, d):
    """Return the d-th derivative of each bump at z (N, n_in): (N, n_in, G+k)."""
    t, k = layer.knots, layer.degree
    return np.stack([kn.bspline_basis(z[:, i], t[i], k, d) for i in range(len(t))], axis=1)


def forward(layer, z, g, h):
    """Return the jet behind a layer, and what its backward pass needs."""
    B = [bumps(layer, z, d) for d in range(4)]
    phi = [np.einsum("nij,oij->noi", Bd, layer.coef) for Bd in B]  # phi and three derivatives
    return (phi[0].sum(axis=2), phi[1] @ g, phi[2] @ g**2 + phi[1] @ h), (g, h, B, phi)


def backward(dy, dg, dh, cache, two=2.0):
    """Return (dz, dg, dh) for the layer before, and dc."""
    g, h, B, phi = cache
    dphi = [
        np.broadcast_to(dy[:, :, None], phi[0].shape),  # (N, n_out, n_in)
        dg @ g.swapaxes(1, 2) + dh @ h.swapaxes(1, 2),
        dh @ g.swapaxes(1, 2) ** 2,
    ]
    dc = sum(np.einsum("noi,nij->oij", dphi[d], B[d]) for d in range(3))
    dz = sum((dphi[d] * phi[d + 1]).sum(axis=1) for d in range(3))
    slope, bend = phi[1].swapaxes(1, 2), phi[2].swapaxes(1, 2)  # (N, n_in, n_out)
    return (dz, slope @ dg + two * g * (bend @ dh), slope @ dh), dc


def gradients(upstream, two=2.0):
    """Return dc of both layers, from the gradients of L by the last jet."""
    jet, first = forward(
        net.layers[0], x, np.tile(np.eye(2), (len(x), 1, 1)), np.zeros((len(x), 2, 2))
    )
    _, last = forward(net.layers[1], *jet)
    d, dc_last = backward(*upstream, last, two)
    return backward(*d, first, two)[1], dc_last


rng = np.random.default_rng(4)
upstream = [rng.standard_normal(part.shape) for part in jet]  # any gradients
by_hand = np.concatenate([dc.ravel() for dc in gradients(upstream)])
_, cache = kn.jets.forward(net, x)
np.testing.assert_allclose(by_hand, kn.jets.backward(net, kn.jets.Jet(*upstream), cache)[1])


def loss(theta):
    parts = kn.jets.jet(net.with_theta(theta), x)
    return sum((d * part).sum() for d, part in zip(upstream, parts, strict=True))


differences = kn.gradcheck.central_difference(loss, net.theta)
error = np.abs(by_hand - differences).max() / np.abs(by_hand).max()
print(f"2. Backward: {by_hand.size} coefficients, from random gradients of the last jet")
print(f"   by hand and by central differences: {error:.0e} apart, relative to the largest")
assert error < 1e-7

# %% [markdown]
# **Predict:** leave out the factor 2 before $g_{ia}$. Which gradients become wrong: those of the
# first layer, of the last one, or of both?

# %%
right, slipped = gradients(upstream), gradients(upstream, two=1.0)
wrong = [np.abs(a - b).max() / np.abs(a).max() for a, b in zip(right, slipped, strict=True)]
print(f"   Without the 2 the first layer is off by {wrong[0]:.0%}, the last by {wrong[1]:.0%}\n")
assert wrong[0] > 0.05 > wrong[1] == 0

# %% [markdown]
# **Answer:** those of the first layer only. $dg$ is what a layer passes on to the layers before it.
# A network of one layer would hide the slip: check a backward pass with two layers at least.
#
# ## 3. Which degree?
#
# $dz_i$ holds $\phi'''$. A spline of degree k has k - 1 continuous derivatives.
#
# **Predict:** of which degree must a spline be for $\phi'''$ to be continuous at the knots?

# %%
line, jumps = np.linspace(-1, 1, 2001), {}
fig, ax = plt.subplots(figsize=(8, 4.8))
print("3. The third derivative of one spline, at its knot 0.5")
for k, color, style in ((3, ORANGE, "-"), (4, GREEN, "--"), (5, BLUE, ":")):
    spline = kn.KAN([1, 1], grid_size=4, degree=k, base="zero", rng=4).layers[0]
    sides = bumps(spline, np.array([[0.5 - 1e-9], [0.5 + 1e-9]]), 3)[:, 0] @ spline.coef[0, 0]
    jumps[k] = abs(sides[1] - sides[0]) / abs(sides).max()
    print(f"   degree {k}: it jumps by {jumps[k]:.0e} of its size")
    third = bumps(spline, line[:, None], 3)[:, 0] @ spline.coef[0, 0]
    ax.plot(line, third / np.abs(third).max(), style, color=color, lw=2.5, label=f"degree {k}")
ax.set(xlabel="$z$, with knots", xticks=(-1, -0.5, 0, 0.5, 1), ylabel=r"$\phi'''$, largest value 1")
fig.legend(loc="outside lower center", ncols=3)
show(fig, "12a_third", "Third derivatives: steps for degree 3, corners for 4, smooth for 5.")
assert jumps[3] > 1
assert max(jumps[4], jumps[5]) < 1e-5

# %% [markdown]
# **Answer:** degree 4. With degree 3 the gradient that trains a network jumps whenever a node
# crosses a knot.
#
# ## On your own
#
# Close this file and write the jet, with base functions and beyond grids: `make exercise N=12.1`.
#
# 1. *Medium.* Carry $u_{xy}$ forward and back, and compare it with `kn.jets.hessian`. What takes
#    the place of the factor 2?
# 2. *Open.* A jet of D inputs holds 2D + 1 numbers a node. Does $u_{xx} + u_{yy}$ need them all?
#
# ## Further reading
#
# - A. Griewank and A. Walther, *Evaluating Derivatives*, SIAM 2008, chapter 13: Taylor arithmetic.
