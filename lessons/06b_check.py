# %% [markdown]
# # Lesson 06b: Write the check, find the bugs
#
# **Question.** Which bugs does a gradient check find, and which does it miss?
#
# **You will learn:** why a check needs a random $dy$ and points of all kinds; to find planted bugs,
# to let hypothesis look for the points; and six checks before you train.
#
# **You need:** 05b (backward of a network), 06a (the step).
#
# **Time:** 20 minutes to read, 6 seconds to run.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np
from _page import GRAY, show

os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", "build/hypothesis")  # before the import
from hypothesis import given, settings
from hypothesis import strategies as st

import kan_numpy as kn
from kan_numpy.splines.bsplines import BSplineBasis

G, k, N, WIDTH = 5, 3, 4, 3  # a square layer, with as many outputs as inputs
knots = np.tile(kn.uniform_knots(-1.0, 1.0, G, k), (WIDTH, 1))

rng = np.random.default_rng(6)
random = rng.standard_normal((N, WIDTH))  # an upstream gradient
c, w = rng.standard_normal((WIDTH, WIDTH, G + k)), rng.standard_normal((WIDTH, WIDTH))
inside, beyond = rng.uniform(-0.9, 0.9, (N, WIDTH)), rng.uniform(-1.8, 1.8, (N, WIDTH))

# %% [markdown]
# ## 1. An upstream gradient of ones
#
# The check of lesson 05a once more, now with any $dy$. Then a backward pass is broken in two
# ways. The lazy choice for $dy$ is all ones: that differentiates the sum of $y$.
#
# **Predict:** which of the two does the lazy check find?


# %%
def look_up(x):
    """Return B and B' (N, n_in, G+k), b and b' (N, n_in)."""
    B, slopes = (kn.bspline_basis(x, knots, k, derivative=d) for d in (0, 1))
    return B, slopes, kn.activations.silu(x), kn.activations.silu_derivative(x)


def forward(x, c, w):
    B, _, b, _ = look_up(x)
    return np.einsum("nij,oij->no", B, c) + b @ w.T


def backward(dy, x, c, w):
    B, slopes, b, b_slope = look_up(x)
    dx = np.einsum("no,oij,nij->ni", dy, c, slopes) + b_slope * (dy @ w)
    return dx, np.einsum("no,nij->oij", dy, B), dy.T @ b


def wrong_gradients(backward, dy, *arguments, h=1e-6):
    """Return the names of the wrong gradients, and the largest relative error of dx, dc and dw."""
    errors = []
    for argument, gradient in zip(arguments, backward(dy, *arguments), strict=True):
        numerical = np.empty_like(argument)
        for entry in np.ndindex(argument.shape):
            step = np.zeros_like(argument)
            step[entry] = h
            ahead = forward(*(a + step if a is argument else a for a in arguments))
            behind = forward(*(a - step if a is argument else a for a in arguments))
            numerical[entry] = np.sum(dy * (ahead - behind)) / (2 * h)
        errors.append(np.max(np.abs(gradient - numerical) / (np.abs(numerical) + 0.01)))
    wrong = [name for name, error in zip("xcw", errors, strict=True) if error > 1e-6]
    return "".join(wrong) or "none", errors


print("1. Which gradients the check calls wrong: with a dy of ones, and with a random dy")
for name, change in (("ignores dy", np.ones_like), ("reverses dy", lambda d: d[::-1])):
    lazy, careful = (
        wrong_gradients(lambda d, *p, f=change: backward(f(d), *p), dy, beyond, c, w)[0]
        for dy in (np.ones((N, WIDTH)), random)
    )
    print(f"   {name:11}: {lazy} wrong, {careful} wrong")
    assert (lazy, careful) == ("none", "xcw")
assert wrong_gradients(backward, random, beyond, c, w)[0] == "none"
assert kn.gradcheck.assert_adjoint(forward, backward, beyond, c, w) < 1e-6

# %% [markdown]
# **Answer:** neither. Whoever ignores $dy$ or reverses its order gets ones again. So draw $dy$ at
# random, and everything else: where a weight is 1 or 0, more bugs are invisible.
#
# ## 2. Four planted bugs
#
# Each function claims to be the backward pass of the layer, runs, and returns the right shapes. In
# each, one thing is wrong.
#
# **Predict:** find the bugs by eye, and write them down before you go on.


# %%
def suspect_1(dy, x, c, w):
    B, slopes, b, b_slope = look_up(x)
    dx = np.einsum("no,oij,nij->ni", dy, c, slopes) + b_slope * (dy @ w)
    return dx, np.einsum("no,nij->oij", dy, B), np.einsum("no,ni->io", dy, b)


def suspect_2(dy, x, c, w):
    B, slopes, b, b_slope = look_up(x)
    dx = np.einsum("no,oij,nij->ni", dy, c, slopes) + b_slope * (dy @ w)
    return dx, (B.reshape(len(x), -1).T @ dy).reshape(c.shape), dy.T @ b


def suspect_3(dy, x, c, w):
    B, slopes, b, _ = look_up(x)
    dx = np.einsum("no,oij,nij->ni", dy, c, slopes) + b * (dy @ w)
    return dx, np.einsum("no,nij->oij", dy, B), dy.T @ b


def suspect_4(dy, x, c, w):
    B, slopes, b, b_slope = look_up(np.clip(x, -1.0, 1.0))
    dx = np.einsum("no,oij,nij->ni", dy, c, slopes) + b_slope * (dy @ w)
    return dx, np.einsum("no,nij->oij", dy, B), dy.T @ b


print("2. Gradients that the check calls wrong: all x inside the grid, and some outside")
expected, errors = [("w", "w"), ("c", "c"), ("x", "x"), ("none", "xcw")], []
for n, suspect in enumerate((suspect_1, suspect_2, suspect_3, suspect_4)):
    near, far = (wrong_gradients(suspect, random, x, c, w) for x in (inside, beyond))
    print(f"   suspect {n + 1}: {near[0]}, {far[0]}")
    errors.append(near[1])
    assert (near[0], far[0]) == expected[n]
figure, ax = plt.subplots(figsize=(9, 4))
for at, name in enumerate("xcw"):
    heights = np.array(errors)[:, at]
    ax.semilogy(np.arange(0.8, 4.0) + 0.2 * at, heights, "os^"[at], ms=10, label=f"$d{name}$")
ax.axhline(1e-6, color=GRAY, ls="--")
ax.set(xticks=range(1, 5), xlabel="suspect, all x inside the grid", ylabel="largest relative error")
ax.legend()
show(figure, "06b_suspects", "One gradient of suspects 1 to 3 lies far above the line at 1e-6.")

# %% [markdown]
# **Answer:** (1) the letters `->io` transpose $dw$ of a square layer. (2) $B^T dy$ needs to be
# transposed, which a reshape does not do. (3) $b$ stands where $b'$ belongs. (4) It clips the
# points to the grid.
#
# **Common mistake:** "a passed check means that there is no bug."

# %%
assert wrong_gradients(suspect_4, random, inside, c, w)[0] == "none"
assert wrong_gradients(suspect_4, random, beyond, c, w)[0] == "xcw"

# %% [markdown]
# A check says something about the points it tried, and nothing else.
#
# ## 3. A property test
#
# Who chooses the points? A property test states what holds for *all* inputs; `hypothesis` looks for
# an input that breaks it, and then for a simpler one. The property: the slopes of the bumps are
# what a judge says, for every degree and point, knots included.

# %%
GRID, tried = kn.uniform_knots(-1.0, 1.0, G, 0), []


@settings(max_examples=100, deadline=None, database=None, derandomize=True)
@given(k=st.integers(1, 3), x=st.sampled_from(list(GRID)) | st.floats(-2.0, 2.0))
def slopes_are_right(clipped_to, judge, k, x):
    tried.append((k, x))
    basis = BSplineBasis(kn.uniform_knots(-1.0, 1.0, G, k)[None], k)
    by_hand = basis(np.clip([[x]], -clipped_to, clipped_to), 1)
    numerical = judge(lambda z: basis(z[:, None]), [x])
    np.testing.assert_allclose(by_hand.ravel(), numerical.ravel(), rtol=1e-6, atol=1e-7)


print("3. The simplest broken examples that hypothesis found")
for clip, judge in ((1.0, kn.gradcheck.complex_step), (np.inf, kn.gradcheck.central_difference)):
    with np.testing.assert_raises(AssertionError):
        slopes_are_right(clip, judge)
    k_found, x_found = tried[-1]
    print(f"   points clipped to {clip}, {judge.__name__}: k = {k_found}, x = {x_found:.3g}")
    assert abs(x_found) > 1 if clip == 1 else np.abs(GRID - x_found).min() < 1e-5
slopes_are_right(np.inf, kn.gradcheck.complex_step)

# %% [markdown]
# The first is the bug of suspect 4. The second is no bug: the judge errs at a kink, and with the
# complex step as judge the property holds.
#
# ## 4. Six checks before you train
#
# (1) Shapes, or (N,) minus (N, 1) becomes (N, N); (2) inputs on the grid; (3) a
# first loss of the size of the targets; (4) the gradient; (5) a small step gains what the gradient
# promises, $h\, g \cdot g$; (6) ten samples can be learned by heart.

# %%
x = rng.uniform(-1.0, 1.0, (200, 2))
y = np.exp(np.sin(np.pi * x[:, :1]) + x[:, 1:] ** 2)
net = kn.KAN([2, 5, 1], G, k, rng=0)
objective, few = (kn.Objective(net, x[:n], y[:n]) for n in (200, 10))
loss, g = objective.fun(net.theta)
assert net(x).shape == y.shape != (net(x) - y.ravel()).shape == (200, 200)  # 1
assert np.mean(np.abs(x) > 1.0) < 0.01  # 2
assert 0.1 < loss / np.mean(y**2) < 10  # 3
kn.gradcheck.assert_adjoint(objective.value, lambda dL, z: dL * objective.fun(z)[1], net.theta)
assert abs((loss - objective.value(net.theta - 1e-6 * g)) / (1e-6 * g @ g) - 1.0) < 1e-3  # 5
theta = net.theta
for _ in range(500):
    theta = theta - 0.05 * few.fun(theta)[1]
assert few.value(theta) < 1e-3 * few.value(net.theta)  # 6
print(f"4. Six checks passed; the loss of ten samples is {few.value(theta):.0e}")

# %% [markdown]
# ## On your own
#
# Close this file and write a check that refuses wrong passes and accepts right ones from memory:
# `make exercise N=6.2`. Then a property test that catches four bugs: `make exercise N=6.3`.
#
# ## Further reading
#
# - MacIver and others, *Hypothesis: A new approach to property-based testing*, JOSS 4, 2019.
