# %% [markdown]
# # Lesson 04c: Other bases
#
# **Question.** Does it have to be splines? What do Gaussians, polynomials and waves do better?
#
# **You will learn:**
# - to write three other bases in a few lines each, and to measure accuracy, locality, cost, and
#   what happens outside the grid, side by side; to choose a basis for a reason.
#
# **You need:** 03b (least-squares fits), 04a (one layer).
#
# **Time:** 20 minutes to read, 3 seconds to run.

# %%
from itertools import product

import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GRAY, GREEN, ORANGE, PINK, show, table

import kan_numpy as kn

k, SIZES = 3, (4, 8, 16, 32, 64)  # degree of the splines, numbers W of basis functions

# %% [markdown]
# ## 1. Four families
#
# Nothing in lesson 04a asked what the $B_j$ are. Every family below has $W$ functions on the grid
# $[-1, 1]$:
#
# - *B-splines* of degree 3 on $G = W - 3$ intervals;
# - *Gaussians* $e^{-z^2}$ with $z = (x - g_j) / h$ around evenly spaced centers $g_j$ at distance
#   $h$;
# - *Chebyshev polynomials* $T_0 = 1$, $T_1 = x$, $T_{j+1} = 2 x T_j - T_{j-1}$, which is
#   $\cos(j \arccos x)$;
# - *Fourier modes* $1, \cos \pi x, \sin \pi x, \cos 2 \pi x, \sin 2 \pi x, \dots$ One period is the
#   grid.


# %%
def bspline(x, W):
    return kn.bspline_basis(x, kn.uniform_knots(-1.0, 1.0, W - k, k), k)  # (N, W)


def gaussian(x, W):
    return np.exp(-(((x[:, None] - np.linspace(-1.0, 1.0, W)) * ((W - 1) / 2.0)) ** 2))


def chebyshev(x, W):
    T = [np.ones_like(x), x]
    while len(T) < W:
        T.append(2.0 * x * T[-1] - T[-2])
    return np.stack(T, axis=1)


def fourier(x, W):
    j = np.arange(W)
    behind = 0.5 * np.pi * ((j % 2 == 0) & (j > 0))  # a sine is a cosine, a quarter turn behind
    return np.cos(x[:, None] * (np.pi * ((j + 1) // 2)) - behind)


STYLES = {"bspline": (bspline, BLUE, "o-"), "gaussian": (gaussian, ORANGE, "s--")}
STYLES |= {"chebyshev": (chebyshev, GREEN, "^-."), "fourier": (fourier, PINK, "v:")}
x, wide = np.linspace(-1.0, 1.0, 2001), np.linspace(-1.6, 1.6, 801)
figure, axes = plt.subplots(2, 2, figsize=(12, 6), sharex=True)
for ax, (name, (functions, color, _)) in zip(axes.flat, STYLES.items(), strict=True):
    grid_size = 5 if name == "bspline" else 8
    basis = kn.KAN([1, 1], grid_size, k, basis=name, outside="fade").layers[0].basis
    np.testing.assert_allclose(basis(x[:, None])[:, 0], functions(x, 8), atol=1e-13)
    values = basis(wide[:, None])[:, 0]  # (801, 8)
    ax.plot(wide, values, color=GRAY, lw=1, alpha=0.4)
    ax.plot(wide, values[:, 4], color=color, lw=3)
    ax.axvspan(-1, 1, color=GRAY, alpha=0.15)
    ax.set(title=f"{name}, $B_4$ is bold", ylim=(-2, 2.5))
show(figure, "04c_gallery", "Bumps twice, then polynomials and waves that fill the whole grid.")

# %% [markdown]
# ## 2. Accuracy
#
# Fit three functions by least squares: $e^x \sin 3x$, which is smooth; $e^{\sin \pi x}$, which is
# smooth and has the period of the grid; and $|x - 0.3|$, which has a kink. Gaussians, polynomials
# and waves have infinitely many derivatives, cubic splines two continuous ones.
#
# **Predict:** which family wins for which function? And where are Gaussians, which look like bumps?


# %%
def misfit(functions, W, y):
    """Return the root mean square error of the best fit to y."""
    A = functions(x, W)  # (N, W)
    return float(np.sqrt(np.mean((A @ np.linalg.lstsq(A, y)[0] - y) ** 2)))


targets = {"smooth": np.exp(x) * np.sin(3 * x), "periodic": np.exp(np.sin(np.pi * x))}
targets["with a kink"] = np.abs(x - 0.3)
errors = {}
figure, axes = plt.subplots(1, 3, figsize=(14, 4.6), sharey=True)
for ax, (target, y) in zip(axes, targets.items(), strict=True):
    for name, (functions, color, style) in STYLES.items():
        rmse = errors[target, name] = [misfit(functions, W, y) for W in SIZES]
        ax.loglog(SIZES, np.maximum(rmse, 1e-15), style, color=color, lw=2, ms=8, label=name)
    ax.set(title=target, xlabel="functions $W$", ylabel="RMSE of the fit")
    ax.set_xticks(SIZES, SIZES)
    ax.minorticks_off()
    ax.label_outer()
ax.legend()
show(figure, "04c_errors", "Errors of smooth targets fall fast with W, those of the kink slowly.")
print("2. RMSE with 32 functions")
table(["basis", *targets], [(name, *(errors[t, name][3] for t in targets)) for name in STYLES])
for target, winner in zip(targets, ("chebyshev", "fourier", "bspline"), strict=True):
    assert all(errors[target, winner][3] <= errors[target, name][3] for name in STYLES)
assert 14 < errors["smooth", "bspline"][3] / errors["smooth", "bspline"][4] < 20

# %% [markdown]
# **Answer:** for smooth functions every further polynomial gains a factor; for periodic ones waves
# are better still. Splines gain a factor of 16 whenever $W$ doubles: order 4, as in lesson 03b. At
# a kink nobody is fast. If the period does not fit, waves see a jump from $x = 1$ to $x = -1$.
#
# **Common mistake:** "the smoother the basis, the better the fit; Gaussians are better splines."

# %%
for W in SIZES[1:]:
    assert misfit(bspline, W, 0 * x + 1) < 1e-13 < 1e-4 < misfit(gaussian, W, 0 * x + 1)

# %% [markdown]
# Splines sum to one. Gaussians do not, and cannot even represent a constant: at the ends of the
# grid neighbors are missing, and as $h$ shrinks with $W$, that never ends.
#
# ## 3. Locality, and outside
#
# **Predict:** change one coefficient. On which share of the grid does the edge move, for $W = 8$
# and for $W = 32$? And how large are the functions at $x = 3$, where no grid is?

# %%
print("3. Share of the grid where one coefficient acts (more than 0.001 of its most), and |B_j(3)|")
rows = []
for name, (functions, _, _) in STYLES.items():
    sizes = [np.abs(functions(x, W)) for W in (8, 32)]
    shares = [float(np.mean(size > 1e-3 * size.max(axis=0))) for size in sizes]
    rows.append((name, *shares, float(np.abs(functions(np.array([3.0]), 8)).max())))
    assert (shares[1] < 0.2) == (shares[0] < 0.6) == (name in ("bspline", "gaussian"))
table(["basis", "W = 8", "W = 32", "largest at 3"], rows)
assert max(row[3] for row in rows[:2]) < 1e-20 < rows[3][3] <= 1.0 < 1e5 < rows[2][3]

# %% [markdown]
# **Answer:** a bump acts on $k + 1 = 4$ intervals, so on less and less of the grid; a polynomial or
# a wave acts everywhere. That is why splines can learn something new here and keep what they know
# there (lesson 11a). Outside, bumps vanish, waves repeat, and $T_7(3)$ is above $10^5$: so the
# library continues polynomials along their tangents, as the gallery shows.
#
# ## 4. Cost
#
# Count the operations of one value of an edge, by running the code on numbers that count. Of the
# splines only the $k + 1$ bumps that are awake are computed, by the triangle of lesson 02a.
#
# **Predict:** whose cost does not grow with $W$? Is it the cheapest for $W = 8$?


# %%
class Counted:
    """A number without a value, which counts what is done with it."""

    operations = 0

    def count(self, *_):
        Counted.operations += 1
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __pow__ = __neg__ = count
    __truediv__ = exp = cos = count


def awake(x, t):
    """Return the bumps that are awake at x, with t[k] <= x < t[k+1], as a list of k + 1 numbers."""
    B = [1.0]
    for d in range(1, k + 1):
        parts = [b / (t[k + 1 + r] - t[k + 1 + r - d]) for r, b in enumerate(B)]
        B = [0.0] * (d + 1)
        for r, part in enumerate(parts):
            B[r] += (t[k + 1 + r] - x) * part
            B[r + 1] += (x - t[k + 1 + r - d]) * part
    return B


t = kn.uniform_knots(-1.0, 1.0, 1, k)  # the knots of four bumps over one interval
np.testing.assert_allclose(awake(0.3, t), kn.bspline_basis([0.3], t, k)[0], rtol=1e-14)
print("4. Operations for one value of a spline (others include W calls of exp or cos)")
counts, point = {name: [] for name in STYLES}, np.array([Counted()])
for name, W in product(STYLES, SIZES[1:]):
    Counted.operations = 0
    values = np.array(awake(point[0], t)) if name == "bspline" else STYLES[name][0](point, W)[0]
    _ = values @ np.ones(len(values))  # the sum of c_j B_j
    counts[name].append(Counted.operations)
table(["basis", *(f"W = {W}" for W in SIZES[1:])], [(name, *n) for name, n in counts.items()])
assert len(set(counts["bspline"])) == 1
assert [min(counts, key=lambda n: counts[n][i]) for i in (0, 1)] == ["chebyshev", "bspline"]

# %% [markdown]
# **Answer:** splines cost the same for every $W$: four bumps are awake. For
# $W = 8$ polynomials are cheaper, from $W = 16$ on splines are the cheapest. This counts once for
# each input; the matrix product of lesson 04a, $n_{out}$ times $W$ products for each input, is the
# same for all, and in wide layers it is most of the work.
#
# *Which to choose?* Splines, if you know nothing: local, never far off, with grids that follow
# data. Polynomials, where all is smooth and accuracy is what counts. Waves, for angles and all else
# that is periodic. Gaussians are quickly written, and good enough where noise is larger than their
# error.
#
# ## On your own
#
# Close this file and count parameters from memory: `make exercise N=4.2`. What changes for
# Gaussians?
#
# *Open.* Give the Gaussians the width $2 h$, then $4 h$. What becomes of their errors, and of the
# condition number of the matrix that is fitted?
#
# ## Further reading
#
# - Z. Li, *Kolmogorov-Arnold Networks are Radial Basis Function Networks*, arXiv 2405.06721.
# - L. N. Trefethen, *Approximation Theory and Approximation Practice*, SIAM, 2013.
