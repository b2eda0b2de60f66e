# %% [markdown]
# # Lesson 13a: Special functions
#
# **Question.** Bessel, Legendre, Jacobi: the handbooks call these functions special, because no
# formula of elementary functions gives them. Can a small KAN stand in for them, and what has it
# understood?
#
# **You will learn:**
# - to fit functions of two inputs with one recipe, and to compare the errors with the paper's;
# - to test a network with a law that it was never shown;
# - to choose ranges and scales before blaming a network.
#
# **You need:** lessons 7 (optimizers), 8 (grids) and 9 (formulas).
#
# **Time:** 40 minutes to read, about 15 seconds to run.

# %%
from math import gamma
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from scipy import special

import kan_numpy as kn
from kan_numpy.datasets.benchmark import Benchmark
from kan_numpy.datasets.special_functions import SPECIAL_FUNCTIONS

WIDTHS, DEGREE, SIZES = [2, 4, 4, 1], 5, (4, 8)  # shape, degree, grid intervals one after the other
STEPS, STARTS, FEW = 30, 3, 500  # steps for each grid; random starts, samples to compare them
N_TRAIN, N_TEST, SEED = 2000, 5000, 0
PAPER = {"jv": 1.64e-3, "kv": 2.52e-5, "lpmv_0": 5.25e-5, "ellipeinc": 8.26e-5}  # its table 1
BLUE, ORANGE = "#0072B2", "#D55E00"

build = Path("build")
build.mkdir(exist_ok=True)
plt.rcParams.update({"font.size": 13, "savefig.dpi": 150, "figure.constrained_layout.use": True})


def rms(values):
    return float(np.sqrt(np.mean(values**2)))


# %% [markdown]
# ## 1. What makes a function special
#
# The Bessel function of order v solves $x^2 y'' + x y' + (x^2 - v^2)\, y = 0$. It is a series,
#
# $$J_v(x) = \sum_{m=0}^{\infty} \frac{(-1)^m}{m!\, \Gamma(m+v+1)} \Big(\frac{x}{2}\Big)^{2m+v}$$
#
# with v any number. A term follows from the one before: multiply by $-(x/2)^2$ and divide by
# $m (m + v)$. First a loop, then all terms in one line.


# %%
def bessel_in_a_loop(v, x, terms=40):
    total, term = 0.0, (x / 2) ** v / gamma(v + 1)
    for m in range(1, terms):
        total += term
        term *= -((x / 2) ** 2) / (m * (m + v))
    return total


def bessel_at_once(v, x, terms=40):
    m = np.arange(1, terms)
    factors = np.hstack([(x / 2) ** v / gamma(v + 1), -((x / 2) ** 2) / (m * (m + v))])
    return np.cumprod(factors).sum()


jv = SPECIAL_FUNCTIONS["jv"]
print("1. The Bessel function as a series")
for v, x in ((0.0, 1.0), (1.5, 5.0), (2.7, 10.0)):
    values = bessel_in_a_loop(v, x), bessel_at_once(v, x), jv([[v, x]])[0, 0]
    print(
        f"   J_{v}({x:4.1f}) = {values[2]:8.5f}; loop, line and SciPy: within {np.ptp(values):.0e}"
    )
    assert np.ptp(values) < 1e-12

# %% [markdown]
# ## 2. One recipe for all of them
#
# The paper fits fifteen functions of two inputs (arXiv 2404.19756, table 1). It tries many shapes
# for each and reports the best. Here one shape serves them all: [2, 4, 4, 1], of degree 5. Of three
# random starts the best by its training loss goes on, with G = 4 and then G = 8. Inputs are scaled
# to the cube from -1 to 1. Half of the samples are stretched towards its faces and corners
# (`kan_numpy.datasets.benchmark.draw`), because splines are least certain where the samples end.
#
# **Predict:** with 2000 samples and about 400 parameters, will it come near the paper's errors?


# %%
def train(problem):
    data = problem.split(N_TRAIN, N_TEST, SEED, "half_stretched")
    few = data.x_train[:FEW], data.y_train[:FEW]
    starts = [
        kn.fit(kn.KAN(WIDTHS, SIZES[0], DEGREE, rng=seed), *few, steps=20, adapt_at=(2, 10))
        for seed in range(STARTS)
    ]
    net = min(starts, key=lambda start: min(start.history["train_loss"])).network
    for G in SIZES:
        net = kn.fit(kn.refine(net, G), *data[:2], steps=STEPS, adapt_at=(0,)).network
    return net, data


print(f"\n2. KANs {WIDTHS} with G = {SIZES[-1]}: RMSE on {N_TEST} test samples")
print("   function       paper      ours    ours / paper    spread of the values")
trained = {}
for name, paper in PAPER.items():
    net, data = train(SPECIAL_FUNCTIONS[name])
    trained[name], error = net, rms(net(data.x_test) - data.y_test)
    spread = data.y_test.std()
    print(f"   {name:11}  {paper:.1e}   {error:.1e}   {error / paper:10.3f}   {spread:15.2f}")
    assert error < 0.75 * paper
    assert net.size == 392
print("   All four are below the paper's best KAN, with 392 parameters each.")
print(
    "   The paper does not print its ranges. Ours are in kan_numpy/datasets/special_functions.py:"
)
print("   a ratio of 0.01 means something, one of 0.7 would not mean much.\n")

# %%
line = np.linspace(-1, 1, 200)
cube = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1).reshape(-1, 2)  # (40000, 2)
truth = jv(jv.from_cube(cube))
v, x = jv.from_cube(np.stack([line, line], axis=1)).T
fig, axes = plt.subplots(1, 2, figsize=(12, 5), sharey=True)
wave = axes[0].pcolormesh(x, v, truth.reshape(200, 200), cmap="RdBu_r", vmin=-0.9, vmax=0.9)
error = np.log10(np.abs(trained["jv"](cube) - truth) + 1e-16)
errors = axes[1].pcolormesh(x, v, error.reshape(200, 200), cmap="viridis", vmin=-8, vmax=-4)
titles = ("$J_v(x)$", "error of the KAN, $\\log_{10}$")
for ax, image, title in zip(axes, (wave, errors), titles, strict=True):
    ax.set(title=title, xlabel="$x$")
    fig.colorbar(image, ax=ax)
axes[0].set_ylabel("order $v$")
fig.savefig(build / "13a_bessel.png")
plt.close(fig)

# %% [markdown]
# ## 3. A law that it was never shown
#
# A small test error says that the values are right. Are their relations right, too? Bessel
# functions of neighboring orders obey
#
# $$J_{v-1}(x) + J_{v+1}(x) = \frac{2 v}{x}\, J_v(x)$$
#
# Nobody told the network. It has seen single values at random orders. If each of the three has an
# error of its own, the two sides should miss each other by the three errors together.
#
# **Predict:** or has it understood the law, so that the errors cancel?


# %%
def both(v, x):
    """Return J_v(x) as the network has it, and its error, each (N,)."""
    at, (low, high) = np.stack([v, x], axis=1), np.array(jv.ranges).T
    value = trained["jv"](2 * (at - low) / (high - low) - 1)[:, 0]
    return value, value - jv(at)[:, 0]


rng = np.random.default_rng(SEED)
v, x = rng.uniform(1, 2, 3000), rng.uniform(*jv.ranges[1], 3000)
(below, e_below), (here, e_here), (above, e_above) = both(v - 1, x), both(v, x), both(v + 1, x)
law = rms(below + above - 2 * v / x * here)
together = np.sqrt(rms(e_below) ** 2 + rms(e_above) ** 2 + rms(2 * v / x * e_here) ** 2)
print("3. The recurrence of Bessel functions, by the network: RMS over 3000 points")
print(
    f"   the two sides miss each other by {law:.1e}; three independent errors make {together:.1e}"
)
print(f"   The sides themselves are {rms(2 * v / x * here):.1f} in size.\n")
assert law < 5e-5
assert 0.5 < law / together < 2.0

# %% [markdown]
# The law holds as well as the values are, and no better: the network has learned the numbers, not
# the law behind them.
#
# ## 4. One that is not so special
#
# Spherical harmonics are on the paper's list as well. This is the real part of $Y_1^1$,
#
# $$Re\, Y_1^1 = -\sqrt{\tfrac{3}{8 \pi}}\, \cos\theta\, \sin\phi$$
#
# Here $\theta$ runs around, from 0 to $2\pi$, and $\phi$ from pole to pole, from 0 to $\pi$, as in
# SciPy's convention; many books of physics swap the two. It is a formula after all, and
# `kn.discover` (lesson 9) finds it.

# %%
harmonic = SPECIAL_FUNCTIONS["sph_harm_1_1"]
data = harmonic.split(1500, 1500, SEED)
angles, at = harmonic.from_cube(data.x_train), harmonic.from_cube(data.x_test)
start = kn.KAN([2, 2, 1], 5, grid_range=(0, 6.3), rng=0)
found = kn.discover(start, angles, data.y_train, ["theta", "phi"])
constant = np.sqrt(3 / (8 * np.pi))
apart = np.abs(found(at) - data.y_test).max()
print("4. A law rediscovered: the real part of Y_1^1")
print(f"   kn.discover: {found}")
print(f"   largest error on new points: {apart:.0e}; sqrt(3 / 8 pi) = {constant:.12f}\n")
assert apart < 1e-10
assert f"{constant:.9f}" in str(found)

# %% [markdown]
# Without symbols, how do splines multiply $\sin\phi$ and $\cos\theta$? A network [2, 2, 1] can take
# the difference of two squares, $4 a b = (a + b)^2 - (a - b)^2$ (lesson 1). Then its inner edges
# must look like the two factors.
#
# **Predict:** do they, from every random start?

# %%
GOOD = 1e-4  # a start counts if its RMSE is smaller
line = np.linspace(-1, 1, 200)[:, None]
theta, phi = np.pi * (line[:, 0] + 1), 0.5 * np.pi * (line[:, 0] + 1)
print("                           r2 of the edges to node 0")
print("   start   train RMSE   from theta, with   from phi, with")
print(f"           counts < {GOOD:.0e}   cos theta       sin phi    phi")
edges_from_phi, straight = {}, []
for seed in range(8):
    result = kn.fit(kn.KAN([2, 2, 1], 4, DEGREE, rng=seed), *data[:2], steps=60, adapt_at=(2, 10))
    edges = result.network.layers[0].edges(np.hstack([line, line]))[:, 0]  # (200, 2)
    shapes = ((np.cos(theta), 0), (np.sin(phi), 1), (phi, 1))
    cosine, sine, linear = [np.corrcoef(f, edges[:, i])[0, 1] ** 2 for f, i in shapes]
    error = np.sqrt(min(result.history["train_loss"]))
    print(f"   {seed:3}       {error:.1e}   {cosine:10.3f}   {sine:13.3f}   {linear:5.3f}")
    if error < GOOD:
        edges_from_phi[seed] = edges[:, 1]
        straight += [seed] if min(cosine, linear) > 0.99 and sine < 0.01 else []
assert 0 < len(straight) < len(edges_from_phi)

# %% [markdown]
# From most good starts the edge from $\phi$ looks like the sine, but from one or the other it is
# nearly a straight line, and the product is as good. It may use another identity, the addition
# theorem:
#
# $$2 \sin\phi\, \sin c = \cos(\phi - c) - \cos(\phi + c), \qquad \sin c = \kappa \cos\theta$$
#
# It holds for every $\kappa$ up to 1, and for a small one the edge c is nearly $\kappa \cos\theta$.
# So the shape of an edge is evidence for *a* formula, not for *the* formula.

# %%
c = np.arcsin(0.3 * np.cos(at[:, 0]))
theorem = -constant / 0.6 * (np.cos(at[:, 1] - c) - np.cos(at[:, 1] + c))
print(f"   Straight from phi, with an RMSE below {GOOD:.0e}: {len(straight)} of 8 starts.")
apart = np.abs(theorem - data.y_test[:, 0]).max()
print(f"   With kappa = 0.3 the addition theorem gives Y_1^1 up to {apart:.0e}.\n")
np.testing.assert_allclose(theorem, data.y_test[:, 0], rtol=0, atol=1e-13)

fig, ax = plt.subplots(figsize=(8.5, 5.5))
for seed, edge in edges_from_phi.items():
    direction = np.sign(edge[-1] - edge[0]) if seed in straight else np.sign(edge[100] - edge[0])
    style = {"color": BLUE, "lw": 2.5} if seed in straight else {"color": ORANGE, "ls": "--"}
    ax.plot(phi, direction * (edge - edge.mean()) / edge.std(), **style)
ax.plot([], [], color=BLUE, lw=2.5, label="nearly straight")
ax.plot([], [], color=ORANGE, ls="--", label="other")
ax.set(xlabel="$\\phi$", ylabel="edge from $\\phi$ to node 0, standardized")
ax.legend()
fig.savefig(build / "13a_edges.png")
plt.close(fig)

# %% [markdown]
# ## 5. Broken on purpose: a range that is too wide
#
# The Bessel function $K_v(x)$ grows like $x^{-v}$ towards x = 0. Our range begins at 0.5. Let it
# begin at 0.01.
#
# **Predict:** what does the mean square error look at, if a few values are 20 000 and most are 1?

# %%
wide = Benchmark("kv", "K_v(x)", special.kv, ("v", "x"), ((0, 2), (0.01, 3)))
scaled = Benchmark(
    "log_kv",
    "log K_v(exp(s))",
    lambda v, s: np.log(special.kv(v, np.exp(s))),
    ("v", "s"),
    ((0, 2), (np.log(0.01), np.log(3))),
)
print("5. K_v(x) with x from 0.01 to 3")
net, data = train(wide)
error, spread = rms(net(data.x_test) - data.y_test), data.y_test.std()
print(
    f"   as it is:                 test RMSE {error:.0f}, where the values spread by {spread:.0f}"
)
net, data = train(scaled)
relative = rms(np.exp(net(data.x_test) - data.y_test) - 1)
print(f"   log K_v against log x:    relative error of K_v {relative:.1e}")
print("   It is the same function. What helped is a scale on which it is smooth.")
assert error > 0.02 * spread
assert relative < 3e-5

# %% [markdown]
# All fifteen functions, with MLPs of the same size beside them, are in
# `lessons/reproduction/results/reproduction.md`.
#
# ## On your own
#
# 1. *Easy.* Fit the other functions of `SPECIAL_FUNCTIONS` with `train`. Which one is hardest, and
#    where does its error sit?
# 2. *Medium.* $J_v$ also obeys $2 J_v'(x) = J_{v-1}(x) - J_{v+1}(x)$. Get the derivative with
#    `kn.jets` (lesson 12) and test it. Is a derivative as good as a value?
# 3. *Open.* Train one network with the recurrence as a second target, on points where no values
#    are given. How many values can you leave out?
#
# ## Further reading
#
# - Z. Liu et al., *KAN: Kolmogorov-Arnold Networks*, arXiv 2404.19756, section 3.2.
# - *NIST Digital Library of Mathematical Functions*, dlmf.nist.gov, chapters 10 (Bessel functions)
#   and 14 (Legendre functions).
