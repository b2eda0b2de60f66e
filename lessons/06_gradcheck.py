# %% [markdown]
# # Lesson 6: Trust, but check
#
# **Question.** A gradient check compares your gradient with a numerical one. When does it lie?
#
# **You will learn:**
# - to choose the step $h$ of a difference, and to know what error to expect;
# - why a check fails at a kink, and passes with an upstream gradient of ones;
# - to find five planted bugs, and to write a property test.
#
# **You need:** lesson 5 (backward by hand).
#
# **Time:** 35 minutes to read, about 5 seconds to run.

# %%
import os
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", "build/hypothesis")  # before the import
from hypothesis import given, settings
from hypothesis import strategies as st

import kan_numpy as kn
from kan_numpy.splines.bsplines import BSplineBasis

G, DEGREE = 5, 3  # grid intervals, degree k
N, WIDTH = 4, 3  # samples, and nodes of the square layer in sections 3 and 4
STEPS = 10.0 ** -np.arange(1.0, 13.5, 0.5)  # the steps h to try
BLUE, ORANGE, GREEN, GRAY = "#0072B2", "#D55E00", "#009E73", "#777777"

rng = np.random.default_rng(6)
Path("build").mkdir(exist_ok=True)
plt.rcParams.update({"font.size": 12, "savefig.dpi": 150, "figure.constrained_layout.use": True})

# %% [markdown]
# ## 1. The step: too large, too small
#
# Three ways to a numerical slope, and what Taylor's series says about their errors:
#
# $$\frac{f(x + h) - f(x)}{h} = f' + \frac{h}{2} f'' + \dots, \qquad
#   \frac{f(x + h) - f(x - h)}{2h} = f' + \frac{h^2}{6} f''' + \dots, \qquad
#   \frac{\mathrm{Im}\, f(x + ih)}{h} = f' - \frac{h^2}{6} f''' + \dots$$
#
# That asks for a small $h$. But a difference of two nearly equal numbers loses digits: $f$ is known
# up to $\epsilon |f|$, with $\epsilon = 2 \cdot 10^{-16}$, so the slope up to about $\epsilon / h$.
# The sum of both errors is smallest where they are equal: forward at $h = \epsilon^{1/2}$ with an
# error of $\epsilon^{1/2}$, central at $h = \epsilon^{1/3}$ with $\epsilon^{2/3}$. The complex step
# subtracts nothing, so nothing is lost.
#
# **Predict:** which step would you take for a central difference, and how many digits will you get?

# %%
net = kn.KAN([1, 1], grid_size=G, degree=DEGREE, rng=rng)
net = net.with_theta(rng.standard_normal(net.theta.size))
x = rng.uniform(-1.0, 1.0, (200, 1))
slope = net.backward(np.ones_like(x), net.forward(x)[1])[0]  # (200, 1), by hand


def phi(x):
    """Return the edge at real or complex points, (200, 1)."""
    return net.layers[0].edges(x)[:, 0]


def single(x):
    return phi(x).astype(np.float32)


ways = {
    "forward": lambda h: (phi(x + h) - phi(x)) / h,
    "central": lambda h: (phi(x + h) - phi(x - h)) / (2 * h),
    "complex": lambda h: phi(x + 1j * h).imag / h,
    "float32": lambda h: (single(x + h) - single(x - h)) / (2 * h),  # central
}
errors = {
    way: np.array([np.abs(numerical(h) - slope).max() for h in STEPS]) / np.abs(slope).max()
    for way, numerical in ways.items()
}

print("Largest error of 200 slopes, relative to the largest slope")
print("  h         " + "".join(f"{way:>10}" for way in ways))
for at, h in enumerate(STEPS):
    if at % 2 == 0:
        print(f"  {h:.0e}     " + "".join(f"{errors[way][at]:10.0e}" for way in ways))
best_h = {way: STEPS[np.argmin(error)] for way, error in errors.items()}
for way, error in errors.items():
    print(f"  {way} at its best: {error.min():.0e} at h = {best_h[way]:.0e}")
eps = np.finfo(float).eps
print(f"  expected: forward {eps ** (1 / 2):.0e} at h = {eps ** (1 / 2):.0e},", end=" ")
print(f"central {eps ** (2 / 3):.0e} at h = {eps ** (1 / 3):.0e}\n")
assert 1e-12 < errors["central"].min() < 1e-10
assert 5e-7 < best_h["central"] < 2e-5
assert 1e-9 < errors["forward"].min() < 1e-7
assert 1e-9 < best_h["forward"] < 1e-7
assert errors["complex"][STEPS < 1e-8].max() < 2e-15
assert errors["float32"].min() > 1e-6
library = kn.gradcheck.central_difference(phi, x[:1], h=1e-6)  # the same for one entry
np.testing.assert_allclose(library.item(), ways["central"](1e-6)[0, 0], rtol=1e-8)

# %% [markdown]
# Central differences give ten digits at $h$ between $10^{-6}$ and $10^{-5}$, forward differences
# seven or eight, and the complex step about fifteen at any small $h$. In float32 no step gives six
# digits: check in float64, even if you train in float32. The library takes $h = 10^{-6}$ and asks
# for a relative error below $10^{-6}$, so a right gradient passes by a wide margin.
#
# ## 2. Kinks
#
# Taylor's series needs derivatives. A spline of degree $k$ has a jump in its $k$-th derivative at
# every knot. For $k = 1$ that is the slope itself, and the central difference returns the mean of
# two slopes, neither left nor right.
#
# **Predict:** how does the error at a knot depend on $h$, for $k$ = 1, 2, 3? And which of the three
# ways of section 1 does not care?

# %%
GRID = kn.uniform_knots(-1.0, 1.0, G, 0)
WIDE_STEPS = STEPS[STEPS > 5e-5]


def at_the_knots(k):
    """Return the errors at the inner knots: central for all wide steps, and by complex step."""
    basis = BSplineBasis(kn.uniform_knots(-1.0, 1.0, G, k)[None], k)
    c, t = np.random.default_rng(k).standard_normal(basis.size), GRID[1:-1]

    def spline(x, derivative=0):
        return basis(x[:, None], derivative)[:, 0] @ c

    slopes = spline(t, 1)  # by hand, from the right
    central = [(spline(t + h) - spline(t - h)) / (2 * h) - slopes for h in WIDE_STEPS]
    exact = kn.gradcheck.complex_step(spline, t) - slopes
    return np.abs(central).max(axis=1), np.abs(exact).max()


at_knots = {k: at_the_knots(k) for k in (1, 2, 3)}
print("At the knots: the error of central differences")
for k, (central, exact) in at_knots.items():
    order = np.polyfit(np.log(WIDE_STEPS), np.log(central), 1)[0]
    print(
        f"  k = {k}: {central[-1]:.0e} at h = 1e-4, order h^{order:.2f}; complex step {exact:.0e}"
    )
    assert abs(order - (k - 1)) < 0.05
    assert exact < 1e-13
assert at_knots[1][0][-1] > 0.1
print()

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4.6))
styles = {"forward": (ORANGE, "s-"), "central": (BLUE, "o-"), "complex": (GREEN, "^-")}
styles["float32"] = (GRAY, "x--")
for way, (color, style) in styles.items():
    left.loglog(STEPS, np.maximum(errors[way], 1e-17), style, color=color, label=way, ms=5)
for (k, (central, _)), style in zip(at_knots.items(), ("s-", "^-", "o-"), strict=True):
    right.loglog(WIDE_STEPS, central, style, color=BLUE, label=f"central, k = {k}")
worst = max(exact for _, exact in at_knots.values())
right.axhline(worst, color=GREEN, lw=2, label="complex, all k")
left.set(title="between the knots, k = 3", ylabel="error, relative to the largest slope")
right.set(title="at the knots", ylabel="error")
for ax in (left, right):
    ax.set_xlabel("$h$")
    ax.grid(alpha=0.3)
    ax.legend()
figure.savefig("build/06_steps.png")

# %% [markdown]
# So keep away from knots if $k < 3$, or judge by the complex step, which never crosses the knot.
#
# ## 3. An upstream gradient of ones
#
# A check needs some $dy$. The lazy choice is all ones: differentiate the sum of $y$. Below, the
# library's backward pass is broken in three ways.
#
# **Predict:** which of them does the lazy check find?

# %%
layer = kn.KAN([WIDTH, WIDTH], grid_size=G, degree=DEGREE, rng=rng, outside="fade").layers[0]
c, w = rng.standard_normal((WIDTH, WIDTH, G + DEGREE)), rng.standard_normal((WIDTH, WIDTH))
inside, beyond = rng.uniform(-0.9, 0.9, (N, WIDTH)), rng.uniform(-1.8, 1.8, (N, WIDTH))


def forward(x, c, w):
    return replace(layer, coef=c, w_base=w).forward(x)[0]


def backward(dy, x, c, w):
    own = replace(layer, coef=c, w_base=w)
    dx, dtheta = own.backward(dy, own.forward(x)[1])
    return dx, dtheta[: c.size].reshape(c.shape), dtheta[c.size :].reshape(w.shape)


def assess(forward, backward, x):
    """Return what the check says about a backward pass."""
    try:
        kn.gradcheck.assert_adjoint(forward, backward, x, c, w)
    except AssertionError as error:
        return str(error).partition(" entries")[0].removeprefix("the gradient of ")
    return "passes"


def lazy_check(suspect):
    """Return what it says about the sum of y, that is with a dy of ones."""

    def of_sum(dL, *arguments):
        return tuple(dL * gradient for gradient in suspect(np.ones((N, WIDTH)), *arguments))

    return assess(lambda *arguments: forward(*arguments).sum(), of_sum, beyond)


print("What the check says; argument 0 is x, 1 is c, 2 is w")
print("  backward pass                dy = ones   dy random")
for name, suspect in {
    "right": backward,
    "ignores dy": lambda dy, *rest: backward(np.ones_like(dy), *rest),
    "averages dy over outputs": lambda dy, *rest: backward(
        0.0 * dy + dy.mean(axis=1, keepdims=True), *rest
    ),
    "reverses the batch": lambda dy, *rest: backward(dy[::-1], *rest),
}.items():
    lazy, careful = lazy_check(suspect), assess(forward, suspect, beyond)
    print(f"  {name:26}   {lazy:9}   {careful}")
    assert lazy == "passes"
    assert (careful == "passes") == (suspect is backward)
print()

# %% [markdown]
# With ones, all of them pass: whoever ignores $dy$, averages it or reverses its order gets ones
# again. Hence `kn.gradcheck.assert_adjoint` draws $dy$ at random. Draw everything else at random
# too: where a weight happens to be 1 or 0, more bugs are invisible.
#
# ## 4. Five planted bugs
#
# Each of these functions claims to be the backward pass of one layer. In each, one thing is wrong.
# All of them run, and return the right shapes. (`look_up` is right.)
#
# **Predict:** find the bugs by eye, and write them down before you go on.


# %%
def look_up(x):
    """Return B and B' (N, n_in, G+k), b and b' (N, n_in)."""
    B, slopes = (kn.bspline_basis(x, layer.knots, DEGREE, derivative=d) for d in (0, 1))
    return B, slopes, kn.activations.silu(x), kn.activations.silu_derivative(x)


def suspect_1(dy, x, c, w):
    B, slopes, b, b_slope = look_up(x)
    dc, dw = np.einsum("no,nij->oij", dy, B), np.einsum("no,ni->io", dy, b)
    dB = np.einsum("no,oij->nij", dy, c)
    return (dB * slopes).sum(axis=2) + b_slope * (dy @ w), dc, dw


def suspect_2(dy, x, c, w):
    B, slopes, b, b_slope = look_up(x)
    dc, dw = (B.reshape(len(x), -1).T @ dy).reshape(c.shape), dy.T @ b
    dB = np.einsum("no,oij->nij", dy, c)
    return (dB * slopes).sum(axis=2) + b_slope * (dy @ w), dc, dw


def suspect_3(dy, x, c, w):
    B, slopes, b, _ = look_up(x)
    dc, dw = np.einsum("no,nij->oij", dy, B), dy.T @ b
    dB = np.einsum("no,oij->nij", dy, c)
    return (dB * slopes).sum(axis=2) + b * (dy @ w), dc, dw


def suspect_4(dy, x, c, w):
    B, slopes, b, b_slope = look_up(x)
    dc, dw = np.einsum("no,nij->oij", dy, B), dy.T @ b / len(dy)
    dB = np.einsum("no,oij->nij", dy, c)
    return (dB * slopes).sum(axis=2) + b_slope * (dy @ w), dc, dw


def suspect_5(dy, x, c, w):
    B, slopes, b, b_slope = look_up(np.clip(x, -1.0, 1.0))
    dc, dw = np.einsum("no,nij->oij", dy, B), dy.T @ b
    dB = np.einsum("no,oij->nij", dy, c)
    return (dB * slopes).sum(axis=2) + b_slope * (dy @ w), dc, dw


# %% [markdown]
# Let the check speak, once with all $x$ inside the grid and once with some outside.

# %%
print("Five suspects; argument 0 is x, 1 is c, 2 is w")
print("     x inside the grid                some x outside")
found = []
for number, suspect in enumerate([suspect_1, suspect_2, suspect_3, suspect_4, suspect_5], 1):
    found.append([assess(forward, suspect, x) for x in (inside, beyond)])
    print(f"  {number}  {found[-1][0]:31}  {found[-1][1]}")
print()
for (near, far), argument in zip(found[:4], (2, 1, 0, 2), strict=True):
    assert near.startswith(f"argument {argument} is wrong")
    assert far.startswith(f"argument {argument} is wrong")
assert found[4][0] == "passes"
assert found[4][1].startswith("argument 0 is wrong")

# %% [markdown]
# 1. The letters `->io` transpose $dw$. The layer is square, so it fits.
# 2. $B^T dy$ has the shape $n_{in}(G+k) \times n_{out}$; a reshape does not transpose it.
# 3. It uses $b$ where $b'$ belongs.
# 4. It divides $dw$ by $N$. If there is a mean over samples, it is in the loss, and so in $dy$.
# 5. It clips the points to the grid. Inside, this changes nothing, and the check passes. **A check
#    says something about the points it tried, and nothing else.**
#
# ## 5. A property test
#
# Who chooses the points? You do, and you will forget some. A property test states what holds for
# *all* inputs. `hypothesis` looks for an input that breaks it, and then for a simpler one. Our
# property: the slopes of the basis functions are what a judge says, for every degree and at every
# point, with the knots drawn on purpose.


# %%
def property_test(judge, tried):
    @settings(max_examples=200, deadline=None, database=None, derandomize=True)
    @given(k=st.integers(1, 3), x=st.sampled_from(list(GRID)) | st.floats(-1.0, 1.0))
    def slopes_are_right(k, x):
        tried.append((k, x))
        basis = BSplineBasis(kn.uniform_knots(-1.0, 1.0, G, k)[None], k)
        by_hand = kn.bspline_basis([x], basis.knots[0], k, derivative=1)
        numerical = judge(lambda z: basis(z[:, None]), [x])
        np.testing.assert_allclose(by_hand.ravel(), numerical.ravel(), rtol=1e-6, atol=1e-8)

    slopes_are_right()


print("Property: slopes by hand are what the judge says, for all k and x")
tried = []
try:
    property_test(kn.gradcheck.central_difference, tried)
except AssertionError:
    k, x = tried[-1]  # hypothesis ends with the simplest example that it found
    print(f"  central difference: broken, for instance for k = {k} at x = {x:.3g}")
assert k < 3
assert np.abs(GRID - x).min() < 1e-5

tried = []
property_test(kn.gradcheck.complex_step, tried)
pairs = {(k, x) for k, x in tried if x in GRID}
print(f"  complex step: holds for {len(tried)} examples, {len(pairs)} different ones on a knot")
assert len(pairs) > 9

# %% [markdown]
# The first test fails, and the slopes are right: it is the judge who errs at a kink. The fixed
# test asks the other judge.
#
# ## On your own
#
# 1. *Easy.* In section 5, draw $x$ from `st.floats(-1.0, 1.0)` only. Does the test with central
#    differences still fail? At an inner knot?
# 2. *Medium.* Plant a sixth bug that your neighbor does not see, but `assert_adjoint` does. Then
#    one that it misses for a layer with one input.
# 3. *Open.* $(4 D(h/2) - D(h)) / 3$, with $D$ the central difference, has an error of $O(h^4)$. Add
#    it to the figure. Where is its best step, and is it worth two more evaluations?
#
# ## Further reading
#
# - Squire and Trapp, *Using Complex Variables to Estimate Derivatives of Real Functions*, SIAM
#   Review 40, 1998.
# - Martins, Sturdza and Alonso, *The complex-step derivative approximation*, ACM Transactions on
#   Mathematical Software 29, 2003.
# - MacIver, Hatfield-Dodds and others, *Hypothesis: A new approach to property-based testing*,
#   Journal of Open Source Software 4, 2019.
