# %% [markdown]
# # Lesson 09e: What a search is told
#
# **Question.** By which rules does `kn.discover` choose a formula, and what can you change?
#
# **You will learn:**
# - on which samples a certificate is measured, and what a threshold costs;
# - how a formula is chosen when there is noise, by hand and by `kn.discover`;
# - every option of a search, and when to turn it.
#
# **You need:** 09a (a price on edges), 09c (a certificate).
#
# **Time:** 15 minutes to read, 30 seconds to run.

# %%
import warnings
from dataclasses import fields

import matplotlib.pyplot as plt
import numpy as np
from _page import show, table

import kan_numpy as kn

N, NOISE = 300, 0.02
rng = np.random.default_rng(0)
x = rng.uniform(-1, 1, (N, 2))
clean = x[:, :1] ** 2 + 0.1 * np.sin(3 * x[:, 1:])
noisy = clean + NOISE * rng.standard_normal((N, 1))
start = kn.KAN([2, 1], grid_size=3, rng=0)


def search(y, seconds=None, **options):
    """Return what is found with some options, and the warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = kn.discover(
            *(start, x, y, ["x", "y"]),
            functions=["x", "x^2", "sin"],  # few, so that this page is fast
            options=kn.SearchOptions(**options),
            seconds=seconds,
        )
    return found, [str(warning.message) for warning in caught]


# %% [markdown]
# ## 1. Samples that nobody has seen
#
# The data are 300 samples of $y = x_1^2 + 0.1 \sin 3 x_2$. Before anything is fitted, the fraction
# `aside` of them is put aside. The certificate is measured there.
#
# **Predict:** `aside` is 0.1. On how many samples does "exact" rest, and on how many with 0.5?

# %%
found, _ = search(clean)
half, _ = search(clean, aside=0.5)
print("1. Put aside")
print(f"   {found}, {found.certificate.conclusion}")
print(f"   {half}, {half.certificate.conclusion}")
assert str(found) == str(half) == "0.1*sin(3*y) + x**2"
assert (found.certificate.samples, half.certificate.samples) == (30, 150)
assert found.certificate.exact
assert half.certificate.exact

# %% [markdown]
# **Answer:** on 30, and on 150. For an exact formula both are plenty: no wrong one hits 30 numbers
# by chance. With noise, more samples aside tell the error better, and fewer are left to find the
# formula in.
#
# ## 2. Small terms
#
# Edges below a threshold are pruned, as in lesson 09a. The sine makes up a quarter of the spread of
# y.
#
# **Predict:** what is found with a threshold of 0.5?

# %%
coarse, _ = search(clean, threshold=0.5)
print("2. A threshold of 0.5")
print(f"   {coarse}, {coarse.certificate.conclusion}")
assert str(coarse) == "x**2"
assert not coarse.certificate.exact
assert 0.2 < coarse.certificate.relative < 0.3

# %% [markdown]
# **Answer:** $x_1^2$, and the certificate says what is missing: an error of a quarter. To the
# search the sine looks like noise.
#
# **Common mistake:** "A larger threshold makes the formula simpler, and costs no more than small
# terms." It costs the formula: only one is exact, and the next is not near it.

# %%
ratio = coarse.certificate.relative / max(found.certificate.relative, 1e-16)
print(f"   the error is {ratio:.0e} times that of the exact formula")
assert ratio > 1e12

# %% [markdown]
# ## 3. Which formula, when none is exact?
#
# With noise, more numbers always fit better. Let $L$ be the share of the variance of y that is
# left, $P$ the numbers of a formula, and $C$ the complexity of its functions. The search takes the
# formula with the smallest
#
# $$N \log L + (P + C) \log N .$$
#
# Let us do that by hand, with polynomials of degree 0 to 8 in both inputs, and with the right
# formula.
#
# **Predict:** which degree has the smallest criterion, and is it below that of the right formula?


# %%
def criterion(columns, complexity=0):
    """Return log L and the criterion of the best linear combination of columns (N, P)."""
    A = np.column_stack(columns)
    left = noisy[:, 0] - A @ np.linalg.lstsq(A, noisy[:, 0], rcond=None)[0]
    log_loss = np.log(np.mean(left**2) / noisy.var())
    return log_loss, N * log_loss + (A.shape[1] + complexity) * np.log(N)


x1, x2, one = x[:, 0], x[:, 1], np.ones(N)
degrees = range(9)
rows = [
    criterion([one, *(v**p for v in (x1, x2) for p in range(1, degree + 1))]) for degree in degrees
]
right = criterion([one, x1**2, np.sin(3 * x2)], complexity=2)
best = int(np.argmin([value for _, value in rows]))
print("3. The criterion")
table(["degree", "log L", "criterion"], [[d, *row] for d, row in zip(degrees, rows, strict=True)])
print(f"   best degree {best}: {rows[best][1]:.0f}; the right formula: {right[1]:.0f}")
assert best == 5
assert right[1] < rows[best][1] - 20
assert all(np.diff([log_loss for log_loss, _ in rows]) < 0)

fig, ax = plt.subplots(figsize=(6.4, 3.4))
ax.plot(degrees, [N * log_loss for log_loss, _ in rows], "--", label=r"$N \log L$")
ax.plot(degrees, [value for _, value in rows], "o-", label="criterion")
ax.axhline(right[1], ls=":", color="black", label="criterion of the right formula")
ax.set(xlabel="degree of the polynomial", ylabel="the smaller the better")
ax.legend()
show(fig, "09e_criterion", "N log L falls with each degree; the criterion is least for degree 5.")

# %% [markdown]
# **Answer:** degree 5, and no: the right formula leaves as little with fewer numbers. `kn.discover`
# does the same with whatever it finds. First it must know that there is noise: so many (`agreeing`)
# networks of different shapes leave the same.
#
# **Predict:** what does it say about y that is nothing but noise?

# %%
found, _ = search(noisy)
nothing, warned = search(rng.standard_normal((N, 1)))
print(f"   noisy: {found}, {found.candidates[0].why}")
print(f"   noise: {nothing}, {warned[0]}")
assert str(found) == "0.101*sin(3.01*y) + 0.996*x**2"
assert "no network explains the data" in warned[0]
assert nothing.certificate.relative > 0.95

# %% [markdown]
# **Answer:** it warns that no network explains the data. What it returns is the least bad, a line.
#
# ## 4. Time
#
# `seconds=` limits a search, and Ctrl-C ends it: the best so far is returned, and a warning says
# what was not tried.

# %%
hasty, warned = search(clean, seconds=0.3)
print("4. A third of a second")
print(f"   {hasty}, {warned[0]}")
assert "time is up" in warned[0]
assert not hasty.certificate.exact

# %% [markdown]
# ## 5. All options
#
# The fields of `kn.SearchOptions`, and what to turn them for:

# %%
WHY = {
    "fewest_samples": "fewer samples than 20, if you must",
    "aside": "a certificate on more samples, or more to learn from",
    "least_aside, most_aside": "bounds on the number of samples put aside",
    "samples, final_samples": "how many choose a formula, and its last digits",
    "zero_is_far": "years, not ages: from which distance zero means nothing",
    "strength, threshold": "smaller if a small term is missed",
    "smallest_term": "how small a missed term may be",
    "starts, ranked_after": "more if another start finds what this one missed",
    "finer, good": "finer grids if a curve has many waves",
    "close": "larger: more networks are turned into formulas",
    "close_in_noise": "smaller if the formula is too simple",
    "near_in_noise": "larger if a network is near, but no formula",
    "agreeing": "larger if structure was taken for noise",
    "label_smoothing": "how sure a classifier may be",
    "unexplained": "from which error on it warns",
    "ideas": "the share of the time before networks are trained",
    "finishing, seconds_to_finish": "the time for the last digits",
    "seconds_for_others": "the time for each other candidate",
}
print("5. Options")
options = [name for names in WHY for name in names.split(", ")]
for names, why in WHY.items():
    print(f"   {names:29} {why}")
assert sorted(options) == sorted(field.name for field in fields(kn.SearchOptions))

# %% [markdown]
# ## On your own
#
# Close this file and write down the criterion of section 3, then `fold` of lesson 09c:
# `make exercise N=9.3`.
#
# 1. For which `NOISE` is the sine lost? Compare with $C + P$ of it, times $\log N$.
# 2. (open) Which option would you remove, and how would you show that it is not missed?
#
# ## Further reading
#
# - G. Schwarz, *Estimating the dimension of a model*, Ann. Stat. 6, 461 (1978): the criterion.
