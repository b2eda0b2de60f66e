# %% [markdown]
# # Lesson 10a: Hats are ReLUs
#
# **Question.** Is a KAN another kind of function than a multi-layer perceptron?
#
# **You will learn:**
# - to write a piecewise linear spline as a hidden layer of ReLUs, and back;
# - to convert whole networks exactly, in both directions;
# - what does differ if the functions are the same.
#
# **You need:** 02a (bumps), 02b (ends), 04a (a layer), 07a (gradient descent).
#
# **Time:** 15 minutes to read, 2 seconds to run.

# %%
import matplotlib.pyplot as plt
import numpy as np
from _page import BLUE, GRAY, GREEN, ORANGE, show, table

import kan_numpy as kn

rng = np.random.default_rng(10)
line = np.linspace(-2.0, 2.0, 401)


def relu(x):
    return np.maximum(x, 0.0)


# %% [markdown]
# ## 1. A hat is three ReLUs
#
# A multi-layer perceptron (MLP) applies matrices and, between them, a fixed function at every node,
# often $relu(x) = \max(x, 0)$, a line with one bend. For $k = 1$ a B-spline is a hat: up from 0 to
# 1, and down again. The hat on the knots -1, 0, 1 bends three times.
#
# **Predict:** which three numbers belong before the ReLUs?
#
# $$B(x) = \square\, relu(x + 1) + \square\, relu(x) + \square\, relu(x - 1)$$

# %%
hat = relu(line + 1.0) - 2.0 * relu(line) + relu(line - 1.0)
B = kn.bspline_basis(line, np.array([-1.0, 0.0, 1.0, 2.0]), 1)[:, 0]  # the first of two hats
print("1. A hat is three ReLUs")
print(f"   the hat and its three ReLUs differ by {np.abs(hat - B).max():.0e}\n")
np.testing.assert_allclose(hat, B, rtol=0, atol=1e-12)

figure, ax = plt.subplots(figsize=(9, 4.5))
for factor, knot, color, style in ((1, -1, GREEN, "--"), (-2, 0, ORANGE, "-."), (1, 1, GRAY, ":")):
    label = f"{factor:+d} relu(x - t), t = {knot}"
    ax.plot(line, factor * relu(line - knot), color=color, ls=style, lw=2.5, label=label)
ax.plot(line, hat, color=BLUE, lw=3.5, label="their sum: the hat $B(x)$")
ax.set(xlabel="$x$", ylim=(-2.2, 2.2), xticks=range(-2, 3), yticks=range(-2, 3))
ax.legend(loc="lower left")
ax.grid(alpha=0.3)
show(figure, "10a_hat", "Three ReLUs with the factors 1, -2 and 1 add up to a hat from -1 to 1.")

# %% [markdown]
# **Answer:** 1, -2, 1: each is the *change* of the slope at its knot, from 0 to 1, to -1, and to 0.
#
# ## 2. A spline is a hidden layer
#
# A whole spline is no harder. It joins the values $0, c_0, \dots, c_G, 0$ at its knots by lines of
# slope $\sigma_m$, and bends from $\sigma_{m-1}$ to $\sigma_m$ at the knot $t_m$. The slope is 0
# before the first knot and after the last, so with $c_{-1} = c_{G+1} = 0$
#
# $$s(x) = \sum_m (\sigma_m - \sigma_{m-1})\, relu(x - t_m), \qquad
#   \sigma_m = \frac{c_m - c_{m-1}}{t_{m+1} - t_m}.$$
#
# So an edge is a hidden layer of ReLUs: $x - t_m$ goes in, and the changes of slope are the weights
# of the way out.


# %%
def bends(knots, coef):
    """Return the change of the slope at each knot; knots (G+3,), coef (G+1,)."""
    values = np.concatenate([[0.0], coef, [0.0]])  # at the knots
    slopes = np.concatenate([[0.0], np.diff(values) / np.diff(knots), [0.0]])
    return np.diff(slopes)  # (G+3,)


edge = kn.KAN([1, 1], grid_size=5, degree=1, base="zero", rng=10, outside="fade")
edge = edge.with_theta(rng.standard_normal(edge.size))
t, c = edge.layers[0].knots[0], edge.theta  # (G+3,) and (G+1,)
layer = relu(line[:, None] - t)  # (401, G+3)
np.testing.assert_allclose(layer @ bends(t, c), edge(line[:, None])[:, 0], rtol=0, atol=1e-12)

# %% [markdown]
# **Predict:** far to the right of the last knot this spline is 0. What does the sum of ReLUs give
# at $x = 10^{12}$?

# %%
far, hinges = 1e12, kn.to_relu(edge)
print("2. A spline is a hidden layer")
print(f"   at x = {far:g}: spline {edge([[far]])[0, 0]:g}, ", end="")
print(f"sum of ReLUs {relu(far - t) @ bends(t, c):.0e}, kn.to_relu {hinges([[far]])[0, 0]:.0e}\n")
assert abs(relu(far - t) @ bends(t, c)) > 1e-7
assert abs(hinges([[far]])[0, 0]) < 1e-12

# %% [markdown]
# **Answer:** Huge terms cancel, and take the digits with them. `kn.to_relu` stops $x$ at the last
# knot first, by one more ReLU: $\min(x, t_{last}) = t_{last} - relu(t_{last} - x)$.
#
# ## 3. Whole networks
#
# Several layers are no obstacle: each KAN layer becomes a layer of ReLUs and a matrix. The other
# direction is easier. In $\sum_h v_h\, relu(w_h \cdot x + b_h)$ the part $w_{h,i} x_i$ is a
# function on an edge, a straight line, and $v_h\, relu(u + b_h)$ is one too, with one bend at
# $u = -b_h$. A spline of degree 1 with a knot there can draw it: its coefficients are the values.
# Only a grid has ends, so the equality holds on a box that we choose.
#
# **Common mistake:** "KANs are another species of function."

# %%
u = np.linspace(-3, 3, 601)
v, b = 0.7, 0.4
knots = np.array([-6.0, -3.0, -b, 3.0, 6.0])
drawn = kn.bspline_basis(u, knots, 1) @ (v * relu(knots[1:-1] + b))
np.testing.assert_allclose(drawn, v * relu(u + b), rtol=0, atol=1e-14)

kan = kn.KAN([2, 5, 1], grid_size=5, degree=1, base="zero", rng=10)
kan = kan.with_theta(rng.uniform(-1.0, 1.0, kan.size))
mlp = kn.MLP([2, 8, 8, 1], activation="relu", rng=10)
box, rows = rng.uniform(-1.0, 1.0, (10_000, 2)), []
for before, after in ((kan, kn.to_relu(kan)), (mlp, kn.to_kan(mlp, -1.0, 1.0))):
    names = [f"{type(net).__name__} {list(net.widths)}" for net in (before, after)]
    gap = np.abs(before(box) - after(box)).max()
    rows.append([" -> ".join(names), f"{before.size} -> {after.size}", gap])
    assert gap < 1e-12
    assert after.size > 2 * before.size
print("3. Whole networks")
table(["conversion", "parameters", "largest difference"], rows)

# %% [markdown]
# For $k = 1$ they are the same functions, and for every k continuous functions can be approached by
# either. What differs is first the *price*: each conversion more than doubles the parameters.
#
# ## 4. What does differ
#
# **Predict:** hats and ReLUs on the same knots span the same functions. We fit both to the same
# samples by gradient descent. Does it matter which?

# %%
G, STEPS = 20, 300
x = np.linspace(-1, 1, 500)
y = np.sin(np.pi * x)
knots = kn.uniform_knots(-1, 1, G, 1)
bases = {
    "hats": kn.bspline_basis(x, knots, 1),  # (500, G+1)
    "ReLUs": np.column_stack([np.ones_like(x), relu(x[:, None] - knots[1:-2])]),  # (500, G+1)
}
print("4. What does differ")
rows, story = [], {}
for name, B in bases.items():
    best = np.sqrt(np.mean((B @ np.linalg.lstsq(B, y, rcond=None)[0] - y) ** 2))
    singular = np.linalg.svd(B, compute_uv=False)
    theta, rate, story[name] = np.zeros(B.shape[1]), len(x) / singular[0] ** 2, []
    for _ in range(STEPS):
        residual = B @ theta - y
        story[name].append(np.sqrt(np.mean(residual**2)))
        theta = theta - rate * (B.T @ residual) / len(x)
    rows.append([name, best, (singular[0] / singular[-1]) ** 2, story[name][-1]])
table(["", "best RMSE", "condition of B^T B", f"after {STEPS} steps"], rows)
hats, relus = rows
np.testing.assert_allclose(hats[1], relus[1], rtol=1e-6)
assert relus[2] > 1000 * hats[2]
assert relus[3] > 10 * hats[3]

figure, ax = plt.subplots(figsize=(8, 4.5))
ax.loglog(range(1, STEPS + 1), story["hats"], color=BLUE, lw=3, label="hats")
ax.loglog(range(1, STEPS + 1), story["ReLUs"], "--", color=ORANGE, lw=3, label="ReLUs")
ax.set(xlabel="step of gradient descent", ylabel="RMSE")
ax.legend()
show(figure, "10a_descent", "Gradient descent converges soon with hats, and slowly with ReLUs.")

# %% [markdown]
# **Answer:** Very much. A hat is felt in its own two intervals, a ReLU everywhere to its right, so
# its columns are nearly parallel. In directions in which they cancel, descent is slow (lesson 07b).
# The same functions in other coordinates: training walks other ways through them.
#
# ## On your own
#
# Close this file and write the conversion from memory: `make exercise N=10.1`.
#
# 1. Write the spline with the knots 0, 1, 3, 4 and the values 0, 2, -1, 0 as a sum of ReLUs, with
#    pen and paper.
# 2. (open) Which optimizer does not care about the coordinates, and why (lesson 07b)?
#
# ## Further reading
#
# - N. Schoots, M. J. Villani and N. uit de Bos, *Relating Piecewise Linear Kolmogorov Arnold
#   Networks to ReLU Networks*, arXiv 2503.01702: both conversions.
