# %% [markdown]
# # Lesson 09b: Naming an edge
#
# **Question.** A curve on an edge looks like a sine. Is it one?
#
# **You will learn:**
# - to fit $c\, f(a x + b) + d$ to a curve, two of the four numbers by hand;
# - why a score near 1 proves little;
# - to let the data decide between names.
#
# **You need:** 03b (least squares), 09a (a price on edges).
#
# **Time:** 15 minutes to read, 7 seconds to run.

# %%
import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GRAY, GREEN, ORANGE, show, table

import kan_numpy as kn

x, y, x_test, y_test = kn.datasets.toy("exp_sin", 1000, 1000, rng=0)
small = kn.sparsify(kn.KAN([2, 5, 1], grid_size=5, rng=2), x, y)  # all of lesson 09a in one call
EDGES = {"x to the sum": (0, 0, 0), "y to the sum": (0, 0, 1), "the sum to f": (1, 0, 0)}


def rmse(net):
    return float(np.sqrt(np.mean((net(x_test) - y_test) ** 2)))


figure = kn.plot(small, x, inputs=["$x$", "$y$"], outputs=["$f$"], ranges=True)
show(
    figure,
    "09b_edges",
    "A network of three edges: a wave in x, a parabola in y, and a rising curve.",
)
assert small.widths == [2, 1, 1]
assert rmse(small) < 1e-3

# %% [markdown]
# ## 1. Four numbers
#
# The samples came from $e^{\sin(\pi x) + y^2}$, which we pretend not to know. After pruning three
# edges are left, see the figure. One looks like a sine. But any sine, shifted and scaled: we look
# for $c\, f(a x + b) + d$ with four numbers. Two of them are easy. Write f for the values
# $f(a x_n + b)$. For given $a$ and $b$ the best c and d are a straight line through the points
# $(f, \phi)$, and setting the derivatives of the squared error by c and d to zero gives
#
# $$c = \frac{cov(f, \phi)}{var(f)}, \quad d = \bar\phi - c \bar f, \quad
#   \frac{\text{error}^2}{var(\phi)} = 1 - r^2, \quad
#   r^2 = \frac{cov(f, \phi)^2}{var(f)\, var(\phi)}.$$
#
# $r^2$ knows neither c nor d. So search a mesh of a and b for the largest $r^2$, then a smaller and
# finer mesh around the best, and again.


# %%
def r_squared(f, phi):
    covariance = np.mean((f - f.mean()) * (phi - phi.mean()))
    return covariance**2 / (f.var() * phi.var())


def named(f, x, phi, a=(0.5, 6.0), b=(-1.5, 1.5), rounds=12):
    """Return r^2, a and b of the best c f(a x + b) + d."""
    for _ in range(rounds):
        mesh = [(a_m, b_m) for a_m in np.linspace(*a, 21) for b_m in np.linspace(*b, 21)]
        r2, a_m, b_m = max((r_squared(f(a_m * x + b_m), phi), a_m, b_m) for a_m, b_m in mesh)
        a, b = (
            [best - np.ptp(ends) / 5, best + np.ptp(ends) / 5]
            for best, ends in ((a_m, a), (b_m, b))
        )
    return r2, a_m, b_m


phi = small.layers[0].edges(x)[:, 0, 0]  # (N,)
r2, a, b = named(np.sin, x[:, 0], phi)
(found,) = kn.suggest_symbolic(small, x, *EDGES["x to the sum"], functions=["sin"])
print("1. Four numbers: the edge of x as a sine")
print(f"   by hand:             a = {a:.5f}, b = {b:.1e}, 1 - r^2 = {1 - r2:.1e}")
print(f"   kn.suggest_symbolic: a = {found.affine[0]:.5f}, b = {found.affine[1]:.1e}", end="")
print(f", 1 - r^2 = {found.error**2:.1e}\n")
np.testing.assert_allclose([a, b], found.affine[:2], rtol=0, atol=1e-4)
np.testing.assert_allclose(1 - r2, found.error**2, rtol=1e-3)
assert abs(a - np.pi) < 1e-3

# %% [markdown]
# The number a is very nearly $\pi$. The library goes on by least squares instead of smaller meshes.
# It prints the error $\sqrt{1 - r^2}$, since $r^2$ has too many nines to be read.
#
# **Common mistake:** "A constant edge would give 0/0, so I add a small number to the denominator."

# %%
f = np.sin(np.pi * x[:, 0])
print("   the same sine in other units: r^2, and r^2 with 0.0001 in the denominator")
for size in (1.0, 0.01, 0.001):
    little = size * phi
    covariance = np.mean((f - f.mean()) * (little - little.mean()))
    safe = covariance**2 / (f.var() * little.var() + 1e-4)
    print(f"   {size:5g} times as large: {r_squared(f, little):.6f}  {safe:.6f}")
    np.testing.assert_allclose(r_squared(f, little), r_squared(f, phi), rtol=1e-12)
assert safe < 0.01
print()

# %% [markdown]
# A network chooses the units of its hidden nodes itself (lesson 09a). In small ones a perfect sine
# gets a score of nearly 0, and who trusts it deletes the edge.
#
# ## 2. Other names
#
# **Predict:** for which of the three edges is there more than one good name?

# %%
print("2. Other names: the best four for each edge, with the error")
tables = {name: kn.suggest_symbolic(small, x, *edge) for name, edge in EDGES.items()}
for name, fits in tables.items():
    print(f"   {name}: " + ", ".join(f"{fit.symbol.name} {fit.error:.0e}" for fit in fits[:4]))
assert [fits[0].symbol.name for fits in tables.values()] == ["sin", "x^2", "exp"]
close = [sum(fit.error < 1e-3 for fit in fits) for fits in tables.values()]
assert close[0] == 1 < 3 <= min(close[1:])

# %% [markdown]
# **Answer:** For the last two. The top of a wide bell is a parabola too, and a piece of sinh is
# nearly an exponential. Among such names the library weighs the error against the complexity of the
# symbol: one unit of complexity costs as much as 0.1 orders of magnitude of error.
#
# **Common mistake:** "$r^2$ = 0.9999, so we have found the function."

# %%
short = np.linspace(-0.1, 0.1, 201)
guesses = {"sin": np.sin, "tanh": np.tanh, "arctan": np.arctan}
print("   a sine seen on [-0.1, 0.1]: 1 - r^2 and the value at x = 2, where the sine is", end="")
print(f" {np.sin(2):.2f}")
figure, ax = plt.subplots(figsize=(9, 4.5))
far, styles = np.linspace(-3, 3, 300), zip((BLUE, ORANGE, GREEN), ("-", "--", ":"), strict=True)
ends = {}
for (name, f), (color, style) in zip(guesses.items(), styles, strict=True):
    r2, a, b = named(f, short, np.sin(short), a=(0.3, 2.0), b=(-0.05, 0.05))
    values = f(a * short + b)
    c, d = np.polyfit(values, np.sin(short), 1)
    ends[name] = c * f(2 * a + b) + d
    print(f"   {name:6}  1 - r^2 = {1 - r2:.0e}   {ends[name]:.2f}")
    ax.plot(far, c * f(a * far + b) + d, style, color=color, lw=3, label=name)
    assert r2 > 0.9999999
ax.axvspan(-0.1, 0.1, color=GRAY, alpha=0.4, lw=0)
ax.set(xlabel="$x$ (shaded: where the curve was seen)", ylabel="$c\\,f(a x + b) + d$")
ax.legend()
show(
    figure,
    "09b_short",
    "Sine, tanh and arctan agree near 0, where they were fitted, and part beyond 1.",
)
assert np.ptp(list(ends.values())) > 0.1

# %% [markdown]
# Little to see, much to guess. A score says how well a name describes what was seen.
#
# ## 3. The data are the judge
#
# A name is a claim about the data, so let the data decide. `kn.symbolify` makes an edge a symbol,
# whose four numbers are trained like any others, and trains the network again. A wrong name cannot
# be trained away. The right one takes the error of the splines with it.
#
# **Predict:** sine and parabola are settled. Three names are possible for the last edge, all with
# $r^2 > 0.99999$. What error is left with each?

# %%
errors = {}
for fit in tables["the sum to f"][:3]:
    given = {(0, 0, 0): "sin", (0, 0, 1): "x^2", (1, 0, 0): fit.symbol}
    errors[fit.symbol.name] = rmse(kn.symbolify(small, x, y, edges=given))
    assert 1 - fit.error**2 > 0.99999
print(f"3. The data are the judge: test RMSE after training, splines {rmse(small):.0e}")
table(["the sum to f", "RMSE"], errors.items())
assert errors["exp"] <= 1e-12
assert min(error for name, error in errors.items() if name != "exp") > 1e-6

# %% [markdown]
# **Answer:** One name is right to the last digit, the others keep an error. Without `edges`,
# `kn.symbolify` does all this by itself: it starts with the clearest edge, tries the best names for
# each, and keeps one only if the error of the network allows it.
#
# ## On your own
#
# Close this file and write the score from memory: `make exercise N=9.2`. A constant has none.
#
# 1. For which range of x does the table of the first edge have a second name with an error below
#    0.002?
# 2. (open) Give `kn.symbolify` a function of your own, `kn.Symbol("sinc", f, (df,))`, and data that
#    need it. How close must a wrong function of the library come, to be taken instead?
#
# ## Further reading
#
# - Z. Liu et al., *KAN: Kolmogorov-Arnold Networks*, arXiv 2404.19756, section 2.5: symbols, on
#   this very function.
# - G. Schwarz, *Estimating the dimension of a model*, Annals of Statistics 6, 461 (1978): how much
#   error a simpler model may cost.
