# %% [markdown]
# # Lesson 02b: What is left at the ends
#
# **Question.** What becomes of a spline at the ends of its grid, and beyond them?
#
# **You will learn:**
# - how the bumps run out, and three ways to go on beyond the grid;
# - to find two bugs that live at the ends of a grid, and a cure that is worse than the bug;
# - to make the triangle of lesson 02a right on any knots and at any point.
#
# **You need:** lesson 02a.
#
# **Time:** 20 minutes to read, 4 seconds to run.

# %%
from dataclasses import replace
from itertools import product

import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GRAY, show

import kan_numpy as kn

LOW, HIGH, G, k = -1.0, 1.0, 5, 3  # the grid, its intervals, the degree of the splines on it
t = kn.uniform_knots(LOW, HIGH, G, k)
x = np.linspace(LOW, HIGH, 201)

# %% [markdown]
# ## 1. The bumps run out
#
# **Predict:** the grid ends at 1. What is the sum of the bumps at 1, 1.2, 1.5 and 2.2?
#
# **Common mistake:** "outside its grid a spline is zero."

# %%
outside = np.array([1.0, 1.2, 1.5, 2.2])
sums = kn.bspline_basis(outside, t, k).sum(axis=1)
print(f"1. At {outside} the bumps sum to {sums.round(3)}")
np.testing.assert_allclose(1 - sums, [0, 1 / 48, (121 + 1) / 384, 1], rtol=0, atol=1e-14)

wide = np.linspace(-2.6, 2.6, 2081)
B = kn.bspline_basis(wide, t, k)  # (N, G+k)
figure, ax = plt.subplots(figsize=(9, 4.5))
ax.axvspan(LOW, HIGH, color="0.93", label="the grid")
ax.plot(wide, np.where(B > 0, B, np.nan), color=GRAY, lw=1)
ax.plot(wide, B.sum(axis=1), color=BLUE, lw=3, label=r"$\sum_j B_j(x)$")
ax.plot(outside, sums, "ko")
ax.set(xlabel="$x$", ylabel="$B_j(x)$ (thin) and their sum", ylim=(-0.05, 1.3))
ax.legend(loc="upper left", ncols=2)
show(figure, "02b_outside", "The sum of the bumps is one on the grid, and fades to zero outside.")

# %% [markdown]
# **Answer:** 1, 47/48, 131/192, 0. At 1.2 a bump is missing that would begin at 1: in its first
# interval the recursion gives $z^3/3!$ with z = (x - 1)/h, here $(1/2)^3/6 = 1/48$. At 1.5 it would
# be 121/384, and the next one, from 1.4, 1/384. The spline fades over k intervals, up to 2.2.
#
# ## 2. Three ways to go on
#
# Training moves what arrives at an edge, and some of it leaves the grid. Where the bumps have run
# out the spline has no slope, and nothing can pull it back. This is one reason why an edge also has
# a base function b with a weight w, $\phi(x) = w\, b(x) + \sum_j c_j B_j(x)$ (lesson 04b). New data
# will leave any grid by a little. Three ways to go on beyond its end e come to mind:
#
# - *fade*: let the bumps run out, as the paper does, so that a multiple of b is left;
# - *constant*: stay at $\phi(e)$;
# - *tangent*: $\phi(e) + \phi'(e)\, (x - e)$.
#
# Let 400 noisy samples of $\sqrt x$ decide. One edge learns them, for three distributions of x that
# run out to the right, and three G. We ask it 5 % and 10 % of the range of x beyond the last
# sample. An error above half the range of y is nonsense.
#
# **Predict:** how often is each of the three nonsense, for $b = x / (1 + e^{-x})$ (silu), 0 and x?


# %%
KINDS = {
    "exponential": lambda rng: rng.exponential(size=(400, 1)),
    "lognormal": lambda rng: rng.lognormal(0, 0.8, (400, 1)),
    "half-normal": lambda rng: np.abs(rng.normal(size=(400, 1))),
}


def errors_beyond(seed, kind, G, base):
    rng = np.random.default_rng(seed)
    x = KINDS[kind](rng)
    y = np.sqrt(x) + 0.1 * rng.normal(size=x.shape)
    edge = kn.KAN([1, 1], grid_size=G, base=base, rng=0)  # goes on along its tangent
    edge = kn.fit(edge, x, y, steps=30, adapt_at=[0], hold=3e-4, progress=False).network
    fading = kn.KAN.from_layers([replace(edge.layers[0], outside="fade")])  # the same on its grid
    places = x.max() + np.array([[0.05], [0.1]]) * np.ptp(x)
    held = np.minimum(places, edge.layers[0].knots[:, -k - 1])  # at the end of the grid
    said = np.array([fading(places), edge(held), edge(places)])[:, :, 0]
    return np.abs(said - np.sqrt(places[:, 0])) / np.ptp(y)  # (ways, places)


print("2. Beyond the data: share of nonsense, largest error over the range of y")
bases, ways, found = ("silu", "zero", "identity"), ("fade", "constant", "tangent"), {}
for base in bases:
    edges = enumerate(product(KINDS, (5, 10, 20)))
    errors = np.array([errors_beyond(seed, *edge, base) for seed, edge in edges])
    found |= {(base, way): errors[:, i].T for i, way in enumerate(ways)}  # (places, edges)
print("                     5 % beyond      10 % beyond")
for (base, way), beyond in found.items():
    cells = (f"{np.mean(at > 0.5):8.0%}{at.max():8.2f}" for at in beyond)
    print(f"   {base:9}{way:8} " + "".join(cells))
print()
assert np.mean(found["silu", "fade"][1] > 0.5) > 0.1
assert all(found[base, "fade"].max() > 1.5 * found[base, "tangent"].max() for base in bases)
assert all(beyond.max() < 0.5 for (_, way), beyond in found.items() if way != "fade")

# %% [markdown]
# **Answer:** constant and tangent never, whatever b is; fade in two of nine edges, with silu. A
# spline that fades takes the edge along to $w\, b(x)$, however large a weight w it has balanced on
# the grid. The tangent is the default of networks, `kn.KAN(outside="linear")`: it has a slope to
# learn by, and in lesson 14b it follows a trend. `kn.bspline_basis` itself always fades.
#
# ## 3. Broken on purpose: repeated knots
#
# Many textbooks *clamp* the knots: the k extra ones lie on the end itself. The recursion of lesson
# 2a has not foreseen it: some denominators become $t_{j+q} - t_j = 0$.


# %%
def bump(x, j, q, t, divide):
    if q == 0:
        return 1.0 if t[j] <= x < t[j + 1] else 0.0
    fade_in = divide(x - t[j], t[j + q] - t[j])
    fade_out = divide(t[j + q + 1] - x, t[j + q + 1] - t[j + 1])
    return fade_in * bump(x, j, q - 1, t, divide) + fade_out * bump(x, j + 1, q - 1, t, divide)


def bumps(t, divide):
    return np.array([[bump(value, j, k, t, divide) for j in range(G + k)] for value in x])


clamped = np.clip(t, LOW, HIGH)
with np.errstate(divide="ignore", invalid="ignore"):
    broken = bumps(clamped, np.divide)  # (N, G+k)
n_nan = np.isnan(broken).any(axis=0).sum()
highest = np.nan_to_num(broken).sum(axis=1).max()
print("3. Clamped knots")
print(f"   plain division:    {n_nan} of {G + k} bumps are NaN")
print(f"   nan_to_num:        no NaN, but nowhere a sum above {highest:.3f}")
np.testing.assert_allclose([n_nan, highest], [2 * k, 23 / 24], rtol=1e-12)

# %% [markdown]
# `nan_to_num` is a trap. One bad term spoils the good one beside it, and the whole bump is wiped
# out: 2 of 8 survive, without a warning. The cure is in the formula. A bump of no width is zero, so
# *each of the two terms* is left out if its own denominator vanishes.
#
# **Predict:** do the bumps sum to one everywhere then?
#
# **Common mistake:** "they sum to one at all points of a uniform grid, so the code is right."


# %%
def guarded(numerator, denominator):
    return numerator / denominator if denominator > 0 else 0.0


on_uniform, half_open = (bumps(knots, guarded).sum(axis=1) for knots in (t, clamped))
wrong = x[np.abs(half_open - 1) > 1e-13]
print(f"   guarded division:  the sum is {half_open[-1]:g} at x = {wrong[0]:g}, and 1 elsewhere\n")
np.testing.assert_allclose(on_uniform, 1, rtol=0, atol=1e-13)
assert (wrong.tolist(), half_open[-1]) == ([HIGH], 0)

# %% [markdown]
# **Answer:** everywhere but at one point, where data scaled to [-1, 1] have their largest sample.
# The boxes are half-open, and none holds the right end. On uniform knots another box began there,
# which hid the bug.
#
# ## 4. The triangle, mended
#
# The last box of the grid must be closed on both sides. And the triangle needs no guard: what it
# divides by, $t_{j+q} - t_j$ with $j \le m < j + q$, spans the box that holds x, which is never
# empty. But near the ends it runs out of knots. Lay k + 1 more at each end, anywhere, and forget
# the bumps that they carry: no other bump knows of these knots.


# %%
def basis(x, t, k):
    """Return all bumps at one point x, (G+k,), on any knots."""
    if not t[0] <= x <= t[-1]:
        return np.zeros(len(t) - k - 1)
    more = np.arange(1, k + 2)
    longer = np.concatenate([t[0] - more[::-1], t, t[-1] + more])
    # The right end of the grid belongs to the box before it, every other knot to the box after it.
    m = np.searchsorted(longer, x, side="left" if x == t[-k - 1] else "right") - 1
    row = np.ones(1)
    for q in range(1, k + 1):
        j = np.arange(m - q + 1, m + 1)
        share = (x - longer[j]) / (longer[j + q] - longer[j])
        row = np.append((1 - share) * row, 0) + np.append(0, share * row)
    B = np.zeros(len(longer) - k - 1)
    B[m - k : m + 1] = row
    return B[k + 1 : -k - 1]


drawn = np.array([-2, -2, -1.5, -1, -1, -0.5, 0, 0, 0, 1, 1, 2])  # some of them repeated
for knots in (t, clamped, drawn):
    points = np.concatenate([np.linspace(-2.5, 2.5, 301), knots])
    ours = np.array([basis(point, knots, k) for point in points])  # (N, G+k)
    np.testing.assert_allclose(ours, kn.bspline_basis(points, knots, k), rtol=0, atol=1e-14)
print("4. The triangle is the library's on uniform, clamped and drawn knots, and outside the grid")
show(kn.plot_basis(clamped, k), "02b_clamped", "Bumps on clamped knots: the first begins at one.")

# %% [markdown]
# What does clamping buy? One bump is left at each end: a spline begins at its first coefficient.
#
# ## On your own
#
# Close this file and write all bumps at many points from memory: `make exercise N=2.2`. Then find
# points that betray three sick implementations: `make exercise N=2.3`. `make site` builds an
# [explorer](explorer.html): drag two, three, four knots onto one. How smooth are the bumps?
#
# ## Further reading
#
# - C. de Boor, *A Practical Guide to Splines*, revised edition, Springer 2001, chapters IX and X.
# - Z. Liu et al., *KAN: Kolmogorov-Arnold Networks*, arXiv 2404.19756, section 2.
