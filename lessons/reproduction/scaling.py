"""The scaling law: with which power of G the error falls, for splines of degree 1, 2, 3 and 5."""

import matplotlib.pyplot as plt
import numpy as np

import kan_numpy as kn

from .experiment import Experiment, Row
from .recipe import Run, best_start, kan_stages
from .toy import DEGREE, PAPER, STARTS, WIDTHS, samples

DEGREES = (1, 2, 3, 5)
SIZES = {"bessel": (100, 200, 400), "exp_sin": (10, 20, 40), "four_variables": (10, 20, 40)}
N_TRAIN, N_CHECK, STEPS, SEEDS = 6000, 10_000, 50, (0, 1, 2)


def paper_exponent(item):
    """Return the exponent of the figures of the paper, which have k = 3."""
    if item == "exp_sin":
        return 3.0
    first, last = (4, 5) if item == "bessel" else (2, 4)
    G = (3, 5, 10, 20, 50, 100)
    return float(np.log(PAPER[item][first] / PAPER[item][last]) / np.log(G[last] / G[first]))


def errors(item, degree, seed):
    """Return the run at each size, each with its error on a validation set."""
    data, sizes = samples(item, N_TRAIN, seed), SIZES[item]
    check = samples(item, N_CHECK, 1000)[:2]
    coarse = sizes[0] if item == "bessel" else 3
    starts = [
        kn.KAN(WIDTHS[item], coarse, degree, base="zero", rng=STARTS * seed + start)
        for start in range(1 if item == "bessel" else STARTS)
    ]
    adapt_at = (2, 10, 20) if len(WIDTHS[item]) > 2 else ()
    network = best_start(starts, *data[:2], steps=60, adapt_at=adapt_at)
    return [found for _, found in kan_stages(data, network, sizes, STEPS, check=check)]


def exponent(item, runs):
    """Return minus the slope of the line through the errors, in logarithms."""
    tests = [found.test for found in runs]
    return float(-np.polyfit(np.log(SIZES[item]), np.log(tests), 1)[0])


def run(item):
    """Fit the exponent for each degree; a seed that a validation set finds poor does not count."""
    rows = []
    for degree in DEGREES if item != "four_variables" else (DEGREE,):
        found: list[list[Run]] = [errors(item, degree, seed) for seed in SEEDS]
        best = min(found, key=lambda runs: runs[-1].check)
        powers = [exponent(item, r) for r in found if r[-1].check < 10 * best[-1].check]
        paper = paper_exponent(item) if degree == DEGREE else None
        seconds = sum(runs[-1].seconds for runs in found)
        spread = max(powers) / min(powers) if len(powers) > 1 else None
        size = best[-1].network.size
        name, ours = f"{item} (k = {degree})", exponent(item, best)
        rows.append(Row("scaling", name, paper, ours, size, seconds, len(powers), spread))
    return rows


def figure(rows, path):
    """Draw the exponents against the degree."""
    fig, ax = plt.subplots(figsize=(6.5, 4.5), layout="constrained")
    ax.plot(DEGREES, np.add(DEGREES, 1), "--", color="#777777", label="k + 1")
    for item, marker, color in zip(SIZES, "os^", ("#0072B2", "#D55E00", "#009E73"), strict=True):
        own = [r for r in rows if r.belongs_to(item)]
        at = [int(r.item.split("= ")[1].rstrip(")")) for r in own]
        ax.plot(at, [r.ours for r in own], marker, color=color, ms=9, label=item)
    ax.set(xlabel="degree $k$", ylabel="exponent $a$ of $G^{-a}$", xticks=DEGREES)
    ax.legend()
    fig.savefig(path, dpi=110)
    plt.close(fig)


EXPERIMENT = Experiment(
    title="Theorem 2.1: scaling exponents",
    about="""
The error falls like 1 / G^a, and the theorem promises a = k + 1 for splines of degree k. Here a is
fitted to the test errors at three sizes, each twice the one before. Larger is better. The paper
finds 3 for the mean error of `exp_sin` with k = 3. For `bessel`, [1, 1], the sizes are 100, 200 and
400; the paper's exponent is that between G = 50 and 100 of its figure. For the other functions they
are 10, 20 and 40, and the paper's exponent is that between G = 10 and 50.
`product` has no exponent: its error is zero up to rounding at every G.
""",
    items=tuple(SIZES),
    run=run,
    figure=figure,
    larger_is_better=True,
    read_off=True,
)
