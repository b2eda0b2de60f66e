# %% [markdown]
# # Lesson 07e: Row by row (optional)
#
# **Question.** Can a KAN be trained one sample at a time, without a rate to tune? Is it worth it?
#
# **You will learn:**
# - to solve equations by projection (Kaczmarz, 1937), and to train with it, one sample a step;
# - to compare methods by passes over the data.
#
# **You need:** 05a (backward), 07b (Gauss-Newton), 07d (the race).
#
# **Time:** 20 minutes to read, 8 seconds to run.

# %%
import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GRAY, ORANGE, show, table

import kan_numpy as kn

G, k, HIDDEN, R = 5, 3, 5, 3.0  # intervals, degree, hidden nodes with the grid [-R, R]
PASSES, STYLES = 15, ("s-", "^-.", "x-", "o--", "v:")

# %% [markdown]
# ## 1. Projections
#
# One linear equation $a \cdot \theta = b$ is a hyperplane. The nearest point on it, from $\theta$,
# is reached along its normal $a$: from $a \cdot (\theta + \gamma a) = b$ follows
# $\gamma = (b - a \cdot \theta) / a \cdot a$, so
#
# $$\theta \leftarrow \theta + \mu\, \frac{b - a \cdot \theta}{a \cdot a}\, a, \qquad \mu = 1.$$
#
# *Kaczmarz's method* takes one equation after the other, round and round. If they have a common
# solution, every projection comes closer to it (Pythagoras), or stays. With $0 < \mu < 2$ one goes
# a part of the way, or too far. A sample of a network is an equation too, $y(x_n; \theta) = y^*_n$.
# It is not linear, so linearize it where one stands, as in lesson 07b: $a$ is the row $n$ of the
# Jacobian of $y$. That is *Newton-Kaczmarz*, with which Poluektov and Polar train their KANs
# (OpenKAN): Gauss-Newton with one row. It needs no matrix.


# %%
def project(theta, a, b, mu):
    return theta + mu * (b - a @ theta) / (a @ a) * a


A = np.array([[1.0, -0.2], [1.0, 1.0], [0.2, 1.0]])
sides = {"a common solution": [0.8, 2.0, 1.2], "no common solution": [1.1, 1.7, 1.5]}
figure, axes = plt.subplots(1, 2, figsize=(12, 4.6), sharex=True, sharey=True)
moving = {}
for ax, (title, b) in zip(axes, sides.items(), strict=True):
    for mu, color, style in ((1.0, ORANGE, "s-"), (0.2, BLUE, "o--")):
        path = [np.array([-1.0, 2.5])]
        for n in range(90):
            path.append(project(path[-1], A[n % 3], b[n % 3], mu))
        ax.plot(*np.transpose(path[:40]), style, color=color, ms=5, label=rf"$\mu$ = {mu}")
        moving[title, mu] = np.ptp(path[-4:], axis=0).max()  # how far the last round still moves
    for row, value in zip(A, b, strict=True):
        ax.axline((value * row / (row @ row)), slope=-row[0] / row[1], color=GRAY, lw=1)
    ax.set(title=title, xlim=(-1.2, 2.2), ylim=(0.2, 2.7), xlabel=r"$\theta_0$")
axes[0].set_ylabel(r"$\theta_1$")
axes[0].legend()
show(figure, "07e_projections", "Paths that jump from line to line, to a point or round and round.")
print("1. How far a whole round still moves, after thirty rounds")
for (title, mu), distance in moving.items():
    print(f"   {title}, mu = {mu}: {distance:.0e}")
assert max(moving["a common solution", mu] for mu in (1.0, 0.2)) < 1e-3
assert moving["no common solution", 1.0] > 2 * moving["no common solution", 0.2] > 0.01

# %% [markdown]
# ## 2. One sample, one step
#
# The network is [2, 5, 1] with splines only. In a grid of equal intervals four cubic bumps are
# awake at a point; with $u \in [0, 1]$, the place within its interval, they are
#
# $$\tfrac16 (1 - u)^3, \quad \tfrac16 (4 - 6 u^2 + 3 u^3), \quad
#   \tfrac16 (1 + 3 u + 3 u^2 - 3 u^3), \quad \tfrac16 u^3.$$
#
# So a sample touches $4 \cdot 10$ coefficients of the first layer and $4 \cdot 5$ of the second,
# whatever $G$ is. Its row of the Jacobian is that of lesson 05b: bumps for the second layer, slope
# times bumps for the first.

# %%
# The rows belong to 1, u, u^2 and u^3, the columns to the four bumps.
CUBIC = np.array([[1, 4, 1, 0], [-3, 0, 3, 0], [3, -6, 3, 0], [-1, 3, -3, 1]]) / 6
I, H = np.arange(2)[:, None], np.arange(HIDDEN)[:, None]


def awake(x, end):
    """Return indices, values and slopes of four bumps on the grid [-end, end], (n, 4) each."""
    z = (np.clip(x, -end, end) + end) * (G / (2 * end))
    first = np.minimum(z.astype(int), G - 1)
    u, inside = (z - first)[:, None], (np.abs(x) <= end)[:, None] * (G / (2 * end))
    slopes = u ** np.arange(3) @ (CUBIC[1:] * np.array([[1], [2], [3]])) * inside
    return first[:, None] + np.arange(4), u ** np.arange(4) @ CUBIC, slopes


def newton_kaczmarz(inner, outer, x, target, mu):
    """Move the coefficients (5, 2, G+3) and (5, G+3) towards one sample, in place."""
    j, B, _ = awake(x, 1.0)
    h = (inner[:, I, j] * B).sum(axis=(1, 2))  # (5,)
    jh, Bh, slopes = awake(h, R)
    c = outer[H, jh]  # (5, 4)
    y, dh = (c * Bh).sum(), (c * slopes).sum(axis=1)
    row_squared = (Bh**2).sum() + (dh @ dh) * (B**2).sum()
    gamma = mu * (target - y) / row_squared
    outer[H, jh] += gamma * Bh
    inner[:, I, j] += gamma * dh[:, None, None] * B


def network(inner, outer):
    """Return the same as a network of the library."""
    layers = [
        {
            "knots": np.tile(kn.uniform_knots(-end, end, G, k), (c.shape[1], 1)),
            "coef": c,
            "w_base": 0 * c[..., 0],
        }
        for end, c in ((1.0, inner), (R, outer[None]))
    ]
    return kn.KAN.from_arrays(layers, degree=k, base="zero")


def drawn(seed):
    rng = np.random.default_rng(seed)
    return rng.uniform(-1, 1, (HIDDEN, 2, G + k)), rng.uniform(-0.2, 0.2, (HIDDEN, G + k))


data = kn.datasets.toy("exp_sin", rng=0)
x = data.x_train
y = ((data.y_train - data.y_train.mean()) / data.y_train.std())[:, 0]  # (N,)

inner, outer = drawn(0)
before, sample = network(inner, outer), x[:1]
J = before.jacobian(sample)[0, 0]
newton_kaczmarz(inner, outer, sample[0], y[0], 1.0)
after = network(inner, outer)
shortest = J * (y[0] - before(sample).item()) / (J @ J)
np.testing.assert_allclose(after.theta - before.theta, shortest, rtol=1e-9, atol=1e-13)
print(
    f"2. One step changes {np.count_nonzero(shortest)} of {before.size} parameters; its sample:",
    end=" ",
)
print(f"error {before(sample).item() - y[0]:.2f} before, {after(sample).item() - y[0]:.3f} after\n")

# %% [markdown]
# ## 3. A race in passes
#
# A *pass* computes one gradient for every sample. Adam and L-BFGS take one step for it, Adam in
# mini-batches of ten 100, Newton-Kaczmarz 1000, and LM, with its Jacobian, half a step.
#
# **Predict:** who leads after two passes, and who after fifteen?


# %%
def rmse(network):
    return float(np.sqrt(np.mean((network(x)[:, 0] - y) ** 2)))  # y has no noise


def train(mu, y, passes):
    (inner, outer), rng, errors = drawn(0), np.random.default_rng(0), []
    for _ in range(passes):
        for n in rng.permutation(len(x)):
            newton_kaczmarz(inner, outer, x[n], y[n], mu)
        errors.append(rmse(network(inner, outer)))
    return errors


curves = {"Newton-Kaczmarz": (1, train(1.0, y, PASSES))}  # passes for each point of a curve, errors
others = {"Adam": (kn.Adam(0.1), 1, None), "Adam, batches of 10": (kn.Adam(0.03), 1, 10)}
others |= {"L-BFGS": (kn.LBFGS(), 1, None), "LM": (kn.LevenbergMarquardt(), 2, None)}
for name, (optimizer, each, size) in others.items():
    objective = kn.Objective(network(*drawn(0)), x, y[:, None])
    found = kn.train(objective, optimizer, PASSES // each, batch_size=size, rng=0)
    curves[name] = each, np.sqrt(found.history["train_loss"])
figure, ax = plt.subplots(figsize=(12, 4.6))
for (name, (each, errors)), style in zip(curves.items(), STYLES, strict=True):
    ax.semilogy(each * np.arange(1, len(errors) + 1), errors, style, lw=2, ms=7, label=name)
ax.set(xlabel="passes over the data", ylabel="error / std of the targets")
figure.legend(loc="outside right upper")
show(figure, "07e_passes", "Newton-Kaczmarz falls at once and then slowly; LM overtakes it.")
print("3. Error relative to the standard deviation of the targets, after 2, 5 and 15 passes")
rows = [
    (name, *(float(e[n // each - 1]) for n in (2, 5, 15))) for name, (each, e) in curves.items()
]
table(["passes", "2", "5", "15"], rows)
assert max(rows[0][1], rows[2][1]) < min(row[1] for row in (rows[1], *rows[3:])) / 3
assert rows[4][3] < min(row[3] for row in rows[:4]) / 2

# %% [markdown]
# **Answer:** after two passes the two that move often are far ahead: Newton-Kaczmarz, and Adam in
# batches, whose rate had to be tuned. So it is the many steps, more than the projection, that help.
# Later every sample undoes a little of what the others did, and LM, which sees all equations at
# once, passes by. (Seconds would compare a loop in Python with NumPy.) Row by row is the way when
# samples come as a stream, or are too many for a second pass.
#
# **Common mistake:** $\mu = 1$ satisfies each sample exactly, so nothing can be better.

# %%
noisy = y + 0.3 * np.random.default_rng(1).standard_normal(len(y))
ends = {mu: train(mu, noisy, 5)[-1] for mu in (1.0, 0.1)}
print(f"   noise of size 0.3: error {ends[1.0]:.2f} with mu = 1, {ends[0.1]:.2f} with mu = 0.1")
assert ends[1.0] > 1.3 * ends[0.1]

# %% [markdown]
# With noise there is no common solution: the right side of the first figure. A smaller $\mu$
# averages over the last $1 / \mu$ samples that touched a coefficient. So there is a rate to tune
# after all.
#
# ## On your own
#
# Close this file and write from memory the step that takes all rows at once: `make exercise N=7.3`.
#
# *Open.* Let $\mu$ shrink from pass to pass. How close do you come to LM?
#
# ## Further reading
#
# - M. Poluektov, A. Polar, *Construction of the Kolmogorov-Arnold representation using the
#   Newton-Kaczmarz method*, arXiv 2305.08194.
# - T. Strohmer, R. Vershynin, *A randomized Kaczmarz algorithm with exponential convergence*, 2009.
