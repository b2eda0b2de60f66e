# %% [markdown]
# # Lesson 2: bumps that sum to one
#
# **Question.** What is a B-spline, and what is left of it outside its grid?
#
# **You will learn:**
# - to lay the knots by hand, and why a grid of G intervals has G + 2k + 1 of them;
# - to compute the basis functions by a recursion, by a triangle, and by the library;
# - how an edge goes on beyond its grid, and which way is the sanest;
# - to find two bugs that live at the ends of a grid, and a cure that is worse than the bug.
#
# **You need:** NumPy arrays. Lesson 1 is not needed.
#
# **Time:** 30 minutes to read, 5 seconds to run.

# %%
from dataclasses import replace
from itertools import product
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import kan_numpy as kn

LOW, HIGH = -1.0, 1.0  # the grid
G, k = 5, 3  # its intervals, and the degree of the splines on it
rng = np.random.default_rng(2)
build = Path("build")
build.mkdir(exist_ok=True)
colors = plt.cycler(color=["#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7"])
plt.rcParams.update({"font.size": 13, "axes.prop_cycle": colors})

# %% [markdown]
# ## 1. Knots by hand
#
# Every edge of a KAN carries a function $s(x) = \sum_j c_j B_j(x)$: fixed *basis functions*, bumps
# for short, times coefficients that are learned (arXiv 2404.19756, eq. 2.12). The bumps hang
# between knots. The grid is cut into G intervals of width h, and k knots more are laid at each end:
#
# $$t_j = low + (j - k)\,h, \qquad h = (high - low) / G, \qquad j = 0 \dots G + 2k$$
#
# A bump of degree k spans k + 1 intervals. The extra knots carry those that lie partly outside.
#
# **Predict:** for G = 5 and k = 3, how many knots are there, and how many bumps?

# %%
h = (HIGH - LOW) / G
t = np.array([LOW + (j - k) * h for j in range(G + 2 * k + 1)])
js = range(len(t) - (k + 1))  # a bump starts at every knot but the last k + 1

print("1. Knots by hand")
print(f"   {t[:k].round(1)} outside, {t[k:-k].round(1)} the grid, {t[-k:].round(1)} outside")
print(f"   G + 2k + 1 = {len(t)} knots carry G + k = {len(js)} bumps. The grid starts at t[k].\n")
assert (len(t), len(js)) == (12, 8)
knots = kn.uniform_knots(LOW, HIGH, G, k)
np.testing.assert_allclose(knots, t, rtol=0, atol=1e-15)
assert (knots[k], knots[-k - 1]) == (LOW, HIGH)

# %% [markdown]
# ## 2. The recursion of Cox and de Boor
#
# A bump of degree 0 is a box: $B_{j,0}(x) = 1$ if $t_j \le x < t_{j+1}$, else 0. A bump of degree q
# is made of two neighbors of degree q - 1. Straight lines fade one in and the other out:
#
# $$B_{j,q}(x) = \frac{x - t_j}{t_{j+q} - t_j} B_{j,q-1}(x)
#              + \frac{t_{j+q+1} - x}{t_{j+q+1} - t_{j+1}} B_{j+1,q-1}(x)$$


# %%
def bump(x, j, q, t, divide=np.divide):
    if q == 0:
        return 1.0 if t[j] <= x < t[j + 1] else 0.0
    fade_in = divide(x - t[j], t[j + q] - t[j])
    fade_out = divide(t[j + q + 1] - x, t[j + q + 1] - t[j + 1])
    return fade_in * bump(x, j, q - 1, t, divide) + fade_out * bump(x, j + 1, q - 1, t, divide)


x = np.linspace(LOW, HIGH, 201)
slow = np.array([[bump(value, j, k, t) for j in js] for value in x])  # (N, G+k)
np.testing.assert_allclose(kn.bspline_basis(x, knots, k), slow, rtol=0, atol=1e-14)

# %% [markdown]
# This is slow: a call makes two more, so a bump costs 1 + 2 + 4 + 8 = 15 calls, and most of them
# find a zero. Go the other way instead. Only one box holds x. Let every bump of degree q - 1 hand
# its value on: the share $(x - t_j) / (t_{j+q} - t_j)$ to the right, the rest to the left. The
# recursion says just this, and what is not zero forms a triangle.


# %%
def triangle(x, t, k):
    m = np.searchsorted(t, x, side="right") - 1  # the box [t_m, t_{m+1}) that holds x
    rows = [np.ones(1)]
    for q in range(1, k + 1):
        row = np.zeros(q + 1)
        for r, value in enumerate(rows[-1]):
            j = m - q + 1 + r
            share = (x - t[j]) / (t[j + q] - t[j])
            row[r] += (1 - share) * value
            row[r + 1] += share * value
        rows.append(row)
    return m - k, rows  # the first bump that is not zero, and the triangle


first, rows = triangle(0.1, t, k)
by_library = kn.bspline_basis([0.1], knots, k)[0]  # (G+k,)
np.testing.assert_allclose(rows[-1], by_library[first : first + k + 1], rtol=0, atol=1e-14)
print("2. The triangle at x = 0.1: every number is split in two, so every row sums to one")
for q, row in enumerate(rows):
    numbers = "   ".join(f"{value:.3f}" for value in row)
    print(f"   degree {q}   {numbers:^30s}   sum {row.sum():.3f}")
calls, entries = len(js) * sum(2**q for q in range(k + 1)), sum(row.size for row in rows)
print(f"   Recursion: {calls} calls for all {len(js)} bumps. Triangle: {entries} numbers.\n")
assert (calls, entries) == (120, 10)

# %% [markdown]
# `kn.bspline_basis` runs the triangle for all points at once; `kn.reference.bspline` is the
# recursion. Here are the bumps of four degrees.

# %%
wide = np.linspace(-2.6, 2.6, 2081)
fig, axes = plt.subplots(4, 1, figsize=(9, 9), sharex=True, layout="constrained")
for degree, ax in enumerate(axes):
    t_k = kn.uniform_knots(LOW, HIGH, G, degree)
    B = kn.bspline_basis(wide, t_k, degree)
    ax.axvspan(LOW, HIGH, color="0.93")
    ax.plot(wide, np.where(B > 0, B, np.nan), lw=3)
    ax.plot(wide, B.sum(axis=1), "k:", lw=1.5)
    ax.plot(t_k, np.zeros_like(t_k), "k|", ms=12)
    ax.set(ylabel=f"$B_{{j,{degree}}}(x)$", ylim=(-0.1, 1.15))
    ax.set_title(f"k = {degree}: {G + degree} bumps on {len(t_k)} knots", fontsize=13, loc="left")
axes[-1].set_xlabel("x      (gray: the grid; ticks: knots; dotted: the sum of all bumps)")
fig.savefig(build / "02_gallery.png", dpi=150)

# %% [markdown]
# ## 3. They sum to one, and only a few are non-zero
#
# In the triangle a value is split, never lost. So the bumps sum to one on the grid: a *partition of
# unity*. They are weights, and a spline is a moving average of its coefficients.
#
# **Predict:** how many of the 8 bumps are non-zero at x = 0.1? And exactly on the knot 0.2?

# %%
print("3. On the grid")
for degree in range(4):
    B = kn.bspline_basis(x, kn.uniform_knots(LOW, HIGH, G, degree), degree)
    off, most = np.abs(B.sum(axis=1) - 1).max(), np.count_nonzero(B, axis=1).max()
    print(f"   k = {degree}: the sum is 1 up to {off:.0e}", end="; ")
    print(f"at most {most} of {G + degree} bumps are non-zero")
    assert most == degree + 1
between, on_knot = np.count_nonzero(kn.bspline_basis([0.1, knots[6]], knots, k), axis=1)
print(f"   At x = 0.1 it is {between}. On the knot 0.2 it is {on_knot}: one bump starts there.\n")
assert (between, on_knot) == (k + 1, k)

# %% [markdown]
# So a coefficient works locally. On a grid of 12 intervals, raise $c_6$: the spline moves on k + 1
# of them and nowhere else. Nor does it ever leave the range of its coefficients.

# %%
finer = kn.uniform_knots(LOW, HIGH, 12, k)
coef = rng.normal(size=12 + k)
raised = coef + np.where(np.arange(12 + k) == 6, 1.0, 0.0)
B = kn.bspline_basis(x, finer, k)
moved = x[B @ raised != B @ coef]
assert finer[6] < moved.min() <= moved.max() < finer[6 + k + 1]
assert coef.min() <= (B @ coef).min() <= (B @ coef).max() <= coef.max()

fig, ax = plt.subplots(figsize=(9, 5), layout="constrained")
ax.axvspan(finer[6], finer[10], color="0.93", label="where $B_6$ is not zero")
ax.plot(x, np.where(B > 0, B * coef, np.nan), lw=1.2)
ax.plot(x, B @ coef, "k", lw=3, label=r"$s(x) = \sum_j c_j B_j(x)$", zorder=3)
ax.plot(x, B @ raised, "k--", lw=2, label="the same with $c_6 + 1$")
ax.set(xlabel="x", ylabel="$s(x)$, and $c_j B_j(x)$ in colors")
ax.legend(fontsize=12)
fig.savefig(build / "02_spline.png", dpi=150)

# %% [markdown]
# ## 4. Outside the grid
#
# Training moves the activations of a network, and some leave the grid. Then what?
#
# **Predict:** the grid ends at 1. What is the sum of the bumps at 1, 1.2, 1.5 and 2.2?

# %%
outside = np.array([1.0, 1.2, 1.5, 2.2])
sums = kn.bspline_basis(outside, knots, k).sum(axis=1)
np.testing.assert_allclose(sums, [1, 47 / 48, 131 / 192, 0], rtol=0, atol=1e-14)
B = kn.bspline_basis(wide, knots, k)
fig, ax = plt.subplots(figsize=(9, 4.5), layout="constrained")
ax.axvspan(LOW, HIGH, color="0.93", label="the grid")
ax.plot(wide, np.where(B > 0, B, np.nan), color="0.6", lw=1)
ax.plot(wide, B.sum(axis=1), lw=3, label=r"$\sum_j B_j(x)$")
ax.plot(outside, sums, "ko")
print("4. Outside the grid")
for place, value, shift in zip(outside, sums, (-50, 8, 8, 8), strict=True):
    print(f"   x = {place:.1f}: the bumps sum to {value:.3f}")
    ax.annotate(f"{value:.3f}", (place, value), (shift, 6), textcoords="offset points")
print(
    f"   The spline isn't cut off at {HIGH:g}. It fades, and ends at the last knot, {t[-1]:.1f}.\n"
)
ax.set(xlabel="x", ylabel="$B_j(x)$ (thin) and their sum", ylim=(-0.05, 1.3))
ax.legend(loc="upper left", ncols=2, fontsize=12)
fig.savefig(build / "02_outside.png", dpi=150)

# %% [markdown]
# Beyond the grid the bumps run out one by one. At a distance of k h the spline has no value and no
# slope left: nothing can pull the activation back. This is one reason why an edge also has a base
# function b (lesson 4), and why grids are moved after the data (lesson 8). But data that a network
# has not seen will leave any grid by a little. Three ways to go on beyond its end e come to mind:
#
# - *fade*: let the bumps run out, as the paper does, so that a multiple of b is left;
# - *constant*: stay at $\phi(e)$;
# - *tangent*: $\phi(e) + \phi'(e)\, (x - e)$, the edge as a whole, spline and base function.
#
# Let 400 noisy samples of $\sqrt x$ decide, whose density runs out to the right. One edge learns
# them, for three distributions of x and three G. We ask it 5 % and 10 % of the range of the samples
# beyond the last one. An error above half the range of y is nonsense.
#
# **Predict:** how often is each of the three nonsense, for b = silu, b = 0 and b = x?


# %%
KINDS = {
    "exponential": lambda rng: rng.exponential(size=(400, 1)),
    "lognormal": lambda rng: rng.lognormal(0, 0.8, (400, 1)),
    "half-normal": lambda rng: np.abs(rng.normal(size=(400, 1))),
}


def noisy_roots(kind, seed):
    rng = np.random.default_rng(seed)
    x = KINDS[kind](rng)
    return x, np.sqrt(x) + 0.1 * rng.normal(size=x.shape)


def errors_beyond(x, y, G, base):
    """Return the errors, over the range of y, of three ways (rows) at 5 % and at 10 % (columns)."""
    edge = kn.KAN([1, 1], grid_size=G, base=base, rng=0)
    edge = kn.fit(edge, x, y, steps=30, adapt_at=[0], hold=3e-4, progress=False).network
    fading = kn.KAN.from_layers([replace(edge.layers[0], outside="fade")])  # the same on its grid
    places = x.max() + np.array([[0.05], [0.1]]) * np.ptp(x)
    end = edge.layers[0].knots[:, -k - 1]
    said = fading(places), edge(np.minimum(places, end)), edge(places)
    return np.abs(np.array(said)[:, :, 0] - np.sqrt(places[:, 0])) / np.ptp(y)


edges, ways = [*product(KINDS, (5, 10, 20))], ("fade", "constant", "tangent")
print("   Beyond the data: nonsense in % of 9 edges, and the largest error over the range of y")
print("                        5 % beyond         10 % beyond")
nonsense, worst = {}, {}
for base in ("silu", "zero", "identity"):
    errors = np.array(
        [
            errors_beyond(*noisy_roots(kind, seed), size, base)
            for seed, (kind, size) in enumerate(edges)
        ]
    )  # (edges, ways, places)
    for way, of_way in zip(ways, errors.transpose(1, 2, 0), strict=True):
        nonsense[base, way] = [float(np.mean(at > 0.5)) for at in of_way]
        worst[base, way] = of_way[1].max()
        columns = [f"{100 * np.mean(at > 0.5):8.0f} %{at.max():8.2f}" for at in of_way]
        print(f"   {base:9} {way:9}" + " ".join(columns))
print()
assert nonsense["silu", "fade"][1] > 0.1
assert all(worst[base, "fade"] > 1.5 * worst[base, "tangent"] for base, _ in worst)
assert all(share == [0, 0] for (_, way), share in nonsense.items() if way != "fade")

# %% [markdown]
# A spline that fades takes the edge along to $w\, b(x)$, however large a weight w it has balanced
# on the grid. A constant and a tangent are both sane. The tangent is the default of networks,
# `kn.KAN(outside="linear")`: it has a slope, which can pull an activation back in training, and in
# lesson 14 it follows a trend. `outside="fade"` is the paper's way. `kn.bspline_basis` always
# fades: to go on is a matter of the layer.
#
# ## 5. Broken on purpose: repeated knots
#
# Many textbooks *clamp* the knots: the k extra ones lie on the end itself. Our recursion has not
# foreseen it. Some denominators become $t_{j+q} - t_j = 0$.

# %%
clamped = np.clip(t, LOW, HIGH)
with np.errstate(divide="ignore", invalid="ignore"):
    broken = np.array([[bump(value, j, k, clamped) for j in js] for value in x])
n_nan = np.isnan(broken).any(axis=0).sum()
trapped = np.nan_to_num(broken)
print("5. Clamped knots")
print(f"   plain division:    {n_nan} of {len(js)} bumps are NaN")
print(f"   nan_to_num:        no NaN, but nowhere a sum above {trapped.sum(axis=1).max():.3f}")
assert n_nan == 2 * k
np.testing.assert_allclose(trapped.sum(axis=1).max(), 23 / 24, rtol=1e-12)

# %% [markdown]
# `nan_to_num` looks like a cure and is a trap. One bad term spoils the good one beside it, and the
# whole bump is wiped out: 2 of 8 survive, without a warning. The cure is in the formula. A bump of
# no width is zero, so *each of the two terms* is left out if its own denominator vanishes.
#
# **Predict:** do the bumps sum to one everywhere then?


# %%
def guarded(numerator, denominator):
    return numerator / denominator if denominator > 0 else 0.0


half_open = np.array([[bump(value, j, k, clamped, guarded) for j in js] for value in x])
wrong = x[np.abs(half_open.sum(axis=1) - 1) > 1e-13]
print(f"   guarded division:  the sum is 1, but {half_open[-1].sum():g} at x = {wrong[0]:g}")
assert wrong.tolist() == [HIGH]
assert half_open[-1].sum() == 0

# %% [markdown]
# One point, but not any point: data scaled to [-1, 1] has its largest sample right there. The boxes
# are half-open, and none holds the right end. With the extended knots of section 1 another box
# began there, which hid the bug. The fix: the last box of the grid is closed on both sides.
# `kn.reference.bspline` is our `bump` with both fixes.

# %%
fixed = np.array([[kn.reference.bspline(value, j, k, clamped) for j in js] for value in x])
off = np.abs(fixed.sum(axis=1) - 1).max()
print(f"   last box closed:   the sum is 1 up to {off:.0e}, at both ends too")
assert off < 1e-13
np.testing.assert_allclose(fixed[:-1], half_open[:-1], rtol=0, atol=1e-14)
np.testing.assert_allclose(kn.bspline_basis(x, clamped, k), fixed, rtol=0, atol=1e-14)

# %% [markdown]
# What does clamping buy? At an end of the grid a single bump is left, and it is 1: the spline
# begins at its first coefficient and ends at its last one. `kn.plot_basis` draws the bumps on any
# knots; a repeated knot has a stack of marks.

# %%
kn.plot_basis(clamped, k).savefig(build / "02_clamped.png", dpi=150)
ends = kn.bspline_basis([LOW, HIGH], clamped, k) @ np.arange(G + k)  # the spline with c_j = j
print(f"   With c = 0, 1, ..., {G + k - 1} the clamped spline goes from {ends[0]:g} to {ends[1]:g}")
np.testing.assert_allclose(ends, [0, G + k - 1], atol=1e-14)

# %% [markdown]
# ## On your own
#
# 1. *Easy.* Take 10 intervals instead of 5. Where does the spline end on the right, and what is the
#    sum of the bumps half an interval behind the grid? Only one of the two answers changes.
# 2. *Medium.* Make `triangle` work on an array of points, with loops over q and r only. Compare it
#    with `kn.bspline_basis`, also on knots that you drew at random and sorted.
# 3. *Open.* Repeat an inner knot twice, three times, four times, and draw the bumps. What happens
#    to their smoothness? When would you want such a knot in an edge of a network?
#
# ## Further reading
#
# - C. de Boor, *A Practical Guide to Splines*, revised edition, Springer 2001, chapters IX and X.
# - L. Piegl and W. Tiller, *The NURBS Book*, 2nd edition, Springer 1997, chapter 2: the triangle.
# - Z. Liu et al., *KAN: Kolmogorov-Arnold Networks*, arXiv 2404.19756, section 2.
