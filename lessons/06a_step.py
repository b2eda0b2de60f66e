# %% [markdown]
# # Lesson 06a: The step
#
# **Question.** A gradient check compares your slope with a difference over a step $h$. Which $h$,
# and how wrong is the difference itself?
#
# **You will learn:**
# - to choose $h$, and to know what error to expect;
# - why float32 cannot check much, and why a check fails at a kink.
#
# **You need:** 03a (the slope of a spline), 05a (the check), Taylor's series.
#
# **Time:** 20 minutes to read, 3 seconds to run.

# %%
import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GRAY, GREEN, ORANGE, PINK, show, table

import kan_numpy as kn

G = 5  # grid intervals
STEPS = 10.0 ** -np.arange(1.0, 13.5, 0.5)  # the steps h to try
EPS = np.finfo(float).eps  # 2e-16, the relative rounding error of float64

rng = np.random.default_rng(6)

# %% [markdown]
# ## 1. Too large, too small
#
# Three ways to a numerical slope, and what Taylor's series says about their errors:
#
# $$\frac{f(x + h) - f(x)}{h} = f' + \frac{h}{2} f'' + \dots, \qquad
#   \frac{f(x + h) - f(x - h)}{2h} = f' + \frac{h^2}{6} f''' + \dots, \qquad
#   \frac{\mathrm{Im}\, f(x + ih)}{h} = f' - \frac{h^2}{6} f''' + \dots$$
#
# That asks for a small $h$. But the computer knows $f$ only up to about $\epsilon |f|$, with
# $\epsilon = 2 \cdot 10^{-16}$, and a difference of two nearly equal numbers keeps this error while
# it loses its size. So the slope has an error of about $\epsilon / h$ as well. For $f$, $f''$ and
# $f'''$ near 1 both errors are equal at
#
# $$\text{forward: } h = \frac{\epsilon}{h} \;\Rightarrow\; h = \epsilon^{1/2}, \text{ error }
#   \epsilon^{1/2}; \qquad
#   \text{central: } h^2 = \frac{\epsilon}{h} \;\Rightarrow\; h = \epsilon^{1/3}, \text{ error }
#   \epsilon^{2/3}.$$
#
# The complex step subtracts nothing, so nothing is lost. We try all three on a cubic spline,
# written as a recursion that keeps the precision it is given: complex, or float32 from the first
# operation to the last.
#
# **Predict:** which step would you take for a central difference, and how many digits will you get?
# How many in float32, whose $\epsilon$ is $10^{-7}$?


# %%
def bumps(x, t, k):
    """Return all B_j by the recursion of lesson 02a, in the precision of x, (N,) -> (N, G+k)."""
    x, t = x[:, None], t.astype(x.real.dtype)
    B = ((t[:-1] <= x.real) & (x.real < t[1:])).astype(x.dtype)  # of degree 0
    for d in range(1, k + 1):
        width = t[d:] - t[:-d]
        rising, falling = (x - t[: -d - 1]) / width[:-1], (t[d + 1 :] - x) / width[1:]
        B = rising * B[:, :-1] + falling * B[:, 1:]
    return B


t = kn.uniform_knots(-1.0, 1.0, G, 3)
c = rng.standard_normal(G + 3)
x = rng.uniform(-0.9, 0.9, 200).astype(np.float32).astype(float)  # numbers that float32 has too
slope = kn.bspline_basis(x, t, 3, derivative=1) @ c  # by hand


def f(x):
    return bumps(x, t, 3) @ c.astype(x.dtype)


def central(x, h):
    return (f(x + h) - f(x - h)) / (2 * h)


x32 = x.astype(np.float32)
ways = {
    "forward": lambda h: (f(x + h) - f(x)) / h,
    "central": lambda h: central(x, h),
    "complex": lambda h: f(x + 1j * h).imag / h,
    "float32": lambda h: central(x32, np.float32(h)),
}
assert central(x32, np.float32(0.1)).dtype == np.float32
largest = np.abs(slope).max()
errors = {
    way: np.array([np.abs(numerical(h) - slope).max() / largest for h in STEPS])
    for way, numerical in ways.items()
}
print("1. Largest error of 200 slopes, relative to the largest slope")
rows = [(f"{h:.0e}", *(float(errors[way][n]) for way in ways)) for n, h in enumerate(STEPS)]
table(["h", *ways], rows[::2])
best = {way: STEPS[np.argmin(error)] for way, error in errors.items()}
for way, power in (("forward", 1 / 2), ("central", 1 / 3)):
    found = f"{errors[way].min():.0e} at h = {best[way]:.0e}"
    print(f"   {way} at its best: {found}; expected {EPS ** (1 - power):.0e} at {EPS**power:.0e}")
    assert EPS**power / 6 < best[way] < 6 * EPS**power
    assert EPS ** (1 - power) / 10 < errors[way].min() < 10 * EPS ** (1 - power)
assert errors["complex"][STEPS < 1e-8].max() < 2e-15
print(f"   float32 at its best: {errors['float32'].min():.0e}\n")
assert 1e-5 < errors["float32"].min() < 1e-4
library = kn.gradcheck.central_difference(f, x[:1], h=1e-6)
np.testing.assert_allclose(library.item(), central(x, 1e-6)[0], rtol=1e-8)

# %% [markdown]
# **Answer:** $h$ between $10^{-6}$ and $10^{-5}$ gives ten digits. Forward differences give seven
# or eight, the complex step fifteen at any small $h$. In float32 $\epsilon^{2/3}$ is
# $2 \cdot 10^{-5}$, and no step does better: less than five digits. So check in float64, even if
# you train in float32. The library takes $h = 10^{-6}$ and asks for a relative error below
# $10^{-6}$: a right gradient passes by a wide margin.
#
# With the 0.01 of lesson 05a that is an error of $10^{-8}$ for small gradients: too much if all of
# them are of size $10^{-6}$ because $f$ is. Its rounding is as small then, and so may the 0.01 be.
#
# **Common mistake:** "the smaller $h$, the better: the derivative is the limit of small $h$."

# %%
small = 1e-6 * (f(x + 1e-5) - f(x - 1e-5)) / 2e-5  # of a function of size 1e-6
assert np.abs(small - 1e-6 * slope).max() < 1e-9 * np.abs(1e-6 * slope).max()
at = {h: float(errors["central"][np.argmin(np.abs(np.log(STEPS / h)))]) for h in (1e-5, 1e-13)}
assert at[1e-5] < 1e-9
assert at[1e-13] > 1e5 * at[1e-5]

# %% [markdown]
# The limit belongs to exact numbers. With rounded ones the error at $10^{-13}$ is more than $10^5$
# times that at $10^{-5}$.
#
# ## 2. Kinks
#
# Taylor's series needs derivatives. A spline of degree $k$ has a jump in its $k$-th derivative at
# every knot. For $k = 1$ that is the slope itself, and the central difference returns the mean of
# two slopes, neither left nor right. For $k = 2$ the second derivatives $f''_+$ and $f''_-$ on both
# sides differ, and the terms that cancel elsewhere leave $\frac{h}{4} (f''_+ - f''_-)$.
#
# **Predict:** how does the error at a knot depend on $h$, for $k$ = 1, 2, 3? And which of the three
# ways of section 1 does not care?

# %%
WIDE, INNER = STEPS[STEPS > 5e-5], kn.uniform_knots(-1.0, 1.0, G, 0)[1:-1]
print("2. At the knots")
at_knots, rows = {}, []
for k in (1, 2, 3):
    t_k, c_k = kn.uniform_knots(-1.0, 1.0, G, k), np.random.default_rng(k).standard_normal(G + k)
    by_hand = kn.bspline_basis(INNER, t_k, k, derivative=1) @ c_k  # from the right
    both_sides = [(bumps(INNER + h, t_k, k) - bumps(INNER - h, t_k, k)) @ c_k for h in WIDE]
    error = np.abs([both / (2 * h) - by_hand for both, h in zip(both_sides, WIDE, strict=True)])
    complex_slope = kn.gradcheck.complex_step(lambda z: bumps(z, t_k, k) @ c_k, INNER)  # noqa: B023
    exact = float(np.abs(complex_slope - by_hand).max())
    at_knots[k] = error.max(axis=1)
    order = float(np.polyfit(np.log(WIDE), np.log(at_knots[k]), 1)[0])
    rows.append((str(k), float(at_knots[k][-1]), f"{order:.2f}", exact))
    assert abs(order - (k - 1)) < 0.05
    assert exact < 1e-12
table(["k", "central, h = 1e-4", "order", "complex step"], rows)

figure, (left, right) = plt.subplots(1, 2, figsize=(13, 4.8))
styles = {"forward": (ORANGE, "s-"), "central": (BLUE, "o-"), "complex": (GREEN, "^-")}
styles["float32"] = (GRAY, "x--")
for way, (color, style) in styles.items():
    left.loglog(STEPS, np.maximum(errors[way], 1e-17), style, color=color, label=way, ms=6)
for k, color, style in ((1, ORANGE, "s-"), (2, PINK, "^--"), (3, BLUE, "o:")):
    right.loglog(WIDE, at_knots[k], style, color=color, label=f"central, k = {k}")
left.set(title="between the knots, k = 3", ylabel="relative error", xlabel="$h$")
right.set(title="at the knots", ylabel="error", xlabel="$h$")
for ax in (left, right):
    ax.grid(alpha=0.3)
    ax.legend()
show(
    figure,
    "06a_steps",
    "Left: the errors of forward and central differences fall with h and rise again, a V each; that"
    " of the complex step falls to 1e-16 and stays. Right: at the knots the error is level for"
    " degree 1, falls like h for degree 2 and like h squared for degree 3.",
)

# %% [markdown]
# **Answer:** like $h^{k-1}$: for hats the error does not fall at all. The complex step does not
# care, for it never crosses the knot.
#
# **Common mistake:** "a failed check is a bug in the gradient."

# %%
hat = kn.uniform_knots(-1.0, 1.0, 2, 1)  # knots -2, -1, 0, 1, 2; the middle hat is 1 at 0
knot, h = np.zeros(1), 1e-6
from_the_right = (bumps(knot + h, hat, 1) - bumps(knot, hat, 1))[0, 1] / h
by_hand = kn.bspline_basis(knot, hat, 1, derivative=1)[0, 1]
both_sides = kn.gradcheck.central_difference(lambda z: bumps(z, hat, 1)[0, 1], knot).item()
np.testing.assert_allclose([by_hand, from_the_right, both_sides], [-1.0, -1.0, 0.0], atol=1e-9)

# %% [markdown]
# The slope by hand is $-1$, a right answer: it is that from the right. The judge says 0, the mean
# of 1 and $-1$. So keep away from knots if $k < 3$, or judge by the complex step.
#
# ## On your own
#
# Close this file and write the central difference from memory: `make exercise N=6.1`.
#
# *Open.* $(4 D(h/2) - D(h)) / 3$, with $D$ the central difference, has an error of $O(h^4)$. Add it
# to the figure. Where is its best step, and is it worth two more evaluations?
#
# ## Further reading
#
# - Squire and Trapp, *Using Complex Variables to Estimate Derivatives of Real Functions*, SIAM
#   Review 40, 1998.
# - Martins, Sturdza and Alonso, *The complex-step derivative approximation*, ACM Transactions on
#   Mathematical Software 29, 2003.
