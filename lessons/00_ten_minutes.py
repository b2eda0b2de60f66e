# %% [markdown]
# # Lesson 0: A KAN in ten minutes
#
# **Question.** What is a Kolmogorov-Arnold network, and how do 500 samples become a formula?
#
# **You will learn:**
# - to read such a network as a picture: a curve on every edge, a sum at every node;
# - to train one with a page of NumPy, `kan_numpy/minimal.py`, which you can read on the way;
# - to look at its edges, and to write down what they say.
#
# **You need:** a little NumPy, and what a derivative is.
#
# **Time:** 10 minutes to read, about 10 seconds to run.

# %%
from io import BytesIO
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import kan_numpy as kn
from kan_numpy import minimal

G, k = 5, 3  # intervals of each grid, degree of the splines
BLUE, ORANGE, GRAY = "#0072B2", "#D55E00", "#777777"
LABELS = {"inputs": ["$x$", "$y$"], "outputs": ["$f$"]}

rng = np.random.default_rng(1)
Path("build").mkdir(exist_ok=True)
plt.rcParams.update({"font.size": 13, "savefig.dpi": 150, "figure.constrained_layout.use": True})


def unknown(x, y):
    return np.exp(np.sin(np.pi * x) + y**2)


x, x_test = rng.uniform(-1.0, 1.0, (2, 500, 2))
target = unknown(*x.T)[:, None]  # (500, 1)


def rmse(f):
    return float(np.sqrt(np.mean((f(x_test)[:, 0] - unknown(*x_test.T)) ** 2)))


# %% [markdown]
# Imagine that you cannot see the function in the cell above. You have 500 places $(x, y)$ and its
# value at each.
#
# ## 1. Draw one
#
# In a usual network an edge multiplies by a number, and a node bends the sum by a fixed function.
# In a KAN an edge carries a function of one variable, which is learned, and a node only adds. With
# two inputs, one node in the middle and one output, a network [2, 1, 1] has three edges:
#
# $$f(x, y) = \Phi\big(\phi_1(x) + \phi_2(y)\big).$$
#
# Each is stored as a *spline*, a sum of bumps $B_j$ of fixed shape. On five intervals there are
# 5 + 3 bumps of degree 3. What is learned is how high each one stands, $c_j$, and the weight $w$ of
# a smooth base function, $b(x) = x / (1 + e^{-x})$:
#
# $$\phi(x) = \sum_j c_j B_j(x) + w\, b(x).$$
#
# **Predict:** how many numbers does the network learn? And how many of the eight bumps are not zero
# at $x = 0.1$?


# %%
def in_the_library(net):
    layers = [{"knots": layer.t, "coef": layer.c, "w_base": layer.w} for layer in net]
    return kn.KAN.from_arrays(layers, degree=k)


fresh = minimal.random_network([2, 1, 1], G, k, rng)
kn.plot(in_the_library(fresh), x, **LABELS).savefig("build/00_fresh.png")
theta = minimal.parameters(fresh)
B, _ = minimal.bspline_basis(np.full((1, 2), 0.1), fresh[0].t, k)  # (1, 2, G+k)
print("1. Draw one")
print(f"   3 edges, each with {G} + {k} bumps and 1 weight: {theta.size} numbers")
print("   the bumps at x = 0.1:" + "".join(f"{value:8.4f}" for value in B[0, 0]))
print(f"   they add up to {B[0, 0].sum():.4f}\n")
assert theta.size == 3 * (G + k + 1) == 27
np.testing.assert_allclose(B[0, 0], [0, 0, 0.0026, 0.3151, 0.6120, 0.0703, 0, 0], atol=5e-5)
assert np.count_nonzero(B[0, 0]) == k + 1
assert abs(B[0, 0].sum() - 1.0) < 1e-14

# %% [markdown]
# It is 27, and always $k + 1$ bumps, here four, that add up to 1 on the grid. So a number $c_j$
# moves its curve in one small place only, which makes splines easy to train (lesson 2). The picture
# 00_fresh.png has the inputs at the bottom, the output at the top, and a frame for each edge.
#
# ## 2. Train one
#
# The error is the mean square of what is missing, $L = \frac1N \sum_n (f(x_n) - f_n)^2$. Training
# asks for the slope of $L$ in every number: `minimal.backward` carries slopes back through the
# network by the chain rule. Check one of the 27: move it a little both ways, and look at $L$.

# %%
y, caches = minimal.forward(fresh, x)
_, dtheta = minimal.backward(fresh, 2.0 * (y - target) / len(x), caches)  # (27,)
move = 1e-6 * np.eye(27)[4]
shifted = [minimal.with_parameters(fresh, moved) for moved in (theta + move, theta - move)]
up, down = (np.mean((minimal.forward(net, x)[0] - target) ** 2) for net in shifted)
measured = (up - down) / 2e-6
print("2. Train one")
print(f"   slope of L in number 4: backward {dtheta[4]:.6f}, measured {measured:.6f}")
np.testing.assert_allclose(dtheta[4], measured, rtol=1e-5)

# %% [markdown]
# Now follow the slopes downhill, a thousand steps. `minimal.train` does it with Adam, which finds a
# length of step for every number.
#
# **Predict:** the values lie between 0.4 and 7. How large is the error then: 1, 0.1 or 0.0001?

# %%
trained, losses = minimal.train(fresh, x, target, steps=1000)
net = in_the_library(trained)
better = kn.fit(net, x, target, steps=30, adapt_at=[0], refine_at={15: 2 * G}).network
print(f"   error before training                 {np.sqrt(losses[0]):.4f}")
print(f"   after {len(losses)} steps of Adam              {rmse(net):.4f}   (minimal.py)")
print(f"   after 30 steps of kn.fit on top       {rmse(better):.4f}   (the library)\n")
np.testing.assert_allclose(net(x_test), minimal.forward(trained, x_test)[0], atol=1e-13)
assert rmse(better) < 1e-3 < 0.05 < rmse(net) < 0.15 < 1.0 < losses[0]

# %% [markdown]
# About 0.1. The page and the library agree to 13 digits. The library also has better ways downhill
# (lesson 7), puts the grids where the data are, and makes them finer (lesson 8): thirty steps of
# that divide the error by more than a hundred.
#
# ## 3. Look at its edges
#
# **Predict:** which three functions will you see?

# %%
grid = np.tile(np.linspace(-1.0, 1.0, 201)[:, None], 2)  # (201, 2)
first, last = in_the_library(fresh).layers[0], better.layers[0]
figure, ax = plt.subplots(figsize=(8, 4.5))
ax.plot(grid[:, 0], last.coef[0, 0] * last.basis(grid)[:, 0], color=GRAY, lw=1)
ax.plot([], [], color=GRAY, lw=1, label=r"its bumps $c_j B_j$")
ax.plot(grid[:, 0], last.w_base[0, 0] * last.base(grid[:, 0]), "k:", label=r"its base $w\, b$")
ax.plot(grid[:, 0], first.edges(grid)[:, 0, 0], "--", color=ORANGE, lw=2, label="random")
ax.plot(grid[:, 0], last.edges(grid)[:, 0, 0], color=BLUE, lw=3, label="trained")
ax.set(xlabel="$x$", ylabel=r"$\phi_1(x)$")
ax.grid(alpha=0.3)
ax.legend()
figure.savefig("build/00_edge.png")

print("3. Look at its edges: the nearest functions c f(a x + b) + d")
edges = {"from x": (0, 0, 0), "from y": (0, 0, 1), "to f": (1, 0, 0)}
nearest = [kn.suggest_symbolic(better, x, *place)[0] for place in edges.values()]
for name, found in zip(edges, nearest, strict=True):
    print(f"   {name:7} {found.symbol.name:4} error {found.error:.0e}")
print(f"   a of the sine is {nearest[0].affine[0]:.3f}\n")
assert [found.symbol.name for found in nearest] == ["sin", "x^2", "exp"]
assert abs(nearest[0].affine[0] - np.pi) < 5e-4
assert max(found.error for found in nearest) < 5e-4

# %% [markdown]
# A sine with $a = \pi$, a parabola, an exponential function: the network has found how the unknown
# function is composed.
#
# ## 4. Read the formula off
#
# Make the edges these functions, train the few numbers that are left, and write the network down.
#
# **Predict:** the samples end at 1. How do the splines and the formula answer at (2.25, 1.5)?

# %%
named = kn.symbolify(better, x, target)
formula = kn.formula(named, ["x", "y"], x=x, y=target)
far = np.array([[2.25, 1.5]])
spline, text, truth = better(far)[0, 0], formula(far)[0, 0], unknown(*far[0])
print("4. Read the formula off")
print(f"   f(x, y) = {formula}, error {rmse(formula):.0e}")
print(f"   at (2.25, 1.5): splines {spline:.1f}, formula {text:.1f}, truth {truth:.1f}")
assert str(formula) == "exp(sin(pi*x) + y**2)"
assert rmse(formula) < 1e-14
assert abs(text - truth) < 1e-12 < 3.0 < abs(spline - truth)

# %%
figure, axes = plt.subplots(1, 3, figsize=(9, 5))
titles = ["random curves", "trained", str(formula)]
for ax, title, net in zip(axes, titles, [in_the_library(fresh), better, named], strict=True):
    kn.plot(net, x, **LABELS).savefig(picture := BytesIO(), dpi=300)
    picture.seek(0)
    ax.imshow(plt.imread(picture))
    ax.set_title(title)
    ax.axis("off")
figure.savefig("build/00_kan.png")

# %% [markdown]
# Outside the samples splines know nothing, and a formula is right if there is one (lesson 14: often
# there is none). That one node in the middle is enough, we had to know: lesson 9 starts with five
# and lets the network find out.
#
# ## On your own
#
# 1. *Easy.* Train [2, 5, 1] with `minimal.train`. How close does it come? Can you read the curves?
# 2. *Medium.* Close `minimal.py`, and write `Layer.backward` from memory. Lesson 5 derives it.
# 3. *Open.* Find a function of two variables that three such curves cannot give. What comes out?
