# %% [markdown]
# # Lesson 13b: Feynman's equations
#
# **Question.** Give a network the numbers of an experiment, with their units. What has to happen
# before an equation comes back?
#
# **You will learn:**
# - to tell two troubles apart: numbers on a bad scale, and too many numbers;
# - to turn quantities with units into fewer numbers without;
# - to let `kn.discover` find a law, and to see it in the splines before.
#
# **You need:** lessons 07b (Levenberg-Marquardt), 08a (grids) and 09c (formulas).
#
# **Time:** 20 minutes to read, 15 seconds to run.

# %%
import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GRAY, ORANGE, show, table

import kan_numpy as kn
from kan_numpy.datasets.feynman import FEYNMAN_EQUATIONS

DEGREE, N, SEED = 5, 1000, 0  # degree, samples to train with, and as many to test


def rms(values):
    return float(np.sqrt(np.mean(values**2)))


# %% [markdown]
# ## 1. Scale first
#
# The air gets thinner with the height h. Of a gas whose molecules have the mass m, at the
# temperature T, the share $e^{-a}$ is left, with $a = m g h / k_B T$ (Feynman, volume I, equation
# 40.1). Here $g = 9.81\, m / s^2$ is the pull of the earth, and $k_B$ is Boltzmann's constant. One
# measures m, h and T: masses near $10^{-26}$ kg, heights up to 8000 m, temperatures near 260 K.
#
# `kn.train` takes numbers as they come. Feed it these three as they are; then scaled to [-1, 1],
# $z = 2 (x - low) / (high - low) - 1$; then let `kn.fit` do the scaling (the top of
# `kan_numpy/training/units.py` tells how).
#
# **Predict:** the grids of a new network reach from -1 to 1. What do its bumps see of a height of
# 8000 and of a mass of $10^{-26}$?

# %%
rng = np.random.default_rng(SEED)
mass = rng.uniform(3e-27, 7e-26, 2 * N)  # kilograms, from hydrogen to carbon dioxide
height, kelvin = rng.uniform(0, 8000, 2 * N), rng.uniform(220, 300, 2 * N)
BOLTZMANN = 1.381e-23  # joules per kelvin


def share_left(g):
    """Return a and the share of the gas that is left, as columns (2N, 1)."""
    a = (mass * g * height / (BOLTZMANN * kelvin))[:, None]
    return a, np.exp(-a)


def scaled(x, like=None):
    low, high = (end((x if like is None else like)[:N], axis=0) for end in (np.min, np.max))
    return 2 * (x - low) / (high - low) - 1


def learned(x, y, widths, fit=False):
    """Return a network, and its RMSE on the test samples."""
    net, data = kn.KAN(widths, 8, DEGREE, rng=0), (x[:N], y[:N])
    result = kn.fit(net, *data, steps=60) if fit else kn.train(kn.Objective(net, *data), steps=60)
    net = result.network
    return net, rms(net(x[N:]) - y[N:])


a, left = share_left(9.81)
lab = np.stack([mass, height, kelvin], axis=1)
as_measured, raw = learned(lab, left, [3, 1, 1])
three, in_scale = learned(scaled(lab), left, [3, 1, 1])
_, by_fit = learned(lab, left, [3, 1, 1], fit=True)
print(f"1. The share of gas that is left (its spread is {left.std():.2f}): test RMSE")
rows = [("as measured", "train", raw), ("scaled to [-1, 1]", "train", in_scale)]
table(("m, h, T", "by", "RMSE"), [*rows, ("as measured", "fit", by_fit)])
phi = as_measured.layers[0]

# %% [markdown]
# **Answer:** nothing. Bumps end a few intervals beyond the grid, and all masses fall on one point
# of it. What is left of the edges is the base function and a constant.
#
# **Common mistake:** the network fails because mass, height and temperature are three numbers and
# it should have been given one.

# %%
assert raw > 0.5 * left.std()
assert in_scale < 1e-3 < 0.01 * raw  # the same three numbers, the same network
assert by_fit < 1e-3
masses = kn.bspline_basis(mass, phi.knots[0], DEGREE)
heights = kn.bspline_basis(height, phi.knots[1], DEGREE)
print(f"   largest change of a bump over all masses: {np.ptp(masses, axis=0).max():.0e}")
print(f"   heights that any bump sees: {np.mean(heights.max(axis=1) > 0):.1%}\n")
assert np.ptp(masses, axis=0).max() < 1e-12
assert np.mean(heights.max(axis=1) > 0) < 0.01

# %% [markdown]
# The same three numbers are a good input once they are on a good scale.
#
# ## 2. Units second
#
# Still, are three numbers needed? The share that is left has no unit. If m is measured in pounds
# and h in feet, the inputs change and the answer does not. So it can depend only on combinations
# without a unit. Take a product of powers, $m^p\, g^q\, h^r\, (k_B T)^e$. In kilograms, meters and
# seconds its unit is
#
# $$kg^{\,p + e}\; m^{\,q + r + 2e}\; s^{\,-2q - 2e},$$
#
# because g is in $m / s^2$ and $k_B T$ in $kg\, m^2 / s^2$. All three exponents must vanish:
# $p = -e$, $q = -e$, and $r = -q - 2e = -e$. With e = -1 this is $m g h / k_B T$, the number a. In
# matrices: a column for each quantity, a row for each unit, and the powers are its null space.
#
# **Predict:** a network learns $e^{-a}$ from a alone, on the earth. What does it say about Mars,
# with g = 3.71?

# %%
units = np.array([[1, 0, 0, 1], [0, 1, 1, 2], [0, -2, 0, -2]])  # kg, m, s of m, g, h, k_B T
*_, right = np.linalg.svd(units)
powers = right[-1] / right[-1, 0]  # the one direction that is sent to 0
print(f"2. The powers of m, g, h and k_B T without a unit: {powers.round(12)}")
np.testing.assert_allclose(powers, [1, 1, 1, -1], atol=1e-12)
assert np.linalg.matrix_rank(units) == 3

one, alone = learned(scaled(a), left, [1, 1])
a_mars, left_mars = share_left(3.71)
mars = rms(one(scaled(a_mars, like=a)) - left_mars)
mars_of_three = rms(three(scaled(lab)) - left_mars)
rows = [("m, h, T, scaled", three.size, in_scale, mars_of_three)]
rows += [("a, scaled", one.size, alone, mars)]
table(("inputs", "parameters", "RMSE on the earth", "RMSE on Mars"), rows)
assert alone < 0.1 * in_scale
assert one.size == three.size / 4
assert mars < 1e-4 < 0.1 < mars_of_three

# %% [markdown]
# **Answer:** Mars needs no new data. There a is smaller, and inside what was learned. The network
# of three inputs cannot know: it was never told g. And on the earth the one number is an order of
# magnitude more accurate, with a quarter of the parameters. That is what units are worth, after
# scale.
#
# ## 3. Then the equation
#
# A network that predicts has not found a law. `kn.discover` (lesson 09c) looks for one. Here are a
# length (III.10.19), and how velocities a and b add up in the theory of relativity (I.16.6), all
# in numbers without units.
#
# **Predict:** a network of the shape [2, 1, 1] can only say $f(g(a) + h(b))$. How can
# $\sqrt{1 + a^2 + b^2}$ be of this form, and how $(a + b) / (1 + a b)$?

# %%
print("3. Laws from 500 samples, by networks [2, 1, 1]")
rows = []
for name in ("III.10.19", "I.16.6"):
    problem = FEYNMAN_EQUATIONS[name]
    data = problem.split(500, N, SEED)
    low, high = np.array(problem.ranges).T
    net = kn.KAN([2, 1, 1], 5, grid_range=(low.min(), high.max()), rng=0)
    x, x_test = problem.from_cube(data.x_train), problem.from_cube(data.x_test)
    law = kn.discover(net, x, data.y_train, list(problem.inputs))
    rows.append((problem.formula, str(law), float(np.abs(law(x_test) - data.y_test).max())))
    assert rows[-1][2] < 1e-12
table(("the law", "what kn.discover says", "largest error"), rows)

# %% [markdown]
# **Answer:** a length is a root of a sum of squares. Velocities do not add up, but
# $\operatorname{arctanh}(a)$ does, the *rapidity*, because
#
# $$\tanh(u + v) = \frac{\tanh u + \tanh v}{1 + \tanh u\, \tanh v}.$$
#
# Is it visible in the splines, before any symbol is involved?

# %%
starts = [
    kn.fit(kn.KAN([2, 1, 1], 10, 3, rng=s), x, data.y_train, steps=60, adapt_at=(2, 10))
    for s in range(3)
]  # x and data are those of I.16.6, the last one
net = min(starts, key=lambda start: min(start.history["train_loss"])).network
line = np.linspace(-0.8, 0.8, 200)
edges = net.layers[0].edges(np.stack([line, line], axis=1))[:, 0]  # (200, 2)
rapidity, slopes = np.arctanh(line), []
fig, ax = plt.subplots(figsize=(8, 5))
ax.plot(line, rapidity, color=GRAY, lw=8, alpha=0.4, label="arctanh")
for i, (name, color, style) in enumerate((("a", BLUE, "-"), ("b", ORANGE, "--"))):
    slope, shift = np.polyfit(rapidity, edges[:, i], 1)
    slopes.append(slope)
    r2, straight = (np.corrcoef(f, edges[:, i])[0, 1] ** 2 for f in (rapidity, line))
    print(f"   edge from {name}: r2 = {r2:.6f} with arctanh, {straight:.3f} with a straight line")
    assert r2 > 0.9999
    ax.plot(
        line, (edges[:, i] - shift) / slope, style, lw=2.5, color=color, label=f"edge from {name}"
    )
ax.set(xlabel="velocity, in units of that of light", ylabel="edge, shifted and scaled")
ax.legend()
show(fig, "13b_rapidity", "Both edges of a network for adding velocities lie on the curve arctanh.")
print(f"   The slopes are {slopes[0]:.3f} and {slopes[1]:.3f}: a and b are alike.")
np.testing.assert_allclose(slopes[0], slopes[1], rtol=0.01)

# %% [markdown]
# So an equation came back because its numbers had a scale, no units, and a form that the network
# can say. All 27 equations of the paper's table 2, with MLPs of the same size beside them, are in
# `lessons/reproduction/results/reproduction.md`.
#
# ## On your own
#
# Close this file and write the powers without a unit from memory, in whole numbers and for any
# table of units: `make exercise N=13.1`.
#
# 1. *Medium.* Add noise of 1 % to the targets of I.16.6. Is the law still found? From how much
#    noise on is it not, and what does the `certificate` of the formula say?
# 2. *Open.* Take an equation of your own field. Which numbers without units does it have?
#
# ## Further reading
#
# - Z. Liu et al., *KAN: Kolmogorov-Arnold Networks*, arXiv 2404.19756, section 3.3.
# - S.-M. Udrescu and M. Tegmark, *AI Feynman: a physics-inspired method for symbolic regression*,
#   arXiv 1905.11481, where the collection of equations comes from.
# - E. Buckingham, *On physically similar systems*, Physical Review 4, 1914: numbers without units.
