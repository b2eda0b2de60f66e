# %% [markdown]
# # Lesson 02a: Bumps that sum to one
#
# **Question.** What is a B-spline, and how is it computed?
#
# **You will learn:**
# - to lay the knots by hand, and why a grid of G intervals has G + 2k + 1 of them;
# - why a bump of degree k has k - 1 continuous derivatives;
# - to compute all bumps at a point by a recursion, and faster by a triangle.
#
# **You need:** NumPy arrays, and integrals of one variable.
#
# **Time:** 20 minutes to read, 4 seconds to run.

# %%
import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GRAY, ORANGE, show

import kan_numpy as kn

LOW, HIGH = -1.0, 1.0  # the grid
G, k = 5, 3  # its intervals, and the degree of the splines on it

# %% [markdown]
# ## 1. Knots by hand
#
# A *spline* of degree k is a function that is a polynomial of degree k between neighboring *knots*,
# and has k - 1 continuous derivatives where the pieces meet. Every edge of a KAN carries one,
# $s(x) = \sum_j c_j B_j(x)$: fixed *basis functions*, the B-splines, or bumps for short, times
# coefficients that are learned (arXiv 2404.19756, eq. 2.12).
#
# The grid is cut into G intervals of width h, and k knots more are laid at each end:
#
# $$t_j = low + (j - k)\,h, \qquad h = (high - low) / G, \qquad j = 0 \dots G + 2k$$
#
# Bump j of degree k begins at $t_j$, spans k + 1 intervals, and is zero elsewhere. The extra knots
# carry the bumps that lie partly outside the grid.
#
# **Predict:** for G = 5 and k = 3, how many knots are there, and how many bumps?

# %%
h = (HIGH - LOW) / G
t = np.array([LOW + (j - k) * h for j in range(G + 2 * k + 1)])
js = range(len(t) - (k + 1))  # a bump starts at every knot but the last k + 1
print("1. Knots by hand")
print(f"   {t[:k].round(1)} outside, {t[k:-k].round(1)} the grid, {t[-k:].round(1)} outside\n")
assert (len(t), len(js)) == (G + 2 * k + 1, G + k) == (12, 8)
np.testing.assert_allclose(kn.uniform_knots(LOW, HIGH, G, k), t, rtol=0, atol=1e-15)

# %% [markdown]
# **Answer:** 6 ends of intervals and 3 knots more on each side are G + 2k + 1 = 12. They carry
# G + k = 8 bumps: the last one starts k + 1 knots before the end.
#
# ## 2. Why they are smooth
#
# The bump of degree 0 is a box: 1 for $t_j \le x < t_{j+1}$, else 0. On knots of equal distance the
# next degree is the average of the last one over a window of width h:
#
# $$B_{j,q}(x) = \frac1h \int_{x-h}^x B_{j,q-1}(u)\, du$$
#
# Differentiate. The bumps are copies, moved by h: $B_{j,q-1}(x - h)$ is the next one. So
# $B'_{j,q} = (B_{j,q-1} - B_{j+1,q-1}) / h$, and each time a bump gets one continuous derivative
# more, and one degree more between the knots. A box jumps, a hat (q = 1) is continuous, and so on.
#
# **Predict:** how many derivatives of a cubic bump are continuous?

# %%
n = 400  # steps in one interval; knots at 0, 1, 2, ...
average = np.ones(n)  # the box from 0 to 1
for q in range(1, k + 1):
    average = np.convolve(average, np.full(n, 1 / n))
    x = (np.arange(average.size) + (q + 1) / 2) / n
    B = kn.bspline_basis(x, np.arange(-q, 2 * q + 2.0), q)
    np.testing.assert_allclose(average, B[:, q], rtol=0, atol=1e-5)  # bump q starts at 0

line = np.linspace(-0.5, 4.5, 2001)
derivatives = []
for d in range(k + 1):  # the formula d times: differences of bumps of degree k - d
    B = kn.bspline_basis(line, np.arange(-4.0, 9.0), k - d)
    derivatives.append((-1) ** d * np.diff(B, d, axis=1)[:, 4])  # bump 4 starts at 0
steps = [np.abs(np.diff(values)).max() for values in derivatives]  # between neighboring points
print("2. Largest steps of a cubic bump and its derivatives:" + "".join(f"{s:7.3f}" for s in steps))
assert max(steps[:3]) < 0.01 < 5.99 < steps[3]

wide = np.linspace(-2.6, 2.6, 2081)
figure, axes = plt.subplots(4, 2, figsize=(13, 9), sharex="col", width_ratios=(2, 1))
for q, (ax, beside) in enumerate(axes):
    t_q = kn.uniform_knots(LOW, HIGH, G, q)
    B = kn.bspline_basis(wide, t_q, q)  # (N, G+q)
    ax.axvspan(LOW, HIGH, color="0.93")
    ax.plot(wide, np.where(B > 0, B, np.nan), lw=2.5)
    ax.plot(wide, B.sum(axis=1), "k:", lw=2)
    ax.plot(t_q, np.zeros_like(t_q), "k|", ms=12)
    ax.set(title=f"{G + q} bumps of degree {q} on {len(t_q)} knots", ylim=(-0.1, 1.15))
    beside.plot(line, derivatives[k - q], color=BLUE, lw=2.5)
    beside.set(title=f"a cubic bump, derivative {k - q}", xticks=range(5))
    beside.grid(axis="x")
axes[-1, 0].set_xlabel("$x$      (gray: the grid; ticks: knots; dotted: the sum of all bumps)")
show(figure, "02a_gallery", "Bumps of degree 0 to 3, and a cubic bump with its derivatives.")

# %% [markdown]
# **Answer:** two, that is k - 1. The third has the values 1, -3, 3, -1, and jumps. In the figure a
# derivative on the right is as smooth as the bumps on its left.
#
# ## 3. The recursion of Cox and de Boor
#
# Averages are slow. But a bump of degree q is also a mixture of two neighbors of degree q - 1.
# Straight lines fade one in and the other out:
#
# $$B_{j,q}(x) = \frac{x - t_j}{t_{j+q} - t_j} B_{j,q-1}(x)
#              + \frac{t_{j+q+1} - x}{t_{j+q+1} - t_{j+1}} B_{j+1,q-1}(x)$$
#
# Check it with a pencil, on knots at 0, 1, 2, ... Write $A_j$ for $B_{j,q-1}$ and $a_j$ for
# $B_{j,q-2}$. The claim is $q\,B_{0,q} = x A_0 + (q + 1 - x) A_1$. It is true of hats, q = 1. Both
# sides are zero up to x = 0; so they are equal if their derivatives are. On the left that is
# $q (A_0 - A_1)$, on the right $A_0 - A_1 + x (a_0 - a_1) + (q + 1 - x)(a_1 - a_2)$. The claim for
# q - 1 says $(q - 1) A_0 = x a_0 + (q - x) a_1$, and one knot further
# $(q - 1) A_1 = (x - 1) a_1 + (q + 1 - x) a_2$. Subtract: $(q - 1)(A_0 - A_1)$ is the rest of the
# right side. On knots at any distance the recursion *defines* bumps, as smooth ones (lesson 03a).


# %%
def bump(x, j, q, t):
    if q == 0:
        return 1.0 if t[j] <= x < t[j + 1] else 0.0
    fade_in = (x - t[j]) / (t[j + q] - t[j])
    fade_out = (t[j + q + 1] - x) / (t[j + q + 1] - t[j + 1])
    return fade_in * bump(x, j, q - 1, t) + fade_out * bump(x, j + 1, q - 1, t)


x = np.linspace(LOW, HIGH, 201)
slow = np.array([[bump(value, j, k, t) for j in js] for value in x])  # (N, G+k)
np.testing.assert_allclose(kn.bspline_basis(x, t, k), slow, rtol=0, atol=1e-14)

# %% [markdown]
# ## 4. The triangle
#
# The recursion is slow too: a cubic bump costs 1 + 2 + 4 + 8 = 15 calls, and most find a zero. Go
# the other way. Only one box holds x. Let every bump of degree q - 1 hand its value on: the share
# $(x - t_j) / (t_{j+q} - t_j)$ to the bump with the same number j, the rest to the one before. The
# recursion says just this, and what is not zero forms a triangle. (The right end of the grid, and
# what lies outside, must wait for lesson 02b.)


# %%
def triangle(x, t, k):
    assert t[k] <= x < t[-k - 1], "x must lie on the grid, and not at its right end"
    m = np.searchsorted(t, x, side="right") - 1  # the box [t_m, t_{m+1}) that holds x
    rows = [np.ones(1)]  # row q: B_{m-q} ... B_m of degree q
    for q in range(1, k + 1):
        j = np.arange(m - q + 1, m + 1)
        share = (x - t[j]) / (t[j + q] - t[j])
        rows.append(np.append((1 - share) * rows[-1], 0) + np.append(0, share * rows[-1]))
    return m - k, rows  # the number of the first bump that is not zero, and the triangle


for value, B in zip(x[:-1], slow[:-1], strict=True):
    first, rows = triangle(value, t, k)
    np.testing.assert_allclose(B[first : first + k + 1], rows[-1], rtol=0, atol=1e-14)
first, rows = triangle(0.1, t, k)
print("4. The triangle at x = 0.1: every number is split in two, so every row sums to one")
for q, row in enumerate(rows):
    numbers = "   ".join(f"{value:.3f}" for value in row)
    print(f"   degree {q}   {numbers:^30s}   sum {row.sum():.3f}")
calls, entries = len(js) * sum(2**q for q in range(k + 1)), sum(row.size for row in rows)
print(f"   Recursion: {calls} calls for all {len(js)} bumps. Triangle: {entries} numbers.\n")

# %% [markdown]
# A value is split, never lost. So the bumps sum to one on the grid: a *partition of unity*. They
# are weights, and a spline is a moving average of its coefficients.
#
# ## 5. A coefficient works locally
#
# **Predict:** how many of the 8 bumps are non-zero at x = 0.1? And exactly on the knot 0.2?

# %%
between, on_knot = np.count_nonzero(kn.bspline_basis([0.1, t[6]], t, k), axis=1)
print(f"5. Bumps that are non-zero at x = 0.1: {between}, on the knot 0.2: {on_knot}")
assert (between, on_knot, calls, entries) == (k + 1, k, 120, 10)
finer = kn.uniform_knots(LOW, HIGH, 12, k)
coef = np.random.default_rng(2).normal(size=12 + k)
raised = coef + np.where(np.arange(12 + k) == 6, 1.0, 0.0)
B = kn.bspline_basis(x, finer, k)
moved = x[B @ raised != B @ coef]
assert finer[6] < moved.min() <= moved.max() < finer[6 + k + 1]

figure, ax = plt.subplots(figsize=(9, 5))
ax.axvspan(finer[6], finer[10], color="0.93", label="where $B_6$ is not zero")
ax.plot(x, np.where(B > 0, B * coef, np.nan), color=GRAY, lw=1)
ax.plot(x, B @ coef, color=BLUE, lw=3, label=r"$s(x) = \sum_j c_j B_j(x)$", zorder=3)
ax.plot(x, B @ raised, "--", color=ORANGE, lw=2.5, label="the same with $c_6 + 1$")
ax.set(xlabel="$x$", ylabel="splines, and every $c_j B_j(x)$ (thin)")
ax.legend(fontsize=12)
show(figure, "02a_spline", "Raising one coefficient of a spline moves it on four intervals only.")

# %% [markdown]
# **Answer:** k + 1 = 4; on the knot one bump starts and is still zero, so 3. A coefficient moves
# the spline on k + 1 intervals and nowhere else, here on 4 of 12.
#
# **Common mistake:** "the coefficient $c_j$ is the value of the spline at a knot."

# %%
at_knots = kn.bspline_basis(finer[7:10], finer, k) @ (raised - coef)  # only c_6 = 1
print(f"   With c_6 = 1 and all others 0 the spline is {at_knots.round(4)} at its inner knots.")
np.testing.assert_allclose(at_knots, [1 / 6, 2 / 3, 1 / 6], rtol=1e-12)

# %% [markdown]
# A value at a knot is an average of three coefficients, with the weights 1/6, 2/3, 1/6.
#
# ## On your own
#
# Close this file and write the knots from memory: `make exercise N=2.1`. Then let `triangle` take
# an array of points. Does it hold on knots that you draw at random and sort? `make site` builds an
# [explorer](explorer.html): drag knots and coefficients there, and see bumps, sum and triangle.
#
# ## Further reading
#
# - C. de Boor, *A Practical Guide to Splines*, revised edition, Springer 2001, chapters IX and X.
# - L. Piegl and W. Tiller, *The NURBS Book*, 2nd edition, Springer 1997, chapter 2: the triangle.
