"""The training loop: any objective is trained on, and the optimizer follows the loss."""

import ctypes
import re
import signal
import subprocess
import sys
import warnings

import numpy as np
import pytest
from checks import same
from pde_problems import mixed
from small_fits import ALL, mean_squared_error, samples, small

import kan_numpy as kn
from kan_numpy import KAN, LBFGS, SGD, Adam, LevenbergMarquardt, fit
from kan_numpy._memory import keep_freed_memory
from kan_numpy.training import training_loop
from kan_numpy.training.losses import MeanSquaredError as Squares
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


def test_fit_is_train_on_an_objective_made_of_its_data_in_its_units():
    (x, y), validation = samples(), samples(seed=1)
    y /= y.std()
    start = small().with_theta(small().theta)  # no network as drawn, whose outputs are centered
    penalty = kn.Penalty(l1=1e-3)
    common = {"steps": 8, "patience": 5, "adapt_at": [2], "refine_at": {4: 5}, "hold": 1e-3}
    one = fit(start, x, y, penalty=penalty, validation=validation, **common)
    objective = kn.Objective(start, x, y, penalty=penalty)
    two = kn.train(objective, validation=kn.Objective(start, *validation), **common)
    np.testing.assert_allclose(one.network.theta, two.network.theta, rtol=1e-9)
    for name in set(one.history) - {"seconds"}:  # y / y.std() may have the deviation 1 - 1e-16
        np.testing.assert_allclose(one.history[name], two.history[name], rtol=1e-9)
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


@pytest.mark.parametrize("used", ["fit(net, x, x, steps=1)", "Objective(net, x, x).fun(net.theta)"])
def test_an_import_sets_nothing_and_the_first_step_does(used):
    code = (
        "import kan_numpy as kn; from kan_numpy._memory import keep_freed_memory as keep;"
        "asked = [keep.cache_info().misses];"
        "net, x = kn.KAN([1, 1], rng=0), [[0.0], [1.0]];"
        f"[kn.{used} for _ in '12'];"
        "print(asked + [keep.cache_info().misses])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[0, 1]"


# Ctrl-C ends what the user has called: training returns its best network, a search just ends.


class Counter:
    """Counts calls, and presses Ctrl-C in the n-th."""

    def __init__(self, n=np.inf):
        self.n, self.calls = n, 0

    def __call__(self):
        self.calls += 1
        if self.calls > self.n:
            self.n = np.inf  # once
            raise KeyboardInterrupt


class Interrupted(NetworkObjective):
    """An objective that counts every evaluation of every kind."""

    def __init__(self, objective, count):
        self.objective, self.count = objective, count
        self.network, self.x = objective.network, objective.x

    is_least_squares = True

    def on(self, network):
        return Interrupted(self.objective.on(network), self.count)

    def batch(self, rows):
        self.count()
        return Interrupted(self.objective.batch(rows), self.count)


def counted(name):
    def method(self, theta):
        self.count()
        return getattr(self.objective, name)(theta)

    return method


KINDS = ["fun", "value", "residuals", "jacobian", "penalty_terms", "diagonal_scaling"]
for kind in KINDS:
    setattr(Interrupted, kind, counted(kind))


def assert_best_so_far(result, start, x, y):
    """Assert that the result is a complete one of an interrupted run."""
    steps = result.history["step"]
    when = f"after step {steps[-1]}" if steps else "before the first step"
    assert result.message == f"interrupted {when}"
    assert result.interrupted
    assert len({len(values) for values in result.history.values()}) == 1
    losses = [mean_squared_error(start, x, y), *result.history["train_loss"]]
    assert mean_squared_error(result.network, x, y) <= min(losses) * (1.0 + 1e-9)


OPTIMIZERS = [*((optimizer, None) for optimizer in ALL), (kn.Adam(), 15)]
NAMES = [type(optimizer).__name__ for optimizer in ALL] + ["batches"]


@pytest.mark.parametrize(("optimizer", "batch_size"), OPTIMIZERS, ids=NAMES)
@pytest.mark.parametrize("validated", [False, True], ids=["training loss", "validation"])
def test_ctrl_c_in_any_evaluation_returns_the_best_network_so_far(optimizer, batch_size, validated):
    (x, y), start = samples(), small()

    def run(count):
        objective = Interrupted(kn.Objective(start, x, y), count)
        check = Interrupted(kn.Objective(start, x, y), count) if validated else None
        common = {"validation": check, "adapt_at": [0, 2], "hold": 0.0, "rng": 0}
        return kn.train(objective, optimizer, 4, batch_size, **common)

    whole = Counter()
    assert not run(whole).interrupted
    assert whole.calls > 5
    for n in np.unique(np.linspace(0, whole.calls - 1, 12).round()):
        assert_best_so_far(run(Counter(n)), start, x, y)


@pytest.mark.parametrize("optimizer", ALL, ids=NAMES[:-1])
def test_ctrl_c_anywhere_in_a_fit_returns_the_best_network_so_far(optimizer):
    class Watching(Squares):
        def __init__(self, count):
            self.count = count

        def as_target(self, *data):
            self.count()
            return super().as_target(*data)

        def value_and_gradient(self, *data):
            self.count()
            return super().value_and_gradient(*data)

        def residuals(self, *data):
            self.count()
            return super().residuals(*data)

    (x, y), start, whole = samples(), small(), Counter()

    def run(count):
        return kn.fit(start, x, y, optimizer, 3, Watching(count), validation=samples(seed=1))

    assert not run(whole).interrupted
    for n in range(whole.calls):
        result = run(Counter(n))
        assert result.interrupted
        assert same(result.network, start) == (not result.history["step"])


@pytest.mark.filterwarnings("ignore:the loss is")  # after three steps the error is large
def test_ctrl_c_anywhere_in_solve_pde_returns_the_best_network_so_far():
    problem, start = mixed(), kn.KAN([2, 1], grid_size=2, degree=4, rng=0)
    whole, equation = Counter(), problem.conditions[0].equation

    def run(count):
        def counting(*arguments):
            count()
            return equation(*arguments)

        first = kn.pde.Condition(counting, weight=0.3)
        watched = kn.pde.PDE(
            problem.low, problem.high, [first, *problem.conditions[1:]], pairs=problem.pairs
        )
        return kn.solve_pde(start, watched, 20, 10, steps=3, adapt_at=[1])

    assert not run(whole).interrupted
    for n in range(whole.calls):
        result = run(Counter(n))
        assert result.interrupted
        assert same(result.network, start) or result.history["step"]


def test_ctrl_c_while_the_history_is_written_leaves_no_half_entry(monkeypatch):
    def interrupting(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(kn.KAN, "fraction_outside_grid", interrupting)
    (x, y), start = samples(), small()
    result = kn.fit(start, x, y, steps=3)
    assert result.message == "interrupted before the first step"
    assert mean_squared_error(result.network, x, y) < mean_squared_error(start, x, y)


def test_a_second_ctrl_c_ends_it_at_once(monkeypatch):
    def again(*_):
        raise KeyboardInterrupt("the second")

    monkeypatch.setattr(training_loop, "interruption", again)
    with pytest.raises(KeyboardInterrupt, match="the second"):
        kn.fit(small(), *samples(), steps=3, callback=again)


def counted_steps(monkeypatch, count):
    """Count the steps of Levenberg-Marquardt."""
    step = kn.LevenbergMarquardt.step

    def counting(self, objective, state):
        count()
        return step(self, objective, state)

    monkeypatch.setattr(kn.LevenbergMarquardt, "step", counting)


def sparse(x, y):
    return kn.sparsify(kn.KAN([2, 2, 1], grid_size=3, rng=0), x, y, steps=4)


def symbolic(x, y):
    return kn.symbolify(kn.KAN([2, 1], grid_size=3, rng=0), x, y, functions=["x", "x^2"], steps=2)


def found(x, y):
    return kn.discover(kn.KAN([2, 1], grid_size=3, rng=0), x, y, functions=["x", "x^2"])


@pytest.mark.parametrize("search", [sparse, symbolic, found])
def test_one_ctrl_c_ends_a_search(monkeypatch, search):
    x, _ = samples(60)
    y, whole = x[:, :1] + x[:, 1:] ** 2, Counter()
    with monkeypatch.context() as patched:
        counted_steps(patched, whole)
        search(x, y)
    answers = []
    for n in np.unique(np.linspace(0, whole.calls - 1, 4).round()):
        with monkeypatch.context() as patched, warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            counted_steps(patched, Counter(n))
            try:
                search(x, y)
            except KeyboardInterrupt:  # there is nothing yet
                answers.append("interrupted")
            else:
                answers.append(str(said[-1].message))
    assert answers[0] == "interrupted"
    assert re.match("interrupted: the best result so far is returned; not tried: ", answers[-1])


SIGNALS = """
import signal, time
import numpy as np
import kan_numpy as kn

x = np.random.default_rng(0).uniform(-1.0, 1.0, (500, 2))
y, start = np.sin(2.0 * x.sum(axis=1, keepdims=True)), kn.KAN([2, 5, 1], rng=0)
loss = lambda net: float(np.mean((net(x) - y) ** 2))

def run():
    optimizer = None if BATCH is None else kn.Adam()
    return kn.fit(start, x, y, optimizer, 20, batch_size=BATCH, rng=0, hold=0.0)

run()
began = time.perf_counter()
run()
seconds, missed, interrupted = time.perf_counter() - began, 0, 0
signal.signal(signal.SIGALRM, signal.default_int_handler)
for delay in np.random.default_rng(0).uniform(0.0, 0.8 * seconds, 120):
    result = None
    try:
        signal.setitimer(signal.ITIMER_REAL, max(delay, 1e-4))
        result = run()
        signal.setitimer(signal.ITIMER_REAL, 0.0)
    except KeyboardInterrupt:  # before the first line of fit, or after its last one
        missed += result is None
        continue
    interrupted += result.interrupted
    best = min([loss(start), *result.history["train_loss"]])
    assert loss(result.network) <= best * (1.0 + 1e-9)
    assert len({len(values) for values in result.history.values()}) == 1
print(missed <= 2, interrupted > 60)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no timers of this kind")
@pytest.mark.parametrize("batch_size", [None, 50])
def test_a_signal_at_any_time_returns_the_best_network_so_far(batch_size):
    # In a process of its own, where the signal meets no code of the tests.
    code = SIGNALS.replace("BATCH", str(batch_size))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True True"


# The callback.


@pytest.mark.parametrize(
    "spoil",
    [
        lambda history: history.clear(),
        lambda history: [values.clear() for values in history.values()],
        lambda history: history["train_loss"].append(-1.0),
        lambda history: history.update(step=None),
    ],
    ids=["clear", "empty", "append", "replace"],
)
def test_a_callback_cannot_break_the_history(spoil):
    kept = []

    def callback(step, _, history):
        kept.append({name: list(values) for name, values in history.items()})
        assert history["step"] == list(range(1, step + 1))
        spoil(history)

    result = kn.fit(small(), *samples(), steps=4, progress=False, callback=callback)
    assert result.message.partition(";")[0] == "all 4 steps done"
    assert result.history == kept[-1]
    assert [len(history["step"]) for history in kept] == [1, 2, 3, 4]


def test_a_history_that_a_callback_keeps_does_not_grow():
    kept = []
    kn.fit(small(), *samples(), steps=3, callback=lambda *arguments: kept.append(arguments[2]))
    assert [history["step"] for history in kept] == [[1], [1, 2], [1, 2, 3]]


def test_the_share_outside_is_measured_every_ten_steps_and_when_grids_change(monkeypatch):
    shares = iter(np.arange(1.0, 9.0))
    monkeypatch.setattr(KAN, "fraction_outside_grid", lambda *_: next(shares))
    x, y = samples()
    result = kn.train(kn.Objective(small(), x, y), Adam(), steps=25, adapt_at=[5])
    assert result.history["outside"] == [1.0] * 5 + [2.0] * 5 + [3.0] * 10 + [4.0] * 5
