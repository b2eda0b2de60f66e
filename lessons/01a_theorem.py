# %% [markdown]
# # Lesson 01a: One theorem, two readings
#
# **Question.** What does the Kolmogorov-Arnold theorem say, and what does it not?
#
# **You will learn:**
# - to write functions of two variables with sums and functions of one variable, exactly;
# - why this is always possible, and what makes the theorem difficult;
# - what a Kolmogorov-Arnold network takes over from the theorem, and what not.
#
# **You need:** functions of one variable.
#
# **Time:** 15 minutes to read, 5 seconds to run.

# %%
import matplotlib.pyplot as plt
import numpy as np
from _page import ORANGE, show, table

import kan_numpy as kn

rng = np.random.default_rng(1)
x, y = rng.uniform(0.0, 1.0, (2, 100_000))  # points of the unit square
x_axis, y_axis = np.meshgrid(*[np.linspace(0.0, 1.0, 201)] * 2)


def rms(values):
    return float(np.sqrt(np.mean(np.square(values))))


# %% [markdown]
# ## 1. A product without multiplying
#
# Suppose you may add, and apply functions of one variable. Can you multiply two numbers? Yes:
#
# $$xy = \tfrac14 (x + y)^2 - \tfrac14 (x - y)^2.$$
#
# Read it as a network of shape [2, 2, 1]: two inputs, two nodes $u = x + y$ and $v = x - y$, one
# output $u^2/4 - v^2/4$. Every edge carries a function of one variable, and a node does nothing but
# add. Such a network is a KAN. It has four *inner* functions of one number z, three times z and
# once -z, and two *outer* ones, $z^2/4$ and $-z^2/4$.
#
# **Predict:** find another network for the product of positive numbers, with a single node in the
# middle. And one for the distance $\sqrt{x^2 + y^2}$.


# %%
def network(inner, outer):
    """Return f(x, y) = sum_q outer_q(inner_q1(x) + inner_q2(y))."""
    return lambda x, y: sum(
        of_sum(of_x(x) + of_y(y)) for (of_x, of_y), of_sum in zip(inner, outer, strict=True)
    )


product = network(
    [(lambda z: z, lambda z: z), (lambda z: z, lambda z: -z)],
    [lambda z: z**2 / 4, lambda z: -(z**2) / 4],
)
by_logarithms = network([(np.log, np.log)], [np.exp])
distance = network([(np.square, np.square)], [np.sqrt])
errors = [product(x, y) - x * y, by_logarithms(x, y) - x * y, distance(x, y) - np.hypot(x, y)]
worst = [f"{np.abs(error).max():.0e}" for error in errors]
print(f"1. Largest errors: product {worst[0]} and {worst[1]}, distance {worst[2]}")
assert max(np.abs(error).max() for error in errors) < 1e-15

figure, axes = plt.subplots(1, 3, figsize=(12, 5), sharey=True)
parts = [(x_axis + y_axis) ** 2 / 4, -((x_axis - y_axis) ** 2) / 4, x_axis * y_axis]
titles = [r"$\frac{1}{4}(x + y)^2$", r"$-\frac{1}{4}(x - y)^2$", "their sum, $x y$"]
for ax, part, title in zip(axes, parts, titles, strict=True):
    lines = ax.contour(x_axis, y_axis, part, levels=np.arange(-0.25, 1.0, 0.05), colors="black")
    ax.clabel(lines, fontsize=10)
    ax.set(title=title, xlabel="$x$", aspect="equal")
axes[0].set_ylabel("$y$")
show(figure, "01a_ridges", "Contours of two ridges, straight lines, and of their sum, hyperbolas.")

# %% [markdown]
# **Answer:** $xy = \exp(\ln x + \ln y)$, and $\sqrt{x^2 + y^2}$ as it stands: networks of shape [2,
# 1, 1].
#
# ## 2. Without continuity it is trivial
#
# Was that luck? No: *every* function of two variables has the shape [2, 1, 1]. Take the digits
# $x = 0.x_1 x_2 x_3 \dots$ and $y = 0.y_1 y_2 y_3 \dots$, and weave them:
#
# $$\xi = 0.x_1 y_1 x_2 y_2 \dots = 0.x_1 0\, x_2 0 \dots + 0.0\, y_1 0\, y_2 \dots
#       = \varphi_1(x) + \varphi_2(y).$$
#
# From $\xi$ one can read x and y, so let $\Phi(\xi)$ be $f(x, y)$. Done, for whatever f. With k
# digits $\Phi$ is a table with $100^k$ entries.
#
# **Predict:** let $f = xy$ be stored at the middle of each little square. How large is the error
# with 1, 2 and 3 digits? Is $\Phi$ as smooth as f?


# %%
def spread(n, k):
    """Put a zero before each of k digits: 123 becomes 010203."""
    return sum(n // 10**r % 10 * 100**r for r in range(k))


def outer_table(f, k):
    d = np.arange(10**k)
    middle = (d + 0.5) / 10**k
    phi = np.empty(100**k)
    phi[10 * spread(d, k)[:, None] + spread(d, k)] = f(middle[:, None], middle)
    return phi


def woven(phi, k, x, y):
    n_x, n_y = ((10**k * number).astype(int) for number in (x, y))
    return phi[10 * spread(n_x, k) + spread(n_y, k)]  # one function of one sum


tables = {k: outer_table(np.multiply, k) for k in (1, 2, 3)}
missed = {k: rms(woven(phi, k, x, y) - x * y) for k, phi in tables.items()}
steps = {k: float(np.abs(np.diff(phi)).max()) for k, phi in tables.items()}
print("2. The table of xy")
table(
    ["digits", "entries", "rms error", "largest step between neighbors"],
    [[str(k), f"{phi.size:,}", missed[k], steps[k]] for k, phi in tables.items()],
)
assert all(missed[k] / missed[k + 1] > 9.8 for k in (1, 2))
np.testing.assert_allclose([10**k * missed[k] for k in missed], 1 / np.sqrt(18), rtol=0.01)
assert 0.895 < steps[3] < 0.9

figure, ax = plt.subplots(figsize=(9, 4.5))
ax.step(np.arange(100) / 100, tables[1], where="post", color="black", lw=2.5, label="one digit")
ax.step(np.arange(10_000) / 1e4, tables[2], where="post", color=ORANGE, lw=0.5, label="two digits")
ax.set(xlabel=r"$\xi$", ylabel=r"$\Phi(\xi)$")
ax.legend(loc="upper left")
show(figure, "01a_table", "The outer function of xy: a comb, whose teeth are finer combs again.")

# %% [markdown]
# **Answer:** at $(\delta, \epsilon)$ from the middle of a square about $x \epsilon + y \delta$ is
# missing. The mean of $\delta^2$ is $h^2/12$ if the side is h, and that of $x^2$ is 1/3, so the rms
# error is $h / \sqrt{18}$: ten times less with every digit, for a hundred times as many entries.
# And $\Phi$ jumps everywhere, by up to 0.9: where x goes on from 0.8999 to 0.9, y goes back from
# 0.999 to 0. A network of this shape says nothing about f: it is a table, an address a square.
#
# ## 3. What the theorem says
#
# With *continuous* functions the trick is impossible: no continuous $\xi$ gives every point of the
# square an address of its own. Yet Kolmogorov proved in 1957 that a few more nodes are enough
# (arXiv 2404.19756, eq. 2.1). Every continuous f on $[0, 1]^n$ has the shape [n, 2n + 1, 1]:
#
# $$f(x) = \sum_{q=1}^{2n+1} \Phi_q\Big( \sum_{p=1}^n \varphi_{q,p}(x_p) \Big),$$
#
# with continuous functions of one variable. And more: the *inner* functions $\varphi_{q,p}$ are the
# same for all f. Only the *outer* functions $\Phi_q$ know f. Lesson 01b carries it out, and finds
# combs again. Here is what the theorem does not say:
#
# - that the functions are smooth: with continuously differentiable inner functions, fixed for all
#   f, it is false (Vitushkin and Henkin, 1964);
# - that they can be learned from samples, or in how many steps;
# - that five nodes are *needed*: section 1 had two, and one.
#
# What it teaches: of all functions of two variables, addition is the only one that is needed.
#
# ## 4. The second reading
#
# Kolmogorov-Arnold networks take the *shape* from the theorem, and leave the construction:
#
# | | the theorem | a KAN |
# |---|---|---|
# | inner functions | fixed, the same for every f | smooth splines, learned from data |
# | outer functions | made for f, combs | smooth splines, learned from data |
# | shape | [n, 2n + 1, 1] | any widths, any number of layers |
# | good for | every continuous f | an f with a smooth form of that shape |
#
# Here `kn.fit` is a black box that gets 1000 samples; lessons 02a to 08c open it.
#
# **Predict:** which is the better fit: [2, 2, 1] to $xy$, or [2, 5, 1], the shape of the theorem,
# to a sum of 40 waves in all directions?
#
# **Common mistake:** "the theorem explains why KANs work."

# %%
samples, tests = rng.uniform(0.0, 1.0, (2, 1000, 2))
directions = rng.uniform(-30.0, 30.0, (2, 40))


def waves(x, y):
    return np.sin(np.stack([x, y], axis=-1) @ directions).mean(axis=-1)


def fitted(widths, f):
    start = kn.KAN(widths, grid_size=10, rng=1)
    net = kn.fit(start, samples, f(*samples.T)[:, None], steps=20, progress=False).network
    return rms(net(tests)[:, 0] - f(*tests.T)) / float(np.std(f(*tests.T)))  # over the spread


product_error, waves_error = fitted([2, 2, 1], np.multiply), fitted([2, 5, 1], waves)
print("4. Error over spread of KANs fitted to 1000 samples")
print(f"   x y, [2, 2, 1]: {product_error:.0e}; waves, [2, 5, 1]: {waves_error:.2f}")
assert product_error < 5e-4 < 0.3 < waves_error

# %% [markdown]
# **Answer:** the product, with fewer nodes. The theorem promises an exact network of five nodes for
# the waves, and training does not come near it. For $xy$ it finds a smooth form, which the theorem
# does not promise. How well a KAN learns depends on f.
#
# ## On your own
#
# Close this file and write $\max(x, y)$ as an exact network from memory: `make exercise N=1.1`.
# (Splines of degree 1 are broken lines.)
#
# 1. Which functions of *three* variables have the shape [3, 1, 1]? Can xyz be among them?
# 2. Weave in base 2 instead of 10. What changes in the table of section 2?
#
# ## Further reading
#
# - A. N. Kolmogorov, *On the representation of continuous functions of many variables by
#   superposition of continuous functions of one variable and addition*, Doklady 114, 1957.
# - Z. Liu et al., *KAN: Kolmogorov-Arnold Networks*, arXiv 2404.19756, section 2.
