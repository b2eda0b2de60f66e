# %% [markdown]
# # Lesson 14a: Dimension
#
# **Question.** Do KANs beat the curse of dimensionality?
#
# **You will learn:**
# - to read the condition of a theorem before its conclusion;
# - to tell a function that is built like a network from one that is only smooth;
# - to find the few inputs that matter among a hundred, and to say when that fails.
#
# **You need:** lessons 01a (the theorem), 08c (how errors fall), 09a (scores) and 10b (a fair
# contest).
#
# **Time:** 20 minutes to read, 15 seconds to run.

# %%
import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GRAY, ORANGE, show, table

import kan_numpy as kn

DEGREE, N = 3, 1000  # of all splines; samples in a box of any dimension
DIMENSIONS = (1, 2, 4, 8)


def rms(values):
    return float(np.sqrt(np.mean(np.square(values))))


# %% [markdown]
# ## 1. Two smooth functions of many inputs
#
# To fill a box of d inputs with a grid of n points to a side takes $n^d$ points: three to a side
# are $3^8 = 6561$ in eight dimensions. That is the curse. The paper's theorem 2.1 says: *if* a
# function is composed of few smooth functions of one variable, the exponent with which the error of
# a KAN falls does not depend on d. The condition carries all the weight. Here are two smooth
# functions,
#
# $$f = \exp\Big(\frac{1}{\sqrt d} \sum_i \sin \pi x_i\Big), \qquad
#   g = \sqrt{\frac{2}{M}} \sum_{m=1}^{M} \cos(w_m \cdot x + b_m),$$
#
# with M = 300 random waves: each $b_m$ is uniform on $[0, 2\pi]$, each number in $w_m$ normal with
# mean 0 and standard deviation 1 / 0.7. The first is a network [d, 1, 1]. The second is a network,
# too, but with 300 hidden nodes: nothing simple is behind it. For both we train a KAN [d, 5, 1] and
# an MLP with 1000 samples, and 250 more choose when to stop.
#
# **Predict:** an error of 1 is that of predicting the mean. What is left of it at d = 8, for f and
# g?


# %%
def composed(x):
    return np.exp(np.sin(np.pi * x).sum(axis=1, keepdims=True) / np.sqrt(x.shape[1]))


def waves(x):
    rng = np.random.default_rng(0)
    w, b = rng.standard_normal((x.shape[1], 300)) / 0.7, rng.uniform(0, 2 * np.pi, 300)
    return np.sqrt(2 / 300) * np.cos(x @ w + b).sum(axis=1, keepdims=True)


def learn(f, net):
    """Return the test error over the spread, after training with early stopping."""
    rng = np.random.default_rng(1)
    x, check, test = (rng.uniform(-1, 1, (n, net.widths[0])) for n in (N, N // 4, 2000))
    adapt_at = (5,) if isinstance(net, kn.KAN) else ()
    early = {"validation": (check, f(check)), "patience": 10}
    net = kn.fit(net, x, f(x), steps=30, adapt_at=adapt_at, **early).network
    return rms(net(test) - f(test)) / float(f(test).std())


contenders = {
    "f, KAN [d, 5, 1]": (composed, lambda d: kn.KAN([d, 5, 1], 5, DEGREE, rng=1)),
    "f, MLP [d, 20, 20, 1]": (composed, lambda d: kn.MLP([d, 20, 20, 1], rng=1)),
    "g, KAN [d, 5, 1]": (waves, lambda d: kn.KAN([d, 5, 1], 5, DEGREE, rng=1)),
    "g, MLP [d, 20, 20, 1]": (waves, lambda d: kn.MLP([d, 20, 20, 1], rng=1)),
}
curves = {name: [learn(f, net(d)) for d in DIMENSIONS] for name, (f, net) in contenders.items()}
print("1. 1000 samples in more and more dimensions: error over spread, one start each")
table(("", *(f"d = {d}" for d in DIMENSIONS)), ((name, *curve) for name, curve in curves.items()))

fig, ax = plt.subplots(figsize=(9, 5.2))
styles = (BLUE, "o-"), (BLUE, "s--"), (ORANGE, "^-"), (ORANGE, "v:")
for (name, curve), (color, style) in zip(curves.items(), styles, strict=True):
    ax.loglog(DIMENSIONS, curve, style, color=color, lw=2.5, ms=8, label=name)
ax.axhline(1, color=GRAY, ls=":")
ax.text(1, 0.7, "no better than the mean", va="top")
ax.set(xlabel="number of inputs $d$", ylabel="error over spread", ylim=(5e-6, 2))
ax.set_xticks(DIMENSIONS, DIMENSIONS)
ax.minorticks_off()
ax.legend(loc="lower right")
show(fig, "14a_dimension", "At eight inputs only the KAN for f is far below the error of the mean.")

# %% [markdown]
# **Answer:** the KAN still learns f; g is lost for everybody.
#
# **Common mistake:** a theorem says so: KANs beat the curse of dimensionality.

# %%
f_kan, f_mlp, g_kan, g_mlp = (np.array(curve) for curve in curves.values())
assert 3**8 == 6561 > N
assert f_kan[-1] < 0.05 < 0.2 * f_mlp[-1]  # where the condition holds, at d = 8
for curve in (g_kan, g_mlp):  # where it does not
    assert curve[0] < 1e-3
    assert curve[-1] > 0.7
assert g_mlp[2] < 0.5 * g_kan[2]  # at d = 4 the MLP is better
assert 0.5 * g_mlp[2] < f_mlp[2] < 2 * g_mlp[2]
assert kn.KAN([4, 5, 1], 5, DEGREE).size < kn.MLP([4, 20, 20, 1]).size

# %% [markdown]
# At d = 8 a thousand points are not enough for anybody who knows only that g is smooth. At d = 4
# they are, and it is the KAN that cannot use them: the MLP is more than twice as good. With f it is
# the other way round. In itself f is hardly easier at d = 4: the MLP misses both by about as much.
# But f is a sum inside an exponential, and this is the form of a KAN.
#
# ## 2. Few inputs among many
#
# Functions of many inputs may use only a few of them. Which ones? *Attribution* carries the spread
# of the outputs back to the inputs. Node o of the last level has $A_o = std(y_o)$, a standard
# deviation over the samples, and layer after layer
#
# $$A_i = \sum_o A_o\, \frac{std(\phi_{o,i})}{std(y_o)}.$$
#
# Divided by std(y), this is the *score* of an input. Train roughly, remove the inputs with a small
# score, train again. Here four inputs of a hundred matter, a, b, c and d, once in
# $\sin \pi a + b^2 + (1 + c)(1 + d)$ and once in $\sin \pi a + b^2 + c\, d$.
#
# **Predict:** the two differ in nothing but the linear terms c and d. In which one are c and d
# found?


# %%
def four_of_many(seed, product):
    """Return samples of a function of four inputs of a hundred, and which are a, b, c and d."""
    rng = np.random.default_rng(seed)
    four, x = rng.choice(100, 4, replace=False), rng.uniform(-1, 1, (N, 100))
    a, b, c, d = x[:, four].T
    return x, (np.sin(np.pi * a) + b**2 + product(c, d))[:, None], four


def rough(x, y, seed):
    net = kn.KAN([100, 2, 1], 3, DEGREE, rng=seed)
    return kn.fit(net, x, y, kn.LBFGS(), steps=60, adapt_at=[5]).network


def attribution(net, x):
    """Return the score of each input of a network with one hidden level."""
    first, last = net.layers
    u, _ = first.forward(x)  # (N, 2)
    A = last.edges(u)[:, 0].std(axis=0)  # (2,): the spread of y itself cancels
    return (A / u.std(axis=0)) @ first.edges(x).std(axis=0) / net(x).std()


print("2. Scores of the four inputs that matter, and the largest of the 96 others")
products = {"(1 + c)(1 + d)": lambda c, d: (1 + c) * (1 + d), "c d": lambda c, d: c * d}
rows, margin = [], {name: [] for name in products}
for (name, product), seed in [(item, seed) for item in products.items() for seed in range(4)]:
    x, y, four = four_of_many(seed, product)
    net = rough(x, y, seed)
    scores = attribution(net, x)
    np.testing.assert_allclose(scores, kn.input_scores(net, x), rtol=1e-10)
    other = np.delete(scores, four).max()
    margin[name].append(scores[four].min() / other)
    rows.append((name, seed, *scores[four].tolist(), other))
    if (name, seed) == ("(1 + c)(1 + d)", 3):
        few = x[:, np.sort(np.argsort(scores)[-4:])]  # the four inputs that stand out
        again = kn.fit(kn.KAN([4, 5, 1], 5, DEGREE, rng=0), few, y, steps=30, adapt_at=(5,)).network
        left = rms(again(few) - y) / y.std(), rms(net(x) - y) / y.std()
table(("with", "data", "a", "b", "c", "d", "others"), rows)
print(
    f"   Trained with all inputs {left[1]:.1e} of the spread is left, with the four {left[0]:.1e}."
)
assert left[0] < 0.1 * left[1]
assert min(margin["(1 + c)(1 + d)"]) > 1.5
assert sorted(margin["c d"])[1] < 1  # in two data sets an input that matters drowns

# %% [markdown]
# **Answer:** in the first one. There all four stand out, the other 96 can go, and the trouble with
# dimension is over. Without the linear terms neither c nor d does anything by itself: the mean of
# $c\, d$ over d is zero for every c. A rough first training does not see what only shows in pairs,
# or sees it by luck. Then the score of c or d is below that of inputs without any influence, and
# what is pruned never comes back. No score finds what the network has not found.
#
# So no: KANs do not beat the curse. They are good at functions that have their form.
#
# ## On your own
#
# How fine may a grid be for so many samples, if there is noise as well? Close this file and write
# the search for the best grid from memory: `make exercise N=14.1` (the two terms are those of
# lesson 08c).
#
# 1. *Medium.* Find the product c d after all: try more samples, more hidden nodes and
#    Levenberg-Marquardt. What does each cost, and which data sets resist?
# 2. *Open.* For g, try the width 2d + 1 of the Kolmogorov-Arnold theorem. It says that a network of
#    this width can be equal to g. Why does that not help?
#
# ## Further reading
#
# - Z. Liu et al., *KAN: Kolmogorov-Arnold Networks*, arXiv 2404.19756: theorem 2.1, its condition.
# - Z. Liu et al., *KAN 2.0: Kolmogorov-Arnold Networks Meet Science*, arXiv 2408.10205:
#   attribution.
