# %% [markdown]
# # Lesson 09d: From a formula to a network
#
# **Question.** A formula is known, but not quite right. What does it help to make it a network?
#
# **You will learn:**
# - to write a formula as sums, products and functions of one variable;
# - to test which inputs of a function belong together;
# - to train the constants of a formula, and to tie edges that must be the same.
#
# **You need:** 04a (a layer), 05b (the chain), 09c (a formula with a certificate).
#
# **Time:** 15 minutes to read, 4 seconds to run.

# %%
import numpy as np
from _page import show, table

import kan_numpy as kn

rng = np.random.default_rng(0)


def rms(values):
    return float(np.sqrt(np.mean(np.square(values))))


# %% [markdown]
# ## 1. Read it from the outside
#
# Take the pressure of a gas by van der Waals, with temperature T and volume V in suitable units:
#
# $$p = \frac{T}{V - 0.12} - \frac{0.36}{V^2}.$$
#
# The last thing that one does is a sum of two terms. The first term is a product of two factors, T
# and $1 / (V - 0.12)$, the second a function of V alone. That is already a network: every factor
# and every term is a function of one variable. A level is a list of nodes, each with its operation
# and its edges, (source, function):


# %%
def run(levels, x):
    """Evaluate levels of nodes (operation, edges) at x (N, n_in)."""
    for level in levels:
        nodes = [op([f(x[:, i]) for i, f in edges], axis=0) for op, edges in level]
        x = np.stack(nodes, axis=1)  # (N, n_out)
    return x


def same(u):
    return u


gas = [
    [(np.sum, [(1, lambda V: V**-2)]), (np.prod, [(0, same), (1, lambda V: 1 / (V - 0.12))])],
    [(np.sum, [(0, lambda u: -0.36 * u), (1, same)])],
]
TEXT, NAMES, RANGE = "T/(V - 0.12) - 0.36/V**2", ["T", "V"], [(1, 2), (0.8, 3)]
x, x_test = rng.uniform(*np.transpose(RANGE), (2, 300, 2))
y, y_test = run(gas, x), run(gas, x_test)  # (300, 1)
network = kn.from_formula(TEXT, NAMES, grid_range=RANGE)
print(f"1. {TEXT}: {network}")
print(f"   by hand and by kn.from_formula the same up to {np.abs(network(x) - y).max():.0e}\n")
np.testing.assert_allclose(network(x), y, rtol=1e-12)
assert network.shape == [2, (1, 1), 1]
figure = kn.plot(network, x, inputs=["$T$", "$V$"], outputs=["$p$"], beta=1000)
show(figure, "09d_gas", "T and V meet in a product; V alone goes to a sum; both are added to p.")

# %% [markdown]
# A sum costs nothing, a function of one variable is an edge, a product is a node of its own:
# (1, 1) says one sum and one product. `kn.from_formula` names every edge by a symbol,
# $c\, f(a u + b) + d$, and its four numbers can be trained. (It passes V on, and squares it later.)
#
# ## 2. Which inputs belong together?
#
# A function is a sum $g(x_i) + h(x_j)$ if and only if its mixed derivative is zero everywhere:
#
# $$\frac{\partial^2 f}{\partial x_i \partial x_j} = 0, \quad\text{nearly}\quad
#   \frac{f_{++} - f_{+-} - f_{-+} + f_{--}}{4 h^2}, \quad f_{\pm\pm} = f(x_i \pm h, x_j \pm h).$$
#
# It is a product of a function of $x_i$ and one of $x_j$ if the same holds for $\log |f|$. And it
# depends on $x_1$ and $x_2$ through one combination, $F(h(x_1, x_2), x_3)$, if the direction of its
# gradient in the plane of $x_1, x_2$, which is that of $\nabla h$, does not turn with $x_3$.
#
# **Predict:** which inputs of $e^{xy} + \sin z$ can be separated by a sum, and which have one
# combination?

# %%
puzzle = kn.from_formula("exp(x*y) + sin(z)", ["x", "y", "z"])
cube, h = rng.uniform(-1, 1, (500, 3)), 1e-3


def mixed(f, x, i, j):
    """Return the mixed derivative by inputs i and j at x (N, n_in)."""
    e_i, e_j = h * np.eye(x.shape[1])[[i, j]]
    corners = f(x + e_i + e_j) - f(x + e_i - e_j) - f(x - e_i + e_j) + f(x - e_i - e_j)
    return corners / (4 * h**2)


sizes = {pair: np.abs(mixed(puzzle, cube, *pair)).mean() for pair in ((0, 1), (0, 2), (1, 2))}
by_hand = {
    (i, j): size * cube[:, i].std() * cube[:, j].std() / puzzle(cube).std()
    for (i, j), size in sizes.items()
}
found = kn.additive_groups(puzzle, cube)
print("2. Which inputs belong together? Mixed derivatives in units of the spread")
print("   " + ", ".join(f"{pair}: {score:.0e}" for pair, score in by_hand.items()))
print("   kn.additive_groups: " + str(found).splitlines()[0])
print("   kn.symmetry: " + str(kn.symmetry(puzzle, cube, [0, 1])).splitlines()[0] + "\n")
np.testing.assert_allclose([found.scores[p] for p in by_hand], [*by_hand.values()], atol=1e-4)
assert found.groups == ((0, 1), (2,))
assert kn.symmetry(puzzle, cube, [0, 1]).holds
assert not kn.symmetry(puzzle, cube, [0, 2]).holds

# %% [markdown]
# **Answer:** z from the others, and x with y. A network that was trained on samples answers the
# same questions, up to its error, and so tells which formula to look for.
#
# ## 3. A formula that is not quite right
#
# Someone gives us the two constants of the gas as 0.05 and 0.1, and 300 samples of the true one.
#
# **Predict:** what error is left when the constants have been trained?

# %%
wrong = kn.from_formula("T/(V - 0.05) - 0.1/V**2", NAMES, grid_range=RANGE)
right = kn.fit(wrong, x, y, steps=60).network
splines = kn.KAN([2, 5, 1], rng=0)
splines = kn.fit(splines, x, y, steps=60, adapt_at=(5,)).network
print("3. A formula that is not quite right")
nets = {"given": wrong, "trained": right, "KAN [2, 5, 1]": splines}
rows = [[name, str(net.size), rms(net(x_test) - y_test)] for name, net in nets.items()]
table(["", "parameters", "test RMSE"], rows)
law = kn.formula(right, NAMES, x=x, y=y)
print(f"   the trained network says: {law}")
assert rms(wrong(x_test) - y_test) > 0.05
assert rms(right(x_test) - y_test) < 1e-12 < 1e-5 < rms(splines(x_test) - y_test)
assert str(law) == "T/(V - 0.12) - 0.36/V**2"

# %% [markdown]
# **Answer:** None. Where the form is known, a few numbers are trained instead of many, and the
# error is that of rounding. The form is the knowledge.
#
# **Common mistake:** "Then any formula will do, and training finds the constants."

# %%
ideal = kn.fit(kn.from_formula("T/V", NAMES, grid_range=RANGE), x, y, steps=60).network
print(f"   T/V, the ideal gas, trained: {kn.formula(ideal, NAMES).round(2)}", end=", ")
print(f"test RMSE {rms(ideal(x_test) - y_test):.0e}\n")
assert rms(ideal(x_test) - y_test) > 1e-3
assert ideal.layers[0].symbols[1].affine[1] / ideal.layers[0].symbols[1].affine[0] > 0

# %% [markdown]
# A term is missing, and the constants bend to make up for it: the volume of the molecules comes out
# with the wrong sign. An error that stays says that the form is wrong. It does not say where.
#
# ## 4. Edges that must be the same
#
# Sometimes one knows no formula, but a symmetry. If $f(x, y) = f(y, x)$, take one function for both
# inputs, $\Phi(\phi(x) + \phi(y))$. A parameter that stands in two places has the sum of both
# derivatives as its own: this is the chain rule for $\theta \to (\theta, \theta)$.
#
# **Predict:** with 20 samples only, what does it help to know the symmetry?


# %%
def symmetric(x):
    return np.exp(np.sin(2 * x).sum(axis=1, keepdims=True))


errors = {"free": [], "tied": []}
for seed in range(5):
    draw = np.random.default_rng(seed)
    few, many = draw.uniform(-1, 1, (20, 2)), draw.uniform(-1, 1, (1000, 2))
    free = kn.KAN([2, 1, 1], grid_size=5, rng=seed)
    tied = kn.lock(free, layer=0, edges=[(0, 0), (0, 1)])
    for name, net in (("free", free), ("tied", tied)):
        trained = kn.fit(net, few, symmetric(few), steps=40).network
        errors[name].append(rms(trained(many) - symmetric(many)))
apart = kn.unlock(tied, layer=0)  # the same function, with parameters for each edge
_, gradient = kn.Objective(tied, few, symmetric(few)).fun(tied.theta)
_, parts = kn.Objective(apart, few, symmetric(few)).fun(apart.theta)
coef_x, coef_y, w_x, w_y = np.split(parts[:18], [8, 16, 17])  # theta: all c, then all w
np.testing.assert_allclose(gradient[:9], [*(coef_x + coef_y), *(w_x + w_y)], rtol=1e-9)
print(f"4. Edges that must be the same: {free.size} and {tied.size} parameters, 20 samples")
print("   test RMSE, five draws:")
table(["", *map(str, range(5))], [[name, *values] for name, values in errors.items()])
assert max(errors["tied"]) < 0.02
assert np.min(np.array(errors["free"]) / errors["tied"]) > 10

# %% [markdown]
# **Answer:** More than a factor of ten in each draw. Every sample teaches both edges.
#
# ## On your own
#
# Close this file, and find by hand the five numbers of a formula whose network has twelve:
# `make exercise N=9.3`.
#
# 1. Write $x y z$ and $1 / (x + y)$ as levels of nodes. How many levels does each need?
# 2. (open) Train a network of splines on samples of the gas, and ask it the questions of section 2
#    with a threshold. Do they lead you to the formula?
#
# ## Further reading
#
# - Z. Liu et al., *KAN 2.0: Kolmogorov-Arnold Networks Meet Science*, arXiv 2408.10205: formulas
#   compiled to networks, nodes that multiply, tests of symmetry and separability.
# - S.-M. Udrescu et al., *AI Feynman 2.0*, arXiv 2006.10782: more tests of structure.
