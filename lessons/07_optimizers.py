# %% [markdown]
# # Lesson 7: Four ways downhill
#
# **Question.** The gradient says which way is down. How far should one go, and in whose
# coordinates?
#
# **You will learn:**
# - to write a step of SGD, Adam, L-BFGS and Levenberg-Marquardt in a few lines each;
# - to compare optimizers fairly: same start, and both evaluations and seconds on the table;
# - to repair a method that fails by rescaling its parameters.
#
# **You need:** lessons 5 and 6 (gradients you can trust) and linear least squares.
#
# **Time:** 45 minutes to read, about 20 seconds to run.

# %%
import time
import warnings
from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import scipy.optimize

import kan_numpy as kn

WIDTHS, G, DEGREE = [2, 5, 1], 5, 3  # nodes of each level, grid intervals, degree k
DATA_SEED, SEED = 0, 0  # of the samples, and of the network's first parameters
STEPS, STEPS_LM = 1000, 100  # of the race; a step of Levenberg-Marquardt is a big one
TARGET, MOST_EVALUATIONS = 1e-4, 2500  # of section 5
COLORS = {"SGD": "#777777", "Adam": "#E69F00", "L-BFGS": "#0072B2", "LM": "#D55E00"}
GREEN = "#009E73"
build = Path("build")
build.mkdir(exist_ok=True)
plt.rcParams.update({"font.size": 12, "savefig.dpi": 150, "figure.constrained_layout.use": True})


def rmse(network, x, y):
    """Return the root mean square error: the loss in the units of y."""
    return float(np.sqrt(np.mean((network(x) - y) ** 2)))


# %% [markdown]
# ## 1. One problem, four ideas
#
# Learn $e^{\sin(\pi x_1) + x_2^2}$ from 1000 samples with the network [2, 5, 1]. To an optimizer
# this is a *problem*: a start $\theta$ and a function that gives the loss $L$ and its gradient $g$.

# %%
data = kn.datasets.toy("exp_sin", rng=DATA_SEED)
net = kn.KAN(WIDTHS, grid_size=G, degree=DEGREE, rng=SEED)
problem, start = kn.Objective(net, data.x_train, data.y_train), net.theta


def states(optimizer, steps):
    """Return where the library's optimizer stands: at the start and after each step."""
    path = [optimizer.start(problem, start)]
    for _ in range(steps):
        path.append(optimizer.step(problem, path[-1]))
    return path


print(f"1. Three steps by hand, from a loss of {problem.fun(start)[0]:.2f}")

# %% [markdown]
# **SGD with momentum** rolls like a heavy ball: the velocity $v$ keeps most of what it was, and
# the gradient pushes it. (The S is for *stochastic*, a new mini-batch each step. Here every step
# sees all samples.)
#
# $$v \leftarrow \mu v + g, \qquad \theta \leftarrow \theta - \eta v$$

# %%
rate, mu = 0.1, 0.9
theta, v = start, 0.0
for _ in range(3):
    g = problem.fun(theta)[1]
    v = mu * v + g
    theta = theta - rate * v

sgd = states(kn.SGD(rate, mu), 3)[-1]
print(f"   SGD     loss {problem.fun(theta)[0]:.4f}, the library {sgd.loss:.4f}")
np.testing.assert_allclose(theta, sgd.theta, rtol=1e-12)

# %% [markdown]
# **Adam** (Kingma and Ba, 2014) divides the mean of the last gradients by their usual size,
# parameter by parameter. The means start at 0; the two divisions by
# $1 - \beta^\tau$, with $\tau$ the number of the step, correct for that.
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g^2,
#   \qquad \theta \leftarrow \theta - \eta\,
#   \frac{m / (1 - \beta_1^\tau)}{\sqrt{v / (1 - \beta_2^\tau)} + \epsilon}$$
#
# **Predict:** in the first step, how far does a parameter move whose gradient is 1? And 0.01?

# %%
rate, beta1, beta2, epsilon = 0.05, 0.9, 0.999, 1e-8
theta, m, v = start, 0.0, 0.0
for step in (1, 2, 3):
    g = problem.fun(theta)[1]
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    theta = theta - rate * (m / (1 - beta1**step)) / (np.sqrt(v / (1 - beta2**step)) + epsilon)

path = states(kn.Adam(rate), 3)
print(f"   Adam    loss {problem.fun(theta)[0]:.4f}, the library {path[-1].loss:.4f}")
np.testing.assert_allclose(theta, path[-1].theta, rtol=1e-12)

noticeable = np.abs(path[0].gradient) > 1e-4
first_moves = np.abs(path[1].theta - start)[noticeable]
print(
    f"           its first step moves all parameters by {first_moves.mean():.4f}: the rate itself"
)
np.testing.assert_allclose(first_moves, rate, rtol=1e-3)

# %% [markdown]
# **L-BFGS** wants Newton's step $-H^{-1} g$, but $H$ takes $P^2$ second derivatives. In one
# dimension one would guess the second derivative from two gradients, as $y / s$ with
# $s = \theta' - \theta$ and $y = g' - g$. In P dimensions each step gives such a pair, and BFGS
# changes its guess $K$ of the *inverse* as little as the new pair demands:
#
# $$K \leftarrow V^T K\, V + \frac{s s^T}{s \cdot y}, \qquad V = I - \frac{y s^T}{s \cdot y},
#   \qquad \text{so that } K y = s.$$
#
# The L is for *limited memory*: the two-loop recursion in `kan_numpy/optimizers/lbfgs.py` keeps the
# last pairs and applies $K$ to $g$ without forming it. We form it, and the sixth step must be
# parallel to $-K g$. How far the step goes is up to a line search: far enough down, and to where it
# is flat enough (the *Wolfe conditions*).

# %%
*path, after = states(kn.LBFGS(scaled=False), 6)
pairs = [(b.theta - a.theta, b.gradient - a.gradient) for a, b in pairwise(path)]
s, y = pairs[-1]
K_guess = (s @ y) / (y @ y) * np.eye(net.size)  # the guess to begin with
for s, y in pairs:
    V = np.eye(net.size) - np.outer(y, s) / (s @ y)
    K_guess = V.T @ K_guess @ V + np.outer(s, s) / (s @ y)
np.testing.assert_allclose(K_guess @ y, s, atol=1e-12)

direction, move = -K_guess @ path[-1].gradient, after.theta - path[-1].theta
length = (move @ direction) / (direction @ direction)
print(f"   L-BFGS  its step 6 is {length:.3f} x Newton's step with the guessed curvature")
np.testing.assert_allclose(move, length * direction, atol=1e-9 * np.linalg.norm(move))

slope_before, slope_after = path[-1].gradient @ direction, after.gradient @ direction
assert after.loss <= path[-1].loss + 1e-4 * length * slope_before
assert abs(slope_after) <= 0.9 * abs(slope_before)

# %% [markdown]
# **Levenberg-Marquardt** knows more: the loss is a sum of squares $r \cdot r$. Linearize the
# residuals, $r(\theta + \delta) \approx r + J \delta$, and a linear least-squares problem is left.
# Damping $\lambda$ keeps $\delta$ where the linear model can be believed:
#
# $$(J^T J + \lambda D)\, \delta = -J^T r, \qquad D = \sqrt{\bar d\, d}, \qquad
#   d = diag(J^T J), \quad \bar d = \text{mean of } d.$$
#
# $J$ has a row for each sample. Lesson 5 made it with the backward pass, minus the sum at its end.

# %%
r, J = problem.residuals(start), problem.jacobian(start)  # (N,) and (N, P)
damping = 1.0
d = np.sum(J**2, axis=0)  # (P,)
D = np.sqrt(d * d.mean())
D += 1e-10 * D.max()  # a parameter without influence stays where it is
delta = np.linalg.solve(J.T @ J + damping * np.diag(D), -J.T @ r)

lm = states(kn.LevenbergMarquardt(damping), 1)[-1]
trial = problem.residuals(start + delta)
model = np.sum((r + J @ delta) ** 2)
print(f"   LM      one step: loss {trial @ trial:.4f}, the library {lm.loss:.4f},", end=" ")
print(f"the linear model promised {model:.4f}\n")
np.testing.assert_allclose(start + delta, lm.theta, rtol=1e-8)

# %% [markdown]
# ## 2. Broken on purpose
#
# `kn.train` takes the objective as it is; `kn.fit` makes one whose targets have the mean 0 and the
# standard deviation 1, so that no learning rate depends on the units of the data.
#
# **Predict:** what does it return if the learning rate is fifty times too large?

# %%
print("2. Broken on purpose, and fixed")
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    wild = kn.train(problem, kn.SGD(5.0), steps=STEPS)
tame = kn.train(problem, kn.SGD(0.1), steps=20)
print("   SGD, rate 5:   loss " + ", ".join(f"{v:.0e}" for v in wild.history["train_loss"]))
print("   RuntimeWarning:", str(caught[0].message).replace(": ", ":\n     "))
print("   SGD, rate 0.1: loss " + ", ".join(f"{v:.2f}" for v in tame.history["train_loss"][::4]))
assert [warning.category for warning in caught] == [RuntimeWarning]
np.testing.assert_array_equal(wild.network.theta, start)
assert tame.history["train_loss"][-1] < 0.2 * problem.fun(start)[0]

# %% [markdown]
# The best network so far comes back, here the one we started with.
#
# The second wreck is Gauss-Newton: Levenberg-Marquardt with $\lambda = 0$. Some bumps of the
# second layer lie where no activation goes. Their columns of $J$ are zero, so $J^T J$ is singular.
# The shortest solution (`lstsq`) always exists, but it goes very far in directions that the samples
# barely see, and there the linear model means nothing.

# %%
try:
    np.linalg.solve(J.T @ J, -J.T @ r)
except np.linalg.LinAlgError as error:
    refusal = str(error)
unseen = int(np.sum(d == 0.0))
far = np.linalg.lstsq(J, -r, rcond=None)[0]
promised, kept = np.sum((r + J @ far) ** 2), np.sum(problem.residuals(start + far) ** 2)
print(f"   Gauss-Newton: solve says {refusal!r}; {unseen} of {net.size} columns are zero")
print("               length of the step   loss promised   loss found")
for name, step, words in (("lstsq", far, (promised, kept)), ("damped", delta, (model, lm.loss))):
    print(f"     {name:8}{np.linalg.norm(step):20.1e}{words[0]:16.1e}{words[1]:13.1e}")
print()
assert refusal == "Singular matrix"
assert unseen > 0
assert np.linalg.norm(far) > 1000 * np.linalg.norm(delta)
assert kept > 1000 * problem.fun(start)[0] > 1000 * promised
assert lm.loss < 0.2 * problem.fun(start)[0]

# %% [markdown]
# ## 3. The race
#
# `fit` repeats the steps and writes a history. The learning rates were tuned by hand; the other two
# have none. An *evaluation* is one loss, with or without its gradient. That flatters
# Levenberg-Marquardt: each of its steps also takes a Jacobian, which holds a gradient for every
# sample, and solves a linear system. Seconds tell the rest.
#
# **Predict:** an LM step is dearer. Will it still be ahead in seconds?

# %%
racers = {
    "SGD": (kn.SGD(0.1, momentum=0.9), STEPS),
    "Adam": (kn.Adam(0.05), STEPS),
    "L-BFGS": (kn.LBFGS(), STEPS),
    "LM": (kn.LevenbergMarquardt(), STEPS_LM),
}
print("3. The race: same start, same data")
print("             steps  evaluations  seconds  train RMSE   test RMSE")
histories, errors = {}, {}
for name, (optimizer, steps) in racers.items():
    found = kn.fit(net, data.x_train, data.y_train, optimizer, steps)
    h = histories[name] = found.history
    train = rmse(found.network, data.x_train, data.y_train)
    errors[name] = rmse(found.network, data.x_test, data.y_test)
    print(f"   {name:8} {steps:7} {h['evaluations'][-1]:12} {h['seconds'][-1]:8.1f}", end="")
    print(f"{train:12.1e}{errors[name]:12.1e}")
print("   each is several times as accurate as the one before, and LM needs the fewest steps\n")
for worse, better in pairwise(errors):
    assert errors[better] < errors[worse] / 2
bounds = {"SGD": (1e-2, 6e-2), "Adam": (4e-3, 1.2e-2), "L-BFGS": (5e-4, 2e-3), "LM": (1e-4, 3e-4)}
for name, (low, high) in bounds.items():
    assert low < errors[name] < high

# %%
figure, axes = plt.subplots(1, 2, figsize=(11, 4.5), sharey=True)
for name, history in histories.items():
    root = np.sqrt(history["train_loss"])
    axes[0].loglog(history["evaluations"], root, color=COLORS[name], lw=2, label=name)
    axes[1].loglog(history["seconds"], root, color=COLORS[name], lw=2, label=name)
axes[0].set(xlabel="evaluations of the loss $L$", ylabel=r"train RMSE $= \sqrt{L}$")
axes[1].set(xlabel="seconds")
axes[1].legend(loc="lower left")
for ax in axes:
    ax.grid(alpha=0.3)
figure.savefig(build / "07_race.png")
plt.close(figure)

# %% [markdown]
# ## 4. What should damping measure?
#
# Levenberg took $D = I$: every parameter is held equally tight, in whatever units it happens to
# have. Marquardt took $D = d$, which is free of units, but a bump that few samples see has a tiny
# $d$ and is hardly held at all. The library takes the geometric mean of $d$ and its average.
#
# Here is the whole method. Let $\rho$ be the gain over the gain that the linear model promised.
# After a step down $\lambda$ is multiplied by $\max(1/3, 1 - (2\rho - 1)^3)$: it falls if the model
# was good, $\rho > 1/2$, and else it grows. After a step up it grows too, and the step is tried
# again (Nielsen, 1999).

# %%
MATRICES = {
    "identity": np.ones_like,
    "diagonal": lambda d: d,
    "geometric": lambda d: np.sqrt(d * d.mean()),
}


def levenberg_marquardt(problem, theta, steps, matrix, damping=1.0):
    """Return theta after so many successful steps."""
    r, growth = problem.residuals(theta), 2.0
    while steps > 0:
        J = problem.jacobian(theta)
        D = matrix(np.sum(J**2, axis=0))
        D = D + 1e-10 * D.max()
        delta = np.linalg.solve(J.T @ J + damping * np.diag(D), -J.T @ r)
        trial = problem.residuals(theta + delta)
        gain, predicted = r @ r - trial @ trial, delta @ (damping * D * delta - J.T @ r)
        if gain > 0.0:
            theta, r, growth, steps = theta + delta, trial, 2.0, steps - 1
            damping *= max(1 / 3, 1 - (2 * gain / predicted - 1) ** 3)
        else:
            damping, growth = damping * growth, 2.0 * growth
    return theta


slow = problem.fun(levenberg_marquardt(problem, start, 10, MATRICES["geometric"]))[0]
ten = kn.train(problem, kn.LevenbergMarquardt(), steps=10).history
np.testing.assert_allclose(slow, ten["train_loss"][9], rtol=1e-6)

print("4. Test RMSE after 40 steps, by damping matrix and starting network")
scores = {}
for name, matrix in MATRICES.items():
    scores[name] = []
    for seed in range(5):
        other = kn.KAN(WIDTHS, grid_size=G, degree=DEGREE, rng=seed)
        theta = levenberg_marquardt(problem, other.theta, 40, matrix)
        scores[name].append(rmse(other.with_theta(theta), data.x_test, data.y_test))
    row = "".join(f"{score:9.1e}" for score in scores[name])
    print(f"   {name:10}{row}   median {np.median(scores[name]):.1e}")
print("   the geometric mean halves the error; five seeds are a hint, not a proof\n")
assert np.median(scores["geometric"]) < 0.7 * np.median(scores["identity"])
assert np.median(scores["geometric"]) < 0.7 * np.median(scores["diagonal"])

# %% [markdown]
# ## 5. To 1e-4
#
# At $G = 5$ nobody came below 1e-4. So let the grid grow on the way: `refine_at={20: 5}` means
# five intervals from step 20 on, and `adapt_at=(5,)` lets the grids follow the activations once
# (lesson 8 explains both). Levenberg-Marquardt takes 20 steps each with $G = 3, 5, 10, 20$. Beside
# it we time 1500 gradients at $G = 5$, about what 1500 steps of Adam cost.

# %%
print(f"5. To a test RMSE of {TARGET:g} with a growing grid")
lm_errors, lm_seconds = [], []
for seed in range(5):
    small = kn.KAN(WIDTHS, grid_size=3, degree=DEGREE, rng=seed)
    schedule = {"adapt_at": (5,), "refine_at": {20: 5, 40: 10, 60: 20}}
    found = kn.fit(small, data.x_train, data.y_train, steps=80, **schedule)
    lm_seconds.append(found.history["seconds"][-1])
    lm_errors.append(rmse(found.network, data.x_test, data.y_test))
tick = time.perf_counter()
for _ in range(1500):
    problem.fun(start)
tock, lm_time = time.perf_counter(), np.median(lm_seconds)
print("   LM, 80 steps, five starting networks: " + " ".join(f"{e:.1e}" for e in lm_errors))
print(f"     seconds: {lm_time:.2f} each; 1500 gradients at G = 5 take {tock - tick:.2f}", end="")
print(f" (ratio {lm_time / (tock - tick):.2f})")
assert max(lm_errors) < TARGET

# %% [markdown]
# Can L-BFGS do it too? The textbook's guess for $K$ is a multiple of the identity, as blind to
# scales as Levenberg was. And whenever the grids change, it must begin again.
#
# The cure is that of section 4: better units. A parameter is multiplied with a basis function or
# with the base function; let $d$ be the mean square of that factor over the samples. A bump that
# few samples reach has a small $d$, and needs a long step for the same effect. So guess
# $K_0 = \gamma\, \mathrm{diag}(1 / d)$. It is what `kn.LBFGS` does unless told otherwise:
# `problem.diagonal_scaling` gives $d$, and `start`, which runs again when the grids change, asks
# for it anew.
#
# **Predict:** how much does one division per parameter save?


# %%
def run_to_target(optimizer, seed):
    """Return evaluations and test RMSE on the way to the target, every 25 steps."""
    curve = []

    def watch(step, network, history):
        if step % 25:
            return False
        curve.append((history["evaluations"][-1], rmse(network, data.x_test, data.y_test)))
        return curve[-1][1] <= TARGET or curve[-1][0] > MOST_EVALUATIONS - 40

    first = kn.KAN(WIDTHS, grid_size=G, degree=DEGREE, rng=seed)
    schedule = {"adapt_at": (50,), "refine_at": {200: 10, 400: 20}, "callback": watch}
    kn.fit(first, data.x_train, data.y_train, optimizer, MOST_EVALUATIONS, **schedule)
    return np.array(curve).T


plain = run_to_target(kn.LBFGS(scaled=False), SEED)
scaled = [run_to_target(kn.LBFGS(), seed) for seed in range(3)]
print("   L-BFGS                evaluations   test RMSE")
print(f"     d = 1         {plain[0, -1]:14.0f}{plain[1, -1]:12.1e}")
for seed, curve in enumerate(scaled):
    print(f"     own units, net {seed}{curve[0, -1]:13.0f}{curve[1, -1]:12.1e}")
print("   the same method in better units gets there; in the old ones it does not\n")
assert plain[1, -1] > 1.3 * TARGET
assert all(curve[0, -1] <= MOST_EVALUATIONS for curve in scaled)
assert all(curve[1, -1] <= TARGET for curve in scaled)
assert np.median([curve[0, -1] for curve in scaled]) < 0.5 * MOST_EVALUATIONS

# %%
figure, ax = plt.subplots(figsize=(8.5, 4.5))
ax.loglog(*plain, color=COLORS["L-BFGS"], lw=2, label="L-BFGS with $d = 1$")
for curve in scaled:
    ax.loglog(*curve, color=GREEN, ls="--", lw=2)
ax.lines[-1].set_label("L-BFGS in own units, three networks")
ax.axhline(TARGET, color="#777777", ls=":")
ax.set(xlabel="evaluations of the loss", ylabel="test RMSE")
ax.legend()
ax.grid(alpha=0.3)
figure.savefig(build / "07_rescaled.png")
plt.close(figure)

# %% [markdown]
# The test samples decided when to stop the clock, nothing else. The price of the new units is one
# evaluation at the start and at each change of the grid.
#
# ## 6. SciPy in their place
#
# A problem has the three functions that SciPy asks for: `fun`, `residuals` and `jacobian`.

# %%
limits = {"maxcor": 100, "maxiter": STEPS, "maxfun": 2 * STEPS, "ftol": 0.0, "gtol": 0.0}
lbfgsb = scipy.optimize.minimize(problem.fun, start, jac=True, method="L-BFGS-B", options=limits)
squares = scipy.optimize.least_squares(
    problem.residuals, start, jac=problem.jacobian, x_scale="jac", max_nfev=STEPS_LM
)
print("6. Train RMSE of the library and of SciPy, same start, same budget")
print("            library     SciPy")
for name, theta in (("L-BFGS", lbfgsb.x), ("LM", squares.x)):
    own, theirs = np.sqrt(histories[name]["train_loss"][-1]), np.sqrt(problem.value(theta))
    print(f"   {name:8}{own:9.1e}{theirs:10.1e}")
    assert 0.5 < own / theirs < 2.0
print("   neither is far ahead of the other\n")

# %% [markdown]
# ## 7. Knots
#
# The *signature* of a knot is an even integer. Geometry gives three other numbers: how the
# meridian $\mu$ (complex) and the longitude $\lambda$ (real) shift the maximal cusp. There is a
# known rule, found with the help of a neural network and then proved up to an error term: signature
# $\approx -\mathrm{Re}(\lambda / \mu) / 2$ (Davies et al., 2021). Can a small KAN do better?
#
# A trap first. 894 knots of the table repeat the three numbers of an earlier one, and its signature
# (mutation, for one, changes neither). Split the rows at random, and a knot may sit in the test set
# while its twin sits in the training set. So we split the *distinct* triples.

# %%
knots = kn.datasets.load_knots()
x = knots.columns("meridian_re", "meridian_im", "longitude")  # (N, 3)
signature = knots.signature.astype(float)[:, None]  # (N, 1)
distinct, twin = np.unique(x, axis=0, return_inverse=True)
_, (held_out,) = kn.datasets.split(np.arange(len(distinct)), rng=SEED)
test = np.isin(twin.ravel(), held_out)
train = ~test
scaler = kn.datasets.Scaler.fit(x[train], squash=True)


def nearest_even(value):
    return 2.0 * np.round(value / 2.0)


first = kn.KAN([3, 3, 1], grid_size=5, degree=DEGREE, rng=SEED)
found = kn.fit(first, scaler(x[train]), signature[train], steps=30, adapt_at=(0, 5))
x_one = np.column_stack([x, np.ones(len(x))])
weights = np.linalg.lstsq(x_one[train], signature[train], rcond=None)[0]
guesses = {
    "linear fit": nearest_even(x_one @ weights),
    "rule": kn.datasets.signature_from_slope(*x.T)[:, None],
    "KAN [3, 3, 1]": nearest_even(found.network(scaler(x))),
}
print(f"7. Knots: {train.sum()} to train on, {test.sum()} to test, no twins across")
right = {name: float(np.mean((guess == signature)[test])) for name, guess in guesses.items()}
for name, share in right.items():
    print(f"   {name:14} signature right for {100 * share:.1f} %")
seconds = found.history["seconds"][-1]
print(f"   the KAN's {found.network.size} parameters took {seconds:.1f} s with LM")
assert (len(x) - len(distinct), knots.crossings.max()) == (894, 13)
assert not set(twin.ravel()[test]) & set(twin.ravel()[train])
bounds = {"linear fit": (0.70, 0.74), "rule": (0.73, 0.75), "KAN [3, 3, 1]": (0.855, 0.885)}
for name, (low, high) in bounds.items():
    assert low < right[name] < high

# %%
figure, ax = plt.subplots(figsize=(8.5, 4.5))
sizes, size = np.arange(0, 9, 2), np.abs(signature[test])
for at, (name, guess) in enumerate(guesses.items()):
    hits = (guess == signature)[test]
    shares = [100 * np.mean(hits[size == value]) for value in sizes]
    ax.bar(sizes + 0.5 * (at - 1), shares, 0.45, color=list(COLORS.values())[at], label=name)
ax.set(xlabel="|signature| (number of test knots)", ylabel="right, %", xticks=sizes)
ax.set_xticklabels([f"{value}\n({np.sum(size == value)})" for value in sizes])
figure.legend(loc="outside upper center", ncols=3)
ax.grid(alpha=0.3, axis="y")
figure.savefig(build / "07_knots.png")
plt.close(figure)

# %% [markdown]
# The rule has a proof, and the network has none; but it is right more often. It has only seen knots
# of up to 13 crossings, and we do not know what it would say about larger ones.
#
# ## 8. When some samples are wrong
#
# Least squares believe every sample, and the square of a large error is huge: a single typing error
# spoils the fit. Huber's loss counts an error $e$ beyond $\delta = 1.345 \sigma$ by its absolute
# value, so that no sample pulls harder than one at $\delta$. The size $\sigma$ of the errors is
# estimated along with the network. Levenberg-Marquardt still needs squares: each step weights them,
# those of large errors with $\delta / |e|$.

# %%
rng = np.random.default_rng(DATA_SEED)
x = rng.uniform(-1, 1, (300, 1))
truth = np.sin(3 * x)
y = truth + 0.1 * rng.standard_normal(x.shape)
y[42] = 1000.0  # a typing error
fits = {
    loss: kn.fit(kn.KAN([1, 1], rng=SEED), x, y, loss=loss).network for loss in ("mse", "huber")
}
print("8. One wrong sample among 300")
for loss, net in fits.items():
    print(f"   {loss:5} is off by {rmse(net, x, truth):.3f}")
suspect = int(np.argmax(np.abs(fits["huber"](x) - y)))
print(f"   the largest error of the robust fit is at sample {suspect}")
assert rmse(fits["mse"], x, truth) > 1.0
assert rmse(fits["huber"], x, truth) < 0.03
assert suspect == 42

# %% [markdown]
# If all errors are normal, Huber's loss gives 95 % of what least squares would: the price of the
# insurance.
#
# ## On your own
#
# 1. *Easy.* Repeat the race from five other starting networks. Does the order ever change? Which
#    optimizer varies most?
# 2. *Medium.* Plain L-BFGS may like to stay longer on coarse grids: try
#    `refine_at={400: 10, 1200: 20}`. Are the units of use when the grid never changes?
# 3. *Open.* Adam, too, rescales each parameter, at every step. So why does it stop so far above
#    the other two? Try a learning rate that shrinks, or momentum in the units of section 5.
#
# ## Further reading
#
# - J. Nocedal, S. Wright, *Numerical Optimization*, Springer, 2006: chapters 3, 7 and 10.
# - D. Kingma, J. Ba, *Adam: a method for stochastic optimization*, arXiv 1412.6980.
# - H. B. Nielsen, *Damping parameter in Marquardt's method*, IMM-REP-1999-05.
# - J. Moré, *The Levenberg-Marquardt algorithm: implementation and theory*, 1978: scaling by $d$.
# - A. Davies et al., *Advancing mathematics by guiding human intuition with AI*, Nature 600, 2021.
