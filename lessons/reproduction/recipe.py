"""How networks are trained here, KANs and MLPs alike, and how runs become rows."""

import itertools
import time
from dataclasses import dataclass

import numpy as np

import kan_numpy as kn

from .experiment import Row

FEW = 1000  # samples on which the starts compete
EPS = 0.9  # of `kn.adapt_grid`: intervals are a little wider where samples are rare
# MLPs that compete: hidden layers, activation, and the initial weights that suit it.
MLPS = ((1, "silu", "he"), (2, "silu", "he"), (2, "tanh", "glorot"), (4, "silu", "he"))
MANY = 2000  # parameters, above which an MLP is trained by L-BFGS


@dataclass(frozen=True)
class Run:
    """One training run: its last network, how good it is, and how long it took."""

    network: object
    check: float  # RMSE on a validation set, or else on the training samples: this one decides
    test: float  # RMSE on the test samples
    seconds: float


def rmse(network, x, y):
    """Return the root mean square error."""
    return float(np.sqrt(np.mean((network(x) - y) ** 2)))


def best_start(networks, x, y, steps=30, **schedule):
    """Train each network for some steps on a few samples; return the one with the lowest loss."""
    few = x[:FEW], y[:FEW]
    tried = [kn.fit(net, *few, steps=steps, progress=False, **schedule) for net in networks]
    return min(tried, key=lambda result: min(result.history["train_loss"])).network


def kan_stages(data, network, sizes, steps, damping=1.0, check=None):
    """Train with one grid size after the other, and yield (G, Run) after each."""
    optimizer = kn.LevenbergMarquardt(damping=damping)
    began = time.process_time()
    # A stage begins with the grids where the activations are; those of the inputs alone are known.
    adapt_at = (0,) if len(network.layers) > 1 else ()
    for G in sizes:
        network = kn.refine(network, G)
        grids = {"adapt_at": adapt_at, "eps": EPS, "progress": False}
        network = kn.fit(network, *data[:2], optimizer, steps=steps, **grids).network
        yield G, evaluate(network, data, began, check)


def evaluate(network, data, began, check=None):
    """Return the run that ended with this network; ``check`` is a validation set (x, y)."""
    errors = [rmse(network, *xy) for xy in (check or data[:2], data[2:])]
    return Run(network, *errors, time.process_time() - began)


def train_kan(data, widths, degree, sizes, steps, seed, check, starts=4):
    """Train a KAN: the best of some coarse starts, and then all grid sizes."""
    began, n = time.process_time(), 100 * seed
    networks = [kn.KAN(widths, sizes[0], degree, rng=n + start) for start in range(starts)]
    network = best_start(networks, data.x_train, data.y_train, adapt_at=(2, 10))
    *_, (_, last) = kan_stages(data, network, sizes, steps)
    return evaluate(last.network, data, began, check)


def train_mlp(data, parameters, steps, seed, check):
    """Train an MLP with about so many parameters: the best of `MLPS` after a tenth of the steps.

    A validation set (x, y) decides which one goes on, and which of its steps was the best.
    """
    began, (x, y) = time.process_time(), data[:2]
    optimizer = None if parameters < MANY else kn.LBFGS()

    def trained(network, steps):
        options = {"steps": steps, "validation": check, "progress": False}
        return kn.fit(network, x, y, optimizer, **options).network

    starts = [
        kn.MLP(matched_widths(x.shape[1], parameters, hidden), *kind, rng=seed)
        for hidden, *kind in MLPS
    ]
    tried = [trained(network, steps // 10) for network in starts]
    best = min(tried, key=lambda network: rmse(network, *check))
    return evaluate(trained(best, steps), data, began, check)


def matched_widths(n_in, parameters, hidden=2):
    """Return the widths of an MLP with equal hidden layers, as wide as the parameters allow."""

    def size(w):
        return (n_in + 1) * w + (hidden - 1) * (w + 1) * w + w + 1

    w = next(w for w in itertools.count(1) if size(w + 1) > parameters)
    return [n_in, *[w] * hidden, 1]


def row(part, item, paper, runs):
    """Return the row of several runs; which one counts, its test error does not decide."""
    best = min(runs, key=lambda run: run.check)
    tests = [run.test for run in runs]
    seconds = sum(run.seconds for run in runs)
    spread = max(tests) / min(tests) if len(tests) > 1 else None
    return Row(part, item, paper, best.test, best.network.size, seconds, len(runs), spread)
