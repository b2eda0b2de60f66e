"""Figures 2.3 and 3.1: five toy functions at each grid size."""

import time

import matplotlib.pyplot as plt
import numpy as np

import kan_numpy as kn
from kan_numpy.datasets.benchmark import draw

from .composed import EDGES, composed, with_degree
from .experiment import Experiment, Row
from .recipe import best_start, evaluate, kan_stages, row, train_mlp

SIZES = (3, 5, 10, 20, 50, 100)
DEGREE, STARTS, STEPS = 3, 8, 25
POOL, RARE = 200_000, 200
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
N_TRAIN = {"bessel": 5000, "exp_sin": 10_000, "product": 3000, "four_variables": 10_000}
# In 100 dimensions each size has its own number of samples, more than twice its parameters.
N_TRAIN_HIGH = {3: 8000, 5: 8000, 10: 8000, 20: 12_000, 50: 16_000, 100: 26_000}
SEEDS = {"bessel": (0, 1, 2), "exp_sin": (0, 1, 2), "product": (0, 1, 2), "four_variables": (0, 1)}


def samples(name, n_train, seed):
    """Draw the samples of a toy function."""
    f, rng = kn.datasets.TOY_FUNCTIONS[name], np.random.default_rng(seed)
    how = "uniform" if name == "bessel" else "half_stretched"
    x = draw(n_train, f.widths[0], rng, how)
    x_test = draw(N_TEST.get(name, 20_000), f.widths[0], rng)
    return kn.datasets.Split(x, f(x), x_test, f(x_test))


def with_rare_samples(name, data, network, seed):
    """Add the samples of a large pool at which a hidden node has its lowest and highest values.

    There the outer splines end, and a test sample beyond the last training sample would decide the
    test error of a fine grid.
    """
    pool = samples(name, POOL, 1000 + seed)
    _, caches = network.forward(pool.x_train)
    rows = [np.empty(0, dtype=int)]
    for cache in caches[1:]:
        order = np.argsort(cache.x, axis=0)
        rows += [order[:RARE].ravel(), order[-RARE:].ravel()]
    added = np.unique(np.concatenate(rows))
    x, y = pool.x_train[added], pool.y_train[added]
    return data._replace(x_train=np.vstack([data.x_train, x]), y_train=np.vstack([data.y_train, y]))


def staircase(name, data, seed, check):
    """Train at each grid size, and yield (G, Run)."""
    size, degree, steps = (1, [1, DEGREE], 150) if name == "product" else (SIZES[0], DEGREE, 60)
    starts = [
        kn.KAN(WIDTHS[name], size, degree, base="zero", rng=STARTS * seed + start)
        for start in range(STARTS)
    ]
    adapt_at = (2, 10, 20) if len(WIDTHS[name]) > 2 else ()
    network = best_start(starts, *data[:2], steps=steps, adapt_at=adapt_at)
    data = with_rare_samples(name, data, network, seed)
    if name == "product":
        network = kn.fit(network, *data[:2], steps=60, adapt_at=(0, 10), progress=False).network
        for G in SIZES:
            cubic = with_degree(network, G, DEGREE)
            yield from kan_stages(data, cubic, [G], STEPS, check=check)
    else:
        first, *finer = SIZES
        for G, found in kan_stages(data, network, [first], 60, check=check):
            yield G, found
        # The finer grids begin near their solution: little damping.
        yield from kan_stages(data, found.network, finer, STEPS, 1e-2, check)


def staircase_high(data):
    """Train the network with 100 inputs, and yield (G, Run).

    Every size begins near the solution of the one before: little damping, and few steps.
    """
    network = kn.KAN(WIDTHS["high_dimensional"], SIZES[0], DEGREE, base="zero", rng=0)
    began = time.process_time()
    for G, n in N_TRAIN_HIGH.items():
        near = kn.LevenbergMarquardt(damping=1.0 if G == 3 else 1e-3)
        steps, adapt_at = (25, (0, 2, 6, 12)) if G == 3 else (7 if G < 50 else 2, (0,))
        x, y = data.x_train[:n], data.y_train[:n]
        network = kn.refine(network, G)
        network = kn.fit(
            network, x, y, near, steps=steps, adapt_at=adapt_at, progress=False
        ).network
        part = data._replace(x_train=x, y_train=y)
        yield G, evaluate(network, part, began)


def run(item):
    """Train KANs at each grid size, MLPs, and fit the reference."""
    high = item == "high_dimensional"
    seeds = (0,) if high else SEEDS[item]
    n_train = N_TRAIN_HIGH[SIZES[-1]] if high else N_TRAIN[item]
    data = {seed: samples(item, n_train, seed) for seed in seeds}
    check = samples(item, 20_000, 2000)[:2]
    runs = {G: [] for G in SIZES}
    for seed, own in data.items():
        for G, found in staircase_high(own) if high else staircase(item, own, seed, check):
            runs[G].append(found)
    rows = [
        row("toy", f"{item} (G = {G})", p, runs[G])
        for G, p in zip(SIZES, PAPER[item][:-1], strict=True)
    ]
    x, y = data[seeds[0]].x_test, data[seeds[0]].y_test
    for G in SIZES if item in EDGES else ():
        network = composed(item, G, DEGREE, x)
        error = float(np.sqrt(np.mean((network(x) - y) ** 2)))
        rows.append(Row("toy", f"{item} (G = {G}, reference)", None, error, network.size))
    size = rows[2 if high else 5].parameters
    n_few = N_TRAIN_HIGH[50] if high else 5000
    few = {
        seed: d._replace(x_train=d.x_train[:n_few], y_train=d.y_train[:n_few])
        for seed, d in data.items()
    }
    steps = 60 if high else 2 * STEPS * len(SIZES)
    mlps = [train_mlp(few[seed], size, steps, seed, check=check) for seed in seeds]
    return [*rows, row("toy", f"{item} (MLP)", PAPER[item][-1], mlps)]


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
- `high_dimensional`: 100 inputs, so that G = 100 has 10,403 parameters.
- `four_variables`: the shape [4, 2, 1, 1], which its formula needs.

Half of the training samples are drawn evenly, and half are stretched towards corners and center
(`kan_numpy.datasets.benchmark.draw`); a few hundred are added at which a hidden node of the first
network has its lowest and highest values. Fine grids need samples there. The test samples are even.
The MLPs have two hidden layers, as many parameters as the KAN with G = 100 (or 10, for 100 inputs),
and the same optimizer, and stop where they are best on the validation set; the paper's figure is
its best MLP.
""",
    items=("high_dimensional", "bessel", "exp_sin", "product", "four_variables"),
    run=run,
    figure=figure,
    read_off=True,
)
