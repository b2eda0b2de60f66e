# %% [markdown]
# # Lesson 05b: The chain and the Jacobian
#
# **Question.** How do the gradients of one layer become those of a whole network, and what is left
# if the sum over the samples is not taken?
#
# **You will learn:**
# - to chain layers: what one layer returns is what the layer below is waiting for;
# - to read the Jacobian as a backward pass without its sum.
#
# **You need:** 05a (backward of one layer).
#
# **Time:** 15 minutes to read, 3 seconds to run.

# %%
import matplotlib.pyplot as plt
import numpy as np
from _page import ORANGE, show

import kan_numpy as kn

N, N_IN, N_HIDDEN, N_OUT, G, k = 5, 4, 3, 2, 6, 3  # all different
W = G + k  # bumps of an edge

rng = np.random.default_rng(5)

# %% [markdown]
# ## 1. Two layers: the chain
#
# In a network, $x$ of one layer is $y$ of the layer below. So the $dx$ that a layer returns is the
# $dy$ that the layer below is waiting for. Begin at the loss and pass it down; that is all of
# backpropagation. For the mean squared error with target $y^*$,
#
# $$L = \frac{1}{N n_{out}} \sum_{no} (y_{no} - y^*_{no})^2 \quad \text{begins with} \quad
#   dy_{no} = \frac{2\, (y_{no} - y^*_{no})}{N n_{out}}.$$
#
# First the layer of lesson 05a, forward and backward. The parameters of a layer in one vector are
# all $c$, then all $w$; those of a network, layer after layer.


# %%
def features(layer, x, derivative=0):
    """Return all B_j and the base function b, or their slopes, (N, n_in, W+1)."""
    silu = kn.activations.silu_derivative if derivative else kn.activations.silu
    B = kn.bspline_basis(x, layer.knots, k, derivative=derivative)
    return np.concatenate([B, silu(x)[:, :, None]], axis=2)


def weights(layer):
    return np.concatenate([layer.coef, layer.w_base[:, :, None]], axis=2)  # (n_out, n_in, W+1)


def flat(dc_and_dw):
    """Return dc, then dw, as one vector, (..., n_out, n_in, W+1) -> (..., P)."""
    dc, dw = dc_and_dw[..., :W], dc_and_dw[..., W]
    shape = dw.shape[:-2]
    return np.concatenate([dc.reshape(*shape, -1), dw.reshape(*shape, -1)], axis=-1)


def forward(layer, x):
    return np.einsum("nif,oif->no", features(layer, x), weights(layer))


def backward(dy, layer, x):
    """Return dx (N, n_in) and dtheta (P,)."""
    dx = np.einsum("no,oif,nif->ni", dy, weights(layer), features(layer, x, 1))
    return dx, flat(np.einsum("no,nif->oif", dy, features(layer, x)))


# %% [markdown]
# Now the chain: up, keeping what every layer got, and down.
#
# **Predict:** which of the two passes needs the other, and what must be kept in between?


# %%
def chain(dy, layers, x):
    """Return dx and the dtheta of every layer, the first layer first."""
    inputs = []
    for layer in layers:
        inputs.append(x)
        x = forward(layer, x)
    dthetas = []
    for layer, x in zip(layers[::-1], inputs[::-1], strict=True):
        dy, dtheta = backward(dy, layer, x)
        dthetas.insert(0, dtheta)
    return dy, dthetas


net = kn.KAN([N_IN, N_HIDDEN, N_OUT], G, k, rng=rng, outside="fade")
net = net.with_theta(0.3 * rng.standard_normal(net.size))
x, target = rng.uniform(-1.0, 1.0, (N, N_IN)), rng.standard_normal((N, N_OUT))
y, cache = net.forward(x)
dy = 2.0 * (y - target) / y.size  # (N, n_out)
dx, dthetas = chain(dy, net.layers, x)
dtheta = np.concatenate(dthetas)  # (P,)

for ours, library in zip((dx, dtheta), net.backward(dy, cache), strict=True):
    np.testing.assert_allclose(ours, library, rtol=1e-11, atol=1e-15)
worst = kn.gradcheck.assert_adjoint(
    lambda theta: np.mean((net.with_theta(theta)(x) - target) ** 2),
    lambda dL, _: dL * dtheta,
    net.theta,
)
print(f"1. Two layers and a loss, {net.size} parameters: worst relative error {worst:.0e}\n")
assert worst < 1e-6

# %% [markdown]
# **Answer:** down needs up: the slopes and bumps of a layer are taken at the inputs it got, so
# those must be kept, one array for each layer. This is where the memory goes when networks are
# trained.
#
# ## 2. One function on two edges
#
# `kn.lock` makes two edges of a layer share one function, and `kn.unlock` parts them again: the
# network stays the same function of $x$, but each edge has parameters of its own. The chain rule
# says: follow every path from a parameter to $L$, and add up over all paths.
#
# **Common mistake:** "a parameter that two edges share gets the mean of two gradients."

# %%
tied = kn.lock(net, 0, [(0, 0), (1, 2)])  # pairs (out, in) of the first layer
free = kn.unlock(tied, 0)
np.testing.assert_allclose(tied(x), free(x), rtol=1e-13)
d_tied, d_free = (some.backward(dy, some.forward(x)[1])[1] for some in (tied, free))
d_coef = d_free[: N_HIDDEN * N_IN * W].reshape(N_HIDDEN, N_IN, W)  # of every edge
one, other, shared = d_coef[0, 0], d_coef[1, 2], d_tied[:W]
print(f"2. One function on two edges: {free.size} parameters become {tied.size}")
worst = np.abs(shared - (one + other)).max()
print(f"   its gradient is the sum of two up to {worst:.0e}, the mean is wrong\n")
assert free.size - tied.size == W + 1
assert worst < 1e-13
assert np.abs(shared - (one + other) / 2).max() > 1e-3

# %% [markdown]
# Two paths, so it is the sum: if $\theta$ grows by $h$, both edges change.
#
# ## 3. The Jacobian: backward without the sum
#
# The gradient of a parameter adds up what every sample and every output contributes. Keep the terms
# apart, and you have the Jacobian $J_{nop} = \partial y_{no} / \partial \theta_p$, which
# Levenberg-Marquardt needs in lesson 07b. In the second layer, with inputs $h$, a term is just a
# feature, $B_j(h_{ni})$ or $b(h_{ni})$, for the edges that end at $o$. In the first layer it is a
# feature at $x$, times the slope of the edge through which node $m$ reaches $o$:
#
# $$\frac{\partial y_{no}}{\partial c_{mij}} = S_{nom}\, B_j(x_{ni}), \qquad
#   S_{nom} = \frac{\partial y_{no}}{\partial h_{nm}} = \phi'_{o,m}(h_{nm}).$$
#
# Put the sum back, and the gradient returns: $d\theta_p = \sum_n \sum_o dy_{no}\, J_{nop}$.

# %%
first, second = net.layers
h = forward(first, x)  # (N, n_hidden)
slopes = np.einsum("nmf,omf->nom", features(second, h, 1), weights(second))
J_first = flat(np.einsum("nom,nif->nomif", slopes, features(first, x)))
J_second = flat(np.einsum("oq,nif->noqif", np.eye(N_OUT), features(second, h)))
J = np.concatenate([J_first, J_second], axis=2)  # (N, n_out, P)

np.testing.assert_allclose(J, net.jacobian(x), rtol=1e-11, atol=1e-15)
worst = np.abs(np.einsum("no,nop->p", dy, J) - dtheta).max()
print(f"3. The Jacobian {J.shape}, summed with dy, is dtheta up to {worst:.0e}")
assert worst < 1e-13

# %% [markdown]
# **Predict:** all $x$ are inside the grid. Which share of the entries that belong to coefficients
# of the first layer can differ from zero?

# %%
many = np.sort(rng.uniform(-1.0, 1.0, (60, N_IN)), axis=0)
J = net.jacobian(many)[:, 0]  # (60, P), of the first output
first_coef = J[:, : first.coef.size]
share = np.count_nonzero(first_coef) / first_coef.size
print(f"   first layer, coefficients: {share:.3f} of its entries are not zero\n")
assert share == (k + 1) / W

figure, ax = plt.subplots(figsize=(12, 4.4))
size = np.abs(J)
image = ax.imshow(size, aspect="auto", cmap="Greys", vmax=size.max() / 2, interpolation="none")
ax.axvline(first.size - 0.5, color=ORANGE, lw=2.5)
ax.set(xlabel="parameter $p$", ylabel="sample $n$, sorted")
for middle, name in ((first.size / 2, "first"), ((first.size + net.size) / 2, "second")):
    ax.text(middle, -2.0, f"{name} layer", ha="center")
figure.colorbar(image, label=r"$|\partial y_{n0} / \partial \theta_p|$", extend="max")
show(
    figure,
    "05b_jacobian",
    "The Jacobian as gray cells: in the first layer slanted stripes, one group for each edge, with"
    " white between them; right of a vertical line the second layer, where half of the edges, those"
    " that end at the other output, are white.",
)

# %% [markdown]
# **Answer:** $(k + 1) / (G + k) = 4/9$. The stripes are the bumps: as $x_i$ grows from sample to
# sample, one after the other wakes up. Exactly 4 of 9 are awake at any time.
#
# ## On your own
#
# Close this file and write the chain from memory: `make exercise N=5.2`. Then the Jacobian of a
# layer: `make exercise N=5.4`.
#
# 1. *Medium.* Take the identity as base function. Which lines change? Change them, and let the
#    check judge.
# 2. *Open.* With $N$ samples and $P$ parameters, how many numbers hold $J$, and how many the
#    gradient? When is it better to multiply $J$ with a vector without ever forming it?
# 3. `make site` builds an [explorer](explorer.html): bend an edge of its network, and arrows show
#    the gradient that the chain brings to it.
#
# ## Further reading
#
# - Rumelhart, Hinton and Williams, *Learning representations by back-propagating errors*, 1986.
# - Griewank and Walther, *Evaluating Derivatives*, SIAM, 2008: the same idea for any program.
