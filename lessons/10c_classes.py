# %% [markdown]
# # Lesson 10c: Two classes
#
# **Question.** How does a network say which of two classes a point belongs to, and how sure it is?
#
# **You will learn:**
# - to derive softmax cross-entropy and its gradient, and to write it safe against large logits;
# - why the test loss rises when all training points are right;
# - that a classifier may have a formula.
#
# **You need:** 06a (the step of a check), 07c (L-BFGS), 09b (naming an edge).
#
# **Time:** 20 minutes to read, 6 seconds to run.

# %%
import matplotlib.pyplot as plt
import numpy as np
from _page import show, table

import kan_numpy as kn

SEEDS = (2, 3, 4)
rng = np.random.default_rng(10)

# %% [markdown]
# ## 1. Surprise
#
# A network with one output for each class gives *logits* $z_o$, any real numbers. *Softmax* makes
# probabilities of them, and the *cross-entropy* asks how surprised we are by the true class $c$:
#
# $$p_o = \frac{e^{z_o}}{\sum_{o'} e^{z_{o'}}}, \qquad
#   L = -\log p_c = \log \sum_o e^{z_o} - z_c.$$
#
# The derivative of $\log \sum e^z$ by $z_o$ is $e^{z_o} / \sum e^z = p_o$, and that of $z_c$ is 1
# for $o = c$, else 0. So the gradient is short. With $y_o = [o = c]$,
#
# $$\frac{\partial L}{\partial z_o} = p_o - y_o: \text{ what it says, minus what is true.}$$
#
# **Predict:** $z = (1000, 0)$ with $c = 0$, and then with $c = 1$. What is $L$, and what comes out
# if one types in the definition?


# %%
def naive(z, labels):
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(z)), labels])


def cross_entropy(z, labels):
    """Return the cross-entropy of each sample: the largest logit is taken out first."""
    z = z - z.max(axis=1, keepdims=True)
    return np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), labels]


z, labels = np.array([[1.0, 0.0], [1000.0, 0.0], [1000.0, 0.0], [-1000.0, 0.0]]), [0, 0, 1, 0]
with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
    broken = naive(z, labels)
stable = cross_entropy(z, labels)
print("1. Surprise: cross-entropy, as defined and as it should be computed")
table(["z", "c", "naive", "stable"], zip(map(str, z), labels, broken, stable, strict=True))
np.testing.assert_array_equal(broken[1:], [np.nan, np.inf, np.inf])
np.testing.assert_array_equal(stable[1:], [0.0, 1000.0, 1000.0])

loss = kn.losses.CrossEntropy()
z, labels = rng.standard_normal((6, 3)), rng.integers(0, 3, 6)
target = loss.as_target(labels, 6, 3)  # (6, 3), one-hot: y
value, gradient = loss.value_and_gradient(z, target)
p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)  # (6, 3)
np.testing.assert_allclose(value, cross_entropy(z, labels).mean(), rtol=1e-14)
np.testing.assert_allclose(gradient, (p - target) / 6, rtol=0, atol=1e-15)
mean, backward = lambda z: cross_entropy(z, labels).mean(), lambda dL, _: dL * (p - target) / 6
kn.gradcheck.assert_adjoint(mean, backward, z)  # lesson 06b

# %% [markdown]
# **Answer:** 0 and 1000. Typed in, an overflow becomes NaN, and the logarithm of 0 infinite. If the
# largest logit is subtracted, numerator and denominator of p get the same factor, no exponent is
# above 0, and the sum is at least 1.
#
# ## 2. Two moons
#
# Half circles of noisy points. The KAN is [2, 2], without a hidden layer. What decides is
# $z_1 - z_0 = g(x_1) + h(x_2)$, a sum of two splines. The MLP has a parameter more.
#
# **Predict:** can such a sum separate the moons, which no straight line can?

# %%
x, labels = kn.datasets.two_moons(1000, noise=0.1, rng=10)
held_out = kn.datasets.two_moons(1000, noise=0.1, rng=11)
x_test, test_labels = kn.datasets.two_moons(5000, noise=0.1, rng=12)
MAKE = {
    "KAN [2, 2]": lambda seed: kn.KAN([2, 2], grid_size=5, degree=3, rng=seed),
    "MLP [2, 7, 2]": lambda seed: kn.MLP([2, 7, 2], rng=seed),
}


def classifier(net, **options):
    if isinstance(net, kn.KAN):
        options["adapt_at"] = (0,)
    return kn.fit(net, x, labels, kn.LBFGS(), steps=100, loss="cross_entropy", **options).network


def judged(net):
    """Return accuracy in percent and cross-entropy on new points, and cross-entropy on the old."""
    z = net(x_test)
    right = 100 * np.mean(z.argmax(axis=1) == test_labels)
    return right, cross_entropy(z, test_labels).mean(), cross_entropy(net(x), labels).mean()


moons = {}
for name, make in MAKE.items():
    moons[name] = [classifier(make(seed), validation=held_out) for seed in SEEDS]
rows = {name: np.median([judged(net) for net in nets], axis=0) for name, nets in moons.items()}
print("2. Two moons: medians of three starts, the best step on a validation set")
head = ["", "parameters", "accuracy %", "test loss", "train loss"]
table(head, [[name, moons[name][0].size, f"{row[0]:.2f}", *row[1:]] for name, row in rows.items()])
assert min(row[0] for row in rows.values()) > 99.5
assert abs(rows["KAN [2, 2]"][0] - rows["MLP [2, 7, 2]"][0]) < 0.3
corner = np.array([[x1, x2] for x1 in (-0.5, 1.5) for x2 in (-0.3, 0.8)])
for name, (net, *_) in moons.items():
    low, up, right, both = np.diff(net(corner), axis=1)[:, 0]  # z_1 - z_0 at four corners
    assert (abs(both - right - up + low) < 1e-10) == (name == "KAN [2, 2]")

# %%
mesh = np.stack(np.meshgrid(np.linspace(-1.6, 2.6, 150), np.linspace(-1.2, 1.7, 100)), axis=-1)
figure, axes = plt.subplots(1, 2, figsize=(12, 4.6), sharey=True)
for ax, (name, (net, *_)) in zip(axes, moons.items(), strict=True):
    z = net(mesh.reshape(-1, 2))
    p = kn.activations.sigmoid(z[:, 1] - z[:, 0]).reshape(mesh.shape[:2])
    ax.contourf(*mesh.T.swapaxes(1, 2), p, np.linspace(0, 1, 11), cmap="Greys", alpha=0.2)
    ax.contour(*mesh.T.swapaxes(1, 2), p, [0.5], colors="black", linewidths=2.5)
    for label, color, marker in ((0, "#0072B2", "o"), (1, "#D55E00", "^")):
        ax.plot(
            *x[labels == label][:150].T, marker, color=color, mec="k", ms=6, label=f"class {label}"
        )
    ax.set(title=name, xlabel="$x_1$", ylabel="$x_2$")
axes[1].legend(loc="lower left")
show(
    figure,
    "10c_moons",
    "Two half circles of points, and between them the border that each network draws.",
)

# %% [markdown]
# **Answer:** Yes, as well as an MLP (shaded: $p_1 > 1/2$), though on the corners of every rectangle
# $z(1,1) - z(1,0) - z(0,1) + z(0,0) = 0$ for $z = z_1 - z_0$ of the KAN.
#
# **Common mistake:** "The training loss still falls, so the classifier still learns."

# %%
patient = {name: [judged(classifier(make(s))) for s in SEEDS] for name, make in MAKE.items()}
print("   judged by the training loss alone, 100 steps:")
late = {name: np.median(found, axis=0) for name, found in patient.items()}
table(head[:1] + head[2:], [[name, f"{row[0]:.2f}", *row[1:]] for name, row in late.items()])
for name in MAKE:
    assert late[name][2] < 0.1 * rows[name][2]
    assert late[name][1] > 5 * rows[name][1]
    assert abs(late[name][0] - rows[name][0]) < 0.5

# %% [markdown]
# Once every training point is on its right side, the loss still falls if all logits grow. Then the
# few wrong test points cost the more: the accuracy hardly moves, but the test loss is more than
# five times as large. A validation set stops that in time.
#
# ## 3. A formula that decides
#
# Only $z_1 - z_0$ counts, so the edges to $z_0$ can go, and two functions of one variable are left:
# lesson 09b names them. We give 1 % of every label to both classes alike. That rewards being 99.5 %
# sure and charges for more, so the logits stay finite.
#
# **Predict:** the border between two half circles of radius 1: which function of x is it nearly?

# %%
soft = kn.losses.CrossEntropy(label_smoothing=0.01)
clean, clean_labels = kn.datasets.two_moons(1000, rng=0)
new, new_labels = kn.datasets.two_moons(2000, rng=1)


def train(net):
    return kn.fit(net, clean, clean_labels, kn.LBFGS(), steps=100, loss=soft).network


def named(in_x, in_y):
    edges = {(0, 1, 0): in_x, (0, 1, 1): in_y}
    return kn.symbolify(judge, clean, clean_labels, edges=edges, loss=soft)


def accuracy(net):
    return np.mean(net(new).argmax(axis=1) == new_labels)


judge = train(kn.KAN([2, 2], grid_size=3, rng=0))
judge = train(kn.prune(judge, clean, edges=[(0, 0, 0), (0, 0, 1)]))
guesses = [kn.suggest_symbolic(judge, clean, 0, 1, i) for i in (0, 1)]
simple = named("sin", "x")
rule = kn.formula(simple, ["x", "y"], outputs=["z0", "z1"], x=clean).round(3)
straight = accuracy(named("x", "x"))
print("3. A formula that decides: the names, with the error")
for name, fits in zip("xy", guesses, strict=True):
    print(f"   {name}: " + ", ".join(f"{fit.symbol.name} {fit.error:.2f}" for fit in fits))
print("   " + str(rule).replace("\n", "\n   "))
print(f"   accuracy: network {accuracy(judge):.4f}, formula {accuracy(rule):.4f}", end=", ")
print(f"with a straight line in x {straight:.4f}")
wave = next(edge.affine[0] for edge in simple.layers[0].symbols if edge.symbol.name == "sin")
assert abs(abs(wave) - np.pi) < 0.3
assert min(accuracy(judge), accuracy(rule)) > 0.99 > 0.92 > straight
assert guesses[0][0].error < 0.25 * min(fit.error for fit in guesses[0][2:])
assert max(fit.error for fit in guesses[1]) < 1.5 * min(fit.error for fit in guesses[1])

# %% [markdown]
# **Answer:** A sine of wavelength 2: the border is high under the top of one half circle, low over
# the bottom of the other, and 1 lies between. In y a line will do: its names are all as good.
#
# ## On your own
#
# Close this file and write the cross-entropy and its gradient from memory: `make exercise N=10.2`.
# 1. (open) At which logits is the loss with labels 0.995 and 0.005 smallest?
#
# ## Further reading
#
# - I. Goodfellow, Y. Bengio and A. Courville, *Deep Learning*, MIT Press 2016, sections 4.1, 6.2.
