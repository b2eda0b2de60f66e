# %% [markdown]
# # Lesson 11a: Why it remembers
#
# **Question.** A network learns one task after the other, and never sees old data again. When does
# it keep what it knew?
#
# **You will learn:**
# - that among many solutions that fit equally well, only one remembers;
# - to predict from the support of the bumps which coefficients a task can change;
# - what damping and weight decay keep small.
#
# **You need:** 02a (bumps), 03b (least squares), 07b (Levenberg-Marquardt).
#
# **Time:** 15 minutes to read, 3 seconds to run.

# %%
import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GRAY, ORANGE, show, table

import kan_numpy as kn

CENTERS = (-0.8, -0.4, 0.0, 0.4, 0.8)  # of the peaks
G, DEGREE = 200, 3  # grid intervals and degree of the splines
STEPS = 40  # of Levenberg-Marquardt in each phase, at most


def rms(values):
    return float(np.sqrt(np.mean(np.square(values))))


# %% [markdown]
# ## 1. The least change
#
# The target is a row of five peaks. Each phase shows 100 samples around one of them, and the phases
# before are gone (arXiv 2404.19756, figure 3.4):
#
# $$f(x) = \sum_m e^{-300 (x - a_m)^2}, \qquad \text{phase } m:\ x \in [a_m - 0.2,\ a_m + 0.2],
#   \quad a_m = -0.8, -0.4, 0, 0.4, 0.8.$$
#
# The network is the smallest there is: [1, 1], one edge, $y = \sum_j c_j B_j(x)$, splines only. It
# is linear in $c$, so a phase is a least-squares problem. But 100 samples in a fifth of the grid do
# not decide 203 coefficients. Which solution do we want? The one that *changes* least:
#
# $$c \leftarrow c + \delta, \qquad \delta = \arg\min |\delta|
#   \ \text{ among all } \delta \text{ that minimize } |B \delta - (y - B c)|.$$
#
# `np.linalg.lstsq` gives just that, if it is asked for the residual $y - B c$. Asked for $y$
# itself, it gives the *smallest* $c$. On the samples of the phase both fit equally well.
#
# **Predict:** what does the second version know of the first peak when it has seen the last?


# %%
def peaks(x):
    return np.exp(-300.0 * (x[:, None] - np.array(CENTERS)) ** 2).sum(axis=1)


knots = kn.uniform_knots(-1, 1, G, DEGREE)
phases = [np.linspace(center - 0.2, center + 0.2, 100) for center in CENTERS]
bases = [kn.bspline_basis(x, knots, DEGREE) for x in phases]  # (100, G+k) each
targets = [peaks(x) for x in phases]


def least_change(c, B, y):
    return c + np.linalg.lstsq(B, y - B @ c, rcond=None)[0]


c, smallest, by_hand = np.zeros(G + DEGREE), np.zeros(G + DEGREE), []
for B, y in zip(bases, targets, strict=True):
    c, smallest = least_change(c, B, y), np.linalg.lstsq(B, y, rcond=None)[0]
    by_hand.append(c)
print("1. The least change: RMSE on the last peak and, not seen since, on the first")
found = {
    name: [rms(bases[m] @ theta - targets[m]) for m in (-1, 0)]
    for name, theta in (("least change", c), ("least coefficients", smallest))
}
table(["", "last", "first"], [[name, *errors] for name, errors in found.items()])
assert max(found["least change"]) < 4e-6
assert found["least coefficients"][0] < 4e-6
np.testing.assert_allclose(found["least coefficients"][1], rms(targets[0]), rtol=1e-6)

# %% [markdown]
# **Answer:** Nothing. Its error on the first peak is the RMSE of the answer 0. It matters what one
# keeps small.
#
# **Common mistake:** "A little weight decay does no harm."

# %%
decayed = np.zeros(G + DEGREE)
for B, y in zip(bases, targets, strict=True):
    for _ in range(3000):  # gradient descent, each step pulling every coefficient to 0
        decayed = 0.999 * decayed - 0.3 * B.T @ (B @ decayed - y)
last, first = (rms(bases[m] @ decayed - targets[m]) for m in (-1, 0))
print(f"   gradient descent with weight decay: last peak {last:.4f}, first peak {first:.2f}\n")
assert last < 0.01
assert first > 0.4

# %% [markdown]
# Where samples hold a coefficient, the decay is hardly felt. Where they do not, nothing else is.
#
# ## 2. Training keeps the change small by itself
#
# Levenberg-Marquardt (lesson 07b) solves $(J^T J + \lambda D)\, \delta = -J^T r$. The damping is a
# price on $\delta$, not on $c$. And where no sample lies, a whole column of J is zero: row j of the
# equation reads $\lambda D_{jj} \delta_j = 0$, so $\delta_j = 0$. So `kn.fit`, called phase by
# phase, will do. (`hold=0` leaves the damping alone; what `fit` does by default comes in lesson
# 11b.)
#
# **Predict:** how much worse is it in the end than a spline that sees all five peaks at once?

# %%
net = kn.KAN([1, 1], grid_size=G, degree=DEGREE, base="zero")
net, stages, rows = net.with_theta(np.zeros(net.size)), [], []
for m, (x, y) in enumerate(zip(phases, targets, strict=True)):
    net = kn.fit(net, x[:, None], y[:, None], steps=STEPS, hold=0.0).network
    stages.append(net)
    errors = [rms(B @ net.theta - y) for B, y in zip(bases, targets, strict=True)]
    rows.append([f"after phase {m + 1}", *errors])
    assert max(errors[: m + 1]) < 4e-6
    np.testing.assert_allclose(net.theta, by_hand[m], rtol=0, atol=1e-9)
print("2. Training keeps the change small: kn.fit, phase by phase, RMSE on each peak")
table(["", *(f"peak {m + 1}" for m in range(5))], rows)
B, y = np.concatenate(bases), np.concatenate(targets)
at_once, in_phases = rms(B @ np.linalg.lstsq(B, y, rcond=None)[0] - y), rms(B @ net.theta - y)
print(f"   all five peaks: {in_phases:.5e}; the best spline, fitted at once: {at_once:.5e}\n")
assert 0 <= in_phases / at_once - 1 < 1e-4

# %% [markdown]
# **Answer:** Not at all, to four digits. Nothing is forgotten: no spline on these knots does
# better, even if it sees everything at once.
#
# ## 3. Why: the support of a bump
#
# $B_j$ is zero outside $k + 1$ neighboring intervals. A sample at $x$ depends on $k + 1$
# coefficients, so it can only change those, and only they decide what the network says at $x$.
#
# **Predict:** a phase covers 40 of the 200 intervals. How many coefficients move? How many of them
# had a phase before moved already?

# %%
thetas = np.array([np.zeros(net.size), *(stage.theta for stage in stages)])
changes = np.abs(np.diff(thetas, axis=0))  # (5, G+k)
# Each phase begins and ends on a knot, up to rounding: there 1e-12 stands for 0.
touched = np.array([np.any(B > 1e-12, axis=0) for B in bases])  # (5, G+k)
counts, both = touched.sum(axis=1), touched.astype(int) @ touched.T
print("3. Why: coefficients that each phase can move:", *counts, f"of {net.size}")
print("   shared by phase 1 and phases 2 to 5:", *both[0, 1:])
shared = changes[1:][touched[:-1] & touched[1:]].max()
print(f"   the shared ones, once learned, moved by {shared:.0e}")
assert np.all(counts == 40 + DEGREE)
assert list(both[0]) == [43, DEGREE, 0, 0, 0]
assert changes[~touched].max() < 1e-12
assert shared < 1e-4

line = np.linspace(-1.0, 1.0, 1001)
figure, axes = plt.subplots(2, 5, figsize=(14, 5.5), sharex="row", sharey="row")
for m, (curve, bars) in enumerate(axes.T):
    curve.axvspan(CENTERS[m] - 0.2, CENTERS[m] + 0.2, color=ORANGE, alpha=0.25, lw=0)
    curve.plot(line, peaks(line), color=GRAY, ls=":", lw=1.5)
    curve.plot(line, stages[m](line[:, None]), color=BLUE, lw=2)
    curve.set(title=f"after phase {m + 1}", xlabel="$x$", xticks=[-1, 0, 1])
    bars.vlines(np.flatnonzero(touched[m]), 1e-10, changes[m][touched[m]], color=ORANGE, lw=1.5)
    bars.set(xlabel="$j$", xlim=(-5, net.size + 4), yscale="log", ylim=(1e-10, 3))
axes[0, 0].set_ylabel("network (data: shaded)")
axes[1, 0].set_ylabel(r"change $|\delta_j|$")
show(
    figure,
    "11a_peaks",
    "One peak after the other appears, and each time other coefficients have moved.",
)

# %% [markdown]
# **Answer:** 40 + 3, and three are shared with each neighbor. Those three move next to nothing,
# because both phases want the same of them. All others stay exactly where they are.
#
# All of this hangs on one property: two tasks share next to no parameter. Lesson 11b breaks it.
#
# ## On your own
#
# Close this file and write from memory which coefficients some samples touch, and the least change:
# `make exercise N=11.1` (there every bump counts that is not 0) and `make exercise N=11.2`.
#
# 1. The network began at zero. What changes in the tables and in the figure if it begins at random
#    coefficients?
# 2. (open) Make the phases overlap by half, with targets that contradict each other there. What is
#    remembered?
#
# ## Further reading
#
# - Z. Liu et al., *KAN: Kolmogorov-Arnold Networks*, arXiv 2404.19756: the five peaks.
# - R. M. French, *Catastrophic forgetting in connectionist networks*, Trends in Cognitive Sciences
#   3, 1999.
