# %% [markdown]
# # Recipe: A KAN in scikit-learn
#
# **Question.** How does a KAN become an estimator that pipelines and searches of scikit-learn take?
#
# **You need:** scikit-learn (`pip install scikit-learn`), and lesson 08c for what G does.
#
# **Time:** 5 minutes to read, 10 seconds to run.

# %%
import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted, validate_data

import kan_numpy as kn

# %% [markdown]
# ## 1. The estimator
#
# scikit-learn asks for three things: a constructor that only stores its arguments, `fit` that
# returns the estimator itself and ends the names of what it learned with an underscore, and
# `predict`. Networks here are values, so a fitted estimator holds one.


# %%
class KANRegressor(RegressorMixin, BaseEstimator):
    """A KAN with one hidden level; a search may vary every argument."""

    def __init__(self, hidden=2, grid_size=5, steps=30, rng=0):
        self.hidden, self.grid_size, self.steps, self.rng = hidden, grid_size, steps, rng

    def fit(self, X, y):
        X, y = validate_data(self, X, y, y_numeric=True)  # (N, n_in), (N,)
        widths = [X.shape[1], self.hidden, 1]
        start = kn.KAN(widths, grid_size=self.grid_size, rng=self.rng)
        early = range(0, min(10, self.steps), 5)  # when the grids move to the data
        self.network_ = kn.fit(start, X, y[:, None], steps=self.steps, adapt_at=early).network
        return self

    def predict(self, X):
        check_is_fitted(self)
        return self.network_(validate_data(self, X, reset=False))[:, 0]


# %% [markdown]
# `validate_data` refuses what is no table of numbers, and in `predict` also another number of
# columns. What is missing to satisfy all of `sklearn.utils.estimator_checks.check_estimator` is the
# wording of error messages, and weights of samples.
#
# ## 2. A pipeline and a search
#
# The inputs come in units of their own, so a `StandardScaler` stands before the network. The search
# fits both on the training part of every fold. Data: 600 samples of $\exp(\sin \pi u + v^2)$ with
# noise of standard deviation 0.1, where u is in meters and v in grams.

# %%
rng = np.random.default_rng(0)
u, v = rng.uniform(-1.0, 1.0, (2, 600))
X = np.column_stack([u * 1e3, 5e-3 + v * 1e-3])  # millimeters and kilograms
y = np.exp(np.sin(np.pi * u) + v**2) + 0.1 * rng.standard_normal(600)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)

pipeline = make_pipeline(StandardScaler(), KANRegressor())
choices = {"kanregressor__hidden": [1, 3], "kanregressor__grid_size": [2, 5, 20]}
search = GridSearchCV(pipeline, choices, scoring="neg_root_mean_squared_error", cv=3)
search.fit(X_train, y_train)

results = search.cv_results_
for given, score in zip(results["params"], results["mean_test_score"], strict=True):
    grid_size, hidden = given.values()
    print(f"[2, {hidden}, 1] with G = {grid_size:2}: error {-score:.3f}")

# %% [markdown]
# One hidden node is enough, because the function is $\Phi(\phi_1(u) + \phi_2(v))$. With it,
# grids of two intervals are too coarse, and those of twenty learn the noise. No error can fall
# below the noise, 0.1.

# %%
best = search.best_params_
test_error = np.sqrt(np.mean((search.predict(X_test) - y_test) ** 2))
print(f"chosen: {best}; error on the test set {test_error:.3f}")
assert best == {"kanregressor__hidden": 1, "kanregressor__grid_size": 5}
assert 0.08 < test_error < 0.13

# %% [markdown]
# ## 3. The network inside
#
# It is a KAN as any other: it can be drawn, pruned, and read.

# %%
scaler, estimator = search.best_estimator_
net = estimator.network_
np.testing.assert_array_equal(net(scaler.transform(X_test))[:, 0], search.predict(X_test))
assert not hasattr(clone(estimator), "network_")
net
