# %% [markdown]
# # Lesson 07a: SGD and Adam
#
# **Question.** The gradient says which way is down. How far should one go?
#
# **You will learn:**
# - to write a step of SGD with momentum and of Adam, in two lines each;
# - to derive which learning rates diverge, and what momentum and Adam do about narrow valleys.
#
# **You need:** 06b (gradients you can trust), eigenvalues.
#
# **Time:** 20 minutes to read, 4 seconds to run.

# %%
import warnings

import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GREEN, ORANGE, show, table

import kan_numpy as kn

STEPS = 100

# %% [markdown]
# ## 1. A valley
#
# To an optimizer a problem is a start $\theta$ and a function that returns the loss $L$ and its
# gradient $g$. *Gradient descent* goes a little downhill: $\theta \leftarrow \theta - \eta\, g$,
# with the *learning rate* $\eta$. How large may it be? Take one dimension and a constant curvature
# $\lambda$: $L = \lambda z^2 / 2$ and $g = \lambda z$. Then
#
# $$z \leftarrow z - \eta \lambda z = (1 - \eta \lambda)\, z,$$
#
# which shrinks if $|1 - \eta \lambda| < 1$, that is for $\eta < 2 / \lambda$. In many dimensions
# near a minimum the same holds along each eigenvector of the matrix $H$ of second derivatives, with
# its eigenvalue as $\lambda$. So the *steepest* direction limits $\eta$, and the flattest one,
# where $1 - \eta \lambda$ is close to 1, must be crossed with it: narrow valleys are slow.
#
# *Momentum* rolls like a heavy ball: the velocity $v$ keeps most of what it was, and the gradient
# pushes it. Across the valley pushes cancel, along it they add up.
#
# $$v \leftarrow \mu v + g, \qquad \theta \leftarrow \theta - \eta v$$
#
# *Adam* (Kingma and Ba, 2014) divides the mean $m$ of the last gradients by their usual size
# $\sqrt v$, parameter by parameter. Both means start at 0, which makes them too small: if all
# gradients were g, then m would be $(1 - \beta_1)(1 + \beta_1 + \dots + \beta_1^{\tau - 1})\, g =
# (1 - \beta_1^\tau)\, g$ after step $\tau$. Two divisions correct that.
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g^2,
#   \qquad \theta \leftarrow \theta - \eta\,
#   \frac{m / (1 - \beta_1^\tau)}{\sqrt{v / (1 - \beta_2^\tau)} + \epsilon}$$
#
# In the valley $L = (\theta_0^2 + 25\, \theta_1^2) / 2$ the limit is $2 / 25 = 0.08$.


# %%
def sgd(fun, theta, rate, mu, steps):
    """Return the path of gradient descent with momentum: (theta, loss) before every step."""
    path, v = [], 0.0
    for _ in range(steps):
        loss, g = fun(theta)
        path.append((theta, loss))
        v = mu * v + g
        theta = theta - rate * v
    return path


def adam(fun, theta, rate, steps, beta1=0.9, beta2=0.999, epsilon=1e-8):
    path, m, v = [], 0.0, 0.0
    for tau in range(1, steps + 1):
        loss, g = fun(theta)
        path.append((theta, loss))
        m, v = beta1 * m + (1.0 - beta1) * g, beta2 * v + (1.0 - beta2) * g**2
        m_hat, v_hat = m / (1.0 - beta1**tau), v / (1.0 - beta2**tau)
        theta = theta - rate * m_hat / (np.sqrt(v_hat) + epsilon)
    return path


def valley(theta):
    curvatures = np.array([1.0, 25.0])
    return 0.5 * theta @ (curvatures * theta), curvatures * theta


hill = np.array([-4.0, 1.0])
for rate, converges in ((0.079, True), (0.081, False)):
    assert (sgd(valley, hill, rate, 0.0, 500)[-1][1] < 1e-3) == converges
paths = {
    "gradient descent, 0.075": (sgd(valley, hill, 0.075, 0.0, STEPS), ORANGE, "s-"),
    "momentum, 0.075": (sgd(valley, hill, 0.075, 0.5, STEPS), BLUE, "o-"),
    "Adam, 0.3": (adam(valley, hill, 0.3, STEPS), GREEN, "^-"),
}
print("1. The valley: losses after 40 steps")
table(["method, rate", "loss"], [(name, path[40][1]) for name, (path, _, _) in paths.items()])
losses = [path[40][1] for path, _, _ in paths.values()]
assert losses[1] < losses[0] / 10

# %%
figure, axes = plt.subplots(3, 1, figsize=(10, 7), sharex=True, sharey=True)
a, b = np.meshgrid(np.linspace(-4.5, 1.5, 200), np.linspace(-1.4, 1.4, 100))
for ax, (name, (path, color, style)) in zip(axes, paths.items(), strict=True):
    ax.contour(a, b, a**2 + 25 * b**2, levels=[0.5, 2, 5, 10, 20, 35], colors="#bbbbbb")
    ax.plot(*np.transpose([theta for theta, _ in path[:30]]), style, color=color, ms=6)
    ax.plot(0, 0, "k+", ms=14)
    ax.set(title=name, ylabel=r"$\theta_1$")
axes[2].set_xlabel(r"$\theta_0$")
show(
    figure,
    "07a_valley",
    "Thirty steps in a long valley: gradient descent zigzags; with momentum the path"
    " swings into the valley and runs along it; Adam goes diagonally, overshoots and returns.",
)

# %% [markdown]
# ## 2. A network
#
# Learn $e^{\sin(\pi x_1) + x_2^2}$ from 500 samples with the network [2, 5, 1]. At the start, the
# steepest direction has the curvature $\lambda = 3.43$ (computed below from $2 J^T J$, which lesson
# 07b explains).
#
# **Predict:** where is the limit for $\eta$? And in the *first* step of Adam: how far does a
# parameter move whose gradient is 1, and one whose gradient is 0.01?

# %%
data = kn.datasets.toy("exp_sin", rng=0)
net = kn.KAN([2, 5, 1], grid_size=5, degree=3, rng=0)
problem, start = kn.Objective(net, data.x_train[:500], data.y_train[:500]), net.theta


def limit(theta):
    J = problem.jacobian(theta)
    return 2.0 / np.linalg.eigvalsh(2.0 * J.T @ J).max()


print(f"2. A network of {net.size} parameters: the limit at the start is {limit(start):.2f}")


def library(optimizer, steps):
    state = optimizer.start(problem, start)
    for _ in range(steps):
        state = optimizer.step(problem, state)
    return state


by_hand = {"sgd": sgd(problem.fun, start, 0.1, 0.9, 4), "adam": adam(problem.fun, start, 0.05, 4)}
for name, optimizer in (("sgd", kn.SGD(0.1, 0.9)), ("adam", kn.Adam(0.05))):
    np.testing.assert_allclose(by_hand[name][3][0], library(optimizer, 3).theta, rtol=1e-10)

g = problem.fun(start)[1]
moves = np.abs(by_hand["adam"][1][0] - start)[np.abs(g) > 1e-4]
print(f"   gradients from {np.abs(g[g != 0]).min():.0e} to {np.abs(g).max():.1f};", end=" ")
print(f"first moves of Adam (gradients above 1e-4): {moves.min():.4f} to {moves.max():.4f}\n")
np.testing.assert_allclose(moves, 0.05, rtol=1e-3)

# %% [markdown]
# **Answer:** $2 / 3.43 = 0.58$, as long as the curvature stays what it is. In Adam's first step
# $m / \sqrt v$ is the sign of the gradient: both move by $\eta$, whatever their size. That is how
# Adam copes with valleys along the axes, and what it cannot do in oblique ones.
#
# ## 3. The learning rate
#
# **Predict:** what happens at the rates 0.03, 0.3 and 3? And can Adam do without a good rate?

# %%
runs = {f"SGD, {rate}": sgd(problem.fun, start, rate, 0.0, STEPS) for rate in (0.03, 0.3)}
runs |= {f"Adam, {rate}": adam(problem.fun, start, rate, STEPS) for rate in (0.0005, 0.05, 5.0)}
runs["SGD, 0.05, momentum"] = sgd(problem.fun, start, 0.05, 0.9, STEPS)
losses = {name: float(path[-1][1]) for name, path in runs.items()}
print(f"3. Loss after {STEPS} steps, from {problem.value(start):.2f}")
table(["method, rate", "loss"], losses.items())
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    wild = kn.train(problem, kn.SGD(3.0, 0.0), steps=STEPS)
print("   SGD, 3: " + ", ".join(f"{loss:.0e}" for loss in wild.history["train_loss"]) + "\n")
assert [warning.category for warning in caught] == [RuntimeWarning]
np.testing.assert_array_equal(wild.network.theta, start)  # the best so far: the start
before, after = (limit(runs["SGD, 0.3"][step][0]) for step in (45, 99))
print(f"   SGD, 0.3: the limit is {before:.2f} at step 45 and {after:.2f} at step 99\n")
assert before < 0.3 < after
assert losses["SGD, 0.05, momentum"] < losses["SGD, 0.3"] < losses["SGD, 0.03"] / 3

# %%
figure, ax = plt.subplots(figsize=(10, 4.8))
for (name, path), style in zip(
    runs.items(), ("-", "--", ":", "-.", (0, (1, 4)), (0, (8, 2))), strict=True
):
    ax.semilogy([loss for _, loss in path], ls=style, lw=2.5, label=name)
ax.set(xlabel="step", ylabel="loss $L$")
ax.legend(ncols=2)
show(figure, "07a_rates", "Loss against step; Adam at 0.05 is lowest, at 5 high and ragged.")

# %% [markdown]
# **Answer:** 0.03 is slow, 0.3 is fast, and 3 explodes within some steps. `kn.train` warns and
# returns the best network so far, here the first. The bump at 0.3: on the way down the curvature
# grew until the limit was below 0.3, and the path was thrown out, into a wider valley.
#
# **Common mistake:** Adam adapts its steps, so its learning rate needs no tuning.

# %%
assert losses["Adam, 0.05"] < losses["Adam, 0.0005"] / 100
assert losses["Adam, 0.05"] < losses["Adam, 5.0"] / 100

# %% [markdown]
# Adam adapts the *ratios* of its steps; $\eta$ sets their length.
#
# (The S of SGD stands for *stochastic*: a new mini-batch of samples each step, whose gradient is
# right on average. Here every step sees all samples. AdamW also shrinks all parameters a little in
# each step, $\theta \leftarrow \theta - \eta \kappa \theta$, apart from the gradient.)
#
# ## On your own
#
# Close this file and write a step of AdamW from memory: `make exercise N=7.1`.
#
# *Open.* Turn the valley by 45 degrees. Which of the three methods notice?
#
# ## Further reading
#
# - D. Kingma, J. Ba, *Adam: a method for stochastic optimization*, arXiv 1412.6980.
# - I. Loshchilov, F. Hutter, *Decoupled weight decay regularization*, arXiv 1711.05101: AdamW.
