# %% [markdown]
# # Lesson 03b: How well a spline fits
#
# **Question.** Which spline is nearest to some data, and how fast does its error fall?
#
# **You will learn:**
# - to fit a spline by least squares, also where some bumps see no data;
# - to measure an order of convergence instead of believing it;
# - what the order asks of the function, and what a repeated knot can do.
#
# **You need:** lessons 02a and 03a, and least squares and singular values from linear algebra.
#
# **Time:** 20 minutes to read, 3 seconds to run.

# %%
import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GRAY, GREEN, ORANGE, PINK, show, table

import kan_numpy as kn

k = 3  # the degree, where nothing else is said
x_fit = np.linspace(-1, 1, 3000)
x_test = (x_fit[:-1] + x_fit[1:]) / 2

# %% [markdown]
# ## 1. Least squares
#
# Given samples $(x_n, y_n)$, which coefficients are best? The spline is linear in them. With
# $B_{nj} = B_j(x_n)$ the sum of squares is $|y - B c|^2$. Its gradient $-2 B^T (y - B c)$ must be
# zero, which gives the *normal equations*
#
# $$B^T B\, c = B^T y.$$
#
# **Predict:** activations may fill only half of their grid. Let all samples lie in [-1, 0]. What do
# the normal equations say? And what should the coefficients of the bumps be that see no data?


# %%
def normal_equations(x, y, t, k):
    B = kn.bspline_basis(x, t, k)  # (N, G+k)
    return np.linalg.solve(B.T @ B, B.T @ y)


def least_norm(x, y, t, k):
    U, sigma, V_T = np.linalg.svd(kn.bspline_basis(x, t, k), full_matrices=False)
    keep = sigma > 1e-12 * sigma[0]
    return V_T[keep].T @ ((U[:, keep].T @ y) / sigma[keep])


t_10 = kn.uniform_knots(-1, 1, 10, k)
wave = np.sin(np.pi * x_fit)
half = x_fit <= 0
B = kn.bspline_basis(x_fit[half], t_10, k)
unseen = ~B.any(axis=0)
print(f"1. No samples in (0, 1]: {unseen.sum()} of {len(unseen)} coefficients are not determined")
try:
    normal_equations(x_fit[half], wave[half], t_10, k)
except np.linalg.LinAlgError as error:
    complaint = str(error)
print(f"   normal equations: {complaint}")
smallest = least_norm(x_fit[half], wave[half], t_10, k)
smoothest = kn.fit_spline(x_fit[half], wave[half], t_10, k)
for name, c in (("least norm", smallest), ("smoothest", smoothest)):
    worst = np.abs(B @ c - wave[half]).max()
    row = " ".join(f"{value:5.2f}" for value in c[unseen])
    print(f"   {name:10}  unseen c_j = {row}, largest error {worst:.1e}")
    assert worst < 3e-4
print()
assert complaint == "Singular matrix"
assert unseen.sum() == 5
np.testing.assert_allclose(smallest[unseen], 0, atol=1e-12)
assert np.abs(np.diff(smoothest[unseen], 2)).max() < 1e-3 * np.diff(smoothest[unseen]).min()
on_all = normal_equations(x_fit, wave, t_10, k)
np.testing.assert_allclose(least_norm(x_fit, wave, t_10, k), on_all, atol=1e-12)
np.testing.assert_allclose(kn.fit_spline(x_fit, wave, t_10, k), on_all, atol=1e-11)
ours = kn.fit_spline(x_fit[half], wave[half], t_10, k, hold=0.0)
np.testing.assert_allclose(ours, smallest, atol=1e-11)

# %% [markdown]
# **Answer:** $B^T B$ has zero rows: "Singular matrix". The singular value decomposition
# $B = U \Sigma V^T$ picks, among the best fits, the one with the smallest coefficients: it divides
# by no $\sigma$ that is zero, and what no sample asks for stays 0. That is a choice, and a cliff:
# the curve climbs with slope $\pi$ at 0. By default `kn.fit_spline` picks the smoothest best fit,
# whose unseen coefficients go on in a straight line (lesson 08a). On data everywhere they agree.
#
# ## 2. A worked example: $J_0(20 x)$
#
# This Bessel function is the first example of the KAN paper (arXiv 2404.19756, section 3.1). On
# [-1, 1] it swings about 20 / π = 6.4 times. We fit cubic splines, and measure the root mean square
# error halfway between the samples of the fit.
#
# **Predict:** how good are 10 intervals? How many does a spline need for one wave?


# %%
def fit(f, t, k):
    values = kn.bspline_basis(x_test, t, k) @ normal_equations(x_fit, f(x_fit), t, k)
    return values, np.sqrt(np.mean((values - f(x_test)) ** 2))


def fits(f, sizes, k):
    return np.array([fit(f, kn.uniform_knots(-1, 1, G, k), k)[1] for G in sizes])


bessel = kn.datasets.TOY_FUNCTIONS["bessel"].function
size = np.sqrt(np.mean(bessel(x_test) ** 2))
sizes_j0 = np.array([5, 10, 20, 50, 100, 200])
errors_j0 = fits(bessel, sizes_j0, k)
print(f"2. J0(20 x) with cubic splines; the root mean square of the function is {size:.2f}")
rows = zip(sizes_j0, (f"{n * np.pi / 20:.1f}" for n in sizes_j0), errors_j0.tolist(), strict=True)
table(["G", "intervals a wave", "error"], rows)
assert errors_j0[1] > size / 2 > 15 * errors_j0[2]

figure, axes = plt.subplots(3, 1, figsize=(9, 7.5), sharex=True)
for G, ax in zip((5, 10, 20), axes, strict=True):
    values, error = fit(bessel, kn.uniform_knots(-1, 1, G, k), k)
    ax.plot(x_test, bessel(x_test), color=GRAY, lw=5, alpha=0.5, label="$J_0(20x)$")
    ax.plot(x_test, values, color=ORANGE, lw=2, label="cubic spline")
    ax.set_title(f"G = {G}: error {error:.2g}", loc="left")
axes[0].legend(loc="upper right")
axes[-1].set_xlabel("$x$")
show(figure, "03b_bessel", "Splines on 5 and 10 intervals miss the waves; on 20 they follow them.")

# %% [markdown]
# **Answer:** 10 intervals miss more than half of the function, as it has fewer than 2 for a wave.
# With 3 the error is 0.008.
#
# ## 3. The order of convergence
#
# How near can a spline be? On an interval of width h, Taylor's polynomial of degree k misses f by
# at most $h^{k+1} \max |f^{(k+1)}| / (k+1)!$. Splines have enough freedom to do as well (de Boor,
# chapter XII), so the error should fall like $h^{k+1}$, once h is small enough. On logarithmic axes
# that is a straight line. Do not believe it: fit the line, to $\sin \pi x$.
#
# **Predict:** what do twice as many intervals bring for k = 1, and what for k = 3?

# %%
sizes, degrees = np.array([20, 40, 80, 160, 320]), (1, 2, 3)
targets = {
    "kink |x - 0.3|": lambda x: np.abs(x - 0.3),
    "jump at 0.3": lambda x: np.where(x > 0.3, 1.0, 0.0),
}
errors = {f"sin(pi x), k = {q}": fits(lambda x: np.sin(np.pi * x), sizes, q) for q in degrees}
errors |= {f"{name}, k = 3": fits(f, sizes, k) for name, f in targets.items()}
lines = {name: np.polyfit(np.log(sizes), np.log(row), 1) for name, row in errors.items()}
print("3. The root mean square error, and its order")
rows = [[name, *row.tolist(), f"{-lines[name][0]:.2f}"] for name, row in errors.items()]
table(["", *(f"G = {G}" for G in sizes), "order"], rows[:3])
order = {name: -line[0] for name, line in lines.items()}
np.testing.assert_allclose([*order.values()][:3], [2, 3, 4], atol=0.07)
last = [row[-2] / row[-1] for row in errors.values()][:3]  # what the last doubling brings
np.testing.assert_allclose(last, [4, 8, 16], rtol=0.02)

figure, ax = plt.subplots(figsize=(9, 6.5))
looks = zip((BLUE, ORANGE, GREEN, PINK, "black"), "os^Dv", ("-", "-", "-", "--", ":"), strict=True)
for (name, row), (color, marker, style) in zip(errors.items(), looks, strict=True):
    ax.loglog(sizes, row, marker, color=color, ms=9)
    ax.loglog(sizes, np.exp(np.polyval(lines[name], np.log(sizes))), style, color=color)
    ax.text(1.05 * sizes[-1], row[-1], f"{name}: {order[name]:.2f}", color=color, va="center")
ax.set_xticks(sizes, map(str, sizes))
ax.set(xlabel="G, the number of grid intervals", ylabel="root mean square error", xlim=(18, 1800))
show(figure, "03b_order", "Errors fall on straight lines: steepest for sin and k = 3.")

# %% [markdown]
# **Answer:** 4 times less for k = 1, and 16 times for k = 3: the orders are 2, 3 and 4.
#
# ## 4. What the order asks for
#
# Taylor's formula needs k + 1 derivatives. The function $|x - 0.3|$ has a first one that jumps.
#
# **Common mistake:** "cubic splines have order 4."

# %%
print("4. Cubic splines on a function with a kink, and on one with a jump")
table(["", *(f"G = {G}" for G in sizes), "order"], rows[3:])
np.testing.assert_allclose([*order.values()][3:], [1.5, 0.5], atol=0.04)
over = [fit(targets["jump at 0.3"], kn.uniform_knots(-1, 1, G, k), k)[0].max() - 1 for G in sizes]
print(f"   the jump is overshot by {np.round(over, 2)}")
assert min(over) > 0.08

# %% [markdown]
# Order 4 belongs to smooth functions; for a kink it is 3/2. The spline is wrong by about h on a few
# intervals around the kink, a part h of the line, so the mean square is about $h^2 \cdot h$. A jump
# is missed by a constant: $h^{1/2}$. And beside it every spline overshoots by a tenth.
#
# A repeated knot can help. On a double knot a hat jumps, and every degree adds a derivative (lesson
# 3a): where a knot stands m times, k - m derivatives stay continuous.
#
# **Predict:** how often must the knot 0.3 stand there for the kink, and for the jump?

# %%
others = [*kn.uniform_knots(-1, 1, 9, k)]  # 0.3 is not among them
for (name, f), m in zip(targets.items(), (3, 4), strict=True):
    left = [fit(f, np.sort([*others, *[0.3] * times]), k)[1] for times in (m - 1, m)]
    print(f"   {name:14}: the knot 0.3 {m - 1} times: {left[0]:.0e}, {m} times: {left[1]:.0e}")
    assert left[1] < 1e-13 < 1e-3 < left[0]

# %% [markdown]
# **Answer:** three times, and four times. The error is gone. But one must know the place, and
# nothing in the training of a KAN finds such a knot by itself (lesson 14b).
#
# ## On your own
#
# Close this file and write the fit of least norm from memory: `make exercise N=3.2`.
#
# 1. In section 1, let the samples reach to 0.001 instead of 0. One more bump sees a sample, a
#    single one and from afar. Look at its coefficient. What would you do?
# 2. `make site` builds an [explorer](explorer.html), where eight coefficients learn five targets.
#    A Gauss-Newton step there takes the nearest of all best fits. What would a second one do?
#
# ## Further reading
#
# - C. de Boor, *A Practical Guide to Splines*, revised edition, Springer 2001, chapter XII.
# - Z. Liu et al., *KAN: Kolmogorov-Arnold Networks*, arXiv 2404.19756: theorem 2.1 says what the
#   order k + 1 means for a whole network.
