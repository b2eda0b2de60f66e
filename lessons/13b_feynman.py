# %% [markdown]
# # Lesson 13b: Feynman's equations
#
# **Question.** Give a network the numbers of an experiment. Does it only predict the next one, or
# does it find the equation?
#
# **You will learn:**
# - to turn quantities with units into fewer numbers without;
# - to fit equations of physics with one recipe, and to compare with the paper's table;
# - to let `kn.discover` find a law, and to see it in the splines before.
#
# **You need:** lessons 7 (optimizers), 8 (grids) and 9 (formulas).
#
# **Time:** 35 minutes to read, about 20 seconds to run.

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import kan_numpy as kn
from kan_numpy.datasets.feynman import FEYNMAN_EQUATIONS

DEGREE, SIZES = 5, (4, 8)  # degree, grid intervals one after the other
STEPS, STARTS, FEW = 30, 3, 500  # steps for each grid; random starts, samples to compare them
N_TRAIN, N_TEST, SEED = 2000, 5000, 0
# The best of the four columns of the paper's table 2.
PAPER = {"I.30.3": 1.03e-3, "I.50.26": 1.52e-4, "II.6.15a": 5.92e-4, "III.9.52": 9.07e-4}
BLUE, ORANGE, GREEN, PINK = "#0072B2", "#D55E00", "#009E73", "#CC79A7"

build = Path("build")
build.mkdir(exist_ok=True)
plt.rcParams.update({"font.size": 13, "savefig.dpi": 150, "figure.constrained_layout.use": True})


def rms(values):
    return float(np.sqrt(np.mean(values**2)))


# %% [markdown]
# ## 1. Where an equation comes from
#
# Light falls on n slits side by side. Behind them every slit sends a wave, each later than the one
# before by the phase $\theta$. The brightness is the square of their sum (Feynman, volume I,
# equation 30.3):
#
# $$I = \Big|\sum_{j=0}^{n-1} e^{ij\theta}\Big|^2 = \frac{\sin^2(n\theta/2)}{\sin^2(\theta/2)}$$
#
# First slit by slit, then all slits in one line, then the formula, which is also defined between
# the whole numbers.


# %%
def slit_by_slit(n, theta):
    re = im = 0.0
    for j in range(n):
        re, im = re + np.cos(j * theta), im + np.sin(j * theta)
    return re**2 + im**2


slits = FEYNMAN_EQUATIONS["I.30.3"]
print("1. The brightness behind n slits")
for n, theta in ((2, 2.0), (3, 2.5), (4, 4.0)):
    at_once = np.abs(np.exp(1j * theta * np.arange(n)).sum()) ** 2
    values = slit_by_slit(n, theta), at_once, slits([[n, theta]])[0, 0]
    print(f"   n = {n}, theta = {theta}: {values[0]:.6f}, three ways within {np.ptp(values):.0e}")
    assert np.ptp(values) < 1e-13

# %% [markdown]
# ## 2. Units first
#
# The air gets thinner with the height h, by $e^{-a}$ with $a = m g h / k_B T$ (I.40.1). T is the
# temperature, $g = 9.81\, m / s^2$ the pull of the earth, and $k_B$ Boltzmann's constant. One
# measures the mass m of a molecule, h and T, with units. Broken on purpose: `kn.train` takes these
# numbers as they come. Fixed: `kn.fit` brings numbers to units of its own (the top of
# `kan_numpy/training/units.py` tells how). Better: give it a, the one number without a unit that
# they form.
#
# **Predict:** what does a network whose grids reach from -1 to 1 see of a height of 8000? And what
# is left to gain when the units do not matter?

# %%
rng = np.random.default_rng(SEED)
mass = rng.uniform(3e-27, 7e-26, 2000)  # kilograms, from hydrogen to carbon dioxide
height, kelvin = rng.uniform(0, 8000, 2000), rng.uniform(220, 300, 2000)
a = mass * 9.81 * height / (1.381e-23 * kelvin)
density = np.exp(-a)[:, None]
lab, group = np.stack([mass, height, kelvin], axis=1), a[:, None]
ways = {
    "mass, height, temperature": (lab, False),
    "the same, in other units": (lab, True),
    "a = m g h / (k_B T)": (group, True),
}
print("\n2. The density of gases in the air, from 1000 samples, tested on 1000 others")
misses = {}
for name, (x, in_units) in ways.items():
    net, data = (
        kn.KAN([3, 1, 1] if x is lab else [1, 1], 8, DEGREE, rng=0),
        (x[:1000], density[:1000]),
    )
    fitted = (
        kn.fit(net, *data, steps=60) if in_units else kn.train(kn.Objective(net, *data), steps=60)
    )
    net = fitted.network
    misses[name] = rms(net(x[1000:]) - density[1000:])
    print(f"   {name:27} {net.size:3} parameters   test RMSE {misses[name]:.1e}")
print(f"   The densities spread by {density.std():.2f}: the first network is of little use.")
raw, scaled, without_unit = misses.values()
assert raw > 0.5 * density.std()
assert scaled < 1e-3
assert without_unit < 0.05 * scaled

# %% [markdown]
# Units of its own are what a network needs. But the three inputs remain three: with the one number
# that matters, a quarter of the parameters is more than twenty times as accurate. That is why the
# table of the paper has numbers without units.
#
# ## 3. A taste of the table
#
# Four of the 27 equations (arXiv 2404.19756, table 2). The paper has four columns, for KANs of a
# shape that a person chose, pruned and unpruned ones, and MLPs. We take the best of the four. Our
# shape is always [n, 4, 4, 1].


# %%
def train(problem):
    data = problem.split(N_TRAIN, N_TEST, SEED)
    few = data.x_train[:FEW], data.y_train[:FEW]
    widths = [len(problem.inputs), 4, 4, 1]
    starts = [
        kn.fit(kn.KAN(widths, SIZES[0], DEGREE, rng=seed), *few, steps=20, adapt_at=(2, 10))
        for seed in range(STARTS)
    ]
    net = min(starts, key=lambda start: min(start.history["train_loss"])).network
    for G in SIZES:
        net = kn.fit(kn.refine(net, G), *data[:2], steps=STEPS, adapt_at=(0,)).network
    return net, data


print(f"\n3. Four equations: RMSE on {N_TEST} test samples")
print("   equation                                   paper     ours    ours / paper")
trained = {}
for name, paper in PAPER.items():
    problem = FEYNMAN_EQUATIONS[name]
    net, data = train(problem)
    trained[name], error = net, rms(net(data.x_test) - data.y_test)
    print(f"   {problem.formula:40} {paper:.1e}   {error:.1e}   {error / paper:8.3f}")
    assert error < 0.75 * paper
print("   The ranges are ours, the paper does not print its own (kan_numpy/datasets/feynman.py).")

# %%
theta = np.linspace(*slits.ranges[1], 300)
fig, ax = plt.subplots(figsize=(9, 5.5))
for n, color in zip((1, 2, 3, 4), (BLUE, ORANGE, GREEN, PINK), strict=True):
    cube = np.stack([np.full(300, n / 2 - 1), np.linspace(-1, 1, 300)], axis=1)
    ax.plot(theta, trained["I.30.3"](cube), color=color, lw=2.5, label=f"KAN, n = {n}")
    ax.plot(theta[::12], slits(slits.from_cube(cube))[::12], "o", color=color, mfc="white")
ax.set(xlabel="$\\theta$", ylabel="brightness (circles: formula)", ylim=(-0.1, 3.0))
ax.legend(ncols=2)
fig.savefig(build / "13b_slits.png")
plt.close(fig)

# %% [markdown]
# ## 4. From numbers to laws
#
# A network that predicts has not found a law. `kn.discover` looks for one. Here are a resistance, a
# length, and how velocities add up in the theory of relativity (I.16.6).
#
# **Predict:** a network of the shape [2, 1, 1] can only say $f(g(a) + h(b))$. How can a length,
# $\sqrt{1 + a^2 + b^2}$, be of this form, and how the resistance, $a / b$?

# %%
print("\n4. Laws rediscovered from 1000 samples, by networks [2, 1, 1]")
print("   the law               what kn.discover says                  largest error")
laws = {}
for name in ("II.38.3", "III.10.19", "I.16.6"):
    problem = FEYNMAN_EQUATIONS[name]
    data = problem.split(1000, 1000, SEED)
    low, high = np.array(problem.ranges).T
    net = kn.KAN([2, 1, 1], 5, grid_range=(low.min(), high.max()), rng=0)
    x, x_test = problem.from_cube(data.x_train), problem.from_cube(data.x_test)
    laws[name] = kn.discover(net, x, data.y_train, list(problem.inputs))
    apart = np.abs(laws[name](x_test) - data.y_test).max()
    print(f"   {problem.formula:21} {laws[name]!s:38} {apart:.0e}")
    assert apart < 1e-12

# %% [markdown]
# A length is a root of a sum of squares, and a quotient of positive numbers is
# $\exp(\log a - \log b)$. For velocities, lesson 9 met the *rapidity* $arctanh(a)$, the quantity
# that adds up, as a formula. Is it visible in the splines, before any symbol is involved?

# %%
problem = FEYNMAN_EQUATIONS["I.16.6"]
data = problem.split(1000, 1000, SEED)
x = problem.from_cube(data.x_train)
starts = [
    kn.fit(kn.KAN([2, 1, 1], 10, 3, rng=s), x, data.y_train, steps=60, adapt_at=(2, 10))
    for s in range(4)
]
net = min(starts, key=lambda start: min(start.history["train_loss"])).network
line = np.linspace(-0.8, 0.8, 200)[:, None]
edges = net.layers[0].edges(np.hstack([line, line]))[:, 0]  # (200, 2)
rapidity = np.arctanh(line[:, 0])
fig, ax = plt.subplots(figsize=(8.5, 5.5))
slopes = []
for i, (name, style) in enumerate((("a", "-"), ("b", "--"))):
    slope, shift = np.polyfit(rapidity, edges[:, i], 1)
    slopes.append(slope)
    r2 = np.corrcoef(rapidity, edges[:, i])[0, 1] ** 2
    straight = np.corrcoef(line[:, 0], edges[:, i])[0, 1] ** 2
    print(f"   edge from {name}: r2 = {r2:.6f} with arctanh, {straight:.3f} with a straight line")
    assert r2 > 0.9999
    ax.plot(
        line,
        (edges[:, i] - shift) / slope,
        style,
        lw=3,
        color=(BLUE, ORANGE)[i],
        label=f"from {name}",
    )
ax.plot(line, rapidity, "k:", lw=1.5, label="arctanh")
ax.set(xlabel="velocity, in units of that of light", ylabel="edge, shifted and scaled")
ax.legend()
fig.savefig(build / "13b_rapidity.png")
plt.close(fig)
print(f"   Both edges have the same slope, {slopes[0]:.3f} and {slopes[1]:.3f}: a and b are alike.")
np.testing.assert_allclose(slopes[0], slopes[1], rtol=0.01)

# %% [markdown]
# All 27 equations, with MLPs of the same size beside them, are in
# `lessons/reproduction/results/reproduction.md`.
#
# ## On your own
#
# 1. *Easy.* Let `kn.discover` try I.12.11, I.40.1 and I.27.6. Which answer looks different from the
#    equation, and why is it the same?
# 2. *Medium.* Add noise of 1 % to the targets of I.16.6. Is the law still found? From how much
#    noise on is it not, and what does the `certificate` of the formula say?
# 3. *Open.* Take an equation of your own field. Which quantities without units does it have? Sample
#    it over ranges that one can measure, and see what comes back.
#
# ## Further reading
#
# - Z. Liu et al., *KAN: Kolmogorov-Arnold Networks*, arXiv 2404.19756, section 3.3.
# - S.-M. Udrescu and M. Tegmark, *AI Feynman: a physics-inspired method for symbolic regression*,
#   arXiv 1905.11481, where the collection of equations comes from.
# - R. P. Feynman, R. B. Leighton, M. Sands, *The Feynman Lectures on Physics*, volume I, chapters
#   16 (relativity) and 30 (diffraction).
