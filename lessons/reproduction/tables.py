"""Tables 1 and 2 of the paper: two inputs or more, one recipe for all functions."""

import matplotlib.pyplot as plt
import numpy as np

from .recipe import row, train_kan, train_mlp

HIDDEN, DEGREE = [4, 4], 5
N_TRAIN, N_TEST = 3000, 10_000
STEPS, SEEDS = 40, (0, 1)


def compare(part, problem, sizes, paper, paper_mlp):
    """Return the rows of KANs and MLPs on a problem."""
    widths = [len(problem.ranges), *HIDDEN, 1]
    check = problem.split(N_TEST, 1, 1000)[:2]
    kans, mlps = [], []
    for seed in SEEDS:
        data = problem.split(N_TRAIN, N_TEST, seed, "half_stretched")
        kans.append(train_kan(data, widths, DEGREE, sizes, STEPS, seed, check))
        size, steps = kans[0].network.size, STEPS * len(sizes)
        mlps.append(train_mlp(data, size, steps, seed, check))
    rows = [row(part, problem.name, paper, kans)]
    return [*rows, row(part, f"{problem.name} (MLP)", paper_mlp, mlps)]


def draw(rows, items, path, published):
    """Draw the errors of all items of a table, the paper's and ours."""
    named = {row.item: row for row in rows}
    done = [item for item in items if item in named]
    at = np.arange(len(done))
    fig, ax = plt.subplots(figsize=(9, 1.2 + 0.3 * len(done)), layout="constrained")
    for suffix, color, marker, label in (
        ("", "#0072B2", "o", "KAN"),
        (" (MLP)", "#D55E00", "s", "MLP"),
    ):
        own = [named[item + suffix] for item in done]
        ax.semilogx([r.ours for r in own], at, marker, color=color, ms=8, label=f"{label}, ours")
        there = [r.paper for r in own]
        hollow = {"color": color, "ms": 8, "mfc": "white"}
        ax.semilogx(there, at, marker, label=f"{label}, {published}", **hollow)
    ax.set_yticks(at, done)
    ax.invert_yaxis()
    ax.grid(axis="y", alpha=0.3)
    ax.set_xlabel("test RMSE")
    fig.legend(loc="outside upper center", ncols=4, fontsize=9)
    fig.savefig(path, dpi=120)
    plt.close(fig)
