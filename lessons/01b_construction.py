# %% [markdown]
# # Lesson 1: One theorem, two readings
#
# **Question.** What does the Kolmogorov-Arnold theorem say, and what does it not?
#
# **You will learn:**
# - to write a product as sums of functions of one variable, exactly;
# - to build the functions of a constructive proof, and to watch the error shrink round by round;
# - which part of the theorem a Kolmogorov-Arnold network takes over, and which it leaves behind.
#
# **You need:** nothing but real numbers.
#
# **Time:** 40 minutes to read, about 8 seconds to run.

# %%
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import kan_numpy as kn

GAMMA, M = 10, 4  # the base of the digits; M + 1 shifted copies of the inner function
PLACES, POINTS = 15, 800  # digits of a sampled number; samples along each axis

rng = np.random.default_rng(1)
Path("build").mkdir(exist_ok=True)
plt.rcParams.update({"font.size": 13, "savefig.dpi": 150, "figure.constrained_layout.use": True})

# %% [markdown]
# ## 1. A product without multiplying
#
# Suppose you may add, and apply functions of one variable. Can you multiply two numbers? Yes:
#
# $$xy = \tfrac14 (x + y)^2 - \tfrac14 (x - y)^2.$$
#
# Read it as a network of shape [2, 2, 1]: two inputs, two nodes $u = x + y$ and $v = x - y$, one
# output $u^2/4 - v^2/4$. Every edge carries a function of one variable, and a node does nothing but
# add: this is a KAN. Splines of degree 2 hold all six functions exactly, with 3 coefficients each.
# With knots $t_j$ these are $(t_{j+1} + t_{j+2})/2$ for the function t, and $t_{j+1} t_{j+2}$ for
# its square; `kn.fit_spline` of lesson 3 finds the same.

# %%
inner, outer = (kn.uniform_knots(-r, r, 1, 2) for r in (1.0, 2.0))  # for x and y, for u and v
line, square = (inner[1:-2] + inner[2:-1]) / 2, outer[1:-2] * outer[2:-1]
layers = [
    {"knots": [inner] * 2, "coef": [[line, line], [line, -line]], "w_base": np.zeros((2, 2))},
    {"knots": [outer] * 2, "coef": [[square / 4, -square / 4]], "w_base": np.zeros((1, 2))},
]
net = kn.KAN.from_arrays(layers, degree=2, base="zero")
xy = rng.uniform(-1.0, 1.0, (10_000, 2))
error = np.abs(net(xy)[:, 0] - xy.prod(axis=1)).max()
numbers = sum(layer.coef.size for layer in net.layers)
print(f"1. A {net.widths} network that multiplies, with {numbers} coefficients")
print(f"   t: {line}, t^2 / 4: {square / 4}; largest error on [-1, 1]^2: {error:.0e}\n")
points = np.linspace(-2.0, 2.0, 9)
np.testing.assert_allclose(kn.fit_spline(points, points**2, outer, 2), square, atol=1e-13)
assert numbers == 18
assert error < 1e-14

# %% [markdown]
# ## 2. The theorem, and its inner function
#
# Was that luck? Kolmogorov proved in 1957 that luck is not needed. *Every* continuous $f$ on
# $[0, 1]^n$ has the shape [n, 2n + 1, 1] (arXiv 2404.19756, eq. 2.1):
#
# $$f(x) = \sum_{q=1}^{2n+1} \Phi_q\Big( \sum_{p=1}^n \varphi_{q,p}(x_p) \Big),$$
#
# with continuous functions of one variable. And more: the *inner* functions $\varphi_{q,p}$ are the
# same for all $f$. Only the *outer* functions $\Phi_q$ know $f$.
#
# **Predict:** is the network of section 1 the one that the theorem promises for $xy$?
#
# No: its inner functions were made for $xy$. Those of the theorem must serve every $f$. Sprecher
# made all of them out of one, $\varphi_{q,p}(x) = \lambda_p \psi(x + qa)$ with $q = 0 \dots m$, and
# $m = 4$ will do for two variables. Köppen defines $\psi$ digit by digit. With one digit,
# $\psi(d) = d$. Every further digit adds very little, unless it is 9: that goes half the way to
# the next number.
#
# $$\psi(0.i_1 \dots i_k) = \begin{cases}
#   \psi(0.i_1 \dots i_{k-1}) + i_k\, \gamma^{-\beta(k)} & i_k < 9 \\
#   \tfrac12 \big( \psi(0.i_1 \dots i_k - \gamma^{-k}) + \psi(0.i_1 \dots i_k + \gamma^{-k}) \big)
#   & i_k = 9 \end{cases} \qquad \gamma = 10, \quad \beta(k) = 2^k - 1.$$
#
# The weights 0.1, 0.001, 0.0000001 fall so fast that we compute in fractions first.


# %%
def beta(k):
    return 2**k - 1


@cache
def psi_exact(n, k):
    """Return psi at the k-digit number n / 10^k."""
    head, last = divmod(n, GAMMA)
    if k == 1:
        return Fraction(n, GAMMA)
    if last < GAMMA - 1:
        return psi_exact(head, k - 1) + Fraction(last, GAMMA ** beta(k))
    return (psi_exact(n - 1, k) + psi_exact(head + 1, k - 1)) / 2


by_hand = {"5": ".5", "9": ".9", "99": ".954", "999": ".9770004", "19": ".154", "59": ".554"}
by_hand |= {"199": ".1770004", "25": ".205", "75": ".705"}
assert all(psi_exact(int(d), len(d)) == Fraction(value) for d, value in by_hand.items())
print("2. Köppen's inner function on all numbers of k digits, in fractions")
print("   k   smallest step   largest step")
previous = 0
for k in range(1, 6):
    values = [psi_exact(n, k) for n in range(GAMMA**k + 1)]
    steps = [high - low for low, high in pairwise(values)]
    print(f"   {k}   {float(min(steps)):13.0e}   {float(max(steps)):12.7f}")
    assert min(steps) == Fraction(1, GAMMA ** beta(k))
    ratio, previous = previous and float(max(steps) / previous), max(steps)
print(f"   psi increases. Ten times nearer, the largest step is still {ratio:.3f} as large:")
print(f"   psi is Hölder continuous with exponent {-np.log10(ratio):.3f}, and not Lipschitz.\n")
assert abs(-np.log10(ratio) - np.log10(2)) < 1e-9

# %% [markdown]
# The exponent is $\log_{10} 2 = 0.301$, and the slope of $\psi$ has no bound. For many points at
# once we narrow the interval [low, high] that holds $\psi(x)$, digit by digit. A point is stored
# as the integer $n = 10^{15} x$, so its digits are exact. Beyond 1, $\psi(x + 1) = \psi(x) + 1$.

# %%
ONE = GAMMA**PLACES


def psi(n):
    """Return psi at n / 10^15, for an array of integers n."""
    low = n // (ONE // GAMMA) / GAMMA
    high = low + 1 / GAMMA
    for k in range(2, PLACES + 1):
        digit, weight = n // GAMMA ** (PLACES - k) % GAMMA, float(GAMMA) ** -beta(k)
        middle = (low + (GAMMA - 2) * weight + high) / 2
        above = np.where(digit == GAMMA - 2, middle, low + (digit + 1) * weight)
        high = np.where(digit == GAMMA - 1, high, above)
        low = np.where(digit == GAMMA - 1, middle, low + digit * weight)
    return low


error = np.abs(psi(np.arange(GAMMA**5 + 1) * (ONE // GAMMA**5)) - np.array(values, float)).max()
assert error < 1e-15

# %% [markdown]
# **A common objection:** "the inner functions are fractals, so the theorem is useless." Fridman
# refuted the first half in 1967: they can be Lipschitz. As ours increase, a change of scale is
# enough to see it (and the graph of $\psi$, increasing from 0 to 1, is no longer than 2). Stretch
# the axis wherever one of them is steep:
#
# $$u = s(x) = \frac{1}{m + 2} \Big( x + \sum_{q=0}^m \big( \psi(x + qa) - \psi(qa) \big) \Big),
#   \qquad a = 0.0111\dots$$
#
# When $u$ grows by $h$, each term of the sum grows by at most $(m + 2) h$. So every inner function
# has slope at most $m + 2$ in $u$. And if all continuous functions of $x$ can be represented, so
# can all continuous functions of $u$.

# %%
A = (ONE // GAMMA - 1) // (GAMMA - 1)  # the shift a
tenths = np.arange(1, GAMMA + 1) * (ONE // GAMMA)
n = np.unique(np.concatenate([tenths - 1, np.arange(4001) * (ONE // 4000)]))  # 0.09999..., 0.1
copies = np.array([psi(n + q * A) for q in range(M + 1)])  # (m+1, N)
x = n / ONE
u = (x + np.sum(copies - copies[:, :1], axis=0)) / (M + 2)
slope_x, slope_u = (np.max(np.diff(copies) / step) for step in (np.diff(n) / ONE, np.diff(u)))
print(f"   Steepest slope found: {slope_x:.0e} against x, {slope_u:.2f} against u\n")
assert slope_x > 1e9
assert np.sum(np.hypot(np.diff(x), np.diff(copies[0]))) < 2
assert 0.99 * (M + 2) < slope_u < M + 2 + 1e-6

figure, axes = plt.subplots(1, 2, figsize=(12, 5.5), sharey=True)
axes[0].plot(x, copies[0], color="#0072B2")
axes[0].set(xlabel="$x$", ylabel=r"$\psi$", title="as defined: no bound on the slope")
axes[1].plot(u, copies[0], color="#009E73")
axes[1].set(xlabel="$u = s(x)$", title=f"after the change of scale: slope at most {M + 2}")
figure.savefig("build/01_psi.png")

# %% [markdown]
# More is not to be had: with continuously differentiable inner functions, fixed for all $f$, the
# theorem is false (Vitushkin and Henkin, 1964). But watch the outer functions in section 5.
#
# ## 3. Broken in print: the first formula
#
# Sprecher's formula of 1996 is older than Köppen's. There a 9 counts as 1, on a level $m$ places
# higher and divided by $2^m$; $m$ is 1 plus the number of digits 8 or 9 directly before it. (The
# first digit counts as itself, and never as one before.)
#
# **Predict:** the formula is meant to increase. With which digits would you try to refute that?


# %%
def psi_sprecher(n, k):
    total, run = Fraction(n // GAMMA ** (k - 1), GAMMA), 0
    for r in range(2, k + 1):
        digit = n // GAMMA ** (k - r) % GAMMA
        m = 1 + run if digit == GAMMA - 1 else 0
        total += Fraction(1 if m else digit, 2**m * GAMMA ** beta(r - m))
        run = run + 1 if digit >= GAMMA - 2 else 0
    return total


sprecher = [psi_sprecher(n, 5) for n in range(GAMMA**5)]
falls = [n for n, (low, high) in enumerate(pairwise(sprecher)) if high < low]
print("3. Sprecher's formula")
print(f"   psi(0.58999) = {sprecher[58999]} = {float(sprecher[58999]):.5f}")
print(f"   psi(0.59)    = {sprecher[59000]} = {float(sprecher[59000]):.5f} is smaller")
print(f"   It falls {len(falls)} times among {GAMMA**5:,} numbers, after 0.j8999 for every j.")
print(f"   Köppen: {float(values[58999]):.5f} < {float(values[59000]):.5f}, and it never falls.\n")
assert (sprecher[58999], sprecher[59000]) == (Fraction("0.55175"), Fraction("0.55"))
assert falls == [8999 + 10_000 * j for j in range(10)]
assert all(low < high for low, high in pairwise(sprecher[::10]))

# %% [markdown]
# On four digits it increases; five refute it. The error was in print for years, and a hundred
# thousand fractions find it in a second. Check before you build.
#
# ## 4. An address for every square
#
# Put a square at each corner $d = (d_1, d_2)$ of k digits, a little smaller than $10^{-k}$: it ends
# at $d_p + 0.0 \dots 0888\dots$, where $\psi$ has hardly grown. The inner sum
#
# $$\xi(x) = \psi(x_1) + \lambda \psi(x_2), \qquad
#   \lambda = \sum_{r \ge 1} 10^{-\beta(r)} = 0.1010001\dots$$
#
# maps it to a tiny interval, and different squares to *disjoint* ones: a single real number is the
# address of a square. Compare the least distance of two addresses with the length of an interval.

# %%
LAMBDA = sum(float(GAMMA) ** -beta(r) for r in range(1, 5))


def xi(n_1, n_2):
    return psi(n_1)[:, None] + LAMBDA * psi(n_2)  # (N_1, N_2)


def width(k):
    """Return the length of the image of a square of k digits."""
    tail = sum(float(GAMMA) ** -beta(r) for r in range(k + 1, k + 4))
    return (GAMMA - 2) * tail * (1 + LAMBDA)


print("4. Addresses, in units of 10^-beta(k+1)")
print("   k   squares   image of a square   least distance   with d = 1 included")
for k, expected in [(1, (8.809, 9.0999, 1.0001)), (2, (8.808, 49.505, 1.0))]:
    d = np.arange(GAMMA**k + 1) * (ONE // GAMMA**k)
    gaps = [np.diff(np.sort(xi(d[:end], d[:end]), axis=None)).min() for end in (-1, None)]
    row = np.array([width(k), *gaps]) * float(GAMMA) ** beta(k + 1)
    print(f"   {k}   {GAMMA ** (2 * k):7,}   {row[0]:17.4f}   {row[1]:14.4f}   {row[2]:19.4f}")
    np.testing.assert_allclose(row, expected, rtol=1e-4)
print("   Disjoint, as long as d = 1 is left out. With it, images overlap.\n")

# %% [markdown]
# ## 5. Round after round
#
# Give each image a height, and you have a function $\Phi_0$ of one variable such that
# $\Phi_0(\xi(x))$ is whatever you like on each square. Only the strips between the squares are
# missed. Hence the m + 1 copies, shifted by $qa$: every point lies in a square of at least
# $m - 1$ of them. Let each copy carry its share, subtract, and go on with smaller squares:
#
# $$\Phi_q^r(\xi(d^q)) = \frac{f_{r-1}(d)}{m + 1}, \qquad f_0 = f, \qquad
#   f_r(x) = f_{r-1}(x) - \sum_{q=0}^m \Phi_q^r(\xi(x + qa)),$$
#
# where $d^q$ is $d + qa$, cut off after k digits. $\Phi_q^r$ is constant on an image, zero between
# images, and linear on ramps of half a unit that join the two: teeth of a comb.
#
# Let $f = xy$ on $[0, 1]^2$. The unit interval is laid over the numbers from 0 to 0.8, so that
# even shifted points stay away from d = 1.

# %%
SIDE = 8 * ONE // 10


def comb(f_d, k, q):
    """Return the corners of Phi_q, given f on the numbers d of k digits."""
    step = ONE // GAMMA**k
    d = np.arange(0, SIDE + 1, step) + q * (A // step) * step
    address = xi(d, d).ravel()
    order, ramp = np.argsort(address), 0.5 * float(GAMMA) ** -beta(k + 1)
    y = address[order, None] + [-ramp, 0.0, width(k), width(k) + ramp]  # (squares, 4)
    assert np.all(np.diff(y.ravel()) > 0), "teeth overlap"
    return y.ravel(), np.outer(f_d.ravel()[order] / (M + 1), [0, 1, 1, 0]).ravel()


def residual(n_1, n_2, rounds):
    f = np.outer(n_1 / SIDE, n_2 / SIDE)
    for phi in rounds:
        f = f - sum(np.interp(xi(n_1 + q * A, n_2 + q * A), *phi[q]) for q in range(M + 1))
    return f


def add_round(rounds, k):
    d = np.arange(0, SIDE + 1, ONE // GAMMA**k)
    return [*rounds, [comb(residual(d, d, rounds), k, q) for q in range(M + 1)]]


cell = SIDE // POINTS
n_1, n_2 = np.arange(POINTS) * cell + rng.integers(0, cell, (2, POINTS))  # one random point in each
tenth = ONE // GAMMA
tails = np.array([[(n + q * A) % tenth for n in (n_1, n_2)] for q in range(M + 1)])
in_square = tails <= tenth // 9 * 8  # (m+1, 2, N): the digits after the first are below 888...
hits = np.sum(in_square[:, 0, :, None] & in_square[:, 1, None, :], axis=0)  # (N, N)

once = add_round([], 1)
twice, stalled = add_round(once, 2), add_round(once, 1)
runs = {"none": [], "k = 1": once, "k = 1, then 2": twice, "k = 1, then 1": stalled}
maps = [residual(n_1, n_2, rounds) for rounds in runs.values()]
sup, rms = [np.abs(f).max() for f in maps], [np.sqrt(np.mean(f**2)) for f in maps]
print(f"5. The residual of f = xy at {POINTS**2:,} points, m = {M}")
print(f"   Each point lies in a square of at least {hits.min()} of the {M + 1} copies.")
print("   rounds               sup     rms   ratio of sup   ratio of rms")
for name, r, b in zip(runs, range(4), (0, 0, 1, 1), strict=True):
    ratios = f"{sup[r] / sup[b]:15.3f}{rms[r] / rms[b]:15.3f}" if r else ""
    print(f"   {name:15}{sup[r]:9.3f}{rms[r]:8.4f}{ratios}")
combs = [phi for done in twice for phi in done]
teeth = sum(y.size // 4 for y, _ in combs)
steepest = max(np.max(np.abs(np.diff(height) / np.diff(y))) for y, height in combs)
print(f"   After two rounds the combs have {teeth:,} teeth, and slopes up to {steepest:,.0f}.")
corner = [n // (ONE // 100) * (ONE // 100) for n in (n_1, n_2)]
epsilon = [1 - 0.875**2, np.abs(maps[1] - residual(*corner, once)).max() / sup[1]]
print(f"   epsilon: {epsilon[0]:.2f} in round 1, at least {epsilon[1]:.2f} in round 2\n")
assert hits.min() == M - 1
assert 0.36 < sup[1] / sup[0] < 0.41 < 0.8 + 0.6 * epsilon[0] < 1
assert 0.7 < sup[2] / sup[1] < 0.9
np.testing.assert_allclose([rms[1] / rms[0], rms[2] / rms[1]], [0.195, 0.417], atol=0.01)
np.testing.assert_allclose(maps[3], maps[1], rtol=0, atol=1e-14)
assert teeth == 5 * (9**2 + 81**2) == 33_210
np.testing.assert_allclose(steepest, 950_000, rtol=1e-4)
assert epsilon[1] > 2 / 3

figure, axes = plt.subplots(1, 2, figsize=(12, 5), width_ratios=(1, 1.6))
for tooth in range(81):
    at, color = slice(4 * tooth, 4 * tooth + 4), plt.get_cmap("viridis")(tooth / 80)
    axes[0].add_patch(plt.Rectangle(np.divide(divmod(tooth, 9), 8), 1 / 9, 1 / 9, color=color))
    axes[1].fill_between(once[0][0][0][at], once[0][0][1][at], color=color, lw=0)
axes[0].set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal", xlim=(0, 1.12), ylim=(0, 1.12))
axes[0].set_title("squares, colored by address")
axes[1].set(xlabel=r"address $\xi$", ylabel=r"$\Phi_0$", title="the outer function after round 1")
figure.savefig("build/01_comb.png")

figure, axes = plt.subplots(1, 3, figsize=(13, 4), sharey=True, layout="compressed")
style = {"origin": "lower", "extent": (0, 1, 0, 1), "cmap": "RdBu_r", "vmin": -0.2, "vmax": 0.2}
for r, ax in enumerate(axes):
    image = ax.imshow(maps[r].T, **style)
    ax.set(xlabel="$x_1$", xticks=[0, 0.5, 1], title=f"$f_{r}$: sup {sup[r]:.2f}, rms {rms[r]:.3f}")
axes[0].set_ylabel("$x_2$")
figure.colorbar(image, ax=axes, extend="both")
figure.savefig("build/01_residual.png")

# %% [markdown]
# Where only 3 of 5 copies hit, 2 of 5 shares are missing: hence a ratio of about 2/5 in round 1. A
# copy that misses may also hit a foreign tooth; in the blue parts such errors win. The proof lets
# 2 copies err in the worst way, and 3 by $\varepsilon$, the change of $f$ on a square over its
# supremum. It promises a ratio of $\frac45 + \frac35 \varepsilon$, below 1 if
# $\varepsilon < \frac13$.
#
# *Broken on purpose:* the same k again changes nothing. All five copies hit a corner d, so
# $f_1(d) = 0$, and the next round sees nothing else. The fix is a larger k, with corners in the
# strips. Even so round 2 is slower: $f_1$ climbs over a ramp inside a single square, and
# $\varepsilon$ is too large for any promise. A third digit would help, but needs $801^2$ squares
# and units of $10^{-15}$, for which float64 has no room.
#
# And here is the true objection. $xy$ is as smooth as can be, and after two rounds its outer
# functions are combs with slopes near a million. The inner functions sort squares by address; the
# outer ones are tables, with an entry for every square.
#
# ## 6. The second reading
#
# Kolmogorov-Arnold networks take the *shape* from the theorem, and leave the construction:
#
# | | the theorem | a KAN |
# |---|---|---|
# | inner functions | fixed, the same for every f | smooth splines, learned from data |
# | outer functions | made for f, combs | smooth splines, learned from data |
# | shape | [n, 2n + 1, 1] | any widths, any number of layers |
# | good for | every continuous f | an f with a smooth form of that shape |
#
# **Predict:** train [2, 5, 1], the shape of the theorem, on 1000 samples of $xy$. Will it beat the
# two rounds?

# %%
x, x_test = rng.uniform(0.0, 1.0, (2, 1000, 2))
start = kn.KAN([2, 5, 1], grid_size=5, degree=3, rng=rng)
trained = kn.fit(start, x, x.prod(axis=1, keepdims=True), steps=20).network
rmse = np.sqrt(np.mean((trained(x_test)[:, 0] - x_test.prod(axis=1)) ** 2))
print("6. xy on the unit square")
print(f"   two rounds    {teeth:6,} teeth          rms error {rms[2]:.0e}")
print(f"   a KAN, fitted {start.size:6,} parameters     rms error {rmse:.0e}")
print(f"   section 1     {numbers:6,} coefficients   exact")
assert start.size == 135
assert rmse < 1e-4 < rms[2] / 100

# %% [markdown]
# Yes, by far. But not *because of* the theorem: $xy$ has a smooth form of this shape, and training
# found one. For an $f$ without any the theorem offers combs, and no spline with five intervals is
# a comb. What it teaches is different: of all functions of two variables, addition is the only one
# that is ever needed. How well a KAN learns depends on $f$.
#
# ## On your own
#
# 1. *Easy.* Build $\max(x, y)$ as a KAN, exactly. Which degree do you need, and where must a knot
#    lie? For positive numbers $xy$ also has the shape [2, 1, 1]: with which functions?
# 2. *Medium.* Units are larger in base 8. Copy `psi`, `xi`, `width` and section 5 into a file of
#    your own, with base 8 and 16 digits, and add a third round with k = 3. Does it help?
# 3. *Open.* Take m = 8, the most that base 10 allows, and compare the first round with m = 4. Which
#    ratio do you expect, and what does it cost?
#
# ## Further reading
#
# - A. N. Kolmogorov, *On the representation of continuous functions of many variables by
#   superposition of continuous functions of one variable and addition*, Doklady 114, 1957.
# - D. A. Sprecher, *A numerical implementation of Kolmogorov's superpositions*, Neural Networks 9,
#   1996; M. Köppen, *On the training of a Kolmogorov network*, ICANN 2002.
# - J. Braun and M. Griebel, *On a constructive proof of Kolmogorov's superposition theorem*,
#   Constructive Approximation 30, 2009: proofs for sections 2 to 5.
# - B. L. Fridman, *Improving the smoothness of functions in A. N. Kolmogorov's theorem on
#   superpositions*, Doklady 177, 1967. J. Actor and M. Knepley compute them, arXiv 1712.08286.
