# %% [markdown]
# # Recipe: Any optimizer of SciPy
#
# **Question.** How does an optimizer that is not in this library train a KAN?
#
# **You need:** lesson 05b for theta and its gradient, lesson 07d for the race of our own ones.
#
# **Time:** 5 minutes to read, 5 seconds to run.

# %%
import numpy as np
from scipy import optimize

import kan_numpy as kn

rng = np.random.default_rng(0)
x = rng.uniform(-1.0, 1.0, (300, 2))
y = np.exp(np.sin(np.pi * x[:, :1]) + x[:, 1:] ** 2)
start = kn.KAN([2, 3, 1], grid_size=5, rng=0)

# %% [markdown]
# ## 1. Minimizers: the loss and its gradient
#
# `kn.Objective` is the loss as a function of one vector theta, all numbers that the network learns.
# `fun(theta)` returns the loss and the gradient, which is what `jac=True` announces.

# %%
objective = kn.Objective(start, x, y)
print("minimize           loss     evaluations")
losses = {}
for method in ("L-BFGS-B", "BFGS", "CG", "TNC"):
    options = {"maxfun" if method == "TNC" else "maxiter": 200}
    found = optimize.minimize(objective.fun, start.theta, jac=True, method=method, options=options)
    losses[method] = found.fun
    print(f"   {method:12}{found.fun:10.1e}{found.nfev:12d}")
assert max(losses.values()) < 1e-2 < objective.value(start.theta)

# %% [markdown]
# What comes out is a vector. With it the network is a network again, and a new one: `start` has not
# moved.

# %%
net = start.with_theta(found.x)
np.testing.assert_allclose(np.mean((net(x) - y) ** 2), found.fun, rtol=1e-9)
assert not np.array_equal(net.theta, start.theta)

# %% [markdown]
# ## 2. Least squares: the residuals and their Jacobian
#
# The mean square is a sum of squares r.r, and `least_squares` uses that. `residuals(theta)` is r,
# and `jacobian(theta)` is dr/dtheta (lesson 07b). SciPy minimizes half of r.r.

# %%
arguments = {"jac": objective.jacobian, "method": "trf", "max_nfev": 40}
found = optimize.least_squares(objective.residuals, start.theta, **arguments)
loss = 2.0 * found.cost
print(f"least_squares      {loss:.1e}{found.nfev:12d}")
np.testing.assert_allclose(objective.value(found.x), loss, rtol=1e-9)
assert loss < min(losses.values()) / 10

# %% [markdown]
# As in lesson 07d: the Jacobian is worth its price.
#
# ## 3. What SciPy can and `fit` cannot: bounds
#
# Say that y is known to rise with x. A spline rises if its coefficients do, and here is a
# network that cannot do otherwise: [1, 1] without a base function, with $c_0$ free and the
# steps $c_{j+1} - c_j \ge 0$ as the unknowns. They are a linear map of theta, and the
# gradient goes through its transpose.

# %%
edge = kn.KAN([1, 1], grid_size=10, base="zero", rng=0)
u = np.linspace(-1.0, 1.0, 60)[:, None]
noisy = np.tanh(4.0 * u) + 0.3 * rng.standard_normal(u.shape)
rising = kn.Objective(edge, u, noisy)
S = np.tril(np.ones((edge.size, edge.size)))  # theta = S steps


def in_steps(steps):
    """Return the loss and its gradient by the steps."""
    loss, gradient = rising.fun(S @ steps)
    return loss, S.T @ gradient


bounds = [(None, None), *[(0.0, None)] * (edge.size - 1)]
free = optimize.minimize(rising.fun, edge.theta, jac=True).x
held = S @ optimize.minimize(in_steps, np.zeros(edge.size), jac=True, bounds=bounds).x

dense = np.linspace(-1.0, 1.0, 500)[:, None]
print("bounds             falls by   error")
falls, errors = {}, {}
for name, theta in (("free", free), ("steps >= 0", held)):
    curve = edge.with_theta(theta)(dense)
    falls[name] = np.maximum(-np.diff(curve[:, 0]), 0.0).sum()
    errors[name] = np.sqrt(np.mean((curve - np.tanh(4.0 * dense)) ** 2))
    print(f"   {name:12}{falls[name]:12.3f}{errors[name]:8.3f}")
assert falls["steps >= 0"] < 1e-12 < 0.1 < falls["free"]
assert errors["steps >= 0"] < errors["free"]
