# %% [markdown]
# # Lesson 07d: The race
#
# **Question.** Which optimizer should train a KAN?
#
# **You will learn:**
# - the rules of a fair race: same start, same data, tuned elsewhere, evaluations and seconds
#   counted;
# - when each of the four is the one to take, and what none of them repairs.
#
# **You need:** 07a (SGD, Adam), 07b (Levenberg-Marquardt, LM), 07c (L-BFGS).
#
# **Time:** 15 minutes to read, 12 seconds to run.

# %%
import time
from itertools import pairwise, product

import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GRAY, GREEN, ORANGE, show, table

import kan_numpy as kn

WIDTHS, G = [2, 5, 1], 5  # nodes of each level, grid intervals
STEPS, STEPS_LM, STARTS = 200, 40, range(3)

data = kn.datasets.toy("exp_sin", rng=0)  # 1000 samples to train on, 1000 others to test


def rmse(network, x, y):
    """Return the root mean square error: the loss in the units of y."""
    return float(np.sqrt(np.mean((network(x) - y) ** 2)))


def objective(seed, x=data.x_train, y=data.y_train, widths=WIDTHS):
    return kn.Objective(kn.KAN(widths, grid_size=G, rng=seed), x, y)


# %% [markdown]
# ## 1. Rules
#
# Four rules, each of which has been broken in print. (1) All start from the same networks, several
# of them, and see the same samples. (2) Learning rates are tuned, with the same care for all, and
# on *other* starts than those of the race. (3) The cost is counted in evaluations of the loss and
# in seconds. (4) The score is the error on samples that nobody has trained on.

# %%
rates = {"SGD": (0.01, 0.03, 0.1), "Adam": (0.02, 0.1, 0.5)}  # SGD explodes at 0.3
makers = {"SGD": kn.SGD, "Adam": kn.Adam}
tuned = {}
print("1. Learning rates, on a start that does not race: loss after 100 steps")
for name, tried in rates.items():
    runs = {rate: kn.train(objective(99), makers[name](rate), steps=100) for rate in tried}
    losses = {rate: run.history["train_loss"][-1] for rate, run in runs.items()}
    tuned[name] = min(losses, key=losses.get)
    print(f"   {name}: " + ", ".join(f"{rate}: {loss:.1e}" for rate, loss in losses.items()))
print()

# %% [markdown]
# ## 2. The race
#
# An *evaluation* is one loss, with or without its gradient. That flatters LM: each of its steps
# also takes a Jacobian, which holds a gradient for every sample, and solves a linear system.
#
# **Predict:** an LM step is dearer. Will LM, with a fifth of the steps, still be ahead in seconds?

# %%
racers = {
    "SGD": (kn.SGD(tuned["SGD"]), STEPS, GRAY, ":"),
    "Adam": (kn.Adam(tuned["Adam"]), STEPS, GREEN, "-."),
    "L-BFGS": (kn.LBFGS(), STEPS, BLUE, "--"),
    "LM": (kn.LevenbergMarquardt(), STEPS_LM, ORANGE, "-"),
}
errors, histories, rows = {}, {}, []
for name, (optimizer, steps, _, _) in racers.items():
    started = time.process_time()
    runs = [kn.train(objective(seed), optimizer, steps=steps) for seed in STARTS]
    seconds = (time.process_time() - started) / len(STARTS)
    errors[name] = [rmse(run.network, data.x_test, data.y_test) for run in runs]
    histories[name] = runs[0].history
    evaluations = histories[name]["evaluations"][-1]
    rows.append((name, evaluations, f"{seconds:.2f}", *errors[name]))
print("2. The race: evaluations and seconds for one start, test RMSE of three")
table(["optimizer", "evaluations", "seconds", *(f"start {seed}" for seed in STARTS)], rows)
for (worse, better), seed in product(pairwise(errors), STARTS):
    assert errors[better][seed] < errors[worse][seed]

# %%
figure, axes = plt.subplots(1, 2, figsize=(13, 4.6), sharey=True)
for ax, cost in zip(axes, ("evaluations", "seconds"), strict=True):
    for name, history in histories.items():
        _, _, color, style = racers[name]
        root = np.sqrt(history["train_loss"])
        ax.loglog(history[cost], root, style, color=color, lw=3, label=name)
    ax.set(xlabel=f"{cost}, start 0", ylabel=r"train RMSE $= \sqrt{L}$")
    ax.label_outer()
    ax.grid(alpha=0.3)
axes[1].legend()
show(
    figure,
    "07d_race",
    "Training error against evaluations and seconds: LM falls steepest in both, then L-BFGS, then"
    " Adam, then SGD.",
)

# %% [markdown]
# **Answer:** all four stand in the same order for all three starts. LM needs the fewest
# evaluations, and on a quiet machine the fewest seconds: see what your table says. (On a busy one,
# the threads of a matrix product wait for each other.) But look at what its step costs: $J^T J$
# takes $N P^2 / 2$ products of numbers, and solving takes $P^3 / 6$, where a gradient takes a
# multiple of $N P$.

# %%
print("   Milliseconds of a gradient and of an LM step")
rows, method = [], kn.LevenbergMarquardt()
for hidden in (5, 15, 45):
    large = objective(0, widths=[2, hidden, 1])
    state, theta = method.start(large, large.network.theta), large.network.theta
    ticks = [time.process_time()]
    for action in (lambda: large.fun(theta), lambda: method.step(large, state)):  # noqa: B023
        for _ in range(3):
            action()
        ticks.append(time.process_time())
    gradient, step = 1e3 * np.diff(ticks) / 3
    rows.append((f"P = {len(theta)}", f"{gradient:.1f}", f"{step:.1f}", f"{step / gradient:.0f}"))
table(["parameters", "gradient", "LM step", "ratio"], rows)

# %% [markdown]
# With the number of parameters the price of an LM step grows much faster. So: *LM* for sums of
# squares and up to some thousand parameters; *L-BFGS* for other losses, or when $P$ is larger;
# *Adam* with mini-batches when the samples are too many for one evaluation; *SGD* to understand the
# others. A better optimizer can also carry a finer grid, which lesson 08a is about: LM with a
# growing grid goes below an error of 1e-4.

# %%
fine = []
for seed in STARTS:
    schedule = {"adapt_at": (5,), "refine_at": {20: 5, 40: 10, 60: 20}}  # interval numbers G
    first = kn.KAN(WIDTHS, grid_size=3, rng=seed)
    found = kn.fit(first, data.x_train, data.y_train, steps=80, **schedule)
    fine.append(rmse(found.network, data.x_test, data.y_test))
print("   LM, 80 steps, G from 3 to 20: " + ", ".join(f"{error:.1e}" for error in fine) + "\n")
assert max(fine) < 1e-4

# %% [markdown]
# ## 3. What no optimizer repairs
#
# **Common mistake:** the optimizer that reaches the lowest training loss has found the best
# network.

# %%
rng = np.random.default_rng(1)
few, noisy = data.x_train[:80], data.y_train[:80] + 0.1 * rng.standard_normal((80, 1))
rows = []
for name, steps in (("Adam", 200), ("LM", 50)):
    network = kn.train(objective(0, few, noisy), racers[name][0], steps=steps).network
    rows.append((name, rmse(network, few, noisy), rmse(network, data.x_test, data.y_test)))
print("3. 80 samples with noise of size 0.1: RMSE on them, and on new samples without noise")
table(["optimizer", "train", "test"], rows)
assert rows[1][1] < 1e-10 < 0.03 < rows[0][1]
assert rows[1][2] > 2 * rows[0][2]

# %% [markdown]
# 135 parameters can learn 80 samples by heart, noise and all. LM does so to the last digit, and is
# worse on new ones than Adam, which was not done yet. (`kn.fit` therefore holds coefficients that
# few samples determine; `kn.train` takes the loss as it is.)
#
# Nor does an optimizer notice a typing error: the square of a large error is huge, and one sample
# spoils the fit. Huber's loss counts an error beyond $\delta$ by its absolute value, so that no
# sample pulls harder than one at $\delta = 1.345 \sigma$, where $\sigma$ is the size of the errors.
# LM still needs squares: each step weights them, those of large errors $e$ with $\delta / |e|$.

# %%
x = rng.uniform(-1, 1, (300, 1))
y = np.sin(3 * x) + 0.1 * rng.standard_normal(x.shape)
y[42] = 1000.0  # a typing error
off = {
    loss: rmse(kn.fit(kn.KAN([1, 1], rng=0), x, y, loss=loss).network, x, np.sin(3 * x))
    for loss in ("mse", "huber")
}
print(
    f"   one wrong sample among 300: RMSE {off['mse']:.1f} by squares, {off['huber']:.3f} by Huber"
)
assert off["huber"] < 0.03 < 1 < off["mse"]

# %% [markdown]
# ## On your own
#
# Close this file and write the step of the winner from memory: `make exercise N=7.3`.
#
# *Open.* Adam, too, rescales each parameter, at every step. So why does it stop so far above L-BFGS
# and LM? Try a learning rate that shrinks.
#
# ## Further reading
#
# - R. Schmidt, F. Schneider, P. Hennig, *Descending through a crowded valley*, arXiv 2007.01547: a
#   fair race of fifteen optimizers for neural networks.
# - P. Huber, *Robust estimation of a location parameter*, Annals of Mathematical Statistics 35,
#   1964.
