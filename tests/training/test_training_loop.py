"""The training loop: any objective is trained on, and the optimizer follows the loss."""

import ctypes
import subprocess
import sys

import numpy as np
import pytest
from checks import same
from small_fits import samples, small

import kan_numpy as kn
from kan_numpy import KAN, LBFGS, SGD, Adam, LevenbergMarquardt, fit
from kan_numpy._memory import keep_freed_memory
from kan_numpy.training.objective import NetworkObjective


def no_curvature(network, _):
    """Be a penalty of the user's own: the square of theta, and its gradient."""
    return float(network.theta @ network.theta), 2.0 * network.theta


# Which optimizer is taken if none is named.


def twins(network, x, y, optimizer, **arguments):
    """Return the networks trained without an optimizer, and with this one."""
    return tuple(
        fit(network, x, y, choice, steps=15, adapt_at=[5], **arguments).network
        for choice in (None, optimizer)
    )


@pytest.mark.parametrize("penalty", [None, kn.Penalty(l1=1e-3)])
def test_levenberg_marquardt_is_the_default_for_sums_of_squares(penalty):
    assert same(*twins(small(), *samples(), LevenbergMarquardt(), penalty=penalty))


@pytest.mark.parametrize("penalty", [None, kn.Penalty(l1=1e-3)])
def test_lbfgs_is_the_default_for_classes(penalty):
    x, labels = kn.datasets.two_moons(100, rng=0)
    network = KAN([2, 2], grid_range=(-1.5, 2.5), rng=0)
    arguments = {"loss": "cross_entropy", "penalty": penalty}
    one, two = twins(network, x, labels, LBFGS(), **arguments)
    assert same(one, two)
    assert np.mean(np.argmax(one(x), axis=1) == labels) > 0.97


def test_lbfgs_is_the_default_for_losses_and_penalties_of_the_users_own():
    class Fourth:
        """The mean of the fourth powers of the errors."""

        name = "fourth"

        def as_target(self, y, n_samples, n_out):
            return np.reshape(y, (n_samples, n_out))

        def value_and_gradient(self, prediction, target):
            error = prediction - target
            return float(np.mean(error**4)), 4.0 * error**3 / error.size

    x, y = samples()
    assert same(*twins(small(), x, y, LBFGS(), loss=Fourth()))
    assert same(*twins(small(), x, y, LBFGS(), penalty=no_curvature))


# The loop itself.


def test_fit_is_train_on_an_objective_made_of_its_data():
    (x, y), validation = samples(), samples(seed=1)
    penalty = kn.Penalty(l1=1e-3)
    common = {"steps": 8, "patience": 5, "adapt_at": [2], "refine_at": {4: 5}, "hold": 1e-3}
    one = fit(small(), x, y, penalty=penalty, validation=validation, **common)
    objective = kn.Objective(small(), x, y, penalty=penalty)
    two = kn.train(objective, validation=kn.Objective(small(), *validation), **common)
    assert same(one.network, two.network)
    for name in set(one.history) - {"seconds"}:
        assert one.history[name] == two.history[name]
    assert one.message == two.message


@pytest.mark.parametrize(
    "optimizer", [SGD(0.1), Adam(0.1), LBFGS()], ids=lambda o: type(o).__name__
)
def test_an_objective_of_ones_own_can_be_trained_on(optimizer):
    class Distance(NetworkObjective):
        """How far theta is from 1."""

        is_least_squares = False

        def __init__(self, network):
            self.network, self.x = network, np.zeros((1, network.widths[0]))

        def on(self, network):
            return Distance(network)

        def value(self, theta):
            return self.fun(theta)[0]

        def fun(self, theta):
            return float(np.sum((theta - 1.0) ** 2)), 2.0 * (theta - 1.0)

    sizes = []
    result = kn.train(
        Distance(small()),
        optimizer,
        steps=300,
        refine_at={150: 5},
        callback=lambda _, network, __: sizes.append(network.layers[0].basis.grid_size),
    )
    np.testing.assert_allclose(result.network.theta, 1.0, atol=1e-3)
    assert set(sizes) == {3, 5}
    with pytest.raises(TypeError, match=r"must be an Objective for mini-batches.*is a Distance"):
        kn.train(Distance(small()), Adam(), batch_size=1)


def test_what_is_no_objective_is_refused():
    with pytest.raises(
        TypeError, match=r"objective must be .*kn.Objective\(network, x, y\), but is"
    ):
        kn.train(small())


def test_a_warning_names_the_line_that_called_the_library():
    objective = kn.Objective(small(), *samples())
    with pytest.warns(RuntimeWarning, match="the loss became") as caught:
        kn.train(objective, SGD(1e30), steps=100)
    assert [warning.filename for warning in caught] == [__file__]


# Memory that is kept for the next step.


class Library:
    """A C library that writes down what is set."""

    def __init__(self, answer=1):
        self.answer, self.settings = answer, []

    def mallopt(self, name, size):
        self.settings.append((name, size))
        return self.answer


@pytest.fixture
def linux(monkeypatch):
    """Pretend to be on Linux, where nothing forbids the setting."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("KAN_NUMPY_MALLOC", raising=False)
    return monkeypatch


def keep():
    """Ask anew, not for the answer of the first time."""
    return keep_freed_memory.__wrapped__()


@pytest.mark.parametrize("answer", [0, 1])
def test_freed_memory_is_kept_where_the_library_can(linux, answer):
    library = Library(answer)
    linux.setattr(ctypes, "CDLL", lambda _: library)
    assert keep() is bool(answer)
    block = (-3, 32 * 2**20)
    assert library.settings == ([block, (-1, 256 * 2**20)] if answer else [block])


@pytest.mark.parametrize("place", ["environment", "platform"])
def test_the_library_is_left_alone_where_that_is_forbidden(linux, place):
    library = Library()
    linux.setattr(ctypes, "CDLL", lambda _: library)
    if place == "environment":
        linux.setenv("KAN_NUMPY_MALLOC", "0")
    else:
        linux.setattr(sys, "platform", "darwin")
    assert keep() is False
    assert library.settings == []


def test_it_does_no_harm_where_nothing_can_be_set(linux):
    def broken(_):
        raise OSError

    linux.setattr(ctypes, "CDLL", lambda _: object())  # a library without mallopt
    assert keep() is False
    linux.setattr(ctypes, "CDLL", broken)
    assert keep() is False
    linux.setitem(sys.modules, "ctypes", None)  # a Python without ctypes
    assert keep() is False


def test_an_import_sets_nothing_and_the_first_training_does():
    code = (
        "import kan_numpy as kn; from kan_numpy._memory import keep_freed_memory as keep;"
        "asked = [keep.cache_info().misses];"
        "[kn.fit(kn.KAN([1, 1], rng=0), [[0.0], [1.0]], [[0.0], [1.0]], steps=1) for _ in '12'];"
        "print(asked + [keep.cache_info().misses])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[0, 1]"
