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
# **You need:** nothing but real numbers. Python helps with the code.
#
# **Time:** 40 minutes to read, about 7 seconds to run.

# %%
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import kan_numpy as kn

GAMMA, M = 10, 4  # the base of the digits; M + 1 shifted copies of the inner function
PLACES, POINTS = 15, 1000  # digits of a sampled number; samples along each axis
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#777777"

rng = np.random.default_rng(1)
Path("build").mkdir(exist_ok=True)
plt.rcParams.update({"font.size": 13, "savefig.dpi": 150, "figure.constrained_layout.use": True})

# %% [markdown]
# ## 1. A product without multiplying
#
# Suppose you may add, and you may apply functions of one variable. Can you multiply? Yes:
#
# $$xy = \tfrac14 (x + y)^2 - \tfrac14 (x - y)^2.$$
#
# Read it as a network. Two inputs, two nodes $u = x + y$ and $v = x - y$, one output
# $u^2/4 - v^2/4$. Its shape is [2, 2, 1]. Every edge carries a function of one variable, and a node
# does nothing but add: this is a KAN. All six functions are polynomials of degree at most 2, so
# splines of degree 2 hold them exactly. One interval is enough, with 3 coefficients. For $p(t) = t$
# they are $(t_{j+1} + t_{j+2})/2$ and for $p(t) = t^2$ they are $t_{j+1} t_{j+2}$, where $t_j$ are
# the knots; lesson 3 shows why.

# %%
inner, outer = (kn.uniform_knots(-r, r, 1, 2) for r in (1.0, 2.0))  # x, y in [-1, 1]; u, v in ±2
line = (inner[1:-2] + inner[2:-1]) / 2
square = outer[1:-2] * outer[2:-1]
layers = [
    {"knots": [inner] * 2, "coef": [[line, line], [line, -line]], "w_base": np.zeros((2, 2))},
    {"knots": [outer] * 2, "coef": [[square / 4, -square / 4]], "w_base": np.zeros((1, 2))},
]
net = kn.KAN.from_arrays(layers, degree=2, base="zero")
xy = rng.uniform(-1.0, 1.0, (10_000, 2))
error = np.abs(net(xy)[:, 0] - xy[:, 0] * xy[:, 1]).max()
numbers = sum(layer.coef.size for layer in net.layers)
print(f"1. A {net.widths} network that multiplies, with {numbers} coefficients")
print(f"   line {line}, square / 4 {square / 4}; largest error {error:.0e}\n")
assert line.tolist() == [-2, 0, 2]
assert (square / 4).tolist() == [3, -1, 3]
assert numbers == 18
assert error < 1e-14

axis = np.linspace(-1.0, 1.0, 201)
parts = [np.add.outer(axis, axis) ** 2 / 4, -(np.subtract.outer(axis, axis) ** 2) / 4]
names = ("$(x + y)^2 / 4$", "$-(x - y)^2 / 4$", "their sum: $xy$")
figure, axes = plt.subplots(1, 3, figsize=(12, 4.4), sharex=True, sharey=True)
for ax, surface, name in zip(axes, (*parts, sum(parts)), names, strict=True):
    image = ax.contourf(axis, axis, surface.T, levels=np.linspace(-1, 1, 21), cmap="RdBu_r")
    ax.set(title=name, xlabel="$x$", aspect="equal", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
axes[0].set_ylabel("$y$")
figure.colorbar(image, ax=axes, ticks=[-1, 0, 1])
figure.savefig("build/01_product.png")

# %% [markdown]
# ## 2. The theorem, and its inner function
#
# That was luck: a formula was at hand. Kolmogorov proved in 1957 that luck is not needed. *Every*
# continuous $f$ on $[0, 1]^n$ has the shape [n, 2n + 1, 1] (arXiv 2404.19756, eq. 2.1):
#
# $$f(x) = \sum_{q=1}^{2n+1} \Phi_q\Big( \sum_{p=1}^n \varphi_{q,p}(x_p) \Big),$$
#
# with continuous functions of one variable. And more: the *inner* functions $\varphi_{q,p}$ are the
# same for all $f$. Only the *outer* functions $\Phi_q$ know $f$.
#
# **Predict:** is the network of section 1 the one that the theorem promises for $xy$?
#
# No. It has 2 nodes, not 5, and inner functions that were made for $xy$. Those of the theorem must
# serve every $f$ at once. Sprecher reduced them to one function: $\varphi_{q,p}(x) = \lambda_p
# \psi(x + qa)$ with $q = 0 \dots m$. Köppen's $\psi$ is defined on decimals, digit by digit. Let
# $d = 0.i_1 \dots i_k$, base $\gamma = 10$, and $\beta(k) = 2^k - 1$ for two variables:
#
# $$\psi(d) = \psi(0.i_1 \dots i_{k-1}) + i_k \gamma^{-\beta(k)} \quad \text{if } i_k < 9, \qquad
#   \psi(d) = \tfrac12 \big( \psi(d - \gamma^{-k}) + \psi(d + \gamma^{-k}) \big)
#   \quad \text{if } i_k = 9,$$
#
# and $\psi(d) = d$ for one digit. The weights 0.1, 0.001, 0.0000001 fall so fast that floats blur
# them. So first in fractions, without any rounding.


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



tested = "0.5 0.9 0.99 0.999 0.19 0.199 0.25 0.75 0.59".split()
known = "0.5 0.9 0.954 0.9770004 0.154 0.1770004 0.205 0.705 0.554".split()
for d, value in zip(tested, known, strict=True):
    assert psi_exact(int(d[2:]), len(d) - 2) == Fraction(value)
largest = []
print("2. Köppen's inner function on all numbers of k digits, in fractions")
print("   k   smallest step   largest step   ratio")
for k in range(1, 6):
    values = [psi_exact(n, k) for n in range(GAMMA**k + 1)]
    steps = [high - low for low, high in pairwise(values)]
    largest.append(max(steps))
    ratio = f"{float(largest[-1] / largest[-2]):.5f}" if k > 1 else ""
    print(f"   {k}   {float(min(steps)):13.0e}   {float(max(steps)):.10f}   {ratio}")
    assert min(steps) == Fraction(1, GAMMA ** beta(k))
exponent = -np.log10(float(largest[-1] / largest[-2]))
print("   The smallest is positive: psi increases. The largest is halved when the distance")
print(f"   shrinks ten times: |psi(x) - psi(y)| <= C |x - y|^{exponent:.3f}, no better.\n")
assert round(float(largest[1]), 3) == 0.046
assert abs(exponent - np.log10(2)) < 1e-9

# %% [markdown]
# So $\psi$ increases and is continuous, but it is steep: Hölder continuous with exponent
# $\log_{10} 2 = 0.301$, and not Lipschitz, since no bound on its slope exists.
#
# For many points at once we keep both ends $p$, $q$ of the interval that holds x, and narrow it
# digit by digit; the new end in the middle is the mean that the 9 asks for. Numbers are integers
# $n = 10^{15} x$, so that every digit is exact. (Beyond 1, $\psi(x + 1) = \psi(x) + 1$.)


# %%
def psi(n):
    """Return psi at n / 10^15, for an array of integers n."""
    first = n // GAMMA ** (PLACES - 1)
    p, q = first / GAMMA, (first + 1) / GAMMA
    for r in range(2, PLACES + 1):
        digit, step = n // GAMMA ** (PLACES - r) % GAMMA, float(GAMMA) ** -beta(r)
        middle = (p + (GAMMA - 2) * step + q) / 2
        low, high = p + digit * step, p + (digit + 1) * step
        q = np.where(digit < GAMMA - 2, high, np.where(digit == GAMMA - 2, middle, q))
        p = np.where(digit < GAMMA - 1, low, middle)
    return p


ONE = GAMMA**PLACES
error = np.abs(psi(np.arange(GAMMA**5 + 1) * (ONE // GAMMA**5)) - np.array(values, float)).max()
assert error < 1e-15

# %% [markdown]
# **A common objection:** "the inner functions are fractals, so the theorem is useless." Fridman
# proved in 1967 that they can be chosen Lipschitz. For increasing functions a change of scale is
# enough to see it. Measure $x$ on a scale that stretches wherever some inner function is steep:
#
# $$u = s(x) = \frac{1}{m + 2} \Big( x + \sum_{q=0}^m \big( \psi(x + qa) - \psi(qa) \big) \Big),
#   \qquad a = 0.0111\dots$$
#
# When $u$ grows by $h$, no single term can grow by more than $(m + 2) h$. So each inner function
# has slope at most $m + 2$ *in u*. And if every continuous function of $x$ can be represented, so
# can every continuous function of $u$.

# %%
A = (GAMMA ** (PLACES - 1) - 1) // (GAMMA - 1)  # the shift a = 0.0111...
n = np.arange(1, GAMMA + 1) * ONE // GAMMA
n = np.unique(np.concatenate([n - 1, np.arange(4001) * ONE // 4000]))  # 0.09999..., 0.1, ...
x = n / ONE
shifted = np.array([psi(n + q * A) for q in range(M + 1)])  # (m+1, N)
u = (x + np.sum(shifted - shifted[:, :1], axis=0)) / (M + 2)
slope_x = np.max(np.diff(shifted) / (np.diff(n) / ONE))
slope_u = np.max(np.diff(shifted) / np.diff(u))
print("   Steepest slope of the five inner functions")
print(f"   against x: {slope_x:.0e} among these points; against u: {slope_u:.4f} <= m + 2\n")
assert slope_x > 1e9
assert slope_u < M + 2

figure, axes = plt.subplots(1, 2, figsize=(12, 5.5), sharey=True)
axes[0].plot(x, shifted[0], color=BLUE)
axes[0].set(xlabel="$x$", ylabel=r"$\psi$", title="as defined: no bound on the slope")
zoom = axes[0].inset_axes((0.57, 0.1, 0.4, 0.4), xlim=(0.49, 0.51), ylim=(0.49, 0.51))
fine = np.arange(490_000, 510_001, 5)
zoom.plot(fine / 1e6, psi(fine * (ONE // 10**6)), color=BLUE)
zoom.set(xticks=[0.49, 0.5, 0.51], yticks=[0.49, 0.5, 0.51])
zoom.tick_params(labelsize=9)
axes[0].indicate_inset_zoom(zoom, edgecolor="black")
axes[1].plot(u, shifted[0], color=GREEN)
axes[1].set(xlabel="$u = s(x)$", title="after the change of scale: slope at most $m + 2$")
figure.savefig("build/01_psi.png")

# %% [markdown]
# Lipschitz is also the best one can hope for: with fixed inner functions that have continuous
# derivatives the theorem is false (Vitushkin and Henkin, 1964). But the roughness of the inner
# functions is not the trouble. Keep an eye on the outer ones.
#
# ## 3. Broken in print: the first formula
#
# Sprecher's formula of 1996 is older than Köppen's and does not look back and forth. A 9 counts as
# 1, but is lifted by $m$ levels and halved $m$ times, where $m$ is one more than the number of
# digits 8 or 9 directly before it (the first digit does not count, nor is it ever lifted).
#
# **Predict:** it is meant to increase. Which digits would you try, to refute that?


# %%
def psi_sprecher(n, k):
    total, run = Fraction(0), 0
    for r, digit in enumerate(map(int, f"{n:0{k}d}"), start=1):
        lift = 1 + run if r > 1 and digit == GAMMA - 1 else 0
        weight = Fraction(1, 2**lift * GAMMA ** beta(r - lift))
        total += (1 if lift else digit) * weight
        run = run + 1 if r > 1 and digit >= GAMMA - 2 else 0
    return total


k = 5
sprecher = [psi_sprecher(n, k) for n in range(GAMMA**k)]
descents = [n for n, (low, high) in enumerate(pairwise(sprecher)) if high < low]
print("3. Sprecher's formula")
print(f"   psi(0.58999) = {sprecher[58999]} = {float(sprecher[58999]):.5f}")
print(f"   psi(0.59)    = {sprecher[59000]} = {float(sprecher[59000]):.5f}, smaller!")
print(f"   It falls {len(descents)} times among {GAMMA**k:,} numbers: after")
print("  ", ", ".join(f"0.{n:05d}" for n in descents))
print(f"   Köppen: {float(values[58999]):.5f} < {float(values[59000]):.5f}, and it never falls.\n")
assert (sprecher[58999], sprecher[59000]) == (Fraction("0.55175"), Fraction("0.55"))
assert descents == [8999 + 10_000 * j for j in range(10)]
assert not any(high < low for low, high in pairwise(sprecher[::10]))  # four digits: no descent
assert round(float(values[58999]), 5) == 0.54825

# %% [markdown]
# Four digits show nothing, five do. The error stood in print for years; a hundred thousand
# fractions find it in a second. Check before you build.
#
# ## 4. An address for every square
#
# Lay squares into the plane, one at each corner $d = (d_1, d_2)$ of k digits, with sides a little
# shorter than $10^{-k}$: they end at $d_p + 0.0 \dots 0888\dots$ Up to there no 9 has to be reached,
# and $\psi$ hardly grows. The inner sum
#
# $$\xi(x) = \psi(x_1) + \lambda \psi(x_2), \qquad
#   \lambda = \sum_{r \ge 1} 10^{-\beta(r)} = 0.1010001\dots$$
#
# maps a square to a tiny interval, and different squares to *disjoint* intervals. One real number
# is the address of a square. Compare the least distance of two addresses with the length of the
# intervals, both in units of $10^{-\beta(k+1)}$.

# %%
LAMBDA = sum(float(GAMMA) ** -beta(r) for r in range(1, 5))


def xi(n_1, n_2):
    """Return the addresses of all pairs, shape (N_1, N_2)."""
    return psi(n_1)[:, None] + LAMBDA * psi(n_2)


def width(k):
    """Return the length of the image of a square of k digits."""
    tail = sum(float(GAMMA) ** -beta(r) for r in range(k + 1, k + 4))
    return (GAMMA - 2) * tail * (1 + LAMBDA)


print("4. Addresses, in units of 10^-beta(k+1)")
print("   k   squares   image of a square   least distance   with d = 1 included")
for k, expected in [(1, 9.09991), (2, 49.505)]:
    unit = float(GAMMA) ** -beta(k + 1)
    d = np.arange(GAMMA**k + 1) * (ONE // GAMMA**k)
    gap, gap_with_1 = (np.diff(np.sort(xi(d[:end], d[:end]), axis=None)).min() for end in (-1, None))
    row = [length / unit for length in (width(k), gap, gap_with_1)]
    print(f"   {k}   {(d.size - 1) ** 2:7,}   {row[0]:17.3f}   {row[1]:14.5f}   {row[2]:19.5f}")
    assert row[0] < row[1]
    np.testing.assert_allclose(row[1:], [expected, 1.0001 if k == 1 else 1.0], rtol=1e-5)
print("   Disjoint, as long as d = 1 is left out. With it, two images overlap.\n")

figure, axes = plt.subplots(1, 2, figsize=(12, 5.5), width_ratios=(1, 1.25))
colours = plt.get_cmap("viridis")
for i in range(GAMMA):
    for j in range(GAMMA):
        left, color = (i + LAMBDA * j) / GAMMA, colours((i * GAMMA + j) / GAMMA**2)
        axes[0].add_patch(plt.Rectangle((i / 10, j / 10), 0.8 / 9, 0.8 / 9, color=color))
        axes[1].barh(GAMMA - 1 - j, width(1), 0.7, left, color=color)
axes[0].set(xlabel="$x_1$", ylabel="$x_2$", title="100 squares ...", aspect="equal")
axes[1].set(xlabel=r"address $\xi$", title="... and their images, one row for each $d_2$")
axes[1].set(xlim=(-0.01, 0.35), yticks=range(10), yticklabels=[f"0.{9 - j}" for j in range(10)])
axes[1].set_ylabel("$d_2$")
figure.savefig("build/01_addresses.png")

# %% [markdown]
# ## 5. Round after round
#
# Choose a constant value on every image, and you have a function $\Phi_0$ of one variable for
# which $\Phi_0(\xi(x))$ is any value you like on any square. Only the strips between the squares
# are left out. That is why there are m + 1 copies, shifted by $qa$: every point lies in a square of
# at least $m - 1$ of them. Let each copy carry its share of $f$, subtract, and start again
# on smaller squares, with the residual $f_r$ in place of $f$:
#
# $$\Phi_q^r(\xi(d^q)) = \frac{f_{r-1}(d)}{m + 1}, \qquad
#   f_r = f_{r-1} - \sum_{q=0}^m \Phi_q^r \circ \xi_q, \qquad \xi_q(x) = \xi(x + qa),$$
#
# where $d^q$ is $d + qa$ cut off after k digits. On the image of a square $\Phi_q^r$ is constant,
# between images it is zero, and ramps join them: it is piecewise linear. Ramps of
# half a unit are used here. One whole unit, as usual, does not fit between the images for k = 1.
#
# We take $f = xy$ on $[0, 1]^2$ and lay the unit interval over the digits from 0 to 0.8, to stay
# away from d = 1 even after all shifts.

# %%
SIDE = 8 * ONE // 10


def corners(f_d, k, q):
    """Return the corners of the piecewise linear function Phi_q, given f on the numbers d."""
    step = ONE // GAMMA**k
    d = np.arange(0, SIDE + 1, step) + q * (A // step) * step
    address = xi(d, d).ravel()
    order = np.argsort(address)
    ramp = 0.5 * float(GAMMA) ** -beta(k + 1)
    y = address[order, None] + [-ramp, 0.0, width(k), width(k) + ramp]  # (squares, 4)
    assert np.diff(y.ravel()).min() > 0, "images overlap"
    return y.ravel(), np.outer(f_d.ravel()[order] / (M + 1), [0, 1, 1, 0]).ravel()


def residual(n_1, n_2, rounds):
    f = np.outer(n_1 / SIDE, n_2 / SIDE)
    for phi in rounds:
        f = f - sum(np.interp(xi(n_1 + q * A, n_2 + q * A), *phi[q]) for q in range(M + 1))
    return f


def add_round(rounds, k):
    d = np.arange(0, SIDE + 1, ONE // GAMMA**k)
    f_d = residual(d, d, rounds)
    return [*rounds, [corners(f_d, k, q) for q in range(M + 1)]]


n_1, n_2 = np.sort(rng.integers(0, SIDE, (2, POINTS)))
rounds = [[], add_round([], 1)]
rounds.append(add_round(rounds[1], 2))
rounds.append(add_round(rounds[1], 1))
maps = [residual(n_1, n_2, done) for done in rounds]
sup = [np.abs(f).max() for f in maps]
rms = [np.sqrt(np.mean(f**2)) for f in maps]

hits = 0
for q in range(M + 1):
    y, height = rounds[1][0][q]
    address = xi(n_1 + q * A, n_2 + q * A)
    start = np.searchsorted(y[1::4], address, side="right") - 1
    hits = hits + (address <= y[2::4][start])
print(f"5. The residual of f = xy at {POINTS**2:,} points, m = {M}")
print(f"   Each point lies in a square of at least {hits.min()} of the {M + 1} copies.")
print("                        sup|f_r|   rms f_r   ratio of sup   ratio of rms")
for name, r, before in [
    ("nothing yet", 0, None), ("k = 1", 1, 0), ("k = 1, then 2", 2, 1), ("k = 1, then 1 again", 3, 1),
]:  # fmt: skip
    ratios = f"   {sup[r] / sup[before]:12.3f}   {rms[r] / rms[before]:12.3f}" if r else ""
    print(f"   {name:19}  {sup[r]:8.4f}   {rms[r]:7.4f}{ratios}")
