# %% [markdown]
# # Recipe: Weights from efficient-kan, and to it
#
# **Question.** How does a network that was trained with
# [efficient-kan](https://github.com/Blealtan/efficient-kan) come in here, and how does one get out?
#
# **You need:** lesson 04a for the formula of a layer. No PyTorch: arrays are all that is exchanged.
#
# **Time:** 5 minutes to read, 1 second to run.

# %%
from itertools import pairwise

import numpy as np

import kan_numpy as kn

# %% [markdown]
# ## 1. The layout
#
# A `KANLinear` of efficient-kan holds four arrays, float32 by default. `spline_scaler` is missing
# if it was built with `enable_standalone_scale_spline=False`.
#
# | efficient-kan | shape | here |
# |---|---|---|
# | `grid` | (n_in, G + 2k + 1) | `knots`, $t$ |
# | `base_weight` | (n_out, n_in) | `w_base`, $w$ |
# | `spline_weight` | (n_out, n_in, G + k) | |
# | `spline_scaler` | (n_out, n_in) | both multiplied: `coef`, $c$ |
#
# $$y_o = \sum_i w_{o,i}\, silu(x_i) + \sum_i s_{o,i} \sum_j c'_{o,i,j} B_j(x_i), \qquad
# c_{o,i,j} = s_{o,i}\, c'_{o,i,j}$$
#
# So that nothing needs to be believed, here is what its layer computes, in NumPy: the recursion
# with boxes that are open on the right, and two sums.


# %%
def efficient_layer(x, grid, base_weight, spline_weight, spline_scaler=1.0):
    """Return y (N, n_out) from x (N, n_in), as KANLinear.forward does."""
    x = x[:, :, None]
    B = ((x >= grid[:, :-1]) & (x < grid[:, 1:])).astype(float)  # (N, n_in, G+2k)
    for k in range(1, grid.shape[1] - spline_weight.shape[2]):
        left = (x - grid[:, : -k - 1]) / (grid[:, k:-1] - grid[:, : -k - 1])
        right = (grid[:, k + 1 :] - x) / (grid[:, k + 1 :] - grid[:, 1:-k])
        B = left * B[:, :, :-1] + right * B[:, :, 1:]
    c = np.reshape(spline_scaler, (*np.shape(spline_scaler), 1)) * spline_weight
    silu = x[:, :, 0] / (1.0 + np.exp(-x[:, :, 0]))
    return silu @ base_weight.T + np.einsum("nij,oij->no", B, c)


def layers_of(state):
    """Return the arrays of each layer, from names such as layers.0.grid."""
    layers = {}
    for name, array in state.items():
        _, l, kind = name.split(".")
        layers.setdefault(int(l), {})[kind] = np.asarray(array, dtype=float)
    return [layers[l] for l in sorted(layers)]


def efficient_network(x, layers):
    """Return the outputs of layers one after the other."""
    for layer in layers:
        x = efficient_layer(x, **layer)
    return x


# %% [markdown]
# ## 2. From efficient-kan
#
# With PyTorch at hand, `{name: array.numpy() for name, array in model.state_dict().items()}` and
# `np.savez` write the arrays into a file. Here random ones stand for them.


# %%
def from_efficient(state):
    """Return a network from the arrays of a state_dict."""
    layers = []
    for given in layers_of(state):
        scaler = given.get("spline_scaler", np.ones(given["base_weight"].shape))
        coef = scaler[:, :, None] * given["spline_weight"]  # (n_out, n_in, G+k)
        layers.append({"knots": given["grid"], "coef": coef, "w_base": given["base_weight"]})
    degree = given["grid"].shape[1] - coef.shape[2] - 1  # (G + 2k + 1) - (G + k) - 1
    return kn.KAN.from_arrays(layers, degree)


rng = np.random.default_rng(0)
G, k, widths = 5, 3, [2, 4, 1]
state = {}
for l, (n_in, n_out) in enumerate(pairwise(widths)):
    arrays = {
        "grid": np.tile(kn.uniform_knots(-1.0, 1.0, G, k), (n_in, 1)),
        "base_weight": rng.standard_normal((n_out, n_in)),
        "spline_weight": rng.standard_normal((n_out, n_in, G + k)),
        "spline_scaler": rng.standard_normal((n_out, n_in)),
    }
    state |= {f"layers.{l}.{name}": a.astype(np.float32) for name, a in arrays.items()}

net = from_efficient(state)
x = rng.uniform(-3.0, 3.0, (1000, 2))  # beyond the grid, too
error = np.abs(net(x) - efficient_network(x, layers_of(state))).max()
print(f"from efficient-kan: {net}, largest difference {error:.0e}")
assert error < 1e-12

# %% [markdown]
# The difference is that of rounding in float64; efficient-kan itself computes in float32.
#
# **Common mistake:** "beyond the grid a spline is 0." efficient-kan fades it over k intervals, as
# the paper does, and `from_arrays` does the same. Networks made by `kn.KAN` go on along tangents.
#
# ## 3. To efficient-kan
#
# The coefficients go into `spline_weight`, and the scaler is 1. Only what efficient-kan can hold
# can go there: splines of one degree on every edge, no symbols, the base function silu, and
# `outside="fade"`. A constant of a node has no place of its own there, but on a grid the bumps sum
# to one: it is added to all coefficients of the node's first edge.


# %%
def to_efficient(net):
    """Return the arrays of a network under the names of efficient-kan's state_dict."""
    state = {}
    for l, layer in enumerate(net.layers):
        if layer.outside != "fade" or layer.symbols or layer.base.name != "silu":
            raise ValueError(f"layer {l} holds what efficient-kan cannot: {net}")
        coef = layer.coef.copy()  # (n_out, n_in, G+k)
        coef[:, 0] += layer.bias[:, None]
        state |= {
            f"layers.{l}.grid": layer.knots,
            f"layers.{l}.base_weight": layer.w_base,
            f"layers.{l}.spline_weight": coef,
            f"layers.{l}.spline_scaler": np.ones(layer.w_base.shape),
        }
    return state


y = np.sin(np.pi * x[:, :1]) * x[:, 1:]
fading = kn.KAN([2, 3, 1], grid_range=(-3.0, 3.0), outside="fade", rng=0)
trained = kn.fit(fading, x, y, steps=30, refine_at={10: 10}).network
trained = kn.adapt_grid(trained, x)  # so that all activations lie on the grids
state = to_efficient(trained)
error = np.abs(trained(x) - efficient_network(x, layers_of(state))).max()
print(f"to efficient-kan: largest difference {error:.0e}")
assert trained.layers[-1].bias.any()
assert trained.fraction_outside_grid(x) == 0.0
assert error < 1e-12

# %% [markdown]
# And there and back is the same function, number by number. In PyTorch the state comes in by
# `model.load_state_dict({name: torch.tensor(a) for name, a in state.items()})`.

# %%
again = from_efficient(state)
np.testing.assert_allclose(again(x), trained(x), rtol=0, atol=1e-12)
tangents = kn.KAN([2, 1])
try:
    to_efficient(tangents)
    refusal = ""
except ValueError as error:
    refusal = str(error)
print(f"refused: {refusal}")
assert "layer 0" in refusal
