# %% [markdown]
# # Lesson 07b: From Gauss-Newton to Levenberg-Marquardt
#
# **Question.** A loss is often a sum of squares. What does an optimizer gain by knowing that?
#
# **You will learn:**
# - to derive the Gauss-Newton step, and to see it fail;
# - why $J^T J$ is singular for every KAN, and how damping repairs it;
# - to write Levenberg-Marquardt in twenty lines.
#
# **You need:** 05b (the Jacobian), 07a (gradient descent), linear least squares.
#
# **Time:** 20 minutes to read, 5 seconds to run.

# %%
from itertools import product

import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GRAY, ORANGE, show, table

import kan_numpy as kn

G, k = 5, 3  # grid intervals, degree

data = kn.datasets.toy("exp_sin", rng=0)  # 1000 samples of exp(sin(pi x_1) + x_2^2)
net = kn.KAN([2, 5, 1], grid_size=G, degree=k, rng=0)
problem, start = kn.Objective(net, data.x_train, data.y_train), net.theta

# %% [markdown]
# ## 1. A linear problem at every step
#
# The mean squared error is $L = r \cdot r$ with one *residual* for each sample,
#
# $$r_n = \frac{y(x_n) - y^*_n}{\sqrt N},$$
#
# where $y^*_n$ are the targets; the root makes a sum of squares a mean.
# $J = \partial r / \partial \theta$ has a row for each sample, the Jacobian of lesson 05b divided
# by $\sqrt N$. For a step $\delta$ take the residuals as linear:
#
# $$r(\theta + \delta) \approx r + J \delta, \qquad L(\theta + \delta) \approx |r + J \delta|^2.$$
#
# That is linear least squares. Its gradient by $\delta$, $2 J^T (r + J \delta)$, is zero for
#
# $$J^T J\, \delta = -J^T r, \tag{Gauss-Newton}$$
#
# a step that knows its own length: no learning rate. The matrix of second derivatives of
# $|r + J \delta|^2$ is $2 J^T J$, which lesson 07a used.

# %%
N = len(data.x_train)
difference = net(data.x_train) - data.y_train  # (N, 1)
r, J = problem.residuals(start), problem.jacobian(start)  # (N,) and (N, P)
np.testing.assert_allclose(r, difference.ravel() / np.sqrt(N), rtol=1e-12)
np.testing.assert_allclose(J, net.jacobian(data.x_train)[:, 0] / np.sqrt(N), rtol=1e-10, atol=1e-14)
loss, g = problem.fun(start)
print(f"1. r.r = {r @ r:.2f} is the loss {loss:.2f}; without the root it would be", end=" ")
print(f"{np.sum(difference**2):.0f}\n")
np.testing.assert_allclose([loss, *g], [r @ r, *(2.0 * J.T @ r)], rtol=1e-9, atol=1e-12)

# %% [markdown]
# ## 2. Gauss-Newton breaks
#
# **Predict:** $J^T J$ is a matrix of 135 rows and columns, and it is singular. How many directions
# of $\theta$ change no output at all?

# %%
P = net.size
unseen = np.flatnonzero(np.sum(J**2, axis=0) == 0.0)
rank = np.linalg.matrix_rank(J)
singular = np.linalg.svd(J, compute_uv=False)
far = np.linalg.lstsq(J, -r)[0]  # the shortest of all solutions
promised, found = np.sum((r + J @ far) ** 2), problem.value(start + far)
print(f"2. J has {P} columns, {len(unseen)} of them zero, and rank {rank}")
print(f"   singular values {rank} and {rank + 1}: {singular[rank - 1]:.0e}, {singular[rank]:.0e}")
print(f"   the shortest Gauss-Newton step has length {np.linalg.norm(far):.0e};", end=" ")
print(f"promised loss {promised:.1e}, found {found:.0e}\n")
assert (P, rank, len(unseen)) == (135, 122, 4)
assert singular[rank] < 1e-6 * singular[rank - 1]
assert unseen.min() >= net.layers[0].size  # of the second layer
assert found > 1000 * loss > 1000 * promised

# %% [markdown]
# **Answer:** 13. And even the shortest solution goes very far in directions that the samples barely
# see, where the linear model means nothing.
#
# **Common mistake:** $J^T J$ is singular because some bumps see no sample.

# %%
sizes = [layer.coef.shape for layer in net.layers]  # (n_out, n_in, G+k)
null = [np.eye(P)[p] for p in unseen]
for (n_out, n_in, _), layer_start in zip(sizes, (0, net.layers[0].size), strict=True):
    for o in range(n_out):
        for i in range(1, n_in):
            shift = np.zeros((n_out, n_in, G + k))
            shift[o, 0], shift[o, i] = 1.0, -1.0  # all bumps of an edge: a constant, by sum B_j = 1
            direction = np.zeros(P)
            direction[layer_start : layer_start + shift.size] = shift.ravel()
            null.append(direction)
null = np.array(null)  # (13, P)
assert len(null) == np.linalg.matrix_rank(null) == P - rank == 13
assert np.abs(J @ null.T).max() < 1e-14
nudged = net.with_theta(start + 0.5 * null[4:].sum(axis=0))
np.testing.assert_allclose(nudged(data.x_train), net(data.x_train), atol=1e-12)

# %% [markdown]
# Four directions are bumps of the second layer without samples. The other nine are constants: a
# node adds its edges, so what one edge gains all over, and another one of the same node loses,
# nobody sees. There are $n_{out} (n_{in} - 1)$ of these in each layer, $5 + 4$ here, for any data.
#
# ## 3. Damping
#
# Levenberg (1944) asked for a short step too: minimize
# $|r + J \delta|^2 + \lambda\, \delta \cdot D \delta$ with a diagonal matrix $D$. Set the gradient
# to zero:
#
# $$(J^T J + \lambda D)\, \delta = -J^T r.$$
#
# For $\lambda > 0$ the matrix is positive definite, and always invertible. For large $\lambda$ the
# step is short and downhill, $\delta \approx -D^{-1} J^T r / \lambda$; for small $\lambda$ it is
# Gauss-Newton's. What should $D$ measure? Levenberg's identity holds every parameter equally tight,
# in whatever units it has. Marquardt took $d = \mathrm{diag}(J^T J)$, which is free of units, but a
# bump that few samples see has a tiny $d$ and is hardly held. The library takes the geometric mean
# of $d$ and its average, $D = \sqrt{\bar d\, d}$, plus $10^{-10}$ of its largest entry.
#
# **Predict:** go from large to small $\lambda$ in *one* step. What will the promised loss do, and
# what the one that is found?


# %%
def geometric(d):
    return np.sqrt(d * d.mean())


def damped_step(r, J, damping, matrix):
    """Return the step (P,) and the loss that the linear model promises to gain."""
    D = matrix(np.sum(J**2, axis=0))
    D = D + 1e-10 * D.max()
    step = np.linalg.solve(J.T @ J + damping * np.diag(D), -J.T @ r)
    return step, r @ r - np.sum((r + J @ step) ** 2)


dampings = 10.0 ** np.arange(-9.0, 4.0)
steps = [damped_step(r, J, damping, geometric) for damping in dampings]
promises = [loss - gain for _, gain in steps]
founds = [problem.value(start + step) for step, _ in steps]
figure, ax = plt.subplots(figsize=(9, 4.4))
ax.loglog(dampings, founds, "o-", color=BLUE, label="found")
ax.loglog(dampings, promises, "s--", color=ORANGE, label="promised")
ax.axhline(loss, color=GRAY, ls=":", lw=2, label="before the step")
ax.set(xlabel=r"damping $\lambda$", ylabel="loss $L$")
ax.legend()
show(figure, "07b_damping", "With less damping the promised loss falls, the found one rises again.")
best = dampings[np.argmin(founds)]
print(f"3. One step: the loss {loss:.2f} becomes {min(founds):.2f} at best, at lambda = {best:g}\n")
assert np.all(np.diff(promises) > 0)
assert 1e-4 < best < 10
assert founds[0] > loss > 5 * min(founds)

# %% [markdown]
# **Answer:** the promised loss falls as $\lambda$ falls. The loss that is found follows at first;
# then the step leaves the region where the model holds. In between lies the best $\lambda$.
#
# ## 4. The whole method
#
# The best $\lambda$ changes on the way, and the promise tells how. Let $\rho$ be the gain over the
# promised gain. After a step down multiply $\lambda$ by $\max(1/3, 1 - (2\rho - 1)^3)$: it falls if
# the model was good, $\rho > 1/2$, and else it grows. After a step up multiply it by 2, then 4, 8,
# and try again (Nielsen, 1999).


# %%
def levenberg_marquardt(problem, theta, steps, matrix, damping=1.0):
    """Return theta after so many successful steps."""
    r, growth = problem.residuals(theta), 2.0
    while steps > 0:
        J = problem.jacobian(theta)
        step, gain_promised = damped_step(r, J, damping, matrix)
        trial = problem.residuals(theta + step)
        gain = r @ r - trial @ trial
        if gain > 0.0:
            theta, r, growth, steps = theta + step, trial, 2.0, steps - 1
            damping *= max(1 / 3, 1 - (2 * gain / gain_promised - 1) ** 3)
        else:
            damping, growth = damping * growth, 2.0 * growth
    return theta


ten = levenberg_marquardt(problem, start, 10, geometric)
library = kn.train(problem, kn.LevenbergMarquardt(), steps=10)
np.testing.assert_allclose(problem.value(ten), library.history["train_loss"][-1], rtol=1e-6)

print("4. RMSE on new samples after 30 steps, for four starting networks")
matrices = {"identity": np.ones_like, "diagonal": lambda d: d, "geometric": geometric}
scores = {name: [] for name in matrices}
for (name, matrix), seed in product(matrices.items(), range(4)):
    other = kn.KAN([2, 5, 1], grid_size=G, degree=k, rng=seed)
    trained = other.with_theta(levenberg_marquardt(problem, other.theta, 30, matrix))
    scores[name].append(float(np.sqrt(np.mean((trained(data.x_test) - data.y_test) ** 2))))
table(["D", *map(str, range(4))], [(name, *values) for name, values in scores.items()])
for name in ("identity", "diagonal"):
    assert np.median(scores["geometric"]) < 0.7 * np.median(scores[name])

# %% [markdown]
# The geometric mean is ahead; four starts are a hint, not a proof.
#
# ## On your own
#
# Close this file and write the step from memory: `make exercise N=7.3`. Then find the null
# directions of any [2, 5, 1] network: `make exercise N=7.4`.
#
# *Open.* $J^T J + \lambda D$ has $P$ rows, $J D^{-1} J^T + \lambda I$ has $N$. Show that both give
# the same step. When is the second better?
#
# ## Further reading
#
# - J. Nocedal, S. Wright, *Numerical Optimization*, Springer, 2006: chapter 10.
# - H. B. Nielsen, *Damping parameter in Marquardt's method*, IMM-REP-1999-05.
# - J. Moré, *The Levenberg-Marquardt algorithm: implementation and theory*, 1978: scaling by $d$.
