# %% [markdown]
# # Lesson 14b: Outside the data
#
# **Question.** What does a network say where it has seen nothing, and when may one believe it?
#
# **You will learn:**
# - to compute by hand what a KAN says beyond its grid: a tangent, or something that fades;
# - to tell when a tangent helps, and when it is worse than nothing;
# - to say what it takes for a symbol to extrapolate.
#
# **You need:** lessons 02b (ends), 03a (derivatives of splines), 08a (grids) and 09b (naming an
# edge).
#
# **Time:** 20 minutes to read, 8 seconds to run.

# %%
from collections import Counter
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GRAY, GREEN, ORANGE, show, table

import kan_numpy as kn

DEGREE, SEEDS = 3, range(10)  # of all splines; data sets with noise
GUESSES = ("tanh", "sin", "arctan")  # what an edge may become


def rms(values):
    return float(np.sqrt(np.mean(np.square(values))))


# %% [markdown]
# ## 1. Three ways to go on
#
# A network [1, 1], a single edge, sees $\tanh 2x$ on [-1, 1]. Beyond its grid it can go on in three
# ways.
#
# - **tangent**, the default: with e the end of the grid,
#   $\phi(x) = \phi(e) + \phi'(e)\, (x - e)$ and $\phi'(e) = w\, b'(e) + \sum_j c_j B'_j(e)$.
# - **fade**, as in the paper (`outside="fade"`): the splines go to 0 within a few intervals, and
#   nothing is left but the base function, $w\, b(x)$ with b = silu.
# - **symbol**: `kn.symbolify` replaces the edge by that one of tanh, sin and arctan that it looks
#   like inside, and fits its numbers (lesson 09b).
#
# **Predict:** what do the three say at x = 3, where $\tanh 6 = 1.000$?


# %%
def tanh_samples(sigma, seed, n=200):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, (n, 1))
    return x, np.tanh(2 * x) + sigma * rng.standard_normal((n, 1))


def one_edge(x, y, G=10, seed=0):
    return kn.fit(kn.KAN([1, 1], G, DEGREE, rng=seed), x, y, steps=20).network


def silu(x):
    return x / (1 + np.exp(-x))


x, y = tanh_samples(0, 0)
tangent = one_edge(x, y)
layer = tangent.layers[0]
fade = kn.KAN.from_layers([replace(layer, outside="fade")])  # the same on its grid
symbol = kn.symbolify(tangent, x, y, functions=GUESSES)
inside, outside = np.linspace(-1, 1, 500)[:, None], np.linspace(1, 3, 500)[:, None]

(w,), e, sigmoid = layer.w_base[0], 1.0, 1 / (1 + np.exp(-1.0))
value, slope = (
    kn.bspline_basis([e], layer.knots[0], DEGREE, d)[0] @ layer.coef[0, 0] for d in (0, 1)
)
value += w * silu(e) + layer.bias[0]  # the bias is the mean of y
slope += w * sigmoid * (1 + e * (1 - sigmoid))  # the slope of silu
np.testing.assert_allclose(tangent(outside), value + slope * (outside - e), rtol=1e-9)
np.testing.assert_allclose(fade([[9.0]]), [[w * silu(9.0) + layer.bias[0]]], rtol=1e-9)

print("1. tanh(2x), learned on [-1, 1]")
rows = []
for name, net in (("fade", fade), ("tangent", tangent), ("symbol", symbol)):
    misses = [rms(net(points) - np.tanh(2 * points)) for points in (inside, outside)]
    rows.append((name, *misses, f"{net([[3.0]])[0, 0]:.3f}"))
table(("", "RMSE inside", "RMSE from 1 to 3", "at x = 3"), rows)
assert max(row[1] for row in rows) < 2e-4
assert rows[0][2] > 0.3 > rows[1][2] > 0.05
assert rows[2][2] < 1e-9

# %% [markdown]
# **Answer:** inside they are the same, within 2e-4. Outside only the symbol is right. Fading leaves
# a base function that grows without end. A tangent is no knowledge, only a guess that harms less.
#
# ## 2. A trend
#
# With a trend, tomorrow is always a bit beyond today. Take $z_t = 0.02\,t + \sin(2 \pi t / 12)$ +
# noise. From three values a network predicts the next. It learns from the first 300, and the next
# 97 rise above all of them. A further way out is to stay at the end of the data, which is
# `net(np.clip(x, low, high))`.
#
# **Predict:** which one follows the trend: with the sum of three functions that is asked for, [3,
# 1], and with a larger network, [3, 5, 1]?


# %%
def trend(seed, lag=3, n=400):
    t, rng = np.arange(n), np.random.default_rng(seed)
    z = 0.02 * t + np.sin(2 * np.pi * t / 12) + 0.1 * rng.standard_normal(n)
    return np.column_stack([z[i : n - lag + i] for i in range(lag)]), z[lag:, None]


def misses_beyond(widths, seed, split=300):
    """Return the RMSE of three ways to go on: fade, stay, tangent."""
    x, y = trend(seed)
    past, future = x[:split], x[split:]
    fade, tangent = (
        kn.fit(
            kn.KAN(widths, 3, DEGREE, outside=beyond, rng=seed), past, y[:split],
            steps=30, adapt_at=[0], hold=3e-4,
        ).network
        for beyond in ("fade", "linear")
    )  # fmt: skip
    stay = np.clip(future, past.min(axis=0), past.max(axis=0))
    return [rms(said - y[split:]) for said in (fade(future), tangent(stay), tangent(future))]


print("2. The next value of a rising series: RMSE beyond the past, ten draws")
rows = []
for widths in ([3, 1], [3, 5, 1]):
    off = np.array([misses_beyond(widths, seed) for seed in SEEDS])  # (draws, ways)
    rows.append((f"{widths}, median", *np.median(off, axis=0).tolist()))
    rows.append((f"{widths}, worst", *off.max(axis=0).tolist()))
table(("", "fade", "stay", "tangent"), rows)
small, small_worst, _, large_worst = rows
assert small[3] < 0.8 * small[2]
assert small_worst[3] < small_worst[2]
assert large_worst[3] > 2 * large_worst[2]

# %% [markdown]
# **Answer:** the small network follows the trend along its tangents. In the large one the slopes at
# the end of the grid, where samples are few, are a matter of chance, and two layers multiply them.
# A tangent is as good as its slope. Where nothing is known of it, ask a network only about what
# lies inside.
#
# ## 3. Symbols and noise
#
# In section 1 the symbol was right to the last digit. Now the 200 samples come with noise of size
# $\sigma$, in ten data sets each.
#
# **Common mistake:** a formula is a law, so a symbol may be trusted outside the data.

# %%
print("3. From noisy samples: what is said at x = 3, and which of three symbols is chosen")
snaps, rows = {}, []
for sigma in (0.01, 0.1, 0.3):
    snaps[sigma] = []
    for seed in SEEDS:
        x, y = tanh_samples(sigma, seed)
        net = one_edge(x, y, 5, seed)
        (best, *_) = kn.suggest_symbolic(net, x, 0, 0, 0, GUESSES)
        a, b, c, d = best.affine
        snaps[sigma].append((best.symbol, (a, b, c, d + net.layers[0].bias[0])))
    said = [float(c * f(np.array(3 * a + b)) + d) for f, (a, b, c, d) in snaps[sigma]]
    counts = Counter(symbol.name for symbol, _ in snaps[sigma])
    names = ", ".join(f"{name} {count} times" for name, count in counts.most_common())
    rows.append((sigma, f"{min(said):.2f} to {max(said):.2f}", names))
    if sigma == 0.01:
        assert counts["tanh"] == 10
        np.testing.assert_allclose(said, 1.0, atol=0.02)
table(("sigma", "at x = 3", "chosen"), rows)
assert counts["tanh"] <= 4
assert np.ptp(said) > 0.5

fig, (left, right) = plt.subplots(1, 2, figsize=(12, 5), sharex=True, sharey=True)
far = np.linspace(-3, 3, 601)
for ax in (left, right):
    ax.axvspan(-1, 1, color=GRAY, alpha=0.2, lw=0)
    ax.plot(far, np.tanh(2 * far), color=GRAY, lw=7, alpha=0.5, label=r"$\tanh 2x$")
ways = (
    (tangent, "-", ORANGE, "tangent"),
    (fade, ":", GREEN, "fade"),
    (symbol, "--", BLUE, "symbol"),
)
for net, style, color, label in ways:
    left.plot(far, net(far[:, None]), style, color=color, lw=2.5, label=label)
looks = {"tanh": (BLUE, "--"), "sin": (ORANGE, "-"), "arctan": (GREEN, ":")}
for f, (a, b, c, d) in snaps[0.3]:
    color, style = looks[f.name]
    right.plot(far, c * f(a * far + b) + d, style, color=color, lw=1.5)
for name in sorted({f.name for f, _ in snaps[0.3]}):
    right.plot([], [], looks[name][1], color=looks[name][0], label=name)
left.set(xlabel="$x$", ylabel="$y$", ylim=(-2.2, 2.2), title="no noise (data: shaded)")
right.set(xlabel="$x$", title=r"symbols from ten data sets, $\sigma$ = 0.3")
left.legend(loc="upper left")
right.legend(loc="upper left")
show(
    fig,
    "14b_outside",
    "Beyond the data three ways to go on part, and so do symbols found in noise.",
)

# %% [markdown]
# A symbol extrapolates as far as it is the right one, and noise hides which one is. Inside, the
# three look alike. Outside, one of them saturates, one oscillates and one creeps.
#
# ## On your own
#
# Close this file and write a spline that goes on along its tangents from memory:
# `make exercise N=14.3`.
#
# 1. *Medium.* Give the [3, 5, 1] network of section 2 the differences $z_t - z_{t-1}$ instead.
#    Which way to go on is best then, and why does the trend no longer matter?
# 2. *Open.* Which one further sample outside [-1, 1] tells the three symbols apart best?
#
# ## Further reading
#
# - Z. Liu et al., *KAN: Kolmogorov-Arnold Networks*, arXiv 2404.19756, section 2.2.
# - G. Martius and C. H. Lampert, *Extrapolation and learning equations*, arXiv 1610.02995.
