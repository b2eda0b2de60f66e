# %% [markdown]
# # Lesson 3: slopes, fits, more knots
#
# **Question.** How fast does a spline learn a function, and what happens when it gets more knots?
#
# **You will learn:**
# - to differentiate a spline, and to have the result judged twice;
# - to fit one by least squares, and to measure its order of convergence;
# - to insert knots without changing the function, and to see why 5 to 7 intervals must change it.
#
# **You need:** lesson 2, and least squares from linear algebra.
#
# **Time:** 40 minutes to read, 5 seconds to run.

# %%
from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import kan_numpy as kn
from kan_numpy.splines.bsplines import BSplineBasis

G, k = 5, 3  # grid intervals and degree, where nothing else is said
rng = np.random.default_rng(3)
x_fit = np.linspace(-1, 1, 3001)
x_test = (x_fit[:-1] + x_fit[1:]) / 2

BLUE, ORANGE, GREEN = "#0072b2", "#d55e00", "#009e73"
plt.rcParams.update({"font.size": 13})
build = Path("build")
build.mkdir(exist_ok=True)

# %% [markdown]
# ## 1. The slope of a bump
#
# The derivative of a basis function is a difference of two basis functions of one degree less:
#
# $$B'_{j,k}(x) = k \left(\frac{B_{j,k-1}(x)}{t_{j+k} - t_j}
#                       - \frac{B_{j+1,k-1}(x)}{t_{j+k+1} - t_{j+1}}\right)$$
#
# As a loop over j, as one line, and from the library:

# %%
t = kn.uniform_knots(-1, 1, G, k)
coef = rng.normal(size=G + k)
x = rng.uniform(-1, 1, size=50)

lower = kn.bspline_basis(x, t, k - 1)  # (N, G+k+1)
slow = np.zeros((len(x), G + k))
for j in range(G + k):
    width, next_width = t[j + k] - t[j], t[j + k + 1] - t[j + 1]
    slow[:, j] = k * (lower[:, j] / width - lower[:, j + 1] / next_width)
fast = -k * np.diff(lower / (t[k:] - t[:-k]), axis=1)  # (N, G+k)
slopes = kn.bspline_basis(x, t, k, derivative=1)  # (N, G+k)
np.testing.assert_allclose(fast, slow, rtol=0, atol=1e-13)
np.testing.assert_allclose(slopes, slow, rtol=0, atol=1e-13)

# %% [markdown]
# Sort the sum $\sum_j c_j B'_j$ by the lower functions. On uniform knots every width is k h, and
# the slope of a spline turns out to be a spline of degree k - 1. Its coefficients are the
# difference quotients $(c_j - c_{j-1}) / h$, and it needs one knot less at each end.

# %%
h = 2 / G
slope_coef = np.diff(coef) / h  # (G+k-1,)
by_quotients = kn.bspline_basis(x, t[1:-1], k - 1) @ slope_coef
np.testing.assert_allclose(by_quotients, slopes @ coef, rtol=0, atol=1e-12)
print(f"1. The slope of a spline of degree {k} with {len(coef)} coefficients")
print(f"   is a spline of degree {k - 1} with the {len(slope_coef)} coefficients diff(c) / h.\n")

# %% [markdown]
# ## 2. Two judges
#
# A derivative worked out by hand needs a judge who knows nothing of our formula:
#
# $$s'(x) \approx \frac{s(x + h) - s(x - h)}{2h} \qquad \text{and} \qquad
#   s'(x) \approx \frac{\mathrm{Im}\, s(x + i h)}{h}$$
#
# The *central difference* subtracts two numbers that are nearly equal, and loses digits. The
# *complex step* subtracts nothing, so that its h can be 1e-30. (Here h is a step, not the width of
# an interval.) It needs code that takes complex numbers; the inner class `BSplineBasis` does.
#
# **Predict:** how many digits does each of them confirm?

# %%
inner = BSplineBasis(t[None], k)


def spline(x, derivative):
    return inner(x[:, None], derivative)[:, 0] @ coef


print("2. Derivative d against two judges: largest difference, relative to the largest value")
print("   d   central difference   complex step")
for d in range(1, k + 1):
    below = partial(spline, derivative=d - 1)
    # Each value depends on its own point only, so the matrix of all derivatives is diagonal.
    difference = np.diag(kn.gradcheck.central_difference(below, x))
    step = kn.gradcheck.complex_step(below, x)
    size = np.abs(spline(x, d)).max()
    off_central = np.abs(difference - spline(x, d)).max() / size
    off_complex = np.abs(step - spline(x, d)).max() / size
    print(f"   {d}   {off_central:18.0e}   {off_complex:12.0e}")
    assert 1e-12 < off_central < 1e-9
    assert off_complex < 1e-14
print("   The first judge confirms nine digits or more, the second all of them.\n")

# %% [markdown]
# ## 3. Least squares
#
# Given samples $(x_n, y_n)$, which coefficients are best? The spline is linear in them:
#
# $$c = \arg\min_c \sum_n \Big(y_n - \sum_j c_j B_j(x_n)\Big)^2, \qquad B^T B\, c = B^T y$$
#
# The *normal equations* on the right are the textbook's way, `kn.fit_spline` takes a singular value
# decomposition. On good data they agree.

# %%
t10 = kn.uniform_knots(-1, 1, 10, k)
target = np.sin(np.pi * x_fit)
B = kn.bspline_basis(x_fit, t10, k)  # (N, G+k)
normal = np.linalg.solve(B.T @ B, B.T @ target)
np.testing.assert_allclose(kn.fit_spline(x_fit, target, t10, k), normal, rtol=0, atol=1e-11)

# %% [markdown]
# **Broken on purpose.** Activations may fill only half of their grid. Let all samples lie in
# [-1, 0], so that the last bumps see no data.
#
# **Predict:** what do the normal equations say? And what should the unseen coefficients be?

# %%
seen = x_fit <= 0
try:
    np.linalg.solve(B[seen].T @ B[seen], B[seen].T @ target[seen])
except np.linalg.LinAlgError as error:
    complaint = str(error)
unseen = ~B[seen].any(axis=0)
print(
    f"3. No samples in (0, 1]: {unseen.sum()} of {len(t10) - k - 1} coefficients are not determined"
)
print(f"   normal equations:  {complaint}")
left = []
for name, hold in (("the smallest", {"hold": 0.0}), ("the smoothest", {})):
    c = kn.fit_spline(x_fit[seen], target[seen], t10, k, **hold)
    left.append((c[unseen], np.abs(B[seen] @ c - target[seen]).max()))
    row = " ".join(f"{value:5.2f}" for value in c[unseen])
    print(f"   kn.fit_spline, {name:13}  unseen c_j = {row}, error {left[-1][1]:.1e}")
print()
(smallest, worst), (smoothest, held_worst) = left
assert unseen.sum() == 5
assert np.abs(smallest).max() < 1e-12
np.testing.assert_allclose(worst, 2.3e-4, rtol=0.03)
assert np.abs(np.diff(smoothest, 2)).max() < 1e-3 * np.abs(np.diff(smoothest)).min()
assert held_worst < 1.5 * worst

# %% [markdown]
# Of all the best fits the decomposition picks the smallest: what no sample asks for stays zero.
# That is a choice, and a cliff: the curve climbs with slope $\pi$ at 0. By default `fit_spline`
# picks the smoothest, whose unseen coefficients go on in a straight line. Lesson 8 tells how, and
# why that matters most where a coefficient has one sample, and noise in it.
#
# ## 4. A worked example: $J_0(20 x)$
#
# This Bessel function is the first example of the KAN paper (arXiv 2404.19756, section 3.1). On
# [-1, 1] it swings about 20 / π = 6.4 times. We fit cubic splines, and measure the root mean square
# error halfway between the samples of the fit.
#
# **Predict:** how good are 10 intervals? How many does a spline need for one wave?


# %%
def fit(f, intervals, k):
    knots = kn.uniform_knots(-1, 1, intervals, k)
    values = kn.bspline_basis(x_test, knots, k) @ kn.fit_spline(x_fit, f(x_fit), knots, k)
    return values, np.sqrt(np.mean((values - f(x_test)) ** 2))


bessel = kn.datasets.TOY_FUNCTIONS["bessel"].function
size = np.sqrt(np.mean(bessel(x_test) ** 2))
sizes_j0 = np.array([5, 10, 20, 50, 100, 200])
errors_j0 = np.array([fit(bessel, intervals, k)[1] for intervals in sizes_j0])
print(f"4. J0(20 x) with cubic splines; the root mean square of the function is {size:.2f}")
print("     G   intervals a wave     error")
for intervals, error in zip(sizes_j0, errors_j0, strict=True):
    print(f"   {intervals:3d}   {intervals * np.pi / 20:16.1f}   {error:.1e}")
print("   With fewer than 2 intervals a wave more than half of the function is missed.\n")
expected = [2.81e-1, 1.91e-1, 8.09e-3, 9.00e-5, 4.76e-6, 2.84e-7]
np.testing.assert_allclose(errors_j0, expected, rtol=0.02)
assert errors_j0[1] > size / 2 > 15 * errors_j0[2]

fig, axes = plt.subplots(3, 1, figsize=(9, 7.5), sharex=True, layout="constrained")
for intervals, ax in zip((5, 10, 20), axes, strict=True):
    values, error = fit(bessel, intervals, k)
    ax.plot(x_test, bessel(x_test), color="0.7", lw=4, label="$J_0(20x)$")
    ax.plot(x_test, values, color=ORANGE, lw=2, label="cubic spline")
    ax.set_title(f"G = {intervals}: error {error:.2g}", fontsize=13, loc="left")
    ax.set_ylabel("$s(x)$")
axes[0].legend(loc="upper right", fontsize=12)
axes[-1].set_xlabel("x")
fig.savefig(build / "03_bessel.png", dpi=150)

# %% [markdown]
# ## 5. The order of convergence
#
# For a smooth function, theory promises an error of about $C\,h^{k+1}$, once h is small enough. On
# logarithmic axes that is a straight line. Do not believe it: fit the line. We take $\sin \pi x$,
# because $J_0(20x)$ has only just come down from its plateau.
#
# **Predict:** what do twice as many intervals bring for k = 1, and what for k = 3?

# %%
sizes = np.array([10, 20, 40, 80, 160])
degrees = (1, 2, 3)
errors = np.array([[fit(lambda x: np.sin(np.pi * x), n, k)[1] for k in degrees] for n in sizes])
slope, offset = np.polyfit(np.log(sizes), np.log(errors), 1)  # one line for each degree
gain = errors[-2] / errors[-1]  # of the last doubling
print("5. sin(pi x): the error\n     G     k = 1     k = 2     k = 3")
for intervals, row in zip(sizes, errors, strict=True):
    print(f"   {intervals:3d}   " + "   ".join(f"{error:.1e}" for error in row))
print("   order " + "   ".join(f"{order:7.2f}" for order in -slope))
print(f"   Twice the intervals: {gain[0]:.0f} times better for k = 1, {gain[2]:.0f} for k = 3.\n")
np.testing.assert_allclose(-slope, [2, 3, 4], atol=0.07)
np.testing.assert_allclose(gain, [4, 8, 16], rtol=0.02)

fig, ax = plt.subplots(figsize=(9, 6), layout="constrained")
for i, color in enumerate((BLUE, ORANGE, GREEN)):
    label = rf"$\sin \pi x$, k = {degrees[i]}: order {-slope[i]:.2f}"
    ax.loglog(sizes, errors[:, i], "os^"[i], color=color, ms=9, label=label)
    ax.loglog(sizes, np.exp(offset[i]) * sizes ** slope[i], color=color)
ax.loglog(sizes_j0, errors_j0, "k--", lw=1.5, label="$J_0(20x)$, k = 3")
ax.set(xlabel="G, the number of grid intervals", ylabel="root mean square error")
ax.legend(fontsize=12)
fig.savefig(build / "03_order.png", dpi=150)

# %% [markdown]
# ## 6. More knots, the same function
#
# A trained spline should not start over when its grid gets finer. A spline on 5 intervals *is* a
# spline on 10 that does not use its freedom at the new knots. What are its new coefficients?
#
# On one interval, a cubic spline is a polynomial p. Its *polar form* P(u, v, w) is the one function
# that is symmetric, affine in each argument, and equal to p on the diagonal, P(x, x, x) = p(x). For
# $p = x^3$ it is u v w. The coefficients are its values at k neighboring knots:
#
# $$c_j = P(t_{j+1}, t_{j+2}, t_{j+3})$$
#
# New knots, same P. Halve every interval, and let a be an old knot. For P(a, a + h/2, a + h) we
# have P(a, a - h, a + h) and P(a, a + 2h, a + h), two old coefficients. They differ in one
# argument, ours lies halfway, and P is affine: take the mean. Further steps of this kind give the
# other half of the new ones, $(c_{j-1} + 6 c_j + c_{j+1}) / 8$.

# %%
cube = np.prod([t[1:-3], t[2:-2], t[3:-1]], axis=0)  # (G+k,)
np.testing.assert_allclose(kn.bspline_basis(x, t, k) @ cube, x**3, rtol=0, atol=1e-14)

by_hand = np.zeros(10 + k)
by_hand[0::2] = (coef[:-1] + coef[1:]) / 2
by_hand[1::2] = (coef[:-2] + 6 * coef[1:-1] + coef[2:]) / 8
refined = kn.refine_spline(coef, t, t10, k)
np.testing.assert_allclose(refined, by_hand, rtol=0, atol=1e-14)

# %% [markdown]
# Where the new knots lack an old one there is no P to ask, and the best fit must do.
#
# **Predict:** to which numbers of intervals can a spline on 5 go without any loss?

# %%
before = kn.bspline_basis(x_test, t, k) @ coef
print("6. A spline on 5 intervals gets a finer grid\n     G   root mean square change")
splines, change = {5: (t, coef)}, {}
for intervals in range(6, 16):
    finer, nested = kn.uniform_knots(-1, 1, intervals, k), intervals % 5 == 0
    c = kn.refine_spline(coef, t, finer, k) if nested else kn.fit_spline(x_test, before, finer, k)
    splines[intervals] = finer, c
    change[intervals] = kn.bspline_basis(x_test, finer, k) @ c - before
    lost = np.sqrt(np.mean(change[intervals] ** 2))
    print(f"   {intervals:3d}   {lost:.1e}   {'knots inserted' if nested else 'best fit'}")
    assert (np.abs(change[intervals]).max() < 1e-13) == nested
lost, worst = np.sqrt(np.mean(change[7] ** 2)), np.abs(change[7]).max()
print(f"   From 5 to 7: {lost:.3f} in the mean, {worst:.3f} at worst. From 5 to 10: nothing.")
np.testing.assert_allclose([lost, worst], [0.0142, 0.039], rtol=0.03)

# %% [markdown]
# No solver can fix this. The third derivative of our spline is a staircase that jumps at 4 inner
# knots. None of them is a knot of the grid with 7 intervals, and between knots nothing can jump.

# %%
shared = [np.isclose(t[4:-4, None], splines[n][0]).any(axis=1).sum() for n in (10, 7)]
assert shared == [4, 0]

line = np.linspace(-1, 1, 2001)
styles = {5: {"color": "0.7", "lw": 6}, 10: {"color": BLUE}, 7: {"color": ORANGE, "ls": "--"}}
fig, axes = plt.subplots(2, 1, figsize=(9, 7.5), sharex=True, layout="constrained")
for d, ax in zip((0, 3), axes, strict=True):
    for intervals, style in styles.items():
        knots, c = splines[intervals]
        values = kn.bspline_basis(line, knots, k, derivative=d) @ c
        ax.plot(line, values, label=f"{intervals} intervals", **{"lw": 2} | style)
axes[0].set(ylabel="$s(x)$")
axes[1].set(ylabel="$s'''(x)$", xlabel="x", xticks=t[k:-k])
axes[0].legend(fontsize=12)
fig.savefig(build / "03_refinement.png", dpi=150)

# %% [markdown]
# So double a grid, or triple it. `kn.refine` does this for every edge of a network (lesson 8).
#
# ## On your own
#
# 1. *Easy.* Fit $|x|$ instead of $\sin \pi x$. Which order do you find for k = 3? Does it help to
#    have a knot at 0?
# 2. *Medium.* In section 3, let the samples reach to 0.001 instead of 0. One more bump sees a
#    sample now, a single one and from afar. Look at its coefficient. What would you do?
# 3. *Open.* Insert one single knot, not one in every interval. How many coefficients change? Write
#    it by hand with the polar form, and compare with `kn.refine_spline`.
#
# ## Further reading
#
# - C. de Boor, *A Practical Guide to Splines*, revised edition, Springer 2001, chapters X to XII.
# - L. Ramshaw, *Blossoms are polar forms*, Computer Aided Geometric Design 6 (1989) 323-358.
# - Z. Liu et al., *KAN: Kolmogorov-Arnold Networks*, arXiv 2404.19756: theorem 2.1 says what the
#   order k + 1 means for a whole network.
