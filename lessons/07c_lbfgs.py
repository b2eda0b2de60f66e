# %% [markdown]
# # Lesson 07c: L-BFGS
#
# **Question.** How much can one know about curvature, if all one ever sees are gradients?
#
# **You will learn:**
# - to derive the two loops of L-BFGS from one formula;
# - to write a line search, and why the method needs one;
# - to help the method by measuring every parameter in its own unit.
#
# **You need:** 07a (gradient descent), matrix products by hand.
#
# **Time:** 20 minutes to read, 6 seconds to run.

# %%
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, ORANGE, show, table

import kan_numpy as kn

data = kn.datasets.toy("exp_sin", rng=0)
net = kn.KAN([2, 5, 1], grid_size=10, degree=3, rng=0)
problem, start = kn.Objective(net, data.x_train[:500], data.y_train[:500]), net.theta

# %% [markdown]
# ## 1. Curvature from two gradients
#
# Newton's step is $-H^{-1} g$, with the matrix $H$ of second derivatives. It has $P^2$ entries. In
# one dimension one would guess the second derivative from two gradients, as $y / s$ with
# $s = \theta' - \theta$ and $y = g' - g$. In $P$ dimensions every step gives such a pair. A guess
# $K$ of the *inverse* should send $y$ to $s$, for that is what $H^{-1}$ does if $H$ is constant.
# BFGS changes the old guess as little as a new pair demands:
#
# $$K' = V^T K\, V + \frac{s s^T}{s \cdot y}, \qquad V = I - \frac{y s^T}{s \cdot y},
#   \qquad \text{so that } V y = 0 \text{ and } K' y = s.$$
#
# $K$ is a large matrix. The L is for *limited memory*: keep the last pairs and apply $K'$ to a
# vector $g$ without ever forming it. Read the formula from the right, with
# $\alpha = s \cdot g / s \cdot y$:
#
# $$q = V g = g - \alpha y, \qquad z = K q, \qquad
#   K' g = V^T z + \alpha s = z + (\alpha - \beta)\, s, \quad \beta = \frac{y \cdot z}{s \cdot y}.$$
#
# For $K q$ do the same with the pair before. So $q$ walks from the newest pair to the oldest, then
# meets the first guess $K_0 = \gamma I$, and $z$ walks back: two loops.
# $\gamma = s \cdot y / y \cdot y$ of the newest pair gives the first guess the right size.
#
# **Predict:** how many products of two vectors does that take for $m$ pairs, and how many products
# of numbers a product with the matrix $K$?


# %%
def two_loop(g, pairs, d=1.0):
    """Return K g; pairs (s, y) from the oldest to the newest. Section 3 tells what d is."""
    q, alphas = g, []
    for s, y in reversed(pairs):
        alpha = (s @ q) / (s @ y)
        q = q - alpha * y
        alphas.append(alpha)
    s, y = pairs[-1] if pairs else (g, g * d)
    z = (s @ y) / (y @ (y / d)) * (q / d)
    for (s, y), alpha in zip(pairs, reversed(alphas), strict=True):
        beta = (y @ z) / (s @ y)
        z = z + (alpha - beta) * s
    return z


method, states = kn.LBFGS(scaled=False), []
states.append(method.start(problem, start))
for _ in range(6):
    states.append(method.step(problem, states[-1]))
*path, after = states
pairs = [(b.theta - a.theta, b.gradient - a.gradient) for a, b in pairwise(path)]
s, y = pairs[-1]
K = (s @ y) / (y @ y) * np.eye(net.size)
for s, y in pairs:
    V = np.eye(net.size) - np.outer(y, s) / (s @ y)
    K = V.T @ K @ V + np.outer(s, s) / (s @ y)
g = path[-1].gradient
np.testing.assert_allclose(K @ y, s, atol=1e-11)
np.testing.assert_allclose(two_loop(g, pairs), K @ g, rtol=1e-8, atol=1e-11)
move, direction = after.theta - path[-1].theta, -two_loop(g, pairs)
length = (move @ direction) / (direction @ direction)
print(
    f"1. After five pairs, step 6 of the library is {length:.3f} times the direction of two loops\n"
)
np.testing.assert_allclose(move, length * direction, atol=1e-9 * np.linalg.norm(move))

# %% [markdown]
# **Answer:** four for each pair (two, if $s \cdot y$ is kept) and two sums, so at most $6 m P$
# products of numbers, instead of $P^2$ and a matrix.
#
# ## 2. How far? A line search
#
# Along the direction $p$ let $\varphi(a) = L(\theta + a p)$. A step is long enough to be safe and
# short enough to be useful if it satisfies the *Wolfe conditions*
#
# $$\varphi(a) \le \varphi(0) + 10^{-4} a\, \varphi'(0), \qquad \varphi'(a) \ge 0.9\, \varphi'(0):$$
#
# the loss falls, and the slope has become flatter. The first one fails if $a$ is too large, the
# second if it is too small. So double $a$ until an interval is known, then halve the interval.


# %%
def line_search(fun, theta, loss, g, p, a):
    """Return a step, the loss and the gradient there, and the number of evaluations."""
    low, high, used, slope = 0.0, np.inf, 0, g @ p
    while True:
        loss_there, g_there = fun(theta + a * p)
        used += 1
        if not loss_there <= loss + 1e-4 * a * slope:
            high = a
        elif g_there @ p < 0.9 * slope:
            low = a
        else:
            return a, loss_there, g_there, used
        a = 2.0 * low if high == np.inf else 0.5 * (low + high)


def lbfgs(fun, theta, steps, d=1.0):
    """Return the losses and the numbers of evaluations, before every step."""
    (loss, g), pairs, used = fun(theta), [], 1
    history = [(used, loss)]
    for _ in range(steps):
        p = -two_loop(g, pairs, d)
        first = 1.0 if pairs else 1.0 / max(1.0, np.sqrt(-g @ p))  # with d = 1 no longer than 1
        a, loss, g_there, more = line_search(fun, theta, loss, g, p, first)
        theta, pairs = theta + a * p, [*pairs, (a * p, g_there - g)]
        g, used = g_there, used + more
        history.append((used, loss))
    return np.array(history).T


# %% [markdown]
# The second condition does more than save time: $(g' - g) \cdot p \ge -0.1\, g \cdot p > 0$, so
# $s \cdot y > 0$ for every pair.
#
# **Common mistake:** $-K g$ points downhill, whatever the pairs are.

# %%
s, y = np.array([1.0, 0.0]), np.array([-1.0, 0.5])  # the gradient along s has become steeper
assert s @ y < 0
g_now = y  # a gradient, for which K g = s
p = -two_loop(g_now, [(s, y)])
np.testing.assert_allclose(p, -s)
assert g_now @ p > 0  # uphill

# %% [markdown]
# With $s \cdot y < 0$ the guess says that $L$ curves downward along $s$, and Newton's step then
# leads up to a maximum. If all $s \cdot y > 0$, then $K$ is positive definite, and
# $-g \cdot K g < 0$.
#
# ## 3. Better units
#
# In all directions that no pair has seen, the first guess remains: a multiple of the identity, one
# length for all parameters. But a parameter is multiplied by a feature, $B_j$ or $b$. Let $d$ be
# the mean square of that feature over the samples. A bump that few samples reach has a small $d$,
# and needs a long step for the same effect. So guess $K_0 = \gamma\, \mathrm{diag}(1 / d)$, with
# $\gamma = s \cdot y / y \cdot (y / d)$. It is what `kn.LBFGS` does unless told otherwise.
#
# **Predict:** how much does one division per parameter save?

# %%
print("3. Loss after 200 steps, for three starting networks")
figure, ax = plt.subplots(figsize=(10, 4.6))
rows = []
for seed, style in enumerate(("-", "--", ":")):
    other = kn.KAN([2, 5, 1], grid_size=10, degree=3, rng=seed)
    task = problem.on(other)
    plain = lbfgs(task.fun, other.theta, 200)
    scaled = lbfgs(task.fun, other.theta, 200, task.diagonal_scaling(other.theta))
    rows.append(
        (f"network {seed}", float(plain[1, -1]), float(scaled[1, -1]), f"{scaled[0, -1]:.0f}")
    )
    ax.semilogy(*plain, ls=style, color=ORANGE, lw=1.5, label=f"$d = 1$, network {seed}")
    ax.semilogy(*scaled, ls=style, color=BLUE, lw=3, label=f"own units, network {seed}")
    assert scaled[1, 10] > plain[1, 10]
    assert plain[1, -1] > 2 * scaled[1, -1]
    assert scaled[0, -1] < 1.1 * 200
table(["", "d = 1", "own units", "evaluations"], rows)
library = kn.train(task, kn.LBFGS(), steps=200).history
assert 0.3 < library["train_loss"][-1] / scaled[1, -1] < 3
ax.set(xlabel="evaluations of the loss", ylabel="loss $L$")
ax.legend(ncols=2)
show(
    figure,
    "07c_units",
    "Loss against evaluations for three networks: the thick curves, in own units, begin above the"
    " thin ones and end below them.",
)

# %% [markdown]
# **Answer:** in the first ten steps nothing; it even loses. After 200 the loss is less than half as
# large in all three. And most steps take one evaluation: Newton's step, $a = 1$, is accepted at
# once.
#
# ## On your own
#
# Close this file and write the two loops from memory: `make exercise N=7.2`.
#
# *Open.* Newton's method squares its error at every step. Does L-BFGS? Plot the loss on a quadratic
# function of ten parameters.
#
# ## Further reading
#
# - J. Nocedal, S. Wright, *Numerical Optimization*, Springer, 2006: chapters 3, 6 and 7.
