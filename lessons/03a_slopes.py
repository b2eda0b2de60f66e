# %% [markdown]
# # Lesson 03a: The slope of a spline
#
# **Question.** What is the derivative of a spline, and how does one make sure of it?
#
# **You will learn:**
# - to derive the slope of a bump on any knots, with a pencil;
# - to differentiate a spline as often as it can be, by differences of its coefficients;
# - to have a derivative judged by two methods that know nothing of your formula.
#
# **You need:** lesson 02a.
#
# **Time:** 15 minutes to read, 2 seconds to run.

# %%
import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, show, table

import kan_numpy as kn
from kan_numpy.splines.bsplines import BSplineBasis

k = 3  # the degree
rng = np.random.default_rng(3)
# A grid of five intervals from -1 to 1, of different widths.
t = np.array([-2.2, -1.9, -1.4, -1, -0.7, -0.2, 0.1, 0.6, 1, 1.3, 1.8, 2])
x = rng.uniform(-1, 1, size=50)  # on the grid

# %% [markdown]
# ## 1. The slope of a bump
#
# Lesson 02a found it on knots at equal distances. On any knots divide every bump by the width of
# its support, $D_{j,q} = B_{j,q} / (t_{j+q+1} - t_j)$. The recursion of Cox and de Boor then reads
#
# $$B_{j,q} = (x - t_j)\, D_{j,q-1} + (t_{j+q+1} - x)\, D_{j+1,q-1}, \tag{1}$$
#
# and the claim is
#
# $$B'_{j,q} = q\, (D_{j,q-1} - D_{j+1,q-1}). \tag{2}$$
#
# For q = 1 this is the slope of a hat. Suppose it holds for q - 1, and differentiate (1):
#
# $$B'_{j,q} = D_{j,q-1} - D_{j+1,q-1}
#              + (x - t_j)\, D'_{j,q-1} + (t_{j+q+1} - x)\, D'_{j+1,q-1}.$$
#
# It remains to show that the last two terms are $(q - 1)(D_{j,q-1} - D_{j+1,q-1})$. Write
# $e_j = D_{j,q-2}$, and W and V for the widths of $B_{j,q-1}$ and $B_{j+1,q-1}$. By (2) for q - 1
# the two terms are
#
# $$(q - 1) \Big( \frac{x - t_j}{W} (e_j - e_{j+1})
#               + \frac{t_{j+q+1} - x}{V} (e_{j+1} - e_{j+2}) \Big),$$
#
# and by (1) for q - 1 what we want is
#
# $$(q - 1) \Big( \frac{(x - t_j)\, e_j + (t_{j+q} - x)\, e_{j+1}}{W}
#               - \frac{(x - t_{j+1})\, e_{j+1} + (t_{j+q+1} - x)\, e_{j+2}}{V} \Big).$$
#
# The terms with $e_j$ are the same, and those with $e_{j+2}$. The difference of the factors of
# $e_{j+1}$ is $(t_{j+q} - x + x - t_j)/W - (x - t_{j+1} + t_{j+q+1} - x)/V = 1 - 1 = 0$. Done.
#
# As a loop over j, as one line, and from the library:

# %%
lower = kn.bspline_basis(x, t, k - 1)  # (N, G+k+1)
slow = np.zeros((len(x), len(t) - k - 1))  # (N, G+k)
for j in range(len(t) - k - 1):
    width, next_width = t[j + k] - t[j], t[j + k + 1] - t[j + 1]
    slow[:, j] = k * (lower[:, j] / width - lower[:, j + 1] / next_width)
fast = -k * np.diff(lower / (t[k:] - t[:-k]), axis=1)  # (N, G+k)
slopes = kn.bspline_basis(x, t, k, derivative=1)  # (N, G+k)
print("1. The slopes of all bumps at x = 0:", kn.bspline_basis([0.0], t, k, 1)[0].round(2), "\n")
np.testing.assert_allclose(fast, slow, rtol=0, atol=1e-13)
np.testing.assert_allclose(slopes, slow, rtol=0, atol=1e-13)
np.testing.assert_allclose(slow.sum(axis=1), 0, atol=1e-13)  # bumps that sum to one

# %% [markdown]
# So the slope of a bump is made of bumps of one degree less. Hats are continuous; hence bumps of
# degree 2 have a continuous slope, cubic ones two continuous derivatives, and so on: **k - 1 of
# them, wherever the knots lie**, if no two coincide.
#
# ## 2. The slope of a spline
#
# Sort the sum $\sum_j c_j B'_j$ by the lower functions. $D_{j,k-1}$ occurs in $B'_j$, and with a
# minus sign in $B'_{j-1}$:
#
# $$s'(x) = \sum_j c'_j\, B_{j,k-1}(x), \qquad c'_j = k\, \frac{c_j - c_{j-1}}{t_{j+k} - t_j}.$$
#
# The slope of a spline is a spline of degree k - 1, whose coefficients are differences. The first
# and the last of the lower functions are zero on the grid: we leave them out, and with them one
# knot at each end.
#
# **Predict:** a cubic spline has 8 coefficients. How many have its first, second and third
# derivatives? And what does the last one look like?


# %%
def slope(t, c, k):
    """Return the knots, the coefficients and the degree of the derivative."""
    return t[1:-1], k * np.diff(c) / (t[k + 1 : -1] - t[1 : -k - 1]), k - 1


coef = rng.normal(size=len(t) - k - 1)
line = np.linspace(-1, 1, 2001)
print("2. A spline and its derivatives on 5 intervals")
figure, axes = plt.subplots(k + 1, 1, figsize=(9, 9), sharex=True)
spline, rows = (t, coef, k), []
for d, ax in enumerate(axes):
    knots, c, degree = spline
    ours = kn.bspline_basis(x, knots, degree) @ c
    np.testing.assert_allclose(ours, kn.bspline_basis(x, t, k, derivative=d) @ coef, atol=1e-11)
    rows.append([str(d), degree, len(knots), len(c)])
    ax.plot(line, kn.bspline_basis(line, knots, degree) @ c, color=BLUE, lw=2.5)
    ax.set(ylabel=["$s$", "$s'$", "$s''$", "$s'''$"][d], xticks=t[k:-k])
    ax.grid(axis="x")
    if degree > 0:
        spline = slope(*spline)
table(["derivative", "degree", "knots", "coefficients"], rows)
axes[-1].set_xlabel("$x$, with a mark at every knot")
show(figure, "03a_slopes", "A cubic spline with its derivatives: the third one jumps at the knots.")
assert [row[3] for row in rows] == [8, 7, 6, 5]

# %% [markdown]
# **Answer:** 7, 6 and 5: one coefficient less each time. The third derivative is a staircase with
# one step for each interval.
#
# **Common mistake:** "a cubic spline is made of cubics, so its third derivative is a number at
# every point."

# %%
knot = t[5]
left, right = kn.bspline_basis([knot - 1e-9, knot + 1e-9], t, k, derivative=3) @ coef
at_knot = (kn.bspline_basis([knot], t, k, derivative=3) @ coef)[0]
print(
    f"   s''' left of the knot {knot}: {left:.1f}; right of it: {right:.1f}; on it: {at_knot:.1f}\n"
)
assert abs(left - right) > 10
np.testing.assert_allclose(at_knot, right, rtol=1e-6)

# %% [markdown]
# It jumps at every knot. There the formula gives the value from the right, because the boxes begin
# at their left end. Lesson 06a meets this kink again, one degree lower.
#
# ## 3. Two judges
#
# A derivative worked out by hand needs a judge who knows nothing of our formula:
#
# $$s'(x) \approx \frac{s(x + h) - s(x - h)}{2h} \qquad \text{and} \qquad
#   s'(x) \approx \frac{\mathrm{Im}\, s(x + i h)}{h}, \qquad i^2 = -1.$$
#
# Both come from Taylor's formula, $s(x + \epsilon) = s + \epsilon s' + \epsilon^2 s''/2 +
# \epsilon^3 s'''/6$ on one interval: put $\epsilon = \pm h$ and $\epsilon = ih$, and the error is
# $\pm h^2 s'''/6$. The *central difference* subtracts two numbers that are nearly equal, and loses
# digits, so that h must not be too small. The *complex step* subtracts nothing: h can be 1e-30. It
# needs code that takes complex numbers; the inner class `BSplineBasis` does.
#
# **Predict:** how many digits does each of them confirm?

# %%
inner = BSplineBasis(t[None], k)  # the knots of one input


def values(x, d):
    return inner(x[:, None], d)[:, 0] @ coef  # (N,)


rows = []
for d in range(1, k + 1):
    h = 1e-5
    difference = (values(x + h, d - 1) - values(x - h, d - 1)) / (2 * h)
    step = values(x + 1e-30j, d - 1).imag / 1e-30
    size = np.abs(values(x, d)).max()
    off = [float(np.abs(judge - values(x, d)).max() / size) for judge in (difference, step)]
    rows.append([str(d), *(f"{value:.0e}" for value in off)])
    assert 1e-13 < off[0] < 1e-9
    assert off[1] < 1e-14
print("3. The largest difference from each judge, relative to the largest value")
table(["derivative", "central difference", "complex step"], rows)
np.testing.assert_allclose(kn.gradcheck.complex_step(lambda x: values(x, 0), x), values(x, 1))

# %% [markdown]
# **Answer:** the first judge confirms nine digits or more, the second all sixteen.
#
# ## On your own
#
# Close this file and write derivatives of any order from memory: `make exercise N=3.1`, then the
# slope of a spline as a spline of one degree less: `make exercise N=3.4`.
#
# 1. Differentiate the bump of degree 2 on the knots 0, 1, 3, 4 at x = 2 with a pencil.
# 2. What does the central difference say of the third derivative *on* a knot, and why?
# 3. In section 1 `lower` is taken on all knots, with degree k - 1. Which knot is the right end of
#    its grid? For k = 1, what goes wrong at x = 1?
# 4. `make site` builds an [explorer](explorer.html): show the slope there, and drag one knot onto
#    another. What becomes of the slope?
#
# ## Further reading
#
# - C. de Boor, *A Practical Guide to Splines*, revised edition, Springer 2001, chapter X.
