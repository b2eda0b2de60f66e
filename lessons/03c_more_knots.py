# %% [markdown]
# # Lesson 03c: More knots, the same function
#
# **Question.** How does a spline get more knots without changing?
#
# **You will learn:**
# - what a coefficient is: a value of a polar form, whichever interval one looks at;
# - to insert any knot with k averages, by Boehm's step;
# - why a grid of 5 intervals may become one of 10, but not one of 7.
#
# **You need:** lessons 02a, 03a and 03b.
#
# **Time:** 20 minutes to read, 3 seconds to run.

# %%
import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GRAY, ORANGE, show

import kan_numpy as kn

k = 3  # the degree
t = kn.uniform_knots(-1, 1, 5, k)
c = np.random.default_rng(3).normal(size=len(t) - k - 1)
line = np.linspace(-1, 1, 2001)


def spline(x, t, c, d=0):
    return kn.bspline_basis(x, t, k, derivative=d) @ c  # (N,)


# %% [markdown]
# ## 1. What a coefficient is
#
# On one interval a cubic spline is a polynomial p. Its *polar form* P(u, v, w) is the function that
# is symmetric, affine in each argument, and equal to p on the diagonal, P(x, x, x) = p(x). The
# table has one for each power. There is no other: what is symmetric and affine is a sum of these
# four.
#
# | p(x) | 1 | x | $x^2$ | $x^3$ |
# |---|---|---|---|---|
# | P(u, v, w) | 1 | (u + v + w)/3 | (u v + v w + w u)/3 | u v w |
#
# Claim: **the coefficients are the values of P at k neighboring knots**,
#
# $$c_j = P(t_{j+1}, t_{j+2}, t_{j+3}), \qquad j = m - 3 \dots m, \qquad t_m \le x < t_{m+1}.$$
#
# Start with these four values, and bring x in. As P is affine, moving one argument is an average:
#
# $$P(x, t_{j+1}, t_{j+2}) = (1 - a)\, P(t_j, t_{j+1}, t_{j+2}) + a\, P(t_{j+1}, t_{j+2}, t_{j+3}),
#   \qquad a = \frac{x - t_j}{t_{j+3} - t_j}.$$
#
# The next round makes P(x, x, .) out of two of these, the third makes P(x, x, x) = p(x). These are
# the shares of lesson 02a's triangle, read from its base to its top. So $\sum_j c_j B_j(x) = p(x)$.
# And as cubics have four dimensions, no other four numbers give p.


# %%
def polar(u, v, w, m):
    """Return P(u, v, w) of the polynomial on [t_m, t_{m+1}): k rounds of averages."""
    row = c[m - k : m + 1]
    for q, new in zip((3, 2, 1), (u, v, w), strict=True):
        j = np.arange(m - q + 1, m + 1)
        a = (new - t[j]) / (t[j + q] - t[j])
        row = (1 - a) * row[:-1] + a * row[1:]
    return row[0]


m = 5  # the interval from t_5 = -0.2 to t_6 = 0.2
print("1. The polar form on one interval, for example")
print(f"   P(0.1, 0.1, 0.1) = {polar(0.1, 0.1, 0.1, m):.4f}, s(0.1) = {spline([0.1], t, c)[0]:.4f}")
print(f"   P(t_4, t_5, t_6) = {polar(*t[4:7], m):.4f}, c_3 = {c[3]:.4f}\n")
np.testing.assert_allclose(polar(0.1, 0.1, 0.1, m), spline([0.1], t, c)[0], rtol=1e-12)
np.testing.assert_allclose(polar(0.1, 0.7, -2.0, m), polar(-2.0, 0.1, 0.7, m), rtol=1e-12)
cube = t[1:-3] * t[2:-2] * t[3:-1]  # (G+k,), from the table above
np.testing.assert_allclose(spline(line, t, cube), line**3, rtol=0, atol=1e-14)

# %% [markdown]
# ## 2. The hard half
#
# Each interval has its own polynomial, and so its own polar form. But $c_j$ is needed on four
# intervals. Which of the four polar forms gives it?
#
# **Predict:** compute $P(t_4, t_5, t_6)$ from the polynomials of the intervals m = 3, 4, 5, 6.
# Which of the four values are equal? And for $P(0.1, 0.1, 0.1)$?

# %%
same = [polar(*t[4:7], m) for m in (3, 4, 5, 6)]
other = [polar(0.1, 0.1, 0.1, m) for m in (3, 4, 5, 6)]
print("2. From four polynomials")
print(f"   P(t_4, t_5, t_6): {np.round(same, 4)}")
print(f"   P(0.1, 0.1, 0.1): {np.round(other, 4)}\n")
np.testing.assert_allclose(same, c[3], rtol=1e-12)
assert len(set(np.round(other, 3))) == 4
third = spline([t[4] - 1e-9, t[4] + 1e-9], t, c, d=3)
jump = polar(0.1, 0.7, 0.5, 4) - polar(0.1, 0.7, 0.5, 3)  # the difference of neighbors
by_formula = np.diff(third)[0] / 6 * np.prod(np.array([0.1, 0.7, 0.5]) - t[4])
np.testing.assert_allclose(jump, by_formula, rtol=1e-9)

# %% [markdown]
# **Answer:** all four values of the first are $c_3$, and of the second no two are equal. Here is
# why. Let $p_1$ and $p_2$ meet at the knot $\tau$. Their values, slopes and second derivatives
# agree there, so in Taylor's formula around $\tau$ only the cubic term can differ:
#
# $$p_2(x) - p_1(x) = \gamma\,(x - \tau)^3, \qquad
#   P_2(u, v, w) - P_1(u, v, w) = \gamma\,(u - \tau)(v - \tau)(w - \tau).$$
#
# **The polar forms of neighbors agree if one argument is the knot between them.** The bump $B_3$
# lives on the intervals from $t_3$ to $t_7$; between them lie $t_4$, $t_5$ and $t_6$. Those are
# just the arguments of $c_3$. At each crossing one of them is the knot that is crossed, and the
# value stays.
#
# ## 3. Boehm's step: one new knot
#
# Insert u between $t_m$ and $t_{m+1}$. The function and its polar forms stay, so the new
# coefficients are their values at neighbors among the *new* knots. Where u is not among the k
# neighbors nothing changes. Where it is, as in $P(t_{j+1}, t_{j+2}, u)$, we have
# $c_{j-1} = P(t_j, t_{j+1}, t_{j+2})$ and $c_j = P(t_{j+1}, t_{j+2}, t_{j+3})$, which differ in one
# argument:
#
# $$c'_j = (1 - a_j)\, c_{j-1} + a_j\, c_j, \qquad a_j = \frac{u - t_j}{t_{j+k} - t_j},
#   \qquad j = m - k + 1 \dots m.$$
#
# **Predict:** a spline has 8 coefficients. After one new knot it has 9. How many are new?


# %%
def insert_knot(t, c, k, u):
    m = np.searchsorted(t, u, side="right") - 1
    j = np.arange(m - k + 1, m + 1)
    a = (u - t[j]) / (t[j + k] - t[j])
    averages = (1 - a) * c[j - 1] + a * c[j]
    return np.insert(t, m + 1, u), np.concatenate([c[: m - k + 1], averages, c[m:]])


t_new, c_new = insert_knot(t, c, k, -0.5)
kept = int(np.isin(c_new, c).sum())
print("3. One knot at -0.5")
print("   before:", np.round(c, 2))
print("   after: ", np.round(c_new, 2), "\n")
assert (len(c_new), kept) == (9, 6)
np.testing.assert_allclose(spline(line, t_new, c_new), spline(line, t, c), rtol=0, atol=1e-14)
np.testing.assert_allclose(kn.refine_spline(c, t, t_new, k), c_new, rtol=0, atol=1e-14)
twice = insert_knot(t_new, c_new, k, -0.5)  # on an old knot, too
np.testing.assert_allclose(spline(line, *twice), spline(line, t, c), rtol=0, atol=1e-14)

figure, ax = plt.subplots(figsize=(9, 5))
for knots, coef, style in ((t, c, "o:"), (t_new, c_new, "s--")):
    places = (knots[1:-3] + knots[2:-2] + knots[3:-1]) / 3  # where a line has its own coefficients
    color, name = (GRAY, "before") if len(coef) == 8 else (ORANGE, "after")
    ax.plot(places, coef, style, color=color, lw=1.5, ms=9, label=f"coefficients {name}")
ax.plot(line, spline(line, t, c), color=BLUE, lw=3, label="the spline, before and after")
ax.axvline(-0.5, color="black", lw=1, label="the new knot")
ax.set(xlabel="$x$")
ax.legend()
show(figure, "03c_boehm", "A new knot replaces two coefficients by three; the curve stays.")

# %% [markdown]
# **Answer:** k = 3 averages stand in the place of k - 1 = 2 old ones.
#
# ## 4. From 5 intervals to 10, and to 7
#
# Halve every interval of uniform knots, of width h. Let $c_j = P(\tau - h, \tau, \tau + h)$. One
# half of the new coefficients are $P(\tau, \tau + h/2, \tau + h)$, halfway between $c_j$ and
# $c_{j+1} = P(\tau, \tau + h, \tau + 2h)$, hence $(c_j + c_{j+1})/2$. The others have $\tau$ in the
# middle, and two arguments move. As $\tau - h/2$ is 3/4 of $\tau - h$ and 1/4 of $\tau + h$, and
# $\tau + h/2$ is 1/6 of $\tau - 2h$ and 5/6 of $\tau + h$,
#
# $$P(\tau - \tfrac h2, \tau, \tau + \tfrac h2)
#   = \tfrac34 P(\tau - h, \tau, \tau + \tfrac h2) + \tfrac14 P(\tau, \tau + \tfrac h2, \tau + h)
#   = \tfrac34 \cdot \frac{c_{j-1} + 5 c_j}{6} + \tfrac14 \cdot \frac{c_j + c_{j+1}}{2}
#   = \frac{c_{j-1} + 6 c_j + c_{j+1}}{8}.$$
#
# Where the new knots lack an old one there is no P to ask, and the best fit must do.
#
# **Common mistake:** "a finer grid can do all that a coarse one can."

# %%
halved = np.zeros(10 + k)
halved[0::2] = (c[:-1] + c[1:]) / 2
halved[1::2] = (c[:-2] + 6 * c[1:-1] + c[2:]) / 8
t_10, t_7 = (kn.uniform_knots(-1, 1, G, k) for G in (10, 7))
np.testing.assert_allclose(kn.refine_spline(c, t, t_10, k), halved, rtol=0, atol=1e-14)
best = np.linalg.lstsq(kn.bspline_basis(line, t_7, k), spline(line, t, c), rcond=None)[0]
grids = {5: (t, c), 10: (t_10, halved), 7: (t_7, best)}
lost = {G: np.abs(spline(line, *grids[G]) - spline(line, t, c)).max() for G in (10, 7)}
print(f"4. Largest change from 5 to 10 intervals: {lost[10]:.0e}, from 5 to 7: {lost[7]:.3f}")
assert lost[10] < 1e-14 < 0.03 < lost[7]
shared = [int(np.isclose(t[4:-4, None], knots).any(axis=1).sum()) for knots in (t_10, t_7)]
print(f"   Of the 4 inner knots {shared[0]} are knots among 10 intervals, {shared[1]} among 7")
assert shared == [4, 0]

looks = {5: ("0.75", "-", 7), 10: (BLUE, "-", 2), 7: (ORANGE, "--", 2)}
figure, axes = plt.subplots(2, 1, figsize=(9, 7.5), sharex=True)
for d, ax in zip((0, 3), axes, strict=True):
    for G, (color, style, width) in looks.items():
        ax.plot(line, spline(line, *grids[G], d), style, color=color, lw=width, label=f"G = {G}")
axes[0].set_ylabel("$s(x)$")
axes[1].set(ylabel="$s'''(x)$", xlabel="$x$, with marks at the knots of G = 5", xticks=t[k:-k])
axes[0].legend()
show(
    figure, "03c_refinement", "The third derivative for G = 5 and 10 is the same, for 7 it is not."
)

# %% [markdown]
# No solver can fix this. The third derivative of our spline jumps at 4 inner knots. None of them is
# a knot of the grid with 7 intervals, and between knots nothing can jump. So double a grid, or
# triple it. `kn.refine` does this for every edge of a network (lesson 08a).
#
# ## On your own
#
# Close this file and write Boehm's step from memory: `make exercise N=3.3`.
#
# 1. Insert the same knot k times. Which coefficient is then the value of the spline there, and why?
#    You can watch it in the [explorer](explorer.html) that `make site` builds.
#
# ## Further reading
#
# - L. Ramshaw, *Blossoms are polar forms*, Computer Aided Geometric Design 6 (1989) 323-358.
# - C. de Boor, *A Practical Guide to Splines*, revised edition, Springer 2001, chapter XI.
