# %% [markdown]
# # Lesson 12c: Where Nothing Was Trained
#
# **Question.** The loss of a differential equation is tiny, and nobody knows its solution. Is the
# network right?
#
# **You will learn:**
# - to measure the residual where nothing was trained, and to compute the error from it;
# - to say that a function is periodic, and to march through time in windows.
#
# **You need:** lessons 12b (equations as sums of squares) and 08c (what a finer grid buys).
#
# **Time:** 15 minutes to read, 10 seconds to run.

# %%
import warnings

import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GRAY, GREEN, ORANGE, show, table

import kan_numpy as kn

SEED = 0

# %% [markdown]
# ## 1. Fifteen points
#
# An equation as simple as can be: $u'' = f$ on $[0, 1]$ with $u(0) = u(1) = 0$, and f such that
# $u^* = -\sin(\pi x)$. One edge of 40 intervals has 45 numbers. It is trained at 15 points.
#
# **Predict:** the loss falls to rounding errors. How large is the residual $r = u'' - f$ between
# the points?


# %%
def source(x):
    """Return f (N,)."""
    return np.pi**2 * np.sin(np.pi * x[:, 0])


inside = kn.pde.Condition(kn.pde.linear(source, second=1.0))
ends = kn.pde.dirichlet(0.0, faces=[(0, 0), (0, 1)])
problem = kn.pde.PDE([0.0], [1.0], [inside, ends])
line = np.linspace(0.0, 1.0, 401)[:, None]
trained = (np.arange(15)[:, None] + 0.5) / 15
fresh = np.random.default_rng(SEED).random((500, 1))  # drawn by a generator of its own


def residual(net, x):
    """Return r (N,)."""
    return kn.jets.jet(net, x).second[:, 0, 0] - source(x)


def rms(values):
    return float(np.sqrt(np.mean(values**2)))


nets, rows = {}, []
for G in (5, 40):
    start = kn.KAN([1, 1], G, degree=4, grid_range=(0, 1), rng=SEED)
    nets[G] = net = kn.solve_pde(start, problem, trained, steps=30, verify=False).network
    error = net(fresh)[:, 0] + np.sin(np.pi * fresh[:, 0])
    rows.append((G, rms(residual(net, trained)), rms(residual(net, fresh)), rms(error)))
print("1. Residuals of u'' = f, trained at 15 points")
table(("G", "r where trained", "r elsewhere", "error of u"), rows)
assert nets[40].size == 45
assert rows[1][1] < 1e-12
assert rows[1][2] > rms(source(line)) > 6.9
assert rows[0][2] < 10 * rows[0][1]

# %% [markdown]
# **Answer:** larger than f itself, whose root mean square is 7. The spline bends as it likes where
# nobody looks. With 5 intervals it cannot, and both residuals are of one size.
#
# ## 2. The error, without the solution
#
# How wrong is u? Nobody knows $u^*$, but the error $e = u - u^*$ obeys an equation of its own.
# Subtract $f = u^{*\prime\prime}$ from $u'' = f + r$:
#
# $$e'' = r \ \text{ inside}, \qquad e = u \ \text{ at both ends}.$$
#
# The right side is the residual, and that is known everywhere. Solve this with any other method,
# such as differences on 400 intervals: $e_{n-1} - 2 e_n + e_{n+1} = h^2\, r_n$.
#
# **Common mistake:** without the solution there is no error to speak of, only a residual.

# %%
n = len(line) - 1
second = np.eye(n - 1, k=1) - 2 * np.eye(n - 1) + np.eye(n - 1, k=-1)
net, e = nets[40], np.zeros(n + 1)
e[[0, -1]] = net(line[[0, -1]])[:, 0]
right = residual(net, line[1:-1]) / n**2
right[[0, -1]] -= e[[0, -1]]
e[1:-1] = np.linalg.solve(second, right)
true = net(line)[:, 0] + np.sin(np.pi * line[:, 0])
library = kn.pde.estimate_error(net, problem)
print("2. The error of u for G = 40, as root mean square")
print(f"   true {rms(true):.4f}, by differences {rms(e):.4f}, by the library {library.l2:.4f}\n")
assert abs(rms(e) / rms(true) - 1) < 0.05
assert abs(library.l2 / rms(true) - 1) < 0.05

fig, (left, middle) = plt.subplots(1, 2, figsize=(12, 4.2))
left.plot(line, residual(net, line), color=ORANGE, label="$r$, G = 40")
left.plot(trained, residual(net, trained), "o", color=BLUE, label="where it was trained")
left.set(xlabel="$x$", ylabel="residual")
left.legend()
middle.plot(line, true, color=GRAY, lw=4, alpha=0.6, label="$u - u^*$")
middle.plot(line, e, "--", color=GREEN, label="$e$ from the residual")
middle.set(xlabel="$x$", ylabel="error")
middle.legend()
show(fig, "12c_residual", "Residual: zero at 15 points, large between them; two equal errors.")

# %% [markdown]
# A nonlinear equation is linearized around u: one step of Newton's method, lesson 07b. The library
# does so among products of splines, after every `kn.solve_pde`, and warns if the error is above
# 1 % of u. Its estimate sees what the conditions determine: without a boundary, the harmonic error
# of lesson 12b stays unseen.
#
# ## 3. Around a circle
#
# A wave runs around a circle at speed 10: $u_t + 10\, u_x = 0$, $u(x, 0) = \sin x$. There is no end
# with a value. Instead the points $(0, t)$ and $(2 \pi, t)$ are one: $u(0, t) - u(2\pi, t) = 0$, a
# residual that compares *two* points. Its row of J is the row of one point minus that of the other.
#
# **Predict:** train a [2, 3, 1] network on all times at once, or on four windows of time, each from
# the end of the one before. What do the residual and the error say?

# %%
SPEED = 10.0
equation = kn.pde.Condition(kn.pde.linear(0.0, gradient=(SPEED, 1.0)), weight=0.1, order=1)
start = kn.pde.dirichlet(lambda x: np.sin(x[:, 0]), faces=[(1, 0)])
circle = kn.pde.periodic(0, 0.0, 2 * np.pi)
wave = kn.pde.PDE([0, 0], [2 * np.pi, 1], [equation, start, circle[0]], pairs=[])
two = np.array([[0.0, 0.3]])
assert np.allclose(circle[0].all_points(two), [[0, 0.3], [2 * np.pi, 0.3]])
x = np.random.default_rng(SEED).random((4000, 2)) * wave.high
exact = np.sin(x[:, 0] - SPEED * x[:, 1])
found, rows = {}, []
for windows in (1, 4):
    net = kn.KAN([2, 3, 1], grid_size=6, degree=4, base="zero", rng=SEED)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found[windows] = kn.pde.march(
            net, wave, windows, points=400, boundary_points=120, steps=40, adapt_at=[10], rng=SEED
        )
    loss = np.mean([result.history["train_loss"][-1] for result in found[windows].results])
    error = rms(found[windows](x)[:, 0] - exact) / rms(exact)
    rows.append((windows, float(loss), found[windows].estimate.relative, error, len(told)))
print("3. A wave around a circle, by the number of windows")
table(("windows", "loss where trained", "error, estimated", "error", "warnings"), rows)
for row in rows:
    assert abs(row[2] / row[3] - 1) < 0.2
assert rows[0][3] > 0.05
assert rows[0][4] == 1
assert rows[1][3] < 0.01
assert rows[1][4] == 0

around = np.column_stack([np.linspace(0, 2 * np.pi, 200), np.ones(200)])
fig, ax = plt.subplots(figsize=(8, 4.2))
ax.plot(around[:, 0], np.sin(around[:, 0] - SPEED), color=GRAY, lw=5, alpha=0.6, label="$u^*$")
for windows, style, color in ((1, "--", ORANGE), (4, "-", BLUE)):
    label = f"windows: {windows}"
    ax.plot(around[:, 0], found[windows](around)[:, 0], style, color=color, label=label)
ax.set(xlabel="$x$", ylabel="$u(x, 1)$")
fig.legend(loc="outside lower center", ncols=3)
show(fig, "12c_circle", "The wave at the last time: wrong with one window, right with four.")

# %% [markdown]
# **Answer:** one window fails, and the estimate says so without $u^*$; four windows are right. A
# short window is a simple function, and it knows where it starts.
#
# ## On your own
#
# Close this file and write the Bratu equation with its derivatives: `make exercise N=12.2`. Then
# ask `kn.pde.estimate_error` how good a half-trained solution of it is.
#
# 1. *Medium.* Draw the 15 points of section 1 anew every 5 steps, with `resample_at`. What becomes
#    of the residual elsewhere?
# 2. *Open.* Allen and Cahn: $u_t = 10^{-4} u_{xx} + 5 u - 5 u^3$ on a circle, $x \in [-1, 1]$, from
#    $u = x^2 \cos \pi x$. With how many windows is the estimate below 1 %?
#
# ## Further reading
#
# - S. Wang, S. Sankaran and P. Perdikaris, *Respecting causality is all you need for training
#   physics-informed neural networks*, arXiv 2203.07404.
# - C. Wu et al., *A comprehensive study of non-adaptive and residual-based adaptive sampling for
#   physics-informed neural networks*, arXiv 2207.10289.
