"""Figures 2.3 and 3.1: five toy functions at each grid size."""

import matplotlib.pyplot as plt
import numpy as np

import kan_numpy as kn

from .composed import EDGES, composed, with_degree
from .experiment import Experiment, Row
from .recipe import best_start, kan_stages, rmse, row, train_mlp

SIZES, DEGREE, STARTS = (3, 5, 10, 20, 50, 100), 3, 8
N_TEST = {"high_dimensional": 5000}  # and 20,000 for the others

# The test RMSE at each of the sizes, and of the best MLP, read off figures 2.3 and 3.1.
PAPER = {
    "bessel": (2.8e-1, 2.8e-1, 2.1e-1, 8.2e-3, 9.7e-5, 5.3e-6, 1.6e-4),
    "exp_sin": (1.9e-2, 6.7e-3, 4.6e-4, 5.2e-5, 3.0e-6, 1.3e-6, 1.6e-4),
    "product": (1.5e-4, 2.4e-5, 2.4e-6, 2.5e-7, 3.2e-8, 2.4e-8, 3.5e-6),
    "high_dimensional": (2.0e-3, 5.4e-4, 2.4e-4, 1.5e-4, 1.1e-4, 1.2e-4, 5e-2),
    "four_variables": (4.6e-3, 1.5e-3, 1.6e-4, 9.8e-6, 7.0e-7, None, 6.7e-4),
}
WIDTHS = {
    "bessel": [1, 1],
    "exp_sin": [2, 1, 1],
    "product": [2, 2, 1],
    "high_dimensional": [100, 1, 1],
    "four_variables": [4, 2, 1, 1],
}
SEEDS = {"high_dimensional": (0,), "four_variables": (0, 1)}  # and three for the others
# The samples and the steps at each size, and for the MLPs; with 100 inputs about three samples for
# each parameter or more, and few steps, because each takes long.
PLAN = {3: (30_000, 60)} | dict.fromkeys(SIZES[1:], (30_000, 15)) | {"MLP": (5000, 400)}
PLANS = {
    "four_variables": PLAN | {"MLP": (8000, 160)},
    "high_dimensional": {3: (8000, 25)}
    | dict.fromkeys((5, 10, 20), (8000, 7))
    | {50: (30_000, 2), 100: (30_000, 2), "MLP": (30_000, 300)},
}


def samples(name, n_train, seed):
    """Draw the samples of a toy function, evenly."""
    return kn.datasets.toy(name, n_train, N_TEST.get(name, 20_000), rng=seed)


def first(data, n):
    """Return the data with the first n training samples."""
    return data._replace(x_train=data.x_train[:n], y_train=data.y_train[:n])


def coarse(name, data, seed):
    """Return the best of several networks with G = 3, trained on a few samples."""
    size, degree = (1, [1, DEGREE]) if name == "product" else (SIZES[0], DEGREE)
    starts = [
        kn.KAN(WIDTHS[name], size, degree, base="zero", rng=STARTS * seed + start)
        for start in range(1 if name == "high_dimensional" else STARTS)
    ]
    adapt_at = (2, 10, 20) if len(WIDTHS[name]) > 2 else ()
    network = best_start(starts, *data[:2], steps=60, adapt_at=adapt_at)
    if name != "product":
        return network
    network = kn.fit(network, *data[:2], steps=60, adapt_at=(0, 10), progress=False).network
    return with_degree(network, SIZES[0], DEGREE)


def staircase(name, data, seed, check):
    """Train at each grid size, and yield (G, Run)."""
    network = coarse(name, data, seed)
    for stage, G in enumerate(SIZES):
        n, steps = PLANS.get(name, PLAN)[G]
        damping = 1e-4 if stage else 1.0  # the finer grids begin near their solution
        ((_, found),) = kan_stages(first(data, n), network, [G], steps, damping, check)
        network = found.network
        yield G, found


def references(name, x, y):
    """Return the rows of the networks whose splines are fitted edge by edge."""
    rows = []
    for G in SIZES if name in EDGES else ():
        network = composed(name, G, DEGREE, x)
        item = f"{name} (G = {G}, reference)"
        rows.append(Row("toy", item, None, rmse(network, x, y), network.size))
    return rows


def run(item):
    """Train KANs at each grid size and MLPs as large as the last, and fit the reference."""
    n, steps = PLANS.get(item, PLAN)["MLP"]
    check = samples(item, 20_000, 2000)[:2]
    data = {seed: samples(item, 30_000, seed) for seed in SEEDS.get(item, (0, 1, 2))}
    kans = [dict(staircase(item, own, seed, check)) for seed, own in data.items()]
    size = kans[0][SIZES[-1]].network.size
    mlps = [train_mlp(first(own, n), size, steps, seed, check) for seed, own in data.items()]
    *papers, paper_mlp = PAPER[item]
    return [
        *(
            row("toy", f"{item} (G = {G})", paper, [runs[G] for runs in kans])
            for G, paper in zip(SIZES, papers, strict=True)
        ),
        *references(item, *data[0][2:]),
        row("toy", f"{item} (MLP)", paper_mlp, mlps),
    ]


def figure(rows, path):
    """Draw the error against G: ours, the paper's, the reference and the MLP."""
    named = {row.item: row for row in rows}
    fig, axes = plt.subplots(2, 3, figsize=(12, 7), layout="constrained")
    for ax, item in zip(axes.flat, WIDTHS, strict=False):
        kinds = (("", "o-", "#0072B2", "ours"), (", reference", "s--", "#009E73", "reference"))
        for suffix, style, color, label in kinds:
            own = [(G, named.get(f"{item} (G = {G}{suffix})")) for G in SIZES]
            own = [(G, found) for G, found in own if found]
            if own:
                errors = [found.ours for _, found in own]
                ax.loglog([G for G, _ in own], errors, style, color=color, label=label, ms=7)
        ax.loglog(
            SIZES, [p or np.nan for p in PAPER[item][:-1]], "^:", color="#777777", label="paper"
        )
        if f"{item} (MLP)" in named:
            ax.axhline(named[f"{item} (MLP)"].ours, color="#D55E00", ls="-.", label="MLP, ours")
        ax.set(title=f"{item}, {WIDTHS[item]}", xlabel="grid intervals $G$", ylabel="test RMSE")
        ax.set_xticks(SIZES, [str(G) for G in SIZES])
        ax.minorticks_off()
    axes.flat[-1].axis("off")
    handles, labels = axes.flat[1].get_legend_handles_labels()
    axes.flat[-1].legend(handles, labels, loc="center", fontsize=13)
    fig.savefig(path, dpi=110)
    plt.close(fig)


EXPERIMENT = Experiment(
    title="Figures 2.3 and 3.1: toy functions",
    about="""
Five functions, at each number G of grid intervals, with cubic splines and no base function. One
network is trained at G = 3 and then refined: the best of eight starts by its training loss goes on,
and of several seeds the best on a validation set is reported. "reference" is what one gets by
fitting the best spline to each edge separately, where the formula tells the edges; training can
beat it, as it looks for the splines that are best together. For the product it would be exact.

- `product`: the starts have linear splines on the inner edges, and the cubic ones are made from the
  best of them. Fully cubic starts creep towards the solution for hundreds of steps, because cubic
  inner and outer functions can make up for each other.
- `high_dimensional`: 100 inputs, so that G = 100 has 10,403 parameters. Its rows of G = 50 and 100
  are those of a recipe with more samples where the hidden sum is extreme; from even samples alone
  they are not reached.
- `four_variables`: the shape [4, 2, 1, 1], which its formula needs.

All samples are drawn evenly. A fine grid needs some in each interval at its ends, where the sums in
a hidden node rarely come: 30,000 are enough for that, with knots that follow the samples a little
(`eps` = 0.9).

The MLPs have as many parameters as the KAN with G = 100, and up to 30,000 samples too. Four compete
for a tenth of the steps: one, two or four hidden layers with SiLU, two with tanh. The best on a
validation set goes on, and stops where it is best. The optimizer is Levenberg-Marquardt, as for the
KANs, and L-BFGS for the 10,000 parameters of `high_dimensional`. The paper's figure is its best
MLP.
""",
    items=("high_dimensional", "bessel", "exp_sin", "product", "four_variables"),
    run=run,
    figure=figure,
    read_off=True,
)
