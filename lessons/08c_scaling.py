# %% [markdown]
# # Lesson 08c: The scaling law and its end
#
# **Question.** How fast does the error fall when the grid gets finer, and where does that end?
#
# **You will learn:**
# - why the error of a network of cubic splines falls like $G^{-4}$, and to see that it does;
# - how few samples per bump are too few, and why the training loss does not show it;
# - to compute the best G from the noise.
#
# **You need:** 03b (least squares, the order of splines), 08b (the staircase).
#
# **Time:** 20 minutes to read, 6 seconds to run.

# %%
import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GRAY, ORANGE, show, table

import kan_numpy as kn

DEGREE = 3  # k, degree of the splines
SIZES = (3, 5, 10, 20, 50)  # G, intervals of the grids
STEPS = 20  # of Levenberg-Marquardt in each stage
DENSE = 10_000  # points that stand for a whole interval


def rms(values):
    return float(np.sqrt(np.mean(np.square(values))))


# %% [markdown]
# ## 1. Errors add up
#
# Splines of degree k with intervals of width h come as near as $C h^{k+1}$ to a smooth function
# (lesson 03b). What do they make of $f = \Phi(\phi_1(x_1) + \phi_2(x_2))$? Let an edge be wrong by
# at most $e_1$, $e_2$ and $e_\Phi$, and write $\tilde u$ for the sum of the inner splines. Then
#
# $$|\tilde\Phi(\tilde u) - \Phi(u)| \le |\tilde\Phi(\tilde u) - \Phi(\tilde u)|
#   + |\Phi(\tilde u) - \Phi(u)| \le e_\Phi + \max|\Phi'|\,(e_1 + e_2).$$
#
# Each e is at most a constant times $G^{-(k+1)}$, so the error of f is too. This is theorem 2.1 of
# arXiv 2404.19756. It says that such a network exists, not that training finds it. Here we know
# the edges: $\sin(\pi x_1)$, $x_2^2$ and $\exp(u)$. Fit a spline to each by itself and compose
# them. Beside it, train a network [2, 1, 1] as in lesson 08b.
#
# **Predict:** which of the two has the smaller error?


# %%
def spline(f, low, high, G):
    """Return the best spline of f over an interval, as a function."""
    at, knots = np.linspace(low, high, DENSE), kn.uniform_knots(low, high, G, DEGREE)
    c = np.linalg.lstsq(kn.bspline_basis(at, knots, DEGREE), f(at), rcond=None)[0]
    return lambda u: kn.bspline_basis(u, knots, DEGREE) @ c


def worst(f, g, low, high):
    at = np.linspace(low, high, DENSE)
    return np.max(np.abs(f(at) - g(at)))


x, y, x_test, y_test = kn.datasets.toy("exp_sin", 2000, 2000, rng=0)
edges = [(lambda u: np.sin(np.pi * u), -1, 1), (np.square, -1, 1), (np.exp, -1.1, 2.1)]
net, composed, trained, bounds = kn.KAN([2, 1, 1], 3, DEGREE, rng=2), {}, {}, {}
for G in SIZES:
    one, two, outer = (spline(*edge, G) for edge in edges)
    off = outer(one(x_test[:, 0]) + two(x_test[:, 1])) - y_test[:, 0]
    fits = zip(edges, (one, two, outer), strict=True)
    e_1, e_2, e_outer = (worst(edge[0], fit, *edge[1:]) for edge, fit in fits)
    composed[G], bounds[G] = rms(off), e_outer + np.exp(2.1) * (e_1 + e_2)
    assert np.abs(off).max() <= bounds[G]
    net = kn.fit(kn.refine(net, G), x, y, steps=STEPS, adapt_at=(2,)).network
    trained[G] = rms(net(x_test) - y_test)
print("1. Errors add up: test RMSE, and the bound on the largest error")
rows = [[str(G), trained[G], composed[G], bounds[G]] for G in SIZES]
table(["G", "trained", "composed", "bound"], rows)
for errors in (trained, composed):
    slope = np.polyfit(np.log(SIZES[2:]), np.log([errors[G] for G in SIZES[2:]]), 1)[0]
    assert abs(slope + 4) < 0.4
assert all(0.5 < trained[G] / composed[G] < 2 for G in SIZES)

figure, ax = plt.subplots(figsize=(8, 5))
ax.loglog(SIZES, list(bounds.values()), "^:", color=GRAY, lw=2, ms=8, label="bound")
ax.loglog(SIZES, list(composed.values()), "s--", color=ORANGE, lw=2, ms=8, label="composed")
ax.loglog(SIZES, list(trained.values()), "o-", color=BLUE, lw=2.5, ms=8, label="trained")
ax.loglog([10, 40], [1e-5, 1e-5 / 4**4], "k", lw=1)
ax.text(20, 2e-7, "slope -4", ha="right")
ax.set(xlabel="grid intervals $G$", ylabel="RMSE")
ax.set_xticks(SIZES, SIZES)
ax.minorticks_off()
ax.legend()
show(figure, "08c_scaling", "On log axes the errors fall along straight lines of slope -4.")

# %% [markdown]
# **Answer:** About the same: training does as well as somebody who knows the three functions.
#
# ## 2. When the samples end
#
# With one edge and no base function the problem is linear. Let the target be the Bessel function
# $J_0(20 x)$, a damped wave, without noise. How few samples are enough?
#
# **Predict:** with 300 samples, at which G = 20, 50, 100, 200 will the test error turn?

# %%
GRIDS = (20, 50, 100, 200)
line = np.linspace(-1, 1, DENSE)
truth = kn.datasets.TOY_FUNCTIONS["bessel"](line[:, None])[:, 0]
x_one, y_one, _, _ = kn.datasets.toy("bessel", 1000, rng=0)
runs = {}
for G in GRIDS:
    knots = kn.uniform_knots(-1, 1, G, DEGREE)
    B, B_line = (kn.bspline_basis(points, knots, DEGREE) for points in (x_one[:, 0], line))
    for n in (1000, 300, 100):
        c = np.linalg.lstsq(B[:n], y_one[:n, 0], rcond=None)[0]
        fewest = np.count_nonzero(B[:n], axis=0).min()
        runs[n, G] = rms(B[:n] @ c - y_one[:n, 0]), rms(B_line @ c - truth), fewest
print("2. When the samples end: test RMSE, in brackets the fewest samples under one bump")
cells = {key: f"{test:.1e} ({fewest:2})" for key, (_, test, fewest) in runs.items()}
rows = [[str(G), *(cells[n, G] for n in (1000, 300, 100))] for G in GRIDS]
table(["G", "1000 samples", "300 samples", "100 samples"], rows)
best = {G: runs[1000, G][1] for G in GRIDS}
assert all((test > 10 * best[G]) == (fewest <= 1) for (_, G), (_, test, fewest) in runs.items())

# %% [markdown]
# **Answer:** From 100 to 200. The brackets say why. While every bump has three samples or more, the
# error falls. With one or none, its coefficient is decided badly or not at all.
#
# **Common mistake:** "The training loss fell, so the finer grid is better."

# %%
(train_1, test_1, _), (train_2, test_2, _) = runs[300, 100], runs[300, 200]
print(f"   300 samples, from G = 100 to 200: train RMSE {train_1:.0e} to {train_2:.0e},", end=" ")
print(f"test RMSE {test_1:.0e} to {test_2:.0e}\n")
assert train_2 < 0.1 * train_1
assert test_2 > 100 * test_1

# %% [markdown]
# The training loss has no samples where the trouble is. `kn.fit` holds such coefficients near a
# straight line through their neighbors (`kan_numpy/training/smoothness.py`).
#
# ## 3. Noise
#
# Samples have noise, $y_n = f(x_n) + \sigma \varepsilon_n$ with independent $\varepsilon_n$ of mean
# 0 and variance 1. The fit $\hat c = (B^T B)^{-1} B^T y$ is linear in y; at the samples noise
# adds $\sigma P \varepsilon$ with the projection $P = B (B^T B)^{-1} B^T$. Its mean square is
#
# $$\frac{\sigma^2}{N} E|P \varepsilon|^2 = \frac{\sigma^2}{N} E\,\varepsilon^T P \varepsilon
#   = \frac{\sigma^2}{N}\, trace\, P = \sigma^2\, \frac{G + k}{N},$$
#
# because $P^T P = P$ and the trace of a projection is its rank. Each coefficient takes its share of
# the noise: $error^2 \approx error_{\sigma=0}^2 + \sigma^2 (G + k) / N$.
#
# **Predict:** N = 1000 and $\sigma$ = 0.1. Which of G = 10, 20, 40, 80 is the best? And for 0.01?

# %%
COARSE, SIGMAS = (10, 20, 40, 80), (0.0, 0.01, 0.1)
measured = np.zeros((len(SIGMAS), len(COARSE)))
for m, G in enumerate(COARSE):
    knots = kn.uniform_knots(-1, 1, G, DEGREE)
    B, B_line = (kn.bspline_basis(points, knots, DEGREE) for points in (x_one[:, 0], line))
    for s, sigma in enumerate(SIGMAS):
        noise = sigma * np.random.default_rng(1).standard_normal((1000, 10))  # ten draws
        c = np.linalg.lstsq(B, y_one + noise, rcond=None)[0]  # (G+k, 10)
        measured[s, m] = rms(B_line @ c - truth[:, None])
predicted = np.hypot(measured[0], np.outer(SIGMAS, np.sqrt((np.array(COARSE) + DEGREE) / 1000)))
print("3. Noise: RMSE against the true function, in brackets as predicted")
rows = [
    [f"sigma = {sigma:g}", *(f"{e:.1e} ({p:.1e})" for e, p in zip(row, guess, strict=True))]
    for sigma, row, guess in zip(SIGMAS, measured, predicted, strict=True)
]
table(["", *(f"G = {G}" for G in COARSE)], rows)
assert [COARSE[at] for at in measured.argmin(axis=1)] == [80, 40, 20]
np.testing.assert_allclose(measured, predicted, rtol=0.2)

# %% [markdown]
# **Answer:** 20, and for a tenth of the noise 40: the less noise, the cheaper a coefficient.
#
# **Common mistake:** "The more intervals, the more accurate."


# %%
def in_noise(G, seed, stop):
    """Return RMSE of a [2, 5, 1] on 300 noisy samples, and from the function."""
    f, rng = kn.datasets.TOY_FUNCTIONS["exp_sin"], np.random.default_rng(seed)
    x = rng.uniform(-1, 1, (2400, 2))
    y = f(x) + 0.3 * rng.standard_normal((2400, 1))
    early = {"validation": (x[300:400], y[300:400]), "patience": 10} if stop else {}
    start = kn.KAN([2, 5, 1], G, DEGREE, rng=seed)
    net = kn.fit(start, x[:300], y[:300], adapt_at=(5,), **early).network
    return rms(net(x[:300]) - y[:300]), rms(net(x[400:]) - f(x[400:]))


noisy = {}
for G, stop in ((3, False), (20, False), (20, True)):
    noisy[G, stop] = np.median([in_noise(G, seed, stop) for seed in range(3)], axis=0)
print("   A network [2, 5, 1], noise 0.3: RMSE on its samples, from the function")
rows = [[f"G = {G:2}" + stop * ", stopped in time", *row] for (G, stop), row in noisy.items()]
table(["", "samples", "function"], rows)
assert noisy[20, False][0] < 0.1 * noisy[3, False][0]
assert noisy[20, False][1] > 2 * noisy[3, False][1]
assert noisy[20, True][1] < 0.5 * noisy[20, False][1]

# %% [markdown]
# The first term of the error falls with G, the second rises. A network is no better off: it fits
# 300 samples with their noise. A hundred more, which only say when to stop, help.
#
# ## On your own
#
# Close this file and write `finest` from memory, the largest G with at least three samples under
# every bump: `make exercise N=8.3`.
#
# 1. How does the best G depend on N? Set the derivative of the formula in section 3 to zero, with
#    $error_{\sigma=0} = C G^{-4}$.
# 2. (open) Go on to G = 100 in section 1. Which test samples are now the worst, and why?
#
# ## Further reading
#
# - Z. Liu et al., *KAN: Kolmogorov-Arnold Networks*, arXiv 2404.19756, section 2.3.
# - I. J. Schoenberg and A. Whitney, *On Pólya frequency functions III*, Transactions AMS 74, 1953.
