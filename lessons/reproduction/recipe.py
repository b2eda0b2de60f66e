"""How networks are trained here, KANs and MLPs alike, and how runs become rows."""

import time
from dataclasses import dataclass

import numpy as np

import kan_numpy as kn

from .experiment import Row

FEW = 1000  # samples on which the starts compete


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
        network = kn.fit(
            network, *data[:2], optimizer, steps=steps, adapt_at=adapt_at, progress=False
        ).network
        yield G, evaluate(network, data, began, check)


def evaluate(network, data, began, check=None):
    """Return the run that ended with this network; ``check`` is a validation set (x, y)."""
    errors = [rmse(network, *xy) for xy in (check or data[:2], data[2:])]
    return Run(network, *errors, time.process_time() - began)


def train_kan(data, widths, degree, sizes, steps, seed, starts=4):
    """Train a KAN: the best of some coarse starts, and then all grid sizes."""
    began, n = time.process_time(), 100 * seed
    networks = [kn.KAN(widths, sizes[0], degree, rng=n + start) for start in range(starts)]
    network = best_start(networks, data.x_train, data.y_train, adapt_at=(2, 10))
    for _, run in kan_stages(data, network, sizes, steps):
        last = run
    return evaluate(last.network, data, began)


def train_mlp(data, parameters, steps, seed, starts=4, check=None):
    """Train an MLP with two hidden layers and about so many parameters, with the same care.

    Half of the starts have SiLU on their hidden nodes, and half tanh; the best one goes on. With a
    validation set, the network is that of the step which was best on it.
    """
    began, n = time.process_time(), 100 * seed
    widths = matched_widths(data.x_train.shape[1], parameters)
    kinds = (("silu", "he"), ("tanh", "glorot"))
    networks = [kn.MLP(widths, *kinds[start % 2], rng=n + start) for start in range(starts)]
    network = best_start(networks, data.x_train, data.y_train)
    network = kn.fit(network, *data[:2], steps=steps, validation=check, progress=False).network
    return evaluate(network, data, began, check)


def matched_widths(n_in, parameters):
    """Return [n_in, w, w, 1] with as many parameters as w allows: w^2 + (n_in + 3) w + 1."""
    half = (n_in + 3) / 2
    w = max(1, int(np.sqrt(half**2 + parameters - 1) - half))
    return [n_in, w, w, 1]


def row(part, item, paper, runs):
    """Return the row of several runs; which one counts, its test error does not decide."""
    best = min(runs, key=lambda run: run.check)
    tests = [run.test for run in runs]
    seconds = sum(run.seconds for run in runs)
    spread = max(tests) / min(tests) if len(tests) > 1 else None
    return Row(part, item, paper, best.test, best.network.size, seconds, len(runs), spread)
