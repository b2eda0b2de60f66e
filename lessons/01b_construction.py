# %% [markdown]
# # Lesson 01b: The theorem, carried out
#
# **Question.** Which functions does the Kolmogorov-Arnold theorem build?
#
# **You will learn:**
# - to compute the inner function of a constructive proof, digit by digit;
# - why it need not be a fractal; and to build the outer functions, round by round.
#
# **You need:** lesson 01a. (This lesson is optional: no other one needs it.)
#
# **Time:** 20 minutes to read, 5 seconds to run.

# %%
import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GREEN, show, table

import kan_numpy as kn

M = 4  # there are M + 1 shifted copies of the inner function
ONE = 10**15  # a number x is stored as the integer n = 10^15 x, so that its digits are exact
rng = np.random.default_rng(1)

# %% [markdown]
# ## 1. The inner function, digit by digit
#
# The theorem of lesson 01a promises inner functions that serve every f. Sprecher made all of them
# out of one, $\varphi_{q,p}(x) = \lambda_p\, \psi(x + qa)$ with $q = 0 \dots m$, and $m = 4$ will
# do for two variables. Köppen defines $\psi$ digit by digit. With one digit, $\psi(d) = d$. Every
# further digit adds very little, unless it is 9: that goes half the way to the next number.
#
# $$\psi(0.i_1 \dots i_k) = \begin{cases}
#   \psi(0.i_1 \dots i_{k-1}) + i_k\, 10^{-\beta(k)} & i_k < 9 \\
#   \tfrac12 \big( \psi(0.i_1 \dots i_k - 10^{-k}) + \psi(0.i_1 \dots i_k + 10^{-k}) \big)
#   & i_k = 9 \end{cases} \qquad \beta(k) = 2^k - 1.$$
#
# **Predict:** compute $\psi(0.25)$ and $\psi(0.19)$ with a pencil. How steep does $\psi$ get?


# %%
def weight(k):
    return 10.0 ** (1 - 2**k)  # 0.1, 0.001, 0.0000001, ...


def psi(n):
    """Narrow the interval that holds psi at n / 10^15, digit by digit; psi(x + 1) = psi(x) + 1."""
    low = n // (ONE // 10) / 10
    high = low + 0.1
    for k in range(2, 16):
        digit = n // 10 ** (15 - k) % 10
        middle = (low + 8 * weight(k) + high) / 2  # psi where this digit is 9
        above = np.where(digit == 8, middle, low + (digit + 1) * weight(k))
        high = np.where(digit == 9, high, above)
        low = np.where(digit == 9, middle, low + digit * weight(k))
    return low


by_hand = {0.25: 0.205, 0.19: 0.154, 0.99: 0.954, 0.199: 0.1770004, 0.999: 0.9770004}
for x, value in by_hand.items():
    np.testing.assert_allclose(psi(np.array(round(1000 * x) * (ONE // 1000))), value, rtol=1e-14)
steps = [np.diff(psi(np.arange(10**k + 1) * (ONE // 10**k))) for k in range(1, 6)]
largest = np.array([step.max() for step in steps])
print("1. Largest steps of psi between numbers of 1 to 5 digits:", largest.round(7), "\n")
assert all(step.min() > 0 for step in steps[:3])  # it increases; later steps are lost in rounding
np.testing.assert_allclose(largest[2:] / largest[1:-1], 0.5, rtol=1e-4)

# %% [markdown]
# **Answer:** 0.205, and $(0.108 + 0.2) / 2 = 0.154$. Between numbers that are ten times nearer the
# largest step is still half as large, so the slope of $\psi$ has no bound.
#
# ## 2. Must it be a fractal?
#
# Stretch the axis wherever one of the copies of $\psi$ is steep:
#
# $$u = s(x) = \frac{1}{m + 2} \Big( x + \sum_{q=0}^m \big( \psi(x + qa) - \psi(qa) \big) \Big),
#   \qquad a = 0.0111\dots$$
#
# All terms increase. So when u grows by h, none of them grows by more than $(m + 2)\, h$. And if
# all continuous functions of x can be represented, so can all continuous functions of u.
#
# **Common mistake:** "the inner functions must be fractals, so the theorem is useless."

# %%
A = (ONE // 10 - 1) // 9  # the shift a
n = np.arange(4001) * (ONE // 4000)
n = np.unique(np.append(n, n[400::400] - 1))  # 0.1 and 0.09999..., 0.2 and 0.19999...
copies = np.array([psi(n + q * A) for q in range(M + 1)])  # (m+1, N)
u = (n / ONE + np.sum(copies - copies[:, :1], axis=0)) / (M + 2)
slope_x, slope_u = (np.max(np.diff(copies) / step) for step in (np.diff(n) / ONE, np.diff(u)))
print(f"2. Steepest slope found: {slope_x:.0e} against x, {slope_u:.2f} against u")
assert slope_x > 1e9
assert 0.99 * (M + 2) < slope_u < M + 2 + 1e-6

figure, axes = plt.subplots(1, 2, figsize=(12, 4.5), sharey=True)
axes[0].plot(n / ONE, copies[0], color=BLUE)
axes[0].set(xlabel="$x$", ylabel=r"$\psi$", title="as defined: no bound on the slope")
axes[1].plot(u, copies[0], color=GREEN)
axes[1].set(xlabel="$u = s(x)$", title=f"after the change of scale: slope at most {M + 2}")
show(figure, "01b_psi", "The inner function: steep steps over x; over u its slope is bounded.")

# %% [markdown]
# The slope is at most 6 in u (Fridman, 1967). The price of the theorem is paid outside.
#
# ## 3. Addresses and combs
#
# Put a square at each corner $d = (d_1, d_2)$ of k digits, a little smaller than $10^{-k}$: it ends
# at $d_p + 0.0 \dots 0888\dots$, where $\psi$ has hardly grown. The inner sum
#
# $$\xi(x) = \psi(x_1) + \lambda \psi(x_2), \qquad
#   \lambda = \sum_{r \ge 1} 10^{-\beta(r)} = 0.1010001\dots$$
#
# maps it to a tiny interval, and different squares to *disjoint* ones (the code checks it): a
# number is the address of a square. Give each interval a height, and you have a function $\Phi_0$
# of one variable such that $\Phi_0(\xi(x))$ is whatever you like on each square. Only the strips
# between the squares are missed. Hence the m + 1 copies, shifted by $qa$: $x_1$ lies in a strip of
# at most one of them, and so does $x_2$; at least m - 1 hit. Let each copy carry its share,
# subtract, and go on with smaller squares:
#
# $$\Phi_q(\xi(d^q)) = \frac{f(d)}{m + 1}, \qquad
#   f_{\text{left}}(x) = f(x) - \sum_{q=0}^m \Phi_q(\xi(x + qa)),$$
#
# where $d^q$ is $d + qa$, cut off after k digits. $\Phi_q$ is constant on an interval, zero between
# intervals, and linear on short ramps that join the two: teeth of a comb. Let $f = xy$, with the
# unit square laid over the numbers from 0 to 0.8, so that shifted points stay below 1.
#
# **Predict:** how much of xy is left after a round, if 3 of 5 copies hit? How many teeth do two
# rounds take, with k = 1 and k = 2?

# %%
LAMBDA, SIDE = sum(weight(r) for r in range(1, 5)), 8 * ONE // 10


def xi(n_1, n_2):
    return psi(n_1)[:, None] + LAMBDA * psi(n_2)  # (N_1, N_2)


def comb(f_d, k, q):
    """Return the corners of Phi_q, given f on the numbers d of k digits."""
    step = ONE // 10**k
    d = np.arange(0, SIDE + 1, step) + q * (A // step) * step
    address = xi(d, d).ravel()
    width = 8 * sum(weight(r) for r in range(k + 1, k + 4)) * (1 + LAMBDA)
    order, ramp = np.argsort(address), 0.5 * weight(k + 1)
    y = address[order, None] + [-ramp, 0.0, width, width + ramp]  # (squares, 4)
    assert np.all(np.diff(y.ravel()) > 0), "teeth overlap"
    return y.ravel(), np.outer(f_d.ravel()[order] / (M + 1), [0, 1, 1, 0]).ravel()


def left(n_1, n_2, rounds):
    f = np.outer(n_1 / SIDE, n_2 / SIDE)
    for phi in rounds:
        f = f - sum(np.interp(xi(n_1 + q * A, n_2 + q * A), *phi[q]) for q in range(M + 1))
    return f


def add_round(rounds, k):
    d = np.arange(0, SIDE + 1, ONE // 10**k)
    return [*rounds, [comb(left(d, d, rounds), k, q) for q in range(M + 1)]]


cell = SIDE // 800
n_1, n_2 = np.arange(800) * cell + rng.integers(0, cell, (2, 800))  # one random point in each
in_strip = [(n_1 + q * A) % (ONE // 10) > 8 * (ONE // 90) for q in range(M + 1)]
assert np.sum(in_strip, axis=0).max() == 1
once = add_round([], 1)
twice = add_round(once, 2)
missed = [left(n_1, n_2, rounds) for rounds in ([], once, twice)]
size = np.array([[np.abs(f).max(), np.sqrt(np.mean(f**2))] for f in missed])  # (rounds, 2)
combs = [phi for rounds in twice for phi in rounds]
teeth = sum(y.size // 4 for y, _ in combs)
steepest = max(np.max(np.abs(np.diff(height) / np.diff(y))) for y, height in combs)
print(f"3. What is left of xy, at {n_1.size * n_2.size:,} points")
table(["rounds", "largest", "rms"], [[str(r), *row] for r, row in enumerate(size.tolist())])
print(f"   The combs have {teeth:,} teeth, and slopes up to {steepest:,.0f}.\n")
np.testing.assert_allclose(size[1:] / size[:-1], [[0.37, 0.195], [0.75, 0.42]], atol=0.02)
np.testing.assert_allclose(left(n_1, n_2, add_round(once, 1)), missed[1], rtol=0, atol=1e-14)
assert (teeth, round(steepest, -3)) == (5 * (9**2 + 81**2), 950_000) == (33_210, 950_000)

figure, axes = plt.subplots(1, 2, figsize=(12, 5), width_ratios=(1, 1.6))
for tooth in range(81):
    at, color = slice(4 * tooth, 4 * tooth + 4), plt.get_cmap("viridis")(tooth / 80)
    axes[0].add_patch(plt.Rectangle(np.divide(divmod(tooth, 9), 8), 1 / 9, 1 / 9, color=color))
    axes[1].fill_between(once[0][0][0][at], once[0][0][1][at], color=color, lw=0)
axes[0].set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal", xlim=(0, 1.12), ylim=(0, 1.12))
axes[1].set(xlabel=r"address $\xi$", ylabel=r"$\Phi_0$", title="the outer function after round 1")
show(figure, "01b_comb", "Squares of the plane, and a tooth over the address of each.")

# %% [markdown]
# **Answer:** where only 3 of 5 copies hit, 2 of 5 shares are missing: a ratio of about 2/5. The
# teeth are $5\,(9^2 + 81^2)$. The same k again changes nothing: all five copies hit a corner d, so
# nothing is left there, and the next round sees nothing else.
#
# **Common mistake:** "a KAN learns the functions of the theorem."

# %%
samples, tests = rng.uniform(0.0, 1.0, (2, 1000, 2))
start = kn.KAN([2, 2, 1], grid_size=5, rng=1)
net = kn.fit(start, samples, samples.prod(axis=1, keepdims=True), steps=20, progress=False).network
error = np.sqrt(np.mean((net(tests)[:, 0] - tests.prod(axis=1)) ** 2))
print(f"   two rounds: rms error {size[2, 1]:.0e}; a KAN of {start.size} numbers: {error:.0e}")
assert error < 5e-4 < size[2, 1] / 50

# %% [markdown]
# The theorem stores the smooth xy in tables, with an entry for every square, and slopes near a
# million. A KAN learns smooth functions instead, if there are any.
#
# ## On your own
#
# Close this file and write $\psi$ in any base from memory, in fractions: `make exercise N=1.2`.
# Then take m = 8, the most that base 10 allows. Which ratio do you expect, and what does it cost?
#
# ## Further reading
#
# - D. A. Sprecher, *A numerical implementation of Kolmogorov's superpositions*, Neural Networks 9,
#   1996; M. Köppen, *On the training of a Kolmogorov network*, ICANN 2002.
# - J. Braun and M. Griebel, *On a constructive proof of Kolmogorov's superposition theorem*,
#   Constructive Approximation 30, 2009.
# - B. L. Fridman, *Improving the smoothness of functions in A. N. Kolmogorov's theorem on
#   superpositions*, Doklady 177, 1967.
