# %% [markdown]
# # Lesson 14c: Formulas that are not there
#
# **Question.** A search for formulas nearly always answers. When is the answer no law?
#
# **You will learn:**
# - what happens if the function is not in the library, and if the noise leaves room for many;
# - to read a certificate for what it says, and for what it does not;
# - to ask a formula the two questions that reveal it.
#
# **You need:** lessons 09b (naming an edge), 09c (formula and certificate) and 14b (outside the
# data).
#
# **Time:** 20 minutes to read, 10 seconds to run.

# %%
import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GRAY, ORANGE, show, table
from scipy.special import airy

import kan_numpy as kn

DEGREE, SIGMA, N = 3, 0.3, 100  # of all splines; noise and samples of sections 2 and 3
GUESSES = ("tanh", "sin", "arctan")  # what an edge may become


def rms(values):
    return float(np.sqrt(np.mean(np.square(values))))


def one_edge(x, y, G):
    return kn.fit(kn.KAN([1, 1], G, DEGREE, rng=0), x, y, steps=20).network


# %% [markdown]
# ## 1. A function that is in no library
#
# The Airy function $Ai(8x)$ solves $u'' = 8^3 x\, u$. It oscillates to the left and decays to the
# right, and it is no elementary function. A symbol f is compared with an edge $\phi$ by the best
# $c\, f(a x + b) + d$: for given a and b the numbers c and d are a linear fit, and what it leaves,
# over the spread of $\phi$, is the *miss* of the symbol. So the search over a and b can be written
# in a few lines.
#
# **Predict:** what does a search among all the symbols of the library answer?

# %%
x = np.random.default_rng(0).uniform(-1, 1, (500, 1))
y = airy(8 * x)[0]
net = one_edge(x, y, 40)
phi = net.layers[0].edges(x)[:, 0, 0]  # (N,)


def miss(f, a, b):
    """Return what the best c f(a x + b) + d leaves of phi, over the spread of phi."""
    A = np.column_stack([f(a * x[:, 0] + b), np.ones(len(x))])
    c, d = np.linalg.lstsq(A, phi, rcond=None)[0]
    return rms(A @ (c, d) - phi) / phi.std()


guesses = kn.suggest_symbolic(net, x, 0, 0, 0, top=100)  # all of them
nearest = min(guesses, key=lambda guess: guess.error)
by_hand = miss(nearest.symbol, *nearest.affine[:2])
coarse = min(miss(np.sin, a, b) for a in np.arange(1, 20, 0.5) for b in np.arange(-1.5, 1.6, 0.25))
unknown = kn.formula(kn.symbolify(net, x, y), x=x, y=y, digits=3)
print(f"1. Ai(8x): {unknown}. It stays a spline.")
print(
    f"   The nearest of {len(guesses)} symbols, {nearest.symbol.name}, misses {nearest.error:.0%}"
)
print(f"   By hand: {by_hand:.0%}; the best sine on a coarse grid of a and b: {coarse:.0%}\n")
np.testing.assert_allclose(by_hand, nearest.error, rtol=1e-3)
assert nearest.error > 0.5
assert coarse > nearest.error
assert str(unknown).startswith("s_0_0_0(x0)")  # and the mean of y

# %% [markdown]
# **Answer:** none. The nearest symbol misses more than half of the spread, so the edge stays a
# spline, and the formula says so with the name s. That is the good case: a large miss cannot be
# overlooked.
#
# ## 2. Noise leaves room for many
#
# The bad case has small misses. Take $\tanh 2x$ again, 100 samples on [-1, 1], with noise of size
# 0.3, and three symbols to choose from. `kn.discover` finds a formula. Beside it we fit the right
# form, $c \tanh(a x + b) + d$, to the same samples.
#
# **Predict:** which of them fits the 100 samples best: what was found, the right form fitted, or
# the true function $\tanh 2x$ itself?


# %%
def draw(seed):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, (N, 1))
    return x, np.tanh(2 * x) + SIGMA * rng.standard_normal((N, 1))


x, y = draw(1)
start = kn.KAN([1, 1], 3, DEGREE, rng=0)
answer = kn.discover(start, x, y, functions=GUESSES, progress=False)
right_form = kn.symbolify(one_edge(x, y, 3), x, y, edges={(0, 0, 0): "tanh"})
candidates = {
    f"found: {answer}": answer,
    "c tanh(a x + b) + d": right_form,
    "truth: tanh(2x)": lambda x: np.tanh(2 * x),
}
inside, outside = np.linspace(-1, 1, 500)[:, None], np.linspace(1, 3, 500)[:, None]
rows = []
for name, g in candidates.items():
    off = [rms(g(points) - np.tanh(2 * points)) for points in (inside, outside)]
    rows.append((name, rms(g(x) - y), *off))
print(f"2. {N} samples of tanh(2x), sigma = {SIGMA}: RMSE on them, and against the truth")
table(("", "samples", "inside", "from x = 1 to 3"), rows)
print("   The certificate of what was found:")
print("   " + str(answer.certificate).replace("\n", "\n   ") + "\n")

# %% [markdown]
# **Answer:** both fitted formulas, alike, and both better than the truth: they fit some of the
# noise as well. The data cannot tell which is the law, and `discover` had to choose.
#
# **Common mistake:** the certificate is good, so the formula is the law.

# %%
found_row, tanh_row, truth_row = rows
assert "sin" in str(answer)
assert answer.certificate.after.rms < 0.05  # the certificate is good
assert found_row[1] < truth_row[1] < 1.1 * found_row[1]
assert abs(found_row[1] - tanh_row[1]) < 0.02 * truth_row[1]
assert found_row[2] < 0.15  # and inside it is nearly right
assert found_row[3] > 3 * max(found_row[2], tanh_row[3])  # but it is no law

fig, ax = plt.subplots(figsize=(8.5, 5))
far = np.linspace(-1.2, 3, 400)[:, None]
ax.axvspan(-1, 1, color=GRAY, alpha=0.2, lw=0)
ax.plot(x, y, "o", color="black", ms=4, mfc="white", label="samples")
ax.plot(far, np.tanh(2 * far), color=GRAY, lw=7, alpha=0.5, label="truth")
ax.plot(far, answer(far), color=ORANGE, lw=2.5, label="found")
ax.plot(far, right_form(far), "--", color=BLUE, lw=2.5, label="right form")
ax.set(xlabel="$x$", ylabel="$y$", ylim=(-2, 2))
ax.legend(loc="lower right", ncols=2)
show(fig, "14c_formulas", "Two formulas agree on noisy samples and part where there are none.")

# %% [markdown]
# The certificate is honest, and easily misread. Its *rms* says that the formula is the network, up
# to digits that noise makes worthless, not that it is the law. Its *rmse* says how well it fits
# these samples, and noise is fitted as well. Neither looks outside the data.
#
# ## 3. Two questions
#
# Ask a formula about samples from elsewhere: that is the last column above, if one can get any. And
# draw the samples again: does it come back? (To save time `kn.symbolify` answers here, which is the
# last step of `kn.discover`.)
#
# **Predict:** eight new draws of 100 samples. Does the sine come back, and do its numbers?

# %%
print("3. Eight draws of the samples: what is found, and its value at x = 3, where tanh(6) = 1.000")
rows, frequencies = [], []
for seed in range(2, 10):
    x, y = draw(seed)
    again = kn.symbolify(one_edge(x, y, 3), x, y, functions=GUESSES)
    rows.append((str(kn.formula(again).round(2)), float(again([[3.0]])[0, 0])))
    frequencies.append(abs(float(rows[-1][0].partition("sin(")[2].partition("*")[0])))
table(("formula", "at x = 3"), rows)
print(f"   The frequencies lie between {min(frequencies)} and {max(frequencies)}.")
assert all("sin" in text for text, _ in rows)
assert max(frequencies) > 1.5 * min(frequencies)
assert np.ptp([value for _, value in rows]) > 0.5

# %% [markdown]
# **Answer:** the sine comes back each time, and is wrong each time: of three symbols it happens to
# bend like an edge that was fitted to such noise. A name that comes back proves little if there are
# three names. Its numbers do not come back, neither the frequency nor the value at x = 3. The
# numbers of a law are the same in every draw, up to the noise. With less of it the tanh is found
# each time (lesson 14b).
#
# ## 4. What to remember
#
# | It fails because of | One sees it at | What helps |
# |---|---|---|
# | noise (08c) | a train error below the noise | a coarser grid, stopping in time, more samples |
# | kinks, jumps (03b) | a slope of -3/2 or -1/2 | knots in the right place |
# | dimension (14a) | a test error that grows with d | structure, fewer inputs |
# | pairs without effects of their own (14a) | inputs missing after pruning | open |
# | the end of the data (14b) | samples off the grid | the tangent, for a while; the right symbol |
# | a symbol chosen in noise (14c) | other symbols or numbers for other samples | less noise |
#
# ## On your own
#
# The second line of the table, for any function.
# Close this file and write the knots from memory: `make exercise N=14.2`.
# Then write the essay (`make exercise N=14.4`): referee a claim with this table.
#
# 1. *Medium.* Halve the noise until the tanh is found in eight draws of eight. How large is
#    $\sigma$ then, and what do four times as many samples do instead?
# 2. *Open.* Take a published formula that a program found. Was it asked the two questions?
#
# ## Further reading
#
# - S.-M. Udrescu and M. Tegmark, *AI Feynman: a physics-inspired method for symbolic regression*,
#   arXiv 1905.11481: how noise limits what can be found.
# - C. de Boor, *A Practical Guide to Splines*, Springer 2001, chapter IX: repeated knots.
