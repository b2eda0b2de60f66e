# %% [markdown]
# # Lesson 00: A KAN in ten minutes
#
# **Question.** What is a Kolmogorov-Arnold network, and how do 500 samples become a formula?
#
# **You will learn:**
# - to read such a network as a picture: a curve on every edge, a sum at every node;
# - to train one with a page of NumPy, `kan_numpy/minimal.py`, and to write down what it found.
#
# **You need:** a little NumPy, and what a derivative is.
#
# **Time:** 10 minutes to read, 12 seconds to run.

# %%
from io import BytesIO

import matplotlib.pyplot as plt
import numpy as np
from _page import show

import kan_numpy as kn
from kan_numpy import minimal

G, k = 5, 3  # intervals of each grid, degree of the splines
NAMES = {"inputs": ["$x$", "$y$"], "outputs": ["$f$"]}
rng = np.random.default_rng(1)


def unknown(x, y):
    return np.exp(np.sin(np.pi * x) + y**2)


x, x_test = rng.uniform(-1.0, 1.0, (2, 500, 2))
target = unknown(*x.T)[:, None]  # (500, 1)


def rmse(f):
    return float(np.sqrt(np.mean((f(x_test)[:, 0] - unknown(*x_test.T)) ** 2)))


# %% [markdown]
# Imagine that you cannot see the function in the cell above, only its values at 500 places.
#
# ## 1. Draw one
#
# In a usual network an edge multiplies by a number, and a node bends the sum by a fixed function.
# In a KAN an edge carries a function of one variable, which is learned, and a node only adds. A
# network [2, 1, 1] has two inputs, one node in the middle, one output, and three edges:
#
# $$f(x, y) = \Phi\big(\phi_1(x) + \phi_2(y)\big).$$
#
# Each is a *spline*, a sum of bumps $B_j$ of fixed shape, and a multiple of a smooth function b. On
# five intervals there are 5 + 3 bumps of degree 3. What is learned is how high each one stands,
# $c_j$, and the weight $w$:
#
# $$\phi(x) = \sum_j c_j B_j(x) + w\, b(x), \qquad b(x) = x / (1 + e^{-x}).$$
#
# **Predict:** how many numbers does the network learn? How many of the eight bumps are not zero at
# x = 0.1?


# %%
def in_the_library(net):
    layers = [{"knots": layer.t, "coef": layer.c, "w_base": layer.w} for layer in net]
    return kn.KAN.from_arrays(layers, degree=k)


fresh = minimal.random_network([2, 1, 1], G, k, rng)
B, _ = minimal.bspline_basis(np.full((1, 2), 0.1), fresh[0].t, k)  # (1, 2, G+k)
print(f"1. Numbers to learn: {minimal.parameters(fresh).size}; bumps at 0.1: {B[0, 0].round(3)}")
assert minimal.parameters(fresh).size == 3 * (G + k + 1) == 27
assert np.count_nonzero(B[0, 0]) == k + 1
picture = kn.plot(in_the_library(fresh), x, **NAMES)
show(picture, "00_fresh", "Three edges with random curves, not yet trained.")

# %% [markdown]
# **Answer:** 27, and always k + 1 bumps, here four: a number $c_j$ moves its curve in one small
# place only, which makes splines easy to train. In the picture the inputs are at the bottom.
#
# ## 2. Train one
#
# The loss is the mean square of what is missing, and the error is its root. `minimal.train` follows
# the slope of the loss downhill in all 27 numbers, a thousand steps, and finds a length of step for
# each.
#
# **Predict:** the values lie between 0.4 and 7.1. How large is the error then: 1, 0.1 or 0.0001?

# %%
trained, losses = minimal.train(fresh, x, target, steps=1000)
net = in_the_library(trained)
better = kn.fit(net, x, target, steps=30, adapt_at=[0], refine_at={15: 2 * G}).network
print(f"2. Error before {np.sqrt(losses[0]):.2f}, after 1000 steps {rmse(net):.2f}", end="")
print(f", after 30 steps of kn.fit on top {rmse(better):.4f}")
assert [round(float(end), 1) for end in (target.min(), target.max())] == [0.4, 7.1]
assert rmse(better) < 1e-3 < 0.05 < rmse(net) < 0.15 < 1.0 < np.sqrt(losses[0])

# %% [markdown]
# **Answer:** about 0.1. The library has better ways downhill (lesson 07b) and makes grids finer
# (lesson 08b): thirty steps of that divide the error by more than a hundred.
#
# ## 3. Read it
#
# **Predict:** which three functions are on the edges now?

# %%
named = kn.symbolify(better, x, target)
first, last = ({edge.inp: edge.symbol.name for edge in layer.symbols} for layer in named.layers)
print(f"3. On the edges: {first[0]} from x, {first[1]} from y, {last[0]} to f")
assert (first, last) == ({0: "sin", 1: "x^2"}, {0: "exp"})
formula = kn.formula(named, ["x", "y"], x=x, y=target)
print(f"   f(x, y) = {formula}, error {rmse(formula):.0e}")
assert str(formula) == "exp(sin(pi*x) + y**2)"
assert rmse(formula) < 1e-14

figure, axes = plt.subplots(1, 3, figsize=(9, 5))
nets = {"random": in_the_library(fresh), "trained": better, str(formula): named}
for ax, (title, net) in zip(axes, nets.items(), strict=True):
    kn.plot(net, x, **NAMES).savefig(picture := BytesIO(), dpi=300)
    ax.imshow(plt.imread(BytesIO(picture.getvalue())))
    ax.set_title(title)
    ax.axis("off")
show(figure, "00_kan", "The network with random curves, after training, and with their names.")

# %% [markdown]
# **Answer:** a sine, a parabola and an exponential function. `kn.symbolify` finds the nearest known
# functions, makes them the edges, and trains the few numbers that are left; then the network is
# written down. That one node in the middle is enough, we had to know: lesson 09a lets the network
# find out.
#
# **Common mistake:** "a tiny error on new samples means that the network has found the function."

# %%
far = np.array([[2.25, 1.5]])  # the samples end at 1
spline, text, truth = better(far)[0, 0], formula(far)[0, 0], unknown(*far[0])
print(f"   at (2.25, 1.5): splines {spline:.1f}, formula {text:.1f}, truth {truth:.1f}")
assert abs(text - truth) < 1e-12 < 3.0 < abs(spline - truth)

# %% [markdown]
# Outside the samples splines know nothing. A formula is right there if there is one, and often
# there is none (lesson 14b).
#
# ## On your own
#
# Close this file and count the numbers of a network from memory: `make exercise N=4.2`. Then train
# [2, 5, 1] with `minimal.train`. How close does it come? Can you read the curves?
