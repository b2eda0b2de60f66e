"""Figure 3.4: five peaks learned one after the other, by a KAN and by an MLP."""

import time

import matplotlib.pyplot as plt
import numpy as np

import kan_numpy as kn
from kan_numpy.datasets.benchmark import PEAKS, peak_phases

from .experiment import Experiment, Row
from .recipe import matched_widths, rmse

PAPER = {"KAN": 3.99e-6, "KAN of degree 5": 3.99e-6, "MLP": None}
G, STEPS, SEEDS = 200, 50, (0, 1, 2)
KAN_SIZE = G + 3


def phases(kind, seed):
    """Return the network after each phase."""
    if kind == "MLP":
        network = kn.MLP(matched_widths(1, KAN_SIZE), "tanh", "glorot", rng=seed)
    else:
        degree = 5 if kind.endswith("5") else 3
        network = kn.KAN([1, 1], G, degree, base="zero", rng=seed)
    after = []
    for x, y in peak_phases():
        network = kn.fit(network, x, y, steps=STEPS, progress=False).network
        after.append(network)
    return after


def run(item):
    """Learn the peaks in order, with several seeds."""
    x, y = (np.concatenate(part) for part in zip(*peak_phases(), strict=True))
    began = time.process_time()
    last = [phases(item, seed)[-1] for seed in SEEDS]
    seconds = time.process_time() - began
    found = [rmse(network, x, y) for network in last]
    # With nothing to choose by, as the first phases are gone: the median of the seeds.
    ours, spread = float(np.median(found)), max(found) / min(found)
    size = last[0].size
    return [Row("continual", item, PAPER[item], ours, size, seconds, len(SEEDS), spread)]


def figure(rows, path):  # noqa: ARG001
    """Draw what the networks say after each phase."""
    line = np.linspace(-1, 1, 1001)[:, None]
    fig, axes = plt.subplots(2, 5, figsize=(12, 4), sharex=True, sharey=True, layout="constrained")
    for kind, own in zip(("KAN", "MLP"), axes, strict=True):
        for at, (ax, network) in enumerate(zip(own, phases(kind, SEEDS[0]), strict=True)):
            ax.plot(line, PEAKS(line), color="#777777", lw=4, alpha=0.4)
            ax.plot(line, network(line), color="#0072B2" if kind == "KAN" else "#D55E00", lw=1.5)
            ax.set(title=f"{kind}, phase {at + 1}", ylim=(-0.5, 1.5))
    fig.supxlabel("$x$")
    fig.savefig(path, dpi=110)
    plt.close(fig)


EXPERIMENT = Experiment(
    title="Figure 3.4: continual learning",
    about="""
Five Gaussian peaks, learned one after the other, 100 samples each; nothing of an earlier phase is
shown again. The error is over the samples of all phases, after the last one. The KAN is [1, 1] with
G = 200 and no base function, as in the paper's notebook, whose figure is the training error: it is
that of the best spline, which degree 3 cannot beat, and degree 5 can. A step of Levenberg-Marquardt
leaves a coefficient alone on which no sample depends. The MLP has as many parameters, the same
optimizer and number of steps. That a KAN remembers is a matter of this example, with one input and
one layer: lesson 11 shows where it forgets.
""",
    items=("KAN", "KAN of degree 5", "MLP"),
    run=run,
    figure=figure,
)
